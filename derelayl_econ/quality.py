r"""Learning curves: model quality as a function of cumulative training effort (theory 1.1).

One *leg* of relay training is one unit of effort E; before the first leg E = 0. A curve rises from
q_0 = ``quality_start`` towards its ceiling q_max = ``quality_max``, which it never reaches. What
the games take from it is the gain of one more leg from quality q: q(E(q) + 1) - q.

Four forms, each written once (:mod:`derelayl_econ.curve_forms`) as the *gap* q_max - q:

- exponential, D exp(-E/E_0) with D = q_max - q_0: the geometric curve of the closed-form theory;
- shifted power law, D (1 + E/E_0)^(-b);
- Hill, D / (1 + (E/E_0)^c): fits real relay training best; S-shaped for c > 1;
- logistic walk: each leg adds ``step`` to the logit of q/q_max, as in the public simulation of the
  DeRelayL authors (an option, not a default: real gains shrink with the stage).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import numpy.typing as npt

from derelayl_econ.curve_fit import CurveFit, FitComparison, compare, fit_curve
from derelayl_econ.curve_forms import (
    EFFORT_SPEED,
    EXPONENTIAL,
    HILL,
    LOGISTIC,
    POWER,
    CurveFormulas,
)
from derelayl_econ.domains import NON_NEGATIVE, POSITIVE, REAL, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check

if TYPE_CHECKING:
    Array = npt.NDArray[np.float64]

_SIZE = Domain(-1e100, 1e100)

__all__ = [
    "EFFORT_SPEED",
    "ExponentialCurve",
    "HillCurve",
    "LearningCurve",
    "LogisticWalk",
    "PowerCurve",
    "compare_fits",
]


@dataclass(frozen=True)
class LearningCurve(ABC):
    """A rising curve of model quality; see the subclasses for the forms.

    Parameters
    ----------
    quality_start, quality_max : float
        Quality before the first leg and the ceiling (score), ``quality_start < quality_max``.

    Raises
    ------
    InputError
        If a parameter lies outside its domain (:mod:`derelayl_econ.notation`).
    """

    quality_start: float
    quality_max: float

    start_domain: ClassVar[Domain] = REAL

    @classmethod
    @abstractmethod
    def formulas(cls) -> CurveFormulas:
        """Return the symbolic formulas; numbers and LaTeX come from them."""

    def __post_init__(self) -> None:
        for name, number in check(**asdict(self)).items():
            object.__setattr__(self, name, check_number(name, number, _SIZE))
            if not name.startswith("quality") and number < 1e-100:  # slopes would overflow
                raise InputError(name, number, "be at least 1e-100",
                                 hint="Choose other units of effort.")  # fmt: skip
        check_number("quality_start", self.quality_start, self.start_domain)
        if not self.quality_start < self.quality_max:
            raise InputError("quality_max", self.quality_max,
                             f"exceed quality_start = {self.quality_start:g}")  # fmt: skip

    def quality(self, effort: npt.ArrayLike) -> Array:
        """Return the quality (score) after ``effort`` >= 0 legs; any shape, kept.

        Examples
        --------
        >>> HillCurve(0.1, 0.9, effort_scale=30, steepness=1.2).quality([0, 30, 300]).round(4)
        array([0.1   , 0.5   , 0.8525])
        """
        gap = self._evaluate(self.formulas().gap, effort=_efforts(effort))
        rise = self.quality_max - self.quality_start
        # Counted from the nearer end, so that no effort gives the start itself, to the last digit.
        from_start = self.quality_start + np.maximum(rise - gap, 0.0)
        return np.where(gap > rise / 2, from_start, self.quality_max - gap)

    def marginal(self, effort: npt.ArrayLike) -> Array:
        """Return dq/dE (score per leg) after ``effort`` >= 0 legs; infinite at 0 if Hill c < 1."""
        return self._evaluate(self.formulas().marginal, effort=_efforts(effort))

    def effort(self, quality: npt.ArrayLike) -> Array:
        """Return the effort (legs) that reaches ``quality``, which must lie in [q_0, q_max).

        Examples
        --------
        >>> float(ExponentialCurve(0.0, 1.0, effort_scale=10).effort(0.5).round(4))
        6.9315
        """
        span = Domain(self.quality_start, self.quality_max, open_high=True)
        return self._evaluate(self.formulas().effort,
                              quality=check_array("quality", quality, span, ndim=None))  # fmt: skip

    def gain(self, quality: npt.ArrayLike) -> Array:
        """Return q(E + 1) - q, the gain (score) of one more leg from ``quality`` = q(E).

        Full relative accuracy up to the ceiling, where the gain is 0; ``quality`` in [q_0, q_max].

        Examples
        --------
        >>> ExponentialCurve.from_learning_rate(0, 1, learning_rate=0.2).gain([0, 0.2]).round(4)
        array([0.2 , 0.16])
        """
        span = Domain(self.quality_start, self.quality_max)
        given = check_array("quality", quality, span, ndim=None)
        effort = self._evaluate(self.formulas().effort, quality=given)  # infinite at the ceiling
        return self._evaluate(self.formulas().gain, effort=effort)

    def gains(self, legs: int) -> Array:
        """Return the gains of legs 0, ..., ``legs`` - 1 from the start; shape (legs,).

        Examples
        --------
        >>> ExponentialCurve.from_learning_rate(0, 1, learning_rate=0.2).gains(3).round(3)
        array([0.2  , 0.16 , 0.128])
        """
        count = check_number("legs", legs, Domain(0, integer=True))
        return self._evaluate(self.formulas().gain, effort=np.arange(count, dtype=np.float64))

    @property
    def inflection(self) -> float:
        """Effort (legs) of the steepest point; 0 for a concave curve."""
        return float(self._evaluate(self.formulas().inflection))

    @property
    def latex(self) -> str:
        """The quality as a function of effort, in LaTeX."""
        return self.formulas().quality.latex

    @classmethod
    def fit(cls, effort: npt.ArrayLike, quality: npt.ArrayLike) -> CurveFit[Self]:
        """Fit the curve to measured points by least squares; see :func:`.curve_fit.fit_curve`.

        Examples
        --------
        >>> truth = PowerCurve(0.2, 0.9, effort_scale=12, exponent=0.8)
        >>> effort = np.arange(0, 100, 5)
        >>> fit = PowerCurve.fit(effort, truth.quality(effort) + 0.001 * (-1.0) ** effort)
        >>> round(fit.curve.quality_start, 2), fit.misfit < 0.01
        (0.2, True)
        """
        return fit_curve(cls, effort, quality)

    def _evaluate(self, formula: Formula, **values: npt.ArrayLike) -> Array:
        known = {field.name: getattr(self, field.name) for field in fields(self)} | values
        return formula(**{name: known[name] for name in formula.arguments})


@dataclass(frozen=True)
class ExponentialCurve(LearningCurve):
    """Each leg closes the same share of the gap; ``effort_scale`` E_0 > 0 in legs."""

    effort_scale: float

    @classmethod
    def formulas(cls) -> CurveFormulas:
        """Return the formulas of the gap D exp(-E/E_0)."""
        return EXPONENTIAL

    @classmethod
    def from_learning_rate(
        cls, quality_start: float, quality_max: float, learning_rate: float
    ) -> Self:
        """Return the geometric curve q_k = q_max - x_0 (1 - gamma)^k of theory 3.1.

        Examples
        --------
        >>> round(ExponentialCurve.from_learning_rate(0, 1, 0.2).learning_rate, 12)
        0.2
        """
        rate = check(learning_rate=learning_rate)["learning_rate"]
        return cls(quality_start, quality_max, -1 / float(np.log1p(-rate)))

    @property
    def learning_rate(self) -> float:
        """Share of the gap that one leg closes, gamma = 1 - exp(-1/E_0)."""
        return float(-np.expm1(-1 / self.effort_scale))


@dataclass(frozen=True)
class PowerCurve(LearningCurve):
    """Shifted power law: ``effort_scale`` E_0 > 0 (legs) and tail ``exponent`` b in (0, 2]."""

    effort_scale: float
    exponent: float

    @classmethod
    def formulas(cls) -> CurveFormulas:
        """Return the formulas of the gap D (1 + E/E_0)^(-b)."""
        return POWER


@dataclass(frozen=True)
class HillCurve(LearningCurve):
    """Hill curve: half the rise after ``effort_scale`` E_0 legs; S-shaped if ``steepness`` > 1.

    Examples
    --------
    >>> round(HillCurve(0.1, 0.9, effort_scale=30, steepness=1.5).inflection, 3)
    10.26
    """

    effort_scale: float
    steepness: float

    @classmethod
    def formulas(cls) -> CurveFormulas:
        """Return the formulas of the gap D / (1 + (E/E_0)^c)."""
        return HILL


@dataclass(frozen=True)
class LogisticWalk(LearningCurve):
    """Each leg adds ``step`` > 0 to the logit of q/q_max; needs 0 < q_0 < q_max."""

    step: float

    start_domain: ClassVar[Domain] = POSITIVE

    @classmethod
    def formulas(cls) -> CurveFormulas:
        """Return the formulas of the gap q_max r/(1 + r) with r = (q_max/q_0 - 1) exp(-step E)."""
        return LOGISTIC


def compare_fits(effort: npt.ArrayLike, quality: npt.ArrayLike) -> FitComparison:
    """Fit the exponential, the shifted power and the Hill form; the result is sorted by AIC.

    A form whose fit fails is listed with the reason. Points of one averaged curve are not
    independent, so read the AIC as a ranking only.

    Examples
    --------
    >>> truth = HillCurve(0.1, 0.9, effort_scale=20, steepness=1.6)
    >>> effort = np.arange(0, 120, 4)
    >>> noise = 0.004 * np.cos(7.0 * effort)
    >>> type(compare_fits(effort, truth.quality(effort) + noise).best.curve).__name__
    'HillCurve'
    """
    return compare((ExponentialCurve, PowerCurve, HillCurve), effort, quality)


def _efforts(effort: npt.ArrayLike) -> Array:
    return check_array("effort", effort, NON_NEGATIVE, ndim=None)
