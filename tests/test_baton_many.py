"""The baton game with very many members: the limit, and how fast it is reached."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from derelayl_econ.games.baton import BatonGame
from derelayl_econ.games.baton_level import LIMIT_INDIFFERENCE

EXAMPLE = BatonGame(participants=6, value=1, cost=2, price=3, discount=0.9, quality_max=1, gap=1,
                    learning_rate=0.2)  # fmt: skip
LONG = replace(EXAMPLE, cost=0.3, price=0.5, participants=5)


def quality(game, level):
    left = game.gap
    for _ in range(level):
        left -= game.learning_rate * left
    return game.quality_max - left


@pytest.mark.parametrize("game", [EXAMPLE, LONG, replace(LONG, price=3)])
def test_a_million_members_are_near_the_limit_and_do_not_wait_less(game):
    limit = game.large_limit()
    errors = []
    for members in (10**2, 10**4, 10**6):
        solution = replace(game, participants=members).solve()
        assert solution.regret < 1e-9
        assert solution.stop_level == limit.stop_level
        errors.append(np.abs(solution.wait[:-1] / limit.wait[:-1] - 1).max())
    assert errors[2] < 1e-4
    assert errors[1] < errors[0] / 50  # the distance falls like 1/N
    assert (limit.wait >= 1).all()


@pytest.mark.parametrize("game", [EXAMPLE, LONG])
def test_the_limit_solves_the_limit_equation(game):
    limit, waits = game.large_limit(), []
    v, delta = game.value, game.discount
    for level in range(limit.stop_level):
        gain = quality(game, level + 1) - quality(game, level)
        d = (1 - delta) * limit.value[level + 1] - v * quality(game, level)
        a = limit.intensity[level]
        zero = LIMIT_INDIFFERENCE(net_cost=game.cost - game.price * gain, headway=d, discount=delta,
                                  intensity=a)  # fmt: skip
        assert abs(zero) < 1e-9 * (1 + delta * d / (1 - delta))
        waits.append(1 / (1 - math.exp(-a)))
    assert limit.wait[:-1].tolist() == pytest.approx(waits, rel=1e-9)


def test_the_probability_falls_like_one_over_the_number_of_members():
    many = replace(LONG, participants=10**6).solve()
    expected = LONG.large_limit().intensity
    assert 10**6 * many.volunteer_probability == pytest.approx(expected, rel=1e-4)
