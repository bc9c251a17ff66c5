r"""The baton game: everybody wants the next leg trained, preferably by somebody else.

The game (theory notes, section 3.2)
------------------------------------
*Players*: N members. *State*: the level k, the number of accepted legs; quality is
q_k = q_max - x_0 (1-gamma)^k. *Actions*, each leg, simultaneously: volunteer or wait. Among the
volunteers one is drawn uniformly; this one pays c and earns lambda g_k, g_k = q_(k+1) - q_k, and
the next leg starts at k + 1. Without a volunteer the leg is lost and k stays. *Payoffs*: v q_k per
leg for everybody, plus lambda g_k - c for the one who trains, discounted by delta per leg.
*Equilibrium*: symmetric Markov-perfect, one volunteer probability p_k = 1 - z_k per level.

Write n_k = c - lambda g_k (net cost), y = z^(N-1), d_k = (1-delta) V_(k+1) - v q_k (headway).
Volunteering against waiting, when the others volunteer with p, gains (``VOLUNTEER_GAIN``)

    [delta y d - n (1-z^N)(1-delta y)/(N (1-z))]/(1 - delta z^N).

* n_k <= 0: everybody volunteers.
* n_k > 0 and delta d_k/(1-delta) <= n_k: nobody does, for ever; V_k = v q_k/(1-delta).
* otherwise z solves N delta d/(1 - delta z^(N-1)) = n sum_(j<N) z^(-j): the left side rises in z
  from N delta d > 0, the right side falls from infinity, and at z = 1 left exceeds right. Hence
  exactly one root, and neither p = 0 nor p = 1 is an equilibrium.

Why backward induction may start, and where
-------------------------------------------
The game has infinitely many levels. (i) V_k >= v q_k/(1-delta), the value of always waiting, so
d_k >= v g_k >= 0. (ii) n_k rises in k to c > 0. Once n_k > 0 the members can get at most v q_max
per leg, so d_k <= v x_k; where also delta v x_k/(1-delta) <= n_k nobody volunteers in *any*
Markov-perfect equilibrium. Such a level exists, and from it the trichotomy above determines all
lower levels: the symmetric equilibrium is unique. (iii) While n > 0,
d_k = v g_k + [(1-y)delta/(1-y delta)]_(k+1) d_(k+1). By induction downwards d_k falls in k: a lower
level has a larger d and a smaller n, hence a smaller y, and g falls. So the active levels are
0, ..., K-1 without a hole, and d_(K) = v g_K at the stop level: K is the first level at which a
*single* volunteer followed by nobody would not gain, g_K (lambda + delta v/(1-delta)) <= c. That is
the stopping rule of the finite relay with w = delta v/(1-delta), decided exactly. (With v = 0 and
c = lambda g_k exactly, every p is an equilibrium of that level, all with the same value; p = 1 is
reported and the coverage is "some".)

A planner who adds up the utilities trains leg k iff g_k (lambda + N delta v/(1-delta)) > c, and
never waits: the value of a path is a sum of terms, one per leg, whose sign does not depend on
the other legs.

The root is found in a = -N ln z, in which N may be a million, p may be 1e-12, or N infinite.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.baton_certificate import BatonCertificate
from derelayl_econ.games.baton_level import solve_level
from derelayl_econ.games.baton_results import BatonLimit, BatonPlan, BatonSolution
from derelayl_econ.games.finite_relay import GAP_LEFT, LAST_LEG, LEG_GAIN
from derelayl_econ.games.magnitude import check_magnitude
from derelayl_econ.games.marginal_leg import count_legs, leg_margin
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Coverage, frozen_array

__all__ = ["MOST_LEVELS", "STOP_MARGIN", "BatonGame"]

Array = npt.NDArray[np.float64]

STOP_MARGIN = Formula(
    "what a lone volunteer gains when nobody follows",
    symbol("gain") * (symbol("price") + symbol("discount") * symbol("value")
                      / (1 - symbol("discount"))) - symbol("cost"),
    "from theory notes, section 3.2",
)  # fmt: skip
"""Money; the relay stops at the first level where it is not positive."""

MOST_LEVELS = 1_000_000
"""Levels are solved one by one; a game with more is refused."""


@dataclass(frozen=True, eq=False)
class BatonGame:
    """The waiting game for the next leg, on the geometric learning curve without drift.

    Parameters
    ----------
    participants : int
        N >= 2 members.
    value : float
        v, what a unit of quality is worth to a member per leg (money/(score leg)), >= 0.
    cost : float
        c, cost of training one leg (money), > 0.
    price : float
        lambda, reward per unit of improvement (money/score), >= 0, paid from outside.
    discount : float
        delta, discount factor per leg, in (0, 1).
    quality_max : float
        Ceiling of quality (score).
    gap : float
        x_0, headroom at level 0 (score), >= 0; quality starts at ``quality_max - gap``.
    learning_rate : float
        gamma, share of the gap one accepted leg closes, in (0, 1).

    Raises
    ------
    InputError
        If a parameter lies outside its domain, or is too large or small for floats.

    Examples
    --------
    >>> game = BatonGame(participants=6, value=1, cost=2, price=3, discount=0.9,
    ...                  quality_max=1, gap=1, learning_rate=0.2)
    >>> solution = game.solve()
    >>> solution.stop_level, solution.volunteer_probability.round(4), solution.wait.round(2)
    (1, array([0.006, 0.   ]), array([28.23,   inf]))
    >>> solution.value.round(6), str(solution.coverage)
    (array([0.420809, 2.      ]), 'all')
    >>> game.large_limit().wait.round(2)
    array([33.77,   inf])
    """

    participants: int
    value: float
    cost: float
    price: float
    discount: float
    quality_max: float
    gap: float
    learning_rate: float

    def __post_init__(self) -> None:
        for name, number in check(**asdict(self)).items():
            object.__setattr__(self, name, number)
            check_magnitude(**{name: number})

    @property
    def stop_level(self) -> int:
        """First level at which nobody volunteers, decided in exact arithmetic."""
        # With v = 0 everybody volunteers at zero net cost, where a lone volunteer gains nothing.
        return max(self._count(self._worth_to(1), strict=True), self.free_levels)

    @property
    def free_levels(self) -> int:
        """Number of first levels at which the reward covers the cost, n_k <= 0 (exact)."""
        return self._count(Fraction(self.price))

    @property
    def has_free_choice(self) -> bool:
        """Whether at some level every probability is an equilibrium: v = 0 and n_k = 0 exactly."""
        covered = self._count(Fraction(self.price), strict=True)
        return self.value == 0 and covered < self.free_levels

    def solve(self) -> BatonSolution:
        """Return the unique symmetric Markov-perfect equilibrium, level by level.

        Proved: theorem B in proofs/.

        Raises
        ------
        InputError
            If the relay has more than ``MOST_LEVELS`` levels.
        SolverError
            If a probability is too small or too large for floats.
        """
        shrink = 1 / self.participants
        intensity, headway = self._backward(shrink)
        levels = np.arange(intensity.size)
        probability = frozen_array(-np.expm1(-intensity / self.participants))
        value = frozen_array(self._values(intensity, shrink))
        return BatonSolution(
            volunteer_probability=probability,
            wait=frozen_array(_wait(intensity)),
            outage=frozen_array(np.exp(-intensity)),
            value=value,
            quality=frozen_array(self._quality(levels)),
            net_cost=frozen_array(
                [-self._margin(Fraction(self.price), k) for k in range(levels.size)]
            ),
            headway=frozen_array(headway),
            stop_level=intensity.size - 1,
            participants=self.participants,
            discount=self.discount,
            flow=frozen_array(self.value * self._quality(levels)),
            coverage=Coverage.SOME if self.has_free_choice else Coverage.ALL,
            certificate=BatonCertificate(game=self, volunteer_probability=probability, value=value),
        )

    def large_limit(self) -> BatonLimit:
        """Return the limit for N to infinity: waits do not vanish. Errors as :meth:`solve`."""
        intensity, _ = self._backward(0.0)
        return BatonLimit(
            intensity=frozen_array(intensity),
            wait=frozen_array(_wait(intensity)),
            value=frozen_array(self._values(intensity, 0.0)),
            stop_level=intensity.size - 1,
        )

    def planner(self) -> BatonPlan:
        """Return what a planner does who maximises the sum of the members' utilities."""
        stop = _few(self._count(self._worth_to(self.participants), strict=True))
        gains = self._gains(np.arange(stop))
        lasting = self.discount * self.value / (1 - self.discount) * gains
        terms = lasting - (self.cost - self.price * gains) / self.participants
        start = self.value * (self.quality_max - self.gap) / (1 - self.discount)
        worth = start + float(self.discount ** np.arange(stop) @ terms)
        return BatonPlan(stop_level=stop, value=worth)

    def _backward(self, shrink: float) -> tuple[Array, Array]:
        """Return a = -N ln z and d per level, from the stop level down; ``shrink`` is 1/N.

        With m = (1-delta) V - v q, d_k = v g_k + m_(k+1): no large numbers are subtracted.
        """
        stop = _few(self.stop_level)
        intensity, merit = np.zeros(stop + 1), np.zeros(stop + 1)
        headway = self.value * self._gains(np.arange(stop + 1))
        lasting = self.discount / (1 - self.discount)
        for level in reversed(range(stop)):
            headway[level] += merit[level + 1]
            intensity[level], merit[level] = solve_level(
                net_cost=-self._margin(Fraction(self.price), level),
                headway=float(headway[level]),
                excess=self._margin(self._worth_to(1), level) + lasting * float(merit[level + 1]),
                discount=self.discount,
                shrink=shrink,
            )
        return intensity, headway

    def _worth_to(self, members: int) -> Fraction:
        """Return what a unit of quality is worth at once and for ever to so many members."""
        delta = Fraction(self.discount)
        return Fraction(self.price) + members * delta * Fraction(self.value) / (1 - delta)

    def _count(self, worth: Fraction, *, strict: bool = False) -> int:
        rate = Fraction(self.learning_rate)
        first = rate * Fraction(self.gap) * worth
        hint = LAST_LEG(value=float(worth), price=0, cost=self.cost, gap=self.gap,
                        learning_rate=self.learning_rate)  # fmt: skip
        return count_legs(first, Fraction(self.cost), 1 - rate, hint=float(hint), strict=strict)

    def _margin(self, worth: Fraction, level: int) -> float:
        rate = Fraction(self.learning_rate)
        first = rate * Fraction(self.gap) * worth
        return leg_margin(first, Fraction(self.cost), 1 - rate, int(level))

    def _gains(self, levels: npt.NDArray[np.int64]) -> Array:
        return LEG_GAIN(gap=self.gap, learning_rate=self.learning_rate, leg=levels)

    def _quality(self, levels: npt.NDArray[np.int64]) -> Array:
        left = GAP_LEFT(gap=self.gap, learning_rate=self.learning_rate, leg=levels)
        return np.asarray(self.quality_max - left)

    def _values(self, intensity: Array, shrink: float) -> Array:
        value = self.value * self._quality(np.arange(intensity.size))
        value[-1] /= 1 - self.discount
        for level in reversed(range(intensity.size - 1)):
            taken = -math.expm1(-intensity[level] * (1 - shrink))  # by one of the others
            value[level] += self.discount * taken * value[level + 1]
            if taken < 1:
                value[level] /= 1 - self.discount + self.discount * taken
            else:
                value[level] += shrink * max(0.0, self._margin(Fraction(self.price), level))
        return value


def _wait(intensity: Array) -> Array:
    wait = np.full(intensity.shape, np.inf)
    np.divide(1.0, -np.expm1(-intensity), out=wait, where=intensity > 0)
    return wait


def _few(levels: int) -> int:
    if levels > MOST_LEVELS:
        raise InputError("the number of levels", levels, f"be at most {MOST_LEVELS}",
                         hint="Merge legs: a larger learning_rate and cost.")  # fmt: skip
    return levels
