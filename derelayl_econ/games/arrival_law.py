r"""The long-run law of the gap that arrivals find, beside its mean field.

The game is that of :mod:`derelayl_econ.games.arrivals`: an arrival who finds the gap x~ trains with
probability F(m + (w + lambda) gamma x~), after which the next one finds

    D(x~)              if nobody trained, D(x) = x + eta (q_max - x),
    D((1 - gamma) x~)  after training.

With drift this chain has one stationary law: whatever the gap, its two maps contract. It is
computed on a grid of [0, q_max]: from each grid point the chain moves to the two neighbours of
where it should go, with the weights that keep the mean. Only the curvature of F between
neighbouring points is lost, so the error of the mean falls with the square of their distance (with
the distance, for jumps of F).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import spsolve

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.arrival_formulas import AVOIDED, CUTOFF, DRIFTED
from derelayl_econ.games.arrival_steady import evaluate
from derelayl_econ.results import Result, frozen_array

if TYPE_CHECKING:
    from derelayl_econ.games.arrivals import ArrivalRelay

__all__ = ["StationaryLaw", "stationary_law"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class StationaryLaw(Result):
    """The long-run law of the gap, on a grid.

    Attributes
    ----------
    gap, probability : arrays of shape (points,)
        Gaps x~ (score) and how likely an arrival finds them.
    mean, deviation : float
        Mean and standard deviation of x~ (score).
    training_share : float
        Share of arrivals who train.
    """

    gap: Array
    probability: Array
    mean: float
    deviation: float
    training_share: float


def stationary_law(relay: ArrivalRelay, points: int) -> StationaryLaw:
    """Return the stationary law; :class:`InputError` without drift, where the relay ends instead.

    See :meth:`derelayl_econ.games.arrivals.ArrivalRelay.stationary_law` for an example.
    """
    count = check_number("points", points, Domain(3, 100_001, integer=True))
    if relay.drift == 0:
        raise InputError("drift", 0, "be positive for a long-run law",
                         hint="Without drift see stopping_gap().")  # fmt: skip
    gap = np.linspace(0.0, relay.quality_max, count)
    avoided = float(evaluate(relay, AVOIDED))
    trains = relay.costs.at_most(evaluate(relay, CUTOFF, drifted_gap=gap, avoided=avoided))
    moves = _moves(relay, gap, 1 - trains) + _moves(relay, gap * (1 - relay.learning_rate), trains)
    # pi (P - 1) = 0 with the last equation replaced by sum pi = 1.
    system = sparse.lil_matrix((moves - sparse.identity(count)).T)
    system[-1, :] = 1.0
    law = spsolve(system.tocsc(), np.append(np.zeros(count - 1), 1.0))
    mean = float(law @ gap)
    return StationaryLaw(
        gap=frozen_array(gap),
        probability=frozen_array(law),
        mean=mean,
        deviation=float(np.sqrt(max(law @ (gap - mean) ** 2, 0.0))),
        training_share=float(law @ trains),
    )


def _moves(relay: ArrivalRelay, trained: Array, weight: Array) -> sparse.csr_matrix:
    """Return the transitions to where drift takes a gap, split between the two grid points."""
    count = trained.size
    there = evaluate(relay, DRIFTED, gap=trained) / relay.quality_max * (count - 1)
    left = np.clip(np.floor(there), 0, count - 2).astype(np.int64)
    over = there - left
    rows = np.arange(count)
    places = np.concatenate([rows, rows]), np.concatenate([left, left + 1])
    shares = np.concatenate([weight * (1 - over), weight * over])
    return sparse.csr_matrix((shares, places), shape=(count, count))
