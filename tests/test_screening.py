"""Menus for hidden costs: closed forms, plain loops, other solvers, published cases, bad proofs."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

import derelayl_econ as d
from derelayl_econ.design.effort_value import EffortValue, QuadraticBenefit, Work
from derelayl_econ.design.ironing import VIRTUAL_COST, iron, pools, virtual_costs
from derelayl_econ.design.menu_terms import MinusValue, WorkTaken
from derelayl_econ.design.result import DesignStatus
from derelayl_econ.design.screening import ScreeningMenu
from derelayl_econ.quality import ExponentialCurve, PowerCurve

CURVES: tuple[Any, ...] = (
    d.LogCurve(height=8), d.RootCurve(height=5), ExponentialCurve(0.5, 8, effort_scale=1.5),
    PowerCurve(0, 8, effort_scale=1.0, exponent=1.2), QuadraticBenefit(slope=9, bend=2),
)  # fmt: skip
SEEDS = (7, np.random.SeedSequence().entropy)
FALLING = {"costs": [1.0, 1.5, 2.5, 2.6, 3.5], "shares": [0.1, 0.3, 0.05, 0.35, 0.2]}


def _random(seed: int, size: int, **more: Any) -> ScreeningMenu:
    rng = np.random.default_rng(seed)
    costs = np.cumsum(rng.uniform(0.05, 1, size)) + 0.3
    shares = rng.dirichlet(np.full(size, 2.0)) * 0.9 + 0.1 / size
    given = {"value": d.LogCurve(height=8), "cap": 6.0} | more
    return ScreeningMenu(costs=costs, shares=shares / shares.sum(), **given)


def _utility(menu: ScreeningMenu, design: Any, i: int, j: int) -> float:
    work = design.efforts[j] ** menu.work_power + menu.work_bend * design.efforts[j] ** 2 / 2
    return float(design.rewards[j] - np.asarray(menu.costs)[i] * work)


# -- virtual costs and ironing


def test_virtual_costs_are_those_of_summed_rents() -> None:
    # Rents by plain loops: type i is paid for what all dearer types could be mistaken for.
    costs = [Fraction(x) for x in (1, 2, 4, 5)]
    shares = [Fraction(x, 10) for x in (1, 4, 3, 2)]
    works = [Fraction(x) for x in (7, 5, 2, 1)]
    spent = Fraction(0)
    for i, (share, cost, work) in enumerate(zip(shares, costs, works, strict=True)):
        rent = sum((costs[j] - costs[j - 1]) * works[j] for j in range(i + 1, 4))
        spent += share * (cost * work + rent)
    virtual = virtual_costs(costs, shares)
    assert spent == sum(f * s * k for f, s, k in zip(shares, virtual, works, strict=True))
    assert virtual[0] == costs[0]
    for i in range(1, 4):
        known = {"type_cost": costs[i], "cheaper_cost": costs[i - 1],
                 "cheaper_share": sum(shares[:i]), "type_share": shares[i]}  # fmt: skip
        exact = VIRTUAL_COST.exact(**{k: str(v) for k, v in known.items()})
        assert Fraction(str(exact)) == virtual[i]


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 9)), min_size=1, max_size=12))
def test_ironing_is_isotonic_regression(pairs: list[tuple[int, int]]) -> None:
    values, weights = ([Fraction(x) for x in column] for column in zip(*pairs, strict=True))
    found = iron(values, weights)
    other = IsotonicRegression().fit_transform(
        np.arange(len(values)),
        [float(v) for v in values],
        sample_weight=[float(w) for w in weights],
    )
    assert np.allclose([float(x) for x in found], other)
    # Conditions of optimality, exactly: sums within every block agree, partial sums lie above.
    gaps = [w * (v - s) for v, w, s in zip(values, weights, found, strict=True)]
    partial = list(itertools.accumulate(gaps))
    assert partial[-1] == 0
    assert min(partial) >= 0
    for (a, b), sum_so_far in zip(itertools.pairwise(found), partial, strict=False):
        assert a == b or (a < b and sum_so_far == 0)
    for first, last in pools(values, found):
        assert len(set(found[first : last + 1])) == 1


# -- the best menu


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: type(c).__name__)
@pytest.mark.parametrize(
    "more", [{}, {"budget": 1.5}, {"work_bend": 1.0}, {"outside": -0.5, "worth": 0.5}, {"cap": 0.3},
             {"work_power": 3, "budget": 0.7, "floor": 0.05}],
)  # fmt: skip
@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_by_cvxpy_agrees(curve: Any, more: dict[str, Any], seed: int) -> None:
    menu = _random(seed, 4, value=curve, **more)
    design, other = menu.solve(), menu.program().solve()
    if design.status is DesignStatus.INFEASIBLE:  # a budget below what the floor costs
        assert other.status is DesignStatus.INFEASIBLE
        return
    assert design.status is DesignStatus.OPTIMAL
    assert design.certificate is not None
    assert design.certificate.check()
    assert design.certificate.gap <= 1e-9 * max(1.0, abs(design.value or 0))
    assert other.value is not None
    assert design.value is not None
    assert other.value <= design.value + float(design.certificate.gap) + 1e-9
    assert other.value == pytest.approx(design.value, abs=2e-5)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("more", [{}, {"work_bend": 0.7}, {"budget": 2.0}, {"work_power": 2}])
def test_every_type_likes_its_own_line_best(seed: int, more: dict[str, Any]) -> None:
    menu = _random(seed, 9, **more)
    design = menu.solve()
    for i, j in itertools.product(range(9), repeat=2):
        assert _utility(menu, design, i, i) >= _utility(menu, design, i, j) - 1e-9
    for i in range(9):
        assert _utility(menu, design, i, i) - menu.outside == pytest.approx(
            design.rents[i], abs=1e-12
        )
        assert design.rents[i] >= -1e-12
    assert (np.diff(design.efforts) <= 1e-12).all()
    shares, worth = np.asarray(menu.shares), menu.effort_value.value(design.efforts)
    assert design.value == pytest.approx(float(shares @ (worth - design.rewards)), abs=1e-9)
    if menu.budget is not None:
        assert float(shares @ design.rewards) <= menu.budget + 1e-9


def test_grid_of_all_menus_of_three_types() -> None:
    menu = ScreeningMenu(costs=[1, 2, 3.5], shares=[0.3, 0.3, 0.4], cap=4,
                         value=QuadraticBenefit(slope=6, bend=1.5))  # fmt: skip
    best = -np.inf
    grid = np.linspace(0, 4, 41)
    for e in itertools.product(grid, repeat=3):
        if not e[0] >= e[1] >= e[2]:
            continue
        r3 = 3.5 * e[2]
        r2 = r3 + 2 * (e[1] - e[2])
        r1 = r2 + 1 * (e[0] - e[1])
        worth = [6 * x - 0.75 * x * x for x in e]
        best = max(best, 0.3 * (worth[0] - r1) + 0.3 * (worth[1] - r2) + 0.4 * (worth[2] - r3))
    design = menu.solve()
    assert design.value is not None
    assert best <= design.value + 1e-12
    assert design.value - best < 0.01  # the grid is 0.1 wide
    assert design.certificate is not None
    assert design.certificate.status == "exact"


def test_rewards_are_the_least_even_among_menus_that_do_not_bind() -> None:
    # A general solver that knows all n^2 conditions, efforts and rewards free.
    menu = ScreeningMenu(**FALLING, cap=5, value=d.LogCurve(height=6))
    costs, shares = np.array(FALLING["costs"]), np.array(FALLING["shares"])

    def loss(x: Any) -> float:
        return float(-shares @ (6 * np.log1p(x[:5]) - x[5:]))

    def slack(x: Any) -> Any:
        own = x[5:] - costs * x[:5]
        others = x[5:][None, :] - costs[:, None] * x[:5][None, :]
        return np.concatenate([own, (own[:, None] - others).ravel()])

    start = np.concatenate([np.full(5, 0.5), np.full(5, 2.0)])
    ends = [(0.0, 5.0)] * 5 + [(None, None)] * 5
    rules = {"type": "ineq", "fun": slack}
    found = minimize(loss, start, bounds=ends, method="SLSQP", constraints=rules,
                     options={"maxiter": 500})  # fmt: skip
    design = menu.solve()
    assert -found.fun == pytest.approx(design.value, abs=1e-5)
    assert design.pooled  # virtual costs fall here
    for first, last in design.pooled:
        assert np.ptp(design.efforts[first : last + 1]) == 0
        assert np.ptp(design.rewards[first : last + 1]) == pytest.approx(0, abs=1e-12)


def test_known_costs_are_cheaper_and_the_cheapest_type_is_not_distorted() -> None:
    design = _random(SEEDS[0], 6).solve()
    assert design.information_cost is not None
    assert design.information_cost > 0
    assert (design.efforts <= design.first_best_efforts + 1e-12).all()
    assert design.efforts[0] == pytest.approx(design.first_best_efforts[0], rel=1e-12)
    assert design.rents[-1] == pytest.approx(0, abs=1e-12)


def test_a_type_that_is_too_dear_is_asked_for_nothing() -> None:
    design = ScreeningMenu(
        costs=[1, 3], shares=[0.9, 0.1], cap=9, value=d.LogCurve(height=5)
    ).solve()
    assert design.excluded == (1,)  # virtual cost 21, worth 5 at most
    assert design.rewards[1] == 0
    assert "types from 1 on are asked for nothing" in design.sentences()


# -- prices


@pytest.mark.parametrize(
    ("name", "field", "step"),
    [
        ("every type takes part", "outside", -1e-4),
        ("budget", "budget", 1e-4),
        ("effort cap", "cap", 1e-4),
    ],
)
def test_prices_are_slopes_of_the_value(name: str, field: str, step: float) -> None:
    menu = _random(3, 5, budget=1.2, cap=0.9)
    moved = replace(menu, **{field: getattr(menu, field) + step})
    before, after = menu.solve(), moved.solve()
    assert before.value is not None
    assert after.value is not None
    slope = (after.value - before.value) / 1e-4
    assert before.price(name).price == pytest.approx(slope, rel=1e-2, abs=1e-6)
    assert name in before.price(name).sentence


def test_conflicting_bounds_are_named() -> None:
    menu = ScreeningMenu(costs=[1, 2], shares=[0.5, 0.5], cap=10, floor=1, budget=1.5,
                         value=QuadraticBenefit(slope=5, bend=1))  # fmt: skip
    design = menu.solve()
    assert design.status is DesignStatus.INFEASIBLE
    assert design.value is None
    assert design.conflict is not None
    assert {"effort floor", "budget", "every type takes part"} <= set(design.conflict.names)
    assert design.sentences() == (design.caption(),)
    (moved, amount), *_ = design.conflict.relaxation.items()
    assert moved in design.conflict.names
    # The floor of both types costs 2 each: relaxed by what is said it can just be met.
    assert replace(menu, budget=2.0).solve().status is DesignStatus.OPTIMAL
    assert replace(menu, budget=1.999).solve().status is DesignStatus.INFEASIBLE
    assert amount > 0


# -- certificates


def _touched(proof: Any) -> list[Any]:
    size = len(proof.costs)
    first = proof.point
    bumped = [
        (*first[:i], first[i] + Fraction(1, 1000), *first[i + 1 :]) for i in range(len(first))
    ]
    changed = [replace(proof, point=point) for point in bumped]
    for number, prices in enumerate(proof.prices):
        for r in range(len(prices)):
            new = (*prices[:r], prices[r] + Fraction(1, 1000), *prices[r + 1 :])
            every = (*proof.prices[:number], new, *proof.prices[number + 1 :])
            changed.append(replace(proof, prices=every))
    for number, touch in enumerate(proof.touches):
        moved = replace(touch, place=(touch.place[0] + 1, *touch.place[1:]))
        others = proof.touches[:number], proof.touches[number + 1 :]
        changed += [
            replace(proof, touches=(*others[0], new, *others[1]))
            for new in (replace(touch, weight=touch.weight * 2), moved)
        ]
    changed += [replace(proof, touches=proof.touches[1:]), replace(proof, prices=proof.prices[1:]),
                replace(proof, value=proof.value + Fraction(1, 10**6)),
                replace(proof, bound=proof.bound + Fraction(1, 10**6)),
                replace(proof, costs=tuple(c * 2 for c in proof.costs)),
                replace(proof, taken=Work(2, 1.0)),
                replace(proof, first_reward=proof.first_reward + 1),
                replace(proof, point=proof.point[: size])]  # fmt: skip
    return changed


@pytest.mark.parametrize("more", [{}, {"work_bend": 0.5}, {"budget": 1.5}])
@pytest.mark.parametrize("curve", [d.LogCurve(height=6), QuadraticBenefit(slope=9, bend=2)])
def test_perturbed_certificates_are_rejected(curve: Any, more: dict[str, Any]) -> None:
    proof = ScreeningMenu(**FALLING, cap=5, value=curve, **more).solve().certificate
    assert proof is not None
    assert proof.check()
    assert "25 comparisons" in proof.claim
    for changed in _touched(proof):
        assert not changed.check(), changed


@pytest.mark.parametrize("box", [True, False])
def test_perturbed_robust_certificates_are_rejected(box: bool) -> None:
    menu = ScreeningMenu(**FALLING, cap=5, value=d.LogCurve(height=6))
    proof = menu.robust(**({"box": 0.03} if box else {"ellipsoid": 0.1})).certificate
    assert proof is not None
    assert proof.check()
    rejected = [changed.check() for changed in _touched(proof)]
    assert not any(rejected)


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: type(c).__name__)
@given(place=st.floats(1e-3, 5), other=st.floats(0, 20))
@settings(max_examples=25)
def test_tangents_lie_above_the_value(curve: Any, place: float, other: float) -> None:
    value = EffortValue(curve, 2.0, 5.0)
    found = MinusValue(value).tangent((Fraction(place),))
    assert found is not None
    constant, (slope,) = found
    assert float(value.value(other)) <= -float(constant + slope * Fraction(other)) + 1e-12
    low, high = value.bounds(Fraction(place))
    assert float(low) - 1e-12 <= float(value.value(place)) <= float(high) + 1e-12
    third = Fraction(place) + Fraction(1, 3 * 2**60)  # no float: enclosed by its neighbours
    assert value.bounds(third)[0] <= value.bounds(third)[1]
    assert MinusValue(value).tangent((Fraction(-1),)) is None
    assert MinusValue(value).above((Fraction(-1),)) == float("inf")


def test_work_and_its_tangents() -> None:
    work = WorkTaken(Work(3, 0.5))
    constant, (slope,) = work.tangent((Fraction(2),)) or (None, (None,))
    assert (constant, slope) == (9 - 13 * 2, 13)  # 8 + 1, slope 12 + 1
    assert work.above((Fraction(2),)) == 9
    assert work.tangent((Fraction(-1),)) is None


# -- unknown shares


def _worst(menu: ScreeningMenu, design: Any, box: float, rounds: int, seed: int) -> float:
    rng, centre = np.random.default_rng(seed), np.asarray(menu.shares)
    brought = menu.effort_value.value(design.efforts) - design.rewards
    low = np.inf
    for _ in range(rounds):
        off = rng.uniform(-box, box, centre.size)
        off -= off.mean()
        if np.abs(off).max() <= box:
            low = min(low, float((centre + off) @ brought))
    return low


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("more", [{}, {"work_bend": 1.0}])
def test_robust_menus_are_saddle_points(seed: int, more: dict[str, Any]) -> None:
    menu = _random(seed, 5, **more)
    box = 0.5 * float(np.asarray(menu.shares).min())
    design = menu.robust(box=box)
    assert design.status is DesignStatus.OPTIMAL
    assert design.value is not None
    plain = menu.solve()
    assert plain.value is not None
    assert design.value <= plain.value + 1e-9
    # Against the worst shares nothing is better than the robust menu ...
    worst = design.shares / design.shares.sum()
    assert np.abs(worst - np.asarray(menu.shares)).max() <= box + 1e-9
    assert replace(menu, shares=worst).solve().value == pytest.approx(design.value, abs=1e-5)
    # ... which brings at least its value whatever the shares are, and more than the plain menu.
    assert _worst(menu, design, box, 2000, seed) >= design.value - 1e-6
    brought = menu.effort_value.value(plain.efforts) - plain.rewards
    assert float(worst @ brought) <= design.value + 1e-6


@pytest.mark.parametrize("radius", [0.05, 0.2])
def test_ellipsoid_costs_a_multiple_of_the_spread(radius: float) -> None:
    menu = _random(5, 4)
    design = menu.robust(ellipsoid=radius)
    shares = np.asarray(menu.shares)
    brought = menu.effort_value.value(design.efforts) - design.rewards
    mean = shares @ brought
    worst = mean - radius * np.sqrt(shares @ (brought - mean) ** 2)
    assert design.value == pytest.approx(worst, abs=1e-7)
    assert ((design.shares - shares) ** 2 / shares).sum() == pytest.approx(radius**2, rel=1e-6)


def test_a_small_set_costs_little() -> None:
    menu = _random(11, 6)
    plain, tight = menu.solve().value, menu.robust(box=1e-6).value
    assert plain is not None
    assert tight == pytest.approx(plain, abs=1e-4)


# -- laws


@given(st.floats(0.01, 100), st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_other_units_of_money_change_nothing(unit: float, seed: int) -> None:
    menu = _random(seed, 4)
    other = replace(menu, costs=np.asarray(menu.costs) * unit, worth=unit)
    one, two = menu.solve(), other.solve()
    assert one.value is not None
    assert two.value == pytest.approx(unit * one.value, rel=1e-9)
    assert np.allclose(two.efforts, one.efforts, rtol=1e-9)


def test_one_type_gets_its_first_best() -> None:
    design = ScreeningMenu(costs=[2], shares=[1], cap=10, value=d.LogCurve(height=8)).solve()
    assert design.efforts[0] == pytest.approx(3, rel=1e-12)
    assert design.rewards[0] == pytest.approx(6, rel=1e-12)
    assert design.information_cost == pytest.approx(0, abs=1e-12)


# -- published cases


def test_laffont_martimort_two_types() -> None:
    # Laffont and Martimort 2002, chapter 2, eqs. (2.25)-(2.28): S'(q_low) = theta_low, S'(q_high) =
    # theta_high + nu/(1-nu) (theta_high - theta_low); rent of the efficient type = d_theta q_high.
    # S(q) = 10 q - q^2/2, theta = 2, 3, nu = 1/4.
    design = ScreeningMenu(costs=[2, 3], shares=[0.25, 0.75], cap=20,
                           value=QuadraticBenefit(slope=10, bend=1)).solve()  # fmt: skip
    assert design.efforts[0] == 8
    assert design.efforts[1] == pytest.approx(10 - 3 - 1 / 3, rel=1e-12)
    assert design.rents[0] == pytest.approx(20 / 3, rel=1e-12)


def test_laffont_martimort_shut_down() -> None:
    # The same book, section 2.6.3: with S'(0) finite and nu large the inefficient type is shut.
    def menu(nu: float) -> ScreeningMenu:
        return ScreeningMenu(costs=[2, 3], shares=[nu, 1 - nu], cap=20,
                             value=QuadraticBenefit(slope=10, bend=1))  # fmt: skip

    # Shut down once 3 + nu/(1-nu) >= 10, nu >= 7/8.
    assert menu(0.87).solve().excluded == ()
    assert menu(0.88).solve().excluded == (1,)


def test_baron_myerson_uniform_costs() -> None:
    # Baron and Myerson 1982, Econometrica 50:911: virtual cost theta + F/f, for costs uniform on
    # [1, 2] it is 2 theta - 1. Many types come near to it.
    size = 200
    costs = 1 + (np.arange(size) + 0.5) / size
    design = ScreeningMenu(costs=costs, shares=np.full(size, 1 / size), cap=20,
                           value=QuadraticBenefit(slope=5, bend=1)).solve()  # fmt: skip
    assert np.allclose(design.virtual_costs, 2 * costs - 1, atol=1.01 / size)
    assert design.pooled == ()
    assert np.allclose(design.efforts, 5 - (2 * costs - 1), atol=1.01 / size)


def test_mussa_rosen_pooling_where_virtual_costs_fall() -> None:
    # Mussa and Rosen 1978, section 4 (bunching); weights by hand: virtual costs 1, 3, 2.5 with
    # shares 1/4, 1/4, 1/2 would be ironed to 1, 8/3, 8/3.
    ironed = iron(
        [Fraction(1), Fraction(3), Fraction(5, 2)], [Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)]
    )
    assert ironed == (1, Fraction(8, 3), Fraction(8, 3))


# -- bad input


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"costs": [2, 1]}, "costs must increase"), ({"costs": [1, 1]}, "costs must increase"),
        ({"costs": [0, 1]}, "costs"), ({"costs": []}, "costs"), ({"costs": [1, np.nan]}, "costs"),
        ({"shares": [0.5, 0.6]}, "shares must add up to 1"), ({"shares": [1.0, 0.0]}, "shares"),
        ({"shares": [1.0]}, "shares must be as many as costs"), ({"cap": 0}, "cap"),
        ({"floor": 11}, "floor must be at most cap"), ({"floor": -1}, "floor"),
        ({"value": None}, "value must be a LogCurve"), ({"worth": True}, "worth"),
        ({"budget": np.inf}, "budget"), ({"outside": "x"}, "outside"),
        ({"work_power": 1.5}, "work_power"), ({"work_bend": -1}, "work_bend"),
        ({"value": d.HillCurve(0.1, 0.9, effort_scale=3, steepness=2)}, "value must be a LogCurve"),
        ({"value": d.LogCurve(height=1e50)}, "height of value"),
    ],
)  # fmt: skip
def test_bad_input(wrong: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "costs": [1, 2],
        "shares": [0.5, 0.5],
        "cap": 10.0,
        "value": d.LogCurve(),
    }
    with pytest.raises(d.InputError, match=message):
        ScreeningMenu(**(good | wrong))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({}, "one of them above 0"), ({"box": 0.1, "ellipsoid": 0.1}, "one of them"),
     ({"box": 0.5}, "probability of every type"), ({"box": [0.1, 0.1, 0.1]}, "box"),
     ({"ellipsoid": 1.0}, "probability of every type"), ({"box": -0.1}, "box"),
     ({"ellipsoid": np.nan}, "ellipsoid")],
)  # fmt: skip
def test_bad_sets_of_shares(wrong: dict[str, Any], message: str) -> None:
    menu = ScreeningMenu(costs=[1, 2], shares=[0.5, 0.5], cap=10, value=d.LogCurve(height=5))
    with pytest.raises(d.InputError, match=message):
        menu.robust(**wrong)
    with pytest.raises(d.InputError, match="budget must be None"):
        replace(menu, budget=3.0).robust(box=0.1)
