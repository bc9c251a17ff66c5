"""How often does nobody train? (theory notes, section 2.1).

a: the probability that nobody trains in the stable equilibrium, by the size of the community, with
its limit for large N (thin; computed at N = ``LIMIT``, from which it differs by order 1/N). b: the
same by the size of the pool. Points are measured: imitators, who know no theory, and players who
train real models with the equilibrium's probability.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.communities import Community, communities, played_pool, sizes
from derelayl_econ.figures.drawing import (
    BLACK,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.evidence import PLAYED_POOL_IN_COSTS, POOL_IN_COSTS

__all__ = ["outage", "outage_of"]

Array = npt.NDArray[np.float64]

LARGEST = 1000
LIMIT = 100_000
"""The size at which the limit is computed."""

LEAST = 1e-3
"""Rarer outages are not drawn."""


def outage(evidence: Evidence) -> Figure:
    """Draw outages against community size and against the pool."""
    figure, (by_size, by_pool) = panels("outages by community size", "outages by pool")
    _by_size(by_size, evidence)
    _by_pool(by_pool, evidence)
    return figure


def outage_of(game: ParticipationGame) -> float:
    """Return (1 - p*)^N at the highest stable equilibrium.

    Examples
    --------
    >>> round(outage_of(ParticipationGame.volunteer(3, benefit=4, cost=1)), 6)
    0.125
    """
    stable = [e.strategy for e in game.equilibria() if e.stable]
    return float(game.outage(stable[-1]))


def _by_size(axes: Axes, evidence: Evidence) -> None:
    kinds = communities(evidence)
    members, played = played_pool(evidence)
    top = 0.0
    for community in (kinds["volunteer"], kinds["pool"], played):
        top = max(top, _curve(axes, community))
        intervals = [mean_interval(m.outages) for m in community.measured.values()]
        if intervals:
            points(axes, list(community.measured), intervals, "imitators (measured)",
                   markeredgecolor=BLACK, markerfacecolor=community.colour)  # fmt: skip
    points(axes, members, [mean_interval(evidence.pool.outages)], "real relays (measured)",
           fmt="s", markeredgecolor=BLACK, markerfacecolor=played.colour)  # fmt: skip
    axes.set(xscale="log", xlim=(1.9, LARGEST), ylim=(0, 1.12 * top), xlabel="participants, N",
             ylabel="probability that nobody trains")  # fmt: skip


def _curve(axes: Axes, community: Community) -> float:
    """Draw one kind of game, its limit for large N as a thin line, and its name; return it."""
    at = sizes(community.smallest, LARGEST)
    values = [outage_of(community.game(int(size))) for size in at]
    axes.plot(at, values, color=community.colour, linestyle="-", label=community.label)
    limit = outage_of(community.game(LIMIT))
    axes.axhline(limit, color=community.colour, linewidth=0.7, linestyle=":")
    note(axes, 0.9 * LARGEST, limit + 0.004, f"{community.label}, limit {limit:.3f}", ha="right",
         va="bottom", color=community.colour)  # fmt: skip
    return limit


def _by_pool(axes: Axes, evidence: Evidence) -> None:
    """Draw outages against the pool, in costs, where they are not too rare."""
    pool = communities(evidence)["pool"]
    members, played = played_pool(evidence)
    for size, style in zip((*sorted(pool.measured), members, LIMIT), ("-.", "-", "--", ":"),
                           strict=True):  # fmt: skip
        ratios, chances = _outages_by_pool(size)
        label = "N → ∞" if size == LIMIT else f"N = {size}"
        axes.plot(ratios, chances, color=BLACK, linestyle=style, label=label)
        middle = int(np.argmin(np.abs(np.log(chances / (4 * LEAST)))))
        left = size <= members
        note(axes, ratios[middle] + (-0.12 if left else 0.15), chances[middle], label,
             ha="right" if left else "left", va="center")  # fmt: skip
    looks = {"linestyle": "none", "markeredgecolor": BLACK, "label": "imitators (measured)"}
    for found in pool.measured.values():
        points(axes, POOL_IN_COSTS, [mean_interval(found.outages)], fmt="o",
               markerfacecolor=pool.colour, **looks)  # fmt: skip
    looks["label"] = "players in real relays (measured)"
    points(axes, PLAYED_POOL_IN_COSTS, [mean_interval(evidence.pool.outages)], fmt="s",
           markerfacecolor=played.colour, **looks)  # fmt: skip
    axes.set(yscale="log", ylim=(LEAST, 1), xlim=(1, 8),
             xlabel="pool over cost of one leg, R / c (1)",
             ylabel="probability that nobody trains")  # fmt: skip
    _legend(axes)


def _legend(axes: Axes) -> None:
    """Explain the two kinds of points, once each."""
    handles, labels = axes.get_legend_handles_labels()
    measured = {text: mark for mark, text in zip(handles, labels, strict=True) if "(" in text}
    axes.legend(list(measured.values()), list(measured), loc="upper right")


def _outages_by_pool(size: int) -> tuple[Array, Array]:
    """Return R / c and the outage, from no outage at all down to ``LEAST``."""
    ratios = np.linspace(1, 8, 71)[1:]
    chances = np.array([outage_of(ParticipationGame.pool(size, ratio, 1)) for ratio in ratios])
    shown = chances > LEAST
    return ratios[shown], chances[shown]
