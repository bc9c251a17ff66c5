"""The cheapest repair: it holds, nothing cheaper on the grid does, and what fails is said."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derelayl_econ.design.result import DesignStatus
from derelayl_econ.errors import InputError
from derelayl_econ.repairs.programs import AUDITS, LEAKAGE, MONEY, Programs
from derelayl_econ.repairs.repair import Repair, repair
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.assess import assess
from derelayl_econ.sustainability.knobs import changed
from derelayl_econ.sustainability.report import InequalityResult

FRESH = np.random.SeedSequence().entropy
PHONE = Scenario.load("phone_community")
EMPTY = Scenario.load("empty_pool")
ALL = (*MONEY, *AUDITS)


@pytest.fixture(scope="module")
def phone() -> Repair:
    return repair(PHONE)


@pytest.fixture(scope="module")
def empty() -> Repair:
    return repair(EMPTY, knobs=ALL)


def outlay(scenario: Scenario) -> float:
    """Recompute the cost of a leg from the prose."""
    people, checks, reward = scenario.community, scenario.verification, scenario.reward
    first_gain = scenario.learning.learning_rate * scenario.gap
    votes = checks.committee_size * checks.audit_rate * checks.verify_cost
    interest = (1 - people.discount) * checks.deposit
    return reward.pool + reward.price * first_gain + votes + interest


@pytest.mark.parametrize("name", ["phone", "empty"])
def test_a_repaired_scenario_is_sustainable(name: str, request: pytest.FixtureRequest) -> None:
    mended: Repair = request.getfixturevalue(name)
    assert not mended.before.sustainable
    assert mended.found
    assert mended.sustainable
    assert assess(mended.scenario, knobs=False).sustainable
    assert mended.cost[1] == pytest.approx(outlay(mended.scenario))
    assert mended.beyond == ()
    for key, (before, after) in mended.changes.items():
        title, _, code = key.partition(".")
        assert getattr(getattr(mended.scenario, title), code) == after != before


def test_every_condition_has_its_reserve(phone: Repair) -> None:
    for code in ("S1", "S2", "S3", "S4", "S7"):
        for inequality in phone.after[code].inequalities:
            assert ratio(inequality) >= 1.02 - 1e-9, inequality.name


@pytest.mark.parametrize("seed", [7, FRESH])
def test_nothing_cheaper_nearby_has_the_reserve(phone: Repair, empty: Repair, seed: int) -> None:
    """Random knobs, from small to large: those with the reserve are not cheaper."""
    rng = np.random.default_rng(seed)
    for mended, base, knobs in ((phone, PHONE, MONEY[:-1]), (empty, EMPTY, MONEY)):
        for _ in range(150):
            scenario = mended.scenario
            for key in knobs:
                title, _, code = key.partition(".")
                value = getattr(getattr(scenario, title), code)
                scale = value if value > 0 else 0.01 * mended.cost[1]
                new = max(0.0, value + scale * rng.normal() * 10 ** rng.uniform(-3, 0.3))
                limit = base.community.leakage if key == LEAKAGE else np.inf
                scenario = scenario.replace(key, min(new, limit))
            if reserved(scenario):
                assert total(scenario, base) >= total(mended.scenario, base) * (1 - 1e-6), seed


def ratio(inequality: InequalityResult) -> float:
    """Return left over right side, both being positive or zero."""
    score = inequality.relative_margin
    return np.inf if score == 1 else (1 + score) / (1 - score)


def reserved(scenario: Scenario) -> bool:
    """Return whether every condition has its reserve, and one mechanism of S5 too."""
    report = assess(scenario, knobs=False)
    always = (i for code in ("S1", "S2", "S3", "S4", "S7") for i in report[code].inequalities)
    mechanisms: dict[str, float] = {}
    for i in report["S5"].inequalities:
        mechanisms[i.mechanism] = min(mechanisms.get(i.mechanism, np.inf), ratio(i))
    return min(map(ratio, always)) >= 1.02 and max(mechanisms.values()) >= 1.02


def total(scenario: Scenario, base: Scenario) -> float:
    gain = scenario.learning.learning_rate * scenario.gap
    lost = base.community.leakage - scenario.community.leakage
    return outlay(scenario) + lost * scenario.users * scenario.private_value * gain


def test_the_proof_can_be_checked_and_not_forged(phone: Repair) -> None:
    proof = phone.design.certificate
    assert proof is not None
    assert proof.status == "exact"
    assert proof.check()
    worse = replace(proof, point=tuple(x + Fraction(1, 10**6) for x in proof.point))
    assert not worse.check() or worse.value != proof.value


def test_other_audits_are_not_cheaper(phone: Repair) -> None:
    """Every place of the grid, solved alone."""
    for rate in (0.2, 0.4, 0.6, 1.0):
        for size in (1, 3, 5):
            fixed = PHONE.replace(AUDITS[0], rate).replace(AUDITS[1], size)
            alone = repair(fixed, knobs=MONEY[:-1])
            if alone.found:
                assert alone.cost[1] >= phone.cost[1] * (1 - 1e-9)


def test_money_has_no_unit() -> None:
    """All money times a thousand: the same repair, a thousand times the cost."""
    one = changed(PHONE, "training.cost", 0.006)
    thousand = one
    for title, codes in (("community", ("value",)), ("reward", ("pool", "price")),
                         ("training", ("cost_cheat", "cost")),
                         ("verification", ("deposit", "verify_cost"))):  # fmt: skip
        for code in codes:
            key, value = f"{title}.{code}", 1000 * getattr(getattr(one, title), code)
            thousand = changed(thousand, key, value)
    small, large = repair(one), repair(thousand)
    assert large.cost[1] == pytest.approx(1000 * small.cost[1], rel=1e-6)
    assert small.scenario.verification.audit_rate == large.scenario.verification.audit_rate
    assert small.scenario.verification.committee_size == large.scenario.verification.committee_size


def test_a_model_that_all_can_copy_pays_for_nothing() -> None:
    """Leakage 1: users can be charged nothing, and no other knob helps."""
    stuck = repair(EMPTY)
    assert not stuck.found
    assert stuck.design.status is DesignStatus.INFEASIBLE
    assert stuck.scenario == EMPTY
    assert stuck.changes == {}
    conflict = stuck.design.conflict
    assert conflict is not None
    assert conflict.names == ("users' worth of a leg covers its pay",)
    assert conflict.verified
    assert "no repair by these knobs" in stuck.caption()


def test_what_no_knob_reaches_is_named() -> None:
    """Blind royalties on every ancestor owe more than any coin brings."""
    coins = Scenario.load("derelayl_defaults")
    assert set(repair(coins).beyond) >= {"royalties stay within a winner's coin"}


def test_a_sound_scenario_only_gets_cheaper(phone: Repair) -> None:
    again = repair(phone.scenario)
    assert again.before.sustainable
    assert again.cost[1] == pytest.approx(phone.cost[1], rel=1e-6)


def test_coefficients_are_those_of_the_report() -> None:
    """Rows of the linear program against margins of scenarios built with random knobs."""
    rng = np.random.default_rng(FRESH)
    place = (0.35, 3)
    programs = Programs(EMPTY, MONEY, [place], 0.02)
    for _ in range(20):
        knobs = rng.uniform(0, 0.1, len(MONEY))
        scenario = EMPTY.replace(AUDITS[0], place[0]).replace(AUDITS[1], place[1])
        for key, value in zip(MONEY, knobs, strict=True):
            scenario = scenario.replace(key, float(value))
        report = assess(scenario, knobs=False)
        found = {i.name: i for c in report.conditions for i in c.inequalities}
        for row in (*programs.always, *programs.mechanisms["by itself"],
                    *programs.mechanisms["by turns"]):  # fmt: skip
            margin, score = found[row.name].margin, found[row.name].relative_margin
            if 0 < abs(score) < 1:
                right = (margin / score - margin) / 2  # both sides are positive
                values = row.constant[:, 0] + knobs @ row.slopes[:, :, 0].T
                assert values.min() == pytest.approx(margin - 0.02 * right, abs=1e-9), row.name


def test_tables_prices_and_json(phone: Repair) -> None:
    json.dumps(phone.to_dict())
    assert "reward.pool" in str(phone)
    assert "lowers the cost by" in phone.prices()
    assert "not sustainable" not in phone.caption()


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: repair("phone_community"), "scenario must be a Scenario"),  # type: ignore[arg-type]
        (lambda: repair(PHONE, knobs=["reward.pol"]), "Did you mean"),
        (lambda: repair(PHONE, knobs=[3]), "knob must"),  # type: ignore[list-item]
        (lambda: repair(PHONE, knobs=[]), "include one of"),
        (lambda: repair(PHONE, knobs=AUDITS), "include one of"),
        (lambda: repair(PHONE, reserve=0.0), "reserve must"),
        (lambda: repair(PHONE, reserve=float("nan")), "reserve must"),
    ],
)
def test_bad_input(call: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        call()
