"""Speed of the participation solver; run with ``make bench``."""

from __future__ import annotations

import numpy as np

from derelayl_econ.games.participation import ParticipationGame

MILLION = 10**6
# With full leakage only a pivotal trainer gains: two interior equilibria, two sign changes.
PIVOTAL = ParticipationGame.critical_mass(MILLION, 300_000, 10, 0.004, 1)


def test_pool_of_a_million(benchmark):
    found = benchmark(ParticipationGame.pool(MILLION, 50, 1e-3).equilibria)
    assert len(found) == 1


def test_volunteer_of_a_million(benchmark):
    found = benchmark(ParticipationGame.volunteer(MILLION, 2, 1).equilibria)
    assert len(found) == 1


def test_critical_mass_of_a_million(benchmark):
    found = benchmark(PIVOTAL.equilibria)
    assert [e.stable for e in found] == [True, False, True]


def test_critical_mass_of_a_million_certified(benchmark):
    found = benchmark.pedantic(PIVOTAL.equilibria, args=(True,), rounds=1)
    assert found.certificate.status == "certified-ball"


def test_certified_random_game_of_two_hundred(benchmark):
    game = ParticipationGame(np.random.default_rng(0).standard_normal(200))
    found = benchmark.pedantic(game.equilibria, args=(True,), rounds=3)
    assert found.certificate.check()


def test_certified_critical_mass_of_two_hundred(benchmark):
    game = ParticipationGame.critical_mass(200, 60, 10, 0.3, 1)
    found = benchmark.pedantic(game.equilibria, args=(True,), rounds=3)
    assert len(found) == 3


def test_phase_diagram_of_a_million_points(benchmark):
    pool, cost = np.linspace(0.1, 100, 1000)[:, None], np.linspace(0.1, 10, 1000)
    diagram = benchmark.pedantic(
        ParticipationGame.phase_diagram, args=("pool",),
        kwargs={"participants": 50, "pool": pool, "cost": cost}, rounds=2, warmup_rounds=1,
    )  # fmt: skip
    assert diagram.resolved.all()
