"""What does one more unit of one goal cost in another? (theory notes, section 7).

Each curve is a front: every point of it is the best design for one value of the knob, with its own
certificate; nothing lies beyond. a: the best steady quality by the subsidy, if users pay what they
can be charged, and if nobody can be charged for an open model. b: the cheapest deposit, audits and
committee with which honest work beats a fake by a margin; the price of improvement is left out. c:
what access fees can bring in beyond the rewards of a leg, by the highest fee that is allowed; the
costs of those who pass through are taken to be spread evenly around the scenario's, which names one
cost only. Where the scenario charges no access fee it has fee 0 here.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from derelayl_econ.design.audit import AuditDesign
from derelayl_econ.design.pareto import TradeOff, honesty_front, openness_front, subsidy_front
from derelayl_econ.figures.drawing import BLACK, BLUE, GREY, ORANGE, VERMILION, note, panels
from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.repairs.programs import OUTLAY
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.conditions import HONESTY
from derelayl_econ.sustainability.facts import funding_game
from derelayl_econ.sustainability.terms import evaluate, keys_of, terms_of
from derelayl_econ.validation import Evidence

__all__ = ["audits_of", "honesty_of", "relay_of", "trade_offs"]

POINTS = 13
SPREAD = 0.5
"""Costs of those who pass through lie within this share of the scenario's, uniformly."""

SUBSIDY_IN_SPENDING = 4.0
"""Largest subsidy, in what the scenario's own price costs its users."""

CHARGED, OPEN = "users are charged", "nobody can be charged"
HERE, MENDED = "as it is", "repaired"


def trade_offs(evidence: Evidence) -> Figure:
    """Draw the three fronts, and where the scenario is.

    Parameters
    ----------
    evidence : Evidence
        Gives the scenario, which needs drift, and its repair.
    """
    figure, (subsidy, honesty, openness) = panels(
        "quality by subsidy", "cost by margin of honesty", "income by highest fee", height=2.7
    )
    _subsidy(subsidy, evidence.scenario)
    _honesty(honesty, evidence)
    _openness(openness, evidence.scenario)
    return figure


def audits_of(scenario: Scenario) -> AuditDesign:
    """Return the problem of the cheapest audits, with the scenario's costs and error rates."""
    checks, people = scenario.verification, scenario.community
    cost = keys_of(scenario)["training.cost"]
    return AuditDesign(
        cost_honest=cost + scenario.reward.hand_over_fee, outside=people.outside,
        saving=cost - scenario.training.cost_cheat, verify_cost=checks.verify_cost,
        capital_rate=1 - people.discount, false_reject=checks.false_reject,
        false_accept=checks.false_accept, correlation=checks.correlation,
    )  # fmt: skip


def honesty_of(scenario: Scenario) -> tuple[float, float]:
    """Return by how much honest work beats a fake, and what a leg costs but for its improvement."""
    terms = terms_of(scenario, keys_of(scenario))
    margin, _ = HONESTY.inequalities[0].margin(terms)
    return float(margin), float(evaluate(OUTLAY, terms | {"price": 0.0}))


def relay_of(scenario: Scenario) -> ArrivalRelay:
    """Return the scenario's relay as one of people who pass through.

    Access is worth what users can be charged for a perfect model.
    """
    terms = terms_of(scenario, keys_of(scenario))
    learning, cost = scenario.learning, float(terms["cost"] + terms["hand_over_fee"])
    worth = (1 - scenario.community.leakage) * scenario.private_value * learning.quality_max
    return ArrivalRelay(
        access=worth, access_fee=scenario.reward.access_fee or 0.0, value=scenario.private_value,
        price=scenario.reward.price, drift=learning.drift, learning_rate=learning.learning_rate,
        quality_max=learning.quality_max, outside=scenario.community.outside,
        cost_distribution=stats.uniform((1 - SPREAD) * cost, 2 * SPREAD * cost),
    )  # fmt: skip


def _subsidy(axes: Axes, scenario: Scenario) -> None:
    game = funding_game(terms_of(scenario, keys_of(scenario)))
    now, ceiling = game.steady_state(scenario.reward.price), game.quality_max
    subsidies = SUBSIDY_IN_SPENDING * now.spending * np.linspace(0, 1, POINTS + 1)[1:] ** 2
    _draw(axes, subsidy_front(game, subsidies), CHARGED)
    open_model = subsidy_front(replace(game, leakage=1.0), subsidies)
    _draw(axes, open_model, OPEN, "--")
    axes.axhline(ceiling, color=GREY, linewidth=0.7, linestyle=":", label="ceiling")
    _mark(axes, 0.0, now.quality, HERE, (5, 8))
    axes.set(xlim=(0, subsidies[-1]), ylim=(0, 1.2 * ceiling))
    for text, quality in ((CHARGED, 1.04 * ceiling), (OPEN, 0.72 * open_model.best[-1])):
        note(axes, 0.97 * subsidies[-1], quality, text, ha="right", color=BLUE,
             va="bottom" if text == CHARGED else "top")  # fmt: skip
    _sides(axes, (0.97, 0.06), "below a front: within reach,\nabove: out of reach")


def _honesty(axes: Axes, evidence: Evidence) -> None:
    here = honesty_of(evidence.scenario)
    margins = np.linspace(0, max(1.3 * here[0], evidence.cost), POINTS)
    front = honesty_front(audits_of(evidence.scenario), margins)
    _draw(axes, front, "least cost")
    _mark(axes, *here, HERE, (-6, 8))
    if evidence.repair.changes:
        _mark(axes, *honesty_of(evidence.repair.scenario), MENDED, (3, -9))
    axes.set(xlim=(min(0.0, here[0]), margins[-1]), ylim=(0, 1.25 * max(here[1], *front.best)))
    _sides(axes, (0.06, 0.5), "above: within reach", ha="left")
    _sides(axes, (0.97, 0.06), "below: out of reach")


def _openness(axes: Axes, scenario: Scenario) -> None:
    relay = relay_of(scenario)
    now = relay.steady_state()
    highest = min(relay.cost_distribution.ppf(1.0), relay.access - relay.outside)
    front = openness_front(relay, np.linspace(0, highest, POINTS + 1)[1:])
    _draw(axes, front, "best income")
    _mark(axes, relay.access_fee, now.balance, HERE, (6, 6))
    axes.axhline(0, color=BLACK, linewidth=0.6)
    low, high = min(0.0, now.balance), max(np.nanmax(front.best), now.balance)
    axes.set(xlim=(0, highest), ylim=(low - 0.15 * (high - low), high + 0.3 * (high - low)))
    _sides(axes, (0.03, 0.93), "above: out of reach", ha="left")
    _sides(axes, (0.97, 0.5), "below: within reach")


def _draw(axes: Axes, front: TradeOff, label: str, style: str = "-") -> None:
    front.plot(axes)
    axes.get_lines()[-1].set(label=label, linestyle=style)
    axes.locator_params(axis="x", nbins=4)


def _mark(axes: Axes, x: float, y: float, text: str, offset: tuple[float, float]) -> None:
    axes.plot(x, y, "D", color=VERMILION if text == HERE else ORANGE, clip_on=False, label=text,
              zorder=6)  # fmt: skip
    axes.annotate(text, (x, y), offset, textcoords="offset points", va="center", fontsize=7,
                  ha="left" if offset[0] > 0 else "right")  # fmt: skip


def _sides(axes: Axes, place: tuple[float, float], text: str, ha: str = "right") -> None:
    note(axes, *place, text, transform=axes.transAxes, ha=ha, color=GREY)
