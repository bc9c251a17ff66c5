r"""The initiator's problem as a search over one number, with a bound that covers all of it.

Notation of :mod:`derelayl_econ.design.initiator`: a share s of arrivals trains iff the money that
training brings (fee avoided and reward), k = phi + lambda gamma x~(s), lies between K(s) = Q(s) - w
gamma x~(s) and the same with Q(s+); Q is the quantile function of costs. Q rises, x~ falls, so K
rises, and on a box a <= s <= b, with A' = A - u_0 the highest fee,

    balance  = min(A', k) - s k <= min(A', k') - a k',  k' the point of [K(a), K(b+)] nearest to A',
    quality  = q(s) <= q(b),

so that profit and quality are bounded by their values at the ends; welfare, concave in s, is
bounded by its tangents there. Boxes whose bound exceeds the best point found are halved until none
does by more than the gap asked for: branch and bound, a few thousand boxes, since the bounds err by
the first order of the width and the goals by the second.

For samples and uniform costs all this is rational: the bounds are re-derived without rounding. For
other distributions of ``scipy.stats`` they are as good as its quantiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.share_problem import ShareProblem
from derelayl_econ.games.arrival_steady import steady

__all__ = ["ShareCertificate", "explore", "search"]

Numbers = npt.NDArray[Any]

_START, _HALVINGS, _MOST = 64, 60, 200_000
_ROUNDING = 1e-12  # relative: what floats add up to, where costs are no fractions


@dataclass(frozen=True, kw_only=True, eq=False)
class ShareCertificate:
    """Boxes that cover all shares, the largest of their bounds, and the best point.

    Parameters
    ----------
    problem : ShareProblem
    edges : tuple of float
        Ends of the boxes, from 0 to 1.
    share : float
        The best share found.
    share_above : float or None
        Where nothing but "training brings no money" is feasible (no fee can be asked for, and there
        is no subsidy): the share who train then lies between ``share`` and this.
    value, bound : Fraction or float
        Of the goal, at the share and over all boxes.
    """

    problem: ShareProblem
    edges: tuple[float, ...]
    share: float
    value: Fraction | float
    bound: Fraction | float
    share_above: float | None = None

    @property
    def gap(self) -> Fraction | float:
        """Bound minus value: no fee and price are better by more."""
        return self.bound - self.value

    @property
    def status(self) -> str:
        """``"exact"`` or ``"certified-ball"``; ``"numeric-only"`` where quantiles are floats."""
        if self.problem.exact is None:
            return "numeric-only"
        return "exact" if self.gap == 0 else "certified-ball"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        trust = "" if self.problem.exact else ", if scipy's quantiles of the costs are right"
        return (
            f"{self.problem.goal} {float(self.value):.9g} is reached, and no fee and price that "
            f"serve the market and pay for rewards reach more than {float(self.bound):.9g}{trust}"
        )

    def check(self) -> bool:
        """Derive value and bound again."""
        if len(self.edges) < 2 or self.edges[0] != 0 or self.edges[-1] != 1:
            return False
        if not all(a < b for a, b in zip(self.edges[:-1], self.edges[1:], strict=True)):
            return False
        value = _value(self.problem, self.share, self.share_above)
        bound = _bound(self.problem, self.edges)
        return bool(value == self.value and bound == self.bound and -math.inf < value <= bound)


def explore(problem: ShareProblem, gap: float) -> tuple[tuple[float, ...], float, float]:
    """Return edges of boxes, the best share and its value, in floats."""
    edges = np.unique(np.concatenate([_first_edges(problem), list(problem.steps)]))
    share, best = _best(problem, edges, (0.0, -math.inf))
    low, high = edges[:-1], edges[1:]
    kept = [edges]
    for _ in range(_HALVINGS):
        wide = problem.bounds(low, high) > best + gap * _size(best)
        low, high = low[wide], high[wide]
        middle = (low + high) / 2
        if not wide.any() or sum(map(len, kept)) + len(low) > _MOST:
            break
        share, best = _best(problem, middle, (share, best))
        kept.append(middle)
        inside = (low < middle) & (middle < high)
        ends = (low[inside], middle[inside]), (middle[inside], high[inside])
        low, high = (np.concatenate(pair) for pair in zip(*ends, strict=True))
    return tuple(np.unique(np.concatenate(kept)).tolist()), share, best


def search(problem: ShareProblem, gap: float) -> ShareCertificate | None:
    """Return the best share and a bound, or None if no share was found feasible.

    ``gap`` is relative to the size of the goal.
    """
    cover, share, _ = explore(problem, gap)
    above, value = None, _value(problem, share, None)
    if value == -math.inf:  # in fractions; floats may hit upon what is feasible by rounding
        share, above = _share_without_money(problem)
        value = _value(problem, share, above)
    if value == -math.inf:
        return None
    return ShareCertificate(problem=problem, edges=cover, share=share, share_above=above,
                            value=value, bound=_bound(problem, cover))  # fmt: skip


def _share_without_money(problem: ShareProblem) -> tuple[float, float]:
    """Return floats between which the share lies who train for nothing."""
    near = _natural_share(problem)
    for bits in range(52, 26, -1):
        low, high = near * (1 - 0.5**bits), min(near * (1 + 0.5**bits), 1.0)
        if problem.value_without_money(low, high) > -math.inf:
            break
    return low, high


def _first_edges(problem: ShareProblem) -> Numbers:
    """Return a grid, finer above the share who train for nothing: lower ones are not feasible."""
    natural = _natural_share(problem)
    finer = natural + (1 - natural) * 0.5 ** np.arange(1, 48)
    return np.concatenate([np.linspace(0.0, 1.0, _START + 1), finer, [natural]])


def _natural_share(problem: ShareProblem) -> float:
    """Return the share who train for nothing, rounded."""
    return float(steady(problem.relay, np.array(0.0), np.array(0.0)).training_share)


def _size(best: float) -> float:
    return max(abs(best), 1e-12) if best > -math.inf else 1.0


def _best(
    problem: ShareProblem, shares: Numbers, known: tuple[float, float]
) -> tuple[float, float]:
    values = problem.values(shares)
    place = int(np.argmax(values)) if len(values) else -1
    better = place >= 0 and values[place] > known[1]
    return (float(shares[place]), float(values[place])) if better else known


def _value(problem: ShareProblem, share: float, above: float | None) -> Any:
    if above is not None:
        return problem.value_without_money(share, above)
    return problem.values(problem.array([share]))[0]


def _bound(problem: ShareProblem, edges: tuple[float, ...]) -> Any:
    places = problem.array(edges)
    most = problem.bounds(places[:-1], places[1:]).max()
    return most if problem.exact else most + _ROUNDING * abs(most)
