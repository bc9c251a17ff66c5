r"""Expectations over the other members of a group drawn at random from a population.

Setting: a group of N is one focal member and n = N - 1 others. In an infinite population with
shares x the others are a multinomial sample; in a finite one they are drawn without replacement
from the Z - 1 who are left, a (multivariate) hypergeometric sample. What the focal member earns
depends on the *composition* of the others: how many of them play each of m strategies.

The binomial case, m = 2 and an infinite population, is that of
:mod:`derelayl_econ.equilibrium.binomial`; the univariate hypergeometric mean here works the same
way: terms relative to the mode, outward until what is left out is below 1e-18 of the sum.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, xlogy

from derelayl_econ.compilation import compiled

__all__ = [
    "hypergeometric_mean",
    "hypergeometric_weights",
    "multinomial_weights",
]

Array = npt.NDArray[np.float64]

_TAIL = 1e-18


def multinomial_weights(counts: npt.NDArray[np.int64], shares: Array) -> Array:
    """Return the probability of each composition of the others in an infinite population.

    Parameters
    ----------
    counts : array of int, shape (K, m)
        Compositions of one total.
    shares : array, shape (..., m)

    Returns
    -------
    array, shape (..., K)

    Examples
    --------
    >>> from derelayl_econ.equilibrium.compositions import compositions
    >>> print(multinomial_weights(compositions(2, 2), np.array([0.5, 0.5])))
    [0.25 0.5  0.25]
    """
    ways = gammaln(counts[0].sum() + 1) - gammaln(counts + 1).sum(axis=1)
    weights = np.exp(ways + xlogy(counts, shares[..., None, :]).sum(axis=-1))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def hypergeometric_weights(
    counts: npt.NDArray[np.int64], pool: npt.NDArray[np.int64]
) -> Array:  # fmt: skip
    """Return the probability of each composition when drawn from ``pool`` without replacement.

    Parameters
    ----------
    counts : array of int, shape (K, m)
        Compositions of one total, at most the size of the pool.
    pool : array of int, shape (m,)
        How many can be drawn of each strategy.

    Returns
    -------
    array, shape (K,)

    Examples
    --------
    >>> from derelayl_econ.equilibrium.compositions import compositions
    >>> hypergeometric_weights(compositions(2, 2), np.array([2, 1])) * 3
    array([1., 2., 0.])
    """
    total = int(counts[0].sum())
    logs = np.zeros(counts.shape[0])
    for column, available in zip(counts.T, pool.tolist(), strict=True):
        logs += _log_choices(available, total)[column]
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _log_choices(available: int, most: int) -> Array:
    """Return log C(available, a) for a = 0, ..., most; -inf beyond ``available``."""
    taken = np.arange(1, most + 1)
    with np.errstate(divide="ignore"):
        steps = np.log(np.maximum(available - taken + 1, 0) / taken)
    return np.concatenate([[0.0], np.cumsum(steps)])


def hypergeometric_mean(values: Array, marked: npt.NDArray[np.int64], total: int) -> Array:
    """Return E[values[K]], K the marked among n = len(values) - 1 drawn from ``total``.

    Parameters
    ----------
    values : array, shape (n + 1,), n <= total
    marked : array of int, any shape, entries in [0, total]
        How many of the ``total`` are marked.

    Returns
    -------
    array of the shape of ``marked``
        Relative error about 1e-13 where the values do not cancel.

    Examples
    --------
    >>> hypergeometric_mean(np.array([0.0, 1.0, 2.0]), np.array([0, 5, 10]), 10)  # 2 marked/10
    array([0., 1., 2.])
    """
    if values.size == 2:  # one other: linear
        share = marked / total
        return np.asarray(values[0] * (1 - share) + values[1] * share)
    flat = np.ascontiguousarray(marked.ravel(), dtype=np.float64)
    out = np.empty(flat.size)
    _fill_means(np.ascontiguousarray(values, dtype=np.float64), flat, float(total), out)
    return out.reshape(marked.shape)


@compiled
def _fill_means(values: Array, marked: Array, total: float, out: Array) -> None:
    largest = np.abs(values).max()
    for i in range(marked.size):
        out[i] = _mean(values, marked[i], total, largest)


@compiled
def _mean(values: Array, marked: float, total: float, largest: float) -> float:
    drawn = values.size - 1.0
    first = max(0.0, drawn - (total - marked))
    last = min(drawn, marked)
    mode = np.floor((drawn + 1.0) * (marked + 1.0) / (total + 2.0))
    mode = min(last, max(first, mode))
    sum_, mean, size = 1.0, values[int(mode)], abs(values[int(mode)])
    term, k = 1.0, mode
    while k < last:
        ratio = (marked - k) / (k + 1.0) * ((drawn - k) / (total - marked - drawn + k + 1.0))
        k += 1.0
        term *= ratio
        sum_ += term
        mean += term * values[int(k)]
        size += term * abs(values[int(k)])
        # The law is log-concave: what is left is below term * ratio / (1 - ratio).
        if term < _TAIL and (term == 0.0 or term * largest <= _TAIL * size * (1.0 - ratio)):
            break
    term, k = 1.0, mode
    while k > first:
        ratio = k / (marked - k + 1.0) * ((total - marked - drawn + k) / (drawn - k + 1.0))
        k -= 1.0
        term *= ratio
        sum_ += term
        mean += term * values[int(k)]
        size += term * abs(values[int(k)])
        if term < _TAIL and (term == 0.0 or term * largest <= _TAIL * size * (1.0 - ratio)):
            break
    return mean / sum_  # type: ignore[no-any-return]
