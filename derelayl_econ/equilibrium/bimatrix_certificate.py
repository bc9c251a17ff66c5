r"""A certificate that a profile of a two-player game is an equilibrium.

The game: the row player picks row i with probability x_i and is paid x' A y, the column player
picks column j with probability y_j and is paid x' B y. A profile is an equilibrium exactly when all
its weight lies on actions that pay most against the other's, which is decided in rationals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derelayl_econ.equilibrium.payoff_tables import (
    ExactMatrix,
    ExactProfile,
    ExactVector,
    transposed,
)

__all__ = ["BimatrixCertificate", "exact_payoffs", "is_equilibrium"]

_MOST_SHOWN = 10**12


@dataclass(frozen=True, kw_only=True, eq=False)
class BimatrixCertificate:
    """A rational profile and the game it solves; checked without any solver.

    Parameters
    ----------
    row_payoffs, column_payoffs : tuple of tuples of Fraction, shape (m, n)
    row_strategy, column_strategy : tuple of Fraction, shapes (m,) and (n,)
        The exact profile; the floats of the equilibrium are its roundings.
    """

    row_payoffs: ExactMatrix
    column_payoffs: ExactMatrix
    row_strategy: ExactVector
    column_strategy: ExactVector

    @property
    def status(self) -> str:
        """Always ``"exact"``: every number is a rational."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        x = ", ".join(_text(p) for p in self.row_strategy)
        y = ", ".join(_text(p) for p in self.column_strategy)
        return f"(({x}), ({y})) is a Nash equilibrium: nobody gains by any deviation"

    def check(self) -> bool:
        """Re-derive the claim: both are probability vectors and all their weight is on best rows.

        Examples
        --------
        >>> coin = (Fraction(1, 2), Fraction(1, 2))
        >>> pennies = ((1, -1), (-1, 1)), ((-1, 1), (1, -1))
        >>> BimatrixCertificate(row_payoffs=pennies[0], column_payoffs=pennies[1],
        ...                     row_strategy=coin, column_strategy=coin).check()
        True
        """
        profile = self.row_strategy, self.column_strategy
        return is_equilibrium(self.row_payoffs, self.column_payoffs, profile)


def _text(p: Fraction) -> str:
    """Return the fraction, or about what it is where it has too many digits for people."""
    return str(p) if p.denominator < _MOST_SHOWN else f"~{float(p):.9g}"


def is_equilibrium(A: ExactMatrix, B: ExactMatrix, profile: ExactProfile) -> bool:
    """Return whether the profile is one of probability vectors with all weight on best actions."""
    x, y = profile
    if min(x) < 0 or min(y) < 0 or sum(x) != 1 or sum(y) != 1:
        return False
    rows, columns = exact_payoffs(A, y), exact_payoffs(transposed(B), x)
    return _best(x, rows) and _best(y, columns)


def exact_payoffs(table: ExactMatrix, other: ExactVector) -> ExactVector:
    """Return what each own action (the rows of ``table``) pays against the other's mixed action.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> [str(pay) for pay in exact_payoffs(((3, 1), (0, 1)), (half, half))]
    ['2', '1/2']
    """
    unit = math.lcm(*(p.denominator for p in other))
    weights = [int(p * unit) for p in other]
    return tuple(_dot(row, weights) / unit for row in table)


def _dot(row: ExactVector, weights: Sequence[int]) -> Fraction:
    """Sum over one common denominator: adding fractions one by one takes a gcd each time."""
    unit = math.lcm(*(entry.denominator for entry in row))
    whole = sum(
        entry.numerator * (unit // entry.denominator) * weight
        for entry, weight in zip(row, weights, strict=True)
        if weight
    )
    return Fraction(whole, unit)


def _best(strategy: ExactVector, payoffs: ExactVector) -> bool:
    most = max(payoffs)
    return all(pay == most for p, pay in zip(strategy, payoffs, strict=True) if p > 0)
