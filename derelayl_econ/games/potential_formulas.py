r"""Formulas of the effort game with a reward for mean effort (see games.potential).

With N participants, S the sum of all efforts and S_o that of the others. Proved: theorem M in
proofs/.
"""

from __future__ import annotations

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "BEST_EFFORT",
    "CRITICAL_FACTOR",
    "EFFORT_PAYOFF",
    "EFFORT_SHARE",
    "JUMP_EFFORT",
    "POTENTIAL_SHARE",
]

_PAPER = "Liu, Wang, Zuazua 2026, Physica D 135288, arXiv 2411.11793; theory notes, section 6.3"

_N, _LAMBDA, _A = symbol("participants"), symbol("reward_factor"), symbol("effort_cost")
_S, _TOTAL, _B, _SUM = (
    symbol("chosen_effort"),
    symbol("total_effort"),
    symbol("effort_bound"),
    symbol("total_bound"),
)

EFFORT_PAYOFF = Formula("payoff of effort", _LAMBDA * _TOTAL * _S / _N - _A * _S**2, _PAPER)
"""lambda s_bar s_i - a_i s_i^2, s_bar = S/N, own effort included."""

POTENTIAL_SHARE = Formula(
    "a participant's term of the potential",
    (_LAMBDA * (_TOTAL + _S) / (2 * _N) - _A * _S) * _S,
    _PAPER,
)
"""P = sum over i of [lambda (S + s_i)/(2N) - a_i s_i] s_i."""

BEST_EFFORT = Formula(
    "best effort before the bounds", _LAMBDA * (_TOTAL - _S) / (2 * (_N * _A - _LAMBDA)), _PAPER
)
"""lambda S_o/(2 (N a_i - lambda)) where the payoff is strictly concave, lambda < N a_i."""

EFFORT_SHARE = Formula("share of all effort, between the bounds", _LAMBDA / (2 * _N * _A - _LAMBDA),
                       "theory notes, section 6.3")  # fmt: skip
"""kappa_i: in equilibrium s_i is kappa_i S, put between the bounds."""

CRITICAL_FACTOR = Formula(
    "reward factor at which one bound stops binding", 2 * _N * _A * _B / (_SUM + _B), _PAPER
)
"""2 a_i b_i/(b_bar + b_i/N), b the floors or the ceilings, all others at theirs."""

JUMP_EFFORT = Formula(
    "mean effort at which one participant reaches a bound",
    2 * _A * _B / _LAMBDA - _B / _N,
    _PAPER,
)
"""b_i/(kappa_i N)."""
