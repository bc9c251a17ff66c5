"""What quality can be kept up when data drift, and at what price (theory notes, section 3.4a)?

Panels a to c solve the funding game of :mod:`derelayl_econ.games.funding` on the example of the
theory notes: quality, money and convergence, by price. Panel d puts the law of motion behind them
to the test in real relays whose data really drift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
from derelayl_econ.games.funding import DriftFunding
from derelayl_econ.validation.drift import STEADY_STATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from derelayl_econ.validation import Evidence
    from derelayl_econ.validation.drift import DriftEvidence

__all__ = ["EXAMPLE", "drift"]

EXAMPLE = DriftFunding(
    cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1, flow_value=1
)  # fmt: skip
"""The example of the theory notes: without own value and leakage its three prices lie apart."""
EXAMPLE_TEXT = "c = 1, η = 0.05, γ = 0.2, $q_{max}$ = 1, B = 1"
PERIODS, CAPACITY = 60, 0.5


def drift(evidence: Evidence) -> Figure:
    """Draw quality, money and convergence by price, and the law of motion beside real relays.

    Parameters
    ----------
    evidence : Evidence
        Gives the steady qualities of real relays (nats) by legs per period.
    """
    figure, axes = panels(
        f"quality ({EXAMPLE_TEXT})", "money per period, same example",
        f"convergence, at most {CAPACITY:g} legs per period", "real relays on drifting data",
        rows=2, height=5.0,
    )  # fmt: skip
    _quality(axes[0], EXAMPLE)
    _money(axes[1], EXAMPLE)
    _convergence(axes[2], EXAMPLE)
    _measured(axes[3], evidence.drift)
    return figure


def _quality(axes: Axes, funding: DriftFunding) -> None:
    prices = _prices(funding)
    axes.plot(prices, [funding.steady_state(price).quality for price in prices],
              label="steady quality")  # fmt: skip
    axes.set(xlabel="price λ (money/score)",
             ylabel="steady quality q (score)", ylim=(0, funding.quality_max))  # fmt: skip
    _mark_prices(axes, funding)


def _money(axes: Axes, funding: DriftFunding) -> None:
    prices = _prices(funding)
    states = [funding.steady_state(price) for price in prices]
    worth = funding.users * funding.flow_value
    curves = {
        "users' benefit B q": ([worth * state.quality for state in states], BLUE, "-"),
        "users' spending λ η q": ([state.spending for state in states], VERMILION, "--"),
        "welfare": ([state.welfare for state in states], GREEN, "-."),
    }
    for label, (values, colour, line) in curves.items():
        axes.plot(prices, values, color=colour, linestyle=line, label=label)
        place = int(0.9 * len(prices))
        note(axes, prices[place], values[place], label, color=colour, ha="right", va="center")
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.set(xlabel="price λ (money/score)",
             ylabel="money per period")  # fmt: skip
    _mark_prices(axes, funding)


def _convergence(axes: Axes, funding: DriftFunding) -> None:
    cases = (
        (funding.price_ceiling, f"λ = {funding.price_ceiling:g}, the ceiling", VERMILION, "--"),
        (funding.welfare_price, f"λ = {funding.welfare_price:g}, largest welfare", GREEN, "-"),
        (funding.price_floor, f"λ = {funding.price_floor:g}, the floor", ORANGE, "-."),
    )
    for price, label, colour, line in cases:
        for start in (0.0, funding.quality_max):
            path = funding.paths(price, PERIODS, start, capacity=CAPACITY)
            axes.plot(path.quality, color=colour, linestyle=line, label=label)
        steady = funding.steady_state(price).quality
        axes.plot(PERIODS, steady, marker=">", color=colour, clip_on=False)
        note(axes, PERIODS, steady, label, color=colour, ha="right", va="bottom")
    axes.set(xlabel="period",
             ylabel="quality q (score)", xlim=(0, PERIODS),
             ylim=(0, funding.quality_max))  # fmt: skip


def _measured(axes: Axes, found: DriftEvidence) -> None:
    rates = np.linspace(0, 1.1 * found.legs_per_period.max(), 200)
    law = STEADY_STATE(legs_per_period=rates, learning_rate=found.learning_rate,
                       quality_max=found.quality_max, drift=found.drift)  # fmt: skip
    axes.plot(rates, law, color=BLUE, label="theory")
    points(axes, found.legs_per_period, [mean_interval(row) for row in found.measured],
           f"real relays, mean of {found.measured.shape[1]}")  # fmt: skip
    axes.axhline(found.quality_max, color=GREY, linestyle=":", linewidth=1)
    note(axes, 0, found.quality_max, "without drift", color=GREY, va="bottom")
    axes.set(xlabel="legs per period f",
             ylabel="steady quality q (nats)", xlim=(0, rates[-1]),
             ylim=(0, 1.15 * found.quality_max))  # fmt: skip
    axes.legend(loc="lower right")


def _prices(funding: DriftFunding) -> list[float]:
    grid = np.linspace(0, 1.15 * funding.price_ceiling, 231)
    marked = [funding.price_floor, funding.welfare_price, funding.price_ceiling]
    return sorted({float(price) for price in [*grid, *marked]})


def _mark_prices(axes: Axes, funding: DriftFunding) -> None:
    """Draw the three prices that matter as vertical lines, named at the top."""
    top = axes.get_ylim()[1]
    for price, text in ((funding.price_floor, "floor"), (funding.welfare_price, "best λ*"),
                        (funding.price_ceiling, "ceiling")):  # fmt: skip
        axes.axvline(price, color=BLACK, linestyle=":", linewidth=0.9)
        note(axes, price, top, f"{text} {price:g}", rotation=90, ha="right", va="top")
    right = 1.15 * funding.price_ceiling
    axes.axvspan(funding.price_ceiling, right, color=GREY, alpha=0.15, linewidth=0)
    axes.set_xlim(0, right)
