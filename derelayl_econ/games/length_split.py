r"""Splits of one pool by the length of the path: what makes them proof against splits and merges.

A scheme pays r(i, L) to the leg in place i = 1, ..., L of a path of L legs, whatever they gained;
r(1, 1) = R. The game is that of :mod:`derelayl_econ.games.splitting`: an owner of place i may
present its leg as two (places i and i + 1 of a path that is one longer), owners of neighbours as
one.

- *Split-proof* iff r(i, L) + r(i+1, L) <= r(i, L-1) for all i < L. Single insertions are enough: a
  leg presented as m legs is a chain of m - 1 insertions, each of which adds nothing.
- A split-proof scheme pays at most R, and its least-paid place at most R/2^(L-1): by induction
  sum_i C(L-1, i-1) r(i, L) <= R, since C(L-1, i-1) = C(L-2, i-2) + C(L-2, i-1) collects the pairs.
  The binomial weights add up to 2^(L-1). So every scheme whose least share exceeds r(1, 1)/2^(L-1)
  can be split with profit. Geometric royalties c a^(L-i), counted from the last leg, do for a > 1/2
  at every L >= 2 (and at every a the split in two of an income W wins a W).
- *Neutral in pairs*, to splits in two and merges of two, iff r(i, L) + r(i+1, L) = r(i, L-1). By
  Hausdorff's moment theorem the non-negative solutions are r(i, L) = R E[t^(i-1) (1-t)^(L-i)] for a
  random t in [0, 1]. One value t = x/(1+x) gives R x^(i-1)/(1+x)^(L-1); x = 1 pays everybody the
  bound R/2^(L-1); x = 0 the first takes all, x -> infinity the last does. In between the total paid
  falls with L: what is left over must be burnt or go to the treasury.
- *Larger merges still pay*. The owner of k neighbours who hands them in as one gets
  r(i, L-k+1) = sum_j C(k-1, j) r(i+j, L) instead of sum_j r(i+j, L): for k = 3 it wins the middle
  one's pay once more, because merging two shortens the path, which raises the third's pay.
  (Splits into three or more lose as much.) Only t in {0, 1}, the first or the last takes all, is
  proof against merges of every size.

Sources: proofs.md T7 (iv), (v), which speaks of adjacent pairs; larger merges and the geometric
comparison: own analysis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, PROBABILITY, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.split_claims import SplittingClaim, claim_of
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result

__all__ = [
    "LEAST_SHARE_BOUND",
    "PLACE_PAY",
    "InsertionDefect",
    "LengthSplit",
    "insertion_defect",
    "least_share_bound",
]

Array = npt.NDArray[np.float64]

_R, _K, _I = symbol("pool"), symbol("path_legs"), symbol("place")
_T = symbol("lean")

LEAST_SHARE_BOUND = Formula(
    "most that a split-proof scheme can pay to its least-paid leg",
    _R / 2 ** (_K - 1),
    "proofs.md T7 (iv)",
)
PLACE_PAY = Formula(
    "pay of a place, neutral in pairs",
    _R * _T ** (_I - 1) * (1 - _T) ** (_K - _I),
    "proofs.md T7 (v)",
)

_LEGS = Domain(1, 10_000, integer=True)
_MONEY = Domain(0, 1e60)


@dataclass(frozen=True, init=False)
class LengthSplit:
    """R E[t^(i-1) (1-t)^(L-i)]: every split by length that is neutral in pairs.

    That it is, for each t: theorem L in proofs/.

    An instance is a rule for :class:`SplittingGame`: it maps gains (of which only the number
    matters) to payments.

    Parameters
    ----------
    pool : float
        R >= 0 (money).
    places : array_like, shape (n,)
        Values of t, in [0, 1]: 0 favours the first leg, 1 the last.
    weights : array_like, shape (n,), optional
        Their probabilities; equal by default.

    Examples
    --------
    >>> even = LengthSplit.tilted(pool=8.0, tilt=1.0)
    >>> even([0.3, 0.1, 0.1]), even.paid(3)
    (array([2., 2., 2.]), 6.0)
    >>> LengthSplit(8.0, places=[0.0, 1.0])([0.3, 0.1, 0.1])
    array([4., 0., 4.])
    """

    pool: float
    places: tuple[float, ...]
    weights: tuple[float, ...]

    def __init__(
        self, pool: float, places: npt.ArrayLike, weights: npt.ArrayLike | None = None
    ) -> None:
        values = check_array("places", places, PROBABILITY)
        chances = np.full(values.size, 1 / values.size)
        if weights is not None:
            chances = check_array("weights", weights, NON_NEGATIVE)
        if chances.shape != values.shape or abs(chances.sum() - 1) > 1e-9:
            raise InputError("weights", weights, f"be {values.size} numbers that add up to 1")
        object.__setattr__(self, "pool", check_number("pool", pool, _MONEY))
        object.__setattr__(self, "places", tuple(values.tolist()))
        object.__setattr__(self, "weights", tuple(chances.tolist()))

    @classmethod
    def tilted(cls, pool: float, tilt: float) -> LengthSplit:
        """Return R x^(i-1)/(1+x)^(L-1); each leg earns ``tilt`` = x times what the one before does.

        Examples
        --------
        >>> LengthSplit.tilted(9.0, tilt=2.0)([0.2, 0.1])
        array([3., 6.])
        """
        ratio = check(tilt=tilt)["tilt"]
        return cls(pool, [ratio / (1 + ratio)])

    def __call__(self, gains: npt.ArrayLike) -> Array:
        """Return the payments to the legs of a path (money), shape (L,)."""
        return self.pay(check_array("gains", gains).size)

    def pay(self, legs: int) -> Array:
        """Return r(1, L), ..., r(L, L) (money)."""
        count = check_number("legs", legs, _LEGS)
        lean, place = np.array(self.places)[:, None], np.arange(1, count + 1)
        pays = PLACE_PAY(pool=self.pool, lean=lean, path_legs=count, place=place)
        return np.asarray(np.array(self.weights) @ pays)

    def paid(self, legs: int) -> float:
        """Return the total that a path of so many legs is paid; the rest of R is left over."""
        return float(self.pay(legs).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class InsertionDefect(Result):
    """Where a scheme is furthest from r(i, L) + r(i+1, L) = r(i, L-1).

    Attributes
    ----------
    split_gain, merge_gain : float
        Most that presenting one leg as two, two neighbours as one, wins (money); not positive
        where the scheme is proof against it, both zero where it is neutral.
    split_at, merge_at : (int, int)
        Place i (from 1) and length of the *longer* path.
    """

    split_gain: float
    merge_gain: float
    split_at: tuple[int, int]
    merge_at: tuple[int, int]


def insertion_defect(scheme: Callable[[Array], npt.ArrayLike], longest: int) -> InsertionDefect:
    """Return the most profitable single insertion and merge, over all paths up to a length.

    Parameters
    ----------
    scheme : callable
        Maps gains to payments, of which only the number of legs matters.
    longest : int
        L >= 2.

    Examples
    --------
    >>> halving = lambda gains: 0.5 ** np.arange(len(gains), 0, -1)  # the last leg gets 1/2
    >>> found = insertion_defect(halving, longest=4)
    >>> found.split_gain, found.split_at
    (0.25, (1, 2))
    """
    top = check_number("longest", longest, Domain(2, 1000, integer=True))
    if not callable(scheme):
        raise InputError("scheme", scheme, "be a function from gains to payments")
    pays = [check_array("payments of the scheme", scheme(np.ones(count)))
            for count in range(1, top + 1)]  # fmt: skip
    for count, pay in enumerate(pays, 1):
        if pay.size != count:
            raise InputError("payments of the scheme", f"{pay.size} payments", f"number {count}")
    excess = {
        (i + 1, count + 1): float(longer[i] + longer[i + 1] - shorter[i])
        for count, (shorter, longer) in enumerate(pairwise(pays), 1)
        for i in range(count)
    }
    split_at, merge_at = max(excess, key=excess.__getitem__), min(excess, key=excess.__getitem__)
    return InsertionDefect(split_gain=excess[split_at], merge_gain=-excess[merge_at],
                           split_at=split_at, merge_at=merge_at)  # fmt: skip


def least_share_bound(pool: float, legs: int) -> float:
    """Return R/2^(L-1), the most that a split-proof scheme can pay to its least-paid leg (money).

    Proved: theorem L in proofs/.

    Examples
    --------
    >>> least_share_bound(pool=8.0, legs=3)
    2.0
    """
    count = check_number("legs", legs, _LEGS)
    return float(LEAST_SHARE_BOUND(pool=check_number("pool", pool, _MONEY), path_legs=count))


@claim_of.register
def _(rule: LengthSplit) -> SplittingClaim:
    pairs = zip(rule.places, rule.weights, strict=True)
    extreme = all(place in (0, 1) for place, weight in pairs if weight > 0)
    return SplittingClaim(
        split_proof=True, merge_proof=extreme, equal_parts_best=True,
        theorem="r(i, L) + r(i+1, L) = r(i, L-1): neutral in pairs",
    )  # fmt: skip
