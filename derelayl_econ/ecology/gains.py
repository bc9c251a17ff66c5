r"""What one training adds to a model, in the ecology: a random step from the base's performance.

The child of a base with performance x has x + m(x) + s(x) eps, eps standard normal, and never more
than the ceiling. Three kinds:

- the *walk* of the DeRelayL authors' public simulation: m = s = 1, without ceiling; the quality
  shown is the logistic 1/(1 + e^(-x)). Its gains never fade, only what is shown of them does.
- a *curve*: performance is quality, m(q) is the gain of one more leg on a learning curve and s(q)
  a multiple of it, so that both fade as the ceiling comes near.
- a *table* of m and s by quality, such as :func:`derelayl_econ.validation.ecology.measure_gains`
  measures when real models are trained.

With drift every held model loses the same share of its quality each round.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import HALF_OPEN_UNIT, NON_NEGATIVE, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.magnitude import check_magnitude
from derelayl_econ.quality import LearningCurve
from derelayl_econ.results import frozen_array

__all__ = ["TrainingGains"]

Array = npt.NDArray[np.float64]

CURVE_POINTS = 2049


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingGains:
    """Mean and spread of a training's gain, by the performance of the base.

    Use :meth:`walk`, :meth:`curve` or :meth:`table`.

    Attributes
    ----------
    performance : array, shape (K,)
        Increasing grid; in between, mean and spread are linear, beyond its ends constant.
    mean, spread : arrays, shape (K,)
        m and s on the grid.
    start : float
        Performance of the genesis model.
    ceiling : float
        Most that a model can reach; infinite for the walk.
    logistic : bool
        Whether the quality shown is the logistic of the performance, or the performance itself.
    drift : float
        Share of quality that every model loses per round.
    """

    performance: Array
    mean: Array
    spread: Array
    start: float = 0.0
    ceiling: float = math.inf
    logistic: bool = False
    drift: float = 0.0

    @classmethod
    def walk(cls, mean: float = 1.0, spread: float = 1.0) -> Self:
        """Return constant gains on an unbounded performance number, shown as a logistic.

        Examples
        --------
        >>> TrainingGains.walk().quality([0.0, 2.0]).round(3)
        array([0.5  , 0.881])
        """
        step = check_number("mean", mean)
        width = check_number("spread", spread, NON_NEGATIVE)
        check_magnitude(mean=step, spread=width)
        return cls(performance=frozen_array([0.0, 1.0]), mean=frozen_array([step, step]),
                   spread=frozen_array([width, width]), logistic=True)  # fmt: skip

    @classmethod
    def curve(cls, curve: LearningCurve, *, spread: float = 1.0, drift: float = 0.0) -> Self:
        """Return gains that fade along a learning curve.

        Parameters
        ----------
        curve : LearningCurve
            Gives m(q) and the ceiling; the genesis model has its starting quality.
        spread : float
            s(q)/m(q) >= 0; 1 as in the walk.
        drift : float
            eta, in [0, 1).

        Examples
        --------
        >>> from derelayl_econ.quality import ExponentialCurve
        >>> gains = TrainingGains.curve(ExponentialCurve.from_learning_rate(0, 1, 0.2))
        >>> round(float(gains.mean[0]), 3), gains.ceiling
        (0.2, 1.0)
        """
        if not isinstance(curve, LearningCurve):
            raise InputError("curve", curve, "be a learning curve")
        width = check_number("spread", spread, NON_NEGATIVE)
        check_magnitude(spread=width, quality_start=curve.quality_start,
                        quality_max=curve.quality_max)  # fmt: skip
        grid = np.linspace(curve.quality_start, curve.quality_max, CURVE_POINTS)
        mean = np.append(curve.gain(grid[:-1]), 0.0)  # no gain at the ceiling
        return cls(performance=frozen_array(grid), mean=frozen_array(mean),
                   spread=frozen_array(width * mean), start=curve.quality_start,
                   ceiling=curve.quality_max,
                   drift=check_number("drift", drift, HALF_OPEN_UNIT))  # fmt: skip

    @classmethod
    def table(
        cls, quality: npt.ArrayLike, mean: npt.ArrayLike, spread: npt.ArrayLike, *,
        ceiling: float, drift: float = 0.0,
    ) -> Self:  # fmt: skip
        """Return measured gains.

        Parameters
        ----------
        quality : array_like, shape (K,)
            Qualities of the base (score), strictly increasing; the first is the genesis model's.
        mean, spread : array_like, shape (K,)
            Mean and standard deviation (score) of the true gain of one training from there.
        ceiling, drift : float
            Best quality a model can have (score), and share of quality lost per round.
        """
        grid, means = check_array("quality", quality), check_array("mean", mean)
        spreads = check_array("spread", spread, NON_NEGATIVE)
        if grid.size < 2 or (np.diff(grid) <= 0).any():
            raise InputError("quality", grid, "be strictly increasing, with at least two entries")
        if means.shape != grid.shape or spreads.shape != grid.shape:
            raise InputError("mean and spread", f"shapes {means.shape} and {spreads.shape}",
                             f"have the shape {grid.shape} of quality")  # fmt: skip
        for name, values in (("quality", grid), ("mean", means), ("spread", spreads)):
            check_magnitude(**{name: float(np.abs(values).max())})
        top = check_number("ceiling", ceiling)
        if top < grid[-1]:
            raise InputError("ceiling", top, f"be at least the largest quality, {grid[-1]:g}")
        return cls(performance=frozen_array(grid), mean=frozen_array(means),
                   spread=frozen_array(spreads), start=float(grid[0]), ceiling=top,
                   drift=check_number("drift", drift, HALF_OPEN_UNIT))  # fmt: skip

    def quality(self, performance: npt.ArrayLike) -> Array:
        """Return the quality (score) that a performance number stands for."""
        number = np.asarray(performance, dtype=np.float64)
        return 1 / (1 + np.exp(-number)) if self.logistic else number

    def expected(self, performance: float) -> float:
        """Return m(x), the mean gain (score) of one training from that performance."""
        return float(np.interp(performance, self.performance, self.mean))
