"""How probable the conditions are, and what they depend on."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import training_cost
from derelayl_econ.sustainability.assess import assess
from derelayl_econ.sustainability.knobs import changed
from derelayl_econ.sustainability.uncertainty import ALL, Uncertainty, uncertainty_of

FRESH = np.random.SeedSequence().entropy


def scenario_with(**uncertainty: Any) -> Scenario:
    mapping = Scenario.load("phone_community").to_mapping()
    return Scenario.from_mapping(mapping | {"uncertainty": uncertainty})


MANY = scenario_with(
    reward={"pool": [0.0, 0.1], "price": {"low": 0, "mode": 0.2, "high": 0.4}},
    training={"cost": {"median": 0.0055, "factor": 1.5}},
    verification={"deposit": [0, 0.04], "committee_size": [1, 9]},
)


@pytest.fixture(scope="module")
def found() -> Uncertainty:
    return uncertainty_of(MANY, 3, samples=1024)


@pytest.mark.parametrize("seed", [1, FRESH])
def test_the_probability_of_one_linear_condition(seed: int) -> None:
    """S1 is b + R > c; with R uniform on [0, r] that is 1 - (c - b)/r."""
    scenario = scenario_with(reward={"pool": [0, 0.06]}).replace("community.value", 0.002)
    need = training_cost(scenario) - scenario.benefit
    assert 0 < need < 0.06
    low, mid, high = uncertainty_of(scenario, seed, samples=2048).probability["S1"]
    # Every scrambled sequence has one point in each of 256 equal intervals; one interval is cut.
    assert mid == pytest.approx(1 - need / 0.06, abs=1 / 256), seed
    assert low <= mid <= high


@pytest.mark.parametrize("seed", [2, FRESH])
def test_the_probability_of_a_race_of_two(seed: int) -> None:
    """b + R > c with R and c uniform on [0, r]: the area below the diagonal shifted by b."""
    mapping = Scenario.load("phone_community").to_mapping()
    mapping["training"] = {"cost": 0.02, "cost_cheat": 0.0}
    mapping["uncertainty"] = {"reward": {"pool": [0, 0.1]}, "training": {"cost": [1e-9, 0.1]}}
    scenario = Scenario.from_mapping(mapping)
    shift = scenario.benefit / 0.1
    exact = 1 - (1 - shift) ** 2 / 2
    low, mid, high = uncertainty_of(scenario, seed, samples=8192).probability["S1"]
    assert mid == pytest.approx(exact, abs=6 * (high - low) + 1e-3), seed
    assert high - low < 0.02


def test_the_same_seed_gives_the_same_numbers(found: Uncertainty) -> None:
    again = uncertainty_of(MANY, 3, samples=1024)
    assert again.to_dict() == found.to_dict()
    assert found.seed == 3


def test_probabilities_are_those_of_plain_sampling(found: Uncertainty) -> None:
    """Scenario by scenario, drawn by NumPy and judged one at a time."""
    rng = np.random.default_rng(FRESH)
    holds = dict.fromkeys(found.codes, 0)
    for _ in range(150):
        scenario = MANY
        for key, law in MANY.uncertainty.items():
            scenario = changed(scenario, key, float(law.quantile(rng.random())))
        report = assess(scenario, knobs=False)
        for code in found.codes[:-1]:
            holds[code] += report[code].verdict == "holds"
        holds[ALL] += report.sustainable
    for code, count in holds.items():
        p = found.probability[code][1]
        assert abs(count / 150 - p) < 5 * np.sqrt(max(p * (1 - p), 0.01) / 150), (code, FRESH)


def test_own_margins_and_swings_are_those_of_assess(found: Uncertainty) -> None:
    report = assess(MANY, knobs=False)
    for place, code in enumerate(found.codes[:-1]):
        binding = report[code].binding
        assert binding is not None
        assert found.margin[place] == pytest.approx(binding.relative_margin)
        for i, (key, law) in enumerate(MANY.uncertainty.items()):
            for side, tail in enumerate((0.05, 0.95)):
                other = assess(changed(MANY, key, float(law.quantile(tail))), knobs=False)[code]
                assert other.binding is not None
                assert found.swing[place, i, side] == pytest.approx(other.binding.relative_margin)
    assert found.margin[-1] == pytest.approx(min(found.margin[:-1]))


def test_indices_tell_what_matters(found: Uncertainty) -> None:
    keys = list(found.values)
    first, total = found.first_order[..., 1], found.total[..., 1]
    s1 = found.codes.index("S1")
    for silent in ("reward.price", "verification.deposit", "verification.committee_size"):
        assert total[s1, keys.index(silent)] == pytest.approx(0, abs=1e-12)
    assert total[s1, keys.index("reward.pool")] > 0.5
    assert (np.nan_to_num(first) <= np.nan_to_num(total) + 0.15).all()


def test_one_value_alone_explains_everything() -> None:
    found = uncertainty_of(scenario_with(reward={"pool": [0.01, 0.1]}), 5, samples=4096)
    place = found.codes.index("S1")
    assert found.first_order[place, 0, 1] == pytest.approx(1, abs=0.02)
    assert found.total[place, 0, 1] == pytest.approx(1, abs=0.02)


def test_a_margin_that_does_not_vary_has_no_index() -> None:
    found = uncertainty_of(scenario_with(verification={"deposit": [0.0, 0.04]}), 5, samples=256)
    place = found.codes.index("S1")
    assert np.isnan(found.total[place]).all()
    low, mid, high = found.probability["S1"]
    assert mid == high == 1
    assert 0.98 < low < 1  # all points agree: the exact binomial interval
    row = dict(zip(*[found.table()[0], found.table()[1][place]], strict=True))
    assert row["verification.deposit"] == "-"


def test_tables_and_json(found: Uncertainty) -> None:
    json.dumps(found.to_dict())
    assert f"seed {found.seed}" in found.caption()
    text = found.sensitivity_table("S2")
    assert all(key in text for key in found.values)


def test_the_tornado_draws_the_swings(found: Uncertainty) -> None:
    axes = found.plot("S2")
    place = found.codes.index("S2")
    order = np.argsort(np.ptp(found.swing[place], axis=1))
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    drawn = [end for i in order for end in found.swing[place, i]]
    assert ends == pytest.approx(drawn)
    assert [text.get_text().strip() for text in axes.texts] == [
        list(found.values)[i].partition(".")[2] for i in order
    ]


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: uncertainty_of("phone_community", 1), "scenario must be a Scenario"),  # type: ignore[arg-type]
        (lambda: uncertainty_of(Scenario.load("phone_community"), 1), "have uncertain values"),
        (lambda: uncertainty_of(MANY, -1), "rng must"),
        (lambda: uncertainty_of(MANY, 1, samples=0), "samples must"),
    ],
)
def test_bad_input(call: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        call()


def test_a_condition_that_is_not_there(found: Uncertainty) -> None:
    with pytest.raises(InputError, match="be one of"):
        found.plot("S6")
