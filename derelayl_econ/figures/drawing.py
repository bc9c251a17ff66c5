"""What all figures share: colours, panels, direct labels, and measured points with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text

from derelayl_econ.validation import Interval
from derelayl_econ.validation.significance import compare_mean

__all__ = [
    "BLACK",
    "BLUE",
    "GREEN",
    "GREY",
    "NARROW",
    "ORANGE",
    "PINK",
    "SKY",
    "VERMILION",
    "WIDE",
    "mean_interval",
    "note",
    "panels",
    "points",
]

# Okabe and Ito (2008): colours that people with colour-deficient vision tell apart.
BLUE, VERMILION, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#777777"
NARROW, WIDE = 3.4, 7.0
"""Widths of a figure in inches: one column, two columns."""


def panels(
    *titles: str, rows: int = 1, width: float = WIDE, height: float = 2.6,
    ratios: Sequence[float] | None = None,
) -> tuple[Figure, list[Axes]]:  # fmt: skip
    """Return a figure and one axes per title, lettered a, b, c if there are several."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = list(np.ravel(figure.subplots(rows, len(titles) // rows, width_ratios=ratios)))
    for letter, title, axis in zip("abcdefghij", titles, axes, strict=False):
        axis.set_title(f"{letter}  {title}" if len(axes) > 1 else title)
    return figure, axes


def note(axes: Axes, x: float, y: float, text: str, **style: Any) -> Text:
    """Write a small direct label at data coordinates, on a ground that keeps it readable."""
    looks: dict[str, Any] = {
        "fontsize": 7,
        "zorder": 6,
        "bbox": {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
    }
    return axes.text(x, y, text, **(looks | style))


def mean_interval(samples: npt.ArrayLike) -> Interval:
    """Return the mean over seeds with its 95 % interval, as the comparison table has it."""
    return compare_mean("mean", "", 0.0, samples).measured


def points(
    axes: Axes, x: npt.ArrayLike, intervals: Sequence[Interval], label: str, **style: Any
) -> ErrorbarContainer:
    """Draw measured points with their 95 % error bars, above all curves."""
    low, mid, high = np.array([(i.low, i.mid, i.high) for i in intervals]).reshape(-1, 3).T
    looks: dict[str, Any] = {"fmt": "o", "color": BLACK, "markersize": 3.5, "capsize": 2,
                             "elinewidth": 1, "zorder": 5}  # fmt: skip
    return axes.errorbar(np.atleast_1d(x), mid, yerr=[mid - low, high - mid], label=label,
                         **(looks | style))  # fmt: skip
