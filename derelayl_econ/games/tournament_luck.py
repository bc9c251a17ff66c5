r"""Who wins a tournament: the luck that is needed, and the chance that a lead in effort gives.

All but one of the submissions come with the same effort; the remaining one leads by the effort d,
in units of sigma. It wins iff its own luck plus d exceeds the *cutoff*: the M-th highest luck of
the other N - 1 if M of N win; in the continuum the quantile z of 1 - s. Given the cutoff u the
chance is 1 - F(u - d), and the density with which one more unit of lead wins is f(u - d).

With a continuum of submissions there is one cutoff. With N of them the tail 1 - F(u) at the cutoff
has the distribution Beta(M, N - M). In its logit that density is analytic and dies out at both ends
whatever M and N are, so that sums over equidistant nodes are exact to rounding where the law of
luck is analytic, too (normal, logistic, Student). With a law that has corners (uniform,
exponential) the chance that a lead gives is right to about 5e-5.

Source: order statistics; Nalebuff and Stiglitz 1983, Bell Journal of Economics 14:21.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import special, stats
from scipy.optimize import minimize_scalar

from derelayl_econ.errors import InputError
from derelayl_econ.results import frozen_array

__all__ = ["Cutoffs", "Law", "check_law"]

Array = npt.NDArray[np.float64]

_TAIL = 1e-18  # probability left out at either end of an integral
_NODES, _STEP = 129, 0.25  # at least so many nodes, and at most that far apart
_FINER = 5
_NORMAL = stats.norm()
_LEADS = 513
_LEAST_LEAD = 1e-3


class Law(Protocol):
    """A continuous distribution, as :mod:`scipy.stats` has them with their parameters fixed."""

    def pdf(self, x: Any) -> Any:
        """Return the density f."""

    def sf(self, x: Any) -> Any:
        """Return 1 - F."""

    def isf(self, q: Any) -> Any:
        """Return the inverse of 1 - F."""

    def ppf(self, q: Any) -> Any:
        """Return the inverse of F."""


def check_law(law: Any) -> Law:
    """Return the law of luck, the standard normal one if it is None."""
    if law is None:
        return _NORMAL  # type: ignore[no-any-return]
    try:
        middle = float(law.isf(0.5)), float(law.ppf(0.5))
        values: tuple[float, ...] = (*middle, float(law.pdf(middle[0])), float(law.sf(middle[0])))
    except (AttributeError, TypeError, ValueError):  # no distribution, or its parameters are open
        values = (np.nan,)
    if not np.isfinite(values).all():
        raise InputError("law", law, "be a continuous distribution such as scipy.stats.norm()")
    return law  # type: ignore[no-any-return]


@dataclass(frozen=True, eq=False)
class Cutoffs:
    """The distribution of the cutoff, on nodes; arrays of shape (K,).

    Attributes
    ----------
    law : Law
        Distribution of luck, in units of sigma.
    places, weights : array
        Cutoffs u and their probabilities.
    """

    law: Law
    places: Array
    weights: Array

    @classmethod
    def continuum(cls, law: Law, winning_share: float) -> Cutoffs:
        """Return the one cutoff of infinitely many submissions."""
        return cls(law, frozen_array([law.isf(winning_share)]), frozen_array([1.0]))

    @classmethod
    def finite(cls, law: Law, participants: int, winners: int) -> Cutoffs:
        """Return the cutoffs of N submissions, M of which win; 1 <= M < N.

        Examples
        --------
        >>> two = Cutoffs.finite(stats.norm(), 2, 1)
        >>> round(float(two.density(0.0)), 12)  # 1/(2 sqrt(pi))
        0.282094791774
        """
        above, below = winners, participants - winners
        low = special.logit(stats.beta.ppf(_TAIL, above, below))
        high = -special.logit(stats.beta.ppf(_TAIL, below, above))
        # Normal luck is as smooth as can be; of other laws nothing is known.
        finer = 1 if law is _NORMAL else _FINER
        count = finer * max(_NODES, int((high - low) / _STEP))
        logits = np.linspace(low, high, count)
        log_density = (above * special.log_expit(logits) + below * special.log_expit(-logits)
                       - special.betaln(above, below))  # fmt: skip
        mass = np.exp(log_density)
        # From the nearer end, where quantiles keep their digits.
        upper = law.isf(special.expit(np.minimum(logits, 0)))
        lower = law.ppf(special.expit(-np.maximum(logits, 0)))
        places = np.where(logits < 0, upper, lower)
        return cls(law, frozen_array(places), frozen_array(mass / mass.sum()))

    def chance(self, lead: npt.ArrayLike) -> Array:
        """Return the chance to win with a lead (in sigma), in the shape of ``lead``."""
        ahead = np.asarray(lead, dtype=np.float64)[..., None]
        return np.asarray(self.law.sf(self.places - ahead) @ self.weights)

    def density(self, lead: npt.ArrayLike) -> Array:
        """Return the growth of the chance with the lead, per sigma, in the shape of ``lead``."""
        ahead = np.asarray(lead, dtype=np.float64)[..., None]
        return np.asarray(self.law.pdf(self.places - ahead) @ self.weights)

    def leads(self) -> Array:
        """Return increasing leads, dense where the chance changes, at whose ends it is 0 and 1."""
        logits = np.linspace(special.logit(_TAIL), -special.logit(_TAIL), _LEADS)
        luck = np.where(logits < 0, self.law.ppf(special.expit(np.minimum(logits, 0))),
                        self.law.isf(special.expit(-np.maximum(logits, 0))))  # fmt: skip
        ends = (self.places.min(), self.places @ self.weights, self.places.max())
        return np.unique(np.concatenate([end - luck for end in ends]))

    def critical_ratio(self) -> float:
        """Return the least sigma^2 C''/(W + D) with which equal efforts are an equilibrium.

        With quadratic cost a lead of x instead of 0 gains, over W + D,
        P(x) - P(0) - P'(0) x - a x^2/2 with a the ratio: so a must be at least
        2 [P(x) - P(0) - P'(0) x]/x^2 for all x. A lead that would need a negative effort does no
        harm here: if it gained anything, so would no effort at all, where the payoff is higher.
        Where P(x) = 0 the largest is P'(0)^2/(2 P(0)), at x = -2 P(0)/P'(0), however far out; it is
        a bound from below if P is not 0 there.
        """
        leads = self.leads()
        best = int(self._ratio(leads).argmax())
        around = leads[max(best - 1, 0)], leads[min(best + 1, leads.size - 1)]
        found = minimize_scalar(lambda lead: -float(self._ratio(lead)), bounds=around,
                                method="bounded", options={"xatol": 1e-10})  # fmt: skip
        hopeless = float(self.density(0.0)) ** 2 / (2 * float(self.chance(0.0)))
        return max(float(self._ratio(leads[best])), -float(found.fun), hopeless)

    def _ratio(self, lead: npt.ArrayLike) -> Array:
        # Nearer to 0 rounding would show; the ratio hardly changes there.
        x = np.where(np.abs(lead) < _LEAST_LEAD, _LEAST_LEAD, lead)
        gain = self.chance(x) - self.chance(0.0) - self.density(0.0) * x
        return np.asarray(2 * gain / x**2)
