r"""What effort is worth and what work it takes, for solvers and in exact arithmetic.

A menu of efforts and rewards (:mod:`derelayl_econ.design.screening`) needs two curves:

- the *value* B(e) of effort e to the initiator (money): increasing up to the largest effort that
  may be asked for, and concave. Logarithm and root (:mod:`derelayl_econ.games.concave_curves`),
  exponential saturation and shifted power law (:mod:`derelayl_econ.quality`), all times a worth
  (money per score), and the parabola :class:`QuadraticBenefit`;
- the *work* C(e) = e^p + b e^2/2, p = 1, 2, ..., b >= 0: increasing and convex, C(0) = 0. A trainer
  of type theta bears the cost theta C(e). For a rational effort it is rational.

Bounds of B come from ball arithmetic (:mod:`derelayl_econ.equilibrium.enclosure`), for the parabola
from fractions, without loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.equilibrium.enclosure import bounds
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.notation import symbol
from derelayl_econ.quality import ExponentialCurve, PowerCurve

__all__ = ["SIZE", "EffortValue", "QuadraticBenefit", "ValueCurve", "Work"]

Array = npt.NDArray[np.float64]
Range = tuple[Fraction | float, Fraction | float]

SIZE = Domain(1e-12, 1e12)
"""Sizes of prices, efforts and worths between which floats lose nothing."""

_UP_TO = Domain(0, 1e12)
_SLOPE, _BEND, _E = symbol("first_slope"), symbol("bend"), symbol("effort")
_HALVINGS = 80


def _parabola(slope: Any, bend: Any, effort: Any) -> Any:
    return slope * effort - bend * effort * effort / 2


def _parabola_slope(slope: Any, bend: Any, effort: Any) -> Any:
    return slope - bend * effort


QUADRATIC_VALUE = Formula(
    "quadratic value of effort", _parabola(_SLOPE, _BEND, _E), "standard example; Laffont and "
    "Martimort 2002, section 2.2",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class QuadraticBenefit:
    """B(e) = a e - b e^2/2, of efforts up to the top a/b.

    Parameters
    ----------
    slope, bend : float
        a and b, > 0, from 1e-12 to 1e12.

    Examples
    --------
    >>> benefit = QuadraticBenefit(slope=2, bend=1)
    >>> benefit.quality([0, 1, 2]), benefit.marginal([0, 1, 2])
    (array([0. , 1.5, 2. ]), array([2., 1., 0.]))
    """

    slope: float
    bend: float

    def __post_init__(self) -> None:
        for name in ("slope", "bend"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), SIZE))

    def quality(self, effort: npt.ArrayLike) -> Array:
        """Return B at efforts >= 0, in their shape."""
        efforts = check_array("effort", effort, NON_NEGATIVE, ndim=None)
        return QUADRATIC_VALUE(first_slope=self.slope, bend=self.bend, effort=efforts)

    def marginal(self, effort: npt.ArrayLike) -> Array:
        """Return B' at efforts >= 0, in their shape."""
        efforts = check_array("effort", effort, NON_NEGATIVE, ndim=None)
        return np.asarray(_parabola_slope(self.slope, self.bend, efforts))


ValueCurve = LogCurve | RootCurve | ExponentialCurve | PowerCurve | QuadraticBenefit


@dataclass(frozen=True)
class Work:
    """C(e) = e^power + bend e^2/2."""

    power: int = 1
    bend: float = 0.0

    def __post_init__(self) -> None:
        power = check_number("work_power", self.power, Domain(1, 8, integer=True))
        object.__setattr__(self, "power", power)
        object.__setattr__(self, "bend", check_number("work_bend", self.bend, _UP_TO))

    def amount(self, effort: Any) -> Any:
        """Return C(e), of floats, arrays or fractions."""
        return effort**self.power + self._bend(effort) * effort * effort / 2

    def slope(self, effort: Any) -> Any:
        """Return C'(e)."""
        return self.power * effort ** (self.power - 1) + self._bend(effort) * effort

    @property
    def linear(self) -> bool:
        """Whether C(e) = e."""
        return self.power == 1 and self.bend == 0

    def _bend(self, effort: Any) -> Any:
        return Fraction(self.bend) if isinstance(effort, Fraction) else self.bend


@dataclass(frozen=True)
class EffortValue:
    """The value B(e) = worth Q(e) of effort, 0 <= e <= cap.

    Raises
    ------
    InputError
        If the curve is none of those above, or a number lies outside [1e-12, 1e12].
    """

    curve: ValueCurve
    worth: float
    cap: float

    def __post_init__(self) -> None:
        if not isinstance(self.curve, ValueCurve):
            raise InputError("value", self.curve, "be a LogCurve, RootCurve, ExponentialCurve, "
                             "PowerCurve or QuadraticBenefit")  # fmt: skip
        for name in ("worth", "cap"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), SIZE))
        for part in fields(self.curve):
            number = getattr(self.curve, part.name)
            if part.name != "quality_start" and abs(number) not in SIZE:
                raise InputError(f"{part.name} of value", number, f"{SIZE} in size")

    @cached_property
    def top(self) -> Fraction:
        """Largest effort worth asking for: the cap, or the top of the parabola below it."""
        cap = Fraction(self.cap)
        if isinstance(self.curve, QuadraticBenefit):
            return min(cap, Fraction(self.curve.slope) / Fraction(self.curve.bend))
        return cap

    def value(self, effort: npt.ArrayLike) -> Array:
        """Return B (money) at efforts, in their shape."""
        return np.asarray(self.worth * self.curve.quality(effort))

    def marginal(self, effort: npt.ArrayLike) -> Array:
        """Return B' (money per effort) at efforts, in their shape."""
        return np.asarray(self.worth * self.curve.marginal(effort))

    def best(self, price: Array, work: Work) -> Array:
        """Return argmax B(e) - price C(e) on [0, top] for each price > 0, by halving."""
        ends = np.zeros_like(price), np.full_like(price, float(self.top))
        low, high = ends
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            pays = self.marginal(middle) > price * work.slope(middle)
            low, high = np.where(pays, middle, low), np.where(pays, high, middle)
        # Halving never arrives at the ends themselves.
        nothing, everything = (self.marginal(end) - price * work.slope(end) for end in ends)
        return np.where(nothing <= 0, 0.0, np.where(everything >= 0, ends[1], high))

    def exact_best(self, price: Fraction, work: Work, near: float) -> Fraction:
        """Return the exact argmax where that is rational, else ``near`` as a fraction."""
        if isinstance(self.curve, QuadraticBenefit) and work.power == 1:
            slope, bend = self._parts()
            root = (slope - price) / (bend + price * Fraction(work.bend))
            return min(max(root, Fraction(0)), self.top)
        return min(Fraction(near), self.top)

    def bounds(self, effort: Fraction) -> Range:
        """Return rationals between which B(e) lies."""
        if isinstance(self.curve, QuadraticBenefit):
            found = _parabola(*self._parts(), effort)
            return found, found
        if effort == 0:
            found = Fraction(self.worth) * Fraction(float(self.curve.quality(0.0)))
            return found, found
        return self._enclosed("quality", effort)

    def slopes(self, effort: Fraction) -> Range:
        """Return rationals between which B'(e) lies; infinite where it is not known."""
        if isinstance(self.curve, QuadraticBenefit):
            found = _parabola_slope(*self._parts(), effort)
            return found, found
        return self._enclosed("marginal", effort)

    def _parts(self) -> tuple[Fraction, Fraction]:
        assert isinstance(self.curve, QuadraticBenefit)
        worth = Fraction(self.worth)
        return worth * Fraction(self.curve.slope), worth * Fraction(self.curve.bend)

    def _enclosed(self, kind: str, effort: Fraction) -> Range:
        formula = self._plain[kind]
        known = {part.name: float(getattr(self.curve, part.name)) for part in fields(self.curve)}
        # An effort that is no float lies between its two neighbours.
        near = float(effort)
        at = (near if Fraction(near) == effort else
              (math.nextafter(near, 0.0), math.nextafter(near, math.inf)))  # fmt: skip
        given = {**known, "effort": at}
        low, high = bounds(formula, **{name: given[name] for name in formula.arguments})
        if not (math.isfinite(low) and math.isfinite(high)):
            return -math.inf, math.inf
        worth = Fraction(self.worth)
        return worth * Fraction(low), worth * Fraction(high)

    @cached_property
    def _plain(self) -> dict[str, Formula]:
        """The formulas in functions that ball arithmetic knows."""
        curve = self.curve
        if isinstance(curve, LogCurve | RootCurve):
            pair = curve.quality_formula, curve.marginal_formula
        else:
            assert not isinstance(curve, QuadraticBenefit)
            pair = curve.formulas().quality, curve.formulas().marginal
        return {
            kind: Formula(f.name, f.expression.rewrite(sp.log), f.source)
            for kind, f in zip(("quality", "marginal"), pair, strict=True)
        }
