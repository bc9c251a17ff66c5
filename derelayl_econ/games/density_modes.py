r"""Where a density has its top: what proves bounds of it on an interval.

A density that never falls before its mode and never rises after it has its smallest value on an
interval at one of the interval's ends, and its largest value at the mode if that lies inside and
else at an end. The families below have this property for the parameters stated; the modes are
those of the standard forms of ``scipy.stats`` (Johnson, Kotz, Balakrishnan 1994 and
1995, Continuous Univariate Distributions, volumes 1 and 2), to be scaled and shifted.

The density is evaluated at some floats around the mode, as that of a shifted form may be rounded
out of the support, where the density is zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["MODES", "Top", "mode_of", "top_of"]

Shapes = Mapping[str, float]

_AROUND = 8  # floats on each side of the mode


def _weibull(shapes: Shapes) -> float:
    c = shapes["c"]
    return ((c - 1) / c) ** (1 / c) if c > 1 else 0.0


def _beta(shapes: Shapes) -> float | None:
    a, b = shapes["a"], shapes["b"]
    if a < 1 and b < 1:
        return None  # rises at both ends
    return (a - 1) / (a + b - 2) if a > 1 and b > 1 else float(a > b)


MODES: dict[str, Callable[[Shapes], float | None]] = {
    "beta": _beta,
    "cauchy": lambda _: 0.0,
    "chi2": lambda s: max(s["df"] - 2, 0.0),
    "erlang": lambda s: max(s["a"] - 1, 0.0),
    "expon": lambda _: 0.0,
    "gamma": lambda s: max(s["a"] - 1, 0.0),
    "gumbel_l": lambda _: 0.0,
    "gumbel_r": lambda _: 0.0,
    "halflogistic": lambda _: 0.0,
    "halfnorm": lambda _: 0.0,
    "invgamma": lambda s: 1 / (s["a"] + 1),
    "laplace": lambda _: 0.0,
    "logistic": lambda _: 0.0,
    "lognorm": lambda s: math.exp(-(s["s"] ** 2)),
    "loguniform": lambda s: s["a"],
    "lomax": lambda _: 0.0,
    "norm": lambda _: 0.0,
    "pareto": lambda _: 1.0,
    "powerlaw": lambda s: float(s["a"] >= 1),
    "rayleigh": lambda _: 1.0,
    "t": lambda _: 0.0,
    "triang": lambda s: s["c"],
    "truncexpon": lambda _: 0.0,
    "truncnorm": lambda s: min(max(0.0, s["a"]), s["b"]),
    "weibull_min": _weibull,
}
"""Modes of the standard forms by the family's name in ``scipy.stats``; None: not unimodal."""


def mode_of(frozen: Any) -> float | None:
    """Return the mode of a frozen continuous distribution, or None if it is not known here.

    Examples
    --------
    >>> from scipy import stats
    >>> round(mode_of(stats.lognorm(0.5, scale=2.0)), 6), mode_of(stats.arcsine())
    (1.557602, None)
    """
    family = frozen.dist.name
    if family not in MODES:
        return None
    values = _parameters(frozen)
    mode = MODES[family](values)
    return None if mode is None else values["loc"] + values["scale"] * mode


@dataclass(frozen=True)
class Top:
    """The largest density, and floats between which it is reached."""

    low: float
    high: float
    density: float


def top_of(frozen: Any) -> Top | None:
    """Return the largest density (infinite at a pole) and where it is, or None if not known here.

    Examples
    --------
    >>> from scipy import stats
    >>> round(top_of(stats.pareto(2, loc=0.1, scale=0.3)).density, 6)  # 2 / 0.3
    6.666667
    >>> top_of(stats.powerlaw(0.5)).density
    inf
    """
    mode = mode_of(frozen)
    if mode is None:
        return None
    values = _parameters(frozen)
    step = float(np.spacing(max(abs(mode), abs(values["loc"]), values["scale"])))
    places = mode + step * np.arange(-_AROUND, _AROUND + 1)
    # scipy.stats gives 0 at the pole of this family, and infinity at those of the others.
    pole = frozen.dist.name == "powerlaw" and values["a"] < 1
    with np.errstate(all="ignore"):
        density = math.inf if pole else float(frozen.pdf(places).max())
    return Top(float(places[0]), float(places[-1]), density)


def _parameters(frozen: Any) -> dict[str, float]:
    names = [name.strip() for name in (frozen.dist.shapes or "").split(",") if name.strip()]
    given = dict(zip([*names, "loc", "scale"], frozen.args, strict=False)) | frozen.kwds
    values = {"loc": 0.0, "scale": 1.0} | given
    return {name: np.asarray(value, dtype=np.float64).item() for name, value in values.items()}
