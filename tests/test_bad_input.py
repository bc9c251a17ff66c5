"""Whatever is given to a public constructor: a working object or one line that names the argument.

Never another exception, never a NaN. The values are those that people and programs pass by mistake.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import derelayl_econ as d
from derelayl_econ.simulation.policies import (
    Always,
    Cheat,
    Lazy,
    PlayEquilibrium,
    Submission,
)
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation import Evidence

NASTY: tuple[Any, ...] = (
    math.nan, math.inf, -math.inf, -1, -1.0, 0, 0.0, -0.0, 1, 2, 3, 4, 0.5, 1.0, 1.5, 1e308, -1e308,
    1e200, 1e100, 1e-100, 1e-200, 5e-324, 2**31, 2**53, 2**63, 10**9, 10**400, -(10**5000),
    True, False, None, "", "x", "1", "nan", "digits", "a\nb", b"1", 1j, [], [1.0], [0.5, math.nan],
    [[1.0]], [1.0, "x"], [1.0, [2.0]], (), {}, {"a": 1}, {1.0}, object(), len,
    np.float64("nan"), np.float64(0.5), np.int64(3), np.bool_(True), np.array(0.5), np.array(2),
    np.array([]), np.array([0.5, 0.5]), np.array([[0.5]]), np.array(["a"]), np.array([None]),
    Fraction(1, 3), Decimal("0.5"), datetime.date(2020, 1, 1), range(3), iter([1.0]),
)  # fmt: skip

VALUES = st.one_of(
    st.sampled_from(NASTY),
    st.floats(),
    st.floats(0, 2),
    st.integers(-3, 40),
    st.text(max_size=5),
    st.lists(st.one_of(st.floats(), st.none()), max_size=5),
)


@dataclass(frozen=True)
class Case:
    """A constructor, arguments that work, what is done with the object, words for its arguments."""

    make: Callable[..., Any]
    good: Mapping[str, Any]
    use: Callable[[Any], Any]
    words: Mapping[str, str]


def _case(make: Callable[..., Any], use: Callable[[Any], Any] = lambda _: 0.0,
          words: Mapping[str, str] | None = None, **good: Any) -> Case:  # fmt: skip
    return Case(make, good, use, words or {})


def _solved(game: d.ParticipationGame) -> list[float]:
    found = game.equilibria()
    return [x for e in found for x in (e.strategy, e.payoff, e.regret)]


def _relay(relay: d.FiniteRelay) -> list[float]:
    return [relay.legs(), relay.final_quality_gap(), relay.bound(), relay.budget()]


def _curve(curve: Any) -> list[float]:
    return [*curve.quality([0.0, 1.0, 10.0]), float(curve.gain(curve.quality_start))]


def _inspected(game: d.VerificationGame) -> list[float]:
    window = game.deposit_window(0.5)
    payoffs = [x for e in game.equilibria() for x in (*e.payoff, e.regret)]
    return [window.low, window.high, window.minimum_reward, *payoffs]


def _scenario(section: str, key: str, value: Any) -> d.Scenario:
    mapping = d.Scenario.load("gpu_community").to_mapping()
    mapping.pop("sources")
    if section == "training":
        mapping[section] = {"cost": 1.0}
    mapping[section] = mapping[section] | {key: value}
    return d.Scenario.from_mapping(mapping)


def _funded(game: d.DriftFunding) -> list[float]:
    state = game.steady_state(1.0)
    return [state.quality, state.welfare, game.price_floor, game.price_ceiling]


def _shares(rule: Any) -> Any:
    return rule.shares([0.3, 0.1, 0.2])


def _rota(relay: d.RepeatedRelay, discount: float = 0.9) -> list[float]:
    found = relay.equilibria(discount)
    return [
        relay.critical_discount().value, relay.serving_value(discount), found.regret,
        relay.shirking_value(discount), relay.shirking_gain(discount), relay.regret(discount),
        relay.largest_cost(discount), relay.fewest_members(discount), *(e.payoff for e in found),
    ]  # fmt: skip


DILEMMA = d.StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
SOLVED = d.solve_payoff_set(DILEMMA, 0.5)
MONEY: dict[str, Any] = {"participants": 5, "benefit": 3.0, "cost": 1.0}
INSPECTION: dict[str, Any] = {
    "cost_honest": 1.0, "cost_cheat": 0.2, "reward": 3.0, "deposit": 1.0, "verify_cost": 0.1,
    "bounty": 0.5, "penalty": 0.5, "false_reject": 0.1, "false_accept": 0.1,
}  # fmt: skip
CASES: dict[str, Case] = {
    "ParticipationGame": _case(
        d.ParticipationGame, _solved, {"gains": "ride must have the shape"},
        gains=[1.0, -1.0], ride=[0.0, 0.0]),
    "volunteer": _case(d.ParticipationGame.volunteer, _solved, **MONEY),
    "pool": _case(d.ParticipationGame.pool, _solved, participants=5, pool=2.0, cost=1.0),
    "train_or_ride": _case(
        d.ParticipationGame.train_or_ride, _solved, **MONEY, pool=1.0, leakage=0.5),
    "critical_mass": _case(
        d.ParticipationGame.critical_mass, _solved, **MONEY, threshold=2, leakage=0.5),
    "FiniteRelay": _case(
        d.FiniteRelay, _relay, value=1.0, price=1.0, cost=0.1, gap=1.0, learning_rate=0.2),
    "BatonGame": _case(
        d.BatonGame, lambda game: game.solve().value, participants=5, value=1.0, cost=0.5,
        price=1.0, discount=0.9, quality_max=1.0, gap=1.0, learning_rate=0.2),
    "DriftFunding": _case(
        d.DriftFunding, _funded,
        cost=0.1, drift=0.01, learning_rate=0.2, quality_max=1.0, users=10.0, flow_value=0.1,
        value=0.1, leakage=0.5),
    "VerificationGame": _case(d.VerificationGame, _inspected, **INSPECTION),
    "Committee": _case(
        d.Committee, lambda c: [c.majority_false_reject, c.majority_false_accept], size=3,
        false_reject=0.1, false_accept=0.1, correlation=0.2),
    "Gate": _case(
        d.Gate, lambda gate: gate.acceptance(0.1, 0.1, 0.5), hold_out=50, margin=0.0, noise=0.5),
    "ExponentialCurve": _case(
        d.ExponentialCurve, _curve, quality_start=0.0, quality_max=1.0, effort_scale=5.0),
    "from_learning_rate": _case(
        d.ExponentialCurve.from_learning_rate, _curve, {"learning_rate": "effort_scale"},
        quality_start=0.0, quality_max=1.0,
        learning_rate=0.2),
    "PowerCurve": _case(
        d.PowerCurve, _curve, quality_start=0.0, quality_max=1.0, effort_scale=5.0, exponent=0.5),
    "HillCurve": _case(
        d.HillCurve, _curve, quality_start=0.0, quality_max=1.0, effort_scale=5.0, steepness=1.5),
    "LogisticWalk": _case(
        d.LogisticWalk, _curve, quality_start=0.2, quality_max=1.0, step=0.5),
    "HillCurve.fit": _case(
        d.HillCurve.fit, lambda fit: fit.curve.quality([1.0]), {"effort": "number of points"},
        effort=[0.0, 1, 2, 3, 4, 5],
        quality=[0.0, 0.3, 0.5, 0.6, 0.68, 0.7]),
    "TrainingCost": _case(
        d.TrainingCost, lambda cost: cost.total, flops=1e15, sustained_flops=1e12, watts=100.0,
        energy_price=0.3, device_price=1000.0, device_life=1e4, bytes_moved=1e6,
        transfer_price=0.1, evaluation_cost=0.0, ledger_fee=0.0, data_cost=0.0, hourly_value=0.1),
    "TrainingCost.preset": _case(
        d.TrainingCost.preset, lambda cost: cost.total, {"name": "hardware"}, name="phone",
        flops=1e13, bytes_moved=1e6, watts=3.0),
    "GainShare": _case(d.GainShare, _shares, clip=True),
    "WindowShare": _case(d.WindowShare, _shares, last=2),
    "LineageShare": _case(
        d.LineageShare, _shares, {"royalty_share": "entitle"}, decay=0.5, royalty_share=0.5),
    "LineageShare weights": _case(
        d.LineageShare, _shares, {"weights": "entitle"}, weights=[0.5, 0.2]),
    "ShapleyShare": _case(
        d.ShapleyShare, _shares, value=None, curve=None, samples=100, rng=0),
    "EqualShare": _case(lambda gains: d.EqualShare().shares(gains), lambda s: s, gains=[1.0, 2.0]),
    "PlayEquilibrium": _case(
        PlayEquilibrium, lambda policy: [policy.at(0), policy.at(9)], p=0.5),
    "Lazy": _case(Lazy, steps=2, like=None),
    "Cheat": _case(Cheat, kind="noise", strength=0.5, steps_back=3, like=None),
    "Submission": _case(
        Submission, kind="honest", strength=0.5, steps_back=3, steps=1, epochs=2),
    "RelaySettings": _case(
        RelaySettings, **{f.name: getattr(RelaySettings(), f.name) for f in fields(RelaySettings)}),
    "Scenario.load": _case(d.Scenario.load, words={"path": "scenario"}, path="phone_community"),
    "RepeatedRelay": _case(
        d.RepeatedRelay, _rota, participants=5, flow=1.0, cost=3.0, false_reject=0.02,
        false_accept=0.1),
    "RepeatedRelay at a discount": _case(
        lambda discount: _rota(d.RepeatedRelay(5, 1, 3, 0.02, 0.1), discount), discount=0.8),
    "StageGame": _case(d.StageGame, lambda game: game.minmax, payoffs=DILEMMA.payoffs.tolist()),
    "StageGame.bimatrix": _case(
        d.StageGame.bimatrix, lambda game: game.minmax, {"row_payoffs": "column_payoffs"},
        row_payoffs=[[1, 2], [3, 4]], column_payoffs=[[1, 2], [3, 4]]),
    "StageGame.public_good": _case(
        d.StageGame.public_good, lambda game: game.minmax, {"contribute": "ride"},
        contribute=[-1.0, 1.0], ride=[0.0, 2.0]),
    "grim_trigger": _case(
        d.grim_trigger, lambda found: found.payoff, game=DILEMMA, agreed=(0, 0)),
    "grim_trigger at a discount": _case(
        lambda discount: d.grim_trigger(DILEMMA, (0, 0)).automaton(discount),
        lambda machine: [machine.regret, *machine.payoffs.ravel()], discount=0.5),
    "solve_payoff_set": _case(
        d.solve_payoff_set, lambda found: [found.gap, *found.inner.ravel(), *found.outer.ravel()],
        game=DILEMMA, discount=0.5, tolerance=1e-6, rounds=3, steps=50, directions=50, states=20),
    "PayoffSet.contains": _case(
        SOLVED.contains, payoff=[3.0, 3.0], tolerance=1e-9),
    "PayoffSet.support": _case(SOLVED.support, lambda bounds: bounds, direction=[1.0, 2.0]),
    "Evidence": _case(
        Evidence, lambda e: e.seed, scenario=d.Scenario.load("phone_community"), rng=0,
        replications=20),
}  # fmt: skip
KEYS = [
    (title, key)
    for title, table in d.Scenario.load("phone_community").to_mapping().items()
    if isinstance(table, dict) and title not in ("sources", "training")
    for key in table
] + [("training", key) for key in ("cost", "cost_cheat", "fixed_cost", "hardware", "flops")]


def _attempt(case: Case, changed: Mapping[str, Any]) -> None:
    try:
        result = case.use(case.make(**{**case.good, **changed}))
    except d.InputError as error:
        _check_message(str(error), [*changed, *(case.words.get(name, name) for name in changed)])
        return
    for number in np.ravel(result) if result is not None else ():
        assert not (isinstance(number, float) and math.isnan(number)), (changed, result)


def _check_message(message: str, names: list[str]) -> None:
    assert "\n" not in message
    assert len(message) < 600
    assert any(name in message for name in names), (names, message)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_one_bad_argument(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    argument = data.draw(st.sampled_from(sorted(case.good)))
    _attempt(case, {argument: data.draw(VALUES)})


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_several_bad_arguments(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    names = data.draw(st.sets(st.sampled_from(sorted(case.good)), min_size=1))
    _attempt(case, {argument: data.draw(VALUES) for argument in names})


@pytest.mark.parametrize("name", CASES)
def test_every_argument_with_every_nasty_value(name: str) -> None:
    case = CASES[name]
    for argument in case.good:
        for value in NASTY:
            _attempt(case, {argument: value})


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_key_of_a_scenario(section: str, key: str) -> None:
    for value in NASTY:
        try:
            scenario = _scenario(section, key, value)
        except d.InputError as error:
            _check_message(str(error), [key, section])
        else:
            assert not math.isnan(scenario.benefit)
            assert not math.isnan(scenario.private_value)


def test_only_a_table_is_a_scenario() -> None:
    for value in NASTY:
        if not isinstance(value, Mapping):
            with pytest.raises(d.InputError, match="scenario must be a table of sections"):
                d.Scenario.from_mapping(value)


@given(st.dictionaries(st.one_of(st.text(max_size=8), st.integers()), VALUES, max_size=4))
@example({"name": "a", "summary": "b", "community": {1: 2}})
@example({"name": "a", "summary": "b", "sources": {1: 2}})
@example({1: 2})
def test_any_table_is_a_scenario_or_refused(mapping: dict[Any, Any]) -> None:
    with pytest.raises(d.InputError) as caught:
        d.Scenario.from_mapping(mapping)
    assert "\n" not in str(caught.value)


SIMULATED: dict[str, Any] = {
    "scenario": RelaySettings(participants=3, legs=4, dataset="wine", shard=5, backend="numpy",
                              evaluate_every=0),
    "policies": Always(), "rng": 0, "replications": 1, "workers": 1,
}  # fmt: skip


@pytest.mark.parametrize("argument", SIMULATED)
def test_simulate(argument: str) -> None:
    for value in NASTY:
        if argument in ("workers", "replications") and value in RUNNABLE_COUNTS:
            continue
        try:
            found = d.simulate(**{**SIMULATED, argument: value})
        except d.InputError as error:
            _check_message(str(error), ["polic" if argument == "policies" else argument])
        else:
            assert np.isfinite(found.utilities).all()


@pytest.mark.parametrize("argument", ["scenario", "rng", "replications"])
def test_validate(argument: str) -> None:
    refused = 0
    for value in NASTY:
        if argument == "rng" and (value is None or isinstance(value, int | np.integer)):
            continue  # would be measured; Evidence has these
        if argument == "replications" and value in RUNNABLE_COUNTS:
            continue
        with pytest.raises(d.InputError) as caught:
            d.validate(**{"scenario": d.Scenario.load("phone_community"), "rng": 0,
                          "replications": 20, argument: value})  # fmt: skip
        _check_message(str(caught.value), [argument])
        refused += 1
    assert refused > 40


class _Counts:
    """Counts that are valid but would take for ever (or start many processes)."""

    def __contains__(self, value: object) -> bool:
        number = isinstance(value, float | int | np.integer | Fraction)
        return number and 1 < value < 2**63 and value % 1 == 0  # type: ignore[operator]


RUNNABLE_COUNTS = _Counts()
