r"""From the floats of a linear program to an exact optimal pair, by sparse elimination.

The program: minimise c x subject to a_i x + b_i <= 0 (some: = 0), x free. A float solver says which
rows are tight and which prices are not 0. The first independent tight rows, the priced ones first,
fix the point: a_i x = -b_i; and the prices: sum_i lambda_i a_i = -c. Both systems are solved in
rationals, sparsest row first, which on designers' programs (bounds, neighbours) is almost a
substitution. What comes out is a *candidate*: whether it is feasible, with prices of the right
sign, is for :meth:`BoundCertificate.check` to decide.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

from derelayl_econ.design.terms import Convex

__all__ = ["FloatPair", "exact_pair", "float_pair", "solve_sparse"]

Array = npt.NDArray[np.float64]
Row = Mapping[int, Fraction]

_TIGHT = 1e-7
_PRIME = 2**61 - 1  # independence modulo a prime is independence in the rationals
_OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True)
class FloatPair:
    """A point, the prices of the rows and the rows' values, in floats."""

    point: Array
    prices: Array
    values: Array


def matrix(rows: Sequence[Convex], columns: int) -> tuple[Any, Array]:
    """Return the affine parts of the rows as a sparse matrix and constants, in floats.

    Examples
    --------
    >>> table, constants = matrix([Convex({1: Fraction(1, 2)}, Fraction(3))], 2)
    >>> table.toarray(), constants
    (array([[0. , 0.5]]), array([3.]))
    """
    entries = [(i, j, float(s)) for i, row in enumerate(rows) for j, s in row.slopes.items()]
    i, j, values = zip(*entries, strict=True) if entries else ((), (), ())
    shape = (len(rows), columns)
    table = csr_array((np.array(values, dtype=float), (np.array(i, int), np.array(j, int))), shape)
    return table, np.array([float(row.constant) for row in rows])


def float_pair(
    cost: Convex, rows: Sequence[Convex], equations: Sequence[bool], columns: int
) -> FloatPair | None:
    """Solve the linear program in floats; None unless the solver calls it optimal."""
    table, constants = matrix(rows, columns)
    strict = np.asarray(equations, dtype=bool)
    slopes = matrix([cost], columns)[0].toarray()[0]
    size = np.maximum(abs(table).max(axis=1).toarray().ravel() if len(rows) else 1.0, 1e-300)
    scaled = csr_array(table / size[:, None])
    known: dict[str, Any] = {}
    if (~strict).any():
        known |= {"A_ub": scaled[~strict], "b_ub": -(constants / size)[~strict]}
    if strict.any():
        known |= {"A_eq": scaled[strict], "b_eq": -(constants / size)[strict]}
    answer = linprog(slopes, bounds=(None, None), method="highs", options=_OPTIONS, **known)
    if answer.status != 0:
        return None
    prices = np.empty(len(rows))
    prices[~strict], prices[strict] = -answer.ineqlin.marginals, -answer.eqlin.marginals
    return FloatPair(answer.x, prices / size, (table @ answer.x + constants) / size)


def exact_pair(
    cost: Convex, rows: Sequence[Convex], equations: Sequence[bool], columns: int
) -> tuple[list[Fraction], list[Fraction]] | None:
    """Return a rational point and prices of all rows that match the float solution, if they exist.

    Examples
    --------
    >>> x = Convex({0: Fraction(1)})
    >>> point, prices = exact_pair(x, [Fraction(1, 3) - x], [False], 1)
    >>> print(*point, *prices)
    1/3 1
    """
    found = float_pair(cost, rows, equations, columns)
    if found is None:
        return None
    priced = np.abs(found.prices) > _TIGHT * max(1e-300, np.abs(found.prices).max(initial=0.0))
    tight = (found.values > -_TIGHT) | np.asarray(equations, dtype=bool)
    order = np.lexsort((-found.values, ~priced))
    chosen = _independent([(int(i), rows[i].slopes) for i in order if tight[i] or priced[i]])
    point = solve_sparse([rows[i].slopes for i in chosen], [-rows[i].constant for i in chosen])
    by_column: dict[int, dict[int, Fraction]] = {j: {} for j in cost.slopes}
    for i in chosen:
        for j, slope in rows[i].slopes.items():
            by_column.setdefault(j, {})[i] = slope
    right = [-cost.slopes.get(j, Fraction(0)) for j in by_column]
    prices = solve_sparse(list(by_column.values()), right)
    if point is None or prices is None:
        return None
    return (
        [point.get(j, Fraction(float(found.point[j]))) for j in range(columns)],
        [prices.get(i, Fraction(0)) for i in range(len(rows))],
    )


def _independent(rows: Sequence[tuple[int, Row]]) -> list[int]:
    """Return the numbers of the first independent rows, by elimination modulo a prime."""
    pivots: dict[int, dict[int, int]] = {}
    chosen = []
    for number, row in rows:
        rest = {j: s.numerator * pow(s.denominator, -1, _PRIME) % _PRIME for j, s in row.items()}
        rest = {j: value for j, value in rest.items() if value}
        while rest and (first := min(rest)) in pivots:
            factor = rest[first]
            for j, value in pivots[first].items():
                rest[j] = (rest.get(j, 0) - factor * value) % _PRIME
                if not rest[j]:
                    del rest[j]
        if rest:
            scale = pow(rest[first], -1, _PRIME)
            pivots[first] = {j: value * scale % _PRIME for j, value in rest.items()}
            chosen.append(number)
    return chosen


def solve_sparse(rows: Sequence[Row], right: Sequence[Fraction]) -> dict[int, Fraction] | None:
    """Return a solution of the equations in rationals, unknowns left free being absent (= 0).

    None if there is no solution.

    Examples
    --------
    >>> one = Fraction(1)
    >>> found = solve_sparse([{0: one, 1: one}, {0: one, 1: -one}], [3 * one, one])
    >>> print(found[0], found[1])
    2 1
    """
    system = _System(rows, right)
    order = system.eliminate()
    return None if order is None else system.substitute(order)


class _System:
    def __init__(self, rows: Sequence[Row], right: Sequence[Fraction]) -> None:
        from flint import fmpq

        self.rows = [{j: fmpq(s.numerator, s.denominator) for j, s in row.items() if s}
                     for row in rows]  # fmt: skip
        self.right = [fmpq(b.numerator, b.denominator) for b in right]
        self.places: dict[int, set[int]] = defaultdict(set)
        for i, row in enumerate(self.rows):
            for j in row:
                self.places[j].add(i)

    def eliminate(self) -> list[tuple[int, int]] | None:
        """Bring the rows into triangular shape; return (row, unknown) in order of elimination."""
        waiting = [(len(row), i) for i, row in enumerate(self.rows)]
        heapq.heapify(waiting)
        open_rows, order = set(range(len(self.rows))), []
        while waiting:
            length, i = heapq.heappop(waiting)
            if i not in open_rows or length != len(self.rows[i]):
                continue
            open_rows.discard(i)
            if not length:
                if self.right[i] != 0:
                    return None
                continue
            pivot = min(self.rows[i], key=lambda j: len(self.places[j]))
            order.append((i, pivot))
            for j in self.rows[i]:
                self.places[j].discard(i)
            for k in list(self.places[pivot]):
                self._subtract(k, i, pivot)
                heapq.heappush(waiting, (len(self.rows[k]), k))
        return order

    def _subtract(self, k: int, i: int, pivot: int) -> None:
        target, factor = self.rows[k], self.rows[k][pivot] / self.rows[i][pivot]
        for j, value in self.rows[i].items():
            new = target.get(j, 0) - factor * value
            if new == 0:
                target.pop(j, None)
                self.places[j].discard(k)
            else:
                target[j] = new
                self.places[j].add(k)
        self.right[k] -= factor * self.right[i]

    def substitute(self, order: list[tuple[int, int]]) -> dict[int, Fraction]:
        known: dict[int, Any] = {}
        for i, pivot in reversed(order):
            row = self.rows[i]
            rest = sum(
                (v * known[j] for j, v in row.items() if j != pivot and j in known), 0 * row[pivot]
            )
            known[pivot] = (self.right[i] - rest) / row[pivot]
        return {j: Fraction(int(value.p), int(value.q)) for j, value in known.items()}
