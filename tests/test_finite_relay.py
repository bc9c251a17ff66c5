"""The finite relay: closed form, exact marginal leg, bounds, prices."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.finite_relay import (
    BUDGET,
    GAP_LEFT,
    LAST_LEG,
    LEG_GAIN,
    LEGS_BOUND,
    STOPPING_PRICE,
    FiniteRelay,
)

money = st.floats(0.01, 100)
rates = st.floats(0.01, 0.9)
relays = st.builds(FiniteRelay, money, money, money, st.floats(0.1, 10), rates)


def legs_by_story(relay: FiniteRelay, users: int = 1) -> int:
    """Trainers come one after the other; each compares reward and cost of the own leg."""
    gap, legs = Fraction(relay.gap), 0
    rate = Fraction(relay.learning_rate)
    unit = users * Fraction(relay.value) + Fraction(relay.price)
    while unit * rate * gap >= Fraction(relay.cost):
        gap, legs = gap - rate * gap, legs + 1
        assert legs < 3000
    return legs


@given(relays, st.integers(1, 50))
def test_legs_are_those_of_the_story(relay, users):
    assume(relay.learning_rate > 0.02)
    assert relay.legs() == legs_by_story(relay)
    assert relay.planner_legs(users) == legs_by_story(relay, users)
    assert relay.under_provision(users) == legs_by_story(relay, users) - legs_by_story(relay) >= 0


@pytest.mark.parametrize("seed", [11, None])
def test_legs_on_random_games_including_near_equality(seed):
    entropy = np.random.SeedSequence(seed).entropy
    rng = np.random.default_rng(entropy)
    for _ in range(150):
        value, price, gap = rng.uniform(0.1, 5, 3)
        rate, last = rng.uniform(0.05, 0.95), int(rng.integers(0, 25))
        # The float nearest to the worth of one leg: the logarithm cannot tell the two sides apart.
        cost = float((value + price) * rate * gap * (1 - rate) ** last)
        for near in (cost, math.nextafter(cost, 0), math.nextafter(cost, 10)):
            relay = FiniteRelay(value, price, near, gap, rate)
            assert relay.legs() == legs_by_story(relay), (entropy, relay)


@pytest.mark.parametrize("last", [0, 1, 5, 50, 190])
def test_at_exact_equality_the_leg_is_trained(last):
    # gamma = 1/2 halves: every number below is a binary fraction, and equality is exact.
    cost = 0.5 ** (last + 1)
    assert FiniteRelay(0.25, 0.75, cost, 1, 0.5).legs() == last + 1
    assert FiniteRelay(0.25, 0.75, math.nextafter(cost, 1), 1, 0.5).legs() == last


def test_equality_of_decimals_needs_fractions():
    # On paper gamma x_0 (1 - gamma) (w + lambda) = .1 * .9 * 10 = .9 = c, so two legs. The floats
    # are other numbers; fractions are taken exactly.
    exact = FiniteRelay(0, 10, Fraction(9, 10), 1, Fraction(1, 10))
    assert exact.legs() == 2
    floats = FiniteRelay(0, 10, 0.9, 1, 0.1)
    worth = 10 * Fraction(0.1) * (1 - Fraction(0.1))
    assert floats.legs() == (2 if worth >= Fraction(0.9) else 1)
    third = FiniteRelay(0, 1, Fraction(1, 3), 1, Fraction(1, 3))
    assert third.legs() == 1
    assert third.stopping_price(1) == 1.0


@given(relays)
def test_closed_form_up_to_rounding(relay):
    real = float(LAST_LEG(value=relay.value, price=relay.price, cost=relay.cost, gap=relay.gap,
                          learning_rate=relay.learning_rate))  # fmt: skip
    assume(abs(real - round(real)) > 1e-9)
    assert relay.legs() == (math.floor(real) + 1 if real >= 0 else 0)


@given(relays)
def test_two_sided_bound_on_the_gap_that_is_left(relay):
    # (1-gamma) c/(gamma (w+lambda)) <= x_K < c/(gamma (w+lambda)) once a leg was trained.
    assume(relay.legs() > 0)
    edge = relay.cost / (relay.learning_rate * (relay.value + relay.price))
    left = relay.final_quality_gap()
    assert (1 - relay.learning_rate) * edge <= left * (1 + 1e-12)
    assert left < edge * (1 + 1e-12)


@given(relays)
def test_no_more_legs_than_the_bound_on_any_curve(relay):
    assert relay.legs() <= relay.bound() * (1 + 1e-12)


@given(relays, st.floats(0.01, 1))
def test_legs_grow_with_the_logarithm_of_money(relay, share):
    # Cutting the reward to a share s costs ln(1/s)/(-ln(1-gamma)) legs, rounded.
    assume(relay.legs() > 0)
    cut = FiniteRelay(share * relay.value, share * relay.price, relay.cost, relay.gap,
                      relay.learning_rate)  # fmt: skip
    assume(cut.legs() > 0)
    lost = math.log(1 / share) / -math.log1p(-relay.learning_rate)
    assert abs(relay.legs() - cut.legs() - lost) <= 1 + 1e-9


@given(relays, st.floats(0.01, 100))
def test_the_unit_of_money_does_not_matter(relay, unit):
    money = [Fraction(unit) * Fraction(m) for m in (relay.value, relay.price, relay.cost)]
    scaled = FiniteRelay(*money, relay.gap, relay.learning_rate)
    assert scaled.legs() == relay.legs()


@given(relays, st.integers(1, 40))
def test_stopping_price_is_the_smallest_float_that_buys_the_legs(relay, legs):
    price = relay.stopping_price(legs)

    def bought(at: float) -> int:
        return FiniteRelay(relay.value, at, relay.cost, relay.gap, relay.learning_rate).legs()

    assert bought(price) >= legs
    if price > 0:
        assert bought(math.nextafter(price, 0)) < legs
    closed = float(STOPPING_PRICE(cost=relay.cost, gap=relay.gap, value=relay.value,
                                  learning_rate=relay.learning_rate, leg=legs - 1))  # fmt: skip
    assert price == pytest.approx(max(0, closed), rel=1e-9, abs=1e-12 * relay.value)


def test_stopping_price_at_the_ends():
    relay = FiniteRelay(5, 0, 1, 1, 0.5)
    assert relay.stopping_price(0) == 0
    assert relay.stopping_price(2) == 0  # the private value is enough
    assert FiniteRelay(1, 0, 1, 0, 0.5).stopping_price(1) == math.inf


@given(relays, st.integers(0, 30))
def test_gains_add_up_to_the_gap_closed(relay, legs):
    gains = relay.gains(legs)
    left = GAP_LEFT(gap=relay.gap, learning_rate=relay.learning_rate, leg=legs)
    assert gains.shape == (legs,)
    assert gains.sum() == pytest.approx(relay.gap - left, rel=1e-9, abs=1e-12)


@given(relays)
def test_budget_is_the_price_of_each_gain(relay):
    paid = sum(relay.price * float(gain) for gain in relay.gains(relay.legs()))
    assert relay.budget() == pytest.approx(paid, rel=1e-9, abs=1e-300)


def test_a_price_that_only_moves_money_can_buy_too_many_legs():
    relay = FiniteRelay(value=1, price=20, cost=1, gap=1, learning_rate=0.2)
    assert relay.under_provision(5) > 0
    assert relay.under_provision(5, price_is_transfer=True) < 0


def test_very_many_legs_are_counted_exactly():
    relay = FiniteRelay(0, 1, 1e-30, 1, 1e-12)
    legs = relay.legs()
    assert legs > 4e13
    assert relay.is_rational(legs - 1)
    assert not relay.is_rational(legs)


@pytest.mark.parametrize("price", [0, 1])
def test_nothing_to_gain_means_no_leg(price):
    assert FiniteRelay(0, price, 1, 0, 0.5).legs() == 0
    assert FiniteRelay(0, 0, 1, 5, 0.5).legs() == 0


def test_formulas_solve_what_they_claim():
    # At leg L the worth of the leg is the cost, identically; and the price formula inverts it.
    worth = (LEG_GAIN.expression * sp.Symbol("m")).subs(
        {s: LAST_LEG.expression for s in LEG_GAIN.expression.free_symbols if s.name == "leg"}
    )
    numbers = {"gap": 0.7, "learning_rate": 0.3, "value": 1.1, "price": 2.3, "cost": 0.05, "m": 3.4}
    by_name = {s: numbers[s.name] for s in worth.free_symbols}
    assert float(worth.subs(by_name)) == pytest.approx(0.05, rel=1e-12)
    gain = LEG_GAIN(gap=0.7, learning_rate=0.3, leg=4)
    price = STOPPING_PRICE(cost=0.05, gap=0.7, learning_rate=0.3, value=0.01, leg=4)
    assert gain * (0.01 + price) == pytest.approx(0.05, rel=1e-14)


def test_formulas_broadcast():
    legs = np.arange(4)
    rates = np.array([[0.1], [0.5]])
    assert LEG_GAIN(gap=1, learning_rate=rates, leg=legs).shape == (2, 4)
    assert BUDGET(price=2, gap=1, learning_rate=rates, leg=legs)[1, 1] == pytest.approx(1.0)
    assert LEGS_BOUND(value=[1, 2], price=0, gap=1, cost=0.5).tolist() == [2, 4]


@pytest.mark.parametrize(
    ("name", "bad"),
    [("value", -1), ("price", math.nan), ("cost", 0), ("cost", "1"), ("gap", -0.1),
     ("gap", math.inf), ("learning_rate", 0), ("learning_rate", 1), ("value", [1, 2])],
)  # fmt: skip
def test_bad_parameters_are_named(name, bad):
    good = {"value": 1, "price": 1, "cost": 1, "gap": 1, "learning_rate": 0.5}
    with pytest.raises(InputError, match=name):
        FiniteRelay(**{**good, name: bad})


@pytest.mark.parametrize(
    ("call", "name"),
    [(lambda r: r.gains(-1), "legs"), (lambda r: r.stopping_price(1.5), "legs"),
     (lambda r: r.planner_legs(0), "users"), (lambda r: r.is_rational(math.nan), "leg")],
)  # fmt: skip
def test_bad_arguments_are_named(call, name):
    with pytest.raises(InputError, match=name):
        call(FiniteRelay(1, 1, 1, 1, 0.5))


@pytest.mark.parametrize(
    ("name", "extreme"), [("cost", 1e-200), ("price", 1e61), ("learning_rate", 1e-70)]
)
def test_units_beyond_floats_are_refused_by_name(name, extreme):
    good = {"value": 1, "price": 1, "cost": 1, "gap": 1, "learning_rate": 0.5}
    with pytest.raises(InputError, match=f"{name} must be at"):
        FiniteRelay(**{**good, name: extreme})
    assert FiniteRelay(**{**good, "price": 1e-300}).legs() == FiniteRelay(1, 0, 1, 1, 0.5).legs()
