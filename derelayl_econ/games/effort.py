r"""What a gate makes of effort: the trainer's best effort and the regions where less is more.

The choice: a trainer spends effort e at cost c(e) and is accepted with probability P(e). Acceptance
pays the reward R, rejection forfeits the deposit D, so the trainer maximises

    (R + D) P(e) - D - c(e)

over the efforts on offer. Where P falls in e the gate rewards laziness. Source: theory notes,
section 4.1a (own analysis).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, PROBABILITY, check_array
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result, frozen_array

__all__ = ["SUBMISSION_PAYOFF", "BestEffort", "LazyRegion", "best_effort", "lazy_region"]

Array = npt.NDArray[np.float64]

SUBMISSION_PAYOFF = Formula(
    "expected payoff of a submission",
    (symbol("reward") + symbol("deposit")) * symbol("acceptance")
    - symbol("deposit")
    - symbol("cost"),
    "theory notes, section 4.1a",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class BestEffort(Result):
    """The trainer's best choice on a grid of effort.

    Attributes
    ----------
    effort : float
        The best effort; the least one where several tie.
    payoff : float
        Its expected payoff (money); negative means that staying away is better.
    acceptance : float
        Its probability of acceptance.
    payoffs : ndarray, shape (n,)
        Expected payoff (money) of every effort on the grid.
    """

    effort: float
    payoff: float
    acceptance: float
    payoffs: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class LazyRegion(Result):
    """Where more effort is accepted less often.

    Attributes
    ----------
    effort, score : ndarray, shape (n,)
        The grid, and the standardised score at each of its points.
    falling : ndarray of bool, shape (n - 1,)
        Whether the score falls from one grid point to the next.
    intervals : tuple of (float, float)
        The maximal intervals of effort on which it falls.
    """

    effort: Array
    score: Array
    falling: npt.NDArray[np.bool_]
    intervals: tuple[tuple[float, float], ...]

    def __bool__(self) -> bool:
        """Whether laziness is rewarded anywhere."""
        return bool(self.falling.any())


def best_effort(
    effort: Any, acceptance: Any, cost: Any, *, reward: float, deposit: float = 0.0
) -> BestEffort:
    """Return the effort that maximises (R + D) P(e) - D - c(e).

    Parameters
    ----------
    effort : array_like, shape (n,)
        Increasing grid.
    acceptance, cost : array_like
        Probability of acceptance and cost (money) at each effort; scalars are spread out.
    reward, deposit : float
        Paid on acceptance, forfeited on rejection (money).

    Raises
    ------
    InputError
        If an argument is outside its domain, does not fit the grid, or the grid does not increase.

    Examples
    --------
    >>> best = best_effort([0, 1, 2], [0.5, 0.9, 0.95], [0, 0.2, 0.6], reward=1, deposit=1)
    >>> best.effort, round(best.payoff, 6)
    (1.0, 0.6)
    """
    grid = _grid(effort)
    money = check(reward=reward, deposit=deposit)
    accepted = _fit("acceptance", check_array("acceptance", acceptance, PROBABILITY, ndim=None),
                    grid)  # fmt: skip
    paid = _fit("cost", check_array("cost", cost, NON_NEGATIVE, ndim=None), grid)
    payoffs = SUBMISSION_PAYOFF(acceptance=accepted, cost=paid, **money)
    best = int(np.argmax(payoffs))
    return BestEffort(
        effort=float(grid[best]),
        payoff=float(payoffs[best]),
        acceptance=float(accepted[best]),
        payoffs=frozen_array(payoffs),
    )


def lazy_region(effort: Any, score: Any) -> LazyRegion:
    """Return where the score falls along an increasing grid of effort.

    Parameters
    ----------
    effort : array_like, shape (n,), n >= 2
    score : array_like
        Score at each effort, infinities allowed; a scalar is spread out.

    Raises
    ------
    InputError
        If the grid does not increase or the score does not fit it.

    Examples
    --------
    >>> lazy_region([0, 1, 2, 3], [0.0, 1.0, 0.5, 0.2]).intervals
    ((1.0, 3.0),)
    """
    grid = _grid(effort, least=2)
    values = _fit("score", _scores(score), grid)
    falling = values[1:] < values[:-1]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], falling, [False]]).astype(int)))
    pairs = edges.reshape(-1, 2)
    return LazyRegion(
        effort=frozen_array(grid),
        score=frozen_array(values),
        falling=frozen_array(falling, dtype=np.bool_),
        intervals=tuple((float(grid[start]), float(grid[stop])) for start, stop in pairs),
    )


def _scores(score: Any) -> Array:
    """Check scores; unlike other inputs they may be infinite (certain verdicts)."""
    try:
        values = np.asarray(score)
    except ValueError:  # ragged
        raise InputError("score", score, "be an array of numbers") from None
    if values.dtype.kind not in "iuf" or np.isnan(values).any():
        raise InputError("score", score, "be an array of numbers")
    return values.astype(np.float64)


def _grid(effort: Any, least: int = 1) -> Array:
    grid = check_array("effort", effort, NON_NEGATIVE)
    if len(grid) < least:
        raise InputError("effort", f"{len(grid)} value(s)", f"have at least {least}")
    if (np.diff(grid) <= 0).any():
        raise InputError("effort", grid, "increase from entry to entry")
    return grid


def _fit(name: str, values: Array, grid: Array) -> Array:
    if values.shape not in ((), grid.shape):
        raise InputError(name, f"shape {values.shape}", f"fit the effort grid, {grid.shape}")
    return np.broadcast_to(values, grid.shape)
