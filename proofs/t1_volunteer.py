"""T1: the volunteer's dilemma has one symmetric equilibrium, and more people make it worse.

The shipped closed forms contain the root (c/b)^(1/(N-1)); it becomes a symbol r with r > 0 and
r^(N-1) = c/b, of which there is one for 0 < c < b. Then p* = 1 - r and the outage is r^N.
"""

from __future__ import annotations

import sympy as sp

from derelayl_econ.games.participation_formulas import VOLUNTEER_OUTAGE, VOLUNTEER_STRATEGY
from derelayl_econ.games.unequal_formulas import VOLUNTEER_MIX
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, by_root
from proofs.lemmas import GEOMETRIC_SLOPE, POWER_MONOTONE, POWER_POSITIVE, POWER_RISES, n, x, y
from proofs.logic import all_of, eq, ge, gt, le, lt
from proofs.t0_participation import gain

__all__ = ["THEOREM"]

_N, _b, _c = symbol("participants"), symbol("benefit"), symbol("cost")
_others, _p = symbol("others"), symbol("join_probability")
_r, _s = sp.symbols("r s")
_DOMAIN = (ge(_N, 2), gt(_c, 0), lt(_c, _b))

(_STRATEGY, _OUTAGE), _ROOT = by_root(
    sp.Tuple(VOLUNTEER_STRATEGY.expression, VOLUNTEER_OUTAGE.expression), _r
)
_OUTAGE_NEXT, _ROOT_NEXT = by_root(VOLUNTEER_OUTAGE.expression.subs(_N, _N + 1), _s)

# What training gains when each other waits with probability 1 - p: nobody else trains with
# probability (1-p)^(N-1), and from one other trainer on the gain is that of one other trainer.
_NONE = (1 - _p) ** (_N - 1)
_EXPECTED = _NONE * gain("volunteer", sp.Integer(0)) + (1 - _NONE) * gain(
    "volunteer", sp.Integer(1)
)

_R_BELOW_ONE = POWER_RISES.at({x: sp.Integer(1), y: _r, n: _N - 1})
_S_BELOW_ONE = POWER_RISES.at({x: sp.Integer(1), y: _s, n: _N})

# Unequal volunteers, m of whom mix: P is the product of their cost ratios c_i/b_i, r_i one of them.
_m, _ratio, _product = symbol("mixers"), symbol("cost_ratio"), symbol("ratio_product")
_alone, _t = sp.Symbol("nobody_else"), sp.Symbol("t")
_MIX, _MIX_ROOT = by_root(VOLUNTEER_MIX.expression, _t)
_UNEQUAL = (ge(_m, 2), gt(_ratio, 0), gt(_product, 0), *_MIX_ROOT)

THEOREM = Theorem(
    code="T1",
    title="volunteer",
    statement=(
        "p* = 1 - (c/b)^(1/(N-1)) is the only symmetric equilibrium for 0 < c < b; nobody trains "
        "with probability (c/b)^(N/(N-1)), which rises with N, stays below c/b and is within "
        "(1-c/b)/(N-1) of it."
    ),
    claims=(
        Claim(
            "one other trainer is as good as many",
            (ge(_others, 1),),
            eq(gain("volunteer", _others), gain("volunteer", sp.Integer(1))),
            mutants=(eq(gain("volunteer", _others), gain("volunteer", sp.Integer(0))),),
        ),
        Claim(
            "0 < p* < 1",
            (*_DOMAIN, *_ROOT, _R_BELOW_ONE),
            all_of(gt(_STRATEGY, 0), lt(_STRATEGY, 1)),
            mutants=(lt(_STRATEGY, _c / _b),),
        ),
        Claim(
            "p* makes training and riding equally good",
            (*_DOMAIN, *_ROOT),
            eq(_EXPECTED.subs(_p, _STRATEGY), 0),
            mutants=(gt(_EXPECTED.subs(_p, _STRATEGY), 0),),
        ),
        Claim(
            "no other p in [0, 1] does",
            (*_DOMAIN, *_ROOT, ge(_p, 0), le(_p, 1), eq(_EXPECTED, 0),
             POWER_MONOTONE.at({x: _r, y: 1 - _p, n: _N - 1}),
             POWER_MONOTONE.at({x: 1 - _p, y: _r, n: _N - 1})),
            eq(_p, _STRATEGY),
            mutants=(eq(_p, _OUTAGE),),
        ),
        Claim(
            "nobody is drawn to p = 0 or p = 1",
            _DOMAIN,
            all_of(gt(gain("volunteer", sp.Integer(0)), 0), lt(gain("volunteer", _N - 1), 0)),
            mutants=(gt(gain("volunteer", _N - 1), 0),),
        ),
        Claim(
            "the outage is (1-p*)^N",
            (*_DOMAIN, *_ROOT),
            eq(_OUTAGE, (_c / _b) * (1 - _STRATEGY)),
            mutants=(eq(_OUTAGE, (_c / _b) ** 2),),
        ),
        Claim(
            "the outage rises with N",
            (*_DOMAIN, *_ROOT, *_ROOT_NEXT, _S_BELOW_ONE, POWER_POSITIVE.at({x: _s, n: _N - 1}),
             POWER_RISES.at({x: _s, y: _r, n: _N - 1})),
            lt(_OUTAGE, _OUTAGE_NEXT),
            mutants=(lt(_OUTAGE_NEXT, _OUTAGE),),
        ),
        Claim(
            "it stays below c/b, by at most (1-c/b)/(N-1)",
            (*_DOMAIN, *_ROOT, _R_BELOW_ONE, GEOMETRIC_SLOPE.at({x: _r, n: _N - 1})),
            all_of(lt(_OUTAGE, _c / _b), le(_c / _b - _OUTAGE, (1 - _c / _b) / (_N - 1))),
            mutants=(le(_c / _b - _OUTAGE, (1 - _c / _b) / _N**2),),
        ),
        Claim(
            "unequal volunteers: who mixes waits with probability P^(1/(m-1)) over the own ratio",
            _UNEQUAL,
            eq(_MIX * _ratio, _ratio - _t),
            mutants=(eq(_MIX, _ratio - _t),),
        ),
        Claim(
            "so that nobody else trains with probability c_i/b_i, and i does not mind",
            (*_UNEQUAL, eq(_alone * (_product / _ratio), ((1 - _MIX) * _ratio) ** (_m - 1))),
            eq(_alone, _ratio),
            mutants=(eq(_alone, _product),),
        ),
    ),
    formulas=(VOLUNTEER_STRATEGY, VOLUNTEER_OUTAGE, VOLUNTEER_MIX),
    trusted="a positive number has exactly one positive m-th root",
    about=(
        "games.participation.ParticipationGame.volunteer",
        "games.participation.ParticipationGame.outage",
        "games.unequal_participation.UnequalParticipation.volunteer",
    ),
    source="Diekmann 1985; theory notes, section 2.1",
)  # fmt: skip
