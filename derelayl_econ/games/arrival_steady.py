r"""The mean-field steady state of a relay of arrivals, at many fees and prices at once.

The game is that of :mod:`derelayl_econ.games.arrivals`: one arrival per leg trains iff its cost is
at most c* = m + (w + lambda) gamma x~, else buys access or leaves. If a share s trains, drift and
training balance at one gap x~(s), which falls in s. So s is steady iff

    F(c*(s)-) <= s <= F(c*(s)),  c*(s) = m + (w + lambda) gamma x~(s),

where the sides do not rise in s and the middle does: one root (theorem A in proofs/), bracketed by
0 and 1, found by Chandrupatla's method (which halves where F jumps). With the price put in at which
fees just pay rewards, c*(s) = m + w gamma x~(s) + phi (1-s)/s falls in s, too: the same search
finds that price.
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
    BREAK_EVEN_PRICE,
    CUTOFF,
    IMPROVEMENT,
    REVENUE,
    SPENDING,
    STEADY_GAP,
    STOPPING_GAP,
)

if TYPE_CHECKING:
    from derelayl_econ.games.arrivals import ArrivalRelay

__all__ = ["Steady", "break_even_price", "evaluate", "number", "steady"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NEAR = 1e-12  # relative distance of the steady cut-off from an atom that counts as none
_ATOM = 1e-9  # smallest mass that counts as an atom
_TINY = 1e-300  # smallest share who train, if some do
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
    if relay.drift > 0:
        share = _share(relay, avoided, price)
        gap = evaluate(relay, STEADY_GAP, training_share=share)
    else:
        gap = _left(relay, avoided, price)
        share = np.where(gap > 0, 0.0, relay.costs.at_most(avoided))
    cutoff = evaluate(relay, CUTOFF, drifted_gap=gap, avoided=avoided, price=price)
    width = _NEAR * (np.abs(avoided) + np.abs(cutoff - avoided))
    few, many = relay.costs.below(cutoff - width), relay.costs.at_most(cutoff + width)
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


def break_even_price(relay: ArrivalRelay) -> float:
    """Return the price at which fees just pay rewards, for a served market, a fee and drift."""
    avoided = number(relay, AVOIDED)

    def price(share: Array) -> Array:
        gap = evaluate(relay, STEADY_GAP, training_share=share)
        return evaluate(relay, BREAK_EVEN_PRICE, drifted_gap=gap, training_share=share)

    def excess(share: Array) -> Array:
        gap = evaluate(relay, STEADY_GAP, training_share=share)
        cutoff = evaluate(relay, CUTOFF, drifted_gap=gap, avoided=avoided, price=price(share))
        return np.asarray(relay.costs.at_most(cutoff) - share)

    if excess(np.array(1.0)) >= 0:
        return 0.0  # all train for nothing
    return float(price(np.asarray(elementwise.find_root(excess, (_TINY, 1.0)).x)))


def _share(relay: ArrivalRelay, avoided: Array, price: Array) -> Array:
    """Return the steady share who train."""

    def excess(share: Array, avoided: Array, price: Array) -> Array:
        gap = evaluate(relay, STEADY_GAP, training_share=share)
        cutoff = evaluate(relay, CUTOFF, drifted_gap=gap, avoided=avoided, price=price)
        return np.asarray(relay.costs.at_most(cutoff) - share)

    nobody = excess(np.zeros_like(avoided), avoided, price) <= 0
    everybody = excess(np.ones_like(avoided), avoided, price) >= 0
    inner = elementwise.find_root(excess, (_TINY, 1.0), args=(avoided, price)).x
    return np.where(nobody, 0.0, np.where(everybody, 1.0, inner))


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
