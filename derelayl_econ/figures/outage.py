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

from derelayl_econ.figures.communities import (
    PLAYED_POOL_IN_COSTS,
    POOL_IN_COSTS,
    Community,
    branches,
    communities,
    played_pool,
    sizes,
)
from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    VERMILION,
    mean_interval,
    note,
    panels,
    points,
)
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.validation import Evidence

__all__ = ["outage", "outage_of"]

Array = npt.NDArray[np.float64]

LARGEST = 1000
LIMIT = 1_000_000
"""The size at which the limit is computed."""

LEAST = 1e-3
"""Rarer outages are not drawn."""


def outage(evidence: Evidence) -> Figure:
    """Draw outages against community size and against the pool."""
    figure, (by_size, by_pool) = panels("more people, more outages", "what a pool prevents")
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
    for community in (kinds["volunteer"], kinds["pool"], played):
        _curve(axes, community)
        intervals = [mean_interval(m.outages) for m in community.measured.values()]
        if intervals:
            points(axes, list(community.measured), intervals, "imitators (measured)",
                   markeredgecolor=BLACK, markerfacecolor=community.colour)  # fmt: skip
    points(axes, members, [mean_interval(evidence.pool.outages)], "real relays (measured)",
           fmt="s", markeredgecolor=BLACK, markerfacecolor=played.colour)  # fmt: skip
    axes.set(xscale="log", xlim=(1.9, LARGEST), ylim=(0, None), xlabel="participants, N",
             ylabel="probability that nobody trains")  # fmt: skip


def _curve(axes: Axes, community: Community) -> None:
    """Draw one kind of game, its limit for large N as a thin line, and its name."""
    at = sizes(community.smallest, LARGEST)
    values = [outage_of(community.game(int(size))) for size in at]
    axes.plot(at, values, color=community.colour, linestyle="-", label=community.label)
    limit = outage_of(community.game(LIMIT))
    axes.axhline(limit, color=community.colour, linewidth=0.7, linestyle=":")
    note(axes, 0.9 * LARGEST, limit + 0.004, f"{community.label}, limit {limit:.3f}", ha="right",
         va="bottom", color=community.colour)  # fmt: skip


def _by_pool(axes: Axes, evidence: Evidence) -> None:
    """Draw outages against the pool, in costs, where they are not zero."""
    imitators = communities(evidence)["pool"].measured
    members, _ = played_pool(evidence)
    measured = {size: (POOL_IN_COSTS, found.outages) for size, found in imitators.items()}
    measured[members] = (PLAYED_POOL_IN_COSTS, evidence.pool.outages)
    for size, colour in zip((*sorted(measured), LIMIT), (VERMILION, BLUE, GREEN, BLACK),
                            strict=True):  # fmt: skip
        ratios, chances = _outages_by_pool(size)
        axes.plot(ratios, chances, color=colour, linestyle="-")
        label = f"N = {size}" if size < LIMIT else "N to infinity"
        note(axes, ratios[-1], chances[-1], label, color=colour)
        if size in measured:
            ratio, outages = measured[size]
            points(axes, ratio, [mean_interval(outages)], f"N = {size} (measured)",
                   fmt="s" if size == members else "o", markeredgecolor=BLACK,
                   markerfacecolor=colour)  # fmt: skip
    axes.set(yscale="log", ylim=(LEAST, 1), xlim=(1, 8),
             xlabel="pool over cost of one leg, R / c (1)",
             ylabel="probability that nobody trains")  # fmt: skip


def _outages_by_pool(size: int) -> tuple[Array, Array]:
    """Return R / c and the outage, from no outage at all down to ``LEAST``."""
    ratios = np.linspace(1, 8, 141)[1:]
    chances = np.array([outage_of(ParticipationGame.pool(size, ratio, 1)) for ratio in ratios])
    shown = chances > LEAST
    return ratios[shown], chances[shown]
