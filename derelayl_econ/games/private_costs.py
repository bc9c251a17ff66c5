r"""Train or ride with private costs: every cut-off equilibrium, its stability and tipping points.

Game. Each of N participants draws a cost c from F, independently, and sees only the own one. All
simultaneously join (train) or ride. With k of the *others* joining, who joins gets A(k) + b_k - c
and who rides A(k) (money). If every other joins with probability p, joining is worth
B(p) = sum_k C(N-1, k) p^k (1-p)^(N-1-k) b_k more than riding, before the cost. Best response: join
if c < B(p), ride if c > B(p), anything if c = B(p).

Equilibrium. So every symmetric equilibrium is a cut-off c* = B(p): all below it join, none above
it, and those exactly at it, if F has an atom there, with some probability. The join probability is
then p = F(c*-) + mixing (F(c*) - F(c*-)): p is an equilibrium iff F(B(p)-) <= p <= F(B(p)), that is
iff Q(p) <= B(p) <= Q(p+), Q being the quantile function. At least one exists for every F. If b_k
never rises and is not constant, B falls and there is exactly one (theorem P in proofs/; if b_k is
constant and F has an atom there, all p at that atom are equilibria).

Adaptive play, dp/dt = F(B(p)) - p (best response to what was seen, gradually adopted), leads up
where B > Q and down where B < Q. An equilibrium is *stable* where it leads back from both sides,
B - Q falling through zero; where it leads away it is a *tipping point* between the equilibria next
to it. The regret is the largest gain of any type from acting otherwise.

Guarantee (``coverage``), by the kind of distribution:

* a sample, a discrete or a uniform distribution: "all", by exact arithmetic up to N = 513
  (:mod:`derelayl_econ.equilibrium.linear_crossings`);
* a continuous one: "all" where the argument of :mod:`derelayl_econ.equilibrium.response_points`
  settles everything, which needs a family with a known mode, or that B falls wherever it may meet
  Q; up to rounding errors of B and relative errors of 1e-12 in F and its density;
* "some", with every equilibrium that was seen, if it rests on sampled densities (unknown mode), if
  B touches Q or nearly so (status UNRESOLVED, the piece is listed) or if B = Q on an interval.

Source: theory notes, section 2.2; Palfrey and Rosenthal 1988, J. Public Economics 35:309.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import PROBABILITY, check_array, check_number
from derelayl_econ.equilibrium.benefit_curve import BenefitCurve
from derelayl_econ.equilibrium.bernstein import SUBDIVISION_LIMIT
from derelayl_econ.equilibrium.linear_crossings import linear_crossings
from derelayl_econ.equilibrium.response_points import response_points
from derelayl_econ.games.continuous_costs import ContinuousCosts
from derelayl_econ.games.cost_distribution import CostDistribution, costs_of
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.participation_formulas import checked_payoffs, instance_payoffs
from derelayl_econ.games.private_cost_results import (
    TIPPING,
    CutoffEquilibrium,
    CutoffSet,
    set_of_crossings,
    set_of_fixed_points,
)
from derelayl_econ.results import frozen_array

__all__ = ["PrivateCostGame"]

Array = npt.NDArray[np.float64]

SAME = 1e-12
"""Joining probabilities this near each other (relatively) are taken for the same."""


@dataclass(frozen=True, eq=False)
class PrivateCostGame:
    """One leg in which each of N participants knows only the own cost.

    Parameters
    ----------
    benefits : array of shape (N,)
        b_k: what joining is worth (money), before its cost, when k others join; N >= 2.
    cost_distribution : frozen scipy.stats distribution or array of shape (sample size,)
        F. A sample counts as the distribution in which each of its values is equally likely.
    ride : array of shape (N,), optional
        A(k): payoff (money) of riding when k others join; 0 by default.

    Raises
    ------
    InputError
        For fewer than two benefits, entries that are not finite numbers, or a distribution that is
        not one of finite costs.

    Examples
    --------
    Four of ten are needed; half of all costs are below 2:

    >>> from scipy import stats
    >>> costs = stats.lognorm(0.4, scale=2)
    >>> print(PrivateCostGame.critical_mass(10, 4, benefit=6, cost_distribution=costs).equilibria())
    3 equilibria, coverage: all; best response on intervals, density with a known mode; solved
    strategy  cutoff   mixing  payoff     regret       stable  label
    0         0        -       0          0            yes     nobody trains
    0.189501  1.40671  -       0.0492244  4.44089e-16  no      tipping point
    0.996989  6        -       3.83588    0            yes     cut-off
    """

    benefits: Array
    cost_distribution: Any
    ride: Array | None = None
    costs: CostDistribution = field(init=False, repr=False)
    """The distribution with its inverse and its draws."""

    def __post_init__(self) -> None:
        benefits, ride = checked_payoffs("benefits", self.benefits, self.ride)
        object.__setattr__(self, "benefits", frozen_array(benefits))
        object.__setattr__(self, "ride", frozen_array(ride))
        object.__setattr__(self, "costs", costs_of(self.cost_distribution))

    @classmethod
    def volunteer(
        cls, participants: int, benefit: float, cost_distribution: Any
    ) -> PrivateCostGame:
        """Let one trainer be enough for all (volunteer's dilemma, Diekmann 1985; Weesie 1994).

        Examples
        --------
        >>> from scipy import stats
        >>> found = PrivateCostGame.volunteer(3, 1, stats.uniform(0, 1)).equilibria()
        >>> [(round(e.strategy, 6), round(e.cutoff, 6)) for e in found]  # p = (1-p)^2
        [(0.381966, 0.381966)]
        """
        return cls._of("volunteer", participants, cost_distribution, benefit=benefit)

    @classmethod
    def pool(cls, participants: int, pool: float, cost_distribution: Any) -> PrivateCostGame:
        """Share a reward pool equally among the trainers; riders get nothing."""
        return cls._of("pool", participants, cost_distribution, pool=pool)

    @classmethod
    def train_or_ride(
        cls, participants: int, benefit: float, cost_distribution: Any, pool: float = 0.0,
        leakage: float = 0.0,
    ) -> PrivateCostGame:  # fmt: skip
        """Give trainers benefit and a share of the pool, riders a leaked part of the benefit."""
        return cls._of("train_or_ride", participants, cost_distribution, benefit=benefit,
                       pool=pool, leakage=leakage)  # fmt: skip

    @classmethod
    def critical_mass(
        cls, participants: int, threshold: int, benefit: float, cost_distribution: Any,
        leakage: float = 0.0,
    ) -> PrivateCostGame:  # fmt: skip
        """Need at least ``threshold`` trainers; full leakage makes it a threshold public good.

        Examples
        --------
        Two of three suffice, costs uniform on [0, 1.5] (Palfrey and Rosenthal 1991):

        >>> from scipy import stats
        >>> game = PrivateCostGame.critical_mass(3, 2, 1, stats.uniform(0, 1.5), leakage=1)
        >>> [(e.strategy, e.cutoff, e.stable) for e in game.equilibria()]
        [(0.0, 0.0, False), (0.25, 0.375, True)]
        """
        return cls._of("critical_mass", participants, cost_distribution, threshold=threshold,
                       benefit=benefit, leakage=leakage)  # fmt: skip

    @classmethod
    def _of(
        cls, instance: str, participants: int, cost_distribution: Any, **values: Any
    ) -> PrivateCostGame:
        train, ride = instance_payoffs(instance, participants, free=True, **values)
        return cls(train - ride, cost_distribution, ride)

    @property
    def participants(self) -> int:
        """N."""
        return self.benefits.size

    def cutoff(self, p: npt.ArrayLike) -> Array:
        """Return B(p) (money), the cut-off that is best when the others join with probability p."""
        return self._free.gain(p)

    def best_response(self, p: npt.ArrayLike) -> Array:
        """Return F(B(p)), the probability of joining that is best against p (mixing: all join)."""
        return self.costs.at_most(self.cutoff(p))

    def payoff(self, p: npt.ArrayLike) -> Array:
        """Return the expected payoff (money) of each when the cheapest share p always joins."""
        return np.asarray(self._free.payoff(p) - self.costs.spent(_probabilities(p)))

    def regret(self, p: npt.ArrayLike) -> Array:
        """Return the largest gain (money) of any type when the cheapest share p always joins.

        Those who join and should not, or the other way round, have costs between B(p) and Q(p);
        infinite where costs without a bound are on the wrong side.
        """
        worth, points = self.cutoff(p), _probabilities(p)
        over = self.costs.quantile(points) - worth
        short = worth - self.costs.quantile_right(points)
        return np.asarray(np.maximum(0.0, np.maximum(over, short)))

    def outage(self, p: npt.ArrayLike) -> Array:
        """Return (1-p)^N, the probability that nobody trains."""
        return self._free.outage(p)

    def expected_trainers(self, p: npt.ArrayLike) -> Array:
        """Return N p."""
        return self._free.expected_trainers(p)

    def equilibria(self) -> CutoffSet:
        """Return all symmetric equilibria, in increasing order of the probability of joining.

        Proved: theorem P in proofs/ (exactly one where benefits never rise).

        Returns
        -------
        CutoffSet
            Of :class:`~.private_cost_results.CutoffEquilibrium`; coverage as the module says.
        """
        return self._equilibria

    @cached_property
    def _equilibria(self) -> CutoffSet:
        curve = BenefitCurve(self.benefits)
        graph = self.costs.graph(float(self.benefits.max()))
        if graph is not None:
            exact = self.participants <= SUBDIVISION_LIMIT + 1
            return set_of_crossings(linear_crossings(curve, graph), self._equilibrium, exact)
        found = response_points(curve, cast(ContinuousCosts, self.costs))
        return set_of_fixed_points(found, self._equilibrium)

    def tipping_points(self) -> tuple[CutoffEquilibrium, ...]:
        """Return the equilibria in (0, 1) from which adaptive play leads away.

        Examples
        --------
        >>> from scipy import stats
        >>> game = PrivateCostGame.critical_mass(10, 4, 6, stats.lognorm(0.4, scale=2))
        >>> [round(point.strategy, 4) for point in game.tipping_points()]
        [0.1895]
        """
        return tuple(e for e in self._equilibria.equilibria if e.label == TIPPING)

    def resting_point(self, start: float) -> CutoffEquilibrium:
        """Return the equilibrium to which adaptive play leads from joining probability ``start``.

        The next one in the direction of the best response; ``start`` itself if it is one.

        Examples
        --------
        >>> from scipy import stats
        >>> game = PrivateCostGame.critical_mass(10, 4, 6, stats.lognorm(0.4, scale=2))
        >>> [round(game.resting_point(start).cutoff, 3) for start in (0.1, 0.2)]
        [0.0, 6.0]
        """
        p = check_number("start", start, PROBABILITY)
        worth, found = self.cutoff(p), self._equilibria.equilibria
        nearest = min(found, key=lambda e: abs(e.strategy - p))
        if abs(nearest.strategy - p) <= SAME * p:
            return nearest
        if float(self.costs.at_most(worth)) < p:
            return next((e for e in reversed(found) if e.strategy <= p), found[0])
        if float(self.costs.below(worth)) > p:
            return next((e for e in found if e.strategy >= p), found[-1])
        return nearest

    @cached_property
    def _free(self) -> ParticipationGame:
        """The game in which training costs nothing."""
        return ParticipationGame(self.benefits, self.ride)

    def _equilibrium(
        self, p: float, stable: bool | None, label: str, level: float | None = None
    ) -> CutoffEquilibrium:
        cutoff = float(self.cutoff(p)) if level is None else level
        below, at_most = float(self.costs.below(cutoff)), float(self.costs.at_most(cutoff))
        mixing = min(max((p - below) / (at_most - below), 0.0), 1.0) if at_most > below else None
        # An equilibrium is told by its share or by its cut-off; either may be the one that floats
        # hold better: the share where costs crowd, the cut-off where they are rare.
        regret = float(self.regret(p))
        if mixing is None:
            regret = min(regret, abs(float(self.cutoff(at_most)) - cutoff))
        return CutoffEquilibrium(
            strategy=p, cutoff=cutoff, mixing=mixing, payoff=float(self.payoff(p)), regret=regret,
            stable=stable, label=label,
        )  # fmt: skip


def _probabilities(p: npt.ArrayLike) -> Array:
    return check_array("p", p, PROBABILITY, ndim=None)
