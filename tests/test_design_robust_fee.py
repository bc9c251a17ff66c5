"""Fee and price set in advance: every corner and many points of the box, by a solver of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import derelayl_econ as d
from derelayl_econ.design.fee_certificate import FeeCertificate
from derelayl_econ.design.initiator import InitiatorDesign
from derelayl_econ.design.result import DesignStatus

SEEDS = (5, np.random.SeedSequence().entropy)
SKILL = ("value", "learning_rate", "quality_max", "drift")
BASE = {"value": 1.0, "learning_rate": 0.2, "quality_max": 1.0, "drift": 0.05}
BOX = {"value": 0.3, "learning_rate": 0.05, "quality_max": 0.1, "drift": 0.02, "access": 0.04,
       "outside": 0.03}  # fmt: skip
STEPS = [0.3, 0.5, 0.5, 0.9]
COSTS = [stats.uniform(0.2, 1), stats.expon(0.1, 0.4), STEPS, stats.norm(0.5, 0.2)]


def _relay(**more: Any) -> d.ArrivalRelay:
    own: dict[str, Any] = {"access": 0.4, "access_fee": 0.0, "cost_distribution": COSTS[0]}
    return d.ArrivalRelay(**(BASE | own | more))


def _at_most(costs: Any) -> Callable[[Any], Any]:
    """F, written down again."""
    if hasattr(costs, "cdf"):
        return lambda cost: costs.cdf(cost)
    return lambda cost: np.mean([np.asarray(cost) >= one for one in costs], axis=0)


def _steady(costs: Any, fee: Any, price: Any, world: Any) -> tuple[Any, Any, Any]:
    """Share, quality and balance from the prose: halve the gap at which drift is made good.

    At the gap x~ quality before drift is (q_max - x~)/(1-eta); drift takes eta of it, and training
    adds gamma x~ F. More gap: less drift, more training.
    """
    value, rate, top, drift = (world[name] for name in SKILL)
    shape = np.broadcast(value, rate, top, drift, fee, price).shape
    low, high, joined = np.zeros(shape), np.broadcast_to(top, shape) + 0.0, _at_most(costs)
    for _ in range(200):
        gap = (low + high) / 2
        added = rate * gap * joined(fee + (value + price) * rate * gap)
        enough = added >= drift * (top - gap) / (1 - drift)
        low, high = np.where(enough, low, gap), np.where(enough, gap, high)
    quality = (top - high) / (1 - drift)
    share = drift * quality / (rate * high)
    return share, quality, fee * (1 - share) - price * rate * high * share


def _worlds(box: dict[str, float], rng: np.random.Generator, draws: int) -> dict[str, Any]:
    """All corners, random points and a closer look at drift, as columns."""
    width = np.array([box.get(name, 0.0) for name in SKILL])
    drifts = [(-1, -1, -1, drift) for drift in np.linspace(-1, 1, 101)]
    corners = itertools.product((-1, 0, 1), repeat=4)
    signs = [*corners, *drifts, *rng.uniform(-1, 1, (draws, 4))]
    points = np.array([BASE[name] for name in SKILL]) + np.array(signs) * width
    return dict(zip(SKILL, points.T[:, :, None], strict=True))


# -- what is worst where


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("costs", COSTS)
def test_what_rises_and_what_falls(seed: int, costs: Any) -> None:
    rng = np.random.default_rng(seed)
    low = {"value": rng.uniform(0, 2, 200), "learning_rate": rng.uniform(0.02, 0.4, 200),
           "quality_max": rng.uniform(0.5, 2, 200),
           "drift": rng.uniform(0.01, 0.3, 200)}  # fmt: skip
    fee, price = rng.uniform(0, 0.6, 200), rng.exponential(1.0, 200)
    share, quality, balance = _steady(costs, fee, price, low)
    for name in SKILL:
        more = low | {name: low[name] * rng.uniform(1, 1.5, 200)}
        joined, better, left = _steady(costs, fee, price, more)
        assert (joined >= share - 1e-9).all()
        assert (left <= balance + 1e-9).all()
        if name == "drift":
            assert (more["drift"] * better >= low["drift"] * quality - 1e-9).all()
            left_over = (1 - more["drift"]) * better
            assert (left_over <= (1 - low["drift"]) * quality + 1e-9).all()
        else:
            assert (better >= quality - 1e-9).all()
    for moved in ((fee + 0.1, price), (fee, price * 1.2)):
        assert (_steady(costs, *moved, low)[1] >= quality - 1e-9).all()
    assert (_steady(costs, fee, price * 1.2, low)[2] <= balance + 1e-9).all()


def test_more_drift_may_mean_more_quality() -> None:
    # All have the cost 0.5 and some train: the gap they find is pinned, so what they reach rises.
    fees = {"access_fee": 0.3, "price": 1.0, "cost_distribution": [0.5]}
    slow, fast = (_relay(drift=drift, **fees) for drift in (0.05, 0.07))
    one, two = slow.steady_state(), fast.steady_state()
    assert one.hovers
    assert two.hovers
    assert one.gap == pytest.approx(two.gap)
    assert (1 - two.gap) / (1 - 0.07) > (1 - one.gap) / (1 - 0.05)


# -- against all corners, many points, and all pairs


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("costs", COSTS)
@pytest.mark.parametrize("goal", ["profit", "quality"])
def test_no_pair_beats_the_bound_and_the_design_holds(seed: int, costs: Any, goal: str) -> None:
    rng = np.random.default_rng(seed)
    design = InitiatorDesign(relay=_relay(cost_distribution=costs)).robust(goal, box=BOX, gap=1e-4)
    assert design.status is DesignStatus.OPTIMAL
    assert design.certificate is not None
    assert design.certificate.check()
    assert design.value is not None
    assert design.bound is not None
    assert design.value <= design.bound <= design.value * (1 + 3e-4)
    worlds = _worlds(BOX, rng, 60)
    fees = np.concatenate([np.linspace(0, 0.33, 12), rng.uniform(0, 0.33, 8)])
    prices = np.concatenate([np.linspace(0, 8, 12), rng.exponential(3, 8)])
    pairs = np.array(list(itertools.product(fees, prices))).T
    _, quality, balance = _steady(costs, *pairs, worlds)
    paid = (balance >= 0).all(axis=0)
    least = (quality if goal == "quality" else balance).min(axis=0)
    # The worst drift may lie between the points; (1-eta) q falls from one to the next.
    missed = 2 * BOX["drift"] / 100 / 0.03 * (goal == "quality")
    assert paid.any()
    assert (least[paid] <= design.bound * (1 + missed) + 1e-9).all()
    fee, price = np.array([design.access_fee]), np.array([design.improvement_price])
    _, quality, balance = _steady(costs, fee, price, _worlds(BOX, rng, 600))
    assert design.access_fee is not None
    assert design.access_fee <= 0.4 - 0.07 + 1e-12
    assert (balance >= -1e-8).all()
    assert ((quality if goal == "quality" else balance) >= design.value - 1e-7).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_relays_themselves_hold_what_is_promised(seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = {"access": rng.uniform(0.2, 1.5), "value": rng.uniform(0.4, 2),
               "drift": rng.uniform(0.04, 0.2), "learning_rate": rng.uniform(0.1, 0.4),
               "cost_distribution": rng.uniform(0, 2, 15)}  # fmt: skip
    relay, box = _relay(**numbers), {name: 0.3 * BOX[name] for name in BOX}
    design = InitiatorDesign(relay=relay, subsidy=0.01).robust("quality", box=box, gap=1e-4)
    assert design.value is not None
    pair = {"access_fee": design.access_fee, "price": design.improvement_price}
    for signs in [*itertools.product((-1, 1), repeat=6), *rng.uniform(-1, 1, (40, 6))]:
        moved = {name: getattr(relay, name) + float(sign) * box[name]
                 for name, sign in zip(box, signs, strict=True)}  # fmt: skip
        there = replace(relay, **moved, **pair)
        state = there.steady_state()
        assert there.access - there.outside >= there.access_fee - 1e-12
        assert state.balance + 0.01 >= -1e-9
        assert there.learning_rate * state.gap * state.training_share / there.drift >= (
            design.value - 1e-9)  # fmt: skip


@pytest.mark.parametrize("costs", COSTS)
def test_the_corners_that_decide_are_named(costs: Any) -> None:
    design = InitiatorDesign(relay=_relay(cost_distribution=costs)).robust(
        "quality", box={"value": 0.3, "learning_rate": 0.05, "access": 0.1}, gap=1e-4
    )
    worst, hardest = design.worst_case, design.hardest
    assert worst is not None
    assert hardest is not None
    assert (worst.value, worst.learning_rate, worst.access) == (
        0.7,
        pytest.approx(0.15),
        0.30000000000000004,
    )
    assert (hardest.value, hardest.learning_rate) == (1.3, 0.25)
    assert hardest.steady_state().balance == pytest.approx(design.balance, abs=1e-12)
    state = worst.steady_state()
    assert design.quality == pytest.approx(design.value, abs=1e-9)
    assert (state.gap, state.training_share) == (design.gap, design.training_share)
    assert state.cutoff == design.cutoff


def test_the_worst_drift_may_lie_inside() -> None:
    box = {
        "drift": 0.02,
        "learning_rate": 0.05,
        "quality_max": 0.1,
        "access": 0.05,
        "outside": 0.05,
    }
    relay = _relay(cost_distribution=STEPS)
    design = InitiatorDesign(relay=relay).robust("quality", box=box, gap=1e-4)
    assert design.worst_case is not None
    assert 0.031 < design.worst_case.drift < 0.069
    drifts = np.linspace(0.03, 0.07, 2001)
    weak = {"value": 1.0, "learning_rate": 0.15, "quality_max": 0.9, "drift": drifts}
    qualities = _steady(STEPS, design.access_fee, design.improvement_price, weak)[1]
    assert qualities.min() == pytest.approx(design.value, rel=2e-4)
    assert min(qualities[0], qualities[-1]) > qualities.min() * 1.01


# -- limits of the box


@pytest.mark.parametrize("costs", COSTS)
def test_a_box_of_width_zero_is_the_design_of_known_parameters(costs: Any) -> None:
    asked = InitiatorDesign(relay=_relay(cost_distribution=costs))
    zero = dict.fromkeys(BOX, 0.0)
    plain, robust = asked.solve("quality"), asked.robust("quality", box=zero)
    assert plain.value is not None
    assert robust.bound is not None
    assert robust.value == pytest.approx(plain.value, rel=3e-6)
    assert plain.value <= robust.bound + 1e-12
    profits = [asked.solve("profit"), asked.robust("profit", box=zero), asked.robust(box={})]
    assert len({(p.value, p.access_fee, p.improvement_price, p.bound) for p in profits}) == 1


def test_profit_is_that_of_the_hardest_corner() -> None:
    asked = InitiatorDesign(relay=_relay())
    robust = asked.robust("profit", box=BOX)
    corner = _relay(value=1.3, learning_rate=0.25, quality_max=1.1, drift=0.07, access=0.36,
                    outside=0.03)  # fmt: skip
    assert robust.value == pytest.approx(InitiatorDesign(relay=corner).solve("profit").value)
    assert robust.hardest is not None
    assert robust.hardest.drift == pytest.approx(0.07)
    plain = asked.solve("profit")
    assert robust.value is not None
    assert plain.value is not None
    assert robust.value < plain.value


def test_a_larger_box_never_holds_more() -> None:
    asked = InitiatorDesign(relay=_relay())
    bounds = [
        asked.robust("quality", box={name: size * BOX[name] for name in BOX}, gap=1e-5)
        for size in (0.0, 0.5, 1.0)
    ]
    for small, large in itertools.pairwise(bounds):
        assert large.value is not None
        assert small.value is not None
        assert large.value < small.value


def test_a_margin_on_the_known_design_is_not_robust() -> None:
    # The best pair at the estimates runs a deficit where more train than expected.
    plain = InitiatorDesign(relay=_relay()).solve("quality")
    more = replace(_relay(value=1.3), access_fee=plain.access_fee, price=plain.improvement_price)
    assert more.steady_state().balance < -0.001


@given(st.floats(0.01, 100))
@settings(max_examples=4, deadline=None)
def test_other_units_of_money_change_no_quality(unit: float) -> None:
    money = {"value", "access", "outside"}
    box = {name: BOX[name] * (unit if name in money else 1.0) for name in BOX}
    relay = _relay(access=0.4 * unit, value=unit, cost_distribution=stats.uniform(0.2 * unit, unit))
    one = InitiatorDesign(relay=_relay()).robust("quality", box=BOX, gap=1e-4)
    two = InitiatorDesign(relay=relay).robust("quality", box=box, gap=1e-4)
    assert two.value == pytest.approx(one.value, rel=3e-4)
    assert two.improvement_price == pytest.approx(unit * (one.improvement_price or 0.0), rel=0.05)


def test_prices_are_what_a_step_is_worth() -> None:
    asked = InitiatorDesign(relay=_relay())
    design = asked.robust("quality", box=BOX)
    richer = replace(asked, subsidy=1e-3).robust("quality", box=BOX)
    roomier = replace(asked, relay=_relay(outside=-1e-3)).robust("quality", box=BOX)
    assert design.value is not None
    for name, moved in (("budget", richer), ("market served", roomier)):
        assert moved.value is not None
        slope = (moved.value - design.value) / 1e-3
        assert design.price(name).price == pytest.approx(slope, rel=2e-2)
    assert "subsidy raises quality" in design.price("budget").sentence


def test_no_fee_serves_the_market_everywhere() -> None:
    for goal in ("profit", "quality"):
        design = InitiatorDesign(relay=_relay()).robust(goal, box={"access": 0.3, "outside": 0.2})
        assert design.status is DesignStatus.INFEASIBLE
        assert design.conflict is not None
        assert design.conflict.relaxation["market served"] == pytest.approx(0.1)
        assert design.unit == ("score" if goal == "quality" else "money")


def test_where_fees_bring_nothing_in_only_those_train_who_like_to() -> None:
    relay = _relay(access=0.1, cost_distribution=stats.uniform(0.15, 1))
    design = InitiatorDesign(relay=relay).robust("quality", box={"access": 0.1, "value": 0.1})
    assert design.status is DesignStatus.OPTIMAL
    assert design.access_fee == 0
    own = replace(relay, value=0.9).steady_state()
    assert design.value == pytest.approx((1 - own.gap) / 0.95, rel=1e-5)
    dear = replace(relay, cost_distribution=stats.uniform(5, 1))
    nobody = InitiatorDesign(relay=dear).robust("quality", box={"access": 0.1})
    assert (nobody.value, nobody.bound) == (0, pytest.approx(0, abs=1e-9))


def test_profit_with_own_use_may_be_worst_inside_the_box() -> None:
    # Why it is not offered: a higher ceiling brings more quality, but fewer who pay.
    world = {"value": 2.0, "learning_rate": 0.2, "drift": 0.05,
             "quality_max": np.linspace(0.7, 1.5, 15)}  # fmt: skip
    _, quality, balance = _steady(COSTS[3], 0.5, 0.83, world)
    worth = balance + 0.144 * quality
    assert balance.min() >= 0
    assert worth.min() < min(worth[0], worth[-1]) - 4e-3


# -- certificates


def test_rounding_leaves_a_bound_in_floats_a_bound() -> None:
    # All but 1e-15 train: value and bound differ by roundings only.
    relay = _relay(access=2.345667425491948, value=0.0, learning_rate=0.18612355767494582,
                   quality_max=0.8792673011138503, drift=0.005587466671531807,
                   outside=0.2606297157213276, cost_distribution=stats.norm(0.5, 0.2))  # fmt: skip
    box = {"learning_rate": 0.0033210651035141215, "quality_max": 0.002974250020239893}
    design = InitiatorDesign(relay=relay, subsidy=0.26).robust("quality", box=box, gap=1e-5)
    assert design.certificate is not None
    assert design.certificate.check()


@pytest.mark.parametrize("costs", [*COSTS[:3], [0.5, 0.5]])
def test_perturbed_certificates_are_rejected(costs: Any) -> None:
    asked = InitiatorDesign(relay=_relay(cost_distribution=costs))
    proof = asked.robust("quality", box=BOX, gap=1e-3).certificate
    assert isinstance(proof, FeeCertificate)
    assert proof.check()
    assert proof.status == ("numeric-only" if costs is COSTS[1] else "certified-ball")
    assert ("scipy" in proof.claim) == (costs is COSTS[1])
    assert isinstance(proof.value, float if costs is COSTS[1] else Fraction)
    tiny, problem = type(proof.value)(1) / 10**6, proof.problem
    relay = problem.hardest.relay
    wrong = [
        replace(proof, value=proof.value + tiny), replace(proof, value=proof.value - tiny),
        replace(proof, bound=proof.bound + tiny), replace(proof, bound=proof.bound - tiny),
        replace(proof, bound=proof.value - tiny),
        replace(proof, fees=proof.fees[1:]), replace(proof, fees=proof.fees[:-1]),
        replace(proof, fees=proof.fees[:1]), replace(proof, fees=(*proof.fees[:-1], np.inf)),
        replace(proof, fees=(*proof.fees[:3], 0.0, *proof.fees[4:])),
        replace(proof, crowds=proof.crowds[1:]), replace(proof, crowds=(0.0, *proof.crowds[1:])),
        replace(proof, crowds=(np.nan, *proof.crowds[1:])),
        replace(proof, crowds=tuple(share / 2 for share in proof.crowds)),
        replace(proof, joiners=()), replace(proof, joiners=proof.joiners[:1]),
        replace(proof, joiners=tuple(row[1:] for row in proof.joiners)),
        replace(proof, joiners=tuple(tuple(s * 0.99 for s in row) for row in proof.joiners)),
        replace(proof, drifts=proof.drifts[:1]), replace(proof, drifts=(0.01, *proof.drifts[1:])),
        replace(proof, access_fee=0.34), replace(proof, access_fee=-0.1),
        replace(proof, access_fee=proof.access_fee * 0.9),
        replace(proof, improvement_price=proof.improvement_price * 1.01),
        replace(proof, improvement_price=proof.improvement_price * 0.9),
        replace(proof, improvement_price=np.nan), replace(proof, improvement_price=-1.0),
        replace(proof, crowd=proof.crowd * 0.99), replace(proof, crowd=1.5),
        replace(proof, drift_edges=proof.drift_edges[1:], least_shares=proof.least_shares[1:]),
        replace(proof, drift_edges=proof.drift_edges[:-1], least_shares=proof.least_shares[:-1]),
        replace(proof, drift_edges=proof.drift_edges[::-1]), replace(proof, drift_edges=()),
        replace(proof, least_shares=proof.least_shares[1:]), replace(proof, least_shares=()),
        replace(proof, least_shares=tuple(s * 1.001 for s in proof.least_shares)),
        replace(proof, least_shares=tuple(s * 0.9 for s in proof.least_shares)),
        replace(proof, problem=replace(problem, drifts=(0.03, 0.08))),
        replace(proof, problem=replace(problem, weakest=replace(problem.weakest, value=0.6))),
        replace(proof, problem=replace(problem, hardest=replace(
            problem.hardest, relay=replace(relay, access=0.2)))),
        replace(proof, problem=replace(problem, hardest=replace(problem.hardest, subsidy=0.1))),
    ]  # fmt: skip
    for number, changed in enumerate(wrong):
        assert not changed.check(), number


@pytest.mark.parametrize("seed", SEEDS)
def test_any_shares_make_a_true_bound(seed: int) -> None:
    # Shares that are far off make bounds weak, never wrong.
    rng = np.random.default_rng(seed)
    asked = InitiatorDesign(relay=_relay(cost_distribution=STEPS))
    proof = asked.robust("quality", box=BOX, gap=1e-3).certificate
    assert isinstance(proof, FeeCertificate)
    problem, cells = proof.problem, len(proof.crowds)
    fees = problem.numbers(proof.fees)
    for _ in range(5):
        crowds, joined = (problem.hardest.array(rng.uniform(0.01, 1, cells)) for _ in range(2))
        prices = problem.ceiling(fees[:-1], fees[1:], crowds)
        rows = [problem.most(drift, fees[1:], prices, joined) for drift in proof.drifts]
        assert np.minimum.reduce(rows).max() >= proof.value
        shares = rng.uniform(0, 1, len(proof.drift_edges)).tolist()
        pair = proof.access_fee, proof.improvement_price
        assert problem.least(proof.drift_edges, *pair, shares) <= proof.bound


# -- bad input


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ({"learning_rates": 0.1}, "name in box must be one of value.*Did you mean learning_rate"),
        ({3: 0.1}, "name in box"),
        ({"price": 0.1}, "name in box"),
        ({"drift": 0.05}, r"half-width of drift must keep drift = 0.05 in its domain.*got 0.05"),
        ({"drift": 0.96}, "half-width of drift"),
        ({"learning_rate": 0.2}, "half-width of learning_rate must keep"),
        ({"learning_rate": 0.8}, "An end of the box is -0.6"),
        ({"quality_max": 1.0}, "half-width of quality_max"),
        ({"value": 1.5}, "half-width of value"),
        ({"value": -0.1}, "half-width of value must be a finite number >= 0; got -0.1"),
        ({"value": np.nan}, "half-width of value"),
        ({"access": np.inf}, "half-width of access"),
        ({"outside": "x"}, "half-width of outside"),
        ({"outside": True}, "half-width of outside"),
        ({"access": 1e80}, "access must be at most"),
        ([0.1], "box must map names of parameters to half-widths"),
        (0.1, "box must map"),
        (None, "box must map"),
    ],
)
def test_bad_boxes(box: Any, message: str) -> None:
    with pytest.raises(d.InputError, match=message):
        InitiatorDesign(relay=_relay()).robust("quality", box=box)


def test_goals_whose_worst_case_is_not_known_are_refused() -> None:
    asked = InitiatorDesign(relay=_relay(), quality_value=0.5)
    for goal in ("profit", "welfare"):
        with pytest.raises(d.InputError, match=r"goal must be quality, or profit with.*are worst"):
            asked.robust(goal, box=BOX)
    with pytest.raises(d.InputError, match="Did you mean quality"):
        asked.robust("qualty", box=BOX)
    with pytest.raises(d.InputError, match="gap must lie in"):
        asked.robust("quality", box=BOX, gap=0)
    assert asked.robust("quality", box={"value": 0.1}, gap=0.01).value is not None
