r"""How certificates are found: the linear program of tangent cuts around a float solution.

Every term phi(z(x)) gets a variable t of its own and cuts c + a z(x) <= t at places near the float
solution's z*: at z* itself and a little to each side of it, so that the cuts enclose a vertex. That
linear program is solved exactly (:mod:`rational_pair`); its prices are a bound for the convex
program. Its gap is of the order of the square of the step. The point is the float solution, moved
towards an interior point as little as makes it feasible in rationals.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.certificate import OBJECTIVE, BoundCertificate, Touch, lower_bound
from derelayl_econ.design.limits import Limit
from derelayl_econ.design.rational_pair import exact_pair, float_pair
from derelayl_econ.design.terms import Convex, Term, total

__all__ = ["certify"]

Array = npt.NDArray[np.float64]
Exact = tuple[Fraction, ...]

_STEPS = (Fraction(1, 2**14), Fraction(1, 2**9))
_ROUNDS, _CLOSE = 12, 1e-7
_MIXES = tuple(Fraction(1, 2**k) for k in range(50, 0, -2))
_DIGITS = 2**44  # floats are rounded to this grid, relative to their size: shorter fractions


def certify(
    objective: Convex, limits: Sequence[Limit], columns: int, near: Array, inside: Array | None
) -> BoundCertificate | None:
    """Return a certificate for a point near the float solution, or None if none was found.

    Parameters
    ----------
    near : array, shape (columns,)
        The float solution.
    inside : array or None
        A point at which every inequality holds strictly; curved programs need one.
    """
    curved = not (objective.affine and all(row.affine for i in limits for row in i.rows))
    middle = _feasible(limits, near, inside) if curved else None
    if curved and middle is None:
        return None
    best: BoundCertificate | None = None
    for lifted, pivots in _attempts(objective, limits, columns, near):
        pair = exact_pair(lifted.cost, lifted.rows, lifted.equations, lifted.columns, pivots=pivots)
        if pair is None:
            continue
        point = tuple(pair[0]) if middle is None else middle
        found = _proof(objective, limits, point, *lifted.prices(pair[1]))
        if found is not None and (best is None or found.gap < best.gap):
            best = found
        if best is not None and best.gap <= _CLOSE * max(1.0, abs(float(best.value))):
            break
    return best


def _attempts(
    objective: Convex, limits: Sequence[Limit], columns: int, near: Array
) -> Iterator[tuple[_Lifted, bool]]:
    """Return linear programs of cuts to try, the quickest and best first; pivots are slow."""
    first: _Lifted | None = None
    for step in _STEPS:
        found = _refined(objective, limits, columns, near, step)
        first = first or found[0]
        yield from ((lifted, False) for lifted in reversed(found))
        if not first.terms:
            break
    if first is not None:
        yield first, True


def _proof(
    objective: Convex,
    limits: Sequence[Limit],
    point: Exact,
    prices: tuple[Exact, ...],
    touches: tuple[Touch, ...],
) -> BoundCertificate | None:
    """Return the certificate if it holds."""
    value = objective.above(point)
    bound = lower_bound(objective, limits, prices, touches)
    if bound is None or not isinstance(value, Fraction):
        return None
    found = BoundCertificate(objective=objective, limits=tuple(limits), point=point, prices=prices,
                             touches=touches, value=value, bound=bound)  # fmt: skip
    return found if found.check() else None


def _refined(
    objective: Convex, limits: Sequence[Limit], columns: int, near: Array, step: Fraction
) -> list[_Lifted]:
    """Return linear programs of cuts, each with cuts where the optimum of the last breaks terms.

    The last bounds best, but its cuts may be too near to each other for the float solver.
    """
    points = [near]
    found = [_Lifted.of(objective, limits, columns, points, step)]
    goal = float(objective.above([rounded(x) for x in near]))
    for _ in range(_ROUNDS if found[0].terms else 0):
        last = found[-1]
        pair = float_pair(last.cost, last.rows, last.equations, last.columns)
        if pair is None or goal - pair.value <= _CLOSE * max(1.0, abs(goal)):
            break
        points.append(pair.point[:columns])
        found.append(_Lifted.of(objective, limits, columns, points, step))
    return found


@dataclass(frozen=True)
class _Lifted:
    """The linear program of the cuts: first the limits' rows, then the cuts."""

    cost: Convex
    rows: list[Convex]
    equations: list[bool]
    columns: int
    terms: list[tuple[int, int, int]]
    places: list[tuple[int, Exact]]  # by cut: number in ``terms``, place
    shape: list[int]

    @classmethod
    def of(
        cls,
        objective: Convex,
        limits: Sequence[Limit],
        columns: int,
        points: Sequence[Array],
        step: Fraction,
    ) -> _Lifted:
        near, *more = ([rounded(x) for x in point] for point in points)
        terms: list[tuple[int, int, int]] = []
        found: list[Term] = []

        def lift(limit: int, r: int, function: Convex) -> Convex:
            first = columns + len(terms)
            terms.extend((limit, r, t) for t in range(len(function.terms)))
            found.extend(function.terms)
            own = {first + t: term.weight for t, term in enumerate(function.terms)}
            return total([Convex(function.slopes, function.constant), Convex(own)])

        cost = lift(OBJECTIVE, 0, objective)
        rows = [
            lift(i, r, row) for i, limit in enumerate(limits) for r, row in enumerate(limit.rows)
        ]
        equations = [limit.equality for limit in limits for _ in limit.rows]
        places = []
        for number, term in enumerate(found):
            for place in (
                *_around(term.values(near), step),
                *(term.values(point) for point in more),
            ):
                cut = term.below(place)
                if cut is not None:
                    rows.append(cut - Convex({columns + number: Fraction(1)}))
                    places.append((number, place))
        equations += [False] * len(places)
        shape = [len(limit.rows) for limit in limits]
        return cls(cost, rows, equations, columns + len(terms), terms, places, shape)

    def prices(
        self, flat: Sequence[Fraction]
    ) -> tuple[tuple[tuple[Fraction, ...], ...], tuple[Touch, ...]]:
        """Return the prices by limit, and the cuts that have one."""
        ends = np.cumsum([0, *self.shape]).tolist()
        by_limit = tuple(tuple(flat[a:b]) for a, b in itertools.pairwise(ends))
        touches = tuple(
            Touch(*self.terms[number], place=place, weight=weight)
            for (number, place), weight in zip(self.places, flat[ends[-1] :], strict=True)
            if weight
        )
        return by_limit, touches


def _around(place: Exact, share: Fraction) -> list[Exact]:
    """Return the place, places a step to each side along every coordinate, and along the axes.

    The last bound a term from below far away, where the others may fall for ever, and at a kink.
    """
    size = max(abs(value) for value in place) or Fraction(1)
    step = rounded(float(size * share))
    found = [place]
    for i, value in enumerate(place):
        for sign in (1, -1):
            found.append((*place[:i], value + sign * step, *place[i + 1 :]))
            found.append(tuple(sign * size if j == i else Fraction(0) for j in range(len(place))))
    return list(dict.fromkeys(found))


def _feasible(limits: Sequence[Limit], near: Array, inside: Array | None) -> Exact | None:
    """Return the rational point nearest to ``near``, on the way to ``inside``, that is feasible."""
    start = tuple(rounded(x) for x in near)
    goal = start if inside is None else tuple(rounded(x) for x in inside)
    for mix in (Fraction(0), *_MIXES):
        point = tuple(a + mix * (b - a) for a, b in zip(start, goal, strict=True))
        if all(limit.violation(point) <= 0 for limit in limits):
            return point
    return None


def rounded(value: float) -> Fraction:
    """Return a short rational within 2^-44 of the float, relative to its size.

    Examples
    --------
    >>> str(rounded(0.5)), float(rounded(1 / 3)) == 1 / 3
    ('1/2', False)
    """
    mantissa, exponent = np.frexp(value)
    scaled = Fraction(round(float(mantissa) * _DIGITS), _DIGITS)
    return scaled * Fraction(2) ** int(exponent)
