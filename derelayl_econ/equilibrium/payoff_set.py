r"""All discounted equilibrium payoffs of a repeated game, between two bounds: the answer.

The game: a stage game (:class:`~derelayl_econ.equilibrium.stage_game.StageGame`) is played for
ever. *Players* see all past actions and a public coin before each round; *actions* are pure;
*payoffs* are averages (1-delta) sum_t delta^t g(a_t). An *equilibrium* is subgame perfect. Its
payoffs form a compact convex set V, the largest fixed point of

    B(W) = co union over a of {(1-delta) g(a) + delta w : w in W,
                               (1-delta) g_i(a) + delta w_i >= (1-delta) d_i(a) + delta P_i(W)}

with d_i(a) the best deviation's payoff and P_i(W) = min {w_i : w in W}, the worst punishment
(Abreu, Pearce and Stacchetti 1990). *Best response*: comply iff the inequality holds. Mixed actions
are left out, so V may be empty (as in matching pennies), although the repeated game always has an
equilibrium in mixed actions.

:class:`PayoffSet` holds a polytope that contains V and the payoffs of a machine that is exactly an
equilibrium; :func:`~derelayl_econ.equilibrium.payoff_solver.solve_payoff_set` computes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import OPEN_UNIT, Domain, check_array, check_number
from derelayl_econ.equilibrium.automaton import Automaton
from derelayl_econ.equilibrium.polytope import corners, distances
from derelayl_econ.equilibrium.programs import supports
from derelayl_econ.equilibrium.stage_game import StageGame, as_money
from derelayl_econ.errors import InputError
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, Result, Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PayoffSet", "PayoffStatus"]

Array = npt.NDArray[np.float64]

_ENTRY = Domain(-1e150, 1e150)

METHOD = "Abreu-Pearce-Stacchetti operator by linear programs, bounded from both sides"


class PayoffStatus(Enum):
    """How the computation ended; the value is the message."""

    SOLVED = "solved: the two bounds agree within the tolerance"
    EMPTY = "solved: no payoff is left, so there is no equilibrium in pure strategies"
    APART = "both bounds hold but stay apart; the discount may lie within rounding of a jump"
    BUDGET = "stopped at the budget; both bounds hold but are further apart than asked"


@dataclass(frozen=True, kw_only=True, eq=False)
class PayoffSet(Result):
    """Equilibrium payoffs at one discount, bounded from inside and outside.

    Attributes
    ----------
    discount : float
        delta.
    inner : array of shape (m, n)
        Equilibrium payoffs (average money) whose hull is the inner bound; (0, n) if none is known.
    gap : float
        Largest distance of a corner of the outer bound from the inner one, in the player whose
        payoffs differ most and as a share of that player's range of stage payoffs: so much V may
        exceed the inner bound. 0 if both are empty, inf if only the inner one is.
    status : PayoffStatus
    rounds, steps : int
        Refinements of the directions, and calls of the linear programs for the outer bound.
    game : StageGame
    automaton : Automaton or None
        The machine behind ``inner``, its own certificate; vertex j is what state ``states[j]``
        pays.
    directions, levels : arrays of shape (L, n), (L,)
        The outer bound {v : directions @ shares(v) <= levels}, in shares of the players' ranges.
    """

    discount: float
    inner: Array
    gap: float
    status: PayoffStatus
    rounds: int
    steps: int
    method: str = METHOD
    game: StageGame = field(repr=False)
    automaton: Automaton | None = field(repr=False)
    states: tuple[int, ...] = field(repr=False)
    directions: Array = field(repr=False)
    levels: Array = field(repr=False)

    @property
    def vertices(self) -> Array:
        """The inner bound's vertices: payoffs of exact equilibria; shape (m, n)."""
        return self.inner

    @cached_property
    def outer(self) -> Array:
        """Corners of the outer bound (average money); shape (k, n), (0, n) if it is empty."""
        if self.empty:
            return np.zeros((0, self.game.players))
        return as_money(self.game, corners(self.directions, self.levels))

    @property
    def empty(self) -> bool:
        """Whether it is proved that there is no equilibrium in pure strategies."""
        return self.status is PayoffStatus.EMPTY

    @property
    def regret(self) -> float:
        """Largest gain from deviating from the machine behind ``inner``, in exact arithmetic."""
        return 0.0 if self.automaton is None else self.automaton.regret

    @cached_property
    def worst(self) -> tuple[tuple[float, float], ...]:
        """Bounds (low, high) of each player's worst equilibrium payoff (money); () if empty.

        These are the punishments: the outer bound was computed with the low ones, the machine
        punishes with the high ones.
        """
        if self.empty:
            return ()
        found = (self.support(-axis) for axis in np.eye(self.game.players))
        return tuple(
            (max(-high, floor), -low)
            for (low, high), floor in zip(found, self.game.minmax, strict=True)
        )

    def support(self, direction: npt.ArrayLike) -> tuple[float, float]:
        """Return bounds (low, high) of the largest direction @ v over equilibrium payoffs v.

        Parameters
        ----------
        direction : array_like, shape (n,)
            Weights of the players.

        Raises
        ------
        InputError
            If it is not a vector of n finite numbers, or there is no equilibrium payoff.
        """
        weights = self._vector("direction", direction)
        if self.empty:
            raise InputError("payoff set", "an empty one", "have a payoff in it")
        origin, scale = self._ruler
        aim, base = weights * scale, float(weights @ origin)
        length = float(np.abs(aim).max()) or 1.0
        zero = np.zeros((1, len(aim)))
        above, _ = supports(self.directions, self.levels, zero, aim[None, :] / length)
        below = float((self.inner @ weights).max(initial=-np.inf))
        return below, max(below, base + length * float(above[0]))

    def contains(self, payoff: npt.ArrayLike, *, tolerance: float = 1e-9) -> bool | None:
        """Return whether ``payoff`` is an equilibrium payoff; None if the bounds leave it open.

        Parameters
        ----------
        payoff : array_like, shape (n,)
            Average payoffs (money).
        tolerance : float
            Share of the players' ranges, in (0, 1). True: some equilibrium payoff is as near as
            that, player by player. False: none is.
        """
        near = check_number("tolerance", tolerance, OPEN_UNIT)
        origin, scale = self._ruler
        point = (self._vector("payoff", payoff) - origin) / scale
        excess = self.directions @ point - self.levels
        if self.empty or (excess > near * np.abs(self.directions).sum(axis=1)).any():
            return False
        return True if self._distance(point) <= near else None

    def equilibria(self) -> EquilibriumSet:
        """Return one equilibrium per vertex; ``strategy`` is the pair (machine, first state).

        Coverage is "some": mixtures of the vertices, by a first public coin, are equilibria too.
        """
        found = tuple(
            Equilibrium(strategy=(self.automaton, state), payoff=tuple(pay.tolist()),
                        regret=self.regret, certificate=self.automaton,
                        label=f"begins in state {state}")
            for state, pay in zip(self.states, self.inner, strict=True)
        )  # fmt: skip
        done = self.status in (PayoffStatus.SOLVED, PayoffStatus.EMPTY)
        return EquilibriumSet(equilibria=found, coverage=Coverage.SOME, method=self.method,
                              status=Status.SOLVED if done else Status.BUDGET,
                              certificate=self.automaton)  # fmt: skip

    def plot(self, ax: Axes | None = None, *, colour: str = "#0072B2", label: str = "") -> Axes:
        """Fill the inner bound and draw the outline of the outer one, for two players.

        Raises
        ------
        InputError
            If there are more than two players, or ``ax`` is no axes.
        """
        import matplotlib.pyplot as plt
        from matplotlib.axes import Axes

        if self.game.players != 2:
            raise InputError("payoff set", f"{self.game.players} players", "be of two players")
        if ax is not None and not isinstance(ax, Axes):
            raise InputError("ax", ax, "be matplotlib axes")
        axes = ax if ax is not None else plt.subplots()[1]
        if len(self.inner) > 2:
            axes.fill(*self._around(self.inner).T, color=colour, alpha=0.3, linewidth=0)
        axes.plot(*self._closed(self.inner).T, color=colour, linewidth=1, linestyle="-",
                  label=label or "inner", marker="o", markersize=2.5)  # fmt: skip
        axes.plot(*self._closed(self.outer).T, color=colour, linewidth=1, linestyle=":",
                  label="outer")  # fmt: skip
        axes.set(xlabel="payoff of player 1 (money per round)",
                 ylabel="payoff of player 2 (money per round)")  # fmt: skip
        return axes

    @property
    def _ruler(self) -> tuple[Array, Array]:
        return (np.array([float(v) for v in self.game.origin]),
                np.array([float(v) for v in self.game.scale]))  # fmt: skip

    def _vector(self, name: str, values: npt.ArrayLike) -> Array:
        vector = check_array(name, values, _ENTRY)
        if vector.shape != (self.game.players,):
            raise InputError(name, f"shape {vector.shape}", f"have shape ({self.game.players},)")
        return vector

    def _distance(self, point: Array) -> float:
        """Return the distance of a point (shares) from the inner bound, the largest entry's."""
        if not len(self.inner):
            return np.inf
        origin, scale = self._ruler
        return float(distances((self.inner - origin) / scale, point[None, :])[0])

    @staticmethod
    def _around(points: Array) -> Array:
        middle = points - points.mean(axis=0)
        return np.asarray(points[np.argsort(np.arctan2(middle[:, 1], middle[:, 0]))])

    def _closed(self, points: Array) -> Array:
        ring = self._around(points) if len(points) > 2 else points
        return np.concatenate([ring, ring[:1]])
