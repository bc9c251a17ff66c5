"""Proofs of pure equilibria: published games, all profiles, and proofs that were tampered with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from derelayl_econ import ParticipationGame, StageGame
from derelayl_econ.equilibrium.pure_certificate import ProfileCertificate, TrainersCertificate

SEEDS = [0, 1, np.random.SeedSequence().entropy]


@pytest.mark.parametrize("seed", SEEDS)
def test_exactly_the_equilibria_listed_have_proofs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    number = 0
    for size in (2, 3, 7, 20):
        game = ParticipationGame(rng.integers(-2, 3, size) + 0.5 * rng.integers(0, 2))
        listed = {}
        for e in game.pure_equilibria():
            assert isinstance(e.certificate, TrainersCertificate)
            assert e.certificate.status == "exact"
            listed[e.strategy] = e.certificate
        for trainers in range(-1, size + 2):
            proof = TrainersCertificate(gains=game.gains, trainers=trainers)
            assert proof.check() == (trainers in listed), (seed, trainers)
        number += len(listed)
        for trainers, proof in listed.items():
            bent = -game.gains - 0.25 * np.sign(game.gains)
            kept = replace(proof, gains=bent).check()
            ends = [bent[k] for k in (trainers - 1,) if k >= 0], [bent[trainers : trainers + 1]]
            assert kept == (all(g >= 0 for g in ends[0]) and bool(np.all(ends[1][0] <= 0)))
    assert number > 0


def test_selten_and_guth_1982_pure_trainers_of_a_pool() -> None:
    # Selten and Guth 1982, "Equilibrium point selection in a class of market entry games": as many
    # enter as the market carries; here R/k >= c, so floor(7.5/2) = 3.
    (only,) = ParticipationGame.pool(10, pool=7.5, cost=2).pure_equilibria()
    assert only.certificate.check()
    assert "with 3 of 10 training" in str(only.certificate)
    for trainers in (0, 2, 4, 10, -1, 11):
        assert not replace(only.certificate, trainers=trainers).check()


def test_rousseaus_stag_hunt_and_the_prisoners_dilemma() -> None:
    # Luce and Raiffa 1957, "Games and Decisions", section 5.4; Skyrms 2004, "The Stag Hunt".
    hunt = StageGame([[[4, 4], [0, 3]], [[3, 0], [3, 3]]])
    dilemma = StageGame([[[3, 3], [0, 5]], [[5, 0], [1, 1]]])
    assert [e.strategy for e in hunt.pure_equilibria()] == [(0, 0), (1, 1)]
    assert [e.strategy for e in dilemma.pure_equilibria()] == [(1, 1)]
    for game in (hunt, dilemma):
        found = {e.strategy: e.certificate for e in game.pure_equilibria()}
        for proof in found.values():
            assert isinstance(proof, ProfileCertificate)
            assert (proof.status, proof.check()) == ("exact", True)
            assert str(proof.profile) in str(proof)
            for other in game.profiles:
                assert replace(proof, profile=other).check() == (other in found)
            assert not replace(proof, profile=(9, 9)).check()
    proof = dilemma.pure_equilibria()[0].certificate
    tempting = {**proof.payoffs, (0, 1): (2, 5)}
    assert not replace(proof, payoffs=tempting).check()
