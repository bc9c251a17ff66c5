"""Private costs and arrivals in simulation and in figures: right predictions pass, wrong do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.figures.arrivals import FEES, PRICES
from derelayl_econ.figures.private_costs import BENEFITS, THRESHOLDS, branches, with_fold
from derelayl_econ.figures.registry import draw, save
from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.games.private_costs import PrivateCostGame
from derelayl_econ.validation import Evidence
from derelayl_econ.validation.arrivals import (
    arrival_example,
    arrival_examples,
    arrival_rows,
    measure_arrivals,
    play_arrivals,
)
from derelayl_econ.validation.comparison import Comparison, ComparisonTable
from derelayl_econ.validation.learners import learn
from derelayl_econ.validation.private_costs import (
    BENEFIT,
    THRESHOLD,
    PrivateCostEvidence,
    measure_private_costs,
    private_cost_games,
    private_cost_rows,
    threshold_game,
)

COST = 0.25
FALSE_ALARM = 1e-4
"""A right table is called refuted more rarely than this (family-wise), for any seed."""
FRESH = np.random.SeedSequence().entropy


def _seeds(root: int, count: int = 20) -> list[np.random.SeedSequence]:
    return [np.random.SeedSequence(root, spawn_key=(i,)) for i in range(count)]


def _refuted(rows: Sequence[Comparison], level: float = FALSE_ALARM) -> list[str]:
    return [r.quantity for r in ComparisonTable(rows=tuple(rows), scenario="", level=level).refuted]


@pytest.fixture(scope="module")
def learned() -> dict[str, PrivateCostEvidence]:
    """Return learners in all games, from a fixed seed."""
    return {
        name: measure_private_costs(game, _seeds(i), communities=12, legs=1500)
        for i, (name, game) in enumerate(private_cost_games(COST).items())
    }


@pytest.fixture(scope="module")
def figures(learned: dict[str, PrivateCostEvidence]) -> dict[str, Figure]:
    """Return the figures, drawn from simulations of this module."""
    found = {
        name: [measure_arrivals(relay, _seeds(i, 5), legs=500) for relay in relays]
        for i, (name, relays) in enumerate(arrival_examples().items())
    }
    evidence = SimpleNamespace(cost=COST, private_costs=learned, arrivals=found)
    return {name: draw(name, cast(Evidence, evidence)) for name in ("private_costs", "arrivals")}


# --- learners with private costs -----------------------------------------------------------------


def test_learners_come_to_rest_at_stable_cut_offs(learned: dict[str, PrivateCostEvidence]) -> None:
    rows = [row for name, found in learned.items() for row in private_cost_rows(found, name)]
    assert len(rows) == 18
    assert _refuted(rows) == []


@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_a_cut_off_that_is_a_little_wrong_is_refuted(
    learned: dict[str, PrivateCostEvidence], factor: float
) -> None:
    found = learned["pool"]
    wrong = replace(found, places=tuple(
        replace(p, cutoff=p.cutoff * factor, share=p.share * factor) for p in found.places
    ))  # fmt: skip
    assert len(_refuted(private_cost_rows(wrong, "pool"), 0.05)) == 4


def test_a_claim_that_populations_rest_at_the_tipping_point_is_refuted(
    learned: dict[str, PrivateCostEvidence],
) -> None:
    found = learned["critical mass"]
    assert found.tipping is not None
    assert found.stayed == 0
    (tipping,) = found.game.tipping_points()
    wrong = replace(found, places=tuple(
        replace(p, share=tipping.strategy, cutoff=tipping.cutoff) for p in found.places
    ))  # fmt: skip
    assert len(_refuted(private_cost_rows(wrong, ""), 0.05)) >= 4
    stuck = replace(found, from_tipping=np.full(20, tipping.strategy))
    assert stuck.stayed == 20
    assert any("tipping" in name for name in _refuted(private_cost_rows(stuck, "")))


def test_learning_depends_on_its_seed_alone_and_not_on_the_equilibria() -> None:
    game = private_cost_games(COST)["volunteer"]
    one, same, other = (
        learn(game, np.random.default_rng(seed), start=0.5, communities=3, legs=200)
        for seed in (1, 1, 2)
    )
    assert one.path.tobytes() == same.path.tobytes() != other.path.tobytes()
    assert one.path.shape == (200,)
    assert "_equilibria" not in vars(game)


def test_partners_specialise_where_strangers_mix() -> None:
    """Who meets the same people every leg learns to rely on them, or not to."""
    game = PrivateCostGame.volunteer(2, 1, stats.uniform(0.4, 0.2))
    (rest,) = game.equilibria().equilibria
    strangers, partners = (
        learn(game, np.random.default_rng(4), start=0.5, communities=60, legs=800, rematched=mixed)
        for mixed in (True, False)
    )
    assert strangers.outage == pytest.approx(float(game.outage(rest.strategy)), abs=0.01)
    assert partners.outage < 0.01 < 0.2 < strangers.outage
    assert partners.share == pytest.approx(0.5, abs=0.01)  # one of two trains, the other rides


def test_a_game_whose_equilibria_are_not_all_known_is_refused() -> None:
    line = PrivateCostGame([1.0, 1.0], [0.5, 1.0, 2.0])
    assert line.equilibria().coverage == "some"
    with pytest.raises(InputError, match="game"):
        measure_private_costs(line, _seeds(0))


# --- relays of arrivals --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, FRESH])
def test_relays_follow_the_long_run_law(seed: int) -> None:
    rows = [
        row
        for i, (name, relays) in enumerate(arrival_examples().items())
        for relay in relays[::3]
        for row in arrival_rows(measure_arrivals(relay, _seeds(seed + i)), name)
    ]
    assert len(rows) == 8
    assert _refuted(rows) == [], seed


def test_a_wrong_relay_is_refuted_and_the_balance_is_that_of_the_law() -> None:
    relay = replace(arrival_example("uniform costs"), access_fee=0.3)
    found = measure_arrivals(relay, _seeds(3))
    wrong = replace(found, relay=replace(relay, access_fee=0.33))
    assert len(_refuted(arrival_rows(wrong, ""), 0.05)) == 2
    law = relay.stationary_law()
    trains = relay.costs.at_most(0.3 + 4 * 0.2 * law.gap)
    paid = 2 * 0.2 * (law.probability * law.gap) @ trains
    expected = 0.3 * (1 - law.training_share) - paid
    error = found.balances.std(ddof=1) / np.sqrt(20)
    assert found.balances.mean() == pytest.approx(expected, abs=5 * error)


def test_the_mean_field_may_lie_on_either_side_of_the_long_run_mean() -> None:
    """Also by simulation: below it where costs are uniform, above it next to a kink."""
    for name, fee, side in (("uniform costs", 0.3, -1), ("two kinds of device", 0.42, 1)):
        relay = replace(arrival_example(name), access_fee=fee)
        mean_field = relay.steady_state().gap
        gaps = measure_arrivals(relay, _seeds(9)).gaps
        error = gaps.std(ddof=1) / np.sqrt(20)
        assert side * (gaps.mean() - mean_field) > 5 * error
        assert side * (relay.stationary_law().mean - mean_field) > 0


@pytest.mark.parametrize("outside", [0.0, 0.9])
def test_one_relay_by_hand(outside: float) -> None:
    relay = ArrivalRelay(
        access=1.0, access_fee=0.3, value=1.0, price=2.0, drift=0.0, outside=outside,
        learning_rate=0.5, quality_max=1.0, cost_distribution=[0.8],
    )  # fmt: skip
    # m + 3 * .5 * x >= .8 with m = .3 (or .1 if leaving is better than buying): x >= 1/3 (.47).
    found, trained, balance = play_arrivals(relay, np.random.default_rng(0), legs=4)
    legs = [1.0, 0.5, 0.25, 0.25]
    assert (found, trained) == (np.mean(legs), 0.5)
    fees = 0.3 * 2 if outside == 0 else 0.0
    assert balance == pytest.approx((fees - 2 * 0.5 * 1.5) / 4)


# --- figures -------------------------------------------------------------------------------------


def _line(axes: Axes, label: str) -> Line2D:
    (line,) = (line for line in axes.get_lines() if line.get_label() == label)
    return line


def _marks(axes: Axes, label: str) -> np.ndarray:
    (found,) = (c for c in axes.containers if c.get_label() == label)
    return np.asarray(found.lines[0].get_xydata())


def test_panel_a_shows_benefit_cost_equilibria_and_learners(
    figures: dict[str, Figure], learned: dict[str, PrivateCostEvidence]
) -> None:
    axes, found = figures["private_costs"].axes[0], learned["critical mass"]
    p, worth = np.array(_line(axes, "benefit B(p)").get_data())
    np.testing.assert_allclose(worth, found.game.cutoff(p))
    p, cost = np.array(_line(axes, "cost quantile Q(p)").get_data())
    np.testing.assert_allclose(cost, stats.lognorm(0.4, scale=COST).ppf(p))
    for label, stable in (("stable", True), ("tipping point", False)):
        shown = np.array(_line(axes, label).get_xydata())
        expected = [(e.strategy, e.cutoff) for e in found.game.equilibria() if e.stable is stable]
        np.testing.assert_allclose(shown, expected)
    drawn = [c.lines[0].get_xydata()[0] for c in axes.containers]
    for place, (share, cutoff) in zip(found.places, drawn, strict=True):
        assert share == pytest.approx(place.shares.mean())
        assert cutoff == pytest.approx(place.cutoffs.mean())


def test_panel_b_shows_branches_that_meet_where_they_begin(
    figures: dict[str, Figure], learned: dict[str, PrivateCostEvidence]
) -> None:
    axes = figures["private_costs"].axes[1]
    for threshold in THRESHOLDS:
        benefit, stable = np.array(_line(axes, f"M = {threshold}, stable").get_data())
        again, tipping = np.array(_line(axes, f"M = {threshold}, tipping").get_data())
        np.testing.assert_array_equal(benefit, again)
        both = np.isfinite(stable) & np.isfinite(tipping)
        assert both.sum() > 20
        assert (tipping[both] < stable[both]).all()
        assert (np.diff(stable[both]) > 0).all()
        assert (np.diff(tipping[both]) < 0).all()
        first = int(np.flatnonzero(both)[0])
        assert stable[first] - tipping[first] < 0.1
        middle = int(np.flatnonzero(both)[-3])
        game = threshold_game(COST, threshold, float(benefit[middle] / COST))
        assert game.equilibria()[-1].strategy == pytest.approx(stable[middle])
    assert _line(axes, "tipping point of a").get_xdata()[0] == pytest.approx(BENEFIT * COST)
    assert _line(axes, "tipping point of a").get_ydata()[0] == learned["critical mass"].tipping


def test_branches_are_those_of_the_game() -> None:
    stable, tipping = branches(THRESHOLD, np.array([0.2, BENEFIT]), COST)
    assert np.isnan([stable[0], tipping[0]]).all()
    nobody, unstable, rest = threshold_game(COST).equilibria()
    assert nobody.strategy == 0
    assert (tipping[1], stable[1]) == (unstable.strategy, rest.strategy)
    finer = with_fold(THRESHOLD, BENEFITS, COST)
    assert set(BENEFITS) < set(finer)
    assert (np.diff(finer) > 0).all()


def test_panel_a_of_arrivals_shows_mean_field_law_and_relays(figures: dict[str, Figure]) -> None:
    axes = figures["arrivals"].axes[0]
    for name, relays in arrival_examples().items():
        fees, gaps = np.array(_line(axes, f"{name}, mean field").get_data())
        np.testing.assert_array_equal(fees, FEES)
        for i in (0, 40, 100, 120):
            one = replace(relays[0], access_fee=float(fees[i]))
            assert gaps[i] == pytest.approx(one.steady_state().gap)
        fees, means = np.array(_line(axes, f"{name}, long-run law").get_data())
        one = replace(relays[0], access_fee=float(fees[7]))
        assert means[7] == pytest.approx(one.stationary_law().mean, abs=4e-3)
        marks = _marks(axes, f"{name}, simulated")
        assert marks[:, 0].tolist() == [relay.access_fee for relay in relays]
        for fee, gap in marks:
            one = replace(relays[0], access_fee=float(fee))
            assert gap == pytest.approx(one.stationary_law().mean, abs=0.03)


def test_the_map_colours_the_steady_gap_and_its_line_is_the_break_even_price(
    figures: dict[str, Figure],
) -> None:
    axes, relay = figures["arrivals"].axes[1], arrival_example("uniform costs")
    (image,) = (c for c in axes.collections if isinstance(c, QuadMesh))
    gaps = np.asarray(image.get_array()).reshape(FEES.size, PRICES.size)
    for i, j in ((0, 0), (30, 50), (120, 100)):
        one = replace(relay, access_fee=float(FEES[i]), price=float(PRICES[j]))
        assert gaps[i, j] == pytest.approx(one.steady_state().gap)
    lines: list[Any] = [c for c in axes.collections if not isinstance(c, QuadMesh)]
    border = np.vstack([path.vertices for c in lines for path in c.get_paths()])
    inner = border[(border[:, 1] > 0.1) & (border[:, 1] < 0.95)]
    assert len(inner) > 20
    for price, fee in inner[::15]:
        one = replace(relay, access_fee=float(fee))
        assert one.break_even_price() == pytest.approx(price, abs=0.02)
    edge = _line(axes, "make-work above").get_ydata()[0]
    assert not replace(relay, access_fee=edge - 1e-6).make_work
    assert replace(relay, access_fee=edge + 1e-6).make_work


@pytest.mark.parametrize("name", ["private_costs", "arrivals"])
def test_figures_have_labels_no_overlaps_and_can_be_saved(
    figures: dict[str, Figure], name: str, tmp_path: Any
) -> None:
    figure = figures[name]
    for axes in figure.axes[:2]:
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        figure.canvas.draw()
        boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
        for i, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:i])
    pdf, png = save(figure, name, tmp_path)
    assert pdf.stat().st_size > 1000 < png.stat().st_size
