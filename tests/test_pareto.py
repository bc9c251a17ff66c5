"""Trade-off fronts: every point its own optimum, shapes that theory demands, what is drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import stats

import derelayl_econ as d
from derelayl_econ.design.pareto import TradeOff
from derelayl_econ.design.result import DesignStatus

FUNDING = d.DriftFunding(
    cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1, flow_value=1
)
AUDIT = d.AuditDesign(cost_honest=1, saving=0.8, verify_cost=0.05, reward=2, capital_rate=0.01,
                      false_reject=0.1, false_accept=0.1)  # fmt: skip
RELAY = d.ArrivalRelay(access=1, access_fee=0, value=0, drift=0.05, learning_rate=0.2,
                       quality_max=1, cost_distribution=stats.uniform(0, 1))  # fmt: skip


def test_subsidy_buys_quality_at_a_falling_rate() -> None:
    subsidies = np.linspace(0, 1, 6)
    front = d.subsidy_front(FUNDING, subsidies)
    assert (np.diff(front.best) > 0).all()
    assert (np.diff(front.rate) < 1e-6).all()
    for subsidy, quality in zip(subsidies, front.best, strict=True):
        # lambda eta q = B q + S with q = 1 - 5/lambda: a quadratic in lambda.
        price = np.roots([0.05, -0.25 - 1 - subsidy, 5]).real.max()
        assert quality == pytest.approx(1 - 5 / price, abs=1e-6)


def test_honesty_costs_more_with_the_margin() -> None:
    front = d.honesty_front(AUDIT, [0.0, 0.1, 0.2])
    assert front.best[0] == pytest.approx(AUDIT.solve().value)
    assert (front.rate > 0).all()


def test_openness_costs_sustainability() -> None:
    caps = np.array([0.0, 0.1, 0.3, 0.5, 0.9])
    front = d.openness_front(RELAY, caps)
    assert np.allclose(front.best, np.minimum(caps, 0.5) * (1 - np.minimum(caps, 0.5)),
                       atol=1e-5)  # fmt: skip
    assert all(design.certificate is not None and design.certificate.check()
               for design in front.designs)  # fmt: skip


def test_a_cap_above_what_the_market_bears_changes_nothing() -> None:
    front = d.openness_front(replace(RELAY, outside=0.7), [0.1, 0.3, 5.0])
    assert front.best[1] == pytest.approx(front.best[2], abs=1e-5)


def test_points_without_a_design_are_nan() -> None:
    funding = d.DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1, users=1,
                             flow_value=1, leakage=0.9)  # fmt: skip
    front = d.subsidy_front(funding, [0.0, 0.5])
    assert math.isnan(front.best[0])
    assert front.statuses[0] is DesignStatus.INFEASIBLE
    assert front.best[1] > 0
    assert "not all conditions can be met" in str(front)
    axes = front.plot(mark=0.5)
    assert axes.lines[1].get_ydata()[0] == front.best[1]
    plt.close(axes.figure)


def test_what_is_drawn() -> None:
    front = d.openness_front(RELAY, [0.2, 0.4])
    figure, axes = plt.subplots()
    assert front.plot(axes, mark=0.25) is axes
    curve, here = axes.lines
    assert list(curve.get_xdata()) == [0.2, 0.4]
    assert list(here.get_xdata()) == [0.2]
    assert "money" in axes.get_xlabel()
    plt.close(figure)
    with pytest.raises(d.InputError, match="mark"):
        front.plot(mark=0.9)
    with pytest.raises(d.InputError, match="ax must be matplotlib axes"):
        front.plot(3)  # type: ignore[arg-type]


def test_a_front_without_designs_cannot_be_marked() -> None:
    empty = TradeOff(knob="a (1)", goal="b (1)", given=np.array([1.0]), best=np.array([np.nan]),
                     statuses=(DesignStatus.FAILED,), designs=())  # fmt: skip
    with pytest.raises(d.InputError, match="no point of the front"):
        empty.plot(mark=1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: d.subsidy_front(3, [0.0]), "funding must be a DriftFunding"),
        (lambda: d.subsidy_front(FUNDING, [0.2, 0.1]), "subsidy must increase"),
        (lambda: d.subsidy_front(FUNDING, []), "subsidy"),
        (lambda: d.subsidy_front(FUNDING, [-1.0]), "subsidy"),
        (lambda: d.honesty_front(None, [0.0]), "audit must be an AuditDesign"),
        (lambda: d.honesty_front(AUDIT, [math.nan]), "margin of honesty"),
        (lambda: d.openness_front(RELAY, [-1.0]), "fee_caps"),
        (lambda: d.openness_front("x", [0.0]), "relay must be an ArrivalRelay"),
    ],
)
def test_bad_input(call: Any, message: str) -> None:
    with pytest.raises(d.InputError, match=message):
        call()


def test_a_point_without_proof_is_not_on_the_front(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a solver found but could not prove is kept as a design, not as a best value."""
    design = d.FundingPrice(funding=FUNDING).solve("quality")
    unproved = replace(design, status=DesignStatus.INACCURATE, certificate=None)
    found = iter([design, unproved])
    monkeypatch.setattr(d.FundingPrice, "solve", lambda *_: next(found))
    front = d.subsidy_front(FUNDING, [0.0, 0.1])
    assert front.best[0] == design.value
    assert np.isnan(front.best[1])
    assert front.designs[1].value == design.value
