"""Tables of worths by bitmask: how they are read, and sums over all coalitions at once.

Coalition S of players 0, ..., n-1 sits at the index whose bit i is set iff i is in S; index 0 is
nobody, index 2^n - 1 everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.magnitude import LARGEST

__all__ = ["LARGEST_GAME", "coalition_of", "mask_of", "subset_sums", "worth_table"]

Array = npt.NDArray[np.float64]

LARGEST_GAME = 24
"""Most players of a table: 2^24 worths are 134 MB."""

_PLAYERS = Domain(2, LARGEST_GAME, integer=True)
_WORTH = Domain(-LARGEST, LARGEST)


def worth_table(values: Any, players: Any = None) -> Array:
    """Return v by bitmask from an array, a mapping of frozensets, or a function of frozensets.

    Parameters
    ----------
    values : array_like of shape (2^n,), mapping or callable
        A mapping must hold every coalition; nobody may be left out, and is then worth 0.
    players : int, optional
        n, from 2 to 24; needed with a function, otherwise it must agree.

    Raises
    ------
    InputError
        If v(nobody) is not 0, a worth is missing or not a number up to 1e60 in size, or n is wrong.

    Examples
    --------
    >>> worth_table({frozenset({0}): 1, frozenset({1}): 2, frozenset({0, 1}): 4})
    array([0., 1., 2., 4.])
    """
    count = None if players is None else check_number("players", players, _PLAYERS)
    if isinstance(values, Mapping):
        table = _from_mapping(values, count)
    elif callable(values):
        table = _from_function(values, count)
    else:
        table = _from_array(values, count)
    if table[0] != 0:
        raise InputError("values of no players", table[0], "be 0")
    return table


def coalition_of(mask: int) -> frozenset[int]:
    """Return the players of a bitmask.

    Examples
    --------
    >>> sorted(coalition_of(0b1101))
    [0, 2, 3]
    """
    return frozenset(i for i in range(mask.bit_length()) if mask >> i & 1)


def mask_of(coalition: Iterable[Any], players: int) -> int:
    """Return the bitmask of a set of players; :class:`InputError` if one is not in the game."""
    listed = isinstance(coalition, Iterable) and getattr(coalition, "ndim", 1) == 1
    if isinstance(coalition, str | bytes) or not listed:
        raise InputError("coalition", coalition, "be a set of players")
    member = Domain(0, players - 1, integer=True)
    return sum(1 << i for i in {check_number("player of a coalition", i, member)
                                for i in coalition})  # fmt: skip


def subset_sums(weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return sum over i in S of weights[i] for every bitmask S; exact for ints and Fractions.

    Examples
    --------
    >>> subset_sums(np.array([1, 10, 100]))
    array([  0,   1,  10,  11, 100, 101, 110, 111])
    """
    sums = np.zeros((1, *weights.shape[1:]), dtype=weights.dtype)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    return sums


def _from_array(values: Any, players: int | None) -> Array:
    table = check_array("values", values, _WORTH)
    count = table.size.bit_length() - 1
    if table.size != 1 << count or (players is not None and players != count):
        wanted = "2^players" if players is None else f"2^{players}"
        raise InputError("values", f"{table.size} worths", f"have {wanted} entries")
    check_number("players of values", count, _PLAYERS)
    return table


def _from_function(value: Any, players: int | None) -> Array:
    if players is None:
        raise InputError("players", players, "be given with a function of coalitions")
    return np.array([_worth(value(coalition_of(s)), s) for s in range(1 << players)])


def _from_mapping(values: Mapping[Any, Any], players: int | None) -> Array:
    for key in values:
        if not isinstance(key, frozenset):
            raise InputError("every key of values", key, "be a frozenset of players")
    everybody: frozenset[Any] = frozenset().union(*values)
    for member in everybody:
        check_number("every player in values", member, Domain(0, LARGEST_GAME - 1, integer=True))
    found = max(everybody, default=-1) + 1
    if players not in (None, found):
        raise InputError("players", players, f"agree with the players 0 to {found - 1} of values")
    check_number("players of values", found, _PLAYERS)
    missing = [s for s in range(1, 1 << found) if coalition_of(s) not in values]
    if missing:
        raise InputError("values", f"nothing for coalition {sorted(coalition_of(missing[0]))}",
                         "hold the worth of every coalition")  # fmt: skip
    return np.array([_worth(values.get(coalition_of(s), 0.0), s) for s in range(1 << found)])


def _worth(value: Any, mask: int) -> float:
    return float(check_number(f"values of coalition {sorted(coalition_of(mask))}", value, _WORTH))
