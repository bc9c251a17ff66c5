"""Splits and merges: by hand, by plain loops, by theorems, by attacks, by published rules."""

from __future__ import annotations

import itertools
import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.length_split import LengthSplit
from derelayl_econ.games.lineage_fees import LineagePay
from derelayl_econ.games.split_claims import claim_of, telescoping_defect
from derelayl_econ.games.split_search import best_division, grid_divisions
from derelayl_econ.games.splitting import SplittingGame, merge_profit, split_profit
from derelayl_econ.leg_rules import FunctionShare, PathShare, PowerShare
from derelayl_econ.quality import ExponentialCurve, HillCurve, PowerCurve
from derelayl_econ.rewards import EqualShare, GainShare, LineageShare, ShapleyShare, WindowShare

RULES: tuple[Any, ...] = (
    EqualShare(), GainShare(), GainShare(clip=True), PowerShare(0.4), PowerShare(1),
    PowerShare(2.5), WindowShare(1), WindowShare(3), LineageShare(decay=0.5),
    LineageShare(weights="all"),
    LineageShare(weights=[0.2, 0.5, 0.1]), LengthSplit.tilted(3.0, 0.7),
    LineagePay(LineageShare(decay=0.6), fee=0.3), LineagePay(LineageShare(decay=0.6), fee=1.0),
)  # fmt: skip
FRESH = np.random.SeedSequence().entropy

paths = st.lists(st.floats(0.01, 100), min_size=2, max_size=8)


def profit_by_hand(rule: Any, gains: list[float], leg: int, parts: list[float]) -> float:
    """Hand in the parts one by one; add up what their names get."""
    pay = rule.shares if hasattr(rule, "shares") else rule
    path, names = [], []
    for place, gain in enumerate(gains):
        for share in parts if place == leg else [1.0]:
            names.append(place)
            path.append(share * gain)
    after = math.fsum(p for name, p in zip(names, pay(path), strict=True) if name == leg)
    return after - float(pay(gains)[leg])


# --- profits --------------------------------------------------------------------------------------


def _name(value: object) -> str:
    """Return a name without addresses: every test worker must give the same."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@given(paths, st.lists(st.floats(0.05, 1), min_size=1, max_size=4), st.data())
@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_split_profit_by_hand(
    rule: Any, gains: list[float], weights: list[float], data: st.DataObject
) -> None:
    leg = data.draw(st.integers(0, len(gains) - 1))
    fee = data.draw(st.floats(0, 1))
    parts = [weight / math.fsum(weights) for weight in weights]
    expected = profit_by_hand(rule, gains, leg, parts) - fee * (len(parts) - 1)
    assert split_profit(rule, gains, leg, parts, fee) == pytest.approx(expected, abs=1e-9)


@given(paths, st.data())
@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_merging_undoes_splitting(rule: Any, gains: list[float], data: st.DataObject) -> None:
    leg = data.draw(st.integers(0, len(gains) - 1))
    count = data.draw(st.integers(2, 4))
    fee = data.draw(st.floats(0, 1))
    split = [*gains[:leg], *[gains[leg] / count] * count, *gains[leg + 1 :]]
    won = split_profit(rule, gains, leg, count, fee)
    lost = merge_profit(rule, split, list(range(leg, leg + count)), fee)
    assert won + lost == pytest.approx(0, abs=1e-9)


def test_merging_legs_apart_puts_them_in_the_last_place() -> None:
    """Legs 1 and 3 of four: the window of two holds 3 and 4; merged, the pair and 4."""
    assert merge_profit(WindowShare(2), [1, 1, 1, 1], [0, 2]) == 0
    assert merge_profit(LineageShare(weights="all"), [1, 1, 1, 1], [2, 0]) == pytest.approx(
        2 / 6 - 6 / 10
    )


@given(paths, st.data())
def test_closed_forms(gains: list[float], data: st.DataObject) -> None:
    count, leg = len(gains), data.draw(st.integers(0, len(gains) - 1))
    m = data.draw(st.integers(2, 9))
    equal = Fraction((m - 1) * (count - 1), count * (count + m - 1))
    assert split_profit(EqualShare(), gains, leg, m) == pytest.approx(float(equal))
    k, later = data.draw(st.integers(1, count)), count - 1 - leg
    inside = max(0, min(m, k - later)) - max(0, min(1, k - later))
    assert split_profit(WindowShare(k), gains, leg, m) == pytest.approx(inside / k)


@given(paths, st.floats(0.01, 100), st.data())
@pytest.mark.parametrize("rule", [r for r in RULES if hasattr(r, "shares")], ids=_name)
def test_profit_has_no_unit(
    rule: Any, gains: list[float], unit: float, data: st.DataObject
) -> None:
    leg = data.draw(st.integers(0, len(gains) - 1))
    scaled = [unit * gain for gain in gains]
    profit = split_profit(rule, gains, leg, [0.3, 0.7])
    assert split_profit(rule, scaled, leg, [0.3, 0.7]) == pytest.approx(profit, abs=1e-9)


@given(paths, st.floats(0.01, 100))
def test_scaling_money_scales_profit(gains: list[float], unit: float) -> None:
    def paid(path: Any) -> Any:
        return unit * np.sqrt(path)

    profit = split_profit(lambda path: np.sqrt(path), gains, 0, 3)
    assert split_profit(paid, gains, 0, 3) == pytest.approx(unit * profit)
    assert profit == pytest.approx((math.sqrt(3) - 1) * math.sqrt(gains[0]))


# --- theorems -------------------------------------------------------------------------------------


@given(paths, st.data())
@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_no_split_or_merge_contradicts_a_claim(
    rule: Any, gains: list[float], data: st.DataObject
) -> None:
    claim = claim_of(rule)
    leg = data.draw(st.integers(0, len(gains) - 1))
    shares = data.draw(st.lists(st.floats(0.01, 1), min_size=2, max_size=5))
    parts = np.array(shares) / sum(shares)
    profit = split_profit(rule, gains, leg, parts)
    merged = sorted(data.draw(st.tuples(*[st.integers(0, len(gains) - 1)] * 2)))
    if claim.split_proof:
        assert profit <= 1e-9
    if claim.merge_proof and merged[0] < merged[1]:
        block = list(range(merged[0], merged[1] + 1))
        assert merge_profit(rule, gains, block) <= 1e-9
    if claim.equal_parts_best:
        assert profit <= split_profit(rule, gains, leg, parts.size) + 1e-9


@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_what_a_claim_denies_has_a_counterexample(rule: Any) -> None:
    claim = claim_of(rule)
    splits, merges = [], []
    dips = 2.0 if isinstance(rule, GainShare) and rule.clip else 0.0
    for count in (2, 3, 6, 30):
        game = SplittingGame(rule=rule, gains=np.ones(count), most_parts=3, deepest_dip=dips)
        found = game.report()
        splits.append(found.split_profit)
        merges.append(found.merge_profit)
    assert (max(splits) > 1e-6) is (claim.split_proof is False)
    if claim.merge_proof is not None:
        assert (max(merges) > 1e-6) is (claim.merge_proof is False)


@given(st.floats(0.2, 4), paths)
def test_the_linear_rule_is_the_only_neutral_power(power: float, gains: list[float]) -> None:
    """Chen, Papadimitriou, Roughgarden 2019: the proportional rule alone is proof against both."""
    assume(abs(power - 1) > 0.05)
    split = split_profit(PowerShare(power), gains, 0, 2)
    merge = merge_profit(PowerShare(power), [*gains, 1.0], [0, 1])
    assert (split > 0) is (power < 1)
    assert (merge > 0) is (power > 1)
    assert split_profit(PowerShare(1), gains, 0, 2) == pytest.approx(0, abs=1e-12)


@given(st.lists(st.floats(0.01, 5), min_size=3, max_size=6))
def test_a_neutral_separable_rule_is_linear(steps: list[float]) -> None:
    """Any increasing f through the origin, by its rises between whole numbers."""
    values = np.concatenate([[0], np.cumsum(steps)])
    rule = FunctionShare(lambda gain: float(np.interp(gain, np.arange(len(values)), values)))
    profits = [
        split_profit(rule, [whole, 1.0], 0, [part / whole, 1 - part / whole])
        for whole in range(2, len(values)) for part in range(1, whole)
    ]  # fmt: skip
    linear = max(steps) - min(steps) < 1e-12
    assert (max(map(abs, profits)) < 1e-12) is linear


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=7, unique=True))
def test_telescoping_and_nothing_else_is_neutral_on_paths(levels: list[float]) -> None:
    levels = sorted(levels)
    assume(min(np.diff(levels)) > 1e-3)
    exact = telescoping_defect(lambda a, b: math.exp(b) - math.exp(a), levels)
    assert abs(exact.gain) < 1e-9
    assert abs(exact.loss) < 1e-9
    convex = telescoping_defect(lambda a, b: (b - a) ** 2, levels)
    assert convex.gain < 0 < convex.loss
    a, c, b = convex.merge_at
    assert convex.loss == pytest.approx(2 * (c - a) * (b - c))
    assert convex.loss == pytest.approx(
        max(2 * (y - x) * (z - y) for x, y, z in itertools.combinations(levels, 3))
    )


@given(paths, st.data())
def test_a_telescoping_share_is_neutral(gains: list[float], data: st.DataObject) -> None:
    rule = PathShare(lambda before, after: after**3 - before**3)
    leg = data.draw(st.integers(0, len(gains) - 1))
    assert split_profit(rule, gains, leg, [0.2, 0.5, 0.3]) == pytest.approx(0, abs=1e-9)


def test_concave_path_pay_rewards_splitting() -> None:
    found = SplittingGame(rule=PathShare(lambda a, b: math.sqrt(b - a)), gains=[1, 1]).report()
    assert found.verdict == "undecided"
    assert (found.split_proof, found.merge_proof) == (False, None)


# --- search and report ------------------------------------------------------------------------


def test_all_grid_divisions_are_tried() -> None:
    for parts, units in ((2, 6), (3, 7), (4, 5)):
        seen = [tuple(d) for d in grid_divisions(parts, units)][1:]
        assert len(seen) == len(set(seen)) == math.comb(units - 1, parts - 1)
        assert all(math.isclose(sum(d), 1) and min(d) > 0 for d in seen)


@given(st.floats(0.05, 0.95))
def test_refinement_finds_the_peak_of_a_smooth_profit(peak: float) -> None:
    division, value = best_division(lambda x: -((x[0] - peak) ** 2), 2, 8)
    assert division[0] == pytest.approx(peak, abs=2 / (8 * 2**8))
    assert division.sum() == pytest.approx(1)
    assert value == -((division[0] - peak) ** 2)


CAPPED = FunctionShare(lambda gain: min(gain, 1.0))
"""Neither sub- nor superadditive rules need equal parts; this one pays nothing beyond 1."""


def s_shaped(gain: float) -> float:
    return gain**2 if gain < 1 else 2 * gain - 1 if gain < 1.5 else 2 + 0 * gain


@pytest.mark.parametrize("rule", [CAPPED, FunctionShare(s_shaped)], ids=["capped", "S"])
@pytest.mark.parametrize("seed", [3, FRESH])
def test_random_attacks_do_not_beat_the_report(rule: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    gains = rng.uniform(0.2, 4, size=3)
    found = SplittingGame(rule=rule, gains=gains, most_parts=4).report()
    assert found.coverage == "some"
    best = -math.inf
    for _ in range(400):
        parts = rng.dirichlet(np.ones(rng.integers(2, 5)))
        best = max(best, split_profit(rule, gains, int(rng.integers(3)), parts))
    assert best <= found.split_profit + 0.02, f"seed {seed}"  # between the points of the grid
    again = split_profit(rule, gains, found.split_leg, found.split_parts)
    assert found.split_profit == pytest.approx(again)


@given(paths)
@settings(max_examples=8)
@pytest.mark.parametrize("rule", RULES, ids=_name)
def test_a_report_is_what_the_profits_say(rule: Any, gains: list[float]) -> None:
    game = SplittingGame(rule=rule, gains=gains, most_parts=3, units=4)
    found = game.report()
    assert found.split_profit == pytest.approx(
        split_profit(rule, gains, found.split_leg, found.split_parts), abs=1e-12
    )
    assert found.merge_profit == pytest.approx(
        merge_profit(rule, gains, list(found.merged_legs)), abs=1e-12
    )
    blocks = [range(i, j) for i in range(len(gains)) for j in range(i + 2, len(gains) + 1)]
    assert found.merge_profit == pytest.approx(
        max(merge_profit(rule, gains, list(block)) for block in blocks), abs=1e-12
    )
    for leg, count in itertools.product(range(len(gains)), (2, 3)):
        assert split_profit(rule, gains, leg, count) <= found.split_profit + 1e-12
    assert found.regret == max(0, found.split_profit, found.merge_profit)
    assert found.rule
    assert "theorem" in str(found)


@given(paths, st.floats(0, 0.3))
@settings(max_examples=20)
def test_fees_come_off_splits_and_are_saved_by_merges(gains: list[float], fee: float) -> None:
    free = SplittingGame(rule=EqualShare(), gains=gains, most_parts=5)
    paid = SplittingGame(rule=EqualShare(), gains=gains, most_parts=5, fee=fee)
    np.testing.assert_allclose(paid.honest, free.honest - fee)
    profits = [split_profit(EqualShare(), gains, 0, m) - (m - 1) * fee for m in range(2, 6)]
    assert paid.report().split_profit == pytest.approx(max(profits))
    count = len(gains)
    assert free.smallest_fee() == pytest.approx((count - 1) / (count * (count + 1)))
    stopped = SplittingGame(rule=EqualShare(), gains=gains, fee=free.smallest_fee(), most_parts=5)
    assert stopped.report().split_profit <= 1e-12


def test_a_sixth_of_the_pool_stops_splitting_equal_shares_at_every_length() -> None:
    fees = [SplittingGame(rule=EqualShare(), gains=np.ones(n)).smallest_fee() for n in range(1, 30)]
    assert max(fees) == pytest.approx(1 / 6)
    assert fees.index(max(fees)) in (1, 2)  # two legs or three


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [(EqualShare(), "merge-proof"), (GainShare(), "neutral"), (PowerShare(3), "split-proof"),
     (WindowShare(1), "neutral"), (LineageShare(decay=0.3), "merge-proof"),
     (LineageShare(weights=[0.1, 0.9]), "undecided"), (LengthSplit(1.0, [0.2, 0.9]), "split-proof"),
     (LengthSplit(1.0, [0.0, 1.0]), "neutral"),
     (LineagePay(LineageShare(decay=0.5), 0.9), "neither"),
     (LineagePay(LineageShare(decay=0.5), 1.0), "split-proof"), (CAPPED, "undecided")],
    ids=_name,
)  # fmt: skip
def test_verdicts(rule: Any, verdict: str) -> None:
    assert SplittingGame(rule=rule, gains=[1, 2, 3], most_parts=3).report().verdict == verdict


def test_a_fee_voids_only_what_it_can_change() -> None:
    found = SplittingGame(rule=GainShare(), gains=[1, 2, 1], fee=0.1).report()
    assert (found.split_proof, found.merge_proof) == (True, False)
    assert found.merge_profit == pytest.approx(0.2)  # all three legs merged save two fees
    found = SplittingGame(rule=EqualShare(), gains=[1, 1], fee=1.0).report()
    assert (found.split_proof, found.merge_proof) == (None, False)


def test_spoiling_and_mending_pays_when_losses_are_not_charged() -> None:
    gains = [1.0, 1.0]
    found = SplittingGame(rule=GainShare(clip=True), gains=gains, deepest_dip=3.0).report()
    assert found.split_parts.tolist() == [-3.0, 4.0]
    assert found.split_profit == pytest.approx(4 / 5 - 1 / 2)
    assert found.split_proof is False
    kept = SplittingGame(rule=GainShare(clip=True), gains=gains).report()
    assert kept.split_profit == pytest.approx(0, abs=1e-12)
    with pytest.raises(InputError, match="gains"):
        SplittingGame(rule=GainShare(), gains=gains, deepest_dip=1.0).report()


def test_a_single_leg_has_nothing_to_win() -> None:
    for rule in RULES[:11]:
        found = SplittingGame(rule=rule, gains=[2.0], most_parts=3, units=4).report()
        assert found.regret == pytest.approx(0, abs=1e-12)
        assert found.merged_legs == ()


# --- published rules ------------------------------------------------------------------------------


def equal_awards(estate: float) -> Any:
    """Constrained equal awards: min(claim, level), the level such that the estate is used up."""

    def awards(claims: Any) -> Any:
        low, high = 0.0, float(np.max(claims))
        for _ in range(200):
            level = (low + high) / 2
            low, high = (level, high) if np.minimum(claims, level).sum() < estate else (low, level)
        return np.minimum(claims, high)

    return awards


def equal_losses(estate: float) -> Any:
    """Constrained equal losses: max(claim - level, 0), the dual of equal awards."""

    def awards(claims: Any) -> Any:
        return np.asarray(claims) - equal_awards(float(np.sum(claims)) - estate)(claims)

    return awards


def test_bankruptcy_rules_of_the_talmud() -> None:
    """De Frutos 1999 (Games Econ. Behav. 26:255) and Ju 2003: equal awards cannot be manipulated by
    merging claims, equal losses not by splitting them, only the proportional rule by neither.
    Claims 100, 200, 300 and estate 200 are the Talmud's (Aumann, Maschler 1985, table I)."""
    claims = [100.0, 200.0, 300.0]
    np.testing.assert_allclose(equal_awards(200)(claims), [200 / 3] * 3)
    np.testing.assert_allclose(equal_losses(200)(claims), [0, 50, 150], atol=1e-9)
    assert split_profit(equal_awards(200), claims, 2, 2) == pytest.approx(100 - 200 / 3)
    assert merge_profit(equal_losses(200), claims, [0, 1]) == pytest.approx(100 - 50)
    awards = SplittingGame(rule=equal_awards(200), gains=claims, most_parts=3, units=6).report()
    losses = SplittingGame(rule=equal_losses(200), gains=claims, most_parts=3, units=6).report()
    assert awards.split_proof is False
    assert losses.merge_proof is False
    assert awards.merge_profit <= 1e-9
    assert losses.split_profit <= 1e-9

    def proportional(path: Any) -> Any:
        return 200 * np.asarray(path) / np.sum(path)

    found = SplittingGame(rule=proportional, gains=claims, most_parts=3, units=6).report()
    assert abs(found.split_profit) < 1e-9
    assert abs(found.merge_profit) < 1e-9


def almost_uniform(beta: float, height: int) -> Any:
    """Babaioff, Dobzinski, Oren, Zohar 2012 (EC): on a chain of h <= H nodes the last, which found
    the answer, gets 1 + beta (H - h + 1), each node before it beta."""

    def rewards(chain: Any) -> Any:
        length = len(chain)
        if length > height:
            return np.zeros(length)
        return np.array([*[beta] * (length - 1), 1 + beta * (height - length + 1)])

    return rewards


@pytest.mark.parametrize("length", [1, 2, 5])
def test_almost_uniform_scheme_of_red_balloons(length: int) -> None:
    scheme = almost_uniform(0.25, height=8)
    chain = np.ones(length)
    assert scheme(chain).sum() == pytest.approx(1 + 8 * 0.25)  # their budget, at every length
    for copies in range(1, 9 - length):  # the finder cannot gain by duplicating itself
        assert split_profit(scheme, chain, length - 1, copies + 1) == pytest.approx(0, abs=1e-12)
    if length > 1:  # a relay node can, by beta per copy; their protocol stops it by other means
        assert split_profit(scheme, chain, 0, 2) == pytest.approx(0.25)


def banzhaf(curve: Any) -> Any:
    """Banzhaf value of a climb: the mean marginal rise over all sets of other legs."""

    def values(gains: Any) -> Any:
        levels = curve.quality_start + np.concatenate([[0.0], np.cumsum(gains)])
        efforts = np.diff(curve.effort(levels))
        out = []
        for i in range(len(efforts)):
            others = np.delete(efforts, i)
            sums = [math.fsum(s) for r in range(len(others) + 1)
                    for s in itertools.combinations(others, r)]  # fmt: skip
            out.append(np.mean(curve.quality(np.array(sums) + efforts[i]) - curve.quality(sums)))
        return np.array(out)

    return values


@pytest.mark.parametrize("curve", [ExponentialCurve(0.0, 1.0, 3.0), HillCurve(0.0, 1.0, 4.0, 2.0)])
def test_banzhaf_is_neutral_in_pairs_and_shapley_is_not(curve: Any) -> None:
    """Lehrer 1988 (Int. J. Game Theory 17): two players who merge get the sum of their Banzhaf
    values; Haller 1994: under the Shapley value they need not."""
    gains = curve.gains(3)
    assert split_profit(banzhaf(curve), gains, 1, [0.4, 0.6]) == pytest.approx(0, abs=1e-12)
    assert merge_profit(banzhaf(curve), gains, [0, 1]) == pytest.approx(0, abs=1e-12)
    assert abs(split_profit(ShapleyShare(curve=curve), gains, 1, [0.4, 0.6])) > 1e-5


USUAL = (ExponentialCurve(0.0, 1.0, 3.0), PowerCurve(0.0, 1.0, 2.0, 0.7))


@pytest.mark.parametrize("curve", USUAL, ids=["exponential", "power"])
def test_splitting_pays_under_the_shapley_value_of_usual_curves(curve: Any) -> None:
    game = SplittingGame(rule=ShapleyShare(curve=curve), gains=curve.gains(3), most_parts=3,
                         units=4)  # fmt: skip
    found = game.report()
    assert found.verdict == "merge-proof"
    assert found.split_profit > 1e-3
    assert found.merge_profit == pytest.approx(0, abs=1e-12)  # all in one; any other merge loses
    for block in ([0, 1], [1, 2], [1, 2, 3]):
        assert merge_profit(game.rule, curve.gains(4), block) < -1e-3


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: split_profit("equal", [1, 1], 0, 2), "rule"),
        (lambda: split_profit(EqualShare, [1, 1], 0, 2), "rule"),
        (lambda: split_profit(EqualShare(), [], 0, 2), "gains"),
        (lambda: split_profit(EqualShare(), [1, math.nan], 0, 2), "gains"),
        (lambda: split_profit(EqualShare(), [1, 1], 2, 2), "leg"),
        (lambda: split_profit(EqualShare(), [1, 1], -1, 2), "leg"),
        (lambda: split_profit(EqualShare(), [1, 1], 0, 0), "parts"),
        (lambda: split_profit(EqualShare(), [1, 1], 0, 2.5), "parts"),
        (lambda: split_profit(EqualShare(), [1, 1], 0, True), "parts"),
        (lambda: split_profit(EqualShare(), [1, 1], 0, [0.5, 0.6]), "parts"),
        (lambda: split_profit(EqualShare(), [1, 1], 0, [1.0, [2.0]]), "parts"),
        (lambda: split_profit(EqualShare(), [1, 1], 0, 2, fee=-1), "fee"),
        (lambda: split_profit(lambda g: [1.0], [1, 1], 0, 2), "payments of the rule"),
        (lambda: split_profit(lambda g: g * math.nan, [1, 1], 0, 2), "payments of the rule"),
        (lambda: merge_profit(EqualShare(), [1, 1], [0]), "legs"),
        (lambda: merge_profit(EqualShare(), [1, 1], [0, 0]), "legs"),
        (lambda: merge_profit(EqualShare(), [1, 1], [0, 2]), "legs"),
        (lambda: SplittingGame(rule=None, gains=[1.0]), "rule"),
        (lambda: SplittingGame(rule=EqualShare(), gains=[]), "gains"),
        (lambda: SplittingGame(rule=EqualShare(), gains=[1.0], fee=-1), "fee"),
        (lambda: SplittingGame(rule=EqualShare(), gains=[1.0], most_parts=1), "most_parts"),
        (lambda: SplittingGame(rule=EqualShare(), gains=[1.0], units=100), "units"),
        (lambda: SplittingGame(rule=EqualShare(), gains=[1.0], deepest_dip=-1), "deepest_dip"),
        (lambda: claim_of(ShapleyShare(value=len)), "part of a leg"),
        (lambda: telescoping_defect(lambda a, b: b - a, [0, 1]), "levels"),
        (lambda: telescoping_defect(lambda a, b: b - a, [0, 2, 1]), "levels"),
        (lambda: telescoping_defect(3, [0, 1, 2]), "function"),
        (lambda: telescoping_defect(lambda a, b: math.inf, [0, 1, 2]), "function"),
    ],
)
def test_refusals(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()


def test_arguments_are_not_modified() -> None:
    gains, parts = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5])
    split_profit(PowerShare(2), gains, 1, parts)
    merge_profit(PowerShare(2), gains, [0, 1])
    game = SplittingGame(rule=PowerShare(2), gains=gains)
    game.report()
    assert gains.tolist() == [1, 2, 3]
    assert parts.tolist() == [0.5, 0.5]
    gains[0] = 9.0
    assert np.asarray(game.gains)[0] == 1
