"""The ecology's theory: formulas against plain loops, exact fractions and independent numerics."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.ecology import Ecology, TrainingGains
from derelayl_econ.ecology.front import selection_front
from derelayl_econ.ecology.inequality import gini, trunk_gini
from derelayl_econ.ecology.mean_field import (
    ISSUED_ALL,
    ISSUED_GEOMETRIC,
    OWNERS,
    SUPPLY,
    coins_by_generation,
    coins_issued,
    rounding_loss,
    steady_state,
    survives,
    version_shares,
)
from derelayl_econ.ecology.owner_chain import OwnerChain
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.rewards import LineageShare

FRESH = np.random.SeedSequence().entropy
ROYALTIES = (
    LineageShare(weights="all"), LineageShare(decay=0.5), LineageShare(decay=0.9,
    royalty_share=0.7), LineageShare(weights=[1, 0.5, 0, 2]), LineageShare(weights=[0.0]),
)  # fmt: skip


# Mean field -------------------------------------------------------------------------------------


def test_the_numbers_of_the_theory_notes() -> None:
    state = Ecology().steady_state()
    assert round(state.owners, 2) == 39.55
    assert round(state.owners_unrounded, 2) == 39.72
    assert state.version_shares is not None
    # The notes cut the digits (.314 .255 .160 .101 .063).
    np.testing.assert_allclose(
        state.version_shares[:5], [0.314, 0.255, 0.160, 0.101, 0.063], atol=1.001e-3
    )


@given(st.integers(2, 500), st.integers(1, 9), st.floats(0.01, 1), st.floats(0.01, 1))
def test_steady_owners_are_a_fixed_point(
    slots: int, matches: int, share: float, success: float
) -> None:
    k = share * success
    if matches * k <= 1:
        return
    owners = k * slots / (1 + k)
    assert OWNERS(
        slots=slots, success=success, winning_share=share, rounding_loss=0
    ) == pytest.approx(owners)
    assert k * min(slots - owners, matches * owners) == pytest.approx(owners)


@given(st.floats(0.05, 0.95), st.integers(3, 9), st.floats(0.3, 1))
def test_owners_settle_from_any_number(share: float, matches: int, success: float) -> None:
    k = share * success
    if matches * k <= 1.2:
        return
    settled = set()
    for owners in (0.5, 30.0, 100.0):
        for _ in range(500):
            owners = k * min(128 - owners, matches * owners)
        settled.add(round(owners, 6))
    assert settled == {round(k * 128 / (1 + k), 6)}


@pytest.mark.parametrize(("top", "bottom"), [(1, 2), (1, 3), (2, 3), (3, 4), (7, 10), (1, 1)])
def test_rounding_costs_this_much_on_average(top: int, bottom: int) -> None:
    lost = [Fraction(top, bottom) * n - math.floor(Fraction(top, bottom) * n)
            for n in range(bottom)]  # fmt: skip
    assert rounding_loss(top / bottom) == pytest.approx(float(sum(lost) / bottom), abs=1e-12)


def test_an_irrational_share_loses_half_a_winner() -> None:
    assert rounding_loss(math.sqrt(0.5)) == 0.5


@given(st.integers(2, 300).map(lambda n: 2 * n), st.floats(0.05, 1), st.floats(0.1, 0.9))
def test_version_shares_are_a_distribution_that_reproduces_itself(
    people: int, success: float, part: float
) -> None:
    """One more round of the plain recursion, for each age, leaves the shares as they are."""
    owners = part * people / 2 * success / 2
    shares = version_shares(people, success, owners)
    assert shares.sum() == pytest.approx(1)
    assert (shares >= -1e-12).all()
    slots = people / 2
    drawn = (slots - owners) / (people - owners)
    renewed = drawn * success + (1 - drawn) / (people - slots)
    fresh = success * (slots - owners) + 1
    assert shares[0] * people == pytest.approx(fresh)
    assert shares[1] * people == pytest.approx(owners + (1 - renewed) * (fresh - owners))
    for age in range(2, 11):
        assert shares[age] == pytest.approx((1 - renewed) * shares[age - 1])


def test_survival_needs_growth_from_the_founders() -> None:
    for matches, share, success, founders in itertools.product(
        range(1, 7), (0.2, 0.34, 0.5, 0.8, 1.0), (0.3, 0.6, 1.0), (1, 2, 5)
    ):
        grows = math.floor(share * min(matches * founders, 128 - founders)) > founders
        expected = matches * share * success > 1 and grows
        assert survives(256, matches, share, success, founders) == expected
    assert not survives(256, 3, 0.5, 0.9)  # the notes: L = 3 dies


def test_a_relay_that_cannot_last_has_no_steady_state() -> None:
    state = steady_state(256, 3, 0.5, 0.9)
    assert not state.survives
    assert (state.owners, state.version_shares) == (0.0, None)
    assert "no" in str(state)


# Coins ------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
@pytest.mark.parametrize("royalties", ROYALTIES, ids=str)
def test_coins_issued_by_plain_loops(royalties: LineageShare, winners: list[int]) -> None:
    total, issued, by_generation = 0.0, [], [0.0] * (len(winners) + 1)
    for r, count in enumerate(winners, start=1):
        for distance in range(r + 1):
            total += count * float(royalties.weight(distance))
            by_generation[r - distance] += count * float(royalties.weight(distance))
        issued.append(total)
    np.testing.assert_allclose(coins_issued(royalties, winners), issued, atol=1e-9)
    np.testing.assert_allclose(coins_by_generation(royalties, winners), by_generation, atol=1e-9)


@given(st.integers(1, 200), st.floats(0.1, 100))
def test_closed_forms_of_issue(rounds: int, owners: float) -> None:
    steady = [owners] * rounds
    everyone = coins_issued(LineageShare(weights="all"), steady)[-1]
    assert ISSUED_ALL(owners=owners, rounds=rounds) == pytest.approx(everyone)
    geometric = coins_issued(LineageShare(0.6, royalty_share=0.8), steady)[-1]
    closed = ISSUED_GEOMETRIC(owners=owners, rounds=rounds, decay=0.6, royalty_share=0.8)
    assert closed == pytest.approx(geometric)
    assert SUPPLY(owners=owners, rounds=rounds) <= everyone
    assert everyone / float(SUPPLY(owners=owners, rounds=rounds)) == pytest.approx(1 + 3 / rounds)


@pytest.mark.parametrize("royalties", ROYALTIES, ids=str)
def test_every_run_issues_exactly_what_its_winners_bring(royalties: LineageShare) -> None:
    run = Ecology(64, royalties=royalties).simulate(80, FRESH)
    fees = [run.ecology.fees.of_round(n, s) for n, s in zip(run.matched, run.trained, strict=True)]
    expected = coins_issued(royalties, run.winners) + np.cumsum(fees)
    np.testing.assert_allclose(run.issued, expected, rtol=1e-9)


# Inequality -------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_gini_is_half_the_relative_mean_difference(wealth: list[float]) -> None:
    mean = sum(wealth) / len(wealth)
    spread = sum(abs(a - b) for a in wealth for b in wealth) / len(wealth) ** 2
    expected = spread / (2 * mean) if mean > 0 else 0.0
    assert gini(wealth) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", [3, FRESH])
@pytest.mark.parametrize("tau", [0.3, 2.0, 20.0])
def test_trunk_gini_against_drawn_wealth(tau: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 100_000
    wealth = np.bincount(np.repeat(np.arange(size), rng.poisson(tau, size)), minlength=size)
    wealth = np.array([rng.random(n).sum() for n in wealth[:size]])
    assert float(trunk_gini(tau, 1)) == pytest.approx(gini(wealth), abs=0.006)  # about 5 s.e.


def test_trunk_gini_starts_at_one_falls_and_has_its_tail() -> None:
    rounds = np.geomspace(1e-4, 1e7, 60)
    values = trunk_gini(rounds, 1)
    assert (np.diff(values) < 0).all()
    assert values[0] == pytest.approx(1, abs=1e-3)
    assert values[-1] == pytest.approx(math.sqrt(4 / (3 * math.pi * 1e7)), rel=0.01)


# The exact chain --------------------------------------------------------------------------------


def _exact_row(owners: int, slots: int, matches: int, share: Fraction, success: Fraction) -> Any:
    n = min(slots - owners, matches * owners)
    row = [Fraction(0)] * (slots + 1)
    for trained in range(n + 1):
        chance = math.comb(n, trained) * success**trained * (1 - success) ** (n - trained)
        row[math.floor(share * trained)] += chance
    return row


@pytest.mark.parametrize(("people", "matches", "share", "success", "founders"), [
    (16, 4, Fraction(1, 2), Fraction(3, 4), 1), (20, 3, Fraction(3, 4), Fraction(1, 2), 2),
    (12, 6, Fraction(1), Fraction(7, 8), 1),
])  # fmt: skip
def test_the_chain_in_exact_fractions(
    people: int, matches: int, share: Fraction, success: Fraction, founders: int
) -> None:
    slots = people // 2
    rows = [_exact_row(m, slots, matches, share, success) for m in range(slots + 1)]
    law = [Fraction(int(m == founders)) for m in range(slots + 1)]
    laws = [law]
    for _ in range(12):
        law = [sum(law[m] * rows[m][j] for m in range(slots + 1)) for j in range(slots + 1)]
        laws.append(law)
    chain = OwnerChain(people, matches, float(share), float(success), founders)
    np.testing.assert_allclose(chain.matrix, np.array(rows, dtype=float), atol=1e-14)
    np.testing.assert_allclose(chain.laws(12), np.array(laws, dtype=float), atol=1e-13)
    np.testing.assert_allclose(chain.extinction(12), [float(x[0]) for x in laws[1:]], atol=1e-13)
    # Mean owners given life after round 12, by all paths: backward through the same rows.
    later = [Fraction(0)] + [Fraction(1)] * slots
    means = []
    for t in range(12, -1, -1):
        weight = [laws[t][m] * later[m] for m in range(slots + 1)]
        means.append(float(sum(m * w for m, w in enumerate(weight)) / sum(weight)))
        later = [Fraction(0)] + [sum(rows[m][j] * later[j] for j in range(slots + 1))
                                 for m in range(1, slots + 1)]  # fmt: skip
    np.testing.assert_allclose(chain.owners_alive(12), means[::-1], rtol=1e-12)


def test_dying_before_the_usual_number_by_following_the_chain() -> None:
    chain = OwnerChain(256, 4, 0.5, 0.7)
    # Very few die later, so that nearly all who die by round 60 die young.
    assert chain.founder_extinction == pytest.approx(float(chain.extinction(60)[-1]), rel=1e-3)
    assert OwnerChain(256, 3, 0.5, 0.9).founder_extinction == pytest.approx(1.0)
    assert OwnerChain(256, 2, 0.4, 0.9).founder_extinction == 1.0
    assert OwnerChain(256, 4, 0.5, 1.0).founder_extinction == 0.0


def test_the_old_relay_is_quasi_stationary() -> None:
    chain = OwnerChain(64, 4, 0.5, 0.6)
    old = chain.old_relay
    after = old.law @ chain.matrix
    np.testing.assert_allclose(after[1:] / (1 - after[0]), old.law[1:], atol=1e-12)
    assert old.death_rate == pytest.approx(after[0])
    assert old.owners == pytest.approx(old.law @ np.arange(33))


def test_owners_that_swing_for_ever_are_told() -> None:
    with pytest.raises(SolverError, match="has not settled"):
        _ = OwnerChain(8, 4, 1.0, 1.0, 1).old_relay


def test_chains_are_for_communities_that_fit() -> None:
    with pytest.raises(InputError, match="at most 4096"):
        Ecology(10_000).owner_chain()


# The selection front ----------------------------------------------------------------------------


def test_the_front_scales_with_the_gains_and_shifts_with_their_mean() -> None:
    one = selection_front(Ecology())
    other = selection_front(Ecology(gains=TrainingGains.walk(mean=-0.5, spread=3.0)))
    assert other.speed == pytest.approx(-0.5 + 3 * (one.speed - 1))
    assert other.spread == pytest.approx(3 * one.spread)
    assert other.burned == pytest.approx(one.burned)
    assert one.speed > 1  # selection adds to the mean gain
    assert (np.diff(one.win_chance) < 0).all()
    assert one.win_chance.mean() == pytest.approx(0.5, abs=0.01)


def test_the_front_against_a_large_community() -> None:
    run = Ecology(20_000).simulate(60, 5, every=60)
    speed = (run.performance[-1] - run.performance[20]) / 39
    assert selection_front(run.ecology).speed == pytest.approx(speed, rel=0.05)


def test_the_front_needs_a_walk_that_lasts() -> None:
    fading = TrainingGains.curve(ExponentialCurve.from_learning_rate(0, 1, 0.2))
    for ecology in (Ecology(gains=fading), Ecology(gains=TrainingGains.walk(spread=0))):
        with pytest.raises(InputError, match="gains must be a walk"):
            selection_front(ecology)
    with pytest.raises(InputError, match="can last"):
        selection_front(Ecology(matches=3))
