"""The one-page report: its words, its pictures' data, and that nothing leaves the page."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from derelayl_econ.figures.report import report_page
from derelayl_econ.games.funding import DriftFunding
from derelayl_econ.scenario import Scenario, scenario_names
from derelayl_econ.solution import games_of
from derelayl_econ.sustainability import assess


@pytest.mark.parametrize("name", scenario_names())
def test_the_page_says_what_the_report_says(name: str) -> None:
    scenario = Scenario.load(name)
    report = assess(scenario)
    page = report_page(report)
    words = [text.get_text() for text in page.axes[0].texts]
    assert report.caption() in words
    for condition in report.conditions:
        assert condition.title in words
        assert words.count(condition.verdict.value.upper()) == sum(
            c.verdict is condition.verdict for c in report.conditions
        )
    (table,) = page.axes[1].tables
    assert len({row for row, _ in table.get_celld()}) == 1 + len(report.knob_table()[1])
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    for axes in page.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0
            assert box.x1 <= page.bbox.width + 1


@pytest.mark.parametrize("name", scenario_names())
def test_the_pictures_show_the_games(name: str) -> None:
    scenario = Scenario.load(name)
    games = games_of(scenario)
    trains, deposits, last = report_page(assess(scenario, knobs=False)).axes[2:]
    p, gain = trains.lines[0].get_data()
    assert np.allclose(gain, games.participation.gain(p))
    marks = [line.get_xdata()[0] for line in trains.lines if line.get_marker() == "o"]
    assert marks == [e.strategy for e in games.participation.equilibria()]
    (star,) = (line for line in deposits.lines if line.get_marker() == "*")
    assert star.get_xydata().tolist() == [[scenario.reward.pool, scenario.verification.deposit]]
    if scenario.learning.drift > 0:
        funding: DriftFunding = games.funding
        prices, quality = last.lines[0].get_data()
        assert quality[-1] == pytest.approx(funding.steady_state(float(prices[-1])).quality)
    else:
        legs, worth = last.lines[0].get_data()
        assert int(np.sum(np.asarray(worth) >= 0)) == games.finite_relay.legs()
        assert legs[0] == 0
