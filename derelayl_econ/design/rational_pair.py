r"""From the floats of a linear program to an exact optimal pair, by sparse elimination.

The program: minimise c x subject to a_i x + b_i <= 0 (some: = 0), x free. A float solver says which
rows are tight and which prices are not 0. The first independent tight rows, the priced ones first,
fix the point: a_i x = -b_i; and the prices: sum_i lambda_i a_i = -c. Both systems are solved in
rationals, sparsest row first, which on designers' programs (bounds, neighbours) is almost a
substitution. What comes out is a *candidate*: whether it is feasible, with prices of the right
sign, is for :meth:`BoundCertificate.check` to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

from derelayl_econ.design.sparse_rationals import independent_rows, solve_sparse
from derelayl_econ.design.terms import Convex
from derelayl_econ.equilibrium.linear_certificate import OptimalPair
from derelayl_econ.equilibrium.linear_program import solve_linear

__all__ = ["MOST_PIVOTED", "FloatPair", "exact_pair", "float_pair"]

Array = npt.NDArray[np.float64]
Row = Mapping[int, Fraction]
Pair = tuple[list[Fraction], list[Fraction]]
"""A point, and prices of all rows."""

MOST_PIVOTED = 250
"""Most rows with which exact pivots are tried where the floats' basis is not optimal."""

_PIVOTS = 200
_TIGHT = 1e-7
_OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True)
class FloatPair:
    """A point and its cost, the prices of the rows and the rows' values, in floats."""

    point: Array
    value: float
    prices: Array
    values: Array


def matrix(rows: Sequence[Convex], columns: int) -> tuple[Any, Array]:
    """Return the affine parts of the rows as a sparse matrix and constants, in floats.

    Examples
    --------
    >>> table, constants = matrix([Convex({1: Fraction(1, 2)}, Fraction(3))], 2)
    >>> table.toarray(), constants
    (array([[0. , 0.5]]), array([3.]))
    """
    entries = [(i, j, float(s)) for i, row in enumerate(rows) for j, s in row.slopes.items()]
    i, j, values = zip(*entries, strict=True) if entries else ((), (), ())
    shape = (len(rows), columns)
    table = csr_array((np.array(values, dtype=float), (np.array(i, int), np.array(j, int))), shape)
    return table, np.array([float(row.constant) for row in rows])


def float_pair(
    cost: Convex, rows: Sequence[Convex], equations: Sequence[bool], columns: int
) -> FloatPair | None:
    """Solve the linear program in floats; None unless the solver calls it optimal."""
    table, constants = matrix(rows, columns)
    strict = np.asarray(equations, dtype=bool)
    slopes = matrix([cost], columns)[0].toarray()[0]
    size = np.maximum(abs(table).max(axis=1).toarray().ravel() if len(rows) else 1.0, 1e-300)
    scaled = csr_array(table / size[:, None])
    known: dict[str, Any] = {}
    if (~strict).any():
        known |= {"A_ub": scaled[~strict], "b_ub": -(constants / size)[~strict]}
    if strict.any():
        known |= {"A_eq": scaled[strict], "b_eq": -(constants / size)[strict]}
    answer = linprog(slopes, bounds=(None, None), method="highs", options=_OPTIONS, **known)
    if answer.status != 0:
        return None
    prices = np.empty(len(rows))
    prices[~strict], prices[strict] = -answer.ineqlin.marginals, -answer.eqlin.marginals
    value = float(answer.fun) + float(cost.constant)
    return FloatPair(answer.x, value, prices / size, (table @ answer.x + constants) / size)


def exact_pair(
    cost: Convex,
    rows: Sequence[Convex],
    equations: Sequence[bool],
    columns: int,
    *,
    pivots: bool = True,
) -> Pair | None:
    """Return a rational point and prices of all rows that match the float solution, if they exist.

    Where they are not optimal in rationals (cuts too near to each other for floats), exact pivots
    go on from there, if the program is small.

    Examples
    --------
    >>> x = Convex({0: Fraction(1)})
    >>> point, prices = exact_pair(x, [Fraction(1, 3) - x], [False], 1)
    >>> print(*point, *prices)
    1/3 1
    """
    found = float_pair(cost, rows, equations, columns)
    if found is None:
        return None
    pair = _on_tight_rows(found, cost, rows, equations, columns)
    if pair is not None and _is_optimal(pair, rows, equations):
        return pair
    small = pivots and len(rows) <= MOST_PIVOTED
    return _pivoted(cost, rows, equations, columns) if small else pair


def _on_tight_rows(
    found: FloatPair, cost: Convex, rows: Sequence[Convex], equations: Sequence[bool], columns: int
) -> Pair | None:
    priced = np.abs(found.prices) > _TIGHT * max(1e-300, np.abs(found.prices).max(initial=0.0))
    tight = (found.values > -_TIGHT) | np.asarray(equations, dtype=bool)
    order = np.lexsort((-found.values, ~priced))
    chosen = independent_rows([(int(i), rows[i].slopes) for i in order if tight[i] or priced[i]])
    point = solve_sparse([rows[i].slopes for i in chosen], [-rows[i].constant for i in chosen])
    by_column: dict[int, dict[int, Fraction]] = {j: {} for j in cost.slopes}
    for i in chosen:
        for j, slope in rows[i].slopes.items():
            by_column.setdefault(j, {})[i] = slope
    right = [-cost.slopes.get(j, Fraction(0)) for j in by_column]
    prices = solve_sparse(list(by_column.values()), right)
    if point is None or prices is None:
        return None
    return (
        [point.get(j, Fraction(float(found.point[j]))) for j in range(columns)],
        [prices.get(i, Fraction(0)) for i in range(len(rows))],
    )


def _is_optimal(pair: Pair, rows: Sequence[Convex], equations: Sequence[bool]) -> bool:
    point, prices = pair
    signs = all(strict or price >= 0 for price, strict in zip(prices, equations, strict=True))
    return signs and all(row.affine_value(point) <= 0 for row in rows)


def _pivoted(
    cost: Convex, rows: Sequence[Convex], equations: Sequence[bool], columns: int
) -> Pair | None:
    parts: dict[bool, list[int]] = {False: [], True: []}
    for i, strict in enumerate(equations):
        parts[bool(strict)].append(i)
    upper, equal = parts[False], parts[True]
    known: dict[str, Any] = {}
    for name, chosen in (("ub", upper), ("eq", equal)):
        if chosen:
            known[f"A_{name}"] = [_dense(rows[i].slopes, columns) for i in chosen]
            known[f"b_{name}"] = [-rows[i].constant for i in chosen]
    answer = solve_linear(_dense(cost.slopes, columns), bounds=(None, None),
                          most_pivots=_PIVOTS, **known)  # fmt: skip
    if not isinstance(answer.certificate, OptimalPair):
        return None
    prices = dict(zip([*upper, *equal], answer.certificate.prices, strict=True))
    return list(answer.certificate.point), [-prices[i] for i in range(len(rows))]


def _dense(slopes: Row, columns: int) -> list[Fraction]:
    return [slopes.get(j, Fraction(0)) for j in range(columns)]
