"""The deposits that make honesty pay and still let people join (theory notes, section 4.1).

Panel a is the deposit window against the reward, panel b what honest work earns above a fake and
above staying out, both at error rates measured in one group of real relays; dots are other real
relays, played at three deposits. Panels c and d show where error rates come from: the gate and the
committee (:mod:`derelayl_econ.figures.gate_panels`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.figures.gate_panels import committee_sizes, hold_out_sizes, member
from derelayl_econ.figures.labels import moved_apart
from derelayl_econ.games.deposit import DEPOSIT_CEILING, DEPOSIT_FLOOR
from derelayl_econ.validation import Evidence, Interval
from derelayl_econ.validation.deposits import DepositEvidence

__all__ = ["deposit_window"]

Array = npt.NDArray[np.float64]

AUDITS = {0.5: (ORANGE, ":"), 1.0: (BLUE, "-"), 2.0: (PINK, "--")}
"""Audit rates drawn, as multiples of the scenario's, and how."""
GAPS = {"a fake": (VERMILION, "-"), "staying out": (GREEN, "--")}
"""What honest work is compared with, and how it is drawn."""


def deposit_window(evidence: Evidence) -> Figure:
    """Draw the window, the payoffs that define it, and the gate and committee behind it.

    Parameters
    ----------
    evidence : Evidence
        Gives payoffs of real hand-overs (money) and verdicts of real gates and committees.
    """
    gate = evidence.gate
    figure, axes = panels(
        "deposits that work", "what honest work earns more", f"one validator, stage {gate.stage}",
        f"committees, {member(gate).hold_out} samples each", rows=2, height=5.4,
    )  # fmt: skip
    _window(axes[0], evidence.deposits)
    _payoffs(axes[1], evidence.deposits)
    hold_out_sizes(axes[2], gate)
    committee_sizes(axes[3], gate)
    return figure


def _window(axes: Axes, found: DepositEvidence) -> None:
    terms, least = found.terms, found.window.minimum_reward
    top = 1.15 * max(found.payoffs)
    rewards = np.linspace(least, least + 3.2 * (terms.reward - least), 201)
    opens: dict[float, float] = {}
    for factor, (colour, line) in AUDITS.items():
        rate = factor * terms.audit_rate
        if rate > 1:
            continue
        low, high = _bounds(found, rewards, rate)
        for bound in (low, high):
            axes.plot(rewards, bound, color=colour, linestyle=line, label=f"audit {rate:g}")
        if factor == 1:
            axes.fill_between(rewards, low, high, color=colour, alpha=0.15, linewidth=0)
        opens[factor] = float(low[0])
    axes.axvline(least, color=BLACK, linewidth=0.9)
    axes.set(xlabel="reward R (money)", ylabel="deposit D (money)", ylim=(0, top),
             xlim=(least - 0.36 * (rewards[-1] - least), rewards[-1]))  # fmt: skip
    axes.locator_params(axis="x", nbins=4)
    _name_openings(axes, found, opens)
    _tested(axes, found)


def _name_openings(axes: Axes, found: DepositEvidence, opens: dict[float, float]) -> None:
    """Name each window where it opens: all at the same reward, at deposits of their own."""
    least, top = found.window.minimum_reward, axes.get_ylim()[1]
    heights = np.maximum(moved_apart(list(opens.values()), [0.06 * top] * len(opens)), 0.03 * top)
    for factor, height in zip(opens, heights, strict=True):
        note(axes, least, height, f"audit {factor * found.terms.audit_rate:g} ",
             color=AUDITS[factor][0], ha="right", va="center", bbox=None)  # fmt: skip
    note(axes, least, 0.97 * top, "smallest \nreward, \nany audit ", ha="right", va="top",
         bbox=None)  # fmt: skip


def _tested(axes: Axes, found: DepositEvidence) -> None:
    """Mark the deposits that real relays played with, and what paid best there."""
    reward = found.terms.reward
    for deposit in found.payoffs:
        verdict = _paid_best(found, deposit)
        colour, marker = (GREEN, "o") if verdict == "honesty" else (VERMILION, "X")
        axes.plot(reward, deposit, marker=marker, linestyle="none", color=colour, zorder=7,
                  label="real relays")  # fmt: skip
        note(axes, reward, deposit, f"   {verdict} paid best", color=colour, va="center")


def _paid_best(found: DepositEvidence, deposit: float) -> str:
    """Return what was measured to pay best; an interval that spans zero decides nothing."""
    gaps = _gaps(found, deposit)
    if all(gap.low > 0 for gap in gaps.values()):
        return "honesty"
    if any(gap.high < 0 for gap in gaps.values()):
        return min(gaps, key=lambda name: gaps[name].mid)
    return "undecided what"


def _payoffs(axes: Axes, found: DepositEvidence) -> None:
    window = found.window
    stakes = np.linspace(0, 1.1 * max(found.payoffs), 101)
    axes.axvspan(window.low, window.high, color=BLUE, alpha=0.15, linewidth=0)
    axes.axhline(0, color=BLACK, linewidth=0.6)
    for (name, (colour, line)), gap in zip(GAPS.items(), _laws(found, stakes), strict=True):
        axes.plot(stakes, gap, color=colour, linestyle=line, label=f"than {name}")
        points(axes, list(found.payoffs), [_gaps(found, stake)[name] for stake in found.payoffs],
               f"than {name}, real relays", color=colour)  # fmt: skip
    axes.set(xlabel="deposit D (money)", ylabel="money per hand-over", xlim=(0, stakes[-1]))
    axes.margins(y=0.1)
    note(axes, 0.5 * (window.low + window.high), axes.get_ylim()[0], "predicted window\n",
         color=BLUE, ha="center", va="bottom", bbox=None)  # fmt: skip
    lines = [line for line in axes.get_lines() if str(line.get_label()).startswith("than")]
    axes.legend(handles=lines, loc="upper left", title="dots: real relays", title_fontsize=7,
                alignment="left")  # fmt: skip


def _gaps(found: DepositEvidence, deposit: float) -> dict[str, Interval]:
    """Return what honest work was measured to earn above a fake and above staying out."""
    payoffs = found.payoffs[deposit]
    gaps = (payoffs["honest"] - payoffs["cheat"], payoffs["honest"] - found.terms.outside)
    return {name: mean_interval(gap) for name, gap in zip(GAPS, gaps, strict=True)}


def _laws(found: DepositEvidence, stakes: Array) -> tuple[Array, Array]:
    """Return the predicted gaps at every deposit; both are linear in it."""
    terms = found.terms
    honest, cheat = (
        np.array([terms.payoff(rejected, float(stake), cost).mean() for stake in stakes])
        for rejected, cost in ((found.rejected_honest, terms.cost_honest),
                               (found.rejected_cheat, terms.cost_cheat))
    )  # fmt: skip
    return honest - cheat, honest - terms.outside


def _bounds(found: DepositEvidence, rewards: Array, audit_rate: float) -> tuple[Array, Array]:
    """Return smallest and largest deposit that work, at the error rates of the fitting relays."""
    terms = found.terms
    known: dict[str, Any] = {"reward": rewards, "audit_rate": audit_rate,
                             "false_reject": float(found.rejected_honest.mean())}  # fmt: skip
    low = DEPOSIT_FLOOR(saving=terms.cost_honest - terms.cost_cheat,
                        false_accept=1 - float(found.rejected_cheat.mean()), **known)  # fmt: skip
    high = DEPOSIT_CEILING(cost_honest=terms.cost_honest, outside=terms.outside, **known)
    return low, high
