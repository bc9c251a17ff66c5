r"""The benefit of effort in a contribution game: G(X) = Q(X) - Q(0), G', and the inverse of G'.

Games are solved on the *rise* G, so that the start of a curve changes no decision. What they take
from a curve is G itself, its derivative, and the *demand* of somebody with cost-value ratio kappa:
the effort X at which G'(X) = kappa, or 0 if G'(0) <= kappa
(:mod:`derelayl_econ.games.effort_at_slope`). All equilibria follow from these three, and they need
G to be strictly concave. An S-shaped learning curve (Hill with c > 1, a logistic walk from below
half its ceiling) is refused: its games can have several equilibria that no first-order condition
tells apart.

Source: theory notes, sections 1.1 and 2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.concave_curves import UnboundedCurve
from derelayl_econ.games.effort_at_slope import efforts_at_slopes
from derelayl_econ.games.public_benefit import (
    ConcaveBenefit,
    PublicBenefit,
    check_benefit,
    inflection,
)
from derelayl_econ.notation import symbol
from derelayl_econ.quality import LearningCurve

__all__ = ["Benefit"]

Array = npt.NDArray[np.float64]

_SAMPLES = 64


@dataclass(frozen=True, eq=False)
class Benefit:
    """A concave curve as a contribution game sees it.

    Parameters
    ----------
    curve : PublicBenefit
        A learning curve, a LogCurve, a RootCurve, or a ConcaveBenefit.

    Raises
    ------
    InputError
        If the curve is none of these, or S-shaped.

    Examples
    --------
    >>> from derelayl_econ.quality import HillCurve
    >>> benefit = Benefit(HillCurve(0.1, 0.9, effort_scale=30, steepness=0.8))
    >>> effort = benefit.demand([0.001, 0.01])
    >>> effort.round(3), benefit.slope(effort).round(6), benefit.rise(effort).round(4)
    (array([119.553,  14.783]), array([0.001, 0.01 ]), array([0.6011, 0.2897]))
    """

    curve: PublicBenefit

    def __post_init__(self) -> None:
        turn = inflection(check_benefit(self.curve))
        if turn > 0:
            hint = f"This one is S-shaped up to an effort of {turn:g} legs."
            raise InputError("curve", self.curve, "be concave from the start", hint=hint)

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
        return self.curve.marginal(effort)

    def demand(self, kappa: npt.ArrayLike) -> Array:
        """Return the effort (legs) at which G' = kappa > 0, 0 where G'(0) <= kappa."""
        return efforts_at_slopes(self.curve, np.asarray(kappa, dtype=np.float64))

    def check_concave(self, top: float) -> None:
        """Sample given functions up to ``top`` > 0; refuse them unless strictly concave there."""
        if isinstance(self.curve, ConcaveBenefit):  # the others are, by their form
            efforts = np.geomspace(1e-3 * top, top, _SAMPLES)
            self.curve.check(efforts)
            if not (np.diff(self.curve.marginal(efforts)) < 0).all():
                raise InputError("curve", "functions with a straight piece",
                                 f"be strictly concave up to an effort of {top:g}")  # fmt: skip

    def _quality(self, effort: Array) -> Array:
        quality = self.curve.quality(effort)
        if not np.isfinite(quality).all():
            raise InputError("curve", "an infinite quality",
                             "have a finite quality at every effort, 0 included")  # fmt: skip
        return quality


def _compiled(formula: Formula, curve: Any) -> Callable[[float], float]:
    names = [f.name for f in fields(curve) if f.name in formula.arguments]
    values = [getattr(curve, name) for name in names]
    arguments = [symbol("effort"), *(symbol(name) for name in names)]
    function = sp.lambdify(arguments, formula.expression, modules="math")
    return lambda effort: float(function(effort, *values))
