"""People who learn from the joining counts they saw what joining is worth.

A population is matched at random into communities of N, leg after leg. Every leg each member draws
a private cost, sees it, and joins if it is at most what it believes joining is worth. After the leg
it sees how many *others* of its community joined, and what joining would have brought with that
many: the belief moves towards it by a share that falls with experience. Nobody knows the
distribution of costs, what others believe, or any theory. First beliefs come from a few legs in
which everybody joined at random, with probability ``start``. Where populations come to rest should
be a *stable* cut-off equilibrium, and never a tipping point.

Beliefs weight recent legs more: the share by which they move is 1/``MEMORY`` at first and after t
legs about ``EXPONENT``/t, so that what they still vary by from leg to leg vanishes.

With ``rematched=False`` the same people meet every leg. Then they can specialise: who happens to
believe a little less joins less, so that the others believe more. Where more joining makes joining
worth less (a volunteer's dilemma), this leads away from the *symmetric* equilibrium, which is one
of strangers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.private_costs import PrivateCostGame

__all__ = ["LearningRun", "learn"]

Array = npt.NDArray[np.float64]

EXPONENT = 3.0
MEMORY = 30
_BLOCK = 50  # legs whose costs are drawn at once


@dataclass(frozen=True, kw_only=True, eq=False)
class LearningRun:
    """What one learning population did after it had settled.

    Attributes
    ----------
    share : float
        Share of members who joined.
    cutoff : float
        What the members believed that joining is worth, on average (money).
    outage : float
        Share of communities and legs in which nobody joined.
    path : array of shape (legs,)
        Share of all members who joined, leg by leg.
    """

    share: float
    cutoff: float
    outage: float
    path: Array


def learn(
    game: PrivateCostGame, rng: np.random.Generator, *, start: float, communities: int = 50,
    legs: int = 3000, settled: float = 2 / 3, rematched: bool = True,
) -> LearningRun:  # fmt: skip
    """Let a population of ``communities`` * N learners play the game.

    Parameters
    ----------
    game : PrivateCostGame
        Gives benefits by the number of others who join, and draws of costs; its equilibria are
        not used.
    start : float
        Probability with which all join in the first ``MEMORY`` legs, in [0, 1].
    settled : float
        Legs before this share of all legs are not counted.
    rematched : bool
        Whether people meet others every leg.
    """
    shape, worth = (communities, game.participants), game.benefits
    before = rng.random((MEMORY, *shape)) < start
    belief = worth[before.sum(axis=2, keepdims=True) - before].mean(axis=0)
    joined, empty, beliefs = np.zeros((3, legs))
    for leg in range(legs):
        if leg % _BLOCK == 0:
            costs = game.costs.draw(rng, (_BLOCK, *shape))
        if rematched:
            belief = rng.permutation(belief.ravel()).reshape(shape)
        joins = costs[leg % _BLOCK] <= belief
        number = joins.sum(axis=1)
        belief += (worth[number[:, None] - joins] - belief) * EXPONENT / (leg + EXPONENT * MEMORY)
        joined[leg], empty[leg], beliefs[leg] = number.sum(), (number == 0).sum(), belief.mean()
    counted = slice(int(legs * settled), None)
    return LearningRun(
        share=float(joined[counted].mean() / belief.size),
        cutoff=float(beliefs[counted].mean()),
        outage=float(empty[counted].mean() / communities),
        path=joined / belief.size,
    )
