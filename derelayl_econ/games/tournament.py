r"""Settlement as a tournament: the best share of the submissions wins, so how hard to work.

The game (theory notes, section 2.5)
------------------------------------
*Players*: N submissions, or a continuum of them. *Actions*: effort e >= 0, all at once. *Outcome*:
a submission gains e + sigma eps, eps being independent luck; the best M = floor(s N) gains win (in
the continuum: the share s). *Payoffs*: everybody pays a deposit D and the cost C(e) of effort; a
winner gets the prize W and the deposit back, so with p the chance to win the payoff is
(W + D) p - D - C(e). Who stays away gets U. *Best response* to the effort e* of all others: the e
that maximises it, p being the chance that e - e* + sigma eps exceeds the cutoff
(:mod:`derelayl_econ.games.tournament_luck`), or to stay away. *Equilibrium* here: symmetric, pure,
everybody taking part: e* is a best response to itself.

Results
-------
The first-order condition C'(e*) = (W + D) f/sigma, f the density of winning at equal efforts (the
normal phi(z_(1-s)) in the continuum), has one solution as C' rises: at most one equilibrium. It is
necessary, **not sufficient**. If luck matters little, somebody does better with no effort, or with
enough effort to be safe, and no symmetric pure equilibrium exists. For C = C'' e^2/2 it exists iff
the noise ratio sigma^2 C''/(W + D) reaches a critical value that depends on s (and N) only:
.1619 at s = 1/2; the largest, phi(1) = .2420, at s = 1 - Phi(1) = .1587. So phi(1), which makes
every payoff concave, is enough for all s. For other costs the effort is compared with all others
numerically. Moreover the payoff must reach U.

*Effort by winning share*, normal luck. With a fixed prize W per winner: largest at s = 1/2. With a
fixed total prize T per submission, W = T/s: it falls in s if D <= 3.29 T, and not otherwise
(:func:`derelayl_econ.games.tournament_formulas.largest_falling_deposit`). Proved: theorem W in
proofs/, all but the number 3.29.

*Finite N*: f is the mean of phi(z) over the cutoff's distribution Beta(M, N - M) of the tail. As
phi(z) is a strictly concave function of the tail, whose mean is M/N, a finite tournament gives less
incentive than the continuum with s = M/N. The difference is s (1-s)/(2 (N+1) phi(z)) to first
order in 1/N.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, OPEN_UNIT, Domain, check_array, check_number
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.tournament_cost import EffortCost, QuadraticCost, effort_cost
from derelayl_econ.games.tournament_deviation import Choice, FirstOrderEffort
from derelayl_econ.games.tournament_formulas import INCENTIVE, NOISE_RATIO, TOURNAMENT_PAYOFF
from derelayl_econ.games.tournament_luck import Cutoffs, Law, check_law
from derelayl_econ.notation import check
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet

__all__ = ["SettlementTournament"]

Array = npt.NDArray[np.float64]

_MONEY = Domain(-1e30, 1e30)
_SPREAD = Domain(1e-30, 1e30)
_EFFORT = Domain(0, 1e100)
_ROUNDING = 2.0**-50
_INDIFFERENCE = 1e-10  # of the money at stake: a smaller gain is rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class SettlementTournament:
    """A tournament in which the best share of the submissions wins.

    Parameters
    ----------
    winning_share : float
        s, in (0, 1). Of N submissions M = floor(s N) win, products within rounding of a whole
        number counting as that.
    prize : float
        W, prize of each winner (money), from 0 to 1e30.
    luck : float
        sigma, spread of a gain due to luck (score), from 1e-30 to 1e30.
    cost : float, QuadraticCost or ConvexCost
        C(e) (money) of an effort that is expected to gain e (score); a number is C'' of a quadratic
        one, from 1e-30 to 1e30.
    deposit, outside : float
        D >= 0, lost unless the submission wins, and U, payoff of staying away (money); both at most
        1e30 in size.
    participants : int, optional
        N; not given: a continuum of submissions.
    law : distribution, optional
        Of luck in units of sigma, with methods pdf, sf, isf and ppf; standard normal if not given.

    Raises
    ------
    InputError
        If an argument is outside its domain, or of N submissions none or all would win.

    Examples
    --------
    >>> half = SettlementTournament(winning_share=0.5, prize=2, luck=1, cost=1)
    >>> round(half.effort, 4), half.first_order().exists, round(half.equilibrium().payoff, 4)
    (0.7979, True, 0.6817)
    >>> round(half.critical_luck(), 4)
    0.5691
    >>> len(SettlementTournament(winning_share=0.5, prize=2, luck=0.5, cost=1).equilibria())
    0
    """

    winning_share: float
    prize: float
    luck: float
    cost: float | EffortCost
    deposit: float = 0.0
    outside: float = 0.0
    participants: int | None = None
    law: Law | None = None
    _cost: EffortCost = field(init=False, repr=False)
    _cutoffs: Cutoffs = field(init=False, repr=False)

    def __post_init__(self) -> None:
        money = check(deposit=self.deposit, outside=self.outside)
        money["prize"] = check_number("prize", self.prize, NON_NEGATIVE)
        checked = {name: check_number(name, value, _MONEY) for name, value in money.items()}
        checked["winning_share"] = check_number("winning_share", self.winning_share, OPEN_UNIT)
        checked["luck"] = check_number("luck", self.luck, _SPREAD)
        checked["_cost"] = effort_cost(self.cost)
        if isinstance(checked["_cost"], QuadraticCost):
            check_number("cost", checked["_cost"].bend, _SPREAD)
        if self.participants is not None:
            checked.update(check(participants=self.participants))
        law = check_law(self.law)
        checked["_cutoffs"] = _cutoffs(law, checked["winning_share"], checked.get("participants"))
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @classmethod
    def fixed_total(cls, *, total_prize: float, winning_share: float, **rest: Any) -> Self:
        """Share ``total_prize``, T >= 0 (money per submission), among the winners: W = T/s.

        Examples
        --------
        >>> few = SettlementTournament.fixed_total(total_prize=1, winning_share=0.1, luck=1, cost=1)
        >>> few.prize, round(few.effort, 4)
        (10.0, 1.755)
        """
        total = check(total_prize=total_prize)["total_prize"]
        share = cls(winning_share=winning_share, prize=0.0, **rest).share
        return cls(winning_share=winning_share, prize=total / share, **rest)

    @property
    def share(self) -> float:
        """Share of the submissions that really win: s, or M/N."""
        if self.participants is None:
            return self.winning_share
        return _winners(self.winning_share, self.participants) / self.participants

    @property
    def stake(self) -> float:
        """W + D, what winning is worth (money)."""
        return self.prize + self.deposit

    @property
    def incentive(self) -> float:
        """(W + D) f/sigma, what one more unit of effort wins at equal efforts (money per score)."""
        return float(INCENTIVE(winner_prize=self.prize, deposit=self.deposit, luck=self.luck,
                               density=self._cutoffs.density(0.0)))  # fmt: skip

    @property
    def effort(self) -> float:
        """Effort e* of the first-order condition (score); an equilibrium only if ``exists``."""
        return self._cost.effort_at(self.incentive)

    def win_chance(self, effort: npt.ArrayLike, others: float) -> Array:
        """Return the chance to win with ``effort`` (any shape) against ``others`` (score)."""
        own = check_array("effort", effort, NON_NEGATIVE, ndim=None)
        return self._cutoffs.chance((own - check_number("others", others, _EFFORT)) / self.luck)

    def payoff(self, effort: npt.ArrayLike, others: float) -> Array:
        """Return the expected payoff (money) of ``effort`` against ``others``; any shape."""
        chance = self.win_chance(effort, others)
        return TOURNAMENT_PAYOFF(winner_prize=self.prize, deposit=self.deposit, win_chance=chance,
                                 cost=self._cost.cost(effort))  # fmt: skip

    @cached_property
    def critical_ratio(self) -> float:
        """Least noise ratio sigma^2 C''/(W + D) of a symmetric equilibrium; quadratic cost."""
        return self._cutoffs.critical_ratio()

    def critical_luck(self) -> float:
        """Return the least spread sigma (score) with which no other effort is better than e*.

        Raises
        ------
        InputError
            If the cost is not quadratic.
        """
        if not isinstance(self._cost, QuadraticCost):
            raise InputError("cost", self.cost, "be quadratic")
        return math.sqrt(self.critical_ratio * self.stake / self._cost.bend)

    def first_order(self) -> FirstOrderEffort:
        """Return the effort of the first-order condition, and whether it is an equilibrium."""
        effort, outside = self.effort, self.outside
        choice = Choice(self._cutoffs, self._cost, self.stake, self.luck, effort)
        spending, best = float(self._cost.cost(effort)), choice.best_lead()
        payoff = float(self.payoff(effort, effort))
        gain = max(0.0, float(choice.worth(best) - choice.worth(0.0)))
        rounding = _INDIFFERENCE * (self.stake + spending)
        participates = payoff >= outside - rounding
        return FirstOrderEffort(
            effort=effort,
            win_chance=self.share,
            spending=spending,
            payoff=payoff,
            best_effort=float(choice.effort(best)),
            deviation_gain=gain,
            participates=participates,
            exists=participates and gain <= rounding,
            noise_ratio=self._noise_ratio(),
            critical_ratio=self.critical_ratio,
        )

    def _noise_ratio(self) -> float | None:
        if self.stake == 0 or not isinstance(self._cost, QuadraticCost):
            return None
        return float(NOISE_RATIO(winner_prize=self.prize, deposit=self.deposit, luck=self.luck,
                                 bend=self._cost.bend))  # fmt: skip

    def equilibria(self) -> EquilibriumSet:
        """Return all symmetric pure equilibria in which everybody takes part: one, or none.

        ``strategy`` is the effort (score), ``payoff`` the expected payoff (money). Where there is
        none, equilibria are mixed or leave somebody out; those are not computed.
        """
        found = self.first_order()
        only = Equilibrium(
            strategy=found.effort,
            payoff=found.payoff,
            regret=max(found.deviation_gain, self.outside - found.payoff),
            label="symmetric, pure",
        )
        return EquilibriumSet(
            equilibria=(only,) if found.exists else (),
            coverage=Coverage.ALL,
            method="first-order effort, compared with all other efforts and with staying away",
        )

    def equilibrium(self) -> Equilibrium:
        """Return the symmetric pure equilibrium.

        Raises
        ------
        SolverError
            If there is none; ``partial`` is the :class:`FirstOrderEffort` that fails, and why.
        """
        found = self.equilibria()
        if not found:
            partial = self.first_order()
            reason = (
                f"effort {partial.best_effort:g} gains {partial.deviation_gain:g} over it"
                if partial.participates
                else f"its payoff {partial.payoff:g} is below the outside option {self.outside:g}"
            )
            raise SolverError("the tournament has no symmetric pure equilibrium: of effort "
                              f"{partial.effort:g}, {reason}", partial=partial)  # fmt: skip
        only: Equilibrium = found[0]
        return only


def _cutoffs(law: Law, winning_share: float, participants: int | None) -> Cutoffs:
    if participants is None:
        return Cutoffs.continuum(law, winning_share)
    winners = _winners(winning_share, participants)
    if not 0 < winners < participants:
        raise InputError("winning_share", winning_share,
                         f"let some but not all of {participants} win")  # fmt: skip
    return Cutoffs.finite(law, participants, winners)


def _winners(winning_share: float, participants: int) -> int:
    return math.floor(winning_share * participants * (1 + _ROUNDING))
