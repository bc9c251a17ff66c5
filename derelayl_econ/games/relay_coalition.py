r"""What a coalition of members can make of a relay of its own.

Members i = 0, ..., n-1. Member i can train up to l_i legs at the cost c_i each and values a unit of
quality at w_i. A coalition S that runs a relay on its own trains k legs, cheapest first, on a
learning curve Q, and all its members use the model:

    v(S) = max over 0 <= k <= sum of l_i of  w(S) (Q(k) - Q(0)) - c_S(k),

w(S) the sum of its members' w_i and c_S(k) the cost of its k cheapest legs. Not training is an
option, so v >= 0. *v is superadditive*: S and T together can train the legs of both; then quality
is at least that of either, everybody of both uses it, and the costs just add. It need not be
convex: two members who can do the same legs are substitutes. On S-shaped curves small coalitions
may be worth nothing at all. Source: theory notes, section 6.2 (own analysis).

Proved: theorem O in proofs/.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import INDEX, NON_NEGATIVE, Domain, check_array
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.coalition_tables import LARGEST_GAME, subset_sums
from derelayl_econ.games.magnitude import LARGEST
from derelayl_econ.notation import symbol
from derelayl_econ.quality import LearningCurve

__all__ = ["RELAY_SURPLUS", "relay_worths"]

Array = npt.NDArray[np.float64]

RELAY_SURPLUS = Formula(
    "surplus of a coalition's relay",
    symbol("coalition_value") * (symbol("quality") - symbol("quality_start"))
    - symbol("coalition_cost"),
    "theory notes, section 6.2",
)

_MONEY = Domain(0, LARGEST)
_WORK = 2**28  # worths looked at: a few seconds


def relay_worths(curve: Any, legs: Any, costs: Any, values: Any) -> Array:
    """Return v(S) by bitmask for members with ``legs``, ``costs`` and ``values``.

    Parameters
    ----------
    curve : LearningCurve
        Quality after k legs.
    legs : array_like of int, shape (n,)
        Most legs that each member can train.
    costs : array_like, shape (n,)
        Cost of each leg (money).
    values : array_like, shape (n,)
        Each member's value of a unit of quality (money/score).

    Examples
    --------
    >>> from derelayl_econ.quality import ExponentialCurve
    >>> curve = ExponentialCurve.from_learning_rate(0, 1, learning_rate=0.5)
    >>> relay_worths(curve, legs=[1, 1], costs=[1, 2], values=[4, 4]).round(3)
    array([0., 1., 0., 3.])
    """
    if not isinstance(curve, LearningCurve):
        raise InputError("curve", curve, "be a learning curve")
    most = check_array("legs", legs, INDEX)
    cost, value = _like(most, "costs", costs), _like(most, "values", values)
    players = most.size
    if not 2 <= players <= LARGEST_GAME:
        raise InputError("legs", f"{players} members", f"have 2 to {LARGEST_GAME} entries")
    if most.sum() * 2.0**players > _WORK:
        raise InputError("legs", f"{most.sum():g} legs of {players} members",
                         f"sum to at most 2^28/2^{players}")  # fmt: skip
    quality = curve.quality(np.arange(int(most.sum()) + 1))
    return _best(quality, most.astype(np.int64), cost, subset_sums(value))


def _best(quality: Array, legs: npt.NDArray[np.int64], costs: Array, worth: Array) -> Array:
    """Follow each coalition through its members from the cheapest on, leg by leg."""
    masks = np.arange(worth.size)
    trained, paid = np.zeros(worth.size, dtype=np.int64), np.zeros(worth.size)
    best = np.zeros(worth.size)
    for player in np.argsort(costs, kind="stable"):
        takes_part = masks >> player & 1
        for _ in range(legs[player]):
            trained += takes_part
            paid += takes_part * costs[player]
            surplus = RELAY_SURPLUS(coalition_value=worth, quality=quality[trained],
                                    quality_start=quality[0], coalition_cost=paid)  # fmt: skip
            np.maximum(best, surplus, out=best)
    return best


def _like(legs: Array, name: str, values: Any) -> Array:
    given = check_array(name, values, _MONEY)
    if given.shape != legs.shape:
        raise InputError(name, f"shape {given.shape}", f"have the shape of legs, {legs.shape}")
    return check_array(name, given, NON_NEGATIVE)
