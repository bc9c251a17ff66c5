"""T3: the contest for the baton; shares that answer a total are best replies against every effort.

Sums over participants are aggregates: a claim called "step" adds one participant to sums that have
a property, and empty sums have it. A concave quality enters by its supporting line at the total.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.contest_formulas import (
    BEST_RESPONSE,
    CONTEST_PAYOFF,
    CONTEST_SHARE,
    CONTEST_SLOPE,
    CONTEST_TOTAL,
    SYMMETRIC_DISSIPATION,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, eq, ge, gt, iff, implies, le, lt, ne

__all__ = ["THEOREM"]

_R, _kappa, _E, _v = (symbol(s) for s in ("prize", "unit_cost", "effort", "value"))
_own, _T, _q, _slope = (
    symbol(s) for s in ("own_effort", "others_effort", "quality", "marginal_quality")
)
_N, _m, _K = symbol("participants"), symbol("active"), symbol("cost_sum")
_other, _q2, _E2, _slope2 = sp.symbols("other_effort other_quality other_total other_slope")
_ZERO = sp.Integer(0)


def _payoff(own: Any, quality: Any = _q, others: Any = _T) -> Any:
    changes = {_own: own, _q: quality, _T: others}
    return CONTEST_PAYOFF.expression.subs(changes, simultaneous=True)


_SHARE, _SLOPE, _TOTAL = (f.expression for f in (CONTEST_SHARE, CONTEST_SLOPE, CONTEST_TOTAL))
(_INTERIOR,) = (part for part in _SHARE.args if part != 0)
_HERE, _THERE = _payoff(_own), _payoff(_other, _q2)
_STAKES = (gt(_R, 0), gt(_kappa, 0), ge(_v, 0))
_DIVIDED = (gt(_E, 0), eq(_T, _E - _own))
_ANSWERED = (*_STAKES, *_DIVIDED, gt(_T, 0), eq(_own, _E * _SHARE))
_LINE = _q + _slope * (_other - _own)
_CONCAVE = le(_q2, _LINE)

_DERIVATIVE = Claim(
    "the shipped slope is the derivative: the payoff leaves its line by R T h^2/(E^2 (E + h))",
    (*_DIVIDED, gt(_E + _other - _own, 0)),
    eq(_THERE - _HERE,
       (_other - _own) * _SLOPE - _R * _T * (_other - _own) ** 2 / (_E**2 * (_E + _other - _own))
       + _v * (_q2 - _LINE)),
    mutants=(eq(_THERE - _HERE, (_other - _own) * _SLOPE),),
)  # fmt: skip
_SLOPE_SIGN = Claim(
    "E times the slope is R times what the own share lacks to the shipped one",
    (*_STAKES, *_DIVIDED),
    eq(_SLOPE * _E, _R * (_INTERIOR - _own / _E)),
    mutants=(eq(_SLOPE * _E, _R * (_SHARE - _own / _E)),),
)
_s = sp.Symbol("share")
_AT_SHARE = (gt(_R, 0), gt(_E, 0), eq(_own, _E * _s), eq(_SLOPE * _E, _R * (_INTERIOR - _s)))
_FIRST_ORDER = Claim(
    "an effort meets the first-order conditions iff it is the shipped share of the total",
    _AT_SHARE,
    iff(all_of(ge(_s, 0), le(_SLOPE, 0), eq(_s * _SLOPE, 0)), eq(_s, _SHARE)),
    mutants=(iff(le(_SLOPE, 0), eq(_s, _SHARE)),
             iff(all_of(ge(_s, 0), eq(_s * _SLOPE, 0)), eq(_s, _SHARE))),
)  # fmt: skip
_LOSS = Claim(
    "positive share: another effort loses (R T/E^2) times a square, and what Q lacks to its line",
    (*_ANSWERED, gt(_SHARE, 0), ge(_other, 0)),
    eq(_HERE - _THERE,
       _R * _T / _E**2 * (_other - _own) ** 2 / (_other + _T) + _v * (_LINE - _q2)),
    mutants=(eq(_HERE - _THERE, _R * _T / _E**2 * (_other - _own) ** 2 / (_other + _T)),),
)  # fmt: skip
_SQUARE = Claim(
    "without benefit that is kappa (e - e*)^2/(e + T)",
    (*_ANSWERED, eq(_v, 0), gt(_SHARE, 0), ge(_other, 0)),
    eq(_HERE - _THERE, _kappa * (_other - _own) ** 2 / (_other + _T)),
    mutants=(eq(_HERE - _THERE, _kappa * (_other - _own) ** 2 / (_own + _T)),),
)
_IDLE = Claim(
    "no share: any effort at all loses",
    (*_ANSWERED, le(_INTERIOR, 0), gt(_other, 0), _CONCAVE),
    lt(_THERE, _HERE),
    mutants=(lt(_THERE, _HERE - _R),),
)
_u, _u2 = sp.symbols("payoff other_payoff")
_POSITIVE = Claim(
    "such a loss is positive",
    (
        gt(_R, 0),
        gt(_T, 0),
        gt(_E, 0),
        ge(_v, 0),
        ge(_other, 0),
        ne(_other, _own),
        _CONCAVE,
        eq(_u - _u2, _R * _T / _E**2 * (_other - _own) ** 2 / (_other + _T) + _v * (_LINE - _q2)),
    ),
    lt(_u2, _u),
    mutants=(lt(_u2, _u - _R),),
)
_BEST = Claim(
    "the share of the total is strictly better than every other effort (concave quality)",
    (*_ANSWERED, ge(_other, 0), ne(_other, _own), _CONCAVE),
    lt(_THERE, _HERE),
    mutants=(lt(_THERE, _HERE - _R),),
    using=(_LOSS.at(), _IDLE.at(), _POSITIVE.at({_u: _HERE, _u2: _THERE})),
)

# The square roots of the shipped best response, as numbers with their squares.
_powers = sorted(BEST_RESPONSE.expression.atoms(sp.Pow), key=sp.default_sort_key)
_roots = {
    power: sp.Symbol(f"root of {power.base}") for power in _powers if power.exp == sp.Rational(1, 2)
}
_REPLY = BEST_RESPONSE.expression.xreplace(_roots)
_ROOTS = tuple(
    part for power, root in _roots.items() for part in (gt(root, 0), eq(root**2, power.base))
)
_AGAINST = (gt(_R, 0), gt(_kappa, 0), gt(_T, 0), *_ROOTS, eq(_v, 0))
_RESPONSE = (
    Claim(
        "without benefit the shipped best response is strictly better than every other effort",
        (*_AGAINST, eq(_own, _REPLY), ge(_other, 0), ne(_other, _own)),
        lt(_THERE, _HERE),
        mutants=(lt(_HERE, _THERE),),
    ),
    Claim(
        "and an effort is the best response iff it is the shipped share of the total",
        (*_AGAINST, ge(_own, 0), eq(_E, _own + _T)),
        iff(eq(_own, _REPLY), eq(_own, _E * _SHARE)),
        mutants=(iff(eq(_own, _REPLY), eq(_own, _E * _INTERIOR)),),
    ),
    Claim(
        "against nobody no effort is best: half of it costs less, and none wins nothing",
        (gt(_R, 0), gt(_kappa, 0), eq(_v, 0), gt(_own, 0), eq(_other, _R / (2 * _kappa))),
        all_of(gt(_payoff(_own / 2, others=_ZERO), _payoff(_own, others=_ZERO)),
               gt(_payoff(_other, others=_ZERO), _payoff(_ZERO, others=sp.Integer(1)))),
        mutants=(gt(_payoff(_own / 2, others=_ZERO), _payoff(_own, others=_ZERO) + _R),),
    ),
)  # fmt: skip

_LATER = {_E: _E2, _slope: _slope2}
_SHARE2 = _SHARE.subs(_LATER, simultaneous=True)
_F, _F2, _s2 = sp.symbols("sum_of_shares other_sum other_share")
_FALLS = all_of(le(_s2, _s), implies(gt(_s, 0), lt(_s2, _s)))
_SUM_FALLS = all_of(ge(_F2, 0), le(_F2, _F), implies(gt(_F, 0), lt(_F2, _F)))
_MORE = {_F: _F + _s, _F2: _F2 + _s2}
_kappa2 = sp.Symbol("second_cost")
_UNIQUE = (
    Claim(
        "a share of at most 1 falls as the total grows, strictly while it is positive",
        (*_STAKES, gt(_E, 0), lt(_E, _E2), lt(_slope2, _slope), le(_SHARE, 1)),
        all_of(le(_SHARE2, _SHARE), implies(gt(_SHARE, 0), lt(_SHARE2, _SHARE))),
        mutants=(lt(_SHARE2, _SHARE), le(_SHARE, _SHARE2)),
    ),
    Claim(
        "so does the sum of shares (step)",
        (ge(_s2, 0), _FALLS, _SUM_FALLS),
        all_of(ge(_F2 + _s2, 0), le(_F2 + _s2, _F + _s),
               implies(gt(_F + _s, 0), lt(_F2 + _s2, _F + _s))),
        mutants=(lt(_F2 + _s2, _F + _s),),
    ),
    Claim(
        "no two totals have shares that add up to one (F falls, whichever total is larger)",
        (implies(lt(_E, _E2), implies(gt(_F, 0), lt(_F2, _F))),
         implies(lt(_E2, _E), implies(gt(_F2, 0), lt(_F, _F2))), eq(_F, 1), eq(_F2, 1)),
        eq(_E, _E2),
        mutants=(eq(_E, 1),),
    ),
    Claim(
        "where two shares leave room, the total is at least R/(kappa_1 + kappa_2)",
        (*_STAKES, gt(_kappa2, 0), ge(_slope, 0), gt(_E, 0),
         le(_SHARE + _SHARE.subs(_kappa, _kappa2), 1)),
        ge(_E, _R / (_kappa + _kappa2)),
        mutants=(gt(_E, _R / (_kappa + _kappa2)),),
    ),
)  # fmt: skip

_PLAIN, _PLAIN_SHARE = _INTERIOR.subs(_v, 0), _SHARE.subs(_v, 0)
_ALL = _m - _K * _E / _R
_JOINED = {_m: _m + 1, _K: _K + _kappa}
_RACE = (gt(_R, 0), gt(_kappa, 0), gt(_K, 0))
_CLOSED_FORM = (
    Claim(
        "shares of the active add up to m - K E/R (step)",
        (gt(_R, 0), eq(_F, _ALL)),
        eq(_F + _PLAIN, _ALL.subs(_JOINED, simultaneous=True)),
        mutants=(eq(_F + _PLAIN, _ALL),),
    ),
    Claim(
        "that is 1 exactly at the shipped total",
        (gt(_R, 0), gt(_K, 0), eq(_F, _ALL)),
        iff(eq(_F, 1), eq(_E, _TOTAL)),
        mutants=(iff(eq(_F, 0), eq(_E, _TOTAL)),),
    ),
    Claim(
        "one more is active beside m of cost sum K iff (m-1) kappa < K, by their total or the new",
        (*_RACE, ge(_m, 1)),
        all_of(iff(gt(_PLAIN_SHARE.subs(_E, _TOTAL), 0), lt((_m - 1) * _kappa, _K)),
               iff(gt(_PLAIN_SHARE.subs(_E, _TOTAL.subs(_JOINED, simultaneous=True)), 0),
                   lt((_m - 1) * _kappa, _K))),
        mutants=(iff(gt(_PLAIN_SHARE.subs(_E, _TOTAL), 0), lt(_m * _kappa, _K)),),
    ),
    Claim(
        "in the order of costs: once somebody is not active, nobody dearer is",
        (*_RACE, ge(_m, 1), ge(_kappa2, _kappa), ge((_m - 1) * _kappa, _K)),
        ge(_m * _kappa2, _K + _kappa),
        mutants=(ge((_m - 1) * _kappa2, _K + _kappa),),
    ),
    Claim(
        "and one more who is active leaves all cheaper ones active",
        (*_RACE, ge(_m, 1), le(_kappa2, _kappa), lt((_m - 1) * _kappa, _K)),
        lt(_m * _kappa2, _K + _kappa),
        mutants=(lt((_m + 1) * _kappa2, _K + _kappa),),
    ),
)  # fmt: skip

_S, _Q2, _spent = sp.symbols("sum_of_some sum_of_squares spending")
_TOP = SYMMETRIC_DISSIPATION.expression.subs(_N, _m)
_CAUCHY = le(_S**2, _m * _Q2)
_DISSIPATION = (
    Claim(
        "an active one gets R s^2 and spends R s (1 - s)",
        (*_ANSWERED, eq(_v, 0), gt(_SHARE, 0), eq(_s, _SHARE)),
        all_of(eq(_HERE, _R * _s**2), eq(_kappa * _own, _R * _s * (1 - _s))),
        mutants=(eq(_HERE, _R * _s),),
    ),
    Claim(
        "spending is R (sum s - sum s^2) (step)",
        (eq(_spent, _R * (_S - _Q2)),),
        eq(_spent + _R * _s * (1 - _s), _R * (_S + _s - (_Q2 + _s**2))),
        mutants=(eq(_spent + _R * _s * (1 - _s), _R * (_S - _Q2)),),
    ),
    Claim(
        "(sum s)^2 <= m sum s^2 (step)",
        (ge(_m, 1), _CAUCHY),
        le((_S + _s) ** 2, (_m + 1) * (_Q2 + _s**2)),
        mutants=(lt((_S + _s) ** 2, (_m + 1) * (_Q2 + _s**2)),),
    ),
    Claim(
        "with equality iff before, and the new share is the mean: all are equal (step)",
        (ge(_m, 1), _CAUCHY),
        iff(eq((_S + _s) ** 2, (_m + 1) * (_Q2 + _s**2)),
            all_of(eq(_S**2, _m * _Q2), eq(_m * _s, _S))),
        mutants=(iff(eq((_S + _s) ** 2, (_m + 1) * (_Q2 + _s**2)), eq(_m * _s, _S)),),
    ),
    Claim(
        "dissipation is at most (m-1)/m, with equality iff the shares are equal",
        (gt(_R, 0), ge(_m, 2), _CAUCHY, eq(_S, 1), eq(_spent, _R * (_S - _Q2))),
        all_of(le(_spent / _R, _TOP), iff(eq(_spent / _R, _TOP), eq(_S**2, _m * _Q2))),
        mutants=(lt(_spent / _R, _TOP),),
    ),
    Claim(
        "(m-1)/m is at most (N-1)/N, and equal only if everybody is active",
        (ge(_m, 2), le(_m, _N)),
        all_of(le(_TOP, SYMMETRIC_DISSIPATION.expression),
               iff(eq(_TOP, SYMMETRIC_DISSIPATION.expression), eq(_m, _N))),
        mutants=(lt(_TOP, SYMMETRIC_DISSIPATION.expression),),
    ),
    Claim(
        "positive shares are equal iff the costs are",
        (*_RACE, gt(_kappa2, 0), gt(_E, 0), gt(_PLAIN_SHARE, 0),
         gt(_PLAIN_SHARE.subs(_kappa, _kappa2), 0)),
        iff(eq(_PLAIN_SHARE, _PLAIN_SHARE.subs(_kappa, _kappa2)), eq(_kappa, _kappa2)),
        mutants=(lt(_kappa2, _kappa),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="T3",
    title="contest",
    statement=(
        "Efforts in the shipped shares of a total at which these add up to one are strictly best "
        "against every other effort, for a concave quality; there is at most one such total. "
        "Without benefit it is the shipped one, nothing else is an equilibrium, and at most "
        "(m-1)/m of the prize is spent, with equality iff the m active costs are equal."
    ),
    claims=(_DERIVATIVE, _SLOPE_SIGN, _FIRST_ORDER, _LOSS, _SQUARE, _IDLE, _POSITIVE, _BEST,
            *_RESPONSE, *_UNIQUE, *_CLOSED_FORM, *_DISSIPATION),
    formulas=(CONTEST_PAYOFF, CONTEST_SLOPE, CONTEST_SHARE, CONTEST_TOTAL, BEST_RESPONSE,
              SYMMETRIC_DISSIPATION),
    trusted=(
        "induction over the participants from the empty sum to the sum of all; sqrt(x)^2 = x; a "
        "concave function lies below its tangents"
    ),
    about=(
        "games.contest.EffortContest",
        "games.contest_formulas",
        "games.contest_totals.prize_only",
    ),
    source="theory notes, section 2.4; Cornes and Hartley 2005",
)  # fmt: skip
