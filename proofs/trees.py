"""The search for a certificate: a tree of cases whose leaves are identities.

:mod:`proofs.check_certs` says what a certificate is. z3 only guides the search
(:mod:`proofs.guide`): it says which facts and alternatives a branch needs, and which signs follow.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq_mpoly_ctx

from proofs.check_certs import Branch, Polynomial, refute
from proofs.guide import contradictory, needed
from proofs.identities import identity
from proofs.lowered import stored

__all__ = ["SECONDS", "certificate"]

SECONDS = 24.0  # of computing, for one statement
_EFFORTS = (
    (1, 0),
    (1, 1),
    (2, 2),
    (2, 4),
    (3, 1),
    (3, 2),
    (3, 3),
)  # factors, degree beyond the facts'
_DEPTH = 40

Proof = dict[str, Any]


class GivenUpError(Exception):
    """The time for one statement is over."""


def certificate(statement: Any, seconds: float = SECONDS) -> Proof | None:
    """Return a certificate that the statement is impossible, or None if none was found."""
    branch = Branch().case(statement)
    for eager in (False, True):
        try:
            proof = Search(time.process_time() + seconds / 2, eager).tree(branch, 0)
        except GivenUpError:
            continue
        if proof is not None:
            refute(branch, proof)
            return proof
    return None


@dataclass
class Search:
    """A search for one tree, until ``deadline`` on the clock ``time.process_time``.

    An eager search first collects what follows from alternatives with one case left, also where
    the contradiction does not need it: more facts can make shorter identities.
    """

    deadline: float
    eager: bool

    def tree(self, branch: Branch, depth: int) -> Proof | None:
        """Return a certificate for the branch."""
        if time.process_time() > self.deadline or depth > _DEPTH:
            raise GivenUpError
        found = needed(branch)
        if found is None:
            return None
        facts, alternatives = found
        forced = self.forced(branch) if self.eager else None
        if forced is not None:
            alternatives = [forced]
        if not alternatives:
            return self.leaf(branch, facts, depth)
        choices = [[branch.case(case) for case in branch.alternatives[k]] for k in alternatives]
        live = [sum(not contradictory(c.facts) for c in cases) for cases in choices]
        best = min(range(len(choices)), key=lambda k: (live[k], len(choices[k])))
        parts = []
        for case in choices[best]:
            part = self.tree(case, depth + 1)
            if part is None:
                return None
            parts.append(part)
        return {"split": alternatives[best], "cases": parts}

    def forced(self, branch: Branch) -> int | None:
        """Return an alternative with one case left that adds a fact."""
        for k, alternative in enumerate(branch.alternatives):
            cases = [branch.case(case) for case in alternative]
            new = all(any(fact not in branch.facts for fact in case.facts) for case in cases)
            if new and sum(not contradictory(case.facts) for case in cases) == 1:
                return k
        return None

    def leaf(self, branch: Branch, core: list[int], depth: int) -> Proof | None:
        """Return an identity, or more cases, for a branch whose facts contradict one another."""
        return (
            self.identity(branch, core, _EFFORTS[:3])
            or self.cut(branch, core, depth)
            or self.identity(branch, core, _EFFORTS[3:])
        )

    def identity(
        self, branch: Branch, core: list[int], efforts: tuple[tuple[int, int], ...]
    ) -> Proof | None:
        """Return an identity from the core and the signs of its variables."""
        variables = {v for k in core for m in branch.facts[k][1] for v in m}
        signs = [k for k, (_, p) in enumerate(branch.facts)
                 if len(p) == 1 and len(m := next(iter(p))) == 1 and m[0] in variables]  # fmt: skip
        facts = {k: branch.facts[k] for k in sorted({*core, *signs})}
        degree = max((len(m) for _, p in facts.values() for m in p), default=0)
        for factors, more in efforts:
            if time.process_time() > self.deadline:
                raise GivenUpError
            found = identity(facts, factors, max(2, degree + more))
            if found is not None:
                return found
        return None

    def cut(self, branch: Branch, core: list[int], depth: int) -> Proof | None:
        """Add the sign of a variable or of a factor, which the facts imply."""
        for sign, polynomial in _candidates(branch, core):
            if time.process_time() > self.deadline:
                raise GivenUpError
            atom = [sign, stored(polynomial)]
            other = branch.case(["not", atom])
            if not contradictory(other.facts):
                continue
            found = needed(Branch(other.facts))
            no = found and self.identity(other, found[0], _EFFORTS[:4])
            if no:
                yes = self.tree(branch.case(atom), depth + 1)
                return yes and {"cut": atom, "cases": [yes, no]}
        return None


def _candidates(branch: Branch, core: list[int]) -> Iterator[tuple[str, Polynomial]]:
    facts = [branch.facts[number][1] for number in core]
    variables = {v for p in facts for monomial in p for v in monomial}
    found: list[Polynomial] = [{(v,): Fraction(1)} for v in sorted(variables)]
    denominators = [{m: c for m, c in p.items() if m} for p in facts]  # of equations i d = 1
    for polynomial in (*facts, *denominators):
        found += [factor for factor in _factors(polynomial) if factor not in found]
    for sign in (">", ">="):
        for factor in found:
            both = (factor, {m: -c for m, c in factor.items()})
            if not any((s, p) in branch.facts for s in (">", "=", sign) for p in both):
                yield from ((sign, p) for p in both)


def _factors(polynomial: Polynomial) -> list[Polynomial]:
    """Return the factors that are no variables; none if it does not split."""
    variables = sorted({v for monomial in polynomial for v in monomial})
    common = math.lcm(*(c.denominator for c in polynomial.values()))
    terms = {
        tuple(monomial.count(v) for v in variables): int(c * common)
        for monomial, c in polynomial.items()
    }
    _, factors = fmpq_mpoly_ctx.get([f"x{v}" for v in variables]).from_dict(terms).factor()
    if len(factors) < 2:
        return []
    return [_plain(factor, variables) for factor, _ in factors if len(factor) > 1]


def _plain(factor: Any, variables: list[int]) -> Polynomial:
    return {
        tuple(v for v, power in zip(variables, powers, strict=True) for _ in range(int(power))):
        Fraction(int(c.p), int(c.q))
        for powers, c in factor.to_dict().items()
    }  # fmt: skip
