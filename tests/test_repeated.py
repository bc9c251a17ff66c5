"""The repeated relay and grim trigger, against loops over legs, exact roots and closed forms."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ import InputError, RepeatedRelay, StageGame, grim_trigger
from derelayl_econ.games.repeated import (
    CRITICAL_MANY,
    CRITICAL_TWO,
    FEWEST_MEMBERS,
    LARGEST_COST,
    MOST_MEMBERS,
)
from derelayl_econ.games.rota_threshold import CriticalDiscount, Rota, compare_rota

SHARES = st.fractions(0, 1, max_denominator=50)


@st.composite
def relays(draw: st.DrawFn, most: int = 9) -> RepeatedRelay:
    """Return rotas whose cost is somewhere between a flow of nothing and of a cycle."""
    members = draw(st.integers(2, most))
    alpha = draw(st.fractions(0, Fraction(2, 5), max_denominator=40))
    beta = draw(st.fractions(0, Fraction(1, 2), max_denominator=40))
    flow = draw(st.fractions(Fraction(1, 10), 10, max_denominator=20))
    share = draw(st.fractions(Fraction(1, 20), Fraction(6, 5), max_denominator=40))
    return RepeatedRelay(members, flow, share * members * flow, alpha, beta)


def replace(relay: RepeatedRelay, **changes: Any) -> RepeatedRelay:
    """Return the rota with other numbers, its own kept as the fractions that they are."""
    return RepeatedRelay(**{**relay._exact, "participants": relay.participants, **changes})


def _by_the_leg(relay: RepeatedRelay, discount: float, shirks: Any, legs: int = 4000) -> float:
    """Add up leg by leg what the member on duty expects, from the prose of the module alone."""
    total, present, weight, duty = 0.0, 1.0, 1.0, 0
    for leg in range(legs):
        if leg % relay.participants == 0:
            if shirks(duty):
                present_after = present * relay.false_accept
            else:
                total -= weight * present * relay.cost
                present_after = present * (1 - relay.false_reject)
            present, duty = present_after, duty + 1
        total += weight * present * relay.flow
        weight *= discount
    return total


@given(relays(), st.floats(0.05, 0.97))
def test_values_are_what_adding_up_the_legs_gives(relay: RepeatedRelay, discount: float) -> None:
    scale = (relay.flow * relay.participants + relay.cost) / (1 - discount)
    serving = _by_the_leg(relay, discount, lambda duty: False)
    assert relay.serving_value(discount) == pytest.approx(serving, abs=1e-11 * scale)
    assert relay.shirking_value(discount) == pytest.approx(
        _by_the_leg(relay, discount, lambda duty: True), abs=1e-11 * scale
    )
    once = _by_the_leg(relay, discount, lambda duty: duty == 0)
    assert relay.shirking_gain(discount) == pytest.approx(once - serving, abs=1e-11 * scale)


@given(relays(), st.floats(0.05, 0.97), st.lists(st.booleans(), min_size=1, max_size=6))
def test_no_plan_of_shirking_beats_an_equilibrium_and_none_beats_the_regret(
    relay: RepeatedRelay, discount: float, plan: list[bool]
) -> None:
    scale = (relay.flow * relay.participants + relay.cost) / (1 - discount)
    paid = _by_the_leg(relay, discount, lambda duty: plan[duty % len(plan)])
    gain = paid - _by_the_leg(relay, discount, lambda duty: False)
    assert gain <= relay.regret(discount) + 1e-10 * scale
    assert relay.regret(discount) >= 0
    found = relay.equilibria(discount)
    assert len(found) == (1 if relay.serves(discount) else 0)
    assert found.regret == 0
    assert found.coverage == "some"


@given(relays())
def test_the_critical_discount_is_the_root_of_the_polynomial(relay: RepeatedRelay) -> None:
    n, found = relay.participants, relay.critical_discount()
    assert found.check()
    power = 1 - relay.false_reject - relay.false_accept
    ratio = relay.cost / relay.flow
    # power (1 + ... + x^(N-1)) + ratio beta x^N - ratio, highest power first
    polynomial = [ratio * relay.false_accept, *[power] * n]
    polynomial[-1] -= ratio
    roots = np.roots(np.trim_zeros(polynomial, "f"))
    real = [r.real for r in roots if abs(r.imag) < 1e-9 and 1e-9 < r.real < 1 - 1e-9]
    if 0 < found.value < 1 - 1e-8:
        assert min(abs(found.value - r) for r in [*real, 0.0]) < 1e-7
    elif found.value in (0.0, math.inf):
        assert not real


@given(relays(), st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=200))
def test_support_begins_exactly_at_the_threshold(relay: RepeatedRelay, delta: Fraction) -> None:
    found = relay.critical_discount()
    assert relay.serves(delta) == (delta > Fraction(found.below) if 0 < found.value < math.inf
                                   else found.value == 0)  # fmt: skip


@given(relays(), SHARES.filter(lambda x: 0 < x < 1))
def test_the_sign_is_that_of_the_fractions(relay: RepeatedRelay, delta: Fraction) -> None:
    alpha, beta = relay._exact["false_reject"], relay._exact["false_accept"]
    flow = sum((relay._exact["flow"] * delta**j for j in range(relay.participants)), Fraction(0))
    exact = (1 - alpha - beta) * flow - relay._exact["cost"] * (
        1 - beta * delta**relay.participants
    )
    assert relay.serves(delta) == (exact >= 0)


@given(relays(), st.floats(0.2, 0.95))
def test_money_in_other_units_changes_values_and_nothing_else(
    relay: RepeatedRelay, discount: float
) -> None:
    other = replace(relay, flow=relay._exact["flow"] * 8, cost=relay._exact["cost"] * 8)
    assert other.serves(discount) == relay.serves(discount)
    assert other.critical_discount().value == relay.critical_discount().value
    assert other.serving_value(discount) == pytest.approx(8 * relay.serving_value(discount))


@given(relays(), st.floats(0.2, 0.95))
def test_serving_is_worth_joining_wherever_it_is_an_equilibrium(
    relay: RepeatedRelay, discount: float
) -> None:
    if relay.serves(discount):
        assert relay.serving_value(discount) >= -1e-9 * relay.cost


@given(relays(), st.floats(0.2, 0.95))
def test_the_largest_cost_is_the_last_one_that_is_served(
    relay: RepeatedRelay, discount: float
) -> None:
    most = relay.largest_cost(discount)
    assert replace(relay, cost=most * (1 - 1e-9)).serves(discount)
    assert not replace(relay, cost=most * (1 + 1e-9)).serves(discount)


@given(relays(), st.floats(0.2, 0.95))
def test_the_fewest_members_are_the_first_number_that_serves(
    relay: RepeatedRelay, discount: float
) -> None:
    fewest = relay.fewest_members(discount)
    serving = [n for n in range(2, 200) if replace(relay, participants=n).serves(discount)]
    assert fewest == (serving[0] if serving else fewest)
    assert serving or fewest > 199
    assert serving == list(range(int(fewest), 200)) if serving else True


@given(relays())
def test_more_members_never_need_more_patience(relay: RepeatedRelay) -> None:
    more = replace(relay, participants=relay.participants + 1)
    assert more.critical_discount().value <= relay.critical_discount().value


def test_closed_forms_of_two_and_of_many_members() -> None:
    two = RepeatedRelay(2, 1, Fraction(3, 2))
    assert two.critical_discount().value == 0.5  # c/u - 1, exactly
    assert two.serves(Fraction(1, 2))
    errors = {"flow": 1.0, "cost": 1.2, "false_reject": 0.05, "false_accept": 0.1}
    assert RepeatedRelay(2, **errors).critical_discount().value == pytest.approx(
        float(CRITICAL_TWO(**errors)), abs=1e-14
    )
    assert RepeatedRelay(3000, **errors).critical_discount().value == pytest.approx(
        float(CRITICAL_MANY(**errors)), abs=1e-14
    )


def test_the_example_of_the_theory_notes() -> None:
    relay = RepeatedRelay(5, 1, 3, 0.02, 0.1)  # section 3.3
    assert relay.critical_discount().value == pytest.approx(0.791064, abs=5e-7)


def test_without_errors_a_threshold_exists_iff_the_cost_is_between_one_and_n_flows() -> None:
    values = {c: RepeatedRelay(4, 1, c).critical_discount().value for c in (0.5, 1, 2, 3.9, 4, 5)}
    assert values[0.5] == values[1] == 0
    assert values[4] == values[5] == math.inf
    assert 0 < values[2] < values[3.9] < 1


def test_extremes_are_certified() -> None:
    for relay in (RepeatedRelay(MOST_MEMBERS, 1, 5e5, 0.1, 0.1), RepeatedRelay(3, 1, 1 + 1e-15),
                  RepeatedRelay(3, 1, 3 - 1e-15), RepeatedRelay(2, 1, 1 + 2**-52)):  # fmt: skip
        found = relay.critical_discount()
        assert found.check()
        assert 0 < found.value <= 1
    assert RepeatedRelay(2, 1, 1 + 2**-52).critical_discount().value == 2**-52


def test_a_wrong_threshold_fails_its_check() -> None:
    good = RepeatedRelay(5, 1, 3, 0.02, 0.1).critical_discount()
    assert good.status == "exact"
    assert repr(good.value) in good.claim
    for value in (0.0, math.inf, math.nextafter(good.value, 1), math.nextafter(good.value, 0)):
        wrong = CriticalDiscount(value=value, below=math.nextafter(value, 0), rota=good.rota)
        assert not wrong.check()
    always, never = RepeatedRelay(5, 1, 0.5), RepeatedRelay(5, 1, 9)
    assert always.critical_discount().check()
    assert "every" in always.critical_discount().claim
    assert never.critical_discount().check()
    assert "no discount" in never.critical_discount().claim


def test_a_tie_is_decided_exactly() -> None:
    rota = Rota(2000, Fraction(2) - Fraction(1, 2) ** 1999, Fraction(0), Fraction(0))
    assert compare_rota(rota, Fraction(1, 2)) == 0


def test_formulas_broadcast() -> None:
    costs = LARGEST_COST(participants=np.array([2, 5]), flow=1, discount=0.5, false_reject=0,
                         false_accept=0)  # fmt: skip
    assert costs == pytest.approx([1.5, 1.9375])
    assert float(FEWEST_MEMBERS(flow=1, cost=1.5, discount=0.5, false_reject=0,
                                false_accept=0)) == pytest.approx(2)  # fmt: skip
    assert RepeatedRelay(2, 1, 5).fewest_members(0.5) == math.inf


WRONG_DISCOUNTS = (0, 1, -1, 1.5, math.nan, math.inf, "x", None, True, [0.5], np.array([0.5]), 1j)


@pytest.mark.parametrize("method", ["serves", "equilibria", "serving_value", "shirking_value",
                                    "shirking_gain", "regret", "largest_cost",
                                    "fewest_members"])  # fmt: skip
@pytest.mark.parametrize("wrong", WRONG_DISCOUNTS)
def test_every_method_refuses_what_is_no_discount(method: str, wrong: Any) -> None:
    with pytest.raises(InputError, match="discount"):
        getattr(RepeatedRelay(5, 1, 3), method)(wrong)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((1, 1, 1), "participants"), ((10**6 + 1, 1, 1), "participants"), ((3, 0, 1), "flow"),
     ((3, 1e-70, 1), "flow"), ((3, 1, 0), "cost"), ((3, 1, 1e-70), "cost"),
     ((3, 1, 1, 0.6, 0.4), "false_reject"), ((3, 1, 1, 1.0), "false_reject"),
     ((3, 1, 1, 0, -0.1), "false_accept"), ((2.5, 1, 1), "participants")],
)  # fmt: skip
def test_impossible_rotas_are_refused(arguments: tuple[Any, ...], word: str) -> None:
    with pytest.raises(InputError, match=word):
        RepeatedRelay(*arguments)


# ----------------------------------------------------------------------------- grim trigger


@st.composite
def stage_games(draw: st.DrawFn) -> StageGame:
    shape = draw(st.sampled_from([(2, 2), (2, 3), (3, 3), (2, 2, 2)]))
    size = math.prod(shape) * len(shape)
    numbers = draw(st.lists(st.integers(-4, 6), min_size=size, max_size=size))
    return StageGame(np.array(numbers).reshape(*shape, len(shape)))


def _gains(game: StageGame, agreed: tuple[int, ...], discount: Fraction) -> list[Fraction]:
    """Return each player's gain from deviating once, by the prose of the module alone."""
    table = {p: [Fraction(v) for v in game.payoffs[p]] for p in np.ndindex(*game.actions)}
    stage = [
        p for p in table
        if all(table[(*p[:i], b, *p[i + 1:])][i] <= table[p][i]
               for i in range(game.players) for b in range(game.actions[i]))
    ]  # fmt: skip
    gains = []
    for i in range(game.players):
        own = table[agreed][i]
        worst = min(min(table[e][i] for e in stage), own)
        best = max(table[(*agreed[:i], b, *agreed[i + 1 :])][i] for b in range(game.actions[i]))
        gains.append((1 - discount) * best + discount * worst - own)
    return gains


@given(stage_games(), st.data())
def test_grim_trigger_holds_from_its_threshold_on_and_not_before(
    game: StageGame, data: st.DataObject
) -> None:
    if not len(game.pure_equilibria()):
        with pytest.raises(InputError, match="pure equilibria"):
            grim_trigger(game, (0,) * game.players)
        return
    agreed = data.draw(st.sampled_from(game.profiles))
    found = grim_trigger(game, agreed)
    for delta in (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10), found.exact):
        if delta is None or not 0 < delta < 1:
            continue
        holds = max(_gains(game, agreed, delta)) <= 0
        assert holds == (found.exact is not None and delta >= found.exact)
        machine = found.automaton(delta)
        assert machine.check() == holds
        assert (machine.regret > 0) == (not holds)
        assert tuple(machine.payoffs[0]) == found.payoff
    assert (found.discount is None) == (found.exact is None)


def test_an_agreement_worse_than_the_punishment_cannot_be_kept() -> None:
    dilemma = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
    assert grim_trigger(dilemma, (0, 1)).discount is None
    assert grim_trigger(dilemma, (1, 1)).exact == 0


@pytest.mark.parametrize("wrong", [(0,), (0, 2), (0, -1), (0, 0.5), "00", None, 3, (0, True),
                                   (0, math.nan), [[0], [0]]])  # fmt: skip
def test_no_agreement_outside_the_game(wrong: Any) -> None:
    dilemma = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
    with pytest.raises(InputError, match="agreed"):
        grim_trigger(dilemma, wrong)
    with pytest.raises(InputError, match="game"):
        grim_trigger(wrong, (0, 0))


@pytest.mark.parametrize("wrong", WRONG_DISCOUNTS)
def test_machines_refuse_what_is_no_discount(wrong: Any) -> None:
    found = grim_trigger(StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]]), (0, 0))
    with pytest.raises(InputError, match="discount"):
        found.automaton(wrong)
