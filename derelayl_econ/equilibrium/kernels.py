r"""The compiled loops of the participation solver, in one file.

They are together because the cache of compiled code looks only at the file of the outermost
function: a change in another file would go unnoticed. What they compute, why it is right, and the
checked forms for everybody else are in :mod:`derelayl_econ.equilibrium.binomial` (the expected gain
G) and :mod:`derelayl_econ.equilibrium.bernstein` (counting its zeros by sign changes).

Setting: n others train independently with probability p; g_k is the gain of training when k of them
do; G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k is the expected gain of training.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = [
    "MAX_DEPTH",
    "bracketed_root",
    "isolate",
    "mean_at",
    "means_at",
    "sign_changes",
    "solve_row",
]

Array = npt.NDArray[Any]

MAX_DEPTH = 128
MAX_CUTS = 20_000
_TAIL = 1e-18
_UNIT = 1.2e-16  # a little above half a unit in the last place
_NORMAL = 2.3e-308  # smaller terms have lost digits, and some of them never round down to 0
_FLOOR = 1e-315  # above the sum of all errors by underflow, 5e-324 each


@njit(cache=True)
def mean_at(values: Array, p: float, largest: float) -> float:
    """Return E[values[K]], K ~ Bin(n, p), n = len(values) - 1; ``largest`` is max |values|.

    Compiled; the public, checked form is :func:`binomial_mean`.
    """
    n = values.size - 1
    if p <= 0.0:
        return float(values[0])
    if p >= 1.0:
        return float(values[n])
    odds = p / (1.0 - p)
    mode = min(n, int((n + 1) * p))
    total, mean, size = 1.0, values[mode], abs(values[mode])
    term = 1.0
    for k in range(mode, n):
        ratio = (n - k) / (k + 1.0) * odds
        term *= ratio
        total += term
        mean += term * values[k + 1]
        size += term * abs(values[k + 1])
        # Ratios fall from here on, so what is left is below term * ratio / (1 - ratio).
        if term < _TAIL and (term < _NORMAL or term * largest <= _TAIL * size * (1.0 - ratio)):
            break
    term = 1.0
    for k in range(mode, 0, -1):
        ratio = k / (n - k + 1.0) / odds
        term *= ratio
        total += term
        mean += term * values[k - 1]
        size += term * abs(values[k - 1])
        if term < _TAIL and (term < _NORMAL or term * largest <= _TAIL * size * (1.0 - ratio)):
            break
    if size == 0.0:  # every gain within reach is zero: only the sign can be told
        return 1e-310 * _nearest_sign(values, mode)
    return float(mean / total)


@njit(cache=True)
def _nearest_sign(values: Array, mode: int) -> float:
    for distance in range(values.size):
        for k in (mode - distance, mode + distance):
            if 0 <= k < values.size and values[k] != 0.0:
                return 1.0 if values[k] > 0.0 else -1.0
    return 0.0


@njit(cache=True)
def means_at(values: Array, points: Array, out: Array) -> None:
    """Fill ``out`` with the means of ``values`` at ``points`` (both 1-d)."""
    largest = np.abs(values).max()
    for i in range(points.size):
        out[i] = mean_at(values, points[i], largest)


@njit(cache=True)
def bracketed_root(values: Array, largest: float, low: float, high: float, sign: float) -> float:
    """Return the root of the binomial mean in (low, high) by Chandrupatla's method.

    ``sign`` is the known sign just right of ``low`` (the other sign holds at ``high``): it is used
    where the computed value vanishes or disagrees, for instance at p = 0 with leading zeros.
    """
    fa, fb = mean_at(values, low, largest), mean_at(values, high, largest)
    if not fa * sign > 0.0:
        fa = sign * 1e-300
    if not fb * sign < 0.0:
        fb = -sign * 1e-300
    a, b, t = high, low, 0.5  # b is the newest point, [a, b] always brackets the root
    fa, fb = fb, fa
    c, fc = a, fa
    width, step = abs(b - a), 0
    for step in range(1, 1000):
        x = a + t * (b - a)
        if x <= low or x >= high:  # the values at the ends are only signs
            x = 0.5 * (a + b)
        fx = mean_at(values, x, largest)
        if (fx > 0.0) == (fa > 0.0):  # a product could underflow
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        best = a if abs(fa) < abs(fb) else b
        tolerance = 2.2e-16 * abs(best) + 1e-300
        if fa == 0.0 or abs(b - a) <= 2.0 * tolerance:
            return best
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        t = 0.5
        if phi * phi < xi and (1.0 - phi) * (1.0 - phi) < 1.0 - xi:
            inner = fa / (fb - fa) * fc / (fb - fc)
            t = inner + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        if step % 4 == 0:  # interpolation may creep, as next to a multiple zero at p = 0
            if abs(b - a) > 0.5 * width:
                t = 0.5
            width = abs(b - a)
        edge = tolerance / abs(b - a)
        t = min(1.0 - edge, max(edge, t))
    return best


@njit(cache=True)
def sign_changes(values: Array) -> int:
    """Return the number of sign changes of ``values``, zeros ignored.

    Examples
    --------
    >>> sign_changes(np.array([0.0, -1.0, 0.0, 2.0, -3.0]))
    2
    """
    changes, last = 0, 0.0
    for value in values:
        if value != 0.0:
            if value * last < 0.0:
                changes += 1
            last = 1.0 if value > 0.0 else -1.0
    return changes


@njit(cache=True)
def _most_changes(values: Array, sizes: Array, steps: float) -> int:
    """Return the largest number of sign changes that the rounding errors of ``steps`` allow."""
    unit, floor = steps * _UNIT, _FLOOR if steps > 0.0 else 0.0
    plus = minus = -1  # most changes of a sequence that ends in that sign; -1: none ends so
    for i in range(values.size):
        # The ends are original coefficients or values at a cut: their signs are always certain.
        end = i == 0 or i == values.size - 1
        radius = 0.0 if end else unit * sizes[i] + floor
        if values[i] == 0.0 and radius == 0.0:
            continue
        may_plus, may_minus = values[i] > -radius, values[i] < radius
        new_plus = max(plus, minus + 1, 0) if may_plus else -1
        new_minus = max(minus, plus + 1, 0) if may_minus else -1
        if may_plus and may_minus:  # or zero, which leaves the sequence as it was
            new_plus, new_minus = max(new_plus, plus), max(new_minus, minus)
        plus, minus = new_plus, new_minus
    return max(plus, minus, 0)


@njit(cache=True)
def _cut(values: Array, at: float, left: Array, right: Array) -> None:
    """De Casteljau: the Bernstein coefficients on both sides of the fraction ``at``."""
    n = values.size - 1
    right[:] = values
    left[0] = values[0]
    for step in range(1, n + 1):
        for i in range(n - step + 1):
            right[i] = (1.0 - at) * right[i] + at * right[i + 1]
        left[step] = right[0]


@njit(cache=True)
def _end_sign(values: Array, backward: bool) -> float:
    for i in range(values.size):
        value = values[values.size - 1 - i] if backward else values[i]
        if value != 0.0:
            return 1.0 if value > 0.0 else -1.0
    return 0.0


@njit(cache=True)
def _without_end_zeros(gains: Array) -> Array:
    """Return the coefficients of G / (p^z (1-p)^y), z and y the numbers of zeros at the ends.

    Otherwise the powers p^z of small pieces would underflow and lose their sign.
    """
    low, high = 0, gains.size
    while gains[low] == 0.0:
        low += 1
    while gains[high - 1] == 0.0:
        high -= 1
    trimmed: Array = gains[low:high].copy()
    weight = 1.0
    for j in range(1, trimmed.size):
        weight *= j / (low + j)
        trimmed[j] *= weight
    weight = 1.0
    for j in range(1, trimmed.size):
        weight *= j / (gains.size - high + j)
        trimmed[trimmed.size - 1 - j] *= weight
    for end, sign in ((0, gains[low]), (-1, gains[high - 1])):
        if trimmed[end] == 0.0:  # underflow, of a sign that is known
            trimmed[end] = 5e-324 if sign > 0.0 else -5e-324
    return trimmed


@njit(cache=True)
def _cut_where_certain(work: Array, top: int, steps: float) -> float:
    """Replace piece ``top`` by its two parts (left one on top); 0 if no cut has a certain sign."""
    values, sizes = work[top, 0].copy(), work[top, 1].copy()
    for at in (0.5, 0.4375, 0.5625, 0.375, 0.625):
        _cut(values, at, work[top + 1, 0], work[top, 0])
        _cut(sizes, at, work[top + 1, 1], work[top, 1])
        if abs(work[top, 0, 0]) > 1.1 * (steps * _UNIT * work[top, 1, 0] + _FLOOR):
            return at
    return 0.0


@njit(cache=True)
def isolate(gains: Array, low: Array, high: Array, sign: Array, work: Array) -> int:
    """Fill (low, high, sign left of the zero; 0 if unresolved) and return how many pieces.

    ``work`` has shape (MAX_DEPTH + 2, 2, len(gains)): values and sizes of the pieces to do. At
    most 2 changes + 1 pieces come out, as neighbouring unresolved pieces are joined.
    """
    coefficients = _without_end_zeros(gains)
    m = coefficients.size
    work = work[:, :, :m]
    begin, end, steps = np.zeros((3, MAX_DEPTH + 2))
    work[0, 0], work[0, 1] = coefficients, np.abs(coefficients)
    end[0], steps[0] = 1.0, 4.0 * m if m < gains.size else 0.0
    found, cuts, top = 0, 0, 0
    while top >= 0:
        changes = _most_changes(work[top, 0], work[top, 1], steps[top])
        if changes <= 1:
            first, last = _end_sign(work[top, 0], False), _end_sign(work[top, 0], True)
            if first != last:
                low[found], high[found], sign[found] = begin[top], end[top], first
                found += 1
            top -= 1
            continue
        cuts += 1
        at, cost = 0.0, steps[top] + 3.0 * m
        if top < MAX_DEPTH and cuts <= MAX_CUTS:
            at = _cut_where_certain(work, top, cost)
        if at > 0.0:
            begin[top + 1], end[top + 1] = begin[top], begin[top] + at * (end[top] - begin[top])
            begin[top], steps[top], steps[top + 1] = end[top + 1], cost, cost
            top += 1
        elif found > 0 and sign[found - 1] == 0.0 and high[found - 1] == begin[top]:
            high[found - 1], top = end[top], top - 1
        else:
            low[found], high[found], sign[found] = begin[top], end[top], 0.0
            found, top = found + 1, top - 1
    return found


@njit(cache=True)
def solve_row(gains: Array, low: Array, high: Array, sign: Array, roots: Array, work: Array) -> int:
    """Isolate and refine the interior zeros of one game; return how many pieces were filled."""
    changes = sign_changes(gains)
    if changes == 0:
        return 0
    if changes == 1:
        found = 1
        low[0], high[0], sign[0] = 0.0, 1.0, _end_sign(gains, False)
    else:
        found = isolate(gains, low, high, sign, work)
    largest = np.abs(gains).max()
    for i in range(found):
        if sign[i] == 0.0:
            roots[i] = 0.5 * (low[i] + high[i])
        else:
            roots[i] = bracketed_root(gains, largest, low[i], high[i], sign[i])
    return found
