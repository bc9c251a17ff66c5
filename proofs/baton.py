"""B: at every level of the baton game there is one symmetric Markov-perfect equilibrium, for all N.

With p the probability that a member volunteers, d the headway, n the net cost, the equilibrium is
where the shipped indifference vanishes. It is derived from the payoffs, falls strictly in p, is
positive for small p and negative for p near 1; so it vanishes exactly once.
"""

from __future__ import annotations

import sympy as sp

from derelayl_econ.games.baton import STOP_MARGIN
from derelayl_econ.games.baton_level import (
    INDIFFERENCE,
    LIMIT_INDIFFERENCE,
    SHARE,
    VALUE,
    VOLUNTEER_GAIN,
    WAIT,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, as_powers
from proofs.lemmas import (
    BERNOULLI,
    GEOMETRIC_SLOPE,
    INVERSE_SUM_MONOTONE,
    POWER_BELOW_BASE,
    POWER_BELOW_ONE,
    POWER_POSITIVE,
    POWER_RISES,
    RATIO_ORDER,
    a,
    b,
    c,
    d,
    f,
    g,
    n,
    x,
    y,
)
from proofs.logic import Proposition, all_of, eq, ge, gt, iff, implies, le, lt, substitute

__all__ = ["THEOREM"]

_N, _p, _net = symbol("participants"), symbol("join_probability"), symbol("net_cost")
_d, _delta, _next = symbol("headway"), symbol("discount"), symbol("next_value")
_v, _q = symbol("value"), symbol("quality")
_r, _here, _all = sp.symbols("r here all_terms")
_GAIN, _SHARE, _VALUE, _EXCESS = (
    as_powers(formula.expression) for formula in (VOLUNTEER_GAIN, SHARE, VALUE, INDIFFERENCE)
)
_y = (1 - _p) ** (_N - 1)


def _powers(p: sp.Symbol) -> tuple[Proposition, ...]:
    """Return 0 < (1-p)^(N-1) < 1 as instances of lemmas."""
    return (
        POWER_POSITIVE.at({x: 1 - p, n: _N - 1}),
        POWER_BELOW_ONE.at({x: 1 - p, n: _N - 1}),
    )


_DOMAIN = (ge(_N, 2), gt(_p, 0), lt(_p, 1), *_powers(_p), gt(_delta, 0), lt(_delta, 1))
_GAME = (*_DOMAIN, gt(_net, 0), ge(_d, 0))
_OTHER = (gt(_r, 0), lt(_r, 1), *_powers(_r))
_T, _T_at_r = sp.symbols("T T_at_r")
_LEFT, _RIGHT = (
    sum((-1) ** side * term for term in _EXCESS.args if (_net in term.free_symbols) == side)
    for side in (False, True)
)
_SUM = _RIGHT / _net  # 1 + 1/z + ... + 1/z^(N-1), z = 1 - p, in the shipped form
_LEFT_AT_R, _y_at_r = _LEFT.subs(_p, _r), _y.subs(_p, _r)


def _total(value: sp.Symbol, p: sp.Symbol) -> Proposition:
    """Return what the claims below need to know of the sum, shown for the shipped one first."""
    return eq(value * (p * (1 - p) ** (_N - 1)), 1 - (1 - p) ** _N)


_LEVEL = eq(_d, (1 - _delta) * _next - _v * _q)
_VOLUNTEER = _v * _q + _delta * _next - _net * _SHARE
_WAIT = _v * _q + (1 - _y) * _delta * _next + _y * _delta * _here
_a, _t, _left, _left2 = sp.symbols("a t left left_at_r")
_left3 = sp.Symbol("left_at_r_2")  # a = z^(N-1), t = (N-1) p
_SUM_BOUND = Claim(
    "T z^(N-1) <= N, and z^(N-1) >= 1 - (N-1) p",
    (*_DOMAIN, _total(_T, _p), BERNOULLI.at({x: -_p, n: _N}), BERNOULLI.at({x: -_p, n: _N - 1})),
    all_of(le(_T * _y, _N), ge(_y, 1 - (_N - 1) * _p)),
    mutants=(lt(_T * _y, _N - 1),),
)
_SUM_LARGE = Claim(
    "T z > 1",
    (*_DOMAIN, _total(_T, _p), POWER_BELOW_BASE.at({x: 1 - _p, n: _N - 1})),
    gt(_T * (1 - _p), 1),
    mutants=(gt(_T * (1 - _p), 2),),
)

_net2, _d2, _next2, _p2 = sp.symbols("net_cost_2 headway_2 next_value_2 join_probability_2")
_HIGHER = (ge(_p2, _p), lt(_p2, 1), ge(_next2, _next), ge((1 - _delta) * _next, _v * _q))
_REWARD = (
    Claim(
        "the left side does not fall as the headway grows",
        (*_GAME, ge(_d2, _d)),
        ge(_LEFT.subs(_d, _d2), _LEFT),
        mutants=(gt(_LEFT.subs(_d, _d2), _LEFT),),
    ),
    Claim(
        "reward raises volunteering: a lower net cost and no lower headway, a larger p",
        (gt(_T, 0), gt(_T_at_r, 0), gt(_net2, 0), lt(_net2, _net),
         implies(le(_r, _p), all_of(ge(_left2, _left), le(_T_at_r, _T))),
         eq(_left, _net * _T), ge(_left3, _left2), eq(_left3, _net2 * _T_at_r)),
        lt(_p, _r),
        mutants=(lt(_r, _p),),
    ),
    Claim(
        "more volunteering and a better next level: no less valuable a level",
        (*_DOMAIN, *_HIGHER, POWER_RISES.at({x: 1 - _p2, y: 1 - _p, n: _N - 1}),
         POWER_POSITIVE.at({x: 1 - _p2, n: _N - 1})),
        ge(_VALUE.subs({_p: _p2, _next: _next2}), _VALUE),
        mutants=(gt(_VALUE.subs({_p: _p2, _next: _next2}), _VALUE),),
    ),
    Claim(
        "and so no lower headway one level before",
        (gt(_delta, 0), lt(_delta, 1), ge(_next2, _next), eq(_d, (1 - _delta) * _next - _v * _q),
         eq(_d2, (1 - _delta) * _next2 - _v * _q)),
        ge(_d2, _d),
        mutants=(gt(_d2, _d),),
    ),
)  # fmt: skip

# Infinitely many members: the volunteers are Poisson with mean a, u = exp(a).
_mean, _u, _wait = symbol("intensity"), sp.Symbol("exp(a)"), sp.Symbol("wait")
_LIMIT = LIMIT_INDIFFERENCE.expression.replace(sp.exp, lambda z: _u ** (z / _mean))
_MANY_WAIT = _v * _q + (1 - 1 / _u) * _delta * _next + _delta * _here / _u
_MANY_GAIN = _v * _q + _delta * _next - _net * (1 - 1 / _u) / _mean - _MANY_WAIT
_price, _gained, _cost = symbol("price"), symbol("gain"), symbol("cost")
_ENDS = (
    Claim(
        "infinitely many members: exp(a) (volunteering - waiting) is the shipped limit",
        (gt(_mean, 0), gt(_u, 1), gt(_delta, 0), lt(_delta, 1), _LEVEL, eq(_here, _MANY_WAIT)),
        eq(_u * _MANY_GAIN, _LIMIT),
        mutants=(eq(_MANY_GAIN, _LIMIT),),
    ),
    Claim(
        "nobody volunteers with probability z^N: the wait w is 1 + z^N w",
        (*_DOMAIN, POWER_BELOW_ONE.at({x: 1 - _p, n: _N})),
        iff(eq(_wait, 1 + (1 - _p) ** _N * _wait), eq(_wait, as_powers(WAIT.expression))),
        mutants=(iff(eq(_wait, 1 + _y * _wait), eq(_wait, as_powers(WAIT.expression))),),
    ),
    Claim(
        "a lone volunteer, followed by nobody: the shipped margin over staying at q for ever",
        (gt(_delta, 0), lt(_delta, 1)),
        eq(_v * _q + _price * _gained - _cost + _delta * _v * (_q + _gained) / (1 - _delta),
           _v * _q / (1 - _delta) + STOP_MARGIN.expression),
        mutants=(eq(_v * _q + _price * _gained - _cost + _v * (_q + _gained) / (1 - _delta),
                    _v * _q / (1 - _delta) + STOP_MARGIN.expression),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="B",
    title="baton",
    statement=(
        "At a level with net cost n > 0 the symmetric Markov-perfect probability of volunteering "
        "is unique; it is interior iff delta d/(1-delta) > n. A larger reward raises it, paid here "
        "or at later levels. For every N."
    ),
    claims=(
        Claim(
            "a volunteer is drawn with the shipped probability (all terms of the sum but one)",
            (ge(_N, 2), gt(_p, 0), eq(_all + (1 - _p) ** _N, 1)),
            eq(_all / (_N * _p), _SHARE),
            mutants=(eq(_all / _N, _SHARE),),
        ),
        Claim(
            "the value of a level is what waiting there is worth",
            _DOMAIN,
            iff(eq(_here, _WAIT), eq(_here, _VALUE)),
            mutants=(iff(eq(_here, _VOLUNTEER), eq(_here, _VALUE)),),
        ),
        Claim(
            "the shipped sum T of 1/z^j satisfies T p z^(N-1) = 1 - z^N",
            _DOMAIN,
            substitute(_total(_T, _p), {_T: _SUM}),
            mutants=(eq(_SUM * _p, 1 - (1 - _p) ** _N),),
        ),
        Claim(
            "N (volunteering - waiting) = z^(N-1) times the indifference",
            (*_DOMAIN, _LEVEL, eq(_here, _VALUE), _total(_T, _p)),
            eq(_N * (_VOLUNTEER - _WAIT), _y * (_LEFT - _net * _T)),
            mutants=(eq(_N * (_VOLUNTEER - _WAIT), _LEFT - _net * _T),),
        ),
        Claim(
            "the shipped gain of volunteering has the sign of the indifference",
            (*_DOMAIN, POWER_BELOW_ONE.at({x: 1 - _p, n: _N}), _total(_T, _p)),
            eq(_N * (1 - _delta * (1 - _p) ** _N) * _GAIN,
               (1 - _delta * _y) * _y * (_LEFT - _net * _T)),
            mutants=(eq(_N * _GAIN, _y * (_LEFT - _net * _T)),),
        ),
        Claim(
            "the left side does not rise in p",
            (*_GAME, *_OTHER, lt(_p, _r), POWER_RISES.at({x: 1 - _r, y: 1 - _p, n: _N - 1})),
            ge(_LEFT, _LEFT_AT_R),
            mutants=(gt(_LEFT, _LEFT_AT_R),),
        ),
        Claim(
            "the right side rises strictly in p",
            (*_DOMAIN, *_OTHER, lt(_p, _r), _total(_T, _p), _total(_T_at_r, _r),
             INVERSE_SUM_MONOTONE.at({x: 1 - _r, y: 1 - _p, n: _N}),
             RATIO_ORDER.at({a: _T, f: _p * _y, b: 1 - (1 - _p) ** _N,
                             c: _T_at_r, g: _r * _y_at_r, d: 1 - (1 - _r) ** _N})),
            lt(_T, _T_at_r),
            mutants=(lt(_T_at_r, _T),),
        ),
        Claim(
            "at most one p in (0, 1)",
            (gt(_net, 0), implies(lt(_p, _r), all_of(ge(_left, _left2), lt(_T, _T_at_r))),
             implies(lt(_r, _p), all_of(ge(_left2, _left), lt(_T_at_r, _T))),
             eq(_left, _net * _T), eq(_left2, _net * _T_at_r)),
            eq(_p, _r),
            mutants=(eq(_p, 1 - _r),),
        ),
        Claim(
            "only where delta d/(1-delta) > n",
            (*_GAME, _total(_T, _p), eq(_LEFT, _net * _T),
             GEOMETRIC_SLOPE.at({x: 1 - _p, n: _N - 1})),
            gt(_delta * _d / (1 - _delta), _net),
            mutants=(gt(_delta * _d, _net),),
        ),
        _SUM_BOUND,
        Claim(
            "the indifference is positive for small p, if delta d/(1-delta) > n",
            (gt(_a, 0), gt(_delta, 0), lt(_delta, 1), gt(_net, 0), ge(_d, 0), ge(_N, 2),
             le(_T * _a, _N), lt(_a, 1), ge(_a, 1 - _t),
             lt(_t * _delta * (_d + _net), _delta * _d - _net * (1 - _delta))),
            gt(_LEFT.subs(_y, _a), _net * _T),
            mutants=(lt(_LEFT.subs(_y, _a), _net * _T),),
        ),
        _SUM_LARGE,
        Claim(
            "it is negative for p near 1",
            (gt(_a, 0), lt(_a, 1), gt(_delta, 0), lt(_delta, 1), gt(_net, 0), ge(_d, 0),
             ge(_N, 2), gt(_p, 0), lt(_p, 1), gt(_T * (1 - _p), 1),
             lt((1 - _p) * _N * _delta * _d, _net * (1 - _delta))),
            lt(_LEFT.subs(_y, _a), _net * _T),
            mutants=(gt(_LEFT.subs(_y, _a), _net * _T),),
        ),
        *_REWARD,
        *_ENDS,
    ),
    formulas=(
        SHARE, VALUE, VOLUNTEER_GAIN, INDIFFERENCE, LIMIT_INDIFFERENCE, WAIT, STOP_MARGIN,
    ),
    trusted=(
        "a continuous function that changes sign has a root; binomial theorem (as in T2); the "
        "claims that speak of T hold for the shipped sum, which has the property they ask for"
    ),
    about=("games.baton.BatonGame.solve", "games.baton_level.solve_level"),
    source="theory notes, section 3.2",
)  # fmt: skip
