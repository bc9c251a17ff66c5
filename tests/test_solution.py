"""All games of each named scenario: solved completely, with small regrets, and told in JSON."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.scenario import Scenario, scenario_names
from derelayl_econ.solution import games_of, solve, training_cost
from derelayl_econ.sustainability.assess import assess

NAMES = scenario_names()


@pytest.mark.parametrize("name", NAMES)
def test_every_game_of_a_named_scenario_is_solved_completely(name: str) -> None:
    scenario = Scenario.load(name)
    answer = solve(scenario)
    for found in (answer.participation, answer.pure_participation, answer.verification):
        assert len(found) >= 1
        assert found.coverage == "all"
        scale = max(1e-300, *(abs(np.ravel(e.payoff)[~np.isnan(np.ravel(e.payoff))]).max()
                              for e in found), answer.cost)  # fmt: skip
        assert found.regret <= 1e-9 * scale
    assert answer.baton.regret <= 1e-9 * max(answer.cost, np.abs(answer.baton.value).max())
    shares = [e.strategy for e in answer.participation]
    assert shares == sorted(shares)
    n = scenario.community.participants
    assert answer.outage == pytest.approx([(1 - p) ** n for p in shares], rel=1e-9, abs=1e-300)
    assert answer.deposits.feasible == (answer.deposits.low <= answer.deposits.high)


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_prints_and_is_safe_for_json(name: str) -> None:
    answer = solve(Scenario.load(name))
    text = str(answer)
    assert answer.scenario in text.splitlines()[0]
    assert text.count("\n\n") == 7 + (answer.ecology is not None)
    assert "object at 0x" not in text
    assert not text.count("NaN")
    assert answer._repr_html_().count("<table>") >= 7
    keys = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert keys["legs"] == answer.legs
    assert keys["participation"]["equilibria"][0]["strategy"] == answer.participation[0].strategy


def test_without_a_pool_nobody_trains_and_no_deposit_works() -> None:
    answer = solve(Scenario.load("empty_pool"))
    (nobody,) = answer.participation
    assert (nobody.strategy, nobody.label, nobody.stable) == (0.0, "nobody trains", True)
    assert answer.outage == (1.0,)
    assert answer.legs == 0
    assert answer.baton.stop_level == 0
    assert not answer.deposits.feasible
    (cheating,) = answer.verification
    assert cheating.strategy[0][0] == 0  # nobody is honest


def test_certificates_are_attached_and_hold() -> None:
    plain, certified = (
        solve(Scenario.load("hospital_consortium"), certify=flag) for flag in (False, True)
    )
    assert plain.participation.certificate is None
    assert certified.participation.certificate is not None
    assert certified.participation.certificate.check()
    assert [e.strategy for e in plain.participation] == pytest.approx(
        [e.strategy for e in certified.participation], rel=1e-12
    )


def test_parameters_of_the_games_by_hand() -> None:
    """The GPU community's numbers, worked out from its file and theory 2.1 on paper."""
    scenario = Scenario.load("gpu_community")
    for key, value in {"community.participants": 3, "community.value": 2.0,
                       "community.leakage": 0.25, "community.discount": 0.75,
                       "learning.quality_max": 2.0, "learning.quality_start": 1.0,
                       "learning.learning_rate": 0.5, "learning.drift": 0.0,
                       "reward.pool": 6.0, "reward.price": 4.0,
                       "verification.committee_size": 1}.items():  # fmt: skip
        scenario = scenario.replace(key, value)
    games, cost = games_of(scenario), training_cost(scenario)
    # A unit of quality is worth v/(1 - delta) = 8; the first leg gains gamma (q_max - q_0) = 1/2.
    benefit = 8.0 * 0.5
    trainers = np.arange(1, 4)
    alone = benefit + 6.0 / 1 - cost  # nobody else trains: riding then brings nothing
    others = (1 - 0.25) * benefit + 6.0 / trainers[1:] - cost
    np.testing.assert_allclose(games.participation.gains, [alone, *others], rtol=1e-12)
    np.testing.assert_allclose(games.participation.ride, [0, 1, 1], rtol=1e-12)
    relay = games.finite_relay
    assert (relay.value, relay.price, relay.cost, relay.gap, relay.learning_rate) == (
        pytest.approx(8.0), 4.0, cost, 1.0, 0.5)  # fmt: skip
    baton = games.baton
    assert (baton.participants, baton.value, baton.cost, baton.price) == (3, 2.0, cost, 4.0)
    assert (baton.discount, baton.quality_max, baton.gap, baton.learning_rate) == (
        0.75, 2.0, 1.0, 0.5)  # fmt: skip
    funding = games.funding
    assert (funding.users, funding.flow_value, funding.leakage) == (200.0, 2.0, 0.25)
    assert funding.value == pytest.approx(8.0)
    checks = games.verification
    assert (checks.cost_honest, checks.cost_cheat, checks.reward) == (cost, 0.4, 6.0)
    assert (checks.deposit, checks.verify_cost, checks.bounty, checks.penalty) == (5, 0.2, 2, 2)
    rates = (checks.false_reject, checks.false_accept)
    assert rates == pytest.approx((0.24, 0.18), rel=1e-12)  # a committee of one


def test_a_committee_judges_in_the_inspection_game() -> None:
    """Independent validators: the majority of three errs with 3 a^2 (1 - a) + a^3."""
    scenario = Scenario.load("gpu_community").replace("verification.correlation", 0.0)
    checks = games_of(scenario).verification
    for found, alone in ((checks.false_reject, 0.24), (checks.false_accept, 0.18)):
        assert found == pytest.approx(3 * alone**2 * (1 - alone) + alone**3, rel=1e-12)


def test_cost_is_given_or_derived() -> None:
    assert training_cost(Scenario.load("derelayl_defaults")) == 0.5
    phone = Scenario.load("phone_community")
    dearer = phone.replace("training.fixed_cost", 1.0)
    assert training_cost(dearer) == pytest.approx(1.0 + training_cost(phone), rel=1e-12)
    assert 0 < training_cost(phone) < 0.01


def test_a_better_paid_community_trains_more_and_longer() -> None:
    phone = Scenario.load("phone_community")
    answers = [solve(phone.replace("reward.pool", pool)) for pool in (0.0, 0.05, 0.2)]
    shares = [max(e.strategy for e in answer.participation) for answer in answers]
    assert shares == sorted(set(shares))
    legs = [solve(phone.replace("reward.price", price)).legs for price in (0.0, 0.2, 0.8)]
    assert legs == sorted(set(legs))


@pytest.mark.parametrize("wrong", ["phone_community", None, 3, math.nan])
def test_only_a_scenario_can_be_solved(wrong: object) -> None:
    with pytest.raises(InputError, match=r"scenario must be a Scenario.*Scenario\.load"):
        solve(wrong)  # type: ignore[arg-type]


def test_the_fee_of_a_hand_over_is_a_cost_in_every_game() -> None:
    free = Scenario.load("phone_community")
    dear = free.replace("reward.hand_over_fee", 0.001)
    before, after = games_of(free), games_of(dear)
    assert after.baton.cost == after.finite_relay.cost == pytest.approx(before.baton.cost + 0.001)
    assert after.verification.cost_honest == pytest.approx(before.verification.cost_honest + 0.001)
    assert after.verification.cost_cheat == pytest.approx(before.verification.cost_cheat + 0.001)
    assert solve(dear).cost == pytest.approx(solve(free).cost + 0.001)
    (played,) = solve(dear).participation
    (probability,) = assess(dear, knobs=False)["S1"].fact("probability of training in each")
    assert played.strategy == pytest.approx(probability)
