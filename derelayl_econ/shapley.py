r"""Shapley values: exact from all coalitions, sampled beyond (theory 4.4, 6.2).

Players are 0, ..., n-1 (legs of a path, members of a relay), v(S) is what the players of S reach
without the others. The Shapley value of player i is its expected marginal contribution
v(S + i) - v(S) when the players come in a uniformly random order, S being those before it (Shapley
1953):

    phi_i = sum over S without i of |S|! (n-1-|S|)!/n! (v(S + i) - v(S)).

Hence paying each trainer the marginal improvement of a random baton order pays its Shapley value on
average. A table of worths holds v(S) at the index whose bit i is set iff i is in S.

Sampling draws independent uniform orders; the contributions of one player are then independent and
unbiased, and those of all players sum to v(N) - v(no one) in every order. The interval that comes
with a sampled value states what it guarantees (:mod:`derelayl_econ.sampling_error`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.domains import COUNT, INDEX, OPEN_UNIT, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol
from derelayl_econ.results import Result, frozen_array
from derelayl_econ.sampling_error import (
    bounded_half_width,
    standard_errors,
    student_half_width,
)

__all__ = [
    "EXACT_LIMIT",
    "SHAPLEY_WEIGHT",
    "Seed",
    "ShapleyEstimate",
    "ValueFunction",
    "marginal_payments",
    "mean_contributions",
    "sampled_shapley",
    "shapley_of_table",
    "shapley_values",
]

Array = npt.NDArray[np.float64]
ValueFunction = Callable[[frozenset[int]], float]
Seed = int | np.random.SeedSequence | np.random.Generator | None
"""What a stream of random numbers is made from; None where it must be given."""

EXACT_LIMIT = 12
"""Up to this many players all 2^n sets of a function are evaluated."""

_MOST_DRAWS = 10**8

SHAPLEY_WEIGHT = Formula(
    "probability that exactly these players come before one",
    1 / (symbol("players") * sp.binomial(symbol("players") - 1, symbol("predecessors"))),
    "Shapley 1953; s! (n-1-s)!/n!",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ShapleyEstimate(Result):
    """Shapley values with their errors (zero where the method is exact).

    Attributes
    ----------
    values, standard_errors : ndarray, shape (n,)
        In the unit of v.
    low, high : ndarray, shape (n,)
        Confidence interval of each value.
    confidence : float
        Probability that the guarantee speaks of; 1 where the method is exact.
    guarantee : str
        What the interval promises.
    method : str
    """

    values: Array
    standard_errors: Array
    low: Array
    high: Array
    confidence: float
    guarantee: str
    method: str

    @classmethod
    def exact(cls, values: npt.ArrayLike, method: str) -> Self:
        """Return an estimate without error."""
        fixed = frozen_array(values)
        return cls(values=fixed, standard_errors=frozen_array(np.zeros_like(fixed)), low=fixed,
                   high=fixed, confidence=1.0, guarantee="exact", method=method)  # fmt: skip


def shapley_values(
    value: ValueFunction, players: int, *, samples: int = 10_000, rng: Seed = None
) -> ShapleyEstimate:
    """Return the Shapley values of ``players`` players, exact up to :data:`EXACT_LIMIT`.

    Raises
    ------
    InputError
        If ``players`` is no count, too many are asked for without ``rng``, or v is not finite.

    Examples
    --------
    >>> shapley_values(lambda legs: float(len(legs) >= 2), 3).values.round(4)
    array([0.3333, 0.3333, 0.3333])
    """
    size = check_number("players", players, COUNT)
    if size <= EXACT_LIMIT:
        checked = _checked(value)
        table = np.array([checked(_members(s, size)) for s in range(1 << size)])
        return ShapleyEstimate.exact(shapley_of_table(table), "all subsets")
    return sampled_shapley(value, size, samples=samples, rng=rng)


def marginal_payments(value: ValueFunction, order: Sequence[int]) -> Array:
    """Return what each player adds when they come in a given order, by player.

    The mean over a uniformly random order is the Shapley value.

    Parameters
    ----------
    order : sequence of int
        A permutation of 0, ..., n-1.

    Raises
    ------
    InputError
        For another order, or a value that is not a finite number.

    Examples
    --------
    >>> marginal_payments(lambda legs: float(len(legs) >= 2), [2, 0, 1])
    array([1., 0., 0.])
    """
    places = check_array("order", order, INDEX).astype(np.int64)
    if not np.array_equal(np.sort(places), np.arange(places.size)):
        raise InputError("order", order, "hold each of 0, ..., n-1 once")
    return _marginals(_checked(value), places.tolist())


def _marginals(value: ValueFunction, order: list[int]) -> Array:
    reached = [value(frozenset(order[:k])) for k in range(len(order) + 1)]
    added = np.empty(len(order))
    added[order] = np.diff(reached)
    return added


def shapley_of_table(table: Array) -> Array:
    """Return the Shapley values (n,) of a table of worths (2^n,), in O(n 2^n).

    Examples
    --------
    >>> shapley_of_table(np.array([0.0, 1.0, 2.0, 4.0]))
    array([1.5, 2.5])
    """
    players = table.size.bit_length() - 1
    weights = SHAPLEY_WEIGHT(players=players, predecessors=np.arange(players))
    return mean_contributions(table, weights)


def mean_contributions(table: Array, weights: Array) -> Array:
    """Return sum over S of weights[|S|] (v(S + i) - v(S)) for every player i.

    Parameters
    ----------
    table : ndarray, shape (2^n,)
        v by bitmask.
    weights : ndarray, shape (n,)
        By the number of players who come before.
    """
    players = weights.size
    # The sets without i, i's bit squeezed out, are 0, ..., 2^(n-1) - 1: one weight table for all.
    spread = weights[np.bitwise_count(np.arange(1 << players - 1, dtype=np.uint32))]
    found = np.empty(players)
    for i in range(players):
        halves = table.reshape(-1, 2, 1 << i)
        found[i] = spread @ (halves[:, 1] - halves[:, 0]).ravel()
    return found


def sampled_shapley(
    value: ValueFunction,
    players: int,
    *,
    samples: int = 10_000,
    rng: Seed = None,
    confidence: float = 0.95,
    contribution_range: tuple[float, float] | None = None,
) -> ShapleyEstimate:
    """Estimate Shapley values from independent uniformly random orders, with intervals.

    Parameters
    ----------
    value : callable
        v(S) of a frozenset of players 0, ..., n-1; called n + 1 times per order.
    players, samples : int
        n >= 1, and the number of orders, >= 2.
    rng : int, SeedSequence or Generator
        Required: there is no hidden default seed.
    confidence : float
        In (0, 1).
    contribution_range : (float, float), optional
        Numbers between which every marginal contribution is known to lie; makes the intervals
        valid at any number of orders and for all players together.

    Raises
    ------
    InputError
        Without ``rng``, for values that are not finite, or a contribution outside the range.

    Examples
    --------
    >>> found = sampled_shapley(lambda s: float(len(s) > 14), 30, samples=400, rng=0,
    ...                         contribution_range=(0, 1))
    >>> bool(((found.low <= 1 / 30) & (1 / 30 <= found.high)).all()), f"{found.high.max():.3f}"
    (True, '0.161')
    """
    size, count = check_number("players", players, COUNT), check_number("samples", samples, COUNT)
    if count < 2 or size * count > _MOST_DRAWS:
        raise InputError("samples", count, f"be 2 to {max(2, _MOST_DRAWS // size)} for that many "
                         "players, to have a standard error and fit into memory")  # fmt: skip
    level = check_number("confidence", confidence, OPEN_UNIT)
    bounds = None if contribution_range is None else _pair(contribution_range)
    drawn = _contributions(_checked(value), size, count, _generator(rng, size))
    if bounds is None:
        half, guarantee = (
            student_half_width(drawn, level),
            "each value, in the limit of many orders",
        )
    else:
        half = bounded_half_width(drawn, level, _span(*bounds, drawn))
        guarantee = "all values together, at this number of orders"
    mean = drawn.mean(axis=0)
    return ShapleyEstimate(
        values=frozen_array(mean),
        standard_errors=frozen_array(standard_errors(drawn)),
        low=frozen_array(mean - half),
        high=frozen_array(mean + half),
        confidence=level,
        guarantee=guarantee,
        method=f"{count} random orders",
    )


def _generator(rng: Seed, players: int) -> np.random.Generator:
    if rng is None:
        raise InputError("rng", rng, f"be given to sample the orders of {players} legs or players")
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise InputError("rng", rng, "be an int >= 0, a SeedSequence or a Generator") from None


def _contributions(
    value: ValueFunction, players: int, samples: int, rng: np.random.Generator
) -> Array:
    drawn = np.empty((samples, players))
    for row in drawn:
        row[:] = _marginals(value, rng.permutation(players).tolist())
    return drawn


def _span(low: float, high: float, drawn: Array) -> float:
    beyond = drawn[(drawn < low) | (drawn > high)]
    if beyond.size:
        raise InputError("contribution_range", f"({low:g}, {high:g})",
                         f"hold every marginal contribution, also {beyond[0]:.6g}")  # fmt: skip
    return high - low


def _pair(given: Any) -> tuple[float, float]:
    pair = check_array("contribution_range", given)
    if pair.size != 2 or pair[0] >= pair[1]:
        raise InputError("contribution_range", given, "be two numbers, the smaller one first")
    return float(pair[0]), float(pair[1])


def _members(mask: int, players: int) -> frozenset[int]:
    return frozenset(i for i in range(players) if mask >> i & 1)


def _checked(value: ValueFunction) -> ValueFunction:
    if not callable(value):
        raise InputError("value of legs or players", value, "be a function of a set of them")

    def worth(players: frozenset[int]) -> float:
        return float(check_number(f"value of legs {sorted(players)}", value(players)))

    return worth
