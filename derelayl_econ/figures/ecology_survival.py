"""Which shares and matches let a relay survive its first rounds (theory notes, section 5).

One panel per number of matches L: the exact chance to be alive after 60 rounds, by the share of
models that win and the chance that a match trains one; the two conditions of survival; measured
survival as filled points on the same scale.
"""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import SKY, VERMILION, panels
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.ecology_rules import CELLS, YOUNG, RulesEvidence, survival_chance

__all__ = ["ecology_survival"]

POINTS = 21
MATCHES = tuple(sorted({cell[0] for cell in CELLS}))


def ecology_survival(evidence: Evidence) -> Figure:
    """Draw survival by matches, winning share and success.

    Parameters
    ----------
    evidence : Evidence
        Of a scenario with an ecology.
    """
    titles = [f"L = {matches} matches" for matches in MATCHES]
    figure, axes = panels(*titles, height=2.7)
    people, found = evidence.ecology.ecology.participants, evidence.ecology.rules
    scale = Normalize(0, 1)
    for axis, matches in zip(axes, MATCHES, strict=True):
        _map(axis, people, matches, scale)
        _conditions(axis, matches)
        _measured(axis, found, matches, scale)
    axes[0].set_ylabel("success of a match, p")
    mappable = mpl.cm.ScalarMappable(norm=scale, cmap="cividis")
    handles, labels = axes[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    figure.colorbar(mappable, ax=axes, label=f"alive after {YOUNG} rounds", shrink=0.9)
    return figure


def chances(people: int, matches: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return a grid of s (also of p) in (0, 1] and the exact chance of survival at (p, s)."""
    grid = np.linspace(0, 1, POINTS + 1)[1:]
    rows = [[survival_chance(people, (matches, share, success)) for share in grid]
            for success in grid]  # fmt: skip
    return grid, np.array(rows)


def _map(axes: Axes, people: int, matches: int, scale: Normalize) -> None:
    grid, survival = chances(people, matches)
    axes.pcolormesh(grid, grid, survival, norm=scale, cmap="cividis", shading="nearest",
                    rasterized=True)  # fmt: skip
    axes.set(xlabel="share that wins, s", xlim=(grid[0], 1), ylim=(grid[0], 1))
    axes.grid(visible=False)


def _conditions(axes: Axes, matches: int) -> None:
    share = np.linspace(1 / matches, 1, 200)
    axes.plot(share, 1 / (matches * share), color=SKY, linestyle="--", label="L p s = 1")
    axes.axvline(2 / matches, color=VERMILION, linestyle="-.",
                 label="s L = 2: one owner can become two")  # fmt: skip


def _measured(axes: Axes, found: RulesEvidence, matches: int, scale: Normalize) -> None:
    cells = [(cell, alive / seeds) for cell, (alive, seeds) in found.survival.items()
             if cell[0] == matches]  # fmt: skip
    share, success, alive = np.array([(cell[1], cell[2], rate) for cell, rate in cells]).T
    axes.scatter(share, success, c=alive, norm=scale, cmap="cividis", edgecolor="white", s=32,
                 linewidth=1, zorder=5, label="measured (fill)")  # fmt: skip
