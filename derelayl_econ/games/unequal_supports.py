r"""Who trains, who rides and who mixes: the equations of unequal participants, and their proofs.

Setting (:mod:`derelayl_econ.games.unequal_participation`): g_i(k) is what participant i gains by
training when k others train. A *support* names those T who train for sure and those M who mix; the
rest R ride. With t = |T| and K the number of trainers among those who mix (independent coins with
unequal probabilities: a Poisson-binomial law), it is an equilibrium iff

    E g_i(t + K_(M-i)) = 0 for i in M,   E g_i(t - 1 + K_M) >= 0 in T,   E g_i(t + K_M) <= 0 in R.

The left sides are linear in each probability; the slope of equation i in p_j is
E [g_i(t + 1 + K_(M-ij)) - g_i(t + K_(M-ij))]. The law of K has the generating polynomial
prod_(j in M) (1 - p_j + p_j z), which is multiplied out in Arb balls.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Support"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Support:
    """A split of the participants, and its equations: a system for Krawczyk's test.

    Parameters
    ----------
    gains : array, shape (N, N)
        g_i(k) (money), row i, k = 0, ..., N-1; taken as the dyadic rationals that they are.
    trains, mixes : tuple of int
        Participants who train for sure, and who mix; disjoint.
    """

    gains: Array
    trains: tuple[int, ...]
    mixes: tuple[int, ...]

    @cached_property
    def rides(self) -> tuple[int, ...]:
        """The others."""
        active = {*self.trains, *self.mixes}
        return tuple(i for i in range(len(self.gains)) if i not in active)

    @property
    def is_split(self) -> bool:
        """Whether those named exist, once each."""
        named = [*self.trains, *self.mixes]
        return len(set(named)) == len(named) and set(named) <= set(range(len(self.gains)))

    @property
    def can_mix(self) -> bool:
        """Whether everybody's gains have both signs among the numbers of trainers possible."""
        t, m = len(self.trains), len(self.mixes)
        rows = self.gains[list(self.mixes), t : t + m]
        return bool(np.all((rows.min(axis=1) < 0) & (rows.max(axis=1) > 0))) if m else True

    def values(self, point: Sequence[Any]) -> list[Any]:
        """Return everybody's expected gain, of those who mix, as balls over their largest gain."""
        t = len(self.trains)
        return [
            self._mean(i, t, _law([p for k, p in enumerate(point) if k != a]))
            for a, i in enumerate(self.mixes)
        ]

    def jacobian(self, point: Sequence[Any]) -> list[list[Any]]:
        """Return the slopes of :meth:`values`, row by row."""
        size, t = len(self.mixes), len(self.trains)
        slopes: list[list[Any]] = [[0] * size for _ in range(size)]
        for a, i in enumerate(self.mixes):
            others = [k for k in range(size) if k != a]
            for b, law in zip(others, _laws_without_one([point[k] for k in others]), strict=True):
                steps = self._steps[i][t : t + len(law)]
                slopes[a][b] = _dot(steps, law)
        return slopes

    def holds_outside(self, point: Sequence[Any]) -> bool:
        """Return whether those who do not mix are certain to lose by changing their minds."""
        law, t = _law(list(point)), len(self.trains)
        return all(self._mean(i, t - 1, law) > 0 for i in self.trains) and all(
            self._mean(i, t, law) < 0 for i in self.rides
        )

    def fails_outside(self, point: Sequence[Any]) -> bool:
        """Return whether somebody who does not mix is certain to gain by changing sides."""
        law, t = _law(list(point)), len(self.trains)
        return any(self._mean(i, t - 1, law) < 0 for i in self.trains) or any(
            self._mean(i, t, law) > 0 for i in self.rides
        )

    def _mean(self, i: int, first: int, law: Sequence[Any]) -> Any:
        return _dot(self._scaled[i][first : first + len(law)], law)

    @cached_property
    def _scaled(self) -> list[list[Any]]:
        """The gains as exact balls, over a power of two, lest their sizes differ too much."""
        from flint import arb

        rows = []
        for row in self.gains:
            exponent = -int(np.frexp(np.abs(row).max())[1])
            rows.append([arb(float(g)) * arb(2) ** exponent for g in row])
        return rows

    @cached_property
    def _steps(self) -> list[list[Any]]:
        """What one more trainer adds to the gains, as balls."""
        return [[y - x for x, y in itertools.pairwise(row)] for row in self._scaled]


def _dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    from flint import arb

    return sum((x * y for x, y in zip(left, right, strict=True)), start=arb(0))


def _law(probabilities: Sequence[Any]) -> list[Any]:
    """Return the law of the number of trainers among independent ones, as balls."""
    return _coefficients(_products(probabilities)[-1], len(probabilities) + 1)


def _laws_without_one(probabilities: Sequence[Any]) -> list[list[Any]]:
    """Return the laws without the first, without the second, and so on."""
    before, after = _products(probabilities), _products(probabilities[::-1])[::-1]
    size = len(probabilities)
    return [_coefficients(before[k] * after[k + 1], size) for k in range(size)]


def _products(probabilities: Sequence[Any]) -> list[Any]:
    """Return the generating polynomials of the first 0, 1, ..., all of them."""
    from flint import arb_poly

    found = [arb_poly([1])]
    for p in probabilities:
        found.append(found[-1] * arb_poly([1 - p, p]))
    return found


def _coefficients(polynomial: Any, count: int) -> list[Any]:
    return [polynomial[k] for k in range(count)]
