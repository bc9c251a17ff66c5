"""Racing for the baton without public benefit: closed forms, uniqueness, certificates, attacks."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.contest import EffortContest
from derelayl_econ.games.contest_certificate import ContestCertificate
from derelayl_econ.games.contest_formulas import (
    BEST_RESPONSE,
    CONTEST_PAYOFF,
    CONTEST_SHARE,
    CONTEST_SLOPE,
    CONTEST_TOTAL,
    SYMMETRIC_DISSIPATION,
)
from derelayl_econ.games.contest_terms import all_but_one
from derelayl_econ.notation import symbol
from derelayl_econ.results import Certificate, Coverage

F = Fraction
SEEDS = [0, np.random.SeedSequence().entropy]

# Multiples of 1/8: sums and differences are exact, so that knife edges occur and are met.
eighths = st.integers(1, 80).map(lambda n: n / 8)
cost_lists = st.lists(eighths, min_size=2, max_size=7)
prizes = st.integers(1, 400).map(lambda n: n / 4)


def prose_payoffs(prize: Any, costs: Any, efforts: Any) -> list[Any]:
    """Everybody's payoff from the words of the game, one participant at a time."""
    total = sum(efforts)
    return [
        (prize * effort / total if total > 0 else 0) - cost * effort
        for cost, effort in zip(costs, efforts, strict=True)
    ]


def prose_equilibria(prize: F, costs: list[F]) -> list[list[F]]:
    """Try every set of active participants; keep those that nobody wants to leave or join.

    Against T > 0 the payoff R e/(e + T) - kappa e rises at e iff R T > kappa (e + T)^2.
    """
    found = []
    everybody = range(len(costs))
    for size in range(2, len(costs) + 1):
        for some in combinations(everybody, size):
            total = prize * (size - 1) / sum(costs[i] for i in some)
            efforts = [
                total - costs[i] * total**2 / prize if i in some else F(0) for i in everybody
            ]
            inside = all(efforts[i] > 0 for i in some)
            outside = all(prize <= costs[i] * total for i in everybody if i not in some)
            if inside and outside:
                found.append(efforts)
    return found


# ------------------------------------------------------------------------------------- formulas


def test_the_slope_is_the_derivative_of_the_payoff() -> None:
    own, others, quality = symbol("own_effort"), symbol("others_effort"), sp.Function("q")
    payoff = CONTEST_PAYOFF.expression.subs(symbol("quality"), quality(own + others))
    slope = CONTEST_SLOPE.expression.subs(symbol("effort"), own + others)
    gain = sp.diff(payoff, own).doit()
    derivative = next(iter(gain.atoms(sp.Subs, sp.Derivative)))
    assert sp.simplify(gain.subs(derivative, symbol("marginal_quality")) - slope) == 0


def test_the_share_is_where_the_slope_vanishes() -> None:
    prize, cost, total = sp.symbols("R kappa E", positive=True)
    value, marginal = symbol("value"), symbol("marginal_quality")
    names = {symbol("prize"): prize, symbol("unit_cost"): cost, symbol("effort"): total}
    share = CONTEST_SHARE.expression.subs(names).args[1]  # the argument of the maximum with 0
    slope = CONTEST_SLOPE.expression.subs(names)
    at_share = slope.subs(symbol("others_effort"), total * (1 - share))
    assert sp.simplify(at_share) == 0
    assert share.has(value)
    assert share.has(marginal)


def test_the_best_response_is_where_the_slope_vanishes() -> None:
    prize, cost, others = sp.symbols("R kappa T", positive=True)
    names = {symbol("prize"): prize, symbol("unit_cost"): cost, symbol("others_effort"): others}
    best = BEST_RESPONSE.expression.subs(names).args[1]
    slope = CONTEST_SLOPE.expression.subs(names | {symbol("value"): 0})
    assert sp.simplify(slope.subs(symbol("effort"), best + others)) == 0


def test_the_total_makes_the_shares_of_the_active_add_up_to_one() -> None:
    prize, costs = sp.Symbol("R", positive=True), sp.symbols("k1:5", positive=True)
    total = CONTEST_TOTAL.expression.subs(
        {symbol("prize"): prize, symbol("active"): 4, symbol("cost_sum"): sum(costs)}
    )
    shares = [1 - cost * total / prize for cost in costs]
    assert sp.simplify(sum(shares) - 1) == 0


# -------------------------------------------------------------------- the equilibrium, and that it
#                                                                       is the only one


@given(prizes, cost_lists)
def test_there_is_exactly_one_equilibrium_and_it_is_found(prize: float, costs: list[float]) -> None:
    exact = prose_equilibria(F(prize), [F(cost) for cost in costs])
    assert len(exact) == 1
    found = EffortContest(prize, costs).equilibrium()
    assert found.strategy == pytest.approx([float(e) for e in exact[0]], rel=1e-13, abs=1e-300)
    assert found.active.tolist() == [e > 0 for e in exact[0]]
    assert found.total == pytest.approx(float(sum(exact[0])), rel=1e-14)
    payoffs = prose_payoffs(F(prize), [F(cost) for cost in costs], exact[0])
    assert found.payoff == pytest.approx([float(u) for u in payoffs], rel=1e-12, abs=1e-14 * prize)


@given(prizes, cost_lists)
def test_payoffs_are_squared_shares_and_dissipation_is_bounded(
    prize: float, costs: list[float]
) -> None:
    found = EffortContest(prize, costs).equilibrium()
    assert found.shares.sum() == pytest.approx(1)
    assert found.payoff == pytest.approx(prize * found.shares**2, abs=1e-13 * prize)
    assert found.dissipation == pytest.approx(1 - (found.shares**2).sum(), abs=1e-13)
    m, n = int(found.active.sum()), len(costs)
    equals = float(SYMMETRIC_DISSIPATION(participants=n))
    assert found.dissipation <= (m - 1) / m + 1e-14 <= equals + 2e-14
    if len(set(costs)) > 1:
        assert found.dissipation < equals
    else:
        assert found.dissipation == pytest.approx(equals)
    assert found.payoff.sum() + found.spending == pytest.approx(prize)  # the prize is shared out


@given(st.integers(2, 60), prizes, eighths)
def test_equals_share_equally(participants: int, prize: float, cost: float) -> None:
    found = EffortContest(prize, np.full(participants, cost)).equilibrium()
    assert found.strategy == pytest.approx(
        np.full(participants, prize * (participants - 1) / (participants**2 * cost))
    )
    assert found.dissipation == pytest.approx((participants - 1) / participants)


@given(prizes, cost_lists)
def test_nobody_gains_by_the_best_of_all_other_efforts(prize: float, costs: list[float]) -> None:
    contest = EffortContest(prize, costs)
    found = contest.equilibrium()
    assert (found.regrets >= 0).all()
    assert found.regret == found.regrets.max() <= 1e-14 * prize
    best = contest.best_responses(all_but_one(found.strategy))
    assert best == pytest.approx(found.strategy, abs=1e-13 * found.total)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_deviations_from_the_equilibrium_never_pay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        n, prize = int(rng.integers(2, 12)), float(rng.uniform(0.1, 50))
        costs = rng.lognormal(0, rng.uniform(0, 1.5), n)
        efforts = EffortContest(prize, costs).equilibrium().strategy.tolist()
        before = prose_payoffs(prize, costs, efforts)
        for player in range(n):
            for effort in [0.0, *rng.exponential(2 * sum(efforts), 20)]:
                changed = [*efforts]
                changed[player] = float(effort)
                gain = prose_payoffs(prize, costs, changed)[player] - before[player]
                assert gain <= 1e-12 * prize


@pytest.mark.parametrize("seed", SEEDS)
def test_players_who_answer_in_turn_end_in_the_equilibrium(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(10):
        n, prize = int(rng.integers(2, 7)), float(rng.uniform(1, 10))
        contest = EffortContest(prize, rng.uniform(1, 2.5, n))
        efforts = rng.uniform(0.01, prize / 20, n)
        for _round in range(100):
            for player in range(n):
                efforts[player] = contest.best_responses(all_but_one(efforts))[player]
        assert efforts == pytest.approx(contest.equilibrium().strategy, abs=1e-9 * prize)


# ------------------------------------------------------------------------------ changes of units


@given(prizes, cost_lists, st.randoms(use_true_random=False))
def test_new_names_for_the_participants_change_names_only(
    prize: float, costs: list[float], rng: Any
) -> None:
    order = list(range(len(costs)))
    rng.shuffle(order)
    found = EffortContest(prize, costs).equilibrium()
    renamed = EffortContest(prize, np.array(costs)[order]).equilibrium()
    assert renamed.strategy == pytest.approx(found.strategy[order])
    assert renamed.payoff == pytest.approx(found.payoff[order], abs=1e-13 * prize)


@given(prizes, cost_lists, st.sampled_from([1e-20, 1e-3, 0.25, 7.0, 1e20]))
def test_units_of_money_and_of_effort(prize: float, costs: list[float], unit: float) -> None:
    found = EffortContest(prize, costs).equilibrium()
    dearer = EffortContest(prize * unit, np.array(costs) * unit).equilibrium()
    assert dearer.strategy == pytest.approx(found.strategy, rel=1e-12, abs=1e-13 * found.total)
    assert dearer.payoff == pytest.approx(unit * found.payoff, rel=1e-9, abs=1e-12 * prize * unit)
    smaller = EffortContest(prize, np.array(costs) * unit).equilibrium()
    assert smaller.total == pytest.approx(found.total / unit)
    assert smaller.payoff == pytest.approx(found.payoff, rel=1e-9, abs=1e-12 * prize)


@given(prizes, cost_lists)
def test_somebody_too_dear_to_compete_changes_nothing(prize: float, costs: list[float]) -> None:
    found = EffortContest(prize, costs).equilibrium()
    shut_out = prize / found.total  # the price of the last unit of effort
    more = EffortContest(prize, [*costs, 1.001 * shut_out]).equilibrium()
    assert more.strategy[:-1] == pytest.approx(found.strategy)
    assert not more.active[-1]
    less = EffortContest(prize, [*costs, 0.999 * shut_out]).equilibrium()
    assert less.active[-1]
    assert less.total > found.total


# ------------------------------------------------------------------------------------ knife edges


def test_who_would_be_exactly_indifferent_stays_out() -> None:
    found = EffortContest(6, [1, 2, 3]).equilibrium()  # R/E = 3
    assert found.active.tolist() == [True, True, False]
    assert EffortContest(6, [1, 2, math.nextafter(3, 0)]).equilibrium().active.all()
    assert not EffortContest(6, [1, 2, math.nextafter(3, 4)]).equilibrium().active.all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_active_set_is_decided_exactly_where_rounding_might(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        costs = np.sort(rng.uniform(1, 1.2, 5))
        edge = float(sum(F(c) for c in costs.tolist()) / (costs.size - 1))  # just about indifferent
        for last in (math.nextafter(edge, 0), edge, math.nextafter(edge, 2)):
            found = EffortContest(1, [*costs, last]).equilibrium()
            assert bool(found.active[-1]) == (sum(map(F, costs.tolist())) > 4 * F(last))
            assert found.certificate is not None
            assert found.certificate.check()


def test_costs_far_apart_keep_their_digits() -> None:
    found = EffortContest(1, [1e-30, 1e30]).equilibrium()
    assert found.strategy == pytest.approx([1e-30, 1e-90], rel=1e-12)
    assert found.shares[0] == pytest.approx(1)
    assert found.regret < 1e-15


# --------------------------------------------------------------------------- no effort of others


def test_against_nobody_there_is_no_best_response() -> None:
    contest = EffortContest(4, [1, 2])
    with pytest.raises(InputError, match="every entry of others must be positive; got 0"):
        contest.best_responses([0.0, 1.0])
    # The less effort, the better; none at all wins nothing.
    payoffs = [contest.payoffs([effort, 0.0])[0] for effort in (1.0, 0.1, 0.001, 0.0)]
    assert payoffs == pytest.approx([3.0, 3.9, 3.999, 0.0])


def test_no_effort_at_all_is_never_an_equilibrium() -> None:
    contest = EffortContest(4, [1, 2])
    assert contest.payoffs([0, 0]).tolist() == [0, 0]
    assert contest.regrets([0, 0]).tolist() == [4, 4]  # the supremum, which no effort attains
    assert contest.regrets([1, 0]).tolist() == [
        1,
        pytest.approx((math.sqrt(4) - math.sqrt(2)) ** 2),
    ]


def test_without_prize_nobody_moves() -> None:
    found = EffortContest(0, [1, 2, 3]).equilibrium()
    assert found.strategy.tolist() == [0, 0, 0]
    assert (found.total, found.spending, found.dissipation, found.regret) == (0, 0, 0, 0)
    assert found.shares.tolist() == [0, 0, 0]
    assert found.certificate is not None
    assert found.certificate.check()


# ------------------------------------------------------------------------------------ certificate


@given(prizes, cost_lists)
def test_the_certificate_checks_and_is_exact(prize: float, costs: list[float]) -> None:
    certificate = EffortContest(prize, costs).equilibrium().certificate
    assert isinstance(certificate, ContestCertificate)
    assert isinstance(certificate, Certificate)
    assert certificate.check()
    (exact,) = prose_equilibria(F(prize), [F(cost) for cost in costs])
    assert list(certificate.exact_efforts()) == exact
    assert certificate.status == "exact"
    assert "exactly one" in certificate.claim


@given(prizes, cost_lists, st.data())
def test_the_certificate_of_anything_else_fails(
    prize: float, costs: list[float], data: st.DataObject
) -> None:
    found = EffortContest(prize, costs).equilibrium()
    assert isinstance(found.certificate, ContestCertificate)
    player = data.draw(st.integers(0, len(costs) - 1))
    wrong = np.array(found.strategy)
    wrong[player] += data.draw(st.sampled_from([-1, 1])) * 1e-9 * found.total
    assert not replace(found.certificate, efforts=wrong).check()
    assert not replace(found.certificate, efforts=wrong[:-1]).check()
    assert not replace(found.certificate, prize=prize * 1.001).check()
    assert not replace(found.certificate, efforts=np.full(len(costs), math.nan)).check()


def test_the_certificate_minds_who_is_active() -> None:
    found = EffortContest(6, [1, 2, 3]).equilibrium()
    assert isinstance(found.certificate, ContestCertificate)
    hardly = np.array(found.strategy)
    hardly[2] = 1e-300
    assert not replace(found.certificate, efforts=hardly).check()
    nobody = ContestCertificate(prize=0.0, costs=np.ones(2), efforts=np.array([0.0, 1e-9]))
    assert not nobody.check()


# --------------------------------------------------------------------------------------- at scale


@pytest.mark.parametrize("seed", SEEDS)
def test_a_million_participants(seed: int) -> None:
    costs = np.random.default_rng(seed).uniform(1, 2, 10**6)
    found = EffortContest(100, costs).equilibrium()
    rising, total, count = np.sort(costs).tolist(), 0.0, 0
    for cost in rising:  # one by one, as long as there is room for one more
        if total <= (count - 1) * cost:
            break
        total, count = total + cost, count + 1
    assert np.count_nonzero(found.active) == count
    assert found.total == pytest.approx(100 * (count - 1) / total, rel=1e-11)
    assert found.regret < 1e-12
    assert found.payoff.sum() + found.spending == pytest.approx(100)


# ------------------------------------------------------------------------------------------ input


def test_results_print_and_are_json() -> None:
    found = EffortContest(6, [1, 2, 4]).equilibria()
    assert found.coverage == Coverage.ALL == "all"
    text = str(found)
    assert "1 equilibrium, coverage: all; closed form" in text
    assert "2 of 3 active" in text
    assert json.loads(json.dumps(found[0].to_dict()))["active"] == [True, True, False]
    with pytest.raises(ValueError, match="read-only"):
        found[0].strategy[0] = 1


def test_arguments_are_not_changed_and_not_shared() -> None:
    costs = np.array([2.0, 1.0])
    contest = EffortContest(1, costs)
    contest.equilibrium()
    costs[0] = 99
    assert contest.costs.tolist() == [2, 1]
    assert contest.participants == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, [1]), "costs must have 2 entries or more; got '1 entry'. One participant has nobody"),
        ((1, [1, 0]), "every entry of costs must lie in"),
        ((1, [1, -1]), "every entry of costs must lie in"),
        ((1, [1, math.nan]), "every entry of costs must lie in"),
        ((1, [[1, 2]]), "costs must have 1 dimension"),
        ((1, ["a", "b"]), "costs must be an array of numbers"),
        ((-1, [1, 2]), "prize must lie in"),
        ((1e-100, [1, 2]), "prize must be 0 or at least 1e-60"),
        ((True, [1, 2]), "prize must"),
        ((1, [1, 2], [1, 1]), "values and curve must be given both or neither"),
    ],
)
def test_bad_arguments_are_named(arguments: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        EffortContest(*arguments)


@pytest.mark.parametrize("wrong", [[1.0], [1.0, -1.0], [1.0, math.nan], "x", [[1.0, 2.0]], 1.0])
def test_bad_efforts_are_named(wrong: Any) -> None:
    contest = EffortContest(1, [1, 2])
    for call, name in (
        (contest.payoffs, "effort"),
        (contest.regrets, "effort"),
        (contest.best_responses, "others"),
    ):
        with pytest.raises(InputError, match=name):
            call(wrong)
