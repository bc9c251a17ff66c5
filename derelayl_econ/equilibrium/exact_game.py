r"""A two-player game in exact arithmetic: whole-number tables, and what a profile is worth.

The game: the row player picks row i with probability x_i and is paid x' A y, the column player
picks column j with probability y_j and is paid x' B y. The *regret* of a profile is the larger of
the two players' best gains from deviating alone; it is zero exactly at an equilibrium.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.payoff_tables import (
    ExactMatrix,
    ExactProfile,
    ExactVector,
    IntegerMatrix,
    affine_integers,
    exact_bimatrix,
    transposed,
)
from derelayl_econ.results import frozen_array

__all__ = ["ExactGame", "ProfileValues", "WholeTable"]


@dataclass(frozen=True, eq=False)
class WholeTable:
    """One player's payoffs, own actions as rows: origin + step * entries, entries integers >= 1."""

    entries: IntegerMatrix
    origin: Fraction
    step: Fraction

    @cached_property
    def floats(self) -> npt.NDArray[np.float64]:
        """The payoffs moved into [0, 1], read-only: libraries compare with fixed tolerances."""
        span = max(max(row) for row in self.entries) - 1 or 1
        return frozen_array([[(entry - 1) / span for entry in row] for row in self.entries])

    def sums(self, weights: dict[int, int]) -> list[int]:
        """Return each row's sum of entries times the other's weights."""
        return [sum(row[j] * weight for j, weight in weights.items()) for row in self.entries]


@dataclass(frozen=True)
class ProfileValues:
    """What a profile is worth.

    Attributes
    ----------
    payoffs : tuple of Fraction
        Expected payoffs (money) of row and column player.
    regret : Fraction
        Largest gain (money) from deviating alone.
    crowded : bool
        Whether a strategy has more best responses than it uses actions: the game is degenerate.
    """

    payoffs: tuple[Fraction, Fraction]
    regret: Fraction
    crowded: bool


@dataclass(frozen=True, eq=False)
class ExactGame:
    """Both players' payoffs as rationals.

    Attributes
    ----------
    row_payoffs, column_payoffs : tuple of tuples of Fraction, shape (m, n)

    Examples
    --------
    >>> game = ExactGame.of([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> first = Fraction(1), Fraction(0)
    >>> values = game.values((first, first[::-1]))
    >>> str(values.regret), values.crowded
    ('1', False)
    """

    row_payoffs: ExactMatrix
    column_payoffs: ExactMatrix

    @classmethod
    def of(cls, row_payoffs: Any, column_payoffs: Any) -> ExactGame:
        """Return the game after checking the tables; see :func:`exact_bimatrix`."""
        return cls(*exact_bimatrix(row_payoffs, column_payoffs))

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return len(self.row_payoffs), len(self.row_payoffs[0])

    @cached_property
    def row_table(self) -> WholeTable:
        """The row player's payoffs, shape (m, n)."""
        return WholeTable(*affine_integers(self.row_payoffs))

    @cached_property
    def column_table(self) -> WholeTable:
        """The column player's payoffs, own actions first, shape (n, m)."""
        return WholeTable(*affine_integers(transposed(self.column_payoffs)))

    def values(self, profile: ExactProfile) -> ProfileValues:
        """Return payoffs, regret and the sign of degeneracy of a profile, exactly."""
        x, y = profile
        own, own_gain, own_crowd = _values(self.row_table, x, y)
        other, other_gain, other_crowd = _values(self.column_table, y, x)
        return ProfileValues((own, other), max(own_gain, other_gain), own_crowd or other_crowd)


def _values(
    table: WholeTable, strategy: ExactVector, other: ExactVector
) -> tuple[Fraction, Fraction, bool]:
    """Return the expected payoff, the best gain, and whether best responses are in excess."""
    own, own_unit = _whole(strategy)
    weights, unit = _whole(other)
    sums = table.sums(weights)
    best, mean = max(sums), sum(sums[i] * weight for i, weight in own.items())
    total = own_unit * unit
    payoff = table.origin + table.step * Fraction(mean, total)
    gain = table.step * Fraction(best * own_unit - mean, total)
    return payoff, gain, sums.count(best) > len(weights)


def _whole(strategy: ExactVector) -> tuple[dict[int, int], int]:
    """Return the positive weights as integers, and the unit that they are multiples of 1 over."""
    unit = math.lcm(*(p.denominator for p in strategy))
    return {i: int(p * unit) for i, p in enumerate(strategy) if p}, unit
