"""Train or ride: closed forms, plain-loop second opinions, and what every list must satisfy."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.participation_formulas import (
    PAYOFFS,
    POOL_INDIFFERENCE,
    PURE_TRAINERS,
    SMALLEST_FULL_POOL,
    VOLUNTEER_OUTAGE,
    VOLUNTEER_STRATEGY,
)
from derelayl_econ.results import Coverage, EquilibriumSet, Status

FRESH = np.random.SeedSequence().entropy


def strategies(found: EquilibriumSet) -> list[float]:
    return [e.strategy for e in found]


def exact_gain(gains: list[float], p: Fraction) -> Fraction:
    """Gain of training, by summing over every profile of the others: no binomial coefficient."""
    total = Fraction(0)
    for others in itertools.product((0, 1), repeat=len(gains) - 1):
        chance = math.prod((p if trains else 1 - p) for trains in others)
        total += chance * Fraction(gains[sum(others)])
    return total


# --- closed forms ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, 10, 1000, 10**4, 10**5, 10**6])
@pytest.mark.parametrize("ratio", [1e-6, 0.1, 0.5, 0.999])
def test_volunteer(size: int, ratio: float) -> None:
    game = ParticipationGame.volunteer(size, benefit=1, cost=ratio)
    found = game.equilibria()
    (p,) = strategies(found)
    assert found.coverage == "all"
    assert p == pytest.approx(-math.expm1(math.log(ratio) / (size - 1)), rel=1e-12)
    outage = float(VOLUNTEER_OUTAGE(cost=ratio, benefit=1, participants=size))
    assert float(game.outage(p)) == pytest.approx(outage, rel=1e-9)
    assert found[0].stable
    assert found[0].payoff == pytest.approx(1 - ratio, rel=1e-9)  # whatever N


def test_volunteer_formula_solves_the_indifference_condition() -> None:
    p = float(VOLUNTEER_STRATEGY(participants=7, benefit=5, cost=2))
    assert 5 * (1 - p) ** 6 == pytest.approx(2)
    assert strategies(ParticipationGame.volunteer(7, 5, 2).equilibria()) == pytest.approx([p])


def test_the_published_volunteer() -> None:
    """Diekmann 1985: N = 50 and c/b = 1/2 (value from an interval Newton method, 17 digits)."""
    (p,) = strategies(ParticipationGame.volunteer(50, 2, 1).equilibria())
    assert p == pytest.approx(0.0140462782518999, rel=1e-14)


@pytest.mark.parametrize("cost", [1.0, 2.0, 1.5])
def test_volunteer_nobody_trains_when_it_never_pays(cost: float) -> None:
    found = ParticipationGame.volunteer(5, benefit=1, cost=cost).equilibria()
    assert strategies(found) == [0.0]
    assert found[0].stable
    assert found[0].label == "nobody trains"


@pytest.mark.parametrize("size", [2, 5, 50, 10**3, 10**6])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_pool_identity(size: int, share: float) -> None:
    pool = 20.0
    cost = pool / size + share * (pool - pool / size)
    (p,) = strategies(ParticipationGame.pool(size, pool, cost).equilibria())
    assert 0 < p < 1
    slack = float(POOL_INDIFFERENCE(join_probability=p, participants=size, pool=pool, cost=cost))
    assert abs(slack) < 1e-9 * cost
    assert cost * size * p == pytest.approx(pool * -math.expm1(size * math.log1p(-p)), rel=1e-9)


def test_pool_boundaries() -> None:
    game = ParticipationGame.pool
    assert strategies(game(10, pool=20, cost=20).equilibria()) == [0.0]
    assert strategies(game(10, pool=20, cost=25).equilibria()) == [0.0]
    assert strategies(game(10, pool=20, cost=2).equilibria()) == [1.0]
    assert strategies(game(10, pool=20, cost=1).equilibria()) == [1.0]
    assert strategies(game(10, pool=0, cost=1).equilibria()) == [0.0]


def test_the_published_pool() -> None:
    """N = 50, R = 20, c = 1: proved by an interval Newton method."""
    (p,) = strategies(ParticipationGame.pool(50, 20, 1).equilibria())
    assert p == pytest.approx(0.399999999996767, rel=1e-14)


def test_the_published_window_of_benefit() -> None:
    """N = 50, cost 1/3, benefit 1 while 10 to 29 of them train: two equilibria beside 'nobody'."""
    k = np.arange(50)
    gains = np.where((k >= 10) & (k < 30), 1.0, 0.0) - 1 / 3
    found = ParticipationGame(gains).equilibria(certify=True)
    assert strategies(found) == pytest.approx([0, 0.1725, 0.6310], abs=6e-5)
    assert [e.stable for e in found] == [True, False, True]


@pytest.mark.parametrize("cost", [0.5, 2.0, 4.0, 11.0, 13.0])
@pytest.mark.parametrize("leakage", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("pool", [0.0, 4.0])
def test_train_or_ride_conditions(cost: float, leakage: float, pool: float) -> None:
    size, benefit = 8, 8.0
    found = ParticipationGame.train_or_ride(size, benefit, cost, pool, leakage).equilibria()
    none, full = benefit + pool <= cost, (1 - leakage) * benefit + pool / size >= cost
    if pool > 0 or leakage > 0:
        assert len(found) == 1
        assert (found[0].strategy == 0) == none
        assert (found[0].strategy == 1) == full


@pytest.mark.parametrize("leakage", [0.0, 0.25, 1.0])
def test_smallest_full_pool_is_the_smallest(leakage: float) -> None:
    size, benefit, cost = 16, 2.0, 3.0
    least = ParticipationGame.smallest_full_pool(size, benefit, cost, leakage)
    assert least == size * max(0, cost - (1 - leakage) * benefit)
    for pool, full in ((least, True), (least * (1 - 1e-6), False)):
        game = ParticipationGame.train_or_ride(size, benefit, cost, pool, leakage)
        assert (1.0 in strategies(game.equilibria())) == full
    assert float(SMALLEST_FULL_POOL.exact(participants=2, benefit=9, cost=1, leakage=0)) == 0


@pytest.mark.parametrize("size", [20, 1000, 10**5, 10**6])
def test_critical_mass_has_a_tipping_point_and_a_stable_state(size: int) -> None:
    threshold = size // 4
    game = ParticipationGame.critical_mass(size, threshold, benefit=10, cost=2, leakage=1)
    # With full leakage only the pivotal participant gains: 10 P(K = M-1) = 2 needs small groups.
    peak = 10 / math.sqrt(2 * math.pi * threshold * (1 - threshold / size))
    found = game.equilibria()
    assert found.coverage == "all"
    assert [e.stable for e in found] == ([True, False, True] if peak > 2 else [True])
    game = ParticipationGame.critical_mass(size, threshold, benefit=10, cost=2, leakage=0.5)
    found = game.equilibria()
    assert [e.stable for e in found] == [True, False, True]
    assert found[1].strategy == pytest.approx(threshold / size, abs=1.5 / math.sqrt(size))
    assert found[2].strategy == 1.0


def test_the_payoffs_are_those_of_the_prose() -> None:
    values = {"benefit": 7.0, "cost": 3.0, "pool": 12.0, "leakage": 0.25, "threshold": 4}
    prose = {
        "volunteer": lambda k: (7 - 3, 7 if k >= 1 else 0),
        "pool": lambda k: (12 / (k + 1) - 3, 0),
        "train_or_ride": lambda k: (7 - 3 + 12 / (k + 1), 0.25 * 7 if k >= 1 else 0),
        "critical_mass": lambda k: ((7 if k + 1 >= 4 else 0) - 3, 0.25 * 7 if k >= 4 else 0),
    }
    assert set(prose) == set(PAYOFFS)
    for name, payoffs in prose.items():
        taken = {s for f in PAYOFFS[name] for s in f.arguments} - {"others"}
        game = getattr(ParticipationGame, name)(9, **{s: values[s] for s in sorted(taken)})
        train, ride = zip(*(payoffs(k) for k in range(9)), strict=True)
        np.testing.assert_allclose(game.ride, ride)
        np.testing.assert_allclose(game.gains + game.ride, train)


# --- pure equilibria ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, FRESH])
def test_pure_equilibria_against_all_profiles(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(20):
        size = int(rng.integers(2, 7))
        gains, ride = rng.integers(-2, 3, size), rng.integers(-3, 4, size)

        def pay(profile: tuple[int, ...], i: int, gains: Any = gains, ride: Any = ride) -> int:
            others = sum(profile) - profile[i]
            return int(ride[others] + (gains[others] if profile[i] else 0))

        expected = set()
        for profile in itertools.product((0, 1), repeat=size):
            flips = [tuple(1 - x if j == i else x for j, x in enumerate(profile))
                     for i in range(size)]  # fmt: skip
            if all(pay(profile, i) >= pay(flips[i], i) for i in range(size)):
                expected.add(sum(profile))
        found = ParticipationGame(gains, ride).pure_equilibria()
        assert strategies(found) == sorted(expected), (seed, gains)
        assert found.regret == 0


@pytest.mark.parametrize("pool", [0.5, 1.9, 2.1, 3.0, 7.3, 11.9, 40.0])
def test_pure_trainers_formula(pool: float) -> None:
    size, benefit, cost, leakage = 10, 2.0, 2.5, 0.75  # net cost 2
    game = ParticipationGame.train_or_ride(size, benefit, cost, pool, leakage)
    net = cost - (1 - leakage) * benefit
    star = int(PURE_TRAINERS(participants=size, benefit=benefit, cost=cost, pool=pool,
                             leakage=leakage))  # fmt: skip
    expected = {star} if star >= 2 else set()
    expected |= {1} if benefit + pool >= cost and net >= pool / 2 else set()
    expected |= {0} if benefit + pool <= cost else set()
    assert strategies(game.pure_equilibria()) == sorted(expected)


def test_pure_payoffs_and_strictness() -> None:
    found = ParticipationGame.pool(3, pool=4, cost=2).pure_equilibria()
    assert (found[0].strategy, found[0].payoff, found[0].stable) == (1, (2.0, 0.0), False)
    assert strategies(found) == [1, 2]
    none = ParticipationGame.pool(3, pool=1, cost=2).pure_equilibria()[0]
    assert none.label == "nobody trains"
    assert math.isnan(none.payoff[0])
    assert none.stable


# --- second opinions ---------------------------------------------------------------------------


@pytest.mark.parametrize("certify", [False, True])
@pytest.mark.parametrize("seed", [1, FRESH])
def test_small_games_against_all_profiles(seed: int, certify: bool) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(12):
        gains = rng.integers(-6, 7, int(rng.integers(2, 9))).astype(float)
        found = ParticipationGame(gains).equilibria(certify)
        for e in found:
            p = Fraction(e.strategy)
            gain = exact_gain(gains.tolist(), p)
            regret = max((1 - p) * gain, -p * gain)
            assert regret < Fraction(1, 10**12), (seed, gains)
            assert e.regret == pytest.approx(float(regret), abs=1e-12)
        # Between neighbours G keeps its sign, so a coarse look must see nothing else.
        points = [Fraction(i, 24) for i in range(1, 24)]
        for low, high in itertools.pairwise(points):
            a, b = exact_gain(gains.tolist(), low), exact_gain(gains.tolist(), high)
            if a * b < 0 and found.coverage == "all":
                assert any(low < e.strategy < high for e in found), (seed, gains)


@pytest.mark.parametrize("certify", [False, True])
@pytest.mark.parametrize("seed", [2, FRESH])
def test_no_deviation_pays(seed: int, certify: bool) -> None:
    rng = np.random.default_rng(seed)
    for size in (2, 5, 30, 120):
        gains, ride = rng.standard_normal((2, size))
        game = ParticipationGame(gains, ride)
        for e in game.equilibria(certify):
            train_payoff, ride_payoff = (
                float(ParticipationGame(values).gain(e.strategy)) for values in (gains + ride, ride)
            )
            mixes = rng.uniform(size=20)
            best = (mixes * train_payoff + (1 - mixes) * ride_payoff).max()
            assert best <= e.payoff + 1e-9, (seed, size)
            assert e.regret < 1e-9


def test_stability_is_that_of_the_replicator_dynamic() -> None:
    game = ParticipationGame(np.random.default_rng(4).standard_normal(40))
    found = game.equilibria()
    assert len(found) > 3
    for e in found:
        start = np.clip([e.strategy - 1e-4, e.strategy + 1e-4], 1e-9, 1 - 1e-9)
        p = start.copy()
        for _ in range(100):
            p += 0.05 * p * (1 - p) * game.gain(p)
        nearer = abs(p - e.strategy) <= abs(start - e.strategy)
        assert bool(nearer.all()) == e.stable


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=12), st.sampled_from([1e-6, 0.5, 3e7]))
def test_scaling_money_changes_nothing_but_money(gains: list[int], factor: float) -> None:
    assume(any(gains))
    one = ParticipationGame(gains).equilibria()
    two = ParticipationGame(np.array(gains) * factor).equilibria()
    assume(one.status == two.status == Status.SOLVED)
    assert strategies(one) == pytest.approx(strategies(two), rel=1e-9)
    assert [e.stable for e in one] == [e.stable for e in two]


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=12))
def test_every_list_is_consistent(gains: list[float]) -> None:
    assume(max(abs(g) for g in gains) > 1e-3)
    found = ParticipationGame(gains).equilibria()
    assert len(found) >= 1  # a symmetric equilibrium always exists
    assert strategies(found) == sorted(strategies(found))
    assert found.regret <= 1e-9 * max(abs(g) for g in gains)
    if found.coverage == "all":
        stable = [e.stable for e in found]
        assert any(stable)
        if all(g != 0 for g in gains) and found.status is Status.SOLVED:  # then they alternate
            assert all(a != b for a, b in itertools.pairwise(stable))


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 3.0]), min_size=2, max_size=10))
def test_certified_and_numeric_lists_agree(gains: list[float]) -> None:
    assume(any(gains))
    game = ParticipationGame(gains)
    exact, numeric = game.equilibria(certify=True), game.equilibria()
    assert exact.coverage == "all"
    assert exact.status is Status.CERTIFIED
    assert exact.certificate is not None
    assert exact.certificate.check()
    if numeric.coverage == "all":
        assert strategies(numeric) == pytest.approx(strategies(exact), rel=1e-9, abs=1e-12)
        assert [e.stable for e in numeric] == [e.stable for e in exact]


# --- honest reports ----------------------------------------------------------------------------


def test_a_zero_next_to_certain_training_is_found_though_it_underflows() -> None:
    found = ParticipationGame([1.0, -1.0, 2.0, -5e-324]).equilibria()
    assert [e.stable for e in found] == [True]  # on (0, 1) only the last gain is negative
    assert strategies(found) == pytest.approx([1.0])
    assert found.coverage == "all"


@pytest.mark.parametrize("seed", [3, FRESH])
def test_places_with_zeros_at_the_ends_agree_with_the_exact_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(60):
        gains = rng.integers(-2, 3, int(rng.integers(4, 40))).astype(float)
        gains[: rng.integers(1, 4)], gains[-1] = 0.0, rng.integers(-1, 2)
        if not gains.any():
            continue
        game = ParticipationGame(gains)
        numeric, exact = game.equilibria(), game.equilibria(certify=True)
        if numeric.coverage == "all":
            assert strategies(numeric) == pytest.approx(strategies(exact), rel=1e-9), (seed, gains)


def test_thousands_of_zero_gains_do_not_make_a_root() -> None:
    gains = np.zeros(100_000)
    gains[40_000:50_000], gains[50_000:] = 1.0, -1.0
    (_, mixed) = ParticipationGame(gains).equilibria()
    assert mixed.strategy == pytest.approx(0.5, abs=1e-4)


def test_a_continuum_is_not_called_complete() -> None:
    found = ParticipationGame([0.0, 0.0, 0.0]).equilibria(certify=True)
    assert found.coverage is Coverage.SOME
    assert "every probability is an equilibrium" in found.method
    assert [e.stable for e in found] == [None, None]
    assert found.certificate is None


def test_a_tangency_is_unresolved_in_floats_and_decided_exactly() -> None:
    game = ParticipationGame([1.0, -1.0, 1.0])
    plain = game.equilibria()
    assert plain.status is Status.UNRESOLVED
    assert plain.coverage is Coverage.SOME
    assert [e.stable for e in plain] == [None, True]
    exact = game.equilibria(certify=True)
    assert strategies(exact) == [0.5, 1.0]
    assert [e.stable for e in exact] == [False, True]  # touches, does not cross
    assert exact.coverage is Coverage.ALL


def test_zero_gains_at_the_ends_are_boundary_equilibria() -> None:
    found = ParticipationGame([0.0, -1.0, 2.0, 0.0]).equilibria()
    assert strategies(found)[0] == 0.0
    assert strategies(found)[-1] == 1.0
    assert [e.stable for e in found] == [True, False, True]
    assert strategies(ParticipationGame([0.0, 1.0]).equilibria()) == [0.0, 1.0]


def test_results_print_and_serialise() -> None:
    found = ParticipationGame.critical_mass(30, 8, 10, 2, 0.5).equilibria(certify=True)
    text = str(found)
    assert text.startswith("3 equilibria, coverage: all")
    assert "mixed" in text
    assert found.to_dict()["equilibria"][1]["certificate"]["status"] == "exact"


def test_curves() -> None:
    game = ParticipationGame.pool(4, pool=8, cost=1)
    p = np.linspace(0, 1, 5)
    np.testing.assert_allclose(game.outage(p), (1 - p) ** 4, atol=1e-15)
    np.testing.assert_allclose(game.expected_trainers(p), 4 * p)
    np.testing.assert_allclose(game.gain([0.0, 1.0]), [7, 1])
    np.testing.assert_allclose(game.payoff(p), p * game.gain(p))
    assert game.gain(0.5).shape == game.outage(0.5).shape == game.regret(0.5).shape == ()
    tiny = ParticipationGame.volunteer(10**6, 2, 1).outage(1e-9)
    assert float(tiny) == pytest.approx(math.exp(-1e-3), rel=1e-12)


def test_the_game_keeps_its_own_copy() -> None:
    gains = np.array([1.0, -1.0])
    game = ParticipationGame(gains)
    gains[0] = 99
    assert game.gains[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        game.gains[0] = 5


BAD = [
    lambda: ParticipationGame([]),
    lambda: ParticipationGame([1.0]),
    lambda: ParticipationGame([1.0, math.nan]),
    lambda: ParticipationGame([1.0, math.inf]),
    lambda: ParticipationGame([[1.0, 2.0]]),
    lambda: ParticipationGame(["a", "b"]),
    lambda: ParticipationGame([1e-250, 1e-260]),
    lambda: ParticipationGame([1e250, 1.0]),
    lambda: ParticipationGame([1.0, 2.0], ride=[1.0]),
    lambda: ParticipationGame([1.0, 2.0], ride=[1.0, math.nan]),
    lambda: ParticipationGame.volunteer(1, 2, 1),
    lambda: ParticipationGame.volunteer(2.5, 2, 1),  # type: ignore[arg-type]
    lambda: ParticipationGame.volunteer(True, 2, 1),
    lambda: ParticipationGame.volunteer("5", 2, 1),  # type: ignore[arg-type]
    lambda: ParticipationGame.volunteer(10**9, 2, 1),
    lambda: ParticipationGame.volunteer(5, -2, 1),
    lambda: ParticipationGame.volunteer(5, 2, 0),
    lambda: ParticipationGame.volunteer(5, 2, math.nan),
    lambda: ParticipationGame.pool(5, -1, 1),
    lambda: ParticipationGame.pool(5, math.inf, 1),
    lambda: ParticipationGame.train_or_ride(5, 1, 1, 1, 1.5),
    lambda: ParticipationGame.train_or_ride(5, 1, 1, 1, -0.1),
    lambda: ParticipationGame.critical_mass(5, 0, 1, 1),
    lambda: ParticipationGame.critical_mass(5, 6, 1, 1),
    lambda: ParticipationGame.critical_mass(5, 2.5, 1, 1),  # type: ignore[arg-type]
    lambda: ParticipationGame.smallest_full_pool(5, 1, 1, 2),
    lambda: ParticipationGame([1.0, -1.0]).outage(1.5),
    lambda: ParticipationGame([1.0, -1.0]).gain(math.nan),
    lambda: ParticipationGame([1.0, -1.0]).expected_trainers("x"),
    lambda: ParticipationGame.phase_diagram("pol", participants=5, pool=1, cost=1),
    lambda: ParticipationGame.phase_diagram("pool", participants=5, pool=1),
    lambda: ParticipationGame.phase_diagram("pool", participants=5, pool=1, cost=1, benefit=2),
    lambda: ParticipationGame.phase_diagram("pool", participants=5, pool=1, costs=1),
    lambda: ParticipationGame.phase_diagram("pool", participants=5, pool=[1, 2], cost=[1, 2, 3]),
    lambda: ParticipationGame.phase_diagram("pool", participants=5, pool=1, cost=[1, 0]),
    lambda: ParticipationGame.phase_diagram("pool", participants=1, pool=1, cost=1),
    lambda: ParticipationGame.phase_diagram("pool", participants=5, pool=[], cost=1),
    lambda: ParticipationGame.phase_diagram(
        "critical_mass", participants=5, threshold=6, benefit=1, cost=1
    ),
]


@pytest.mark.parametrize("call", BAD, ids=range(len(BAD)))
def test_bad_input_is_refused(call: Any) -> None:
    with pytest.raises(InputError):
        call()


# --- phase diagrams ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instance", "size", "parameters"),
    [
        ("pool", 50, {"pool": np.linspace(0, 60, 7)[:, None], "cost": np.linspace(0.1, 9, 6)}),
        ("volunteer", 3, {"benefit": [0.0, 1.0, 4.0], "cost": 1.0}),
        ("train_or_ride", 9, {"benefit": [1.0, 5.0], "cost": 2.0, "leakage": [[0.0], [1.0]]}),
        ("critical_mass", 20, {"threshold": np.arange(1, 21), "benefit": 10.0,
                               "cost": np.linspace(0.5, 12, 9)[:, None], "leakage": 1.0}),
        ("critical_mass", 700, {"threshold": [1, 20, 400], "benefit": 10.0, "cost": 0.25,
                                "leakage": [[0.0], [0.5], [1.0]]}),
    ],
)  # fmt: skip
def test_phase_diagram_is_the_scalar_solver_at_every_point(
    instance: str, size: int, parameters: dict[str, Any]
) -> None:
    diagram = ParticipationGame.phase_diagram(instance, participants=size, **parameters)
    grids = dict(zip(parameters, np.broadcast_arrays(*parameters.values()), strict=True))
    assert diagram.count.shape == next(iter(grids.values())).shape
    for index in np.ndindex(diagram.count.shape):
        values = {name: grid[index].item() for name, grid in grids.items()}
        found = getattr(ParticipationGame, instance)(size, **values).equilibria()
        count = int(diagram.count[index])
        assert diagram.strategy[index][:count].tolist() == strategies(found), values
        assert np.isnan(diagram.strategy[index][count:]).all()
        if found.coverage == "all":
            assert diagram.stable[index][:count].tolist() == [e.stable for e in found], values
        assert diagram.resolved[index] == (found.coverage == "all")
        assert diagram.none[index] == (0.0 in strategies(found))
        assert diagram.full[index] == (1.0 in strategies(found))
        stable = [e.strategy for e in found if e.stable]
        if stable:
            assert diagram.participation[index] == stable[-1]
        tipping = [e.strategy for e in found if not e.stable and 0 < e.strategy < 1]
        assert (
            (diagram.tipping[index] == tipping[0]) if tipping else np.isnan(diagram.tipping[index])
        )


def test_phase_diagram_in_several_blocks() -> None:
    costs = np.linspace(0.1, 3, 45_000)
    diagram = ParticipationGame.phase_diagram("pool", participants=50, pool=20.0, cost=costs)
    low = np.flatnonzero(costs <= 20 / 50)
    assert diagram.full[low].all()
    assert not diagram.full[low[-1] + 1 :].any()
    p = diagram.participation
    assert (np.diff(p) <= 0).all()  # participation falls with the cost, across the borders too
    slack = POOL_INDIFFERENCE(join_probability=p, participants=50, pool=20, cost=costs)
    assert np.abs(slack[low[-1] + 1 :]).max() < 1e-10


def test_a_single_point_and_the_table() -> None:
    diagram = ParticipationGame.phase_diagram("pool", participants=50, pool=20, cost=1)
    assert diagram.count.shape == ()
    assert diagram.strategy.shape == (1,)
    assert "50" in diagram.caption()
    assert "equilibria" in str(diagram)
