r"""All points at which a Bernstein polynomial meets a non-decreasing, piecewise linear graph.

Setting: B(p) = sum_k C(n, k) p^k (1-p)^(n-k) b_k and a graph Q over [0, 1] that is linear on each
piece [p_j, p_(j+1)], from low_j up to high_j, and rises vertically from high_(j-1) to low_j at the
edge p_j (at the first edge from minus infinity, at the last one to plus infinity). Flat pieces are
the atoms of a distribution of costs, vertical ones the costs that nobody has. p meets the graph iff

    p = p_j and high_(j-1) <= B(p_j) <= low_j,  or  p_j < p < p_(j+1) and B(p) = Q(p).

On one piece B - Q is itself a polynomial with Bernstein coefficients b_k - l(k/n), l the line.

Method and guarantee. A piece is left out where the range of B on it, from its values at the edges
and at its turning points, certainly misses the range of Q. On all others, up to n = 512, the zeros
are isolated in rational arithmetic (square-free factors, sign changes), and so are the signs at the
edges wherever floats do not decide them: the list is complete, tangencies included, for the numbers
given, each float being the binary fraction it is. Beyond n = 512 zeros come from the float solver
with error bounds and signs at edges from ball arithmetic; a piece whose number of zeros does not
fit the signs at its ends is reported as unresolved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import flint
import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium import exact
from derelayl_econ.equilibrium.ball import PRECISION, enclose
from derelayl_econ.equilibrium.benefit_curve import BenefitCurve
from derelayl_econ.equilibrium.bernstein import SUBDIVISION_LIMIT
from derelayl_econ.equilibrium.piece_roots import PieceRoots, exact_roots, float_roots

__all__ = ["Crossing", "LinearGraph", "linear_crossings"]

Array = npt.NDArray[np.float64]
Signs = npt.NDArray[np.int64]

_UNIT = 1.2e-16


@dataclass(frozen=True, eq=False)
class LinearGraph:
    """The graph Q with m pieces.

    Parameters
    ----------
    edges : array of shape (m + 1,)
        p_0 < ... < p_m in [0, 1], rounded to floats.
    low, high : arrays of shape (m,)
        Q at the ends of each piece, low_j <= high_j < low_(j+1).
    exact_edge : callable
        The edge of an index, exactly.
    """

    edges: Array
    low: Array
    high: Array
    exact_edge: Callable[[int], Fraction]

    def level(self, piece: int, p: float) -> float:
        """Return Q(p) on a piece."""
        start, stop, low, high = self.edges[piece], self.edges[piece + 1], *self.ends(piece)
        return low if low == high else low + (high - low) * float((p - start) / (stop - start))

    def ends(self, piece: int) -> tuple[float, float]:
        """Return Q at the two ends of a piece."""
        return float(self.low[piece]), float(self.high[piece])


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """One point at which B meets the graph, or one piece that was not resolved.

    Attributes
    ----------
    p : float
    low, high : float
        An interval that holds this point and no other.
    below, above : int
        Sign of B - Q next to it on either side; 0 where it is not known. Below the first edge it
        counts as +1, above the last as -1.
    level : float or None
        Q(p) if the graph is no vertical step there.
    kind : str
        "point", "everywhere" (an end of an interval on which B = Q) or "unresolved".
    """

    p: float
    low: float
    high: float
    below: int
    above: int
    level: float | None = None
    kind: str = "point"


def linear_crossings(curve: BenefitCurve, graph: LinearGraph) -> tuple[Crossing, ...]:
    """Return all points at which B meets the graph, in increasing order.

    Examples
    --------
    >>> costs = np.array([0.1, 0.3])  # each for one half of the people
    >>> graph = LinearGraph(np.array([0.0, 0.5, 1.0]), costs, costs, lambda j: Fraction(j, 2))
    >>> curve = BenefitCurve(np.array([0.0, 0.8, 0.0]))  # 1.6 p (1-p)
    >>> [(round(c.p, 4), c.below, c.above) for c in linear_crossings(curve, graph)]
    [(0.0, 1, -1), (0.067, -1, 1), (0.75, 1, -1)]
    """
    return tuple(_Search(curve, graph).crossings())


@dataclass(frozen=True, eq=False)
class _Search:
    curve: BenefitCurve
    graph: LinearGraph

    def crossings(self) -> list[Crossing]:
        last = self.graph.low.size
        # Only edges whose step B may meet, and pieces on which B may meet Q.
        above, below = np.append(1, self._high_signs) >= 0, np.append(self._low_signs, -1) <= 0
        found = [c for j in np.flatnonzero(above & below).tolist() for c in self._at_edge(j, last)]
        found += [c for j, roots in self._found.items() for c in self._inside(j, roots)]
        return sorted(found, key=lambda crossing: crossing.p)

    def _at_edge(self, j: int, last: int) -> Iterator[Crossing]:
        on_left = 1 if j == 0 else self._edge_sign(j, j - 1)
        on_right = -1 if j == last else self._edge_sign(j, j)
        if on_left < 0 or on_right > 0:
            return
        left = self._piece(j - 1) if j > 0 else PieceRoots((), 1, 1)
        right = self._piece(j) if j < last else PieceRoots((), -1, -1)
        level = None
        if on_left == 0 or on_right == 0:
            level = float(self.graph.high[j - 1] if on_left == 0 else self.graph.low[j])
        p = float(self.graph.edges[j])
        # Strictly inside the step the signs at the edge are those next to it.
        yield Crossing(
            p=p, low=p, high=p, below=on_left or left.before_high,
            above=on_right or right.after_low, level=level,
            kind="everywhere" if left.everywhere or right.everywhere else "point",
        )  # fmt: skip

    def _inside(self, j: int, found: PieceRoots) -> Iterator[Crossing]:
        sign = found.after_low
        for root in found.roots:
            after = sign if root.crossing == 0 else root.crossing
            if not root.resolved:
                sign = after = 0
            yield Crossing(
                p=root.p, low=root.low, high=root.high, below=sign, above=after,
                level=self.graph.level(j, root.p), kind="point" if root.resolved else "unresolved",
            )  # fmt: skip
            sign = after

    def _piece(self, j: int) -> PieceRoots:
        sign = int(self._clear[j])
        return PieceRoots((), sign, sign) if sign else self._found[j]

    @cached_property
    def _found(self) -> dict[int, PieceRoots]:
        """The zeros on every piece that the ranges do not clear."""
        return {j: self._roots(j) for j in np.flatnonzero(self._clear == 0).tolist()}

    def _roots(self, j: int) -> PieceRoots:
        low, high = self.graph.exact_edge(j), self.graph.exact_edge(j + 1)
        if self._exact:
            return exact_roots(self._polynomial(j), low, high)
        signs = self._edge_sign(j, j), self._edge_sign(j + 1, j)
        return float_roots(self._gains(j), low, high, *signs)

    @property
    def _exact(self) -> bool:
        return self.curve.degree <= SUBDIVISION_LIMIT

    def _edge_sign(self, edge: int, piece: int) -> int:
        """Return the sign of B - Q at an edge, Q being the end of that piece there."""
        at_low = edge == piece
        sign = int((self._low_signs if at_low else self._high_signs)[piece])
        if sign:
            return sign
        p = self.graph.exact_edge(edge)
        level = float((self.graph.low if at_low else self.graph.high)[piece])
        if p in (0, 1):
            return int(np.sign(self.curve.values[0 if p == 0 else -1] - level))
        if self._exact:
            return exact.sign_at(self._polynomial(piece), p)
        with flint.ctx.workprec(PRECISION):
            gap = enclose(self.curve.values, p) - flint.arb(level)
        return 1 if gap > 0 else -1 if gap < 0 else 0

    def _polynomial(self, j: int) -> flint.fmpz_poly:
        """Return B - Q on a piece as an integer polynomial in the odds, up to a positive factor."""
        low, high = (Fraction(end) for end in self.graph.ends(j))
        start, n = self.graph.exact_edge(j), self.curve.degree
        slope = (high - low) / (self.graph.exact_edge(j + 1) - start)
        gaps = [
            Fraction(float(b)) - low - slope * (Fraction(k, n) - start)
            for k, b in enumerate(self.curve.values)
        ]
        scale = math.lcm(*(gap.denominator for gap in gaps))
        return flint.fmpz_poly([math.comb(n, k) * int(gap * scale) for k, gap in enumerate(gaps)])

    def _gains(self, j: int) -> Array:
        start, stop, (low, high) = *self.graph.edges[j : j + 2], self.graph.ends(j)
        places = np.linspace(0.0, 1.0, self.curve.values.size)
        line = low + (high - low) / (stop - start) * (places - start)
        return np.asarray(self.curve.values - line)

    @cached_property
    def _values(self) -> Array:
        return self.curve.value(self.graph.edges)

    @cached_property
    def _noise(self) -> float:
        # The rounding of B, and that of the edges.
        return self.curve.value_noise + _UNIT * self.curve.steepest

    @cached_property
    def _low_signs(self) -> Signs:
        return self._certain(self._values[:-1] - self.graph.low)

    @cached_property
    def _high_signs(self) -> Signs:
        return self._certain(self._values[1:] - self.graph.high)

    def _certain(self, gaps: Array) -> Signs:
        return np.where(np.abs(gaps) > 2 * self._noise, np.sign(gaps), 0).astype(np.int64)

    @cached_property
    def _clear(self) -> Signs:
        """Return the sign of B - Q where it is the same, certainly, on the whole of a piece."""
        least = np.minimum(self._values[:-1], self._values[1:])
        most = np.maximum(self._values[:-1], self._values[1:])
        for turn in self.curve.turns.roots:
            # An unresolved turn may be anywhere in its bracket.
            ends = (turn.p, turn.p) if turn.multiplicity else (turn.low, turn.high)
            first, last = (np.searchsorted(self.graph.edges, ends) - 1).tolist()
            touched = slice(max(first, 0), last + 1)
            reach, extreme = self.curve.steepest * (ends[1] - ends[0]), self.curve.value(turn.p)
            least[touched] = np.minimum(least[touched], extreme - reach)
            most[touched] = np.maximum(most[touched], extreme + reach)
        above = least - self.graph.high > 2 * self._noise
        below = self.graph.low - most > 2 * self._noise
        return above.astype(np.int64) - below
