"""What presenting work differently does to pay: one leg as several, several legs as one.

Definitions (theory notes, section 4.2). The path has K accepted legs with gains g_1, ..., g_K. Who
*splits* leg i into parts x_1, ..., x_m, sum x = 1, hands in m legs with gains x_j g_i, one after
the other, under m names; who *merges* a set of own legs hands in one leg with the sum of their
gains, in the place of the last, because work cannot be handed in before it is done. The *profit* is
what all one's names are paid afterwards, less what they were paid before, less the fees of the
additional hand-overs. Nobody else changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.reward_rule import RewardRule

__all__ = [
    "PayRule",
    "merge_profit",
    "payer",
    "profit_of_merge",
    "profit_of_split",
    "split_profit",
]

Array = npt.NDArray[np.float64]
PayRule = RewardRule | Callable[[Array], npt.ArrayLike]
"""A reward rule (pays shares of one pool), or a function from gains to payments (money)."""

_NAMES = Domain(1, 1_000_000, integer=True)
_SHARE = Domain(-1e60, 1e60)


def split_profit(
    rule: PayRule, gains: npt.ArrayLike, leg: int, parts: int | npt.ArrayLike, fee: float = 0.0
) -> float:
    """Return what a trainer wins by handing in one leg as several.

    Parameters
    ----------
    rule : RewardRule or callable
        The profit is in its unit: shares of the pool for a RewardRule.
    gains : array_like, shape (K,)
        Gains of the path when nobody splits (score).
    leg : int
        Which one is split, from 0.
    parts : int or array_like, shape (m,)
        m equal parts, or the shares of the leg's gain, which must add up to 1. A negative share
        spoils the model (if the rule accepts negative gains).
    fee : float
        Fee of a hand-over, in the unit of the rule.

    Raises
    ------
    InputError
        If there is no such leg, or the parts do not add up to the leg.

    Examples
    --------
    Four equal legs share a pool equally; one of them is handed in as two, 1/4 becomes 2/5:

    >>> from derelayl_econ.rewards import EqualShare, GainShare
    >>> round(split_profit(EqualShare(), [1, 1, 1, 1], leg=3, parts=2), 12)
    0.15
    >>> round(split_profit(GainShare(), [1, 1, 1, 1], leg=3, parts=[0.9, 0.1]), 12) + 0.0
    0.0
    """
    pay, path = payer(rule), check_array("gains", gains)
    place = check_number("leg", leg, Domain(0, path.size - 1, integer=True))
    paid = check_number("fee", fee, NON_NEGATIVE)
    return profit_of_split(pay, path, place, _division(parts), paid)


def merge_profit(
    rule: PayRule, gains: npt.ArrayLike, legs: Sequence[int], fee: float = 0.0
) -> float:
    """Return what the owner of several legs wins by handing them in as one, in the last's place.

    Parameters
    ----------
    rule, gains, fee
        As for :func:`split_profit`; a merge saves fees.
    legs : sequence of int
        At least two different legs, from 0; they need not be adjacent.

    Examples
    --------
    >>> from derelayl_econ.rewards import PowerShare
    >>> merge_profit(PowerShare(2), [1, 1, 1, 1], [1, 2])  # 2/4 becomes 4/6
    0.16666666666666663
    """
    pay, path = payer(rule), check_array("gains", gains)
    paid = check_number("fee", fee, NON_NEGATIVE)
    return profit_of_merge(pay, path, _distinct(legs, path.size), paid)


def profit_of_split(
    pay: Callable[[Array], Array], path: Array, leg: int, parts: Array, fee: float
) -> float:
    """Return the profit of a split; arguments as checked by :func:`split_profit`."""
    split = np.concatenate([path[:leg], parts * path[leg], path[leg + 1 :]])
    own = pay(split)[leg : leg + parts.size].sum()
    return float(own - pay(path)[leg] - (parts.size - 1) * fee)


def profit_of_merge(
    pay: Callable[[Array], Array], path: Array, legs: tuple[int, ...], fee: float
) -> float:
    """Return the profit of a merge; arguments as checked by :func:`merge_profit`."""
    merged = path.copy()
    merged[legs[-1]] = path[list(legs)].sum()
    kept = np.delete(merged, legs[:-1])
    place = legs[-1] - (len(legs) - 1)
    return float(pay(kept)[place] - pay(path)[list(legs)].sum() + (len(legs) - 1) * fee)


def payer(rule: Any) -> Callable[[Array], Array]:
    """Return the function from gains to payments that a rule stands for.

    Raises
    ------
    InputError
        If it is neither a rule nor a function; from the returned function, if what the rule pays is
        not one finite number per leg.
    """
    if isinstance(rule, RewardRule):
        return rule.shares
    if not callable(rule) or isinstance(rule, type):
        raise InputError("rule", rule, "be a reward rule or a function from gains to payments")

    def pay(gains: Array) -> Array:
        paid = check_array("payments of the rule", rule(gains))
        if paid.shape != gains.shape:
            raise InputError("payments of the rule", f"shape {paid.shape}",
                             f"be one per leg, {gains.size}")  # fmt: skip
        return paid

    return pay


def _division(parts: Any) -> Array:
    if not isinstance(parts, list | tuple | np.ndarray) or getattr(parts, "ndim", 1) == 0:
        count = check_number("parts", parts, _NAMES)
        return np.full(count, 1 / count)
    shares = check_array("parts", parts, _SHARE)
    if abs(shares.sum() - 1) > 1e-9:
        raise InputError("sum of parts", float(shares.sum()), "be 1")
    return shares


def _distinct(legs: Any, count: int) -> tuple[int, ...]:
    asked = check_array("legs", legs, Domain(0, count - 1, integer=True))
    places = np.unique(asked).astype(np.int64)
    if places.size < 2 or places.size < asked.size:
        raise InputError("legs", asked, "be at least two different legs")
    return tuple(places.tolist())
