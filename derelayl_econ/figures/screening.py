"""What does hiding its cost earn a trainer, and what starts a relay? (theory notes, section 7).

Trainers know what one leg of work costs them, the initiator only how costs are spread. a: what one
leg of each type costs the initiator beyond the type's own cost: the *virtual cost*, with the rents
that it leaves to all cheaper types. Where it falls it is ironed, and those types share one line of
the menu (shaded). b: efforts if costs were known, and from the best menu: the cheapest type works
as much, all others less. c: the reward of each type, split into the cost that it bears and the rent
for what it hides. d: the legs of the S-shaped curve that do not pay for themselves, and the
cheapest top-ups with which all do, up to where training stops.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.design.menu_result import MenuDesign
from derelayl_econ.design.screening import ScreeningMenu
from derelayl_econ.design.top_up import TOP_UP_FLOOR, TopUpSchedule
from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SKY,
    VERMILION,
    note,
    panels,
)
from derelayl_econ.games.cold_start import CurveRelay
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import hill_curve, training_cost
from derelayl_econ.validation import Evidence

__all__ = ["menu_of", "screening", "top_ups_of"]

COSTS_IN_LEGS = (0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4)
"""Costs of the example's types, in the scenario's cost of a leg."""

SHARES = (0.15, 0.2, 0.1, 0.05, 0.25, 0.15, 0.1)
"""Two kinds of device, few between them: virtual costs fall where the second kind begins."""

MOST_LEGS, FEWEST_LEGS = 200, 12
TYPE = "cost of a leg to the trainer, θ (money)"


def screening(evidence: Evidence) -> Figure:
    """Draw a menu for hidden costs, and the top-ups of a cold start.

    Parameters
    ----------
    evidence : Evidence
        Gives cost, learning curve and price of the scenario.
    """
    figure, (virtual, efforts, rewards, start) = panels(
        "what a leg costs the initiator", "efforts", "rewards", "top-ups of a cold start",
        rows=2, height=4.6,
    )  # fmt: skip
    design = menu_of(evidence.scenario).solve()
    _virtual(virtual, design)
    _efforts(efforts, design)
    _rewards(rewards, design)
    _top_ups(start, top_ups_of(evidence.scenario))
    return figure


def menu_of(scenario: Scenario) -> ScreeningMenu:
    """Return the initiator's problem: a score is worth the scenario's price, costs are spread."""
    learning = scenario.learning
    curve = ExponentialCurve.from_learning_rate(
        learning.quality_start, learning.quality_max, learning.learning_rate
    )
    return ScreeningMenu(
        costs=training_cost(scenario) * np.array(COSTS_IN_LEGS), shares=SHARES, value=curve,
        worth=scenario.reward.price, cap=MOST_LEGS,
    )  # fmt: skip


def top_ups_of(scenario: Scenario) -> TopUpSchedule:
    """Return the problem of the cheapest top-ups of the legs that are trained once it runs."""
    prices = {"value": scenario.private_value, "price": scenario.reward.price,
              "cost": training_cost(scenario)}  # fmt: skip
    curve = hill_curve(scenario)
    stop = CurveRelay(**prices, curve=curve).cold_start().stop
    return TopUpSchedule.on_curve(curve, min(stop or FEWEST_LEGS, MOST_LEGS), **prices)


def _virtual(axes: Axes, design: MenuDesign) -> None:
    costs = design.costs
    for first, last in design.pooled:
        axes.axvspan(costs[first], costs[last], color=GREY, alpha=0.2, linewidth=0, label="_pooled")
        note(axes, (costs[first] + costs[last]) / 2, 0.06, "share one line", color=GREY,
             ha="center", transform=axes.get_xaxis_transform(), bbox=None)  # fmt: skip
    axes.plot(costs, design.virtual_costs, "o--", color=ORANGE, label="virtual cost")
    axes.plot(costs, design.ironed_costs, "s-", color=BLUE, label="ironed")
    axes.plot(costs, costs, "^:", color=BLACK, label="the type's own cost")
    top = 1.4 * float(design.virtual_costs.max())
    axes.set(ylim=(0, top), xlabel=TYPE, ylabel="cost of a leg (money)")
    axes.legend(loc="upper left")


def _efforts(axes: Axes, design: MenuDesign) -> None:
    axes.plot(design.costs, design.first_best_efforts, "^:", color=BLACK, label="costs known")
    axes.plot(
        design.costs,
        design.efforts,
        "s-",
        color=BLUE,
        label="costs hidden",
        clip_on=False,
        zorder=3,
    )
    axes.set(ylim=(0, None), xlabel=TYPE, ylabel="effort (legs)")
    axes.legend(loc="upper right")


def _rewards(axes: Axes, design: MenuDesign) -> None:
    width = 0.7 * float(np.diff(design.costs).min())
    borne = design.rewards - design.rents
    axes.bar(design.costs, borne, width, color=SKY, label="cost borne")
    axes.bar(design.costs, design.rents, width, bottom=borne, color=VERMILION, hatch="///",
             edgecolor="white", linewidth=0, label="rent")  # fmt: skip
    told = (f"on average: reward {design.expected_reward:.3g},\n"
            f"of which rent {design.expected_rent:.3g}")  # fmt: skip
    if design.excluded:
        note(axes, float(design.costs[list(design.excluded)].mean()), 0.04, "asked for\nnothing",
             color=GREY, ha="center", transform=axes.get_xaxis_transform())  # fmt: skip
    axes.set(ylim=(0, 1.5 * float(design.rewards.max())), xlabel=TYPE, ylabel="reward (money)")
    axes.legend(loc="upper right")
    note(axes, 0.03, 0.97, told, transform=axes.transAxes, va="top")


def _top_ups(axes: Axes, problem: TopUpSchedule) -> None:
    design = problem.solve()
    legs = np.arange(len(np.asarray(problem.gains)))
    shortfall = TOP_UP_FLOOR(value=problem.value, price=problem.price, cost=problem.cost,
                             success=problem.success, gain=problem.gains)  # fmt: skip
    axes.bar(legs, np.atleast_1d(design["top-up"]), 0.8, color=GREEN, label="top-up")
    axes.plot(legs, shortfall, "o-", color=BLACK, markersize=2.5, label="cost less what it brings")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.set(xlabel="leg", ylabel="per leg (money)")
    axes.legend(loc="upper right")
    note(axes, 0.5, 0.6, f"top-ups add up to {design.value:.4g} money", color=GREEN, ha="center",
         transform=axes.transAxes)  # fmt: skip
