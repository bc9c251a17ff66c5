r"""Evolution in a finite population: gradients of selection, fixation, rare mutations.

A population of Z, groups of N drawn from it without replacement. Two strategies: k members play the
first, Z - k the second. With P_1(a), P_2(a) the payoffs when a of the N - 1 others play the first,

    f_1(k) = E P_1(A), A ~ Hypergeometric(Z-1, k-1, N-1),    f_2(k) = E P_2(A), A ~ ...(Z-1, k, N-1)

and Delta(k) = f_1 - f_2. In each step k goes up with probability T+(k), down with T-(k):

* "fermi": a random member compares itself with another (with replacement) and copies it with
  probability 1/(1 + exp(-w (payoff of the other - own))): T+- = (k/Z)((Z-k)/Z)/(1 + exp(-+w Delta))
  (Traulsen, Pacheco and Nowak 2007).
* "moran": a member is drawn in proportion to fitness exp(w f); a copy of it replaces a random
  member: T+ = (k e^(w f_1)/(k e^(w f_1) + (Z-k) e^(w f_2))) (Z-k)/Z, T- likewise.
* "linear moran": the same with fitness 1 + w f, which must be positive (Nowak et al. 2004; their
  intensity omega in 1 - omega + omega f is w/(1 + w)).

With probability mu a step is instead a random switch: T+-_mu = (1-mu) T+- + mu (Z-k)/Z or mu k/Z
(Santos and Pacheco 2011). The *gradient of selection* is T+ - T-. Without mutation the first
strategy takes over from k = i with probability phi_i, see :mod:`derelayl_econ.games.birth_death`;
T-/T+ is exp(-w Delta) for the first two processes, (1 + w f_2)/(1 + w f_1) for the third.

For mu -> 0 the population is nearly always of one strategy; a mutant of strategy j in a population
of i takes over with probability rho_ij, and the chain that jumps from i to j with probability
rho_ij/(m-1) has the stationary law (Fudenberg and Imhof 2006; Imhof, Fudenberg and Nowak 2005).

Proved: theorem X in proofs/.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import sympy as sp
from scipy.special import expit

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.formula import Formula
from derelayl_econ.games.birth_death import (
    log_fixation,
    log_fixation_from,
    log_stationary,
    rare_jump_law,
)
from derelayl_econ.games.group_sampling import hypergeometric_mean
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result, frozen_array

if TYPE_CHECKING:
    from derelayl_econ.games.population import PopulationGame

__all__ = ["COPYING", "PROCESSES", "FinitePopulation", "Fixation", "RareMutations"]

Array = npt.NDArray[np.float64]

PROCESSES = ("fermi", "moran", "linear moran")
LARGEST = 10_000_000

_Z, _K, _W, _LEAD = (
    symbol(s) for s in ("population", "players_of_first", "selection", "payoff_lead")
)

COPYING = Formula(
    "probability of copying",
    1 / (1 + sp.exp(-_W * _LEAD)),
    "Traulsen, Pacheco and Nowak 2007, J. Theor. Biol. 246:522, equation 2",
)
MEETING = Formula(
    "probability that the two members drawn differ, first one way",
    _K / _Z * (_Z - _K) / _Z,
    "Traulsen, Pacheco and Nowak 2007",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fixation(Result):
    """Take-over of a population by some mutants.

    Attributes
    ----------
    invader, resident : str
    mutants, population : int
        i and Z.
    probability, log_probability : float
        phi_i and its logarithm, which is finite where phi_i is below the smallest float.
    neutral : float
        i/Z, without selection.
    """

    invader: str
    resident: str
    mutants: int
    population: int
    probability: float
    log_probability: float
    neutral: float

    @property
    def favoured(self) -> bool:
        """Whether selection helps the invader, phi_i > i/Z."""
        return self.log_probability > math.log(self.neutral)


@dataclass(frozen=True, kw_only=True, eq=False)
class RareMutations(Result):
    """The law of populations of one strategy under very rare mutations.

    Attributes
    ----------
    strategies : tuple of str
    shares : array, shape (m,)
        Share of time in which everybody plays the strategy.
    log_fixation : array, shape (m, m)
        log rho_ij: one mutant of j (column) takes over a population of i (row); diagonal -inf.
    neutral : float
        1/Z, what every rho would be without selection.
    """

    strategies: tuple[str, ...]
    shares: Array
    log_fixation: Array
    neutral: float

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per resident: its share and who invades it, in units of 1/Z."""
        relative = np.exp(self.log_fixation) / self.neutral
        headers = ("everybody", "share of time", *(f"to {name}" for name in self.strategies))
        return headers, [
            (name, self.shares[i], *(relative[i, j] if i != j else None for j in range(len(row))))
            for i, (name, row) in enumerate(zip(self.strategies, relative, strict=True))
        ]

    def caption(self) -> str:
        """Return the title."""
        return "Rare mutations: share of time, and fixation probabilities in units of 1/Z"


@dataclass(frozen=True, eq=False)
class FinitePopulation:
    """A population game in a finite population.

    Parameters
    ----------
    game : PopulationGame
    population : int
        Z, at least the size N of a group; at most 10^7.
    selection : float
        w >= 0 (1/money).
    process : {"fermi", "moran", "linear moran"}
    mutation : float
        mu in [0, 1].

    Raises
    ------
    InputError
        If a value is outside its domain, the population smaller than a group, or a linear fitness
        not positive.

    Examples
    --------
    >>> from derelayl_econ.games.population import PopulationGame
    >>> game = PopulationGame.matrix([[2, 2], [1, 1]], ["mutant", "resident"])
    >>> moran = FinitePopulation(game, 100, selection=0.5, process="linear moran")
    >>> found = moran.fixation("mutant", "resident")  # fitness 2 against 1.5: 1 - 3/4
    >>> round(found.probability, 9), found.favoured
    (0.25, True)
    """

    game: PopulationGame
    population: int
    selection: float = 1.0
    process: str = "fermi"
    mutation: float = 0.0

    def __post_init__(self) -> None:
        from derelayl_econ.games.population import PopulationGame

        if not isinstance(self.game, PopulationGame):
            raise InputError("game", self.game, "be a PopulationGame")
        if not isinstance(self.process, str) or self.process not in PROCESSES:
            raise InputError("process", self.process, f"be one of {', '.join(PROCESSES)}",
                             hint=did_you_mean(self.process, PROCESSES))  # fmt: skip
        given = check(population=self.population, selection=self.selection, mutation=self.mutation)
        smallest = self.game.participants
        if not smallest <= given["population"] <= LARGEST:
            raise InputError("population", self.population, f"lie in [{smallest}, {LARGEST}], from "
                             "the size of a group up")  # fmt: skip
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def payoffs(self, first: str, second: str) -> tuple[Array, Array]:
        """Return (f_1(k), f_2(k)), k = 1, ..., Z-1, in money."""
        ours, theirs = self.game.edge(first, second)
        players, others = np.arange(1, self.population), self.population - 1
        return (
            hypergeometric_mean(ours, players - 1, others),
            hypergeometric_mean(theirs, players, others),
        )

    def transitions(self, first: str, second: str) -> tuple[Array, Array]:
        """Return (T+(k), T-(k)), k = 0, ..., Z, mutation included."""
        ours, theirs = self.payoffs(first, second)
        size = self.population
        k = np.arange(size + 1)
        up, down = np.zeros((2, size + 1))
        inner = k[1:-1]
        if self.process == "fermi":
            meet = MEETING(population=size, players_of_first=inner)
            up[1:-1] = meet * COPYING(selection=self.selection, payoff_lead=ours - theirs)
            down[1:-1] = meet * COPYING(selection=self.selection, payoff_lead=theirs - ours)
        else:
            lead = self._log_fitness(ours) - self._log_fitness(theirs)
            log_odds = np.log(inner / (size - inner)) + lead  # that the first is copied
            up[1:-1] = expit(log_odds) * (size - inner) / size
            down[1:-1] = expit(-log_odds) * inner / size
        mixed = 1 - self.mutation
        return (
            np.asarray(mixed * up + self.mutation * (size - k) / size),
            np.asarray(mixed * down + self.mutation * k / size),
        )

    def gradient(self, first: str, second: str) -> Array:
        """Return the gradient of selection T+(k) - T-(k), k = 0, ..., Z."""
        up, down = self.transitions(first, second)
        return up - down

    def log_fixation(self, first: str, second: str) -> Array:
        """Return log phi_i, i = 0, ..., Z: the first takes over from i players (no mutation)."""
        return log_fixation(self._log_ratios(first, second))

    def fixation(self, invader: str, resident: str, mutants: int = 1) -> Fixation:
        """Return the probability that ``mutants`` invaders take over, without mutation.

        Parameters
        ----------
        mutants : int
            i, from 1 to Z - 1.
        """
        number = check(players_of_first=mutants)["players_of_first"]
        if not 1 <= number < self.population:
            raise InputError("mutants", mutants, f"be an integer in [1, {self.population - 1}]")
        log_probability = log_fixation_from(self._log_ratios(invader, resident), number)
        return Fixation(
            invader=invader, resident=resident, mutants=number, population=self.population,
            probability=math.exp(log_probability), log_probability=log_probability,
            neutral=number / self.population,
        )  # fmt: skip

    def stationary(self, first: str, second: str) -> Array:
        """Return the stationary law of k = 0, ..., Z between two strategies; needs mutation.

        Raises
        ------
        InputError
            If the mutation probability is 0: the ends would be absorbing.
        """
        if self.mutation == 0:
            raise InputError("mutation", self.mutation, "be above 0 for a stationary law",
                             hint="Without mutation: fixation() and rare_mutations().")  # fmt: skip
        up, down = self.transitions(first, second)
        return np.exp(log_stationary(np.log(up[:-1]), np.log(down[1:])))

    def rare_mutations(self) -> RareMutations:
        """Return the law of one-strategy populations in the limit of rare mutations."""
        names = self.game.strategies
        logs = np.full((len(names), len(names)), -np.inf)
        for i, resident in enumerate(names):
            for j, invader in enumerate(names):
                if i != j:
                    logs[i, j] = log_fixation_from(self._log_ratios(invader, resident), 1)
        return RareMutations(
            strategies=names, shares=frozen_array(np.exp(rare_jump_law(logs))),
            log_fixation=frozen_array(logs), neutral=1 / self.population,
        )  # fmt: skip

    def _log_ratios(self, first: str, second: str) -> Array:
        """Return log(T-(k)/T+(k)), k = 1, ..., Z-1."""
        ours, theirs = self.payoffs(first, second)
        return self._log_fitness(theirs) - self._log_fitness(ours)

    def _log_fitness(self, payoffs: Array) -> Array:
        with np.errstate(over="ignore"):
            change = self.selection * payoffs
        if not np.isfinite(change).all():
            raise InputError("selection", self.selection, "keep selection * payoff finite")
        if self.process != "linear moran":
            return np.asarray(change)
        if change.min() <= -1:
            raise InputError("selection", self.selection, "keep 1 + selection * payoff positive; "
                             f"the lowest payoff is {payoffs.min():.6g}")  # fmt: skip
        return np.log1p(change)
