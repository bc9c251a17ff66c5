r"""From the floats of a library to rationals: the exact profile that a rounded one stands for.

The game: the row player picks one of m rows and is paid by A, the column player one of n columns
and is paid by B; at an equilibrium all weight lies on actions that pay most.

An extreme equilibrium is fixed by its supports I and J and the best responses: with payoffs made
positive, y is the one solution of M_RJ w = 1 scaled to sum 1, R a set of best rows that contains as
many independent ones as J has columns, and x likewise. So the floats are used only to say which
actions are used and which pay most; the linear systems are solved in rationals, and the outcome is
kept only if it is an equilibrium, exactly. A library may also stop inside a continuum of a
degenerate game, where the equations leave a choice: the floats then make it. Otherwise the floats
themselves, scaled to sum 1 as the binary fractions that they are, are what is left, with a regret
that is not zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.payoff_tables import (
    ExactProfile,
    ExactVector,
    IntegerMatrix,
)

__all__ = ["exact_profile", "nearest_profile"]

Floats = npt.NDArray[np.float64]

_CLEANING = (0.0, 1e-12, 1e-9, 1e-6)
"""Weights up to this count as rounding errors; tried in this order, since exactness decides."""

_MATCH = 1e-6
"""Largest difference of a probability at which a rational profile is the one meant, for sure."""

_NEARLY_BEST = 1e-9
"""Shortfall, in units of the range of payoffs, up to which an action may be a best response."""


def exact_profile(game: ExactGame, x: Floats, y: Floats) -> ExactProfile | None:
    """Return the equilibrium whose supports the floats show, or None if there is no such.

    Where a rounding error counts as a used action and happens to give another equilibrium, the
    nearest one is returned.

    Examples
    --------
    >>> game = ExactGame.of([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> x, y = exact_profile(game, np.array([0.66667, 0.33333]), np.array([0.33333, 0.66667]))
    >>> print(*x, *y)
    2/3 1/3 1/3 2/3
    """
    return _nearest_exact(game, x, y, inside=False) or _nearest_exact(game, x, y, inside=True)


def _nearest_exact(game: ExactGame, x: Floats, y: Floats, *, inside: bool) -> ExactProfile | None:
    best, distance = None, math.inf
    for smallest in _CLEANING:
        found = _on_supports(game, x, y, smallest, inside=inside)
        if found and (away := _distance(found, x, y)) < distance:
            best, distance = found, away
        if distance <= _MATCH:
            break
    return best


def nearest_profile(game: ExactGame, x: Floats, y: Floats) -> ExactProfile:
    """Return the floats as rationals that sum to 1, cleaned so that the exact regret is least.

    Examples
    --------
    >>> game = ExactGame.of([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> nearest_profile(game, np.array([1.0, 1e-13]), np.array([1.0, 0.0]))[0]
    (Fraction(1, 1), Fraction(0, 1))
    """
    cleaned = [(_cleaned(x, smallest), _cleaned(y, smallest)) for smallest in _CLEANING]
    return min(cleaned, key=lambda profile: game.values(profile).regret)


def _on_supports(
    game: ExactGame, x: Floats, y: Floats, smallest: float, *, inside: bool
) -> ExactProfile | None:
    """Return the equilibrium with weights where the floats are above ``smallest``, if it is one."""
    rows, columns = _used(x, smallest), _used(y, smallest)
    if not rows or not columns:
        return None
    own, other = game.row_table, game.column_table
    weights = _equalising(own.entries, _candidates(rows, own.floats @ y), columns, y, inside)
    answer = _equalising(other.entries, _candidates(columns, other.floats @ x), rows, x, inside)
    if weights and answer and _is_equilibrium(game, (answer, weights)):
        return answer, weights
    return None


def _distance(profile: ExactProfile, x: Floats, y: Floats) -> float:
    """Return the largest difference of a probability."""
    pairs = zip(profile, (x, y), strict=True)
    return float(
        max(np.abs(np.array(exact, dtype=float) - floats).max() for exact, floats in pairs)
    )


def _is_equilibrium(game: ExactGame, profile: ExactProfile) -> bool:
    return all(min(side) >= 0 for side in profile) and game.values(profile).regret == 0


def _used(strategy: Floats, smallest: float) -> list[int]:
    return np.flatnonzero(strategy > smallest).tolist()


def _candidates(used: list[int], pays: Floats) -> list[int]:
    """Return the actions used and then those that pay about as much, best first."""
    near = np.flatnonzero(pays >= pays.max() - _NEARLY_BEST)
    return used + [
        i for i in near[np.argsort(-pays[near], kind="stable")].tolist() if i not in used
    ]


def _equalising(
    table: IntegerMatrix,
    candidates: Sequence[int],
    columns: Sequence[int],
    guess: Floats,
    inside: bool,
) -> ExactVector | None:
    """Return the weights on ``columns`` that make the first independent candidates pay the same.

    If there is more than one solution, None, or ``inside`` a continuum the one like the guess.
    """
    first = _independent([[table[i][j] for i in candidates] for j in columns])
    if len(first) < len(columns) and not inside:
        return None
    weights = _completed(table, [candidates[c] for c in first], columns, guess)
    total = sum(weights.values(), Fraction(0))
    if total <= 0:
        return None
    return tuple(weights.get(j, Fraction(0)) / total for j in range(len(table[0])))


def _completed(
    table: IntegerMatrix, rows: Sequence[int], columns: Sequence[int], guess: Floats
) -> dict[int, Fraction]:
    """Solve M w = 1 on independent rows, with the guess where that leaves a choice."""
    from flint import fmpz_mat

    fixed = [columns[c] for c in _independent([[table[i][j] for j in columns] for i in rows])]
    likely = {j: Fraction(float(guess[j])) for j in columns}
    pay = sum((table[rows[0]][j] * p for j, p in likely.items()), Fraction(0))
    weights = {j: likely[j] / pay for j in columns if j not in fixed}
    rest = [1 - sum((table[i][j] * w for j, w in weights.items()), Fraction(0)) for i in rows]
    unit = math.lcm(*(part.denominator for part in rest))
    size = len(rows)
    square = fmpz_mat(size, size, [table[i][j] for i in rows for j in fixed])
    solution = square.solve(fmpz_mat(size, 1, [int(part * unit) for part in rest])).entries()
    solved = (Fraction(int(w.p), int(w.q)) / unit for w in solution)
    return weights | dict(zip(fixed, solved, strict=True))


def _independent(table: Sequence[Sequence[int]]) -> list[int]:
    """Return the first independent columns of the table."""
    from flint import fmpz_mat

    width = len(table[0])
    reduced, _, rank = fmpz_mat(len(table), width, [e for row in table for e in row]).rref()
    return [next(c for c in range(width) if reduced[r, c] != 0) for r in range(rank)]


def _cleaned(strategy: Floats, smallest: float) -> ExactVector:
    most = strategy.max()
    kept = [Fraction(float(p)) if p > smallest or p == most else Fraction(0) for p in strategy]
    return tuple(p / sum(kept) for p in kept)
