r"""A designer's problem: an objective and named conditions, solved through cvxpy.

Minimise (or maximise) f_0(x) subject to named conditions f_i(x) <= 0 or = 0, all convex. cvxpy
hands linear programs to HiGHS and curved ones to Clarabel. Their word is not taken: "optimal" is
reported only with a certificate in rational arithmetic (:mod:`certificate`) whose gap is below
``GAP`` of the value, every other status of the solver is passed on, and infeasible programs come
back with their smallest conflict and the cheapest relaxation (:mod:`conflict`).

The price lambda of a condition is the derivative of the best value when its right side moves
(Boyd and Vandenberghe 2004, "Convex Optimization", section 5.6): it holds for small changes, and
where prices are not unique it is one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.certificate import BoundCertificate
from derelayl_econ.design.certify import certify
from derelayl_econ.design.conflict import find_conflict
from derelayl_econ.design.limits import Limit, Variables
from derelayl_econ.design.result import Design, DesignStatus, DualPrice
from derelayl_econ.design.solver import interior_point, solve_floats
from derelayl_econ.design.terms import Convex
from derelayl_econ.errors import InputError
from derelayl_econ.results import format_number, frozen_array

__all__ = ["GAP", "Program"]

GAP = 1e-6
"""Largest gap of a certificate, relative to the value (or to 1), with which it is an optimum."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Program:
    """An objective and named conditions.

    Parameters
    ----------
    variables : Variables
    objective : Convex
        Affine plus convex terms; affine plus terms of its negative if it is maximised.
    limits : sequence of Limit
        With different names.
    maximise : bool
        The objective given is *minus* what is to be maximised if True: a convex function to be
        minimised either way. Values and prices are reported of the maximum.
    unit, goal : str
        Unit and name of the objective, for sentences.

    Examples
    --------
    >>> from derelayl_econ.design.limits import at_least
    >>> variables = Variables()
    >>> reward = variables.single("reward")
    >>> program = Program(variables=variables, objective=reward,
    ...                   limits=[at_least("leg pays", reward, 2, knob="of cost saved")])
    >>> design = program.solve()
    >>> design.value, design.certificate.status
    (2.0, 'exact')
    >>> print(design.prices[0])
    leg pays: one more money of cost saved lowers the cost by 1 money
    """

    variables: Variables
    objective: Convex
    limits: tuple[Limit, ...]
    maximise: bool = False
    unit: str = "money"
    goal: str = "cost"

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", tuple(self.limits))
        names = [limit.name for limit in self.limits]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError("name of a condition", twice, "be used once")

    @property
    def affine(self) -> bool:
        """Whether it is a linear program."""
        rows = [row for limit in self.limits for row in limit.rows]
        return self.objective.affine and all(row.affine for row in rows)

    def solve(self, *, explain: bool = True) -> Design:
        """Return the best design, or why there is none.

        Parameters
        ----------
        explain : bool
            Whether to look for the smallest conflict and cheapest relaxation of an infeasible one.
        """
        answer = solve_floats(self.objective, self.limits, self.variables.count)
        if answer.status is DesignStatus.INFEASIBLE:
            return self._infeasible(explain=explain)
        if answer.point is None:
            return self._empty(answer.status)
        inside = None if self.affine else interior_point(self.limits, self.variables.count)
        proof = certify(self.objective, self.limits, self.variables.count, answer.point, inside)
        if proof is None:
            return self._design(DesignStatus.INACCURATE, answer.point, None)
        small = float(proof.gap) <= GAP * max(1.0, abs(float(proof.value)))
        status = DesignStatus.OPTIMAL if small else DesignStatus.INACCURATE
        point = np.array([float(x) for x in proof.point])
        return self._design(status, point, proof if small else None)

    def with_limits(self, limits: tuple[Limit, ...]) -> Program:
        """Return the same problem under other conditions."""
        return replace(self, limits=limits)

    def _infeasible(self, *, explain: bool) -> Design:
        if not explain:
            return self._empty(DesignStatus.INFEASIBLE)
        conflict = find_conflict(self.variables, self.limits)
        if conflict is None:  # the solver erred by a rounding: all conditions can be met
            return self._empty(DesignStatus.INACCURATE)
        return replace(self._empty(DesignStatus.INFEASIBLE), conflict=conflict)

    def _empty(self, status: DesignStatus) -> Design:
        return Design(status=status, value=None, variables={}, unit=self.unit)

    def _design(self, status: DesignStatus, point: Array, proof: BoundCertificate | None) -> Design:
        exact = [Fraction(float(x)) for x in point] if proof is None else list(proof.point)
        value = float(self.objective.above(exact))
        return Design(
            status=status, value=-value if self.maximise else value, unit=self.unit,
            variables=self._named(point), certificate=proof,
            prices=() if proof is None else self._prices(proof),
        )  # fmt: skip

    def _named(self, point: Array) -> Mapping[str, Any]:
        return {
            name: frozen_array(point[first : first + size]) if size != 1 else float(point[first])
            for name, (first, size) in self.variables.blocks.items()
        }

    def _prices(self, proof: BoundCertificate) -> tuple[DualPrice, ...]:
        found = []
        for limit, prices in zip(self.limits, proof.prices, strict=True):
            price = float(sum(prices, Fraction(0)))
            slack = -max(float(row.above(proof.point)) for row in limit.rows)
            found.append(DualPrice(name=limit.name, unit=limit.unit, price=price, slack=slack + 0.0,
                                   sentence=self._sentence(limit, price, slack)))  # fmt: skip
        return tuple(found)

    def _sentence(self, limit: Limit, price: float, slack: float) -> str:
        if price == 0:
            room = (
                f"it has {format_number(slack)} {limit.unit} to spare" if slack > 0 else "as it is"
            )
            return f"{limit.name}: moving it a little changes nothing, {room}"
        better, worse = ("raises", "lowers") if self.maximise else ("lowers", "raises")
        verb = better if price > 0 else worse
        what = f"one more {limit.unit} {limit.knob or 'of slack'}"
        effect = f"{verb} the {self.goal} by {format_number(abs(price))} {self.unit}"
        return f"{limit.name}: {what} {effect}"
