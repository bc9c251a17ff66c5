"""Who takes turns for ever, and what two trainers can agree on (theory notes, section 3.3).

Panel a is the critical discount of a rota against its members, panel b against its error rates, at
the cost (in flows) of the measured rota, whose error rates come from one group of real relays.
Panel c is the gain from shirking once; dots are other real relays. Panel d is the set of all
equilibrium payoffs of two trainers whose work is worth more together, at discounts where it is a
point, a segment and a polygon.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.equilibrium.payoff_solver import solve_payoff_set
from derelayl_econ.equilibrium.stage_game import StageGame
from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.games.repeated import CRITICAL_MANY, SHIRKING_GAIN, RepeatedRelay
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.turn_taking import DISCOUNTS, TurnTakingEvidence

__all__ = ["DRAWN", "MOST", "TOGETHER", "turn_taking"]

MOST = 16
"""Members of the largest rota drawn."""
TOGETHER = StageGame.public_good(contribute=[-1.5, 1.0], ride=[0.0, 1.5])
"""Training costs 3; a leg trained by one is worth 1.5 to either, by both 4."""
DRAWN = {
    Fraction(3, 4): (BLUE, "o", 2.5),
    Fraction(1, 2): (VERMILION, "s", 3.5),
    Fraction(3, 10): (BLACK, "D", 5.0),
}
"""Discounts of panel d, their colours, markers and marker sizes."""


def turn_taking(evidence: Evidence) -> Figure:
    """Draw critical discounts, measured gains from shirking, and payoff sets.

    Parameters
    ----------
    evidence : Evidence
        Gives error rates and payoffs of a monitored rota (in units of the flow per leg).
    """
    found = evidence.turn_taking
    figure, axes = panels(
        "patience by members", f"patience by errors, {found.relay.participants} members",
        "what shirking once gains", "payoffs two trainers can agree on", rows=2, height=5.4,
    )  # fmt: skip
    _by_members(axes[0], found.relay)
    _by_errors(axes[1], found.relay)
    _gains(axes[2], found)
    _payoff_sets(axes[3])
    return figure


def _by_members(axes: Axes, relay: RepeatedRelay) -> None:
    sizes = np.arange(2, MOST + 1)
    alpha, beta = relay.false_reject, relay.false_accept
    ends = []
    impossible = 0
    for text, colour, line, rates in (
        ("no errors", BLUE, "-", (0.0, 0.0)),
        ("false alarms", ORANGE, "--", (alpha, 0.0)),
        ("missed fakes", PINK, "-.", (0.0, beta)),
        ("both", VERMILION, "-", (alpha, beta)),
    ):
        rota = replace(relay, false_reject=rates[0], false_accept=rates[1])
        values = [replace(rota, participants=int(n)).critical_discount().value for n in sizes]
        impossible = int(np.isinf(values).sum())
        axes.plot(sizes, [v if np.isfinite(v) else np.nan for v in values], color=colour,
                  linestyle=line, marker=".", label=text)  # fmt: skip
        limit = float(CRITICAL_MANY(cost=rota.cost, flow=rota.flow, false_reject=rates[0],
                                    false_accept=rates[1]))  # fmt: skip
        axes.axhline(limit, color=colour, linestyle=":", linewidth=0.7, label=f"{text}, limit")
        ends.append(End(limit, text, colour))
    axes.set(xlabel="members N (people)", ylabel="critical discount (1)", ylim=(0.6, 1.05),
             xlim=(1.5, MOST + 0.5))  # fmt: skip
    label_ends(axes, ends)
    if impossible:
        note(axes, 1.7, 1.025, f"no rota of {1 + impossible}", va="center")
    note(axes, MOST, 1.0, f"cost {relay.cost:.2f} flows\ndotted: limit for large N", ha="right",
         va="top")  # fmt: skip


def _by_errors(axes: Axes, relay: RepeatedRelay) -> None:
    rates = np.linspace(0, 0.6, 61)
    ends = []
    for text, colour, line, which in (
        ("false\nalarms", ORANGE, "--", (1, 0)),
        ("missed\nfakes", PINK, "-.", (0, 1)),
    ):
        pairs = np.outer(rates, which).tolist()
        values = [
            replace(relay, false_reject=alpha, false_accept=beta).critical_discount().value
            for alpha, beta in pairs
        ]
        drawn = np.array([v if np.isfinite(v) else np.nan for v in values])
        axes.plot(rates, drawn, color=colour, linestyle=line, label=text.replace("\n", " "))
        last = int(np.flatnonzero(np.isfinite(drawn))[-1])
        ends.append(End(float(drawn[last]), text, colour))
        if last + 1 < rates.size:
            axes.plot(rates[last], drawn[last], marker="x", color=colour, label="no rota beyond")
            note(axes, rates[last], drawn[last], " no rota\n beyond", va="top", color=colour)
    value = relay.critical_discount().value
    axes.axhline(value, color=VERMILION, linewidth=0.9, label="both, as measured")
    note(axes, rates[-1], value - 0.01,
         f"both, as measured\n({relay.false_reject:.2f} and {relay.false_accept:.2f})", ha="right",
         va="top", color=VERMILION)  # fmt: skip
    axes.set(xlabel="error rate (1)", ylabel="critical discount (1)", ylim=(0.6, 1.05),
             xlim=(0, rates[-1]))  # fmt: skip
    label_ends(axes, ends)


def _gains(axes: Axes, found: TurnTakingEvidence) -> None:
    relay, at = found.relay, np.linspace(0.5, 0.94, 89)
    known = {name: getattr(relay, name) for name in SHIRKING_GAIN.arguments if name != "discount"}
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.plot(at, SHIRKING_GAIN(**known, discount=at), color=GREEN, label="predicted")
    critical = relay.critical_discount().value
    axes.axvline(critical, color=GREY, linewidth=0.9, linestyle=":", label="critical")
    points(axes, list(DISCOUNTS), [mean_interval(found.gain(d)) for d in DISCOUNTS],
           "real relays", color=BLACK)  # fmt: skip
    axes.set(xlabel="discount factor (1)", ylabel="gain (flow of one leg)", xlim=(at[0], at[-1]))
    axes.legend(handles=axes.get_legend_handles_labels()[0][::2], labels=["predicted",
                "real relays"], loc="lower left")  # fmt: skip
    note(axes, critical, axes.get_ylim()[1], " critical\n discount", va="top", color=GREY)


def _payoff_sets(axes: Axes) -> None:
    ring = TOGETHER.payoffs.astype(np.float64).reshape(-1, 2)[[0, 1, 3, 2, 0]]
    axes.plot(*ring.T, color=GREY, linestyle="--", linewidth=0.7, label="feasible")
    for discount, (colour, marker, size) in DRAWN.items():
        found = solve_payoff_set(TOGETHER, discount)
        found.plot(axes, colour=colour, label=f"{float(discount):g}")
        axes.plot(*found.inner.T, color=colour, linestyle="none", marker=marker, markersize=size,
                  label=f"{float(discount):g} corners")  # fmt: skip
    names = [f"{float(d):g}: {what}" for d, what in zip(DRAWN, ("polygon", "segment", "point"),
                                                        strict=True)]  # fmt: skip
    lines = [line for line in axes.get_lines() if str(line.get_label()).endswith("corners")]
    axes.legend(handles=lines, labels=names, loc="lower left", title="discount", title_fontsize=7,
                alignment="left")  # fmt: skip
    note(axes, -0.55, 1.0, "feasible", color=GREY, ha="center", va="center")
    axes.set(xlabel="trainer 1 (money per leg)", ylabel="trainer 2 (money per leg)",
             xlim=(-1.6, 1.65), ylim=(-1.6, 1.65))  # fmt: skip
