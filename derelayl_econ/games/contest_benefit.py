r"""What everybody gains by the total effort in a contest: a learning curve or a concave benefit.

In the contest of :mod:`derelayl_econ.games.contest` a participant values the quality Q(E) that the
total effort E brings about. What matters is the shape of Q:

- strictly concave (exponential and shifted power curves, Hill curves with c <= 1,
  :class:`ConcaveBenefit`): every payoff is concave in the own effort, the equilibrium is unique;
- S-shaped (Hill with c > 1, the logistic walk): convex up to its *inflection*, concave from there.
  A small effort may then be best beside a large one, and equilibria may be several.

The effort at which Q' falls to a *slope* s, sup {E : Q'(E) >= s}, is what somebody with kappa/v = s
would exert alone without a prize.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from derelayl_econ.errors import InputError
from derelayl_econ.quality import LearningCurve

__all__ = ["ConcaveBenefit", "PublicBenefit", "effort_at_slope", "inflection", "slope_at"]

Array = npt.NDArray[np.float64]

_PROBES = np.geomspace(1e-6, 1e6, 97)
_ROUNDING = 1e-9
_LOG_SMALLEST, _LOG_LARGEST = -650.0, 650.0  # exp of either is a normal float


@dataclass(frozen=True, eq=False)
class ConcaveBenefit:
    """A benefit given by two functions of the total effort, trusted to be strictly concave.

    Parameters
    ----------
    quality : callable
        Q(E) (score), increasing and strictly concave, of an array of efforts E >= 0.
    marginal : callable
        Q'(E) (score per leg), positive, continuous, falling; it may be infinite at 0.

    Raises
    ------
    InputError
        If at one of 97 efforts from 1e-6 to 1e6 the values are not finite, or contradict each
        other or concavity: Q'(b) <= (Q(b) - Q(a))/(b - a) <= Q'(a) for a < b.

    Examples
    --------
    >>> benefit = ConcaveBenefit(np.log1p, lambda effort: 1 / (1 + effort))
    >>> benefit.quality(1.0), benefit.marginal(1.0)
    (array(0.69314718), array(0.5))
    """

    quality_of: Callable[[Array], npt.ArrayLike]
    marginal_of: Callable[[Array], npt.ArrayLike]

    def __post_init__(self) -> None:
        for name in ("quality_of", "marginal_of"):
            if not callable(getattr(self, name)):
                raise InputError(name, getattr(self, name), "be a function of the total effort")
        quality, marginal = self.quality(_PROBES), self.marginal(_PROBES)
        if not (np.isfinite(quality).all() and np.isfinite(marginal).all()):
            raise InputError(
                "quality_of and marginal_of", "an infinite value", "be finite for E > 0"
            )
        slack = _ROUNDING * np.abs(quality).max() / np.diff(_PROBES)
        secant = np.diff(quality) / np.diff(_PROBES)
        if (marginal < 0).any() or (np.diff(marginal) > 0).any():
            raise InputError(
                "marginal_of", "one that rises or is negative", "fall, and be positive"
            )
        if (secant > marginal[:-1] + slack).any() or (secant < marginal[1:] - slack).any():
            raise InputError("quality_of and marginal_of", "two that do not fit each other",
                             "be a concave function and its derivative")  # fmt: skip

    def quality(self, effort: npt.ArrayLike) -> Array:
        """Return Q (score) after the efforts E >= 0, in their shape."""
        return self._values("quality_of", effort)

    def marginal(self, effort: npt.ArrayLike) -> Array:
        """Return Q' (score per leg) after the efforts E >= 0, in their shape."""
        return self._values("marginal_of", effort)

    def _values(self, name: str, effort: npt.ArrayLike) -> Array:
        efforts = np.asarray(effort, dtype=np.float64)
        with np.errstate(all="ignore"):  # Q'(0) may be infinite, and is not needed
            values = np.asarray(getattr(self, name)(efforts), dtype=np.float64)
        if values.shape != efforts.shape or np.isnan(values).any():
            raise InputError(f"{name}(effort)", values, "be numbers in the shape of effort")
        return values


PublicBenefit = LearningCurve | ConcaveBenefit
"""Q in the contest's payoff."""


def inflection(benefit: PublicBenefit) -> float:
    """Return the effort up to which the benefit is convex; 0 for a concave one."""
    return benefit.inflection if isinstance(benefit, LearningCurve) else 0.0


def slope_at(benefit: PublicBenefit, log_effort: float) -> float:
    """Return Q' at exp(log_effort)."""
    return float(benefit.marginal(math.exp(log_effort)))


def effort_at_slope(benefit: PublicBenefit, slope: float) -> float:
    """Return the largest effort with Q' >= ``slope`` > 0, or 0 if Q' is smaller everywhere.

    Raises
    ------
    InputError
        If Q' does not fall to ``slope`` at any effort that floats can hold.

    Examples
    --------
    >>> round(effort_at_slope(ConcaveBenefit(np.log1p, lambda e: 1 / (1 + e)), 0.2), 12)
    4.0
    """
    turn = inflection(benefit)
    low = math.log(turn) if turn > 0 else _LOG_SMALLEST
    if slope_at(benefit, low) < slope:
        return 0.0
    if slope_at(benefit, _LOG_LARGEST) >= slope:
        raise InputError("costs", f"cost / value = {slope:g}", "exceed the marginal benefit of "
                         "very large efforts", hint="Somebody would never stop.")  # fmt: skip
    # In logarithms, for an effort may be any power of ten.
    root = brentq(lambda x: slope_at(benefit, x) - slope, low, _LOG_LARGEST, xtol=1e-15)
    return math.exp(root)
