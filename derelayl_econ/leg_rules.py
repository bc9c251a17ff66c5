r"""Reward rules that look at one leg at a time: f(gain), or h(level before, level after).

A pool is shared in proportion to what each leg deserves by itself:

- :class:`PowerShare`: f(g) = g^r. r = 1 is pay in proportion to gain; r -> 0 approaches equal pay.
- :class:`FunctionShare`: any f(g) >= 0.
- :class:`PathShare`: any h(a, b) >= 0 for the leg that lifted quality from a to b. With
  h(a, b) = Phi(b) - Phi(a) the pay telescopes.

What these functions do to the presentation of work under several names is the subject of
:mod:`derelayl_econ.games.splitting`: f superadditive never rewards splitting, f subadditive never
rewards merging, and telescoping h reward neither. Source: theory notes, section 4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, REAL, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol
from derelayl_econ.reward_rule import RewardRule

__all__ = ["POWER_ENTITLEMENT", "FunctionShare", "PathShare", "PowerShare"]

Array = npt.NDArray[np.float64]

POWER_ENTITLEMENT = Formula(
    "what a leg deserves under a power share",
    symbol("gain") ** symbol("share_exponent"),
    "theory notes, section 4.2, with f(g) = g^r",
)


@dataclass(frozen=True)
class PowerShare(RewardRule):
    """In proportion to a power of the verified gain.

    Proved: theorem T7 in proofs/ (splitting and merging, for rational r).

    Parameters
    ----------
    exponent : float
        r > 0. Below 1 splitting pays, above 1 merging does, at 1 neither.

    Examples
    --------
    >>> PowerShare(2).shares([0.3, 0.1, 0.0]).round(4)
    array([0.9, 0.1, 0. ])
    """

    exponent: float

    def __post_init__(self) -> None:
        try:
            exponent = check(share_exponent=self.exponent)["share_exponent"]
        except InputError as error:
            raise InputError("exponent", self.exponent, error.allowed) from None
        object.__setattr__(self, "exponent", exponent)

    def _entitlements(self, gains: Array) -> Array:
        path = check_array("gains", gains, NON_NEGATIVE)
        largest = path.max()
        if not largest > 0:
            return path
        return POWER_ENTITLEMENT(gain=path / largest, share_exponent=self.exponent)


@dataclass(frozen=True)
class FunctionShare(RewardRule):
    """In proportion to any function of the verified gain.

    Proved: theorem T7 in proofs/.

    Parameters
    ----------
    function : callable
        f(gain) >= 0, called with one float.

    Examples
    --------
    >>> capped = FunctionShare(lambda gain: min(gain, 0.2))
    >>> capped.shares([0.3, 0.1, 0.1])
    array([0.5 , 0.25, 0.25])
    """

    function: Callable[[float], float]

    def __post_init__(self) -> None:
        _check_callable(self.function, "a function of a gain")

    def _entitlements(self, gains: Array) -> Array:
        values: list[Any] = [self.function(float(gain)) for gain in gains]
        return check_array("function of a gain", values, NON_NEGATIVE)


@dataclass(frozen=True)
class PathShare(RewardRule):
    """In proportion to any function of the quality before and after a leg.

    Proved: theorem T7 in proofs/.

    Parameters
    ----------
    function : callable
        h(before, after) >= 0, called with two floats (score).
    start : float
        Quality before the first leg (score).

    Examples
    --------
    The later points count for more, and the pay telescopes (Phi(q) = q^2):

    >>> PathShare(lambda before, after: after**2 - before**2).shares([0.5, 0.5])
    array([0.25, 0.75])
    """

    function: Callable[[float, float], float]
    start: float = 0.0

    def __post_init__(self) -> None:
        _check_callable(self.function, "a function of the quality before and after")
        object.__setattr__(self, "start", check_number("start", self.start, _LEVEL))

    def _entitlements(self, gains: Array) -> Array:
        levels = self.start + np.concatenate([[0.0], np.cumsum(gains)])
        checked = check_array("quality along the path", levels, REAL).tolist()
        values: list[Any] = [self.function(*pair) for pair in pairwise(checked)]
        return check_array("function of before and after", values, NON_NEGATIVE)


_LEVEL = Domain(-1e100, 1e100)


def _check_callable(function: object, kind: str) -> None:
    if not callable(function):
        raise InputError("function", function, f"be {kind}")
