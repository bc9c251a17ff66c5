r"""All interior zeros of the expected gain for thousands to millions of participants.

Setting: G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k; de Casteljau's algorithm costs n^2 a cut. Instead
(0, 1) is tiled by pieces one standard deviation of K/n wide. With p = sin^2 phi all have the same
length in phi. On a piece only the gains within a window of about ten standard deviations matter:
the tails are below e^-L by Bernstein's inequality.

* Next to 0 (and 1) the first non-zero gain g_z outweighs all later ones of the other sign.
* Where all gains of some window have one sign and outweigh the tails, so has G.
* Elsewhere G is interpolated in 17 Chebyshev points. On the ellipse with parameter rho the window's
  sum is at most M (|p| + |1-p|)^n, M the largest |g_k| in it, a convex function of p, bounded by
  its values at the corners of a polygon around the ellipse; with that bound M' the error is at most
  4 M' rho^-16 / (rho - 1) (Trefethen 2013, Approximation Theory and Practice, Theorem 8.2).
  Bernstein coefficients of the interpolant then prove "no zero" or "monotone"
  (:mod:`derelayl_econ.equilibrium.pieces`).

Guarantee: as far as the bounds on rounding errors used here hold (4 units per term of the window),
the list is complete unless a piece is reported as unresolved. In ball arithmetic the same argument
is a proof (:mod:`derelayl_econ.equilibrium.ball`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.bernstein import (
    SUBDIVISION_LIMIT,
    InteriorRoot,
    InteriorRoots,
    bernstein_roots,
)
from derelayl_econ.equilibrium.kernels import bracketed_root, mean_at, means_at, sign_changes
from derelayl_econ.equilibrium.pieces import Cover, Interpolant, zeros_in_order

__all__ = [
    "DEGREE",
    "FloatArithmetic",
    "bernstein_of_chebyshev",
    "chebyshev_to_bernstein",
    "cover",
    "ellipse_corners",
    "interior_roots",
    "one_sign",
    "window",
    "windowed_roots",
]

Array = npt.NDArray[np.float64]

DEGREE = 16
LOG_TAIL = 46.0  # e^-46 = 1e-20
LEVELS = (3.0, 6.0, 12.0, 24.0, LOG_TAIL)  # narrow windows settle more, if their gains are large
CORNERS = 32
RHOS = tuple(np.geomspace(4.0, 32.0, 13))
_UNIT = 1.2e-16


def interior_roots(gains: npt.ArrayLike) -> InteriorRoots:
    """Return all zeros of G in (0, 1), by the cheapest method that proves their number.

    Parameters
    ----------
    gains : array of shape (n + 1,), not all zero

    Examples
    --------
    >>> k = np.arange(100_000)
    >>> answer = interior_roots(np.where((k >= 20_000) & (k < 60_000), 0.7, -0.3))
    >>> [round(root.p, 9) for root in answer.roots], answer.complete
    ([0.199335232, 0.600812882], True)
    """
    values = np.ascontiguousarray(gains, dtype=np.float64)
    if values.size <= SUBDIVISION_LIMIT + 1 or sign_changes(values) <= 1:
        return bernstein_roots(values)
    return windowed_roots(values)


def windowed_roots(gains: Array) -> InteriorRoots:
    """Return all zeros of G in (0, 1) by the piece method; any degree >= 2, two sign changes."""
    arithmetic = FloatArithmetic(gains)
    found = zeros_in_order(cover(gains), arithmetic)
    return InteriorRoots(
        roots=tuple(_refined(root, arithmetic) for root in found),
        method="Bernstein sign changes on windowed Chebyshev pieces",
    )


def _refined(root: InteriorRoot, arithmetic: FloatArithmetic) -> InteriorRoot:
    if root.multiplicity == 0:
        return root
    p = bracketed_root(
        arithmetic.gains, arithmetic.largest, root.low, root.high, -float(root.crossing)
    )
    return InteriorRoot(p=p, low=root.low, high=root.high, crossing=root.crossing)


def window(
    low: npt.ArrayLike, high: npt.ArrayLike, n: int, log_tail: float = LOG_TAIL
) -> tuple[Array, Array]:
    """Return (first, last) k, as integers in float64, that hold all but 2 e^-log_tail of the mass.

    For every p in [low, high]; by Bernstein's inequality, with room for rounding.
    """
    a, b = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    below, above = (
        log_tail / 3 + np.sqrt(log_tail**2 / 9 + 2 * log_tail * n * p * (1 - p)) for p in (a, b)
    )
    first, last = np.floor(n * a - below) - 1, np.ceil(n * b + above) + 1
    return np.clip(first, 0, n), np.clip(last, 0, n)


def cover(gains: Array) -> list[Cover]:
    """Return tiles of (0, 1), each with the argument that settles it."""
    n = gains.size - 1
    start, stop = end_of_first_sign(gains), 1.0 - end_of_first_sign(gains[::-1])
    angles = [math.asin(math.sqrt(p)) for p in (start, stop)]
    count = max(1, math.ceil((angles[1] - angles[0]) * 2 * math.sqrt(n)))
    cuts = np.sin(np.linspace(angles[0], angles[1], count + 1)) ** 2
    cuts[0], cuts[-1] = start, stop
    cuts = np.unique(np.clip(cuts, start, stop))
    marks = _marks(gains, cuts[:-1], cuts[1:])
    # Neighbours with the same argument (sign and width of window) are one tile.
    borders = np.flatnonzero((np.diff(marks) != 0) | (marks[1:] == 0)) + 1
    firsts, lasts = [0, *borders.tolist()], [*borders.tolist(), marks.size]
    tiles = [
        Cover(float(cuts[i]), float(cuts[j]), "one sign" if marks[i] else "interpolated",
              int(np.sign(marks[i])))
        for i, j in zip(firsts, lasts, strict=True)
    ]  # fmt: skip
    left = Cover(0.0, start, "left end", _outer_sign(gains))
    return [left, *tiles, Cover(stop, 1.0, "right end", _outer_sign(gains[::-1]))]


def end_of_first_sign(gains: Array) -> float:
    """Return a point up to which the first non-zero gain decides the sign of G.

    With odds o = p / (1-p), term z + j of G is at most (|g| / |g_z|) x^j times term z, where
    x = o (n - z) / (z + 1); the first opposite sign is s places on, so x^s / (1 - x) times the
    largest opposite |g| / |g_z| below 1 is enough.
    """
    n, first = gains.size - 1, int(np.flatnonzero(gains)[0])
    opposite = np.flatnonzero(gains * np.sign(gains[first]) < 0)
    ratio = abs(gains[first]) / np.abs(gains[opposite]).max()
    x = 0.99 * min(0.5, (0.5 * ratio) ** (1.0 / (int(opposite[0]) - first)))
    odds = x * (first + 1) / (n - first)
    return float(odds / (1 + odds))


def _outer_sign(gains: Array) -> int:
    return int(np.sign(gains[np.flatnonzero(gains)[0]]))


def one_sign(gains: Array, low: float, high: float, log_tail: float) -> int:
    """Return the sign of G on [low, high] if the window's gains outweigh all others, else 0."""
    first, last = (int(k) for k in window(low, high, gains.size - 1, log_tail))
    inside = gains[first : last + 1]
    sign = int(np.sign(inside[0]))
    outside = 2 * math.exp(-log_tail)
    worst = max(0.0, float((gains * -sign).max())) * outside * (1 + 1e-9)
    return sign if float((inside * sign).min()) * (1 - outside) > worst else 0


def _marks(gains: Array, low: Array, high: Array) -> npt.NDArray[np.int64]:
    """Return +-(1 + index of the width of window) where :func:`one_sign` decides, else 0."""
    marks = np.zeros(low.size, dtype=np.int64)
    counts = [np.append(0, np.cumsum(mask)) for mask in (gains > 0, gains < 0)]
    for level, log_tail in enumerate(LEVELS, start=1):
        first, last = (k.astype(np.int64) for k in window(low, high, gains.size - 1, log_tail))
        for sign, total in zip((1, -1), counts, strict=True):
            alone = (total[last + 1] - total[first] == last - first + 1) & (marks == 0)
            outside = 2 * math.exp(-log_tail)
            worst = float((gains * -sign).max()) * outside * (1 + 1e-9)
            for i in np.flatnonzero(alone):
                smallest = (gains[first[i] : last[i] + 1] * sign).min()
                if smallest * (1 - outside) > worst:
                    marks[i] = sign * level
    return marks


@cache
def chebyshev_to_bernstein() -> tuple[Array, Array, Array]:
    """Return (points on [-1, 1], values -> Chebyshev coefficients, those -> Bernstein form)."""
    j = np.arange(DEGREE + 1)
    weight = np.where((j == 0) | (j == DEGREE), 0.5, 1.0)
    to_series = 2.0 / DEGREE * np.cos(np.pi * np.outer(j, j) / DEGREE) * weight * weight[:, None]
    bernstein = np.array(bernstein_of_chebyshev(), dtype=np.float64)
    return -np.cos(np.pi * j / DEGREE), to_series * (-1.0) ** j[:, None], bernstein


def bernstein_of_chebyshev() -> list[list[Fraction]]:
    """Return the matrix whose column j holds the Bernstein coefficients of T_j on [-1, 1].

    T_j has coefficients (-1)^(j-i) C(2j, 2i) / C(j, i) in degree j, then is raised to DEGREE.
    """
    columns = []
    for j in range(DEGREE + 1):
        sign = (-1) ** j
        row = [
            Fraction(sign * (-1) ** i * math.comb(2 * j, 2 * i), math.comb(j, i))
            for i in range(j + 1)
        ]
        for d in range(j + 1, DEGREE + 1):
            padded = [Fraction(0), *row, Fraction(0)]
            row = [(i * padded[i] + (d - i) * padded[i + 1]) / d for i in range(d + 1)]
        columns.append(row)
    return [list(row) for row in zip(*columns, strict=True)]


def ellipse_corners(low: float, high: float, rho: npt.ArrayLike) -> npt.NDArray[np.complex128]:
    """Return corners, shape (..., CORNERS), of a polygon around the ellipse of parameter rho."""
    r = np.asarray(rho, dtype=np.float64)[..., None]
    angle = 2 * np.pi * np.arange(CORNERS) / CORNERS
    unit = ((r + 1 / r) * np.cos(angle) + 1j * (r - 1 / r) * np.sin(angle)) / 2
    scaled = unit * (1.000001 / math.cos(math.pi / CORNERS))
    return np.asarray((low + high) / 2 + (high - low) / 2 * scaled)


@dataclass(frozen=True, eq=False)
class FloatArithmetic:
    """Floats with bounds on their errors; see the module's guarantee."""

    gains: Array

    @property
    def largest(self) -> float:
        """Largest abs(g_k)."""
        return float(np.abs(self.gains).max())

    def interpolate(self, low: float, high: float) -> Interpolant:
        """Return the interpolant of G on [low, high]."""
        first, last = (int(edge) for edge in window(low, high, self.gains.size - 1))
        local = float(np.abs(self.gains[first : last + 1]).max())
        points, to_series, to_bernstein = chebyshev_to_bernstein()
        values = np.empty(DEGREE + 1)
        nodes = np.clip((low + high) / 2 + (high - low) / 2 * points, low, high)
        means_at(self.gains, nodes, values)
        series = to_series @ values
        noise = self._noise(last - first + 1, local)
        # The points are rounded; |G'| <= max |g| sqrt(n / (p (1-p))), by Cauchy and Schwarz.
        steep = math.sqrt(self.gains.size * high / max(1.0 - high, _UNIT))
        noise += 4 * _UNIT * steep * local
        # Lebesgue constant of 17 points below 3; rounding of the two conversions.
        noise = 3 * noise + 40 * _UNIT * DEGREE * float(np.abs(values).max())
        spread = np.abs(to_bernstein).max(axis=0) @ np.abs(series)
        convert = 2 * DEGREE * _UNIT * float(spread)
        cut, slope_cut = self._truncation(low, high, local)
        # The slope of what lies outside the window, on the piece scaled to [0, 1].
        n_tails = 4 * self.gains.size * (high - low) * math.exp(-LOG_TAIL) * self.largest
        return Interpolant(
            (to_bernstein @ series).tolist(),
            noise + cut + convert,
            2 * DEGREE**2 * (noise + convert) + slope_cut + n_tails,
        )

    def sign(self, p: float) -> int:
        """Return the sign of G(p), 0 if it is not certain."""
        first, last = (int(edge) for edge in window(p, p, self.gains.size - 1))
        local = float(np.abs(self.gains[first : last + 1]).max())
        value = mean_at(self.gains, p, self.largest)
        return int(np.sign(value)) if abs(value) > self._noise(last - first + 1, local) else 0

    def _noise(self, terms: int, local: float) -> float:
        return 4 * terms * _UNIT * local + 4 * math.exp(-LOG_TAIL) * self.largest

    def _truncation(self, low: float, high: float, local: float) -> tuple[float, float]:
        rho, n, d = np.array(RHOS), self.gains.size - 1, DEGREE
        corners = ellipse_corners(low, high, rho)
        growth = n * np.log(np.abs(corners) + np.abs(1 - corners)).max(axis=1)
        with np.errstate(over="ignore"):
            bound = local * np.exp(growth)
        value = 4 * bound * rho**-d / (rho - 1)
        # sum over j > d of j^2 rho^-j, by a geometric series; doubled for the scale [0, 1].
        tail = (d + 1) ** 2 * rho ** -(d + 1.0) / (1 - ((d + 2) / (d + 1)) ** 2 / rho)
        return float(value.min()), float((8 * bound * tail).min())
