"""Speed of the relay models; run with ``make bench``."""

from __future__ import annotations

from dataclasses import replace

from derelayl_econ.games.baton import BatonGame
from derelayl_econ.games.cold_start import CurveRelay
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.games.funding import DriftFunding
from derelayl_econ.quality import HillCurve

BATON = BatonGame(participants=5, value=1, cost=0.3, price=0.5, discount=0.9, quality_max=1, gap=1,
                  learning_rate=0.2)  # fmt: skip


def test_baton_of_a_million_members(benchmark):
    solution = benchmark(replace(BATON, participants=10**6).solve)
    assert solution.regret < 1e-9


def test_baton_of_a_thousand_levels(benchmark):
    game = replace(BATON, learning_rate=0.002, cost=0.005)
    solution = benchmark(game.solve)
    assert solution.stop_level > 500


def test_finite_relay_of_1e13_legs(benchmark):
    assert benchmark(FiniteRelay(0, 1, 1e-30, 1, 1e-12).legs) > 1e13


def test_cold_start_on_a_hill_curve(benchmark):
    curve = HillCurve(quality_start=0, quality_max=1, effort_scale=30, steepness=1.7)
    relay = CurveRelay(value=0, price=40, cost=0.01, curve=curve)
    assert benchmark(relay.cold_start).coverage == "all"


def test_funding_path_of_ten_thousand_periods(benchmark):
    funding = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1,
                           flow_value=1)  # fmt: skip
    assert benchmark(funding.paths, 10, 10_000, 1.0).legs[-1] > 0
