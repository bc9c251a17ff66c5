"""M: rewards for mean effort: the exact potential, the best effort, and the critical factors."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.potential_formulas import (
    BEST_EFFORT,
    CRITICAL_FACTOR,
    EFFORT_PAYOFF,
    EFFORT_SHARE,
    JUMP_EFFORT,
    POTENTIAL_SHARE,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import eq, ge, gt, iff, le, lt, ne

__all__ = ["THEOREM"]

_N, _lam, _a = symbol("participants"), symbol("reward_factor"), symbol("effort_cost")
_s, _S = symbol("chosen_effort"), symbol("total_effort")
_b, _B = symbol("effort_bound"), symbol("total_bound")
_t, _O = sp.symbols("other_choice others_total")
_DOMAIN = (ge(_N, 2), ge(_lam, 0), gt(_a, 0))
_CONCAVE = (*_DOMAIN, lt(_lam, _N * _a))
_SHARE, _CRITICAL, _JUMP = (
    formula.expression for formula in (EFFORT_SHARE, CRITICAL_FACTOR, JUMP_EFFORT)
)


def _at(term: Any, own: Any, total: Any) -> Any:
    return term.expression.subs({_s: own, _S: total}, simultaneous=True)


def _change(formula: Any) -> Any:
    """Return the change of a formula of one's own when s becomes t and the others stay."""
    return _at(formula, _t, _O + _t) - _at(formula, _s, _O + _s)


_BEST = _at(BEST_EFFORT, _s, _O + _s)
# What somebody else, who chooses s, adds to the potential when the total grows by t.
_ADDED = _at(POTENTIAL_SHARE, _s, _S + _t) - _at(POTENTIAL_SHARE, _s, _S)

THEOREM = Theorem(
    code="M",
    title="mean effort",
    statement=(
        "The shares add up to an exact potential; where lambda < N a the shipped effort is "
        "strictly best before the bounds, and best iff it is the share kappa of the total; the "
        "critical factors say which bounds bind."
    ),
    claims=(
        Claim(
            "when somebody adds t, another's term of the potential grows by lambda t s/(2N)",
            (ge(_N, 2),),
            eq(_ADDED * 2 * _N, _lam * _t * _s),
            mutants=(eq(_ADDED * _N, _lam * _t * _s),),
        ),
        Claim(
            "so the potential changes by what the one who changes gains",
            (ge(_N, 2),),
            eq(_change(EFFORT_PAYOFF),
               _change(POTENTIAL_SHARE) + _lam * (_t - _s) * _O / (2 * _N)),
            mutants=(eq(_change(EFFORT_PAYOFF), _change(POTENTIAL_SHARE)),),
        ),
        Claim(
            "payoff lost at another effort: (a - lambda/N) times the squared distance",
            _CONCAVE,
            eq(_at(EFFORT_PAYOFF, _BEST, _O + _BEST) - _at(EFFORT_PAYOFF, _s, _O + _s),
               (_a - _lam / _N) * (_s - _BEST) ** 2),
            mutants=(eq(_at(EFFORT_PAYOFF, _BEST, _O + _BEST) - _at(EFFORT_PAYOFF, _s, _O + _s),
                        _a * (_s - _BEST) ** 2),),
        ),
        Claim(
            "an effort is the best one iff it is the share kappa of the total",
            _CONCAVE,
            iff(eq(_s, _at(BEST_EFFORT, _s, _S)), eq(_s, _SHARE * _S)),
            mutants=(iff(eq(_s, _at(BEST_EFFORT, _s, _S)), eq(_s, _SHARE * _S + _s)),),
        ),
        Claim(
            "a bound b binds up to the critical factor: iff kappa <= b/B",
            (*_CONCAVE, gt(_b, 0), gt(_B, 0)),
            iff(le(_SHARE, _b / _B), le(_lam, _CRITICAL)),
            mutants=(iff(le(_SHARE, _b / _B), lt(_lam, _CRITICAL)),),
        ),
        Claim(
            "the share kappa of N times the mean effort at the jump is the bound",
            (*_CONCAVE, gt(_lam, 0)),
            eq(_SHARE * _N * _JUMP, _b),
            mutants=(eq(_SHARE * _JUMP, _b),),
        ),
        Claim(
            "where lambda > N a payoffs are convex: between two efforts one end is better",
            (ge(_N, 2), gt(_lam, _N * _a), ne(_s, _t)),
            lt(2 * _at(EFFORT_PAYOFF, (_s + _t) / 2, _O + (_s + _t) / 2),
               _at(EFFORT_PAYOFF, _s, _O + _s) + _at(EFFORT_PAYOFF, _t, _O + _t)),
            mutants=(lt(_at(EFFORT_PAYOFF, _s, _O + _s), _at(EFFORT_PAYOFF, _t, _O + _t)),),
        ),
    ),
    formulas=(EFFORT_PAYOFF, POTENTIAL_SHARE, BEST_EFFORT, EFFORT_SHARE, CRITICAL_FACTOR,
              JUMP_EFFORT),
    trusted="sums over the others are added up term by term",
    about=("games.potential_formulas.EFFORT_PAYOFF", "games.potential_thresholds.critical_factors"),
    source="Liu, Wang, Zuazua 2026; theory notes, section 6.3",
)  # fmt: skip
