"""Half-widths of sampled means: against SciPy, by counting outcomes, and in other units."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from derelayl_econ.sampling_error import bounded_half_width, standard_errors, student_half_width

draws = st.lists(st.lists(st.integers(-20, 20), min_size=3, max_size=3), min_size=2, max_size=12)
levels = st.sampled_from([0.5, 0.8, 0.95, 0.999])


def bernoulli(ones, count):
    return np.array([[1.0]] * ones + [[0.0]] * (count - ones))


@given(draws, levels)
def test_student_half_widths_are_those_of_scipy(listed, confidence):
    drawn = np.array(listed, dtype=float)
    np.testing.assert_allclose(standard_errors(drawn), stats.sem(drawn), atol=1e-12)
    for column, half in zip(drawn.T, student_half_width(drawn, confidence), strict=True):
        if np.ptp(column):  # SciPy has no interval around equal numbers
            low, high = stats.ttest_1samp(column, 0).confidence_interval(confidence)
            assert half == pytest.approx((high - low) / 2, rel=1e-9)
        else:
            assert half == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("chance", [0.003, 0.02, 0.1, 0.5, 0.83, 0.995])
@pytest.mark.parametrize(("count", "confidence"), [(2, 0.5), (30, 0.8), (200, 0.9), (200, 0.99)])
def test_bounded_intervals_hold_exactly_for_a_coin(chance, count, confidence):
    """The probability of all numbers of heads whose interval holds the chance, summed up."""
    covered = sum(
        stats.binom.pmf(ones, count, chance)
        for ones in range(count + 1)
        if abs(ones / count - chance)
        <= bounded_half_width(bernoulli(ones, count), confidence, 1.0)[0]
    )
    assert covered >= confidence


def test_student_intervals_do_not_hold_for_a_rare_event():
    """Why the bounded ones are there: 200 draws, chance 0.003, nothing seen more often than not."""
    covered = sum(
        stats.binom.pmf(ones, 200, 0.003)
        for ones in range(201)
        if abs(ones / 200 - 0.003) <= student_half_width(bernoulli(ones, 200), 0.95)[0]
    )
    assert covered < 0.5


@given(draws, levels, st.sampled_from([0.25, 8.0]))
def test_other_units_scale_half_widths(listed, confidence, unit):
    drawn = np.array(listed, dtype=float)
    for found, wanted in (
        (student_half_width(drawn * unit, confidence), student_half_width(drawn, confidence)),
        (bounded_half_width(drawn * unit, confidence, 40 * unit),
         bounded_half_width(drawn, confidence, 40)),
    ):  # fmt: skip
        np.testing.assert_allclose(found, unit * wanted, rtol=1e-12, atol=1e-12)


@given(draws, levels)
def test_relabelling_players_relabels_half_widths(listed, confidence):
    drawn = np.array(listed, dtype=float)
    order = [2, 0, 1]
    for width in (student_half_width, lambda d, c: bounded_half_width(d, c, 40.0)):
        # sums of a permuted array are rounded in another order
        np.testing.assert_allclose(width(drawn[:, order], confidence),
                                   width(drawn, confidence)[order], rtol=1e-12)  # fmt: skip


def test_more_players_and_more_confidence_need_wider_intervals():
    one = bernoulli(10, 40)
    alone, sure = (bounded_half_width(one, c, 1.0)[0] for c in (0.9, 0.99))
    together = bounded_half_width(np.repeat(one, 5, axis=1), 0.9, 1.0)
    assert alone < together[0] < sure
    assert together.tolist() == [together[0]] * 5
    assert together[0] == pytest.approx(bounded_half_width(one, 0.98, 1.0)[0])  # 0.1/5 = 0.02


def test_little_variance_is_rewarded_after_many_draws():
    """The empirical Bernstein bound falls like 1/m without variance, Hoeffding's like its root."""
    few, many = (bounded_half_width(np.zeros((m, 1)), 0.95, 1.0)[0] for m in (1001, 100_001))
    assert many == pytest.approx(few / 100, rel=1e-9)
    spread = bounded_half_width(bernoulli(50_000, 100_000), 0.95, 1.0)[0]
    assert spread == pytest.approx(math.sqrt(math.log(80) / 200_000))  # 4/0.05 = 80: Hoeffding
