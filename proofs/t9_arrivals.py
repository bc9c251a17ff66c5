"""A: the relay of arrivals has one steady state, for every distribution of costs, and a budget.

The distribution F occurs only through its values at two cut-offs: it does not fall, and an atom at
a cut-off is a step from ``below`` to ``at_most``.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.arrival_formulas import (
    AVOIDED,
    BREAK_EVEN_PRICE,
    CUTOFF,
    DRIFTED,
    IMPROVEMENT,
    REVENUE,
    SPENDING,
    STARTING_PRICE,
    STEADY_GAP,
    STOPPING_GAP,
    UNIFORM_GAP,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, by_root
from proofs.logic import Proposition, all_of, eq, ge, gt, iff, implies, le, lt

__all__ = ["THEOREM"]

_A, _phi, _u0, _w, _lam = (symbol(s) for s in ("access", "access_fee", "outside", "value", "price"))
_gamma, _eta, _q = (symbol(s) for s in ("learning_rate", "drift", "quality_max"))
_x, _found, _F = (symbol(s) for s in ("gap", "drifted_gap", "training_share"))
_lo, _hi, _m, _c = (symbol(s) for s in ("lowest_cost", "highest_cost", "avoided", "cost"))
_found2, _F2, _lam2 = sp.symbols("drifted_gap_2 training_share_2 price_2")
_below, _below2, _at, _at2 = sp.symbols("below below_2 at_most at_most_2")
_CUTOFF, _STEADY, _STOP = CUTOFF.expression, STEADY_GAP.expression, STOPPING_GAP.expression
_AVOIDED, _IMPROVEMENT = AVOIDED.expression, IMPROVEMENT.expression
_BALANCE = REVENUE.expression - SPENDING.expression

_RULES = (gt(_gamma, 0), lt(_gamma, 1), gt(_q, 0), ge(_w, 0), ge(_lam, 0), ge(_phi, 0))
_DRIFT = (*_RULES, gt(_eta, 0), lt(_eta, 1))
_SHARE = (ge(_F, 0), le(_F, 1))
_OTHER = {_found: _found2, _F: _F2}
_TRAIN, _BUY = _A + (_w + _lam) * _gamma * _found - _c, _A - _phi
_RIGHT = _eta * _q * _found / _STEADY  # x~ [1 - (1-eta)(1 - gamma F)]

_ARRIVAL = (
    Claim(
        "an arrival trains iff its cost is at most the shipped cut-off",
        (),
        iff(ge(_TRAIN, sp.Max(_BUY, _u0)), le(_c, _CUTOFF.subs(_m, _AVOIDED))),
        mutants=(iff(ge(_TRAIN, _BUY), le(_c, _CUTOFF.subs(_m, _AVOIDED))),),
    ),
    Claim(
        "where the market is served not training costs the fee, elsewhere less",
        (),
        all_of(iff(ge(_BUY, _u0), eq(_AVOIDED, _phi)), iff(lt(_BUY, _u0), lt(_AVOIDED, _phi))),
        mutants=(iff(gt(_BUY, _u0), eq(_AVOIDED, _phi)),),
    ),
    Claim(
        "the gap is the same a leg later, on average, iff it is the shipped one",
        (*_DRIFT, *_SHARE, eq(_x, (1 - _gamma * _F) * _found)),
        iff(eq(DRIFTED.expression, _found), eq(_found, _STEADY)),
        mutants=(iff(eq(_x, _found), eq(_found, _STEADY)),),
    ),
)  # fmt: skip


def _does_not_fall(cutoff: Any, cutoff2: Any) -> tuple[Proposition, ...]:
    """Return that F does not fall, jumps included, between two cut-offs."""
    return implies(lt(cutoff, cutoff2), le(_at, _below2)), implies(lt(cutoff2, cutoff),
                                                                   le(_at2, _below))  # fmt: skip


def _steady(found: Any, share: Any, below: Any, at: Any) -> tuple[Proposition, ...]:
    """Return that a share who train keeps the gap, and is one that trains at this gap."""
    here = _STEADY.subs(_F, share)
    return ge(share, 0), le(share, 1), eq(found, here), le(below, share), le(share, at)


_ONE = _steady(_found, _F, _below, _at)
_TWO = _steady(_found2, _F2, _below2, _at2)
_MONOTONE = _does_not_fall(_CUTOFF, _CUTOFF.subs(_OTHER))
_PRICES = _does_not_fall(_CUTOFF, _CUTOFF.subs({**_OTHER, _lam: _lam2}))
_PAID = Claim(
    "steady: what the legs gain is what drift takes, eta/(1-eta) (q_max - x~)",
    (*_DRIFT, *_SHARE, eq(_found, _STEADY)),
    all_of(eq(_IMPROVEMENT, _eta * (_q - _found) / (1 - _eta)),
           implies(eq(_found, DRIFTED.expression), eq(_IMPROVEMENT, _eta * (_q - _x)))),
    mutants=(implies(eq(_found, DRIFTED.expression), eq(_IMPROVEMENT, _eta * (_q - _found))),),
)  # fmt: skip
_RISES = Claim(
    "a higher price: no smaller share trains and the gap is no larger",
    (*_DRIFT, lt(_lam, _lam2), *_ONE, *_TWO, *_PRICES),
    all_of(le(_F, _F2), ge(_found, _found2)),
    mutants=(lt(_F, _F2),),
)
_STATE = (
    Claim(
        "the right side of the balance rises strictly with the gap",
        (*_DRIFT, *_SHARE, le(_F, _F2), le(_F2, 1), gt(_found, 0), lt(_found, _found2)),
        lt(_RIGHT, _RIGHT.subs(_OTHER)),
        mutants=(lt(_RIGHT.subs(_OTHER), _RIGHT), lt(_F, _F2)),
    ),
    Claim(
        "it is below the left side at the gap eta q_max and not below it at q_max",
        (*_DRIFT, *_SHARE),
        all_of(lt(_RIGHT.subs(_found, _eta * _q), _eta * _q),
               ge(_RIGHT.subs(_found, _q), _eta * _q)),
        mutants=(gt(_RIGHT.subs(_found, _q), _eta * _q),),
    ),
    Claim(
        "so any steady gap lies in (eta q_max, q_max]",
        (*_DRIFT, *_SHARE),
        all_of(gt(_STEADY, _eta * _q), le(_STEADY, _q)),
        mutants=(lt(_STEADY, _q),),
    ),
    Claim(
        "at most one steady state, atoms or not, if the improvement is worth anything",
        (*_DRIFT, gt(_w + _lam, 0), *_ONE, *_TWO, *_MONOTONE),
        all_of(eq(_found, _found2), eq(_F, _F2)),
        mutants=(eq(_F, 1),),
    ),
    Claim(
        "at most one, even if it is worth nothing, where those at the cut-off train",
        (*_DRIFT, *_ONE, *_TWO, *_MONOTONE, eq(_F, _at), eq(_F2, _at2),
         implies(eq(_CUTOFF, _CUTOFF.subs(_OTHER)), eq(_at, _at2))),
        all_of(eq(_found, _found2), eq(_F, _F2)),
        mutants=(eq(_F, _below),),
    ),
    _PAID,
    Claim(
        "the fees pay the rewards iff the price is at most the shipped one",
        (*_RULES, gt(_F, 0), le(_F, 1), gt(_found, 0)),
        iff(ge(_BALANCE, 0), le(_lam, BREAK_EVEN_PRICE.expression)),
        mutants=(iff(gt(_BALANCE, 0), le(_lam, BREAK_EVEN_PRICE.expression)),),
    ),
    _RISES,
    Claim(
        "and the balance of fees and rewards is no larger",
        (*_DRIFT, *_SHARE, lt(_lam, _lam2), le(_F, _F2), le(_F2, 1), ge(_found, _found2),
         gt(_found2, 0), le(_found, _q),
         eq(_IMPROVEMENT, _eta * (_q - _found) / (1 - _eta)),
         eq(_IMPROVEMENT.subs(_OTHER), _eta * (_q - _found2) / (1 - _eta))),
        ge(_BALANCE, _BALANCE.subs({**_OTHER, _lam: _lam2})),
        mutants=(gt(_BALANCE, _BALANCE.subs({**_OTHER, _lam: _lam2})),),
    ),
)  # fmt: skip

_WORTH = (*_RULES, gt(_w + _lam, 0))
_ENDING = (
    Claim(
        "nobody trains iff the gap is below the shipped one, positive iff m is below all costs",
        _WORTH,
        all_of(iff(lt(_CUTOFF, _lo), lt(_found, _STOP)), iff(gt(_STOP, 0), lt(_m, _lo))),
        mutants=(iff(le(_CUTOFF, _lo), lt(_found, _STOP)),),
    ),
    Claim(
        "without drift the last leg leaves a gap in [(1-gamma) of it, it)",
        (*_WORTH, ge(_CUTOFF, _lo), lt(_CUTOFF.subs(_found, (1 - _gamma) * _found), _lo)),
        all_of(le((1 - _gamma) * _STOP, (1 - _gamma) * _found),
               lt((1 - _gamma) * _found, _STOP)),
        mutants=(lt((1 - _gamma) * _STOP, (1 - _gamma) * _found), lt(_found, _STOP)),
    ),
    Claim(
        "make-work: somebody trains at every gap, however small, iff m is not below all costs",
        (*_WORTH, ge(_found, 0)),
        all_of(implies(ge(_m, _lo), ge(_CUTOFF, _lo)),
               implies(all_of(lt(_m, _lo), le(_found, _STOP / 2)), lt(_CUTOFF, _lo))),
        mutants=(implies(ge(_m, _lo), gt(_CUTOFF, _lo)),
                 implies(all_of(lt(_m, _lo), le(_found, _STOP)), lt(_CUTOFF, _lo))),
    ),
    Claim(
        "it outlasts the gap, some gaining by it, iff m exceeds the lowest cost",
        (*_WORTH, eq(_found, 0)),
        iff(gt(_CUTOFF, _lo), gt(_m, _lo)),
        mutants=(iff(ge(_CUTOFF, _lo), gt(_m, _lo)),),
    ),
    Claim(
        "somebody trains at the largest gap iff the price reaches the shipped one",
        _RULES,
        all_of(iff(ge(_CUTOFF.subs(_found, _q), _lo), ge(_lam, STARTING_PRICE.expression)),
               ge(STARTING_PRICE.expression, 0)),
        mutants=(iff(gt(_CUTOFF.subs(_found, _q), _lo), ge(_lam, STARTING_PRICE.expression)),),
    ),
)  # fmt: skip

_K, _L, _E, _r, _e, _t = sp.symbols("K L E root e t")
_QUADRATIC = Claim(
    "x (L + K x) = E with L + K x > 0 has the one root 2 E/(L + sqrt(L^2 + 4 K E))",
    (ge(_K, 0), gt(_E, 0), gt(_x, 0), gt(_e, 0), eq(_L + _K * _x, _e), gt(_r, 0),
     eq(_r**2, _L**2 + 4 * _K * _E), eq(_t * (_L + _r), 2 * _E)),
    iff(eq(_x * _e, _E), eq(_x, _t)),
    mutants=(iff(eq(_x * _e, 2 * _E), eq(_x, _t)),),
)  # fmt: skip
_UNIFORM, _ROOT = by_root(UNIFORM_GAP.expression, _r)
_LINEAR = 2 * _eta * _q / _UNIFORM - _r
_CURVED = (1 - _eta) * _gamma / (_hi - _lo) * (_w + _lam) * _gamma
_DRAWN = (_CUTOFF - _lo) / (_hi - _lo)
_HELD = _eta + (1 - _eta) * _gamma * _F
_DRAWN_HELD = _HELD.subs(_F, _DRAWN)
_COSTS = (*_DRIFT, gt(_hi, _lo), *_ROOT, gt(_found, 0), ge(_DRAWN, 0), le(_DRAWN, 1))
_CLEARED = Claim(
    "a gap is steady iff gap times eta + (1-eta) gamma F is eta q_max",
    (*_DRIFT, ge(_F, 0)),
    all_of(gt(_HELD, 0), iff(eq(_found, _STEADY), eq(_found * _HELD, _eta * _q))),
    mutants=(iff(eq(_found, _STEADY), eq(_found * _HELD, _q)),),
)
_FORM = Claim(
    "uniform costs: eta + (1-eta) gamma F is L + K x~ with K >= 0",
    (*_DRIFT, gt(_hi, _lo), *_ROOT),
    all_of(eq(_LINEAR + _CURVED * _found, _DRAWN_HELD), ge(_CURVED, 0)),
    mutants=(eq(_LINEAR, _DRAWN_HELD),),
)
_UNIFORM_COSTS = (
    _CLEARED,
    _QUADRATIC,
    _FORM,
    Claim(
        "uniform costs: the gap is steady iff it is the shipped one",
        _COSTS,
        iff(eq(_found, _STEADY.subs(_F, _DRAWN)), eq(_found, _UNIFORM)),
        mutants=(iff(eq(_found, _STEADY), eq(_found, _UNIFORM)),),
        using=(_CLEARED.at({_F: _DRAWN}), _FORM.at(),
               _QUADRATIC.at({_K: _CURVED, _L: _LINEAR, _E: _eta * _q, _x: _found,
                              _e: _DRAWN_HELD, _t: _UNIFORM})),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="A",
    title="arrivals",
    statement=(
        "Whatever the distribution of costs, under drift at most one gap is steady, and one is "
        "(signs differ at the ends); a higher price never improves the balance of fees and "
        "rewards. Without drift the relay stops at the shipped gap iff not training costs less "
        "than any training does."
    ),
    claims=(*_ARRIVAL, *_STATE, *_ENDING, *_UNIFORM_COSTS),
    formulas=(
        AVOIDED, CUTOFF, DRIFTED, STEADY_GAP, IMPROVEMENT, REVENUE, SPENDING, BREAK_EVEN_PRICE,
        STOPPING_GAP, STARTING_PRICE, UNIFORM_GAP,
    ),
    trusted=(
        "a continuous function that changes sign has a root, and so has one with jumps once they "
        "are filled in; a positive number has one positive square root"
    ),
    about=("games.arrivals.ArrivalRelay", "games.arrival_steady.steady"),
    source="theory notes, section 3.4b",
)  # fmt: skip
