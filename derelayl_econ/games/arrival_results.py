"""What the relay of arrivals comes to: one steady state, or many over a grid of fees and prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.results import Result

__all__ = ["ArrivalState", "DesignerMap"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class ArrivalState(Result):
    """The mean-field steady state, per leg; without drift, where the relay ends.

    Attributes
    ----------
    gap : float
        x~, what an arrival finds (score).
    quality : float
        q_max less the gap after training, the quality that drift works on (score).
    training_share : float
        s, share of arrivals who train.
    cutoff : float
        c*, highest cost of one who trains (money).
    hovers : bool
        Whether the gap hovers where c* is a cost that many have: only some of those train.
    revenue, spending, balance : float
        Fees, rewards, and fees less rewards (money per leg).
    served : bool
        Whether A >= phi + u_0, so that who does not train buys access; else they leave.
    funded : bool
        Whether the fees pay the rewards.
    """

    gap: float
    quality: float
    training_share: float
    cutoff: float
    hovers: bool
    revenue: float
    spending: float
    balance: float
    served: bool
    funded: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class DesignerMap(Result):
    """Steady states over access fees and prices; arrays of shape (fees, prices) but the first two.

    Attributes
    ----------
    access_fee : array of shape (fees,)
        phi (money).
    price : array of shape (prices,)
        lambda (money/score).
    gap, training_share, balance : array
        As in :class:`ArrivalState`.
    served, funded, feasible : bool array
        Whether the market is served, whether the fees pay the rewards, and both.
    make_work : bool array
        Whether training would go on, to save the fee, if nothing were left to improve.
    """

    access_fee: Array
    price: Array
    gap: Array
    training_share: Array
    balance: Array
    served: Flags
    funded: Flags
    feasible: Flags
    make_work: Flags

    def caption(self) -> str:
        """Return the one-line summary."""
        return (
            f"Designer's map: {self.access_fee.size} fees, {self.price.size} prices; "
            f"{int(self.feasible.sum())} points feasible, {int(self.make_work.sum())} make-work"
        )

    def table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Return one row per access fee: its feasible prices and the gaps that they hold."""
        rows: list[tuple[object, ...]] = []
        for i, fee in enumerate(self.access_fee):
            here = self.feasible[i]
            top = float(self.price[here].max()) if here.any() else None
            least = float(self.gap[i, here].min()) if here.any() else None
            rows.append((float(fee), int(here.sum()), top, least, bool(self.make_work[i].any())))
        return ("access_fee", "feasible prices", "highest", "smallest gap", "make-work"), rows
