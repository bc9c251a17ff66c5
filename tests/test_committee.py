"""Majority votes of correlated validators, their correlation, and paying for agreement."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.committee import (
    Committee,
    ValidatorCommitteeGame,
    fit_correlation,
    majority_error,
)
from derelayl_econ.games.majority import majority_limit, wrong_vote_law

SEEDS = [11, np.random.SeedSequence().entropy]
ODD = st.integers(0, 20).map(lambda k: 2 * k + 1)


# --- the law ----------------------------------------------------------------------------------


@given(size=ODD, error=st.floats(0.01, 0.99), rho=st.floats(0.001, 0.95))
def test_law_is_scipys_beta_binomial(size: int, error: float, rho: float) -> None:
    a, b = error * (1 - rho) / rho, (1 - error) * (1 - rho) / rho
    oracle = stats.betabinom(size, a, b)
    counts = np.arange(size + 1)
    assert wrong_vote_law(size, error, rho) == pytest.approx(oracle.pmf(counts), rel=1e-8, abs=0)
    tail = oracle.pmf(counts[size // 2 + 1 :]).sum()
    assert majority_error(size, error, rho) == pytest.approx(tail, rel=1e-8, abs=0)


@given(size=ODD, error=st.floats(0.01, 0.99))
def test_without_correlation_it_is_the_binomial(size: int, error: float) -> None:
    oracle = stats.binom.sf(size // 2, size, error)
    assert majority_error(size, error) == pytest.approx(oracle, rel=1e-10, abs=0)
    # No jump near 0. The first-order effect of rho is below rho C(21, 2) / .01 = 2e-12 here.
    assert majority_error(size, error, 1e-16) == pytest.approx(oracle, rel=1e-10, abs=0)


def urn(size: int, error: Fraction, rho: Fraction) -> Fraction:
    """Majority error by drawing votes one after another from an urn, in exact rationals."""
    law = {0: Fraction(1)}
    for drawn in range(size):
        after: dict[int, Fraction] = {}
        for wrong, weight in law.items():
            chance = (error * (1 - rho) + wrong * rho) / (1 - rho + drawn * rho)
            after[wrong + 1] = after.get(wrong + 1, Fraction(0)) + weight * chance
            after[wrong] = after.get(wrong, Fraction(0)) + weight * (1 - chance)
        law = after
    return sum((w for wrong, w in law.items() if 2 * wrong > size), Fraction(0))


@given(
    size=st.integers(0, 6).map(lambda k: 2 * k + 1),
    error=st.fractions(0, Fraction(19, 20), max_denominator=20),
    rho=st.fractions(0, Fraction(19, 20), max_denominator=20),
)
def test_majority_error_against_an_exact_urn(size: int, error: Fraction, rho: Fraction) -> None:
    measured = majority_error(size, float(error), float(rho))
    assert measured == pytest.approx(float(urn(size, error, rho)), rel=1e-11, abs=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_majority_error_by_simulation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    error, rho, size, draws = 0.3, 0.2, 9, 40_000
    chance = rng.beta(error * (1 - rho) / rho, (1 - error) * (1 - rho) / rho, size=draws)
    wrong = int((rng.binomial(size, chance) > size // 2).sum())
    interval = stats.binomtest(wrong, draws).proportion_ci(1 - 1e-6)
    assert interval.low <= majority_error(size, error, rho) <= interval.high, seed


def test_large_committees_stay_accurate() -> None:
    # Two independent routes at m = 9999: regularised incomplete beta (binomial tail), and the sum
    # of SciPy's beta-binomial probabilities.
    size = 9999
    assert majority_error(size, 0.45) == pytest.approx(
        stats.binom.sf(size // 2, size, 0.45), rel=1e-8, abs=0
    )
    assert majority_error(size, 0.01) == 0  # exp(-16140), not NaN
    a, b = 0.3 * 4, 0.7 * 4  # rho = .2
    tail = stats.betabinom(size, a, b).pmf(np.arange(size // 2 + 1, size + 1)).sum()
    assert majority_error(size, 0.3, 0.2) == pytest.approx(tail, rel=1e-6, abs=0)
    assert wrong_vote_law(size, 0.3, 0.2).sum() == pytest.approx(1, rel=1e-9, abs=0)


@given(size=ODD, error=st.floats(0.02, 0.48), rho=st.floats(0, 0.9), more=st.floats(0.01, 0.09))
def test_error_falls_with_the_size_and_rises_with_error_and_correlation(
    size: int, error: float, rho: float, more: float
) -> None:
    here = majority_error(size, error, rho)
    assert majority_error(size + 2, error, rho) < here
    assert majority_error(size, 1 - error, rho) == pytest.approx(1 - here, rel=1e-9)
    assert majority_error(size, error + 0.01, rho) > here
    if size > 1:
        assert majority_error(size, error, rho + more) > here


def test_limits() -> None:
    assert majority_limit(0.0, 0.5) == 0
    assert majority_limit(0.3) == 0
    assert majority_limit(0.5) == 0.5
    assert majority_limit(0.7) == 1
    assert majority_limit(0.5, 0.3) == pytest.approx(0.5)
    for rho in (0.1, 0.5):
        floor = majority_limit(0.2, rho)
        assert floor == pytest.approx(stats.beta.sf(0.5, 0.2 * (1 / rho - 1), 0.8 * (1 / rho - 1)))
        errors = [majority_error(size, 0.2, rho) for size in (101, 1001, 10_001)]
        assert errors[0] > errors[1] > errors[2] > floor
        assert errors[2] == pytest.approx(floor, rel=0.01)


# --- published figures ------------------------------------------------------------------------

# Committees of 15 gates with 50 samples each on real relay training (digits, logistic regression):
# (error of one vote, majority as measured, binomial, beta-binomial, range of rho in such settings).
MEASURED = {
    "iid, honest rejected": (1 - 0.761, 1 - 0.853, 1 - 0.986, 1 - 0.852, (0.13, 0.31)),
    "iid, label flip accepted": (0.184, 0.086, 0.002, 0.088, (0.13, 0.31)),
    "skewed, label flip accepted": (0.088, 0.072, 0.000, 0.076, (0.54, 0.62)),
    "skewed, lazy accepted": (0.633, 0.658, 0.857, 0.642, (0.54, 0.62)),
}


@pytest.mark.parametrize("case", MEASURED)
def test_measured_committees(case: str) -> None:
    single, measured, binomial, beta_binomial, (low, high) = MEASURED[case]
    # Published to three digits: the single rate may be off by .0005, which moves the majority by
    # up to its slope, about 3 at these rates for the binomial.
    assert majority_error(15, single) == pytest.approx(binomial, abs=0.002)
    rho = brentq(lambda r: majority_error(15, single, r) - beta_binomial, 0.01, 0.95)
    assert low - 0.02 <= rho <= high + 0.02
    assert abs(majority_error(15, single, rho) - measured) < 0.017
    assert abs(majority_error(15, single) - measured) > 0.06  # what independence gets wrong


# --- Committee --------------------------------------------------------------------------------


def test_committee_reports_both_errors() -> None:
    committee = Committee(5, 0.25, 0.125, correlation=0.1)
    assert committee.majority_false_reject == majority_error(5, 0.25, 0.1)
    assert committee.majority_false_accept == majority_error(5, 0.125, 0.1)
    assert committee.majority().false_reject == committee.majority_false_reject
    assert committee.wrong_votes(0.25).sum() == pytest.approx(1)
    lone = Committee(1, 0.25, 0.125, correlation=0.7)
    assert lone.majority_false_reject == pytest.approx(0.25, rel=1e-14)
    assert Committee(5, 0, 0).majority_false_accept == 0


@given(size=ODD, error=st.floats(0.0, 0.49))
def test_hoeffding_bounds_independent_committees(size: int, error: float) -> None:
    committee = Committee(size, error, 0.5)
    bound = committee.hoeffding_bound()
    assert committee.majority_false_reject <= bound.false_reject
    assert bound.false_reject == pytest.approx(math.exp(-2 * size * (0.5 - error) ** 2))
    assert bound.false_accept == 1


def test_hoeffding_fails_under_correlation() -> None:
    together = Committee(101, 0.2, 0.2, correlation=0.25)
    assert together.majority_false_accept > 1000 * together.hoeffding_bound().false_accept


@pytest.mark.parametrize(("alpha", "beta", "rho"), [(0.2, 0.1, 0.0), (0.1, 0.3, 0.05)])
@pytest.mark.parametrize("target", [0.25, 0.05, 0.02])
def test_smallest_size_against_a_plain_search(
    alpha: float, beta: float, rho: float, target: float
) -> None:
    answer = Committee(1, alpha, beta, rho).smallest(target)
    floor = max(majority_limit(alpha, rho), majority_limit(beta, rho))
    sizes = (
        size
        for size in range(1, 2001, 2)
        if max(majority_error(size, alpha, rho), majority_error(size, beta, rho)) <= target
    )
    found = next(sizes, None)
    assert answer.size == found
    if found is None:
        assert floor > target
        assert answer.reached is None
    else:
        assert answer.reached is not None
        assert max(answer.reached.false_reject, answer.reached.false_accept) <= target
    assert max(answer.floor.false_reject, answer.floor.false_accept) == floor


def test_correlation_can_make_a_target_unreachable() -> None:
    answer = Committee(1, 0.2, 0.184, correlation=0.25).smallest(0.01)
    assert answer.size is None
    assert answer.floor.false_accept > 0.01
    json.dumps(answer.to_dict(), allow_nan=False)
    assert Committee(1, 0.6, 0.1).smallest(0.3).size is None  # errs more often than not
    assert Committee(1, 0.5, 0.1).smallest(0.3).size is None
    assert Committee(1, 0.6, 0.1).smallest(0.6).size == 1


def test_a_target_at_the_very_floor_is_an_error_not_a_guess() -> None:
    committee = Committee(1, 0.2, 0.1, correlation=0.25)
    floor = committee.limit().false_reject
    with pytest.raises(SolverError) as caught:
        committee.smallest(floor * (1 + 1e-9))
    assert caught.value.partial.false_reject == floor


@pytest.mark.parametrize(
    "arguments",
    [
        (4, 0.1, 0.1), (0, 0.1, 0.1), (-1, 0.1, 0.1), (2.5, 0.1, 0.1), ("5", 0.1, 0.1),
        (5, -0.1, 0.1), (5, 0.6, 0.5), (5, math.nan, 0.1), (5, 0.1, 0.1, 1), (5, 0.1, 0.1, -0.1),
        (True, 0.1, 0.1), (5, 0.1, 0.1, math.nan), (math.inf, 0.1, 0.1),
    ],
)  # fmt: skip
def test_bad_committees_are_refused(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        Committee(*arguments)


@pytest.mark.parametrize("target", [0, 1, -0.1, math.nan, "low"])
def test_bad_targets_are_refused(target: Any) -> None:
    with pytest.raises(InputError, match="target"):
        Committee(3, 0.1, 0.1).smallest(target)


# --- estimating the correlation ---------------------------------------------------------------


def draw_votes(rng: np.random.Generator, rate: float, rho: float, shape: tuple[int, int]) -> Any:
    if rho == 0:
        return rng.random(shape) < rate
    chance = rng.beta(rate * (1 - rho) / rho, (1 - rate) * (1 - rho) / rho, size=(shape[0], 1))
    return rng.random(shape) < chance


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("rate", "rho"), [(0.2, 0.0), (0.2, 0.25), (0.6, 0.6)])
def test_the_truth_is_recovered(seed: int, rate: float, rho: float) -> None:
    fit = fit_correlation(draw_votes(np.random.default_rng(seed), rate, rho, (4000, 15)))
    assert abs(fit.correlation - rho) < 5.5 * fit.correlation_error, (seed, fit)
    assert abs(fit.rate - rate) < 5.5 * fit.rate_error, (seed, fit)
    assert fit.correlation_error < 0.02


def test_standard_errors_match_the_scatter_of_repeated_samples() -> None:
    rng = np.random.default_rng(5)
    fits = [fit_correlation(draw_votes(rng, 0.3, 0.3, (200, 7))) for _ in range(300)]
    for estimate, error in (("correlation", "correlation_error"), ("rate", "rate_error")):
        scatter = np.std([getattr(fit, estimate) for fit in fits], ddof=1)
        claimed = np.mean([getattr(fit, error) for fit in fits])
        assert claimed == pytest.approx(scatter, rel=0.15)


def test_estimator_and_jackknife_against_plain_loops() -> None:
    votes = np.random.default_rng(1).integers(0, 2, size=(6, 4)).tolist()

    def analysis_of_variance(table: list[list[int]]) -> tuple[float, float]:
        n, m = len(table), len(table[0])
        mean = sum(sum(row) for row in table) / (n * m)
        between = sum(m * (sum(row) / m - mean) ** 2 for row in table) / (n - 1)
        within = sum((v - sum(row) / m) ** 2 for row in table for v in row) / (n * (m - 1))
        return mean, (between - within) / (between + (m - 1) * within)

    fit = fit_correlation(votes)
    assert (fit.rate, fit.correlation) == pytest.approx(analysis_of_variance(votes))
    left_out = [analysis_of_variance(votes[:i] + votes[i + 1 :])[1] for i in range(6)]
    mean = sum(left_out) / 6
    error = math.sqrt(5 / 6 * sum((value - mean) ** 2 for value in left_out))
    assert fit.correlation_error == pytest.approx(error)


def test_unanimous_submissions_have_correlation_one() -> None:
    assert fit_correlation([[1, 1], [0, 0], [1, 1], [0, 0]]).correlation == 1


@pytest.mark.parametrize(
    "votes",
    [
        [], [1, 0], [[1, 0], [0, 1]], [[1], [0], [1]], [[1, 1], [1, 1], [1, 1]],
        [[1, 1], [1, 1], [1, 0]], [[1, 2], [0, 1], [0, 0]], [[0.5, 1], [0, 1], [0, 0]],
        [["a", "b"]] * 3, [[math.nan, 1], [0, 1], [0, 0]], np.zeros((3, 2, 2)), None,
    ],
)  # fmt: skip
def test_bad_votes_are_refused(votes: Any) -> None:
    with pytest.raises(InputError, match="votes"):
        fit_correlation(votes)


# --- paid for agreeing with the majority ------------------------------------------------------


def enumerated(size: int, accuracy: float, reward: float, cost: float, checks: bool) -> float:
    """Expected payoff of validator 0 when all others check: every vote and truth, in loops."""
    total = 0.0
    for truth in (0, 1):
        for signals in itertools.product((0, 1), repeat=size):
            weight = 0.5
            for signal in signals:
                weight *= accuracy if signal == truth else 1 - accuracy
            mine = signals[0] if checks else 1  # waving through says "good" unseen
            votes = [mine, *signals[1:]]
            majority = 1 if sum(votes) * 2 > size else 0
            total += weight * reward * (mine == majority)
    return total - (cost if checks else 0)


@pytest.mark.parametrize("size", [1, 3, 5, 7])
@pytest.mark.parametrize("accuracy", [0.55, 0.8, 1.0])
def test_checking_gain_against_enumerated_votes(size: int, accuracy: float) -> None:
    game = ValidatorCommitteeGame(size, accuracy, agreement_reward=2.5, verify_cost=0.4)
    check = enumerated(size, accuracy, 2.5, 0.4, checks=True)
    wave = enumerated(size, accuracy, 2.5, 0.4, checks=False)
    assert game.checking_gain == pytest.approx(check - wave, abs=1e-12)
    assert game.honest_checking == (check >= wave)
    plus, minus = game.agreement_odds
    stated = 2.5 * (accuracy - 0.5) * (plus - minus) - 0.4
    assert game.checking_gain == pytest.approx(stated, abs=1e-12)


def test_waving_through_is_always_an_equilibrium() -> None:
    for reward in (0, 1, 1000):
        game = ValidatorCommitteeGame(5, 0.9, agreement_reward=reward, verify_cost=0.1)
        found = game.equilibria()
        assert found.coverage == "some"
        assert found[0].strategy == 0
        assert found[0].payoff == reward
        assert [e.strategy for e in found] == ([0.0] if reward == 0 else [0.0, 1.0])
        assert found.regret == 0
    rich = ValidatorCommitteeGame(5, 0.9, agreement_reward=1000, verify_cost=0.1).equilibria()
    assert rich[1].payoff < rich[0].payoff  # and nobody who checks earns as much


def test_a_lone_validator_never_checks_for_agreement() -> None:
    assert not ValidatorCommitteeGame(1, 0.9, 100, 0.1).honest_checking
    assert ValidatorCommitteeGame(1, 0.9, 100, 0).honest_checking


@pytest.mark.parametrize(
    "arguments",
    [(4, 0.9, 1, 0), (5, 0.5, 1, 0), (5, 1.1, 1, 0), (5, 0.9, -1, 0), (5, 0.9, 1, -1),
     (5, math.nan, 1, 0), (5, 0.9, math.inf, 0), ("5", 0.9, 1, 0)],
)  # fmt: skip
def test_bad_validator_games_are_refused(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        ValidatorCommitteeGame(*arguments)
