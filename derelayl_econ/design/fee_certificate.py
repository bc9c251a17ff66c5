"""The proof that a fee and a price set in advance are best in the worst case, up to a gap.

Fees are covered by cells; for each cell a price above which nothing is paid for, and for some
drifts a share that nobody exceeds at the highest fee and that price: so no pair in the cell has
more quality than that. The pair itself is followed over all drifts, cell by cell.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.committed_quality import CommittedQuality

__all__ = ["FeeCertificate", "bound_of", "cell_money", "value_of"]

_ROUNDING = 1e-12  # relative: what floats add up to, where costs are no fractions

Floats = tuple[float, ...]
Numbers = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class FeeCertificate:
    """Cells that cover all fees, the largest of their bounds, and the best pair.

    Parameters
    ----------
    problem : CommittedQuality
    fees : tuple of float
        Edges of the cells, from 0 to the highest fee or just above.
    crowds : tuple of float
        By cell, the share that the highest price attracts at the hardest corner.
    drifts : tuple of float
        Drifts at which the bound looks.
    joiners : tuple of tuples of float
        By drift and cell, a share of the weakest relay that is not exceeded.
    access_fee, improvement_price : float
        The pair.
    crowd : float
        A share at least that of the pair at the hardest corner.
    drift_edges, least_shares : tuple of float
        Edges of cells that cover all drifts, and shares of the weakest relay there that the pair
        reaches.
    value, bound : Fraction or float
        Quality of the pair in the worst case, from below, and the largest over all cells.
    """

    problem: CommittedQuality
    fees: Floats
    crowds: Floats
    drifts: Floats
    joiners: tuple[Floats, ...]
    access_fee: float
    improvement_price: float
    crowd: float
    drift_edges: Floats
    least_shares: Floats
    value: Fraction | float
    bound: Fraction | float

    @property
    def gap(self) -> Fraction | float:
        """Bound minus value: no pair is better by more in the worst case."""
        return self.bound - self.value

    @property
    def status(self) -> str:
        """``"exact"`` or ``"certified-ball"``; ``"numeric-only"`` where quantiles are floats."""
        if not self.problem.exact:
            return "numeric-only"
        return "exact" if self.gap == 0 else "certified-ball"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        trust = "" if self.problem.exact else ", if scipy's quantiles of the costs are right"
        return (
            f"everywhere in the box the fee {self.access_fee:.9g} and the price "
            f"{self.improvement_price:.9g} serve the market, pay for rewards and hold a quality of "
            f"at least {float(self.value):.9g}; no fee and price set in advance hold more than "
            f"{float(self.bound):.9g}{trust}"
        )

    def check(self) -> bool:
        """Derive value and bound again."""
        if not (self._covers() and self._works()):
            return False
        value = value_of(self)
        return bool(
            value == self.value and bound_of(self) == self.bound and -math.inf < value <= self.bound
        )

    def _covers(self) -> bool:
        highest, (low, high) = self.problem.hardest.highest_fee, self.problem.drifts
        cells = len(self.fees) - 1
        shares = (*self.crowds, *(share for row in self.joiners for share in row))
        return (
            cells > 0 and self.fees[0] == 0 and _rises(self.fees)
            and math.isfinite(self.fees[-1]) and Fraction(self.fees[-1]) >= highest
            and len(self.crowds) == cells and len(self.joiners) == len(self.drifts) > 0
            and all(len(row) == cells for row in self.joiners)
            and all(0 < share <= 1 for share in shares)
            and all(low <= drift <= high for drift in self.drifts)
        )  # fmt: skip

    def _works(self) -> bool:
        highest, edges = self.problem.hardest.highest_fee, self.drift_edges
        numbers = (self.access_fee, self.improvement_price, self.crowd, *self.least_shares)
        return (
            all(0 <= number < math.inf for number in numbers)
            and Fraction(self.access_fee) <= highest
            and self.crowd <= 1 and max(self.least_shares, default=2) <= 1
            and len(edges) == len(self.least_shares) > 1 and _rises(edges)
            and (edges[0], edges[-1]) == self.problem.drifts
            and self.problem.pays(self.access_fee, self.improvement_price, self.crowd)
        )  # fmt: skip


def value_of(proof: FeeCertificate) -> Any:
    """Return the quality that the pair holds at every drift, at least; -inf if a share is wrong."""
    return proof.problem.least(proof.drift_edges, proof.access_fee, proof.improvement_price,
                               proof.least_shares)  # fmt: skip


def cell_money(
    problem: CommittedQuality, edges: Sequence[float], crowds: Sequence[float]
) -> tuple[Numbers, Numbers]:
    """Return the highest fee of each cell, and a price above which none of its fees pays."""
    fees = problem.numbers(edges)
    return fees[1:], problem.ceiling(fees[:-1], fees[1:], problem.hardest.array(crowds))


def bound_of(proof: FeeCertificate) -> Any:
    """Return the largest of the bounds of the cells."""
    problem, (fees, prices) = proof.problem, cell_money(proof.problem, proof.fees, proof.crowds)
    rows = [
        problem.most(drift, fees, prices, problem.hardest.array(joined))
        for drift, joined in zip(proof.drifts, proof.joiners, strict=True)
    ]
    most = np.minimum.reduce(rows).max()
    return most if problem.exact else most * (1 + _ROUNDING)


def _rises(edges: Floats) -> bool:
    return all(a <= b for a, b in itertools.pairwise(edges))
