"""Vesting: the story told by simulation and by trying all delays, closed forms by calculus."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from derelayl_econ.errors import InputError
from derelayl_econ.games.royalty_design import RoyaltyDesign
from derelayl_econ.games.vesting import (
    BEST_DELAY,
    BEST_DELAY_CONTINUOUS,
    HONEST_ROYALTY,
    JOINING_ROYALTY,
    Vesting,
)

EXAMPLE = Vesting(saving=0.5, cost=1.0, survival=0.98, discount=0.97, detection=0.3, reward=1.0)


ANY = st.floats(0, 1)


@st.composite
def vestings(draw: st.DrawFn, patience: Any = ANY) -> Vesting:
    cost = draw(st.floats(0.1, 5))
    wrong = draw(st.sampled_from([0.0, 0.01, 0.1]))
    survival, discount = draw(st.floats(0.6, 1)), draw(st.floats(0.6, 0.99))
    careful = discount * survival * (1 - wrong)
    return Vesting(
        saving=cost * draw(st.floats(0.05, 1)), cost=cost, survival=survival, discount=discount,
        detection=draw(st.floats(wrong + 0.01, 1)), false_reject=wrong,
        reward=draw(st.floats(0, 5)), outside=draw(st.floats(-1, 1)),
        treasury_factor=min(1.0, careful + draw(patience) * (1 - careful)),
    )  # fmt: skip


def costs(game: Vesting, delays: np.ndarray) -> np.ndarray:
    """By the prose: the royalty must beat carelessness and staying away; the treasury waits."""
    careful = game.discount * game.survival * (1 - game.false_reject)
    careless = game.discount * game.survival * (1 - game.detection)
    honest = game.saving / (careful**delays - careless**delays)
    joining = max(0.0, game.cost + game.outside - game.reward) / careful**delays
    return np.maximum(honest, joining) * game.treasury_factor**delays


def payoff_by_story(game: Vesting, royalty: float, delay: int, careful: bool) -> float:
    """Walk leg by leg: the relay may end, the work may be (wrongly) found out, time goes by."""
    alive, worth = 1.0, 1.0
    for _ in range(delay):
        alive *= game.survival
        alive *= 1 - (game.false_reject if careful else game.detection)
        worth *= game.discount
    return game.reward + royalty * alive * worth - game.cost + (0 if careful else game.saving)


@given(vestings(), st.integers(1, 30))
def test_a_plan_makes_careful_work_a_best_response(game: Vesting, delay: int) -> None:
    plan = game.plan(delay)
    careful = payoff_by_story(game, plan.royalty, delay, careful=True)
    careless = payoff_by_story(game, plan.royalty, delay, careful=False)
    scale = 1e-9 * (1 + abs(plan.royalty))
    assert plan.careful == pytest.approx(careful, abs=scale)
    assert plan.careless == pytest.approx(careless, abs=scale)
    assert careful >= careless - scale
    assert careful >= game.outside - scale
    assert plan.regret <= scale
    smaller = 0.999 * plan.royalty  # and no smaller royalty does
    less = payoff_by_story(game, smaller, delay, careful=True)
    rest = max(payoff_by_story(game, smaller, delay, careful=False), game.outside)
    assert less < rest or plan.royalty == 0
    assert plan.cost == pytest.approx(costs(game, np.array([delay]))[0], rel=1e-6)


@given(vestings(st.floats(0.01, 1)))
@settings(max_examples=150)
def test_no_delay_is_cheaper_than_the_best(game: Vesting) -> None:
    best = game.best()
    tried = costs(game, np.arange(1.0, 120.0))
    assert best.cost <= np.nanmin(tried) * (1 + 1e-6)


@given(vestings(st.just(0.0)))
def test_an_impatient_treasury_waits_until_taking_part_binds(game: Vesting) -> None:
    game = replace(game, treasury_factor=game.careful_factor)
    needed = game.cost + game.outside - game.reward
    if needed <= game.saving:
        with pytest.raises(InputError, match="treasury_factor"):
            game.best()
        falling = costs(game, np.arange(1.0, 40.0))
        assert (np.diff(falling) <= 1e-9 * falling[:-1]).all()
    elif game.saving < 0.9 * needed:  # else it waits until next to nothing of a royalty is left
        assert game.best().cost == pytest.approx(needed, rel=1e-9)
        assert costs(game, np.arange(1.0, 200.0)).min() >= needed * (1 - 1e-9)


@given(vestings(st.floats(0.05, 1)))
def test_the_closed_form_is_the_first_delay_that_costs_no_less_than_the_next(game: Vesting) -> None:
    game = replace(game, reward=game.cost + game.outside + 1)  # only honesty binds
    delay = float(BEST_DELAY(treasury_factor=game.treasury_factor, kept_careful=game.careful_factor,
                             kept_careless=game.careless_factor))  # fmt: skip
    assume(delay < 200)
    tried = costs(game, np.arange(1.0, 250.0))
    assert tried[int(delay) - 1] == pytest.approx(np.nanmin(tried), rel=1e-6)
    assert game.best().delay in (delay - 1, delay, delay + 1)
    if game.detection < 1:
        middle = float(BEST_DELAY_CONTINUOUS(
            treasury_factor=game.treasury_factor, kept_careful=game.careful_factor,
            kept_careless=game.careless_factor))  # fmt: skip
        assert abs(middle - delay) <= 1 + 1e-6
        found = minimize_scalar(lambda m: float(np.log(costs(game, np.array([m]))[0])),
                                bounds=(1e-3, 300), method="bounded",
                                options={"xatol": 1e-9})  # fmt: skip
        assert found.x == pytest.approx(middle, rel=1e-3, abs=1e-3)


def test_stationarity_by_calculus() -> None:
    """d/dm ln(kappa^m/(1 - r^m)) = 0 exactly at the continuous optimum."""
    m, kappa, r = sp.symbols("m kappa r", positive=True)
    slope = sp.diff(m * sp.log(kappa) - sp.log(1 - r**m), m)
    best = sp.log(1 + sp.log(1 / r) / sp.log(kappa)) / sp.log(1 / r)
    for numbers in (
        (sp.Rational(11, 10), sp.Rational(3, 4)),
        (sp.Rational(5, 4), sp.Rational(1, 5)),
    ):
        at = dict(zip((kappa, r), numbers, strict=True))
        assert abs(sp.N(slope.subs(m, best).subs(at), 40)) < sp.Float(10) ** -35


def test_deferred_compensation_in_continuous_time() -> None:
    """Hoffmann, Inderst, Opp 2021, Rev. Econ. Stud. 88:1253: with both sides neutral to risk and
    participation slack, pay comes at one date, where the growth rate of information equals the
    difference of the two discount rates. News that arrives at a constant rate: information
    1 - exp(-h T); discount rates .10 and .05, h = .5 per unit of time, steps of .001."""
    rate, gap, step = 0.5, 0.05, 1e-3
    date = math.log(1 + rate / gap) / rate
    growth = rate * math.exp(-rate * date) / (1 - math.exp(-rate * date))
    assert growth == pytest.approx(gap)
    careful = math.exp(-0.10 * step)
    found = Vesting(saving=1.0, cost=1.0, reward=2.0, survival=1.0, discount=careful,
                    detection=1 - math.exp(-rate * step),
                    treasury_factor=math.exp(-0.05 * step)).best()  # fmt: skip
    assert found.delay * step == pytest.approx(date, abs=2 * step)
    assert found.binding == "honesty"


@pytest.mark.parametrize("survival", [0.5, 0.83, 0.9])
def test_faint_carelessness_waits_as_long_as_the_strongest_incentive(survival: float) -> None:
    """As h -> alpha the delay tends to floor(1/(1-A)), the best distance of a royalty."""
    design = RoyaltyDesign(survival, 0.95)
    faint = Vesting(saving=0.1, cost=1.0, reward=1.0, survival=survival, discount=0.95,
                    detection=1e-7)  # fmt: skip
    assert faint.best().delay == design.best_distance


def test_certain_detection_needs_one_leg() -> None:
    best = replace(EXAMPLE, detection=1.0).best()
    assert (best.delay, best.royalty) == (1, pytest.approx(0.5 / (0.97 * 0.98)))


@given(vestings(st.floats(0.05, 1)), st.floats(0.1, 10))
@settings(max_examples=30)
def test_scaling_money_scales_royalties(game: Vesting, unit: float) -> None:
    scaled = replace(game, saving=unit * game.saving, cost=unit * game.cost,
                     reward=unit * game.reward, outside=unit * game.outside)  # fmt: skip
    assert scaled.best().cost == pytest.approx(unit * game.best().cost, rel=1e-9)


def test_formulas_exactly() -> None:
    known = {"saving": 1, "kept_careful": sp.Rational(9, 10), "detection": sp.Rational(1, 2),
             "false_reject": 0, "delay": 2}  # fmt: skip
    value = HONEST_ROYALTY.exact(**known).rewrite(sp.exp)
    assert sp.simplify(sp.expand_log(value, force=True)) == sp.Rational(100, 81) / sp.Rational(3, 4)
    joining = JOINING_ROYALTY.exact(cost=2, outside=1, reward=1, kept_careful=sp.Rational(1, 2),
                                    delay=3)  # fmt: skip
    assert joining == 16


def test_simulated_trainers_agree() -> None:
    """Play the legs with random numbers: the mean payoffs are those of the plan."""
    rng = np.random.default_rng(8)
    game = replace(EXAMPLE, false_reject=0.02, survival=0.9)
    plan, runs = game.plan(4), 200_000
    goes_on = rng.random((runs, 4)) < game.survival
    for chance, expected, saved in ((game.false_reject, plan.careful, 0.0),
                                    (game.detection, plan.careless, game.saving)):  # fmt: skip
        blamed = rng.random((runs, 4)) < chance
        kept = (goes_on & ~blamed).all(axis=1)
        money = game.reward + plan.royalty * game.discount**4 * kept - game.cost + saved
        error = money.std() / math.sqrt(runs)
        assert abs(money.mean() - expected) < 4 * error


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"saving": 0.0}, "saving"), ({"saving": 2.0}, "saving"), ({"cost": 0.0}, "cost"),
        ({"cost": math.nan}, "cost"), ({"survival": 0.0}, "survival"),
        ({"discount": 1.0}, "discount"), ({"detection": 0.0}, "detection"),
        ({"detection": 0.1, "false_reject": 0.1}, "detection"), ({"reward": -1.0}, "reward"),
        ({"outside": math.inf}, "outside"), ({"treasury_factor": 0.5}, "treasury_factor"),
        ({"treasury_factor": 1.1}, "treasury_factor"), ({"reward": "1"}, "reward"),
    ],
)  # fmt: skip
def test_bad_parameters_are_named(change: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=what):
        replace(EXAMPLE, **change)


@pytest.mark.parametrize("delay", [0, 1.5, 10**6, math.nan, "2"])
def test_bad_delays_are_named(delay: Any) -> None:
    with pytest.raises(InputError, match="delay"):
        EXAMPLE.plan(delay)


def test_a_delay_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="be shorter"):
        replace(EXAMPLE, survival=0.1, discount=0.5).plan(5000)
