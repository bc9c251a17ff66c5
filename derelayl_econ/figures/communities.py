"""The one-leg games that imitators were measured in, as families over the size of the community.

Three kinds are measured by :class:`~derelayl_econ.validation.Evidence`: the scenario's own game
(train or ride), the volunteer's dilemma and the shared pool, the latter two with money in multiples
of the scenario's cost of a leg. A fourth, the critical mass, is theory only: its stable equilibrium
and its tipping point meet and vanish as the community grows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.figures.drawing import BLUE, GREEN, PINK, VERMILION
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.evidence import (
    BENEFIT_IN_COSTS,
    PLAYED_POOL_IN_COSTS,
    POOL_IN_COSTS,
    POOL_MEMBERS,
)
from derelayl_econ.validation.participation import ImitationEvidence

__all__ = ["Branches", "Community", "branches", "communities", "played_pool", "sizes"]

Array = npt.NDArray[np.float64]

CRITICAL_MASS, CRITICAL_BENEFIT_IN_COSTS = 4, 4.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Community:
    """One kind of game at every size N, and what imitators settled on at some sizes.

    Attributes
    ----------
    label, colour : str
    smallest : int
        The smallest community the game is defined for.
    game : callable of N
    measured : dict of int to ImitationEvidence
        By N; empty where nothing was measured.
    """

    label: str
    colour: str
    game: Callable[[int], ParticipationGame]
    measured: dict[int, ImitationEvidence]
    smallest: int = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Branches:
    """Equilibria with participation, by size: arrays of the shape of ``sizes``, NaN where none.

    Attributes
    ----------
    stable : array
        The highest stable equilibrium.
    tipping : array
        The lowest unstable one above 0: with fewer trainers participation dies out.
    """

    sizes: Array
    stable: Array
    tipping: Array


def communities(evidence: Evidence) -> dict[str, Community]:
    """Return the kinds of game by name: train or ride, volunteer, pool, critical mass."""
    people, cost = evidence.scenario.community, evidence.cost
    benefit, pool = evidence.scenario.benefit, evidence.scenario.reward.pool
    makers: dict[str, tuple[str, str, Callable[[int], ParticipationGame]]] = {
        "train or ride": (
            f"train or ride ({evidence.scenario.name})", BLUE,
            lambda n: ParticipationGame.train_or_ride(n, benefit, cost, pool, people.leakage)),
        "volunteer": (
            f"volunteer (b = {BENEFIT_IN_COSTS:g} c)", VERMILION,
            lambda n: ParticipationGame.volunteer(n, BENEFIT_IN_COSTS * cost, cost)),
        "pool": (
            f"pool (R = {POOL_IN_COSTS:g} c)", GREEN,
            lambda n: ParticipationGame.pool(n, POOL_IN_COSTS * cost, cost)),
        "critical mass": (
            f"{CRITICAL_MASS} needed (b = {CRITICAL_BENEFIT_IN_COSTS:g} c)", PINK,
            lambda n: ParticipationGame.critical_mass(
                n, CRITICAL_MASS, CRITICAL_BENEFIT_IN_COSTS * cost, cost, leakage=1.0)),
    }  # fmt: skip
    return {
        name: Community(label=label, colour=colour, game=make, measured=_measured(evidence, name),
                        smallest=CRITICAL_MASS if name == "critical mass" else 2)
        for name, (label, colour, make) in makers.items()
    }  # fmt: skip


def played_pool(evidence: Evidence) -> tuple[int, Community]:
    """Return N, and the pool game, of the equilibrium players in real relays."""
    pool = PLAYED_POOL_IN_COSTS * evidence.cost
    return POOL_MEMBERS, Community(
        label=f"pool (R = {PLAYED_POOL_IN_COSTS:g} c)", colour=BLUE, measured={},
        game=lambda n: ParticipationGame.pool(n, pool, evidence.cost),
    )  # fmt: skip


def sizes(smallest: int, largest: int = 10_000) -> Array:
    """Return whole numbers, every one up to 40 and then evenly spaced in logarithm."""
    far = np.geomspace(40, largest, 31).round()
    return np.concatenate([np.arange(smallest, 40), far]).astype(np.float64)


def branches(community: Community, at: Sequence[float] | Array) -> Branches:
    """Return the equilibria of a community above 0, size by size."""
    stable, tipping = np.full((2, len(at)), np.nan)
    for i, size in enumerate(at):
        for equilibrium in community.game(int(size)).equilibria():
            if equilibrium.stable and equilibrium.strategy > 0:
                stable[i] = equilibrium.strategy  # increasing: the last is the highest
            elif equilibrium.strategy > 0 and np.isnan(tipping[i]):
                tipping[i] = equilibrium.strategy
    return Branches(sizes=np.asarray(at, dtype=np.float64), stable=stable, tipping=tipping)


def _measured(evidence: Evidence, name: str) -> dict[int, ImitationEvidence]:
    return {
        found.participants: found
        for key, found in evidence.imitation.items()
        if key.rstrip(" 0123456789") == name
    }
