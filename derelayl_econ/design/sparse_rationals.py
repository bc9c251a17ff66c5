"""Sparse systems of linear equations in rationals: independent rows, and a solution."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

__all__ = ["independent_rows", "solve_sparse"]

Row = Mapping[int, Fraction]

_PRIME = 2**61 - 1  # independence modulo a prime is independence in the rationals


def independent_rows(rows: Sequence[tuple[int, Row]]) -> list[int]:
    """Return the numbers of the first independent rows, by elimination modulo a prime.

    Examples
    --------
    >>> one = Fraction(1)
    >>> independent_rows([(7, {0: one}), (8, {0: 2 * one}), (9, {1: one})])
    [7, 9]
    """
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
