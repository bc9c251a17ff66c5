"""Checks of what population games are given: names, shares, and tables of payoffs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import PROBABILITY, Domain, check_array, check_number
from derelayl_econ.equilibrium.compositions import compositions
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.results import frozen_array

__all__ = ["MONEY", "Payoff", "check_name", "check_names", "check_shares", "group_table"]

Array = npt.NDArray[np.float64]
Payoff = Callable[[int, tuple[int, ...]], float]
"""What a member earns who plays a strategy, given how many of the others play each."""

MONEY = Domain(-1e140, 1e140)
_GROUP = Domain(2, integer=True)


def check_names(names: Any, size: int | None = None) -> tuple[str, ...]:
    """Return names of strategies: two or more, all different; numbers if None is given."""
    if names is None and size is not None:
        return tuple(str(i) for i in range(size))
    listed = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    if not listed or len(set(names)) != len(names) or len(names) < 2:
        raise InputError("strategies", names, "be two or more different names")
    if size is not None and len(names) != size:
        raise InputError("strategies", list(names), f"be {size} names")
    return tuple(names)


def check_name(name: Any, known: tuple[str, ...]) -> int:
    """Return the place of a strategy among those known."""
    if not isinstance(name, str) or name not in known:
        raise InputError("strategy", name, "be one of the game's strategies",
                         hint=did_you_mean(name, known))  # fmt: skip
    return known.index(name)


def check_shares(shares: npt.ArrayLike, size: int) -> Array:
    """Return shares, shape (..., m), scaled to sum exactly to 1 where they nearly do."""
    x = check_array("shares", shares, PROBABILITY, ndim=None)
    if x.ndim == 0 or x.shape[-1] != size:
        raise InputError("shares", f"shape {x.shape}", f"have {size} entries last")
    total = x.sum(axis=-1, keepdims=True)
    worst = float(total.flat[np.abs(total - 1).argmax()])
    if abs(worst - 1) > 1e-9:
        raise InputError("shares", f"numbers that sum to {worst:.12g}", "sum to 1")
    return np.asarray(x / total)


def group_table(participants: Any, payoff: Any, strategies: int) -> Array:
    """Return ``payoff`` for every strategy (row) and composition of the others (column)."""
    size = check_number("participants", participants, _GROUP)
    if not callable(payoff):
        raise InputError("payoff", payoff, "be a function of (strategy, others)")
    listed = compositions(size - 1, strategies).tolist()
    try:
        values = [[payoff(i, tuple(row)) for row in listed] for i in range(strategies)]
    except TypeError as error:
        raise InputError("payoff", payoff, "be a function of (strategy, others)") from error
    return frozen_array(check_array("payoff", values, MONEY, ndim=2))
