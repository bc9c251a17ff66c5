"""All ways in which the members of a group can divide themselves among strategies."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.results import frozen_array

__all__ = ["LARGEST_TABLE", "compositions"]

LARGEST_TABLE = 2_000_000
"""Most compositions that are ever listed."""


@lru_cache(maxsize=32)
def compositions(total: int, parts: int) -> npt.NDArray[np.int64]:
    """Return all ways to write ``total`` as an ordered sum of ``parts`` counts >= 0.

    Returns
    -------
    array of int, shape (C(total + parts - 1, parts - 1), parts)
        In decreasing lexicographic order: for total 1 the rows are the unit vectors in order.

    Raises
    ------
    InputError
        If there are more than 2,000,000.

    Examples
    --------
    >>> compositions(2, 2).tolist()
    [[2, 0], [1, 1], [0, 2]]
    """
    size = math.comb(total + parts - 1, parts - 1)
    if size > LARGEST_TABLE:
        raise InputError("number of compositions", size, f"be at most {LARGEST_TABLE}",
                         hint="Take a smaller group or fewer strategies.")  # fmt: skip
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([total])
    for _ in range(parts - 1):
        repeats = left + 1
        index = np.repeat(np.arange(left.size), repeats)
        starts = np.repeat(np.cumsum(repeats) - repeats, repeats)
        taken = left[index] - (np.arange(index.size) - starts)  # left, left - 1, ..., 0
        rows, left = np.column_stack([rows[index], taken]), left[index] - taken
    return frozen_array(np.column_stack([rows, left]), dtype=np.int64)
