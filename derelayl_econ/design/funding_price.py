r"""The price of improvement under drift and free entry, as a convex program with dual prices.

The game is that of :mod:`derelayl_econ.games.funding` (theory notes, section 3.4a): trainers enter
until a leg just pays, users pay lambda per unit of improvement. In z = w + lambda, what a unit of
improvement brings a trainer, the steady quality is q = q_max - a/z, a = c/gamma: concave. With B =
N_u nu_u, drift eta and leakage theta, per period:

    welfare   q (B - eta lambda)             = (B + eta w - eta z)(q_max - a/z),
    profit    q ((1-theta) B - eta lambda)   what users can be charged, less rewards,
    quality   q,

each an affine function of z less a multiple of 1/z, so concave for z > 0. Conditions:

    training pays           z >= a/q_max,
    price is not negative   z >= w,
    users can pay           lambda <= (1-theta) B/eta; with a subsidy S > 0 per period
                            eta lambda q <= (1-theta) B q + S, convex as the left side is affine
                            plus eta w a/z and q is concave.

Without a binding condition welfare is best at z = sqrt(a (B/eta + w)/q_max), the closed form of
:data:`derelayl_econ.games.funding.WELFARE_PRICE`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from derelayl_econ.design.limits import Limit, Variables, at_least, at_most
from derelayl_econ.design.program import Program
from derelayl_econ.design.result import Design
from derelayl_econ.design.terms import Convex
from derelayl_econ.domains import NON_NEGATIVE, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.games.funding import DriftFunding
from derelayl_econ.games.magnitude import check_magnitude

__all__ = ["FundingDesign", "FundingPrice"]

_GOALS = ("welfare", "profit", "quality")


@dataclass(frozen=True, kw_only=True, eq=False)
class FundingDesign(Design):
    """The best price; None in all numbers without one.

    Attributes
    ----------
    reward_price : float
        lambda (money/score).
    quality, legs_per_period, spending, welfare : float
        Of the steady state at this price (score, legs, money, money).
    """

    reward_price: float | None = None
    quality: float | None = None
    legs_per_period: float | None = None
    spending: float | None = None
    welfare: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class FundingPrice:
    """The question which price of improvement is best.

    Parameters
    ----------
    funding : DriftFunding
        With drift and users who value quality.
    subsidy : float
        S, money per period put in from outside, >= 0.

    Examples
    --------
    >>> funding = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1,
    ...                        users=1, flow_value=1)
    >>> design = FundingPrice(funding=funding).solve("welfare")
    >>> round(design.reward_price, 3), round(design.value, 6), design.certificate.check()
    (10.0, 0.25, True)
    >>> print(FundingPrice(funding=funding).solve("quality").price("users can pay"))
    users can pay: one more money / score paid by others raises the quality by 0.0125 score
    """

    funding: Any
    subsidy: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.funding, DriftFunding):
            raise InputError("funding", self.funding, "be a DriftFunding")
        if self.funding.drift == 0:
            raise InputError("drift of funding", 0, "be positive",
                             hint="Without drift there is nothing to hold.")  # fmt: skip
        number = check_number("subsidy", self.subsidy, NON_NEGATIVE)
        check_magnitude(subsidy=number)
        object.__setattr__(self, "subsidy", number)

    def program(self, goal: str = "welfare") -> Program:
        """Return the program; the variable is z."""
        if goal not in _GOALS:
            raise InputError("goal", goal, f"be one of {', '.join(_GOALS)}",
                             hint=did_you_mean(goal, _GOALS))  # fmt: skip
        variables = Variables()
        pay = variables.single("pay of an improvement")
        return Program(variables=variables, objective=self._minus(goal, pay), maximise=True,
                       limits=tuple(self._limits(pay)), goal=goal,
                       unit="score" if goal == "quality" else "money")  # fmt: skip

    def solve(self, goal: str = "welfare") -> FundingDesign:
        """Return the best price for ``"welfare"``, ``"profit"`` or ``"quality"``."""
        design = self.program(goal).solve()
        known = {part.name: getattr(design, part.name) for part in fields(Design)}
        if design.value is None:
            return FundingDesign(**known)
        price = max(0.0, design["pay of an improvement"] - self.funding.value)
        state = self.funding.steady_state(price)
        return FundingDesign(
            **known, reward_price=price, quality=state.quality, spending=state.spending,
            legs_per_period=state.legs_per_period, welfare=state.welfare,
        )  # fmt: skip

    def _minus(self, goal: str, pay: Convex) -> Convex:
        if goal == "quality":
            return pay.reciprocal() * self._break_even - self._number("quality_max")
        charged = self._charged if goal == "profit" else self._benefit
        return self._transfer(pay, charged)

    def _limits(self, pay: Convex) -> list[Limit]:
        rate, own = self._number("drift"), self._number("value")
        if self.subsidy == 0:
            can_pay = at_most("users can pay", pay, own + self._charged / rate,
                              unit="money / score", knob="paid by others")  # fmt: skip
        else:
            can_pay = at_most("users can pay", self._transfer(pay, self._charged),
                              Fraction(self.subsidy), knob="of subsidy")  # fmt: skip
        return [
            at_least("training pays", pay, self._break_even / self._number("quality_max"),
                     unit="money / score", knob="off the cost of closing the whole gap"),
            can_pay,
            at_least("price is not negative", pay, own, unit="money / score", weight=math.inf),
        ]  # fmt: skip

    def _transfer(self, pay: Convex, charged: Fraction) -> Convex:
        """Return q (eta lambda - charged)."""
        rate, top, cost = self._number("drift"), self._number("quality_max"), self._break_even
        gross = charged + rate * self._number("value")
        return pay * (rate * top) + pay.reciprocal() * (gross * cost) - (gross * top + rate * cost)

    @property
    def _break_even(self) -> Fraction:
        return self._number("cost") / self._number("learning_rate")

    @property
    def _benefit(self) -> Fraction:
        return self._number("users") * self._number("flow_value")

    @property
    def _charged(self) -> Fraction:
        return self._benefit * (1 - self._number("leakage"))

    def _number(self, name: str) -> Fraction:
        return Fraction(getattr(self.funding, name))
