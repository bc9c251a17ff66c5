r"""The four forms of learning curve, each written once as the gap q_max - q (theory 1.1).

The gap, unlike q, keeps its digits close to the ceiling; quality, derivative and LaTeX come from
it. Gain and inverse are stated in a form that does not cancel; tests prove them equal to their
definitions q(E + 1) - q(E) and q(E(q)) = q.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = ["EFFORT_SPEED", "EXPONENTIAL", "HILL", "LOGISTIC", "POWER", "CurveFormulas"]

_SOURCE = "theory notes, section 1.1"
_Q, _Q0, _QMAX = symbol("quality"), symbol("quality_start"), symbol("quality_max")
_E, _E0 = symbol("effort"), symbol("effort_scale")
_B, _C, _STEP = symbol("exponent"), symbol("steepness"), symbol("step")
_RISE = _QMAX - _Q0
_CLOSED = (_Q - _Q0) / (_QMAX - _Q)  # gap closed over gap left


@dataclass(frozen=True, eq=False)
class CurveFormulas:
    """The formulas of one form of curve; ``quality`` and ``marginal`` follow from ``gap``."""

    gap: Formula
    gain: Formula
    effort: Formula
    inflection: Formula
    quality: Formula
    marginal: Formula

    @classmethod
    def of(
        cls,
        name: str,
        *,
        gap: sp.Expr,
        gain: sp.Expr,
        effort: sp.Expr,
        inflection: sp.Expr = sp.S.Zero,
        marginal: sp.Expr | None = None,
    ) -> CurveFormulas:
        """Name the formulas; ``marginal`` is stated where the plain derivative ends in 0/0."""
        quality = Formula(f"{name} quality", _QMAX - gap, _SOURCE)
        slope = (
            quality.diff("effort")
            if marginal is None
            else Formula(f"{name} marginal quality", marginal, _SOURCE)
        )
        return cls(
            gap=Formula(f"{name} gap", gap, _SOURCE),
            gain=Formula(f"{name} gain of one leg", gain, _SOURCE),
            effort=Formula(f"{name} effort", effort, _SOURCE),
            inflection=Formula(f"{name} inflection", inflection, _SOURCE),
            quality=quality,
            marginal=slope,
        )


EXPONENTIAL = CurveFormulas.of(
    "exponential",
    gap=_RISE * sp.exp(-_E / _E0),
    gain=-_RISE * sp.exp(-_E / _E0) * expm1(-1 / _E0),
    effort=_E0 * log1p(_CLOSED),
)
POWER = CurveFormulas.of(
    "shifted power",
    gap=_RISE * (1 + _E / _E0) ** (-_B),
    gain=-_RISE * (1 + _E / _E0) ** (-_B) * expm1(-_B * log1p(1 / (_E0 + _E))),
    effort=_E0 * expm1(log1p(_CLOSED) / _B),
)
_U = _E / _E0
HILL = CurveFormulas.of(
    "Hill",
    gap=_RISE / (1 + _U**_C),
    gain=-_RISE * expm1(_C * log1p(-1 / (_E + 1))) / ((1 + _U**_C) * (1 + ((_E + 1) / _E0) ** -_C)),
    effort=_E0 * _CLOSED ** (1 / _C),
    inflection=_E0 * sp.Max(0, (_C - 1) / (_C + 1)) ** (1 / _C),
    # The derivative, with the power of u shared out so that 0 and infinity never meet.
    marginal=_RISE * _C / _E0 / (_U ** ((1 - _C) / 2) + _U ** ((1 + _C) / 2)) ** 2,
)
_ODDS = (_QMAX / _Q0 - 1) * sp.exp(-_STEP * _E)
LOGISTIC = CurveFormulas.of(
    "logistic walk",
    gap=_QMAX / (1 + 1 / _ODDS),
    gain=-_QMAX * expm1(-_STEP) / ((1 + 1 / _ODDS) * (1 + _ODDS * sp.exp(-_STEP))),
    effort=log1p(_QMAX / _Q0 * _CLOSED) / _STEP,
    inflection=sp.Max(0, sp.log(_QMAX / _Q0 - 1)) / _STEP,
    # Rewritten for evaluation, the derivative would have exp(step E) above and below the line.
    marginal=_QMAX * _STEP / (2 * sp.cosh((sp.log(_QMAX / _Q0 - 1) - _STEP * _E) / 2)) ** 2,
)

_H, _EPOCHS = symbol("epoch_scale"), symbol("epochs")
EFFORT_SPEED = Formula(
    "legs of effort in one hand-over",
    (1 + _H) * _EPOCHS / (_EPOCHS + _H),
    "fitted to relay training of logistic regression on digits: h = 13.4 with equal shards, 2.2 "
    "under strong label skew (Dirichlet .1)",
)
"""Effort, in legs of one local epoch, of a hand-over with several local epochs; at most 1 + h."""
