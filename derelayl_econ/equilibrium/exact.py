r"""Exact isolation of the zeros of the expected gain, tangencies included, in rational arithmetic.

Setting: G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k with the floats g_k taken as the dyadic rationals
that they are. In the odds o = p/(1-p) it is, up to a positive factor and a power of 2, the integer
polynomial H(o) = sum_k C(n, k) m_k o^k, and on [a, b] its Bernstein coefficients have the signs of
the coefficients of sum_k h_k (a + b x)^k ((1-a) + (1-b) x)^(n-k). The square-free factors of H have
simple zeros only, so halving ends with 0 or 1 sign changes everywhere, whatever the multiplicities.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb, lcm

import flint
import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.ball import integers

__all__ = [
    "Leaf",
    "changes_between",
    "homogeneous",
    "isolate_exactly",
    "sign_at",
    "square_free",
    "strip",
    "zero_between",
]

Array = npt.NDArray[np.float64]
Leaf = tuple[Fraction, Fraction, int]
"""A piece (low, high) and the number of sign changes, 0 or 1, on it."""


def homogeneous(gains: Array) -> flint.fmpz_poly:
    """Return H in the odds, zeros at the odds 0 and infinity included."""
    n, (mantissas, _) = gains.size - 1, integers(gains)
    return flint.fmpz_poly([comb(n, k) * m for k, m in enumerate(mantissas)])


def strip(polynomial: flint.fmpz_poly) -> flint.fmpz_poly:
    """Return the polynomial divided by the largest power of the odds."""
    coefficients = polynomial.coeffs()
    return flint.fmpz_poly(coefficients[next(i for i, c in enumerate(coefficients) if c != 0) :])


def square_free(polynomial: flint.fmpz_poly) -> list[tuple[flint.fmpz_poly, int]]:
    """Return the square-free factors of positive degree with their multiplicities."""
    _, factors = strip(polynomial).factor_squarefree()
    return [(factor, int(power)) for factor, power in factors if factor.degree() > 0]


def changes_between(polynomial: flint.fmpz_poly, low: Fraction, high: Fraction) -> int:
    """Return the sign changes of the Bernstein form on [low, high]; -1 if an end is a zero."""
    scale = lcm(low.denominator, high.denominator)
    a, b = int(low * scale), int(high * scale)
    up, down = flint.fmpz_poly([a, b]), flint.fmpz_poly([scale - a, scale - b])
    total, power = flint.fmpz_poly([]), flint.fmpz_poly([1])
    degree = polynomial.degree()
    for k in range(degree, -1, -1):
        total = total * up + polynomial[k] * power
        power = power * down if k else power
    signs = [1 if c > 0 else -1 for c in total.coeffs() if c != 0]
    if total[0] == 0 or total[degree] == 0:
        return -1
    return sum(x != y for x, y in pairwise(signs))


def sign_at(polynomial: flint.fmpz_poly, p: Fraction) -> int:
    """Return the exact sign at p (in [0, 1)) of the polynomial in the odds."""
    up, down = flint.fmpz(p.numerator), flint.fmpz(p.denominator - p.numerator)
    total, power = flint.fmpz(0), flint.fmpz(1)
    for coefficient in reversed(polynomial.coeffs()):
        total = total * up + coefficient * power
        power = power * down
    return 1 if total > 0 else -1 if total < 0 else 0


def isolate_exactly(
    factor: flint.fmpz_poly, low: Fraction = Fraction(0), high: Fraction = Fraction(1)
) -> list[Leaf]:
    """Return leaves that tile [low, high], each with 0 or 1 sign changes.

    The factor is square-free and has no zero at an end (at 0 and 1: by :func:`strip`).
    """
    leaves: list[Leaf] = []
    todo = [(low, high)]
    while todo:
        low, high = todo.pop()
        changes = changes_between(factor, low, high)
        if 0 <= changes <= 1:
            leaves.append((low, high, changes))
            continue
        middle = (low + high) / 2
        while sign_at(factor, middle) == 0:
            middle = (low + 3 * middle) / 4
        todo += [(middle, high), (low, middle)]
    return leaves


def zero_between(
    factor: flint.fmpz_poly, low: Fraction, high: Fraction, bits: int
) -> tuple[Fraction, Fraction]:
    """Shrink an isolating piece by bisection until its width is below 2^-bits of its upper end."""
    upper = sign_at(factor, high) if high < 1 else (1 if factor[factor.degree()] > 0 else -1)
    while (high - low) * 2**bits > high:
        middle = (low + high) / 2
        sign = sign_at(factor, middle)
        if sign == 0:  # keep the ends off the zero
            low, high = (low + 3 * middle) / 4, (3 * middle + high) / 4
            continue
        low, high = (low, middle) if sign == upper else (middle, high)
    return low, high
