"""E: the ecology's owners settle, its shares add up, and its money runs as the formulas say.

k = p s is the share of the matches whose model wins. Whole numbers are left out: the owners here
are those of the mean field, with ``ell`` winners lost to rounding.
"""

from __future__ import annotations

import sympy as sp

from derelayl_econ.ecology.declining import BUDGET_FLOOR, DROP_OUT_LAG, LIFETIME_BOUND
from derelayl_econ.ecology.entry import RESERVE_CEILING
from derelayl_econ.ecology.mean_field import (
    FRESH,
    ISSUED_ALL,
    ISSUED_GEOMETRIC,
    NEXT,
    OWNERS,
    RENEWAL,
    SERVED,
    TRAINER_CHANCE,
)
from derelayl_econ.ecology.terms import INCOME_ALL, INCOME_GEOMETRIC
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.lemmas import POWER_POSITIVE, n, x
from proofs.logic import all_of, any_of, eq, ge, gt, iff, implies, le, lt

__all__ = ["THEOREM"]

_N, _A, _L, _M = (symbol(s) for s in ("participants", "slots", "matches", "owners"))
_p, _s, _loss, _t = (symbol(s) for s in ("success", "winning_share", "rounding_loss", "rounds"))
_a, _rho, _delta = symbol("decay"), symbol("royalty_share"), symbol("discount")
_c, _B, _I, _b = symbol("cost"), symbol("coin_budget"), symbol("issue"), symbol("bid")
_omega, _r, _W, _J = (symbol(s) for s in ("winner_income", "reserve", "royalty_sum", "job_fees"))
_n, _lag, _h, _P = (symbol(s) for s in ("matched", "lag", "renewal", "trainer_chance"))
_k = _p * _s

_STEADY = OWNERS.expression
_LOSSLESS = _STEADY.subs(_loss, 0)
_DOMAIN = (
    gt(_A, 0), gt(_L, 0), gt(_p, 0), le(_p, 1), gt(_s, 0), le(_s, 1),
)  # fmt: skip
_SATURATED = _k * (_A - _M)  # winners when every trainer finds an owner
_GROWING = _k * _L * _M  # winners when every owner finds L trainers
_later = sp.Symbol("owners_next")
_ROUND = any_of(
    all_of(le(_L * _M, _A - _M), eq(_later, _GROWING)),
    all_of(ge(_L * _M, _A - _M), eq(_later, _SATURATED)),
)
_MIRROR = 2 * _LOSSLESS - _M  # as far beyond M* as M is short of it

_OWNERS = (
    Claim(
        "the shipped owners are the one fixed point of M -> k (A - M) - ell",
        (*_DOMAIN, ge(_loss, 0), lt(_loss, 1)),
        iff(eq(_SATURATED - _loss, _M), eq(_M, _STEADY)),
        mutants=(iff(eq(_SATURATED, _M), eq(_M, _STEADY)),),
    ),
    Claim(
        "every trainer finds an owner at the steady state iff L p s >= 1",
        _DOMAIN,
        iff(ge(_L * _LOSSLESS, _A - _LOSSLESS), ge(_L * _k, 1)),
        mutants=(iff(ge(_L * _LOSSLESS, _A - _LOSSLESS), gt(_L * _k, 1)),),
    ),
    Claim(
        "then one owner in L p s has trainers: A - M* = (L M*) SERVED",
        _DOMAIN,
        eq(_A - _LOSSLESS, _L * _LOSSLESS * SERVED.expression),
        mutants=(eq(_A, _L * _LOSSLESS * SERVED.expression),),
    ),
    Claim(
        "while trainers are plenty the owners are too few, and become more if L p s > 1",
        (*_DOMAIN, gt(_M, 0), le(_L * _M, _A - _M), gt(_L * _k, 1)),
        all_of(lt(_M, _LOSSLESS), gt(_GROWING, _M)),
        mutants=(gt(_M, _LOSSLESS), gt(_GROWING, 2 * _M)),
    ),
    Claim(
        "and overshoot M* by at most p s times what they lacked",
        (*_DOMAIN, gt(_M, 0), le(_L * _M, _A - _M), gt(_L * _k, 1)),
        le(_GROWING - _LOSSLESS, _k * (_LOSSLESS - _M)),
        mutants=(le(_GROWING, _LOSSLESS),),
    ),
    Claim(
        "owners enough for all trainers approach M*: each round multiplies the distance by -k",
        _DOMAIN,
        eq(_SATURATED - _LOSSLESS, -_k * (_M - _LOSSLESS)),
        mutants=(eq(_SATURATED - _LOSSLESS, _k * (_M - _LOSSLESS)),),
    ),
    Claim(
        "p s < 1 < L p s: each round brings the owners strictly nearer to M*, from any 0 < M < A",
        (*_DOMAIN, lt(_k, 1), gt(_L * _k, 1), gt(_M, 0), lt(_M, _A), _ROUND),
        all_of(gt(_later, 0),
               implies(lt(_M, _LOSSLESS), all_of(gt(_later, _M), lt(_later, _MIRROR))),
               implies(gt(_M, _LOSSLESS), all_of(lt(_later, _M), gt(_later, _MIRROR))),
               implies(eq(_M, _LOSSLESS), eq(_later, _LOSSLESS))),
        mutants=(implies(lt(_M, _LOSSLESS), lt(_later, _LOSSLESS)),
                 implies(gt(_M, _LOSSLESS), gt(_later, _LOSSLESS))),
    ),
    Claim(
        "the survival condition is sharp in the mean field: L p s <= 1 lets no number grow",
        (*_DOMAIN, gt(_M, 0), le(_L * _k, 1)),
        le(_GROWING, _M),
        mutants=(lt(_GROWING, _M),),
    ),
)  # fmt: skip

_PEOPLE = (*_DOMAIN, eq(_N, 2 * _A), gt(_M, 0), lt(_M, _A))
_SHARES = (
    Claim(
        "chances are chances: 0 < P < 1, and h is one if A > 1",
        (*_PEOPLE, gt(_A, 1), eq(_P, TRAINER_CHANCE.expression), eq(_h, RENEWAL.expression)),
        all_of(gt(_P, 0), lt(_P, sp.Rational(1, 2)), gt(_h, 0), lt(_h, 1)),
        mutants=(gt(_P, sp.Rational(1, 2)), gt(_h, 1)),
    ),
    Claim(
        "in a round as many people get the newest version as the fresh share says",
        (*_PEOPLE, gt(_A, 1), eq(_P, TRAINER_CHANCE.expression), eq(_h, RENEWAL.expression)),
        eq(_N * FRESH.expression, _h * (_N - _M)),
        mutants=(eq(_N * FRESH.expression, _h * _N),),
    ),
    Claim(
        "the shares of all ages add up to one: fresh + next/h = 1",
        (*_PEOPLE, gt(_A, 1), eq(_P, TRAINER_CHANCE.expression), eq(_h, RENEWAL.expression)),
        eq(FRESH.expression * _h + NEXT.expression, _h),
        mutants=(eq(FRESH.expression + NEXT.expression, 1),),
    ),
)  # fmt: skip

_COINS = (
    Claim(
        "one coin per ancestor: round 1 issues 2 M, round t + 1 issues M (t + 2), more than 2 M",
        (gt(_M, 0), ge(_t, 1)),
        all_of(
            eq(ISSUED_ALL.expression.subs(_t, _t + 1) - ISSUED_ALL.expression, _M * (_t + 2)),
            implies(eq(_t, 1), eq(ISSUED_ALL.expression, 2 * _M)),
            gt(_M * (_t + 2), 2 * _M),
        ),
        mutants=(eq(ISSUED_ALL.expression.subs(_t, _t + 1) - ISSUED_ALL.expression,
                    _M * (_t + 1)),),
    ),
    Claim(
        "geometric royalties: round t + 1 issues M rho (1 - a^(t + 2)), less than M rho",
        (gt(_M, 0), ge(_t, 1), gt(_rho, 0), gt(_a, 0), lt(_a, 1),
         POWER_POSITIVE.at({x: _a, n: _t})),
        all_of(
            eq(ISSUED_GEOMETRIC.expression.subs(_t, _t + 1) - ISSUED_GEOMETRIC.expression,
               _M * _rho * (1 - _a**2 * _a**_t)),
            lt(_M * _rho * (1 - _a**2 * _a**_t), _M * _rho),
            eq(ISSUED_GEOMETRIC.expression.subs(_t, 1), _M * _rho - _M * _rho * _a**2),
        ),
        mutants=(eq(ISSUED_GEOMETRIC.expression.subs(_t, _t + 1) - ISSUED_GEOMETRIC.expression,
                    _M * _rho * (1 - _a * _a**_t)),),
    ),
    Claim(
        "a winner's income is delta (w_0 + what it is worth a round later): one coin each",
        (gt(_delta, 0), lt(_delta, 1)),
        eq(INCOME_ALL.expression, _delta * (1 + INCOME_ALL.expression)),
        mutants=(eq(INCOME_ALL.expression, 1 + _delta * INCOME_ALL.expression),),
    ),
    Claim(
        "... and geometric: each round later the weights are a times as large",
        (gt(_delta, 0), lt(_delta, 1), gt(_a, 0), lt(_a, 1), ge(_rho, 0)),
        eq(INCOME_GEOMETRIC.expression,
           _delta * (_rho * (1 - _a) + _a * INCOME_GEOMETRIC.expression)),
        mutants=(eq(INCOME_GEOMETRIC.expression, _delta * (_rho + INCOME_GEOMETRIC.expression)),),
    ),
)  # fmt: skip

_PAYS = (
    *_DOMAIN, lt(_k, 1), gt(_c, 0), gt(_B, 0), gt(_I, 0), ge(_b, 0), gt(_omega, 0),
)  # fmt: skip
_WORTH = _B / _I * (_k * _omega - (1 - _k) * _b)
_MONEY = (
    Claim(
        "if royalties outweigh the deposit, joining pays iff the budget reaches the shipped one",
        (*_PAYS, gt(_k * _omega, (1 - _k) * _b)),
        iff(ge(_WORTH, _c), ge(_B, BUDGET_FLOOR.expression)),
        mutants=(iff(ge(_WORTH, _c), gt(_B, BUDGET_FLOOR.expression)),),
    ),
    Claim(
        "if they do not, no budget is enough",
        (*_PAYS, le(_k * _omega, (1 - _k) * _b)),
        lt(_WORTH, _c),
        mutants=(lt(_WORTH, 0),),
    ),
    Claim(
        "a deposit of lag + 1 is worth its risk iff the lag is at most the drop-out lag",
        (*_PAYS, eq(_b, _lag + 1)),
        iff(ge(_WORTH, _c), le(_lag, DROP_OUT_LAG.expression)),
        mutants=(iff(ge(_WORTH, _c), lt(_lag, DROP_OUT_LAG.expression)),),
    ),
    Claim(
        "one coin per ancestor: after the longest life the expected issue, at least "
        "t - delta/(1 - delta), is too large for anybody",
        (*_PAYS, gt(_delta, 0), lt(_delta, 1), gt(_t, LIFETIME_BOUND.expression),
         ge(_I, _t - _delta / (1 - _delta)), ge(_b, 0)),
        lt(_WORTH, _c),
        mutants=(lt(_WORTH, 0), lt(_WORTH, _c / 2)),
    ),
    Claim(
        "and for nobody's deposit it is exactly that issue which is too large then",
        (*_PAYS, gt(_delta, 0), lt(_delta, 1), eq(_I, _t - _delta / (1 - _delta)), eq(_b, 0)),
        iff(lt(_WORTH, _c), gt(_t, LIFETIME_BOUND.expression)),
        mutants=(iff(lt(_WORTH, _c), ge(_t, LIFETIME_BOUND.expression)),),
    ),
    Claim(
        "a round burns no more than it issues, each loser at least r, iff r is at most the ceiling",
        (*_DOMAIN, lt(_k, 1), gt(_n, 0), ge(_W, 0), ge(_J, 0), ge(_r, 0)),
        iff(le((1 - _k) * _n * _r, _k * _n * _W + _J), le(_r, RESERVE_CEILING.expression)),
        mutants=(iff(le(_n * _r, _k * _n * _W + _J), le(_r, RESERVE_CEILING.expression)),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="E",
    title="ecology",
    statement=(
        "The mean-field owners have one steady number, which few owners grow to iff L p s > 1 and "
        "which they then approach from any number if p s < 1; the shares of versions add "
        "up to one; issue, incomes, the least budget, the drop-out lag, the longest life and the "
        "largest reserve are what the rules say."
    ),
    claims=(*_OWNERS, *_SHARES, *_COINS, *_MONEY),
    formulas=(
        OWNERS, SERVED, TRAINER_CHANCE, RENEWAL, FRESH, NEXT, ISSUED_ALL, ISSUED_GEOMETRIC,
        INCOME_ALL, INCOME_GEOMETRIC, BUDGET_FLOOR, DROP_OUT_LAG, LIFETIME_BOUND, RESERVE_CEILING,
    ),
    trusted=(
        "means of binomial numbers; the expected issue after t rounds is a weighted mean of "
        "r + 1, r <= t, which is at least t - delta/(1-delta); a continuous map that brings every "
        "point of an interval strictly nearer to its fixed point leads there"
    ),
    about=(
        "ecology.mean_field.steady_state",
        "ecology.mean_field.version_shares",
        "ecology.mean_field.coins_issued",
        "ecology.declining.budget_floor",
        "ecology.declining.lifetime_bound",
        "ecology.entry.reserve_ceiling",
        "ecology.terms.winner_income",
    ),
    source="theory notes, section 5",
)  # fmt: skip
