"""Figures of theory beside measurement: their data, labels and limits, not their pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy import stats

from derelayl_econ.figures.drawing import BLUE, GREEN, VERMILION
from derelayl_econ.figures.drift import EXAMPLE
from derelayl_econ.figures.labels import moved_apart
from derelayl_econ.figures.registry import draw
from derelayl_econ.scenario import Scenario
from derelayl_econ.validation import Comparison, ComparisonTable, Evidence, Interval
from derelayl_econ.validation.deposits import deposit_rows
from derelayl_econ.validation.drift import DriftEvidence, drift_rows
from derelayl_econ.validation.honesty import MEMBERS, NAMES, gate_rows
from derelayl_econ.validation.learning import LearningEvidence
from derelayl_econ.validation.significance import compare_frequency, compare_mean, compare_no_gain


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    scenario = Scenario.load("phone_community").replace("experiment.legs", 60)
    return Evidence(scenario, rng=20, replications=20)


@pytest.fixture(scope="module")
def drifting() -> DriftEvidence:
    rates = np.array([0.5, 1.0, 3.0])
    noise = np.random.default_rng(1).normal(0, 0.05, (3, 12))
    predicted = rates * 0.03 * 2 / (0.02 + rates * 0.03)
    return DriftEvidence(
        learning_rate=0.03, quality_max=2.0, drift=0.02, drift_error=0.002, legs_per_period=rates,
        predicted=predicted, predicted_error=np.full(3, 0.02),
        measured=predicted[:, None] - 0.2 + noise,
    )  # fmt: skip


@pytest.fixture(scope="module")
def table(evidence: Evidence, drifting: DriftEvidence) -> ComparisonTable:
    """Real rows of the gate, the deposits and a drift, and made ones for the hard cases."""
    made = np.random.default_rng(2).normal(1.0, 0.1, 30)
    rows = [
        compare_mean("agrees", "2.1", 1.0, made, unit="legs"),
        compare_mean("nothing varies, and it agrees", "3.1", 2.0, [2.0, 2.0]),
        compare_mean("nothing varies, and it differs", "3.1", 2.0, [3.0, 3.0], note="constant"),
        compare_no_gain("no gain", "3.2", made - 3),
        compare_no_gain("a gain", "3.2", made, note="it pays after all"),
        compare_frequency("of an unknown section", "9.9", 0.5, 13, 20, seeds=20),
    ]
    rows += gate_rows(evidence.gate, np.random.default_rng(3))
    rows += deposit_rows(evidence.deposits) + drift_rows(drifting)
    return ComparisonTable(rows=tuple(rows), scenario="made", seed=20)


@pytest.fixture(scope="module")
def figures(
    evidence: Evidence, drifting: DriftEvidence, table: ComparisonTable
) -> dict[str, Figure]:
    stand_in = cast("Evidence", SimpleNamespace(drift=drifting, table=table))
    names = ("deposit_window", "learning_curves")
    drawn = {name: draw(name, evidence) for name in names}
    return drawn | {name: draw(name, stand_in) for name in ("drift", "prediction")}


NAMES_OF_FIGURES = ("deposit_window", "learning_curves", "prediction", "drift")


def _lines(axes: Axes, label: str) -> list[Line2D]:
    return [line for line in axes.get_lines() if line.get_label() == label]


def _points(axes: Axes, label: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return x, y and the ends of the error bars of the measured points with that label."""
    (found,) = [c for c in axes.containers if c.get_label() == label]
    data, _, (bars,) = cast("Any", found)
    low, high = np.array([segment[:, 1] for segment in bars.get_segments()]).T
    return *data.get_data(), low, high


def _t_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Return the 95 % interval of a mean, by the textbook."""
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / (len(values) - 1)
    half = stats.t.ppf(0.975, len(values) - 1) * math.sqrt(variance / len(values))
    return mean - half, mean, mean + half


# All figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES_OF_FIGURES)
def test_no_text_covers_another_and_none_is_cut_off(
    figures: dict[str, Figure], name: str, assert_readable: Callable[[Figure], None]
) -> None:
    assert_readable(figures[name])


@pytest.mark.parametrize("name", NAMES_OF_FIGURES)
def test_every_panel_is_wide_labelled_and_full(figures: dict[str, Figure], name: str) -> None:
    figure = figures[name]
    assert figure.get_size_inches()[0] == 7.0
    for axes in figure.axes:
        assert axes.get_xlabel()
        assert axes.get_ylabel() or axes.get_yticklabels()
        assert len(axes.get_lines()) > 1
        assert axes.dataLim.width * axes.dataLim.height > 0, "an empty panel"
    assert any(axes.containers for axes in figure.axes), "nothing measured"


# The deposit window -----------------------------------------------------------------------------


def test_the_window_is_that_of_the_game_and_opens_at_one_reward(
    figures: dict[str, Figure], evidence: Evidence
) -> None:
    axes, found = figures["deposit_window"].axes[0], evidence.deposits
    reject, accept = found.rejected_honest.mean(), 1 - found.rejected_cheat.mean()
    starts = set()
    for rate in (0.25, 0.5, 1.0):  # half, once and twice the scenario's
        low, high = _lines(axes, f"audit {rate:g}")
        for place in (0, 60, 200):
            reward = low.get_xdata()[place]
            terms = {"cost_honest": found.terms.cost_honest, "reward": reward, "audit_rate": rate,
                     "cost_cheat": found.terms.cost_cheat, "outside": 0.0}  # fmt: skip
            window = type(found.terms)(**terms).window(reject, accept)
            assert low.get_ydata()[place] == pytest.approx(window.low, rel=1e-9)
            assert high.get_ydata()[place] == pytest.approx(window.high, rel=1e-9)
        assert low.get_ydata()[0] == pytest.approx(high.get_ydata()[0])
        starts.add(round(low.get_xdata()[0], 12))
    assert starts == {round(found.window.minimum_reward, 12)}


def test_tested_deposits_are_marked_by_what_was_measured(
    figures: dict[str, Figure], evidence: Evidence
) -> None:
    axes, found = figures["deposit_window"].axes[0], evidence.deposits
    markers = {line.get_ydata()[0]: line for line in _lines(axes, "real relays")}
    assert sorted(markers) == sorted(found.payoffs)
    for deposit, payoffs in found.payoffs.items():
        gaps = (payoffs["honest"] - payoffs["cheat"], payoffs["honest"])
        honest = all(_t_interval(gap.to_numpy())[0] > 0 for gap in gaps)
        assert to_hex(markers[deposit].get_color()).upper() == (GREEN if honest else VERMILION)
        assert markers[deposit].get_marker() == ("o" if honest else "X")
        assert markers[deposit].get_xdata()[0] == found.terms.reward


def test_payoff_lines_cross_zero_at_the_window_and_agree_with_the_table(
    figures: dict[str, Figure], evidence: Evidence
) -> None:
    axes, found = figures["deposit_window"].axes[1], evidence.deposits
    rows = deposit_rows(found)
    for name, edge, own in (("a fake", found.window.low, rows[0:6:2]),
                            ("staying out", found.window.high, rows[1:6:2])):  # fmt: skip
        (line,) = _lines(axes, f"than {name}")
        assert np.interp(edge, *line.get_data()) == pytest.approx(0, abs=1e-9)
        x, y, low, high = _points(axes, f"than {name}, real relays")
        np.testing.assert_allclose(x, list(found.payoffs))
        for i, row in enumerate(own):
            predicted = np.interp(x[i], *line.get_data())
            assert predicted == pytest.approx(row.predicted.mid, rel=1e-9)
            assert y[i] == pytest.approx(row.measured.mid)
            assert (low[i], high[i]) == pytest.approx((row.measured.low, row.measured.high))


def test_the_gate_follows_its_law_and_shows_raw_shares(
    figures: dict[str, Figure], evidence: Evidence
) -> None:
    axes, found = figures["deposit_window"].axes[2], evidence.gate
    floors = [line.get_ydata()[0] for line in _lines(axes, "limit")]
    for (kind, fitted), floor in zip(found.kinds.items(), floors, strict=True):
        (line,) = _lines(axes, NAMES[kind])
        sizes, law = line.get_data()
        for size, share in zip(sizes[::13], law[::13], strict=True):
            noise = math.hypot(fitted.spread, fitted.noise / math.sqrt(size))
            assert share == pytest.approx(stats.norm.cdf(fitted.improvement / noise))
        assert floor == pytest.approx(stats.norm.cdf(fitted.improvement / fitted.spread))
        (x,), (y,), (low,), (high,) = _points(axes, f"{NAMES[kind]}, real")
        verdicts = found.single.loc[found.single["kind"] == kind, "accepted"]
        assert y == pytest.approx(sum(verdicts) / len(verdicts))
        assert low < y < high or y in (0, 1)
        assert 0.7 < x / found.hold_out < 1.4  # moved apart, but not far


def test_committees_are_those_of_the_table(figures: dict[str, Figure], evidence: Evidence) -> None:
    axes, found = figures["deposit_window"].axes[3], evidence.gate
    rows = {row.quantity: row for row in gate_rows(found, np.random.default_rng(0))}
    for kind in ("honest", "label_flip"):
        alone = []
        for word in ("correlated", "independent"):
            (line,) = _lines(axes, f"{NAMES[kind]},\n{word}")
            sizes, law = line.get_data()
            row = rows[f"{NAMES[kind]} accepted by {MEMBERS} {word} validators"]
            assert law[list(sizes).index(MEMBERS)] == pytest.approx(row.predicted.mid)
            alone.append(law[0])
        assert alone[0] == pytest.approx(alone[1])  # one member correlates with nobody
        x, y, low, high = _points(axes, f"{NAMES[kind]}, real")
        assert x == MEMBERS
        assert (low[0], y[0], high[0]) == pytest.approx(
            (row.measured.low, row.measured.mid, row.measured.high)
        )


# Learning curves --------------------------------------------------------------------------------


def test_learning_curves_show_relays_that_nothing_was_fitted_to(
    figures: dict[str, Figure], evidence: Evidence
) -> None:
    quality, residuals, _ = figures["learning_curves"].axes
    tested = evidence.learning.tested_on
    (mean,) = _lines(quality, "their mean")
    np.testing.assert_allclose(mean.get_ydata(), tested.mean(axis=0))
    (band,) = quality.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(np.percentile(tested, 90, axis=0).max())
    assert quality.get_xlim() == residuals.get_xlim() == (0, 60)
    for name, curve in evidence.learning.curves.items():
        (line,) = _lines(residuals, name)
        legs, missed = line.get_data()
        np.testing.assert_allclose(missed + curve.quality(legs), mean.get_ydata(), atol=1e-12)


def test_block_means_add_up_to_the_whole_gain(
    figures: dict[str, Figure], evidence: Evidence
) -> None:
    axes, tested = figures["learning_curves"].axes[2], evidence.learning.tested_on
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    (container,) = axes.containers
    x, y, *_ = _points(axes, str(container.get_label()))
    assert len(x) >= 8
    if str(container.get_label()) == f"{len(x)} block means":  # none is left out
        edges = [0]
        for middle in x:  # sqrt(first * last) of the legs of the block
            edges.append(round(middle**2 / (edges[-1] + 1)))
        total = tested[:, -1].mean() - tested[:, 0].mean()
        assert sum(y * np.diff(edges)) == pytest.approx(total)
        assert edges[-1] == evidence.learning.legs
    for name, curve in evidence.learning.curves.items():
        (line,) = _lines(axes, name)
        np.testing.assert_allclose(line.get_ydata(), np.diff(curve.quality(np.arange(61))))


def test_a_block_without_gain_is_left_out_and_said_so(evidence: Evidence) -> None:
    learning = evidence.learning
    flat = learning.tested_on.copy()
    flat[:, 1:] -= flat[:, 1:2] - flat[:, :1] + 0.01  # the first leg loses
    poor = LearningEvidence(
        fitted_on=learning.fitted_on, tested_on=flat, curves=learning.curves
    )  # fmt: skip
    axes = draw("learning_curves", cast("Evidence", SimpleNamespace(learning=poor))).axes[2]
    assert any("1 blocks without gain" in text.get_text() for text in axes.texts)
    (container,) = axes.containers
    x, y, *_ = _points(axes, str(container.get_label()))
    assert (y > 0).all()
    assert x.min() > 1


# Predictions ------------------------------------------------------------------------------------


def _row_heights(axes: Axes) -> dict[str, float]:
    labels = [label.get_text() for label in axes.get_yticklabels()]
    return dict(zip(labels, map(float, axes.get_yticks()), strict=True))


def _place(row: Comparison) -> float:
    """Return (measured - predicted) over the half-width of the difference, by the prose."""
    half = row.measured.high / 2 - row.measured.low / 2
    own = 0.0 if row.predicted.low == -math.inf else row.predicted.high - row.predicted.low
    unit = math.sqrt(half**2 + (own / 2) ** 2)
    return (row.measured.mid - row.predicted.mid) / unit if unit else 0.0


def test_every_prediction_has_its_line_and_its_mark(
    figures: dict[str, Figure], table: ComparisonTable
) -> None:
    (axes,) = figures["prediction"].axes
    heights = _row_heights(axes)
    marks = {c[0].get_ydata()[0]: c[0] for c in cast("Any", axes.containers)}
    assert len(marks) == len(table)
    for row, verdict in zip(table.rows, table.verdicts, strict=True):
        mark = marks[heights[row.quantity]]
        place, reach = mark.get_xdata()[0], axes.get_xlim()[1]
        if row.quantity == "nothing varies, and it differs":
            assert place == reach  # infinitely far in half-widths
        else:
            assert place == pytest.approx(_place(row), rel=1e-9, abs=1e-12)
            assert abs(place) < reach
        assert mark.get_marker() == ("o" if verdict == "confirmed" else "X")
        assert to_hex(mark.get_color()).upper() == (BLUE if verdict == "confirmed" else VERMILION)


def test_predictions_are_grouped_by_section_with_numbers_beside_them(
    figures: dict[str, Figure], table: ComparisonTable
) -> None:
    (axes,) = figures["prediction"].axes
    heights = _row_heights(axes)
    sections = sorted({row.theory for row in table.rows})
    headings = {text.split("  ")[0]: height for text, height in heights.items()
                if text.split("  ")[0] in sections}  # fmt: skip
    assert sorted(headings, key=lambda s: -headings[s]) == sections
    ends = [*sorted(headings.values(), reverse=True)[1:], -math.inf]
    following = dict(zip(sections, ends, strict=True))
    for row in table.rows:
        assert headings[row.theory] > heights[row.quantity] > following[row.theory]
    cells = [(text.get_text(), cast("Any", text).xy[1]) for text in axes.texts]
    row = next(r for r in table.rows if r.quantity == "no gain")
    beside = {text for text, height in cells if height == heights["no gain"]}
    assert beside == {"≤ 0", f"{row.measured.mid:.4g}", "money", "confirmed"}


def test_refuted_predictions_are_named_with_their_reasons(
    figures: dict[str, Figure], table: ComparisonTable
) -> None:
    figure = figures["prediction"]
    (axes,) = figure.axes
    shown = [text.get_text() for text in axes.texts if text.get_text().startswith("refuted, p")]
    assert len(shown) == len(table.refuted) >= 3
    reasons = " ".join(cast("Any", figure)._supxlabel.get_text().split())
    for row in table.refuted:
        assert f"probable cause: {row.note}" in reasons
    assert reasons.count("probable cause:") == len({row.note for row in table.refuted})


def test_a_table_without_refuted_rows_has_no_reasons() -> None:
    row = Comparison(quantity="fine", theory="2.1", unit="1", predicted=Interval(0, 1, 2),
                     measured=Interval(0.5, 1, 1.5), seeds=20, test="t-test",
                     p_value=0.9)  # fmt: skip
    table = ComparisonTable(rows=(row,), scenario="made", seed=0)
    figure = draw("prediction", cast("Evidence", SimpleNamespace(table=table)))
    assert cast("Any", figure)._supxlabel.get_text() == ""
    assert figure.axes[0].get_xlim() == (-2.6, 2.6)


# Drift ------------------------------------------------------------------------------------------


def test_the_example_is_that_of_the_theory_notes() -> None:
    prices = EXAMPLE.price_floor, EXAMPLE.welfare_price, EXAMPLE.price_ceiling
    assert prices == pytest.approx((5, 10, 20))


def test_quality_starts_at_the_floor_and_welfare_ends_at_the_ceiling(
    figures: dict[str, Figure],
) -> None:
    quality, money = figures["drift"].axes[:2]
    (line,) = _lines(quality, "steady quality")
    price, steady = line.get_data()
    assert (steady[price <= 5] == 0).all()
    np.testing.assert_allclose(steady[price > 5], 1 - 1 / (0.2 * price[price > 5]))
    (welfare,) = _lines(money, "welfare")
    assert welfare.get_xdata()[np.argmax(welfare.get_ydata())] == pytest.approx(10)
    assert np.interp(20, *welfare.get_data()) == pytest.approx(0, abs=1e-12)
    (benefit,), (spending,) = (
        _lines(money, label) for label in ("users' benefit\nB q", "users' spending\nλ η q")
    )
    np.testing.assert_allclose(
        benefit.get_ydata() - spending.get_ydata(), welfare.get_ydata(), atol=1e-12
    )
    for axes in (quality, money):
        named = [label.get_text() for label in axes.get_xticklabels()]
        assert named == ["0\n", "5\nfloor", "10\nbest", "20\nceiling"]


def test_paths_follow_the_law_of_motion_to_the_steady_state(figures: dict[str, Figure]) -> None:
    axes = figures["drift"].axes[2]
    for price, label in ((20, "λ = 20,\nthe ceiling"), (10, "λ = 10,\nbest")):
        paths = _lines(axes, label)
        assert sorted(path.get_ydata()[0] for path in paths) == [0, 1]
        for path in paths:
            q = path.get_ydata()
            legs = (q[1:] - 0.95 * q[:-1]) / (0.2 * (1 - q[:-1] + (q[:-1] == 1)))
            assert -1e-9 <= legs.min() <= legs.max() <= 1 + 1e-9
            assert q[-1] == pytest.approx(1 - 1 / (0.2 * price))


def test_real_relays_are_drawn_beside_the_law(
    figures: dict[str, Figure], drifting: DriftEvidence
) -> None:
    axes = figures["drift"].axes[3]
    (law,) = _lines(axes, "law of motion")
    drawn = np.interp(drifting.legs_per_period, *law.get_data())
    np.testing.assert_allclose(drawn, drifting.predicted, rtol=1e-3)
    x, y, low, high = _points(axes, "12 real relays each")
    np.testing.assert_array_equal(x, drifting.legs_per_period)
    for i, sample in enumerate(drifting.measured):
        assert (low[i], y[i], high[i]) == pytest.approx(_t_interval(sample))
    # The band at f = 1: 1.96 standard errors of eta times the slope of f g q/(eta + f g).
    (band,) = [c for c in axes.collections if "band" in str(c.get_label())]
    edge = band.get_paths()[0].vertices
    rate = law.get_xdata()[60]
    own = edge[np.isclose(edge[:, 0], rate), 1]
    slope = rate * 0.03 * 2 / (0.02 + rate * 0.03) ** 2
    assert np.ptp(own) == pytest.approx(2 * 1.96 * 0.002 * slope)


def test_the_evidence_feeds_the_drift_figure(evidence: Evidence) -> None:
    axes = draw("drift", evidence).axes[3]
    x, y, *_ = _points(axes, f"{evidence.drift.measured.shape[1]} real relays each")
    np.testing.assert_array_equal(x, evidence.drift.legs_per_period)
    np.testing.assert_allclose(y, evidence.drift.measured.mean(axis=1))
    assert axes.get_ylim()[1] > evidence.drift.quality_max > y.max()


# Labels -----------------------------------------------------------------------------------------

SPANS = st.lists(
    st.tuples(st.floats(-100, 100), st.floats(0.01, 10)), min_size=1, max_size=12,
    unique_by=lambda span: span[0],
)  # fmt: skip


@given(SPANS)
def test_labels_are_moved_apart_in_their_order(spans: list[tuple[float, float]]) -> None:
    wanted, sizes = np.array(spans).T
    found = moved_apart(wanted, sizes)
    order = np.argsort(wanted)
    gaps = np.diff(found[order]) - (sizes[order][1:] + sizes[order][:-1]) / 2
    assert (gaps >= -1e-9).all()
    assert found.sum() == pytest.approx(wanted.sum(), abs=1e-6)  # no drift up or down
    free = np.diff(wanted[order]) >= (sizes[order][1:] + sizes[order][:-1]) / 2
    if free.all():
        np.testing.assert_allclose(found, wanted, atol=1e-9)


@given(SPANS)
def test_labels_move_no_more_than_a_general_solver_would(spans: list[tuple[float, float]]) -> None:
    from scipy.optimize import minimize

    wanted, sizes = np.array(sorted(spans[:4])).T
    found = moved_apart(wanted, sizes)
    pitch = (sizes[1:] + sizes[:-1]) / 2
    limits = [{"type": "ineq", "fun": lambda x, i=i: x[i + 1] - x[i] - pitch[i]}
              for i in range(len(wanted) - 1)]  # fmt: skip
    start = np.cumsum(np.append(0, pitch)) + wanted.mean()
    best = minimize(lambda x: ((x - wanted) ** 2).sum(), start, constraints=limits)
    if best.success:
        assert ((found - wanted) ** 2).sum() <= best.fun * (1 + 1e-4) + 1e-4
