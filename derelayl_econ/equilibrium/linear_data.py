r"""A linear program in rational numbers, and the bound that prices put on its minimum.

The program: minimise c x subject to A x <= b (the first rows), A x = b (the others) and
low <= x <= high, where an end may be missing. Everything is a Fraction, so that feasibility and
bounds are decided, not estimated. Why prices bound the minimum is said in
:mod:`derelayl_econ.equilibrium.linear_certificate`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derelayl_econ.equilibrium.payoff_tables import ExactMatrix, ExactVector

__all__ = ["LinearProgram", "dot"]

End = Fraction | None


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """A linear program in rational numbers.

    Parameters
    ----------
    cost : tuple of Fraction, length n
    rows : tuple of tuples of Fraction, shape (m, n)
        A: first the rows with <=, then those with =.
    right : tuple of Fraction, length m
    inequalities : int
        How many rows are <=.
    low, high : tuple of Fraction or None, length n
        Bounds of the variables; None where there is none.
    """

    cost: ExactVector
    rows: ExactMatrix
    right: ExactVector
    inequalities: int
    low: tuple[End, ...]
    high: tuple[End, ...]

    def violation(self, point: Sequence[Fraction]) -> Fraction:
        """Return by how much the point breaks the constraint that it breaks most; 0 if feasible."""
        worst = Fraction(0)
        for i, (row, b) in enumerate(zip(self.rows, self.right, strict=True)):
            over = dot(row, point) - b
            worst = max(worst, over, Fraction(0) if i < self.inequalities else -over)
        for x, low, high in zip(point, self.low, self.high, strict=True):
            worst = max(worst, Fraction(0) if low is None else low - x,
                        Fraction(0) if high is None else x - high)  # fmt: skip
        return worst

    def bound(self, prices: ExactVector, cost: ExactVector | None = None) -> Fraction | None:
        """Return B(cost, prices), or None where the prices bound nothing.

        Examples
        --------
        >>> one, two = Fraction(1), Fraction(2)
        >>> program = LinearProgram((one,), ((-one,),), (-two,), 1, (None,), (None,))
        >>> str(program.bound((-one,))), program.bound((one,))
        ('2', None)
        """
        if any(y > 0 for y in prices[: self.inequalities]):
            return None
        value = dot(prices, self.right)
        reduced = self.reduced(prices, self.cost if cost is None else cost)
        for r, low, high in zip(reduced, self.low, self.high, strict=True):
            end = low if r > 0 else high
            if r and end is None:
                return None
            value += r * end if r and end is not None else 0
        return value

    def reduced(self, prices: ExactVector, cost: ExactVector) -> ExactVector:
        """Return cost - prices A."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(cost)
        return tuple(c - dot(prices, column) for c, column in zip(cost, columns, strict=True))

    def fits(self, point: Sequence[Fraction], prices: Sequence[Fraction]) -> bool:
        """Return whether the numbers of entries are those of the variables and the rows."""
        return len(point) == len(self.cost) and len(prices) == len(self.right)

    def keeps(self, ray: Sequence[Fraction]) -> bool:
        """Return whether going along the ray breaks no constraint, however far."""
        slopes = [dot(row, ray) for row in self.rows]
        count = self.inequalities
        return (
            all(slope <= 0 for slope in slopes[:count])
            and all(slope == 0 for slope in slopes[count:])
            and all(d >= 0 for d, low in zip(ray, self.low, strict=True) if low is not None)
            and all(d <= 0 for d, high in zip(ray, self.high, strict=True) if high is not None)
        )


def dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    """Return the sum of products over one common denominator: a gcd per term would be slow.

    Examples
    --------
    >>> str(dot((Fraction(1, 2), Fraction(1, 3)), (Fraction(1), Fraction(3))))
    '3/2'
    """
    pairs = [(x, y) for x, y in zip(left, right, strict=True) if x and y]
    unit = math.lcm(*(x.denominator * y.denominator for x, y in pairs))
    total = sum(
        x.numerator * y.numerator * (unit // (x.denominator * y.denominator)) for x, y in pairs
    )
    return Fraction(total, unit)
