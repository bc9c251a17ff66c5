"""Pictures of motion among strategies: the simplex of three, and the line between two.

In the simplex every point is a mix of three strategies, one per corner. Colour: speed of the
replicator dynamic; thin lines with arrows: its flow; circles: rest points, filled where stable,
half filled where not decided, open where unstable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import ListedColormap
from matplotlib.tri import Triangulation

from derelayl_econ.errors import InputError
from derelayl_econ.figures.drawing import BLACK, GREY, note
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.games.population_arguments import check_name

__all__ = ["CORNERS", "draw_line", "draw_simplex", "in_plane", "legend", "mark", "speeds"]

Array = npt.NDArray[np.float64]

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])
"""Places of the three pure states: left, right, top."""
FINE, ARROWS = 48, 40
# Half way to white, so that black lines can be seen everywhere.
_PALE = ListedColormap(0.45 + 0.55 * colormaps["cividis"](np.linspace(0, 1, 256))[:, :3])
_BACK = np.linalg.inv(np.column_stack([CORNERS, np.ones(3)]))


def in_plane(shares: npt.ArrayLike) -> Array:
    """Return the places, shape (..., 2), of shares, shape (..., 3).

    Examples
    --------
    >>> in_plane([0.5, 0.5, 0.0])
    array([0.5, 0. ])
    """
    return np.asarray(np.asarray(shares, dtype=np.float64) @ CORNERS)


def draw_simplex(
    axes: Axes, game: PopulationGame, *, names: Sequence[str] | None = None, limit: float = 0.0
) -> Any:  # fmt: skip
    """Draw speed, flow and all rest points of a game of three strategies.

    Parameters
    ----------
    names : sequence of str, optional
        Labels of the corners.
    limit : float
        Speed at the dark end of the scale, to share it among panels; by default this game's own.

    Returns
    -------
    The coloured surface, for a colour bar; speed in units of payoff.
    """
    if not isinstance(game, PopulationGame) or len(game.strategies) != 3:
        raise InputError("game", game, "be a PopulationGame of three strategies")
    surface = _speed(axes, game, limit)
    _flow(axes, game)
    axes.add_collection(PolyCollection([CORNERS], facecolors="none", edgecolors=BLACK,
                                       linewidths=0.8, zorder=3))  # fmt: skip
    for point in game.rest_points().equilibria:
        mark(axes, in_plane(point.strategy), point.stable)
    looks: tuple[dict[str, Any], ...] = (
        {"ha": "center", "va": "top", "xytext": (0, -7)},
        {"ha": "center", "va": "top", "xytext": (0, -7)},
        {"ha": "center", "va": "bottom", "xytext": (0, 7)},
    )
    for place, name, look in zip(CORNERS, names or game.strategies, looks, strict=True):
        axes.annotate(name, place, textcoords="offset points", fontsize=7, annotation_clip=False,
                      **look)  # fmt: skip
    axes.set(xlim=(-0.04, 1.04), ylim=(-0.12, 1.0), aspect="equal")
    axes.axis("off")
    return surface


def mark(axes: Axes, place: Array, stable: bool | None, size: float = 5.5) -> None:
    """Mark a rest point: filled if stable, open if not, half filled if undecided."""
    axes.plot(
        *place, marker="o", markersize=size, color=BLACK, markeredgewidth=0.9, zorder=7,
        clip_on=False, linestyle="none", fillstyle="left" if stable is None else "full",
        markerfacecolor="white" if stable is False else BLACK, markerfacecoloralt="white",
        label={True: "stable", False: "unstable", None: "undecided"}[stable],
    )  # fmt: skip


def draw_line(
    axes: Axes, game: PopulationGame, first: str, second: str, *, label: str, colour: str,
    line: str, points: int = 401,
) -> None:  # fmt: skip
    """Draw the speed of the first strategy's share against it, with all rest points marked."""
    i, j = (check_name(name, game.strategies) for name in (first, second))
    x = np.zeros((points, len(game.strategies)))
    x[:, i] = np.linspace(0, 1, points)
    x[:, j] = 1 - x[:, i]
    payoffs = game.payoffs(x)
    axes.plot(x[:, i], x[:, i] * x[:, j] * (payoffs[:, i] - payoffs[:, j]), label=label,
              color=colour, linestyle=line)  # fmt: skip
    axes.axhline(0, color=GREY, linewidth=0.6)
    pair = PopulationGame.pair(*game.edge(first, second), (first, second))
    for point in pair.rest_points().equilibria:
        mark(axes, np.array([point.strategy[0], 0.0]), point.stable, size=4.5)


def _motion(game: PopulationGame, shares: Array) -> Array:
    """Return the velocity in the plane."""
    payoffs = game.payoffs(shares)
    mean = (shares * payoffs).sum(axis=-1, keepdims=True)
    return in_plane(shares * (payoffs - mean))


def speeds(game: PopulationGame) -> Array:
    """Return the speed of the shares at the points of the coloured surface (money)."""
    return np.asarray(np.linalg.norm(_motion(game, _mesh()), axis=-1))


def _mesh() -> Array:
    steps = [(i, j, FINE - i - j) for i in range(FINE + 1) for j in range(FINE + 1 - i)]
    return np.array(steps) / FINE


def _speed(axes: Axes, game: PopulationGame, limit: float) -> Any:
    mesh = Triangulation(*in_plane(_mesh()).T)
    return axes.tripcolor(mesh, speeds(game), shading="gouraud", cmap=_PALE, vmin=0.0,
                          vmax=limit or None, rasterized=True, zorder=0)  # fmt: skip


def _flow(axes: Axes, game: PopulationGame) -> None:
    x, y = np.linspace(0, 1, ARROWS), np.linspace(0, CORNERS[2, 1], ARROWS)
    grid = np.stack([*np.meshgrid(x, y), np.ones((ARROWS, ARROWS))], axis=-1)
    shares = grid @ _BACK
    inside = shares.min(axis=-1) >= 0
    safe = np.where(inside[..., None], np.clip(shares, 0, 1), 1 / 3)
    motion = _motion(game, safe / safe.sum(axis=-1, keepdims=True))
    hidden = np.ma.masked_where(np.repeat(~inside[..., None], 2, axis=-1), motion)
    axes.streamplot(x, y, hidden[..., 0], hidden[..., 1], color=BLACK, linewidth=0.5,
                    density=0.65, arrowsize=0.55, zorder=2)  # fmt: skip


def legend(axes: Axes) -> None:
    """Say below the triangle what the circles mean."""
    note(axes, 0.5, -0.12, "● stable   ○ unstable", bbox=None, ha="center", va="top",
         clip_on=False)  # fmt: skip
