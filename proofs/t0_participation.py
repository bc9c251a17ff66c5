r"""T0: falling gains that change sign once have exactly one symmetric equilibrium, for every N.

With M = N - 1 others who train with probability p each, the expected gain of training is
G_M[g](p) = sum_k C(M,k) p^k (1-p)^(M-k) g_k. De Casteljau's recurrence

    G_0[g] = g_0,     G_(M+1)[g] = (1-p) G_M[g] + p G_M[shift g],     (shift g)_k = g_(k+1)

carries every property from M to M + 1, so each claim below is a base and a step on real numbers:
``low`` and ``high`` stand for G_M[g] and G_M[shift g].
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.participation_formulas import PAYOFFS
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, any_of, eq, ge, gt, iff, implies, le, lt

__all__ = ["THEOREM", "de_casteljau", "gain"]

_p, _r, _M, _k = sp.symbols("p r M k")
_g0, _g1, _g_last, _g_next = sp.symbols("g_0 g_1 g_M g_M1")
_low, _high, _low2, _high2 = sp.symbols("low high low2 high2")
_C, _C1, _gk = sp.symbols("C C1 g_k")
_INSIDE = (gt(_p, 0), lt(_p, _r), lt(_r, 1))
_N, _b, _c, _R, _theta = (
    symbol(code) for code in ("participants", "benefit", "cost", "pool", "leakage")
)
_others = symbol("others")


def de_casteljau(low: Any, high: Any, p: Any) -> Any:
    """Return G_(M+1)[g](p) from G_M[g](p) and G_M[shift g](p)."""
    return (1 - p) * low + p * high


def gain(instance: str, others: Any) -> Any:
    """Return the shipped gain g_k = J(k) - A(k) of a named game at k = ``others``."""
    train, ride = PAYOFFS[instance]
    return (train.expression - ride.expression).subs(_others, others)


_POLYNOMIAL = (
    Claim(
        "the recurrence is Pascal's rule, term by term",
        (ge(_k, 1), le(_k, _M)),
        eq(
            (_C + _C1) * _p**_k * (1 - _p) ** (_M + 1 - _k) * _gk,
            de_casteljau(
                _C * _p**_k * (1 - _p) ** (_M - _k) * _gk,
                _C1 * _p ** (_k - 1) * (1 - _p) ** (_M - _k + 1) * _gk,
                _p,
            ),
        ),
        mutants=(eq((_C + _C1) * _p**_k * _gk, de_casteljau(_C, _C1, _p) * _p**_k * _gk),),
    ),
    Claim(
        "smaller gains, smaller expectation (step)",
        (ge(_p, 0), le(_p, 1), ge(_low, _low2), ge(_high, _high2)),
        ge(de_casteljau(_low, _high, _p), de_casteljau(_low2, _high2, _p)),
        mutants=(gt(de_casteljau(_low, _high, _p), de_casteljau(_low2, _high2, _p)),),
    ),
    Claim(
        "expectation stays between the last and the first gain (step)",
        (ge(_p, 0), le(_p, 1), ge(_g0, _g1), ge(_g_last, _g_next), le(_low, _g0), ge(_low, _g_last),
         le(_high, _g1), ge(_high, _g_next)),
        all_of(le(de_casteljau(_low, _high, _p), _g0), ge(de_casteljau(_low, _high, _p), _g_next)),
        mutants=(ge(de_casteljau(_low, _high, _p), _g_last),),
    ),
    Claim(
        "values at p = 0 and p = 1 are the first and the last gain (step)",
        (eq(_low, _g0), eq(_high, _g_next)),
        all_of(eq(de_casteljau(_low, _high, sp.Integer(0)), _g0),
               eq(de_casteljau(_low, _high, sp.Integer(1)), _g_next)),
        mutants=(eq(de_casteljau(_low, _high, sp.Integer(0)), _g_next),),
    ),
    Claim(
        "falling gains, non-increasing expectation (step)",
        (ge(_p, 0), lt(_p, _r), le(_r, 1), ge(_low, _low2), ge(_high, _high2), ge(_low2, _high2)),
        ge(de_casteljau(_low, _high, _p), de_casteljau(_low2, _high2, _r)),
        mutants=(gt(de_casteljau(_low, _high, _p), de_casteljau(_low2, _high2, _r)),),
    ),
    Claim(
        "strictly decreasing on (0, 1) if g_0 > g_M (base M = 1)",
        (*_INSIDE, gt(_g0, _g1)),
        gt(de_casteljau(_g0, _g1, _p), de_casteljau(_g0, _g1, _r)),
        mutants=(gt(de_casteljau(_g0, _g1, _r), de_casteljau(_g0, _g1, _p)),),
    ),
    Claim(
        "strictly decreasing on (0, 1) if g_0 > g_M (step)",
        (*_INSIDE, ge(_g0, _g1), ge(_g0, _g_last), ge(_g1, _g_last), ge(_g_last, _g_next),
         gt(_g0, _g_next), ge(_low, _low2), ge(_high, _high2), ge(_low2, _high2),
         implies(gt(_g0, _g_last), gt(_low, _low2)), implies(gt(_g1, _g_next), gt(_high, _high2))),
        gt(de_casteljau(_low, _high, _p), de_casteljau(_low2, _high2, _r)),
        mutants=(gt(_low, _low2),),
    ),
    Claim(
        "at most one equilibrium in (0, 1)",
        (gt(_p, 0), lt(_p, 1), gt(_r, 0), lt(_r, 1), implies(lt(_p, _r), gt(_low, _high)),
         implies(lt(_r, _p), gt(_high, _low)), eq(_low, 0), eq(_high, 0)),
        eq(_p, _r),
        mutants=(eq(_p, sp.Rational(1, 2)),),
    ),
)  # fmt: skip

_POOL = (gt(_R, 0), gt(_c, 0), ge(_N, 2))
_COMMON = (ge(_R, 0), ge(_b, 0), ge(_theta, 0), le(_theta, 1), ge(_N, 2))
_MASS = gain("critical_mass", _others), gain("critical_mass", _others + 1)
_JOIN, _RIDE = (formula.expression for formula in PAYOFFS["critical_mass"])
_mass = symbol("threshold")
_POWER = gain("train_or_ride", sp.Integer(0)), gain("train_or_ride", _N - 1)
_SHIPPED = (
    Claim(
        "volunteer: gains fall, and change sign iff c < b",
        (gt(_b, 0), gt(_c, 0), ge(_others, 0), ge(_N, 2)),
        all_of(
            ge(gain("volunteer", _others), gain("volunteer", _others + 1)),
            iff(all_of(gt(gain("volunteer", sp.Integer(0)), 0), lt(gain("volunteer", _N - 1), 0)),
                lt(_c, _b)),
        ),
        mutants=(gt(gain("volunteer", _others), gain("volunteer", _others + 1)),),
    ),
    Claim(
        "pool: gains fall, and change sign iff R/N < c < R",
        (*_POOL, ge(_others, 0)),
        all_of(
            gt(gain("pool", _others), gain("pool", _others + 1)),
            iff(all_of(gt(gain("pool", sp.Integer(0)), 0), lt(gain("pool", _N - 1), 0)),
                all_of(lt(_R / _N, _c), lt(_c, _R))),
        ),
        mutants=(iff(lt(gain("pool", _N - 1), 0), lt(_R / (_N - 1), _c)),),
    ),
    Claim(
        "train or ride: gains do not rise, and fall if R > 0",
        (*_COMMON, ge(_others, 0)),
        all_of(
            ge(gain("train_or_ride", _others), gain("train_or_ride", _others + 1)),
            implies(gt(_R, 0),
                    gt(gain("train_or_ride", _others), gain("train_or_ride", _others + 1))),
        ),
        mutants=(ge(*_MASS), gt(gain("train_or_ride", _others),
                                gain("train_or_ride", _others + 1))),
    ),
    Claim(
        "train or ride: p = 0 iff b + R <= c, p = 1 iff (1-theta) b + R/N >= c",
        _COMMON,
        all_of(iff(le(_POWER[0], 0), le(_b + _R, _c)),
               iff(ge(_POWER[1], 0), ge((1 - _theta) * _b + _R / _N, _c))),
        mutants=(iff(ge(_POWER[1], 0), ge(_b + _R / _N, _c)),
                 any_of(gt(_POWER[0], 0), lt(_c, _b))),
    ),
    Claim(
        "critical mass: training is worth b - c from M - 1 others on, riding theta b from M on",
        (),
        all_of(
            implies(le(_others, _mass - 2), all_of(eq(_JOIN, -_c), eq(_RIDE, 0))),
            implies(eq(_others, _mass - 1), all_of(eq(_JOIN, _b - _c), eq(_RIDE, 0))),
            implies(ge(_others, _mass), all_of(eq(_JOIN, _b - _c), eq(_RIDE, _theta * _b))),
        ),
        mutants=(implies(ge(_others, _mass - 1),
                         all_of(eq(_JOIN, _b - _c), eq(_RIDE, _theta * _b))),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="T0",
    title="participation",
    statement=(
        "Gains g_0 >= ... >= g_(N-1) with g_0 > 0 > g_(N-1) have exactly one symmetric "
        "equilibrium; it is interior. For every N, by de Casteljau induction."
    ),
    claims=(*_POLYNOMIAL, *_SHIPPED),
    formulas=tuple(formula for several in PAYOFFS.values() for formula in several),
    trusted="a polynomial that changes sign has a root; induction over the integers",
    about=(
        "games.participation.ParticipationGame.train_or_ride",
        "games.participation.ParticipationGame.equilibria",
    ),
    source="theory notes, section 2.1; Pena, Lehmann and Noeldeke 2014",
)
