"""From SymPy terms to SMT-LIB text, once for both solvers.

What the text may contain is polynomial arithmetic over the reals. Everything else is replaced by a
fresh real number with its defining property:

* ``1/d`` becomes ``i`` with ``i d = 1``; equations are multiplied by d instead. That is honest only
  where d cannot vanish, so every denominator yields a *side claim* ``d != 0``, to be proved from
  what was stated before it.
* ``x**(n + k)`` with a symbolic n becomes ``x**(n + k0) * x * ... * x``, where k0 is the smallest
  shift in the statement and the first factor a fresh real about which nothing is known (lemmas say
  more). Side claim: ``n + k0 >= 0``. Exponents stand for integers.
* ``Max`` and ``Min`` become a fresh real that bounds, and equals one of, the arguments.

Less is known about a fresh real than about what it stands for, so what is proved stays true.
Assumptions that SymPy symbols may carry are never translated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from proofs.logic import (
    Conjunction,
    Disjunction,
    Negation,
    Proposition,
    Relation,
    VacuousError,
    ge,
    ne,
    relations_of,
    symbols_of,
    terms_of,
)

__all__ = ["Lowering", "Obligation", "reject_vacuous"]


@dataclass(frozen=True)
class Obligation:
    """A script in SMT-LIB that must be unsatisfiable for ``name`` to hold."""

    name: str
    script: str


@dataclass
class Lowering:
    """Translate propositions that belong to one statement, in the order they are stated."""

    statement: tuple[Proposition, ...]
    assertions: list[str] = field(default_factory=list)
    obligations: list[Obligation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._names: list[str] = []
        self._fresh: dict[Any, str] = {}
        self.denominators: list[Any] = []
        self._shifts: dict[tuple[Any, Any], int] = {}
        for symbol in symbols_of(*self.statement):
            if symbol.name in self._names:
                raise ValueError(f"two different symbols are called {symbol.name}")
            self._names.append(symbol.name)
        for proposition in self.statement:
            for term in terms_of(proposition):
                self._collect(term)

    def script(self, *extra: str) -> str:
        """Return everything asserted so far, and ``extra``, as one SMT-LIB script."""
        declared = [f"(declare-const {_quoted(name)} Real)" for name in self._names]
        asserted = [f"(assert {text})" for text in (*self.assertions, *extra)]
        return "\n".join(["(set-logic QF_NRA)", *declared, *asserted, "(check-sat)", ""])

    def add(self, proposition: Proposition) -> None:
        """Assert a proposition; its denominators become side claims from what came before."""
        self.assertions.append(self.text(proposition))

    def prove(self, name: str, conclusion: Proposition) -> None:
        """Record the obligation that the assertions so far imply ``conclusion``."""
        text = self.text(conclusion)
        self.obligations.append(Obligation(name, self.script(f"(not {text})")))

    def text(self, proposition: Proposition) -> str:
        """Return the proposition in SMT-LIB."""
        if isinstance(proposition, Relation):
            if proposition.operator in ("=", "!="):
                equation = self._equation(proposition.left, proposition.right)
                return equation if proposition.operator == "=" else f"(not {equation})"
            left, right = self.term(proposition.left), self.term(proposition.right)
            return f"({proposition.operator} {left} {right})"
        if isinstance(proposition, Negation):
            return f"(not {self.text(proposition.part)})"
        word = "and" if isinstance(proposition, Conjunction) else "or"
        assert isinstance(proposition, Conjunction | Disjunction)
        return _apply(word, (self.text(part) for part in proposition.parts))

    def term(self, term: Any) -> str:
        """Return a term in SMT-LIB; asserts the properties of the fresh reals it needs."""
        if term.is_Symbol:
            return _quoted(term.name)
        if term.is_Rational:
            return _number(term)
        if term.is_Add or term.is_Mul:
            return _apply("+" if term.is_Add else "*", (self.term(part) for part in term.args))
        if term.is_Pow:
            return self._power(term.base, term.exp)
        if isinstance(term, sp.Max | sp.Min):
            return self._extremum(term)
        raise ValueError(f"no translation for {type(term).__name__}: {term}")

    def _equation(self, left: Any, right: Any) -> str:
        """Return ``left = right``, multiplied by the denominators of both sides."""
        (top, below), (top2, below2) = self._fraction(left), self._fraction(right)
        missing, missing2 = Counter(below2) - Counter(below), Counter(below) - Counter(below2)
        return f"(= {_product(top, missing)} {_product(top2, missing2)})"

    def _fraction(self, term: Any) -> tuple[str, list[str]]:
        """Return numerator and factors of the denominator, none of which may vanish."""
        if term.is_Add:
            parts = [self._fraction(part) for part in term.args]
            common: Counter[str] = Counter()
            for _, below in parts:
                common |= Counter(below)
            tops = [_product(top, common - Counter(below)) for top, below in parts]
            return _apply("+", tops), list(common.elements())
        if term.is_Mul:
            parts = [self._fraction(part) for part in term.args]
            return _apply("*", (p[0] for p in parts)), [d for _, below in parts for d in below]
        if term.is_Pow and term.exp.is_Integer and term.exp > 0:
            top, below = self._fraction(term.base)
            return _apply("*", [top] * int(term.exp)), below * int(term.exp)
        if term.is_Pow and (term.exp.is_Integer or _negative(term.exp)) and term.exp != 0:
            top, below = self._fraction(term.base ** (-term.exp))
            self._never_zero(term.base ** (-term.exp))
            return _apply("*", below), [top]
        return self.term(term), []

    def _power(self, base: Any, exponent: Any) -> str:
        if exponent.is_Integer:
            count = int(exponent)
            if count < 0:
                return self._inverse(base ** (-exponent))
            return _apply("*", [self.term(base)] * count)
        if _negative(exponent):
            return self._inverse(base ** (-exponent))
        shift, rest = _exponent(exponent)
        least = self._shifts[base, rest]
        atom = self._atom(base, rest + least)
        return _apply("*", [atom, *[self.term(base)] * (shift - least)])

    def _atom(self, base: Any, exponent: Any) -> str:
        power = sp.Pow(base, exponent, evaluate=False)
        if power not in self._fresh:
            self._side_claim(f"exponent {exponent} >= 0", ge(exponent, 0))
            self._new(power, str(power))
        return self._fresh[power]

    def _inverse(self, denominator: Any) -> str:
        key = 1 / denominator
        if key not in self._fresh:
            text = self.term(denominator)
            self._never_zero(denominator)
            inverse = self._new(key, f"1/({denominator})")
            self.assertions.append(f"(= (* {inverse} {text}) 1)")
        return self._fresh[key]

    def _extremum(self, term: Any) -> str:
        if term not in self._fresh:
            parts = [self.term(part) for part in term.args]
            name = self._new(term, str(term))
            bound = ">=" if isinstance(term, sp.Max) else "<="
            self.assertions += [f"({bound} {name} {part})" for part in parts]
            self.assertions.append(_apply("or", (f"(= {name} {part})" for part in parts)))
        return self._fresh[term]

    def _never_zero(self, denominator: Any) -> None:
        if denominator not in self.denominators:
            self.denominators.append(denominator)
            self._side_claim(f"denominator {denominator} != 0", ne(denominator, 0))

    def _side_claim(self, name: str, claim: Proposition) -> None:
        self.obligations.append(Obligation(name, self.script(f"(not {self.text(claim)})")))

    def _new(self, key: Any, label: str) -> str:
        name = f"{len(self._fresh)}: {label}"
        self._names.append(name)
        self._fresh[key] = _quoted(name)
        return self._fresh[key]

    def _collect(self, term: Any) -> None:
        for power in term.atoms(sp.Pow):
            if power.exp.is_Integer:
                continue
            exponent = -power.exp if _negative(power.exp) else power.exp
            shift, rest = _exponent(exponent)
            key = (power.base, rest)
            self._shifts[key] = min(shift, self._shifts.get(key, shift))


def _negative(exponent: Any) -> bool:
    parts = sp.Add.make_args(sp.expand(exponent).as_coeff_Add()[1])
    return all(part.as_coeff_Mul()[0] < 0 for part in parts)


def _exponent(exponent: Any) -> tuple[int, Any]:
    shift, rest = sp.expand(exponent).as_coeff_Add()
    linear = all(
        factor.is_Symbol or (factor.is_Mul and len(factor.args) == 2
                             and factor.args[0].is_Integer and factor.args[1].is_Symbol)
        for factor in sp.Add.make_args(rest)
    )  # fmt: skip
    if not (shift.is_Integer and linear):
        raise ValueError(f"exponents must be sums of integer symbols, got {exponent}")
    return int(shift), rest


def _apply(operator: str, parts: Iterable[str]) -> str:
    texts = list(parts)
    if not texts:
        return "1" if operator == "*" else "true"
    return texts[0] if len(texts) == 1 else f"({operator} {' '.join(texts)})"


def _product(text: str, factors: Counter[str]) -> str:
    return _apply("*", [text, *factors.elements()])


def _number(number: Any) -> str:
    size = str(abs(number.p)) if number.q == 1 else f"(/ {abs(number.p)} {number.q})"
    return f"(- {size})" if number.p < 0 else size


def _quoted(name: str) -> str:
    if "|" in name or "\\" in name:
        raise ValueError(f"no SMT-LIB symbol: {name}")
    return f"|{name}|"


def reject_vacuous(conclusion: Proposition, given: Iterable[Proposition] = ()) -> None:
    """Raise :class:`VacuousError` where a conclusion says nothing, or repeats a hypothesis."""
    for relation in relations_of(conclusion):
        if not (relation.left.free_symbols | relation.right.free_symbols):
            raise VacuousError(f"no symbol left in {relation}")
        if relation.left == relation.right or (relation.left - relation.right) == 0:
            raise VacuousError(f"both sides are the same: {relation}")
    if conclusion in tuple(given):
        raise VacuousError(f"the conclusion is a hypothesis: {conclusion}")
