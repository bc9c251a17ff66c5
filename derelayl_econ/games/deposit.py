r"""The deposit window: how large a stake may be when the audit rate is promised in advance.

The game: a validator is committed to verify a share y of all submissions and errs with rates
(alpha, beta), alpha + beta < 1. A trainer who works honestly pays c_h, one who cheats pays c_h - s;
an accepted submission earns the reward R, a rejected one loses the deposit D >= 0; staying away is
worth U. Honest work is accepted with probability pi_1 = 1 - y alpha, a cheat with
pi_0 = 1 - y (1 - beta).

Best response: honesty beats cheating iff y (1 - alpha - beta) (R + D) >= s, a *floor* on D; it is
worth taking part iff pi_1 R - (1 - pi_1) D - c_h >= U, a *ceiling* on D when pi_1 < 1. The window
is what lies between. Source: theory notes, section 4.1 (own analysis).

When is there one? Floor <= ceiling, with the floor not cut off at zero, is equivalent to
R >= U + c_h + s alpha / (1 - alpha - beta), in which y does not occur. A deposit cannot be negative
though, so the ceiling must be >= 0 too: R >= (U + c_h) / (1 - y alpha). This second condition binds
exactly when at the first one's reward honesty needs no deposit at all,
s / (1 - alpha - beta) < y [U + c_h + s alpha / (1 - alpha - beta)]; never when cheating costs
nothing and U <= 0, for then s = c_h makes the left side the larger one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, check_error_rates, symbol
from derelayl_econ.results import Result

__all__ = [
    "DEPOSIT_CEILING",
    "DEPOSIT_FLOOR",
    "MINIMUM_REWARD",
    "REWARD_FLOOR",
    "DepositWindow",
    "deposit_window",
]

_SOURCE = "theory notes, section 4.1"
_R, _U, _C, _S = symbol("reward"), symbol("outside"), symbol("cost_honest"), symbol("saving")
_ALPHA, _BETA, _Y = symbol("false_reject"), symbol("false_accept"), symbol("audit_rate")
_POWER = 1 - _ALPHA - _BETA  # how much better honest work fares than a cheat, once verified

DEPOSIT_FLOOR = Formula(
    "smallest deposit that makes honesty best", sp.Max(0, _S / (_Y * _POWER) - _R), _SOURCE
)
DEPOSIT_CEILING = Formula(
    "largest deposit worth posting", (_R * (1 - _Y * _ALPHA) - _C - _U) / (_Y * _ALPHA), _SOURCE
)
MINIMUM_REWARD = Formula(
    "smallest reward with a deposit window at some audit rate",
    _U + _C + _S * _ALPHA / _POWER,
    _SOURCE,
)
REWARD_FLOOR = Formula(
    "smallest reward with a deposit window at this audit rate",
    sp.Max(MINIMUM_REWARD.expression, (_U + _C) / (1 - _Y * _ALPHA)),
    _SOURCE + ", with the deposit kept non-negative",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class DepositWindow(Result):
    """The deposits that keep an honest trainer honest and willing.

    Attributes
    ----------
    low : float
        Smallest deposit (money) with which honesty is best; inf if nothing is ever verified.
    high : float
        Largest deposit (money) worth posting; inf if honest work is never rejected and pays, -inf
        if it does not pay even then; below ``low`` or below 0 where the window is empty.
    feasible : bool
        Whether some deposit in [max(low, 0), high] exists; decided in exact rationals.
    minimum_reward : float
        Smallest reward (money) with which *some* audit rate has a window; no audit rate can do with
        less, and lower audit rates do with exactly this.
    reward_floor : float
        Smallest reward (money) with a window at *this* audit rate: feasible iff the reward reaches
        it. At least ``minimum_reward``; inf if nothing is ever verified.
    margin : float
        Reward minus ``reward_floor`` (money): negative where the window is empty.
    """

    low: float
    high: float
    feasible: bool
    minimum_reward: float
    reward_floor: float
    margin: float

    def caption(self) -> str:
        """Return the verdict in words."""
        if self.feasible:
            return f"deposit window [{self.low:.6g}, {self.high:.6g}]"
        return f"no deposit works: the reward must reach {self.reward_floor:.6g}"


def deposit_window(
    *,
    cost_honest: float,
    saving: float,
    reward: float,
    audit_rate: float,
    false_reject: float = 0.0,
    false_accept: float = 0.0,
    outside: float = 0.0,
) -> DepositWindow:
    """Return the deposit window for a committed audit rate.

    Proved: theorem T5 in proofs/ (promised audits).

    Parameters
    ----------
    cost_honest, saving, reward : float
        Money per submission; ``saving`` > 0 is what a cheat spares.
    audit_rate : float
        Probability y in [0, 1] that a submission is verified.
    false_reject, false_accept : float
        Error rates of a verification, together below 1.
    outside : float
        Payoff (money) of staying away.

    Raises
    ------
    InputError
        If an argument is outside its domain.

    Examples
    --------
    >>> window = deposit_window(cost_honest=1, saving=0.8, reward=2, audit_rate=0.25,
    ...                         false_reject=0.1, false_accept=0.1)
    >>> print(f"{window.low:.3f} {window.high:.3f} {window.minimum_reward:.3f} {window.feasible}")
    2.000 38.000 1.100 True
    """
    rates = check_error_rates(false_reject, false_accept)
    given = check(
        cost_honest=cost_honest, saving=saving, reward=reward, audit_rate=audit_rate,
        outside=outside,
    )  # fmt: skip
    return window_of({**given, "false_reject": rates[0], "false_accept": rates[1]})


def window_of(given: dict[str, Any]) -> DepositWindow:
    """Return the window for checked values (floats or Fractions) under their code names."""
    minimum = _exact(MINIMUM_REWARD, given)
    if given["audit_rate"] == 0:  # nothing is verified: cheating always saves s > 0
        return DepositWindow(
            low=math.inf, high=_unbounded(given), feasible=False,
            minimum_reward=nearest_float(minimum), reward_floor=math.inf, margin=-math.inf,
        )  # fmt: skip
    floor = _exact(REWARD_FLOOR, given)
    never_rejected = given["audit_rate"] * given["false_reject"] == 0
    return DepositWindow(
        low=nearest_float(_exact(DEPOSIT_FLOOR, given)),
        high=_unbounded(given) if never_rejected else nearest_float(_exact(DEPOSIT_CEILING, given)),
        feasible=Fraction(given["reward"]) >= floor,
        minimum_reward=nearest_float(minimum),
        reward_floor=nearest_float(floor),
        margin=nearest_float(Fraction(given["reward"]) - floor),
    )


def _unbounded(given: dict[str, Any]) -> float:
    """Return the ceiling when an honest deposit is never lost: it plays no part in joining."""
    pays = Fraction(given["reward"]) - Fraction(given["cost_honest"]) >= Fraction(given["outside"])
    return math.inf if pays else -math.inf


def nearest_float(value: Fraction) -> float:
    """Return the nearest float; beyond the largest one, infinity of the right sign."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _exact(formula: Formula, given: dict[str, Any]) -> Fraction:
    value = formula.exact(**{name: given[name] for name in formula.arguments})
    return Fraction(int(value.p), int(value.q))
