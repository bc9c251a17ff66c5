"""Cold start on S-shaped curves: intervals, horizon, subsidy."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.cold_start import FARTHEST_LEG, SCAN_LIMIT, CurveRelay
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.results import Coverage


class Curve:
    """A curve by formula, with or without a ceiling."""

    def __init__(self, function: Callable, ceiling: float | None = None) -> None:
        self.function = function
        if ceiling is not None:
            self.quality_max = ceiling

    def quality(self, effort):
        return self.function(np.asarray(effort, dtype=float))


def hill(scale, steepness, ceiling: float | None = 1.0):
    return Curve(lambda e: 1 - 1 / (1 + (e / scale) ** steepness), ceiling)


def intervals_by_loop(function, unit, cost, most):
    """Look at every leg and note where paying starts and stops."""
    runs, inside = [], False
    for leg in range(most):
        before, after = function(np.array([leg, leg + 1.0]))
        pays = unit * (after - before) >= cost
        if pays and not inside:
            runs.append([leg, None])
        if inside and not pays:
            runs[-1][1] = leg
        inside = pays
    return tuple(map(tuple, runs))


@given(st.floats(0.5, 40), st.floats(0.5, 4), st.floats(0.01, 1.5))
@settings(deadline=None, max_examples=40)
def test_hill_curves_against_a_loop(scale, steepness, cost):
    curve = hill(scale, steepness)
    result = CurveRelay(value=3, price=17, cost=cost, curve=curve).cold_start()
    looked = intervals_by_loop(curve.quality, 20, cost, 600)
    assume(not looked or looked[-1][1] is not None)
    assert result.intervals == looked
    assert len(looked) <= 1
    # A cost below the reach of every later gain is settled by the horizon.
    assert result.coverage in (Coverage.ALL, Coverage.SOME)


def test_cold_start_of_a_steep_curve():
    curve = hill(10, 2)
    relay = FiniteRelay.on_curve(0, 40, 1, curve)
    result = relay.cold_start()
    gains = np.diff(curve.quality(np.arange(60)))
    pays = [k for k, gain in enumerate(gains) if 40 * gain >= 1]
    assert result.intervals == ((pays[0], pays[-1] + 1),)
    assert (result.start, result.stop) == (1, 16)
    assert not result.starts_alone
    assert not result.unbounded
    assert result.schedule.tolist() == pytest.approx([1 - 40 * gains[0]])
    assert result.subsidy == pytest.approx(1 - 40 / 101)
    assert result.surplus == pytest.approx(sum(40 * g - 1 for g in gains[:16]))
    assert result.worth_running
    assert result.coverage == "all"


@given(st.floats(3, 60), st.floats(1.5, 4), st.floats(0.05, 1))
@settings(deadline=None, max_examples=30)
def test_the_subsidy_carries_the_relay_to_its_first_rational_leg(scale, steepness, cost):
    result = CurveRelay(value=0, price=20, cost=cost, curve=hill(scale, steepness)).cold_start()
    assume(result.start is not None)
    curve = hill(scale, steepness).quality
    # With each leg topped up by the schedule, every early leg is exactly worth its cost.
    gains = np.diff(curve(np.arange(result.start + 1.0)))
    assert 20 * gains + result.schedule == pytest.approx(cost, rel=1e-9)
    assert (result.schedule > 0).all()
    won = float(np.diff(curve([0, result.start]))[0])
    telescoped = cost * result.start - 20 * won
    assert result.subsidy == pytest.approx(telescoped, rel=1e-9, abs=1e-9)


@given(st.floats(0.02, 0.9), st.floats(0.02, 2), st.floats(0.5, 20))
@settings(deadline=None, max_examples=40)
def test_the_geometric_curve_gives_the_finite_relay(rate, cost, price):
    curve = Curve(lambda e: -np.expm1(e * np.log1p(-rate)), 1.0)
    result = FiniteRelay.on_curve(0.5, price, cost, curve).cold_start()
    legs = FiniteRelay(0.5, price, cost, 1, rate).legs()
    assert result.coverage == "all"
    assert (result.stop or 0) == legs
    assert result.starts_alone == (legs > 0)


def test_nothing_pays():
    result = CurveRelay(value=0, price=1, cost=5, curve=hill(10, 2)).cold_start()
    assert result.intervals == ()
    assert result.start is None
    assert result.subsidy == math.inf
    assert not result.worth_running
    assert result.coverage == "all"


def test_an_interval_may_exist_and_still_not_be_worth_its_start():
    # Leg 30 alone pays; the thirty before it cost more than it brings.
    jump = Curve(lambda e: (e > 30) * 1.0, 1.0)
    result = CurveRelay(value=0, price=2, cost=1, curve=jump).cold_start()
    assert result.intervals == ((30, 31),)
    assert result.subsidy == pytest.approx(30)
    assert result.surplus == 0
    assert not result.worth_running


def test_all_humps_are_reported():
    def two_humps(effort):
        return 1 / (1 + np.exp(-(effort - 20))) + 1 / (1 + np.exp(-(effort - 5000) / 20))

    result = CurveRelay(value=0, price=100, cost=1, curve=Curve(two_humps, 2.0)).cold_start()
    assert result.intervals == intervals_by_loop(two_humps, 100, 1, 6000)
    assert len(result.intervals) == 2
    assert result.coverage == "all"


def test_a_far_hump_is_found_beyond_the_scan_and_not_called_certain():
    far = 50.0 * SCAN_LIMIT
    curve = hill(far, 6)
    result = CurveRelay(value=0, price=far, cost=1, curve=curve).cold_start()
    (start, stop) = result.intervals[0]
    assert len(result.intervals) == 1
    assert result.coverage == "some"
    for edge in (start, stop):
        gains = np.diff(curve.quality(edge + np.array([-1e4, -1e4 + 1, 1e4, 1e4 + 1])))[::2]
        assert (far * gains[0] >= 1) != (far * gains[1] >= 1)
    assert start > SCAN_LIMIT == len(result.schedule)
    assert result.subsidy == pytest.approx(start - far * float(curve.quality(start)))


def test_a_curve_that_never_flattens_never_stops():
    result = CurveRelay(value=0, price=2, cost=1, curve=Curve(lambda e: 1.0 * e)).cold_start()
    assert result.intervals == ((0, None),)
    assert result.unbounded
    assert result.stop is None
    assert result.surplus == math.inf
    assert result.coverage == "some"


def test_without_a_ceiling_a_flattening_curve_still_ends():
    curve = Curve(np.log1p)
    result = CurveRelay(value=0, price=1000, cost=1, curve=curve).cold_start()
    assert result.intervals == intervals_by_loop(np.log1p, 1000, 1, 1100)
    assert result.coverage == "some"


@pytest.mark.parametrize(
    "function",
    [lambda e: np.minimum(e, 10) - np.minimum(e / 100, 1), lambda e: np.minimum(e, 20.0)],
)
def test_a_curve_that_breaks_its_word_is_not_called_certain(function):
    # The first falls once it is flat, the second passes the ceiling it names.
    result = CurveRelay(value=0, price=1, cost=0.5, curve=Curve(function, 10.0)).cold_start()
    assert result.coverage == "some"
    assert result.intervals == intervals_by_loop(function, 1, 0.5, 200)


def test_a_cost_hidden_by_rounding_is_refused():
    with pytest.raises(SolverError, match="rounding"):
        CurveRelay(value=0, price=1, cost=1e-17, curve=hill(10, 2)).cold_start()


def test_the_farthest_leg_can_be_told_apart_in_floats():
    assert float(FARTHEST_LEG) + 1 != float(FARTHEST_LEG)


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"cost": 0}, "cost"), ({"value": -1}, "value"), ({"price": math.nan}, "price"),
     ({"curve": 3}, "curve")],
)  # fmt: skip
def test_bad_parameters_are_named(changes, name):
    good = {"value": 1, "price": 1, "cost": 1, "curve": hill(1, 1)}
    with pytest.raises(InputError, match=name):
        CurveRelay(**{**good, **changes})


@pytest.mark.parametrize("function", [lambda e: e * math.nan, lambda e: 1.0])
def test_a_curve_that_gives_no_numbers_is_refused(function):
    with pytest.raises(InputError, match="quality"):
        CurveRelay(value=1, price=1, cost=1, curve=Curve(function, 1.0)).cold_start()
