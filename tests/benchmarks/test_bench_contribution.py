"""Speed of the contribution game; run with ``make bench``."""

from __future__ import annotations

import numpy as np
import pytest

from derelayl_econ.games.concave_curves import LogCurve
from derelayl_econ.games.contribution import ContributionGame
from derelayl_econ.games.public_benefit import ConcaveBenefit
from derelayl_econ.quality import ExponentialCurve, HillCurve, PowerCurve

MILLION = 10**6
RNG = np.random.default_rng(0)
VALUES, COSTS = RNG.uniform(2, 8, MILLION), RNG.uniform(1, 2, MILLION)
CAPS = RNG.uniform(1e-7, 1e-6, MILLION)
CURVES = {
    "logarithm": LogCurve(effort_scale=0.1),
    "exponential": ExponentialCurve(0, 1, effort_scale=0.1),
    "shifted power": PowerCurve(0, 1, effort_scale=0.1, exponent=0.5),
    "Hill": HillCurve(0, 1, effort_scale=0.1, steepness=0.9),
}
CURVE = ExponentialCurve(0, 1, effort_scale=10)


def few(participants: int, caps: float | None = None) -> ContributionGame:
    rng = np.random.default_rng(participants)
    limits = None if caps is None else rng.uniform(0.5, 1, participants) * caps
    return ContributionGame(rng.uniform(20, 60, participants), np.ones(participants), CURVE, limits)


@pytest.mark.parametrize("curve", CURVES)
def test_waterfilling_a_million(benchmark, curve):
    def fill():
        return ContributionGame(VALUES, COSTS, CURVES[curve], CAPS).simultaneous()

    assert benchmark(fill).regret < 1e-9


def test_waterfilling_a_thousand_on_given_functions(benchmark):
    curve = ConcaveBenefit(np.log1p, lambda effort: 1 / (1 + effort))

    def fill():
        return ContributionGame(VALUES[:1000], COSTS[:1000], curve, CAPS[:1000]).simultaneous()

    assert benchmark(fill).regret < 1e-9


@pytest.mark.parametrize("caps", [None, 4.0])
@pytest.mark.parametrize("participants", [5, 20, 60])
def test_one_relay_order(benchmark, participants, caps):
    game = few(participants, caps)
    order = np.arange(participants)
    assert benchmark(game.sequential, order).regret < 1e-9


@pytest.mark.parametrize("caps", [None, 4.0])
@pytest.mark.parametrize("participants", [5, 7])
def test_all_relay_orders(benchmark, participants, caps):
    assert benchmark(few(participants, caps).all_orders).totals.size > 100


@pytest.mark.parametrize("participants", [10, 10**5])
def test_gate(benchmark, participants):
    game = ContributionGame(np.full(participants, 30.0), np.ones(participants), CURVE)
    assert benchmark(game.gated, 0.3).everybody is not None


def test_transfers_of_a_million(benchmark):
    game = ContributionGame(VALUES, COSTS, CURVES["exponential"], CAPS)
    assert abs(benchmark(game.transfers).budget) < 1e-6
