"""How many should win, and is luck great enough for a tournament? (theory notes, section 2.5).

a: effort by the share of winners, for a fixed prize per winner and for a fixed total prize, in the
continuum (lines; dotted where the effort is no equilibrium) and among ten submissions (points).
b: the fixed total with deposits: beyond 3.29 times the prize per submission effort no longer falls
throughout. c: what a finite number of submissions loses against the continuum. d: the noise ratio
below which no symmetric pure equilibrium exists.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from derelayl_econ.figures.drawing import BLACK, BLUE, GREEN, GREY, VERMILION, note, panels
from derelayl_econ.games.tournament import SettlementTournament
from derelayl_econ.games.tournament_formulas import FINITE_DENSITY, largest_falling_deposit
from derelayl_econ.validation import Evidence

__all__ = ["tournament"]

Array = npt.NDArray[np.float64]

SHARES = np.concatenate([np.geomspace(0.005, 0.05, 12)[:-1], np.linspace(0.05, 0.98, 63)])
PRIZE, TOTAL = 4.0, 2.0
"""Prize per winner, and per submission: the same at s = 1/2 (money)."""
UNITS: dict[str, Any] = {"luck": 1.0, "cost": 1.0}
FEW = 10
DEPOSITS = (0.0, largest_falling_deposit(), 10.0)
"""D over T: none, the largest with which effort falls throughout, a larger one."""
SIZES = np.unique(np.geomspace(10, 10_000, 13).astype(int) // 10 * 10)
FINITE_SHARES = (0.5, 0.1)
RULE = "[R]: s = 1/2"


def tournament(evidence: Evidence) -> Figure:
    """Draw effort by winning share, finite numbers and the limits of the equilibrium; theory only.

    Parameters
    ----------
    evidence : Evidence
        Not used: no relay here is settled as a tournament.
    """
    del evidence
    figure, axes = panels(
        "effort by winning share", "fixed total prize, with a deposit",
        "what a finite number loses", "where an equilibrium exists", rows=2, height=5.0,
    )  # fmt: skip
    _by_share(axes[0])
    _deposits(axes[1])
    _finite(axes[2])
    _existence(axes[3])
    return figure


def fixed_prize(share: float, participants: int | None = None) -> SettlementTournament:
    """Return the tournament of panel a with a fixed prize per winner."""
    return SettlementTournament(winning_share=share, prize=PRIZE, participants=participants,
                                **UNITS)  # fmt: skip


def fixed_total(
    share: float, participants: int | None = None, deposit: float = 0.0
) -> SettlementTournament:
    """Return the tournament of panels a and b with a fixed prize per submission."""
    return SettlementTournament.fixed_total(total_prize=TOTAL, winning_share=share,
                                            participants=participants, deposit=deposit,
                                            **UNITS)  # fmt: skip


def _by_share(axes: Axes) -> None:
    few = np.arange(1, FEW) / FEW
    for game, label, colour, line in (
        (fixed_prize, "fixed prize per winner", BLUE, "-"),
        (fixed_total, "fixed total prize", VERMILION, "--"),
    ):
        efforts = np.array([game(share).effort for share in SHARES])
        exists = np.array([game(share).first_order().exists for share in SHARES])
        axes.plot(SHARES, efforts, color=colour, linestyle=":", linewidth=0.9)
        axes.plot(SHARES, np.where(exists, efforts, np.nan), color=colour, linestyle=line,
                  label=label)  # fmt: skip
        axes.plot(few, [game(share, FEW).effort for share in few], "o", color=colour, markersize=3,
                  label=f"N = {FEW}")  # fmt: skip
    _mark_rule(axes)
    axes.set(xlabel="winning share, s (1)", ylabel="effort, e* (score)", xlim=(0, 1), ylim=(0, 4.5))
    note(axes, 0.1, 4.15, "dotted: no equilibrium", bbox=None)
    axes.legend(loc="upper right", handlelength=1.6, borderaxespad=0.2)


def _deposits(axes: Axes) -> None:
    for ratio, colour, line in zip(DEPOSITS, (VERMILION, BLACK, GREEN), ("--", "-", "-."),
                                   strict=True):  # fmt: skip
        efforts = [fixed_total(share, deposit=ratio * TOTAL).effort for share in SHARES]
        scaled = np.array(efforts) / efforts[int(np.abs(SHARES - 0.5).argmin())]
        axes.plot(SHARES, scaled, color=colour, linestyle=line, label=f"D = {ratio:.3g} T")
    _mark_rule(axes)
    axes.set(xlabel="winning share, s (1)", ylabel="effort over effort at s = 1/2 (1)",
             xlim=(0, 1), ylim=(0, 2))  # fmt: skip
    axes.legend(loc="upper right")


def _finite(axes: Axes) -> None:
    for share, colour, marker in zip(FINITE_SHARES, (BLUE, GREEN), ("o", "s"), strict=True):
        limit = fixed_prize(share).effort
        loss = [1 - fixed_prize(share, int(size)).effort / limit for size in SIZES]
        density = float(stats.norm.pdf(stats.norm.isf(share)))
        known: dict[str, Any] = {"density": density, "winning_share": share, "participants": SIZES}
        axes.plot(SIZES, 1 - FINITE_DENSITY(**known) / density, color=colour, linewidth=0.9,
                  label=f"first order, s = {share:g}")  # fmt: skip
        axes.plot(SIZES, loss, marker, color=colour, linestyle="", markersize=3.5,
                  label=f"exact, s = {share:g}")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="submissions, N",
             ylabel="effort lost against the continuum (1)")  # fmt: skip
    axes.legend(loc="upper right")


def _existence(axes: Axes) -> None:
    limits = np.array([fixed_prize(share).critical_ratio for share in SHARES])
    few = np.arange(1, FEW) / FEW
    axes.fill_between(SHARES, 0, limits, color=GREY, alpha=0.25, linewidth=0)
    axes.plot(SHARES, limits, color=BLACK, label="least noise ratio")
    axes.plot(few, [fixed_prize(share, FEW).critical_ratio for share in few], "o", color=BLUE,
              markersize=3, label=f"N = {FEW}")  # fmt: skip
    concave = float(stats.norm.pdf(1))
    axes.axhline(concave, color=GREEN, linestyle="--", linewidth=1, label="every payoff concave")
    _mark_rule(axes)
    note(axes, 0.28, 0.07, "no symmetric\npure equilibrium", ha="center", bbox=None)
    note(axes, 0.98, concave + 0.004, "above: payoffs concave", color=GREEN, ha="right",
         va="bottom")  # fmt: skip
    note(axes, few[0] + 0.02, 0.17, f"N = {FEW}", color=BLUE, va="top", bbox=None)
    axes.set(xlabel="winning share, s (1)", ylabel="noise ratio, σ²C″/(W + D) (1)",
             xlim=(0, 1), ylim=(0, 0.3))  # fmt: skip


def _mark_rule(axes: Axes) -> None:
    """Mark the share of the authors' public simulation."""
    axes.axvline(0.5, color=BLACK, linestyle=":", linewidth=0.9)
    note(axes, 0.51, 0.03, RULE, transform=axes.get_xaxis_transform(), bbox=None)
