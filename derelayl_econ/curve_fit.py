r"""Least-squares fits of learning curves to measured (effort, quality) points.

The statistical model is q_i = q(E_i; parameters) + e_i with independent errors of equal variance.
A fit that does not converge, or whose optimum lies on the edge of the search box (the data then do
not determine that parameter), raises :class:`.SolverError` with the fit reached as ``partial``; it
is never passed on as a good one.

Standard errors are Gauss-Newton ones, s^2 (J^T J)^-1; intervals use the delta method and Student's
t with n - p degrees of freedom. Source: Seber & Wild (1989), Nonlinear Regression, chapter 5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from derelayl_econ.curve_search import CurveProblem, parameter_names, quality_gradient
from derelayl_econ.domains import NON_NEGATIVE, OPEN_UNIT, check_array, check_number
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.results import Result, frozen_array

__all__ = ["CurveFit", "FitComparison", "FittableCurve", "compare", "fit_curve"]

Array = npt.NDArray[np.float64]


class FittableCurve(Protocol):
    """What a fit needs of a curve: a dataclass of parameters with a quality formula in them."""

    @classmethod
    def formulas(cls) -> Any:
        """Return an object that holds the ``quality`` formula."""

    def quality(self, effort: npt.ArrayLike) -> Array:
        """Return the quality after ``effort`` legs."""

    def gain(self, quality: npt.ArrayLike) -> Array:
        """Return the gain of one more leg from ``quality``."""


CurveT = TypeVar("CurveT", bound=FittableCurve)


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveFit(Result, Generic[CurveT]):
    """A fitted learning curve with the evidence for it.

    Attributes
    ----------
    curve : LearningCurve
        The curve of least squares.
    standard_errors : dict of str to float
        One per parameter, in its unit; infinite where the data do not determine the parameters.
    covariance : ndarray, shape (p, p)
        Covariance of the parameters in the order of ``standard_errors``; infinite if singular.
    rmse, misfit : float
        Root mean squared residual (score), and the same relative to the rise seen in the data.
    residuals : ndarray, shape (n,)
        Measured minus fitted quality.
    aic : float
        n log(SSE/n) + 2 (p + 1); comparable between fits to the same points only.
    status : str
        ``"converged"``, or what went wrong (such a fit only travels inside an error).
    """

    curve: CurveT
    standard_errors: dict[str, float]
    covariance: Array = field(repr=False)
    misfit: float
    rmse: float
    residuals: Array = field(repr=False)
    aic: float
    status: str

    def quality(self, effort: npt.ArrayLike) -> Array:
        """Return the fitted quality after ``effort`` legs."""
        return self.curve.quality(effort)

    def gain(self, quality: npt.ArrayLike) -> Array:
        """Return the fitted gain of one more leg from ``quality``."""
        return self.curve.gain(quality)

    def predict(self, effort: npt.ArrayLike, level: float = 0.95) -> tuple[Array, Array, Array]:
        """Return (low, mid, high): the curve with a pointwise confidence band of ``level``.

        The band is for the curve itself (the mean), not for one further noisy measurement.
        """
        from scipy.special import stdtrit

        share = check_number("level", level, OPEN_UNIT)
        middle = self.curve.quality(effort)
        if not np.isfinite(self.covariance).all():
            wide = np.full(middle.shape, math.inf)
            return -wide, middle, wide
        slopes = quality_gradient(self.curve, np.ravel(np.asarray(effort, dtype=np.float64)))
        variance = np.einsum("ij,jk,ik->i", slopes, self.covariance, slopes)
        freedom = self.residuals.size - len(self.standard_errors)
        quantile = float(stdtrit(freedom, (1 + share) / 2))
        half = quantile * np.sqrt(variance.clip(min=0.0)).reshape(middle.shape)
        return middle - half, middle, middle + half

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per parameter."""
        rows = [(name, getattr(self.curve, name), error)
                for name, error in self.standard_errors.items()]  # fmt: skip
        return ("parameter", "estimate", "standard error"), rows

    def caption(self) -> str:
        """Return form, misfit and status in one line."""
        form = type(self.curve).__name__
        return f"{form}, misfit {100 * self.misfit:.2g} % of the rise, {self.status}"


@dataclass(frozen=True, kw_only=True, eq=False)
class FitComparison(Result):
    """Fits of several forms to the same points, in increasing order of AIC."""

    fits: tuple[CurveFit[Any], ...]

    @property
    def best(self) -> CurveFit[Any]:
        """The converged fit of lowest AIC; raises :class:`.SolverError` if none converged."""
        for fit in self.fits:
            if fit.status == "converged":
                return fit
        raise SolverError("no form of curve could be fitted to these points", partial=self)

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per form; AIC relative to the first."""
        head = ("form", "parameters", "misfit %", "rmse", "AIC - lowest", "status")
        lowest = self.fits[0].aic
        rows = [
            (type(fit.curve).__name__, len(fit.standard_errors), 100 * fit.misfit, fit.rmse,
             fit.aic - lowest if math.isfinite(lowest) else fit.aic, fit.status)
            for fit in self.fits
        ]  # fmt: skip
        return head, rows


def fit_curve(
    form: type[CurveT], effort: npt.ArrayLike, quality: npt.ArrayLike
) -> CurveFit[CurveT]:
    """Fit a form of curve to measured points by least squares.

    Parameters
    ----------
    form : type
        One of the curves of :mod:`derelayl_econ.quality`.
    effort, quality : array_like, shape (n,)
        Effort >= 0 (legs) and measured quality (score); n exceeds the number p of parameters, and
        at least p efforts differ.

    Raises
    ------
    InputError
        If the points are too few, not finite, of different length, or do not rise.
    SolverError
        If the search does not converge or ends on a bound; ``partial`` is the fit reached.
    """
    problem = CurveProblem(form, *_points(form, effort, quality))
    best = min((problem.refine(start) for start in problem.starts()), key=lambda found: found.cost)
    fit: CurveFit[CurveT] = _describe(problem, best)
    if fit.status != "converged":
        raise SolverError(
            f"{form.__name__} does not fit these points ({fit.status}). Try another form, or "
            "measure over a wider range of effort.", partial=fit)  # fmt: skip
    return fit


def compare(
    forms: Sequence[type[FittableCurve]], effort: npt.ArrayLike, quality: npt.ArrayLike
) -> FitComparison:
    """Fit each form; failed fits are kept, with their status."""
    fits = []
    for form in forms:
        try:
            fits.append(fit_curve(form, effort, quality))
        except SolverError as failure:
            fits.append(failure.partial)
    return FitComparison(fits=tuple(sorted(fits, key=lambda fit: fit.aic)))


def _points(form: Any, effort: npt.ArrayLike, quality: npt.ArrayLike) -> tuple[Array, Array]:
    x, y = check_array("effort", effort, NON_NEGATIVE), check_array("quality", quality)
    width = len(parameter_names(form))
    if x.shape != y.shape:
        raise InputError("quality", f"{y.size} values", f"have one value per effort ({x.size})")
    if x.size <= width:
        raise InputError("number of points", x.size, f"exceed the {width} parameters")
    if np.unique(x).size < width:
        raise InputError("number of different efforts", np.unique(x).size, f"be at least {width}")
    if np.ptp(y) == 0:
        raise InputError("quality", "a constant", "rise with effort")
    return x, y


def _describe(problem: CurveProblem, found: Any) -> CurveFit[Any]:
    residuals = -problem.rise * found.fun
    count, width = residuals.size, len(problem.names)
    squares = float(residuals @ residuals)
    covariance = problem.covariance(found.x, squares / (count - width))
    errors = np.sqrt(np.diag(covariance)).tolist()
    rmse = math.sqrt(squares / count)
    likelihood = count * math.log(squares / count) if squares > 0 else -math.inf
    return CurveFit(
        curve=problem.form(**problem.parameters(found.x)),
        standard_errors=dict(zip(problem.names, errors, strict=True)),
        covariance=frozen_array(covariance),
        misfit=rmse / problem.rise,
        rmse=rmse,
        residuals=frozen_array(residuals),
        aic=likelihood + 2 * (width + 1),
        status=problem.status(found),
    )
