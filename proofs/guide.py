"""What z3 knows about a branch, to guide the search for certificates; nothing here is evidence."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from proofs.check_certs import Branch, Polynomial, read

__all__ = ["contradictory", "needed"]

_STEPS = 300_000  # z3's budget per question


def needed(branch: Branch) -> tuple[list[int], list[int]] | None:
    """Return few facts and alternatives, by number, that contradict one another.

    None where z3 does not find everything together contradictory.
    """
    facts, alternatives = dict(enumerate(branch.facts)), dict(enumerate(branch.alternatives))
    if not contradictory(branch.facts, branch.alternatives):
        return None
    kept: Any
    for kept in (alternatives, facts):
        for number in sorted(kept, key=lambda k: -len(str(kept[k]))):
            removed = kept.pop(number)
            if not contradictory(facts.values(), alternatives.values()):
                kept[number] = removed
    return sorted(facts), sorted(alternatives)


def contradictory(
    facts: Iterable[tuple[str, Polynomial]], alternatives: Iterable[list[Any]] = ()
) -> bool:
    """Return whether z3 finds the facts and alternatives contradictory."""
    texts = [f"({sign} {_term(p)} 0)" for sign, p in facts]
    texts += [f"(or false {' '.join(map(_text, cases))})" for cases in alternatives]
    variables = sorted({word for text in texts for word in text.replace(")", " ").split()
                        if word.startswith("x")})  # fmt: skip
    declared = [f"(declare-const {v} Real)" for v in variables]
    solver = _solver()
    solver.reset()
    solver.from_string("\n".join([*declared, *(f"(assert {text})" for text in texts)]))
    return str(solver.check()) == "unsat"


@cache
def _solver() -> Any:
    import z3

    solver = z3.SolverFor("QF_NRA", ctx=z3.Context())
    solver.set("rlimit", _STEPS)
    return solver


def _text(statement: Any) -> str:
    head, *parts = statement
    if head in (">", ">=", "="):
        return f"({head} {_term(read(parts[0]))} 0)"
    neutral = {"and": "true ", "or": "false ", "not": ""}[head]
    return f"({head} {neutral}{' '.join(map(_text, parts))})"


def _term(polynomial: Polynomial) -> str:
    terms = []
    for monomial, c in polynomial.items():
        number = f"(/ {abs(c.numerator)} {c.denominator})"
        number = f"(- {number})" if c < 0 else number
        terms.append(f"(* {number} 1 {' '.join(f'x{v}' for v in monomial)})")
    return f"(+ 0 0 {' '.join(terms)})"
