r"""All partitions of a few players, and which of them nobody wants to leave.

A *partition* puts every player into one coalition. It is given by labels: label[i] is the number of
i's coalition, coalitions being numbered in the order of their lowest players. There are Bell(n) of
them: 5, 15, 52, 203, 877, 4140 for n = 3, ..., 8.

In a hedonic game each player i ranks the coalitions it may belong to; rank[S, i] is the place of S
in i's order (0 is best, equals share a place). A partition is

- *core stable* if no coalition S *blocks* it: all members of S strictly better off together than
  where they are;
- *individually stable* if there is no *deviation*: a player strictly better off in another
  coalition of the partition, or alone, none of whose members is worse off for it.

Ranks are integers, so these tests involve no rounding. Source: Bogomolnaia and Jackson 2002, Games
and Economic Behavior 38:201.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["blocking_coalitions", "coalitions_by_player", "deviations", "partitions"]

Ints = npt.NDArray[np.int64]


@cache
def partitions(players: int) -> Ints:
    """Return the labels of all partitions, shape (Bell(n), n), in lexicographic order.

    Examples
    --------
    >>> partitions(3)
    array([[0, 0, 0],
           [0, 0, 1],
           [0, 1, 0],
           [0, 1, 1],
           [0, 1, 2]])
    """
    labels = np.zeros((1, 1), dtype=np.int64)
    for _ in range(players - 1):
        choices = labels.max(axis=1) + 2  # join one of the coalitions, or found a new one
        rows = np.repeat(labels, choices, axis=0)
        starts = np.repeat(np.cumsum(choices) - choices, choices)
        labels = np.column_stack([rows, np.arange(len(rows)) - starts])
    labels.setflags(write=False)
    return labels


def coalitions_by_player(labels: Ints) -> Ints:
    """Return the bitmask of each player's coalition, shape like ``labels``.

    Examples
    --------
    >>> coalitions_by_player(np.array([[0, 1, 0]]))
    array([[5, 2, 5]])
    """
    together = labels[:, :, None] == labels[:, None, :]
    return np.asarray(together @ (1 << np.arange(labels.shape[1])))


def blocking_coalitions(rank: Ints, labels: Ints) -> Ints:
    """Return for each partition a coalition (bitmask) that blocks it, 0 if there is none.

    Parameters
    ----------
    rank : ndarray of int, shape (2^n, n)
        Place of coalition S in i's order; anything where i is not in S.
    labels : ndarray of int, shape (P, n)
    """
    now = _own_ranks(rank, labels)
    found = np.zeros(len(labels), dtype=np.int64)
    for mask in range(1, len(rank)):
        members = _members(mask)
        gains = (rank[mask, members] < now[:, members]).all(axis=1)
        found[gains & (found == 0)] = mask
    return found


def deviations(rank: Ints, labels: Ints) -> tuple[Ints, Ints]:
    """Return for each partition a player who deviates and the coalition joined (itself included).

    The player is -1 and the coalition 0 where nobody deviates. Parameters as
    :func:`blocking_coalitions`.
    """
    now, welcome = _own_ranks(rank, labels), _welcome(rank)
    own = coalitions_by_player(labels)
    mover = np.full(len(labels), -1)
    joined = np.zeros(len(labels), dtype=np.int64)
    for player in range(labels.shape[1]):
        bit = 1 << player
        alone = np.full(len(labels), bit)
        # The coalition of every other player, and the empty one, with this player in it.
        for target in (alone, *(own[:, other] | bit for other in range(labels.shape[1]))):
            moves = welcome[target, player] & (rank[target, player] < now[:, player])
            moves &= (mover < 0) & (target != own[:, player])
            mover[moves], joined[moves] = player, target[moves]
    return mover, joined


def _own_ranks(rank: Ints, labels: Ints) -> Ints:
    return rank[coalitions_by_player(labels), np.arange(labels.shape[1])]


def _welcome(rank: Ints) -> npt.NDArray[np.bool_]:
    """Return whether the others of S, without i, are no worse off with i in it."""
    welcome = np.zeros(rank.shape, dtype=np.bool_)
    for mask in range(1, len(rank)):
        for player in _members(mask):
            rest = mask & ~(1 << player)
            others = _members(rest)
            welcome[mask, player] = (rank[mask, others] <= rank[rest, others]).all()
    return welcome


def _members(mask: int) -> list[int]:
    return [i for i in range(mask.bit_length()) if mask >> i & 1]
