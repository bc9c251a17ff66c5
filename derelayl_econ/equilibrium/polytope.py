r"""Polytopes in a few dimensions, flat ones included: directions, facets, corners.

A polytope is given from outside by directions h_l and bounds c_l, {x : h_l x <= c_l for all l}, or
from inside by points. Payoff sets of repeated games may be segments or points, where qhull gives
up; here the flat directions are split off first, and qhull sees the rest.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.spatial import ConvexHull, HalfspaceIntersection, QhullError

__all__ = ["corners", "distances", "extreme", "lattice_directions", "normals", "towards", "unseen"]

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

FLAT = 1e-7
"""Thinner polytopes, in the unit cube, count as flat for the choice of directions and corners.

Only where bounds are drawn depends on it, never whether they hold.
"""
_SAME, _ALIKE = 1e-9, 1e-6
_MEETING = 1e-8


def lattice_directions(dimension: int, reach: int = 1) -> Array:
    """Return unit vectors along all lattice points in [-reach, reach]^n; shape (L, n).

    They contain the axes and do not change if the axes are exchanged.

    Examples
    --------
    >>> [len(lattice_directions(n)) for n in (2, 3, 4)]
    [8, 26, 80]
    """
    steps = itertools.product(range(-reach, reach + 1), repeat=dimension)
    primitive = [step for step in steps if math.gcd(*step) == 1]
    vectors = np.array(primitive, dtype=np.float64)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def unseen(candidates: Array, known: Array) -> Array:
    """Return the unit vectors among ``candidates`` that are not in ``known``, each once."""
    fresh: list[Array] = []
    for vector in candidates:
        others = np.concatenate([known, *(each[None, :] for each in fresh)])
        if np.abs(others - vector).max(axis=1).min() > _ALIKE:
            fresh.append(vector)
    return np.array(fresh).reshape(-1, known.shape[1])


def normals(points: Array) -> Array:
    """Return the outward unit normals of the convex hull of ``points``; shape (F, n).

    Of a flat hull: those of its facets within its affine hull, and both signs of a basis of the
    directions in which it is flat.

    Examples
    --------
    >>> sorted(normals(np.array([[0.0, 0.0], [1.0, 1.0]])).round(3).tolist())
    [[-0.707, -0.707], [-0.707, 0.707], [0.707, -0.707], [0.707, 0.707]]
    """
    centre, along, across = _frame(points)
    flat = [across, -across]
    if len(along) == 1:
        return np.concatenate([*flat, along, -along])
    if len(along) > 1:
        hull = _hull((points - centre) @ along.T)[0]
        facets = np.unique(hull.equations[:, :-1].round(12), axis=0)
        flat.append(facets / np.linalg.norm(facets, axis=1, keepdims=True) @ along)
    return np.concatenate(flat)


def extreme(points: Array) -> tuple[Indices, Array]:
    """Return the points that span the hull (up to ``FLAT``), and a direction best at each alone.

    Returns
    -------
    indices, aims : arrays of shape (K,), (K, n)
        Ascending indices, and unit vectors inside the normal cones (zero for a single point).

    Examples
    --------
    >>> indices, aims = extreme(np.array([[0.0, 0.0], [3.0, 4.0], [1.5, 2.0]]))
    >>> print(indices, aims.round(9).tolist())
    [0 1] [[-0.6, -0.8], [0.6, 0.8]]
    """
    centre, along, _ = _frame(points)
    if len(along) == 0:
        return np.zeros(1, dtype=np.int64), np.zeros((1, points.shape[1]))
    inner = (points - centre) @ along.T
    if len(along) == 1:
        ends = np.array([inner[:, 0].argmin(), inner[:, 0].argmax()], dtype=np.int64)
        order = np.argsort(ends)
        return ends[order], np.concatenate([-along, along])[order]
    hull, kept = _hull(inner)
    vertices = hull.vertices[np.argsort(kept[hull.vertices])]
    aims = np.array([
        hull.equations[(hull.simplices == vertex).any(axis=1), :-1].mean(axis=0)
        for vertex in vertices
    ])  # fmt: skip
    return kept[vertices], aims / np.linalg.norm(aims, axis=1, keepdims=True) @ along


def towards(points: Array, directions: Array, bounds: Array) -> Array:
    """Return the unit vectors between the directions whose bounds meet at each of ``points``."""
    tight = bounds - points @ directions.T < _MEETING
    sums = tight @ directions
    lengths = np.linalg.norm(sums, axis=1)
    return np.asarray(sums[lengths > _SAME] / lengths[lengths > _SAME, None])


def corners(directions: Array, bounds: Array) -> Array:
    """Return the corners of {x : directions x <= bounds}; shape (K, n), anticlockwise if n = 2.

    Parameters
    ----------
    directions, bounds : arrays of shape (L, n), (L,)
        Unit vectors that bound a non-empty polytope of about unit size.

    Examples
    --------
    >>> square = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    >>> print(corners(square, np.array([1.0, 2, 0, 0])).round(9) + 0)
    [[0. 0.]
     [1. 0.]
     [1. 2.]
     [0. 2.]]
    """
    centre, radius = _centre(directions, bounds)
    if radius > FLAT:
        body = np.column_stack([directions, -bounds])
        found = HalfspaceIntersection(body, centre).intersections
        return _ordered(_distinct(found))
    return _ordered(_flat_corners(directions, bounds, centre))


def distances(points: Array, targets: Array) -> Array:
    """Return how far targets are from the convex hull of points, in the largest coordinate.

    Parameters
    ----------
    points, targets : arrays of shape (m, n), (k, n)
        m >= 1.

    Examples
    --------
    >>> print(distances(np.eye(2), np.array([[0.5, 0.5], [1.0, 1.0]])).round(9) + 0)
    [0.  0.5]
    """
    ones = np.ones((points.shape[1], 1))
    table = np.block([[points.T, -ones], [-points.T, -ones]])
    total = np.append(np.ones(len(points)), 0.0)
    found = []
    for target in targets:
        limits = np.concatenate([target, -target])
        answer = linprog(1 - total, table, limits, total[None, :], [1.0], method="highs")
        found.append(float(answer.fun) if answer.status == 0 else np.inf)
    return np.array(found)


def _flat_corners(directions: Array, bounds: Array, centre: Array) -> Array:
    """Return the corners of a polytope that is thin in the directions with little room."""
    room = bounds - directions @ centre
    opposite = directions @ directions.T < -1 + _SAME
    width = np.where(opposite, room[:, None] + room[None, :], np.inf).min(axis=1)
    thin = directions[width < 10 * FLAT]
    _, sizes, basis = np.linalg.svd(thin, full_matrices=True)
    along = basis[int((sizes > FLAT).sum()) :]
    if not len(thin) or not len(along):
        return centre[None, :]
    slopes = directions @ along.T
    steep = np.linalg.norm(slopes, axis=1) > 1e-3
    lengths = np.linalg.norm(slopes[steep], axis=1)
    slopes, limits = slopes[steep] / lengths[:, None], np.maximum(room[steep], 0) / lengths
    if len(along) == 1:
        ends = np.array([-limits[slopes[:, 0] < 0].min(), limits[slopes[:, 0] > 0].min()])
        return np.asarray(centre + _distinct(ends[:, None]) @ along)
    return np.asarray(centre + corners(slopes, limits) @ along)


def _centre(directions: Array, bounds: Array) -> tuple[Array, float]:
    """Return the centre and radius of a largest ball inside (radius below 0: slightly empty)."""
    dimension = directions.shape[1]
    table = np.column_stack([directions, np.ones(len(directions))])
    objective = np.append(np.zeros(dimension), -1.0)
    limits = [(None, None)] * dimension + [(None, 1.0)]
    solution = linprog(objective, table, bounds, bounds=limits, method="highs").x
    return solution[:-1], float(solution[-1])


def _hull(points: Array) -> tuple[ConvexHull, Indices]:
    """Return the hull of points that differ by more than qhull can bear, and which they are."""
    _, kept = np.unique((points / _SAME).round(), axis=0, return_index=True)
    chosen = np.sort(kept).astype(np.int64)
    try:
        return ConvexHull(points[chosen]), chosen
    except QhullError:  # nearly flat facets: joggled points have a hull as good for drawing it
        return ConvexHull(points[chosen], qhull_options="QJ"), chosen


def _frame(points: Array) -> tuple[Array, Array, Array]:
    """Return the mean, and orthonormal rows along and across the affine hull of ``points``."""
    centre = points.mean(axis=0)
    _, sizes, basis = np.linalg.svd(points - centre, full_matrices=True)
    rank = int((sizes > FLAT).sum())
    return centre, basis[:rank], basis[rank:]


def _distinct(points: Array) -> Array:
    kept: list[Array] = []
    for point in points[np.lexsort(points.T)]:
        if all(np.abs(point - other).max() > 1e-8 for other in kept):
            kept.append(point)
    return np.array(kept)


def _ordered(points: Array) -> Array:
    if points.shape[1] != 2 or len(points) < 3:
        return points
    around = points - points.mean(axis=0)
    order = np.argsort(np.arctan2(around[:, 1], around[:, 0]), kind="stable")
    return np.roll(points[order], -int(np.lexsort(points[order].T)[0]), axis=0)
