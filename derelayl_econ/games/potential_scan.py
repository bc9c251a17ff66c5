r"""All equilibria of the effort game from one piecewise linear function of the total effort.

With kappa_i = lambda/(2 N a_i - lambda) the efforts are an equilibrium of total S iff
s_i = clip(kappa_i S, q_i, Q_i) for everybody with lambda <= N a_i, s_i = Q_i for the others, and

    F(S) = sum of these s_i(S) - S = 0

(proof in :mod:`derelayl_econ.games.potential`). F is linear between the places q_i/kappa_i and
Q_i/kappa_i, so its signs there decide how many zeros there are and where. The places are rational
numbers; signs are taken from floats where an error bound allows it, else from rational arithmetic.

*Count.* F(S)/S = sum of clip(kappa_i, q_i/S, Q_i/S) - 1 for S > 0 (Q_i/S for those at the ceiling
anyway) does not rise in S, and falls while a bound other than 0 binds. So the zeros at S > 0 are a
single point, or a stretch on which nobody is at a bound and sum kappa_i = 1. The scan does not use
this; the certificate does, as two signs then settle what is and what is not a zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.potential_formulas import EFFORT_SHARE

__all__ = ["AggregateEffort", "CountCertificate", "Zero"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Zero:
    """A zero of F at a place, between two, or on a whole stretch, and the signs of F around it.

    ``first`` and ``last`` number the places at or around it. ``at`` says that F vanishes at them
    (at all from first to last), otherwise it does between the two.
    """

    first: int
    last: int
    at: bool
    left: int
    right: int

    @property
    def stretch(self) -> bool:
        """Whether F vanishes on an interval."""
        return self.at and self.first < self.last

    @property
    def stable(self) -> bool:
        """Whether F falls through an isolated zero."""
        return not self.stretch and self.left > 0 > self.right


@dataclass(frozen=True, eq=False)
class AggregateEffort:
    """F for one game; costs and bounds of N participants as arrays of shape (N,)."""

    reward_factor: float
    costs: Array
    floors: Array
    ceilings: Array

    def efforts(self, total: float) -> Array:
        """Return s_i(S), shape (N,)."""
        wanted = np.clip(self._share * total, self.floors, self.ceilings)
        return np.where(self._eager, self.ceilings, wanted)

    def zeros(self) -> list[Zero]:
        """Return all zeros in increasing order."""
        signs = self._signs()
        found = [Zero(j, j + 1, False, a, b) for j, (a, b) in enumerate(pairwise(signs))
                 if a * b < 0]  # fmt: skip
        j = 0
        while j < len(signs):
            if signs[j] != 0:
                j += 1
                continue
            last = j
            while last + 1 < len(signs) and signs[last + 1] == 0:
                last += 1
            # Below 0 F would be positive, beyond the sum of all ceilings it is negative.
            left = signs[j - 1] if j else 1
            right = signs[last + 1] if last + 1 < len(signs) else -1
            found.append(Zero(j, last, True, left, right))
            j = last + 1
        return sorted(found, key=lambda zero: zero.first)

    def totals(self, zero: Zero) -> tuple[float, ...]:
        """Return S at a zero, or at both ends of a stretch."""
        if zero.stretch:
            return float(self._places[zero.first]), float(self._places[zero.last])
        return (float(self._places[zero.first]) if zero.at else self._between(zero.first),)

    def _between(self, j: int) -> float:
        """Solve F = 0 on the j-th piece, where some efforts are fixed and the rest are shares."""
        middle = float((self._places[j] + self._places[j + 1]) / 2)
        wanted = self._share * middle
        free = ~self._eager & (wanted > self.floors) & (wanted < self.ceilings)
        fixed = math.fsum(self.efforts(middle)[~free])
        return fixed / math.fsum([1.0, *(-self._share[free])])

    def proves(self, zeros: Sequence[Zero]) -> bool:
        """Return whether exact signs at and around them, and the count, prove that list."""
        last = len(self._places) - 1
        positive = [zero for zero in zeros if zero.last > 0]
        idle = any(zero.at and zero.first == 0 for zero in zeros)
        return (
            len(positive) <= 1
            and idle == (self._exact_sign(Fraction(0)) == 0)
            and (bool(positive) or last == 0 or self._exact_sign(self._places[1]) < 0)
            and all(self._confirmed(zero, last) for zero in zeros)
        )

    def _confirmed(self, zero: Zero, last: int) -> bool:
        ends = [self._exact_sign(self._places[j]) for j in (zero.first, zero.last)]
        if not zero.at:
            return ends == [zero.left, zero.right]
        left = self._exact_sign(self._places[zero.first - 1]) if zero.first else 1
        right = self._exact_sign(self._places[zero.last + 1]) if zero.last < last else -1
        return ends == [0, 0] and (left, right) == (zero.left, zero.right)

    def _signs(self) -> list[int]:
        places = np.array([float(place) for place in self._places])
        value, error = self._values(places)
        return [
            int(np.sign(v)) if abs(v) > e else self._exact_sign(place)
            for v, e, place in zip(value, error, self._places, strict=True)
        ]

    def _values(self, places: Array) -> tuple[Array, Array]:
        """Return F at float places, and a bound of its error."""
        moving = self._moving
        share, floor, ceiling = self._share[moving], self.floors[moving], self.ceilings[moving]
        with np.errstate(over="ignore"):  # inf: further than any total reaches
            leave, arrive = floor / share, ceiling / share  # totals at which the bounds change
        up, down = np.argsort(leave), np.argsort(arrive)
        left = np.searchsorted(leave[up], places, side="right")
        came = np.searchsorted(arrive[down], places, side="right")
        floors = floor.sum() - _sums(floor[up])[left]
        slope = _sums(share[up])[left] - _sums(share[down])[came]
        fixed = float(self._base) + floors + _sums(ceiling[down])[came]
        size = float(self._base) + 2 * ceiling.sum() + places * (1 + 2 * share.sum())
        rounding = 4 * (moving.size + 8) * np.finfo(np.float64).eps
        return fixed + slope * places - places, rounding * size

    def _exact_sign(self, total: Fraction) -> int:
        value = self._base - total
        for i in self._moving:
            share, floor, ceiling = self._exact[int(i)]
            value += min(max(share * total, floor), ceiling)
        return (value > 0) - (value < 0)

    @cached_property
    def _places(self) -> list[Fraction]:
        everything = self._base + sum((high for _, _, high in self._exact.values()), Fraction(0))
        places = {Fraction(0), everything}
        for share, floor, ceiling in self._exact.values():
            places |= {floor / share, ceiling / share}
        return sorted(place for place in places if place <= everything)  # F < 0 beyond

    @cached_property
    def _share(self) -> Array:
        """kappa_i; 0 for the eager ones, whose effort does not depend on the others."""
        share = EFFORT_SHARE(reward_factor=self.reward_factor, effort_cost=self.costs,
                             participants=self.costs.size)  # fmt: skip
        return np.where(self._eager, 0.0, share)

    @cached_property
    def _eager(self) -> npt.NDArray[np.bool_]:
        """Whose payoff is convex, lambda > N a_i: at the ceiling whatever the others do."""
        factor, count = Fraction(self.reward_factor), self.costs.size
        return np.array([factor > count * Fraction(a) for a in self.costs.tolist()])

    @cached_property
    def _moving(self) -> npt.NDArray[np.int64]:
        """Participants whose effort depends on S at all."""
        return np.flatnonzero((self._share > 0) & (self.floors < self.ceilings))

    @cached_property
    def _base(self) -> Fraction:
        """Sum of the efforts that do not depend on S."""
        constant = np.where(self._eager, self.ceilings, self.floors)
        constant[self._moving] = 0.0
        return sum((Fraction(effort) for effort in constant.tolist()), Fraction(0))

    @cached_property
    def _exact(self) -> dict[int, tuple[Fraction, Fraction, Fraction]]:
        """kappa_i, q_i and Q_i of those who move, as rationals."""
        factor, count = Fraction(self.reward_factor), self.costs.size
        return {
            int(i): (
                factor / (2 * count * Fraction(float(self.costs[i])) - factor),
                Fraction(float(self.floors[i])),
                Fraction(float(self.ceilings[i])),
            )
            for i in self._moving
        }


@dataclass(frozen=True, eq=False)
class CountCertificate:
    """The zeros of F and the signs around them; :meth:`check` derives these exactly."""

    aggregate: AggregateEffort
    zeros: tuple[Zero, ...]

    @property
    def status(self) -> str:
        """``"exact"``: signs are those of rational numbers."""
        return "exact"

    @property
    def claim(self) -> str:
        """What is established."""
        single = sum(not zero.stretch for zero in self.zeros)
        return f"exactly {single} isolated equilibria and {len(self.zeros) - single} continua"

    def check(self) -> bool:
        """Re-derive the signs that settle the count, in rational arithmetic."""
        return self.aggregate.proves(self.zeros)


def _sums(values: Array) -> Array:
    return np.concatenate([[0.0], np.cumsum(values)])
