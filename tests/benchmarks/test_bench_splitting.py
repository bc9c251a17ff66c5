"""Speed of the splitting and royalty models; run with ``make bench``."""

from __future__ import annotations

import numpy as np

from derelayl_econ.games.identities import IdentityGame
from derelayl_econ.games.splitting import SplittingGame
from derelayl_econ.games.vesting import Vesting
from derelayl_econ.leg_rules import FunctionShare
from derelayl_econ.rewards import EqualShare
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.simulation.turns import run_in_turns


def test_report_of_a_rule_with_a_theorem_on_a_path_of_a_hundred_legs(benchmark):
    gains = np.linspace(0.1, 1, 100)
    report = benchmark(lambda: SplittingGame(rule=EqualShare(), gains=gains).report())
    assert report.coverage == "all"


def test_search_of_divisions_under_any_rule(benchmark):
    rule = FunctionShare(lambda gain: min(gain, 0.5))
    report = benchmark(lambda: SplittingGame(rule=rule, gains=[0.3, 0.9, 0.6]).report())
    assert report.coverage == "some"


def test_symmetric_identities_of_a_million_participants(benchmark):
    game = IdentityGame(participants=10**6, pool=3e6, identity_cost=1.0)
    assert benchmark(game.symmetric_equilibria).coverage == "all"


def test_pure_identities_of_a_large_pool(benchmark):
    game = IdentityGame(participants=1000, pool=1e6, identity_cost=0.01)
    assert len(benchmark(game.pure_equilibria)) >= 1


def test_best_vesting_delay(benchmark):
    game = Vesting(saving=0.5, cost=1.0, survival=0.999, discount=0.999, detection=0.01, reward=1.0)
    assert benchmark(game.best).delay > 10


def test_relay_in_turns_with_a_split(benchmark):
    settings = RelaySettings(participants=10, shard=12, batch=3)
    record = benchmark(run_in_turns, settings, 1, splitter=4, parts=4)
    assert record.person.size == 13
