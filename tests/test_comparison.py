from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.validation.comparison import Comparison, ComparisonTable, Interval, Verdict, holm
from derelayl_econ.validation.significance import compare_frequency, compare_mean, compare_no_gain


def _row(p_value: float) -> Comparison:
    some = Interval(0.0, 0.5, 1.0)
    return Comparison(quantity="q", theory="2.1", unit="1", predicted=some, measured=some, seeds=20,
                      test="t", p_value=p_value, note="because")  # fmt: skip


@pytest.mark.parametrize("seed", [7, np.random.SeedSequence().entropy])
def test_a_right_prediction_is_refuted_as_rarely_as_the_level_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    trials = 2000
    p_values = [compare_mean("q", "t", 0.0, rng.normal(size=20)).p_value for _ in range(trials)]
    rejected = sum(p < 0.05 for p in p_values)
    assert stats.binomtest(rejected, trials, 0.05).pvalue > 1e-4, seed


@pytest.mark.parametrize("seed", [7, np.random.SeedSequence().entropy])
def test_a_fitted_prediction_carries_its_own_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    trials, error = 2000, 0.3
    rows = [
        compare_mean("q", "t", rng.normal(0, error), rng.normal(size=20), standard_error=error)
        for _ in range(trials)
    ]
    p_values = [row.p_value for row in rows]
    rejected = sum(p < 0.05 for p in p_values)
    assert stats.binomtest(rejected, trials, 0.05).pvalue > 1e-4, seed


def test_a_wrong_prediction_is_refuted() -> None:
    samples = np.random.default_rng(1).normal(1.0, 1.0, size=100)
    table = ComparisonTable(rows=(compare_mean("q", "t", 0.0, samples),), scenario="s")
    assert table.verdicts == (Verdict.REFUTED,)
    assert table.refuted[0].quantity == "q"


def test_frequencies_use_the_exact_binomial() -> None:
    row = compare_frequency("q", "t", 0.5, 3, 10, seeds=10)
    assert row.p_value == pytest.approx(stats.binomtest(3, 10, 0.5).pvalue)
    assert row.measured.low < 0.3 < row.measured.high
    with pytest.raises(InputError, match="successes"):
        compare_frequency("q", "t", 0.5, 11, 10, seeds=10)


def test_no_gain_is_one_sided() -> None:
    losing = compare_no_gain("q", "t", [-1.0, -1.1, -0.9, -1.2])
    winning = compare_no_gain("q", "t", [1.0, 1.1, 0.9, 1.2])
    assert losing.p_value > 0.99
    assert winning.p_value < 0.01


def test_samples_without_spread_are_compared_exactly() -> None:
    assert compare_mean("q", "t", 1.0, [1.0, 1.0]).p_value == 1.0
    assert compare_mean("q", "t", 1.1, [1.0, 1.0]).p_value == 0.0


def test_holm_by_hand() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.5]), [0.04, 0.09, 0.09, 0.5])
    assert holm([]).size == 0


def test_holm_decides_the_verdicts() -> None:
    table = ComparisonTable(rows=(_row(0.03), _row(0.04)), scenario="s")
    assert table.verdicts == (Verdict.CONFIRMED, Verdict.CONFIRMED)
    assert ComparisonTable(rows=(_row(0.02), _row(0.5)), scenario="s").verdicts[0] == "refuted"


def test_the_table_prints_explains_and_exports() -> None:
    table = ComparisonTable(rows=(_row(0.0), _row(1.0)), scenario="phones")
    assert "1 of 2 predictions confirmed" in str(table)
    assert table.notes() == "refuted: q. Probable cause: because"
    frame = table.to_frame()
    assert list(frame["verdict"]) == ["refuted", "confirmed"]
    assert frame["predicted_low"][0] == 0.0
    json.dumps(table.to_dict(), allow_nan=False)


@pytest.mark.parametrize("wrong", [[], [1.0], [1.0, math.nan], [[1.0, 2.0]]])
def test_bad_samples_are_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="one finite number per seed"):
        compare_mean("q", "t", 0.0, wrong)  # type: ignore[arg-type]
