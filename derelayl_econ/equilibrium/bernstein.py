r"""All interior zeros of a polynomial in Bernstein form, counted by its sign changes.

Setting: the expected gain of training, G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k, has the gains
themselves as Bernstein coefficients. Its zeros in (0, 1) are the interior symmetric equilibria. By
variation diminishing their number, with multiplicity, is at most the number of sign changes of g,
and of the same parity (Pena, Lehmann, Noeldeke 2014): none means no zero, one means exactly one.
Otherwise the interval is cut by de Casteljau's algorithm and each half is counted again.

Guarantee: every sign used is certain under a bound on the rounding errors (3 units per convex
combination, relative to the same combination of the |g_k|); a coefficient of uncertain sign may
take either sign in the count, and intervals are cut only where the sign of G is certain. The list
is therefore complete, unless a piece is reported as unresolved: G has a tangency there, or nearly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.kernels import MAX_DEPTH, sign_changes, solve_row

__all__ = ["SUBDIVISION_LIMIT", "InteriorRoot", "InteriorRoots", "bernstein_roots"]

Array = npt.NDArray[np.float64]

SUBDIVISION_LIMIT = 512
"""Degree up to which de Casteljau's quadratic cost is the cheapest way (see windowed)."""


@dataclass(frozen=True, kw_only=True)
class InteriorRoot:
    """One interior zero of G, or one piece that could not be resolved.

    Attributes
    ----------
    p : float
        The zero; in an unresolved piece the middle.
    low, high : float
        A piece that holds this zero and no other.
    crossing : int
        -1 where G falls through zero (stable), +1 where it rises, 0 where it only touches or
        where that is not known.
    multiplicity : int
        1 unless proved otherwise in exact arithmetic; 0 for an unresolved piece.
    """

    p: float
    low: float
    high: float
    crossing: int
    multiplicity: int = 1


@dataclass(frozen=True, kw_only=True)
class InteriorRoots:
    """All interior zeros in increasing order; ``complete`` unless a piece is unresolved."""

    roots: tuple[InteriorRoot, ...]
    method: str

    @property
    def complete(self) -> bool:
        """Whether the list is proved to be all zeros, each once."""
        return all(root.multiplicity > 0 for root in self.roots)


def bernstein_roots(gains: npt.ArrayLike) -> InteriorRoots:
    """Return all zeros in (0, 1) of the polynomial with Bernstein coefficients ``gains``.

    Parameters
    ----------
    gains : array of shape (n + 1,), not all zero
        Two or more sign changes need n <= 512 here; see
        :func:`derelayl_econ.equilibrium.windowed.interior_roots` for the rest.

    Examples
    --------
    >>> [round(root.p, 12) for root in bernstein_roots([2.0, -1.0, 2.0]).roots]  # never below 0
    []
    >>> [round(root.p, 12) for root in bernstein_roots([1.0, -1.0, 0.5]).roots]
    [0.369398062518, 0.773459080339]
    """
    values = np.ascontiguousarray(gains, dtype=np.float64)
    changes = int(sign_changes(values))
    room = 2 * changes + 1
    low, high, sign, points = (np.empty(room) for _ in range(4))
    work = np.empty((MAX_DEPTH + 2, 2, values.size if changes > 1 else 0))
    found = solve_row(values, low, high, sign, points, work)
    roots = tuple(
        InteriorRoot(
            p=float(points[i]), low=float(low[i]), high=float(high[i]),
            crossing=-int(sign[i]), multiplicity=int(sign[i] != 0),
        )
        for i in range(found)
    )  # fmt: skip
    method = "Bernstein sign changes" if changes <= 1 else "Bernstein subdivision"
    return InteriorRoots(roots=roots, method=f"{method} (Pena, Lehmann, Noeldeke 2014)")
