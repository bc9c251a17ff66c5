r"""Coalition games: what every group of members can get, and how to share what all get together.

Game. *Players* 0, ..., n-1, the members of a relay. *Actions*: to run the relay together, or for
any coalition S to leave and run its own. *Payoffs*: v(S) is what S gets on its own (transferable
money; v(nobody) = 0), and a sharing x pays x_i to player i out of v(N). The *best response* of a
coalition to x is to leave iff its excess v(S) - x(S) is positive. Solutions:

- *Shapley value*: the expected marginal contribution in a random order; the only rule that is
  efficient, symmetric, additive and pays null players nothing (Shapley 1953). Paying each trainer
  of a random baton order the marginal improvement pays it on average.
- *core*: the sharings that no coalition has a reason to leave; may be empty, the *equilibrium*
  notion of this game (:mod:`derelayl_econ.games.coalition_core`).
- *nucleolus*: the sharing whose largest excess is smallest, then the next largest, and so on;
  always exactly one, in the core whenever that is not empty
  (:mod:`derelayl_econ.games.nucleolus`, proof in :mod:`derelayl_econ.games.nucleolus_proof`).

Sources: theory notes, sections 4.4 and 6.2; Peleg and Sudhoelter 2007, chapters 3, 6 and 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games import coalition_shapes as shapes
from derelayl_econ.games.coalition_core import (
    Core,
    LeastCore,
    Withdrawal,
    core_of,
    least_core_of,
    withdrawal_of,
)
from derelayl_econ.games.coalition_tables import mask_of, subset_sums, worth_table
from derelayl_econ.games.magnitude import LARGEST
from derelayl_econ.games.nucleolus import Nucleolus, nucleolus_of
from derelayl_econ.games.relay_coalition import relay_worths
from derelayl_econ.results import frozen_array
from derelayl_econ.shapley import (
    Seed,
    ShapleyEstimate,
    ValueFunction,
    marginal_payments,
    mean_contributions,
    sampled_shapley,
    shapley_of_table,
)

__all__ = ["CoalitionGame"]

Array = npt.NDArray[np.float64]

_MOST_PAIRS = 18  # 3^18/2 = 2 10^8 pairs of disjoint coalitions


@dataclass(frozen=True, eq=False, init=False)
class CoalitionGame:
    """A game in which coalitions of members can leave with what they are worth.

    Parameters
    ----------
    values : array_like of shape (2^n,), mapping or callable
        v(S) (money): by bitmask (bit i of the index set iff player i is in S), by frozenset of
        players 0, ..., n-1, or as a function of such frozensets, which is called 2^n times.
        v(nobody) must be 0. Kept as an array by bitmask.
    players : int, optional
        n, from 2 to 24; needed with a function.

    Raises
    ------
    InputError
        If a worth is missing, not a number up to 1e60 in size, or the sizes do not agree.

    Examples
    --------
    A left glove and two right ones; only a pair is worth something:

    >>> game = CoalitionGame(lambda members: float(0 in members and len(members) > 1), players=3)
    >>> game.shapley().round(4)
    array([0.6667, 0.1667, 0.1667])
    >>> game.core().point
    array([1., 0., 0.])
    >>> game.superadditive, game.convex, game.symmetric_players
    (True, False, ((0,), (1, 2)))
    """

    values: Array
    players: int

    def __init__(self, values: Any, players: int | None = None) -> None:
        table = worth_table(values, players)
        object.__setattr__(self, "values", frozen_array(table))
        object.__setattr__(self, "players", table.size.bit_length() - 1)

    @classmethod
    def relay(
        cls, curve: Any, legs: npt.ArrayLike, costs: npt.ArrayLike, values: npt.ArrayLike
    ) -> CoalitionGame:
        """Return the game in which each coalition is worth the best relay it can run on its own.

        See :func:`~derelayl_econ.games.relay_coalition.relay_worths` for parameters and formula.

        Examples
        --------
        >>> from derelayl_econ.quality import HillCurve
        >>> curve = HillCurve(quality_start=0, quality_max=1, effort_scale=4, steepness=2)
        >>> game = CoalitionGame.relay(curve, legs=[3, 3, 3], costs=[1, 1, 2], values=[8, 8, 8])
        >>> game.shapley().round(3), game.core().empty
        (array([3.885, 3.885, 2.846]), False)
        """
        return cls(relay_worths(curve, legs, costs, values))

    @staticmethod
    def sampled(
        value: ValueFunction,
        players: int,
        *,
        samples: int = 10_000,
        rng: Seed = None,
        confidence: float = 0.95,
        contribution_range: tuple[float, float] | None = None,
    ) -> ShapleyEstimate:
        """Estimate the Shapley value of a game too large for a table, with intervals.

        See :func:`~derelayl_econ.shapley.sampled_shapley`, also for what the intervals guarantee.

        Examples
        --------
        >>> found = CoalitionGame.sampled(lambda s: len(s) ** 2, 40, samples=500, rng=0)
        >>> round(float(found.values.sum()), 6), found.guarantee
        (1600.0, 'each value, in the limit of many orders')
        """
        return sampled_shapley(value, players, samples=samples, rng=rng, confidence=confidence,
                               contribution_range=contribution_range)  # fmt: skip

    def worth(self, coalition: Iterable[int]) -> float:
        """Return v(S) (money) of a set of players."""
        return float(self.values[mask_of(coalition, self.players)])

    def shapley(self) -> Array:
        """Return the Shapley value (money), shape (n,); exact but for rounding."""
        return shapley_of_table(self.values)

    def banzhaf(self) -> Array:
        """Return the Banzhaf value (money): the mean marginal contribution to all 2^(n-1) others.

        Examples
        --------
        >>> CoalitionGame([0, 0, 0, 1, 0, 1, 1, 1]).banzhaf()
        array([0.5, 0.5, 0.5])
        """
        return mean_contributions(self.values, np.full(self.players, 0.5 ** (self.players - 1)))

    def marginal_payments(self, order: Sequence[int]) -> Array:
        """Return what each player adds (money) when they come in ``order``, a permutation.

        Examples
        --------
        >>> CoalitionGame([0, 1, 2, 4]).marginal_payments([1, 0])
        array([2., 2.])
        """
        if check_array("order", order).size != self.players:
            raise InputError("order", order, f"name each player 0 to {self.players - 1} once")
        return marginal_payments(self.worth, order)

    def excesses(self, allocation: npt.ArrayLike) -> Array:
        """Return v(S) - x(S) (money) by bitmask: what each coalition gains by leaving."""
        paid = check_array("allocation", allocation, Domain(-LARGEST, LARGEST))
        if paid.size != self.players:
            raise InputError("allocation", f"{paid.size} payments", f"have {self.players} entries")
        return np.asarray(self.values - subset_sums(paid))

    def withdrawal(self, allocation: npt.ArrayLike) -> Withdrawal:
        """Return the coalition that gains most by leaving ``allocation``: the test of the core.

        Examples
        --------
        >>> glove = CoalitionGame([0, 0, 0, 1, 0, 1, 0, 1])
        >>> found = glove.withdrawal(glove.shapley())
        >>> sorted(found.coalition), round(found.gain, 4), found.in_core
        ([0, 1], 0.1667, False)
        >>> glove.withdrawal([1, 0, 0]).in_core
        True
        """
        return withdrawal_of(self.values, self.excesses(allocation))

    def core(self) -> Core:
        """Return whether the core is empty: a point of it, or balancing weights that prove it.

        Raises
        ------
        InputError
            Beyond 16 players.
        SolverError
            If the answer does not pass its exact check.
        """
        return core_of(self.values, self.prenucleolus())

    def least_core(self) -> LeastCore:
        """Return the smallest largest excess, and a sharing that attains it; errors as core."""
        return least_core_of(self.prenucleolus())

    def nucleolus(self) -> Nucleolus:
        """Return the nucleolus: the best sharing with x_i >= v(i) by its sorted excesses.

        Errors as :meth:`core`; also :class:`InputError` if the singles are worth more in all than
        everybody together, so that nobody can be paid at least v(i).

        Examples
        --------
        The estate of 200 and claims of 100, 200, 300 (Aumann and Maschler 1985):

        >>> claims = (100, 200, 300)
        >>> left = lambda s: max(0, 200 - sum(c for i, c in enumerate(claims) if i not in s))
        >>> CoalitionGame(left, players=3).nucleolus().allocation
        array([50., 75., 75.])
        """
        return nucleolus_of(self.values)

    def prenucleolus(self) -> Nucleolus:
        """Return the prenucleolus: the same without x_i >= v(i), so that it always exists."""
        return self._prenucleolus

    @cached_property
    def _prenucleolus(self) -> Nucleolus:
        return nucleolus_of(self.values, individual=False)

    @property
    def monotone(self) -> bool:
        """Whether no player ever lowers the worth of a coalition."""
        return shapes.is_monotone(self.values)

    @property
    def superadditive(self) -> bool:
        """Whether merging never loses worth; tries all pairs, so n is at most 18."""
        check_number("players", self.players, Domain(2, _MOST_PAIRS, integer=True))
        return shapes.is_superadditive(self.values)

    @property
    def convex(self) -> bool:
        """Whether a player adds no less to a larger coalition; then Shapley lies in the core."""
        return shapes.is_convex(self.values)

    @property
    def symmetric_players(self) -> tuple[tuple[int, ...], ...]:
        """Players in groups that can be exchanged without changing any worth."""
        return shapes.symmetric_groups(self.values)
