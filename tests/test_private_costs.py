"""Private costs: exact second opinions, closed forms, deviations, published cases, dynamics."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.private_cost_results import CutoffEquilibrium, CutoffSet
from derelayl_econ.games.private_costs import PrivateCostGame
from derelayl_econ.results import Status

FRESH = np.random.SeedSequence().entropy
X = sp.Symbol("x")
LOGNORMAL = stats.lognorm(0.4, scale=2)


def strategies(found: CutoffSet) -> list[float]:
    return [e.strategy for e in found]


def stabilities(found: CutoffSet) -> list[bool | None]:
    return [e.stable for e in found]


def exact(number: float) -> sp.Rational:
    return sp.Rational(*float(number).as_integer_ratio())


def by_sympy(benefits: Sequence[float], sample: Sequence[float]) -> tuple[list[float], bool]:
    """Return all equilibria of a sample, and whether B = a cost everywhere; by real roots."""
    n = len(benefits) - 1
    terms = [comb(n, k) * X**k * (1 - X) ** (n - k) * exact(b) for k, b in enumerate(benefits)]
    worth = sp.Poly(sp.expand(sum(terms)), X)
    costs = sorted({exact(c) for c in sample})
    shares = [sp.Rational(0)]
    ranks = [sum(bool(exact(c) <= cost) for c in sample) for cost in costs]
    shares += [sp.Rational(rank, len(sample)) for rank in ranks]
    found, constant = set(), False
    for j, share in enumerate(shares):  # all up to the j-th cost join, the others do not
        joins = j == 0 or worth.eval(share) >= costs[j - 1]
        rides = j == len(costs) or worth.eval(share) <= costs[j]
        if joins and rides:
            found.add(share)
    for j, cost in enumerate(costs):  # those with the j-th cost mix
        gain = worth - cost
        constant |= bool(gain.is_zero)
        if not gain.is_zero and gain.degree() > 0:
            found |= {root for root in gain.real_roots() if shares[j] < root < shares[j + 1]}
    return sorted(float(share) for share in found), constant


def join_probability(e: CutoffEquilibrium, cost: float) -> Fraction:
    """Return with which probability the strategy of the equilibrium joins at a cost."""
    if cost == e.cutoff and e.mixing is not None:
        return Fraction(e.mixing)
    return Fraction(int(cost < e.cutoff))


# --- samples: exact second opinions --------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, FRESH])
def test_samples_against_real_roots(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(25):
        benefits = rng.integers(-2, 4, int(rng.integers(2, 6))) * 0.5
        sample = rng.integers(-3, 6, int(rng.integers(1, 7))) * 0.25
        expected, constant = by_sympy(benefits.tolist(), sample.tolist())
        found = PrivateCostGame(benefits, sample).equilibria()
        assert strategies(found) == pytest.approx(expected, abs=1e-13), (seed, benefits, sample)
        assert (found.coverage == "all") == (not constant), (seed, benefits, sample)
        assert found.regret < 1e-12


@pytest.mark.parametrize("seed", [1, FRESH])
def test_no_type_gains_by_any_deviation(seed: int) -> None:
    """Sum over every profile of the others' costs and actions; no formula of the package."""
    rng = np.random.default_rng(seed)
    for _ in range(12):
        size, people = int(rng.integers(2, 4)), int(rng.integers(2, 4))
        benefits, ride = rng.integers(-2, 6, (2, people)) * 0.5
        sample = np.unique(rng.integers(0, 8, size) * 0.25)
        game = PrivateCostGame(benefits, sample, ride)
        for e in game.equilibria().equilibria:
            if e.label.startswith("end of"):
                continue
            worth = {action: Fraction(0) for action in (0, 1)}
            for costs in itertools.product(sample.tolist(), repeat=people - 1):
                for acts in itertools.product((0, 1), repeat=people - 1):
                    chance = Fraction(1, sample.size ** (people - 1))
                    for cost, act in zip(costs, acts, strict=True):
                        p = join_probability(e, cost)
                        chance *= p if act else 1 - p
                    for action in (0, 1):
                        gain = ride[sum(acts)] + action * benefits[sum(acts)]
                        worth[action] += chance * Fraction(float(gain))
            payoff = Fraction(0)
            for cost in sample.tolist():
                joins, rides = worth[1] - Fraction(cost), worth[0]
                p = join_probability(e, cost)
                own = p * joins + (1 - p) * rides
                assert max(joins, rides) - own < Fraction(1, 10**12), (seed, e, cost)
                payoff += own / sample.size
            assert e.payoff == pytest.approx(float(payoff), abs=1e-12), (seed, e)


@pytest.mark.parametrize("seed", [2, FRESH])
def test_one_cost_is_the_game_with_known_costs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        people = int(rng.integers(2, 30))
        benefits, ride = rng.integers(-8, 9, (2, people)) * 0.25
        cost = float(rng.integers(-4, 5)) * 0.25
        known = ParticipationGame(benefits - cost, ride)
        if not known.gains.any():
            continue
        private = PrivateCostGame(benefits, [cost] * int(rng.integers(1, 4)), ride)
        expected, found = known.equilibria(certify=True), private.equilibria()
        assert found.coverage == "all"
        assert strategies(found) == pytest.approx([e.strategy for e in expected], abs=1e-12)
        assert stabilities(found) == [e.stable for e in expected], (seed, benefits, cost)
        assert [e.payoff for e in found] == pytest.approx([e.payoff for e in expected], abs=1e-9)
        assert all(e.cutoff == cost for e in found.equilibria if 0 < e.strategy < 1)


@pytest.mark.parametrize(
    ("name", "values"),
    [("volunteer", {"benefit": 3}), ("pool", {"pool": 5}),
     ("train_or_ride", {"benefit": 3, "pool": 2, "leakage": 0.5}),
     ("critical_mass", {"threshold": 4, "benefit": 3, "leakage": 0.25})],
)  # fmt: skip
def test_the_instances_are_those_of_known_costs(name: str, values: dict[str, Any]) -> None:
    known = getattr(ParticipationGame, name)(9, cost=1.0, **values)
    private = getattr(PrivateCostGame, name)(9, cost_distribution=[1.0], **values)
    np.testing.assert_array_equal(private.ride, known.ride)
    np.testing.assert_allclose(private.benefits, known.gains + 1, atol=1e-15)
    assert strategies(private.equilibria()) == pytest.approx(
        [e.strategy for e in known.equilibria()], abs=1e-12
    )


def test_a_constant_benefit_at_an_atom_leaves_every_probability_there() -> None:
    found = PrivateCostGame([1.0, 1.0, 1.0], [0.5, 1.0, 1.0, 2.0]).equilibria()
    assert found.coverage == "some"
    assert strategies(found) == [0.25, 0.75]
    assert stabilities(found) == [None, None]
    assert "every probability" in found.method
    off = PrivateCostGame([1.0, 1.0, 1.0], [0.5, 1.5, 1.5, 2.0]).equilibria()
    assert (strategies(off), off.coverage) == ([0.25], "all")
    assert off[0].mixing is None


def test_a_benefit_that_only_touches_a_cost_is_found_and_is_not_stable() -> None:
    # B = 2 p (1-p) touches 1/2 at p = 1/2, in the middle of the atom [1/4, 3/4].
    found = PrivateCostGame([0.0, 1.0, 0.0], [-1.0, 0.5, 0.5, 3.0]).equilibria()
    assert strategies(found) == [0.25, 0.5]
    assert stabilities(found) == [True, False]
    assert found.coverage == "all"
    assert found[1].mixing == 0.5


def test_pure_cut_offs_between_atoms_and_mixing_at_them() -> None:
    # B = 1.6 p (1-p): .4 at 1/2.
    between = PrivateCostGame([0.0, 0.8, 0.0], [0.1, 0.5]).equilibria()
    assert [(round(e.strategy, 6), e.stable, e.mixing) for e in between.equilibria] == [
        (0.0, True, None), (0.066987, False, pytest.approx(0.133975, abs=1e-6)),
        (0.5, True, None)]  # fmt: skip
    assert between[2].cutoff == pytest.approx(0.4)
    exactly = PrivateCostGame([0.0, 1.0, 0.0], [0.125, 0.5]).equilibria()  # B(1/2) = 1/2
    assert strategies(exactly) == pytest.approx([0, 0.5 - math.sqrt(0.1875), 0.5])
    assert exactly[2].mixing == 0.0  # nobody of those who are indifferent joins
    assert exactly[2].stable


@given(
    st.lists(st.integers(-8, 8), min_size=2, max_size=9),
    st.lists(st.integers(-8, 8), min_size=1, max_size=12), st.randoms(),
)  # fmt: skip
def test_relabelling_and_repeating_people_changes_nothing(
    benefits: list[int], sample: list[int], random: Any
) -> None:
    one = PrivateCostGame(benefits, sample).equilibria()
    mixed = [*sample, *sample]
    random.shuffle(mixed)
    two = PrivateCostGame(benefits, mixed).equilibria()
    assert strategies(one) == strategies(two)
    assert stabilities(one) == stabilities(two)


@given(
    st.lists(st.integers(-16, 16), min_size=2, max_size=9),
    st.lists(st.integers(-16, 16), min_size=1, max_size=12),
    st.integers(-64, 64), st.sampled_from([2.0**-20, 0.5, 4.0, 2.0**30]),
)  # fmt: skip
def test_money_scales_and_a_subsidy_for_all_shifts_costs(
    benefits: list[int], sample: list[int], shift: int, factor: float
) -> None:
    first = PrivateCostGame(benefits, sample).equilibria()
    other = PrivateCostGame(
        (np.array(benefits) + shift) * factor, (np.array(sample) + shift) * factor
    ).equilibria()
    assert strategies(first) == pytest.approx(strategies(other), abs=1e-12)
    assert stabilities(first) == stabilities(other)
    for a, b in zip(first.equilibria, other.equilibria, strict=True):
        assert b.cutoff == pytest.approx((a.cutoff + shift) * factor, abs=1e-12 * factor)
        # Who joins gets the subsidy in benefit and pays it in cost.
        assert b.payoff == pytest.approx(a.payoff * factor, abs=1e-9 * factor)


@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=10),
    st.lists(st.floats(-3, 3), min_size=1, max_size=10),
)
def test_every_list_is_consistent(benefits: list[float], sample: list[float]) -> None:
    assume(max(abs(b) for b in benefits) > 1e-3)
    game = PrivateCostGame(benefits, sample)
    found = game.equilibria()
    assert len(found) >= 1  # an equilibrium always exists
    assert strategies(found) == sorted(strategies(found))
    assert 0 <= found.regret < 1e-12
    if found.coverage == "all":
        assert any(stabilities(found))
        for tipping in game.tipping_points():
            assert tipping.stable is False
            assert 0 < tipping.strategy < 1


# --- continuous costs ----------------------------------------------------------------------------


def some_costs(rng: np.random.Generator) -> list[Any]:
    return [
        stats.norm(rng.uniform(-1, 2), rng.uniform(0.05, 1)),
        stats.lognorm(rng.uniform(0.1, 1.5), scale=rng.uniform(0.1, 2)),
        stats.expon(rng.uniform(-0.5, 0.5), rng.uniform(0.1, 2)),
        stats.gamma(rng.uniform(0.3, 6), scale=rng.uniform(0.1, 0.5)),
        stats.beta(rng.uniform(0.5, 5), rng.uniform(1, 5)),
        stats.weibull_min(rng.uniform(0.5, 4)),
        stats.uniform(rng.uniform(-0.3, 0.5), rng.uniform(0.1, 2)),
        stats.logistic(0.5, rng.uniform(0.05, 0.5)),
        stats.triang(rng.uniform()),
        stats.pareto(2.5, scale=0.3),
        stats.pareto(rng.uniform(2.1, 9), rng.uniform(-0.5, 0.5), rng.uniform(0.05, 0.5)),
        stats.powerlaw(rng.uniform(0.3, 3)),
        stats.t(3, 0.5, rng.uniform(0.05, 0.5)),
        stats.truncnorm(rng.uniform(-2, 0), rng.uniform(0.5, 2), 0.4, 0.4),
    ]


@pytest.mark.parametrize("seed", [3, FRESH])
def test_continuous_costs_against_a_fine_grid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edge = np.geomspace(1e-12, 0.5, 2000)
    grid = np.unique(np.concatenate([edge, 1 - edge]))
    for i, costs in enumerate(some_costs(rng) * 2):
        people = int(rng.integers(2, 20))
        benefits = rng.normal(0.5, 1, people)
        if i % 2:
            benefits = np.where(np.arange(people) >= rng.integers(0, people), 1.0, 0.0)
        game = PrivateCostGame(benefits, costs)
        found = game.equilibria()
        assert found.coverage == "all", (seed, costs.dist.name, benefits)
        assert found.regret < 1e-12
        worth = game.cutoff(grid)
        over = np.where(grid < 0.5, costs.cdf(worth) - grid, (1 - grid) - costs.sf(worth))
        signs = np.sign(np.where(np.abs(over) < 1e-13, 0, over))
        seen = np.flatnonzero(signs)
        turns = [(grid[a], grid[b]) for a, b in itertools.pairwise(seen) if signs[a] != signs[b]]
        first, last = (grid[seen[0]], grid[seen[-1]]) if seen.size else (1.0, 0.0)
        inner = [e for e in found if first < e.strategy < last]  # where the grid can tell
        assert len(inner) == len(turns), (seed, costs.dist.name, benefits.tolist())
        for e, (low, high) in zip(inner, turns, strict=True):
            assert low - 1e-12 <= e.strategy <= high + 1e-12
            assert e.stable == (costs.cdf(game.cutoff(low)) > low)


@pytest.mark.parametrize("people", [2, 3, 10, 1000, 10**6])
def test_volunteers_with_uniform_costs(people: int) -> None:
    """B = (1-p)^(N-1) and Q = p: one equilibrium, at the root of p = (1-p)^(N-1)."""
    (e,) = PrivateCostGame.volunteer(people, 1, stats.uniform(0, 1)).equilibria()
    p = sp.nsolve(sp.log(X) - (people - 1) * sp.log(1 - X), X, (1e-9, 0.6), solver="bisect")
    assert e.strategy == pytest.approx(float(p), rel=1e-9)
    assert e.cutoff == pytest.approx(e.strategy, rel=1e-9)
    assert e.stable
    # Those below the cut-off pay half of it on average.
    helped = 1 - (1 - e.strategy) ** (people - 1)
    payoff = helped + e.strategy * (e.cutoff - e.cutoff / 2)
    assert e.payoff == pytest.approx(payoff, rel=1e-9)


def test_a_pool_for_two_with_uniform_costs() -> None:
    """B = R (1 - p/2), Q = low + w p: p = (R - low)/(w + R/2)."""
    (e,) = PrivateCostGame.pool(2, 3, stats.uniform(1, 4)).equilibria()
    assert e.strategy == pytest.approx(2 / 5.5)
    assert e.cutoff == pytest.approx(3 - 3 / 5.5)


@given(st.lists(st.floats(0, 2), min_size=2, max_size=12), st.integers(0, 9), st.integers(0, 99))
@settings(max_examples=40)
def test_falling_benefits_have_one_equilibrium_whatever_the_costs(
    steps: list[float], family: int, seed: int
) -> None:
    assume(max(steps) > 1e-3)
    benefits = 3 - np.cumsum(steps)
    assume(np.ptp(benefits) > 1e-3)
    rng = np.random.default_rng(seed)
    for costs in (some_costs(rng)[family], rng.integers(0, 8, 5) / 4, stats.poisson(1.3)):
        found = PrivateCostGame(benefits, costs).equilibria()
        assert len(found) == 1
        assert found.coverage == "all"
        assert found[0].stable


def test_an_unknown_family_is_proved_only_where_no_density_is_needed() -> None:
    bumps = stats.rv_histogram(np.histogram([1.0, 1.2, 1.3, 2.5, 2.6], bins=8))()
    falling = PrivateCostGame.volunteer(6, 3, bumps).equilibria()
    assert (len(falling), falling.coverage) == (1, "all")
    rising = PrivateCostGame.critical_mass(6, 3, 3, bumps).equilibria()
    assert rising.coverage == "some"
    assert "sampled density" in rising.method
    assert stabilities(rising) == [True, False, True]


def test_a_near_tangency_is_reported_and_so_is_the_certain_rest() -> None:
    """Where the tipping point and the stable equilibrium meet, neither number is claimed."""
    low, high = 2.0, 4.0  # benefits with one and with three equilibria
    for _ in range(60):
        middle = (low + high) / 2
        found = PrivateCostGame.critical_mass(8, 3, middle, LOGNORMAL).equilibria()
        if found.status is Status.UNRESOLVED:
            break
        low, high = (middle, high) if len(found) == 1 else (low, middle)
    assert found.status is Status.UNRESOLVED
    assert found.coverage == "some"
    assert strategies(found)[0] == 0.0
    assert found[1].label.startswith("unresolved in [")
    assert found[1].stable is None


def test_a_line_of_equilibria_is_said_to_be_one() -> None:
    people = 5  # quarters are exact in floats
    linear = PrivateCostGame(np.linspace(0, 1, people), stats.uniform(0, 1)).equilibria()
    assert (strategies(linear), linear.coverage) == ([0.0, 1.0], "some")
    people = 6
    k = np.arange(people)
    square = k * (k - 1) / (people * (people - 1) - 2 * (people - 1))  # B = p^2 = Q
    root = PrivateCostGame(square, stats.powerlaw(0.5)).equilibria()
    assert root.coverage == "some"
    assert root.status is Status.UNRESOLVED


@pytest.mark.parametrize(("people", "power"), [(3, 2.0), (19, 1.0), (11, 0.3), (2, 0.5), (3, 0.4)])
def test_all_are_needed_and_the_dearest_cost_is_the_benefit(people: int, power: float) -> None:
    """F(B(p)) = p^((N-1) a): 0 and 1 are the equilibria, one of them stable."""
    found = PrivateCostGame.critical_mass(people, people, 1, stats.powerlaw(power)).equilibria()
    rises = (people - 1) * power > 1  # steeper than 1 at p = 1, flat at 0
    assert found.coverage == "all"
    assert strategies(found) == [0.0, 1.0]
    assert stabilities(found) == [rises, not rises]


def test_a_cheap_few_or_a_dear_few_are_not_lost_to_rounding() -> None:
    """Of all, 1e-23 join, or 1e-23 do not."""
    few = PrivateCostGame([0.0, 0.5], stats.norm(10, 1)).equilibria()
    assert (few.coverage, len(few)) == ("all", 1)
    assert few[0].strategy == pytest.approx(stats.norm.cdf(-10), rel=1e-12)
    nearly = PrivateCostGame([20.0, 20.5], stats.norm(10, 1)).equilibria()
    assert (nearly.coverage, len(nearly)) == ("all", 1)
    assert nearly[0].strategy == pytest.approx(1)
    assert nearly.regret < 1e-12


# --- discrete distributions ----------------------------------------------------------------------


def test_discrete_distributions_are_samples_with_their_weights() -> None:
    game = PrivateCostGame.critical_mass
    named = game(7, 3, 4, stats.rv_discrete(values=([1, 2, 4], [0.25, 0.5, 0.25]))())
    listed = game(7, 3, 4, [1, 2, 2, 4])
    assert strategies(named.equilibria()) == pytest.approx(strategies(listed.equilibria()))
    assert [e.payoff for e in named.equilibria()] == pytest.approx(
        [e.payoff for e in listed.equilibria()]
    )
    coin = game(7, 3, 4, stats.bernoulli(0.5, loc=1)).equilibria()
    assert strategies(coin) == pytest.approx(strategies(game(7, 3, 4, [1, 2]).equilibria()))
    assert coin.coverage == "all"


@pytest.mark.parametrize(
    "costs",
    [stats.poisson(2.5), stats.geom(0.4), stats.nbinom(3, 0.5, loc=0.3), stats.skellam(3, 1)],
)
def test_unbounded_costs_above_every_benefit_do_not_matter(costs: Any) -> None:
    game = PrivateCostGame.critical_mass(9, 4, 6, costs, leakage=0.5)
    found = game.equilibria()
    assert found.coverage == "all"
    for e in found.equilibria:
        assert (
            costs.cdf(e.cutoff - 1e-6) - 1e-12 <= e.strategy <= costs.cdf(e.cutoff + 1e-6) + 1e-12
        )
        joining = costs.expect(lambda c: c, ub=math.floor(e.cutoff)) if e.mixing is None else None
        if joining is not None and costs.dist.name in ("poisson", "geom"):
            free = ParticipationGame(game.benefits, game.ride).payoff(e.strategy)
            assert e.payoff == pytest.approx(float(free) - joining, abs=1e-9)


# --- published cases -----------------------------------------------------------------------------


def test_granovetter_a_riot_and_a_tantrum() -> None:
    """Granovetter 1978, Am. J. Sociology 83:1424: thresholds 0, 1, ..., 99 make all of 100 riot;
    with the one of threshold 1 replaced by one of threshold 2 a single person riots."""
    count = np.linspace(0, 100, 101)  # 100 others; B(p) = 100 p, the number who riot
    # Who sees exactly as many as the threshold joins: a cost just below it.
    riot = np.arange(100) - 0.5
    everybody = PrivateCostGame(count, riot).equilibria()
    assert strategies(everybody) == [1.0]
    assert everybody.coverage == "all"
    riot[1] += 1
    changed = PrivateCostGame(count, riot)
    assert strategies(changed.equilibria()) == pytest.approx([0.01, 0.015, 1.0])
    assert stabilities(changed.equilibria()) == [True, False, True]
    assert changed.resting_point(0.0).strategy == pytest.approx(0.01)
    # With thresholds at face value those who see exactly theirs may as well stay: all 101 rest.
    indifferent = PrivateCostGame(count, np.arange(100)).equilibria()
    assert strategies(indifferent) == pytest.approx(np.arange(101) / 100)


def test_granovetter_the_critical_spread() -> None:
    """Granovetter 1978, p. 1428 and figure 2: normal thresholds of mean 25 among 100; the number of
    rioters grows to about 6 as the standard deviation approaches 12.2 and then jumps to nearly 100.
    """
    count, low, high = np.linspace(0, 100, 101), 10.0, 15.0
    while high - low > 1e-3:  # one equilibrium above, three below
        middle = (low + high) / 2
        few = len(PrivateCostGame(count, stats.norm(25, middle)).equilibria()) == 1
        low, high = (low, middle) if few else (middle, high)
    assert round(low, 1) == round(high, 1) == 12.2
    below = PrivateCostGame(count, stats.norm(25, low))
    assert round(100 * below.resting_point(0.0).strategy) == 6
    assert stabilities(below.equilibria()) == [True, False, True]
    above = PrivateCostGame(count, stats.norm(25, high))
    assert 100 * above.resting_point(0.0).strategy > 99
    assert below.equilibria().coverage == above.equilibria().coverage == "all"


@pytest.mark.parametrize(
    ("strength", "count"), [(0.5, 1), (0.95, 1), (1.05, 3), (1.5, 3), (4.0, 3)]
)
def test_brock_and_durlauf_three_equilibria_iff_interaction_is_strong(
    strength: float, count: int
) -> None:
    """Brock and Durlauf 2001, Rev. Econ. Studies 68:240, proposition 2 (h = 0): m = tanh(beta J m)
    has one root if beta J <= 1, three if beta J > 1, and the middle one is unstable."""
    # With m = 2p - 1 and logistic tastes: p = 1/(1 + exp(-2 beta J m)).
    people = 41
    benefits = 2 * strength * np.linspace(-1, 1, people)
    found = PrivateCostGame(benefits, stats.logistic(0, 1)).equilibria()
    assert found.coverage == "all"
    assert len(found) == count
    assert stabilities(found) == [True, False, True][-count:]
    for e in found:
        m = 2 * e.strategy - 1
        assert m == pytest.approx(math.tanh(strength * m), abs=1e-12)
    if strength == 1.5:
        assert 2 * found[-1].strategy - 1 == pytest.approx(0.85856, abs=1e-5)  # m = tanh(1.5 m)


@pytest.mark.parametrize(
    ("people", "needed", "dearest"), [(3, 1, 1.5), (3, 2, 1.5), (4, 2, 1.0), (4, 3, 1.0)]
)
def test_palfrey_and_rosenthal_cut_points(people: int, needed: int, dearest: float) -> None:
    """Palfrey and Rosenthal 1988, J. Public Econ. 35:309 (also 1991, Games Econ. Behav. 3:183):
    with a public good of value 1 if w of N contribute, a cut-point is the probability of being
    pivotal, c = C(N-1, w-1) F(c)^(w-1) (1 - F(c))^(N-w)."""
    game = PrivateCostGame.critical_mass(people, needed, 1, stats.uniform(0, dearest), leakage=1)
    F = X / dearest
    pivotal = comb(people - 1, needed - 1) * F ** (needed - 1) * (1 - F) ** (people - needed)
    roots = sorted({float(r) for r in sp.Poly(sp.nsimplify(pivotal - X), X).real_roots()
                    if 0 <= r <= dearest})  # fmt: skip
    found = game.equilibria()
    assert found.coverage == "all"
    assert [e.cutoff for e in found.equilibria] == pytest.approx(roots, abs=1e-12)
    if (people, needed) == (3, 2):
        assert roots == pytest.approx([0, 0.375])


@pytest.mark.parametrize("people", [2, 3, 6, 20])
def test_harsanyi_small_private_differences_purify_the_mixed_equilibrium(people: int) -> None:
    """Harsanyi 1973, Int. J. Game Theory 2:1 (purification), on Diekmann 1985: as the spread of
    costs around c vanishes, a participant joins with probability 1 - (c/b)^(1/(N-1))."""
    diekmann = 1 - (1 / 5) ** (1 / (people - 1))
    errors = []
    for spread in (0.1, 0.01, 0.001):
        (e,) = PrivateCostGame.volunteer(people, 5, stats.norm(1, spread)).equilibria()
        errors.append(abs(e.strategy - diekmann))
    assert errors[2] < 1e-3
    assert errors[2] < errors[1] < errors[0]


@pytest.mark.parametrize(("cheapest", "benefit"), [(0.5, 2.0), (0.1, 2.0), (0.3, 0.4)])
def test_in_a_crowd_only_the_cheapest_help_and_often_nobody(
    cheapest: float, benefit: float
) -> None:
    """As N grows the cut-off falls to the cheapest cost c_lo: (1-p)^(N-1) b -> c_lo."""
    found = [
        PrivateCostGame.volunteer(people, benefit, stats.uniform(cheapest, 1))
        for people in (2, 3, 5, 10, 50, 100_000)
    ]
    cutoffs = [game.equilibria()[0].cutoff for game in found]
    assert cutoffs == sorted(cutoffs, reverse=True)
    last = found[-1].equilibria()[0]
    assert last.cutoff == pytest.approx(cheapest, abs=1e-4)
    assert float(found[-1].outage(last.strategy)) == pytest.approx(cheapest / benefit, abs=1e-4)


@pytest.mark.parametrize("spread", [0.3, 0.39, 0.41, 1.0])
def test_morris_and_shin_enough_heterogeneity_makes_it_unique(spread: float) -> None:
    """Morris and Shin 2005, Heterogeneity and uniqueness in interaction games (normal private
    values, payoffs linear in the others' actions): unique for every mean iff the largest density is
    at most the strength of interaction, here 1: a standard deviation of 1/sqrt(2 pi) = .3989."""
    counts = [
        len(PrivateCostGame(np.linspace(0, 1, 30), stats.norm(mean, spread)).equilibria())
        for mean in np.linspace(0.3, 0.7, 21)
    ]
    assert (max(counts) == 1) == (spread > 1 / math.sqrt(2 * math.pi))


# --- dynamics, and what else the game offers -----------------------------------------------------


@pytest.mark.parametrize(
    "costs", [LOGNORMAL, stats.uniform(1, 4), [1, 2, 2, 3, 5], stats.poisson(2)]
)
def test_adaptive_play_ends_where_it_is_said_to(costs: Any) -> None:
    game = PrivateCostGame.critical_mass(10, 4, 6, costs, leakage=0.3)
    starts = np.linspace(0.02, 1, 13)  # with Poisson costs nobody joining is unstable
    p = starts
    for step in range(4000):
        p = p + (game.best_response(p) - p) / (20 + 0.1 * step)
    for start, end in zip(starts.tolist(), p.tolist(), strict=True):
        rest = game.resting_point(start)
        assert rest.stable
        assert end == pytest.approx(rest.strategy, abs=0.02)


def test_resting_at_a_tipping_point_only_from_it() -> None:
    game = PrivateCostGame.critical_mass(10, 4, 6, LOGNORMAL)
    (tipping,) = game.tipping_points()
    assert game.resting_point(tipping.strategy) is tipping
    low, high = (game.resting_point(tipping.strategy * (1 + x)) for x in (-1e-6, 1e-6))
    assert low.strategy < tipping.strategy < high.strategy
    assert low.stable
    assert high.stable


@pytest.mark.parametrize("costs", [LOGNORMAL, [1, 2, 2, 3, 5], stats.poisson(2)])
def test_regret_off_equilibrium_is_the_gain_of_the_worst_type(costs: Any) -> None:
    game = PrivateCostGame.critical_mass(6, 2, 4, costs)
    kind = game.costs
    for p in (0.13, 0.4, 0.77):
        worth, gains = float(game.cutoff(p)), [0.0]
        for share in np.linspace(1e-4, 1 - 1e-4, 2001):  # types by rank
            cost = float(kind.quantile(share))
            gains.append(cost - worth if share <= p else worth - cost)
        assert float(game.regret(p)) == pytest.approx(max(gains), abs=2e-3)


def test_methods_keep_shapes_and_printing_shows_the_cut_off() -> None:
    game = PrivateCostGame.volunteer(4, 3, LOGNORMAL)
    grid = np.linspace(0, 0.9, 6).reshape(2, 3)
    for method in (game.cutoff, game.best_response, game.payoff, game.regret, game.outage,
                   game.expected_trainers):  # fmt: skip
        assert method(grid).shape == (2, 3)
    assert game.participants == 4
    text = str(game.equilibria())
    assert "cutoff" in text
    assert "cut-off" in text
    assert game.equilibria().to_dict()["equilibria"][0]["cutoff"] > 0
    assert game.equilibria() is game.equilibria()  # solved once
    assert float(game.outage(0.5)) == pytest.approx(0.0625)


def test_large_communities_and_samples() -> None:
    rng = np.random.default_rng(7)
    sample = rng.lognormal(-0.5, 0.5, 20_000)
    for people in (513, 514, 100_000):
        benefits = np.where(np.arange(people) >= people // 3, 0.9, 0.0)
        found = PrivateCostGame(benefits, sample).equilibria()
        assert found.coverage == "all"
        assert stabilities(found) == [True, False, True]
        smooth = PrivateCostGame(benefits, stats.lognorm(0.5, scale=math.exp(-0.5))).equilibria()
        assert smooth.coverage == "all"
        assert strategies(found) == pytest.approx(strategies(smooth), abs=0.02)
        assert ("exact" in found.method) == (people <= 513)


# --- input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"benefits": [1.0]}, "benefits must have 2 entries or more"),
     ({"benefits": [1.0, math.nan]}, "every entry of benefits"),
     ({"benefits": [[1.0, 2.0]]}, "benefits must have 1 dimension"),
     ({"ride": [1.0]}, "ride must have the shape"),
     ({"benefits": [1e-250, 0.0]}, "largest of benefits must be 0 or at least 1e-200"),
     ({"cost_distribution": []}, "cost_distribution must have at least one entry"),
     ({"cost_distribution": "norm"}, "cost_distribution must be an array of numbers"),
     ({"cost_distribution": 2.0}, "cost_distribution must have 1 dimension"),
     ({"cost_distribution": [1.0, math.inf]}, "every entry of cost_distribution"),
     ({"cost_distribution": stats.norm}, "Freeze it"),
     ({"cost_distribution": stats.norm(1, -1)}, "have valid parameters"),
     ({"cost_distribution": stats.norm([1, 2], 1)}, "have valid parameters"),
     ({"cost_distribution": stats.cauchy(1, 1)}, "have a finite variance")],
)  # fmt: skip
def test_bad_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    good = {"benefits": [1.0, 0.5], "cost_distribution": [0.4, 0.8]}
    with pytest.raises(InputError, match=message):
        PrivateCostGame(**{**good, **changes})


@pytest.mark.parametrize(
    ("call", "name"),
    [(lambda g, method=method, bad=bad: getattr(g, method)(bad), "p must|entry of p")
     for method in ("cutoff", "best_response", "payoff", "regret", "outage", "expected_trainers")
     for bad in (1.5, -0.1, [0.5, math.nan], math.inf, [], "x", None, True, 1j)]
    + [(lambda g, bad=bad: g.resting_point(bad), "start")
       for bad in (-0.1, 1.1, math.nan, None, "x", [0.5], True)]
    + [(lambda _: PrivateCostGame.critical_mass(3, 5, 1, [1.0]), "threshold"),
     (lambda _: PrivateCostGame.volunteer(1, 1, [1.0]), "participants"),
     (lambda _: PrivateCostGame.pool(10**8, 1, [1.0]), "participants"),
     (lambda _: PrivateCostGame.train_or_ride(3, 1, [1.0], leakage=2), "leakage")],
)  # fmt: skip
def test_bad_calls_are_named(call: Any, name: str) -> None:
    with pytest.raises(InputError, match=name):
        call(PrivateCostGame([1.0, 0.5], [0.4, 0.8]))


def test_a_game_cannot_be_changed_from_outside() -> None:
    benefits, sample = np.array([1.0, 0.5]), np.array([0.4, 0.8])
    game = PrivateCostGame(benefits, sample)
    benefits[0] = sample[0] = 99
    assert strategies(game.equilibria()) == strategies(
        PrivateCostGame([1.0, 0.5], [0.4, 0.8]).equilibria()
    )
    with pytest.raises(ValueError, match="read-only"):
        game.benefits[0] = 3
