r"""All common zeros of polynomials in Bernstein form inside a simplex (three or four strategies).

Setting: groups of n + 1; x are the shares of d + 1 strategies, and G_i(x) = sum_a multinomial(a; n,
x) g_i(a), i = 1, ..., d, is what strategy i earns more than the last one. The common zeros of G in
the open simplex are the rest points at which all d + 1 strategies are played.

Method: the simplex is cut across its longest edge by de Casteljau's algorithm, whose coefficients
bound G on each piece. A piece is settled when
* some combination of the G_i has coefficients of one certain sign: no zero; or
* the Jacobian, times the inverse M of its mean coefficient, has all its coefficients within
  ||I - M J|| < 9/10 of the identity: then G is one-to-one on the piece, so that it holds at most
  one zero, and Newton's method finds it (or, if it leaves the piece, the piece is cut further).

Guarantee: signs count as certain only beyond a bound on the rounding errors of all convex
combinations made so far, so no piece with a zero is thrown away. The list is complete unless a
piece stays unsettled (a multiple zero, or a zero on or very near the boundary, or a continuum), or
the budget of pieces is used up; then ``complete`` is False. Zeros closer than 1e-8 count as one.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

from derelayl_econ.equilibrium.compositions import compositions

__all__ = ["SimplexZeros", "simplex_zeros"]

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

CUT = 0.484375
"""Where edges are cut: a dyadic number, so that symmetric games have no zero on a cut."""
BUDGET, DEEPEST = 20_000, 90
INJECTIVE, SAME, EDGE, SETTLED = 0.9, 1e-8, 1e-9, 1e-12
_UNIT = 1.2e-16


@dataclass(frozen=True, kw_only=True)
class SimplexZeros:
    """The zeros, shape (number, d + 1), in lexicographic order, and what is guaranteed."""

    points: Array
    complete: bool
    pieces: int


@dataclass(frozen=True, eq=False)
class _Piece:
    corners: Array  # (d + 1, d + 1), rows are shares
    coefficients: Array  # (K, d)
    error: float
    depth: int


def simplex_zeros(values: Array, degree: int, *, budget: int = BUDGET) -> SimplexZeros:
    """Return all common zeros in the open simplex of d polynomials in d + 1 shares.

    Parameters
    ----------
    values : array, shape (K, d)
        Bernstein coefficients g_i(a), the rows a in the order of
        :func:`derelayl_econ.equilibrium.compositions.compositions`.
    degree : int
        n >= 1.
    budget : int
        Most pieces that are looked at.

    Examples
    --------
    >>> zeros = simplex_zeros(np.array([[1, 0], [0, 1], [-1.0, -1.0]]), degree=1)
    >>> zeros.points.round(12), zeros.complete
    (array([[0.33333333, 0.33333333, 0.33333333]]), True)
    """
    parts = values.shape[1] + 1
    if not np.abs(values).max(axis=0).all():  # some G_i vanishes everywhere: a continuum
        return SimplexZeros(points=np.empty((0, parts)), complete=False, pieces=0)
    scaled = values / np.abs(values).max(axis=0)
    system = _System(scaled, degree)
    whole = _Piece(np.eye(parts), scaled, 2 * _UNIT, 0)
    found: list[Array] = []
    todo, pieces, complete = [whole], 0, True
    while todo:
        piece, pieces = todo.pop(), pieces + 1
        if system.excluded(piece):
            continue
        zero = system.only_zero(piece)
        if zero is not None:
            found.append(zero)
        elif piece.depth >= DEEPEST or pieces >= budget:
            complete = False
            if pieces >= budget:
                break
        else:
            todo += system.halves(piece)
    inside = [zero for zero in found if zero.min() > EDGE]
    return SimplexZeros(
        points=_distinct(inside, parts),
        complete=complete and len(inside) == len(found),
        pieces=pieces,
    )


class _System:
    """The polynomials, with what every piece needs."""

    def __init__(self, values: Array, degree: int) -> None:
        self.values, self.degree, self.dimension = values, degree, values.shape[1]
        self.lower = _lower(self.degree, self.dimension + 1)

    def excluded(self, piece: _Piece) -> bool:
        """Whether some G_i, or some combination that undoes the Jacobian, has one certain sign."""
        if _one_sign(piece.coefficients, np.full(self.dimension, piece.error)):
            return True
        inverse = self._inverse(piece)
        if inverse is None:
            return False
        # The products add roundings of their own, a few units of the sums of sizes.
        error = np.abs(inverse).sum(axis=1) * piece.error * 4
        return _one_sign(piece.coefficients @ inverse.T, error)

    def only_zero(self, piece: _Piece) -> Array | None:
        """Return the one zero of the piece if G is one-to-one there and Newton stays inside."""
        inverse = self._inverse(piece)
        if inverse is None:
            return None
        jacobians = self._jacobians(piece)
        products = np.einsum("ij,kjl->kil", inverse, jacobians)
        slack = 8 * self.degree * piece.error * np.abs(inverse).sum(axis=1).max()
        distance = np.abs(np.eye(self.dimension) - products).sum(axis=2).max()
        if not distance + slack < INJECTIVE:
            return None
        return self._newton(piece)

    def halves(self, piece: _Piece) -> list[_Piece]:
        """Cut the longest edge."""
        pairs = list(itertools.combinations(range(self.dimension + 1), 2))
        lengths = [np.abs(piece.corners[i] - piece.corners[j]).max() for i, j in pairs]
        i, j = pairs[int(np.argmax(lengths))]
        middle = (1 - CUT) * piece.corners[i] + CUT * piece.corners[j]
        error = piece.error + 4 * (self.degree + 2) * _UNIT * np.abs(piece.coefficients).max()
        parts = []
        for matrix, replaced in zip(_cut(self.degree, self.dimension + 1, i, j), (j, i),
                                    strict=True):  # fmt: skip
            corners = piece.corners.copy()
            corners[replaced] = middle
            parts.append(_Piece(corners, matrix @ piece.coefficients, error, piece.depth + 1))
        return parts

    def _jacobians(self, piece: _Piece) -> Array:
        """Return the coefficients of dG/d(own barycentric coordinates), shape (K', d, d)."""
        picked = piece.coefficients[self.lower]  # (d + 1, K', d)
        return np.asarray(self.degree * np.moveaxis(picked[1:] - picked[0], 0, 2))

    def _inverse(self, piece: _Piece) -> Array | None:
        mean = self._jacobians(piece).mean(axis=0)
        try:
            inverse = np.asarray(np.linalg.inv(mean))
        except np.linalg.LinAlgError:
            return None
        return inverse if np.isfinite(inverse).all() else None

    def _newton(self, piece: _Piece) -> Array | None:
        """Run Newton's method from the middle; None if it ends outside the piece."""
        x = piece.corners.mean(axis=0)
        for _ in range(30):
            value, slope = self._at(x)
            step = np.linalg.lstsq(slope, -value, rcond=None)[0]
            x = x + np.append(step, -step.sum())
            if np.abs(step).max() < SETTLED:
                own = np.linalg.solve(piece.corners.T, x)
                return x if own.min() > -EDGE else None
        return None

    def _at(self, x: Array) -> tuple[Array, Array]:
        """Return G and dG/dx_1..d (the last share makes up the rest) at x."""
        lower = _monomials(self.degree - 1, x)
        picked = self.values[self.lower]
        ends = np.einsum("k,jki->ji", lower, picked)  # G = sum_j x_j ends_j
        return x @ ends, self.degree * (ends[:-1] - ends[-1]).T


def _one_sign(coefficients: Array, error: Array) -> bool:
    low, high = coefficients.min(axis=0), coefficients.max(axis=0)
    return bool(((low > error) | (high < -error)).any())


def _distinct(points: list[Array], size: int) -> Array:
    kept: list[Array] = []
    for point in points:
        if all(np.abs(point - other).max() > SAME for other in kept):
            kept.append(point)
    kept.sort(key=lambda point: tuple(-point))
    return np.array(kept).reshape(len(kept), size)


@lru_cache(maxsize=16)
def _lower(degree: int, parts: int) -> Rows:
    """Return the places of b + e_j for all compositions b of degree - 1; shape (parts, K')."""
    places = {tuple(row): k for k, row in enumerate(compositions(degree, parts).tolist())}
    below = compositions(degree - 1, parts)
    units = np.eye(parts, dtype=np.int64)
    return np.array([[places[tuple(row)] for row in (below + unit).tolist()] for unit in units])


def _monomials(degree: int, x: Array) -> Array:
    rows = compositions(degree, x.size)
    ways = _ways(degree, x.size)
    return np.asarray(ways * np.prod(np.clip(x, 0, None) ** rows, axis=1))


@lru_cache(maxsize=16)
def _ways(degree: int, parts: int) -> Array:
    rows = compositions(degree, parts).tolist()
    return np.array([
        float(math.factorial(degree) // math.prod(math.factorial(c) for c in row)) for row in rows
    ])  # fmt: skip


@lru_cache(maxsize=64)
def _cut(degree: int, parts: int, i: int, j: int) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return the maps to the coefficients of the two pieces: corner j replaced, corner i replaced.

    A row of coefficients along the edge from i to j is a polynomial in one variable: its left
    coefficients are b_t = sum_s C(t, s) cut^s (1-cut)^(t-s) b_s, and likewise from the right.
    """
    rows = compositions(degree, parts)
    places = {tuple(row): k for k, row in enumerate(rows.tolist())}
    entries: tuple[list[tuple[int, int, float]], ...] = ([], [])
    for k, row in enumerate(rows.tolist()):
        own, other = row[i], row[j]
        for s in range(max(own, other) + 1):
            if s <= other:  # left: the edge's first other steps
                source = row.copy()
                source[i], source[j] = own + other - s, s
                entries[0].append((k, places[tuple(source)], _binomial(other, s)))
            if s <= own:  # right: its last own steps
                source = row.copy()
                source[i], source[j] = own - s, other + s
                entries[1].append((k, places[tuple(source)], _binomial(own, s)))
    left, right = (_matrix(part, rows.shape[0]) for part in entries)
    return left, right


def _binomial(total: int, chosen: int) -> float:
    return math.comb(total, chosen) * CUT**chosen * (1 - CUT) ** (total - chosen)


def _matrix(entries: list[tuple[int, int, float]], size: int) -> sparse.csr_array:
    row, column, value = zip(*entries, strict=True)
    return sparse.csr_array((value, (row, column)), shape=(size, size))
