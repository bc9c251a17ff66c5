r"""All equilibria of a support with few who mix: boxes that are excluded, and boxes with one.

Setting (:mod:`derelayl_econ.games.unequal_supports`): m equations in the m probabilities of those
who mix, each linear in every probability. So over a box each takes its extremes at corners, and a
box in which one equation has the same strict sign at all corners holds no equilibrium. A box inside
a cube in which Krawczyk's test found exactly one zero holds none but that. All other boxes are
halved, or narrowed to where Krawczyk's test allows a zero. When none is left, the list is complete;
a multiple zero, or one on the boundary (somebody is indifferent without mixing), leaves boxes for
ever, and then the search says so. With many who mix, :func:`from_starts` proves what Newton's
method finds, and nothing about what it does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.krawczyk import (
    PRECISION,
    ZeroBox,
    exact_fraction,
    find_zero,
    image,
)
from derelayl_econ.equilibrium.windowed import interior_roots
from derelayl_econ.games.unequal_formulas import expected
from derelayl_econ.games.unequal_supports import Support

__all__ = ["Cover", "cover", "from_starts", "refuted"]

Array = npt.NDArray[np.float64]

_MOST_BOXES = 4000
_CLOSE = 1e-9
_SMALL = 1e-6
_LEVELS = (0.05, 0.2, 0.5, 0.8, 0.95)
Box = tuple[tuple[Fraction, Fraction], ...]


@dataclass(frozen=True)
class Cover:
    """The zeros inside the unit cube, and whether they are proved to be all."""

    zeros: tuple[ZeroBox, ...]
    complete: bool


def cover(support: Support, most_boxes: int = _MOST_BOXES) -> Cover:
    """Return the zeros of a support's equations in the open unit cube.

    Zeros at which somebody who does not mix wants to change are among them.

    Examples
    --------
    >>> gains = np.array([[2.0, -1.0], [3.0, -2.0]])
    >>> found = cover(Support(gains, (), (0, 1)))
    >>> found.complete, [[round(float(p), 9) for p in zero.centre] for zero in found.zeros]
    (True, [[0.6, 0.666666667]])
    """
    import flint

    if not support.can_mix:
        return Cover((), True)
    with flint.ctx.workprec(PRECISION):
        return _search(support, most_boxes)


def refuted(support: Support, zero: ZeroBox) -> bool:
    """Return whether a zero is certain to be no equilibrium."""
    import flint

    balls = zero.zero()
    with flint.ctx.workprec(PRECISION):
        return balls is not None and support.fails_outside(balls)


def from_starts(support: Support) -> tuple[ZeroBox, ...]:
    """Return the zeros in the open unit cube that Newton's method finds from several starts.

    The starts: everybody with the same probability, and the mean game's own equilibria, in which
    everybody's gains are replaced by the average of them.

    Examples
    --------
    >>> gains = np.array([[2.0, -1.0], [3.0, -2.0]])
    >>> [[round(float(p), 9) for p in z.centre] for z in from_starts(Support(gains, (), (0, 1)))]
    [[0.6, 0.666666667]]
    """
    size, t = len(support.mixes), len(support.trains)
    if not support.can_mix:
        return ()
    rows = support.gains[list(support.mixes), t : t + size]
    mean = (rows / np.abs(rows).max(axis=1, keepdims=True)).mean(axis=0)
    levels = [root.p for root in interior_roots(mean).roots] if mean.any() else []
    zeros: list[ZeroBox] = []
    for level in (*levels, *_LEVELS):
        near = _float_zero(support, level)
        if near is None or any(_close(near, zero) for zero in zeros):
            continue
        found = find_zero(support, near.tolist())
        if found is not None and _strictly_mixed(found):
            zeros += [] if any(_same(found, zero) for zero in zeros) else [found]
    return tuple(_in_order(zeros))


def _float_zero(support: Support, level: float) -> Array | None:
    """Return a strictly mixed zero in floats, or None where the search ends elsewhere."""
    from scipy.optimize import root

    own, whole = list(support.mixes), np.zeros(len(support.gains))
    whole[list(support.trains)] = 1.0
    gains = support.gains[own] / np.abs(support.gains[own]).max(axis=1, keepdims=True)

    def mean_gains(point: Array) -> Array:
        whole[own] = point
        return expected(gains, whole, own)

    answer = root(mean_gains, np.full(len(own), level), method="hybr")
    # Started at a zero, the search reports that it makes no progress: what counts is where it is.
    inside = bool(np.all((answer.x > 0) & (answer.x < 1)))
    return answer.x if inside and np.abs(answer.fun).max() < _SMALL else None


def _close(point: Array, zero: ZeroBox) -> bool:
    return all(abs(x - float(c)) < _CLOSE for x, c in zip(point, zero.centre, strict=True))


def _search(support: Support, most_boxes: int) -> Cover:
    todo: list[Box] = [tuple((Fraction(0), Fraction(1)) for _ in support.mixes)]
    zeros: list[ZeroBox] = []
    regions: list[ZeroBox] = []
    for _ in range(most_boxes):
        if not todo:
            return Cover(tuple(_in_order(zeros)), True)
        box = todo.pop()
        if any(_holds(region, box) for region in regions) or _excluded(support, box):
            continue
        narrowed = _narrowed(support, box)
        if narrowed is None:
            continue
        if narrowed == box:
            todo += _halves(box)
            continue
        if any(_holds(region, narrowed) for region in regions):
            continue
        todo.append(narrowed)
        found = find_zero(support, [float((low + high) / 2) for low, high in narrowed])
        if found is not None and not any(_same(found, region) for region in regions):
            regions.append(found)
            zeros += [found] if _strictly_mixed(found) else []
    return Cover(tuple(_in_order(zeros)), False)


def _narrowed(support: Support, box: Box) -> Box | None:
    """Return the part of the box that can hold a zero by Krawczyk's test; the box if most can."""
    found = image(support, _spanned(box))
    if found is None:
        return box
    narrowed = []
    for ball, (low, high) in zip(found, box, strict=True):
        ends = max(low, exact_fraction(ball.lower())), min(high, exact_fraction(ball.upper()))
        if ends[0] > ends[1]:
            return None
        narrowed.append(ends)
    shrinks = any(2 * (h - low) < high - first for (low, h), (first, high) in
                  zip(narrowed, box, strict=True))  # fmt: skip
    return tuple(narrowed) if shrinks else box


def _spanned(box: Box) -> list[Any]:
    return [a.union(b) for a, b in zip(_balls([low for low, _ in box]),
                                       _balls([high for _, high in box]), strict=True)]  # fmt: skip


def _in_order(zeros: list[ZeroBox]) -> list[ZeroBox]:
    return sorted(zeros, key=lambda zero: zero.centre)


def _holds(region: ZeroBox, box: Box) -> bool:
    return all(
        c - region.radius <= low and high <= c + region.radius
        for c, (low, high) in zip(region.centre, box, strict=True)
    )


def _same(found: ZeroBox, region: ZeroBox) -> bool:
    """Return whether both hold the same zero: whether the one found lies in the other's cube."""
    zero = found.zero()
    cube = region.balls()
    return zero is not None and all(c.contains(z) for c, z in zip(cube, zero, strict=True))


def _strictly_mixed(found: ZeroBox) -> bool:
    zero = found.zero()
    return zero is not None and all(p > 0 and p < 1 for p in zero)


def _excluded(support: Support, box: Box) -> bool:
    """Return whether an equation has one strict sign at all corners."""
    signs: list[set[int]] = [set() for _ in support.mixes]
    for corner in itertools.product(*box):
        for sign, value in zip(signs, support.values(_balls(corner)), strict=True):
            sign.add(1 if value > 0 else -1 if value < 0 else 0)
    return any(len(sign) == 1 and 0 not in sign for sign in signs)


def _balls(corner: Sequence[Fraction]) -> list[Any]:
    from flint import arb

    return [arb(x.numerator) / arb(x.denominator) for x in corner]


def _halves(box: Box) -> list[Box]:
    widest = max(range(len(box)), key=lambda k: box[k][1] - box[k][0])
    low, high = box[widest]
    middle = (low + high) / 2
    before, after = box[:widest], box[widest + 1 :]
    return [(*before, (middle, high), *after), (*before, (low, middle), *after)]
