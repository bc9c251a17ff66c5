"""Speed of the ecology, lineage pay to every ancestor included; run with ``make bench``."""

from __future__ import annotations

import resource
import time

import pytest

from derelayl_econ.ecology import Ecology, Preferences
from derelayl_econ.ecology.declining import budget_floor
from derelayl_econ.ecology.front import selection_front
from derelayl_econ.ecology.owner_chain import OwnerChain
from derelayl_econ.rewards import LineageShare

SMALL = Ecology()


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    SMALL.simulate(2, 0)


def test_five_thousand_rounds_of_256(benchmark):
    run = benchmark(SMALL.simulate, 5000, 1)
    assert run.alive
    assert run.coins.shape == (5000, 256)


def test_a_hundred_rounds_of_a_hundred_thousand(benchmark):
    run = benchmark.pedantic(Ecology(100_000).simulate, args=(100, 1), rounds=2, warmup_rounds=1)
    assert run.alive
    if benchmark.enabled:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"\n100 rounds of 100,000: peak of the whole process {peak:.2f} GB")


def test_two_hundred_replications_on_both_cores(benchmark):
    study = benchmark.pedantic(
        SMALL.replicate, args=(100, 1, 200), kwargs={"workers": 2}, rounds=3, warmup_rounds=1
    )
    assert len(study) == 200


def _rate(ecology, rounds):
    start = time.perf_counter()
    run = ecology.simulate(rounds, 1, every=rounds)
    seconds = time.perf_counter() - start
    assert run.rounds == rounds
    return rounds / seconds


def test_rounds_per_second_by_participants_and_by_rounds(benchmark):
    benchmark.pedantic(_rate, args=(SMALL, 1000), rounds=3)
    if not benchmark.enabled:
        return
    sizes = {size: _rate(Ecology(size), 100) for size in (64, 256, 1024, 4096, 16_384, 65_536)}
    lengths = {rounds: _rate(SMALL, rounds) for rounds in (100, 1000, 10_000, 100_000)}
    print("\nrounds per second by participants (100 rounds): "
          + ", ".join(f"{size:,}: {rate:,.0f}" for size, rate in sizes.items()))  # fmt: skip
    print("rounds per second by rounds (256 participants): "
          + ", ".join(f"{length:,}: {rate:,.0f}" for length, rate in lengths.items()))  # fmt: skip


def test_exact_owner_chain_of_256(benchmark):
    law = benchmark(lambda: OwnerChain(256, 4, 0.5, 0.9).old_relay)
    assert round(law.owners, 2) == 39.55


def test_selection_front(benchmark):
    assert benchmark(selection_front, SMALL).speed > 1


def test_budget_floor(benchmark):
    game = Ecology(royalties=LineageShare(decay=0.9), deposit_cap=0.1,
                   preferences=Preferences(cost=1.0))  # fmt: skip
    assert benchmark(budget_floor, game) > 0
