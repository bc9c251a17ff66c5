r"""Exact coins for the states of a machine, near those that floats suggest.

A row of coins is a list of (next state, probability), the probabilities rational with sum 1. Floats
say which states to mix and roughly how; where an incentive just binds, roughly is not enough. Three
ways to a rational row, each right somewhere:

- :func:`dyadic` rounds: good wherever the incentive has room;
- :func:`simple` takes fractions of small numbers: often right if discount and payoffs are such;
- :func:`matching` assumes that the *payoffs* of the states are fractions of small numbers (corners
  of the set of feasible payoffs above the minmax, say) and solves for the coins, which then are
  not.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.stage_game import StageGame

__all__ = ["Row", "dyadic", "matching", "simple"]

Array = npt.NDArray[np.float64]
Row = tuple[tuple[int, Fraction], ...]

_BITS, _DENOMINATOR = 44, 10_000
_USED = 1e-9


def dyadic(weights: Array) -> Row:
    """Return weights rounded to multiples of 2^-44, with sum exactly 1.

    Examples
    --------
    >>> dyadic(np.array([0.75, 0.0, 0.25]))
    ((0, Fraction(3, 4)), (2, Fraction(1, 4)))
    """
    counts = [int(w) for w in np.rint(np.ldexp(weights, _BITS))]
    counts[int(np.argmax(weights))] += 2**_BITS - sum(counts)
    return tuple((s, Fraction(count, 2**_BITS)) for s, count in enumerate(counts) if count)


def simple(weights: Array) -> Row:
    """Return fractions with denominators up to 10000 near the weights, with sum exactly 1.

    Examples
    --------
    >>> simple(np.array([1 / 3, 0.0, 2 / 3]))
    ((0, Fraction(1, 3)), (2, Fraction(2, 3)))
    """
    shares = [Fraction(float(w)).limit_denominator(_DENOMINATOR) for w in weights]
    shares[int(np.argmax(weights))] += 1 - sum(shares)
    return tuple((s, share) for s, share in enumerate(shares) if share)


def matching(
    game: StageGame, discount: Fraction, profiles: Sequence[int], weights: Array, payoffs: Array
) -> list[Row] | None:
    """Return coins that pay exactly the simple fractions near ``payoffs``; None if there are none.

    Parameters
    ----------
    profiles : sequence of int, shape (m,)
        Each state's profile.
    weights : array of shape (m, m)
        Row s says which states follow s.
    payoffs : array of shape (m, n)
        Average payoffs (money) of the states, about.

    Examples
    --------
    >>> game = StageGame([[(5, 5), (2, 7)], [(6, 5), (0, 0)]])
    >>> follow = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.5, 0.5]])
    >>> matching(game, Fraction(1, 2), [2, 0, 2], follow, np.array([[6.0, 5], [5.5, 5], [6, 5]]))
    [((2, Fraction(1, 1)),), ((2, Fraction(1, 1)),), ((1, Fraction(0, 1)), (2, Fraction(1, 1)))]
    """
    exact = [[Fraction(float(v)).limit_denominator(_DENOMINATOR) for v in row] for row in payoffs]
    rows: list[Row] = []
    for s, profile in enumerate(profiles):
        after = [
            (value - (1 - discount) * own) / discount
            for value, own in zip(exact[s], game.exact_payoffs[profile], strict=True)
        ]
        used = np.flatnonzero(weights[s] > _USED).tolist()
        shares = _mixture([exact[k] for k in used], after)
        if shares is None or min(shares) < 0:
            return None
        rows.append(tuple(zip(used, shares, strict=True)))
    return rows


def _mixture(points: list[list[Fraction]], target: list[Fraction]) -> list[Fraction] | None:
    """Return the weights with sum 1 that mix ``points`` to ``target`` exactly, if unique."""
    from flint import fmpq, fmpq_mat

    columns = [[*point, Fraction(1)] for point in [*points, target]]
    entries: list[Any] = [
        fmpq(value.numerator, value.denominator) for row in zip(*columns, strict=True)
        for value in row
    ]  # fmt: skip
    reduced, rank = fmpq_mat(len(target) + 1, len(columns), entries).rref()
    if rank != len(points) or any(reduced[i, i] != 1 for i in range(rank)):
        return None
    last = len(points)
    return [Fraction(int(reduced[i, last].p), int(reduced[i, last].q)) for i in range(rank)]
