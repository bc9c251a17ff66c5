r"""Linear programs by pivoting in rational numbers, from whatever basis a float solver suggests.

The program (:class:`~derelayl_econ.equilibrium.linear_data.LinearProgram`) gets one *slack*
per row, A x + s = b with s >= 0 on the first rows and s = 0 on the others. A *basis* is as many
independent columns of [A I] as there are rows; its variables follow from the others, which stay at
one of their ends (or at 0 where they have none).

1. *Feasible?* While a basic variable is beyond an end, the first such is exchanged for the first
   other variable that can pull it back. If there is none, its row, as prices, is a proof that
   nothing is feasible.
2. *Optimal?* While moving a nonbasic variable lowers the cost, the first such moves until it or a
   basic variable meets an end. If none does, the direction is a ray.

Taking the first in order (Bland 1977, Mathematics of Operations Research 2:103; for 1: Dutertre and
de Moura 2006, CAV, LNCS 4144:81) rules out cycles, so both loops end, however degenerate the
program. A good first basis is right at once: then no pivot is made and only systems are solved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

from derelayl_econ.equilibrium.linear_certificate import (
    ImprovingRay,
    InfeasiblePrices,
    OptimalPair,
)
from derelayl_econ.equilibrium.linear_data import LinearProgram, dot

__all__ = ["TooManyPivotsError", "independent_columns", "pivot"]

_PRIME = 2**61 - 1  # independence modulo a prime is independence in the rationals


class TooManyPivotsError(Exception):
    """The budget of pivots is spent."""


def pivot(
    program: LinearProgram, order: Sequence[int], at_high: frozenset[int], most_pivots: int
) -> OptimalPair | InfeasiblePrices | ImprovingRay:
    """Solve the program.

    Parameters
    ----------
    program : LinearProgram
    order : sequence of int
        All variables, slacks last numbered, the likeliest to be basic first.
    at_high : frozenset of int
        Variables that start at their upper end if they are not basic.
    most_pivots : int

    Raises
    ------
    TooManyPivotsError

    Examples
    --------
    >>> one = Fraction(1)  # minimise -x subject to x <= 1, x >= 0
    >>> program = LinearProgram((-one,), ((one,),), (one,), 1, (Fraction(0),), (None,))
    >>> str(pivot(program, [1, 0], frozenset(), 10).value)
    '-1'
    """
    tableau = _Tableau(program, independent_columns(program, order), most_pivots)
    tableau.place(at_high)
    prices = tableau.make_feasible()
    if prices is not None:
        return InfeasiblePrices(program=program, prices=prices)
    ray = tableau.make_optimal()
    point = tableau.point()
    if ray is not None:
        return ImprovingRay(program=program, point=point, ray=ray)
    return OptimalPair(
        program=program, point=point, prices=tableau.prices(), value=dot(program.cost, point)
    )


def independent_columns(program: LinearProgram, order: Sequence[int]) -> list[int]:
    """Return the first independent columns of [A I] in the order given; as many as rows.

    Examples
    --------
    >>> one = Fraction(1)
    >>> program = LinearProgram((one, one), ((one, one), (one, one)), (one, one), 0,
    ...                         (None, None), (None, None))
    >>> independent_columns(program, [0, 1, 2, 3])
    [0, 2]
    """
    from flint import nmod_mat

    size = len(program.rows)
    if size == 0:
        return []
    whole = [_whole(program, j) for j in order]
    entries = [column[i] % _PRIME for i in range(size) for column in whole]
    reduced, rank = nmod_mat(size, len(order), entries, _PRIME).rref()
    table: list[list[Any]] = reduced.tolist()
    return [order[next(c for c in range(len(order)) if table[i][c] != 0)] for i in range(rank)]


def _whole(program: LinearProgram, j: int) -> list[int]:
    """Return column j of [A I], scaled to integers."""
    variables = len(program.cost)
    if j >= variables:
        return [int(i == j - variables) for i in range(len(program.rows))]
    column = [row[j] for row in program.rows]
    unit = lcm(*(entry.denominator for entry in column))
    return [entry.numerator * (unit // entry.denominator) for entry in column]


@dataclass(eq=False)
class _Tableau:
    program: LinearProgram
    basis: list[int]
    budget: int
    values: list[Any] = field(default_factory=list)  # of all variables, as fmpq

    def __post_init__(self) -> None:
        from flint import fmpq_mat

        program, zero = self.program, Fraction(0)
        self.variables, self.size = len(program.cost), len(program.rows)
        strict = self.size - program.inequalities
        highs = [None] * program.inequalities + [zero] * strict
        self.low = [_rational(end) for end in (*program.low, *([zero] * self.size))]
        self.high = [_rational(end) for end in (*program.high, *highs)]
        entries = [_rational(entry) for row in program.rows for entry in row]
        self.table = fmpq_mat(self.size, self.variables, entries)
        self.right = fmpq_mat(self.size, 1, [_rational(b) for b in program.right])
        self.cost = [_rational(c) for c in (*program.cost, *([zero] * self.size))]

    def place(self, at_high: frozenset[int]) -> None:
        """Put the nonbasic variables at an end, and the basic ones where they must be."""
        zero = _rational(Fraction(0))
        for j, (low, high) in enumerate(zip(self.low, self.high, strict=True)):
            first, second = (high, low) if j in at_high else (low, high)
            self.values.append(first if first is not None else second)
            if self.values[j] is None or j in self.basis:
                self.values[j] = zero
        if self.size:
            known = self.values.copy()
            for j in self.basis:
                known[j] = zero
            rest = self.right - self._times(known)
            for j, value in zip(self.basis, self._square().solve(rest).entries(), strict=True):
                self.values[j] = value

    def make_feasible(self) -> tuple[Fraction, ...] | None:
        """Pivot until all variables are within their ends; return prices if that cannot be."""
        while True:
            beyond = [j for j in self.basis if self._beyond(j)]
            if not beyond:
                return None
            leaving = min(beyond)
            low, high = self.low[leaving], self.high[leaving]
            rises = low is not None and self.values[leaving] < low
            weights = self._solved_row(leaving)
            entering = self._helper(self._along(weights), rises)
            if entering is None:
                return tuple(_fraction(-w if rises else w) for w in weights.entries())
            slopes = self._slopes(entering)
            target = low if rises else high
            step = (target - self.values[leaving]) / slopes[leaving]
            self._move(entering, slopes, step)
            self._exchange(leaving, entering)

    def make_optimal(self) -> tuple[Fraction, ...] | None:
        """Pivot until no move lowers the cost; return a ray if one lowers it for ever."""
        while True:
            entering = self._improving()
            if entering is None:
                return None
            j, sign = entering
            slopes = {k: sign * slope for k, slope in self._slopes(j).items()} | {j: sign}
            limits = [
                ((end - self.values[k]) / slope, k)
                for k, slope in slopes.items()
                if slope != 0 and (end := self._end(k, slope > 0)) is not None
            ]
            if not limits:
                return tuple(_fraction(slopes.get(k, 0)) for k in range(self.variables))
            step, leaving = min(limits)
            self._move(j, slopes, step * sign, scaled=step)
            if leaving != j:
                self._exchange(leaving, j)

    def point(self) -> tuple[Fraction, ...]:
        return tuple(_fraction(value) for value in self.values[: self.variables])

    def prices(self) -> tuple[Fraction, ...]:
        return tuple(_fraction(y) for y in self._prices())

    def _beyond(self, j: int) -> bool:
        low, high, value = self.low[j], self.high[j], self.values[j]
        return (low is not None and value < low) or (high is not None and value > high)

    def _end(self, j: int, upper: bool) -> Any:
        return self.high[j] if upper else self.low[j]

    def _can(self, j: int, rise: bool) -> bool:
        end = self._end(j, rise)
        return end is None or (self.values[j] < end if rise else self.values[j] > end)

    def _helper(self, row: list[Any], rises: bool) -> int | None:
        """Return the first nonbasic variable whose move takes the row's basic one the way asked."""
        for j, entry in enumerate(row):
            if j not in self.basis and entry != 0 and self._can(j, (entry < 0) == rises):
                return j
        return None

    def _improving(self) -> tuple[int, int] | None:
        """Return the first nonbasic variable whose move lowers the cost, and which way."""
        known = self._along(self._prices_column())
        for j, (cost, priced) in enumerate(zip(self.cost, known, strict=True)):
            reduced = cost - priced
            if j not in self.basis and reduced != 0 and self._can(j, reduced < 0):
                return j, 1 if reduced < 0 else -1
        return None

    def _square(self) -> Any:
        from flint import fmpq_mat

        columns = [self._column(j) for j in self.basis]
        return fmpq_mat(self.size, self.size, [c[i] for i in range(self.size) for c in columns])

    def _column(self, j: int) -> list[Any]:
        if j < self.variables:
            return [self.table[i, j] for i in range(self.size)]
        return [int(i == j - self.variables) for i in range(self.size)]

    def _times(self, values: list[Any]) -> Any:
        """Return [A I] times the values."""
        from flint import fmpq_mat

        slacks = fmpq_mat(self.size, 1, values[self.variables :])
        return self.table * fmpq_mat(self.variables, 1, values[: self.variables]) + slacks

    def _along(self, weights: Any) -> list[Any]:
        """Return weights' [A I]."""
        return [*(weights.transpose() * self.table).entries(), *weights.entries()]

    def _slopes(self, j: int) -> dict[int, Any]:
        """Return what each basic variable does per unit of the nonbasic variable j."""
        from flint import fmpq_mat

        if not self.size:
            return {}
        solved = self._square().solve(fmpq_mat(self.size, 1, self._column(j))).entries()
        return {k: -slope for k, slope in zip(self.basis, solved, strict=True)}

    def _solved_row(self, j: int) -> Any:
        from flint import fmpq_mat

        unit = [int(k == j) for k in self.basis]
        return self._square().transpose().solve(fmpq_mat(self.size, 1, unit))

    def _prices_column(self) -> Any:
        from flint import fmpq_mat

        column = fmpq_mat(self.size, 1, [self.cost[k] for k in self.basis])
        return self._square().transpose().solve(column) if self.size else column

    def _prices(self) -> list[Any]:
        return list(self._prices_column().entries())

    def _move(self, j: int, slopes: dict[int, Any], step: Any, scaled: Any = None) -> None:
        along = step if scaled is None else scaled
        for k, slope in slopes.items():
            if k != j:
                self.values[k] += slope * along
        self.values[j] += step

    def _exchange(self, leaving: int, entering: int) -> None:
        if self.budget == 0:
            raise TooManyPivotsError
        self.budget -= 1
        self.basis[self.basis.index(leaving)] = entering


def _rational(value: Fraction | None) -> Any:
    from flint import fmpq

    return None if value is None else fmpq(value.numerator, value.denominator)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q)) if hasattr(value, "p") else Fraction(int(value))
