"""Finite populations: chains in exact fractions, published formulas, and laws of rare mutations."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg

from derelayl_econ.errors import InputError
from derelayl_econ.games.birth_death import log_fixation, log_stationary, rare_jump_law
from derelayl_econ.games.finite_population import PROCESSES, FinitePopulation
from derelayl_econ.games.population import PopulationGame

FRESH = np.random.SeedSequence().entropy
CHICKEN = [[1, 5], [2, 3]]


def two(payoffs: Any) -> PopulationGame:
    return PopulationGame.matrix(payoffs, ["a", "b"])


def chance_to_reach_the_top(up: list[Fraction], down: list[Fraction]) -> list[Fraction]:
    """phi_i of a chain on 0..Z by elimination of its equations, with no product formula.

    phi_i (T+ + T-) = T+ phi_(i+1) + T- phi_(i-1), phi_0 = 0, phi_Z = 1; up, down for i = 1..Z-1.
    """
    ratio = [Fraction(0)]  # phi_i = ratio_i phi_(i+1)
    for plus, minus in zip(up, down, strict=True):
        ratio.append(plus / (plus + minus - minus * ratio[-1]))
    phi = [Fraction(1)]
    for r in reversed(ratio):
        phi.append(r * phi[-1])
    return phi[::-1]


def mean_payoff(table: list[Fraction], players: int, others: int) -> Fraction:
    """Mean of table[K], K the players of the first among len(table) - 1 drawn from ``others``."""
    drawn = len(table) - 1
    ways = sum(
        (value * math.comb(players, k) * math.comb(others - players, drawn - k)
         for k, value in enumerate(table)), Fraction(0))  # fmt: skip
    return ways / math.comb(others, drawn)


# --- against exact fractions -------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, FRESH])
def test_linear_moran_in_exact_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(10):
        members, size = int(rng.integers(2, 6)), int(rng.integers(6, 15))
        ours, theirs = rng.integers(0, 9, (2, members)).tolist()
        w = Fraction(int(rng.integers(1, 9)), 8)
        up, down = [], []
        for k in range(1, size):
            first = 1 + w * mean_payoff([Fraction(v) for v in ours], k - 1, size - 1)
            second = 1 + w * mean_payoff([Fraction(v) for v in theirs], k, size - 1)
            total = k * first + (size - k) * second
            up.append(k * first / total * Fraction(size - k, size))
            down.append((size - k) * second / total * Fraction(k, size))
        game = PopulationGame.pair(ours, theirs, ["a", "b"])
        moran = game.finite(size, selection=float(w), process="linear moran")
        exact = chance_to_reach_the_top(up, down)
        found = np.exp(moran.log_fixation("a", "b"))
        np.testing.assert_allclose(found, [float(v) for v in exact], rtol=1e-13)
        plus, minus = moran.transitions("a", "b")
        np.testing.assert_allclose(plus[1:-1], [float(v) for v in up], rtol=1e-13)
        np.testing.assert_allclose(minus[1:-1], [float(v) for v in down], rtol=1e-13)
        assert plus[0] == plus[-1] == minus[0] == minus[-1] == 0


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("seed", [2, FRESH])
def test_fixation_follows_from_the_transitions(process: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = PopulationGame.pair(*rng.uniform(0, 1, (2, 4)), strategies=["a", "b"])
    population = game.finite(12, selection=1.5, process=process)
    up, down = ([Fraction(v) for v in rates[1:-1]] for rates in population.transitions("a", "b"))
    exact = chance_to_reach_the_top(up, down)
    found = population.log_fixation("a", "b")
    np.testing.assert_allclose(np.exp(found), [float(v) for v in exact], rtol=1e-12)
    for mutants in (1, 5, 11):
        one = population.fixation("a", "b", mutants)
        assert one.probability == pytest.approx(float(exact[mutants]), rel=1e-12)
        assert one.neutral == mutants / 12
        assert one.favoured == (one.probability > one.neutral)


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=30))
def test_log_fixation_in_fractions(log_ratios: list[float]) -> None:
    ratios = [Fraction(math.exp(v)) for v in log_ratios]
    products = list(itertools.accumulate(ratios, lambda a, b: a * b, initial=Fraction(1)))
    total = sum(products)
    found = log_fixation(np.log([float(r) for r in ratios]))
    assert found[0] == -math.inf
    for i in range(1, len(products) + 1):
        part = sum(products[:i]) / total
        exact = math.log(part.numerator) - math.log(part.denominator)
        assert found[i] == pytest.approx(exact, rel=1e-12, abs=1e-11)


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=1, max_size=20))
def test_stationary_law_is_in_detailed_balance(rates: list[tuple[float, float]]) -> None:
    up, down = np.array(rates).T
    law = np.exp(log_stationary(np.log(up), np.log(down)))
    assert law.sum() == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(law[:-1] * up, law[1:] * down, rtol=1e-11)


@pytest.mark.parametrize("process", PROCESSES)
def test_stationary_law_of_the_whole_chain(process: str) -> None:
    population = two(CHICKEN).finite(15, selection=0.5, process=process, mutation=0.02)
    up, down = population.transitions("a", "b")
    matrix = np.diag(1 - up - down) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    law = population.stationary("a", "b")
    np.testing.assert_allclose(law @ matrix, law, atol=1e-15)
    assert law.sum() == pytest.approx(1)
    assert (up + down <= 1 + 1e-15).all()


# --- published formulas ------------------------------------------------------------------------


@pytest.mark.parametrize("fitness", [0.9, 1.1, 2.0])
@pytest.mark.parametrize("size", [10, 100, 10**4, 10**5, 10**6])
def test_constant_fitness(fitness: float, size: int) -> None:
    """Moran 1962; Lieberman, Hauert and Nowak 2005 (Nature 433:312): (1 - 1/r)/(1 - r^-N)."""
    game = two([[fitness - 1, fitness - 1], [0, 0]])
    found = game.finite(size, selection=1, process="linear moran").fixation("a", "b")
    log_r = math.log(fitness)
    if fitness > 1:
        expected = math.log(-math.expm1(-log_r)) - math.log(-math.expm1(-size * log_r))
    else:  # multiplied by r^N above and below: (r^(N-1) - r^N)/(1 - r^N)
        expected = (size - 1) * log_r + math.log1p(-fitness) - math.log(-math.expm1(size * log_r))
    assert found.log_probability == pytest.approx(expected, rel=1e-9)
    if (fitness, size) == (1.1, 100):
        assert found.probability == pytest.approx(0.0909157, abs=5e-8)


@pytest.mark.parametrize("intensity", [1e-3, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("payoffs", [(3, 0, 5, 1), (1, 5, 2, 3), (5, 1, 2, 2), (4, 3, 2, 1)])
def test_pairwise_comparison(intensity: float, payoffs: tuple[int, ...]) -> None:
    """Traulsen, Pacheco and Nowak 2007 (J. Theor. Biol. 246:522), equations 4-6.

    pi_A - pi_B = 2u k + 2v, 2u = (a - b - c + d)/(N-1), 2v = (-a + bN - dN + d)/(N-1), and
    phi_k = sum_(i<k) exp(-beta i (i+1) u - 2 beta i v)/sum_(i<N) (the same).
    """
    a, b, c, d = payoffs
    size = 40
    u = (a - b - c + d) / (size - 1) / 2
    v = (-a + b * size - d * size + d) / (size - 1) / 2
    i = np.arange(size)
    logs = -intensity * i * (i + 1) * u - 2 * intensity * i * v
    expected = np.logaddexp.accumulate(logs) - np.logaddexp.reduce(logs)
    for process in ("fermi", "moran"):  # the exponential Moran process has the same ratios
        population = two([[a, b], [c, d]]).finite(size, selection=intensity, process=process)
        np.testing.assert_allclose(population.log_fixation("a", "b")[1:], expected, rtol=1e-9,
                                   atol=1e-10)  # fmt: skip


def weak(payoffs: Any, size: int, process: str = "linear moran") -> bool:
    """Whether weak selection favours a single invader of the first kind."""
    return two(payoffs).finite(size, selection=1e-7, process=process).fixation("a", "b").favoured


@pytest.mark.parametrize("seed", [3, FRESH])
def test_weak_selection_in_any_population(seed: int) -> None:
    """Nowak, Sasaki, Taylor and Fudenberg 2004 (Nature 428:646).

    rho_A > 1/N for weak selection iff a (N-2) + b (2N-1) > c (N+1) + d (2N-4).
    """
    rng = np.random.default_rng(seed)
    for _ in range(30):
        a, b, c, d = (int(v) for v in rng.integers(0, 20, 4))
        size = int(rng.integers(3, 60))
        margin = a * (size - 2) + b * (2 * size - 1) - c * (size + 1) - d * (2 * size - 4)
        if abs(margin) > 0.01 * size:
            for process in PROCESSES:
                assert weak([[a, b], [c, d]], size, process) == (margin > 0), (seed, a, b, c, d)


def test_tit_for_tat_needs_four() -> None:
    """The same condition for TFT against AllD over ten rounds (T, R, P, S = 5, 3, 1, 0).

    a = 30, b = 9, c = 14, d = 10 give 14 N > 43.
    """
    assert [size for size in range(3, 30) if not weak([[30, 9], [14, 10]], size)] == [3]


@pytest.mark.parametrize(("share", "favoured"), [(0.32, True), (0.345, False)])
def test_one_third_law(share: float, favoured: bool) -> None:
    """The same paper: for large N iff the unstable interior equilibrium lies below 1/3."""
    a, d, b = 1.0, 1.0, 0.0  # coordination, with the equilibrium at (d - b)/(a - b - c + d)
    c = a - b + d - (d - b) / share
    assert weak([[a, b], [c, d]], 3000) == favoured


@pytest.mark.parametrize("seed", [4, FRESH])
def test_one_third_law_of_groups(seed: int) -> None:
    """Kurokawa and Ihara 2009 (Proc. R. Soc. B 276:1379); Gokhale and Traulsen 2010 (PNAS 107).

    With n others, weak selection and Z to infinity: sum_k (n+1-k) (a_k - b_k) > 0.
    """
    rng = np.random.default_rng(seed)
    for _ in range(10):
        members = int(rng.integers(2, 8))
        ours, theirs = rng.uniform(0, 1, (2, members))
        margin = float((members - np.arange(members)) @ (ours - theirs))
        if abs(margin) > 0.3:
            game = PopulationGame.pair(ours, theirs, ["a", "b"])
            found = game.finite(2000, selection=1e-6).fixation("a", "b")
            assert found.favoured == (margin > 0), (seed, ours, theirs)


@pytest.mark.parametrize("process", PROCESSES)
def test_ratio_of_the_two_fixation_probabilities(process: str) -> None:
    """Fudenberg, Nowak, Taylor and Imhof 2006 (Theor. Popul. Biol. 70:352): rho_A/rho_B is the
    product of T+/T- over all mixed states."""
    population = two(CHICKEN).finite(20, selection=0.3, process=process)
    up, down = (rates[1:-1] for rates in population.transitions("a", "b"))
    ratio = population.fixation("a", "b").log_probability
    ratio -= population.fixation("b", "a").log_probability
    assert ratio == pytest.approx(float(np.log(up / down).sum()), rel=1e-12)


@pytest.mark.parametrize("risk", [0.2, 0.6, 1.0])
@pytest.mark.parametrize("size", [40, 500])
def test_collective_risk_in_a_finite_population(risk: float, size: int) -> None:
    """Santos and Pacheco 2011 (PNAS 108:10421): G(k) = (k/Z) ((Z-k)/Z) tanh(beta (f_C - f_D)/2)."""
    members, needed, cost, beta = 6, 3, 0.1, 5.0

    def payoff(i: int, others: tuple[int, ...]) -> float:
        reached = others[0] + (i == 0) >= needed
        return (1.0 if reached else 1 - risk) - cost * (i == 0)

    game = PopulationGame.groups(members, payoff, ["C", "D"])
    gradient = game.finite(size, selection=beta).gradient("C", "D")
    for k in range(1, size, 7):
        fitness = []
        for mine in (0, 1):
            table = [Fraction(payoff(mine, (n, members - 1 - n))) for n in range(members)]
            fitness.append(mean_payoff(table, k - (mine == 0), size - 1))
        lead = float(fitness[0] - fitness[1])
        expected = k / size * (size - k) / size * math.tanh(beta * lead / 2)
        assert gradient[k] == pytest.approx(expected, abs=1e-14)
    changes = np.flatnonzero(np.diff(np.sign(gradient[1:-1])))
    assert len(changes) == (0 if risk == 0.2 else 2)
    if size == 500 and len(changes):
        infinite = [p.strategy[0] for p in game.rest_points() if len(p.support) == 2]
        np.testing.assert_allclose(changes / size, sorted(infinite), atol=0.02)


def test_rare_mutations_with_loners() -> None:
    """Hauert, Traulsen, Brandt, Nowak and Sigmund 2007 (Science 316:1905).

    Under strong selection optional public goods games go round C, D, loner; a lone cooperator is as
    well off as a loner and takes over with probability 1/2, so that loners have half of the time.
    """

    def payoff(i: int, others: tuple[int, ...]) -> float:
        playing = 1 + others[0] + others[1]
        if i == 2 or playing == 1:
            return 1.0
        return 3.0 * (others[0] + (i == 0)) / playing - (i == 0)

    game = PopulationGame.groups(5, payoff, ["C", "D", "L"])
    found = game.finite(50, selection=10_000.0).rare_mutations()
    np.testing.assert_allclose(found.shares, [0.25, 0.25, 0.5], atol=1e-4)
    np.testing.assert_allclose(np.exp(found.log_fixation[[0, 1, 2], [1, 2, 0]]), [1, 1, 0.5],
                               atol=1e-4)  # fmt: skip
    assert "Rare mutations" in str(found)


# --- the relay ---------------------------------------------------------------------------------


RELAY: dict[str, Any] = {
    "participants": 5, "benefit": 0.62, "cost": 0.54, "cost_cheat": 0.05, "pool": 0.3,
    "leakage": 0.5, "audit_rate": 0.5, "false_reject": 0.17, "false_accept": 0.11, "outside": 0.02,
}  # fmt: skip


def test_a_deposit_helps_trainers_against_cheats_whatever_the_process() -> None:
    for process, selection in (("fermi", 5.0), ("moran", 5.0), ("linear moran", 0.3)):
        chances = [
            PopulationGame.relay(deposit=deposit, **RELAY)
            .finite(30, selection=selection, process=process)
            .fixation("train", "cheat")
            .probability
            for deposit in (0.0, 0.5, 1.0, 2.0)
        ]
        assert chances == sorted(chances)
        assert chances[0] < chances[-1]


def test_rare_mutations_among_the_four_strategies() -> None:
    game = PopulationGame.relay(deposit=1.0, **RELAY)
    population = game.finite(25, selection=3.0)
    found = population.rare_mutations()
    chances = np.exp(found.log_fixation)
    matrix = chances / 3
    matrix[np.diag_indices(4)] = 1 - matrix.sum(axis=1)
    np.testing.assert_allclose(found.shares @ matrix, found.shares, atol=1e-14)
    assert found.shares.sum() == pytest.approx(1)
    for i, j in itertools.permutations(range(4), 2):
        names = game.strategies
        expected = population.fixation(names[j], names[i]).log_probability
        assert found.log_fixation[i, j] == expected
    # The same as the limit of the two-strategy chain: more of the time with whom it favours.
    pair = PopulationGame.relay(deposit=1.0, strategies=["train", "cheat"], **RELAY)
    rare = pair.finite(25, selection=3.0).rare_mutations().shares
    law = pair.finite(25, selection=3.0, mutation=1e-9).stationary("train", "cheat")
    np.testing.assert_allclose([law[-1], law[0]], rare, rtol=1e-4)


def test_large_population_and_large_groups() -> None:
    game = PopulationGame.relay(**(RELAY | {"participants": 400, "deposit": 0.5}))
    for first, second in (("train", "ride"), ("train", "cheat")):
        population = game.finite(100_000, selection=1e-3)
        ours, theirs = population.payoffs(first, second)
        x = np.zeros(4)
        x[[game.strategies.index(first), game.strategies.index(second)]] = 0.3, 0.7
        near = game.payoffs(x)
        assert ours[30_000 - 1] == pytest.approx(near[game.strategies.index(first)], abs=1e-2)
        assert theirs[30_000 - 1] == pytest.approx(near[game.strategies.index(second)], abs=1e-2)
        assert math.isfinite(population.fixation(first, second).log_probability)


# --- rare jumps --------------------------------------------------------------------------------


@given(st.integers(2, 5), st.integers(0, 2**32))
def test_rare_jump_law_solves_the_balance_equations(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rates = rng.uniform(0.01, 1, (size, size))
    np.fill_diagonal(rates, 0)
    law = np.exp(rare_jump_law(np.log(np.where(rates > 0, rates, 1))))
    balance = rates.T - np.diag(rates.sum(axis=1))
    null = linalg.null_space(balance)[:, 0]
    np.testing.assert_allclose(law, null / null.sum(), rtol=1e-9)


def test_rare_jump_law_agrees_with_quantecon() -> None:
    from quantecon.markov import gth_solve

    rng = np.random.default_rng(0)
    rates = rng.uniform(0.01, 0.2, (4, 4))
    np.fill_diagonal(rates, 0)
    matrix = rates + np.diag(1 - rates.sum(axis=1))
    logs = np.log(np.where(rates > 0, rates, 1))
    np.testing.assert_allclose(np.exp(rare_jump_law(logs)), gth_solve(matrix), rtol=1e-12)


def test_rare_jump_law_of_probabilities_below_all_floats() -> None:
    never = -math.inf
    logs = np.array([[never, -5000.0, -9000.0], [-5002.0, never, never], [-9001.0, never, never]])
    law = rare_jump_law(logs)  # a star: each leaf is e times its rate back
    np.testing.assert_allclose(law - law[0], [0, 2, 1], atol=1e-9)


# --- properties and refusals -------------------------------------------------------------------


@pytest.mark.parametrize("process", PROCESSES)
def test_without_selection_everybody_is_alike(process: str) -> None:
    population = two(CHICKEN).finite(33, selection=0, process=process)
    np.testing.assert_allclose(np.exp(population.log_fixation("a", "b")), np.arange(34) / 33,
                               rtol=1e-12)  # fmt: skip
    np.testing.assert_allclose(population.gradient("a", "b"), 0, atol=1e-16)


@given(st.integers(0, 2**32), st.sampled_from([1e-6, 0.5, 3e7]), st.sampled_from(PROCESSES))
def test_money_and_intensity_scale_together(seed: int, factor: float, process: str) -> None:
    ours, theirs = np.random.default_rng(seed).uniform(0, 1, (2, 4))
    one = PopulationGame.pair(ours, theirs, ["a", "b"]).finite(10, selection=2, process=process)
    two_ = PopulationGame.pair(factor * ours, factor * theirs, ["a", "b"]).finite(
        10, selection=2 / factor, process=process
    )
    np.testing.assert_allclose(
        one.log_fixation("a", "b")[1:], two_.log_fixation("a", "b")[1:], rtol=1e-9, atol=1e-12
    )


def test_exchanging_the_two_strategies_turns_the_chain_round() -> None:
    population = two(CHICKEN).finite(14, selection=0.7, mutation=0.01)
    up, down = population.transitions("a", "b")
    again_up, again_down = population.transitions("b", "a")
    np.testing.assert_allclose(up, again_down[::-1], rtol=1e-13)
    np.testing.assert_allclose(down, again_up[::-1], rtol=1e-13)
    law = population.stationary("a", "b")
    np.testing.assert_allclose(law, population.stationary("b", "a")[::-1], rtol=1e-10)


def test_a_million_members_without_overflow() -> None:
    found = two([[3, 0], [5, 1]]).finite(10**6, selection=1.0).fixation("a", "b")
    assert found.probability == 0.0
    assert found.log_probability < -1e5
    back = two([[3, 0], [5, 1]]).finite(10**6, selection=1.0).fixation("b", "a")
    assert 0.5 < back.probability < 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: g.finite(1), "population"),
        (lambda g: PopulationGame.pair([1] * 5, [2] * 5).finite(4), "from the size of a group up"),
        (lambda g: g.finite(10**8), "population"),
        (lambda g: g.finite(10, selection=-1), "selection"),
        (lambda g: g.finite(10, selection=np.nan), "selection"),
        (lambda g: g.finite(10, process="morann"), "Did you mean moran"),
        (lambda g: g.finite(10, process=None), "process"),
        (lambda g: g.finite(10, mutation=1.5), "mutation"),
        (lambda g: g.finite(10).stationary("a", "b"), "mutation must be above 0"),
        (lambda g: g.finite(10).fixation("a", "b", 10), r"integer in \[1, 9\]"),
        (lambda g: g.finite(10).fixation("a", "b", 0), r"integer in \[1, 9\]"),
        (lambda g: g.finite(10).fixation("a", "b", 1.5), "players_of_first"),
        (lambda g: g.finite(10).fixation("a", "c"), "one of the game's strategies"),
        (lambda g: g.finite(10, selection=1e308).fixation("a", "b"), "keep selection \\* payoff"),
        (lambda g: two([[-3, 0], [0, 0]]).finite(10, process="linear moran").fixation("a", "b"),
         "keep 1 \\+ selection \\* payoff positive"),
        (lambda g: FinitePopulation("game", 10), "be a PopulationGame"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_refusals(call: Callable[[PopulationGame], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(two(CHICKEN))
