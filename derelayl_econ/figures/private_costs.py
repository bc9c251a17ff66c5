"""Who trains when everybody knows only the own cost? (theory notes, section 2.2).

a: what joining is worth, B(p), against the cost of the marginal participant, Q(p), in a game in
which at least three of eight must train. They meet in the equilibria: where B falls through Q the
equilibrium is stable, where it rises through Q it is a tipping point. Squares: where populations of
learners came to rest, who saw only past joining counts. b: the same equilibria by what a trained
leg is worth, for three sizes of the critical mass; a tipping point and the stable equilibrium above
it appear together.
"""

from __future__ import annotations

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
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.games.private_costs import PrivateCostGame
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.private_costs import (
    BENEFIT,
    MEMBERS,
    THRESHOLD,
    PrivateCostEvidence,
    threshold_game,
)

__all__ = ["branches", "private_costs", "with_fold"]

Array = npt.NDArray[np.float64]

THRESHOLDS = (2, 3, 5)
COLOURS = {2: VERMILION, 3: BLUE, 5: PINK}
BENEFITS = np.linspace(0.2, 6.0, 36)
"""In costs of a leg."""

FOLD_HALVINGS = 9

JOINING = "probability of joining, p"


def private_costs(evidence: Evidence) -> Figure:
    """Draw equilibria with private costs, and where learners came to rest.

    Parameters
    ----------
    evidence : Evidence
        Gives the cost of a leg (money), and learners in the game of panel a.
    """
    figure, (curves, tipping) = panels(
        f"{THRESHOLD} of {MEMBERS} needed: benefit and cost", "by benefit and critical mass",
        height=2.9, ratios=(1, 1.1),
    )  # fmt: skip
    found = evidence.private_costs["critical mass"]
    _curves(curves, found)
    _branches(tipping, evidence.cost, found)
    return figure


def branches(threshold: int, benefits: Array, cost: float) -> tuple[Array, Array]:
    """Return the highest stable equilibrium and the lowest tipping point; NaN where there is none.

    Parameters
    ----------
    benefits : array of shape (B,)
        Of a trained leg, in costs of a leg.

    Returns
    -------
    arrays of shape (B,)
        Probabilities of joining.
    """
    stable, tipping = np.full((2, benefits.size), np.nan)
    for i, benefit in enumerate(benefits):
        game = threshold_game(cost, threshold, float(benefit))
        joined = [e.strategy for e in game.equilibria() if e.stable and e.strategy > 0]
        stable[i] = max(joined, default=np.nan)
        tipping[i] = min((e.strategy for e in game.tipping_points()), default=np.nan)
    return stable, tipping


def with_fold(threshold: int, benefits: Array, cost: float) -> Array:
    """Return the benefits with more of them next to the least that sustains training."""
    low, high = float(benefits[0]), float(benefits[-1])
    added = []
    for _ in range(FOLD_HALVINGS):
        middle = (low + high) / 2
        added.append(middle)
        tipping = branches(threshold, np.array([middle]), cost)[1]
        low, high = (middle, high) if np.isnan(tipping).any() else (low, middle)
    return np.unique([*benefits, *added])


def _curves(axes: Axes, found: PrivateCostEvidence) -> None:
    game, p = found.game, np.linspace(0, 1, 400)
    top = 1.15 * float(game.cutoff(p).max())
    axes.plot(p, game.cutoff(p), color=BLUE, linestyle="-", label="benefit B(p)")
    axes.plot(p[1:-1], game.costs.quantile(p[1:-1]), color=VERMILION, linestyle="--",
              label="cost quantile Q(p)")  # fmt: skip
    for stable, name, face in ((True, "stable", BLACK), (False, "tipping point", "white")):
        shown = [e for e in game.equilibria().equilibria if e.stable is stable]
        axes.plot([e.strategy for e in shown], [e.cutoff for e in shown], "o", color=BLACK,
                  markerfacecolor=face, label=name, zorder=6, clip_on=False)  # fmt: skip
    for place in found.places:
        shares, cutoffs = mean_interval(place.shares), mean_interval(place.cutoffs)
        points(axes, shares.mid, [cutoffs], "learners at rest (measured)", fmt="s", color=GREEN,
               markersize=7, markerfacecolor="none", zorder=7, clip_on=False,
               xerr=[[shares.mid - shares.low], [shares.high - shares.mid]])  # fmt: skip
    _name(axes, game, top)
    axes.set(xlim=(0, 1), ylim=(0, top), xlabel=JOINING, ylabel="benefit, cost (money)")
    handles, labels = axes.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    kept = [label for label in named if "(p)" not in label]
    axes.legend([named[label] for label in kept], kept, loc="lower right")


def _name(axes: Axes, game: PrivateCostGame, top: float) -> None:
    note(axes, 0.97, 0.93 * float(game.cutoff(0.97)), "B(p)", color=BLUE, ha="right", va="top")
    p = np.linspace(0.01, 0.99, 99)
    costs = game.costs.quantile(p)
    place = int(np.argmin(np.abs(costs - 0.62 * top)))
    note(axes, float(p[place]) - 0.03, float(costs[place]), "Q(p)", color=VERMILION, ha="right",
         va="center")  # fmt: skip


def _branches(axes: Axes, cost: float, found: PrivateCostEvidence) -> None:
    ends = []
    for threshold in THRESHOLDS:
        colour, benefits = COLOURS[threshold], with_fold(threshold, BENEFITS, cost)
        worth = benefits * cost
        stable, tipping = branches(threshold, benefits, cost)
        axes.plot(worth, stable, color=colour, linestyle="-", label=f"M = {threshold}, stable")
        axes.plot(worth, tipping, color=colour, linestyle="--", label=f"M = {threshold}, tipping")
        ends.append(End(float(tipping[-1]), f"M = {threshold}", colour))
    for place in found.places:
        points(axes, BENEFIT * cost, [mean_interval(place.shares)], "learners at rest (measured)",
               fmt="s", color=GREEN, markersize=6, markerfacecolor="none",
               clip_on=False)  # fmt: skip
    axes.plot(BENEFIT * cost, found.tipping or np.nan, "o", color=BLACK, markerfacecolor="white",
              label="tipping point of a")  # fmt: skip
    axes.axvline(BENEFIT * cost, color=ORANGE, linewidth=0.7, linestyle=":")
    axes.set(xlim=(0, worth[-1]), ylim=(0, 1), xlabel="benefit of a trained leg, b (money)",
             ylabel=JOINING)  # fmt: skip
    note(axes, 0.98, 0.86, "solid: stable", transform=axes.transAxes, ha="right", va="top")
    note(axes, 0.98, 0.19, "dashed: tipping points", transform=axes.transAxes, ha="right")
    label_ends(axes, ends)
