r"""Rational brackets of the zeros of the expected gain, with proved signs at their ends.

Setting: G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k, the gain of training when each of n others trains
with probability p. Signs are exact up to n = 512 and proved by an enclosure beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium import exact
from derelayl_econ.equilibrium.ball import certain_sign
from derelayl_econ.equilibrium.bernstein import SUBDIVISION_LIMIT, InteriorRoot

__all__ = ["Bracket", "bracket_of", "crosses", "proved_sign"]

Array = npt.NDArray[np.float64]

_BITS = 56


@dataclass(frozen=True)
class Bracket:
    """Two rationals with exactly one zero of G between them.

    ``crossing`` is the sign of G above minus that below, halved: -1 falls (stable), +1 rises,
    0 only touches. ``factor`` is the square-free factor that the zero belongs to.
    """

    low: Fraction
    high: Fraction
    crossing: int
    multiplicity: int = 1
    factor: int = 0

    def root(self) -> InteriorRoot:
        """Return the zero as floats."""
        return InteriorRoot(
            p=float((self.low + self.high) / 2),
            low=float(self.low),
            high=float(self.high),
            crossing=self.crossing,
            multiplicity=self.multiplicity,
        )


def proved_sign(gains: Array, p: Fraction) -> int:
    """Return the proved sign of G at p; next to 0 and 1, at these ends, where G vanishes there."""
    if gains.size <= SUBDIVISION_LIMIT + 1 and 0 < p < 1:
        return exact.sign_at(exact.homogeneous(gains), p)
    if p in (0, 1):
        ordered = gains if p == 0 else gains[::-1]
        return int(np.sign(ordered[np.flatnonzero(ordered)[0]]))
    return certain_sign(gains, p)


def crosses(gains: Array, b: Bracket) -> bool:
    """Whether G has proved signs at the ends of the bracket that agree with its crossing."""
    low, high = proved_sign(gains, b.low), proved_sign(gains, b.high)
    return low * high != 0 and (high - low) // 2 == b.crossing


def bracket_of(gains: Array, root: InteriorRoot) -> Bracket:
    """Widen a bracket around a float zero until the signs at its ends are proved."""
    p = Fraction(root.p)
    for exponent in range(50, 2, -3):
        step = min(p, 1 - p) / 2**exponent if 0 < p < 1 else Fraction(1, 2**exponent)
        b = Bracket(max(p - step, Fraction(0)), min(p + step, Fraction(1)), root.crossing)
        if crosses(gains, b):
            return b
    return _bisected(gains, root)


def _bisected(gains: Array, root: InteriorRoot) -> Bracket:
    low, high = Fraction(root.low), Fraction(root.high)
    for _ in range(_BITS):
        middle = (low + high) / 2
        sign = proved_sign(gains, middle)
        if sign == 0:
            break
        low, high = (low, middle) if sign == root.crossing else (middle, high)
    return Bracket(low, high, root.crossing)
