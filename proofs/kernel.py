"""Claims, inductions and theorems, and what it takes to call one proved.

A claim is proved when *both* solvers answer ``unsat`` to its negation and to the negation of each
of its side claims (no denominator vanishes, no exponent is negative). It counts only if, besides,

* its conclusion still says something (:func:`proofs.smt.reject_vacuous`),
* an exact rational point satisfies its hypotheses (else anything would follow from them), and
* each deliberately false variant (``mutants``) fails at an exact rational point.

``unknown``, a time-out or a missing solver is a failure.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import sympy as sp

from derelayl_econ.formula import Formula
from proofs.logic import (
    Instance,
    Point,
    Proposition,
    all_of,
    eq,
    ge,
    gt,
    no,
    substitute,
    symbols_of,
)
from proofs.search import find_point
from proofs.smt import Lowering, Obligation, reject_vacuous

__all__ = ["Claim", "Induction", "Judge", "Theorem", "Verdict", "as_powers", "by_root", "check"]


class Judge(Protocol):
    """Whoever answers scripts, such as :class:`proofs.solvers.Quorum`."""

    def ask(self, script: str) -> dict[str, str]:
        """Return the answer of each solver."""


@dataclass(frozen=True)
class Claim:
    """``given`` implies ``conclusion``, for all real values of the symbols.

    Parameters
    ----------
    name : str
        What is claimed, in words.
    given : tuple of Proposition
        Hypotheses and instances of lemmas; later ones may divide by what earlier ones exclude from
        being zero.
    conclusion : Proposition
    mutants : tuple of Proposition
        False variants of the conclusion, each refuted at an exact point.
    using : tuple of Proposition
        Facts already proved (``earlier.at()``) that help; not hypotheses.
    hint : mapping, optional
        A point to try first where hypotheses hold at few rational points.
    """

    name: str
    given: tuple[Proposition, ...]
    conclusion: Proposition
    mutants: tuple[Proposition, ...] = ()
    using: tuple[Proposition, ...] = ()
    hint: Point | None = None

    def __post_init__(self) -> None:
        reject_vacuous(self.conclusion, (*self.given, *self.using))

    def obligations(self) -> list[Obligation]:
        """Return the scripts that must be unsatisfiable, side claims first."""
        return _lower(self.name, (*self.given, *self.using), self.conclusion)

    def at(self, changes: Mapping[Any, Any] | None = None) -> Proposition:
        """Return the instance at other terms, for use as a hypothesis of a later claim."""
        whole = Instance((no(all_of(*self.given)), self.conclusion), fact=self.name)
        return substitute(whole, changes or {})


@dataclass(frozen=True)
class Induction:
    """``given`` implies ``conclusion`` for all integers ``index >= start``, by induction.

    Parameters
    ----------
    using : tuple of Proposition
        Instances of earlier lemmas for the step.
    """

    name: str
    index: Any
    start: int
    given: tuple[Proposition, ...]
    conclusion: Proposition
    using: tuple[Proposition, ...] = ()
    mutants: tuple[Proposition, ...] = ()
    hint: Point | None = None

    def __post_init__(self) -> None:
        reject_vacuous(self.conclusion)
        if self.index in symbols_of(*self.given):
            raise ValueError(f"{self.name}: hypotheses must not depend on {self.index}")

    def obligations(self) -> list[Obligation]:
        """Return the scripts of base and step."""
        base = substitute(self.conclusion, {self.index: sp.Integer(self.start)})
        step = substitute(self.conclusion, {self.index: self.index + 1})
        before = (*self.given, ge(self.index, self.start), self.conclusion, *self.using)
        return [
            *_lower(f"{self.name}: base", self.given, base),
            *_lower(f"{self.name}: step", before, step),
        ]

    def at(self, changes: Mapping[Any, Any]) -> Proposition:
        """Return the instance at other terms: its hypotheses imply its conclusion."""
        premise = all_of(ge(self.index, self.start), *self.given)
        whole = Instance((no(premise), self.conclusion), fact=self.name)
        return substitute(whole, changes)


@dataclass(frozen=True)
class Theorem:
    """Claims that together say something about the toolkit.

    Parameters
    ----------
    code, title : str
    statement : str
        The theorem in words.
    claims : tuple of Claim or Induction
    formulas : tuple of Formula
        Shipped formulas it speaks about.
    about : tuple of str
        What rests on it: modules, classes and functions of ``derelayl_econ``; each says so in its
        docstring, or its module's.
    trusted : str
        Textbook facts used between the claims, which the solvers do not check.
    source : str
    """

    code: str
    title: str
    statement: str
    claims: tuple[Claim | Induction, ...]
    formulas: tuple[Formula, ...] = ()
    about: tuple[str, ...] = ()
    trusted: str = ""
    source: str = ""


@dataclass
class Verdict:
    """How one claim fared."""

    claim: str
    scripts: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    witness: Point | None = None
    counterexamples: list[Point] = field(default_factory=list)

    @property
    def proved(self) -> bool:
        """Whether nothing is open."""
        return self.scripts > 0 and not self.failures


def check(claim: Claim | Induction, judge: Judge, *, guards: bool = True) -> Verdict:
    """Prove one claim, with its guards unless told otherwise."""
    started = time.perf_counter()
    verdict = Verdict(claim.name)
    for obligation in claim.obligations():
        verdict.scripts += 1
        answers = judge.ask(obligation.script)
        if not answers or set(answers.values()) != {"unsat"}:
            shown = ", ".join(f"{name} {answer}" for name, answer in answers.items())
            verdict.failures.append(f"{obligation.name}: {shown or 'no solver'}")
    if guards:
        _guard(claim, verdict)
    verdict.seconds = time.perf_counter() - started
    return verdict


def hypotheses(claim: Claim | Induction) -> tuple[Proposition, ...]:
    """Return everything the claim as a whole takes for granted."""
    if isinstance(claim, Induction):
        return (*claim.given, ge(claim.index, claim.start))
    return (*claim.given, *claim.using)


def _guard(claim: Claim | Induction, verdict: Verdict) -> None:
    given = hypotheses(claim)
    verdict.witness = find_point((*given, claim.conclusion), claim.hint)
    if verdict.witness is None:
        verdict.failures.append("no exact point satisfies the hypotheses")
    for mutant in claim.mutants:
        point = find_point((*given, no(mutant)), claim.hint)
        if point is None:
            verdict.failures.append(f"no counterexample to the false variant {mutant}")
        else:
            verdict.counterexamples.append(point)


def _lower(name: str, given: tuple[Proposition, ...], conclusion: Proposition) -> list[Obligation]:
    lowering = Lowering((*given, conclusion))
    for proposition in given:
        lowering.add(proposition)
    lowering.prove(name, conclusion)
    return lowering.obligations


def as_powers(term: Any) -> Any:
    """Return the term with ``exp(a log(b))`` written as ``b**a``, which it is for b > 0."""

    def power(argument: Any) -> Any:
        (log,) = argument.atoms(sp.log)
        return log.args[0] ** sp.expand(argument / log)

    return term.replace(sp.exp, power)


def by_root(term: Any, root: Any) -> tuple[Any, tuple[Proposition, ...]]:
    """Return the term in a symbol for the one root that occurs in it, and what defines it.

    ``(c/b)**(k/m)`` becomes ``root**k`` with ``root > 0`` and ``root**m = c/b``: for c/b > 0 there
    is exactly one such number. ``sqrt(x)`` is the case k/m = 1/2.
    """
    roots = {
        (power.base, sp.fraction(power.exp)[1])
        for power in term.atoms(sp.Pow)
        if sp.fraction(power.exp)[1] != 1
    }
    ((base, degree),) = roots
    changed = term.replace(
        lambda part: part.is_Pow and (part.base, sp.fraction(part.exp)[1]) in roots,
        lambda part: root ** sp.expand(part.exp * degree),
    )
    return changed, (gt(root, 0), eq(root**degree, base))
