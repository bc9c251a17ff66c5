"""The figures of the games: what the artists hold is what the games and the evidence say."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
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
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import hill_curve, training_cost
from derelayl_econ.validation import Evidence
from derelayl_econ.validation import evidence as evidence_module
from derelayl_econ.validation.participation import measure_imitation

NAMES = ("participation", "outage", "stopping", "baton_waits")


def _quick(name: str, legs: int) -> Evidence:
    scenario = Scenario.load(name).replace("experiment.legs", legs)
    return Evidence(scenario, rng=0, replications=20)


@pytest.fixture(scope="module")
def evidence() -> Iterator[Evidence]:
    """Return real evidence of the default scenario, from short relays and small populations."""
    with pytest.MonkeyPatch.context() as patch:
        small = functools.partial(measure_imitation, agents=600, legs=40)
        patch.setattr(evidence_module, "measure_imitation", small)
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
            xs, ys = container.lines[0].get_data()
            for collection in container.lines[2]:
                for x, y, ends in zip(xs, ys, collection.get_segments(), strict=True):
                    if ends[0][0] == ends[1][0]:  # a vertical bar, not a horizontal one
                        found.append((float(x), float(ends[0][1]), float(y), float(ends[1][1])))
    return found


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
        sizes = stable.get_xdata()
        for i in np.linspace(0, len(sizes) - 1, 12).astype(int):
            drawn = {(y, line is stable) for line in (stable, tipping)
                     if np.isfinite(y := line.get_ydata()[i] / sizes[i])}  # fmt: skip
            equilibria = [
                (e.strategy, e.stable)
                for e in community.game(int(sizes[i])).equilibria()
                if e.strategy > 0
            ]
            assert len(drawn) == len(equilibria)
            for found, (strategy, is_stable) in zip(sorted(drawn), equilibria, strict=True):
                assert found == (pytest.approx(strategy, rel=1e-12), is_stable)


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
        assert (benefit * chance.max() > 1) is pays


def test_imitators_are_drawn_at_what_was_measured(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    drawn = _points(figure_of("participation").axes[0])
    assert len(drawn) == len(evidence.imitation)
    for found in evidence.imitation.values():
        mean = found.shares.mean()
        spread = found.shares.std(ddof=1) / np.sqrt(found.shares.size)
        half = stats.t.ppf(0.975, found.shares.size - 1) * spread
        wanted = found.participants * np.array([1 / 1, mean - half, mean, mean + half])
        assert any(np.allclose(point, wanted, rtol=1e-9, atol=1e-12) for point in drawn), wanted


def test_pool_panel_shows_mixed_and_pure_equilibria(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("participation").axes[1]
    people = evidence.scenario.community
    (mixed,) = _lines(axes, "mixed, stable")
    for pool, trainers in list(zip(*mixed.get_data(), strict=True))[::30]:
        game = ParticipationGame.train_or_ride(
            people.participants, evidence.scenario.benefit, evidence.cost, pool, people.leakage
        )
        (only,) = game.equilibria()
        assert trainers == pytest.approx(people.participants * only.strategy, rel=1e-9)
    (pure,) = _lines(axes, "pure equilibria")
    for pool, trainers in zip(*pure.get_data(), strict=True):
        if trainers >= 2:
            assert trainers == PURE_TRAINERS(
                participants=people.participants, pool=pool, cost=evidence.cost,
                benefit=evidence.scenario.benefit, leakage=people.leakage,
            )  # fmt: skip
    full = ParticipationGame.smallest_full_pool(
        people.participants, evidence.scenario.benefit, evidence.cost, people.leakage
    )
    places = {line.get_xdata()[0] for line in axes.get_lines() if len(line.get_xdata()) == 2}
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
    pools = figure_of("participation").axes[1].get_lines()[1].get_xdata()
    costs = evidence.cost * np.geomspace(0.1, 10, rows)
    for i, j in [(0, 0), (rows // 2, columns // 2), (rows - 1, 0), (rows // 3, columns - 1)]:
        game = ParticipationGame.train_or_ride(
            people.participants, evidence.scenario.benefit, costs[i], pools[j], people.leakage
        )
        (stable,) = [e.strategy for e in game.equilibria() if e.stable]
        assert values[i, j] == pytest.approx(stable, abs=1e-12)
    (star,) = _lines(axes, "the scenario")
    assert star.get_xdata() == [evidence.scenario.reward.pool]
    assert star.get_ydata() == [evidence.cost]


def test_outages_follow_the_closed_forms(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("outage").axes[0]
    kinds = families.communities(evidence)
    (volunteer,) = _lines(axes, kinds["volunteer"].label)
    closed = VOLUNTEER_OUTAGE(participants=volunteer.get_xdata(), cost=1.0,
                              benefit=families.BENEFIT_IN_COSTS)  # fmt: skip
    np.testing.assert_allclose(volunteer.get_ydata(), closed, rtol=1e-9)
    limit = 1 / families.BENEFIT_IN_COSTS
    assert any(line.get_ydata()[0] == pytest.approx(limit, rel=2 / LIMIT * 10)
               for line in axes.get_lines() if line.get_linestyle() == ":")  # fmt: skip
    (pool,) = _lines(axes, kinds["pool"].label)
    sizes, chances = pool.get_xdata()[5:], pool.get_ydata()[5:]
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
        (curve,) = _lines(axes, f"{form} curve")
        middles, gains = curve.get_data()
        quality = learning.curves[form].quality(np.arange(learning.legs + 1))
        np.testing.assert_allclose(gains, quality[1:] - quality[:-1], rtol=1e-9, atol=1e-15)
        assert (middles == np.arange(learning.legs) + 0.5).all()
    (threshold,) = _lines(axes, "_threshold")
    assert threshold.get_ydata()[0] == evidence.cost / evidence.worth
    mean = learning.tested_on.mean(axis=0)
    surplus = evidence.worth * mean - evidence.cost * np.arange(mean.size)
    stops = [line.get_xdata()[0] for c in axes.containers if c.get_label() == "_stop"
             for line in [c.lines[0]]]  # fmt: skip
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
    assert found.start and found.worth_running  # else the panel would show no cold start
    heights = [bar.get_height() for bar in axes.patches]
    assert -sum(heights) == pytest.approx(found.subsidy)
    (net,) = _lines(axes, "net worth")
    legs, worth = net.get_data()
    assert (worth[: found.start] < 0).all() and (worth[found.start : found.stop] >= 0).all()
    np.testing.assert_allclose(worth, relay.net_worth(legs))
    assert f"{found.subsidy:.3g}" in _texts(axes) and scenario.name in _texts(axes)


def test_planner_trains_no_fewer_legs_than_members(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes = figure_of("stopping").axes[2]
    curve = evidence.learning.curves["exponential"]
    relay_of = functools.partial(
        FiniteRelay, value=evidence.scenario.private_value, cost=evidence.cost,
        gap=curve.quality_max - curve.quality_start, learning_rate=curve.learning_rate)  # fmt: skip
    (own,) = _lines(axes, "each member, exponential curve")
    (all_of_them,) = _lines(axes, f"planner of {evidence.scenario.users:g} users, "
                            "exponential curve")  # fmt: skip
    for i, price in enumerate(own.get_xdata()):
        relay = relay_of(price=price)
        assert own.get_ydata()[i] == relay.legs()
        assert all_of_them.get_ydata()[i] == relay.planner_legs(evidence.scenario.users)
    assert (all_of_them.get_ydata() >= own.get_ydata()).all()


def test_waits_by_level(evidence: Evidence, figure_of: Callable[[str], Figure]) -> None:
    axes, game = figure_of("baton_waits").axes[0], evidence.baton
    (own,) = _lines(axes, f"N = {game.participants}")
    np.testing.assert_array_equal(own.get_ydata(), game.solve().wait[:-1])
    (limit,) = _lines(axes, "N → ∞")
    np.testing.assert_array_equal(limit.get_ydata(), game.large_limit().wait[:-1])
    drawn = _points(axes)
    assert [x for x, *_ in drawn] == evidence.waits.levels.tolist()
    np.testing.assert_allclose([mid for _, _, mid, _ in drawn], evidence.waits.waits.mean(axis=0))
    assert axes.get_yscale() == "log" and axes.get_xlim()[1] > game.stop_level


def test_waits_by_members_approach_the_limit(
    evidence: Evidence, figure_of: Callable[[str], Figure]
) -> None:
    axes, levels = figure_of("baton_waits").axes[1], shown_levels(evidence)
    assert len(levels) == 3
    limit = evidence.baton.large_limit().wait
    for level in levels:
        (line,) = _lines(axes, f"level {level}")
        members, waits = line.get_data()
        assert members[0] == 2 and members[-1] == 100_000
        assert (np.diff(waits) > 0).all() and waits[-1] == pytest.approx(limit[level], rel=1e-4)


def test_a_relay_that_nobody_moves_still_has_its_figures(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = _quick("empty_pool", 20)
    monkeypatch.setattr(stuck, "imitation", {"train or ride": measure_imitation(
        stuck.games.participation, stuck.seeds(0), agents=100, legs=20)}, raising=False)  # fmt: skip
    assert stuck.baton.stop_level == 0
    by_level, by_size = draw("baton_waits", stuck).axes
    assert "nobody" in _texts(by_level) and "no level" in _texts(by_size)
    assert "nobody" in _texts(draw("participation", stuck).axes[0])


def test_saving_twice_gives_the_same_bytes(evidence: Evidence, tmp_path) -> None:  # type: ignore[no-untyped-def]
    written = [save(draw("baton_waits", evidence), "baton_waits", tmp_path / side)
               for side in "ab"]  # fmt: skip
    for first, second in zip(*written, strict=True):
        assert first.stat().st_size > 1000
        assert first.read_bytes() == second.read_bytes()
