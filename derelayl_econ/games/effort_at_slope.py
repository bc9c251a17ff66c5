r"""The effort at which a public benefit's slope Q' falls to s: sup {E : Q'(E) >= s}, 0 if none.

It is what somebody with a cost of s per unit of value would exert alone. With D = q_max - q_0 (from
:mod:`derelayl_econ.curve_forms`):

- exponential: E_0 ln(D/(E_0 s));
- shifted power: E_0 [(b D/(E_0 s))^(1/(1+b)) - 1];
- logistic walk of step t, beyond its inflection:
  [ln(q_max/q_0 - 1) + 2 arcosh sqrt(q_max t/(4 s))]/t;
- Hill with c <= 1: the root u = E/E_0 of u^((1-c)/2) + u^((1+c)/2) = sqrt(c D/(E_0 s)), by
  Newton's method in ln u. There the equation is convex and increasing, so from the right the
  iterates fall to the root and never pass it;
- the curves of :mod:`derelayl_econ.games.concave_curves`: their own formulas;
- all others: a bracketed root in ln E beyond the inflection.

Source: theory notes, sections 1.1, 2.3 and 2.4. Proved (closed forms): theorem I in proofs/.
"""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import numpy.typing as npt
import sympy as sp
from scipy.optimize import brentq
from sympy.codegen.cfunctions import expm1

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.concave_curves import UnboundedCurve
from derelayl_econ.games.public_benefit import ConcaveBenefit, PublicBenefit, inflection
from derelayl_econ.notation import symbol
from derelayl_econ.quality import (
    ExponentialCurve,
    HillCurve,
    LearningCurve,
    LogisticWalk,
    PowerCurve,
)

__all__ = ["DEMAND", "effort_at_slope", "efforts_at_slopes"]

Array = npt.NDArray[np.float64]

_SOURCE = "theory notes, section 1.1: inverse of the marginal quality"
_D = symbol("quality_max") - symbol("quality_start")
_E0, _B, _SLOPE, _S = (symbol(s) for s in ("effort_scale", "exponent", "marginal_quality", "step"))
_QMAX, _Q0 = symbol("quality_max"), symbol("quality_start")

DEMAND: dict[type[LearningCurve], Formula] = {
    ExponentialCurve: Formula(
        "exponential effort at a marginal quality",
        sp.Max(0, _E0 * sp.log(_D / (_E0 * _SLOPE))),
        _SOURCE,
    ),
    PowerCurve: Formula(
        "shifted power effort at a marginal quality",
        sp.Max(0, _E0 * expm1(sp.log(_B * _D / (_E0 * _SLOPE)) / (1 + _B))),
        _SOURCE,
    ),
    LogisticWalk: Formula(
        "logistic walk: effort at a marginal quality, beyond the inflection",
        sp.Max(
            0,
            (sp.log(_QMAX / _Q0 - 1) + 2 * sp.acosh(sp.sqrt(sp.Max(1, _QMAX * _S / (4 * _SLOPE)))))
            / _S,
        ),
        _SOURCE,
    ),
}
"""Effort (legs) at which the marginal quality is given, for the curves that have a closed form."""

_LOG_SMALLEST, _LOG_LARGEST = -650.0, 650.0  # exp of either is a normal float
_NEWTON_STEPS = 100


def effort_at_slope(benefit: PublicBenefit, slope: float) -> float:
    """Return the largest effort with Q' >= ``slope`` > 0, or 0 if Q' is smaller everywhere.

    Raises
    ------
    InputError
        If Q' does not fall to ``slope`` at any effort that floats can hold.

    Examples
    --------
    >>> from derelayl_econ.games.public_benefit import ConcaveBenefit
    >>> round(effort_at_slope(ConcaveBenefit(np.log1p, lambda e: 1 / (1 + e)), 0.2), 12)
    4.0
    """
    return float(efforts_at_slopes(benefit, np.array([slope]))[0])


def efforts_at_slopes(benefit: PublicBenefit, slopes: Array) -> Array:
    """Return the same for an array of slopes > 0, some perhaps infinite; shape kept.

    Examples
    --------
    >>> efforts_at_slopes(HillCurve(0.1, 0.9, 30, steepness=0.8), np.array([0.001, 0.01])).round(3)
    array([119.553,  14.783])
    """
    turn = inflection(benefit)
    # A given function need not have a slope at 0 itself.
    given = isinstance(benefit, ConcaveBenefit)
    steepest = float(benefit.marginal(math.exp(_LOG_SMALLEST) if given else turn))
    efforts = np.where(slopes == steepest, turn, 0.0)
    efforts[np.isinf(slopes)] = 0.0
    wanted = slopes < steepest
    if wanted.any():
        efforts[wanted] = _inverse(benefit, slopes[wanted])
    if not np.isfinite(efforts).all():
        raise _never_stops(float(slopes[~np.isfinite(efforts)].min()))
    return efforts


def _inverse(benefit: PublicBenefit, slopes: Array) -> Array:
    if isinstance(benefit, UnboundedCurve):
        return benefit.effort_at(slopes)
    if isinstance(benefit, HillCurve) and benefit.inflection == 0:
        return _hill_inverse(benefit, slopes)
    for form, formula in DEMAND.items():
        if isinstance(benefit, form):
            known = {f.name: getattr(benefit, f.name) for f in fields(benefit)}
            known["marginal_quality"] = slopes
            return formula(**{name: known[name] for name in formula.arguments})
    several, where = np.unique(slopes, return_inverse=True)
    return np.array([_root(benefit, float(slope)) for slope in several])[where]


def _never_stops(slope: float) -> InputError:
    return InputError("costs", f"cost / value = {slope:g}", "exceed the marginal benefit of very "
                      "large efforts", hint="Somebody would never stop.")  # fmt: skip


def _root(benefit: PublicBenefit, slope: float) -> float:
    def excess(log_effort: float) -> float:
        return float(benefit.marginal(math.exp(log_effort))) - slope

    turn = inflection(benefit)
    low = math.log(turn) if turn > 0 else _LOG_SMALLEST
    if excess(low) < 0:  # by rounding: the slope is steeper than this at the start
        return turn
    if excess(_LOG_LARGEST) >= 0:
        raise _never_stops(slope)
    # In logarithms, for an effort may be any power of ten.
    return math.exp(brentq(excess, low, _LOG_LARGEST, xtol=1e-15))


def _hill_inverse(curve: HillCurve, kappa: Array) -> Array:
    c = curve.steepness
    height = math.log(c) + math.log(curve.quality_max - curve.quality_start)
    target = (height - math.log(curve.effort_scale) - np.log(kappa)) / 2
    if c == 1:  # the slow power is 1 everywhere
        return np.asarray(curve.effort_scale * np.expm1(target))
    slow, fast = (1 - c) / 2, (1 + c) / 2
    # Each of the two powers alone is below their sum: start at the nearer of the two bounds.
    log_u = np.where(target > 0, target / fast, target / slow)
    for _ in range(_NEWTON_STEPS):
        share = 1 / (1 + np.exp(np.clip((slow - fast) * log_u, -700, 700)))  # of the fast power
        excess = np.logaddexp(slow * log_u, fast * log_u) - target
        step = excess / (slow + (fast - slow) * share)
        log_u = log_u - step
        if (np.abs(step) <= 4e-16 * (1 + np.abs(log_u))).all():
            break
    with np.errstate(over="ignore"):  # the caller refuses what is infinite
        return np.asarray(curve.effort_scale * np.exp(log_u))
