"""Simultaneous contributions: waterfilling, planner, regret, and what papers say of them."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.benefit import Benefit
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.games.contribution import ContributionGame
from derelayl_econ.games.public_benefit import ConcaveBenefit
from derelayl_econ.games.waterfilling import waterfill
from derelayl_econ.quality import ExponentialCurve, HillCurve, LogisticWalk, PowerCurve

FRESH = np.random.SeedSequence().entropy
SEEDS = [0, 1, 2, FRESH]

CURVES = (
    LogCurve(), RootCurve(exponent=0.4), ExponentialCurve(0.1, 1, 3.0), PowerCurve(0, 1, 2.0, 0.7),
    HillCurve(0, 1, 2.0, 0.8), LogisticWalk(0.5, 1, 0.4),
)  # fmt: skip
sizes = st.integers(2, 7)


@st.composite
def games(draw, capped=None):
    count = draw(sizes)
    numbers = st.floats(0.3, 30)
    values = draw(st.lists(numbers, min_size=count, max_size=count))
    costs = draw(st.lists(st.floats(0.1, 3), min_size=count, max_size=count))
    with_caps = draw(st.booleans()) if capped is None else capped
    caps = draw(st.lists(st.floats(0.05, 5), min_size=count, max_size=count)) if with_caps else None
    return ContributionGame(values, costs, draw(st.sampled_from(CURVES)), caps)


def quadratic(top):
    """Q = b X - X^2/2 up to the top b, flat from there: equilibria are rational numbers."""
    return ConcaveBenefit(lambda x: np.where(x < top, top * x - x**2 / 2, top**2 / 2),
                          lambda x: np.maximum(0.0, top - x))  # fmt: skip


# --------------------------------------------------------------------------- by hand, by exhaustion


def test_the_example_of_the_theory_notes():
    found = ContributionGame([3, 2], 1, LogCurve()).simultaneous()
    assert found.total == 2
    assert found.strategy.tolist() == [2, 0]
    assert found.roles.tolist() == ["partial", "rides"]
    assert found.partial == (0,)
    assert found.payoff == pytest.approx([3 * math.log(3) - 2, 2 * math.log(3)])
    assert found.efficient_total == pytest.approx(4)
    best = 5 * math.log(5) - 4
    assert found.efficiency == pytest.approx((5 * math.log(3) - 2) / best)
    assert found.coverage == "all"


def every_rational_equilibrium(top, values, costs, caps):
    """Try who rides, who fills the cap and who stands in between; exact, from first principles."""
    found = set()
    for roles in itertools.product("rpc", repeat=len(values)):
        partial = [i for i, role in enumerate(roles) if role == "p"]
        if len(partial) > 1:
            continue  # several want the same total only if their ratios are equal
        efforts = [caps[i] if role == "c" else Fraction(0) for i, role in enumerate(roles)]
        for i in partial:
            efforts[i] = top - costs[i] / values[i] - sum(efforts)
        total = sum(efforts)
        if all(
            0 <= e <= cap
            and (e == 0 or a * (top - total) >= c)  # else i would rather do less
            and (e == cap or a * (top - total) <= c)  # else i would rather do more
            for e, cap, a, c in zip(efforts, caps, values, costs, strict=True)
        ):
            found.add(tuple(efforts))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_there_is_exactly_one_equilibrium_and_it_is_found(seed):
    rng = np.random.default_rng(seed)
    for _ in range(12):
        n = int(rng.integers(2, 6))
        values = [Fraction(int(k), 4) for k in rng.choice(np.arange(2, 60), n, replace=False)]
        costs, top = [Fraction(int(rng.integers(1, 9)), 4)] * n, Fraction(5)
        caps = [Fraction(int(k), 8) for k in rng.integers(1, 25, n)]
        (exact,) = every_rational_equilibrium(top, values, costs, caps)
        game = ContributionGame(*(np.array(x, dtype=float) for x in (values, costs)),
                                quadratic(5.0), np.array(caps, dtype=float))  # fmt: skip
        found = game.simultaneous()
        assert found.strategy == pytest.approx([float(e) for e in exact], abs=1e-12)
        assert found.total == pytest.approx(float(sum(exact)))
        assert len(found.partial) <= 1
        assert found.coverage == "all"


@given(games())
def test_the_efforts_satisfy_the_first_order_conditions(game):
    found = game.simultaneous()
    slope = float(game.benefit.slope(found.total))
    for e, cap, kappa in zip(found.strategy, game.limits, game.kappas, strict=True):
        assert 0 <= e <= cap
        if e > 0:
            assert slope >= kappa * (1 - 1e-9)
        if e < cap:
            assert slope <= kappa * (1 + 1e-9)
    assert found.strategy.sum() == pytest.approx(found.total, rel=1e-12)


@given(games())
def test_bisection_on_the_total_finds_it_again(game):
    # No inverse, no sorting: at a total below the equilibrium the willing can supply more than it.
    low, high = 0.0, 1.0

    def willing(total):
        slope = float(game.curve.marginal(total))
        return sum(cap for cap, kappa in zip(game.limits, game.kappas, strict=True)
                   if kappa < slope)  # fmt: skip

    while willing(high) > high:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if willing(middle) > middle else (low, middle)
    assert game.simultaneous().total == pytest.approx(high, rel=1e-9, abs=1e-12)


# ------------------------------------------------------------------------------- regret and payoffs


def payoff_by_story(game, efforts, i):
    """Everybody trains, the model gets its quality, i values it and pays for the own legs."""
    trained = 0.0
    for effort in efforts:
        trained += effort
    quality = float(game.curve.quality(trained))
    return game.values[i] * quality - game.costs[i] * efforts[i]


@given(games())
def test_payoffs_are_those_of_the_story(game):
    found = game.simultaneous()
    for i in range(game.participants):
        scale = 1e-12 * (1 + game.values[i] + game.costs[i] * found.strategy[i])
        assert found.payoff[i] == pytest.approx(payoff_by_story(game, found.strategy, i), abs=scale)


@given(games())
def test_the_regret_of_the_equilibrium_is_rounding(game):
    found = game.simultaneous()
    scale = game.values.max() * (1 + float(game.curve.quality(found.total))) + found.total
    assert 0 <= found.regret <= 1e-12 * scale


@given(games(), st.integers(0, 2**32))
def test_no_random_deviation_gains(game, seed):
    rng = np.random.default_rng(seed)
    found = game.simultaneous()
    reach = np.minimum(game.limits, 3 * found.total + 1)
    for i in range(game.participants):
        own = payoff_by_story(game, found.strategy, i)
        for effort in rng.uniform(0, reach[i], 30):
            deviation = found.strategy.copy()
            deviation[i] = effort
            gain = payoff_by_story(game, deviation, i) - own
            assert gain <= 1e-10 * (1 + abs(own) + game.values[i])


@given(games(), st.integers(0, 2**32))
def test_regret_is_the_gain_of_the_best_of_many_efforts(game, seed):
    efforts = np.minimum(np.random.default_rng(seed).uniform(0, 3, game.participants), game.limits)
    regret = game.regret(efforts)
    i = int(np.argmax(regret))
    own, best = payoff_by_story(game, efforts, i), -math.inf
    top = min(game.limits[i], game.demands[i] + 1)
    for effort in [*np.linspace(0, top, 400), game.best_responses(efforts)[i]]:
        deviation = efforts.copy()
        deviation[i] = effort
        best = max(best, payoff_by_story(game, deviation, i) - own)
    assert (regret >= 0).all()
    assert regret[i] == pytest.approx(max(best, 0.0), abs=1e-9 * (1 + abs(own) + game.values[i]))


# -------------------------------------------------------------------------------------- the planner


@given(games(), st.integers(0, 2**32))
def test_no_random_plan_beats_the_planner(game, seed):
    rng = np.random.default_rng(seed)
    best = game.welfare(game.efficient.efforts)
    reach = np.minimum(game.limits, 2 * game.efficient.total + 1)
    for _ in range(50):
        plan = rng.uniform(0, 1, game.participants) ** 3 * reach
        story = sum(payoff_by_story(game, plan, i) for i in range(game.participants))
        idle = sum(payoff_by_story(game, 0 * plan, i) for i in range(game.participants))
        assert game.welfare(plan) == pytest.approx(story - idle, abs=1e-9 * (1 + abs(story)))
        assert story - idle <= best + 1e-10 * (1 + abs(best))


@given(games())
def test_efficiency_and_total_never_exceed_the_planners(game):
    found = game.simultaneous()
    assert found.total <= found.efficient_total * (1 + 1e-12)
    assert 0 <= found.efficiency <= 1 + 1e-12
    assert game.efficiency(game.efficient.efforts) == pytest.approx(1)


def test_where_nobody_should_train_nobody_does():
    game = ContributionGame([1, 2], 1, ExponentialCurve(0, 1, effort_scale=10))
    found = game.simultaneous()
    assert (found.total, found.efficient_total, found.efficiency) == (0, 0, 1)
    assert found.roles.tolist() == ["rides", "rides"]
    useless = ContributionGame([0, 0], 1, LogCurve()).simultaneous()
    assert (useless.total, useless.efficient_total, useless.regret) == (0, 0, 0)


# --------------------------------------------------------------------------------------------- ties


def test_equals_share_what_is_left_equally_and_the_answer_says_so():
    game = ContributionGame([4, 4, 4, 9], 1, LogCurve(), caps=[0.25, 3, 3, 1])
    found = game.simultaneous()
    assert found.total == 3  # demand of the three; participant 3 is at the cap of 1
    assert found.strategy == pytest.approx([0.25, 0.875, 0.875, 1])
    assert found.tied == (0, 1, 2)
    assert found.coverage == "some"
    assert found.partial == (1, 2)
    for split in ([0, 2, 0, 1], [0.25, 1.75, 0, 1], [0.1, 0.9, 1.0, 1]):
        assert game.regret(split).max() <= 1e-14  # each other division is an equilibrium, too
    assert game.regret([0.25, 2, 0, 1]).max() > 1e-3  # another total is not


@given(games(capped=True), st.integers(2, 4))
def test_ties_change_the_coverage_only_where_the_tied_are_marginal(game, copies):
    values, costs = np.repeat(game.values, copies), np.repeat(game.costs, copies)
    found = ContributionGame(values, costs, game.curve, np.repeat(game.limits, copies))
    found = found.simultaneous()
    marginal = (found.roles == "partial").any()
    assert (found.coverage == "some") == marginal
    assert (len(found.tied) >= copies) == marginal


def test_ratios_equal_on_paper_count_as_equal():
    # On paper all four ratios are 1/3; as floats 0.1/0.3 and 1/3 differ in the last place.
    values, costs = [0.3, 3.0, 0.6, 6.0], [0.1, 1.0, 0.2, 2.0]
    found = ContributionGame(values, costs, LogCurve()).simultaneous()
    assert found.tied == (0, 1, 2, 3)
    assert found.strategy == pytest.approx([0.5] * 4)
    apart = ContributionGame([3, 3 * (1 + 1e-13)], 1, LogCurve()).simultaneous()
    assert apart.tied == ()
    assert apart.roles.tolist() == ["rides", "partial"]


def test_filling_a_level_whatever_the_rounding():
    caps = np.array([0.1] * 10)
    for total in (0.3, 0.7, 0.1 + 0.2, 0.9999999999999999):
        curve = LogCurve()
        kappa = np.full(10, float(curve.marginal(total)))
        filled = waterfill(kappa, caps, Benefit(curve))
        assert filled.efforts.sum() == pytest.approx(min(total, 1.0))
        assert (filled.efforts <= caps).all()


# -------------------------------------------------------------------------------------- invariances


@given(games(), st.integers(0, 2**32))
def test_relabelling_participants_relabels_the_answer(game, seed):
    order = np.random.default_rng(seed).permutation(game.participants)
    caps = None if game.caps is None else game.caps[order]
    other = ContributionGame(game.values[order], game.costs[order], game.curve, caps)
    here, there = game.simultaneous(), other.simultaneous()
    assert there.total == pytest.approx(here.total)
    assert there.strategy == pytest.approx(here.strategy[order], abs=1e-12)
    assert there.roles.tolist() == here.roles[order].tolist()


@given(games(), st.integers(-20, 20))
def test_other_units_of_money_change_payoffs_only(game, power):
    unit = 2.0**power
    other = ContributionGame(unit * game.values, unit * game.costs, game.curve, game.caps)
    here, there = game.simultaneous(), other.simultaneous()
    assert there.strategy.tolist() == here.strategy.tolist()
    assert there.payoff == pytest.approx(unit * here.payoff)
    assert there.efficiency == pytest.approx(here.efficiency)


@given(st.lists(st.floats(1.1, 30), min_size=2, max_size=6), st.floats(0.1, 10))
def test_other_units_of_effort_change_efforts_only(values, scale):
    legs = ContributionGame(values, 1.0, LogCurve()).simultaneous()
    other = ContributionGame(values, 1.0 / scale, LogCurve(effort_scale=scale)).simultaneous()
    assert other.total == pytest.approx(scale * legs.total)
    assert other.payoff == pytest.approx(legs.payoff)


@given(games(), st.floats(-5, 5))
def test_the_start_of_the_curve_changes_no_effort(game, start):
    efforts = [
        ContributionGame(game.values, game.costs, ExponentialCurve(low, low + 1, 3.0), game.caps)
        .simultaneous().strategy
        for low in (0.0, start)
    ]  # fmt: skip
    assert efforts[0] == pytest.approx(efforts[1], abs=1e-9)


@settings(max_examples=20)
@given(games(capped=True))
def test_a_cap_beyond_all_demands_is_no_cap(game):
    free = ContributionGame(game.values, game.costs, game.curve)
    wide = ContributionGame(game.values, game.costs, game.curve, 1e50)
    assert wide.simultaneous().strategy.tolist() == free.simultaneous().strategy.tolist()


def test_a_hundred_thousand_participants():
    rng = np.random.default_rng(0)
    values, costs, caps = (rng.uniform(*ends, 10**5) for ends in ((2, 8), (1, 2), (5e-6, 3e-5)))
    game = ContributionGame(values, costs, HillCurve(0, 1, 0.1, 0.8), caps)
    found = game.simultaneous()
    assert found.regret <= 1e-12
    assert (found.roles == "partial").sum() <= 1
    assert {"contributes", "rides"} <= set(found.roles)
    assert "... 99999" in str(found)


# ----------------------------------------------------------------------------- published statements


@given(games(capped=True))
def test_published_three_groups_of_clients(game):
    # Zhang, Ma, Chen 2021, arXiv 2106.11814, abstract: at the Nash equilibrium of the stage game
    # clients are (i) free riders, (ii) a unique partial contributor, if any, (iii) contributors.
    assume(np.diff(np.sort(game.kappas)).min() > 1e-9)
    found = game.simultaneous()
    assert len(found.partial) <= 1
    group = {"contributes": 0, "partial": 1, "rides": 2}
    by_keenness = [group[found.roles[i]] for i in np.argsort(game.kappas)]
    assert by_keenness == sorted(by_keenness)


@pytest.mark.parametrize("participants", [2, 5, 50])
def test_published_catastrophic_free_riding(participants):
    # Karimireddy, Guo, Jordan 2022, arXiv 2207.04557, section 3: with accuracy shared by all, the
    # data of everybody together are what the agent of lowest cost collects alone; all others give
    # nothing, and more agents do not help. Alone, with an error 2 sqrt(k/m): m^(3/2) = sqrt(k)/c.
    costs = np.linspace(1e-4, 3e-4, participants)
    curve = PowerCurve(quality_start=-2, quality_max=0, effort_scale=1, exponent=0.5)  # k = 1
    found = ContributionGame(np.ones(participants), costs, curve).simultaneous()
    alone = (1 / costs[0]) ** (2 / 3) - 1  # the curve starts at one sample
    assert found.strategy[0] == pytest.approx(alone)
    assert found.roles.tolist() == ["partial"] + ["rides"] * (participants - 1)
    assert found.total == pytest.approx(alone)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("curve", CURVES)
def test_published_neutrality_of_redistribution(curve, seed):
    # Bergstrom, Blume, Varian 1986, Theorem 1: a redistribution among contributors that takes from
    # none more than he contributes leaves the supply of the public good as it was.
    rng = np.random.default_rng(seed)
    values, caps = rng.uniform(20, 60, 12), rng.uniform(0.05, 0.6, 12)
    found = ContributionGame(values, 1.0, curve, caps).simultaneous()
    full = np.flatnonzero(found.roles == "contributes")
    giver, taker = rng.choice(full, 2, replace=False)
    moved = rng.uniform(0, 0.9) * caps[giver]
    caps[giver], caps[taker] = caps[giver] - moved, caps[taker] + moved
    other = ContributionGame(values, 1.0, curve, caps).simultaneous()
    assert other.total == pytest.approx(found.total)
    assert other.strategy[taker] - found.strategy[taker] == pytest.approx(moved)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("curve", CURVES)
def test_published_limits_of_altruism(curve, seed):
    # Andreoni 1988, J. Public Economics 35:57, abstract: as the economy grows, the proportion of
    # contributors falls to zero, in the limit only those most inclined to give do so, and total
    # contributions grow towards a finite value, so that the average falls to zero.
    rng = np.random.default_rng(seed)
    keenest, fractions, totals, least = 40.0, [], [], []
    for size in (10, 1000, 100_000):
        values = rng.uniform(2, keenest, size)
        found = ContributionGame(values, 1.0, curve, np.full(size, 0.1)).simultaneous()
        giving = found.roles != "rides"
        fractions.append(giving.mean())
        totals.append(found.total)
        least.append(values[giving].min())
    finite = float(Benefit(curve).demand(1 / keenest))
    assert fractions[1] > fractions[2]
    assert fractions[2] < 0.02
    assert least[0] < least[2]
    assert least[2] > 0.98 * keenest
    assert totals[0] < totals[1] < totals[2] < finite
    assert totals[2] == pytest.approx(finite, rel=0.05)


@given(st.floats(0.5, 20), st.floats(0.5, 20))
def test_published_two_agents_with_logarithmic_utility(first, second):
    # The textbook exercise u_i = a_i ln G + x_i (Mas-Colell, Whinston, Green 1995, section 11.C for
    # the model): voluntary total max(a_1, a_2), Pareto-optimal a_1 + a_2. With our ln(1 + X/E_0),
    # G is X + E_0.
    small = 1e-3
    found = ContributionGame([first, second], 1, LogCurve(effort_scale=small)).simultaneous()
    assert found.total + small == pytest.approx(max(first, second))
    assert found.efficient_total + small == pytest.approx(first + second)


# ------------------------------------------------------------------------------------ tables, input


def test_the_result_prints_and_is_json_safe():
    found = ContributionGame([3, 2, 5], 1, LogCurve(), caps=[2, 2, 1]).simultaneous()
    assert "Simultaneous outcome: total 2 (efficient 5)" in str(found)
    mapping = json.loads(json.dumps(found.to_dict()))
    assert mapping["roles"] == ["partial", "rides", "contributes"]
    assert mapping["strategy"] == [1, 0, 1]
    with pytest.raises(ValueError, match="read-only"):
        found.strategy[0] = 1


def test_arguments_are_never_modified():
    values, costs, caps = np.array([3.0, 2.0]), np.array([1.0, 1.0]), np.array([1.0, 2.0])
    game = ContributionGame(values, costs, LogCurve(), caps)
    values[:] = costs[:] = caps[:] = 9
    assert game.simultaneous().strategy.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"values": [1]}, "values must have 2 entries or more"),
        ({"values": [1, -1]}, "values"),
        ({"values": [1, math.nan]}, "values"),
        ({"values": [1, 1e-200]}, "values"),
        ({"values": []}, "values"),
        ({"values": "12"}, "values"),
        ({"costs": 0}, "costs"),
        ({"costs": [1, 1, 1]}, "costs must have as many as values, 2"),
        ({"costs": [1, 0]}, "costs"),
        ({"costs": True}, "costs"),
        ({"caps": 0}, "caps"),
        ({"caps": [1, math.inf]}, "caps"),
        ({"caps": [[1, 1]]}, "caps"),
        ({"curve": HillCurve(0, 1, 1, steepness=2)}, "curve must be concave from the start"),
        ({"curve": None}, "curve"),
    ],
)
def test_bad_games_are_refused(arguments, name):
    good = {"values": [3, 2], "costs": 1, "curve": LogCurve(), "caps": None}
    with pytest.raises(InputError, match=name):
        ContributionGame(**{**good, **arguments})


def test_a_given_benefit_serves_as_well_as_a_named_one():
    assert ContributionGame([3, 2], 1, quadratic(4.0)).simultaneous().total == pytest.approx(11 / 3)
    named = ContributionGame([3, 2, 5], [1, 0.5, 2], LogCurve(), caps=[1, 2, 1])
    given_log = ConcaveBenefit(np.log1p, lambda effort: 1 / (1 + effort))
    other = ContributionGame([3, 2, 5], [1, 0.5, 2], given_log, caps=[1, 2, 1])
    for play in (lambda game: game.simultaneous(), lambda game: game.sequential([1, 2, 0]),
                 lambda game: game.transfers(), lambda game: game.value_transfers()):  # fmt: skip
        assert play(other).strategy == pytest.approx(play(named).strategy, rel=1e-9)
        assert play(other).payoff == pytest.approx(play(named).payoff, rel=1e-9)


@pytest.mark.parametrize("efforts", [[1], [1, -1], [1, math.nan], "ab", [[1, 2]]])
@pytest.mark.parametrize("method", ["payoffs", "best_responses", "regret", "welfare", "efficiency"])
def test_bad_efforts_are_refused(method, efforts):
    with pytest.raises(InputError, match="efforts"):
        getattr(ContributionGame([3, 2], 1, LogCurve()), method)(efforts)
