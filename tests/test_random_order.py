"""Pay in random order (theory 4.4): its mean is the Shapley value, on a real curve too."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.splitting import merge_profit, split_profit
from derelayl_econ.quality import ExponentialCurve, HillCurve, LearningCurve, PowerCurve
from derelayl_econ.rewards import ShapleyShare
from derelayl_econ.shapley import marginal_payments, shapley_values
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.simulation.turns import run_in_turns

EFFORTS = (1.0, 2.0, 0.5, 3.0)


def rise_of(curve: LearningCurve, efforts: tuple[float, ...] = EFFORTS) -> Any:
    def rise(legs: frozenset[int]) -> float:
        done = math.fsum(efforts[leg] for leg in legs)
        return float(curve.quality(done)) - curve.quality_start

    return rise


def test_payments_by_walking_through_an_order() -> None:
    value = rise_of(ExponentialCurve(0.0, 1.0, 4.0))
    order, seen, paid = [2, 0, 3, 1], [], {}
    for leg in order:
        paid[leg] = value(frozenset([*seen, leg])) - value(frozenset(seen))
        seen.append(leg)
    np.testing.assert_allclose(marginal_payments(value, order), [paid[leg] for leg in range(4)])


@given(st.permutations(range(5)))
def test_the_first_to_reach_a_threshold_gets_all(order: list[int]) -> None:
    payments = marginal_payments(lambda legs: float(len(legs) >= 3), order)
    assert payments.tolist() == [float(leg == order[2]) for leg in range(5)]


@pytest.mark.parametrize(
    "curve", [ExponentialCurve(0.0, 1.0, 4.0), HillCurve(0.1, 0.9, 3.0, 1.7)], ids=["exp", "hill"]
)
def test_the_mean_over_all_orders_is_the_shapley_share(curve: LearningCurve) -> None:
    value = rise_of(curve)
    orders = list(itertools.permutations(range(4)))
    mean = np.mean([marginal_payments(value, order) for order in orders], axis=0)
    np.testing.assert_allclose(shapley_values(value, 4).values, mean, rtol=1e-9)
    gains = np.diff(curve.quality(np.cumsum([0, *EFFORTS])))
    np.testing.assert_allclose(ShapleyShare(curve=curve).shares(gains), mean / mean.sum(),
                               rtol=1e-9)  # fmt: skip


@pytest.fixture(scope="module")
def real_curve() -> PowerCurve:
    """Fit a concave curve to real relays: quality after each of 30 honest hand-overs."""
    settings = RelaySettings(participants=30, gate=False, backend="numpy", shard=12, batch=3,
                             dataset="breast_cancer")  # fmt: skip
    gains = np.array([run_in_turns(settings, seed).gain for seed in range(10)]).mean(axis=0)
    quality = np.concatenate([[0.0], np.cumsum(gains)])
    fitted = PowerCurve.fit(np.arange(31.0), quality).curve
    assert isinstance(fitted, PowerCurve)
    return fitted


@pytest.mark.parametrize("seed", [2, np.random.SeedSequence().entropy])
def test_random_orders_of_a_real_relay(real_curve: PowerCurve, seed: int) -> None:
    """Draw orders, pay marginal improvements, compare means with the share, by its error."""
    rng = np.random.default_rng(seed)
    value = rise_of(real_curve)
    drawn = np.array([marginal_payments(value, rng.permutation(4)) for _ in range(3000)])
    gains = np.diff(real_curve.quality(np.cumsum([0, *EFFORTS])))
    expected = ShapleyShare(curve=real_curve).shares(gains) * gains.sum()
    error = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - expected) < 5 * error).all(), f"seed {seed}"
    np.testing.assert_allclose(drawn.sum(axis=1), gains.sum())  # every order pays the same rise
    assert (error > 0).all()


def test_a_real_curve_rewards_splitting_in_random_order(real_curve: PowerCurve) -> None:
    gains = real_curve.gains(4)
    rule = ShapleyShare(curve=real_curve)
    profits = [split_profit(rule, gains, 1, m) for m in (2, 3, 4)]
    assert profits == sorted(profits)
    assert profits[0] > 0
    assert merge_profit(rule, gains, [0, 1]) < 0


@given(st.lists(st.floats(0.1, 3), min_size=2, max_size=5), st.floats(0.1, 0.9))
def test_a_quadratic_value_is_neutral_though_concave(efforts: list[float], part: float) -> None:
    """Third derivative zero: v = 20 E - E^2 / 2, splitting player 0's effort into two."""

    def value(sizes: list[float]) -> Any:
        def worth(legs: frozenset[int]) -> float:
            done = math.fsum(sizes[leg] for leg in legs)
            return 20 * done - done**2 / 2

        return worth

    split = [part * efforts[0], (1 - part) * efforts[0], *efforts[1:]]
    whole = shapley_values(value(efforts), len(efforts)).values[0]
    names = shapley_values(value(split), len(split)).values[:2].sum()
    assert names == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("order", [[0, 0], [1, 2], [0.5, 1], [], "ab", [[0, 1]]])
def test_refusals(order: Any) -> None:
    with pytest.raises(InputError, match="order"):
        marginal_payments(len, order)
