r"""Rigorous enclosures of the expected gain for any number of participants, and what they prove.

Setting: G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k, the gain of training when each of n others trains
with probability p; g_k are floats, taken as the dyadic rationals they are.

Enclosure: binomial terms relative to the mode in integer fixed point. Each step outward multiplies
by a ratio of at most 1 and rounds down, so after j steps a term is at most j units too small; the
mass outside the window is bounded by Bernstein's inequality. Nothing here is a float estimate; the
float solver only proposes where to look.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import cast

import flint
import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.pieces import Cover, Interpolant
from derelayl_econ.equilibrium.windowed import (
    DEGREE,
    LEVELS,
    LOG_TAIL,
    RHOS,
    bernstein_of_chebyshev,
    ellipse_corners,
    one_sign,
    window,
)

__all__ = ["PRECISION", "BallArithmetic", "certain_sign", "cover_holds", "enclose"]

Array = npt.NDArray[np.float64]

_BITS = 160  # fixed point: one unit is 2^-160 of the largest binomial term
_NODE_BITS = 96
_SIGN_TAIL = 80.0  # e^-80 < 2^-115
PRECISION = 256


def integers(gains: Array) -> tuple[list[int], int]:
    """Return integers m_k and an exponent e with gains = m_k 2^e exactly."""
    fraction, exponent = np.frexp(gains)
    mantissa = (fraction * 2.0**53).astype(np.int64).tolist()
    lowest = int(exponent[gains != 0].min()) if gains.any() else 0
    shifts = np.maximum(exponent.astype(np.int64) - lowest, 0).tolist()
    return [m << s for m, s in zip(mantissa, shifts, strict=True)], lowest - 53


def enclose(gains: Array, p: Fraction, log_tail: float = _SIGN_TAIL) -> flint.arb:
    """Return a ball that contains G(p), for a rational p in [0, 1]."""
    n = gains.size - 1
    if p <= 0 or p >= 1:
        return flint.arb(float(gains[0] if p <= 0 else gains[-1]))
    first, last = (int(edge) for edge in window(float(p), float(p), n, log_tail))
    mode = min(max(math.floor((n + 1) * p), first), last)
    weights, exponent = integers(gains[first : last + 1])
    odds = p.numerator, p.denominator - p.numerator
    up = _walk(weights[mode - first :], mode, n, odds)
    # Downward is upward with the two actions exchanged; the mode itself is counted once.
    down = _walk(weights[: mode - first + 1][::-1], n - mode, n, odds[::-1])
    shared = weights[mode - first] << _BITS
    with flint.ctx.workprec(PRECISION):
        total = flint.arb(up[1] + down[1] - (1 << _BITS))
        total = total.union(total + up[3] + down[3])
        tail = 2 * (-flint.arb(log_tail)).exp()
        total = total.union(total / (1 - tail))
        radius = flint.arb(up[2] + down[2])
        scale = flint.arb(2) ** exponent
        mean = scale * (flint.arb(up[0] + down[0] - shared) + _pm(radius)) / total
        return mean + _pm(tail * float(np.abs(gains).max()))


def _walk(
    weights: list[int], start: int, n: int, odds: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return (weighted sum, sum, error of the weighted sum, error of the sum) from k = start up."""
    term, mean, total, error, count = 1 << _BITS, 0, 0, 0, 0
    up, down = odds
    for step, weight in enumerate(weights):
        mean += weight * term
        total += term
        error += abs(weight) * step
        count += step
        k = start + step
        term = term * ((n - k) * up) // ((k + 1) * down)
    return mean, total, error, count


def _pm(radius: flint.arb) -> flint.arb:
    return flint.arb(0, flint.arb(radius).abs_upper())


def certain_sign(gains: Array, p: Fraction) -> int:
    """Return the sign of G(p), p rational in [0, 1], as far as it is proved, else 0."""
    value = enclose(gains, p)
    return 1 if value > 0 else -1 if value < 0 else 0


@dataclass(frozen=True, eq=False)
class BallArithmetic:
    """The piece method of :mod:`derelayl_econ.equilibrium.windowed` in ball arithmetic."""

    gains: Array

    def interpolate(self, low: float, high: float) -> Interpolant:
        """Return the interpolant of G on [low, high]."""
        with flint.ctx.workprec(PRECISION):
            slack = 2 * (self.gains.size - 1) * float(np.abs(self.gains).max())
            wobble = _pm(flint.arb(slack) / (1 << (_NODE_BITS - 1)))
            values = [[enclose(self.gains, p, LOG_TAIL) + wobble] for p in _nodes(low, high)]
            coefficients = (_to_bernstein() * flint.arb_mat(values)).entries()
            error, slope_error = self._truncation(low, high)
            return Interpolant(coefficients, error, slope_error)

    def sign(self, p: float) -> int:
        """Return the sign of G(p), 0 if it is not certain."""
        return certain_sign(self.gains, Fraction(p))

    def _truncation(self, low: float, high: float) -> tuple[flint.arb, flint.arb]:
        """Return the bounds of the windowed module, for one good ellipse, and for the tails."""
        n, d = self.gains.size - 1, DEGREE
        first, last = (int(edge) for edge in window(low, high, n, LOG_TAIL))
        local = float(np.abs(self.gains[first : last + 1]).max())
        rho = flint.arb(_best_rho(low, high, n))
        corners = ellipse_corners(low, high, float(rho.mid())).ravel().tolist()
        growth = [_modulus(z) + _modulus(1 - z) for z in corners]
        largest = max(float(g.abs_upper()) for g in growth) * (1 + 1e-15)
        bound = 4 * local * flint.arb(largest) ** n
        # The tails are no part of the analytic sum: they disturb P by at most the Lebesgue constant
        # (below 3) times their size, its slope by Markov's inequality; and G and G' themselves.
        tail = 2 * (-flint.arb(LOG_TAIL)).exp() * float(np.abs(self.gains).max())
        slope_tail = (6 * d**2 + 2 * n * (flint.arb(high) - low)) * tail
        ratio = (flint.arb(d + 2) / (d + 1)) ** 2 / rho
        series = (d + 1) ** 2 * rho ** -(d + 1) / (1 - ratio)
        return bound * rho**-d / (rho - 1) + 4 * tail, 2 * bound * series + slope_tail


def _modulus(z: complex) -> flint.arb:
    x, y = flint.arb(z.real), flint.arb(z.imag)
    return (x * x + y * y).sqrt()


def _best_rho(low: float, high: float, n: int) -> float:
    rho = np.array(RHOS)
    corners = ellipse_corners(low, high, rho)
    growth = n * np.log(np.abs(corners) + np.abs(1 - corners)).max(axis=1)
    return float(rho[np.argmin(growth - DEGREE * np.log(rho))])


def _nodes(low: float, high: float) -> list[Fraction]:
    """Chebyshev points of [low, high], to 2^-_NODE_BITS."""
    middle, half = (Fraction(low) + Fraction(high)) / 2, (Fraction(high) - Fraction(low)) / 2
    points = []
    for j in range(DEGREE + 1):
        cosine = flint.arb.cos_pi_fmpq(flint.fmpq(j, DEGREE))
        scaled = int(cast(flint.fmpz, (cosine * (1 << 200)).mid().floor().unique_fmpz()))
        p = middle - half * Fraction(scaled, 1 << 200)
        points.append(Fraction(round(p * (1 << _NODE_BITS)), 1 << _NODE_BITS))
    return points


@cache
def _to_bernstein() -> flint.arb_mat:
    """Return the matrix from values in the Chebyshev points to Bernstein coefficients."""
    d = DEGREE
    series = [
        [
            flint.arb.cos_pi_fmpq(flint.fmpq(i * (d - j), d))
            * flint.arb(2) / d / (2 if i in (0, d) else 1) / (2 if j in (0, d) else 1)
            for j in range(d + 1)
        ]
        for i in range(d + 1)
    ]  # fmt: skip
    exact = [
        [flint.arb(flint.fmpq(x.numerator, x.denominator)) for x in row]
        for row in bernstein_of_chebyshev()
    ]
    return flint.arb_mat(exact) * flint.arb_mat(series)


def cover_holds(gains: Array, tiles: Sequence[Cover]) -> bool:
    """Check that the tiles cover (0, 1) and that every sign they claim holds."""
    ends = [tile.low for tile in tiles] + [1.0]
    starts = [0.0] + [tile.high for tile in tiles]
    return ends == starts and all(tile.low < tile.high and _holds(gains, tile) for tile in tiles)


def _holds(gains: Array, tile: Cover) -> bool:
    if tile.reason == "left end":
        return tile.low == 0 and _outweighs(gains, Fraction(tile.high), tile.sign)
    if tile.reason == "right end":
        return tile.high == 1 and _outweighs(gains[::-1], 1 - Fraction(tile.low), tile.sign)
    if tile.reason == "one sign":
        return any(one_sign(gains, tile.low, tile.high, t) == tile.sign != 0 for t in LEVELS)
    return tile.reason == "interpolated"


def _outweighs(gains: Array, high: Fraction, sign: int) -> bool:
    """Whether the first non-zero gain decides the sign of G on (0, high].

    The argument is that of ``windowed.end_of_first_sign``, in exact rationals and balls.
    """
    n, first = gains.size - 1, int(np.flatnonzero(gains)[0])
    opposite = np.flatnonzero(gains * np.sign(gains[first]) < 0)
    if int(np.sign(gains[first])) != sign or not opposite.size or high >= 1:
        return False
    x = high / (1 - high) * (n - first) / (first + 1)
    share = flint.arb(float(np.abs(gains[opposite]).max())) / float(abs(gains[first]))
    ball = flint.arb(flint.fmpq(x.numerator, x.denominator))
    return bool(ball < 1 and ball ** (int(opposite[0]) - first) * share < 1 - ball)
