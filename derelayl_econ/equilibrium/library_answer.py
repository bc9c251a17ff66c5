"""What a library said about a two-player game: its list, and everything it complained of.

Libraries warn, return less than they promise, or raise from deep inside on degenerate games. None
of that is hidden: a :class:`LibraryAnswer` keeps warnings and foreseen exceptions as text next to
whatever was returned, so that no warning is ever the answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.deadline import Deadline
from derelayl_econ.results import Result, frozen_array

__all__ = ["LibraryAnswer", "listen"]

Profile = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

MATCH = 1e-6
"""Largest difference of a probability at which two profiles count as the same."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LibraryAnswer(Result):
    """What a library returned.

    Attributes
    ----------
    profiles : tuple of (x, y)
        Probability vectors as returned, shapes (m,) and (n,).
    messages : tuple of str
        Warnings and failures in the library's (or its solver's) own words; empty if there were
        none.
    finished : bool
        False if it was stopped at the budget.
    """

    profiles: tuple[Profile, ...]
    messages: tuple[str, ...] = ()
    finished: bool = True

    def lists(self, x: npt.ArrayLike, y: npt.ArrayLike) -> bool:
        """Whether the profile (x, y) is in the list, up to rounding."""
        wanted = np.concatenate([np.asarray(x, float), np.asarray(y, float)])
        return any(
            np.allclose(np.concatenate(found), wanted, rtol=0, atol=MATCH)
            for found in self.profiles
        )


def listen(
    profiles: Callable[[], Iterable[Any]],
    deadline: Deadline,
    foreseen: tuple[type[Exception], ...] = (),
) -> LibraryAnswer:
    """Run a library's generator of profiles; keep its list, its warnings and its failures.

    Parameters
    ----------
    profiles : callable
        Returns an iterable of pairs of probability vectors.
    deadline : Deadline
        Looked at after each pair.
    foreseen : tuple of exception types
        Exceptions known to be raised on legitimate games; others pass through.

    Examples
    --------
    >>> listen(lambda: [([1, 0], [0, 1])], Deadline.after(60)).profiles
    ((array([1., 0.]), array([0., 1.])),)
    >>> listen(lambda: [1 / 0], Deadline.after(60), (ZeroDivisionError,)).messages
    ('ZeroDivisionError: division by zero',)
    """
    found: list[Profile] = []
    messages: list[str] = []
    finished = True
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            for x, y in profiles():
                found.append((frozen_array(x), frozen_array(y)))
                if deadline.passed:
                    finished = False
                    break
        except foreseen as failure:
            messages.append(f"{type(failure).__name__}: {str(failure).splitlines()[0]}")
    messages += [f"{w.category.__name__}: {' '.join(str(w.message).split())}" for w in caught]
    unique = tuple(dict.fromkeys(messages))
    return LibraryAnswer(profiles=tuple(found), messages=unique, finished=finished)
