"""Unequal participants: closed forms, all profiles by brute force, published games, bent proofs."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ import ParticipationGame, UnequalParticipation, solve_bimatrix
from derelayl_econ.errors import InputError
from derelayl_econ.games.unequal_certificates import MixedCertificate, PureCertificate
from derelayl_econ.games.unequal_cover import cover
from derelayl_econ.games.unequal_formulas import VOLUNTEER_MIX
from derelayl_econ.games.unequal_supports import Support
from derelayl_econ.results import Certificate, Equilibrium

FRESH = np.random.SeedSequence().entropy
Game = UnequalParticipation


def _probabilities(e: Equilibrium) -> list[float]:
    return [float(p) for p in e.strategy]


def _by_profiles(game: Game, p: Any) -> list[float]:
    """Everybody's payoff by going through all 2^N profiles."""
    n = game.participants
    pay = [0.0] * n
    for profile in itertools.product((0, 1), repeat=n):
        for i in range(n):
            k = sum(profile) - profile[i]
            others = math.prod(p[j] if profile[j] else 1 - p[j] for j in range(n) if j != i)
            own = p[i] if profile[i] else 1 - p[i]
            pay[i] += others * own * (game.ride[i, k] + profile[i] * game.gains[i, k])
    return pay


def _attack(game: Game, e: Equilibrium, rng: np.random.Generator) -> None:
    """Nobody gains by a random deviation."""
    scale = float(np.abs(game.gains).max())
    for _ in range(5):
        i = int(rng.integers(game.participants))
        other = np.array(e.strategy)
        other[i] = rng.random()
        assert game.payoff(other)[i] <= e.payoff[i] + 1e-12 * scale


def _examine(game: Game, found: Any) -> None:
    rng = np.random.default_rng(FRESH)
    for e in found:
        assert isinstance(e.certificate, Certificate)
        assert e.certificate.check(), FRESH
        assert e.regret <= 1e-12 * float(np.abs(game.gains).max())
        _attack(game, e, rng)


# --- closed forms and published games -----------------------------------------------------------


@pytest.mark.parametrize("n", [3, 6, 12, 20])
def test_everybody_mixes_in_the_volunteers_dilemma(n: int) -> None:
    # Diekmann 1993, Int. J. Game Theory 22:75: p_i = 1 - (prod_j r_j)^(1/(N-1)) / r_i, r = c/b.
    benefits, costs = np.linspace(4, 5, n), np.linspace(1, 1.3, n)
    ratios = costs / benefits
    game = Game.volunteer(benefits, costs)
    expected = VOLUNTEER_MIX(ratio_product=math.prod(ratios), mixers=n, cost_ratio=ratios)
    assert expected.min() > 0
    found = game.equilibria_among(range(n))
    assert len(found) == 1
    np.testing.assert_allclose(found[0].strategy, expected, atol=1e-13)
    np.testing.assert_allclose(found[0].payoff, benefits - costs, rtol=1e-12)
    _examine(game, found)
    assert list(np.argsort(found[0].strategy)) == list(np.argsort(ratios))  # dear ones train more


def test_goeree_holt_smith_2017_volunteers() -> None:
    # Goeree, Holt and Smith 2017, Games Econ. Behav. 102:303: V = 1, L = 0.2, C = 0.2, so that
    # c/b = 1/4: Nash probabilities 0.75, 0.50, 0.24, 0.16, 0.12 for N = 2, 3, 6, 9, 12.
    for n, nash in ((2, 0.75), (3, 0.50), (6, 0.24), (9, 0.16), (12, 0.12)):
        game = Game.volunteer(np.full(n, 0.8), np.full(n, 0.2))
        (only,) = game.equilibria_among(range(n))
        assert np.ptp(only.strategy) < 1e-12
        assert round(float(only.strategy[0]), 2) == nash


def test_sundali_rapoport_seale_1995_market_entry() -> None:
    # Sundali, Rapoport and Seale 1995, Organ. Behav. Hum. Decis. Process. 64:203: N = 20, entering
    # pays 1 + 2 (c - m), staying out 1: mixed equilibrium p = (c-1)/(N-1), pure ones c or c-1.
    capacity = 3
    gains = np.tile(2.0 * (capacity - 1 - np.arange(20)), (20, 1))
    game = Game(gains, np.ones_like(gains))
    (mixed,) = game.equilibria_among(range(20))
    np.testing.assert_allclose(mixed.strategy, (capacity - 1) / 19, atol=1e-14)
    np.testing.assert_allclose(mixed.payoff, 1, atol=1e-13)
    assert mixed.certificate.check()
    pure = game.pure_equilibria()
    assert {int(sum(e.strategy)) for e in pure} == {2, 3}
    assert len(pure) == math.comb(20, 2) + math.comb(20, 3)
    assert not any(e.stable for e in pure)


def test_weesie_1993_pure_equilibria() -> None:
    # Weesie 1993, J. Conflict Resolution 37:569: in the asymmetric dilemma with c_i < b_i the pure
    # equilibria are those with exactly one volunteer, whoever it is.
    found = Game.volunteer([3, 4, 9, 2.5], [1, 3.5, 2, 2]).pure_equilibria()
    assert [e.label for e in found] == [f"[{i}] train" for i in range(4)]
    assert all(e.stable for e in found)


@pytest.mark.parametrize(("n", "number"), [(2, 3), (3, 7), (4, 15)])
def test_any_group_may_volunteer(n: int, number: int) -> None:
    # Theorem T1 of the proofs: with equal costs one designated trainer, or any m >= 2 who mix: in
    # all n + (2^n - 1 - n) equilibria.
    game = Game.volunteer([4] * n, [1] * n)
    found = game.equilibria()
    assert (len(found), found.coverage) == (number, "all")
    for e in found:
        mixing = [p for p in _probabilities(e) if 0 < p < 1]
        m = len(mixing)
        assert mixing == pytest.approx([1 - 0.25 ** (1 / (m - 1))] * m if m else [])
    _examine(game, found)


@pytest.mark.parametrize("make", [
    lambda: (Game.volunteer([4, 4, 4], [1, 1, 1]), ParticipationGame.volunteer(3, 4, 1)),
    lambda: (Game.pool(3.5, [1.25] * 4), ParticipationGame.pool(4, 3.5, 1.25)),
    lambda: (Game.train_or_ride([2] * 3, [3] * 3, 5, 0.5),
             ParticipationGame.train_or_ride(3, 2, 3, 5, 0.5)),
    lambda: (Game.critical_mass(2, [9] * 4, [1.5] * 4, 0.75),
             ParticipationGame.critical_mass(4, 2, 9, 1.5, 0.75)),
])  # fmt: skip
def test_equal_participants_are_the_symmetric_game(make: Any) -> None:
    unequal, equal = make()
    found = unequal.equilibria()
    for e in equal.equilibria():
        same = [x for x in found if np.allclose(x.strategy, e.strategy, atol=1e-12)]
        assert len(same) == 1
        assert same[0].payoff[0] == pytest.approx(e.payoff, abs=1e-12)
    if found.coverage == "all":
        alike = [x for x in found if np.ptp(x.strategy) < 1e-9]
        assert len(alike) == len(equal.equilibria())


# --- against independent computations -----------------------------------------------------------


@pytest.mark.parametrize("seed", [0, FRESH])
def test_payoff_and_regret_by_all_profiles(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for n in (2, 3, 5):
        game = Game(rng.standard_normal((n, n)), rng.standard_normal((n, n)))
        p = rng.random(n)
        pay = _by_profiles(game, p)
        np.testing.assert_allclose(game.payoff(p), pay, atol=1e-13)
        best = [max(_by_profiles(game, [*p[:i], x, *p[i + 1 :]])[i] for x in (0, 1))
                for i in range(n)]  # fmt: skip
        assert game.regret(p) == pytest.approx(max(b - q for b, q in zip(best, pay, strict=True)))


def _pure_by_brute_force(game: Game) -> set[tuple[int, ...]]:
    gains = [[Fraction(g) for g in row] for row in game.gains.tolist()]
    n, found = game.participants, set()
    for profile in itertools.product((0, 1), repeat=n):
        total = sum(profile)
        if all((gains[i][total - 1] >= 0) if profile[i] else (gains[i][total] <= 0)
               for i in range(n)):  # fmt: skip
            found.add(profile)
    return found


@pytest.mark.parametrize("seed", [0, 1, FRESH])
def test_pure_equilibria_by_all_profiles(seed: int) -> None:
    rng = np.random.default_rng(seed)
    number = 0
    for n in (2, 3, 5, 8):
        for _ in range(8):
            game = Game(rng.integers(-2, 3, (n, n)) + rng.integers(0, 2) * 0.5)  # ties, too
            found = [tuple(map(int, e.strategy)) for e in game.pure_equilibria()]
            assert len(found) == len(set(found))
            assert set(found) == _pure_by_brute_force(game), seed
            number += len(found)
    assert number > 0


def test_pure_equilibria_of_sixteen() -> None:
    rng = np.random.default_rng(5)
    game = Game.train_or_ride(rng.uniform(1, 3, 16), rng.uniform(1.5, 2.5, 16), 6, 0.5)
    found = {tuple(map(int, e.strategy)) for e in game.pure_equilibria()}
    assert found == _pure_by_brute_force(game)
    assert found


@pytest.mark.parametrize("seed", [0, 1, FRESH])
def test_two_participants_as_a_bimatrix_game(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(10):
        game = Game(rng.standard_normal((2, 2)), rng.standard_normal((2, 2)))
        train = game.gains + game.ride
        rows = [[train[0, 1], train[0, 0]], [game.ride[0, 1], game.ride[0, 0]]]
        columns = [[train[1, 1], game.ride[1, 1]], [train[1, 0], game.ride[1, 0]]]
        known = sorted((float(x[0]), float(y[0])) for x, y in
                       (e.strategy for e in solve_bimatrix(rows, columns)))  # fmt: skip
        found = game.equilibria()
        assert found.coverage == "all"
        assert sorted(map(tuple, map(_probabilities, found))) == [
            pytest.approx(pair, abs=1e-12) for pair in known
        ]


def _three_by_a_quadratic(gains: list[list[float]]) -> list[tuple[float, float, float]]:
    """All fully mixed equilibria of three: two unknowns eliminated, a quadratic is left.

    0 = a_i + b_i (p_j + p_k) + c_i p_j p_k; so p_1 = -(a_3 + b_3 p_2)/(b_3 + c_3 p_2) from the
    third's equation and p_3 likewise from the first's, both put into the second's.
    """
    a = [g[0] for g in gains]
    b = [g[1] - g[0] for g in gains]
    c = [g[2] - 2 * g[1] + g[0] for g in gains]
    up = [np.poly1d([-b[i], -a[i]]) for i in (2, 0)]
    down = [np.poly1d([c[i], b[i]]) for i in (2, 0)]
    total = (a[1] * down[0] * down[1] + b[1] * (up[0] * down[1] + up[1] * down[0])
             + c[1] * up[0] * up[1])  # fmt: skip
    found = []
    for y in np.roots(total):
        if abs(y.imag) < 1e-12:
            x, z = (up[k](y.real) / down[k](y.real) for k in (0, 1))
            found.append((x, y.real, z))
    return sorted(p for p in found if all(0 < q < 1 for q in p))


@pytest.mark.parametrize("seed", [0, FRESH])
def test_three_who_mix_by_a_quadratic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = set()
    for _ in range(12):
        # Signs like + - + and - + - make two mixed equilibria possible.
        gains = np.abs(rng.standard_normal((3, 3))) * [1, -1, 1] * rng.choice([-1, 1])
        known = _three_by_a_quadratic(gains.tolist())
        found = Game(gains).equilibria_among([0, 1, 2])
        assert found.coverage == "all"
        assert [tuple(_probabilities(e)) for e in found] == [
            pytest.approx(p, abs=1e-9) for p in known
        ], seed
        seen.add(len(known))
    assert len(seen) > 1


@pytest.mark.parametrize("seed", [3, FRESH])
def test_generic_games_have_an_odd_number(seed: int) -> None:
    # Wilson 1971, SIAM J. Appl. Math. 21:80.
    rng = np.random.default_rng(seed)
    for n in (3, 4):
        game = Game(rng.standard_normal((n, n)))
        found = game.equilibria()
        assert found.coverage == "all", seed
        assert len(found) % 2 == 1, seed
        _examine(game, found)


# --- properties ---------------------------------------------------------------------------------

PEOPLE = st.lists(st.tuples(st.floats(2, 6), st.floats(0.5, 1.9)), min_size=3, max_size=3)


@settings(max_examples=12, deadline=None)
@given(PEOPLE, st.permutations(range(3)), st.sampled_from([0.25, 3.0, 1e6]))
def test_relabelling_and_scaling(people: list[tuple[float, float]], order: list[int],
                                 factor: float) -> None:  # fmt: skip
    benefits, costs = (np.array(values) for values in zip(*people, strict=True))
    found = Game.volunteer(benefits, costs).equilibria_among([0, 1, 2])
    turned = Game.volunteer(benefits[order], costs[order]).equilibria_among([0, 1, 2])
    scaled = Game.volunteer(factor * benefits, factor * costs).equilibria_among([0, 1, 2])
    assert len(found) == len(turned) == len(scaled)
    for e, same, other in zip(found, turned, scaled, strict=True):
        np.testing.assert_allclose(same.strategy, e.strategy[order], atol=1e-12)
        np.testing.assert_allclose(other.strategy, e.strategy, atol=1e-12)
        np.testing.assert_allclose(other.payoff, factor * np.array(e.payoff), rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.floats(1.0, 1.2), min_size=5, max_size=8, unique=True))
def test_the_dearer_train_more(costs: list[float]) -> None:
    (only,) = Game.volunteer([4.0] * len(costs), costs).equilibria_among(range(len(costs)))
    assert list(np.argsort(only.strategy, kind="stable")) == list(np.argsort(costs, kind="stable"))


@pytest.mark.parametrize("seed", [FRESH])
def test_critical_mass_of_ten_with_proofs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = Game.critical_mass(4, rng.uniform(4, 4.2, 10), rng.uniform(0.5, 0.52, 10), 0.9)
    found = game.equilibria()
    mixed = [e for e in found if e.label.endswith("mix")]
    assert found.coverage == "some"
    assert len(mixed) == 2, seed
    _examine(game, mixed)
    # At the lower one everybody is pivotal too seldom, at the upper one too often.
    assert mixed[0].strategy.max() < mixed[1].strategy.min()


# --- what cannot be decided is said --------------------------------------------------------------


def test_a_tangency_is_no_claim() -> None:
    # Two who mix given k trainers of the pair: 1 - 4 p + 4 p^2 = (1 - 2 p)^2 on the diagonal.
    gains = np.array([[1.0, -1.0, 1.0]] * 3)
    found = cover(Support(gains, (), (0, 1, 2)), most_boxes=300)
    assert not found.complete


def test_ties_are_no_claim() -> None:
    game = Game(np.array([[0.0, -1.0], [1.0, -1.0]]))
    assert game.equilibria().coverage == "some"
    assert game.pure_equilibria().coverage == "all"


def test_more_pure_equilibria_than_asked_for() -> None:
    game = Game(np.zeros((6, 6)))
    few, all_ = game.pure_equilibria(10), game.pure_equilibria()
    assert (len(few), few.coverage, few.status.name) == (10, "some", "BUDGET")
    assert (len(all_), all_.coverage) == (64, "all")


# --- proofs that were tampered with -------------------------------------------------------------


def _mixed_proof(*, outsiders: bool) -> MixedCertificate:
    game = Game.volunteer([4, 5, 6, 5], [1, 1.1, 1.2, 1.3])
    (only,) = game.equilibria_among([0, 2, 3] if outsiders else range(4))
    proof = only.certificate
    assert isinstance(proof, MixedCertificate)
    assert (proof.status, proof.check()) == ("certified-ball", True)
    return proof


@pytest.mark.parametrize("outsiders", [False, True])
def test_a_changed_mixed_proof_is_rejected(outsiders: bool) -> None:
    proof = _mixed_proof(outsiders=outsiders)
    for i in range(4):
        for step in (1e-12, -1e-12, math.nan):
            bent = np.array(proof.strategy)
            bent[i] += step
            assert not replace(proof, strategy=bent).check()
    assert not replace(proof, strategy=proof.strategy[:3]).check()
    moved = tuple(c + 2 * proof.radius for c in proof.centre)
    assert not replace(proof, centre=moved).check()
    assert not replace(proof, centre=proof.centre[:-1]).check()
    assert not replace(proof, radius=Fraction(0)).check()
    assert not replace(proof, radius=-proof.radius).check()
    assert not replace(proof, radius=Fraction(2)).check()
    assert not replace(proof, tolerance=0.0).check()
    support = proof.support
    for change in (
        {"trains": (1,)},
        {"mixes": support.mixes[:-1]},
        {"mixes": (*support.mixes[:-1], support.mixes[0])},
        {"gains": support.gains * np.array([1, 1.001, 1, 1])},
        {"gains": -support.gains[:, ::-1]},
    ):
        assert not replace(proof, support=replace(support, **change)).check(), change


def test_an_outsider_who_wants_in_is_no_equilibrium() -> None:
    # The third's benefit is so large that it trains whatever the two others do.
    game = Game.volunteer([4, 4, 100], [1, 1, 1])
    found = game.equilibria_among([0, 1])
    assert (len(found), found.coverage) == (0, "all")
    zero = cover(Support(game.gains, (), (0, 1))).zeros[0]
    forged = MixedCertificate(support=Support(game.gains, (), (0, 1)), centre=zero.centre,
                              radius=zero.radius, strategy=np.array([0.75, 0.75, 0]))  # fmt: skip
    assert not forged.check()


def test_a_changed_pure_proof_is_rejected() -> None:
    game = Game.volunteer([4, 4, 4], [1, 2, 3])
    proof = game.pure_equilibria()[0].certificate
    assert isinstance(proof, PureCertificate)
    assert (proof.status, proof.check()) == ("exact", True)
    for bad in ([0, 0, 0], [1, 1, 0], [1, 1, 1], [1, 0], [0.5, 0, 0], [math.nan, 0, 0]):
        assert not replace(proof, strategy=np.array(bad, dtype=float)).check()
    assert not replace(proof, gains=-game.gains).check()
    assert "[0] train" in proof.claim


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: Game([[1.0]]), "gains"),
        (lambda: Game([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]), "gains"),
        (lambda: Game(np.zeros((2, 2)), np.zeros((3, 3))), "ride"),
        (lambda: Game([[1.0, math.nan], [1.0, 1.0]]), "gains"),
        (lambda: Game(np.zeros((201, 201))), "gains"),
        (lambda: Game.volunteer([1, 2], [1, 2, 3]), "benefits"),
        (lambda: Game.volunteer([1, 2], [-1, 2]), "costs"),
        (lambda: Game.volunteer([1], [1]), "costs"),
        (lambda: Game.volunteer(None, [1, 2]), "benefits"),
        (lambda: Game.pool(-1, [1, 2]), "pool"),
        (lambda: Game.critical_mass(3, [1, 2], [1, 2]), "threshold"),
        (lambda: Game.train_or_ride([1, 2], [1, 2], 0, 1.5), "leakage"),
        (lambda: Game.volunteer([3, 3], [1, 1]).regret([0.5]), "strategy"),
        (lambda: Game.volunteer([3, 3], [1, 1]).payoff([0.5, 2]), "strategy"),
        (lambda: Game.volunteer([3, 3], [1, 1]).equilibria_among([0]), "mixes"),
        (lambda: Game.volunteer([3, 3], [1, 1]).equilibria_among([0, 2]), "mixes"),
        (lambda: Game.volunteer([3, 3], [1, 1]).equilibria_among([0, 0]), "mixes"),
        (lambda: Game.volunteer([3, 3], [1, 1]).equilibria_among([0, 1], [1]), "once"),
        (lambda: Game.volunteer([3, 3], [1, 1]).equilibria_among(["a"]), "mixes"),
        (lambda: Game.volunteer([3, 3], [1, 1]).pure_equilibria(0), "most"),
    ],
)  # fmt: skip
def test_bad_input(call: Any, word: str) -> None:
    with pytest.raises(InputError, match=word):
        call()
