"""The baton game against solvers written from the prose: a scan for all equilibria, a planner."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from derelayl_econ.games.baton import BatonGame

EXAMPLE = BatonGame(participants=6, value=1, cost=2, price=3, discount=0.9, quality_max=1, gap=1,
                    learning_rate=0.2)  # fmt: skip
LONG = replace(EXAMPLE, cost=0.3, price=0.5, participants=5)

# ---------------------------------------------------------------- a second opinion from the prose


def quality(game, level):
    left = game.gap
    for _ in range(level):
        left -= game.learning_rate * left
    return game.quality_max - left


def play(game, level, p, here, later, number=float):
    """Payoffs (volunteering, waiting) at a level where each of the others volunteers with p."""
    volunteering = waiting = number(0)
    flow = number(game.value) * number(quality(game, level))
    gain = number(quality(game, level + 1)) - number(quality(game, level))
    delta, others = number(game.discount), game.participants - 1
    for k in range(others + 1):
        chance = comb(others, k) * p**k * (1 - p) ** (others - k)
        drawn = (number(game.price) * gain - number(game.cost)) / number(k + 1)
        volunteering += chance * (flow + delta * later + drawn)
        waiting += chance * (flow + delta * (later if k else here))
    return volunteering, waiting


def value_when_all_play(game, level, p, later):
    """Iterate the value of a level until it stands still."""
    here = 0.0
    for _ in range(100_000):
        volunteering, waiting = play(game, level, p, here, later)
        new = p * volunteering + (1 - p) * waiting
        if abs(new - here) <= 1e-15 * (1 + abs(new)):
            break
        here = new
    return here


def gain_from_volunteering(game, level, p, later):
    here = value_when_all_play(game, level, p, later)
    volunteering, waiting = play(game, level, p, here, later)
    return volunteering - waiting


def equilibria_by_scan(game, level, later, steps=36):
    """All symmetric equilibria of a level that a scan over p can see."""

    def gain(p):
        return gain_from_volunteering(game, level, p, later)

    grid = np.concatenate([[0.0], np.geomspace(1e-4, 1, steps)])
    gains = [gain(p) for p in grid]
    found = [0.0] if gains[0] <= 0 else []
    for i in range(len(grid) - 1):
        if gains[i] * gains[i + 1] < 0:
            low, high, rising = grid[i], grid[i + 1], gains[i] < 0
            for _ in range(40):
                middle = (low + high) / 2
                low, high = (middle, high) if (gain(middle) < 0) == rising else (low, middle)
            found.append((low + high) / 2)
    return found + ([1.0] if gains[-1] >= 0 else [])


def solve_by_story(game, levels):
    """Backward induction from a level that is certainly too good to be worth a leg."""
    later = game.value * quality(game, levels + 1) / (1 - game.discount)
    probabilities = []
    for level in range(levels, -1, -1):
        found = equilibria_by_scan(game, level, later)
        assert len(found) == 1, (level, found)
        probabilities.append(found[0])
        later = value_when_all_play(game, level, found[0], later)
    return probabilities[::-1]


@pytest.mark.parametrize(
    "game",
    [
        EXAMPLE,
        LONG,
        replace(LONG, price=3, participants=3),  # the first levels pay by themselves
        replace(LONG, value=0, price=3),  # nobody cares for quality, some levels pay
        replace(LONG, participants=2, discount=0.5),
        replace(LONG, participants=12, gap=0.6),
    ],
)
def test_a_solver_written_from_the_prose_finds_the_same_and_nothing_else(game):
    solution = game.solve()
    expected = solve_by_story(game, solution.stop_level + 3)
    stop = solution.stop_level
    assert expected[stop:] == [0, 0, 0, 0]
    assert solution.volunteer_probability.tolist() == pytest.approx(expected[: stop + 1], abs=1e-9)


@pytest.mark.parametrize("seed", [7, None])
def test_second_opinion_on_random_games(seed):
    entropy = np.random.SeedSequence(seed).entropy
    rng = np.random.default_rng(entropy)
    for _ in range(6):
        game = BatonGame(
            participants=int(rng.integers(2, 6)), value=rng.uniform(0, 2), price=rng.uniform(0, 4),
            cost=rng.uniform(0.3, 2), discount=rng.uniform(0.2, 0.8), quality_max=1,
            gap=rng.uniform(0.2, 1), learning_rate=rng.uniform(0.2, 0.7),
        )  # fmt: skip
        solution = game.solve()
        expected = solve_by_story(game, solution.stop_level + 1)
        found = [*solution.volunteer_probability, 0.0]
        assert found == pytest.approx(expected, abs=1e-8), (entropy, game)


def test_regret_in_exact_rationals():
    # The reported probabilities and values, taken as rationals, against the game of the prose.
    solution = LONG.solve()
    values = [Fraction(v) for v in solution.value]
    beyond = LONG.value * quality(LONG, solution.stop_level + 1) / (1 - LONG.discount)
    for level, probability in enumerate(solution.volunteer_probability):
        later = [*values, Fraction(beyond)][level + 1]
        payoffs = play(LONG, level, Fraction(probability), values[level], later, Fraction)
        p = Fraction(probability)
        mixed = p * payoffs[0] + (1 - p) * payoffs[1]
        assert max(payoffs) - mixed < Fraction(1, 10**12)
        assert abs(mixed - values[level]) < Fraction(1, 10**12)


# ---------------------------------------------------------------------------------------- planner


def planner_by_search(game, most=60):
    """Utility of one member if the first K legs are trained at once, for the best K."""
    values = []
    for stop in range(most):
        total = sum(
            game.discount**k * (game.value * quality(game, k) - (
                game.cost - game.price * (quality(game, k + 1) - quality(game, k))
            ) / game.participants)
            for k in range(stop)
        )  # fmt: skip
        tail = game.value * quality(game, stop) / (1 - game.discount)
        values.append(total + game.discount**stop * tail)
    best = int(np.argmax(values))
    return best, values[best]


@pytest.mark.parametrize("game", [EXAMPLE, LONG, replace(LONG, price=3), replace(LONG, value=0)])
def test_planner_against_a_search_over_all_stopping_levels(game):
    plan = game.planner()
    stop, value = planner_by_search(game)
    assert plan.value == pytest.approx(value, rel=1e-12)
    assert plan.stop_level == stop
