"""T6: turn-taking with exclusion, for every number of members.

z = delta^N stays a power with a symbolic exponent. A member that serves, shirks once or always
shirks has the shipped values because these solve "this cycle, then delta^N times the next".
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.games.repeated import (
    CRITICAL_MANY,
    CRITICAL_TWO,
    CYCLE_FLOW,
    FEWEST_MEMBERS,
    LARGEST_COST,
    SERVING_VALUE,
    SHIRKING_GAIN,
    SHIRKING_VALUE,
)
from derelayl_econ.notation import symbol
from proofs import lemmas
from proofs.kernel import Claim, Theorem, as_powers, by_root
from proofs.lemmas import a, b, f, g, n, x, y
from proofs.logic import Proposition, all_of, eq, ge, gt, iff, le, lt, ne

__all__ = ["THEOREM"]

_N, _u, _c, _delta = (symbol(s) for s in ("participants", "flow", "cost", "discount"))
_alpha, _beta = symbol("false_reject"), symbol("false_accept")
_v, _more = sp.symbols("v delta_more")
_alpha2, _beta2 = sp.symbols("alpha_more beta_more")
_FLOW, _V, _W, _GAIN, _LARGEST = (
    as_powers(formula.expression)
    for formula in (CYCLE_FLOW, SERVING_VALUE, SHIRKING_VALUE, SHIRKING_GAIN, LARGEST_COST)
)
_z = _delta**_N
_power = 1 - _alpha - _beta

_PEOPLE = (
    ge(_N, 2), gt(_u, 0), gt(_c, 0), ge(_alpha, 0), ge(_beta, 0), lt(_alpha + _beta, 1),
)  # fmt: skip


def _patience(delta: Any, members: Any = _N) -> tuple[Proposition, ...]:
    """Return 0 < delta < 1 and 0 < delta^N < 1, the latter as instances of lemmas."""
    at = {x: delta, n: members}
    return gt(delta, 0), lt(delta, 1), lemmas.POWER_POSITIVE.at(at), lemmas.POWER_BELOW_ONE.at(at)


_DOMAIN = (*_PEOPLE, *_patience(_delta))
_MARGIN = _power * _FLOW - _c * (1 - _beta * _z)
_SERVES = ge(_MARGIN, 0)


def _serve(after: Any) -> Any:
    """Return what serving is worth if being on duty again is worth ``after``."""
    return (1 - _alpha) * (_FLOW + _z * after) - _c


def _shirk(after: Any) -> Any:
    return _beta * (_FLOW + _z * after)


_EVER = Claim(
    "shirking for ever gains 1/(1 - beta delta^N) times as much as shirking once",
    _DOMAIN,
    eq((_W - _V) * (1 - _beta * _z), _GAIN),
    mutants=(eq(_W - _V, _GAIN),),
)
_VALUES = (
    Claim(
        "the shipped flow S_N: a leg more at the front, u + delta S_N, or at the end, "
        "S_N + u delta^N, is the same only for it",
        _DOMAIN,
        iff(eq(_u + _delta * _v, _v + _u * _z), eq(_v, _FLOW)),
        mutants=(iff(eq(_u + _delta * _v, _v + _u), eq(_v, _FLOW)),),
    ),
    Claim(
        "the shipped value of serving is what serving is worth if it is the value of the next duty",
        _DOMAIN,
        iff(eq(_v, _serve(_v)), eq(_v, _V)),
        mutants=(iff(eq(_v, _shirk(_v)), eq(_v, _V)),),
    ),
    Claim(
        "the shipped value of shirking is what shirking is worth, likewise",
        _DOMAIN,
        iff(eq(_v, _shirk(_v)), eq(_v, _W)),
        mutants=(iff(eq(_v, _serve(_v)), eq(_v, _W)),),
    ),
    Claim(
        "the shipped gain is that from shirking once, then serving for ever",
        _DOMAIN,
        eq(_shirk(_V) - _V, _GAIN),
        mutants=(eq(_shirk(_W) - _V, _GAIN),),
    ),
    Claim(
        "shirking once gains nothing iff (1-alpha-beta) S_N >= c (1 - beta delta^N), that is iff "
        "the cost is at most the shipped one",
        _DOMAIN,
        all_of(iff(le(_GAIN, 0), _SERVES), iff(le(_GAIN, 0), le(_c, _LARGEST)),
               iff(lt(_GAIN, 0), lt(_c, _LARGEST))),
        mutants=(iff(le(_GAIN, 0), gt(_MARGIN, 0)), iff(le(_GAIN, 0), ge(_FLOW, _c))),
    ),
    _EVER,
    Claim(
        "so both have the same sign",
        _DOMAIN,
        all_of(iff(gt(_W, _V), gt(_GAIN, 0)), iff(lt(_W, _V), lt(_GAIN, 0))),
        mutants=(iff(ge(_W, _V), gt(_GAIN, 0)),),
        using=(_EVER.at(),),
    ),
    Claim(
        "no plan of serving and shirking gains: what is not better from the next duty on is not "
        "better from this one on (step)",
        (*_DOMAIN, le(_GAIN, 0), le(_v, _V)),
        all_of(le(_serve(_v), _V), le(_shirk(_v), _V)),
        mutants=(lt(_serve(_v), _V), le(_serve(_v), _W)),
    ),
    Claim(
        "where the rota is served it is worth joining",
        (*_DOMAIN, _SERVES),
        ge(_V, 0),
        mutants=(gt(_V, 0), ge(_V, _c)),
    ),
)  # fmt: skip

_MORE = {_delta: _more}
_THRESHOLD = (
    Claim(
        "once served at a discount, served with something to spare at every larger one",
        (*_DOMAIN, *_patience(_more), _SERVES, lt(_delta, _more),
         lemmas.SUM_MONOTONE.at({x: _delta, y: _more, n: _N}),
         lemmas.POWER_RISES.at({x: _delta, y: _more, n: _N})),
        gt(_MARGIN.subs(_MORE), 0),
        mutants=(lt(_MARGIN.subs(_MORE), _MARGIN),),
    ),
    Claim(
        "at most one discount is critical",
        (*_DOMAIN, *_patience(_more), eq(_MARGIN, 0), eq(_MARGIN.subs(_MORE), 0),
         lemmas.SUM_MONOTONE.at({x: _delta, y: _more, n: _N}),
         lemmas.SUM_MONOTONE.at({x: _more, y: _delta, n: _N}),
         lemmas.POWER_RISES.at({x: _delta, y: _more, n: _N}),
         lemmas.POWER_RISES.at({x: _more, y: _delta, n: _N})),
        eq(_delta, _more),
        mutants=(lt(_c, _u),),
    ),
    Claim(
        "where c <= (1-alpha-beta) u every discount supports the rota",
        (*_DOMAIN, le(_c, _power * _u), lemmas.POWER_BELOW_ONE.at({x: _delta, n: _N - 1})),
        gt(_MARGIN, 0),
        mutants=(gt(_MARGIN, _u),),
    ),
    Claim(
        "where c (1-beta) >= (1-alpha-beta) u N none does",
        (*_DOMAIN, ge(_c * (1 - _beta), _power * _u * _N),
         lemmas.BERNOULLI.at({x: _delta - 1, n: _N - 1})),
        lt(_MARGIN, 0),
        mutants=(lt(_MARGIN, -_c),),
    ),
    Claim(
        "otherwise small discounts do not: those with (1-alpha-beta) u < c (1-delta)(1-beta delta)",
        (*_DOMAIN, lt(_power * _u, _c * (1 - _delta) * (1 - _beta * _delta)),
         lemmas.POWER_BELOW_BASE.at({x: _delta, n: _N})),
        lt(_MARGIN, 0),
        mutants=(lt(_MARGIN, -_u),),
    ),
    Claim(
        "and discounts near 1 do: with e = N (1-delta) those for which "
        "(1-alpha-beta) u N (1-e) >= c (1 - beta (1-e))",
        (*_DOMAIN, ge(_power * _u * _N * (1 - _N * (1 - _delta)),
                      _c * (1 - _beta * (1 - _N * (1 - _delta)))),
         lemmas.BERNOULLI.at({x: _delta - 1, n: _N}),
         lemmas.GEOMETRIC_SLOPE.at({x: _delta, n: _N})),
        gt(_MARGIN, 0),
        mutants=(gt(_MARGIN, _u),),
    ),
    Claim(
        "one member more: served with something to spare",
        (*_DOMAIN, _SERVES),
        gt(_MARGIN.subs(_N, _N + 1), 0),
        mutants=(lt(_MARGIN.subs(_N, _N + 1), _MARGIN),),
    ),
    Claim(
        "fewer errors of either kind: still served",
        (*_DOMAIN, le(_alpha, _alpha2), le(_beta, _beta2), lt(_alpha2 + _beta2, 1),
         ge(_MARGIN.subs({_alpha: _alpha2, _beta: _beta2}), 0)),
        _SERVES,
        mutants=(gt(_MARGIN, 0),),
    ),
)  # fmt: skip

_log_ratio, _log_delta = sp.symbols("log_ratio log_delta")
(_ratio,) = (
    log.args[0] for log in FEWEST_MEMBERS.expression.atoms(sp.log) if log.args[0] != _delta
)
_RATIO_SLOPE = _power * _u - _c * _beta * (1 - _delta)
_fewest = FEWEST_MEMBERS.expression.xreplace(
    {sp.log(_ratio): _log_ratio, sp.log(_delta): _log_delta}
)
_ROOT_SYMBOL = sp.Symbol("root")
_TWO, _ROOT = by_root(CRITICAL_TWO.expression, _ROOT_SYMBOL)
_AT_TWO, _ONE = {_N: sp.Integer(2)}, sp.Integer(1)
_QUADRATIC = _MARGIN.subs(_AT_TWO)
_SLOPE = _beta * _c * (_delta + _TWO) + _power * _u
_PAIR = (*_PEOPLE[1:], gt(_c, _power * _u), *_ROOT)
_TWO_POSITIVE = Claim(
    "two members: the shipped root is positive, and below 1 iff c (1-beta) < 2 (1-alpha-beta) u",
    _PAIR,
    all_of(gt(_TWO, 0), iff(lt(_TWO, 1), lt(_c * (1 - _beta), 2 * _power * _u))),
    mutants=(iff(lt(_TWO, 1), lt(_c, 2 * _power * _u)),),
    hint={_u: Fraction(2), _c: Fraction(15, 7), _alpha: Fraction(0), _beta: Fraction(1, 2),
          _ROOT_SYMBOL: Fraction(17, 7)},
)  # fmt: skip
_TWO_FACTOR = Claim(
    "two members: what is left over is a multiple of delta minus that root",
    (*_PAIR, ne(_delta, 1)),
    eq(_QUADRATIC, (_delta - _TWO) * _SLOPE),
    mutants=(eq(_QUADRATIC, (_delta + _TWO) * _SLOPE),),
)
_TWO_SLOPE = Claim(
    "two members: a positive multiple",
    (*_PEOPLE[1:], gt(_delta, 0), gt(_v, 0)),
    gt(_beta * _c * (_delta + _v) + _power * _u, 0),
    mutants=(gt(_beta * _c * (_delta + _v) + _power * _u, _c),),
)
_RATIO_FACTOR = Claim(
    "what is left over, times 1 - delta, is a positive multiple of a ratio minus delta^N",
    (*_DOMAIN, gt(_power * _u, _c * (1 - _delta))),
    all_of(eq(_MARGIN * (1 - _delta), (_ratio - _z) * _RATIO_SLOPE), gt(_RATIO_SLOPE, 0)),
    mutants=(eq(_MARGIN, (_ratio - _z) * _RATIO_SLOPE),),
)
_MANY = CRITICAL_MANY.expression
_CRITICAL = (
    _RATIO_FACTOR,
    Claim(
        "the rota is served iff delta^N is at most that ratio, whose log the shipped formula takes",
        (*_DOMAIN, gt(_power * _u, _c * (1 - _delta))),
        iff(_SERVES, le(_z, _ratio)),
        mutants=(iff(_SERVES, lt(_z, _ratio)),),
        using=(_RATIO_FACTOR.at(),
               lemmas.SAME_SIGN.at({a: _MARGIN, f: 1 - _delta, b: _ratio - _z, g: _RATIO_SLOPE})),
    ),
    Claim(
        "that is iff N is at least the shipped number, for delta < 1",
        (ge(_N, 2), lt(_log_delta, 0)),
        iff(le(_N * _log_delta, _log_ratio), ge(_N, _fewest)),
        mutants=(iff(le(_N * _log_delta, _log_ratio), le(_N, _fewest)),),
    ),
    _TWO_POSITIVE,
    _TWO_FACTOR,
    _TWO_SLOPE,
    Claim(
        "two members: served iff the discount reaches that root",
        (*_PAIR, gt(_delta, 0), lt(_delta, 1)),
        iff(ge(_QUADRATIC, 0), ge(_delta, _TWO)),
        mutants=(iff(ge(_QUADRATIC, 0), gt(_delta, _TWO)),),
        using=(_TWO_POSITIVE.at(), _TWO_FACTOR.at(), _TWO_SLOPE.at({_v: _TWO}),
               lemmas.SAME_SIGN.at({a: _QUADRATIC, f: _ONE, b: _delta - _TWO, g: _SLOPE})),
    ),
    Claim(
        "however many members, no discount up to the shipped limit is enough",
        (*_DOMAIN, _SERVES),
        gt(_delta, _MANY),
        mutants=(gt(_delta, 1 - _power * _u / (2 * _c)),),
    ),
    Claim(
        "and the critical discount exceeds it by less than (1-beta)/N",
        (*_DOMAIN, eq(_MARGIN, 0), lemmas.GEOMETRIC_SLOPE.at({x: _delta, n: _N})),
        lt(_delta - _MANY, (1 - _beta) / _N),
        mutants=(lt(_delta - _MANY, (1 - _beta) / (4 * _N)),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="T6",
    title="turn-taking",
    statement=(
        "A rota of N with exclusion is an equilibrium iff (1-alpha-beta) S_N >= c (1-beta delta^N);"
        " this is true from one critical discount on, which lies in (0, 1) iff (1-alpha-beta) u < c"
        " < (1-alpha-beta) u N/(1-beta), falls with N to 1 - (1-alpha-beta) u/c, less than "
        "(1-beta)/N above it, and does not fall with alpha and beta."
    ),
    claims=(*_VALUES, *_THRESHOLD, *_CRITICAL),
    formulas=(
        CYCLE_FLOW, SERVING_VALUE, SHIRKING_VALUE, SHIRKING_GAIN, LARGEST_COST, FEWEST_MEMBERS,
        CRITICAL_TWO, CRITICAL_MANY,
    ),
    trusted=(
        "a continuous function that changes sign has a root; plans of endless deviation are limits "
        "of finite ones (discounting); log is increasing, exp(N log delta) = delta^N; a positive "
        "number has one positive square root"
    ),
    about=(
        "games.repeated.RepeatedRelay",
        "games.repeated.RepeatedRelay.critical_discount",
        "games.rota_threshold.find_threshold",
    ),
    source="theory notes, section 3.3",
)  # fmt: skip
