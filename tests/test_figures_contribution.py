"""The figure of the contribution game: what the artists hold is what the game says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from derelayl_econ.figures import contribution as here
from derelayl_econ.figures.registry import FIGURES, draw
from derelayl_econ.games.contribution import ContributionGame

Array = npt.NDArray[np.float64]


class NoEvidence:
    """This figure draws theory alone: it must not ask for anything that was measured."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"asked the evidence for {name}")


@pytest.fixture(scope="module")
def figure() -> Figure:
    return draw("contribution", NoEvidence())  # type: ignore[arg-type]


def data(axes: Axes, label: str) -> Array:
    (line,) = (line for line in axes.get_lines() if line.get_label() == label)
    return np.array(line.get_data(), dtype=np.float64)


def test_axes_have_units_and_all_texts_are_readable(
    figure: Figure, assert_readable: Callable[[Figure], None]
) -> None:
    assert FIGURES["contribution"].question.endswith("?")
    assert len(figure.axes) == 3
    for axes in figure.axes:
        assert axes.get_xlabel()
        assert "(" in axes.get_ylabel()
    assert_readable(figure)


def test_blocks_are_the_participants_by_keenness(figure: Figure) -> None:
    game = here.EXAMPLE
    found = game.simultaneous()
    order = np.argsort(game.kappas)
    blocks = [p for p in figure.axes[0].patches if p.get_width() > 0 and p.get_height() > 0]
    assert len(blocks) == game.participants
    assert [b.get_height() for b in blocks] == pytest.approx(game.kappas[order])
    assert [b.get_width() for b in blocks] == pytest.approx(game.limits[order])
    colours = [to_hex(here.ROLES[role]).lower() for role in found.roles[order]]
    assert [to_hex(b.get_facecolor()).lower() for b in blocks] == colours
    assert len(set(colours)) == 3  # contributors, one partial, riders
    left = 0.0
    for block in blocks:  # stacked without gaps
        assert block.get_x() == pytest.approx(left)
        left += block.get_width()


def test_curve_and_marks_of_waterfilling(figure: Figure) -> None:
    axes = figure.axes[0]
    effort, slope = data(axes, "marginal quality")
    # Q = 1 - e^(-X/10), in words: the slope falls by e in every ten legs.
    assert slope == pytest.approx(0.1 * np.exp(-effort / 10))
    planner = data(axes, "planner")[1]
    assert planner == pytest.approx(1 / here.EXAMPLE.values.sum())
    marks = [line.get_xydata()[0] for line in axes.get_lines() if line.get_marker() == "o"]
    totals = sorted(mark[0] for mark in marks)
    assert totals == pytest.approx([10 * np.log(3), 10 * np.log(241 / 10)], abs=0.01)
    for total, height in marks:
        assert height == pytest.approx(0.1 * np.exp(-total / 10))
    # The trained total lies within the partial contributor's block.
    edges = np.cumsum(here.EXAMPLE.limits[np.argsort(here.EXAMPLE.kappas)])
    partial = list(here.EXAMPLE.simultaneous().roles).count("contributes")
    assert edges[partial - 1] < totals[0] < edges[partial]


@pytest.mark.parametrize("capped", ["no caps", "caps"])
def test_spots_are_all_relay_orders(figure: Figure, capped: str) -> None:
    axes = figure.axes[1]
    (spots,) = (c for c in axes.collections if c.get_label() == capped)
    shift = here.CAPPED[capped][2]
    xy, sizes = np.asarray(spots.get_offsets()), np.asarray(spots.get_sizes())
    drawn = {(round(float(x - shift)), round(float(y), 6)): round(float(s) / 3)
             for (x, y), s in zip(xy, sizes, strict=True)}  # fmt: skip
    caps = here.RELAY_CAPS if capped == "caps" else None
    game = ContributionGame(here.EXAMPLE.values[:5], here.EXAMPLE.costs[:5], here.CURVE, caps)
    found = game.all_orders()
    counted: dict[tuple[int, float], int] = {}
    for order, total in zip(found.orders, found.totals, strict=True):
        spot = (1 + list(order).index(0), round(float(total), 6))
        counted[spot] = counted.get(spot, 0) + 1
    assert drawn == counted
    assert sum(counted.values()) == 120
    assert data(axes, f"{capped}, simultaneous")[1] == pytest.approx(game.simultaneous().total)
    assert game.values.argmax() == 0  # the keenest, whose turn is on the axis


def test_no_order_without_caps_exceeds_the_simultaneous_total_but_some_with_caps_do() -> None:
    free, capped = here.orders_of("no caps"), here.orders_of("caps")
    assert free.totals.max() <= free.simultaneous_total * (1 + 1e-12)
    last = free.orders[:, -1] == 0
    assert free.totals[last] == pytest.approx(free.simultaneous_total)
    assert capped.totals.max() > capped.simultaneous_total + 0.5
    assert capped.totals.min() < capped.simultaneous_total - 0.5


@pytest.mark.parametrize("form", here.GATED)
@pytest.mark.parametrize("stakes", here.STAKES)
def test_leakage_bounds_and_what_the_lines_say(figure: Figure, form: str, stakes: float) -> None:
    axes = figure.axes[2]
    label = f"{form}, stakes {stakes:g}"
    sizes, bounds = data(axes, label)
    assert sizes.tolist() == here.SIZES.tolist()
    (style,) = (x.get_linestyle() for x in axes.get_lines() if x.get_label() == label)
    for size, bound in zip(sizes[::9], bounds[::9], strict=True):
        n = int(size)
        slope = 0.1 if form != "power" else 0.05  # Q'(0): 1/E_0, and b/E_0
        game = ContributionGame(np.full(n, stakes / slope), np.ones(n), here.GATED[form][0])
        below, above = game.gated(bound * (1 - 1e-6)), game.gated(bound * (1 + 1e-6))
        assert below.everybody is not None
        assert above.everybody is None
    kinds = {here.gate_of(form, stakes, int(n)).nobody is not None for n in sizes}
    assert len(kinds) == 1, "one line style for all sizes would be wrong"
    assert style == ("--" if kinds.pop() else "-")
    assert 0 < bounds.min() <= bounds.max() < 1
