"""Check every certificate exactly, with nothing but Python: ``python proofs/check_certs.py``.

A *statement* is what a claim's hypotheses and its negated conclusion say together; a certificate
shows that no real numbers make it true. A statement is ``[">", p]``, ``[">=", p]``, ``["=", p]``
(a polynomial p against zero), ``["not", s]``, ``["and", s, ...]`` or ``["or", s, ...]``. A
polynomial is a table from monomials to rational numbers: ``{"0 0 2": "3/2", "": "-1"}`` is
3/2 x0 x0 x2 - 1.

What a statement says is collected as *facts* and *alternatives* (:class:`Branch`). A certificate is

* ``{"split": k, "cases": [...]}``: one certificate for each case of the k-th alternative;
* ``{"cut": s, "cases": [yes, no]}``: one where s holds, one where it does not;
* ``{"products": [[c, [i, ...], [r, ...]], ...], "multiples": [[m, j], ...]}``: numbers c > 0 and
  polynomials r and m with ``sum c * fact_i * ... * r**2 * ... + sum m * fact_j = 0``, where the
  facts j are equations, the facts i are not negative and, in at least one product, which has no r,
  all are positive: then the left side is positive, so the facts contradict one another.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

Polynomial = dict[tuple[int, ...], Fraction]
ONE: Polynomial = {(): Fraction(1)}
CERTIFICATES = Path(__file__).with_name("certificates.json")


class RejectedError(ValueError):
    """A certificate that proves nothing."""


def read(stored: dict[str, str]) -> Polynomial:
    """Return a stored polynomial."""
    pairs = ((tuple(sorted(map(int, key.split()))), Fraction(c)) for key, c in stored.items())
    return total({monomial: coefficient} for monomial, coefficient in pairs)


def total(parts: Iterable[Polynomial]) -> Polynomial:
    """Return the sum; terms that cancel are left out."""
    result: Polynomial = {}
    for part in parts:
        for monomial, coefficient in part.items():
            result[monomial] = result.get(monomial, Fraction(0)) + coefficient
    return {monomial: coefficient for monomial, coefficient in result.items() if coefficient}


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product."""
    return total(
        {tuple(sorted(one + two)): a * b} for one, a in left.items() for two, b in right.items()
    )


@dataclass
class Branch:
    """What is known in one case: ``facts`` (sign, polynomial) and ``alternatives``, all true."""

    facts: list[tuple[str, Polynomial]] = field(default_factory=list)
    alternatives: list[list[Any]] = field(default_factory=list)

    def assume(self, statement: Any, true: bool = True) -> None:
        """Take a statement, or its opposite, for granted."""
        head, *parts = statement
        if head == "not":
            self.assume(parts[0], not true)
        elif head in ("and", "or"):
            if (head == "and") == true:
                for part in parts:
                    self.assume(part, true)
            else:
                self.alternatives.append([part if true else ["not", part] for part in parts])
        elif head not in (">", ">=", "="):
            raise RejectedError(f"no statement: {head}")
        elif true:
            self.facts.append((head, read(parts[0])))
        else:
            opposite = {monomial: str(-Fraction(c)) for monomial, c in parts[0].items()}
            if head == "=":
                self.alternatives.append([[">", parts[0]], [">", opposite]])
            else:
                self.assume([">=" if head == ">" else ">", opposite])

    def case(self, statement: Any) -> Branch:
        """Return this branch with one more statement."""
        branch = Branch(list(self.facts), list(self.alternatives))
        branch.assume(statement)
        return branch


def refute(branch: Branch, proof: dict[str, Any]) -> None:
    """Raise :class:`RejectedError` unless the certificate shows the branch to be contradictory."""
    if "products" in proof:
        _refute_by_identity(branch, proof)
        return
    if "cut" in proof:
        cases = [proof["cut"], ["not", proof["cut"]]]
    else:
        cases = branch.alternatives[proof["split"]]
    if len(cases) != len(proof["cases"]):
        raise RejectedError("not one certificate for each case")
    for statement, part in zip(cases, proof["cases"], strict=True):
        refute(branch.case(statement), part)


def _refute_by_identity(branch: Branch, proof: dict[str, Any]) -> None:
    parts, strict = [], False
    for stored, indices, roots in proof["products"]:
        factors = [branch.facts[index] for index in indices]
        if Fraction(stored) <= 0 or any(sign == "=" for sign, _ in factors):
            raise RejectedError("a product may be negative")
        product: Polynomial = {(): Fraction(stored)}
        for polynomial in (p for _, p in factors):
            product = times(product, polynomial)
        for root in map(read, roots):
            product = times(product, times(root, root))
        parts.append(product)
        strict = strict or (not roots and all(sign == ">" for sign, _ in factors))
    for multiplier, index in proof["multiples"]:
        sign, polynomial = branch.facts[index]
        if sign != "=":
            raise RejectedError("a multiple of what is no equation")
        parts.append(times(read(multiplier), polynomial))
    if not strict or total(parts):
        raise RejectedError("no product is positive" if not strict else "the sum is not zero")


def digest(statement: Any) -> str:
    """Return the SHA-256 of a statement."""
    return hashlib.sha256(json.dumps(statement, separators=(",", ":")).encode()).hexdigest()


def check(entry: dict[str, Any]) -> None:
    """Raise :class:`RejectedError` unless an entry of the file proves its statement impossible."""
    if entry["sha256"] != digest(entry["statement"]):
        raise RejectedError("another statement")
    refute(Branch().case(entry["statement"]), entry["proof"])


def holds(entry: dict[str, Any]) -> bool:
    """Return whether :func:`check` finds nothing wrong."""
    try:
        check(entry)
    except (LookupError, TypeError, ValueError, ZeroDivisionError):
        return False
    return True


def main(arguments: list[str]) -> int:
    """Check a file and return the exit code."""
    path = Path(arguments[0]) if arguments else CERTIFICATES
    content = json.loads(path.read_text(encoding="utf-8"))
    rejected = [entry for entry in content["certified"] if not holds(entry)]
    for entry in rejected:
        print(f"REJECTED {entry.get('theorem')}: {entry.get('obligation')}")
    done, without = len(content["certified"]) - len(rejected), len(content["uncertified"])
    print(f"{done} certificates hold, {len(rejected)} rejected; {without} statements have none")
    return 1 if rejected or not done else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
