"""Speed of linear programs with exact proofs and of Krawczyk's test; run with ``make bench``."""

from __future__ import annotations

import numpy as np

from derelayl_econ.equilibrium.linear_program import solve_linear
from derelayl_econ.games.unequal_participation import UnequalParticipation


def _program(size):
    rng = np.random.default_rng(size)
    table = np.abs(rng.standard_normal((size, size)))
    return -rng.random(size), table, rng.random(size) + 1


def test_linear_program_of_a_hundred(benchmark):
    found = benchmark(solve_linear, *_program(100))
    assert found.certificate.status == "exact"


def test_check_of_a_linear_program_of_a_hundred(benchmark):
    assert benchmark(solve_linear(*_program(100)).certificate.check)


def test_twenty_unequal_volunteers(benchmark):
    game = UnequalParticipation.volunteer(np.linspace(4, 5, 20), np.linspace(1, 1.1, 20))
    found = benchmark.pedantic(game.equilibria_among, args=(range(20),), rounds=3)
    assert len(found) == 1


def test_all_equilibria_of_four_unequal_volunteers(benchmark):
    game = UnequalParticipation.volunteer([4, 5, 6, 5], [1, 1.1, 1.2, 1.3])
    found = benchmark.pedantic(game.equilibria, rounds=3)
    assert (len(found), found.coverage) == (15, "all")
