"""T2: a shared pool has one symmetric equilibrium; it rises with the pool and falls with N."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.games.participation_formulas import (
    POOL_INDIFFERENCE,
    PURE_TRAINERS,
    SMALLEST_FULL_POOL,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.lemmas import (
    BERNOULLI,
    GEOMETRIC_SLOPE,
    POWER_BELOW_ONE,
    POWER_RISES,
    SAME_SIGN,
    SUM_MONOTONE,
    a,
    b,
    f,
    g,
    n,
    x,
    y,
)
from proofs.logic import Proposition, all_of, any_of, eq, ge, gt, iff, le, lt
from proofs.t0_participation import gain

__all__ = ["THEOREM"]

_N, _R, _c = symbol("participants"), symbol("pool"), symbol("cost")
_p, _k = symbol("join_probability"), symbol("others")
_r, _R2, _C, _C1 = sp.symbols("r R_more C C_next")
_b, _theta = symbol("benefit"), symbol("leakage")
_GAIN = POOL_INDIFFERENCE.expression
_DOMAIN = (ge(_N, 2), gt(_R, 0), gt(_c, 0), gt(_p, 0), lt(_p, 1))
_OTHER = (gt(_r, 0), lt(_r, 1))
_FALLS = SUM_MONOTONE.at({x: 1 - _r, y: 1 - _p, n: _N})
_FALLS_BACK = SUM_MONOTONE.at({x: 1 - _p, y: 1 - _r, n: _N})
_AT_R = _GAIN.subs(_p, _r)
_WITH_RIDERS = (ge(_N, 2), ge(_R, 0), ge(_b, 0), gt(_c, 0), ge(_theta, 0), le(_theta, 1))
_EXTRA = _c - (1 - _theta) * _b  # what training costs beyond the benefit that riders lack
(_MOST,) = (part.args[0] for part in PURE_TRAINERS.expression.args if part.func == sp.floor)


_whole = sp.Symbol("floor_of_ratio")
_COUNT = PURE_TRAINERS.expression.replace(sp.floor, lambda _: _whole)


def _train(others: Any) -> Any:
    return gain("train_or_ride", others)


def _same_sign(others: Any) -> Proposition:
    """Return that training with so many others gains iff their pool share covers the extra cost."""
    sides = {a: _train(others), f: others + 1, b: _R - (others + 1) * _EXTRA, g: sp.Integer(1)}
    return SAME_SIGN.at(sides)


_OTHERS_TRAIN = Claim(
    "train or ride: with k >= 1 others, k + 1 times the gain is R - (k + 1)(c - (1-theta) b)",
    (ge(_k, 1),),
    eq(_train(_k) * (_k + 1), _R - (_k + 1) * _EXTRA),
    mutants=(eq(_train(_k), _R - (_k + 1) * _EXTRA),),
)

THEOREM = Theorem(
    code="T2",
    title="pool",
    statement=(
        "The expected gain of training is R (1-(1-p)^N)/(N p) - c; it falls in p, so for "
        "R/N < c < R exactly one p makes training and riding equally good, and for no other c any "
        "p in (0, 1) does. p rises with R and falls with N; expected spending equals expected pay. "
        "Where riders share the benefit, everybody trains iff the pool reaches the shipped size."
    ),
    claims=(
        Claim(
            "weight times gain is a term of the sum over one more participant",
            (ge(_k, 0), ge(_N - 1, _k), gt(_p, 0), gt(_R, 0), gt(_C, 0),
             eq((_k + 1) * _C1, _N * _C)),
            eq(
                _C * _p**_k * (1 - _p) ** (_N - 1 - _k) * (gain("pool", _k) + _c),
                _R / (_N * _p) * _C1 * _p ** (_k + 1) * (1 - _p) ** (_N - 1 - _k),
            ),
            mutants=(eq(_C * (gain("pool", _k) + _c), _R / _N * _C1 * _p),),
        ),
        Claim(
            "all terms but the one in which nobody trains add up to the shipped formula",
            (ge(_N, 2), gt(_p, 0), eq(_C + (1 - _p) ** _N, 1)),
            eq(_R / (_N * _p) * _C - _c, _GAIN),
            mutants=(eq(_R / _N * _C - _c, _GAIN),),
        ),
        Claim(
            "the gain falls strictly in p",
            (*_DOMAIN, *_OTHER, lt(_p, _r), _FALLS),
            gt(_GAIN, _AT_R),
            mutants=(gt(_AT_R, _GAIN),),
        ),
        Claim(
            "exactly one p at most",
            (*_DOMAIN, *_OTHER, eq(_GAIN, 0), eq(_AT_R, 0), _FALLS, _FALLS_BACK),
            eq(_p, _r),
            mutants=(any_of(lt(_p, sp.Rational(1, 2)), gt(_R, 2 * _c)),),
        ),
        Claim(
            "only for R/N < c < R",
            (*_DOMAIN, eq(_GAIN, 0), BERNOULLI.at({x: -_p, n: _N - 1}),
             POWER_BELOW_ONE.at({x: 1 - _p, n: _N - 1})),
            all_of(lt(_R / _N, _c), lt(_c, _R)),
            mutants=(lt(_R / (_N - 1), _c),),
        ),
        Claim(
            "p rises with the pool",
            (*_DOMAIN, *_OTHER, lt(_R, _R2), eq(_GAIN, 0), eq(_AT_R.subs(_R, _R2), 0),
             _FALLS_BACK, POWER_RISES.at({x: 1 - _r, y: 1 - _p, n: _N})),
            lt(_p, _r),
            mutants=(lt(_r, _p),),
        ),
        Claim(
            "p falls with N",
            (*_DOMAIN, *_OTHER, eq(_GAIN, 0), eq(_AT_R.subs(_N, _N + 1), 0),
             SUM_MONOTONE.at({x: 1 - _r, y: 1 - _p, n: _N + 1}),
             POWER_RISES.at({x: 1 - _p, y: 1 - _r, n: _N + 1}),
             GEOMETRIC_SLOPE.at({x: 1 - _p, n: _N})),
            lt(_r, _p),
            mutants=(lt(_p, _r),),
            hint={_N: Fraction(2), _R: Fraction(1), _c: Fraction(7, 12), _p: Fraction(5, 6),
                  _r: Fraction(1, 2)},
        ),
        Claim(
            "expected spending equals expected pay",
            (*_DOMAIN, eq(_GAIN, 0)),
            eq(_c * _N * _p, _R * (1 - (1 - _p) ** _N)),
            mutants=(eq(_c * _N * _p, _R),),
        ),
        _OTHERS_TRAIN,
        Claim(
            "train or ride: everybody trains in equilibrium iff the pool reaches the shipped one",
            _WITH_RIDERS,
            iff(ge(_train(_N - 1), 0), ge(_R, SMALLEST_FULL_POOL.expression)),
            mutants=(iff(gt(_train(_N - 1), 0), ge(_R, SMALLEST_FULL_POOL.expression)),
                     iff(ge(_train(_N - 1), 0), ge(_R, _N * (_c - _b)))),
            using=(_OTHERS_TRAIN.at({_k: _N - 1}), _same_sign(_N - 1)),
        ),
        Claim(
            "train or ride: k + 1 >= 2 of N train in a pure equilibrium iff k + 1 is the shipped "
            "number of trainers, ties apart",
            (*_WITH_RIDERS, ge(_k, 1), le(_k + 2, _N), gt(_EXTRA, 0)),
            iff(
                all_of(ge(_train(_k), 0), le(_train(_k + 1), 0)),
                all_of(le(_k + 1, _MOST), ge(_k + 2, _MOST)),
            ),
            mutants=(iff(ge(_train(_k), 0), le(_k + 2, _MOST)),),
            using=(_OTHERS_TRAIN.at(), _OTHERS_TRAIN.at({_k: _k + 1}), _same_sign(_k),
                   _same_sign(_k + 1)),
        ),
        Claim(
            "that pool is never a debt: it is 0 iff c <= (1-theta) b",
            (ge(_N, 2),),
            all_of(ge(SMALLEST_FULL_POOL.expression, 0),
                   iff(eq(SMALLEST_FULL_POOL.expression, 0), le(_EXTRA, 0))),
            mutants=(gt(SMALLEST_FULL_POOL.expression, _EXTRA),),
        ),
        Claim(
            "train or ride: all N >= 2 do iff the shipped number of trainers is N",
            (*_WITH_RIDERS, gt(_EXTRA, 0), le(_whole, _MOST), lt(_MOST, _whole + 1),
             any_of(le(_N, _whole), ge(_N, _whole + 1))),
            all_of(iff(ge(_train(_N - 1), 0), eq(_COUNT, _N)), le(_COUNT, _N), le(_COUNT, _MOST)),
            mutants=(iff(gt(_train(_N - 1), 0), eq(_COUNT, _N)),),
            using=(_OTHERS_TRAIN.at({_k: _N - 1}), _same_sign(_N - 1)),
        ),
    ),
    formulas=(POOL_INDIFFERENCE, SMALLEST_FULL_POOL, PURE_TRAINERS),
    trusted="binomial theorem; (k+1) C(N,k+1) = N C(N-1,k); existence from T0",
    about=(
        "games.participation.ParticipationGame.pool",
        "games.participation.ParticipationGame.train_or_ride",
        "games.participation.ParticipationGame.smallest_full_pool",
    ),
    source="theory notes, section 2.1",
)  # fmt: skip
