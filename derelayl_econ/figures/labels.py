"""Names of curves at their right ends, outside the panel, moved apart where they would collide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text

__all__ = ["End", "label_ends", "moved_apart"]

SIZE = 7
PITCH = 1.25 * SIZE / 72
"""Height of a line of text (inches)."""


@dataclass(frozen=True)
class End:
    """The right end of a curve: its height (data), its name, its colour."""

    height: float
    text: str
    colour: str


def label_ends(axes: Axes, ends: Sequence[End]) -> list[Text]:
    """Write the names of curves right of the panel; call it when the limits of y are set.

    The panel's own height is only known after the layout; two thirds of an even share of the
    (sub)figure's height is taken for it, which leaves labels rather too far apart than too close.
    """
    low, high = axes.get_ylim()
    figure = cast("Figure | SubFigure", axes.get_figure(root=False))
    rows = axes.get_gridspec().nrows if axes.get_subplotspec() else 1  # type: ignore[union-attr]
    inches = figure.bbox.height / figure.dpi / rows / 1.5
    lines = np.array([end.text.count("\n") + 1 for end in ends])
    heights = moved_apart([end.height for end in ends], lines * PITCH * (high - low) / inches)
    looks: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "fontsize": SIZE,
                             "textcoords": "offset points", "va": "center"}  # fmt: skip
    return [
        axes.annotate(end.text, (1, height), (6, 0), color=end.colour, **looks)
        for end, height in zip(ends, heights, strict=True)
    ]


def moved_apart(centres: npt.ArrayLike, sizes: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the centres of intervals moved, as little as in sum of squares, until none overlap.

    Parameters
    ----------
    centres, sizes : array_like, shape (n,)
        Wanted centre and length of each interval; the order of the centres is kept.

    Examples
    --------
    >>> moved_apart([0.0, 5.0, 0.5], [1.0, 1.0, 1.0])
    array([-0.25,  5.  ,  0.75])
    """
    wanted, lengths = np.asarray(centres, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    order = np.argsort(wanted, kind="stable")
    lengths = lengths[order]
    offset = np.cumsum(lengths) - lengths / 2  # centres if all were packed from 0
    groups: list[list[float]] = []  # mean displacement and number of each packed group
    for shift in wanted[order] - offset:
        groups.append([shift, 1.0])
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            mean, count = groups.pop()
            before, number = groups[-1]
            groups[-1] = [(mean * count + before * number) / (count + number), count + number]
    result = np.empty_like(wanted)
    result[order] = offset + np.repeat([g[0] for g in groups], [int(g[1]) for g in groups])
    return result
