"""Splits by length: exact recursions, the bound, and who still gains by merging."""

from __future__ import annotations

import functools
import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.length_split import (
    LEAST_SHARE_BOUND,
    PLACE_PAY,
    LengthSplit,
    insertion_defect,
    least_share_bound,
)
from derelayl_econ.games.splitting import merge_profit, split_profit
from derelayl_econ.notation import symbol

leans = st.lists(st.floats(0, 1), min_size=1, max_size=4)


def tilted(pool: Fraction, x: Fraction, place: int, length: int) -> Fraction:
    """R x^(i-1)/(1+x)^(L-1), as proofs.md T7 (v) has it."""
    return pool * x ** (place - 1) / (1 + x) ** (length - 1)


@given(st.fractions(0, 9, max_denominator=20), st.integers(1, 9))
def test_tilted_splits_exactly(x: Fraction, length: int) -> None:
    pays = LengthSplit.tilted(8.0, float(x)).pay(length)
    expected = [float(tilted(Fraction(8), x, i, length)) for i in range(1, length + 1)]
    np.testing.assert_allclose(pays, expected, rtol=1e-9, atol=1e-12)
    if length > 1:
        for i in range(1, length):
            pair = tilted(Fraction(8), x, i, length) + tilted(Fraction(8), x, i + 1, length)
            assert pair == tilted(Fraction(8), x, i, length - 1)


def test_the_two_forms_are_one() -> None:
    x, i, count = (symbol(code) for code in ("tilt", "place", "path_legs"))
    form = symbol("pool") * x ** (i - 1) / (1 + x) ** (count - 1)
    leaned = PLACE_PAY.expression.subs(symbol("lean"), x / (1 + x))
    for numbers in itertools.product((sp.Rational(2, 3), 3), (1, 2, 4), (4, 6)):
        known = dict(zip((x, i, count), numbers, strict=True)) | {symbol("pool"): 5}
        assert leaned.subs(known) == form.subs(known)


@given(leans, st.integers(2, 8), st.data())
def test_neutral_in_pairs_and_within_the_bound(
    places: list[float], length: int, data: st.DataObject
) -> None:
    split = LengthSplit(3.0, places)
    found = insertion_defect(split, length)
    assert abs(found.split_gain) < 1e-9
    assert abs(found.merge_gain) < 1e-9
    pays = split.pay(length)
    assert pays.min() <= least_share_bound(3.0, length) + 1e-12
    assert pays.sum() == pytest.approx(split.paid(length))
    assert split.paid(length) <= 3.0 + 1e-9
    weights = [math.comb(length - 1, i) for i in range(length)]
    assert float(np.dot(weights, pays)) == pytest.approx(3.0)
    leg = data.draw(st.integers(0, length - 1))
    assert split_profit(split, np.ones(length), leg, 2) == pytest.approx(0, abs=1e-9)
    assert split_profit(split, np.ones(length), leg, 4) <= 1e-9


@given(st.floats(0.05, 0.95), st.integers(3, 7), st.data())
def test_three_neighbours_gain_the_middle_once_more(
    lean: float, length: int, data: st.DataObject
) -> None:
    split = LengthSplit(1.0, [lean])
    first = data.draw(st.integers(0, length - 3))
    profit = merge_profit(split, np.ones(length), [first, first + 1, first + 2])
    assert profit == pytest.approx(float(split.pay(length)[first + 1]))
    assert profit > 0
    extreme = LengthSplit(1.0, [0.0, 1.0], [0.25, 0.75])
    assert merge_profit(extreme, np.ones(length), [first, first + 1, first + 2]) == 0


def test_even_pay_meets_the_bound_at_every_place() -> None:
    for length in range(1, 12):
        pays = LengthSplit.tilted(7.0, 1.0).pay(length)
        np.testing.assert_allclose(pays, least_share_bound(7.0, length), rtol=1e-12)
    assert LEAST_SHARE_BOUND.exact(pool=8, path_legs=4) == 1


def random_split_proof(rng: np.random.Generator, longest: int) -> list[np.ndarray]:
    """Draw a scheme with r(i, L) + r(i+1, L) <= r(i, L-1): any pays, scaled down to fit."""
    scheme = [np.array([1.0])]
    for length in range(2, longest + 1):
        pays = rng.exponential(size=length)
        slack = (pays[:-1] + pays[1:]) / scheme[-1]
        scheme.append(pays / slack.max())
    return scheme


def _by_length(scheme: list[np.ndarray], gains: Any) -> np.ndarray:
    return scheme[len(gains) - 1]


@pytest.mark.parametrize("seed", [5, np.random.SeedSequence().entropy])
def test_every_split_proof_scheme_obeys_the_bound(seed: int) -> None:
    """proofs.md T7 (iv): single insertions imply k-fold ones, the budget, and the bound."""
    rng = np.random.default_rng(seed)
    for _ in range(100):
        scheme = random_split_proof(rng, 7)
        pay = functools.partial(_by_length, scheme)
        assert insertion_defect(pay, 7).split_gain <= 1e-12
        for length in range(1, 8):
            assert scheme[length - 1].min() <= 2.0 ** -(length - 1) + 1e-12
            assert scheme[length - 1].sum() <= 1 + 1e-12
            for leg, parts in itertools.product(range(length), range(2, 9 - length)):
                assert split_profit(pay, np.ones(length), leg, parts) <= 1e-12, f"seed {seed}"


@pytest.mark.parametrize("decay", [0.3, 0.5, 0.7, 0.9])
def test_geometric_royalties_against_the_bound(decay: float) -> None:
    """c a^(L-i) from the last leg: above the bound for a > 1/2, and always worth splitting."""

    def royalties(gains: Any) -> np.ndarray:
        return decay ** np.arange(len(gains) - 1, -1, -1.0)

    found = insertion_defect(royalties, 6)
    assert found.split_gain == pytest.approx(decay)  # a times the income of the last leg, 1
    for length in range(2, 8):
        least = royalties(np.ones(length)).min()
        assert bool(least > least_share_bound(1.0, length)) is (decay > 0.5)
        for leg in range(length):
            income = royalties(np.ones(length))[leg]
            assert split_profit(royalties, np.ones(length), leg, 2) == pytest.approx(decay * income)


def test_pays_depend_on_the_pool_alone_in_size() -> None:
    one, ten = LengthSplit(1.0, [0.3, 0.6]), LengthSplit(10.0, [0.3, 0.6])
    np.testing.assert_allclose(10 * one.pay(5), ten.pay(5))
    mirrored = LengthSplit(1.0, [0.7, 0.4])
    np.testing.assert_allclose(mirrored.pay(5), one.pay(5)[::-1])


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: LengthSplit(-1.0, [0.5]), "pool"),
        (lambda: LengthSplit(1.0, []), "places"),
        (lambda: LengthSplit(1.0, [1.5]), "places"),
        (lambda: LengthSplit(1.0, [0.5], [0.5]), "weights"),
        (lambda: LengthSplit(1.0, [0.5], [0.5, 0.5]), "weights"),
        (lambda: LengthSplit(1.0, [0.5, 0.2], [1.5, -0.5]), "weights"),
        (lambda: LengthSplit.tilted(1.0, -1.0), "tilt"),
        (lambda: LengthSplit(1.0, [0.5]).pay(0), "legs"),
        (lambda: LengthSplit(1.0, [0.5])([]), "gains"),
        (lambda: least_share_bound(math.nan, 2), "pool"),
        (lambda: least_share_bound(1.0, 0), "legs"),
        (lambda: insertion_defect(3, 4), "scheme"),
        (lambda: insertion_defect(lambda g: [1.0], 4), "payments of the scheme"),
        (lambda: insertion_defect(lambda g: g, 1), "longest"),
    ],
)
def test_refusals(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()
