"""The initiator's fee and price: grids over both, closed forms, the relay itself, bad proofs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import derelayl_econ as d
from derelayl_econ.design.funding_price import FundingPrice
from derelayl_econ.design.initiator import InitiatorDesign
from derelayl_econ.design.result import DesignStatus
from derelayl_econ.design.share_costs import ExactSample, ExactUniform, exact_costs
from derelayl_econ.design.share_problem import ShareProblem
from derelayl_econ.design.share_search import ShareCertificate, explore
from derelayl_econ.games.cost_distribution import costs_of

SEEDS = (3, np.random.SeedSequence().entropy)
GOALS = ("profit", "welfare", "quality")


def _relay(**more: Any) -> d.ArrivalRelay:
    given: dict[str, Any] = {"access": 1.0, "access_fee": 0.0, "value": 1.0, "drift": 0.05,
                             "learning_rate": 0.2, "quality_max": 1.0,
                             "cost_distribution": stats.uniform(0.2, 1)}  # fmt: skip
    return d.ArrivalRelay(**(given | more))


def _outcome(relay: d.ArrivalRelay, nu: float, goal: str) -> float:
    """The goal from the relay's own steady state, -inf where it is not allowed."""
    state = relay.steady_state()
    if not (state.served and state.balance >= -1e-12):
        return -np.inf
    # Quality before training: what is left of it after drift is state.gap below the ceiling.
    quality = (relay.quality_max - state.gap) / (1 - relay.drift)
    if goal == "quality":
        return quality
    if goal == "profit":
        return state.balance + nu * quality
    gained = relay.value * relay.learning_rate * state.gap * state.training_share
    spent = float(relay.costs.spent(state.training_share))
    return relay.access + gained + nu * quality - spent


# -- against the relay itself


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("nu", [0.0, 2.0])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"access": 0.4},
        {"value": 0.0},
        {"cost_distribution": stats.expon(0.1, 0.4)},
        {"cost_distribution": [0.3, 0.5, 0.5, 0.9]},
        {"outside": 0.3, "cost_distribution": stats.norm(0.5, 0.2)},
    ],
)
def test_no_pair_on_a_grid_is_better(goal: str, nu: float, more: dict[str, Any]) -> None:
    relay = _relay(**more)
    design = InitiatorDesign(relay=relay, quality_value=nu).solve(goal, gap=1e-5)
    assert design.status is DesignStatus.OPTIMAL
    assert design.value is not None
    assert design.bound is not None
    assert design.certificate is not None
    assert design.certificate.check()
    best = -np.inf
    for fee in np.linspace(0, relay.access - relay.outside, 12):
        for price in [*np.linspace(0, 8, 12)]:
            there = replace(relay, access_fee=float(fee), price=float(price))
            best = max(best, _outcome(there, nu, goal))
    assert best <= design.bound + 1e-9
    # What is reported is what the relay does at this fee and price.
    own = replace(relay, access_fee=design.access_fee, price=design.improvement_price)
    state = own.steady_state()
    assert state.training_share == pytest.approx(design.training_share, abs=1e-6)
    assert state.gap == pytest.approx(design.gap, abs=1e-6)
    assert state.cutoff == pytest.approx(design.cutoff, abs=1e-6)
    assert state.balance == pytest.approx(design.balance, abs=1e-6)
    assert state.balance >= -1e-7
    assert own.served


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("goal", GOALS)
def test_random_pairs_do_not_beat_the_bound(seed: int, goal: str) -> None:
    rng = np.random.default_rng(seed)
    access, value, drift, rate = rng.uniform([0.1, 0, 0.01, 0.05], [2, 3, 0.3, 0.5])
    numbers = {"access": access, "value": value, "drift": drift, "learning_rate": rate}
    relay = _relay(**numbers, cost_distribution=rng.uniform(0, 2, 20))
    design = InitiatorDesign(relay=relay, quality_value=1.0).solve(goal)
    assert design.bound is not None
    for _ in range(60):
        pair = {"access_fee": rng.uniform(0, relay.access), "price": rng.exponential(2)}
        assert _outcome(replace(relay, **pair), 1.0, goal) <= design.bound + 1e-9


# -- closed forms


def test_profit_of_a_monopolist() -> None:
    # w = 0, costs uniform on [0, 1]: (1 - phi) phi, best at 1/2; A binds below.
    relay = _relay(value=0.0, cost_distribution=stats.uniform(0, 1))
    design = InitiatorDesign(relay=relay).solve()
    assert design.access_fee == pytest.approx(0.5, abs=1e-3)
    assert design.value == pytest.approx(0.25, abs=1e-6)
    tight = InitiatorDesign(relay=replace(relay, access=0.3)).solve()
    assert tight.value == pytest.approx(0.21, abs=1e-6)
    assert tight.price("market served").price == pytest.approx(0.4, rel=1e-2)  # 1 - 2 A
    assert "leaving" in tight.price("market served").sentence


@pytest.mark.parametrize("access", [0.3, 1.0, 3.0])
def test_prices_never_raise_profit_by_themselves(access: float) -> None:
    design = InitiatorDesign(relay=_relay(access=access)).solve("profit")
    assert design.improvement_price == pytest.approx(0, abs=1e-9)


def test_quality_spends_all_that_fees_bring_in() -> None:
    relay = _relay(access=0.3)
    design = InitiatorDesign(relay=relay).solve("quality")
    assert design.access_fee == pytest.approx(0.3)
    assert design.balance == pytest.approx(0, abs=1e-5)
    assert design.improvement_price == pytest.approx(
        replace(relay, access_fee=0.3).break_even_price(), rel=1e-4
    )
    subsidised = InitiatorDesign(relay=relay, subsidy=0.05).solve("quality")
    assert subsidised.balance == pytest.approx(-0.05, abs=1e-5)
    assert design.value is not None
    slope = (subsidised.value - design.value) / 0.05 if subsidised.value else 0.0
    assert 0 < slope < design.price("budget").price  # concave: the first unit is worth most


def test_welfare_is_best_where_the_next_trainer_costs_what_quality_is_worth() -> None:
    # c(s) = (w eta + nu) dq/ds, with dq/ds by differences.
    relay = _relay(access=5.0)
    design = InitiatorDesign(relay=relay, quality_value=0.8).solve("welfare", gap=1e-9)
    assert design.training_share is not None
    assert 0.1 < design.training_share < 0.9

    def quality(share: float) -> float:
        gap = 0.05 / (0.05 + 0.95 * 0.2 * share)
        return (1 - gap) / 0.95

    slope = (quality(design.training_share + 1e-6) - quality(design.training_share - 1e-6)) / 2e-6
    assert (0.05 + 0.8) * slope == pytest.approx(0.2 + design.training_share, rel=2e-3)


def test_without_a_fee_that_serves_there_is_no_design() -> None:
    design = InitiatorDesign(relay=_relay(access=0.2, outside=0.5)).solve()
    assert design.status is DesignStatus.INFEASIBLE
    assert design.conflict is not None
    assert design.conflict.relaxation["market served"] == pytest.approx(0.3)
    assert design.access_fee is None


@given(st.floats(0.01, 100))
@settings(max_examples=5, deadline=None)
def test_other_units_of_money_scale_profit(unit: float) -> None:
    one = InitiatorDesign(relay=_relay()).solve(gap=1e-4)
    scaled = _relay(access=unit, value=unit, cost_distribution=stats.uniform(0.2 * unit, unit))
    two = InitiatorDesign(relay=scaled).solve(gap=1e-4)
    assert one.value is not None
    assert two.value == pytest.approx(unit * one.value, rel=2e-4)


# -- costs in fractions


@given(st.lists(st.integers(0, 20), min_size=1, max_size=9), st.floats(0, 1))
def test_exact_samples_are_those_of_floats(values: list[int], share: float) -> None:
    exact, floats = ExactSample(np.array(values, dtype=float)), costs_of([float(v) for v in values])
    place = np.array([Fraction(share), None], dtype=object)[:1]
    if share not in exact.breaks:
        assert float(exact.quantile(place)[0]) == pytest.approx(float(floats.quantile(share)))
        assert float(exact.quantile_right(place)[0]) == pytest.approx(
            float(floats.quantile_right(share))
        )
    assert float(exact.spent(place)[0]) == pytest.approx(float(floats.spent(share)), abs=1e-12)


def test_exact_uniform() -> None:
    found = exact_costs(stats.uniform(0.5, 2), costs_of(stats.uniform(0.5, 2)))
    assert isinstance(found, ExactUniform)
    places = np.array([Fraction(0), Fraction(1, 4), Fraction(1)], dtype=object)
    assert list(found.quantile(places)) == [-np.inf, 1, Fraction(5, 2)]
    assert list(found.quantile_right(places)) == [Fraction(1, 2), 1, np.inf]
    assert list(found.spent(places)) == [0, Fraction(3, 16), Fraction(3, 2)]
    assert exact_costs(stats.norm(0, 1), costs_of(stats.norm(0, 1))) is None


@pytest.mark.parametrize("goal", GOALS)
@given(ends=st.tuples(st.floats(0, 1), st.floats(0, 1)), inside=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_bounds_hold_inside_boxes(goal: str, ends: tuple[float, float], inside: float) -> None:
    problem = ShareProblem(_relay(cost_distribution=[0.2, 0.4, 0.4, 1.1]), goal, 1.0, 0.1)
    low, high = problem.array([min(ends)]), problem.array([max(ends)])
    if low[0] == high[0]:
        return
    middle = low + (high - low) * Fraction(inside)
    assert problem.values(middle)[0] <= problem.bounds(low, high)[0]


# -- certificates


@pytest.mark.parametrize("costs", [stats.uniform(0.2, 1), [0.3, 0.7, 0.7], stats.expon(0, 1)])
@pytest.mark.parametrize("goal", GOALS)
def test_perturbed_certificates_are_rejected(costs: Any, goal: str) -> None:
    design = InitiatorDesign(relay=_relay(cost_distribution=costs, access=0.4)).solve(goal)
    proof = design.certificate
    assert proof is not None
    assert proof.check()
    assert proof.status == ("numeric-only" if hasattr(costs, "dist") and costs.dist.name == "expon"
                            else "exact" if proof.gap == 0 else "certified-ball")  # fmt: skip
    tiny = type(proof.value)(1) / 10**6
    wrong = [
        replace(proof, value=proof.value + tiny), replace(proof, value=proof.value - tiny),
        replace(proof, bound=proof.bound - tiny), replace(proof, bound=proof.bound + tiny),
        replace(proof, edges=proof.edges[1:]), replace(proof, edges=proof.edges[:-1]),
        replace(proof, edges=(0.0, 0.0, *proof.edges[1:])), replace(proof, edges=(0.0,)),
        replace(proof, share=proof.share * 0.9 + 0.01),
        replace(proof, problem=replace(proof.problem, subsidy=0.3, quality_value=0.1)),
        replace(proof, problem=replace(proof.problem, relay=_relay(access=0.5))),
    ]  # fmt: skip
    for changed in wrong:
        assert not changed.check()
    assert goal in proof.claim


def test_a_coarse_cover_is_a_true_but_weak_bound() -> None:
    problem = ShareProblem(_relay(), "profit", 0.0, 0.0)
    cover, _, best = explore(problem, 1e-6)
    places = problem.array([0.0, 1.0])
    assert float(problem.bounds(places[:1], places[1:])[0]) > best
    assert len(cover) > 100


# -- bad input


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"relay": None}, "relay must be an ArrivalRelay"), ({"quality_value": -1}, "quality_value"),
     ({"subsidy": np.nan}, "subsidy"), ({"subsidy": 1e200}, "subsidy"),
     ({"relay": _relay(drift=0.0)}, "drift of relay must be positive")],
)  # fmt: skip
def test_bad_input(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(d.InputError, match=message):
        InitiatorDesign(**({"relay": _relay()} | wrong))


def test_unknown_goals_and_gaps() -> None:
    design = InitiatorDesign(relay=_relay())
    with pytest.raises(d.InputError, match=r"goal must be one of profit.*Did you mean welfare"):
        design.solve("wellfare")
    with pytest.raises(d.InputError, match="gap must lie in"):
        design.solve(gap=0)


# -- the price under drift

FUNDING = d.DriftFunding(
    cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1, flow_value=1
)


@pytest.mark.parametrize("more", [{}, {"value": 3.0, "leakage": 0.3}, {"leakage": 0.7}])
def test_welfare_price_is_the_closed_form(more: dict[str, Any]) -> None:
    funding = replace(FUNDING, **more)
    design = FundingPrice(funding=funding).solve("welfare")
    assert design.status is DesignStatus.OPTIMAL
    assert design.certificate is not None
    assert design.certificate.check()
    assert design.reward_price == pytest.approx(funding.welfare_price, rel=1e-3)
    assert design.value == pytest.approx(
        funding.steady_state(funding.welfare_price).welfare, abs=1e-7
    )


@pytest.mark.parametrize("goal", ["welfare", "profit", "quality"])
def test_no_price_on_a_grid_is_better(goal: str) -> None:
    funding = replace(FUNDING, value=2.0, leakage=0.2)
    design = FundingPrice(funding=funding).solve(goal)
    assert design.value is not None
    for price in np.linspace(funding.price_floor, funding.price_ceiling, 200):
        state = funding.steady_state(float(price))
        charged = 0.8 * state.quality - state.spending
        worth = {"welfare": state.welfare, "profit": charged, "quality": state.quality}[goal]
        assert worth <= design.value + 1e-6


def test_quality_price_is_the_ceiling_and_a_subsidy_raises_it() -> None:
    design = FundingPrice(funding=FUNDING).solve("quality")
    assert design.reward_price == pytest.approx(20, rel=1e-6)
    # dq/dlambda = c/(gamma lambda^2)
    assert design.price("users can pay").price == pytest.approx(5 / 400, rel=1e-3)
    more = FundingPrice(funding=FUNDING, subsidy=0.1).solve("quality")
    assert more.spending == pytest.approx((more.quality or 0) + 0.1, abs=1e-6)


def test_too_much_leakage_is_a_conflict() -> None:
    design = FundingPrice(funding=replace(FUNDING, leakage=0.9)).solve()
    assert design.status is DesignStatus.INFEASIBLE
    assert design.conflict is not None
    assert set(design.conflict.names) == {"training pays", "users can pay"}
    assert sum(design.conflict.relaxation.values()) == pytest.approx(3)  # floor 5, ceiling 2
    assert design.reward_price is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"funding": 3}, "funding must be a DriftFunding"), ({"subsidy": -1}, "subsidy"),
     ({"funding": replace(FUNDING, drift=0.0)}, "drift of funding must be positive")],
)  # fmt: skip
def test_bad_funding(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(d.InputError, match=message):
        FundingPrice(**({"funding": FUNDING} | wrong))
    with pytest.raises(d.InputError, match="goal must be one of"):
        FundingPrice(funding=FUNDING).solve("growth")


# -- no fee at all


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("goal", GOALS)
def test_where_nothing_can_be_charged_those_train_whom_the_model_is_worth_it(
    seed: int, goal: str
) -> None:
    """A = u_0 leaves one outcome, that of fee and price zero, at a share that is no fraction."""
    rng = np.random.default_rng(seed)
    width, value, nu = rng.uniform(0.5, 2), rng.uniform(0.5, 3), rng.uniform(0, 2)
    for costs in (stats.uniform(0, width), stats.expon(0, width)):
        relay = _relay(value=value, outside=1.0, cost_distribution=costs)
        design = InitiatorDesign(relay=relay, quality_value=nu).solve(goal)
        assert design.status is DesignStatus.OPTIMAL, (seed, goal)
        assert design.access_fee == design.improvement_price == 0
        free = replace(relay, access_fee=0.0, price=0.0)
        assert design.training_share == pytest.approx(free.steady_state().training_share)
        assert design.value == pytest.approx(_outcome(free, nu, goal), abs=1e-9), seed
        proof = design.certificate
        assert isinstance(proof, ShareCertificate)
        assert proof.check()
        if proof.share_above is None:  # floats may meet the condition by rounding
            assert proof.problem.exact is None
            continue
        for worse in (
            {"share_above": proof.share},
            {"share": proof.share * 0.9, "share_above": proof.share * 0.95},
            {"share_above": None},
            {"value": proof.value + proof.gap / 2 + 1e-9},
        ):
            assert not replace(proof, **worse).check(), worse
