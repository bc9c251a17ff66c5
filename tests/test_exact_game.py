"""Whole-number tables, exact payoffs and regrets, and rationals read off floats."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.equilibrium.bimatrix_certificate import (
    BimatrixCertificate,
    exact_payoffs,
    is_equilibrium,
)
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.nash_subsets import nash_subsets
from derelayl_econ.equilibrium.payoff_tables import (
    affine_integers,
    exact_bimatrix,
    positive_integers,
    transposed,
)
from derelayl_econ.equilibrium.rationalise import exact_profile, nearest_profile
from derelayl_econ.equilibrium.vertices import extreme_equilibria
from derelayl_econ.errors import InputError

F = Fraction
RATIONALS = st.fractions(-50, 50, max_denominator=30)


def _square(entries: st.SearchStrategy[F], size: int) -> st.SearchStrategy[list[list[F]]]:
    row = st.lists(entries, min_size=size, max_size=size)
    return st.lists(row, min_size=size, max_size=size)


@given(table=_square(RATIONALS, 3))
def test_affine_integers_restore_the_table(table: list[list[F]]) -> None:
    exact = tuple(map(tuple, table))
    whole, origin, step = affine_integers(exact)
    assert step > 0
    assert min(min(row) for row in whole) == 1
    assert all(isinstance(entry, int) for row in whole for entry in row)
    assert math.gcd(*(entry - 1 for row in whole for entry in row)) in (0, 1)  # as small as can be
    assert tuple(tuple(origin + step * entry for entry in row) for row in whole) == exact


@given(table=_square(RATIONALS, 2), factor=st.fractions(F(1, 9), 9), shift=RATIONALS)
def test_units_of_money_do_not_change_the_integers(
    table: list[list[F]], factor: F, shift: F
) -> None:
    moved = tuple(tuple(factor * entry + shift for entry in row) for row in table)
    assert positive_integers(moved) == positive_integers(tuple(map(tuple, table)))


def _weights(data: st.DataObject, size: int) -> tuple[F, ...]:
    parts = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size).filter(any))
    return tuple(F(part, sum(parts)) for part in parts)


@given(data=st.data(), A=_square(RATIONALS, 3), B=_square(RATIONALS, 3))
def test_values_against_plain_loops(
    data: st.DataObject, A: list[list[F]], B: list[list[F]]
) -> None:
    x, y = _weights(data, 3), _weights(data, 3)
    own = sum(x[i] * y[j] * A[i][j] for i in range(3) for j in range(3))
    other = sum(x[i] * y[j] * B[i][j] for i in range(3) for j in range(3))
    rows = [sum(y[j] * A[i][j] for j in range(3)) for i in range(3)]
    columns = [sum(x[i] * B[i][j] for i in range(3)) for j in range(3)]
    values = ExactGame.of(A, B).values((x, y))
    assert values.payoffs == (own, other)
    assert values.regret == max(max(rows) - own, max(columns) - other) >= 0
    crowded = rows.count(max(rows)) > sum(q > 0 for q in y)
    crowded |= columns.count(max(columns)) > sum(p > 0 for p in x)
    assert values.crowded == crowded
    tables = ExactGame.of(A, B).row_payoffs, ExactGame.of(A, B).column_payoffs
    assert list(exact_payoffs(tables[0], y)) == rows
    assert is_equilibrium(*tables, (x, y)) == (values.regret == 0)


def test_libraries_get_payoffs_between_zero_and_one() -> None:
    game = ExactGame.of([[10**9, 10**9 + 1], [10**9 + 4, 10**9]], [[7, 7], [7, 7]])
    assert game.row_table.floats.tolist() == [[0, 0.25], [1, 0]]
    assert game.column_table.floats.tolist() == [[0, 0], [0, 0]]
    assert not game.row_table.floats.flags.writeable
    huge = ExactGame.of([[1e149, -1e149], [5e-324, 0.0]], [[1, 2], [3, 4]])
    assert huge.row_table.floats.max() == 1
    assert huge.row_table.floats.min() == 0


@pytest.mark.parametrize("seed", [5, np.random.SeedSequence().entropy])
def test_rounded_equilibria_are_restored_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(25):
        m, n = rng.integers(1, 6, size=2)
        high = rng.choice([3, 10**6])
        A, B = rng.integers(0, high, (2, m, n)).tolist()
        game = ExactGame.of(A, B)
        for x, y in extreme_equilibria(A, B):
            floats = [np.array(side, dtype=float) for side in (x, y)]
            assert exact_profile(game, *floats) == (x, y), (seed, A, B)
            noisy = [np.where(side > 0, side, 1e-14) for side in floats]
            assert exact_profile(game, *noisy) == (x, y), (seed, A, B)


@pytest.mark.parametrize("seed", [6, np.random.SeedSequence().entropy])
def test_floats_inside_a_continuum_become_an_equilibrium_beside_them(seed: int) -> None:
    rng, inside = np.random.default_rng(seed), 0
    for _ in range(60):
        m, n = rng.integers(2, 6, size=2)
        A, B = rng.integers(0, 3, (2, m, n)).tolist()
        game = ExactGame.of(A, B)
        profiles = extreme_equilibria(A, B)
        for subset in nash_subsets(profiles) or ():
            x, y = (
                rng.dirichlet(np.ones(len(side))) @ np.array(side, dtype=float)
                for side in (subset.rows, subset.columns)
            )
            found = exact_profile(game, x, y)
            assert found is not None, (seed, A, B)
            assert game.values(found).regret == 0
            assert found in profiles or np.abs(np.array(found[0], dtype=float) - x).max() < 1e-6
            inside += found not in profiles
    assert inside > 20


def test_floats_that_stand_for_no_equilibrium() -> None:
    game = ExactGame.of([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    off = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert exact_profile(game, *off) is None
    nearest = nearest_profile(game, *off)
    assert nearest == ((F(1), F(0)), (F(0), F(1)))
    assert game.values(nearest).regret == 1
    assert exact_profile(game, np.zeros(2), np.zeros(2)) is None
    assert exact_profile(game, np.array([math.nan] * 2), np.array([1.0, 0.0])) is None


def test_the_nearest_profile_sums_to_one_and_is_cleaned_where_that_helps() -> None:
    game = ExactGame.of([[3, 0], [0, 3]], [[3, 0], [0, 3]])
    x, y = nearest_profile(game, np.array([0.1, 0.2]), np.array([0.3, 0.3]))
    assert sum(x) == sum(y) == 1
    assert x == (F(0.1) / (F(0.1) + F(0.2)), F(0.2) / (F(0.1) + F(0.2)))
    x, y = nearest_profile(game, np.array([1.0, 1e-7]), np.array([1.0, 1e-10]))
    assert game.values((x, y)).regret == 0


def test_certificates_refuse_what_is_no_probability() -> None:
    A, B = exact_bimatrix([[1, 1], [1, 1]], [[1, 1], [1, 1]])
    one = (F(1), F(0))
    for wrong in ((F(2), F(-1)), (F(1), F(1)), (F(0), F(0)), (F(1, 2), F(1, 3))):
        for profile in ((wrong, one), (one, wrong)):
            certificate = BimatrixCertificate(
                row_payoffs=A, column_payoffs=B,
                row_strategy=profile[0], column_strategy=profile[1],
            )  # fmt: skip
            assert not certificate.check()


def test_transposed_and_refusals() -> None:
    assert transposed(((1, 2, 3), (4, 5, 6))) == ((1, 4), (2, 5), (3, 6))
    assert exact_bimatrix(np.array([[1, 2]]), [[F(1, 3), 0.5]])[1] == ((F(1, 3), F(1, 2)),)
    with pytest.raises(InputError, match="shape"):
        ExactGame.of([[1, 2]], [[1], [2]])
    with pytest.raises(InputError, match="1e150"):
        ExactGame.of([[1, 2]], [[1, 10**151]])
