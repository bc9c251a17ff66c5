"""The relay: money and models add up, cheats destroy what nobody guards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from derelayl_econ.errors import InputError
from derelayl_econ.simulation.ledger import MICRO, digest_of
from derelayl_econ.simulation.policies import Always, Cheat, Lazy, Never, PlayEquilibrium
from derelayl_econ.simulation.record import COLUMNS
from derelayl_econ.simulation.relay import Chain, run_relay
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.simulation.workshop import Workshop

SMALL = RelaySettings(participants=8, dataset="wine", shard=10, hold_out=30, legs=60, pool=2.0,
                      price=1.5, deposit=0.5, cost=0.7, value=0.1)  # fmt: skip


@pytest.mark.parametrize("selection", ["baton", "all"])
@pytest.mark.parametrize("forfeits", ["treasury", "burned"])
@pytest.mark.parametrize("fresh", [True, False])
def test_coins_and_models_add_up(selection, forfeits, fresh):
    settings = replace(SMALL, selection=selection, forfeits=forfeits, fresh=fresh, committee=1)
    policies = [PlayEquilibrium(0.3)] * 6 + [Cheat("noise", like=PlayEquilibrium(0.3)), Lazy(1)]
    result = run_relay(settings, policies, 3)
    book, table = result.ledger, result.records
    book.verify()
    assert book.treasury + sum(book.wallets) + book.escrow + book.burned == book.issued
    assert book.escrow == 0
    assert list(table.columns) == [*COLUMNS, "outage"]
    last = [entry.model for entry in book.entries if entry.verdict in (0, 1)][-1]
    assert last == digest_of(result.weights)
    start = settings.legs * settings.deposit
    for person, coins in enumerate(book.wallets):
        mine = table[table["trainer"] == person]
        moved = mine["reward"].sum() - mine["forfeited"].sum()
        assert coins / MICRO - start == pytest.approx(moved, abs=1e-4)
    assert (table["level"].diff().fillna(0) == table["accepted"].shift(1, fill_value=False)).all()


def test_utilities_are_coins_minus_costs_plus_discounted_quality():
    settings = replace(SMALL, discount=0.9)
    result = run_relay(settings, PlayEquilibrium(0.2), 5)
    table, weight = result.records, 0.9 ** result.records["leg"]
    before = np.concatenate([[result.quality_start], table["quality"].to_numpy()[:-1]])
    common = float((weight * 0.1 * before).sum())
    for person in range(8):
        own = (weight * (table["reward"] - table["forfeited"] - table["cost"]))[
            table["trainer"] == person]  # fmt: skip
        assert result.utilities[person] == pytest.approx(common + own.sum(), abs=1e-9)


def test_one_leg_equals_a_second_opinion_from_the_prose():
    settings = replace(SMALL, legs=1, backend="numpy")
    result, root = run_relay(settings, Always(), 17), np.random.SeedSequence(17)
    shop, row = Workshop(settings, root), result.records.iloc[0]
    model, lots = shop.model, shop.order(0)
    rows = slice(row["trainer"] * 10, row["trainer"] * 10 + 10)
    x, y, weights = shop.features[rows][lots], shop.labels[rows][lots], shop.start.copy()
    for low in (0, 5):
        grad = np.zeros(model.size)
        for xi, yi in zip(x[low : low + 5], y[low : low + 5], strict=True):
            scores = weights[:39].reshape(13, 3).T @ xi + weights[39:]
            error = np.exp(scores) / np.exp(scores).sum() - np.eye(3)[yi]
            grad += np.concatenate([np.outer(xi, error).ravel(), error]) / 5
        weights = weights - 0.1 * grad
    held, labels = shop.held[0][shop.judges(0)], shop.held[1][shop.judges(0)]
    after = 0.0
    for xi, yi in zip(held, labels, strict=True):
        scores = weights[:39].reshape(13, 3).T @ xi + weights[39:]
        after += (np.log(np.exp(scores).sum()) - scores[yi]) / len(labels)
    assert row["loss_before"] == pytest.approx(np.log(3), abs=1e-12)
    assert row["loss_after"] == pytest.approx(after, abs=1e-12)
    assert row["accepted"] == (after < np.log(3))
    assert row["reward"] == pytest.approx(2.0 + 1.5 * (np.log(3) - after), abs=1e-6)
    np.testing.assert_allclose(result.weights, weights, atol=1e-13)


@pytest.mark.parametrize("change", [
    {}, {"fresh": False}, {"committee": 3}, {"model": "mlp-tanh"}, {"model": "mlp-relu"},
    {"dataset": "breast_cancer"}, {"audit_rate": 0.5}, {"gate": False}, {"concentration": 0.1},
    {"selection": "all"}, {"epochs": 3, "batch": 4},
])  # fmt: skip
def test_numba_and_numpy_play_the_same_relay(change):
    base = {"participants": 8, "shard": 10, "hold_out": 10, "legs": 120, "price": 1.0, **change}
    policies = [PlayEquilibrium(0.5)] * 6 + [Cheat("label_flip"), Lazy(1)]
    one, two = (run_relay(RelaySettings(**{"dataset": "wine"} | base, backend=backend), policies, 9)
                for backend in ("numba", "numpy"))  # fmt: skip
    np.testing.assert_allclose(one.weights, two.weights, atol=1e-12, rtol=0)
    numbers = ["loss_before", "loss_after", "quality", "reward"]
    np.testing.assert_allclose(one.records[numbers], two.records[numbers], atol=2e-6, rtol=0)
    rest = [name for name in one.records if name not in numbers]
    assert one.records[rest].equals(two.records[rest])


def test_honest_relays_learn_on_every_data_set():
    for dataset, people, shard in (("digits", 50, 15), ("breast_cancer", 25, 15), ("wine", 10, 10)):
        settings = RelaySettings(dataset=dataset, participants=people, shard=shard, legs=300,
                                 hold_out=50, margin=-0.02)  # fmt: skip
        quality = run_relay(settings, Always(), 1).records["quality"]
        ceiling = np.log({"digits": 10, "breast_cancer": 2, "wine": 3}[dataset])
        assert 0.75 * ceiling < quality.iloc[-1] < ceiling, dataset


def test_cheats_destroy_an_unguarded_model_and_a_gate_saves_it():
    policies = [Cheat("noise", strength=0.5)] * 15 + [Always()] * 35
    open_, guarded = (run_relay(RelaySettings(legs=600, gate=gate, evaluate_every=600), policies, 2)
                      for gate in (False, True))  # fmt: skip
    assert open_.summary()["quality"] < 0  # worse than guessing
    assert guarded.summary()["quality"] > 1.5


@pytest.mark.parametrize(("kind", "legs"), [("label_flip", 200), ("stale", 200)])
def test_other_fakes_hold_the_model_back(kind, legs):
    settings = RelaySettings(legs=legs, gate=False, evaluate_every=legs)
    honest = run_relay(settings, Always(), 2).summary()["quality"]
    faked = run_relay(settings, [Cheat(kind)] * 25 + [Always()] * 25, 2).summary()["quality"]
    assert faked < honest - 0.1


def test_participation_and_outage_are_binomial():
    settings = RelaySettings(participants=6, legs=3000, gate=False, evaluate_every=0, shard=5)
    seed = np.random.SeedSequence().entropy
    table = run_relay(settings, PlayEquilibrium(0.2), seed).records
    outages = binomtest(int(table["outage"].sum()), 3000, 0.8**6)
    joins = binomtest(int(table["volunteers"].sum()), 6 * 3000, 0.2)
    assert min(outages.pvalue, joins.pvalue) > 1e-5, f"seed {seed}"
    trained = np.bincount(table["trainer"][~table["outage"]], minlength=6)
    assert binomtest(int(trained[0]), int(trained.sum()), 1 / 6).pvalue > 1e-5, f"seed {seed}"


def test_all_joiners_share_the_pool_equally():
    settings = RelaySettings(participants=6, legs=50, gate=False, evaluate_every=0, pool=3.0,
                             cost=0.4, selection="all", shard=5)  # fmt: skip
    result = run_relay(settings, PlayEquilibrium(0.3), 4)
    for _, leg in result.records.groupby("leg"):
        if not leg["outage"].any():
            assert len(leg) == leg["volunteers"].iloc[0] == leg["trainer"].nunique()
            np.testing.assert_allclose(leg["reward"], 3.0 / len(leg), atol=1e-6)
    assert result.records["outage"].sum() > 0
    result.ledger.verify()


def test_those_who_cannot_post_the_deposit_stay_out():
    settings = RelaySettings(participants=3, legs=40, deposit=1.0, initial_balance=2.0, shard=5,
                             margin=100.0, backend="numpy")  # everything is rejected  # fmt: skip
    result = run_relay(settings, Always(), 0)
    assert result.records["accepted"].sum() == 0
    assert result.ledger.wallets == [0, 0, 0]
    assert result.records["outage"].sum() == 40 - 6
    assert result.ledger.treasury == 6 * MICRO


def test_an_empty_treasury_pays_what_it_has():
    settings = RelaySettings(participants=3, legs=5, gate=False, pool=2.0, initial_treasury=5.0,
                             shard=5, backend="numpy")  # fmt: skip
    result = run_relay(settings, Always(), 0)
    assert result.records["reward"].tolist() == [2.0, 2.0, 1.0, 0.0, 0.0]


def test_lazy_trainers_pay_in_proportion_and_fakes_pay_the_cheats_cost():
    settings = RelaySettings(participants=3, legs=30, cost=3.0, cost_cheat=0.25, backend="numpy")
    table = run_relay(settings, [Lazy(1), Cheat("noise"), Always()], 0).records
    assert table.groupby("kind")["cost"].unique().map(list).to_dict() == {
        "lazy": [1.0], "noise": [0.25], "honest": [3.0]}  # fmt: skip


def test_audits_happen_at_their_rate_and_the_unaudited_pass():
    settings = RelaySettings(participants=5, legs=2000, audit_rate=0.3, evaluate_every=0)
    table = run_relay(settings, Cheat("noise"), 8).records
    assert binomtest(int(table["audited"].sum()), 2000, 0.3).pvalue > 1e-5
    assert table["accepted"][~table["audited"]].all()
    assert table["loss_after"][~table["audited"]].isna().all()


def test_a_fixed_hold_out_keeps_the_incumbents_loss():
    chain = Chain(replace(SMALL, fresh=False, audit_rate=0.7, price=0.0), Always(),
                  np.random.SeedSequence(2))  # fmt: skip
    for _ in range(60):
        incumbent = chain.incumbent
        chain.step()
        row = chain.result().records.iloc[-1]
        if row["audited"]:
            fresh = chain.shop.learner.mean_loss(incumbent, *chain.shop.held)
            assert row["loss_before"] == pytest.approx(fresh, abs=1e-14)


def test_nobody_joins():
    result = run_relay(RelaySettings(participants=2, legs=5, backend="numpy"), Never(), 0)
    assert result.records["outage"].all()
    summary = result.summary()
    assert (summary["level"], summary["outage_rate"]) == (0, 1.0)
    assert np.isnan(summary["acceptance"])
    assert result.utilities.tolist() == [0, 0]


def test_results_print_and_serialise():
    import json

    result = run_relay(replace(SMALL, legs=5), Always(), 0)
    assert "acceptance" in str(result)
    assert "wine" in result._repr_html_()
    json.dumps(result.to_dict())
    assert not result.utilities.flags.writeable


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="scenario"):
        run_relay({"legs": 5}, Always(), 0)
    for seed in (-1, 1.5, "seed", None, True):
        with pytest.raises(InputError, match="rng"):
            run_relay(SMALL, Always(), seed)
    with pytest.raises(InputError, match="pool of"):
        run_relay(replace(SMALL, participants=100), Always(), 0)
