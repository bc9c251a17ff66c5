r"""The stage game of a repeated game, in exact numbers.

*Players* 1, ..., n each pick one of finitely many *actions*, at once; profile a pays g_i(a). Player
i's *best deviation* from a pays d_i(a) = max over own actions b of g_i(b, a_-i); a profile with
g(a) = d(a) is a pure *equilibrium*. Player i's pure *minmax* is the least d_i(a): the others, in
pure actions, cannot hold i down further. What a repeated game is built on are these three tables.

Payoffs are kept as the rational numbers they are (a float is a dyadic rational), because in a
repeated game one discount can be the very place where the set of equilibrium payoffs jumps. For the
linear programs each player's payoffs are mapped onto [0, 1], which changes no equilibrium and makes
every tolerance a share of that player's range.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.equilibrium.bimatrix import solve_bimatrix
from derelayl_econ.equilibrium.pure_certificate import ProfileCertificate
from derelayl_econ.equilibrium.vertices import enumerable
from derelayl_econ.errors import InputError
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, frozen_array

__all__ = ["MOST_PLAYERS", "MOST_PROFILES", "StageGame", "as_money", "as_shares"]

Array = npt.NDArray[np.float64]
Exact = tuple[tuple[Fraction, ...], ...]

MOST_PLAYERS, MOST_PROFILES = 5, 1024
_MONEY = Domain(-1e150, 1e150)


@dataclass(frozen=True, eq=False)
class StageGame:
    """A finite game in which all move at once.

    Parameters
    ----------
    payoffs : array_like, shape (actions of player 1, ..., actions of player n, n)
        ``payoffs[a][i]`` is g_i(a) (money): ints, Fractions, or floats, taken at face value.

    Raises
    ------
    InputError
        If it is no such table of finite numbers, or has more than 5 players or 1024 profiles.

    Examples
    --------
    >>> dilemma = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
    >>> dilemma.players, dilemma.actions, dilemma.minmax
    (2, (2, 2), (3.0, 3.0))
    >>> [e.strategy for e in dilemma.pure_equilibria()]
    [(1, 1)]
    """

    payoffs: Any
    exact_payoffs: Exact = field(init=False, repr=False)
    """g(a) by profile, the last player's action changing fastest; shape (profiles, n)."""

    def __post_init__(self) -> None:
        table = _exact_table("payoffs", self.payoffs)
        _check_shape(table.shape)
        rows = table.reshape(-1, table.shape[-1]).tolist()
        object.__setattr__(self, "exact_payoffs", tuple(tuple(row) for row in rows))
        object.__setattr__(self, "payoffs", frozen_array(table))

    @classmethod
    def bimatrix(cls, row_payoffs: Any, column_payoffs: Any) -> StageGame:
        """Return the two-player game in which the row player is paid by the first table.

        Examples
        --------
        >>> StageGame.bimatrix([[2, 0], [3, 1]], [[2, 3], [0, 1]]).actions
        (2, 2)
        """
        row = _exact_table("row_payoffs", row_payoffs)
        column = _exact_table("column_payoffs", column_payoffs)
        if row.shape != column.shape or row.ndim != 2:
            raise InputError("column_payoffs", f"shape {column.shape}",
                             f"have the shape of row_payoffs, {row.shape}, a table")  # fmt: skip
        return cls(np.stack([row, column], axis=-1))

    @classmethod
    def public_good(cls, contribute: Any, ride: Any) -> StageGame:
        """Return the symmetric game with actions 0 (contribute) and 1 (ride).

        Parameters
        ----------
        contribute, ride : array_like, shape (n,)
            J(k) and A(k): payoffs (money) of either action when k others contribute.

        Examples
        --------
        >>> game = StageGame.public_good(contribute=[-1, 1, 3], ride=[0, 2, 4])
        >>> game.payoffs[0, 0, 1]
        array([1., 1., 4.])
        """
        trains = check_array("contribute", contribute, _MONEY)
        rides = check_array("ride", ride, _MONEY)
        if trains.shape != rides.shape or not 2 <= trains.size <= MOST_PLAYERS:
            raise InputError("ride", f"{rides.size} entries beside {trains.size} of contribute",
                             f"have as many, 2 to {MOST_PLAYERS}")  # fmt: skip
        n = trains.size
        payoffs = np.empty((*(2,) * n, n))
        for profile in itertools.product((0, 1), repeat=n):
            others = profile.count(0) - 1
            payoffs[profile] = [trains[others] if a == 0 else rides[others + 1] for a in profile]
        return cls(payoffs)

    @property
    def players(self) -> int:
        """Number n of players."""
        return int(self.payoffs.shape[-1])

    @property
    def actions(self) -> tuple[int, ...]:
        """Numbers of actions."""
        return tuple(self.payoffs.shape[:-1])

    @cached_property
    def profiles(self) -> tuple[tuple[int, ...], ...]:
        """Action profiles, in the order of ``exact_payoffs``."""
        return tuple(itertools.product(*(range(count) for count in self.actions)))

    @cached_property
    def exact_deviations(self) -> Exact:
        """d(a) by profile: what each player's best deviation from it pays; shape (profiles, n)."""
        best: dict[tuple[Any, ...], Fraction] = {}
        for profile, pay in zip(self.profiles, self.exact_payoffs, strict=True):
            for i, value in enumerate(pay):
                key = (i, _without(profile, i))
                best[key] = max(best.get(key, value), value)
        return tuple(
            tuple(best[i, _without(profile, i)] for i in range(self.players))
            for profile in self.profiles
        )

    @cached_property
    def exact_minmax(self) -> tuple[Fraction, ...]:
        """Pure minmax payoffs; shape (n,)."""
        return tuple(min(column) for column in zip(*self.exact_deviations, strict=True))

    @property
    def minmax(self) -> tuple[float, ...]:
        """Least payoffs (money) to which pure actions of the others can hold each player."""
        return tuple(float(value) for value in self.exact_minmax)

    def pure_equilibria(self) -> EquilibriumSet:
        """Return all pure equilibria; ``strategy`` is the tuple of actions."""
        table = dict(zip(self.profiles, self.exact_payoffs, strict=True))
        found = tuple(
            Equilibrium(
                strategy=profile,
                payoff=tuple(map(float, pay)),
                regret=0.0,
                certificate=ProfileCertificate(payoffs=table, profile=profile),
            )
            for profile, pay, best in zip(
                self.profiles, self.exact_payoffs, self.exact_deviations, strict=True
            )
            if pay == best
        )
        return EquilibriumSet(equilibria=found, coverage=Coverage.ALL,
                              method="every profile checked for every deviation")  # fmt: skip

    def equilibria(self) -> EquilibriumSet:
        """Return all equilibria of a small two-player game, else the pure ones.

        For two players with up to 12 actions each, see coverage and components of
        :func:`~derelayl_econ.equilibrium.bimatrix.solve_bimatrix`; else coverage is "some".
        """
        if self.players == 2 and enumerable(*self.actions):
            row, column = (self._table(i) for i in range(2))
            return solve_bimatrix(row, column)
        pure = self.pure_equilibria()
        return EquilibriumSet(equilibria=pure.equilibria, coverage=Coverage.SOME,
                              method=f"pure equilibria only: {pure.method}")  # fmt: skip

    def _table(self, player: int) -> list[list[Fraction]]:
        entries = iter(pay[player] for pay in self.exact_payoffs)
        return [[next(entries) for _ in range(self.actions[1])] for _ in range(self.actions[0])]

    @cached_property
    def origin(self) -> tuple[Fraction, ...]:
        """Each player's least payoff, mapped to 0."""
        return tuple(min(column) for column in zip(*self.exact_payoffs, strict=True))

    @cached_property
    def scale(self) -> tuple[Fraction, ...]:
        """Each player's range of payoffs, mapped to 1 (1 for a player who always gets the same)."""
        highest = (max(column) for column in zip(*self.exact_payoffs, strict=True))
        return tuple(h - o or Fraction(1) for h, o in zip(highest, self.origin, strict=True))


def as_shares(game: StageGame, payoffs: Sequence[Sequence[Fraction]]) -> Array:
    """Return payoffs, shape (k, n), as shares of the players' ranges."""
    ruler = tuple(zip(game.origin, game.scale, strict=True))
    return np.array(
        [[float((v - o) / s) for v, (o, s) in zip(row, ruler, strict=True)] for row in payoffs]
    )


def as_money(game: StageGame, shares: Array) -> Array:
    """Return payoffs (money) for shares of the players' ranges; the inverse of ``as_shares``."""
    origin, scale = (np.array([float(v) for v in row]) for row in (game.origin, game.scale))
    return np.asarray(origin + scale * shares)


def _without(profile: tuple[int, ...], player: int) -> tuple[int, ...]:
    return profile[:player] + profile[player + 1 :]


def _exact_table(name: str, values: Any) -> npt.NDArray[Any]:
    table = np.array(values, dtype=object)
    if table.size == 0 or table.size > MOST_PLAYERS * MOST_PROFILES:
        raise InputError(name, f"{table.size} numbers",
                         f"be a table of 1 to {MOST_PLAYERS * MOST_PROFILES} numbers")  # fmt: skip
    for place, value in np.ndenumerate(table):
        table[place] = _exact(name, value)
    return table


def _exact(name: str, value: Any) -> Fraction:
    number = check_number(f"every entry of {name}", value, _MONEY)
    return Fraction(value) if isinstance(value, int | Fraction) else Fraction(number)


def _check_shape(shape: tuple[int, ...]) -> None:
    players = shape[-1] if shape else 0
    if len(shape) != players + 1 or not 2 <= players <= MOST_PLAYERS:
        raise InputError("payoffs", f"shape {shape}",
                         f"have one axis per player and a last one of as many entries, for 2 to "
                         f"{MOST_PLAYERS} players")  # fmt: skip
    if np.prod(shape[:-1]) > MOST_PROFILES:
        raise InputError("payoffs", f"{np.prod(shape[:-1])} profiles",
                         f"have at most {MOST_PROFILES} profiles")  # fmt: skip
