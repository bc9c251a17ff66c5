"""One deviator among honest members of real relays: predicted gains beside measured ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.games.verification import VerificationGame
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation.acceptance import measure_acceptance
from derelayl_econ.simulation.policies import HONEST, KINDS, Always, Cheat, Lazy, Submission, Submit
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings, settings_of
from derelayl_econ.validation import closed_loop
from derelayl_econ.validation.closed_loop import DEVIATIONS, RIDE, SPLIT, close_loop
from derelayl_econ.validation.closed_loop_results import ClosedLoop

FRESH = np.random.SeedSequence().entropy


def small(**changes: Any) -> Scenario:
    """Return a little community whose turns pay."""
    mapping = Scenario.load("hospital_consortium").to_mapping()
    mapping |= {"training": {"cost": 1.0, "cost_cheat": 0.1}, "sources": {}}
    scenario = Scenario.from_mapping(mapping)
    given = {"experiment.legs": 24, "community.participants": 6, "reward.pool": 3.0,
             "reward.price": 0.0, "verification.deposit": 1.0,
             "verification.committee_size": 1}  # fmt: skip
    for key, value in (given | changes).items():
        scenario = scenario.replace(key, value)
    return scenario


@pytest.fixture(scope="module")
def loop() -> ClosedLoop:
    return close_loop(small(), 5, replications=12)


def test_every_kind_of_submission_is_played(loop: ClosedLoop) -> None:
    played = {kind.kind for kind in DEVIATIONS.values() if kind is not None}
    assert played == set(KINDS) - {"honest"}
    assert [row.name for row in loop.rows] == list(DEVIATIONS)


def test_predictions_come_close(loop: ClosedLoop) -> None:
    for row in loop.rows:
        assert row.comparison.p_value > 1e-4, row.name


@pytest.mark.parametrize("seed", [3, FRESH])
def test_riding_loses_what_a_turn_earns(seed: int) -> None:
    found = close_loop(small(), seed, replications=30, deviations=[RIDE])
    (row,) = found.rows
    assert row.comparison.predicted.mid == -found.honest.predicted.mid
    assert row.comparison.p_value > 1e-4, seed
    assert found.holds == (RIDE not in found.paying)


def test_without_pay_riding_pays_what_a_turn_costs() -> None:
    poor = small(**{"reward.pool": 0.0, "verification.deposit": 0.0})
    found = close_loop(poor, 2, replications=12, deviations=[RIDE])
    (row,) = found.rows
    assert not found.holds
    assert found.paying == (RIDE,)
    assert "it pays to be one who rides" in found.caption()
    assert row.designed == pytest.approx(1.0)
    assert row.comparison.predicted.mid == pytest.approx(1.0)
    assert row.comparison.p_value > 1e-4  # turns are drawn by lot


def test_two_names_without_a_gate_earn_the_pool_twice() -> None:
    """All is accepted: 2 (R - c/2) of 6 members' legs, against R - c of 5 members'."""
    unaudited = small(**{"verification.audit_rate": 0.0})
    found = close_loop(unaudited, 4, replications=40, deviations=[SPLIT])
    half = max(1, settings_of(unaudited).steps_per_leg // 2) / settings_of(unaudited).steps_per_leg
    (row,) = found.rows
    assert row.comparison.predicted.mid == pytest.approx(2 * (3 - half) - (3 - 1) * 6 / 5)
    assert row.comparison.p_value > 1e-4
    assert found.paying == (SPLIT,)
    assert row.designed is None


def test_the_designers_gain_is_zero_at_the_smallest_deposit_that_deters() -> None:
    scenario = small(**{"reward.pool": 1.2, "verification.audit_rate": 0.5})
    checks = scenario.verification
    game = VerificationGame(1.0, 0.1, 1.2, 0, 0, 0, 0, checks.false_reject, checks.false_accept)
    least = game.deposit_window(0.5).low
    assert least > 0
    at_least = scenario.replace("verification.deposit", least)
    for name, kind in DEVIATIONS.items():
        gain = closed_loop._designed(at_least, name)
        if kind is not None and kind.faked:
            assert gain == pytest.approx(0.0, abs=1e-12)


def test_the_designers_gain_is_that_of_the_inspection_game() -> None:
    scenario = small(**{"verification.audit_rate": 0.4})
    checks = scenario.verification
    reject, accept = checks.false_reject, checks.false_accept

    def payoff(error: float, cost: float) -> float:
        by_verdict = [(1 - 0.4, 3.0), (0.4 * (1 - error), 3.0), (0.4 * error, -1.0)]
        return sum(chance * money for chance, money in by_verdict) - cost

    honest = payoff(reject, 1.0)
    fake = closed_loop._designed(scenario, "hands in an older model")
    assert fake == pytest.approx(payoff(1 - accept, 0.1) - honest)
    assert closed_loop._designed(scenario, RIDE) == pytest.approx(-honest)
    assert closed_loop._designed(scenario, "stops after one step") is None


def test_a_turn_is_paid_as_the_relay_pays_it() -> None:
    """The expected payment of judged submissions, recomputed row by row."""
    settings = RelaySettings(participants=6, legs=10, pool=2.0, price=5.0, deposit=1.5,
                             audit_rate=0.3, evaluate_every=0, backend="numpy")  # fmt: skip
    root = np.random.SeedSequence(9)
    table = measure_acceptance(settings, HONEST, 3, root, states=15)
    expected = []
    for _, row in table.iterrows():
        paid = 2.0 + 5.0 * max(row["estimate"], 0.0)
        expected.append(0.3 * (paid if row["accepted"] else -1.5) + 0.7 * paid)
    assert closed_loop._net(settings, HONEST, 3, root, 15) == pytest.approx(expected)
    ungated = replace(settings, gate=False)
    open_pay = closed_loop._net(ungated, HONEST, 3, root, 15)
    estimates = measure_acceptance(ungated, HONEST, 3, root, states=15)["estimate"]
    assert open_pay == pytest.approx(2.0 + 5.0 * np.maximum(estimates, 0.0))


def test_the_same_seed_gives_the_same_numbers_on_two_workers() -> None:
    one, two = (close_loop(small(), 7, replications=10, workers=w, deviations=[RIDE, SPLIT])
                for w in (1, 2))  # fmt: skip
    assert one.to_dict() == two.to_dict()
    assert str(one) == str(two)


def test_a_child_of_a_seed_is_told_by_a_number() -> None:
    child = np.random.SeedSequence(3).spawn(1)[0]
    found = close_loop(small(), child, replications=10, deviations=[RIDE])
    again = close_loop(small(), found.seed, replications=10, deviations=[RIDE])
    assert again.to_dict() == found.to_dict()


def test_one_kind_of_submission_can_be_handed_in_by_any_policy() -> None:
    settings = RelaySettings(participants=3, legs=12, backend="numpy", evaluate_every=0)
    for policy, kind in ((Submit(Submission(kind="overfit", epochs=2)), "overfit"),
                         (Submit(HONEST, like=Always()), "honest"),
                         (Cheat("stale"), "stale"), (Lazy(1), "lazy")):  # fmt: skip
        assert set(run_relay(settings, policy, 1).records["kind"]) == {kind}


def test_the_fee_of_a_hand_over_is_paid_by_every_name() -> None:
    """Unaudited, all is accepted: riding gains the fee more, two names pay it twice."""
    free = small(**{"verification.audit_rate": 0.0})
    dear = free.replace("reward.hand_over_fee", 0.5)
    without, paying = (close_loop(s, 6, replications=10, deviations=[RIDE, SPLIT])
                       for s in (free, dear))  # fmt: skip
    rides, splits = zip(without.rows, paying.rows, strict=True)
    assert rides[1].comparison.predicted.mid - rides[0].comparison.predicted.mid == (
        pytest.approx(0.5))  # fmt: skip
    assert splits[1].comparison.predicted.mid - splits[0].comparison.predicted.mid == (
        pytest.approx(-2 * 0.5 + 0.5 * 6 / 5))  # fmt: skip
    assert rides[1].designed == pytest.approx(rides[0].designed + 0.5)
    records = run_relay(dear, [Lazy(1), *[Always()] * 5], 1).records
    lazy = settings_of(dear).steps_per_leg
    assert set(records.loc[records["kind"] == "honest", "cost"]) == {1.5}
    assert set(records.loc[records["kind"] == "lazy", "cost"]) == {0.5 + 1.0 / lazy}


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: close_loop("phone_community", 1), "scenario must be a Scenario"),  # type: ignore[arg-type]
        (lambda: close_loop(small(), 1, replications=3), "replications must"),
        (lambda: close_loop(small(), 1, deviations=["ride"]), "Did you mean"),
        (lambda: close_loop(small(), 1, deviations=[3]), "deviation must"),  # type: ignore[list-item]
        (lambda: close_loop(small(), -1), "rng must"),
        (lambda: Submit("noise"), "submission must be a Submission"),  # type: ignore[arg-type]
        (lambda: Submit(HONEST, like=3), "like must be a Policy"),  # type: ignore[arg-type]
    ],
)
def test_bad_input(call: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        call()
