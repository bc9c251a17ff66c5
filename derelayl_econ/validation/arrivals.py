"""Relays of arrivals (theory notes, section 3.4b), one arrival per leg, against their steady state.

Every leg one person arrives, draws a private cost, looks at the gap and trains if that pays, else
buys access or leaves. The theory's steady state is a mean field; the long-run law of the random gap
(:mod:`derelayl_econ.games.arrival_law`) says by how much a relay differs from it on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean

__all__ = [
    "ArrivalEvidence",
    "arrival_example",
    "arrival_examples",
    "arrival_rows",
    "measure_arrivals",
    "play_arrivals",
]

Array = npt.NDArray[np.float64]

FEES = (0.1, 0.3, 0.5, 0.7, 0.9, 1.1)
"""Access fees of the example that are simulated (money); the last exceeds what access is worth."""

COSTS: dict[str, Any] = {
    "uniform costs": stats.uniform(0.4, 1.0),
    "two kinds of device": np.array([0.6, 0.6, 0.6, 1.2]),
}
LEGS = 4000
LAW_POINTS = 8001
"""Grid of the long-run law: jumps of the cost distribution blur it by less than relays vary."""

_FORGOTTEN = 12.0  # relaxation times that a relay is left to forget its start
_BLOCK = 100  # legs whose costs are drawn at once


@dataclass(frozen=True, kw_only=True, eq=False)
class ArrivalEvidence:
    """What simulated relays of one kind did.

    Attributes
    ----------
    relay : ArrivalRelay
    gaps, shares, balances : arrays of shape (relays,)
        Mean gap that arrivals found (score), share who trained, fees less rewards per leg (money).
    """

    relay: ArrivalRelay
    gaps: Array
    shares: Array
    balances: Array


def arrival_example(name: str) -> ArrivalRelay:
    """Return the example with one of the distributions of ``COSTS``."""
    return ArrivalRelay(
        access=1.0, access_fee=0.0, value=2.0, price=2.0, drift=0.05, learning_rate=0.2,
        quality_max=1.0, cost_distribution=COSTS[name],
    )  # fmt: skip


def arrival_examples() -> dict[str, list[ArrivalRelay]]:
    """Return the relays that are simulated, by distribution of costs, one per access fee."""
    return {
        name: [replace(arrival_example(name), access_fee=fee) for fee in FEES] for name in COSTS
    }


def measure_arrivals(
    relay: ArrivalRelay, seeds: Sequence[np.random.SeedSequence], *, legs: int = LEGS
) -> ArrivalEvidence:
    """Let one relay per seed run."""
    found = [play_arrivals(relay, np.random.default_rng(seed), legs=legs) for seed in seeds]
    gaps, shares, balances = np.array(found).reshape(-1, 3).T
    return ArrivalEvidence(relay=relay, gaps=gaps, shares=shares, balances=balances)


def play_arrivals(
    relay: ArrivalRelay, rng: np.random.Generator, *, legs: int = LEGS
) -> tuple[float, float, float]:
    """Return mean gap found, share who trained and balance per leg of one relay.

    It starts with quality 0; ``legs`` are counted once that is forgotten.
    """
    first = int(np.ceil(_FORGOTTEN / relay.drift)) if relay.drift > 0 else 0
    served = relay.access >= relay.access_fee + relay.outside
    saved = relay.access_fee if served else relay.access - relay.outside
    gap, found, trained, rewards = relay.quality_max, 0.0, 0, 0.0
    for leg in range(first + legs):
        if leg % _BLOCK == 0:
            costs = relay.costs.draw(rng, (_BLOCK,)).tolist()
        gain = relay.learning_rate * gap
        trains = costs[leg % _BLOCK] <= saved + (relay.value + relay.price) * gain
        if leg >= first:
            found += gap
            trained += trains
            rewards += relay.price * gain * trains
        gap -= gain * trains
        gap += relay.drift * (relay.quality_max - gap)
    fees = relay.access_fee * (legs - trained) if served else 0.0
    return found / legs, trained / legs, (fees - rewards) / legs


def arrival_rows(evidence: ArrivalEvidence, name: str) -> list[Comparison]:
    """Compare the gap and the share who train with the long-run law of the random gap."""
    law = evidence.relay.stationary_law(LAW_POINTS)
    mean_field = evidence.relay.steady_state().gap
    note = "the computed law rests on a grid, which blurs jumps of the cost distribution"
    return [
        compare_mean(f"gap found ({name})", "3.4", law.mean, evidence.gaps, unit="score",
                     note=f"{note}; the mean field is {mean_field:.4g}"),
        compare_mean(f"share who train ({name})", "3.4", law.training_share, evidence.shares,
                     unit="probability", note=note),
    ]  # fmt: skip
