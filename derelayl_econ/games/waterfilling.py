r"""Waterfilling: who trains how much when everybody stops where training no longer pays.

Participants have kappa_i (cost per unit of value) and caps D_i; the benefit G of the total X is
strictly concave. Efforts 0 <= e_i <= D_i *fill* G' if each e_i is what i would choose: 0 where
G'(X) < kappa_i, D_i where G'(X) > kappa_i. In increasing order of kappa, with the demands
x_k = (G')^(-1)(kappa_k), falling, and the cumulated caps S_k, rising, the total is

    X = max over k of min(S_k, x_k),

since for the last k with x_k > S_(k-1) everybody before is at the cap, k tops the total up to x_k
or to its own cap, and nobody after k wants any more. So at most one fills partially if all kappa
are distinct. Participants whose kappa equals that of the one who fills partially share the rest,
X - S_(k-1), in any way: the total is unique, the shares are not. Here they all go up to the same
level, or to their caps below it, which treats equals equally.

This gives the Nash equilibrium of the contribution game with kappa_i = c_i/a_i, and the planner's
optimum with kappa_i = c_i / sum a. Proved: theorem C in proofs/.

Source: theory notes, section 2.3; Zhang, Ma, Chen 2021, arXiv 2106.11814 (the equilibrium in three
groups).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.benefit import Benefit
from derelayl_econ.games.contribution_formulas import REACHED

__all__ = ["TIE", "Filling", "waterfill"]

Array = npt.NDArray[np.float64]

TIE = 4 * 2.0**-52
"""Ratios that agree to this relative accuracy, four units in the last place, count as equal."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Filling:
    """The filled efforts.

    Attributes
    ----------
    efforts : array, shape (N,)
        e_i (legs).
    total : float
        X (legs).
    tied : array of int
        Those who share what is left to their common kappa, if they can share it in several ways;
        empty if the efforts are unique.
    """

    efforts: Array
    total: float
    tied: npt.NDArray[np.int64]


def waterfill(kappas: Array, caps: Array, benefit: Benefit) -> Filling:
    """Return the efforts that fill the marginal benefit, in O(N log N).

    Parameters
    ----------
    kappas, caps : array, shape (N,)
        Positive; may be infinite.

    Examples
    --------
    >>> from derelayl_econ.games.concave_curves import LogCurve
    >>> filled = waterfill(np.array([0.5, 0.2, 0.25]), np.array([1, 2.5, 3]), Benefit(LogCurve()))
    >>> filled.efforts, filled.total
    (array([0. , 2.5, 0.5]), 3.0)
    """
    order = np.argsort(kappas, kind="stable")
    ratio, cap = kappas[order], caps[order]
    filled = np.append(0.0, np.cumsum(cap))
    demand = benefit.demand(ratio)
    last = int(
        np.argmax(REACHED(cap_sum=filled[1:], demand=demand))
    )  # the first k at which X is reached
    efforts, tied = np.zeros(kappas.size), order[:0]
    if demand[last] == 0:
        return Filling(efforts=efforts, total=0.0, tied=tied)
    low, high = np.searchsorted(ratio, ratio[last] * np.array([1 - TIE, 1 + TIE]))
    efforts[order[:low]] = cap[:low]
    members = order[low:high]
    if demand[last] >= filled[high]:
        efforts[members] = cap[low:high]
        return Filling(efforts=efforts, total=float(filled[high]), tied=tied)
    efforts[members] = _level(caps[members], demand[last] - filled[low])
    tied = np.sort(members) if members.size > 1 else tied
    return Filling(efforts=efforts, total=float(demand[last]), tied=tied)


def _level(caps: Array, rest: float) -> Array:
    """Return min(D_i, level) with the level at which they add up to ``rest``, below sum D."""
    rising = np.sort(caps)
    before = np.append(0.0, np.cumsum(rising)[:-1])
    levels = (rest - before) / np.arange(caps.size, 0, -1)
    fits = levels <= rising
    fits[-1] = True  # whatever the rounding of ``rest``
    return np.asarray(np.minimum(caps, levels[np.argmax(fits)]))
