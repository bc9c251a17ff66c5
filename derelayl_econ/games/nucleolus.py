r"""The nucleolus by a sequence of linear programs that also handles degenerate games.

Definition: see :mod:`derelayl_econ.games.nucleolus_proof`. Stage k minimises eps subject to
x(S) >= v(S) - eps for every coalition S that is not settled yet, with the settled payments held
(Kopelowitz 1967; Maschler, Peleg, Shapley 1979). Which coalitions are settled next is the step that
goes wrong in degenerate games: a constraint may hold with equality at the optimum found and still
be slack at another one. Here only coalitions with a positive dual price count, because those hold
with equality at *every* optimum, and everything in their span goes with them; at least one
dimension is settled per stage, so n - 1 stages suffice.

The programs are solved in floating point with few constraints, violated ones being added until none
is left. They only propose: the dual prices are then solved for exactly, the payments follow from
linear equations over the rationals, and the whole chain is checked in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.coalition_algebra import (
    ExactWorths,
    Span,
    balancing_weights,
    settled_point,
)
from derelayl_econ.games.coalition_shapes import rounding_of
from derelayl_econ.games.coalition_tables import subset_sums
from derelayl_econ.games.nucleolus_proof import (
    TOLERANCE,
    Level,
    NucleolusCertificate,
    indicator,
)
from derelayl_econ.results import Result, frozen_array

__all__ = ["LARGEST_NUCLEOLUS", "Nucleolus", "nucleolus_of"]

Array = npt.NDArray[np.float64]

LARGEST_NUCLEOLUS = 16
"""Most players whose 2^n excesses are compared exactly."""

_PRICE = 1e-7  # dual prices are ratios of small determinants, or zero
_SOLVER = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, kw_only=True, eq=False)
class Nucleolus(Result):
    """The nucleolus (or prenucleolus) of a game.

    Attributes
    ----------
    allocation : ndarray, shape (n,)
        Payment of each player (unit of v).
    exact : tuple of Fraction
        The same, exactly, for the worths taken as the floats that they are.
    excesses : ndarray
        eps_1 > eps_2 > ... (ties repeated): the levels of the chain.
    method : str
    certificate : NucleolusCertificate
        Proof of optimality and uniqueness.
    """

    allocation: Array
    exact: tuple[Fraction, ...] = field(repr=False)
    excesses: Array
    method: str
    certificate: NucleolusCertificate


@dataclass
class _Search:
    """What is known on the way: settled rows with their totals, and the constraints in use."""

    worths: ExactWorths
    scale: float
    individual: bool
    span: Span
    totals: list[Fraction]
    pool: list[int]
    levels: list[Level] = field(default_factory=list)

    @property
    def players(self) -> int:
        return self.worths.players


def nucleolus_of(table: Array, *, individual: bool = True) -> Nucleolus:
    """Return the nucleolus of a table of worths, or with ``individual=False`` the prenucleolus.

    Raises
    ------
    InputError
        Beyond 16 players, or if the singles are worth more than everybody together, so that there
        is no imputation.
    SolverError
        If the exact check fails; ``partial`` holds the allocation found.

    Examples
    --------
    >>> found = nucleolus_of(np.array([0.0, 1.0, 2.0, 4.0]))
    >>> found.allocation, found.certificate.check()
    (array([1.5, 2.5]), True)
    """
    search = _start(table, individual)
    while search.span.free:
        _settle(search, _program(search))
    exact = tuple(settled_point(search.span.rows, search.totals))
    certificate = NucleolusCertificate(table, exact, tuple(search.levels), individual)
    allocation = frozen_array([float(x) for x in exact])
    if not certificate.check():
        raise SolverError("the nucleolus found did not pass its exact check; excesses may be "
                          "nearer to each other than 1e-9 of the largest worth",
                          partial=allocation)  # fmt: skip
    return Nucleolus(
        allocation=allocation,
        exact=exact,
        excesses=frozen_array([float(level.excess) for level in search.levels]),
        method="sequential linear programs, settled by dual prices and rank",
        certificate=certificate,
    )


def _start(table: Array, individual: bool) -> _Search:
    worths = ExactWorths(table)
    players, last = worths.players, table.size - 1
    if players > LARGEST_NUCLEOLUS:
        raise InputError("players", players, f"be at most {LARGEST_NUCLEOLUS} for the nucleolus")
    singles = [1 << i for i in range(players)]
    missing = sum(worths[s] for s in singles) - worths[last]
    if individual and float(missing) > rounding_of(table):
        raise InputError("values of single players", f"{float(missing):g} too much in all",
                         "sum to at most that of all together",
                         hint="The prenucleolus needs no imputation.")  # fmt: skip
    scale = float(np.abs(table).max()) or 1.0
    everybody = Span((indicator(last, players),))
    pool = [mask for s in singles for mask in (s, last ^ s)]
    return _Search(worths, scale, individual, everybody, [worths[last]], sorted(set(pool)))


def _program(search: _Search) -> Any:
    """Solve one stage, adding violated coalitions until there are none."""
    worth = search.worths.table / search.scale
    open_masks = np.flatnonzero(~search.span.holds)
    search.pool = [mask for mask in search.pool if not search.span.holds[mask]]
    if not search.pool:
        search.pool = [int(open_masks[0]), worth.size - 1 - int(open_masks[0])]
    while True:
        found = _linear_program(search, worth)
        excess = worth[open_masks] - subset_sums(found.x[:-1])[open_masks]
        violated = np.flatnonzero(excess > found.x[-1] + TOLERANCE)
        worst = violated[np.argsort(-excess[violated])][: 2 * search.players]
        new = {int(mask) for mask in open_masks[worst]} - set(search.pool)
        if not new:
            return found
        # With a coalition goes its complement, which bounds eps from below.
        search.pool = sorted({*search.pool, *new, *(worth.size - 1 - mask for mask in new)})


def _linear_program(search: _Search, worth: Array) -> Any:
    from scipy.optimize import linprog

    players = search.players
    rows = np.array([indicator(mask, players) for mask in search.pool], dtype=np.float64)
    fixed = np.array(search.span.rows, dtype=np.float64)
    lower = [float(search.worths.floor(i)) / search.scale if search.individual else None
             for i in range(players)]  # fmt: skip
    found = linprog(
        c=np.append(np.zeros(players), 1.0),
        A_ub=-np.column_stack([rows, np.ones(len(rows))]),
        b_ub=-worth[search.pool],
        A_eq=np.column_stack([fixed, np.zeros(len(fixed))]),
        b_eq=[float(total) / search.scale for total in search.totals],
        bounds=[*((low, None) for low in lower), (None, None)],
        method="highs-ds",  # a vertex: its dual prices belong to independent rows
        options=_SOLVER,
    )
    if found.status != 0:
        raise SolverError(f"a linear program of the nucleolus failed: {found.message}")
    return found


def _settle(search: _Search, program: Any) -> None:
    """Turn the dual prices into an exact level and settle what they price."""
    players, worths = search.players, search.worths
    prices = dict(zip(search.pool, -program.ineqlin.marginals, strict=True))
    priced = [mask for mask, price in prices.items() if price > _PRICE]
    held = [i for i in range(players) if search.individual
            and program.lower.marginals[i] > _PRICE
            and not search.span.holds[1 << i]]  # fmt: skip
    rows = [indicator(mask, players) for mask in priced]
    singles = [indicator(1 << i, players) for i in held]
    given = [*(prices[mask] for mask in priced), *(program.lower.marginals[i] for i in held)]
    weights = balancing_weights(search.span, rows, singles, given)
    if weights is None:
        raise SolverError("the dual prices of a linear program of the nucleolus do not balance",
                          partial=program.x[:-1] * search.scale)  # fmt: skip
    level = _level(search, priced, held, weights)
    search.levels.append(level)
    totals = [worths[mask] - level.excess for mask, _ in level.coalitions]
    totals += [worths.floor(i) for i, _ in level.players]
    for row, total in zip(level.rows(players), totals, strict=True):
        if not search.span.sees(row):
            search.span = Span((*search.span.rows, row))
            search.totals.append(total)


def _level(
    search: _Search, priced: Sequence[int], held: Sequence[int], weights: Sequence[Fraction]
) -> Level:
    """Return the level; the weighted excess is the same at all payments that keep to the totals."""
    point = settled_point(search.span.rows, search.totals)
    excess = Fraction(0)
    for mask, weight in zip(priced, weights, strict=False):
        paid = sum(point[i] for i in range(search.players) if mask >> i & 1)
        excess += weight * (search.worths[mask] - paid)
    for i, weight in zip(held, weights[len(priced) :], strict=True):
        excess += weight * (search.worths.floor(i) - point[i])
    pairs = [(mask, w) for mask, w in zip(priced, weights, strict=False) if w > 0]
    players = [(i, w) for i, w in zip(held, weights[len(priced) :], strict=True) if w > 0]
    return Level(excess, tuple(pairs), tuple(players))
