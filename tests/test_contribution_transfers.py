"""Transfers: budget, what they implement, who loses, against maximisation from the prose."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from derelayl_econ.errors import InputError
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.games.contribution import ContributionGame
from derelayl_econ.games.contribution_formulas import EQUALISING_TRANSFER, VALUE_TRANSFER
from derelayl_econ.quality import ExponentialCurve, HillCurve, PowerCurve

FRESH = np.random.SeedSequence().entropy
SEEDS = [0, 1, 2, FRESH]
CURVES = (
    LogCurve(), RootCurve(exponent=0.4), ExponentialCurve(0.1, 1, 3.0), PowerCurve(0, 1, 2.0, 0.7),
    HillCurve(0.2, 1, 2.0, 0.8),
)  # fmt: skip


@st.composite
def games(draw, same_values=False):
    count = draw(st.integers(2, 7))
    one = st.floats(0.3, 30)
    values = ([draw(one)] * count if same_values
              else draw(st.lists(one, min_size=count, max_size=count)))  # fmt: skip
    costs = draw(st.lists(st.floats(0.1, 3), min_size=count, max_size=count))
    caps = draw(st.none() | st.lists(st.floats(0.05, 5), min_size=count, max_size=count))
    return ContributionGame(values, costs, draw(st.sampled_from(CURVES)), caps)


def equal_shares(game, strength):
    """The rule in words: refund a share of one's own cost, less the mean of the others' costs."""

    def receives(spent, i):
        others = [c for j, c in enumerate(spent) if j != i]
        return strength * (spent[i] - sum(others) / len(others))

    return receives


def value_shares(game):
    """The rule in words: all costs together are borne in proportion to what one gets of it."""

    def receives(spent, i):
        return spent[i] - game.values[i] / sum(game.values) * sum(spent)

    return receives


def payoff_by_story(game, receives, efforts, i):
    trained, spent = 0.0, []
    for cost, effort in zip(game.costs, efforts, strict=True):
        trained += effort
        spent.append(cost * effort)
    return game.values[i] * float(game.curve.quality(trained)) - spent[i] + receives(spent, i)


def every_rule(game):
    for strength in (0.0, 0.3, 0.9, None):
        share = 1 - 1 / game.participants if strength is None else strength
        yield game.transfers(strength), equal_shares(game, share)
    yield game.value_transfers(), value_shares(game)


# ------------------------------------------------------------------------------ by hand, in numbers


def test_three_of_one_value():
    # A G' = 6/(1 + X) = cost: the cheapest trains 5, at cost 1; with s = 2/3 each bears 5/3.
    found = ContributionGame([2, 2, 2], [1, 2, 3], LogCurve()).transfers()
    assert found.strategy.tolist() == [pytest.approx(5), 0, 0]
    assert found.payments == pytest.approx([10 / 3, -5 / 3, -5 / 3])
    assert found.payoff == pytest.approx([2 * math.log(6) - 5 / 3] * 3)
    assert found.implements
    assert found.efficiency == pytest.approx(1)
    assert found.losers == ()
    assert found.coverage == "all"


def test_who_rode_for_nothing_loses_and_less_so_by_shares_by_value():
    # Before: 0.1 ln 5 for nothing. By value: 0.1 ln 10.1 for a share of 0.1/10.1 of 9.1.
    game = ContributionGame([5, 5, 0.1], 1, LogCurve())
    equal, by_value = game.transfers(), game.value_transfers()
    assert equal.losers == by_value.losers == (2,)
    assert by_value.payoff[2] == pytest.approx(0.1 * math.log(10.1) - 0.1 / 10.1 * 9.1)
    assert equal.payoff[2] < by_value.payoff[2] < 0.1 * math.log(5)


def test_different_values_train_too_much_under_equal_shares():
    # (1 - s) c = 1/2: participant 0 trains to 3/(1 + X) = 1/2; the planner wants 4/(1 + X) = 1.
    game = ContributionGame([3, 1], 1, LogCurve())
    equal, by_value = game.transfers(), game.value_transfers()
    assert (equal.total, by_value.total) == (pytest.approx(5), pytest.approx(3))
    assert not equal.implements
    assert equal.efficiency == pytest.approx((4 * math.log(6) - 5) / (4 * math.log(4) - 3))
    assert by_value.implements
    assert by_value.strategy == pytest.approx([1.5, 1.5])  # one of many divisions: costs are equal
    assert by_value.payments == pytest.approx([-0.75, 0.75])  # 3/4 and 1/4 of all costs
    assert by_value.coverage == "some"


def test_equal_shares_let_the_keen_train_where_the_cheap_should():
    game = ContributionGame([9, 1], [2, 1], LogCurve())
    assert game.transfers().roles.tolist() == ["partial", "rides"]
    assert game.value_transfers().roles.tolist() == ["rides", "partial"]


def test_without_refund_nothing_changes():
    game = ContributionGame([3, 2, 5], [1, 0.5, 2], LogCurve(), caps=[2, 2, 1])
    plain, none = game.simultaneous(), game.transfers(0)
    assert none.strategy.tolist() == plain.strategy.tolist()
    assert none.payments.tolist() == [0, 0, 0]
    assert none.payoff == pytest.approx(plain.payoff)


def test_who_has_no_value_is_paid_in_full_and_does_not_mind():
    found = ContributionGame([3, 0], [2, 1], LogCurve()).value_transfers()
    assert found.strategy.tolist() == [0, 2]  # the cheap one trains for the other
    assert found.payments == pytest.approx([-2, 2])
    assert found.coverage == "some"
    assert found.implements


# ------------------------------------------------------------------------- properties of every rule


@given(games())
def test_transfers_balance_and_are_those_of_the_words(game):
    for found, receives in every_rule(game):
        spent = (game.costs * found.strategy).tolist()
        scale = 1e-12 * (1 + sum(spent))
        assert abs(found.budget) <= scale
        assert found.budget == pytest.approx(found.payments.sum(), abs=scale)
        for i in range(game.participants):
            assert found.payments[i] == pytest.approx(receives(spent, i), abs=scale)
            story = payoff_by_story(game, receives, found.strategy, i)
            assert found.payoff[i] == pytest.approx(story, abs=1e-11 * (1 + game.values[i]) + scale)
        assert 0 <= found.regret <= 1e-11 * (1 + game.values.max() + sum(spent))


@given(games(), st.integers(0, 2**32))
def test_no_random_deviation_gains(game, seed):
    rng = np.random.default_rng(seed)
    for found, receives in every_rule(game):
        reach = np.minimum(game.limits, 3 * found.total + 1)
        for i in range(game.participants):
            own = payoff_by_story(game, receives, found.strategy, i)
            for effort in rng.uniform(0, reach[i], 8):
                deviation = found.strategy.copy()
                deviation[i] = effort
                gain = payoff_by_story(game, receives, deviation, i) - own
                assert gain <= 1e-10 * (1 + abs(own) + game.values[i] + found.total)


@given(games(same_values=True))
def test_equal_values_and_full_equalisation_implement_the_plan(game):
    found = game.transfers()
    assert found.implements
    assert found.total == pytest.approx(game.efficient.total)
    assert found.efficiency == pytest.approx(1)
    burden = game.costs @ found.strategy / game.participants
    quality = game.values * float(game.curve.quality(found.total))
    assert found.payoff == pytest.approx(quality - burden)  # everybody bears the same


@given(games())
def test_shares_by_value_implement_the_plan_for_all_values(game):
    found = game.value_transfers()
    assert found.implements
    assert found.total == pytest.approx(game.efficient.total)
    share = game.values / game.values.sum()
    surplus = found.payoff - game.values * game.benefit.start
    best = game.welfare(game.efficient.efforts)
    assert surplus == pytest.approx(share * best, abs=1e-10 * (1 + best + game.values.sum()))


@given(games())
def test_losers_are_those_who_had_more_before(game):
    before = game.simultaneous().payoff
    for found, _ in every_rule(game):
        clear = 1e-9 * (1 + np.abs(before) + game.values + found.total)
        for i in range(game.participants):
            if found.payoff[i] < before[i] - clear[i]:
                assert i in found.losers
            elif found.payoff[i] > before[i] + clear[i]:
                assert i not in found.losers


@given(games(), st.integers(0, 2**32))
def test_relabelling_participants_relabels_the_answer(game, seed):
    order = np.random.default_rng(seed).permutation(game.participants)
    caps = None if game.caps is None else game.caps[order]
    other = ContributionGame(game.values[order], game.costs[order], game.curve, caps)
    for (here, _), (there, _) in zip(every_rule(game), every_rule(other), strict=True):
        assert there.total == pytest.approx(here.total)
        if here.coverage == "all" == there.coverage:
            assert there.strategy == pytest.approx(here.strategy[order], abs=1e-9)
            assert there.payments == pytest.approx(here.payments[order], abs=1e-9)


@given(games(), st.integers(-20, 20))
def test_other_units_of_money_scale_the_payments(game, power):
    unit = 2.0**power
    other = ContributionGame(unit * game.values, unit * game.costs, game.curve, game.caps)
    for (here, _), (there, _) in zip(every_rule(game), every_rule(other), strict=True):
        assert there.strategy == pytest.approx(here.strategy)
        assert there.payments == pytest.approx(unit * here.payments, rel=1e-9, abs=unit * 1e-12)
        assert there.losers == here.losers


# ----------------------------------------------------------------------------- independent solution


@pytest.mark.parametrize("seed", SEEDS)
def test_players_who_answer_in_turn_end_in_the_equilibrium(seed):
    rng = np.random.default_rng(seed)
    for _ in range(6):
        n = int(rng.integers(2, 4))
        game = _clearly_different(rng, n)
        for found, receives in every_rule(game):
            efforts = rng.uniform(0, 1, n) * game.limits
            for _round in range(60):
                before = efforts.copy()
                for i in range(n):
                    efforts[i] = _best_by_search(game, receives, efforts, i)
                if np.abs(efforts - before).max() < 1e-9:
                    break
            assert efforts.sum() == pytest.approx(found.total, abs=1e-4)
            if found.coverage == "all":
                assert efforts == pytest.approx(found.strategy, abs=1e-3)


def _clearly_different(rng, n):
    """Draw a game without near ties, in which answering in turn would creep to the equilibrium."""
    while True:
        values, costs = rng.uniform(2, 6, n), rng.uniform(0.5, 1.5, n)
        apart = [np.diff(np.sort(ratio)) / ratio.min() for ratio in (costs / values, costs)]
        if np.min(apart) > 0.1:
            return ContributionGame(values, costs, LogCurve(), rng.uniform(0.5, 3, n))


def _best_by_search(game, receives, efforts, i):
    def loss(effort):
        other = efforts.copy()
        other[i] = effort
        return -payoff_by_story(game, receives, other, i)

    inner = minimize_scalar(loss, bounds=(0, game.limits[i]), method="bounded",
                            options={"xatol": 1e-10})  # fmt: skip
    return min((0.0, float(game.limits[i]), float(inner.x)), key=loss)


@pytest.mark.parametrize("formula", [EQUALISING_TRANSFER, VALUE_TRANSFER])
def test_the_formulas_balance_exactly(formula):
    costs = [Fraction(3), Fraction(1, 2), Fraction(7, 3), Fraction(0)]
    shares = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 6), Fraction(1, 12)]
    paid = 0
    for cost, share in zip(costs, shares, strict=True):
        known = {"own_cost": cost, "others_cost": sum(costs) - cost, "equalisation": Fraction(3, 4),
                 "participants": 4, "value_share": share}  # fmt: skip
        paid += formula.exact(**{name: known[name] for name in formula.arguments})
    assert paid == 0


# ----------------------------------------------------------------------------- published statements


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("curve", CURVES)
def test_published_higher_subsidies_raise_the_supply(curve, seed):
    # Andreoni, Bergstrom 1996, Public Choice 88:295, abstract: where taxes finance subsidies to
    # private contributions, a higher subsidy rate necessarily raises the equilibrium supply.
    rng = np.random.default_rng(seed)
    game = ContributionGame(rng.uniform(5, 30, 6), rng.uniform(0.5, 1.5, 6), curve)
    totals = [game.transfers(s).total for s in np.linspace(0, 0.95, 12)]
    assert (np.diff(totals) > 0).all()


@pytest.mark.parametrize("count", [2, 3, 10])
def test_no_other_strength_is_efficient_among_equals(count):
    game = ContributionGame([4.0] * count, 1, LogCurve())
    full = 1 - 1 / count
    assert game.transfers(full).implements
    assert game.transfers(full).total == pytest.approx(4 * count - 1)
    for other in (0.9 * full, 1 - 0.9 / count):
        assert not game.transfers(other).implements


@pytest.mark.parametrize("seed", SEEDS)
def test_published_lindahl_shares(seed):
    # Foley 1970, Econometrica 38:66: at Lindahl prices all demand the same, efficient,
    # amount, and each pays the own marginal value, a_i Q'(X), per unit.
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 5, 4)
    game = ContributionGame(values, 1, PowerCurve(0, 1, 0.3, 0.7))
    found = game.value_transfers()
    burden = game.costs * found.strategy - found.payments
    price = values * float(game.curve.marginal(found.total))
    assert burden == pytest.approx(price * found.total)


# ------------------------------------------------------------------------------------ tables, input


def test_the_result_prints_and_is_json_safe():
    found = ContributionGame([2, 2, 2], [1, 2, 3], LogCurve()).transfers()
    assert "Transfer outcome: total 5 (efficient 5), efficiency 1" in str(found)
    mapping = json.loads(json.dumps(found.to_dict()))
    assert mapping["implements"] is True
    assert mapping["payments"] == pytest.approx([10 / 3, -5 / 3, -5 / 3])


@pytest.mark.parametrize("strength", [1, -0.1, math.nan, math.inf, "0.1", True, [0.1]])
def test_bad_strength_is_refused(strength):
    with pytest.raises(InputError, match="equalisation"):
        ContributionGame([3, 2], 1, LogCurve()).transfers(strength)


def test_nobody_can_share_costs_by_values_of_zero():
    with pytest.raises(InputError, match="values must not all be 0"):
        ContributionGame([0, 0], 1, LogCurve()).value_transfers()
