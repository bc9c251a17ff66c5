"""Figures of verdicts, trade-offs, deviations and menus: their data are those of the library."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.colors import same_color
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from derelayl_econ.design.result import DesignStatus
from derelayl_econ.figures.closed_loop import DESIGNED, ELSEWHERE, MEASURED, linear_part
from derelayl_econ.figures.drawing import BLACK, VERMILION
from derelayl_econ.figures.registry import FIGURES, draw
from derelayl_econ.figures.screening import SHARES, menu_of, top_ups_of
from derelayl_econ.figures.sustainability import GRID, PLANE
from derelayl_econ.figures.trade_offs import (
    CHARGED,
    HERE,
    MENDED,
    OPEN,
    audits_of,
    honesty_of,
    relay_of,
)
from derelayl_econ.repairs.repair import repair
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import games_of, hill_curve, training_cost
from derelayl_econ.sustainability.assess import assess
from derelayl_econ.sustainability.inequalities import Verdict
from derelayl_econ.validation import Evidence
from derelayl_econ.validation import evidence as evidence_module
from derelayl_econ.validation.closed_loop import close_loop
from derelayl_econ.validation.closed_loop_results import ClosedLoop, DeviationRow
from derelayl_econ.validation.significance import compare_mean, compare_no_gain

NAMES = ("sustainability", "trade_offs", "screening", "closed_loop")
FRESH = np.random.SeedSequence().entropy
Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence(Scenario.load("phone_community"), rng=0, replications=20)


def _made_loop(scenario: str, gains: Sequence[float], seed: Any) -> ClosedLoop:
    """Return a loop with made gains: what is drawn does not depend on where they come from."""
    rng = np.random.default_rng(seed)
    rows = []
    for i, (name, gain) in enumerate(zip(("rides", "cheats", "works for ever"), gains,
                                         strict=True)):  # fmt: skip
        sample = rng.normal(gain, 0.05 * abs(gain), 12)
        rows.append(DeviationRow(
            name=name, designed=None if i == 2 else gain / 2,
            comparison=compare_mean(name, "4.1", 0.9 * gain, sample, standard_error=0.1),
            no_gain=compare_no_gain(name, "4.1", sample),
        ))  # fmt: skip
    honest = compare_mean("an honest turn", "4.1", 1.0, rng.normal(1, 0.1, 12))
    return ClosedLoop(scenario=scenario, seed=0, honest=honest, rows=tuple(rows))


@pytest.fixture(scope="module", params=[7, FRESH])
def loops(request: pytest.FixtureRequest) -> dict[str, ClosedLoop]:
    return {"as it is": _made_loop("made", (-1.0, 2.0, -300.0), request.param),
            "repaired": _made_loop("made", (-1.5, -0.5, -200.0), request.param)}  # fmt: skip


@pytest.fixture(scope="module")
def figure_of(evidence: Evidence) -> Callable[[str], Figure]:
    made = SimpleNamespace(closed_loop={
        "as it is": _made_loop("made", (-1.0, 2.0, -300.0), 1),
        "repaired": _made_loop("made", (-1.5, -0.5, -200.0), 2),
    })  # fmt: skip
    source = {"screening": Evidence(Scenario.load("gpu_community"), rng=0),
              "closed_loop": cast(Evidence, made)}  # fmt: skip
    return functools.cache(lambda name: draw(name, source.get(name, evidence)))


def _data(axes: Axes, label: str) -> Array:
    """Return (x, y) of the one line of that label, as rows."""
    (line,) = (line for line in axes.get_lines() if line.get_label() == label)
    return np.array(line.get_data(), dtype=np.float64)


def _texts(axes: Axes) -> str:
    return "\n".join(text.get_text() for text in axes.texts)


@pytest.mark.parametrize("name", NAMES)
def test_every_axis_says_what_and_in_which_unit(
    figure_of: Callable[[str], Figure], name: str
) -> None:
    units = ("(money", "(1)", "(score)", "(legs)", "leg", "of 6")
    figure = figure_of(name)
    assert FIGURES[name].question.endswith("?")
    assert figure.get_figwidth() == 7.0
    for axes in figure.axes:
        if axes.get_label() != "<colorbar>":
            assert axes.get_title(loc="left")
            assert any(unit in axes.get_xlabel() for unit in units)
        named_rows = any(text.get_text() for text in axes.get_yticklabels())
        assert named_rows or axes.get_ylabel() or axes is figure.axes[-1]


@pytest.mark.parametrize("name", NAMES)
def test_no_panel_is_empty_and_no_text_leaves_the_figure(
    figure_of: Callable[[str], Figure], name: str
) -> None:
    figure = figure_of(name)
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        assert axes.lines or axes.collections or axes.patches
        for text in (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label):
            box = text.get_window_extent()
            if not text.get_text():
                continue
            assert -1 <= box.x0 <= box.x1 <= width + 1, text
            assert -1 <= box.y0 <= box.y1 <= height + 1, text
        inside = [text.get_window_extent() for text in axes.texts if text.get_text()]
        assert not any(a.overlaps(b) for a, b in itertools.combinations(inside, 2))


# Sustainability


def test_the_map_counts_the_conditions_that_an_assessment_finds(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("sustainability").axes[0]
    (mesh,) = (c for c in axes.collections if isinstance(c, QuadMesh))
    counts = np.asarray(mesh.get_array())
    corners = mesh.get_coordinates()
    rows, columns = counts.shape
    assert columns == GRID
    for i, j in [(0, 0), (rows // 2, columns // 3), (rows - 1, 5), (rows - 3, columns - 1)]:
        # The centre of a cell, between the edges that "nearest" shading put half-way.
        pool = _centre(corners[0, :, 0], j)
        fee = _centre(corners[:, 0, 1], i)
        changed = evidence.scenario.replace(PLANE[0], pool).replace(PLANE[1], fee)
        verdicts = assess(changed, knobs=False).verdicts.values()
        assert counts[i, j] == sum(verdict is Verdict.HOLDS for verdict in verdicts)


def _centre(edges: Array, place: int) -> float:
    return max(0.0, float(edges[place] + edges[place + 1]) / 2)


def test_on_the_lines_the_conditions_turn(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("sustainability").axes[0]
    lines = [c for c in axes.collections if isinstance(c, QuadContourSet)]
    assert [str(line.get_label()) for line in lines] == ["S1", "S2", "S4", "S7"]
    for line in lines:
        code = str(line.get_label())
        assert code in _texts(axes)
        for pool, fee in line.allsegs[0][0][::60]:
            report = assess(
                evidence.scenario.replace(PLANE[0], pool).replace(PLANE[1], max(0.0, fee)),
                knobs=False,
            )
            assert report[code].binding is not None
            assert abs(report[code].binding.relative_margin) < 0.02


def test_the_scenario_and_its_repair_in_this_plane_are_marked(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("sustainability").axes[0]
    reward = evidence.scenario.reward
    assert _data(axes, "as it is").ravel().tolist() == [reward.pool, reward.hand_over_fee]
    mended = repair(evidence.scenario, knobs=PLANE)
    assert mended.sustainable
    assert set(mended.changes) <= set(PLANE)
    drawn = _data(axes, "repaired").ravel().tolist()
    assert drawn == [mended.scenario.reward.pool, mended.scenario.reward.hand_over_fee]


def test_margins_before_and_after_are_those_of_assessments(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("sustainability").axes[1]
    for label, scenario in (("as it is", evidence.scenario),
                            ("repaired", evidence.repair.scenario)):  # fmt: skip
        report = assess(scenario, knobs=False)
        drawn, rows = _data(axes, label)
        names = {row: text.get_text() for row, text in
                 zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)}  # fmt: skip
        for margin, row in zip(drawn, rows, strict=True):
            condition = report[names[row].split()[0]]
            assert names[row] == f"{condition.code} {condition.title}"
            if condition.binding is None:
                assert np.isnan(margin)
            else:
                assert margin == condition.binding.relative_margin
                assert bool(margin > 0) is (condition.verdict is Verdict.HOLDS)
    assert "does not apply" in _texts(axes)
    (change,) = (c for c in axes.collections if isinstance(c, LineCollection))
    assert len(change.get_segments()) == 7


def test_without_a_repair_the_figure_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = draw("sustainability", Evidence(Scenario.load("gpu_community"), rng=0))
    plane, margins = stuck.axes[:2]
    assert [line.get_label() for line in plane.get_lines()] == ["as it is"]
    assert "no repair" in _texts(margins)
    assert margins.get_legend() is None


# Trade-offs


def test_quality_fronts_bound_what_the_subsidy_buys(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes, scenario = figure_of("trade_offs").axes[0], evidence.scenario
    subsidies, qualities = _data(axes, OPEN)
    cost, learning = training_cost(scenario), scenario.learning
    for subsidy, quality in zip(subsidies, qualities, strict=True):
        # Nobody pays: lambda eta q = S with q = q_max - a/(w + lambda), a quadratic in lambda.
        a, w, top = cost / learning.learning_rate, scenario.private_value, learning.quality_max
        spent = subsidy / learning.drift
        price = np.roots([top, top * w - a - spent, -spent * w]).real.max()
        assert quality == pytest.approx(top - a / (w + price), abs=1e-5)
    charged = _data(axes, CHARGED)
    assert (charged[1] > qualities).all()
    assert (charged[1] < learning.quality_max).all()
    state = games_of(scenario).funding.steady_state(scenario.reward.price)
    assert _data(axes, HERE).ravel().tolist() == [0.0, state.quality]
    assert state.quality < charged[1][0], "within reach: below the front"


def test_honesty_front_bounds_cost_and_margins_follow_the_prose(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("trade_offs").axes[1]
    margins, costs = _data(axes, "least cost")
    assert (np.diff(costs) > 0).all()
    for label, scenario in ((HERE, evidence.scenario), (MENDED, evidence.repair.scenario)):
        checks, reward = scenario.verification, scenario.reward
        committee = games_of(scenario).committee
        power = 1 - committee.majority_false_reject - committee.majority_false_accept
        kept = checks.audit_rate * power * (reward.pool + checks.deposit)
        margin = kept - (training_cost(scenario) - scenario.training.cost_cheat)
        interest = (1 - scenario.community.discount) * checks.deposit
        votes = checks.committee_size * checks.verify_cost * checks.audit_rate
        drawn = _data(axes, label).ravel()
        assert drawn == pytest.approx([margin, reward.pool + interest + votes], rel=1e-9)
        assert honesty_of(scenario) == pytest.approx(tuple(drawn), rel=1e-12)
        assert drawn[1] > np.interp(drawn[0], margins, costs), "within reach: above the front"
    assert costs[0] == pytest.approx(audits_of(evidence.scenario).solve().value)


def test_openness_front_is_the_best_of_all_fees(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes, relay = figure_of("trade_offs").axes[2], relay_of(evidence.scenario)
    caps, incomes = _data(axes, "best income")
    fees = np.linspace(0, caps[-1], 400)
    balance = relay.designer_map(fees, [0.0]).balance[:, 0]
    for cap, income in zip(caps, incomes, strict=True):
        best = float(balance[fees <= cap + 1e-12].max())
        assert income == pytest.approx(best, abs=0.02 * float(balance.max()))
    assert (np.diff(incomes) > -1e-5).all()
    here = _data(axes, HERE).ravel()
    assert here.tolist() == [0.0, relay.steady_state().balance]
    assert here[1] < incomes[0], "within reach: below the front"


def test_every_trade_off_says_which_side_is_within_reach(
    figure_of: Callable[[str], Figure],
) -> None:
    for axes in figure_of("trade_offs").axes:
        assert "within reach" in _texts(axes)
        assert "out of reach" in _texts(axes)
        for line in axes.get_lines():
            assert np.isfinite(np.asarray(line.get_ydata(), dtype=np.float64)).all()


# Closed loop


def _drawn(axes: Axes, kind: str) -> list[tuple[float, float, float, float, Any]]:
    """Return (height, low, mid, high, colour) of all markers of one kind, from the top."""
    found = []
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer) and container.get_label() == kind:
            marker, _, bars = container.lines
            assert marker is not None
            mid, height = (float(np.asarray(part)[0]) for part in marker.get_data())
            low, high = mid, mid
            for bar in bars:
                (low, _), (high, _) = bar.get_segments()[0]
            found.append((height, low, mid, high, marker.get_color()))
    return sorted(found, reverse=True)


def test_gains_are_those_of_the_loops_and_what_pays_is_vermilion(
    loops: dict[str, ClosedLoop],
) -> None:
    figure = draw("closed_loop", cast(Evidence, SimpleNamespace(closed_loop=loops)))
    assert [loop.paying for loop in loops.values()] == [("cheats",), ()]
    for axes, (name, loop) in zip(figure.axes, loops.items(), strict=True):
        assert name in axes.get_title(loc="left")
        designed = [row.designed for row in loop.rows if row.designed is not None]
        assert [mid for _, _, mid, _, _ in _drawn(axes, DESIGNED)] == designed
        for kind, part in ((ELSEWHERE, "predicted"), (MEASURED, "measured")):
            for row, (_, low, mid, high, colour) in zip(loop.rows, _drawn(axes, kind), strict=True):
                interval = getattr(row.comparison, part)
                assert (low, mid, high) == pytest.approx(
                    (interval.low, interval.mid, interval.high), rel=1e-9
                )
                if kind == MEASURED:
                    wanted = VERMILION if row.name in loop.paying else BLACK
                    assert same_color(colour, wanted)
        assert [text.get_text() for text in axes.get_yticklabels()] == (
            [row.name for row in loop.rows] if axes is figure.axes[0] else []
        )


def test_both_panels_share_a_scale_that_shows_all_and_ticks_that_do_not_touch(
    loops: dict[str, ClosedLoop],
) -> None:
    figure = draw("closed_loop", cast(Evidence, SimpleNamespace(closed_loop=loops)))
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    for axes, loop in zip(figure.axes, loops.values(), strict=True):
        low, high = axes.get_xlim()
        for row in loop.rows:
            assert low < row.comparison.measured.low <= row.comparison.measured.high < high
        boxes = [text.get_window_extent() for text in axes.get_xticklabels()]
        assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))
    middle = sorted(abs(row.comparison.measured.mid) for loop in loops.values()
                    for row in loop.rows)  # fmt: skip
    assert linear_part(list(loops.values())) == pytest.approx((middle[2] + middle[3]) / 2)


def test_the_legend_names_each_kind_once(loops: dict[str, ClosedLoop]) -> None:
    calm = {"as it is": loops["repaired"]}
    for shown, more in ((loops, [f"{MEASURED}, pays"]), (calm, [])):
        figure = draw("closed_loop", cast(Evidence, SimpleNamespace(closed_loop=shown)))
        assert len(figure.axes) == len(shown)
        (legend,) = figure.legends
        assert [text.get_text() for text in legend.get_texts()] == [
            DESIGNED, ELSEWHERE, MEASURED, *more]  # fmt: skip


def test_evidence_plays_the_deviations_before_and_after_both_repairs(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = []

    def quick(scenario: Scenario, luck: np.random.SeedSequence, replications: int) -> ClosedLoop:
        played.append((scenario, luck.spawn_key, replications))
        return close_loop(scenario.replace("experiment.legs", 10), luck, replications=10,
                          deviations=["rides"])  # fmt: skip

    other = evidence.scenario.replace("verification.false_reject", 0.3)
    repairs = {evidence.scenario.verification.false_reject: evidence.repair, 0.3: repair(other)}
    monkeypatch.setattr(evidence_module, "close_loop", quick)
    monkeypatch.setattr(evidence_module, "calibrated", lambda s, _: s.replace(
        "verification.false_reject", 0.3))  # fmt: skip
    monkeypatch.setattr(evidence_module, "repair",
                        lambda s: repairs[s.verification.false_reject])  # fmt: skip
    fresh = Evidence(evidence.scenario, rng=0, replications=50)
    assert list(fresh.closed_loop) == ["as it is", "repaired", "calibrated repair"]
    assert fresh.closed_loop is fresh.closed_loop
    assert [scenario for scenario, _, _ in played] == [
        fresh.scenario, fresh.repair.scenario, repairs[0.3].scenario]  # fmt: skip
    assert len({key for _, key, _ in played}) == 1, "one luck for all"
    assert [count for _, _, count in played] == [25, 25, 25]
    assert fresh.repair.design.status is DesignStatus.OPTIMAL
    monkeypatch.setattr(evidence_module, "repair", lambda _: SimpleNamespace(changes={}))
    stuck = Evidence(Scenario.load("gpu_community"), rng=0, replications=20)
    assert list(stuck.closed_loop) == ["as it is"]


# Screening


def test_virtual_costs_follow_their_recurrence_and_are_ironed_where_they_fall(
    figure_of: Callable[[str], Figure],
) -> None:
    axes = figure_of("screening").axes[0]
    costs, virtual = _data(axes, "virtual cost")
    below = Fraction(0)
    for i, share in enumerate(SHARES):
        # Cheaper types earn the difference to the next cheaper cost on every leg.
        rise = costs[i] - costs[i - 1] if i else 0.0
        assert virtual[i] == pytest.approx(costs[i] + rise * float(below) / share, rel=1e-9)
        below += Fraction(str(share))
    assert below == 1
    ironed = _data(axes, "ironed")[1]
    assert (np.diff(virtual) < 0).any(), "the example has to be ironed"
    assert (np.diff(ironed) >= 0).all()
    weights = np.array(SHARES)
    assert weights @ ironed == pytest.approx(weights @ virtual)
    assert (_data(axes, "the type's own cost")[1] == costs).all()
    (shade,) = (p for p in axes.patches if isinstance(p, Rectangle))
    left, right = shade.get_x(), shade.get_x() + shade.get_width()
    assert (ironed[(costs >= left) & (costs <= right)] == ironed[costs == left]).all()
    assert "share one line" in _texts(axes)


def test_hidden_costs_distort_all_efforts_but_the_cheapest(
    figure_of: Callable[[str], Figure],
) -> None:
    axes, scenario = figure_of("screening").axes[1], Scenario.load("gpu_community")
    costs, known = _data(axes, "costs known")
    hidden = _data(axes, "costs hidden")[1]
    assert hidden[0] == pytest.approx(known[0], abs=1e-4)
    assert (hidden[1:] < known[1:]).all()
    learning = scenario.learning
    for cost, effort in zip(costs, known, strict=True):
        # worth x_0 kappa (1 - gamma)^e = theta
        speed = -np.log1p(-learning.learning_rate)
        slope = scenario.reward.price * learning.quality_max * speed
        assert effort == pytest.approx(np.log(slope / cost) / speed, abs=1e-6)


def test_bars_are_cost_and_rent_and_nobody_prefers_the_line_of_another(
    figure_of: Callable[[str], Figure],
) -> None:
    figure, design = figure_of("screening"), menu_of(Scenario.load("gpu_community")).solve()
    axes = figure.axes[2]
    bars = {str(c.get_label()): np.array([p.get_height() for p in c.patches])
            for c in axes.containers if isinstance(c, BarContainer)}  # fmt: skip
    costs, efforts = _data(figure.axes[1], "costs hidden")
    rewards = bars["cost borne"] + bars["rent"]
    np.testing.assert_allclose(bars["cost borne"], costs * efforts, atol=1e-6)
    np.testing.assert_allclose(rewards, design.rewards, rtol=1e-12)
    payoffs = rewards[None, :] - costs[:, None] * efforts[None, :]
    assert (payoffs <= np.diag(payoffs)[:, None] + 1e-6).all()
    assert (np.diag(payoffs) >= -1e-6).all()
    assert f"{np.array(SHARES) @ rewards:.3g}" in _texts(axes)
    assert f"{np.array(SHARES) @ bars['rent']:.3g}" in _texts(axes)
    assert ("asked for" in _texts(axes)) is bool((efforts == 0).any())


def test_top_ups_fill_the_shortfall_of_a_cold_start_and_no_more(
    figure_of: Callable[[str], Figure],
) -> None:
    axes, scenario = figure_of("screening").axes[3], Scenario.load("gpu_community")
    legs, shortfall = _data(axes, "cost less what it brings")
    qualities = hill_curve(scenario).quality(np.arange(len(legs) + 1.0))
    worth = scenario.private_value + scenario.reward.price
    np.testing.assert_allclose(shortfall, training_cost(scenario) - worth * np.diff(qualities))
    (bars,) = (c for c in axes.containers if isinstance(c, BarContainer))
    heights = np.array([patch.get_height() for patch in bars.patches])
    np.testing.assert_allclose(heights, np.maximum(shortfall, 0), atol=1e-9)
    assert heights[0] > 0, "a cold start"
    assert (
        shortfall[-1]
        < 0
        < training_cost(scenario)
        - worth * float(np.diff(hill_curve(scenario).quality(len(legs) + np.arange(2.0)))[0])
    ), "the next leg would not pay"
    assert f"{heights.sum():.4g} money" in _texts(axes)


def test_a_relay_in_which_no_leg_pays_is_topped_up_for_a_few() -> None:
    cold = Scenario.load("gpu_community").replace("reward.price", 0.0)
    assert len(np.asarray(top_ups_of(cold).gains)) == 12
