"""Which access fee and which price hold the model at what quality? (theory notes, section 3.4b).

a: the gap that arrivals find in the steady state, by access fee, for two distributions of costs;
solid or dashed the mean field, thin the long-run mean of the random gap, points simulated relays.
Between its kinks the second distribution has the gap hover where the cheap devices are indifferent.
Beyond what access is worth nobody buys it. b: the designer's map for the first distribution: steady
gap by fee and price, where the fees pay the rewards, and where people would train only to save the
fee (make-work).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

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
from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.arrivals import COSTS, ArrivalEvidence, arrival_example

__all__ = ["arrivals"]

FEES = np.linspace(0.0, 1.2, 121)
PRICES = np.linspace(0.0, 10.0, 101)
COLOURS = dict(zip(COSTS, ((BLUE, "-"), (VERMILION, "--")), strict=True))
NAMED_AT = dict(zip(COSTS, ((0.47, 0.44), (0.03, 0.36)), strict=True))
"""Where the curves are named."""

LAW_POINTS = 601
"""Grid of the long-run law, enough for the eye."""


def arrivals(evidence: Evidence) -> Figure:
    """Draw the steady gap by access fee, beside simulated relays, and the designer's map.

    Parameters
    ----------
    evidence : Evidence
        Gives simulated relays of arrivals.
    """
    figure, (by_fee, by_both) = panels("steady gap by access fee", "designer's map, uniform costs",
                                       height=2.9, ratios=(1, 1.15))  # fmt: skip
    for name, found in evidence.arrivals.items():
        _by_fee(by_fee, name, found)
    _frame(by_fee, arrival_example(next(iter(COSTS))))
    image = _map(by_both, arrival_example(next(iter(COSTS))))
    figure.colorbar(image, ax=by_both, label="steady gap, x̃ (score)", aspect=30)
    return figure


def _by_fee(axes: Axes, name: str, found: list[ArrivalEvidence]) -> None:
    relay, (colour, line) = arrival_example(name), COLOURS[name]
    states = relay.designer_map(FEES, [relay.price])
    axes.plot(FEES, states.gap[:, 0], color=colour, linestyle=line, label=f"{name}, mean field")
    some = FEES[::5]
    laws = [replace(relay, access_fee=fee).stationary_law(LAW_POINTS).mean for fee in some]
    axes.plot(some, laws, color=colour, linestyle="-", linewidth=0.6, label=f"{name}, long-run law")
    fees, gaps = [one.relay.access_fee for one in found], [mean_interval(f.gaps) for f in found]
    points(axes, fees, gaps, f"{name}, simulated", markeredgecolor=BLACK,
           markerfacecolor=colour)  # fmt: skip
    note(axes, *NAMED_AT[name], name.replace(" of ", "\nof "), color=colour)


def _frame(axes: Axes, relay: ArrivalRelay) -> None:
    worth = relay.access - relay.outside
    axes.axvspan(worth, FEES[-1], color=GREY, alpha=0.15, linewidth=0)
    note(axes, 0.02, 0.21, "thin: long-run mean; points: simulated", bbox=None)
    note(axes, 0.5 * (worth + FEES[-1]), 0.55, "nobody buys access", rotation=90, ha="center",
         va="center")  # fmt: skip
    axes.set(xlim=(0, FEES[-1]), ylim=(0.2, 0.8), xlabel="access fee, φ (money)",
             ylabel="gap that arrivals find, x̃ (score)")  # fmt: skip


def _map(axes: Axes, relay: ArrivalRelay) -> QuadMesh:
    found = relay.designer_map(FEES, PRICES)
    image = axes.pcolormesh(PRICES, FEES, found.gap, shading="nearest", rasterized=True)
    balance = np.where(found.served, found.balance, np.nan)
    axes.contour(PRICES, FEES, balance, levels=[0.0], colors="white", linewidths=1.2)
    axes.axhline(relay.access - relay.outside, color="white", linewidth=1.2)
    edge = relay.costs.lowest
    axes.axhline(edge, color=BLACK, linestyle="--", linewidth=1, label="make-work above")
    white: dict[str, Any] = {"bbox": None, "color": "white"}
    note(axes, 0.3, edge + 0.03, "make-work above", **white)
    note(axes, 1.8, 0.75, "fees pay\nthe rewards", ha="center", va="center", **white)
    note(axes, 8.2, 0.6, "they do not", ha="center", va="center", **white)
    note(axes, 5.0, 1.1, "nobody buys access", ha="center", va="center", **white)
    axes.set(xlabel="price of improvement, λ (money/score)", ylabel="access fee, φ (money)")
    return image
