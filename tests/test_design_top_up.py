"""Top-ups: closed forms, cold start, brute force on grids, uncertainty, conflicts, bad input."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ import DesignStatus, FiniteRelay, HillCurve, InputError, TopUpSchedule
from derelayl_econ.design.result import Design
from derelayl_econ.games.cold_start import CurveRelay

SEEDS = [0, 1, np.random.SeedSequence().entropy]
GAINS = st.lists(st.floats(-0.1, 1), min_size=1, max_size=8)
MONEY = st.floats(0, 5)


def _solved(**given: object) -> Design:
    design = TopUpSchedule(**given).solve()
    assert design.status is DesignStatus.OPTIMAL
    assert design.certificate is not None
    assert design.certificate.check()
    return design


def _needs(gains: list[float], cost: float, reach: float, success: float = 1.0) -> list[float]:
    return [max(0.0, cost / success - reach * gain) for gain in gains]


# -- closed forms -----------------------------------------------------------------------------


@settings(max_examples=25)
@given(GAINS, st.floats(0.01, 3), MONEY, MONEY, st.floats(0.05, 1), st.floats(0.2, 1))
def test_without_wishes_every_leg_gets_its_shortfall(
    gains: list[float], cost: float, value: float, price: float, success: float, discount: float
) -> None:
    design = _solved(gains=gains, cost=cost, value=value, price=price, success=success,
                     discount=discount)  # fmt: skip
    expected = _needs(gains, cost, value + price, success)
    np.testing.assert_allclose(
        np.atleast_1d(design["top-up"]), expected, atol=1e-9 * cost / success
    )
    assert design.certificate is not None
    assert design.certificate.gap == 0
    worth, total = success * discount / (1 - (1 - success) * discount), 0.0
    for k, top_up in enumerate(expected):  # the k-th payment comes after k + 1 waits
        total += worth ** (k + 1) / discount * top_up
    assert design.value == pytest.approx(total, rel=1e-9, abs=1e-12)


def test_the_discount_is_that_of_geometric_waits() -> None:
    success, discount = 0.3, 0.9
    design = _solved(gains=[0.0], cost=1.0, success=success, discount=discount)
    waits = sum(success * (1 - success) ** (n - 1) * discount ** (n - 1) for n in range(1, 400))
    assert design.value == pytest.approx(waits / success, rel=1e-12)


@pytest.mark.parametrize("steepness", [1.5, 2.0, 4.0])
@pytest.mark.parametrize("price", [25.0, 40.0, 90.0])
def test_the_start_up_subsidy_is_that_of_the_cold_start(steepness: float, price: float) -> None:
    curve = HillCurve(quality_start=0, quality_max=1, effort_scale=10, steepness=steepness)
    cold = CurveRelay(value=0.5, price=price, cost=1, curve=curve).cold_start()
    assert cold.start is not None
    assert cold.stop is not None
    design = TopUpSchedule.on_curve(curve, legs=cold.stop, value=0.5, price=price, cost=1).solve()
    assert design.value == pytest.approx(cold.subsidy, abs=1e-9)
    np.testing.assert_allclose(design["top-up"][: cold.start], cold.schedule, atol=1e-9)
    assert not design["top-up"][cold.start :].any()


def test_no_leg_of_a_finite_relay_needs_anything_before_its_last() -> None:
    relay = FiniteRelay(value=1, price=3, cost=0.1, gap=1, learning_rate=0.2)
    legs = relay.legs()
    gains = [0.2 * 0.8**k for k in range(legs + 2)]
    top_up = _solved(gains=gains, cost=0.1, value=1, price=3)["top-up"]
    assert not top_up[:legs].any()
    assert (top_up[legs:] > 0).all()


def test_smooth_and_falling_schedules_have_closed_forms() -> None:
    gains = np.array([0.0, 0.5, 0.1, 0.9, 0.3])
    need = np.array(_needs(gains.tolist(), 1.0, 1.0))
    falling = _solved(gains=gains, cost=1, price=1, non_increasing=True)["top-up"]
    np.testing.assert_allclose(falling, [need[k:].max() for k in range(5)], atol=1e-12)
    smooth = _solved(gains=gains, cost=1, price=1, step=0.2)["top-up"]
    spread = [max(need[j] - 0.2 * abs(j - k) for j in range(5)) for k in range(5)]
    np.testing.assert_allclose(smooth, spread, atol=1e-12)


# -- brute force ------------------------------------------------------------------------------


@pytest.mark.parametrize("wishes", [{"step": 0.25}, {"non_increasing": True},
                                    {"step": 0.5, "non_increasing": True, "cap": 1.0}])  # fmt: skip
@pytest.mark.parametrize("seed", SEEDS)
def test_no_schedule_on_a_grid_is_cheaper(wishes: dict[str, object], seed: int) -> None:
    rng = np.random.default_rng(seed)
    gains = rng.integers(0, 5, 4) / 4
    design = _solved(gains=gains, cost=1, price=1, discount=0.5, **wishes)
    step, cap = wishes.get("step", math.inf), wishes.get("cap", 2.0)
    best = math.inf
    for schedule in itertools.product(np.arange(9) / 4, repeat=4):
        changes = [b - a for a, b in itertools.pairwise(schedule)]
        if (
            all(r + g >= 1 for r, g in zip(schedule, gains, strict=True))
            and max(schedule) <= cap
            and all(abs(change) <= step for change in changes)
            and (not wishes.get("non_increasing") or max(changes) <= 0)
        ):
            best = min(best, sum(r * 0.5**k for k, r in enumerate(schedule)))
    assert design.value == pytest.approx(best)  # the vertices lie on the grid


# -- prices and conflicts ---------------------------------------------------------------------


def test_prices_answer_which_knob_how_far() -> None:
    gains = [0.0, 0.5, 0.1]
    base = _solved(gains=gains, cost=1, price=1, step=0.2)
    moved = _solved(gains=gains, cost=1, price=1, step=0.21)
    assert base.value is not None
    assert moved.value is not None
    price = base.price("smoothness")
    assert price.price == pytest.approx((base.value - moved.value) / 0.01)
    assert price.sentence == (
        "smoothness: one more money of change per leg lowers the cost by 1 money"
    )
    better = _solved(gains=[0.01, 0.5, 0.1], cost=1, price=1, step=0.2)
    assert better.value is not None
    assert base.price("leg 0 pays").price == pytest.approx((base.value - better.value) / 0.01)


def test_a_budget_that_is_too_small_is_raised_by_what_is_missing() -> None:
    design = TopUpSchedule(gains=[0.0, 0.5, 0.25], cost=1, price=1, budget=1.5).solve()
    assert design.status is DesignStatus.INFEASIBLE
    assert design.value is None
    conflict = design.conflict
    assert conflict is not None
    assert conflict.smallest
    assert set(conflict.names) == {"leg 0 pays", "leg 2 pays", "budget"}  # 1 + 0.75 > 1.5
    assert sum(conflict.relaxation.values()) == 0.75
    assert conflict.verified
    enough = TopUpSchedule(gains=[0.0, 0.5, 0.25], cost=1, price=1, budget=2.25).solve()
    assert enough.status is DesignStatus.OPTIMAL


def test_a_cap_below_one_leg_conflicts_with_that_leg() -> None:
    design = TopUpSchedule(gains=[0.9, 0.2, 0.9], cost=1, price=1, cap=0.5).solve()
    assert design.conflict is not None
    assert set(design.conflict.names) == {"leg 1 pays", "cap"}
    assert sum(design.conflict.relaxation.values()) == pytest.approx(0.3)


# -- uncertainty ------------------------------------------------------------------------------


def test_a_box_costs_its_half_widths() -> None:
    gains, error = [0.2, 0.6, 0.9], [0.1, 0.2, 0.3]
    design = _solved(gains=gains, cost=1, price=1, value=0.5, error=error)
    worst = [g - e for g, e in zip(gains, error, strict=True)]
    np.testing.assert_allclose(design["top-up"], _needs(worst, 1.0, 1.5), atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_fixed_top_ups_in_an_ellipsoid_hold_everywhere_and_are_tight(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gains, shape = rng.random(4) * 0.3, rng.normal(size=(4, 2)) * 0.1
    design = _solved(gains=gains, cost=1, price=1.2, ellipsoid=shape)
    directions = rng.normal(size=(5000, 2))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    net = 1.2 * (gains + directions @ shape.T) + design["top-up"] - 1
    assert net.min() >= -1e-12
    assert net.min(axis=0).max() < 1e-4


@pytest.mark.parametrize("seed", SEEDS)
def test_top_ups_that_answer_measurements_are_robust_and_no_dearer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gains, shape = rng.random(4) * 0.3, rng.normal(size=(4, 2)) * 0.1
    fixed = _solved(gains=gains, cost=1, price=1.2, ellipsoid=shape)
    design = _solved(gains=gains, cost=1, price=1.2, ellipsoid=shape, memory=2)
    assert fixed.value is not None
    assert design.value is not None
    assert design.value <= fixed.value + 1e-7
    answer, pairs = np.zeros((4, 4)), [(1, 0), (2, 0), (2, 1), (3, 1), (3, 2)]
    for (k, j), value in zip(pairs, design["answer"], strict=True):
        answer[k, j] = value
    directions = rng.normal(size=(2000, 2))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    surprise = directions @ shape.T
    paid = design["top-up"] + surprise @ answer.T
    assert paid.min() >= -1e-9
    assert (1.2 * (gains + surprise) + paid - 1).min() >= -1e-9
    assert paid.sum(axis=1).max() <= design.value + 1e-9


def test_what_is_learned_from_the_first_leg_saves_money_later() -> None:
    # One unknown moves all gains alike: after leg 0 it is known, and later legs lose their margin.
    gains, shape = [0.5, 0.5, 0.5], [[0.1], [-0.1], [-0.1]]
    fixed = _solved(gains=gains, cost=1, price=1, ellipsoid=shape)
    learning = _solved(gains=gains, cost=1, price=1, ellipsoid=shape, memory=2)
    assert fixed.value == pytest.approx(1.8)
    assert learning.value == pytest.approx(0.6 + 1.2, abs=1e-6)  # the worst case is the same z
    mixed = _solved(gains=gains, cost=1, price=1, ellipsoid=[[0.1], [0.1], [-0.1]], memory=2)
    assert mixed.value == pytest.approx(0.6 + 1.0, abs=1e-6)  # what one leg needs, the other spares


@pytest.mark.parametrize("memory", [0, 2])
def test_random_feasible_schedules_are_never_cheaper(memory: int) -> None:
    rng = np.random.default_rng(3)
    schedule = TopUpSchedule(gains=rng.random(4) * 0.5, cost=1, price=1, step=0.6, memory=memory,
                             ellipsoid=rng.normal(size=(4, 2)) * 0.05)  # fmt: skip
    proof = schedule.solve().certificate
    assert proof is not None
    tried = 0
    for _ in range(400):
        moves = rng.normal(size=len(proof.point)) * 0.05
        point = [x + Fraction(float(d)) for x, d in zip(proof.point, moves, strict=True)]
        if all(limit.violation(point) <= 0 for limit in proof.limits):
            tried += 1
            assert proof.objective.above(point) >= proof.bound
    assert tried > 0


def test_scaling_money_scales_the_schedule() -> None:
    small = _solved(gains=[0.1, 0.4, 0.2], cost=1, price=1, step=0.1)
    large = _solved(gains=[0.1, 0.4, 0.2], cost=8, price=8, step=0.8)
    np.testing.assert_allclose(large["top-up"], 8 * small["top-up"], rtol=1e-12)


# -- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gains": []}, "gains"),
        ({"gains": [0.1, math.nan]}, "gains"),
        ({"cost": 0}, "cost"),
        ({"cost": True}, "cost"),
        ({"success": 0}, "success"),
        ({"discount": 1.5}, "discount"),
        ({"cap": -1}, "cap"),
        ({"non_increasing": 1}, "non_increasing"),
        ({"error": [0.1]}, "rows of error must be as many as gains"),
        ({"error": [-0.1, 0.1]}, "error"),
        ({"ellipsoid": [0.1, 0.1]}, "ellipsoid"),
        ({"memory": 1}, "memory must be 0 without an ellipsoid"),
        ({"memory": 2, "ellipsoid": [[0.1], [0.1]]}, "memory"),
        ({"error": [0.1, 0.1], "ellipsoid": [[0.1], [0.1]]}, "one at a time"),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TopUpSchedule(**{"gains": [0.1, 0.2], "cost": 1.0, **change})


def test_a_curve_must_be_one() -> None:
    with pytest.raises(InputError, match="method quality"):
        TopUpSchedule.on_curve(3.0, legs=2, cost=1)  # type: ignore[arg-type]
