"""The certificate of the baton game: it accepts solutions and nothing near them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from derelayl_econ.games.baton import BatonGame
from derelayl_econ.results import Certificate

GAME = BatonGame(participants=5, value=1, cost=0.3, price=0.5, discount=0.9, quality_max=1, gap=1,
                 learning_rate=0.2)  # fmt: skip


@pytest.mark.parametrize("seed", [5, None])
def test_solutions_of_random_games_are_certified(seed):
    entropy = np.random.SeedSequence(seed).entropy
    rng = np.random.default_rng(entropy)
    for _ in range(40):
        game = BatonGame(
            participants=int(10 ** rng.uniform(0.31, 6)), value=rng.uniform(0, 3),
            cost=10 ** rng.uniform(-1, 1), price=rng.uniform(0, 5),
            discount=rng.uniform(0.05, 0.99), quality_max=1, gap=rng.uniform(0, 1),
            learning_rate=rng.uniform(0.05, 0.95),
        )  # fmt: skip
        assert game.solve().certificate.check(), (entropy, game)


def test_every_corrupted_number_is_refused():
    solution = GAME.solve()
    certificate = solution.certificate
    assert isinstance(certificate, Certificate)
    assert certificate.status == "certified-ball"
    assert "exactly one" in certificate.claim
    for level in range(solution.stop_level + 1):
        for factor in (1 - 1e-6, 1 + 1e-6):
            p, value = solution.volunteer_probability.copy(), solution.value.copy()
            p[level] = p[level] * factor if p[level] else 1e-6
            value[level] *= factor
            assert not replace(certificate, volunteer_probability=p).check(), level
            assert not replace(certificate, value=value).check(), level


def test_the_number_of_levels_is_checked():
    certificate = GAME.solve().certificate
    p, value = certificate.volunteer_probability, certificate.value
    short = replace(certificate, volunteer_probability=np.append(p[:-2], 0.0), value=value[:-1])
    assert not short.check()
    assert not replace(certificate, volunteer_probability=np.append(p, 0.0)).check()
    assert not replace(certificate, value=value[:-1]).check()


def test_a_level_that_pays_by_itself_must_have_everybody():
    certificate = replace(GAME, price=3).solve().certificate
    assert certificate.volunteer_probability[0] == 1
    assert certificate.check()
    p = certificate.volunteer_probability.copy()
    p[0] = 0.999
    assert not replace(certificate, volunteer_probability=p).check()


def test_uniqueness_is_not_certified_on_the_knife_edge():
    game = replace(GAME, value=0, price=4, cost=2, learning_rate=0.5)
    assert not game.solve().certificate.check()


@pytest.mark.parametrize("bad", [np.nan, -0.1, 2.0])
def test_nonsense_is_refused(bad):
    certificate = GAME.solve().certificate
    p = certificate.volunteer_probability.copy()
    p[0] = bad
    assert not replace(certificate, volunteer_probability=p).check()
