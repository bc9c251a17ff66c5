"""L: splits of a pool by the length of the path, and how little those that are split-proof pay."""

from __future__ import annotations

import sympy as sp

from derelayl_econ.games.length_split import LEAST_SHARE_BOUND, PLACE_PAY
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.lemmas import POWER_POSITIVE, POWER_PRODUCT, POWER_QUOTIENT, POWER_RISES, k, n, t, x, y
from proofs.logic import all_of, eq, ge, gt, le, lt

__all__ = ["THEOREM"]

_R = symbol("pool")
_K, _i, _lean = symbol("path_legs"), symbol("place"), symbol("lean")
_tilt = symbol("tilt")
_PLACE, _BOUND = PLACE_PAY.expression, LEAST_SHARE_BOUND.expression
_r1, _r2, _short, _least, _least_short = sp.symbols("r_i r_next r_short least least_short")
_POOL = (gt(_R, 0), ge(_i, 1), ge(_K - 1, _i))
_LEAN = (gt(_lean, 0), lt(_lean, 1))
_AFTER, _SHORTER = {_i: _i + 1}, {_K: _K - 1}
_THREE = sum(_PLACE.subs(_i, _i + later) for later in range(3))
_TILTED = eq(_lean * (1 + _tilt), _tilt)
_PAIR = (le(_least, _r1), le(_least, _r2), le(_r1 + _r2, _short))

_LENGTH = (
    Claim(
        "the shipped pay of places is neutral in pairs: r(i, L) + r(i+1, L) = r(i, L-1)",
        (*_POOL, *_LEAN),
        eq(_PLACE + _PLACE.subs(_AFTER), _PLACE.subs(_SHORTER)),
        mutants=(eq(_PLACE + _PLACE.subs(_AFTER), _PLACE),),
    ),
    Claim(
        "with t = x/(1+x) it is R x^(i-1)/(1+x)^(L-1)",
        (gt(_R, 0), ge(_i, 1), ge(_K, _i), gt(_tilt, 0), _TILTED, eq(t, (1 + _tilt) ** (_i - 1)),
         POWER_QUOTIENT.at({t: _lean, y: 1 + _tilt, x: _tilt, n: _i - 1}),
         POWER_QUOTIENT.at({t: 1 - _lean, y: 1 + _tilt, x: sp.Integer(1), n: _K - _i}),
         POWER_PRODUCT.at({x: 1 + _tilt, k: _i - 1, n: _K - _i})),
        eq(_PLACE * (1 + _tilt) ** (_K - 1), _R * _tilt ** (_i - 1)),
        mutants=(eq(_PLACE * (1 + _tilt) ** _K, _R * _tilt ** (_i - 1)),),
    ),
    Claim(
        "three in a row handed in as one win the middle one's pay once more",
        (gt(_R, 0), *_LEAN, ge(_i, 1), ge(_K - 2, _i),
         POWER_POSITIVE.at({x: _lean, n: _i - 1}),
         POWER_POSITIVE.at({x: 1 - _lean, n: _K - 2 - _i})),
        all_of(eq(_PLACE.subs(_K, _K - 2) - _THREE, _PLACE.subs(_AFTER)),
               gt(_PLACE.subs(_AFTER), 0)),
        mutants=(eq(_PLACE.subs(_K, _K - 2) - _THREE, _PLACE),),
    ),
    Claim(
        "split-proof: the least share is at most half of any place's of the path one shorter",
        _PAIR,
        le(2 * _least, _short),
        mutants=(lt(2 * _least, _short), le(3 * _least, _short)),
    ),
    Claim(
        "hence at most the shipped bound: paths of two legs",
        (*_PAIR, eq(_short, _R)),
        le(_least, _BOUND.subs(_K, 2)),
        mutants=(lt(_least, _BOUND.subs(_K, 2)), le(_least, _BOUND.subs(_K, 3))),
    ),
    Claim(
        "and of more legs (step)",
        (ge(_K, 2), POWER_POSITIVE.at({x: sp.Integer(2), n: _K - 1}),
         le(_least_short, _BOUND), le(2 * _least, _least_short)),
        le(_least, _BOUND.subs(_K, _K + 1)),
        mutants=(lt(_least, _BOUND.subs(_K, _K + 1)),),
    ),
    Claim(
        "which the even split (t = 1/2) pays to everybody",
        (gt(_R, 0), ge(_i, 1), ge(_K, _i), eq(t, _lean ** (_i - 1)), eq(2 * _lean, 1),
         POWER_RISES.at({x: _lean, y: 1 - _lean, n: _K - _i}),
         POWER_RISES.at({x: 1 - _lean, y: _lean, n: _K - _i}),
         POWER_PRODUCT.at({x: _lean, k: _i - 1, n: _K - _i}),
         POWER_QUOTIENT.at({t: _lean, y: sp.Integer(2), x: sp.Integer(1), n: _K - 1})),
        eq(_PLACE, _BOUND),
        mutants=(eq(_PLACE, 2 * _BOUND),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="L",
    title="splits by length",
    statement=(
        "R t^(i-1) (1-t)^(L-i) is neutral to splits in two and merges of two, not to larger "
        "merges. A split by length that is split-proof pays somebody at most R/2^(L-1), which the "
        "even one pays to everybody."
    ),
    claims=_LENGTH,
    formulas=(PLACE_PAY, LEAST_SHARE_BOUND),
    trusted="induction over the length of the path",
    about=("games.length_split.LengthSplit", "games.length_split.least_share_bound"),
    source="theory notes, section 4.2",
)  # fmt: skip
