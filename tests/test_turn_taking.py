"""The monitored rota in real relays, and the figure of turn-taking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from derelayl_econ import RepeatedRelay, Scenario
from derelayl_econ.figures.registry import draw, save
from derelayl_econ.figures.turn_taking import DRAWN, MOST, TOGETHER
from derelayl_econ.seeds import child
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation import Evidence, turn_taking
from derelayl_econ.validation.evidence import Purpose
from derelayl_econ.validation.turn_taking import (
    CRITICAL,
    CYCLES,
    DISCOUNTS,
    EARLY,
    MEMBERS,
    WARM_UP,
    TurnTakingEvidence,
    measure_turn_taking,
    turn_taking_rows,
)

SETTINGS = RelaySettings(shard=12, legs=10)
SEEDS = [pytest.param(3, id="fixed"), pytest.param(np.random.SeedSequence().entropy, id="fresh")]
Array = npt.NDArray[np.float64]


def _roots(seed: int, key: int, count: int) -> list[np.random.SeedSequence]:
    return [child(np.random.SeedSequence(seed), key, i) for i in range(count)]


def _coins(alpha: float, beta: float) -> Callable[..., Array]:
    """Return a stand-in for a relay whose verdicts are independent coins with these error rates."""

    def accepted(settings: RelaySettings, name: str, seed: np.random.SeedSequence) -> Array:
        luck = np.random.default_rng(seed).random(settings.legs)
        legs = np.arange(settings.legs)
        faked = {"serving": legs < 0, "once": legs == WARM_UP,
                 "always": (legs >= WARM_UP) & (legs % MEMBERS == 0)}[name]  # fmt: skip
        return np.where(faked, luck < beta, luck >= alpha).astype(float)

    return accepted


@pytest.mark.parametrize("seed", SEEDS)
def test_coins_with_constant_error_rates_confirm_every_row(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(turn_taking, "_accepted", _coins(0.1, 0.25))
    found = measure_turn_taking(SETTINGS, _roots(seed, 0, 1500), _roots(seed, 1, 1500))
    assert found.relay.false_reject == pytest.approx(0.1, abs=0.02)
    assert found.relay.false_accept == pytest.approx(0.25, abs=0.06)
    for row in turn_taking_rows(found):
        assert row.p_value > 1e-5, row


def test_a_gate_that_never_errs_on_honest_work_confirms_the_value_without_spread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turn_taking, "_accepted", _coins(0.0, 0.2))
    found = measure_turn_taking(SETTINGS, _roots(3, 0, 60), _roots(3, 1, 60))
    (row,) = [row for row in turn_taking_rows(found) if row.quantity.startswith("value of")]
    assert found.serving[CRITICAL].std() == 0
    assert row.p_value == 1


def test_rates_that_differ_between_fitting_and_testing_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    careful, careless = _coins(0.05, 0.1), _coins(0.05, 0.6)

    def changing(settings: RelaySettings, name: str, seed: np.random.SeedSequence) -> Array:
        return (careful if seed.spawn_key[0] == 0 else careless)(settings, name, seed)

    monkeypatch.setattr(turn_taking, "_accepted", changing)
    found = measure_turn_taking(SETTINGS, _roots(3, 0, 600), _roots(3, 1, 600))
    rows = {row.quantity: row.p_value for row in turn_taking_rows(found)}
    assert rows["gain from shirking once, discount 0.8"] < 1e-6
    assert rows["gain from shirking once, discount 0.9"] < 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_payoffs_are_what_following_the_verdicts_leg_by_leg_gives(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    coins = _coins(0.2, 0.3)
    monkeypatch.setattr(turn_taking, "_accepted", coins)
    fit, test = _roots(seed, 0, 60), _roots(seed, 1, 20)
    found = measure_turn_taking(SETTINGS, fit, test)
    long = replace(SETTINGS, legs=WARM_UP + CYCLES * MEMBERS)
    for name in ("serving", "once", "always"):
        for place, root in enumerate(test):
            verdicts = coins(long, name, root)
            for delta in DISCOUNTS:
                total, inside = 0.0, True
                for leg in range(WARM_UP, long.legs):
                    weight = delta ** (leg - WARM_UP)
                    if leg % MEMBERS == 0 and inside:
                        free = name == "always" or (name == "once" and leg == WARM_UP)
                        total -= 0.0 if free else weight * found.relay.cost
                        inside = verdicts[leg] == 1
                    total += weight * inside
                assert getattr(found, name)[delta][place] == pytest.approx(total)


def test_the_cost_makes_the_named_discount_critical() -> None:
    found = measure_turn_taking(SETTINGS, _roots(5, 0, 20), _roots(5, 1, 3))
    assert found.relay.critical_discount().value == pytest.approx(CRITICAL, abs=1e-12)
    assert found.relay.participants == MEMBERS
    assert found.rejected.shape == found.passed.shape == (20,)
    assert set(np.unique(found.passed)) <= {0.0, 1.0}
    assert ((found.rejected >= 0) & (found.rejected <= 1)).all()
    assert found.rejected * EARLY * MEMBERS == pytest.approx(
        np.rint(found.rejected * EARLY * MEMBERS)
    )


def test_the_error_of_a_prediction_is_that_of_the_mean_where_it_is_the_mean() -> None:
    rng = np.random.default_rng(0)
    rejected, passed = rng.random(30) * 0.2, (rng.random(30) < 0.3).astype(float)
    relay = RepeatedRelay(MEMBERS, 1, 2, float(rejected.mean()), float(passed.mean()))
    found = TurnTakingEvidence(relay=relay, rejected=rejected, passed=passed, serving={}, once={},
                               always={})  # fmt: skip
    value, error = found.predicted(lambda r: r.false_reject)
    assert value == rejected.mean()
    assert error == pytest.approx(rejected.std(ddof=1) / 30**0.5)


def test_members_hand_in_in_turn_and_only_member_0_fakes() -> None:
    settings = replace(SETTINGS, participants=MEMBERS, legs=WARM_UP + 20, evaluate_every=0)
    for name, faked in (("serving", 0), ("once", 1), ("always", 4)):
        shirks = turn_taking._SHIRKS[name]
        policies = [turn_taking._OnDuty(shirks), *[turn_taking._OnDuty()] * (MEMBERS - 1)]
        records = run_relay(settings, policies, 1).records
        assert (records["trainer"] == records["leg"] % MEMBERS).all()
        fakes = records[records["kind"] != "honest"]
        assert len(fakes) == faked
        assert set(fakes["trainer"]) <= {0}
        assert set(fakes["leg"]) <= set(range(WARM_UP, WARM_UP + 20, MEMBERS))


# -------------------------------------------------------------- real relays and the figure


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence(Scenario.load("phone_community"), rng=0, replications=20)


@pytest.fixture(scope="module")
def figure(evidence: Evidence) -> Figure:
    return draw("turn_taking", evidence)


def test_real_relays_show_the_threshold(evidence: Evidence) -> None:
    found = evidence.turn_taking
    below, _, above = DISCOUNTS
    assert (
        found.gain(below).mean() > 2 * found.gain(below).std(ddof=1) / found.gain(below).size ** 0.5
    )
    assert found.gain(above).mean() < 0
    rows = turn_taking_rows(found)
    assert len(rows) == len(DISCOUNTS) + 4
    assert all(row.theory == "3.3" and row.p_value > 1e-4 for row in rows)
    assert all(row.seeds == found.gain(below).size for row in rows)


def test_streams_are_their_own(evidence: Evidence) -> None:
    assert (Purpose.FIT_ROTA, Purpose.TEST_ROTA) == (17, 18)
    fit, test = evidence.seeds(Purpose.FIT_ROTA), evidence.seeds(Purpose.TEST_ROTA)
    assert not {s.spawn_key for s in fit} & {s.spawn_key for s in test}


def _data(axes: Axes, label: str) -> Array:
    (line,) = [line for line in axes.get_lines() if line.get_label() == label]
    return np.array(line.get_data(), dtype=np.float64)


def test_thresholds_by_members(figure: Figure, evidence: Evidence) -> None:
    axes, relay = figure.axes[0], evidence.turn_taking.relay
    for label, rates in (
        ("no errors", (0, 0)),
        ("false alarms", (relay.false_reject, 0)),
        ("missed fakes", (0, relay.false_accept)),
        ("both", (relay.false_reject, relay.false_accept)),
    ):
        sizes, values = _data(axes, label)
        assert sizes.tolist() == list(range(2, MOST + 1))
        for n, value in zip(sizes, values, strict=True):
            expected = RepeatedRelay(int(n), 1, relay.cost, *rates).critical_discount().value
            assert value == expected or (np.isnan(value) and np.isinf(expected))
        limit = 1 - (1 - sum(rates)) / relay.cost
        assert _data(axes, f"{label}, limit")[1] == pytest.approx([limit, limit])
        assert values[-1] >= limit


def test_thresholds_by_errors(figure: Figure, evidence: Evidence) -> None:
    axes, relay = figure.axes[1], evidence.turn_taking.relay
    for label, which in (("false alarms", (1, 0)), ("missed fakes", (0, 1))):
        rates, values = _data(axes, label)
        for rate, value in zip(rates[::10], values[::10], strict=True):
            expected = RepeatedRelay(MEMBERS, 1, relay.cost, rate * which[0],
                                     rate * which[1]).critical_discount().value  # fmt: skip
            assert value == expected or (np.isnan(value) and np.isinf(expected))
        assert np.nanmax(np.diff(values)) > 0
    assert _data(axes, "both, as measured")[1] == pytest.approx([CRITICAL, CRITICAL])


def test_gains_are_predicted_and_measured(figure: Figure, evidence: Evidence) -> None:
    axes, found = figure.axes[2], evidence.turn_taking
    at, gains = _data(axes, "predicted")
    for x, y in zip(at[::20], gains[::20], strict=True):
        assert y == pytest.approx(found.relay.shirking_gain(x))
    assert _data(axes, "critical")[0] == pytest.approx([CRITICAL, CRITICAL])
    (bars,) = axes.containers
    drawn: Any = bars.lines[0]  # type: ignore[attr-defined]
    assert drawn.get_xdata().tolist() == list(DISCOUNTS)
    assert drawn.get_ydata() == pytest.approx([found.gain(d).mean() for d in DISCOUNTS])


def test_payoff_sets_are_a_point_a_segment_and_a_polygon(figure: Figure) -> None:
    axes = figure.axes[3]
    counts = {d: len(_data(axes, f"{float(d):g} corners")[0]) for d in DRAWN}
    assert list(counts.values()) == [4, 2, 1]
    assert len(axes.patches) == 1
    assert _data(axes, "feasible").shape == (2, 5)
    assert TOGETHER.payoffs[0, 0].tolist() == [1.0, 1.0]  # 4 - 3 each if both train
    assert TOGETHER.payoffs[0, 1].tolist() == [-1.5, 1.5]  # 1.5 - 3 and 1.5 if one does


def test_the_figure_is_labelled_and_saved_the_same_twice(figure: Figure, tmp_path: Any) -> None:
    for axes in figure.axes:
        assert axes.get_title(loc="left")
        assert all(any(unit in label for unit in ("(1)", "(people)", "(flow", "(money"))
                   for label in (axes.get_xlabel(), axes.get_ylabel()))  # fmt: skip
    first = [path.read_bytes() for path in save(figure, "a", tmp_path)]
    assert first == [path.read_bytes() for path in save(figure, "b", tmp_path)]
    renderer = FigureCanvasAgg(figure).get_renderer()
    width, height = figure.bbox.width, figure.bbox.height
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent(renderer)
            assert box.x0 >= 0
            assert box.x1 <= width
            assert box.y0 >= 0
            assert box.y1 <= height
