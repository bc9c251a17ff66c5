"""How long a slider takes to show: verdicts and pictures; run with ``make bench``."""

from __future__ import annotations

import itertools

import pytest

from derelayl_econ.explorer import explore
from derelayl_econ.scenario import Scenario


@pytest.mark.parametrize("name", ["phone_community", "gpu_community"])
def test_one_move_of_a_slider(benchmark, name):
    pytest.importorskip("ipywidgets")
    controls = explore(Scenario.load(name), live=True).controls
    slider = controls.sliders["reward.pool"]
    values = itertools.cycle([value for _, value in slider.options])

    def move():
        slider.value = next(values)

    benchmark(move)
    assert controls.picture.value[:4] == b"\x89PNG"
