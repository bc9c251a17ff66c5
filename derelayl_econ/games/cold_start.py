r"""Cold start: on an S-shaped learning curve a relay worth running may never start by itself.

The game is that of :mod:`derelayl_econ.games.finite_relay` on any learning curve q(E), one leg
being one unit of effort: *players* are trainers, one per leg k = 0, 1, ...; *actions* train or
leave; *payoffs* (w + lambda) g_k - c with g_k = q(k+1) - q(k), or 0; *best response*: train iff
(w + lambda) g_k >= c; *equilibrium*: legs are trained from k = 0 up to the first irrational one.

Real curves are S-shaped (Hill curve with c > 1): g_k rises, then falls, and the rational legs form
an interval [k_lo, k_hi). For k_lo > 0 nobody starts, although later legs would pay. An initiator
who tops up each earlier leg to its cost pays the sum over k < k_lo of c - (w + lambda) g_k: the
start-up subsidy (theory notes, section 3.1, cold start).

How far one has to look
-----------------------
On a curve that never falls and has a ceiling q_max, the gain of *every* leg from k on is at most
q_max - q(k). So where (w + lambda)(q_max - q(k)) < c no leg from k on is rational, whatever shape
the curve has: this k is the *horizon*. Looking at each leg up to it finds every interval
(coverage "all"). Coverage is "some" when the curve names no ceiling, when it was seen to fall or to
pass its ceiling, or when the horizon lies beyond ``SCAN_LIMIT`` legs. Then every leg is looked at
up to ``SCAN_LIMIT`` and every 256th part of the position from there to ``FARTHEST_LEG``, the ends
of the intervals are refined by bisection, and a narrower hump far out could be missed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.marginal_leg import last_true
from derelayl_econ.notation import check
from derelayl_econ.results import Coverage, Result, frozen_array

__all__ = ["FARTHEST_LEG", "SCAN_LIMIT", "ColdStart", "CurveRelay", "QualityCurve"]

Array = npt.NDArray[np.float64]
Interval = tuple[int, int | None]

SCAN_LIMIT = 2**20
"""Legs that are looked at one by one; beyond, legs are sampled (and coverage is "some")."""

FARTHEST_LEG = 2**40
"""The last leg looked at; a relay whose legs are still rational here is reported as unbounded."""

_SPACING = 256  # beyond SCAN_LIMIT, sampled legs lie 1/256 of their position apart
_ROUNDING = 8 * 2.0**-52  # possible error of a difference of two computed qualities, relative to q
_RESOLUTION = 1e-3  # the cost must be told from rounding to this relative accuracy


class QualityCurve(Protocol):
    """What a learning curve must offer; a ``quality_max`` attribute is used when present."""

    def quality(self, effort: npt.ArrayLike) -> Array:
        """Return the quality (score) after ``effort`` >= 0 legs, in the shape of ``effort``."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ColdStart(Result):
    """Which legs are rational, whether the relay starts alone, and what starting it costs.

    Attributes
    ----------
    intervals : tuple of (int, int or None)
        Maximal runs [first, stop) of rational legs; None for a run that never stops.
    start : int or None
        First rational leg; None if there is none.
    stop : int or None
        First irrational leg after ``start``; None if there is none.
    starts_alone : bool
        Leg 0 is rational.
    unbounded : bool
        The last run never stops (it was still going at leg ``FARTHEST_LEG``).
    subsidy : float
        Start-up subsidy (money) that carries the relay to ``start``; inf if no leg is rational.
    schedule : array, shape (start,)
        Top-up of each leg before ``start`` (money); it adds up to ``subsidy``. If the start lies
        beyond ``SCAN_LIMIT``, of the first ``SCAN_LIMIT`` legs only.
    surplus : float
        Largest total of (w + lambda) g_k - c over legs 0, ..., K-1, K being the end of a run or 0
        (money); inf on a curve that never stops.
    worth_running : bool
        ``surplus > 0``: the legs together are worth more than they cost.
    coverage : Coverage
        "all" if no other rational leg exists, else "some"; see the module.
    """

    intervals: tuple[Interval, ...]
    start: int | None
    stop: int | None
    starts_alone: bool
    unbounded: bool
    subsidy: float
    schedule: Array
    surplus: float
    worth_running: bool
    coverage: Coverage


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveRelay:
    """A relay without drift on any learning curve.

    Parameters
    ----------
    value, price : float
        w and lambda, money per unit of quality, >= 0.
    cost : float
        c, cost of training one leg (money), > 0.
    curve : QualityCurve
        Quality as a function of the legs trained.

    Raises
    ------
    InputError
        If a number lies outside its domain, or the curve does not give finite qualities.

    Examples
    --------
    >>> from derelayl_econ.quality import HillCurve
    >>> curve = HillCurve(quality_start=0, quality_max=1, effort_scale=10, steepness=2)
    >>> result = CurveRelay(value=0, price=40, cost=1, curve=curve).cold_start()
    >>> result.intervals, result.starts_alone, result.worth_running
    (((1, 16),), False, True)
    >>> round(result.subsidy, 4), round(result.surplus, 4)
    (0.604, 12.764)
    """

    value: float
    price: float
    cost: float
    curve: QualityCurve

    def __post_init__(self) -> None:
        for name, number in check(value=self.value, price=self.price, cost=self.cost).items():
            object.__setattr__(self, name, number)
        if not callable(getattr(self.curve, "quality", None)):
            raise InputError("curve", self.curve, "have a method quality(effort)")

    def gains(self, legs: npt.ArrayLike) -> Array:
        """Return q(k+1) - q(k) (score) for the leg numbers ``legs``."""
        index = np.asarray(legs, dtype=np.float64)
        return self._quality(index + 1) - self._quality(index)

    def net_worth(self, legs: npt.ArrayLike) -> Array:
        """Return (w + lambda) g_k - c (money) for the leg numbers ``legs``."""
        return (self.value + self.price) * self.gains(legs) - self.cost

    def cold_start(self) -> ColdStart:
        """Return the rational legs, the start-up subsidy and whether the relay is worth running.

        Raises
        ------
        SolverError
            If the cost is so small that rounding of the curve hides which legs are rational.
        """
        horizon = self._horizon()
        points = _points(horizon)
        certain = horizon <= SCAN_LIMIT
        if certain and not self._keeps_its_word(points):
            points, certain = _points(FARTHEST_LEG), False
        net = self.net_worth(points)
        self._refuse_if_blurred(net, self._quality(points))
        runs = self._runs(points, net >= 0)
        return self._report(runs, Coverage.ALL if certain else Coverage.SOME)

    def _report(self, runs: tuple[Interval, ...], coverage: Coverage) -> ColdStart:
        start, stop = runs[0] if runs else (None, None)
        schedule = -self.net_worth(np.arange(min(start or 0, SCAN_LIMIT)))
        surplus = max([0.0, *(self._total(end) for _, end in runs)])
        return ColdStart(
            intervals=runs,
            start=start,
            stop=stop,
            starts_alone=start == 0,
            unbounded=bool(runs) and runs[-1][1] is None,
            subsidy=math.inf if start is None else 0.0 - self._total(start),
            schedule=frozen_array(schedule),
            surplus=surplus,
            worth_running=surplus > 0,
            coverage=coverage,
        )

    def _total(self, legs: int | None) -> float:
        if legs is None:
            return math.inf
        first, last = self._quality(np.array([0.0, legs]))
        return float((self.value + self.price) * (last - first) - self.cost * legs)

    def _horizon(self) -> int:
        ceiling: float = getattr(self.curve, "quality_max", math.inf)
        reach = self.value + self.price

        def may_pay(leg: int) -> bool:
            left = ceiling - float(self._quality(np.array(float(leg))))
            return leg < FARTHEST_LEG and reach * left >= self.cost

        return min(last_true(may_pay) + 1, FARTHEST_LEG)

    def _keeps_its_word(self, points: Array) -> bool:
        """Return whether the curve was seen neither to fall nor to pass its ceiling."""
        quality = self._quality(np.append(points, FARTHEST_LEG))
        ceiling: float = getattr(self.curve, "quality_max", math.inf)
        return bool((np.diff(quality) >= 0).all() and quality[-1] <= ceiling)

    def _refuse_if_blurred(self, net: Array, quality: Array) -> None:
        blur = (self.value + self.price) * _ROUNDING * np.abs(quality)
        if ((np.abs(net) <= blur) & (blur > _RESOLUTION * self.cost)).any():
            raise SolverError(
                f"the cost {self.cost:g} is too small against the quality of the curve: rounding "
                f"hides which legs pay. Measure quality from the start of the relay, or raise cost."
            )

    def _runs(self, points: Array, rational: npt.NDArray[np.bool_]) -> tuple[Interval, ...]:
        turns = np.flatnonzero(np.diff(rational)) + 1
        ends = [self._turn(int(points[i - 1]), int(points[i])) for i in turns]
        starts, stops = (ends[1::2], ends[::2]) if rational[0] else (ends[::2], ends[1::2])
        starts = [0, *starts] if rational[0] else starts
        return tuple(zip_longest(starts, stops))

    def _turn(self, low: int, high: int) -> int:
        """Return the first leg after ``low`` that is as rational as ``high``; one turn between."""
        goal = self._pays(high)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._pays(middle) == goal else (middle, high)
        return high

    def _pays(self, leg: int) -> bool:
        return float(self.net_worth(leg)) >= 0

    def _quality(self, effort: Array) -> Array:
        if effort.size == 0:
            return np.empty(effort.shape)
        quality = np.asarray(self.curve.quality(effort), dtype=np.float64)
        if quality.shape != effort.shape or not np.isfinite(quality).all():
            raise InputError("curve.quality(effort)", quality,
                             "be finite and in the shape of effort")  # fmt: skip
        return quality


def _points(horizon: int) -> Array:
    """Return the legs looked at: all up to SCAN_LIMIT, then at growing distances to the horizon."""
    near = np.arange(min(horizon, SCAN_LIMIT) + 1, dtype=np.float64)
    if horizon <= SCAN_LIMIT:
        return near
    count = int(_SPACING * math.log(horizon / SCAN_LIMIT)) + 2
    far = np.unique(np.round(np.geomspace(SCAN_LIMIT, horizon, count)))
    return np.concatenate([near, far[1:]])
