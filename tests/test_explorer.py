"""The explorer, driven without a browser: sliders, buttons, pictures, and life without widgets."""

from __future__ import annotations

import base64
import itertools
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from derelayl_econ.errors import InputError
from derelayl_econ.explorer import Explorer, explore, static_view
from derelayl_econ.explorer.values import options_of, title_of, value_text
from derelayl_econ.figures.overview import PictureStrip
from derelayl_econ.repairs.repair import repair
from derelayl_econ.scenario import Scenario, scenario_names
from derelayl_econ.solution import games_of
from derelayl_econ.sustainability import Verdict, assess
from derelayl_econ.sustainability.knobs import Knob, knobs_of
from derelayl_econ.sustainability.rendering import COLOURS
from derelayl_econ.sustainability.terms import keys_of

PHONE = Scenario.load("phone_community")
WIDGET = "application/vnd.jupyter.widget-view+json"
FRESH = np.random.SeedSequence().entropy
ASKED = {
    "reward.pool", "verification.deposit", "verification.audit_rate", "verification.committee_size",
    "reward.price", "reward.hand_over_fee", "training.cost", "community.participants",
    "community.leakage",
}  # fmt: skip


@pytest.fixture
def shown() -> Explorer:
    pytest.importorskip("ipywidgets", reason="needs the extra [notebooks]")
    return explore(PHONE, live=True)


def picture(explorer: Explorer) -> bytes:
    return bytes(explorer.controls.picture.value)  # type: ignore[union-attr]


def slide(explorer: Explorer, key: str, wanted: float) -> float:
    """Move a slider to the value that it offers next to the one wanted."""
    slider = explorer.controls.sliders[key]  # type: ignore[union-attr]
    value = min((v for _, v in slider.options), key=lambda v: abs(v - wanted))
    slider.value = value
    return float(value)


def test_the_asked_knobs_have_sliders_at_the_scenarios_values(shown: Explorer) -> None:
    assert set(shown.controls.sliders) == ASKED
    own = keys_of(PHONE)
    for key, slider in shown.controls.sliders.items():
        assert slider.value == own[key]
        assert not slider.continuous_update
    assert shown.scenario == PHONE
    assert picture(shown)[:4] == b"\x89PNG"


def test_a_scenario_has_the_sliders_of_its_rules() -> None:
    fee = PHONE.replace("reward.access_fee", 0.001)
    assert set(explore(fee, live=False).knobs) == ASKED | {"reward.access_fee"}
    for name in scenario_names():
        scenario = Scenario.load(name)
        expected = {knob.key for knob in knobs_of(scenario)} | {"community.leakage"}
        assert set(explore(scenario, live=False).knobs) == expected


def test_each_row_says_the_scenarios_own_value(shown: Explorer) -> None:
    left = shown.controls.view.children[0].children[0]
    rows = [row.children for row in left.children[: len(ASKED)]]
    for (slider, label), key in zip(rows, shown.knobs, strict=True):
        assert slider is shown.controls.sliders[key]
        assert label.value == f"scenario: {slider.options[slider.index][0]}"
        assert slider.description == title_of(shown.knobs[key])


def test_moving_a_slider_changes_scenario_verdicts_and_pictures(shown: Explorer) -> None:
    before, told = picture(shown), shown.controls.verdicts.value
    assert shown.report["S4"].verdict is Verdict.FAILS
    fee = slide(shown, "reward.hand_over_fee", 0.008)
    assert shown.scenario == PHONE.replace("reward.hand_over_fee", fee)
    assert shown.report["S4"].verdict is Verdict.HOLDS
    assert shown.report.verdicts == assess(shown.scenario, knobs=False).verdicts
    assert shown.controls.verdicts.value != told
    assert picture(shown) != before


def test_verdicts_have_words_colours_and_margins(shown: Explorer) -> None:
    told = shown.controls.verdicts.value
    for condition in shown.report.conditions:
        word = condition.verdict.value.upper()
        assert f'<b style="color:{COLOURS[condition.verdict]}">{word}</b>' in told
        assert condition.title in told
        if condition.binding is not None:
            assert f"{condition.binding.margin:+.4g} {condition.binding.unit}" in told


def test_pictures_are_those_of_a_new_report(shown: Explorer) -> None:
    """Axes are emptied and filled again: nothing old is left, nothing new is missing."""
    slide(shown, "reward.pool", 2.0)
    slide(shown, "reward.pool", 0.01)
    slide(shown, "community.leakage", 0.9)
    fresh = PictureStrip()
    assert fresh.png(shown.report) == picture(shown)
    trains, deposits, _ = shown.controls.figure.axes
    game = games_of(shown.scenario).participation
    assert np.allclose(trains.lines[0].get_ydata(), game.gain(trains.lines[0].get_xdata()))
    (star,) = (line for line in deposits.lines if line.get_marker() == "*")
    assert star.get_xydata().tolist() == [[shown.scenario.reward.pool, 0.02]]


@pytest.mark.parametrize(("name", "seed"), [("gpu_community", 5), ("derelayl_defaults", FRESH)])
def test_any_values_of_any_sliders_are_judged_as_a_scenario_is(name: str, seed: int) -> None:
    pytest.importorskip("ipywidgets")
    rng, explorer = np.random.default_rng(seed), explore(Scenario.load(name), live=True)
    for key, slider in explorer.controls.sliders.items():
        slider.value = slider.options[rng.integers(len(slider.options))][1]
        assert explorer.controls.message.value == "", (name, key, slider.value, seed)
    again = assess(explorer.scenario, knobs=False)
    assert again.to_dict() == explorer.report.to_dict(), seed
    own = keys_of(explorer.scenario)
    assert all(s.value == own[key] for key, s in explorer.controls.sliders.items())


@pytest.mark.parametrize("name", ["phone_community", "derelayl_defaults"])
def test_the_ends_of_all_sliders_can_be_drawn(name: str) -> None:
    explorer = explore(Scenario.load(name), live=False)
    strip = PictureStrip(dpi=20)
    for key, knob in explorer.knobs.items():
        values = [v for _, v in options_of(knob, explorer.own[key], explorer.original)]
        for value in (values[0], values[-1]):
            explorer.move(explorer.own | {key: value})
            assert strip.png(explorer.report)


def test_reset_brings_everything_back(shown: Explorer) -> None:
    before, told = picture(shown), shown.controls.verdicts.value
    for key, wanted in (("reward.pool", 1.0), ("training.cost", 0.5), ("reward.price", 0.0)):
        slide(shown, key, wanted)
    assert picture(shown) != before
    shown.controls.reset_button.click()
    assert shown.scenario == PHONE
    assert shown.values == shown.own
    assert picture(shown) == before
    assert shown.controls.verdicts.value == told


def test_the_repair_button_moves_the_sliders(shown: Explorer) -> None:
    shown.controls.repair_button.click()
    mended = repair(PHONE)
    assert shown.report.sustainable
    assert shown.scenario == mended.scenario
    for key, (_, after) in mended.changes.items():
        assert shown.controls.sliders[key].value == after
    assert "and sustainable" in shown.controls.message.value
    slide(shown, "reward.pool", 0.0)
    assert shown.controls.message.value == ""


def test_what_cannot_be_repaired_is_said_and_nothing_moves() -> None:
    pytest.importorskip("ipywidgets")
    shown = explore(Scenario.load("empty_pool"), live=True)
    shown.controls.repair_button.click()
    assert shown.scenario == shown.original
    assert "no repair by these knobs" in shown.controls.message.value
    shown.controls.leakage_box.value = True
    shown.controls.repair_button.click()
    assert shown.report.sustainable
    assert shown.values["community.leakage"] < 1


def test_a_value_that_the_scenario_refuses_goes_back_and_says_why(shown: Explorer) -> None:
    slider = shown.controls.sliders["reward.pool"]
    slider.options = [*slider.options, ("-1 money", -1.0)]
    shown.reset()
    slider.value = -1.0
    assert "pool must" in shown.controls.message.value
    assert slider.value == PHONE.reward.pool
    assert shown.scenario == PHONE


def test_money_is_on_a_logarithmic_scale_and_starts_at_nothing() -> None:
    values = np.array([v for _, v in options_of(Knob("reward.pool", "pool"), 0.05, PHONE)])
    assert values[0] == 0
    assert 0.05 in values
    ratios = values[2:] / values[1:-1]
    assert ratios.max() < 1.25
    assert values[-1] / values[1] > 1e5
    costs = [v for _, v in options_of(Knob("training.cost", "cost"), 0.3, PHONE)]
    assert min(costs) > 0


@pytest.mark.parametrize(
    ("key", "code", "own", "step"),
    [("verification.committee_size", "committee_size", 5, 2), ("community.participants",
     "participants", 80, 1)],
)  # fmt: skip
def test_what_is_counted_is_whole(key: str, code: str, own: int, step: int) -> None:
    values = np.array([v for _, v in options_of(Knob(key, code), own, PHONE)])
    assert (values % 1 == 0).all()
    assert own in values
    if step == 2:
        assert (values % 2 == 1).all()


def test_an_ecology_has_an_even_number_of_people() -> None:
    explorer = explore(Scenario.load("derelayl_defaults"), live=False)
    knob = explorer.knobs["community.participants"]
    values = [v for _, v in options_of(knob, 256, explorer.original)]
    assert all(v % 2 == 0 and v >= 4 for v in values)
    assert value_text(knob, 256) == "256 people"


# Without widgets.


def test_without_ipywidgets_there_is_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    explorer = explore(PHONE)
    assert explorer.controls is None
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/png"}
    assert base64.b64decode(bundle["image/png"])[:4] == b"\x89PNG"
    assert bundle["text/plain"] == assess(PHONE, knobs=False).caption()
    with pytest.raises(InputError, match="without ipywidgets"):
        explore(PHONE, live=True)


def _kernel(monkeypatch: pytest.MonkeyPatch, content: dict[str, Any] | None) -> None:
    kernel = SimpleNamespace(get_parent=lambda: {"content": content})
    shell = SimpleNamespace(kernel=None if content is None else kernel)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


@pytest.mark.parametrize(
    ("content", "live"),
    [(None, False), ({"allow_stdin": False}, False), ({"allow_stdin": True}, True), ({}, True)],
    ids=["terminal", "run by a program", "run by a person", "an older front end"],
)
def test_sliders_are_made_where_somebody_can_move_them(
    monkeypatch: pytest.MonkeyPatch, content: dict[str, Any] | None, live: bool
) -> None:
    pytest.importorskip("ipywidgets")
    _kernel(monkeypatch, content)
    explorer = explore(PHONE)
    assert (explorer.controls is not None) is live
    assert (WIDGET in explorer._repr_mimebundle_()) is live
    assert "image/png" in explorer._repr_mimebundle_()  # for front ends without widgets


def test_an_explorer_without_sliders_can_be_moved() -> None:
    explorer = explore(PHONE, live=False)
    before = explorer._repr_mimebundle_()["image/png"]
    explorer.move({"reward.hand_over_fee": 0.008, "reward.pool": 0.04})
    assert explorer.report.sustainable
    assert explorer.values["reward.pool"] == 0.04
    assert explorer._repr_mimebundle_()["image/png"] != before
    assert str(explorer) == "phone-community: sustainable"
    explorer.reset()
    assert explorer._repr_mimebundle_()["image/png"] == before


def test_the_static_view_says_what_the_report_says() -> None:
    for name in scenario_names():
        report = assess(Scenario.load(name), knobs=False)
        figure = static_view(Scenario.load(name))
        words = [text.get_text() for text in figure.axes[0].texts]
        assert report.caption() in words
        for condition in report.conditions:
            assert {condition.code, condition.title, condition.reason} <= set(words)
            assert words.count(condition.verdict.value.upper()) == sum(
                c.verdict is condition.verdict for c in report.conditions
            )
        titles = [axes.get_title(loc="left")[0] for axes in figure.axes[1:]]
        assert titles == ["a", "b", "c"]
        assert_nothing_overlaps(figure)


def assert_nothing_overlaps(figure: Figure) -> None:
    """Texts of one line follow each other, and none leaves the figure."""
    figure.canvas.draw()
    lines: dict[float, list[tuple[float, float]]] = {}
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x1 <= figure.bbox.width
        lines.setdefault(round(text.get_position()[1], 3), []).append((box.x0, box.x1))
    for ends in lines.values():
        assert all(a[1] < b[0] for a, b in itertools.pairwise(sorted(ends)))


def test_uncertain_values_are_taken_at_face_value_and_kept() -> None:
    mapping = PHONE.to_mapping() | {"uncertainty": {"reward": {"pool": [0.01, 0.1]}}}
    unsure = Scenario.from_mapping(mapping)
    explorer = explore(unsure, live=False)
    assert explorer.report.uncertainty is None
    assert explorer.scenario == unsure
    explorer.move({"reward.hand_over_fee": 0.008})
    assert set(explorer.scenario.uncertainty) == {"reward.pool"}
    explorer.repair()
    assert explorer.report.sustainable


def test_the_hardware_stays_until_the_cost_is_moved() -> None:
    explorer = explore(PHONE, live=False)
    explorer.move({"reward.pool": 0.04})
    assert explorer.scenario.training.hardware == "phone"
    explorer.move({"training.cost": 0.01})
    assert explorer.scenario.training.cost == 0.01
    explorer.move({"training.cost": explorer.own["training.cost"]})
    assert explorer.scenario.training.hardware == "phone"


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: explore("phone_community"), "scenario must be a Scenario"),  # type: ignore[arg-type]
        (lambda: static_view(None), "scenario must be a Scenario"),  # type: ignore[arg-type]
        (lambda: explore(PHONE, live=1), "live must"),  # type: ignore[arg-type]
        (lambda: explore(PHONE, live=False).move({"reward.pol": 1}), "Did you mean reward.pool"),
        (lambda: explore(PHONE, live=False).move({"reward.pool": float("nan")}), "pool must"),
        (lambda: explore(PHONE, live=False).move({"reward.pool": -1}), "pool must"),
        (lambda: explore(PHONE, live=False).move({"reward.pool": "much"}), "pool must"),
        (lambda: explore(PHONE, live=False).move([("reward.pool", 1)]), "changes must"),  # type: ignore[arg-type]
        (lambda: explore(PHONE, live=False).move({3: 1}), "knob must"),  # type: ignore[dict-item]
    ],
)  # fmt: skip
def test_bad_input(call: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        call()


def test_a_refused_move_changes_nothing() -> None:
    explorer = explore(PHONE, live=False)
    with pytest.raises(InputError):
        explorer.move({"reward.hand_over_fee": 0.008, "reward.pool": -1})
    assert explorer.scenario == PHONE
    assert explorer.values == explorer.own
