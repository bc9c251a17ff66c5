"""The exact count of legs worth their cost."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.games.marginal_leg import (
    compare_leg,
    count_legs,
    exactly,
    last_true,
    leg_margin,
)

fractions = st.fractions(Fraction(1, 1000), 1000, max_denominator=1000)
ratios = st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=60)


def count_by_loop(worth: Fraction, cost: Fraction, keep: Fraction, strict: bool) -> int:
    count = 0
    while worth > cost or (worth == cost and not strict):
        worth, count = worth * keep, count + 1
    return count


@given(fractions, fractions, ratios, st.booleans(), st.floats(-10, 1e6))
def test_count_is_what_a_loop_over_rationals_counts(worth, cost, keep, strict, hint):
    counted = count_legs(worth, cost, keep, hint=hint, strict=strict)
    assert counted == count_by_loop(worth, cost, keep, strict)


@given(fractions, ratios, st.integers(0, 400))
def test_equality_is_seen_at_any_leg(worth, keep, leg):
    cost = worth * keep**leg
    assert compare_leg(worth, cost, keep, leg) == 0
    assert count_legs(worth, cost, keep) == leg + 1
    assert count_legs(worth, cost, keep, strict=True) == leg


@given(fractions, ratios, st.integers(0, 400), st.sampled_from([-1, 1]))
def test_one_part_in_ten_to_the_hundred_beside_equality_is_seen(worth, keep, leg, sign):
    cost = worth * keep**leg * (1 + Fraction(sign, 10**100))
    assert compare_leg(worth, cost, keep, leg) == -sign


@given(fractions, fractions, ratios, st.integers(0, 60))
def test_margin_is_the_rounded_exact_difference(worth, cost, keep, leg):
    assert leg_margin(worth, cost, keep, leg) == pytest.approx(
        float(worth * keep**leg - cost), rel=1e-15, abs=0
    )


def test_margin_in_ball_arithmetic_agrees_with_rationals_where_both_apply():
    # Leg 200 is beyond the exact route: the denominator of cost/worth is too small for equality.
    keep, worth = Fraction(9, 10), Fraction(10**9)
    exact = worth * keep**200 - Fraction(1, 3)
    assert leg_margin(worth, Fraction(1, 3), keep, 200) == pytest.approx(float(exact), rel=1e-15)


def test_margin_keeps_its_sign_below_the_smallest_float():
    tiny = Fraction(1, 10**400)
    assert leg_margin(1 + tiny, Fraction(1), Fraction(1, 2), 0) > 0
    assert leg_margin(1 - tiny, Fraction(1), Fraction(1, 2), 0) < 0


def test_nothing_is_worth_nothing():
    assert count_legs(Fraction(0), Fraction(1), Fraction(1, 2), hint=-math.inf) == 0


@given(st.integers(-1, 10**12), st.integers(0, 10**12))
def test_last_true_from_any_hint(answer, hint):
    assert last_true(lambda k: k <= answer, hint) == answer


def test_exactly_keeps_fractions_and_integers():
    assert exactly(Fraction(1, 10), 0.1) == Fraction(1, 10) != exactly(0.1, 0.1)
    assert exactly(2**60 + 1, float(2**60 + 1)) == 2**60 + 1
