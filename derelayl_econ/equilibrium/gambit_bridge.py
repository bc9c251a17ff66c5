"""Gambit's exact enumeration of a small two-player game, where Gambit is installed.

Gambit (https://www.gambit-project.org) is optional: ``pip install 'derelayl_econ[gambit]'``. Its
``enummixed`` lists the extreme equilibria in rational arithmetic and is complete on degenerate
games; it takes seconds at 8 x 8 and cannot be interrupted. Versions 16 and 17 name the class of
games differently.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from derelayl_econ.equilibrium.exact_game import ExactGame, WholeTable
from derelayl_econ.equilibrium.lexicographic import most_vertices
from derelayl_econ.equilibrium.payoff_tables import ExactProfile, ExactVector
from derelayl_econ.errors import InputError

__all__ = ["ask_gambit"]

_MOST_VERTICES = most_vertices(8, 8)


def ask_gambit(game: ExactGame) -> tuple[ExactProfile, ...]:
    """Return Gambit's list of extreme equilibria, as exact fractions.

    Raises
    ------
    InputError
        If Gambit is not installed or the game is larger than about 8 x 8.
    """
    gambit = _gambit()
    shape = game.shape
    if max(most_vertices(*shape), most_vertices(*shape[::-1])) > _MOST_VERTICES:
        raise InputError("row_payoffs", f"shape {shape}", "have about 8 x 8 actions at most",
                         hint='Use method="exact", which is faster.')  # fmt: skip
    own, other = _unit_range(game.row_table), _unit_range(game.column_table).T
    kind = getattr(gambit, "StrategicGame", gambit.Game)  # version 17, version 16
    theirs = kind.from_arrays(own, other)
    row, column = theirs.players
    found = gambit.nash.enummixed_solve(theirs, rational=True).equilibria
    return tuple((_weights(profile, row), _weights(profile, column)) for profile in found)


def _gambit() -> Any:
    try:
        import pygambit
    except ImportError:
        hint = 'Install the extra named gambit, or use method="exact".'
        raise InputError("method", "gambit", "name an installed library", hint=hint) from None
    return pygambit


def _unit_range(table: WholeTable) -> Any:
    """Return the payoffs moved into [0, 1]: with integers beyond 2^30, Gambit 16.7 finds none."""
    span = max(max(row) for row in table.entries) - 1 or 1
    scaled = [[Fraction(entry - 1, span) for entry in row] for row in table.entries]
    return np.array(scaled, dtype=object)


def _weights(profile: Any, player: Any) -> ExactVector:
    return tuple(Fraction(p.numerator, p.denominator) for _, p in profile[player])
