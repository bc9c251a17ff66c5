"""What other rules do to the ecology, theory beside simulation (theory notes, section 5).

a: a fixed budget buys the coins: who joins, by budget over the least that keeps everybody in.
b: the same under one coin per ancestor: no budget lasts. c: without coins, for the model's own
sake, when data drift. d: how often somebody rides who never trains, by the reserve asked.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.ecology import Ecology
from derelayl_econ.ecology.declining import renewal_state
from derelayl_econ.ecology.entry import ride_rate
from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREY,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.ecology_rules import OLD, RulesEvidence, asking, drifting

__all__ = ["ecology_rules"]


def ecology_rules(evidence: Evidence) -> Figure:
    """Draw budgets, lives, renewals and rides.

    Parameters
    ----------
    evidence : Evidence
        Of a scenario with an ecology.
    """
    figure, axes = panels(
        "budget for coins, ten coins a winner", "budget, one coin per ancestor",
        "training for the model's own sake", "riding, by the reserve", rows=2, height=4.8,
    )  # fmt: skip
    found = evidence.ecology.rules
    plain = Ecology(found.participants)
    _floor(axes[0], found)
    _lives(axes[1], found)
    _renewals(axes[2], found, plain)
    _rides(axes[3], found, plain)
    return figure


def _floor(axes: Axes, found: RulesEvidence) -> None:
    shares = list(found.joined)
    points(axes, shares, [mean_interval(100 * v) for v in found.joined.values()],
           "who join (%)", color=BLUE)  # fmt: skip
    lived = [100 * float((lives >= OLD).mean()) for lives in found.floor_lives.values()]
    axes.plot(shares, lived, color=VERMILION, linestyle="--", marker="s",
              label=f"alive after {OLD} rounds (%)")  # fmt: skip
    axes.axvline(1, color=BLACK, linestyle=":")
    note(axes, 1.02, 45, f"least budget:\n{found.floor:.0f} per round", va="center")
    axes.set(xlabel="budget per round / least budget (1)", ylabel="share (%)", ylim=(-4, 104))
    axes.legend(loc="center left")


def _lives(axes: Axes, found: RulesEvidence) -> None:
    budgets = np.array(list(found.lives))
    axes.plot(budgets, list(found.bounds.values()), color=BLACK, linestyle="--",
              label="longest possible life")  # fmt: skip
    points(axes, budgets, [mean_interval(lives) for lives in found.lives.values()],
           f"lived, of at most {OLD}", color=BLUE)  # fmt: skip
    axes.axhline(OLD, color=GREY, linestyle=":", linewidth=0.8)
    axes.set(xscale="log", yscale="log", xlabel="budget per round (costs of a training)",
             ylabel="rounds")  # fmt: skip
    axes.set_xticks(budgets, [f"{budget:g}" for budget in budgets])
    axes.minorticks_off()
    axes.legend(loc="upper left")


def _renewals(axes: Axes, found: RulesEvidence, plain: Ecology) -> None:
    rates = np.geomspace(0.7 * min(found.renewed), 1.3 * max(found.renewed), 120)
    law = [renewal_state(drifting(plain, float(eta))).trained for eta in rates]
    axes.plot(100 * rates, law, color=BLUE, linestyle="-", label="renewal law")
    points(axes, 100 * np.array(list(found.renewed)),
           [mean_interval(values) for values in found.renewed.values()], "simulated")  # fmt: skip
    axes.set(xscale="log", xlabel="drift: quality lost per round (%)",
             ylabel="models trained per round", ylim=(0, None))  # fmt: skip
    ticks = [1, 2, 4, 8]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.legend(loc="lower right")


def _rides(axes: Axes, found: RulesEvidence, plain: Ecology) -> None:
    asked = {reserve: rides for reserve, rides in found.rides.items() if reserve > 0}
    reserves = np.geomspace(0.05, 1.5 * max(asked), 100)
    law = [ride_rate(asking(plain, float(r))) for r in reserves]
    axes.plot(reserves, law, color=BLUE, linestyle="-", label="fees of jobs / reserve")
    points(axes, list(asked), [mean_interval(rides) for rides in asked.values()],
           "simulated")  # fmt: skip
    axes.axhline(found.predicted_rides[0.0], color=GREY, linestyle=":")
    note(axes, reserves[-1], found.predicted_rides[0.0], "no reserve", ha="right", va="bottom",
         bbox=None)  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="reserve (coins)",
             ylabel="rides per round of a free rider")  # fmt: skip
    axes.legend(loc="lower left")
