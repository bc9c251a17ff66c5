r"""The shares of a total effort where the keenest would exert almost all of it without a prize.

Setting and symbols: :mod:`derelayl_econ.games.contest_totals`. If the public benefit outweighs the
prize by far, kappa_i - v_i Q'(E) is a tiny difference of large numbers for the keenest participant,
the one with the least kappa/v (marked *), and shares computed from E are lost in rounding. They are
computed from the *reluctance* w = kappa_* - v_* Q'(E) instead: it belongs to the total
E(w) = Q'^(-1)((kappa_* - w)/v_*), and

    kappa_i - v_i Q'(E) = (kappa_i - v_i kappa_*/v_*) + w v_i/v_*,

two terms that are not negative. Where Q is concave (beyond the inflection) E rises with w, so every
share falls in w, and there is one w at which they add up to 1; at w = 0 the keenest is alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.contest_terms import ContestTerms, Division
from derelayl_econ.games.contest_totals import root_between
from derelayl_econ.games.effort_at_slope import effort_at_slope
from derelayl_econ.games.public_benefit import PublicBenefit

__all__ = ["division"]

Array = npt.NDArray[np.float64]

_CANCELLED = 1e-3  # reluctance over cost below which shares are computed from it
_STRIDE = 1e4


def division(terms: ContestTerms, total: float) -> Division:
    """Return how ``total``, a root of F = 1 beyond the inflection, is divided; accurate digits."""
    if terms.benefit is None:
        return Division(total, terms.shares(total))
    keen = np.flatnonzero(terms.values > 0)
    star = int(keen[np.argmin(terms.costs[keen] / terms.values[keen])])
    cost, value = float(terms.costs[star]), float(terms.values[star])
    if cost - value * float(terms.marginal(total)) > _CANCELLED * cost:
        return Division(total, terms.shares(total))
    rest = np.maximum(0.0, terms.costs - terms.values * (cost / value))
    return _Reluctant(terms, terms.benefit, star, rest).division()


@dataclass(frozen=True, eq=False)
class _Reluctant:
    """A contest by the reluctance w of participant ``star``; ``rest`` is kappa_i - v_i Q' at 0."""

    terms: ContestTerms
    benefit: PublicBenefit
    star: int
    rest: Array

    def division(self) -> Division:
        cost = float(self.terms.costs[self.star])
        low = high = 2 * _CANCELLED * cost
        if not self._others(0.0).any():
            low = high = 0.0
        while low > 0 and self._excess(low) <= 0:
            low /= _STRIDE
        reluctance = root_between(self._excess, low, high)
        shares, total = self._others(reluctance), self._total(reluctance)
        shares[self.star] = 1 - reluctance * (total / self.terms.prize)
        return Division(total, shares)

    def _total(self, reluctance: float) -> float:
        cost, value = self.terms.costs[self.star], self.terms.values[self.star]
        return effort_at_slope(self.benefit, float((cost - reluctance) / value))

    def _others(self, reluctance: float) -> Array:
        """Return the shares of all but the keenest, who has zero here."""
        unwilling = self.rest + reluctance * (self.terms.values / self.terms.values[self.star])
        shares: Array = np.maximum(
            0.0, 1 - unwilling * (self._total(reluctance) / self.terms.prize)
        )
        shares[self.star] = 0.0
        return shares

    def _excess(self, reluctance: float) -> float:
        """Return by how much all shares exceed 1 together: those of the others, less 1 - own."""
        own_gap = reluctance * (self._total(reluctance) / self.terms.prize)
        return float(self._others(reluctance).sum()) - own_gap
