"""Which predictions real relays confirm or refute (theory notes, section 9).

A forest plot of the comparison table. Units differ from row to row, so every row is drawn as
(value - predicted) / h with h the 95 % half-width of the difference, the root of the summed squares
of the half-widths of both intervals. Beyond +-1 a row alone would differ at about the 5 % level;
the verdicts are the table's own (exact tests, Holm's correction), not read off the picture.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import BLACK, BLUE, GREY, VERMILION, WIDE, panels
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.comparison import Comparison, ComparisonTable, Interval, Verdict

__all__ = ["forest", "prediction"]

SECTIONS = {
    "1.1": "learning curve", "1.3": "committees", "2.1": "who trains", "2.2": "private costs",
    "3.1": "when to stop", "3.2": "waits for the baton", "3.3": "taking turns", "3.4": "drift",
    "4.1": "deposits", "4.1a": "the gate", "4.2": "splitting", "5": "the ecology",
    "6.1": "who spreads",
}  # fmt: skip
LOOKS = {Verdict.CONFIRMED: (BLUE, "o"), Verdict.REFUTED: (VERMILION, "X")}
LINE, AROUND = 0.15, 0.95
"""Height of a line, and of everything above and below the lines (inches)."""
COLUMNS = {"predicted": 42, "measured": 86, "unit": 91, "verdict": 133}
"""Where the columns right of the plot end or begin, in points from its edge."""
TEXT = 6
FINE, COARSE, WIDE_REACH = (1, 2, 5, 20, 100), (2, 10, 100, 1000), 60
"""Marks of the scale, and how far it must reach for the coarse ones."""


@dataclass(frozen=True)
class Line:
    """One line of the plot: a heading, or a row with its verdict and its place."""

    text: str
    height: float
    row: Comparison | None = None
    verdict: Verdict = Verdict.CONFIRMED


def prediction(evidence: Evidence) -> Figure:
    """Draw every prediction beside its measurement, grouped by section of the theory.

    Parameters
    ----------
    evidence : Evidence
        Gives the table of all comparisons.
    """
    return forest(evidence.table)


def forest(table: ComparisonTable) -> Figure:
    """Draw a table of comparisons as a forest plot, grouped by section."""
    lines, reasons, reach = _lines(table), _reasons(table), _reach(table)
    height = LINE * (len(lines) + 0.8 * reasons.count("\n")) + AROUND
    figure, (axes,) = panels("", width=WIDE, height=height)
    for line in lines:
        if line.row is not None:
            _draw(axes, line, line.row, reach)
    _headings(axes, lines)
    _scale(axes, lines, reach)
    figure.suptitle(table.caption(), fontsize=8, fontweight="bold", x=0.01, ha="left")
    figure.supxlabel(reasons, fontsize=TEXT, x=0.01, ha="left")
    return figure


def _lines(table: ComparisonTable) -> list[Line]:
    """Return the rows in the order of the sections, each group below its heading, top down."""
    pairs = list(zip(table.rows, table.verdicts, strict=True))
    lines: list[Line] = []
    for section in sorted({row.theory for row in table.rows}):
        name = f"{section}  {SECTIONS.get(section, '')}".rstrip()
        lines.append(Line(name, -len(lines)))
        for row, verdict in pairs:
            if row.theory == section:
                lines.append(Line(row.quantity, -len(lines), row, verdict))
    return lines


def _draw(axes: Axes, line: Line, row: Comparison, reach: float) -> None:
    colour, marker = LOOKS[line.verdict]
    predicted, measured = (
        Interval(*np.clip([shown.low, shown.mid, shown.high], -reach, reach))
        for shown in (_standardised(row, side) for side in (row.predicted, row.measured))
    )
    axes.plot([predicted.low, predicted.high], [line.height] * 2, color=GREY, alpha=0.4,
              linewidth=5, linestyle="-", solid_capstyle="butt", zorder=1.5)  # fmt: skip
    axes.errorbar(measured.mid, line.height, fmt=marker, color=colour, markersize=4, zorder=5,
                  xerr=[[measured.mid - measured.low], [measured.high - measured.mid]],
                  elinewidth=1, clip_on=False, label=line.verdict.value)  # fmt: skip
    prefix = "≤ " if math.isinf(row.predicted.low) else ""
    surprise = f", p = {row.p_value:.0e}" if line.verdict is Verdict.REFUTED else ""
    cells = {"predicted": f"{prefix}{row.predicted.mid:.4g}", "measured": f"{row.measured.mid:.4g}",
             "unit": row.unit, "verdict": f"{line.verdict.value}{surprise}"}  # fmt: skip
    for column, text in cells.items():
        _cell(axes, column, line.height, text, color=colour if column == "verdict" else BLACK)


def _standardised(row: Comparison, side: Interval) -> Interval:
    """Return the interval as seen from the prediction, in half-widths of the difference."""
    unit = math.hypot(_half_width(row.predicted), _half_width(row.measured))

    def place(value: float) -> float:
        distance = value - row.predicted.mid
        if unit == 0 and distance != 0:  # neither side varies, and they differ
            return math.copysign(math.inf, distance)
        return distance / unit if unit > 0 else 0.0

    return Interval(place(side.low), place(side.mid), place(side.high))


def _half_width(interval: Interval) -> float:
    """Return half the length of an interval; a one-sided claim has no uncertainty of its own."""
    width = interval.high - interval.low
    return width / 2 if math.isfinite(width) else 0.0


def _headings(axes: Axes, lines: list[Line]) -> None:
    axes.set_yticks([line.height for line in lines], [line.text for line in lines])
    for line, label in zip(lines, axes.get_yticklabels(), strict=True):
        label.set_fontsize(TEXT)
        label.set_fontweight("normal" if line.row else "bold")
        label.set_color(VERMILION if line.verdict is Verdict.REFUTED else BLACK)
    for column in COLUMNS:
        _cell(axes, column, 1, column, fontweight="bold")


def _cell(axes: Axes, column: str, height: float, text: str, **style: Any) -> None:
    align = "left" if column in ("unit", "verdict") else "right"
    axes.annotate(text, (1, height), (COLUMNS[column], 0), ha=align, va="center", fontsize=TEXT,
                  xycoords=("axes fraction", "data"), textcoords="offset points",
                  **style)  # fmt: skip


def _reach(table: ComparisonTable) -> float:
    """Return where the axis ends: beyond the farthest measured interval."""
    measured = [_standardised(row, row.measured) for row in table.rows]
    ends = [abs(end) for side in measured for end in (side.low, side.high) if math.isfinite(end)]
    return 1.3 * max([*ends, 2.0])


def _scale(axes: Axes, lines: list[Line], reach: float) -> None:
    axes.set_xscale("symlog", linthresh=2, linscale=1)
    marks = FINE if reach < WIDE_REACH else COARSE
    ticks = [sign * mark for mark in marks for sign in (-1, 1) if 0 < mark <= reach] + [0]
    axes.set_xticks(ticks, [f"{tick:d}" for tick in ticks])
    axes.minorticks_off()
    axes.axvline(0, color=BLACK, linewidth=0.6, zorder=1)
    axes.set(xlim=(-reach, reach), ylim=(lines[-1].height - 0.7, 1.5),
             xlabel="(value − predicted) / 95 % half-width of the difference\n"
             "grey: predicted interval; marks: measured interval; log scale beyond ±2")  # fmt: skip
    axes.xaxis.label.set_fontsize(7)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _reasons(table: ComparisonTable) -> str:
    """Return the probable causes of refutation, each once."""
    notes = dict.fromkeys(row.note for row in table.refuted if row.note)
    return "\n".join(textwrap.fill(f"probable cause: {text}", 150) for text in notes)
