"""The three pictures behind a sustainability report, drawn into axes that are given.

The expected gain of training, whose zeros are the equilibria of one leg (theory notes, section
2.1); the deposits that work, by reward (4.1); and, under drift, the quality that each price keeps
up (3.4), or else what each further leg is worth on both learning curves (3.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from derelayl_econ.figures.drawing import BLACK, BLUE, GREEN, ORANGE, VERMILION, note
from derelayl_econ.games.cold_start import CurveRelay
from derelayl_econ.games.deposit import DEPOSIT_CEILING, DEPOSIT_FLOOR
from derelayl_econ.games.funding import STEADY_QUALITY
from derelayl_econ.solution import hill_curve
from derelayl_econ.sustainability import SustainabilityReport
from derelayl_econ.sustainability.facts import funding_game, participation_game
from derelayl_econ.sustainability.terms import evaluate, keys_of, terms_of

__all__ = ["draw_pictures"]

POINTS = 401


def draw_pictures(axes: Sequence[Axes], report: SustainabilityReport) -> None:
    """Draw the pictures of a report, in the style that is in force.

    Parameters
    ----------
    axes : sequence of three Axes
        Empty ones.
    report : SustainabilityReport

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from derelayl_econ.scenario import Scenario
    >>> from derelayl_econ.sustainability import assess
    >>> places = Figure().subplots(1, 3)
    >>> draw_pictures(places, assess(Scenario.load("phone_community"), knobs=False))
    >>> places[2].get_xlabel()
    'price λ (money/score)'
    """
    trains, deposits, last = axes
    terms = terms_of(report.source, keys_of(report.source))
    _participation(trains, terms)
    _deposits(deposits, terms)
    drifts = report.source.learning.drift > 0
    (_prices if drifts else _legs)(last, report, terms)
    third = "quality by price, with drift" if drifts else "worth of each further leg"
    titles = ("who trains one leg", "deposits that work", third)
    for letter, title, place in zip("abc", titles, (trains, deposits, last), strict=True):
        place.set_title(f"{letter}  {title}", loc="left")


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
    span = (top - low) or float(terms["cost"])  # flat where neither pay nor benefit depends on p
    axes.set(xlabel="others train with probability p", ylabel="gain of training, G(p) (money)",
             ylim=(low - 0.1 * span, top + 0.15 * span))  # fmt: skip


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
    # Below the floor, where the formula is negative, nobody trains.
    quality = STEADY_QUALITY(
        price=prices,
        value=game.value,
        cost=game.cost,
        learning_rate=game.learning_rate,
        quality_max=game.quality_max,
    )
    axes.plot(prices, np.maximum(quality, 0.0), color=BLUE, linestyle="-")
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
