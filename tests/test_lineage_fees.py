"""Blind lineage pay and its fees: by walking the path, by the theorem, by T7 (iii)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.lineage_fees import (
    GEOMETRIC_INCOME,
    GEOMETRIC_SPLIT_PROFIT,
    PASS_THROUGH_GAIN,
    LineagePay,
    pass_through_fee,
    pass_through_gain,
)
from derelayl_econ.games.splitting import SplittingGame, split_profit
from derelayl_econ.rewards import LineageShare

weight_lists = st.lists(st.floats(0, 2), min_size=1, max_size=6).filter(lambda w: sum(w) > 1e-3)
rules = st.one_of(
    st.builds(LineageShare, st.floats(0.05, 0.95), royalty_share=st.floats(0.1, 1)),
    weight_lists.map(lambda w: LineageShare(weights=w)),
    st.just(LineageShare(weights="all")),
)
gains = st.lists(st.floats(0.01, 10), min_size=1, max_size=7)


def purse_by_walk(weight: Any, per_leg: list[float], fee: float, own: set[int]) -> float:
    """Walk the path: each leg pays its fee, and every ancestor its weight times the leg's money."""
    total = 0.0
    for leg, money in enumerate(per_leg):
        if leg in own:
            total -= fee
        for ancestor in range(leg + 1):
            if ancestor in own:
                total += money * float(weight(leg - ancestor))
    return total


@given(rules, gains, st.floats(0, 2), st.booleans())
def test_net_income_by_walk(
    rule: LineageShare, path: list[float], fee: float, by_improvement: bool
) -> None:
    pay = LineagePay(rule, fee, by_improvement)
    money = path if by_improvement else [1.0] * len(path)
    walked = [purse_by_walk(rule.weight, money, fee, {leg}) for leg in range(len(path))]
    np.testing.assert_allclose(pay(path), walked, rtol=1e-9, atol=1e-9)


@given(rules, st.integers(0, 6), st.integers(1, 6), st.floats(0, 2))
def test_profit_by_walk(rule: LineageShare, later: int, parts: int, fee: float) -> None:
    pay = LineagePay(rule, fee)
    honest = purse_by_walk(rule.weight, [1.0] * (later + 1), fee, {0})
    split = purse_by_walk(rule.weight, [1.0] * (later + parts), fee, set(range(parts)))
    assert pay.income(later) == pytest.approx(honest, abs=1e-9)
    assert pay.profit(later, parts) == pytest.approx(split - honest, abs=1e-9)
    game = split_profit(pay, np.ones(later + 1), 0, parts)
    assert game == pytest.approx(split - honest, abs=1e-9)


@given(rules, st.integers(0, 20), st.floats(0, 5))
def test_wherever_lineage_pays_splitting_pays(rule: LineageShare, later: int, fee: float) -> None:
    """Theorem (a): the profit of one split is at least the honest net income, at every fee."""
    pay = LineagePay(rule, fee)
    assert pay.profit(later, 2) >= pay.income(later) - 1e-9


@given(rules, st.integers(1, 12))
def test_the_split_proof_fee_leaves_nothing(rule: LineageShare, longest: int) -> None:
    """Theorem (b), (c): at the fee no leg can split with profit, and no leg earns anything."""
    found = LineagePay(rule).split_proof_fee(longest)
    assert found.net_income <= 1e-12
    assert found.net_income_for_one_split <= 0
    if math.isfinite(found.fee):
        stopped = LineagePay(rule, found.fee)
        assert all(stopped.profit(d, m) <= 1e-9 for d in range(longest) for m in (2, 3, 8))
        assert max(stopped.income(d) for d in range(longest)) == pytest.approx(
            found.net_income, abs=1e-12
        )
    one = LineagePay(rule, found.fee_for_one_split)
    assert max(one.profit(d, 2) for d in range(longest)) == pytest.approx(0, abs=1e-9)
    assert max(one.income(d) for d in range(longest)) == pytest.approx(
        found.net_income_for_one_split, abs=1e-9
    )


@given(rules, st.integers(1, 12), st.floats(0.5, 0.999))
def test_no_smaller_fee_stops_splits(rule: LineageShare, longest: int, part: float) -> None:
    found = LineagePay(rule).split_proof_fee(longest)
    cheaper = LineagePay(rule, part * found.fee_for_one_split)
    if found.fee_for_one_split > 1e-9:
        assert max(cheaper.profit(d, 2) for d in range(longest)) > 0
    if math.isfinite(found.fee):  # enough names pay, even on a short path
        cheaper = LineagePay(rule, part * found.fee)
        assert cheaper.profit(0, 40_000) > 0


def test_a_fee_between_stops_one_split_and_not_many() -> None:
    """a = 0.9: from one leg alone, W_1 = .19 and W_2 = .271; at a fee of 0.2 two names lose."""
    pay = LineagePay(LineageShare(decay=0.9), fee=0.2)
    assert pay.profit(0, 2) == pytest.approx(0.19 - 0.2)
    assert pay.profit(0, 3) == pytest.approx(0.19 + 0.271 - 0.4)
    assert pay.profit(0, 3) > 0 > pay.profit(0, 2)


def test_the_rule_of_the_simulation_in_numbers() -> None:
    """w_d = 1, five later legs: one leg earns 6, two names 6 + 7; no fee is high enough."""
    pay = LineagePay(LineageShare(weights="all"))
    assert pay.income(5) == 6
    assert pay.profit(5, 2) == 7
    found = pay.split_proof_fee(longest=6)
    assert (found.fee, found.net_income) == (math.inf, -math.inf)
    assert (found.fee_for_one_split, found.net_income_for_one_split) == (7, -1)


@pytest.mark.parametrize(("later", "parts"), [(0, 2), (3, 2), (2, 5), (0, 1)])
def test_geometric_sums_exactly(later: int, parts: int) -> None:
    known = {
        "royalty_share": Fraction(3, 4),
        "decay": Fraction(2, 3),
        "hand_over_fee": Fraction(1, 5),
    }
    weight = [Fraction(3, 4) * Fraction(1, 3) * Fraction(2, 3) ** d for d in range(20)]
    income = sum(weight[: later + 1]) - Fraction(1, 5)
    profit = sum(sum(weight[: later + k + 1]) - Fraction(1, 5) for k in range(1, parts))
    assert GEOMETRIC_INCOME.exact(descendants=later, **known) == income
    assert GEOMETRIC_SPLIT_PROFIT.exact(descendants=later, split_parts=parts, **known) == profit
    pay = LineagePay(LineageShare(2 / 3, royalty_share=0.75), fee=0.2)
    assert pay.profit(later, parts) == pytest.approx(float(profit))


# --- pay by improvement, T7 (iii) -----------------------------------------------------------------


@given(st.floats(0.05, 0.95), gains, st.integers(2, 5), st.data())
def test_names_gain_at_most_the_pass_through_of_income(
    decay: float, path: list[float], parts: int, data: st.DataObject
) -> None:
    leg = data.draw(st.integers(0, len(path) - 1))
    pay = LineagePay(LineageShare(decay), by_improvement=True)
    income = float(pay(path)[leg])
    shares = data.draw(st.lists(st.floats(0.001, 1), min_size=parts, max_size=parts))
    division = np.array(shares) / sum(shares)
    bound = pass_through_gain(decay, income, parts)
    assert split_profit(pay, path, leg, division) <= bound + 1e-9
    last = [0.0] * (parts - 1) + [1.0]  # the fakes bring nothing: T7's fakes
    assert split_profit(pay, path, leg, last) == pytest.approx(bound, abs=1e-9)


@given(st.floats(0.05, 0.95), gains, st.integers(2, 5))
def test_the_pass_through_fee_stops_every_number_of_names_and_still_pays(
    decay: float, path: list[float], parts: int
) -> None:
    royalties = LineageShare(decay)
    largest = float(LineagePay(royalties, by_improvement=True)(path).max())
    fee = pass_through_fee(decay, largest)
    pay = LineagePay(royalties, fee, by_improvement=True)
    for leg in range(len(path)):
        assert split_profit(pay, path, leg, [0.0] * (parts - 1) + [1.0]) <= 1e-9 * largest
    assert pay(path).max() == pytest.approx((1 - decay) * largest)
    cheaper = LineagePay(royalties, 0.9 * fee, by_improvement=True)
    rich = int(np.argmax(pay(path)))
    assert split_profit(cheaper, path, rich, [0.0, 1.0]) > 0


def test_t7_in_numbers() -> None:
    """proofs.md T7 (iii) at r = 1/2, W = 8: one fake gains 4, two gain 4 + 2."""
    assert PASS_THROUGH_GAIN.exact(decay=Fraction(1, 2), income=8, split_parts=2) == 4
    assert PASS_THROUGH_GAIN.exact(decay=Fraction(1, 2), income=8, split_parts=3) == 6
    assert pass_through_fee(0.5, 8) == 4
    blind = LineagePay(LineageShare(decay=0.5))
    first = float(LineageShare(decay=0.5).weight(0))
    assert blind.profit(3, 2) == pytest.approx(first + pass_through_gain(0.5, blind.income(3), 2))


def test_the_mit_team_paid_a_recruiter_of_itself() -> None:
    """Pickard et al. 2011, Science 334:509: 4000 dollars per balloon; 2000 for the finder, then
    1000, 500, 250 up the chain. A finder who recruits itself gets 3000."""
    chain = LineagePay(LineageShare(decay=0.5), by_improvement=True)
    found = 4000 * chain([0, 0, 0, 1])
    assert found.tolist() == [250, 500, 1000, 2000]
    assert 4000 * split_profit(chain, [1.0], 0, [0.0, 1.0]) == 1000
    assert pass_through_fee(0.5, 2000) == 1000


@pytest.mark.parametrize("a", [0.3, 0.5, 0.8])
def test_geometric_mechanisms_of_multi_level_marketing(a: float) -> None:
    """Emek, Karidi, Tennenholtz, Zohar 2011 (EC): rewards b a^d for descendants at distance d keep
    the budget iff b <= 1 - a, and fail against false names."""
    from derelayl_econ.games.royalty_design import royalty_budget

    for b, feasible in ((0.999 * (1 - a), True), (1.01 * (1 - a), False)):
        rule = LineageShare(weights=[b * a**d for d in range(400)])
        assert royalty_budget(rule, 400).feasible is feasible
        assert SplittingGame(rule=LineagePay(rule), gains=np.ones(5)).report().regret > 0


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: LineagePay("all"), "rule"),
        (lambda: LineagePay(LineageShare(0.5), fee=-1), "fee"),
        (lambda: LineagePay(LineageShare(0.5), fee=math.inf), "fee"),
        (lambda: LineagePay(LineageShare(0.5), by_improvement=1), "by_improvement"),
        (lambda: LineagePay(LineageShare(0.5))([]), "gains"),
        (lambda: LineagePay(LineageShare(0.5), by_improvement=True)([-1.0]), "gains"),
        (lambda: LineagePay(LineageShare(0.5)).income(-1), "descendants"),
        (lambda: LineagePay(LineageShare(0.5)).profit(0, 0), "parts"),
        (lambda: LineagePay(LineageShare(0.5)).profit(10**9, 2), "descendants"),
        (lambda: LineagePay(LineageShare(0.5)).split_proof_fee(0), "longest"),
        (lambda: LineagePay(LineageShare(0.5), by_improvement=True).income(1), "income"),
        (lambda: LineagePay(LineageShare(0.5), by_improvement=True).split_proof_fee(1), "split_pr"),
        (lambda: pass_through_gain(1.0, 1.0, 2), "decay"),
        (lambda: pass_through_gain(0.5, -1.0, 2), "income"),
        (lambda: pass_through_gain(0.5, 1.0, 0), "split_parts"),
        (lambda: pass_through_fee(0.5, 1e300), "income"),
    ],
)
def test_refusals(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()
