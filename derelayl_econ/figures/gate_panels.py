"""The gate and the committee behind the error rates: law and measurement (theory 1.3, 4.1a).

Two panels of the figure on deposits. Lines follow from the mean improvement, its spread and the
noise per sample, fitted to submissions in one group of relays; dots are verdicts of real gates and
committees in another group.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from derelayl_econ.figures.drawing import BLACK, BLUE, GREEN, GREY, VERMILION, note, points
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.games.committee import Committee
from derelayl_econ.games.gate import Gate, Submission
from derelayl_econ.validation import Interval
from derelayl_econ.validation.honesty import MEMBERS, NAMES, GateEvidence
from derelayl_econ.validation.significance import compare_frequency

__all__ = ["committee_sizes", "hold_out_sizes", "member"]

LOOKS = {
    "honest": (BLUE, "-"), "lazy": (GREEN, "--"), "noise": (GREY, ":"),
    "label_flip": (VERMILION, "-."), "stale": (BLACK, "--"),
}  # fmt: skip
JUDGED = ("honest", "label_flip")
MOST_SAMPLES, MOST_MEMBERS = 3000, 31


def hold_out_sizes(axes: Axes, found: GateEvidence) -> None:
    """Draw acceptance against the hold-out size V, one curve for each kind of submission."""
    sizes = np.unique(np.geomspace(5, MOST_SAMPLES, 41).round().astype(int))
    apart = np.geomspace(0.75, 1.35, len(found.kinds))
    ends = []
    for (name, kind), shift in zip(found.kinds.items(), apart, strict=True):
        colour, line = LOOKS[name]
        law = [_accepted(Gate(int(size)), kind) for size in sizes]
        floor = float(Gate(1).floor(kind.improvement, kind.spread))
        axes.plot(sizes, law, color=colour, linestyle=line, label=NAMES[name])
        axes.axhline(floor, color=colour, linewidth=0.5, linestyle="-", label="limit")
        points(axes, found.hold_out * shift, [_share(found.single, name)], f"{NAMES[name]}, real",
               color=colour)  # fmt: skip
        ends.append(End(law[-1], NAMES[name], colour))
    axes.set(xscale="log", xlim=(sizes[0], sizes[-1]), ylim=(-0.02, 1),
             xlabel="hold-out size V (samples)", ylabel="share accepted")  # fmt: skip
    note(axes, sizes[0], 0.98, f" thin: endless hold-out; dots: real gates,\n V = {found.hold_out},"
         " moved apart sideways", va="top", bbox=None)  # fmt: skip
    label_ends(axes, ends)


def committee_sizes(axes: Axes, found: GateEvidence) -> None:
    """Draw acceptance by a majority against the number of members, correlated or independent."""
    gate, ends = member(found), []
    sizes = np.arange(1, MOST_MEMBERS + 1, 2)
    for name in JUDGED:
        kind, (colour, _) = found.kinds[name], LOOKS[name]
        for correlation, line, word in ((gate.vote_correlation(kind), "-", "correlated"),
                                        (0.0, "--", "independent")):  # fmt: skip
            label = f"{NAMES[name]},\n{word}"
            law = [_majority(int(size), gate, kind, correlation) for size in sizes]
            axes.plot(sizes, law, color=colour, linestyle=line, label=label)
            ends.append(End(law[-1], label, colour))
        points(axes, MEMBERS, [_share(found.committee, name)], f"{NAMES[name]}, real",
               color=colour)  # fmt: skip
    axes.set(xlim=(sizes[0], sizes[-1]), ylim=(-0.02, 1), ylabel="share accepted",
             xlabel="members, of whom the majority decides")  # fmt: skip
    note(axes, MEMBERS, 0.5, f"dots: real committees of {MEMBERS}", ha="center")
    label_ends(axes, ends)


def member(found: GateEvidence) -> Gate:
    """Return the gate of one member of the measured committees, who has half the samples."""
    return Gate(found.member_hold_out)


def _accepted(gate: Gate, kind: Submission) -> float:
    return float(gate.acceptance(kind.improvement, kind.spread, kind.noise))


def _majority(size: int, gate: Gate, kind: Submission, correlation: float) -> float:
    return 1 - Committee(size, 1 - _accepted(gate, kind), 0.0, correlation).majority_false_reject


def _share(table: pd.DataFrame, kind: str) -> Interval:
    """Return the measured share of accepted submissions with its exact 95 % interval."""
    verdicts = table.loc[table["kind"] == kind, "accepted"]
    count = len(verdicts)
    return compare_frequency("", "", 0.5, int(verdicts.sum()), count, seeds=count).measured
