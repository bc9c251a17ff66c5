r"""Expectations under a binomial number of others, summed only where the mass is.

Setting: each of n others trains independently with probability p; g_k is what a participant gains
when exactly k of them do. The expected gain G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k is what every
solver of symmetric two-action games evaluates, also for a million participants.

Method: terms relative to the mode, by the ratio of neighbouring binomial probabilities, outward
until a geometric bound on everything left out (times max |g|) is below 1e-18 of the sum; divided by
the sum of the same relative terms, so that no factorial is needed, nothing overflows, and a
constant g comes out exactly. About 17 standard deviations of terms are visited, not N.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.kernels import means_at

__all__ = ["binomial_mean"]

Array = npt.NDArray[np.float64]


def binomial_mean(values: npt.ArrayLike, probability: npt.ArrayLike) -> Array:
    """Return E[values[K]] for K ~ Bin(len(values) - 1, probability).

    Parameters
    ----------
    values : array of shape (n + 1,)
    probability : array of any shape, entries in [0, 1]

    Returns
    -------
    array of the shape of ``probability``
        Relative error about 1e-13 where the values do not cancel (measured against exact
        rationals); absolute error about 1e-13 max |values| otherwise.

    Examples
    --------
    >>> binomial_mean([0, 1, 2, 3, 4], [0.0, 0.25, 1.0])  # the mean n p
    array([0., 1., 4.])
    """
    points = np.asarray(probability, dtype=np.float64)
    out = np.empty(points.size)
    means_at(np.ascontiguousarray(values, dtype=np.float64), points.ravel(), out)
    return out.reshape(points.shape)
