r"""All vertices of a polytope, exactly: integer pivoting on a lexicographically perturbed copy.

The polytope: {z in R^d : z >= 0, M z <= 1} with k rows of positive integers M, so it is bounded and
contains a neighbourhood of 0 in the orthant. With slacks s = 1 - M z it has d + k variables, of
which those equal to zero at a point are its *tight* ones. At a degenerate vertex more than d are
tight, and walking along edges could run in circles or branch endlessly.

The remedy (Dantzig, Orden and Wolfe 1955; in this use Avis 2000, "A revised implementation of the
reverse search vertex enumeration algorithm", section 3): the right-hand side of row i becomes
1 + e^i for an infinitely small e > 0, compared lexicographically. The perturbed polytope is simple:
each vertex is given by exactly one *basis*, named here by its d variables at zero, and has exactly
d neighbours, one for each of them that is let go. Its graph is connected (Balinski 1961), so
walking from z = 0 to every neighbour not seen before meets every basis. Letting e -> 0 sends the
bases onto the vertices of the polytope itself, and every vertex is met. There are at most as many
bases as a simple polytope with d + k facets has vertices (McMullen 1970; :func:`most_vertices`),
however degenerate the polytope: 660 for d = k = 8.

Numbers stay integral: a tableau is its basis' determinant times the rational one (Edmonds 1967;
Bareiss 1968), and the determinant divides every difference of products that a pivot forms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from derelayl_econ.equilibrium.deadline import Deadline
from derelayl_econ.equilibrium.payoff_tables import ExactVector, IntegerMatrix

__all__ = ["VertexList", "enumerate_vertices", "most_vertices"]


@dataclass(frozen=True, kw_only=True, eq=False)
class VertexList:
    """Vertices of {z >= 0, M z <= 1}, and the bases that lead to them.

    Variables are bits: coordinate i is bit i, the slack of row i is bit d + i.

    Attributes
    ----------
    bases : dict of int to int
        Variables at zero in each basis of the perturbed polytope -> tight variables of its vertex.
    points : dict of int to tuple of Fraction, shape (d,)
        Tight variables of each vertex -> the vertex scaled to sum 1; the origin is left out.
    complete : bool
        False if the deadline came first; what is listed then are vertices all the same.
    """

    bases: dict[int, int]
    points: dict[int, ExactVector]
    complete: bool


def most_vertices(dimension: int, rows: int) -> int:
    """Return the largest number of vertices that the polytope can have (McMullen 1970).

    Examples
    --------
    >>> most_vertices(8, 8), most_vertices(12, 12), most_vertices(2, 100)
    (660, 24752, 102)
    """
    low, high = dimension // 2, (dimension - 1) // 2
    facets = dimension + rows
    return math.comb(facets - high - 1, low) + math.comb(facets - low - 1, high)


def enumerate_vertices(M: IntegerMatrix, deadline: Deadline) -> VertexList:
    """Return every vertex of {z >= 0, M z <= 1}, or those met before the deadline.

    Parameters
    ----------
    M : tuple of tuples of int, shape (k, d)
        Positive integers.

    Examples
    --------
    >>> found = enumerate_vertices(((2, 1), (1, 2)), Deadline.after(60))
    >>> for tight, point in sorted(found.points.items()):
    ...     print(f"{tight:04b}", *point)
    0110 1 0
    1001 0 1
    1100 1/2 1/2
    """
    start = _Tableau.at_origin(M)
    bases: dict[int, int] = {start.zeros: start.tight}
    points: dict[int, ExactVector] = {}
    pending = [(start, step) for step in start.steps()]
    while pending:
        tableau, step = pending.pop()
        if step.zeros in bases:
            continue
        if deadline.passed:
            return VertexList(bases=bases, points=points, complete=False)
        tableau = tableau.pivot(step)
        bases[step.zeros] = tight = tableau.tight
        if tight not in points:
            points[tight] = tableau.point()
        pending += [(tableau, step) for step in tableau.steps() if step.zeros not in bases]
    return VertexList(bases=bases, points=points, complete=True)


class _Step(NamedTuple):
    """A pivot to a neighbour: the row that leaves, the column that enters, the basis it gives."""

    row: int
    column: int
    zeros: int


@dataclass(frozen=True, slots=True)
class _Tableau:
    """scale * basic[i] + sum_j rows[i][j] * zero[j] = rows[i][-1], with scale > 0.

    Only the columns of the variables at zero are kept: those of the basic ones are unit vectors.
    """

    rows: list[list[int]]
    scale: int
    basic: list[int]
    zero: list[int]
    zeros: int

    @classmethod
    def at_origin(cls, M: IntegerMatrix) -> _Tableau:
        size = len(M[0])
        return cls(
            rows=[[*row, 1] for row in M],
            scale=1,
            basic=list(range(size, size + len(M))),
            zero=list(range(size)),
            zeros=(1 << size) - 1,
        )

    @property
    def tight(self) -> int:
        at_bound = (v for v, row in zip(self.basic, self.rows, strict=True) if row[-1] == 0)
        return self.zeros + sum(1 << variable for variable in at_bound)

    def point(self) -> ExactVector:
        """Return the coordinates scaled to sum 1."""
        heights = dict(zip(self.basic, (row[-1] for row in self.rows), strict=True))
        values = [heights.get(variable, 0) for variable in range(len(self.zero))]
        total = sum(values)
        return tuple(Fraction(value, total) for value in values)

    def steps(self) -> Iterator[_Step]:
        """Yield the pivot to each of the d neighbours."""
        for column, entering in enumerate(self.zero):
            row = self.leaving_row(column)
            yield _Step(row, column, self.zeros - (1 << entering) + (1 << self.basic[row]))

    def leaving_row(self, column: int) -> int:
        """Return the row that first reaches zero when the column's variable grows.

        The row minimises right-hand side / entry over positive entries; ties are broken by the
        coefficients of the perturbation, row after row. No tie survives all of them.
        """
        rows = self.rows
        tied = [i for i, row in enumerate(rows) if row[column] > 0]
        tied = _smallest_ratio(tied, [row[-1] for row in rows], column, rows)
        slack = len(self.zero)
        while len(tied) > 1:
            tied = _smallest_ratio(tied, self._perturbation(slack), column, rows)
            slack += 1
        return tied[0]

    def _perturbation(self, slack: int) -> list[int]:
        """Return each row's coefficient of the slack's e: its column of the full tableau."""
        if slack in self.zero:
            at = self.zero.index(slack)
            return [row[at] for row in self.rows]
        return [self.scale * (variable == slack) for variable in self.basic]

    def pivot(self, step: _Step) -> _Tableau:
        row, column, zeros = step
        pivot_row, scale = self.rows[row], self.scale
        rows = [_eliminated(other, pivot_row, column, scale) for other in self.rows]
        rows[row] = list(pivot_row)
        rows[row][column] = scale
        basic, zero = list(self.basic), list(self.zero)
        basic[row], zero[column] = zero[column], basic[row]
        return _Tableau(rows, pivot_row[column], basic, zero, zeros)


def _eliminated(row: list[int], pivot_row: list[int], column: int, scale: int) -> list[int]:
    factor, entry = row[column], pivot_row[column]
    if factor == 0:
        return row if entry == scale else [value * entry // scale for value in row]
    result = [
        (value * entry - factor * other) // scale
        for value, other in zip(row, pivot_row, strict=True)
    ]
    result[column] = -factor
    return result


def _smallest_ratio(
    tied: Sequence[int], numerators: Sequence[int], column: int, rows: Sequence[list[int]]
) -> list[int]:
    """Return those of the tied rows whose numerator over (positive) entry is smallest."""
    best = [tied[0]]
    for i in tied[1:]:
        left = numerators[i] * rows[best[0]][column]
        right = numerators[best[0]] * rows[i][column]
        if left < right:
            best = [i]
        elif left == right:
            best.append(i)
    return best
