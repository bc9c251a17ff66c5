"""Nashpy's answer to a small two-player game, as a second opinion with everything it complains of.

Nashpy enumerates vertices in floating point. On degenerate games it may warn, raise from deep
inside its solver, or return a list with members missing or unnormalised; none of that is hidden
here: warnings and the two known exceptions are kept as text next to whatever was returned.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.vertices import exact_bimatrix
from derelayl_econ.results import Result, frozen_array

__all__ = ["NashpyAnswer", "ask_nashpy"]

Profile = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

MATCH = 1e-6
"""Largest difference of a probability at which two profiles count as the same."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NashpyAnswer(Result):
    """What Nashpy returned.

    Attributes
    ----------
    profiles : tuple of (x, y)
        Probability vectors as returned, shapes (m,) and (n,).
    messages : tuple of str
        Warnings and failures in Nashpy's (or its solver's) own words; empty if there were none.
    """

    profiles: tuple[Profile, ...]
    messages: tuple[str, ...] = ()

    def lists(self, x: npt.ArrayLike, y: npt.ArrayLike) -> bool:
        """Whether the profile (x, y) is in the list, up to rounding."""
        wanted = np.concatenate([np.asarray(x, float), np.asarray(y, float)])
        return any(
            np.allclose(np.concatenate(found), wanted, rtol=0, atol=MATCH)
            for found in self.profiles
        )


def ask_nashpy(row_payoffs: Any, column_payoffs: Any) -> NashpyAnswer:
    """Run Nashpy's vertex enumeration and keep its list, its warnings and its failures.

    Parameters
    ----------
    row_payoffs, column_payoffs : array_like, shape (m, n)
        Payoffs in money.

    Raises
    ------
    InputError
        If the payoffs are not two equally shaped small tables of finite numbers.

    Examples
    --------
    >>> answer = ask_nashpy([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> len(answer.profiles), answer.messages
    (3, ())
    >>> ask_nashpy([[0, 0], [0, 0]], [[0, 0], [0, 0]]).messages
    ("TypeError: 'NoneType' object is not subscriptable",)
    """
    import nashpy
    from scipy.spatial import QhullError

    A, B = exact_bimatrix(row_payoffs, column_payoffs)
    profiles: list[Profile] = []
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            game = nashpy.Game(np.array(A, dtype=np.float64), np.array(B, dtype=np.float64))
            for x, y in game.vertex_enumeration():
                profiles.append((frozen_array(x), frozen_array(y)))
        # Qhull refuses flat polytopes; Nashpy indexes the absent result of an infeasible program.
        except (QhullError, TypeError) as failure:
            messages.append(f"{type(failure).__name__}: {str(failure).splitlines()[0]}")
    messages += [f"{w.category.__name__}: {' '.join(str(w.message).split())}" for w in caught]
    return NashpyAnswer(profiles=tuple(profiles), messages=tuple(dict.fromkeys(messages)))
