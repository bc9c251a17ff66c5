r"""From certificates to Coq: each becomes a lemma whose proof follows it, step by step.

A lemma says that a statement (:mod:`proofs.check_certs`) holds for no real numbers:

    Lemma T5_0123456789 : forall x0 x1 : R, ((1*x0 > 0) /\ (~ (...))) -> False.

Splits and cuts become case distinctions. A leaf names the products that are positive or not
negative and the multiples of equations that are zero, and leaves to ``ring`` (``field``, where
facts have fractions) that they cancel. ``proofs/coq/Replay.v`` has the lemmas this takes. Nothing
is checked here: what proves nothing becomes text that Coq refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

from proofs.check_certs import digest

__all__ = ["lemma", "lemma_name", "polynomial", "proposition", "source"]

_CONNECTIVE = {"and": "/\\", "or": "\\/"}
_RELATIONS = (">", ">=", "=")


def source(entries: Iterable[dict[str, Any]]) -> str:
    """Return the Coq file that replays certificates."""
    return "\n\n".join(["Require Import Replay.", *map(lemma, entries)]) + "\n"


def lemma_name(entry: dict[str, Any]) -> str:
    """Return the theorem's code and the first digits of the statement's SHA-256."""
    if not entry["theorem"].isidentifier():
        raise ValueError(f"no name: {entry['theorem']}")
    return f"{entry['theorem']}_{digest(entry['statement'])[:10]}"


def lemma(entry: dict[str, Any]) -> str:
    """Return one certificate as a lemma with its proof."""
    variables = " ".join(f"x{i}" for i in range(len(entry["variables"])))
    legend = ", ".join(f"x{i} = {name.strip('|')}" for i, name in enumerate(entry["variables"]))
    script = _Script()
    script.assume(script.fresh(), entry["statement"])
    script.refute(entry["proof"])
    lines = [
        f"(* {_comment(entry['obligation'])}",
        f"   {_comment(legend)} *)",
        f"Lemma {lemma_name(entry)} : {f'forall {variables} : R, ' if variables else ''}",
        f"  {proposition(entry['statement'])} -> False.",
        "Proof.",
        f"intros {variables} h0.",
        *script.lines,
        "Qed.",
    ]
    return "\n".join(lines)


def proposition(statement: Any) -> str:
    r"""Return a statement as a proposition of Coq, in full parentheses.

    Examples
    --------
    >>> print(proposition(["and", [">", {"0 0": "3/2", "": "-1"}], ["not", ["=", {"1": "1"}]]]))
    (((3/2)*x0*x0 + (-1) > 0) /\ (~ (1*x1 = 0)))
    """
    head, *parts = statement
    if head == "not":
        return f"(~ {proposition(parts[0])})"
    if head in _RELATIONS:
        return f"({polynomial(parts[0])} {head} 0)"
    if head not in _CONNECTIVE:
        raise ValueError(f"no statement: {head}")
    if not parts:
        return "True" if head == "and" else "False"
    *others, text = map(proposition, parts)
    for other in reversed(others):
        text = f"({other} {_CONNECTIVE[head]} {text})"
    return text


def polynomial(stored: dict[str, str]) -> str:
    """Return a stored polynomial as a term of Coq."""
    terms = [
        "*".join([_number(Fraction(coefficient)), *(f"x{int(v)}" for v in monomial.split())])
        for monomial, coefficient in stored.items()
    ]
    return " + ".join(terms) or "0"


def _number(value: Fraction) -> str:
    plain = value >= 0 and value.denominator == 1
    return str(value) if plain else f"({value})"


def _comment(text: str) -> str:
    """Return text that neither opens nor closes a comment or a string of Coq."""
    return re.sub(r"(?<=\()(?=\*)|(?<=\*)(?=\))", " ", text.replace('"', "'"))


@dataclass
class _Script:
    """A proof as it is written, with what is known at this place of it.

    ``facts`` (hypothesis, sign, whether it has fractions) and ``alternatives`` (hypothesis,
    statement, whether it holds) have the numbers that :class:`proofs.check_certs.Branch` gives.
    """

    lines: list[str] = field(default_factory=list)
    facts: list[tuple[str, str, bool]] = field(default_factory=list)
    alternatives: list[tuple[str, Any, bool]] = field(default_factory=list)
    names: Iterator[int] = field(default_factory=lambda: iter(range(10**9)))

    def fresh(self) -> str:
        return f"h{next(self.names)}"

    def assume(self, name: str, statement: Any, true: bool = True) -> None:
        """Take apart the hypothesis that says the statement, or its negation."""
        head, *parts = statement
        if head == "not":
            if not true:
                self.lines.append(f"apply NNPP in {name}.")
            self.assume(name, parts[0], not true)
        elif head not in _CONNECTIVE:
            self._assume_atom(name, statement, true)
        elif (head == "and") == true:
            self._assume_all(name, parts, true)
        else:
            self.alternatives.append((name, statement, true))

    def _assume_all(self, name: str, parts: list[Any], true: bool) -> None:
        for part in parts[:-1]:
            one, rest = self.fresh(), self.fresh()
            known = name if true else f"(both_fail {name})"
            self.lines.append(f"pose proof (proj1 {known}) as {one}.")
            self.lines.append(f"pose proof (proj2 {known}) as {rest}.")
            self.assume(one, part, true)
            name = rest
        if parts:
            self.assume(name, parts[-1], true)

    def _assume_atom(self, name: str, statement: Any, true: bool) -> None:
        sign, stored = statement
        if sign == "=" and not true:
            self.alternatives.append((name, statement, true))
            return
        if not true:
            self.lines.append(f"apply {'not_positive' if sign == '>' else 'negative'} in {name}.")
            sign = ">=" if sign == ">" else ">"
        elif sign == ">=":
            self.lines.append(f"apply Rge_le in {name}.")
        self.facts.append((name, sign, "/" in str(stored)))

    def refute(self, proof: dict[str, Any]) -> None:
        """Write the rest of the proof, in this case."""
        if "products" in proof:
            self._leaf(proof)
        elif "cut" in proof:
            one, other = self.fresh(), self.fresh()
            known = f"(classic {proposition(proof['cut'])})"
            self._either(one, other, known)
            cases = [(one, proof["cut"], True), (other, proof["cut"], False)]
            for case, part in zip(cases, proof["cases"], strict=True):
                self._case(part, *case)
        else:
            self._split(proof["cases"], *self.alternatives[proof["split"]])

    def _either(self, one: str, other: str, known: str) -> None:
        # The tactic destruct would take as long as all leaves together.
        self.lines.append(f"refine (or_ind (fun {one} => _) (fun {other} => _) {known}).")

    def _case(self, proof: dict[str, Any], name: str, statement: Any, true: bool) -> None:
        branch = _Script(self.lines, list(self.facts), list(self.alternatives), self.names)
        self.lines.append("{")
        branch.assume(name, statement, true)
        branch.refute(proof)
        self.lines.append("}")

    def _split(self, proofs: list[dict[str, Any]], name: str, statement: Any, true: bool) -> None:
        head, *parts = statement
        if head == "=":
            self._two_sides(proofs, name, "/" in str(parts[0]))
            return
        for proof, part in zip(proofs[:-1], parts[:-1], strict=True):
            one, rest = self.fresh(), self.fresh()
            self._either(one, rest, name if true else f"(one_fails {name})")
            self._case(proof, one, part, true)
            name = rest
        if proofs:
            self._case(proofs[-1], name, parts[-1], true)
        else:
            self.lines.append(f"exact (False_ind _ ({name}{'' if true else ' I'})).")

    def _two_sides(self, proofs: list[dict[str, Any]], name: str, fractions: bool) -> None:
        hypotheses = self.fresh(), self.fresh()
        self._either(*hypotheses, f"(two_sides {name})")
        for hypothesis, proof in zip(hypotheses, proofs, strict=True):
            facts = [*self.facts, (hypothesis, ">", fractions)]
            branch = _Script(self.lines, facts, list(self.alternatives), self.names)
            self.lines.append("{")
            branch.refute(proof)
            self.lines.append("}")

    def _leaf(self, proof: dict[str, Any]) -> None:
        products, multiples = proof["products"], proof["multiples"]
        numbers = [Fraction(c) for c, _, _ in products]
        numbers += [Fraction(c) for m, _ in multiples for c in m.values()]
        scale = lcm(*(c.denominator for c in numbers))
        strict = [p for p in products if self._strict(p)][:1]
        parts = [self._product(p, scale) for p in products if p not in strict]
        total = "".join(self._product(p, scale, weak=False) for p in strict) or "I"
        for part in parts:
            total = f"sum ({total}) ({part})"
        zero = "eq_refl 0"
        for stored, index in reversed(multiples):
            scaled = {monomial: str(scale * Fraction(c)) for monomial, c in stored.items()}
            zero = f"multiple ({polynomial(scaled)}) {self.facts[index][0]} ({zero})"
        used = [index for _, indices, _ in products for index in indices]
        used += [index for _, index in multiples]
        fractions = any(self.facts[index][2] for index in used) or any(
            "/" in str(roots) for _, _, roots in products
        )
        self.lines.append(f"refine (cancel ({total}) ({zero}) _); "
                          f"{'field' if fractions else 'ring'}.")  # fmt: skip

    def _strict(self, product: list[Any]) -> bool:
        _, indices, roots = product
        return not roots and all(self.facts[index][1] == ">" for index in indices)

    def _product(self, product: list[Any], scale: int, weak: bool = True) -> str:
        """Return the proof that a product is positive or (weak) not negative."""
        stored, indices, roots = product
        strict = self._strict(product)
        join, soften = ("positive_product", "") if strict else ("product", "weak ")
        factors = [
            f"({soften}{name})" if sign == ">" and soften else name
            for name, sign, _ in (self.facts[index] for index in indices)
        ]
        factors += [f"(square ({polynomial(root)}))" for root in roots]
        text = f"({soften}(number {scale * Fraction(stored)}))"
        for factor in factors:
            text = f"({join} {text} {factor})"
        return f"weak {text}" if strict and weak else text
