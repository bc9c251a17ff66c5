"""Cut-offs with private costs (theory notes, section 2.2) against communities that learn.

Populations of the learners of :mod:`derelayl_econ.validation.learners` start from no joining and
from much. Predicted is, for each start, the stable equilibrium to which adaptive play leads. Others
start *at* a tipping point: which way each goes is chance, but none may stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.games.private_costs import PrivateCostGame
from derelayl_econ.seeds import child
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.learners import LearningRun, learn
from derelayl_econ.validation.significance import compare_frequency, compare_mean

__all__ = [
    "PrivateCostEvidence",
    "RestingPlace",
    "measure_private_costs",
    "private_cost_games",
    "private_cost_rows",
    "threshold_game",
]

Array = npt.NDArray[np.float64]

COMMUNITIES, LEGS = 20, 3000
VOLUNTEERS, VOLUNTEER_BENEFIT = 5, 2.0
POOL_MEMBERS, POOL = 8, 3.0
MEMBERS, THRESHOLD, BENEFIT, LEAKAGE = 8, 3, 3.0, 0.5
"""Sizes of the games, and their money in costs of a leg."""

OUTAGE_SHOWN = 1e-3
"""Rarer outages are not compared."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RestingPlace:
    """Where populations that start alike are predicted to rest, and where they did.

    Attributes
    ----------
    start : float
        Probability of joining before learning began.
    share, cutoff, outage : float
        Predicted: p*, c* (money) and (1 - p*)^N at the stable equilibrium.
    shares, cutoffs, outages : arrays of shape (seeds,)
        Measured, one population per seed.
    """

    start: float
    share: float
    cutoff: float
    outage: float
    shares: Array
    cutoffs: Array
    outages: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class PrivateCostEvidence:
    """What learners did in one game.

    Attributes
    ----------
    game : PrivateCostGame
    places : tuple of RestingPlace
        One per start.
    tipping : float or None
        The lowest tipping point, if there is one.
    from_tipping : array of shape (seeds,)
        Share who joined in the end in populations that started there; empty if there is none.
    """

    game: PrivateCostGame
    places: tuple[RestingPlace, ...]
    tipping: float | None
    from_tipping: Array

    @property
    def stayed(self) -> int:
        """How many of those ended nearer to an unstable equilibrium than to any stable one."""
        found = self.game.equilibria()
        places = np.array([e.strategy for e in found])
        nearest = np.abs(self.from_tipping[:, None] - places).argmin(axis=1)
        return sum(not found[i].stable for i in nearest.tolist())


def private_cost_games(cost: float) -> dict[str, PrivateCostGame]:
    """Return games with private costs around ``cost`` (money), by name."""
    flat, humped = stats.uniform(0.2 * cost, 1.6 * cost), stats.gamma(4, scale=cost / 4)
    return {
        "volunteer": PrivateCostGame.volunteer(VOLUNTEERS, VOLUNTEER_BENEFIT * cost, flat),
        "pool": PrivateCostGame.pool(POOL_MEMBERS, POOL * cost, humped),
        "critical mass": threshold_game(cost),
    }


def threshold_game(
    cost: float, threshold: int = THRESHOLD, benefit: float = BENEFIT
) -> PrivateCostGame:
    """Return a game in which a leg is worth ``benefit`` times the median cost if enough train."""
    return PrivateCostGame.critical_mass(
        MEMBERS, threshold, benefit * cost, stats.lognorm(0.4, scale=cost), leakage=LEAKAGE
    )


def measure_private_costs(
    game: PrivateCostGame, seeds: Sequence[np.random.SeedSequence], *,
    starts: Sequence[float] = (0.0, 1.0), communities: int = COMMUNITIES, legs: int = LEGS,
) -> PrivateCostEvidence:  # fmt: skip
    """Let populations learn from every start, and from the lowest tipping point.

    Raises
    ------
    InputError
        If the game has no stable equilibrium, or not all of its equilibria are known.
    """
    found = game.equilibria()
    if found.coverage != "all" or not any(e.stable for e in found):
        raise InputError("game", found.caption(), "have a stable equilibrium and a complete list")
    tipping = [point.strategy for point in game.tipping_points()][:1]
    runs = [
        [
            learn(game, np.random.default_rng(child(seed, i)), start=start, legs=legs,
                  communities=communities)
            for seed in seeds
        ]
        for i, start in enumerate([*starts, *tipping])
    ]  # fmt: skip
    return PrivateCostEvidence(
        game=game,
        places=tuple(_place(game, start, run) for start, run in zip(starts, runs, strict=False)),
        tipping=tipping[0] if tipping else None,
        from_tipping=np.array([run.share for run in runs[len(starts)]] if tipping else []),
    )


def private_cost_rows(evidence: PrivateCostEvidence, name: str) -> list[Comparison]:
    """Compare cut-offs, joining and outages of learners with the stable equilibria."""
    players = f"learners, {name}, N = {evidence.game.participants}"
    rows = []
    for place in evidence.places:
        who = f"{players}, from {place.start:g}"
        rows += [
            compare_mean(f"cut-off ({who})", "2.2", place.cutoff, place.cutoffs, unit="money",
                         note=_NOTE),
            compare_mean(f"share who join ({who})", "2.2", place.share, place.shares,
                         unit="probability", note=_NOTE),
        ]  # fmt: skip
        if place.outage > OUTAGE_SHOWN:
            rows.append(compare_mean(f"outage ({who})", "2.2", place.outage, place.outages,
                                     unit="probability", note=_NOTE))  # fmt: skip
    if evidence.tipping is not None:
        rows.append(compare_frequency(
            f"populations that stay at the tipping point ({players})", "2.2", 0.0,
            evidence.stayed, evidence.from_tipping.size, seeds=evidence.from_tipping.size,
            note="they had not left yet when learning ended",
        ))  # fmt: skip
    return rows


_NOTE = (
    "beliefs that still vary from leg to leg make people join a little more or less often than "
    "the belief that is right on average"
)


def _place(game: PrivateCostGame, start: float, runs: Sequence[LearningRun]) -> RestingPlace:
    rest = game.resting_point(start)
    return RestingPlace(
        start=start, share=rest.strategy, cutoff=rest.cutoff,
        outage=float(game.outage(rest.strategy)),
        shares=np.array([run.share for run in runs]),
        cutoffs=np.array([run.cutoff for run in runs]),
        outages=np.array([run.outage for run in runs]),
    )  # fmt: skip
