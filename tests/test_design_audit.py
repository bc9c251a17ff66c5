"""Deposit, audit rate, committee: the games' own window, grids, bounds, conflicts, bad input."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derelayl_econ import AuditDesign, Committee, DesignStatus, InputError
from derelayl_econ.games.deposit import deposit_window

GOOD = {"cost_honest": 1.0, "saving": 0.8, "verify_cost": 0.05, "capital_rate": 0.01,
        "false_reject": 0.1, "false_accept": 0.15, "correlation": 0.1}  # fmt: skip


def _design(**change: object) -> AuditDesign:
    return AuditDesign(**{**GOOD, **change})


def _window(design: AuditDesign, reward: float, rate: float, size: int) -> tuple[float, float]:
    rates = Committee(size, design.false_reject, design.false_accept, design.correlation).majority()
    window = deposit_window(
        cost_honest=design.cost_honest, saving=design.saving, reward=reward, audit_rate=rate,
        false_reject=rates.false_reject, false_accept=rates.false_accept, outside=design.outside,
    )  # fmt: skip
    return window.low, window.high


def _by_grid(design: AuditDesign, size: int, reward: float) -> float:
    """Price audit rates on a grid, with the smallest deposit that keeps trainers honest."""
    rates = Committee(size, design.false_reject, design.false_accept, design.correlation).majority()
    alpha, beta, best = rates.false_reject, rates.false_accept, math.inf
    for rate in np.geomspace(1e-3, 1, 4000):
        deposit = max(0.0, design.saving / (rate * (1 - alpha - beta)) - reward)
        joining = reward * (1 - rate * alpha) - deposit * rate * alpha - design.cost_honest
        if joining >= design.outside and deposit <= (design.deposit_cap or math.inf):
            cost = reward + design.capital_rate * deposit + design.verify_cost * size * rate
            best = min(best, cost)
    return best


# -- against the game -------------------------------------------------------------------------


@pytest.mark.parametrize("reward", [None, 1.3, 3.0])
@pytest.mark.parametrize("cap", [None, 0.4])
def test_the_plan_lies_in_the_deposit_window_and_at_its_floor(
    reward: float | None, cap: float | None
) -> None:
    design = _design(reward=reward, deposit_cap=cap)
    plan = design.solve()
    assert plan.status is DesignStatus.OPTIMAL
    low, high = _window(design, plan["reward"], plan["audit rate"], plan["committee"])
    assert plan["deposit"] == pytest.approx(low, abs=1e-5)
    assert low - 1e-9 <= plan["deposit"] <= high + 1e-9
    assert plan["deposit"] <= (cap or math.inf) + 1e-9
    assert 0 < plan["audit rate"] <= 1
    cost = (plan["reward"] + 0.01 * plan["deposit"]
            + 0.05 * plan["committee"] * plan["audit rate"])  # fmt: skip
    assert plan.value == pytest.approx(cost, abs=1e-6)


@pytest.mark.parametrize("change", [{}, {"deposit_cap": 0.4}, {"capital_rate": 0.5},
                                    {"verify_cost": 3.0}, {"outside": 0.2}])  # fmt: skip
def test_no_audit_rate_on_a_grid_is_cheaper(change: dict[str, float]) -> None:
    design = _design(reward=1.5, **change)
    for size in (1, 3, 7):
        plan = design.solve_size(size)
        found = _by_grid(design, size, 1.5)
        assert plan.value is not None
        assert plan.value <= found + 1e-6
        assert plan.value == pytest.approx(found, rel=3e-3)


@settings(max_examples=8)
@given(
    st.floats(0, 2), st.floats(0.05, 2), st.floats(0.01, 1), st.floats(0.01, 2),
    st.one_of(st.none(), st.floats(0, 5)), st.one_of(st.none(), st.floats(0.1, 2)),
    st.floats(-0.5, 0.5), st.sampled_from([1, 3, 5]),
)  # fmt: skip
def test_the_closed_form_is_the_certified_optimum(
    cost: float, saving: float, votes: float, capital: float, reward: float | None,
    cap: float | None, outside: float, size: int,
) -> None:  # fmt: skip
    design = _design(cost_honest=cost, saving=saving, verify_cost=votes, capital_rate=capital,
                     reward=reward, deposit_cap=cap, outside=outside,
                     largest_committee=size)  # fmt: skip
    entry = design.solve().sizes[-1]
    assume(entry.size == size)
    assume(reward is None or abs(reward - entry.reward_needed) > 1e-4)
    plan = design.solve_size(size)
    if math.isinf(entry.cost):
        assert plan.status is DesignStatus.INFEASIBLE
    else:
        assert plan.status is DesignStatus.OPTIMAL
        assert plan.value == pytest.approx(entry.cost, rel=1e-5, abs=1e-6)
        assert plan.certificate is not None
        assert plan.certificate.check()


def test_the_chosen_reward_is_the_least_of_the_closed_form() -> None:
    plan = _design().solve()
    committee = Committee(plan["committee"], 0.1, 0.15, 0.1).majority()
    kappa = 1 - committee.false_reject - committee.false_accept
    assert plan["reward"] == pytest.approx(1 + 0.8 * committee.false_reject / kappa, abs=1e-6)
    assert plan.price("joining pays").price == pytest.approx(0.99, abs=1e-3)  # 1 - capital rate


# -- committees -------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{}, {"reward": 1.5}, {"verify_cost": 1e-4},
                                    {"verify_cost": 1e-4, "correlation": 0.0}])  # fmt: skip
def test_the_search_over_committees_is_exact(change: dict[str, float]) -> None:
    plan = _design(**change).solve()
    assert plan.complete
    every = [(_design(**change).solve_size(size).value, size) for size in range(1, 52, 2)]
    value, size = min((v, s) for v, s in every if v is not None)
    assert plan["committee"] == size
    assert plan.value == pytest.approx(value, abs=1e-7)
    bounds = [entry.bound for entry in plan.sizes]
    assert bounds == sorted(bounds)
    assert all(entry.bound <= entry.cost for entry in plan.sizes)


def test_cheap_votes_buy_larger_committees_and_correlation_smaller_ones() -> None:
    dear, cheap = (_design(verify_cost=nu).solve()["committee"] for nu in (0.5, 1e-5))
    assert dear == 1
    assert cheap > 5
    together = _design(verify_cost=1e-5, correlation=0.6).solve()["committee"]
    assert together < cheap


def test_a_majority_that_rejects_everything_tells_nothing_apart() -> None:
    design = _design(false_reject=0.9, false_accept=0.05, correlation=0, largest_committee=5)
    assert design.solve()["committee"] == 1  # more votes make it worse
    with pytest.raises(InputError, match="better than a coin"):
        design.solve_size(2001)


# -- conflicts --------------------------------------------------------------------------------


def test_a_reward_that_is_too_small_conflicts_and_the_least_one_is_named() -> None:
    plan = _design(reward=1.05, largest_committee=1, correlation=0).solve()
    assert plan.status is DesignStatus.INFEASIBLE
    assert plan.value is None
    assert plan.conflict is not None
    assert set(plan.conflict.names) == {"honest work is best", "joining pays"}
    assert plan.conflict.verified
    assert plan.conflict.certificate is not None
    assert plan.conflict.certificate.check()
    closed = 1 + Fraction(0.8) * Fraction(0.1) / (1 - Fraction(0.1) - Fraction(0.15))
    assert plan.reward_needed == pytest.approx(float(closed), rel=1e-12)
    assert not plan.complete
    for shift, status in ((1e-4, DesignStatus.OPTIMAL), (-1e-4, DesignStatus.INFEASIBLE)):
        other = _design(reward=plan.reward_needed + shift, largest_committee=1, correlation=0)
        assert other.solve().status is status


def test_a_reward_below_cost_is_not_worth_joining_at_any_deposit() -> None:
    plan = _design(reward=0.9, largest_committee=3).solve()
    assert plan.conflict is not None
    assert plan.conflict.names == ("joining pays",)


def test_a_cap_below_what_honesty_needs() -> None:
    plan = _design(reward=None, saving=6.0, cost_honest=0.0, deposit_cap=1.0).solve()
    assert plan.status is DesignStatus.OPTIMAL  # the reward is raised instead
    assert plan["reward"] + plan["deposit"] >= 6
    fixed = _design(reward=5.0, saving=6.0, cost_honest=0.0, deposit_cap=0.5,
                    largest_committee=3).solve()  # fmt: skip
    assert fixed.conflict is not None
    assert set(fixed.conflict.names) == {"honest work is best", "deposit cap"}


# -- uncertainty ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, np.random.SeedSequence().entropy])
def test_the_robust_plan_works_everywhere_in_the_box_and_costs_more(seed: int) -> None:
    box = {"false_reject_error": 0.05, "false_accept_error": 0.05, "saving_error": 0.2}
    plan, plain = _design(**box).solve(), _design().solve()
    assert plan.value is not None
    assert plain.value is not None
    assert plan.value > plain.value
    rng = np.random.default_rng(seed)
    for a, b, s in [(1, 1, 1), *rng.uniform(-1, 1, (15, 3))]:
        nature = _design(false_reject=0.1 + 0.05 * a, false_accept=0.15 + 0.05 * b,
                         saving=0.8 + 0.2 * s)  # fmt: skip
        low, high = _window(nature, plan["reward"], plan["audit rate"], plan["committee"])
        assert low <= plan["deposit"] + 1e-9
        assert plan["deposit"] <= high + 1e-9


def test_scaling_money_scales_the_plan() -> None:
    one = _design().solve()
    ten = _design(cost_honest=10.0, saving=8.0, verify_cost=0.5).solve()
    assert one.value is not None
    assert ten.value == pytest.approx(10 * one.value, rel=1e-6)
    assert ten["committee"] == one["committee"]


# -- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"saving": 0}, "saving"),
        ({"verify_cost": -1}, "verify_cost"),
        ({"capital_rate": 0}, "capital_rate"),
        ({"false_reject": 0.6, "false_accept": 0.5}, "false_reject"),
        ({"false_reject_error": 0.5}, "false_reject_error"),
        ({"largest_committee": 4}, "largest_committee"),
        ({"reward": math.nan}, "reward"),
        ({"deposit_cap": "x"}, "deposit_cap"),
        ({"correlation": 1}, "correlation"),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        _design(**change)


def test_a_committee_is_odd() -> None:
    with pytest.raises(InputError, match="size"):
        _design().solve_size(2)
