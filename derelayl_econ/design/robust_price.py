r"""The price of improvement that is best in the worst case over a box of parameters.

The problem is that of :mod:`derelayl_econ.design.funding_price`. The price lambda is announced
before the parameters are known; then trainers, who know them, enter until a leg just pays. Each
parameter may lie anywhere between two ends, in any combination.

*Which corners matter.* At a price lambda a state of the world enters through two numbers only,

    q = q_max - c/(gamma (w + lambda))    of cost, learning rate, ceiling and trainers' own value,
    M = B' - eta lambda                   of users, their value, leakage and drift,

with B' = (1-theta) B for profit and for what users can pay, B' = B for welfare. No parameter
enters both, so over the box (q, M) fills a rectangle: q from q- at the *weak* corner (c high;
gamma, q_max, w low) to q+ at the *keen* corner, M from M- (eta, theta high; N_u, nu_u low) up; each
is monotone in each of its parameters. Hence, for every lambda >= 0,

    training pays             q >= 0 everywhere      iff q- >= 0,
    users can pay             M >= 0 everywhere      iff M- >= 0,
    with a subsidy S > 0      -q M <= S everywhere   iff -q+ M- <= S   (given q >= 0: where M- >= 0
                              both sides hold; where M- < 0, q+ M- is the least product),
    quality in the worst case                        q-,
    profit, welfare in the worst case                min(q- M-, q+ M-)   (by the same argument),

the last with q+ only where a subsidy allows M- < 0. So two of the 2^8 corners decide, weak and
keen, both with money at its worst. Both rows are concave in lambda, and so is their least: the
best price of the worst case is a convex program again, with one more variable (the worst case
itself) where both corners matter. With a box of width 0 it is the program of known parameters.

The answer is not a best price at the estimates with a margin: where nothing binds, welfare is best
at the closed form of the weak corner.

Source: theory notes, sections 3.4a and 7; Ben-Tal, El Ghaoui and Nemirovski 2009, "Robust
Optimization", chapter 1, for the worst case as a program; the two corners are own analysis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derelayl_econ.design.limits import Limit, Variables, at_least, at_most
from derelayl_econ.design.parameter_box import ParameterBox
from derelayl_econ.design.program import Program
from derelayl_econ.design.terms import Convex
from derelayl_econ.games.funding import DriftFunding

__all__ = ["PRICE_PARAMETERS", "PriceCorners", "price_program"]

_KEEN_LOW, _KEEN_HIGH = ("cost",), ("learning_rate", "quality_max", "value")
_MONEY_LOW, _MONEY_HIGH = ("users", "flow_value"), ("drift", "leakage")

PRICE_PARAMETERS = (*_KEEN_LOW, *_KEEN_HIGH, *_MONEY_LOW, *_MONEY_HIGH)


@dataclass(frozen=True, eq=False)
class PriceCorners:
    """The estimates and the two corners that decide; money is at its worst at both corners."""

    estimate: DriftFunding
    weak: DriftFunding
    keen: DriftFunding

    @classmethod
    def of(cls, funding: DriftFunding, box: Any) -> PriceCorners:
        """Return the corners of a box given by half-widths, after checking it."""
        around = ParameterBox.around(funding, box, PRICE_PARAMETERS)
        poor = around.corner(funding, low=_MONEY_LOW, high=_MONEY_HIGH)
        return cls(
            estimate=funding,
            weak=around.corner(poor, low=_KEEN_HIGH, high=_KEEN_LOW),
            keen=around.corner(poor, low=_KEEN_LOW, high=_KEEN_HIGH),
        )

    def deciding(self, goal: str, subsidy: float) -> tuple[DriftFunding, ...]:
        """Return the corners at which the goal may be worst."""
        same = all(getattr(self.weak, name) == getattr(self.keen, name)
                   for name in (*_KEEN_LOW, *_KEEN_HIGH))  # fmt: skip
        one = goal == "quality" or subsidy == 0 or same
        return (self.weak,) if one else (self.weak, self.keen)


def price_program(corners: PriceCorners, subsidy: float, goal: str) -> Program:
    """Return the program; its variable is z = w + lambda at the estimate of w."""
    variables = Variables()
    pay = variables.single("pay of an improvement")
    rows = [_minus(goal, corners, corner, pay) for corner in corners.deciding(goal, subsidy)]
    limits, objective = _limits(corners, pay, Fraction(subsidy)), rows[0]
    unit = "score" if goal == "quality" else "money"
    if len(rows) > 1:
        worst = variables.single(f"worst {goal}")
        limits += (at_most(f"{goal} at every corner", [row + worst for row in rows], 0, unit=unit,
                           weight=math.inf),)  # fmt: skip
        objective = -worst
    return Program(variables=variables, objective=objective, maximise=True, limits=limits,
                   goal=goal, unit=unit)  # fmt: skip


def _limits(corners: PriceCorners, pay: Convex, subsidy: Fraction) -> tuple[Limit, ...]:
    weak, keen, own = corners.weak, corners.keen, _number(corners.estimate, "value")
    if subsidy == 0:
        can_pay = at_most("users can pay", pay, own + _charged(weak) / _number(weak, "drift"),
                          unit="money / score", knob="paid by others")  # fmt: skip
    else:
        can_pay = at_most("users can pay", _transfer(corners, keen, pay, _charged(keen)), subsidy,
                          knob="of subsidy")  # fmt: skip
    return (
        at_least("training pays", _pay_at(corners, weak, pay),
                 _break_even(weak) / _number(weak, "quality_max"), unit="money / score",
                 knob="off the cost of closing the whole gap"),
        can_pay,
        at_least("price is not negative", pay, own, unit="money / score", weight=math.inf),
    )  # fmt: skip


def _minus(goal: str, corners: PriceCorners, corner: DriftFunding, pay: Convex) -> Convex:
    """Return minus the goal at a corner, a convex function."""
    if goal == "quality":
        here = _pay_at(corners, corner, pay)
        return here.reciprocal() * _break_even(corner) - _number(corner, "quality_max")
    charged = _charged(corner) if goal == "profit" else _benefit(corner)
    return _transfer(corners, corner, pay, charged)


def _transfer(
    corners: PriceCorners, corner: DriftFunding, pay: Convex, charged: Fraction
) -> Convex:
    """Return q (eta lambda - charged) at a corner."""
    rate, top, cost = _number(corner, "drift"), _number(corner, "quality_max"), _break_even(corner)
    gross, here = charged + rate * _number(corner, "value"), _pay_at(corners, corner, pay)
    return here * (rate * top) + here.reciprocal() * (gross * cost) - (gross * top + rate * cost)


def _pay_at(corners: PriceCorners, corner: DriftFunding, pay: Convex) -> Convex:
    """Return w + lambda at a corner."""
    return pay + (_number(corner, "value") - _number(corners.estimate, "value"))


def _break_even(funding: DriftFunding) -> Fraction:
    return _number(funding, "cost") / _number(funding, "learning_rate")


def _benefit(funding: DriftFunding) -> Fraction:
    return _number(funding, "users") * _number(funding, "flow_value")


def _charged(funding: DriftFunding) -> Fraction:
    return _benefit(funding) * (1 - _number(funding, "leakage"))


def _number(funding: DriftFunding, name: str) -> Fraction:
    return Fraction(getattr(funding, name))
