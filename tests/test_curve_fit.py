"""Fits of learning curves: the truth is recovered, intervals cover it, failures are said."""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom
from scipy.stats import t as student

from derelayl_econ.curve_fit import CurveFit
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.quality import (
    ExponentialCurve,
    HillCurve,
    LearningCurve,
    LogisticWalk,
    PowerCurve,
    compare_fits,
)

Array = npt.NDArray[np.float64]
EFFORT: Array = np.concatenate([[0.0], np.unique(np.geomspace(1, 1000, 30).round())])
TRUTHS = (
    ExponentialCurve(0.1, 0.9, 120.0),
    PowerCurve(0.1, 0.9, 20.0, 0.6),  # at b = 1 it would be the Hill curve with c = 1
    HillCurve(-2.3, -0.159, 30.6, 1.15),  # measured: logistic regression on digits
    HillCurve(-2.3, -0.127, 29.7, 1.72),  # measured: small network on digits
    HillCurve(-0.69, -0.044, 4.8, 0.73),
    LogisticWalk(0.05, 0.9, 0.02),
)


def measured(truth: LearningCurve, noise: float, rng: np.random.Generator) -> Array:
    spread = noise * (truth.quality_max - truth.quality_start)
    return truth.quality(EFFORT) + spread * rng.standard_normal(EFFORT.size)


def score(fit: CurveFit[LearningCurve], truth: LearningCurve) -> Array:
    """Distance from the truth in standard errors."""
    return np.array([(getattr(fit.curve, name) - getattr(truth, name)) / error
                     for name, error in fit.standard_errors.items()])  # fmt: skip


@pytest.mark.parametrize("truth", TRUTHS)
def test_exact_data_give_back_the_curve(truth: LearningCurve) -> None:
    fit = type(truth).fit(EFFORT, truth.quality(EFFORT))
    for name in fit.standard_errors:
        assert getattr(fit.curve, name) == pytest.approx(getattr(truth, name), rel=1e-6)
    assert fit.misfit < 1e-8


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize("seed", [11, None])
def test_truth_within_standard_errors(truth: LearningCurve, seed: int | None) -> None:
    """Fixed seed: four standard errors. Fresh seed: the t quantile of one in a million."""
    entropy = seed if seed is not None else np.random.SeedSequence().entropy
    fit = type(truth).fit(EFFORT, measured(truth, 0.005, np.random.default_rng(entropy)))
    freedom = EFFORT.size - len(fit.standard_errors)
    limit = 4.0 if seed is not None else float(student.isf(0.5e-6, freedom))
    assert np.abs(score(fit, truth)).max() < limit, f"seed {entropy}"
    assert fit.rmse == pytest.approx(math.sqrt(float((fit.residuals**2).mean())))
    assert 0.002 < fit.misfit < 0.01, f"seed {entropy}"
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), list(fit.standard_errors.values()))


def test_coverage_of_the_intervals() -> None:
    """Of 150 fits, those whose 95 % band holds the truth are binomial(150, .95)."""
    truth, runs, at = TRUTHS[3], 150, np.array([5.0, 60.0, 2000.0])
    held = np.zeros(at.size, dtype=np.int64)
    for stream in np.random.SeedSequence(2026).spawn(runs):
        fit = HillCurve.fit(EFFORT, measured(truth, 0.003, np.random.default_rng(stream)))
        low, middle, high = fit.predict(at)
        assert (low < middle).all()
        assert (middle < high).all()
        held += (low <= truth.quality(at)) & (truth.quality(at) <= high)
    fewest, most = binom.ppf([0.0005, 0.9995], runs, 0.95)
    assert ((held >= fewest) & (held <= most)).all(), held


def test_prediction_widens_with_level_and_keeps_shape() -> None:
    fit = HillCurve.fit(EFFORT, measured(TRUTHS[3], 0.01, np.random.default_rng(3)))
    at = np.array([[0.0, 10.0], [100.0, 5000.0]])
    low, middle, high = fit.predict(at, level=0.5)
    wide_low, _, wide_high = fit.predict(at, level=0.99)
    assert low.shape == (2, 2)
    assert ((wide_low < low) & (high < wide_high)).all()
    np.testing.assert_array_equal(middle, fit.quality(at))
    assert float(fit.gain(fit.quality(10.0))) > 0


@pytest.mark.parametrize("truth", TRUTHS)
def test_band_at_both_ends(truth: LearningCurve) -> None:
    """At no effort only the start is uncertain, far out only the ceiling."""
    fit = type(truth).fit(EFFORT, measured(truth, 0.005, np.random.default_rng(8)))
    low, _, high = fit.predict([0.0, 1e300])
    quantile = float(student.ppf(0.975, EFFORT.size - len(fit.standard_errors)))
    assert (high - low)[0] == pytest.approx(2 * quantile * fit.standard_errors["quality_start"])
    assert (high - low)[1] == pytest.approx(2 * quantile * fit.standard_errors["quality_max"])


def test_gradient_of_the_band_against_finite_differences() -> None:
    fit = PowerCurve.fit(EFFORT, measured(TRUTHS[1], 0.01, np.random.default_rng(4)))
    at, names = 40.0, list(fit.standard_errors)
    centre = {name: getattr(fit.curve, name) for name in names}
    slopes = []
    for name in names:
        step = 1e-5 * abs(centre[name])
        up, down = (PowerCurve(**{**centre, name: centre[name] + s}) for s in (step, -step))
        slopes.append(float(up.quality(at) - down.quality(at)) / (2 * step))
    variance = np.array(slopes) @ fit.covariance @ np.array(slopes)
    low, _, high = fit.predict(at, level=0.95)
    expected = float(student.ppf(0.975, EFFORT.size - 4)) * math.sqrt(variance)
    assert float(high - low) / 2 == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("truth", [TRUTHS[1], TRUTHS[3]])
def test_the_true_form_wins_by_aic(truth: LearningCurve) -> None:
    table = compare_fits(EFFORT, measured(truth, 0.002, np.random.default_rng(5)))
    assert type(table.best.curve) is type(truth)
    assert [fit.aic for fit in table.fits] == sorted(fit.aic for fit in table.fits)
    assert len(table.fits) == 3
    assert "HillCurve" in str(table)
    points = EFFORT.size
    squares = float((table.best.residuals**2).sum())
    assert table.best.aic == pytest.approx(points * math.log(squares / points) + 2 * 5)


def test_a_form_that_does_not_fit_says_so() -> None:
    """A power law bounded at b = 2 cannot follow an exponential: its optimum is on a bound."""
    quality = ExponentialCurve(0.1, 0.9, 120.0).quality(EFFORT)
    with pytest.raises(SolverError, match=r"bound of .*exponent") as failure:
        PowerCurve.fit(EFFORT, quality)
    assert isinstance(failure.value.partial, CurveFit)
    assert failure.value.partial.status != "converged"
    table = compare_fits(EFFORT, quality)
    assert type(table.best.curve) is ExponentialCurve
    assert any(re.search("bound", fit.status) for fit in table.fits)


def test_undetermined_parameters_have_infinite_errors() -> None:
    """All rise is over at the first later point, so that no point tells the scale."""
    fit = ExponentialCurve.fit([0, 0, 10, 20, 30], [0.10, 0.12, 0.91, 0.90, 0.89])
    assert fit.curve.quality_start == pytest.approx(0.11)
    assert fit.curve.quality_max == pytest.approx(0.90)
    assert set(fit.standard_errors.values()) == {math.inf}
    low, middle, high = fit.predict([1.0, 2.0])
    assert (low == -math.inf).all()
    assert (high == math.inf).all()
    assert np.isfinite(middle).all()
    assert "inf" in str(fit)


def test_a_jump_is_not_passed_off_as_a_curve() -> None:
    """A jump between two levels: the steepest Hill curve allowed is not steep enough."""
    quality = np.where(EFFORT < 50, 0.1, 0.9)
    with pytest.raises(SolverError, match="bound") as failure:
        HillCurve.fit(EFFORT, quality)
    assert failure.value.partial.curve.steepness > 19


def test_result_prints_and_serialises() -> None:
    fit = HillCurve.fit(EFFORT, measured(TRUTHS[3], 0.01, np.random.default_rng(7)))
    assert "steepness" in str(fit)
    assert "converged" in str(fit)
    assert set(fit.to_dict()["standard_errors"]) == set(fit.standard_errors)
    with pytest.raises(ValueError, match="read-only"):
        fit.residuals[0] = 1.0


@pytest.mark.parametrize(
    ("effort", "quality", "what"),
    [
        (EFFORT, EFFORT[:-1], "quality must have one value per effort"),
        ([0, 1, 2], [0.1, 0.2, 0.3], "number of points"),
        ([1, 1, 1, 2, 2, 2], [1, 2, 3, 4, 5, 6], "different efforts"),
        (EFFORT, -EFFORT, "rise with effort"),
        (EFFORT, np.ones_like(EFFORT), "rise with effort"),
        (-EFFORT, EFFORT, "effort"),
        (EFFORT, np.where(EFFORT == 0, math.nan, 1.0), "quality"),
        (EFFORT[None], EFFORT, "effort"),
        ([], [], "effort"),
        ("abc", EFFORT, "effort"),
    ],
)
def test_bad_points(effort: object, quality: object, what: str) -> None:
    with pytest.raises(InputError, match=what):
        HillCurve.fit(effort, quality)  # type: ignore[arg-type]


def test_bad_level() -> None:
    fit = ExponentialCurve.fit(EFFORT, TRUTHS[0].quality(EFFORT))
    with pytest.raises(InputError, match="level"):
        fit.predict([1.0], level=1.0)
