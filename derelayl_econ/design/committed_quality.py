"""Quality in the worst case at a fee and price set in advance: what shares prove about it.

Notation and proofs: :mod:`derelayl_econ.design.robust_fee`. Whatever shares are put in, the bounds
hold; shares near the true ones make them tight. Arrays are of floats or, where costs allow it, of
fractions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.share_problem import ShareProblem
from derelayl_econ.games.arrivals import ArrivalRelay

__all__ = ["CommittedQuality"]

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class CommittedQuality:
    """The two corners of a box that decide, and the range of drift.

    Parameters
    ----------
    hardest : ShareProblem
        The relay whose fees least pay the rewards; its highest fee serves the market everywhere.
    weakest : ArrivalRelay
        The relay of least quality; its own drift does not matter.
    drifts : (float, float)
        Ends of the drift.
    """

    hardest: ShareProblem
    weakest: ArrivalRelay
    drifts: tuple[float, float]

    @property
    def exact(self) -> bool:
        """Whether costs are fractions."""
        return self.hardest.exact is not None

    def at(self, drift: float) -> ShareProblem:
        """Return the weakest relay with a given drift."""
        return replace(self.hardest, relay=replace(self.weakest, drift=drift))

    def numbers(self, values: Sequence[float]) -> Numbers:
        """Return money or prices as fractions, or as floats where costs are no fractions."""
        if not self.exact:
            return np.asarray(values, dtype=np.float64)
        found: Numbers = np.array([*map(Fraction, values), None], dtype=object)[:-1]
        return found

    def ceiling(self, low_fee: Numbers, high_fee: Numbers, crowd: Numbers) -> Numbers:
        """Return prices above which no fee in [low, high] pays the rewards; 0 < ``crowd`` <= 1."""
        step, least = self.hardest.improvement(crowd), self.hardest.money(crowd)[0]
        subsidy = Fraction(self.hardest.subsidy)
        paid = high_fee * (1 - crowd) + (subsidy if crowd.dtype == object else float(subsidy))
        attracted = (least - low_fee) / step
        return np.asarray(np.maximum(np.maximum(attracted, paid / (crowd * step)), 0))

    def joined_by_most(
        self, there: ShareProblem, fee: Numbers, price: Numbers, share: Numbers
    ) -> Numbers:
        """Return whether no larger share than this can be steady."""
        money = fee + price * there.improvement(share)
        return np.asarray((there.money(share)[1] > money) | (share == 1), dtype=bool)

    def joined_by_least(
        self, there: ShareProblem, fee: Numbers, price: Numbers, share: Numbers
    ) -> Numbers:
        """Return whether no smaller share than this can be steady."""
        money = fee + price * there.improvement(share)
        return np.asarray((there.money(share)[0] <= money) | (share == 0), dtype=bool)

    def most(self, drift: float, fee: Numbers, price: Numbers, share: Numbers) -> Numbers:
        """Return upper bounds of quality at a drift; those of everybody where a share is none."""
        there = self.at(drift)
        valid = self.joined_by_most(there, fee, price, share)
        return np.asarray(there.quality(np.where(valid, share, 1 + 0 * share)))

    def pays(self, fee: float, price: float, share: float) -> bool:
        """Return whether fees pay rewards everywhere in the box; ``share`` is above the steady."""
        phi, paid = self.numbers([fee]), self.numbers([price])
        place = self.hardest.array([share])
        step, subsidy = self.hardest.improvement(place), self.numbers([self.hardest.subsidy])
        enough = phi * (1 - place) + subsidy >= paid * step * place
        return bool((self.joined_by_most(self.hardest, phi, paid, place) & enough)[0])

    def least(
        self, edges: Sequence[float], fee: float, price: float, shares: Sequence[float]
    ) -> Any:
        """Return a lower bound of quality at all drifts, from lower shares at the edges of cells.

        -inf where a share is not below the steady one.
        """
        found = [self._least_at(*pair, fee, price) for pair in zip(edges, shares, strict=True)]
        if any(quality is None for quality in found):
            return -math.inf
        drifts = [drift if self.exact else float(drift) for drift in map(Fraction, edges)]
        cells = zip(drifts[:-1], drifts[1:], found[:-1], found[1:], strict=True)
        # eta q rises in eta, and (1 - eta) q falls.
        return min(max(a * p / b, (1 - b) * q / (1 - a)) for a, b, p, q in cells)

    def _least_at(self, drift: float, share: float, fee: float, price: float) -> Any:
        there = self.at(drift)
        place, phi, paid = there.array([share]), self.numbers([fee]), self.numbers([price])
        below = self.joined_by_least(there, phi, paid, place)[0]
        return there.quality(place)[0] if below else None
