r"""Validators paid for agreeing with the majority: honest checking against waving through.

The game
--------
An odd number k of validators vote on one submission that is as likely good as bad. Each may *check*
(cost nu), learning the truth with probability a > 1/2 independently of the others, and votes what
it learned; or *wave through*, voting "good" unseen. Every validator whose vote is the majority's is
paid r; nobody learns the truth.

*Everybody checks.* Let W be the number of right votes among the other k - 1 and
P_plus = P(W >= (k-1)/2), P_minus = P(W <= (k-1)/2). A right vote is in the majority with
probability P_plus, a wrong one with P_minus, a vote cast unseen is right half of the time; so
checking gains r (a - 1/2)(P_plus - P_minus) - nu over waving through, and honest checking is an
equilibrium iff this is >= 0.

*Everybody waves through.* All agree and all are paid: r is the most anybody can get and checking
costs nu, so this always is an equilibrium, however large r is. Agreement alone cannot exclude it;
planted flags can (:meth:`VerificationGame.planted_flag_rate
<derelayl_econ.games.verification.VerificationGame.planted_flag_rate>`).

Source: theory notes, section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_number
from derelayl_econ.notation import check
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet

__all__ = ["ValidatorCommitteeGame"]

_ACCURACY = Domain(0.5, 1, open_low=True)


@dataclass(frozen=True, eq=False)
class ValidatorCommitteeGame:
    """Validators who are paid for voting with the majority.

    Parameters
    ----------
    size : int
        Number k of validators, odd.
    accuracy : float
        Probability a in (1/2, 1] that a validator who checks learns the truth.
    agreement_reward : float
        Paid (money) to every validator whose vote is the majority's.
    verify_cost : float
        Cost (money) of checking.

    Raises
    ------
    InputError
        If an argument is outside its domain.

    Examples
    --------
    >>> game = ValidatorCommitteeGame(5, accuracy=0.9, agreement_reward=2, verify_cost=0.5)
    >>> round(game.checking_gain, 6)
    0.2552
    >>> [equilibrium.label for equilibrium in game.equilibria()]
    ['everybody waves through', 'everybody checks']
    """

    size: int
    accuracy: float
    agreement_reward: float
    verify_cost: float

    def __post_init__(self) -> None:
        values = check(committee_size=self.size, verify_cost=self.verify_cost)
        object.__setattr__(self, "size", values["committee_size"])
        object.__setattr__(self, "verify_cost", values["verify_cost"])
        object.__setattr__(self, "accuracy", check_number("accuracy", self.accuracy, _ACCURACY))
        reward = check_number("agreement_reward", self.agreement_reward, NON_NEGATIVE)
        object.__setattr__(self, "agreement_reward", reward)

    @property
    def agreement_odds(self) -> tuple[float, float]:
        """(P_plus, P_minus): chance that a right, a wrong vote is the majority's if all check."""
        from scipy.stats import binom

        others, half = self.size - 1, (self.size - 1) // 2
        right = float(binom.sf(half - 1, others, self.accuracy))
        return right, float(binom.cdf(half, others, self.accuracy))

    @property
    def checking_gain(self) -> float:
        """Gain (money) of checking over waving through when all others check."""
        checking, waving = self._payoffs_among_checkers()
        return checking - waving

    @property
    def honest_checking(self) -> bool:
        """Whether everybody checking is an equilibrium."""
        return self.checking_gain >= 0

    def equilibria(self) -> EquilibriumSet:
        """Return the symmetric equilibria in pure actions.

        The strategy is the probability of checking, 0 or 1, in increasing order; mixed and
        asymmetric equilibria are not looked for, so the coverage is ``"some"``.
        """
        checking, waving = self._payoffs_among_checkers()
        seen = self.agreement_reward / 2 - self.verify_cost  # own sign is "good" half of the time
        waved = self.agreement_reward
        found = [_pure(0.0, waved, max(seen, waved - self.verify_cost), "everybody waves through")]
        if self.honest_checking:
            found.append(_pure(1.0, checking, waving, "everybody checks"))
        return EquilibriumSet(
            equilibria=tuple(found),
            coverage=Coverage.SOME,
            method="pure symmetric profiles, best deviation computed from the votes",
        )

    def _payoffs_among_checkers(self) -> tuple[float, float]:
        """Return (check, wave through) for one validator when all others check."""
        right, wrong = self.agreement_odds
        check_pay = self.accuracy * right + (1 - self.accuracy) * wrong
        blind_pay = (right + wrong) / 2
        r = self.agreement_reward
        return r * check_pay - self.verify_cost, r * blind_pay


def _pure(probability: float, payoff: float, deviation: float, label: str) -> Equilibrium:
    return Equilibrium(
        strategy=probability, payoff=payoff, regret=max(0.0, deviation - payoff), label=label
    )
