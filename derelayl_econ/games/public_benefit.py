r"""What everybody gains by the effort of all: a learning curve or a concave benefit.

In the contest (:mod:`derelayl_econ.games.contest`) and in the contribution game
(:mod:`derelayl_econ.games.contribution`) a participant values the quality Q(E) that the total
effort E brings about. What matters is the shape of Q:

- strictly concave (exponential and shifted power curves, Hill curves with c <= 1, the curves of
  :mod:`derelayl_econ.games.concave_curves`, :class:`ConcaveBenefit`): every payoff is concave in
  the own effort; a contest has one equilibrium, a contribution game one total;
- S-shaped (Hill with c > 1, the logistic walk): convex up to its *inflection*, concave from there.
  A small effort may then be best beside a large one, and equilibria may be several. A contest finds
  them; the contribution game refuses such a curve.

The effort at which Q' falls to a given slope: :mod:`derelayl_econ.games.effort_at_slope`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.games.concave_curves import UnboundedCurve
from derelayl_econ.quality import LearningCurve

__all__ = ["ConcaveBenefit", "PublicBenefit", "check_benefit", "inflection"]

Array = npt.NDArray[np.float64]

_PROBES = np.geomspace(1e-6, 1e6, 97)
_ROUNDING = 1e-9


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
        self.check(_PROBES)

    def check(self, efforts: Array) -> None:
        """Refuse values at ``efforts`` > 0, rising, that no concave function and slope have."""
        quality, marginal = self.quality(efforts), self.marginal(efforts)
        if not (np.isfinite(quality).all() and np.isfinite(marginal).all()):
            raise InputError(
                "quality_of and marginal_of", "an infinite value", "be finite for E > 0"
            )
        slack = _ROUNDING * np.abs(quality).max() / np.diff(efforts)
        secant = np.diff(quality) / np.diff(efforts)
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


PublicBenefit = LearningCurve | UnboundedCurve | ConcaveBenefit
"""Q in a payoff; all have the methods ``quality`` and ``marginal``."""


def check_benefit(curve: object) -> PublicBenefit:
    """Return ``curve`` if it is a public benefit.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if not isinstance(curve, PublicBenefit):
        raise InputError("curve", curve, "be a learning curve or a ConcaveBenefit",
                         hint="A LogCurve or a RootCurve will do, too.")  # fmt: skip
    return curve


def inflection(benefit: PublicBenefit) -> float:
    """Return the effort up to which the benefit is convex; 0 for a concave one."""
    return benefit.inflection if isinstance(benefit, LearningCurve) else 0.0
