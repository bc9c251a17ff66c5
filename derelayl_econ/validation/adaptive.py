"""Participants who do not know the theory: they imitate whoever earned more.

A large population is matched at random into communities of N, leg after leg. After each leg a few
participants look at a random other's payoff and copy what that one did, with probability
proportional to how much more it earned (pairwise proportional imitation, Schlag 1998; relative to
the largest difference in that leg, which only sets the pace). Its mean motion is the replicator
dynamic, so the share of trainers should settle at a *stable* equilibrium
of the one-leg game, a number these participants never see. That is a prediction that can fail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.participation import ParticipationGame

__all__ = ["ImitationRun", "imitate"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ImitationRun:
    """What one imitating population did after it had settled.

    Attributes
    ----------
    share : float
        Mean share of trainers.
    outage : float
        Share of communities and legs in which nobody trained.
    path : (legs,) array
        Share of trainers, leg by leg, from the start.
    """

    share: float
    outage: float
    path: Array


def imitate(
    game: ParticipationGame,
    rng: np.random.Generator,
    *,
    start: float,
    communities: int = 100,
    legs: int = 3000,
    settled: float = 0.5,
    revising: float = 0.1,
) -> ImitationRun:
    """Let a population of ``communities`` * N imitators play the game.

    Parameters
    ----------
    game : ParticipationGame
        Payoffs of joining and riding, by the number of others who join.
    start : float
        Initial share of trainers, in [0, 1].
    settled : float
        Legs before this share of all legs are not counted.
    revising : float
        Share of participants who look around after a leg.
    """
    size = game.participants
    ride = np.zeros(size) if game.ride is None else game.ride
    join = game.gains + ride
    trains = rng.random(communities * size) < start
    path, empty = np.empty(legs), np.empty(legs)
    for leg in range(legs):
        rng.shuffle(trains)  # random matching into communities
        groups = trains.reshape(communities, size)
        trainers = groups.sum(axis=1)
        path[leg], empty[leg] = trains.mean(), (trainers == 0).mean()
        others = (trainers[:, None] - groups).ravel()
        payoff = np.where(trains, join[np.minimum(others, size - 1)],
                          ride[np.minimum(others, size - 1)])  # fmt: skip
        trains = _revised(trains, payoff, revising, rng)
    counted = slice(int(legs * settled), None)
    return ImitationRun(share=float(path[counted].mean()), outage=float(empty[counted].mean()),
                        path=path)  # fmt: skip


def _revised(
    trains: npt.NDArray[np.bool_], payoff: Array, revising: float,
    rng: np.random.Generator,
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Return the actions after a share of the participants has looked around."""
    looking = np.flatnonzero(rng.random(trains.size) < revising)
    seen = rng.integers(trains.size, size=looking.size)
    spread = payoff.max() - payoff.min()
    copies = rng.random(looking.size) * spread < payoff[seen] - payoff[looking]
    revised = trains.copy()
    revised[looking[copies]] = trains[seen[copies]]
    return revised
