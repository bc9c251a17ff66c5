"""The ecology's rules, replayed from the trace of a run by plain loops over the prose."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derelayl_econ.ecology import Ecology, JobFees, Preferences, TrainingGains, kernels
from derelayl_econ.ecology import play as play_module
from derelayl_econ.ecology import state as layout
from derelayl_econ.ecology.inequality import gini
from derelayl_econ.ecology.play import play
from derelayl_econ.ecology.run import EcologyRun
from derelayl_econ.errors import SimulationError
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.rewards import LineageShare

CURVE = TrainingGains.curve(ExponentialCurve.from_learning_rate(0.1, 0.9, 0.2), drift=0.03)
VARIANTS: dict[str, Ecology] = {
    "the authors' rules": Ecology(64),
    "three founders, six matches": Ecology(40, 6, 0.4, 0.8, 3),
    "geometric": Ecology(64, royalties=LineageShare(decay=0.6, royalty_share=0.8)),
    "window": Ecology(64, royalties=LineageShare(weights=[1, 1, 0.5, 0.25])),
    "window, no own coin": Ecology(64, royalties=LineageShare(weights=[0, 2])),
    "no royalties": Ecology(64, royalties=LineageShare(weights=[0])),
    "reserve": Ecology(64, reserve=2, endowment=30),
    "cap": Ecology(64, reserve=1, deposit_cap=1, endowment=5),
    "pay by gain": Ecology(64, gain_price=3.5, gains=CURVE),
    "pay by gain, geometric": Ecology(
        64, gain_price=3.5, gains=CURVE, royalties=LineageShare(decay=0.5)),
    "free riders": Ecology(64, free_riders=20),
    "other fees": Ecology(64, fees=JobFees(deposit=0.5, model=0.25, case=0.125, cases=3,
                                           owner_stake=0.75)),
    "with preferences": Ecology(
        64, preferences=Preferences(cost=1, cost_spread=0.5, coin_value=0.3), endowment=3),
}  # fmt: skip
SEEDS = (20261124, np.random.SeedSequence().entropy)


class Replay:
    """The rules by plain loops; luck (who is drawn, who succeeds) is read from a trace."""

    def __init__(self, ecology: Ecology) -> None:
        n = ecology.participants
        self.rules, self.people = ecology, range(n)
        self.coins = [ecology.endowment] * n
        self.issued, self.burned = n * ecology.endowment, 0.0
        self.last_trained, self.held = [0] * n, [-1] * n
        # A model: (its parent, the owner under whom it was trained, its performance).
        self.owners: dict[int, tuple[Any, int, float]] = {}
        for person in range(ecology.founders):
            self.owners[person] = (None, person, ecology.gains.start)
            self.held[person] = 0

    def play_round(self, r: int, rows: list[dict[str, Any]], jobs: list[int]) -> None:
        rules, fees = self.rules, self.rules.fees
        drift = 1 - rules.gains.drift
        self.owners = {o: (m[0], m[1], m[2] * drift) for o, m in self.owners.items()}
        self._check_matching(r, rows, jobs)
        for row in rows:
            self.coins[row["trainer"]] -= row["bid"]
            self.coins[row["owner"]] -= row["stake"]
        models = [row for row in rows if not math.isnan(row["child"])]
        for row in models:
            self.last_trained[row["trainer"]] = self.held[row["trainer"]] = r + 1
        if models:
            self.held[jobs[1]] = r + 1
        self._issue(jobs[0], fees.deposit * len(rows))
        self._issue(jobs[1], fees.model * len(models))
        self._issue(jobs[2], fees.cases * fees.case + fees.model * len(models))
        self._issue(jobs[3], (fees.model + fees.cases * fees.case) * len(models))
        models.sort(key=lambda row: -row["child"])
        winners = models[: math.floor(rules.winning_share * len(models))]
        tree = {}
        for row in rows:
            if any(row is winner for winner in winners):
                self.coins[row["trainer"]] += row["bid"]
                self.coins[row["owner"]] += row["stake"]
            else:
                self.burned += row["bid"] + row["stake"]
        for row in winners:
            base = self.owners[row["owner"]]
            tree[row["trainer"]] = (base, row["owner"], row["child"])
            self._pay_ancestors(tree[row["trainer"]], base)
        assert [row["trainer"] for row in rows if row["won"]] == [
            row["trainer"] for row in rows if row["trainer"] in tree]  # fmt: skip
        self.owners = tree

    def _pay_ancestors(self, model: Any, base: Any) -> None:
        pay = 1.0
        if self.rules.gain_price is not None:
            shown = self.rules.gains.quality([base[2], model[2]])
            pay = self.rules.gain_price * max(0.0, shown[1] - shown[0])
        for distance in itertools.count():
            self._issue(model[1], pay * float(self.rules.royalties.weight(distance)))
            model = model[0]
            if model is None:
                return

    def _check_matching(self, r: int, rows: list[dict[str, Any]], jobs: list[int]) -> None:
        rules = self.rules
        trainers = [row["trainer"] for row in rows]
        assert len(set(trainers)) == len(trainers)
        assert not set(trainers) & set(self.owners)
        assert not (set(trainers) | set(self.owners)) & set(jobs)
        for row in rows:
            lag = r - self.last_trained[row["trainer"]]
            asked = max(min(lag + 1, rules.deposit_cap or math.inf), rules.reserve)
            assert row["bid"] == pytest.approx(min(self.coins[row["trainer"]], asked), abs=1e-9)
            assert row["bid"] >= rules.reserve
            stake = min(self.coins[row["owner"]], rules.fees.owner_stake) / rules.matches
            assert row["stake"] == pytest.approx(stake, abs=1e-12)
            assert row["base"] == pytest.approx(self.owners[row["owner"]][2], abs=1e-12)
        bids = [row["bid"] for row in rows]
        assert bids == sorted(bids, reverse=True)
        best = sorted(self.owners, key=lambda o: -self.owners[o][2])
        expected = [o for o in best for _ in range(rules.matches)][: len(rows)]
        bases = [self.owners[o][2] for o in expected]  # owners of equal models may change places
        assert [self.owners[row["owner"]][2] for row in rows] == pytest.approx(bases, abs=1e-12)

    def _issue(self, person: int, coins: float) -> None:
        self.coins[person] += coins
        self.issued += coins


def _assert_replayed(run: EcologyRun) -> None:
    assert run.trace is not None
    replay, people = Replay(run.ecology), run.ecology.participants
    table = run.trace.matches.to_dict(orient="records")
    for r in range(run.rounds):
        rows = [row for row in table if row["round"] == r + 1]
        assert len(replay.owners) == run.owners[r]
        replay.play_round(r, rows, run.trace.jobs[r].tolist())
        np.testing.assert_allclose(run.coins[r], replay.coins, rtol=1e-9, atol=1e-9)
        assert run.issued[r] == pytest.approx(replay.issued, rel=1e-9)
        assert run.burned[r] == pytest.approx(replay.burned, rel=1e-9, abs=1e-9)
        assert run.supply[r] == pytest.approx(sum(replay.coins), rel=1e-9, abs=1e-9)
        ages = [max(replay.held) - v for v in replay.held if v >= 0]
        shares = [sum(a == k for a in ages) / people for k in range(11)]
        shares += [sum(a > 10 for a in ages) / people, replay.held.count(-1) / people]
        np.testing.assert_allclose(run.version_shares[r], shares, atol=1e-12)
        assert run.gini[r] == pytest.approx(gini(replay.coins), abs=1e-9)
        assert run.winners[r] == len(replay.owners)
    assert run.held.tolist() == replay.held


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", VARIANTS)
def test_every_coin_and_model_is_where_the_rules_put_it(name: str, seed: int) -> None:
    run = VARIANTS[name].simulate(60, seed, trace=True)
    _assert_replayed(run)


def test_the_replay_notices_a_wrong_rule() -> None:
    run = Ecology(64).simulate(30, 1, trace=True)
    for change in ({"success": 0.9, "winning_share": 0.4}, {"reserve": 1.0},
                   {"royalties": LineageShare(decay=0.5)}, {"endowment": 1.0}):  # fmt: skip
        wrong = replace(run, ecology=replace(run.ecology, **change))
        with pytest.raises(AssertionError):
            _assert_replayed(wrong)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_compiled_and_the_open_loop_play_the_same(name: str) -> None:
    compiled, opened = (VARIANTS[name].simulate(80, 7, trace=trace) for trace in (False, True))
    assert compiled.status == opened.status
    np.testing.assert_array_equal(compiled.coins, opened.coins)
    np.testing.assert_array_equal(compiled.version_shares, opened.version_shares)
    for name_of_series in ("owners", "issued", "burned", "escrow", "gini", "quality", "branches"):
        np.testing.assert_array_equal(
            getattr(compiled, name_of_series), getattr(opened, name_of_series)
        )


@pytest.mark.parametrize("name", ["the authors' rules", "geometric", "window", "free riders"])
def test_a_small_room_for_the_tree_changes_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    roomy = VARIANTS[name].simulate(400, 3)
    monkeypatch.setattr(play_module, "GENERATIONS", 1)
    tight = VARIANTS[name].simulate(400, 3)
    np.testing.assert_array_equal(roomy.coins, tight.coins)


# Conservation -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_coins_are_conserved_in_every_round(name: str) -> None:
    run = VARIANTS[name].simulate(300, SEEDS[1])
    np.testing.assert_allclose(run.supply, run.coins.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(run.issued, run.supply + run.burned, rtol=1e-9)
    assert (np.diff(run.issued) >= 0).all()
    assert (np.diff(run.burned) >= 0).all()


def test_a_broken_rule_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = kernels.settle

    def generous(rules: layout.Rules, state: layout.State) -> None:
        loser = state.trainer[0]
        bid = state.bid[0]
        settle(rules, state)
        state.coins[loser] += bid  # whatever the verdict, the highest bid comes back

    monkeypatch.setattr(kernels, "settle", generous)
    with pytest.raises(SimulationError, match=r"coins are not conserved in round \d+: issued"):
        Ecology(64).simulate(60, 1, trace=True)


@pytest.mark.parametrize("account", [layout.BURNED, layout.ESCROW, layout.ISSUED])
def test_books_that_are_wrong_by_a_billionth_are_caught(account: int) -> None:
    def training(rules: layout.Rules, state: layout.State, rng: np.random.Generator) -> None:
        kernels.train(rules, state, rng)
        if state.tally[layout.ROUND] == 20:
            state.money[account] += 2e-9 * state.money[layout.ISSUED]

    with pytest.raises(SimulationError, match="round 21"):
        play(Ecology(64), 40, 1, training=training)


def test_the_compiled_loop_audits_too() -> None:
    rng = np.random.default_rng(1)
    ecology = Ecology(64)
    rules, state = play_module.rules_of(ecology), play_module.start_of(ecology, 50, rng)
    state.coins[5] += 1.0  # from nowhere
    with pytest.raises(SimulationError, match="in round 1:"):
        play_module._play_compiled(rules, state, rng, play_module._empty_records(64, 50, 1), 50)


# Endings, seeds, records ------------------------------------------------------------------------


def test_a_relay_that_dies_ends_early_and_says_so() -> None:
    run = Ecology(64, matches=3).simulate(100_000, 1)
    assert not run.alive
    assert run.status == f"extinct at round {run.rounds}"
    assert run.rounds < 100_000
    assert run.winners[-1] == 0
    assert (run.winners[:-1] > 0).all()
    assert len(run.owners) == len(run.coins) == run.rounds


@pytest.mark.parametrize("change", [{"winning_share": 0.0}, {"success": 0.0}, {"reserve": 1.0}])
def test_relays_that_cannot_start(change: dict[str, float]) -> None:
    run = Ecology(64, **change).simulate(10, 1)  # type: ignore[arg-type]
    assert run.status == "extinct at round 1"


def test_the_smallest_community() -> None:
    assert Ecology(4, 4, 1.0, 1.0).simulate(5, 1).status == "alive after round 5"
    assert Ecology(4).simulate(5, 1).status == "extinct at round 1"


def test_same_seed_same_run_for_any_number_of_workers() -> None:
    ecology = Ecology(64)
    alone, together = (ecology.replicate(50, 5, 6, workers=k) for k in (1, 3))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.wealth, other.wealth)
    assert not np.array_equal(alone[0].wealth, alone[1].wealth)
    assert [run.rounds for run in alone] == [run.rounds for run in together]


def test_coins_of_some_rounds_only() -> None:
    every, some = (Ecology(64).simulate(50, 1, every=k) for k in (1, 20))
    assert some.coin_rounds.tolist() == [20, 40]
    np.testing.assert_array_equal(some.coins, every.coins[[19, 39]])
    np.testing.assert_array_equal(some.wealth, every.coins[-1])


def test_series_of_a_study() -> None:
    study = Ecology(64).replicate(40, 2, 5)
    assert study.alive.series("owners").shape == (len(study.alive), 40)
    assert "alive at the end" in str(study)
    frame = study[0].to_frame()
    assert list(frame["round"]) == list(range(1, 41))
    np.testing.assert_allclose(frame.filter(like="version_").sum(axis=1), 1)
    assert study[0].to_dict()["status"] == study[0].status


def test_results_are_read_only_and_inputs_untouched() -> None:
    ecology = Ecology(64)
    before = ecology.gains.mean.copy()
    run = ecology.simulate(10, 1)
    with pytest.raises(ValueError, match="read-only"):
        run.coins[0, 0] = 1
    np.testing.assert_array_equal(ecology.gains.mean, before)
