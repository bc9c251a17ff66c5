"""Does it pay to hand in one's work under several names? (theory notes, section 4.2).

Panel a: profit by number of names under five rules, on the path of real relays in which nobody
splits (lines), and in real relays in which one participant splits its leg, each part really trained
(dots). Panel b: the power of the gain by which a rule shares decides whether splitting or merging
pays. Panel c: blind lineage pay with a fee per hand-over; wherever an honest trainer earns
anything, splitting pays. Panel d: a price per verified nat, paid to accepted hand-overs only;
noise makes splitting pay, the less so when both models are judged on the same samples.
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
    PINK,
    SKY,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.games.lineage_fees import LineagePay
from derelayl_econ.games.splitting import merge_profit, split_profit
from derelayl_econ.rewards import LineageShare, PowerShare
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.splitting import (
    GAINS,
    PARTS,
    PRICE,
    RULES,
    SIGNED,
    SPLITTER,
    SplittingEvidence,
)

__all__ = ["splitting"]

MOST = 6
"""Names drawn at most."""
LOOKS = dict(zip(RULES, ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (ORANGE, ":"),
                         (BLACK, "-")), strict=False))  # fmt: skip
"""Colour and line of the rules that share a pool."""
DECAY = 0.5
EVEN = np.ones(4)
"""The path of panel b."""


def splitting(evidence: Evidence) -> Figure:
    """Draw profits of splitting and merging, in theory and in real relays.

    Parameters
    ----------
    evidence : Evidence
        Gives real relays with and without a participant who splits.
    """
    found = evidence.splitting
    seeds = found.accepted[GAINS, PARTS[0]][2].size
    figure, axes = panels(
        f"profit by rule, {seeds} real relays each", "shares by a power of the gain",
        "blind royalties and a fee", "price per verified nat", rows=2, height=5.2,
    )  # fmt: skip
    _by_rule(axes[0], found)
    _by_power(axes[1])
    _fees(axes[2])
    _price(axes[3], found)
    return figure


def _by_rule(axes: Axes, found: SplittingEvidence) -> None:
    names = np.arange(1, MOST + 1)
    ends = []
    for name, (colour, line) in LOOKS.items():
        profits = [
            np.mean([split_profit(RULES[name], path, SPLITTER, int(m)) for path in found.honest])
            for m in names
        ]
        axes.plot(names, profits, color=colour, linestyle=line, label=name)
        points(axes, PARTS, [mean_interval(found.accepted[name, m][2]) for m in PARTS],
               f"{name}, measured", color=colour)  # fmt: skip
        ends.append(End(float(profits[-1]), name.replace(", ", ",\n"), colour))
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.set(xlabel="names (1)", ylabel="profit (share of the pool)", xlim=(0.9, MOST))
    axes.margins(y=0.15)
    label_ends(axes, ends)


def _by_power(axes: Axes) -> None:
    powers = np.linspace(0.05, 2.5, 99)
    cases = {
        "one leg\nas two": ([split_profit(PowerShare(r), EVEN, 0, 2) for r in powers], BLUE, "-"),
        "two legs\nas one": ([merge_profit(PowerShare(r), EVEN, [0, 1]) for r in powers],
                             VERMILION, "--"),
    }  # fmt: skip
    for label, (profits, colour, line) in cases.items():
        axes.plot(powers, profits, color=colour, linestyle=line, label=label)
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.axvline(1, color=BLACK, linestyle=":", linewidth=0.9)
    axes.set(xlabel="exponent r (1)", ylabel="profit (share of the pool)", xlim=(0, 2.5))
    top = axes.get_ylim()[1]
    note(axes, 0.5, 0.8 * top, "splitting\npays", color=BLUE, ha="center", bbox=None)
    note(axes, 1.5, 0.8 * top, "merging\npays", color=VERMILION, ha="center", bbox=None)
    label_ends(axes, [End(profits[-1], label, colour)
                      for label, (profits, colour, _) in cases.items()])  # fmt: skip


def _fees(axes: Axes) -> None:
    fees = np.linspace(0, 1.25, 26)
    ends = []
    for later, (income_colour, profit_colour) in {0: (SKY, ORANGE), 2: (BLUE, VERMILION)}.items():
        pays = [LineagePay(LineageShare(DECAY), fee) for fee in fees]
        income = [pay.income(later) for pay in pays]
        profit = [pay.profit(later, 2) for pay in pays]
        word = f"{later} later legs"
        axes.plot(fees, profit, color=profit_colour, linestyle="--", label=f"split, {word}")
        axes.plot(fees, income, color=income_colour, linestyle="-", label=f"income, {word}")
        ends += [End(profit[-1], f"split, {word}", profit_colour),
                 End(income[-1], f"income, {word}", income_colour)]  # fmt: skip
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.axvspan(1, fees[-1], color=GREEN, alpha=0.15, linewidth=0)
    axes.set(xlabel="fee over all weights, f / Σ w (1)", ylabel="money per unit of Σ w",
             xlim=(0, fees[-1]))  # fmt: skip
    note(axes, 0.5 * (1 + fees[-1]), axes.get_ylim()[1], "no split\npays", color=GREEN, ha="center",
         va="top", bbox=None)  # fmt: skip
    label_ends(axes, ends)


def _price(axes: Axes, found: SplittingEvidence) -> None:
    names = np.arange(1, MOST + 1)
    looks = {True: ("same samples", BLUE, "-"), False: ("different\nsamples", GREY, ":")}
    ends: list[End] = []
    for paired, (label, colour, line) in looks.items():
        law = found.law(paired=paired)
        profits = [law.profit(found.gain, int(m)) for m in names]
        axes.plot(names, profits, color=colour, linestyle=line, label=label)
        ends.append(End(profits[-1], label, colour))
    axes.axhline(0, color=GREY, linewidth=0.6)
    kinds = {
        "at the gate": (-0.06, found.gated, PRICE, {"color": BLUE}),
        "no gate, losses charged": (0.06, found.accepted, SIGNED, {"color": PINK, "fmt": "s"}),
    }
    for label, (shift, measured, name, look) in kinds.items():
        points(axes, np.array(PARTS) + shift,
               [mean_interval(measured[name, m][2]) for m in PARTS], label, **look)  # fmt: skip
    axes.set(xlabel="names (1)", ylabel="profit at a price of 1 (nats)", xlim=(0.9, MOST))
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.45 * (high - low))
    label_ends(axes, ends)
    handles, labels = axes.get_legend_handles_labels()
    marks = {text: mark for mark, text in zip(handles, labels, strict=True) if text in kinds}
    axes.legend(list(marks.values()), list(marks), loc="upper left", title="real relays",
                title_fontsize=7, alignment="left")  # fmt: skip
