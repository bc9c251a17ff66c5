"""The games a scenario describes, and all their equilibria in one answer.

The step from a scenario's numbers to each game's parameters is made here and nowhere else:

- a leg's cost is the scenario's, or follows from its hardware and workload; the fee of a hand-over
  comes on top, for honest work and for fakes;
- the benefit of a trained leg is what its improvement is worth to one participant for ever;
- a trainer's private value of a unit of quality is that same present value per unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derelayl_econ.cost import TrainingCost
from derelayl_econ.ecology import Ecology, JobFees, Preferences, TrainingGains
from derelayl_econ.ecology.mean_field import EcologySteadyState
from derelayl_econ.errors import InputError
from derelayl_econ.games.baton import BatonGame
from derelayl_econ.games.baton_results import BatonSolution
from derelayl_econ.games.cold_start import ColdStart
from derelayl_econ.games.committee import Committee
from derelayl_econ.games.deposit import DepositWindow
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.games.funding import DriftFunding, FundingState
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.games.relay_payoffs import STRATEGIES
from derelayl_econ.games.verification import VerificationGame
from derelayl_econ.notation import check
from derelayl_econ.quality import HillCurve
from derelayl_econ.results import EquilibriumSet, Result
from derelayl_econ.rewards import LineageShare
from derelayl_econ.scenario import Scenario
from derelayl_econ.sections import EcologyRules

__all__ = ["ScenarioGames", "Solution", "ecology_of", "games_of", "hand_over_costs",
           "population_game", "solve", "training_cost"]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class ScenarioGames:
    """The games of one scenario, unsolved."""

    participation: ParticipationGame
    finite_relay: FiniteRelay
    baton: BatonGame
    funding: DriftFunding
    verification: VerificationGame
    committee: Committee


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution(Result):
    """Everything the theory says of one scenario.

    Attributes
    ----------
    cost : float
        Cost of one leg, fee of the hand-over included (money).
    participation, pure_participation : EquilibriumSet
        All symmetric and all pure equilibria of one leg (theory notes, section 2.1).
    outage : tuple of float
        Probability that nobody trains in each symmetric equilibrium.
    legs : int
        Individually rational legs on the geometric curve (3.1).
    cold_start : ColdStart
        The same on the S-shaped (Hill) curve, with the subsidy that starts it.
    baton : BatonSolution
        Who takes it next, level by level (3.2).
    funding : FundingState
        Long-run quality under drift at the scenario's price (3.4a).
    verification : EquilibriumSet
        All equilibria of the inspection game (4.1).
    deposits : DepositWindow
        Deposits that make honesty pay at the scenario's audit rate.
    ecology : EcologySteadyState or None
        Owners and versions in the long run (5), if the scenario has an ecology.
    """

    scenario: str
    cost: float
    participation: EquilibriumSet
    pure_participation: EquilibriumSet
    outage: tuple[float, ...]
    legs: int
    cold_start: ColdStart
    baton: BatonSolution
    funding: FundingState
    verification: EquilibriumSet
    deposits: DepositWindow
    ecology: EcologySteadyState | None = None

    def caption(self) -> str:
        """Return the title of the answer."""
        return f"{self.scenario}: what the theory says"

    def __str__(self) -> str:
        parts = [f"{title}\n{_indented(part)}" for title, part in self._sections()]
        return "\n\n".join([self.caption(), *parts])

    def _repr_html_(self) -> str:
        parts = [(title, part) for title, part in self._sections()]
        return "".join(f"<h4>{title}</h4>{_html(part)}" for title, part in parts)

    def _sections(self) -> Sequence[tuple[str, Any]]:
        outage = ", ".join(f"{value:.3g}" for value in self.outage)
        found: list[tuple[str, Any]] = [
            (f"Who trains one leg (cost {self.cost:.4g} each; outage {outage})",
             self.participation),
            ("... if the participants can agree on who trains", self.pure_participation),
            (f"How long it pays: {self.legs} legs on the geometric curve; on the Hill curve",
             self.cold_start),
            ("Who takes the baton next", self.baton),
            ("Quality that can be kept up under drift", self.funding),
            ("Does cheating pay", self.verification),
            ("Which deposits work", self.deposits),
        ]  # fmt: skip
        if self.ecology is not None:
            found.append(("Owners and versions, if everybody drawn takes part", self.ecology))
        return found


def training_cost(scenario: Scenario) -> float:
    """Return the cost of one leg (money): given, or derived from hardware and workload."""
    training = scenario.training
    if training.cost is not None:
        return training.cost
    assert training.flops is not None  # the section checked it, beside the hardware
    assert training.bytes_moved is not None
    return TrainingCost.preset(
        training.hardware, flops=training.flops, bytes_moved=training.bytes_moved,
        ledger_fee=training.fixed_cost,
    ).total  # fmt: skip


def hand_over_costs(scenario: Scenario) -> tuple[float, float]:
    """Return what a hand-over costs its trainer, fee included (money): honest work, and a fake.

    Examples
    --------
    >>> scenario = Scenario.load("phone_community").replace("reward.hand_over_fee", 0.01)
    >>> print("{:.4f} {:.4f}".format(*hand_over_costs(scenario)))
    0.0154 0.0105
    """
    fee = scenario.reward.hand_over_fee
    return training_cost(scenario) + fee, scenario.training.cost_cheat + fee


def games_of(scenario: Scenario) -> ScenarioGames:
    """Return the games that a scenario describes."""
    people, checks = scenario.community, scenario.verification
    learning, reward = scenario.learning, scenario.reward
    cost, cheat = hand_over_costs(scenario)
    committee = Committee(checks.committee_size, checks.false_reject, checks.false_accept,
                          checks.correlation)  # fmt: skip
    return ScenarioGames(
        participation=ParticipationGame.train_or_ride(
            people.participants, scenario.benefit, cost, reward.pool, people.leakage),
        finite_relay=FiniteRelay(
            scenario.private_value, reward.price, cost, scenario.gap, learning.learning_rate),
        baton=BatonGame(
            people.participants, people.value, cost, reward.price, people.discount,
            learning.quality_max, scenario.gap, learning.learning_rate),
        funding=DriftFunding(
            cost=cost, drift=learning.drift, learning_rate=learning.learning_rate,
            quality_max=learning.quality_max, users=scenario.users, flow_value=people.value,
            value=scenario.private_value, leakage=people.leakage),
        verification=VerificationGame(
            cost, cheat, reward.pool, checks.deposit, checks.verify_cost,
            checks.bounty, checks.penalty, committee.majority_false_reject,
            committee.majority_false_accept),
        committee=committee,
    )  # fmt: skip


def population_game(
    scenario: Scenario, *, group: int | None = None, deposit: float | None = None,
    strategies: Sequence[str] = STRATEGIES,
) -> PopulationGame:  # fmt: skip
    """Return a scenario's leg as a population game, perhaps in smaller groups or at other deposits.

    The pool per member of a group stays the same.

    Examples
    --------
    >>> game = population_game(Scenario.load("phone_community"))
    >>> [(p.label, p.strategy.round(3).tolist()) for p in game.rest_points().attractors]
    [('train, ride', [0.148, 0.852, 0.0, 0.0])]
    """
    people, checks, committee = (
        scenario.community, scenario.verification, games_of(scenario).committee)  # fmt: skip
    members = check(participants=people.participants if group is None else group)["participants"]
    cost, cheat = hand_over_costs(scenario)
    return PopulationGame.relay(
        participants=members, benefit=scenario.benefit, cost=cost, cost_cheat=cheat,
        pool=scenario.reward.pool * members / people.participants,
        deposit=checks.deposit if deposit is None else deposit, leakage=people.leakage,
        audit_rate=checks.audit_rate, false_reject=committee.majority_false_reject,
        false_accept=committee.majority_false_accept, outside=people.outside, strategies=strategies,
    )  # fmt: skip


def hill_curve(scenario: Scenario) -> HillCurve:
    """Return the scenario's learning curve in its S-shaped form.

    Its effort scale is that of the geometric curve, 1/learning_rate, so that the two agree on how
    many legs learning takes and differ in how it starts.
    """
    learning = scenario.learning
    return HillCurve(learning.quality_start, learning.quality_max, 1 / learning.learning_rate,
                     learning.steepness)  # fmt: skip


def ecology_of(scenario: Scenario) -> Ecology:
    """Return the ecology of a scenario.

    Raises
    ------
    InputError
        If the scenario has none, or its numbers contradict each other.

    Examples
    --------
    >>> ecology_of(Scenario.load("derelayl_defaults")).matches
    4
    """
    rules = scenario.ecology
    if rules is None:
        raise InputError("scenario", scenario.name, "have a section [ecology]",
                         hint="An empty one stands for the authors' rules.")  # fmt: skip
    wants = None
    if rules.decline:
        wants = Preferences(
            cost=training_cost(scenario), cost_spread=rules.cost_spread,
            value=scenario.community.value, discount=scenario.community.discount,
            coin_value=rules.coin_value, coin_budget=rules.coin_budget,
        )  # fmt: skip
    same = ("matches", "winning_share", "success", "founders", "gain_price", "reserve",
            "deposit_cap", "endowment", "free_riders")  # fmt: skip
    return Ecology(
        participants=scenario.community.participants,
        royalties=_royalties(rules), gains=_gains(scenario, rules), preferences=wants,
        fees=JobFees(deposit=rules.deposit_fee, model=rules.model_fee, case=rules.case_fee,
                     cases=rules.test_cases, owner_stake=rules.owner_stake),
        **{name: getattr(rules, name) for name in same},
    )  # fmt: skip


def _royalties(rules: EcologyRules) -> LineageShare:
    if rules.royalty == "geometric":
        return LineageShare(rules.decay, royalty_share=rules.royalty_share)
    return LineageShare(weights="all" if rules.royalty == "all" else [1] * rules.window)


def _gains(scenario: Scenario, rules: EcologyRules) -> TrainingGains:
    if rules.performance == "walk" and scenario.learning.drift > 0:
        raise InputError("learning.drift", scenario.learning.drift,
                         'be 0 while ecology.performance = "walk", which has no scale to lose from',
                         hint='Try ecology.performance = "curve".')  # fmt: skip
    if rules.performance == "walk":
        return TrainingGains.walk(rules.gain_mean, rules.gain_spread)
    return TrainingGains.curve(hill_curve(scenario), spread=rules.gain_spread,
                               drift=scenario.learning.drift)  # fmt: skip


def solve(scenario: Scenario, *, certify: bool = False) -> Solution:
    """Solve every game of a scenario for all its equilibria.

    Parameters
    ----------
    certify : bool
        Also prove the number of participation equilibria in exact or ball arithmetic.

    Raises
    ------
    InputError
        If it is not a scenario, or its games' numbers are too large or small for floats.
    """
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario",
                         hint="Scenario.load(name or file) returns one.")  # fmt: skip
    games = games_of(scenario)
    participation = games.participation.equilibria(certify=certify)
    on_hill = FiniteRelay.on_curve(scenario.private_value, scenario.reward.price,
                                   games.baton.cost, hill_curve(scenario))  # fmt: skip
    return Solution(
        scenario=scenario.name,
        cost=games.baton.cost,
        participation=participation,
        pure_participation=games.participation.pure_equilibria(),
        outage=tuple(float(games.participation.outage(e.strategy)) for e in participation),
        legs=games.finite_relay.legs(),
        cold_start=on_hill.cold_start(),
        baton=games.baton.solve(),
        funding=games.funding.steady_state(scenario.reward.price),
        verification=games.verification.equilibria(),
        deposits=games.verification.deposit_window(
            scenario.verification.audit_rate, outside=scenario.community.outside
        ),
        ecology=None if scenario.ecology is None else ecology_of(scenario).steady_state(),
    )


def _indented(part: object) -> str:
    return "\n".join(f"  {line}" for line in str(part).splitlines())


def _html(part: Result) -> str:
    return part._repr_html_()
