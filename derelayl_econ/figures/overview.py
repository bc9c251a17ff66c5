"""Verdicts and pictures of a report on one screen, and pictures that are quick to draw again."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from derelayl_econ.figures.drawing import GREY
from derelayl_econ.figures.pictures import draw_pictures
from derelayl_econ.figures.registry import STYLE
from derelayl_econ.sustainability import Condition, SustainabilityReport
from derelayl_econ.sustainability.rendering import COLOURS, margin_of

__all__ = ["PictureStrip", "overview"]

WIDTH, STRIP, ROWS = 9.6, 2.7, 2.5
"""Inches: width, height of the pictures, height of the verdicts."""
_LEFTS = (0.065, 0.40, 0.735)


def overview(report: SustainabilityReport) -> Figure:
    """Return a figure with the seven verdicts above the three pictures.

    Examples
    --------
    >>> from derelayl_econ.scenario import Scenario
    >>> from derelayl_econ.sustainability import assess
    >>> figure = overview(assess(Scenario.load("phone_community"), knobs=False))
    >>> figure.axes[0].texts[0].get_text(), len(figure.axes)
    ('phone-community: not sustainable (S4)', 4)
    """
    height = STRIP + ROWS
    with mpl.rc_context(fname=STYLE):
        figure = Figure(figsize=(WIDTH, height))
        figure.set_layout_engine("none")
        _verdicts(figure.add_axes((0.02, STRIP / height, 0.96, ROWS / height)), report)
        draw_pictures(_places(figure, STRIP / height), report)
        figure.draw_without_rendering()  # ticks and labels are settled while the style is in force
    return figure


class PictureStrip:
    r"""The three pictures in one figure, kept and drawn again for each report.

    Parameters
    ----------
    dpi : int
        Pixels per inch.

    Examples
    --------
    >>> from derelayl_econ.scenario import Scenario
    >>> from derelayl_econ.sustainability import assess
    >>> PictureStrip().png(assess(Scenario.load("phone_community"), knobs=False))[:4]
    b'\x89PNG'
    """

    def __init__(self, dpi: int = 100) -> None:
        with mpl.rc_context(fname=STYLE):
            self.figure = Figure(figsize=(WIDTH, STRIP), dpi=dpi)
            self.figure.set_layout_engine("none")
            self._canvas: Any = FigureCanvasAgg(self.figure)
            self._axes = _places(self.figure, 1.0)

    def png(self, report: SustainabilityReport) -> bytes:
        """Draw a report and return the picture."""
        with mpl.rc_context(fname=STYLE):
            for axes in self._axes:
                _emptied(axes)
            draw_pictures(self._axes, report)
            self._canvas.draw()
        buffer = io.BytesIO()
        # Little compression: the picture goes to a browser at once, and is not kept.
        imsave(buffer, self._canvas.buffer_rgba(), format="png", pil_kwargs={"compress_level": 1})
        return buffer.getvalue()


def _places(figure: Figure, share: float) -> list[Axes]:
    """Return axes for the pictures in the lower part of a figure."""
    places = [figure.add_axes((left, 0.18 * share, 0.25, 0.70 * share)) for left in _LEFTS]
    for axes in places:
        axes.locator_params(nbins=5)
    return places


def _emptied(axes: Axes) -> None:
    """Take everything out of axes but their ticks: ``clear`` makes new ones, which takes long."""
    for artist in (*axes.lines, *axes.collections, *axes.texts, axes.get_legend()):
        if artist is not None:
            artist.remove()
    axes.relim()
    axes.autoscale(True)


def _verdicts(axes: Axes, report: SustainabilityReport) -> None:
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.text(0, 0.90, report.caption(), fontsize=11, weight="bold", va="center")
    for place, condition in enumerate(report.conditions):
        _one_verdict(axes, condition, 0.76 - 0.105 * place)


def _one_verdict(axes: Axes, condition: Condition, height: float) -> None:
    verdict, colour = condition.verdict.value.upper(), COLOURS[condition.verdict]
    axes.text(0, height, condition.code, weight="bold", va="center")
    axes.text(0.035, height, condition.title, va="center")
    axes.text(0.22, height, verdict, weight="bold", color=colour, va="center")
    axes.text(0.36, height, margin_of(condition), va="center")
    axes.text(0.56, height, condition.reason, va="center", color=GREY)
