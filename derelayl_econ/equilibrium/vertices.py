r"""Every extreme equilibrium of a two-player game, in exact rational arithmetic.

The game: the row player picks one of m actions and is paid by A, the column player one of n and is
paid by B. A mixed action x is a best response to y when all its weight lies on rows that maximise
A y; an equilibrium is a pair of mutual best responses.

The method labels the rows 0..m-1 and the columns m..m+n-1. With payoffs made positive, a vertex of
P = {x >= 0, B^T x <= 1} carries the label of every row it does not use and of every column that is
a best response to it; a vertex of Q = {y >= 0, A y <= 1} carries those of its best rows and its
unused columns. The pairs of vertices other than (0, 0) that carry all labels together are, after
scaling to sum 1, exactly the *extreme* equilibria; every equilibrium is a mixture of extreme ones,
in degenerate games too (Mangasarian 1964; Avis, Rosenberg, Savani and von Stengel 2010,
"Enumeration of Nash equilibria for two-player games", Economic Theory 42, section 2).

The game is *degenerate* if some mixed action has more pure best responses than it uses actions;
then, and only then, some vertex carries more labels than its polytope has dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from derelayl_econ.equilibrium.deadline import FOREVER, Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.lexicographic import (
    VertexList,
    enumerate_vertices,
    most_vertices,
)
from derelayl_econ.equilibrium.payoff_tables import ExactProfile, ExactVector
from derelayl_econ.errors import InputError

__all__ = [
    "MOST_NEIGHBOURS",
    "ExtremeEquilibria",
    "check_enumerable",
    "completely_labelled",
    "enumerable",
    "extreme_equilibria",
    "find_extreme_equilibria",
    "ones",
    "profile_order",
]

MOST_NEIGHBOURS = 300_000
"""Exact enumeration is offered while no polytope can have more vertices than this, counted once for
each neighbour: up to 12 x 12 actions, 8 x 15, 4 x 32 or 2 x 104."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ExtremeEquilibria:
    """Extreme equilibria with the vertices that they are made of.

    Attributes
    ----------
    profiles : tuple of (x, y)
        In the order of :func:`profile_order`.
    labels : tuple of (int, int)
        Labels of x and of y, as bits, per profile.
    row_bases, column_bases : dict of int to int
        Labels of each basis of the perturbed P and Q -> labels of the vertex it tends to.
    degenerate : bool or None
        None if the deadline came before that was decided.
    complete : bool
        Whether these are all.
    """

    profiles: tuple[ExactProfile, ...]
    labels: tuple[tuple[int, int], ...]
    row_bases: dict[int, int]
    column_bases: dict[int, int]
    degenerate: bool | None
    complete: bool


def extreme_equilibria(row_payoffs: Any, column_payoffs: Any) -> tuple[ExactProfile, ...]:
    """Return every extreme equilibrium as a pair of tuples of Fractions.

    Parameters
    ----------
    row_payoffs, column_payoffs : array_like, shape (m, n), such as 12 x 12 or smaller
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
    game = ExactGame.of(row_payoffs, column_payoffs)
    check_enumerable(*game.shape)
    return find_extreme_equilibria(game, FOREVER).profiles


def enumerable(rows: int, columns: int) -> bool:
    """Return whether exact enumeration is offered for games of this shape.

    Examples
    --------
    >>> enumerable(12, 12), enumerable(13, 13), enumerable(4, 28)
    (True, False, True)
    """
    neighbours = rows * most_vertices(rows, columns), columns * most_vertices(columns, rows)
    return max(neighbours) <= MOST_NEIGHBOURS


def check_enumerable(rows: int, columns: int) -> None:
    """Raise :class:`InputError` for games too large for exact enumeration."""
    if not enumerable(rows, columns):
        raise InputError("row_payoffs", f"shape ({rows}, {columns})",
                         "be small enough for exact enumeration, such as 12 x 12",
                         hint='Use method="lemke_howson" for one equilibrium.')  # fmt: skip


def find_extreme_equilibria(game: ExactGame, deadline: Deadline) -> ExtremeEquilibria:
    """Return every extreme equilibrium, or those met before the deadline.

    Examples
    --------
    >>> flat = ExactGame.of([[1, 1], [0, 0]], [[1, 1], [0, 0]])
    >>> found = find_extreme_equilibria(flat, Deadline.after(60))
    >>> len(found.profiles), found.degenerate, found.complete
    (2, True, True)
    """
    rows, columns = game.shape
    own = enumerate_vertices(game.column_table.entries, deadline.half())
    other = _relabelled(enumerate_vertices(game.row_table.entries, deadline), columns, rows)
    pairs = completely_labelled(list(own.points), list(other.points), rows + columns)
    found = sorted(
        (((own.points[x], other.points[y]), (x, y)) for x, y in pairs),
        key=lambda item: profile_order(item[0]),
    )
    complete = own.complete and other.complete
    crowded = _crowded(own, rows) or _crowded(other, columns)
    return ExtremeEquilibria(
        profiles=tuple(profile for profile, _ in found),
        labels=tuple(labels for _, labels in found),
        row_bases=own.bases,
        column_bases=other.bases,
        degenerate=crowded if crowded or complete else None,
        complete=complete,
    )


def profile_order(profile: tuple[Sequence[Any], Sequence[Any]]) -> tuple[Any, Any]:
    """Return the sort key: x from its last action backwards, then y likewise."""
    return profile[0][::-1], profile[1][::-1]


def _relabelled(found: VertexList, columns: int, rows: int) -> VertexList:
    """Turn the bits of Q's variables, columns first, into labels, rows first."""

    def labels(bits: int) -> int:
        return (bits >> columns) | ((bits & ((1 << columns) - 1)) << rows)

    bases = {labels(basis): labels(tight) for basis, tight in found.bases.items()}
    points: dict[int, ExactVector] = {labels(bits): p for bits, p in found.points.items()}
    return VertexList(bases=bases, points=points, complete=found.complete)


def _crowded(found: VertexList, dimension: int) -> bool:
    return any(labels.bit_count() > dimension for labels in found.points)


def completely_labelled(
    own: Sequence[int], other: Sequence[int], labels: int
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of label sets, as bits, that together carry all labels.

    Examples
    --------
    >>> list(completely_labelled([0b01, 0b11], [0b00, 0b10], 2))
    [(1, 2), (3, 0), (3, 2)]
    """
    carriers = [
        sum(1 << place for place, bits in enumerate(other) if bits >> label & 1)
        for label in range(labels)
    ]
    for bits in own:
        partners = (1 << len(other)) - 1
        for label in range(labels):
            if not bits >> label & 1:
                partners &= carriers[label]
        yield from ((bits, other[place]) for place in ones(partners))


def ones(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, in increasing order."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
