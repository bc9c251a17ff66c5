"""C: how much to train. Equilibria fill the marginal quality; relay orders do no better.

The concave quality Q is known by its tangents: at a total X with slope Q'(X) it lies below
Q(X) + Q'(X) (Y - X), strictly for Y != X, and larger totals have smaller slopes. Sums over
participants are aggregates: a claim called "step" adds one participant to sums that have a
property, and empty sums have it.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.contribution_formulas import (
    COST_VALUE_RATIO,
    PAYOFF,
    REACHED,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import Proposition, all_of, any_of, eq, ge, gt, implies, le, lt, ne, no

__all__ = ["THEOREM"]

_a, _c, _own, _q = (symbol(s) for s in ("value", "cost", "own_effort", "quality"))
_X, _slope, _S_k, _x_k = (symbol(s) for s in ("effort", "marginal_quality", "cap_sum", "demand"))
_other, _q2, _Y, _slope2 = sp.symbols("other_effort other_quality other_total other_slope")
_kappa, _kappa2, _cap, _cap2 = sp.symbols("kappa other_kappa cap other_cap")
_RATIO = COST_VALUE_RATIO.expression


def _payoff(own: Any, quality: Any) -> Any:
    return PAYOFF.expression.subs({_own: own, _q: quality}, simultaneous=True)


def _below_line(quality: Any, total: Any) -> Proposition:
    """Return that Q at another total lies strictly below its tangent at X."""
    return implies(ne(total, _X), lt(quality, _q + _slope * (total - _X)))


def _fills(own: Any, slope: Any, kappa: Any, cap: Any) -> Proposition:
    """Return that an effort is what the slope asks for: none, the cap, or anything between."""
    return all_of(ge(own, 0), le(own, cap), implies(lt(slope, kappa), eq(own, 0)),
                  implies(gt(slope, kappa), eq(own, cap)))  # fmt: skip


_MONEY = (gt(_a, 0), gt(_c, 0))
_MOVED = eq(_Y, _X + _other - _own)
_e, _e2 = sp.symbols("filled other_filled")
_F1, _F2 = sp.symbols("filled_sum other_filled_sum")
_LINE = _q + _slope * (_Y - _X)
_FILLING = (
    Claim(
        "another effort loses what Q lacks to its line, and the net worth of each leg not trained",
        (_MOVED,),
        eq(_payoff(_own, _q) - _payoff(_other, _q2),
           _a * (_LINE - _q2) + (_a * _slope - _c) * (_own - _other)),
        mutants=(eq(_payoff(_own, _q) - _payoff(_other, _q2),
                    (_a * _slope - _c) * (_own - _other)),),
    ),
    Claim(
        "who trains what the slope asks for does strictly worse by any other effort",
        (*_MONEY, _fills(_own, _slope, _RATIO, _cap), ge(_other, 0), le(_other, _cap),
         ne(_other, _own), _MOVED, _below_line(_q2, _Y)),
        lt(_payoff(_other, _q2), _payoff(_own, _q)),
        mutants=(lt(_payoff(_other, _q2), _payoff(_own, _q) - _a),),
    ),
    Claim(
        "who does not gains by going where the slope has not yet reached the own ratio",
        (*_MONEY, _MOVED, ne(_other, _own), lt(_q, _q2 + _slope2 * (_X - _Y)),
         any_of(all_of(gt(_other, _own), ge(_slope2, _RATIO)),
                all_of(lt(_other, _own), le(_slope2, _RATIO)))),
        gt(_payoff(_other, _q2), _payoff(_own, _q)),
        mutants=(gt(_payoff(_other, _q2), _payoff(_own, _q) + _a),),
    ),
    Claim(
        "the keener is at the cap before the next begins",
        (lt(_kappa, _kappa2), _fills(_e, _slope, _kappa, _cap),
         _fills(_e2, _slope, _kappa2, _cap2), gt(_e2, 0)),
        eq(_e, _cap),
        mutants=(eq(_e2, _cap2),),
    ),
    Claim(
        "so of two with different ratios one at most contributes a part",
        (ne(_kappa, _kappa2), _fills(_e, _slope, _kappa, _cap),
         _fills(_e2, _slope, _kappa2, _cap2)),
        no(all_of(gt(_e, 0), lt(_e, _cap), gt(_e2, 0), lt(_e2, _cap2))),
        mutants=(no(all_of(gt(_e, 0), lt(_e, _cap), gt(_e2, 0))),),
    ),
    Claim(
        "at a smaller slope nobody trains more (step of the sum)",
        (lt(_slope2, _slope), _fills(_e, _slope, _kappa, _cap),
         _fills(_e2, _slope2, _kappa, _cap), le(_F2, _F1)),
        le(_F2 + _e2, _F1 + _e),
        mutants=(lt(_F2 + _e2, _F1 + _e),),
    ),
    Claim(
        "so the total is unique: the larger of two has the smaller slope and no more effort",
        (implies(lt(_X, _Y), lt(_slope2, _slope)), implies(lt(_Y, _X), lt(_slope, _slope2)),
         implies(lt(_slope2, _slope), le(_Y, _X)), implies(lt(_slope, _slope2), le(_X, _Y))),
        eq(_X, _Y),
        mutants=(eq(_X, 1),),
    ),
)  # fmt: skip

_FULL = implies(lt(_X, _x_k), eq(_F1, _S_k))  # all up to here want more: all are at their caps
_KTH = (ge(_e, 0), le(_e, _cap), implies(lt(_X, _x_k), eq(_e, _cap)),
        implies(gt(_X, _x_k), eq(_e, 0)))  # fmt: skip
_x_next = sp.Symbol("next_demand")
_WATER = (
    Claim(
        "efforts of all who demand more than the total fill their caps (step, keenest first)",
        (_FULL, le(_F1, _S_k), le(_x_next, _x_k), *(p for p in _KTH[:2]),
         implies(lt(_X, _x_next), eq(_e, _cap))),
        all_of(le(_F1 + _e, _S_k + _cap), implies(lt(_X, _x_next), eq(_F1 + _e, _S_k + _cap))),
        mutants=(eq(_F1 + _e, _S_k + _cap),),
    ),
    Claim(
        "no k reaches more than the total: min(S_k, x_k) <= X",
        (_FULL, le(_F1, _X)),
        le(REACHED.expression, _X),
        mutants=(lt(REACHED.expression, _X),),
    ),
    Claim(
        "and the last contributor reaches it: the total is the largest of them",
        (_FULL, le(_F1, _S_k), eq(_X, _F1), *_KTH, gt(_e, 0)),
        eq(REACHED.expression, _X),
        mutants=(eq(_S_k, _X), eq(_x_k, _X)),
    ),
)  # fmt: skip

# A relay of two: the first leaves y, the second turns it into F(y).
_y, _D1, _D2, _x1, _x2, _left = sp.symbols("left cap_first cap_last demand_first demand_last y")
_z, _M = sp.symbols("lower_total largest_demand")
_CAPS, _DEMANDS = (_D1, _D2), (_x1, _x2)
_TWO = (ge(_D1, 0), ge(_D2, 0), ge(_x1, 0), ge(_x2, 0))


def _reply(left: Any) -> Any:
    """Return F(y): the last of two tops up to the own demand, as far as the cap allows."""
    return sp.Min(left + _D2, sp.Max(left, _x2))


def _together(cap: Any, demand: Any, less_keen: Any) -> Any:
    """Return the simultaneous total of two, the keener one's numbers first."""
    reached = (REACHED.expression.subs({_S_k: total, _x_k: most}, simultaneous=True)
               for total, most in ((cap, demand), (_D1 + _D2, less_keen)))  # fmt: skip
    return sp.Max(*reached)


_KEEN_LAST = (le(_x1, _x2), eq(_X, _together(_D2, _x2, _x1)))
_KEEN_FIRST = (ge(_x1, _x2), eq(_X, _together(_D1, _x1, _x2)))
_LEAVES = (ge(_y, 0), le(_y, _D1))
_F_y = sp.Symbol("final")
_BACK = any_of(*(
    all_of(ge(z, 0), lt(z, _y), eq(_reply(z), _X), ge(_y - z, _F_y - _X)) for z in (_X, _X - _D2)
))  # fmt: skip
_RELAY = (
    Claim(
        "the last mover's best top-up from y is F(y) = min(y + D, max(y, x))",
        (*_MONEY, eq(_X, _reply(_left)), ge(_z, _left), le(_z, _left + _D2), ne(_z, _X),
         ge(_D2, 0), implies(lt(_X, _x2), gt(_slope, _RATIO)),
         implies(gt(_X, _x2), lt(_slope, _RATIO)), implies(eq(_X, _x2), eq(_slope, _RATIO)),
         _below_line(_q2, _z)),
        lt(_payoff(_z - _left, _q2), _payoff(_X - _left, _q)),
        mutants=(lt(_payoff(_z - _left, _q2), _payoff(_X - _left, _q) - _a),),
    ),
    Claim(
        "two movers, the keener first: from above the simultaneous total one step down reaches it",
        (*_TWO, *_KEEN_FIRST, *_LEAVES, eq(_F_y, _reply(_y)), gt(_F_y, _X)),
        all_of(_BACK, ge(_X, _x1)),
        mutants=(gt(_X, _x1),),
    ),
    Claim(
        "the keener last: likewise, and the first mover's demand is met there",
        (*_TWO, *_KEEN_LAST, *_LEAVES, eq(_F_y, _reply(_y)), gt(_F_y, _X)),
        all_of(_BACK, ge(_X, _x1)),
        mutants=(ge(_X, _x2),),
    ),
    Claim(
        "so the first of two leaves nothing that ends above the simultaneous total",
        (*_MONEY, le(_slope, _RATIO), lt(_X, _F_y), lt(_q2, _q + _slope * (_F_y - _X)),
         ge(_y - _z, _F_y - _X)),
        gt(_payoff(_z, _q), _payoff(_y, _q2)),
        mutants=(gt(_payoff(_z, _q), _payoff(_y, _q2) + _a),),
    ),
    Claim(
        "the keener last: what ends below the simultaneous total lacks X - D_last - y",
        (*_TWO, *_KEEN_LAST, *_LEAVES, eq(_F_y, _reply(_y)), lt(_F_y, _X)),
        all_of(le(_X, _x1), lt(_y, _X - _D2), le(_X - _D2, _D1), eq(_reply(_X - _D2), _X),
               eq(_X - _D2 - _y, _X - _F_y)),
        mutants=(le(_X, _D2),),
    ),
    Claim(
        "and it pays the first to add that: keenest last, the simultaneous total is reached",
        (*_MONEY, ge(_slope, _RATIO), lt(_F_y, _X), lt(_q2, _q + _slope * (_F_y - _X)),
         eq(_z - _y, _X - _F_y)),
        gt(_payoff(_z, _q), _payoff(_y, _q2)),
        mutants=(gt(_payoff(_z, _q), _payoff(_y, _q2) + _a),),
    ),
    Claim(
        "no caps, any number: leaving more than all demand and what is there is a loss",
        (*_MONEY, eq(_X, sp.Max(_left, _M)), gt(_y, _X), le(_slope, _RATIO),
         lt(_q2, _q + _slope * (_y - _X))),
        lt(_payoff(_y - _left, _q2), _payoff(_X - _left, _q)),
        mutants=(lt(_payoff(_y - _left, _q2), _payoff(_X - _left, _q) - _a),),
    ),
    Claim(
        "so the total stays at most M from mover to mover (step, from the last backwards)",
        (le(_left, _M), le(_y, sp.Max(_left, _M)), implies(le(_y, _M), le(_F_y, _M))),
        le(_F_y, _M),
        mutants=(lt(_F_y, _M),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="C",
    title="contribution",
    statement=(
        "Efforts are an equilibrium iff they fill: one partial contributor at most, one total, the "
        "shipped one. Of two in relay order no play ends above it, and with the keener last none "
        "below; without caps no order of any number ends above it."
    ),
    claims=(*_FILLING, *_WATER, *_RELAY),
    formulas=(PAYOFF, COST_VALUE_RATIO, REACHED),
    trusted=(
        "induction over the participants from the empty sum to the sum of all; a strictly concave "
        "differentiable function lies strictly below its tangents, and its slope falls "
        "continuously (so that a slope above a ratio stays above it a little further on)"
    ),
    about=(
        "games.contribution.ContributionGame.simultaneous",
        "games.contribution.ContributionGame.sequential",
        "games.contribution_formulas",
        "games.contribution_relay.play_in_order",
        "games.waterfilling.waterfill",
    ),
    source="theory notes, section 2.3; Varian 1994",
)
