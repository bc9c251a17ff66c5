"""What a real gate lets pass, against the law of the gate (theory notes, sections 1.3 and 4.1a).

In one group of relays each kind of submission is made of real weights and its true improvement is
measured: mean m, spread s, per-sample noise sigma. From these three numbers the law predicts what a
gate accepts, and, through the correlation of verdicts on one submission, what a committee accepts.
In a second group real gates and committees, with held-out samples of their own, give the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from derelayl_econ.games.committee import Committee
from derelayl_econ.games.gate import Gate, fit_submissions
from derelayl_econ.games.gate import Submission as Kind
from derelayl_econ.simulation.acceptance import measure_acceptance
from derelayl_econ.simulation.policies import HONEST, Submission
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_frequency

__all__ = ["KINDS", "GateEvidence", "gate_rows", "measure_gate"]

KINDS = (
    HONEST,
    Submission(kind="lazy", steps=1),
    Submission(kind="noise", strength=1e-3),
    Submission(kind="stale", steps_back=5),
    Submission(kind="label_flip"),
)
"""Honest work, one SGD step only, next to nothing, an older model, training on wrong labels."""
NAMES = {"honest": "honest work", "lazy": "lazy (1 step)", "noise": "tiny noise",
         "stale": "stale model", "label_flip": "flipped labels"}  # fmt: skip
MEMBERS = 15
RESAMPLES = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class GateEvidence:
    """Submissions at one stage, from two groups of relays.

    Attributes
    ----------
    stage : int
        Accepted legs before the submission.
    hold_out : int
        Samples per validator.
    fitted_on : DataFrame
        Submissions whose true improvement gives m, s and sigma (columns as in
        :func:`~derelayl_econ.simulation.acceptance.measure_acceptance`).
    single, committee : DataFrame
        Submissions in other relays, judged by one validator and by a committee of ``MEMBERS``.
    """

    stage: int
    hold_out: int
    fitted_on: pd.DataFrame
    single: pd.DataFrame
    committee: pd.DataFrame

    @property
    def member_hold_out(self) -> int:
        """Samples of each member of the committee: half of what a single validator has."""
        return half_of(self.hold_out)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The fitted (m, s, sigma) of each kind."""
        return {name: _fitted(table) for name, table in self.fitted_on.groupby("kind")}


def half_of(hold_out: int) -> int:
    """Return the hold-out of a committee member, given that of a single validator."""
    return max(1, hold_out // 2)


def measure_gate(
    settings: RelaySettings, stage: int, fit_root: np.random.SeedSequence,
    test_roots: tuple[np.random.SeedSequence, np.random.SeedSequence], states: int,
) -> GateEvidence:  # fmt: skip
    """Make and judge submissions of every kind in ``states`` relays of each group."""
    # Relays grow without a gate, so that every group reaches the stage by the same road.
    settings = replace(settings, gate=False, audit_rate=1.0, deposit=0.0)
    half = replace(settings, committee=MEMBERS, hold_out=half_of(settings.hold_out))
    return GateEvidence(
        stage=stage,
        hold_out=settings.hold_out,
        fitted_on=measure_acceptance(settings, KINDS, stage, fit_root, states=states),
        single=measure_acceptance(settings, KINDS, stage, test_roots[0], states=states),
        committee=measure_acceptance(half, KINDS, stage, test_roots[1], states=states),
    )


def gate_rows(evidence: GateEvidence, rng: np.random.Generator) -> list[Comparison]:
    """Compare acceptance by one validator for every kind, and by a committee for two."""
    rows = []
    for kind in evidence.kinds:
        predicted, error = _predict(evidence, kind, rng, _one_validator)
        rows.append(_row(f"{NAMES[kind]} accepted, stage {evidence.stage}", "4.1a",
                         predicted, error, evidence.single, kind, _GATE_NOTE))  # fmt: skip
    for kind in ("honest", "label_flip"):
        for law, predict, note in (("correlated", _committee, _COMMITTEE_NOTE),
                                   ("independent", _condorcet, _CONDORCET_NOTE)):  # fmt: skip
            predicted, error = _predict(evidence, kind, rng, predict)
            rows.append(_row(f"{NAMES[kind]} accepted by {MEMBERS} {law} validators", "1.3",
                             predicted, error, evidence.committee, kind, note))  # fmt: skip
    return rows


_GATE_NOTE = (
    "true improvements of this kind are not normal enough, or not similar enough between groups of "
    "relays, for the law of the gate"
)
_COMMITTEE_NOTE = "the beta-binomial law does not describe how validators' verdicts go together"
_CONDORCET_NOTE = (
    "validators judge the same submission, so that their errors go together; counting them as "
    "independent (Condorcet) overstates what a committee adds"
)


def _one_validator(kind: Kind, hold_out: int) -> float:
    return float(Gate(hold_out).acceptance(kind.improvement, kind.spread, kind.noise))


def _committee(kind: Kind, hold_out: int) -> float:
    gate = Gate(half_of(hold_out))
    return _majority(gate, kind, gate.vote_correlation(kind))


def _condorcet(kind: Kind, hold_out: int) -> float:
    return _majority(Gate(half_of(hold_out)), kind, 0.0)


def _majority(gate: Gate, kind: Kind, correlation: float) -> float:
    accepted = float(gate.acceptance(kind.improvement, kind.spread, kind.noise))
    return 1 - Committee(MEMBERS, 1 - accepted, 0.0, correlation).majority_false_reject


def _fitted(table: pd.DataFrame) -> Kind:
    return fit_submissions(table["true_change"], table["spread"]).submission


def _predict(evidence: GateEvidence, kind: str, rng: np.random.Generator,
             law: Callable[[Kind, int], float]) -> tuple[float, float]:  # fmt: skip
    """Return the predicted acceptance and its bootstrap standard error over relays."""
    table = evidence.fitted_on[evidence.fitted_on["kind"] == kind]
    draws = [
        law(_fitted(table.iloc[rng.integers(len(table), size=len(table))]), evidence.hold_out)
        for _ in range(RESAMPLES)
    ]
    return law(evidence.kinds[kind], evidence.hold_out), float(np.std(draws, ddof=1))


def _row(quantity: str, theory: str, predicted: float, error: float, table: pd.DataFrame,
         kind: str, note: str) -> Comparison:  # fmt: skip
    verdicts = table.loc[table["kind"] == kind, "accepted"]
    return compare_frequency(quantity, theory, predicted, int(verdicts.sum()), len(verdicts),
                             seeds=len(verdicts), standard_error=error, note=note)  # fmt: skip
