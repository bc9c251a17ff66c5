"""How much is trained, by whom, in which order, and behind which gate? (theory notes, 2.3).

a: waterfilling. Blocks are participants in increasing order of their cost-value ratio, as wide as
their caps; everybody left of the crossing with the marginal quality trains. b: effort of all in
every relay order, by the turn of the keenest, with and without caps. c: how much of the model may
leak to those outside before the gate stops working, by the size of the community; dashed where
nobody training is an equilibrium behind the gate as well, solid where everybody is the only one of
the two. Stakes are a G'(0)/c, what the first leg is worth to one participant over its cost.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    note,
    panels,
)
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.games.benefit import Benefit
from derelayl_econ.games.concave_curves import LogCurve
from derelayl_econ.games.contribution import ContributionGame
from derelayl_econ.games.contribution_results import GateEquilibria, RelayOrders
from derelayl_econ.games.public_benefit import PublicBenefit
from derelayl_econ.quality import ExponentialCurve, PowerCurve
from derelayl_econ.validation import Evidence

__all__ = ["EXAMPLE", "contribution", "gate_of", "orders_of"]

CURVE = ExponentialCurve(quality_start=0, quality_max=1, effort_scale=10)
EXAMPLE = ContributionGame(
    values=np.array([60, 45, 38, 30, 24, 18, 14, 12]),
    costs=np.ones(8),
    curve=CURVE,
    caps=np.array([3, 2.5, 4, 5, 3, 6, 4, 5]),
)
"""Eight participants of one cost and different values and caps."""
RELAY_CAPS = np.array([6, 8, 3, 4, 8])
"""Caps of its first participants, who play the relay orders of panel b."""
MOVERS = RELAY_CAPS.size
ROLES = {"contributes": BLUE, "partial": ORANGE, "rides": "#CCCCCC"}
CAPPED = {"no caps": (BLUE, "o", -0.17), "caps": (VERMILION, "s", 0.17)}
SIZES = np.unique(np.geomspace(2, 1000, 40).round().astype(int))
STAKES = (3.0, 0.9)
GATED: dict[str, tuple[PublicBenefit, str]] = {
    "exponential": (CURVE, BLUE),
    "power": (PowerCurve(quality_start=0, quality_max=1, effort_scale=10, exponent=0.5), VERMILION),
    "logarithmic": (LogCurve(effort_scale=10), GREEN),
}


def contribution(evidence: Evidence) -> Figure:
    """Draw waterfilling, relay orders and the gate.

    Parameters
    ----------
    evidence : Evidence
        Not used: nothing here is measured in relays.
    """
    figure, axes = panels(
        "who trains", "relay orders", "leakage a gate bears", height=2.8, ratios=(1.1, 1, 1)
    )
    _filling(axes[0])
    _orders(axes[1])
    _gate(axes[2])
    return figure


@cache
def orders_of(capped: str) -> RelayOrders:
    """Return the play of all orders of the first participants, with or without their caps."""
    caps = RELAY_CAPS if capped == "caps" else None
    return ContributionGame(
        EXAMPLE.values[:MOVERS], EXAMPLE.costs[:MOVERS], CURVE, caps
    ).all_orders()


@cache
def gate_of(form: str, stakes: float, participants: int) -> GateEquilibria:
    """Return the equilibria behind a gate without leakage, for one curve and community."""
    curve = GATED[form][0]
    value = stakes / float(Benefit(curve).slope(0.0))
    return ContributionGame(np.full(participants, value), np.ones(participants), curve).gated()


def _filling(axes: Axes) -> None:
    found = EXAMPLE.simultaneous()
    order = np.argsort(EXAMPLE.kappas)
    edges = np.append(0.0, np.cumsum(EXAMPLE.limits[order]))
    for left, right, i in zip(edges, edges[1:], order, strict=False):
        axes.bar(left, EXAMPLE.kappas[i], right - left, align="edge", edgecolor="white",
                 color=ROLES[found.roles[i]])  # fmt: skip
    effort = np.linspace(0, edges[-1], 200)
    slope = EXAMPLE.benefit.slope(effort)
    axes.plot(effort, slope, color=BLACK, label="marginal quality")
    share = 1 / EXAMPLE.values.sum()
    axes.axhline(share, color=GREEN, linestyle="--", label="planner")
    for total in (found.total, found.efficient_total):
        axes.plot(total, EXAMPLE.benefit.slope(total), "o", color=BLACK)
    note(axes, 0.17 * edges[-1], 0.73 * slope[0], "marginal quality G′(X)")
    note(axes, found.total + 0.6, 1.03 * float(EXAMPLE.benefit.slope(found.total)),
         f"trained, X = {found.total:.1f}", va="bottom")  # fmt: skip
    note(axes, found.efficient_total, 0.004 + share, f"planner's\nX* = {found.efficient_total:.1f}",
         ha="right", va="bottom", color=GREEN)  # fmt: skip
    axes.set(xlim=(0, edges[-1]), ylim=(0, 1.05 * slope[0]),
             xlabel="effort of all, X (legs); blocks: caps",
             ylabel="cost over value, κ (score / leg)")  # fmt: skip
    for role, colour in ROLES.items():
        axes.bar(0, 0, color=colour, label=role)
    handles, labels = axes.get_legend_handles_labels()
    kept = [(h, word) for h, word in zip(handles, labels, strict=True) if word in ROLES]
    axes.legend(*zip(*kept, strict=True), loc="upper right", borderaxespad=0.1, handlelength=1.2)


def _orders(axes: Axes) -> None:
    for capped, (colour, marker, shift) in CAPPED.items():
        found = orders_of(capped)
        turn = 1 + np.argmax(found.orders == 0, axis=1)  # participant 0 is the keenest
        spots, counts = np.unique([turn, found.totals.round(9)], axis=1, return_counts=True)
        axes.scatter(spots[0] + shift, spots[1], 3 * counts, color=colour, marker=marker,
                     alpha=0.8, label=capped)  # fmt: skip
        axes.axhline(found.simultaneous_total, color=colour, linewidth=0.9, linestyle=":",
                     label=f"{capped}, simultaneous")  # fmt: skip
    top = 1.2 * orders_of("no caps").simultaneous_total
    note(axes, 0.55, top, f"planner, no caps: {orders_of('no caps').efficient_total:.1f}",
         va="top", color=GREEN)  # fmt: skip
    note(axes, 0.55, 0.4, "size: number of orders", color=GREY)
    axes.set(xlim=(0.5, MOVERS + 0.5), ylim=(0, top), xticks=range(1, MOVERS + 1),
             xlabel="turn of the keenest (participants)",
             ylabel="effort of all, X (legs)")  # fmt: skip
    for handle in axes.legend(loc="lower left", bbox_to_anchor=(0, 0.07)).legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([16])  # whatever the first spot's size


def _gate(axes: Axes) -> None:
    ends = []
    for form, (_, colour) in GATED.items():
        for stakes in STAKES:
            found = [gate_of(form, stakes, int(size)) for size in SIZES]
            bound = [gate.leakage_bound for gate in found]
            both = any(gate.nobody is not None for gate in found)
            axes.plot(SIZES, bound, color=colour, linestyle="--" if both else "-",
                      label=f"{form}, stakes {stakes:g}")  # fmt: skip
        ends.append(End(bound[-1], form, colour))
    axes.set(xscale="log", xlim=(SIZES[0], SIZES[-1]), ylim=(0, 1),
             xlabel="participants, N", ylabel="largest leakage, θ (1)")  # fmt: skip
    label_ends(axes, ends)
    words = ("no", "an")
    texts = [
        f"{line}: stakes {stakes:g}, riding\nof all is {word} equilibrium"
        for line, stakes, word in zip(("solid", "dashed"), STAKES, words, strict=True)
    ]
    note(axes, SIZES[-1], 0.03, "\n".join(texts), ha="right", color=GREY)  # fmt: skip
