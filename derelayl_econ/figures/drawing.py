"""What all figures share: colours, panels, direct labels, and measured points with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from derelayl_econ.validation import Interval

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
    "legend_outside",
    "mean_interval",
    "note",
    "panels",
    "points",
]

Array = npt.NDArray[np.float64]

# Okabe and Ito (2008): colours that people with colour-deficient vision tell apart.
BLUE, VERMILION, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#777777"
NARROW, WIDE = 3.4, 7.0
"""Widths of a figure in inches: one column, two columns."""


def panels(
    columns: int, *, rows: int = 1, width: float = WIDE, height: float = 2.6
) -> tuple[Figure, list[Axes]]:
    """Return a figure in constrained layout and its axes, lettered a, b, c where several."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = list(np.ravel(figure.subplots(rows, columns)))
    if len(axes) > 1:
        for letter, axis in zip("abcdefghij", axes, strict=False):
            axis.set_title(letter)
    return figure, axes


def note(axes: Axes, x: float, y: float, text: str, **style: Any) -> Text:
    """Write a direct label at data coordinates, small, on a white ground that hides no curve."""
    ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6}
    return axes.text(x, y, text, **({"fontsize": 7, "bbox": ground} | style))


def mean_interval(samples: npt.ArrayLike) -> Interval:
    """Return the mean over seeds with its 95 % t-interval, as the comparison table has it."""
    from derelayl_econ.validation.comparison import compare_mean

    return compare_mean("", "", 0.0, samples).measured


def points(
    axes: Axes, x: npt.ArrayLike, intervals: list[Interval], label: str, **style: Any
) -> ErrorbarContainer:
    """Draw measured points with 95 % error bars, above all curves."""
    mid, low, high = (np.array([getattr(i, end) for i in intervals])
                      for end in ("mid", "low", "high"))  # fmt: skip
    looks: dict[str, Any] = {"fmt": "o", "color": BLACK, "markersize": 4, "capsize": 2,
                             "elinewidth": 1, "zorder": 5}  # fmt: skip
    return axes.errorbar(np.atleast_1d(x), mid, yerr=[mid - low, high - mid], label=label,
                         **(looks | style))  # fmt: skip


def legend_outside(
    figure: Figure, axes: Axes, columns: int, where: Literal["upper", "lower"] = "lower"
) -> None:
    """Put the legend of one axes below (or above) all panels, in columns."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc=f"outside {where} center", ncols=columns)
