"""Rules that look at one leg at a time: by hand, by properties, by refusals."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.leg_rules import POWER_ENTITLEMENT, FunctionShare, PathShare, PowerShare
from derelayl_econ.rewards import EqualShare, GainShare

paths = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=8)
powers = st.floats(0.1, 4)


def by_loop(gains: list[float], function: Any) -> list[float]:
    deserved = [function(gain) for gain in gains]
    return [each / math.fsum(deserved) for each in deserved]


@given(paths, powers)
def test_power_shares_by_loop(gains: list[float], power: float) -> None:
    shares = PowerShare(power).shares(gains)
    np.testing.assert_allclose(shares, by_loop(gains, lambda g: g**power), rtol=1e-9)
    assert shares.sum() == pytest.approx(1)


@given(paths, powers, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_unit_and_names_do_not_matter(
    gains: list[float], power: float, unit: float, random: Any
) -> None:
    rule, order = PowerShare(power), list(range(len(gains)))
    random.shuffle(order)
    shares = rule.shares(gains)
    np.testing.assert_allclose(rule.shares(np.array(gains) * unit), shares, rtol=1e-9)
    np.testing.assert_allclose(rule.shares(np.array(gains)[order]), shares[order], rtol=1e-9)


@given(paths)
def test_the_ends_of_the_power_family(gains: list[float]) -> None:
    np.testing.assert_allclose(PowerShare(1).shares(gains), GainShare().shares(gains), rtol=1e-12)
    np.testing.assert_allclose(PowerShare(1e-12).shares(gains), EqualShare().shares(gains),
                               rtol=1e-9)  # fmt: skip
    largest = np.array(gains) == max(gains)
    winner = PowerShare(1e6).shares([*gains, 10 * max(gains)])
    assert winner[-1] == 1
    assert largest.any()


def test_exact_numbers() -> None:
    deserved = [POWER_ENTITLEMENT.exact(gain=g, share_exponent=3) for g in (1, 2, 3)]
    assert [Fraction(int(d), int(sum(deserved))) for d in deserved] == [
        Fraction(1, 36), Fraction(8, 36), Fraction(27, 36)]  # fmt: skip
    np.testing.assert_allclose(PowerShare(3).shares([1, 2, 3]), [1 / 36, 8 / 36, 27 / 36])


def test_nothing_overflows_and_no_gain_deserves_nothing() -> None:
    np.testing.assert_allclose(PowerShare(50).shares([1e300, 1e300]), 0.5)
    np.testing.assert_array_equal(PowerShare(0.5).shares([0.0, 4.0]), [0, 1])
    with pytest.raises(InputError, match="nothing was gained"):
        PowerShare(2).shares([0.0, 0.0])


@given(paths)
def test_any_function(gains: list[float]) -> None:
    np.testing.assert_allclose(FunctionShare(math.log1p).shares(gains), by_loop(gains, math.log1p),
                               rtol=1e-9)  # fmt: skip
    np.testing.assert_allclose(FunctionShare(lambda g: 3 * g).shares(gains),
                               GainShare().shares(gains), rtol=1e-12)  # fmt: skip


def test_path_share_by_hand() -> None:
    """From 1 to 2 to 4: h = after/before - 1 deserves 1 and 1; h = after - before, 1 and 2."""
    assert PathShare(lambda a, b: b / a - 1, start=1.0).shares([1, 2]).tolist() == [0.5, 0.5]
    shares = PathShare(lambda a, b: b - a, start=1.0).shares([1, 2])
    np.testing.assert_allclose(shares, [1 / 3, 2 / 3])


@given(paths, st.floats(-5, 5))
def test_a_path_rule_of_differences_is_gain_share(gains: list[float], start: float) -> None:
    rule = PathShare(lambda before, after: max(after - before, 0.0), start)
    np.testing.assert_allclose(rule.shares(gains), GainShare().shares(gains), atol=1e-9)


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: PowerShare(0), "exponent"),
        (lambda: PowerShare(-1), "exponent"),
        (lambda: PowerShare(math.nan), "exponent"),
        (lambda: PowerShare("2"), "exponent"),
        (lambda: PowerShare(True), "exponent"),
        (lambda: PowerShare(2).shares([1, -1]), "gains"),
        (lambda: PowerShare(2).shares([]), "gains"),
        (lambda: FunctionShare(3.0), "function"),
        (lambda: FunctionShare(lambda gain: -gain).shares([1.0]), "function of a gain"),
        (lambda: FunctionShare(lambda gain: math.nan).shares([1.0]), "function of a gain"),
        (lambda: FunctionShare(lambda gain: "x").shares([1.0]), "function of a gain"),
        (lambda: FunctionShare(lambda gain: 0.0).shares([1.0]), "entitle"),
        (lambda: PathShare("h"), "function"),
        (lambda: PathShare(lambda a, b: b - a, start=math.inf), "start"),
        (lambda: PathShare(lambda a, b: a - b).shares([1.0]), "before and after"),
    ],
)
def test_refusals(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()
