"""Relays that coalitions run on their own: worths from the prose, shapes, and extremes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.coalition import CoalitionGame
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.games.relay_coalition import RELAY_SURPLUS, relay_worths
from derelayl_econ.quality import ExponentialCurve, HillCurve, PowerCurve

CURVES = [
    ExponentialCurve(0.1, 0.9, 4.0),
    HillCurve(0.0, 1.0, 5.0, 2.5),
    PowerCurve(0.2, 0.8, 3.0, 0.7),
]
members = st.integers(2, 4).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.lists(st.integers(0, 8).map(lambda c: c / 4), min_size=n, max_size=n),
        st.lists(st.integers(0, 20).map(lambda w: w / 2), min_size=n, max_size=n),
    )
)  # fmt: skip


def best_relay(curve, legs, costs, values, coalition):
    """Try every number of legs of every member: the prose, with no order of costs."""
    worth = sum(values[i] for i in coalition)
    best = 0.0
    for plan in itertools.product(*(range(legs[i] + 1) for i in coalition)):
        cost = sum(k * costs[i] for k, i in zip(plan, coalition, strict=True))
        gain = float(curve.quality(sum(plan)) - curve.quality(0))
        best = max(best, worth * gain - cost)
    return best


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: type(c).__name__)
@given(data=members)
@settings(max_examples=25)
def test_worths_by_trying_every_plan(curve, data):
    legs, costs, values = data
    game = CoalitionGame.relay(curve, legs, costs, values)
    for size in range(len(legs) + 1):
        for coalition in itertools.combinations(range(len(legs)), size):
            wanted = best_relay(curve, legs, costs, values, coalition)
            assert game.worth(coalition) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: type(c).__name__)
@given(data=members)
@settings(max_examples=20)
def test_merging_never_loses_and_never_harms(curve, data):
    game = CoalitionGame.relay(curve, *data)
    assert game.superadditive
    assert game.monotone
    assert (game.values >= 0).all()


@given(members, st.integers(1, 20))
def test_scaling_money_scales_worths(data, unit):
    legs, costs, values = data
    plain = relay_worths(CURVES[1], legs, costs, values)
    scaled = relay_worths(CURVES[1], legs, np.array(costs) * unit, np.array(values) * unit)
    np.testing.assert_allclose(scaled, plain * unit, atol=1e-10)


@given(members, st.randoms(use_true_random=False))
def test_relabelling_members_relabels_the_shares(data, random):
    new = list(range(len(data[0])))
    random.shuffle(new)
    moved = [np.array(column)[np.argsort(new)] for column in data]
    plain, renamed = CoalitionGame.relay(CURVES[0], *data), CoalitionGame.relay(CURVES[0], *moved)
    np.testing.assert_allclose(renamed.shapley()[new], plain.shapley(), atol=1e-12)


def test_substitutes_are_not_convex_and_share_less():
    """Two who can do the same first leg: together they are worth less than their sum of parts."""
    curve = ExponentialCurve.from_learning_rate(0, 1, learning_rate=0.9)
    game = CoalitionGame.relay(curve, [1, 1, 0], [1, 1, 1], [0, 0, 10])
    assert game.superadditive
    assert not game.convex
    assert game.symmetric_players == ((0, 1), (2,))


def test_a_slow_start_needs_company():
    """On an S-shaped curve nobody can start alone, and no pair either: they are all essential."""
    curve = HillCurve(0.0, 1.0, 9.0, 4.0)
    game = CoalitionGame.relay(curve, [4] * 3, [0.6] * 3, [4.0] * 3)
    assert game.values[:7].tolist() == [0] * 7
    assert game.values[7] > 0
    np.testing.assert_allclose(game.nucleolus().allocation, game.values[7] / 3)
    np.testing.assert_allclose(game.shapley(), game.values[7] / 3)


def test_everybody_together_stops_where_a_planner_would():
    """With equal costs v(N) is the surplus of the finite relay of theory notes, section 3.1."""
    curve = ExponentialCurve.from_learning_rate(0, 1, learning_rate=0.2)
    planner = FiniteRelay(value=6.0, price=0, cost=0.25, gap=1.0, learning_rate=0.2)
    game = CoalitionGame.relay(curve, [10] * 3, [0.25] * 3, [2.0] * 3)
    legs = planner.legs()
    surplus = 6.0 * float(curve.quality(legs)) - 0.25 * legs
    assert game.values[-1] == pytest.approx(surplus)


def test_the_formula_is_value_less_cost():
    assert RELAY_SURPLUS(coalition_value=3, quality=0.9, quality_start=0.4, coalition_cost=1) == 0.5
    assert set(RELAY_SURPLUS.arguments) == {
        "coalition_value", "quality", "quality_start", "coalition_cost",
    }  # fmt: skip


def test_nobody_trains_where_nothing_is_worth_it():
    assert not relay_worths(CURVES[0], [0, 0], [1, 1], [9, 9]).any()
    assert not relay_worths(CURVES[0], [5, 5], [9, 9], [1, 1]).any()
    assert not relay_worths(CURVES[0], [5, 5], [1, 1], [0, 0]).any()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"curve": None}, "curve"),
        ({"curve": lambda k: k}, "curve"),
        ({"legs": [1.5, 1]}, "legs"),
        ({"legs": [-1, 1]}, "legs"),
        ({"legs": [3]}, "legs"),
        ({"legs": [10**8, 1]}, "legs"),
        ({"legs": [1] * 25, "costs": [1] * 25, "values": [1] * 25}, "legs"),
        ({"costs": [1, math.nan]}, "costs"),
        ({"costs": [1, -1]}, "costs"),
        ({"costs": [1, 1, 1]}, "costs"),
        ({"costs": 1}, "costs"),
        ({"values": [1, math.inf]}, "values"),
        ({"values": [1, 1e61]}, "values"),
        ({"values": "ab"}, "values"),
    ],
)
def test_refusals(change, what):
    good = {"curve": CURVES[0], "legs": [2, 2], "costs": [1, 1], "values": [3, 3]}
    with pytest.raises(InputError, match=what):
        relay_worths(**{**good, **change})
