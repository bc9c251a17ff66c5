r"""All zeros of a polynomial in Bernstein form strictly inside a rational interval.

Setting: G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k on an interval (a, b) of [0, 1]. In the odds
o = p/(1-p) it is, up to a positive factor, H(o) = sum_k C(n, k) g_k o^k. Zeros at a and b are
divided out of the square-free factors of H; halving (a, b) then ends with 0 or 1 sign changes of
each factor's Bernstein coefficients everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import flint
import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium import exact
from derelayl_econ.equilibrium.windowed import interior_roots

__all__ = ["PieceRoots", "Root", "exact_roots", "float_roots"]

Array = npt.NDArray[np.float64]

_BITS = 56
_NEAR = 1e-12  # of an end: too near for floats to say on which side of it a zero lies


@dataclass(frozen=True)
class Root:
    """One zero in [low, high]; ``crossing`` is +1 (G rises), -1 (falls) or 0 (touches)."""

    p: float
    low: float
    high: float
    crossing: int
    resolved: bool = True


@dataclass(frozen=True)
class PieceRoots:
    """The zeros in (a, b) in increasing order, and the signs of G just inside its two ends.

    ``everywhere`` says that G is zero on the whole interval.
    """

    roots: tuple[Root, ...]
    after_low: int
    before_high: int
    everywhere: bool = False


def exact_roots(polynomial: flint.fmpz_poly, low: Fraction, high: Fraction) -> PieceRoots:
    """Return the zeros of H strictly between two probabilities, each proved and none left out.

    Examples
    --------
    >>> twice = flint.fmpz_poly([1, -4, 4])  # at odds 1/2
    >>> found = exact_roots(twice, Fraction(0), Fraction(1))
    >>> [(round(r.p, 12), r.crossing) for r in found.roots], found.after_low, found.before_high
    ([(0.333333333333, 0)], 1, 1)
    """
    if polynomial.degree() < 0:
        return PieceRoots((), 0, 0, everywhere=True)
    brackets = _brackets(polynomial, low, high)
    ends = [low, *(edge for bracket in brackets for edge in bracket), high]
    # Signs between neighbouring zeros: G has none there.
    signs = [_inner_sign(polynomial, x, y) for x, y in zip(ends[::2], ends[1::2], strict=True)]
    roots = tuple(
        Root(float((x + y) / 2), float(x), float(y), (after - before) // 2)
        for (x, y), (before, after) in zip(brackets, pairwise(signs), strict=True)
    )
    return PieceRoots(roots, signs[0], signs[-1])


def float_roots(
    gains: Array, low: Fraction, high: Fraction, low_sign: int, high_sign: int
) -> PieceRoots:
    """Return the zeros of G strictly between two probabilities, in floats with error bounds.

    Parameters
    ----------
    gains : array of shape (n + 1,)
        g_k.
    low_sign, high_sign : int
        Signs of G at the two ends, 0 if not certain. The list is resolved only if the zeros found
        fit them, and no zero lies too near an end to be placed.
    """
    if not gains.any():
        return PieceRoots((), 0, 0, everywhere=True)
    a, b = float(low), float(high)
    found = [root for root in interior_roots(gains).roots if root.high > a and root.low < b]
    near = [min(abs(root.p - a), abs(root.p - b)) < _NEAR for root in found]
    inside = [root for root in found if root.multiplicity == 0 or a < root.p < b]
    turned = sum(root.crossing != 0 for root in inside) % 2 == 1
    fits = low_sign * high_sign == (-1 if turned else 1)
    if not fits or any(near) or any(root.multiplicity == 0 for root in inside):
        return PieceRoots((Root((a + b) / 2, a, b, 0, resolved=False),), low_sign, high_sign)
    roots = tuple(Root(root.p, root.p, root.p, root.crossing) for root in inside)
    return PieceRoots(roots, low_sign, high_sign)


def _brackets(
    polynomial: flint.fmpz_poly, low: Fraction, high: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """Return disjoint brackets of the zeros, strictly inside (low, high)."""
    factors = [_without(factor, low, high) for factor, _ in exact.square_free(polynomial)]
    leaves = [
        (factor, start, stop)
        for factor in factors
        if factor.degree() > 0
        for start, stop, changes in exact.isolate_exactly(factor, low, high)
        if changes == 1
    ]
    bits = _BITS
    while True:
        found = sorted(exact.zero_between(*leaf, bits) for leaf in leaves)
        ends = [low, *(edge for bracket in found for edge in bracket), high]
        if all(x < y for x, y in zip(ends[::2], ends[1::2], strict=True)):
            return found
        bits *= 2


def _without(factor: flint.fmpz_poly, *ends: Fraction) -> flint.fmpz_poly:
    """Divide out zeros at the ends, in the odds; those at 0 and 1 are no zeros of a factor."""
    for end in ends:
        if 0 < end < 1 and exact.sign_at(factor, end) == 0:
            odds = end / (1 - end)
            factor = factor // flint.fmpz_poly([-odds.numerator, odds.denominator])
    return factor


def _inner_sign(polynomial: flint.fmpz_poly, low: Fraction, high: Fraction) -> int:
    return exact.sign_at(polynomial, (low + high) / 2)
