r"""An equilibrium of a repeated game as a machine that can be checked, and played.

A state s names an action profile a(s). If all follow it, a public coin picks the next state with
probabilities Q(s, .). Whoever deviates alone sends all to his punishment state k(i). With discount
delta the average payoffs follow from v = (1-delta) g(a) + delta Q v, one linear system. By the
one-shot deviation principle the machine is a subgame-perfect equilibrium, begun in any state, iff

    v_i(s) >= (1-delta) d_i(a(s)) + delta v_i(k(i))        for all states s and players i,

d_i the best deviation's payoff; its *regret* is the largest shortfall. Everything is rational here:
discount, payoffs and coins; the system is solved and the inequalities are
compared without rounding. Then every mixture of the v(s) is an equilibrium payoff too, by a first
coin: this is the inner bound of a payoff set, and each machine its own proof (self-generation,
Abreu, Pearce and Stacchetti 1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.coins import Row
from derelayl_econ.equilibrium.stage_game import StageGame
from derelayl_econ.results import Result, frozen_array

__all__ = ["Automaton"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Automaton(Result):
    """States, coins and punishments, with the exact payoffs they have.

    Attributes
    ----------
    actions : array of int, shape (m, n)
        Each player's action by state.
    transitions : array, shape (m, m)
        Q: probability of each next state if all comply.
    punishments : tuple of int, shape (n,)
        k(i): the state that a deviation of player i leads to, his worst.
    payoffs : array, shape (m, n)
        v: average discounted payoffs (money) of beginning in each state.
    regret : float
        Largest gain (average money) from a deviation, 0 for an equilibrium.
    """

    actions: npt.NDArray[np.int64]
    transitions: Array
    punishments: tuple[int, ...]
    payoffs: Array
    regret: float
    game: StageGame = field(repr=False)
    discount: Fraction = field(repr=False)
    profiles: tuple[int, ...] = field(repr=False)
    coins: tuple[Row, ...] = field(repr=False)
    exact_payoffs: tuple[tuple[Fraction, ...], ...] = field(repr=False)

    @classmethod
    def of(
        cls, game: StageGame, discount: Fraction, profiles: Sequence[int], coins: Sequence[Row]
    ) -> Automaton:
        """Return the machine with these states and coins, punishing with its worst states.

        Parameters
        ----------
        profiles : sequence of int, shape (m,)
            Index of each state's profile in ``game.profiles``.
        coins : sequence of rows
            Row s lists (next state, probability), the probabilities rational with sum 1.

        Examples
        --------
        >>> dilemma = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
        >>> stay = ((0, Fraction(1)),), ((1, Fraction(1)),)
        >>> grim = Automaton.of(dilemma, Fraction(1, 7), [0, 3], stay)
        >>> grim.payoffs.tolist(), grim.regret, grim.check()
        ([[9.0, 9.0], [3.0, 3.0]], 0.0, True)
        >>> Automaton.of(dilemma, Fraction(1, 8), [0, 3], stay).regret
        0.125
        """
        values = _values(game, discount, profiles, coins)
        worst = tuple(
            min(range(len(values)), key=lambda s, i=i: values[s][i])  # type: ignore[misc]
            for i in range(game.players)
        )
        regrets = _regrets(game, discount, profiles, values, worst)
        regret = max(Fraction(0), *(worst_of for row in regrets for worst_of in row))
        return cls(
            actions=frozen_array([game.profiles[p] for p in profiles], np.int64),
            transitions=frozen_array(_dense(coins)), punishments=worst,
            payoffs=frozen_array([[float(v) for v in row] for row in values]),
            regret=float(regret), game=game, discount=discount,
            profiles=tuple(profiles), coins=tuple(coins), exact_payoffs=values,
        )  # fmt: skip

    @property
    def status(self) -> str:
        """Always ``"exact"``: every number is a rational."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return (
            f"a machine of {len(self.profiles)} states is a subgame-perfect equilibrium at "
            f"discount {float(self.discount):.6g} from each of them, with the payoffs listed"
        )

    def check(self) -> bool:
        """Re-derive the claim from the game: coins, payoff recursion, one-shot deviations."""
        keep, values = 1 - self.discount, self.exact_payoffs
        for profile, row, value in zip(self.profiles, self.coins, values, strict=True):
            if sum(p for _, p in row) != 1 or any(p < 0 for _, p in row):
                return False
            for i, own in enumerate(self.game.exact_payoffs[profile]):
                after = sum((p * values[s][i] for s, p in row), Fraction(0))
                if value[i] != keep * own + self.discount * after:
                    return False
        regrets = _regrets(self.game, self.discount, self.profiles, values, self.punishments)
        return all(regret <= 0 for row in regrets for regret in row)

    def slack(self) -> Array:
        """Return by how much each incentive holds, as a share of the ranges; shape (m, n).

        An entry is negative only if the incentive fails, however small the failure.
        """
        regrets = _regrets(self.game, self.discount, self.profiles, self.exact_payoffs,
                           self.punishments)  # fmt: skip
        scale = self.game.scale
        rows = [[-r / s for r, s in zip(row, scale, strict=True)] for row in regrets]
        return np.array([[float(v) or (-5e-324 if v < 0 else 0.0) for v in row] for row in rows])

    def needed(self, states: Sequence[int]) -> list[int]:
        """Return these states and all that can follow them or punish in them, ascending."""
        kept: set[int] = set()
        todo = [*self.punishments, *states]
        while todo:
            state = todo.pop()
            if state not in kept:
                kept.add(state)
                todo += [s for s, _ in self.coins[state]]
        return sorted(kept)

    def restricted(self, states: Sequence[int]) -> Automaton:
        """Return the machine of these states, which must be all that they need."""
        place = {state: i for i, state in enumerate(states)}
        coins = [tuple((place[s], p) for s, p in self.coins[state]) for state in states]
        return Automaton.of(self.game, self.discount, [self.profiles[s] for s in states], coins)


def _values(
    game: StageGame, discount: Fraction, profiles: Sequence[int], coins: Sequence[Row]
) -> tuple[tuple[Fraction, ...], ...]:
    """Solve v = (1-delta) g + delta Q v exactly."""
    from flint import fmpq, fmpq_mat

    def rational(value: Fraction) -> Any:
        return fmpq(value.numerator, value.denominator)

    size = len(profiles)
    matrix = fmpq_mat(size, size)
    for s, row in enumerate(coins):
        matrix[s, s] = fmpq(1)
        for after, probability in row:
            matrix[s, after] -= rational(discount * probability)
    right = [rational((1 - discount) * pay) for p in profiles for pay in game.exact_payoffs[p]]
    solved = iter(matrix.solve(fmpq_mat(size, game.players, right)).entries())
    return tuple(
        tuple(Fraction(int(v.p), int(v.q)) for v in (next(solved) for _ in range(game.players)))
        for _ in range(size)
    )


def _regrets(
    game: StageGame, discount: Fraction, profiles: Sequence[int],
    values: tuple[tuple[Fraction, ...], ...], worst: Sequence[int],
) -> list[list[Fraction]]:  # fmt: skip
    """Return what each player gains by one deviation in each state (negative: loses)."""
    floor = [values[k][i] for i, k in enumerate(worst)]
    return [
        [(1 - discount) * best + discount * low - own
         for best, low, own in zip(game.exact_deviations[profile], floor, value, strict=True)]
        for profile, value in zip(profiles, values, strict=True)
    ]  # fmt: skip


def _dense(coins: Sequence[Row]) -> Array:
    table = np.zeros((len(coins), len(coins)))
    for s, row in enumerate(coins):
        for after, probability in row:
            table[s, after] = float(probability)
    return table
