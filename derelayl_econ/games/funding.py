r"""Long-run funding under drift: which price keeps a model good, and can the users pay it.

The game (theory notes, section 3.4a)
-------------------------------------
*Players*: users, who get B q per period out of a model of quality q (B = N_u nu_u), and trainers
who may enter freely. *State*: quality, q+ = (1-eta) q + f gamma (q_max - q) with f legs per period:
drift loses the share eta, each leg closes the share gamma of the gap. *Actions*: train a leg or
not. *Payoffs*: a leg costs c and earns w + lambda per unit of improvement: the trainer's own value
w and the price lambda, which the users pay. *Best response*: train iff
(w + lambda) gamma (q_max - q) >= c. *Equilibrium* (free entry): no further leg would pay. In a
steady state with training every leg just breaks even:

    q = q_max - c/(gamma (w + lambda)),    f = eta q/(gamma (q_max - q)) = eta q (w + lambda)/c,

which needs w + lambda > c/(gamma q_max); otherwise nobody trains and quality drifts to 0. The
users spend lambda f gamma (q_max - q) = lambda eta q per period. With leakage theta a share theta
of B q reaches them without paying, so they can be charged at most (1-theta) B q:

    price_floor   = max(0, c/(gamma q_max) - w)     training starts above it,
    price_ceiling = B (1-theta)/eta                 the users can pay up to it.

Welfare counts what quality is worth to users and trainers, less the cost: B q + w eta q - c f. The
trainers' break-even makes it q (B - lambda eta). In s = w + lambda it is concave, with maximum at
s = sqrt(c (B/eta + w)/(gamma q_max)); for w = theta = 0 this is sqrt(price_floor price_ceiling),
and at the ceiling nothing of the surplus is left. Leakage does not change welfare, only who can be
charged: it can make the ceiling bind.

Without drift (eta = 0) there is nothing to fund in the long run: quality rises until training no
longer pays and stays, f = 0, spending 0. So the ceiling is infinite, and a higher price is always
better *in the steady state*; the price of the one climb there is what
:class:`derelayl_econ.games.finite_relay.FiniteRelay` counts.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.domains import POSITIVE, Domain, check_number
from derelayl_econ.formula import Formula
from derelayl_econ.games.magnitude import check_magnitude
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result, frozen_array

__all__ = [
    "BREAK_EVEN_GAP",
    "PRICE_CEILING",
    "PRICE_FLOOR",
    "STEADY_LEGS",
    "STEADY_QUALITY",
    "STEADY_WELFARE",
    "WELFARE_PRICE",
    "DriftFunding",
    "FundingPath",
    "FundingState",
]

Array = npt.NDArray[np.float64]

_C, _GAMMA, _ETA, _QMAX = (symbol(s) for s in ("cost", "learning_rate", "drift", "quality_max"))
_W, _LAMBDA, _THETA, _Q = (symbol(s) for s in ("value", "price", "leakage", "quality"))
_B = symbol("users") * symbol("flow_value")
_SOURCE = "theory notes, section 3.4a"

PRICE_FLOOR = Formula("price floor", sp.Max(0, _C / (_GAMMA * _QMAX) - _W), _SOURCE)
"""max(0, c/(gamma q_max) - w), money/score; c/(gamma q_max) for w = 0."""

PRICE_CEILING = Formula("price ceiling", _B * (1 - _THETA) / _ETA, _SOURCE)
"""B (1-theta)/eta, money/score."""

WELFARE_PRICE = Formula(
    "price of largest welfare, before the limits of floor and ceiling",
    sp.sqrt(_C / (_GAMMA * _QMAX) * (_B / _ETA + _W)) - _W,
    "theory notes, section 3.4a for w = theta = 0; the general case by the same calculus",
)
"""Where q (B - lambda eta) is largest, money/score."""

BREAK_EVEN_GAP = Formula("break-even gap", _C / (_GAMMA * (_W + _LAMBDA)), _SOURCE)
"""Gap at which a leg just pays, score."""

STEADY_QUALITY = Formula("steady quality", _QMAX - BREAK_EVEN_GAP.expression, _SOURCE)
"""Break-even quality, score; negative where no training pays."""

STEADY_LEGS = Formula("steady legs per period", _ETA * _Q * (_W + _LAMBDA) / _C, _SOURCE)
STEADY_WELFARE = Formula("steady welfare", _Q * (_B - _LAMBDA * _ETA), _SOURCE)
"""B q + w eta q - c f per period at the steady quality, money."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FundingState(Result):
    """The steady state at one price, per period.

    Attributes
    ----------
    price : float
        lambda (money/score).
    quality : float
        q (score); 0 where nobody trains.
    legs_per_period : float
        f; 0 where nobody trains, and without drift.
    welfare : float
        B q + w eta q - c f (money).
    spending : float
        lambda eta q, what the users pay (money).
    funded : bool
        Whether the price is at most the ceiling, so that users can pay it.
    active : bool
        Whether training holds the quality above 0: w + lambda > c/(gamma q_max).
    """

    price: float
    quality: float
    legs_per_period: float
    welfare: float
    spending: float
    funded: bool
    active: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class FundingPath(Result):
    """Quality over time; ``quality`` has shape (periods + 1,), the others (periods,).

    Attributes
    ----------
    quality, legs : array
        q before each period and after the last (score), and the legs trained in each.
    spending, welfare : array
        Price times improvement, and B q + w improvement - c legs (money).
    """

    quality: Array
    legs: Array
    spending: Array
    welfare: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class DriftFunding:
    """A relay with drift, free entry of trainers, and users who pay for improvement.

    Raises :class:`InputError` if a parameter lies outside its domain.

    Proved: theorem T8 in proofs/ (steady state and prices).

    Parameters
    ----------
    cost : float
        c, cost of training one leg (money), > 0.
    drift : float
        eta, share of quality lost per period, in [0, 1).
    learning_rate : float
        gamma, share of the gap one leg closes, in (0, 1).
    quality_max : float
        Ceiling of quality (score), > 0; quality 0 is the value of an unattended model.
    users : float
        N_u > 0.
    flow_value : float
        nu_u, one user's value of one unit of quality per period, >= 0.
    value : float
        w, a trainer's own value of one unit of improvement (money/score), >= 0.
    leakage : float
        theta, share of the users' value that cannot be charged for, in [0, 1].

    Examples
    --------
    >>> funding = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1,
    ...                        users=1, flow_value=1)
    >>> funding.price_floor, funding.price_ceiling, round(funding.welfare_price, 12)
    (5.0, 20.0, 10.0)
    >>> state = funding.steady_state(10)
    >>> round(state.quality, 12), round(state.legs_per_period, 12), round(state.welfare, 12)
    (0.5, 0.25, 0.25)
    >>> print(funding.steady_state(20))
    Funding state
    quantity         value
    price            20
    quality          0.75
    legs_per_period  0.75
    welfare          0
    spending         0.75
    funded           yes
    active           yes
    """

    cost: float
    drift: float
    learning_rate: float
    quality_max: float
    users: float
    flow_value: float
    value: float = 0.0
    leakage: float = 0.0

    def __post_init__(self) -> None:
        for name, number in check(**asdict(self)).items():
            object.__setattr__(self, name, number)
            check_magnitude(**{name: number})
        check_number("quality_max", self.quality_max, POSITIVE)

    @property
    def price_floor(self) -> float:
        """Training goes on at every price above it; at price 0 too if w > c/(gamma q_max)."""
        return self._evaluate(PRICE_FLOOR)

    @property
    def price_ceiling(self) -> float:
        """Largest price the users can pay; inf without drift, where nothing needs paying."""
        return math.inf if self.drift == 0 else self._evaluate(PRICE_CEILING)

    @property
    def feasible(self) -> bool:
        """Whether some price >= 0 within the ceiling keeps training going."""
        ceiling = self.price_ceiling
        return ceiling == math.inf or self._break_even_gap(ceiling) < self.quality_max

    @property
    def welfare_price(self) -> float:
        """Price of largest steady welfare among those the users can pay; inf without drift.

        0 means: do not pay (nothing is feasible, or the trainers' own value does it better).
        """
        if not self.feasible or self.flow_value == 0:
            return 0.0
        if self.drift == 0:
            return math.inf
        return min(max(0.0, self._evaluate(WELFARE_PRICE)), self.price_ceiling)

    def steady_state(self, price: float) -> FundingState:
        """Return the steady state reached from quality 0 at ``price`` >= 0; inactive if too low."""
        paid = self._price(price)
        quality = max(0.0, self.quality_max - self._break_even_gap(paid))
        return FundingState(
            price=paid,
            quality=quality,
            legs_per_period=self._evaluate(STEADY_LEGS, quality=quality, price=paid),
            welfare=self._evaluate(STEADY_WELFARE, quality=quality, price=paid),
            spending=paid * self.drift * quality,
            funded=paid <= self.price_ceiling,
            active=quality > 0,
        )

    def paths(
        self, price: float, periods: int, quality_start: float, *, capacity: float = math.inf
    ) -> FundingPath:
        """Return quality, legs and money over time.

        Trainers enter if a leg pays at the quality they find, until the period would end above the
        break-even quality q* or ``capacity`` is used up: quality rises to q* as fast as the
        capacity allows and comes down by drift alone.

        Parameters
        ----------
        price, periods : float, int
            lambda >= 0 (money/score) and the number of periods, >= 1.
        quality_start : float
            Quality before the first period (score), in [0, quality_max].
        capacity : float
            Most legs per period, > 0; may be inf.
        """
        paid = self._price(price)
        count = check_number("periods", periods, Domain(1, integer=True))
        start = check_number("quality_start", quality_start, Domain(0, self.quality_max))
        unlimited = isinstance(capacity, float) and capacity == math.inf
        most = math.inf if unlimited else check_number("capacity", capacity, POSITIVE)
        gap, legs, target = np.empty(count + 1), np.empty(count), self._break_even_gap(paid)
        gap[0] = self.quality_max - start
        for t in range(count):
            legs[t], gap[t + 1] = self._step(float(gap[t]), target, most)
        improvement = legs * self.learning_rate * gap[:-1]
        benefit = self.users * self.flow_value * (self.quality_max - gap[:-1])
        return FundingPath(
            quality=frozen_array(self.quality_max - gap),
            legs=frozen_array(legs),
            spending=frozen_array(paid * improvement),
            welfare=frozen_array(benefit + self.value * improvement - self.cost * legs),
        )

    def _step(self, gap: float, target: float, capacity: float) -> tuple[float, float]:
        # In gaps: close to the ceiling they keep the digits that qualities lose.
        drifted = gap + self.drift * (self.quality_max - gap)
        if gap < target or drifted <= target:
            return 0.0, drifted
        wanted = (drifted - target) / (self.learning_rate * gap)
        if wanted <= capacity:
            return wanted, target
        return capacity, drifted - capacity * self.learning_rate * gap

    def _price(self, price: float) -> float:
        paid: float = check(price=price)["price"]
        check_magnitude(price=paid)
        return paid

    def _break_even_gap(self, price: float) -> float:
        return self._evaluate(BREAK_EVEN_GAP, price=price) if self.value + price > 0 else math.inf

    def _evaluate(self, formula: Formula, **values: float) -> float:
        known = asdict(self) | values
        return float(formula(**{name: known[name] for name in formula.arguments}))
