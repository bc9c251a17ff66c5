r"""Shapes of a worth function that decide which solutions are safe.

For a table v by bitmask of players 0, ..., n-1:

- *monotone*: v(S + i) >= v(S); nobody does harm.
- *superadditive*: v(S) + v(T) <= v(S and T together) for disjoint S, T; the whole is worth staying
  in, and imputations exist.
- *convex* (Shapley 1971): v(S + i + j) - v(S + j) >= v(S + i) - v(S); the core is not empty and
  holds the Shapley value.
- *symmetric players* i, j: v(S + i) = v(S + j) for every S without both; every solution here pays
  them alike.

Worths are often sums of floats, so each comparison allows ``ROUNDING`` times the largest worth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = [
    "ROUNDING",
    "is_convex",
    "is_monotone",
    "is_superadditive",
    "rounding_of",
    "symmetric_groups",
]

Array = npt.NDArray[np.float64]

ROUNDING = 2.0**-44
"""Relative size of what adding up a few hundred floats may do to a worth."""


def rounding_of(table: Array) -> float:
    """Return the size, in the unit of v, below which differences of worths mean nothing."""
    return ROUNDING * float(np.abs(table).max())


def is_monotone(table: Array) -> bool:
    """Return whether no player ever lowers the worth of a coalition.

    Examples
    --------
    >>> is_monotone(np.array([0.0, 1.0, 1.0, 0.5]))
    False
    """
    slack = rounding_of(table)
    return all(_marginal(table, i).min() >= -slack for i in range(_players(table)))


def is_convex(table: Array) -> bool:
    """Return whether a player is worth no less to a larger coalition.

    Examples
    --------
    >>> is_convex(np.array([0.0, 1.0, 1.0, 3.0])), is_convex(np.array([0.0, 1.0, 1.0, 1.0]))
    (True, False)
    """
    slack, players = rounding_of(table), _players(table)
    return all(
        _marginal(_marginal(table, j), i).min() >= -slack
        for j in range(players)
        for i in range(j)
    )  # fmt: skip


def is_superadditive(table: Array) -> bool:
    """Return whether merging two disjoint coalitions never loses worth; all 3^n pairs are tried.

    Examples
    --------
    >>> is_superadditive(np.array([0.0, 1.0, 1.0, 1.5]))
    False
    """
    slack, last = rounding_of(table), table.size - 1
    # Of two disjoint coalitions S is the one with the lowest player: each pair is tried once.
    return all(
        (table[s | rest] - table[rest]).min() >= table[s] - slack
        for s in range(1, last)
        for rest in [_subsets(last & ~s & ~((s & -s) - 1))]
    )


def symmetric_groups(table: Array) -> tuple[tuple[int, ...], ...]:
    """Return the players in groups that can be exchanged without anybody noticing.

    Examples
    --------
    >>> symmetric_groups(np.array([0.0, 1.0, 1.0, 3.0, 0.0, 1.0, 1.0, 3.0]))
    ((0, 1), (2,))
    """
    groups: list[list[int]] = []
    for player in range(_players(table)):
        for group in groups:
            if _alike(table, group[0], player):  # being alike is transitive
                group.append(player)
                break
        else:
            groups.append([player])
    return tuple(tuple(group) for group in groups)


def _players(table: Array) -> int:
    return table.size.bit_length() - 1


def _marginal(table: Array, player: int) -> Array:
    """Return v(S + i) - v(S) for the sets S without i, i's bit squeezed out."""
    halves = table.reshape(-1, 2, 1 << player)
    return (halves[:, 1] - halves[:, 0]).ravel()


def _alike(table: Array, first: int, second: int) -> bool:
    # The bits of both stand alone in an axis each: [.., second, .., first, ..].
    low, high = sorted((first, second))
    parts = table.reshape(-1, 2, 1 << (high - low - 1), 2, 1 << low)
    return bool(np.abs(parts[:, 1, :, 0] - parts[:, 0, :, 1]).max() <= rounding_of(table))


def _subsets(mask: int) -> npt.NDArray[np.int64]:
    found = np.zeros(1, dtype=np.int64)
    for i in range(mask.bit_length()):
        if mask >> i & 1:
            found = np.concatenate([found, found | 1 << i])
    return found
