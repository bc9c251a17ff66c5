"""Speed of contests and tournaments; run with ``make bench``."""

from __future__ import annotations

import numpy as np
import pytest

from derelayl_econ.games.contest import EffortContest
from derelayl_econ.games.tournament import SettlementTournament
from derelayl_econ.quality import ExponentialCurve, HillCurve, PowerCurve

MILLION = 10**6
RNG = np.random.default_rng(0)
COSTS = {
    "spread costs": RNG.uniform(1, 2, MILLION),  # 1414 are active
    "nearly equal costs": 1 + 1e-8 * RNG.random(MILLION),  # all are active for v = 0
}
VALUES = RNG.uniform(0, 2, MILLION)
CURVES = {
    "exponential": ExponentialCurve(0, 1, effort_scale=10),
    "shifted power": PowerCurve(0, 1, effort_scale=10, exponent=0.5),
    "Hill": HillCurve(0, 1, effort_scale=10, steepness=0.9),
}


@pytest.mark.parametrize("costs", COSTS)
def test_a_million_participants(benchmark, costs):
    found = benchmark(EffortContest(100, COSTS[costs]).equilibrium)
    assert found.regret < 1e-9


@pytest.mark.parametrize("costs", COSTS)
@pytest.mark.parametrize("curve", CURVES)
def test_a_million_participants_with_public_benefit(benchmark, costs, curve):
    contest = EffortContest(100, COSTS[costs], VALUES, CURVES[curve])
    found = benchmark(contest.equilibrium)
    assert found.regret < 1e-9


def test_twenty_on_an_s_shaped_curve(benchmark):
    contest = EffortContest(1, np.ones(20), 12, HillCurve(0, 1, effort_scale=10, steepness=4))
    assert len(benchmark(contest.equilibria)) == 2


def test_certificate_of_a_thousand(benchmark):
    found = EffortContest(100, COSTS["spread costs"][:1000]).equilibrium()
    assert benchmark(found.certificate.check)


def test_tournament_of_a_thousand(benchmark):
    game = SettlementTournament(winning_share=0.5, prize=2, luck=1, cost=1, participants=1000)
    assert benchmark(game.first_order).exists
