r"""Settlement as a tournament in formulas, each written once.

Every submission gains e + sigma eps, eps being luck with density f. A share s of the submissions
wins W each and the deposit D back; z is the luck with which one just wins where all exert the same
effort, and f(z) its density (of normal luck in the continuum: phi(z), z the quantile of 1 - s).

Source: theory notes, section 2.5 (own analysis of the public simulation's rule); for the
first-order condition Lazear and Rosen 1981, Journal of Political Economy 89:841. Proved: theorem W
in proofs/.
"""

from __future__ import annotations

from functools import cache

import sympy as sp
from scipy.optimize import minimize_scalar

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "DEPOSIT_BOUND",
    "FINITE_DENSITY",
    "INCENTIVE",
    "NOISE_RATIO",
    "NORMAL_DENSITY",
    "NORMAL_TAIL",
    "QUADRATIC_COST",
    "TOURNAMENT_PAYOFF",
    "largest_falling_deposit",
]

_W, _D, _SIGMA = symbol("winner_prize"), symbol("deposit"), symbol("luck")
_Z, _F, _C2, _E = symbol("cutoff"), symbol("density"), symbol("bend"), symbol("own_effort")
_S, _N, _P, _COST = (symbol(s) for s in ("winning_share", "participants", "win_chance", "cost"))
_SOURCE = "theory notes, section 2.5"

TOURNAMENT_PAYOFF = Formula(
    "payoff of a submission", (_W + _D) * _P - _D - _COST, f"{_SOURCE}; own analysis"
)
"""Money: the winners' prize and deposit with probability p, less the deposit and the effort."""

INCENTIVE = Formula("what one more unit of effort wins", (_W + _D) * _F / _SIGMA, _SOURCE)
"""(W + D) f(z)/sigma, money per score; the marginal cost of effort equals it."""

QUADRATIC_COST = Formula("quadratic cost of effort", _C2 * _E**2 / 2, _SOURCE)
"""C(e), money."""

NOISE_RATIO = Formula("noise ratio", _SIGMA**2 * _C2 / (_W + _D), f"{_SOURCE}; own analysis")
"""sigma^2 C''/(W + D): with quadratic cost an equilibrium exists iff it is large enough."""

NORMAL_DENSITY = Formula(
    "standard normal density", sp.exp(-(_Z**2) / 2) / sp.sqrt(2 * sp.pi), "definition"
)
NORMAL_TAIL = Formula(
    "standard normal tail", sp.erfc(_Z / sp.sqrt(2)) / 2, "definition"
)  # fmt: skip
"""1 - Phi(z): in the continuum, the winning share s."""

FINITE_DENSITY = Formula(
    "density at the cutoff of N submissions, to first order in 1/N",
    _F - _S * (1 - _S) / (2 * (_N + 1) * _F),
    f"{_SOURCE}; own analysis",
)
"""For normal luck, f and s being phi(z) and the share of N in the continuum: N weakens effort."""

DEPOSIT_BOUND = Formula(
    "deposit at which effort stops falling in the winning share, over the prize per submission",
    (NORMAL_DENSITY.expression / NORMAL_TAIL.expression - _Z) / (_Z * NORMAL_TAIL.expression),
    f"{_SOURCE}; own analysis",
)
"""With W = T/s: effort falls in s at the share 1 - Phi(z), z > 0, iff D/T is below it."""


@cache
def largest_falling_deposit() -> float:
    """Return the largest D/T with which effort falls in the winning share throughout.

    With a fixed *total* prize T per submission, W = T/s, the incentive is
    (T phi(z)/s + D phi(z))/sigma. The first term falls in s, the second rises up to s = 1/2. Their
    sum falls at all s iff D/T is at most this number, the minimum of DEPOSIT_BOUND over z; with a
    larger deposit effort falls, rises and falls again.

    Examples
    --------
    >>> round(largest_falling_deposit(), 4)
    3.2917
    """
    found = minimize_scalar(lambda z: float(DEPOSIT_BOUND(cutoff=z)), bounds=(0.1, 3.0),
                            method="bounded", options={"xatol": 1e-12})  # fmt: skip
    return float(found.fun)
