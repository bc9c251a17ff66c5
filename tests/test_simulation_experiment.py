"""Replications: the same bits for any number of workers, and deviations under common luck."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.scenario import Scenario, scenario_names
from derelayl_econ.seeds import child, root_of
from derelayl_econ.simulation.experiment import deviate, simulate
from derelayl_econ.simulation.policies import Always, Cheat, Never, PlayEquilibrium, Policy
from derelayl_econ.simulation.settings import RelaySettings, settings_of
from derelayl_econ.simulation.streams import Rows
from derelayl_econ.simulation.workshop import Workshop

SETTINGS = RelaySettings(participants=5, dataset="wine", shard=10, hold_out=20, legs=30, pool=1.0,
                         price=0.5, deposit=0.2, concentration=0.5)  # fmt: skip
MIXED = [PlayEquilibrium(0.4)] * 4 + [Cheat("noise", strength=0.1)]


def _same(one, two):
    assert one.records.equals(two.records)
    assert one.summary.equals(two.summary)
    assert one.utilities.tobytes() == two.utilities.tobytes()
    assert one.ledger_heads == two.ledger_heads


def test_one_worker_or_several_give_the_same_bits():
    alone = simulate(SETTINGS, MIXED, 12, replications=7)
    _same(alone, simulate(SETTINGS, MIXED, 12, replications=7, workers=2))
    with ThreadPoolExecutor(3) as executor:
        _same(alone, simulate(SETTINGS, MIXED, 12, 7, workers=3, executor=executor))


def test_a_replication_does_not_depend_on_how_many_follow():
    short, long = (simulate(SETTINGS, MIXED, 12, replications=n) for n in (2, 5))
    assert short.ledger_heads == long.ledger_heads[:2]
    assert len(set(long.ledger_heads)) == 5


def test_seeds_sequences_and_generators():
    _same(simulate(SETTINGS, MIXED, 4), simulate(SETTINGS, MIXED, np.random.SeedSequence(4)))
    generator = np.random.default_rng(4)
    first, second = (simulate(SETTINGS, MIXED, generator) for _ in range(2))
    assert first.ledger_heads != second.ledger_heads
    _same(first, simulate(SETTINGS, MIXED, np.random.default_rng(4)))


def test_a_policy_that_learns_starts_afresh_in_each_replication():
    class Once(Policy):
        def __init__(self):
            self.done = False

        def join(self, view):
            self.done, before = True, self.done
            return 0.0 if before else 1.0

    result = simulate(SETTINGS, [Once() for _ in range(5)], 1, replications=3)
    assert result.summary["hand_overs"].tolist() == [1, 1, 1]


def test_a_deviation_that_changes_nothing_gains_exactly_nothing():
    same = deviate(SETTINGS, PlayEquilibrium(0.4), 2, PlayEquilibrium(0.4), 3, replications=4)
    assert same.gains.tolist() == [0, 0, 0, 0]
    assert not same.profitable


def test_riding_saves_the_cost_and_is_found_profitable():
    settings = RelaySettings(participants=4, legs=100, cost=1.0, evaluate_every=0, gate=False)
    ride = deviate(settings, Always(), 1, Never(), 3, replications=20)
    assert ride.profitable
    assert ride.low < 25 < ride.high  # it would have trained every fourth leg
    work = deviate(settings, [Always()] * 3 + [Never()], 3, Always(), 3, replications=20)
    assert work.high < 0


def test_common_luck_makes_deviations_precise():
    settings = RelaySettings(participants=6, legs=60, value=0.02, cost=0.1, pool=0.1)
    paired = deviate(settings, PlayEquilibrium(0.3), 0, Never(), 1, replications=12)
    base, other = (simulate(settings, [policy, *[PlayEquilibrium(0.3)] * 5], seed, 12)
                   for policy, seed in ((PlayEquilibrium(0.3), 1), (Never(), 2)))  # fmt: skip
    independent = other.utilities[:, 0] - base.utilities[:, 0]
    assert paired.gains.std() < independent.std()


def test_learning_curves_are_those_of_an_independent_program():
    # Hill curves a + (ln 10 - a) / (1 + (r / k)^c) fitted to 100 ungated chains of another program
    # (digits, logistic, 50 x 15, batch 5, step .1); its mean relative error of fit was 3 %.
    for concentration, a, k, c in ((None, 0.159, 30.6, 1.15), (0.1, 0.185, 42.0, 1.35)):
        settings = RelaySettings(legs=300, gate=False, concentration=concentration,
                                 evaluate_every=10)  # fmt: skip
        table = simulate(settings, Always(), 3, replications=10).records
        quality = table.groupby("leg")["quality"].mean()
        for leg in (30, 100, 300):
            hill = a + (np.log(10) - a) / (1 + (leg / k) ** c)
            assert np.log(10) - quality[leg - 1] == pytest.approx(hill, rel=0.08)


def test_streams_do_not_depend_on_behaviour():
    rows = Rows(np.random.default_rng(0), lambda rng, n: rng.random((n, 2)), 2)
    whole = np.random.default_rng(0).random((40_000, 2))
    assert all(np.array_equal(rows.at(i), whole[i]) for i in (0, 5, 5, 39_999))
    with pytest.raises(Exception, match="asked for after"):
        rows.at(0)
    root = root_of(5)
    assert np.array_equal(child(root, 3).generate_state(2), np.random.SeedSequence(5).spawn(4)[3]
                          .generate_state(2))  # fmt: skip
    assert root.n_children_spawned == 0


@pytest.mark.parametrize("name", scenario_names())
def test_every_named_scenario_can_be_simulated(name):
    scenario = Scenario.load(name)
    settings = settings_of(scenario)
    assert settings.participants == scenario.community.participants
    assert settings.cost > 0
    Workshop(settings, np.random.SeedSequence(0))


def test_a_scenario_is_simulated_with_its_own_numbers():
    scenario = Scenario.load("phone_community").replace("experiment.legs", 10)
    result = simulate(scenario, PlayEquilibrium(0.1), 0)
    assert result.settings.pool == scenario.reward.pool
    assert result.settings.legs == 10


def test_anything_that_knows_its_settings_can_be_simulated():
    class Mine:
        def relay_settings(self):
            return SETTINGS

    class Broken:
        def relay_settings(self):
            return {"legs": 3}

    _same(simulate(Mine(), MIXED, 1), simulate(SETTINGS, MIXED, 1))
    for wrong in (Broken(), "phone_community", None):
        with pytest.raises(InputError, match=r"scenario|relay_settings"):
            simulate(wrong, MIXED, 1)


def test_results_print_and_serialise():
    result = simulate(SETTINGS, MIXED, 1, replications=2)
    assert "2 relays" in str(result)
    assert "standard error" in str(result)
    assert len(json.loads(json.dumps(result.to_dict()))["summary"]) == 2
    assert set(result.records["replication"]) == {0, 1}
    assert "gains" in str(deviate(SETTINGS, MIXED, 0, Never(), 1))


@pytest.mark.parametrize("change", [
    {"replications": 0}, {"workers": 0}, {"replications": 1.5}, {"rng": -1}, {"policies": []},
])  # fmt: skip
def test_bad_counts_are_refused(change):
    arguments = {"scenario": SETTINGS, "policies": MIXED, "rng": 0} | change
    with pytest.raises(InputError, match=next(iter(change))):
        simulate(**arguments)


@pytest.mark.parametrize("participant", [-1, 5, 1.5, True, "me"])
def test_an_unknown_deviator_is_refused(participant):
    with pytest.raises(InputError, match="participant"):
        deviate(SETTINGS, MIXED, participant, Never(), 0)
