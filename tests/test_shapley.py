"""Shapley values from tables and from sampled orders: definition, axioms, and honest intervals."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.shapley import (
    EXACT_LIMIT,
    SHAPLEY_WEIGHT,
    mean_contributions,
    sampled_shapley,
    shapley_of_table,
    shapley_values,
)

SEEDS = [11, np.random.SeedSequence().entropy]


def tables(low=1, high=6):
    """Random tables of 1 to 6 players, worths of a few digits."""
    return st.integers(low, high).flatmap(
        lambda n: st.lists(st.integers(-50, 50), min_size=2**n - 1, max_size=2**n - 1)
    ).map(lambda worths: np.array([0, *worths], dtype=float))  # fmt: skip


def power(members):
    return sum(i + 1 for i in members) ** 1.5


def _members(mask):
    return frozenset(i for i in range(mask.bit_length()) if mask >> i & 1)


def by_orders(table):
    """Average marginal contributions over all orders, in rationals: the definition."""
    n = table.size.bit_length() - 1
    totals = [Fraction(0)] * n
    for order in itertools.permutations(range(n)):
        mask = 0
        for player in order:
            totals[player] += Fraction(table[mask | 1 << player]) - Fraction(table[mask])
            mask |= 1 << player
    return [total / math.factorial(n) for total in totals]


@given(tables())
def test_a_table_against_all_orders(table):
    found = shapley_of_table(table)
    np.testing.assert_allclose(found, [float(x) for x in by_orders(table)], atol=1e-11)


@given(tables())
def test_the_whole_is_paid_out(table):
    assert shapley_of_table(table).sum() == pytest.approx(table[-1], abs=1e-10)


@given(tables(2, 5), st.randoms(use_true_random=False))
def test_relabelling_players_relabels_the_values(table, random):
    n = table.size.bit_length() - 1
    new_name = list(range(n))
    random.shuffle(new_name)
    renamed = np.zeros_like(table)
    for mask, worth in enumerate(table):
        renamed[sum(1 << new_name[i] for i in range(n) if mask >> i & 1)] = worth
    np.testing.assert_allclose(shapley_of_table(renamed)[new_name], shapley_of_table(table),
                               atol=1e-11)  # fmt: skip


@given(tables(3, 3), tables(3, 3), st.floats(-3, 3))
def test_values_of_a_sum_are_the_sum_of_values(first, second, factor):
    together = shapley_of_table(first + factor * second)
    apart = shapley_of_table(first) + factor * shapley_of_table(second)
    np.testing.assert_allclose(together, apart, atol=1e-10)


def test_a_player_who_adds_nothing_gets_nothing():
    table = np.random.default_rng(0).random(8)
    table[0] = 0
    with_null = np.concatenate([table, table])  # player 3 changes nothing
    assert shapley_of_table(with_null)[3] == 0


def test_weights_are_a_distribution_over_predecessors():
    for n in (1, 2, 7, 20):
        exact = [SHAPLEY_WEIGHT.exact(players=n, predecessors=s) for s in range(n)]
        wanted = [Fraction(math.factorial(s) * math.factorial(n - 1 - s), math.factorial(n))
                  for s in range(n)]  # fmt: skip
        assert [Fraction(str(w)) for w in exact] == wanted
        assert sum(w * math.comb(n - 1, s) for s, w in enumerate(wanted)) == 1


def test_equal_weights_give_the_mean_over_all_coalitions():
    table = np.random.default_rng(3).random(32)
    found = mean_contributions(table, np.full(5, 1 / 16))
    for i in range(5):
        gains = [table[s | 1 << i] - table[s] for s in range(32) if not s >> i & 1]
        assert found[i] == pytest.approx(np.mean(gains), rel=1e-12)


def test_twenty_players_in_closed_form():
    """v(S) = w(S)^2: player i gets w_i w(N)."""
    weights = np.arange(1.0, 21.0)
    sums = np.zeros(1)
    for w in weights:
        sums = np.concatenate([sums, sums + w])
    np.testing.assert_allclose(shapley_of_table(sums**2), weights * weights.sum(), rtol=1e-12)


def test_both_roads_of_a_function():
    exact = shapley_values(power, 6)
    np.testing.assert_allclose(
        exact.values, shapley_of_table(np.array([power(_members(m)) for m in range(64)]))
    )
    assert (exact.low == exact.values).all()
    assert (exact.confidence, exact.guarantee) == (1.0, "exact")
    assert EXACT_LIMIT >= 6


@pytest.mark.parametrize("wrong", [0, -1, 2.5, math.nan, None, True, "x", [2], 1j])
def test_how_many_players_must_be_a_count(wrong):
    with pytest.raises(InputError, match="players"):
        shapley_values(len, wrong, rng=0)


# --- sampling --------------------------------------------------------------------------------


def majority(players):
    return lambda s: float(len(s) > players // 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_student_intervals_cover_as_often_as_they_say(seed):
    """300 estimates of one value at 80 %: coverage of a fair interval lies within 5 sigma."""
    streams = np.random.SeedSequence(seed).spawn(300)
    weights = np.array([1.0, 2.0, 4.0, 4.0, 9.0])
    truth = weights[0] * weights.sum()
    inside = 0
    for stream in streams:
        found = sampled_shapley(lambda s: weights[list(s)].sum() ** 2, 5, samples=40, rng=stream,
                                confidence=0.8)  # fmt: skip
        inside += bool(found.low[0] <= truth <= found.high[0])
    assert abs(inside / 300 - 0.8) < 5 * math.sqrt(0.8 * 0.2 / 300), seed


@pytest.mark.parametrize("seed", SEEDS)
def test_bounded_intervals_hold_for_all_players_at_few_orders(seed):
    """60 estimates of 9 voters at 90 %: at most a binomially improbable number may fail."""
    missed = 0
    for stream in np.random.SeedSequence(seed).spawn(60):
        found = sampled_shapley(majority(9), 9, samples=30, rng=stream, confidence=0.9,
                                contribution_range=(0, 1))  # fmt: skip
        missed += not ((found.low <= 1 / 9) & (found.high >= 1 / 9)).all()
    assert missed <= 18, seed  # P(Bin(60, .1) > 18) < 1e-5


def test_bounded_intervals_are_wider_and_shrink():
    few, many = (
        sampled_shapley(majority(9), 9, samples=m, rng=1, contribution_range=(0, 1))
        for m in (100, 4000)
    )
    loose = sampled_shapley(majority(9), 9, samples=4000, rng=1)
    assert ((many.high - many.low) > (loose.high - loose.low)).all()
    assert ((many.high - many.low) < 0.4 * (few.high - few.low)).all()
    np.testing.assert_array_equal(many.values, loose.values)
    assert "all values together" in many.guarantee
    assert "in the limit" in loose.guarantee


def test_half_widths_by_hand():
    """The bounds of Hoeffding 1963 and Maurer and Pontil 2009, written out again."""
    found = sampled_shapley(majority(5), 5, samples=50, rng=4, confidence=0.95,
                            contribution_range=(-1, 1))  # fmt: skip
    share = 0.05 / 5 / 2 / 2  # per player, bound and side
    hoeffding = 2 * math.sqrt(math.log(1 / share) / (2 * 50))
    for i in range(5):
        variance = found.standard_errors[i] ** 2 * 50
        bernstein = math.sqrt(2 * variance * math.log(2 / share) / 50)
        bernstein += 7 * 2 * math.log(2 / share) / (3 * 49)
        half = min(hoeffding, bernstein)
        assert found.high[i] - found.values[i] == pytest.approx(half, rel=1e-12)
        assert found.values[i] - found.low[i] == pytest.approx(half, rel=1e-12)


# electors by state in the 1970s, apportioned after the census of 1970; 270 of 538 elect
ELECTORS = [45, 41, 27, 26, 26, 25, 21, 17, 17, 14, 13, 13, 12, 12, 12, 11, *[10] * 4,
            *[9] * 3, *[8] * 4, *[7] * 3, *[6] * 4, 5, *[4] * 9, *[3] * 7]  # fmt: skip


def swings(weights, quota, player):
    """Shapley-Shubik index by counting sets by size and weight (Mann and Shapley 1962)."""
    rest = weights[:player] + weights[player + 1 :]
    counted = {(0, 0): 1}
    for w in rest:
        for (size, weight), ways in list(counted.items()):
            here = (size + 1, weight + w)
            counted[here] = counted.get(here, 0) + ways
    n = len(weights)
    return sum(Fraction(ways, n * math.comb(n - 1, size))
               for (size, weight), ways in counted.items()
               if quota - weights[player] <= weight < quota)  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_electoral_college_by_sampling(seed):
    """51 players: each exact index is in its interval, but for one run in a million."""
    assert (len(ELECTORS), sum(ELECTORS)) == (51, 538)
    found = sampled_shapley(lambda s: float(sum(ELECTORS[i] for i in s) >= 270), 51, samples=800,
                            rng=np.random.SeedSequence(seed), confidence=1 - 1e-6,
                            contribution_range=(0, 1))  # fmt: skip
    exact = {w: float(swings(ELECTORS, 270, ELECTORS.index(w))) for w in set(ELECTORS)}
    assert sum(exact[w] for w in ELECTORS) == pytest.approx(1, rel=1e-12)
    for i, w in enumerate(ELECTORS):
        assert found.low[i] <= exact[w] <= found.high[i], (seed, i)
    assert abs(found.values[0] - exact[45]) < 6 * found.standard_errors[0]


def test_every_sampled_order_pays_out_everything():
    found = sampled_shapley(lambda s: len(s) ** 3, 25, samples=20, rng=0)
    assert found.values.sum() == pytest.approx(25**3, rel=1e-12)


def test_streams_are_reproducible_whatever_they_are_given_as():
    same = [sampled_shapley(power, 8, samples=20, rng=r).values
            for r in (5, np.random.SeedSequence(5), np.random.default_rng(5))]  # fmt: skip
    np.testing.assert_array_equal(same[0], same[1])
    np.testing.assert_array_equal(same[0], same[2])
    assert not np.array_equal(same[0], sampled_shapley(power, 8, samples=20, rng=6).values)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"rng": None}, "rng"),
        ({"rng": -1}, "rng"),
        ({"rng": "x"}, "rng"),
        ({"samples": 1}, "samples"),
        ({"samples": 2.5}, "samples"),
        ({"players": 0}, "players"),
        ({"confidence": 1.0}, "confidence"),
        ({"confidence": math.nan}, "confidence"),
        ({"contribution_range": (1, 0)}, "contribution_range"),
        ({"contribution_range": (0, 0.5)}, "hold every marginal contribution, also 1"),
        ({"contribution_range": 3}, "contribution_range"),
        ({"value": lambda s: math.inf}, "value of legs"),
        ({"value": lambda s: None}, "value of legs"),
    ],
)
def test_refusals(change, what):
    good = {"value": majority(3), "players": 3, "samples": 20, "rng": 0}
    with pytest.raises(InputError, match=what):
        sampled_shapley(**{**good, **change})
