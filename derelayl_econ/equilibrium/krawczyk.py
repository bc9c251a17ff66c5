r"""Zeros of systems of equations, proved to exist and to be alone in a box, by Krawczyk's test.

The system: f(x) = 0, n equations in n unknowns, continuously differentiable. Let X be a box with
midpoint m, J(X) a matrix of balls that contains f'(x) for all x in X, and Y any matrix (here nearly
the inverse of f'(m)). If

    K(X) = m - Y f(m) + (1 - Y J(X)) (X - m)

lies in the interior of X, then X holds exactly one zero of f, and K(X) holds it, too; every zero in
X is in K(X) in any case, so that there is none if the two are disjoint (Krawczyk 1969, Computing
4:187; Moore 1977, SIAM J. Numer. Anal. 14:611; Neumaier 1990, "Interval Methods for Systems of
Equations", section 5.1). All of it is evaluated in Arb balls (Johansson 2017, IEEE Trans. Comput.
66:1281): rounding errors are bounded, not estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

__all__ = ["PRECISION", "System", "ZeroBox", "exact_fraction", "find_zero", "image", "is_inside"]

PRECISION = 256  # bits
_STEPS = 60
_TINY = Fraction(1, 2**150)
_RADII = tuple(Fraction(1, 2**k) for k in (3, 5, 8, 12, 17, 25, 40, 70, 120, 180))
_CLOSE = Fraction(1, 2**200)


class System(Protocol):
    """Equations that can be evaluated in balls."""

    def values(self, point: Sequence[Any]) -> list[Any]:
        """Return balls that contain f(x) for all x in the balls ``point``."""

    def jacobian(self, point: Sequence[Any]) -> list[list[Any]]:
        """Return balls that contain f'(x), row by row, for all x in the balls ``point``."""


@dataclass(frozen=True, eq=False)
class ZeroBox:
    """A cube and the system that is claimed to have exactly one zero in it.

    Parameters
    ----------
    system : System
    centre : tuple of Fraction, length n
    radius : Fraction

    Examples
    --------
    >>> class Root:
    ...     def values(self, point):
    ...         return [point[0] * point[0] - 2]
    ...     def jacobian(self, point):
    ...         return [[2 * point[0]]]
    >>> box = ZeroBox(Root(), (Fraction(3, 2),), Fraction(1, 4))
    >>> print(box.zero()[0].str(10)), ZeroBox(Root(), (Fraction(3),), Fraction(1)).zero()
    [1.414213562 +/- 3.74e-10]
    (None, None)
    """

    system: System
    centre: tuple[Fraction, ...]
    radius: Fraction

    def zero(self) -> list[Any] | None:
        """Return tight balls around the one zero; None if Krawczyk's test does not prove it."""
        return None if self._zero is None else list(self._zero)

    @cached_property
    def _zero(self) -> list[Any] | None:
        import flint

        if self.radius <= 0:
            return None
        with flint.ctx.workprec(PRECISION):
            box = self.balls()
            found = image(self.system, box)
            if found is None or not is_inside(found, box):
                return None
            return self._tightened(box, found)

    def balls(self) -> list[Any]:
        """Return the cube as balls."""
        from flint import arb

        radius = _ball(self.radius).upper()
        return [arb(_ball(c).mid(), radius) for c in self.centre]

    def _tightened(self, box: list[Any], found: list[Any]) -> list[Any]:
        """Return what the test says of a tiny cube at the end of Newton's method, if it passes.

        Inside the box, the zero that it then holds is the only one of the box.
        """
        point = _newton(self.system, [x.mid() for x in box])
        if point is None:
            return found
        tiny = ZeroBox(self.system, point, _TINY).balls()
        tight = image(self.system, tiny)
        passes = tight is not None and is_inside(tight, tiny) and is_inside(tiny, box)
        return tight if tight is not None and passes else found

    def near(self, point: Sequence[Fraction], tolerance: Fraction) -> bool:
        """Return whether the one zero is proved to differ from the point by less everywhere."""
        import flint

        found = self.zero()
        if found is None or len(point) != len(found):
            return False
        with flint.ctx.workprec(PRECISION):
            return all(abs(z - _ball(x)) < _ball(tolerance) for z, x in
                       zip(found, point, strict=True))  # fmt: skip


def find_zero(system: System, start: Sequence[float]) -> ZeroBox | None:
    """Return the largest cube tried around the zero that Newton's method reaches, or None.

    Parameters
    ----------
    system : System
    start : sequence of float

    Returns
    -------
    ZeroBox or None
        With a proof by Krawczyk's test; None if Newton's method does not end, or the zero is so
        nearly multiple that no cube passes.
    """
    import flint
    from flint import arb

    with flint.ctx.workprec(PRECISION):
        centre = _newton(system, [arb(float(x)) for x in start])
    if centre is None:
        return None
    boxes = (ZeroBox(system, centre, radius) for radius in _RADII)
    return next((box for box in boxes if box.zero() is not None), None)


def image(system: System, box: Sequence[Any]) -> list[Any] | None:
    """Return K(X) for the box X of balls, or None where the Jacobian has no inverse."""
    from flint import arb, arb_mat

    size = len(box)
    middle = [x.mid() for x in box]
    slope = arb_mat(system.jacobian(middle))
    value = arb_mat(size, 1, system.values(middle))
    try:
        inverse = slope.inv().mid()
    except ZeroDivisionError:
        return None
    one = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    spread = arb_mat(size, 1, [x - m for x, m in zip(box, middle, strict=True)])
    move = (one - inverse * arb_mat(system.jacobian(box))) * spread - inverse * value
    found: list[arb] = [m + d for m, d in zip(middle, move.entries(), strict=True)]
    return found if all(x.is_finite() for x in found) else None


def is_inside(inner: Sequence[Any], outer: Sequence[Any]) -> bool:
    """Return whether the interior of the outer box is certain to contain the inner one."""
    return all(o.contains_interior(i) for i, o in zip(inner, outer, strict=True))


def _newton(system: System, start: Sequence[Any]) -> tuple[Fraction, ...] | None:
    """Return a point at which Newton's method stands still, as rationals, or None."""
    from flint import arb_mat

    point = list(start)
    for _ in range(_STEPS):
        slope = arb_mat(system.jacobian(point))
        try:
            step = slope.solve(arb_mat(len(point), 1, system.values(point))).entries()
        except ZeroDivisionError:
            return None
        point = [(x - d).mid() for x, d in zip(point, step, strict=True)]
        if not all(x.is_finite() for x in point):
            return None
        if all(abs(d) < _ball(_CLOSE) * (1 + abs(x)) for x, d in zip(point, step, strict=True)):
            return tuple(exact_fraction(x) for x in point)
    return None


def _ball(value: Fraction) -> Any:
    from flint import arb

    return arb(value.numerator) / arb(value.denominator)


def exact_fraction(exact: Any) -> Fraction:
    """Return a ball of radius 0 as the rational that it is."""
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
