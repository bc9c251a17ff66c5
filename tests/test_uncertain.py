"""Intervals and distributions of a scenario's values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from derelayl_econ.domains import NON_NEGATIVE, OPEN_UNIT, POSITIVE, PROBABILITY, REAL, Domain
from derelayl_econ.errors import InputError
from derelayl_econ.scenario import Scenario
from derelayl_econ.uncertain import UncertainValue, uncertain_value

ODD, PEOPLE = Domain(1, integer=True, odd=True), Domain(2, integer=True)
GRID = np.linspace(0, 1, 1001)


def scenario_with(uncertainty: Any) -> Scenario:
    mapping = Scenario.load("phone_community").to_mapping()
    return Scenario.from_mapping(mapping | {"uncertainty": uncertainty})


@pytest.mark.parametrize(
    ("form", "law"),
    [
        ([1, 3], stats.uniform(1, 2)),
        ({"low": 1, "mode": 1.5, "high": 3}, stats.triang(0.25, 1, 2)),
        ({"mean": 2, "sd": 0.7}, stats.truncnorm(-2 / 0.7, np.inf, 2, 0.7)),
        (
            {"mean": 2, "sd": 0.7, "low": 1.5, "high": 4},
            stats.truncnorm(-0.5 / 0.7, 2 / 0.7, 2, 0.7),
        ),
        ({"median": 2, "factor": math.e}, stats.lognorm(1, scale=2)),
    ],
)
def test_quantiles_are_those_of_the_law(form: Any, law: Any) -> None:
    inner = GRID[1:-1]
    assert uncertain_value("x", form, NON_NEGATIVE).quantile(inner) == pytest.approx(law.ppf(inner))


def test_two_thirds_of_a_log_normal_lie_within_its_factor() -> None:
    law = uncertain_value("x", {"median": 5, "factor": 1.5}, POSITIVE)
    values = law.quantile((np.arange(100_000) + 0.5) / 100_000)
    assert np.mean((values > 5 / 1.5) & (values < 5 * 1.5)) == pytest.approx(0.6827, abs=1e-3)


@pytest.mark.parametrize(
    ("form", "domain", "allowed"),
    [
        ([2, 5], PEOPLE, [2, 3, 4, 5]),
        ([2.5, 5.2], PEOPLE, [3, 4, 5]),
        ([1, 9], ODD, [1, 3, 5, 7, 9]),
        ([2, 8], ODD, [3, 5, 7]),
    ],
)
def test_whole_numbers_are_equally_likely(form: Any, domain: Domain, allowed: list[int]) -> None:
    law = uncertain_value("x", form, domain)
    size = 1000 * len(allowed)
    values, counts = np.unique(law.quantile((np.arange(size) + 0.5) / size), return_counts=True)
    assert values.tolist() == allowed
    assert counts.tolist() == [1000] * len(allowed)
    assert law.support == (allowed[0], allowed[-1])


def test_whole_numbers_of_a_normal_take_the_mass_around_them() -> None:
    law = uncertain_value("x", {"mean": 10, "sd": 2}, PEOPLE)
    values = law.quantile((np.arange(100_000) + 0.5) / 100_000)
    inside = stats.norm(10, 2).sf(1.5)
    for value in (6, 10, 13):
        mass = float(np.diff(stats.norm(10, 2).cdf([value - 0.5, value + 0.5]))[0]) / inside
        assert np.mean(values == value) == pytest.approx(mass, abs=2e-5)


@given(
    st.floats(0, 0.9), st.floats(0.01, 0.1),
    st.sampled_from(("interval", "normal", "log-normal", "triangle")),
    st.sampled_from((PROBABILITY, OPEN_UNIT)),
)  # fmt: skip
def test_quantiles_rise_inside_the_support(
    low: float, width: float, kind: str, domain: Domain
) -> None:
    form: Any = {
        "interval": [max(low, 1e-6), low + width],
        "normal": {"mean": low, "sd": width},
        "log-normal": {"median": low + 1e-3, "factor": 1 + width},
        "triangle": {"low": max(low, 1e-6), "mode": low + width / 2, "high": low + width},
    }[kind]
    values = uncertain_value("x", form, domain).quantile(GRID)
    assert (np.diff(values) >= 0).all()
    assert all(value in domain for value in values)


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ([3, 1], "low < high"),
        ([2, 2], "low < high"),
        ({"low": 1, "mode": 5, "high": 3}, "mode between"),
        ([1], "low, high"),
        ([1, 2, 3], "low, high"),
        ("1 to 3", "low, high"),
        (True, "low, high"),
        (None, "low, high"),
        ({"mean": 1}, "mean and sd"),
        ({"mean": 1, "sd": 0}, "sd of x must"),
        ({"mean": 1, "sd": math.inf}, "sd of x must"),
        ({"mean": math.nan, "sd": 1}, "mean of x must"),
        ({"median": -1, "factor": 2}, "median of x must"),
        ({"median": 1, "factor": 1}, "factor of x must"),
        ({"median": 1, "factor": 2, "sd": 1}, "be \\[low, high\\]"),
        ({"mean": 1, "sd": 1, "low": 2, "high": 1}, "low < high"),
        ({"low": "a", "high": 3}, "low of x must"),
        ({1: 2}, "be \\[low, high\\]"),
    ],
)
def test_forms_that_say_nothing_are_refused(form: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        uncertain_value("x", form, REAL)


@pytest.mark.parametrize(
    ("form", "domain"),
    [([-1, 3], NON_NEGATIVE), ([0.5, 1.5], PROBABILITY), ([0, 1], OPEN_UNIT), ([0, 5], PEOPLE)],
)
def test_values_outside_the_domain_are_refused(form: Any, domain: Domain) -> None:
    with pytest.raises(InputError, match="of x must"):
        uncertain_value("x", form, domain)


@pytest.mark.parametrize(
    ("form", "domain"),
    [([4.1, 4.9], PEOPLE), ([4, 4.5], ODD), ({"mean": 1, "sd": 1, "low": 2}, Domain(0, 2))],
)
def test_a_support_of_at_most_one_value_is_refused(form: Any, domain: Domain) -> None:
    with pytest.raises(InputError, match="more than one value"):
        uncertain_value("x", form, domain)


def test_more_whole_numbers_than_can_be_listed_are_refused() -> None:
    with pytest.raises(InputError, match="span at most"):
        uncertain_value("x", [2, 1e9], PEOPLE)
    with pytest.raises(InputError, match="span at most"):
        uncertain_value("x", {"mean": 5, "sd": 1e9}, PEOPLE)


# ---------------------------------------------------------------- in a scenario


def test_a_scenario_keeps_its_uncertainty(tmp_path: Any) -> None:
    scenario = scenario_with({
        "reward": {"pool": [0.02, 0.08]},
        "training": {"cost": {"median": 0.005, "factor": 1.5}},  # derived from its hardware
        "community": {"participants": {"low": 20, "mode": 80, "high": 200}},
    })  # fmt: skip
    assert list(scenario.uncertainty) == ["reward.pool", "training.cost", "community.participants"]
    assert isinstance(scenario.uncertainty["reward.pool"], UncertainValue)
    scenario.save(tmp_path / "mine.toml")
    again = Scenario.load(tmp_path / "mine.toml")
    assert again == scenario
    assert "[uncertainty.reward.pool]" in scenario.to_toml()


def test_toml_intervals(tmp_path: Any) -> None:
    text = Scenario.load("phone_community").to_toml() + "\n[uncertainty.reward]\npool = [0, 0.1]\n"
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert str(Scenario.load(tmp_path / "mine.toml").uncertainty["reward.pool"]) == (
        "uniform on [0, 0.1]"
    )


def test_a_value_of_ones_own_is_certain() -> None:
    scenario = scenario_with({"reward": {"pool": [0.02, 0.08], "price": [0.1, 0.3]}})
    assert list(scenario.replace("reward.pool", 3).uncertainty) == ["reward.price"]


@pytest.mark.parametrize(
    ("tables", "complaint"),
    [
        (3, "uncertainty must be a table"),
        ({"reward": 3}, "uncertainty.reward must be a table"),
        ({"rewards": {"pool": [0, 1]}}, "Did you mean reward"),
        ({"experiment": {"legs": [1, 100]}}, "name a section with numbers"),
        ({"ecology": {"matches": [1, 9]}}, "name a section with numbers"),
        ({"reward": {"pol": [0, 1]}}, "Did you mean pool"),
        ({"training": {"hardware": [0, 1]}}, "name a number that is given"),
        ({"reward": {"pool": [0.06, 0.1]}}, "include the scenario's own reward.pool = 0.05"),
        ({"reward": {"pool": [-1, 1]}}, "low of uncertainty.reward.pool must"),
        ({"reward": {"pool": [1, 0]}}, "low < high"),
        ({"verification": {"false_reject": [0.1, 0.9]}}, "stay below 1 together"),
        ({"verification": {"false_reject": {"mean": 0.24, "sd": 0.01}}}, "stay below 1 together"),
        ({"learning": {"quality_start": [0, 3]}}, "start below the ceiling"),
    ],
)
def test_contradictions_are_refused(tables: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        scenario_with(tables)
