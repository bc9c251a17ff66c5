"""Settings of all tests: fresh random cases every run, no time limits (machines differ)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from matplotlib.figure import Figure
from matplotlib.text import Text

settings.register_profile(
    "derelayl", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)  # fmt: skip
settings.load_profile("derelayl")

_FIXED_SEEDS_END = 2**40


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name fresh seeds (128 random bits) alike in every worker, or none would collect the same.

    A failing test still prints the seed itself, as its argument.
    """
    fresh = isinstance(val, int) and val > _FIXED_SEEDS_END
    return f"fresh-{argname}" if fresh else None


@pytest.fixture(scope="session")
def assert_readable() -> Callable[[Figure], None]:
    """Return a check that no text of a figure covers another and none is cut off."""
    return _assert_readable


def _assert_readable(figure: Figure) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    renderer = cast("Any", figure.canvas).get_renderer()
    boxes = [(t.get_text(), Text.get_window_extent(t, renderer)) for t in _shown_texts(figure)]
    assert len(boxes) > 10
    for text, box in boxes:
        assert figure.bbox.x0 - 1 <= box.x0, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        assert figure.bbox.y0 - 1 <= box.y0, text
        assert box.y1 <= figure.bbox.y1 + 1, text
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        width = min(first.x1, second.x1) - max(first.x0, second.x0)
        height = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert width <= 1 or height <= 2, f"{one!r} covers {other!r}"


def _shown_texts(figure: Figure) -> list[Text]:
    """Return all texts that are really drawn: tick labels outside the limits are not."""
    hidden: set[Text] = set()
    for axes in figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not min(limits) - 1e-12 <= tick.get_loc() <= max(limits) + 1e-12:
                    hidden |= {tick.label1, tick.label2}
    texts = cast("list[Text]", figure.findobj(Text))
    return [t for t in texts if t.get_visible() and t.get_text().strip() and t not in hidden]
