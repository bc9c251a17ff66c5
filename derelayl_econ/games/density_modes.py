r"""Where a density has its top: what proves bounds of it on an interval.

A density that never falls before its mode and never rises after it has its smallest value on an
interval at one of the interval's ends, and its largest value at the mode if that lies inside and
else at an end. The families below have this property for the parameters stated; the modes are
those of the standard forms of ``scipy.stats`` (Johnson, Kotz, Balakrishnan 1994, Continuous
Univariate Distributions), to be scaled and shifted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["MODES", "mode_of"]

Shapes = Mapping[str, float]


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
    names = [name.strip() for name in (frozen.dist.shapes or "").split(",") if name.strip()]
    values = dict(zip([*names, "loc", "scale"], frozen.args, strict=False)) | frozen.kwds
    mode = MODES[family]({name: float(values[name]) for name in names})
    if mode is None:
        return None
    return float(values.get("loc", 0.0)) + float(values.get("scale", 1.0)) * mode
