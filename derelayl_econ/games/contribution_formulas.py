r"""The formulas of the contribution game, each written once.

With X the effort of all, e_i one's own, Q the quality and G = Q - Q(0) its rise over the start:

- payoff a Q(X) - c e; outside a gate a [Q(0) + theta G(X)] - c e, because the start of the relay is
  public and only a share theta of what training adds leaks out;
- cost-value ratio kappa = c/a: train as long as G'(X) > kappa; the k keenest together reach their
  caps S_k, or the demand x_k of the last of them if that is less;
- leakage that a gate bears. All N give m = X/N with N a G'(X) = c, so one's own cost m c is worth
  a X G'(X). Giving e < m instead saves a N G'(X) (m - e) and leaves theta G(X - m + e), so staying
  is best iff theta is at most the *smallest* of [G(X) - X G'(X) + N G'(X) e] / G(X - m + e) over
  e in [0, m). At e = 0 this is the bound of the theory notes; it is the smallest wherever giving
  nothing is the best way of cheating on the gate, theta G'(X - m) <= N G'(X), and too large
  otherwise (it can even exceed 1);
- transfer s [C_i - mean of the others' costs], s = (N-1)/N for full equalisation; and the transfer
  under which everybody bears the share a_i / sum a of all costs.

Proved: theorems C and G in proofs/.

Source: theory notes, section 2.3; the exact leakage bound and the value shares are own analysis.
"""

from __future__ import annotations

import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "COST_VALUE_RATIO",
    "EQUALISING_TRANSFER",
    "FULL_EQUALISATION",
    "LEAKAGE_BOUND",
    "OUTSIDE_PAYOFF",
    "PAYOFF",
    "REACHED",
    "STAYING_LEAKAGE",
    "VALUE_TRANSFER",
]

_SOURCE = "theory notes, section 2.3"
_A, _C, _OWN, _Q = (symbol(s) for s in ("value", "cost", "own_effort", "quality"))
_Q0, _THETA, _N, _X = (symbol(s) for s in ("quality_start", "leakage", "participants", "effort"))
_G, _LESS, _SLOPE = symbol("rise"), symbol("rise_without"), symbol("marginal_quality")
_S, _OWN_COST, _OTHERS = (symbol(s) for s in ("equalisation", "own_cost", "others_cost"))
_SHARE = symbol("value_share")

PAYOFF = Formula("payoff of a participant", _A * _Q - _C * _OWN, _SOURCE)
"""a Q(X) - c e, money."""

COST_VALUE_RATIO = Formula("cost-value ratio", _C / _A, _SOURCE)
"""kappa = c/a, score per leg: who has the lower one is the keener."""

REACHED = Formula(
    "total that a participant and all keener ones reach",
    sp.Min(symbol("cap_sum"), symbol("demand")),
    _SOURCE,
)
"""min(S_k, x_k), legs; the largest over all k is the total."""

OUTSIDE_PAYOFF = Formula(
    "payoff outside the gate", _A * (_Q0 + _THETA * (_Q - _Q0)) - _C * _OWN, _SOURCE
)
"""a [Q(0) + theta (Q(X) - Q(0))] - c e, money."""

STAYING_LEAKAGE = Formula(
    "leakage at which giving less than the gate asks just pays",
    (_G - _X * _SLOPE + _N * _SLOPE * _OWN) / _LESS,
    "own analysis; see the module",
)
"""For a deviation to ``own_effort``; ``rise_without`` is G(X - X/N + own_effort)."""

LEAKAGE_BOUND = Formula(
    "leakage at which giving nothing just pays",
    STAYING_LEAKAGE.expression.subs(_OWN, sp.Integer(0)),
    _SOURCE,
)
"""[G(X) - X G'(X)] / G((1 - 1/N) X); the exact bound only where nothing is the best deviation."""

EQUALISING_TRANSFER = Formula(
    "cost-equalising transfer", _S * (_OWN_COST - _OTHERS / (_N - 1)), _SOURCE
)
"""Received by a participant (negative: paid), money; zero in sum."""

FULL_EQUALISATION = Formula("share refunded for efficiency", (_N - 1) / _N, _SOURCE)

VALUE_TRANSFER = Formula(
    "transfer that shares all costs by value",
    (1 - _SHARE) * _OWN_COST - _SHARE * _OTHERS,
    "own analysis: cost shares of Lindahl's kind",
)
"""Received by a participant with the share a_i / sum a of all value, money; zero in sum."""
