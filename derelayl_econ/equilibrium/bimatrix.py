r"""All equilibria of a small two-player game, each with an exact certificate.

The game: the row player picks row i with probability x_i and is paid x' A y, the column player
picks column j with probability y_j and is paid x' B y. A best response maximises the own payoff
given the other's mixed action; an equilibrium is a pair of mutual best responses; its *regret* is
the larger of the two players' best gains from deviating alone, zero exactly at an equilibrium.

:func:`solve_bimatrix` finds every extreme equilibrium in exact rationals
(:mod:`derelayl_econ.equilibrium.vertices`), proves each by the best-response conditions, and asks
Nashpy for a second opinion; where the two disagree the exact list stands and the disagreement is
shown. In degenerate games equilibria form continua: the list then holds their corners and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import PROBABILITY, check_array
from derelayl_econ.equilibrium.nashpy_bridge import NashpyAnswer, ask_nashpy
from derelayl_econ.equilibrium.vertices import (
    ExactMatrix,
    ExactProfile,
    components,
    exact_bimatrix,
    extreme_equilibria,
)
from derelayl_econ.errors import InputError
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, Status, frozen_array

__all__ = ["BimatrixCertificate", "BimatrixEquilibria", "bimatrix_regret", "solve_bimatrix"]

METHOD = "exact vertex enumeration (Avis et al. 2010)"


@dataclass(frozen=True, kw_only=True, eq=False)
class BimatrixCertificate:
    """A rational profile and the game it solves; checked without any solver.

    Parameters
    ----------
    row_payoffs, column_payoffs : tuple of tuples of Fraction, shape (m, n)
    row_strategy, column_strategy : tuple of Fraction, shapes (m,) and (n,)
        The exact profile; the floats of the equilibrium are its roundings.
    """

    row_payoffs: ExactMatrix
    column_payoffs: ExactMatrix
    row_strategy: tuple[Fraction, ...]
    column_strategy: tuple[Fraction, ...]

    @property
    def status(self) -> str:
        """Always ``"exact"``: every number is a rational."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        x = ", ".join(str(p) for p in self.row_strategy)
        y = ", ".join(str(p) for p in self.column_strategy)
        return f"(({x}), ({y})) is a Nash equilibrium: nobody gains by any deviation"

    def check(self) -> bool:
        """Re-derive the claim: both are probability vectors and all their weight is on best rows.

        Examples
        --------
        >>> coin = (Fraction(1, 2), Fraction(1, 2))
        >>> pennies = ((1, -1), (-1, 1)), ((-1, 1), (1, -1))
        >>> BimatrixCertificate(row_payoffs=pennies[0], column_payoffs=pennies[1],
        ...                     row_strategy=coin, column_strategy=coin).check()
        True
        """
        x, y = self.row_strategy, self.column_strategy
        rows = [sum(a * q for a, q in zip(row, y, strict=True)) for row in self.row_payoffs]
        columns = [
            sum(b * p for b, p in zip(column, x, strict=True))
            for column in zip(*self.column_payoffs, strict=True)
        ]
        return _best(x, rows) and _best(y, columns)


@dataclass(frozen=True, kw_only=True, eq=False)
class BimatrixEquilibria(EquilibriumSet):
    """Every extreme equilibrium, and how they hang together.

    Attributes
    ----------
    components : tuple of tuples of int
        Connected components of the equilibrium set as indices into the list. A component of one is
        an isolated equilibrium; a larger one is a continuum of which the list names the corners.
    second_opinion : NashpyAnswer or None
        Nashpy's own list with its warnings.
    """

    components: tuple[tuple[int, ...], ...] = ()
    second_opinion: NashpyAnswer | None = None

    @property
    def finite(self) -> bool:
        """Whether the game has finitely many equilibria, namely those listed."""
        return all(len(group) == 1 for group in self.components)

    @property
    def agrees(self) -> bool:
        """Whether Nashpy returned exactly this list without complaint."""
        answer = self.second_opinion
        if answer is None or answer.messages or len(answer.profiles) != len(self):
            return False
        return all(answer.lists(*equilibrium.strategy) for equilibrium in self)

    def caption(self) -> str:
        """Return the one-line summary, with a warning when the list stands for a continuum."""
        text = super().caption()
        if not self.finite:
            continua = sum(len(group) > 1 for group in self.components)
            text += f"; INFINITELY MANY equilibria in {continua} component(s): corners listed"
        if self.second_opinion is not None:
            text += "; Nashpy agrees" if self.agrees else "; Nashpy's list differs"
        return text


def solve_bimatrix(
    row_payoffs: Any,
    column_payoffs: Any,
    *,
    row_actions: Sequence[str] | None = None,
    column_actions: Sequence[str] | None = None,
) -> BimatrixEquilibria:
    """Return all equilibria of a game of at most 5 x 5 actions, exactly certified.

    Parameters
    ----------
    row_payoffs, column_payoffs : array_like, shape (m, n)
        Payoffs (money): ints, Fractions or floats, the latter as the dyadic rationals they are.
    row_actions, column_actions : sequence of str, optional
        Names for the labels; numbers by default.

    Returns
    -------
    BimatrixEquilibria
        Strategies are pairs of arrays; in increasing probability of the last actions, the row
        player's first.

    Raises
    ------
    InputError
        If the payoffs are not two equally shaped small tables of finite numbers.

    Examples
    --------
    >>> print(solve_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]).caption())
    1 equilibrium, coverage: all; exact vertex enumeration (Avis et al. 2010); \
solved; the number and the places are certified in exact or ball arithmetic; Nashpy agrees
    """
    A, B = exact_bimatrix(row_payoffs, column_payoffs)
    names = _names(row_actions, len(A)), _names(column_actions, len(A[0]))
    profiles = extreme_equilibria(A, B)
    groups = components(profiles)
    labels = _labels(profiles, groups, names)
    return BimatrixEquilibria(
        equilibria=tuple(
            _equilibrium(A, B, *pair) for pair in zip(profiles, labels, strict=True)
        ),
        coverage=Coverage.ALL,
        method=METHOD,
        status=Status.CERTIFIED,
        components=groups,
        second_opinion=ask_nashpy(A, B),
    )  # fmt: skip


def bimatrix_regret(row_payoffs: Any, column_payoffs: Any, x: Any, y: Any) -> float:
    """Return the largest gain (money) of a player who deviates alone from the profile (x, y).

    Parameters
    ----------
    x, y : array_like, shapes (m,) and (n,)
        Probability vectors.

    Raises
    ------
    InputError
        If a vector does not fit the game, has an entry outside [0, 1] or does not sum to 1.

    Examples
    --------
    >>> bimatrix_regret([[2, 0], [0, 1]], [[1, 0], [0, 2]], [1, 0], [0, 1])
    1.0
    """
    tables = exact_bimatrix(row_payoffs, column_payoffs)
    A, B = (np.array(table, dtype=np.float64) for table in tables)
    p, q = _distribution("x", x, A.shape[0]), _distribution("y", y, A.shape[1])
    row, column = A @ q, p @ B
    return float(max(row.max() - p @ row, column.max() - column @ q, 0.0))


def _equilibrium(A: ExactMatrix, B: ExactMatrix, profile: ExactProfile, label: str) -> Equilibrium:
    x, y = profile
    rounded = frozen_array([float(p) for p in x]), frozen_array([float(q) for q in y])
    return Equilibrium(
        strategy=rounded,
        payoff=(_expected(A, x, y), _expected(B, x, y)),
        regret=bimatrix_regret(A, B, *rounded),
        certificate=BimatrixCertificate(
            row_payoffs=A, column_payoffs=B, row_strategy=x, column_strategy=y
        ),
        label=label,
    )


def _expected(table: ExactMatrix, x: Sequence[Fraction], y: Sequence[Fraction]) -> float:
    return float(
        sum(p * q * entry for p, row in zip(x, table, strict=True)
            for q, entry in zip(y, row, strict=True))
    )  # fmt: skip


def _best(strategy: Sequence[Fraction], payoffs: Sequence[Fraction | int]) -> bool:
    if sum(strategy) != 1 or min(strategy) < 0:
        return False
    return all(pay == max(payoffs) for p, pay in zip(strategy, payoffs, strict=True) if p > 0)


def _names(names: Sequence[str] | None, count: int) -> Sequence[str]:
    if names is None:
        return [str(i) for i in range(count)]
    if len(names) != count:
        raise InputError("names of actions", list(names), f"be {count} in number")
    return names


def _labels(
    profiles: Sequence[ExactProfile],
    groups: Sequence[tuple[int, ...]],
    names: tuple[Sequence[str], Sequence[str]],
) -> list[str]:
    labels = [_label(profile, names) for profile in profiles]
    for number, group in enumerate((g for g in groups if len(g) > 1), start=1):
        for index in group:
            labels[index] += f" (corner of component {number})"
    return labels


def _label(profile: ExactProfile, names: tuple[Sequence[str], Sequence[str]]) -> str:
    parts = [
        words[strategy.index(1)] if 1 in strategy else "mixed"
        for strategy, words in zip(profile, names, strict=True)
    ]
    return "mixed" if parts == ["mixed", "mixed"] else " / ".join(parts)


def _distribution(name: str, values: Any, size: int) -> npt.NDArray[np.float64]:
    array = check_array(name, values, PROBABILITY)
    if array.shape != (size,):
        raise InputError(name, f"shape {array.shape}", f"have shape ({size},)")
    if abs(array.sum() - 1) > 1e-9:
        raise InputError(name, float(array.sum()), "sum to 1")
    return array
