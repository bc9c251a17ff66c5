r"""Turn-taking for ever: the discount from which on members of a rota do their duty.

The game (theory notes, section 3.3)
------------------------------------
*Players*: N members in a fixed cycle; one leg after the other is on duty. *Actions*: the member on
duty trains, at cost c, or hands in nothing of worth, at no cost. A verdict rejects honest work with
probability alpha and accepts a fake with probability beta, alpha + beta < 1. Who is rejected is
excluded for ever and replaced; the others are paid as before. *Payoffs*: each member enjoys a flow
u per leg, net of the outside option, from the leg of the own duty on, as long as nobody has
excluded it; later legs count by the discount factor delta. *Equilibrium*: all serve, whenever they
are on duty, and no member gains by shirking, once or ever (subgame perfection: membership is all
that the past changes).

Result
------
With S = u (1-delta^N)/(1-delta), the flow of one cycle, serving for ever is worth

    V = ((1-alpha) S - c) / (1 - (1-alpha) delta^N),

and shirking for ever W = beta S/(1 - beta delta^N). *Best response*: serve iff shirking once does
not pay, c <= (1-alpha-beta)(S + delta^N V), that is iff

    (1-alpha-beta) S >= c (1 - beta delta^N).

The left side rises in delta and the right one does not, so the rota is an equilibrium from a
*critical discount* on: from 0 if c <= (1-alpha-beta) u, never if c (1-beta) >= (1-alpha-beta) u N.
It is also worth joining then: V >= 0. The same inequality, solved for c and for N, says which costs
a rota bears and how few members are enough (own algebra): more members always help, because a
shirker loses a whole cycle. Proved: theorem T6 in proofs/.

Public names: :class:`RepeatedRelay`; the formulas broadcast over arrays, the class is scalar.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.magnitude import SMALLEST, check_magnitude
from derelayl_econ.games.marginal_leg import exactly, last_true
from derelayl_econ.games.rota_threshold import CriticalDiscount, Rota, compare_rota, find_threshold
from derelayl_econ.notation import check, check_error_rates, symbol
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet

__all__ = [
    "CRITICAL_MANY",
    "CRITICAL_TWO",
    "CYCLE_FLOW",
    "FEWEST_MEMBERS",
    "LARGEST_COST",
    "MOST_MEMBERS",
    "SERVING_VALUE",
    "SHIRKING_GAIN",
    "SHIRKING_VALUE",
    "RepeatedRelay",
]

MOST_MEMBERS = 10**6

_SOURCE = "theory notes, section 3.3"
_U, _C, _N, _DELTA = symbol("flow"), symbol("cost"), symbol("participants"), symbol("discount")
_ALPHA, _BETA = symbol("false_reject"), symbol("false_accept")
_POWER = 1 - _ALPHA - _BETA
# delta^N as an exponential: 1 - delta^N then keeps its digits where delta is near 1.
_CYCLE = sp.exp(_N * sp.log(_DELTA))

CYCLE_FLOW = Formula("flow of one cycle", _U * (1 - _CYCLE) / (1 - _DELTA), _SOURCE)
"""S, money."""

_FLOW = CYCLE_FLOW.expression

SERVING_VALUE = Formula(
    "value of serving for ever, on duty",
    ((1 - _ALPHA) * _FLOW - _C) / (1 - (1 - _ALPHA) * _CYCLE),
    _SOURCE,
)
"""V, money."""

SHIRKING_VALUE = Formula(
    "value of shirking for ever, on duty", _BETA * _FLOW / (1 - _BETA * _CYCLE), _SOURCE
)
"""W, money."""

SHIRKING_GAIN = Formula(
    "gain from shirking once",
    (_C * (1 - _BETA * _CYCLE) - _POWER * _FLOW) / (1 - (1 - _ALPHA) * _CYCLE),
    _SOURCE,
)
"""c - (1-alpha-beta)(S + delta^N V), money; not positive in equilibrium."""

LARGEST_COST = Formula(
    "largest cost that a rota bears", _POWER * _FLOW / (1 - _BETA * _CYCLE), _SOURCE
)
"""Money per leg."""

FEWEST_MEMBERS = Formula(
    "fewest members whose rota is served (real)",
    sp.log((_POWER * _U - _C * (1 - _DELTA)) / (_POWER * _U - _C * _BETA * (1 - _DELTA)))
    / sp.log(_DELTA),
    _SOURCE + ", solved for N",
)
"""Where (1-alpha-beta) u > c (1-delta); otherwise no number is enough."""

CRITICAL_TWO = Formula(
    "critical discount of two members",
    2 * (_C - _POWER * _U)
    / (_POWER * _U + sp.sqrt((_POWER * _U) ** 2 + 4 * _BETA * _C * (_C - _POWER * _U))),
    _SOURCE + ", the quadratic for N = 2",
)  # fmt: skip
"""c/((1-alpha) u) - 1 if no fake is accepted."""

CRITICAL_MANY = Formula("limit of the critical discount", 1 - _POWER * _U / _C, _SOURCE)
"""As N grows, where c > (1-alpha-beta) u."""


@dataclass(frozen=True, eq=False)
class RepeatedRelay:
    """A rota without end, with errors of detection.

    Parameters
    ----------
    participants : int
        N, members of the cycle, 2 to 10^6.
    flow : float
        u, a member's benefit per leg, net of the outside option (money), > 0.
    cost : float
        c, cost of one duty (money), > 0.
    false_reject, false_accept : float
        alpha and beta: probabilities that honest work is rejected and a fake accepted, together
        below 1.

    Raises
    ------
    InputError
        If a parameter lies outside its domain, or is too large or small for floats.

    Notes
    -----
    Which discounts support the rota is decided without rounding, a float being the binary fraction
    that it is and a :class:`fractions.Fraction` itself.

    Examples
    --------
    >>> relay = RepeatedRelay(5, flow=1, cost=3, false_reject=0.02, false_accept=0.1)
    >>> threshold = relay.critical_discount()
    >>> print(f"{threshold.value:.6f} {threshold.check()}")
    0.791064 True
    >>> [len(relay.equilibria(delta)) for delta in (0.79, 0.8)]
    [0, 1]
    >>> relay.fewest_members(0.85), round(relay.largest_cost(0.85), 4)
    (5, 3.4151)
    """

    participants: int
    flow: float
    cost: float
    false_reject: float = 0.0
    false_accept: float = 0.0
    _exact: dict[str, Fraction] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        checked = check(**given)
        check_error_rates(self.false_reject, self.false_accept)
        check_magnitude(**checked)
        if checked["participants"] > MOST_MEMBERS:
            raise InputError("participants", checked["participants"], f"be at most {MOST_MEMBERS}")
        if checked["flow"] < SMALLEST:
            raise InputError("flow", checked["flow"], f"be at least {SMALLEST:g}")
        for name, number in checked.items():
            object.__setattr__(self, name, number)
        exact = {name: exactly(given[name], checked[name]) for name in checked}
        object.__setattr__(self, "_exact", exact)

    def critical_discount(self) -> CriticalDiscount:
        """Return the smallest discount at which all serve in equilibrium, with its certificate.

        Proved: theorem T6 in proofs/ (it is one number).
        """
        return find_threshold(self._rota())

    def serves(self, discount: float | Fraction) -> bool:
        """Return whether the rota is an equilibrium at this discount in (0, 1); exact."""
        return compare_rota(self._rota(), self._discount(discount)) >= 0

    def equilibria(self, discount: float | Fraction) -> EquilibriumSet:
        """Return the rota as an equilibrium if it is one, else an empty list.

        Coverage is "some": rotas that are not always served are not looked for.

        Parameters
        ----------
        discount : float or Fraction
            delta in (0, 1).

        Returns
        -------
        EquilibriumSet
            ``strategy`` 1.0, the probability of serving; ``payoff`` the value of the member on duty
            (money); ``regret`` what shirking for ever would pay more.
        """
        found: tuple[Equilibrium, ...] = ()
        if self.serves(discount):
            found = (Equilibrium(
                strategy=1.0, payoff=self.serving_value(discount), regret=self.regret(discount),
                certificate=self.critical_discount(), label="all serve",
            ),)  # fmt: skip
        return EquilibriumSet(equilibria=found, coverage=Coverage.SOME,
                              method="sign of the incentive, without rounding")  # fmt: skip

    def serving_value(self, discount: float | Fraction) -> float:
        """Return what serving for ever is worth to the member on duty (money)."""
        return self._at(SERVING_VALUE, discount)

    def shirking_value(self, discount: float | Fraction) -> float:
        """Return what shirking for ever is worth to the member on duty (money)."""
        return self._at(SHIRKING_VALUE, discount)

    def shirking_gain(self, discount: float | Fraction) -> float:
        """Return what shirking once, then serving, pays more than serving (money)."""
        return self._at(SHIRKING_GAIN, discount)

    def regret(self, discount: float | Fraction) -> float:
        """Return what the best reply to a rota pays more than serving (money), >= 0.

        The best reply is to serve always or to shirk always: each time the same is at stake.
        Exactly 0 where :meth:`serves` holds.
        """
        if self.serves(discount):
            return 0.0
        return max(0.0, self.shirking_value(discount) - self.serving_value(discount))

    def largest_cost(self, discount: float | Fraction) -> float:
        """Return the largest cost of a duty (money) with which the rota is an equilibrium."""
        return self._at(LARGEST_COST, discount)

    def fewest_members(self, discount: float | Fraction) -> float:
        """Return the smallest number of members, >= 2, whose rota is an equilibrium.

        An int; ``inf`` if no number up to 10^6 is enough.
        """
        delta = self._discount(discount)

        def fails(beyond_two: int) -> bool:
            return compare_rota(self._rota(beyond_two + 2), delta) < 0

        if fails(MOST_MEMBERS - 2):
            return math.inf
        near = self._at(FEWEST_MEMBERS, discount)
        hint = int(min(max(near, 2.0), MOST_MEMBERS)) - 2 if math.isfinite(near) else 0
        return last_true(fails, hint) + 3

    def _rota(self, members: int | None = None) -> Rota:
        exact = self._exact
        return Rota(self.participants if members is None else members,
                    exact["cost"] / exact["flow"], exact["false_reject"],
                    exact["false_accept"])  # fmt: skip

    def _at(self, formula: Formula, discount: Any) -> float:
        values = {name: getattr(self, name) for name in formula.arguments if name != "discount"}
        return float(formula(**values, discount=float(self._discount(discount))))

    @staticmethod
    def _discount(discount: Any) -> Fraction:
        return exactly(discount, check(discount=discount)["discount"])
