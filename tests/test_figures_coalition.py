"""The figures of coalitions and of the effort game: what the artists hold is what the games say."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.patches import Polygon

from derelayl_econ.figures import coalition as shared
from derelayl_econ.figures import potential as efforts
from derelayl_econ.figures.registry import FIGURES, draw
from derelayl_econ.games.coalition import CoalitionGame
from derelayl_econ.games.model_sharing import ModelSharingGame
from derelayl_econ.scenario import Scenario
from derelayl_econ.validation import Evidence

NAMES = ("coalition", "potential")
SCENARIOS = ("phone_community", "hospital_consortium", "derelayl_defaults")


@functools.cache
def evidence_of(scenario):
    return Evidence(Scenario.load(scenario), rng=0, replications=20)


@functools.cache
def figure_of(name):
    return draw(name, evidence_of("phone_community"))


def lines(axes, label):
    return [line for line in axes.get_lines() if line.get_label() == label]


def data(line):
    return np.array(line.get_data(), dtype=float)


@pytest.mark.parametrize("name", NAMES)
def test_registered_with_a_question(name):
    assert FIGURES[name].question.endswith("?")


@pytest.mark.parametrize("name", NAMES)
def test_panels_have_units_and_nothing_leaves_the_figure(name):
    figure = figure_of(name)
    width, height = figure.get_size_inches() * figure.dpi
    assert figure.get_figwidth() == 7.0
    for axes in figure.axes:
        assert axes.lines or axes.patches
        assert axes.get_title(loc="left")
        assert any(unit in axes.get_xlabel() for unit in ("money", "member", "samples"))
        named = (*axes.texts, axes.xaxis.label, axes.yaxis.label)
        for text in (t for t in named if t.get_text()):
            box = text.get_window_extent()
            assert -1 <= box.x0 <= box.x1 <= width + 1, text
            assert -1 <= box.y0 <= box.y1 <= height + 1, text


@pytest.mark.parametrize("name", NAMES)
def test_labels_do_not_cover_each_other(name):
    for axes in figure_of(name).axes:
        boxes = [text.get_window_extent() for text in axes.texts if text.get_text().strip()]
        for i, first in enumerate(boxes):
            for second in boxes[i + 1 :]:
                overlap = min(first.x1, second.x1) - max(first.x0, second.x0) > 1 and (
                    min(first.y1, second.y1) - max(first.y0, second.y0) > 1
                )
                assert not overlap, (axes.get_title(loc="left"), first, second)


# --- coalition ----------------------------------------------------------------------------------

CORNERS = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])


def test_the_triangle_holds_core_shapley_and_nucleolus():
    axes, game = figure_of("coalition").axes[0], shared.crew(evidence_of("phone_community"), 3)
    total = game.values[-1]
    for name, shares in (("Shapley", game.shapley()), ("nucleolus", game.nucleolus().allocation)):
        (mark,) = lines(axes, name)
        np.testing.assert_allclose(data(mark).ravel(), shares @ CORNERS / total, atol=1e-12)
    (core,) = [p for p in axes.patches if isinstance(p, Polygon) and p.get_label() == "core"]
    drawn = core.get_xy()[:-1]
    np.testing.assert_allclose(drawn, shared.core_corners(game) @ CORNERS / total, atol=1e-8)
    assert f"{total:.3g}" in axes.get_xlabel()


def test_core_corners_are_in_the_core_and_span_it():
    """Random points: inside the drawn polygon iff in the core."""
    game = shared.crew(evidence_of("phone_community"), 3)
    corners = shared.core_corners(game)
    for corner in corners:
        assert game.excesses(corner)[1:-1].max() < 1e-7
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([1, 1, 1], 400) * game.values[-1]
    polygon = Polygon(corners @ CORNERS).get_path()
    for x in shares:
        slack = -game.excesses(x)[1:-1].max()
        if abs(slack) > 1e-6:
            assert polygon.contains_point(x @ CORNERS) == (slack > 0)


def test_core_corners_of_a_textbook_game():
    """v(12) = 1, v(13) = 2, v(23) = 3, v(N) = 6: six corners by hand."""
    game = CoalitionGame([0, 0, 0, 1, 0, 2, 3, 6])
    corners = {tuple(c) for c in shared.core_corners(game).tolist()}
    assert corners == {(0, 1, 5), (1, 0, 5), (0, 4, 2), (2, 4, 0), (3, 0, 3), (3, 3, 0)}
    assert all(game.excesses(c)[1:-1].max() <= 1e-9 for c in corners)


def test_an_empty_core_is_said_to_be_empty(monkeypatch):
    majority = CoalitionGame([0, 0, 0, 1, 0, 1, 1, 1])
    assert shared.core_corners(majority).shape == (0, 3)
    crew = shared.crew
    monkeypatch.setattr(shared, "crew", lambda e, n: majority if n == 3 else crew(e, n))
    axes = draw("coalition", evidence_of("phone_community")).axes[0]
    assert "the core is empty" in [text.get_text() for text in axes.texts]
    assert not [p for p in axes.patches if p.get_label() == "core"]


def test_bars_are_shapley_values_with_sampled_intervals():
    axes, game = figure_of("coalition").axes[1], shared.crew(evidence_of("phone_community"), 8)
    (bars,) = [c for c in axes.containers if isinstance(c, BarContainer)]
    np.testing.assert_allclose([bar.get_height() for bar in bars], game.shapley())
    (measured,) = [c for c in axes.containers if isinstance(c, ErrorbarContainer)]
    found = CoalitionGame.sampled(game.worth, 8, samples=shared.ORDERS, rng=0)
    np.testing.assert_allclose(measured.lines[0].get_ydata(), found.values)
    ends = np.array([s[:, 1] for s in measured.lines[2][0].get_segments()])
    np.testing.assert_allclose(ends, np.column_stack([found.low, found.high]))
    (marks,) = lines(axes, "nucleolus")
    np.testing.assert_allclose(data(marks)[1], game.nucleolus().allocation)
    assert axes.get_ylim()[1] > found.high.max()


def test_strips_are_where_partitions_are_core_stable():
    axes = figure_of("coalition").axes[2]
    names = [label.get_text() for label in axes.get_yticklabels()]
    for third in (1, 3, 6, 7, 15, 16, 40):
        for (way, (_, label)), shift in zip(shared.SHARING.items(), (0.22, 0, -0.22), strict=True):
            drawn = set()
            for line in lines(axes, label):
                (first, last), (height, _) = data(line)
                if first < third < last:
                    drawn.add(names[round(height - shift)])
            game = ModelSharingGame([*shared.SAMPLES, third], shared.NOISE, shared.SPREAD, way)
            stable = game.stability().stable()
            wanted = {" | ".join("".join("ABC"[i] for i in c) for c in p) for p in stable}
            assert drawn == wanted, (third, way)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_crews_of_other_scenarios_are_worth_something(scenario):
    game = shared.crew(evidence_of(scenario), 3)
    assert game.values[-1] > 0
    assert game.superadditive
    assert len(shared.core_corners(game)) >= 3


# --- potential ----------------------------------------------------------------------------------


def test_effort_curves_are_equilibria_with_the_jump_between():
    axes, game = figure_of("potential").axes[0], efforts.community(evidence_of("phone_community"))
    critical = game.critical_factors()
    below, above = lines(axes, "mean")
    assert data(below)[0].max() < critical.middle < data(above)[0].min()
    for curve, name, who in ((below, "cheapest", 0), (above, "dearest", -1)):
        other = lines(axes, name)[0 if curve is below else 1]
        for k in (0, 20, 45, 69):
            factor, mean = data(curve)[:, k]
            (e,) = game.at(float(factor)).equilibria()
            assert e.regret < 1e-9
            assert mean == pytest.approx(e.strategy.mean())
            assert data(other)[1, k] == pytest.approx(e.strategy[who])
    (jump,) = lines(axes, "continuum")
    assert data(jump)[0].tolist() == [critical.middle] * 2
    assert data(jump)[1].tolist() == [critical.jump_from, critical.jump_to]


def test_thresholds_stand_in_every_panel():
    game = efforts.community(evidence_of("phone_community"))
    critical = game.critical_factors()
    for axes in figure_of("potential").axes:
        upright = [data(line)[0] for line in axes.get_lines() if len(line.get_xdata()) == 2]
        places = {float(x[0]) for x in upright if x[0] == x[1]}
        assert {critical.low, critical.middle, critical.high} <= places
        assert all(f"$λ_{k}$" in {t.get_text() for t in axes.texts} for k in "1*2")


def test_lag_loops_close_in_on_the_only_equilibrium():
    axes = figure_of("potential").axes[1]
    truth = dict(data(lines(axes, "equilibrium")[0]).T.tolist())
    areas = []
    for rounds in efforts.ROUNDS:
        (loop,) = lines(axes, f"{rounds}")
        factors, means = data(loop)
        half = len(factors) // 2
        rising, falling = means[:half], means[half:][::-1]
        exact = np.array([truth[f] for f in factors[:half]])
        assert (rising <= exact + 1e-9).all()  # always behind, on the way up and down
        assert (falling >= exact - 1e-9).all()
        areas.append(float((falling - rising).sum()))
    assert areas == sorted(areas, reverse=True)
    assert areas[-1] < 0.3 * areas[0]


def test_answers_follow_best_responses_round_by_round():
    game = efforts.community(evidence_of("phone_community"))
    now, means = game.floors, []
    for factor in (2.0, 3.0, 4.0):
        for _ in range(2):
            now = game.at(factor).best_response(now)
        means.append(now.mean())
    np.testing.assert_allclose(efforts.answers(game, np.array([2.0, 3.0, 4.0]), 2), means)


def test_slowest_at_the_middle():
    axes, game = figure_of("potential").axes[2], efforts.community(evidence_of("phone_community"))
    middle = game.critical_factors().middle
    for start in ("floor", "ceiling"):
        before, after = (data(line) for line in lines(axes, f"from the {start}"))
        assert before[0].max() < middle < after[0].min()
        assert (np.diff(before[1]) >= 0).all()
        assert (np.diff(after[1]) <= 0).all()
    assert axes.get_yscale() == "log"
    factor, rounds = data(lines(axes, "from the floor")[1])[:, 10]
    path = game.at(float(factor)).best_response_path(simultaneous=True, tolerance=1e-6)
    assert len(path.mean) - 1 == rounds
