r"""The expected benefit of joining as a function of how likely the others join, in monotone tiles.

Setting: with k of n others joining, joining is worth b_k; if each of them joins with probability p,
it is worth B(p) = sum_k C(n, k) p^k (1-p)^(n-k) b_k. Its slope B' has the Bernstein coefficients
n (b_(k+1) - b_k), and B'' the coefficients n (n-1) (b_(k+2) - 2 b_(k+1) + b_k), so the turning
points of B and of B' are zeros of the kind that :mod:`derelayl_econ.equilibrium.windowed` finds and
counts. Between neighbouring ones B and B' are both monotone: on every part of such a tile the
values at its two ends bound them.

Where a turning point could not be resolved (B' touches zero, or nearly), its whole bracket is a
tile without a direction; there B is bounded by its ends and n max|b_(k+1) - b_k| times the width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.bernstein import SUBDIVISION_LIMIT, InteriorRoots
from derelayl_econ.equilibrium.binomial import binomial_mean
from derelayl_econ.equilibrium.certificate import solve
from derelayl_econ.equilibrium.windowed import interior_roots

__all__ = ["BenefitCurve", "Tiles"]

Array = npt.NDArray[np.float64]

_UNIT = 1.2e-16  # a little above half a unit in the last place
_FLOOR = 1e-300  # above all errors by underflow
_NONE = InteriorRoots(roots=(), method="constant")


@dataclass(frozen=True, kw_only=True, eq=False)
class Tiles:
    """Neighbouring parts of [0, 1]; arrays of shape (tiles,).

    Attributes
    ----------
    low, high : array
    direction : int array
        -1 where B falls, +1 where it rises, 0 where it is constant or that is not known.
    value_slack, slope_slack : array
        How far B and B' may leave the range of their values at the two ends.
    """

    low: Array
    high: Array
    direction: npt.NDArray[np.int64]
    value_slack: Array
    slope_slack: Array


@dataclass(frozen=True, eq=False)
class BenefitCurve:
    """B(p) with its slope, turning points and rounding errors.

    Parameters
    ----------
    values : array of shape (n + 1,)
        b_k, n >= 1.

    Examples
    --------
    >>> curve = BenefitCurve(np.array([0.0, 1.0, 0.0]))  # 2 p (1-p)
    >>> curve.value([0.25, 0.5]), curve.slope([0.25, 0.5])
    (array([0.375, 0.5  ]), array([1., 0.]))
    >>> tiles = curve.tiles
    >>> tiles.low, tiles.high, tiles.direction
    (array([0. , 0.5]), array([0.5, 1. ]), array([ 1, -1]))
    """

    values: Array

    @property
    def degree(self) -> int:
        """Number n of others."""
        return self.values.size - 1

    def value(self, p: npt.ArrayLike) -> Array:
        """Return B(p), in the shape of ``p``."""
        return binomial_mean(self.values, p)

    def slope(self, p: npt.ArrayLike) -> Array:
        """Return B'(p), in the shape of ``p``."""
        return np.asarray(self.degree * binomial_mean(np.diff(self.values), p))

    @cached_property
    def turns(self) -> InteriorRoots:
        """All zeros of B' in (0, 1)."""
        return _zeros(np.diff(self.values))

    @cached_property
    def bends(self) -> InteriorRoots:
        """All zeros of B'' in (0, 1)."""
        return _zeros(np.diff(self.values, 2))

    @cached_property
    def value_noise(self) -> float:
        """Bound on the rounding error of :meth:`value`, at any p."""
        return self._terms * _UNIT * float(np.abs(self.values).max())

    @cached_property
    def steepest(self) -> float:
        """Bound on abs(B')."""
        return self.degree * float(np.abs(np.diff(self.values)).max())

    def value_error(self, p: npt.ArrayLike) -> Array:
        """Return a bound on the rounding error of :meth:`value` at p.

        Relative to the mean of abs(b_k): benefits that start at 0 keep their digits next to 0.
        """
        return _FLOOR + self._terms * _UNIT * binomial_mean(np.abs(self.values), p)

    def slope_error(self, p: npt.ArrayLike) -> Array:
        """Return a bound on the rounding error of :meth:`slope` at p."""
        mean = binomial_mean(np.abs(np.diff(self.values)), p)
        return _FLOOR + self._terms * _UNIT * self.degree * mean

    @cached_property
    def tiles(self) -> Tiles:
        """Parts of [0, 1] on which B and B' are monotone, except in unresolved brackets."""
        cuts = np.unique([0.0, 1.0, *_edges(self.turns), *_edges(self.bends)])
        low, high = cuts[:-1], cuts[1:]
        middle = (low + high) / 2
        curvature = np.diff(self.values, 2)
        bent = self.degree * (self.degree - 1) * float(np.abs(curvature).max(initial=0.0))
        turning, bending = _unresolved(self.turns, middle), _unresolved(self.bends, middle)
        direction = np.where(turning, 0, self._directions(middle))
        return Tiles(
            low=low, high=high, direction=direction,
            value_slack=np.where(turning, self.steepest * (high - low), 0.0),
            slope_slack=np.where(bending, bent * (high - low), 0.0),
        )  # fmt: skip

    @property
    def _terms(self) -> float:
        # Terms that a mean visits (see binomial), with the 4 units per term of windowed.
        return 4 * (32 + min(self.degree, 20 * math.sqrt(self.degree)))

    def _directions(self, middle: Array) -> npt.NDArray[np.int64]:
        """Return the sign of B' at points that are no turning points."""
        steps = np.diff(self.values)
        if not steps.any():
            return np.zeros(middle.size, dtype=np.int64)
        if not self.turns.complete:
            slope = self.slope(middle)
            certain = np.abs(slope) > self.slope_error(middle)
            return np.where(certain, np.sign(slope), 0).astype(np.int64)
        # The first non-zero step decides next to 0; every crossing turns the sign round.
        crossings = [root.p for root in self.turns.roots if root.crossing != 0]
        first = np.sign(steps[np.flatnonzero(steps)[0]])
        signs = first * (-1.0) ** np.searchsorted(crossings, middle)
        return np.asarray(signs, dtype=np.int64)


def _zeros(coefficients: Array) -> InteriorRoots:
    if not coefficients.any():
        return _NONE
    found = interior_roots(coefficients)
    if not found.complete and coefficients.size <= SUBDIVISION_LIMIT + 1:
        return solve(coefficients, certify=True)[0]  # decides tangencies exactly
    return found


def _edges(found: InteriorRoots) -> list[float]:
    return [
        edge
        for root in found.roots
        for edge in ((root.p,) if root.multiplicity else (root.low, root.high))
    ]


def _unresolved(found: InteriorRoots, points: Array) -> npt.NDArray[np.bool_]:
    inside = np.zeros(points.size, dtype=bool)
    for root in found.roots:
        if root.multiplicity == 0:
            inside |= (root.low < points) & (points < root.high)
    return inside
