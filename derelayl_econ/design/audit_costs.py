"""What each committee size costs at best, in closed form: see :mod:`derelayl_econ.design.audit`.

With F = s/kappa, u submissions per audit and the cheapest deposit D = F u - R the cost per leg is
R + i (F u - R) + nu m/u, convex in u. It falls up to u = sqrt(nu m/(i F)) and rises from there, so
that the best u is this one, or the end of [max(1, R/F), (R + cap)/F] that is nearest. If R is
chosen, it is as low as joining allows, R_0 = c_h + U + alpha F, or F u - cap where the cap makes it
more; where capital is dearer than rewards (i > 1) nothing is deposited, R = F u.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol
from derelayl_econ.results import Result

__all__ = ["BEST_AUDIT_INTERVAL", "CommitteeCost", "cheapest"]

_NU, _M = symbol("verify_cost"), symbol("committee_size")
_RATE, _FORCE = symbol("capital_rate"), symbol("temptation")

BEST_AUDIT_INTERVAL = Formula(
    "submissions per audit at least cost, where nothing else limits it",
    sp.sqrt(_NU * _M / (_RATE * _FORCE)),
    "first-order condition of nu m/u + i F u; own analysis",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CommitteeCost(Result):
    """What a committee size costs at best.

    Attributes
    ----------
    size : int
    false_reject, false_accept : float
        Of the majority, in the worst case.
    reward_needed : float
        Least reward (money) at which honest work can be best and worth joining; inf if none.
    cost : float
        Per leg (money), at the best audit rate and deposit; inf where the reward does not do.
    bound : float
        What no committee of this size or larger can cost less than.
    """

    size: int
    false_reject: float
    false_accept: float
    reward_needed: float
    cost: float
    bound: float


def cheapest(
    size: int, force: float, least: float, *, verify_cost: float, capital_rate: float,
    reward: float | None, deposit_cap: float | None,
) -> float:  # fmt: skip
    """Return the least cost per leg (money), inf if no deposit and audit rate will do.

    Parameters
    ----------
    force : float
        F (money).
    least : float
        R_0 (money), the reward at which joining pays.

    Examples
    --------
    >>> known = {"verify_cost": 0.04, "capital_rate": 0.01, "deposit_cap": None}
    >>> print(round(cheapest(1, 1.0, 1.0, reward=1.0, **known), 6))
    1.03
    """
    cap = math.inf if deposit_cap is None else deposit_cap
    votes = verify_cost * size

    def best(rate: float, low: float, high: float) -> float:
        """Return the best audit interval in [low, high] when a unit of F u costs ``rate``."""
        free = float(BEST_AUDIT_INTERVAL(verify_cost=verify_cost, committee_size=size,
                                         capital_rate=rate, temptation=force))  # fmt: skip
        return min(max(free, low), high)

    if reward is not None:
        low, high = max(1.0, reward / force), (reward + cap) / force
        if low > high or reward < least:
            return math.inf
        interval = best(capital_rate, low, high)
        return reward + capital_rate * (force * interval - reward) + votes / interval
    pay = max(least, 0.0)
    low, knee = max(1.0, pay / force), (pay + cap) / force
    if capital_rate > 1:
        interval = best(1.0, low, math.inf)
        return force * interval + votes / interval
    dear = best(1.0, max(low, knee), math.inf)
    costs = [] if math.isinf(dear) else [force * dear - cap * (1 - capital_rate) + votes / dear]
    if low <= knee:
        cheap = best(capital_rate, low, knee)
        costs.append(pay + capital_rate * (force * cheap - pay) + votes / cheap)
    return min(costs)
