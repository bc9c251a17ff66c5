"""Hand-overs per core-second of one chain (CPU time); run with ``make bench``.

The task: digits, 100 participants with 15 samples each, logistic regression, batches of 5, one
epoch, a gate of 100 held-out samples, ledger, policies and rewards on.
The plain NumPy loop of the same relay is measured in the same run.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from derelayl_econ.simulation.policies import Always, PlayEquilibrium
from derelayl_econ.simulation.relay import Chain
from derelayl_econ.simulation.settings import RelaySettings

LEGS = 1000
TASKS = {
    "fixed hold-out": ({"fresh": False}, Always()),
    "fixed hold-out, mixed policy": ({"fresh": False}, PlayEquilibrium(0.3)),
    "fresh hold-out": ({"fresh": True}, Always()),
    "no gate": ({"gate": False}, Always()),
    "MLP, fresh hold-out": ({"model": "mlp-tanh"}, Always()),
}


def _chain(backend, change, policy):
    settings = RelaySettings(participants=100, test_fraction=0.1, pool=1.0, evaluate_every=0,
                             backend=backend, **change)  # fmt: skip
    chain = Chain(settings, policy, np.random.SeedSequence(1))
    for _ in range(300):  # compile, and leave the steep start behind
        chain.step()
    return chain


def _play(chain, legs):
    for _ in range(legs):
        chain.step()


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.benchmark(timer=time.process_time, group="relay hand-overs")
def test_hand_overs_per_core_second(benchmark, task):
    compiled, plain = (_chain(backend, *TASKS[task]) for backend in ("numba", "numpy"))
    benchmark.pedantic(_play, (compiled, LEGS), rounds=40, warmup_rounds=1)
    seconds = []
    for _ in range(8):
        start = time.process_time()
        _play(plain, LEGS // 10)
        seconds.append(time.process_time() - start)
    assert compiled.level > 0
    if benchmark.enabled:
        numpy = LEGS / 10 / min(seconds)
        numba = LEGS / benchmark.stats["min"]
        benchmark.extra_info.update(numba=numba, numpy=numpy)
        accepted = compiled.level / compiled.leg
        print(f"\n{task}: {numba:,.0f} hand-overs per core-second, NumPy loop {numpy:,.0f}; "
              f"{accepted:.0%} of the legs accepted")  # fmt: skip
