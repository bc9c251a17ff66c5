r"""What proves the answer to a linear program: prices, or a ray, added up in rational numbers.

The program: minimise c x subject to A x <= b (the first rows), A x = b (the others) and
low <= x <= high, where an end may be missing. *Prices* y, one per row, <= 0 on the first rows,
bound c x from below at every feasible x (weak duality), with r = c - y A:

    c x >= B(c, y) = y b + sum_{r_j > 0} r_j low_j + sum_{r_j < 0} r_j high_j,

which needs the ends that it names. So, without trusting a solver,

* x is optimal if it is feasible and c x = B(c, y) for some prices;
* nothing is feasible if B(0, y) > 0 for some prices (Farkas 1902: 0 x >= B(0, y) is absurd);
* the minimum is minus infinity if some x is feasible and x + t d stays so for all t >= 0, c d < 0.

y_i is what the minimum changes by if b_i does (a small change, and where y is the only solution).
Source: Schrijver 1986, "Theory of Linear and Integer Programming", sections 7.3 to 7.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derelayl_econ.equilibrium.linear_data import LinearProgram, dot
from derelayl_econ.equilibrium.payoff_tables import ExactVector

__all__ = [
    "ImprovingRay",
    "InfeasiblePrices",
    "NearlyOptimalPair",
    "OptimalPair",
    "text",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class OptimalPair:
    """A feasible point and prices that bound every other from below by its cost.

    Parameters
    ----------
    program : LinearProgram
    point : tuple of Fraction, length n
    prices : tuple of Fraction, length m
    value : Fraction
    """

    program: LinearProgram
    point: ExactVector
    prices: ExactVector
    value: Fraction

    @property
    def status(self) -> str:
        """Always ``"exact"``: the gap is zero in rational numbers."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return f"the minimum is {text(self.value)}, and the point attains it"

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Derive the claim again: feasibility, and equality of cost and bound."""
        return (
            self.program.fits(self.point, self.prices)
            and self.program.violation(self.point) == 0
            and dot(self.program.cost, self.point) == self.value
            and self.program.bound(self.prices) == self.value
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class InfeasiblePrices:
    """Prices whose bound for the cost 0 is above 0: no point satisfies all constraints.

    Parameters
    ----------
    program : LinearProgram
    prices : tuple of Fraction, length m
    """

    program: LinearProgram
    prices: ExactVector

    @property
    def status(self) -> str:
        """Always ``"exact"``."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return "no point satisfies all constraints: a combination of them reads 0 >= 1"

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Derive the claim again: the constraints, priced, add up to a contradiction."""
        nothing = tuple(Fraction(0) for _ in self.program.cost)
        if not self.program.fits(nothing, self.prices):
            return False
        bound = self.program.bound(self.prices, nothing)
        return bound is not None and bound > 0


@dataclass(frozen=True, kw_only=True, eq=False)
class ImprovingRay:
    """A feasible point and a direction in which the cost falls for ever.

    Parameters
    ----------
    program : LinearProgram
    point, ray : tuple of Fraction, length n
    """

    program: LinearProgram
    point: ExactVector
    ray: ExactVector

    @property
    def status(self) -> str:
        """Always ``"exact"``."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return "there is no minimum: along a ray the cost falls below every number"

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Derive the claim again: the point is feasible, the ray stays so and lowers the cost."""
        return (
            len(self.point) == len(self.ray) == len(self.program.cost)
            and self.program.violation(self.point) == 0
            and self.program.keeps(self.ray)
            and dot(self.program.cost, self.ray) < 0
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class NearlyOptimalPair:
    """The floats of a library, and how far they are from proving anything, in rational numbers.

    Parameters
    ----------
    program : LinearProgram
    point, prices : tuple of Fraction
    violation : Fraction
        By how much the point breaks a constraint.
    gap : Fraction or None
        Cost minus the bound of the prices; None where the prices bound nothing.
    reason : str
        Why there is no exact pair.
    """

    program: LinearProgram
    point: ExactVector
    prices: ExactVector
    violation: Fraction
    gap: Fraction | None
    reason: str

    @classmethod
    def of(
        cls, program: LinearProgram, point: ExactVector, prices: ExactVector, reason: str
    ) -> NearlyOptimalPair:
        """Return the certificate with its two distances measured."""
        violation, gap = program.violation(point), _gap(program, point, prices)
        return cls(program=program, point=point, prices=prices, violation=violation, gap=gap,
                   reason=reason)  # fmt: skip

    @property
    def status(self) -> str:
        """Always ``"numeric-only"``."""
        return "numeric-only"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        gap = "not bounded" if self.gap is None else f"at most {float(self.gap):.3g}"
        return (
            f"the point breaks constraints by at most {float(self.violation):.3g}; the distance of "
            f"its cost from the minimum is {gap} ({self.reason})"
        )

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Measure both distances again."""
        return (
            self.program.fits(self.point, self.prices)
            and self.program.violation(self.point) == self.violation
            and _gap(self.program, self.point, self.prices) == self.gap
        )


def _gap(program: LinearProgram, point: ExactVector, prices: ExactVector) -> Fraction | None:
    bound = program.bound(prices)
    return None if bound is None else dot(program.cost, point) - bound


def text(value: Fraction) -> str:
    """Return the fraction, or about what it is where it has too many digits for people.

    Examples
    --------
    >>> text(Fraction(1, 3)), text(Fraction(1, 3**40))
    ('1/3', '~8.22526334e-20')
    """
    return str(value) if value.denominator < 10**12 else f"~{float(value):.9g}"
