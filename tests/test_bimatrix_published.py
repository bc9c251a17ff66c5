"""Two-player games from the literature, with the equilibria printed there.

None of them was used while the solver was written.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derelayl_econ.equilibrium.bimatrix import solve_bimatrix

F = Fraction


def _profiles(found: Any) -> set[tuple[tuple[F, ...], tuple[F, ...]]]:
    return {(e.certificate.row_strategy, e.certificate.column_strategy) for e in found}


def _fractions(words: str) -> tuple[F, ...]:
    return tuple(F(word) for word in words.split())


def _listed(*lines: str) -> set[tuple[tuple[F, ...], tuple[F, ...]]]:
    return {(_fractions(x), _fractions(y)) for x, y in (line.split("|") for line in lines)}


# von Stengel, "New maximal numbers of equilibria in bimatrix games", Discrete & Computational
# Geometry 21 (1999) 557-568: a 6 x 6 game with 75 equilibria; payoffs as in Savani and von Stengel,
# "Hard-to-solve bimatrix games", Econometrica 74 (2006), and in Gambit's catalogue.
MANY_ROW = [
    [-81, 36, -126, 126, -36, 90], [-180, 72, -333, 297, -153, 270], [20, -3, 42, -33, 17, -30],
    [-30, 17, -33, 42, -3, 20], [270, -153, 297, -333, 72, -180], [90, -36, 126, -126, 36, -81],
]  # fmt: skip
MANY_COLUMN = [
    [72, 36, 17, -3, -36, -153], [-180, -81, -30, 20, 90, 270], [297, 126, 42, -33, -126, -333],
    [-333, -126, -33, 42, 126, 297], [270, 90, 20, -30, -81, -180], [-153, -36, -3, 17, 36, 72],
]  # fmt: skip


def test_von_stengels_six_by_six_game_has_75_equilibria() -> None:
    found = solve_bimatrix(MANY_ROW, MANY_COLUMN)
    assert len(found) == 75
    assert found.degenerate is False
    assert found.indices is not None
    assert (found.indices.count(1), found.indices.count(-1)) == (38, 37)
    assert found.certificate is not None
    assert found.certificate.check()


# Savani and von Stengel (2006): Gambit's tests use this 6 x 6 game of long Lemke-Howson paths and
# print its one equilibrium.
LONG_ROW = [
    [-180, 72, -333, 297, -153, 270], [-30, 17, -33, 42, -3, 20], [-81, 36, -126, 126, -36, 90],
    [90, -36, 126, -126, 36, -81], [20, -3, 42, -33, 17, -30], [270, -153, 297, -333, 72, -180],
]  # fmt: skip
LONG_COLUMN = [
    [72, 36, 17, -3, -36, -153], [-180, -81, -30, 20, 90, 270], [297, 126, 42, -33, -126, -333],
    [-333, -126, -33, 42, 126, 297], [270, 90, 20, -30, -81, -180], [-153, -36, -3, 17, 36, 72],
]  # fmt: skip


def test_six_by_six_game_with_long_paths_has_its_printed_equilibrium() -> None:
    assert _profiles(solve_bimatrix(LONG_ROW, LONG_COLUMN)) == _listed(
        "1/30 1/6 3/10 3/10 1/6 1/30 | 1/6 1/30 3/10 3/10 1/30 1/6"
    )


# --- the family behind it: pairs of dual cyclic polytopes, section 3 of Savani and von Stengel ----


def _inverse(matrix: list[list[F]]) -> list[list[F]]:
    size = len(matrix)
    rows = [[*row, *(F(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for k in range(size):
        pivot = next(r for r in range(k, size) if rows[r][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [entry / rows[k][k] for entry in rows[k]]
        for r in range(size):
            if r != k and rows[r][k] != 0:
                rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[size:] for row in rows]


def _product(left: list[list[F]], right: list[list[F]]) -> list[list[F]]:
    columns = list(zip(*right, strict=True))
    return [[sum(map(F.__mul__, row, column), F(0)) for column in columns] for row in left]


def _payoffs(size: int, axes: list[int], others: list[int]) -> list[list[F]]:
    """Return M such that {z >= 0, M z <= 1} is the dual of a cyclic polytope with 2 d facets.

    Facet k touches the point (t, t^2, ..., t^d) at t = k seen from the mean of all those points;
    facets ``axes`` become z >= 0, facets ``others`` the rows of M.
    """
    points = [[F(t) ** power for power in range(1, size + 1)] for t in range(1, 2 * size + 1)]
    centre = [sum(column) / len(points) for column in zip(*points, strict=True)]
    normals = [[a - b for a, b in zip(point, centre, strict=True)] for point in points]
    inverse = _inverse([normals[k - 1] for k in axes])
    moved = _product([normals[k - 1] for k in others], inverse)
    # With s the slacks of the axes, normal' z = sum(moved) - moved s <= 1.
    return [[-entry / (1 - sum(row)) for entry in row] for row in moved]


def _dual_cyclic_game(size: int) -> tuple[list[list[F]], list[list[F]]]:
    """Return the game whose second labelling swaps neighbours, except facets 1 and d."""
    low, high = list(range(1, size + 1)), list(range(size + 1, 2 * size + 1))
    swapped = [1, *(k + (-1) ** k for k in low[1:-1]), size, *(k - (-1) ** k for k in high)]
    facet = {label: k for k, label in enumerate(swapped, start=1)}
    first = _payoffs(size, low, high)
    second = _payoffs(size, [facet[label] for label in high], [facet[label] for label in low])
    return second, [list(column) for column in zip(*first, strict=True)]


@pytest.mark.parametrize(("size", "vertices"), [(2, 4), (4, 20), (6, 112), (8, 660)])
def test_hard_to_solve_games_have_one_equilibrium_which_uses_every_action(
    size: int, vertices: int
) -> None:
    found = solve_bimatrix(*_dual_cyclic_game(size), method="exact")
    assert len(found) == 1
    assert (found[0].strategy[0] > 0).all()
    assert (found[0].strategy[1] > 0).all()
    # They have as many vertices as is possible at all: nothing of this size takes longer.
    assert len(found.certificate.row_bases) == len(found.certificate.column_bases) == vertices


@pytest.mark.parametrize(("size", "longest"), [(2, 4), (4, 20), (6, 88), (8, 376)])
def test_lemke_howson_paths_are_as_long_as_published(size: int, longest: int) -> None:
    # Savani and von Stengel (2006), section 4: from label 1 or d the paths have 4, 20, 88, 376, ...
    # steps. It shows that this is their family of games.
    from quantecon.game_theory import NormalFormGame, Player, lemke_howson

    from derelayl_econ.equilibrium.exact_game import ExactGame

    game = ExactGame.of(*_dual_cyclic_game(size))
    theirs = NormalFormGame([Player(np.array(game.row_table.floats)),
                             Player(np.array(game.column_table.floats))])  # fmt: skip
    for label in (0, size - 1):
        assert lemke_howson(theirs, label, full_output=True)[1].num_iter == longest


# --- smaller ones --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(1, 9))
def test_coordination_has_quint_and_shubiks_number_of_equilibria(size: int) -> None:
    # Quint and Shubik, "A theorem on the number of Nash equilibria in a bimatrix game",
    # International Journal of Game Theory 26 (1997): 2^n - 1, one for each set of actions. They
    # conjectured that no game has more; the game with 75 equilibria above has.
    found = solve_bimatrix(np.eye(size), np.eye(size), method="exact")
    assert len(found) == 2**size - 1
    assert all(np.array_equal(*equilibrium.strategy) for equilibrium in found)


def test_example_of_the_lrslib_guide() -> None:
    # Avis, lrslib user's guide, lrsnash; also von Stengel's lectures on the index.
    found = solve_bimatrix([[0, 6], [2, 5], [3, 3]], [[1, 0], [0, 2], [4, 3]])
    assert _profiles(found) == _listed(
        "0 0 1 | 1 0", "0 1/3 2/3 | 2/3 1/3", "2/3 1/3 0 | 1/3 2/3"
    )  # fmt: skip
    slides = solve_bimatrix([[0, 6], [2, 5], [3, 3]], [[2, 1], [1, 3], [4, 3]])
    assert (_fractions("2/3 1/3 0"), _fractions("1/3 2/3")) in _profiles(slides)
    assert found.indices == slides.indices == (1, -1, 1)


def test_degenerate_game_of_the_sage_manual() -> None:
    # Sage reference manual, game theory, parser: four extreme equilibria by lrs, of which its LCP
    # solver finds three.
    found = solve_bimatrix(
        [[-7, -5, 5], [5, 5, 3], [1, -6, 1]], [[-9, 7, 9], [6, -2, -3], [-4, 6, -10]]
    )
    assert _profiles(found) == _listed(
        "0 1 0 | 1 0 0",
        "1/3 2/3 0 | 0 1/6 5/6",
        "1/3 2/3 0 | 1/7 0 6/7",
        "1 0 0 | 0 0 1",
    )
    assert found.degenerate
    assert sorted(found.dimensions or ()) == [0, 0, 1]


def test_degenerate_game_of_quantecons_manual() -> None:
    # jlgametheory, lrsnash: a segment and an isolated equilibrium.
    found = solve_bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])
    assert _profiles(found) == _listed(
        "1 0 0 | 1 0", "1 0 0 | 2/3 1/3", "0 1/3 2/3 | 1/3 2/3"
    )  # fmt: skip
    assert sorted(found.dimensions or ()) == [0, 1]


def test_degenerate_zero_sum_game_of_nashpys_manual() -> None:
    # Nashpy's documentation, "degenerate games": a range of row strategies against (1/2, 1/2, 0).
    A = np.array([[0, -1, 1], [-1, 0, 1], [-1, 0, 1]])
    found = solve_bimatrix(A, -A)
    assert {y for _, y in _profiles(found)} == {_fractions("1/2 1/2 0")}
    assert {x for x, _ in _profiles(found)} == {_fractions("1/2 1/2 0"), _fractions("1/2 0 1/2")}
    assert found.dimensions == (1,)


def test_shapleys_game_with_equilibria_that_no_path_reaches() -> None:
    # Shapley, "A note on the Lemke-Howson algorithm" (1974), figure 3: two mixed equilibria are
    # joined to each other by all paths, and so cannot be reached from the artificial one.
    A, B = [[0, 3, 0], [2, 2, 0], [3, 0, 1]], [[0, 2, 3], [3, 2, 0], [0, 0, 1]]
    everything = solve_bimatrix(A, B)
    assert len(everything) == 3
    assert everything.indices is not None
    assert sorted(everything.indices) == [-1, 1, 1]
    reached = solve_bimatrix(A, B, method="lemke_howson")
    assert len(reached) == 1
    assert reached.coverage == "one"
    assert _profiles(reached) < _profiles(everything)


def test_myersons_card_game() -> None:
    # Myerson, Game Theory (1991), table 2.1: the unique equilibrium raises with a
    # losing card one time in three, and meets two times in three.
    A = np.array([[0, 1], [F(1, 2), 0], [F(-1, 2), 1], [0, 0]])
    found = solve_bimatrix(A, -A)
    assert _profiles(found) == _listed("1/3 2/3 0 0 | 2/3 1/3")
    assert found[0].payoff == pytest.approx((1 / 3, -1 / 3))


def test_trust_game() -> None:
    # Kreps (1990) as in Gambit's tests: no trust, met by abuse with a probability from 1/2 to 1.
    found = solve_bimatrix([[1, -1], [0, 0]], [[1, 2], [0, 0]])
    assert _profiles(found) == _listed("0 1 | 1/2 1/2", "0 1 | 0 1")
    assert found.dimensions == (1,)
