"""The workplace of one chain: shards, held-out rows, test set, and how submissions are made.

Everything here is an act on real weights and real samples. Honest, lazy and overfitting trainers
run SGD on their own shard; fakes are the incumbent plus noise, an older accepted model, or SGD on
labels that were all moved to the next class.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.seeds import child
from derelayl_econ.simulation.data import load_dataset, split_shards
from derelayl_econ.simulation.gate import Gate
from derelayl_econ.simulation.learner import NO_LIMIT, NO_ROWS, Learner, Model, kernel
from derelayl_econ.simulation.policies import Submission
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.simulation.streams import Rows

__all__ = ["Workshop"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SPLIT, LEGS, ORDERS, JUDGES, AUDITS, OTHER = range(6)


class Workshop:
    """Data, model and random streams of one chain.

    Parameters
    ----------
    settings : RelaySettings
    root : numpy.random.SeedSequence
        Root of this replication.
    """

    def __init__(self, settings: RelaySettings, root: np.random.SeedSequence) -> None:
        self.settings, self.gate = settings, Gate.of(settings)
        data = load_dataset(settings.dataset, settings.test_fraction)
        rng = np.random.default_rng(child(root, SPLIT))
        shards = split_shards(data, settings.participants, settings.shard, rng,
                              concentration=settings.concentration)  # fmt: skip
        owned = shards.members.ravel()
        self.features = np.ascontiguousarray(data.features[owned])
        self.labels = data.labels[owned]
        self.flipped = (self.labels + 1) % data.classes
        self.test = np.asfortranarray(data.test_features), data.test_labels.copy()
        self.model = Model(kind=settings.model, features=data.features.shape[1],
                           classes=data.classes, hidden=settings.hidden)  # fmt: skip
        self.learner = Learner(model=self.model, step=settings.step, batch=settings.batch,
                               backend=settings.backend)  # fmt: skip
        self.start = self.model.initial(rng)
        self.rng = np.random.default_rng(child(root, OTHER))
        self._hold_out(data.features[shards.reserve], data.labels[shards.reserve], rng, root)
        self._orders = Rows(np.random.default_rng(child(root, ORDERS)), self._draw_orders,
                            settings.epochs * settings.shard)  # fmt: skip
        self._compile()

    def order(self, index: int) -> Integers:
        """Return the order in which hand-over ``index`` uses its samples."""
        return self._orders.at(index)  # type: ignore[no-any-return]

    def judges(self, index: int) -> Integers:
        """Return the held-out rows of hand-over ``index``; none when the hold-out is fixed."""
        return self._judges.at(index) if self.gate.fresh else NO_ROWS

    def submit(self, submission: Submission, trainer: int, accepted: Sequence[Floats],
               index: int) -> Floats:  # fmt: skip
        """Return the weights that are handed in.

        Parameters
        ----------
        accepted : sequence of weight vectors
            Models accepted so far, the incumbent last.
        index : int
            Number of the hand-over: it fixes the order of the samples.
        """
        incumbent = accepted[-1]
        if submission.kind == "noise":
            return incumbent + self.rng.normal(0.0, submission.strength, size=incumbent.size)
        if submission.kind == "stale":
            return accepted[max(0, len(accepted) - 1 - submission.steps_back)].copy()
        labels, limit, order = self.labels, NO_LIMIT, self.order(index)
        if submission.kind == "label_flip":
            labels = self.flipped
        elif submission.kind == "lazy":
            limit = submission.steps
        elif submission.kind == "overfit":
            order = _orders(self.rng, 1, submission.epochs, self.settings.shard)[0]
        size = self.settings.shard
        return self.learner.train(incumbent, self.features, labels, order, limit=limit,
                                  epoch=size, start=trainer * size)  # fmt: skip

    def judge(self, candidate: Floats, incumbent: Floats, index: int, losses: Floats, *,
              known: bool) -> None:  # fmt: skip
        """Write the (2, m) paired losses on the held-out rows of this hand-over."""
        self.learner.judge(candidate, incumbent, *self.held, self.judges(index), losses,
                           known=known)  # fmt: skip

    def train_and_judge(self, trainer: int, incumbent: Floats, index: int, losses: Floats,
                        known: bool) -> Floats:  # fmt: skip
        """Make and judge an honest submission; one compiled call where that is possible."""
        size, start = self.settings.shard, trainer * self.settings.shard
        if self._compiled is None:
            candidate = self.learner.train(incumbent, self.features, self.labels,
                                           self.order(index), epoch=size, start=start)  # fmt: skip
            self.judge(candidate, incumbent, index, losses, known=known)
            return candidate
        rows = self.judges(index)
        return self._compiled(  # type: ignore[no-any-return]
            incumbent, self.features, self.labels, self._orders.at(index), start, size,
            *self._steps, *self._columns, rows, losses, known, *self._shape)  # fmt: skip

    def test_loss(self, weights: Floats) -> float:
        """Return the mean cross-entropy on the final test set (nats)."""
        return self.learner.mean_loss(weights, *self.test)

    def work(self, submission: Submission) -> float:
        """Return the SGD steps of a submission relative to an honest hand-over."""
        if submission.kind == "lazy":
            return min(1.0, submission.steps / self.settings.steps_per_leg)
        if submission.kind == "overfit":
            return submission.epochs / self.settings.epochs
        return 1.0

    def cost(self, submission: Submission) -> float:
        """Return what a submission costs its trainer (money): work in proportion, the fee whole."""
        settings = self.settings
        if submission.kind == "honest":
            return settings.cost
        if submission.faked:
            return settings.cost_cheat
        fee = settings.hand_over_fee
        return fee + (settings.cost - fee) * self.work(submission)

    def _hold_out(self, features: Floats, labels: Integers, rng: np.random.Generator,
                  root: np.random.SeedSequence) -> None:  # fmt: skip
        reserve = len(labels)
        if self.gate.fresh:
            self.held = np.asfortranarray(features), labels
            self._judges = Rows(np.random.default_rng(child(root, JUDGES)),
                                lambda r, count: self.gate.fresh_rows(reserve, r, count),
                                self.gate.samples)  # fmt: skip
        else:
            rows = self.gate.fixed_rows(reserve, rng)
            self.held = np.asfortranarray(features[rows]), labels[rows]

    def _draw_orders(self, rng: np.random.Generator, count: int) -> Integers:
        return _orders(rng, count, self.settings.epochs, self.settings.shard)

    def _compile(self) -> None:
        self._compiled: Any = kernel("handover") if self.learner.backend == "numba" else None
        self._steps = self.learner.batch, self.learner.step, NO_LIMIT
        self._columns = self.held[0].T, self.held[1]
        self._shape = self.model.classes, self.model.width, self.model.relu


def _orders(rng: np.random.Generator, count: int, epochs: int, size: int) -> Integers:
    rows = np.tile(np.arange(size), (count * epochs, 1))
    return rng.permuted(rows, axis=1).reshape(count, epochs * size)
