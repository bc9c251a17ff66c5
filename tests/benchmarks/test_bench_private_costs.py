"""Speed of games with private costs and of relays of arrivals; run with ``make bench``."""

from __future__ import annotations

import numpy as np
from scipy import stats

from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.games.private_costs import PrivateCostGame

THOUSANDS = np.random.default_rng(0).lognormal(0.0, 0.5, 20_000)
RELAY = ArrivalRelay(access=1, access_fee=0.3, value=2, price=2, drift=0.05, learning_rate=0.2,
                     quality_max=1, cost_distribution=stats.uniform(0.4, 1))  # fmt: skip


def _fresh(*args, **kwargs):
    return PrivateCostGame.critical_mass(*args, **kwargs).equilibria()  # solved once per game


def test_critical_mass_with_lognormal_costs(benchmark):
    found = benchmark(_fresh, 10, 4, 6, stats.lognorm(0.4, scale=2))
    assert (len(found), found.coverage) == (3, "all")


def test_critical_mass_of_five_hundred_with_a_sample_of_thousands(benchmark):
    found = benchmark.pedantic(_fresh, args=(500, 150, 1.2, THOUSANDS), rounds=3)
    assert found.coverage == "all"


def test_critical_mass_of_a_hundred_thousand_with_lognormal_costs(benchmark):
    found = benchmark.pedantic(_fresh, args=(100_000, 30_000, 1.2, stats.lognorm(0.5)), rounds=3)
    assert (len(found), found.coverage) == (3, "all")


def test_designer_map_of_a_hundred_thousand_points(benchmark):
    found = benchmark.pedantic(
        RELAY.designer_map, args=(np.linspace(0, 1.2, 320), np.linspace(0, 10, 320)), rounds=3
    )
    assert found.feasible.any()


def test_long_run_law(benchmark):
    law = benchmark(RELAY.stationary_law)
    assert 0 < law.mean < RELAY.steady_state().gap
