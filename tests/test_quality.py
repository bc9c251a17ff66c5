"""Learning curves: formulas against their definitions, accuracy at the ceiling, bad input."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.quality import (
    EFFORT_SPEED,
    ExponentialCurve,
    HillCurve,
    LearningCurve,
    LogisticWalk,
    PowerCurve,
)

CURVES = (
    ExponentialCurve(0.1, 0.9, 25.0),
    PowerCurve(0.1, 0.9, 12.0, 0.6),
    PowerCurve(-2.3, -0.1, 30.0, 2.0),
    HillCurve(0.1, 0.9, 30.0, 1.35),
    HillCurve(-0.7, -0.04, 0.48, 0.73),
    HillCurve(0.0, 1.0, 50.0, 3.0),
    LogisticWalk(0.05, 1.0, 0.03),
)
shape = st.floats(0.3, 3.0)
curves = st.one_of(
    st.builds(ExponentialCurve, st.floats(-2, 0.4), st.floats(0.5, 3), st.floats(0.5, 200)),
    st.builds(PowerCurve, st.floats(-2, 0.4), st.floats(0.5, 3), st.floats(0.5, 200),
              st.floats(0.1, 2.0)),
    st.builds(HillCurve, st.floats(-2, 0.4), st.floats(0.5, 3), st.floats(0.5, 200), shape),
    st.builds(LogisticWalk, st.floats(0.01, 0.4), st.floats(0.5, 3), st.floats(0.01, 1)),
)  # fmt: skip


def parameters(curve: LearningCurve) -> dict[str, float]:
    return {name: getattr(curve, name) for name in curve.__dataclass_fields__
            if name != "start_domain"}  # fmt: skip


def exact_gap(curve: LearningCurve, effort: object) -> mpmath.mpf:
    """The gap written from the prose, in 60 digits: the second opinion of this file."""
    p = {name: mpmath.mpf(value) for name, value in parameters(curve).items()}
    e, rise = mpmath.mpf(effort), p["quality_max"] - p["quality_start"]
    if isinstance(curve, ExponentialCurve):
        return rise * mpmath.exp(-e / p["effort_scale"])
    if isinstance(curve, PowerCurve):
        return rise / (1 + e / p["effort_scale"]) ** p["exponent"]
    if isinstance(curve, HillCurve):
        return rise / (1 + (e / p["effort_scale"]) ** p["steepness"])
    logit = mpmath.log(p["quality_start"] / (p["quality_max"] - p["quality_start"]))
    return p["quality_max"] / (1 + mpmath.exp(logit + p["step"] * e))


@pytest.mark.parametrize("curve", CURVES)
def test_quality_starts_rises_and_stays_below_the_ceiling(curve: LearningCurve) -> None:
    effort = np.linspace(0, 400, 81)
    quality = curve.quality(effort)
    assert quality.shape == effort.shape
    assert quality[0] == curve.quality_start
    known = parameters(curve)
    np.testing.assert_allclose(
        curve.formulas().quality(effort=effort, **known), quality, rtol=1e-14
    )
    assert (np.diff(quality) > 0).all()
    assert quality[-1] < curve.quality_max
    assert curve.quality(effort.reshape(9, 9)).shape == (9, 9)
    assert curve.quality(3.0).shape == ()


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("effort", [0.0, 0.5, 7.0, 150.0])
def test_values_agree_with_high_precision(curve: LearningCurve, effort: float) -> None:
    with mpmath.workdps(60):
        gap = exact_gap(curve, effort)
        gain = gap - exact_gap(curve, effort + 1)
        assert float(curve.quality_max - gap) == pytest.approx(float(curve.quality(effort)))
        found = curve.formulas().gain(effort=effort, **parameters(curve))
        assert float(found) == pytest.approx(float(gain), rel=1e-13)


@pytest.mark.parametrize("curve", CURVES)
def test_gain_keeps_its_digits_close_to_the_ceiling(curve: LearningCurve) -> None:
    """Subtracting two qualities would lose every digit here; the stated form loses none."""
    quality = curve.quality_max - 1e-13 * (curve.quality_max - curve.quality_start)
    with mpmath.workdps(60):
        gap = mpmath.mpf(curve.quality_max) - mpmath.mpf(quality)
        low, high = mpmath.mpf(0), mpmath.mpf(10) ** 60
        for _ in range(400):  # the effort by bisection of the prose formula
            middle = (low + high) / 2
            low, high = (middle, high) if exact_gap(curve, middle) > gap else (low, middle)
        truth = float(gap - exact_gap(curve, low + 1))
    assert float(curve.gain(quality)) == pytest.approx(truth, rel=1e-10)
    naive = curve.quality(curve.effort(quality) + 1) - quality
    assert abs(float(naive) / truth - 1) > 1e-10


@pytest.mark.parametrize("curve", CURVES)
def test_marginal_is_the_derivative(curve: LearningCurve) -> None:
    effort = np.array([0.3, 2.0, 20.0, 90.0])
    known = parameters(curve)
    slope = curve.formulas().quality.diff("effort")
    inputs = {name: known[name] for name in slope.arguments if name != "effort"}
    np.testing.assert_allclose(curve.marginal(effort), slope(effort=effort, **inputs), rtol=1e-12)
    step = 1e-4 * effort
    central = (curve.quality(effort + step) - curve.quality(effort - step)) / (2 * step)
    np.testing.assert_allclose(curve.marginal(effort), central, rtol=1e-5)


@pytest.mark.parametrize(
    "curve",
    [HillCurve(0, 1, 1e-3, 60), HillCurve(0, 1, 1e6, 60), HillCurve(0, 1, 1e-100, 5),
     PowerCurve(0, 1, 1e-6, 0.01), ExponentialCurve(0, 1, 1e-3), LogisticWalk(1e-9, 1, 50)],
)  # fmt: skip
def test_extreme_parameters_give_numbers(curve: LearningCurve) -> None:
    effort = np.array([0.0, 1e-300, 1.0, 1e3, 1e12, 1e300])
    gain = curve.formulas().gain(effort=effort, **parameters(curve))
    for found in (curve.quality(effort), curve.marginal(effort), gain):
        assert np.isfinite(found).all()
        assert (found >= 0).all()
    assert np.isfinite(curve.gain([curve.quality_start, 0.5, 1 - 1e-16, 1.0])).all()


def test_marginal_of_hill_at_zero_effort() -> None:
    assert float(HillCurve(0, 1, 10, 2.0).marginal(0)) == 0
    assert float(HillCurve(0, 1, 10, 1.0).marginal(0)) == pytest.approx(0.1)
    assert float(HillCurve(0, 1, 10, 0.5).marginal(0)) == math.inf


def test_exact_rationals_at_integer_exponents() -> None:
    third = Fraction(1, 3)
    power = PowerCurve(0, 1, 4, 2).formulas()
    inputs = {"quality_start": third, "quality_max": 1, "effort_scale": 4}
    found = power.quality.exact(effort=6, exponent=2, **inputs)
    assert Fraction(str(found)) == 1 - Fraction(2, 3) / Fraction(10, 4) ** 2
    gain = power.gain.exact(effort=6, exponent=2, **inputs)
    assert Fraction(str(sp.nsimplify(gain))) == Fraction(2, 3) * (
        1 / Fraction(10, 4) ** 2 - 1 / Fraction(11, 4) ** 2
    )
    hill = HillCurve(0, 1, 4, 3).formulas()
    found = hill.quality.exact(effort=6, steepness=3, **inputs)
    assert Fraction(str(found)) == 1 - Fraction(2, 3) / (1 + Fraction(6, 4) ** 3)


@pytest.mark.parametrize("curve", CURVES)
def test_stated_inverse_solves_the_equation(curve: LearningCurve) -> None:
    forms = curve.formulas()
    values = {sp.Symbol(name, real=True): sp.Rational(str(value))
              for name, value in parameters(curve).items()}  # fmt: skip
    quality, effort = sp.Symbol("quality", real=True), sp.Symbol("effort", real=True)
    for legs in (sp.Rational(1, 100), sp.Integer(1), sp.Integer(77)):
        reached = forms.quality.expression.subs(values | {effort: legs})
        back = forms.effort.expression.subs(values | {quality: reached})
        assert abs(sp.N(back.rewrite(sp.log).rewrite(sp.exp) - legs, 40, maxn=400)) < 1e-30


@pytest.mark.parametrize("curve", CURVES)
def test_round_trip_in_floating_point(curve: LearningCurve) -> None:
    effort = np.array([0.0, 1.0, 30.0])
    np.testing.assert_allclose(curve.effort(curve.quality(effort)), effort, rtol=1e-9, atol=1e-12)
    quality = np.linspace(curve.quality_start, curve.quality_max, 20, endpoint=False)
    np.testing.assert_allclose(curve.quality(curve.effort(quality)), quality, rtol=1e-12)


@given(curves, st.integers(1, 60))
def test_gains_telescope_and_are_positive(curve: LearningCurve, legs: int) -> None:
    gains = curve.gains(legs)
    assert gains.shape == (legs,)
    assert (gains > 0).all()
    rise = float(curve.quality(legs)) - float(curve.quality(0))
    assert gains.sum() == pytest.approx(rise, rel=1e-9, abs=1e-12)
    levels = curve.quality(np.arange(legs))
    inside = levels < curve.quality_max * (1 - 1e-6)
    np.testing.assert_allclose(curve.gain(levels)[inside], gains[inside], rtol=1e-6)


def test_gain_is_zero_at_the_ceiling_and_gains_may_be_none() -> None:
    for curve in CURVES:
        assert float(curve.gain(curve.quality_max)) == 0
        assert curve.gains(0).shape == (0,)


def test_geometric_curve_of_the_finite_relay() -> None:
    curve = ExponentialCurve.from_learning_rate(0.2, 1.0, 0.2)
    legs = np.arange(10)
    np.testing.assert_allclose(curve.quality(legs), 1 - 0.8 * 0.8**legs, rtol=1e-14)
    assert curve.learning_rate == pytest.approx(0.2, rel=1e-14)
    np.testing.assert_allclose(curve.gains(10), 0.2 * 0.8 * 0.8**legs, rtol=1e-13)


@pytest.mark.parametrize("steepness", [1.15, 1.72, 3.0])
def test_hill_inflection(steepness: float) -> None:
    curve = HillCurve(0.0, 1.0, 30.0, steepness)
    assert curve.inflection == pytest.approx(
        30 * ((steepness - 1) / (steepness + 1)) ** (1 / steepness)
    )
    grid = np.linspace(0.5, 1.5, 20_001) * curve.inflection
    assert grid[curve.marginal(grid).argmax()] == pytest.approx(curve.inflection, rel=1e-3)
    assert curve.gain(0.0) < curve.gain(curve.quality(curve.inflection))  # a slow start


def test_inflection_of_the_other_curves() -> None:
    assert [curve.inflection for curve in CURVES[:3]] == [0, 0, 0]
    assert HillCurve(0, 1, 30, 0.73).inflection == 0
    assert HillCurve(0, 1, 30, 1).inflection == 0
    assert LogisticWalk(0.6, 1, 0.1).inflection == 0
    walk = LogisticWalk(0.1, 1, 0.1)
    assert float(walk.quality(walk.inflection)) == pytest.approx(0.5)


def test_logistic_walk_adds_its_step_to_the_logit() -> None:
    quality = LogisticWalk(0.2, 1.0, 0.7).quality(np.arange(6))
    np.testing.assert_allclose(np.diff(np.log(quality / (1 - quality))), 0.7, rtol=1e-12)


def test_effort_speed_against_the_measured_speeds() -> None:
    """Measured speed of E = 1, 3, 10, 30 local epochs, logistic regression on equal shards."""
    speed = EFFORT_SPEED(epochs=[1, 3, 10, 30], epoch_scale=13.4)
    np.testing.assert_allclose(speed, [1, 2.6, 6.2, 10.0], rtol=0.02)


def test_latex_comes_from_the_formula() -> None:
    assert r"q_{\max}" in HillCurve(0, 1, 2, 3).latex
    assert "E_0" in HillCurve(0, 1, 2, 3).latex


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: HillCurve(0, 1, -3, 1), "effort_scale"),
        (lambda: HillCurve(0, 1, 3, 0), "steepness"),
        (lambda: PowerCurve(0, 1, 3, 2.5), "exponent"),
        (lambda: PowerCurve(0, 1, 3, math.nan), "exponent"),
        (lambda: ExponentialCurve(1, 1, 3), "quality_max"),
        (lambda: ExponentialCurve(2, 1, 3), "quality_max"),
        (lambda: ExponentialCurve(0, math.inf, 3), "quality_max"),
        (lambda: ExponentialCurve("0", 1, 3), "quality_start"),  # type: ignore[arg-type]
        (lambda: LogisticWalk(0, 1, 3), "quality_start"),
        (lambda: LogisticWalk(0.1, 1, 0), "step"),
        (lambda: ExponentialCurve.from_learning_rate(0, 1, 1.0), "learning_rate"),
        (lambda: CURVES[0].quality([-1.0]), "effort"),
        (lambda: CURVES[0].quality([]), "effort"),
        (lambda: CURVES[0].quality("many"), "effort"),  # type: ignore[arg-type]
        (lambda: CURVES[0].effort(0.9), "quality"),
        (lambda: CURVES[0].effort(0.05), "quality"),
        (lambda: CURVES[0].gain(0.91), "quality"),
        (lambda: CURVES[0].gains(-1), "legs"),
        (lambda: CURVES[0].gains(2.5), "legs"),  # type: ignore[arg-type]
    ],
)
def test_bad_input(build: object, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()  # type: ignore[operator]


def test_the_base_class_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        LearningCurve(0, 1)  # type: ignore[abstract]
