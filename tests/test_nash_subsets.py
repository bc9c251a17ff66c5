"""Maximal Nash subsets, components, dimensions and indices."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.equilibrium.bimatrix import solve_bimatrix
from derelayl_econ.equilibrium.deadline import FOREVER, Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.nash_subsets import (
    component_dimensions,
    component_indices,
    components,
    nash_subsets,
)
from derelayl_econ.equilibrium.vertices import extreme_equilibria, find_extreme_equilibria

F = Fraction


@pytest.mark.parametrize(
    ("A", "B", "corners", "dimensions", "subsets", "indices"),
    [
        ([[0] * 4] * 3, [[0] * 4] * 3, 12, (5,), 1, (1,)),  # a triangle times a tetrahedron
        ([[1, 1], [1, 0]], [[1, 1], [1, 0]], 3, (1,), 2, (1,)),  # an L: two edges
        ([[1, 0], [0, 0]], [[1, 0], [0, 0]], 2, (0, 0), 2, (1, 0)),  # one weak corner
        ([[1, 0], [0, 1]], [[1, 0], [0, 1]], 3, (0, 0, 0), 3, (1, -1, 1)),
        ([[1, 1], [0, 0]], [[1, 1], [0, 0]], 2, (1,), 1, (1,)),
        ([[0, 0], [0, 0]], [[1, 0], [0, 1]], 4, (1,), 3, (1,)),  # a path along three sides
    ],
)
def test_solved_by_hand(
    A: Any, B: Any, corners: int, dimensions: tuple[int, ...], subsets: int,
    indices: tuple[int, ...],
) -> None:  # fmt: skip
    found = solve_bimatrix(A, B)
    assert len(found) == corners
    assert found.dimensions == dimensions
    assert found.indices == indices
    assert found.subsets is not None
    assert len(found.subsets) == subsets
    assert max(subset.dimension for subset in found.subsets) == max(dimensions)
    assert "Nash subset" in str(found.subsets[0])


def test_one_who_never_cares_makes_a_subset_of_every_set_of_best_replies() -> None:
    # The row player is indifferent; against equal weights on S, exactly S is best for the column
    # player: one maximal Nash subset for each of the 2^n - 1 nonempty S.
    for size in range(1, 7):
        found = extreme_equilibria(np.zeros((size, size)), np.eye(size))
        subsets = nash_subsets(found)
        assert subsets is not None
        assert len(subsets) == 2**size - 1
        assert len(components(found)) == 1
        assert {subset.dimension for subset in subsets} == {size - 1}


def _all_bicliques(pairs: set[tuple[Any, Any]]) -> set[frozenset[Any]]:
    """Return the maximal bicliques by trying all sets of x."""
    xs = {x for x, _ in pairs}
    found = set()
    for k in range(1, len(xs) + 1):
        for rows in itertools.combinations(sorted(xs), k):
            ys = set.intersection(*({b for a, b in pairs if a == x} for x in rows))
            if ys:
                whole = {x for x in xs if all((x, y) in pairs for y in ys)}
                found.add(frozenset((x, y) for x in whole for y in ys))
    return found


@given(edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=18))
def test_bicliques_and_components_of_any_bipartite_graph(edges: set[tuple[int, int]]) -> None:
    unit = [tuple(F(i == k) for i in range(6)) for k in range(6)]
    profiles = [(unit[a], unit[b]) for a, b in sorted(edges)]
    subsets = nash_subsets(profiles)
    assert subsets is not None
    assert len(subsets) == len({subset.corners for subset in subsets})
    got = {frozenset(profiles[i] for i in subset.corners) for subset in subsets}
    assert got == _all_bicliques(set(profiles))
    for subset in subsets:  # independent points: the dimension is known
        assert subset.dimension == len(subset.rows) + len(subset.columns) - 2
    groups = components(profiles)
    assert sorted(i for group in groups for i in group) == list(range(len(profiles)))
    label = {i: number for number, group in enumerate(groups) for i in group}
    for i, j in itertools.combinations(range(len(profiles)), 2):
        if profiles[i][0] == profiles[j][0] or profiles[i][1] == profiles[j][1]:
            assert label[i] == label[j]
    for group in groups:  # connected: no proper part of it is closed under sharing an end
        reached, new = set(), {group[0]}
        while new:
            reached |= new
            new = {
                j for j in group if j not in reached
                and any(profiles[j][0] == profiles[i][0] or profiles[j][1] == profiles[i][1]
                        for i in reached)
            }  # fmt: skip
        assert reached == set(group)


def _index(A: np.ndarray[Any, Any], B: np.ndarray[Any, Any], x: Any, y: Any) -> int:
    """Shapley's index of a regular equilibrium, by floats, payoffs made positive."""
    rows, columns = np.flatnonzero(x), np.flatnonzero(y)
    blocks = [(T - T.min() + 1)[np.ix_(rows, columns)] for T in (A, B)]
    return int((-1) ** (len(rows) + 1) * np.prod([np.sign(np.linalg.det(T)) for T in blocks]))


@pytest.mark.parametrize("seed", [8, np.random.SeedSequence().entropy])
def test_index_counts_the_equilibria_of_nearby_games(seed: int) -> None:
    rng = np.random.default_rng(seed)
    several = 0
    for _ in range(40):
        shape = tuple(rng.integers(2, 5, size=2))
        A, B = rng.integers(0, 3, (2, *shape)).astype(float)
        found = solve_bimatrix(A, B)
        assert found.indices is not None
        assert sum(found.indices) == 1, (seed, A, B)
        near_A, near_B = (T + 1e-7 * rng.normal(size=shape) for T in (A, B))
        total = [0] * len(found.components)
        for x, y in extreme_equilibria(near_A, near_B):
            x, y = np.array(x, dtype=float), np.array(y, dtype=float)
            gaps = [_distance(found, number, x, y) for number in range(len(total))]
            total[int(np.argmin(gaps))] += _index(near_A, near_B, x, y)
        assert tuple(total) == found.indices, (seed, A, B)
        several += len(total) > 1
    assert several > 3


def _distance(found: Any, number: int, x: Any, y: Any) -> float:
    """Return a distance from the component: least squares over each of its Nash subsets."""
    from scipy.optimize import nnls

    gaps = []
    for subset in found.subsets:
        if subset.corners[0] in found.components[number]:
            gap = 0.0
            for corners, point in ((subset.rows, x), (subset.columns, y)):
                hull = np.array(corners, dtype=float).T
                system = np.vstack([hull, 1e3 * np.ones(hull.shape[1])])
                gap += nnls(system, np.append(point, 1e3))[1]
            gaps.append(gap)
    return min(gaps)


@pytest.mark.parametrize("seed", [13, np.random.SeedSequence().entropy])
def test_indices_sum_to_one_on_larger_games(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for high in (2, 3, 10):
        game = ExactGame.of(*rng.integers(0, high, (2, 6, 6)))
        found = find_extreme_equilibria(game, FOREVER)
        groups = components(found.profiles)
        assert sum(component_indices(game, found, groups)) == 1, seed


def test_every_mixture_within_a_subset_is_an_equilibrium() -> None:
    rng = np.random.default_rng(6)
    for _ in range(15):
        A, B = rng.integers(0, 2, (2, 4, 4))
        game = ExactGame.of(A, B)
        for subset in solve_bimatrix(A, B).subsets or ():
            mixed = []
            for corners in (subset.rows, subset.columns):
                parts = rng.integers(1, 9, len(corners)).tolist()
                mixed.append(tuple(
                    sum(F(part, sum(parts)) * corner[i]
                        for part, corner in zip(parts, corners, strict=True))
                    for i in range(4)
                ))  # fmt: skip
            assert game.values((mixed[0], mixed[1])).regret == 0


def test_out_of_time() -> None:
    profiles = extreme_equilibria(np.zeros((3, 3)), np.eye(3))
    assert nash_subsets(profiles, Deadline(0.0)) is None
    assert component_dimensions((), ()) == ()


def test_empty_lists() -> None:
    assert components(()) == ()
    assert nash_subsets(()) == ()
