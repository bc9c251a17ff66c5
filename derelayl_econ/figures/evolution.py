"""Who spreads, and what a deposit changes (theory notes, section 6.1).

a-c: the replicator dynamic among trainers, riders and cheats in small groups of the scenario's
participants, at a low, a middle and the scenario's deposit. d: gradient of selection between
trainers and cheats in a finite population, by the number of trainers, at the deposits that were
simulated. e: probability that a single trainer takes over a population of cheats, and a single
cheat one of trainers, by the deposit: curves from the birth-death chain, points from agents who
really play (95 % intervals); dotted: 1/Z, without selection.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.figures.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    VERMILION,
    WIDE,
    note,
    points,
)
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.figures.simplex import draw_simplex, legend, speeds
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.games.relay_payoffs import STRATEGIES
from derelayl_econ.solution import population_game
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.evidence import EVOLVING_GROUP

__all__ = ["evolution"]

SHOWN = ("train", "ride", "cheat")
LOW, MIDDLE = 0.1, 0.45
"""Deposits of the first two simplices, in costs of a leg."""
_LINES: tuple[tuple[str, Any], ...] = (
    (BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (PINK, ":"), (ORANGE, (0, (5, 1, 1, 1))),
)  # fmt: skip
_PLACES = (0.5, 0.6, 0.43, 0.65, 0.2)
"""Where along its curve each deposit is written: those of neighbours far apart."""


def evolution(evidence: Evidence) -> Figure:
    """Draw the flow among strategies and the fate of single mutants."""
    figure = Figure(figsize=(WIDE, 4.9), layout="constrained")
    above, below = np.ravel(figure.subfigures(2, 1, height_ratios=(1.05, 1)))  # type: ignore[arg-type]
    simplices, (left, right) = above.subplots(1, 3), below.subplots(1, 2)
    deposits = [LOW * evidence.cost, MIDDLE * evidence.cost,
                evidence.scenario.verification.deposit]  # fmt: skip
    surface = _simplices(list(simplices), evidence, deposits)
    above.colorbar(surface, ax=simplices, aspect=22, shrink=0.9, pad=0.02,
                   label="speed of the shares (money per leg)")  # fmt: skip
    _gradients(left, evidence)
    _fixation(right, evidence)
    return figure


def _simplices(panels: list[Axes], evidence: Evidence, deposits: list[float]) -> Any:
    games = [_game(evidence, deposit, SHOWN) for deposit in deposits]
    fastest = max(float(speeds(game).max()) for game in games)
    for letter, axes, game, deposit in zip("abc", panels, games, deposits, strict=True):
        axes.set_title(f"{letter}  deposit {deposit:.2g}")
        surface = draw_simplex(axes, game, limit=fastest)
    legend(panels[1])
    return surface


def _gradients(axes: Axes, evidence: Evidence) -> None:
    found = evidence.evolution["train"]
    for deposit, place, (colour, line) in zip(found.deposits, _PLACES, _LINES, strict=True):
        population = _game(evidence, deposit).finite(
            found.population, selection=found.selection, process=found.process
        )
        gradient = population.gradient("train", "cheat")
        axes.plot(gradient, color=colour, linestyle=line, label=f"deposit {deposit:.3g}")
        k = round(place * found.population)
        note(axes, k, gradient[k], f"D = {deposit:.2g}", color=colour, ha="center", va="center")
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.set_title("d  selection, trainers against cheats")
    axes.set(xlim=(0, found.population), xlabel=f"trainers, k (of Z = {found.population} people)",
             ylabel="gradient of selection, T⁺ − T⁻ (1)")  # fmt: skip


def _fixation(axes: Axes, evidence: Evidence) -> None:
    looks = {"train": (BLUE, "-", "o", "a trainer\namong cheats"),
             "cheat": (VERMILION, "--", "s", "a cheat\namong trainers")}  # fmt: skip
    ends = []
    for invader, found in evidence.evolution.items():
        colour, line, marker, label = looks[invader]
        grid = np.linspace(0, float(found.deposits.max()), 60)
        curve = [_chance(evidence, invader, deposit) for deposit in grid.tolist()]
        axes.plot(grid, curve, color=colour, linestyle=line, label=label)
        points(axes, found.deposits, found.intervals(), f"{label}, simulated", color=colour,
               fmt=marker)  # fmt: skip
        ends.append(End(curve[-1], label, colour))
    neutral = 1 / evidence.evolution["train"].population
    axes.axhline(neutral, color=GREY, linestyle=":", linewidth=1)
    axes.set_title(f"e  fate of a single mutant (Z = {found.population}, N = {found.participants})")
    axes.set(xlabel="deposit D (money)", ylabel="probability of taking over", ylim=(0, None))
    label_ends(axes, [*ends, End(neutral, "1/Z, neutral", GREY)])


def _chance(evidence: Evidence, invader: str, deposit: float) -> float:
    found = evidence.evolution[invader]
    population = _game(evidence, deposit).finite(
        found.population, selection=found.selection, process=found.process
    )
    return population.fixation(invader, found.resident).probability


def _game(
    evidence: Evidence, deposit: float, strategies: tuple[str, ...] = STRATEGIES
) -> PopulationGame:  # fmt: skip
    return population_game(
        evidence.scenario, group=EVOLVING_GROUP, deposit=deposit, strategies=strategies
    )
