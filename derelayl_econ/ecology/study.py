"""Many runs of one ecology with independent seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.domains import COUNT, check_number
from derelayl_econ.ecology.play import play
from derelayl_econ.ecology.run import SERIES, EcologyRun
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result, json_safe
from derelayl_econ.seeds import Seed, child, root_of

if TYPE_CHECKING:
    from derelayl_econ.ecology.ecology import Ecology

__all__ = ["EcologyStudy", "replicate"]


@dataclass(frozen=True, kw_only=True, eq=False)
class EcologyStudy(Result, Sequence[EcologyRun]):
    """Runs of one ecology, of ``rounds`` rounds each unless the relay died."""

    ecology: Ecology
    rounds: int
    runs: tuple[EcologyRun, ...]

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[EcologyRun]:
        return iter(self.runs)

    def __getitem__(self, index: Any) -> Any:
        return self.runs[index]

    @property
    def alive(self) -> EcologyStudy:
        """The runs that are alive at the end."""
        runs = tuple(run for run in self.runs if run.alive)
        return EcologyStudy(ecology=self.ecology, rounds=self.rounds, runs=runs)

    def series(self, name: str) -> npt.NDArray[Any]:
        """Return one series of all runs, shape (runs, rounds, ...); every run must be as long.

        Raises
        ------
        InputError
            If a run ended early: take ``.alive`` first.
        """
        if name not in (*SERIES, "version_shares", "coins"):
            raise InputError("series", name, f"be one of {', '.join(SERIES)}")
        if any(run.rounds < self.rounds for run in self.runs) or not self.runs:
            raise InputError("study", f"{len(self.alive)} whole runs of {len(self)}",
                             "hold whole runs only",
                             hint="Try study.alive.series(...).")  # fmt: skip
        return np.array([getattr(run, name) for run in self.runs])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per run and round, with a column ``replication``."""
        frames = [run.to_frame().assign(replication=i) for i, run in enumerate(self.runs)]
        return pd.concat(frames, ignore_index=True)

    def caption(self) -> str:
        """Return the one-line summary."""
        return (f"{len(self)} runs of {self.ecology.participants} participants, {self.rounds} "
                f"rounds: {len(self.alive)} alive at the end")  # fmt: skip

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return lives of the dead, and last rounds of the living: mean and standard error."""
        living = self.alive.runs
        rows = [("rounds until extinct", [float(run.rounds) for run in self.runs if not run.alive])]
        rows += [(f"{name}, last round", [float(getattr(run, name)[-1]) for run in living])
                 for name in SERIES]  # fmt: skip
        return ("quantity", "runs", "mean", "standard error"), [
            (name, len(values), *_mean_and_error(values)) for name, values in rows if values
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return each run's status and last round as built-in types."""
        runs = [
            {"status": run.status, "rounds": run.rounds,
             **{name: json_safe(getattr(run, name)[-1]) for name in SERIES},
             "version_shares": run.version_shares[-1].tolist()}
            for run in self.runs
        ]  # fmt: skip
        return {"rounds": self.rounds, "alive": len(self.alive), "runs": runs}


def replicate(
    ecology: Ecology, rounds: int, rng: Seed, replications: int, *, workers: int = 1,
    executor: Executor | None = None,
) -> EcologyStudy:  # fmt: skip
    """Play an ecology with independent seeds; the last round's coins of everybody are kept.

    See :meth:`Ecology.replicate <derelayl_econ.ecology.Ecology.replicate>`.
    """
    count = check_number("replications", replications, COUNT)
    length = check_number("rounds", rounds, COUNT)
    threads = check_number("workers", workers, COUNT)
    root = root_of(rng)
    seeds = [child(root, i) for i in range(count)]
    if executor is None and threads == 1:
        runs = [_one(ecology, length, seed) for seed in seeds]
    elif executor is not None:
        runs = list(executor.map(_one, [ecology] * count, [length] * count, seeds))
    else:
        with ThreadPoolExecutor(threads) as pool:
            runs = list(pool.map(_one, [ecology] * count, [length] * count, seeds))
    return EcologyStudy(ecology=ecology, rounds=length, runs=tuple(runs))


def _mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return float(np.mean(values)), None if spread is None else spread / len(values) ** 0.5


def _one(ecology: Ecology, rounds: int, seed: np.random.SeedSequence) -> EcologyRun:
    return play(ecology, rounds, seed, every=rounds)
