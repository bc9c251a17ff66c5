"""Whatever is given to a public constructor: a working object or one line that names the argument.

Never another exception, never a NaN. The values are those that people and programs pass by mistake.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

import derelayl_econ as d
from derelayl_econ.ecology import JobFees
from derelayl_econ.simulation.policies import (
    Always,
    Cheat,
    Lazy,
    PlayEquilibrium,
    Submission,
)
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation import Evidence

NASTY: tuple[Any, ...] = (
    math.nan, math.inf, -math.inf, -1, -1.0, 0, 0.0, -0.0, 1, 2, 3, 4, 0.5, 1.0, 1.5, 1e308, -1e308,
    1e200, 1e100, 1e-100, 1e-200, 5e-324, 2**31, 2**53, 2**63, 10**9, 10**400, -(10**5000),
    True, False, None, "", "x", "1", "nan", "digits", "a\nb", b"1", 1j, [], [1.0], [0.5, math.nan],
    [[1.0]], [1.0, "x"], [1.0, [2.0]], (), {}, {"a": 1}, {1.0}, object(), len,
    np.float64("nan"), np.float64(0.5), np.int64(3), np.bool_(True), np.array(0.5), np.array(2),
    np.array([]), np.array([0.5, 0.5]), np.array([[0.5]]), np.array(["a"]), np.array([None]),
    Fraction(1, 3), Decimal("0.5"), datetime.date(2020, 1, 1), range(3), iter([1.0]),
)  # fmt: skip

VALUES = st.one_of(
    st.sampled_from(NASTY),
    st.floats(),
    st.floats(0, 2),
    st.integers(-3, 40),
    st.text(max_size=5),
    st.lists(st.one_of(st.floats(), st.none()), max_size=5),
)


@dataclass(frozen=True)
class Case:
    """A constructor, arguments that work, what is done with the object, words for its arguments."""

    make: Callable[..., Any]
    good: Mapping[str, Any]
    use: Callable[[Any], Any]
    words: Mapping[str, str]


def _case(make: Callable[..., Any], use: Callable[[Any], Any] = lambda _: 0.0,
          words: Mapping[str, str] | None = None, **good: Any) -> Case:  # fmt: skip
    return Case(make, good, use, words or {})


def _solved(game: d.ParticipationGame) -> list[float]:
    found = game.equilibria()
    return [x for e in found for x in (e.strategy, e.payoff, e.regret)]


def _solved_unequally(game: d.UnequalParticipation) -> list[float]:
    return [x for e in game.equilibria() for x in (*e.strategy, *e.payoff, e.regret)]


def _priced_robustly(goal: Any, box: Any) -> d.Design:
    funding = d.DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1,
                             flow_value=1, value=1)  # fmt: skip
    return d.FundingPrice(funding=funding, subsidy=0.1).robust(goal, box=box)


def _committed(goal: Any, box: Any, gap: Any = 0.1) -> d.Design:
    relay = d.ArrivalRelay(access=1.0, access_fee=0.3, value=2.0, drift=0.1, learning_rate=0.2,
                           cost_distribution=[0.4, 0.9], quality_max=1.0)  # fmt: skip
    return d.InitiatorDesign(relay=relay).robust(goal, box=box, gap=gap)


def _relay(relay: d.FiniteRelay) -> list[float]:
    return [relay.legs(), relay.final_quality_gap(), relay.bound(), relay.budget()]


def _curve(curve: Any) -> list[float]:
    return [*curve.quality([0.0, 1.0, 10.0]), float(curve.gain(curve.quality_start))]


def _inspected(game: d.VerificationGame) -> list[float]:
    window = game.deposit_window(0.5)
    payoffs = [x for e in game.equilibria() for x in (*e.payoff, e.regret)]
    return [window.low, window.high, window.minimum_reward, *payoffs]


def _scenario(section: str, key: str, value: Any) -> d.Scenario:
    mapping = d.Scenario.load("gpu_community").to_mapping()
    mapping.pop("sources")
    if section == "training":
        mapping[section] = {"cost": 1.0}
    mapping[section] = mapping[section] | {key: value}
    return d.Scenario.from_mapping(mapping)


def _evolving(game: d.PopulationGame) -> list[float]:
    mixed = np.full(len(game.strategies), 1 / len(game.strategies))
    points = [x for p in game.rest_points() for x in (*p.strategy, p.payoff, p.regret)]
    return [*game.payoffs(mixed), float(game.regret(mixed)), *points]


def _taking_over(population: d.FinitePopulation) -> list[float]:
    found = population.fixation("train", "cheat")
    return [found.log_probability, *population.gradient("train", "cheat")]


def _funded(game: d.DriftFunding) -> list[float]:
    state = game.steady_state(1.0)
    return [state.quality, state.welfare, game.price_floor, game.price_ceiling]


def _played(game: d.Ecology) -> list[float]:
    run = game.simulate(4, 1)
    return [*run.supply, *run.gini, *run.quality, game.steady_state().owners]


def _split(game: d.SplittingGame) -> list[float]:
    found = game.report()
    return [found.split_profit, found.merge_profit, game.smallest_fee()]


def _identities(game: d.IdentityGame) -> list[float]:
    equilibria = [*game.symmetric_equilibria(), *game.pure_equilibria()]
    return [game.gain(3), game.stopping_price, *(e.regret for e in equilibria)]


def _reciprocal(effort: Any) -> Any:
    return 1 / (1 + effort)


def _contest(game: d.EffortContest) -> list[float]:
    return [x for e in game.equilibria() for x in (*e.strategy, *e.payoff, e.total, e.regret)]


def _tournament(game: d.SettlementTournament) -> list[float]:
    found = game.first_order()
    return [found.effort, found.payoff, found.deviation_gain, found.critical_ratio]


def _solved_table(found: Any) -> list[float]:
    return [x for e in found for x in (*e.payoff, e.regret)]


def _coalition(game: d.CoalitionGame) -> list[float]:
    return [*game.shapley(), *game.banzhaf(), *game.prenucleolus().allocation, game.core().epsilon]


def _shared(game: d.ModelSharingGame) -> list[float]:
    found = game.stability()
    return [*found.errors.ravel(), *found.mean_error]


def _efforts(game: d.PotentialGame) -> list[float]:
    found = game.equilibria(certify=True)
    return [x for e in found for x in (*e.strategy, *e.payoff, e.regret)]


def _contributed(game: d.ContributionGame) -> Any:
    found = [game.simultaneous(), game.transfers(), game.sequential(range(game.participants))]
    numbers = [(e.total, e.regret, e.efficiency) for e in found]
    return np.concatenate([np.ravel(numbers), *(e.payoff for e in found)])


def _gated(game: d.ContributionGame) -> Any:
    found = game.gated(0.3)
    return [found.leakage_bound, found.efficient_total, *(e.regret for e in found)]


def _concave(curve: Any) -> list[float]:
    return [*curve.quality([0.0, 1.0]), float(curve.marginal(1.0)), float(curve.effort_at(0.1))]


def _solved_privately(game: d.PrivateCostGame) -> list[float]:
    found = game.equilibria().equilibria
    return [x for e in found for x in (e.strategy, e.cutoff, e.payoff, e.regret)]


def _arrived(relay: d.ArrivalRelay) -> list[float]:
    state = relay.steady_state()
    numbers = [state.gap, state.quality, state.training_share, state.cutoff, state.balance]
    return [*numbers, relay.break_even_price(), relay.stopping_gap() or 0.0]


def _menu(menu: d.ScreeningMenu) -> list[float]:
    found = menu.solve()
    return [found.value or 0.0, *found.efforts, *found.rewards]


def _shares(rule: Any) -> Any:
    return rule.shares([0.3, 0.1, 0.2])


def _rota(relay: d.RepeatedRelay, discount: float = 0.9) -> list[float]:
    found = relay.equilibria(discount)
    return [
        relay.critical_discount().value, relay.serving_value(discount), found.regret,
        relay.shirking_value(discount), relay.shirking_gain(discount), relay.regret(discount),
        relay.largest_cost(discount), relay.fewest_members(discount), *(e.payoff for e in found),
    ]  # fmt: skip


DILEMMA = d.StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
SOLVED = d.solve_payoff_set(DILEMMA, 0.5)
MONEY: dict[str, Any] = {"participants": 5, "benefit": 3.0, "cost": 1.0}
INSPECTION: dict[str, Any] = {
    "cost_honest": 1.0, "cost_cheat": 0.2, "reward": 3.0, "deposit": 1.0, "verify_cost": 0.1,
    "bounty": 0.5, "penalty": 0.5, "false_reject": 0.1, "false_accept": 0.1,
}  # fmt: skip
RELAY: dict[str, Any] = {
    "participants": 4, "benefit": 2.0, "cost": 1.0, "cost_cheat": 0.2, "pool": 2.0, "deposit": 0.5,
    "leakage": 0.5, "audit_rate": 0.5, "false_reject": 0.1, "false_accept": 0.1, "outside": 0.1,
    "strategies": ["train", "ride", "cheat"],
}  # fmt: skip
CONTRIBUTION = d.ContributionGame([3.0, 2.0], 1.0, d.LogCurve(), caps=[4.0, 4.0])


def _map(xs: Any, ys: Any) -> Any:
    phone = d.Scenario.load("phone_community")
    return d.verdict_map(phone, "reward.pool", xs, "training.cost", ys)


CASES: dict[str, Case] = {
    "verdict_map": _case(
        _map, lambda found: found.relative_margins["S1"].ravel().tolist(),
        {"xs": "reward.pool", "ys": "training.cost"}, xs=[0.1], ys=[0.1]),
    "TopUpSchedule": _case(
        d.TopUpSchedule, words={"gains": "gain", "error": "error"},
        gains=[0.1, 0.2], cost=1.0, value=0.1, price=2.0, success=0.9, discount=0.9, cap=3.0,
        budget=9.0, step=1.0, non_increasing=False, error=[0.0, 0.1], memory=0),
    "AuditDesign": _case(
        d.AuditDesign, cost_honest=1.0, saving=0.8, verify_cost=0.1, reward=2.0, capital_rate=0.01,
        false_reject=0.1, false_accept=0.1, correlation=0.1, outside=0.0, deposit_cap=3.0,
        largest_committee=5, false_reject_error=0.01, false_accept_error=0.01, saving_error=0.1),
    "RoyaltyWeights": _case(
        d.RoyaltyWeights, survival=0.9, discount=0.9, horizon=5, royalty_share=1.0,
        hand_over_fee=0.5, income=-1.0, cap=0.5, non_increasing=True, survival_error=0.1,
        discount_error=0.1),
    "ParticipationGame": _case(
        d.ParticipationGame, _solved, {"gains": "ride must have the shape"},
        gains=[1.0, -1.0], ride=[0.0, 0.0]),
    "volunteer": _case(d.ParticipationGame.volunteer, _solved, **MONEY),
    "pool": _case(d.ParticipationGame.pool, _solved, participants=5, pool=2.0, cost=1.0),
    "train_or_ride": _case(
        d.ParticipationGame.train_or_ride, _solved, **MONEY, pool=1.0, leakage=0.5),
    "critical_mass": _case(
        d.ParticipationGame.critical_mass, _solved, **MONEY, threshold=2, leakage=0.5),
    "UnequalParticipation": _case(
        d.UnequalParticipation, _solved_unequally, {"gains": "ride must have the shape"},
        gains=[[1.0, -1.0], [2.0, -1.0]], ride=[[0.0, 0.0], [0.0, 1.0]]),
    "UnequalParticipation.volunteer": _case(
        d.UnequalParticipation.volunteer, _solved_unequally, {"costs": "benefits"},
        benefits=[3.0, 4.0], costs=[1.0, 2.0]),
    "UnequalParticipation.pool": _case(
        d.UnequalParticipation.pool, _solved_unequally, pool=2.0, costs=[0.5, 1.5]),
    "UnequalParticipation.train_or_ride": _case(
        d.UnequalParticipation.train_or_ride, _solved_unequally, {"costs": "benefits"},
        benefits=[3.0, 4.0], costs=[1.0, 2.0], pool=1.0, leakage=0.5),
    "UnequalParticipation.critical_mass": _case(
        d.UnequalParticipation.critical_mass, _solved_unequally, {"costs": "benefits"},
        threshold=2, benefits=[3.0, 4.0], costs=[1.0, 2.0], leakage=0.5),
    "UnequalParticipation.equilibria_among": _case(
        d.UnequalParticipation.volunteer([3, 3, 3], [1, 1, 1]).equilibria_among,
        lambda found: [e.regret for e in found], mixes=[0, 1], trains=[2]),
    "solve_linear": _case(
        d.solve_linear, lambda found: [found.value],
        {"A_ub": "b_ub", "b_ub": "A_ub", "A_eq": "b_eq", "b_eq": "A_eq", "c": "A_ub bounds"},
        c=[1.0, 2.0], A_ub=[[-1.0, -1.0]], b_ub=[-1.0], A_eq=[[1.0, -1.0]], b_eq=[0.5],
        bounds=[(0.0, 1.0), (0.0, 2.0)], most_pivots=100),
    "PrivateCostGame": _case(
        d.PrivateCostGame, _solved_privately, {"benefits": "ride must have the shape"},
        benefits=[0.2, 1.0], cost_distribution=[0.3, 0.6, 0.6], ride=[0.0, 0.0]),
    "PrivateCostGame.volunteer": _case(
        d.PrivateCostGame.volunteer, _solved_privately, participants=5, benefit=3.0,
        cost_distribution=stats.norm(1, 0.4)),
    "PrivateCostGame.pool": _case(
        d.PrivateCostGame.pool, _solved_privately, {"pool": "benefits"}, participants=5, pool=2.0,
        cost_distribution=stats.uniform(0.5, 1.0)),
    "PrivateCostGame.train_or_ride": _case(
        d.PrivateCostGame.train_or_ride, _solved_privately, participants=5, benefit=3.0,
        cost_distribution=stats.poisson(1.2), pool=1.0, leakage=0.5),
    "PrivateCostGame.critical_mass": _case(
        d.PrivateCostGame.critical_mass, _solved_privately, participants=5, benefit=3.0,
        cost_distribution=stats.expon(0.1, 1.0), threshold=2, leakage=0.5),
    "ScreeningMenu": _case(
        d.ScreeningMenu, _menu, {"costs": "shares must be as many", "shares": "costs"},
        costs=[1.0, 2.0], shares=[0.5, 0.5], cap=5.0, worth=2.0, floor=0.1, outside=0.2,
        value=d.LogCurve(height=6.0), work_power=1, work_bend=0.5),
    "QuadraticBenefit": _case(
        d.QuadraticBenefit, lambda b: [*b.quality([0.0, 1.0]), float(b.marginal(1.0))],
        slope=3.0, bend=1.0),
    "InitiatorDesign": _case(
        d.InitiatorDesign, lambda x: [x.solve(gap=0.01).value or 0.0], subsidy=0.1,
        quality_value=1.0, relay=d.ArrivalRelay(
            access=1.0, access_fee=0.3, value=2.0, drift=0.1, learning_rate=0.2,
            cost_distribution=[0.4, 0.9], quality_max=1.0)),
    "FundingPrice": _case(
        d.FundingPrice, lambda x: [x.solve().value or 0.0], subsidy=0.1,
        funding=d.DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1,
                               flow_value=1)),
    "FundingPrice.robust": _case(
        lambda goal="profit", **box: _priced_robustly(goal, box), lambda x: [x.value or 0.0],
        goal="profit", cost=0.1, learning_rate=0.01, quality_max=0.1, value=0.1,
        users=0.1, flow_value=0.1, drift=0.01, leakage=0.0),
    "FundingPrice.robust (box)": _case(
        lambda box: _priced_robustly("quality", box), lambda x: [x.value or 0.0], box={}),
    "InitiatorDesign.robust": _case(
        lambda goal="quality", **box: _committed(goal, box), lambda x: [x.value or 0.0],
        goal="quality", value=0.1, learning_rate=0.01, quality_max=0.1, access=0.1, outside=0.1),
    "InitiatorDesign.robust (gap)": _case(
        lambda box, gap: _committed("quality", box, gap), lambda x: [x.value or 0.0],
        box={"drift": 0.01}, gap=0.1),
    "ArrivalRelay": _case(
        d.ArrivalRelay, _arrived, access=1.0, access_fee=0.3, value=2.0, drift=0.1,
        cost_distribution=[0.4, 0.9], learning_rate=0.2, quality_max=1.0, outside=0.0, price=1.0),
    "ArrivalRelay.designer_map": _case(
        d.ArrivalRelay(access=1.0, access_fee=0.3, value=2.0, drift=0.1, learning_rate=0.2,
                       cost_distribution=[0.4, 0.9], quality_max=1.0).designer_map,
        lambda found: [*found.gap.ravel(), *found.balance.ravel()],
        access_fees=[0.1, 0.3], prices=[0.0, 2.0]),
    "FiniteRelay": _case(
        d.FiniteRelay, _relay, value=1.0, price=1.0, cost=0.1, gap=1.0, learning_rate=0.2),
    "BatonGame": _case(
        d.BatonGame, lambda game: game.solve().value, participants=5, value=1.0, cost=0.5,
        price=1.0, discount=0.9, quality_max=1.0, gap=1.0, learning_rate=0.2),
    "DriftFunding": _case(
        d.DriftFunding, _funded,
        cost=0.1, drift=0.01, learning_rate=0.2, quality_max=1.0, users=10.0, flow_value=0.1,
        value=0.1, leakage=0.5),
    "VerificationGame": _case(d.VerificationGame, _inspected, **INSPECTION),
    "EffortContest": _case(
        d.EffortContest, _contest, {"values": "contest"}, prize=2.0, costs=[1.0, 2.0, 3.0]),
    "EffortContest with a benefit": _case(
        d.EffortContest, _contest, {"values": "cost / value"}, prize=2.0, costs=[1.0, 2.0, 3.0],
        values=[1.0, 2.0, 0.0], curve=d.PowerCurve(0.0, 1.0, effort_scale=5.0, exponent=0.5)),
    "EffortContest on an S-shape": _case(
        d.EffortContest, _contest, prize=2.0, costs=[1.0, 2.0], values=20.0,
        curve=d.HillCurve(0.0, 1.0, effort_scale=5.0, steepness=3.0)),
    "ConcaveBenefit": _case(
        d.ConcaveBenefit, lambda b: b.quality(3.0), {"quality_of": "quality",
        "marginal_of": "marginal"}, quality_of=np.log1p, marginal_of=_reciprocal),
    "ConvexCost": _case(
        d.ConvexCost, lambda c: c.effort_at(2.0), {"cost_of": "cost", "marginal_of": "marginal"},
        cost_of=np.expm1, marginal_of=np.exp),
    "SettlementTournament": _case(
        d.SettlementTournament, _tournament, winning_share=0.5, prize=2.0, luck=1.0, cost=1.0,
        deposit=0.5, outside=0.0, participants=6, law=None),
    "SettlementTournament.fixed_total": _case(
        d.SettlementTournament.fixed_total, _tournament, {"total_prize": "prize",
        "winning_share": "prize"}, total_prize=1.0,
        winning_share=0.5, luck=1.0, cost=1.0, deposit=0.5),
    "PopulationGame": _case(
        d.PopulationGame, rule=d.PopulationGame.pair([1, 2], [2, 1]).rule, strategies=["a", "b"]),
    "PopulationGame.relay": _case(d.PopulationGame.relay, _evolving, **RELAY),
    "PopulationGame.matrix": _case(
        d.PopulationGame.matrix, _evolving, payoffs=[[1.0, 3.0], [2.0, 0.5]],
        strategies=["a", "b"]),
    "PopulationGame.groups": _case(
        d.PopulationGame.groups, _evolving, {"participants": "compositions"}, participants=3,
        payoff=lambda i, others: i - others[0], strategies=["a", "b"]),
    "PopulationGame.pair": _case(
        d.PopulationGame.pair, _evolving, {"first": "second"}, first=[1.0, 2.0], second=[2.0, 1.0],
        strategies=["a", "b"]),
    "FinitePopulation": _case(
        d.FinitePopulation, _taking_over, game=d.PopulationGame.relay(**RELAY), population=10,
        selection=0.1, process="linear moran", mutation=0.1),
    "solve_bimatrix": _case(
        d.solve_bimatrix, _solved_table, row_payoffs=[[2.0, 0.0], [0.0, 1.0]],
        column_payoffs=[[1.0, 0.0], [0.0, 2.0]], method="exact", seconds=5.0,
        row_actions=["a", "b"], column_actions=["c", "d"]),
    "bimatrix_regret": _case(
        d.bimatrix_regret, row_payoffs=[[2.0, 0.0], [0.0, 1.0]],
        column_payoffs=[[1.0, 0.0], [0.0, 2.0]], x=[0.5, 0.5], y=[1.0, 0.0]),
    "Committee": _case(
        d.Committee, lambda c: [c.majority_false_reject, c.majority_false_accept], size=3,
        false_reject=0.1, false_accept=0.1, correlation=0.2),
    "Gate": _case(
        d.Gate, lambda gate: gate.acceptance(0.1, 0.1, 0.5), hold_out=50, margin=0.0, noise=0.5),
    "CoalitionGame": _case(
        d.CoalitionGame, _coalition, {"players": "values"}, values=[0.0, 1.0, 1.0, 3.0], players=2),
    "CoalitionGame.relay": _case(
        d.CoalitionGame.relay, _coalition, {"legs": "costs", "costs": "legs", "values": "legs"},
        curve=d.ExponentialCurve(0.0, 1.0, 5.0), legs=[2, 1], costs=[0.1, 0.2], values=[2.0, 1.0]),
    "CoalitionGame.sampled": _case(
        d.CoalitionGame.sampled, lambda found: found.low, {"value": "value of legs"},
        value=len, players=3, samples=10, rng=0, confidence=0.9, contribution_range=(0.0, 1.0)),
    "ModelSharingGame": _case(
        d.ModelSharingGame, _shared, sample_sizes=[5, 25], noise=10.0, spread=1.0,
        sharing="uniform"),
    "PotentialGame": _case(
        d.PotentialGame, _efforts, {"floors": "ceilings", "ceilings": "floors", "costs": "floors"},
        reward_factor=1.0, costs=[1.0, 2.0], floors=[0.1, 0.2], ceilings=[2.0, 3.0]),
    "ContributionGame": _case(
        d.ContributionGame, _contributed, values=[3.0, 2.0], costs=[1.0, 1.5], curve=d.LogCurve(),
        caps=[1.0, 1.0]),
    "ContributionGame.gated": _case(
        d.ContributionGame, _gated, values=[3.0, 3.0], costs=1.0, curve=d.LogCurve()),
    "ContributionGame of functions": _case(
        lambda quality_of, marginal_of: d.ContributionGame(
            [3.0, 2.0], 1.0, d.ConcaveBenefit(quality_of, marginal_of)),
        _contributed, {"quality_of": "curve", "marginal_of": "curve"}, quality_of=np.log1p,
        marginal_of=_reciprocal),
    **{
        f"ContributionGame.{method}": _case(
            getattr(CONTRIBUTION, method), np.ravel, efforts=[0.5, 0.25])
        for method in ("payoffs", "best_responses", "regret", "welfare", "efficiency")
    },
    "ContributionGame.gated (leakage)": _case(
        d.ContributionGame([3.0, 3.0], 1.0, d.LogCurve()).gated,
        lambda found: [found.leakage_bound, *(e.total for e in found)], leakage=0.1),
    "ContributionGame.transfers": _case(
        CONTRIBUTION.transfers, lambda found: found.payoff, equalisation=0.5),
    "ContributionGame.sequential": _case(
        CONTRIBUTION.sequential, lambda found: found.payoff, order=[1, 0]),
    "LogCurve.quality": _case(d.LogCurve().quality, np.ravel, effort=1.0),
    "LogCurve.marginal": _case(d.LogCurve().marginal, np.ravel, effort=1.0),
    "LogCurve.effort_at": _case(d.LogCurve().effort_at, np.ravel, marginal=0.5),
    "LogCurve": _case(d.LogCurve, _concave, height=1.0, effort_scale=2.0),
    "RootCurve": _case(d.RootCurve, _concave, height=1.0, effort_scale=2.0, exponent=0.5),
    "ExponentialCurve": _case(
        d.ExponentialCurve, _curve, quality_start=0.0, quality_max=1.0, effort_scale=5.0),
    "from_learning_rate": _case(
        d.ExponentialCurve.from_learning_rate, _curve, {"learning_rate": "effort_scale"},
        quality_start=0.0, quality_max=1.0,
        learning_rate=0.2),
    "PowerCurve": _case(
        d.PowerCurve, _curve, quality_start=0.0, quality_max=1.0, effort_scale=5.0, exponent=0.5),
    "HillCurve": _case(
        d.HillCurve, _curve, quality_start=0.0, quality_max=1.0, effort_scale=5.0, steepness=1.5),
    "LogisticWalk": _case(
        d.LogisticWalk, _curve, quality_start=0.2, quality_max=1.0, step=0.5),
    "HillCurve.fit": _case(
        d.HillCurve.fit, lambda fit: fit.curve.quality([1.0]), {"effort": "number of points"},
        effort=[0.0, 1, 2, 3, 4, 5],
        quality=[0.0, 0.3, 0.5, 0.6, 0.68, 0.7]),
    "TrainingCost": _case(
        d.TrainingCost, lambda cost: cost.total, flops=1e15, sustained_flops=1e12, watts=100.0,
        energy_price=0.3, device_price=1000.0, device_life=1e4, bytes_moved=1e6,
        transfer_price=0.1, evaluation_cost=0.0, ledger_fee=0.0, data_cost=0.0, hourly_value=0.1),
    "TrainingCost.preset": _case(
        d.TrainingCost.preset, lambda cost: cost.total, {"name": "hardware"}, name="phone",
        flops=1e13, bytes_moved=1e6, watts=3.0),
    "GainShare": _case(d.GainShare, _shares, clip=True),
    "WindowShare": _case(d.WindowShare, _shares, last=2),
    "LineageShare": _case(
        d.LineageShare, _shares, {"royalty_share": "entitle"}, decay=0.5, royalty_share=0.5),
    "LineageShare weights": _case(
        d.LineageShare, _shares, {"weights": "entitle"}, weights=[0.5, 0.2]),
    "ShapleyShare": _case(
        d.ShapleyShare, _shares, value=None, curve=None, samples=100, rng=0),
    "PowerShare": _case(d.PowerShare, _shares, exponent=2.0),
    "PathShare": _case(
        lambda start: d.PathShare(lambda before, after: abs(after - before), start), _shares,
        {"start": "entitle"}, start=0.0),
    "split_profit": _case(
        d.split_profit, lambda x: x, {"gains": "leg", "parts": "gains"}, rule=d.EqualShare(),
        gains=[0.3, 0.1, 0.2], leg=1, parts=2, fee=0.1),
    "merge_profit": _case(
        d.merge_profit, lambda x: x, {"gains": "legs"}, rule=d.PowerShare(2.0),
        gains=[0.3, 0.1, 0.2], legs=[0, 1], fee=0.1),
    "SplittingGame": _case(
        d.SplittingGame, _split, {"deepest_dip": "gains"}, rule=d.PowerShare(2.0),
        gains=[0.3, 0.1], fee=0.1, most_parts=2, units=3, deepest_dip=0.0),
    "LineagePay": _case(
        d.LineagePay, lambda pay: [*pay([0.3, 0.1]), pay.fee], rule=d.LineageShare(0.5), fee=0.1,
        by_improvement=True),
    "IdentityGame": _case(
        d.IdentityGame, _identities, participants=5, pool=6.0, identity_cost=0.5),
    "LengthSplit": _case(
        d.LengthSplit, lambda split: split([0.3, 0.1]), {"places": "weights"}, pool=3.0,
        places=[0.2, 0.7], weights=[0.5, 0.5]),
    "LengthSplit.tilted": _case(
        d.LengthSplit.tilted, lambda split: split([0.3, 0.1]), pool=3.0, tilt=2.0),
    "RoyaltyDesign": _case(
        d.RoyaltyDesign, lambda r: [r.best_decay, r.best_incentive, r.best_distance,
                                    r.next_step_decay],
        survival=0.9, discount=0.9, royalty_share=0.5),
    "Vesting": _case(
        d.Vesting, lambda v: [v.best().cost, v.best().regret],
        {"cost": "saving", "false_reject": "detection", "treasury_factor": "delay"},
        saving=0.5, cost=1.0, survival=0.9, discount=0.9, detection=0.3, false_reject=0.05,
        reward=1.0, outside=0.1, treasury_factor=1.0),
    "NoisyPay": _case(
        d.NoisyPay, lambda pay: [pay.pay(0.1), pay.profit(0.1, 3)], noise=0.5, hold_out=50,
        price=2.0, margin=0.01, spread=0.1, paired=True),
    "EqualShare": _case(lambda gains: d.EqualShare().shares(gains), lambda s: s, gains=[1.0, 2.0]),
    "PlayEquilibrium": _case(
        PlayEquilibrium, lambda policy: [policy.at(0), policy.at(9)], p=0.5),
    "Lazy": _case(Lazy, steps=2, like=None),
    "Cheat": _case(Cheat, kind="noise", strength=0.5, steps_back=3, like=None),
    "Submission": _case(
        Submission, kind="honest", strength=0.5, steps_back=3, steps=1, epochs=2),
    "RelaySettings": _case(
        RelaySettings, **{f.name: getattr(RelaySettings(), f.name) for f in fields(RelaySettings)}),
    "Scenario.load": _case(d.Scenario.load, words={"path": "scenario"}, path="phone_community"),
    "Ecology": _case(
        d.Ecology, _played, participants=8, matches=2, winning_share=0.5, success=0.9, founders=1,
        gain_price=1.0, reserve=0.0, deposit_cap=3.0, endowment=1.0, free_riders=1,
        preferences=None),
    "Preferences": _case(
        d.Preferences, lambda wants: _played(d.Ecology(8, preferences=wants)), cost=1.0,
        cost_spread=0.5, value=0.1, discount=0.9, coin_value=0.1, coin_budget=1.0),
    "JobFees": _case(
        JobFees, lambda fees: _played(d.Ecology(8, fees=fees)), deposit=0.1, model=0.1, case=0.1,
        cases=3, owner_stake=0.1),
    "TrainingGains.walk": _case(
        d.TrainingGains.walk, lambda gains: _played(d.Ecology(8, gains=gains)), mean=1.0,
        spread=1.0),
    "TrainingGains.curve": _case(
        d.TrainingGains.curve, lambda gains: _played(d.Ecology(8, gains=gains)),
        curve=d.HillCurve(0, 1, 5, 1.5), spread=1.0, drift=0.1),
    "TrainingGains.table": _case(
        d.TrainingGains.table, lambda gains: _played(d.Ecology(8, gains=gains)),
        quality=[0.0, 1.0], mean=[0.2, 0.0], spread=[0.1, 0.0], ceiling=1.0, drift=0.0),
    "Ecology.simulate": _case(
        lambda rounds, rng, every, trace: d.Ecology(4, 1).simulate(
            rounds, rng, every=every, trace=trace),  # dies in the first round
        lambda run: run.supply, rounds=3, rng=1, every=1, trace=False),
    "RepeatedRelay": _case(
        d.RepeatedRelay, _rota, participants=5, flow=1.0, cost=3.0, false_reject=0.02,
        false_accept=0.1),
    "RepeatedRelay at a discount": _case(
        lambda discount: _rota(d.RepeatedRelay(5, 1, 3, 0.02, 0.1), discount), discount=0.8),
    "StageGame": _case(d.StageGame, lambda game: game.minmax, payoffs=DILEMMA.payoffs.tolist()),
    "StageGame.bimatrix": _case(
        d.StageGame.bimatrix, lambda game: game.minmax, {"row_payoffs": "column_payoffs"},
        row_payoffs=[[1, 2], [3, 4]], column_payoffs=[[1, 2], [3, 4]]),
    "StageGame.public_good": _case(
        d.StageGame.public_good, lambda game: game.minmax, {"contribute": "ride"},
        contribute=[-1.0, 1.0], ride=[0.0, 2.0]),
    "grim_trigger": _case(
        d.grim_trigger, lambda found: found.payoff, game=DILEMMA, agreed=(0, 0)),
    "grim_trigger at a discount": _case(
        lambda discount: d.grim_trigger(DILEMMA, (0, 0)).automaton(discount),
        lambda machine: [machine.regret, *machine.payoffs.ravel()], discount=0.5),
    "solve_payoff_set": _case(
        d.solve_payoff_set, lambda found: [found.gap, *found.inner.ravel(), *found.outer.ravel()],
        game=DILEMMA, discount=0.5, tolerance=1e-6, rounds=3, steps=50, directions=50, states=20),
    "PayoffSet.contains": _case(
        SOLVED.contains, payoff=[3.0, 3.0], tolerance=1e-9),
    "PayoffSet.support": _case(SOLVED.support, lambda bounds: bounds, direction=[1.0, 2.0]),
    "Evidence": _case(
        Evidence, lambda e: e.seed, scenario=d.Scenario.load("phone_community"), rng=0,
        replications=20),
}  # fmt: skip
KEYS = [
    (title, key)
    for title, table in d.Scenario.load("phone_community").to_mapping().items()
    if isinstance(table, dict) and title not in ("sources", "training")
    for key in table
] + [("training", key) for key in ("cost", "cost_cheat", "fixed_cost", "hardware", "flops")]


def _attempt(case: Case, changed: Mapping[str, Any]) -> None:
    try:
        result = case.use(case.make(**{**case.good, **changed}))
    except d.InputError as error:
        _check_message(str(error), [*changed, *(case.words.get(name, name) for name in changed)])
        return
    for number in np.ravel(result) if result is not None else ():
        assert not (isinstance(number, float) and math.isnan(number)), (changed, result)


def _check_message(message: str, names: list[str]) -> None:
    assert "\n" not in message
    assert len(message) < 600
    assert any(name in message for name in names), (names, message)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_one_bad_argument(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    argument = data.draw(st.sampled_from(sorted(case.good)))
    _attempt(case, {argument: data.draw(VALUES)})


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_several_bad_arguments(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    names = data.draw(st.sets(st.sampled_from(sorted(case.good)), min_size=1))
    _attempt(case, {argument: data.draw(VALUES) for argument in names})


@pytest.mark.parametrize("name", CASES)
def test_every_argument_with_every_nasty_value(name: str) -> None:
    case = CASES[name]
    for argument in case.good:
        for value in NASTY:
            _attempt(case, {argument: value})


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_key_of_a_scenario(section: str, key: str) -> None:
    for value in NASTY:
        try:
            scenario = _scenario(section, key, value)
        except d.InputError as error:
            _check_message(str(error), [key, section])
        else:
            assert not math.isnan(scenario.benefit)
            assert not math.isnan(scenario.private_value)


def test_only_a_table_is_a_scenario() -> None:
    for value in NASTY:
        if not isinstance(value, Mapping):
            with pytest.raises(d.InputError, match="scenario must be a table of sections"):
                d.Scenario.from_mapping(value)


@given(st.dictionaries(st.one_of(st.text(max_size=8), st.integers()), VALUES, max_size=4))
@example({"name": "a", "summary": "b", "community": {1: 2}})
@example({"name": "a", "summary": "b", "sources": {1: 2}})
@example({1: 2})
def test_any_table_is_a_scenario_or_refused(mapping: dict[Any, Any]) -> None:
    with pytest.raises(d.InputError) as caught:
        d.Scenario.from_mapping(mapping)
    assert "\n" not in str(caught.value)


SIMULATED: dict[str, Any] = {
    "scenario": RelaySettings(participants=3, legs=4, dataset="wine", shard=5, backend="numpy",
                              evaluate_every=0),
    "policies": Always(), "rng": 0, "replications": 1, "workers": 1,
}  # fmt: skip


@pytest.mark.parametrize("argument", SIMULATED)
def test_simulate(argument: str) -> None:
    for value in NASTY:
        if argument in ("workers", "replications") and value in RUNNABLE_COUNTS:
            continue
        try:
            found = d.simulate(**{**SIMULATED, argument: value})
        except d.InputError as error:
            _check_message(str(error), ["polic" if argument == "policies" else argument])
        else:
            assert np.isfinite(found.utilities).all()


@pytest.mark.parametrize("argument", ["scenario", "rng", "replications"])
def test_validate(argument: str) -> None:
    refused = 0
    for value in NASTY:
        if argument == "rng" and (value is None or isinstance(value, int | np.integer)):
            continue  # would be measured; Evidence has these
        if argument == "replications" and value in RUNNABLE_COUNTS:
            continue
        with pytest.raises(d.InputError) as caught:
            d.validate(**{"scenario": d.Scenario.load("phone_community"), "rng": 0,
                          "replications": 20, argument: value})  # fmt: skip
        _check_message(str(caught.value), [argument])
        refused += 1
    assert refused > 40


class _Counts:
    """Counts that are valid but would take for ever (or start many processes)."""

    def __contains__(self, value: object) -> bool:
        number = isinstance(value, float | int | np.integer | Fraction)
        return number and 1 < value < 2**63 and value % 1 == 0  # type: ignore[operator]


RUNNABLE_COUNTS = _Counts()
