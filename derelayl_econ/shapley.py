r"""Shapley values of a handful of legs: exact by subsets, sampled beyond (theory 1.4, 4.4).

Players are legs 0, ..., n-1, v(S) is what the legs of S reach without the others. The Shapley value
of leg i is its expected marginal contribution v(S + i) - v(S) when the legs come in a uniformly
random order, S being those before it (Shapley 1953):
phi_i = sum over S without i of |S|! (n-1-|S|)!/n! (v(S + i) - v(S)).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import INDEX, check_array
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result, frozen_array

__all__ = [
    "EXACT_LIMIT",
    "ShapleyEstimate",
    "ValueFunction",
    "marginal_payments",
    "shapley_values",
]

Array = npt.NDArray[np.float64]
ValueFunction = Callable[[frozenset[int]], float]

EXACT_LIMIT = 12
"""Up to this many legs all 2^n sets are evaluated."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ShapleyEstimate(Result):
    """Shapley values with their standard errors (zero where the method is exact).

    Attributes
    ----------
    values, standard_errors : ndarray, shape (n,)
        In the unit of v.
    method : str
    """

    values: Array
    standard_errors: Array
    method: str

    @classmethod
    def exact(cls, values: npt.ArrayLike, method: str) -> Self:
        """Return an estimate without error."""
        fixed = frozen_array(values)
        errors = frozen_array(np.zeros_like(fixed))
        return cls(values=fixed, standard_errors=errors, method=method)


def shapley_values(
    value: ValueFunction,
    players: int,
    *,
    samples: int = 10_000,
    rng: int | np.random.SeedSequence | np.random.Generator | None = None,
) -> ShapleyEstimate:
    """Return the Shapley values of ``players`` legs, exact up to :data:`EXACT_LIMIT`.

    Raises
    ------
    InputError
        If more legs are asked for without ``rng``, or v is not finite.

    Examples
    --------
    >>> shapley_values(lambda legs: float(len(legs) >= 2), 3).values.round(4)
    array([0.3333, 0.3333, 0.3333])
    """
    checked = _checked(value)
    if players <= EXACT_LIMIT:
        return ShapleyEstimate.exact(_by_subsets(checked, players), "all subsets")
    if rng is None:
        raise InputError("rng", rng, f"be given for more than {EXACT_LIMIT} legs")
    return _by_orders(checked, players, samples, np.random.default_rng(rng))


def marginal_payments(value: ValueFunction, order: Sequence[int]) -> Array:
    """Return what each leg adds when the legs come in a given order, by leg.

    The mean over a uniformly random order is the Shapley value.

    Parameters
    ----------
    order : sequence of int
        A permutation of 0, ..., n-1.

    Examples
    --------
    >>> marginal_payments(lambda legs: float(len(legs) >= 2), [2, 0, 1])
    array([1., 0., 0.])
    """
    places = check_array("order", order, INDEX).astype(np.int64)
    if not np.array_equal(np.sort(places), np.arange(places.size)):
        raise InputError("order", order, "hold every leg 0, ..., n-1 once")
    return _marginals(_checked(value), places.tolist())


def _marginals(value: ValueFunction, order: list[int]) -> Array:
    reached = [value(frozenset(order[:k])) for k in range(len(order) + 1)]
    added = np.empty(len(order))
    added[order] = np.diff(reached)
    return added


def _by_subsets(value: ValueFunction, players: int) -> Array:
    sets = range(1 << players)
    worth = np.array([value(frozenset(i for i in range(players) if s >> i & 1)) for s in sets])
    masks = np.arange(1 << players)
    sizes = np.bitwise_count(masks)
    weight = np.array([1 / (players * math.comb(players - 1, s)) for s in range(players)])
    without = [masks[masks >> i & 1 == 0] for i in range(players)]
    return np.array([
        (weight[sizes[rest]] * (worth[rest | 1 << i] - worth[rest])).sum()
        for i, rest in enumerate(without)
    ])  # fmt: skip


def _by_orders(
    value: ValueFunction, players: int, samples: int, rng: np.random.Generator
) -> ShapleyEstimate:
    if samples < 2:
        raise InputError("samples", samples, "be at least 2 to have a standard error")
    contributions = np.array(
        [_marginals(value, rng.permutation(players).tolist()) for _ in range(samples)]
    )
    errors = contributions.std(axis=0, ddof=1) / math.sqrt(samples)
    return ShapleyEstimate(
        values=frozen_array(contributions.mean(axis=0)),
        standard_errors=frozen_array(errors),
        method=f"{samples} random orders",
    )


def _checked(value: ValueFunction) -> ValueFunction:
    def worth(legs: frozenset[int]) -> float:
        number = float(value(legs))
        if not math.isfinite(number):
            raise InputError(f"value of legs {sorted(legs)}", number, "be a finite number")
        return number

    return worth
