"""Registering identities: all equilibria against enumeration, and against Tullock's contest."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.identities import (
    CONTINUOUS_IDENTITIES,
    IDENTITY_GAIN,
    STOPPING_PRICE,
    IdentityGame,
)
from derelayl_econ.games.splitting import split_profit
from derelayl_econ.rewards import EqualShare

FRESH = np.random.SeedSequence().entropy
small = st.builds(
    IdentityGame,
    participants=st.integers(2, 5),
    pool=st.integers(1, 60).map(lambda n: n / 4),
    identity_cost=st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0]),
)


def payoff(game: IdentityGame, own: int, others: int) -> Fraction:
    """By the prose: an equal share per head, less the price of one's heads."""
    heads = [1] * own + [0] * others
    share = Fraction(sum(heads), len(heads)) if heads else Fraction(0)
    return Fraction(game.pool) * share - own * Fraction(game.identity_cost)


def most(game: IdentityGame) -> int:
    """Nobody buys more identities than the pool can pay for."""
    return math.floor(game.pool / game.identity_cost) + 1


def profiles(game: IdentityGame, limit: int) -> Iterable[tuple[int, ...]]:
    return itertools.combinations_with_replacement(range(limit + 1), game.participants)


def listed(strategy: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    return tuple(own for own, people in strategy for _ in range(people))


@given(small, st.integers(0, 40))
def test_best_responses_by_enumeration(game: IdentityGame, others: int) -> None:
    values = {own: payoff(game, own, others) for own in range(most(game) + 1)}
    best = [own for own, value in values.items() if value == max(values.values())]
    assert list(game.best_responses(others)) == best
    assert game.payoff(best[0], others) == pytest.approx(float(values[best[0]]))


@given(small)
@settings(max_examples=30)
def test_pure_equilibria_by_enumeration(game: IdentityGame) -> None:
    limit = min(most(game), 9)
    expected = set()
    for profile in profiles(game, limit):
        total = sum(profile)
        if all(own in game.best_responses(total - own) for own in set(profile)):
            expected.add(profile)
    found = {listed(e.strategy) for e in game.pure_equilibria()}
    assert {profile for profile in found if max(profile) <= limit} == expected
    assert game.pure_equilibria().coverage == "all"
    assert game.pure_equilibria().regret == 0


@given(small)
@settings(max_examples=30)
def test_payoffs_of_pure_equilibria(game: IdentityGame) -> None:
    for found in game.pure_equilibria():
        total = sum(own * people for own, people in found.strategy)
        assert sum(people for _, people in found.strategy) == game.participants
        paid = 0.0
        for (own, people), value in zip(found.strategy, found.payoff, strict=True):
            assert value == pytest.approx(float(payoff(game, own, total - own)))
            paid += people * (value + own * game.identity_cost)
        assert paid == pytest.approx(game.pool if total else 0)  # the pool is shared, all of it
        strict = all(
            payoff(game, own, total - own) > payoff(game, other, total - own)
            for own, _ in found.strategy for other in range(most(game) + 1) if other != own
        )  # fmt: skip
        assert found.stable is strict


def mean_payoff(game: IdentityGame, own: int, low: int, chance: float) -> float:
    """Expected payoff when each other holds low + 1 with that chance, by all 2^(N-1) cases."""
    total = 0.0
    for case in itertools.product((0, 1), repeat=game.participants - 1):
        weight = math.prod(chance if c else 1 - chance for c in case)
        total += weight * float(payoff(game, own, sum(low + c for c in case)))
    return total


@given(small)
@settings(max_examples=20)
def test_symmetric_equilibria_survive_every_deviation(game: IdentityGame) -> None:
    found = game.symmetric_equilibria()
    assert len(found) >= 1  # Nash 1951: a finite symmetric game has a symmetric equilibrium
    assert found.coverage == "all"
    assert [e.strategy for e in found] == sorted(e.strategy for e in found)
    for equilibrium in found:
        low = math.floor(equilibrium.strategy)
        chance = equilibrium.strategy - low
        values = [mean_payoff(game, own, low, chance) for own in range(most(game) + 1)]
        own = (1 - chance) * values[low] + (chance * values[low + 1] if chance else 0)
        assert own == pytest.approx(equilibrium.payoff, abs=1e-9)
        assert max(values) - own <= 1e-9
        assert equilibrium.regret == pytest.approx(max(0, max(values) - own), abs=1e-9)


@given(small)
@settings(max_examples=12)
def test_no_symmetric_equilibrium_is_missed(game: IdentityGame) -> None:
    """Scan mixtures of neighbours: every change of sign of the gain holds a listed equilibrium."""
    found = [e.strategy for e in game.symmetric_equilibria()]
    grid = np.linspace(0, 1, 41)
    for low in range(most(game)):
        gains = [mean_payoff(game, low + 1, low, p) - mean_payoff(game, low, low, p) for p in grid]
        for p, q, one, two in zip(grid, grid[1:], gains, gains[1:], strict=False):
            if one * two < 0:
                assert any(low + p - 1e-9 <= s <= low + q + 1e-9 for s in found), (low, p, q)


@pytest.mark.parametrize("seed", [11, FRESH])
def test_random_deviations_from_large_games(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(10):
        game = IdentityGame(int(rng.integers(2, 400)), float(rng.uniform(1, 1e5)),
                            float(rng.uniform(0.01, 5)))  # fmt: skip
        equilibria = game.pure_equilibria()
        assert len(equilibria) >= 1
        for found in equilibria:
            total = sum(own * people for own, people in found.strategy)
            for own, _ in found.strategy:
                others = total - own
                for other in rng.integers(0, 3 * own + 5, size=20).tolist():
                    assert game.payoff(other, others) <= game.payoff(own, others) + 1e-9, seed


@given(small, st.integers(1, 12))
def test_gain_is_the_split_profit_of_equal_shares(game: IdentityGame, identities: int) -> None:
    profit = split_profit(EqualShare(), np.ones(game.participants), 0, identities)
    price = game.identity_cost * (identities - 1)
    assert game.gain(identities) == pytest.approx(game.pool * profit - price)
    lead = payoff(game, identities, game.participants - 1) - payoff(game, 1, game.participants - 1)
    assert game.gain(identities) == pytest.approx(float(lead))


@given(small)
def test_the_stopping_price(game: IdentityGame) -> None:
    price = game.stopping_price
    for factor, stops in ((1.001, True), (0.999, False)):
        priced = IdentityGame(game.participants, game.pool, factor * price)
        assert (priced.gain(2) < 0) is stops
        assert (max(priced.gain(m) for m in range(2, 8)) < 0) is stops


def test_exact_formulas() -> None:
    assert IDENTITY_GAIN.exact(pool=6, identities=2, participants=3, identity_cost=Fraction(1, 2)
                               ) == Fraction(1, 2)  # fmt: skip
    assert STOPPING_PRICE.exact(pool=6, participants=3) == 1


@pytest.mark.parametrize(
    ("players", "each"), [(2, 25.0), (4, 18.75), (10, 9.0), (15, 100 * 14 / 225)]
)
def test_tullock_1980(players: int, each: float) -> None:
    """Tullock 1980, Efficient rent seeking, exponent 1: a prize of 100 draws 25, 18.75, 9, 6.22."""
    assert float(CONTINUOUS_IDENTITIES(participants=players, pool=100, identity_cost=1)) == (
        pytest.approx(each)
    )
    game = IdentityGame(players, pool=100, identity_cost=1)
    for found in game.symmetric_equilibria():
        assert found.strategy == pytest.approx(each, abs=1)
    fine = IdentityGame(players, pool=100, identity_cost=0.001)
    for found in fine.pure_equilibria():
        total = sum(own * people for own, people in found.strategy)
        assert fine.burned(total) == pytest.approx((players - 1) / players, abs=1e-4)


def test_small_pools_leave_somebody_out() -> None:
    """R = 2.5 phi: two of five participants hold one identity each, the others none."""
    game = IdentityGame(5, pool=2.5, identity_cost=1)
    assert [e.strategy for e in game.pure_equilibria()] == [((0, 3), (1, 2))]
    tie = IdentityGame(5, pool=2.0, identity_cost=1)  # the second of two just breaks even
    assert [e.strategy for e in tie.pure_equilibria()] == [((0, 3), (1, 2)), ((0, 4), (1, 1))]
    assert [e.stable for e in tie.pure_equilibria()] == [False, False]
    nobody = IdentityGame(5, pool=0.5, identity_cost=1)
    assert [e.strategy for e in nobody.pure_equilibria()] == [((0, 5),)]
    assert [e.strategy for e in nobody.symmetric_equilibria()] == [0]


def test_scaling_money_changes_nothing_but_money() -> None:
    game, scaled = IdentityGame(4, 13.0, 0.7), IdentityGame(4, 13.0 * 8, 0.7 * 8)
    for one, two in zip(game.symmetric_equilibria(), scaled.symmetric_equilibria(), strict=True):
        assert one.strategy == pytest.approx(two.strategy)
        assert 8 * one.payoff == pytest.approx(two.payoff)
    assert [e.strategy for e in game.pure_equilibria()] == [
        e.strategy for e in scaled.pure_equilibria()
    ]


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: IdentityGame(1, 1.0, 1.0), "participants"),
        (lambda: IdentityGame(10**7, 1.0, 1.0), "participants"),
        (lambda: IdentityGame(2, 0.0, 1.0), "pool"),
        (lambda: IdentityGame(2, 1.0, 0.0), "identity_cost"),
        (lambda: IdentityGame(2, math.nan, 1.0), "pool"),
        (lambda: IdentityGame(2, 1e12, 1.0), "pool / identity_cost"),
        (lambda: IdentityGame(2, 1.0, 1.0).gain(0), "identities"),
        (lambda: IdentityGame(2, 1.0, 1.0).payoff(-1, 2), "own"),
        (lambda: IdentityGame(2, 1.0, 1.0).payoff(1, 2.5), "others"),
        (lambda: IdentityGame(2, 1.0, 1.0).best_responses("x"), "others"),
        (lambda: IdentityGame(2, 1.0, 1.0).burned(-1), "identities"),
    ],
)
def test_refusals(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()
