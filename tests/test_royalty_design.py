"""Royalty budgets and incentives: by series, by calculus, by numeric maximisation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from derelayl_econ.errors import InputError
from derelayl_econ.games.royalty_design import (
    BEST_DECAY,
    BEST_DISTANCE,
    BEST_INCENTIVE,
    LASTING_INCENTIVE,
    NEXT_STEP_DECAY,
    NEXT_STEP_INCENTIVE,
    ROYALTY_VALUE,
    RoyaltyDesign,
    royalty_budget,
)
from derelayl_econ.notation import symbol
from derelayl_econ.rewards import LineageShare

designs = st.builds(RoyaltyDesign, survival=st.floats(0, 1), discount=st.floats(0.05, 0.98),
                    royalty_share=st.floats(0.05, 1))  # fmt: skip
A, S, DELTA = symbol("decay"), symbol("survival"), symbol("discount")


# --- budget ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10), min_size=1, max_size=8), st.integers(0, 16))
def test_budget_by_loop(sixteenths: list[int], share: int) -> None:
    rule = LineageShare(weights=[n / 16 for n in sixteenths], royalty_share=share / 16)
    found = royalty_budget(rule, legs=12)
    owed, breach = 0, None
    for leg in range(1, 13):
        owed += sixteenths[leg - 1] if leg <= len(sixteenths) else 0
        assert found.owed[leg - 1] == owed / 16
        if breach is None and owed > share:
            breach = leg
    assert found.first_breach == breach
    assert found.feasible is (breach is None)


@pytest.mark.parametrize(("share", "breach"), [(1.0, 2), (0.5, 1), (0.0, 1)])
def test_one_coin_for_every_ancestor_is_never_feasible(share: float, breach: int) -> None:
    found = royalty_budget(LineageShare(weights="all", royalty_share=share), legs=5)
    assert not found.feasible
    assert found.first_breach == breach
    assert found.owed[breach - 1] > share
    assert (found.owed[: breach - 1] <= share).all()


@given(st.floats(0.01, 0.99), st.floats(0.01, 1))
def test_geometric_royalties_are_always_feasible(decay: float, share: float) -> None:
    found = royalty_budget(LineageShare(decay, royalty_share=share), legs=500)
    assert found.feasible
    assert found.first_breach is None
    assert (found.owed <= share * (1 + 1e-12)).all()


# --- incentives -----------------------------------------------------------------------------------


def value_by_series(weights: np.ndarray, survival: float, discount: float) -> float:
    """Go down the lineage; each leg is there with the survival of all steps, and is discounted."""
    total, chance = 0.0, 1.0
    for weight in weights:
        total += float(weight) * chance
        chance *= survival * discount
    return total


@given(designs, st.floats(0.02, 0.98))
def test_value_and_incentive_by_series(design: RoyaltyDesign, decay: float) -> None:
    weights = LineageShare(decay, royalty_share=design.royalty_share).weight(np.arange(3000))
    s, d = design.survival, design.discount
    assert design.value(decay) == pytest.approx(value_by_series(weights, s, d), rel=1e-9)
    step = 1e-6
    slope = (value_by_series(weights, s + step, d) - value_by_series(weights, s - step, d)) / (
        2 * step
    )
    assert design.incentive(decay) == pytest.approx(slope, rel=1e-4, abs=1e-9)
    rule = LineageShare(decay, royalty_share=design.royalty_share)
    assert design.incentive_of(rule) == pytest.approx(float(design.incentive(decay)), rel=1e-9)


@given(designs, st.floats(0.02, 0.98))
def test_next_step_incentive_by_series(design: RoyaltyDesign, decay: float) -> None:
    """Only the first step's survival is raised, from s to s + 1 (the value is linear in it)."""
    weights = LineageShare(decay, royalty_share=design.royalty_share).weight(np.arange(3000))
    later = value_by_series(weights[1:], design.survival, design.discount)
    assert design.incentive(decay, lasting=False) == pytest.approx(
        design.discount * later, rel=1e-9
    )


@given(designs)
def test_no_decay_beats_the_best(design: RoyaltyDesign) -> None:
    best = minimize_scalar(lambda a: -float(design.incentive(a)), bounds=(1e-6, 1 - 1e-6),
                           method="bounded", options={"xatol": 1e-10})  # fmt: skip
    assert design.best_incentive == pytest.approx(-best.fun, rel=1e-7)
    assert design.best_decay == pytest.approx(best.x, abs=1e-4)
    assert design.incentive(design.best_decay) == pytest.approx(design.best_incentive)
    grid = np.linspace(0.001, 0.999, 999)
    assert (design.incentive(grid) <= design.best_incentive * (1 + 1e-9)).all()
    near = design.incentive(grid, lasting=False)
    top = float(design.incentive(design.next_step_decay, lasting=False))
    assert (near <= top * (1 + 1e-9)).all()
    assert 0.5 <= design.next_step_decay <= design.best_decay < 1
    assert design.incentive_of(design.best_rule()) == pytest.approx(design.best_incentive)


def test_best_decay_by_calculus() -> None:
    """dI/da has one zero in (0, 1), a maximum: its sign is that of 1 - (2 - s) a."""
    slope = sp.factor(sp.diff(LASTING_INCENTIVE.expression, A))
    zero = BEST_DECAY.expression
    assert sp.simplify(slope.subs(A, zero)) == 0
    sign = 1 - (2 - S * DELTA) * A
    rest = sp.simplify(slope / sign / (symbol("royalty_share") * DELTA))
    assert sp.simplify(rest * (1 - A * S * DELTA) ** 3) == 1
    peak = sp.simplify(LASTING_INCENTIVE.expression.subs(A, zero) - BEST_INCENTIVE.expression)
    assert peak == 0
    assert sp.diff(ROYALTY_VALUE.expression, S).equals(LASTING_INCENTIVE.expression)
    assert sp.simplify(sp.diff(NEXT_STEP_INCENTIVE.expression, A).subs(
        A, NEXT_STEP_DECAY.expression)) == 0  # fmt: skip


def test_limits_of_the_best_decay() -> None:
    """sigma delta -> 0: 1/2, the red-balloon halving; -> 1: 1."""
    s = sp.Symbol("s")
    for formula in (BEST_DECAY, NEXT_STEP_DECAY):
        merged = formula.expression.subs(S, s / DELTA)
        assert sp.limit(merged, s, 0) == sp.Rational(1, 2)
        assert sp.limit(merged, s, 1) == 1
    dying = RoyaltyDesign(survival=0, discount=0.9)
    assert dying.best_decay == dying.next_step_decay == 0.5
    np.testing.assert_allclose(
        4000 * dying.best_rule().weight([0, 1, 2, 3]), [2000, 1000, 500, 250]
    )


@given(designs)
def test_best_distance_by_trying_all(design: RoyaltyDesign) -> None:
    step = design.survival * design.discount
    distances = np.arange(1, 200)
    incentives = design.royalty_share * design.discount * distances * step ** (distances - 1.0)
    assert design.single_incentive(design.best_distance) == pytest.approx(incentives.max())
    assert design.single_incentive(3) == pytest.approx(incentives[2])
    weights = np.zeros(design.best_distance + 1)
    weights[-1] = design.royalty_share
    rule = LineageShare(weights=weights, royalty_share=design.royalty_share)
    assert design.incentive_of(rule) == pytest.approx(incentives.max())
    assert royalty_budget(rule, 5).feasible
    assert incentives.max() >= design.best_incentive * (1 - 1e-12)  # geometric is not best of all


@given(designs, st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_no_budgeted_weights_beat_the_best_single(
    design: RoyaltyDesign, weights: list[float]
) -> None:
    total = sum(weights) or 1.0
    scaled = [w / total * design.royalty_share * (1 - 1e-12) for w in weights]
    rule = LineageShare(weights=scaled, royalty_share=design.royalty_share)
    best = design.single_incentive(design.best_distance)
    assert design.incentive_of(rule) <= best * (1 + 1e-9)


def test_how_far_geometric_royalties_are_from_the_best() -> None:
    ratios = [
        (d := RoyaltyDesign(s, 1 - 1e-9)).single_incentive(d.best_distance) / d.best_incentive
        for s in (0.0, 0.5, 0.9, 0.999)
    ]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] == pytest.approx(4)
    assert ratios[-1] == pytest.approx(4 / math.e, rel=1e-3)
    tie = RoyaltyDesign(0.5 / 0.8, 0.8)  # sigma delta = 1/2: distances 1 and 2 are as good
    assert BEST_DISTANCE.exact(survival=sp.Rational(5, 8), discount=sp.Rational(4, 5)) == 2
    assert tie.single_incentive(1) == pytest.approx(tie.single_incentive(2))


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: RoyaltyDesign(1.1, 0.9), "survival"),
        (lambda: RoyaltyDesign(0.5, 1.0), "discount"),
        (lambda: RoyaltyDesign(0.5, 1 - 1e-12), "discount"),
        (lambda: RoyaltyDesign(0.5, 0.9, 2.0), "royalty_share"),
        (lambda: RoyaltyDesign(math.nan, 0.9), "survival"),
        (lambda: RoyaltyDesign(0.5, 0.9).value(1.0), "decay"),
        (lambda: RoyaltyDesign(0.5, 0.9).incentive([]), "decay"),
        (lambda: RoyaltyDesign(0.5, 0.9).single_incentive(0), "distance"),
        (lambda: RoyaltyDesign(0.5, 0.9).incentive_of("all"), "rule"),
        (lambda: RoyaltyDesign(0.5, 0.9).incentive_of(LineageShare(0.5), legs=0), "legs"),
        (lambda: royalty_budget("all", 3), "rule"),
        (lambda: royalty_budget(LineageShare(0.5), 0), "legs"),
        (lambda: royalty_budget(LineageShare(0.5), 10**9), "legs"),
    ],
)
def test_refusals(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()
