"""What the initiator's problem is at one share, and its bounds over boxes of shares.

Formulas and notation: :mod:`derelayl_econ.design.share_search`. All of it works on arrays of floats
or, where costs allow it, of fractions.
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
from derelayl_econ.games.arrivals import ArrivalRelay

__all__ = ["GOALS", "ShareProblem"]

Numbers = npt.NDArray[Any]

GOALS = ("profit", "welfare", "quality")


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
        (drift,) = self._numbers("drift", like=share)
        return self.improvement(share) * share / drift

    def improvement(self, share: Any) -> Any:
        """Return gamma x~(s), what a leg that is trained improves."""
        (rate,) = self._numbers("learning_rate", like=share)
        return rate * self.gap(share)

    def money(self, share: Numbers) -> tuple[Numbers, Numbers]:
        """Return the least k >= 0 and the greatest k, perhaps < 0, at which a share trains."""
        costs, own = self._costs(share), self._own(share)
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

    def value_without_money(self, low: float, high: float) -> Any:
        """Return a lower bound of the goal where training brings no money, thus s K(s) = 0.

        The share who train then lies from ``low`` to ``high``; -inf if that is not known.
        """
        ends = self.array([low, high])
        costs, own = self._costs(ends), self._own(ends)
        if costs.quantile(ends)[0] > own[0] or costs.quantile_right(ends)[1] < own[1]:
            return -math.inf
        goals = self._goal(ends, 0 * ends)
        return goals.min() if self.goal == "welfare" else goals[0]  # concave; rising

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

    def _own(self, share: Any) -> Any:
        """Return w gamma x~(s), what a trainer gains by using the better model."""
        (value,) = self._numbers("value", like=share)
        return value * self.improvement(share)

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


def _between(least: Numbers, greatest: Numbers, most: Any) -> Numbers:
    """Return the point of [least, greatest] nearest to ``most``."""
    return np.asarray(np.maximum(least, np.minimum(greatest, np.full_like(greatest, most))))
