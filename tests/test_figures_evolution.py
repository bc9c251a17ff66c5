"""The picture of evolution: what its artists hold is what the games and the agents say."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.figures import simplex
from derelayl_econ.figures.drawing import panels
from derelayl_econ.figures.evolution import LOW, MIDDLE, SHOWN
from derelayl_econ.figures.registry import draw
from derelayl_econ.figures.simplex import draw_line, draw_simplex, in_plane, speeds
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import population_game
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.evidence import EVOLVING_GROUP


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence(Scenario.load("phone_community"), rng=0, replications=20)


@pytest.fixture(scope="module")
def figure(evidence: Evidence) -> Figure:
    return draw("evolution", evidence)


def _panel(figure: Figure, letter: str) -> Axes:
    (found,) = [a for a in figure.axes if a.get_title(loc="left").startswith(f"{letter}  ")]
    return found


def _marks(axes: Axes) -> set[tuple[float, float, str]]:
    """Return place and meaning of every circle."""
    meanings = ("stable", "unstable", "undecided")
    return {
        (round(float(line.get_xdata()[0]), 9), round(float(line.get_ydata()[0]), 9),
         str(line.get_label()))
        for line in axes.get_lines() if line.get_label() in meanings
    }  # fmt: skip


def _line(axes: Axes, label: str) -> Line2D:
    (line,) = [line for line in axes.get_lines() if line.get_label() == label]
    return line


def test_five_panels_with_titles_and_units(figure: Figure) -> None:
    assert figure.get_figwidth() == 7.0
    titles = [a.get_title(loc="left") for a in figure.axes]
    assert [title[0] for title in titles if title] == list("abcde")
    for letter in "de":
        axes = _panel(figure, letter)
        assert any(unit in axes.get_xlabel() for unit in ("(money)", "people"))
        assert any(unit in axes.get_ylabel() for unit in ("(1)", "probability"))
    (bar,) = [a for a in figure.axes if a.get_label() == "<colorbar>"]
    assert "(money" in bar.get_ylabel()


def test_no_panel_is_empty_and_no_text_leaves_the_figure(figure: Figure) -> None:
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        assert axes.lines or axes.collections
        for text in (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label):
            if not text.get_text():
                continue
            box = text.get_window_extent()
            assert -1 <= box.x0 <= box.x1 <= width + 1, text
            assert -1 <= box.y0 <= box.y1 <= height + 1, text


def test_simplices_mark_all_rest_points(figure: Figure, evidence: Evidence) -> None:
    deposits = (LOW * evidence.cost, MIDDLE * evidence.cost,
                evidence.scenario.verification.deposit)  # fmt: skip
    for letter, deposit in zip("abc", deposits, strict=True):
        game = population_game(evidence.scenario, group=EVOLVING_GROUP, deposit=deposit,
                               strategies=SHOWN)  # fmt: skip
        expected = {
            (*(round(float(v), 9) for v in in_plane(p.strategy)), "stable" if p.stable else
             "unstable") for p in game.rest_points()
        }  # fmt: skip
        axes = _panel(figure, letter)
        assert _marks(axes) == expected
        assert f"{deposit:.2g}" in axes.get_title(loc="left")
        assert {t.get_text() for t in axes.texts} >= set(SHOWN)
    stable = [{m[2] for m in _marks(_panel(figure, letter))} for letter in "abc"]
    assert all("stable" in kinds for kinds in stable)


def test_gradients_are_those_of_the_simulated_population(
    figure: Figure, evidence: Evidence
) -> None:
    axes, found = _panel(figure, "d"), evidence.evolution["train"]
    for deposit in found.deposits.tolist():
        line = _line(axes, f"deposit {deposit:.3g}")
        game = population_game(evidence.scenario, group=EVOLVING_GROUP, deposit=deposit)
        population = game.finite(found.population, selection=found.selection,
                                 process=found.process)  # fmt: skip
        up, down = population.transitions("train", "cheat")
        np.testing.assert_allclose(line.get_ydata(), up - down, atol=1e-15)
        np.testing.assert_array_equal(line.get_xdata(), np.arange(found.population + 1))
        assert any(f"{deposit:.2g}" in text.get_text()
                   and to_hex(text.get_color()) == to_hex(line.get_color())
                   for text in axes.texts)  # fmt: skip


def test_fixation_panel_has_curves_points_and_the_neutral_line(
    figure: Figure, evidence: Evidence
) -> None:
    axes = _panel(figure, "e")
    for label, (invader, found) in zip(
        ("a trainer\namong cheats", "a cheat\namong trainers"), evidence.evolution.items(),
        strict=True,
    ):  # fmt: skip
        line = _line(axes, label)
        deposits, chances = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        for k in (0, 17, 59):
            game = population_game(evidence.scenario, group=EVOLVING_GROUP, deposit=deposits[k])
            population = game.finite(found.population, selection=found.selection,
                                     process=found.process)  # fmt: skip
            expected = population.fixation(invader, found.resident).probability
            assert chances[k] == pytest.approx(expected, rel=1e-12)
        (bars,) = [c for c in axes.containers if c.get_label() == f"{label}, simulated"]
        trials = found.runs * found.taken_over.shape[1]
        for k, segment in enumerate(bars.lines[2][0].get_segments()):  # type: ignore[attr-defined]
            total = int(found.taken_over[k].sum())
            interval = stats.binomtest(total, trials).proportion_ci(0.95, method="exact")
            np.testing.assert_allclose(
                segment,
                [[found.deposits[k], interval.low], [found.deposits[k], interval.high]],
                atol=1e-12,
            )
    levels = {line.get_ydata()[0] for line in axes.get_lines() if line.get_linestyle() == ":"}
    assert 1 / evidence.evolution["train"].population in levels


def test_places_in_the_triangle() -> None:
    np.testing.assert_allclose(in_plane(np.eye(3)), simplex.CORNERS)
    np.testing.assert_allclose(in_plane([1 / 3, 1 / 3, 1 / 3]), [0.5, np.sqrt(3) / 6])


def test_speed_is_that_of_the_replicator() -> None:
    game = PopulationGame.matrix([[0, 6, -4], [-3, 0, 5], [-1, 3, 0]])
    found = speeds(game)
    shares = simplex._mesh()
    assert found.shape == (len(shares),)
    for k in (0, 100, 777):
        earned = np.array([[0, 6, -4], [-3, 0, 5], [-1, 3, 0]]) @ shares[k]
        motion = shares[k] * (earned - shares[k] @ earned)
        # Unit length in the triangle: |sum v_i corner_i|, with equal sides of length 1.
        assert found[k] == pytest.approx(np.sqrt((motion**2).sum() / 2), abs=1e-12)


def test_flow_lines_point_where_shares_move() -> None:
    _, (axes,) = panels("test")
    payoffs = np.array([[0.0, 6, -4], [-3, 0, 5], [-1, 3, 0]])
    draw_simplex(axes, PopulationGame.matrix(payoffs))
    arrows = [p for p in axes.patches if type(p).__name__ == "FancyArrowPatch"]
    assert len(arrows) > 5
    for arrow in arrows:
        tail, head = np.array(arrow._posA_posB)  # type: ignore[attr-defined]
        corners = np.vstack([simplex.CORNERS.T, np.ones(3)])
        x = np.linalg.solve(corners, np.append((tail + head) / 2, 1.0))
        earned = payoffs @ x
        motion = in_plane(x * (earned - x @ earned))
        along = (head - tail) @ motion / np.linalg.norm(head - tail) / np.linalg.norm(motion)
        assert along > 0.9


def test_the_line_between_two_strategies() -> None:
    game = PopulationGame.pair([3.0, 0.5, 0.2, 0.1], [0.0, 1.0, 1.0, 1.0], ["train", "ride"])
    _, (axes,) = panels("test")
    draw_line(axes, game, "train", "ride", label="speed", colour="black", line="-")
    line = _line(axes, "speed")
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    (inner,) = [p for p in game.rest_points() if len(p.support) == 2]
    assert inner.stable
    assert (inner.strategy[0].round(9), 0.0, "stable") in _marks(axes)
    assert (y[(x > 0) & (x < inner.strategy[0])] > 0).all()
    assert (y[(x > inner.strategy[0]) & (x < 1)] < 0).all()
    assert len(_marks(axes)) == 3


def test_a_simplex_needs_three_strategies() -> None:
    _, (axes,) = panels("test")
    for game in (PopulationGame.matrix([[1, 2], [3, 4]]), None, [[1, 2], [3, 4]]):
        with pytest.raises(InputError, match="of three strategies"):
            draw_simplex(axes, game)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one of the game's strategies"):
        draw_line(axes, PopulationGame.pair([1, 2], [2, 1]), "first", "third", label="speed",
                  colour="black", line="-")  # fmt: skip


def test_undecided_points_are_half_filled() -> None:
    _, (axes,) = panels("test")
    draw_simplex(axes, PopulationGame.matrix([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]))
    half = [line for line in axes.get_lines() if line.get_label() == "undecided"]
    assert [line.get_fillstyle() for line in half] == ["left"]
