"""Replications of a relay: same numbers for any number of workers.

Replication i reads the streams of the child (i,) of one root, so neither the number of workers
nor the order of completion changes a bit (on one machine type with one set of versions). Two runs
with the same root share all luck that does not depend on what changed between them: a deviation
is measured by the difference per replication (common random numbers).
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.domains import COUNT, OPEN_UNIT, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result, frozen_array, json_safe
from derelayl_econ.seeds import child, root_of
from derelayl_econ.simulation.policies import Policy, assign
from derelayl_econ.simulation.relay import Chain
from derelayl_econ.simulation.settings import RelaySettings, settings_of

__all__ = ["Deviation", "Simulation", "deviate", "simulate"]

Floats = npt.NDArray[np.float64]
_BLOCKS_PER_WORKER = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulation(Result):
    """Replications of one relay.

    Attributes
    ----------
    settings : RelaySettings
    records : pandas.DataFrame
        One row per hand-over attempt or outage, with a column ``replication``.
    summary : pandas.DataFrame
        One row of totals per replication.
    utilities : (replications, N) array
    ledger_heads : tuple of str
        Last digest of each replication's ledger: a fingerprint of everything that happened.
    """

    settings: RelaySettings
    records: pd.DataFrame
    summary: pd.DataFrame
    utilities: Floats
    ledger_heads: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the summaries, utilities and fingerprints as built-in types."""
        return {"replications": len(self.summary),
                "summary": json_safe(self.summary.to_dict(orient="records")),
                "utilities": self.utilities.tolist(),
                "ledger_heads": list(self.ledger_heads)}  # fmt: skip

    def caption(self) -> str:
        """Return the one-line summary."""
        s = self.settings
        return (f"{len(self.summary)} relays: {s.participants} participants, {s.model} on "
                f"{s.dataset}, {s.legs} legs")  # fmt: skip

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return mean and standard error (none for one replication) of each total."""
        totals = self.summary.drop(columns="replication")
        error = totals.std(ddof=1) / math.sqrt(len(totals))
        return ("quantity", "mean", "standard error"), [
            (name, float(totals[name].mean()), float(error[name]) if len(totals) > 1 else None)
            for name in totals
        ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Deviation(Result):
    """What one participant gains by playing another policy, all else the same.

    Attributes
    ----------
    gains : (replications,) array
        Utility with the deviation minus utility without, same luck.
    mean, low, high : float
        Mean gain and its two-sided t interval; infinite for a single replication.
    level : float
    """

    gains: Floats
    mean: float
    low: float
    high: float
    level: float

    @property
    def profitable(self) -> bool:
        """Whether the gain is significantly positive."""
        return self.low > 0


def simulate(
    scenario: Any,
    policies: Policy | Sequence[Policy],
    rng: int | np.random.SeedSequence | np.random.Generator,
    replications: int = 1,
    workers: int = 1,
    executor: Executor | None = None,
) -> Simulation:
    """Simulate independent replications of a relay.

    Parameters
    ----------
    scenario : Scenario or RelaySettings, or anything with a method ``relay_settings()``
    policies : Policy or sequence of Policy
        One for all participants, or one each.
    rng : int, SeedSequence or Generator
    replications, workers : int
        With more than one worker, a pool of processes is started for this call.
    executor : concurrent.futures.Executor, optional
        Runs the replications instead; it is not shut down.

    Raises
    ------
    InputError
        For settings, policies or counts that cannot be used.

    Examples
    --------
    >>> from derelayl_econ.simulation.policies import PlayEquilibrium
    >>> settings = RelaySettings(participants=5, legs=20, evaluate_every=20, backend="numpy")
    >>> result = simulate(settings, PlayEquilibrium(0.2), 1, replications=3)
    >>> len(result.summary), result.utilities.shape
    (3, (3, 5))
    """
    settings, root = settings_of(scenario), root_of(rng)
    replications = check_number("replications", replications, COUNT)
    workers = check_number("workers", workers, COUNT)
    assign(policies, settings.participants)  # refuse here, not in a worker
    with _pool(executor, min(workers, replications)) as pool:
        blocks = _blocks(replications, 1 if pool is None else _BLOCKS_PER_WORKER * workers)
        calls = [(settings, policies, root, block) for block in blocks]
        parts = [_play(*call) for call in calls] if pool is None else list(
            pool.map(_play, *zip(*calls, strict=True)))  # fmt: skip
    return _collect(settings, [run for part in parts for run in part])


def deviate(
    scenario: Any,
    policies: Policy | Sequence[Policy],
    participant: int,
    policy: Policy,
    rng: int | np.random.SeedSequence | np.random.Generator,
    replications: int = 1,
    workers: int = 1,
    executor: Executor | None = None,
    *,
    level: float = 0.95,
) -> Deviation:
    """Measure what one participant gains by playing ``policy`` while all others stay put.

    Parameters
    ----------
    participant : int
        Who deviates.
    policy : Policy
        To what.
    level : float in (0, 1)
        Confidence level of the interval. The other parameters are those of :func:`simulate`.

    Examples
    --------
    >>> from derelayl_econ.simulation.policies import Always, Never
    >>> settings = RelaySettings(participants=4, legs=20, cost=1.0, evaluate_every=0,
    ...                          backend="numpy")
    >>> deviate(settings, Always(), 0, Never(), 1, replications=5).mean  # saves the cost
    4.4
    """
    from scipy.stats import t

    settings, root = settings_of(scenario), root_of(rng)
    check_number("level", level, OPEN_UNIT)
    people = assign(policies, settings.participants)
    if isinstance(participant, bool) or participant not in range(len(people)):
        raise InputError("participant", participant, f"be one of 0 .. {len(people) - 1}")
    changed = [policy if i == participant else other for i, other in enumerate(people)]
    runs = [simulate(settings, p, root, replications, workers, executor) for p in (people, changed)]
    gains = runs[1].utilities[:, participant] - runs[0].utilities[:, participant]
    mean, half = float(gains.mean()), math.inf
    if gains.size > 1:
        error = float(gains.std(ddof=1)) / math.sqrt(gains.size)
        half = float(t.ppf((1 + level) / 2, gains.size - 1)) * error
    return Deviation(gains=frozen_array(gains), mean=mean, low=mean - half, high=mean + half,
                     level=level)  # fmt: skip


_Run = tuple[int, pd.DataFrame, dict[str, float], Floats, str]


def _play(settings: RelaySettings, policies: Policy | Sequence[Policy],
          root: np.random.SeedSequence, block: range) -> list[_Run]:  # fmt: skip
    runs = []
    for number in block:
        result = Chain(settings, policies, child(root, number)).run()
        runs.append((number, result.records, result.summary(), result.utilities,
                     result.ledger.head))  # fmt: skip
    return runs


def _collect(settings: RelaySettings, runs: list[_Run]) -> Simulation:
    records = pd.concat([table.assign(replication=number) for number, table, *_ in runs],
                        ignore_index=True)  # fmt: skip
    summary = pd.DataFrame([{"replication": number, **totals} for number, _, totals, *_ in runs])
    return Simulation(settings=settings, records=records, summary=summary,
                      utilities=frozen_array([run[3] for run in runs]),
                      ledger_heads=tuple(run[4] for run in runs))  # fmt: skip


def _blocks(total: int, count: int) -> list[range]:
    edges = np.linspace(0, total, min(total, count) + 1).round().astype(int).tolist()
    return [range(low, high) for low, high in pairwise(edges)]


@contextmanager
def _pool(executor: Executor | None, workers: int) -> Iterator[Executor | None]:
    if executor is not None or workers == 1:
        yield executor
        return
    # Not fork: compiled code and BLAS may hold locks in threads that a fork does not copy.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield pool
