"""Rest points and evolutionary stability of any game: exact, complete, and as published."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.equilibrium import simplex
from derelayl_econ.equilibrium.compositions import compositions
from derelayl_econ.equilibrium.simplex import simplex_zeros
from derelayl_econ.errors import InputError
from derelayl_econ.games.evolutionary_stability import is_ess, strictly_copositive
from derelayl_econ.games.group_rules import MatrixRule, TableRule
from derelayl_econ.games.group_sampling import hypergeometric_mean, multinomial_weights
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.games.rest_points import RestPoints, jacobian
from derelayl_econ.games.rest_points_group import group_rest_points
from derelayl_econ.games.rest_points_matrix import face_corners

FRESH = np.random.SeedSequence().entropy
ENTRIES = st.integers(-3, 3)


def states(found: RestPoints) -> np.ndarray:
    return np.array([point.strategy for point in found])


def supports(found: tuple[Any, ...]) -> list[tuple[str, ...]]:
    return [point.support for point in found]


def matrices(size: int) -> st.SearchStrategy[list[list[int]]]:
    return st.lists(st.lists(ENTRIES, min_size=size, max_size=size), min_size=size, max_size=size)


def replicator(payoffs: Any, x: np.ndarray) -> np.ndarray:
    """The speed of each share, by loops over the prose."""
    earned = [sum(float(payoffs[i][j]) * x[j] for j in range(len(x))) for i in range(len(x))]
    mean = sum(x[i] * earned[i] for i in range(len(x)))
    return np.array([x[i] * (earned[i] - mean) for i in range(len(x))])


def finer(point: np.ndarray, rng: np.random.Generator, by: float) -> np.ndarray:
    return (1 - by) * point + by * rng.dirichlet(np.ones(point.size))


# --- published matrix games --------------------------------------------------------------------


def test_zeeman_s_attractor_is_not_evolutionarily_stable() -> None:
    """Zeeman 1980 (Springer LNM 819): a pure ESS and an interior attractor that is no ESS."""
    found = PopulationGame.matrix([[0, 6, -4], [-3, 0, 5], [-1, 3, 0]]).rest_points()
    assert found.coverage == "all"
    np.testing.assert_allclose(
        states(found),
        [[0, 0, 1], [0, 5 / 8, 3 / 8], [0, 1, 0], [1 / 3, 1 / 3, 1 / 3], [0.8, 0, 0.2], [1, 0, 0]],
        atol=1e-15,
    )
    assert [(p.stable, p.ess) for p in found.attractors] == [(True, False), (True, True)]
    assert supports(found.attractors) == [("0", "1", "2"), ("0",)]


def test_hawk_dove() -> None:
    """Maynard Smith and Price 1973: with V < C the share of hawks is V/C, the only ESS."""
    value, cost = 2, 6
    game = PopulationGame.matrix(
        [[Fraction(value - cost, 2), value], [0, Fraction(value, 2)]], ["hawk", "dove"]
    )
    (ess,) = game.rest_points().attractors
    np.testing.assert_allclose(ess.strategy, [1 / 3, 2 / 3], rtol=1e-15)
    assert ess.ess


@pytest.mark.parametrize("seed", [1, FRESH])
def test_rock_scissors_paper_is_stable_iff_the_determinant_is_positive(seed: int) -> None:
    """Hofbauer and Sigmund 1998, theorem 7.7.2: A = [[0, -a2, b3], [b1, 0, -a3], [-a1, b2, 0]]."""
    rng = np.random.default_rng(seed)
    for _ in range(20):
        a, b = rng.integers(1, 9, 3), rng.integers(1, 9, 3)
        payoffs = [[0, -a[1], b[2]], [b[0], 0, -a[2]], [-a[0], b[1], 0]]
        determinant = round(np.linalg.det(np.array(payoffs, dtype=float)))
        assert determinant == b.prod() - a.prod()
        inner = [p for p in PopulationGame.matrix(payoffs).rest_points() if len(p.support) == 3]
        assert len(inner) == 1
        expected = None if determinant == 0 else determinant > 0
        assert inner[0].stable == expected, (seed, payoffs)


@pytest.mark.parametrize("seed", [2, FRESH])
def test_cliques_carry_the_evolutionarily_stable_states(seed: int) -> None:
    """Cannings and Vickers 1988 (J. Theor. Biol. 132:409), patterns of ESSs from graphs.

    With 0 on the diagonal, 1 for an edge and -1 for none, the supports of the ESSs are exactly the
    maximal cliques, each with equal shares. The pentagon has five: its edges.
    """
    rng = np.random.default_rng(seed)
    pentagon = np.array([[int((i - j) % 5 in (1, 4)) for j in range(5)] for i in range(5)])
    graphs = [pentagon, *(np.triu(rng.integers(0, 2, (5, 5)), 1) for _ in range(5))]
    for graph in graphs:
        edges = np.maximum(graph, graph.T)
        payoffs = np.where(edges == 1, 1, -1)
        np.fill_diagonal(payoffs, 0)
        cliques = [
            c for size in range(1, 6) for c in itertools.combinations(range(5), size)
            if all(edges[i, j] for i, j in itertools.combinations(c, 2))
        ]  # fmt: skip
        maximal = {c for c in cliques if not any(set(c) < set(d) for d in cliques)}
        found = [p for p in PopulationGame.matrix(payoffs).rest_points() if p.ess]
        assert {tuple(int(name) for name in p.support) for p in found} == maximal, (seed, edges)
        for p in found:
            np.testing.assert_allclose(p.strategy[p.strategy > 0], 1 / len(p.support), rtol=1e-12)
    assert sum(p.ess for p in PopulationGame.matrix(2 * pentagon - 1 + np.eye(5, dtype=int))
               .rest_points()) == 5  # fmt: skip


def test_an_attractor_without_linear_attraction() -> None:
    """Hofbauer, Schuster and Sigmund 1979, Zeeman 1980: so is an ESS with a zero eigenvalue."""
    game = PopulationGame.matrix([[0, 0], [0, -1]])  # the second loses against itself only
    found = game.rest_points()
    (ess,) = found.attractors
    assert ess.support == ("0",)
    assert ess.eigenvalues.real.max() == 0
    assert game.trajectory([0.5, 0.5], [0, 300]).end[1] < 0.01


# --- exact enumeration -------------------------------------------------------------------------


@given(st.integers(2, 4).flatmap(matrices), st.integers(0, 2**32))
def test_matrix_lists_hold_rest_points_only_and_describe_them(
    payoffs: list[list[int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    game = PopulationGame.matrix(payoffs)
    found = game.rest_points()
    assert found.coverage == "all"
    for p in found:
        assert np.abs(replicator(payoffs, p.strategy)).max() < 1e-12
        earned = np.array(payoffs) @ p.strategy
        assert p.regret == pytest.approx(max(earned.max() - p.payoff, 0), abs=1e-12)
        assert p.nash == (p.regret < 1e-9)
        attacks = rng.dirichlet(np.ones(len(payoffs)), 10) @ earned
        assert attacks.max() <= p.payoff + p.regret + 1e-12
    for group in found.continua:
        for _ in range(3):  # anything between the corners is at rest too
            x = rng.dirichlet(np.ones(len(group))) @ states(found)[list(group)]
            assert np.abs(replicator(payoffs, x)).max() < 1e-12


@given(st.integers(2, 3).flatmap(matrices), st.integers(0, 2**32))
def test_nothing_is_at_rest_outside_the_list(payoffs: list[list[int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = PopulationGame.matrix(payoffs).rest_points()
    corners = states(found)
    size = len(payoffs)
    for steps in itertools.product(range(13), repeat=size - 1):  # all states in twelfths
        if sum(steps) > 12:
            continue
        x = np.array([*steps, 12 - sum(steps)]) / 12
        if np.abs(replicator(payoffs, x)).max() > 1e-12:
            continue
        listed = np.abs(corners - x).max(axis=1).min() < 1e-9
        spanned = any(_in_hull(x, corners[list(group)]) for group in found.continua)
        assert listed or spanned, (x, payoffs, rng)


def _in_hull(x: np.ndarray, corners: np.ndarray) -> bool:
    from scipy.optimize import nnls

    target = np.append(x, 1.0)
    _, misfit = nnls(np.vstack([corners.T, np.ones(len(corners))]), target)
    return bool(misfit < 1e-9)


def test_a_face_with_a_continuum_inside() -> None:
    same = [[Fraction(v) for v in row] for row in ([0, 0, 1], [0, 0, 1], [1, 1, 0])]
    assert {tuple(map(str, c)) for c in face_corners(same, (0, 1, 2))} == {
        ("1/2", "0", "1/2"), ("0", "1/2", "1/2")}  # fmt: skip
    found = PopulationGame.matrix(same).rest_points()
    assert sorted(len(group) for group in found.continua) == [2, 2]
    assert all(p.ess is False for k, p in enumerate(found)
               if k in {i for group in found.continua for i in group})  # fmt: skip


@pytest.mark.parametrize("seed", [3, FRESH])
def test_relabelling_and_shifting_columns_change_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(5):
        payoffs = rng.integers(-4, 5, (4, 4))
        order = rng.permutation(4)
        plain = PopulationGame.matrix(payoffs).rest_points()
        moved = PopulationGame.matrix(payoffs[np.ix_(order, order)]).rest_points()
        # A constant added to a column changes every payoff alike: no share moves differently.
        shifted = PopulationGame.matrix(payoffs + rng.integers(-5, 6, 4)).rest_points()
        assert [p.ess for p in shifted] == [p.ess for p in plain]
        np.testing.assert_allclose(states(shifted), states(plain), atol=1e-12)
        mine = sorted((tuple(p.strategy[order].round(12)), p.ess, p.stable) for p in plain)
        theirs = sorted((tuple(p.strategy.round(12)), p.ess, p.stable) for p in moved)
        assert mine == theirs


# --- evolutionary stability --------------------------------------------------------------------


def ess_by_definition(payoffs: np.ndarray, x: np.ndarray, rng: np.random.Generator) -> bool:
    """x'Ay > y'Ay for many y close to x, in every direction (a necessary condition)."""
    for _ in range(600):
        raw = rng.dirichlet(np.full(x.size, 0.3))
        y = (1 - 1e-3) * x + 1e-3 * raw
        z = y - x
        gap = -(z @ payoffs @ y)
        if gap < -1e-13 * np.abs(payoffs).max():
            return False
    return True


@given(st.integers(2, 4).flatmap(matrices), st.integers(0, 2**32))
def test_ess_against_invasions_by_many_mutants(payoffs: list[list[int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    for p in PopulationGame.matrix(payoffs).rest_points():
        if p.ess:
            assert p.nash
            assert p.stable
            assert ess_by_definition(np.array(payoffs, dtype=float), p.strategy, rng)


@given(st.integers(2, 4).flatmap(matrices))
def test_no_ess_has_its_support_among_another_s_best_replies(payoffs: list[list[int]]) -> None:
    """Bishop and Cannings 1976 (Adv. Appl. Prob. 8:616)."""
    found = [p for p in PopulationGame.matrix(payoffs).rest_points() if p.ess]
    for one, other in itertools.permutations(found, 2):
        earned = np.array(payoffs) @ one.strategy
        best = {str(i) for i in np.flatnonzero(earned > earned.max() - 1e-12)}
        assert not set(other.support) <= best


@pytest.mark.parametrize("seed", [4, FRESH])
def test_strict_copositivity_against_eigenvectors(seed: int) -> None:
    """Kaplan 2000: iff no principal submatrix has a positive eigenvector to an eigenvalue <= 0."""
    rng = np.random.default_rng(seed)
    outcomes = set()
    for _ in range(150):
        size = int(rng.integers(1, 5))
        matrix = np.triu(rng.integers(-3, 4, (size, size)), 1)
        matrix = matrix + matrix.T + np.diag(rng.integers(0, 4, size))
        bad = False
        for count in range(1, size + 1):
            for chosen in itertools.combinations(range(size), count):
                values, vectors = np.linalg.eigh(matrix[np.ix_(chosen, chosen)].astype(float))
                for value, vector in zip(values, vectors.T, strict=True):
                    positive = (vector > 1e-9).all() or (vector < -1e-9).all()
                    bad |= value < 1e-9 and positive
        assert strictly_copositive(matrix.tolist()) != bad, (seed, matrix)
        outcomes.add(bad)
    assert outcomes == {True, False}


def test_an_ess_must_beat_mutants_that_do_as_well_against_it() -> None:
    payoffs = [[1, 1], [1, 1]]
    assert not is_ess(payoffs, [Fraction(1), Fraction(0)])
    assert is_ess([[1, 1], [1, 0]], [Fraction(1), Fraction(0)])
    assert not is_ess([[1, 0], [2, 0]], [Fraction(1), Fraction(0)])  # not even a best reply


# --- groups: simplex subdivision ---------------------------------------------------------------


def threshold_game(members: int, needed: int, factor: float) -> PopulationGame:
    """The N-person stag hunt: k cooperators yield k factor/N for all once there are enough."""

    def payoff(i: int, others: tuple[int, ...]) -> float:
        cooperators = others[0] + (i == 0)
        return cooperators * factor / members * (cooperators >= needed) - (i == 0)

    return PopulationGame.groups(members, payoff, ["C", "D"])


def test_n_person_stag_hunt() -> None:
    """Pacheco, Santos, Souza and Skyrms 2009 (Proc. R. Soc. B 276:315), equations 2.4-2.6.

    Interior equilibria solve R(x) = N/F with R(x) = x^(M-1) [sum_(k=M)^(N-1) C(N-1, k) x^(k-M+1)
    (1-x)^(N-1-k) + M C(N-1, M-1) (1-x)^(N-M)]: none for F below N/max R, two up to F = N, then one.
    """
    members, needed = 20, 10

    def curve(x: np.ndarray) -> np.ndarray:
        tail = sum(
            math.comb(members - 1, k) * x ** (k - needed + 1) * (1 - x) ** (members - 1 - k)
            for k in range(needed, members)
        )
        pivot = needed * math.comb(members - 1, needed - 1) * (1 - x) ** (members - needed)
        return x ** (needed - 1) * (tail + pivot)

    critical = members / curve(np.linspace(0, 1, 100_001)).max()
    assert 0 < critical < members
    for factor, count in ((0.98 * critical, 0), (1.02 * critical, 2), (0.99 * members, 2),
                          (1.01 * members, 1)):  # fmt: skip
        found = threshold_game(members, needed, factor).rest_points()
        inner = [p for p in found if len(p.support) == 2]
        assert found.coverage == "all"
        assert len(inner) == count, factor
        for p in inner:
            assert float(curve(p.strategy[0])) == pytest.approx(members / factor, rel=1e-9)
        assert [p.stable for p in inner] == [False, True][:count]


def test_collective_risk_dilemma() -> None:
    """Santos and Pacheco 2011 (PNAS 108:10421): N = 6, M = 3, c = 0.1.

    f_C - f_D = r C(5, 2) x^2 (1-x)^3 - c: two interior equilibria iff r > c/(C(5, 2) .4^2 .6^3).
    """
    least = 0.1 / (10 * 0.4**2 * 0.6**3)
    for risk, count in ((0.99 * least, 0), (1.01 * least, 2), (1.0, 2)):
        found = risk_game(risk).rest_points()
        inner = sorted(p.strategy[0] for p in found if len(p.support) == 2)
        assert len(inner) == count
        for x in inner:
            assert risk * 10 * x**2 * (1 - x) ** 3 == pytest.approx(0.1, rel=1e-9)
        if count:
            assert inner[0] < 0.4 < inner[1]


def risk_game(risk: float, cost: float = 0.1) -> PopulationGame:
    def payoff(i: int, others: tuple[int, ...]) -> float:
        reached = others[0] + (i == 0) >= 3
        return (1.0 if reached else 1 - risk) - cost * (i == 0)

    return PopulationGame.groups(6, payoff, ["C", "D"])


def volunteering(members: int = 5, factor: float = 3.0, loner: float = 1.0) -> PopulationGame:
    """Optional public goods: cooperate, defect, or stay out for a sure payoff."""

    def payoff(i: int, others: tuple[int, ...]) -> float:
        playing = 1 + others[0] + others[1]
        if i == 2 or playing == 1:
            return loner
        return factor * (others[0] + (i == 0)) / playing - (i == 0)

    return PopulationGame.groups(members, payoff, ["cooperate", "defect", "stay out"])


@pytest.mark.parametrize(("members", "factor"), [(5, 3.0), (4, 2.5), (8, 5.0)])
def test_volunteering_in_public_goods_games_cycles(members: int, factor: float) -> None:
    """Hauert, De Monte, Hofbauer and Sigmund 2002 (Science 296:1129; J. Theor. Biol. 218:187).

    For 2 < r < N: rock, scissors, paper on the boundary; one interior rest point, a centre, with
    z solving 1 + (r-1) z^(N-1) - (r/N) (1 - z^N)/(1 - z) = 0 and cooperators among players
    sigma/(r-1).
    """
    game = volunteering(members, factor)
    found = game.rest_points()
    (centre,) = [p for p in found if len(p.support) == 3]
    z = centre.strategy[2]
    residual = 1 + (factor - 1) * z ** (members - 1) - factor / members * (1 - z**members) / (1 - z)
    assert abs(residual) < 1e-10
    assert centre.strategy[0] / (1 - z) == pytest.approx(1 / (factor - 1), rel=1e-9)
    assert np.abs(centre.eigenvalues.real).max() < 1e-9
    assert np.abs(centre.eigenvalues.imag).max() > 0.01
    assert centre.stable is None
    assert centre.payoff == pytest.approx(1.0)
    # Round and round: each pure state is invaded by the next, and by that one only.
    for pure, invader in ((0, 1), (1, 2), (2, 0)):
        x = np.zeros(3)
        x[pure], x[invader] = 0.999, 0.001
        earned = game.payoffs(x)
        assert earned[invader] > earned[pure]


def test_no_cycle_without_enough_return() -> None:
    """The same papers: for r <= 2 there is no interior rest point."""
    assert max(len(p.support) for p in volunteering(5, 1.9).rest_points()) < 3


@pytest.mark.parametrize("seed", [5, FRESH])
@pytest.mark.parametrize(("size", "degree"), [(3, 2), (3, 4), (4, 2)])
def test_never_more_interior_rest_points_than_published(seed: int, size: int, degree: int) -> None:
    """Gokhale and Traulsen 2010 (PNAS 107:5500): at most (d-1)^(n-1) isolated ones."""
    rng = np.random.default_rng(seed)
    counts = []
    for _ in range(6):
        values = rng.standard_normal((len(compositions(degree, size)), size - 1))
        zeros = simplex_zeros(values, degree)
        if zeros.complete:
            counts.append(len(zeros.points))
            weights = multinomial_weights(compositions(degree, size), zeros.points)
            assert np.abs(weights @ values).max(initial=0) < 1e-11
    assert len(counts) >= 5
    assert max(counts) <= degree ** (size - 1)


@pytest.mark.parametrize("seed", [6, FRESH])
def test_subdivision_misses_nothing_that_newton_finds(seed: int) -> None:
    from scipy.optimize import fsolve

    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(4):
        degree = int(rng.integers(2, 7))
        listed = compositions(degree, 3)
        values = rng.standard_normal((len(listed), 2))
        zeros = simplex_zeros(values, degree)
        if not zeros.complete:
            continue

        def system(y: np.ndarray, listed: Any = listed, values: Any = values) -> np.ndarray:
            x = np.clip(np.append(y, 1 - y.sum()), 0, None)
            return multinomial_weights(listed, x / x.sum()) @ values

        for start in rng.dirichlet(np.ones(3), 25):
            y, _, status, _ = fsolve(system, start[:2], full_output=True)
            x = np.append(y, 1 - y.sum())
            if status == 1 and x.min() > 1e-6 and np.abs(system(y)).max() < 1e-10:
                hits += 1
                assert np.abs(zeros.points - x).max(axis=1).min() < 1e-6, (seed, x)
    assert hits > 0


def test_subdivision_of_planted_zeros() -> None:
    """Products of lines through known points: (x - 1/4)(x - 1/2) = 0 and y = (1-x)/3."""
    listed = compositions(2, 3)
    # In degree 2, Bernstein coefficients of u v are the symmetric products of those of u and v.
    x, one = np.array([1.0, 0, 0]), np.ones(3)
    u, v = x - 0.25 * one, x - 0.5 * one
    w = np.array([0, 1.0, 0]) - (one - x) / 3
    places = [np.repeat(np.arange(3), row) for row in listed]
    first = [(u[i] * v[j] + u[j] * v[i]) / 2 for i, j in places]
    second = [(w[i] + w[j]) / 2 for i, j in places]
    zeros = simplex_zeros(np.column_stack([first, second]), 2)
    assert zeros.complete
    np.testing.assert_allclose(zeros.points, [[1 / 2, 1 / 6, 1 / 3], [1 / 4, 1 / 4, 1 / 2]],
                               atol=1e-14)  # fmt: skip


def test_subdivision_admits_what_it_cannot_settle() -> None:
    listed = compositions(2, 3)
    places = [np.repeat(np.arange(3), row) for row in listed]
    u = np.array([1.0, 0, 0]) - 1 / 3
    square = np.array([u[i] * u[j] for i, j in places])
    level = np.array([0.0, 1.0, -1.0])
    line = np.array([(level[i] + level[j]) / 2 for i, j in places])
    tangent = simplex_zeros(np.column_stack([square, line]), 2)  # a double zero at (1/3, 1/3, 1/3)
    assert not tangent.complete
    assert not simplex_zeros(np.column_stack([line, line]), 2, budget=300).complete
    assert not simplex_zeros(np.column_stack([line, 0 * line]), 2).complete
    boundary = np.array([[1.0, 0], [0, 0], [-1.0, 1.0]])  # both vanish at the second corner
    assert not simplex_zeros(boundary, 1).complete


@pytest.mark.parametrize("seed", [7, FRESH])
def test_cutting_a_piece_keeps_the_polynomial(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for parts, degree in ((3, 5), (4, 3)):
        values = rng.standard_normal((len(compositions(degree, parts)), parts - 1))
        system = simplex._System(values, degree)
        piece = simplex._Piece(np.eye(parts), values, 0.0, 0)
        for _ in range(7):
            halves = system.halves(piece)
            for half in halves:
                own = rng.dirichlet(np.ones(parts))
                here = multinomial_weights(compositions(degree, parts), own) @ half.coefficients
                there = multinomial_weights(compositions(degree, parts), own @ half.corners)
                np.testing.assert_allclose(here, there @ values, atol=1e-12)
            piece = halves[rng.integers(2)]
            assert piece.error > 0


@pytest.mark.parametrize("seed", [8, FRESH])
def test_a_matrix_game_as_a_group_game(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(8):
        payoffs = rng.standard_normal((4, 4))
        exact = PopulationGame.matrix(payoffs).rest_points()
        groups = group_rest_points(TableRule(2, payoffs), ["0", "1", "2", "3"])
        assert groups.coverage == "all"
        np.testing.assert_allclose(states(groups), states(exact), atol=1e-10)
        for p, q in zip(exact, groups, strict=True):
            np.testing.assert_allclose(p.eigenvalues, q.eigenvalues, atol=1e-9)
            assert (p.stable, p.nash) == (q.stable, q.nash)


@pytest.mark.parametrize("seed", [9, FRESH])
def test_jacobian_by_finite_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = TableRule(4, rng.standard_normal((3, len(compositions(3, 3)))))
    x = rng.dirichlet(np.ones(3))

    def speed(state: np.ndarray) -> np.ndarray:
        payoffs = table.expected(state)
        return state * (payoffs - state @ payoffs)

    numeric = []
    for k in range(2):
        step = np.zeros(3)
        step[k], step[2] = 1e-6, -1e-6
        numeric.append((speed(x + step) - speed(x - step))[:2] / 2e-6)
    np.testing.assert_allclose(jacobian(table, x), np.array(numeric).T, atol=1e-8)


def test_faces_too_large_to_look_at_leave_the_list_open() -> None:
    rng = np.random.default_rng(0)
    five = TableRule(3, rng.standard_normal((5, len(compositions(2, 5)))))
    found = group_rest_points(five, list("abcde"))
    assert found.coverage == "some"
    assert max(len(p.support) for p in found) <= 4


def test_an_edge_entirely_at_rest_is_reported() -> None:
    game = PopulationGame.pair([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    found = game.rest_points()
    assert found.coverage == "some"
    assert found.continua == ((0, 1),)


# --- sampling ----------------------------------------------------------------------------------


@given(st.integers(1, 6), st.integers(0, 12), st.integers(0, 12), st.integers(0, 2**32))
def test_hypergeometric_means_in_fractions(drawn: int, marked: int, plain: int, seed: int) -> None:
    total = marked + plain
    if drawn > total:
        return
    values = np.random.default_rng(seed).integers(-9, 10, drawn + 1)
    ways = Fraction(0)
    for k in range(drawn + 1):
        ways += int(values[k]) * math.comb(marked, k) * math.comb(plain, drawn - k)
    exact = float(ways / math.comb(total, drawn))
    found = hypergeometric_mean(values.astype(float), np.array([marked]), total)[0]
    assert found == pytest.approx(exact, rel=1e-12, abs=1e-12)


def test_hypergeometric_means_of_large_groups() -> None:
    marked = np.array([0, 1, 250_000, 999_999, 1_000_000])
    found = hypergeometric_mean(np.arange(1001.0), marked, 1_000_000)
    np.testing.assert_allclose(found, marked / 1000, rtol=1e-12)


def test_compositions_are_all_and_each_once() -> None:
    listed = compositions(4, 3)
    everything = {c for c in itertools.product(range(5), repeat=3) if sum(c) == 4}
    assert {tuple(row) for row in listed.tolist()} == everything
    assert len(listed) == len(everything)
    with pytest.raises(InputError, match="number of compositions"):
        compositions(1000, 4)


def test_exact_entries_of_a_matrix_game_are_kept() -> None:
    rule = PopulationGame.matrix([[Fraction(1, 3), 0], [0.1, 1]]).rule
    assert isinstance(rule, MatrixRule)
    assert rule.exact[0][0] == Fraction(1, 3)
    assert rule.exact[1][0] == Fraction(0.1)
