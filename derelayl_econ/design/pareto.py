r"""Trade-off fronts: what one more unit of one goal costs in another, over a family of designs.

Every point is the optimum of a program with its own certificate, for one value of a knob:

- *subsidy against quality* (:mod:`derelayl_econ.design.funding_price`): money put in per period,
  and the best steady quality under drift. The front is concave: the program is convex in (z, S);
- *honesty against cost* (:mod:`derelayl_econ.design.audit`): the margin by which honest work must
  beat cheating (money), and the least cost of deposit, audits and committee;
- *openness against sustainability* (:mod:`derelayl_econ.design.initiator`): the highest access fee
  allowed, and the most that fees can bring in beyond rewards. With A - u_0 as the cap this is the
  initiator's profit: whoever buys access pays no more than the fee.

Points without a design (conditions that conflict) are NaN; ``statuses`` says why.

Source: theory notes, section 7; Boyd and Vandenberghe 2004, "Convex Optimization", section 4.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.audit import AuditDesign
from derelayl_econ.design.funding_price import FundingPrice
from derelayl_econ.design.initiator import InitiatorDesign
from derelayl_econ.design.result import Design, DesignStatus
from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array
from derelayl_econ.errors import InputError
from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.games.funding import DriftFunding
from derelayl_econ.results import Result, frozen_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TradeOff", "honesty_front", "openness_front", "subsidy_front"]

Array = npt.NDArray[np.float64]

_KNOB = Domain(0, 1e12)


@dataclass(frozen=True, kw_only=True, eq=False)
class TradeOff(Result):
    """A front; arrays of shape (points,).

    Attributes
    ----------
    knob, goal : str
        What is moved and what comes of it, with units, for axes.
    given, best : array
        Values of the knob, and the best value of the goal; NaN where there is no design.
    statuses : tuple of DesignStatus
    designs : tuple of Design
    """

    knob: str
    goal: str
    given: Array
    best: Array
    statuses: tuple[DesignStatus, ...]
    designs: tuple[Design, ...]

    def table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Return one row per point."""
        rows = zip(self.given, self.best, self.statuses, strict=True)
        return (self.knob, self.goal, "status"), [tuple(row) for row in rows]

    @property
    def rate(self) -> Array:
        """Change of the goal per unit of the knob between neighbouring points (points - 1,)."""
        return frozen_array(np.diff(self.best) / np.diff(self.given))

    def plot(self, ax: Axes | None = None, *, mark: float | None = None) -> Axes:
        """Draw the front, and mark the point whose knob is nearest to ``mark``.

        Raises
        ------
        InputError
            If ``ax`` is no axes, or ``mark`` no value within the knob's range.
        """
        import matplotlib.pyplot as plt
        from matplotlib.axes import Axes

        if ax is not None and not isinstance(ax, Axes):
            raise InputError("ax", ax, "be matplotlib axes")
        place = None if mark is None else self._place(mark)
        axes = ax if ax is not None else plt.subplots()[1]
        axes.plot(self.given, self.best, color="#0072B2", linewidth=1, marker="o", markersize=2.5)
        if place is not None:
            axes.plot(self.given[place], self.best[place], color="#D55E00", marker="D",
                      linestyle="none", label="here")  # fmt: skip
        axes.set(xlabel=self.knob, ylabel=self.goal)
        return axes

    def _place(self, mark: Any) -> int:
        known = self.given[np.isfinite(self.best)]
        if not known.size:
            raise InputError("mark", mark, "be None: no point of the front has a design")
        value = check_array("mark", mark, Domain(float(known.min()), float(known.max())), ndim=0)
        far = np.where(np.isfinite(self.best), np.abs(self.given - value), np.inf)
        return int(np.argmin(far))


def subsidy_front(funding: DriftFunding, subsidies: npt.ArrayLike) -> TradeOff:
    """Return the best steady quality (score) for each subsidy (money per period).

    Examples
    --------
    >>> funding = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1,
    ...                        users=1, flow_value=1)
    >>> front = subsidy_front(funding, [0.0, 0.1, 0.2])
    >>> front.best.round(4)
    array([0.75  , 0.7785, 0.8   ])
    """
    _ = FundingPrice(funding=funding)  # refused here, not in the middle of the front
    return _front(
        "subsidy (money/period)", "steady quality (score)", subsidies,
        lambda subsidy: FundingPrice(funding=funding, subsidy=subsidy).solve("quality"),
    )  # fmt: skip


def honesty_front(audit: AuditDesign, margins: npt.ArrayLike) -> TradeOff:
    """Return the least cost (money per leg) if honest work must pay by each margin (money) more.

    Examples
    --------
    >>> audit = AuditDesign(cost_honest=1, saving=0.8, verify_cost=0.05, reward=2,
    ...                     capital_rate=0.01, false_reject=0.1, false_accept=0.1)
    >>> front = honesty_front(audit, [0.0, 0.2])
    >>> bool(front.rate[0] > 0)
    True
    """
    if not isinstance(audit, AuditDesign):
        raise InputError("audit", audit, "be an AuditDesign")
    return _front(
        "margin of honesty (money)", "cost (money/leg)", margins,
        lambda margin: replace(audit, saving_error=margin).solve(),
    )  # fmt: skip


def openness_front(
    relay: ArrivalRelay, fee_caps: npt.ArrayLike, *, quality_value: float = 0.0
) -> TradeOff:
    """Return what fees can bring in beyond rewards (money per leg) for each cap of the fee.

    Parameters
    ----------
    fee_caps : array_like of shape (points,)
        Increasing (money); caps above what access is worth beyond leaving change nothing.
    quality_value : float
        What quality is worth to the initiator (money per score and leg): counted, too.

    Examples
    --------
    >>> from scipy import stats
    >>> relay = ArrivalRelay(access=1, access_fee=0, value=0, drift=0.05, learning_rate=0.2,
    ...                      quality_max=1, cost_distribution=stats.uniform(0, 1))
    >>> openness_front(relay, [0.1, 0.3, 0.5]).best.round(4)
    array([0.09, 0.21, 0.25])
    """
    _ = InitiatorDesign(relay=relay, quality_value=quality_value)
    caps = check_array("fee_caps", fee_caps, NON_NEGATIVE)
    return _front(
        "highest access fee (money)", "fees less rewards (money/leg)", caps,
        lambda cap: InitiatorDesign(
            relay=replace(relay, access=min(relay.access, relay.outside + cap)),
            quality_value=quality_value,
        ).solve("profit", gap=1e-5),
    )  # fmt: skip


def _front(
    knob: str, goal: str, values: npt.ArrayLike, solve: Callable[[float], Design]
) -> TradeOff:
    name = knob.split(" (")[0]
    given = check_array(name, values, _KNOB)
    if (np.diff(given) <= 0).any():
        raise InputError(name, given, "increase from point to point")
    designs = tuple(solve(float(value)) for value in given)
    best = [np.nan if d.value is None or d.certificate is None else d.value for d in designs]
    return TradeOff(
        knob=knob, goal=goal, given=frozen_array(given), best=frozen_array(best),
        statuses=tuple(design.status for design in designs), designs=designs,
    )  # fmt: skip
