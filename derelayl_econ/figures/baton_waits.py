"""How long does the baton lie on the ground? (theory notes, section 3.2).

a: expected legs until somebody takes the next leg, by level, for several numbers of members and for
infinitely many. Points: waits in real relays, whose members volunteer with the equilibrium's
probabilities, with 95 % intervals over relays. b: the wait at single levels, by the number of
members, and its limit (thin).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    SKY,
    VERMILION,
    note,
    panels,
    points,
)
from derelayl_econ.validation import Evidence, Interval
from derelayl_econ.validation.significance import compare_wait

__all__ = ["baton_waits"]

Array = npt.NDArray[np.float64]

FEW, MANY = 2, 100_000
COLOURS = (ORANGE, SKY, PINK)
"""Of the levels drawn in b: the first, the middle and the last of those measured."""


def baton_waits(evidence: Evidence) -> Figure:
    """Draw waits by level and by the number of members."""
    figure, (by_level, by_size) = panels("wait by level", "wait by number of members")
    _by_level(by_level, evidence)
    _by_size(by_size, evidence)
    return figure


def _by_level(axes: Axes, evidence: Evidence) -> None:
    game, solution = evidence.baton, evidence.waits.solution
    levels = np.arange(solution.stop_level)
    looks = {FEW: (GREEN, "-."), 5: (VERMILION, "--"), game.participants: (BLUE, "-")}
    for size, (colour, style) in looks.items():
        wait = replace(game, participants=size).solve().wait
        axes.plot(levels, wait[:-1], color=colour, linestyle=style, label=f"N = {size}")
    axes.plot(levels, game.large_limit().wait[:-1], color=BLACK, linestyle=":", label="N → ∞")
    if evidence.waits.levels.size:
        points(axes, evidence.waits.levels, _measured(evidence), "measured",
               markeredgecolor=BLACK, markerfacecolor=BLUE)  # fmt: skip
    axes.axvline(solution.stop_level, color=GREY, linewidth=0.8, label="_stop")
    side = -1 if levels.size else 1
    note(axes, solution.stop_level + side * 0.3, 1.2, f"from level {solution.stop_level}\non nobody"
         "\nvolunteers", ha="right" if levels.size else "left", va="bottom")  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(yscale="log", ylim=(0.7, _top(solution.wait[:-1])),
             xlim=(max(0, game.free_levels - 4), solution.stop_level + 1),
             xlabel="level (accepted legs), k", ylabel="expected wait (legs)")  # fmt: skip
    axes.legend(loc="upper left")


def _top(waits: Array) -> float:
    """Return an upper end with room above all waits, and more than one decade of axis."""
    return float(2 * np.max(waits, initial=10.0))


def _measured(evidence: Evidence) -> list[Interval]:
    found = evidence.waits
    return [compare_wait("wait", "3.2", float(found.solution.outage[level]), waits).measured
            for level, waits in zip(found.levels, found.waits.T, strict=True)]  # fmt: skip


def _by_size(axes: Axes, evidence: Evidence) -> None:
    game, levels = evidence.baton, shown_levels(evidence)
    sizes = np.unique(np.geomspace(FEW, MANY, 60).round().astype(int))
    axes.set(xscale="log", xlim=(1.8, MANY), xlabel="members, N", ylabel="expected wait (legs)")
    if not levels:
        note(axes, 2, 0.5, "no level at which members hesitate:\neverybody volunteers, or nobody")
        return
    waits = np.array([replace(game, participants=int(n)).solve().wait[levels] for n in sizes])
    limits = game.large_limit().wait[levels]
    measured = dict(zip(evidence.waits.levels.tolist(), _measured(evidence), strict=True))
    for level, wait, limit, colour in zip(levels, waits.T, limits, COLOURS, strict=False):
        axes.plot(sizes, wait, color=colour, linestyle="-", label=f"level {level}")
        axes.axhline(limit, color=colour, linewidth=0.7, linestyle=":")
        note(axes, MANY, limit * 1.05, f"level {level} ", color=colour, ha="right", va="bottom")
        if level in measured:
            points(axes, game.participants, [measured[level]], "measured",
                   markeredgecolor=BLACK, markerfacecolor=colour)  # fmt: skip
    axes.set(yscale="log", ylim=(0.7, _top(limits)))


def shown_levels(evidence: Evidence) -> list[int]:
    """Return the levels of panel b: measured ones, else any at which members are undecided."""
    solution = evidence.waits.solution
    undecided = np.flatnonzero((solution.outage > 0) & (solution.outage < 1))
    choice = evidence.waits.levels if evidence.waits.levels.size else undecided
    if not choice.size:
        return []
    places = np.linspace(0, choice.size - 1, len(COLOURS)).round().astype(int)
    return [int(choice[place]) for place in np.unique(places)]
