"""Two-player games up to 8 x 8 whose structure gives all equilibria away: closed forms.

Zero games, copies of actions, constant sums, a player who never cares: degenerate, and the hardest.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from derelayl_econ.equilibrium.bimatrix import BimatrixEquilibria, bimatrix_regret, solve_bimatrix
from derelayl_econ.results import Coverage, Status

F = Fraction
SEEDS = [41, np.random.SeedSequence().entropy]


def _solved(A: Any, B: Any) -> BimatrixEquilibria:
    """Solve and check what holds for every complete list."""
    found = solve_bimatrix(A, B)
    assert found.coverage is Coverage.ALL
    assert found.status is Status.CERTIFIED
    assert found.regret == 0
    assert found.certificate is not None
    assert found.certificate.check()
    assert all(e.certificate is not None and e.certificate.check() for e in found)
    assert found.indices is not None
    assert sum(found.indices) == 1
    return found


def _corners(found: BimatrixEquilibria) -> set[Any]:
    return {(e.certificate.row_strategy, e.certificate.column_strategy) for e in found}


# --- nobody, or one of the two, ever cares -------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (1, 8), (8, 1), (2, 2), (3, 5), (8, 8)])
@pytest.mark.parametrize("pay", [0, F(-7, 3)])
def test_where_nobody_cares_everything_is_an_equilibrium(shape: tuple[int, int], pay: F) -> None:
    m, n = shape
    table = [[pay] * n for _ in range(m)]
    found = _solved(table, table)
    pure = [tuple(F(i == k) for i in range(size)) for size in shape for k in range(size)]
    assert _corners(found) == set(itertools.product(pure[:m], pure[m:]))
    assert found.components == (tuple(range(m * n)),)
    assert found.dimensions == (m + n - 2,)
    assert found.subsets is not None
    assert len(found.subsets) == 1
    assert found.finite is (m * n == 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_player_who_never_cares_makes_one_component(seed: int) -> None:
    B = np.random.default_rng(seed).normal(size=(8, 8))
    found = _solved(np.zeros((8, 8)), B)
    assert len(found.components) == 1
    # Against any x one pure reply is best, so each corner is a corner of some reply's region.
    exact = [[F(pay) for pay in row] for row in B.tolist()]
    for x, y in _corners(found):
        pays = [sum(x[i] * exact[i][j] for i in range(8)) for j in range(8)]
        assert sorted(y) == [0] * 7 + [1]
        assert pays[y.index(1)] == max(pays)
    replies = {y.index(1) for _, y in _corners(found)}
    assert replies >= {int(B[i].argmax()) for i in range(8)}


def test_most_corners_of_all() -> None:
    """A dual cyclic polytope has most vertices, and symmetry shares them among its facets.

    Each of its 660 vertices lies on 8 of the 16 facets, so each facet has 330. With the row player
    indifferent, a vertex on the facet of column j is an extreme equilibrium with pure reply j.
    """
    size = 8
    points = [[F(t) ** power for power in range(1, size + 1)] for t in range(1, 2 * size + 1)]
    centre = [sum(column) / len(points) for column in zip(*points, strict=True)]
    normals = [[a - b for a, b in zip(point, centre, strict=True)] for point in points]
    moved = _quotient(normals[size:], normals[:size])
    B = [[-row[i] / (1 - sum(row)) for row in moved] for i in range(size)]
    found = _solved(np.zeros((size, size)), B)
    assert len(found) == size * 330
    assert found.dimensions == (7,)


def _quotient(left: list[list[F]], right: list[list[F]]) -> list[list[F]]:
    """Return left times the inverse of right."""
    from flint import fmpq, fmpq_mat

    size = len(right)
    tables = [fmpq_mat(size, size, [fmpq(e.numerator, e.denominator) for row in t for e in row])
              for t in (left, right)]  # fmt: skip
    entries = [F(int(e.p), int(e.q)) for e in (tables[0] * tables[1].inv()).entries()]
    return [entries[k : k + size] for k in range(0, size * size, size)]


# --- copies of actions ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("columns_too", [False, True])
def test_copies_of_actions_share_the_weight_in_every_way(seed: int, columns_too: bool) -> None:
    """Each action's weight may lie on either copy: 2^k corners and k dimensions for k used ones."""
    A, B = np.random.default_rng(seed).normal(size=(2, 4, 4 if columns_too else 8))
    single = _solved(A, B)
    assert single.degenerate is False
    twice = [np.repeat(table, 2, axis=0) for table in (A, B)]
    if columns_too:
        twice = [np.repeat(table, 2, axis=1) for table in twice]
    found = _solved(*twice)
    assert found.degenerate
    expected, sizes = set(), []
    for x, y in _corners(single):
        xs = list(_splits(x))
        ys = list(_splits(y)) if columns_too else [y]
        expected |= set(itertools.product(xs, ys))
        sizes.append(sum(p > 0 for p in x) + columns_too * sum(q > 0 for q in y))
    assert _corners(found) == expected
    assert sorted(found.dimensions or ()) == sorted(sizes)
    assert sorted(found.indices or ()) == sorted(single.indices or ())


def _splits(strategy: tuple[F, ...]) -> Any:
    choices = [[(p, F(0)), (F(0), p)] if p else [(p, p)] for p in strategy]
    return (tuple(itertools.chain(*chosen)) for chosen in itertools.product(*choices))


# --- constant sums -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("high", [2, 3, 10**6])
@pytest.mark.parametrize("shape", [(2, 5), (6, 4), (8, 8)])
def test_constant_sums_have_one_value_and_interchangeable_equilibria(
    seed: int, high: int, shape: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    A, total = rng.integers(0, high, shape), int(rng.integers(-9, 10))
    found = _solved(A, total - A)
    # The value by linear programming: the largest v with x' A >= v for every column.
    m, n = shape
    program = linprog(
        np.append(np.zeros(m), -1), A_ub=np.column_stack([-A.T, np.ones(n)]), b_ub=np.zeros(n),
        A_eq=[[1.0] * m + [0.0]], b_eq=[1.0], bounds=[(0, None)] * m + [(None, None)],
    )  # fmt: skip
    for equilibrium in found:
        own, other = equilibrium.payoff
        assert own == pytest.approx(-program.fun, rel=1e-9, abs=1e-9 * high)
        assert own + other == pytest.approx(total, abs=1e-9 * high)
    # Von Neumann: any optimal strategy goes with any other, so all is one product of polytopes.
    corners = _corners(found)
    assert corners == set(itertools.product({x for x, _ in corners}, {y for _, y in corners}))
    assert found.subsets is not None
    assert len(found.components) == len(found.subsets) == 1


# --- rounding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_nearly_equal_payoffs_lose_no_equilibrium(seed: int) -> None:
    """Payoffs one part in 10^15 apart, where floats see ties, act just like those far apart."""
    rng = np.random.default_rng(seed)
    for size in (3, 6, 8):
        ranks = rng.permutation(2 * size * size).reshape(2, size, size).tolist()
        far, near = [
            [[[base + step * rank for rank in row] for row in table] for table in ranks]
            for base, step in ((F(0), F(1)), (F(1), F(1, 10**15)))
        ]
        plain, tight = _solved(*far), _solved(*near)
        assert _corners(tight) == _corners(plain)
        assert len(tight) % 2 == 1 or tight.degenerate
        for equilibrium in list(tight)[:3]:
            proof = equilibrium.certificate
            assert bimatrix_regret(*near, proof.row_strategy, proof.column_strategy) == 0
