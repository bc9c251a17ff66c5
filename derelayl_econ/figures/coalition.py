"""Sharing a relay among those who could leave, and whom to share a model with (theory 6.2).

Panel a: three members on the scenario's learning curve; every point of the triangle is a sharing of
what their relay is worth, the shaded part is the core. Panel b: eight members, the exact Shapley
value, what random orders say of it, and the nucleolus. Members' costs rise from one to six units
(the unit is the cost of the cheapest leg), and so does what quality is worth to them. Panel c:
three participants with 5, 15 and more and more samples; bars show which partitions are core stable
under the three ways of sharing a model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from derelayl_econ.figures.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PINK,
    SKY,
    VERMILION,
    note,
    panels,
    points,
)
from derelayl_econ.games.coalition import CoalitionGame
from derelayl_econ.games.model_sharing import ModelSharingGame
from derelayl_econ.solution import hill_curve
from derelayl_econ.validation import Evidence, Interval

__all__ = ["coalition", "core_corners", "crew", "stable_samples"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

SAMPLES = (5, 15)
"""Samples of the first two participants of panel c."""
THIRD = np.arange(1, 41)
NOISE, SPREAD = 10.0, 1.0
"""mu_e and sigma^2 of panel c, those of the examples of Donahue and Kleinberg 2021."""
SHARING = {"uniform": (BLUE, "one model for all"), "coarse": (GREEN, "mixed with one's own"),
           "fine": (PINK, "own mix of all")}  # fmt: skip
ORDERS = 300
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


def coalition(evidence: Evidence) -> Figure:
    """Draw core, nucleolus and Shapley value of relays, and stable partitions of model sharers.

    Parameters
    ----------
    evidence : Evidence
        Gives the scenario's learning curve.
    """
    figure, axes = panels("three members share", "eight members share", "whom to train with",
                          height=2.9, ratios=(1.1, 1.1, 1.25))  # fmt: skip
    _triangle(axes[0], crew(evidence, 3))
    _bars(axes[1], crew(evidence, 8))
    _partitions(axes[2])
    return figure


def crew(evidence: Evidence, members: int) -> CoalitionGame:
    """Return the relay of members whose legs cost 1 to 6, in units of the cheapest leg.

    To the average of three members the whole climb is worth two legs of each effort scale.
    """
    curve = hill_curve(evidence.scenario)
    climb = curve.effort_scale / (curve.quality_max - curve.quality_start)
    legs = np.full(members, max(1, round(1.2 * curve.effort_scale)))
    worth = 6 / members * climb * np.linspace(0.5, 1.5, members)
    return CoalitionGame.relay(curve, legs, np.linspace(1, 6, members), worth)


def core_corners(game: CoalitionGame) -> Array:
    """Return the corners of the core of three players, shape (k, 3), in order around it.

    None if the core is empty, k = 0.
    """
    low = game.values[[1, 2, 4]]
    high = game.values[7] - game.values[[6, 5, 3]]  # what the two others leave
    found = []
    for i, j in ((0, 1), (1, 2), (2, 0)):
        for first, second in ((a[i], b[j]) for a in (low, high) for b in (low, high)):
            point = np.full(3, game.values[7] - first - second)
            point[[i, j]] = first, second
            if ((point >= low - 1e-12) & (point <= high + 1e-12)).all():
                found.append(point)
    if not found:
        return np.empty((0, 3))
    corners = np.unique(np.round(found, 10), axis=0)
    spokes = (corners - corners.mean(axis=0)) @ _CORNERS
    return np.asarray(corners[np.argsort(np.arctan2(spokes[:, 1], spokes[:, 0]))])


def stable_samples() -> dict[str, dict[str, Counts]]:
    """Return by partition, then by way of sharing, the third's samples where it is core stable."""
    found: dict[str, dict[str, list[int]]] = {}
    for sharing in SHARING:
        for third in THIRD.tolist():
            game = ModelSharingGame([*SAMPLES, third], NOISE, SPREAD, sharing)  # type: ignore[arg-type]
            for partition in game.stability().stable():
                found.setdefault(_name(partition), {}).setdefault(sharing, []).append(third)
    return {name: {way: np.array(where) for way, where in ways.items()}
            for name, ways in found.items()}  # fmt: skip


def _triangle(axes: Axes, game: CoalitionGame) -> None:
    total = game.values[-1]
    axes.add_patch(Polygon(_CORNERS, closed=True, facecolor="none", edgecolor=BLACK, linewidth=0.8))
    _core(axes, core_corners(game) @ _CORNERS / total)
    marks = (("Shapley", game.shapley(), VERMILION, "o", (4, -9), "left"),
             ("nucleolus", game.nucleolus().allocation, GREEN, "s", (0, 6), "center"))  # fmt: skip
    for name, shares, colour, marker, offset, side in marks:
        x, y = shares @ _CORNERS / total
        axes.plot(x, y, marker=marker, color=colour, linestyle="none", label=name)
        axes.annotate(name, (x, y), offset, textcoords="offset points", color=colour, fontsize=7,
                      ha=side)  # fmt: skip
    names = (("all to member 1", "left", "top"), ("all to 2", "right", "top"),
             ("all to member 3", "center", "bottom"))  # fmt: skip
    for (text, align, up), (x, y) in zip(names, _CORNERS, strict=True):
        note(axes, x, y + (0.03 if up == "bottom" else -0.03), text, ha=align, va=up, bbox=None)
    axes.set(xlim=(-0.04, 1.04), ylim=(-0.12, 0.98), aspect="equal", anchor="N", xticks=[],
             yticks=[], xlabel=f"shares of {total:.3g} units of money")  # fmt: skip
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _core(axes: Axes, corners: Array) -> None:
    """Draw the core and name it below the middle of its upper edge, or say that it is empty."""
    if not len(corners):
        note(axes, 0.5, 0.05, "the core is empty", color=BLUE, ha="center", va="bottom", bbox=None)
        return
    axes.add_patch(Polygon(corners, closed=True, facecolor=SKY, alpha=0.35, edgecolor=BLUE,
                           label="core"))  # fmt: skip
    x, y = corners[np.argsort(corners[:, 1])][-2:].mean(axis=0)
    note(axes, x, y - 0.04, "core", color=BLUE, ha="center", va="top", bbox=None)


def _bars(axes: Axes, game: CoalitionGame) -> None:
    members = np.arange(1, game.players + 1)
    axes.bar(members, game.shapley(), width=0.6, color=SKY, label="Shapley, exact")
    found = CoalitionGame.sampled(game.worth, game.players, samples=ORDERS, rng=0)
    measured = [Interval(low, mid, high) for low, mid, high
                in zip(found.low, found.values, found.high, strict=True)]  # fmt: skip
    points(axes, members, measured, f"{ORDERS} random orders, 95 %")
    nucleolus = game.nucleolus().allocation
    axes.plot(members, nucleolus, color=VERMILION, marker="_", markersize=11, linestyle="none",
              markeredgewidth=1.6, label="nucleolus")  # fmt: skip
    axes.set(xlabel="member, dearer and dearer legs", ylabel="share (units of money)",
             xticks=members)  # fmt: skip
    axes.set_ylim(0, 1.45 * float(max(found.high.max(), nucleolus.max())))
    axes.legend(loc="upper right", handlelength=1.2)


def _partitions(axes: Axes) -> None:
    found = stable_samples()
    for row, ways in enumerate(found.values()):
        for (way, (colour, label)), shift in zip(SHARING.items(), (0.22, 0, -0.22), strict=True):
            for first, last in _runs(ways.get(way, np.array([], dtype=np.int64))):
                axes.plot([first - 0.5, last + 0.5], [row + shift] * 2, color=colour, linewidth=4,
                          linestyle="-", solid_capstyle="butt", label=label)  # fmt: skip
    axes.set(xlabel="samples of C (A has 5, B has 15)", yticks=range(len(found)),
             yticklabels=list(found), ylim=(-0.5, len(found) + 0.95),
             xlim=(0, THIRD[-1] + 1))  # fmt: skip
    axes.axvline(NOISE / SPREAD, ymax=(len(found) + 0.0) / (len(found) + 1.45), color=GREY,
                 linestyle=":", linewidth=0.9)  # fmt: skip
    note(axes, NOISE / SPREAD, len(found) - 0.62, " $μ_e/σ^2$", va="bottom", bbox=None)
    axes.grid(visible=False, axis="y")
    handles = {line.get_label(): line for line in axes.get_lines()
               if not str(line.get_label()).startswith("_")}  # fmt: skip
    axes.legend(handles=handles.values(), loc="upper right", handlelength=1.2)


def _runs(where: Counts) -> list[tuple[int, int]]:
    """Return first and last of each run of consecutive numbers."""
    pieces = np.split(where, np.flatnonzero(np.diff(where) > 1) + 1)
    return [(int(piece[0]), int(piece[-1])) for piece in pieces if piece.size]


def _name(partition: Sequence[Sequence[int]]) -> str:
    return " | ".join("".join("ABC"[i] for i in group) for group in partition)
