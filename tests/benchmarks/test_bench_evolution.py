"""Speed of evolution in finite and infinite populations; run with ``make bench``.

Nashpy's Moran process is simulated, step by step, at a cost of N^2 payoffs per step; the closed
form beside it is exact. EGTtools is compared where it is installed.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from derelayl_econ.games.population import PopulationGame
from derelayl_econ.simulation.takeover import takeovers

GAME = PopulationGame.matrix([[3, 1], [4, 2]], ["one", "two"])
RELAY = PopulationGame.relay(participants=80, benefit=0.62, cost=0.54, cost_cheat=0.05, pool=5,
                             deposit=0.3, audit_rate=0.5, false_reject=0.17, false_accept=0.11,
                             leakage=0.5)  # fmt: skip


@pytest.mark.parametrize("size", [10**5, 10**6])
def test_fixation_in_pairs(benchmark, size):
    population = GAME.finite(size, selection=1e-3)
    assert benchmark(population.fixation, "one", "two").log_probability < -100


@pytest.mark.parametrize("size", [10**5, 10**6])
def test_fixation_of_trainers_in_groups_of_eighty(benchmark, size):
    population = RELAY.finite(size, selection=1e-3)
    found = benchmark.pedantic(population.fixation, ("train", "cheat"), rounds=3, warmup_rounds=1)
    assert np.isfinite(found.log_probability)


def test_rare_mutations_among_four_strategies(benchmark):
    population = RELAY.finite(10_000, selection=1e-2)
    found = benchmark.pedantic(population.rare_mutations, rounds=3, warmup_rounds=1)
    assert found.shares.sum() == pytest.approx(1)


def test_all_rest_points_of_the_relay(benchmark):
    assert benchmark(RELAY.rest_points).coverage == "all"


def test_all_rest_points_of_a_random_group_game(benchmark):
    rng = np.random.default_rng(0)
    table = rng.standard_normal((3, 231)).tolist()
    order = {}

    def payoff(i, others):
        return table[i][order.setdefault(others, len(order))]

    game = PopulationGame.groups(21, payoff, ["a", "b", "c"])
    found = benchmark.pedantic(game.rest_points, rounds=3, warmup_rounds=1)
    assert found.coverage == "all"


def test_take_overs_by_agents(benchmark):
    game = PopulationGame.relay(participants=5, benefit=0.62, cost=0.54, pool=0.3, deposit=1.0,
                                audit_rate=0.5, cost_cheat=0.05, leakage=0.5)  # fmt: skip
    won = benchmark.pedantic(
        takeovers, (game, "train", "cheat"), rounds=3, warmup_rounds=1,
        kwargs={"population": 30, "selection": 0.2, "process": "linear moran", "runs": 1000,
                "rng": np.random.default_rng(0)},
    )  # fmt: skip
    assert 0 < won < 1000


def test_nashpy_s_moran_process_beside_the_closed_form(benchmark):
    import nashpy

    size, runs = 20, 30
    payoffs = np.array([[3, 1], [4, 2]])
    population = PopulationGame.matrix(payoffs, ["one", "two"])
    start = time.perf_counter()
    fixed = 0
    for _ in range(runs):
        game = nashpy.Game(payoffs)
        *_, last = game.moran_process(initial_population=np.array([0] * 10 + [1] * 10))
        fixed += int(last[0] == 0)
    seconds = time.perf_counter() - start
    exact = population.finite(size, selection=1e9, process="linear moran")
    probability = float(np.exp(exact.log_fixation("one", "two"))[10])
    assert abs(fixed / runs - probability) < 5 * np.sqrt(0.25 / runs)
    benchmark(exact.log_fixation, "one", "two")
    print(f"\nNashpy: {fixed} of {runs} at {seconds / runs * 1e3:.1f} ms per run of Z = {size}; "
          f"exact {probability:.4f}")  # fmt: skip


def test_egttools_beside_ours(benchmark):
    analytical = pytest.importorskip("egttools.analytical")
    games = pytest.importorskip("egttools.games")
    size, beta = 1000, 1e-3
    game = games.Matrix2PlayerGameHolder(2, np.array([[3.0, 1], [4, 2]]))  # it must stay alive
    theirs = analytical.PairwiseComparison(size, game)
    start = time.perf_counter()
    probability = theirs.calculate_fixation_probability(0, 1, beta)
    seconds = time.perf_counter() - start
    found = benchmark(GAME.finite(size, selection=beta).fixation, "one", "two")
    assert probability == pytest.approx(found.probability, rel=1e-9)
    print(f"\nEGTtools: {probability:.6g} in {seconds * 1e3:.2f} ms at Z = {size}")
