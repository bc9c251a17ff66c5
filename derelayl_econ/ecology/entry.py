r"""Who can pay a reserve: newcomers, free riders, and the community as a whole.

Without a reserve a match costs whoever has no coins nothing, and gives a model: riding is free.
With a reserve r, "no deposit, no match", a match that does not win costs r.

- *Riding.* Somebody without any model of its own to be paid for lives on the fees of the jobs,
  y = fees/(N - M) per round and non-owner. Each ride loses the reserve with probability 1 - beta
  (beta: chance that work that was not done wins), so that it can ride at most y/((1 - beta) r)
  times per round, however often it is drawn: free riding *in every round it is drawn* is
  unaffordable iff y < (1 - beta) r P_T.
- *Newcomers* without coins can do no better: they wait r/y rounds on average for a first match.
- *The community.* A round of n matches issues k n W coins of royalties (W the sum of the weights),
  and the fees, and burns at least (1 - k) n r. If more is burned than issued coins run out, fewer
  and fewer can pay, and the relay dies: a reserve can be kept up only if

      r <= (k W + fees/n) / (1 - k).

  Necessary, not sufficient: coins must also be with those who are drawn. Under one coin per
  ancestor W grows without bound, and so does what people can pay: every fixed reserve ends up
  meaningless.

Source: own analysis (theory notes, section 5).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import sympy as sp

from derelayl_econ.domains import HALF_OPEN_UNIT, check_number
from derelayl_econ.ecology.mean_field import TRAINER_CHANCE
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

if TYPE_CHECKING:
    from derelayl_econ.ecology.ecology import Ecology

__all__ = [
    "MINING_INCOME",
    "RESERVE_CEILING",
    "RIDE_RATE",
    "mining_income",
    "reserve_ceiling",
    "ride_rate",
]

HORIZON = 10_000
"""Generations after which geometric royalties count for nothing."""

_SOURCE = "theory notes, section 5 (own analysis)"
_K = symbol("success") * symbol("winning_share")

MINING_INCOME = Formula(
    "fees per round of a non-owner",
    symbol("job_fees") / (symbol("participants") - symbol("owners")),
    _SOURCE,
)
"""y, coins."""

RIDE_RATE = Formula(
    "rides per round of a free rider",
    sp.Min(
        symbol("trainer_chance"),
        symbol("mining_income") / ((1 - symbol("false_accept")) * symbol("reserve")),
    ),
    _SOURCE,
)

RESERVE_CEILING = Formula(
    "largest reserve that coins can keep up",
    (_K * symbol("royalty_sum") + symbol("job_fees") / symbol("matched")) / (1 - _K),
    _SOURCE,
)
"""Coins; above it more is burned than issued."""


def mining_income(ecology: Ecology) -> float:
    """Return y, the coins per round that a non-owner gets for jobs in the steady state.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology
    >>> round(mining_income(Ecology()), 4)
    0.0388
    """
    steady = ecology.steady_state()
    return float(MINING_INCOME(job_fees=_fees(ecology), participants=ecology.participants,
                               owners=steady.owners))  # fmt: skip


def ride_rate(ecology: Ecology, *, false_accept: float = 0.0) -> float:
    """Return how often per round a free rider among honest people gets a model by a match.

    Parameters
    ----------
    false_accept : float
        beta, chance that a model handed back as it was wins; next to nothing among honest people.

    Raises
    ------
    InputError
        If deposits are not fixed (``deposit_cap`` equal to ``reserve``): a long lag then asks more.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology
    >>> round(ride_rate(Ecology()), 3), round(ride_rate(Ecology(reserve=2, deposit_cap=2)), 4)
    (0.409, 0.0194)
    """
    beta = check_number("false_accept", false_accept, HALF_OPEN_UNIT)
    steady = ecology.steady_state()
    drawn = float(TRAINER_CHANCE(slots=ecology.slots, participants=ecology.participants,
                                 owners=steady.owners))  # fmt: skip
    if ecology.reserve == 0:
        return drawn
    if ecology.deposit_cap != ecology.reserve:
        raise InputError("deposit_cap", ecology.deposit_cap,
                         f"equal the reserve, {ecology.reserve:g}")  # fmt: skip
    return float(RIDE_RATE(trainer_chance=drawn, mining_income=mining_income(ecology),
                           false_accept=beta, reserve=ecology.reserve))  # fmt: skip


def reserve_ceiling(ecology: Ecology) -> float:
    """Return the largest reserve (coins) that is not bound to run the community out of coins.

    Proved: theorem E in proofs/.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology
    >>> from derelayl_econ.rewards import LineageShare
    >>> round(reserve_ceiling(Ecology(royalties=LineageShare(decay=0.5))), 3)
    0.991
    >>> reserve_ceiling(Ecology())
    inf
    """
    if ecology.royalties.weights == "all":
        return math.inf
    steady = ecology.steady_state()
    return float(RESERVE_CEILING(
        royalty_sum=float(ecology.royalties.liability(HORIZON)[-1]), job_fees=_fees(ecology),
        matched=steady.trainers, success=ecology.success, winning_share=ecology.winning_share,
    ))  # fmt: skip


def _fees(ecology: Ecology) -> float:
    steady = ecology.steady_state()
    if not steady.survives:
        raise InputError("ecology", "L p s <= 1 or too few winners", "be one that can last")
    return ecology.fees.of_round(steady.trainers, steady.trained)
