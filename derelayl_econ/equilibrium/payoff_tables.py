r"""The payoffs of a two-player game as exact rationals, and as whole numbers for exact solvers.

The game: the row player picks one of m actions and is paid A[i][j], the column player one of n and
is paid B[i][j]. Floats count as the dyadic rationals that they are. Multiplying a player's payoffs
by a positive number, or adding a number to them, changes no best response and so no equilibrium:
:func:`positive_integers` uses this to turn a table into small integers >= 1.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from derelayl_econ.errors import InputError

__all__ = [
    "ExactMatrix",
    "ExactProfile",
    "ExactVector",
    "IntegerMatrix",
    "affine_integers",
    "exact_bimatrix",
    "exact_entry",
    "exact_matrix",
    "positive_integers",
    "transposed",
]

ExactVector = tuple[Fraction, ...]
ExactMatrix = tuple[ExactVector, ...]
ExactProfile = tuple[ExactVector, ExactVector]
IntegerMatrix = tuple[tuple[int, ...], ...]

_LARGEST_PAYOFF = 10**150


def exact_bimatrix(row_payoffs: Any, column_payoffs: Any) -> tuple[ExactMatrix, ExactMatrix]:
    """Return both payoff tables as nested tuples of Fractions after checking them.

    Parameters
    ----------
    row_payoffs, column_payoffs : array_like, shape (m, n)
        Payoffs (money) as ints, Fractions or floats, below 1e150 in size.

    Raises
    ------
    InputError
        If they are not two equally shaped tables of finite numbers.

    Examples
    --------
    >>> exact_bimatrix([[0.5, 1]], [[2, 3]])[0]
    ((Fraction(1, 2), Fraction(1, 1)),)
    """
    A = exact_matrix("row_payoffs", row_payoffs)
    B = exact_matrix("column_payoffs", column_payoffs)
    if len(A) != len(B) or len(A[0]) != len(B[0]):
        raise InputError("column_payoffs", f"shape ({len(B)}, {len(B[0])})",
                         f"have the shape of row_payoffs, ({len(A)}, {len(A[0])})")  # fmt: skip
    return A, B


def affine_integers(table: ExactMatrix) -> tuple[IntegerMatrix, Fraction, Fraction]:
    """Return integers >= 1, an origin and a step > 0 with table = origin + step * integers.

    Examples
    --------
    >>> integers, origin, step = affine_integers(((Fraction(-1, 2), Fraction(1)),))
    >>> integers, str(origin), str(step)
    (((1, 2),), '-2', '3/2')
    """
    unit = math.lcm(*(entry.denominator for row in table for entry in row))
    whole = [[int(entry * unit) for entry in row] for row in table]
    low = min(min(row) for row in whole)
    step = math.gcd(*(entry - low for row in whole for entry in row)) or 1
    integers = tuple(tuple((entry - low) // step + 1 for entry in row) for row in whole)
    return integers, Fraction(low - step, unit), Fraction(step, unit)


def positive_integers(table: ExactMatrix) -> IntegerMatrix:
    """Return the table after a positive affine change that makes its entries integers >= 1.

    Examples
    --------
    >>> positive_integers(((Fraction(-1, 2), Fraction(1)), (Fraction(1, 4), Fraction(-1, 2))))
    ((1, 3), (2, 1))
    """
    return affine_integers(table)[0]


def transposed(table: Sequence[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Return the table with rows and columns exchanged."""
    return tuple(zip(*table, strict=True))


def exact_matrix(name: str, values: Any) -> ExactMatrix:
    """Return a table as nested tuples of Fractions; :class:`InputError` naming it if it is none.

    Examples
    --------
    >>> exact_matrix("payoffs", [[0.5, 1]])
    ((Fraction(1, 2), Fraction(1, 1)),)
    """
    table = values.tolist() if isinstance(values, np.ndarray) else values
    nested = isinstance(table, list | tuple) and all(isinstance(r, list | tuple) for r in table)
    if not nested or not table or len({len(row) for row in table}) != 1 or not table[0]:
        raise InputError(name, values, "be a table of numbers with equally long rows")
    return tuple(tuple(exact_entry(name, value) for value in row) for row in table)


def exact_entry(name: str, value: Any) -> Fraction:
    """Return an entry of the array ``name`` as the rational that it is.

    Raises
    ------
    InputError
        If it is not a finite number below 1e150 in size.

    Examples
    --------
    >>> exact_entry("row_payoffs", 0.25)
    Fraction(1, 4)
    """
    number: Any = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, numbers.Rational) and not _is_bool(number):
        exact = Fraction(int(number.numerator), int(number.denominator))
    elif isinstance(number, float) and math.isfinite(number):
        exact = Fraction(number)
    else:
        raise InputError(f"every entry of {name}", value, "be a finite number")
    if abs(exact) > _LARGEST_PAYOFF:  # sums of larger ones have no float to be reported in
        raise InputError(f"every entry of {name}", value, "be below 1e150 in size")
    return exact


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)
