r"""Every extreme equilibrium of a small two-player game, in exact rational arithmetic.

The game: the row player picks one of m actions and is paid by A, the column player one of n and is
paid by B. A mixed action x is a best response to y when all its weight lies on rows that maximise
A y; an equilibrium is a pair of mutual best responses.

The method labels the rows 0..m-1 and the columns m..m+n-1. With payoffs shifted to be positive, a
vertex of P = {x >= 0, B^T x <= 1} carries the label of every row it does not use and of every
column that is a best response to it; a vertex of Q = {y >= 0, A y <= 1} carries those of its best
rows and its unused columns. The pairs of vertices other than (0, 0) that carry all labels together
are, after scaling to sum 1, exactly the *extreme* equilibria; every equilibrium is a mixture of
extreme ones, in degenerate games too (Mangasarian 1964; Avis, Rosenberg, Savani and von Stengel
2010, "Enumeration of Nash equilibria for two-player games", Economic Theory 42, section 2).
"""

from __future__ import annotations

import itertools
import math
import numbers
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from derelayl_econ.errors import InputError

__all__ = [
    "LARGEST_GAME",
    "ExactMatrix",
    "ExactProfile",
    "components",
    "exact_bimatrix",
    "extreme_equilibria",
]

ExactVector = tuple[Fraction, ...]
ExactMatrix = tuple[ExactVector, ...]
ExactProfile = tuple[ExactVector, ExactVector]

LARGEST_GAME = 5
"""Most actions per player: the enumeration solves binomial(m + n, m) linear systems."""

_LARGEST_PAYOFF = 10**150


def extreme_equilibria(row_payoffs: Any, column_payoffs: Any) -> tuple[ExactProfile, ...]:
    """Return every extreme equilibrium as a pair of tuples of Fractions.

    Parameters
    ----------
    row_payoffs, column_payoffs : array_like, shape (m, n), m and n at most 5
        Payoffs (money) as ints, Fractions or floats; a float stands for the dyadic rational it is.

    Returns
    -------
    tuple of (x, y)
        In increasing order of x compared from its last action backwards, then of y likewise: with
        two actions, in increasing probability of the second one.

    Raises
    ------
    InputError
        If the matrices are not two equally shaped tables of finite numbers, or too large.

    Examples
    --------
    >>> for x, y in extreme_equilibria([[2, 0], [0, 1]], [[1, 0], [0, 2]]):
    ...     print([str(p) for p in x], [str(p) for p in y])
    ['1', '0'] ['1', '0']
    ['2/3', '1/3'] ['1/3', '2/3']
    ['0', '1'] ['0', '1']
    """
    A, B = exact_bimatrix(row_payoffs, column_payoffs)
    rows, columns = len(A), len(A[0])
    transposed = tuple(zip(*B, strict=True))
    own = _labelled_vertices(transposed, range(rows), range(rows, rows + columns))
    other = _labelled_vertices(A, range(rows, rows + columns), range(rows))
    found = {
        (_scaled(x), _scaled(y))
        for (x, x_labels), (y, y_labels) in itertools.product(own.items(), other.items())
        if len(x_labels | y_labels) == rows + columns and any(x) and any(y)
    }
    return tuple(sorted(found, key=lambda profile: (profile[0][::-1], profile[1][::-1])))


def components(profiles: Sequence[ExactProfile]) -> tuple[tuple[int, ...], ...]:
    """Group extreme equilibria into the connected components of the equilibrium set.

    Two extreme equilibria that share a mixed action are joined by a segment of equilibria; so a
    group of one is an isolated equilibrium and a larger group spans infinitely many.

    Returns
    -------
    tuple of tuples of int
        Indices into ``profiles``, each group ascending, groups by their first member.

    Examples
    --------
    >>> components(extreme_equilibria([[0, 0], [0, 0]], [[0, 0], [0, 0]]))
    ((0, 1, 2, 3),)
    """
    group = list(range(len(profiles)))
    for i, j in itertools.combinations(range(len(profiles)), 2):
        if profiles[i][0] == profiles[j][0] or profiles[i][1] == profiles[j][1]:
            kept, gone = sorted((group[i], group[j]))
            group = [kept if member == gone else member for member in group]
    return tuple(
        tuple(i for i, member in enumerate(group) if member == root) for root in sorted(set(group))
    )


def exact_bimatrix(row_payoffs: Any, column_payoffs: Any) -> tuple[ExactMatrix, ExactMatrix]:
    """Return both payoff tables as nested tuples of Fractions after checking them."""
    A = _exact_matrix("row_payoffs", row_payoffs)
    B = _exact_matrix("column_payoffs", column_payoffs)
    if len(A) != len(B) or len(A[0]) != len(B[0]):
        raise InputError("column_payoffs", f"shape ({len(B)}, {len(B[0])})",
                         f"have the shape of row_payoffs, ({len(A)}, {len(A[0])})")  # fmt: skip
    return A, B


def _exact_matrix(name: str, values: Any) -> ExactMatrix:
    table = values.tolist() if isinstance(values, np.ndarray) else values
    nested = isinstance(table, list | tuple) and all(isinstance(r, list | tuple) for r in table)
    if not nested or not table or len({len(row) for row in table}) != 1 or not table[0]:
        raise InputError(name, values, "be a table of numbers with equally long rows")
    if max(len(table), len(table[0])) > LARGEST_GAME:
        raise InputError(name, f"shape ({len(table)}, {len(table[0])})",
                         f"have at most {LARGEST_GAME} actions per player",
                         hint="Exact enumeration is meant for small games.")  # fmt: skip
    return tuple(tuple(_exact(name, value) for value in row) for row in table)


def _exact(name: str, value: Any) -> Fraction:
    number: Any = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, numbers.Rational) and not _is_bool(number):
        exact = Fraction(int(number.numerator), int(number.denominator))
    elif isinstance(number, float) and math.isfinite(number):
        exact = Fraction(number)
    else:
        raise InputError(f"every entry of {name}", value, "be a finite number")
    if abs(exact) > _LARGEST_PAYOFF:  # sums of larger ones have no float to be reported in
        raise InputError(f"every entry of {name}", value, "be below 1e150 in size")
    return exact


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _labelled_vertices(
    payoffs: ExactMatrix, unused: Sequence[int], best: Sequence[int]
) -> dict[ExactVector, frozenset[int]]:
    """Return the vertices of {z >= 0, M z <= 1} and the labels of their tight constraints."""
    shift = 1 - min(min(row) for row in payoffs)
    M = tuple(tuple(entry + shift for entry in row) for row in payoffs)
    size = len(M[0])
    unit = tuple(tuple(Fraction(i == j) for j in range(size)) for i in range(size))
    constraints = [(label, row, Fraction(0)) for label, row in zip(unused, unit, strict=True)]
    constraints += [(label, row, Fraction(1)) for label, row in zip(best, M, strict=True)]
    vertices: dict[ExactVector, frozenset[int]] = {}
    for chosen in itertools.combinations(constraints, size):
        point = _solve([row for _, row, _ in chosen], [bound for _, _, bound in chosen])
        if point is not None and point not in vertices and _feasible(M, point):
            vertices[point] = frozenset(
                label for label, row, bound in constraints if _dot(row, point) == bound
            )
    return vertices


def _solve(rows: Sequence[ExactVector], bounds: ExactVector | list[Fraction]) -> ExactVector | None:
    """Solve a square system exactly; None if it is singular."""
    from flint import fmpq, fmpq_mat

    def rational(value: Fraction) -> Any:
        return fmpq(value.numerator, value.denominator)

    matrix = fmpq_mat(len(rows), len(rows), [rational(v) for row in rows for v in row])
    try:
        solution = matrix.solve(fmpq_mat(len(rows), 1, [rational(v) for v in bounds]))
    except ZeroDivisionError:  # flint's word for a singular matrix
        return None
    return tuple(Fraction(int(v.p), int(v.q)) for v in solution.entries())


def _feasible(M: ExactMatrix, point: ExactVector) -> bool:
    return min(point) >= 0 and all(_dot(row, point) <= 1 for row in M)


def _dot(left: ExactVector, right: ExactVector) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def _scaled(point: ExactVector) -> ExactVector:
    total = sum(point, Fraction(0))
    return tuple(entry / total for entry in point) if total else point
