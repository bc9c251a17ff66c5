"""Which royalties can be paid, and which reward lasting work? (theory notes, section 4.3).

Panel a: what a hand-over owes by the length of the path, against what it brings in. Panel b: the
marginal incentive of geometric royalties by their decay, for several products of survival and
discount, with the best decay; ticks at the right are the best single royalty. Panel c: the smallest
royalty that makes careful work best, by the legs it waits, with the cheapest delay. Panel d: what
the least-paid leg can get if nobody is to gain by splitting. All four are theory.
"""

from __future__ import annotations

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
    note,
    panels,
)
from derelayl_econ.figures.labels import End, label_ends, moved_apart
from derelayl_econ.games.length_split import least_share_bound
from derelayl_econ.games.royalty_design import RoyaltyDesign, royalty_budget
from derelayl_econ.games.vesting import Vesting
from derelayl_econ.rewards import LineageShare
from derelayl_econ.validation import Evidence

__all__ = ["royalties"]

LEGS = 12
BUDGETS = {
    "w = 1": (LineageShare(weights="all"), VERMILION, "-"),
    "w = ¾, ¾": (LineageShare(weights=[0.75, 0.75]), ORANGE, ":"),
    "a = 0.5": (LineageShare(0.5), BLUE, "--"),
    "a = 0.9": (LineageShare(0.9), GREEN, "-."),
}
STEPS = {0.0: (BLUE, "-"), 0.5: (GREEN, "--"), 0.8: (ORANGE, "-."), 0.95: (VERMILION, ":")}
"""Products of survival and discount in panel b."""
DISCOUNT = 0.96
DETECTION = {0.1: (VERMILION, ":"), 0.2: (ORANGE, "-."), 0.5: (BLUE, "-")}
LONGEST_WAIT = 30
DECAYS = {0.4: (BLUE, "--"), 0.6: (ORANGE, "-."), 0.8: (VERMILION, ":")}


def royalties(evidence: Evidence) -> Figure:
    """Draw budgets, incentives, vesting and the bound on the least-paid leg.

    Parameters
    ----------
    evidence : Evidence
        Not used: all panels are theory.
    """
    figure, axes = panels(
        "owed at each leg", "marginal incentive by decay", "smallest honest royalty by delay",
        "pay of the least-paid leg", rows=2, height=5.2,
    )  # fmt: skip
    _owed(axes[0])
    _incentives(axes[1])
    _vesting(axes[2])
    _least_paid(axes[3])
    return figure


def _owed(axes: Axes) -> None:
    legs = np.arange(1, LEGS + 1)
    ends = []
    top = 2.6
    for label, (rule, colour, line) in BUDGETS.items():
        owed = royalty_budget(rule, LEGS).owed
        axes.plot(legs, owed, color=colour, linestyle=line, label=label, marker=".")
        ends.append(End(float(min(owed[-1], top)), label, colour))
    axes.axhspan(1, top, color=GREY, alpha=0.15, linewidth=0)
    axes.axhline(1, color=BLACK, linewidth=0.8)
    note(axes, LEGS, 1.03, "more than a hand-over brings in ", ha="right", va="bottom", bbox=None)
    axes.set(xlabel="leg k", ylabel="owed over budget (1)", ylim=(0, top), xlim=(1, LEGS))
    label_ends(axes, ends)


def _incentives(axes: Axes) -> None:
    decays = np.linspace(0.01, 0.99, 197)
    ends = []
    for step, (colour, line) in STEPS.items():
        design = RoyaltyDesign(step / DISCOUNT, DISCOUNT)
        axes.plot(decays, design.incentive(decays), color=colour, linestyle=line,
                  label=f"σδ = {step:g}")  # fmt: skip
        axes.plot(design.best_decay, design.best_incentive, "o", color=colour, label="best decay",
                  zorder=5)  # fmt: skip
        single = design.single_incentive(design.best_distance)
        axes.plot([0.96, 1], [single, single], color=colour, linestyle="-", linewidth=2.2,
                  label="best single")  # fmt: skip
        ends.append(End(single, f"σδ = {step:g}", colour))
    axes.set(xlabel="decay a (1)", ylabel="dV/dσ over ρ (1)", xlim=(0, 1), yscale="log",
             ylim=(0.03, 12))  # fmt: skip
    _label_log_ends(axes, ends)
    note(axes, 0.5, 0.055, "dots: best decay\nbars: best single royalty", bbox=None, ha="center",
         va="center")  # fmt: skip


def _label_log_ends(axes: Axes, ends: list[End]) -> None:
    """Write names right of a panel with a logarithmic scale, moved apart where they collide."""
    logs = np.log10([end.height for end in ends])
    low, high = np.log10(axes.get_ylim())
    for end, height in zip(ends, moved_apart(logs, [0.08 * (high - low)] * len(ends)), strict=True):
        axes.annotate(
            end.text, (1, 10**height), (6, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=7, color=end.colour,
        )  # fmt: skip


def _vesting(axes: Axes) -> None:
    waits = np.arange(1, LONGEST_WAIT + 1)
    ends = []
    for chance, (colour, line) in DETECTION.items():
        game = _vesting_of(chance)
        royalty = [game.plan(int(wait)).royalty for wait in waits]
        best = game.best()
        label = f"h = {chance:g}"
        axes.plot(waits, royalty, color=colour, linestyle=line, label=label)
        axes.plot(best.delay, best.royalty, "o", color=colour, label="cheapest", zorder=5)
        below = chance == max(DETECTION)  # the lowest curve, which is steep
        note(axes, best.delay, best.royalty + (-0.12 if below else 0.12), f"m* = {best.delay}",
             color=colour, ha="center", va="top" if below else "bottom", bbox=None)  # fmt: skip
        ends.append(End(royalty[-1], label, colour))
    axes.set(xlabel="delay m (legs)", ylabel="royalty over saving, b / s (1)",
             xlim=(0, LONGEST_WAIT), ylim=(0.5, 6))  # fmt: skip
    label_ends(axes, ends)


def _vesting_of(detection: float) -> Vesting:
    """Return a game without a reason to pay more than honesty asks for."""
    return Vesting(saving=1.0, cost=1.0, reward=1.0, survival=1.0, discount=DISCOUNT,
                   detection=detection)  # fmt: skip


def _least_paid(axes: Axes) -> None:
    legs = np.arange(1, LEGS + 1)
    bound = np.array([least_share_bound(1.0, int(count)) for count in legs])
    axes.plot(legs, bound, color=BLACK, label="bound")
    axes.fill_between(legs, bound, 1e-5, color=GREEN, alpha=0.15, linewidth=0)
    ends = [End(float(bound[-1]), "$2^{1-L}$", BLACK)]
    for decay, (colour, line) in DECAYS.items():
        least = decay ** (legs - 1.0)
        axes.plot(legs, least, color=colour, linestyle=line, label=f"a = {decay:g}")
        ends.append(End(float(least[-1]), f"a = {decay:g}", colour))
    axes.set(xlabel="length of the path L (legs)", ylabel="least pay over r(1, 1) (1)",
             yscale="log", ylim=(1e-5, 1), xlim=(1, LEGS))  # fmt: skip
    _label_log_ends(axes, ends)
    note(axes, 1.3, 2e-5, "every split-proof scheme", color=GREEN, bbox=None)
