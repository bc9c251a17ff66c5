r"""Train or ride when participants differ in what a leg costs and in what it is worth to them.

Game. Simultaneously each of N participants trains or rides. If k of the *others* train, participant
i gets J_i(k) from training and A_i(k) from riding (money); g_i(k) = J_i(k) - A_i(k). The instances
are those of :mod:`derelayl_econ.games.participation_formulas` with a cost c_i and a benefit b_i for
each. If j trains with probability p_j, the number K of others who train has a Poisson-binomial law;
the best response is to train if E g_i(K) > 0, to ride if it is < 0, anything if it is 0.

*Pure* equilibria: the set S trains iff g_i(|S|-1) >= 0 in S and g_i(|S|) <= 0 outside. For a given
size everybody must train, must ride, may do either, or neither is possible, so all are listed
without trying all 2^N sets. *Mixed* ones: a split into those who train, ride and mix, with as many
equations as people who mix (:mod:`derelayl_econ.games.unequal_supports`).

In the volunteer's dilemma the m who mix, M, ride with probabilities q_i = 1 - p_i such that
prod_(j in M, j != i) q_j = r_i = c_i/b_i. Hence q_i = P^(1/(m-1))/r_i with P the product of the
r_j: *whoever has the higher cost trains more*, since a participant's probability keeps the others
indifferent, not itself (Diekmann 1993, Int. J. Game Theory 22:75). Participants are told apart, so
mixed equilibria are never asymptotically stable in the replicator dynamic of N populations, and a
pure one is iff it is strict (Ritzberger and Weibull 1995, Econometrica 63:1371).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import PROBABILITY, Domain, check_array, check_number
from derelayl_econ.equilibrium.krawczyk import ZeroBox
from derelayl_econ.errors import InputError
from derelayl_econ.games.unequal_certificates import MixedCertificate, PureCertificate
from derelayl_econ.games.unequal_cover import cover, from_starts, refuted
from derelayl_econ.games.unequal_formulas import MOST_PARTICIPANTS, expected, unequal_payoffs
from derelayl_econ.games.unequal_pure import pure_sets
from derelayl_econ.games.unequal_supports import Support
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, Status, frozen_array

__all__ = ["UnequalParticipation"]

Array = npt.NDArray[np.float64]

_MONEY = Domain(-1e150, 1e150)
_FEW = 4
"""People who mix up to which all equilibria of a support are found."""


@dataclass(frozen=True, eq=False)
class UnequalParticipation:
    """One leg in which each of N different participants trains or rides.

    Parameters
    ----------
    gains : array of shape (N, N)
        Row i: gain (money) of i from training when k = 0, ..., N-1 others train; 2 <= N <= 200.
    ride : array of shape (N, N), optional
        Row i: payoff (money) of i from riding when k others train; 0 by default.

    Raises
    ------
    InputError
        For tables that are not square and equal in shape, or entries that are not finite numbers.

    Examples
    --------
    >>> game = UnequalParticipation.volunteer(benefits=[4, 4, 4], costs=[1, 1.25, 1.5])
    >>> mixed = game.equilibria_among(mixes=[0, 1, 2])
    >>> print(mixed[0].strategy.round(3), mixed.coverage, mixed[0].certificate.check())
    [0.315 0.452 0.544] all True
    >>> [e.label for e in game.pure_equilibria()]
    ['[0] train', '[1] train', '[2] train']
    """

    gains: Array
    ride: npt.ArrayLike | None = None

    def __post_init__(self) -> None:
        gains = check_array("gains", self.gains, _MONEY, ndim=2)
        size = len(gains)
        if gains.shape != (size, size) or not 2 <= size <= MOST_PARTICIPANTS:
            raise InputError("gains", f"shape {gains.shape}",
                             f"have the shape (N, N), 2 <= N <= {MOST_PARTICIPANTS}")  # fmt: skip
        ride = np.zeros_like(gains) if self.ride is None else self.ride
        riding = check_array("ride", ride, _MONEY, ndim=2)
        if riding.shape != gains.shape:
            raise InputError("ride", f"shape {riding.shape}", f"have the shape {gains.shape}")
        object.__setattr__(self, "gains", frozen_array(gains))
        object.__setattr__(self, "ride", frozen_array(riding))

    @classmethod
    def volunteer(cls, benefits: npt.ArrayLike, costs: npt.ArrayLike) -> UnequalParticipation:
        """One trainer is enough for everybody's benefit. Proved: theorem T1 in proofs/."""
        return cls._of("volunteer", costs, benefits)

    @classmethod
    def pool(cls, pool: float, costs: npt.ArrayLike) -> UnequalParticipation:
        """Split a pool among the trainers; riders get nothing.

        Examples
        --------
        >>> game = UnequalParticipation.pool(6, costs=[1, 2, 4])
        >>> [e.label for e in game.pure_equilibria()]
        ['[0, 1] train']
        """
        return cls._of("pool", costs, None, pool=pool)

    @classmethod
    def train_or_ride(
        cls, benefits: npt.ArrayLike, costs: npt.ArrayLike, pool: float = 0.0, leakage: float = 0.0
    ) -> UnequalParticipation:
        """Give trainers benefit and a share of the pool, riders a leaked part of the benefit."""
        return cls._of("train_or_ride", costs, benefits, pool=pool, leakage=leakage)

    @classmethod
    def critical_mass(
        cls, threshold: int, benefits: npt.ArrayLike, costs: npt.ArrayLike, leakage: float = 0.0
    ) -> UnequalParticipation:
        """Need at least ``threshold`` trainers for the leg to be worth anything.

        Examples
        --------
        >>> game = UnequalParticipation.critical_mass(2, [4, 4, 4], [1, 1.5, 2])
        >>> [e.label for e in game.pure_equilibria()]
        ['nobody trains', 'everybody trains']
        """
        return cls._of("critical_mass", costs, benefits, threshold=threshold, leakage=leakage)

    @classmethod
    def _of(
        cls, instance: str, costs: npt.ArrayLike, benefits: npt.ArrayLike | None, **common: Any
    ) -> UnequalParticipation:
        return cls(*unequal_payoffs(instance, costs, benefits, **common))

    @property
    def participants(self) -> int:
        """N."""
        return len(self.gains)

    def gain(self, strategy: npt.ArrayLike) -> Array:
        """Return everybody's expected gain (money) from training, the others' strategies given."""
        return expected(self.gains, self._checked(strategy))

    def payoff(self, strategy: npt.ArrayLike) -> Array:
        """Return everybody's expected payoff (money)."""
        p = self._checked(strategy)
        return expected(cast(Array, self.ride), p) + p * expected(self.gains, p)

    def regret(self, strategy: npt.ArrayLike) -> float:
        """Return the largest amount (money) that anybody gains by deviating alone."""
        p = self._checked(strategy)
        gain = expected(self.gains, p)
        return float(((1 - p) * np.maximum(gain, 0) + p * np.maximum(-gain, 0)).max())

    def pure_equilibria(self, most: int = 10_000) -> EquilibriumSet:
        """Return all pure equilibria, in increasing order of the number of trainers.

        ``strategy`` has 1 for those who train; ``payoff`` is everybody's; ``stable`` says whether
        every deviation loses strictly.

        Parameters
        ----------
        most : int
            Where there are more, that many are listed: coverage "some", status BUDGET.
        """
        limit = check_number("most", most, Domain(1, 10**6, integer=True))
        found = list(itertools.islice(pure_sets(self.gains), limit + 1))
        return EquilibriumSet(
            equilibria=tuple(self._pure(trains) for trains in found[:limit]),
            coverage=Coverage.ALL if len(found) <= limit else Coverage.SOME,
            method="all sets of trainers checked for one deviation each way",
            status=Status.SOLVED if len(found) <= limit else Status.BUDGET,
        )

    def equilibria_among(self, mixes: npt.ArrayLike, trains: npt.ArrayLike = ()) -> EquilibriumSet:
        """Return equilibria in which exactly those named mix, and those named train for sure.

        Parameters
        ----------
        mixes, trains : sequences of int
            Participants, from 0; all others ride. At least two mix.

        Returns
        -------
        EquilibriumSet
            Coverage "all" for up to 4 who mix, unless boxes are left that can be neither excluded
            nor proved to hold one equilibrium (status UNRESOLVED); beyond 4, what Newton's method
            finds: coverage "some". Every one is proved by Krawczyk's test.
        """
        support = self._support(mixes, trains)
        found, complete = self._proved(support)
        return self._listed(found, complete, len(support.mixes) <= _FEW)

    def equilibria(self) -> EquilibriumSet:
        """Return pure and mixed equilibria: all for up to 4 participants, else some.

        Returns
        -------
        EquilibriumSet
            Up to 4 participants: all supports searched with proof, coverage "all" unless a gain is
            exactly 0 (then there may be continua) or boxes are left. Beyond: all pure ones, and
            those in which everybody mixes that Newton's method finds: coverage "some".
        """
        pure = self.pure_equilibria()
        few = self.participants <= _FEW
        everybody = Support(self.gains, (), tuple(range(self.participants)))
        found = list(pure)
        complete = pure.coverage == Coverage.ALL and bool(self.gains.all())
        for support in self._supports() if few else [everybody]:
            more, whole = self._proved(support)
            found += more
            complete &= whole
        return self._listed(found, complete, few)

    def _support(self, mixes: npt.ArrayLike, trains: npt.ArrayLike) -> Support:
        people = Domain(0, self.participants - 1, integer=True)
        roles = [_people("mixes", mixes, people), _people("trains", trains, people)]
        support = Support(self.gains, roles[1], roles[0])
        if not support.is_split:
            raise InputError("mixes and trains", roles, "name each participant once at most")
        if len(roles[0]) < 2:
            raise InputError("mixes", roles[0], "name two participants or more")
        return support

    def _checked(self, strategy: npt.ArrayLike) -> Array:
        p = check_array("strategy", strategy, PROBABILITY)
        if p.size != self.participants:
            raise InputError("strategy", f"{p.size} entries",
                             f"have one entry per participant ({self.participants})")  # fmt: skip
        return p

    def _listed(self, found: list[Equilibrium], complete: bool, few: bool) -> EquilibriumSet:
        method = "supports by halving of boxes" if few else "everybody mixing by Newton's method"
        undecided = Status.UNRESOLVED if few else Status.SOLVED
        return EquilibriumSet(
            equilibria=tuple(sorted(found, key=lambda e: tuple(e.strategy))),
            coverage=Coverage.ALL if complete and few else Coverage.SOME,
            method=f"{method}; Krawczyk's test in ball arithmetic",
            status=Status.SOLVED if complete else undecided,
        )

    def _supports(self) -> Iterator[Support]:
        for roles in itertools.product("trm", repeat=self.participants):
            mixes = tuple(i for i, role in enumerate(roles) if role == "m")
            if len(mixes) >= 2:
                trains = tuple(i for i, role in enumerate(roles) if role == "t")
                yield Support(self.gains, trains, mixes)

    def _proved(self, support: Support) -> tuple[list[Equilibrium], bool]:
        """Return the certified equilibria of a support, and whether no other is possible."""
        if len(support.mixes) > _FEW:
            proved = [self._mixed(support, zero) for zero in from_starts(support)]
            return [e for e in proved if e is not None], False
        cell = cover(support)
        found = [(zero, self._mixed(support, zero)) for zero in cell.zeros]
        sure = all(e is not None or refuted(support, zero) for zero, e in found)
        return [e for _, e in found if e is not None], cell.complete and sure

    def _mixed(self, support: Support, zero: ZeroBox) -> Equilibrium | None:
        strategy = np.zeros(self.participants)
        strategy[list(support.trains)] = 1
        strategy[list(support.mixes)] = [float(p) for p in zero.centre]
        proof = MixedCertificate(support=support, centre=zero.centre, radius=zero.radius,
                                 strategy=frozen_array(strategy))  # fmt: skip
        if not proof.check():
            return None
        return self._equilibrium(strategy, False, proof, f"{list(support.mixes)} mix")

    def _pure(self, trains: tuple[int, ...]) -> Equilibrium:
        strategy = np.zeros(self.participants)
        strategy[list(trains)] = 1
        names = {0: "nobody trains", self.participants: "everybody trains"}
        label = names.get(len(trains), f"{list(trains)} train")
        proof = PureCertificate(gains=self.gains, strategy=frozen_array(strategy))
        strict = bool((np.where(strategy == 1, 1, -1) * self.gain(strategy) > 0).all())
        return self._equilibrium(strategy, strict, proof, label)

    def _equilibrium(self, strategy: Array, stable: bool, proof: Any, label: str) -> Equilibrium:
        return Equilibrium(
            strategy=frozen_array(strategy),
            payoff=tuple(self.payoff(strategy).tolist()),
            regret=self.regret(strategy),
            stable=stable,
            certificate=proof,
            label=label,
        )


def _people(name: str, group: Any, people: Domain) -> tuple[int, ...]:
    if isinstance(group, list | tuple) and not group:
        return ()
    return tuple(sorted(int(i) for i in check_array(name, group, people)))
