from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.notation import NOTATION
from derelayl_econ.scenario import Scenario, scenario_names

MINIMAL = """
name = "t"
summary = "s"
[community]
participants = 10
value = 1
[learning]
quality_max = 1.0
learning_rate = 0.2
[training]
cost = 2
"""


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "fast.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_minimal_file_loads_and_numbers_are_floats(tmp_path: Path) -> None:
    scenario = Scenario.load(_write(tmp_path, MINIMAL))
    assert scenario.community.value == 1.0
    assert type(scenario.training.cost) is float
    assert type(scenario.community.participants) is int
    assert scenario.gap == 1.0
    assert scenario.benefit == pytest.approx(1 * 0.2 * 1 / 0.05)
    assert scenario.users == 10


def test_at_least_the_five_kinds_of_community_are_named() -> None:
    expected = {"phone_community", "hospital_consortium", "gpu_community", "derelayl_defaults",
                "empty_pool"}  # fmt: skip
    assert expected <= set(scenario_names())


@pytest.mark.parametrize("name", scenario_names())
def test_named_scenarios_round_trip_and_every_value_has_a_source(name: str, tmp_path: Path) -> None:
    scenario = Scenario.load(name)
    path = tmp_path / "copy.toml"
    scenario.save(path)
    assert Scenario.load(path) == scenario
    assert Scenario.load(name.replace("_", "-")) == scenario
    folder = Path(__file__).parent.parent / "derelayl_econ" / "scenarios"
    written = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    for section in ("community", "learning", "training", "reward", "verification", "experiment",
                    "ecology"):  # fmt: skip
        for key in written.get(section, {}):
            assert scenario.sources[section][key], f"{name}: {section}.{key} has no source"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 1", "valeu = 1", r"key community.valeu .*fast.toml.*Did you mean value\?"),
        ("[community]", "[comunity]", r"key comunity .*Did you mean community\?"),
        ("participants = 10", "participants = 1", "community.participants must be an integer >= 2"),
        ("cost = 2", "cost = -2", r"training.cost must be a finite number > 0; got -2.*fast.toml"),
        ("cost = 2", "cost = nan", "training.cost"),
        ("cost = 2", "cost = '2'", "training.cost"),
        ("cost = 2", "", "give either cost or hardware"),
        ("cost = 2", "hardware = 'phone'", "flops and bytes_moved"),
        ("cost = 2", "hardware = 'fone'", r"Did you mean phone\?"),
        ("quality_max = 1.0", "quality_max = -1.0", "quality_start must be below"),
        ("learning_rate = 0.2", "", "learning.learning_rate must be given; got 'nothing'"),
        ("value = 1", "value = 1\ndiscount = 1.2", r"discount must lie in \(0, 1\); got 1.2"),
        ("name = \"t\"", "", "name must be given as text"),
        ("[training]", "[training", "valid TOML"),
        ("[training]", "[[training]]", "training must be a table"),
        ("cost = 2", "cost = 2\n[verification]\nfalse_reject = .5\n", "valid TOML"),
        ("cost = 2", "cost = 2\n[verification]\nfalse_reject = 0.5\nfalse_accept = 0.5", "below 1"),
        ("cost = 2", "cost = 2\n[experiment]\nfresh = 1", "experiment.fresh must be true or false"),
        ("cost = 2", "cost = 2\n[experiment]\nlegs = 0", "experiment.legs must be an integer >= 1"),
        ("cost = 2", "cost = 2\n[experiment]\ndataset = 'digit'", r"Did you mean digits\?"),
        ("cost = 2", "cost = 2\n[sources.training]\nkost = 'x'", r"Did you mean cost\?"),
        ("cost = 2", "cost = 2\n[sources]\ntraining = 3", "sources.training"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_in_one_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Scenario.load(_write(tmp_path, MINIMAL.replace(old, new)))
    assert "\n" not in str(caught.value)


def test_missing_unreadable_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Did you mean phone_community\?"):
        Scenario.load("phone_comunity")
    with pytest.raises(InputError, match="be readable"):
        Scenario.load(tmp_path)
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        Scenario.load(binary)
    with pytest.raises(InputError, match="be a file"):
        Scenario.load(3)  # type: ignore[arg-type]


def test_replace_checks_and_forgets_the_source() -> None:
    scenario = Scenario.load("phone_community")
    changed = scenario.replace("reward.pool", 3)
    assert changed.reward.pool == 3.0
    assert "pool" not in changed.sources["reward"]
    assert "pool" in scenario.sources["reward"]
    with pytest.raises(InputError, match=r"Did you mean reward\.pool\?"):
        scenario.replace("reward.pol", 3)
    with pytest.raises(InputError, match=r"reward\.pool"):
        scenario.replace("reward.pool", -1)


@given(st.one_of(st.floats(), st.integers(), st.text(max_size=5), st.booleans(), st.none()),
       st.sampled_from(["participants", "value", "leakage", "discount"]))  # fmt: skip
def test_no_value_slips_past_the_domain(value: Any, key: str) -> None:
    mapping = tomllib.loads(MINIMAL)
    mapping["community"][key] = value
    fits = type(value) in (int, float) and value in NOTATION[key].domain
    whole = isinstance(value, int) or key == "participants"
    if fits and not (whole and abs(value) >= 2**63):
        assert getattr(Scenario.from_mapping(mapping).community, key) == value
    else:
        with pytest.raises(InputError, match=key):
            Scenario.from_mapping(mapping)


def test_text_survives_toml(tmp_path: Path) -> None:
    mapping = tomllib.loads(MINIMAL) | {"summary": 'quotes " \\ and\nlines é \U0001f600'}
    scenario = Scenario.from_mapping(mapping)
    scenario.save(tmp_path / "t.toml")
    assert Scenario.load(tmp_path / "t.toml") == scenario
