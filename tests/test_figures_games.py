"""The figures of the games: what the artists hold is what the games and the evidence say."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from scipy import stats

from derelayl_econ.figures import communities as families
from derelayl_econ.figures.baton_waits import shown_levels
from derelayl_econ.figures.outage import LIMIT, outage_of
from derelayl_econ.figures.registry import draw, save
from derelayl_econ.figures.stopping import block_gains, measured_legs
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.participation_formulas import (
    POOL_INDIFFERENCE,
    PURE_TRAINERS,
    VOLUNTEER_OUTAGE,
)
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import hill_curve, training_cost
from derelayl_econ.validation import Evidence
from derelayl_econ.validation import evidence as evidence_module
from derelayl_econ.validation import learning as learning_module
from derelayl_econ.validation.evidence import Purpose
from derelayl_econ.validation.participation import measure_imitation

NAMES = ("participation", "outage", "stopping", "baton_waits")


def _quick(name: str, legs: int, *changes: tuple[str, float]) -> Evidence:
    scenario = Scenario.load(name).replace("experiment.legs", legs)
    for key, value in changes:
        scenario = scenario.replace(key, value)
    return Evidence(scenario, rng=0, replications=20)


@pytest.fixture(scope="module")
def evidence() -> Iterator[Evidence]:
    """Return real evidence of the default scenario, from short relays and small populations."""
    with pytest.MonkeyPatch.context() as patch:
        small = functools.partial(measure_imitation, agents=600, legs=40)
        patch.setattr(evidence_module, "measure_imitation", small)
        patch.setattr(learning_module, "FIT_RESAMPLES", 5)
        yield _quick("phone_community", 60)


@pytest.fixture(scope="module")
def figure_of(evidence: Evidence) -> Callable[[str], Figure]:
    return functools.cache(lambda name: draw(name, evidence))


def _lines(axes: Axes, label: str) -> list[Line2D]:
    return [line for line in axes.get_lines() if line.get_label() == label]


def _points(axes: Axes) -> list[tuple[float, float, float, float]]:
    """Return (x, low, mid, high) of every measured point."""
    found = []
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer) and container.lines[0] is not None:
            where = np.array(container.lines[0].get_data(), dtype=np.float64).T
            for collection in container.lines[2]:
                for (x, y), ends in zip(where, collection.get_segments(), strict=True):
                    if ends[0][0] == ends[1][0]:  # a vertical bar, not a horizontal one
                        found.append((float(x), float(ends[0][1]), float(y), float(ends[1][1])))
    return found


def _data(axes: Axes, label: str) -> npt.NDArray[np.float64]:
    """Return (x, y) of the one line of that label, as rows."""
    (line,) = _lines(axes, label)
    return np.array(line.get_data(), dtype=np.float64)


def _texts(axes: Axes) -> str:
    return "\n".join(text.get_text() for text in axes.texts)


@pytest.mark.parametrize("name", NAMES)
def test_every_axis_says_what_and_in_which_unit(
    figure_of: Callable[[str], Figure], name: str
) -> None:
    units = ("(money", "(legs)", "(nats)", "(1)", "probability", "legs", "participants", "trainers",
             "members")  # fmt: skip
    figure = figure_of(name)
    assert figure.get_figwidth() == 7.0
    for axes in figure.axes:
        labels = [axes.get_ylabel()]
        if axes.get_label() != "<colorbar>":
            labels.append(axes.get_xlabel())
            assert axes.get_title(loc="left") or axes.get_title()
        assert all(any(unit in label for unit in units) for label in labels), labels


@pytest.mark.parametrize("name", NAMES)
def test_no_panel_is_empty_and_no_text_leaves_the_figure(
    figure_of: Callable[[str], Figure], name: str
) -> None:
    figure = figure_of(name)
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        assert axes.lines or axes.collections
        for text in (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label):
            box = text.get_window_extent()
            assert -1 <= box.x0 <= box.x1 <= width + 1, text
            assert -1 <= box.y0 <= box.y1 <= height + 1, text


def test_communities_are_those_of_the_evidence(evidence: Evidence) -> None:
    seen = 0
    for community in families.communities(evidence).values():
        for size, found in community.measured.items():
            stable = [e.strategy for e in community.game(size).equilibria() if e.stable]
            assert stable == [found.share]
            seen += 1
    assert seen == len(evidence.imitation)
    members, played = families.played_pool(evidence)
    assert outage_of(played.game(members)) == evidence.pool.outage


def test_branches_are_the_equilibria(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("participation").axes[0]
    for community in families.communities(evidence).values():
        stable, tipping = _lines(axes, community.label)
        assert (stable.get_linestyle(), tipping.get_linestyle()) == ("-", "--")
        rows = np.array([stable.get_xdata(), stable.get_ydata(), tipping.get_ydata()])
        sizes = rows[0]
        for i in np.linspace(0, len(sizes) - 1, 12).astype(int):
            drawn = {(float(row[i] / sizes[i]), is_stable)
                     for row, is_stable in zip(rows[1:], (True, False), strict=True)
                     if np.isfinite(row[i])}  # fmt: skip
            equilibria = [
                (e.strategy, e.stable)
                for e in community.game(int(sizes[i])).equilibria()
                if e.strategy > 0
            ]
            assert len(drawn) == len(equilibria)
            for found, (strategy, is_stable) in zip(sorted(drawn), equilibria, strict=True):
                assert found[0] == pytest.approx(strategy, rel=1e-12)
                assert found[1] is is_stable


def test_critical_mass_folds_where_the_two_equilibria_meet(evidence: Evidence) -> None:
    community = families.communities(evidence)["critical mass"]
    found = families.branches(community, families.sizes(community.smallest))
    both = np.isfinite(found.stable) & np.isfinite(found.tipping)
    last = int(np.flatnonzero(both)[-1])
    assert not np.isfinite(found.stable[last + 1 :]).any()  # too many people: nobody trains
    # By the prose: exactly M - 1 of the others train often enough to be worth the cost, or not.
    mass, benefit = families.CRITICAL_MASS, families.CRITICAL_BENEFIT_IN_COSTS
    p = np.linspace(0, 1, 20_001)
    for i, pays in ((last, True), (last + 1, False)):
        chance = stats.binom.pmf(mass - 1, int(found.sizes[i]) - 1, p)
        assert bool(benefit * chance.max() > 1) is pays


def test_imitators_are_drawn_at_what_was_measured(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    drawn = _points(figure_of("participation").axes[0])
    assert len(drawn) == len(evidence.imitation)
    for found in evidence.imitation.values():
        mean = found.shares.mean()
        spread = found.shares.std(ddof=1) / np.sqrt(found.shares.size)
        half = stats.t.ppf(0.975, found.shares.size - 1) * spread
        wanted = found.participants * np.array([1, mean - half, mean, mean + half])
        assert any(np.allclose(point, wanted, rtol=1e-9, atol=1e-12) for point in drawn), wanted


def test_pool_panel_shows_mixed_and_pure_equilibria(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("participation").axes[1]
    people = evidence.scenario.community
    for pool, trainers in _data(axes, "mixed, stable").T[::30]:
        game = ParticipationGame.train_or_ride(
            people.participants, evidence.scenario.benefit, evidence.cost, pool, people.leakage
        )
        (only,) = game.equilibria()
        assert trainers == pytest.approx(people.participants * only.strategy, rel=1e-9)
    for pool, trainers in _data(axes, "pure equilibria").T:
        if trainers >= 2:
            assert trainers == PURE_TRAINERS(
                participants=people.participants, pool=pool, cost=evidence.cost,
                benefit=evidence.scenario.benefit, leakage=people.leakage,
            )  # fmt: skip
    full = ParticipationGame.smallest_full_pool(
        people.participants, evidence.scenario.benefit, evidence.cost, people.leakage
    )
    ends = [np.asarray(line.get_xdata()) for line in axes.get_lines()]
    places = {float(x[0]) for x in ends if len(x) == 2}
    assert places == {full, full / people.participants}


def test_phases_hold_the_stable_equilibrium(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("participation").axes[2]
    mesh = next(c for c in axes.collections if isinstance(c, QuadMesh))
    values = np.asarray(mesh.get_array())
    assert (mesh.norm.vmin, mesh.norm.vmax) == (0, 1)
    rows, columns = values.shape
    people = evidence.scenario.community
    pools, _ = _data(figure_of("participation").axes[1], "mixed, stable")
    costs = evidence.cost * np.geomspace(0.1, 10, rows)
    for i, j in [(0, 0), (rows // 2, columns // 2), (rows - 1, 0), (rows // 3, columns - 1)]:
        game = ParticipationGame.train_or_ride(
            people.participants, evidence.scenario.benefit, costs[i], pools[j], people.leakage
        )
        (stable,) = [e.strategy for e in game.equilibria() if e.stable]
        assert values[i, j] == pytest.approx(stable, abs=1e-12)
    star = _data(axes, "the scenario")
    assert star.ravel().tolist() == [evidence.scenario.reward.pool, evidence.cost]


def test_outages_follow_the_closed_forms(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("outage").axes[0]
    kinds = families.communities(evidence)
    sizes, chances = _data(axes, kinds["volunteer"].label)
    closed = VOLUNTEER_OUTAGE(participants=sizes, cost=1.0,
                              benefit=families.BENEFIT_IN_COSTS)  # fmt: skip
    np.testing.assert_allclose(chances, closed, rtol=1e-9)
    limit = 1 / families.BENEFIT_IN_COSTS
    thin = [np.asarray(line.get_ydata()) for line in axes.get_lines()
            if line.get_linestyle() == ":"]  # fmt: skip
    assert any(level[0] == pytest.approx(limit, rel=10 / LIMIT) for level in thin)
    sizes, chances = _data(axes, kinds["pool"].label)[:, 5:]
    gain = POOL_INDIFFERENCE(participants=sizes, join_probability=1 - chances ** (1 / sizes),
                             pool=families.POOL_IN_COSTS, cost=1.0)  # fmt: skip
    np.testing.assert_allclose(gain, 0, atol=1e-9)


def test_measured_outages_are_drawn(evidence: Evidence, figure_of: Callable[[str], Figure]) -> None:
    by_size, by_pool = (_points(axes) for axes in figure_of("outage").axes)
    kinds = families.communities(evidence)
    members, _ = families.played_pool(evidence)
    wanted = {
        (size, found.outages.mean())
        for kind in ("volunteer", "pool")
        for size, found in kinds[kind].measured.items()
    }
    wanted.add((members, evidence.pool.outages.mean()))
    drawn = sorted((x, mid) for x, _, mid, _ in by_size)
    assert drawn == [pytest.approx(pair) for pair in sorted(wanted)]
    ratios = {x for x, *_ in by_pool}
    assert ratios == {families.POOL_IN_COSTS, families.PLAYED_POOL_IN_COSTS}


def test_gains_and_stops(evidence: Evidence, figure_of: Callable[[str], Figure]) -> None:
    axes, learning = figure_of("stopping").axes[0], evidence.learning
    for form in ("Hill", "exponential"):
        middles, gains = _data(axes, f"{form} curve")
        quality = learning.curves[form].quality(np.arange(learning.legs + 1))
        np.testing.assert_allclose(gains, quality[1:] - quality[:-1], rtol=1e-9, atol=1e-15)
        assert (middles == np.arange(learning.legs) + 0.5).all()
    assert _data(axes, "_threshold")[1, 0] == evidence.cost / evidence.worth
    mean = learning.tested_on.mean(axis=0)
    surplus = evidence.worth * mean - evidence.cost * np.arange(mean.size)
    marks = [c for c in axes.containers if c.get_label() == "_stop"]
    stops = [float(np.asarray(c.lines[0].get_xdata())[0])
             for c in marks if isinstance(c, ErrorbarContainer) and c.lines[0]]  # fmt: skip
    hill = FiniteRelay.on_curve(evidence.worth, 0, evidence.cost, learning.curves["Hill"])
    assert stops[0] == hill.cold_start().intervals[-1][1]
    assert stops[-1] == np.argmax(surplus)


def test_block_gains_add_up_to_the_whole_rise() -> None:
    rng = np.random.default_rng(7)
    quality = rng.random((6, 21)).cumsum(axis=1)
    middles, gains = block_gains(quality, block=5)
    assert middles.tolist() == [2.5, 7.5, 12.5, 17.5]
    rise = (quality[:, -1] - quality[:, 0]).mean()
    assert 5 * sum(gain.mid for gain in gains) == pytest.approx(rise)
    assert all(gain.low < gain.mid < gain.high for gain in gains)


def test_measured_legs_maximise_the_surplus() -> None:
    quality = np.tile(4 - 4 * 0.5 ** np.arange(9.0), (5, 1))  # gains 2, 1, .5, .25, ...
    found = measured_legs(quality, np.array([0.1, 1.0, 3.0]), 0.7, np.random.default_rng(0))
    assert [(i.low, i.mid, i.high) for i in found] == [(0, 0, 0), (2, 2, 2), (4, 4, 4)]


def test_cold_start_panel(figure_of: Callable[[str], Figure]) -> None:
    axes, scenario = figure_of("stopping").axes[1], Scenario.load("gpu_community")
    relay = FiniteRelay.on_curve(scenario.private_value, scenario.reward.price,
                                 training_cost(scenario), hill_curve(scenario))  # fmt: skip
    found = relay.cold_start()
    assert found.start
    assert found.worth_running  # else the panel would show no cold start
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    assert -sum(bar.get_height() for bar in bars) == pytest.approx(found.subsidy)
    legs, worth = _data(axes, "net worth")
    assert (worth[: found.start] < 0).all()
    assert (worth[found.start : found.stop] >= 0).all()
    np.testing.assert_allclose(worth, relay.net_worth(legs))
    assert f"{found.subsidy:.3g}" in _texts(axes)
    assert scenario.name in _texts(axes)


def test_planner_trains_no_fewer_legs_than_members(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("stopping").axes[2]
    curve = evidence.learning.curves["exponential"]
    assert isinstance(curve, ExponentialCurve)
    relay_of = functools.partial(
        FiniteRelay, value=evidence.scenario.private_value, cost=evidence.cost,
        gap=curve.quality_max - curve.quality_start, learning_rate=curve.learning_rate)  # fmt: skip
    prices, own = _data(axes, "each member, exponential curve")
    _, planned = _data(axes, f"planner of {evidence.scenario.users:g} users, exponential curve")
    for price, member, planner in zip(prices, own, planned, strict=True):
        relay = relay_of(price=price)
        assert member == relay.legs()
        assert planner == relay.planner_legs(evidence.scenario.users)
    assert (planned >= own).all()


def test_waits_by_level(evidence: Evidence, figure_of: Callable[[str], Figure]) -> None:
    axes, game = figure_of("baton_waits").axes[0], evidence.baton
    _, own = _data(axes, f"N = {game.participants}")
    np.testing.assert_array_equal(own, game.solve().wait[:-1])
    _, limit = _data(axes, "N → ∞")
    np.testing.assert_array_equal(limit, game.large_limit().wait[:-1])
    drawn = _points(axes)
    assert [x for x, *_ in drawn] == evidence.waits.levels.tolist()
    np.testing.assert_allclose([mid for _, _, mid, _ in drawn], evidence.waits.waits.mean(axis=0))
    assert axes.get_yscale() == "log"
    assert axes.get_xlim()[1] > game.stop_level


def test_waits_by_members_approach_the_limit(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes, levels = figure_of("baton_waits").axes[1], shown_levels(evidence)
    assert len(levels) == 3
    limit = evidence.baton.large_limit().wait
    for level in levels:
        members, waits = _data(axes, f"level {level}")
        assert (members[0], members[-1]) == (2, 100_000)
        assert (np.diff(waits) > 0).all()
        assert waits[-1] == pytest.approx(limit[level], rel=1e-4)


@pytest.mark.usefixtures("evidence")  # for its small samples
def test_a_relay_that_nobody_moves_still_has_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = _quick("empty_pool", 20, ("community.value", 0.0))
    assert stuck.worth == 0
    found = measure_imitation(stuck.games.participation, stuck.seeds(Purpose.IMITATION),
                              agents=100, legs=20)  # fmt: skip
    monkeypatch.setattr(stuck, "imitation", {"train or ride": found}, raising=False)
    assert stuck.baton.stop_level == 0
    by_level, by_size = draw("baton_waits", stuck).axes
    assert "nobody" in _texts(by_level)
    assert "no level" in _texts(by_size)
    assert "nobody" in _texts(draw("participation", stuck).axes[0])
    gains, _, legs = draw("stopping", stuck).axes
    assert "no gain is paid for" in _texts(gains)
    assert _data(legs, "each member, Hill curve")[1, 0] == 0


def test_saving_twice_gives_the_same_bytes(evidence: Evidence, tmp_path: Path) -> None:
    written = [save(draw("baton_waits", evidence), "baton_waits", tmp_path / side)
               for side in "ab"]  # fmt: skip
    for first, second in zip(*written, strict=True):
        assert first.stat().st_size > 1000
        assert first.read_bytes() == second.read_bytes()
