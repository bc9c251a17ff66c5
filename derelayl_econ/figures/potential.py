"""Effort against the reward factor, and how long best responses take (theory notes, section 6.3).

As many participants as the scenario's community has (100 at most), with costs a_i from 1 to 2
(units of money per squared leg), work 1 leg or more and at most 20 to 30, the ranges of arXiv
2411.11793. Panel a is the equilibrium with the three critical reward factors. It is unique but for
the jump; so the loops of panel b, in which the reward factor is moved up and down while everybody
answers only a few times per step, are a lag of the answers and not a second equilibrium. Panel c
counts the rounds until nobody moves any more.
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
    GREY,
    ORANGE,
    PINK,
    SKY,
    VERMILION,
    note,
    panels,
)
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.games.potential import PotentialGame
from derelayl_econ.validation import Evidence

__all__ = ["answers", "community", "potential"]

Array = npt.NDArray[np.float64]

ROUNDS = {1: (ORANGE, ":"), 3: (PINK, "--"), 20: (BLUE, "-.")}
"""Rounds of best responses per step of the reward factor, and how they are drawn."""
_STEPS = 60
_MOST_PARTICIPANTS = 100  # further ones change the curves by less than their width
_TURN = 0.618034  # spreads the ceilings evenly and without regard to the costs
_MOST_ROUNDS = 3000


def potential(evidence: Evidence) -> Figure:
    """Draw equilibrium effort, the lag of best responses, and the time they need.

    Parameters
    ----------
    evidence : Evidence
        Gives the number of participants.
    """
    game = community(evidence)
    figure, axes = panels("effort jumps", "answers lag behind", "slowest at the jump",
                          height=2.7)  # fmt: skip
    _equilibria(axes[0], game)
    _lag(axes[1], game)
    _slowness(axes[2], game)
    for axis in axes:
        axis.set_xlabel("reward factor λ\n(money per squared leg)")
    return figure


def community(evidence: Evidence) -> PotentialGame:
    """Return the game of the figure; its reward factor is 0."""
    count = min(evidence.scenario.community.participants, _MOST_PARTICIPANTS)
    ceilings = 20 + 10 * (_TURN * np.arange(count) % 1)
    return PotentialGame(0.0, np.linspace(1, 2, count), floors=1.0, ceilings=ceilings)


def answers(game: PotentialGame, factors: Array, rounds: int) -> Array:
    """Return mean effort after so many rounds of best responses at each reward factor in turn."""
    efforts, means = game.floors, []
    for factor in factors:
        path = game.at(float(factor)).best_response_path(efforts, rounds=rounds, simultaneous=True)
        efforts = path.efforts[-1]
        means.append(path.mean[-1])
    return np.array(means)


def _equilibria(axes: Axes, game: PotentialGame) -> None:
    critical = game.critical_factors()
    below = np.linspace(0, critical.middle * (1 - 1e-9), 70)
    above = np.linspace(critical.middle * (1 + 1e-9), 1.25 * critical.high, 70)
    curves = {"cheapest": (0, SKY, "--"), "dearest": (-1, GREEN, "-.")}
    for part in (below, above):
        efforts = np.array([game.at(f).equilibria()[-1].strategy for f in part])
        for name, (who, colour, line) in curves.items():
            axes.plot(part, efforts[:, who], color=colour, linewidth=1, linestyle=line, label=name)
        axes.plot(part, efforts.mean(axis=1), color=BLUE, linestyle="-", label="mean")
    ends = (critical.jump_from, critical.jump_to)
    axes.plot([critical.middle] * 2, ends, color=BLUE, linewidth=2.2, linestyle=":",
              label="continuum")  # fmt: skip
    _thresholds(axes, game)
    axes.set(ylabel="effort (legs)", xlim=(0, above[-1]), ylim=(0, 34))
    note(axes, 0.95 * critical.middle, 9, "any mean on\nthe dotted\nline is an\nequilibrium",
         ha="right", va="center", color=BLUE)  # fmt: skip
    final = {"cheapest": (game.ceilings[0], SKY), "dearest": (game.ceilings[-1], GREEN),
             "mean": (game.ceilings.mean(), BLUE)}  # fmt: skip
    label_ends(axes, [End(float(top), name, colour) for name, (top, colour) in final.items()])


def _thresholds(axes: Axes, game: PotentialGame) -> None:
    critical = game.critical_factors()
    for name, factor in (("$λ_1$", critical.low), ("$λ_*$", critical.middle),
                         ("$λ_2$", critical.high)):  # fmt: skip
        axes.axvline(factor, color=GREY, linewidth=0.8, linestyle=":")
        axes.annotate(name, (factor, 1), (0, -1), xycoords=("data", "axes fraction"),
                      textcoords="offset points", va="top", ha="center", fontsize=8,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip


def _lag(axes: Axes, game: PotentialGame) -> None:
    critical = game.critical_factors()
    up = np.linspace(0.9 * critical.low, 1.1 * critical.high, _STEPS)
    both = np.concatenate([up, up[::-1]])
    for rounds, (colour, line) in ROUNDS.items():
        axes.plot(both, answers(game, both, rounds), color=colour, linestyle=line,
                  label=f"{rounds}")  # fmt: skip
    truth = [game.at(f).equilibria()[-1].strategy.mean() for f in up]
    axes.plot(up, truth, color=BLACK, linewidth=0.9, label="equilibrium")
    _thresholds(axes, game)
    axes.set(ylabel="mean effort (legs)", xlim=(up[0], up[-1]), ylim=(0, 34))
    texts = [(f"{rounds}", colour) for rounds, (colour, _) in ROUNDS.items()]
    for k, (text, colour) in enumerate([*texts, ("equilibrium", BLACK)]):
        note(axes, 0.98 * up[-1], 12.5 - 2.5 * k, text, color=colour, ha="right", bbox=None)
    note(axes, 0.98 * up[-1], 15.5, "answers\nper step", ha="right", bbox=None)


def _slowness(axes: Axes, game: PotentialGame) -> None:
    critical = game.critical_factors()
    distance = np.geomspace(3e-3, 1, 20)
    sides = (critical.middle - distance * 1.3 * critical.middle / 2,
             critical.middle + distance * 1.25 * (critical.high - critical.middle))  # fmt: skip
    looks = (("floor", VERMILION, "-"), ("ceiling", BLUE, "--"))
    for start, colour, line in looks:
        for side in sides:
            factors = np.sort(side)
            rounds = [_rounds(game, float(f), start) for f in factors]
            axes.plot(factors, rounds, color=colour, linestyle=line, label=f"from the {start}")
    _thresholds(axes, game)
    axes.set(yscale="log", ylabel="rounds until nobody moves", ylim=(1, 30 * _MOST_ROUNDS))
    first = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")][::2]
    axes.legend(handles=first, loc="upper right", bbox_to_anchor=(1, 0.94), handlelength=1.5)


def _rounds(game: PotentialGame, factor: float, start: str) -> int:
    path = game.at(factor).best_response_path(start, rounds=_MOST_ROUNDS, simultaneous=True,
                                              tolerance=1e-6)  # fmt: skip
    return len(path.mean) - 1
