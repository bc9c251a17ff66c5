"""Hypotheses without which a claim still holds, one at a time.

An idle hypothesis is harmless, and may be there to say which game is meant; but the claim is
stronger than it sounds. Decided by z3 alone within a fixed number of steps.
"""

from __future__ import annotations

import dataclasses

from proofs.kernel import Claim, Induction, Theorem
from proofs.logic import Disjunction, Proposition
from proofs.solvers import ask_z3

__all__ = ["idle", "idle_hypotheses"]

_BUDGET = 100_000


def idle_hypotheses(claim: Claim | Induction) -> list[Proposition]:
    """Return the hypotheses each of which alone can be left out; instances of lemmas are none."""
    return [
        hypothesis
        for place, hypothesis in enumerate(claim.given)
        if not isinstance(hypothesis, Disjunction) and _holds_without(claim, place)
    ]


def _holds_without(claim: Claim | Induction, place: int) -> bool:
    rest = (*claim.given[:place], *claim.given[place + 1 :])
    weaker = dataclasses.replace(claim, given=rest)
    return all(ask_z3(o.script, _BUDGET) == "unsat" for o in weaker.obligations())


def idle(theorems: tuple[Theorem, ...]) -> dict[str, dict[str, list[str]]]:
    """Return the idle hypotheses by theorem and claim, in words."""
    found = {
        theorem.code: {claim.name: list(map(str, idle_hypotheses(claim)))
                       for claim in theorem.claims}
        for theorem in theorems
    }  # fmt: skip
    return {code: {name: some for name, some in claims.items() if some}
            for code, claims in found.items()}  # fmt: skip
