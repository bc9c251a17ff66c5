"""All theorems, in the order in which they use one another."""

from __future__ import annotations

from proofs import (
    baton,
    chances,
    coalitions,
    ecology,
    effort_game,
    grim_trigger,
    inverses,
    lemmas,
    private_costs,
    relay_stage,
    t0_participation,
    t1_volunteer,
    t2_pool,
    t3_contest,
    t4_stopping,
    t5_inspection,
    t6_contribution,
    t6_gate,
    t6_turns,
    t7_fees,
    t7_length,
    t7_royalties,
    t7_splitting,
    t7_vesting,
    t8_drift_funding,
    t9_arrivals,
    t10_gate,
    tournament,
)
from proofs.kernel import Theorem

__all__ = ["THEOREMS"]

THEOREMS: tuple[Theorem, ...] = tuple(
    module.THEOREM
    for module in (
        lemmas, t0_participation, t1_volunteer, t2_pool, private_costs, t3_contest, t4_stopping,
        t5_inspection, t6_contribution, t6_gate, t6_turns, grim_trigger, t7_splitting, t7_fees,
        t7_length, t7_royalties, t7_vesting, t8_drift_funding, t9_arrivals, t10_gate, baton,
        tournament, ecology, relay_stage, effort_game, coalitions, chances, inverses,
    )
)  # fmt: skip
