"""What the contribution game hands back; the game is in :mod:`derelayl_econ.games.contribution`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.results import (
    Coverage,
    Equilibrium,
    EquilibriumSet,
    Result,
    format_number,
    frozen_array,
)

__all__ = [
    "ContributionOutcome",
    "GateEquilibria",
    "GateEquilibrium",
    "RelayOrders",
    "RelayOutcome",
    "SimultaneousOutcome",
    "TransferOutcome",
    "roles_of",
]

Array = npt.NDArray[np.float64]

_SHOWN = 10


def roles_of(efforts: Array, caps: Array) -> npt.NDArray[np.str_]:
    """Return "contributes" (to the cap), "partial" or "rides" for each participant.

    Examples
    --------
    >>> print(roles_of(np.array([2.0, 0.5, 0.0]), np.array([2.0, 1.0, 1.0])))
    ['contributes' 'partial' 'rides']
    """
    roles = np.where(efforts == 0, "rides", np.where(efforts < caps, "partial", "contributes"))
    return frozen_array(roles, dtype=np.str_)


@dataclass(frozen=True, kw_only=True, eq=False)
class ContributionOutcome(Equilibrium):
    """An equilibrium of a contribution game.

    Attributes
    ----------
    strategy, payoff : array, shape (N,)
        Everybody's effort (legs) and payoff (money), in the order of the game's participants.
    regret : float
        Largest gain (money) of one participant from any other effort, measured from the payoffs.
    total : float
        X, the effort of all (legs).
    roles : array of str, shape (N,)
        "contributes" (the whole cap), "partial" or "rides".
    efficient_total : float
        Effort of all (legs) under a planner who maximises the sum of payoffs.
    efficiency : float
        Sum of payoffs over the planner's, both counted from nobody training; 1 where the planner
        lets nobody train.
    coverage : Coverage
        "all" if there is no other equilibrium; "some" if this one stands for a continuum.
    method : str
        The algorithm.
    """

    total: float
    roles: npt.NDArray[np.str_]
    efficient_total: float
    efficiency: float
    coverage: Coverage
    method: str

    def caption(self) -> str:
        """Return the one-line summary."""
        return (
            f"{super().caption()}: total {format_number(self.total)} "
            f"(efficient {format_number(self.efficient_total)}), efficiency "
            f"{format_number(self.efficiency)}, regret {self.regret:.1g}, coverage: {self.coverage}"
        )

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per participant, for the first ten."""
        rows: list[Sequence[object]] = [
            (i, self.strategy[i], self.roles[i], self.payoff[i])
            for i in range(min(_SHOWN, self.strategy.size))
        ]
        if self.strategy.size > _SHOWN:
            rows.append((f"... {self.strategy.size - 1}", None, None, None))
        return ("participant", "effort", "role", "payoff"), rows


@dataclass(frozen=True, kw_only=True, eq=False)
class SimultaneousOutcome(ContributionOutcome):
    """The Nash equilibrium of simultaneous choice.

    Attributes
    ----------
    partial : tuple of int
        Those who train, but less than their cap: at most one, unless ``tied``.
    tied : tuple of int
        Participants of equal cost-value ratio who may share their effort in other ways, too; each
        division of it within their caps is an equilibrium, and there are no others.
    """

    partial: tuple[int, ...]
    tied: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class RelayOutcome(ContributionOutcome):
    """The subgame-perfect play of a relay order.

    Attributes
    ----------
    order : tuple of int
        Participants in the order of their moves.
    simultaneous_total : float
        Effort of all (legs) if they chose simultaneously.
    indifferent : tuple of int
        Movers with another best reply on the path of play that leads to another total.
    """

    order: tuple[int, ...]
    simultaneous_total: float
    indifferent: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class TransferOutcome(ContributionOutcome):
    """The Nash equilibrium under budget-balanced transfers; ``payoff`` includes them.

    Attributes
    ----------
    payments : array, shape (N,)
        What everybody receives (money; negative: pays).
    budget : float
        Sum of the payments (money): zero up to rounding.
    implements : bool
        Whether the sum of payoffs is the planner's (to one part in 10^9).
    losers : tuple of int
        Those who are better off in the simultaneous game without transfers.
    """

    payments: Array
    budget: float
    implements: bool
    losers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class RelayOrders(Result):
    """Subgame-perfect play of every relay order.

    Attributes
    ----------
    orders : array of int, shape (N!, N)
        Row by row the participants in the order of their moves, in lexicographic order.
    totals, efficiencies : array, shape (N!,)
        Effort of all (legs) and efficiency of each order.
    simultaneous_total, efficient_total : float
        For comparison (legs).
    coverage : Coverage
        "all" if every order has one subgame-perfect play only; "some" if ties were broken upwards.
    """

    orders: npt.NDArray[np.int64]
    totals: Array
    efficiencies: Array
    simultaneous_total: float
    efficient_total: float
    coverage: Coverage

    @property
    def best(self) -> tuple[int, ...]:
        """The first order of largest total."""
        return tuple(int(i) for i in self.orders[np.argmax(self.totals)])

    @property
    def worst(self) -> tuple[int, ...]:
        """The first order of smallest total."""
        return tuple(int(i) for i in self.orders[np.argmin(self.totals)])

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return the best and the worst order beside the two benchmarks."""
        rows = [
            ("efficient", None, self.efficient_total),
            ("simultaneous", None, self.simultaneous_total),
            ("best order", self.best, self.totals.max()),
            ("worst order", self.worst, self.totals.min()),
        ]
        return ("play", "order", "total"), rows


@dataclass(frozen=True, kw_only=True, eq=False)
class GateEquilibrium(Equilibrium):
    """One pure equilibrium, up to who is inside.

    Attributes
    ----------
    strategy : int
        k, the number of participants inside the gate.
    payoff : tuple of float
        Of each inside and each outside (money); NaN for an absent group.
    stable : bool
        Whether every deviation loses strictly.
    inside, outside : float
        Effort of each inside and each outside (legs); NaN for an absent group.
    total : float
        Effort of all (legs).
    divisible : bool
        Whether the same total, divided in other ways, is an equilibrium, too.
    """

    inside: float
    outside: float
    total: float
    divisible: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class GateEquilibria(EquilibriumSet):
    """All pure equilibria behind a gate, by the number k inside.

    Attributes
    ----------
    part : float
        m = X*/N, what the gate asks of everybody (legs).
    efficient_total : float
        X* (legs).
    leakage_bound : float
        Largest theta up to which everybody trains the part in equilibrium.
    simple_bound : float
        The bound of the theory notes, against those who would train nothing; never below.
    """

    equilibria: tuple[GateEquilibrium, ...]
    part: float
    efficient_total: float
    leakage_bound: float
    simple_bound: float

    @property
    def everybody(self) -> GateEquilibrium | None:
        """The equilibrium in which everybody trains the part, if it is one."""
        return next((e for e in self.equilibria if np.isnan(e.outside)), None)

    @property
    def nobody(self) -> GateEquilibrium | None:
        """The equilibrium in which nobody passes the gate, if it is one."""
        return next((e for e in self.equilibria if np.isnan(e.inside)), None)

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per equilibrium."""
        headers = ("inside", "each inside", "each outside", "total", "payoff", "regret", "label")
        return headers, [
            (e.strategy, e.inside, e.outside, e.total, e.payoff, e.regret, e.label)
            for e in self.equilibria
        ]

    def caption(self) -> str:
        """Return the one-line summary."""
        return f"{super().caption()}; leakage bound {format_number(self.leakage_bound)}"
