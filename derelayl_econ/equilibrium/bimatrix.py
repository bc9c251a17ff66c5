r"""All equilibria of a two-player game, each with an exact certificate.

The game: the row player picks row i with probability x_i and is paid x' A y, the column player
picks column j with probability y_j and is paid x' B y. A best response maximises the own payoff
given the other's mixed action; an equilibrium is a pair of mutual best responses; its *regret* is
the larger of the two players' best gains from deviating alone, zero exactly at an equilibrium.

:func:`solve_bimatrix` finds every extreme equilibrium of games up to 12 x 12 in exact rationals,
degenerate or not (:mod:`derelayl_econ.equilibrium.vertices`), proves the list complete and each
member an equilibrium, and says how they form components. Larger games are handed to QuantEcon,
whose floats name the supports that are then solved exactly; Nashpy gives a second opinion on the
smallest. Whatever the method, the result says what it guarantees
(:mod:`derelayl_econ.equilibrium.bimatrix_methods`). In degenerate games equilibria form continua:
the list then holds their corners and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from derelayl_econ.domains import PROBABILITY
from derelayl_econ.equilibrium.bimatrix_certificate import BimatrixCertificate
from derelayl_econ.equilibrium.bimatrix_methods import find_method
from derelayl_econ.equilibrium.bimatrix_results import BimatrixEquilibria, assemble
from derelayl_econ.equilibrium.deadline import Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.nashpy_bridge import ask_nashpy
from derelayl_econ.equilibrium.payoff_tables import ExactVector, exact_entry
from derelayl_econ.errors import InputError

__all__ = ["BimatrixCertificate", "BimatrixEquilibria", "bimatrix_regret", "solve_bimatrix"]

_SECOND_OPINION = 3
"""Most actions per player at which Nashpy is asked, too: some 30 ms, ten times ours."""

_GRACE = 1.0
"""Seconds to look into the structure of a list that was cut off at the budget."""

_ROUNDING = Fraction(1, 10**9)
"""Distance from 1 up to which a sum of probabilities differs from it by rounding."""


def solve_bimatrix(
    row_payoffs: Any,
    column_payoffs: Any,
    *,
    method: str = "auto",
    seconds: float = 30.0,
    row_actions: Sequence[str] | None = None,
    column_actions: Sequence[str] | None = None,
) -> BimatrixEquilibria:
    """Return the equilibria of a two-player game: all of them, exactly, up to 12 x 12 actions.

    Parameters
    ----------
    row_payoffs, column_payoffs : array_like, shape (m, n)
        Payoffs (money): ints, Fractions or floats, the latter as the dyadic rationals they are.
    method : str
        ``"auto"``: exact enumeration where it is offered, else Lemke-Howson. Or by name:
        ``"exact"``, ``"support"``, ``"vertex"``, ``"lemke_howson"``, ``"mclennan_tourky"``,
        ``"nashpy"``, ``"gambit"``; see :mod:`derelayl_econ.equilibrium.bimatrix_methods`.
    seconds : float
        Budget; when it is spent, the status says so and the list is what was found, or else the
        nearest profile that a library came to, with its regret. Putting a list together takes some
        0.2 ms per equilibrium more, and up to two seconds go to a last attempt and to the
        structure. Libraries are refused games on which they could not be stopped in time.
    row_actions, column_actions : sequence of str, optional
        Names for the labels; numbers by default.

    Returns
    -------
    BimatrixEquilibria
        Strategies are pairs of arrays; in increasing probability of the last actions, the row
        player's first. The regret of each is exact, and so is its certificate.

    Raises
    ------
    InputError
        If the payoffs are not two equally shaped tables of finite numbers, the game is too large
        for the method, or there is no such method.
    SolverError
        If a library named by ``method`` returns nothing at all; ``partial`` holds its messages.

    Examples
    --------
    >>> print(solve_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]).caption())
    1 equilibrium, coverage: all; exact vertex enumeration (Avis et al. 2010); \
solved; the number and the places are certified in exact or ball arithmetic; Nashpy agrees
    >>> flat = solve_bimatrix([[2, 1, 0], [0, 1, 3]], [[1, 2, 0], [1, 0, 3]])
    >>> flat.components, flat.dimensions, flat.indices
    (((0, 1), (2,)), (1, 0), (0, 1))
    """
    game = ExactGame.of(row_payoffs, column_payoffs)
    solver, deadline = find_method(method), Deadline.after(seconds)
    names = (
        _names("row_actions", row_actions, game.shape[0]),
        _names("column_actions", column_actions, game.shape[1]),
    )
    answer, second = solver(game, deadline), None
    if method in ("auto", "exact") and max(game.shape) <= _SECOND_OPINION:
        second = ask_nashpy(game.row_payoffs, game.column_payoffs, deadline)
    return assemble(game, answer, names, second, Deadline.after(deadline.left + _GRACE))


def bimatrix_regret(row_payoffs: Any, column_payoffs: Any, x: Any, y: Any) -> float:
    """Return the largest gain (money) of a player who deviates alone from the profile (x, y).

    Computed in rationals from the numbers given, each vector divided by its sum.

    Parameters
    ----------
    x, y : array_like, shapes (m,) and (n,)
        Probability vectors of floats, ints or Fractions.

    Raises
    ------
    InputError
        If a vector does not fit the game, has an entry outside [0, 1] or does not sum to 1.

    Examples
    --------
    >>> bimatrix_regret([[2, 0], [0, 1]], [[1, 0], [0, 2]], [1, 0], [0, 1])
    1.0
    >>> third = Fraction(1, 3)
    >>> bimatrix_regret([[2, 0], [0, 1]], [[1, 0], [0, 2]], [2 * third, third], [third, 2 * third])
    0.0
    """
    game = ExactGame.of(row_payoffs, column_payoffs)
    profile = _distribution("x", x, game.shape[0]), _distribution("y", y, game.shape[1])
    return float(game.values(profile).regret)


def _names(what: str, names: Any, count: int) -> Sequence[str]:
    if names is None:
        return [str(i) for i in range(count)]
    words = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    if not words or len(names) != count:
        raise InputError(what, names, f"be a sequence of {count} names")
    return list(names)


def _distribution(name: str, values: Any, size: int) -> ExactVector:
    entries = values.tolist() if isinstance(values, np.ndarray) else values
    if not isinstance(entries, list | tuple) or len(entries) != size:
        raise InputError(name, values, f"be a sequence of {size} probabilities")
    exact = [exact_entry(name, entry) for entry in entries]
    for entry in exact:
        if not 0 <= entry <= 1:
            raise InputError(f"every entry of {name}", float(entry), str(PROBABILITY))
    total = sum(exact, Fraction(0))
    if abs(total - 1) > _ROUNDING:
        raise InputError(name, float(total), "sum to 1")
    return tuple(entry / total for entry in exact)
