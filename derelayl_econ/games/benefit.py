r"""The benefit of effort in a contribution game: G(X) = Q(X) - Q(0), G', and the inverse of G'.

Games are solved on the *rise* G, so that the start of a curve changes no decision. What they take
from a curve is G itself, its derivative, and the *demand* of somebody with cost-value ratio kappa:
the effort X at which G'(X) = kappa, or 0 if G'(0) <= kappa. All equilibria follow from these three,
and they need G to be strictly concave. An S-shaped learning curve (Hill with c > 1, a logistic walk
from below half its ceiling) is refused: its games can have several equilibria that no first-order
condition tells apart.

Inverse of the marginal quality kappa, D = q_max - q_0 (from :mod:`derelayl_econ.curve_forms`):

- exponential: E_0 ln(D/(E_0 kappa));
- shifted power: E_0 [(b D/(E_0 kappa))^(1/(1+b)) - 1];
- logistic walk on its concave side: [ln(q_max/q_0 - 1) + 2 arcosh sqrt(q_max s/(4 kappa))]/s;
- Hill with c <= 1: the root u = E/E_0 of u^((1-c)/2) + u^((1+c)/2) = sqrt(c D/(E_0 kappa)), by
  Newton's method in ln u. There the equation is convex and increasing, so from the right the
  iterates fall to the root and never pass it.

Source: theory notes, sections 1.1 and 2.3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp
from sympy.codegen.cfunctions import expm1

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.concave_curves import ConcaveCurve, UnboundedCurve
from derelayl_econ.notation import symbol
from derelayl_econ.quality import (
    ExponentialCurve,
    HillCurve,
    LearningCurve,
    LogisticWalk,
    PowerCurve,
)

__all__ = ["DEMAND", "Benefit"]

Array = npt.NDArray[np.float64]

_SOURCE = "theory notes, section 1.1: inverse of the marginal quality"
_D = symbol("quality_max") - symbol("quality_start")
_E0, _B, _KAPPA, _S = (symbol(s) for s in ("effort_scale", "exponent", "marginal_quality", "step"))
_QMAX, _Q0 = symbol("quality_max"), symbol("quality_start")

DEMAND: dict[type[LearningCurve], Formula] = {
    ExponentialCurve: Formula(
        "exponential effort at a marginal quality",
        sp.Max(0, _E0 * sp.log(_D / (_E0 * _KAPPA))),
        _SOURCE,
    ),
    PowerCurve: Formula(
        "shifted power effort at a marginal quality",
        sp.Max(0, _E0 * expm1(sp.log(_B * _D / (_E0 * _KAPPA)) / (1 + _B))),
        _SOURCE,
    ),
    LogisticWalk: Formula(
        "logistic walk: effort at a marginal quality, beyond the inflection",
        sp.Max(
            0,
            (sp.log(_QMAX / _Q0 - 1) + 2 * sp.acosh(sp.sqrt(sp.Max(1, _QMAX * _S / (4 * _KAPPA)))))
            / _S,
        ),
        _SOURCE,
    ),
}
"""Effort (legs) at which the marginal quality is kappa, for the curves that have a closed form."""

_AGREEMENT = 1e-6  # a curve whose own inverse misses its marginal by more is refused
_TINY = 1e-290  # below, effort has lost digits or is rounded to 0
_NEWTON_STEPS = 100
_SAMPLES = 64


@dataclass(frozen=True, eq=False)
class Benefit:
    """A concave curve as a contribution game sees it.

    Parameters
    ----------
    curve : LearningCurve or ConcaveCurve

    Raises
    ------
    InputError
        If the curve lacks a method, is S-shaped, or contradicts itself.

    Examples
    --------
    >>> benefit = Benefit(HillCurve(0.1, 0.9, effort_scale=30, steepness=0.8))
    >>> effort = benefit.demand([0.001, 0.01])
    >>> effort.round(3), benefit.slope(effort).round(6), benefit.rise(effort).round(4)
    (array([119.553,  14.783]), array([0.001, 0.01 ]), array([0.6011, 0.2897]))
    """

    curve: LearningCurve | ConcaveCurve

    def __post_init__(self) -> None:
        curve: Any = self.curve
        if not isinstance(curve, LearningCurve):
            if isinstance(curve, type) or not isinstance(curve, ConcaveCurve):
                raise InputError("curve", curve,
                                 "have methods quality, marginal and effort_at")  # fmt: skip
        elif curve.inflection > 0:
            hint = f"This one is S-shaped up to an effort of {curve.inflection:g} legs."
            raise InputError("curve", curve, "be concave from the start", hint=hint)
        elif not isinstance(curve, (*DEMAND, HillCurve)):
            raise InputError("curve", curve, "be of a form whose marginal quality can be inverted")

    @cached_property
    def start(self) -> float:
        """Q(0), the quality that everybody has without any effort (score)."""
        return float(self._quality(np.zeros(1))[0])

    def rise(self, effort: npt.ArrayLike) -> Array:
        """Return G = Q - Q(0) (score) at ``effort``."""
        return self._quality(np.asarray(effort, dtype=np.float64)) - self.start

    @cached_property
    def rise_at(self) -> Callable[[float], float]:
        """G of a single float, as a plain function: what recursions call very often."""
        curve: Any = self.curve
        if isinstance(curve, LearningCurve):
            gap = _compiled(curve.formulas().gap, curve)
            height = curve.quality_max - curve.quality_start
            return lambda effort: height - gap(effort)
        if isinstance(curve, UnboundedCurve):
            return _compiled(curve.quality_formula, curve)
        return lambda effort: float(self.rise(np.array([effort]))[0])

    def slope(self, effort: npt.ArrayLike) -> Array:
        """Return G' (score per leg) at ``effort``; may be infinite at 0."""
        given = np.asarray(effort, dtype=np.float64)
        slope = np.asarray(self.curve.marginal(given), dtype=np.float64)
        if slope.shape != given.shape or not (slope >= 0).all():
            raise InputError("curve.marginal(effort)", slope,
                             "be at least 0 and in the shape of effort")  # fmt: skip
        return slope

    def demand(self, kappa: npt.ArrayLike) -> Array:
        """Return the effort (legs) at which G' = kappa > 0, 0 where G'(0) <= kappa."""
        ratio = np.asarray(kappa, dtype=np.float64)
        effort = np.zeros(ratio.shape)
        wanted = ratio < self.slope(np.zeros(1))[0]
        if wanted.any():
            effort[wanted] = self._inverse(ratio[wanted])
            self._check_inverse(effort[wanted], ratio[wanted])
        return effort

    def check_concave(self, top: float) -> None:
        """Sample the curve up to ``top`` > 0 and refuse one that is not concave and increasing."""
        if isinstance(self.curve, LearningCurve | UnboundedCurve):
            return  # concave by their form
        points = np.append(0.0, np.geomspace(1e-6 * top, top, _SAMPLES))
        quality, slope = self._quality(points), self.slope(points)
        chord = np.diff(quality) / np.diff(points)
        rounding = 8 * 2.0**-52 * np.abs(quality).max() / np.diff(points)
        if not (chord > 0).all():
            raise InputError("curve", self.curve, f"increase up to an effort of {top:g}")
        if not (np.diff(slope) < 0).all():
            raise InputError("curve", self.curve, f"be strictly concave up to an effort of {top:g}")
        # The chord of a concave curve is no steeper than its left end, no flatter than its right.
        if not ((chord <= slope[:-1] + rounding) & (chord >= slope[1:] - rounding)).all():
            raise InputError("curve.marginal", self.curve, "be the derivative of curve.quality")

    def _quality(self, effort: Array) -> Array:
        quality = np.asarray(self.curve.quality(effort), dtype=np.float64)
        if quality.shape != effort.shape or not np.isfinite(quality).all():
            raise InputError("curve.quality(effort)", quality,
                             "be finite and in the shape of effort")  # fmt: skip
        return quality

    def _inverse(self, kappa: Array) -> Array:
        if isinstance(self.curve, HillCurve):
            return _hill_inverse(self.curve, kappa)
        if not isinstance(self.curve, LearningCurve):
            return np.asarray(self.curve.effort_at(kappa), dtype=np.float64)
        formula = next(DEMAND[form] for form in DEMAND if isinstance(self.curve, form))
        known = {f.name: getattr(self.curve, f.name) for f in fields(self.curve)}
        known["marginal_quality"] = kappa
        return formula(**{name: known[name] for name in formula.arguments})

    def _check_inverse(self, effort: Array, kappa: Array) -> None:
        if effort.shape != kappa.shape or not (np.isfinite(effort) & (effort >= 0)).all():
            raise InputError("the effort that values, costs and curve call for", effort,
                             "be finite", hint="Choose other units.")  # fmt: skip
        slope = self.slope(np.maximum(effort, _TINY))
        if not np.isclose(slope, kappa, rtol=_AGREEMENT, atol=0)[effort > _TINY].all():
            raise InputError("curve.effort_at", self.curve, "invert curve.marginal")


def _compiled(formula: Formula, curve: Any) -> Callable[[float], float]:
    names = [f.name for f in fields(curve) if f.name in formula.arguments]
    values = [getattr(curve, name) for name in names]
    arguments = [symbol("effort"), *(symbol(name) for name in names)]
    function = sp.lambdify(arguments, formula.expression, modules="math")
    return lambda effort: float(function(effort, *values))


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
    return np.asarray(curve.effort_scale * np.exp(log_u))
