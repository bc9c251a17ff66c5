r"""Private costs of training with a continuous distribution, frozen from ``scipy.stats``.

Notation as in :mod:`derelayl_econ.games.cost_distribution`: F is the distribution function, Q its
inverse.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.integrate import tanhsinh

from derelayl_econ.equilibrium.linear_crossings import LinearGraph
from derelayl_econ.games.density_modes import Top, top_of

__all__ = ["ContinuousCosts"]

Array = npt.NDArray[np.float64]

_CUTS = np.array([1e-9, 1e-4, 0.02, 0.2, 0.5, 0.8, 0.98, 1 - 1e-4, 1.0])
_HALF = 4  # place of 0.5
_NEAR = 1e-14  # relative: ends between which quadrature has no room


class ContinuousCosts:
    """A frozen continuous distribution; its density's bounds are proved if its mode is known."""

    def __init__(self, frozen: Any) -> None:
        self._frozen = frozen
        self.lowest, self.highest = (float(end) for end in frozen.support())

    @cached_property
    def top(self) -> Top | None:
        """The only top of the density, if that is known."""
        return top_of(self._frozen)

    @property
    def proved(self) -> bool:
        """Whether :meth:`density_range` holds for certain."""
        return self.top is not None

    def at_most(self, cost: npt.ArrayLike) -> Array:
        """Return F(c)."""
        return np.asarray(self._frozen.cdf(cost))

    below = at_most

    def above(self, cost: npt.ArrayLike) -> Array:
        """Return 1 - F(c)."""
        return np.asarray(self._frozen.sf(cost))

    def quantile(self, p: npt.ArrayLike) -> Array:
        """Return Q(p)."""
        points = np.asarray(p, dtype=np.float64)
        return np.where(points == 0, -np.inf, self._frozen.ppf(points))

    def quantile_right(self, p: npt.ArrayLike) -> Array:
        """Return Q(p+)."""
        points = np.asarray(p, dtype=np.float64)
        return np.where(points == 1, np.inf, self._frozen.ppf(points))

    def spent(self, p: npt.ArrayLike) -> Array:
        """Return the integral of Q up to p, by double-exponential quadrature.

        With a = Q(p/2) it is p a + int_a^Q(p) (p - F) - int_-inf^a F, cut at further quantiles.
        """
        points = np.asarray(p, dtype=np.float64)
        share = np.where(points > 0, points, 0.5)
        cuts = self._frozen.ppf(np.multiply.outer(_CUTS, share))
        start = np.full_like(cuts[:1], self.lowest)
        under = np.concatenate([start, cuts[: _HALF + 1]])
        down = _areas(lambda cost, _: self._frozen.cdf(cost), under, share).sum(axis=0)
        over = cuts[_HALF:]
        up = _areas(lambda cost, p: (p - 1) + self._frozen.sf(cost), over, share).sum(axis=0)
        return np.where(points > 0, share * cuts[_HALF] + up - down, 0.0)

    def density_range(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the smallest and the largest density on intervals of costs."""
        with np.errstate(all="ignore"):
            ends = np.stack([self._frozen.pdf(low), self._frozen.pdf(high)])
            ends = np.where(np.isnan(ends), 0.0, ends)  # of some families at infinity
            if self.top is not None:
                inside = (low <= self.top.high) & (self.top.low <= high)
                return ends.min(axis=0), np.where(inside, self.top.density, ends.max(axis=0))
            grid = np.linspace(low, high, 9)
            sampled = self._frozen.pdf(grid)
        return 0.75 * sampled.min(axis=0), 1.25 * sampled.max(axis=0)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return independent costs."""
        return np.asarray(self._frozen.rvs(size=shape, random_state=rng), dtype=np.float64)

    def graph(self, largest: float) -> LinearGraph | None:
        """Return Q of a uniform distribution; the others have no linear pieces."""
        if self._frozen.dist.name != "uniform":
            return None
        low, high = np.array([self.lowest]), np.array([self.highest])
        return LinearGraph(np.array([0.0, 1.0]), low, high, Fraction)


def _areas(function: Callable[[Array, Array], Array], ends: Array, share: Array) -> Array:
    """Return integrals between neighbouring ends; by one trapezoid where these nearly agree."""
    low, high = ends[:-1], ends[1:]
    found = tanhsinh(function, low, high, args=(share,)).integral
    with np.errstate(invalid="ignore"):  # infinite ends, which are not near each other
        flat = high - low <= _NEAR * np.abs(high)
        trapezoids = (function(low, share) + function(high, share)) / 2 * (high - low)
    return np.where(flat & np.isfinite(low) & np.isfinite(high), trapezoids, found)
