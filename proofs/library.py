"""All theorems, in the order in which they use one another."""

from __future__ import annotations

from proofs import (
    baton,
    ecology,
    grim_trigger,
    lemmas,
    private_costs,
    t0_participation,
    t1_volunteer,
    t2_pool,
    t4_stopping,
    t5_inspection,
    t6_turns,
    t8_drift_funding,
    t9_arrivals,
    t10_gate,
)
from proofs.kernel import Theorem

__all__ = ["THEOREMS"]

THEOREMS: tuple[Theorem, ...] = tuple(
    module.THEOREM
    for module in (
        lemmas, t0_participation, t1_volunteer, t2_pool, t4_stopping, t5_inspection, t6_turns,
        t8_drift_funding, baton, ecology, grim_trigger, t9_arrivals, t10_gate,
        private_costs,
    )
)  # fmt: skip
