r"""The search behind a curve fit: coordinates without bounds of their own, starts, refinement.

Parameters move on unbounded scales (logarithm for positive ones, logit for bounded ones, the
logarithm of q_max - q_0), so that no step leaves their domain; a wide box keeps the search finite.
Starting values come from the data: for fixed scale and shape a curve is linear in (q_0, q_max), so
a grid over scale and shape is solved exactly and some of its best nodes are refined.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import NOTATION, symbol

__all__ = ["CurveProblem", "parameter_names", "quality_gradient"]

Array = npt.NDArray[np.float64]

_STARTS = (0, 3, 9)  # ranks on the grid that are refined: neighbours would share a basin
_LOGIT_BOX = 8.0  # |logit| of a bounded parameter: within .03 % of either end of its domain
_EDGE = 1e-4  # closer to a bound than this share of the box counts as on the bound
_EVALUATIONS = 400


def parameter_names(form: Any) -> tuple[str, ...]:
    """Return the names of a curve's parameters, start and ceiling first."""
    return tuple(parameter.name for parameter in fields(form))


class CurveProblem:
    """One least-squares problem in the unbounded coordinates z of the parameters."""

    def __init__(self, form: Any, effort: Array, quality: Array) -> None:
        self.form, self.effort, self.measured = form, effort, quality
        self.names = parameter_names(form)
        self.low, self.rise = float(quality.min()), float(np.ptp(quality))
        self.positive_start = form.start_domain.low == 0
        self.box = np.array([self._bounds(name) for name in self.names]).T

    def _bounds(self, name: str) -> tuple[float, float]:
        seen = self.effort[self.effort > 0]
        first, last = float(seen.min()), float(seen.max())
        if name == "quality_start":
            return (-14.0, math.log(2.0)) if self.positive_start else (-10.0, 1.0)
        if name == "steepness":
            return math.log(0.05), math.log(20.0)
        if math.isfinite(NOTATION[name].domain.high):
            return -_LOGIT_BOX, _LOGIT_BOX
        ends = {
            "quality_max": (1e-3, 1e3),
            "effort_scale": (max(1e-2 * first, 1e-8 * last), 1e3 * last),
            "step": (1e-3 / last, 1e2 / first),
        }[name]
        return math.log(ends[0]), math.log(ends[1])

    def parameters(self, z: Array) -> dict[str, float]:
        """Return the parameters at ``z``."""
        level = self.rise * math.exp(z[0]) if self.positive_start else self.low + self.rise * z[0]
        values = {"quality_start": level, "quality_max": level + self.rise * math.exp(z[1])}
        for name, coordinate in zip(self.names[2:], z[2:], strict=True):
            high = NOTATION[name].domain.high
            scale = math.exp(coordinate)
            values[name] = high * scale / (1 + scale) if math.isfinite(high) else scale
        return {name: float(value) for name, value in values.items()}

    def coordinates(self, values: dict[str, float]) -> Array:
        """Return the inverse of :meth:`parameters`, pulled inside the box."""
        start = values["quality_start"]
        first = (math.log(max(start, 1e-6 * self.rise) / self.rise) if self.positive_start
                 else (start - self.low) / self.rise)  # fmt: skip
        z = [first, math.log((values["quality_max"] - start) / self.rise)]
        for name in self.names[2:]:
            value, high = values[name], NOTATION[name].domain.high
            z.append(math.log(value / (high - value) if math.isfinite(high) else value))
        inside = 0.01 * (self.box[1] - self.box[0])
        return np.asarray(np.clip(z, self.box[0] + inside, self.box[1] - inside))

    def chain(self, z: Array) -> Array:
        """Return d(parameters)/dz, shape (p, p)."""
        values = self.parameters(z)
        start = values["quality_start"] if self.positive_start else self.rise
        slopes = [start, values["quality_max"] - values["quality_start"]]
        for name in self.names[2:]:
            high = NOTATION[name].domain.high
            slopes.append(values[name] * (1 - values[name] / high))  # high = inf: the value
        matrix = np.diag(slopes)
        matrix[1, 0] = start  # the ceiling moves along with the start
        return matrix

    def residuals(self, z: Array) -> Array:
        """Return (fitted - measured) / rise."""
        curve = self.form(**self.parameters(z))
        return np.asarray((curve.quality(self.effort) - self.measured) / self.rise)

    def jacobian(self, z: Array) -> Array:
        """Return d(residuals)/dz, shape (n, p)."""
        curve = self.form(**self.parameters(z))
        return np.asarray(quality_gradient(curve, self.effort) @ self.chain(z) / self.rise)

    def starts(self) -> list[Array]:
        """Return starting points from an exact linear fit at each node of a grid."""
        grid = np.stack(np.meshgrid(*(self._nodes(name) for name in self.names[2:]),
                                    self._start_nodes(), indexing="ij"), -1)  # fmt: skip
        nodes = grid.reshape(-1, grid.shape[-1])
        shape = dict(zip(self.names[2:], nodes.T[:-1, :, None], strict=True))
        heights = self.form.formulas().quality(
            quality_start=nodes[:, -1:], quality_max=1.0, effort=self.effort, **shape
        )
        slope, offset, unexplained = _regress(heights, self.measured)
        if not (slope > 0).any():
            hint = "Pass a score that improves, such as minus the loss."
            raise InputError("quality", "falling points", "rise with effort", hint=hint)
        order = np.argsort(np.where(slope > 0, unexplained, math.inf))
        chosen = [order[rank] for rank in _STARTS if rank < np.count_nonzero(slope > 0)]
        return [
            self.coordinates(
                dict(zip(self.names[2:], nodes[i, :-1].tolist(), strict=True))
                | {"quality_start": offset[i] + slope[i] * nodes[i, -1],
                   "quality_max": offset[i] + slope[i]}
            )
            for i in chosen
        ]  # fmt: skip

    def _nodes(self, name: str) -> Array:
        seen = self.effort[self.effort > 0]
        first, last = float(seen.min()), float(seen.max())
        return {
            "effort_scale": np.geomspace(first / 2, 4 * last, 16),
            "step": np.geomspace(0.2 / last, 5 / first, 16),
            "exponent": np.array([0.3, 0.7, 1.2, 1.8]),
            "steepness": np.array([0.6, 1.0, 1.6, 2.6, 5.0]),
        }[name]

    def _start_nodes(self) -> Array:
        return np.array([0.01, 0.1, 0.3, 0.6]) if self.positive_start else np.zeros(1)

    def refine(self, start: Array) -> Any:
        """Return SciPy's trust-region solution from ``start``."""
        from scipy.optimize import least_squares

        return least_squares(
            self.residuals, start, jac=self.jacobian, bounds=self.box, method="trf",
            ftol=1e-13, xtol=1e-11, gtol=1e-13, max_nfev=_EVALUATIONS,
        )  # fmt: skip

    def covariance(self, z: Array, variance: float) -> Array:
        """Return variance (J^T J)^-1 of the parameters, all infinite if J lacks full rank."""
        jacobian = self.jacobian(z)
        width = len(self.names)
        if np.linalg.matrix_rank(jacobian) < width:
            return np.full((width, width), math.inf)
        spread = self.chain(z) @ np.linalg.pinv(jacobian) / self.rise
        return np.asarray(variance * spread @ spread.T)

    def status(self, found: Any) -> str:
        """Return ``"converged"`` or what went wrong."""
        edge = _EDGE * (self.box[1] - self.box[0])
        outside = (found.x < self.box[0] + edge) | (found.x > self.box[1] - edge)
        if outside.any():
            stuck = ", ".join(np.array(self.names)[outside])
            return f"the optimum lies on a bound of {stuck}"
        return "converged" if found.success else f"no convergence within {_EVALUATIONS} evaluations"


def _regress(heights: Array, measured: Array) -> tuple[Array, Array, Array]:
    centred = heights - heights.mean(axis=1, keepdims=True)
    target = measured - measured.mean()
    power = (centred**2).sum(axis=1)
    slope = centred @ target / np.where(power > 0, power, math.inf)
    offset = measured.mean() - slope * heights.mean(axis=1)
    return slope, offset, target @ target - slope**2 * power


@cache
def _slopes(formula: Formula, names: tuple[str, ...]) -> Callable[..., list[Any]]:
    # Not through Formula: its rewriting with expm1 turns exp(-x) into exp(x), which overflows in
    # derivatives of the logistic walk. A gradient needs no such care for digits.
    return sp.lambdify(  # type: ignore[no-any-return]
        [symbol(name) for name in (*names, "effort")],
        [formula.diff(name).expression for name in names],
        modules=["scipy", "numpy"],
        cse=True,
    )


def quality_gradient(curve: Any, effort: Array) -> Array:
    """Return dq/d(parameter), shape (n, p)."""
    names, forms = parameter_names(curve), curve.formulas()
    known = {name: getattr(curve, name) for name in names}
    with np.errstate(all="ignore"):  # the two ends are filled in below
        columns = _slopes(forms.quality, names)(**known, effort=effort)
    gradient = np.stack([np.broadcast_to(column, effort.shape) for column in columns], axis=-1)
    gap = forms.gap(**{name: (known | {"effort": effort})[name] for name in forms.gap.arguments})
    ends = np.eye(2, len(names))
    gradient[effort == 0] = ends[0]  # q(0) is quality_start, where the formula has 0 log 0
    gradient[gap == 0] = ends[1]  # q is quality_max, where it has infinity / infinity
    return gradient
