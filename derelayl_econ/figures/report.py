"""A sustainability report on one page: verdicts, knobs, and the three pictures behind them.

The pictures are those of :mod:`derelayl_econ.figures.pictures`.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from derelayl_econ.figures.drawing import GREY
from derelayl_econ.figures.overview import PictureStrip
from derelayl_econ.figures.pictures import draw_pictures
from derelayl_econ.figures.registry import STYLE
from derelayl_econ.files import write_atomically
from derelayl_econ.results import format_number
from derelayl_econ.sustainability import Condition, SustainabilityReport
from derelayl_econ.sustainability.rendering import COLOURS

__all__ = ["report_page", "save_report"]

PAGE = (8.27, 11.69)
"""A4, in inches."""
FORMULA = 8.0
"""Size of formulas, in points, before those that are too wide are made smaller."""


def save_report(report: SustainabilityReport, path: str | Path) -> None:
    """Write a report as ``.pdf``, ``.png`` (a page with pictures), ``.md`` or ``.json``.

    Markdown shows its pictures from a file beside it, ``NAME-pictures.png``.

    Raises
    ------
    InputError
        For another suffix, or a file that cannot be written.
    """
    file = Path(path)
    suffix = file.suffix
    if suffix == ".md":
        _save_markdown(report, file)
        return
    metadata = {".pdf": {"CreationDate": None}, ".png": {"Software": None}}
    if suffix not in metadata:
        report.save(path)
        return
    buffer = io.BytesIO()
    figure = report_page(report)
    with mpl.rc_context(fname=STYLE):
        figure.savefig(buffer, format=suffix[1:], metadata=metadata[suffix])
    write_atomically(Path(path), buffer.getvalue())


def _save_markdown(report: SustainabilityReport, file: Path) -> None:
    pictures = file.with_name(f"{file.stem}-pictures.png")
    write_atomically(pictures, PictureStrip(dpi=150).png(report))
    words = "who trains one leg, deposits that work, and what keeps the relay going"
    text = f"{report.to_markdown()}\n![{words}]({pictures.name})\n"
    write_atomically(file, text.encode())


def report_page(report: SustainabilityReport) -> Figure:
    """Return the page.

    Examples
    --------
    >>> from derelayl_econ.scenario import Scenario
    >>> from derelayl_econ.sustainability import assess
    >>> page = report_page(assess(Scenario.load("phone_community")))
    >>> [axes.get_title(loc="left") for axes in page.axes[2:]]
    ['a  who trains one leg', 'b  deposits that work', 'c  quality by price, with drift']
    """
    with mpl.rc_context(fname=STYLE):
        figure = Figure(figsize=PAGE)
        figure.set_layout_engine("none")
        canvas = FigureCanvasAgg(figure)
        _verdicts(figure.add_axes((0.06, 0.43, 0.88, 0.52)), report)
        _knobs(figure.add_axes((0.06, 0.265, 0.88, 0.15)), report)
        places = [(left, 0.055, 0.23, 0.155) for left in (0.1, 0.415, 0.73)]
        pictures = [figure.add_axes(place) for place in places]
        draw_pictures(pictures, report)
        _shrink(figure, canvas)
    return figure


def _verdicts(axes: Axes, report: SustainabilityReport) -> None:
    """Write the title and, per condition, verdict, margin and inequality."""
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.text(0, 1.02, report.caption(), fontsize=14, weight="bold", va="bottom")
    below = report.source.summary
    if report.uncertainty is not None:
        below = report.uncertainty.caption().partition(": ")[2]
    axes.text(0, 0.995, below, fontsize=8, va="top", color=GREY, wrap=True)
    rows = len(report.conditions)
    for place, condition in enumerate(report.conditions):
        _one_verdict(axes, condition, 0.94 - 0.94 * place / rows, 0.94 / rows)


def _one_verdict(axes: Axes, condition: Condition, top: float, height: float) -> None:
    binding, colour = condition.binding, COLOURS[condition.verdict]
    axes.plot([0, 1], [top + 0.008, top + 0.008], color="#DDDDDD", linewidth=0.6, linestyle="-")
    axes.text(0, top, condition.code, weight="bold", va="top", fontsize=10)
    axes.text(0.05, top, condition.title, va="top", fontsize=10)
    axes.text(0.36, top, condition.verdict.value.upper(), va="top", weight="bold", color=colour,
              fontsize=9)  # fmt: skip
    axes.text(1, top, f"rests on {condition.theorem}", va="top", ha="right", fontsize=7, color=GREY)
    margin = "" if binding is None else f"margin {binding.margin:+.4g} {binding.unit}"
    axes.text(0.55, top, margin, va="top", fontsize=8)
    axes.text(0.05, top - 0.24 * height, condition.reason, va="top", fontsize=7)
    if binding is not None:
        for share, formula in ((0.50, binding.latex), (0.78, binding.numbers_latex)):
            axes.text(0.05, top - share * height, f"${formula}$", va="center", fontsize=FORMULA,
                      gid="formula")  # fmt: skip


def _knobs(axes: Axes, report: SustainabilityReport) -> None:
    """Write the table of knobs."""
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    headers, rows = report.knob_table(digits=3)
    axes.text(0, 1.0, "Smallest change of one knob that turns a verdict (-: no value of it does)"
              if rows else "Knobs were not asked for", weight="bold", va="bottom")  # fmt: skip
    if not rows:
        return
    table = axes.table(
        cellText=[[_short(value) for value in row] for row in rows], colLabels=list(headers),
        cellLoc="left", colLoc="left", edges="horizontal", bbox=Bbox.from_bounds(0, 0, 1, 0.97),
        colWidths=[0.24, 0.07, *[0.69 / (len(headers) - 2)] * (len(headers) - 2)],
    )  # fmt: skip
    table.auto_set_font_size(False)
    table.set_fontsize(6)
    for cell in table.get_celld().values():
        cell.set_linewidth(0.3)
        cell.PAD = 0.02


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else format_number(value)


def _shrink(figure: Figure, canvas: FigureCanvasAgg) -> None:
    """Make formulas that are wider than the page small enough."""
    renderer: Any = cast(Any, canvas).get_renderer()
    for axes in figure.axes:
        for text in axes.texts:
            if text.get_gid() == "formula":
                _fit(text, axes, renderer)


def _fit(text: Text, axes: Axes, renderer: Any) -> None:
    room = 0.95 * axes.get_window_extent(renderer).width
    width = text.get_window_extent(renderer).width
    if width > room:
        text.set_fontsize(FORMULA * room / width)
