"""Small two-player games: every extreme equilibrium, exactly, against published and random ones."""

from __future__ import annotations

import itertools
import json
import math
import warnings
from collections.abc import Sequence
from fractions import Fraction

import nashpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ.equilibrium import bimatrix
from derelayl_econ.equilibrium.bimatrix import (
    BimatrixCertificate,
    bimatrix_regret,
    solve_bimatrix,
)
from derelayl_econ.equilibrium.library_answer import LibraryAnswer
from derelayl_econ.equilibrium.nash_subsets import components
from derelayl_econ.equilibrium.nashpy_bridge import ask_nashpy
from derelayl_econ.equilibrium.vertices import extreme_equilibria
from derelayl_econ.errors import InputError
from derelayl_econ.results import Certificate, Coverage

F = Fraction
Vector = tuple[Fraction, ...]
ONE, ZERO = F(1), F(0)

# von Stengel, "Equilibrium computation for two-player games", Algorithmic Game Theory (2007),
# chapter 3, example (3.3); the second one has column payoff 3 instead of 2 in the first row, which
# makes row 0 leave the column player indifferent (solved by hand).
ROWS = [[3, 3], [2, 5], [0, 6]]
GENERIC = [[3, 2], [2, 6], [3, 1]]
DEGENERATE = [[3, 3], [2, 6], [3, 1]]


def test_published_generic_game_has_its_three_equilibria() -> None:
    assert set(extreme_equilibria(ROWS, GENERIC)) == {
        ((ONE, ZERO, ZERO), (ONE, ZERO)),
        ((F(4, 5), F(1, 5), ZERO), (F(2, 3), F(1, 3))),
        ((ZERO, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3))),
    }


def test_degenerate_variant_has_a_segment_and_an_isolated_equilibrium() -> None:
    found = solve_bimatrix(ROWS, DEGENERATE)
    profiles = extreme_equilibria(ROWS, DEGENERATE)
    assert set(profiles) == {
        ((ONE, ZERO, ZERO), (ONE, ZERO)),
        ((ONE, ZERO, ZERO), (F(2, 3), F(1, 3))),
        ((ZERO, F(1, 3), F(2, 3)), (F(1, 3), F(2, 3))),
    }
    assert sorted(len(group) for group in found.components) == [1, 2]
    assert not found.finite
    assert "INFINITELY MANY" in str(found)
    assert sum("corner of component 1" in e.label for e in found) == 2
    x = [1, 0, 0]
    for weight in np.linspace(2 / 3, 1, 7):  # the whole segment, and nothing beyond it
        assert bimatrix_regret(ROWS, DEGENERATE, x, [weight, 1 - weight]) < 1e-12
    assert bimatrix_regret(ROWS, DEGENERATE, x, [0.6, 0.4]) > 0.1


@pytest.mark.parametrize(
    ("A", "B", "corners", "groups"),
    [
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]], 4, 1),  # nobody cares: the whole square
        ([[1, 1], [0, 0]], [[1, 1], [0, 0]], 2, 1),  # row 0 dominates, columns never matter
        ([[1, 0], [0, 0]], [[1, 0], [0, 0]], 2, 2),  # (1,1) strict, (0,0) weak, both isolated
        ([[1, 1], [1, 0]], [[1, 1], [1, 0]], 3, 1),  # an L: both edges at (0, 0)
        ([[5]], [[7]], 1, 1),
        ([[1, 2, 2]], [[3, 3, 1]], 2, 1),  # one row: any mix of the best columns
    ],
)
def test_degenerate_games_solved_by_hand(
    A: list[list[int]], B: list[list[int]], corners: int, groups: int
) -> None:
    found = solve_bimatrix(A, B)
    assert (len(found), len(found.components)) == (corners, groups)
    assert found.coverage == "all"
    assert found.regret == 0


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_coordination_game_has_one_equilibrium_per_support(size: int) -> None:
    identity = np.eye(size)
    found = extreme_equilibria(identity, identity)
    assert len(found) == 2**size - 1
    supports = {tuple(p > 0 for p in x) for x, _ in found}
    assert len(supports) == 2**size - 1


def test_rock_paper_scissors() -> None:
    A = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    ((x, y),) = extreme_equilibria(A, np.negative(A))
    assert x == y == (F(1, 3),) * 3


def _plain_best_responses(
    A: Sequence[Sequence[F | int]], B: Sequence[Sequence[F | int]], x: Vector, y: Vector
) -> bool:
    """The definition, in loops: no pure deviation pays more than the profile does."""
    own = sum(x[i] * y[j] * A[i][j] for i in range(len(x)) for j in range(len(y)))
    other = sum(x[i] * y[j] * B[i][j] for i in range(len(x)) for j in range(len(y)))
    for i in range(len(x)):
        if sum(y[j] * A[i][j] for j in range(len(y))) > own:
            return False
    return all(sum(x[i] * B[i][j] for i in range(len(x))) <= other for j in range(len(y)))


SMALL = st.integers(1, 3)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), rows=SMALL, columns=SMALL)
def test_small_integer_games_hold_every_pure_equilibrium_and_only_equilibria(
    data: st.DataObject, rows: int, columns: int
) -> None:
    table = st.lists(
        st.lists(st.integers(-1, 2), min_size=columns, max_size=columns),
        min_size=rows,
        max_size=rows,
    )
    A, B = data.draw(table), data.draw(table)
    found = extreme_equilibria(A, B)
    assert found, "Nash: there is one"
    assert all(_plain_best_responses(A, B, x, y) for x, y in found)
    for i, j in itertools.product(range(rows), range(columns)):
        x = tuple(F(k == i) for k in range(rows))
        y = tuple(F(k == j) for k in range(columns))
        assert ((x, y) in found) == _plain_best_responses(A, B, x, y)


@settings(deadline=None, max_examples=40)
@given(entries=st.lists(st.integers(-1, 1), min_size=8, max_size=8))
def test_two_by_two_components_agree_with_a_fine_grid(entries: list[int]) -> None:
    """Every equilibrium on a grid lies in the hull of one component's corners, and vice versa."""
    A, B = [entries[:2], entries[2:4]], [entries[4:6], entries[6:]]
    found = extreme_equilibria(A, B)
    corners = {(x[1], y[1]) for x, y in found}
    sides = sorted({F(k, 6) for k in range(7)} | {c for pair in corners for c in pair})
    for p, q in itertools.product(sides, sides):
        x, y = (1 - p, p), (1 - q, q)
        # Maximal Nash subsets are products of intervals with corners in the list.
        covered = any(
            {(a, c), (a, d), (b, c), (b, d)} <= corners and a <= p <= b and c <= q <= d
            for (a, c), (b, d) in itertools.product(corners, corners)
        )
        assert _plain_best_responses(A, B, x, y) == covered, (A, B, p, q)


def _gauss(matrix: list[list[F]]) -> list[F] | None:
    """Solve an augmented square system by elimination; None if singular."""
    rows = [list(row) for row in matrix]
    for k in range(len(rows)):
        pivot = next((r for r in range(k, len(rows)) if rows[r][k] != 0), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [entry / rows[k][k] for entry in rows[k]]
        for r in range(len(rows)):
            if r != k:
                rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


def _indifferent(table: list[list[F]], own: tuple[int, ...], other: tuple[int, ...]) -> list[F]:
    """Weights on ``other`` that make every row of ``own`` pay the same; empty if there are none."""
    system = [[table[i][j] for j in other] + [F(-1), F(0)] for i in own]
    solution = _gauss([*system, [F(1)] * len(other) + [F(0), F(1)]])
    return [] if solution is None else solution[:-1]


def _by_supports(A: list[list[F]], B: list[list[F]]) -> set[tuple[tuple[F, ...], tuple[F, ...]]]:
    """Every equilibrium of a generic game: try all pairs of equally large supports."""
    m, n = len(A), len(A[0])
    flipped = [[B[i][j] for i in range(m)] for j in range(n)]
    found = set()
    for size in range(1, min(m, n) + 1):
        for own in itertools.combinations(range(m), size):
            for other in itertools.combinations(range(n), size):
                q, p = _indifferent(A, own, other), _indifferent(flipped, other, own)
                if not p or not q or min(p + q) <= 0:
                    continue
                x = tuple(p[own.index(i)] if i in own else ZERO for i in range(m))
                y = tuple(q[other.index(j)] if j in other else ZERO for j in range(n))
                if _plain_best_responses(A, B, x, y):
                    found.add((x, y))
    return found


@pytest.mark.parametrize("seed", [7, np.random.SeedSequence().entropy])
def test_generic_random_games_match_support_enumeration_ours_and_nashpys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(10):
        shape = tuple(rng.integers(2, 5, size=2))
        A, B = rng.normal(size=shape), rng.normal(size=shape)
        exact = extreme_equilibria(A, B)
        assert len(exact) % 2 == 1, (seed, A, B)  # generic: an odd number
        assert all(len(group) == 1 for group in components(exact))
        tables = [[[F(v) for v in row] for row in table.tolist()] for table in (A, B)]
        assert set(exact) == _by_supports(*tables), (seed, A, B)
        with warnings.catch_warnings():
            # It may lose equilibria of generic games (next test), then warns that it has an even
            # number; what it does return must be in our list.
            warnings.filterwarnings("ignore", "\\s*An even number", RuntimeWarning)
            theirs = list(nashpy.Game(A, B).support_enumeration())
        ours = LibraryAnswer(profiles=tuple(
            (np.array(x, dtype=float), np.array(y, dtype=float)) for x, y in exact
        ))  # fmt: skip
        assert all(ours.lists(x, y) for x, y in theirs), (seed, A, B)


def test_result_is_complete_ordered_and_certified() -> None:
    found = solve_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]], row_actions=("a", "b"))
    assert found.coverage is Coverage.ALL
    assert found.finite
    assert found.agrees
    seconds = [e.strategy[0][1] for e in found]
    assert seconds == sorted(seconds)
    assert [e.label for e in found] == ["a / 0", "mixed", "b / 1"]
    for equilibrium in found:
        assert isinstance(equilibrium.certificate, Certificate)
        assert equilibrium.certificate.status == "exact"
        assert equilibrium.certificate.check()
        assert equilibrium.stable is None
        assert not equilibrium.strategy[0].flags.writeable
    assert found[1].payoff == pytest.approx((2 / 3, 2 / 3))
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert '"corners": [0]' in text
    # What has too many digits for people is shown rounded, and checked exactly all the same.
    ugly = solve_bimatrix([[0.1, 0.7], [0.3, 0.2]], [[0.4, 0.1], [0.1, 0.9]])[0].certificate
    assert "~0." in ugly.claim
    assert ugly.check()


def test_corrupted_certificates_are_refused() -> None:
    certificate = solve_bimatrix(ROWS, GENERIC)[1].certificate
    x, y = certificate.row_strategy, certificate.column_strategy
    A, B = certificate.row_payoffs, certificate.column_payoffs
    wrong = [
        (x[::-1], y),
        (x, y[::-1]),
        (tuple(p / 2 for p in x), y),
        ((x[0] + 1, x[1] - 1, x[2]), y),
        ((x[0] + F(1, 10**30), x[1] - F(1, 10**30), x[2]), y),
    ]
    for row_strategy, column_strategy in wrong:
        assert not BimatrixCertificate(
            row_payoffs=A,
            column_payoffs=B,
            row_strategy=row_strategy,
            column_strategy=column_strategy,
        ).check()


def test_a_knife_edge_beyond_float_precision_is_decided_exactly() -> None:
    # Row 1 is better by one unit in the last place: 0.1 + 0.2 > 0.3 in binary fractions.
    found = extreme_equilibria([[0.3, 0.3], [0.1 + 0.2, 0.1 + 0.2]], [[0, 0], [1, 0]])
    assert found == (((ZERO, ONE), (ONE, ZERO)),)


def test_where_nashpy_fails_the_exact_list_stands_and_the_failure_is_shown() -> None:
    zeros = [[0, 0], [0, 0]]
    found = solve_bimatrix(zeros, zeros)
    assert found.second_opinion is not None
    assert found.second_opinion.messages  # it raises inside; that must be visible
    assert not found.second_opinion.profiles
    assert not found.agrees
    assert len(found) == 4
    assert "Nashpy's list differs" in found.caption()


def test_where_nashpy_is_incomplete_the_exact_list_is_longer() -> None:
    A, B = [[1, 1], [0, 0]], [[1, 1], [0, 0]]
    with pytest.warns(RuntimeWarning, match="degenerate"):
        support = list(nashpy.Game(np.array(A), np.array(B)).support_enumeration())
    listed = LibraryAnswer(profiles=tuple(support))
    exact = solve_bimatrix(A, B)
    assert sum(listed.lists(*e.strategy) for e in exact) == len(exact)
    A, B = ROWS, DEGENERATE
    with pytest.warns(RuntimeWarning, match="degenerate"):
        support = list(nashpy.Game(np.array(A), np.array(B)).support_enumeration())
    listed = LibraryAnswer(profiles=tuple(support))
    assert [listed.lists(*e.strategy) for e in solve_bimatrix(A, B)].count(False) == 1


def test_nashpy_is_asked_about_the_smallest_games_only() -> None:
    small, larger = (solve_bimatrix(np.eye(n), np.eye(n)) for n in (3, 4))
    assert small.second_opinion is not None
    assert small.agrees
    assert larger.second_opinion is None
    assert not larger.agrees
    assert "Nashpy" not in larger.caption()


def test_disagreement_is_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    lone = LibraryAnswer(profiles=((np.array([1.0, 0.0]), np.array([1.0, 0.0])),))
    monkeypatch.setattr(bimatrix, "ask_nashpy", lambda *_: lone)
    found = solve_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert len(found) == 3
    assert not found.agrees
    assert "differs" in str(found)
    # The right list with a complaint is no agreement either.
    whole = tuple((e.strategy[0], e.strategy[1]) for e in found)
    warned = LibraryAnswer(profiles=whole, messages=("RuntimeWarning: divide by zero",))
    for answer, agrees in ((warned, False), (LibraryAnswer(profiles=whole), True)):
        monkeypatch.setattr(bimatrix, "ask_nashpy", lambda *_, answer=answer: answer)
        assert solve_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]]).agrees is agrees


def test_nashpy_warnings_are_kept() -> None:
    # A linear program inside divides by zero on this flat game.
    answer = ask_nashpy([[1, 1], [0, 2]], [[1, 1], [0, 0]])
    assert any("divide" in message for message in answer.messages)


def test_regret_against_plain_loops() -> None:
    rng = np.random.default_rng(3)
    A, B = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    x, y = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4))
    own = sum(x[i] * A[i, j] * y[j] for i in range(3) for j in range(4))
    other = sum(x[i] * B[i, j] * y[j] for i in range(3) for j in range(4))
    best_row = max(sum(A[i, j] * y[j] for j in range(4)) for i in range(3))
    best_column = max(sum(x[i] * B[i, j] for i in range(3)) for j in range(4))
    expected = max(best_row - own, best_column - other)
    assert bimatrix_regret(A, B, x, y) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("A", "B"),
    [
        ([], []),
        ([[]], [[]]),
        ([1, 2], [1, 2]),
        ([[1, 2], [3]], [[1, 2], [3, 4]]),
        ([[1, 2]], [[1], [2]]),
        ([[math.nan]], [[1]]),
        ([[1]], [[math.inf]]),
        ([["1"]], [[1]]),
        ([[True]], [[1]]),
        ([[1e200]], [[1]]),
        ("no", [[1]]),
        (3, [[1]]),
    ],
)
def test_bad_games_are_refused(A: object, B: object) -> None:
    with pytest.raises(InputError):
        solve_bimatrix(A, B)
    with pytest.raises(InputError):
        ask_nashpy(A, B)
    with pytest.raises(InputError):
        extreme_equilibria(A, B)
    with pytest.raises(InputError):
        bimatrix_regret(A, B, [1], [1])


@pytest.mark.parametrize(
    "x",
    [[1], [0.5, 0.4], [2, -1], [[1, 0]], [[1], [0]], "ab", [math.nan, 1], [math.inf, 0], [], None,
     1.0, np.array(1.0), [True, False], ["1", "0"], [F(3, 2), F(-1, 2)], [F(1, 2), F(1, 3)],
     [F(10**400), 0], [10**400, 0], [1, 0, 0], {0: 1, 1: 0}, [1 + 0j, 0]],
)  # fmt: skip
def test_bad_profiles_are_refused(x: object) -> None:
    game = [[1, 0], [0, 1]], [[1, 0], [0, 1]]
    with pytest.raises(InputError, match=r"x must|every entry of x"):
        bimatrix_regret(*game, x, [1, 0])
    with pytest.raises(InputError, match=r"y must|every entry of y"):
        bimatrix_regret(*game, [1, 0], x)


def test_regret_of_exact_and_of_rounded_profiles() -> None:
    A, B = [[2, 0], [0, 1]], [[1, 0], [0, 2]]
    third = F(1, 3)
    assert bimatrix_regret(A, B, (2 * third, third), [third, 2 * third]) == 0
    assert 0 < bimatrix_regret(A, B, [2 / 3, 1 / 3], np.array([0.333, 0.667])) < 0.01
    # One ulp off in a sum is rounding, and divided away; ten tenths are such a sum.
    tenths = [0.1] * 10
    assert sum(map(F, tenths)) != 1
    assert bimatrix_regret(np.ones((10, 10)), np.ones((10, 10)), tenths, tenths) == 0


def test_wrong_number_of_names_is_refused() -> None:
    with pytest.raises(InputError, match="row_actions"):
        solve_bimatrix([[1, 0]], [[1, 0]], row_actions=("a", "b"))


def test_arguments_are_not_modified() -> None:
    A, B = np.eye(3), np.ones((3, 3))
    solve_bimatrix(A, B)
    assert (np.eye(3) == A).all()
    assert (B == 1).all()
