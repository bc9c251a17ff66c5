r"""All sets of trainers from which nobody departs, without trying all of them.

Setting (:mod:`derelayl_econ.games.unequal_participation`): g_i(k) is what participant i gains by
training when k others train. A set S is a pure equilibrium iff g_i(|S|-1) >= 0 in S and
g_i(|S|) <= 0 outside. For a given size s, participant i *may train* if g_i(s-1) >= 0 and *may ride*
if g_i(s) <= 0. If somebody may do neither, no set of that size will do; otherwise those who may not
ride are in S, those who may not train are not, and any choice of the rest that makes up the number.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["pure_sets"]


def pure_sets(gains: npt.NDArray[np.float64]) -> Iterator[tuple[int, ...]]:
    """Yield every pure equilibrium as the sorted participants who train, smallest sets first.

    Examples
    --------
    >>> list(pure_sets(np.array([[2.0, -1.0], [3.0, -2.0]])))
    [(0,), (1,)]
    """
    players = len(gains)
    for size in range(players + 1):
        may_train = gains[:, size - 1] >= 0 if size else np.zeros(players, dtype=np.bool_)
        may_ride = gains[:, size] <= 0 if size < players else np.zeros(players, dtype=np.bool_)
        if not (may_train | may_ride).all():
            continue
        sure = np.flatnonzero(~may_ride).tolist()
        free = np.flatnonzero(may_train & may_ride).tolist()
        if len(sure) <= size:
            for more in itertools.combinations(free, size - len(sure)):
                yield tuple(sorted((*sure, *more)))
