r"""Exact arithmetic on coalitions: worths as integers, spans of coalitions, balancing weights.

A coalition S stands for its indicator vector 1_S in R^n. If the payments x(T) of some coalitions T
are settled, x(S) is settled for exactly those S whose 1_S lies in the span of the 1_T. The span is
kept as an integer basis Z of its orthogonal complement: S is in it iff Z 1_S = 0, an integer test
for all 2^n coalitions at once. Worths are floats, taken as the dyadic rationals that they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.ball import integers
from derelayl_econ.games.coalition_tables import subset_sums

__all__ = ["ExactWorths", "Span", "balancing_weights", "settled_point"]

Array = npt.NDArray[np.float64]
Row = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ExactWorths:
    """The worths of a table as integers times one common power of two."""

    table: Array

    @cached_property
    def players(self) -> int:
        """Return n."""
        return self.table.size.bit_length() - 1

    @cached_property
    def _scaled(self) -> tuple[npt.NDArray[np.object_], int]:
        numbers, exponent = integers(self.table)
        shift = max(exponent, 0)
        return np.array([m << shift for m in numbers], dtype=object), 1 << max(-exponent, 0)

    def __getitem__(self, mask: int) -> Fraction:
        return Fraction(float(self.table[mask]))

    @cached_property
    def _relief(self) -> Fraction:
        """What each single must give up for an imputation to exist; 0 or the size of rounding."""
        singles = sum((self[1 << i] for i in range(self.players)), Fraction(0))
        return max(Fraction(0), singles - self[self.table.size - 1]) / self.players

    def floor(self, player: int) -> Fraction:
        """Return the least that an imputation gives to a player: v(i), up to rounding."""
        return self[1 << player] - self._relief

    def excesses(self, point: Sequence[Fraction]) -> tuple[npt.NDArray[np.object_], int]:
        """Return v(S) - x(S) by bitmask as integers, and what to divide them by."""
        numbers, unit = self._scaled
        common = lcm(*(x.denominator for x in point))
        paid = np.array([int(x * common * unit) for x in point], dtype=object)
        return numbers * common - subset_sums(paid), common * unit


@dataclass(frozen=True, eq=False)
class Span:
    """The coalitions whose payments follow from those of the given rows (indicator vectors)."""

    rows: tuple[Row, ...]

    @cached_property
    def blind(self) -> npt.NDArray[np.int64]:
        """Integer basis, shape (n, n - rank), of the directions that the rows do not see."""
        from flint import fmpz_mat

        count = len(self.rows[0])
        kernel, nullity = fmpz_mat(len(self.rows), count,
                                   [e for row in self.rows for e in row]).nullspace()  # fmt: skip
        basis = np.array([[int(e) for e in row] for row in kernel.tolist()], dtype=object)
        basis = basis[:, :nullity]
        for column in basis.T:
            column //= np.gcd.reduce(column) or 1
        # Minors of 0/1 matrices are small (Hadamard), so int64 holds every subset sum.
        return basis.astype(np.int64)

    @property
    def free(self) -> int:
        """Return how many dimensions of payments are not settled yet."""
        return int(self.blind.shape[1])

    @cached_property
    def holds(self) -> npt.NDArray[np.bool_]:
        """Whether each coalition, by bitmask, is settled."""
        return np.asarray(~subset_sums(self.blind).any(axis=1))

    def sees(self, row: Sequence[Any]) -> bool:
        """Return whether a vector (ints or Fractions) lies in the span."""
        return not any((np.array(row, dtype=object) @ self.blind.astype(object)).tolist())

    def extended(self, rows: Sequence[Row]) -> Span:
        """Return the span with those rows added that are new to it."""
        span = self
        for row in rows:
            if not span.sees(row):
                span = Span((*span.rows, row))
        return span


def balancing_weights(
    span: Span, coalitions: Sequence[Row], singles: Sequence[Row], prices: Sequence[float]
) -> list[Fraction] | None:
    """Return exact weights near ``prices`` whose weighted sum of rows lies in the span.

    The weights are >= 0 and those of ``coalitions`` sum to 1. Where the rows depend on each other
    some weights are moved to zero first, after which the others are unique. None if they are not
    >= 0 then: the prices were wrong.
    """
    blind = span.blind.astype(object)
    columns = [[*(np.array(row, dtype=object) @ blind).tolist(), 1] for row in coalitions]
    columns += [[*(np.array(row, dtype=object) @ blind).tolist(), 0] for row in singles]
    kept = _independent(columns, list(prices))
    table = [[columns[c][r] for c in kept] for r in range(span.free + 1)]
    solved = _solution(table, [Fraction(0)] * span.free + [Fraction(1)])
    if solved is None or min(solved) < 0:
        return None
    weights = [Fraction(0)] * len(columns)
    for c, weight in zip(kept, solved, strict=True):
        weights[c] = weight
    return weights


def settled_point(rows: Sequence[Row], totals: Sequence[Fraction]) -> list[Fraction]:
    """Return payments that give each (independent) row its total; unsettled players get 0."""
    point = _solution([list(row) for row in rows], list(totals))
    if point is None:
        raise ArithmeticError("the rows are not independent")
    return point


def _independent(columns: list[list[int]], prices: list[float]) -> list[int]:
    """Return columns that are independent and still balance, leaving out others one by one.

    Along a linear dependence the prices are moved, staying >= 0, until one is zero (Caratheodory).
    """
    kept = list(range(len(columns)))
    while kernel := _dependence([columns[c] for c in kept]):
        if max(kernel) <= 0:
            kernel = [-d for d in kernel]
        step, gone = min((prices[c] / d, c) for c, d in zip(kept, kernel, strict=True) if d > 0)
        for c, d in zip(kept, kernel, strict=True):
            prices[c] -= step * d
        kept.remove(gone)
    return kept


def _dependence(columns: list[list[int]]) -> list[int]:
    """Return integers, not all zero, with which the columns sum to zero; empty if none do."""
    from flint import fmpz_mat

    entries = [column[r] for r in range(len(columns[0])) for column in columns]
    kernel, nullity = fmpz_mat(len(columns[0]), len(columns), entries).nullspace()
    return [int(row[0]) for row in kernel.tolist()] if nullity else []


def _solution(table: list[list[Any]], right: list[Fraction]) -> list[Fraction] | None:
    """Return one solution of a linear system, free unknowns zero; None if there is none."""
    from flint import fmpq, fmpq_mat

    def rational(value: Any) -> Any:
        exact = Fraction(value)
        return fmpq(exact.numerator, exact.denominator)

    width = len(table[0]) + 1
    entries = [rational(e) for row, b in zip(table, right, strict=True) for e in (*row, b)]
    reduced, rank = fmpq_mat(len(table), width, entries).rref()
    solution = [Fraction(0)] * (width - 1)
    for row in reduced.tolist()[:rank]:
        pivot = next(j for j, entry in enumerate(row) if entry != 0)
        if pivot == width - 1:
            return None
        solution[pivot] = Fraction(int(row[-1].p), int(row[-1].q))
    return solution
