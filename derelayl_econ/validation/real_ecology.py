"""The ecology with real models, against steps drawn from measured gains (theory notes, section 5).

In one group of communities every match trains a real model; from these, mean and spread of a
training's true gain are measured by the quality of its base. The *prediction* is the ecology whose
trainings are independent normal steps with that mean and spread; the *measurement* is the true
quality of the winners in communities of real models that nothing was fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.ecology import Ecology, TrainingGains
from derelayl_econ.seeds import child
from derelayl_econ.simulation.data import load_dataset
from derelayl_econ.simulation.ecology import train_ecology
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean

__all__ = ["RealEcologyEvidence", "measure_gains", "measure_real_ecology", "real_ecology_rows"]

Array = npt.NDArray[np.float64]

BINS = 16
"""Qualities at which gains are measured, with equally many trainings each."""
STAGES = (0.1, 0.3, 1.0)
"""Shares of the rounds after which predictions are tested."""

NOTE = (
    "normal steps drawn afresh are not what real trainings are: a model that tested well by the "
    "luck of its trainer's few samples, or of the test cases, wins, but keeps little of that luck"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RealEcologyEvidence:
    """True quality of each round's winners, in real communities and as predicted.

    Attributes
    ----------
    gains : TrainingGains
        Measured in communities of their own.
    predicted, measured : arrays of shape (seeds, rounds)
        Mean quality (nats) of the winners, of relays that are alive at the end.
    """

    gains: TrainingGains
    predicted: Array
    measured: Array


def measure_gains(trainings: pd.DataFrame, ceiling: float) -> TrainingGains:
    """Return mean and spread of the true gain by the quality of the base.

    Parameters
    ----------
    trainings : pandas.DataFrame
        Columns base and child, as in :class:`~derelayl_econ.simulation.ecology.RealEcology`.
    ceiling : float
        Best quality a model can have (nats).
    """
    done = trainings.dropna(subset="child").sort_values("base")
    groups = np.array_split(np.arange(len(done)), BINS)
    base, gain = done["base"].to_numpy(), (done["child"] - done["base"]).to_numpy()
    table = TrainingGains.table(
        [base[g].mean() for g in groups], [gain[g].mean() for g in groups],
        [gain[g].std(ddof=1) for g in groups], ceiling=ceiling,
    )  # fmt: skip
    return replace(table, start=float(base[0]))


def measure_real_ecology(
    ecology: Ecology, settings: RelaySettings, rounds: int,
    fit_seeds: Sequence[np.random.SeedSequence], test_seeds: Sequence[np.random.SeedSequence],
) -> RealEcologyEvidence:  # fmt: skip
    """Train two groups of communities: one to measure gains, one to test the prediction."""
    fitted = [train_ecology(ecology, settings, rounds, seed) for seed in fit_seeds]
    tested = [train_ecology(ecology, settings, rounds, seed) for seed in test_seeds]
    classes = load_dataset(settings.dataset, settings.test_fraction).classes
    gains = measure_gains(pd.concat([real.trainings for real in fitted]), math.log(classes))
    drawn = replace(ecology, gains=gains).replicate(
        rounds, child(test_seeds[0], 1), 10 * len(test_seeds)
    )
    return RealEcologyEvidence(
        gains=gains,
        predicted=drawn.alive.series("performance"),
        measured=np.array([real.quality for real in tested if real.run.alive]),
    )


def real_ecology_rows(found: RealEcologyEvidence) -> list[Comparison]:
    """Compare the quality of the winners after a tenth, a third and all of the rounds."""
    rounds = found.measured.shape[1]
    places = [max(1, round(share * rounds)) for share in STAGES]
    return [
        compare_mean(
            f"quality of real winners after {place} rounds", "5",
            float(found.predicted[:, place - 1].mean()), found.measured[:, place - 1], unit="nats",
            standard_error=float(found.predicted[:, place - 1].std(ddof=1)
                                 / np.sqrt(len(found.predicted))), note=NOTE)
        for place in places
    ]  # fmt: skip
