"""Figures of the ecology: their data, labels and limits, not their pixels."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from derelayl_econ.ecology import Ecology
from derelayl_econ.ecology.declining import renewal_state
from derelayl_econ.ecology.entry import ride_rate
from derelayl_econ.ecology.mean_field import version_shares
from derelayl_econ.figures import ecology_coins as coins_module
from derelayl_econ.figures import ecology_survival as survival_module
from derelayl_econ.figures.registry import AUTHORS, FIGURES, draw
from derelayl_econ.scenario import Scenario
from derelayl_econ.validation import Evidence, ecology_laws, ecology_rules
from derelayl_econ.validation.ecology_rules import asking, drifting, survival_chance

NAMES = ("ecology_coins", "ecology_versions", "ecology_survival", "ecology_rules",
         "ecology_claims")  # fmt: skip
LONG = 200


@pytest.fixture(scope="module")
def evidence() -> Any:
    """Return real evidence of a short study, and drawings made from it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (ecology_laws, ecology_rules, coins_module):
            patch.setattr(module, "LONG", LONG)
        patch.setattr(ecology_rules, "CLAIMED", 40)
        patch.setattr(ecology_rules, "OLD", 100)
        patch.setattr(ecology_rules, "RIDDEN", 200)
        patch.setattr(ecology_rules, "RIDING", 100)
        patch.setattr(survival_module, "POINTS", 5)
        found = Evidence(Scenario.load(AUTHORS), rng=3, replications=20)
        figures = {name: draw(name, found) for name in NAMES}
        yield SimpleNamespace(runs=found.ecology.runs, rules=found.ecology.rules, figures=figures)


def _line(axes: Axes, label: str) -> Line2D:
    (line,) = [line for line in axes.get_lines() if line.get_label() == label]
    return line


def _points(axes: Axes, label: str) -> tuple[np.ndarray, np.ndarray]:
    (found,) = [c for c in axes.containers if c.get_label() == label]
    return cast("Any", found)[0].get_data()


def test_they_are_drawn_from_the_authors_scenario() -> None:
    specs = [spec for spec in FIGURES.values() if spec.name.startswith("ecology_")]
    assert {spec.scenario for spec in specs} == {AUTHORS}
    assert {spec.name for spec in specs} == {*NAMES, "ecology_study"}


@pytest.mark.parametrize("name", NAMES)
def test_no_text_covers_another_and_none_is_cut_off(
    evidence: Any, name: str, assert_readable: Callable[[Figure], None]
) -> None:
    assert_readable(evidence.figures[name])


def test_everybodys_coins_are_drawn(evidence: Any) -> None:
    axes, run = evidence.figures["ecology_coins"].axes[0], evidence.runs.example
    assert len(axes.get_lines()) == 256 + 1  # and the mean
    np.testing.assert_allclose(_line(axes, "founder").get_ydata(), run.coins[:, 0] / 1e6)
    np.testing.assert_allclose(
        _line(axes, "mean of all").get_ydata(), run.supply[run.coin_rounds - 1] / 256e6
    )


def test_supply_and_inequality_are_those_of_the_study(evidence: Any) -> None:
    _, supply, inequality, dilution = evidence.figures["ecology_coins"].axes
    alive = evidence.runs.long_study.alive
    np.testing.assert_allclose(_line(supply, "held, simulated").get_ydata(),
                               alive.series("supply").mean(axis=0))  # fmt: skip
    np.testing.assert_allclose(_line(inequality, "mean, simulated").get_ydata(),
                               alive.series("gini").mean(axis=0))  # fmt: skip
    theory = _line(supply, "M t² / 2")
    assert theory.get_ydata()[-1] == pytest.approx(
        evidence.runs.ecology.steady_state().owners * LONG**2 / 2)  # fmt: skip
    everyone = _line(dilution, "one coin per ancestor")
    np.testing.assert_allclose(everyone.get_ydata(), np.arange(100, 0, -1))
    np.testing.assert_allclose(_line(dilution, "ten coins a winner").get_ydata()[[0, 50, 99]],
                               [10, 10, 1])  # fmt: skip


def test_versions_ages_and_owners(evidence: Any) -> None:
    stacked, ages, owners = evidence.figures["ecology_versions"].axes
    run = evidence.runs.study.alive[0]
    assert len(stacked.collections) == 13
    (bars,) = [c for c in ages.containers if isinstance(c, BarContainer)]
    predicted = version_shares(256, 0.9, evidence.runs.chain.old_relay.owners)[:12]
    np.testing.assert_allclose([bar.get_height() for bar in bars], 100 * predicted)
    measured = evidence.runs.study.alive.series("version_shares")[:, 40:].mean(axis=(0, 1))
    label = f"{len(evidence.runs.study.alive)} communities"
    np.testing.assert_allclose(_points(ages, label)[1], 100 * measured[:12])
    mean = _line(owners, "exact mean")
    assert mean.get_ydata()[0] == 1.0
    assert mean.get_ydata()[-1] == pytest.approx(39.55, abs=0.01)
    assert stacked.get_xlim() == (1, run.rounds)


def test_survival_is_the_exact_chance_and_the_measured_share(evidence: Any) -> None:
    axes = evidence.figures["ecology_survival"].axes
    for axis, matches in zip(axes, survival_module.MATCHES, strict=False):
        (mesh,) = [c for c in axis.collections if isinstance(c, QuadMesh)]
        values = np.asarray(mesh.get_array()).reshape(5, 5)
        assert values[4, 3] == pytest.approx(survival_chance(256, (matches, 0.8, 1.0)))
        assert values[1, 4] == pytest.approx(survival_chance(256, (matches, 1.0, 0.4)))
        (dots,) = [c for c in axis.collections if isinstance(c, PathCollection)]
        own = {cell: count for cell, count in evidence.rules.survival.items()
               if cell[0] == matches}  # fmt: skip
        np.testing.assert_allclose(dots.get_offsets(), [cell[1:] for cell in own])
        np.testing.assert_allclose(dots.get_array(), [a / n for a, n in own.values()])
    assert [axis.get_title(loc="left")[3:] for axis in axes[:4]] == [
        f"L = {matches} matches" for matches in survival_module.MATCHES]  # fmt: skip


def test_rules_are_drawn_beside_their_laws(evidence: Any) -> None:
    floor, lives, renewals, rides = evidence.figures["ecology_rules"].axes
    rules, plain = evidence.rules, Ecology()
    np.testing.assert_allclose(_points(floor, "who join (%)")[1],
                               [100 * v.mean() for v in rules.joined.values()])  # fmt: skip
    bounds = _line(lives, "longest possible life")
    np.testing.assert_allclose(bounds.get_ydata(), list(rules.bounds.values()))
    law = _line(renewals, "renewal law")
    place = 60
    eta = law.get_xdata()[place] / 100
    assert law.get_ydata()[place] == pytest.approx(renewal_state(drifting(plain, eta)).trained)
    np.testing.assert_allclose(_points(renewals, "simulated")[1],
                               [v.mean() for v in rules.renewed.values()])  # fmt: skip
    line = _line(rides, "fees of jobs / reserve")
    reserve = float(line.get_xdata()[70])
    assert line.get_ydata()[70] == pytest.approx(ride_rate(asking(plain, reserve)))


def test_claims_are_told_cell_by_cell(evidence: Any) -> None:
    (axes,) = evidence.figures["ecology_claims"].axes
    words = [text.get_text() for text in axes.texts]
    for row in evidence.rules.claims:
        assert f"{row.verdict('shared')}  {100 * row.shared:.0f} %" in words
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == [row.rules for row in evidence.rules.claims]
