r"""What proves a design best: a feasible rational point, and prices that bound every other one.

The program: minimise f_0(x) subject to f_i(x) <= 0 (some: = 0, affine), each f_i an affine function
plus terms w phi(z(x)), w >= 0, phi convex (:mod:`terms`). *Prices* are lambda_i >= 0 (any sign for
equations); *touches* are places z0 with weights mu >= 0 at which a term is replaced by its tangent
c + a z <= phi(z). If the mu of every term add up to lambda_i w (w in the objective) and all slopes
cancel in

    B = affine part of f_0 + sum_i lambda_i (affine part of f_i) + sum mu (c + a z(x)),

then B is a number, and for every feasible x: f_0(x) >= f_0(x) + sum_i lambda_i f_i(x) >= B. This is
weak duality for the linear program of the tangent cuts. All numbers are rational and the tangents
are derived again from their places, so no solver is trusted. The gap between the value at the point
and B says how far from best the point can be; for linear programs it is 0.

Sources: Kelley 1960, J. SIAM 8:703 (cuts); Neumaier and Shcherbina 2004, Math. Program. 99:283
(bounds that do not trust a solver). A program without any feasible point is refuted the same way:
its elastic version (:mod:`conflict`) has a bound above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derelayl_econ.design.limits import Limit
from derelayl_econ.design.terms import Convex, total

__all__ = ["OBJECTIVE", "BoundCertificate", "Touch", "lower_bound"]

OBJECTIVE = -1
"""Number that stands for the objective where limits are numbered from 0."""


@dataclass(frozen=True)
class Touch:
    """A tangent that is used: whose term, where it touches, and its weight mu."""

    limit: int
    row: int
    term: int
    place: tuple[Fraction, ...]
    weight: Fraction


Prices = Sequence[Sequence[Fraction]]
"""lambda by limit and row."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BoundCertificate:
    """A feasible point, its value, and a bound that no feasible point beats.

    Parameters
    ----------
    objective : Convex
        f_0, to be minimised (minus the objective, where the designer maximises).
    limits : tuple of Limit
    point : tuple of Fraction
    prices : tuple of tuples of Fraction
        One per row of every limit.
    touches : tuple of Touch
    value, bound : Fraction
        At the point; of the prices.
    """

    objective: Convex
    limits: tuple[Limit, ...]
    point: tuple[Fraction, ...]
    prices: tuple[tuple[Fraction, ...], ...]
    touches: tuple[Touch, ...]
    value: Fraction
    bound: Fraction

    @property
    def gap(self) -> Fraction:
        """Value minus bound: the point is at most this far from the optimum."""
        return self.value - self.bound

    @property
    def status(self) -> str:
        """``"exact"`` if the gap is 0, else ``"certified-ball"``."""
        return "exact" if self.gap == 0 else "certified-ball"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        if self.gap == 0:
            return f"the point is feasible, and no feasible point is better ({_text(self.value)})"
        return (
            f"the point is feasible ({_text(self.value)}), and no feasible point is better by more "
            f"than {float(self.gap):.3g}"
        )

    def check(self) -> bool:
        """Derive the claim again from the functions, in rational numbers."""
        try:
            feasible = all(limit.violation(self.point) <= 0 for limit in self.limits)
            value = self.objective.above(self.point)
        except IndexError:  # a point of another program
            return False
        bound = lower_bound(self.objective, self.limits, self.prices, self.touches)
        return feasible and value == self.value and bound == self.bound and self.gap >= 0


def lower_bound(
    objective: Convex, limits: Sequence[Limit], prices: Prices, touches: Sequence[Touch]
) -> Fraction | None:
    """Return B of the module, or None where the prices bound nothing.

    Examples
    --------
    >>> from derelayl_econ.design.limits import Variables, at_least
    >>> x = Variables().single("x")  # minimise x^2 subject to x >= 1
    >>> touch = Touch(OBJECTIVE, 0, 0, (Fraction(1),), Fraction(1))
    >>> str(lower_bound(x.square(), [at_least("x", x, 1)], [[Fraction(2)]], [touch]))
    '1'
    """
    if [len(row) for row in prices] != [len(limit.rows) for limit in limits]:
        return None
    owed = {(OBJECTIVE, 0, t): term.weight for t, term in enumerate(objective.terms)}
    parts = [_affine_part(objective)]
    for number, (limit, row_prices) in enumerate(zip(limits, prices, strict=True)):
        for r, (row, price) in enumerate(zip(limit.rows, row_prices, strict=True)):
            if price < 0 and not limit.equality:
                return None
            if price:
                parts.append(_affine_part(row) * price)
                owed |= {(number, r, t): price * term.weight for t, term in enumerate(row.terms)}
    for touch in touches:
        key = touch.limit, touch.row, touch.term
        cut = _tangent(objective, limits, touch)
        if cut is None or touch.weight < 0 or key not in owed:
            return None
        owed[key] -= touch.weight
        parts.append(cut * touch.weight)
    whole = total(parts)
    return None if whole.slopes or any(owed.values()) else whole.constant


def _affine_part(function: Convex) -> Convex:
    return Convex(function.slopes, function.constant)


def _tangent(objective: Convex, limits: Sequence[Limit], touch: Touch) -> Convex | None:
    """Return the tangent of the term without the term's weight."""
    function = objective if touch.limit == OBJECTIVE else limits[touch.limit].rows[touch.row]
    if not 0 <= touch.term < len(function.terms):
        return None
    return function.terms[touch.term].below(touch.place)


def _text(value: Fraction) -> str:
    return str(value) if value.denominator < 10**6 else f"about {float(value):.9g}"
