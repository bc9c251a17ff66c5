"""Speed of the cooperative games; run with ``make bench``.

Where coopgame-py (Rust) is installed, the same games are solved by it in the same run, and both
answers must agree.
"""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from derelayl_econ.games.coalition import CoalitionGame
from derelayl_econ.games.model_sharing import ModelSharingGame
from derelayl_econ.games.potential import PotentialGame
from derelayl_econ.shapley import shapley_of_table


def _table(players, seed=0):
    """Random worths that grow with the size: no ties, and a core in most cases."""
    sizes = np.bitwise_count(np.arange(1 << players, dtype=np.uint32)).astype(float)
    table = sizes**2 + np.random.default_rng(seed).random(1 << players)
    table[0] = 0
    return table


def _majority(players):
    """Weighted votes, worths 0 and 1: as degenerate as games get."""
    weights = np.random.default_rng(1).integers(1, 20, players)
    votes = np.zeros(1)
    for w in weights:
        votes = np.concatenate([votes, votes + w])
    return (votes > weights.sum() / 2).astype(float)


def _side_by_side(name, found, seconds, table):
    """Print coopgame-py's time for the same game, if it is installed; the answers must agree."""
    try:
        import coopgame
    except ImportError:
        return
    game, times = coopgame.Game(table[1:].tolist()), []
    for _ in range(3):
        start = time.process_time()
        other = getattr(coopgame, name)(game)
        times.append(time.process_time() - start)
    answer = other["allocation"] if isinstance(other, dict) else other
    np.testing.assert_allclose(answer, found, atol=1e-7 * np.abs(table).max())
    players = table.size.bit_length() - 1
    print(f"\n{name} of {players}: {1e3 * seconds:.1f} ms, coopgame-py {1e3 * min(times):.1f} ms")


def _least(benchmark):
    return benchmark.stats["min"] if benchmark.enabled else 0.0


@pytest.mark.benchmark(timer=time.process_time)
def test_shapley_of_twenty(benchmark):
    table = _table(20)
    found = benchmark(shapley_of_table, table)
    assert found.sum() == pytest.approx(table[-1])
    if benchmark.enabled:
        assert _least(benchmark) < 0.2
        _side_by_side("shapley", found, _least(benchmark), table)


PEAK = """
import resource, time
import numpy as np
from derelayl_econ.games.coalition import CoalitionGame
sizes = np.bitwise_count(np.arange(1 << 24, dtype=np.uint32))
game = CoalitionGame(sizes.astype(np.float64))
del sizes
start = time.process_time()
found = game.shapley()
seconds = time.process_time() - start
assert np.allclose(found, 1)
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def test_shapley_of_twenty_four_and_its_memory(benchmark):
    def measured():
        answer = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True,
                                check=True)  # fmt: skip
        return [float(x) for x in answer.stdout.split()]

    if not benchmark.enabled:
        pytest.skip("needs a process of its own and 16,777,216 worths")
    seconds, peak = benchmark.pedantic(measured, rounds=1)
    benchmark.extra_info.update(seconds=seconds, peak_gib=peak)
    print(f"\nn = 24: {seconds:.2f} s of one core, peak memory {peak:.2f} GiB, worths included")
    assert peak < 2


@pytest.mark.parametrize("players", [6, 10, 12, 15])
@pytest.mark.parametrize("kind", [_table, _majority])
@pytest.mark.benchmark(timer=time.process_time)
def test_nucleolus(benchmark, players, kind):
    table = kind(players)
    game = CoalitionGame(table)
    found = benchmark.pedantic(game.nucleolus, rounds=3)
    assert found.certificate.status == "exact"
    if benchmark.enabled:
        _side_by_side("nucleolus", found.allocation, _least(benchmark), table)


def test_core_of_ten(benchmark):
    table = _majority(10)
    core = benchmark(lambda: CoalitionGame(table).core())
    assert core.certificate.check()


def test_all_partitions_of_eight(benchmark):
    sizes = [3, 5, 8, 9, 11, 14, 20, 26]
    found = benchmark(lambda: ModelSharingGame(sizes, 10, 1).stability())
    assert len(found) == 4140


@pytest.mark.parametrize("participants", [10, 1000])
def test_all_equilibria_of_the_effort_game(benchmark, participants):
    rng = np.random.default_rng(0)
    game = PotentialGame(2.5, rng.uniform(1, 2, participants), 1, rng.uniform(20, 30, participants))
    found = benchmark(lambda: game.at(2.5).equilibria())
    assert found.regret < 1e-9
