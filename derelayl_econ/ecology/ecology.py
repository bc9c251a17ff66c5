"""The ecology: its parameters, its theory and its simulation in one object."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from derelayl_econ.domains import INDEX, Domain, check_number
from derelayl_econ.ecology.gains import TrainingGains
from derelayl_econ.ecology.mean_field import EcologySteadyState, steady_state
from derelayl_econ.ecology.owner_chain import OwnerChain
from derelayl_econ.ecology.terms import JobFees, Preferences
from derelayl_econ.errors import InputError
from derelayl_econ.games.magnitude import check_magnitude
from derelayl_econ.notation import check
from derelayl_econ.rewards import LineageShare
from derelayl_econ.seeds import Seed

if TYPE_CHECKING:
    from derelayl_econ.ecology.run import EcologyRun
    from derelayl_econ.ecology.study import EcologyStudy

__all__ = ["Ecology"]

SIZE = Domain(4, 10_000_000, integer=True)
ONE_COIN_PER_ANCESTOR, WALK, AUTHORS_FEES = (
    LineageShare(weights="all"), TrainingGains.walk(), JobFees())  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ecology:
    """A community under the rules of DeRelayL's public simulation, or under others.

    The defaults are the authors' rules; :mod:`derelayl_econ.ecology` tells them in full.

    Parameters
    ----------
    participants : int
        N, even and at least 4; N/2 slots are for owners and trainers, the others are miners.
    matches : int
        L, most trainers of one owner in a round.
    winning_share, success : float
        s, the share of the trained models that win, and p, the chance that a match trains one.
    founders : int
        Owners of the first round: participants 0, 1, ..., each with the genesis model.
    royalties : LineageShare
        w_d, coins of the owner of a winner's ancestor at distance d; d = 0 is the winner's own.
    gain_price : float or None
        Coins per unit of the winner's gain in quality, by which w_d is multiplied; None multiplies
        by 1 for every winner.
    reserve : float
        Least deposit (coins); a trainer without it finds no match.
    deposit_cap : float or None
        Most that a trainer is asked to deposit (coins); None: lag + 1, however long the lag.
    endowment : float
        Coins that everybody is given at the start.
    gains : TrainingGains
        What a training adds to a model.
    free_riders : int
        The last participants, who hand every model back as it is, and always join.
    preferences : Preferences or None
        With which trainers may decline; None: everybody drawn joins.
    fees : JobFees

    Raises
    ------
    InputError
        If an argument lies outside its domain or contradicts another.

    Examples
    --------
    >>> ecology = Ecology()
    >>> round(ecology.steady_state().owners, 2)
    39.55
    >>> run = ecology.simulate(rounds=100, rng=1)
    >>> print(run.status)
    alive after round 100
    """

    participants: int = 256
    matches: int = 4
    winning_share: float = 0.5
    success: float = 0.9
    founders: int = 1
    _: KW_ONLY
    royalties: LineageShare = ONE_COIN_PER_ANCESTOR
    gain_price: float | None = None
    reserve: float = 0.0
    deposit_cap: float | None = None
    endowment: float = 0.0
    gains: TrainingGains = WALK
    free_riders: int = 0
    preferences: Preferences | None = None
    fees: JobFees = AUTHORS_FEES

    def __post_init__(self) -> None:
        size = check_number("participants", self.participants, SIZE)
        if size % 2:
            raise InputError("participants", size, "be even",
                             hint=f"Half of them train or own: try {size + 1}.")  # fmt: skip
        object.__setattr__(self, "participants", size)
        numbers = check(matches=self.matches, winning_share=self.winning_share,
                        success=self.success, founders=self.founders, reserve=self.reserve,
                        endowment=self.endowment)  # fmt: skip
        for name, value in numbers.items():
            object.__setattr__(self, name, value)
        for name in ("gain_price", "deposit_cap"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check(**{name: getattr(self, name)})[name])
                check_magnitude(**{name: getattr(self, name)})
        check_magnitude(reserve=self.reserve, endowment=self.endowment)
        self._check_people()
        self._check_parts()

    def _check_people(self) -> None:
        slots = self.participants // 2
        if self.founders > slots:
            raise InputError("founders", self.founders,
                             f"be at most {slots}, the slots of {self.participants} participants",
                             )  # fmt: skip
        riders = check_number("free_riders", self.free_riders, INDEX)
        object.__setattr__(self, "free_riders", riders)
        if riders + self.founders > self.participants:
            raise InputError("free_riders", riders,
                             f"leave {self.founders} of {self.participants} participants to found",
                             )  # fmt: skip

    def _check_parts(self) -> None:
        kinds = {"royalties": LineageShare, "gains": TrainingGains, "fees": JobFees}
        for name, kind in kinds.items():
            if not isinstance(getattr(self, name), kind):
                raise InputError(name, getattr(self, name), f"be a {kind.__name__}")
        if self.deposit_cap is not None and self.deposit_cap < self.reserve:
            raise InputError("deposit_cap", self.deposit_cap,
                             f"be at least the reserve, {self.reserve:g}")  # fmt: skip
        if not isinstance(self.preferences, Preferences | None):
            raise InputError("preferences", self.preferences, "be Preferences or None")

    @property
    def slots(self) -> int:
        """A = N/2, owners and trainers of a round together."""
        return self.participants // 2

    def steady_state(self) -> EcologySteadyState:
        """Return the mean field in which everybody drawn joins and can pay its deposit."""
        return steady_state(self.participants, self.matches, self.winning_share, self.success,
                            self.founders)  # fmt: skip

    def owner_chain(self) -> OwnerChain:
        """Return the exact law of the number of owners, for up to 4096 participants."""
        return OwnerChain(self.participants, self.matches, self.winning_share, self.success,
                          self.founders)  # fmt: skip

    def simulate(
        self, rounds: int, rng: Seed, *, every: int = 1, trace: bool = False
    ) -> EcologyRun:
        """Play the rules.

        Parameters
        ----------
        rounds : int
            Rounds to play, >= 1; a relay that dies ends earlier.
        rng : int, SeedSequence or Generator
        every : int
            Keep everybody's coins of every so many rounds only; totals are kept for each round.
        trace : bool
            Also keep each match of each round, for audits; slower.

        Raises
        ------
        InputError
            For rounds or steps that cannot be used.
        SimulationError
            If coins appeared or vanished.
        """
        from derelayl_econ.ecology.play import play

        return play(self, rounds, rng, every=every, trace=trace)

    def replicate(
        self, rounds: int, rng: Seed, replications: int, *, workers: int = 1,
        executor: Executor | None = None,
    ) -> EcologyStudy:  # fmt: skip
        """Play the rules with independent seeds; the same numbers for any number of workers.

        Parameters
        ----------
        replications : int
            Runs; run i reads the stream of the child (i,) of the root.
        workers : int
            Threads: the compiled rounds run without Python's global lock.
        executor : concurrent.futures.Executor, optional
            Plays the runs instead; it is not shut down.
        """
        from derelayl_econ.ecology.study import replicate

        return replicate(self, rounds, rng, replications, workers=workers, executor=executor)
