"""Real relays in which one participant splits its work: the relay, the rows, the figures."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.figures import royalties as royalty_figure
from derelayl_econ.figures.registry import draw
from derelayl_econ.figures.splitting import LOOKS, MOST
from derelayl_econ.games.splitting import split_profit
from derelayl_econ.rewards import EqualShare
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.simulation.turns import MOST_PARTS, TurnRecord, run_in_turns
from derelayl_econ.simulation.workshop import Workshop
from derelayl_econ.validation import Comparison, ComparisonTable, Evidence
from derelayl_econ.validation import splitting as module
from derelayl_econ.validation.evidence import Purpose
from derelayl_econ.validation.splitting import (
    BLIND,
    GAINS,
    PARTS,
    PATH,
    PRICE,
    RULES,
    SIGNED,
    SPLITTER,
    SQUARE_ROOTS,
    SplittingEvidence,
    measure_splitting,
    splitting_rows,
)

SETTINGS = RelaySettings(participants=5, shard=12, batch=3, hold_out=50, gate=False)
FALSE_ALARM = 1e-4
"""A right table is called refuted more rarely than this (family-wise), for any seed."""


def _seeds(root: int, count: int = 20) -> list[np.random.SeedSequence]:
    return [np.random.SeedSequence(root, spawn_key=(i,)) for i in range(count)]


# --- the relay ------------------------------------------------------------------------------------


def by_hand(settings: RelaySettings, seed: int, splitter: int, parts: int) -> list[tuple[Any, ...]]:
    """Train in plain loops over batches, each name on its part of the samples, in its own order."""
    shop = Workshop(replace(settings, evaluate_every=0), np.random.SeedSequence(seed))
    model, rows = shop.start.copy(), []
    for person in range(settings.participants):
        names = parts if person == splitter else 1
        size = settings.shard // names
        for place in range(names):
            index = person * MOST_PARTS + place
            mine = [int(s) for s in shop.order(index) if place * size <= s < (place + 1) * size]
            trained = model.copy()
            for low in range(0, len(mine), settings.batch):
                batch = [person * settings.shard + s for s in mine[low : low + settings.batch]]
                slope = shop.model.gradient(trained, shop.features[batch], shop.labels[batch])
                trained -= settings.step * slope
            before, after = shop.test_loss(model), shop.test_loss(trained)
            rows.append((person, before - after))
            model = trained
    return rows


@pytest.mark.parametrize(("splitter", "parts"), [(0, 1), (2, 2), (4, 4)])
def test_every_name_trains_on_its_own_part(splitter: int, parts: int) -> None:
    record = run_in_turns(SETTINGS, 7, splitter=splitter, parts=parts)
    rows = by_hand(SETTINGS, 7, splitter, parts)
    assert record.person.tolist() == [person for person, _ in rows]
    np.testing.assert_allclose(record.gain, [gain for _, gain in rows], atol=1e-12)
    assert record.accepted.all()
    assert record.own(splitter).sum() == parts


@pytest.mark.parametrize("gate", [False, True])
def test_relays_differ_by_the_split_alone(gate: bool) -> None:
    settings = replace(SETTINGS, gate=gate)
    whole = run_in_turns(settings, 3, splitter=2)
    split = run_in_turns(settings, 3, splitter=2, parts=3)
    other = run_in_turns(settings, 3, splitter=4, parts=2)
    for name in ("accepted", "verified", "gain", "noise"):
        np.testing.assert_array_equal(getattr(whole, name)[:2], getattr(split, name)[:2])
        np.testing.assert_array_equal(getattr(whole, name)[:4], getattr(other, name)[:4])
    again = run_in_turns(settings, 3, splitter=2, parts=3)
    np.testing.assert_array_equal(split.gain, again.gain)


def test_the_gate_decides_on_its_own_samples() -> None:
    settings = replace(SETTINGS, gate=True, margin=0.01, hold_out=30)
    records = [run_in_turns(settings, seed, splitter=1, parts=2) for seed in range(10)]
    for record in records:
        np.testing.assert_array_equal(record.accepted, record.verified > 0.01)
    assert 0 < np.mean([record.accepted.mean() for record in records]) < 1
    error = np.concatenate([record.verified - record.gain for record in records])
    size = np.concatenate([record.noise for record in records]) / math.sqrt(30)
    assert np.abs(error / size).mean() == pytest.approx(math.sqrt(2 / math.pi), rel=0.3)


@pytest.mark.parametrize(
    ("change", "what"),
    [({"splitter": 5}, "splitter"), ({"splitter": -1}, "splitter"), ({"parts": 0}, "parts"),
     ({"parts": 13}, "parts"), ({"rng": -1}, "rng"), ({"scenario": 3}, "scenario")],
)  # fmt: skip
def test_refusals(change: dict[str, Any], what: str) -> None:
    given = {"scenario": SETTINGS, "rng": 0, "splitter": 1, "parts": 2} | change
    with pytest.raises(InputError, match=what):
        run_in_turns(**given)


# --- evidence and rows ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> SplittingEvidence:
    return measure_splitting(SETTINGS, _seeds(1, 24), _seeds(2, 30))


def _refuted(rows: list[Comparison], level: float = FALSE_ALARM) -> list[str]:
    table = ComparisonTable(rows=tuple(rows), scenario="test", level=level)
    return [row.quantity for row in table.refuted]


def _exact(rows: list[Comparison]) -> list[Comparison]:
    """Rows that theory predicts without an approximation that real parts violate."""
    names = (*BLIND, SIGNED)
    return [row for row in rows if any(f", {name}, " in row.quantity for name in names)]


def test_exact_claims_hold_in_real_relays(found: SplittingEvidence) -> None:
    rows = splitting_rows(found)
    assert len(rows) == len(PARTS) * (len(RULES) + len(BLIND) + 1)
    assert len(_exact(rows)) == len(PARTS) * (2 * len(BLIND) + 1)
    assert _refuted(_exact(rows)) == []


def test_exact_claims_hold_on_seeds_never_used_before() -> None:
    root = np.random.SeedSequence().entropy
    fresh = measure_splitting(SETTINGS, _seeds(root, 20), _seeds(root + 1, 20))
    assert _refuted(_exact(splitting_rows(fresh))) == [], root


def test_blind_rules_earn_their_closed_forms_to_the_last_digit(found: SplittingEvidence) -> None:
    for parts in PARTS:
        closed = (parts - 1) * (PATH - 1) / (PATH * (PATH + parts - 1))
        predicted, error, measured = found.accepted["equal shares", parts]
        assert predicted == pytest.approx(closed, abs=1e-11)
        assert error == 0
        assert np.ptp(measured) == 0
        assert measured[0] == predicted
        window = found.accepted[f"window of {module.WINDOW}", parts][2]
        later = PATH - 1 - SPLITTER
        assert window[0] == pytest.approx((min(parts, module.WINDOW - later) - 1) / module.WINDOW)
        paid = found.accepted["royalties, decay 1/2", parts][2]
        weight = np.cumsum(0.5 ** np.arange(1, PATH + parts + 1))
        honest = weight[later] / weight[:PATH].sum()
        split = weight[later : later + parts].sum() / weight[: PATH + parts - 1].sum()
        assert paid[0] == pytest.approx(split - honest, abs=1e-11)


def test_neutral_pay_is_neutral_and_root_pay_is_not(found: SplittingEvidence) -> None:
    for parts in PARTS:
        predicted, error, measured = found.accepted[SIGNED, parts]
        assert (predicted, error) == (0, 0)
        assert np.ptp(measured) > 0  # a real test: parts were trained anew
        assert found.accepted[GAINS, parts][0] == pytest.approx(0, abs=1e-11)
        roots = found.accepted[SQUARE_ROOTS, parts]
        assert stats.ttest_1samp(roots[2], 0).pvalue < 1e-3
        assert 0 < roots[2].mean() < 2 * roots[0]


@pytest.mark.parametrize(
    ("place", "name"),
    [("accepted", "equal shares"), ("accepted", SIGNED), ("gated", "royalties, decay 1/2"),
     ("gated", PRICE)],
)  # fmt: skip
def test_planted_wrong_predictions_are_refuted(
    found: SplittingEvidence, place: str, name: str
) -> None:
    table = dict(getattr(found, place))
    predicted, error, measured = table[name, 2]
    table[name, 2] = (predicted + 6 * max(measured.std(), 0.02), error, measured)
    wrong = splitting_rows(replace(found, **{place: table}))
    refuted = _refuted([row for row in wrong if f"in 2, {name}" in row.quantity])
    assert len(refuted) == 1
    assert ("gate" in refuted[0]) is (place == "gated")


def test_gate_predictions_by_plain_counting() -> None:
    """Three made relays: acceptance rates and averages by loops, the standard error by formula."""

    def record(accepted: list[int], names: int) -> TurnRecord:
        person = [*range(SPLITTER), *[SPLITTER] * names, *range(SPLITTER + 1, PATH)]
        flags = np.array(accepted, dtype=bool)
        zero = np.zeros(len(person))
        return TurnRecord(person=np.array(person), accepted=flags, verified=zero, gain=zero,
                          noise=zero)  # fmt: skip

    before, after = [4, 3, 4], [5, 4, 2]
    own, names = [1, 0, 1], [2, 1, 1]
    others = [([1] * b + [0] * (SPLITTER - b), [1] * a + [0] * (PATH - 1 - SPLITTER - a))
              for b, a in zip(before, after, strict=True)]  # fmt: skip
    relays = {
        1: [record([*b, o, *a], 1) for (b, a), o in zip(others, own, strict=True)],
        2: [record([*b, *[1] * n, *[0] * (2 - n), *a], 2)
            for (b, a), n in zip(others, names, strict=True)],
    }  # fmt: skip
    predicted, error = module._expected_at_gate(EqualShare(), 2, relays)
    total = 0.0
    for b, a in zip(before, after, strict=True):
        for n in names:
            total += n / (b + n + a) / 9
        for o in own:
            total -= o / (b + o + a) / 9
    assert predicted == pytest.approx(total, abs=1e-11)
    assert 0 < error < 0.1


def test_the_law_of_the_gate_is_fitted_to_honest_legs(found: SplittingEvidence) -> None:
    law = found.law()
    assert (law.noise, law.hold_out, law.spread) == (found.noise, 50, found.spread)
    for parts in PARTS:
        assert found.gated[PRICE, parts][0] == pytest.approx(law.profit(found.gain, parts))
        assert found.gated[PRICE, parts][1] > 0
    assert found.law(paired=False).profit(found.gain, 4) > law.profit(found.gain, 4)


def test_noise_of_parts_about_adds_up() -> None:
    """Paired verification: the parts' variances sum to about that of the leg. A noise of its own in
    every part would give m times that sum, noise in proportion to the work 1/m of it."""
    total = {}
    for parts in (1, 2, 4):
        records = [run_in_turns(SETTINGS, seed, splitter=3, parts=parts) for seed in _seeds(6, 40)]
        total[parts] = np.mean([(r.noise[r.own(3)] ** 2).sum() for r in records])
    for parts in (2, 4):
        assert 1 / math.sqrt(parts) < total[parts] / total[1] < math.sqrt(parts)


def test_evidence_measures_splitting_on_streams_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def spy(settings: RelaySettings, fit: Any, test: Any) -> str:
        asked.extend([settings.dataset, [s.spawn_key for s in fit], [s.spawn_key for s in test]])
        return "measured"

    monkeypatch.setattr("derelayl_econ.validation.evidence.measure_splitting", spy)
    evidence = Evidence(Scenario.load("phone_community"), rng=1, replications=20)
    assert cast("Any", evidence.splitting) == "measured"
    fit, test = int(Purpose.FIT_SPLITTING), int(Purpose.TEST_SPLITTING)
    assert asked == ["digits", [(fit, i) for i in range(20)], [(test, i) for i in range(20)]]


# --- figures --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def figure_of(found: SplittingEvidence) -> Callable[[str], Figure]:
    stand_in = cast("Evidence", SimpleNamespace(splitting=found))
    return functools.cache(lambda name: draw(name, stand_in))


def _line(axes: Axes, label: str) -> np.ndarray:
    (line,) = [line for line in axes.get_lines() if line.get_label() == label]
    return np.array(line.get_data(), dtype=np.float64)


def _measured(axes: Axes, label: str) -> tuple[np.ndarray, np.ndarray]:
    (bars,) = [c for c in axes.containers if c.get_label() == label]
    return cast("Any", bars)[0].get_data()


def _is_tick(text: str) -> bool:
    return "mathdefault" in text or text.replace("−", "").replace(".", "").isdigit()


@pytest.mark.parametrize("name", ["splitting", "royalties"])
def test_no_text_covers_another_and_none_is_cut_off(
    figure_of: Callable[[str], Figure], name: str
) -> None:
    figure = figure_of(name)
    renderer = cast("Any", FigureCanvasAgg(figure)).get_renderer()
    texts = cast("list[Text]", figure.findobj(Text))
    boxes = [(t.get_text(), Text.get_window_extent(t, renderer)) for t in texts
             if t.get_visible() and t.get_text().strip() and t.axes is not None]  # fmt: skip
    for axes in figure.axes:
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        assert axes.get_title(loc="left")
        assert axes.dataLim.width * axes.dataLim.height > 0
        boxes += [(t.get_text(), Text.get_window_extent(t, renderer)) for t in axes.texts]
    shown = {(text, box.bounds): box for text, box in boxes if not _is_tick(text)}
    assert len(shown) > 15
    for (text, _), box in shown.items():
        assert box.x0 >= -1, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        assert box.y1 <= figure.bbox.y1 + 1, text
    for ((one, _), first), ((other, _), second) in itertools.combinations(shown.items(), 2):
        width = min(first.x1, second.x1) - max(first.x0, second.x0)
        height = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert width <= 1 or height <= 2, f"{one!r} covers {other!r}"


def test_lines_are_theory_and_dots_are_measured(
    found: SplittingEvidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("splitting").axes[0]
    for name in LOOKS:
        names, profits = _line(axes, name)
        assert names.tolist() == list(range(1, MOST + 1))
        for m in (1, 3, MOST):
            mean = np.mean([split_profit(RULES[name], p, SPLITTER, m) for p in found.honest])
            assert profits[m - 1] == pytest.approx(mean, abs=1e-12)
        x, y = _measured(axes, f"{name}, measured")
        assert tuple(x) == PARTS
        np.testing.assert_allclose(y, [found.accepted[name, m][2].mean() for m in PARTS])


def test_power_panel_crosses_at_one(figure_of: Callable[[str], Figure]) -> None:
    axes = figure_of("splitting").axes[1]
    for label, sign in (("one leg\nas two", -1), ("two legs\nas one", 1)):
        powers, profits = _line(axes, label)
        assert (np.sign(profits[powers < 0.99]) == -sign).all()
        assert (np.sign(profits[powers > 1.01]) == sign).all()


def test_fee_panel_shows_that_no_fee_does_both(figure_of: Callable[[str], Figure]) -> None:
    axes = figure_of("splitting").axes[2]
    for later in (0, 2):
        fees, profit = _line(axes, f"split, {later} later legs")
        _, income = _line(axes, f"income, {later} later legs")
        assert (profit >= income).all()
        np.testing.assert_allclose(income, 1 - 0.5 ** (later + 1) - fees, atol=1e-12)
        assert (profit[fees >= 1] < 0).all()


def test_price_panel(found: SplittingEvidence, figure_of: Callable[[str], Figure]) -> None:
    axes = figure_of("splitting").axes[3]
    names, profits = _line(axes, "same samples")
    expected = [found.law().profit(found.gain, int(m)) for m in names]
    np.testing.assert_allclose(profits, expected)
    _, y = _measured(axes, "at the gate")
    np.testing.assert_allclose(y, [found.gated[PRICE, m][2].mean() for m in PARTS])
    _, y = _measured(axes, "no gate, losses charged")
    np.testing.assert_allclose(y, [found.accepted[SIGNED, m][2].mean() for m in PARTS])


def test_budgets_are_drawn_leg_by_leg(figure_of: Callable[[str], Figure]) -> None:
    axes = figure_of("royalties").axes[0]
    legs, owed = _line(axes, "w = 1")
    np.testing.assert_array_equal(owed, legs)
    _, owed = _line(axes, "a = 0.5")
    np.testing.assert_allclose(owed, 1 - 0.5**legs)
    assert _line(axes, "w = ¾, ¾")[1].max() == 1.5


def test_best_decays_are_marked(figure_of: Callable[[str], Figure]) -> None:
    axes = figure_of("royalties").axes[1]
    dots = [line.get_data() for line in axes.get_lines() if line.get_label() == "best decay"]
    for step, (x, y) in zip(royalty_figure.STEPS, dots, strict=True):
        assert x[0] == pytest.approx(1 / (2 - step))
        decays, incentive = _line(axes, f"σδ = {step:g}")
        expected = royalty_figure.DISCOUNT * decays * (1 - decays) / (1 - decays * step) ** 2
        np.testing.assert_allclose(incentive, expected)
        assert y[0] >= incentive.max()
        assert decays[np.argmax(incentive)] == pytest.approx(x[0], abs=0.006)


def test_cheapest_delays_are_marked(figure_of: Callable[[str], Figure]) -> None:
    axes = figure_of("royalties").axes[2]
    dots = [line.get_data() for line in axes.get_lines() if line.get_label() == "cheapest"]
    for chance, (x, y) in zip(royalty_figure.DETECTION, dots, strict=True):
        waits, royalty = _line(axes, f"h = {chance:g}")
        kept = royalty_figure.DISCOUNT
        expected = 1 / (kept**waits - (kept * (1 - chance)) ** waits)
        np.testing.assert_allclose(royalty, expected, rtol=1e-9)
        assert y[0] == royalty.min()
        assert x[0] == waits[np.argmin(royalty)]
        assert f"m* = {x[0]:g}" in [text.get_text() for text in axes.texts]


def test_the_bound_is_drawn_below_slow_decays(figure_of: Callable[[str], Figure]) -> None:
    axes = figure_of("royalties").axes[3]
    legs, bound = _line(axes, "bound")
    np.testing.assert_allclose(bound, 0.5 ** (legs - 1))
    for decay in royalty_figure.DECAYS:
        _, least = _line(axes, f"a = {decay:g}")
        assert (least[1:] > bound[1:]).all() == (decay > 0.5)
