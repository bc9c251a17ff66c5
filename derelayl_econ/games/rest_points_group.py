r"""All rest points of a group game: corners, edges by counting, faces by subdivision.

Payoffs f_i are polynomials of degree N - 1 in Bernstein form (:mod:`~derelayl_econ.games.
group_rules`). On an edge the difference of two of them is a polynomial in one variable whose
coefficients are the gains from switching; all its zeros are found and counted by their sign changes
(:mod:`derelayl_econ.equilibrium.certificate`; Pena, Lehmann, Noeldeke 2014). Inside a face of three
or four strategies all common zeros of the differences are found by subdivision
(:mod:`derelayl_econ.equilibrium.simplex`), which says itself whether its list is complete.

Coverage is "all" if every edge and every face is complete. It is "some" if a piece stayed
unresolved, if rest points form a continuum, or if a face was not looked at: one of five or more
strategies, or one with more than 6,000 compositions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.certificate import solve
from derelayl_econ.equilibrium.compositions import compositions
from derelayl_econ.equilibrium.simplex import simplex_zeros
from derelayl_econ.games.group_rules import GroupRule
from derelayl_econ.games.rest_points import RestPoint, RestPoints, rest_point
from derelayl_econ.results import Coverage, Status

__all__ = ["group_rest_points"]

Array = npt.NDArray[np.float64]

LARGEST_FACE = 6000
WORK = 40_000_000
"""Coefficients that a face's subdivision may handle in all."""


def group_rest_points(rule: GroupRule, names: Sequence[str]) -> RestPoints:
    """Return all rest points of a group game."""
    m = rule.size
    found: list[tuple[Array, str]] = [(corner, "") for corner in np.eye(m)]
    complete, joined = True, []
    for i, j in itertools.combinations(range(m), 2):
        points, whole, continuum = _on_edge(rule, i, j)
        found += points
        complete &= whole
        joined += [(i, j)] if continuum else []
    for size in range(3, m + 1):
        for face in itertools.combinations(range(m), size):
            points, whole = _inside(rule, face)
            found += points
            complete &= whole
    found.sort(key=lambda point: tuple(point[0]))
    corner = {i: k for k, (x, _) in enumerate(found) for i in range(m) if x[i] == 1}
    described = [_described(rule, names, x, note) for x, note in found]
    return RestPoints(
        equilibria=tuple(described),
        coverage=Coverage.ALL if complete else Coverage.SOME,
        method="edges: Bernstein sign changes (Pena, Lehmann, Noeldeke 2014)"
        + ("; faces: Bernstein subdivision" if m > 2 else ""),
        status=Status.SOLVED if complete else Status.UNRESOLVED,
        continua=tuple((corner[j], corner[i]) for i, j in joined),
    )


def _on_edge(rule: GroupRule, i: int, j: int) -> tuple[list[tuple[Array, str]], bool, bool]:
    """Return the rest points, whether they are all, and whether the whole edge is at rest."""
    first, second = rule.edge(i, j)
    gains = first - second
    if not gains.any():
        return [], False, True
    roots, _ = solve(np.ascontiguousarray(gains))
    points = []
    for root in roots.roots:
        x = np.zeros(rule.size)
        x[i], x[j] = root.p, 1 - root.p
        points.append((x, "" if root.multiplicity else " (unresolved)"))
    return points, roots.complete, False


def _inside(rule: GroupRule, face: tuple[int, ...]) -> tuple[list[tuple[Array, str]], bool]:
    degree, size = rule.participants - 1, len(face)
    if size > 4 or math.comb(degree + size - 1, size - 1) > LARGEST_FACE:
        return [], False
    values = face_table(rule, face).T
    differences = values[:, :-1] - values[:, -1:]
    zeros = simplex_zeros(differences, degree, budget=WORK // values.size)
    points = np.zeros((len(zeros.points), rule.size))
    points[:, face] = zeros.points
    return [(point, "") for point in points], zeros.complete


def face_table(rule: GroupRule, face: tuple[int, ...]) -> Array:
    """Return the payoffs of the strategies of a face for all compositions within it."""
    whole = rule.table()
    listed = compositions(rule.participants - 1, rule.size)
    outside = [i for i in range(rule.size) if i not in face]
    within = listed[:, outside].sum(axis=1) == 0  # order is kept: both are lexicographic
    return np.asarray(whole[np.ix_(np.array(face), np.flatnonzero(within))])


def _described(rule: GroupRule, names: Sequence[str], x: Array, note: str) -> RestPoint:
    stable = _two_strategies(rule, x) if rule.size == 2 else None
    return rest_point(rule, names, x, stable=stable, note=note)


def _two_strategies(rule: GroupRule, x: Array) -> bool | None:
    """Decide by the signs of the gains next to a corner, where eigenvalues may vanish."""
    gains = np.subtract(*rule.edge(0, 1))
    if x.max() < 1 or not gains.any():
        return None
    toward = gains if x[1] == 1 else -gains[::-1]
    return bool(toward[np.flatnonzero(toward)[0]] < 0)
