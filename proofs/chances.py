"""X: chances: copying and meeting in a finite population, and the bound on a committee's error.

exp is an unknown positive number here; products of powers are left to SymPy.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.finite_population import COPYING, MEETING
from derelayl_econ.games.majority import HOEFFDING_BOUND
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, eq, ge, gt, iff, le, lt

__all__ = ["THEOREM"]

_w, _lead = symbol("selection"), symbol("payoff_lead")
_Z, _k = symbol("population"), symbol("players_of_first")
_m, _alpha = symbol("committee_size"), symbol("false_reject")
_u, _t, _s = sp.symbols("exp(-w_Delta) t s")


def _in_powers(term: Any) -> Any:
    """Return the term with exp(-w Delta) as u."""
    return term.replace(sp.exp, lambda z: _u ** sp.expand(-z / (_w * _lead)))


_COPY = _in_powers(COPYING.expression)
_COPIED = _in_powers(COPYING.expression.subs(_lead, -_lead))
_MEET = MEETING.expression
(_LOG_BOUND,) = HOEFFDING_BOUND.expression.args

THEOREM = Theorem(
    code="X",
    title="chances",
    statement=(
        "Copying one way and the other have the odds exp(w Delta) and certainty together; the two "
        "ways to differ and the two ways not to exhaust all pairs drawn; Hoeffding's bound is the "
        "best of its kind."
    ),
    claims=(
        Claim(
            "one of the two copies the other: T-/T+ = exp(-w Delta)",
            (gt(_u, 0),),
            all_of(eq(_COPY + _COPIED, 1), eq(_COPIED, _u * _COPY)),
            mutants=(eq(_COPY, _u * _COPIED),),
        ),
        Claim(
            "it copies with more than even odds iff exp(-w Delta) < 1",
            (gt(_u, 0),),
            iff(gt(_COPY, sp.Rational(1, 2)), lt(_u, 1)),
            mutants=(iff(gt(_COPY, sp.Rational(1, 2)), le(_u, 1)),),
        ),
        Claim(
            "two members drawn with replacement differ one way, the other way, or not",
            (gt(_Z, 0),),
            eq(2 * _MEET + (_k / _Z) ** 2 + ((_Z - _k) / _Z) ** 2, 1),
            mutants=(eq(_MEET + (_k / _Z) ** 2 + ((_Z - _k) / _Z) ** 2, 1),),
        ),
        Claim(
            "no bound exp(m (s^2/8 - s (1/2 - alpha))) of Hoeffding's is below the shipped one",
            (gt(_m, 0), eq(_t, sp.Rational(1, 2) - _alpha)),
            all_of(ge(_m * (_s**2 / 8 - _s * _t), _LOG_BOUND),
                   iff(eq(_m * (_s**2 / 8 - _s * _t), _LOG_BOUND), eq(_s, 4 * _t))),
            mutants=(gt(_m * (_s**2 / 8 - _s * _t), _LOG_BOUND),),
        ),
    ),
    formulas=(COPYING, MEETING, HOEFFDING_BOUND),
    trusted="Hoeffding's lemma; Chernoff's bound; laws of powers",
    about=("games.finite_population.FinitePopulation", "games.majority.HOEFFDING_BOUND"),
    source="Traulsen, Pacheco and Nowak 2007; Hoeffding 1963",
)  # fmt: skip
