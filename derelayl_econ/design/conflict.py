r"""Why nothing works: the smallest set of conditions that exclude each other, and the way out.

*Way out.* In the elastic program every condition that can be moved gets slack s_i >= 0 at its
weight: minimise sum_i w_i s_i subject to f_i(x) <= s_i (|f_i(x)| <= s_i for equations). Its optimum
is the cheapest relaxation; a certified bound above 0 proves that the conditions conflict. The
relaxed problem is solved again.

*Smallest conflict.* A set of conditions is infeasible iff it leaves out no *correction* entirely,
a correction being a set of conditions without which the rest can be met. So: take a smallest set
that meets all corrections found so far; if it is infeasible, it is a smallest conflict; if not,
grow it until no condition can be added, and what is left is another correction (Ignatiev, Previti,
Liffiton, Marques-Silva 2015, CP, LNCS 9255:173). With more than ``MOST_EXACT`` conditions one is
left out after the other where the rest stays infeasible (Chinneck and Dravnieks 1991, ORSA J.
Computing 3:157): what remains is irreducible, not always smallest. What cannot be moved (a weight
of inf, such as "probabilities are at most 1") is taken as given, unless it conflicts by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from derelayl_econ.design.certificate import BoundCertificate
from derelayl_econ.design.certify import certify
from derelayl_econ.design.limits import Limit, Variables
from derelayl_econ.design.result import Conflict
from derelayl_econ.design.solver import feasible, interior_point, solve_floats
from derelayl_econ.design.terms import Convex, total

__all__ = ["MOST_EXACT", "find_conflict"]

MOST_EXACT = 12
"""Up to this many conditions the smallest conflict is found."""

_NOISE = Fraction(1, 10**6)
"""Slack of curved programs up to this share of the largest is a rounding error, not a way out."""


def find_conflict(variables: Variables, limits: Sequence[Limit]) -> Conflict | None:
    """Return what conflicts and how to get out; None if all conditions can be met.

    Examples
    --------
    >>> from derelayl_econ.design.limits import at_least, at_most
    >>> variables = Variables()
    >>> x, y = variables.block("x", 2)
    >>> found = find_conflict(variables, [at_least("high", x, 3), at_most("low", x, 1),
    ...                                   at_most("idle", y, 1)])
    >>> found.names, found.smallest, sum(found.relaxation.values()), found.verified
    (('high', 'low'), True, 2.0, True)
    """
    count = variables.count
    proof = _elastic(variables, limits)
    if proof is not None and proof.value <= 0:
        return None
    if feasible(limits, count):
        return None
    search = _Search(limits, count)
    names = tuple(limits[i].name for i in search.conflict(proof))
    relaxation, verified = _way_out(variables, limits, proof)
    positive = proof is not None and proof.bound > 0
    return Conflict(names=names, smallest=search.exact or len(names) == 1, relaxation=relaxation,
                    verified=verified, certificate=proof if positive else None)  # fmt: skip


def _elastic(variables: Variables, limits: Sequence[Limit]) -> BoundCertificate | None:
    """Return the cheapest relaxation with its proof; its slacks are the last variables."""
    wider = variables.copy()
    movable = [limit for limit in limits if limit.movable]
    slacks = dict(zip((limit.name for limit in movable), wider.block(" slack", len(movable)),
                      strict=True))  # fmt: skip
    softened = _softened(limits, slacks)
    signs = [Limit(f" slack {n}", (-slack,)) for n, slack in slacks.items()]
    cost = total([slacks[limit.name] * Fraction(limit.weight) for limit in movable])
    return _certified(cost, [*softened, *signs], wider.count)


def _softened(limits: Sequence[Limit], slacks: Mapping[str, Convex | Fraction]) -> list[Limit]:
    """Return the conditions, those with slack relaxed by it."""
    return [limit.relaxed(slacks[limit.name]) if limit.name in slacks else limit
            for limit in limits]  # fmt: skip


def _certified(cost: Convex, limits: list[Limit], count: int) -> BoundCertificate | None:
    answer = solve_floats(cost, limits, count)
    if answer.point is None:
        return None
    curved = any(not row.affine for limit in limits for row in limit.rows)
    inside = interior_point(limits, count) if curved else None
    return certify(cost, limits, count, answer.point, inside)


def _way_out(
    variables: Variables, limits: Sequence[Limit], proof: BoundCertificate | None
) -> tuple[dict[str, float], bool]:
    if proof is None:
        return {}, False
    movable = [limit for limit in limits if limit.movable]
    amounts = dict(zip((limit.name for limit in movable), proof.point[variables.count :],
                       strict=True))  # fmt: skip
    curved = any(not row.affine for limit in limits for row in limit.rows)
    noise = _NOISE * max(amounts.values(), default=Fraction(0)) if curved else Fraction(0)
    given = {name: amount + noise for name, amount in amounts.items() if amount > noise}
    relaxed = _softened(limits, given)
    moved = {name: float(amount) for name, amount in given.items()}
    return moved, feasible(relaxed, variables.count)


class _Search:
    """The search for a conflict: among what can be moved, unless the rest conflicts by itself."""

    def __init__(self, limits: Sequence[Limit], count: int) -> None:
        self.limits, self.count = limits, count
        fixed = [i for i, limit in enumerate(limits) if not limit.movable]
        stuck = not self.met(fixed)
        self.given = [] if stuck else fixed
        self.candidates = fixed if stuck else [i for i in range(len(limits)) if i not in fixed]
        self.exact = len(self.candidates) <= MOST_EXACT

    def met(self, chosen: Iterable[int]) -> bool:
        return feasible([self.limits[i] for i in chosen], self.count)

    def conflict(self, proof: BoundCertificate | None) -> tuple[int, ...]:
        return self._smallest() if self.exact else self._irreducible(proof)

    def _smallest(self) -> tuple[int, ...]:
        corrections: list[set[int]] = []
        while True:
            guess = _hitting(self.candidates, corrections)
            if not self.met([*self.given, *guess]):
                return guess
            inside = list(guess)
            for i in self.candidates:
                if i not in inside and self.met([*self.given, *inside, i]):
                    inside.append(i)
            corrections.append(set(self.candidates) - set(inside))

    def _irreducible(self, proof: BoundCertificate | None) -> tuple[int, ...]:
        kept = self.candidates
        if proof is not None and proof.bound > 0:  # the priced conditions conflict already
            priced = [i for i in kept if any(price != 0 for price in proof.prices[i])]
            kept = kept if self.met([*self.given, *priced]) else priced
        for i in kept:
            rest = [j for j in kept if j != i]
            if not self.met([*self.given, *rest]):
                kept = rest
        return tuple(kept)


def _hitting(candidates: Sequence[int], sets: Sequence[set[int]]) -> tuple[int, ...]:
    """Return a smallest choice of candidates that meets every set."""
    choices: Iterator[tuple[int, ...]] = (
        choice
        for size in range(len(candidates) + 1)
        for choice in itertools.combinations(candidates, size)
    )
    return next(choice for choice in choices if all(part & set(choice) for part in sets))
