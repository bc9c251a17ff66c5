"""Nashpy's answer to a small two-player game, with everything it complains of.

Nashpy enumerates vertices in floating point. On degenerate games it may warn, raise from deep
inside its solver, or return a list with members missing or unnormalised; none of that is hidden
here: warnings and the two known exceptions are kept as text next to whatever was returned.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derelayl_econ.equilibrium.deadline import Deadline
from derelayl_econ.equilibrium.lexicographic import most_vertices
from derelayl_econ.equilibrium.library_answer import LibraryAnswer, listen
from derelayl_econ.equilibrium.payoff_tables import exact_bimatrix
from derelayl_econ.errors import InputError

__all__ = ["ask_nashpy"]

_MOST_VERTICES = most_vertices(7, 7)
"""Nashpy compares all pairs of vertices in Python: 2 s at 7 x 7, 10 s at 8 x 8 without a stop."""


def ask_nashpy(
    row_payoffs: Any, column_payoffs: Any, deadline: Deadline | None = None
) -> LibraryAnswer:
    """Run Nashpy's vertex enumeration and keep its list, its warnings and its failures.

    Parameters
    ----------
    row_payoffs, column_payoffs : array_like, shape (m, n), about 7 x 7 or smaller
        Payoffs in money.
    deadline : Deadline, optional
        One minute from now by default.

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
    shape = len(A), len(A[0])
    if max(most_vertices(*shape), most_vertices(*shape[::-1])) > _MOST_VERTICES:
        raise InputError("row_payoffs", f"shape {shape}", "have about 7 x 7 actions at most",
                         hint="Nashpy's vertex enumeration is meant for small games.")  # fmt: skip
    game = nashpy.Game(np.array(A, dtype=np.float64), np.array(B, dtype=np.float64))
    # Qhull refuses flat polytopes; Nashpy indexes the absent result of an infeasible program.
    foreseen = QhullError, TypeError
    return listen(game.vertex_enumeration, deadline or Deadline.after(60), foreseen)
