r"""The numbers of one contest, and what follows from them for a given total or profile of efforts.

The game is defined in :mod:`derelayl_econ.games.contest`. Here are its payoffs, the shares that
belong to a total effort, and the sums that leave one participant out, for arrays of participants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.contest_formulas import CONTEST_PAYOFF, CONTEST_SHARE, CONTEST_SLOPE
from derelayl_econ.games.public_benefit import PublicBenefit, inflection

__all__ = ["ContestTerms", "Division", "all_but_one"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Division:
    """A total effort (legs) and everybody's share of it, shape (N,)."""

    total: float
    shares: Array

    @property
    def efforts(self) -> Array:
        """Everybody's effort (legs)."""
        return np.asarray(self.total * self.shares)


@dataclass(frozen=True, eq=False)
class ContestTerms:
    """Prize, unit costs and values of the public benefit; arrays of shape (N,).

    ``benefit`` is None exactly if nobody values it; ``values`` are then zero.
    """

    prize: float
    costs: Array
    values: Array
    benefit: PublicBenefit | None

    @property
    def inflection(self) -> float:
        """Total effort (legs) up to which the benefit is convex; 0 if it is concave."""
        return 0.0 if self.benefit is None else inflection(self.benefit)

    def quality(self, total: npt.ArrayLike) -> Array:
        """Return Q (score) at total efforts; 0 without a benefit."""
        return np.zeros(()) if self.benefit is None else self.benefit.quality(total)

    def marginal(self, total: npt.ArrayLike) -> Array:
        """Return Q' (score per leg) at total efforts; 0 without a benefit."""
        return np.zeros(()) if self.benefit is None else self.benefit.marginal(total)

    def shares(self, total: float) -> Array:
        """Return everybody's share of ``total`` > 0 by the first-order condition; prize > 0."""
        return CONTEST_SHARE(prize=self.prize, unit_cost=self.costs, value=self.values,
                             marginal_quality=self.marginal(total), effort=total)  # fmt: skip

    def excess(self, total: float) -> float:
        """Return F(E) - 1: by how much the shares of ``total`` exceed 1 together."""
        return float(self.shares(total).sum()) - 1.0

    def payoff(self, own: Array, others: Array) -> Array:
        """Return everybody's payoff (money) at the own effort against the effort of the others."""
        total = own + others
        # Where nobody exerts effort nobody gets the prize, as if one other had exerted it all.
        return CONTEST_PAYOFF(prize=self.prize, value=self.values, quality=self.quality(total),
                              unit_cost=self.costs, own_effort=own,
                              others_effort=np.where(total > 0, others, 1.0))  # fmt: skip

    def pick(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> ContestTerms:
        """Return the same contest as seen by some of its participants."""
        return ContestTerms(self.prize, self.costs[chosen], self.values[chosen], self.benefit)

    def slope(self, total: Array, others: Array) -> Array:
        """Return what one more unit of effort adds to each payoff (money per leg) at ``total``."""
        return CONTEST_SLOPE(prize=self.prize, value=self.values, unit_cost=self.costs,
                             marginal_quality=self.marginal(total), effort=total,
                             others_effort=others)  # fmt: skip


def all_but_one(values: Array) -> Array:
    """Return, for each entry, the sum of all the others, without subtracting it from the total.

    Examples
    --------
    >>> all_but_one(np.array([1.0, 1e20, 2.0]))
    array([1.e+20, 3.e+00, 1.e+20])
    """
    before, after = np.zeros_like(values), np.zeros_like(values)
    before[1:] = np.cumsum(values[:-1])
    after[:-1] = np.cumsum(values[:0:-1])[::-1]
    return before + after
