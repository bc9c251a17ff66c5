"""Which deposits make honesty pay and still let people join (theory notes, sections 4.1, 1.3)?

Panel a is the deposit window against the reward, panel b what honest work earns above a fake and
above staying out, panel c the law of the gate that stands behind the error rates, panel d what a
committee adds. Dots and crosses are real relays that no number of the theory was fitted to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.games.committee import Committee
from derelayl_econ.games.gate import Gate, Submission
from derelayl_econ.validation.comparison import Interval
from derelayl_econ.validation.honesty import MEMBERS, NAMES
from derelayl_econ.validation.significance import compare_frequency

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from derelayl_econ.games.deposit import DepositWindow
    from derelayl_econ.validation import Evidence
    from derelayl_econ.validation.deposits import DepositEvidence
    from derelayl_econ.validation.honesty import GateEvidence

__all__ = ["deposit_window"]

Array = npt.NDArray[np.float64]

AUDITS = (0.5, 1.0, 2.0)
"""Audit rates drawn, as multiples of the scenario's."""
AUDIT_LOOKS = ((ORANGE, ":"), (BLUE, "-"), (PINK, "--"))
KIND_LOOKS = {
    "honest": (BLUE, "-"), "lazy": (GREEN, "--"), "noise": (GREY, ":"),
    "label_flip": (VERMILION, "-."), "stale": (BLACK, (0, (6, 2))),
}  # fmt: skip
JUDGED = ("honest", "label_flip")
SIZES = np.arange(1, 32, 2)


def deposit_window(evidence: Evidence) -> Figure:
    """Draw the window, the payoffs that define it, and the gate and committee behind it.

    Parameters
    ----------
    evidence : Evidence
        Gives payoffs of real hand-overs (money) and verdicts of real gates and committees.
    """
    gate = evidence.gate
    figure, axes = panels(
        "deposit window", "payoff per hand-over", f"one validator, stage {gate.stage}",
        f"committees, {_member(gate).hold_out} samples per member", rows=2, height=5.4,
    )  # fmt: skip
    _window(axes[0], evidence.deposits)
    _payoffs(axes[1], evidence.deposits)
    _gate(axes[2], gate)
    _committee(axes[3], gate)
    return figure


def _window(axes: Axes, deposits: DepositEvidence) -> None:
    terms, least = deposits.terms, deposits.window.minimum_reward
    top = 1.15 * max(deposits.payoffs)
    rewards = np.linspace(least, least + 1.6 * (terms.reward - least), 101)
    for factor, (colour, line) in zip(AUDITS, AUDIT_LOOKS, strict=True):
        rate = min(1.0, factor * terms.audit_rate)
        low, high = np.array([_bounds(deposits, reward, rate) for reward in rewards]).T
        axes.plot(rewards, low, color=colour, linestyle=line, label=f"audit rate {rate:g}")
        axes.plot(rewards, high, color=colour, linestyle=line)
        if factor == 1:
            axes.fill_between(rewards, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.axvline(least, color=BLACK, linewidth=0.9)
    note(axes, least, top, "smallest reward,\nfor every audit rate", ha="right", va="top")
    _tested(axes, deposits)
    axes.set(xlabel="reward R (money)", ylabel="deposit D (money)",
             xlim=(0.75 * least, rewards[-1]), ylim=(0, top))  # fmt: skip
    axes.legend(loc="upper right")


def _tested(axes: Axes, deposits: DepositEvidence) -> None:
    """Mark the deposits that real relays played with, by what they were found to do."""
    works = {deposit: min(gap.low for gap in _gaps(deposits, deposit).values()) > 0
             for deposit in deposits.payoffs}  # fmt: skip
    for wanted, marker, label in ((True, "o", "real relays: both gaps > 0"),
                                  (False, "X", "real relays: not both > 0")):  # fmt: skip
        at = [deposit for deposit, good in works.items() if good is wanted]
        axes.plot([deposits.terms.reward] * len(at), at, marker=marker, linestyle="none",
                  color=GREEN if wanted else VERMILION, label=label)  # fmt: skip


def _payoffs(axes: Axes, deposits: DepositEvidence) -> None:
    window = deposits.window
    stakes = np.linspace(0, 1.1 * max(deposits.payoffs), 101)
    axes.axvspan(window.low, window.high, color=BLUE, alpha=0.15, linewidth=0)
    axes.axhline(0, color=BLACK, linewidth=0.6)
    predicted = dict(zip(GAPS, _predicted_gaps(deposits, stakes), strict=True))
    for name, (colour, line) in GAPS.items():
        axes.plot(stakes, predicted[name], color=colour, linestyle=line, label=name)
        points(axes, list(deposits.payoffs),
               [_gaps(deposits, stake)[name] for stake in deposits.payoffs],
               "real relays", color=colour)  # fmt: skip
        note(axes, stakes[-1], predicted[name][-1], name, color=colour, ha="right", va="bottom")
    axes.set(xlabel="deposit D (money)", ylabel="money",
             xlim=(0, stakes[-1]))  # fmt: skip


GAPS = {"honest minus fake": (VERMILION, "-"), "honest minus staying out": (GREEN, "--")}


def _gaps(deposits: DepositEvidence, deposit: float) -> dict[str, Interval]:
    """Return what honest work was measured to earn above a fake and above staying out."""
    payoffs = deposits.payoffs[deposit]
    gaps = (payoffs["honest"] - payoffs["cheat"], payoffs["honest"] - deposits.terms.outside)
    return {name: mean_interval(gap) for name, gap in zip(GAPS, gaps, strict=True)}


def _predicted_gaps(deposits: DepositEvidence, stakes: Array) -> tuple[Array, Array]:
    terms = deposits.terms
    honest, cheat = (
        np.array([terms.payoff(rejected, float(stake), cost).mean() for stake in stakes])
        for rejected, cost in ((deposits.rejected_honest, terms.cost_honest),
                               (deposits.rejected_cheat, terms.cost_cheat))
    )  # fmt: skip
    return honest - cheat, honest - terms.outside


def _bounds(deposits: DepositEvidence, reward: float, audit_rate: float) -> tuple[float, float]:
    terms = replace(deposits.terms, reward=float(reward), audit_rate=audit_rate)
    window: DepositWindow = terms.window(
        float(deposits.rejected_honest.mean()), 1 - float(deposits.rejected_cheat.mean())
    )
    return window.low, window.high


def _gate(axes: Axes, found: GateEvidence) -> None:
    sizes = np.unique(np.geomspace(5, 5000, 61).round().astype(int))
    dodge = np.geomspace(0.8, 1.25, len(found.kinds))
    for (name, kind), shift in zip(found.kinds.items(), dodge, strict=True):
        colour, line = KIND_LOOKS[name]
        law = [float(_accepted(Gate(int(size)), kind)) for size in sizes]
        axes.plot(sizes, law, color=colour, linestyle=line, label=NAMES[name])
        axes.axhline(float(Gate(1).floor(kind.improvement, kind.spread)), color=colour,
                     linewidth=0.5, linestyle="-")  # fmt: skip
        points(axes, found.hold_out * shift, [_share(found.single, name)], "real gate",
               color=colour)  # fmt: skip
        note(axes, sizes[-1], law[-1], NAMES[name], color=colour, ha="right")
    axes.set(xscale="log",
             xlabel="hold-out size V (samples)", ylabel="accepted", ylim=(0, 1),
             xlim=(sizes[0], sizes[-1]))  # fmt: skip


def _committee(axes: Axes, found: GateEvidence) -> None:
    gate = _member(found)
    for name in JUDGED:
        kind, (colour, _) = found.kinds[name], KIND_LOOKS[name]
        for correlation, line, word in ((gate.vote_correlation(kind), "-", "correlated"),
                                        (0.0, "--", "independent")):  # fmt: skip
            law = [_majority(int(size), gate, kind, correlation) for size in SIZES]
            axes.plot(SIZES, law, color=colour, linestyle=line, label=f"{NAMES[name]}, {word}")
            note(axes, SIZES[-1], law[-1], f"{NAMES[name]}, {word}", color=colour, ha="right")
        points(axes, MEMBERS, [_share(found.committee, name)], "real committee", color=colour)
    axes.set(xlabel="members m (majority decides)", ylabel="accepted", ylim=(0, 1),
             xlim=(SIZES[0], SIZES[-1]))  # fmt: skip


def _member(found: GateEvidence) -> Gate:
    """Return the gate of one member of the measured committees, who has half the samples."""
    return Gate(max(1, found.hold_out // 2))


def _accepted(gate: Gate, kind: Submission) -> Array:
    return gate.acceptance(kind.improvement, kind.spread, kind.noise)


def _majority(size: int, gate: Gate, kind: Submission, correlation: float) -> float:
    refused = 1 - float(_accepted(gate, kind))
    return 1 - Committee(size, refused, 0.0, correlation).majority_false_reject


def _share(table: pd.DataFrame, kind: str) -> Interval:
    """Return the measured share of accepted submissions with its exact 95 % interval."""
    verdicts = table.loc[table["kind"] == kind, "accepted"]
    count = len(verdicts)
    return compare_frequency("", "", 0.5, int(verdicts.sum()), count, seeds=count).measured
