"""I: inverses: the slope of each curve, and the effort at which the slope is a given one.

Powers, logarithms and exponentials are unknown numbers here; SymPy differentiates, and cancels
exp with log, cosh with acosh.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1

from derelayl_econ.curve_forms import EXPONENTIAL, LOGISTIC, POWER
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.games.effort_at_slope import DEMAND
from derelayl_econ.notation import symbol
from derelayl_econ.quality import ExponentialCurve, LogisticWalk, PowerCurve
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, eq, ge, gt, iff, implies, lt

__all__ = ["THEOREM"]

_E, _E0, _h, _b = (symbol(s) for s in ("effort", "effort_scale", "height", "exponent"))
_slope, _step = symbol("marginal_quality"), symbol("step")
_qmax, _q0 = symbol("quality_max"), symbol("quality_start")
_P, _r, _t, _E2 = sp.symbols("power ratio base more_effort")
_SCALED = (gt(_h, 0), gt(_E0, 0), ge(_E, 0), gt(_slope, 0))
_CURVED = (gt(_qmax, _q0), gt(_q0, 0), gt(_E0, 0), gt(_slope, 0), gt(_b, 0), gt(_step, 0))


def _inside(formula: Any) -> Any:
    """Return the part of Max(0, part)."""
    (part,) = (part for part in formula.expression.args if part != 0)
    return part


# Logarithm.
_LOG_SLOPE, _LOG_INVERSE = LogCurve.marginal_formula.expression, LogCurve.inverse_formula.expression
_LOG_QUALITY = LogCurve.quality_formula.expression
# Root: P stands for (E/E_0)^b, and E/E_0 for its b-th root.
_ROOT_QUALITY = RootCurve.quality_formula.expression
_ROOT_SLOPE = RootCurve.marginal_formula.expression


def _by_power(term: Any) -> Any:
    """Return the term with (E/E_0)^(b+j) as P r^j, r = E/E_0."""
    return term.replace(
        lambda part: part.is_Pow and part.base == _E / _E0 and part.exp.has(_b),
        lambda part: _P * _r ** sp.expand(part.exp - _b),
    )


_root_inverse = RootCurve.inverse_formula.expression
(_ROOT_POWER,) = (p for p in _root_inverse.atoms(sp.Pow) if not p.exp.is_Integer)
_ROOT_SCALE = _root_inverse / _ROOT_POWER
# By the laws of powers: the slope at E/E_0 = t^j is t^(j (b-1)) times the slope at E = E_0.
_ROOT_AT_INVERSE = _ROOT_SLOPE.subs(_E, _ROOT_SCALE).subs(_slope, 1) * _t ** sp.cancel(
    _ROOT_POWER.exp * (_b - 1)
)

# Exponential: E = E_0 log t.
_EXP_EFFORT = _inside(DEMAND[ExponentialCurve])
(_EXP_BASE,) = (log.args[0] for log in _EXP_EFFORT.atoms(sp.log))
_EXP_SLOPE = EXPONENTIAL.marginal.expression.subs(_E, _EXP_EFFORT.subs(_EXP_BASE, _t))
# Shifted power: E = E_0 (r - 1) with r^(1+b) = t; then (1 + E/E_0)^b = t/r.
_POWER_EFFORT = _inside(DEMAND[PowerCurve])
(_POWER_ROOT,) = _POWER_EFFORT.atoms(expm1)
(_POWER_BASE,) = (log.args[0] for log in _POWER_ROOT.atoms(sp.log))
_POWER_EXPONENT = _POWER_ROOT.args[0] / sp.log(_POWER_BASE)
_GROWN = _POWER_EFFORT.subs(_POWER_ROOT, _r - 1)
_POWER_SLOPE = POWER.marginal.expression.replace(
    lambda part: part.is_Pow and part.exp.has(_b), lambda part: (_t / _r) ** (part.exp / _b)
).subs(_E, _GROWN)
# Logistic: cosh(acosh(x))^2 = x^2.
_LOGISTIC_SLOPE = LOGISTIC.marginal.expression
_TURNED = sp.expand(_inside(DEMAND[LogisticWalk]) * _step / 2)
(_WALK_BASE,) = (log.args[0] for log in _LOGISTIC_SLOPE.atoms(sp.log))
(_LOG_ODDS,) = (log for log in _TURNED.atoms(sp.log))
(_ARC,) = _TURNED.atoms(sp.acosh)
_odds, _arc, _any = sp.symbols("log_odds acosh any_effort")
_WALKED = _inside(DEMAND[LogisticWalk]).xreplace({_LOG_ODDS: _odds, _ARC: _arc})
_CUT = [
    formula.expression.xreplace({_inside(formula): _any})
    for formula in (LogCurve.inverse_formula, *DEMAND.values())
]
_AT_WALK = _LOGISTIC_SLOPE.subs(_E, 2 * _TURNED / _step)
_AT_WALK = _AT_WALK.replace(sp.cosh, lambda z: sp.cosh(sp.expand(z)))

THEOREM = Theorem(
    code="I",
    title="inverses",
    statement=(
        "The shipped slopes are those of the shipped curves, they fall, and the shipped effort at "
        "a slope is where the curve has it."
    ),
    claims=(
        Claim(
            "logarithm: the shipped slope is the derivative, and falls",
            (*_SCALED, lt(_E, _E2)),
            all_of(eq(sp.diff(_LOG_QUALITY, _E) * (_E + _E0), _LOG_SLOPE * (_E + _E0)),
                   lt(_LOG_SLOPE.subs(_E, _E2), _LOG_SLOPE)),
            mutants=(eq(sp.diff(_LOG_QUALITY, _E), _LOG_SLOPE.subs(_E, _E2)),),
        ),
        Claim(
            "logarithm: effort has the given slope iff it is the shipped one, where that is not 0",
            _SCALED,
            all_of(iff(gt(_LOG_INVERSE, 0), gt(_LOG_SLOPE.subs(_E, 0), _slope)),
                   iff(all_of(gt(_E, 0), eq(_LOG_SLOPE, _slope)),
                       all_of(gt(_E, 0), eq(_E, _LOG_INVERSE)))),
            mutants=(iff(eq(_LOG_SLOPE, _slope), eq(_E, _LOG_INVERSE)),),
        ),
        Claim(
            "root: the shipped slope is the derivative, b Q/E",
            (gt(_h, 0), gt(_E0, 0), gt(_E, 0), gt(_b, 0), lt(_b, 1), gt(_P, 0), gt(_r, 0),
             eq(_r * _E0, _E)),
            all_of(eq(_by_power(sp.diff(_ROOT_QUALITY, _E)), _by_power(_ROOT_SLOPE)),
                   eq(_by_power(_ROOT_SLOPE) * _E, _b * _by_power(_ROOT_QUALITY))),
            mutants=(eq(_by_power(_ROOT_SLOPE) * _E, _by_power(_ROOT_QUALITY)),),
        ),
        Claim(
            "root: at the shipped effort the slope is the given one",
            (gt(_h, 0), gt(_E0, 0), gt(_b, 0), lt(_b, 1), gt(_slope, 0),
             eq(_t, _ROOT_POWER.base)),
            eq(_ROOT_AT_INVERSE, _slope),
            mutants=(eq(_ROOT_AT_INVERSE, 2 * _slope),),
        ),
        Claim(
            "exponential: at the shipped effort the slope is the given one; it is positive where "
            "the slope at no effort is steeper",
            (*_CURVED, eq(_t, _EXP_BASE)),
            all_of(eq(_EXP_SLOPE, _slope),
                   iff(gt(_t, 1), gt(EXPONENTIAL.marginal.expression.subs(_E, 0), _slope))),
            mutants=(iff(gt(_t, 1), ge(EXPONENTIAL.marginal.expression.subs(_E, 0), _slope)),),
        ),
        Claim(
            "shifted power: at the shipped effort the slope is the given one",
            (*_CURVED, gt(_r, 0), eq(_t, _POWER_BASE)),
            all_of(eq(_POWER_SLOPE, _slope), eq(_POWER_EXPONENT, 1 - _b * _POWER_EXPONENT)),
            mutants=(eq(_POWER_SLOPE, _qmax),),
        ),
        Claim(
            "logistic walk beyond the inflection: at the shipped effort the slope is the given, "
            "or the steepest",
            _CURVED,
            eq(_AT_WALK, sp.Min(_slope, _qmax * _step / 4)),
            mutants=(eq(_AT_WALK, _slope),),
        ),
        Claim(
            "which is beyond the inflection, ln(q_max/q_0 - 1)/t",
            (gt(_step, 0), ge(_arc, 0)),
            ge(_WALKED * _step, _odds),
            mutants=(gt(_WALKED * _step, _odds),),
        ),
        Claim(
            "no effort where even the first one is not worth it",
            (),
            all_of(*(all_of(ge(cut, 0), ge(cut, _any)) for cut in _CUT),
                   *(implies(ge(_any, 0), eq(cut, _any)) for cut in _CUT)),
            mutants=(eq(_CUT[0], _any),),
        ),
    ),
    formulas=(
        LogCurve.quality_formula, LogCurve.marginal_formula, LogCurve.inverse_formula,
        RootCurve.quality_formula, RootCurve.marginal_formula, RootCurve.inverse_formula,
        *DEMAND.values(),
    ),
    trusted="derivatives, laws of powers, log and cosh as SymPy has them",
    about=("games.effort_at_slope.effort_at_slope", "games.concave_curves.LogCurve",
           "games.concave_curves.RootCurve"),
    source="theory notes, sections 1.1, 2.3 and 2.4",
)  # fmt: skip
