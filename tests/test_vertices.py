"""Extreme equilibria: an oracle from the definition, Gambit's lists, invariances, generic games."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ.equilibrium.deadline import FOREVER, Deadline
from derelayl_econ.equilibrium.exact_game import ExactGame
from derelayl_econ.equilibrium.nash_subsets import components, nash_subsets
from derelayl_econ.equilibrium.vertices import (
    completely_labelled,
    enumerable,
    extreme_equilibria,
    find_extreme_equilibria,
    ones,
)
from derelayl_econ.errors import InputError

F = Fraction
Vector = tuple[F, ...]
REFERENCE = json.loads(
    (Path(__file__).parent / "data" / "gambit_degenerate_games.json").read_text(encoding="utf-8")
)["games"]


# --- an oracle that knows supports and best responses only ---------------------------------------


def _reduced(rows: list[list[F]]) -> list[list[F]]:
    """Return the reduced row echelon form without zero rows."""
    rows, done = [list(row) for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column] != 0), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [entry / rows[done][column] for entry in rows[done]]
        for r in range(len(rows)):
            if r != done and rows[r][column] != 0:
                factor = rows[r][column]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[done], strict=True)]
        done += 1
    return rows[:done]


def _unique(equations: list[list[F]]) -> list[F] | None:
    """Return the only solution of [coefficients | right-hand side], or None."""
    width = len(equations[0]) - 1
    reduced = _reduced(equations)
    if len(reduced) != width or any(not any(row[:-1]) for row in reduced):
        return None
    return [row[-1] for row in reduced]


def _corners(table: Sequence[Sequence[int]], used: tuple[int, ...], best: tuple[int, ...]) -> set:
    """Return the corners of {z : weight only on columns ``used``, rows ``best`` all pay most}."""
    size, found = len(table[0]), set()
    for support in (s for k in range(1, len(used) + 1) for s in itertools.combinations(used, k)):
        for extra in range(len(table) - len(best) + 1):
            others = [i for i in range(len(table)) if i not in best]
            for more in itertools.combinations(others, extra):
                rows = [*best, *more]
                equations = [[F(table[i][j]) for j in support] + [F(-1), F(0)] for i in rows]
                equations.append([F(1)] * len(support) + [F(0), F(1)])
                solution = _unique(equations)
                if solution is None or min(solution[:-1]) <= 0:
                    continue
                weight = dict(zip(support, solution, strict=False))
                z = tuple(weight.get(j, F(0)) for j in range(size))
                pays = [sum(a * p for a, p in zip(row, z, strict=True)) for row in table]
                if all(pays[i] == max(pays) for i in rows):
                    found.add(z)
    return found


def _subsets(size: int) -> Iterator[tuple[int, ...]]:
    return (s for k in range(1, size + 1) for s in itertools.combinations(range(size), k))


def _oracle(A: Any, B: Any) -> tuple[set[tuple[Vector, Vector]], list[tuple[set, set]]]:
    """Return all extreme equilibria, and for each pair of supports its set of equilibria.

    With weight only on I and J, and I and J best responses, every pairing is an equilibrium.
    """
    flipped = list(zip(*B, strict=True))
    blocks = []
    for own in _subsets(len(A)):
        for other in _subsets(len(A[0])):
            xs, ys = _corners(flipped, own, other), _corners(A, other, own)
            if xs and ys:
                blocks.append((xs, ys))
    return {(x, y) for xs, ys in blocks for x in xs for y in ys}, blocks


def _small_game(high: int) -> st.SearchStrategy[tuple[list[list[int]], list[list[int]]]]:
    def tables(shape: tuple[int, int]) -> st.SearchStrategy[Any]:
        row = st.lists(st.integers(0, high), min_size=shape[1], max_size=shape[1])
        table = st.lists(row, min_size=shape[0], max_size=shape[0])
        return st.tuples(table, table)

    return st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(tables)


@settings(max_examples=40)
@given(game=st.one_of(_small_game(1), _small_game(2), _small_game(9)))
def test_lists_match_the_oracle_and_nash_subsets_cover_everything(game: Any) -> None:
    A, B = game
    extreme, blocks = _oracle(A, B)
    found = extreme_equilibria(A, B)
    assert len(found) == len(set(found))
    assert set(found) == extreme
    subsets = [(set(s.rows), set(s.columns)) for s in nash_subsets(found) or ()]
    for xs, ys in blocks:  # every equilibrium of whatever supports lies in one of the subsets
        assert any(xs <= rows and ys <= columns for rows, columns in subsets), (A, B, xs, ys)
    for rows, columns in subsets:  # and each subset is made of equilibria only, and maximal
        assert all((x, y) in extreme for x in rows for y in columns)
        assert sum(rows <= more and columns <= wide for more, wide in subsets) == 1


@pytest.mark.parametrize("seed", [3, np.random.SeedSequence().entropy])
def test_hundreds_of_degenerate_games_match_the_oracle(seed: int) -> None:
    rng = np.random.default_rng(seed)
    degenerate = 0
    for _ in range(60):
        A, B = rng.integers(0, 3, (2, *rng.integers(1, 4, size=2))).tolist()
        found = find_extreme_equilibria(ExactGame.of(A, B), FOREVER)
        assert set(found.profiles) == _oracle(A, B)[0], (seed, A, B)
        degenerate += bool(found.degenerate)
    assert degenerate > 10  # 34 of 60 are on average; 10 come about once in 1e9 runs


# --- another program's lists ---------------------------------------------------------------------


def _table(words: str) -> list[list[int]]:
    return [[int(digit) for digit in row] for row in words.split("/")]


def _profile(words: str) -> tuple[Vector, Vector]:
    x, y = (tuple(F(p) for p in side.split()) for side in words.split("|"))
    return x, y


def test_gambits_lists_and_cliques_of_346_degenerate_games() -> None:
    degenerate = 0
    for game in REFERENCE:
        found = find_extreme_equilibria(ExactGame.of(_table(game["A"]), _table(game["B"])), FOREVER)
        theirs = [_profile(words) for words in game["equilibria"]]
        assert set(found.profiles) == set(theirs), game
        assert len(found.profiles) == len(theirs)
        cliques = {frozenset(theirs[i] for i in clique) for clique in game["cliques"]}
        ours = nash_subsets(found.profiles) or ()
        assert {frozenset(found.profiles[i] for i in s.corners) for s in ours} == cliques, game
        degenerate += bool(found.degenerate)
    assert len(REFERENCE) == 346
    assert degenerate > 300


# --- invariances ---------------------------------------------------------------------------------


@given(data=st.data(), game=_small_game(2))
def test_relabelling_affine_payoffs_and_exchanged_roles(data: st.DataObject, game: Any) -> None:
    A, B = (np.array(table) for table in game)
    found = set(extreme_equilibria(A, B))
    rows = data.draw(st.permutations(range(A.shape[0])))
    columns = data.draw(st.permutations(range(A.shape[1])))
    moved = extreme_equilibria(A[np.ix_(rows, columns)], B[np.ix_(rows, columns)])
    assert set(moved) == {
        (tuple(x[i] for i in rows), tuple(y[j] for j in columns)) for x, y in found
    }
    assert set(extreme_equilibria(B.T, A.T)) == {(y, x) for x, y in found}
    factor, other = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    per_column = np.array(data.draw(st.lists(st.integers(-9, 9), min_size=A.shape[1],
                                             max_size=A.shape[1])))  # fmt: skip
    per_row = np.array(data.draw(st.lists(st.integers(-9, 9), min_size=A.shape[0],
                                          max_size=A.shape[0])))  # fmt: skip
    # What the other does may pay a player anything on top without changing a best response.
    scaled = extreme_equilibria(factor * A + per_column, other * B + per_row[:, None])
    assert set(scaled) == found


@given(game=_small_game(2))
def test_dominated_and_duplicated_actions(game: Any) -> None:
    A, B = (np.array(table) for table in game)
    found = set(extreme_equilibria(A, B))
    worse = np.vstack([A, A.min(axis=0) - 1]), np.vstack([B, np.zeros_like(B[:1])])
    assert set(extreme_equilibria(*worse)) == {((*x, F(0)), y) for x, y in found}
    twice = np.vstack([A, A[-1:]]), np.vstack([B, B[-1:]])
    merged = {((*x[:-2], x[-2] + x[-1]), y) for x, y in extreme_equilibria(*twice)}
    assert merged == found


# --- generic games -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [7, 8])
@pytest.mark.parametrize("seed", [21, np.random.SeedSequence().entropy])
def test_generic_games_have_an_odd_number_of_isolated_equilibria(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(4):
        game = ExactGame.of(rng.normal(size=(size, size)), rng.normal(size=(size, size)))
        found = find_extreme_equilibria(game, FOREVER)
        assert found.degenerate is False, seed
        assert len(found.profiles) % 2 == 1, seed
        assert all(len(group) == 1 for group in components(found.profiles))
        assert all(sum(p > 0 for p in x) == sum(q > 0 for q in y) for x, y in found.profiles)
        assert all(game.values(profile).regret == 0 for profile in found.profiles)


def test_a_cut_off_search_lists_equilibria_only() -> None:
    rng = np.random.default_rng(2)
    game = ExactGame.of(rng.integers(0, 9, (8, 8)), rng.integers(0, 9, (8, 8)))
    whole = find_extreme_equilibria(game, FOREVER)
    assert whole.complete
    for seconds in (1e-6, 1e-3, 5e-3):
        cut = find_extreme_equilibria(game, Deadline.after(seconds))
        assert set(cut.profiles) <= set(whole.profiles)
        assert cut.row_bases.keys() <= whole.row_bases.keys()
    cut = find_extreme_equilibria(game, Deadline(0.0))
    assert not cut.complete
    assert cut.degenerate is None


def test_pairs_of_label_sets_by_brute_force() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        labels = int(rng.integers(1, 9))
        own, other = (rng.integers(0, 2**labels, rng.integers(0, 12)).tolist() for _ in range(2))
        expected = [(a, b) for a in own for b in other if a | b == 2**labels - 1]
        assert list(completely_labelled(own, other, labels)) == expected
    assert list(ones(0b10110)) == [1, 2, 4]


def test_games_too_large_for_exact_enumeration_are_refused() -> None:
    assert enumerable(12, 12)
    assert enumerable(2, 100)
    assert not enumerable(13, 13)
    with pytest.raises(InputError, match="lemke_howson"):
        extreme_equilibria(np.zeros((13, 13)), np.zeros((13, 13)))
