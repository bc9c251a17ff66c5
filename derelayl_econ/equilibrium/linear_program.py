r"""Linear programs with answers that can be checked again in rational numbers.

The program: minimise c x subject to A_ub x <= b_ub, A_eq x = b_eq and low <= x <= high. Floats are
taken as the dyadic rationals that they are, Fractions and integers as themselves. HiGHS (Huangfu
and Hall 2018, Math. Program. Comput. 10:119) solves it in floats; that says which variables are
strictly between their ends, hence which basis is likely optimal; :mod:`.linear_pivoting` solves the
systems of that basis in rationals and pivots on, exactly, where the floats were wrong or the vertex
is degenerate.

The answer is one of three, each with its proof (:mod:`.linear_certificate`): a point and prices
with equal objectives; prices that show the constraints to contradict each other; a feasible point
and a ray along which the cost falls for ever. Many points may be optimal; one is returned.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import INDEX, check_number
from derelayl_econ.equilibrium.linear_certificate import (
    ImprovingRay,
    InfeasiblePrices,
    NearlyOptimalPair,
    OptimalPair,
)
from derelayl_econ.equilibrium.linear_data import LinearProgram, dot
from derelayl_econ.equilibrium.linear_pivoting import TooManyPivotsError, pivot
from derelayl_econ.equilibrium.payoff_tables import (
    ExactMatrix,
    ExactVector,
    exact_entry,
    exact_matrix,
)
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.results import Result, frozen_array

__all__ = ["LinearSolution", "LinearStatus", "linear_program", "solve_linear"]

Array = npt.NDArray[np.float64]
Answer = OptimalPair | InfeasiblePrices | ImprovingRay | NearlyOptimalPair

_NEAR = 1e-7
"""Relative distance from an end up to which a float variable counts as being at it."""


class LinearStatus(StrEnum):
    """How a linear program ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearSolution(Result):
    """The answer to a linear program, as floats, and its proof in rationals.

    Attributes
    ----------
    status : LinearStatus
        ``"optimal"``, ``"infeasible"`` or ``"unbounded"``; compares equal to the plain string.
    x : ndarray of shape (n,), or None
        An optimal point; None unless optimal.
    value : float
        The minimum; inf if infeasible, -inf if unbounded.
    duals : ndarray of shape (m,), or None
        Prices of the rows of A_ub (all <= 0), then of A_eq: what one more unit on the right side
        changes the minimum by. None unless optimal.
    certificate : OptimalPair, InfeasiblePrices, ImprovingRay or NearlyOptimalPair
        The exact numbers (``.point``, ``.prices``, ``.value``, ``.ray``) and their check.
    """

    status: LinearStatus
    x: Array | None
    value: float
    duals: Array | None
    certificate: Answer


def solve_linear(
    c: Any,
    A_ub: Any = None,
    b_ub: Any = None,
    A_eq: Any = None,
    b_eq: Any = None,
    bounds: Any = (0, None),
    *,
    most_pivots: int = 10_000,
) -> LinearSolution:
    """Minimise c x subject to A_ub x <= b_ub, A_eq x = b_eq and bounds, with a proof.

    Parameters
    ----------
    c : array_like, shape (n,)
        Costs; ints, Fractions or floats below 1e150 in size, like all numbers here.
    A_ub, b_ub, A_eq, b_eq : array_like of shapes (m, n) and (m,), or None
        Constraints; None where there are none.
    bounds : pair, or n pairs
        (low, high) of every variable, or of each; None (or an infinity) where there is no end.
        Without it variables are >= 0, as in SciPy.
    most_pivots : int, >= 0
        Exact pivots allowed from the basis that HiGHS suggests; usually none is needed.

    Raises
    ------
    InputError
        If a number is not finite, shapes do not fit, or a low end is above its high end.
    SolverError
        If the pivots are spent and HiGHS has no optimal point, either. Where it has one, that is
        returned, with a ``"numeric-only"`` certificate which says how good it is.

    Examples
    --------
    >>> rows = [[1, 1], [1, 3]]
    >>> found = solve_linear([-3, -2], rows, [4, 12], bounds=[(0, 3), (0, None)])
    >>> found.status.value, found.x.tolist(), found.value, found.duals.tolist()
    ('optimal', [3.0, 1.0], -11.0, [-2.0, 0.0])
    >>> found.certificate.status, found.certificate.check()
    ('exact', True)
    >>> solve_linear([1], A_ub=[[1]], b_ub=[-1]).certificate.claim
    'no point satisfies all constraints: a combination of them reads 0 >= 1'
    >>> solve_linear([-1]).status.value
    'unbounded'
    """
    budget = check_number("most_pivots", most_pivots, INDEX)
    program = linear_program(c, A_ub, b_ub, A_eq, b_eq, bounds)
    found = _floats(program)
    order, at_high = _guess(program, found)
    try:
        proof: Answer = pivot(program, order, at_high, budget)
    except TooManyPivotsError:
        proof = _nearly(program, found, f"{budget} exact pivots did not suffice")
    return _solution(proof)


def linear_program(
    c: Any, A_ub: Any = None, b_ub: Any = None, A_eq: Any = None, b_eq: Any = None,
    bounds: Any = (0, None),
) -> LinearProgram:  # fmt: skip
    """Return the program in rationals after checking it; arguments as in :func:`solve_linear`.

    Examples
    --------
    >>> linear_program([0.5], A_eq=[[1]], b_eq=[2]).cost
    (Fraction(1, 2),)
    """
    cost = _vector("c", c)
    if not cost:
        raise InputError("c", "an empty array", "have at least one entry")
    upper, upper_right = _block("ub", A_ub, b_ub, len(cost))
    equal, equal_right = _block("eq", A_eq, b_eq, len(cost))
    pairs = _pairs(bounds, len(cost))
    low, high = zip(*(_ends(pair) for pair in pairs), strict=True)
    return LinearProgram(
        cost, (*upper, *equal), (*upper_right, *equal_right), len(upper), low, high
    )


def _solution(proof: Answer) -> LinearSolution:
    if isinstance(proof, InfeasiblePrices | ImprovingRay):
        none = isinstance(proof, InfeasiblePrices)
        return LinearSolution(
            status=LinearStatus.INFEASIBLE if none else LinearStatus.UNBOUNDED,
            x=None, value=np.inf if none else -np.inf, duals=None, certificate=proof,
        )  # fmt: skip
    try:
        return LinearSolution(
            status=LinearStatus.OPTIMAL,
            x=frozen_array([float(x) for x in proof.point]),
            value=float(dot(proof.program.cost, proof.point)),
            duals=frozen_array([float(y) for y in proof.prices]),
            certificate=proof,
        )
    except OverflowError:
        raise SolverError("the optimum of the linear program is beyond the floats; its exact "
                          "numbers are in the certificate", partial=proof) from None  # fmt: skip


def _floats(program: LinearProgram) -> Any:
    """Return SciPy's answer, or None where the numbers are nothing that HiGHS could use."""
    from scipy.optimize import OptimizeWarning, linprog

    count, size = program.inequalities, len(program.rows)
    table = np.array(program.rows, dtype=np.float64).reshape(size, len(program.cost))
    right = np.array(program.right, dtype=np.float64)
    ends = [tuple(None if end is None else float(end) for end in pair)
            for pair in zip(program.low, program.high, strict=True)]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)
        found = linprog(
            np.array(program.cost, dtype=np.float64), table[:count], right[:count], table[count:],
            right[count:], bounds=ends, method="highs-ds",  # dual simplex: ends at a vertex
        )  # fmt: skip
    return found if found.status == 0 else None


def _guess(program: LinearProgram, found: Any) -> tuple[list[int], frozenset[int]]:
    """Return the variables, likeliest basic first, and those at their upper end."""
    variables, size = len(program.cost), len(program.rows)
    if found is None:
        return [*range(variables, variables + size), *range(variables)], frozenset()
    inside, at_high = [], []
    for j, (x, low, high) in enumerate(zip(found.x, program.low, program.high, strict=True)):
        near = _NEAR * max(1.0, abs(x))
        above = np.inf if low is None else x - float(low)
        below = np.inf if high is None else float(high) - x
        inside.append(min(above, below) > near)
        if below < above:
            at_high.append(j)
    slack = [*(found.ineqlin.residual > _NEAR), *([False] * (size - program.inequalities))]
    priced = [*(found.lower.marginals + found.upper.marginals), *_row_prices(found)]
    held = [not free for free in (*inside, *slack)]
    order = sorted(range(variables + size), key=lambda j: (held[j], abs(priced[j]) > _NEAR))
    return order, frozenset(at_high)


def _row_prices(found: Any) -> list[float]:
    return [*found.ineqlin.marginals, *found.eqlin.marginals]


def _nearly(program: LinearProgram, found: Any, reason: str) -> NearlyOptimalPair:
    if found is None:
        raise SolverError(f"the linear program is undecided: {reason}, and HiGHS has no optimum")
    point = tuple(Fraction(float(x)) for x in found.x)
    prices = tuple(Fraction(float(y)) for y in _row_prices(found))
    return NearlyOptimalPair.of(program, point, prices, reason)


def _block(name: str, table: Any, right: Any, width: int) -> tuple[ExactMatrix, ExactVector]:
    """Return a block of constraints after checking its shape; empty if not given."""
    if table is None and right is None:
        return (), ()
    if table is None or right is None:
        raise InputError(f"A_{name} and b_{name}", "only one", "be given together")
    limits = _vector(f"b_{name}", right)
    if not limits and _listed(table) in ([], ()):
        return (), ()
    rows = exact_matrix(f"A_{name}", table)
    if len(rows[0]) != width:
        raise InputError(f"A_{name}", f"{len(rows[0])} columns", f"have {width}, as c has entries")
    if len(limits) != len(rows):
        raise InputError(f"b_{name}", f"{len(limits)} entries", f"have {len(rows)}, one per row")
    return rows, limits


def _vector(name: str, values: Any) -> ExactVector:
    listed = _listed(values)
    if not isinstance(listed, list | tuple):
        raise InputError(name, values, "be an array of numbers with one dimension")
    return tuple(exact_entry(name, value) for value in listed)


def _listed(values: Any) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) else values


def _pairs(bounds: Any, width: int) -> Sequence[Any]:
    listed = _listed(bounds)
    if not isinstance(listed, list | tuple):
        raise InputError("bounds", bounds, "be a pair (low, high), or one pair per variable")
    if len(listed) == 2 and not any(isinstance(end, list | tuple) for end in listed):
        return [listed] * width
    if len(listed) != width:
        raise InputError("bounds", f"{len(listed)} pairs", f"be {width}, one per variable")
    return listed


def _ends(pair: Any) -> tuple[Fraction | None, Fraction | None]:
    pair = _listed(pair)
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise InputError("bounds", pair, "consist of pairs (low, high)")
    low = None if pair[0] is None or _is(pair[0], -np.inf) else exact_entry("bounds", pair[0])
    high = None if pair[1] is None or _is(pair[1], np.inf) else exact_entry("bounds", pair[1])
    if low is not None and high is not None and low > high:
        raise InputError("bounds", pair, "have low <= high")
    return low, high


def _is(value: object, infinity: float) -> bool:
    return isinstance(value, float) and value == infinity
