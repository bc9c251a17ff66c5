"""Speed of sustainability reports; run with ``make bench``."""

from __future__ import annotations

import numpy as np

from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability import assess, verdict_map

PHONE = Scenario.load("phone_community")


def test_report_with_knobs(benchmark):
    report = benchmark(assess, PHONE)
    assert all(change.verified for c in report.conditions for change in c.knobs)


def test_map_of_ten_thousand_points(benchmark):
    found = benchmark(verdict_map, PHONE, "reward.pool", np.linspace(0, 0.5, 100),
                      "training.cost", np.geomspace(1e-4, 1, 100))  # fmt: skip
    assert found.sustainable.size == 10_000


def test_map_over_error_rates(benchmark):
    found = benchmark(verdict_map, PHONE, "verification.false_reject", np.linspace(0, 0.4, 100),
                      "verification.correlation", np.linspace(0, 0.9, 100))  # fmt: skip
    assert found.sustainable.size == 10_000
