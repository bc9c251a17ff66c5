"""Vertices of {z >= 0, M z <= 1}: against brute force over all bases, and against closed counts."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.equilibrium.deadline import FOREVER, Deadline
from derelayl_econ.equilibrium.lexicographic import (
    VertexList,
    enumerate_vertices,
    most_vertices,
)
from derelayl_econ.errors import InputError

F = Fraction
Table = tuple[tuple[int, ...], ...]


def _solve(rows: list[list[F]], bounds: list[F]) -> list[F] | None:
    """Solve a square system by elimination; None if singular."""
    system = [[*row, bound] for row, bound in zip(rows, bounds, strict=True)]
    for k in range(len(system)):
        pivot = next((r for r in range(k, len(system)) if system[r][k] != 0), None)
        if pivot is None:
            return None
        system[k], system[pivot] = system[pivot], system[k]
        system[k] = [entry / system[k][k] for entry in system[k]]
        for r in range(len(system)):
            if r != k:
                factor = system[r][k]
                system[r] = [a - factor * b for a, b in zip(system[r], system[k], strict=True)]
    return [row[-1] for row in system]


def _brute_force(M: Table) -> dict[int, tuple[F, ...]]:
    """Try every choice of d tight constraints; return tight variables -> vertex scaled to sum 1."""
    size = len(M[0])
    rows = [[F(i == j) for j in range(size)] for i in range(size)]
    rows += [[F(entry) for entry in row] for row in M]
    bounds = [F(0)] * size + [F(1)] * len(M)
    found = {}
    for chosen in itertools.combinations(range(len(rows)), size):
        z = _solve([rows[i] for i in chosen], [bounds[i] for i in chosen])
        if z is None or min(z) < 0:
            continue
        values = [sum(a * b for a, b in zip(row, z, strict=True)) for row in rows]
        if any(value > 1 for value in values[size:]) or not any(z):
            continue
        tight = sum(1 << i for i in range(len(rows)) if values[i] == bounds[i])
        found[tight] = tuple(entry / sum(z) for entry in z)
    return found


def _tables(largest_entry: int) -> st.SearchStrategy[Table]:
    return st.integers(1, 4).flatmap(
        lambda size: st.lists(
            st.tuples(*[st.integers(1, largest_entry)] * size), min_size=1, max_size=4
        ).map(tuple)
    )


@given(M=st.one_of(_tables(2), _tables(3), _tables(1000)))
def test_vertices_and_their_tight_constraints_match_brute_force(M: Table) -> None:
    found = enumerate_vertices(M, FOREVER)
    assert found.complete
    assert found.points == _brute_force(M)


@given(M=st.one_of(_tables(2), _tables(9)))
def test_every_basis_belongs_to_a_vertex_and_has_all_its_neighbours(M: Table) -> None:
    found = enumerate_vertices(M, FOREVER)
    size = len(M[0])
    origin = (1 << size) - 1
    assert set(found.bases.values()) == {origin, *found.points}
    assert len(found.bases) <= most_vertices(size, len(M))
    edges: dict[int, int] = {}
    for basis, tight in found.bases.items():
        assert basis.bit_count() == size
        assert basis & ~tight == 0
        for bit in (1 << place for place in range(size + len(M)) if basis >> place & 1):
            edges[basis - bit] = edges.get(basis - bit, 0) + 1
    assert set(edges.values()) == {2}  # a simple polytope: each edge has two ends


@given(M=_tables(3), data=st.data())
def test_order_of_rows_and_columns_does_not_matter(M: Table, data: st.DataObject) -> None:
    rows = data.draw(st.permutations(range(len(M))))
    columns = data.draw(st.permutations(range(len(M[0]))))
    moved = tuple(tuple(M[i][j] for j in columns) for i in rows)
    ours, theirs = enumerate_vertices(M, FOREVER).points, enumerate_vertices(moved, FOREVER).points
    assert {tuple(z[j] for j in columns) for z in ours.values()} == set(theirs.values())


@given(M=_tables(3), row=st.integers(0, 3))
def test_a_constraint_written_twice_changes_no_vertex(M: Table, row: int) -> None:
    twice = (*M, M[row % len(M)])
    assert set(enumerate_vertices(twice, FOREVER).points.values()) == set(
        enumerate_vertices(M, FOREVER).points.values()
    )


@pytest.mark.parametrize("seed", [11, np.random.SeedSequence().entropy])
def test_many_random_polytopes_flat_and_generic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(60):
        rows, size = rng.integers(1, 5, size=2)
        M = tuple(map(tuple, rng.integers(1, rng.choice([3, 4, 10**9]), (rows, size)).tolist()))
        assert enumerate_vertices(M, FOREVER).points == _brute_force(M), (seed, M)


def test_a_cube_and_a_simplex() -> None:
    # z_i <= 1 for each i would need zeros in M; a box cut by M = 1 + identity has 2^d vertices.
    for size in range(1, 7):
        box = tuple(tuple(1 + size * (i == j) for j in range(size)) for i in range(size))
        assert len(enumerate_vertices(box, FOREVER).points) == 2**size - 1
        simplex = ((1,) * size,)
        units = {tuple(F(i == j) for j in range(size)) for i in range(size)}
        assert set(enumerate_vertices(simplex, FOREVER).points.values()) == units


@pytest.mark.parametrize(
    ("dimension", "facets", "vertices"),
    [(2, 7, 7), (3, 8, 12), (3, 20, 36), (4, 8, 20), (6, 12, 112), (8, 16, 660), (10, 20, 4004)],
)
def test_upper_bound_theorem(dimension: int, facets: int, vertices: int) -> None:
    # An n-gon; 2 n - 4 vertices of simple polyhedra (Euler); and duals of cyclic polytopes, whose
    # numbers for n = 2 d are 2 C(3 d/2 - 1, d/2) (Ziegler, Lectures on Polytopes, section 8.4).
    assert most_vertices(dimension, facets - dimension) == vertices
    if facets == 2 * dimension:
        half = dimension // 2
        assert vertices == 2 * math.comb(3 * half - 1, half)


def test_a_deadline_in_the_past_leaves_a_partial_list() -> None:
    M = tuple(map(tuple, np.random.default_rng(1).integers(1, 99, (5, 5)).tolist()))
    cut = enumerate_vertices(M, Deadline(0.0))
    whole = enumerate_vertices(M, FOREVER)
    assert isinstance(cut, VertexList)
    assert not cut.complete
    assert whole.complete
    assert len(cut.bases) == 1 < len(whole.bases)
    assert cut.points.items() <= whole.points.items()


def test_deadlines() -> None:
    soon = Deadline.after(100)
    assert 99 < soon.left <= 100
    assert 49 < soon.half().left <= 50
    assert not soon.passed
    assert Deadline(0.0).passed
    assert Deadline(0.0).left == 0
    assert math.isinf(FOREVER.left)
    assert math.isinf(FOREVER.half().moment)
    for nonsense in (0, -1, math.nan, math.inf, "1", None, True, 1e7):
        with pytest.raises(InputError, match="seconds"):
            Deadline.after(nonsense)
