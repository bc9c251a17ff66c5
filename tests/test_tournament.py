"""Settlement as a tournament: first-order effort, whether it is an equilibrium, finite numbers."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.tournament import SettlementTournament
from derelayl_econ.games.tournament_cost import ConvexCost, QuadraticCost, effort_cost
from derelayl_econ.games.tournament_formulas import (
    DEPOSIT_BOUND,
    FINITE_DENSITY,
    INCENTIVE,
    NOISE_RATIO,
    NORMAL_DENSITY,
    NORMAL_TAIL,
    TOURNAMENT_PAYOFF,
    largest_falling_deposit,
)
from derelayl_econ.games.tournament_luck import Cutoffs, check_law
from derelayl_econ.notation import symbol
from derelayl_econ.results import Coverage
from derelayl_econ.validation.significance import compare_frequency

SEEDS = [0, np.random.SeedSequence().entropy]
NORMAL = stats.norm()
LAWS: dict[str, Any] = {
    "normal": NORMAL,
    "uniform": stats.uniform(-1, 2),
    "logistic": stats.logistic(),
    "Student t": stats.t(3),
    "exponential": stats.expon(),
}
ANALYTIC = ("normal", "logistic", "Student t")
HALF = SettlementTournament(winning_share=0.5, prize=2, luck=1, cost=1)

tournaments = st.builds(
    SettlementTournament,
    winning_share=st.floats(0.01, 0.99),
    prize=st.floats(0.1, 10),
    luck=st.floats(0.05, 5),
    cost=st.floats(0.1, 5),
    deposit=st.floats(0, 5) | st.just(0.0),
)


def prose_payoff(game: SettlementTournament, effort: float, others: float) -> float:
    """Payoff in the continuum from the prose: the others' best share draws the line."""
    line = others + game.luck * stats.norm.ppf(1 - game.winning_share)
    wins = 1 - stats.norm.cdf((line - effort) / game.luck)
    cost = game.cost * effort**2 / 2  # type: ignore[operator]
    return float((game.prize + game.deposit) * wins - game.deposit - cost)


def tries(game: SettlementTournament) -> list[float]:
    near = game.effort + game.luck * np.linspace(-12, 12, 481)
    far = game.effort * np.linspace(0, 3, 61)
    return [0.0, *np.abs(near).tolist(), *far.tolist()]


# ------------------------------------------------------------------------------------- formulas


def test_the_incentive_is_the_growth_of_the_winners_share() -> None:
    # (W + D) times the derivative of P(e - e* + sigma eps > sigma z) in e, at e = e*.
    e, z, sigma = sp.symbols("e z sigma", positive=True)
    tail = NORMAL_TAIL.expression.subs(symbol("cutoff"), z - e / sigma)
    growth = sp.diff(tail, e).subs(e, 0)
    density = NORMAL_DENSITY.expression.subs(symbol("cutoff"), z)
    names = {symbol("luck"): sigma, symbol("density"): density}
    incentive = INCENTIVE.expression.subs(names)
    stake = symbol("winner_prize") + symbol("deposit")
    assert sp.simplify(incentive - stake * growth) == 0


def test_the_payoff_is_prize_and_deposit_for_winners_and_the_deposit_lost_for_others() -> None:
    names = dict(zip("WDpC", sp.symbols("W D p C"), strict=True))
    payoff = TOURNAMENT_PAYOFF.expression.subs(
        {symbol("winner_prize"): names["W"], symbol("deposit"): names["D"],
         symbol("win_chance"): names["p"], symbol("cost"): names["C"]}
    )  # fmt: skip
    wins, loses = names["W"] - names["C"], -names["D"] - names["C"]
    assert sp.expand(payoff - names["p"] * wins - (1 - names["p"]) * loses) == 0


def test_the_deposit_bound_is_where_effort_turns_in_the_share() -> None:
    # s = 1 - Phi(z): effort ~ T phi/s + D phi, and its derivative in z vanishes at the bound.
    z, bound = symbol("cutoff"), symbol("deposit")
    density, tail = NORMAL_DENSITY.expression, NORMAL_TAIL.expression
    slope = sp.diff(density / tail + bound * density, z)
    assert sp.simplify(slope.subs(bound, DEPOSIT_BOUND.expression)) == 0


# ------------------------------------------------------------------------------ first-order effort


@given(tournaments)
def test_the_effort_makes_its_marginal_cost_the_incentive(game: SettlementTournament) -> None:
    z = stats.norm.ppf(1 - game.winning_share)
    incentive = (game.prize + game.deposit) * stats.norm.pdf(z) / game.luck
    assert game.effort == pytest.approx(incentive / game.cost)  # type: ignore[operator]
    first = game.first_order()
    assert first.payoff == pytest.approx(
        prose_payoff(game, game.effort, game.effort), abs=1e-12 * (game.stake + first.spending)
    )
    assert first.win_chance == pytest.approx(game.winning_share)


@given(tournaments)
@settings(max_examples=30)
def test_it_is_an_equilibrium_or_the_better_effort_is_shown(game: SettlementTournament) -> None:
    first = game.first_order()
    scale = game.stake + first.spending
    before = prose_payoff(game, first.effort, first.effort)
    gains = [prose_payoff(game, effort, first.effort) - before for effort in tries(game)]
    assert max(gains) <= first.deviation_gain + 1e-11 * scale
    reached = prose_payoff(game, first.best_effort, first.effort) - before
    assert reached == pytest.approx(first.deviation_gain, abs=1e-11 * scale)
    no_better = first.deviation_gain <= 1e-10 * scale
    assert first.exists == (no_better and first.participates)
    found = game.equilibria()
    assert found.coverage == Coverage.ALL
    assert [e.strategy for e in found] == ([first.effort] if first.exists else [])


@given(tournaments)
@settings(max_examples=30)
def test_the_critical_ratio_tells_whether_it_exists(game: SettlementTournament) -> None:
    first = replace(game, outside=-1e9).first_order()
    assert first.noise_ratio == pytest.approx(
        game.luck**2 * game.cost / game.stake  # type: ignore[operator]
    )
    assert first.noise_ratio is not None
    if abs(first.noise_ratio / first.critical_ratio - 1) > 1e-4:
        assert first.exists == (first.noise_ratio > first.critical_ratio)
    critical = game.critical_luck()
    assert replace(game, luck=1.0001 * critical, outside=-1e9).first_order().exists
    assert not replace(game, luck=0.999 * critical, outside=-1e9).first_order().exists


@pytest.mark.parametrize("share", [0.02, 0.1587, 0.3, 0.5, 0.8, 0.97])
def test_the_critical_ratio_from_the_prose(share: float) -> None:
    # The least a with P(x) - P(0) - P'(0) x <= a x^2/2 for all leads x.
    z = stats.norm.ppf(1 - share)
    x = np.concatenate([-np.geomspace(1e-2, 200, 20_000), np.geomspace(1e-2, 200, 20_000)])
    gain = stats.norm.cdf(x - z) - share - stats.norm.pdf(z) * x
    needed = (2 * gain / x**2).max()
    found = replace(HALF, winning_share=share).critical_ratio
    assert found == pytest.approx(needed, rel=1e-4)
    assert found <= stats.norm.pdf(1) + 1e-7  # with which every payoff is concave


def test_the_largest_critical_ratio_is_phi_of_one() -> None:
    worst = replace(HALF, winning_share=float(stats.norm.sf(1)))
    assert worst.critical_ratio == pytest.approx(stats.norm.pdf(1), abs=1e-7)
    assert HALF.critical_ratio == pytest.approx(0.1619, abs=5e-5)


def test_too_little_luck_leaves_no_symmetric_pure_equilibrium() -> None:
    lucky, skilful = replace(HALF, luck=0.6), replace(HALF, luck=0.5)
    assert lucky.equilibrium().regret == 0
    assert len(skilful.equilibria()) == 0
    with pytest.raises(SolverError, match="no symmetric pure equilibrium: of effort") as caught:
        skilful.equilibrium()
    first = caught.value.partial
    assert first.deviation_gain > 0.01
    assert first.best_effort < first.effort  # giving up is better
    # Beyond phi(1) there are few winners, and more effort than all others is better.
    few = SettlementTournament(winning_share=0.05, prize=2, luck=0.55, cost=1)
    assert few.first_order().best_effort > few.effort


def test_who_would_stay_away_is_heard() -> None:
    payoff = HALF.equilibrium().payoff
    assert replace(HALF, outside=payoff - 1e-6).equilibrium().payoff == payoff
    with pytest.raises(SolverError, match="below the outside option"):
        replace(HALF, outside=payoff + 1e-6).equilibrium()
    first = replace(HALF, outside=payoff + 1e-6).first_order()
    assert (first.participates, first.exists) == (False, False)
    assert first.deviation_gain == 0


def test_a_deposit_is_a_prize_that_the_losers_pay() -> None:
    deposit = replace(HALF, prize=1.5, deposit=0.5)
    assert deposit.effort == pytest.approx(HALF.effort)
    assert deposit.equilibrium().payoff == pytest.approx(HALF.equilibrium().payoff - 0.5)


def test_nothing_to_win_is_no_effort() -> None:
    idle = replace(HALF, prize=0)
    assert idle.equilibrium().strategy == idle.equilibrium().payoff == 0
    assert idle.first_order().noise_ratio is None
    assert replace(idle, participants=10).equilibrium().strategy == 0


# ----------------------------------------------------------------------- effort by winning share


@given(st.floats(0.001, 0.999), st.floats(0, 10))
def test_with_a_fixed_prize_per_winner_half_makes_work_hardest(
    share: float, deposit: float
) -> None:
    best = replace(HALF, deposit=deposit)
    other = replace(best, winning_share=share)
    assert other.effort <= best.effort * (1 + 1e-12)
    if abs(share - 0.5) > 0.01:
        assert other.effort < best.effort
    mirrored = replace(best, winning_share=1 - share)
    assert mirrored.effort == pytest.approx(other.effort, rel=1e-9)


def efforts_of_a_fixed_total(deposit: float, shares: Any) -> Any:
    return np.array(
        [
            SettlementTournament.fixed_total(
                total_prize=1, winning_share=share, luck=1, cost=1, deposit=deposit
            ).effort
            for share in shares
        ]
    )


def test_with_a_fixed_total_effort_falls_unless_the_deposit_is_large() -> None:
    shares = stats.norm.sf(np.linspace(6, -3, 250))
    bound = largest_falling_deposit()
    for deposit in (0, 1, 0.999 * bound):
        assert (np.diff(efforts_of_a_fixed_total(deposit, shares)) < 0).all()
    # Beyond the bound it falls, rises and falls again, around the share where the bound is met.
    for deposit in (1.05 * bound, 2 * bound, 20 * bound):
        rising = np.diff(efforts_of_a_fixed_total(deposit, shares)) > 0
        (turns,) = np.nonzero(np.diff(rising))
        assert len(turns) == 2
        assert not rising[0]
        assert shares[turns[0]] < 0.178 < shares[turns[1] + 1] < 0.5


def test_the_deposit_bound_has_one_minimum() -> None:
    z = np.linspace(0.05, 12, 5000)
    bound = DEPOSIT_BOUND(cutoff=z)
    assert np.count_nonzero(np.diff(np.diff(bound) > 0)) == 1
    assert largest_falling_deposit() == pytest.approx(bound.min(), rel=1e-5)
    assert largest_falling_deposit() <= bound.min()


def test_a_fixed_total_is_paid_out_in_full() -> None:
    for participants in (None, 3, 10):
        game = SettlementTournament.fixed_total(
            total_prize=1.5, winning_share=0.5, luck=1, cost=1, participants=participants
        )
        assert game.prize * game.share == pytest.approx(1.5)
    assert game.share == 0.5
    assert SettlementTournament.fixed_total(
        total_prize=1, winning_share=0.5, luck=1, cost=1, participants=3
    ).prize == pytest.approx(3)  # one of three wins


# ------------------------------------------------------------------------------------- finite N


@pytest.mark.parametrize(("participants", "winners"), [(2, 1), (3, 1), (3, 2), (7, 3), (40, 39)])
@pytest.mark.parametrize("name", LAWS)
def test_the_chance_to_win_is_an_integral_over_ones_own_luck(
    name: str, participants: int, winners: int
) -> None:
    law = LAWS[name]
    cutoffs = Cutoffs.finite(law, participants, winners)
    assert cutoffs.weights.sum() == pytest.approx(1)
    for lead in (-1.5, -0.2, 0.0, 0.7):
        # With own luck u, each of the others beats u + lead with the same probability.
        def wins(level: float, lead: float = lead) -> float:
            ahead = law.sf(law.ppf(level) + lead)
            return float(stats.binom.cdf(winners - 1, participants - 1, ahead))

        edges = [float(law.cdf(law.ppf(p) - lead)) for p in (1e-12, 1 - 1e-12)]
        places = [edge for edge in edges if 0 < edge < 1]
        chance, _ = integrate.quad(wins, 0, 1, limit=400, points=places or None)
        near = 1e-7 if name in ANALYTIC else 5e-5
        assert float(cutoffs.chance(lead)) == pytest.approx(chance, abs=near)
    assert float(cutoffs.chance(0.0)) == pytest.approx(winners / participants)


@pytest.mark.parametrize("name", ANALYTIC)
def test_the_density_is_the_slope_of_the_chance(name: str) -> None:
    for cutoffs in (Cutoffs.finite(LAWS[name], 6, 2), Cutoffs.continuum(LAWS[name], 0.3)):
        for lead in (-2.0, 0.0, 0.4):
            slope = (cutoffs.chance(lead + 1e-5) - cutoffs.chance(lead - 1e-5)) / 2e-5
            assert float(cutoffs.density(lead)) == pytest.approx(float(slope), rel=1e-8)
        leads = cutoffs.leads()
        assert (np.diff(leads) > 0).all()
        assert float(cutoffs.chance(leads[0])) < 1e-4
        assert float(cutoffs.chance(leads[-1])) > 1 - 1e-4


@pytest.mark.parametrize("seed", SEEDS)
def test_winners_of_drawn_tournaments(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = SettlementTournament(winning_share=0.4, prize=3, luck=1.5, cost=1, participants=10)
    others, own, rounds = 1.0, 1.9, 40_000
    luck = 1.5 * rng.standard_normal((rounds, 10))
    gains = luck + np.where(np.arange(10) == 0, own, others)
    won = (gains[:, :1] < gains[:, 1:]).sum(axis=1) < 4  # at most three of the others are better
    chance = float(game.win_chance(own, others))
    row = compare_frequency("chance to win", "1", chance, int(won.sum()), rounds, seeds=1)
    assert row.p_value > 1e-4


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.8])
def test_convergence_to_the_continuum_from_below(share: float) -> None:
    limit = replace(HALF, winning_share=share)
    sizes = [20, 80, 320, 1280, 5120]
    efforts = [replace(limit, participants=n).effort for n in sizes]
    assert efforts == sorted(efforts)  # as phi of the quantile is concave, N always weakens effort
    gaps = [1 - effort / limit.effort for effort in efforts]
    assert gaps[-1] > 0
    for wide, narrow in pairwise(gaps[1:]):
        assert wide / narrow == pytest.approx(4, rel=0.06)  # like 1/N
    density = stats.norm.pdf(stats.norm.ppf(1 - share))
    first_order = FINITE_DENSITY(density=density, winning_share=share, participants=5120) / density
    assert efforts[-1] / limit.effort == pytest.approx(float(first_order), abs=3e-7)
    assert replace(limit, participants=10**6).effort == pytest.approx(limit.effort, rel=1e-5)


@given(st.integers(2, 60), st.data())
def test_finite_numbers_weaken_effort_and_half_is_best(
    participants: int, data: st.DataObject
) -> None:
    winners = data.draw(st.integers(1, participants - 1))
    share = winners / participants
    finite = replace(HALF, winning_share=share, participants=participants)
    assert finite.share == pytest.approx(share)
    assert finite.effort < replace(HALF, winning_share=share).effort
    mirrored = replace(HALF, winning_share=(participants - winners) / participants,
                       participants=participants)  # fmt: skip
    assert mirrored.effort == pytest.approx(finite.effort)
    best = replace(HALF, winning_share=(participants // 2) / participants,
                   participants=participants)  # fmt: skip
    assert finite.effort <= best.effort * (1 + 1e-12)


@pytest.mark.parametrize(("participants", "share"), [(2, 0.5), (5, 0.4), (30, 0.1), (30, 0.9)])
def test_finite_equilibria_resist_every_deviation(participants: int, share: float) -> None:
    game = SettlementTournament(winning_share=share, prize=2, luck=1, cost=1, deposit=0.5,
                                outside=-1, participants=participants)  # fmt: skip
    game = replace(game, luck=1.01 * game.critical_luck())
    effort = game.equilibrium().strategy
    payoffs = game.payoff(np.array(tries(game)), effort)
    assert payoffs.max() <= float(game.payoff(effort, effort)) + 1e-11
    tight = replace(game, luck=0.99 * game.critical_luck())
    assert not tight.first_order().exists


def test_how_many_win() -> None:
    for share, participants, winners in ((0.29, 100, 29), (1 / 3, 3, 1), (0.5, 7, 3), (0.3, 10, 3)):
        game = replace(HALF, winning_share=share, participants=participants)
        assert game.share == pytest.approx(winners / participants)
    for share, participants in ((0.1, 9), (0.4, 2)):
        with pytest.raises(InputError, match="winning_share must let some but not all"):
            replace(HALF, winning_share=share, participants=participants)


# --------------------------------------------------------------------------------- costs and laws


def test_any_convex_cost() -> None:
    cubic = ConvexCost(lambda e: e**3 / 3, lambda e: e**2)
    game = replace(HALF, cost=cubic)
    incentive = 2 * stats.norm.pdf(0)
    assert game.effort == pytest.approx(math.sqrt(incentive))
    first = game.first_order()
    assert first.exists
    assert first.noise_ratio is None
    assert first.spending == pytest.approx(game.effort**3 / 3)
    with pytest.raises(InputError, match="cost must be quadratic"):
        game.critical_luck()
    assert not replace(game, luck=0.2).first_order().exists
    same = replace(HALF, cost=ConvexCost(lambda e: e**2 / 2, lambda e: e))
    assert same.effort == pytest.approx(HALF.effort)
    assert replace(HALF, cost=QuadraticCost(1.0)).effort == HALF.effort


def test_where_the_first_unit_costs_more_than_it_wins_nobody_works() -> None:
    dear = ConvexCost(lambda e: 5 * e + e**2, lambda e: 5 + 2 * e)
    idle = replace(HALF, cost=dear)
    assert idle.equilibrium().strategy == 0
    assert idle.equilibrium().payoff == pytest.approx(1)


def test_a_marginal_cost_that_stays_low_is_refused() -> None:
    flat = ConvexCost(lambda e: e - np.log1p(e), lambda e: e / (1 + e))
    assert replace(HALF, cost=flat).effort > 0
    with pytest.raises(InputError, match="No effort would be enough"):
        _ = replace(HALF, cost=flat, prize=10).effort


@given(st.floats(0.01, 50))
def test_the_effort_at_a_slope(slope: float) -> None:
    steep = ConvexCost(lambda e: np.expm1(e) - e, np.expm1)
    assert steep.effort_at(slope) == pytest.approx(math.log1p(slope))
    assert effort_cost(4.0).effort_at(slope) == pytest.approx(slope / 4)


@pytest.mark.parametrize(
    ("cost", "marginal", "message"),
    [
        (lambda e: e, np.ones_like, "rise"),
        (np.sqrt, lambda e: 0.5 / np.sqrt(e), "rise"),
        (lambda e: e**2, lambda e: e, "do not fit each other"),
        (lambda e: e**2, lambda e: 2 * e - 1, "rise"),
        (lambda e: 1.0, lambda e: 2 * e, "cost_of"),
        (lambda e: e * math.nan, lambda e: 2 * e, "cost_of"),
        (3, lambda e: 2 * e, "cost_of must be a function"),
        (lambda e: e**2, None, "marginal_of must be a function"),
    ],
)
def test_what_is_not_a_convex_cost_is_refused(cost: Any, marginal: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ConvexCost(cost, marginal)


@pytest.mark.parametrize("name", LAWS)
def test_any_law_of_luck(name: str) -> None:
    law = LAWS[name]
    for participants in (None, 8):
        game = replace(HALF, law=law, participants=participants)
        slope = (game.win_chance(game.effort + 1e-6, game.effort) - game.share) / 1e-6
        assert game.incentive == pytest.approx(2 * float(slope), rel=1e-4)
        lucky = replace(game, luck=1.05 * game.critical_luck())
        payoffs = lucky.payoff(np.array(tries(lucky)), lucky.effort)
        assert payoffs.max() <= float(lucky.payoff(lucky.effort, lucky.effort)) + 1e-9
        assert lucky.first_order().exists


@given(tournaments, st.sampled_from([1e-9, 0.25, 7.0, 1e9]))
@settings(max_examples=20)
def test_units_of_money_and_of_score(game: SettlementTournament, unit: float) -> None:
    first, money = game.first_order(), {"prize": game.prize * unit, "deposit": game.deposit * unit}
    dearer = replace(game, **money, cost=game.cost * unit).first_order()  # type: ignore[operator]
    assert dearer.effort == pytest.approx(first.effort)
    assert dearer.payoff == pytest.approx(unit * first.payoff, abs=1e-9 * unit * game.stake)
    assert dearer.exists == first.exists
    larger = replace(game, luck=game.luck * unit, cost=game.cost / unit**2)  # type: ignore[operator]
    assert larger.effort == pytest.approx(unit * first.effort)
    assert larger.first_order().payoff == pytest.approx(first.payoff, abs=1e-9 * game.stake)


# ------------------------------------------------------------------------------------------ input


def test_results_print_and_are_json() -> None:
    first = HALF.first_order()
    assert "First order effort" in str(first)
    assert json.loads(json.dumps(first.to_dict()))["exists"] is True
    assert "symmetric, pure" in str(HALF.equilibria())


@pytest.mark.parametrize(
    ("name", "bad"),
    [("winning_share", 0), ("winning_share", 1), ("winning_share", math.nan), ("prize", -1),
     ("prize", 1e40), ("luck", 0), ("luck", math.inf), ("cost", 0), ("cost", "c"), ("cost", None),
     ("deposit", -1), ("outside", math.nan), ("participants", 1), ("participants", 2.5),
     ("law", "normal"), ("law", stats.t), ("law", stats.poisson(3)), ("law", 3)],
)  # fmt: skip
def test_bad_arguments_are_named(name: str, bad: Any) -> None:
    with pytest.raises(InputError, match=name):
        replace(HALF, **{name: bad})


@pytest.mark.parametrize(("effort", "others"), [(-1, 1), (1, -1), (math.nan, 1), (1, "x")])
def test_bad_efforts_are_named(effort: Any, others: Any) -> None:
    with pytest.raises(InputError, match=r"effort|others"):
        HALF.payoff(effort, others)


def test_the_standard_law_is_normal() -> None:
    assert check_law(None).pdf(0.5) == NORMAL.pdf(0.5)
    assert float(NORMAL_TAIL(cutoff=1.2)) == pytest.approx(NORMAL.sf(1.2))
    assert float(NOISE_RATIO(luck=2, bend=3, winner_prize=1, deposit=5)) == 2


def test_the_nodes_are_exact_for_means_that_are_known() -> None:
    for participants, winners in ((2, 1), (9, 4), (1000, 990), (10**6, 1)):
        cutoffs = Cutoffs.finite(LAWS["uniform"], participants, winners)
        tail = (1 - cutoffs.places) / 2  # of the uniform law on [-1, 1]
        mean = winners / participants
        variance = mean * (1 - mean) / (participants + 1)
        assert tail @ cutoffs.weights == pytest.approx(mean, rel=1e-9)
        assert (tail - mean) ** 2 @ cutoffs.weights == pytest.approx(variance, rel=1e-6)
