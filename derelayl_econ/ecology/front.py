r"""The selection front: how fast models improve, and which deposits are lost.

The owners' performances form a travelling wave: the best owners get the trainers, the children
scatter around their bases, the best children are the next owners. Relative to its mean, the wave
has a steady shape, which this module computes on a grid: cut the owners to the share 1/(L p s) that
is served, convolve with the normal law of a gain, cut to the share s that wins. An infinite
community has no such shape, because ever farther outliers would lead it; so what lies beyond the
point where half a model is expected is dropped (Brunet and Derrida 1997).

Two things follow. The wave moves faster than a single lineage: by its *speed* per round, in units
of performance. And chances to win differ: who bids most is matched with the best base. Trainers
with long lags bid most, if they have coins, so that losers have shorter lags than average and fewer
coins are burned than if luck were equal. The burned deposits are computed for a community in which
everybody can pay lag + 1. Source: own analysis (theory notes, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import stats

from derelayl_econ.ecology.mean_field import TRAINER_CHANCE
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result, frozen_array

if TYPE_CHECKING:
    from derelayl_econ.ecology.ecology import Ecology

__all__ = ["SelectionFront", "selection_front"]

Array = npt.NDArray[np.float64]

_REACH, _CELLS, _WIDTH = 10.0, 2001, 8.0
_STEPS, _SETTLED = 2000, 1e-10
_RANKS = 10_000


@dataclass(frozen=True, kw_only=True, eq=False)
class SelectionFront(Result):
    """The travelling wave of performances.

    Attributes
    ----------
    speed : float
        Mean gain of the winners' performance per round.
    spread : float
        Standard deviation of the owners' performances.
    win_chance : array of shape (100,)
        Chance that a trained model wins, by the rank of its trainer's bid in percent; the highest
        bids first.
    mean_lag : float
        Mean deposit of trainers who can pay lag + 1 (coins).
    burned : float
        Trainers' deposits burned per round, if everybody can pay (coins).
    """

    speed: float
    spread: float
    win_chance: Array
    mean_lag: float
    burned: float


def selection_front(ecology: Ecology) -> SelectionFront:
    """Return the steady wave of an ecology whose gains are a walk.

    Raises
    ------
    InputError
        If the gains fade, or the relay cannot last.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology
    >>> front = selection_front(Ecology())
    >>> round(front.speed, 2), round(front.burned)
    (2.32, 125)
    """
    steady, gains = ecology.steady_state(), ecology.gains
    if not (gains.logistic and (gains.mean == gains.mean[0]).all() and gains.spread[0] > 0):
        raise InputError("gains", "fading or constant", "be a walk with a spread")
    if not steady.survives:
        raise InputError("ecology", "L p s <= 1 or too few winners", "be one that can last")
    width = float(gains.spread[0])
    wave = _steady_wave(steady.served_share, ecology.winning_share, 0.5 / steady.trained)
    ranks = (np.arange(_RANKS) + 0.5) / _RANKS
    wins = stats.norm.sf(wave.threshold - wave.at_rank(ranks))
    lags = _lags(ecology, steady.owners)
    deposits = _descending_quantiles(lags, ranks)
    lost = 1 - ecology.success * wins
    return SelectionFront(
        speed=float(gains.mean[0]) + width * wave.speed,
        spread=width * wave.spread,
        win_chance=frozen_array(wins.reshape(100, -1).mean(axis=1)),
        mean_lag=float(lags @ np.arange(1, lags.size + 1)),
        burned=float(steady.trainers * np.mean(lost * deposits)),
    )


@dataclass(frozen=True)
class _Wave:
    """Served owners' density on the grid, in units of the gain's spread."""

    grid: Array
    served: Array
    threshold: float
    speed: float
    spread: float

    def at_rank(self, ranks: Array) -> Array:
        """Return the performance of the base at each rank of the served owners, best first."""
        above = np.cumsum(self.served[::-1])[::-1]
        return np.asarray(np.interp(ranks, above[::-1], self.grid[::-1]))


def _steady_wave(served_share: float, winning_share: float, cutoff: float) -> _Wave:
    grid = np.linspace(-_REACH, _REACH, _CELLS)
    step = grid[1] - grid[0]
    gain = stats.norm.pdf(np.arange(-_WIDTH, _WIDTH + step / 2, step)) * step
    owners = stats.norm.pdf(grid) * step
    speed, before = 0.0, np.inf
    for _ in range(_STEPS):
        served, _ = _best(owners, served_share)
        children = np.convolve(served, gain, "same")
        above = np.cumsum(children[::-1])[::-1]
        children = np.where(above < cutoff, 0.0, children)
        winners, place = _best(children / children.sum(), winning_share)
        speed = float(winners @ grid)
        owners = np.interp(grid + speed, grid, winners)
        owners /= owners.sum()
        if abs(speed - before) < _SETTLED:
            break
        before = speed
    return _Wave(grid=grid, served=served, threshold=float(grid[place]), speed=speed,
                 spread=float(np.sqrt(owners @ grid**2)))  # fmt: skip


def _best(law: Array, share: float) -> tuple[Array, int]:
    """Return the law of the best ``share``, and the cell in which it begins."""
    above = np.cumsum(law[::-1])[::-1]
    first = max(1, int(np.searchsorted(-above, -share)))  # the first cell that lies in whole
    kept = np.where(np.arange(law.size) >= first, law, 0.0)
    kept[first - 1] += share - above[first]
    return kept / share, first - 1


def _lags(ecology: Ecology, owners: float) -> Array:
    """Return the law of the deposits 1, 2, ... of trainers who can pay lag + 1.

    Of the p (A - M) who trained in a round, the winners own the next and come back a round later.
    """
    chance = float(TRAINER_CHANCE(slots=ecology.slots, participants=ecology.participants,
                                  owners=owners))  # fmt: skip
    trained = ecology.success * (ecology.slots - owners)
    kept = 1 - chance * ecology.success
    steps = int(np.ceil(np.log(1e-14) / np.log(kept)))
    law = np.empty(steps + 1)
    law[0] = trained - owners
    law[1:] = (owners + kept * law[0]) * kept ** np.arange(steps)
    return np.asarray(law / law.sum())


def _descending_quantiles(law: Array, ranks: Array) -> Array:
    """Return the value (1, 2, ...) at each rank, the largest first."""
    above = np.cumsum(law[::-1])[::-1]  # share of values >= 1, 2, ...
    return np.asarray(np.searchsorted(-above, -ranks, side="right"), dtype=np.float64)
