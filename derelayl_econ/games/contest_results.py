r"""What a contest hands back: one equilibrium, with everybody's payoff and regret.

The game (players, payoffs, best response, equilibrium) is defined in
:mod:`derelayl_econ.games.contest`. Payoffs and regrets are computed here from the efforts alone, as
the payoffs define them; nothing is taken from the solver but its answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.contest_certificate import ContestCertificate
from derelayl_econ.games.contest_response import regrets
from derelayl_econ.games.contest_terms import ContestTerms, all_but_one
from derelayl_econ.results import Equilibrium, frozen_array

__all__ = ["ContestEquilibrium", "measured"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ContestEquilibrium(Equilibrium):
    """One equilibrium; arrays have shape (N,), in the order of the participants.

    Attributes
    ----------
    strategy : array
        Efforts e_i (legs).
    payoff : array
        U_i (money).
    regret : float
        The largest of ``regrets``.
    total : float
        E (legs).
    active : array of bool
        Who exerts effort.
    shares : array
        e_i/E; zero where nobody exerts effort.
    regrets : array
        What each would gain by the best of all other efforts (money).
    spending, dissipation : float
        Cost of all effort (money), and over the prize (inf if there is no prize but spending).
    certificate : ContestCertificate or None
        Without public benefit, the same in rational numbers (checked in about 50 microseconds per
        participant).
    """

    total: float
    active: npt.NDArray[np.bool_]
    shares: Array
    regrets: Array
    spending: float
    dissipation: float


def measured(terms: ContestTerms, efforts: Array) -> ContestEquilibrium:
    """Return the efforts (legs), shape (N,), with payoffs, shares and regrets measured."""
    total, spending = float(efforts.sum()), float(terms.costs @ efforts)
    others = all_but_one(efforts)
    payoff = terms.payoff(efforts, others)
    gains = regrets(terms, efforts, others, payoff)
    without_prize = math.inf if spending > 0 else 0.0
    return ContestEquilibrium(
        strategy=frozen_array(efforts),
        payoff=frozen_array(payoff),
        regret=float(gains.max()),
        certificate=_certificate(terms, efforts),
        label=f"{np.count_nonzero(efforts)} of {efforts.size} active",
        total=total,
        active=frozen_array(efforts > 0, dtype=np.bool_),
        shares=frozen_array(efforts / total if total > 0 else efforts),
        regrets=frozen_array(gains),
        spending=spending,
        dissipation=spending / terms.prize if terms.prize > 0 else without_prize,
    )


def _certificate(terms: ContestTerms, efforts: Array) -> ContestCertificate | None:
    if terms.benefit is not None:  # the total is not rational then
        return None
    return ContestCertificate(prize=terms.prize, costs=terms.costs, efforts=frozen_array(efforts))
