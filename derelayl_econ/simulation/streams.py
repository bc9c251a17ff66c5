"""Random streams of a chain: who reads which numbers does not depend on what happened before.

A replication has one root; each purpose (data split, joining, sample orders, held-out rows, the
rest) has a child of its own, addressed by key and without state. Within a stream, leg t always
reads row t. So the same leg has the same luck in two runs that differ in one policy (common
random numbers), and replication i has the same numbers on one worker or eight.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import SimulationError

__all__ = ["Rows"]

Draw = Callable[[np.random.Generator, int], npt.NDArray[Any]]
_BLOCK_VALUES = 1 << 16


class Rows:
    """Rows of random numbers, drawn in blocks, read in increasing order.

    Parameters
    ----------
    rng : numpy.random.Generator
        Used by this stream only.
    draw : callable
        ``draw(rng, count)`` returns an array whose first axis has ``count`` rows.
    width : int
        Numbers per row; sets the block length.

    Examples
    --------
    >>> rows = Rows(np.random.default_rng(0), lambda rng, count: rng.integers(9, size=count), 1)
    >>> whole = np.random.default_rng(0).integers(9, size=10)
    >>> int(rows.at(4)) == int(whole[4])
    True
    """

    def __init__(self, rng: np.random.Generator, draw: Draw, width: int) -> None:
        self._rng, self._draw = rng, draw
        self._count = max(1, _BLOCK_VALUES // max(1, width))
        self._first, self._end = 0, 0
        self._block: list[Any] = []

    def at(self, index: int) -> Any:
        """Return row ``index``; indices must not decrease beyond the current block."""
        if index < self._first:
            raise SimulationError(f"row {index} was asked for after row {self._first}")
        while index >= self._end:
            self._block = list(self._draw(self._rng, self._count))
            self._first, self._end = self._end, self._end + self._count
        return self._block[index - self._first]
