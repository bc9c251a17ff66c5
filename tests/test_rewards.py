"""Reward rules: definitions by plain loops, properties, budgets, identity splitting."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.quality import ExponentialCurve, HillCurve
from derelayl_econ.rewards import (
    ROYALTY_WEIGHT,
    EqualShare,
    GainShare,
    LineageShare,
    RewardRule,
    ShapleyShare,
    WindowShare,
)
from derelayl_econ.shapley import ShapleyEstimate, shapley_values

RULES: tuple[RewardRule, ...] = (
    EqualShare(), GainShare(), GainShare(clip=True), LineageShare(decay=0.5),
    LineageShare(weights="all"), LineageShare(weights=[0.5, 0.25]), WindowShare(3), ShapleyShare(),
)  # fmt: skip
BLIND = tuple(rule for rule in RULES if not isinstance(rule, GainShare | ShapleyShare))
paths = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=12)


@given(paths)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_shares_are_a_distribution(rule: RewardRule, gains: list[float]) -> None:
    shares = rule.shares(gains)
    assert shares.shape == (len(gains),)
    assert (shares >= 0).all()
    assert shares.sum() == pytest.approx(1, abs=1e-12)


@given(paths, st.floats(1e-3, 1e3))
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_unit_of_score_does_not_matter(
    rule: RewardRule, gains: list[float], factor: float
) -> None:
    scaled = rule.shares(np.array(gains) * factor)
    np.testing.assert_allclose(scaled, rule.shares(gains), rtol=1e-9)


@given(paths, st.randoms(use_true_random=False))
def test_permuting_the_legs(gains: list[float], random: Any) -> None:
    order = list(range(len(gains)))
    random.shuffle(order)
    shuffled = np.array(gains)[order]
    for rule in (EqualShare(), GainShare(), ShapleyShare()):
        np.testing.assert_allclose(rule.shares(shuffled), rule.shares(gains)[order], rtol=1e-12)
    for rule in BLIND:  # only the position counts
        np.testing.assert_array_equal(rule.shares(shuffled), rule.shares(gains))


@given(paths)
def test_lineage_pays_earlier_legs_no_less_and_windows_later_ones(gains: list[float]) -> None:
    for rule in (LineageShare(decay=0.3), LineageShare(weights="all")):
        assert (np.diff(rule.shares(gains)) <= 0).all()
    assert (np.diff(WindowShare(2).shares(gains)) >= 0).all()


def test_gains_beyond_the_range_of_sums() -> None:
    np.testing.assert_allclose(GainShare().shares([1e308, 1e308, 1e308]), 1 / 3)


# --- identity splitting -------------------------------------------------------------------------


@given(paths, st.floats(0.01, 0.99), st.data())
def test_splitting_is_neutral_under_gain_share_and_pays_under_equal_share(
    gains: list[float], part: float, data: st.DataObject
) -> None:
    leg = data.draw(st.integers(0, len(gains) - 1))
    split = [*gains[:leg], part * gains[leg], (1 - part) * gains[leg], *gains[leg + 1 :]]
    pair = slice(leg, leg + 2)
    assert GainShare().shares(split)[pair].sum() == pytest.approx(GainShare().shares(gains)[leg])
    count = len(gains)
    profit = EqualShare().shares(split)[pair].sum() - EqualShare().shares(gains)[leg]
    assert profit == pytest.approx((count - 1) / (count * (count + 1)), abs=1e-12)


def test_profit_of_splitting_in_numbers() -> None:
    """Four equal legs, one splits: 1/4 becomes 2/5 under equal shares."""
    assert EqualShare().shares([1, 1, 1, 0.5, 0.5])[3:].sum() == pytest.approx(0.4)
    assert GainShare().shares([1, 1, 1, 0.5, 0.5])[3:].sum() == pytest.approx(0.25)


def test_clipping_makes_spoiling_and_mending_pay() -> None:
    honest = GainShare().shares([1.0, 1.0])[1]
    spoiler = GainShare(clip=True).shares([1.0, -3.0, 4.0])[1:].sum()
    assert honest == 0.5
    assert spoiler == 0.8


# --- lineage ------------------------------------------------------------------------------------


def royalties_by_loop(weights: list[float], money: list[float]) -> list[float]:
    """Walk the path; at each accepted leg pay every ancestor its weight."""
    purse = [0.0] * len(money)
    for leg, amount in enumerate(money):
        for ancestor in range(leg, -1, -1):
            purse[ancestor] += amount * weights[leg - ancestor]
    return purse


@given(st.lists(st.floats(0, 100), min_size=1, max_size=15), st.floats(0.05, 0.95))
def test_payments_by_loop(money: list[float], decay: float) -> None:
    count = len(money)
    cases = {
        LineageShare(decay=decay, royalty_share=0.8): [
            0.8 * (1 - decay) * decay**d for d in range(count)
        ],
        LineageShare(weights="all"): [1.0] * count,
        LineageShare(weights=[0.5, 0.2]): [0.5, 0.2, *[0.0] * count],
    }
    for rule, weights in cases.items():
        paid = rule.payments(np.ones(count), per_leg=money)
        np.testing.assert_allclose(paid, royalties_by_loop(weights, money), rtol=1e-9, atol=1e-9)
        flat = rule.payments(np.ones(count), per_leg=2.0)
        np.testing.assert_allclose(flat, royalties_by_loop(weights, [2.0] * count), rtol=1e-9)
        # What was paid is what was owed.
        assert flat.sum() == pytest.approx(2 * rule.liability(count).sum())


def test_liability_and_budget() -> None:
    geometric = LineageShare(decay=0.6, royalty_share=0.5)
    assert geometric.budget_feasible
    owed = geometric.liability(200)
    assert (owed <= 0.5 * (1 + 1e-12)).all()
    np.testing.assert_allclose(owed, 0.5 * (1 - 0.6 ** np.arange(1, 201)), rtol=1e-12)
    everyone = LineageShare(weights="all")
    assert not everyone.budget_feasible
    np.testing.assert_array_equal(everyone.liability(5), [1, 2, 3, 4, 5])
    assert LineageShare(weights=[0.1] * 10).budget_feasible
    assert not LineageShare(weights=[0.1] * 10, royalty_share=0.99).budget_feasible
    assert all(rule.budget_feasible for rule in (EqualShare(), GainShare(), WindowShare(1)))


def test_royalty_weights_sum_to_their_budget_exactly() -> None:
    total = sum(
        Fraction(str(ROYALTY_WEIGHT.exact(decay=Fraction(2, 5), royalty_share=1, distance=d)))
        for d in range(8)
    )
    assert total == 1 - Fraction(2, 5) ** 8


def test_window() -> None:
    np.testing.assert_array_equal(WindowShare(2).shares([5, 1, 1]), [0, 0.5, 0.5])
    np.testing.assert_array_equal(WindowShare(9).shares([5, 1]), [0.5, 0.5])


# --- Shapley ------------------------------------------------------------------------------------


def shapley_by_orders(value: Any, players: int) -> list[float]:
    """Average the marginal contribution over every order: the definition."""
    totals = [0.0] * players
    for order in itertools.permutations(range(players)):
        seen: set[int] = set()
        for player in order:
            totals[player] += value(frozenset(seen | {player})) - value(frozenset(seen))
            seen.add(player)
    return [total / math.factorial(players) for total in totals]


def power(legs: frozenset[int]) -> float:
    return sum(i + 1 for i in legs) ** 1.5


def test_exact_values_against_all_orders() -> None:
    found = shapley_values(power, 6)
    np.testing.assert_allclose(found.values, shapley_by_orders(power, 6), rtol=1e-12)
    assert found.values.sum() == pytest.approx(power(frozenset(range(6))))
    assert (found.standard_errors == 0).all()


def test_glove_game() -> None:
    """One left glove, two right ones (Maschler, Solan, Zamir 2013): 2/3, 1/6, 1/6."""

    def pairs(legs: frozenset[int]) -> float:
        return float(0 in legs and len(legs) > 1)

    np.testing.assert_allclose(ShapleyShare(value=pairs).shares([1, 1, 1]), [2 / 3, 1 / 6, 1 / 6])


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=7))
def test_additive_value_gives_gain_shares(gains: list[float]) -> None:
    additive = ShapleyShare(value=lambda legs: sum(gains[i] for i in legs))
    np.testing.assert_allclose(additive.shares(gains), GainShare().shares(gains), rtol=1e-9)
    np.testing.assert_allclose(ShapleyShare().shares(gains), GainShare().shares(gains), rtol=1e-12)


@pytest.mark.parametrize("seed", [7, None])
def test_sampled_values_within_standard_errors(seed: int | None) -> None:
    """13 legs are beyond the exact method; the value of a square is known in closed form."""
    entropy = seed if seed is not None else np.random.SeedSequence().entropy
    effort = np.arange(1.0, 14.0)
    found = shapley_values(lambda legs: sum(effort[i] for i in legs) ** 2, 13, samples=2000,
                           rng=np.random.SeedSequence(entropy))  # fmt: skip
    truth = effort * effort.sum()  # of a square: i's own square plus half of each cross term
    score = (found.values - truth) / found.standard_errors
    assert np.abs(score).max() < 5, f"seed {entropy}"
    assert np.abs(score).max() > 0.05, f"seed {entropy}"  # it was sampled
    assert found.values.sum() == pytest.approx(truth.sum())
    assert "2000" in found.method


def test_sampling_is_reproducible() -> None:
    gains = np.linspace(1, 2, 14)
    shares = [
        ShapleyShare(value=power, samples=50, rng=seed).shares(gains) for seed in (3, 3, 4)
    ]  # fmt: skip
    np.testing.assert_array_equal(shares[0], shares[1])
    assert not np.array_equal(shares[0], shares[2])


def test_a_climb_pays_effort_not_position() -> None:
    """On a concave curve equal efforts gain less and less; in random order they earn the same."""
    curve = ExponentialCurve(0.0, 1.0, 3.0)
    gains = curve.gains(5)
    np.testing.assert_allclose(ShapleyShare(curve=curve).shares(gains), 0.2, rtol=1e-9)
    assert GainShare().shares(gains)[0] > 0.3
    slow = HillCurve(0.0, 1.0, 4.0, 2.0)
    shares = ShapleyShare(curve=slow).shares(np.diff(slow.quality([0.0, 1.0, 3.0])))
    values = {frozenset({0}): slow.quality(1.0), frozenset({1}): slow.quality(2.0)}
    total = float(slow.quality(3.0))
    first = 0.5 * (float(values[frozenset({0})]) + total - float(values[frozenset({1})]))
    assert shares[0] == pytest.approx(first / total)


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: EqualShare().shares([]), "gains"),
        (lambda: EqualShare().shares([[1.0]]), "gains"),
        (lambda: EqualShare().shares([math.nan]), "gains"),
        (lambda: EqualShare().shares("abc"), "gains"),
        (lambda: EqualShare().shares(None), "gains"),
        (lambda: GainShare().shares([1.0, -0.1]), "gains"),
        (lambda: GainShare().shares([0.0, 0.0]), "nothing was gained"),
        (lambda: GainShare(clip=True).shares([-1.0]), "nothing was gained"),
        (lambda: WindowShare(0), "last"),
        (lambda: WindowShare(1.5), "last"),
        (lambda: LineageShare(), "neither"),
        (lambda: LineageShare(decay=0.5, weights="all"), "both"),
        (lambda: LineageShare(decay=1.0), "decay"),
        (lambda: LineageShare(weights="some"), "weights"),
        (lambda: LineageShare(weights=[-1.0]), "weights"),
        (lambda: LineageShare(weights=[0.0]).shares([1.0]), "entitle"),
        (lambda: LineageShare(decay=0.5, royalty_share=1.1), "royalty_share"),
        (lambda: LineageShare(decay=0.5).weight(-1), "distance"),
        (lambda: LineageShare(decay=0.5).liability(0), "legs"),
        (lambda: LineageShare(decay=0.5).payments([1, 1], per_leg=[1.0]), "per_leg"),
        (lambda: LineageShare(decay=0.5).payments([1, 1], per_leg=-1.0), "per_leg"),
        (lambda: ShapleyShare(value=power).shares(np.ones(13)), "rng"),
        (lambda: ShapleyShare(value=power, samples=1, rng=0).shares(np.ones(13)), "samples"),
        (lambda: ShapleyShare(value=power, samples=0), "samples"),
        (lambda: ShapleyShare(value=power, curve=HillCurve(0, 1, 2, 1)), "both"),
        (lambda: ShapleyShare(value=lambda legs: math.nan).shares([1.0]), "value of legs"),
        (lambda: ShapleyShare(value=lambda legs: -len(legs)).shares([1.0]), "Shapley values"),
        (lambda: ShapleyShare(curve=HillCurve(0, 1, 2, 1)).shares([0.6, 0.6]), "quality"),
        (lambda: ShapleyShare(curve=HillCurve(0, 1, 2, 1)).shares([0.6, -0.1]), "gains"),
    ],
)
def test_bad_input(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()


def test_arguments_are_not_modified_and_results_print() -> None:
    gains = np.array([0.0, 2.0, 1.0])
    for rule in RULES:
        rule.shares(gains)
    np.testing.assert_array_equal(gains, [0.0, 2.0, 1.0])
    assert "values" in str(ShapleyShare().estimate(gains))
    assert isinstance(ShapleyShare().estimate(gains), ShapleyEstimate)
    with pytest.raises(TypeError, match="abstract"):
        RewardRule()  # type: ignore[abstract]
