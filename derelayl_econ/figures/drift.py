"""The quality that can be kept up when data drift, and its price (theory notes, section 3.4a).

Panels a to c solve the funding game of :mod:`derelayl_econ.games.funding` on the example of the
theory notes: quality, money and convergence, by price. Panel d puts the law of motion behind them
to the test in real relays whose data really drift.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.games.funding import DriftFunding, FundingState
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.drift import STEADY_STATE, DriftEvidence

__all__ = ["EXAMPLE", "drift"]

EXAMPLE = DriftFunding(
    cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1, flow_value=1
)  # fmt: skip
"""The example of the theory notes: without own value and leakage its three prices lie apart."""
EXAMPLE_TEXT = "c = 1, η = 0.05, \nγ = 0.2, $q_{max}$ = 1, \nB = 1 "
PERIODS, CAPACITY = 60, 1.0


def drift(evidence: Evidence) -> Figure:
    """Draw quality, money and convergence by price, and the law of motion beside real relays.

    Parameters
    ----------
    evidence : Evidence
        Gives the steady qualities of real relays (nats) by legs per period.
    """
    figure, axes = panels(
        "quality by price", "money by price, same example",
        f"convergence, at most {CAPACITY:g} leg per period", "real relays on drifting data",
        rows=2, height=5.0,
    )  # fmt: skip
    states = [EXAMPLE.steady_state(price) for price in _prices(EXAMPLE)]
    _quality(axes[0], EXAMPLE, states)
    _money(axes[1], EXAMPLE, states)
    _convergence(axes[2], EXAMPLE)
    _measured(axes[3], evidence.drift)
    return figure


def _quality(axes: Axes, funding: DriftFunding, states: list[FundingState]) -> None:
    axes.plot([state.price for state in states], [state.quality for state in states],
              label="steady quality")  # fmt: skip
    axes.set(xlabel="price λ (money/score)",
             ylabel="steady quality q (score)", ylim=(0, funding.quality_max))  # fmt: skip
    _mark_prices(axes, funding)
    note(axes, funding.price_ceiling, 0.03, EXAMPLE_TEXT, ha="right", va="bottom", bbox=None)
    note(axes, 0.5 * (funding.price_ceiling + axes.get_xlim()[1]), 0.4, "users cannot pay",
         rotation=90, ha="center", va="center")  # fmt: skip


def _money(axes: Axes, funding: DriftFunding, states: list[FundingState]) -> None:
    prices, worth = [state.price for state in states], funding.users * funding.flow_value
    curves = {
        "users' benefit\nB q": ([worth * state.quality for state in states], BLUE, "-"),
        "users' spending\nλ η q": ([state.spending for state in states], VERMILION, "--"),
        "welfare": ([state.welfare for state in states], GREEN, "-."),
    }
    for label, (values, colour, line) in curves.items():
        axes.plot(prices, values, color=colour, linestyle=line, label=label)
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.set(xlabel="price λ (money/score)",
             ylabel="money per period")  # fmt: skip
    label_ends(axes, [End(values[-1], label, colour)
                      for label, (values, colour, _) in curves.items()])  # fmt: skip
    _mark_prices(axes, funding)


def _convergence(axes: Axes, funding: DriftFunding) -> None:
    cases = (
        (funding.price_ceiling, f"λ = {funding.price_ceiling:g},\nthe ceiling", VERMILION, "--"),
        (funding.welfare_price, f"λ = {funding.welfare_price:g},\nbest", GREEN, "-"),
        (funding.price_floor, f"λ = {funding.price_floor:g},\nthe floor", ORANGE, "-."),
    )
    ends = []
    for price, label, colour, line in cases:
        for start in (0.0, funding.quality_max):
            path = funding.paths(price, PERIODS, start, capacity=CAPACITY)
            axes.plot(path.quality, color=colour, linestyle=line, label=label)
        steady = funding.steady_state(price).quality
        axes.plot(PERIODS, steady, marker=">", color=colour, clip_on=False)
        ends.append(End(steady, label, colour))
    axes.set(xlabel="period",
             ylabel="quality q (score)", xlim=(0, PERIODS),
             ylim=(0, funding.quality_max))  # fmt: skip
    label_ends(axes, ends)


def _measured(axes: Axes, found: DriftEvidence) -> None:
    rates = np.linspace(0, 1.1 * found.legs_per_period.max(), 200)
    known: dict[str, Any] = {"learning_rate": found.learning_rate, "quality_max": found.quality_max,
             "drift": found.drift, "legs_per_period": rates}  # fmt: skip
    law = STEADY_STATE(**known)
    error = 1.96 * found.drift_error * np.abs(STEADY_STATE.diff("drift")(**known))
    axes.fill_between(rates, law - error, law + error, color=BLUE, alpha=0.2, linewidth=0,
                      label="95 % band, from η")  # fmt: skip
    axes.plot(rates, law, color=BLUE, label="law of motion")
    points(axes, found.legs_per_period, [mean_interval(row) for row in found.measured],
           f"{found.measured.shape[1]} real relays each")  # fmt: skip
    axes.axhline(found.quality_max, color=GREY, linestyle=":", linewidth=1)
    note(axes, 0, found.quality_max, "without drift", color=GREY, va="bottom", bbox=None)
    axes.set(xlabel="legs per period f",
             ylabel="steady quality q (nats)", xlim=(0, rates[-1]),
             ylim=(0, 1.15 * found.quality_max))  # fmt: skip
    axes.legend(loc="lower right")


def _prices(funding: DriftFunding) -> list[float]:
    grid = np.linspace(0, 1.15 * funding.price_ceiling, 116)
    marked = [funding.price_floor, funding.welfare_price, funding.price_ceiling]
    return sorted({float(price) for price in [*grid, *marked]})


def _mark_prices(axes: Axes, funding: DriftFunding) -> None:
    """Mark the three prices that matter, by line and by name, and what users cannot pay."""
    marks = {0.0: "", funding.price_floor: "floor", funding.welfare_price: "best",
             funding.price_ceiling: "ceiling"}  # fmt: skip
    for price in list(marks)[1:]:
        axes.axvline(price, color=BLACK, linestyle=":", linewidth=0.9)
    axes.set_xticks(list(marks), [f"{price:g}\n{name}" for price, name in marks.items()])
    right = _prices(funding)[-1]
    axes.axvspan(funding.price_ceiling, right, color=GREY, alpha=0.15, linewidth=0)
    axes.set_xlim(0, right)
