"""The book: coins are conserved, tampering is found, whatever is changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import SimulationError
from derelayl_econ.simulation import ledger as book
from derelayl_econ.simulation.ledger import Entry, Ledger, digest_of, micro

MODELS = [digest_of(np.full(3, float(i))) for i in range(5)]


def _ledger():
    ledger = Ledger([100, 100, 100], treasury=1000, model=MODELS[0])
    stake = (book.DEPOSIT, 1, 10)
    ledger.record(0, 1, MODELS[0], MODELS[1], 1, 0.2, (stake, (book.RELEASE, 1, 10),
                                                      (book.REWARD, 1, 50)))  # fmt: skip
    ledger.record(1, 2, MODELS[1], book.NO_MODEL, 2, -0.1, ((book.DEPOSIT, 2, 10),
                                                           (book.FORFEIT, 2, 10)))  # fmt: skip
    ledger.record(2, -1, MODELS[1], book.NO_MODEL, 3, float("nan"), ())
    ledger.record(3, 0, MODELS[1], MODELS[2], 1, 0.1, ((book.DEPOSIT, 0, 7), (book.BURN, 0, 7)))
    return ledger


def test_transfers_move_coins_between_accounts():
    ledger = _ledger()
    assert ledger.wallets == [93, 150, 90]
    assert (ledger.treasury, ledger.escrow, ledger.burned, ledger.issued) == (960, 0, 7, 1300)
    assert len(ledger) == 5
    ledger.verify()


def test_a_broken_transfer_is_caught_in_the_same_leg(monkeypatch):
    ledger = _ledger()
    right = Ledger._move

    def wrong(self, what, person, amount):
        right(self, what, person, amount)
        if what == book.REWARD:
            self.wallets[person] += 1  # one micro-coin out of nothing

    monkeypatch.setattr(Ledger, "_move", wrong)
    with pytest.raises(SimulationError, match="not conserved"):
        ledger.record(4, 1, MODELS[2], MODELS[3], 1, 0.1, ((book.REWARD, 1, 5),))


@pytest.mark.parametrize("account", ["treasury", "escrow", "burned", "issued"])
def test_a_single_coin_on_any_account_is_noticed(account):
    ledger = _ledger()
    setattr(ledger, account, getattr(ledger, account) + 1)
    with pytest.raises(SimulationError, match="not conserved"):
        ledger.check()
    with pytest.raises(SimulationError, match=account):
        ledger.verify()


def test_stealing_from_a_neighbour_keeps_the_sum_but_not_the_replay():
    ledger = _ledger()
    ledger.wallets[0] += 5
    ledger.wallets[1] -= 5
    ledger.check()
    with pytest.raises(SimulationError, match="wallets"):
        ledger.verify()


@pytest.mark.parametrize(("field", "value"), [
    ("leg", 9), ("trainer", 2), ("base", MODELS[4]), ("model", MODELS[4]), ("verdict", 2),
    ("gain", 0.3), ("transfers", ((book.REWARD, 1, 51),)), ("digest", bytes(32)),
])  # fmt: skip
@pytest.mark.parametrize("number", [0, 1, 4])
def test_every_tampered_field_is_found(field, value, number):
    ledger = _ledger()
    ledger._lines[number] = ledger.entries[number]._replace(**{field: value})
    with pytest.raises(SimulationError, match=f"entry {number} .* was changed"):
        ledger.verify()


def test_a_rewritten_entry_with_a_fresh_digest_tears_the_chain_at_the_next():
    ledger = _ledger()
    fields = (0, 1, MODELS[0], MODELS[1], 1, 0.9, ledger.entries[1].transfers)
    forged = book._digest(ledger.entries[0].digest, *fields)
    ledger._lines[1] = Entry(*fields, forged)
    with pytest.raises(SimulationError, match="entry 2"):
        ledger.verify()


def test_dropped_and_swapped_entries_are_found():
    ledger = _ledger()
    last = ledger._lines.pop()
    with pytest.raises(SimulationError, match="missing at the end"):
        ledger.verify()
    ledger._lines.append(last)
    ledger._lines[2], ledger._lines[3] = ledger._lines[3], ledger._lines[2]
    with pytest.raises(SimulationError, match="was changed"):
        ledger.verify()


def test_a_wrong_base_model_is_found_even_when_it_was_hashed():
    ledger = _ledger()
    ledger.record(4, 0, MODELS[0], MODELS[3], 1, 0.1, ())  # the incumbent is model 2
    with pytest.raises(SimulationError, match="wrong base model"):
        ledger.verify()


@pytest.mark.parametrize("transfer", [
    (book.REWARD, 0, 10_000), (book.DEPOSIT, 0, 10_000), (book.RELEASE, 0, 1),
    (book.FORFEIT, 0, 1), (book.REWARD, 0, -1), (99, 0, 1),
])  # fmt: skip
def test_impossible_transfers_are_refused(transfer):
    with pytest.raises(SimulationError, match=r"overdraws|negative|unknown"):
        _ledger().record(4, 0, MODELS[2], MODELS[3], 1, 0.1, (transfer,))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.booleans(), st.booleans())))
def test_any_sequence_of_fair_transfers_conserves_coins(legs):
    ledger, base = Ledger([500] * 3, treasury=500, model=MODELS[0]), MODELS[0]
    for leg, (person, coins, passed, burned) in enumerate(legs):
        if ledger.wallets[person] < coins or ledger.treasury < coins:
            continue
        end = book.RELEASE if passed else book.BURN if burned else book.FORFEIT
        moves = ((book.DEPOSIT, person, coins), (end, person, coins))
        moves += ((book.REWARD, person, coins),) if passed else ()
        model = MODELS[leg % 5] if passed else book.NO_MODEL
        ledger.record(leg, person, base, model, 1 if passed else 2, 0.0, moves)
        base = model if passed else base
        assert ledger.treasury + sum(ledger.wallets) + ledger.burned == 2000
    ledger.verify()


def test_micro_coins_are_rounded_to_the_nearest():
    assert [micro(x) for x in (0.1, 1e-7, 2.5, 1 / 3)] == [100_000, 0, 2_500_000, 333_333]
