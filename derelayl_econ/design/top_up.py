r"""The cheapest top-ups with which every leg of a relay is worth its cost, cold start included.

*Who decides what.* An initiator announces top-ups r_k >= 0 (money per accepted leg k = 0, ...,
K-1). The trainer of leg k pays c per attempt, succeeds with probability p and is then paid r_k
beside the price: training is a best response iff p [(w + lambda) g_k + r_k] >= c. The initiator

    minimises   sum_k d_k r_k,   d_k the discount of the payment for leg k,
    subject to  r_k >= c/p - (w + lambda) g_k  ("leg k pays"),  r_k >= 0,

and, as wished, r_k <= cap, sum_k r_k <= budget (undiscounted: what the purse must hold),
|r_k - r_(k+1)| <= step, r_(k+1) <= r_k. With delta per *attempt* and p, a leg takes a geometric
number of attempts, E delta^attempts = p delta/(1 - (1-p) delta) =: m, so that d_k = m^(k+1)/delta
(delta^k where p = 1). All of this is linear: without the wishes r_k = max(0, c/p - (w+lambda) g_k),
whose sum over the legs before the first rational one is the start-up subsidy of
:mod:`derelayl_econ.games.cold_start`.

*Robust.* Measured gains are uncertain: g = g^ + M z, |z| <= 1 (an ellipsoid), or
|g_k - g^_k| <= e_k (a box), and every leg must pay in the worst case. Fixed top-ups then need
r_k >= c/p - (w + lambda)(g^_k - |M_k|), M_k row k of M (g^_k - e_k in a box). Top-ups may also
answer what was measured before, r_k = a_k + sum_j b_kj (g_j - g^_j) over the ``memory`` legs before
k. All conditions become second-order cones (Ben-Tal, El Ghaoui, Nemirovski 2009, "Robust
Optimization", sections 1.3 and 14.3), as "leg k pays" reads

    a_k + (w + lambda) g^_k - |(w + lambda) M_k + sum_j b_kj M_j| >= c/p,

and the worst cost is sum_k d_k a_k + |sum_k d_k sum_j b_kj M_j|.

Source: theory notes, sections 3.1 (cold start) and 7; the robust version is own analysis.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.limits import Limit, Side, Variables, at_least, at_most
from derelayl_econ.design.program import Program
from derelayl_econ.design.result import Design
from derelayl_econ.design.terms import Convex, Norm, norm, total
from derelayl_econ.domains import NON_NEGATIVE, REAL, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.cold_start import QualityCurve
from derelayl_econ.notation import symbol
from derelayl_econ.results import frozen_array

__all__ = ["PAYMENT_DISCOUNT", "TOP_UP_FLOOR", "TopUpSchedule"]

Array = npt.NDArray[np.float64]

_W, _LAMBDA, _C, _G = symbol("value"), symbol("price"), symbol("cost"), symbol("gain")
_P, _DELTA, _K = symbol("success"), symbol("discount"), symbol("leg")
_SOURCE = "theory notes, section 3.1, with failing attempts"

TOP_UP_FLOOR = Formula("top-up with which a leg just pays", _C / _P - (_W + _LAMBDA) * _G, _SOURCE)
PAYMENT_DISCOUNT = Formula(
    "expected discount of the payment for leg k",
    (_P / (1 - (1 - _P) * _DELTA)) ** (_K + 1) * _DELTA**_K,
    _SOURCE,
)

_MONEY, _RATE, _COST = Domain(0, 1e9), Domain(1e-6, 1), Domain(0, 1e9, open_low=True)
_LEGS, _GAIN = Domain(1, 2000, integer=True), Domain(-1e9, 1e9)


@dataclass(frozen=True, kw_only=True, eq=False)
class TopUpSchedule:
    """A relay whose legs are to be topped up as cheaply as possible.

    Parameters
    ----------
    gains : array_like, shape (K,)
        Gain of each leg (score), measured or from a curve (:meth:`on_curve`); K <= 2000.
    cost : float
        c, cost of one attempt (money), > 0.
    value, price : float
        w and lambda, money per unit of quality.
    success : float
        p, probability that an attempt is accepted; at least 1e-6.
    discount : float
        delta per attempt, in (0, 1]; 1 for none.
    cap, budget, step : float or None
        Most per leg, most in all, most change from leg to leg (money).
    non_increasing : bool
        Whether top-ups may never rise.
    error : array_like, shape (K,) or None
        Half-width of the box of gains (score).
    ellipsoid : array_like, shape (K, m) or None
        M; not together with ``error``.
    memory : int
        How many earlier measured gains a top-up may answer; needs an ellipsoid.

    Examples
    --------
    >>> from derelayl_econ.quality import HillCurve
    >>> curve = HillCurve(quality_start=0, quality_max=1, effort_scale=10, steepness=2)
    >>> schedule = TopUpSchedule.on_curve(curve, legs=5, cost=1, price=40)
    >>> design = schedule.solve()
    >>> print(design["top-up"].round(3), round(design.value, 4), design.certificate.status)
    [0.604 0.    0.    0.    0.   ] 0.604 exact
    >>> print(design.price("leg 0 pays"))
    leg 0 pays: one more money of loss borne by its trainer lowers the cost by 1 money
    """

    gains: npt.ArrayLike
    cost: float
    value: float = 0.0
    price: float = 0.0
    success: float = 1.0
    discount: float = 1.0
    cap: float | None = None
    budget: float | None = None
    step: float | None = None
    non_increasing: bool = False
    error: npt.ArrayLike | None = None
    ellipsoid: npt.ArrayLike | None = None
    memory: int = 0

    def __post_init__(self) -> None:
        legs = check_array("gains", self.gains, _GAIN)
        check_number("number of gains", legs.size, _LEGS)
        put = object.__setattr__
        put(self, "gains", frozen_array(legs))
        put(self, "cost", check_number("cost", self.cost, _COST))
        for name in ("value", "price"):
            put(self, name, check_number(name, getattr(self, name), _MONEY))
        for name in ("success", "discount"):
            put(self, name, check_number(name, getattr(self, name), _RATE))
        for name in ("cap", "budget", "step"):
            if getattr(self, name) is not None:
                put(self, name, check_number(name, getattr(self, name), _MONEY))
        if not isinstance(self.non_increasing, bool):
            raise InputError("non_increasing", self.non_increasing, "be True or False")
        self._check_uncertainty(legs.size)

    def _check_uncertainty(self, legs: int) -> None:
        put = object.__setattr__
        put(self, "memory", check_number("memory", self.memory, Domain(0, legs - 1, integer=True)))
        if self.error is not None and self.ellipsoid is not None:
            raise InputError("error and ellipsoid", "both", "be given one at a time")
        if self.memory and self.ellipsoid is None:
            raise InputError("memory", self.memory, "be 0 without an ellipsoid")
        for name, domain, ndim in (("error", NON_NEGATIVE, 1), ("ellipsoid", REAL, 2)):
            if (given := getattr(self, name)) is not None:
                table = check_array(name, given, Domain(domain.low, 1e9), ndim=ndim)
                if len(table) != legs:
                    raise InputError(f"rows of {name}", len(table), f"be as many as gains, {legs}")
                put(self, name, frozen_array(table))

    @classmethod
    def on_curve(cls, curve: QualityCurve, legs: int, **more: Any) -> TopUpSchedule:
        """Return the problem on a learning curve, one leg being one unit of effort."""
        if not callable(getattr(curve, "quality", None)):
            raise InputError("curve", curve, "have a method quality(effort)")
        count = check_number("legs", legs, _LEGS)
        return cls(gains=np.diff(curve.quality(np.arange(count + 1.0))), **more)

    def solve(self) -> Design:
        """Return the cheapest schedule, variable ``"top-up"``, or what conflicts.

        With ``memory`` there is ``"answer"``, too: b_kj of k = 1, 2, ..., earliest j first.
        """
        variables = Variables()
        top_up = variables.block("top-up", self._floor.size)
        answers = self._answers(variables)
        objective, spent = (self._spending(top_up, answers, d) for d in (self._weights, None))
        limits = [*self._pays(top_up, answers), *self._wishes(top_up, answers)]
        if self.budget is not None:
            limits.append(at_most("budget", spent, Fraction(self.budget), knob="in the purse"))
        return Program(variables=variables, objective=objective, limits=tuple(limits)).solve()

    @property
    def _floor(self) -> Array:
        """Top-ups with which each leg just pays at the expected gains."""
        return TOP_UP_FLOOR(
            value=self.value,
            price=self.price,
            cost=self.cost,
            success=self.success,
            gain=self.gains,
        )

    @property
    def _weights(self) -> list[Fraction]:
        legs = np.arange(self._floor.size)
        found = PAYMENT_DISCOUNT(success=self.success, discount=self.discount, leg=legs)
        return [Fraction(float(weight)) for weight in found]

    @property
    def _shape(self) -> list[list[Fraction]]:
        """M as rationals, with no columns where nothing is uncertain."""
        table = np.empty((self._floor.size, 0)) if self.ellipsoid is None else self.ellipsoid
        return [[Fraction(float(entry)) for entry in row] for row in np.asarray(table)]

    def _answers(self, variables: Variables) -> list[dict[int, Convex]]:
        """Return b_kj by leg k and earlier leg j."""
        legs = self._floor.size
        pairs = [(k, j) for k in range(legs) for j in range(max(0, k - self.memory), k)]
        answers: list[dict[int, Convex]] = [{} for _ in range(legs)]
        if pairs:
            block = variables.block("answer", len(pairs))
            for (k, j), answer in zip(pairs, block, strict=True):
                answers[k][j] = answer
        return answers

    def _swing(self, answers: Sequence[dict[int, Convex]], k: int) -> list[Convex]:
        """Return sum_j b_kj M_j, by direction z."""
        shape = self._shape
        return [
            total(answer * shape[j][i] for j, answer in answers[k].items())
            for i in range(len(shape[k]))
        ]

    def _pays(self, top_up: Sequence[Convex], answers: Sequence[dict[int, Convex]]) -> list[Limit]:
        reach = Fraction(self.value) + Fraction(self.price)
        shape, floor = self._shape, [Fraction(float(r)) for r in self._floor]
        limits = []
        for k, own in enumerate(top_up):
            loss: Side = Fraction(0)
            if self.error is not None:
                loss = reach * Fraction(float(np.asarray(self.error)[k]))
            if answers[k]:
                swing = self._swing(answers, k)
                loss = norm([b + reach * m for b, m in zip(swing, shape[k], strict=True)])
            elif shape[k]:
                loss = reach * _length(shape[k])
            limits.append(at_least(f"leg {k} pays", own, loss + floor[k],
                                   knob="of loss borne by its trainer"))  # fmt: skip
        return limits

    def _wishes(
        self, top_up: Sequence[Convex], answers: Sequence[dict[int, Convex]]
    ) -> list[Limit]:
        swings = [norm(self._swing(answers, k)) if answers[k] else Convex()
                  for k in range(len(top_up))]  # fmt: skip
        low = [swing - own for own, swing in zip(top_up, swings, strict=True)]
        limits = [at_most("top-ups are not negative", low, 0, weight=np.inf)]
        if self.cap is not None:
            high = [own + swing for own, swing in zip(top_up, swings, strict=True)]
            limits.append(at_most("cap", high, Fraction(self.cap), knob="for every leg"))
        rises = [later - own for own, later in itertools.pairwise(top_up)]
        if self.step is not None and rises:
            limits.append(at_most("smoothness", [*rises, *(-rise for rise in rises)],
                                  Fraction(self.step), knob="of change per leg"))  # fmt: skip
        if self.non_increasing and rises:
            limits.append(at_most("top-ups never rise", rises, 0, knob="of rise per leg"))
        return limits

    def _spending(
        self,
        top_up: Sequence[Convex],
        answers: Sequence[dict[int, Convex]],
        weights: Sequence[Fraction] | None,
    ) -> Convex:
        """Return the worst-case sum of top-ups, weighted."""
        factors = weights or [Fraction(1)] * len(top_up)
        fixed = total(own * factor for own, factor in zip(top_up, factors, strict=True))
        if not any(answers):
            return fixed
        swings = [self._swing(answers, k) for k in range(len(top_up))]
        along = zip(*swings, strict=True)
        return fixed + norm(
            [total(s * f for s, f in zip(side, factors, strict=True)) for side in along]
        )


def _length(row: Sequence[Fraction]) -> Fraction:
    """Return the length of a vector, rounded up by at most 2^-80."""
    return Fraction(Norm().above(row))
