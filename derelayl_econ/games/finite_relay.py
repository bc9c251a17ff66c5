r"""The finite relay: without drift, a relay stops by itself, and this is after how many legs.

The game (theory notes, section 3.1)
------------------------------------
*Players*: a stream of trainers, one for each leg k = 0, 1, ... *Actions*: train the leg or leave.
*Quality*: a trained leg closes the share gamma of the gap to the ceiling, so before leg k the gap
is x_k = x_0 (1-gamma)^k, and the leg gains g_k = gamma x_k. *Payoffs*: who trains leg k pays c and
gets (w + lambda) g_k: the private value w of a unit of quality and the price lambda paid for it;
who leaves gets 0. *Best response*: train iff (w + lambda) g_k >= c (at equality the leg is
trained). *Equilibrium*: g_k falls, so legs 0, ..., K-1 are trained and the relay stops at K.

The trainers look at their own leg only; :mod:`derelayl_econ.games.baton` has members who wait for
each other. Closed form: K = floor(L) + 1 if L >= 0, else 0, with

    L = ln(gamma x_0 (w + lambda)/c) / (-ln(1 - gamma)).

What follows: (1-gamma) c/(gamma (w+lambda)) <= x_K < c/(gamma (w+lambda)) when K >= 1, so a share
s of the reward costs about ln(1/s)/(-ln(1-gamma)) legs: legs grow with the *logarithm* of money.

Public names: :class:`FiniteRelay`; the formulas broadcast over arrays, the class is scalar.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.formula import Formula
from derelayl_econ.games.magnitude import check_magnitude
from derelayl_econ.games.marginal_leg import compare_leg, count_legs, exactly, last_true
from derelayl_econ.notation import check, symbol

if TYPE_CHECKING:
    from derelayl_econ.games.cold_start import CurveRelay, QualityCurve

__all__ = [
    "BUDGET",
    "GAP_LEFT",
    "LAST_LEG",
    "LEGS_BOUND",
    "LEG_GAIN",
    "STOPPING_PRICE",
    "FiniteRelay",
]

Array = npt.NDArray[np.float64]

_W, _LAMBDA, _C = symbol("value"), symbol("price"), symbol("cost")
_X, _GAMMA, _K = symbol("gap"), symbol("learning_rate"), symbol("leg")
_SOURCE = "theory notes, section 3.1"
# (1-gamma)^k, as an exponential: accurate for small gamma, where 1 - gamma would lose digits.
_KEPT = sp.exp(_K * sp.log(1 - _GAMMA))
_STEPS = Domain(0, integer=True)

LAST_LEG = Formula(
    "last rational leg (real)",
    # Logarithms apart: the product may overflow where its logarithm does not.
    (sp.log(_GAMMA) + sp.log(_X) + sp.log(_W + _LAMBDA) - sp.log(_C)) / -sp.log(1 - _GAMMA),
    _SOURCE,
)
"""L: legs 0, ..., floor(L) are rational; none if L < 0."""

LEG_GAIN = Formula("gain of leg k", _GAMMA * _X * _KEPT, _SOURCE)
"""g_k = gamma x_0 (1-gamma)^k, score."""

GAP_LEFT = Formula("gap after k legs", _X * _KEPT, _SOURCE)
"""x_k = x_0 (1-gamma)^k, score."""

LEGS_BOUND = Formula("most legs on any curve", (_W + _LAMBDA) * _X / _C, _SOURCE)
"""(w + lambda) x_0 / c: no learning curve from gap x_0 has more rational legs."""

STOPPING_PRICE = Formula("price that buys leg k", _C / (_GAMMA * _X * _KEPT) - _W, _SOURCE)
"""Price at which leg k is just worth its cost, money/score (negative: it needs no price)."""

BUDGET = Formula("spending on k legs", _LAMBDA * _X * (1 - _KEPT), _SOURCE)
"""lambda (x_0 - x_k): what the price costs its payer, money."""


@dataclass(frozen=True, eq=False)
class FiniteRelay:
    """A relay on the geometric learning curve, without drift.

    Proved: theorem T4 in proofs/.

    Parameters
    ----------
    value : float
        w, a trainer's private value of one unit of quality (money/score), >= 0.
    price : float
        lambda, reward per unit of verified improvement (money/score), >= 0.
    cost : float
        c, cost of training one leg (money), > 0.
    gap : float
        x_0 = q_max - q_0, headroom before the first leg (score), >= 0.
    learning_rate : float
        gamma, share of the gap one accepted leg closes, in (0, 1).

    Raises
    ------
    InputError
        If a parameter lies outside its domain, or is too large or small for floats.

    Notes
    -----
    The number of legs is decided in exact arithmetic, a float being the binary fraction it is.
    :class:`fractions.Fraction` inputs are taken exactly: with ``learning_rate=Fraction(1, 10)`` a
    coincidence of decimal numbers on paper is a coincidence here too.

    Examples
    --------
    >>> relay = FiniteRelay(value=1, price=3, cost=0.1, gap=1, learning_rate=0.2)
    >>> relay.legs(), relay.planner_legs(users=10), relay.under_provision(users=10)
    (10, 15, 5)
    >>> round(relay.final_quality_gap(), 4), round(relay.budget(), 4), relay.bound()
    (0.1074, 2.6779, 40.0)
    >>> round(relay.stopping_price(12), 4)
    4.8208
    """

    value: float
    price: float
    cost: float
    gap: float
    learning_rate: float
    _exact: dict[str, Fraction] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        checked = check(**given)
        for name, number in checked.items():
            object.__setattr__(self, name, number)
        check_magnitude(**checked)
        exact = {name: exactly(given[name], checked[name]) for name in checked}
        object.__setattr__(self, "_exact", exact)

    @classmethod
    def on_curve(cls, value: float, price: float, cost: float, curve: QualityCurve) -> CurveRelay:
        """Return the same relay on any learning curve, whose gains may first rise (cold start).

        Parameters
        ----------
        curve : object with ``quality(effort)``
            One leg is one unit of effort; a ``quality_max`` attribute is used when present.

        See Also
        --------
        derelayl_econ.games.cold_start.CurveRelay
        """
        from derelayl_econ.games.cold_start import CurveRelay

        return CurveRelay(value=value, price=price, cost=cost, curve=curve)

    def legs(self) -> int:
        """Return the number K of legs that are trained; at equality a leg is trained."""
        return self._count(self._exact["value"], self._exact["price"])

    def is_rational(self, leg: int) -> bool:
        """Return whether leg ``leg`` >= 0 is worth its cost to the one who trains it (exact)."""
        index = check_number("leg", leg, _STEPS)
        worth = self._worth(self._exact["value"], self._exact["price"])
        return compare_leg(worth, self._exact["cost"], self._keep, index) >= 0

    def gains(self, legs: int) -> Array:
        """Return the gains g_0, ..., g_(legs-1) in score; shape (legs,)."""
        count = check_number("legs", legs, _STEPS)
        return LEG_GAIN(gap=self.gap, learning_rate=self.learning_rate, leg=np.arange(count))

    def final_quality_gap(self) -> float:
        """Return the gap x_K that is left when the relay stops (score)."""
        return float(GAP_LEFT(gap=self.gap, learning_rate=self.learning_rate, leg=self.legs()))

    def bound(self) -> float:
        """Return (w + lambda) x_0/c, which no learning curve from this gap can exceed in legs."""
        return float(LEGS_BOUND(**self._values("value", "price", "gap", "cost")))

    def budget(self) -> float:
        """Return what the price costs its payer until the relay stops (money)."""
        return float(BUDGET(**self._values("price", "gap", "learning_rate"), leg=self.legs()))

    def planner_legs(self, users: float, *, price_is_transfer: bool = False) -> int:
        """Return the legs a planner trains who counts the value of all ``users``: N w for w.

        Parameters
        ----------
        users : float
            N, people who have the private value w of each unit of quality, > 0.
        price_is_transfer : bool
            False: the price is somebody else's value of quality and counts (N w + lambda). True:
            it only moves money between those the planner cares for (N w).
        """
        people = check_number("users", users, Domain(0, open_low=True))
        price = Fraction(0) if price_is_transfer else self._exact["price"]
        return self._count(exactly(users, people) * self._exact["value"], price)

    def under_provision(self, users: float, *, price_is_transfer: bool = False) -> int:
        """Return planner's legs minus trained legs (negative: the price buys too many)."""
        return self.planner_legs(users, price_is_transfer=price_is_transfer) - self.legs()

    def stopping_price(self, legs: int) -> float:
        """Return the smallest price (money/score, a float >= 0) that buys at least ``legs`` legs.

        ``inf`` if no finite price does (no gap is left, or the price overflows).
        """
        count = check_number("legs", legs, _STEPS)
        if count == 0:
            return 0.0
        rest = self._values("cost", "gap", "learning_rate", "value")
        closed_form = float(STOPPING_PRICE(**rest, leg=count - 1))
        # Right up to rounding, which the subtraction magnifies: find the float that is enough.
        hint = _place(max(0.0, closed_form))
        return _float_at(last_true(lambda place: not self._buys(place, count - 1), hint) + 1)

    def _buys(self, place: int, leg: int) -> bool:
        if place >= _place(math.inf):
            return True
        worth = self._worth(self._exact["value"], Fraction(_float_at(place)))
        return compare_leg(worth, self._exact["cost"], self._keep, leg) >= 0

    @property
    def _keep(self) -> Fraction:
        return 1 - self._exact["learning_rate"]

    def _worth(self, value: Fraction, price: Fraction) -> Fraction:
        return self._exact["learning_rate"] * self._exact["gap"] * (value + price)

    def _count(self, value: Fraction, price: Fraction) -> int:
        rest = self._values("cost", "gap", "learning_rate")
        hint = float(LAST_LEG(value=float(value), price=float(price), **rest))
        return count_legs(self._worth(value, price), self._exact["cost"], self._keep, hint=hint)

    def _values(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}


def _place(number: float) -> int:
    """Return the place of a float >= 0 in the increasing list of all of them."""
    return int(np.float64(number).view(np.int64))


def _float_at(place: int) -> float:
    return float(np.int64(place).view(np.float64))
