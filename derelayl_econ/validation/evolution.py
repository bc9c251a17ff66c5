"""Take-over of a population by one mutant (theory notes, section 6.1), by agents who really play.

Trainers against cheats, at several deposits: a single trainer among cheats and a single cheat among
trainers, in populations of agents (:mod:`derelayl_econ.simulation.takeover`) that know no expected
payoff. The share of populations taken over should be the fixation probability of the
birth-death chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.seeds import child
from derelayl_econ.simulation.takeover import takeovers
from derelayl_econ.validation.comparison import Comparison, Interval
from derelayl_econ.validation.significance import compare_frequency

__all__ = ["FixationEvidence", "fixation_rows", "measure_fixation"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class FixationEvidence:
    """Take-overs by one mutant, by deposit.

    Attributes
    ----------
    invader, resident, process : str
    population, participants : int
        Z and N.
    selection : float
        w (1/money).
    deposits : array, shape (D,)
        Money.
    predicted : array, shape (D,)
        Fixation probability of one invader.
    taken_over : array of int, shape (D, seeds)
        Populations that the invader took over, of ``runs`` per seed.
    runs : int
    """

    invader: str
    resident: str
    process: str
    population: int
    participants: int
    selection: float
    deposits: Array
    predicted: Array
    taken_over: npt.NDArray[np.int64]
    runs: int

    def intervals(self) -> list[Interval]:
        """Return the measured shares with their exact 95 % intervals, one per deposit."""
        return [row.measured for row in fixation_rows(self)]


def measure_fixation(
    games: Sequence[PopulationGame], deposits: Sequence[float],
    seeds: Sequence[np.random.SeedSequence], *, invader: str, resident: str, population: int,
    selection: float, process: str = "linear moran", runs: int = 100,
) -> FixationEvidence:  # fmt: skip
    """Let one invader try to take over ``runs`` populations per seed, in each of the games.

    Parameters
    ----------
    games, deposits : sequences of the same length
        The game at each deposit.

    Raises
    ------
    InputError
        If the lengths differ or are 0, or a value is refused by
        :func:`~derelayl_econ.simulation.takeover.takeovers`.
    """
    if len(games) != len(deposits) or not games or not seeds:
        raise InputError("games", f"{len(games)} for {len(deposits)} deposits, {len(seeds)} seeds",
                         "be one per deposit, with at least one seed")  # fmt: skip
    finite = [game.finite(population, selection=selection, process=process) for game in games]
    counts = [
        [
            takeovers(game, invader, resident, population=population, selection=selection,
                      process=process, runs=runs, rng=np.random.default_rng(child(seed, place)))
            for seed in seeds
        ]
        for place, game in enumerate(games)
    ]  # fmt: skip
    return FixationEvidence(
        invader=invader, resident=resident, process=process, population=population,
        participants=games[0].participants, selection=selection,
        deposits=np.asarray(deposits, dtype=np.float64),
        predicted=np.array([f.fixation(invader, resident).probability for f in finite]),
        taken_over=np.array(counts, dtype=np.int64), runs=runs,
    )  # fmt: skip


def fixation_rows(evidence: FixationEvidence) -> list[Comparison]:
    """Compare each fixation probability with the share of populations taken over."""
    where = f"Z = {evidence.population}, N = {evidence.participants}"
    trials = evidence.runs * evidence.taken_over.shape[1]
    one, others = _ONE[evidence.invader], _ALL[evidence.resident]
    return [
        compare_frequency(
            f"{one} takes over {others} ({where}), deposit {deposit:.3g}", "6.1",
            float(predicted), int(row.sum()), trials, seeds=row.size, note=_NOTE,
        )
        for deposit, predicted, row in zip(
            evidence.deposits, evidence.predicted, evidence.taken_over, strict=True)
    ]  # fmt: skip


_ONE = {"train": "a trainer", "ride": "a rider", "cheat": "a cheat", "stay out": "a stayer-out"}
_ALL = {"train": "trainers", "ride": "riders", "cheat": "cheats", "stay out": "stayers-out"}
_NOTE = (
    "agents who play single legs and copy do not follow the birth-death chain on expected payoffs"
)
