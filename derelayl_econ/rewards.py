r"""Rules that share a reward pool among the trainers of a relay (theory 1.4, 4.2-4.4).

A *path* is the sequence of accepted legs 1, ..., K with verified gains g_1, ..., g_K (score), one
trainer per leg. A rule turns the gains into shares of one pool: s_i >= 0, sum s_i = 1. Rules are
part of the games played on them: they fix payoffs, they have no equilibrium of their own.

- :class:`EqualShare`: s_i = 1/K. Pays for splitting one leg into two.
- :class:`GainShare`: s_i = g_i / sum g. The payments telescope, so splitting is neutral. A negative
  gain is refused; with ``clip=True`` it gets nothing, which breaks the telescoping (spoiling the
  model and mending it again then pays). Gains whose sum is not positive cannot be shared.
- :class:`LineageShare`: leg j pays w_d to the trainer of leg j - d (d = 0: its own); see
  :mod:`derelayl_econ.royalties`.
- :class:`WindowShare`: the last k legs, equally.
- :class:`ShapleyShare`: expected marginal improvement over a uniformly random order of the legs,
  for any value v(S) of a set S of legs; with additive v it is :class:`GainShare`.
- :class:`PowerShare`, :class:`FunctionShare`, :class:`PathShare`: what each leg deserves by itself;
  see :mod:`derelayl_econ.leg_rules`.

A rule is *budget-feasible* if what it owes never exceeds what is put in, at any length of path:
rules that share a pool are; lineage royalties are iff sum_d w_d <= rho per hand-over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, NON_NEGATIVE, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.leg_rules import FunctionShare, PathShare, PowerShare
from derelayl_econ.quality import LearningCurve
from derelayl_econ.reward_rule import RewardRule
from derelayl_econ.royalties import ROYALTY_WEIGHT, LineageShare
from derelayl_econ.shapley import ShapleyEstimate, ValueFunction, shapley_values

__all__ = [
    "ROYALTY_WEIGHT",
    "EqualShare",
    "FunctionShare",
    "GainShare",
    "LineageShare",
    "PathShare",
    "PowerShare",
    "RewardRule",
    "ShapleyShare",
    "WindowShare",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EqualShare(RewardRule):
    """Every leg the same.

    Examples
    --------
    >>> EqualShare().shares([0.3, 0.1, 0.0, 0.1])
    array([0.25, 0.25, 0.25, 0.25])
    """

    def _entitlements(self, gains: Array) -> Array:
        return np.ones_like(gains)


@dataclass(frozen=True)
class GainShare(RewardRule):
    """In proportion to verified gain.

    Proved: theorem T7 in proofs/ (splitting and merging are neutral).

    Parameters
    ----------
    clip : bool
        Pay nothing for a negative gain instead of refusing it. This is not split-neutral.

    Examples
    --------
    >>> GainShare().shares([0.3, 0.1, 0.0, 0.1])
    array([0.6, 0.2, 0. , 0.2])
    """

    clip: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.clip, bool):
            raise InputError("clip", self.clip, "be True or False")

    def _entitlements(self, gains: Array) -> Array:
        if self.clip:
            return np.maximum(gains, 0.0)
        return check_array("gains", gains, NON_NEGATIVE)


@dataclass(frozen=True)
class WindowShare(RewardRule):
    """The last ``last`` legs equally; all of them while the path is shorter.

    Examples
    --------
    >>> WindowShare(2).shares([0.3, 0.1, 0.0, 0.1])
    array([0. , 0. , 0.5, 0.5])
    """

    last: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "last", check_number("last", self.last, COUNT))

    def _entitlements(self, gains: Array) -> Array:
        return np.where(np.arange(gains.size) >= gains.size - self.last, 1.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class ShapleyShare(RewardRule):
    """Expected marginal improvement over a uniformly random order of the legs.

    Parameters
    ----------
    value : callable, optional
        v(S) for a frozenset S of leg indices 0, ..., K-1, with v of the empty set the origin. Not
        given: from ``curve``, or else additive, v(S) = sum of gains (then the shares are those of
        :class:`GainShare`, in closed form).
    curve : LearningCurve, optional
        The gains are read as a climb of this curve from its start; leg i contributed the effort
        between its two levels, and v(S) is the rise after the efforts of S alone.
    samples : int
        Random orders drawn beyond 12 legs; up to 12 all subsets are summed exactly.
    rng : int, SeedSequence or Generator, optional
        Needed beyond 12 legs.

    Examples
    --------
    Two legs of the same effort earn the same, although the first gained more:

    >>> from derelayl_econ.quality import ExponentialCurve
    >>> curve = ExponentialCurve.from_learning_rate(0, 1, learning_rate=0.2)
    >>> ShapleyShare(curve=curve).shares(curve.gains(2)).round(9)
    array([0.5, 0.5])
    """

    value: ValueFunction | None = None
    curve: LearningCurve | None = None
    samples: int = 10_000
    rng: int | np.random.SeedSequence | np.random.Generator | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.value is not None and self.curve is not None:
            raise InputError("ShapleyShare", "both value and curve", "be given at most one of them")
        if self.value is not None and not callable(self.value):
            raise InputError("value", self.value, "be a function of a set of legs")
        if self.curve is not None and not isinstance(self.curve, LearningCurve):
            raise InputError("curve", self.curve, "be a learning curve")
        check_number("samples", self.samples, COUNT)

    def estimate(self, gains: npt.ArrayLike) -> ShapleyEstimate:
        """Return the Shapley values (score) with their standard errors, not normalised."""
        path = check_array("gains", gains)
        value = self._climb(path) if self.value is None else self.value
        if value is None:
            return ShapleyEstimate.exact(path, "closed form for additive value")
        return shapley_values(value, path.size, samples=self.samples, rng=self.rng)

    def _climb(self, gains: Array) -> ValueFunction | None:
        if self.curve is None:
            return None
        curve = self.curve
        climb = np.cumsum(check_array("gains", gains, NON_NEGATIVE))
        levels = curve.quality_start + np.concatenate([[0.0], climb])
        efforts = np.diff(curve.effort(levels))

        def rise(legs: frozenset[int]) -> float:
            effort = math.fsum(efforts[i] for i in legs)
            return float(curve.quality(effort)) - curve.quality_start

        return rise

    def _entitlements(self, gains: Array) -> Array:
        values = self.estimate(gains).values
        rounding = 1e-12 * np.abs(values).max()
        values = np.where(np.abs(values) <= rounding, 0.0, values)
        return check_array("Shapley values", values, NON_NEGATIVE)
