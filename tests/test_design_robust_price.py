"""The price of the worst case: all corners of the box, points inside, closed forms, bad input."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derelayl_econ as d
from derelayl_econ.design.funding_price import FundingPrice
from derelayl_econ.design.result import DesignStatus
from derelayl_econ.design.robust_price import PRICE_PARAMETERS, PriceCorners, price_program

SEEDS = (11, np.random.SeedSequence().entropy)
GOALS = ("welfare", "profit", "quality")
BASE = {"cost": 1.0, "drift": 0.05, "learning_rate": 0.2, "quality_max": 1.0, "users": 2.0,
        "flow_value": 0.8, "value": 1.0, "leakage": 0.2}  # fmt: skip
BOX = {"cost": 0.2, "drift": 0.01, "learning_rate": 0.03, "quality_max": 0.1, "users": 0.3,
       "flow_value": 0.1, "value": 0.4, "leakage": 0.1}  # fmt: skip
FUNDING = d.DriftFunding(**BASE)


def _outcome(goal: str, price: Any, world: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The goal, quality and what users have left, as theory section 3.4a says; arrays allowed."""
    quality = world["quality_max"] - world["cost"] / (
        world["learning_rate"] * (world["value"] + price))  # fmt: skip
    legs = world["drift"] * quality * (world["value"] + price) / world["cost"]
    benefit = world["users"] * world["flow_value"] * quality
    left = (1 - world["leakage"]) * benefit - price * world["drift"] * quality
    welfare = benefit + world["value"] * world["drift"] * quality - world["cost"] * legs
    return {"welfare": welfare, "profit": left, "quality": quality}[goal], quality, left


def _worlds(
    base: dict[str, float], box: dict[str, float], rng: np.random.Generator, draws: int = 300
) -> dict[str, Any]:
    """All 2^8 corners and random points, as columns."""
    signs = np.array([*itertools.product((-1, 1), repeat=8), *rng.uniform(-1, 1, (draws, 8))])
    return {name: (base[name] + signs[:, i] * box.get(name, 0.0))[:, None]
            for i, name in enumerate(PRICE_PARAMETERS)}  # fmt: skip


def _random(rng: np.random.Generator) -> tuple[dict[str, float], dict[str, float]]:
    base = {name: float(number * rng.uniform(0.7, 1.4)) for name, number in BASE.items()}
    widths = {name: float(base[name] * rng.uniform(0, 0.3)) for name in BASE}
    return base, {name: width for name, width in widths.items() if rng.random() < 0.7}


# -- against all corners, points inside, and all prices


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("subsidy", [0.0, 0.05, 0.6])
def test_no_price_is_better_in_the_worst_case(seed: int, goal: str, subsidy: float) -> None:
    rng = np.random.default_rng(seed)
    base, box = _random(rng)
    asked = FundingPrice(funding=d.DriftFunding(**base), subsidy=subsidy)
    design = asked.robust(goal, box=box)
    worlds = _worlds(base, box, rng)
    prices = np.concatenate([np.linspace(0, 80, 1601), rng.uniform(0, 80, 400)])
    worth, quality, left = _outcome(goal, prices, worlds)
    possible = ((quality >= 0) & (left + subsidy >= 0)).all(axis=0)
    if design.status is DesignStatus.INFEASIBLE:
        assert not possible.any()
        return
    assert design.status is DesignStatus.OPTIMAL
    assert design.value is not None
    assert design.certificate is not None
    assert design.certificate.check()
    assert (worth.min(axis=0)[possible] <= design.value + 2e-6).all()
    # And the design holds what it promises, and is as bad as it says somewhere.
    worth, quality, left = _outcome(goal, design.reward_price, worlds)
    assert (quality >= -1e-9).all()
    assert (left + subsidy >= -1e-6).all()
    assert worth.min() == pytest.approx(design.value, abs=2e-6)
    assert design.worst_case is not None
    corner = {name: getattr(design.worst_case, name) for name in PRICE_PARAMETERS}
    own, quality, _ = _outcome(goal, design.reward_price, corner)
    assert own == pytest.approx(design.value, abs=2e-6)
    assert design.quality == pytest.approx(quality)
    state = design.worst_case.steady_state(design.reward_price)
    assert (state.spending, state.welfare) == (design.spending, design.welfare)
    assert state.legs_per_period == design.legs_per_period


@pytest.mark.parametrize("seed", SEEDS)
def test_two_corners_decide_at_any_price(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(20):
        base, box = _random(rng)
        corners = PriceCorners.of(d.DriftFunding(**base), box)
        both = [{name: getattr(corner, name) for name in PRICE_PARAMETERS}
                for corner in (corners.weak, corners.keen)]  # fmt: skip
        floor = both[0]["cost"] / (both[0]["learning_rate"] * both[0]["quality_max"])
        prices = floor + rng.exponential(10, 50)  # so that training pays everywhere
        worlds = _worlds(base, box, rng)
        for goal in GOALS:
            worth, _, left = _outcome(goal, prices, worlds)
            at = [_outcome(goal, prices, corner) for corner in both]
            assert np.minimum(at[0][0], at[1][0]) == pytest.approx(worth.min(axis=0))
            # What has to be paid in is most at the keen corner, if anything.
            assert np.minimum(at[1][2], 0) == pytest.approx(np.minimum(left.min(axis=0), 0))


def test_the_keen_corner_decides_where_money_has_to_be_put_in() -> None:
    # Profit below 0: the more quality, the worse.
    funding = replace(FUNDING, leakage=0.9, value=0.0)
    box = {"cost": 0.3, "learning_rate": 0.05}
    asked = FundingPrice(funding=funding, subsidy=2.0)
    assert asked.robust("quality", box=box).worst_case.cost == 1.3  # type: ignore[union-attr]
    profit = asked.robust("profit", box=box)
    assert profit.value is not None
    assert profit.value < 0
    assert profit.worst_case is not None
    assert profit.worst_case.cost == 0.7
    assert profit.variables["worst profit"] == pytest.approx(profit.value, abs=1e-6)
    weak = PriceCorners.of(funding, box).deciding("profit", 2.0)
    assert [corner.cost for corner in weak] == [1.3, 0.7]
    assert len(PriceCorners.of(funding, box).deciding("profit", 0.0)) == 1
    assert len(PriceCorners.of(funding, {"drift": 0.01}).deciding("profit", 2.0)) == 1


# -- closed forms


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("subsidy", [0.0, 0.1])
def test_a_box_of_width_zero_is_the_design_of_known_parameters(goal: str, subsidy: float) -> None:
    asked = FundingPrice(funding=FUNDING, subsidy=subsidy)
    plain = asked.solve(goal)
    for box in ({}, dict.fromkeys(BOX, 0.0), {"cost": 0}):
        robust = asked.robust(goal, box=box)
        assert robust.variables == plain.variables
        assert [str(price) for price in robust.prices] == [str(price) for price in plain.prices]
        for name in ("value", "reward_price", "quality", "legs_per_period", "spending", "welfare"):
            assert getattr(robust, name) == getattr(plain, name)
        assert vars(robust.worst_case) == vars(FUNDING)
        assert robust.certificate is not None
        assert robust.certificate.check()


def test_welfare_is_best_at_the_closed_form_of_the_weak_corner() -> None:
    # lambda = sqrt(a (B/eta + w)/q_max) - w with a, w, q_max of the weak corner, eta high, B low.
    design = FundingPrice(funding=FUNDING).robust("welfare", box=BOX)
    break_even, benefit = 1.2 / 0.17, 1.7 * 0.7
    price = math.sqrt(break_even * (benefit / 0.06 + 0.6) / 0.9) - 0.6
    assert design.reward_price == pytest.approx(price, rel=1e-3)
    quality = 0.9 - break_even / (0.6 + price)
    assert design.value == pytest.approx(quality * (benefit - 0.06 * price), abs=1e-6)


def test_quality_spends_what_is_certain_to_come_in() -> None:
    design = FundingPrice(funding=FUNDING).robust("quality", box=BOX)
    ceiling = 1.7 * 0.7 * (1 - 0.3) / 0.06
    assert design.reward_price == pytest.approx(ceiling, rel=1e-6)
    assert design.value == pytest.approx(0.9 - 1.2 / 0.17 / (0.6 + ceiling), abs=1e-6)
    # dq/dlambda at the weak corner
    slope = 1.2 / 0.17 / (0.6 + ceiling) ** 2
    assert design.price("users can pay").price == pytest.approx(slope, rel=1e-3)


def test_the_best_price_of_the_estimates_is_not_safe() -> None:
    # It is the ceiling, which not all users in the box can pay.
    plain = FundingPrice(funding=FUNDING).solve("quality")
    poor = replace(FUNDING, drift=0.06, leakage=0.3)
    assert plain.reward_price is not None
    assert plain.reward_price > poor.price_ceiling


@pytest.mark.parametrize("goal", GOALS)
def test_a_larger_box_is_never_better(goal: str) -> None:
    asked = FundingPrice(funding=FUNDING, subsidy=0.1)
    values = [
        asked.robust(goal, box={name: size * BOX[name] for name in BOX}).value or 0.0
        for size in (0.0, 0.4, 0.8)
    ]
    assert values[0] > values[1] > values[2]


@given(st.floats(0.01, 100))
@settings(max_examples=8, deadline=None)
def test_other_units_of_money_scale_the_price(unit: float) -> None:
    money = ("cost", "flow_value", "value")
    base, box = ({name: number * (unit if name in money else 1) for name, number in given.items()}
                 for given in (BASE, BOX))  # fmt: skip
    one = FundingPrice(funding=FUNDING).robust("quality", box=BOX)
    two = FundingPrice(funding=d.DriftFunding(**base)).robust("quality", box=box)
    assert two.value == pytest.approx(one.value, abs=1e-6)
    assert two.reward_price == pytest.approx(unit * (one.reward_price or 0.0), rel=1e-5)


# -- conflicts and certificates


def test_what_can_be_met_at_the_estimates_may_conflict_over_the_box() -> None:
    funding = replace(FUNDING, leakage=0.75)
    assert FundingPrice(funding=funding).solve("quality").status is DesignStatus.OPTIMAL
    design = FundingPrice(funding=funding).robust("quality", box=BOX)
    assert design.status is DesignStatus.INFEASIBLE
    assert design.conflict is not None
    assert set(design.conflict.names) == {"training pays", "users can pay"}
    floor, ceiling = 1.2 / (0.17 * 0.9) - 0.6, 1.7 * 0.7 * (1 - 0.85) / 0.06
    assert sum(design.conflict.relaxation.values()) == pytest.approx(floor - ceiling, rel=1e-6)
    assert design.worst_case is None
    assert design.reward_price is None


@pytest.mark.parametrize("goal", GOALS)
def test_perturbed_certificates_are_rejected(goal: str) -> None:
    proof: Any = FundingPrice(funding=FUNDING, subsidy=0.3).robust(goal, box=BOX).certificate
    assert proof.check()
    assert proof.status in ("exact", "certified-ball")
    tiny = Fraction(1, 10**7)
    first = next(n for n, row in enumerate(proof.prices) if row[0] > 0)
    prices = [tuple(p * (1 + (n == first) * tiny) for p in row)
              for n, row in enumerate(proof.prices)]  # fmt: skip
    wrong = [
        replace(proof, value=proof.value + tiny), replace(proof, bound=proof.bound + tiny),
        replace(proof, value=proof.bound - tiny), replace(proof, touches=proof.touches[1:]),
        replace(proof, point=tuple(x + 1 for x in proof.point)), replace(proof, point=()),
        replace(proof, prices=tuple(prices)), replace(proof, prices=proof.prices[1:]),
        replace(proof, limits=proof.limits[1:] + proof.limits[:1]),
    ]  # fmt: skip
    for number, changed in enumerate(wrong):
        assert not changed.check(), number
    # The proof of the estimates is none for the box.
    plain = price_program(PriceCorners.of(FUNDING, {}), 0.3, goal)
    assert not replace(proof, objective=plain.objective, limits=plain.limits).check()


# -- bad input


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ({"leakages": 0.1}, "name in box must be one of cost.*Did you mean leakage"),
        ({None: 0.1}, "name in box"),
        ({"price": 0.1}, "name in box"),
        ({"cost": 1.0}, r"half-width of cost must keep cost = 1 in its domain.*got 1.0"),
        ({"drift": 0.05}, "half-width of drift must keep.*An end of the box is 0"),
        ({"drift": 0.95}, "half-width of drift"),
        ({"learning_rate": 0.2}, "half-width of learning_rate"),
        ({"quality_max": 1.0}, "half-width of quality_max"),
        ({"users": 2.0}, "half-width of users"),
        ({"flow_value": 0.9}, "half-width of flow_value"),
        ({"value": 1.1}, "half-width of value"),
        ({"leakage": 0.21}, "An end of the box is -0.01"),
        ({"value": -0.1}, "half-width of value must be a finite number >= 0; got -0.1"),
        ({"cost": np.nan}, "half-width of cost"),
        ({"cost": np.inf}, "half-width of cost"),
        ({"cost": "x"}, "half-width of cost"),
        ({"cost": True}, "half-width of cost"),
        ([0.1], "box must map names of parameters to half-widths"),
        (0.1, "box must map"),
        (None, "box must map"),
    ],
)
def test_bad_boxes(box: Any, message: str) -> None:
    with pytest.raises(d.InputError, match=message):
        FundingPrice(funding=FUNDING).robust("quality", box=box)


def test_unknown_goals() -> None:
    with pytest.raises(d.InputError, match="Did you mean welfare"):
        FundingPrice(funding=FUNDING).robust("wellfare", box={})
    with pytest.raises(d.InputError, match="goal must be one of"):
        FundingPrice(funding=FUNDING).robust(np.array([]), box={})  # type: ignore[arg-type]
