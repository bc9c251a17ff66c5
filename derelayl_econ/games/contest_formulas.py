r"""The contest for the baton in formulas, each written once.

N participants exert efforts e_i >= 0 at unit costs kappa_i; E is the total, T = E - e_i what the
others exert. A prize R is shared in proportion to effort and everybody values the quality Q(E):

    U_i = R e_i/E + v_i Q(E) - kappa_i e_i.

Where payoffs are concave, e_i is a best response iff e_i/E is the *share*
max(0, 1 - (kappa_i - v_i Q'(E)) E/R). Proved: theorem T3 in proofs/.

Source: theory notes, section 2.4; Cornes and Hartley 2005, Economic Theory 26:923 (share
functions).
"""

from __future__ import annotations

import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "BEST_RESPONSE",
    "CONTEST_PAYOFF",
    "CONTEST_SHARE",
    "CONTEST_SLOPE",
    "CONTEST_TOTAL",
    "SYMMETRIC_DISSIPATION",
]

_R, _KAPPA, _E = symbol("prize"), symbol("unit_cost"), symbol("effort")
_OWN, _OTHERS = symbol("own_effort"), symbol("others_effort")
_V, _Q, _MARGINAL = symbol("value"), symbol("quality"), symbol("marginal_quality")
_N, _M, _SUM = symbol("participants"), symbol("active"), symbol("cost_sum")
_SOURCE = "theory notes, section 2.4"

CONTEST_PAYOFF = Formula(
    "payoff in the contest",
    _R * _OWN / (_OWN + _OTHERS) + _V * _Q - _KAPPA * _OWN,
    _SOURCE,
)
"""U_i, money; 0/0 where nobody exerts effort (then nobody gets the prize)."""

CONTEST_SLOPE = Formula(
    "gain of one more unit of effort",
    # Two ratios of efforts instead of a square, which would overflow sooner.
    (_R / _E) * (_OTHERS / _E) + _V * _MARGINAL - _KAPPA,
    f"derivative of the payoff, {_SOURCE}",
)
"""dU_i/de_i at the total E, money per leg."""

CONTEST_SHARE = Formula(
    "share of the total effort",
    sp.Max(0, 1 - (_KAPPA - _V * _MARGINAL) * _E / _R),
    f"{_SOURCE}; Cornes and Hartley 2005",
)
"""e_i/E that goes with a total E; a total is an equilibrium's only if the shares add up to 1."""

CONTEST_TOTAL = Formula("total effort without public benefit", _R * (_M - 1) / _SUM, _SOURCE)
"""E for v = 0, m being the participants who exert effort and K the sum of their unit costs."""

BEST_RESPONSE = Formula(
    "best response without public benefit",
    sp.Max(0, sp.sqrt(_R / _KAPPA) * sp.sqrt(_OTHERS) - _OTHERS),
    f"{_SOURCE}; Tullock 1980",
)
"""Effort that maximises U_i for v = 0 against T > 0; against T = 0 there is none."""

SYMMETRIC_DISSIPATION = Formula("dissipation among equals", (_N - 1) / _N, f"{_SOURCE}; Tullock")
"""Share of the prize that is spent on winning it; with unequal costs less is spent."""
