"""Propositions about exact numbers: relations between SymPy terms, and their truth at a point.

SymPy builds the terms and nothing else. Its own relations are not used: with an assumption on a
symbol, ``x**2 >= 0`` would turn into ``True`` before anybody had proved it. Truth at a point is
decided by walking the term with :class:`fractions.Fraction`, independently of SymPy and of the
solvers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy as sp

__all__ = [
    "Conjunction",
    "Disjunction",
    "Instance",
    "Negation",
    "Point",
    "Proposition",
    "Relation",
    "VacuousError",
    "all_of",
    "any_of",
    "eq",
    "evaluate",
    "ge",
    "gt",
    "holds",
    "iff",
    "implies",
    "le",
    "lt",
    "ne",
    "no",
    "relations_of",
    "substitute",
    "symbols_of",
    "terms_of",
]

Point = Mapping[sp.Symbol, Fraction]


class VacuousError(ValueError):
    """A statement that says nothing: it would be "proved" whatever the formulas are."""


@dataclass(frozen=True)
class Relation:
    """``left operator right`` with an operator of ``< <= = != >= >``."""

    operator: str
    left: Any
    right: Any

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True)
class Conjunction:
    """All parts hold."""

    parts: tuple[Proposition, ...]

    def __str__(self) -> str:
        return "(" + " and ".join(map(str, self.parts)) + ")"


@dataclass(frozen=True)
class Disjunction:
    """At least one part holds."""

    parts: tuple[Proposition, ...]

    def __str__(self) -> str:
        return "(" + " or ".join(map(str, self.parts)) + ")"


@dataclass(frozen=True)
class Instance(Disjunction):
    """What an earlier claim says of other terms; ``fact`` is its name."""

    fact: str = field(default="", compare=False)


@dataclass(frozen=True)
class Negation:
    """The part does not hold."""

    part: Proposition

    def __str__(self) -> str:
        return f"not {self.part}"


Proposition = Relation | Conjunction | Disjunction | Negation


def _relation(operator: str, left: Any, right: Any) -> Relation:
    return Relation(operator, sp.sympify(left), sp.sympify(right))


def lt(left: Any, right: Any) -> Relation:
    """Return ``left < right``."""
    return _relation("<", left, right)


def le(left: Any, right: Any) -> Relation:
    """Return ``left <= right``."""
    return _relation("<=", left, right)


def gt(left: Any, right: Any) -> Relation:
    """Return ``left > right``."""
    return _relation(">", left, right)


def ge(left: Any, right: Any) -> Relation:
    """Return ``left >= right``."""
    return _relation(">=", left, right)


def eq(left: Any, right: Any) -> Relation:
    """Return ``left = right``."""
    return _relation("=", left, right)


def ne(left: Any, right: Any) -> Relation:
    """Return ``left != right``."""
    return _relation("!=", left, right)


def all_of(*parts: Proposition) -> Proposition:
    """Return the conjunction of the parts."""
    return Conjunction(parts)


def any_of(*parts: Proposition) -> Proposition:
    """Return the disjunction of the parts."""
    return Disjunction(parts)


def no(part: Proposition) -> Proposition:
    """Return the negation of the part."""
    return Negation(part)


def implies(premise: Proposition, consequence: Proposition) -> Proposition:
    """Return ``premise implies consequence``."""
    return Disjunction((Negation(premise), consequence))


def iff(left: Proposition, right: Proposition) -> Proposition:
    """Return ``left if and only if right``."""
    return Conjunction((implies(left, right), implies(right, left)))


def relations_of(proposition: Proposition) -> Iterator[Relation]:
    """Yield the relations of a proposition, from left to right."""
    if isinstance(proposition, Relation):
        yield proposition
    elif isinstance(proposition, Negation):
        yield from relations_of(proposition.part)
    else:
        for part in proposition.parts:
            yield from relations_of(part)


def terms_of(proposition: Proposition) -> Iterator[Any]:
    """Yield the SymPy terms of a proposition, from left to right."""
    for relation in relations_of(proposition):
        yield relation.left
        yield relation.right


def symbols_of(*propositions: Proposition) -> tuple[Any, ...]:
    """Return the free symbols, sorted by name."""
    found = {s for p in propositions for term in terms_of(p) for s in term.free_symbols}
    return tuple(sorted(found, key=lambda s: str(s.name)))


def substitute(proposition: Proposition, changes: Mapping[Any, Any]) -> Proposition:
    """Return the proposition with symbols replaced by terms, all at once."""
    if isinstance(proposition, Relation):
        left, right = (
            term.subs(changes, simultaneous=True) for term in (proposition.left, proposition.right)
        )
        return Relation(proposition.operator, left, right)
    if isinstance(proposition, Negation):
        return Negation(substitute(proposition.part, changes))
    return replace(proposition, parts=tuple(substitute(p, changes) for p in proposition.parts))


def holds(proposition: Proposition, point: Point) -> bool:
    """Return whether the proposition is true at an exact point.

    Raises
    ------
    ZeroDivisionError
        If a denominator vanishes there.
    """
    if isinstance(proposition, Negation):
        return not holds(proposition.part, point)
    if isinstance(proposition, Conjunction):
        return all(holds(part, point) for part in proposition.parts)
    if isinstance(proposition, Disjunction):
        return any(holds(part, point) for part in proposition.parts)
    left, right = evaluate(proposition.left, point), evaluate(proposition.right, point)
    return {
        "<": left < right, "<=": left <= right, "=": left == right,
        "!=": left != right, ">=": left >= right, ">": left > right,
    }[proposition.operator]  # fmt: skip


def evaluate(term: Any, point: Point) -> Fraction:
    """Return the exact value of a term at a point; powers need integer exponents there.

    Examples
    --------
    >>> x, n = sp.symbols("x n")
    >>> evaluate(1 / x - x ** (n + 1), {x: Fraction(1, 2), n: Fraction(2)})
    Fraction(15, 8)
    """
    if term.is_Symbol:
        return Fraction(point[term])
    if term.is_Rational:
        return Fraction(int(term.p), int(term.q))
    values = [evaluate(part, point) for part in term.args]
    if term.is_Add:
        return sum(values, Fraction(0))
    if term.is_Mul:
        product = Fraction(1)
        for value in values:
            product *= value
        return product
    if term.is_Pow and values[1].denominator == 1:
        return values[0] ** int(values[1])
    if isinstance(term, sp.Max | sp.Min):
        return max(values) if isinstance(term, sp.Max) else min(values)
    raise ValueError(f"no exact value: {term} at {dict(point)}")
