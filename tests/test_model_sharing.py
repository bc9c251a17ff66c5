"""Model sharing: errors by simulation and by calculus, published tables, exact ties."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from derelayl_econ.errors import InputError
from derelayl_econ.games.model_sharing import ModelSharingGame
from derelayl_econ.games.sharing_errors import SHARING, UNIFORM_ERROR, exact_errors

FRESH = np.random.SeedSequence().entropy
WAYS = ("uniform", "coarse", "fine")

samples = st.lists(st.integers(1, 40), min_size=2, max_size=5)
positive = st.integers(1, 40).map(lambda k: k / 4)


# --- errors ---------------------------------------------------------------------------------------


def error_of_weights(weights, player, sizes, noise, spread):
    """Expected squared error of a mean of local means with weights of sum 1, from the story."""
    total = 0.0
    for i, (w, n) in enumerate(zip(weights, sizes, strict=True)):
        total += w**2 * noise / n
        if i != player:
            total += w**2 * spread  # i's mean differs from the common one
    return total + (1 - weights[player]) ** 2 * spread  # and so does the player's own


@given(samples, positive, positive)
def test_uniform_errors_from_the_story(sizes, noise, spread):
    found = ModelSharingGame(sizes, noise, spread).error(range(len(sizes)))
    weights = np.array(sizes) / sum(sizes)
    for j, error in enumerate(found):
        wanted = error_of_weights(weights, j, sizes, noise, spread)
        assert error == pytest.approx(wanted, rel=1e-12)


@given(samples, positive, positive)
@settings(max_examples=20)
def test_coarse_errors_are_the_best_mixture_of_local_and_common(sizes, noise, spread):
    found = ModelSharingGame(sizes, noise, spread, "coarse").error(range(len(sizes)))
    common = np.array(sizes) / sum(sizes)
    grid = np.linspace(0, 1, 2001)
    for j, error in enumerate(found):
        local = np.eye(len(sizes))[j]
        tried = [error_of_weights(t * local + (1 - t) * common, j, sizes, noise, spread)
                 for t in grid]  # fmt: skip
        assert error <= min(tried) * (1 + 1e-12)
        assert error == pytest.approx(min(tried), rel=1e-4)


@given(samples, positive, positive)
@settings(max_examples=15)
def test_fine_errors_are_the_best_of_all_weights(sizes, noise, spread):
    found = ModelSharingGame(sizes, noise, spread, "fine").error(range(len(sizes)))
    start = np.full(len(sizes), 1 / len(sizes))
    for j, error in enumerate(found):
        best = minimize(
            lambda w, j=j: error_of_weights(w, j, sizes, noise, spread), start,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, method="SLSQP",
        )  # fmt: skip
        assert error == pytest.approx(best.fun, rel=1e-4)
        assert error <= best.fun * (1 + 1e-9)


@pytest.mark.parametrize("seed", [5, FRESH])
def test_uniform_errors_against_simulated_estimation(seed):
    """Draw means and samples, average the samples, measure squared errors."""
    sizes, noise, spread, runs = np.array([3, 8, 20]), 10.0, 1.5, 4000
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    means = rng.normal(0, math.sqrt(spread), (runs, 3))
    local = means + rng.normal(size=(runs, 3)) * np.sqrt(noise / sizes)
    common = local @ (sizes / sizes.sum())
    found = ModelSharingGame(sizes, noise, spread).error([0, 1, 2])
    for j in range(3):
        squares = (common - means[:, j]) ** 2
        sigma = squares.std(ddof=1) / math.sqrt(runs)
        assert abs(squares.mean() - found[j]) < 5 * sigma, seed
        assert sigma < 0.05 * found[j]


@given(samples, positive, positive)
def test_more_freedom_is_never_worse(sizes, noise, spread):
    by_way = [ModelSharingGame(sizes, noise, spread, way).errors for way in WAYS]
    inside = ~np.isnan(by_way[0])
    assert (by_way[1][inside] <= by_way[0][inside] * (1 + 1e-12)).all()
    assert (by_way[2][inside] <= by_way[1][inside] * (1 + 1e-12)).all()
    alone = [by_way[0][1 << j, j] for j in range(len(sizes))]
    np.testing.assert_allclose(alone, noise / np.array(sizes))
    for errors in by_way[1:]:
        assert all(errors[1 << j, j] == alone[j] for j in range(len(sizes)))


@given(st.integers(1, 30), st.integers(2, 6), positive, positive)
def test_equal_samples_in_closed_form(size, members, noise, spread):
    """sigma^2 + (mu_e/n - sigma^2)/m, for coarse and fine sharing no worse than alone."""
    found = ModelSharingGame([size] * members, noise, spread).error(range(members))
    np.testing.assert_allclose(found, spread + (noise / size - spread) / members, rtol=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_exact_errors_are_those_of_the_formula(way):
    exact = exact_errors(way, np.array([5.0, 30.0, 300.0]), 10.0, 0.75)
    floats = ModelSharingGame([5, 30, 300], 10, 0.75, way).errors
    for j, column in enumerate(exact):
        assert set(column) == {s for s in range(8) if s >> j & 1}
        for s, error in column.items():
            assert isinstance(error, Fraction)
            assert floats[s, j] == float(error)
    by_call = SHARING[way]
    others = {"other_samples": 330.0, "other_squares": 30.0**2 + 300.0**2,
              "other_precision": 1 / (0.75 + 10 / 30) + 1 / (0.75 + 10 / 300)}  # fmt: skip
    known = {"sampling_noise": 10, "task_variance": 0.75, "own_samples": 5, **others}
    called = by_call(**{name: known[name] for name in by_call.arguments})
    assert floats[7, 0] == pytest.approx(float(called), rel=1e-14)


# --- published cases ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "way", "coalition", "errors"),
    [
        # Donahue and Kleinberg 2021, tables 1 to 5, mu_e = 10, sigma^2 = 1
        ((5, 5, 5), "uniform", (0, 1), (1.5, 1.5)),
        ((5, 5, 5), "uniform", (0, 1, 2), (1.33333, 1.33333, 1.33333)),
        ((5, 5, 25), "uniform", (0, 2), (1.72222, 0.388889)),
        ((5, 5, 25), "uniform", (0, 1, 2), (1.55102, 1.55102, 0.408163)),
        ((25, 25, 25), "uniform", (0, 1), (0.7, 0.7)),
        ((25, 25, 25), "uniform", (0, 1, 2), (0.8, 0.8, 0.8)),
        ((30, 30, 30, 300), "coarse", (0, 3), (0.286385, 0.0328638)),
        ((30, 30, 30, 300), "coarse", (0, 1, 2), (0.277778, 0.277778, 0.277778)),
        ((30, 30, 30, 300), "coarse", (0, 1, 3), (0.28279, 0.28279, 0.0326797)),
        ((30, 30, 30, 300), "coarse", (0, 1, 2, 3), (0.279642, 0.279642, 0.279642, 0.0325815)),
        ((30, 30, 30, 300), "fine", (0, 1, 3), (0.275327, 0.275327, 0.0326797)),
        ((30, 30, 30, 300), "fine", (0, 1, 2, 3), (0.269424, 0.269424, 0.269424, 0.0325815)),
    ],
)
def test_published_errors(sizes, way, coalition, errors):
    found = ModelSharingGame(sizes, 10, 1, way).error(coalition)
    np.testing.assert_allclose(found, errors, rtol=1e-5)


ALL, NONE = ((0, 1, 2),), ((0,), (1,), (2,))


@pytest.mark.parametrize(
    ("sizes", "way", "kind", "stable"),
    [
        # the same paper, motivating example, and the authors' public notebook on stability
        ((5, 5, 25), "uniform", "core", [((0, 1), (2,))]),
        ((1, 1, 1), "uniform", "core", [ALL]),
        ((5, 5, 5), "uniform", "core", [ALL]),
        ((15, 15, 15), "uniform", "core", [NONE]),
        ((20, 20, 20), "uniform", "core", [NONE]),
        ((25, 25, 25), "uniform", "core", [NONE]),
        ((30, 30, 30, 300), "coarse", "core", [((0, 1, 2), (3,))]),
        ((15, 15, 15), "coarse", "individual", [ALL]),
        ((20, 20, 20), "fine", "core", [ALL]),
        # Donahue and Kleinberg 2021b (arXiv 2106.09580), table 1 and notebook
        ((1, 8, 15), "uniform", "individual", [((0, 2), (1,))]),
        ((1, 10, 15), "uniform", "individual", [((0, 2), (1,))]),
        ((1, 10, 20), "uniform", "individual", [((0, 2), (1,))]),
        ((1, 5, 20), "uniform", "individual", [ALL]),
        ((1, 10, 10), "uniform", "individual", [ALL, ((0, 1), (2,)), ((0, 2), (1,))]),
    ],
)
def test_published_stable_partitions(sizes, way, kind, stable):
    assert ModelSharingGame(sizes, 10, 1, way).stability().stable(kind) == stable


def test_at_ten_samples_everybody_is_indifferent():
    """n = mu_e/sigma^2: all five partitions are stable (notebook); rounding must not decide."""
    found = ModelSharingGame([10, 10, 10], 10, 1).stability()
    assert found.core_stable.all()
    assert found.individually_stable.all()
    assert ModelSharingGame([30, 30, 30], 0.3, 0.01).stability().core_stable.sum() == 1
    third = ModelSharingGame([1, 1, 1], 1 / 3, 1 / 3).stability()
    assert third.core_stable.all()


@pytest.mark.parametrize(
    ("sizes", "costs"),
    [
        # sum of n_j err_j per partition: arXiv 2106.09580, table 1 and price-of-anarchy example;
        # columns {123}, {1}{23}, {13}{2}, {12}{3}, {1}{2}{3}
        ((1, 8, 15), (21.916667, 30.434783, 21.875, 21.777778, 30)),
        ((1, 5, 15), (19.047619, 27.5, 21.875, 21.666667, 30)),
        ((5, 10, 20), (30, 33.333333, 28, 26.666667, 30)),
        ((10, 15, 20), (38.888889, 37.142857, 33.333333, 32, 30)),
        ((15, 20, 20), (46.363636, 40, 37.142857, 37.142857, 30)),
    ],
)
def test_published_total_costs(sizes, costs):
    found = ModelSharingGame(sizes, 10, 1).stability()
    order = [found.partition(k) for k in range(5)]
    columns = [ALL, ((0,), (1, 2)), ((0, 2), (1,)), ((0, 1), (2,)), NONE]
    for column, cost in zip(columns, costs, strict=True):
        mean = found.mean_error[order.index(column)]
        assert mean * sum(sizes) == pytest.approx(cost, abs=1e-6)


# --- theorems and stability ---------------------------------------------------------------------


@given(st.lists(st.integers(1, 60), min_size=2, max_size=5), positive, positive)
@settings(max_examples=25)
def test_with_fine_sharing_all_together_is_the_only_core_stable_partition(sizes, noise, spread):
    found = ModelSharingGame(sizes, noise, spread, "fine").stability()
    assert found.stable() == [(tuple(range(len(sizes))),)]
    assert found.individually_stable[0]


@given(st.integers(1, 60), st.integers(2, 5), positive, positive)
@settings(max_examples=25)
def test_equal_samples_share_all_or_nothing(size, players, noise, spread):
    found = ModelSharingGame([size] * players, noise, spread).stability()
    everybody = (tuple(range(players)),)
    alone = tuple((i,) for i in range(players))
    if size * Fraction(spread) < Fraction(noise):
        assert found.stable() == [everybody]
    elif size * Fraction(spread) > Fraction(noise):
        assert found.stable() == [alone]
    else:
        assert found.core_stable.all()


@given(st.lists(st.integers(1, 40), min_size=2, max_size=4), positive, positive,
       st.sampled_from(WAYS))  # fmt: skip
@settings(max_examples=30)
def test_evidence_is_evidence(sizes, noise, spread, way):
    """By exact errors: blockers all gain, movers gain and are welcome, stable ones are attacked."""
    game = ModelSharingGame(sizes, noise, spread, way)
    found, errors = game.stability(), exact_errors(way, game.sample_sizes, noise, spread)
    n = len(sizes)
    for k in range(len(found)):
        home = {i: sum(1 << m for m in c) for c in found.partition(k) for i in c}
        gains = [
            s for s in range(1, 2**n)
            if all(errors[i][s] < errors[i][home[i]] for i in range(n) if s >> i & 1)
        ]  # fmt: skip
        assert found.core_stable[k] == (not gains)
        assert found.blocking[k] in (gains or [0])
        if found.mover[k] >= 0:
            i, joined = int(found.mover[k]), int(found.joined[k])
            rest = joined & ~(1 << i)
            assert errors[i][joined] < errors[i][home[i]]
            assert all(errors[m][joined] <= errors[m][rest] for m in range(n) if rest >> m & 1)
            assert "would move" in found.evidence(k)
        np.testing.assert_allclose(found.errors[k], [float(errors[i][home[i]]) for i in range(n)])


@given(samples, positive, positive, st.sampled_from(WAYS), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_relabelling_players_relabels_partitions(sizes, noise, spread, way, random):
    new = list(range(len(sizes)))
    random.shuffle(new)
    moved = [sizes[new.index(i)] for i in range(len(sizes))]
    plain = ModelSharingGame(sizes, noise, spread, way).stability().stable()
    renamed = ModelSharingGame(moved, noise, spread, way).stability().stable()
    assert {frozenset(frozenset(new[i] for i in c) for c in p) for p in plain} == {
        frozenset(map(frozenset, p)) for p in renamed
    }


@given(samples, positive, positive, st.integers(1, 5).map(lambda k: 2.0**k))
@settings(max_examples=20)
def test_units_of_error_do_not_matter(sizes, noise, spread, unit):
    plain = ModelSharingGame(sizes, noise, spread)
    scaled = ModelSharingGame(sizes, noise * unit, spread * unit)
    np.testing.assert_array_equal(plain.ranks, scaled.ranks)
    np.testing.assert_allclose(scaled.errors, plain.errors * unit)


def test_eight_players_in_one_go():
    found = ModelSharingGame([3, 5, 8, 9, 11, 14, 20, 26], 10, 1).stability()
    assert len(found) == 4140
    assert found.core_stable.sum() == 3
    assert found.labels.shape == found.errors.shape == (4140, 8)
    assert found.evidence(0) != "stable"
    assert "4140 partitions, 3 core stable" in str(found)
    assert "{0,1,2,3,4} {5} {6} {7}" in str(found)


def test_without_differences_everybody_shares():
    found = ModelSharingGame([1, 20, 300], 10, 0).stability()
    assert found.stable() == [ALL]


def test_results_do_not_change_and_read_as_json():
    game = ModelSharingGame([5, 25], 10, 1)
    with pytest.raises(ValueError, match="read-only"):
        game.errors[0, 0] = 1
    assert len(game.stability().to_dict()["labels"]) == 2
    assert UNIFORM_ERROR.exact(sampling_noise=10, task_variance=1, own_samples=5, other_samples=5,
                               other_squares=25) == Fraction(3, 2)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"sample_sizes": [5]}, "sample_sizes"),
        ({"sample_sizes": [5] * 10}, "sample_sizes"),
        ({"sample_sizes": [5, 0]}, "sample_sizes"),
        ({"sample_sizes": [5, -1]}, "sample_sizes"),
        ({"sample_sizes": [5, math.nan]}, "sample_sizes"),
        ({"sample_sizes": "ab"}, "sample_sizes"),
        ({"sample_sizes": 5}, "sample_sizes"),
        ({"noise": 0}, "noise"),
        ({"noise": math.inf}, "noise"),
        ({"noise": None}, "noise"),
        ({"spread": -1}, "spread"),
        ({"spread": True}, "spread"),
        ({"sharing": "fin"}, "Did you mean fine"),
        ({"sharing": None}, "sharing"),
    ],
)
def test_refusals(change, what):
    with pytest.raises(InputError, match=what):
        ModelSharingGame(**{"sample_sizes": [5, 25], "noise": 10, "spread": 1, **change})


def test_refusals_of_questions():
    game = ModelSharingGame([5, 25], 10, 1)
    for wrong in ([], [2], "a", None, [0.5], np.array(1), np.array([[0, 1]])):
        with pytest.raises(InputError, match="coalition"):
            game.error(wrong)
    with pytest.raises(InputError, match="kind"):
        game.stability().stable("strict")
    found = game.stability()
    for question in (found.partition, found.evidence):
        for row in (2, -1, 0.5, "a", None, True, [0], math.nan):
            with pytest.raises(InputError, match="index"):
                question(row)


def test_order_of_coalitions_does_not_matter():
    game = ModelSharingGame([5, 10, 25], 10, 1)
    for order in itertools.permutations(range(3)):
        np.testing.assert_array_equal(game.error(order), game.error([0, 1, 2]))
