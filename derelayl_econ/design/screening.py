r"""Hidden training costs: a menu of efforts and rewards from which every trainer picks its line.

The game (theory notes, section 7). *Players*: an initiator, and a trainer of hidden type theta_1 <
... < theta_n (cost of one unit of work, money), of type i with probability f_i. *Actions*: the
initiator offers lines (e_i, r_i), effort and reward; the trainer takes one, or U elsewhere.
*Payoffs*: the trainer r - theta_i C(e) with C(e) = e^p + b e^2/2, the initiator B(e) - r, B
increasing and concave (:mod:`derelayl_econ.design.effort_value`). *Best response*: the line that
the type likes best. Nothing is lost if line i is made for type i and every type is kept (revelation
principle), so the initiator's problem is

    maximise    sum_i f_i (B(e_i) - r_i)
    subject to  r_i - theta_i C(e_i) >= U                            every type takes part,
                r_i - theta_i C(e_i) >= r_j - theta_i C(e_j)         all i, j: its own line is best,
                floor <= e_i <= cap,   sum_i f_i r_i <= budget.

In works k_i >= C(e_i) instead of efforts it is convex: k enters the conditions linearly, C is
convex, B concave and increasing (so that no work is left undone). The conditions between neighbours
imply all n^2: adding up i against i+1 and i+1 against i shows that k does not rise with the type,
and then differences add up. The certificate checks all n^2 nevertheless, in rational numbers.

Solution: type n gets U, every other type a *rent* for what it could do at less cost in the place of
the next; so work costs its virtual cost, ironed where that falls
(:mod:`derelayl_econ.design.ironing`), and e_i maximises B(e) - (1 + beta) s_i C(e) between floor
and cap, with beta the price of the budget (:mod:`derelayl_econ.design.menu_proof`). The cheapest
type works as if its cost were known, the others less.

Every type is served: U is paid even to types that are asked for nothing.

Source: theory notes, section 7; Laffont and Martimort 2002, "The Theory of Incentives", chapters 2
and 3; Baron and Myerson 1982, Econometrica 50:911.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.effort_value import SIZE, EffortValue, Work
from derelayl_econ.design.ironing import HiddenTypes
from derelayl_econ.design.menu_proof import best_lines, certificate_of, program_of
from derelayl_econ.design.menu_result import MenuDesign, with_menu
from derelayl_econ.design.program import GAP, Program
from derelayl_econ.design.result import Design
from derelayl_econ.design.robust_menu import RobustShares, robust_menu
from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.results import frozen_array

__all__ = ["ScreeningMenu"]

Array = npt.NDArray[np.float64]
Exact = tuple[Fraction, ...]

_MONEY, _UP_TO = Domain(-1e12, 1e12), Domain(0, 1e12)
_SHARE = Domain(1e-12, 1)
_MOST_TYPES = 5000
_SUM = 1e-9  # by which shares may miss 1, being decimals


@dataclass(frozen=True, kw_only=True, eq=False)
class ScreeningMenu:
    """The initiator's problem with hidden costs.

    Parameters
    ----------
    costs : array of shape (types,)
        theta_i (money per unit of work), > 0, increasing.
    shares : array of shape (types,)
        f_i > 0, the probabilities of the types, which add up to 1.
    value : LogCurve, RootCurve, ExponentialCurve, PowerCurve or QuadraticBenefit
        B, the initiator's value of effort (score, times ``worth``).
    cap : float
        Largest effort that may be asked for, > 0.
    worth : float
        Money per score of the curve, > 0.
    floor : float
        Least effort of every type, from 0 to ``cap``.
    outside : float
        U, what a type gets elsewhere (money).
    budget : float or None
        Most that may be spent on average, sum f_i r_i (money).
    work_power, work_bend : int, float
        p and b of C(e) = e^p + b e^2/2; C(e) = e by default.

    Raises
    ------
    InputError
        If an argument is no such number or array, or the bounds of effort contradict each other.

    Examples
    --------
    >>> from derelayl_econ.design.effort_value import QuadraticBenefit
    >>> menu = ScreeningMenu(costs=[1, 2], shares=[0.5, 0.5], cap=10,
    ...                      value=QuadraticBenefit(slope=5, bend=1))
    >>> design = menu.solve()
    >>> print(design)
    optimal, 5 money (exact)
    cost  share  effort  reward  rent  virtual cost  first best
    1     0.5    4       6       2     1             4
    2     0.5    2       4       0     3             3
    >>> design.certificate.check(), design.information_cost
    (True, 1.25)
    """

    costs: npt.ArrayLike
    shares: npt.ArrayLike
    value: Any
    cap: float
    worth: float = 1.0
    floor: float = 0.0
    outside: float = 0.0
    budget: float | None = None
    work_power: int = 1
    work_bend: float = 0.0

    def __post_init__(self) -> None:
        costs, shares = check_array("costs", self.costs, SIZE), _shares(self.shares)
        if costs.size > _MOST_TYPES:
            raise InputError("costs", f"{costs.size} types", f"be at most {_MOST_TYPES}")
        if costs.shape != shares.shape:
            raise InputError(
                "shares", f"{shares.size} entries", f"be as many as costs, {costs.size}"
            )
        if (np.diff(costs) <= 0).any():
            raise InputError("costs", costs, "increase from type to type")
        for name, domain in (("outside", _MONEY), ("floor", _UP_TO), ("budget", _MONEY)):
            if name != "budget" or self.budget is not None:
                object.__setattr__(self, name, check_number(name, getattr(self, name), domain))
        object.__setattr__(self, "costs", frozen_array(costs))
        object.__setattr__(self, "shares", frozen_array(shares))
        if self.floor > self.effort_value.cap:
            raise InputError("floor", self.floor, f"be at most cap = {self.effort_value.cap:g}")
        object.__setattr__(self, "cap", self.effort_value.cap)
        _ = self.work  # refused here, not later

    @cached_property
    def effort_value(self) -> EffortValue:
        """B on [0, cap]."""
        return EffortValue(self.value, self.worth, self.cap)

    @cached_property
    def work(self) -> Work:
        """The function C."""
        return Work(self.work_power, self.work_bend)

    @cached_property
    def types(self) -> HiddenTypes:
        """Costs taken at face value, shares scaled to add up to 1 exactly."""
        given = [Fraction(float(share)) for share in np.asarray(self.shares)]
        whole = sum(given, Fraction(0))
        costs = tuple(Fraction(float(cost)) for cost in np.asarray(self.costs))
        return HiddenTypes(costs, tuple(share / whole for share in given))

    def program(self) -> Program:
        """Return the convex program, local conditions only; its ``solve()`` is a second opinion."""
        return program_of(self)

    def solve(self) -> MenuDesign:
        """Return the best menu, by virtual costs, with its proof; or the conditions that conflict.

        Prices and certificate are those of :meth:`program`.
        """
        program = program_of(self)
        lines = best_lines(self)
        if lines is None:
            return with_menu(program.solve())
        proof = certificate_of(self, program, lines)
        if proof is None or float(proof.gap) > GAP * max(1.0, abs(float(proof.value))):
            return self.filled(program.unproved(lines.point(self)), self.types)
        return self.filled(program.proved(proof), self.types)

    def robust(self, *, box: npt.ArrayLike = 0.0, ellipsoid: float = 0.0) -> MenuDesign:
        """Return the menu that is best under the worst probabilities of the types.

        Parameters
        ----------
        box : float or array of shape (types,)
            f_i may be off by at most this much.
        ellipsoid : float
            rho: f - shares may be any u with sum u_i^2/f_i <= rho^2 (up to rounding of sqrt(f_i)).

        Raises
        ------
        InputError
            If both or none are above 0, if some type might have probability 0, or with a budget:
            what is spent on average is not known then.

        See :mod:`derelayl_econ.design.robust_menu` for the program.

        Examples
        --------
        >>> from derelayl_econ.design.effort_value import QuadraticBenefit
        >>> menu = ScreeningMenu(costs=[1, 2], shares=[0.5, 0.5], cap=10,
        ...                      value=QuadraticBenefit(slope=5, bend=1))
        >>> design = menu.robust(box=0.1)
        >>> design.shares.round(4), round(design.value, 4)
        (array([0.4, 0.6]), 4.8333)
        """
        return robust_menu(self, RobustShares.of(self, box, ellipsoid))

    def first_best(self) -> tuple[Array, float]:
        """Return the efforts and the value if costs were known, without a budget."""
        costs = np.asarray(self.costs)
        efforts = np.maximum(self.effort_value.best(costs, self.work), self.floor)
        surplus = self.effort_value.value(efforts) - costs * self.work.amount(efforts)
        return efforts, float(np.asarray(self.shares) @ surplus - self.outside)

    def filled(self, design: Design, types: HiddenTypes) -> MenuDesign:
        """Return a design of this menu's program with what it means for types of these shares."""
        costs, weights = np.asarray(self.costs), np.array([float(f) for f in types.shares])
        efforts, rewards = (np.atleast_1d(design[name]) for name in ("effort", "reward"))
        rents = rewards - costs * self.work.amount(efforts) - self.outside
        first, first_value = self.first_best()
        return with_menu(
            design, costs=self.costs, shares=frozen_array(weights), efforts=frozen_array(efforts),
            rewards=frozen_array(rewards), rents=frozen_array(rents),
            virtual_costs=frozen_array([float(s) for s in types.virtual]),
            ironed_costs=frozen_array([float(s) for s in types.ironed]), pooled=types.pooled,
            excluded=tuple(int(i) for i in np.flatnonzero(efforts == 0)),
            first_best_efforts=frozen_array(first), first_best_value=first_value,
            expected_reward=float(weights @ rewards), expected_rent=float(weights @ rents),
        )  # fmt: skip


def _shares(values: Any) -> Array:
    shares = check_array("shares", values, _SHARE)
    if abs(math.fsum(shares) - 1) > _SUM:
        raise InputError("shares", math.fsum(shares), "add up to 1")
    return shares / math.fsum(shares)
