"""How many will train, for a given community and pool? (theory notes, section 2.1).

a: the expected number of trainers N p* in every symmetric equilibrium with participation, by the
size of the community: stable ones solid, tipping points dashed. Below a tipping point, and beyond
the fold where the two meet, nobody trains. Points: imitators, who know no theory, at the share on
which they settled. b: the same by the size of the pool, in the scenario's community, beside all
pure equilibria; N c' is the smallest pool with which everybody trains. c: the stable equilibrium
by pool and cost.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from derelayl_econ.figures.communities import (
    Branches,
    Community,
    branches,
    communities,
    sizes,
)
from derelayl_econ.figures.drawing import BLACK, BLUE, GREY, mean_interval, note, panels, points
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.participation_phase import PhaseDiagram
from derelayl_econ.validation import Evidence, Interval

__all__ = ["participation"]

Array = npt.NDArray[np.float64]

GRID = 180
LARGEST = 10_000
TRAINERS = "trainers per leg, N p*"
POOL = "pool of one leg, R (money)"


def participation(evidence: Evidence) -> Figure:
    """Draw participation against community size, pool, and pool and cost."""
    figure, (by_size, by_pool, phases) = panels(
        "trainers by community size", "trainers by pool", "by pool and cost",
        height=2.9, ratios=(1.25, 1, 1),
    )  # fmt: skip
    _by_size(by_size, evidence)
    _by_pool(by_pool, evidence)
    image = _phases(phases, evidence)
    figure.colorbar(image, ax=phases, label="probability of training, p*", aspect=30)
    return figure


def _by_size(axes: Axes, evidence: Evidence) -> None:
    everybody = np.array([2, LARGEST])
    axes.plot(everybody, everybody, color=GREY, linestyle=":", linewidth=0.8, label="p* = 1")
    for name, community in communities(evidence).items():
        found = branches(community, sizes(community.smallest, LARGEST))
        for branch, style in ((found.stable, "-"), (found.tipping, "--")):
            axes.plot(found.sizes, found.sizes * branch, linestyle=style, color=community.colour,
                      label=community.label)  # fmt: skip
        _label(axes, found, community, below=name in {"volunteer", "pool"})
        for size, measured in community.measured.items():
            points(axes, size, [_trainers(measured.shares, size)], "imitators (measured)",
                   markeredgecolor=BLACK, markerfacecolor=community.colour)  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=(1.8, LARGEST), ylim=(0.8, 200),
             xlabel="participants, N", ylabel=TRAINERS)  # fmt: skip


def _label(axes: Axes, found: Branches, community: Community, below: bool) -> None:
    """Write the name beside the right end of the stable branch."""
    present = np.flatnonzero(np.isfinite(found.stable))
    if not present.size:
        note(axes, 0.8 * LARGEST, 0.82, f"{community.label}: nobody", color=community.colour,
             ha="right")  # fmt: skip
        return
    last = int(present[-1])
    size, trainers = found.sizes[last], found.sizes[last] * found.stable[last]
    if np.isfinite(found.tipping).any():
        note(axes, 1.25 * size, trainers, f"{community.label}\ndashed: tipping point",
             color=community.colour, va="center")  # fmt: skip
    else:
        note(axes, 0.8 * size, trainers * (0.9 if below else 1.1), community.label, ha="right",
             color=community.colour, va="top" if below else "bottom")  # fmt: skip


def _trainers(shares: Array, members: int) -> Interval:
    return mean_interval(members * shares)


def _by_pool(axes: Axes, evidence: Evidence) -> None:
    pools, members = _pools(evidence), evidence.scenario.community.participants
    found = _diagram(evidence, pools, evidence.cost)
    axes.plot(*_pure(evidence, pools[::2]), ".", color=GREY, markersize=2, zorder=1,
              label="pure equilibria")  # fmt: skip
    axes.plot(pools, members * found.participation, color=BLUE, linestyle="-",
              label="mixed, stable")  # fmt: skip
    own = evidence.imitation["train or ride"]
    points(axes, evidence.scenario.reward.pool, [_trainers(own.shares, members)],
           "imitators", markeredgecolor=BLACK, markerfacecolor=BLUE)  # fmt: skip
    full = _full_pool(evidence)
    marks = ((full / members, "R = c'", 0.5), (full, "R = N c'", 0.1)) if full > 0 else ()
    for pool, text, height in marks:
        axes.axvline(pool, ymax=max(height, 1 - height), color=BLACK, linewidth=0.6, linestyle=":")
        note(axes, pool, height, text, transform=axes.get_xaxis_transform(), ha="center")
    axes.set(xscale="log", yscale="log", xlim=(pools[0], pools[-1]), ylim=(0.65, 2 * members),
             xlabel=POOL, ylabel=f"{TRAINERS} (N = {members})")  # fmt: skip
    axes.legend(loc="upper left", borderaxespad=0.3, handlelength=1.2)


def _pure(evidence: Evidence, pools: Array) -> tuple[Array, Array]:
    """Return the pool and the number of trainers of every pure equilibrium."""
    people, benefit = evidence.scenario.community, evidence.scenario.benefit
    found = [
        (pool, pure.strategy)
        for pool in pools
        for pure in ParticipationGame.train_or_ride(
            people.participants, benefit, evidence.cost, pool, people.leakage).pure_equilibria()
    ]  # fmt: skip
    pool, trainers = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return pool, trainers


def _phases(axes: Axes, evidence: Evidence) -> QuadMesh:
    pools, costs = _pools(evidence), evidence.cost * np.geomspace(0.1, 10, GRID)
    diagram = _diagram(evidence, pools[None, :], costs[:, None])
    image = axes.pcolormesh(pools, costs, diagram.participation, vmin=0, vmax=1, shading="nearest",
                            rasterized=True)  # fmt: skip
    for mask, colour, text, corner in (
        (diagram.full, BLACK, "everybody", (0.96, 0.05)),
        (diagram.none, "white", "nobody", (0.04, 0.95)),
    ):
        if mask.any() and not mask.all():
            axes.contour(pools, costs, mask, levels=[0.5], colors=colour, linewidths=1)
            _corner(axes, text, corner, colour)
    axes.plot(evidence.scenario.reward.pool, evidence.cost, "*", color="white", markersize=8,
              markeredgecolor=BLACK, label="the scenario")  # fmt: skip
    axes.annotate("the scenario", (evidence.scenario.reward.pool, evidence.cost), (0, 6),
                  textcoords="offset points", color="white", fontsize=7, ha="center")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel=POOL, ylabel="cost of one leg, c (money)")
    axes.yaxis.set_minor_formatter(NullFormatter())
    return image


def _corner(axes: Axes, text: str, place: tuple[float, float], colour: str) -> None:
    x, y = place
    axes.text(x, y, text, color=colour, fontsize=7, transform=axes.transAxes,
              ha="right" if x > 0.5 else "left", va="top" if y > 0.5 else "bottom")  # fmt: skip


def _diagram(evidence: Evidence, pool: npt.ArrayLike, cost: npt.ArrayLike) -> PhaseDiagram:
    people = evidence.scenario.community
    return ParticipationGame.phase_diagram(
        "train_or_ride", participants=people.participants, benefit=evidence.scenario.benefit,
        cost=cost, pool=pool, leakage=people.leakage,
    )  # fmt: skip


def _full_pool(evidence: Evidence) -> float:
    """Return N c', the smallest pool (money) with which everybody trains."""
    people = evidence.scenario.community
    return ParticipationGame.smallest_full_pool(
        people.participants, evidence.scenario.benefit, evidence.cost, people.leakage
    )


def _pools(evidence: Evidence) -> Array:
    """Return pools from below one trainer's shortfall to above all of them together."""
    members = evidence.scenario.community.participants
    full = _full_pool(evidence) or evidence.cost * members
    return np.geomspace(full / members / 4, full * 4, GRID)
