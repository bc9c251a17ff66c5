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
    >>> [axes.get_title() for axes in page.axes[2:]]
    ['a  who trains one leg', 'b  deposits that work', 'c  quality by price, with drift']
    """
    with mpl.rc_context(fname=STYLE):
        figure = Figure(figsize=PAGE, layout="none")
        canvas = FigureCanvasAgg(figure)
        _verdicts(figure.add_axes((0.06, 0.43, 0.88, 0.52)), report)
        _knobs(figure.add_axes((0.06, 0.265, 0.88, 0.15)), report)
        places = [(left, 0.055, 0.235, 0.16) for left in (0.085, 0.405, 0.725)]
        trains, deposits, last = (figure.add_axes(place) for place in places)
        terms = terms_of(report.source, keys_of(report.source))
        _participation(trains, terms)
        _deposits(deposits, terms)
        drifts = report.source.learning.drift > 0
        (_prices if drifts else _legs)(last, report, terms)
        titles = ("who trains one leg", "deposits that work",
                  "quality by price, with drift" if drifts else "worth of each further leg")  # fmt: skip
        for letter, title, axes in zip("abc", titles, (trains, deposits, last), strict=True):
            axes.set_title(f"{letter}  {title}")
        _shrink(figure, canvas)
    return figure


def _verdicts(axes: Axes, report: SustainabilityReport) -> None:
    """Write the title and, per condition, verdict, margin and inequality."""
    axes.set_axis_off()
    axes.text(0, 1.02, report.caption(), fontsize=14, weight="bold", va="bottom")
    axes.text(0, 0.995, report.source.summary, fontsize=8, va="top", color=GREY, wrap=True)
    rows = len(report.conditions)
    for place, condition in enumerate(report.conditions):
        _one_verdict(axes, condition, 0.93 - 0.945 * place / rows, 0.945 / rows)


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
    axes.text(0.05, top - 0.27 * height, condition.reason, va="top", fontsize=7.5)
    if binding is not None:
        for share, formula in ((0.46, binding.latex), (0.68, binding.numbers_latex)):
            axes.text(0.05, top - share * height, f"${formula}$", va="top", fontsize=8,
                      gid="formula")  # fmt: skip


def _knobs(axes: Axes, report: SustainabilityReport) -> None:
    """Write the table of knobs."""
    axes.set_axis_off()
    headers, rows = report.knob_table()
    axes.text(0, 1.0, "Smallest change of one knob that turns a verdict (-: no value of it does)"
              if rows else "Knobs were not asked for", weight="bold", va="bottom")  # fmt: skip
    if not rows:
        return
    table = axes.table(
        cellText=[[_short(value) for value in row] for row in rows], colLabels=list(headers),
        cellLoc="left", edges="horizontal", bbox=[0, 0, 1, 0.97],
        colWidths=[0.26, 0.08, *[0.66 / (len(headers) - 2)] * (len(headers) - 2)],
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
    axes.plot(p, game.gain(p), color=BLUE, linestyle="-")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    for equilibrium in game.equilibria():
        at = float(equilibrium.strategy)
        filled = BLUE if equilibrium.stable else "white"
        axes.plot(at, float(game.gain(at)), "o", markerfacecolor=filled, markeredgecolor=BLUE)
        note(axes, at, float(game.gain(at)), f" p* = {at:.3g}", va="bottom",
             ha="right" if at > 0.6 else "left")  # fmt: skip
    axes.set(xlabel="others train with probability p", ylabel="gain of training, G(p) (money)")


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
    axes.legend(loc="upper right", fontsize=6)


def _prices(axes: Axes, report: SustainabilityReport, terms: dict[str, Any]) -> None:
    """Draw the steady quality by price, with floor, ceiling and the scenario's price."""
    game, price = funding_game(terms), report.source.reward.price
    right = 1.6 * max(price, 2 * game.price_floor, float(evaluate_floor(game)))
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


def evaluate_floor(game: Any) -> float:
    """Return the price that a leg from quality 0 costs without own value."""
    return cast(float, game.cost / (game.learning_rate * game.quality_max))


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
    axes.legend(loc="upper right", fontsize=6)


def _shrink(figure: Figure, canvas: FigureCanvasAgg) -> None:
    """Make formulas that are wider than the page small enough."""
    renderer = canvas.get_renderer()
    for axes in figure.axes:
        for text in axes.texts:
            if text.get_gid() == "formula":
                _fit(text, axes, renderer)


def _fit(text: Text, axes: Axes, renderer: Any) -> None:
    room = 0.95 * axes.get_window_extent(renderer).width
    width = text.get_window_extent(renderer).width
    if width > room:
        text.set_fontsize(text.get_fontsize() * room / width)
