r"""Who spreads: the relay, or any other game, played again and again in a population.

The game (theory notes, section 6.1)
------------------------------------
*Players*: the members of a large population, or of a finite one of Z. *Strategies*: m of them; in
the relay *train*, *ride*, *cheat* and *stay out*. Groups of N are drawn at random; a member who
plays i in a group whose others have composition a earns P_i(a): the payoffs of one leg
(:mod:`derelayl_econ.games.relay_payoffs`), a payoff matrix (N = 2), or any function of the
composition. *Payoffs*: f_i(x), the expectation of P_i over the draw at shares x. *Best response*:
any strategy with the largest f_i. *Equilibrium*: a state x in which only best responses are played;
its regret is max_i f_i - sum_i x_i f_i. What members do is not to solve the game but to copy what
does better, so that shares move (:mod:`derelayl_econ.games.population_dynamics`); rest points of
that motion, stable or not, contain all equilibria (:mod:`derelayl_econ.games.rest_points`). In a
finite population chance decides too (:mod:`derelayl_econ.games.finite_population`).

Without audits, cheats and an outside option the rest point between trainers and riders is the mixed
equilibrium of *train or ride* (section 2.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.equilibrium.payoff_tables import exact_matrix
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.games.finite_population import FinitePopulation
from derelayl_econ.games.group_rules import GroupRule, MatrixRule, PairRule, TableRule
from derelayl_econ.games.population_arguments import (
    LARGEST_MATRIX,
    MONEY,
    Payoff,
    check_name,
    check_names,
    check_shares,
    group_table,
)
from derelayl_econ.games.population_dynamics import DYNAMICS, Trajectory, follow
from derelayl_econ.games.relay_payoffs import STRATEGIES
from derelayl_econ.games.relay_rule import RelayParameters, RelayRule
from derelayl_econ.games.rest_points import RestPoints
from derelayl_econ.notation import check
from derelayl_econ.results import frozen_array

__all__ = ["PopulationGame"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PopulationGame:
    """A game played in groups drawn at random from a population.

    Made by :meth:`relay`, :meth:`matrix`, :meth:`groups` or :meth:`pair`.

    Parameters
    ----------
    rule : GroupRule
        Payoffs of one group.
    strategies : tuple of str
        Names, shape (m,).

    Examples
    --------
    >>> game = PopulationGame.relay(participants=5, benefit=2, cost=3, pool=6, cost_cheat=0.2,
    ...     deposit=1, audit_rate=0.4, leakage=0.5, strategies=("train", "ride", "cheat"))
    >>> for point in game.rest_points().nash:
    ...     print(point.label, point.strategy.round(4), point.stable)
    train, cheat [0.0622 0.     0.9378] True
    """

    rule: GroupRule
    strategies: tuple[str, ...]

    def __post_init__(self) -> None:
        rule: Any = self.rule
        if not isinstance(rule, GroupRule):
            hint = "PopulationGame.relay(), .matrix(), .groups() and .pair() make games."
            raise InputError("rule", rule, "be a GroupRule", hint=hint)
        object.__setattr__(self, "strategies", check_names(self.strategies, self.rule.size))

    @classmethod
    def relay(
        cls, *, participants: int, benefit: float, cost: float, cost_cheat: float = 0.0,
        pool: float = 0.0, deposit: float = 0.0, leakage: float = 0.0, audit_rate: float = 0.0,
        false_reject: float = 0.0, false_accept: float = 0.0, outside: float = 0.0,
        strategies: Sequence[str] = STRATEGIES,
    ) -> PopulationGame:  # fmt: skip
        """Play one leg of the relay in groups of ``participants``.

        Parameters
        ----------
        benefit, cost, cost_cheat, pool, deposit, outside : float
            b, c, c_0 < c, R, D, U (money).
        leakage, audit_rate, false_reject, false_accept : float
            theta, y, alpha, beta.
        strategies : sequence of str
            Two or more of "train", "ride", "cheat", "stay out".

        See Also
        --------
        derelayl_econ.games.relay_payoffs : the payoffs, in full.
        """
        terms = RelayParameters(
            participants=participants, benefit=benefit, cost=cost, cost_cheat=cost_cheat, pool=pool,
            deposit=deposit, leakage=leakage, audit_rate=audit_rate, false_reject=false_reject,
            false_accept=false_accept, outside=outside,
        )  # fmt: skip
        rule = RelayRule(terms=terms, strategies=strategies)
        return cls(rule, tuple(rule.strategies))

    @classmethod
    def matrix(cls, payoffs: Any, strategies: Sequence[str] | None = None) -> PopulationGame:
        """Play in pairs: strategy i earns ``payoffs[i][j]`` against j.

        Parameters
        ----------
        payoffs : array_like, shape (m, m), m <= 8
            Money: ints, Fractions or floats, the latter as the dyadic rationals they are.

        Examples
        --------
        >>> game = PopulationGame.matrix([[0, -1, 2], [2, 0, -1], [-1, 2, 0]])
        >>> [(p.label, p.ess) for p in game.rest_points().nash]
        [('0, 1, 2', True)]
        """
        exact = exact_matrix("payoffs", payoffs)
        if len(exact) != len(exact[0]) or not 2 <= len(exact) <= LARGEST_MATRIX:
            raise InputError("payoffs", f"shape ({len(exact)}, {len(exact[0])})",
                             f"be square, for 2 to {LARGEST_MATRIX} strategies")  # fmt: skip
        values = frozen_array([[float(entry) for entry in row] for row in exact])
        return cls(MatrixRule(2, values, exact), check_names(strategies, len(exact)))

    @classmethod
    def groups(
        cls, participants: int, payoff: Payoff, strategies: Sequence[str]
    ) -> PopulationGame:  # fmt: skip
        """Play in groups with any payoff function.

        Parameters
        ----------
        participants : int
            N >= 2.
        payoff : callable
            ``payoff(i, others)``: what a member earns (money) who plays strategy i when
            ``others[j]`` of the N - 1 others play j.

        Examples
        --------
        >>> volunteer = PopulationGame.groups(
        ...     3, lambda i, others: 3 if i == 0 else 4 * (others[0] > 0), ["train", "ride"])
        >>> print(volunteer.rest_points().nash[0].strategy)
        [0.5 0.5]
        """
        names = check_names(strategies)
        table = group_table(participants, payoff, len(names))
        if len(names) == 2:
            return cls(PairRule(frozen_array(table[0][::-1]), frozen_array(table[1][::-1])), names)
        return cls(TableRule(int(participants), table), names)

    @classmethod
    def pair(
        cls, first: npt.ArrayLike, second: npt.ArrayLike,
        strategies: Sequence[str] = ("first", "second"),
    ) -> PopulationGame:  # fmt: skip
        """Play in groups of N with two strategies, N up to millions.

        Parameters
        ----------
        first, second : array of shape (N,)
            What each earns (money) when k = 0, ..., N-1 of the others play the first.

        Examples
        --------
        >>> game = PopulationGame.pair([3, 3, 3], [0, 4, 4], ["train", "ride"])
        >>> game.payoffs([0.5, 0.5])
        array([3., 3.])
        """
        ours, theirs = check_array("first", first, MONEY), check_array("second", second, MONEY)
        if ours.shape != theirs.shape or ours.size < 2:
            raise InputError("second", f"shape {theirs.shape}",
                             f"have the shape of first, {ours.shape}, N >= 2")  # fmt: skip
        return cls(PairRule(frozen_array(ours), frozen_array(theirs)), check_names(strategies, 2))

    @property
    def participants(self) -> int:
        """N, members of a group."""
        return self.rule.participants

    def payoffs(self, shares: npt.ArrayLike) -> Array:
        """Return f(x) in money; shapes (..., m) to (..., m)."""
        return self.rule.expected(check_shares(shares, self.rule.size))

    def regret(self, shares: npt.ArrayLike) -> Array:
        """Return how much the best strategy earns above the average (money), shape (...)."""
        x = check_shares(shares, self.rule.size)
        payoffs = self.rule.expected(x)
        return np.asarray(payoffs.max(axis=-1) - (x * payoffs).sum(axis=-1))

    def payoffs_in(self, counts: npt.ArrayLike) -> Array:
        """Return the expected payoffs in a finite population of ``counts`` (m,); NaN if absent."""
        number = check_array("counts", counts, Domain(0, integer=True)).astype(np.int64)
        if number.size != self.rule.size or number.sum() < self.participants:
            raise InputError("counts", number.tolist(), f"be {self.rule.size} numbers that add up "
                             f"to a group of {self.participants} or more")  # fmt: skip
        return self.rule.in_population(number)

    def edge(self, first: str, second: str) -> tuple[Array, Array]:
        """Return the payoffs of two strategies when k of the others play the first.

        The rest play the second. Two arrays of shape (N,), k = 0, ..., N-1, in money.
        """
        places = [check_name(name, self.strategies) for name in (first, second)]
        if places[0] == places[1]:
            raise InputError("second", second, "differ from first")
        ours, theirs = self.rule.edge(*places)
        return ours, theirs

    def rest_points(self) -> RestPoints:
        """Return all rest points of the replicator dynamic, with stability; see ``coverage``.

        Matrix games: every support in exact rationals, with an exact ESS test. The relay: counted
        in closed form. Other group games: edges by Bernstein counting, faces by subdivision.
        """
        if isinstance(self.rule, MatrixRule):
            from derelayl_econ.games.rest_points_matrix import matrix_rest_points

            return matrix_rest_points(self.rule, self.strategies)
        if isinstance(self.rule, RelayRule):
            from derelayl_econ.games.rest_points_relay import relay_rest_points

            return relay_rest_points(self.rule)
        from derelayl_econ.games.rest_points_group import group_rest_points

        return group_rest_points(self.rule, self.strategies)

    def trajectory(
        self, start: npt.ArrayLike, times: npt.ArrayLike, *, dynamic: str = "replicator",
        noise: float = 1.0, resolution: float = 1e-3,
    ) -> Trajectory:  # fmt: skip
        """Follow the shares over time.

        Parameters
        ----------
        start : array, shape (m,)
            Shares at the first of ``times``.
        times : array, shape (T,)
            Increasing.
        dynamic : {"replicator", "logit", "best response"}
        noise : float
            zeta > 0 of the logit choice (money).
        resolution : float
            In (0, 1): how exactly the moments of switching are found (best response).

        Raises
        ------
        SolverError
            If the path needs more than 200,000 evaluations of the payoffs.

        Examples
        --------
        >>> game = PopulationGame.pair([3, 3, 3], [0, 4, 4], ["train", "ride"])
        >>> for dynamic in ("replicator", "logit", "best response"):
        ...     path = game.trajectory([0.2, 0.8], [0, 40], dynamic=dynamic, noise=0.01)
        ...     print(dynamic, path.end.round(2))
        replicator [0.5 0.5]
        logit [0.5 0.5]
        best response [0.5 0.5]
        """
        if not isinstance(dynamic, str) or dynamic not in DYNAMICS:
            raise InputError("dynamic", dynamic, f"be one of {', '.join(DYNAMICS)}",
                             hint=did_you_mean(dynamic, DYNAMICS))  # fmt: skip
        moments = check_array("times", times)
        if (np.diff(moments) <= 0).any():
            raise InputError("times", moments, "be increasing")
        x = check_shares(start, self.rule.size)
        if x.ndim != 1:
            raise InputError("start", f"shape {x.shape}", "have 1 dimension")
        zeta = check(choice_noise=noise)["choice_noise"]
        fine = check_number("resolution", resolution, Domain(1e-6, 1))
        return follow(
            self.rule, self.strategies, x, moments, dynamic, noise=zeta, resolution=fine
        )  # fmt: skip

    def finite(
        self, population: int, *, selection: float = 1.0, process: str = "fermi",
        mutation: float = 0.0,
    ) -> FinitePopulation:  # fmt: skip
        """Return the game in a finite population of Z."""
        return FinitePopulation(self, population, selection, process, mutation)
