"""Royalty weights: single late royalties, geometric ones beaten, brute force, theorem F, input."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ import DesignStatus, InputError, LineageShare, RoyaltyDesign, RoyaltyWeights

RATES = st.tuples(st.floats(0.05, 0.97), st.floats(0.05, 0.97))


def _terms(survival: float, discount: float, horizon: int) -> np.ndarray:
    distance = np.arange(1, horizon + 1)
    return distance * discount**distance * survival ** (distance - 1.0)


# -- closed forms -----------------------------------------------------------------------------


@settings(max_examples=12)
@given(RATES, st.floats(0.1, 1))
def test_one_royalty_at_the_best_distance_is_best(rates: tuple[float, float], rho: float) -> None:
    survival, discount = rates
    theory = RoyaltyDesign(survival, discount, rho)
    design = RoyaltyWeights(survival=survival, discount=discount, royalty_share=rho,
                            horizon=theory.best_distance + 3).solve()  # fmt: skip
    assert design.status is DesignStatus.OPTIMAL
    assert design.certificate is not None
    assert design.certificate.check()
    assert design.certificate.gap == 0
    assert design.value == pytest.approx(theory.single_incentive(theory.best_distance), rel=1e-12)
    paid = (design["weights"].nonzero()[0] + 1).tolist()
    assert len(paid) == 1
    assert theory.single_incentive(paid[0]) == pytest.approx(design.value)


@settings(max_examples=8)
@given(RATES)
def test_the_best_geometric_weights_are_beaten(rates: tuple[float, float]) -> None:
    survival, discount = rates
    theory = RoyaltyDesign(survival, discount)
    design = RoyaltyWeights(survival=survival, discount=discount, horizon=50).solve()
    assert design.value is not None
    assert design.value > theory.best_incentive
    rule = LineageShare(weights=[0.0, *design["weights"]])
    assert theory.incentive_of(rule) == pytest.approx(design.value, rel=1e-9)


@pytest.mark.parametrize(("survival", "discount"), [(0.9, 0.95), (0.5, 0.8), (0.97, 0.96)])
def test_non_increasing_weights_are_equal_up_to_the_best_average(
    survival: float, discount: float
) -> None:
    terms = _terms(survival, discount, 60)
    averages = np.cumsum(terms) / np.arange(1, 61)
    design = RoyaltyWeights(survival=survival, discount=discount, horizon=60,
                            non_increasing=True).solve()  # fmt: skip
    assert design.value == pytest.approx(averages.max(), rel=1e-12)
    best = int(averages.argmax()) + 1
    np.testing.assert_allclose(design["weights"], np.where(np.arange(60) < best, 1 / best, 0))


def test_a_cap_fills_the_best_distances_first() -> None:
    terms = _terms(0.9, 0.95, 30)
    design = RoyaltyWeights(survival=0.9, discount=0.95, horizon=30, cap=0.15).solve()
    order = np.argsort(-terms)
    expected = np.zeros(30)
    expected[order[:6]], expected[order[6]] = 0.15, 0.1
    np.testing.assert_allclose(design["weights"], expected, atol=1e-12)
    assert design.price("budget").price == pytest.approx(terms[order[6]])
    assert design.price("cap").price == pytest.approx((terms[order[:6]] - terms[order[6]]).sum())


@pytest.mark.parametrize("seed", [0, 1, np.random.SeedSequence().entropy])
def test_random_weights_within_the_rules_are_never_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    survival, discount = rng.uniform(0.3, 0.95, 2)
    design = RoyaltyWeights(survival=survival, discount=discount, horizon=8, cap=0.4,
                            non_increasing=True).solve()  # fmt: skip
    terms = _terms(survival, discount, 8)
    for _ in range(500):
        weights = np.sort(rng.dirichlet(np.full(8, 0.3)))[::-1]
        weights = weights * min(1, 0.4 / weights[0])
        assert weights @ terms <= design.value + 1e-12


# -- splitting: theorem F as a conflict -------------------------------------------------------


def test_a_fee_below_the_budget_limits_blind_royalties() -> None:
    design = RoyaltyWeights(survival=0.9, discount=0.95, horizon=30, hand_over_fee=0.25).solve()
    assert design["weights"].sum() == 0.25
    assert design.price("no split pays").price > 0
    assert design.price("budget").price == 0
    assert "to spare" in design.price("budget").sentence


@settings(max_examples=8)
@given(RATES, st.floats(0.01, 1), st.floats(0, 0.5))
def test_blind_royalties_cannot_both_pay_and_be_split_proof(
    rates: tuple[float, float], fee: float, income: float
) -> None:
    design = RoyaltyWeights(survival=rates[0], discount=rates[1], horizon=10, hand_over_fee=fee,
                            income=income, royalty_share=1.0).solve()  # fmt: skip
    assert design.status is DesignStatus.INFEASIBLE
    assert design.conflict is not None
    assert design.conflict.smallest
    assert "royalties pay" in design.conflict.names
    step = rates[0] * rates[1]
    if step * 1.0 > fee + income + 1e-6:  # the budget would allow it: splitting is what forbids it
        assert design.conflict.names == ("no split pays", "royalties pay")
    missing = fee + income - step * min(fee, 1.0)
    moved = sum(design.conflict.relaxation.values())
    assert 0 < moved <= missing + 1e-9
    assert design.conflict.verified
    assert design.conflict.certificate is not None
    assert design.conflict.certificate.bound > 0


def test_royalties_on_improvement_may_pay() -> None:
    design = RoyaltyWeights(survival=0.9, discount=0.95, horizon=10, income=0.8).solve()
    assert design.status is DesignStatus.OPTIMAL
    assert design["weights"] @ (0.9 * 0.95) ** np.arange(1, 11) == pytest.approx(0.8)


# -- uncertainty ------------------------------------------------------------------------------


def test_the_worst_case_of_a_box_is_its_lower_corner() -> None:
    box = RoyaltyWeights(survival=0.9, discount=0.95, horizon=20, survival_error=0.1,
                         discount_error=0.05).solve()  # fmt: skip
    corner = RoyaltyWeights(survival=0.8, discount=0.9, horizon=20).solve()
    assert box.value == pytest.approx(corner.value)
    rng = np.random.default_rng(0)
    for survival, discount in zip(rng.uniform(0.8, 1, 50), rng.uniform(0.9, 1, 50), strict=True):
        assert box["weights"] @ _terms(survival, discount, 20) >= box.value - 1e-12


# -- bad input and edges ----------------------------------------------------------------------


def test_no_survival_leaves_only_the_next_leg() -> None:
    design = RoyaltyWeights(survival=0, discount=0.5, horizon=3).solve()
    np.testing.assert_array_equal(design["weights"], [1, 0, 0])
    assert design.value == 0.5
    assert RoyaltyWeights(survival=0.5, discount=0.5, horizon=1, royalty_share=0).solve().value == 0


def test_a_perturbed_proof_is_rejected() -> None:
    proof = RoyaltyWeights(survival=0.9, discount=0.95, horizon=5).solve().certificate
    assert proof is not None
    small = Fraction(1, 10**12)
    point = (proof.point[0] + small, *proof.point[1:])
    for other in (replace(proof, value=proof.value - small), replace(proof, point=point),
                  replace(proof, bound=proof.bound - small)):  # fmt: skip
        assert not other.check()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"survival": 1.1}, "survival"),
        ({"discount": 1}, "discount"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": 2.5}, "horizon"),
        ({"royalty_share": -0.1}, "royalty_share"),
        ({"cap": math.inf}, "cap"),
        ({"hand_over_fee": -1}, "hand_over_fee"),
        ({"income": math.nan}, "income"),
        ({"non_increasing": None}, "non_increasing"),
        ({"survival_error": 0.95}, "survival_error"),
        ({"discount_error": 0.8}, "discount_error"),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        RoyaltyWeights(**{"survival": 0.9, "discount": 0.8, "horizon": 5, **change})
