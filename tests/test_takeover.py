"""Agents who really play against the birth-death chain, and the rows that compare the two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation import takeover
from derelayl_econ.simulation.takeover import takeovers
from derelayl_econ.solution import games_of, population_game, training_cost
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.comparison import ComparisonTable
from derelayl_econ.validation.evidence import DEPOSITS_IN_COSTS, EVOLVING_GROUP
from derelayl_econ.validation.evolution import FixationEvidence, fixation_rows, measure_fixation

FRESH = np.random.SeedSequence().entropy
FALSE_ALARM = 1e-4
RELAY: dict[str, Any] = {
    "participants": 4, "benefit": 0.62, "cost": 0.54, "cost_cheat": 0.05, "pool": 0.3,
    "leakage": 0.5, "audit_rate": 0.5, "false_reject": 0.17, "false_accept": 0.11, "outside": 0.1,
}  # fmt: skip


def _seeds(root: int, count: int = 20) -> list[np.random.SeedSequence]:
    return [np.random.SeedSequence(root, spawn_key=(i,)) for i in range(count)]


def _refuted(evidence: FixationEvidence) -> list[str]:
    rows = tuple(fixation_rows(evidence))
    table = ComparisonTable(rows=rows, scenario="test", level=FALSE_ALARM)
    return [row.quantity for row in table.refuted]


def _measured(root: int, deposits: tuple[float, ...] = (0.0, 1.0), **changes: Any) -> Any:
    games = [PopulationGame.relay(deposit=deposit, **(RELAY | changes)) for deposit in deposits]
    return measure_fixation(games, deposits, _seeds(root), invader="train", resident="cheat",
                            population=12, selection=0.3, runs=200)  # fmt: skip


# --- one leg -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, FRESH])
def test_a_played_leg_pays_on_average_what_the_game_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = PopulationGame.relay(deposit=0.4, **RELAY)
    money, most, least = takeover._terms(game.rule)
    names = game.strategies
    # Groups in which every verdict matters often: a t-test of rare events would be no test.
    groups = ([0, 2, 2, 2], [2, 0, 2, 1], [0, 0, 2, 1], [2, 2, 2, 2], [1, 0, 2, 2], [3, 0, 2, 1])
    for group in groups:
        kinds = np.array(group)
        payoffs = [takeover._play(kinds, np.arange(4), money, rng) for _ in range(4000)]
        others = np.bincount(kinds[1:], minlength=4)
        counts = others + np.eye(4, dtype=int)[kinds[0]]
        expected = game.payoffs_in(counts)[kinds[0]]
        assert least <= min(payoffs)
        assert max(payoffs) <= most
        if np.ptp(payoffs) < 1e-12:
            assert payoffs[0] == pytest.approx(expected)
        else:
            found = stats.ttest_1samp(payoffs, expected)
            assert found.pvalue > FALSE_ALARM / len(groups), (seed, [names[k] for k in group])


def test_groups_are_drawn_without_replacement_and_evenly() -> None:
    rng = np.random.default_rng(2)
    order, seen = np.arange(6), np.zeros(6)
    for _ in range(3000):
        takeover._draw_group(order, 2, 3, rng)
        assert order[0] == 2
        assert sorted(order) == list(range(6))
        seen[order[1:3]] += 1
    assert seen[2] == 0
    assert stats.chisquare(np.delete(seen, 2)).pvalue > FALSE_ALARM


# --- take-overs --------------------------------------------------------------------------------


@pytest.mark.parametrize("root", [11, FRESH])
def test_moran_with_played_groups_follows_the_chain(root: int) -> None:
    found = _measured(root)
    assert found.taken_over.shape == (2, 20)
    assert found.predicted[0] < found.predicted[1]
    assert _refuted(found) == [], root


@pytest.mark.parametrize("root", [12, FRESH])
@pytest.mark.parametrize("pair", [("train", "ride"), ("stay out", "ride"), ("cheat", "stay out")])
def test_every_pair_of_strategies(root: int, pair: tuple[str, str]) -> None:
    game = PopulationGame.relay(deposit=0.4, **RELAY)
    found = measure_fixation([game], [0.4], _seeds(root), invader=pair[0], resident=pair[1],
                             population=8, selection=0.5, runs=150)  # fmt: skip
    assert _refuted(found) == [], root


@pytest.mark.parametrize("root", [13, FRESH])
def test_fermi_with_everybody_met_follows_the_chain(root: int) -> None:
    game = PopulationGame.matrix([[1, 5], [2, 3]], ["train", "cheat"])
    found = measure_fixation([game], [0.0], _seeds(root), invader="train", resident="cheat",
                             population=15, selection=0.4, process="fermi", runs=200)  # fmt: skip
    assert _refuted(found) == [], root
    wrong = replace(found, predicted=np.array([1 / 15]))
    assert _refuted(wrong) != []


def test_the_chain_of_another_deposit_is_refuted() -> None:
    found = _measured(14, deposits=(1.0,))
    none = PopulationGame.relay(deposit=0.0, **RELAY)
    other = none.finite(12, selection=0.3, process="linear moran").fixation("train", "cheat")
    wrong = replace(found, predicted=np.array([other.probability]))
    assert len(_refuted(wrong)) == 1


def test_the_chain_of_another_group_size_is_refuted() -> None:
    found = _measured(15, deposits=(0.0,), pool=1.2)
    pairs = PopulationGame.relay(deposit=0.0, **(RELAY | {"participants": 2, "pool": 1.2}))
    other = pairs.finite(12, selection=0.3, process="linear moran").fixation("train", "cheat")
    wrong = replace(found, predicted=np.array([other.probability]))
    assert len(_refuted(wrong)) == 1


def test_same_seed_same_take_overs() -> None:
    one, two = (_measured(16, deposits=(0.0,)).taken_over for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, _measured(17, deposits=(0.0,)).taken_over)


def test_intervals_are_exact_binomial() -> None:
    found = _measured(16, deposits=(0.5,))
    (interval,) = found.intervals()
    total = int(found.taken_over.sum())
    exact = stats.binomtest(total, 4000).proportion_ci(0.95, method="exact")
    assert (interval.low, interval.mid, interval.high) == pytest.approx(
        (exact.low, total / 4000, exact.high)
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"population": 3}, "at least a group, 4"),
        ({"population": 2.5}, "population"),
        ({"population": 10**12}, "at most 10000000"),
        ({"resident": "train"}, "differ from the invader"),
        ({"selection": -1}, "selection"),
        ({"selection": 50.0}, "keep 1 \\+ selection \\* payoff positive"),
        ({"runs": 0}, "runs"),
        ({"process": "fermi"}, "process must be"),
        ({"process": "wright-fisher"}, "process must be"),
        ({"invader": "bike"}, "one of the game's strategies"),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {
        "game": PopulationGame.relay(deposit=0.4, **RELAY), "invader": "train",
        "resident": "cheat", "population": 10, "selection": 0.1, "process": "linear moran",
        "runs": 1, "rng": np.random.default_rng(0),
    }  # fmt: skip
    with pytest.raises(InputError, match=message):
        takeovers(**(given | change))


# --- evidence of a scenario --------------------------------------------------------------------


def test_population_game_of_a_scenario() -> None:
    scenario = Scenario.load("phone_community")
    games, game = games_of(scenario), population_game(scenario)
    terms: Any = game.rule.terms  # type: ignore[attr-defined]
    assert game.participants == scenario.community.participants
    assert terms.pool == scenario.reward.pool
    assert terms.cost == training_cost(scenario)
    assert terms.false_reject == games.committee.majority_false_reject
    few = population_game(scenario, group=8, deposit=0.1, strategies=["ride", "train"])
    small: Any = few.rule.terms  # type: ignore[attr-defined]
    assert (small.participants, small.deposit) == (8, 0.1)
    assert small.pool / 8 == pytest.approx(terms.pool / terms.participants)
    assert few.strategies == ("ride", "train")


def test_evidence_measures_both_invaders_at_every_deposit() -> None:
    evidence = Evidence(Scenario.load("phone_community"), rng=5, replications=20)
    found = evidence.evolution
    assert list(found) == ["train", "cheat"]
    for invader, one in found.items():
        np.testing.assert_allclose(one.deposits, np.array(DEPOSITS_IN_COSTS) * evidence.cost)
        assert one.participants == EVOLVING_GROUP
        assert one.invader == invader
        assert _refuted(one) == []
        game = population_game(evidence.scenario, group=EVOLVING_GROUP, deposit=one.deposits[1])
        population = game.finite(one.population, selection=one.selection, process=one.process)
        assert one.predicted[1] == population.fixation(invader, one.resident).probability
        assert [row.theory for row in fixation_rows(one)] == ["6.1"] * len(DEPOSITS_IN_COSTS)
    assert not np.array_equal(found["train"].taken_over, found["cheat"].taken_over)


def test_the_table_of_all_predictions_holds_the_take_overs(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = Evidence(Scenario.load("gpu_community"), rng=6, replications=20)
    others = ("pool", "learning", "waits", "turn_taking", "gate", "drift", "deposits", "splitting")
    evidence.__dict__.update(  # not measured: slow
        dict.fromkeys(others), imitation={}, private_costs={}
    )
    for rows in (
        "pool",
        "stopping",
        "wait",
        "turn_taking",
        "gate",
        "drift",
        "deposit",
        "splitting",
    ):
        monkeypatch.setattr(f"derelayl_econ.validation.rows.{rows}_rows", lambda *_: [])
    expected = [row for one in evidence.evolution.values() for row in fixation_rows(one)]
    found = [(row.quantity, row.theory, row.p_value) for row in evidence.table.rows]
    assert found == [(row.quantity, "6.1", row.p_value) for row in expected]
    assert len({row.quantity for row in expected}) == len(expected) == 2 * len(DEPOSITS_IN_COSTS)
