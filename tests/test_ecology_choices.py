"""Participants who decline, reserves, riders, claims: theory against plain loops and simulation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.ecology import Ecology, JobFees, Preferences, TrainingGains
from derelayl_econ.ecology import play as play_module
from derelayl_econ.ecology import state as layout
from derelayl_econ.ecology.alternatives import alternatives
from derelayl_econ.ecology.claims import CLAIMS, judge_claims
from derelayl_econ.ecology.declining import (
    BUDGET_FLOOR,
    DROP_OUT_LAG,
    budget_floor,
    lifetime_bound,
    renewal_state,
)
from derelayl_econ.ecology.entry import mining_income, reserve_ceiling, ride_rate
from derelayl_econ.ecology.kernels import take_bids
from derelayl_econ.ecology.play import rules_of, start_of
from derelayl_econ.ecology.terms import winner_income
from derelayl_econ.errors import InputError
from derelayl_econ.quality import ExponentialCurve, HillCurve
from derelayl_econ.rewards import LineageShare
from derelayl_econ.seeds import child, root_of

FRESH = np.random.SeedSequence().entropy
WINDOW = LineageShare(weights=[1] * 10)
WANTS = Preferences(cost=1.0, discount=0.95)
CURVE = ExponentialCurve.from_learning_rate(0, 1, 0.2)


# Preferences ------------------------------------------------------------------------------------


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0, 1))
def test_a_winners_income_is_the_discounted_sum(delta: float, decay: float, share: float) -> None:
    horizon = np.arange(20_000)
    for royalties in (LineageShare(decay, royalty_share=share), LineageShare(weights=[2, 0, 1])):
        expected = float(np.sum(royalties.weight(horizon) * delta ** (horizon + 1)))
        assert winner_income(royalties, delta) == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert winner_income(LineageShare(weights="all"), delta) == pytest.approx(delta / (1 - delta))


def _joiners(ecology: Ecology, prepare: Any) -> tuple[set[int], layout.State]:
    """Return who stands ready to train if drawn, after ``prepare`` set the scene."""
    rng = np.random.default_rng(1)
    rules, state = rules_of(ecology), start_of(ecology, 10, rng)
    prepare(state)
    ready: set[int] = set()
    others, places = np.arange(1, ecology.participants), ecology.slots - 1
    for drawn in np.split(others, range(places, others.size, places)):
        state.people[: drawn.size] = drawn
        takers = take_bids(rules, state, drawn.size)
        ready |= set(state.trainer[:takers].tolist())
    return ready, state


@pytest.mark.parametrize("seed", [4, FRESH])
def test_decisions_by_the_formula_of_the_docstring(seed: int) -> None:
    wants = Preferences(cost=1.0, cost_spread=0.6, value=0.2, discount=0.9, coin_value=0.4,
                        coin_budget=7.0)  # fmt: skip
    gains = TrainingGains.curve(CURVE, drift=0.05)
    game = Ecology(80, preferences=wants, gains=gains, royalties=WINDOW, deposit_cap=4.0)
    draw = np.random.default_rng(seed)

    def prepare(state: layout.State) -> None:
        state.coins[:] = draw.exponential(3, 80)
        state.best[:] = draw.uniform(0, 0.6, 80)
        state.cost[:] = draw.uniform(0.4, 1.6, 80)
        state.tally[layout.ROUND] = 6
        state.trained[:] = draw.integers(0, 7, 80)
        state.money[layout.EXPECTED_ISSUE] = 12.0
        state.base[0] = 0.5

    found, state = _joiners(game, prepare)
    expected = set()
    worth, omega, k = 0.2 / (1 - 0.9 * 0.95), sum(0.9**d for d in range(1, 11)), 0.9 * 0.5
    offer = 0.5 + 0.2 * (1 - 0.5)
    coin = 0.4 + 7.0 / 12.0
    for person in range(1, 80):
        bid = min(state.coins[person], 4.0, 6 - state.trained[person] + 1)
        expects = worth * 0.9 * max(0, offer - state.best[person])
        expects += coin * (k * omega - (1 - k) * bid)
        if expects >= state.cost[person]:
            expected.add(person)
    assert found == expected
    assert 0 < len(found) < 79


def test_pay_by_gain_scales_what_a_winner_expects() -> None:
    """With one trainer of known cost, the threshold moves with price times the expected gain."""
    gains = TrainingGains.curve(CURVE, spread=0)
    for price in (5.0, 20.0):
        income = price * 0.2 * winner_income(WINDOW, 0.95)  # the genesis model gains 0.2
        for cost, joins in ((0.999 * 0.45 * income, True), (1.001 * 0.45 * income, False)):
            wants = Preferences(cost=cost, discount=0.95, coin_value=1.0)
            game = Ecology(8, gains=gains, gain_price=price, royalties=WINDOW, preferences=wants)
            found, _ = _joiners(game, lambda state: None)
            assert (len(found) > 0) is joins


def test_costs_are_drawn_once_and_spread_evenly() -> None:
    costs = Preferences(cost=2.0, cost_spread=0.5).draw_costs(20_000, np.random.default_rng(2))
    assert 1 <= costs.min() < 1.01
    assert 2.99 < costs.max() <= 3
    assert costs.mean() == pytest.approx(2, abs=0.02)


def test_expected_issue_is_a_discounted_mean_of_the_past() -> None:
    game = Ecology(64, preferences=Preferences(cost=0.0, discount=0.8))
    rng = np.random.default_rng(5)
    rules, state = rules_of(game), start_of(game, 30, rng)
    state = play_module._play_compiled(rules, state, rng, play_module._empty_records(64, 30, 30),
                                       30)  # fmt: skip
    run = game.simulate(30, 5)
    again = Ecology(64, preferences=Preferences(cost=0.0, discount=0.8)).simulate(30, 5)
    np.testing.assert_array_equal(run.issued, again.issued)
    issues = np.diff(run.issued, prepend=0.0)
    expected = 1.0
    for issue in issues:
        expected = 0.8 * expected + 0.2 * issue
    assert state.money[layout.EXPECTED_ISSUE] == pytest.approx(expected)


# Budgets ----------------------------------------------------------------------------------------


def test_a_budget_above_the_floor_keeps_everybody_in_and_one_below_does_not() -> None:
    funded = Ecology(128, royalties=WINDOW, deposit_cap=1.0, preferences=WANTS)
    floor = budget_floor(funded)
    outcomes = {}
    for share in (0.9, 1.05):
        game = replace(funded, preferences=replace(WANTS, coin_budget=share * floor))
        study = game.replicate(400, FRESH, 10)
        # A community may still die young, by bad luck alone; that is not the budget's doing.
        grown = [run for run in study if run.rounds > 30]
        outcomes[share] = [(run.alive, (run.joined == 64 - run.owners).all()) for run in grown]
    assert all(alive and joined for alive, joined in outcomes[1.05])
    assert not any(joined for _, joined in outcomes[0.9])


def test_the_floor_makes_the_largest_deposit_just_worth_its_risk() -> None:
    game = Ecology(royalties=WINDOW, deposit_cap=2.0, preferences=WANTS)
    steady, omega = game.steady_state(), winner_income(WINDOW, 0.95)
    issue = 10 * steady.owners + game.fees.of_round(steady.trainers, steady.trained)
    coin = budget_floor(game) / issue
    assert coin * (0.45 * omega - 0.55 * 2.0) == pytest.approx(1.0)
    assert BUDGET_FLOOR(cost=1, issue=issue, success=0.9, winning_share=0.5, bid=2.0,
                        winner_income=omega) == pytest.approx(budget_floor(game))  # fmt: skip


@pytest.mark.parametrize("change", [
    {"royalties": LineageShare(weights="all")}, {"deposit_cap": None}, {"deposit_cap": 50.0},
    {"royalties": LineageShare(decay=0.5)},
])  # fmt: skip
def test_no_budget_is_enough_where_deposits_outweigh_royalties_or_these_grow(
    change: dict[str, Any],
) -> None:
    game = Ecology(royalties=WINDOW, deposit_cap=1.0, preferences=WANTS)
    assert budget_floor(replace(game, **change)) == math.inf


@pytest.mark.parametrize("seed", [1, FRESH])
@pytest.mark.parametrize("spread", [0.0, 0.5, 0.9])
def test_no_relay_outlives_its_bound(spread: float, seed: int) -> None:
    for budget in (2.0, 8.0):
        wants = replace(WANTS, coin_budget=budget, cost_spread=spread)
        game = Ecology(64, preferences=wants)
        lives = [run.rounds for run in game.replicate(2000, seed, 10)]
        assert max(lives) <= lifetime_bound(game)


@pytest.mark.parametrize("change", [
    {"preferences": None}, {"royalties": WINDOW}, {"free_riders": 1}, {"gain_price": 1.0},
    {"preferences": replace(WANTS, value=1.0)}, {"preferences": replace(WANTS, coin_value=1.0)},
    {"preferences": Preferences(cost=0.0)},
])  # fmt: skip
def test_other_relays_have_no_bound(change: dict[str, Any]) -> None:
    assert lifetime_bound(replace(Ecology(preferences=WANTS), **change)) == math.inf


def test_a_lag_beyond_the_drop_out_lag_is_not_worth_risking() -> None:
    omega, issue, budget = winner_income(WINDOW, 0.95), 400.0, 1000.0
    lag = float(DROP_OUT_LAG(success=0.9, winning_share=0.5, winner_income=omega, cost=1.0,
                             issue=issue, coin_budget=budget))  # fmt: skip
    coin = budget / issue
    for step, worth_it in ((-1e-9, True), (1e-9, False)):
        assert (coin * (0.45 * omega - 0.55 * (lag + step + 1)) >= 1.0) is worth_it


# Training for the model's own sake --------------------------------------------------------------


@pytest.mark.parametrize(("drift", "cost"), [(0.01, 0.1), (0.03, 0.05), (0.05, 0.2)])
def test_the_renewal_law_by_following_one_participant(drift: float, cost: float) -> None:
    """Solve the chain of one participant's lag numerically, for the predicted owners."""
    wants = Preferences(cost=cost, value=0.1, discount=0.95)
    game = Ecology(gains=TrainingGains.curve(CURVE, drift=drift), preferences=wants)
    state = renewal_state(game)
    worth = wants.worth(drift) * 0.9 * state.quality
    lag = next(j for j in range(1, 10_000) if worth * (1 - (1 - drift) ** j) >= cost)
    assert state.lag == lag
    base = (1 - drift) * state.quality
    assert base + 0.2 * (1 - base) == pytest.approx(state.quality)
    drawn = (128 - state.owners) / (256 - state.owners)
    gift = (1 - drawn) / 128
    # Stationary law of the lag: sum over ages of the chance to get there, then normalise.
    reach, law = 1.0, []
    for j in range(1, 20_000):
        law.append(reach)
        reach *= 1 - gift - (drawn * 0.9 if j >= lag else 0)
    share = sum(law[lag - 1 :]) / sum(law)
    assert state.trained == pytest.approx(256 * share * drawn * 0.9, rel=1e-6)
    assert state.owners == pytest.approx(0.5 * state.trained - 0.25)


def test_a_model_that_is_not_worth_its_cost_is_never_replaced() -> None:
    game = Ecology(gains=TrainingGains.curve(CURVE, drift=0.02),
                   preferences=Preferences(cost=5.0, value=0.1))  # fmt: skip
    state = renewal_state(game)
    assert (state.lag, state.trained, state.owners, state.starts) == (None, 0.0, 0.0, False)


def test_a_cold_start_is_told() -> None:
    slow = TrainingGains.curve(HillCurve(0, 1, 20, 2.0), drift=0.02)
    wants = Preferences(cost=0.3, value=0.1)
    assert not renewal_state(Ecology(gains=slow, preferences=wants)).starts
    assert renewal_state(Ecology(gains=TrainingGains.curve(CURVE, drift=0.02),
                                 preferences=Preferences(cost=0.1, value=0.1))).starts  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [
    ({"preferences": None}, "worthless coins"),
    ({"preferences": replace(WANTS, coin_budget=1)}, "worthless coins"),
    ({"gains": TrainingGains.curve(CURVE)}, "drift > 0"),
    ({"gains": TrainingGains.walk()}, "drift > 0"),
])  # fmt: skip
def test_renewal_needs_drift_and_worthless_coins(change: dict[str, Any], message: str) -> None:
    game = Ecology(gains=TrainingGains.curve(CURVE, drift=0.1), preferences=WANTS)
    with pytest.raises(InputError, match=message):
        renewal_state(replace(game, **change))


# Reserves and riders ----------------------------------------------------------------------------


def test_mining_income_is_what_is_paid() -> None:
    runs = Ecology().replicate(200, FRESH, 5).alive
    for run in runs:
        fees = [run.ecology.fees.of_round(n, s) for n, s in
                zip(run.matched[50:], run.trained[50:], strict=True)]  # fmt: skip
        paid = np.mean(fees) / (256 - run.owners[50:].mean())
        assert mining_income(run.ecology) == pytest.approx(paid, rel=0.01)


def test_riding_is_bounded_by_being_drawn_and_by_fees() -> None:
    rates = [ride_rate(Ecology(reserve=r, deposit_cap=r)) for r in (0.01, 0.05, 1.0, 2.0)]
    assert rates[0] == rates[1] == ride_rate(Ecology())
    assert rates[2] == pytest.approx(2 * rates[3])
    assert rates[3] == pytest.approx(mining_income(Ecology()) / 2)
    assert ride_rate(Ecology(reserve=1, deposit_cap=1), false_accept=0.5) == pytest.approx(
        2 * rates[2])  # fmt: skip
    with pytest.raises(InputError, match="equal the reserve"):
        ride_rate(Ecology(reserve=1))


@pytest.mark.parametrize("royalties", [LineageShare(decay=0.5), LineageShare(weights=[1, 1])])
def test_above_the_ceiling_a_reserve_runs_the_community_out_of_coins(
    royalties: LineageShare,
) -> None:
    ceiling = reserve_ceiling(Ecology(128, royalties=royalties))
    game = Ecology(128, royalties=royalties, reserve=1.3 * ceiling, deposit_cap=1.3 * ceiling,
                   endowment=10 * ceiling)  # fmt: skip
    study = game.replicate(3000, FRESH, 5)
    assert len(study.alive) == 0
    for run in study:
        if run.rounds > 30:  # not one that died of bad luck at the start
            assert run.supply[-1] < run.supply[10]


def test_free_riders_improve_nothing() -> None:
    run = Ecology(64, free_riders=40).simulate(60, 2, trace=True)
    assert run.trace is not None
    table = run.trace.matches
    ridden = table[table["trainer"] >= 24]
    assert len(ridden) > 100
    assert (ridden["child"] == ridden["base"]).all()
    assert not (table[table["trainer"] < 24]["child"] == table[table["trainer"] < 24]["base"]).any()


# Claims and alternatives ------------------------------------------------------------------------


def test_claims_by_plain_counting() -> None:
    variants = {"authors": Ecology(64), "asks": Ecology(64, reserve=2, endowment=6)}
    table = judge_claims(variants, 60, 3, 4)
    for k, (name, game) in enumerate(variants.items()):
        runs = list(game.replicate(60, child(root_of(3), k), 4))
        row = table[k]
        assert row.rules == name
        assert row.sustainable == np.mean([run.alive for run in runs])
        late = [slice(run.rounds // 2, None) for run in runs]
        admitted = [run.matched[part].sum() / max(1, run.joined[part].sum())
                    for run, part in zip(runs, late, strict=True)]  # fmt: skip
        assert row.permissionless == pytest.approx(np.mean(admitted))
        shared = [run.version_shares[part, :11].sum(axis=1).mean()
                  for run, part in zip(runs, late, strict=True)]  # fmt: skip
        assert row.shared == pytest.approx(np.mean(shared))
    assert [row.verdict("permissionless") for row in table] == ["holds", "partly"]
    assert list(table.to_frame()["rules"]) == list(variants)
    assert "holds (1.00)" in str(table)


def test_alternatives_differ_and_play() -> None:
    games = alternatives(Ecology(64))
    assert len(games) >= 12
    for name, game in games.items():
        run = game.simulate(30, 1)
        assert run.rounds >= 1, name
    with pytest.raises(InputError, match="claim must be one of"):
        judge_claims({"a": Ecology(64)}, 5, 1, 2)[0].verdict("fair")
    assert set(CLAIMS) == {"sustainable", "permissionless", "shared"}


# Gains ------------------------------------------------------------------------------------------


def test_gains_follow_their_curve_and_stop_at_the_ceiling() -> None:
    curve = HillCurve(0.1, 0.8, 10, 1.4)
    gains = TrainingGains.curve(curve, spread=2.0)
    grid = np.linspace(0.1, 0.79, 50)
    for quality in grid:
        assert gains.expected(quality) == pytest.approx(float(curve.gain(quality)), abs=1e-4)
    assert gains.expected(0.8) == 0.0
    run = Ecology(64, gains=gains).simulate(200, 1)
    assert run.quality.max() <= 0.8
    assert run.quality[0] >= 0.1


def test_a_table_is_linear_between_its_points_and_level_beyond() -> None:
    gains = TrainingGains.table([0.0, 1.0, 3.0], [0.4, 0.2, 0.0], [0, 0, 0], ceiling=5)
    assert gains.expected(0.5) == pytest.approx(0.3)
    assert gains.expected(2.0) == pytest.approx(0.1)
    assert gains.expected(9.0) == 0.0
    assert gains.start == 0.0
    # Without spread, and with everybody winning alike, the best climbs by the expected gain.
    run = Ecology(16, matches=8, winning_share=1, success=1, gains=gains).simulate(3, 1)
    expected, quality = [], 0.0
    for _ in range(3):
        quality += gains.expected(quality)
        expected.append(quality)
    np.testing.assert_allclose(run.quality, expected)


def test_drift_takes_its_share_every_round() -> None:
    gains = TrainingGains.table([0.0, 1.0], [0.5, 0.5], [0, 0], ceiling=10, drift=0.2)
    run = Ecology(16, matches=8, winning_share=1, success=1, gains=gains).simulate(4, 1)
    expected, quality = [], 0.0
    for _ in range(4):
        quality = 0.8 * quality + 0.5
        expected.append(quality)
    np.testing.assert_allclose(run.performance, expected)


# Bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("make", "message"), [
    (lambda: Ecology(255), "participants must be even; got 255. .*256"),
    (lambda: Ecology(2), r"participants must be an integer in \[4, "),
    (lambda: Ecology(10, founders=6), "founders must be at most 5, the slots of 10"),
    (lambda: Ecology(10, matches=0), "matches must be an integer >= 1; got 0"),
    (lambda: Ecology(10, winning_share=1.5), r"winning_share must lie in \[0, 1\]; got 1.5"),
    (lambda: Ecology(10, success=-0.1), r"success must lie in \[0, 1\]"),
    (lambda: Ecology(10, free_riders=10), "free_riders must leave 1 of 10"),
    (lambda: Ecology(10, reserve=2, deposit_cap=1), "deposit_cap must be at least the reserve"),
    (lambda: Ecology(10, royalties="all"), "royalties must be a LineageShare"),
    (lambda: Ecology(10, gains=1), "gains must be a TrainingGains"),
    (lambda: Ecology(10, fees=0.1), "fees must be a JobFees"),
    (lambda: Ecology(10, preferences=3), "preferences must be Preferences or None"),
    (lambda: Ecology(10).simulate(0, 1), "rounds must be an integer >= 1; got 0"),
    (lambda: Ecology(10).simulate(5, -1), "rng must be"),
    (lambda: Ecology(10).simulate(5, 1, every=0), "every must be an integer >= 1"),
    (lambda: Ecology(10).simulate(5, 1, trace=1), "trace must be True or False"),
    (lambda: Ecology(10).replicate(5, 1, 0), "replications must be an integer >= 1"),
    (lambda: Ecology(10).replicate(5, 1, 2, workers=0), "workers must be an integer >= 1"),
    (lambda: Ecology(10, 2).replicate(500, 1, 2).series("owners"), "whole runs only"),
    (lambda: Ecology(10).replicate(1, 1, 2).series("ownrs"), "series must be one of"),
    (lambda: JobFees(cases=1.5), "fees.cases must be an integer >= 0"),
    (lambda: JobFees(model=-1), "fees.model must be a finite number >= 0"),
    (lambda: Preferences(cost=-1), "cost must be a finite number >= 0"),
    (lambda: Preferences(cost=1, cost_spread=2), r"cost_spread must lie in \[0, 1\]"),
    (lambda: Preferences(cost=1, discount=1), r"discount must lie in \(0, 1\)"),
    (lambda: TrainingGains.curve(3), "curve must be a learning curve"),
    (lambda: TrainingGains.curve(CURVE, drift=1), r"drift must lie in \[0, 1\)"),
    (lambda: TrainingGains.walk(spread=-1), "spread must be a finite number >= 0"),
    (lambda: TrainingGains.table([0], [1], [1], ceiling=1), "strictly increasing"),
    (lambda: TrainingGains.table([0, 0], [1, 1], [1, 1], ceiling=1), "strictly increasing"),
    (lambda: TrainingGains.table([0, 1], [1], [1, 1], ceiling=1), "have the shape"),
    (lambda: TrainingGains.table([0, 2], [1, 1], [1, 1], ceiling=1), "ceiling must be at least"),
    (lambda: budget_floor(Ecology()), "preferences must be given"),
    (lambda: reserve_ceiling(Ecology(matches=3, royalties=WINDOW)), "can last"),
    (lambda: judge_claims({}, 5, 1, 1), "variants must name at least one"),
    (lambda: judge_claims({"a": 3}, 5, 1, 1), r"variants\['a'\] must be an Ecology"),
    (lambda: winner_income("all", 0.9), "royalties must be a LineageShare"),
])  # fmt: skip
def test_refusals(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)
