r"""The mean-field steady state of a relay of arrivals, at many fees and prices at once.

The game is that of :mod:`derelayl_econ.games.arrivals`: one arrival per leg trains iff its cost is
at most c* = m + (w + lambda) gamma x~, else buys access or leaves. The steady gap x~ solves
eta q_max = x~ [eta + (1-eta) gamma s], F(c*-) <= s <= F(c*), whose right side rises strictly in x~:
one root, bracketed by q_max and by its value for s = 1, found by Chandrupatla's method (which
halves where F jumps). The share s then follows from the equation itself, also inside a jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise

from derelayl_econ.formula import Formula
from derelayl_econ.games.arrival_formulas import (
    AVOIDED,
    CUTOFF,
    IMPROVEMENT,
    REVENUE,
    SMALLEST_GAP,
    SPENDING,
    STEADY_BALANCE,
    STEADY_SHARE,
    STOPPING_GAP,
)

if TYPE_CHECKING:
    from derelayl_econ.games.arrivals import ArrivalRelay

__all__ = ["Steady", "evaluate", "number", "steady"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NEAR = 1e-12  # relative distance of the steady cut-off from an atom that counts as none
_ATOM = 1e-9  # smallest mass that counts as an atom
_SAFE = (
    1e-9  # by which the bracket of the gap is widened, so that the signs at its ends are certain
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Steady:
    """Steady states; arrays of the shape to which fees and prices broadcast.

    Attributes are those of :class:`~derelayl_econ.games.arrival_results.ArrivalState`;
    ``improvement`` is gamma x~ s (score per leg).
    """

    gap: Array
    cutoff: Array
    training_share: Array
    improvement: Array
    hovers: Flags
    served: Flags
    make_work: Flags
    revenue: Array
    spending: Array

    @property
    def balance(self) -> Array:
        """Fees less rewards (money per leg)."""
        return np.asarray(self.revenue - self.spending)


def steady(relay: ArrivalRelay, fee: Array, price: Array) -> Steady:
    """Return the steady states at fees and prices that broadcast; those of the relay are ignored.

    Without drift: where the relay ends.
    """
    avoided, fee, price = np.broadcast_arrays(evaluate(relay, AVOIDED, access_fee=fee), fee, price)
    gap = _held(relay, avoided, price) if relay.drift > 0 else _left(relay, avoided, price)
    cutoff = evaluate(relay, CUTOFF, drifted_gap=gap, avoided=avoided, price=price)
    width = _NEAR * (np.abs(avoided) + np.abs(cutoff - avoided))
    few, many = relay.costs.below(cutoff - width), relay.costs.at_most(cutoff + width)
    if relay.drift > 0:
        share = np.clip(evaluate(relay, STEADY_SHARE, drifted_gap=gap), few, many)
    else:
        share = np.where(gap > 0, 0.0, relay.costs.at_most(avoided))
    served = np.asarray(relay.access >= fee + relay.outside)
    known = {"drifted_gap": gap, "training_share": share}
    return Steady(
        gap=gap, cutoff=cutoff, training_share=share, served=served,
        improvement=evaluate(relay, IMPROVEMENT, **known),
        hovers=(few < share) & (share < many) & (many - few > _ATOM),
        make_work=relay.costs.at_most(avoided) > 0,
        revenue=np.where(served, REVENUE(access_fee=fee, training_share=share), 0.0),
        spending=evaluate(relay, SPENDING, price=price, **known),
    )  # fmt: skip


def _held(relay: ArrivalRelay, avoided: Array, price: Array) -> Array:
    """Return the gap at which training and drift balance."""
    least, top = number(relay, SMALLEST_GAP), relay.quality_max

    def surplus(gap: Array, avoided: Array, price: Array) -> Array:
        cutoff = evaluate(relay, CUTOFF, drifted_gap=gap, avoided=avoided, price=price)
        share = relay.costs.at_most(cutoff)
        return evaluate(relay, STEADY_BALANCE, drifted_gap=gap, training_share=share)

    bracket = (least * (1 - _SAFE), top * (1 + _SAFE))
    found = elementwise.find_root(surplus, bracket, args=(avoided, price))
    return np.asarray(np.clip(found.x, least, top))


def _left(relay: ArrivalRelay, avoided: Array, price: Array) -> Array:
    """Return the gap at which training ends without drift, 0 if it does not."""
    gap = evaluate(relay, STOPPING_GAP, avoided=avoided, price=price)
    gap = np.where(avoided >= relay.costs.lowest, 0.0, gap)
    return np.asarray(np.clip(gap, 0.0, relay.quality_max))


def evaluate(relay: ArrivalRelay, formula: Formula, **values: npt.ArrayLike) -> Array:
    """Evaluate a formula with the relay's own numbers for what is not given."""
    known = {"lowest_cost": relay.costs.lowest} | values
    names = [name for name in formula.arguments if name not in known]
    own = {name: getattr(relay, name) for name in names}
    return formula(**own, **{name: known[name] for name in formula.arguments if name in known})


def number(relay: ArrivalRelay, formula: Formula, **values: float) -> float:
    """Evaluate a formula to one number."""
    return float(evaluate(relay, formula, **values))
