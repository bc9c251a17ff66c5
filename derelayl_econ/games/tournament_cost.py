r"""What effort costs in a tournament: a quadratic, or any convex function and its derivative.

Effort is measured by the gain it is expected to bring (score), its cost C(e) in money. C is
increasing and strictly convex, so each marginal cost belongs to one effort.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.tournament_formulas import QUADRATIC_COST

__all__ = ["ConvexCost", "EffortCost", "QuadraticCost", "effort_cost"]

Array = npt.NDArray[np.float64]

_BEND = Domain(1e-60, 1e60)
_PROBES = np.geomspace(1e-6, 1e6, 97)
_ROUNDING = 1e-9
_LARGEST = 1e150


@dataclass(frozen=True)
class QuadraticCost:
    """C(e) = ``bend`` e^2/2; ``bend`` is C'' (money per squared score), from 1e-60 to 1e60."""

    bend: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "bend", check_number("bend", self.bend, _BEND))

    def cost(self, effort: npt.ArrayLike) -> Array:
        """Return C (money) of efforts, in their shape."""
        return QUADRATIC_COST(bend=self.bend, own_effort=effort)

    def marginal(self, effort: npt.ArrayLike) -> Array:
        """Return C' (money per score) at efforts, in their shape."""
        return np.asarray(self.bend * np.asarray(effort, dtype=np.float64))

    def effort_at(self, slope: float) -> float:
        """Return the effort whose marginal cost is ``slope`` >= 0."""
        return slope / self.bend


@dataclass(frozen=True, eq=False)
class ConvexCost:
    """A cost of effort given by two functions, trusted to be increasing and strictly convex.

    Parameters
    ----------
    cost_of, marginal_of : callable
        C(e) (money) and C'(e) (money per score) of an array of efforts e >= 0.

    Raises
    ------
    InputError
        If at one of 97 efforts from 1e-6 to 1e6 the values are not numbers, C' does not rise, or
        the two contradict each other: C'(a) <= (C(b) - C(a))/(b - a) <= C'(b) for a < b. Efforts at
        which they are infinite are left out.

    Examples
    --------
    >>> cost = ConvexCost(lambda e: e**3 / 3, lambda e: e**2)
    >>> cost.effort_at(4.0)
    2.0
    """

    cost_of: Callable[[Array], npt.ArrayLike]
    marginal_of: Callable[[Array], npt.ArrayLike]

    def __post_init__(self) -> None:
        for name in ("cost_of", "marginal_of"):
            if not callable(getattr(self, name)):
                raise InputError(name, getattr(self, name), "be a function of effort")
        cost, marginal = self.cost(_PROBES), self.marginal(_PROBES)
        finite = np.isfinite(cost) & np.isfinite(marginal)
        cost, marginal, probes = cost[finite], marginal[finite], _PROBES[finite]
        if probes.size < 2 or marginal[0] < 0 or (np.diff(marginal) <= 0).any():
            raise InputError("marginal_of", "one that does not rise", "rise, from 0 or more")
        secant, slack = np.diff(cost) / np.diff(probes), _ROUNDING * np.abs(marginal[1:])
        if (secant < marginal[:-1] - slack).any() or (secant > marginal[1:] + slack).any():
            raise InputError("cost_of and marginal_of", "two that do not fit each other",
                             "be a convex function and its derivative")  # fmt: skip

    def cost(self, effort: npt.ArrayLike) -> Array:
        """Return C (money) of efforts, in their shape."""
        return self._values("cost_of", effort)

    def marginal(self, effort: npt.ArrayLike) -> Array:
        """Return C' (money per score) at efforts, in their shape."""
        return self._values("marginal_of", effort)

    def effort_at(self, slope: float) -> float:
        """Return the effort whose marginal cost is ``slope`` >= 0; 0 if C' is larger everywhere.

        Raises
        ------
        InputError
            If C' stays below ``slope`` for ever: no effort would be enough.
        """

        def excess(effort: float) -> float:
            # Capped, for brentq would not get on with an infinite marginal cost.
            return min(float(self.marginal(effort)), 2 * slope + 1) - slope

        if excess(0.0) >= 0:
            return 0.0
        high = 1.0
        while excess(high) < 0:
            high *= 16
            if high > _LARGEST:
                raise InputError("cost", f"a marginal cost below {slope:g}", "exceed the incentive "
                                 "at large efforts", hint="No effort would be enough.")  # fmt: skip
        return float(brentq(excess, 0.0, high, xtol=math.ulp(0.0), rtol=1e-15))

    def _values(self, name: str, effort: npt.ArrayLike) -> Array:
        efforts = np.asarray(effort, dtype=np.float64)
        with np.errstate(all="ignore"):  # may overflow far beyond any effort of interest
            values = np.asarray(getattr(self, name)(efforts), dtype=np.float64)
        if values.shape != efforts.shape or np.isnan(values).any():
            raise InputError(f"{name}(effort)", values, "be numbers in the shape of effort")
        return values


EffortCost = QuadraticCost | ConvexCost


def effort_cost(cost: Any) -> EffortCost:
    """Return the cost of effort: as it is, or a number as the quadratic of that second derivative.

    Examples
    --------
    >>> effort_cost(2.0)
    QuadraticCost(bend=2.0)
    """
    if isinstance(cost, QuadraticCost | ConvexCost):
        return cost
    return QuadraticCost(check_number("cost", cost, _BEND))
