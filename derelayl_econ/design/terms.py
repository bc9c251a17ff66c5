r"""Convex functions of a designer's variables, written once for solvers and for exact arithmetic.

A function is a rational affine function of the variables x plus terms w phi(z(x)), with weights
w >= 0, convex outer functions phi and rational affine z. It gives, from the same data,

- ``above(x)``: a rational at least f(x), equal to it unless an outer function is irrational;
- tangents: for every place z0 rationals (c, a) with phi(z) >= c + a z for *all* z. So whatever a
  solver suggests as z0, the bound holds;
- the cvxpy expression that the solvers see (in floats).

Outer functions are :class:`Square`, :class:`Reciprocal`, :class:`Norm`; others may be added by
offering the same three methods. Source: Rockafellar 1970, "Convex Analysis", section 23, for the
tangents; Kelley 1960, J. SIAM 8:703, for bounding convex programs by them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

__all__ = ["Convex", "Norm", "Outer", "Reciprocal", "Square", "Tangent", "Term", "norm", "total"]

Point = Sequence[Fraction]
Tangent = tuple[Fraction, tuple[Fraction, ...]]
"""(c, a) with phi(z) >= c + a z everywhere."""

_ROOT_BITS = 80  # an irrational root is rounded up by at most 2^-80 of a unit


class Outer(Protocol):
    """A convex function of a few numbers."""

    def above(self, values: Point) -> Fraction | float:
        """Return a rational at least phi(values); inf outside its domain."""

    def tangent(self, values: Point) -> Tangent | None:
        """Return (c, a) with phi(z) >= c + a z for all z; None if there is none at this place."""

    def expression(self, values: Any) -> Any:
        """Return phi of every row of a cvxpy matrix, shape (rows,)."""


@dataclass(frozen=True)
class Square:
    """phi(z) = z^2."""

    def above(self, values: Point) -> Fraction | float:
        """Return z^2."""
        return values[0] ** 2

    def tangent(self, values: Point) -> Tangent | None:
        """Return z^2 >= 2 v z - v^2."""
        return -(values[0] ** 2), (2 * values[0],)

    def expression(self, values: Any) -> Any:
        """Return the squares."""
        return _atoms().square(values[:, 0])


@dataclass(frozen=True)
class Reciprocal:
    """phi(z) = 1/z for z > 0, infinite elsewhere."""

    def above(self, values: Point) -> Fraction | float:
        """Return 1/z."""
        return 1 / values[0] if values[0] > 0 else math.inf

    def tangent(self, values: Point) -> Tangent | None:
        """Return 1/z >= 2/v - z/v^2."""
        if values[0] <= 0:
            return None
        return 2 / values[0], (-1 / values[0] ** 2,)

    def expression(self, values: Any) -> Any:
        """Return the reciprocals."""
        return _atoms().inv_pos(values[:, 0])


@dataclass(frozen=True)
class Norm:
    """phi(z) = sqrt(z_1^2 + z_2^2 + ...)."""

    def above(self, values: Point) -> Fraction | float:
        """Return the length of z, rounded up.

        Examples
        --------
        >>> str(Norm().above([Fraction(3, 5), Fraction(4, 5)]))
        '1'
        """
        square = sum((value**2 for value in values), Fraction(0))
        unit = math.lcm(square.denominator, 1)
        scale = unit << _ROOT_BITS
        whole = int(square * scale**2)
        root = math.isqrt(whole)
        return Fraction(root + (root * root < whole), scale)

    def tangent(self, values: Point) -> Tangent | None:
        """Return |z| >= u z with |u| <= 1, u along v."""
        length = self.above(values)
        if length == 0 or not isinstance(length, Fraction):
            return Fraction(0), (Fraction(0),) * len(values)
        return Fraction(0), tuple(value / length for value in values)

    def expression(self, values: Any) -> Any:
        """Return the length of each row."""
        return _atoms().norm(values, 2, axis=1)


@dataclass(frozen=True, eq=False)
class Term:
    """weight * outer(inner functions): weight >= 0, inner functions affine."""

    outer: Outer
    inner: tuple[Convex, ...]
    weight: Fraction = Fraction(1)

    def values(self, point: Point) -> tuple[Fraction, ...]:
        """Return z(x)."""
        return tuple(part.affine_value(point) for part in self.inner)

    def above(self, point: Point) -> Fraction | float:
        """Return a rational at least weight * phi(z(x)); inf outside the domain."""
        return self.weight * self.outer.above(self.values(point)) if self.weight else Fraction(0)

    def below(self, place: Point) -> Convex | None:
        """Return an affine function of x nowhere above phi(z(x)), without the weight."""
        found = self.outer.tangent(place) if len(place) == len(self.inner) else None
        if found is None:
            return None
        constant, slopes = found
        parts = [part * slope for part, slope in zip(self.inner, slopes, strict=True)]
        return total([Convex(constant=constant), *parts])


@dataclass(frozen=True, eq=False)
class Convex:
    """A convex function: affine in the variables, plus terms.

    Parameters
    ----------
    slopes : mapping of int to Fraction
        Coefficient of each variable, by number.
    constant : Fraction
    terms : tuple of Term

    Examples
    --------
    >>> x, y = Convex({0: Fraction(1)}), Convex({1: Fraction(1)})
    >>> f = 2 * x - y + 3 + y.square()
    >>> str(f.above([Fraction(1, 2), Fraction(3)]))
    '10'
    """

    slopes: Mapping[int, Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction(0)
    terms: tuple[Term, ...] = ()

    @property
    def affine(self) -> bool:
        """Whether there are no terms."""
        return not self.terms

    def affine_value(self, point: Point) -> Fraction:
        """Return the affine part at x."""
        return sum((slope * point[j] for j, slope in self.slopes.items()), self.constant)

    def above(self, point: Point) -> Fraction | float:
        """Return a rational at least f(x), f(x) itself if no outer function is irrational."""
        return sum((term.above(point) for term in self.terms), self.affine_value(point))

    def square(self) -> Convex:
        """Return the square of an affine function."""
        return _of(Square(), [self])

    def reciprocal(self) -> Convex:
        """Return 1/f of an affine function, on the side where it is positive."""
        return _of(Reciprocal(), [self])

    def __add__(self, other: Convex | Fraction | float) -> Convex:
        return total([self, other])

    __radd__ = __add__

    def __sub__(self, other: Convex | Fraction | float) -> Convex:
        return self + (-other)

    def __rsub__(self, other: Convex | Fraction | float) -> Convex:
        return -self + other

    def __neg__(self) -> Convex:
        return self * -1

    def __mul__(self, factor: Fraction | float) -> Convex:
        times = Fraction(factor)
        if times < 0 and self.terms:
            raise ValueError("a convex function times a negative number is not convex")
        return Convex(
            {j: slope * times for j, slope in self.slopes.items() if times},
            self.constant * times,
            tuple(Term(t.outer, t.inner, t.weight * times) for t in self.terms if times),
        )

    __rmul__ = __mul__


def norm(parts: Iterable[Convex]) -> Convex:
    """Return the Euclidean length of a vector of affine functions.

    Examples
    --------
    >>> x = Convex({0: Fraction(1)})
    >>> str(norm([3 * x, 4 * x]).above([Fraction(2)]))
    '10'
    """
    return _of(Norm(), list(parts))


def total(parts: Iterable[Convex | Fraction | float]) -> Convex:
    """Return the sum, adding slopes in one pass.

    Examples
    --------
    >>> x = Convex({0: Fraction(1)})
    >>> found = total([x, x, 1])
    >>> dict(found.slopes), str(found.constant)
    ({0: Fraction(2, 1)}, '1')
    """
    slopes: dict[int, Fraction] = {}
    constant = Fraction(0)
    terms: list[Term] = []
    for part in parts:
        if not isinstance(part, Convex):
            constant += Fraction(part)
            continue
        constant += part.constant
        terms.extend(part.terms)
        for j, slope in part.slopes.items():
            slopes[j] = slopes.get(j, Fraction(0)) + slope
    return Convex({j: slope for j, slope in slopes.items() if slope}, constant, tuple(terms))


def _atoms() -> Any:
    import cvxpy  # slow to load, and not needed for checking a proof

    return cvxpy


def _of(outer: Outer, inner: list[Convex]) -> Convex:
    if not inner or not all(part.affine for part in inner):
        raise ValueError("the inside of a convex term must be affine")
    return Convex(terms=(Term(outer, tuple(inner)),))
