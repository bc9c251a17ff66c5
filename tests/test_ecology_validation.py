"""The ecology beside its theory: right predictions pass for fresh seeds, wrong ones fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from derelayl_econ.ecology import Ecology, JobFees, Preferences
from derelayl_econ.errors import InputError
from derelayl_econ.rewards import LineageShare
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation.ecology import train_ecology
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.solution import ecology_of
from derelayl_econ.validation import Evidence, ecology_rules
from derelayl_econ.validation.comparison import Comparison, ComparisonTable
from derelayl_econ.validation.ecology import EcologyEvidence
from derelayl_econ.validation.ecology_laws import EcologyRuns, ecology_rows, lawful, measure_ecology
from derelayl_econ.validation.ecology_rules import RulesEvidence, measure_rules, rules_rows
from derelayl_econ.validation.real_ecology import (
    measure_gains,
    measure_real_ecology,
    real_ecology_rows,
)

FALSE_ALARM = 1e-4
"""A right table is called refuted more rarely than this (family-wise), for any seed."""
APPROXIMATE = ("without rounding", "1/(L p s)", "M t^2/2", "Gini", "rich community", "improvement")
"""Leading terms and mean-field approximations, known to be off by more than the noise."""
SETTINGS = RelaySettings(participants=20, dataset="wine", shard=3, backend="numpy")


def _refuted(rows: list[Comparison]) -> set[str]:
    table = ComparisonTable(rows=tuple(rows), scenario="test", level=FALSE_ALARM)
    return {row.quantity for row in table.refuted}


@pytest.fixture(scope="module")
def fresh() -> EcologyRuns:
    return measure_ecology(Ecology(), np.random.SeedSequence(), rounds=100)


@pytest.fixture(scope="module")
def rules() -> RulesEvidence:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ecology_rules, "LONG", 300)
        patch.setattr(ecology_rules, "CLAIMED", 60)
        return measure_rules(256, np.random.SeedSequence(), 20)


def test_the_exact_laws_hold_with_fresh_seeds(fresh: EcologyRuns) -> None:
    rows = ecology_rows(fresh)
    exact = [row for row in rows if not any(word in row.quantity for word in APPROXIMATE)]
    assert len(exact) >= 17
    assert _refuted(exact) == set()


def test_the_numbers_of_the_specification(fresh: EcologyRuns) -> None:
    """Owners 39.55, ages .314 .255 .160 .101 .063, and about 1.985e5 coins after 100 rounds."""
    alive = fresh.study.alive
    assert alive.series("owners")[:, 40:].mean() == pytest.approx(39.55, abs=0.06)
    shares = alive.series("version_shares")[:, 40:].mean(axis=(0, 1))
    np.testing.assert_allclose(shares[:5], [0.314, 0.255, 0.160, 0.101, 0.063], atol=1.5e-3)
    assert alive.series("supply")[:, -1].mean() == pytest.approx(1.985e5, rel=0.005)


def test_approximations_are_close_though_not_exact(fresh: EcologyRuns) -> None:
    rows = [row for row in ecology_rows(fresh)
            if any(word in row.quantity for word in APPROXIMATE)]  # fmt: skip
    for row in rows:
        assert row.measured.mid == pytest.approx(row.predicted.mid, rel=0.12), row.quantity
    assert "owners per round, without rounding" in _refuted(rows)


@pytest.mark.parametrize("change", [
    {"success": 0.88}, {"matches": 3, "winning_share": 0.7}, {"winning_share": 0.55},
    {"royalties": LineageShare(weights=[1] * 100)}, {"fees": JobFees(case=0.002)},
])  # fmt: skip
def test_the_laws_of_other_rules_are_refuted(change: dict[str, Any]) -> None:
    """Runs of nearly the authors' rules against the laws of the authors'."""
    played = measure_ecology(replace(Ecology(), **change), np.random.SeedSequence(1), rounds=100)
    posed = replace(
        played, study=replace(played.study, ecology=Ecology()),
        long_study=replace(played.long_study, ecology=Ecology()),
    )  # fmt: skip
    assert _refuted(ecology_rows(played)) <= {
        row.quantity for row in ecology_rows(played)
        if any(word in row.quantity for word in APPROXIMATE)}  # fmt: skip
    exact = [row for row in ecology_rows(posed)
             if not any(word in row.quantity for word in APPROXIMATE)]  # fmt: skip
    assert _refuted(exact)


def test_other_rules_behave_as_predicted(rules: RulesEvidence) -> None:
    rows = [row for row in rules_rows(rules) if "reserve" not in row.quantity]
    assert len(rows) >= 15
    assert _refuted(rows) == set()


def test_rides_fall_with_the_reserve(rules: RulesEvidence) -> None:
    """The law leaves out riders who win by luck, so it is a little low; never by much."""
    rates = {reserve: rides.mean() for reserve, rides in rules.rides.items()}
    assert list(rates) == sorted(rates)
    assert all(a > b for a, b in zip(list(rates.values()), list(rates.values())[1:], strict=False))
    for reserve, rate in rates.items():
        assert 0.5 < rate / rules.predicted_rides[reserve] < 3


def test_planted_wrong_predictions_about_rules_are_refuted(rules: RulesEvidence) -> None:
    wrong = replace(
        rules,
        bounds={budget: bound / 20 for budget, bound in rules.bounds.items()},
        predicted_renewals={eta: 1.02 * n for eta, n in rules.predicted_renewals.items()},
        survival={cell: (seeds - alive, seeds) for cell, (alive, seeds) in rules.survival.items()},
        joined={share: values - 0.01 * np.arange(values.size) / values.size
                for share, values in rules.joined.items()},
    )  # fmt: skip
    refuted = " ".join(_refuted(rules_rows(wrong)))
    for words in ("life beyond", "for their own sake", "alive after", "trainers who join"):
        assert words in refuted


@pytest.mark.parametrize("change", [
    {"preferences": Preferences(cost=1)}, {"reserve": 1.0}, {"free_riders": 3}, {"matches": 3},
    {"participants": 5000},
])  # fmt: skip
def test_laws_do_not_claim_what_they_do_not_cover(change: dict[str, Any]) -> None:
    assert lawful(Ecology(), 100)
    assert not lawful(Ecology(), 40)
    ecology = replace(Ecology(), **change)
    assert not lawful(ecology, 100)
    evidence = EcologyEvidence(ecology, SETTINGS, np.random.SeedSequence(1), rounds=100,
                               replications=20)  # fmt: skip
    assert evidence.rows == []


# Real models ------------------------------------------------------------------------------------


def test_real_models_are_trained_on_real_data_by_the_same_rules() -> None:
    game = Ecology(20)
    real = train_ecology(game, SETTINGS, 15, 3)
    table = real.trainings
    assert (table.groupby("round").size().to_numpy() == real.run.matched).all()
    assert (table.groupby("round")["won"].sum().to_numpy() == real.run.winners).all()
    assert table["child"].isna().sum() == real.run.matched.sum() - real.run.trained.sum()
    assert real.quality[-1] > real.quality[0] > -0.1
    assert real.quality.max() < np.log(3)
    won = table[table["won"]].groupby("round")["child"].mean()
    np.testing.assert_allclose(won, real.quality)
    # The base of each match is what its owner won with in the round before.
    for r in range(2, 16):
        before = table[(table["round"] == r - 1) & table["won"]].set_index("trainer")["child"]
        now = table[table["round"] == r]
        np.testing.assert_allclose(now["base"], before.loc[now["owner"]])


def test_same_seed_same_real_models() -> None:
    one, two, other = (train_ecology(Ecology(20), SETTINGS, 6, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.trainings, two.trainings)
    assert not one.trainings["child"].equals(other.trainings["child"])


def test_riders_and_failures_hand_in_nothing_new() -> None:
    real = train_ecology(Ecology(20, success=0.7, free_riders=10), SETTINGS, 12, 5)
    ridden = real.trainings[real.trainings["trainer"] >= 10]
    assert len(ridden) > 10
    np.testing.assert_allclose(ridden["child"], ridden["base"])


def test_measured_gains_by_plain_grouping() -> None:
    rng = np.random.default_rng(1)
    base = rng.uniform(0, 1, 3200)
    child = base + 0.3 * (1 - base) + rng.normal(0, 0.05, 3200)
    table = pd.DataFrame({"base": base, "child": child})
    table.loc[::40, "child"] = np.nan  # failures
    gains = measure_gains(table, ceiling=2.0)
    for quality in (0.2, 0.5, 0.8):
        assert gains.expected(quality) == pytest.approx(0.3 * (1 - quality), abs=0.02)
    np.testing.assert_allclose(gains.spread, 0.05, atol=0.012)
    assert gains.start == base[~table["child"].isna()].min()


def test_real_communities_are_compared_with_others_than_they_were_fitted_to() -> None:
    seeds = [np.random.SeedSequence(7, spawn_key=(i,)) for i in range(6)]
    found = measure_real_ecology(Ecology(20), SETTINGS, 20, seeds[:3], seeds[3:])
    assert found.measured.shape[1] == found.predicted.shape[1] == 20
    again = train_ecology(Ecology(20), SETTINGS, 20, seeds[3]).quality
    assert any(np.array_equal(again, row) for row in found.measured)
    rows = real_ecology_rows(found)
    assert [row.quantity.split("after ")[1] for row in rows] == [
        "2 rounds", "6 rounds", "20 rounds"]  # fmt: skip
    assert all(row.note for row in rows)


def test_bad_input_of_real_communities() -> None:
    with pytest.raises(InputError, match="ecology must be an Ecology"):
        train_ecology(3, SETTINGS, 5, 1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"fees\.cases must be at least 1"):
        train_ecology(Ecology(20, fees=JobFees(cases=0)), SETTINGS, 5, 1)
    with pytest.raises(InputError, match=r"participants \* shard must be below"):
        train_ecology(Ecology(2000), SETTINGS, 5, 1)


# Scenario ---------------------------------------------------------------------------------------


def test_every_rule_is_reached_from_a_scenario() -> None:
    defaults = Scenario.load("derelayl_defaults")
    changes = {
        "matches": 5, "winning_share": 0.4, "success": 0.8, "founders": 2, "gain_price": 3.0,
        "reserve": 1.0, "deposit_cap": 2.0, "endowment": 4.0, "free_riders": 7,
    }  # fmt: skip
    for name, value in changes.items():
        game = ecology_of(defaults.replace(f"ecology.{name}", value) if name != "reserve"
                          else defaults.replace("ecology.reserve", 1.0))  # fmt: skip
        assert getattr(game, name) == value
    assert ecology_of(defaults.replace("community.participants", 100)).participants == 100
    geometric = defaults.replace("ecology.royalty", "geometric").replace("ecology.decay", 0.3)
    shared = geometric.replace("ecology.royalty_share", 0.6)
    assert ecology_of(shared).royalties == LineageShare(0.3, royalty_share=0.6)
    window = defaults.replace("ecology.royalty", "window").replace("ecology.window", 3)
    assert ecology_of(window).royalties == LineageShare(weights=[1, 1, 1])
    curve = defaults.replace("ecology.performance", "curve").replace("ecology.gain_spread", 0.5)
    gains = ecology_of(curve.replace("learning.drift", 0.1)).gains
    assert (gains.drift, gains.ceiling, gains.logistic) == (0.1, 1.0, False)
    np.testing.assert_allclose(gains.spread, 0.5 * gains.mean)
    walk = ecology_of(defaults.replace("ecology.gain_mean", 0.5)).gains
    assert (walk.mean == 0.5).all()
    choosy = defaults.replace("ecology.decline", True)
    for name, value in {"cost_spread": 0.2, "coin_value": 0.3, "coin_budget": 0.4}.items():
        assert getattr(ecology_of(choosy.replace(f"ecology.{name}", value)).preferences,
                       name) == value  # fmt: skip
    assert ecology_of(choosy).preferences == Preferences(cost=0.5, value=0.0, discount=0.95)
    fees = {"deposit_fee": "deposit", "model_fee": "model", "case_fee": "case",
            "test_cases": "cases", "owner_stake": "owner_stake"}  # fmt: skip
    for name, field in fees.items():
        changed = ecology_of(defaults.replace(f"ecology.{name}", 2))
        assert getattr(changed.fees, field) == 2
    assert ecology_of(defaults.replace("ecology.rounds", 7)).participants == 256


@pytest.mark.parametrize(("changes", "message"), [
    ({"ecology.decay": 0.3}, 'unless ecology.royalty = "geometric"; got 0.3'),
    ({"ecology.window": 3}, 'unless ecology.royalty = "window"'),
    ({"ecology.coin_budget": 3}, "unless ecology.decline = true"),
    ({"ecology.royalty": "al"}, r"ecology.royalty must be one of .* Did you mean all\?"),
    ({"ecology.matches": 0}, "ecology.matches must be an integer >= 1"),
    ({"ecology.rounds": 0}, "ecology.rounds must be an integer >= 1"),
    ({"ecology.success": 2}, r"ecology.success must lie in \[0, 1\]"),
    ({"community.participants": 33}, "participants must be even; got 33"),
    ({"ecology.founders": 200}, "founders must be at most 128"),
    ({"learning.drift": 0.1}, 'drift must be 0 while ecology.performance = "walk"'),
])  # fmt: skip
def test_scenarios_that_contradict_themselves(changes: dict[str, Any], message: str) -> None:
    scenario = Scenario.load("derelayl_defaults")

    def build() -> None:
        changed = scenario
        for key, value in changes.items():
            changed = changed.replace(key, value)
        ecology_of(changed)

    with pytest.raises(InputError, match=message):
        build()


def test_a_scenario_without_an_ecology_says_how_to_get_one() -> None:
    plain = Scenario.load("phone_community")
    assert plain.ecology is None
    with pytest.raises(InputError, match=r"have a section \[ecology\].*authors' rules"):
        ecology_of(plain)
    given = plain.replace("ecology.performance", "curve")  # its data drift, a walk cannot
    assert ecology_of(given).participants == 80
    assert Scenario.from_mapping(plain.to_mapping()).ecology is None


def test_where_most_relays_die_young_only_that_is_compared() -> None:
    found = measure_ecology(Ecology(64, success=0.51), np.random.SeedSequence(1), rounds=60)
    assert len(found.study.alive) < 20
    assert [row.quantity for row in ecology_rows(found)] == ["extinct relays (exact chain)"]


def test_evidence_of_a_scenario_holds_the_ecology() -> None:
    scenario = Scenario.load("derelayl_defaults").replace("ecology.rounds", 50)
    evidence = Evidence(scenario, rng=1, replications=20)
    assert evidence.ecology.rounds == 50
    assert evidence.ecology.ecology.participants == 256
    assert len(evidence.ecology.runs.study) == 200
    with pytest.raises(InputError, match="section"):
        _ = Evidence(Scenario.load("phone_community"), rng=1).ecology
