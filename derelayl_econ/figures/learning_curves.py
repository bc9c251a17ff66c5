"""What real relays learn, and which curve describes it (theory notes, section 1.1).

Three forms are fitted to one group of real relays and drawn over another: quality, what each form
misses, and the gain of every leg, whose tail tells a power law (a straight line on these axes) from
an exponential (which bends down).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.quality import HillCurve, LearningCurve, PowerCurve
from derelayl_econ.validation import Evidence, Interval
from derelayl_econ.validation.learning import LearningEvidence

__all__ = ["learning_curves"]

Array = npt.NDArray[np.float64]

LOOKS = {"Hill": (BLUE, "-"), "power": (GREEN, "-."), "exponential": (VERMILION, "--")}
BAND = (10, 90)
BLOCKS = 12


def learning_curves(evidence: Evidence) -> Figure:
    """Draw measured quality, the residuals of three fitted forms, and the gains of the legs.

    Parameters
    ----------
    evidence : Evidence
        Gives qualities (nats) of relays, and curves fitted to other relays.
    """
    figure, axes = panels("quality", "what the forms miss", "gain per leg", height=2.7)
    learning = evidence.learning
    _quality(axes[0], learning)
    _residuals(axes[1], learning)
    _gains(axes[2], learning)
    return figure


def _quality(axes: Axes, learning: LearningEvidence) -> None:
    legs, tested = np.arange(learning.legs + 1), learning.tested_on
    axes.fill_between(legs, *np.percentile(tested, BAND, axis=0), color=GREY,
                      alpha=0.3, linewidth=0,
                      label=f"{BAND[0]}–{BAND[1]} % of {len(tested)} relays")  # fmt: skip
    axes.plot(legs, tested.mean(axis=0), color=BLACK, linestyle="-", linewidth=2.2,
              label="their mean")  # fmt: skip
    for name, curve in learning.curves.items():
        colour, line = LOOKS[name]
        axes.plot(legs, curve.quality(legs), color=colour, linestyle=line,
                  label=_described(name, curve))  # fmt: skip
    axes.set(xlabel="legs trained", ylabel="quality (nats)",
             xlim=(0, learning.legs))  # fmt: skip
    axes.legend(loc="lower right")


def _residuals(axes: Axes, learning: LearningEvidence) -> None:
    legs, tested = np.arange(learning.legs + 1), learning.tested_on
    error = 1.96 * tested.std(axis=0, ddof=1) / np.sqrt(len(tested))
    band = axes.fill_between(legs, -error, error, color=GREY, alpha=0.3, linewidth=0,
                             label="95 % interval of the mean")  # fmt: skip
    for name, curve in learning.curves.items():
        colour, line = LOOKS[name]
        axes.plot(legs, tested.mean(axis=0) - curve.quality(legs), color=colour, linestyle=line,
                  label=name)  # fmt: skip
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.legend(handles=[band], loc="upper right")
    axes.set(xlabel="legs trained",
             ylabel="measured mean − curve (nats)", xlim=(0, learning.legs))  # fmt: skip


def _gains(axes: Axes, learning: LearningEvidence) -> None:
    for name, curve in learning.curves.items():
        colour, line = LOOKS[name]
        axes.plot(np.arange(1, learning.legs + 1), curve.gains(learning.legs), color=colour,
                  linestyle=line, label=name)  # fmt: skip
    legs, gains = _blocks(learning)
    shown = [i for i, gain in enumerate(gains) if gain.mid > 0]  # the others have no logarithm
    points(axes, legs[shown], [gains[i] for i in shown], f"{len(gains)} block means")
    axes.set(xlabel="leg", ylabel="gain (nats per leg)", xscale="log", yscale="log")
    axes.set_ylim(bottom=0.3 * axes.get_ylim()[0])
    if len(shown) < len(gains):
        note(axes, 0.97, 0.97, f"{len(gains) - len(shown)} blocks without gain not shown",
             transform=axes.transAxes, ha="right", va="top")  # fmt: skip
    axes.legend(loc="lower left")


def _blocks(learning: LearningEvidence) -> tuple[Array, list[Interval]]:
    """Return the middle leg, and the mean gain per leg, of blocks of legs evenly wide in log."""
    edges = np.unique(np.geomspace(1, learning.legs + 1, BLOCKS + 1).round().astype(int)) - 1
    gains = np.diff(learning.tested_on[:, edges]) / np.diff(edges)
    return np.sqrt((edges[:-1] + 1) * edges[1:]), [mean_interval(block) for block in gains.T]


def _described(name: str, curve: LearningCurve) -> str:
    """Return the form's name with the exponent that shapes its tail."""
    if isinstance(curve, HillCurve):
        return f"{name}, c = {curve.steepness:.2f}"
    if isinstance(curve, PowerCurve):
        return f"{name}, b = {curve.exponent:.2f}"
    return name
