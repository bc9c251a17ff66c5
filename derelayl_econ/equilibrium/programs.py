r"""Many small linear programs solved as one, with bounds that do not trust the solver.

The programs of a payoff set are small and many, one for each direction and action profile. Stacked
as the blocks of one sparse program they cost one call of HiGHS.

Outer bounds must hold whatever the solver's tolerances are. For max h w over {H w <= c,
low <= w <= high}, *every* vector y >= 0 gives the upper bound

    y c + sum_j max(r_j low_j, r_j high_j),    r = h - y H

(weak duality over a box; Neumaier and Shcherbina 2004, "Safe bounds in linear and mixed-integer
programming", Math. Program. 99:283). The solver only suggests y; :func:`supports` adds a bound of
the rounding error of this formula, so that the number returned is an upper bound in real numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import block_diag

__all__ = ["mixtures", "rooms", "supports"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_BLOCKS = 256
_TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
_FEASIBLE = 1e-11
_FAR = 8.0
_ROUNDING = 4 * float(np.finfo(np.float64).eps)


def supports(
    directions: Array, bounds: Array, low: Array, objectives: Array
) -> tuple[Array, Array]:
    """Return upper bounds of max h_b w over {directions w <= bounds, low_b <= w <= 1}.

    Parameters
    ----------
    directions, bounds : arrays of shape (L, n), (L,)
        The polytope, inside the unit cube.
    low, objectives : arrays of shape (B, n)
        Lower bounds of w, at most 1, and h_b, one row per program.

    Returns
    -------
    values, points : arrays of shape (B,), (B, n)
        Upper bounds, valid whatever the solver did (inf where it gave up), and near-maximisers.

    Examples
    --------
    >>> square = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> values, _ = supports(square, np.array([0.5, 0.5]), np.zeros((1, 2)), np.ones((1, 2)))
    >>> print(values.round(9))
    [1.]
    """
    parts = [
        _supports(directions, bounds, low[s : s + MOST_BLOCKS], objectives[s : s + MOST_BLOCKS])
        for s in range(0, len(low), MOST_BLOCKS)
    ]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _supports(
    directions: Array, bounds: Array, low: Array, objectives: Array
) -> tuple[Array, Array]:
    count, dimension = low.shape
    limits = np.column_stack([low.ravel(), np.ones(low.size)])
    answer = linprog(
        -objectives.ravel(), block_diag([directions] * count, format="csr"),
        np.tile(bounds, count), bounds=limits, method="highs", options=_TIGHT,
    )  # fmt: skip
    if answer.status != 0:
        return np.full(count, np.inf), np.full(low.shape, np.nan)
    prices = np.maximum(-answer.ineqlin.marginals, 0).reshape(count, -1)
    values = _safe(prices, directions, bounds, objectives, low, np.ones(dimension))
    return values, answer.x.reshape(count, dimension)


def rooms(directions: Array, bounds: Array, thresholds: Array) -> Array:
    """Return upper bounds of the largest t at which all constraints hold with t to spare.

    Parameters
    ----------
    directions, bounds : arrays of shape (L, n), (L,)
        A polytope, perhaps empty, inside the unit cube.
    thresholds : array of shape (B, n)
        Least values of w, at most 1.

    Returns
    -------
    array of shape (B,)
        A negative entry proves that no w in the polytope reaches the threshold; 1 where the solver
        gave up.

    Examples
    --------
    >>> rooms(np.eye(2), np.array([0.5, 0.5]), np.array([[0.25, 0.25], [0.75, 0.0]])).round(9)
    array([ 0.125, -0.125])
    """
    count, dimension = thresholds.shape
    upper = np.column_stack([directions, np.ones(len(directions))])
    lower = np.column_stack([-np.eye(dimension), np.ones(dimension)])
    block = np.concatenate([upper, lower])
    right = np.column_stack([np.tile(bounds, (count, 1)), -thresholds])
    objective = np.append(np.zeros(dimension), 1.0)
    low, high = np.append(np.zeros(dimension), -_FAR), np.ones(dimension + 1)
    answer = linprog(
        np.tile(-objective, count), block_diag([block] * count, format="csr"), right.ravel(),
        bounds=np.tile(np.column_stack([low, high]), (count, 1)), method="highs", options=_TIGHT,
    )  # fmt: skip
    if answer.status != 0:
        return np.ones(count)
    prices = np.maximum(-answer.ineqlin.marginals, 0).reshape(count, -1)
    return _safe(prices, block, right, objective, low, high)


def _safe(prices: Array, rows: Array, right: Array, objectives: Array, low: Array,
          high: Array) -> Array:  # fmt: skip
    """Return the weak-duality bounds plus a bound of their rounding errors; shape (B,)."""
    left = objectives - prices @ rows
    value = (prices * right).sum(axis=1) + np.maximum(left * low, left * high).sum(axis=1)
    size = (prices * (np.abs(right) + np.abs(rows).sum(axis=1))).sum(axis=1)
    terms = rows.shape[0] + rows.shape[1] + 2
    return np.asarray(value + _ROUNDING * terms * (1 + size + np.abs(left).sum(axis=1)))


def mixtures(points: Array, thresholds: Array, objectives: Array) -> Array:
    """Return weights of mixtures of points that reach a threshold and maximise an objective.

    Parameters
    ----------
    points : array of shape (m, n)
    thresholds, objectives : arrays of shape (B, n)
        Mixture b must be at least threshold b, entry by entry.

    Returns
    -------
    array of shape (B, m)
        Non-negative weights with sum 1 up to rounding; a row of NaN where no mixture will do.

    Examples
    --------
    >>> print(mixtures(np.eye(2), np.array([[0.25, 0.25], [0.75, 0.75]]), np.ones((2, 2))
    ...                * [1.0, 0.0]).round(9))
    [[0.75 0.25]
     [ nan  nan]]
    """
    weights = np.full((len(thresholds), len(points)), np.nan)
    for start in range(0, len(thresholds), MOST_BLOCKS):
        rows = np.arange(start, min(start + MOST_BLOCKS, len(thresholds)))
        rows = rows[_reachable(points, thresholds[rows])]
        if rows.size:
            answer = _mix(points, thresholds[rows] - _FEASIBLE, objectives[rows] @ points.T)
            if answer.status == 0:
                weights[rows] = np.maximum(answer.x.reshape(rows.size, -1), 0)
    return weights


def _reachable(points: Array, thresholds: Array) -> Flags:
    count, size = len(thresholds), len(points)
    padded = np.column_stack([points.T, np.ones(points.shape[1])])  # one more weight: the shortfall
    costs = np.tile(np.append(np.zeros(size), -1.0), (count, 1))
    answer = _mix(padded.T, thresholds, costs, free=1)
    if answer.status != 0:
        return np.zeros(count, dtype=np.bool_)
    return np.asarray(answer.x.reshape(count, -1)[:, -1] <= _FEASIBLE)


def _mix(points: Array, thresholds: Array, gains: Array, free: int = 0) -> Any:
    """Maximise gains over weights >= 0; all but the last ``free`` of them sum to 1."""
    count, size = len(thresholds), len(points)
    total = np.append(np.ones(size - free), np.zeros(free))[None, :]
    return linprog(
        -gains.ravel(), block_diag([-points.T] * count, format="csr"), -thresholds.ravel(),
        block_diag([total] * count, format="csr"), np.ones(count), bounds=(0, None),
        method="highs", options=_TIGHT,
    )  # fmt: skip
