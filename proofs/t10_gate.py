"""G: when a gate accepts more work less often, and what no hold-out removes.

Effort e moves m, s and sigma at rates m', s' and sigma'. The derivative of the score is SymPy's, of
the shipped expression along (m + m' h, s + s' h, sigma + sigma' h); the first claims tie it to the
product rule. The square root is a number ``scatter > 0`` whose square is s^2 + sigma^2/V.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.games.acceptance import ACCEPTANCE, FLOOR, HALF_SIZE, SCORE
from derelayl_econ.games.effort import SUBMISSION_PAYOFF
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, by_root
from proofs.lemmas import SAME_SIGN, a, b, f, g
from proofs.logic import all_of, any_of, eq, ge, gt, iff, le, lt

__all__ = ["THEOREM"]

_m, _tau, _s, _sigma, _V = (
    symbol(code) for code in ("improvement", "margin", "spread", "noise", "hold_out")
)
_dm, _ds, _dsigma, _h = sp.symbols("improvement_rate spread_rate noise_rate h")
_r, _r2, _dr, _V2 = sp.symbols("scatter scatter_2 scatter_rate hold_out_more")
_m2, _s2, _sigma2, _P2, _c2 = sp.symbols("improvement_2 spread_2 noise_2 acceptance_2 cost_2")
_P, _c, _paid, _deposit = (symbol(code) for code in ("acceptance", "cost", "reward", "deposit"))
_B = _s**2 + _sigma**2 / _V
_HALF_RISE = _s * _ds + _sigma * _dsigma / _V  # half the rate at which s^2 + sigma^2/V grows
_LARGER, _SECOND = {_V: _V2}, {_m: _m2, _s: _s2, _sigma: _sigma2}
_GATE = (ge(_s, 0), ge(_sigma, 0), gt(_V, 0))


def _slope(term: Any) -> Any:
    """Return the derivative of a term along the path that effort takes."""
    path = {_m: _m + _dm * _h, _s: _s + _ds * _h, _sigma: _sigma + _dsigma * _h}
    return sp.diff(term.subs(path, simultaneous=True), _h).subs(_h, 0)


def _shortfall(formula: Formula) -> Any:
    """Return sqrt(2) z where the formula is erfc(z)/2, which falls in z."""
    (erfc,) = formula.expression.atoms(sp.erfc)
    if formula.expression != erfc / 2:
        raise ValueError(f"no normal probability: {formula.expression}")
    return sp.sqrt(2) * erfc.args[0]


# All terms at once: they must speak of the same root.
(_SCORE, _SHORT, _RISE), _ROOT = by_root(
    sp.Tuple(SCORE.expression, _shortfall(ACCEPTANCE), _slope(SCORE.expression)), _r
)
(_SCORE2, _SHORT2), _ROOT2 = by_root(
    sp.Tuple(SCORE.expression, _shortfall(ACCEPTANCE)).subs(_SECOND), _r2
)
_SCORE_MORE, _ROOT_MORE = by_root(SCORE.expression.subs(_LARGER), _r2)
_LIMIT, _HALF = -_shortfall(FLOOR), HALF_SIZE.expression
_PAY = SUBMISSION_PAYOFF.expression
_PAY_MORE = _PAY.subs({_P: _P2, _c: _c2})
_LAZY = lt(_RISE, 0)

_SIDES = _dm * _B - (_m - _tau) * _HALF_RISE
_CLEARED = Claim(
    "the derivative times scatter^3 is m' (s^2 + sigma^2/V) - (m - tau)(s s' + sigma sigma'/V)",
    (*_GATE, *_ROOT),
    all_of(eq(_RISE * _r**3, _SIDES), gt(_r**3, 0)),
    mutants=(eq(_RISE * _r**2, _SIDES),),
)
_LAZINESS = Claim(
    "more effort lowers the score iff m' (s^2 + sigma^2/V) < (m - tau)(s s' + sigma sigma'/V)",
    (*_GATE, *_ROOT),
    all_of(iff(_LAZY, lt(_SIDES, 0)), iff(gt(_RISE, 0), gt(_SIDES, 0))),
    mutants=(iff(_LAZY, lt(_dm, 0)), iff(_LAZY, lt(_dm * _B, _m * _HALF_RISE))),
    using=(_CLEARED.at(), SAME_SIGN.at({a: _RISE, f: _r**3, b: _SIDES, g: sp.Integer(1)})),
)
_rate, _level, _excess = sp.symbols("scatter_growth squared_scatter excess")
_MARGIN = Claim(
    "m' B < (m - tau) H with H > 0 iff tau < m - m' B/H",
    (gt(_rate, 0),),
    iff(lt(_dm * _level - (_m - _tau) * _rate, 0), lt(_tau, _m - _dm * _level / _rate)),
    mutants=(iff(lt(_dm * _level - (_m - _tau) * _rate, 0), lt(_tau, _m)),),
)
_EFFORT = (
    Claim(
        "the argument of the shipped normal law is minus the score, and falls as that rises",
        (*_GATE, *_ROOT, *_ROOT2),
        all_of(eq(_SHORT + _SCORE, 0), iff(gt(_SHORT, _SHORT2), lt(_SCORE, _SCORE2))),
        mutants=(iff(gt(_SHORT, _SHORT2), le(_SCORE, _SCORE2)),),
    ),
    Claim(
        "the derivative of the score obeys the product rule: d' scatter + d scatter' = m'",
        (*_GATE, *_ROOT, eq(_r * _dr, _HALF_RISE)),
        eq(_RISE * _r + _SCORE * _dr, _dm),
        mutants=(eq(_RISE * _r, _dm),),
    ),
    _CLEARED,
    _LAZINESS,
    Claim(
        "work that gets better is rewarded less only where it is above the margin and scatters "
        "more, or below it and scatters less",
        (*_GATE, *_ROOT, ge(_dm, 0), _LAZY),
        any_of(all_of(gt(_m, _tau), gt(_HALF_RISE, 0)), all_of(lt(_m, _tau), lt(_HALF_RISE, 0))),
        mutants=(gt(_HALF_RISE, 0), gt(_m, _tau)),
    ),
    _MARGIN,
    Claim(
        "where work scatters more, that is iff the margin is below m - m' (s^2 + sigma^2/V)/"
        "(s s' + sigma sigma'/V): no margin from there on rewards laziness",
        (*_GATE, *_ROOT, gt(_HALF_RISE, 0)),
        iff(_LAZY, lt(_tau, _m - _dm * _B / _HALF_RISE)),
        mutants=(iff(_LAZY, le(_tau, _m - _dm * _B / _HALF_RISE)),),
        using=(_LAZINESS.at(), _MARGIN.at({_rate: _HALF_RISE, _level: _B})),
    ),
    Claim(
        "who works more, at a higher cost, and is accepted no more often is paid less",
        (gt(_paid, 0), ge(_deposit, 0), le(_P2, _P), gt(_c2, _c)),
        all_of(lt(_PAY_MORE, _PAY),
               eq(_PAY - _PAY_MORE, (_paid + _deposit) * (_P - _P2) + _c2 - _c)),
        mutants=(lt(_P2, _P), eq(_PAY - _PAY_MORE, _paid * (_P - _P2) + _c2 - _c)),
    ),
)  # fmt: skip

_SPREAD = (gt(_s, 0), gt(_sigma, 0), gt(_V, 0), *_ROOT)
_PYTHAGORAS = {
    _m: Fraction(1), _tau: Fraction(0), _s: Fraction(3), _sigma: Fraction(4), _V: Fraction(1),
    _r: Fraction(5),
}  # fmt: skip
_EXCESS = Claim(
    "V*/V is (scatter^2 - s^2)/s^2",
    _SPREAD,
    eq(_HALF / _V * _s**2, _r**2 - _s**2),
    mutants=(eq(_HALF * _s**2, _r**2),),
    hint=_PYTHAGORAS,
)
_SHARE = Claim(
    "1/s - 1/r is at most (r^2 - s^2)/(2 s^3)",
    (gt(_s, 0), gt(_r, 0), gt(_m, _tau), eq(_excess * _s**2, _r**2 - _s**2)),
    le((_m - _tau) / _s - (_m - _tau) / _r, (_m - _tau) / _s * _excess / 2),
    mutants=(le((_m - _tau) / _s - (_m - _tau) / _r, (_m - _tau) / _s * _excess / 8),),
)
_FLOOR = (
    Claim(
        "d^2 (1 + V*/V) is the square of (m - tau)/s, the score that the shipped floor speaks of",
        _SPREAD,
        eq(_SCORE**2 * (1 + _HALF / _V), _LIMIT**2),
        mutants=(eq(_SCORE**2, _LIMIT**2),),
    ),
    Claim(
        "no hold-out reaches that score, which has the same sign",
        _SPREAD,
        all_of(iff(gt(_m, _tau), all_of(gt(_SCORE, 0), lt(_SCORE, _LIMIT))),
               iff(lt(_m, _tau), all_of(lt(_SCORE, 0), gt(_SCORE, _LIMIT)))),
        mutants=(lt(_SCORE, _LIMIT), iff(gt(_m, _tau), lt(2 * _SCORE, _LIMIT))),
    ),
    Claim(
        "a larger hold-out comes nearer",
        (*_SPREAD, gt(_V2, _V), *_ROOT_MORE),
        all_of(iff(gt(_m, _tau), gt(_SCORE_MORE, _SCORE)),
               iff(lt(_m, _tau), lt(_SCORE_MORE, _SCORE))),
        mutants=(gt(_SCORE_MORE, _SCORE),),
        hint={**_PYTHAGORAS, _tau: Fraction(2), _V2: Fraction(16, 7), _r2: Fraction(4)},
    ),
    _EXCESS,
    _SHARE,
    Claim(
        "the share of the score that is missing is at most V*/(2 V)",
        (*_SPREAD, gt(_m, _tau)),
        le(_LIMIT - _SCORE, _LIMIT * _HALF / (2 * _V)),
        mutants=(le(_LIMIT - _SCORE, _LIMIT * _HALF / (8 * _V)),),
        hint=_PYTHAGORAS,
        using=(_EXCESS.at(), _SHARE.at({_excess: _HALF / _V})),
    ),
    Claim(
        "doing nothing but noise has d^2 = V tau^2/sigma^2, of the sign of -tau: zero without a "
        "margin, whatever V",
        (gt(_V, 0), gt(_sigma, 0), *_ROOT, eq(_m, 0), eq(_s, 0)),
        all_of(eq(_SCORE**2 * _sigma**2, _V * _tau**2), iff(eq(_SCORE, 0), eq(_tau, 0)),
               iff(lt(_SCORE, 0), gt(_tau, 0))),
        mutants=(eq(_SCORE, 0), iff(lt(_SCORE, 0), ge(_tau, 0))),
    ),
)  # fmt: skip

_VERDICT = Claim(
    "a submission earns R where it is accepted and loses D where not, at the cost c",
    (),
    eq(_PAY, _P * (_paid - _c) + (1 - _P) * (-_deposit - _c)),
    mutants=(eq(_PAY, _P * (_paid - _c) + (1 - _P) * (_deposit - _c)),),
)

THEOREM = Theorem(
    code="H",
    title="gate",
    statement=(
        "A gate accepts more work less often iff m' (s^2 + sigma^2/V) < (m - tau)(s s' + sigma "
        "sigma'/V). The score of a hold-out stays short of (m - tau)/s for every V, approaching it "
        "monotonically; noise alone passes half of the time without a margin."
    ),
    claims=(*_EFFORT, *_FLOOR, _VERDICT),
    formulas=(SCORE, ACCEPTANCE, FLOOR, HALF_SIZE, SUBMISSION_PAYOFF),
    trusted=(
        "erfc falls and has a derivative; chain rule; a positive number has one positive root"
    ),
    about=("games.gate.Gate.floor", "games.gate.Gate.rewards_laziness"),
    source="theory notes, section 4.1a",
)
