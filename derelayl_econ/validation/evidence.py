"""Everything measured for one scenario, each part when it is first asked for, then kept.

Random streams are stateless children of one root, one per purpose and seed: what is measured first,
or not at all, changes no other number, and no relay serves both to fit and to test.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from functools import cached_property

import numpy as np

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.baton import BatonGame
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.repairs.repair import Repair, repair
from derelayl_econ.scenario import Scenario
from derelayl_econ.seeds import child, numbered, root_of, seed_of
from derelayl_econ.simulation.settings import RelaySettings, settings_of
from derelayl_econ.solution import ScenarioGames, ecology_of, games_of, population_game
from derelayl_econ.validation.arrivals import ArrivalEvidence, arrival_examples, measure_arrivals
from derelayl_econ.validation.calibration import calibrated
from derelayl_econ.validation.closed_loop import close_loop
from derelayl_econ.validation.closed_loop_results import ClosedLoop
from derelayl_econ.validation.comparison import ComparisonTable
from derelayl_econ.validation.deposits import DepositEvidence, DepositTerms, measure_deposits
from derelayl_econ.validation.drift import DriftEvidence, measure_drift
from derelayl_econ.validation.ecology import EcologyEvidence
from derelayl_econ.validation.evolution import FixationEvidence, measure_fixation
from derelayl_econ.validation.honesty import GateEvidence, measure_gate
from derelayl_econ.validation.learning import LearningEvidence, measure_learning
from derelayl_econ.validation.participation import (
    ImitationEvidence,
    PoolEvidence,
    measure_imitation,
    measure_pool,
)
from derelayl_econ.validation.private_costs import (
    PrivateCostEvidence,
    measure_private_costs,
    private_cost_games,
)
from derelayl_econ.validation.rows import all_rows
from derelayl_econ.validation.splitting import SplittingEvidence, measure_splitting
from derelayl_econ.validation.turn_taking import TurnTakingEvidence, measure_turn_taking
from derelayl_econ.validation.waits import WaitEvidence, fitted_baton, measure_waits

__all__ = ["Evidence"]

FEWEST, USUAL = 20, 40
POOL_MEMBERS, PLAYED_POOL_IN_COSTS = 8, 3.0
"""Size of the communities of equilibrium players, and their pool in costs of a leg."""
BENEFIT_IN_COSTS, POOL_IN_COSTS = 4.0, 2.5
"""Money of the small communities of imitators, in costs of a leg: so little that outages show."""
SMALL = (3, 10)
EVOLVING, EVOLVING_GROUP, DEPOSITS_IN_COSTS = 30, 5, (0.0, 0.5, 1.0, 2.0, 4.0)
"""Agents and groups of evolving populations, and the deposits that they are asked for."""
STAGE = 30


class Purpose(IntEnum):
    """What a random stream is for: its place among the children of the root."""

    FIT_CURVE, TEST_CURVE, WAITS, IMITATION, POOL = range(5)
    FIT_GATE, TEST_GATE, TEST_COMMITTEE = range(5, 8)
    FIT_DEPOSIT, TEST_DEPOSIT, CLEAN_DEPOSIT, BOOTSTRAP = range(8, 12)
    FIT_DRIFT, TEST_DRIFT = range(12, 14)
    ECOLOGY, FIT_SPLITTING, TEST_SPLITTING = range(14, 17)
    FIT_ROTA, TEST_ROTA = range(17, 19)
    EVOLUTION, PRIVATE_COSTS, ARRIVALS, CLOSED_LOOP, CALIBRATION = range(20, 25)


class Evidence:
    """Predictions and measurements of one scenario.

    Parameters
    ----------
    scenario : Scenario
    rng : int, SeedSequence or Generator, optional
        Root of all randomness; fresh by default, and then told by ``seed``.
    replications : int
        Relays behind a typical measurement, at least 20; cheap measurements use a multiple.
    """

    pool_members = POOL_MEMBERS
    """Participants of the communities that share a pool."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        rng: int | np.random.SeedSequence | np.random.Generator | None = None,
        replications: int = USUAL,
    ) -> None:
        if not isinstance(scenario, Scenario):
            raise InputError("scenario", scenario, "be a Scenario",
                             hint="Scenario.load(name or file) returns one.")  # fmt: skip
        self.scenario = scenario
        self.replications: int = check_number(
            "replications", replications, Domain(FEWEST, integer=True)
        )
        self._root = numbered(np.random.SeedSequence() if rng is None else root_of(rng))

    @property
    def seed(self) -> int:
        """The number from which everything here can be measured again."""
        return seed_of(self._root)

    @cached_property
    def games(self) -> ScenarioGames:
        """The scenario's games."""
        return games_of(self.scenario)

    @cached_property
    def settings(self) -> RelaySettings:
        """The scenario's real relay."""
        return settings_of(self.scenario)

    @property
    def cost(self) -> float:
        """Cost of one leg (money)."""
        return self.settings.cost

    @property
    def worth(self) -> float:
        """What a unit of quality brings a trainer, w + lambda (money per nat)."""
        return self.scenario.private_value + self.scenario.reward.price

    @cached_property
    def learning(self) -> LearningEvidence:
        """Quality of honest relays, and the curves fitted to half of them."""
        ungated = replace(self.settings, gate=False, value=0.0, evaluate_every=1)
        return measure_learning(ungated, self.seeds(Purpose.FIT_CURVE, 5),
                                self.seeds(Purpose.TEST_CURVE, 5))  # fmt: skip

    @cached_property
    def baton(self) -> BatonGame:
        """The baton game on the geometric curve fitted to real relays."""
        people = self.scenario.community
        return fitted_baton(self._geometric, participants=people.participants, value=people.value,
                            cost=self.cost, price=self.scenario.reward.price,
                            discount=people.discount)  # fmt: skip

    @cached_property
    def waits(self) -> WaitEvidence:
        """Waits for the baton in real relays."""
        return measure_waits(self.settings, self.baton, self.seeds(Purpose.WAITS, 2))

    @cached_property
    def imitation(self) -> dict[str, ImitationEvidence]:
        """Imitators in the scenario's own game and in small communities, where outages show."""
        games = {"train or ride": self.games.participation}
        benefit, pool = BENEFIT_IN_COSTS * self.cost, POOL_IN_COSTS * self.cost
        for size in SMALL:
            games[f"volunteer {size}"] = ParticipationGame.volunteer(size, benefit, self.cost)
            games[f"pool {size}"] = ParticipationGame.pool(size, pool, self.cost)
        return {
            name: measure_imitation(game, self.seeds(Purpose.IMITATION, 0.5, i))
            for i, (name, game) in enumerate(games.items())
        }

    @cached_property
    def pool(self) -> PoolEvidence:
        """Equilibrium players and single deviators who train for a share of a pool."""
        return measure_pool(
            self.settings, POOL_MEMBERS, PLAYED_POOL_IN_COSTS * self.cost, self.seeds(Purpose.POOL)
        )

    @cached_property
    def gate(self) -> GateEvidence:
        """Acceptance of every kind of submission by a real gate and a real committee."""
        return measure_gate(
            self.settings, min(STAGE, self.settings.legs), child(self._root, Purpose.FIT_GATE),
            (child(self._root, Purpose.TEST_GATE), child(self._root, Purpose.TEST_COMMITTEE)),
            states=8 * self.replications,
        )  # fmt: skip

    @cached_property
    def deposits(self) -> DepositEvidence:
        """What honest and faked hand-overs earn at deposits below, in and above the window."""
        scenario = self.scenario
        terms = DepositTerms(
            reward=scenario.reward.pool, cost_honest=self.cost,
            cost_cheat=scenario.training.cost_cheat, outside=scenario.community.outside,
            audit_rate=scenario.verification.audit_rate,
        )  # fmt: skip
        return measure_deposits(
            self.settings, terms, self.seeds(Purpose.FIT_DEPOSIT),
            self.seeds(Purpose.TEST_DEPOSIT), child(self._root, Purpose.CLEAN_DEPOSIT),
        )  # fmt: skip

    @cached_property
    def drift(self) -> DriftEvidence:
        """Steady quality of relays whose data really drift."""
        return measure_drift(
            replace(self.settings, gate=False), self._geometric, self.seeds(Purpose.FIT_DRIFT),
            self.seeds(Purpose.TEST_DRIFT, 0.5),
        )  # fmt: skip

    @cached_property
    def ecology(self) -> EcologyEvidence:
        """Studies of the scenario's ecology; :class:`InputError` if it has none."""
        game, rules = ecology_of(self.scenario), self.scenario.ecology
        assert rules is not None  # ecology_of refused it otherwise
        return EcologyEvidence(game, self.settings, child(self._root, Purpose.ECOLOGY),
                               rounds=rules.rounds, replications=self.replications)  # fmt: skip

    @cached_property
    def ecology_table(self) -> ComparisonTable:
        """All predictions about the ecology beside their measurements."""
        return ComparisonTable(rows=tuple(self.ecology.rows), scenario=self.scenario.name,
                               seed=self.seed)  # fmt: skip

    @cached_property
    def splitting(self) -> SplittingEvidence:
        """What one participant who hands in its work under several names earns more."""
        return measure_splitting(self.settings, self.seeds(Purpose.FIT_SPLITTING),
                                 self.seeds(Purpose.TEST_SPLITTING))  # fmt: skip

    @cached_property
    def evolution(self) -> dict[str, FixationEvidence]:
        """Single mutants in populations of trainers and of cheats, by the invader's strategy.

        Half of the fitness of the least lucky is at stake, at the largest deposit.
        """
        deposits = [share * self.cost for share in DEPOSITS_IN_COSTS]
        games = [population_game(self.scenario, group=EVOLVING_GROUP, deposit=deposit)
                 for deposit in deposits]  # fmt: skip
        selection = 0.5 / (self.cost + max(deposits))
        return {
            invader: measure_fixation(
                games, deposits, self.seeds(Purpose.EVOLUTION, 1, i), invader=invader,
                resident=resident, population=EVOLVING, selection=selection)
            for i, (invader, resident) in enumerate((("train", "cheat"), ("cheat", "train")))
        }  # fmt: skip

    @cached_property
    def private_costs(self) -> dict[str, PrivateCostEvidence]:
        """Learners with private costs around the scenario's, in three kinds of game."""
        return {
            name: measure_private_costs(game, self.seeds(Purpose.PRIVATE_COSTS, 0.5, i))
            for i, (name, game) in enumerate(private_cost_games(self.cost).items())
        }

    @cached_property
    def arrivals(self) -> dict[str, list[ArrivalEvidence]]:
        """Simulated relays of arrivals, by distribution of costs, one kind per access fee."""
        return {
            name: [
                measure_arrivals(relay, self.seeds(Purpose.ARRIVALS, 0.5, i, j))
                for j, relay in enumerate(relays)
            ]
            for i, (name, relays) in enumerate(arrival_examples().items())
        }

    @cached_property
    def repair(self) -> Repair:
        """The scenario's cheapest repair."""
        return repair(self.scenario)

    @cached_property
    def closed_loop(self) -> dict[str, ClosedLoop]:
        """Every deviation of one member in real relays, with one luck, of up to three scenarios.

        The scenario as it is; as repaired; and as repaired with the error rates of its own gate,
        measured in relays of their own.
        """
        count = len(self.seeds(Purpose.CLOSED_LOOP, 0.5))
        measured = calibrated(self.scenario, child(self._root, Purpose.CALIBRATION))
        mended = {"repaired": self.repair, "calibrated repair": repair(measured)}
        told = {"as it is": self.scenario}
        told |= {name: found.scenario for name, found in mended.items() if found.changes}
        luck = child(self._root, Purpose.CLOSED_LOOP)
        return {name: close_loop(s, luck, replications=count) for name, s in told.items()}

    @cached_property
    def turn_taking(self) -> TurnTakingEvidence:
        """Payoffs of serving and shirking in a monitored rota."""
        return measure_turn_taking(
            self.settings, self.seeds(Purpose.FIT_ROTA, 3), self.seeds(Purpose.TEST_ROTA, 3)
        )

    @cached_property
    def table(self) -> ComparisonTable:
        """All predictions beside their measurements."""
        rng = np.random.default_rng(child(self._root, Purpose.BOOTSTRAP))
        return ComparisonTable(rows=tuple(all_rows(self, rng)), scenario=self.scenario.name,
                               seed=self.seed)  # fmt: skip

    @property
    def _geometric(self) -> ExponentialCurve:
        curve = self.learning.curves["exponential"]
        assert isinstance(curve, ExponentialCurve)
        return curve

    def seeds(self, purpose: Purpose, factor: float = 1, *key: int) -> list[np.random.SeedSequence]:
        """Return ``factor`` times the replications as roots of single relays, at least 20."""
        count = max(FEWEST, round(factor * self.replications))
        return [child(self._root, int(purpose), *key, i) for i in range(count)]
