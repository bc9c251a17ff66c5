r"""Who is active in a contest, and the total effort where there is exactly one equilibrium.

In the contest of :mod:`derelayl_econ.games.contest` a participant who exerts effort e_i > 0 in an
equilibrium of total E has the share s_i(E) = 1 - (kappa_i - v_i Q'(E)) E/R of it, by the
first-order condition, and one who exerts none has s_i(E) <= 0. So the totals of equilibria solve

    F(E) = sum_i max(0, s_i(E)) = 1.

*Without public benefit* (v = 0), costs ascending: participant m is active iff
sum_(j<m) kappa_j > (m-2) kappa_m, and then E = R (m-1)/sum_(j<=m) kappa_j for the last such m.

*Concave Q*: one root. Let E_min be the largest effort with v_i Q'(E) >= kappa_i for some i (0 if
there is none). Below it that participant's share exceeds 1, so F > 1. From E_min on every
(kappa_i - v_i Q'(E)) E >= 0 rises, so F falls strictly as long as it is positive. At E_min F >= 1
(for E_min = 0 it starts at N), and it ends at 0. At the root no share exceeds 1, and payoffs are
concave, so everybody is at his best. It is at least R/(kappa_1 + kappa_2), the total of the two
keenest alone.

Proved: theorem T3 in proofs/ (all but that a root exists).

Source: theory notes, section 2.4; Cornes and Hartley 2005, Economic Theory 26:923.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from derelayl_econ.equilibrium.ball import integers
from derelayl_econ.games.contest_formulas import CONTEST_TOTAL
from derelayl_econ.games.contest_terms import ContestTerms, Division
from derelayl_econ.games.effort_at_slope import effort_at_slope

__all__ = [
    "alone",
    "concave_total",
    "last_total",
    "least_total",
    "prize_only",
    "root_between",
]

Array = npt.NDArray[np.float64]

_DOUBT = 1e-9  # relative; cumulated rounding of a million costs is far below


def prize_only(prize: float, costs: Array) -> Division:
    """Return the equilibrium of a contest for a prize >= 0 alone; N >= 2.

    Examples
    --------
    >>> found = prize_only(6.0, np.array([3.0, 1.0, 2.0]))
    >>> found.total, found.shares.round(12)
    (2.0, array([0.        , 0.66666667, 0.33333333]))
    """
    rising = np.sort(costs)
    count = _active_count(rising)
    active = rising[:count]
    total = float(active.sum())
    # s_i = 1 - (m-1) kappa_i/sum, from differences of costs: every active share stays positive.
    # Equal costs are active together.
    margin = active[0] - float(_shortfall(active)[-1])
    shares = (margin + (count - 1) * (active[-1] - costs)) / total
    shares[costs > active[-1]] = 0.0
    return Division(float(CONTEST_TOTAL(prize=prize, active=count, cost_sum=total)), shares)


def _active_count(rising: Array) -> int:
    """Return m; decided in integers where rounding might decide it."""
    shortfall = _shortfall(rising)
    count = 1 + int(np.searchsorted(shortfall, rising[0], side="left"))
    if (np.abs(shortfall[count - 2 : count] - rising[0]) > _DOUBT * rising[0]).all():
        return count
    while not _is_active(rising[:count]):
        count -= 1
    while count < rising.size and _is_active(rising[: count + 1]):
        count += 1
    return count


def _shortfall(rising: Array) -> Array:
    """Return sum_(1<j<m) (kappa_m - kappa_j) for m = 2, ..., N; m is active iff below kappa_1."""
    return np.asarray(np.cumsum(np.arange(rising.size - 1) * np.diff(rising)))


def _is_active(rising: Array) -> bool:
    """Decide exactly whether the last of these is active."""
    exact, _ = integers(rising)
    return sum(exact) > (len(exact) - 1) * exact[-1]


def alone(terms: ContestTerms) -> float:
    """Return E_min (legs): the most that anybody would exert without a prize, and alone."""
    if terms.benefit is None:
        return 0.0
    keen = terms.values > 0
    return effort_at_slope(terms.benefit, float((terms.costs[keen] / terms.values[keen]).min()))


def least_total(terms: ContestTerms) -> float:
    """Return R/(kappa_1 + kappa_2) (legs), which no total falls short of; prize > 0."""
    return terms.prize / float(np.partition(terms.costs, 1)[:2].sum())


def concave_total(terms: ContestTerms) -> float:
    """Return the one root of F = 1 (legs) where the benefit is concave; prize > 0."""
    return last_total(terms, max(least_total(terms), alone(terms)))


def last_total(terms: ContestTerms, low: float) -> float:
    """Return the root of F = 1 from ``low`` on, where every share falls; ``low`` if F < 1 there."""
    high, factor = low, 1.0
    while (shares := terms.shares(high)).sum() > 1:
        terms = terms.pick(shares > 0)  # who is not active here is not active at any larger total
        factor *= 2
        low, high = high, factor * high
    return root_between(terms.excess, low, high)


def root_between(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the root of a function that is positive at ``low`` > 0 and not at ``high``.

    ``high`` if the two are the same.
    """
    if low == high:
        return high
    span = math.log(high / low)

    def at(distance: float) -> float:  # the ends exactly, or rounding might hide the change of sign
        return high if distance >= span else low * math.exp(distance)

    return at(brentq(lambda distance: function(at(distance)), 0.0, span, xtol=1e-15))
