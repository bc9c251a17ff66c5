r"""The best effort of one submission in a tournament when all the others exert the same effort.

The payoff (W + D) P(d) - C(e), with the lead d = (e - e_others)/sigma, can have a local maximum at
little effort, one beside the others' effort, and one at an effort that is safe. The chance P
changes only where the cutoff and luck are likely; on a grid that is dense there, and at no effort
at all, every hump is found, and then followed to the zero of its slope. The game is defined in
:mod:`derelayl_econ.games.tournament`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from derelayl_econ.games.tournament_cost import EffortCost
from derelayl_econ.games.tournament_luck import Cutoffs
from derelayl_econ.results import Result

__all__ = ["Choice", "FirstOrderEffort"]

Array = npt.NDArray[np.float64]

_HUMPS = 4  # the best of them on the grid, which are followed
_STEEP = 1e200  # a slope is cut off here, for a root finder would not get on with infinity


@dataclass(frozen=True, kw_only=True, eq=False)
class FirstOrderEffort(Result):
    """The one effort that can be a symmetric equilibrium, and whether it is.

    Attributes
    ----------
    effort : float
        e* with C'(e*) = (W + D) f/sigma (score); 0 where C'(0) is larger.
    win_chance : float
        Share of the submissions that win.
    spending, payoff : float
        C(e*) and everybody's expected payoff (money).
    best_effort, deviation_gain : float
        The best effort against e* (score), and what it gains over e* (money).
    participates : bool
        The payoff reaches that of staying away.
    exists : bool
        e* is an equilibrium: no other effort is better, nor is staying away.
    noise_ratio : float or None
        sigma^2 C''/(W + D); None if the cost is not quadratic or nothing is at stake.
    critical_ratio : float
        With quadratic cost no other effort is better iff the noise ratio is at least this.
    """

    effort: float
    win_chance: float
    spending: float
    payoff: float
    best_effort: float
    deviation_gain: float
    participates: bool
    exists: bool
    noise_ratio: float | None
    critical_ratio: float


@dataclass(frozen=True, eq=False)
class Choice:
    """What one submission chooses against the effort of all others.

    Attributes
    ----------
    cutoffs : Cutoffs
    cost : EffortCost
    stake : float
        W + D (money).
    luck : float
        sigma (score).
    others : float
        The effort of all others (score).
    """

    cutoffs: Cutoffs
    cost: EffortCost
    stake: float
    luck: float
    others: float

    def effort(self, lead: npt.ArrayLike) -> Array:
        """Return the effort (score) that gives a lead (in sigma)."""
        return np.maximum(0.0, self.others + self.luck * np.asarray(lead, dtype=np.float64))

    def worth(self, lead: npt.ArrayLike) -> Array:
        """Return (W + D) P - C (money) of a lead, any shape."""
        return np.asarray(
            self.stake * self.cutoffs.chance(lead) - self.cost.cost(self.effort(lead))
        )

    def slope(self, lead: npt.ArrayLike) -> Array:
        """Return what one more unit of effort adds (money per score), any shape."""
        wins = self.stake * self.cutoffs.density(lead) / self.luck
        return np.clip(wins - self.cost.marginal(self.effort(lead)), -_STEEP, _STEEP)

    def best_lead(self) -> float:
        """Return the lead (in sigma) of the best effort."""
        nothing = -self.others / self.luck
        grid = self.cutoffs.leads()
        grid = np.concatenate([[nothing], grid[grid > nothing]])
        worth, slope = self.worth(grid), self.slope(grid)
        humps = np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0))
        highest = humps[np.argsort(-worth[humps], kind="stable")][:_HUMPS]
        found = np.array([grid[worth.argmax()], *(self._top(*grid[i : i + 2]) for i in highest)])
        return float(found[self.worth(found).argmax()])

    def _top(self, left: float, right: float) -> float:
        # Alone, a slope that is zero to rounding may have another sign than among others.
        if not self.slope(left) > 0:
            return left
        if self.slope(right) > 0:
            return right
        return float(brentq(lambda lead: float(self.slope(lead)), left, right, xtol=1e-13))
