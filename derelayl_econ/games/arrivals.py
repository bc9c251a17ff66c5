r"""A relay of arrivals who train, buy access or leave: steady state, budget, designer's map.

Game (theory notes, section 3.4b). *Players*: one arrival per leg, with a private cost c ~ F of
training. *State*: the gap x to the ceiling q_max. Before the leg drift takes the share eta of the
quality: the arrival finds x~ = x + eta (q_max - x). *Actions and payoffs* (money): train,
A + (w + lambda) gamma x~ - c, which leaves the gap (1-gamma) x~; buy access, A - phi; leave, u_0.
*Best response*: train iff c <= m + (w + lambda) gamma x~ with m = min(phi, A - u_0); else buy if
A >= phi + u_0 (the *market is served*), else leave. *Equilibrium*: everybody does so; there is
nothing else to decide, as an arrival comes once.

Steady state. With s the share who train, the mean field is x~+ = (1-eta) (1 - gamma s) x~ +
eta q_max; at rest

    eta q_max = x~ [eta + (1-eta) gamma s],  F(c*-) <= s <= F(c*),  c* = m + (w + lambda) gamma x~.

It has exactly one solution, whatever F is, if eta > 0 and w + lambda > 0 (for w = lambda = 0 the
cut-off is m at every gap, and the rule above, that those with c = m train, decides: s = F(m)).
Proved: theorem A in proofs/. The equation gives x~ as a falling function of s; so c* falls in s, if
at all, and F(c*-) and F(c*) do not rise, while s does: s - F(c*(s)), its jumps filled in, passes
through 0 once between s = 0 and s = 1. If that is in a jump (F has an atom at c*), the gap *hovers*
there: all with that cost train above it, none below, s on average.
The stationary mean of the random gap differs from the mean field in first order of gamma
(:mod:`derelayl_econ.games.arrival_law`).

Budget: fees phi (1 - s), if the market is served, against rewards lambda gamma x~ s. In the steady
state rewards are lambda eta q, q the quality drift works on; as lambda rises, x~ falls, s and q
rise: the balance never rises in lambda, and there is one highest price that the fees can pay.

Without drift nothing needs to be held. If m < c_lo, the lowest cost, training ends when the gap has
come down to (c_lo - m)/((w + lambda) gamma) or just below. If F(m) > 0 training never ends, though
nothing is left to improve: *make-work*, done to save the fee. (If m = c_lo and nobody has exactly
this cost, the gap goes to 0 and training dies out.) Only a least improvement tau that counts as
training ends it, at the gap tau/gamma.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, POSITIVE, Domain, check_array, check_number
from derelayl_econ.games.arrival_formulas import AVOIDED, STARTING_PRICE, STOPPING_GAP
from derelayl_econ.games.arrival_law import StationaryLaw, stationary_law
from derelayl_econ.games.arrival_results import ArrivalState, DesignerMap
from derelayl_econ.games.arrival_steady import break_even_price, number, steady
from derelayl_econ.games.cost_distribution import CostDistribution, costs_of
from derelayl_econ.games.magnitude import LARGEST, SMALLEST, check_magnitude
from derelayl_econ.notation import NOTATION, check
from derelayl_econ.results import frozen_array

__all__ = ["ArrivalRelay"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ArrivalRelay:
    """A relay through which people pass once.

    Parameters
    ----------
    access : float
        A, benefit of access to the model (money).
    access_fee : float
        phi, fee for access without training (money), >= 0.
    value : float
        w, a trainer's own value of one unit of improvement (money/score), >= 0.
    cost_distribution : frozen scipy.stats distribution or array of shape (sample size,)
        F, of the private cost of training one leg (money).
    drift : float
        eta, share of quality lost per leg, in [0, 1).
    learning_rate : float
        gamma, share of the gap that one leg closes, in (0, 1).
    quality_max : float
        Ceiling of quality (score), > 0; quality 0 is that of an unattended model.
    outside : float
        u_0, payoff of leaving (money).
    price : float
        lambda, reward per unit of improvement (money/score), >= 0, paid to the trainer.

    Raises
    ------
    InputError
        If a parameter lies outside its domain or is no distribution of costs.

    Examples
    --------
    >>> from scipy import stats
    >>> relay = ArrivalRelay(access=2, access_fee=0.5, value=1, drift=0.05, learning_rate=0.2,
    ...                      quality_max=1, price=0.5, cost_distribution=stats.uniform(0, 1))
    >>> print(relay.steady_state())
    Arrival state
    quantity        value
    gap             0.307627
    quality         0.728814
    training_share  0.592288
    cutoff          0.592288
    hovers          no
    revenue         0.203856
    spending        0.0182204
    balance         0.185636
    served          yes
    funded          yes
    """

    access: float
    access_fee: float
    value: float
    cost_distribution: Any
    drift: float
    learning_rate: float
    quality_max: float
    outside: float = 0.0
    price: float = 0.0
    costs: CostDistribution = field(init=False, repr=False)
    """The distribution with its inverse and its draws."""

    def __post_init__(self) -> None:
        numbers = {f.name: getattr(self, f.name) for f in fields(self) if f.name in NOTATION}
        for name, checked in check(**numbers).items():
            object.__setattr__(self, name, checked)
            check_magnitude(**{name: checked})
        check_number("quality_max", self.quality_max, Domain(SMALLEST, LARGEST))
        object.__setattr__(self, "costs", costs_of(self.cost_distribution))

    def steady_state(self) -> ArrivalState:
        """Return the mean-field steady state, the only one; without drift, where the relay ends."""
        found = steady(self, np.array(self.access_fee), np.array(self.price))
        return ArrivalState(
            gap=float(found.gap),
            quality=self.quality_max - float(found.gap - found.improvement),
            training_share=float(found.training_share),
            cutoff=float(found.cutoff),
            hovers=bool(found.hovers),
            revenue=float(found.revenue),
            spending=float(found.spending),
            balance=float(found.balance),
            served=bool(found.served),
            funded=bool(found.balance >= 0),
        )

    @property
    def served(self) -> bool:
        """Whether A >= phi + u_0: those who do not train buy access; otherwise they leave."""
        return self.access >= self.access_fee + self.outside

    @property
    def make_work(self) -> bool:
        """Whether some would train, to save the fee, if nothing were left to improve: F(m) > 0."""
        return float(self.costs.at_most(number(self, AVOIDED))) > 0

    def stopping_gap(self) -> float | None:
        """Return the gap at which training ends without drift; None if it never ends (make-work).

        A relay that comes from above ends between (1 - gamma) times this gap and this gap. It is
        infinite if nobody ever trains, and 0 if only an infinite number of legs closes the gap.

        Examples
        --------
        >>> relay = ArrivalRelay(access=2, access_fee=0.5, value=2, drift=0, learning_rate=0.2,
        ...                      quality_max=1, cost_distribution=[0.7, 0.9])
        >>> round(relay.stopping_gap(), 12)
        0.5
        """
        if self.make_work:
            return None
        avoided = number(self, AVOIDED)
        if self.costs.lowest == avoided:
            return 0.0
        return number(self, STOPPING_GAP, avoided=avoided)  # infinite if w + lambda = 0

    def ending_gap(self, improvement_threshold: float) -> float:
        """Return the gap at which training ends without drift if smaller improvements do not count.

        Parameters
        ----------
        improvement_threshold : float
            Least gamma x~ (score) that counts as training, > 0: it ends make-work, too.

        Examples
        --------
        >>> relay = ArrivalRelay(access=2, access_fee=0.8, value=2, drift=0, learning_rate=0.2,
        ...                      quality_max=1, cost_distribution=[0.7, 0.9])
        >>> relay.stopping_gap(), round(relay.ending_gap(0.02), 12)
        (None, 0.1)
        """
        least = check_number("improvement_threshold", improvement_threshold, POSITIVE)
        return max(self.stopping_gap() or 0.0, float(least / self.learning_rate))

    def break_even_price(self) -> float:
        """Return the highest price (money/score) that the fees can pay in the steady state.

        Infinite without drift: nothing needs to be paid for once the gap is closed.

        Examples
        --------
        >>> from scipy import stats
        >>> relay = ArrivalRelay(access=2, access_fee=0.5, value=1, drift=0.05, learning_rate=0.2,
        ...                      quality_max=1, cost_distribution=stats.uniform(0.4, 1))
        >>> round(relay.break_even_price(), 6)
        6.16523
        """
        if self.drift == 0:
            return math.inf
        if not self.served or self.access_fee == 0:
            # Without revenue: up to the price from which somebody trains.
            return number(self, STARTING_PRICE, avoided=number(self, AVOIDED))
        return break_even_price(self)

    def designer_map(self, access_fees: npt.ArrayLike, prices: npt.ArrayLike) -> DesignerMap:
        """Return the steady states over all pairs of an access fee and a price.

        Parameters
        ----------
        access_fees, prices : arrays of shape (fees,) and (prices,)
            phi (money) and lambda (money/score), >= 0; those of the relay do not matter.

        Examples
        --------
        >>> from scipy import stats
        >>> relay = ArrivalRelay(access=1, access_fee=0, value=1, drift=0.05, learning_rate=0.2,
        ...                      quality_max=1, cost_distribution=stats.uniform(0.4, 1))
        >>> print(relay.designer_map([0.2, 0.5, 1.2], [0, 2, 4, 8]))
        Designer's map: 3 fees, 4 prices; 6 points feasible, 8 make-work
        access_fee  feasible prices  highest  smallest gap  make-work
        0.2         3                4        0.482381      no
        0.5         3                4        0.362598      yes
        1.2         0                -        -             yes
        """
        fees = check_array("access_fees", access_fees, NON_NEGATIVE)
        paid = check_array("prices", prices, NON_NEGATIVE)
        for name, values in (("access_fees", fees), ("prices", paid)):
            check_magnitude(**{name: float(values.max())})
        found = steady(self, fees[:, None], paid[None, :])
        return DesignerMap(
            access_fee=frozen_array(fees), price=frozen_array(paid),
            gap=frozen_array(found.gap), training_share=frozen_array(found.training_share),
            balance=frozen_array(found.balance), served=frozen_array(found.served, bool),
            funded=frozen_array(found.balance >= 0, bool),
            feasible=frozen_array(found.served & (found.balance >= 0), bool),
            make_work=frozen_array(found.make_work, bool),
        )  # fmt: skip

    def stationary_law(self, points: int = 2001) -> StationaryLaw:
        """Return the long-run law of the random gap; see :mod:`~derelayl_econ.games.arrival_law`.

        Parameters
        ----------
        points : int
            Points of the grid on [0, q_max] on which it is computed, from 3 to 100,001.

        Examples
        --------
        >>> from scipy import stats
        >>> relay = ArrivalRelay(access=2, access_fee=0.1, value=8, drift=0.05, quality_max=1,
        ...                      learning_rate=0.2, cost_distribution=stats.uniform(0, 1))
        >>> round(relay.stationary_law().mean, 4), round(relay.steady_state().gap, 4)
        (0.3055, 0.3076)
        """
        return stationary_law(self, points)
