"""Prediction against measurement (theory notes, section 9).

Predictions come from the games; curves and error rates they need are fitted to one group of real
relays and tested on another. Every row of the table has its test, its interval and its verdict, and
a refuted row stays in the table.
"""

from __future__ import annotations

import numpy as np

from derelayl_econ.scenario import Scenario
from derelayl_econ.validation.comparison import Comparison, ComparisonTable, Interval, Verdict
from derelayl_econ.validation.evidence import USUAL, Evidence

__all__ = ["Comparison", "ComparisonTable", "Evidence", "Interval", "Verdict", "validate"]


def validate(
    scenario: Scenario,
    *,
    rng: int | np.random.SeedSequence | np.random.Generator | None = None,
    replications: int = USUAL,
) -> ComparisonTable:
    """Compare every prediction for a scenario with real relays.

    Parameters
    ----------
    scenario : Scenario
    rng : int, SeedSequence or Generator, optional
        Root of all randomness; fresh by default, and then told by the table.
    replications : int
        Relays behind a typical measurement, at least 20.

    Returns
    -------
    ComparisonTable
        One row per prediction; ``.refuted`` holds those that the measurements contradict.
    """
    return Evidence(scenario, rng=rng, replications=replications).table
