r"""All rest points of a matrix game, exactly: every support, continua included.

With pairwise payoffs A_ij the rest points whose support is S are the x with x_i > 0 exactly for i
in S, sum x = 1, and (A x)_i the same for all i in S: the relative interior of the polytope

    P_S = {x >= 0, x_i = 0 outside S, sum x = 1, (A x)_i = v for i in S},

or nothing, if no point of P_S is positive on all of S. The corners of P_S are those x for which
the equations, restricted to the support of x, have one solution. So the enumeration of all pairs of
a support S and a corner's support within it, in rationals, finds every rest point: P_S is one point
(isolated within its face) or a continuum, given by its corners. An ESS is never in a continuum
(Haigh 1975, Adv. Appl. Prob. 7:8), so each is decided by
:func:`derelayl_econ.games.evolutionary_stability.is_ess`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

import flint

from derelayl_econ.games.evolutionary_stability import is_ess
from derelayl_econ.games.group_rules import ExactTable, MatrixRule
from derelayl_econ.games.rest_points import RestPoint, RestPoints, rest_point
from derelayl_econ.results import Coverage, Status

__all__ = ["face_corners", "matrix_rest_points"]

Point = tuple[Fraction, ...]


def matrix_rest_points(rule: MatrixRule, names: Sequence[str]) -> RestPoints:
    """Return all rest points of a matrix game, each with its exact ESS test."""
    faces = {
        face: corners
        for face in _subsets(range(rule.size))
        if (corners := face_corners(rule.exact, face)) and _cover(corners) == set(face)
    }
    points = sorted({point for corners in faces.values() for point in corners})
    place = {point: k for k, point in enumerate(points)}
    continua = [tuple(sorted(place[p] for p in corners))
                for corners in faces.values() if len(corners) > 1]  # fmt: skip
    joined = {k for group in continua for k in group}
    return RestPoints(
        equilibria=tuple(_described(rule, names, p, place[p] in joined) for p in points),
        coverage=Coverage.ALL,
        method="all supports, in exact rationals",
        status=Status.CERTIFIED,
        continua=tuple(sorted(continua)),
    )


def face_corners(payoffs: ExactTable, face: tuple[int, ...]) -> tuple[Point, ...]:
    """Return the corners of P_S: states on a face in which all its strategies earn the same.

    Examples
    --------
    >>> rock_paper_scissors = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    >>> [[str(x) for x in point] for point in face_corners(rock_paper_scissors, (0, 1, 2))]
    [['1/3', '1/3', '1/3']]
    """
    found = {
        point
        for support in _subsets(face)
        if (point := _unique(payoffs, face, support)) is not None
    }
    return tuple(sorted(found))


def _described(
    rule: MatrixRule, names: Sequence[str], point: Point, joined: bool
) -> RestPoint:  # fmt: skip
    ess = is_ess(rule.exact, point)
    return rest_point(
        rule, names, [float(share) for share in point], ess=ess,
        stable=True if ess else False if joined else None,
        note=" (corner of a continuum)" if joined else "",
    )  # fmt: skip


def _unique(payoffs: ExactTable, face: tuple[int, ...], support: tuple[int, ...]) -> Point | None:
    """Return the one x > 0 on ``support`` with equal payoffs on ``face``; None if not one."""
    width = len(support) + 2
    rows = [[*(payoffs[i][j] for j in support), Fraction(-1), Fraction(0)] for i in face]
    rows.append([*[Fraction(1)] * len(support), Fraction(0), Fraction(1)])
    entries = [_rational(Fraction(value)) for row in rows for value in row]
    reduced, rank = flint.fmpq_mat(len(rows), width, entries).rref()
    if rank != width - 1 or any(reduced[k, k] != 1 for k in range(rank)):
        return None  # no solution (the last column leads a row), or many
    shares = [Fraction(int(reduced[k, width - 1].p), int(reduced[k, width - 1].q))
              for k in range(len(support))]  # fmt: skip
    if min(shares) <= 0:
        return None
    full = [Fraction(0)] * len(payoffs)
    for strategy, share in zip(support, shares, strict=True):
        full[strategy] = share
    return tuple(full)


def _subsets(items: Iterable[int]) -> list[tuple[int, ...]]:
    pool = tuple(items)
    return [s for size in range(1, len(pool) + 1) for s in itertools.combinations(pool, size)]


def _cover(corners: Sequence[Point]) -> set[int]:
    return {i for point in corners for i, share in enumerate(point) if share > 0}


def _rational(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)
