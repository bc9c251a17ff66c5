"""Concave benefits: forms, inverse of the marginal quality, and the curves that are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from derelayl_econ.errors import InputError
from derelayl_econ.games.benefit import Benefit
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.games.effort_at_slope import DEMAND, effort_at_slope
from derelayl_econ.games.public_benefit import ConcaveBenefit
from derelayl_econ.notation import symbol
from derelayl_econ.quality import ExponentialCurve, HillCurve, LogisticWalk, PowerCurve

scales = st.floats(0.01, 100)
curves = st.one_of(
    st.builds(LogCurve, height=scales, effort_scale=scales),
    st.builds(RootCurve, height=scales, effort_scale=scales, exponent=st.floats(0.05, 0.9)),
    st.builds(ExponentialCurve, st.floats(-1, 0.5), st.floats(0.6, 2), scales),
    st.builds(PowerCurve, st.floats(-1, 0.5), st.floats(0.6, 2), scales, st.floats(0.05, 2)),
    st.builds(HillCurve, st.floats(-1, 0.5), st.floats(0.6, 2), scales, st.floats(0.05, 1)),
    st.builds(LogisticWalk, st.floats(0.5, 0.9), st.floats(0.95, 1), st.floats(0.01, 2)),
)


@pytest.mark.parametrize("form", [LogCurve, RootCurve])
def test_marginal_and_inverse_follow_from_the_quality(form):
    slope = sp.diff(form.quality_formula.expression, symbol("effort"))
    numbers = {
        s: sp.Rational(*p)
        for s, p in zip(
            sorted(slope.free_symbols, key=str), ((7, 3), (5, 2), (3, 7), (2, 5)), strict=False
        )
    }
    stated = form.marginal_formula.expression
    assert float((slope - stated).subs(numbers)) == pytest.approx(0, abs=1e-15)
    inverse = form.inverse_formula.expression.subs(symbol("marginal_quality"), stated)
    assert float(inverse.subs(numbers)) == pytest.approx(float(numbers[symbol("effort")]))


@pytest.mark.parametrize("form", list(DEMAND))
def test_the_shipped_inverses_invert_the_shipped_marginals(form):
    marginal = form.formulas().marginal.expression
    given_numbers = {"effort": 3, "effort_scale": 2, "quality_max": 1, "step": 0.7,
                     "quality_start": 0.6, "exponent": 0.8}  # fmt: skip
    known = {s: given_numbers[s.name] for s in marginal.free_symbols}
    kappa = marginal.subs(known)
    expression = DEMAND[form].expression
    found = expression.subs({s: kappa if s.name == "marginal_quality" else given_numbers[s.name]
                             for s in expression.free_symbols})  # fmt: skip
    assert float(found) == pytest.approx(3)


@given(curves, st.floats(-8, 2))
def test_demand_is_where_the_marginal_quality_is_kappa(curve, exponent):
    benefit, kappa = Benefit(curve), 10.0**exponent
    demand = float(benefit.demand(kappa))
    if demand == 0:
        assert float(benefit.slope(0.0)) <= kappa * (1 + 1e-12) or isinstance(curve, HillCurve)
        return
    assert float(benefit.slope(demand)) == pytest.approx(kappa, rel=1e-9)
    low, high = demand / 2, 2 * demand  # again, without any inverse: the slope changes sign once
    found = brentq(lambda x: math.log(float(benefit.slope(x)) / kappa), low, high, rtol=1e-13)
    assert demand == pytest.approx(found, rel=1e-7)


@given(curves, st.lists(st.floats(0, 50), min_size=2, max_size=6))
def test_rises_are_concave_and_increasing_and_start_at_zero(curve, efforts):
    benefit = Benefit(curve)
    assert float(benefit.rise(0.0)) == 0
    points = np.unique(np.round(efforts, 3))
    rises = benefit.rise(points)
    assert (np.diff(rises) >= 0).all()
    slopes = np.diff(rises) / np.diff(points)
    assert (np.diff(slopes) <= 1e-9 * (1 + np.abs(slopes[:-1]))).all()


@given(curves, st.floats(0, 100))
def test_the_plain_function_is_the_same_rise(curve, effort):
    benefit = Benefit(curve)
    scale = 1 + abs(benefit.start) + float(benefit.rise(effort))
    assert benefit.rise_at(effort) == pytest.approx(float(benefit.rise(effort)), abs=1e-13 * scale)


def test_given_functions_are_inverted_by_a_root():
    given_log = Benefit(ConcaveBenefit(np.log1p, lambda effort: 1 / (1 + effort)))
    kappas = np.array([[0.3, 2.0, 1e-9], [0.3, 1.0, np.inf]])  # any shape, repeated, infinite
    assert given_log.demand(kappas) == pytest.approx(Benefit(LogCurve()).demand(kappas), rel=1e-12)
    assert given_log.rise_at(2.0) == pytest.approx(math.log(3))
    steep = Benefit(ConcaveBenefit(np.sqrt, lambda effort: 0.5 / np.sqrt(effort)))
    assert steep.demand([0.5, 1e-3]) == pytest.approx([1, 250_000], rel=1e-12)


@given(st.floats(0.01, 0.49), st.floats(0.01, 2), st.floats(0.001, 0.999))
def test_beyond_the_inflection_of_a_logistic_walk(start, step, share):
    walk = LogisticWalk(start, 1, step)
    top = float(walk.marginal(walk.inflection))
    effort = effort_at_slope(walk, share * top)
    assert effort > walk.inflection
    assert float(walk.marginal(effort)) == pytest.approx(share * top, rel=1e-9)
    assert effort_at_slope(walk, top) == pytest.approx(walk.inflection)
    assert effort_at_slope(walk, 1.001 * top) == 0


def test_a_slope_that_is_no_number_at_zero_itself_is_not_asked_for():
    def marginal(effort):  # of ln(1 + E) again, but 0/0 at 0
        return effort / (effort * (1 + effort))

    assert float(Benefit(ConcaveBenefit(np.log1p, marginal)).demand(0.25)) == pytest.approx(3)


def test_demand_is_zero_for_those_whom_the_first_leg_does_not_pay():
    benefit = Benefit(ExponentialCurve(0, 1, effort_scale=10))
    assert benefit.demand([0.1, 0.2, np.inf]).tolist() == [0, 0, 0]
    assert float(benefit.demand(0.05)) == pytest.approx(10 * math.log(2))
    assert float(Benefit(RootCurve()).demand(1e3)) > 0  # an infinite first slope: always pays


@given(st.floats(0.2, 1), st.floats(-10, 3))
def test_the_hill_inverse_near_the_hyperbola(steepness, exponent):
    # c = 1 is the shifted power of exponent 1, in closed form; c just below must come close to it.
    kappa = 10.0**exponent
    hyperbola = Benefit(HillCurve(0, 1, effort_scale=2, steepness=1.0))
    power = Benefit(PowerCurve(0, 1, effort_scale=2, exponent=1.0))
    assert float(hyperbola.demand(kappa)) == pytest.approx(float(power.demand(kappa)), rel=1e-12)
    hill = Benefit(HillCurve(0, 1, effort_scale=2, steepness=steepness))
    effort = float(hill.demand(kappa))
    if effort > 1e-280:
        u = effort / 2
        slope = (
            steepness / 2 * u ** (steepness - 1) / (1 + u**steepness) ** 2
        )  # from q = 1/(1+u^-c)
        assert slope == pytest.approx(kappa, rel=1e-8)


# ---------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        (HillCurve(0, 1, 10, steepness=1.5), "S-shaped up to an effort of"),
        (LogisticWalk(0.2, 1, 0.5), "S-shaped"),
        (None, "be a learning curve or a ConcaveBenefit"),
        (LogCurve, "be a learning curve"),
        ("log", "be a learning curve"),
    ],
)
def test_curves_without_the_wanted_shape_are_refused(curve, message):
    with pytest.raises(InputError, match=message) as caught:
        Benefit(curve)
    assert str(caught.value).startswith("curve must")


def test_the_border_of_the_s_shape_is_accepted():
    assert Benefit(HillCurve(0, 1, 10, steepness=1.0)).rise(10.0) == pytest.approx(0.5)
    assert Benefit(LogisticWalk(0.5, 1, 0.5)).start == 0.5


def test_given_functions_are_checked_where_the_game_uses_them():
    def bent(effort):  # a straight piece from 1e8 to 3e8, beyond what the constructor looks at
        return 1 / (1 + np.where(effort < 1e8, effort, np.maximum(1e8, effort - 2e8)))

    def area(effort):
        low = np.log1p(np.minimum(effort, 1e8))
        flat = np.clip(effort - 1e8, 0, 2e8) / (1 + 1e8)
        return low + flat + np.log1p(np.maximum(effort - 2e8, 1e8)) - math.log1p(1e8)

    curve = ConcaveBenefit(area, bent)
    Benefit(curve).check_concave(5e7)
    with pytest.raises(InputError, match="strictly concave up to an effort of 2e"):
        Benefit(curve).check_concave(2e8)
    shifted = ConcaveBenefit(np.log1p, lambda e: np.where(e < 1e7, 1, 0.5) / (1 + e))
    with pytest.raises(InputError, match="be a concave function and its derivative"):
        Benefit(shifted).check_concave(1e9)


def test_a_benefit_without_a_start_is_refused():
    bottomless = ConcaveBenefit(np.log, lambda effort: 1 / effort)
    with pytest.raises(InputError, match="finite quality at every effort, 0 included"):
        Benefit(bottomless).rise([1.0])


def test_efforts_that_floats_cannot_hold_are_refused():
    with pytest.raises(InputError, match="Somebody would never stop"):
        Benefit(RootCurve(exponent=0.999)).demand(1e-3)


@pytest.mark.parametrize(
    ("make", "name"),
    [(lambda: LogCurve(height=0), "height"), (lambda: LogCurve(effort_scale=math.inf), "effort"),
     (lambda: RootCurve(exponent=1), "exponent"), (lambda: RootCurve(exponent=0), "exponent"),
     (lambda: LogCurve(height=1e70), "height"), (lambda: LogCurve().quality(-1), "effort"),
     (lambda: LogCurve().effort_at(0), "marginal"), (lambda: LogCurve().marginal([]), "effort")],
)  # fmt: skip
def test_bad_arguments_are_named(make, name):
    with pytest.raises(InputError, match=name):
        make()
