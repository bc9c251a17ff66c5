r"""Fixation and stationary laws of chains that move by one, in logarithms.

A chain on k = 0, ..., Z goes up with probability T+(k) and down with T-(k). If both ends are
absorbing, the probability to reach Z from i is

    phi_i = (1 + sum_(m=1)^(i-1) prod_(j<=m) g_j) / (1 + sum_(m=1)^(Z-1) prod_(j<=m) g_j),

with g_j = T-(j)/T+(j) (Karlin and Taylor 1975, chapter 4). If no end is absorbing, the stationary
law is pi_k proportional to prod_(j=1)^k T+(j-1)/T-(j). Products of a million ratios neither fit
into floats nor into their exponents, so logarithms are summed, with compensation, and sums of
exponentials are kept relative to the largest term met so far: the logarithm of phi is right to a
few units in the last place of the largest partial sum of log ratios, at any Z.

A chain of rare jumps between m states has its stationary law from the elimination of states
(Grassmann, Taksar and Heyman 1985), which subtracts nothing; done in logarithms it takes jump
probabilities as small as exp(-10^6), where QuantEcon's ``gth_solve`` sees only zeros.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from derelayl_econ.compilation import compiled

__all__ = ["log_fixation", "log_fixation_from", "log_stationary", "rare_jump_law"]

Array = npt.NDArray[np.float64]

_HEADROOM = 20.0


def log_fixation(log_ratios: Array) -> Array:
    """Return log phi_i for i = 0, ..., Z.

    Parameters
    ----------
    log_ratios : array, shape (Z - 1,)
        log(T-(k)/T+(k)), k = 1, ..., Z-1.

    Examples
    --------
    Twice the fitness in a population of three: (1 - 1/2)/(1 - 1/8) = 4/7.

    >>> print(np.exp(log_fixation(np.log([0.5, 0.5]))) * 7)
    [0. 4. 6. 7.]
    """
    sums = np.empty(log_ratios.size + 1)
    _log_partial_sums(np.ascontiguousarray(log_ratios), sums)
    return np.concatenate([[-np.inf], sums - sums[-1]])


def log_fixation_from(log_ratios: Array, start: int) -> float:
    """Return log phi_i for one i = ``start`` in 1, ..., Z; faster than the whole list.

    Examples
    --------
    >>> round(float(np.exp(log_fixation_from(np.log([0.5, 0.5]), 1))) * 7, 12)
    4.0
    """
    products = np.concatenate([[0.0], _compensated(np.ascontiguousarray(log_ratios))])
    return _log_sum(products[:start]) - _log_sum(products)


def log_stationary(log_up: Array, log_down: Array) -> Array:
    """Return the logarithm of the stationary law on k = 0, ..., Z.

    Parameters
    ----------
    log_up : array, shape (Z,)
        log T+(k), k = 0, ..., Z-1.
    log_down : array, shape (Z,)
        log T-(k), k = 1, ..., Z.

    Examples
    --------
    >>> np.exp(log_stationary(np.log([0.2]), np.log([0.1]))).round(6)
    array([0.333333, 0.666667])
    """
    weights = np.concatenate([[0.0], _compensated(np.ascontiguousarray(log_up - log_down))])
    return np.asarray(weights - _log_sum(weights))


def rare_jump_law(log_jumps: Array) -> Array:
    """Return the logarithm of the stationary law of a chain from its log jump probabilities.

    Parameters
    ----------
    log_jumps : array, shape (m, m)
        log of the probability (or rate) of jumping from i to j; the diagonal is ignored, -inf
        stands for never. Every state must be reachable from every other.

    Examples
    --------
    >>> never = -np.inf
    >>> law = rare_jump_law(np.array([[never, -1000.0], [-1001.0, never]]))
    >>> np.exp(law).round(6)  # the second state is left e times more rarely
    array([0.268941, 0.731059])
    """
    logs = np.array(log_jumps, dtype=np.float64)
    size = logs.shape[0]
    for k in range(size - 1, 0, -1):
        leaving = np.logaddexp.reduce(logs[k, :k])
        logs[:k, k] -= leaving
        through = logs[:k, k][:, None] + logs[k, :k]
        np.fill_diagonal(through, -np.inf)
        logs[:k, :k] = np.logaddexp(logs[:k, :k], through)
    law = np.zeros(size)
    for k in range(1, size):
        law[k] = np.logaddexp.reduce(law[:k] + logs[:k, k])
    return np.asarray(law - np.logaddexp.reduce(law))


def _log_sum(logs: Array) -> float:
    top = float(logs.max())
    return top + float(np.log(np.exp(logs - top).sum()))


@compiled
def _compensated(terms: Array) -> Array:
    """Return the running sums of ``terms`` (Neumaier's compensation)."""
    sums = np.empty(terms.size)
    total, lost = 0.0, 0.0
    for k in range(terms.size):
        grown = total + terms[k]
        if abs(total) >= abs(terms[k]):
            lost += (total - grown) + terms[k]
        else:
            lost += (terms[k] - grown) + total
        total = grown
        sums[k] = total + lost
    return sums


@compiled
def _log_partial_sums(log_ratios: Array, sums: Array) -> None:
    """Fill in log(1 + sum_(m=1)^(i-1) prod_(j<=m) g_j) for i = 1, ..., Z."""
    products = _compensated(log_ratios)
    top, total, lost = 0.0, 1.0, 0.0  # sum = (total + lost) exp(top)
    sums[0] = 0.0
    for m in range(log_ratios.size):
        if products[m] > top + _HEADROOM:
            shrink = np.exp(top - products[m])
            total, lost, top = total * shrink, lost * shrink, products[m]
        term = np.exp(products[m] - top)
        grown = total + term
        if total >= term:
            lost += (total - grown) + term
        else:
            lost += (term - grown) + total
        total = grown
        sums[m + 1] = top + np.log(total + lost)
