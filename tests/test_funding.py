"""Funding under drift: prices, steady states, paths, and the maximiser of welfare."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from derelayl_econ.errors import InputError
from derelayl_econ.games.funding import (
    STEADY_QUALITY,
    STEADY_WELFARE,
    WELFARE_PRICE,
    DriftFunding,
)

EXAMPLE = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1, flow_value=1)

fundings = st.builds(
    DriftFunding,
    cost=st.floats(0.05, 5),
    drift=st.floats(0.01, 0.9),
    learning_rate=st.floats(0.02, 0.9),
    quality_max=st.floats(0.2, 5),
    users=st.floats(0.1, 100),
    flow_value=st.floats(0.01, 10),
    value=st.floats(0, 3) | st.just(0.0),
    leakage=st.floats(0, 1) | st.just(0.0),
)


def welfare_by_story(funding, price):
    """Follow the law of motion leg by leg of improvement until it rests; no formula of theory."""
    unit, worth = funding.value + price, funding.users * funding.flow_value
    if unit * funding.learning_rate * funding.quality_max <= funding.cost:
        return 0.0
    low, high = 0.0, funding.quality_max  # bisect on the quality at which a leg breaks even
    for _ in range(200):
        q = (low + high) / 2
        pays = unit * funding.learning_rate * (funding.quality_max - q) > funding.cost
        low, high = (q, high) if pays else (low, q)
    gain = funding.learning_rate * (funding.quality_max - q)
    legs = funding.drift * q / gain  # as much is won as drifts away
    return worth * q + funding.value * legs * gain - funding.cost * legs


def test_the_example_of_the_theory_notes():
    assert EXAMPLE.price_floor == pytest.approx(5)
    assert EXAMPLE.price_ceiling == pytest.approx(20)
    assert EXAMPLE.welfare_price == pytest.approx(10)
    assert EXAMPLE.feasible
    assert EXAMPLE.steady_state(10).quality == pytest.approx(0.5)
    through = EXAMPLE.steady_state(EXAMPLE.price_ceiling)
    assert through.quality == pytest.approx(0.75)
    assert through.welfare == pytest.approx(0, abs=1e-12)
    assert through.spending == pytest.approx(0.75)  # all that users get out of the model
    assert through.funded
    assert not EXAMPLE.steady_state(20.001).funded


@pytest.mark.parametrize("price", [0, 2, 5])
def test_up_to_the_floor_nobody_trains_and_that_is_a_state(price):
    state = EXAMPLE.steady_state(price)
    assert (state.quality, state.legs_per_period, state.welfare, state.spending) == (0, 0, 0, 0)
    assert not state.active
    assert state.funded


@given(fundings, st.floats(0, 200))
def test_the_steady_state_is_a_rest_point_at_which_a_leg_breaks_even(funding, price):
    state = funding.steady_state(price)
    gain = funding.learning_rate * (funding.quality_max - state.quality)
    after = (1 - funding.drift) * state.quality + state.legs_per_period * gain
    assert after == pytest.approx(state.quality, rel=1e-9, abs=1e-12)
    if state.active:
        assert (funding.value + price) * gain == pytest.approx(funding.cost, rel=1e-7)
        assert state.spending == pytest.approx(price * state.legs_per_period * gain, rel=1e-7)
    else:
        assert (funding.value + price) * gain <= funding.cost * (1 + 1e-12)


@given(fundings, st.floats(0, 200))
def test_welfare_is_benefit_less_cost(funding, price):
    expected = welfare_by_story(funding, price)
    scale = funding.users * funding.flow_value * funding.quality_max
    scale += (funding.value + price) * funding.quality_max
    assert funding.steady_state(price).welfare == pytest.approx(expected, abs=1e-9 * scale)


@given(fundings)
def test_feasible_means_that_a_funded_active_price_exists(funding):
    if funding.feasible:
        state = funding.steady_state(funding.price_ceiling)
        assert state.active
        assert state.funded
    else:
        prices = np.linspace(0, funding.price_ceiling, 50)
        assert not any(funding.steady_state(price).active for price in prices)


@given(fundings)
@settings(max_examples=40, deadline=None)
def test_no_price_does_better_than_the_welfare_price(funding):
    best = funding.welfare_price
    assert 0 <= best <= funding.price_ceiling
    chosen = funding.steady_state(best).welfare
    top = min(funding.price_ceiling, 1e4)
    for price in np.concatenate([[0.0], np.geomspace(1e-3, max(top, 2e-3), 120)]):
        if price <= funding.price_ceiling:
            scale = 1e-9 * (1 + abs(chosen) + funding.drift * price * funding.quality_max)
            assert funding.steady_state(price).welfare <= chosen + scale


@given(fundings)
def test_welfare_price_against_a_numeric_maximiser(funding):
    low, high = funding.price_floor, funding.price_ceiling
    assume(funding.feasible and high > low * 1.01 + 0.01)
    found = minimize_scalar(lambda price: -welfare_by_story(funding, price), bounds=(low, high),
                            method="bounded", options={"xatol": 1e-9 * high})  # fmt: skip
    best = funding.steady_state(funding.welfare_price).welfare
    scale = funding.users * funding.flow_value * funding.quality_max
    assert best == pytest.approx(-found.fun, abs=1e-6 * scale + 1e-9)


@given(fundings)
def test_geometric_mean_of_floor_and_ceiling_without_value_and_leakage(funding):
    plain = replace(funding, value=0.0, leakage=0.0)
    assume(plain.feasible)
    mean = math.sqrt(plain.price_floor * plain.price_ceiling)
    assert plain.welfare_price == pytest.approx(mean, rel=1e-12)
    assert plain.steady_state(plain.price_ceiling).welfare == pytest.approx(
        0, abs=1e-9 * plain.price_ceiling
    )


def test_the_welfare_price_is_a_stationary_point_of_the_welfare_formula():
    numbers = {"cost": 0.7, "learning_rate": 0.3, "drift": 0.1, "quality_max": 1.5, "users": 4,
               "flow_value": 0.8, "value": 0.4}  # fmt: skip
    price = WELFARE_PRICE(**numbers)
    welfare = STEADY_WELFARE.expression.subs(
        {s: STEADY_QUALITY.expression for s in STEADY_WELFARE.expression.free_symbols
         if s.name == "quality"}
    )  # fmt: skip
    wanted = {s for s in welfare.free_symbols if s.name == "price"}
    slope, bend = welfare.diff(*wanted), welfare.diff(*wanted, 2)
    point = {s: float(price) if s.name == "price" else numbers[s.name]
             for s in welfare.free_symbols}  # fmt: skip
    assert abs(slope.subs(point)) < 1e-12
    assert bend.subs(point) < 0


def test_leakage_binds_the_ceiling_and_can_make_a_relay_unfundable():
    assert replace(EXAMPLE, leakage=0.6).welfare_price == pytest.approx(8)  # the ceiling, not 10
    closed = replace(EXAMPLE, leakage=0.8)
    assert closed.price_ceiling == pytest.approx(4)
    assert not closed.feasible
    assert closed.welfare_price == 0


def test_trainers_who_value_quality_enough_need_no_price():
    keen = replace(EXAMPLE, value=50.0)
    assert keen.price_floor == 0
    assert keen.steady_state(0).active
    assert keen.welfare_price == 0


def test_without_drift_there_is_no_ceiling_and_no_steady_work():
    still = replace(EXAMPLE, drift=0)
    assert still.price_ceiling == math.inf
    assert still.feasible
    assert still.welfare_price == math.inf
    state = still.steady_state(10)
    assert (state.legs_per_period, state.spending, state.funded) == (0, 0, True)
    assert state.quality == pytest.approx(0.5)
    assert state.welfare == pytest.approx(0.5)
    assert replace(still, flow_value=0).welfare_price == 0
    path = still.paths(10, 5, 0.0)
    assert path.quality[1:] == pytest.approx(0.5)
    assert path.legs[1:] == pytest.approx(0)


# ------------------------------------------------------------------------------------------ paths


@given(fundings, st.floats(0, 100), st.floats(0, 1), st.floats(0.01, 5) | st.just(math.inf))
def test_paths_obey_the_law_of_motion_and_nobody_trains_at_a_loss(funding, price, start, capacity):
    path = funding.paths(price, 30, start * funding.quality_max, capacity=capacity)
    gain = funding.learning_rate * (funding.quality_max - path.quality[:-1])
    law = (1 - funding.drift) * path.quality[:-1] + path.legs * gain
    assert path.quality[1:] == pytest.approx(law, rel=1e-9, abs=1e-12)
    assert (path.legs >= 0).all()
    assert (path.legs <= capacity).all()
    trained = path.legs > 0
    assert ((funding.value + price) * gain[trained] >= funding.cost * (1 - 1e-9)).all()
    assert path.spending == pytest.approx(price * path.legs * gain, rel=1e-12)


@given(fundings, st.floats(0, 100), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_paths_converge_to_the_steady_state(funding, price, start):
    assume(funding.drift > 0.05)
    path = funding.paths(price, 600, start * funding.quality_max)
    state = funding.steady_state(price)
    assert path.quality[-1] == pytest.approx(state.quality, abs=1e-9 * funding.quality_max)
    assert path.legs[-1] == pytest.approx(state.legs_per_period, rel=1e-6, abs=1e-9)
    scale = 1 + abs(state.welfare) + state.spending
    assert path.welfare[-1] == pytest.approx(state.welfare, abs=1e-6 * scale)


def test_too_small_a_capacity_rests_where_it_just_meets_the_drift():
    path = EXAMPLE.paths(20, 500, 1.0, capacity=0.1)
    rest = 0.1 * 0.2 / (0.05 + 0.1 * 0.2)  # f gamma q_max/(eta + f gamma)
    assert path.quality[-1] == pytest.approx(rest, rel=1e-9)
    assert rest < EXAMPLE.steady_state(20).quality


def test_from_above_quality_comes_down_by_drift_alone():
    path = EXAMPLE.paths(10, 20, 1.0)
    alone = 0.95 ** np.arange(21)
    above = alone > 0.5
    assert path.quality[above] == pytest.approx(alone[above])
    assert (path.legs[: above.sum() - 1] == 0).all()
    assert path.quality[-1] == pytest.approx(0.5)


# ------------------------------------------------------------------------------------------ input


@pytest.mark.parametrize(
    ("name", "bad"),
    [("cost", 0), ("drift", 1), ("drift", -0.1), ("learning_rate", 0), ("quality_max", 0),
     ("users", 0), ("flow_value", -1), ("value", math.nan), ("leakage", 1.1), ("cost", "1")],
)  # fmt: skip
def test_bad_parameters_are_named(name, bad):
    with pytest.raises(InputError, match=name):
        replace(EXAMPLE, **{name: bad})


@pytest.mark.parametrize(
    ("call", "name"),
    [(lambda f: f.steady_state(-1), "price"), (lambda f: f.steady_state(math.inf), "price"),
     (lambda f: f.paths(1, 0, 0), "periods"), (lambda f: f.paths(1, 3, 1.5), "quality_start"),
     (lambda f: f.paths(1, 3, 0, capacity=0), "capacity"),
     (lambda f: f.paths(1, 3, 0, capacity=math.nan), "capacity")],
)  # fmt: skip
def test_bad_arguments_are_named(call, name):
    with pytest.raises(InputError, match=name):
        call(EXAMPLE)
