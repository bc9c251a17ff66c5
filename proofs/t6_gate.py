"""G: the gate, and transfers between contributors, lead to what is best for all together.

G is the rise of the quality over the start, concave with G(0) = 0: at a total X with slope G'(X) it
lies below its tangent G(X) + G'(X) (Y - X), strictly for Y != X. A claim called "step" adds one
participant to sums that have a property, and empty sums have it.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.contribution_formulas import (
    COST_VALUE_RATIO,
    EQUALISING_TRANSFER,
    FULL_EQUALISATION,
    LEAKAGE_BOUND,
    OUTSIDE_PAYOFF,
    PAYOFF,
    STAYING_LEAKAGE,
    VALUE_TRANSFER,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, eq, ge, gt, iff, le, lt, ne

__all__ = ["THEOREM"]

_a, _c, _own, _q = (symbol(s) for s in ("value", "cost", "own_effort", "quality"))
_q0, _theta, _N, _X = (symbol(s) for s in ("quality_start", "leakage", "participants", "effort"))
_G, _less, _slope = symbol("rise"), symbol("rise_without"), symbol("marginal_quality")
_s, _C, _others = (symbol(s) for s in ("equalisation", "own_cost", "others_cost"))
_weight = symbol("value_share")
_other, _q2, _Y = sp.symbols("other_effort other_quality other_total")
_RATIO = COST_VALUE_RATIO.expression
_MONEY = (gt(_a, 0), gt(_c, 0))


def _payoff(own: Any, quality: Any) -> Any:
    return PAYOFF.expression.subs({_own: own, _q: quality}, simultaneous=True)


_part, _up = _X / _N, sp.Symbol("rise_beyond")
_BELOW, _G0 = sp.symbols("slope_without rise_of_others")


def _outside(own: Any, rise: Any) -> Any:
    return OUTSIDE_PAYOFF.expression.subs({_own: own, _q: _q0 + rise}, simultaneous=True)


_IDLE = _outside(sp.Integer(0), sp.Integer(0))
_INSIDE = _payoff(_part, _q0 + _G)
_EFFICIENT = (*_MONEY, ge(_N, 2), gt(_X, 0), eq(_N * _a * _slope, _c))
_CONCAVE_RISE = gt(_G, _X * _slope)  # G lies below its tangent at X, and G(0) = 0
_CHEATS = (ge(_own, 0), lt(_own, _part), gt(_less, 0), lt(_less, _G))
_joined, _before_q, _inside_e = sp.symbols("joined_quality inside_quality inside_effort")
_GATE = (
    Claim(
        "the total with N a G' = c is best for all together",
        (*_EFFICIENT, ne(_Y, _X), lt(_q2, _q + _slope * (_Y - _X))),
        lt(_N * _a * _q2 - _c * _Y, _N * _a * _q - _c * _X),
        mutants=(lt(_a * _q2 - _c * _Y, _a * _q - _c * _X),),
    ),
    Claim(
        "leakage 0: everybody's part is strictly better than any smaller effort",
        (*_EFFICIENT, _CONCAVE_RISE, *_CHEATS, eq(_theta, 0)),
        gt(_INSIDE, _outside(_own, _less)),
        mutants=(gt(_INSIDE, _outside(_own, _less) + _a),),
    ),
    Claim(
        "whatever leaks, and than any larger one",
        (*_EFFICIENT, gt(_other, _part), lt(_up, _G + _slope * (_other - _part))),
        gt(_INSIDE, _payoff(_other, _q0 + _up)),
        mutants=(gt(_INSIDE, _payoff(_other, _q0 + _up) + _a),),
    ),
    Claim(
        "the part is at least as good as giving e < m iff leakage is at most the shipped number",
        (*_EFFICIENT, *_CHEATS),
        iff(ge(_INSIDE, _outside(_own, _less)), le(_theta, STAYING_LEAKAGE.expression)),
        mutants=(iff(ge(_INSIDE, _outside(_own, _less)), lt(_theta, STAYING_LEAKAGE.expression)),),
    ),
    Claim(
        "as giving nothing, iff it is at most the simple bound, which is positive",
        (*_EFFICIENT, _CONCAVE_RISE, gt(_less, 0)),
        all_of(gt(LEAKAGE_BOUND.expression, 0),
               iff(ge(_INSIDE, _outside(sp.Integer(0), _less)),
                   le(_theta, LEAKAGE_BOUND.expression))),
        mutants=(all_of(le(LEAKAGE_BOUND.expression, 1),
                        iff(ge(_INSIDE, _outside(sp.Integer(0), _less)),
                            le(_theta, LEAKAGE_BOUND.expression))),),
    ),
    Claim(
        "the simple bound is exact where theta G'(X - m) <= N G'(X): nothing is the best cheat",
        (*_EFFICIENT, *_CHEATS, gt(_theta, 0), le(_theta * _BELOW, _N * _slope),
         ge(_G0, 0), le(_less, _G0 + _BELOW * _own)),
        le(_outside(_own, _less), _outside(sp.Integer(0), _G0)),
        mutants=(lt(_outside(_own, _less), _outside(sp.Integer(0), _G0)),),
    ),
    Claim(
        "leakage 0, nobody trains: x >= m gains nothing iff a G(x) <= c x, and x < m never does",
        (*_MONEY, eq(_theta, 0), gt(_other, 0), gt(_own, 0)),
        all_of(iff(ge(_IDLE, _payoff(_other, _q0 + _less)), le(_a * _less, _c * _other)),
               lt(_outside(_own, _up), _IDLE)),
        mutants=(all_of(iff(ge(_IDLE, _payoff(_other, _q0 + _less)), lt(_a * _less, _c * _other)),
                        lt(_outside(_own, _up), _IDLE)),),
    ),
    Claim(
        "leakage 0: where it pays those inside, it pays one more to join",
        (*_MONEY, eq(_theta, 0), ge(_less, 0), ge(_inside_e, _own), gt(_joined, _before_q),
         ge(_payoff(_inside_e, _before_q), _outside(sp.Integer(0), _less))),
        gt(_payoff(_own, _joined), _outside(sp.Integer(0), _less)),
        mutants=(gt(_payoff(_own, _joined), _outside(sp.Integer(0), _less) + _a),),
    ),
)  # fmt: skip

_spent, _k, _paid, _weights, _sum = sp.symbols("spending counted paid weights sum_of_payoffs")
_REST = {_others: _spent - _C}
_EQUAL = EQUALISING_TRANSFER.expression.subs(_REST)
_BY_VALUE = VALUE_TRANSFER.expression.subs(_REST)
_some = sp.Symbol("spending_of_counted")
_EQUAL_SUM = _s * (_some - (_k * _spent - _some) / (_N - 1))
_FULLY = FULL_EQUALISATION.expression
_TRANSFERS = (
    Claim(
        "equal shares: k participants get s [C of them - what each faces] (step)",
        (ge(_N, 2), eq(_paid, _EQUAL_SUM)),
        eq(_paid + _EQUAL, _EQUAL_SUM.subs({_k: _k + 1, _some: _some + _C}, simultaneous=True)),
        mutants=(eq(_paid + _EQUAL, _EQUAL_SUM),),
    ),
    Claim(
        "for all N that is zero",
        (ge(_N, 2), eq(_k, _N), eq(_some, _spent), eq(_paid, _EQUAL_SUM)),
        eq(_paid, 0),
        mutants=(eq(_spent, 0),),
    ),
    Claim(
        "shares by value: some get their costs less their weight of all costs (step)",
        (eq(_paid, _some - _weights * _spent),),
        eq(_paid + _BY_VALUE, _some + _C - (_weights + _weight) * _spent),
        mutants=(eq(_paid + _BY_VALUE, _some - _weights * _spent),),
    ),
    Claim(
        "weights that add up to one make the sum zero",
        (eq(_weights, 1), eq(_some, _spent), eq(_paid, _some - _weights * _spent)),
        eq(_paid, 0),
        mutants=(eq(_spent, 0),),
    ),
    Claim(
        "equal shares: a leg costs (1 - s) c, whatever the others spend",
        (ge(_N, 2),),
        eq(_payoff(_own, _q) + EQUALISING_TRANSFER.expression.subs(_C, _c * _own),
           _a * _q - (1 - _s) * _c * _own - _s * _others / (_N - 1)),
        mutants=(eq(_payoff(_own, _q) + EQUALISING_TRANSFER.expression.subs(_C, _c * _own),
                    _a * _q - (1 - _s) * _c * _own),),
    ),
    Claim(
        "at s = (N-1)/N and equal values everybody gets 1/N of the planner's sum",
        (ge(_N, 2), eq(_sum, _N * _a * _q - _c * _own - _others), eq(_s, _FULLY)),
        eq(_N * (_payoff(_own, _q) + EQUALISING_TRANSFER.expression.subs(_C, _c * _own)), _sum),
        mutants=(eq(_payoff(_own, _q) + EQUALISING_TRANSFER.expression.subs(_C, _c * _own), _sum),),
    ),
    Claim(
        "so the first-order condition is the planner's: (1 - s) c/a = c/(N a)",
        (ge(_N, 2), *_MONEY, eq(_s, _FULLY)),
        all_of(eq((1 - _s) * _RATIO, _c / (_N * _a)), ge(_s, 0), lt(_s, 1)),
        mutants=(eq((1 - _s) * _RATIO, _c / _a), le(_s, sp.Rational(1, 2))),
    ),
    Claim(
        "by value: everybody gets the own weight of the planner's sum, whatever the values",
        (gt(_k, 0), eq(_weight * _k, _a), eq(_sum, _k * _q - _c * _own - _others)),
        eq(_payoff(_own, _q) + VALUE_TRANSFER.expression.subs(_C, _c * _own), _weight * _sum),
        mutants=(eq(_payoff(_own, _q) + VALUE_TRANSFER.expression.subs(_C, _c * _own), _sum),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="G",
    title="gate, transfers",
    statement=(
        "Behind the gate everybody's part of the best total is an equilibrium at leakage 0, and "
        "against giving nothing up to the shipped bound; some inside and some outside never is at "
        "leakage 0. Both transfers are zero in sum and hand everybody a fixed share of the "
        "planner's sum, so that what is best for all is an equilibrium."
    ),
    claims=(*_GATE, *_TRANSFERS),
    formulas=(
        PAYOFF, COST_VALUE_RATIO, OUTSIDE_PAYOFF, STAYING_LEAKAGE, LEAKAGE_BOUND,
        EQUALISING_TRANSFER, FULL_EQUALISATION, VALUE_TRANSFER,
    ),
    trusted=(
        "induction over the participants from the empty sum to the sum of all; a strictly concave "
        "differentiable function lies strictly below its tangents"
    ),
    about=(
        "games.contribution.ContributionGame.gated",
        "games.contribution.ContributionGame.transfers",
        "games.contribution.ContributionGame.value_transfers",
        "games.contribution_formulas",
        "games.contribution_gate.solve_gate",
        "games.contribution_transfers.equalise_costs",
        "games.contribution_transfers.share_costs_by_value",
    ),
    source="theory notes, section 2.3; Swope 2002; Falkinger 1996",
)  # fmt: skip
