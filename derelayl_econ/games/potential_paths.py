"""Best responses over time in the effort game (see :mod:`derelayl_econ.games.potential`).

Taking turns, every move raises the potential by the mover's gain, so a path cannot cycle. All at
once it need not rise, but best responses are monotone: from the floors efforts only rise and end in
the smallest equilibrium, from the ceilings they only fall and end in the largest (Topkis 1979).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, NON_NEGATIVE, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result, frozen_array

if TYPE_CHECKING:
    from derelayl_econ.games.potential import PotentialGame

__all__ = ["EffortPath", "best_response_path"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class EffortPath(Result):
    """Efforts round by round.

    Attributes
    ----------
    efforts : ndarray, shape (rounds + 1, N)
        At the start and after each round.
    potential : ndarray, shape (rounds + 1,)
        P (money).
    converged : bool
        Whether the last round moved nobody by more than the tolerance.
    """

    efforts: Array
    potential: Array
    converged: bool

    @property
    def mean(self) -> Array:
        """Mean effort after each round, shape (rounds + 1,)."""
        return np.asarray(self.efforts.mean(axis=1))


def best_response_path(
    game: PotentialGame, start: Any = "floor", *, rounds: int = 1000, simultaneous: bool = False,
    tolerance: float = 1e-12,
) -> EffortPath:  # fmt: skip
    """Follow best responses until a round moves nobody, or for so many rounds.

    Parameters
    ----------
    game : PotentialGame
    start : {"floor", "ceiling"} or array_like of shape (N,)
        Efforts at the start, within the bounds.
    rounds : int
        Most rounds, >= 1; a round lets everybody move once.
    simultaneous : bool
        All at once, or one after the other in the order of the participants.
    tolerance : float
        Movements up to this share of the largest ceiling count as none.

    Examples
    --------
    >>> from derelayl_econ.games.potential import PotentialGame
    >>> path = PotentialGame(1.6, [1, 1, 1], floors=1, ceilings=4).best_response_path()
    >>> path.efforts[-1], path.converged
    (array([4., 4., 4.]), True)
    """
    most = check_number("rounds", rounds, COUNT)
    slack = check_number("tolerance", tolerance, NON_NEGATIVE) * float(game.ceilings.max())
    if not isinstance(simultaneous, bool):
        raise InputError("simultaneous", simultaneous, "be True or False")
    efforts = [_start(game, start)]
    converged = False
    while len(efforts) <= most and not converged:
        after = game.best_response(efforts[-1]) if simultaneous else _in_turn(game, efforts[-1])
        converged = bool(np.abs(after - efforts[-1]).max() <= slack)
        efforts.append(after)
    return EffortPath(
        efforts=frozen_array(efforts),
        potential=frozen_array([game.potential(e) for e in efforts]),
        converged=converged,
    )


def _start(game: PotentialGame, start: Any) -> Array:
    if isinstance(start, str):
        if start not in ("floor", "ceiling"):
            raise InputError("start", start, "be floor, ceiling or an array of efforts")
        return np.asarray(game.floors if start == "floor" else game.ceilings)
    given = check_array("start", start)
    if given.shape != game.costs.shape or (given < game.floors).any() or (
        given > game.ceilings
    ).any():  # fmt: skip
        raise InputError("start", start, "hold one effort per participant, within the bounds")
    return given


def _in_turn(game: PotentialGame, efforts: Array) -> Array:
    now, total = efforts.copy(), float(efforts.sum())
    for i in range(now.size):
        others = max(total - now[i], 0.0)  # rounding may go below 0
        now[i] = game.response_to(others, i)
        total = others + now[i]
    return now
