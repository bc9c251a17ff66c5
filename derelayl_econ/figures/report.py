"""A sustainability report on one page: verdicts, knobs, and the three pictures behind them.

Pictures: the expected gain of training, whose zeros are the equilibria of one leg (theory notes,
section 2.1); the deposits that work, by reward (4.1); and, under drift, the quality that each price
keeps up (3.4), or else what each further leg is worth on both learning curves (3.1).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from derelayl_econ.figures.drawing import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILION, note
from derelayl_econ.figures.registry import STYLE
from derelayl_econ.files import write_atomically
from derelayl_econ.games.cold_start import CurveRelay
from derelayl_econ.games.deposit import DEPOSIT_CEILING, DEPOSIT_FLOOR
from derelayl_econ.results import format_number
from derelayl_econ.solution import hill_curve
from derelayl_econ.sustainability import Condition, SustainabilityReport
from derelayl_econ.sustainability.facts import funding_game, participation_game
from derelayl_econ.sustainability.rendering import COLOURS
from derelayl_econ.sustainability.terms import evaluate, keys_of, terms_of

__all__ = ["report_page", "save_report"]

PAGE = (8.27, 11.69)
"""A4, in inches."""
POINTS = 401
FORMULA = 8.0
"""Size of formulas, in points, before those that are too wide are made smaller."""


def save_report(report: SustainabilityReport, path: str | Path) -> None:
    """Write a report as ``.pdf`` or ``.png`` (a page with pictures), ``.md`` or ``.json``.

    Raises
    ------
    InputError
        For another suffix, or a file that cannot be written.
    """
    suffix = Path(path).suffix
    metadata = {".pdf": {"CreationDate": None}, ".png": {"Software": None}}
    if suffix not in metadata:
        report.save(path)
        return
    buffer = io.BytesIO()
    figure = report_page(report)
    with mpl.rc_context(fname=STYLE):
        figure.savefig(buffer, format=suffix[1:], metadata=metadata[suffix])
    write_atomically(Path(path), buffer.getvalue())


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
        trains, deposits, last = (figure.add_axes(place) for place in places)
        terms = terms_of(report.source, keys_of(report.source))
        _participation(trains, terms)
        _deposits(deposits, terms)
        drifts = report.source.learning.drift > 0
        (_prices if drifts else _legs)(last, report, terms)
        third = "quality by price, with drift" if drifts else "worth of each further leg"
        titles = ("who trains one leg", "deposits that work", third)
        for letter, title, axes in zip("abc", titles, (trains, deposits, last), strict=True):
            axes.set_title(f"{letter}  {title}")
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


def _participation(axes: Axes, terms: dict[str, Any]) -> None:
    """Draw the gain of training against the others' probability, and its equilibria."""
    game = participation_game(terms)
    p = np.linspace(0, 1, POINTS)
    gain = game.gain(p)
    axes.plot(p, gain, color=BLUE, linestyle="-")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    for equilibrium in game.equilibria():
        at = float(equilibrium.strategy)
        filled = BLUE if equilibrium.stable else "white"
        axes.plot(at, float(game.gain(at)), "o", markerfacecolor=filled, markeredgecolor=BLUE)
        axes.annotate(f"p* = {at:.3g}", (at, float(game.gain(at))), (0, 7), fontsize=7,
                      textcoords="offset points", ha="right" if at > 0.6 else "left")  # fmt: skip
    # Alone one earns so much more than among many that the crossing would be lost in the picture.
    low, high = float(gain.min()), float(gain.max())
    top = min(high, 4 * abs(low) + float(terms["cost"])) if low < 0 else high
    axes.set(xlabel="others train with probability p", ylabel="gain of training, G(p) (money)",
             ylim=(low - 0.1 * (top - low), top + 0.15 * (top - low)))  # fmt: skip


def _deposits(axes: Axes, terms: dict[str, Any]) -> None:
    """Draw smallest and largest deposit by reward, and where the scenario is."""
    reward, deposit = float(terms["pool"]), float(terms["deposit"])
    leg = float(terms["cost"] + terms["hand_over_fee"])
    rewards = np.linspace(0, 2 * max(reward, leg + float(terms["outside"])), POINTS)
    known = {
        "reward": rewards, "audit_rate": terms["audit_rate"], "cost_honest": leg,
        "outside": terms["outside"], "saving": terms["cost"] - terms["cost_cheat"],
        "false_reject": terms["committee_false_reject"],
        "false_accept": terms["committee_false_accept"],
    }  # fmt: skip
    low, high = evaluate(DEPOSIT_FLOOR, known), evaluate(DEPOSIT_CEILING, known)
    top = 2 * max(deposit, leg, float(np.nan_to_num(low, posinf=0).max()))
    axes.fill_between(rewards, low, np.minimum(high, 10 * top), where=high > low, color=GREEN,
                      alpha=0.2, linewidth=0)  # fmt: skip
    axes.plot(rewards, low, color=VERMILION, linestyle="--", label="honesty best above")
    axes.plot(rewards, high, color=BLUE, linestyle="-", label="worth posting below")
    axes.plot(reward, deposit, "*", color=ORANGE, markersize=9, markeredgecolor=BLACK,
              label="the scenario", linestyle="none", clip_on=False, zorder=6)  # fmt: skip
    axes.set(xlabel="reward R (money)", ylabel="deposit D (money)", xlim=(0, rewards[-1]),
             ylim=(0, top))  # fmt: skip
    axes.legend(loc="best", fontsize=6, frameon=True, edgecolor="none", framealpha=0.8)


def _prices(axes: Axes, report: SustainabilityReport, terms: dict[str, Any]) -> None:
    """Draw the steady quality by price, with floor, ceiling and the scenario's price."""
    game, price = funding_game(terms), report.source.reward.price
    without_value = game.cost / (game.learning_rate * game.quality_max)
    right = 1.6 * max(price, 2 * game.price_floor, without_value)
    prices = np.linspace(0, right, POINTS)
    axes.plot(prices, [game.steady_state(float(x)).quality for x in prices], color=BLUE,
              linestyle="-")  # fmt: skip
    for at, text in ((game.price_floor, "floor"), (game.price_ceiling, "ceiling")):
        if at <= right:
            axes.axvline(at, color=BLACK, linestyle=":", linewidth=0.9)
            note(axes, at, 0.97 * game.quality_max, f" {text}", va="top")
    axes.plot(price, game.steady_state(price).quality, "*", color=ORANGE, markersize=9,
              markeredgecolor=BLACK, clip_on=False, zorder=6)  # fmt: skip
    axes.set(xlabel="price λ (money/score)", ylabel="steady quality (score)", xlim=(0, right),
             ylim=(0, game.quality_max))  # fmt: skip
    if game.price_ceiling > right:
        note(axes, right, 0.05 * game.quality_max, f"ceiling {game.price_ceiling:.4g} → ",
             ha="right")  # fmt: skip


def _legs(axes: Axes, report: SustainabilityReport, terms: dict[str, Any]) -> None:
    """Draw what each further leg is worth above its cost, on both learning curves."""
    learning = report.source.learning
    leg = float(terms["cost"] + terms["hand_over_fee"])
    worth = float(terms["private_value"]) + report.source.reward.price
    legs = np.arange(max(8, round(2 / learning.learning_rate)) + 1)
    geometric = learning.learning_rate * float(terms["gap"]) * (1 - learning.learning_rate) ** legs
    hill = CurveRelay(value=0.0, price=worth, cost=leg, curve=hill_curve(report.source))
    axes.plot(legs, worth * geometric - leg, color=BLUE, linestyle="-", label="geometric curve")
    axes.plot(legs, hill.net_worth(legs), color=VERMILION, linestyle="--", label="S-shaped curve")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.set(xlabel="leg k", ylabel="worth of the leg − cost (money)")
    axes.legend(loc="best", fontsize=6, frameon=True, edgecolor="none", framealpha=0.8)


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
