"""The ecology with real models: every match is a real hand-over.

The rules are those of :mod:`derelayl_econ.ecology`, played by the same compiled rounds; but a
match trains the owner's real model on the trainer's own samples, and the testing miner measures all
models of a round on the same held-out cases. The performance that ranks models is that measured
quality, ln(classes) minus the mean loss (nats); what a model is truly worth is measured apart, on a
test set that no participant sees. Nothing here knows of learning curves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.ecology import Ecology, TrainingGains
from derelayl_econ.ecology.play import play
from derelayl_econ.ecology.run import EcologyRun
from derelayl_econ.ecology.state import MATCHED, Rules, State
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result, frozen_array
from derelayl_econ.seeds import Seed, child, root_of
from derelayl_econ.simulation.policies import HONEST
from derelayl_econ.simulation.settings import RelaySettings, settings_of
from derelayl_econ.simulation.workshop import Workshop

__all__ = ["RealEcology", "train_ecology"]

Floats = npt.NDArray[np.float64]

LUCK, SHOP, CASES = range(3)
"""Random streams of a run: roles and success, data and training, test cases."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RealEcology(Result):
    """An ecology in which real models were trained.

    Attributes
    ----------
    run : EcologyRun
        Its performances are measured on test cases; ``run.quality`` is that of the best model held.
    quality : array of shape (rounds,)
        Mean true quality of the models that won each round (nats); NaN where none did.
    trainings : pandas.DataFrame
        One row per match: round (from 1), owner, trainer, won, and the true quality of base and
        child (nats; NaN for a failure).
    """

    run: EcologyRun
    quality: Floats
    trainings: pd.DataFrame


def train_ecology(ecology: Ecology, scenario: object, rounds: int, rng: Seed) -> RealEcology:
    """Play an ecology whose matches train real models.

    Parameters
    ----------
    ecology : Ecology
        Its ``gains`` are not used; its job fees say how many test cases there are.
    scenario : Scenario or RelaySettings
        Names data, model, shards and step; the number of participants is the ecology's.
    rounds : int
    rng : int, SeedSequence or Generator

    Raises
    ------
    InputError
        If the data cannot be dealt to so many participants, or no test case is left.

    Examples
    --------
    >>> settings = RelaySettings(participants=20, dataset="wine", shard=3, backend="numpy")
    >>> real = train_ecology(Ecology(20), settings, rounds=10, rng=1)
    >>> real.run.status, bool(real.quality[-1] > real.quality[0])
    ('alive after round 10', True)
    """
    if not isinstance(ecology, Ecology):
        raise InputError("ecology", ecology, "be an Ecology")
    if ecology.fees.cases == 0:
        raise InputError("fees.cases", 0, "be at least 1: models are ranked by their test cases")
    settings = replace(settings_of(scenario), participants=ecology.participants)
    root = root_of(rng)
    training = _Training(ecology, settings, root)
    run = play(replace(ecology, gains=_identity(training.start)), rounds, child(root, LUCK),
               trace=True, training=training)  # fmt: skip
    assert run.trace is not None
    table = run.trace.matches[["round", "owner", "trainer", "won"]].assign(
        base=training.bases, child=training.children)  # fmt: skip
    winners = table[table["won"]].groupby("round")["child"].mean()
    return RealEcology(
        run=replace(run, ecology=ecology), trainings=table,
        quality=frozen_array(winners.reindex(range(1, run.rounds + 1)).to_numpy()),
    )  # fmt: skip


def _identity(start: float) -> TrainingGains:
    """Return gains whose quality is the performance itself, and which are never drawn."""
    return TrainingGains.table([start, start + 1], [0, 0], [0, 0], ceiling=np.finfo(float).max)


class _Training:
    """What the play calls for training: real SGD on real shards, measured on common test cases."""

    def __init__(
        self, ecology: Ecology, settings: RelaySettings, root: np.random.SeedSequence
    ) -> None:
        self.shop = Workshop(replace(settings, gate=False, fresh=True), child(root, SHOP))
        self.rng = np.random.default_rng(child(root, CASES))
        self.cases = ecology.fees.cases
        self.zero = float(np.log(self.shop.model.classes))
        self.start = self.zero - self.shop.test_loss(self.shop.start)
        self.models = dict.fromkeys(range(ecology.founders), self.shop.start)
        self.truth = dict.fromkeys(range(ecology.founders), self.start)
        self.hand_overs = 0
        self.bases: list[float] = []
        self.children: list[float] = []

    def __call__(self, rules: Rules, state: State, rng: np.random.Generator) -> None:
        models, truth = {}, {}
        features, labels = self._test_cases()
        for i in range(int(state.tally[MATCHED])):
            owner, trainer = int(state.owner[i // rules.matches]), int(state.trainer[i])
            weights = self._trained(owner, trainer, rules, bool(state.rider[trainer]), rng)
            state.child[i], worth = np.nan, np.nan
            if weights is not None:
                state.child[i] = self._quality(weights, features, labels)
                worth = self._quality(weights, *self.shop.test)
                models[trainer], truth[trainer] = weights, worth
            self.bases.append(self.truth[owner])
            self.children.append(worth)
        self.models, self.truth = models, truth

    def _trained(
        self, owner: int, trainer: int, rules: Rules, rider: bool, rng: np.random.Generator
    ) -> Floats | None:
        if rider:
            return self.models[owner]
        if rng.random() >= rules.success:
            return None
        self.hand_overs += 1
        return self.shop.submit(HONEST, trainer, [self.models[owner]], self.hand_overs)

    def _quality(self, weights: Floats, features: Floats, labels: npt.NDArray[np.int64]) -> float:
        return self.zero - self.shop.learner.mean_loss(weights, features, labels)

    def _test_cases(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        features, labels = self.shop.held
        rows = self.rng.integers(labels.size, size=self.cases)
        return np.asfortranarray(features[rows]), labels[rows]
