"""Private costs in fractions, for bounds without rounding: samples and uniform costs.

Q(s) and Q(s+) are the quantile function of costs and its limit from above, -inf and inf at the ends
where they are not bounded by anything; int_0^s Q is what the cheapest share s spends on average.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.cost_distribution import CostDistribution, SampleCosts

__all__ = ["ExactSample", "ExactUniform", "Quantiles", "exact_costs"]

Numbers = npt.NDArray[Any]


class Quantiles(Protocol):
    """Q(s), Q(s+) and int_0^s Q of arrays of shares."""

    def quantile(self, p: Any) -> Any:
        """Return Q(s)."""

    def quantile_right(self, p: Any) -> Any:
        """Return Q(s+)."""

    def spent(self, p: Any) -> Any:
        """Return int_0^s Q."""


@dataclass(frozen=True, eq=False)
class ExactUniform:
    """Costs uniform on [low, low + width], in fractions, or in floats where shares are floats."""

    low: Fraction
    width: Fraction

    def quantile(self, p: Numbers) -> Numbers:
        """Return Q(s)."""
        low, width = self._ends(p)
        return np.where(p == 0, -math.inf, low + width * p)

    def quantile_right(self, p: Numbers) -> Numbers:
        """Return Q(s+)."""
        low, width = self._ends(p)
        return np.where(p == 1, math.inf, low + width * p)

    def spent(self, p: Numbers) -> Numbers:
        """Return int_0^s Q."""
        low, width = self._ends(p)
        return np.asarray(low * p + width * p * p / 2)

    def _ends(self, p: Numbers) -> tuple[Any, Any]:
        if np.asarray(p).dtype == object:
            return self.low, self.width
        return float(self.low), float(self.width)


class ExactSample:
    """Costs of a sample, in fractions."""

    def __init__(self, values: Numbers) -> None:
        self._values = [Fraction(float(value)) for value in np.sort(values)]
        self._sums = [Fraction(0)]
        for value in self._values:
            self._sums.append(self._sums[-1] + value)
        self._size = len(self._values)
        self.breaks = {j / self._size: Fraction(j, self._size) for j in range(self._size + 1)}

    def quantile(self, p: Numbers) -> Numbers:
        """Return Q(s)."""
        return self._each(p, lambda x: self._values[math.ceil(x) - 1] if x > 0 else -math.inf)

    def quantile_right(self, p: Numbers) -> Numbers:
        """Return Q(s+)."""
        return self._each(p, lambda x: self._values[math.floor(x)] if x < self._size else math.inf)

    def spent(self, p: Numbers) -> Numbers:
        """Return int_0^s Q."""

        def up_to(x: Fraction) -> Fraction:
            whole = math.floor(x)
            rest = (x - whole) * self._values[whole] if whole < self._size else Fraction(0)
            return (self._sums[whole] + rest) / self._size

        return self._each(p, up_to)

    def _each(self, p: Numbers, function: Any) -> Numbers:
        found = [function(share * self._size) for share in p.ravel()]
        return np.array([*found, None], dtype=object)[:-1].reshape(p.shape)


def exact_costs(distribution: Any, costs: CostDistribution) -> Quantiles | None:
    """Return the distribution in fractions, if it is a sample or uniform."""
    if isinstance(costs, SampleCosts):
        return ExactSample(np.ravel(np.asarray(distribution, dtype=np.float64)))
    if getattr(getattr(distribution, "dist", None), "name", "") == "uniform":
        low, high = (Fraction(float(end)) for end in distribution.support())
        return ExactUniform(low, high - low)
    return None
