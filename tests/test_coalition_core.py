"""The core and the least core: emptiness, certificates, and what coalitions gain by leaving."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.coalition import CoalitionGame
from derelayl_econ.games.coalition_core import PointInCore
from derelayl_econ.results import Certificate

FRESH = np.random.SeedSequence().entropy

games = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.integers(-2, 6), min_size=2**n - 1, max_size=2**n - 1)
).map(lambda listed: CoalitionGame([0, *listed]))  # fmt: skip


def smallest_budget(game):
    """Least total that satisfies every proper coalition: Bondareva's program over all of them."""
    n = game.players
    rows = np.array([[s >> i & 1 for i in range(n)] for s in range(1, 2**n - 1)])
    found = linprog(np.ones(n), A_ub=-rows, b_ub=-game.values[1:-1], bounds=[(None, None)] * n)
    return found.fun


def smallest_excess(game):
    n = game.players
    rows = np.array([[s >> i & 1 for i in range(n)] for s in range(1, 2**n - 1)])
    found = linprog(
        np.append(np.zeros(n), 1.0),
        A_ub=-np.column_stack([rows, np.ones(len(rows))]), b_ub=-game.values[1:-1],
        A_eq=[[1.0] * n + [0.0]], b_eq=[game.values[-1]], bounds=[(None, None)] * (n + 1),
    )  # fmt: skip
    return found.fun


@given(games)
@settings(max_examples=80)
def test_emptiness_against_the_full_linear_program(game):
    core = game.core()
    assert core.empty == (smallest_budget(game) > game.values[-1] + 1e-7)
    assert core.epsilon == pytest.approx(smallest_excess(game), abs=1e-8)
    assert core.certificate.check()
    assert isinstance(core.certificate, Certificate)


@given(games)
def test_what_is_handed_back_is_evidence(game):
    core = game.core()
    if core.empty:
        assert core.point is None
        for i in range(game.players):
            assert sum(w for s, w in core.weights if i in s) == 1
        worth = sum(w * Fraction(game.worth(s)) for s, w in core.weights)
        assert worth > Fraction(float(game.values[-1]))
        assert worth - Fraction(float(game.values[-1])) == core.certificate.gain
    else:
        assert core.weights == ()
        assert (game.excesses(core.point)[1:] <= 1e-12).all()
        assert game.withdrawal(core.point).in_core


@given(games)
def test_least_core(game):
    least = game.least_core()
    proper = game.excesses(least.point)[1:-1]
    assert proper.max() == pytest.approx(least.epsilon, abs=1e-12)
    assert least.point.sum() == pytest.approx(game.values[-1])
    for s in least.binding:
        assert game.worth(s) - sum(least.point[i] for i in s) == pytest.approx(least.epsilon)
    # They balance, so they bind at every point of the least core.
    assert set().union(*least.binding) == set(range(game.players))
    assert least.certificate.check()


@given(games, st.integers(0, 2**32))
def test_no_allocation_leaves_less_to_gain(game, seed):
    """Attack on the least core: random sharings of v(N) never have a smaller largest excess."""
    least, rng = game.least_core(), np.random.default_rng(seed)
    for scale in (0.01, 1.0, 10.0):
        shift = rng.normal(size=game.players) * scale
        other = least.point + shift - shift.mean()
        assert game.excesses(other)[1:-1].max() >= least.epsilon - 1e-9


@given(games, st.lists(st.integers(-6, 6), min_size=4, max_size=4))
def test_withdrawal_by_plain_loops(game, payments):
    paid = payments[: game.players]
    gains = {
        s: game.worth(s) - sum(paid[i] for i in s)
        for k in range(1, game.players + 1)
        for s in map(frozenset, itertools.combinations(range(game.players), k))
    }
    found = game.withdrawal(paid)
    assert found.gain == max(gains.values()) == gains[found.coalition]
    affordable = sum(paid) <= game.values[-1]
    assert found.affordable == affordable
    assert found.in_core == (affordable and max(gains.values()) <= 0)


@given(st.integers(2, 5), st.integers(0, 2**32))
def test_convex_games_have_a_core_that_holds_every_marginal_vector(n, seed):
    """Shapley 1971, Int. J. Game Theory 1:11; hence the Shapley value is in it."""
    weights = np.random.default_rng(seed).random(n)
    game = CoalitionGame(lambda s: sum(weights[i] for i in s) ** 2, players=n)
    assert game.convex
    for order in itertools.permutations(range(n)):
        assert game.withdrawal(game.marginal_payments(order)).in_core
    assert game.withdrawal(game.shapley()).in_core
    assert not game.core().empty


@given(games, st.integers(1, 9))
def test_scaling_money_scales_epsilon(game, unit):
    scaled = CoalitionGame(game.values * unit).core()
    assert scaled.epsilon == pytest.approx(unit * game.core().epsilon, abs=1e-9)
    assert scaled.empty == game.core().empty


# --- published cases ----------------------------------------------------------------------------


def test_majority_of_three_has_no_core():
    """Three voters, two suffice: the pairs balance at 1/2 each (Bondareva 1963, Shapley 1967)."""
    core = CoalitionGame([0, 0, 0, 1, 0, 1, 1, 1]).core()
    assert core.empty
    assert core.epsilon == pytest.approx(1 / 3)
    assert {(tuple(sorted(s)), w) for s, w in core.weights} == {
        (pair, Fraction(1, 2)) for pair in ((0, 1), (0, 2), (1, 2))
    }
    assert core.certificate.gain == Fraction(1, 2)
    assert "empty" in str(core.certificate)


def test_glove_market_pays_the_short_side():
    """One left glove, two right ones: the core is (1, 0, 0) alone (Shapley and Shubik 1969)."""
    game = CoalitionGame(lambda s: float(0 in s and len(s) > 1), players=3)
    core = game.core()
    assert not core.empty
    assert core.epsilon == 0
    np.testing.assert_allclose(core.point, [1, 0, 0], atol=1e-12)
    assert not game.withdrawal(game.shapley()).in_core


def test_two_left_three_right_gloves():
    """Every left glove gets 1, every right one 0: the only point of the core."""
    game = CoalitionGame(lambda s: float(min(len(s & {0, 1}), len(s & {2, 3, 4}))), players=5)
    np.testing.assert_allclose(game.core().point, [1, 1, 0, 0, 0], atol=1e-12)


def test_simple_games_have_a_core_iff_somebody_has_a_veto():
    """Shapley 1962: the core of a monotone simple game is empty iff nobody has a veto."""
    rng = np.random.default_rng(FRESH)
    for _ in range(15):
        weights = rng.integers(1, 6, 5)
        quota = int(rng.integers(weights.sum() // 2 + 1, weights.sum() + 1))
        game = CoalitionGame(
            lambda s, w=weights, q=quota: float(sum(w[i] for i in s) >= q), players=5
        )
        veto = [i for i in range(5) if weights.sum() - weights[i] < quota]
        core = game.core()
        assert core.empty == (not veto), FRESH
        if veto:
            assert all(core.point[i] == 0 for i in range(5) if i not in veto)


def test_owen_exchange_of_three_at_the_brink():
    """v(pair) = a, v(N) = 1: the core is empty iff a > 2/3 (Owen 1995, three-person games)."""
    for pair, empty in ((0.6, False), (2 / 3, False), (0.6667, True), (0.9, True)):
        core = CoalitionGame([0, 0, 0, pair, 0, pair, pair, 1]).core()
        assert core.empty is empty
        assert core.epsilon == pytest.approx(pair - 2 / 3, abs=1e-12)


# --- certificates can fail, and refusals --------------------------------------------------------


def test_changed_weights_prove_nothing():
    good = CoalitionGame([0, 0, 0, 1, 0, 1, 1, 1]).core().certificate
    (s, w), *rest = good.weights
    wrong = [
        replace(good, weights=tuple(rest)),
        replace(good, weights=((s, w * 2), *rest)),
        replace(good, weights=((s, -w), *rest)),
        replace(good, table=np.array([0, 0, 0, 1, 0, 1, 1, 1.5])),
    ]
    assert good.check()
    assert not any(c.check() for c in wrong)


def test_a_point_outside_is_not_in_the_core():
    game = CoalitionGame([0, 1, 1, 4])
    third = Fraction(1, 3)
    assert PointInCore(game.values, (Fraction(2), Fraction(2))).check()
    assert not PointInCore(game.values, (third, 4 - third)).check()
    assert not PointInCore(game.values, (Fraction(2), Fraction(3))).check()
    assert PointInCore(game.values, (third, 4 - third)).status == "numeric-only"
    assert "not empty" in PointInCore(game.values, (third, 4 - third)).claim


def test_rounding_does_not_empty_a_core():
    core = CoalitionGame([0, 0.1, 0.2, 0.3]).core()
    assert not core.empty
    np.testing.assert_allclose(core.point, [0.1, 0.2], atol=1e-15)
    assert core.certificate.check()


def test_results_are_tables_and_json():
    game = CoalitionGame([0, 0, 0, 1, 0, 1, 1, 1])
    assert "empty" in str(game.core())
    assert game.core().to_dict()["certificate"]["status"] == "exact"
    assert game.least_core().to_dict()["epsilon"] == pytest.approx(1 / 3)
    assert "coalition" in str(game.withdrawal([1, 0, 0]))


def test_undecided_is_an_error(monkeypatch):
    monkeypatch.setattr(PointInCore, "check", lambda self: False)
    with pytest.raises(SolverError, match="could not be decided"):
        CoalitionGame([0, 0, 0, 1]).core()


def test_too_many_players():
    with pytest.raises(InputError, match="players"):
        CoalitionGame(np.zeros(2**17)).core()
