"""Coalition games: how worths are given, values and shapes, against plain loops and literature."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.coalition import CoalitionGame
from derelayl_econ.games.coalition_shapes import ROUNDING
from derelayl_econ.games.coalition_tables import (
    coalition_of,
    mask_of,
    subset_sums,
    worth_table,
)

FRESH = np.random.SeedSequence().entropy


DIGITS = st.integers(-9, 9)


def games(low=2, high=5, worths=DIGITS):
    return st.integers(low, high).flatmap(
        lambda n: st.lists(worths, min_size=2**n - 1, max_size=2**n - 1)
    ).map(lambda listed: CoalitionGame([0, *listed]))  # fmt: skip


def sets(players):
    everybody = range(players)
    return [frozenset(c) for k in range(players + 1) for c in itertools.combinations(everybody, k)]


def weighted_majority(quota, weights):
    return CoalitionGame(lambda s: float(sum(weights[i] for i in s) >= quota), players=len(weights))


# --- how worths are given ----------------------------------------------------------------------


@given(games())
def test_array_mapping_and_function_give_the_same_game(game):
    as_mapping = {s: game.worth(s) for s in sets(game.players)}
    del as_mapping[frozenset()]  # nobody may be left out
    for other in (
        CoalitionGame(as_mapping),
        CoalitionGame(lambda s: game.worth(s), players=game.players),
        CoalitionGame(game.values.tolist(), players=game.players),
    ):
        np.testing.assert_array_equal(other.values, game.values)
        assert other.players == game.players


def test_bit_i_of_the_index_is_player_i():
    game = CoalitionGame([0, 1, 2, 4, 8, 16, 32, 64])
    assert [game.worth(s) for s in ([], [0], [1], [0, 1], [2], (2, 0), {1, 2}, range(3))] == [
        0, 1, 2, 4, 8, 16, 32, 64,
    ]  # fmt: skip
    assert [coalition_of(mask) for mask in range(4)] == [set(), {0}, {1}, {0, 1}]
    assert all(mask_of(coalition_of(mask), 5) == mask for mask in range(32))


def test_worths_are_kept_safe():
    given_worths = np.array([0.0, 1.0, 1.0, 3.0])
    game = CoalitionGame(given_worths)
    given_worths[3] = 9
    assert game.values[3] == 3
    with pytest.raises(ValueError, match="read-only"):
        game.values[3] = 9


def test_subset_sums_of_any_kind_of_number():
    assert subset_sums(np.array([Fraction(1, 3), Fraction(1, 6)], dtype=object)).tolist() == [
        0, Fraction(1, 3), Fraction(1, 6), Fraction(1, 2),
    ]  # fmt: skip
    rows = subset_sums(np.array([[1, 0], [2, 5]]))
    assert rows.tolist() == [[0, 0], [1, 0], [2, 5], [3, 5]]


@pytest.mark.parametrize(
    ("values", "players", "message"),
    [
        ([0, 1, 2], None, "values must have 2\\^players entries; got '3 worths'"),
        ([0, 1], None, "players of values must be an integer in \\[2, 24\\]; got 1"),
        ([0, 1, 1, 1], 3, "values must have 2\\^3 entries; got '4 worths'"),
        ([1, 1, 1, 1], None, "values of no players must be 0; got 1"),
        ([0, 1, math.nan, 1], None, "every entry of values"),
        ([0, 1, math.inf, 1], None, "every entry of values"),
        ([0, 1, 1e61, 1], None, "every entry of values"),
        ([[0, 1], [1, 1]], None, "values must have 1 dimension"),
        ([0, True, 1, "x"], None, "values must be an array of numbers"),
        ("abcd", None, "values must be an array of numbers"),
        (None, None, "values must be an array of numbers"),
        ({}, None, "players of values"),
        ({frozenset({0}): 1}, None, "players of values"),
        ({(0,): 1, (1,): 1, (0, 1): 1}, None, "every key of values must be a frozenset"),
        ({frozenset({0}): 1, frozenset({0, 1}): 1}, None, r"nothing for coalition \[1\]"),
        ({frozenset({0}): 1, frozenset({2}): 1, frozenset({0, 2}): 1}, None, r"coalition \[1\]"),
        ({frozenset({"a"}): 1, frozenset({0}): 1}, None, "every player in values"),
        ({frozenset({0}): 1, frozenset({1}): 1, frozenset({0, 1}): "x"}, None, "values of coal"),
        ({frozenset({0}): 1, frozenset({1}): 1, frozenset({0, 1}): 2}, 3, "players must agree"),
        (len, None, "players must be given with a function"),
        (len, 25, r"players must be an integer in \[2, 24\]"),
        (len, True, "players"),
        (lambda s: 1.0, 2, "values of no players must be 0"),
        (lambda s: math.nan, 2, r"values of coalition \[\]"),
        (lambda s: "x" if s else 0, 2, r"values of coalition \[0\] must"),
    ],
)
def test_what_is_not_a_game_is_refused(values, players, message):
    with pytest.raises(InputError, match=message):
        CoalitionGame(values, players)


@pytest.mark.parametrize("wrong", [5, "01", None, [3], [-1], [0.5], ["a"], [None],
                                   np.array(1), np.array([[0, 1]])])  # fmt: skip
def test_what_is_not_a_coalition_is_refused(wrong):
    with pytest.raises(InputError, match="coalition"):
        CoalitionGame([0, 1, 1, 3]).worth(wrong)


@pytest.mark.parametrize("wrong", [[0], [0, 0], [0, 2], [0.5, 1], [], 5, None, "01", [0, 1, 2],
                                   [[0, 1]], [0, math.nan]])  # fmt: skip
def test_what_is_not_an_order_is_refused(wrong):
    with pytest.raises(InputError, match="order"):
        CoalitionGame([0, 1, 1, 3]).marginal_payments(wrong)


@pytest.mark.parametrize("wrong", [[1.0], [1, math.nan], [1, 2, 3], "x", None, [[1, 2]]])
def test_what_is_not_an_allocation_is_refused(wrong):
    with pytest.raises(InputError, match="allocation"):
        CoalitionGame([0, 1, 1, 3]).excesses(wrong)


# --- values -------------------------------------------------------------------------------------


@given(games(2, 5))
def test_random_baton_order_pays_the_shapley_value_on_average(game):
    """Theory notes, section 4.4, exactly: the mean over all orders, in rationals."""
    totals = [Fraction(0)] * game.players
    for order in itertools.permutations(range(game.players)):
        paid = game.marginal_payments(order)
        assert paid.sum() == pytest.approx(game.values[-1])
        totals = [t + Fraction(float(p)) for t, p in zip(totals, paid, strict=True)]
    mean = [float(t / math.factorial(game.players)) for t in totals]
    np.testing.assert_allclose(game.shapley(), mean, atol=1e-12)


def test_seven_batons_in_all_5040_orders():
    rng = np.random.default_rng(5)
    game = CoalitionGame(np.append(0, rng.random(127)))
    orders = list(itertools.permutations(range(7)))
    mean = sum(game.marginal_payments(order) for order in orders) / len(orders)
    np.testing.assert_allclose(game.shapley(), mean, rtol=1e-11)


@given(games())
def test_banzhaf_is_the_mean_over_coalitions_of_the_others(game):
    for i, value in enumerate(game.banzhaf()):
        others = [s for s in sets(game.players) if i not in s]
        gains = [game.worth(s | {i}) - game.worth(s) for s in others]
        assert value == pytest.approx(sum(gains) / len(others))


def test_sampled_values_agree_with_exact_ones():
    weights = np.array([3, 1, 4, 1, 5, 9, 2, 6])
    exact = weighted_majority(16, weights).shapley()
    found = CoalitionGame.sampled(
        lambda s: float(weights[list(s)].sum() >= 16), 8, samples=3000, rng=FRESH,
        contribution_range=(0, 1), confidence=0.9999,
    )  # fmt: skip
    assert ((found.low <= exact) & (exact <= found.high)).all(), FRESH
    np.testing.assert_allclose(found.values, exact, atol=0.06)


# --- shapes -------------------------------------------------------------------------------------


def superadditive(game):
    return all(
        game.worth(s) + game.worth(t) <= game.worth(s | t)
        for s, t in itertools.product(sets(game.players), repeat=2)
        if not s & t
    )


def convex(game):
    return all(
        game.worth(s) + game.worth(t) <= game.worth(s | t) + game.worth(s & t)
        for s, t in itertools.product(sets(game.players), repeat=2)
    )


def monotone(game):
    return all(
        game.worth(s) <= game.worth(t)
        for s, t in itertools.product(sets(game.players), repeat=2)
        if s <= t
    )


@given(games(2, 4, st.integers(-1, 2)) | games(2, 4).map(lambda g: _grown(g)))
def test_shapes_by_their_definitions(game):
    assert game.superadditive == superadditive(game)
    assert game.convex == convex(game)
    assert game.monotone == monotone(game)


def _grown(game):
    """Add the square of the size: more often superadditive, convex and monotone."""
    sizes = np.bitwise_count(np.arange(game.values.size)).astype(float)
    return CoalitionGame(game.values // 4 + sizes**2)


@given(games(2, 4, st.integers(0, 1)))
def test_symmetric_players_by_definition(game):
    def alike(i, j):
        others = [s for s in sets(game.players) if not s & {i, j}]
        return all(game.worth(s | {i}) == game.worth(s | {j}) for s in others)

    groups = game.symmetric_players
    assert sorted(itertools.chain(*groups)) == list(range(game.players))
    for i, j in itertools.combinations(range(game.players), 2):
        together = any({i, j} <= set(group) for group in groups)
        assert together == alike(i, j)


def test_rounding_does_not_change_a_shape():
    """0.1 + 0.2 is not 0.3 in floats: the additive game is convex all the same."""
    additive = CoalitionGame([0, 0.1, 0.2, 0.3])
    assert additive.values[1] + additive.values[2] > additive.values[3]
    assert additive.superadditive
    assert additive.convex
    nearly = CoalitionGame([0, 1, 1, 2 - 4 * ROUNDING * 2])
    assert not nearly.superadditive  # a real loss, however small, is one


def test_superadditivity_of_too_many_is_refused():
    with pytest.raises(InputError, match="players"):
        _ = CoalitionGame(np.zeros(2**19)).superadditive
    assert CoalitionGame(np.zeros(2**19)).convex


@given(games(2, 4), st.randoms(use_true_random=False))
def test_relabelling_players_keeps_shapes_and_moves_values(game, random):
    new = list(range(game.players))
    random.shuffle(new)
    renamed = CoalitionGame(
        {frozenset(new[i] for i in s): game.worth(s) for s in sets(game.players)}
    )
    assert (renamed.convex, renamed.superadditive) == (game.convex, game.superadditive)
    np.testing.assert_allclose(renamed.shapley()[new], game.shapley(), atol=1e-12)
    np.testing.assert_allclose(renamed.banzhaf()[new], game.banzhaf(), atol=1e-12)


@given(games(2, 4), st.floats(0.01, 100))
def test_scaling_money_scales_values(game, unit):
    scaled = CoalitionGame(game.values * unit)
    np.testing.assert_allclose(scaled.shapley(), game.shapley() * unit, atol=1e-12 * unit)
    assert scaled.symmetric_players == game.symmetric_players


# --- published cases ----------------------------------------------------------------------------


def test_glove_game():
    """One left glove and two right ones (Maschler, Solan, Zamir 2013): 4, 1, 1."""
    game = CoalitionGame(lambda s: float(0 in s and len(s) > 1), players=3)
    np.testing.assert_allclose(game.shapley(), np.array([4, 1, 1]) / 6)


@pytest.mark.parametrize(
    ("costs", "shares"),
    [
        ([8, 11, 13, 18], [2, 3, 4, 9]),
        ([40, 50, 60, 70, 80, 90], [c / 6 for c in (40, 52, 67, 87, 117, 177)]),
    ],
)
def test_airport_game(costs, shares):
    """Each stretch of runway is shared by those who need it (Littlechild and Owen 1973)."""
    game = CoalitionGame(lambda s: -max((costs[i] for i in s), default=0), players=len(costs))
    np.testing.assert_allclose(game.shapley(), -np.array(shares))
    by_rule = np.zeros(len(costs))
    for k, step in enumerate(np.diff([0, *costs])):
        by_rule[k:] += step / (len(costs) - k)
    np.testing.assert_allclose(game.shapley(), -by_rule)


def test_security_council():
    """Five vetoes and ten others, nine votes needed (Shapley and Shubik 1954; Banzhaf 1965; today's
    Council is an example in Lemaire 1991).

    Shapley 421/2145 and 4/2145; swings 848 and 84 of 2^14.
    """
    game = weighted_majority(39, [7] * 5 + [1] * 10)
    np.testing.assert_allclose(game.shapley(), [421 / 2145] * 5 + [4 / 2145] * 10)
    np.testing.assert_allclose(game.banzhaf() * 2**14, [848] * 5 + [84] * 10)
    assert game.symmetric_players == (tuple(range(5)), tuple(range(5, 15)))


def test_apex_game():
    """One big and four small players (Owen 1995): the big one has 3/5, each other 1/10."""
    game = weighted_majority(4, [3, 1, 1, 1, 1])
    np.testing.assert_allclose(game.shapley(), [0.6, 0.1, 0.1, 0.1, 0.1])


def test_lemaire_insurance():
    """Three depositors pool 3 million for better interest (Lemaire 1991, ASTIN Bull. 21:17)."""
    order = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    interest = [46125, 17437.5, 5812.5, 69187.5, 53812.5, 30750, 90000]
    game = CoalitionGame({frozenset(s): v for s, v in zip(order, interest, strict=True)})
    np.testing.assert_allclose(game.shapley(), [51750, 25875, 12375])


def test_table_of_a_full_house():
    table = worth_table(lambda s: len(s) * 1.0, 4)
    np.testing.assert_array_equal(table, np.bitwise_count(np.arange(16)))
