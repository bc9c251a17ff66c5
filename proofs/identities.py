"""Identities that contradict facts: a linear program finds which products, exact algebra how much.

Facts g > 0, g >= 0 and h = 0 cannot hold together if products of the g, with positive weights, and
multiples of the h add up to zero while one of the products is positive (Positivstellensatz; Stengle
1974). For a given list of products the weights are a linear program. Its vertex has few products;
their weights are then the solution of linear equations in rational numbers, so rounding in the
linear program can lose a certificate but never make a wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from scipy.optimize import linprog
from scipy.sparse import csc_matrix, hstack

from proofs.check_certs import ONE, Polynomial, times
from proofs.lowered import stored

__all__ = ["identity"]

Fact = tuple[str, Polynomial]
Monomial = tuple[int, ...]
_COLUMNS = 2500  # largest linear program
_ROUNDS = 3
_PRICE = 0.01  # of a multiple of an equation, against 1 for a product
_SEEN = 1e-9  # weights below this count as zero, until exact algebra decides


@dataclass(frozen=True)
class Column:
    """A monomial times facts (``indices``), or times the equation ``indices[0]``."""

    indices: tuple[int, ...]
    monomial: Monomial
    polynomial: Polynomial
    equation: bool
    strict: bool


def identity(facts: dict[int, Fact], factors: int, degree: int) -> dict[str, Any] | None:
    """Return an identity that contradicts the facts, by number, or None if none was found.

    Parameters
    ----------
    facts : dict
        Facts by their number in the branch.
    factors : int
        Most facts in one product, not counting monomials in variables of known sign.
    degree : int
        Largest degree of products and multiples.
    """
    signs = {p: i for i, (sign, polynomial) in facts.items()
             if sign != "=" and (p := _variable(polynomial)) is not None}  # fmt: skip
    columns = _columns(facts, signs, factors, degree)
    support = _vertex(columns)
    weights = _exact(support)
    if weights is None or any(
        w < 0 for c, w in zip(support, weights, strict=True) if not c.equation
    ):
        return None
    return _written(facts, signs, [(c, w) for c, w in zip(support, weights, strict=True) if w])


def _variable(polynomial: Polynomial) -> int | None:
    """Return the variable that the polynomial is, up to a positive number."""
    ((monomial, coefficient),) = polynomial.items() if len(polynomial) == 1 else (((), 0),)
    return monomial[0] if len(monomial) == 1 and coefficient > 0 else None


def _columns(
    facts: dict[int, Fact], signs: dict[int, int], factors: int, degree: int
) -> list[Column]:
    """Return multiples that touch a monomial of the products, or of each other."""
    positive = {v for v, i in signs.items() if facts[i][0] == ">"}
    products = _products(facts, factors, degree)
    equations = [Column((i,), (), p, True, False) for i, (s, p) in facts.items() if s == "="]
    found = {(c.indices, c.monomial): c for c in (*products, *equations)}
    new = {monomial for c in found.values() for monomial in c.polynomial}
    seen: set[Monomial] = set()
    bases = [c for c in found.values() if c.equation or not set(c.indices) & set(signs.values())]
    for _ in range(_ROUNDS):
        seen |= new
        fresh: set[Monomial] = set()
        for base in bases:
            size = _degree(base.polynomial)
            quotients = {_quotient(monomial, term) for term in base.polynomial for monomial in new}
            for q in sorted(q for q in quotients if q and len(q) + size <= degree):
                if (base.indices, q) in found or not (base.equation or _not_negative(q, signs)):
                    continue
                if len(found) >= _COLUMNS:
                    return list(found.values())
                polynomial = times({q: Fraction(1)}, base.polynomial)
                strict = base.strict and all(v in positive for v in q)
                found[base.indices, q] = Column(base.indices, q, polynomial, base.equation, strict)
                fresh |= polynomial.keys()
        new = fresh - seen
    return list(found.values())


def _products(facts: dict[int, Fact], factors: int, degree: int) -> list[Column]:
    last = [Column((), (), ONE, False, True)]
    found = list(last)
    signed = [i for i, (sign, _) in facts.items() if sign != "="]
    for _ in range(factors):
        last = [
            Column((*c.indices, i), (), times(c.polynomial, facts[i][1]), False,
                   c.strict and facts[i][0] == ">")
            for c in last
            for i in signed
            if (not c.indices or i >= c.indices[-1])
            and _degree(c.polynomial) + _degree(facts[i][1]) <= degree
        ]  # fmt: skip
        found += last
    return found[:_COLUMNS]


def _not_negative(monomial: Monomial, signs: dict[int, int]) -> bool:
    return all(v in signs or monomial.count(v) % 2 == 0 for v in monomial)


def _quotient(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    left = list(monomial)
    for variable in divisor:
        if variable not in left:
            return None
        left.remove(variable)
    return tuple(left)


def _degree(polynomial: Polynomial) -> int:
    return max(map(len, polynomial), default=0)


def _vertex(columns: list[Column]) -> list[Column]:
    """Return the columns that a vertex of the linear program uses."""
    rows = _rows(columns)
    entries = [(float(v), rows[m], k) for k, c in enumerate(columns)
               for m, v in c.polynomial.items()]  # fmt: skip
    entries += [(1.0, len(rows), k) for k, c in enumerate(columns) if c.strict]
    values, row, column = map(np.array, zip(*entries, strict=True))
    matrix = csc_matrix((values, (row, column)), (len(rows) + 1, len(columns)))
    free = np.flatnonzero([c.equation for c in columns])
    prices = np.array([_PRICE if c.equation else 1.0 + len(c.indices) + len(c.monomial)
                       for c in columns])  # fmt: skip
    right = np.zeros(len(rows) + 1)
    right[-1] = 1.0
    found = linprog(
        np.concatenate([prices, prices[free]]), A_eq=hstack([matrix, -matrix[:, free]]),
        b_eq=right, method="highs-ds", options={"time_limit": 2.0},
    )  # fmt: skip
    if found.status != 0:
        return []
    used = np.flatnonzero(found.x > _SEEN)
    chosen = {int(k if k < len(columns) else free[k - len(columns)]) for k in used}
    return [columns[k] for k in sorted(chosen)]


def _rows(columns: list[Column]) -> dict[Monomial, int]:
    return {m: row for row, m in enumerate({m: None for c in columns for m in c.polynomial})}


def _exact(columns: list[Column]) -> list[Fraction] | None:
    """Return rational weights with ``sum weight * column = 0`` and strict ones adding up to 1."""
    if not columns:
        return None
    rows = _rows(columns)
    matrix: Any = fmpq_mat(len(rows) + 1, len(columns) + 1)
    for k, column in enumerate(columns):
        for monomial, value in column.polynomial.items():
            matrix[rows[monomial], k] = fmpq(value.numerator, value.denominator)
        matrix[len(rows), k] = fmpq(int(column.strict))
    matrix[len(rows), len(columns)] = fmpq(1)
    reduced, rank = matrix.rref()
    weights = [Fraction(0)] * (len(columns) + 1)
    for row in range(rank):
        pivot = next(k for k in range(len(columns) + 1) if reduced[row, k] != 0)
        solved = reduced[row, len(columns)]
        weights[pivot] = Fraction(int(solved.p), int(solved.q))
    return None if weights[-1] else weights[:-1]


def _written(
    facts: dict[int, Fact], signs: dict[int, int], chosen: list[tuple[Column, Fraction]]
) -> dict[str, Any]:
    products: list[Any] = []
    multipliers: dict[int, Polynomial] = {}
    for column, weight in chosen:
        if column.equation:
            multipliers.setdefault(column.indices[0], {})[column.monomial] = weight
            continue
        root: list[int] = []
        indices = list(column.indices)
        for v in sorted(set(column.monomial)):
            power = column.monomial.count(v)
            if v in signs:
                indices += [signs[v]] * power
                weight /= facts[signs[v]][1][(v,)] ** power
            else:
                root += [v] * (power // 2)
        squares = [stored({tuple(root): Fraction(1)})] if root else []
        products.append([str(weight), sorted(indices), squares])
    return {
        "products": products,
        "multiples": [[stored(m), j] for j, m in sorted(multipliers.items())],
    }
