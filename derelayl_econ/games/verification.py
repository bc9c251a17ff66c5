r"""Inspection with a deposit: one trainer, one validator, both free to shirk.

The game
--------
*Trainer.* Works honestly (cost c_h) or submits a fake (cost c_0 < c_h). An accepted submission
earns the reward R; a rejected one forfeits the deposit D.

*Validator.* Verifies (cost nu) or waves the submission through, which accepts it. A verification
rejects honest work with probability alpha and accepts a fake with probability beta,
alpha + beta < 1. A validator earns the bounty b_v for rejecting a fake and pays the penalty l for
accepting one, verified or not. Honest work pays the validator nothing either way: a false alarm
earns no bounty, since the bounty is due for a *proven* fake. (With a bounty on every rejection
honest work would feed verification; that is a different game.)

*Payoffs* (trainer, validator)::

             verify                                              wave through
    honest   (1-alpha) R - alpha D - c_h,  -nu                   R - c_h,   0
    cheat    beta R - (1-beta) D - c_0,    (1-beta) b_v - beta l - nu   R - c_0,  -l

*Best responses.* Against an audit rate y honesty beats cheating iff
y (1-alpha-beta) (R+D) >= s, s = c_h - c_0; against a cheating rate x verifying beats waving through
iff x (1-beta) (b_v+l) >= nu.

*Equilibria.* Indifference gives the mixed one, y* = s / ((1-alpha-beta)(R+D)) and
x* = nu / ((1-beta)(b_v+l)), the only one when 0 < x*, y* < 1. A larger deposit lowers the audit
rate and leaves cheating unchanged. If x* >= 1 everybody cheats unchecked; if y* >= 1 cheating is
dominant. With nu > 0 nobody verifies work known to be honest: honesty for certain is never an
equilibrium (the verifier's dilemma). At x* = 1, y* = 1 or nu = 0 equilibria form a continuum.

Source: theory notes, section 4.1 (own analysis of the classical inspection game).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.domains import RATE, Domain, check_number
from derelayl_econ.equilibrium.bimatrix import BimatrixEquilibria, solve_bimatrix
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.deposit import DepositWindow, nearest_float, window_of
from derelayl_econ.notation import check, check_error_rates, symbol

__all__ = [
    "AUDIT_RATE",
    "CHEAT_RATE",
    "PLANTED_FLAG_RATE",
    "TRAINER_PAYOFFS",
    "VALIDATOR_PAYOFFS",
    "VerificationGame",
]

Table = tuple[tuple[Formula, Formula], tuple[Formula, Formula]]

_SOURCE = "theory notes, section 4.1"
_MONEY = Domain(-1e140, 1e140)  # so that no payoff exceeds what the exact solver takes
_R, _D, _HONEST, _CHEAT = (symbol(c) for c in ("reward", "deposit", "cost_honest", "cost_cheat"))
_NU, _BOUNTY, _PENALTY, _S = (symbol(c) for c in ("verify_cost", "bounty", "penalty", "saving"))
_ALPHA, _BETA = symbol("false_reject"), symbol("false_accept")


def _formula(name: str, expression: Any) -> Formula:
    return Formula(name, expression, _SOURCE)


TRAINER_PAYOFFS: Table = (
    (
        _formula("trainer: honest, verified", (1 - _ALPHA) * _R - _ALPHA * _D - _HONEST),
        _formula("trainer: honest, waved through", _R - _HONEST),
    ),
    (
        _formula("trainer: cheat, verified", _BETA * _R - (1 - _BETA) * _D - _CHEAT),
        _formula("trainer: cheat, waved through", _R - _CHEAT),
    ),
)
VALIDATOR_PAYOFFS: Table = (
    (
        _formula("validator: verifies honest work", -_NU),
        _formula("validator: waves honest work through", sp.Integer(0)),
    ),
    (
        _formula("validator: verifies a fake", (1 - _BETA) * _BOUNTY - _BETA * _PENALTY - _NU),
        _formula("validator: waves a fake through", -_PENALTY),
    ),
)
AUDIT_RATE = _formula("audit rate y*", _S / ((1 - _ALPHA - _BETA) * (_R + _D)))
CHEAT_RATE = _formula("cheating rate x*", _NU / ((1 - _BETA) * (_BOUNTY + _PENALTY)))
PLANTED_FLAG_RATE = _formula("planted-flag rate f", _NU / _BOUNTY)


@dataclass(frozen=True, eq=False)
class VerificationGame:
    """The inspection game of one trainer and one validator.

    Proved: theorem T5 in proofs/.

    Parameters
    ----------
    cost_honest, cost_cheat : float
        Cost (money) of honest work and of a fake; the fake must be cheaper.
    reward, deposit : float
        Paid on acceptance, forfeited on rejection (money).
    verify_cost, bounty, penalty : float
        The validator's cost of verifying, reward for rejecting a fake, charge for accepting one.
    false_reject, false_accept : float
        Error rates (alpha, beta) of a verification, together below 1.

    Raises
    ------
    InputError
        If an argument is outside its domain, or a fake costs as much as honest work.

    Examples
    --------
    >>> game = VerificationGame(cost_honest=1, cost_cheat=0.2, reward=2, deposit=2,
    ...                         verify_cost=0.3, bounty=1, penalty=0.5)
    >>> (mixed,) = game.equilibria()
    >>> for probabilities in mixed.strategy:
    ...     print(probabilities.round(6))
    [0.8 0.2]
    [0.2 0.8]
    >>> round(game.cheat_rate(), 6), round(game.audit_rate(), 6)
    (0.2, 0.2)
    """

    cost_honest: float
    cost_cheat: float
    reward: float
    deposit: float
    verify_cost: float
    bounty: float
    penalty: float
    false_reject: float = 0.0
    false_accept: float = 0.0

    def __post_init__(self) -> None:
        values = check(
            cost_honest=self.cost_honest, cost_cheat=self.cost_cheat, reward=self.reward,
            deposit=self.deposit, verify_cost=self.verify_cost, bounty=self.bounty,
            penalty=self.penalty,
        )  # fmt: skip
        rates = check_error_rates(self.false_reject, self.false_accept)
        values.update(false_reject=rates[0], false_accept=rates[1])
        if values["cost_cheat"] >= values["cost_honest"]:
            raise InputError("cost_cheat", self.cost_cheat,
                             f"be below cost_honest = {self.cost_honest}",
                             hint="Nobody fakes work that costs as little as a fake.")  # fmt: skip
        for name, value in values.items():
            object.__setattr__(self, name, check_number(name, value, _MONEY))

    @property
    def saving(self) -> float:
        """What a cheat spares (money), c_h - c_0."""
        return self.cost_honest - self.cost_cheat

    @property
    def cheating_dominant(self) -> bool:
        """Whether honesty is never strictly better, whatever the audit rate (y* >= 1)."""
        return self._exact_saving >= self._stake

    @property
    def never_checked(self) -> bool:
        """Whether verifying never strictly pays, not even if everybody cheats (x* >= 1)."""
        return Fraction(self.verify_cost) >= self._catch

    @property
    def _exact_saving(self) -> Fraction:
        return Fraction(self.cost_honest) - Fraction(self.cost_cheat)

    @property
    def _stake(self) -> Fraction:
        """What a verification puts at stake for the trainer, (1 - alpha - beta)(R + D)."""
        power = 1 - Fraction(self.false_reject) - Fraction(self.false_accept)
        return power * (Fraction(self.reward) + Fraction(self.deposit))

    @property
    def _catch(self) -> Fraction:
        """What verifying a fake is worth to the validator, (1 - beta)(b_v + l)."""
        return (1 - Fraction(self.false_accept)) * (Fraction(self.bounty) + Fraction(self.penalty))

    def payoffs(self) -> tuple[Table, Table]:
        """Return the trainer's and the validator's payoffs as formulas.

        Returns
        -------
        (trainer, validator)
            Each indexed [honest = 0, cheat = 1][verify = 0, wave through = 1].

        Examples
        --------
        >>> game = VerificationGame(3, 1, 4, 2, 1, 2, 2)
        >>> print(game.payoffs()[0][0][0].expression)
        -cost_honest - deposit*false_reject + reward*(1 - false_reject)
        """
        return TRAINER_PAYOFFS, VALIDATOR_PAYOFFS

    def bimatrix(self) -> tuple[tuple[tuple[Fraction, ...], ...], ...]:
        """Return both payoff tables as exact rationals, (trainer, validator), each 2 x 2."""
        return tuple(
            tuple(tuple(self._value(formula) for formula in row) for row in table)
            for table in self.payoffs()
        )

    def equilibria(self) -> BimatrixEquilibria:
        """Return every Nash equilibrium, certified exactly.

        Strategies are ``([honest, cheat], [verify, wave through])``, in increasing probability of
        cheating, then of waving through. Where equilibria form a continuum its corners are listed,
        and labels and caption say so. All arguments count as the binary fractions that they are:
        whether a game sits on such a knife edge is decided for exactly these numbers.

        Examples
        --------
        >>> nobody_looks = VerificationGame(3, 1, 4, 2, verify_cost=5, bounty=2, penalty=2)
        >>> [equilibrium.label for equilibrium in nobody_looks.equilibria()]
        ['cheat / wave through']
        >>> nobody_pays = VerificationGame(3, 1, 4, 2, verify_cost=4, bounty=2, penalty=2)
        >>> nobody_pays.equilibria().finite, len(nobody_pays.equilibria())
        (False, 2)
        """
        trainer, validator = self.bimatrix()
        return solve_bimatrix(
            trainer,
            validator,
            row_actions=("honest", "cheat"),
            column_actions=("verify", "wave through"),
        )

    def cheat_rate(self) -> float:
        """Return the share of fakes in equilibrium (on a knife edge, the largest one)."""
        if self.never_checked or self.cheating_dominant:
            return 1.0
        return float(self._value(CHEAT_RATE))

    def audit_rate(self) -> float:
        """Return the share of submissions verified in equilibrium (knife edge: the smallest)."""
        if self.never_checked:
            return 0.0
        return 1.0 if self.cheating_dominant else float(self._value(AUDIT_RATE))

    def deposit_window(self, audit_rate: float, outside: float = 0.0) -> DepositWindow:
        """Return the deposits that work when the audit rate is promised in advance.

        Parameters
        ----------
        audit_rate : float
            Probability in [0, 1] that a submission is verified.
        outside : float
            Payoff (money) of staying away.

        Raises
        ------
        InputError
            If an argument is outside its domain.

        Examples
        --------
        >>> game = VerificationGame(3, 1, 4, 2, 1, 2, 2, false_reject=0.25, false_accept=0.25)
        >>> print(game.deposit_window(0.5).caption())
        deposit window [4, 4]
        >>> print(game.deposit_window(0.5, outside=1).caption())
        no deposit works: the reward must reach 5
        """
        values = check(audit_rate=audit_rate, outside=outside)
        names = ("cost_honest", "reward", "false_reject", "false_accept")
        values.update({name: getattr(self, name) for name in names}, saving=self._exact_saving)
        return window_of(values)

    def planted_flag_rate(self, detection: float = 1.0) -> float:
        """Return the smallest rate of planted flags that keeps validators of honest work checking.

        Parameters
        ----------
        detection : float
            Probability in (0, 1] that a validator who verifies finds a flag: 1 for marks that are
            seen for certain, 1 - false_accept for planted fakes.

        Returns
        -------
        float
            nu / (detection b_v); a rate above 1 (inf without a bounty) means that no rate does it.

        Examples
        --------
        >>> VerificationGame(3, 1, 4, 2, verify_cost=1, bounty=4, penalty=0).planted_flag_rate()
        0.25
        """
        found = check_number("detection", detection, RATE)
        if self.bounty == 0:
            return 0.0 if self.verify_cost == 0 else float("inf")
        return nearest_float(self._value(PLANTED_FLAG_RATE) / Fraction(found))

    def _value(self, formula: Formula) -> Fraction:
        given = {name: getattr(self, name) for name in formula.arguments if name != "saving"}
        if "saving" in formula.arguments:
            given["saving"] = self._exact_saving  # the property is rounded
        exact = formula.exact(**given)
        return Fraction(int(exact.p), int(exact.q))
