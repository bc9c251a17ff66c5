"""Who pays whom in a relay: deposits, rewards, costs and what each participant makes of it.

Coins live in the ledger (integer micro-coins). Costs of training and the value of quality are
utility, not coins, and are only added up here. A reward that the treasury cannot pay is cut to
what it has.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.simulation import ledger as book
from derelayl_econ.simulation.ledger import Ledger, Transfer, digest_of, micro
from derelayl_econ.simulation.settings import RelaySettings

__all__ = ["Cashier"]

_LARGEST = 2**62
ACCEPTED, REJECTED, OUTAGE, SETTLEMENT = range(1, 5)


class Cashier:
    """Money of one chain.

    Parameters
    ----------
    settings : RelaySettings
    start : array
        Starting weights; their digest opens the ledger.
    classes : int
        ln(classes) is the largest reasonable gain of one leg, for a treasury that never runs dry.

    Attributes
    ----------
    ledger : Ledger
    broke : set of int
        Participants who cannot post the deposit.
    """

    def __init__(self, settings: RelaySettings, start: npt.NDArray[np.float64],
                 classes: int) -> None:  # fmt: skip
        people, self.settings = settings.participants, settings
        self.deposit, self.pool = micro(settings.deposit), micro(settings.pool)
        self._lost_to = book.FORFEIT if settings.forfeits == "treasury" else book.BURN
        per_leg = people if settings.selection == "all" else 1
        treasury = settings.initial_treasury
        if treasury is None:
            most = settings.pool + settings.price * math.log(classes) * per_leg
            treasury = settings.legs * most
        balance = settings.initial_balance
        if balance is None:
            balance = settings.legs * settings.deposit
        if (treasury + people * balance) * book.MICRO > _LARGEST:
            raise InputError("coins issued", treasury + people * balance, "be below 4.6e12",
                             hint="Count money in a larger unit.")  # fmt: skip
        self._model = digest_of(start)
        self.ledger = Ledger([micro(balance)] * people, micro(treasury), self._model)
        self.broke = set(range(people)) if micro(balance) < self.deposit else set()
        self._utilities = [0.0] * people
        self._common, self._weight = 0.0, 1.0

    def next_leg(self, quality: float) -> None:
        """Credit everyone with the value of the quality that the leg starts with."""
        if self.settings.value:
            self._common += self._weight * self.settings.value * quality

    def end_leg(self) -> None:
        """Discount what follows by one more leg."""
        if self.settings.discount is not None:
            self._weight *= self.settings.discount

    def outage(self, leg: int) -> None:
        """Enter a leg without a trainer."""
        self.ledger.record(leg, -1, self._model, book.NO_MODEL, OUTAGE, math.nan, ())

    def settle(self, leg: int, trainer: int, weights: npt.NDArray[np.float64] | None, gain: float,
               cost: float, pool: int) -> int:  # fmt: skip
        """Enter one hand-over and return the reward paid (micro-coins).

        Parameters
        ----------
        weights : array or None
            The new model; None if the submission was rejected.
        gain : float
            Verified improvement (nats); pays ``price`` each if positive.
        cost : float
        pool : int
            Micro-coins that an accepted trainer gets on top.
        """
        stake, reward = self.deposit, 0
        moves: tuple[Transfer, ...] = ()
        base, model, verdict = self._model, book.NO_MODEL, REJECTED
        if weights is None:
            if stake:
                moves = ((book.DEPOSIT, trainer, stake), (self._lost_to, trainer, stake))
        else:
            verdict, model = ACCEPTED, digest_of(weights)
            self._model = model
            if stake:
                moves = ((book.DEPOSIT, trainer, stake), (book.RELEASE, trainer, stake))
            reward = self._affordable(self.settings.price * gain * book.MICRO, pool)
            if reward:
                moves = (*moves, (book.REWARD, trainer, reward))
        self.ledger.record(leg, trainer, base, model, verdict, gain, moves)
        net = reward if verdict == ACCEPTED else -stake
        self._credit(trainer, net, cost)
        return reward

    def share_pool(self, leg: int, winners: list[int]) -> int:
        """Share the pool of a leg equally and return each one's part (micro-coins)."""
        if not winners or not self.pool:
            return 0
        share = min(self.pool, self.ledger.treasury) // len(winners)
        moves: tuple[Transfer, ...] = tuple((book.REWARD, person, share) for person in winners)
        self.ledger.record(leg, -1, self._model, book.NO_MODEL, SETTLEMENT, math.nan, moves)
        for person in winners:
            self._credit(person, share, 0.0)
        return share

    def utilities(self) -> npt.NDArray[np.float64]:
        """Return what each participant has made of it so far."""
        return np.array(self._utilities) + self._common

    def _affordable(self, wanted: float, pool: int) -> int:
        most = self.ledger.treasury
        bonus = int(wanted) if 0.0 < wanted < most else most if wanted > 0.0 else 0
        return min(most, pool + bonus)

    def _credit(self, person: int, coins: int, cost: float) -> None:
        self._utilities[person] += self._weight * (coins / book.MICRO - cost)
        if self.deposit:
            if self.ledger.wallets[person] < self.deposit:
                self.broke.add(person)
            else:
                self.broke.discard(person)
