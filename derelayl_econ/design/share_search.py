r"""The initiator's problem as a search over one number, with a bound that covers all of it.

Notation of :mod:`derelayl_econ.design.initiator`: a share s of arrivals trains iff the money that
training brings (fee avoided and reward), k = phi + lambda gamma x~(s), lies between K(s) = Q(s) - w
gamma x~(s) and the same with Q(s+); Q is the quantile function of costs. Q rises, x~ falls, so K
rises, and on a box a <= s <= b, with A' = A - u_0 the highest fee,

    balance  = min(A', k) - s k <= min(A', k') - a k',  k' the point of [K(a), K(b+)] nearest to A',
    quality  = q(s) <= q(b),

so that profit and quality are bounded by their values at the ends; welfare, concave in s, is
bounded by its tangents there. Boxes whose bound exceeds the best point found are halved until none
does by more than the gap asked for: branch and bound, a few thousand boxes, since the bounds err by
the first order of the width and the goals by the second.

For samples and uniform costs all this is rational: the bounds are re-derived without rounding. For
other distributions of ``scipy.stats`` they are as good as its quantiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.share_costs import (
    ExactSample,
    ExactUniform,
    Quantiles,
    exact_costs,
)
from derelayl_econ.games.arrival_steady import steady
from derelayl_econ.games.arrivals import ArrivalRelay

__all__ = ["GOALS", "ShareCertificate", "ShareProblem", "explore", "search"]

Numbers = npt.NDArray[Any]

GOALS = ("profit", "welfare", "quality")
_START, _HALVINGS, _MOST = 64, 60, 200_000


@dataclass(frozen=True, eq=False)
class ShareProblem:
    """A goal as a function of the share who train; all in fractions where costs allow it.

    Parameters
    ----------
    relay : ArrivalRelay
        Its fee and price do not matter.
    goal : str
        One of ``GOALS``.
    quality_value, subsidy : float
        nu and b.
    """

    relay: ArrivalRelay
    goal: str
    quality_value: float
    subsidy: float

    @cached_property
    def exact(self) -> Quantiles | None:
        """Costs in fractions, or None."""
        return exact_costs(self.relay.cost_distribution, self.relay.costs)

    @cached_property
    def highest_fee(self) -> Fraction:
        """A - u_0, exactly."""
        return Fraction(self.relay.access) - Fraction(self.relay.outside)

    def gap(self, share: Any) -> Any:
        """Return x~(s), of floats, arrays or fractions."""
        drift, rate, top = self._numbers("drift", "learning_rate", "quality_max", like=share)
        return _gap(drift, rate, top, share)

    def quality(self, share: Any) -> Any:
        """Return q(s) = gamma x~ s/eta, what drift works on."""
        drift, rate = self._numbers("drift", "learning_rate", like=share)
        return rate * self.gap(share) * share / drift

    def money(self, share: Numbers) -> tuple[Numbers, Numbers]:
        """Return the least k >= 0 and the greatest k, perhaps < 0, at which a share trains."""
        costs = self._costs(share)
        value, rate = self._numbers("value", "learning_rate", like=share)
        own = value * rate * self.gap(share)
        return np.maximum(costs.quantile(share) - own, 0), costs.quantile_right(share) - own

    def values(self, share: Numbers) -> Numbers:
        """Return the goal at shares, -inf where a share is not feasible."""
        possible, balance = self._balance(share, share)
        return np.where(possible, self._goal(share, balance), -math.inf)

    def bounds(self, low: Numbers, high: Numbers) -> Numbers:
        """Return upper bounds over boxes of shares, -inf where nothing in a box is feasible."""
        possible, balance = self._balance(low, high)
        by_parts = self.goal != "welfare"
        most = self._goal(high, balance) if by_parts else self._concave(low, high)
        return np.where(possible, most, -math.inf)

    def best_money(self, share: float) -> Any:
        """Return the k of the largest balance at a share."""
        place = self.array([share])
        least, greatest = self.money(place)
        return _between(least, greatest, self._number(self.highest_fee, place))[0]

    def array(self, shares: npt.ArrayLike) -> Numbers:
        """Return shares as fractions, or as floats where costs are no fractions.

        A float nearest to a step of a sample's distribution stands for the step.
        """
        floats = np.asarray(shares, dtype=np.float64)
        if self.exact is None:
            return floats
        exact = [self.steps.get(share, Fraction(share)) for share in floats.tolist()]
        return np.array([*exact, None], dtype=object)[:-1]

    @property
    def steps(self) -> dict[float, Fraction]:
        """Shares at which the quantile function jumps, if it is that of a sample."""
        return self.exact.breaks if isinstance(self.exact, ExactSample) else {}

    def _balance(self, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
        """Return whether a box may hold something feasible, and an upper bound of the balance."""
        most = self._number(self.highest_fee, low)
        least, greatest = self.money(low)[0], self.money(high)[1]
        money = _between(least, greatest, most)
        balance = np.asarray(np.minimum(most, money) - low * money)
        return (greatest >= 0) & (balance + self._number(Fraction(self.subsidy), low) >= 0), balance

    def _goal(self, share: Numbers, balance: Numbers) -> Numbers:
        if self.goal == "quality":
            return np.asarray(self.quality(share))
        if self.goal == "profit":
            nu = self._number(Fraction(self.quality_value), share)
            return np.asarray(balance + nu * self.quality(share))
        access = self._number(Fraction(self.relay.access), share)
        gained = self._worth(share) * self.quality(share)
        return np.asarray(access + gained - self._spent(share))

    def _concave(self, low: Numbers, high: Numbers) -> Numbers:
        """Bound welfare, concave in the share, by its tangents at both ends."""
        costs, worth, width = self._costs(low), self._worth(low), high - low
        rising = worth * self._quality_slope(low) - costs.quantile_right(low)
        falling = costs.quantile(high) - worth * self._quality_slope(high)
        with np.errstate(invalid="ignore"):  # costs may be infinite on average
            above = [self._goal(end, end) + np.maximum(slope, 0) * width
                     for end, slope in ((low, rising), (high, falling))]  # fmt: skip
        return np.asarray(np.fmin(*above))

    def _spent(self, share: Numbers) -> Numbers:
        """Return int_0^s Q; floats by quadrature, once for every share."""
        costs = self._costs(share)
        if share.dtype == object or costs is self.exact:
            return np.asarray(costs.spent(share))
        places = share.tolist()
        new = sorted({place for place in places if place not in self._known})
        if new:
            self._known.update(zip(new, np.ravel(costs.spent(np.array(new))).tolist(), strict=True))
        return np.array([self._known[place] for place in places])

    @cached_property
    def _known(self) -> dict[float, float]:
        return {}

    def _worth(self, like: Any) -> Any:
        """Return what quality is worth to all together: w eta + nu."""
        value, drift = self._numbers("value", "drift", like=like)
        return value * drift + self._number(Fraction(self.quality_value), like)

    def _quality_slope(self, share: Any) -> Any:
        """Return q'(s) = gamma x~(s)^2/(eta q_max)."""
        drift, rate, top = self._numbers("drift", "learning_rate", "quality_max", like=share)
        return rate * self.gap(share) * self.gap(share) / (drift * top)

    def _costs(self, share: Numbers) -> Quantiles:
        fractions = np.asarray(share).dtype == object
        if self.exact is not None and (fractions or isinstance(self.exact, ExactUniform)):
            return self.exact
        return self.relay.costs

    def _numbers(self, *names: str, like: Any) -> tuple[Any, ...]:
        return tuple(self._number(Fraction(getattr(self.relay, name)), like) for name in names)

    def _number(self, value: Fraction, like: Any) -> Any:
        fractions = isinstance(like, Fraction) or np.asarray(like).dtype == object
        return value if fractions else float(value)


def _gap(drift: Any, rate: Any, top: Any, share: Any) -> Any:
    # STEADY_GAP, which is evaluated in floats only.
    return drift * top / (drift + (1 - drift) * rate * share)


@dataclass(frozen=True, kw_only=True, eq=False)
class ShareCertificate:
    """Boxes that cover all shares, the largest of their bounds, and the best point.

    Parameters
    ----------
    problem : ShareProblem
    edges : tuple of float
        Ends of the boxes, from 0 to 1.
    share : float
        The best share found.
    value, bound : Fraction or float
        Of the goal, at the share and over all boxes.
    """

    problem: ShareProblem
    edges: tuple[float, ...]
    share: float
    value: Fraction | float
    bound: Fraction | float

    @property
    def gap(self) -> Fraction | float:
        """Bound minus value: no fee and price are better by more."""
        return self.bound - self.value

    @property
    def status(self) -> str:
        """``"exact"`` or ``"certified-ball"``; ``"numeric-only"`` where quantiles are floats."""
        if self.problem.exact is None:
            return "numeric-only"
        return "exact" if self.gap == 0 else "certified-ball"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        trust = "" if self.problem.exact else ", if scipy's quantiles of the costs are right"
        return (
            f"{self.problem.goal} {float(self.value):.9g} is reached, and no fee and price that "
            f"serve the market and pay for rewards reach more than {float(self.bound):.9g}{trust}"
        )

    def check(self) -> bool:
        """Derive value and bound again."""
        if len(self.edges) < 2 or self.edges[0] != 0 or self.edges[-1] != 1:
            return False
        if not all(a < b for a, b in zip(self.edges[:-1], self.edges[1:], strict=True)):
            return False
        value, bound = _value(self.problem, self.share), _bound(self.problem, self.edges)
        return bool(value == self.value and bound == self.bound and -math.inf < value <= bound)


def explore(problem: ShareProblem, gap: float) -> tuple[tuple[float, ...], float, float]:
    """Return edges of boxes, the best share and its value, in floats."""
    edges = np.unique(np.concatenate([_first_edges(problem), list(problem.steps)]))
    share, best = _best(problem, edges, (0.0, -math.inf))
    low, high = edges[:-1], edges[1:]
    kept = [edges]
    for _ in range(_HALVINGS):
        wide = problem.bounds(low, high) > best + gap * _size(best)
        low, high = low[wide], high[wide]
        middle = (low + high) / 2
        if not wide.any() or sum(map(len, kept)) + len(low) > _MOST:
            break
        share, best = _best(problem, middle, (share, best))
        kept.append(middle)
        inside = (low < middle) & (middle < high)
        ends = (low[inside], middle[inside]), (middle[inside], high[inside])
        low, high = (np.concatenate(pair) for pair in zip(*ends, strict=True))
    return tuple(np.unique(np.concatenate(kept)).tolist()), share, best


def search(problem: ShareProblem, gap: float) -> ShareCertificate | None:
    """Return the best share and a bound, or None if no share was found feasible.

    ``gap`` is relative to the size of the goal.
    """
    cover, share, best = explore(problem, gap)
    value = _value(problem, share)
    if best == -math.inf or value == -math.inf:
        return None
    return ShareCertificate(problem=problem, edges=cover, share=share, value=value,
                            bound=_bound(problem, cover))  # fmt: skip


def _first_edges(problem: ShareProblem) -> Numbers:
    """Return a grid, finer above the share who train for nothing: lower ones are not feasible."""
    relay = problem.relay
    natural = float(steady(relay, np.array(0.0), np.array(0.0)).training_share)
    finer = natural + (1 - natural) * 0.5 ** np.arange(1, 48)
    return np.concatenate([np.linspace(0.0, 1.0, _START + 1), finer, [natural]])


def _size(best: float) -> float:
    return max(abs(best), 1e-12) if best > -math.inf else 1.0


def _best(
    problem: ShareProblem, shares: Numbers, known: tuple[float, float]
) -> tuple[float, float]:
    values = problem.values(shares)
    place = int(np.argmax(values)) if len(values) else -1
    better = place >= 0 and values[place] > known[1]
    return (float(shares[place]), float(values[place])) if better else known


def _value(problem: ShareProblem, share: float) -> Any:
    return problem.values(problem.array([share]))[0]


def _bound(problem: ShareProblem, edges: tuple[float, ...]) -> Any:
    places = problem.array(edges)
    return problem.bounds(places[:-1], places[1:]).max()


def _between(least: Numbers, greatest: Numbers, most: Any) -> Numbers:
    """Return the point of [least, greatest] nearest to ``most``."""
    return np.asarray(np.maximum(least, np.minimum(greatest, np.full_like(greatest, most))))
