r"""How far the mean of sampled contributions may lie from what it estimates.

Given are m independent draws of n contributions (rows are draws, columns are players). Intervals of
two kinds:

- *Student's t*: per player; as wide as it should be in the limit of many draws (central limit
  theorem), exact at any m only for normal contributions;
- *bounded*: for contributions that lie between two numbers a distance of ``span`` apart, at any
  number of draws, for all players together. Half of the error probability is given to Hoeffding's
  inequality (1963, theorem 2), half to the empirical Bernstein bound (Maurer and Pontil 2009,
  theorem 4), each shared equally by the players and by the two sides; the narrower one counts.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["bounded_half_width", "standard_errors", "student_half_width"]

Array = npt.NDArray[np.float64]


def standard_errors(drawn: Array) -> Array:
    """Return the standard error of each column's mean, shape (n,).

    Parameters
    ----------
    drawn : ndarray, shape (m, n)
        At least two draws.

    Examples
    --------
    >>> standard_errors(np.array([[0.0, 1.0], [2.0, 1.0]]))
    array([1., 0.])
    """
    return np.asarray(drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn)))


def student_half_width(drawn: Array, confidence: float) -> Array:
    """Return the half-width of Student's interval of each column's mean, shape (n,).

    Examples
    --------
    >>> student_half_width(np.array([[0.0, 1.0], [2.0, 1.0]]), 0.5).round(12)
    array([1., 0.])
    """
    from scipy.stats import t

    quantile = t.ppf((1 + confidence) / 2, len(drawn) - 1)
    return np.asarray(quantile * standard_errors(drawn))


def bounded_half_width(drawn: Array, confidence: float, span: float) -> Array:
    """Return half-widths that hold for all columns at once, at any number of draws, shape (n,).

    Parameters
    ----------
    drawn : ndarray, shape (m, n)
        At least two draws, each entry in an interval of length ``span``.
    confidence : float
        Probability with which all means lie within their half-widths, at least.
    span : float

    Examples
    --------
    >>> bounded_half_width(np.array([[0.0, 1.0], [1.0, 1.0]]), 0.5, 1.0).round(3)
    array([0.833, 0.833])
    """
    count, players = drawn.shape
    error = (1 - confidence) / (4 * players)  # two bounds, two sides, all players
    hoeffding = span * math.sqrt(math.log(1 / error) / (2 * count))
    log = math.log(2 / error)
    bernstein = math.sqrt(2 * log) * standard_errors(drawn) + 7 * span * log / (3 * (count - 1))
    return np.asarray(np.minimum(hoeffding, bernstein))
