"""The most profitable division of one leg: a grid, then transfers between the parts.

A division of a leg into m parts is a point of the simplex. All divisions into positive multiples of
1/``units`` are tried; from the best of them, amounts are moved from one part to another while that
pays, in steps that are halved down to 2^-8 of the grid's. What is returned is thus never worse than
the best division *on the grid*: a lower bound on what splitting can win.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt

__all__ = ["best_division", "grid_divisions"]

Array = npt.NDArray[np.float64]
Profit = Callable[[Array], float]

_HALVINGS = 8


def grid_divisions(parts: int, units: int) -> Iterator[Array]:
    """Yield all divisions into positive multiples of 1/units; equal parts first.

    Examples
    --------
    >>> [division.tolist() for division in grid_divisions(2, 4)]
    [[0.5, 0.5], [0.25, 0.75], [0.5, 0.5], [0.75, 0.25]]
    """
    yield np.full(parts, 1 / parts)
    for cuts in combinations(range(1, units), parts - 1):
        yield np.diff([0, *cuts, units]) / units


def best_division(
    profit: Profit, parts: int, units: int, tolerance: float = 0.0
) -> tuple[Array, float]:
    """Return the best division found, and its profit; gains below ``tolerance`` are no gains.

    Examples
    --------
    >>> division, value = best_division(lambda x: -abs(x[0] - 0.3), 2, 4)
    >>> division.round(3), bool(value > -1e-3)
    (array([0.3, 0.7]), True)
    """
    best, most = np.full(parts, 1 / parts), -np.inf
    for division in grid_divisions(parts, units):
        value = profit(division)
        if value > most + tolerance:
            best, most = division, value
    step = 1 / units
    for _ in range(_HALVINGS):
        step /= 2
        best, most = _transfers(profit, best, most, step, tolerance)
    return best, most


def _transfers(
    profit: Profit, best: Array, most: float, step: float, tolerance: float
) -> tuple[Array, float]:
    """Move ``step`` from one part to another as long as that pays."""
    improved = True
    while improved:
        improved = False
        for giver, taker in permutations(range(best.size), 2):
            if best[giver] <= step:
                continue
            moved = best.copy()
            moved[giver] -= step
            moved[taker] += step
            value = profit(moved)
            if value > most + tolerance:
                best, most, improved = moved, value, True
    return best, most
