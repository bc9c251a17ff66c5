r"""How often the majority of an odd number of correlated votes is wrong.

Votes on one submission share a chance of being wrong that is drawn from a Beta law with mean
``error`` (and correlation rho between two votes), so the number of wrong votes is beta-binomial;
rho = 0 is the binomial. It is evaluated as a Polya urn: with
F_k(u) = prod_{i<k} (i rho + u (1 - rho)),

    P(k wrong of m) = C(m, k) F_k(error) F_{m-k}(1 - error) / F_m(1),

which is the binomial at rho = 0 and loses no digits near it, unlike a ratio of Beta functions.

Adding two votes changes the majority error by a multiple of E[(p(1-p))^h (2p - 1)], h = (m+1)/2,
p the drawn chance: it falls with m iff error < 1/2 and rises iff error > 1/2. Sources: theory
notes, section 1.3; Skellam 1948 (beta-binomial); Hoeffding 1963, theorem 1.

Proved: theorem X in proofs/.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol

__all__ = ["HOEFFDING_BOUND", "majority_error", "majority_limit", "wrong_vote_law"]

HOEFFDING_BOUND = Formula(
    "Hoeffding bound of a majority error",
    sp.exp(-2 * symbol("committee_size") * (sp.Rational(1, 2) - symbol("false_reject")) ** 2),
    "Hoeffding 1963, theorem 1; theory notes, section 1.3",
)


def majority_limit(error: float, correlation: float = 0.0) -> float:
    """Return the majority error of an infinitely large committee: the Beta tail beyond 1/2.

    Parameters
    ----------
    error, correlation : float
        Probability that one vote is wrong, and intra-class correlation, both in [0, 1).

    Raises
    ------
    InputError
        If an argument is outside its domain.

    Examples
    --------
    >>> print(f"{majority_limit(0.25, 0.2):.4f} {majority_limit(0.25)}")
    0.1250 0.0
    """
    from scipy.special import betaincc

    checked = check(false_reject=error, correlation=correlation)
    rate, rho = checked["false_reject"], checked["correlation"]
    if rate == 0:
        return 0.0
    if rho == 0:
        return float(np.heaviside(rate - 0.5, 0.5))
    scale = (1 - rho) / rho
    return float(betaincc(rate * scale, (1 - rate) * scale, 0.5))


def wrong_vote_law(size: int, error: float, correlation: float = 0.0) -> npt.NDArray[np.float64]:
    """Return the probabilities of 0, 1, ..., ``size`` wrong votes, shape (size + 1,).

    Parameters and errors as in :func:`majority_error`.

    Examples
    --------
    >>> wrong_vote_law(3, 0.5).round(6)
    array([0.125, 0.375, 0.375, 0.125])
    """
    return np.exp(_log_law(**_checked(size, error, correlation)))


def majority_error(size: int, error: float, correlation: float = 0.0) -> float:
    """Return the probability that more than half of ``size`` correlated votes are wrong.

    Parameters
    ----------
    size : int
        Odd number of votes.
    error, correlation : float
        Probability that one vote is wrong, and intra-class correlation, both in [0, 1).

    Raises
    ------
    InputError
        If an argument is outside its domain.

    Examples
    --------
    >>> print(f"{majority_error(3, 0.25):.6f}")
    0.156250
    """
    from scipy.special import logsumexp

    checked = _checked(size, error, correlation)
    if checked["error"] == 0:
        return 0.0
    return min(1.0, math.exp(logsumexp(_log_law(**checked)[checked["size"] // 2 + 1 :])))


def _checked(size: int, error: float, correlation: float) -> dict[str, Any]:
    values = check(committee_size=size, false_reject=error, correlation=correlation)
    return dict(zip(("size", "error", "correlation"), values.values(), strict=True))


def _log_law(size: int, error: float, correlation: float) -> npt.NDArray[np.float64]:
    """Log probabilities of 0..m wrong votes, as a Polya urn (module docstring)."""
    from scipy.special import gammaln

    steps = np.arange(size)

    def rising(start: float) -> npt.NDArray[np.float64]:
        with np.errstate(divide="ignore"):  # a validator who never errs: log 0 = -inf is meant
            logs = np.log(steps * correlation + start * (1 - correlation))
        return np.concatenate([[0.0], np.cumsum(logs)])

    count = np.arange(size + 1)
    choose = gammaln(size + 1) - gammaln(count + 1) - gammaln(size - count + 1)
    law: npt.NDArray[np.float64] = choose + rising(error) + rising(1 - error)[::-1] - rising(1)[-1]
    return law
