"""The figures of contest and tournament: what the artists hold is what the games say."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from derelayl_econ.figures import contest as contest_figure
from derelayl_econ.figures import tournament as tournament_figure
from derelayl_econ.figures.registry import FIGURES, draw
from derelayl_econ.games.contest import EffortContest
from derelayl_econ.games.tournament import SettlementTournament

NAMES = ("contest", "tournament")


class NoEvidence:
    """These figures draw theory alone: they must not ask for anything that was measured."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"asked the evidence for {name}")


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return {name: draw(name, NoEvidence()) for name in NAMES}  # type: ignore[arg-type]


def data(axes: Axes, label: str, index: int = 0) -> npt.NDArray[np.float64]:
    lines = [line for line in axes.get_lines() if line.get_label() == label]
    return np.array(lines[index].get_data(), dtype=np.float64)


@pytest.mark.parametrize("name", NAMES)
def test_axes_say_what_and_in_which_unit_and_no_text_leaves_the_figure(
    figures: dict[str, Figure], name: str
) -> None:
    figure = figures[name]
    assert FIGURES[name].question.endswith("?")
    assert figure.get_figwidth() == 7.0
    assert len(figure.axes) == 4
    width, height = figure.get_size_inches() * figure.dpi
    units = ("(1)", "(legs)", "(money", "(score)", "participants", "submissions", "cheapest")
    for axes in figure.axes:
        assert axes.lines
        for label in (axes.get_xlabel(), axes.get_ylabel()):
            assert any(unit in label for unit in units), label
        legend = axes.get_legend()
        texts = [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label]
        for text in [*texts, *(legend.get_texts() if legend else [])]:
            box = text.get_window_extent()
            assert -1 <= box.x0 <= box.x1 <= width + 1, text
            assert -1 <= box.y0 <= box.y1 <= height + 1, text


@pytest.mark.parametrize("name", NAMES)
def test_direct_labels_do_not_overlap(figures: dict[str, Figure], name: str) -> None:
    for axes in figures[name].axes:
        boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
        legend = axes.get_legend()
        if legend is not None:
            boxes += [text.get_window_extent() for text in legend.get_texts()]
        for i, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[i + 1 :])


# --------------------------------------------------------------------------------------- contest


def test_efforts_and_payoffs_by_rank(figures: dict[str, Figure]) -> None:
    efforts, payoffs = figures["contest"].axes[:2]
    here = contest_figure
    plain = EffortContest(here.PRIZE, here.COSTS).equilibrium()
    shared = EffortContest(here.PRIZE, here.COSTS, here.VALUE, here.CURVE).equilibrium()
    for found, label in ((plain, "prize alone"), (shared, "prize and\npublic benefit")):
        assert data(efforts, label)[1].tolist() == found.strategy.tolist()
        assert data(payoffs, label)[1].tolist() == found.payoff.tolist()
    assert 2 < plain.active.sum() < here.RANKS  # there is an active set to be seen
    assert shared.active.sum() < plain.active.sum()
    assert shared.total > plain.total
    (span,) = efforts.patches
    assert span.get_extents().x0 > 0
    edge = efforts.transData.inverted().transform((span.get_window_extent().x0, 0))[0]
    assert edge == pytest.approx(plain.active.sum() + 0.5)


def test_dissipation_by_number(figures: dict[str, Figure]) -> None:
    axes = figures["contest"].axes[2]
    sizes, equal = data(axes, "equal costs: 1 - 1/N")
    assert equal == pytest.approx(1 - 1 / sizes)
    for spread in contest_figure.SPREADS:
        _, burned = data(axes, f"costs 1 to {spread:g}")
        assert (burned < equal).all()
        for size, share in list(zip(sizes, burned, strict=True))[::10]:
            costs = np.linspace(1, spread, int(size))
            shares = EffortContest(1, costs).equilibrium().shares
            assert share == pytest.approx(1 - (shares**2).sum())


def test_branches_by_value(figures: dict[str, Figure]) -> None:
    axes, here = figures["contest"].axes[3], contest_figure
    values, low = data(axes, "the trap")
    _, high = data(axes, "the way out")
    for place in range(0, values.size, 8):
        game = EffortContest(here.RACE_PRIZE, np.ones(here.RIVALS), values[place], here.S_SHAPE)
        totals = [equilibrium.total for equilibrium in game.equilibria()]
        drawn = [total for total in (low[place], high[place]) if np.isfinite(total)]
        assert drawn == pytest.approx(totals)
    assert np.isfinite(low[0])
    assert not np.isfinite(high[0])
    assert np.isfinite(high[-1])
    assert not np.isfinite(low[-1])
    assert (np.isfinite(low) & np.isfinite(high)).sum() > 5
    _, concave = data(axes, "concave")
    assert np.isfinite(concave).all()
    assert (np.diff(concave) > 0).all()


# ------------------------------------------------------------------------------------ tournament


def test_efforts_by_winning_share(figures: dict[str, Figure]) -> None:
    axes, here = figures["tournament"].axes[0], tournament_figure
    shares, efforts = data(axes, "fixed prize per winner")
    assert efforts == pytest.approx(here.PRIZE * stats.norm.pdf(stats.norm.ppf(shares)))
    assert shares[np.nanargmax(efforts)] == pytest.approx(0.5, abs=0.01)
    shares, total = data(axes, "fixed total prize")
    exists = [here.fixed_total(share).first_order().exists for share in shares]
    assert np.isfinite(total).tolist() == exists
    assert 0 < sum(exists) < len(exists)  # some of it is no equilibrium, and drawn dotted
    assert (np.diff(total[np.isfinite(total)]) < 0).all()
    for index, game in ((0, here.fixed_prize), (1, here.fixed_total)):
        few, found = data(axes, f"N = {here.FEW}", index)
        assert found.tolist() == [game(share, here.FEW).effort for share in few]
        assert (found < [game(share).effort for share in few]).all()


def test_deposits_turn_the_curve(figures: dict[str, Figure]) -> None:
    axes, here = figures["tournament"].axes[1], tournament_figure
    falls = []
    for ratio in here.DEPOSITS:
        shares, scaled = data(axes, f"D = {ratio:.3g} T")
        z = stats.norm.isf(shares)
        effort = (1 / shares + ratio) * stats.norm.pdf(z)
        half = (2 + ratio) * stats.norm.pdf(0)
        assert scaled == pytest.approx(effort / half, rel=0.01)
        falls.append(bool((np.diff(scaled) <= 1e-9).all()))
    assert falls == [True, True, False]


def test_losses_of_finite_numbers(figures: dict[str, Figure]) -> None:
    axes = figures["tournament"].axes[2]
    for share in tournament_figure.FINITE_SHARES:
        sizes, exact = data(axes, f"exact, s = {share:g}")
        _, first = data(axes, f"first order, s = {share:g}")
        assert (exact > 0).all()
        assert exact[-4:] == pytest.approx(first[-4:], rel=0.02)
        assert (np.diff(np.log(exact)) / np.diff(np.log(sizes)))[-1] == pytest.approx(-1, abs=0.01)


def test_the_region_without_an_equilibrium(figures: dict[str, Figure]) -> None:
    axes = figures["tournament"].axes[3]
    shares, limits = data(axes, "least noise ratio")
    _, concave = data(axes, "every payoff concave")
    assert concave[0] == stats.norm.pdf(1)
    assert (limits <= concave[0] + 1e-7).all()
    for place in range(0, shares.size, 12):
        for factor, exists in ((0.98, False), (1.02, True)):
            luck = float(np.sqrt(factor * limits[place]))
            game = SettlementTournament(winning_share=shares[place], prize=1, luck=luck, cost=1,
                                        outside=-1)  # fmt: skip
            assert game.first_order().exists == exists
    marks = [line for line in axes.get_lines() if list(line.get_xdata()) == [0.5, 0.5]]
    assert len(marks) == 1
    assert tournament_figure.RULE in [text.get_text() for text in axes.texts]
