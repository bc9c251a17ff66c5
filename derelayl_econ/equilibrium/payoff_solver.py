r"""The payoff set of a repeated game: the two bounds, refined until they agree.

A round tightens the outer bound (:mod:`~derelayl_econ.equilibrium.outer_bound`), improves the
machine inside (:mod:`~derelayl_econ.equilibrium.inner_bound`), and adds directions where they
differ: normals of the inner bound's facets, and at each corner of the outer bound that is not yet
near the inner one a direction between those that meet there. The linear programs are those of Judd,
Yeltekin and Conklin (2003); their fixed directions leave a gap that these remove.

What is guaranteed: both bounds hold after every round, so a budget that runs out leaves them apart,
never wrong. The outer one holds in real numbers (safe dual bounds, rounding included); the inner
one is a machine whose incentives are checked in rationals. V jumps where an incentive begins to
hold: a discount given as a Fraction is decided exactly there by states that repeat themselves,
while beside the jump, nearer than rounding, the bounds may honestly stay apart. With two or three
players of a few actions the bounds usually meet; with four, or many actions, the budget may end
first.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, POSITIVE, check_number
from derelayl_econ.equilibrium.inner_bound import InnerBound
from derelayl_econ.equilibrium.outer_bound import OuterBound
from derelayl_econ.equilibrium.payoff_set import PayoffSet, PayoffStatus
from derelayl_econ.equilibrium.polytope import (
    corners,
    distances,
    extreme,
    normals,
    towards,
    unseen,
)
from derelayl_econ.equilibrium.stage_game import StageGame
from derelayl_econ.errors import InputError
from derelayl_econ.notation import check
from derelayl_econ.results import frozen_array

__all__ = ["solve_payoff_set"]

Array = npt.NDArray[np.float64]

_FINEST = 1e-11
_AT_ONCE, _LITTLE, _SLOWER = 40, 0.01, 0.01


def solve_payoff_set(
    game: StageGame,
    discount: float | Fraction,
    *,
    tolerance: float = 1e-6,
    rounds: int = 40,
    steps: int = 1000,
    directions: int = 200,
    states: int = 150,
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
    rounds, steps, directions, states : int
        Budget, each >= 1: refinements, calls of the linear programs for the outer bound, directions
        in which it is bounded, and states of the machine after which it is not refined further.

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
    budget = {"rounds": rounds, "steps": steps, "directions": directions, "states": states}
    limits = _Limits(**{name: check_number(name, given, COUNT) for name, given in budget.items()})
    outer, inner = OuterBound(game, float(delta)), InnerBound(game, delta)
    gap, done, settled = np.inf, 0, np.inf
    status: PayoffStatus | None = None
    while status is None:
        settled = max(_FINEST, min(settled, 1e-2 * (1 - float(delta)) * min(gap, 1e-2)))
        finished = outer.tighten(limits.steps - outer.steps, settled)
        done += 1
        gap, status, fresh = _compare(outer, inner, near)
        if status is PayoffStatus.APART and settled > _FINEST:
            # No direction is missing: the bounds may have come to rest too early.
            settled, status = _SLOWER * settled, None
        going = status is None and finished and limits.leave_room(done, outer, inner)
        if going:
            outer.extend(fresh[: min(_AT_ONCE, limits.directions - len(outer.bounds))])
        elif status is None or (status is PayoffStatus.APART and not finished):
            status = PayoffStatus.BUDGET
    return _answer(game, delta, outer, inner, gap=gap, status=status, rounds=done)


@dataclass(frozen=True)
class _Limits:
    """When to stop."""

    rounds: int
    steps: int
    directions: int
    states: int

    def leave_room(self, rounds: int, outer: OuterBound, inner: InnerBound) -> bool:
        """Return whether another round is allowed."""
        states = 0 if inner.automaton is None else len(inner.automaton.profiles)
        return (rounds < self.rounds and outer.steps < self.steps
                and len(outer.bounds) < self.directions and states < self.states)  # fmt: skip


def _compare(
    outer: OuterBound, inner: InnerBound, near: float
) -> tuple[float, PayoffStatus | None, Array]:
    """Improve the inner bound; return the gap, the verdict if there is one, and new directions."""
    nothing = np.zeros((0, outer.directions.shape[1]))
    if outer.empty:
        return 0.0, PayoffStatus.EMPTY, nothing
    inner.improve(outer)
    ends, apart = _apart(outer, inner)
    gap = float(apart.max())
    if gap <= near:
        return gap, PayoffStatus.SOLVED, nothing
    fresh = _fresh(outer, inner, ends[apart > near], near)
    return gap, None if len(fresh) else PayoffStatus.APART, fresh


def _discount(value: Any) -> Fraction:
    number = check(discount=value)["discount"]
    return Fraction(value) if isinstance(value, Fraction) else Fraction(number)


def _apart(outer: OuterBound, inner: InnerBound) -> tuple[Array, Array]:
    """Return the corners of the outer bound, and how far each is from the inner one."""
    ends = corners(outer.directions, outer.bounds)
    if not len(inner.values):
        return ends, np.full(len(ends), np.inf)
    return ends, distances(inner.values[extreme(inner.values)[0]], ends)


def _fresh(outer: OuterBound, inner: InnerBound, ends: Array, near: float) -> Array:
    """Return new directions in which the bounds differ, those where they do most first.

    They are the normals of the inner bound's facets, and those between the ones that meet at
    ``ends``.
    """
    found = [towards(ends, outer.directions, outer.bounds)]
    if len(inner.values):
        found.append(normals(inner.values))
    fresh = unseen(np.concatenate(found), outer.directions)
    if not len(fresh):
        return fresh
    room = outer.support(fresh) - inner.support(fresh)
    order = np.argsort(-room, kind="stable")
    return np.asarray(fresh[order[room[order] > _LITTLE * near]])


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
