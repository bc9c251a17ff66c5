"""Paths of shares: closed forms, Nashpy beside our own, conserved quantities, and best response."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from derelayl_econ.errors import SolverError
from derelayl_econ.games import population_dynamics
from derelayl_econ.games.group_rules import TableRule
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.games.population_dynamics import replicator_path

FRESH = np.random.SeedSequence().entropy
ROCK = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
RELAY: dict[str, Any] = {
    "participants": 5, "benefit": 0.62, "cost": 0.54, "cost_cheat": 0.05, "pool": 0.3,
    "leakage": 0.5, "audit_rate": 0.5, "false_reject": 0.17, "false_accept": 0.11, "deposit": 0.27,
    "strategies": ("train", "ride", "cheat"),
}  # fmt: skip


def test_dominance_has_the_logistic_curve() -> None:
    """dx/dt = x (1-x) s: x(t) = 1/(1 + (1/x_0 - 1) e^(-s t))."""
    times = np.linspace(0, 12, 9)
    exact = 1 / (1 + 9 * np.exp(-0.7 * times))
    matrix = PopulationGame.matrix([[0.7, 0.7], [0, 0]])
    groups = PopulationGame.pair([0.7] * 4, [0.0] * 4)
    for game, digits in ((matrix, 1e-6), (groups, 1e-9)):
        path = game.trajectory([0.1, 0.9], times)
        np.testing.assert_allclose(path.shares[:, 0], exact, rtol=digits)
        assert path.dynamic == "replicator"
    assert "Nashpy" in matrix.trajectory([0.1, 0.9], times).method


@pytest.mark.parametrize("seed", [1, FRESH])
def test_nashpy_and_our_own_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for size in (2, 3, 4):
        payoffs = rng.standard_normal((size, size))
        start, times = rng.dirichlet(np.ones(size)), np.linspace(0, 8, 7)
        nashpy = PopulationGame.matrix(payoffs).trajectory(start, times).shares
        own, _ = replicator_path(TableRule(2, payoffs), start, times)
        np.testing.assert_allclose(nashpy, own, atol=2e-6)
        np.testing.assert_allclose(own.sum(axis=1), 1, rtol=1e-13)


def test_the_zero_sum_cycle_keeps_the_product_of_shares() -> None:
    """Hofbauer and Sigmund 1998, section 7.7: x_1 x_2 x_3 is constant when det A = 0."""
    start = np.array([0.7, 0.2, 0.1])
    times = np.linspace(0, 60, 13)
    shares, _ = replicator_path(TableRule(2, ROCK), start, times)
    np.testing.assert_allclose(shares.prod(axis=1), start.prod(), rtol=1e-7)
    assert shares[:, 0].max() > 0.6
    assert shares[:, 0].min() < 0.1


def test_volunteering_goes_round_a_centre() -> None:
    """Hauert et al. 2002: closed orbits around the interior rest point of optional public goods."""

    def payoff(i: int, others: tuple[int, ...]) -> float:
        playing = 1 + others[0] + others[1]
        if i == 2 or playing == 1:
            return 1.0
        return 3.0 * (others[0] + (i == 0)) / playing - (i == 0)

    game = PopulationGame.groups(5, payoff, ["C", "D", "L"])
    (centre,) = [p for p in game.rest_points() if len(p.support) == 3]
    start = 0.8 * centre.strategy + 0.2 * np.array([1.0, 0, 0])
    times = np.linspace(0, 80, 1601)
    shares = game.trajectory(start, times).shares
    distance = np.linalg.norm(shares - start, axis=1)
    assert distance.max() > 0.2
    back = distance[np.argmax(distance) :].min()
    assert back < 0.01  # it comes round again


def test_absent_strategies_stay_absent_and_others_never_die_out() -> None:
    game = PopulationGame.relay(**RELAY)
    path = game.trajectory([0.0, 0.4, 0.6], [0, 500, 2000])
    assert (path.shares[:, 0] == 0).all()
    assert (path.shares[:, 1:] > 0).all()
    only = game.trajectory([0.0, 1.0, 0.0], [0, 10])
    np.testing.assert_array_equal(only.end, [0, 1, 0])
    assert game.trajectory([0.2, 0.3, 0.5], [7.0]).shares.shape == (1, 3)


@pytest.mark.parametrize("seed", [2, FRESH])
def test_paths_obey_their_equations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = PopulationGame.relay(**RELAY)
    start, step = rng.dirichlet(np.ones(3)), 1e-3
    for dynamic in ("replicator", "logit"):
        path = game.trajectory(start, [0, 2, 2 + step, 2 + 2 * step], dynamic=dynamic, noise=0.05)
        x = path.shares[2]
        earned = game.payoffs(x)
        if dynamic == "replicator":
            expected = x * (earned - x @ earned)
        else:
            expected = softmax(earned / 0.05) - x
        np.testing.assert_allclose((path.shares[3] - path.shares[1]) / (2 * step), expected,
                                   atol=1e-6)  # fmt: skip


@pytest.mark.parametrize("noise", [0.02, 0.3, 5.0])
def test_logit_ends_where_choice_reproduces_the_shares(noise: float) -> None:
    game = PopulationGame.relay(**RELAY)
    end = game.trajectory([0.3, 0.3, 0.4], [0, 400], dynamic="logit", noise=noise).end
    np.testing.assert_allclose(softmax(game.payoffs(end) / noise), end, atol=1e-7)
    if noise == 5.0:  # hardly a choice at all
        np.testing.assert_allclose(end, 1 / 3, atol=0.05)


def test_logit_with_hardly_any_noise_is_best_response() -> None:
    game = PopulationGame.relay(**RELAY)
    times = np.linspace(0, 12, 7)
    logit = game.trajectory([0.6, 0.1, 0.3], times, dynamic="logit", noise=1e-4).shares
    best = game.trajectory([0.6, 0.1, 0.3], times, dynamic="best response").shares
    np.testing.assert_allclose(logit, best, atol=5e-3)


def test_logit_without_measurable_noise_does_not_overflow() -> None:
    game = PopulationGame.relay(**RELAY)
    one, other = (
        game.trajectory([0.6, 0.1, 0.3], [0, 0.5], dynamic="logit", noise=noise).end
        for noise in (1e-9, 5e-324)
    )
    np.testing.assert_allclose(one, other, atol=1e-9)


def test_best_response_is_exact_until_the_first_switch() -> None:
    """Rock, paper, scissors from near rock: straight toward paper until scissors do as well."""
    game = PopulationGame.matrix(ROCK)
    start = np.array([0.8, 0.1, 0.1])
    # Paper earns x_r - x_s, scissors x_p - x_r; on the way x = p + (x_0 - p) e^-t they meet when
    # 2 x_r - x_s - x_p = 0, that is 1.4 e^-t = 1 - e^-t.
    switch = math.log(2.4)
    times = np.array([0, 0.3, 0.99 * switch, 1.1 * switch])
    path = game.trajectory(start, times, dynamic="best response", resolution=1e-4).shares
    toward = np.array([0, 1.0, 0])
    for t, x in zip(times[:3], path[:3], strict=True):
        np.testing.assert_allclose(x, toward + (start - toward) * math.exp(-t), atol=1e-12)
    at = toward + (start - toward) * math.exp(-switch)
    later = np.array([0, 0, 1.0]) + (at - np.array([0, 0, 1.0])) * math.exp(-0.1 * switch)
    np.testing.assert_allclose(path[3], later, atol=1e-3)


@pytest.mark.parametrize("resolution", [1e-2, 1e-3])
def test_sliding_best_response_stays_within_its_resolution(resolution: float) -> None:
    """Gilboa and Matsui 1991: in hawk-dove it reaches the mixed equilibrium and stays."""
    game = PopulationGame.matrix([[-2, 2], [0, 1]])  # hawks 1/3
    path = game.trajectory([0.9, 0.1], [0, 1, 3, 5], dynamic="best response", resolution=resolution)
    np.testing.assert_allclose(path.shares[2:, 0], 1 / 3, atol=2 * resolution)


@given(st.integers(0, 2**32), st.sampled_from(["replicator", "logit", "best response"]))
def test_paths_stay_on_the_simplex(seed: int, dynamic: str) -> None:
    rng = np.random.default_rng(seed)
    game = PopulationGame.pair(*rng.uniform(-1, 1, (2, 4)))
    path = game.trajectory(rng.dirichlet([1, 1]), [0, 1, 7], dynamic=dynamic, noise=0.2,
                           resolution=0.01)  # fmt: skip
    assert (path.shares >= 0).all()
    np.testing.assert_allclose(path.shares.sum(axis=1), 1, rtol=1e-9)


def test_relabelling_relabels_the_path() -> None:
    order = [2, 0, 1]
    names = [RELAY["strategies"][k] for k in order]
    for dynamic in ("replicator", "logit", "best response"):
        one = PopulationGame.relay(**RELAY).trajectory([0.5, 0.3, 0.2], [0, 4], dynamic=dynamic)
        two = PopulationGame.relay(**(RELAY | {"strategies": names})).trajectory(
            [0.2, 0.5, 0.3], [0, 4], dynamic=dynamic
        )
        np.testing.assert_allclose(one.end[order], two.end, atol=1e-8)


def test_results_are_read_only_tables() -> None:
    path = PopulationGame.matrix(ROCK).trajectory([0.5, 0.3, 0.2], [0, 1])
    assert not path.shares.flags.writeable
    assert "Trajectory" in str(path)
    assert path.to_dict()["dynamic"] == "replicator"


def test_too_long_a_path_is_given_up_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population_dynamics, "MOST_EVALUATIONS", 200)
    game = PopulationGame.relay(**RELAY)
    for dynamic in ("replicator", "logit", "best response"):
        with pytest.raises(SolverError, match=r"payoff evaluations|too many pieces"):
            game.trajectory([0.5, 0.3, 0.2], [0, 1e5], dynamic=dynamic)
    with pytest.raises(SolverError, match="Nashpy"):
        PopulationGame.matrix(1e6 * ROCK).trajectory([0.5, 0.3, 0.2], [0, 1e5])
