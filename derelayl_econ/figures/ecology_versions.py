"""Versions in the ecology (theory notes, section 5): the published picture, and its theory.

a: who holds which version over 100 rounds, as the authors of DeRelayL plot it. b: the ages of held
versions in the steady state, theory beside many communities. c: the owners of each round, with
their exact law.
"""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from derelayl_econ.ecology.mean_field import AGES, version_shares
from derelayl_econ.figures.drawing import BLUE, VERMILION, mean_interval, note, panels, points
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.ecology_laws import SETTLED, EcologyRuns

__all__ = ["ecology_versions"]

NAMED = 5
"""Ages whose names fit into the picture."""
LABELS = ("newest", *(f"newest − {age}" for age in range(1, AGES)), "older", "none")


def ecology_versions(evidence: Evidence) -> Figure:
    """Draw versions held, their ages, and owners.

    Parameters
    ----------
    evidence : Evidence
        Of a scenario with an ecology.
    """
    runs = evidence.ecology.runs
    figure, axes = panels("versions held, one run", "ages of held versions",
                          "owners of a round", ratios=(1.3, 1, 1))  # fmt: skip
    _versions(axes[0], runs)
    _ages(axes[1], runs)
    _owners(axes[2], runs)
    return figure


def _versions(axes: Axes, runs: EcologyRuns) -> None:
    run = runs.study.alive[0]
    shades = mpl.colormaps["cividis"](np.linspace(0, 0.95, AGES))
    shares = 100 * run.version_shares
    axes.stackplot(np.arange(1, run.rounds + 1), shares.T, colors=[*shades, "#D9D9D9", "white"],
                   labels=LABELS, step="mid", linewidth=0)  # fmt: skip
    axes.set(xlabel="round", ylabel="participants (%)", xlim=(1, run.rounds), ylim=(0, 100))
    axes.grid(visible=False)
    below = np.cumsum(shares[run.rounds // 2 :].mean(axis=0))
    for age in range(NAMED):
        middle = (below[age] + (below[age - 1] if age else 0)) / 2
        note(axes, 0.6 * run.rounds, middle, LABELS[age], color="white", ha="center", va="center",
             bbox=None)  # fmt: skip
    note(axes, 0.02 * run.rounds, 96, "none", va="center", bbox=None)


def _ages(axes: Axes, runs: EcologyRuns) -> None:
    rules = runs.ecology
    predicted = version_shares(rules.participants, rules.success, runs.chain.old_relay.owners)
    measured = runs.study.alive.series("version_shares")[:, SETTLED:].mean(axis=1)
    place = np.arange(AGES + 1)
    axes.bar(place, 100 * predicted[: AGES + 1], color=BLUE, alpha=0.35, label="mean field")
    points(axes, place, [mean_interval(100 * measured[:, k]) for k in place],
           f"{len(measured)} communities", markersize=2.5)  # fmt: skip
    axes.set(yscale="log", xlabel="versions behind the newest", ylabel="participants (%)")
    axes.set_xticks(place[[0, 3, 6, 9, -1]], ["0", "3", "6", "9", "older"])
    axes.legend(loc="upper right")


def _owners(axes: Axes, runs: EcologyRuns) -> None:
    alive = runs.study.alive.series("owners")
    rounds = np.arange(1, runs.rounds + 1)
    laws, counts = runs.chain.laws(runs.rounds)[:-1, 1:], np.arange(1, runs.ecology.slots + 1)
    laws /= laws.sum(axis=1, keepdims=True)
    mean = laws @ counts
    spread = np.sqrt(laws @ counts**2 - mean**2)
    axes.fill_between(rounds, mean - spread, mean + spread, color=BLUE, alpha=0.25, linewidth=0,
                      label="exact law, ± 1 s.d.")  # fmt: skip
    axes.plot(rounds, mean, color=BLUE, linestyle="-", label="exact mean")
    shown = np.unique(np.geomspace(1, runs.rounds, 14).astype(int)) - 1
    points(axes, rounds[shown], [mean_interval(alive[:, k]) for k in shown],
           f"{len(alive)} communities", markersize=2.5)  # fmt: skip
    steady = runs.ecology.steady_state().owners
    axes.axhline(steady, color=VERMILION, linestyle=":", label=f"steady M* = {steady:.2f}")
    axes.set(xscale="log", xlabel="round", ylabel="owners M", xlim=(1, runs.rounds), ylim=(0, 75))
    axes.legend(loc="upper left")
