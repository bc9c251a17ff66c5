"""Which conditions of a lasting relay hold, and by how much? (theory notes, section 8).

a: how many of the conditions S1 to S7 hold, by pool and fee of a hand-over, all else as the
scenario has it; lines: where one of them turns. Marked are the scenario and its cheapest repair by
these two knobs alone, which lies in this plane. b: the margin of every condition relative to the
sizes of both sides, as it is and after the cheapest repair by all knobs. The cheapest repair leaves
what its reserve says, no more: conditions that cost money to meet are met just so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import BoundaryNorm
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from derelayl_econ.figures.drawing import BLACK, BLUE, GREY, VERMILION, note, panels
from derelayl_econ.repairs.repair import Repair, repair
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import training_cost
from derelayl_econ.sustainability.report import Condition
from derelayl_econ.sustainability.verdict_map import VerdictMap, verdict_map
from derelayl_econ.validation import Evidence

__all__ = ["conditions_that_hold", "sustainability"]

Array = npt.NDArray[np.float64]

PLANE = ("reward.pool", "reward.hand_over_fee")
GRID = 160
POOLS_IN_COSTS, FEES_IN_COSTS = (0.2, 40.0), (0.004, 5.0)
"""Ends of the axes, in costs of a leg; below the least fee the axis is linear down to 0."""

GROUND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6}

SMALL_MARGIN = 0.01
"""Relative margins below it are drawn on a linear scale, larger ones on a logarithmic one."""


def sustainability(evidence: Evidence) -> Figure:
    """Draw the verdicts over pool and fee, and all margins before and after the cheapest repair.

    Parameters
    ----------
    evidence : Evidence
        Gives the scenario and its repair.
    """
    figure, (plane, margins) = panels("conditions that hold, by pool and fee",
                                      "margins, as it is and repaired", height=3.3,
                                      ratios=(1.15, 1))  # fmt: skip
    image = _plane(plane, evidence.scenario)
    _key(figure, image, plane, evidence.repair)
    _margins(margins, evidence.repair)
    return figure


def conditions_that_hold(found: VerdictMap) -> npt.NDArray[np.int64]:
    """Return how many conditions hold at each point, of those that apply; shape (Y, X)."""
    holds = [verdict == 1 for verdict in found.verdicts.values()]
    return np.asarray(np.sum(holds, axis=0))


def _key(figure: Figure, image: QuadMesh, axes: Axes, mended: Repair) -> None:
    applied = sum(condition.binding is not None for condition in mended.before.values())
    counts = np.asarray(image.get_array())
    ticks = np.arange(int(counts.min()), int(counts.max()) + 1)
    bar = figure.colorbar(image, ax=axes, aspect=30, ticks=ticks,
                          label=f"conditions that hold, of {applied}")  # fmt: skip
    bar.ax.set_yticks(ticks, [str(tick) for tick in ticks])
    bar.ax.minorticks_off()


def _plane(axes: Axes, scenario: Scenario) -> QuadMesh:
    cost = training_cost(scenario)
    least = FEES_IN_COSTS[0] * cost
    low, high = (end * cost for end in POOLS_IN_COSTS)
    pools = np.geomspace(low, max(high, 4 * scenario.reward.pool), GRID)
    fees = np.r_[np.linspace(0, least, GRID // 8, endpoint=False),
                 np.geomspace(least, FEES_IN_COSTS[1] * cost, GRID)]  # fmt: skip
    found = verdict_map(scenario, PLANE[0], pools, PLANE[1], fees)
    axes.set(xscale="log", xlim=(pools[0], pools[-1]), xlabel="pool of one leg, R (money)",
             ylabel="fee of a hand-over, f (money)")  # fmt: skip
    axes.set_yscale("symlog", linthresh=least, linscale=0.4)
    axes.set_ylim(0, fees[-1])
    image = _counts(axes, found)
    _boundaries(axes, found)
    _marks(axes, scenario)
    return image


def _counts(axes: Axes, found: VerdictMap) -> QuadMesh:
    counts = conditions_that_hold(found)
    levels = np.arange(counts.min(), counts.max() + 2)
    norm = BoundaryNorm(levels - 0.5, 256)
    return axes.pcolormesh(found.xs, found.ys, counts, norm=norm, cmap="cividis",
                           shading="nearest", rasterized=True)  # fmt: skip


def _boundaries(axes: Axes, found: VerdictMap) -> None:
    """Draw where each condition turns; its name is half-way along the line."""
    outline = [withStroke(linewidth=2.4, foreground="white")]
    for code, score in found.relative_margins.items():
        if np.nanmin(score, initial=np.inf) < 0 < np.nanmax(score, initial=-np.inf):
            lines = axes.contour(found.xs, found.ys, score, levels=[0.0], colors=BLACK,
                                 linewidths=1, path_effects=outline)  # fmt: skip
            lines.set_label(code)
            note(axes, *_half_way(axes, lines), code, ha="center", va="center", weight="bold")


def _half_way(axes: Axes, lines: QuadContourSet) -> tuple[float, float]:
    """Return the point of the longest line that is half-way along it as the eye sees it."""
    seen = [axes.transScale.transform(line) for line in lines.allsegs[0]]
    size = np.ptp(axes.transScale.transform(np.c_[axes.get_xlim(), axes.get_ylim()]), axis=0)
    lengths = [np.r_[0, np.linalg.norm(np.diff(line / size, axis=0), axis=1).cumsum()]
               for line in seen]  # fmt: skip
    longest = int(np.argmax([length[-1] for length in lengths]))
    place = int(np.searchsorted(lengths[longest], lengths[longest][-1] / 2))
    x, y = lines.allsegs[0][longest][place]
    return float(x), float(y)


def _marks(axes: Axes, scenario: Scenario) -> None:
    here = {"as it is": _place(scenario)}
    mended = repair(scenario, knobs=PLANE)
    if mended.found and mended.changes:
        here["repaired"] = _place(mended.scenario)
    rightmost = max(here.values())
    for (text, place), (marker, size) in zip(here.items(), (("o", 6), ("*", 10)), strict=False):
        axes.plot(*place, marker, color=VERMILION, markeredgecolor="white", clip_on=False,
                  markersize=size, zorder=7, label=text)  # fmt: skip
        side = ("left", 6) if place == rightmost else ("right", -6)
        axes.annotate(text, place, (side[1], 6), textcoords="offset points", fontsize=7,
                      ha=side[0], bbox=GROUND)  # fmt: skip


def _place(scenario: Scenario) -> tuple[float, float]:
    return scenario.reward.pool, scenario.reward.hand_over_fee


def _margins(axes: Axes, mended: Repair) -> None:
    reports = (mended.before, mended.after)
    codes = list(mended.before)
    rows = np.arange(len(codes))[::-1]
    old, new = (np.array([_relative(report[code]) for code in codes]) for report in reports)
    axes.plot(old, rows, "o", color=VERMILION, markerfacecolor="white", label="as it is")
    if mended.changes:
        axes.hlines(rows, old, new, color=GREY, linewidth=1.2, label="_change", zorder=1)
        axes.plot(new, rows, "o", color=BLUE, label="repaired")
        axes.legend(loc="best")
    else:
        told = "nothing to repair" if mended.before.sustainable else "no repair by these knobs"
        note(axes, -1.2, -0.45, told, color=GREY)
    for row, margin in zip(rows, old, strict=True):
        if np.isnan(margin):
            note(axes, 0, row, "does not apply", color=GREY, ha="center", va="center")
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.set_xscale("symlog", linthresh=SMALL_MARGIN, linscale=0.5)
    axes.set(xlim=(-1.3, 1.3), ylim=(-0.6, len(codes) - 0.2), xlabel="relative margin (1)")
    ticks = (-1, -0.1, 0, 0.1, 1)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks(rows, [f"{code} {c.title}" for code, c in mended.before.items()])
    note(axes, -1.2, len(codes) - 0.5, "fails", color=GREY, va="center")
    note(axes, 1.2, len(codes) - 0.5, "holds", color=GREY, va="center", ha="right")


def _relative(condition: Condition) -> float:
    return np.nan if condition.binding is None else condition.binding.relative_margin
