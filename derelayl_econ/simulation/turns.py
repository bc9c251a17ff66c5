"""A relay in which everybody hands in once, in a fixed order, and one splits its work.

Participant 0 trains first, then 1, and so on; each pays attention to its own shard only. The
*splitter* hands in its leg as several, under several names, one right after the other: the j-th
name trains, for real, on the j-th part of the splitter's samples, in an order of its own, from
whatever model is current. Everything else (data, order of the others' samples, held-out rows) has
the same random numbers whoever splits and into however many parts, so that two such relays differ
by the split alone. All hand-overs are verified; with a gate, those that fail are not accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.results import Result, frozen_array
from derelayl_econ.seeds import Seed, root_of
from derelayl_econ.simulation.settings import settings_of
from derelayl_econ.simulation.workshop import Workshop

__all__ = ["MOST_PARTS", "TurnRecord", "run_in_turns"]

Floats = npt.NDArray[np.float64]

MOST_PARTS = 16
"""Names that the splitter may use: rows of the stream of held-out samples kept for each person."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TurnRecord(Result):
    """What was handed in, in order; arrays have one entry per hand-over.

    Attributes
    ----------
    person : array of int
        Who trained; all names of the splitter are the splitter.
    accepted : array of bool
    verified : array
        Improvement seen by the validators on their samples (nats).
    gain : array
        Improvement of the mean loss on the test set (nats), accepted or not.
    noise : array
        Standard deviation of that improvement from sample to sample (nats).
    """

    person: npt.NDArray[np.int64]
    accepted: npt.NDArray[np.bool_]
    verified: Floats
    gain: Floats
    noise: Floats

    def own(self, person: int) -> npt.NDArray[np.bool_]:
        """Return which hand-overs were made by that person."""
        mine: npt.NDArray[np.bool_] = self.person == person
        return mine


def run_in_turns(scenario: Any, rng: Seed, *, splitter: int = 0, parts: int = 1) -> TurnRecord:
    """Let everybody hand in once; ``splitter`` presents its leg as ``parts`` legs.

    Parameters
    ----------
    scenario : RelaySettings or Scenario
    rng : int, SeedSequence or Generator
    splitter : int
        From 0.
    parts : int
        1 (nobody splits) to the smaller of 16 and the number of samples in a shard.

    Examples
    --------
    >>> from derelayl_econ.simulation.settings import RelaySettings
    >>> settings = RelaySettings(participants=4, gate=False, backend="numpy")
    >>> record = run_in_turns(settings, 1, splitter=1, parts=3)
    >>> record.person.tolist(), bool(record.accepted.all())
    ([0, 1, 1, 1, 2, 3], True)
    """
    settings = replace(settings_of(scenario), audit_rate=1.0, evaluate_every=0, value=0.0)
    people = Domain(0, settings.participants - 1, integer=True)
    chosen = check_number("splitter", splitter, people)
    most = min(MOST_PARTS, settings.shard)
    count = check_number("parts", parts, Domain(1, most, integer=True))
    shop, rows = Workshop(settings, root_of(rng)), []
    model, losses = shop.start, np.empty((2, settings.committee))
    for person in range(settings.participants):
        samples = np.array_split(np.arange(settings.shard), count if person == chosen else 1)
        for place, own in enumerate(samples):
            index = person * MOST_PARTS + place
            order = shop.order(index)
            candidate = shop.learner.train(
                model, shop.features, shop.labels, order[np.isin(order, own)],
                start=person * settings.shard, epoch=own.size,
            )  # fmt: skip
            shop.judge(candidate, model, index, losses, known=False)
            accepted = not settings.gate or shop.gate.verdict(losses)
            change = shop.model.losses(model, *shop.test) - shop.model.losses(candidate, *shop.test)
            rows.append((person, accepted, float(losses[0].mean() - losses[1].mean()),
                         float(change.mean()), float(change.std(ddof=1))))  # fmt: skip
            model = candidate if accepted else model
    columns = list(zip(*rows, strict=True))
    return TurnRecord(
        person=frozen_array(columns[0], np.int64), accepted=frozen_array(columns[1], np.bool_),
        verified=frozen_array(columns[2]), gain=frozen_array(columns[3]),
        noise=frozen_array(columns[4]),
    )  # fmt: skip
