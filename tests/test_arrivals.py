"""Relays of arrivals: closed forms, recomputation by loops, deviations, budget, published cases."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.games.arrival_formulas import BREAK_EVEN_PRICE, STEADY_GAP, UNIFORM_GAP
from derelayl_econ.games.arrivals import ArrivalRelay

FRESH = np.random.SeedSequence().entropy
GIVEN: dict[str, Any] = {
    "access": 2.0, "access_fee": 0.5, "value": 1.0, "drift": 0.05, "learning_rate": 0.2,
    "quality_max": 1.0, "cost_distribution": stats.uniform(0, 1),
}  # fmt: skip


def relay_of(**changes: Any) -> ArrivalRelay:
    return ArrivalRelay(**{**GIVEN, **changes})


def random_relay(rng: np.random.Generator, costs: Any) -> ArrivalRelay:
    return ArrivalRelay(
        access=rng.uniform(0, 2), access_fee=rng.uniform(0, 1.5), value=rng.uniform(0, 5),
        outside=rng.uniform(-0.5, 0.5), price=rng.uniform(0, 5), drift=rng.uniform(0.001, 0.9),
        learning_rate=rng.uniform(0.01, 0.99), quality_max=rng.uniform(0.1, 10),
        cost_distribution=costs,
    )  # fmt: skip


def some_costs(rng: np.random.Generator) -> list[Any]:
    return [
        stats.norm(0.5, rng.uniform(0.05, 1)),
        stats.lognorm(rng.uniform(0.1, 1.5)),
        stats.gamma(rng.uniform(0.3, 6), scale=0.3),
        stats.uniform(rng.uniform(-0.3, 1), rng.uniform(0.1, 2)),
        stats.poisson(rng.uniform(0.2, 2)),
        stats.rv_discrete(values=([0, 1, 3], [0.25, 0.5, 0.25]))(),
        stats.pareto(1.2, scale=0.3),
        rng.integers(0, 12, int(rng.integers(1, 9))) / 4,
    ]


def saved(relay: ArrivalRelay) -> float:
    """Return what the best of buying and leaving costs against free access."""
    return relay.access - max(relay.access - relay.access_fee, relay.outside)


def by_halving(relay: ArrivalRelay, sample: Sequence[float]) -> tuple[float, float]:
    """Return gap and share of a sample in fractions, from the law of motion alone.

    The gap found next leg if the gap is x and all train who gain by it, less x, falls in x.
    """
    eta, gamma, top = (Fraction(x) for x in (relay.drift, relay.learning_rate, relay.quality_max))
    m, pay = Fraction(saved(relay)), Fraction(relay.value) + Fraction(relay.price)
    costs = [Fraction(c) for c in sample]

    def share_at(x: Fraction) -> Fraction:
        return Fraction(sum(c <= m + pay * gamma * x for c in costs), len(costs))

    def next_gap(x: Fraction, share: Fraction) -> Fraction:
        after = x - gamma * share * x
        return after + eta * (top - after)

    low, high = Fraction(0), top
    for _ in range(90):
        middle = (low + high) / 2
        low, high = (middle, high) if next_gap(middle, share_at(middle)) > middle else (low, middle)
    # s from the balance x = x (1 - gamma s) + eta (top - x (1 - gamma s)) at that gap.
    left = (high - eta * top) / (1 - eta)
    return float(high), float((1 - left / high) / gamma)


# --- the steady state ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, FRESH])
def test_samples_against_halving_in_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        sample = rng.integers(0, 12, int(rng.integers(1, 9))) / 4
        relay = random_relay(rng, sample)
        gap, share = by_halving(relay, sample.tolist())
        state = relay.steady_state()
        assert state.gap == pytest.approx(gap, rel=1e-9), (seed, relay)
        assert state.training_share == pytest.approx(share, abs=1e-8), (seed, relay)


@pytest.mark.parametrize("seed", [1, FRESH])
def test_it_is_at_rest_and_best_for_everybody_and_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for costs in some_costs(rng) * 6:
        relay = random_relay(rng, costs)
        state, kind = relay.steady_state(), relay.costs
        share, gap = state.training_share, state.gap
        after = gap * (1 - relay.learning_rate * share)
        found_next = after + relay.drift * (relay.quality_max - after)
        assert found_next == pytest.approx(gap, rel=1e-9), (seed, relay)
        assert state.quality == pytest.approx(relay.quality_max - after, abs=1e-9)
        slack = 1e-9 * max(1, abs(state.cutoff))
        assert kind.below(state.cutoff - slack) - 1e-9 <= share, (seed, relay)
        assert share <= kind.at_most(state.cutoff + slack) + 1e-9, (seed, relay)
        # No other share is: those above have too few who gain by training, those below too many.
        shares = np.linspace(0, 1, 401)
        gaps = STEADY_GAP(drift=relay.drift, quality_max=relay.quality_max,
                          learning_rate=relay.learning_rate, training_share=shares)  # fmt: skip
        worth = saved(relay) + (relay.value + relay.price) * relay.learning_rate * gaps
        above, below = shares > share + 1e-6, shares < share - 1e-6
        assert (kind.at_most(worth[above]) <= shares[above]).all(), (seed, relay)
        assert (kind.below(worth[below]) >= shares[below]).all(), (seed, relay)


@pytest.mark.parametrize("seed", [2, FRESH])
def test_no_type_gains_by_another_action(seed: int) -> None:
    """Random types with random deviations, by the payoffs of the three actions."""
    rng = np.random.default_rng(seed)
    for costs in some_costs(rng) * 3:
        relay = random_relay(rng, costs)
        state = relay.steady_state()
        gain = relay.learning_rate * state.gap
        for cost in relay.costs.draw(rng, (20,)).tolist():
            payoffs = {
                "train": relay.access + (relay.value + relay.price) * gain - cost,
                "buy": relay.access - relay.access_fee, "leave": relay.outside,
            }  # fmt: skip
            otherwise = "buy" if state.served else "leave"
            told = "train" if cost <= state.cutoff else otherwise
            deviation = payoffs[str(rng.choice(list(payoffs)))]
            slack = 1e-9 * (1 + abs(cost) + abs(state.cutoff))
            assert deviation <= payoffs[told] + slack, (seed, relay, cost)


@pytest.mark.parametrize("seed", [3, FRESH])
def test_uniform_costs_solve_a_quadratic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    inner = 0
    while inner < 30:
        low, width = rng.uniform(-0.3, 1), rng.uniform(0.1, 2)
        relay = random_relay(rng, stats.uniform(low, width))
        state = relay.steady_state()
        if not 0 < state.training_share < 1:
            continue
        inner += 1
        gap = UNIFORM_GAP(
            drift=relay.drift, quality_max=relay.quality_max, learning_rate=relay.learning_rate,
            avoided=saved(relay), value=relay.value, price=relay.price, lowest_cost=low,
            highest_cost=low + width,
        )  # fmt: skip
        assert state.gap == pytest.approx(float(gap), rel=1e-10), (seed, relay)
        assert not state.hovers


def test_nobody_or_everybody_trains() -> None:
    idle = relay_of(cost_distribution=stats.uniform(5, 1)).steady_state()
    assert (idle.training_share, idle.gap, idle.quality) == (0.0, 1.0, pytest.approx(0))
    assert (idle.revenue, idle.spending, idle.funded) == (0.5, 0.0, True)
    busy = relay_of(cost_distribution=[0.1, 0.2], price=1.0).steady_state()
    assert busy.training_share == 1.0
    assert busy.gap == pytest.approx(0.05 / (1 - 0.95 * 0.8))
    assert busy.revenue == 0
    assert busy.spending == pytest.approx(0.2 * busy.gap)
    assert not busy.funded


def test_a_gap_hovers_where_many_are_indifferent() -> None:
    relay = relay_of(access_fee=0.3, value=2.0, cost_distribution=[0.44, 0.44, 0.44, 9.0])
    state = relay.steady_state()
    assert state.hovers
    assert state.cutoff == pytest.approx(0.44)
    assert state.gap == pytest.approx(0.14 / (2 * 0.2))
    assert 0 < state.training_share < 0.75
    assert not relay_of(cost_distribution=stats.norm(0.5, 0.01)).steady_state().hovers


def test_who_does_not_train_leaves_when_access_costs_more_than_it_is_worth() -> None:
    state = relay_of(access=0.6, access_fee=0.9, outside=0.1).steady_state()
    same = relay_of(access=0.6, access_fee=0.5, outside=0.1).steady_state()  # at the edge: served
    assert not state.served
    assert same.served
    assert state.gap == pytest.approx(same.gap)
    assert (state.revenue, state.balance) == (0.0, 0.0)
    assert same.revenue == pytest.approx(0.5 * (1 - same.training_share))


@given(
    st.floats(0, 3), st.floats(0, 3), st.floats(0, 9), st.floats(0, 9),
    st.floats(0.01, 0.9), st.floats(0.01, 0.99), st.integers(0, 7), st.integers(0, 99),
    st.sampled_from([2.0**-20, 0.25, 8.0, 2.0**30]),
)  # fmt: skip
@settings(max_examples=60)
def test_units_of_money_and_score_do_not_matter(
    access: float, fee: float, value: float, price: float, drift: float, rate: float,
    family: int, seed: int, unit: float,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    sample = rng.integers(0, 16, 1 + family) / 8
    one = ArrivalRelay(access=access, access_fee=fee, value=value, price=price, drift=drift,
                       learning_rate=rate, quality_max=1, cost_distribution=sample)  # fmt: skip
    money = replace(one, access=access * unit, access_fee=fee * unit, value=value * unit,
                    price=price * unit, cost_distribution=sample * unit)  # fmt: skip
    score = replace(one, quality_max=unit, value=value / unit, price=price / unit)
    first, rich, fine = one.steady_state(), money.steady_state(), score.steady_state()
    near = {"rel": 1e-9, "abs": 1e-12}
    assert rich.gap == pytest.approx(first.gap, **near)
    assert fine.gap / unit == pytest.approx(first.gap, **near)
    for name in ("cutoff", "revenue", "spending", "balance"):
        assert getattr(rich, name) / unit == pytest.approx(getattr(first, name), **near)
        assert getattr(fine, name) == pytest.approx(getattr(first, name), **near)
    assert first.balance == first.revenue - first.spending
    # Budget identity at rest: rewards pay for what drift destroys, once per leg.
    assert first.spending == pytest.approx(price * drift * first.quality, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("costs", [[0.7, 0.2, 0.4], [0.2, 0.4, 0.7] * 2])
def test_relabelling_and_repeating_people_changes_nothing(costs: list[float]) -> None:
    first = relay_of(cost_distribution=[0.2, 0.4, 0.7]).steady_state()
    assert relay_of(cost_distribution=costs).steady_state().to_dict() == first.to_dict()


# --- budget and designer's map -------------------------------------------------------------------


@pytest.mark.parametrize("seed", [4, FRESH])
def test_the_break_even_price_is_the_highest_that_fees_pay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for costs in some_costs(rng) * 4:
        relay = random_relay(rng, costs)
        highest = relay.break_even_price()
        assert highest >= 0
        below = replace(relay, price=highest * (1 - 1e-6)).steady_state()
        above = replace(relay, price=highest * (1 + 1e-6) + 1e-6).steady_state()
        assert below.balance >= -1e-9, (seed, relay)
        assert above.balance < 1e-9, (seed, relay)
        twice = replace(relay, price=2 * highest + 1).steady_state()
        assert twice.balance < 0, (seed, relay)


def test_break_even_at_the_edges() -> None:
    assert relay_of(drift=0).break_even_price() == math.inf
    # All train for the fee alone: no revenue, so no price at all.
    assert relay_of(cost_distribution=[0.1, 0.2]).break_even_price() == 0.0
    # Without revenue a price may be promised as long as nobody earns it.
    dear = relay_of(access_fee=0, cost_distribution=[0.6, 2.0])
    assert dear.break_even_price() == pytest.approx(0.6 / 0.2 - 1)
    gone = relay_of(access=0.2, access_fee=0.5, cost_distribution=[0.6, 2.0])
    assert gone.break_even_price() == pytest.approx((0.6 - 0.2) / 0.2 - 1)
    for costs in (stats.poisson(2), stats.norm(3, 1), [5.0]):  # served, and nobody trains yet
        relay = relay_of(cost_distribution=costs)
        price = relay.break_even_price()
        state = replace(relay, price=price).steady_state()
        assert state.balance == pytest.approx(0, abs=1e-9)
        expected = BREAK_EVEN_PRICE(access_fee=0.5, training_share=state.training_share,
                                    learning_rate=0.2, drifted_gap=state.gap)  # fmt: skip
        assert price == pytest.approx(float(expected), rel=1e-8)


@pytest.mark.parametrize("seed", [5, FRESH])
def test_the_map_holds_the_single_steady_states(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for costs in some_costs(rng):
        relay = random_relay(rng, costs)
        fees, prices = np.sort(rng.uniform(0, 2, 5)), np.sort(rng.uniform(0, 8, 4))
        found = relay.designer_map(fees, prices)
        for i, j in itertools.product(range(5), range(4)):
            one = replace(relay, access_fee=float(fees[i]), price=float(prices[j]))
            state = one.steady_state()
            assert found.gap[i, j] == pytest.approx(state.gap, rel=1e-12)
            assert found.training_share[i, j] == pytest.approx(state.training_share, abs=1e-12)
            assert found.balance[i, j] == pytest.approx(state.balance, abs=1e-12)
            assert found.served[i, j] == state.served == one.served
            assert found.funded[i, j] == (found.balance[i, j] >= 0)
            assert found.feasible[i, j] == (state.served and found.funded[i, j])
            assert found.make_work[i, j] == one.make_work
        # More pay or a higher fee: more train, the gap falls; money left never rises with pay.
        assert (np.diff(found.gap, axis=1) <= 1e-9).all(), (seed, relay)
        assert (np.diff(found.gap, axis=0) <= 1e-9).all(), (seed, relay)
        assert (np.diff(found.balance, axis=1) <= 1e-9).all(), (seed, relay)


def test_the_map_prints_a_row_per_fee() -> None:
    found = relay_of(cost_distribution=stats.uniform(0.4, 1)).designer_map([0.2, 3.0], [0, 1, 90])
    headers, rows = found.table()
    assert headers[0] == "access_fee"
    assert rows[0][:3] == (0.2, 2, 1.0)
    assert rows[1][:4] == (3.0, 0, None, None)
    assert "2 fees, 3 prices; 2 points feasible, 3 make-work" in str(found)
    with pytest.raises(ValueError, match="read-only"):
        found.gap[0, 0] = 1


# --- without drift: where it ends ----------------------------------------------------------------


@pytest.mark.parametrize("seed", [6, FRESH])
def test_without_drift_play_ends_where_it_is_said_to(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ended = worked = 0
    for _ in range(60):
        sample = rng.integers(1, 12, 3) / 8
        relay = replace(random_relay(rng, sample), drift=0.0)
        stop, gap = relay.stopping_gap(), relay.quality_max
        m, pay, rate = saved(relay), relay.value + relay.price, relay.learning_rate
        trained = 0
        for _ in range(400):
            cost = float(sample.min())  # who trains as long as anybody does
            if cost <= m + pay * rate * gap:
                gap *= 1 - rate
                trained += 1
        if stop is None:
            worked += 1
            assert relay.make_work
            assert trained == 400
            state = relay.steady_state()
            assert state.gap == 0
            assert state.training_share == np.mean(sample <= m)
        else:
            ended += 1
            assert trained < 400
            assert gap <= max(stop, relay.quality_max)
            assert trained == 0 or stop * (1 - rate) * (1 - 1e-9) <= gap <= stop * (1 + 1e-9)
            assert relay.steady_state().gap == pytest.approx(min(stop, relay.quality_max))
            assert relay.steady_state().training_share == 0
    assert ended > 5
    assert worked > 5


def test_stopping_at_the_edges() -> None:
    at_edge = relay_of(drift=0, cost_distribution=stats.uniform(0.5, 1))  # m = c_lo, no atom
    assert at_edge.stopping_gap() == 0.0
    assert not at_edge.make_work
    assert relay_of(drift=0, cost_distribution=[0.5, 1]).stopping_gap() is None  # an atom
    never = relay_of(drift=0, value=0, cost_distribution=[0.9])
    assert never.stopping_gap() == math.inf
    assert never.steady_state().gap == 1.0


def test_a_least_improvement_ends_make_work_and_never_prolongs_training() -> None:
    busy = relay_of(drift=0, cost_distribution=[0.2, 0.9])
    assert busy.make_work
    assert busy.ending_gap(0.01) == pytest.approx(0.05)
    choosy = relay_of(drift=0, value=2, cost_distribution=[0.7, 0.9])
    assert choosy.stopping_gap() == pytest.approx(0.5)
    assert choosy.ending_gap(0.01) == choosy.stopping_gap()
    assert choosy.ending_gap(0.2) == pytest.approx(1.0)


# --- the long-run law ----------------------------------------------------------------------------


def test_the_law_is_a_law_and_finer_grids_agree() -> None:
    relay = relay_of(value=8.0, access_fee=0.1)
    coarse, fine = relay.stationary_law(251), relay.stationary_law(2001)
    for law in (coarse, fine):
        assert law.probability.sum() == pytest.approx(1)
        assert law.probability.min() > -1e-12
        assert law.mean == pytest.approx(law.probability @ law.gap)
        # What training closes on average, drift opens.
        closed = (
            0.95 * 0.2 * (law.probability * law.gap) @ relay.costs.at_most(0.1 + 8 * 0.2 * law.gap)
        )
        assert closed == pytest.approx(0.05 * (1 - law.mean), rel=1e-9)
    assert coarse.mean == pytest.approx(fine.mean, abs=2e-5)
    assert fine.mean < relay.steady_state().gap


@pytest.mark.parametrize("costs", [stats.lognorm(0.5, scale=0.6), [0.3, 0.5, 0.5, 1.0]])
def test_the_law_against_a_plain_simulation(costs: Any) -> None:
    relay = relay_of(value=3.0, access_fee=0.2, cost_distribution=costs)
    law, rng = relay.stationary_law(), np.random.default_rng(8)
    gap, trained = np.full(2000, 0.5), []
    means = []
    for leg in range(700):
        trains = relay.costs.draw(rng, (2000,)) <= 0.2 + 3 * 0.2 * gap
        if leg >= 300:
            means.append(gap.mean())
            trained.append(trains.mean())
        after = np.where(trains, 0.8 * gap, gap)
        gap = after + 0.05 * (1 - after)
    assert law.mean == pytest.approx(np.mean(means), abs=4e-3)
    assert law.training_share == pytest.approx(np.mean(trained), abs=4e-3)
    assert law.deviation == pytest.approx(gap.std(), rel=0.1)


def test_small_steps_bring_the_law_to_the_mean_field() -> None:
    errors = []
    for step in (1.0, 0.25, 0.0625):
        relay = relay_of(drift=0.05 * step, learning_rate=0.2 * step, value=8 / step,
                         access_fee=0.1)  # fmt: skip
        law, state = relay.stationary_law(4001), relay.steady_state()
        errors.append(abs(law.mean - state.gap))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.5)  # first order in the step
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.5)


# --- published cases -----------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "loss", "reach"), [(0.5, 0.01, 0.02), (0.2, 0.05, 0.3)])
def test_vidale_and_wolfe_sales_held_by_advertising(
    share: float, loss: float, reach: float
) -> None:
    """Vidale and Wolfe 1957, Operations Research 5:370: dS/dt = r A (M - S)/M - l S rests at
    S/M = (r A/M)/(r A/M + l), and holding S takes A = l S M/(r (M - S)). Training is advertising
    of strength gamma s, drift the loss of sales; legs are short steps."""
    step = 1e-6
    relay = relay_of(
        drift=loss * step, learning_rate=reach * step, quality_max=50, value=0, access_fee=0.5,
        cost_distribution=[0.1] * round(10 * share) + [9.0] * round(10 * (1 - share)),
    )  # fmt: skip
    state = relay.steady_state()
    assert state.training_share == pytest.approx(share)
    assert state.quality == pytest.approx(50 * share * reach / (share * reach + loss), rel=1e-5)
    holding = loss * state.quality / (50 - state.quality)  # r A/M
    assert holding == pytest.approx(share * reach, rel=1e-5)


@pytest.mark.parametrize(("price", "cost"), [(5.0, 0.4), (20.0, 1.2), (3.0, 0.5)])
def test_gordon_and_clark_open_access_ends_rent_at_the_bionomic_equilibrium(
    price: float, cost: float
) -> None:
    """Gordon 1954, J. Political Economy 62:124; Clark 1990, Mathematical Bioeconomics, section 2.1:
    with catch q E x sold at p and cost c per unit of effort, open access brings the stock to
    x = c/(p q), where nobody earns anything, and effort to E = G(x)/(q x), G being growth. The gap
    is the stock, training takes the share gamma of it, and drift lets it grow."""
    relay = relay_of(access_fee=0, value=0, price=price, cost_distribution=[cost])
    state = relay.steady_state()
    assert state.hovers
    assert state.gap == pytest.approx(cost / (price * 0.2))
    growth = 0.05 * state.quality
    assert state.training_share == pytest.approx(growth / (0.2 * state.gap))
    assert state.spending == pytest.approx(cost * state.training_share)  # rent is used up


def test_clark_a_stock_is_left_alone_below_its_bionomic_level() -> None:
    """Clark 1990, section 2.1: if even the unfished stock K is below c/(p q), nobody fishes."""
    state = relay_of(access_fee=0, value=0, price=4.0, cost_distribution=[0.9]).steady_state()
    assert 0.9 / (4 * 0.2) > 1
    assert (state.training_share, state.gap) == (0.0, 1.0)


@pytest.mark.parametrize(("share", "drift", "rate"), [(0.5, 0.05, 0.2), (0.25, 0.3, 0.9)])
def test_vervaat_moments_of_a_random_affine_recursion(
    share: float, drift: float, rate: float
) -> None:
    """Vervaat 1979, Advances in Applied Probability 11:750, section 5: the stationary law of
    X = A X + B with independent pairs (A, B) has E X = E B/(1 - E A) and
    E X^2 (1 - E A^2) = E B^2 + 2 E(A B) E X. Here training does not depend on the gap."""
    relay = relay_of(
        drift=drift, learning_rate=rate, value=0,
        cost_distribution=[0.1] * round(4 * share) + [9.0] * round(4 * (1 - share)),
    )  # fmt: skip
    slopes = np.array([(1 - drift) * (1 - rate), 1 - drift])
    chances = np.array([share, 1 - share])
    mean = drift / (1 - chances @ slopes)
    square = (drift**2 + 2 * drift * (chances @ slopes) * mean) / (1 - chances @ slopes**2)
    law = relay.stationary_law(8001)
    assert law.training_share == pytest.approx(share)
    assert law.mean == pytest.approx(mean, rel=1e-9)  # the grid keeps means
    assert law.deviation == pytest.approx(math.sqrt(square - mean**2), rel=1e-4)
    assert relay.steady_state().gap == pytest.approx(mean)  # here the mean field is exact


def test_brockwell_gani_resnick_total_catastrophes_make_ages_geometric() -> None:
    """Brockwell, Gani and Resnick 1982, Advances in Applied Probability 14:709, on growth with
    catastrophes; here they are total: if growth is reset with chance s per step, the time since the
    last reset is geometric. Training that closes (nearly) the whole gap resets it; after n legs of
    drift the gap is 1 - (1 - eta)^n."""
    share, drift = 0.25, 0.1
    relay = relay_of(drift=drift, learning_rate=1 - 1e-12, value=0,
                     cost_distribution=[0.1, 9.0, 9.0, 9.0])  # fmt: skip
    ages = np.arange(1, 2000)
    chance = share * (1 - share) ** (ages - 1)
    gaps = 1 - (1 - drift) ** ages
    law = relay.stationary_law(8001)
    assert law.mean == pytest.approx(chance @ gaps, rel=1e-9)
    young = law.probability[law.gap < (gaps[0] + gaps[1]) / 2].sum()
    assert young == pytest.approx(share, abs=1e-6)  # one leg since the last training
    assert law.deviation == pytest.approx(
        math.sqrt(chance @ gaps**2 - (chance @ gaps) ** 2), rel=1e-4
    )


# --- input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [("access", [math.nan, math.inf, "1", None, True, [1.0], 1e80]),
     ("access_fee", [-0.1, math.nan, "1", None, 1e80]),
     ("value", [-1, math.nan, [1, 2]]), ("price", [-1, math.inf, None]),
     ("drift", [-0.1, 1.0, math.nan, "x", 1e-90]),
     ("learning_rate", [0, 1.0, 1.5, math.nan, 1e-90]),
     ("quality_max", [0, -1, math.nan, 1e-90, 1e90]), ("outside", [math.nan, "x", 1e90]),
     ("cost_distribution", [None, [], [math.nan], "norm", stats.norm, stats.norm(0, -1), 3.0,
                            [[1.0]], [True]])],
)  # fmt: skip
def test_bad_arguments_are_named(name: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(InputError, match=name):
            relay_of(**{name: value})


@pytest.mark.parametrize(
    ("call", "name"),
    [(lambda r, bad=bad: r.ending_gap(bad), "improvement_threshold")
     for bad in (0, -1, math.nan, math.inf, "x", None, [0.1], True)]
    + [(lambda r, bad=bad: r.designer_map(bad, [1.0]), "access_fee")
       for bad in ([], [-1.0], [math.nan], "x", None, 1.0, [[1.0]], [1e90], [True])]
    + [(lambda r, bad=bad: r.designer_map([1.0], bad), "price")
       for bad in ([], [-1.0], [math.inf], "x", None, 1.0, [[1.0]], [1e90])]
    + [(lambda r, bad=bad: r.stationary_law(bad), "points")
       for bad in (2, 2.5, 10**6, math.nan, "x", None, True)]
    + [(lambda r: replace(r, drift=0).stationary_law(), "drift must be positive")],
)  # fmt: skip
def test_bad_calls_are_named(call: Any, name: str) -> None:
    with pytest.raises(InputError, match=name):
        call(relay_of())


def test_a_relay_cannot_be_changed_from_outside() -> None:
    sample = np.array([0.2, 0.8])
    relay = relay_of(cost_distribution=sample)
    before = relay.steady_state().to_dict()
    sample[:] = 99
    assert relay.steady_state().to_dict() == before
    with pytest.raises(AttributeError):
        relay.price = 3.0  # type: ignore[misc]
