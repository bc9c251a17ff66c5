"""The inspection game with a deposit: closed forms, every equilibrium, the deposit window."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from derelayl_econ.equilibrium.bimatrix import BimatrixCertificate
from derelayl_econ.errors import InputError
from derelayl_econ.games.deposit import (
    DEPOSIT_CEILING,
    DEPOSIT_FLOOR,
    MINIMUM_REWARD,
    REWARD_FLOOR,
    deposit_window,
    window_of,
)
from derelayl_econ.games.verification import (
    AUDIT_RATE,
    CHEAT_RATE,
    TRAINER_PAYOFFS,
    VALIDATOR_PAYOFFS,
    VerificationGame,
)
from derelayl_econ.notation import symbol
from derelayl_econ.results import Coverage, Equilibrium

F = Fraction
# All numbers are binary fractions, so that knife edges are met exactly.
BASE: dict[str, float] = {
    "cost_honest": 1, "cost_cheat": 0.25, "reward": 2, "deposit": 1, "verify_cost": 0.25,
    "bounty": 1, "penalty": 0.5, "false_reject": 0.125, "false_accept": 0.25,
}  # fmt: skip


def game(**changes: Any) -> VerificationGame:
    return VerificationGame(**{**BASE, **changes})


def certificate(equilibrium: Equilibrium) -> BimatrixCertificate:
    assert isinstance(equilibrium.certificate, BimatrixCertificate)
    return equilibrium.certificate


def expected(table: Any, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """Expected payoff when the trainer cheats with probability x and y is the audit rate."""
    (hv, hw), (cv, cw) = [[formula.expression for formula in row] for row in table]
    return (1 - x) * (y * hv + (1 - y) * hw) + x * (y * cv + (1 - y) * cw)


def prose_payoffs(g: VerificationGame, cheats: bool, verifies: bool) -> tuple[F, F]:
    """Both payoffs from the prose, case by case."""
    alpha, beta = F(g.false_reject), F(g.false_accept)
    accept = F(1)
    if verifies:
        accept = beta if cheats else 1 - alpha
    trainer = accept * F(g.reward) - (1 - accept) * F(g.deposit)
    trainer -= F(g.cost_cheat) if cheats else F(g.cost_honest)
    validator = F(0)
    if verifies:
        validator -= F(g.verify_cost)
    if cheats:
        validator -= accept * F(g.penalty)
        validator += (1 - accept) * F(g.bounty)
    return trainer, validator


# --- the payoffs and the closed forms ---------------------------------------------------------


def test_payoff_formulas_are_the_prose() -> None:
    g = game()
    trainer, validator = g.bimatrix()
    for row, cheats in enumerate((False, True)):
        for column, verifies in enumerate((True, False)):
            assert (trainer[row][column], validator[row][column]) == prose_payoffs(
                g, cheats, verifies
            )


def test_closed_forms_solve_the_indifference_conditions() -> None:
    x, y = sp.symbols("x y")
    saving = {symbol("saving"): symbol("cost_honest") - symbol("cost_cheat")}
    trainer = sp.diff(expected(TRAINER_PAYOFFS, x, y), x)
    (audit,) = sp.solve(trainer, y)
    assert sp.simplify(audit - AUDIT_RATE.expression.subs(saving)) == 0
    validator = sp.diff(expected(VALIDATOR_PAYOFFS, x, y), y)
    (cheat,) = sp.solve(validator, x)
    assert sp.simplify(cheat - CHEAT_RATE.expression) == 0


def test_a_larger_deposit_lowers_checking_and_not_cheating() -> None:
    assert "deposit" not in CHEAT_RATE.arguments
    slope = AUDIT_RATE.diff("deposit")
    values = {"saving": 0.75, "reward": 2, "deposit": 1, "false_reject": 0.125,
              "false_accept": 0.25}  # fmt: skip
    assert slope.exact(**values) < 0
    # sign for all parameters: the derivative is -y*/(R + D)
    total = symbol("reward") + symbol("deposit")
    assert sp.simplify(slope.expression + AUDIT_RATE.expression / total) == 0
    low, high = game(deposit=1), game(deposit=2)
    assert high.audit_rate() < low.audit_rate()
    assert high.cheat_rate() == low.cheat_rate()


def test_comparative_statics_of_cheating() -> None:
    values = {"verify_cost": 0.25, "bounty": 1, "penalty": 0.5, "false_accept": 0.25}
    slopes = {name: CHEAT_RATE.diff(name) for name in values}
    signs = {
        name: int(sp.sign(slope.exact(**{k: values[k] for k in slope.arguments})))
        for name, slope in slopes.items()
    }
    assert signs == {"verify_cost": 1, "bounty": -1, "penalty": -1, "false_accept": 1}


# --- the equilibria ---------------------------------------------------------------------------

GENERIC = [
    (game(), ["mixed"]),
    (game(verify_cost=2), ["cheat / wave through"]),
    (game(reward=0.5, deposit=0.25), ["cheat / verify"]),
    (game(reward=0.5, deposit=0.25, verify_cost=2), ["cheat / wave through"]),
]


@pytest.mark.parametrize(("g", "labels"), GENERIC)
def test_generic_games_have_one_equilibrium(g: VerificationGame, labels: list[str]) -> None:
    found = g.equilibria()
    assert [e.label for e in found] == labels
    assert found.coverage is Coverage.ALL
    assert found.finite
    assert found.agrees, "Nashpy has no trouble with generic 2 x 2 games"
    assert found[0].strategy[0][1] == pytest.approx(g.cheat_rate(), abs=1e-15)
    assert found[0].strategy[1][0] == pytest.approx(g.audit_rate(), abs=1e-15)
    assert found[0].regret < 1e-15
    assert found[0].certificate.status == "exact"
    assert found[0].certificate.check()


def points(g: VerificationGame) -> list[tuple[float, float]]:
    """(cheating rate, audit rate) of every listed equilibrium."""
    return [(float(e.strategy[0][1]), float(e.strategy[1][0])) for e in g.equilibria()]


# (game, corners of its only component), from the best responses by hand.
STAKE = (1 - 0.125 - 0.25) * 3  # (1 - alpha - beta)(R + D) of BASE
KNIFE_EDGES = [
    # nu = (1 - beta)(b_v + l) = 1.125: everybody cheats, any audit rate up to y* = .4 will do
    (game(verify_cost=1.125), [(1.0, 0.75 / STAKE), (1.0, 0.0)]),
    # the same with cheating dominant: any audit rate
    (game(verify_cost=1.125, reward=0.5, deposit=0.25), [(1.0, 1.0), (1.0, 0.0)]),
    # nu = 0: honest, any audit rate from y* up
    (game(verify_cost=0), [(0.0, 1.0), (0.0, 0.75 / STAKE)]),
    # nu = b_v = l = 0: the validator cares about nothing; three segments in one component
    (
        game(verify_cost=0, bounty=0, penalty=0),
        [(0.0, 1.0), (0.0, 0.75 / STAKE), (1.0, 0.75 / STAKE), (1.0, 0.0)],
    ),
]


@pytest.mark.parametrize(("g", "corners"), KNIFE_EDGES)
def test_knife_edges_list_the_corners_and_say_so(
    g: VerificationGame, corners: list[tuple[float, float]]
) -> None:
    found = g.equilibria()
    assert points(g) == [pytest.approx(corner) for corner in corners]
    assert found.components == (tuple(range(len(corners))),)
    assert all("corner of component 1" in e.label for e in found)
    assert "INFINITELY MANY" in str(found)
    assert all(certificate(e).check() for e in found)


def test_knife_edge_of_the_bounty_counts_as_never_checked() -> None:
    g = game(verify_cost=1.125)
    assert g.never_checked
    assert (g.cheat_rate(), g.audit_rate()) == (1, 0)  # the corner with the fewest checks
    assert not game(verify_cost=math.nextafter(1.125, 0)).never_checked


def test_knife_edge_of_dominance() -> None:
    # alpha = beta = 1/4: (1 - alpha - beta)(R + D) = 3/4 = s exactly
    g = game(false_reject=0.25, reward=1, deposit=0.5)
    assert g.cheating_dominant
    x_star = 0.25 / (0.75 * 1.5)
    assert points(g) == [pytest.approx((x_star, 1.0)), (1.0, 1.0)]
    assert not g.equilibria().finite
    just_above = game(false_reject=0.25, reward=1, deposit=math.nextafter(0.5, 1))
    assert not just_above.cheating_dominant
    assert just_above.equilibria().finite


@given(
    exponents=st.lists(st.integers(0, 6), min_size=6, max_size=6),
    errors=st.tuples(st.integers(0, 3), st.integers(0, 4)),
)
def test_listed_points_are_equilibria_of_the_prose(
    exponents: list[int], errors: tuple[int, int]
) -> None:
    reward, deposit, nu, bounty, penalty, saving = (k / 4 for k in exponents)
    assume(saving > 0)
    g = VerificationGame(
        1 + saving, 1, reward, deposit, nu, bounty, penalty, errors[0] / 8, errors[1] / 8
    )
    found = g.equilibria()
    assert len(found) >= 1
    proofs = [certificate(e) for e in found]
    rates = [(proof.row_strategy[1], proof.column_strategy[0]) for proof in proofs]
    closed = (F(g.cheat_rate()), F(g.audit_rate()))
    for x, y in rates:
        assert prose_regret(g, x, y) == 0
    assert prose_regret(g, *closed) < F(1, 10**12)
    assert any(abs(x - closed[0]) + abs(y - closed[1]) < F(1, 10**12) for x, y in rates)
    if nu > 0:  # the verifier's dilemma
        assert all(x > 0 for x, _ in rates)


def prose_regret(g: VerificationGame, x: F, y: F) -> F:
    """Largest gain from a pure deviation, from the prose payoffs, in loops."""
    mine: dict[bool, F] = {c: F(0) for c in (False, True)}
    theirs: dict[bool, F] = {v: F(0) for v in (False, True)}
    for cheats in (False, True):
        for verifies in (False, True):
            trainer, validator = prose_payoffs(g, cheats, verifies)
            mine[cheats] += (y if verifies else 1 - y) * trainer
            theirs[verifies] += (x if cheats else 1 - x) * validator
    have = (1 - x) * mine[False] + x * mine[True], (1 - y) * theirs[False] + y * theirs[True]
    return max(*mine.values(), have[0]) - have[0] + max(*theirs.values(), have[1]) - have[1]


# --- planted flags ----------------------------------------------------------------------------


def test_planted_flags_make_checking_pay_exactly_from_the_stated_rate() -> None:
    g = game()
    rate = g.planted_flag_rate()
    assert rate == 0.25
    assert rate * g.bounty - g.verify_cost == 0  # verifying against waving through, all honest
    assert g.planted_flag_rate(1 - g.false_accept) == pytest.approx(1 / 3)
    assert game(bounty=0).planted_flag_rate() == math.inf
    assert game(bounty=0, verify_cost=0).planted_flag_rate() == 0
    with pytest.raises(InputError):
        g.planted_flag_rate(0)


# --- the deposit window -----------------------------------------------------------------------


def accepts(given: dict[str, F], deposit: F) -> bool:
    """Whether a deposit keeps an honest trainer honest and willing, from the prose."""
    y, alpha, beta = given["audit_rate"], given["false_reject"], given["false_accept"]
    pass_honest, pass_cheat = 1 - y * alpha, 1 - y * (1 - beta)
    reward, cost = given["reward"], given["cost_honest"]
    honest = pass_honest * reward - (1 - pass_honest) * deposit - cost
    cheat = pass_cheat * reward - (1 - pass_cheat) * deposit - (cost - given["saving"])
    return deposit >= 0 and honest >= cheat and honest >= given["outside"]


POSITIVE = st.fractions(F(1, 50), 4, max_denominator=50)
RATES = st.fractions(0, F(9, 20), max_denominator=20)


@given(
    cost=POSITIVE, share=st.fractions(F(1, 50), 1, max_denominator=50), reward=POSITIVE,
    y=st.fractions(F(1, 50), 1, max_denominator=50), alpha=RATES, beta=RATES,
    outside=st.fractions(-1, 1, max_denominator=10), on_edge=st.booleans(),
)  # fmt: skip
def test_window_against_the_conditions_it_stands_for(
    cost: F, share: F, reward: F, y: F, alpha: F, beta: F, outside: F, on_edge: bool
) -> None:
    """In exact rationals: both ends, feasibility, and the reward floor, from the prose alone."""
    given = {"cost_honest": cost, "saving": cost * share, "reward": reward, "audit_rate": y,
             "false_reject": alpha, "false_accept": beta, "outside": outside}  # fmt: skip
    power = 1 - alpha - beta
    theory = outside + cost + given["saving"] * alpha / power
    joint = max(theory, (outside + cost) / (1 - y * alpha))
    if on_edge and joint >= 0:
        given["reward"] = reward = joint
    window = window_of(given)
    low = max(F(0), given["saving"] / (y * power) - reward)  # honesty first holds here
    assert accepts(given, low) == window.feasible
    assert window.feasible == (reward >= joint)
    assert window.low == float(low)
    assert window.minimum_reward == float(theory)
    assert window.reward_floor == float(joint)
    step = F(1, 10**6)
    assert low < step or not accepts(given, low - step)
    if window.feasible and alpha > 0:
        high = (reward * (1 - y * alpha) - cost - outside) / (y * alpha)
        assert window.high == float(high)
        assert accepts(given, high)
        assert not accepts(given, high + step)
    elif window.feasible:
        assert window.high == math.inf
        assert accepts(given, low + 10**9)


@given(
    cost=POSITIVE, reward=POSITIVE, alpha=RATES, beta=RATES,
    y=st.fractions(F(1, 50), 1, max_denominator=50),
)  # fmt: skip
def test_when_fakes_are_free_the_minimum_reward_does_not_depend_on_the_audit_rate(
    cost: F, reward: F, alpha: F, beta: F, y: F
) -> None:
    given = {"cost_honest": cost, "saving": cost, "reward": reward, "audit_rate": y,
             "false_reject": alpha, "false_accept": beta, "outside": F(0)}  # fmt: skip
    window = window_of(given)
    assert window.reward_floor == window.minimum_reward
    minimum = cost + cost * alpha / (1 - alpha - beta)
    assert window.feasible == (reward >= minimum)


def test_without_a_cut_at_zero_the_window_does_not_depend_on_the_audit_rate() -> None:
    """The theory's equivalence as an identity: ceiling - floor = (R - R_min)/(y alpha)."""
    y, alpha, reward = symbol("audit_rate"), symbol("false_reject"), symbol("reward")
    uncut = DEPOSIT_FLOOR.expression.args[1]
    assert uncut != 0
    width = DEPOSIT_CEILING.expression - uncut
    claimed = (reward - MINIMUM_REWARD.expression) / (y * alpha)
    assert sp.simplify(width - claimed) == 0


def test_a_reward_above_the_unconditional_minimum_can_still_fail() -> None:
    """Honesty needs no deposit here, but honest work is rejected too often to be worth doing."""
    numbers = {"cost_honest": 1, "saving": 2**-6, "reward": 1.25, "false_reject": 0.5,
               "false_accept": 0}  # fmt: skip
    window = deposit_window(**numbers, audit_rate=1)
    assert window.minimum_reward < 1.25
    assert (window.low, window.feasible) == (0, False)
    assert window.high < 0
    assert window.reward_floor == 2
    assert window.margin == -0.75
    assert deposit_window(**numbers, audit_rate=2**-4).feasible


def test_reward_floor_exceeds_the_minimum_exactly_under_the_stated_condition() -> None:
    values = [F(1, 8), F(1, 2), F(1)]
    checked = {True: 0, False: 0}
    for s in values:
        for y in values:
            for alpha in (F(0), F(1, 8), F(1, 4)):
                given = {"saving": s, "audit_rate": y, "false_reject": alpha, "outside": F(1, 4),
                         "false_accept": F(1, 4), "cost_honest": F(1)}  # fmt: skip
                minimum = MINIMUM_REWARD.exact(**{k: given[k] for k in given if k != "audit_rate"})
                binds = s / (1 - alpha - F(1, 4)) < y * F(int(minimum.p), int(minimum.q))
                # without false rejections the two floors coincide
                exceeds = bool(REWARD_FLOOR.exact(**given) > minimum)
                assert exceeds == (binds and alpha > 0)
                checked[exceeds] += 1
    assert min(checked.values()) > 3


def test_window_at_the_ends() -> None:
    g = game(reward=4)
    never = g.deposit_window(0)
    assert (never.low, never.high, never.feasible) == (math.inf, math.inf, False)
    assert (never.reward_floor, never.margin) == (math.inf, -math.inf)
    poor = game(reward=0.5, false_reject=0).deposit_window(0.5)
    assert (poor.high, poor.feasible) == (-math.inf, False)
    rich = game(false_reject=0).deposit_window(0.5)
    assert (rich.high, rich.feasible) == (math.inf, True)
    assert g.deposit_window(5e-324).low == math.inf  # beyond floats, not an error
    json.dumps(never.to_dict(), allow_nan=False)
    assert "no deposit works" in str(never)
    assert "deposit window" in str(rich)


def test_window_and_function_agree_and_use_the_exact_saving() -> None:
    g = VerificationGame(0.3, 0.1, 1, 1, 0.1, 1, 1, 0.1, 0.1)
    window = g.deposit_window(0.7, outside=0.05)
    other = deposit_window(
        cost_honest=0.3, saving=0.3 - 0.1, reward=1, audit_rate=0.7, false_reject=0.1,
        false_accept=0.1, outside=0.05,
    )  # fmt: skip
    assert (window.low, window.high) == pytest.approx((other.low, other.high), rel=1e-15)


# --- input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"cost_cheat": 1},
        {"cost_cheat": 1.5},
        {"cost_honest": -1},
        {"reward": math.nan},
        {"deposit": math.inf},
        {"deposit": -1},
        {"verify_cost": -0.1},
        {"bounty": "1"},
        {"penalty": None},
        {"false_reject": 1},
        {"false_reject": 0.75, "false_accept": 0.25},
        {"false_accept": -0.1},
        {"reward": True},
        {"reward": [1, 2]},
    ],
)
def test_bad_games_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        game(**changes)


@pytest.mark.parametrize("audit_rate", [-0.1, 1.1, math.nan, "half", None])
def test_bad_audit_rates_are_refused(audit_rate: Any) -> None:
    with pytest.raises(InputError, match="audit_rate"):
        game().deposit_window(audit_rate)
    with pytest.raises(InputError, match="outside"):
        game().deposit_window(0.5, outside=math.nan)


def test_numpy_numbers_are_numbers() -> None:
    assert game(reward=np.float64(2), deposit=np.int64(1)).cheat_rate() == game().cheat_rate()
