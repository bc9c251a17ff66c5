"""The effort game: all equilibria by brute force, its potential, thresholds, and published runs."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.potential import PotentialGame
from derelayl_econ.games.potential_formulas import (
    BEST_EFFORT,
    CRITICAL_FACTOR,
    EFFORT_PAYOFF,
    EFFORT_SHARE,
    JUMP_EFFORT,
)
from derelayl_econ.games.potential_scan import AggregateEffort, CountCertificate, Zero

SEEDS = [8, np.random.SeedSequence().entropy]


@st.composite
def games(draw, most=4, factor=None, floor=0):
    """Small games in quarters: ties and coincidences are common, and rationals exact."""
    count = draw(st.integers(2, most))

    def several(low, high):
        return draw(st.lists(st.integers(low, high), min_size=count, max_size=count))

    floors = np.array(several(floor, 8)) / 4
    return PotentialGame(
        draw(st.integers(0, 40)) / 4 if factor is None else factor,
        np.array(several(1, 12)) / 4,
        floors,
        floors + np.array(several(0, 8)) / 4,
    )


def payoffs(game, efforts):
    mean = sum(efforts) / len(efforts)
    return [
        game.reward_factor * mean * s - a * s * s
        for s, a in zip(efforts, game.costs.tolist(), strict=True)
    ]


# --- payoffs, potential, best responses ----------------------------------------------------------


@given(games(), st.integers(0, 2**32))
def test_payoffs_from_the_prose(game, seed):
    efforts = np.random.default_rng(seed).uniform(game.floors, game.ceilings)
    np.testing.assert_allclose(game.payoff(efforts), payoffs(game, efforts.tolist()), atol=1e-12)


@given(games(), st.integers(0, 2**32))
def test_the_potential_is_exact(game, seed):
    """Own effort counts in the mean, and a deviator gains what the potential gains."""
    rng = np.random.default_rng(seed)
    efforts = rng.uniform(game.floors, game.ceilings)
    for i in range(game.participants):
        other = efforts.copy()
        other[i] = rng.uniform(game.floors[i], game.ceilings[i])
        gain = payoffs(game, other.tolist())[i] - payoffs(game, efforts.tolist())[i]
        rise = game.potential(other) - game.potential(efforts)
        assert rise == pytest.approx(gain, abs=1e-10)


def test_the_potential_by_its_formula():
    game = PotentialGame(3, [1, 2, 4], [0, 0, 0], [5, 5, 5])
    s = np.array([1.0, 2.0, 3.0])
    wanted = 3 / 6 * (36 + 14) - (1 * 1 + 2 * 4 + 4 * 9)
    assert game.potential(s) == pytest.approx(wanted)


@given(games(), st.integers(0, 2**32))
@settings(max_examples=25)
def test_best_responses_and_regret_by_search(game, seed):
    efforts = np.random.default_rng(seed).uniform(game.floors, game.ceilings)
    best, regret = game.best_response(efforts), game.regret(efforts)
    for i in range(game.participants):

        def mine(s, i=i):
            other = efforts.tolist()
            other[i] = s
            return payoffs(game, other)[i]

        ends = (float(game.floors[i]), float(game.ceilings[i]))
        found = minimize_scalar(lambda s: -mine(s), bounds=ends, method="bounded")
        top = max(mine(ends[0]), mine(ends[1]), -found.fun)
        assert mine(best[i]) == pytest.approx(top, abs=1e-7)
        assert regret[i] == pytest.approx(top - mine(efforts[i]), abs=1e-7)
        assert regret[i] >= 0


@given(games(), st.integers(0, 2**32))
def test_efforts_are_complements(game, seed):
    low = np.random.default_rng(seed).uniform(game.floors, game.ceilings)
    high = np.minimum(low + 0.3, game.ceilings)
    assert (game.best_response(high) >= game.best_response(low) - 1e-12).all()


def test_nobody_moves_alone_where_everything_is_equal():
    """lambda = N a_i and nobody else does anything: every effort pays 0, the floor is named."""
    game = PotentialGame(2, [1, 3], 0, 5)
    np.testing.assert_array_equal(game.best_response([0, 0]), [0, 0])
    np.testing.assert_array_equal(game.at(2.5).best_response([0, 0]), [5, 0])
    assert game.regret([0, 0]).tolist() == [0, 0]
    assert game.at(2.5).regret([0, 0])[0] == pytest.approx(0.25 * 25)


# --- all equilibria ------------------------------------------------------------------------------


def brute_force(game):
    """Every assignment of floor, between and ceiling; first-order conditions solved in rationals.

    Returns the isolated solutions that are equilibria, and whether some system was singular.
    """
    n, factor = game.participants, Fraction(game.reward_factor)
    costs, floors, ceilings = (
        [Fraction(float(x)) for x in values] for values in (game.costs, game.floors, game.ceilings)
    )
    found, singular = set(), False
    for kinds in itertools.product("fbc", repeat=n):
        if any(floors[i] == ceilings[i] and kinds[i] != "f" for i in range(n)):
            continue
        efforts = [ceilings[i] if kinds[i] == "c" else floors[i] for i in range(n)]
        free = [i for i in range(n) if kinds[i] == "b"]
        base = sum(efforts[i] for i in range(n) if i not in free)
        # 2 N a s_i - lambda s_i = lambda S for i in free: s_i = lambda S/d_i, then S follows.
        d = {i: 2 * n * costs[i] - factor for i in free}
        if any(v == 0 for v in d.values()):
            continue  # then lambda S = 0 while lambda = 2 N a > 0: somebody is eager, not between
        slack = 1 - sum(factor / v for v in d.values())
        if slack == 0:
            singular = True
            continue
        total = base / slack
        for i in free:
            efforts[i] = factor * total / d[i]
        if is_equilibrium(factor, costs, floors, ceilings, efforts):
            found.add(tuple(efforts))
    return found, singular


def is_equilibrium(factor, costs, floors, ceilings, efforts):
    n, total = len(efforts), sum(efforts)
    for i, (a, low, high, s) in enumerate(zip(costs, floors, ceilings, efforts, strict=True)):
        if not low <= s <= high:
            return False
        others = total - efforts[i]

        def mine(x, others=others, a=a):
            return factor * (others + x) * x / n - a * x * x

        tried = [low, high]
        curve = factor / n - a
        if curve < 0:
            tried.append(min(max(-factor * others / n / (2 * curve), low), high))
        if max(mine(x) for x in tried) > mine(s):
            return False
    return True


@given(games(3))
@settings(max_examples=80)
def test_all_equilibria_against_brute_force(game):
    found = game.equilibria(certify=True)
    wanted, singular = brute_force(game)
    mine = {tuple(np.round(e.strategy, 9).tolist()) for e in found}
    if found.coverage == "all":
        assert mine == {tuple(round(float(s), 9) for s in efforts) for efforts in wanted}
    else:
        assert singular
        assert len(found) - sum("continuum" in e.label for e in found) <= 1
    assert found.certificate.check()


@given(games(4), st.integers(0, 2**32))
def test_nobody_gains_by_deviating(game, seed):
    """Attack every equilibrium with random deviations; payoffs recomputed from the prose."""
    rng = np.random.default_rng(seed)
    for e in game.equilibria():
        assert 0 <= e.regret < 1e-10
        now = payoffs(game, e.strategy.tolist())
        for _ in range(20):
            i = int(rng.integers(game.participants))
            other = e.strategy.copy()
            other[i] = rng.uniform(game.floors[i], game.ceilings[i])
            assert payoffs(game, other.tolist())[i] <= now[i] + 1e-10


@pytest.mark.parametrize("seed", SEEDS)
def test_one_equilibrium_with_some_floor_above_zero(seed):
    """F(S)/S never rises: unique for every factor but lambda_*, whatever costs and bounds."""
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    for _ in range(150):
        n = int(rng.integers(2, 8))
        floors = np.exp(rng.normal(0, 1.5, n)) * rng.integers(0, 2, n)
        floors[0] += 0.01
        game = PotentialGame(0, np.exp(rng.normal(0, 1, n)), floors,
                             floors * (1 + rng.exponential(2, n)) + 0.1)  # fmt: skip
        critical = game.critical_factors()
        for factor in rng.uniform(0, 1.5 * critical.high, 8):
            found = game.at(factor).equilibria()
            assert len(found) == 1, seed
            assert found[0].stable, seed


@given(games(4))
def test_stable_equilibria_attract_and_unstable_ones_repel(game):
    for e in game.equilibria():
        if "continuum" in e.label:
            assert not e.stable
            continue
        below, above = (
            game.best_response_path(np.clip(e.strategy + d, game.floors, game.ceilings),
                                    rounds=4000, simultaneous=True).efforts[-1]
            for d in (-1e-3, 1e-3)
        )  # fmt: skip
        near = max(np.abs(below - e.strategy).max(), np.abs(above - e.strategy).max()) < 2e-3
        assert near == e.stable or not (game.floors < game.ceilings).any()


@given(games(4))
def test_monotone_iteration_ends_in_the_smallest_and_the_largest(game):
    # With lambda = N a_i and idle others every effort is best, and the path takes the floor.
    assume((game.reward_factor != game.participants * game.costs).all())
    found = game.equilibria()
    for start, wanted in (("floor", found[0]), ("ceiling", found[-1])):
        path = game.best_response_path(start, rounds=20_000, simultaneous=True)
        assume(path.converged)
        steps = np.diff(path.efforts, axis=0)
        assert ((steps if start == "floor" else -steps) >= -1e-14).all()  # but for rounding
        np.testing.assert_allclose(path.efforts[-1], wanted.strategy, atol=1e-6)


@given(games(4), st.randoms(use_true_random=False))
def test_relabelling_participants_relabels_efforts(game, random):
    new = list(range(game.participants))
    random.shuffle(new)
    back = np.argsort(new)
    moved = PotentialGame(game.reward_factor, game.costs[back], game.floors[back],
                          game.ceilings[back])  # fmt: skip
    for e, m in zip(game.equilibria(), moved.equilibria(), strict=True):
        np.testing.assert_allclose(m.strategy[new], e.strategy, atol=1e-12)


@given(games(4), st.sampled_from([0.25, 2.0, 8.0]))
def test_units_of_money_and_effort(game, unit):
    richer = PotentialGame(game.reward_factor * unit, game.costs * unit, game.floors, game.ceilings)
    harder = PotentialGame(game.reward_factor, game.costs, game.floors * unit, game.ceilings * unit)
    for e, r, h in zip(game.equilibria(), richer.equilibria(), harder.equilibria(), strict=True):
        np.testing.assert_allclose(r.strategy, e.strategy, atol=1e-12)
        np.testing.assert_allclose(r.payoff, e.payoff * unit, atol=1e-10)
        np.testing.assert_allclose(h.strategy, e.strategy * unit, atol=1e-12 * unit)


def test_without_floors_idleness_is_one_more_equilibrium():
    game = PotentialGame(0, [1, 1, 2], 0, 4)
    middle = game.critical_factors().middle
    below, above, far = (game.at(f).equilibria() for f in (middle - 0.1, middle + 0.1, 3.1))
    assert [e.label for e in below] == ["all at the floor"]
    assert [e.stable for e in below] == [True]
    assert above[0].label == "all at the floor"
    assert [e.stable for e in above] == [False, True]
    assert len(far) == 1  # lambda > N min a: somebody works whatever the others do


def test_a_continuum_at_the_critical_factor():
    game = PotentialGame(1.5, [1, 1, 1], [1, 1, 2], [4, 8, 8])
    found = game.equilibria(certify=True)
    assert found.coverage == "some"
    assert [e.strategy.tolist() for e in found] == [[2, 2, 2], [4, 4, 4]]
    assert not any(e.stable for e in found)
    assert "1 continua" in found.certificate.claim
    for between in (2.5, 3.0, 3.9):
        assert game.regret([between] * 3).max() < 1e-12


def test_labels_count_who_is_where():
    found = PotentialGame(2.2, [1, 1, 3], [0.5, 0.5, 0.5], [2, 9, 9]).equilibria()
    (e,) = found
    low, high = (e.strategy == 0.5).sum(), (e.strategy == [2, 9, 9]).sum()
    assert e.label == f"{low} at the floor, {high} at the ceiling"


# --- critical reward factors ---------------------------------------------------------------------


@given(games(4, factor=0))
def test_order_and_meaning_of_the_three_factors(game):
    assume((game.floors < game.ceilings).any())
    c = game.critical_factors()
    assert c.low <= c.middle <= c.high
    tiny = 1e-9 * c.high
    if c.low > tiny:
        (only,) = game.at(c.low - tiny).equilibria()
        np.testing.assert_array_equal(only.strategy, game.floors)
    if game.floors.any() and c.low < c.middle - tiny:
        (only,) = game.at(c.low + tiny).equilibria()
        assert (only.strategy > game.floors).any()
    top = game.at(c.high + tiny).equilibria()[-1]
    np.testing.assert_allclose(top.strategy, game.ceilings, rtol=1e-7)
    if c.high > c.middle + tiny:
        assert (game.at(c.high - 1e-6 * c.high).equilibria()[-1].strategy < game.ceilings).any()


@given(games(4, factor=0, floor=1))
def test_effort_jumps_from_c1_to_c2(game):
    assume((game.floors < game.ceilings).all())
    c = game.critical_factors()
    before, after = (game.at(c.middle * (1 + d)).equilibria()[-1].strategy.mean()
                     for d in (-1e-7, 1e-7))  # fmt: skip
    if c.jump_from < c.jump_to - 1e-3:
        assert before == pytest.approx(c.jump_from, rel=1e-4)
        assert after == pytest.approx(c.jump_to, rel=1e-4)
    elif c.jump_from > c.jump_to + 1e-3:
        assert after - before < 1e-3  # no jump


def test_effort_rises_with_the_reward():
    game = PotentialGame(0, [0.5, 1, 2, 2], [0.2, 1, 0.5, 0.1], [3, 2, 4, 6])
    factors = np.linspace(0, 1.2 * game.critical_factors().high, 120)
    means = [game.at(f).equilibria()[0].strategy for f in factors]
    assert (np.diff(means, axis=0) >= -1e-12).all()


def test_sum_of_shares_is_one_at_the_middle():
    costs = np.array([0.7, 1.3, 2.9, 1.0])
    middle = PotentialGame(0, costs, 1, 2).critical_factors().middle
    assert EFFORT_SHARE(reward_factor=middle, effort_cost=costs, participants=4).sum() == (
        pytest.approx(1, rel=1e-13)
    )


def test_fixed_participants_make_no_choice():
    game = PotentialGame(0, [1, 1, 5], [1, 1, 2], [4, 4, 2])
    c = game.critical_factors()
    assert c.middle == pytest.approx(2 * 3 * 1 / 3)  # two who move: 2 N a/(m + 1)
    assert c.low == pytest.approx(2 * 3 * 1 / (4 + 1))
    with pytest.raises(InputError, match="ceilings"):
        PotentialGame(0, [1, 1], 2, 2).critical_factors()
    assert PotentialGame(9, [1, 1], 2, 2).equilibria()[0].strategy.tolist() == [2, 2]


def test_formulas_solve_what_they_claim():
    """The best effort zeroes the derivative; critical factors are where kappa_i S is a bound."""
    import sympy as sp

    s = {str(x): x for x in EFFORT_PAYOFF.expression.free_symbols}
    own = s["chosen_effort"]
    others = sp.Symbol("o", positive=True)
    payoff = EFFORT_PAYOFF.expression.subs(s["total_effort"], others + own)
    best = BEST_EFFORT.expression.subs(
        {x: others + own for x in BEST_EFFORT.expression.free_symbols if str(x) == "total_effort"}
    )
    assert sp.simplify(sp.diff(payoff, own).subs(own, sp.simplify(best))) == 0
    at = CRITICAL_FACTOR.exact(participants=4, effort_cost=3, effort_bound=2, total_bound=10)
    share = EFFORT_SHARE.exact(participants=4, effort_cost=3, reward_factor=at)
    assert share * 10 == 2
    jump = JUMP_EFFORT.exact(participants=4, effort_cost=3, effort_bound=2, reward_factor=at)
    assert jump * 4 * share == 2


# --- best responses over time --------------------------------------------------------------------


@given(games(4), st.integers(0, 2**32))
@settings(max_examples=25)
def test_taking_turns_never_lowers_the_potential(game, seed):
    start = np.random.default_rng(seed).uniform(game.floors, game.ceilings)
    path = game.best_response_path(start, rounds=300)
    assert (np.diff(path.potential) >= -1e-9 * (1 + np.abs(path.potential[1:]))).all()
    if path.converged:
        assert game.regret(path.efforts[-1]).max() < 1e-8
    np.testing.assert_allclose(path.mean, path.efforts.mean(axis=1))


def test_a_path_may_be_too_short():
    game = PotentialGame(1.49, [1, 1, 1], [1, 1, 2], [4, 8, 8])
    assert not game.best_response_path("ceiling", rounds=3).converged
    assert game.best_response_path("ceiling", rounds=10_000).converged


# --- published cases -----------------------------------------------------------------------------


def published_game(factor):
    """The authors' m = 1000 scenario: seed 77, a in [1, 2], floors 1, ceilings in [20, 30].

    Their generator (NumPy's legacy one) draws data volumes, floors, ceilings and costs in turn.
    """
    draw = np.random.RandomState(77)
    draw.randint(40, 41, 1000)
    floors = draw.uniform(1, np.nextafter(1, 2), 1000)
    ceilings = np.array([draw.uniform(max(q, 20), np.nextafter(30, 31)) for q in floors])
    return PotentialGame(factor, draw.uniform(1, np.nextafter(2, 3), 1000), floors, ceilings)


@pytest.mark.parametrize(
    ("factor", "efforts"),
    [
        # public repository FL-Potential-Game of the authors of arXiv 2411.11793,
        # utils/cases_m1000/config_case_1.yaml to 3: first eight of 1000 equilibrium efforts
        (1.99, [1, 1, 1, 1, 1, 1, 1, 1]),
        (2.90, [1.83172, 1.40966, 1.33542, 1.02414, 1.28769, 1.06265, 1.65359, 1.88315]),
        (2.91, [22.78711, 17.53663, 16.61299, 12.74064, 16.01917, 13.21967, 20.57119, 21.04663]),
    ],
)
def test_the_authors_thousand_clients(factor, efforts):
    """They stop best responses when nobody gains 1e-10, so the last digits are theirs."""
    (found,) = published_game(factor).equilibria()
    np.testing.assert_allclose(found.strategy[:8], efforts, atol=2e-5)
    assert found.regret < 1e-10


def test_the_authors_critical_factors():
    """Case 1 lies just below lambda_1, cases 2 and 3 around lambda_*, in steps of 0.01."""
    c = published_game(0).critical_factors()
    assert math.floor(100 * c.low) == 199
    assert math.floor(100 * c.middle) == 290
    assert c.high < 4.7
    assert c.jump_from < 1.4
    assert c.jump_to > 14


@given(st.integers(2, 30), st.integers(1, 20).map(lambda k: k / 4))
def test_equal_participants(n, cost):
    """2 a N/(N + 1), three times (arXiv 2411.11793, homogeneous clients)."""
    c = PotentialGame(0, [cost] * n, 1, 5).critical_factors()
    for factor in (c.low, c.middle, c.high):
        assert factor == pytest.approx(2 * cost * n / (n + 1), rel=1e-12)
    assert (c.jump_from, c.jump_to) == (pytest.approx(1), pytest.approx(5))


# --- certificates, results and refusals ----------------------------------------------------------


def test_a_changed_list_of_zeros_proves_nothing():
    game = PotentialGame(1.7, [1, 1, 2], [0.5, 0.5, 1], [4, 8, 8])
    good = game.equilibria(certify=True).certificate
    (zero,) = good.zeros
    wrong = [
        replace(good, zeros=()),
        replace(good, zeros=(zero, zero)),
        replace(good, zeros=(replace(zero, first=zero.first - 1, last=zero.last - 1),)),
        replace(good, zeros=(replace(zero, left=-1),)),
        replace(good, zeros=(replace(zero, at=True),)),
        replace(good, zeros=(Zero(0, 0, True, 1, -1),)),
    ]
    assert good.check()
    assert good.status == "exact"
    assert "exactly 1 isolated" in good.claim
    assert not any(c.check() for c in wrong)


def test_idleness_that_is_forgotten_is_noticed():
    game = PotentialGame(1.7, [1, 1, 1], 0, 4)
    good = game.equilibria(certify=True).certificate
    assert len(good.zeros) == 2
    assert not replace(good, zeros=good.zeros[1:]).check()
    assert not replace(good, zeros=good.zeros[:1]).check()


def test_a_failed_check_is_an_error(monkeypatch):
    monkeypatch.setattr(CountCertificate, "check", lambda self: False)
    with pytest.raises(SolverError, match="exact check"):
        PotentialGame(1, [1, 1], 1, 2).equilibria(certify=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_float_signs_are_those_of_rationals(seed):
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    for _ in range(20):
        n = int(rng.integers(2, 7))
        floors = rng.integers(0, 3, n) / 2
        found = AggregateEffort(float(rng.integers(0, 12) / 4), rng.integers(1, 5, n) / 2,
                                floors, floors + rng.integers(0, 4, n) / 2)  # fmt: skip
        assert found._signs() == [found._exact_sign(p) for p in found._places], seed


def test_twenty_thousand_participants():
    rng = np.random.default_rng(2)
    game = PotentialGame(2.5, rng.uniform(1, 2, 20_000), 1, rng.uniform(20, 30, 20_000))
    (found,) = game.equilibria(certify=False)
    assert found.regret < 1e-9


def test_results_print():
    game = PotentialGame(1.5, [1, 1, 1], [1, 1, 2], [4, 8, 8])
    assert "one end of a continuum" in str(game.equilibria())
    assert "middle" in str(game.critical_factors())
    assert game.best_response_path(rounds=3).to_dict()["converged"] in (True, False)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"reward_factor": -1}, "reward_factor"),
        ({"reward_factor": math.nan}, "reward_factor"),
        ({"reward_factor": None}, "reward_factor"),
        ({"costs": [1]}, "costs"),
        ({"costs": [1, 0]}, "costs"),
        ({"costs": [1, math.inf]}, "costs"),
        ({"costs": "ab"}, "costs"),
        ({"costs": [1] * 20_001}, "costs"),
        ({"floors": -1}, "floors"),
        ({"floors": [1, 2, 3]}, "floors"),
        ({"floors": 3}, r"floors\[0\] must be at most ceilings\[0\], 2"),
        ({"ceilings": [2, math.nan]}, "ceilings"),
        ({"ceilings": 1e61}, "ceilings"),
        ({"ceilings": True}, "ceilings"),
    ],
)
def test_refusals(change, what):
    good = {"reward_factor": 1, "costs": [1, 1], "floors": 1, "ceilings": 2}
    with pytest.raises(InputError, match=what):
        PotentialGame(**{**good, **change})


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda g: g.payoff([1]), "efforts"),
        (lambda g: g.payoff([1, -1]), "efforts"),
        (lambda g: g.regret("x"), "efforts"),
        (lambda g: g.potential([[1, 1]]), "efforts"),
        (lambda g: g.best_response([1, math.nan]), "efforts"),
        (lambda g: g.response_to(-1), "others"),
        (lambda g: g.response_to(math.inf), "others"),
        (lambda g: g.response_to("x"), "others"),
        (lambda g: g.response_to([1, 1, 1]), "others"),
        (lambda g: g.response_to([1, 1], 0), "others"),
        (lambda g: g.response_to(1, 2), "who"),
        (lambda g: g.response_to(1, True), "who"),
        (lambda g: g.at(-1), "reward_factor"),
        (lambda g: g.best_response_path("top"), "start"),
        (lambda g: g.best_response_path([0, 0]), "start"),
        (lambda g: g.best_response_path([1, 1, 1]), "start"),
        (lambda g: g.best_response_path(rounds=0), "rounds"),
        (lambda g: g.best_response_path(tolerance=-1), "tolerance"),
        (lambda g: g.best_response_path(simultaneous=1), "simultaneous"),
    ],
)
def test_refusals_of_questions(ask, what):
    with pytest.raises(InputError, match=what):
        ask(PotentialGame(1, [1, 1], 1, 2))
