r"""How much to train: private effort for a model that all can use.

The game (theory notes, section 2.3)
------------------------------------
*Players*: N participants. *Actions*: training effort e_i in [0, D_i], D_i the cap. *Payoffs*:

    u_i = a_i Q(X) - c_i e_i,    X = sum of all efforts,

with the value a_i of quality, the cost c_i of a leg, and Q increasing and strictly concave. *Best
response*: top the total up to the own demand x_i, where Q'(x_i) = kappa_i = c_i/a_i (0 if
Q'(0) <= kappa_i), as far as the cap allows: e_i = min(D_i, max(0, x_i - sum of the others)).

*Simultaneous choice*: the equilibrium fills in increasing kappa
(:mod:`derelayl_econ.games.waterfilling`): contributors at their caps, at most one partial
contributor, riders. Its total is unique; the efforts are, too, unless several of the *same* kappa
share the last part. Without caps only the keenest trains, as much as alone.

*Other rules for the same participants*: a relay order, in which each sees what was done before
(:mod:`derelayl_econ.games.contribution_relay`); a gate that gives the model only to those who
trained their part (:mod:`derelayl_econ.games.contribution_gate`); transfers that share the costs
(:mod:`derelayl_econ.games.contribution_transfers`).

*The planner* maximises the sum of payoffs, A [Q(X) - Q(0)] - sum c_i e_i with A = sum a_i: fill in
increasing c_i until A Q'(X) = c_i.

Source: theory notes, section 2.3; Bergstrom, Blume, Varian 1986, J. Public Economics 29:25;
Zhang, Ma, Chen 2021, arXiv 2106.11814; Karimireddy, Guo, Jordan 2022, arXiv 2207.04557.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.benefit import Benefit
from derelayl_econ.games.contribution_formulas import COST_VALUE_RATIO, PAYOFF
from derelayl_econ.games.contribution_gate import solve_gate
from derelayl_econ.games.contribution_relay import play_all_orders, play_in_order
from derelayl_econ.games.contribution_results import (
    GateEquilibria,
    RelayOrders,
    RelayOutcome,
    SimultaneousOutcome,
    TransferOutcome,
    roles_of,
)
from derelayl_econ.games.contribution_transfers import equalise_costs, share_costs_by_value
from derelayl_econ.games.public_benefit import PublicBenefit
from derelayl_econ.games.waterfilling import Filling, waterfill
from derelayl_econ.results import Coverage, frozen_array

__all__ = ["ContributionGame"]

Array = npt.NDArray[np.float64]

_WORTH = Domain(0, 1e60)
_COST = Domain(1e-60, 1e60)


@dataclass(frozen=True, eq=False)
class ContributionGame:
    """Participants who each choose how much to train one model.

    Parameters
    ----------
    values : array of shape (N,)
        a_i, value of one unit of quality (money/score), >= 0; N >= 2.
    costs : array of shape (N,), or float
        c_i, cost of one leg of effort (money/leg), > 0; one number for all.
    curve : LearningCurve, LogCurve, RootCurve or ConcaveBenefit
        Quality as a function of the effort of all. A learning curve must be concave (exponential,
        shifted power, Hill with steepness <= 1, logistic walk from at least half its ceiling).
    caps : array of shape (N,), or float, optional
        D_i, the most that a participant can train (legs), > 0; no cap by default.

    Raises
    ------
    InputError
        If an argument is out of its domain, shapes differ, or the curve is S-shaped.

    Examples
    --------
    >>> from derelayl_econ.games.concave_curves import LogCurve
    >>> game = ContributionGame(values=[3, 2, 5], costs=1, curve=LogCurve(), caps=[2, 2, 1])
    >>> print(game.simultaneous())
    Simultaneous outcome: total 2 (efficient 5), efficiency 0.69565, regret 0, coverage: all
    participant  effort  role         payoff
    0            1       partial      2.29584
    1            0       rides        2.19722
    2            1       contributes  4.49306
    >>> ContributionGame([3, 2], 1, LogCurve()).sequential([0, 1]).total
    1.0
    """

    values: Array
    costs: Array
    curve: PublicBenefit
    caps: Array | None = None

    def __post_init__(self) -> None:
        values = check_array("values", self.values, _WORTH)
        if values.size < 2:
            raise InputError("values", f"{values.size} entry", "have 2 entries or more")
        if ((values > 0) & (values < _COST.low)).any():
            raise InputError("every entry of values", values[values > 0].min(),
                             f"be 0 or at least {_COST.low:g}")  # fmt: skip
        costs = _per_participant("costs", self.costs, values.size)
        object.__setattr__(self, "values", frozen_array(values))
        object.__setattr__(self, "costs", frozen_array(costs))
        if self.caps is not None:
            caps = _per_participant("caps", self.caps, values.size)
            object.__setattr__(self, "caps", frozen_array(caps))
        if values.any():
            most = float(self.benefit.demand(costs.min() / values.sum()))
            self.benefit.check_concave(most or 1.0)

    @cached_property
    def benefit(self) -> Benefit:
        """The curve as the game sees it: rise, slope and demand."""
        return Benefit(self.curve)

    @property
    def participants(self) -> int:
        """N."""
        return self.values.size

    @cached_property
    def limits(self) -> Array:
        """The caps D_i (legs), infinite where there are none; shape (N,)."""
        return frozen_array(np.full(self.participants, np.inf) if self.caps is None else self.caps)

    @cached_property
    def kappas(self) -> Array:
        """The cost-value ratios c_i/a_i (score/leg), infinite where a_i = 0; shape (N,)."""
        return frozen_array(COST_VALUE_RATIO(cost=self.costs, value=self.values))

    @cached_property
    def demands(self) -> Array:
        """The totals x_i (legs) up to which each would train; shape (N,)."""
        return frozen_array(self.benefit.demand(self.kappas))

    def payoffs(self, efforts: npt.ArrayLike) -> Array:
        """Return everybody's payoff a_i Q(X) - c_i e_i (money) for given efforts; shape (N,)."""
        given = self._profile(efforts)
        return self._payoffs(given, given.sum())

    def best_responses(self, efforts: npt.ArrayLike) -> Array:
        """Return everybody's best effort (legs) against the efforts of the others; shape (N,).

        Examples
        --------
        >>> from derelayl_econ.games.concave_curves import LogCurve
        >>> ContributionGame([3, 2], 1, LogCurve()).best_responses([0.5, 0.25])
        array([1.75, 0.5 ])
        """
        given = self._profile(efforts)
        return np.asarray(np.clip(self.demands - _others(given), 0.0, self.limits))

    def regret(self, efforts: npt.ArrayLike) -> Array:
        """Return what each would gain (money) by the best response, from the payoffs; (N,)."""
        given = self._profile(efforts)
        deviation = self.best_responses(given)
        gain = self._payoffs(deviation, _others(given) + deviation) - self.payoffs(given)
        return np.maximum(gain, 0.0)

    def simultaneous(self) -> SimultaneousOutcome:
        """Return the Nash equilibrium; in O(N log N) time, unique up to ties in c_i/a_i.

        Proved: theorem C in proofs/.

        Examples
        --------
        >>> from derelayl_econ.quality import ExponentialCurve
        >>> curve = ExponentialCurve(0, 1, effort_scale=10)
        >>> twins = ContributionGame([50, 50, 20], 1, curve).simultaneous()
        >>> twins.strategy.round(3), twins.tied, str(twins.coverage)
        (array([8.047, 8.047, 0.   ]), (0, 1), 'some')
        """
        filled = waterfill(self.kappas, self.limits, self.benefit)
        roles = roles_of(filled.efforts, self.limits)
        return SimultaneousOutcome(
            strategy=frozen_array(filled.efforts),
            payoff=frozen_array(self.payoffs(filled.efforts)),
            regret=float(self.regret(filled.efforts).max()),
            total=filled.total,
            roles=roles,
            efficient_total=self.efficient.total,
            efficiency=self.efficiency(filled.efforts),
            coverage=Coverage.SOME if filled.tied.size else Coverage.ALL,
            method="waterfilling in increasing cost-value ratio",
            partial=tuple(int(i) for i in np.flatnonzero(roles == "partial")),
            tied=tuple(int(i) for i in filled.tied),
        )

    def sequential(self, order: Sequence[int]) -> RelayOutcome:
        """Return the subgame-perfect play if they move in ``order``, each seeing what was done.

        Proved: theorem C in proofs/.

        Parameters
        ----------
        order : sequence of int
            A permutation of 0, ..., N-1.

        See Also
        --------
        derelayl_econ.games.contribution_relay
        """
        return play_in_order(self, order)

    def all_orders(self) -> RelayOrders:
        """Return the subgame-perfect play of all N! relay orders; at most 7 participants."""
        return play_all_orders(self)

    def gated(self, leakage: float = 0.0) -> GateEquilibria:
        """Return all pure equilibria if only those who train their part get the model.

        Proved: theorem G in proofs/.

        See Also
        --------
        derelayl_econ.games.contribution_gate
        """
        return solve_gate(self, leakage)

    def transfers(self, equalisation: float | None = None) -> TransferOutcome:
        """Return the equilibrium under transfers that equalise the costs; (N-1)/N by default.

        Proved: theorem G in proofs/.

        See Also
        --------
        derelayl_econ.games.contribution_transfers
        """
        return equalise_costs(self, equalisation)

    def value_transfers(self) -> TransferOutcome:
        """Return the equilibrium under transfers that share all costs in proportion to value.

        Proved: theorem G in proofs/.
        """
        return share_costs_by_value(self)

    @cached_property
    def efficient(self) -> Filling:
        """The planner's efforts and total."""
        with np.errstate(divide="ignore"):  # nobody values quality: an infinite ratio
            ratios = self.costs / self.values.sum()
        return waterfill(ratios, self.limits, self.benefit)

    def welfare(self, efforts: npt.ArrayLike) -> float:
        """Return the sum of payoffs (money), counted from nobody training."""
        given = self._profile(efforts)
        return self._welfare(given, given.sum())

    def efficiency(self, efforts: npt.ArrayLike) -> float:
        """Return the welfare over the planner's; 1 where the planner lets nobody train."""
        most = self._welfare(self.efficient.efforts, self.efficient.total)
        return self.welfare(efforts) / most if most > 0 else 1.0

    def _welfare(self, efforts: Array, total: Any) -> float:
        rise = float(self.benefit.rise(total))
        return float(self.values.sum() * rise - self.costs @ efforts)

    def _payoffs(self, efforts: Array, total: Any) -> Array:
        quality = self.benefit.rise(total) + self.benefit.start
        return PAYOFF(value=self.values, quality=quality, cost=self.costs, own_effort=efforts)

    def _profile(self, efforts: npt.ArrayLike) -> Array:
        given = check_array("efforts", efforts, NON_NEGATIVE)
        if given.shape != self.values.shape:
            raise InputError("efforts", f"shape {given.shape}",
                             f"have the shape {self.values.shape}")  # fmt: skip
        return given


def _others(efforts: Array) -> Array:
    return np.asarray(np.maximum(efforts.sum() - efforts, 0.0))


def _per_participant(name: str, given: Any, count: int) -> Array:
    """Return one positive number per participant, repeating a single one."""
    if isinstance(given, Real) or getattr(given, "ndim", None) == 0:
        return np.full(count, check_number(name, given, _COST))
    array = check_array(name, given, _COST)
    if array.size != count:
        raise InputError(name, f"{array.size} entries", f"have as many as values, {count}")
    return array
