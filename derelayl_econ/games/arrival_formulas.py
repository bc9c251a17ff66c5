r"""Formulas of the relay of arrivals who train, buy access or leave, each written once.

With x~ the gap that an arrival finds and m = min(phi, A - u_0) what not training costs (the fee, or
the outside option where the fee is higher than access is worth): an arrival trains iff its cost is
at most m + (w + lambda) gamma x~. Training closes the share gamma of the gap, then drift opens it
again by the share eta of the quality.

Source: theory notes, section 3.4b; there the price lambda is counted in the budget only, here it is
paid to the trainer on top of the own value w (for lambda = 0 the two agree).
"""

from __future__ import annotations

import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "AVOIDED",
    "BREAK_EVEN_PRICE",
    "CUTOFF",
    "DRIFTED",
    "IMPROVEMENT",
    "REVENUE",
    "SPENDING",
    "STARTING_PRICE",
    "STEADY_GAP",
    "STOPPING_GAP",
    "UNIFORM_GAP",
]

_A, _PHI, _U0, _W, _LAMBDA = (
    symbol(s) for s in ("access", "access_fee", "outside", "value", "price")
)
_GAMMA, _ETA, _QMAX = (symbol(s) for s in ("learning_rate", "drift", "quality_max"))
_X, _XD, _F = (symbol(s) for s in ("gap", "drifted_gap", "training_share"))
_LO, _HI, _M = symbol("lowest_cost"), symbol("highest_cost"), symbol("avoided")
_SOURCE = "theory notes, section 3.4b"

AVOIDED = Formula("what not training costs", sp.Min(_PHI, _A - _U0), _SOURCE)
"""m = min(phi, A - u_0), money; phi where the market is served."""

CUTOFF = Formula("highest cost of one who trains", _M + (_W + _LAMBDA) * _GAMMA * _XD, _SOURCE)

DRIFTED = Formula("gap after drift", _X + _ETA * (_QMAX - _X), _SOURCE)
"""x~ = x + eta (q_max - x), score."""

STEADY_GAP = Formula(
    "gap that is held if a share F trains",
    # eta + (1-eta) gamma F is 1 - (1-eta)(1 - gamma F) without its cancellation.
    _ETA * _QMAX / (_ETA + (1 - _ETA) * _GAMMA * _F),
    f"{_SOURCE}: eta q_max = x~ [1 - (1-eta)(1 - gamma F)]",
)
"""x~, score; needs drift."""

IMPROVEMENT = Formula("mean improvement per leg", _GAMMA * _XD * _F, _SOURCE)
"""gamma x~ F, score per leg."""

REVENUE = Formula("fees per leg", _PHI * (1 - _F), _SOURCE)
SPENDING = Formula("rewards per leg", _LAMBDA * IMPROVEMENT.expression, _SOURCE)
"""lambda gamma x~ F, money per leg."""

BREAK_EVEN_PRICE = Formula(
    "price at which the fees pay the rewards",
    _PHI * (1 - _F) / IMPROVEMENT.expression,
    "REVENUE = SPENDING",
)

STOPPING_GAP = Formula(
    "gap at which nobody trains",
    (_LO - _M) / ((_W + _LAMBDA) * _GAMMA),
    _SOURCE,
)

STARTING_PRICE = Formula(
    "price from which somebody trains at the largest gap",
    sp.Max(0, (_LO - _M) / (_GAMMA * _QMAX) - _W),
    "CUTOFF = c_lo at x~ = q_max",
)

_RATE = (1 - _ETA) * _GAMMA / (_HI - _LO)
_LINEAR = _ETA + _RATE * (_M - _LO)
_ROOT = sp.sqrt(_LINEAR**2 + 4 * _RATE * (_W + _LAMBDA) * _GAMMA * _ETA * _QMAX)

UNIFORM_GAP = Formula(
    "steady gap with costs uniform on [c_lo, c_hi], where some but not all train",
    2 * _ETA * _QMAX / (_LINEAR + _ROOT),
    "STEADY_GAP with F = (CUTOFF - c_lo)/(c_hi - c_lo): a quadratic in x~",
)
"""The positive root, in the form that does not cancel and holds for w + lambda = 0, too."""
