"""Racing for the baton on an S-shaped curve: several equilibria, or none; all of them are found."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from derelayl_econ.equilibrium.enclosure import bounds
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.formula import Formula
from derelayl_econ.games import contest_multiple
from derelayl_econ.games.contest import EffortContest
from derelayl_econ.games.contest_multiple import all_totals
from derelayl_econ.games.contest_results import measured
from derelayl_econ.games.contest_terms import ContestTerms
from derelayl_econ.notation import symbol
from derelayl_econ.quality import HillCurve, LearningCurve, LogisticWalk, PowerCurve
from derelayl_econ.results import Coverage, Status

Array = npt.NDArray[np.float64]

SEEDS = [0, np.random.SeedSequence().entropy]
TRAP = EffortContest(1, [1, 1], 12, HillCurve(0, 1, effort_scale=10, steepness=4))


def random_contest(rng: np.random.Generator) -> EffortContest:
    curve: LearningCurve
    if rng.random() < 0.7:
        curve = HillCurve(0, 1, effort_scale=10, steepness=rng.uniform(1.1, 9))
    else:
        curve = LogisticWalk(rng.uniform(0.01, 0.45), 1, step=rng.uniform(0.05, 1))
    n = int(rng.integers(2, 7))
    values = np.exp(rng.uniform(0, 3.5)) * np.exp(rng.normal(0, rng.choice([0, 0.2]), n))
    return EffortContest(np.exp(rng.uniform(-2, 3)), np.exp(rng.normal(0, 0.1, n)), values, curve)


def terms_of(contest: EffortContest) -> ContestTerms:
    assert contest.values is not None
    return ContestTerms(contest.prize, contest.costs, contest.values, contest.curve)


def crossings(contest: EffortContest, low: float, high: float, points: int = 20_000) -> Array:
    """Totals on a grid at which the sum of shares, added up from the prose, crosses 1."""
    assert contest.values is not None
    assert contest.curve is not None
    totals = np.geomspace(low, high, points)
    slopes = contest.curve.marginal(totals)
    shares = np.zeros_like(totals)
    for cost, value in zip(contest.costs, contest.values, strict=True):
        shares += np.maximum(0, 1 - (cost - value * slopes) * totals / contest.prize)
    above = shares > 1
    return totals[:-1][above[1:] != above[:-1]]


def best_gain(contest: EffortContest, efforts: Array, tries: Array) -> float:
    """The most that anybody gains by one of the efforts tried, from the prose."""
    assert contest.values is not None
    assert contest.curve is not None
    best = 0.0
    for own, cost, value in zip(efforts, contest.costs, contest.values, strict=True):
        others = float(efforts.sum() - own)
        mine = np.append(tries, own)
        total = mine + others
        prize = contest.prize * np.divide(mine, total, out=np.zeros_like(mine), where=total > 0)
        payoffs = prize + value * contest.curve.quality(total) - cost * mine
        best = max(best, float(payoffs[:-1].max() - payoffs[-1]))
    return best


TRIES = np.concatenate([[0.0], np.geomspace(1e-7, 1e3, 6000)])


def test_one_curve_two_equilibria() -> None:
    # The counterexample to uniqueness: a trap at little effort beside the way out of it.
    found = TRAP.equilibria()
    assert (len(found), found.coverage, found.status) == (2, Coverage.ALL, Status.SOLVED)
    trap, out = found
    assert trap.total < 1 < 10 < out.total
    assert (out.payoff > trap.payoff).all()
    for equilibrium in found:
        u = equilibrium.total / 10  # R/(2 E) + v Q'(E) = kappa, Q' of the Hill curve by hand
        slope = 4 * u**3 / (10 * (1 + u**4) ** 2)
        assert 1 / (2 * equilibrium.total) + 12 * slope == pytest.approx(1, rel=1e-12)
        assert equilibrium.regret < 1e-12
        assert best_gain(TRAP, equilibrium.strategy, TRIES) < 1e-9
        assert equilibrium.strategy == pytest.approx(
            TRAP.best_responses(equilibrium.strategy[::-1])
        )
    assert "3 first-order totals" in found.method
    with pytest.raises(SolverError, match="not exactly one") as caught:
        TRAP.equilibrium()
    assert len(caught.value.partial) == 2


def test_the_first_order_total_between_the_two_is_none() -> None:
    middle = all_totals(terms_of(TRAP)).roots[1]
    between = measured(terms_of(TRAP), middle.efforts)
    assert between.regret > 0.5
    assert best_gain(TRAP, middle.efforts, TRIES) == pytest.approx(between.regret, abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_total_is_missed_and_regrets_are_the_largest_gains(seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = set()
    for _ in range(60):
        contest = random_contest(rng)
        totals = all_totals(terms_of(contest))
        assert totals.complete
        places = [root.total for root in totals.roots]
        seen = crossings(contest, contest.prize / 10 / contest.costs.sum(), 1.01 * places[-1])
        assert len(seen) <= len(places)  # a grid may step over two crossings, never find too many
        for place in seen:
            assert min(abs(np.log(place / other)) for other in places) < 0.01
        found = contest.equilibria()
        numbers.add((len(places), len(found)))
        kept = [equilibrium.total for equilibrium in found]
        for root in totals.roots:
            profile = measured(terms_of(contest), root.efforts)
            gain = best_gain(contest, root.efforts, TRIES)
            assert gain <= profile.regret + 1e-9
            assert profile.regret <= 1.01 * gain + 1e-3
            assert (profile.total in kept) == (profile.regret < 1e-7)
    assert {(1, 1), (3, 1)} <= numbers


def test_there_may_be_no_pure_equilibrium() -> None:
    rng = np.random.default_rng(0)
    contests = (random_contest(rng) for _ in range(400))
    empty = next(contest for contest in contests if not contest.equilibria())
    found = empty.equilibria()
    assert (len(found), found.coverage) == (0, Coverage.ALL)
    for root in all_totals(terms_of(empty)).roots:  # each is left by somebody, and for good
        assert best_gain(empty, root.efforts, TRIES) > 1e-4
    with pytest.raises(SolverError, match="0 equilibria"):
        empty.equilibrium()


def test_hardly_s_shaped_is_nearly_concave() -> None:
    concave = EffortContest(2, [1, 2], [3, 1], HillCurve(0, 1, effort_scale=3, steepness=1.0))
    bent = EffortContest(2, [1, 2], [3, 1], HillCurve(0, 1, effort_scale=3, steepness=1.0001))
    assert bent.equilibrium().strategy == pytest.approx(concave.equilibrium().strategy, rel=1e-3)


def test_a_total_beyond_the_inflection_from_the_start() -> None:
    # The prize alone brings the total past the inflection: one equilibrium.
    rich = EffortContest(100, [1, 1], 5, HillCurve(0, 1, effort_scale=10, steepness=4))
    only = rich.equilibrium()
    assert only.total > HillCurve(0, 1, effort_scale=10, steepness=4).inflection
    assert best_gain(rich, only.strategy, TRIES) < 1e-7


def test_one_alone_carries_the_relay_out_of_the_trap() -> None:
    curve = HillCurve(0, 1, effort_scale=10, steepness=4)
    contest = EffortContest(0.001, [1, 3, 3], [30, 1, 1], curve)
    alone = [e for e in contest.equilibria() if e.active.tolist() == [True, False, False]]
    assert len(alone) == 1
    assert float(curve.marginal(alone[0].total)) == pytest.approx(1 / 30)
    assert best_gain(contest, alone[0].strategy, TRIES) < 1e-9
    # Alone on the flat start of the curve there is nothing worth approaching but zero.
    with pytest.raises(InputError, match="others"):
        EffortContest(1, [1, 1], 2, curve).best_responses([0.0, 1.0])


@pytest.mark.parametrize("unit", [1e-9, 1e6])
def test_units_change_nothing(unit: float) -> None:
    curve = HillCurve(0, 1, effort_scale=10 * unit, steepness=4)
    money = EffortContest(unit, [unit, unit], 12 * unit, TRAP.curve).equilibria()
    effort = EffortContest(1, [1 / unit, 1 / unit], 12, curve).equilibria()
    for e, m, x in zip(TRAP.equilibria(), money, effort, strict=True):
        assert m.strategy == pytest.approx(e.strategy)
        assert m.payoff == pytest.approx(unit * e.payoff)
        assert x.strategy == pytest.approx(unit * e.strategy)


def test_what_cannot_be_told_apart_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    # With pieces that may not be halved far enough no piece is known to hold one root at most.
    monkeypatch.setattr(contest_multiple, "_NARROWEST", 2.0)
    found = TRAP.equilibria()
    assert (found.coverage, found.status) == (Coverage.SOME, Status.UNRESOLVED)


def test_participants_without_a_stake_in_quality_race_along() -> None:
    curve = HillCurve(0, 1, effort_scale=10, steepness=4)
    contest = EffortContest(1, [1, 1, 0.8], [12, 12, 0], curve)
    found = contest.equilibria()
    assert len(found) >= 1
    for equilibrium in found:
        assert best_gain(contest, equilibrium.strategy, TRIES) < 1e-9


# ------------------------------------------------------------------------------------- enclosures


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_hold_everywhere_on_the_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    curves: list[LearningCurve] = [
        HillCurve(0.1, 1, effort_scale=7, steepness=2.5),
        LogisticWalk(0.2, 1.5, step=0.3),
        PowerCurve(0, 1, effort_scale=3, exponent=0.7),
    ]
    for curve in curves:
        marginal = curve.formulas().marginal
        for formula in (marginal, marginal.diff("effort")):
            known = {k: v for k, v in asdict(curve).items() if k in formula.arguments}
            for _ in range(20):
                a = float(rng.uniform(0.5, 30))
                b = a + float(rng.exponential(rng.choice([1e-6, 0.01, 0.5])))
                low, high = bounds(formula, effort=(a, b), **known)
                inside = formula(effort=np.linspace(a, b, 50), **known)
                assert low <= inside.min() <= inside.max() <= high
                if b - a < 1e-6:
                    assert high - low < 1e-4


def test_bounds_do_not_round_fractions() -> None:
    third = Formula("a third of e", symbol("effort") / 3, "test")
    low, high = bounds(third, effort=1.0)
    assert low <= 1 / 3 <= high
    assert 3 * low < 1 < 3 * np.nextafter(high, 1)
    assert 0 < high - low < 1e-14


def test_bounds_where_the_formula_is_not_defined_are_infinite() -> None:
    inverse = Formula("one over e", 1 / symbol("effort"), "test")
    assert bounds(inverse, effort=(-1.0, 1.0)) == (-np.inf, np.inf)


def test_bounds_refuse_constants_that_are_rounded_already() -> None:
    rounded: Any = Formula("a float", 0.1 * symbol("effort"), "test")
    with pytest.raises(InputError, match="no constants but rational ones"):
        bounds(rounded, effort=1.0)
