"""The baton game against a solver written from the prose, limits, bounds and published numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.baton import MOST_LEVELS, STOP_MARGIN, BatonGame
from derelayl_econ.games.baton_level import (
    INDIFFERENCE,
    VALUE,
    WAIT,
    solve_intensity,
)
from derelayl_econ.games.finite_relay import FiniteRelay

EXAMPLE = BatonGame(participants=6, value=1, cost=2, price=3, discount=0.9, quality_max=1, gap=1,
                    learning_rate=0.2)  # fmt: skip
LONG = replace(EXAMPLE, cost=0.3, price=0.5, participants=5)

games = st.builds(
    BatonGame,
    participants=st.integers(2, 60),
    value=st.floats(0.05, 5),
    cost=st.floats(0.05, 5),
    # A price of 1e-308 may make a volunteer by a hair of 1e-308; that is refused, see the end.
    price=st.floats(1e-9, 5) | st.just(0.0),
    discount=st.floats(0.1, 0.99),
    quality_max=st.floats(0.5, 2),
    gap=st.floats(0.1, 2),
    learning_rate=st.floats(0.05, 0.9),
)


def quality(game, level):
    left = game.gap
    for _ in range(level):
        left -= game.learning_rate * left
    return game.quality_max - left


# -------------------------------------------------------------------------------- known numbers


def test_the_example_of_the_theory_notes():
    solution = EXAMPLE.solve()
    assert solution.stop_level == 1
    assert solution.volunteer_probability[0] == pytest.approx(0.006, abs=5e-4)
    assert solution.wait[0] == pytest.approx(28.23, abs=5e-3)
    assert solution.value[0] == pytest.approx(0.420809, abs=5e-7)
    assert solution.volunteer_probability[1] == 0
    assert solution.value[1] == pytest.approx(0.2 / 0.1)
    assert solution.wait[1] == math.inf
    assert solution.coverage == "all"


def test_two_members_in_closed_form():
    # N = 2: 2 delta d z = n (1 + z)(1 - delta z), a quadratic in z, at the last active level.
    game = replace(EXAMPLE, participants=2)
    gain = 0.2
    d, n, delta = game.value * gain, game.cost - game.price * gain, game.discount
    z = np.roots([-delta * n, n * (1 - delta) - 2 * delta * d, n])
    z = float(z[(z > 0) & (z < 1)][0])
    assert game.solve().volunteer_probability[0] == pytest.approx(1 - z, rel=1e-12)


def test_training_that_pays_by_itself_is_never_delayed():
    game = replace(EXAMPLE, value=0, price=20, cost=1)
    solution = game.solve()
    free = [k for k in range(50) if 20 * 0.2 * 0.8**k >= 1]
    assert solution.stop_level == len(free)
    assert (solution.volunteer_probability[:-1] == 1).all()
    assert (solution.wait[:-1] == 1).all()
    expected = sum(0.9**k * (20 * 0.2 * 0.8**k - 1) / 6 for k in free)
    assert solution.value[0] == pytest.approx(expected, rel=1e-12)


def test_the_knife_edge_is_not_called_unique():
    # v = 0 and lambda g_0 = c exactly: every probability is an equilibrium of level 0.
    game = replace(EXAMPLE, value=0, price=4, cost=2, learning_rate=0.5, gap=1)
    solution = game.solve()
    assert solution.coverage == "some"
    assert solution.volunteer_probability.tolist() == [1, 0]
    assert np.abs(solution.deviation_gain(0, np.linspace(0, 1, 11))).max() == 0
    assert replace(game, price=4.1).solve().coverage == "all"


# --------------------------------------------------------------------------- uniqueness and regret


@given(games)
@settings(deadline=None)
def test_regret_and_bellman_error_vanish(game):
    solution = game.solve()
    scale = 1 + np.abs(solution.value).max() + np.abs(solution.net_cost).max()
    assert 0 <= solution.regret <= 1e-9 * scale
    assert solution.bellman_error <= 1e-9 * scale


@given(games, st.data())
@settings(deadline=None)
def test_gain_of_volunteering_changes_sign_once(game, data):
    solution = game.solve()
    level = data.draw(st.integers(0, solution.stop_level))
    p = float(solution.volunteer_probability[level])
    grid = np.linspace(0, 1, 401)
    gains = solution.deviation_gain(level, grid)
    scale = 1e-9 * (1 + abs(solution.net_cost[level]) + solution.headway[level])
    assert (gains[grid < p - 1e-9] > -scale).all()
    assert (gains[grid > p + 1e-9] < scale).all()


@given(games)
@settings(deadline=None)
def test_indifference_falls_in_the_probability_where_it_is_used(game):
    solution = game.solve()
    for n, d in zip(solution.net_cost, solution.headway, strict=True):
        assume(n > 1e-6)
        grid = np.linspace(0.001, 0.9, 60)
        sides = INDIFFERENCE(participants=game.participants, join_probability=grid, net_cost=n,
                             headway=d, discount=game.discount)  # fmt: skip
        assert (np.diff(sides) < 0).all()


@given(games)
@settings(deadline=None)
def test_formulas_hold_at_the_solution(game):
    solution = game.solve()
    p = solution.volunteer_probability
    mixed = (p > 1e-9) & (p < 1)
    n, d, later = solution.net_cost[mixed], solution.headway[mixed], solution.next_value[mixed]
    base = {"participants": game.participants, "join_probability": p[mixed]}
    sides = INDIFFERENCE(net_cost=n, headway=d, discount=game.discount, **base)
    size = game.participants * game.discount * d / (1 - game.discount)
    assert np.abs(sides / size).max(initial=0) < 1e-6
    assert WAIT(**base) == pytest.approx(solution.wait[mixed], rel=1e-6)
    value = VALUE(value=game.value, quality=solution.quality[mixed], discount=game.discount,
                  next_value=later, **base)  # fmt: skip
    assert value == pytest.approx(solution.value[mixed], rel=1e-8, abs=1e-8)


# ------------------------------------------------------------------------------------ stop level


@given(games)
@settings(deadline=None)
def test_active_levels_have_no_hole_and_probabilities_fall(game):
    p = game.solve().volunteer_probability
    assert (p[:-1] > 0).all()
    assert p[-1] == 0
    assert (np.diff(p) <= 1e-12).all()


@given(games)
@settings(deadline=None)
def test_stop_level_is_where_a_lone_volunteer_stops_gaining(game):
    stop = game.stop_level
    margins = STOP_MARGIN(
        gain=[quality(game, k + 1) - quality(game, k) for k in range(stop + 2)],
        price=game.price, discount=game.discount, value=game.value, cost=game.cost,
    )  # fmt: skip
    assert (margins[:stop] > -1e-9).all()
    assert (margins[stop:] < 1e-9).all()


def test_stop_level_at_exact_equality_nobody_volunteers():
    # delta = 1/2, so delta v/(1-delta) = v; gamma = 1/2: g_k (lambda + v) = c exactly at k = 3.
    game = BatonGame(participants=4, value=1, cost=0.25, price=3, discount=0.5, quality_max=1,
                     gap=1, learning_rate=0.5)  # fmt: skip
    assert game.stop_level == 3
    assert replace(game, cost=math.nextafter(0.25, 0)).stop_level == 4
    assert FiniteRelay(1, 3, 0.25, 1, 0.5).legs() == 4  # there the leg at equality is trained


def test_a_volunteer_by_a_hair():
    # One rounding unit below equality, the probability is tiny, positive and still accurate.
    game = BatonGame(participants=4, value=1, cost=math.nextafter(0.25, 0), price=3, discount=0.5,
                     quality_max=1, gap=1, learning_rate=0.5)  # fmt: skip
    solution = game.solve()
    last = float(solution.volunteer_probability[3])
    d, n, excess = 0.0625, 0.0625, 2.0**-55
    # First order in p: excess = p [(N-1) delta^2 d/(1-delta)^2 + n (N-1)/2].
    assert last == pytest.approx(excess / (3 * d + n * 3 / 2), rel=1e-9)
    assert solution.outage[3] < 1 or solution.wait[3] > 1e15


@pytest.mark.parametrize("discount", [math.nextafter(1, 0), 1 - 1e-9, 1e-9])
@pytest.mark.parametrize("members", [2, 5, 10**6])
def test_very_patient_and_very_impatient_members(discount, members):
    solution = replace(LONG, discount=discount, participants=members, learning_rate=0.7).solve()
    scale = 1 + np.abs(solution.value).max()
    assert 0 <= solution.regret <= 1e-12 * scale
    assert solution.bellman_error <= 1e-12 * scale
    assert solution.certificate.check()


def test_more_than_the_allowed_levels_is_refused_before_any_work():
    with pytest.raises(InputError, match="number of levels"):
        replace(EXAMPLE, cost=1e-9, learning_rate=1e-6).solve()
    assert replace(EXAMPLE, cost=1e-9, learning_rate=1e-6).stop_level > MOST_LEVELS


def test_no_gap_means_nothing_to_do():
    solution = replace(EXAMPLE, gap=0).solve()
    assert solution.stop_level == 0
    assert solution.value.tolist() == pytest.approx([10.0])
    assert solution.duration == 0


# ------------------------------------------------------------------------------------- invariance


@given(games, st.floats(0.01, 100))
@settings(deadline=None)
def test_the_unit_of_money_changes_no_probability(game, unit):
    scaled = replace(game, value=unit * game.value, cost=unit * game.cost, price=unit * game.price)
    assume(scaled.stop_level == game.stop_level)  # a rounded product may tip an exact equality
    ours, theirs = game.solve(), scaled.solve()
    # Relative rounding of the inputs is magnified where the excess is nearly zero.
    assert theirs.volunteer_probability == pytest.approx(ours.volunteer_probability, abs=1e-9)
    assert theirs.value == pytest.approx(unit * ours.value, rel=1e-9, abs=unit * 1e-9)


@given(games, st.floats(-3, 3))
@settings(deadline=None)
def test_only_the_gap_matters_not_the_ceiling(game, shift):
    moved = replace(game, quality_max=game.quality_max + shift).solve()
    here = game.solve()
    assert moved.volunteer_probability == pytest.approx(here.volunteer_probability, abs=1e-9)
    lift = game.value * shift / (1 - game.discount)
    assert moved.value == pytest.approx(here.value + lift, rel=1e-9, abs=1e-9)


@given(games)
@settings(deadline=None)
def test_the_planner_goes_further_and_does_better(game):
    plan, solution = game.planner(), game.solve()
    assert plan.stop_level >= solution.stop_level
    assert plan.value >= solution.value[0] - 1e-9 * (1 + abs(plan.value))


# ------------------------------------------------------------------------------- results and input


def test_results_are_read_only_and_print_a_table():
    solution = LONG.solve()
    with pytest.raises(ValueError, match="read-only"):
        solution.value[0] = 1
    lines = str(solution).splitlines()
    assert len(lines) == solution.stop_level + 3
    assert "coverage: all" in lines[0]
    assert solution.to_dict()["wait"][-1] == "inf"
    assert math.isfinite(solution.duration)


@pytest.mark.parametrize(
    ("name", "bad"),
    [("participants", 1), ("participants", 2.5), ("value", -1), ("cost", 0), ("price", math.nan),
     ("discount", 1), ("discount", 0), ("gap", -1), ("learning_rate", 1), ("quality_max", "1")],
)  # fmt: skip
def test_bad_parameters_are_named(name, bad):
    with pytest.raises(InputError, match=name):
        replace(EXAMPLE, **{name: bad})


@pytest.mark.parametrize(
    ("level", "probability", "name"), [(2, 0.5, "level"), (0, 1.5, "probability")]
)
def test_bad_deviations_are_named(level, probability, name):
    with pytest.raises(InputError, match=name):
        EXAMPLE.solve().deviation_gain(level, probability)


@pytest.mark.parametrize(("excess", "net_cost"), [(1e300, 1e-300), (5e-324, 1.0)])
def test_roots_beyond_floats_are_refused(excess, net_cost):
    with pytest.raises(SolverError):
        solve_intensity(excess=excess, net_cost=net_cost, headway=1e10, discount=0.5, shrink=0.5)


def test_a_probability_below_the_smallest_floats_is_refused_not_rounded_to_a_stop():
    game = replace(EXAMPLE, participants=2, value=2, cost=1, price=1.1e-308, discount=0.5,
                   learning_rate=0.5)  # fmt: skip
    assert game.stop_level == 1
    with pytest.raises(SolverError, match="too small"):
        game.solve()
