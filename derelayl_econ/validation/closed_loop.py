r"""A mechanism in the hands of one deviator: real relays in which everybody else is honest.

The players are the scenario's participants. Each takes its turns, trains honestly and is paid,
fined and charged as the scenario says, while one of them plays, in turn, every deviation that the
simulator knows: riding, stopping early, training much too long, handing in fakes of three kinds,
or splitting its work over two names. What it gains is measured against the relay with the same luck
in which it is honest, in money per turn (a *turn* is one of the legs/N hand-overs that a member
expects). The value of the model is left out: one member's turns hardly change it.

Two predictions stand beside it. The *designer's* uses the error rates written in the scenario
(theory notes, section 4.1, without the price per improvement): a fake gains
s - y (1 - alpha - beta) (R + D), a rider what a turn costs more than it brings. The *rates'* uses
what the gate says of submissions of that kind in other, honest relays: with a verdict and an
estimated improvement e, a turn brings R + lambda max(e, 0) if it is accepted or not audited and
costs D if it is audited and rejected. What a turn costs includes the fee of the hand-over, in all
three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.scenario import Scenario
from derelayl_econ.seeds import Seed, child, numbered, root_of, seed_of
from derelayl_econ.simulation.acceptance import measure_acceptance
from derelayl_econ.simulation.experiment import simulate
from derelayl_econ.simulation.policies import (
    HONEST,
    Always,
    Never,
    Policy,
    Submission,
    Submit,
)
from derelayl_econ.simulation.settings import RelaySettings, settings_of
from derelayl_econ.simulation.workshop import Workshop
from derelayl_econ.solution import games_of
from derelayl_econ.validation.calibration import stages_of
from derelayl_econ.validation.closed_loop_results import ClosedLoop, DeviationRow
from derelayl_econ.validation.significance import compare_mean, compare_no_gain

__all__ = ["DEVIATIONS", "close_loop"]

Array = npt.NDArray[np.float64]

RIDE, SPLIT = "rides", "splits into two names"
DEVIATIONS: dict[str, Submission | None] = {
    RIDE: None,
    "stops after one step": Submission(kind="lazy", steps=1),
    "trains fifty times as long": Submission(kind="overfit", epochs=50),
    "hands in the old model with a little noise": Submission(kind="noise", strength=1e-3),
    "hands in an older model": Submission(kind="stale", steps_back=5),
    "trains on flipped labels": Submission(kind="label_flip"),
    SPLIT: None,
}
"""What the deviator does with its turns; a rider takes none, a splitter takes twice as many."""

_FEWEST = Domain(10, integer=True)
_FIT, _PLAY = range(2)


def close_loop(
    scenario: Scenario, rng: Seed, *, replications: int = 40, workers: int = 1,
    deviations: Sequence[str] = tuple(DEVIATIONS),
) -> ClosedLoop:  # fmt: skip
    """Let one participant of real relays play each deviation against honest others.

    Parameters
    ----------
    scenario : Scenario
        Its mechanism, community and experiment.
    rng : int, SeedSequence or Generator
    replications : int
        Relays per deviation, at least 10; as many others give the rates.
    workers : int
    deviations : sequence of str
        Keys of `DEVIATIONS`.

    Raises
    ------
    InputError
        If it is no scenario, or a deviation is unknown.
    SimulationError
        If its gate freezes an honest relay.

    Examples
    --------
    >>> scenario = Scenario.load("hospital_consortium").replace("experiment.legs", 24)
    >>> loop = close_loop(scenario, 1, replications=10, deviations=["rides"])
    >>> loop.rows[0].name, loop.holds
    ('rides', True)
    """
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario",
                         hint="Scenario.load(name or file) returns one.")  # fmt: skip
    count = check_number("replications", replications, _FEWEST)
    for name in deviations:
        if name not in DEVIATIONS:
            raise InputError("deviation", name, f"be one of {', '.join(DEVIATIONS)}",
                             hint=did_you_mean(str(name), DEVIATIONS))  # fmt: skip
    settings = replace(settings_of(scenario), value=0.0, discount=None, evaluate_every=0,
                       selection="baton")  # fmt: skip
    root = numbered(root_of(rng))
    turns = _turns_at_the_gate(settings, deviations, child(root, _FIT), count)
    relays = _Relays(settings, child(root, _PLAY), count, workers)
    rows = [
        _row(name, _predicted(name, turns, settings), relays.gain(name),
             _designed(scenario, name))
        for name in deviations
    ]  # fmt: skip
    honest = compare_mean(
        "an honest turn", "4.1", _mean(turns[HONEST]), relays.honest.mean(axis=1), unit="money",
        standard_error=_error(turns[HONEST]), note=_NOTE,
    )  # fmt: skip
    return ClosedLoop(scenario=scenario.name, seed=seed_of(root), honest=honest, rows=tuple(rows))


_NOTE = (
    "the gate's verdicts in the relay with a deviator, or at stages in between, are not those in "
    "the honest relays that the prediction looked at"
)


class _Relays:
    """Relays with the same luck, in which one member may deviate; money per turn."""

    def __init__(self, settings: RelaySettings, root: np.random.SeedSequence, count: int,
                 workers: int) -> None:  # fmt: skip
        self.settings, self.root, self.count, self.workers = settings, root, count, workers
        self.people = settings.participants
        self.honest = self._earned([Always()] * self.people)

    def gain(self, name: str) -> Array:
        """Return the deviator's gain in each relay."""
        others: list[Policy] = [Always()] * (self.people - 1)
        if name != SPLIT:
            changed = self._earned([_policy(name, self.settings), *others])
            return np.array(changed[:, 0] - self.honest[:, 0])
        # The second name of the splitter; nobody bears it in the honest relay.
        alone = self._earned([Always(), Never(), *others[1:]])
        half = _policy(name, self.settings)
        return np.array(self._earned([half, half, *others[1:]])[:, :2].sum(axis=1) - alone[:, 0])

    def _earned(self, policies: list[Policy]) -> Array:
        played = simulate(self.settings, policies, self.root, self.count, self.workers)
        return np.array(played.utilities * (self.people / self.settings.legs))


def _policy(name: str, settings: RelaySettings) -> Policy:
    submission = _submission(name, settings)
    return Never() if submission is None else Submit(submission)


def _submission(name: str, settings: RelaySettings) -> Submission | None:
    if name == SPLIT:  # each name does half of the work, on the one shard it has
        return Submission(kind="lazy", steps=max(1, settings.steps_per_leg // 2))
    return DEVIATIONS[name]


def _turns_at_the_gate(
    settings: RelaySettings, deviations: Sequence[str], root: np.random.SeedSequence, count: int
) -> dict[Submission, Array]:
    """Return what a turn with each submission would have earned in each of ``count`` relays."""
    kinds = {HONEST, *(_submission(name, settings) for name in deviations)} - {None}
    stages = stages_of(settings, child(root, 0))
    cost = Workshop(settings, child(root, 1)).cost
    found = {}
    for kind in kinds:
        if kind is not None:
            paid = [_net(settings, kind, stage, child(root, 2, i), count)
                    for i, stage in enumerate(stages)]  # fmt: skip
            found[kind] = np.mean(paid, axis=0) - cost(kind)
    return found


def _net(settings: RelaySettings, kind: Submission, stage: int, root: np.random.SeedSequence,
         count: int) -> Array:  # fmt: skip
    """Return the expected payment for a submission made at a stage, in each relay."""
    table = measure_acceptance(settings, kind, stage, root, states=count)
    paid = settings.pool + settings.price * np.maximum(table["estimate"], 0.0)
    audited = np.where(table["accepted"], paid, -settings.deposit)
    rate = settings.audit_rate if settings.gate else 0.0
    return np.array(rate * audited + (1 - rate) * paid)


def _predicted(name: str, turns: Mapping[Submission, Array], settings: RelaySettings) -> Array:
    """Return the gain per turn at the rates of each fitting relay."""
    honest = turns[HONEST]
    submission = _submission(name, settings)
    if submission is None:
        return -honest
    if name == SPLIT:  # two names of N draw the baton twice as often as one of N - 1
        people = settings.participants
        return 2 * turns[submission] - honest * people / (people - 1)
    return turns[submission] - honest


def _designed(scenario: Scenario, name: str) -> float | None:
    """Return the gain that the scenario's own error rates predict."""
    game, rate = games_of(scenario).verification, scenario.verification.audit_rate
    kind = DEVIATIONS[name]
    if name == SPLIT or (kind is not None and not kind.faked):
        return None
    trainer, _ = game.bimatrix()  # rows: honest, fake; columns: verified, waved through
    audited = Fraction(rate)
    honest, fake = (float(audited * row[0] + (1 - audited) * row[1]) for row in trainer)
    return (0.0 if kind is None else fake) - honest


def _mean(sample: Array) -> float:
    return float(sample.mean())


def _error(sample: Array) -> float:
    return float(sample.std(ddof=1) / np.sqrt(sample.size))


def _row(name: str, predicted: Array, measured: Array, designed: float | None) -> DeviationRow:
    quantity = f"one member {name}: gain per turn"
    return DeviationRow(
        name=name, designed=designed,
        comparison=compare_mean(quantity, "4.1", _mean(predicted), measured, unit="money",
                                standard_error=_error(predicted), note=_NOTE),
        no_gain=compare_no_gain(quantity, "4.1", measured),
    )  # fmt: skip
