"""How hard will they race for the baton, and what does the race burn? (theory notes, section 2.4).

a, b: efforts and payoffs of twenty participants by the rank of their cost, for a prize alone and
with a public benefit besides; who is too dear stays out, and with the benefit more of them do, for
the cheapest ones work harder. c: the share of the prize that is spent on winning it, by the number
of participants, for equal costs and for spread ones. d: the total effort by the value of quality:
on a concave curve there is one equilibrium, on an S-shaped one there may be two, a trap and a way
out of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    note,
    panels,
)
from derelayl_econ.games.contest import EffortContest
from derelayl_econ.games.contest_formulas import SYMMETRIC_DISSIPATION
from derelayl_econ.quality import ExponentialCurve, HillCurve
from derelayl_econ.validation import Evidence

__all__ = ["contest"]

Array = npt.NDArray[np.float64]

PRIZE, RANKS = 10.0, 20
COSTS: Array = np.power(1.05, np.arange(RANKS), dtype=np.float64)
CURVE = ExponentialCurve(0, 1, effort_scale=10)
VALUE = 6.0
SPREADS = (1.5, 4.0)
"""Cost of the dearest over cost of the cheapest, the others evenly between them."""
LARGEST = 10_000
RIVALS, RACE_PRIZE = 10, 1.0
S_SHAPE = HillCurve(0, 1, effort_scale=10, steepness=4)
CONCAVE = HillCurve(0, 1, effort_scale=10, steepness=1)
VALUES = np.linspace(0, 20, 81)


def contest(evidence: Evidence) -> Figure:
    """Draw efforts, payoffs, dissipation and the effect of a public benefit; all from theory.

    Parameters
    ----------
    evidence : Evidence
        Not used: no relay here is run as a contest.
    """
    del evidence
    figure, axes = panels(
        "efforts by rank of cost", "payoffs by rank of cost", "what the race burns",
        "total effort by the value of quality", rows=2, height=5.0,
    )  # fmt: skip
    _ranks(axes[0], axes[1])
    _dissipation(axes[2])
    _benefit(axes[3])
    return figure


def _ranks(efforts: Axes, payoffs: Axes) -> None:
    ranks = np.arange(1, RANKS + 1)
    plain = EffortContest(PRIZE, COSTS).equilibrium()
    shared = EffortContest(PRIZE, COSTS, VALUE, CURVE).equilibrium()
    cases = (
        (plain, "prize alone", BLUE, "-", "o"),
        (shared, "prize and\npublic benefit", VERMILION, "--", "s"),
    )
    for found, label, colour, line, marker in cases:
        style: dict[str, Any] = {
            "color": colour,
            "linestyle": line,
            "marker": marker,
            "markersize": 3,
        }
        efforts.plot(ranks, found.strategy, label=label, **style)
        payoffs.plot(ranks, found.payoff, label=label, **style)
    last = int(plain.active.sum())
    for axes in (efforts, payoffs):
        axes.axvspan(last + 0.5, RANKS + 0.5, color=GREY, alpha=0.15, linewidth=0)
        axes.set(xlabel="rank of cost (1: cheapest)", xlim=(0.5, RANKS + 0.5))
        axes.set_xticks([1, 5, 10, 15, 20])
    height = efforts.get_ylim()[1]
    note(efforts, (last + RANKS) / 2 + 0.5, 0.5 * height, "too dear\nfor the\nprize alone",
         ha="center", va="center", bbox=None)  # fmt: skip
    efforts.set(ylabel="effort $e_i$ (legs)", ylim=(-0.03 * height, height))
    payoffs.set(ylabel="payoff $U_i$ (money)")
    efforts.legend(loc="upper right")
    note(payoffs, RANKS, shared.payoff[-1] + 0.12, "prize and public benefit", color=VERMILION,
         ha="right", va="bottom", bbox=None)  # fmt: skip
    note(payoffs, RANKS, 0.12, "prize alone", color=BLUE, ha="right", va="bottom", bbox=None)


def _dissipation(axes: Axes) -> None:
    sizes = np.unique(np.geomspace(2, LARGEST, 60).astype(int))
    axes.plot(sizes, SYMMETRIC_DISSIPATION(participants=sizes), color=BLUE,
              label="equal costs: 1 - 1/N")  # fmt: skip
    for spread, colour, line in zip(SPREADS, (VERMILION, GREEN), ("--", "-."), strict=True):
        burned = [
            EffortContest(1, np.linspace(1, spread, size)).equilibrium().dissipation
            for size in sizes
        ]
        axes.plot(sizes, burned, color=colour, linestyle=line, label=f"costs 1 to {spread:g}")
    axes.set(xscale="log", xlabel="participants, N", ylabel="share of the prize spent (1)",
             xlim=(1.9, LARGEST), ylim=(0, 1.08))  # fmt: skip
    axes.legend(loc="lower right")


def _benefit(axes: Axes) -> None:
    low, high = _branches(S_SHAPE)
    steady, _ = _branches(CONCAVE)
    both = VALUES[np.isfinite(low) & np.isfinite(high)]
    axes.axvspan(both[0], both[-1], color=ORANGE, alpha=0.2, linewidth=0)
    note(axes, both.mean(), 7.5, "two equilibria", ha="center", va="top", bbox=None)
    axes.plot(VALUES, steady, color=BLUE, label="concave")
    axes.plot(VALUES, low, color=VERMILION, linestyle="--", label="the trap")
    axes.plot(VALUES, high, color=VERMILION, linestyle="-.", label="the way out")
    note(axes, 5.5, 2.6, "concave (Hill, c = 1)", color=BLUE, ha="center", bbox=None)
    note(axes, 15.4, 0.5, "the trap", color=VERMILION, bbox=None)
    note(axes, 8.2, 10.2, "S-shaped (Hill, c = 4):\nthe way out", color=VERMILION, ha="right",
         bbox=None)  # fmt: skip
    axes.set(xlabel="value of quality, v (money/score)", ylabel="total effort, E (legs)",
             xlim=(0, VALUES[-1]), ylim=(0, 15))  # fmt: skip


def _branches(curve: HillCurve) -> tuple[Array, Array]:
    """Return the totals before and beyond the inflection by value, NaN where there is none."""
    low, high = np.full(VALUES.size, np.nan), np.full(VALUES.size, np.nan)
    for place, value in enumerate(VALUES):
        game = EffortContest(RACE_PRIZE, np.ones(RIVALS), value, curve)
        for found in game.equilibria():
            total = float(found.strategy.sum())
            early = curve.inflection == 0 or total < curve.inflection
            (low if early else high)[place] = total
    return low, high
