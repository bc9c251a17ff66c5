r"""Private costs of training: what their distribution must offer, and the three kinds of it.

A cost is drawn from F, F(c) = P(C <= c). Its quantile function is Q(p) = inf {c : F(c) >= p} for
0 < p <= 1 and Q(0) = -infinity; the graph of F with its jumps filled in is that of Q with its gaps
filled in: F(c-) <= p <= F(c) iff Q(p) <= c <= Q(p+). Those who join if they are among the cheapest
share p of all costs spend E[C; join] = int_0^p Q(u) du each, on average.

Kinds: a *sample* (every value equally likely), a *discrete* and a *continuous* frozen distribution
of ``scipy.stats`` (:mod:`derelayl_econ.games.continuous_costs`).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import stats

from derelayl_econ.domains import Domain, check_array
from derelayl_econ.equilibrium.linear_crossings import LinearGraph
from derelayl_econ.errors import InputError
from derelayl_econ.games.continuous_costs import ContinuousCosts

__all__ = ["CostDistribution", "LatticeCosts", "SampleCosts", "costs_of"]

Array = npt.NDArray[np.float64]

MOST_ATOMS = 1_000_000
_MONEY = Domain(-1e200, 1e200)
_PROBES = (0.125, 0.25, 0.5, 0.75, 0.875)
_LOST = 1e-18  # probability of the lowest costs of a discrete distribution without a lowest one
_ALLOWED = "be a frozen scipy.stats distribution or a 1-d array of costs"


class CostDistribution(Protocol):
    """F, its inverse and its draws. All but ``draw`` take and keep arrays of any shape."""

    @property
    def lowest(self) -> float:
        """Smallest possible cost (money); may be -inf."""

    @property
    def highest(self) -> float:
        """Largest possible cost (money); may be inf."""

    def at_most(self, cost: npt.ArrayLike) -> Array:
        """Return F(c) = P(C <= c)."""

    def below(self, cost: npt.ArrayLike) -> Array:
        """Return F(c-) = P(C < c)."""

    def above(self, cost: npt.ArrayLike) -> Array:
        """Return P(C > c), accurate where it is small."""

    def quantile(self, p: npt.ArrayLike) -> Array:
        """Return Q(p), -inf at 0."""

    def quantile_right(self, p: npt.ArrayLike) -> Array:
        """Return Q(p+), inf at 1."""

    def spent(self, p: npt.ArrayLike) -> Array:
        """Return the mean cost (money) that the cheapest share p pays, nobody else paying any."""

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return independent costs."""

    def graph(self, largest: float) -> LinearGraph | None:
        """Return Q up to the cost ``largest``, if it is piecewise linear."""


def costs_of(cost_distribution: Any) -> CostDistribution:
    """Return the distribution behind a frozen ``scipy.stats`` distribution or a sample.

    Raises
    ------
    InputError
        For anything else, and for parameters that make no distribution of finite costs.

    Examples
    --------
    >>> two = costs_of([3.0, 1.0, 1.0, 2.0])
    >>> two.at_most([0.5, 1, 2.5]), two.quantile([0.5, 0.75, 1.0]), two.spent(0.75)
    (array([0.  , 0.5 , 0.75]), array([1., 2., 3.]), array(1.))
    """
    if isinstance(cost_distribution, SampleCosts | LatticeCosts | ContinuousCosts):
        return cost_distribution
    kind = getattr(cost_distribution, "dist", None)
    if isinstance(kind, stats.rv_continuous | stats.rv_discrete):
        _check_frozen(cost_distribution)
        if isinstance(kind, stats.rv_continuous):
            return ContinuousCosts(cost_distribution)
        return LatticeCosts(cost_distribution)
    if isinstance(cost_distribution, stats.rv_continuous | stats.rv_discrete):
        raise InputError("cost_distribution", "a family of distributions", _ALLOWED,
                         hint="Freeze it: stats.norm(5, 1).")  # fmt: skip
    return SampleCosts(check_array("cost_distribution", cost_distribution, _MONEY))


def _check_frozen(frozen: Any) -> None:
    with np.errstate(all="ignore"):
        probes = np.array([np.ravel(frozen.ppf(p)) for p in _PROBES])
        spread = frozen.var()
        fits = probes.shape == (len(_PROBES), 1) and np.isfinite(probes).all()
        fits = fits and (np.abs(probes) <= _MONEY.high).all()
        fits = fits and (np.diff(probes, axis=0) >= 0).all()
    if not fits:
        raise InputError("cost_distribution", f"quantiles {probes.ravel()[:5]}",
                         "have valid parameters, none of them an array")  # fmt: skip
    if frozen.support()[0] == -np.inf and not np.isfinite(spread):
        raise InputError("cost_distribution", f"variance {spread}", "have a finite variance",
                         hint="Costs without a lowest one must not be too far below.")  # fmt: skip


class SampleCosts:
    """The empirical distribution of a sample; exact in the counts."""

    def __init__(self, sample: Array) -> None:
        self.values, counts = np.unique(sample, return_counts=True)
        self._counts, self._size = np.append(0, np.cumsum(counts)), int(sample.size)
        self._edges = self._counts / self._size
        self._spent = np.append(0.0, np.cumsum(self.values * counts)) / self._size
        self.lowest, self.highest = float(self.values[0]), float(self.values[-1])

    def at_most(self, cost: npt.ArrayLike) -> Array:
        """Return F(c)."""
        return np.asarray(self._edges[np.searchsorted(self.values, cost, side="right")])

    def below(self, cost: npt.ArrayLike) -> Array:
        """Return F(c-)."""
        return np.asarray(self._edges[np.searchsorted(self.values, cost, side="left")])

    def above(self, cost: npt.ArrayLike) -> Array:
        """Return 1 - F(c)."""
        counts = self._counts[np.searchsorted(self.values, cost, side="right")]
        return np.asarray((self._size - counts) / self._size)

    def quantile(self, p: npt.ArrayLike) -> Array:
        """Return Q(p)."""
        padded = np.append(-np.inf, self.values)
        return np.asarray(padded[np.searchsorted(self._edges, p, side="left")])

    def quantile_right(self, p: npt.ArrayLike) -> Array:
        """Return Q(p+)."""
        padded = np.append(self.values, np.inf)
        return np.asarray(padded[np.searchsorted(self._edges, p, side="right") - 1])

    def spent(self, p: npt.ArrayLike) -> Array:
        """Return the integral of Q up to p."""
        return np.asarray(np.interp(np.asarray(p), self._edges, self._spent))

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return values of the sample, with replacement."""
        places = rng.integers(self._size, size=shape)
        return np.asarray(self.values[np.searchsorted(self._counts, places, side="right") - 1])

    def graph(self, largest: float) -> LinearGraph:
        """Return the steps of Q up to ``largest``."""
        known = int(np.searchsorted(self.values, largest, side="right"))
        return LinearGraph(
            self._edges[: known + 1], self.values[:known], self.values[:known],
            lambda j: Fraction(int(self._counts[j]), self._size),
        )  # fmt: skip


class LatticeCosts:
    """A frozen discrete distribution, on values one apart (or those it was given).

    The floats of its distribution function are taken at face value.
    """

    def __init__(self, frozen: Any) -> None:
        self._frozen = frozen
        self.lowest, self.highest = (float(end) for end in frozen.support())
        given = getattr(frozen.dist, "xk", None)
        self._anchor = float(frozen.ppf(0.5))
        self._given = None if given is None else self._shifted(np.sort(np.ravel(given)))

    @cached_property
    def _last(self) -> float:
        """The cost above which floats see no probability."""
        return float(self._frozen.ppf(np.nextafter(1.0, 0.0)))

    def at_most(self, cost: npt.ArrayLike) -> Array:
        """Return F(c)."""
        return np.asarray(self._frozen.cdf(self._inside(cost, 1)))

    def below(self, cost: npt.ArrayLike) -> Array:
        """Return F(c-)."""
        return np.asarray(self._frozen.cdf(self._inside(cost, -1)))

    def above(self, cost: npt.ArrayLike) -> Array:
        """Return 1 - F(c)."""
        return np.asarray(self._frozen.sf(self._inside(cost, 1)))

    def quantile(self, p: npt.ArrayLike) -> Array:
        """Return Q(p)."""
        points = np.asarray(p, dtype=np.float64)
        return np.where(points == 0, -np.inf, self._frozen.ppf(points))

    def quantile_right(self, p: npt.ArrayLike) -> Array:
        """Return Q(p+)."""
        points = np.asarray(p, dtype=np.float64)
        return np.where(points == 1, np.inf, self._frozen.ppf(np.nextafter(points, 1.0)))

    def spent(self, p: npt.ArrayLike) -> Array:
        """Return the integral of Q up to p."""
        points = np.asarray(p, dtype=np.float64)
        largest = float(np.max(self.quantile(np.where(points == 1, 0.5, points)), initial=-np.inf))
        graph = self.graph(max(largest, self._anchor))
        spent = np.append(0.0, np.cumsum(graph.low * np.diff(graph.edges)))
        whole = np.where(points == 1, float(self._frozen.mean()), 0.0)
        return np.where(points == 1, whole, np.interp(points, graph.edges, spent))

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Return independent costs."""
        return np.asarray(self._frozen.rvs(size=shape, random_state=rng), dtype=np.float64)

    def graph(self, largest: float) -> LinearGraph:
        """Return the steps of Q up to ``largest``."""
        values = self._atoms(largest)
        edges = np.append(self.below(values[:1]) if values.size else 0.0, self.at_most(values))
        if self.lowest > -np.inf:
            edges[0] = 0.0
        if values.size and values[-1] >= min(self.highest, self._last):
            edges[-1] = 1.0
        rises = np.diff(edges) > 0
        kept, steps = values[rises], np.append(edges[0], edges[1:][rises])
        return LinearGraph(steps, kept, kept, lambda j: Fraction(float(steps[j])))

    def _atoms(self, largest: float) -> Array:
        if self._given is not None:
            return self._given[self._given <= largest]
        start = self.lowest if self.lowest > -np.inf else float(self._frozen.ppf(_LOST))
        top = min(largest, self.highest, self._last)
        count = int(max(np.floor(top - start + 1e-9), -1)) + 1
        if count > MOST_ATOMS:
            raise InputError("cost_distribution", f"{count} different costs up to {top:g}",
                             f"have at most {MOST_ATOMS} that matter",
                             hint="Use a continuous distribution.")  # fmt: skip
        return np.asarray(start + np.arange(count))

    def _inside(self, cost: npt.ArrayLike, side: int) -> Array:
        """Move a cost off the lattice, to the side on which F is wanted there."""
        costs = np.asarray(cost, dtype=np.float64)
        if self._given is not None:
            return np.asarray(np.nextafter(costs, side * np.inf))
        steps = costs - self._anchor
        nearest = np.round(steps)
        there = np.abs(steps - nearest) <= 1e-9 * np.maximum(1.0, np.abs(costs))
        return np.where(there, self._anchor + nearest + 0.5 * side, costs)

    def _shifted(self, values: Array) -> Array:
        loc = self._frozen.args[0] if self._frozen.args else self._frozen.kwds.get("loc", 0.0)
        return np.asarray(values + float(loc), dtype=np.float64)
