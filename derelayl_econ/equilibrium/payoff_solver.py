r"""The payoff set of a repeated game: the two bounds, refined until they agree.

A round tightens the outer bound (:mod:`~derelayl_econ.equilibrium.outer_bound`), improves the
machine inside (:mod:`~derelayl_econ.equilibrium.inner_bound`), and adds directions where they
differ: the normals of the inner bound's facets, and at each corner of the outer bound a direction
between those that meet there. The linear programs are those of Judd, Yeltekin and Conklin (2003);
their fixed directions leave a gap that these remove.

What is guaranteed: both bounds hold after every round, so a budget that runs out leaves them apart,
never wrong. The outer one holds in real numbers (safe dual bounds, rounding included); the inner one
is a machine whose incentives are checked in rationals. V jumps where an incentive begins to hold: a
discount given as a Fraction is decided exactly there by states that repeat themselves, while beside
the jump, nearer than rounding, the bounds may honestly stay apart.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, POSITIVE, check_number
from derelayl_econ.equilibrium.inner_bound import InnerBound
from derelayl_econ.equilibrium.outer_bound import OuterBound
from derelayl_econ.equilibrium.payoff_set import PayoffSet, PayoffStatus
from derelayl_econ.equilibrium.polytope import corners, extreme, normals, towards, unseen
from derelayl_econ.equilibrium.stage_game import StageGame
from derelayl_econ.errors import InputError
from derelayl_econ.notation import check
from derelayl_econ.results import frozen_array

__all__ = ["solve_payoff_set"]

Array = npt.NDArray[np.float64]

_FINEST = 1e-11


def solve_payoff_set(
    game: StageGame,
    discount: float | Fraction,
    *,
    tolerance: float = 1e-6,
    rounds: int = 40,
    steps: int = 1000,
    directions: int = 300,
) -> PayoffSet:
    """Return all pure-strategy subgame-perfect equilibrium payoffs, with public randomisation.

    Parameters
    ----------
    game : StageGame
        Two to five players.
    discount : float or Fraction
        delta in (0, 1), taken at face value.
    tolerance : float
        Distance of the two bounds to stop at, as a share of the players' ranges of payoffs.
    rounds, steps, directions : int
        Budget, each >= 1: refinements, calls of the linear programs for the outer bound, and
        directions in which it is bounded.

    Returns
    -------
    PayoffSet
        Its ``status`` says how it ended.

    Raises
    ------
    InputError
        If ``game`` is no stage game or another argument is outside its domain.

    Examples
    --------
    >>> dilemma = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
    >>> found = solve_payoff_set(dilemma, Fraction(1, 7))
    >>> found.vertices.tolist(), found.gap, found.automaton.check()
    ([[9.0, 9.0], [3.0, 3.0]], 0.0, True)
    >>> solve_payoff_set(dilemma, 0.14).vertices.tolist()
    [[3.0, 3.0]]
    >>> print(solve_payoff_set(StageGame.bimatrix([[1, 0], [0, 1]], [[0, 1], [1, 0]]), 0.9).status)
    PayoffStatus.EMPTY
    """
    if not isinstance(game, StageGame):
        raise InputError("game", game, "be a StageGame")
    delta, near = _discount(discount), check_number("tolerance", tolerance, POSITIVE)
    budget = {"rounds": rounds, "steps": steps, "directions": directions}
    most, left, widest = (check_number(name, given, COUNT) for name, given in budget.items())
    outer, inner = OuterBound(game, float(delta)), InnerBound(game, delta)
    status, gap, done = PayoffStatus.BUDGET, np.inf, 0
    for done in range(1, most + 1):
        settled = max(_FINEST, 1e-2 * (1 - float(delta)) * min(gap, 1e-2))
        finished = outer.tighten(left - outer.steps, settled)
        if outer.empty:
            status, gap = PayoffStatus.EMPTY, 0.0
            break
        inner.improve(outer)
        gap = float((outer.bounds - inner.support(outer.directions)).max())
        if gap <= near:
            status = PayoffStatus.SOLVED
            break
        fresh = _fresh(outer, inner)
        if not finished or len(fresh) + len(outer.bounds) > widest:
            break
        if not len(fresh):
            status = PayoffStatus.APART
            break
        outer.extend(fresh)
    return _answer(game, delta, outer, inner, gap=gap, status=status, rounds=done)


def _discount(value: Any) -> Fraction:
    number = check(discount=value)["discount"]
    return Fraction(value) if isinstance(value, Fraction) else Fraction(number)


def _fresh(outer: OuterBound, inner: InnerBound) -> Array:
    """Return new directions: between those that meet at corners, and normals of inner facets."""
    found = [towards(corners(outer.directions, outer.bounds), outer.directions, outer.bounds)]
    if len(inner.values):
        found.append(normals(inner.values))
    return unseen(np.concatenate(found), outer.directions)


def _answer(
    game: StageGame, discount: Fraction, outer: OuterBound, inner: InnerBound, *, gap: float,
    status: PayoffStatus, rounds: int,
) -> PayoffSet:  # fmt: skip
    machine = inner.automaton if status is not PayoffStatus.EMPTY else None
    states = () if machine is None else tuple(extreme(inner.values)[0].tolist())
    payoffs = np.zeros((0, game.players)) if machine is None else machine.payoffs[list(states)]
    return PayoffSet(
        discount=float(discount), inner=frozen_array(payoffs), gap=gap, status=status,
        rounds=rounds, steps=outer.steps, game=game, automaton=machine, states=states,
        directions=frozen_array(outer.directions), levels=frozen_array(outer.bounds),
    )  # fmt: skip
