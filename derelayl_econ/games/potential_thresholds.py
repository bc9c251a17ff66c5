"""The reward factors at which effort leaves its floors, jumps, and reaches its ceilings.

Definitions: :mod:`derelayl_econ.games.potential`. Proved: theorem M in proofs/.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.games.potential_formulas import CRITICAL_FACTOR, EFFORT_SHARE, JUMP_EFFORT
from derelayl_econ.results import Result

__all__ = ["CriticalFactors", "critical_factors"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CriticalFactors(Result):
    """Three reward factors, in increasing order, and the mean efforts at the middle one.

    Attributes
    ----------
    low : float
        lambda_1: up to it everybody is at the floor.
    middle : float
        lambda_*: where effort jumps, if it does.
    high : float
        lambda_2: from it on everybody is at the ceiling, if anybody does anything.
    jump_from, jump_to : float
        c_1, c_2: where c_1 < c_2, mean effort jumps from one to the other at lambda_*.
    """

    low: float
    middle: float
    high: float
    jump_from: float
    jump_to: float


def critical_factors(costs: Array, floors: Array, ceilings: Array) -> CriticalFactors:
    """Return the critical reward factors of participants with these costs and bounds.

    Examples
    --------
    All alike: 2 a N/(N + 1), three times.

    >>> found = critical_factors(np.full(3, 2.0), np.ones(3), np.full(3, 5.0))
    >>> found.low, round(found.middle, 12), found.high
    (3.0, 3.0, 3.0)
    """
    free = floors < ceilings
    if not free.any():
        raise InputError("ceilings", "equal to the floors", "be above the floor of somebody")
    middle = _middle(costs[free], costs.size)
    low = middle  # without floors; otherwise rounding must not put it above
    if floors.any():
        low = min(middle, float(_factors(costs, floors, free).min()))
    high = max(middle, float(_factors(costs, ceilings, free).max()))
    leave, arrive = (
        JUMP_EFFORT(effort_cost=costs[free], effort_bound=bound[free], reward_factor=middle,
                    participants=costs.size)
        for bound in (floors, ceilings)
    )  # fmt: skip
    return CriticalFactors(
        low=low,
        middle=middle,
        high=high,
        jump_from=float(leave.max()),
        jump_to=float(arrive.min()),
    )


def _factors(costs: Array, bounds: Array, free: npt.NDArray[np.bool_]) -> Array:
    return CRITICAL_FACTOR(effort_cost=costs[free], effort_bound=bounds[free],
                           total_bound=bounds.sum(), participants=costs.size)  # fmt: skip


def _middle(costs: Array, participants: int) -> float:
    """Solve sum kappa_i = 1 over those who have a choice; the sum rises with lambda."""
    from scipy.optimize import brentq

    def beyond(factor: float) -> float:
        share = EFFORT_SHARE(reward_factor=factor, effort_cost=costs, participants=participants)
        return float(share.sum()) - 1

    # With m equal costs a the root is 2 N a/(m + 1); N a is where a single kappa reaches 1.
    equal = 2 * participants / (costs.size + 1)
    low = equal * float(costs.min())
    high = min(equal * float(costs.max()), participants * float(costs.min()))
    if beyond(low) >= 0 or high <= low:
        return low
    if beyond(high) <= 0:
        return high
    return float(brentq(beyond, low, high, xtol=4e-16 * low, rtol=4 * np.finfo(np.float64).eps))
