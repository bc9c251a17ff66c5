"""The gate: all pure equilibria against exact enumeration, the leakage bound against a scan."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.games.contribution import ContributionGame
from derelayl_econ.games.contribution_formulas import LEAKAGE_BOUND
from derelayl_econ.games.public_benefit import ConcaveBenefit
from derelayl_econ.quality import ExponentialCurve, HillCurve, PowerCurve

FRESH = np.random.SeedSequence().entropy
SEEDS = [0, 1, 2, FRESH]
CURVES = (
    LogCurve(), RootCurve(exponent=0.4), ExponentialCurve(0.1, 1, 3.0), PowerCurve(0, 1, 2.0, 0.7),
    HillCurve(0.2, 1, 2.0, 0.8),
)  # fmt: skip


@st.composite
def gated_games(draw):
    curve = draw(st.sampled_from(CURVES))
    value = draw(st.floats(0.2, 60))
    game = ContributionGame([value] * draw(st.integers(2, 9)), draw(st.floats(0.1, 3)), curve)
    return game, draw(st.floats(0, 0.99))


def payoff_by_story(game, part, leakage, efforts, i):
    """Those who trained their part take the model; to the others a share of the training leaks."""
    trained = 0.0
    for effort in efforts:
        trained += effort
    start = float(game.curve.quality(0.0))
    gained = float(game.curve.quality(trained)) - start
    if efforts[i] < part:
        gained *= leakage
    return game.values[i] * (start + gained) - game.costs[i] * efforts[i]


def profile_of(game, found):
    inside = [found.inside] * found.strategy
    return inside + [found.outside] * (game.participants - found.strategy)


# ------------------------------------------------------------------------------ by hand, in numbers


def test_both_equilibria_of_ten():
    # N a/(1 + X) = c: X* = 9. Nobody: ln(1 + x) < x, so not even the first leg pays for one alone.
    found = ContributionGame([1] * 10, 1, LogCurve()).gated()
    assert (found.part, found.efficient_total) == (0.9, 9)
    assert found.nobody.total == 0
    assert found.nobody.payoff[1] == 0
    assert math.isnan(found.nobody.payoff[0])
    assert found.everybody.total == 9
    assert found.everybody.payoff[0] == pytest.approx(math.log(10) - 0.9)
    assert found.leakage_bound == pytest.approx((math.log(10) - 0.9) / math.log(9.1))
    assert [e.stable for e in found] == [True, True]
    assert found.coverage == "all"


def test_where_one_alone_would_pass_the_gate_nobody_is_no_equilibrium():
    # a ln(1 + x) > c x at the part x = m: worth it even alone.
    found = ContributionGame([3] * 3, 1, LogCurve()).gated()
    assert found.nobody is None
    assert [e.label for e in found] == ["everybody trains the part"]
    assert 3 * math.log(1 + found.part) > found.part


def test_where_training_is_worthless_nobody_trains_and_anything_may_leak():
    found = ContributionGame([0.1] * 3, 1, LogCurve()).gated(0.7)
    assert [(e.strategy, e.total, e.stable) for e in found] == [(0, 0, True)]
    assert (found.part, found.leakage_bound, found.simple_bound) == (0, 1, 1)
    assert found.everybody is None


def test_with_much_leakage_some_train_and_the_others_ride():
    found = ContributionGame([3] * 5, 1, LogCurve()).gated(0.75)
    assert [(e.strategy, e.label) for e in found] == [(1, "1 inside, the others ride")]
    assert (found[0].inside, found[0].outside) == (pytest.approx(2.8), 0)
    assert found.leakage_bound < 0.75
    assert found[0].payoff[1] > found[0].payoff[0]


def test_those_below_the_gate_divide_their_effort_in_any_way():
    game = ContributionGame([1.5] * 3, 1, LogCurve())
    found = game.gated(0.75)
    (below,) = found
    assert (below.label, below.divisible, below.stable) == ("all below the gate", True, False)
    assert below.total == pytest.approx(0.75 * 1.5 - 1)
    assert found.coverage == "some"
    uneven = [below.total, 0, 0]
    for i, effort in itertools.product(range(3), np.linspace(0, 3, 200)):
        other = [effort if j == i else e for j, e in enumerate(uneven)]
        gain = payoff_by_story(game, found.part, 0.75, other, i)
        assert gain <= payoff_by_story(game, found.part, 0.75, uneven, i) + 1e-12


# ---------------------------------------------------------------------- every profile, in fractions


def every_profile_in_equilibrium(top, cost, leakage, count, step, levels):
    """Try every total and every division of it in whole steps; the value is 1, all in integers.

    Return {(inside, total): divisions}.
    """
    most = count * levels
    rise = [top * t - t * t / 2 if t < top else top * top / 2
            for t in (step * k for k in range(most + 1))]  # fmt: skip
    leaked = [leakage * g for g in rise]
    unit = math.lcm(*(x.denominator for x in (*rise, *leaked, cost * step)))
    inside_worth, outside_worth = ([int(unit * g) for g in row] for row in (rise, leaked))
    leg, gate = int(unit * cost * step), (top - cost / count) / count

    def payoff(own, total):
        worth = inside_worth if own * step >= gate else outside_worth
        return worth[total] - leg * own

    best = []  # the set of best responses to each total of the others
    for rest in range(most - levels + 1):
        worths = [payoff(own, own + rest) for own in range(levels + 1)]
        top_worth = max(worths)
        best.append({own for own, worth in enumerate(worths) if worth == top_worth})
    found = {}
    for total in range(most + 1):
        lowest = max(0, total - len(best) + 1)
        content = [own for own in range(lowest, min(levels, total) + 1) if own in best[total - own]]
        for others in itertools.combinations_with_replacement(content, count - 1):
            last = total - sum(others)
            if last >= others[-1] and last in content:
                inside = sum(own * step >= gate for own in (*others, last))
                found[inside, total * step] = found.get((inside, total * step), 0) + 1
    return found


def exact_cases():
    """Small games in which every best response is a whole number of steps."""
    tops = [Fraction(k, 2) for k in range(1, 9)]
    leakages = [Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), Fraction(3, 4),
                Fraction(5, 6), Fraction(9, 10)]  # fmt: skip
    low_stakes = [  # in which those below the gate train a little
        (Fraction(1), Fraction(3, 4), Fraction(15, 16), 2),
        (Fraction(1), Fraction(9, 10), Fraction(27, 28), 3),
    ]
    costs = (Fraction(1), Fraction(1, 2))
    for top, cost, leakage, count in itertools.chain(
        low_stakes, itertools.product(tops, costs, leakages, (2, 3, 4))
    ):
        efficient = top - cost / count
        if efficient <= 0:
            continue
        alone = max(Fraction(0), top - cost)
        leaked = max(Fraction(0), top - cost / leakage) if leakage else Fraction(0)
        marks = [efficient / count, leaked / count, *(alone / k for k in range(1, count + 1))]
        step = Fraction(1, math.lcm(*(mark.denominator for mark in marks)))
        levels = int(max(efficient / count, alone) / step)
        if levels <= {2: 120, 3: 60, 4: 42}[count]:
            yield top, cost, leakage, count, step, levels


def test_every_pure_equilibrium_is_found_and_no_other():
    seen = set()
    for top, cost, leakage, count, step, levels in exact_cases():
        exact = every_profile_in_equilibrium(top, cost, leakage, count, step, levels)
        curve = ConcaveBenefit(lambda x, b=float(top): np.where(x < b, b * x - x**2 / 2, b**2 / 2),
                               lambda x, b=float(top): np.maximum(0.0, b - x))  # fmt: skip
        game = ContributionGame([1.0] * count, float(cost), curve)
        found = game.gated(float(leakage))
        case = (top, cost, leakage, count)
        assert [e.strategy for e in found] == [k for k, _ in sorted(exact)], case
        for equilibrium, ((k, total), divisions) in zip(found, sorted(exact.items()), strict=True):
            assert equilibrium.total == pytest.approx(float(total), abs=1e-12), case
            assert equilibrium.divisible or divisions == 1, case
            seen.add((min(k, 2), k == count, equilibrium.divisible))
    # all kinds: nobody, all below the gate, one or several inside, everybody
    assert {(0, False, False), (0, False, True), (1, False, False), (2, True, False)} <= seen


# -------------------------------------------------------------------------------- attacks, regret


@given(gated_games(), st.integers(0, 2**32))
def test_no_random_deviation_gains(case, seed):
    game, leakage = case
    rng = np.random.default_rng(seed)
    found = game.gated(leakage)
    for equilibrium in found:
        profile = profile_of(game, equilibrium)
        assert sum(profile) == pytest.approx(equilibrium.total, rel=1e-12, abs=1e-12)
        for i in {0, game.participants - 1}:  # somebody inside and somebody outside, if any
            own = payoff_by_story(game, found.part, leakage, profile, i)
            group = 0 if i < equilibrium.strategy else 1
            scale = 1 + abs(own) + game.values[0] + game.costs[0] * found.efficient_total
            assert equilibrium.payoff[group] == pytest.approx(own, abs=1e-11 * scale)
            tried = [*rng.uniform(0, found.efficient_total + 1, 30), 0.0, found.part,
                     found.part * rng.uniform(0, 1)]  # fmt: skip
            for effort in tried:
                deviation = [effort if j == i else e for j, e in enumerate(profile)]
                gain = payoff_by_story(game, found.part, leakage, deviation, i) - own
                assert gain <= 1e-10 * scale


@given(gated_games())
def test_regrets_are_rounding_and_coverage_says_what_is_divisible(case):
    game, leakage = case
    found = game.gated(leakage)
    for equilibrium in found:
        assert 0 <= equilibrium.regret <= 1e-11 * (1 + game.values[0] + equilibrium.total)
        assert not (equilibrium.stable and equilibrium.divisible)
    assert (found.coverage == "some") == any(e.divisible for e in found)
    assert 0 <= found.leakage_bound <= found.simple_bound * (1 + 1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_players_who_answer_in_turn_end_in_one_of_the_equilibria(seed):
    # Best responses by scanning, from anywhere; where they come to rest must be in the list.
    rng = np.random.default_rng(seed)
    rested = 0
    for _ in range(12):
        n, leakage = int(rng.integers(2, 5)), float(rng.choice([0, rng.uniform(0.5, 0.95)]))
        game = ContributionGame([rng.uniform(1.2, 5)] * n, 1.0, LogCurve())
        found = game.gated(leakage)
        choices = np.append(np.linspace(0, found.part * (1 - 1e-9), 300), found.part)
        efforts = rng.choice(choices, n)
        for _round in range(40):
            before = efforts.copy()
            for i in range(n):
                total = efforts.sum() - efforts[i] + choices
                share = np.where(choices >= found.part, 1.0, leakage)
                worth = game.values[0] * share * np.log1p(total) - choices
                if worth.max() > worth[choices == efforts[i]].max() + 1e-12:
                    efforts[i] = choices[np.argmax(worth)]
            if (efforts == before).all():
                rested += 1
                inside = int((efforts == found.part).sum())
                near = [e for e in found if e.strategy == inside]
                assert near
                assert near[0].total == pytest.approx(efforts.sum(), abs=0.02 * found.part)
                break
    assert rested >= 8


# ------------------------------------------------------------------------------- the leakage bound


@given(gated_games())
def test_the_bound_is_the_least_leakage_at_which_any_lower_effort_pays(case):
    game, _ = case
    found = game.gated()
    assume(found.efficient_total > 1e-6)
    quality, start = game.curve.quality, float(game.curve.quality(0.0))
    own = np.linspace(0, found.part, 4001)[:-1]
    total = found.efficient_total
    staying = game.values[0] * (float(quality(total)) - start) - game.costs[0] * found.part
    leaving = game.values[0] * (quality(total - found.part + own) - start)
    scan = float(np.min((staying + game.costs[0] * own) / leaving))
    assert found.leakage_bound <= scan * (1 + 1e-9)
    # A scan in 4000 steps misses the lowest point by the square of a step only.
    assert found.leakage_bound == pytest.approx(scan, rel=1e-4)
    zero = float((staying / leaving)[0])
    assert found.simple_bound == pytest.approx(zero, rel=1e-8)


@given(gated_games())
def test_everybody_is_an_equilibrium_up_to_the_bound_and_not_beyond(case):
    game, _ = case
    bound = game.gated().leakage_bound
    assume(game.gated().efficient_total > 0)
    assert game.gated(min(bound, 1.0) * (1 - 1e-9)).everybody is not None
    if bound < 0.999:
        assert game.gated(bound * (1 + 1e-7)).everybody is None


def test_the_bound_of_the_notes_can_be_too_large_and_even_exceed_one():
    # Q = 1 - e^-X, N = 2, a/c = 10: X* = ln 20, m = X*/2, a G'(X*) = c/2. Who trains e < m leaves
    # G(m + e) to leak, and for high theta some e > 0 is better than none. By hand, c = 1:
    # stay: 10 (1 - 1/20) - m; leave with e: 10 theta (1 - e^-(m+e)) - e.
    part = math.log(20) / 2
    stay = 9.5 - part
    notes = stay / (10 * (1 - math.exp(-part)))
    found = ContributionGame([10, 10], 1, ExponentialCurve(0, 1, effort_scale=1)).gated()
    assert found.simple_bound == pytest.approx(notes)
    assert notes > 1  # no leakage at all would then keep anybody from training
    assert found.leakage_bound < 0.98
    theta = 0.99
    best = max(10 * theta * (1 - math.exp(-part - e)) - e for e in np.linspace(0, part, 500)[:-1])
    assert 10 * theta * (1 - math.exp(-part)) < stay < best
    game = ContributionGame([10, 10], 1, ExponentialCurve(0, 1, effort_scale=1))
    assert game.gated(theta).everybody is None


def test_the_bound_of_the_notes_as_a_formula():
    # [Q(X) - X Q'(X)] / Q((1 - 1/N) X) at X* = 9, N = 10, Q = ln(1 + X).
    known = {"rise": math.log(10), "effort": 9, "marginal_quality": 0.1}
    bound = float(LEAKAGE_BOUND(**known, rise_without=math.log(9.1)))
    assert bound == pytest.approx((math.log(10) - 0.9) / math.log(9.1))


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("participants", [2, 3, 10, 100, 1000])
def test_without_leakage_everybody_is_always_an_equilibrium(curve, participants):
    for value in (0.3, 1, 30):
        found = ContributionGame([value] * participants, 1, curve).gated()
        assert (found.everybody is not None) == (found.efficient_total > 0)
        assert {e.strategy for e in found} <= {0, participants}  # never some only
        if found.everybody is not None:
            assert found.everybody.payoff[0] > value * float(curve.quality(0.0))


# -------------------------------------------------------------------------------------- invariances


@given(gated_games(), st.integers(-15, 15))
def test_other_units_of_money_change_payoffs_only(case, power):
    game, leakage = case
    unit = 2.0**power
    other = ContributionGame(unit * game.values, unit * game.costs, game.curve)
    here, there = game.gated(leakage), other.gated(leakage)
    assert [e.strategy for e in here] == [e.strategy for e in there]
    assert here.leakage_bound == there.leakage_bound
    for one, two in zip(here, there, strict=True):
        assert two.payoff == pytest.approx(tuple(unit * x for x in one.payoff), nan_ok=True)


@given(st.integers(2, 8), st.floats(2, 30), st.floats(0, 0.95), st.floats(-3, 3))
def test_the_start_is_public_and_changes_no_decision(count, value, leakage, start):
    found = [
        ContributionGame([value] * count, 1, ExponentialCurve(low, low + 1, 0.7)).gated(leakage)
        for low in (0.0, start)
    ]
    assert [e.strategy for e in found[0]] == [e.strategy for e in found[1]]
    assert found[0].leakage_bound == pytest.approx(found[1].leakage_bound, rel=1e-9)
    for one, two in zip(*found, strict=True):
        assert two.payoff == pytest.approx(tuple(x + value * start for x in one.payoff),
                                           nan_ok=True, abs=1e-9)  # fmt: skip


def test_wide_caps_are_no_caps():
    free = ContributionGame([3] * 4, 1, LogCurve()).gated(0.3)
    wide = ContributionGame([3] * 4, 1, LogCurve(), caps=5).gated(0.3)
    assert [(e.strategy, e.total) for e in free] == [(e.strategy, e.total) for e in wide]


# ----------------------------------------------------------------------------- published statements


@pytest.mark.parametrize("count", [2, 4, 7])
@pytest.mark.parametrize("worth", [0.5, 0.9, 1.0])
def test_published_refund_free_provision_point(count, worth):
    # Palfrey, Rosenthal 1984, J. Public Economics 24:171 (no refund): where the good needs the
    # contribution of all (w = N), both "all contribute" and "nobody does" are equilibria, and none
    # in which only some contribute. A gate without leakage has this structure where the first leg
    # is worth no more than its cost to one alone.
    found = ContributionGame([worth] * count, 1, LogCurve()).gated()
    if count * worth > 1:
        assert [e.strategy for e in found] == [0, count]
    else:
        assert [e.strategy for e in found] == [0]


@pytest.mark.parametrize("curve", CURVES)
def test_exclusion_alone_reaches_the_plan_with_equal_parts(curve):
    for count in (2, 5, 20):
        game = ContributionGame([30.0] * count, 1, curve)
        found = game.gated()
        assert found.everybody.inside == pytest.approx(found.efficient_total / count)
        assert game.efficiency([found.everybody.inside] * count) == pytest.approx(1)
        assert found.everybody.total > game.simultaneous().total


# ------------------------------------------------------------------------------------ tables, input


def test_the_result_prints_and_is_json_safe():
    found = ContributionGame([1] * 10, 1, LogCurve()).gated(0.2)
    assert "leakage bound 0.63515" in str(found)
    assert "everybody trains the part" in str(found)
    mapping = json.loads(json.dumps(found.to_dict()))
    assert len(mapping["equilibria"]) == 2
    assert [e.strategy for e in found] == [0, 10]


@pytest.mark.parametrize("leakage", [1, -0.1, math.nan, math.inf, "0.1", None, True, [0.1]])
def test_bad_leakage_is_refused(leakage):
    with pytest.raises(InputError, match="leakage"):
        ContributionGame([1, 1], 1, LogCurve()).gated(leakage)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [3, 2]}, "values must be the same for all behind a gate"),
        ({"costs": [1, 2]}, "costs must be the same for all behind a gate"),
        ({"caps": [2.5, 2.4]}, r"caps must be at least 2\.5 behind a gate"),
        ({"caps": 1}, "With lower caps some could not do what pays"),
    ],
)
def test_unequal_or_bound_participants_are_refused(arguments, message):
    good = {"values": [3, 3], "costs": 1, "curve": LogCurve()}
    with pytest.raises(InputError, match=message):
        ContributionGame(**{**good, **arguments}).gated()
