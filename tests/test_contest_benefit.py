"""Racing for the baton with a public benefit: concave, where there is one equilibrium, and none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.games.contest import EffortContest
from derelayl_econ.games.contest_results import ContestEquilibrium
from derelayl_econ.games.contest_terms import all_but_one
from derelayl_econ.games.effort_at_slope import effort_at_slope
from derelayl_econ.games.public_benefit import ConcaveBenefit, PublicBenefit, inflection
from derelayl_econ.quality import ExponentialCurve, HillCurve, LogisticWalk, PowerCurve
from derelayl_econ.results import Coverage

Array = npt.NDArray[np.float64]

SEEDS = [0, np.random.SeedSequence().entropy]
LOG = ConcaveBenefit(np.log1p, lambda effort: 1 / (1 + effort))
SQUARE_ROOT = ConcaveBenefit(np.sqrt, lambda effort: 0.5 / np.sqrt(effort))  # Q'(0) is infinite
CONCAVE: dict[str, PublicBenefit] = {
    "exponential": ExponentialCurve(0.1, 0.9, effort_scale=5),
    "power": PowerCurve(0, 1, effort_scale=3, exponent=0.5),
    "Hill": HillCurve(0, 1, effort_scale=5, steepness=0.8),
    "logarithm": LOG,
    "square root": SQUARE_ROOT,
    "LogCurve": LogCurve(height=2, effort_scale=3),
    "RootCurve": RootCurve(exponent=0.3),
}


@st.composite
def contests(draw: Any) -> EffortContest:
    size = draw(st.integers(2, 6))
    positive = st.floats(0.1, 10)
    costs = draw(st.lists(positive, min_size=size, max_size=size))
    values = draw(st.lists(positive | st.just(0.0), min_size=size, max_size=size))
    curve = CONCAVE[draw(st.sampled_from(sorted(CONCAVE)))]
    return EffortContest(draw(st.floats(0.01, 20)), costs, values, curve)


def prose_payoff(contest: EffortContest, efforts: Any, player: int) -> float:
    """One participant's payoff from the words of the game."""
    total = math.fsum(efforts)
    prize = contest.prize * efforts[player] / total if total > 0 else 0.0
    assert contest.values is not None
    assert contest.curve is not None
    benefit = contest.values[player] * float(contest.curve.quality(total))
    return float(prize + benefit - contest.costs[player] * efforts[player])


def largest_gain(contest: EffortContest, efforts: Array, tries: Array) -> float:
    """The most that anybody gains by one of the efforts tried."""
    best = 0.0
    for player in range(contest.participants):
        before = prose_payoff(contest, efforts, player)
        for effort in tries:
            changed = [*efforts]
            changed[player] = float(effort)
            best = max(best, prose_payoff(contest, changed, player) - before)
    return best


def scale_of(contest: EffortContest, found: ContestEquilibrium) -> float:
    assert contest.values is not None
    assert contest.curve is not None
    quality = abs(float(contest.curve.quality(found.total)))
    return contest.prize + float(contest.values.max()) * quality + found.spending


# --------------------------------------------------------------------------------------- concave


@given(contests())
def test_nobody_gains_by_another_effort(contest: EffortContest) -> None:
    found = contest.equilibrium()
    scale = scale_of(contest, found)
    assert 0 <= found.regret <= 1e-12 * scale
    tries = np.concatenate([[0.0], found.total * np.geomspace(1e-6, 30, 60)])
    assert largest_gain(contest, found.strategy, tries) <= 1e-12 * scale
    assert found.strategy.sum() == pytest.approx(found.total)
    expected = [prose_payoff(contest, found.strategy, i) for i in range(contest.participants)]
    assert found.payoff == pytest.approx(expected, abs=1e-12 * scale)


@given(contests())
def test_no_other_total_has_shares_that_add_up_to_one(contest: EffortContest) -> None:
    assert contest.values is not None
    assert contest.curve is not None
    found = contest.equilibrium()
    assert contest.equilibria().coverage == Coverage.ALL
    signs = []
    for total in found.total * np.concatenate([np.geomspace(1e-3, 0.999, 200),
                                               np.geomspace(1.001, 1e3, 200)]):  # fmt: skip
        slope = float(contest.curve.marginal(total))
        shares = 0.0
        for cost, value in zip(contest.costs, contest.values, strict=True):
            shares += max(0.0, 1 - (cost - value * slope) * total / contest.prize)
        signs.append(shares > 1)
    assert signs == [True] * 200 + [False] * 200


@given(contests(), st.sampled_from([1e-12, 0.25, 7.0, 1e12]))
def test_units_of_money(contest: EffortContest, unit: float) -> None:
    assert contest.values is not None
    found = contest.equilibrium()
    same = EffortContest(contest.prize * unit, contest.costs * unit, contest.values * unit,
                         contest.curve).equilibrium()  # fmt: skip
    assert same.strategy == pytest.approx(found.strategy, abs=1e-10 * found.total)
    assert same.payoff == pytest.approx(unit * found.payoff, rel=1e-9,
                                        abs=1e-11 * unit * scale_of(contest, found))  # fmt: skip


@given(contests(), st.randoms(use_true_random=False))
def test_new_names_for_the_participants_change_names_only(contest: EffortContest, rng: Any) -> None:
    assert contest.values is not None
    order = list(range(contest.participants))
    rng.shuffle(order)
    found = contest.equilibrium()
    renamed = EffortContest(contest.prize, contest.costs[order], contest.values[order],
                            contest.curve).equilibrium()  # fmt: skip
    assert renamed.strategy == pytest.approx(found.strategy[order], abs=1e-10 * found.total)


@given(contests())
def test_a_benefit_adds_effort(contest: EffortContest) -> None:
    with_benefit = contest.equilibrium()
    without = EffortContest(contest.prize, contest.costs).equilibrium()
    assert with_benefit.total >= without.total * (1 - 1e-12)
    assert contest.values is not None
    assert contest.curve is not None
    for cost, value in zip(contest.costs, contest.values, strict=True):
        if value > 0:
            assert with_benefit.certificate is None
            alone = effort_at_slope(contest.curve, cost / value)
            assert with_benefit.total >= alone * (1 - 1e-12)


def test_values_of_zero_are_no_benefit() -> None:
    plain = EffortContest(6, [1, 2, 4])
    for curve in (LOG, HillCurve(0, 1, effort_scale=5, steepness=3)):
        same = EffortContest(6, [1, 2, 4], values=0, curve=curve).equilibrium()
        assert same.strategy.tolist() == plain.equilibrium().strategy.tolist()
        assert same.certificate is not None


@pytest.mark.parametrize("name", CONCAVE)
def test_one_alone_is_active_if_the_others_are_too_dear(name: str) -> None:
    # Alone, the first stops where v Q' = kappa; the others stay out if R <= (kappa_j - v_j Q') E.
    curve = CONCAVE[name]
    total = effort_at_slope(curve, 0.1)
    contest = EffortContest(0.01, [0.5, 2, 3], [5, 1, 0], curve)
    assert (2 - 1 * 0.1) * total > 0.01
    found = contest.equilibrium()
    assert found.active.tolist() == [True, False, False]
    assert found.total == pytest.approx(total)
    assert found.regret <= 1e-13
    joined = EffortContest(1.01 * (2 - 0.1) * total, [0.5, 2, 3], [5, 1, 0], curve).equilibrium()
    assert joined.active[:2].tolist() == [True, True]


@pytest.mark.parametrize("prize", [1e-3, 1e-9, 1e-15, 1e-30, 1e-60])
def test_shares_keep_their_digits_where_the_prize_is_next_to_nothing(prize: float) -> None:
    for costs, values in (([1, 1], [5, 5]), ([1, 1.0000001], [5, 5]), ([1, 1, 1], [5, 5, 4])):
        found = EffortContest(prize, costs, values, LOG).equilibrium()
        assert found.shares.sum() == pytest.approx(1)
        assert found.total == pytest.approx(4, rel=prize / 4 + 1e-7)  # 5/(1 + E) = 1
        assert found.regret < 1e-14
    equal = EffortContest(prize, [1, 1], [5, 5], LOG).equilibrium()
    assert equal.shares == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("seed", SEEDS)
def test_players_who_answer_in_turn_end_in_the_equilibrium(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for curve in CONCAVE.values():
        n, prize = int(rng.integers(2, 4)), float(rng.uniform(1, 5))
        contest = EffortContest(prize, rng.uniform(1, 2, n), rng.uniform(0, 2, n), curve)
        efforts = rng.uniform(0.01, prize / 20, n)
        for _round in range(25):
            for player in range(n):
                efforts[player] = contest.best_responses(all_but_one(efforts))[player]
        assert efforts == pytest.approx(contest.equilibrium().strategy, abs=1e-7 * prize)


def test_a_best_response_to_nobody_exists_if_the_own_benefit_pays() -> None:
    contest = EffortContest(1, [1, 4], [5, 1], LOG)
    assert contest.best_responses([0.0, 1.0])[0] == pytest.approx(4)  # 5/(1 + e) = 1
    with pytest.raises(InputError, match="others"):
        contest.best_responses([1.0, 0.0])
    assert contest.regrets([0, 0]) == pytest.approx([1 + 5 * math.log(5) - 4, 1])
    steep = EffortContest(1, [1, 1], [5, 1], SQUARE_ROOT)
    assert steep.best_responses([0.0, 0.0]) == pytest.approx([6.25, 0.25])


def test_effort_that_pays_for_ever_is_refused() -> None:
    linear = ConcaveBenefit(lambda effort: 2 * effort, lambda effort: np.full_like(effort, 2.0))
    assert EffortContest(1, [1, 1], 0.25, linear).equilibrium().total == pytest.approx(1)
    with pytest.raises(InputError, match="Somebody would never stop"):
        EffortContest(1, [1, 1], 0.75, linear).equilibrium()


# ----------------------------------------------------------------------------------- without prize


def test_without_prize_the_keenest_provides_alone() -> None:
    found = EffortContest(0, [2, 1, 1], [8, 5, 3], LOG).equilibrium()  # kappa/v: 1/4, 1/5, 1/3
    assert found.strategy == pytest.approx([0, 4, 0])
    assert found.regret < 1e-14
    assert found.dissipation == math.inf
    nobody = EffortContest(0, [2, 1], [1, 0.5], LOG).equilibrium()  # not even the first unit pays
    assert nobody.strategy.tolist() == [0, 0]
    assert nobody.dissipation == 0


def test_without_prize_equally_keen_ones_provide_in_any_division() -> None:
    contest = EffortContest(0, [1, 2, 1], [5, 10, 3], LOG)
    found = contest.equilibria()
    assert found.coverage == Coverage.SOME
    assert found[0].strategy == pytest.approx([2, 2, 0])
    assert found.regret < 1e-14
    assert contest.regrets([3.5, 0.5, 0]).max() < 1e-14  # another one
    with pytest.raises(SolverError, match="not exactly one") as caught:
        contest.equilibrium()
    assert caught.value.partial[0].total == pytest.approx(4)


def test_a_vanishing_prize_leads_to_the_case_without() -> None:
    for prize in (1e-6, 1e-9):
        found = EffortContest(prize, [2, 1, 1], [8, 5, 3], LOG).equilibrium()
        assert found.strategy == pytest.approx([0, 4, 0], abs=10 * prize)


# ------------------------------------------------------------------------------- at scale, one run


@pytest.mark.parametrize("seed", SEEDS)
def test_two_hundred_thousand_participants(seed: int) -> None:
    rng = np.random.default_rng(seed)
    costs, values = rng.uniform(1, 2, 200_000), rng.uniform(0, 2, 200_000)
    curve = PowerCurve(0, 1, effort_scale=10, exponent=0.5)
    found = EffortContest(100, costs, values, curve).equilibrium()
    slope = float(curve.marginal(found.total))
    shares = np.maximum(0, 1 - (costs - values * slope) * found.total / 100)
    assert shares.sum() == pytest.approx(1, abs=1e-9)
    assert found.shares == pytest.approx(shares, abs=1e-12)
    assert found.regret < 1e-12


# ----------------------------------------------------------------------------------- benefits


@given(st.floats(1e-3, 1e3), st.sampled_from(sorted(CONCAVE)))
def test_the_effort_at_a_slope(slope: float, name: str) -> None:
    curve = CONCAVE[name]
    effort = effort_at_slope(curve, slope)
    assert inflection(curve) == 0
    if effort > 0:
        assert float(curve.marginal(effort)) == pytest.approx(slope, rel=1e-9)
    else:
        assert float(curve.marginal(1e-200)) <= slope


@given(st.floats(0.01, 0.9), st.floats(1.2, 6))
def test_the_effort_at_a_slope_of_an_s_shape_is_the_later_one(share: float, steep: float) -> None:
    curve = HillCurve(0, 1, effort_scale=10, steepness=steep)
    top = float(curve.marginal(curve.inflection))
    effort = effort_at_slope(curve, share * top)
    assert effort > curve.inflection
    assert float(curve.marginal(effort)) == pytest.approx(share * top, rel=1e-9)
    assert effort_at_slope(curve, 1.001 * top) == 0


@pytest.mark.parametrize(
    ("quality", "marginal", "message"),
    [
        (np.exp, np.exp, "be finite for E > 0"),
        (np.sqrt, np.sqrt, "fall"),
        (np.log1p, lambda e: -1 / (1 + e), "fall"),
        (np.log1p, lambda e: 3 / (1 + e), "be a concave function and its derivative"),
        (lambda e: e**2, lambda e: 1 / (1 + e), "be a concave function and its derivative"),
        (np.log1p, lambda e: 1.0, "in the shape of effort"),
        (np.log1p, lambda e: e * math.nan, "marginal_of"),
        (None, np.log1p, "quality_of must be a function"),
        (np.log1p, 3, "marginal_of must be a function"),
    ],
)
def test_what_is_not_a_concave_benefit_is_refused(
    quality: Any, marginal: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        ConcaveBenefit(quality, marginal)


@pytest.mark.parametrize(
    ("values", "curve", "message"),
    [
        (1, None, "values and curve"),
        (None, LOG, "values and curve"),
        (1, "Hill", "curve must be a learning curve or a ConcaveBenefit"),
        (1, np.log1p, "curve must be a learning curve or a ConcaveBenefit"),
        ([1, 2, 3], LOG, "values must have the shape"),
        ([1, -1], LOG, "every entry of values"),
        ([1, math.nan], LOG, "every entry of values"),
        ([1, 1e-100], LOG, "every entry of values must be 0 or at least 1e-60"),
        ([[1, 1]], LOG, "values"),
        ("ab", LOG, "values"),
    ],
)
def test_bad_arguments_are_named(values: Any, curve: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        EffortContest(1, [1, 2], values, curve)


def test_an_s_shape_without_prize_is_refused() -> None:
    with pytest.raises(InputError, match="prize must be positive where the curve is S-shaped"):
        EffortContest(0, [1, 1], 5, LogisticWalk(0.1, 1, step=0.2))


def test_units_of_effort() -> None:
    usual = EffortContest(1, [1, 2], [3, 1], ExponentialCurve(0, 1, effort_scale=5)).equilibrium()
    for unit in (1e-9, 1e9):
        curve = ExponentialCurve(0, 1, effort_scale=5 * unit)
        found = EffortContest(1, np.array([1, 2]) / unit, [3, 1], curve).equilibrium()
        assert found.strategy == pytest.approx(usual.strategy * unit)
