"""Experiments behind the comparison table: right predictions pass, planted wrong ones do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation import learning
from derelayl_econ.validation.adaptive import imitate
from derelayl_econ.validation.comparison import Comparison, ComparisonTable
from derelayl_econ.validation.deposits import DepositTerms, deposit_rows, measure_deposits
from derelayl_econ.validation.evidence import Evidence, Purpose
from derelayl_econ.validation.honesty import gate_rows, measure_gate
from derelayl_econ.validation.learning import measure_learning, stopping_rows
from derelayl_econ.validation.participation import (
    imitation_rows,
    measure_imitation,
    measure_pool,
    pool_rows,
)
from derelayl_econ.validation.waits import fitted_baton, measure_waits, wait_rows

SETTINGS = RelaySettings(participants=8, legs=60, dataset="wine", shard=10, hold_out=30, cost=0.2)
CURVE = ExponentialCurve(0.0, 1.0, 5.0)
BATON: dict[str, Any] = {"participants": 8, "value": 0.1, "cost": 0.2, "price": 1.0,
                         "discount": 0.9}  # fmt: skip
FALSE_ALARM = 1e-4
"""A right table is called refuted more rarely than this (family-wise), for any seed."""


def _seeds(root: int, count: int = 20) -> list[np.random.SeedSequence]:
    return [np.random.SeedSequence(root, spawn_key=(i,)) for i in range(count)]


def _refuted(rows: Sequence[Comparison], level: float = FALSE_ALARM) -> list[str]:
    table = ComparisonTable(rows=tuple(rows), scenario="test", level=level)
    return [row.quantity for row in table.refuted]


def _evidence(seed: Any = 1, **changes: Any) -> Evidence:
    scenario = Scenario.load("derelayl_defaults")
    given = {
        "community.participants": 6, "community.value": 0.5, "training.cost": 0.2,
        "experiment.dataset": "wine", "experiment.shard": 10, "experiment.legs": 40,
    }  # fmt: skip
    for key, value in {**given, **changes}.items():
        scenario = scenario.replace(key, value)
    return Evidence(scenario, rng=seed, replications=20)


# --- streams ---------------------------------------------------------------------------------


def test_no_stream_serves_two_purposes() -> None:
    evidence = _evidence()
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose)
    keys = [(s.entropy, s.spawn_key) for p in Purpose for s in evidence.seeds(p, 5)] + [
        (s.entropy, s.spawn_key) for i in range(5) for s in evidence.seeds(Purpose.IMITATION, 1, i)
    ]
    # The long keys of imitation start with its purpose, so they meet no other purpose's either.
    assert len(set(keys)) == len(keys)
    states = {tuple(np.random.SeedSequence(e, spawn_key=k).generate_state(4)) for e, k in keys}
    assert len(states) == len(keys)


def test_fitting_and_testing_relays_differ() -> None:
    found = _evidence().learning
    assert found.fitted_on.shape == found.tested_on.shape
    paths = {path.tobytes() for path in np.vstack([found.fitted_on, found.tested_on])}
    assert len(paths) == 2 * len(found.fitted_on)


def test_same_seed_same_numbers_in_any_order() -> None:
    first, second = _evidence(5), _evidence(np.random.SeedSequence(5))
    pool = first.pool
    _ = second.learning  # measured before, which must not matter
    np.testing.assert_array_equal(pool.outages, second.pool.outages)
    np.testing.assert_array_equal(first.learning.tested_on, second.learning.tested_on)
    other = _evidence(6)
    assert not np.array_equal(first.learning.tested_on, other.learning.tested_on)


@pytest.mark.parametrize(
    "root",
    [None, 3, np.random.SeedSequence(3), np.random.SeedSequence([1, 2]),
     np.random.SeedSequence(3, spawn_key=(1,)), np.random.default_rng(3)],
    ids=["fresh", "int", "sequence", "list", "child", "generator"],
)  # fmt: skip
def test_the_seed_it_tells_measures_the_same_again(root: Any) -> None:
    evidence = _evidence(root)
    again = _evidence(evidence.seed)
    assert again.seed == evidence.seed
    assert [s.generate_state(2).tolist() for s in evidence.seeds(Purpose.WAITS)] == [
        s.generate_state(2).tolist() for s in again.seeds(Purpose.WAITS)
    ]


# --- imitators -------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0.02, 0.98])
def test_imitators_find_the_stable_equilibrium_from_both_sides(start: float) -> None:
    game = ParticipationGame.volunteer(3, 4.0, 1.0)  # p* = 1 - sqrt(1/4) = 1/2
    run = imitate(game, np.random.default_rng(1), start=start, communities=1000, legs=500)
    assert run.share == pytest.approx(0.5, abs=0.01)
    assert run.outage == pytest.approx(0.125, abs=0.01)
    assert run.path[0] == pytest.approx(start, abs=0.02)


@pytest.mark.parametrize(("start", "end"), [(0.1, 0.0), (0.15, 0.0), (0.25, 1.0), (0.4, 1.0)])
def test_imitators_leave_the_tipping_point(start: float, end: float) -> None:
    game = ParticipationGame.critical_mass(10, 4, benefit=10, cost=2, leakage=0.5)
    low, tipping, high = game.equilibria()
    assert (low.stable, tipping.stable, high.stable) == (True, False, True)
    assert 0.15 < tipping.strategy < 0.25
    run = imitate(game, np.random.default_rng(2), start=start, communities=500, legs=600)
    assert run.share == pytest.approx(end, abs=1e-3)


def test_a_game_with_two_stable_equilibria_predicts_no_single_share() -> None:
    game = ParticipationGame.critical_mass(10, 4, benefit=10, cost=2, leakage=0.5)
    with pytest.raises(InputError, match="2 stable equilibria"):
        measure_imitation(game, _seeds(1, 2))


def test_a_shifted_share_of_trainers_is_refuted() -> None:
    found = measure_imitation(
        ParticipationGame.volunteer(3, 4.0, 1.0), _seeds(3), agents=3000, legs=500
    )
    assert _refuted(imitation_rows(found, "v")) == []
    wrong = replace(found, share=found.share + 0.04)
    assert _refuted(imitation_rows(wrong, "v")) == ["share of trainers (imitators, v, N = 3)"]
    wrong = replace(found, outage=0.115)
    assert _refuted(imitation_rows(wrong, "v")) == ["outage (imitators, v, N = 3)"]


# --- claims that theory makes exactly ----------------------------------------------------------


@pytest.mark.parametrize("root", [20261123, np.random.SeedSequence().entropy])
def test_exact_claims_survive_twenty_seeds_never_used_before(root: int) -> None:
    pool = measure_pool(SETTINGS, 8, 0.6, _seeds(root))
    waits = measure_waits(SETTINGS, fitted_baton(CURVE, **BATON), _seeds(root + 1))
    assert waits.levels.size > 0
    rows = [*pool_rows(pool, 8), *wait_rows(waits)]
    measured = [row for row in rows if "gain of one member" not in row.quantity]
    assert len(measured) >= 6
    assert _refuted(measured) == [], root


def test_a_pool_outage_of_another_community_is_refuted() -> None:
    found = measure_pool(SETTINGS, 8, 0.6, _seeds(4))
    other = ParticipationGame.pool(10, 0.6, SETTINGS.cost)
    (equilibrium,) = other.equilibria()
    wrong = replace(found, probability=equilibrium.strategy)
    assert "participation (equilibrium players, N = 8)" in _refuted(pool_rows(wrong, 8))


def test_a_profitable_deviation_is_refuted() -> None:
    found = measure_pool(SETTINGS, 8, 0.6, _seeds(4))
    gains = {"always trains": found.deviation_gains["always trains"] + 0.2}
    rows = pool_rows(replace(found, deviation_gains=gains), 8)
    assert _refuted(rows) == ["gain per leg of one who always trains (pool)"]


def test_waits_of_another_community_are_refuted() -> None:
    found = measure_waits(SETTINGS, fitted_baton(CURVE, **BATON), _seeds(5, 40))
    assert _refuted(wait_rows(replace(found, deviation_gains={}))) == []
    # In truth 3 of the 8 members have gone, those left play the equilibrium of 8.
    fewer = measure_waits(
        replace(SETTINGS, participants=5), fitted_baton(CURVE, **BATON), _seeds(5, 40)
    )
    assert _refuted(wait_rows(replace(fewer, deviation_gains={}))) != []


# --- gate, deposits, learning ------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits() -> RelaySettings:
    return RelaySettings(participants=20, legs=60, hold_out=50, cost=0.2, cost_cheat=0.02)


def test_a_gate_law_with_a_wrong_sigma_is_refuted(digits: RelaySettings) -> None:
    one, two, three = (np.random.SeedSequence(s) for s in (1, 2, 3))
    found = measure_gate(digits, 20, one, (two, three), states=200)
    for table in (found.single, found.committee):
        assert set(table["kind"]) == set(found.kinds)
    rows = gate_rows(found, np.random.default_rng(0))
    named = {row.quantity: row for row in rows}
    assert _refuted([named["honest work accepted, stage 20"]]) == []
    wrong = replace(found, fitted_on=found.fitted_on.assign(spread=found.fitted_on["spread"] / 8))
    wrong_rows = gate_rows(wrong, np.random.default_rng(0))
    named = {row.quantity: row for row in wrong_rows}
    assert named["honest work accepted, stage 20"].p_value < FALSE_ALARM
    # Condorcet's independence is refuted on the same submissions; see the note of the row.
    crowd = [row for row in rows if "independent validators" in row.quantity]
    assert any(row.p_value < FALSE_ALARM for row in crowd)
    assert all("Condorcet" in row.note for row in crowd)


def test_deposit_payoffs_at_wrong_error_rates_are_refuted(digits: RelaySettings) -> None:
    terms = DepositTerms(reward=0.4, cost_honest=0.2, cost_cheat=0.02, outside=0.0, audit_rate=0.6)
    found = measure_deposits(digits, terms, _seeds(6), _seeds(7), np.random.SeedSequence(8))
    assert len(found.payoffs) == 3
    low, middle, high = found.payoffs
    assert low < found.window.low < middle < found.window.high < high
    rows = deposit_rows(found)
    assert _refuted(rows[:6]) == []
    wrong = replace(found, rejected_honest=found.rejected_honest + 0.2)
    refuted = _refuted(deposit_rows(wrong)[:6])
    assert sum("honest minus staying out" in name for name in refuted) == 3


def test_curves_of_slower_relays_are_refuted(
    digits: RelaySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "FIT_RESAMPLES", 15)
    settings, worth, cost = replace(digits, gate=False), 8.0, 0.2
    found = measure_learning(settings, _seeds(9), _seeds(10))
    rows = {
        row.quantity: row for row in stopping_rows(found, worth, cost, np.random.default_rng(0))
    }
    stop = rows["legs worth training (Hill curve)"]
    by_hand = [worth * q - cost * leg for leg, q in enumerate(found.tested_on.mean(axis=0))]
    assert stop.measured.mid == by_hand.index(max(by_hand))
    assert 0 < stop.measured.mid < found.legs
    assert _refuted([stop]) == []
    slow = measure_learning(replace(settings, step=0.03), _seeds(9), _seeds(10))
    wrong = replace(found, curves=slow.curves, fitted_on=slow.fitted_on)
    assert stop.quantity in _refuted(stopping_rows(wrong, worth, cost, np.random.default_rng(0)))


@pytest.mark.parametrize("wrong", ["phone_community", None, SETTINGS])
def test_only_a_scenario_can_be_validated(wrong: object) -> None:
    with pytest.raises(InputError, match="scenario must be a Scenario"):
        Evidence(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("few", [19, 0, -1, 20.5, "20", None])
def test_too_few_replications_are_refused(few: object) -> None:
    with pytest.raises(InputError, match="replications must be an integer >= 20"):
        Evidence(Scenario.load("phone_community"), replications=few)  # type: ignore[arg-type]
