r"""The curved terms of a menu's program: minus the value of effort, and the work that it takes.

Both offer what :mod:`derelayl_econ.design.terms` asks of an outer function: a rational at least the
value, tangents that lie nowhere above the function, and the cvxpy expression.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derelayl_econ.design.effort_value import EffortValue, QuadraticBenefit, Work
from derelayl_econ.design.terms import Point, Tangent
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.quality import ExponentialCurve

__all__ = ["MinusValue", "WorkTaken", "cvxpy_module"]


@dataclass(frozen=True)
class MinusValue:
    """phi(e) = -B(e), convex in e >= 0."""

    value: EffortValue

    def above(self, values: Point) -> Fraction | float:
        """Return a rational at least -B(e); inf for e < 0 or where B is not enclosed."""
        if values[0] < 0:
            return math.inf
        low = self.value.bounds(values[0])[0]
        return -low

    def tangent(self, values: Point) -> Tangent | None:
        """Return (c, a) with -B(e) >= c + a e for all e >= 0.

        With B <= top and low <= B' <= high at v: B(e) <= top + high (e - v) from v up, and below v
        by at most (high - low) v more.
        """
        place = values[0]
        if place < 0:
            return None
        top, (low, high) = self.value.bounds(place)[1], self.value.slopes(place)
        if not isinstance(top, Fraction) or not isinstance(low, Fraction):
            return None
        assert isinstance(high, Fraction)
        return low * place - top, (-high,)

    def expression(self, values: Any) -> Any:
        """Return -B of each row."""
        cp = cvxpy_module()
        curve, effort, worth = self.value.curve, values[:, 0], self.value.worth
        if isinstance(curve, QuadraticBenefit):
            return worth * (curve.bend / 2 * cp.square(effort) - curve.slope * effort)
        scaled = effort / curve.effort_scale
        if isinstance(curve, LogCurve):
            return -worth * curve.height * cp.log(1 + scaled)
        if isinstance(curve, RootCurve):
            return -worth * curve.height * cp.power(scaled, curve.exponent)
        rise = curve.quality_max - curve.quality_start
        gap = (cp.exp(-scaled) if isinstance(curve, ExponentialCurve)
               else cp.power(1 + scaled, -curve.exponent))  # fmt: skip
        return worth * (rise * gap - curve.quality_max)


@dataclass(frozen=True)
class WorkTaken:
    """phi(e) = C(e) for e >= 0."""

    work: Work

    def above(self, values: Point) -> Fraction | float:
        """Return C(e), exactly; inf for e < 0."""
        amount: Fraction = self.work.amount(values[0])
        return amount if values[0] >= 0 else math.inf

    def tangent(self, values: Point) -> Tangent | None:
        """Return the tangent at e >= 0."""
        place = values[0]
        if place < 0:
            return None
        slope = self.work.slope(place)
        return self.work.amount(place) - slope * place, (slope,)

    def expression(self, values: Any) -> Any:
        """Return C of each row."""
        cp = cvxpy_module()
        bent = self.work.bend / 2 * cp.square(values[:, 0])
        return cp.power(values[:, 0], self.work.power) + bent


def cvxpy_module() -> Any:
    """Return cvxpy: slow to load, and not needed to check a proof."""
    import cvxpy

    return cvxpy
