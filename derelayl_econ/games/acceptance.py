r"""The acceptance law of a hold-out gate, as formulas and over arrays.

A submission with true improvement mu ~ N(m, s^2) is measured on V samples with per-sample spread
sigma and accepted iff the measured improvement exceeds tau:
P = Phi((m - tau)/sqrt(s^2 + sigma^2/V)). Nobody chooses anything here;
:mod:`derelayl_econ.games.gate` defines the trainer's problem. With s = sigma = 0 the measurement is
exact and the verdict certain: accepted iff m > tau. Source: theory notes, section 4.1a.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.domains import NON_NEGATIVE, REAL, check_array
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "ACCEPTANCE",
    "FLOOR",
    "HALF_SIZE",
    "SCORE",
    "acceptance_probability",
    "gate_floor",
    "gate_score",
    "half_size",
]

Array = npt.NDArray[np.float64]

_SOURCE = "theory notes, section 4.1a"
_M, _TAU, _S = symbol("improvement"), symbol("margin"), symbol("spread")
_SIGMA, _V = symbol("noise"), symbol("hold_out")


def _normal(scale: sp.Expr) -> sp.Expr:
    """Phi((m - tau)/scale), with all digits in the lower tail.

    The shortfall tau - m is one bracket: SymPy turns erfc(-z) with a bare sign into 2 - erfc(z),
    which has none left there.
    """
    return sp.erfc((_TAU - _M) / (scale * sp.sqrt(2))) / 2


_SCATTER = sp.sqrt(_S**2 + _SIGMA**2 / _V)
SCORE = Formula("score at the gate", (_M - _TAU) / _SCATTER, _SOURCE)
ACCEPTANCE = Formula("acceptance probability", _normal(_SCATTER), _SOURCE)
FLOOR = Formula("acceptance with an endless hold-out", _normal(_S), _SOURCE)
HALF_SIZE = Formula("hold-out size V* that doubles the variance", _SIGMA**2 / _S**2, _SOURCE)


def gate_score(
    improvement: Any, spread: Any, noise: Any, *, margin: float, hold_out: float
) -> Array:
    """Return the standardised score; plus or minus infinity where the verdict is certain.

    Parameters
    ----------
    improvement, spread, noise : array_like
        m, s >= 0 and sigma >= 0 (loss), broadcast together.
    margin : float
        tau (loss).
    hold_out : float
        V (samples).

    Raises
    ------
    InputError
        If an array is outside its domain or the shapes do not fit together.

    Examples
    --------
    >>> gate_score([0.1, 0.05], 0.03, 0.4, margin=0.05, hold_out=100).round(6)
    array([1., 0.])
    """
    m, s, sigma = _inputs(improvement, spread, noise)
    score = SCORE(improvement=m, spread=s, noise=sigma, margin=margin, hold_out=hold_out)
    return _certain(m, s, sigma, margin, score, (-np.inf, np.inf))


def acceptance_probability(
    improvement: Any, spread: Any, noise: Any, *, margin: float, hold_out: float
) -> Array:
    """Return the probability of acceptance; parameters and errors as in :func:`gate_score`.

    Examples
    --------
    >>> print(f"{acceptance_probability(0.1, 0.03, 0.4, margin=0.05, hold_out=100):.4f}")
    0.8413
    """
    m, s, sigma = _inputs(improvement, spread, noise)
    accepted = ACCEPTANCE(improvement=m, spread=s, noise=sigma, margin=margin, hold_out=hold_out)
    return _certain(m, s, sigma, margin, accepted, (0.0, 1.0))


def gate_floor(improvement: Any, spread: Any, *, margin: float) -> Array:
    """Return the limit of the acceptance probability for ever larger hold-outs.

    For s = 0 it is 1, 1/2 or 0 as m is above, at or below the margin (1/2 being the limit for any
    noise, however small, but not for none at all).

    Examples
    --------
    >>> gate_floor([0.2, 0.1, 0.0], 0, margin=0.1)
    array([1. , 0.5, 0. ])
    """
    m, s, _ = _inputs(improvement, spread, 0.0)
    accepted = FLOOR(improvement=m, spread=s, margin=margin)
    return np.asarray(np.where(s == 0, np.heaviside(m - margin, 0.5), accepted))


def half_size(spread: Any, noise: Any) -> Array:
    """Return V* = sigma^2/s^2, the hold-out whose noise equals the spread of the submissions.

    Infinite for s = 0 < sigma, 0 for sigma = 0.

    Examples
    --------
    >>> half_size([0.05, 0.0], 0.5).round(6)
    array([100.,  inf])
    """
    _, s, sigma = _inputs(0.0, spread, noise)
    return np.asarray(np.where(sigma == 0, 0.0, HALF_SIZE(spread=s, noise=sigma)))


def _certain(
    m: Array, s: Array, sigma: Array, margin: float, value: Array, verdict: tuple[float, float]
) -> Array:
    """Put the certain verdicts (refuse, accept) in where nothing is random."""
    refuse, accept = verdict
    sure = np.where(m > margin, accept, refuse)
    return np.asarray(np.where((s == 0) & (sigma == 0), sure, value))


def _inputs(improvement: Any, spread: Any, noise: Any) -> tuple[Array, Array, Array]:
    arrays = (
        check_array("improvement", improvement, REAL, ndim=None),
        check_array("spread", spread, NON_NEGATIVE, ndim=None),
        check_array("noise", noise, NON_NEGATIVE, ndim=None),
    )
    try:
        m, s, sigma = np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = ", ".join(str(a.shape) for a in arrays)
        raise InputError("improvement, spread, noise", f"shapes {shapes}",
                         "have shapes that fit together") from None  # fmt: skip
    return m, s, sigma
