"""Does any deviation pay in real relays, as they are and repaired? (theory notes, section 4.1).

One member deviates in every way that the simulator knows, all others are honest: what it gains per
turn. Crosses: predicted from the error rates that the scenario states, where they say anything;
squares: predicted from the verdicts of gates in other, honest relays, with a 95 % interval; points:
measured, with a 95 % interval. Deviations that pay significantly (all together at 5 %, Holm) are
vermilion. a: the scenario as it is; b: after its cheapest repair; c: after the cheapest repair with
error rates measured at its own gate. The scale is linear near 0 and
logarithmic beyond: training much too long loses far more than anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from derelayl_econ.figures.drawing import BLACK, BLUE, ORANGE, VERMILION, panels
from derelayl_econ.validation import Evidence, Interval
from derelayl_econ.validation.closed_loop_results import ClosedLoop

__all__ = ["closed_loop", "linear_part"]

DESIGNED, ELSEWHERE, MEASURED = "as designed", "at other relays' rates", "measured"
KINDS: dict[str, dict[str, Any]] = {
    DESIGNED: {"marker": "x", "color": ORANGE, "markersize": 5, "markeredgewidth": 1.5},
    ELSEWHERE: {"marker": "s", "color": BLUE, "markerfacecolor": "white", "markersize": 4},
    MEASURED: {"marker": "o", "color": BLACK, "markersize": 4},
}
PAYS = {"color": VERMILION}
SPREAD = 0.22
"""Distance between the markers of one deviation, in rows."""


def closed_loop(evidence: Evidence) -> Figure:
    """Draw predicted and measured gains of every deviation, before and after the repair.

    Parameters
    ----------
    evidence : Evidence
        Gives the relays with one deviator.
    """
    loops = evidence.closed_loop
    figure, axes = panels(*loops, height=3.4)
    for axis, loop in zip(axes, loops.values(), strict=True):
        _gains(axis, loop)
    _scale(axes, linear_part(list(loops.values())))
    for axis in axes[1:]:
        axis.tick_params(labelleft=False)
    _legend(figure, loops.values())
    return figure


def linear_part(loops: list[ClosedLoop]) -> float:
    """Return up to which gain (money) the scale is linear: half of all means lie within."""
    found = [abs(row.comparison.measured.mid) for loop in loops for row in loop.rows]
    return float(np.median(found))


def _gains(axes: Axes, loop: ClosedLoop) -> None:
    rows = np.arange(len(loop.rows))[::-1]
    for row, height in zip(loop.rows, rows, strict=True):
        pays = row.name in loop.paying
        if row.designed is not None:
            _point(axes, DESIGNED, row.designed, height + SPREAD)
        _bar(axes, ELSEWHERE, row.comparison.predicted, height)
        _bar(axes, MEASURED, row.comparison.measured, height - SPREAD, **(PAYS if pays else {}))
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.set_yticks(rows, [row.name for row in loop.rows])
    axes.set(xlabel="gain of one (money/turn)", ylim=(-0.6, len(rows) - 0.4))


def _scale(axes: Sequence[Axes], reach: float) -> None:
    """Give all panels one scale: linear up to ``reach``, and ticks that leave each other room."""
    low = min(axis.get_xlim()[0] for axis in axes)
    high = max(axis.get_xlim()[1] for axis in axes)
    powers = 10.0 ** np.arange(np.ceil(np.log10(reach)), 3)
    ticks = np.r_[-powers[::-1], 0, powers]
    for axis in axes:
        axis.set_xscale("symlog", linthresh=reach)
        axis.set_xlim(1.3 * low, 1.3 * high)
        shown = [tick for tick in ticks if 1.3 * low <= tick <= 1.3 * high]
        axis.set_xticks(shown, [f"{tick:g}" for tick in shown])


def _point(axes: Axes, kind: str, gain: float, height: float, **style: Any) -> None:
    looks: dict[str, Any] = {"linestyle": "none", "zorder": 5, "label": kind}
    axes.errorbar(gain, height, **(looks | KINDS[kind] | style))


def _bar(axes: Axes, kind: str, gain: Interval, height: float, **style: Any) -> None:
    reach = [[gain.mid - gain.low], [gain.high - gain.mid]]
    _point(axes, kind, gain.mid, height, xerr=reach, capsize=2, elinewidth=1, **style)


def _legend(figure: Figure, loops: Iterable[ClosedLoop]) -> None:
    """Name the kinds of markers, once each, and the colour of what pays if anything does."""
    looks = dict(KINDS)
    if any(loop.paying for loop in loops):
        looks[f"{MEASURED}, pays"] = KINDS[MEASURED] | PAYS
    handles = [Line2D([], [], linestyle="none", label=kind, **look) for kind, look in looks.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, handletextpad=0.1)
