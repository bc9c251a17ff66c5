r"""Transfers that share the costs of training, and cost nothing in sum.

The game is that of :mod:`derelayl_econ.games.contribution` with a payment p_i added to each payoff
after everybody has trained; C_i = c_i e_i is what i has spent.

*Equal shares*: p_i = s [C_i - mean of the others' C_j], 0 <= s < 1. The payments add up to zero,
whatever was trained. To i, one leg costs (1-s) c_i: the equilibrium is that of costs (1-s) c_i.
With s = (N-1)/N the payoff becomes a_i Q(X) - (1/N) sum C_j. If all a_i are equal, that is 1/N of
the sum of payoffs: everybody wants what the planner wants, so the planner's optimum is an
equilibrium, and there is no other total. *Where the values differ*, i trains as if the planner's
A = sum a_i were N a_i. The wrong ones train (those of the lowest c_i/a_i instead of the lowest
c_i), and, without caps and at equal costs, too much: as the one of the largest value would if all
were like that.

*Shares by value*: p_i = C_i - (a_i/A) sum C_j. The payoff becomes a_i/A times the sum of payoffs,
so the planner's optimum is an equilibrium whatever the values are. Its price is that the values
must be known: who understates a_i pays less. With equal values it is the rule above. Who has no
value at all is refunded everything and does not mind any effort: then the optimum is one
equilibrium among others.

Both are efficient, neither is voluntary: who rides without transfers may lose by them (``losers``),
so all must be bound to pay.

Proved: theorem G in proofs/.
Source: theory notes, section 2.3; Falkinger 1996, J. Public Economics 62:413 (rewards for deviating
from the mean contribution, balanced budget); shares by value: Lindahl's cost shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.games.contribution_formulas import (
    EQUALISING_TRANSFER,
    FULL_EQUALISATION,
    PAYOFF,
    VALUE_TRANSFER,
)
from derelayl_econ.games.contribution_results import TransferOutcome, roles_of
from derelayl_econ.games.waterfilling import waterfill
from derelayl_econ.notation import check
from derelayl_econ.results import Coverage, frozen_array

if TYPE_CHECKING:
    from derelayl_econ.formula import Formula
    from derelayl_econ.games.contribution import ContributionGame

__all__ = ["equalise_costs", "share_costs_by_value"]

Array = npt.NDArray[np.float64]

_SAME = 1e-9  # relative: welfare that counts as the planner's
_LOSS = 1e-12  # relative to value and cost: below it nobody counts as a loser


def equalise_costs(game: ContributionGame, equalisation: float | None = None) -> TransferOutcome:
    """Return the equilibrium under equal cost shares; see :meth:`.ContributionGame.transfers`.

    Parameters
    ----------
    equalisation : float, optional
        s in [0, 1); (N-1)/N by default.

    Examples
    --------
    >>> from derelayl_econ.games.concave_curves import LogCurve
    >>> from derelayl_econ.games.contribution import ContributionGame
    >>> found = equalise_costs(ContributionGame([2, 2, 2], [1, 2, 3], LogCurve(), caps=4))
    >>> found.strategy, found.payments.round(3), found.implements
    (array([4., 0., 0.]), array([ 2.667, -1.333, -1.333]), True)
    """
    count = game.participants
    share = float(FULL_EQUALISATION(participants=count)) if equalisation is None else equalisation
    strength = check(equalisation=share)["equalisation"]
    rule = _Rule(game, EQUALISING_TRANSFER, {"equalisation": strength, "participants": count})
    return rule.outcome((1 - strength) * game.kappas, "equal cost shares")


def share_costs_by_value(game: ContributionGame) -> TransferOutcome:
    """Return the equilibrium under cost shares by value; see :meth:`.value_transfers`.

    Examples
    --------
    >>> from derelayl_econ.games.concave_curves import LogCurve
    >>> from derelayl_econ.games.contribution import ContributionGame
    >>> game = ContributionGame([3, 1], [2, 1], LogCurve())
    >>> equalise_costs(game).total, share_costs_by_value(game).total, game.efficient.total
    (2.0, 3.0, 3.0)
    """
    whole = game.values.sum()
    if whole == 0:
        raise InputError("values", game.values, "not all be 0 where costs are shared by value")
    rule = _Rule(game, VALUE_TRANSFER, {"value_share": game.values / whole})
    unique = bool((game.values > 0).all())
    return rule.outcome(game.costs / whole, "cost shares by value", unique=unique)


@dataclass(frozen=True)
class _Rule:
    """A transfer rule: a formula in one's own cost and the others', and its other arguments."""

    game: ContributionGame
    transfer: Formula
    known: dict[str, Any]

    def payments(self, own_cost: Array, others_cost: Array) -> Array:
        return self.transfer(own_cost=own_cost, others_cost=others_cost, **self.known)

    def payoffs(self, efforts: Array, others: Array, others_cost: Array) -> Array:
        """Return payoffs (money) with transfers, given own efforts and what the others do."""
        game = self.game
        quality = game.benefit.start + game.benefit.rise(others + efforts)
        plain = PAYOFF(value=game.values, cost=game.costs, quality=quality, own_effort=efforts)
        return plain + self.payments(game.costs * efforts, others_cost)

    def outcome(self, ratios: Array, name: str, *, unique: bool = True) -> TransferOutcome:
        """Return the equilibrium in which i behaves as if the cost-value ratio were ratios_i."""
        game = self.game
        filled = waterfill(ratios, game.limits, game.benefit)
        efforts, spent = filled.efforts, game.costs * filled.efforts
        others = np.maximum(filled.total - efforts, 0.0)
        others_cost = np.maximum(spent.sum() - spent, 0.0)
        payoff = self.payoffs(efforts, others, others_cost)
        best = np.clip(game.benefit.demand(ratios) - others, 0.0, game.limits)
        payments = self.payments(spent, others_cost)
        efficiency = game.efficiency(efforts)
        before = game.simultaneous().payoff
        return TransferOutcome(
            strategy=frozen_array(efforts),
            payoff=frozen_array(payoff),
            regret=float(np.max(self.payoffs(best, others, others_cost) - payoff, initial=0.0)),
            total=filled.total,
            roles=roles_of(efforts, game.limits),
            efficient_total=game.efficient.total,
            efficiency=efficiency,
            coverage=Coverage.ALL if unique and not filled.tied.size else Coverage.SOME,
            method=f"waterfilling under {name}",
            payments=frozen_array(payments),
            budget=float(payments.sum()),
            implements=abs(efficiency - 1) <= _SAME,
            losers=tuple(
                int(i) for i in np.flatnonzero(payoff < before - _LOSS * (np.abs(before) + spent))
            ),
        )
