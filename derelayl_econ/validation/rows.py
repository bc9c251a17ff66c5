"""Every prediction about a scenario beside its measurement: the rows of its table.

Simulated arrivals (:mod:`derelayl_econ.validation.arrivals`) are not among them: their costs, fees
and prices are examples, not the scenario's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.deposits import deposit_rows
from derelayl_econ.validation.drift import drift_rows
from derelayl_econ.validation.evolution import fixation_rows
from derelayl_econ.validation.honesty import gate_rows
from derelayl_econ.validation.learning import stopping_rows
from derelayl_econ.validation.participation import imitation_rows, pool_rows
from derelayl_econ.validation.private_costs import private_cost_rows
from derelayl_econ.validation.splitting import splitting_rows
from derelayl_econ.validation.turn_taking import turn_taking_rows
from derelayl_econ.validation.waits import wait_rows

if TYPE_CHECKING:
    from derelayl_econ.validation.evidence import Evidence

__all__ = ["all_rows"]


def all_rows(evidence: Evidence, rng: np.random.Generator) -> Iterator[Comparison]:
    """Yield all rows; ``rng`` resamples relays where an error has no closed form."""
    for name, imitators in evidence.imitation.items():
        yield from imitation_rows(imitators, name.rstrip(" 0123456789"))
    yield from pool_rows(evidence.pool, evidence.pool_members)
    for name, learners in evidence.private_costs.items():
        yield from private_cost_rows(learners, name)
    yield from stopping_rows(evidence.learning, evidence.worth, evidence.cost, rng)
    yield from wait_rows(evidence.waits)
    yield from turn_taking_rows(evidence.turn_taking)
    yield from drift_rows(evidence.drift)
    yield from gate_rows(evidence.gate, rng)
    yield from deposit_rows(evidence.deposits)
    yield from splitting_rows(evidence.splitting)
    for mutants in evidence.evolution.values():
        yield from fixation_rows(mutants)
    if evidence.scenario.ecology is not None:
        yield from evidence.ecology_table.rows
