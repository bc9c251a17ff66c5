r"""How unequal coins become: the lottery of the trunk.

Under one coin per ancestor a participant's wealth comes from the models it owned on the *trunk*,
the line of models from which all living ones descend: each earns a coin per winner, for ever. If
every trunk model falls to a participant drawn uniformly, the number a participant has after t
rounds is Poisson with mean tau = t/N, and each has earned in proportion to its age, uniform on
(0, t). Wealth is then a compound Poisson sum, and its Gini coefficient depends on tau alone:

    G(tau) = E|X - X'| / (2 E X)
           = (2/(pi tau)) int_0^oo [1 - exp(-2 tau (1 - sin(u)/u))] / u^2 du,

from the characteristic function of X - X'. It starts at 1 and falls like sqrt(4/(3 pi tau)).
Neither the number of owners nor the rules of matching enter. Bids and fees are left out, and so is
what models earn that never come to the trunk: early on, that is a good part of all coins. Source:
own analysis; E|Z| from a characteristic function: von Bahr (1965).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import POSITIVE, check_array

__all__ = ["gini", "trunk_gini"]

Array = npt.NDArray[np.float64]

_PERIODS, _NODES, _HALVINGS = 2000, 12, 40


def gini(wealth: npt.ArrayLike) -> float:
    """Return the Gini coefficient of non-negative numbers; 0 if all are zero.

    Examples
    --------
    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 1])
    (0.0, 0.75)
    """
    values = np.sort(check_array("wealth", wealth))
    total = values.sum()
    if total <= 0:
        return 0.0
    ranks = 2 * np.arange(1, values.size + 1) - values.size - 1
    return float(ranks @ values / (values.size * total))


def trunk_gini(rounds: npt.ArrayLike, participants: int) -> Array:
    """Return G(t/N) for each number of rounds t > 0.

    Examples
    --------
    >>> trunk_gini([100, 5000], 256).round(3)
    array([0.792, 0.147])
    """
    tau = check_array("rounds", rounds, POSITIVE, ndim=None)[..., None] / participants
    u, du = _quadrature()
    below = np.where(u < 1e-3, u**2 / 6, 1 - np.sin(u) / u)  # the series where digits would cancel
    kept = -np.expm1(-2 * tau * below) / u**2
    rest = -np.expm1(-2 * tau[..., 0]) / (2 * np.pi * _PERIODS)  # sin(u)/u no longer matters
    return np.asarray(2 / np.pi * (kept @ du + rest) / tau[..., 0])


@cache
def _quadrature() -> tuple[Array, Array]:
    """Return nodes and weights of Gauss-Legendre panels: periods of the sine, the first halved.

    Halved again and again towards 0, where the integrand of a late round is all there is.
    """
    edges = np.concatenate([[0.0], 0.5 ** np.arange(_HALVINGS, 0, -1), np.arange(1, _PERIODS + 1)])
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    low, width = 2 * np.pi * edges[:-1, None], 2 * np.pi * np.diff(edges)[:, None]
    return (low + width * (nodes + 1) / 2).ravel(), (width * weights / 2).ravel()
