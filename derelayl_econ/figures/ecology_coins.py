"""Coins of the ecology (theory notes, section 5): the authors' published picture, and its theory.

a: everybody's coins over 5000 rounds, as the authors of DeRelayL plot them. b: the coins held and
issued, with theory, under their royalties and under two bounded ones. c: their inequality, with the
lottery of the trunk. d: what a model has earned for its owner, by its version: dilution.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.ecology.inequality import trunk_gini
from derelayl_econ.ecology.mean_field import SUPPLY, coins_by_generation, coins_issued
from derelayl_econ.figures.drawing import BLACK, BLUE, GREEN, GREY, VERMILION, note, panels
from derelayl_econ.figures.labels import End, label_ends
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.ecology_laws import LONG, EcologyRuns
from derelayl_econ.validation.ecology_rules import ROYALTIES, RulesEvidence

__all__ = ["ecology_coins"]

AUTHORS = "one coin\nper ancestor"
OTHERS = dict(zip(ROYALTIES, ((VERMILION, "--"), (GREEN, "-.")), strict=True))
DILUTED = 100
"""Rounds after which dilution is shown."""


def ecology_coins(evidence: Evidence) -> Figure:
    """Draw coins, supply, inequality and dilution.

    Parameters
    ----------
    evidence : Evidence
        Of a scenario with an ecology.
    """
    people = evidence.ecology.ecology.participants
    figure, axes = panels(
        f"coins of {people} participants, one run", "supply of coins", "inequality of coins",
        f"earned by round {DILUTED}, by version of the model", rows=2, height=5.2,
    )  # fmt: skip
    runs, rules = evidence.ecology.runs, evidence.ecology.rules
    _coins(axes[0], runs)
    _supply(axes[1], runs, rules)
    _inequality(axes[2], runs, rules)
    _dilution(axes[3], runs)
    return figure


def _coins(axes: Axes, runs: EcologyRuns) -> None:
    rounds, millions = runs.example.coin_rounds, runs.example.coins / 1e6
    axes.plot(rounds, millions[:, 1:], color=GREY, linewidth=0.4, alpha=0.5, linestyle="-")
    axes.plot(rounds, millions[:, 0], color=BLUE, linestyle="-", label="founder")
    axes.plot(rounds, millions.mean(axis=1), color=BLACK, linestyle="--", label="mean of all")
    axes.set(xlabel="round", ylabel="coins (millions)", xlim=(0, LONG), ylim=(0, None))
    axes.legend(loc="upper left")


def _supply(axes: Axes, runs: EcologyRuns, rules: RulesEvidence) -> None:
    """Draw coins held, by simulation and by theory; bounded royalties are burned as issued."""
    rounds = np.arange(1, LONG + 1)
    held = runs.long_study.alive.series("supply").mean(axis=0)
    owners = runs.ecology.steady_state().owners
    axes.plot(rounds, held, color=BLUE, linestyle="-", linewidth=2.5, alpha=0.35,
              label="held, simulated")  # fmt: skip
    axes.plot(rounds, SUPPLY(owners=owners, rounds=rounds), color=BLUE, linestyle="-",
              linewidth=0.9, label="M t² / 2")  # fmt: skip
    ends = [End(held[-1], AUTHORS, BLUE)]
    for name, (colour, line) in OTHERS.items():
        supply, royalties = rules.supplies[name], coins_issued(ROYALTIES[name], [owners] * LONG)
        axes.plot(rounds, supply.held, color=colour, linestyle="-", linewidth=2.5, alpha=0.35)
        axes.plot(rounds, royalties, color=colour, linestyle=line, linewidth=0.9,
                  label="royalties issued, theory")  # fmt: skip
        ends.append(End(supply.held[-1], f"{name},\nheld", colour))
    axes.set(xscale="log", yscale="log", xlabel="round t", ylabel="coins", xlim=(1, LONG),
             ylim=(1, 3 * held[-1]))  # fmt: skip
    for end in ends:
        axes.annotate(end.text, (LONG, end.height), (4, 0), textcoords="offset points",
                      fontsize=7, color=end.colour, va="center")  # fmt: skip
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[:3], labels[:3], loc="upper left")


def _inequality(axes: Axes, runs: EcologyRuns, rules: RulesEvidence) -> None:
    rounds = np.arange(1, LONG + 1)
    ginis = runs.long_study.alive.series("gini")
    low, high = np.quantile(ginis, (0.025, 0.975), axis=0)
    axes.fill_between(rounds, low, high, color=BLUE, alpha=0.25, linewidth=0,
                      label="95 % of communities")  # fmt: skip
    axes.plot(rounds, ginis.mean(axis=0), color=BLUE, linestyle="-", label="mean, simulated")
    sampled = np.unique(np.geomspace(1, LONG, 200).astype(int))
    axes.plot(sampled, trunk_gini(sampled, runs.ecology.participants), color=BLACK,
              linestyle=":", label="lottery of the trunk")  # fmt: skip
    ends = [End(float(ginis[:, -1].mean()), AUTHORS, BLUE)]
    for name, (colour, line) in OTHERS.items():
        axes.plot(rounds, rules.supplies[name].gini, color=colour, linestyle=line)
        ends.append(End(float(rules.supplies[name].gini[-1]), name.replace(" a ", "\na "), colour))
    axes.set(xscale="log", xlabel="round t", ylabel="Gini coefficient", xlim=(10, LONG),
             ylim=(0, 1))  # fmt: skip
    label_ends(axes, ends)
    axes.legend(loc="lower left")


def _dilution(axes: Axes, runs: EcologyRuns) -> None:
    """Draw coins per model of each version, given a steady number of winners."""
    owners, versions = runs.ecology.steady_state().owners, np.arange(1, DILUTED + 1)
    curves = {AUTHORS.replace("\n", " "): (runs.ecology.royalties, BLUE, "-")} | {
        name: (ROYALTIES[name], *style) for name, style in OTHERS.items()
    }
    for name, (royalties, colour, line) in curves.items():
        earned = coins_by_generation(royalties, [owners] * DILUTED)[1:] / owners
        axes.plot(versions, earned, color=colour, linestyle=line, label=name)
        middle = DILUTED // 3
        note(axes, middle + 2, float(earned[middle]) + 1, name, color=colour, va="bottom",
             bbox=None)  # fmt: skip
    genesis = coins_by_generation(runs.ecology.royalties, [owners] * DILUTED)[0]
    note(axes, 3, 1.03 * DILUTED, f"the genesis model: {genesis:,.0f}", va="bottom", bbox=None)
    axes.set(xlabel="version of the model", ylabel="coins per model, mean of its version",
             xlim=(1, DILUTED), ylim=(0, 1.12 * DILUTED))  # fmt: skip
