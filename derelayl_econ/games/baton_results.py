"""What the baton game hands back: arrays by level, and the payoffs that test them.

The game (players, payoffs, best response, equilibrium) is defined in
:mod:`derelayl_econ.games.baton`. The payoffs here are written from that definition, as averages
over what the others do, and take nothing from the solver but its two answers: the probability of
volunteering and the value of each level. The regret is measured with them; by the one-shot
deviation principle no strategy, however patient, gains anything where no single deviation does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import PROBABILITY, Domain, check_array, check_number
from derelayl_econ.games.baton_level import SHARE, VOLUNTEER_GAIN
from derelayl_econ.results import Certificate, Coverage, Result, frozen_array

__all__ = ["BatonLimit", "BatonPlan", "BatonSolution"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class BatonSolution(Result):
    """The symmetric Markov-perfect equilibrium; arrays have shape (stop_level + 1,).

    Attributes
    ----------
    volunteer_probability : array
        p_k; 0 at the stop level, the last entry.
    wait : array
        Expected legs until level k is left, 1/(1 - outage); inf at the stop level.
    outage : array
        Probability (1-p_k)^N that a leg is lost.
    value : array
        V_k, a member's expected discounted payoff from level k on (money).
    quality : array
        q_k (score).
    net_cost, headway : array
        n_k = c - lambda g_k and d_k = (1-delta) V_(k+1) - v q_k (money).
    stop_level : int
        First level at which nobody volunteers.
    participants, discount : int, float
        N and delta of the game.
    flow : array
        v q_k, everybody's payoff per leg (money).
    coverage : Coverage
        "all": there is no other symmetric Markov-perfect equilibrium. "some" in the one case of
        v = 0 and a level with net cost exactly 0, where every probability is an equilibrium.
    certificate : Certificate or None
        Derives the solution again in ball arithmetic.
    method : str
        The algorithm.
    """

    volunteer_probability: Array
    wait: Array
    outage: Array
    value: Array
    quality: Array
    net_cost: Array
    headway: Array
    stop_level: int
    participants: int
    discount: float
    flow: Array
    coverage: Coverage
    certificate: Certificate | None = None
    method: str = "backward induction from the exact stop level, one bracketed root per level"

    @property
    def next_value(self) -> Array:
        """V_(k+1); beyond the stop level nobody volunteers, and quality stays for ever."""
        return frozen_array((self.headway + self.flow) / (1 - self.discount))

    @property
    def duration(self) -> float:
        """Expected number of legs, lost ones included, until the relay stops."""
        return float(self.wait[:-1].sum())

    def stage_payoffs(self) -> tuple[Array, Array]:
        """Return (volunteering, waiting): a member's payoffs if the others keep to the solution.

        Money, per level. A volunteer is drawn with chance E[1/(1 + other volunteers)]; waiting
        keeps the level when all the others wait too.
        """
        p, members = self.volunteer_probability, self.participants
        share = np.where(p > 0, SHARE(participants=members, join_probability=p), 1.0)
        others_wait = np.array([_none_of(members - 1, q) for q in p])
        later = np.append(self.value[1:], self.next_value[-1])
        volunteering = self.flow + self.discount * later - self.net_cost * share
        moved = (1 - others_wait) * later + others_wait * self.value
        return volunteering, self.flow + self.discount * moved

    @property
    def regret(self) -> float:
        """Largest gain (money) of one deviation at one level, measured from the payoffs."""
        volunteering, waiting = self.stage_payoffs()
        return float((np.maximum(volunteering, waiting) - self._mixed()).max())

    @property
    def bellman_error(self) -> float:
        """Largest distance (money) of a reported value from the payoff of the reported strategy."""
        return float(np.abs(self._mixed() - self.value).max())

    def _mixed(self) -> Array:
        volunteering, waiting = self.stage_payoffs()
        p = self.volunteer_probability
        return np.asarray(p * volunteering + (1 - p) * waiting)

    def deviation_gain(self, level: int, probability: npt.ArrayLike) -> Array:
        """Return what volunteering gains over waiting when all keep to ``probability`` at a level.

        Parameters
        ----------
        level : int
            0, ..., stop_level; the later levels are played as solved.
        probability : array_like
            Volunteer probabilities in [0, 1], any shape.

        Returns
        -------
        array
            Money, in the shape of ``probability``. An interior symmetric equilibrium is a zero;
            0 is one iff the gain there is <= 0, and 1 iff it is >= 0.
        """
        k = check_number("level", level, Domain(0, self.stop_level, integer=True))
        p = check_array("probability", probability, PROBABILITY, ndim=None)
        n, d, delta = float(self.net_cost[k]), float(self.headway[k]), self.discount
        gain = VOLUNTEER_GAIN(participants=self.participants, join_probability=p, net_cost=n,
                              headway=d, discount=delta)  # fmt: skip
        return np.where(p > 0, gain, delta * d / (1 - delta) - n)

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per level."""
        headers = ("level", "quality", "volunteer probability", "outage", "wait", "value")
        columns = (self.quality, self.volunteer_probability, self.outage, self.wait, self.value)
        return headers, [(k, *row) for k, row in enumerate(zip(*columns, strict=True))]

    def caption(self) -> str:
        """Return the one-line summary."""
        return (
            f"{self.participants} members, stops at level {self.stop_level}; "
            f"regret {self.regret:.2g}, coverage: {self.coverage}; {self.method}"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class BatonLimit(Result):
    """The equilibrium as the number of members grows without bound, shape (stop_level + 1,).

    Attributes
    ----------
    intensity : array
        a_k = -lim N ln z_k, the expected number of volunteers; inf where everybody volunteers.
    wait : array
        1/(1 - e^(-a_k)) legs: it does not vanish.
    value : array
        V_k (money).
    stop_level : int
        The same for every N.
    """

    intensity: Array
    wait: Array
    value: Array
    stop_level: int


@dataclass(frozen=True, kw_only=True, eq=False)
class BatonPlan(Result):
    """What a planner does: one volunteer per leg up to ``stop_level``, no leg lost.

    Attributes
    ----------
    stop_level : int
        First level that the planner leaves as it is.
    value : float
        Utility per member from level 0 on (money), costs and rewards shared equally.
    """

    stop_level: int
    value: float


def _none_of(members: int, probability: float) -> float:
    return 0.0 if probability == 1 else math.exp(members * math.log1p(-probability))
