from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

b, c, n = symbol("benefit"), symbol("cost"), symbol("participants")
VOLUNTEER = Formula("volunteer", 1 - (c / b) ** (1 / (n - 1)), "Diekmann 1985")


def test_values_broadcast() -> None:
    result = VOLUNTEER(cost=[[1.0], [2.0]], benefit=4.0, participants=[2, 3, 5])
    assert result.shape == (2, 3)
    assert result[0, 1] == pytest.approx(0.5)


def test_a_constant_keeps_the_shape_of_its_arguments() -> None:
    constant = Formula("zero slope", sp.Integer(2) * c / c, "trap: lambdify drops the shape")
    assert constant().shape == ()
    slope = Formula("line", 2 * c + b, "trap").diff("cost")
    assert float(slope()) == 2.0


def test_missing_and_unknown_arguments_are_named() -> None:
    with pytest.raises(InputError, match="include benefit, participants"):
        VOLUNTEER(cost=1)
    with pytest.raises(InputError, match="Did you mean benefit"):
        VOLUNTEER(cost=1, benefit=2, participants=2, benefits=3)
    with pytest.raises(InputError, match="among"):
        VOLUNTEER.diff("discount")


def test_small_arguments_do_not_cancel() -> None:
    x = symbol("cost")
    logarithm = Formula("log(1 + x)", sp.log(1 + x), "trap: cancellation")
    exponential = Formula("exp(x) - 1", sp.exp(x) - 1, "trap: cancellation")
    assert float(logarithm(cost=1e-18)) == pytest.approx(1e-18, rel=1e-12)
    assert float(exponential(cost=1e-18)) == pytest.approx(1e-18, rel=1e-12)


def test_large_exponents_do_not_overflow_where_the_plain_form_does_not() -> None:
    # Trap: optims_c99 writes exp(-x)/(1 + exp(-x))**2 with exp(x) above and below the line.
    x = symbol("cost")
    bump = Formula("logistic density", sp.exp(-x) / (1 + sp.exp(-x)) ** 2, "trap: overflow")
    assert float(bump(cost=800.0)) == 0.0
    assert float(bump.diff("cost")(cost=700.0)) == pytest.approx(-math.exp(-700.0), rel=1e-9)


def test_piecewise_evaluates_every_branch_without_warnings() -> None:
    x = symbol("cost")
    piecewise = Formula("log or 0", sp.Piecewise((sp.log(x), x > 0), (0, True)), "trap")
    np.testing.assert_array_equal(piecewise(cost=[0.0, 1.0]), [0.0, 0.0])


@given(st.fractions(0, 1), st.integers(1, 50))
def test_exact_values_are_rational(fraction: Fraction, k: int) -> None:
    square = Formula("square", c**2 + b, "test")
    assert square.exact(cost=fraction, benefit=k) == sp.Rational(fraction) ** 2 + k


def test_a_float_is_taken_as_the_number_it_is() -> None:
    assert Formula("c", c * 1, "test").exact(cost=0.1) == sp.Rational(*(0.1).as_integer_ratio())
    with pytest.raises(InputError):
        Formula("c", c * 1, "test").exact(cost=math.inf)


@given(st.floats(0.1, 0.9), st.floats(1.0, 5.0), st.integers(2, 40))
def test_the_derivative_matches_finite_differences(cost: float, benefit: float, n_: int) -> None:
    step = 1e-6
    values = {"benefit": benefit, "participants": n_}
    slope = float(VOLUNTEER.diff("cost")(cost=cost, **values))
    high, low = (float(VOLUNTEER(cost=cost + h, **values)) for h in (step, -step))
    assert slope == pytest.approx((high - low) / (2 * step), rel=1e-5, abs=1e-7)


def test_latex_uses_the_symbols_of_the_notation_table() -> None:
    product = Formula("x", symbol("leakage") * symbol("quality_max"), "test")
    assert r"\theta" in product.latex
    assert r"q_{\max}" in product.latex


def test_assumptions_about_sympy_hold() -> None:
    # Symbols carry no sign: SymPy must not decide inequalities that are hypotheses.
    assert (c > 0) not in (True, False)
    # Keyword evaluation relies on names being unique among free symbols.
    assert {s.name for s in VOLUNTEER.expression.free_symbols} == set(VOLUNTEER.arguments)
