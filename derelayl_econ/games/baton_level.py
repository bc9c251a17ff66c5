r"""One level of the baton game: how likely members volunteer, given what the next level is worth.

The stage (theory notes, section 3.2; players, payoffs and the proof of uniqueness are in
:mod:`derelayl_econ.games.baton`): N members volunteer or wait; z = probability that one waits, so
y = z^(N-1) is the probability that all others wait. With net cost n = c - lambda g > 0 and headway
d = (1-delta) V_next - v q, *best response* to z is to volunteer iff

    N delta d/(1 - delta z^(N-1)) >= n sum_(j=0)^(N-1) z^(-j),

and the *equilibrium* is the one z where both sides are equal, if delta d/(1-delta) > n; else z = 1.

In a = -N ln z > 0 both sides keep their digits for N = 1e6 as for p = 1e-12, and N = infinity is
the same equation with 1/N = 0. Both sides minus their values at z = 1 give

    excess = delta d/(1-delta) - n = delta^2 d (1-e^(-b))/((1-delta)(1-delta e^(-b))) + n (S-1)

with b = a (N-1)/N and S = (e^a - 1)/(N (e^(a/N) - 1)): the right side rises from 0 without bound.
"""

from __future__ import annotations

import math

import sympy as sp
from scipy.optimize import brentq

from derelayl_econ.errors import SolverError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "INDIFFERENCE",
    "LIMIT_INDIFFERENCE",
    "SHARE",
    "VALUE",
    "VOLUNTEER_GAIN",
    "WAIT",
    "solve_intensity",
    "solve_level",
]

_N, _P, _A = symbol("participants"), symbol("join_probability"), symbol("intensity")
_NET, _D, _DELTA = symbol("net_cost"), symbol("headway"), symbol("discount")
_V, _Q, _NEXT = symbol("value"), symbol("quality"), symbol("next_value")
_SOURCE = "theory notes, section 3.2"


def _all_wait(count: sp.Expr) -> sp.Expr:
    # z^count, as an exponential: keeps p = 1e-12 apart from 0.
    return sp.exp(count * sp.log(1 - _P))


_Y, _NOBODY = _all_wait(_N - 1), _all_wait(_N)
_SHARE = (1 - _NOBODY) / (_N * _P)

SHARE = Formula("chance that a volunteer is drawn", _SHARE, "binomial mean of 1/(1 + others)")
"""E[1/(1+K)], K of the N - 1 others volunteering with p each; 0/0 at p = 0, where it is 1."""

INDIFFERENCE = Formula(
    "indifference between volunteering and waiting",
    _N * _DELTA * _D / (1 - _DELTA * _Y) - _NET * (1 / _NOBODY - 1) / (1 / (1 - _P) - 1),
    _SOURCE,
)
"""Zero at the equilibrium; falls in p where d >= 0 and n > 0. The sum over j is added up."""

VOLUNTEER_GAIN = Formula(
    "gain of volunteering over waiting when all others volunteer with p",
    (_DELTA * _Y * _D - _NET * _SHARE * (1 - _DELTA * _Y)) / (1 - _DELTA * _NOBODY),
    "from theory notes, section 3.2",
)
"""Money, when everybody keeps to p at this level; 0/0 at p = 0, limit delta d/(1-delta) - n."""

WAIT = Formula("expected wait of a leg", 1 / (1 - _NOBODY), _SOURCE)
"""1/(1 - z^N) legs, the successful one included."""

VALUE = Formula(
    "value of a level",
    (_V * _Q + (1 - _Y) * _DELTA * _NEXT) / (1 - _Y * _DELTA),
    _SOURCE,
)
"""V_k where waiting is a best response (n_k >= 0); p = 0 gives v q/(1 - delta)."""

LIMIT_INDIFFERENCE = Formula(
    "indifference for N to infinity",
    _DELTA * _D / (1 - _DELTA * sp.exp(-_A)) - _NET * (sp.exp(_A) - 1) / _A,
    _SOURCE,
)
"""Zero at a = -lim N ln z; the wait is then 1/(1 - e^(-a)) legs and does not vanish."""

_LARGEST = 700.0  # exp(700) is finite, and no pair of float costs needs a larger intensity
_SERIES_TERMS = 20


def solve_intensity(
    *, excess: float, net_cost: float, headway: float, discount: float, shrink: float
) -> float:
    """Return a = -N ln z of the equilibrium of an active level.

    Parameters
    ----------
    excess : float
        delta d/(1-delta) - n > 0 (money), separately because it may be far smaller than both.
    net_cost, headway : float
        n > 0 and d > 0 (money).
    discount : float
        delta in (0, 1).
    shrink : float
        1/N, or 0 for infinitely many members.

    Raises
    ------
    SolverError
        If the root lies beyond what floats can hold.

    Examples
    --------
    >>> a = solve_intensity(excess=0.4, net_cost=1.4, headway=0.2, discount=0.9, shrink=1 / 6)
    >>> round(-math.expm1(-a / 6), 6)
    0.005993
    """
    pull = discount**2 * headway / (1 - discount)

    def distance(log_intensity: float) -> float:
        intensity = math.exp(log_intensity)
        fall, growth = -math.expm1(-intensity * (1 - shrink)), _growth(intensity, shrink)
        rest = 1 - discount + discount * fall
        if excess > net_cost:  # far from the stop level: no digits are lost in whole sides
            return math.log(net_cost * (1 + growth) * rest / (discount * headway))
        return math.log((pull * fall / rest + net_cost * growth) / excess)

    low, high = _bracket(excess, pull / (1 - discount) + net_cost * math.e)
    if not distance(high) > 0:
        raise SolverError(f"the net cost {net_cost:g} is too small against the excess {excess:g}")
    return math.exp(brentq(distance, low, high, xtol=1e-14, rtol=1e-15))


def solve_level(
    *, excess: float, net_cost: float, headway: float, discount: float, shrink: float
) -> tuple[float, float]:
    """Return (a, m) of an active level: the intensity and m = (1-delta) V - v q (money).

    Parameters as in :func:`solve_intensity`, but any sign of the net cost: where training pays by
    itself everybody volunteers (a infinite) and shares what is earned.

    Proved: theorem B in proofs/.
    """
    if net_cost <= 0:
        return math.inf, discount * headway - (1 - discount) * net_cost * shrink
    intensity = solve_intensity(
        excess=excess, net_cost=net_cost, headway=headway, discount=discount, shrink=shrink
    )
    taken = -math.expm1(-intensity * (1 - shrink))  # by one of the others
    return intensity, discount * taken * headway / (1 - discount + discount * taken)


def _bracket(excess: float, slope: float) -> tuple[float, float]:
    """Return logarithms of intensities below the root and above; right side <= slope a, a <= 1."""
    low = min(0.0, math.log(excess) - math.log(slope)) - 1.0 if slope < math.inf else -math.inf
    if low < -_LARGEST:
        raise SolverError(f"the excess {excess:g} is too small against the stakes {slope:g}")
    return low, math.log(_LARGEST)


def _growth(intensity: float, shrink: float) -> float:
    """Return S - 1 = (1/N) sum_(j<N) (e^(ja/N) - 1), without cancellation."""
    whole, part = _phi(intensity), _phi(intensity * shrink)
    return (whole - part) / (1 + part)


def _phi(x: float) -> float:
    """Return (e^x - 1)/x - 1 for x >= 0, without cancellation."""
    if x > 1:
        return math.expm1(x) / x - 1
    term = total = x / 2
    for order in range(3, _SERIES_TERMS):
        term *= x / order
        total += term
    return total
