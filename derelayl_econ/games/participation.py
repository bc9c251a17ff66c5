r"""Train or ride: all symmetric equilibria of one leg, and all pure ones.

Game. Simultaneously each of N participants trains or rides. With k of the *others* training, a
trainer gets J(k) and a rider A(k) (money); g_k = J(k) - A(k), k = 0, ..., N-1, is the gain of
training. Best response to everybody else training with probability p: train if G(p) > 0, ride if
G(p) < 0, anything if G(p) = 0, where G(p) = sum_k C(N-1, k) p^k (1-p)^(N-1-k) g_k.

Symmetric equilibria: p = 0 if g_0 <= 0; p = 1 if g_(N-1) >= 0; 0 < p < 1 if G(p) = 0. The payoff is
E[(1-p) A(K) + p J(K)], the regret (1-p) max(0, G) + p max(0, -G). An equilibrium is stable under
the replicator dynamic, and then an ESS, where G crosses from + to - (at p = 0 and 1: where G, next
to it, pushes back). Pure asymmetric equilibria with K trainers: (K = 0 or g_(K-1) >= 0) and
(K = N or g_K <= 0).

Source: theory notes, section 2.1; Pena, Lehmann, Noeldeke 2014, J. Theor. Biol. 346:23.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import PROBABILITY, check_array
from derelayl_econ.equilibrium.bernstein import InteriorRoot
from derelayl_econ.equilibrium.binomial import binomial_mean
from derelayl_econ.equilibrium.certificate import solve
from derelayl_econ.equilibrium.pure_certificate import TrainersCertificate
from derelayl_econ.games.participation_formulas import (
    SMALLEST_FULL_POOL,
    checked_payoffs,
    instance_payoffs,
)
from derelayl_econ.games.participation_phase import PhaseDiagram, phase_diagram
from derelayl_econ.notation import check
from derelayl_econ.results import (
    Certificate,
    Coverage,
    Equilibrium,
    EquilibriumSet,
    Status,
    frozen_array,
)

__all__ = ["ParticipationGame"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ParticipationGame:
    """One leg in which each of N participants trains or rides.

    Parameters
    ----------
    gains : array of shape (N,)
        g_k: gain (money) of training when k others train; N >= 2.
    ride : array of shape (N,), optional
        A(k): payoff (money) of riding when k others train; 0 by default.

    Raises
    ------
    InputError
        For fewer than two gains, entries that are not finite numbers (or all so small, or any so
        large, that floats cannot hold their products), or shapes that differ.

    Examples
    --------
    >>> game = ParticipationGame.volunteer(participants=3, benefit=4, cost=1)
    >>> print(game.equilibria())
    1 equilibrium, coverage: all; Bernstein sign changes (Pena, Lehmann, Noeldeke 2014); solved
    strategy  payoff  regret  stable  certificate  label
    0.5       3       0       yes     none         mixed
    >>> game.expected_trainers(0.5)
    array(1.5)
    """

    gains: Array
    ride: Array | None = None

    def __post_init__(self) -> None:
        gains, ride = checked_payoffs("gains", self.gains, self.ride)
        object.__setattr__(self, "gains", frozen_array(gains))
        object.__setattr__(self, "ride", frozen_array(ride))

    @classmethod
    def volunteer(cls, participants: int, benefit: float, cost: float) -> ParticipationGame:
        """Let one trainer be enough for all (volunteer's dilemma, Diekmann 1985).

        Proved: theorem T1 in proofs/.
        """
        return cls._of("volunteer", participants, benefit=benefit, cost=cost)

    @classmethod
    def pool(cls, participants: int, pool: float, cost: float) -> ParticipationGame:
        """Share a reward pool equally among the trainers; riders get nothing.

        Proved: theorem T2 in proofs/.
        """
        return cls._of("pool", participants, pool=pool, cost=cost)

    @classmethod
    def train_or_ride(
        cls, participants: int, benefit: float, cost: float, pool: float = 0.0, leakage: float = 0.0
    ) -> ParticipationGame:
        """Give trainers benefit and a share of the pool, riders a leaked part of the benefit.

        Proved: theorems T0 and T2 in proofs/.
        """
        return cls._of(
            "train_or_ride", participants, benefit=benefit, cost=cost, pool=pool, leakage=leakage
        )

    @classmethod
    def critical_mass(
        cls, participants: int, threshold: int, benefit: float, cost: float, leakage: float = 0.0
    ) -> ParticipationGame:
        """Need at least ``threshold`` trainers for the leg to be worth anything.

        Examples
        --------
        >>> game = ParticipationGame.critical_mass(10, 4, benefit=10, cost=2, leakage=0.5)
        >>> [(round(e.strategy, 4), e.stable) for e in game.equilibria()]
        [(0.0, True), (0.1904, False), (1.0, True)]
        """
        return cls._of(
            "critical_mass", participants, threshold=threshold, benefit=benefit, cost=cost,
            leakage=leakage,
        )  # fmt: skip

    @classmethod
    def _of(cls, instance: str, participants: int, **values: Any) -> ParticipationGame:
        train, ride = instance_payoffs(instance, participants, **values)
        return cls(train - ride, ride)

    @staticmethod
    def smallest_full_pool(
        participants: int, benefit: float, cost: float, leakage: float = 0.0
    ) -> float:
        """Return the smallest pool (money) with which everybody trains: N max(0, c - (1-theta) b).

        Proved: theorem T2 in proofs/.

        Examples
        --------
        >>> ParticipationGame.smallest_full_pool(10, benefit=2, cost=3, leakage=0.5)
        20.0
        """
        values = check(participants=participants, benefit=benefit, cost=cost, leakage=leakage)
        return float(SMALLEST_FULL_POOL(**values))

    @staticmethod
    def phase_diagram(
        instance: str, *, participants: int, **parameters: npt.ArrayLike
    ) -> PhaseDiagram:
        """Return all symmetric equilibria over a grid of parameters.

        See :func:`~derelayl_econ.games.participation_phase.phase_diagram`.
        """
        return phase_diagram(instance, participants=participants, **parameters)

    @property
    def participants(self) -> int:
        """N."""
        return self.gains.size

    def gain(self, p: npt.ArrayLike) -> Array:
        """Return G(p), the expected gain (money) of training when the others train with prob. p."""
        return binomial_mean(self.gains, check_array("p", p, PROBABILITY, ndim=None))

    def payoff(self, p: npt.ArrayLike) -> Array:
        """Return the expected payoff (money) of each when all train with probability p."""
        points = check_array("p", p, PROBABILITY, ndim=None)
        return np.asarray(binomial_mean(self._ride, points) + points * self.gain(points))

    def regret(self, p: npt.ArrayLike) -> Array:
        """Return what the better pure action earns above p when all others train with prob. p."""
        points = check_array("p", p, PROBABILITY, ndim=None)
        gain = self.gain(points)
        return np.asarray((1 - points) * np.maximum(gain, 0) + points * np.maximum(-gain, 0))

    def outage(self, p: npt.ArrayLike) -> Array:
        """Return (1-p)^N, the probability that nobody trains, without cancellation.

        Proved: theorem T1 in proofs/.
        """
        points = check_array("p", p, PROBABILITY, ndim=None)
        with np.errstate(divide="ignore"):  # log 0 at p = 1 gives exp(-inf) = 0
            return np.asarray(np.exp(self.participants * np.log1p(-points)))

    def expected_trainers(self, p: npt.ArrayLike) -> Array:
        """Return N p."""
        return np.asarray(self.participants * check_array("p", p, PROBABILITY, ndim=None))

    def equilibria(self, certify: bool = False) -> EquilibriumSet:
        """Return all symmetric equilibria, in increasing order of the probability of training.

        Proved: theorem T0 in proofs/ (exactly one where gains fall).

        Parameters
        ----------
        certify : bool
            Prove the number and the places in exact or ball arithmetic, and attach the
            certificate; tangencies are then decided exactly up to N = 513.

        Returns
        -------
        EquilibriumSet
            Coverage "all", unless G is zero everywhere (every p is an equilibrium; the two ends
            are listed) or a piece could not be resolved (status UNRESOLVED): coverage "some".
        """
        if not self.gains.any():
            return EquilibriumSet(
                equilibria=tuple(self._equilibrium(p, None, None) for p in (0.0, 1.0)),
                coverage=Coverage.SOME,
                method="all gains are zero: every probability is an equilibrium (ends listed)",
            )
        roots, certificate = solve(self.gains, certify=certify)
        found = [self._interior(root, certificate) for root in roots.roots]
        if self.gains[0] <= 0:
            found.insert(0, self._equilibrium(0.0, _first_sign(self.gains) < 0, certificate))
        if self.gains[-1] >= 0:
            found.append(self._equilibrium(1.0, _first_sign(self.gains[::-1]) > 0, certificate))
        solved = Status.CERTIFIED if certificate is not None else Status.SOLVED
        return EquilibriumSet(
            equilibria=tuple(found),
            coverage=Coverage.ALL if roots.complete else Coverage.SOME,
            method=roots.method,
            status=solved if roots.complete else Status.UNRESOLVED,
            certificate=certificate,
        )

    def pure_equilibria(self) -> EquilibriumSet:
        """Return all pure equilibria by their number of trainers K, in increasing order.

        ``strategy`` is K; ``payoff`` the pair (each trainer's, each rider's), NaN for an absent
        group; ``stable`` whether every deviation loses strictly.

        Examples
        --------
        >>> [e.strategy for e in ParticipationGame.pool(10, pool=7.5, cost=2).pure_equilibria()]
        [3]
        """
        stay = np.append(math.inf, self.gains)  # gain of the K-th trainer
        join = np.append(self.gains, -math.inf)  # gain of one more
        numbers = np.flatnonzero((stay >= 0) & (join <= 0))
        return EquilibriumSet(
            equilibria=tuple(self._pure(int(k), stay[k] > 0 > join[k]) for k in numbers),
            coverage=Coverage.ALL,
            method="all numbers of trainers checked for one deviation each way",
        )

    @property
    def _ride(self) -> Array:
        return cast(Array, self.ride)  # filled in by __post_init__

    def _interior(self, root: InteriorRoot, certificate: Certificate | None) -> Equilibrium:
        if root.multiplicity == 0:
            label = f"unresolved in [{root.low:.12g}, {root.high:.12g}]"
            return self._equilibrium(root.p, None, certificate, label)
        return self._equilibrium(root.p, root.crossing < 0, certificate, "mixed")

    def _equilibrium(
        self, p: float, stable: bool | None, certificate: Certificate | None, label: str = ""
    ) -> Equilibrium:
        return Equilibrium(
            strategy=p,
            payoff=float(self.payoff(p)),
            regret=float(self.regret(p)),
            stable=stable if stable is None else bool(stable),
            certificate=certificate,
            label=label or ("everybody trains" if p else "nobody trains"),
        )

    def _pure(self, trainers: int, strict: bool) -> Equilibrium:
        n, gains, ride = self.participants, self.gains, self._ride
        ends = {0: "nobody trains", n: "everybody trains"}
        train_payoff = gains[trainers - 1] + ride[trainers - 1] if trainers > 0 else math.nan
        ride_payoff = ride[trainers] if trainers < n else math.nan
        leave = -gains[trainers - 1] if trainers > 0 else 0.0
        join = gains[trainers] if trainers < n else 0.0
        return Equilibrium(
            strategy=trainers,
            payoff=(float(train_payoff), float(ride_payoff)),
            regret=float(max(0.0, leave, join)),
            stable=bool(strict),
            certificate=TrainersCertificate(gains=gains, trainers=trainers),
            label=ends.get(trainers, f"K = {trainers} train"),
        )


def _first_sign(values: Array) -> float:
    return float(values[np.flatnonzero(values)[0]])
