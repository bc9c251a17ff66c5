r"""All fixed points of the best response p -> F(B(p)) to a smooth distribution of costs.

Setting: joining is worth B(p) when each of the others joins with probability p
(:mod:`derelayl_econ.equilibrium.benefit_curve`), and costs are drawn from a continuous distribution
function F. If all act on p, each joins with probability T(p) = F(B(p)). Looked for are the zeros of
D(p) = T(p) - p in [0, 1].

Method. Intervals are halved until each is proved to hold no zero or to have D monotone on it:

* F(max B) < low or F(min B) > high: no zero. This holds for every distribution.
* B falls: so does T, and D. This, too, holds for every distribution.
* With f the density, T' = f(B) B' lies between the products of the bounds of f and of B' on the
  interval. Below 1, D falls; above 1, it rises. If |D| at the middle exceeds its largest slope
  times half the width: no zero.

A density that rises up to a mode and then falls has its smallest value on an interval at one of the
ends, and its largest there or at the mode: these bounds hold. Without a known mode they are taken
from samples with a margin, and what rests on them is no proof; the answer says so.

Zeros of D are read off from signs of D that are certain under the bounds on rounding errors
(relative errors of F and f up to 1e-12). Points so near 0 that they, or what B gains up to them,
are below 1e-290 are not told from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from derelayl_econ.equilibrium.benefit_curve import BenefitCurve
from derelayl_econ.equilibrium.bernstein import InteriorRoot
from derelayl_econ.equilibrium.pieces import Piece, zeros_of_pieces

__all__ = ["ResponsePoints", "SmoothCosts", "response_points"]

Array = npt.NDArray[np.float64]

_RELATIVE = 1e-12  # error granted to distribution functions and densities
_TINY = 1e-290  # smaller probabilities and benefits are not told from 0
_NARROWEST = 2.0**-44  # of an interval, relative to its upper end
_MOST = 4096  # intervals held at a time: more of them only near a tangency, or if D vanishes
_UNPROVED_WIDTH = 2.0**-6  # widest interval on which sampled densities are believed


class SmoothCosts(Protocol):
    """What is needed of a continuous distribution of costs; all methods take and keep arrays."""

    def at_most(self, cost: npt.ArrayLike) -> Array:
        """Return F(c)."""

    def above(self, cost: npt.ArrayLike) -> Array:
        """Return 1 - F(c), accurate where it is small."""

    def density_range(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return bounds of the density on intervals of costs."""

    @property
    def proved(self) -> bool:
        """Whether these bounds are proved, not only sampled."""


@dataclass(frozen=True, kw_only=True)
class ResponsePoints:
    """All zeros of D in [0, 1], in increasing order.

    Attributes
    ----------
    roots : tuple of InteriorRoot
        ``crossing`` is -1 where D falls through zero (stable), +1 where it rises; multiplicity 0
        marks an unresolved piece. Zeros at 0 and 1 are not among them.
    at_zero, at_one : int or None
        Sign of D just right of 0 if D(0) = 0, and just left of 1 if D(1) = 0 (0: not known).
    proved : bool
        Whether nothing rests on sampled densities.
    """

    roots: tuple[InteriorRoot, ...]
    at_zero: int | None
    at_one: int | None
    proved: bool

    @property
    def complete(self) -> bool:
        """Whether no piece is unresolved, the ones next to zeros at 0 and 1 included."""
        settled = self.at_zero != 0 != self.at_one
        return settled and all(root.multiplicity > 0 for root in self.roots)


def response_points(curve: BenefitCurve, costs: SmoothCosts) -> ResponsePoints:
    """Return all fixed points of F(B(p)).

    See :meth:`derelayl_econ.games.private_costs.PrivateCostGame.equilibria` for an example.
    """
    search = _Search(curve, costs)
    pieces, proved = search.pieces()
    at_zero = _inner_sign(pieces[0], 0.0) if search.excess(0.0) == 0 else None
    at_one = _inner_sign(pieces[-1], 1.0) if search.excess(1.0) == 0 else None
    first = Piece(0.0, 0.0, "sign", 1 if at_zero is None else at_zero)
    last = Piece(1.0, 1.0, "sign", -1 if at_one is None else at_one)
    found = zeros_of_pieces([first, *_joined(pieces), last], search.sign)
    return ResponsePoints(
        roots=tuple(search.refined(root) for root in found),
        at_zero=at_zero, at_one=at_one, proved=proved,
    )  # fmt: skip


def _inner_sign(piece: Piece, end: float) -> int:
    """Return the sign of D next to an end at which it vanishes, from the piece next to it."""
    if piece.kind == "slope" and end in (piece.low, piece.high):
        return piece.sign if end == piece.low else -piece.sign
    return piece.sign if piece.kind == "sign" else 0


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Put a point between neighbours of opposite sign: there D jumps, as it may at an atom."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last.kind == "sign" == piece.kind and last.sign != piece.sign:
            yield Piece(piece.low, piece.low, "unresolved")
        yield piece
        last = piece


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Intervals of p, each within one tile of the curve; arrays of the same shape."""

    low: Array
    high: Array
    direction: npt.NDArray[np.int64]
    value_slack: Array
    slope_slack: Array

    def __getitem__(self, index: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> _Boxes:
        return _Boxes(self.low[index], self.high[index], self.direction[index],
                      self.value_slack[index], self.slope_slack[index])  # fmt: skip

    def halves(self) -> _Boxes:
        """Cut at the middle: of the logarithms, where those differ more."""
        at = np.where(self.high > 4 * self.low, np.sqrt(self.low) * np.sqrt(self.high),
                      (self.low + self.high) / 2)  # fmt: skip
        at = np.where(self.low == 0, self.high / 16, at)
        twice = self[np.repeat(np.arange(at.size), 2)]
        low, high = twice.low.copy(), twice.high.copy()
        low[1::2], high[::2] = at, at
        return replace(twice, low=low, high=high)


@dataclass(frozen=True, eq=False)
class _Search:
    curve: BenefitCurve
    costs: SmoothCosts

    def pieces(self) -> tuple[list[Piece], bool]:
        """Return what is proved on pieces that tile [0, 1], and whether it is all proved."""
        tiles = self.curve.tiles
        boxes = _Boxes(tiles.low, tiles.high, tiles.direction, tiles.value_slack, tiles.slope_slack)
        done: list[Piece] = []
        proved = True
        while boxes.low.size:
            least, most = self._worth(boxes)
            signs, slopes, sampled = self._judged(boxes, least, most)
            settled = (signs != 0) | (slopes != 0)
            proved &= not (sampled & settled).any()
            # Only next to 0, and only if 0 is the lowest cost: elsewhere F is flat at this scale.
            lost = ~settled & (boxes.high <= _TINY)
            lost |= ~settled & (np.maximum(np.abs(least), np.abs(most)) <= _TINY)
            narrow = boxes.high - boxes.low <= _NARROWEST * boxes.high
            kept = (settled | narrow | (boxes.low.size > _MOST)) & ~lost
            for i in np.flatnonzero(kept).tolist():
                kind = "sign" if signs[i] else "slope" if slopes[i] else "unresolved"
                sign = int(signs[i] or slopes[i])
                done.append(Piece(float(boxes.low[i]), float(boxes.high[i]), kind, sign))
            boxes = boxes[~(kept | lost)].halves()
        return sorted(done, key=lambda piece: piece.low), proved

    def _judged(
        self, boxes: _Boxes, least: Array, most: Array
    ) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
        """Return the sign of D, the sign of its slope (0: not settled), what rests on samples."""
        signs = self._side(least, most, boxes.low, boxes.high)
        falls = (boxes.direction <= 0) & (boxes.value_slack == 0)
        low, high = self._steepness(boxes, least, most)
        sampled = (signs == 0) & ~falls & (not self.costs.proved)
        allowed = ~sampled | (boxes.high - boxes.low <= _UNPROVED_WIDTH)
        slopes = np.where(falls, -1.0, allowed * (1.0 * (low > 1) - (high < 1)))
        middle = (boxes.low + boxes.high) / 2
        reach = np.maximum(np.abs(low - 1), np.abs(high - 1)) * (boxes.high - boxes.low) / 2
        near = np.where(allowed & (signs == 0), self._signs(middle, reach * (1 + 1e-9)), 0.0)
        return np.where(signs == 0, near, signs), slopes, sampled

    def _worth(self, boxes: _Boxes) -> tuple[Array, Array]:
        """Return bounds of B, a mean of the b_k: none of them is beyond all b_k."""
        ends = np.stack([boxes.low, boxes.high])
        worth, error = self.curve.value(ends), self.curve.value_error(ends) + boxes.value_slack
        least, most = self.curve.values.min(), self.curve.values.max()
        return (np.maximum((worth - error).min(axis=0), least),
                np.minimum((worth + error).max(axis=0), most))  # fmt: skip

    def _steepness(self, boxes: _Boxes, least: Array, most: Array) -> tuple[Array, Array]:
        """Return bounds of T' = f(B) B'."""
        ends = np.stack([boxes.low, boxes.high])
        slope, error = self.curve.slope(ends), self.curve.slope_error(ends) + boxes.slope_slack
        flattest, steepest = (slope - error).min(axis=0), (slope + error).max(axis=0)
        flattest = np.where(boxes.direction > 0, np.maximum(flattest, 0), flattest)
        thin, thick = self.costs.density_range(least, most)
        with np.errstate(invalid="ignore"):  # a slope of zero times an infinite density
            low = np.where(flattest >= 0, thin, thick) * flattest
            high = np.where(steepest >= 0, thick, thin) * steepest
            low, high = low - _RELATIVE * np.abs(low), high + _RELATIVE * np.abs(high)
        return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)

    def _side(self, least: Array, most: Array, low: Array, high: Array) -> Array:
        """Return +1 where T exceeds ``high``, -1 where it is below ``low``, else 0, for certain."""
        enough, too_few = self.costs.at_most(least), self.costs.at_most(most)
        left, over = self.costs.above(least), self.costs.above(most)
        up = (enough * (1 - _RELATIVE) > high) | (left * (1 + _RELATIVE) < 1 - high)
        down = (too_few * (1 + _RELATIVE) < low) | (over * (1 - _RELATIVE) > 1 - low)
        return np.asarray(up.astype(np.float64) - down)

    def _signs(self, p: Array, reach: Array) -> Array:
        """Return the sign of D at p where its size certainly exceeds ``reach``."""
        worth, error = self.curve.value(p), self.curve.value_error(p)
        return self._side(worth - error, worth + error, p - reach, p + reach)

    def sign(self, p: float) -> int:
        """Return the sign of D(p), 0 if it is not certain."""
        return int(self._signs(np.array([p]), np.array([0.0]))[0])

    def excess(self, p: float) -> float:
        """Return D(p), from the upper tail where that is the smaller one."""
        worth = float(self.curve.value(p))
        if p < 0.5:
            return float(self.costs.at_most(worth)) - p
        return (1 - p) - float(self.costs.above(worth))

    def refined(self, root: InteriorRoot) -> InteriorRoot:
        """Return a zero to full accuracy; where only a jump is seen, that is the zero."""
        below, above = self.excess(root.low), self.excess(root.high)
        if root.multiplicity == 0:
            narrow = root.high - root.low <= 4 * _NARROWEST * root.high
            if self.costs.proved or not narrow or below * above > 0:
                return root
            return replace(root, crossing=1 if below < 0 else -1, multiplicity=1)
        if below * above >= 0:  # rounded to an end: nearer to it than floats tell
            return replace(root, p=root.low if abs(below) < abs(above) else root.high)
        p = brentq(self.excess, root.low, root.high, xtol=1e-300, rtol=8.9e-16)
        return replace(root, p=float(p))
