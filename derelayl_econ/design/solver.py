"""Programs in floats, through cvxpy: HiGHS for linear ones, Clarabel for curved ones.

HiGHS is called through SciPy: the package of its own announces itself on standard output.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from derelayl_econ.design.limits import Limit
from derelayl_econ.design.rational_pair import matrix
from derelayl_econ.design.result import DesignStatus
from derelayl_econ.design.terms import Convex

__all__ = ["FloatAnswer", "feasible", "interior_point", "solve_floats"]

Array = npt.NDArray[np.float64]

_STATUS = {
    "optimal": DesignStatus.OPTIMAL,
    "infeasible": DesignStatus.INFEASIBLE,
    "infeasible_inaccurate": DesignStatus.INFEASIBLE,  # decided exactly by the elastic program
    "unbounded": DesignStatus.UNBOUNDED,
    "optimal_inaccurate": DesignStatus.INACCURATE,
}


@dataclass(frozen=True)
class FloatAnswer:
    """The solver's status and point (None unless it has one)."""

    status: DesignStatus
    point: Array | None


def solve_floats(objective: Convex, limits: Sequence[Limit], columns: int) -> FloatAnswer:
    """Solve in floats.

    Examples
    --------
    >>> from derelayl_econ.design.limits import Variables, at_least
    >>> x = Variables().single("x")
    >>> solve_floats(x, [at_least("floor", x, 2)], 1).point
    array([2.])
    >>> solve_floats(x, [], 1).status.name
    'UNBOUNDED'
    """
    import cvxpy as cp

    x = cp.Variable(columns)
    conditions = [_condition(limit, x) for limit in limits]
    problem = cp.Problem(cp.Minimize(_vector([objective], x)[0]), conditions)
    status = _run(problem)
    if status == "infeasible_or_unbounded":
        known = feasible(limits, columns)
        return FloatAnswer(DesignStatus.UNBOUNDED if known else DesignStatus.INFEASIBLE, None)
    ended = _STATUS.get(status, DesignStatus.FAILED)
    has_point = ended in (DesignStatus.OPTIMAL, DesignStatus.INACCURATE) and x.value is not None
    return FloatAnswer(ended, np.asarray(x.value, dtype=float) if has_point else None)


def feasible(limits: Sequence[Limit], columns: int) -> bool:
    """Return whether the solver finds a point that meets all conditions."""
    answer = solve_floats(Convex(), limits, columns)
    return answer.point is not None


def interior_point(limits: Sequence[Limit], columns: int) -> Array | None:
    """Return a point at which all inequalities hold with as much room as can be had, up to 1."""
    import cvxpy as cp

    x, room = cp.Variable(columns), cp.Variable()
    conditions = [_condition(limit, x, 0 if limit.equality else room) for limit in limits]
    problem = cp.Problem(cp.Maximize(room), [*conditions, room <= 1])
    if _run(problem) not in ("optimal", "optimal_inaccurate") or x.value is None:
        return None
    return np.asarray(x.value, dtype=float)


def _run(problem: Any) -> str:
    import cvxpy as cp

    linear = problem.is_lp()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an inaccurate solution is a status here, not a warning
        try:
            problem.solve(solver="SCIPY" if linear else "CLARABEL")
        except cp.SolverError:
            return "failed"
    return str(problem.status)


def _condition(limit: Limit, x: Any, room: Any = 0) -> Any:
    rows = _vector(limit.rows, x)
    return rows == 0 if limit.equality else rows + room <= 0


def _vector(functions: Sequence[Convex], x: Any) -> Any:
    """Return the functions as one cvxpy vector, terms of one kind together."""
    table, constants = matrix(functions, x.size)
    whole = table @ x + constants
    kinds: dict[tuple[Any, int], list[tuple[int, Any]]] = defaultdict(list)
    for i, function in enumerate(functions):
        for term in function.terms:
            kinds[term.outer, len(term.inner)].append((i, term))
    for (outer, size), found in kinds.items():
        inner, offset = matrix([part for _, term in found for part in term.inner], x.size)
        values = _reshaped(inner @ x + offset, len(found), size)
        weights = [float(term.weight) for _, term in found]
        places = ([i for i, _ in found], range(len(found)))
        collect = csr_array((weights, places), (len(functions), len(found)))
        whole = whole + collect @ outer.expression(values)
    return whole


def _reshaped(vector: Any, rows: int, columns: int) -> Any:
    from cvxpy.atoms.affine.reshape import reshape

    return reshape(vector, (rows, columns), order="C")
