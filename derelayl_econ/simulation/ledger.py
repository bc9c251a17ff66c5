"""The book of a relay: coins that are conserved, hand-overs that cannot be rewritten.

Money is counted in integer micro-coins, so that sums are exact. There are N wallets, a treasury
that pays rewards, an escrow that holds deposits, and coins that were burned. Every entry moves
coins between these accounts only; after every entry

    treasury + wallets + escrow + burned == issued

is checked. Each entry carries the sha256 digest of its predecessor and of its own contents, and
the digests of the model it was given and of the model it handed on: whoever changes one field
tears the chain, and :meth:`Ledger.verify` says where.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import SimulationError

__all__ = [
    "BURN",
    "DEPOSIT",
    "FORFEIT",
    "FUND",
    "ISSUE",
    "MICRO",
    "RELEASE",
    "REWARD",
    "VERDICTS",
    "Entry",
    "Ledger",
    "digest_of",
    "micro",
]

MICRO = 1_000_000
"""Micro-coins per coin."""

ISSUE, FUND, DEPOSIT, RELEASE, REWARD, FORFEIT, BURN = range(7)
VERDICTS = ("genesis", "accepted", "rejected", "outage", "settlement")
NO_MODEL = bytes(32)
_PAYMENTS = (REWARD, FUND)
_GENESIS, _ACCEPTED = 0, 1
_HEAD = struct.Struct("<qqBd")
_MOVE = struct.Struct("<Bqq")

Transfer = tuple[int, int, int]
"""(what, wallet, micro-coins)."""


class Entry(NamedTuple):
    """One line of the book.

    Attributes
    ----------
    leg, trainer : int
        The trainer is -1 where there is none.
    base, model : bytes
        Digest of the weights received and handed on (zeros if rejected).
    verdict : int
        Index into `VERDICTS`.
    gain : float
        Verified improvement (nats), NaN where none was measured.
    transfers : tuple of (what, wallet, micro-coins)
    digest : bytes
        sha256 of the previous digest and of everything above.
    """

    leg: int
    trainer: int
    base: bytes
    model: bytes
    verdict: int
    gain: float
    transfers: tuple[Transfer, ...]
    digest: bytes


class Ledger:
    """Accounts and hash chain of one relay.

    Parameters
    ----------
    wallets : sequence of int
        Starting balances, micro-coins.
    treasury : int
        Starting treasury, micro-coins.
    model : bytes
        Digest of the starting weights.

    Raises
    ------
    SimulationError
        Whenever an account is overdrawn or the sum of all accounts is not what was issued.

    Examples
    --------
    >>> ledger = Ledger([5, 5], treasury=10, model=digest_of(np.zeros(3)))
    >>> old, new = digest_of(np.zeros(3)), digest_of(np.ones(3))
    >>> ledger.record(0, 1, old, new, 1, 0.5, ((REWARD, 1, 4),))
    >>> ledger.wallets, ledger.treasury, ledger.verify()
    ([5, 9], 6, None)
    """

    def __init__(self, wallets: Sequence[int], treasury: int, model: bytes) -> None:
        self.wallets = [0] * len(wallets)
        self.treasury = self.escrow = self.burned = self.issued = 0
        # Plain tuples: a million named ones would keep the garbage collector busy.
        self._lines: list[tuple[Any, ...]] = []
        self._head = NO_MODEL
        opening = [(ISSUE, -1, treasury + sum(wallets))]
        opening += [(FUND, person, coins) for person, coins in enumerate(wallets) if coins]
        self.record(-1, -1, NO_MODEL, model, _GENESIS, float("nan"), tuple(opening))

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All lines of the book, the oldest first."""
        return tuple(Entry(*line) for line in self._lines)

    @property
    def head(self) -> str:
        """Digest of the last entry, in hexadecimal."""
        return self._head.hex()

    def record(self, leg: int, trainer: int, base: bytes, model: bytes, verdict: int, gain: float,
               transfers: tuple[Transfer, ...]) -> None:  # fmt: skip
        """Move the coins, check the sum, append the entry to the chain."""
        for what, person, amount in transfers:
            self._move(what, person, amount)
        self.check()
        self._head = _digest(self._head, leg, trainer, base, model, verdict, gain, transfers)
        self._lines.append(
            (leg, trainer, base, model, verdict, gain, transfers, self._head)
        )  # fmt: skip

    def check(self) -> None:
        """Raise SimulationError unless all coins ever issued are accounted for."""
        held = self.treasury + sum(self.wallets) + self.escrow + self.burned
        if held != self.issued:
            raise SimulationError(
                f"coins are not conserved: treasury {self.treasury} + wallets "
                f"{sum(self.wallets)} + escrow {self.escrow} + burned {self.burned} = {held}, "
                f"issued {self.issued}"
            )

    def verify(self) -> None:
        """Recompute the whole chain from its first entry.

        Raises
        ------
        SimulationError
            Naming the first entry whose digest, lineage or transfers do not fit, or the account
            that differs from what the entries add up to.
        """
        replay = object.__new__(Ledger)
        replay.wallets = [0] * len(self.wallets)
        replay.treasury = replay.escrow = replay.burned = replay.issued = 0
        head, model = NO_MODEL, NO_MODEL
        for number, entry in enumerate(self.entries):
            head = _digest(head, *entry[:-1])
            if head != entry.digest:
                raise SimulationError(f"entry {number} (leg {entry.leg}) was changed: {entry}")
            if entry.base != model:
                raise SimulationError(f"entry {number} (leg {entry.leg}) has the wrong base model")
            for transfer in entry.transfers:
                replay._move(*transfer)
            model = entry.model if entry.verdict in (_GENESIS, _ACCEPTED) else model
        if head != self._head:
            raise SimulationError("entries are missing at the end of the chain")
        for name in ("issued", "treasury", "escrow", "burned", "wallets"):
            if getattr(replay, name) != getattr(self, name):
                raise SimulationError(f"{name} differs from what the entries add up to")

    def _move(self, what: int, person: int, amount: int) -> None:
        if amount < 0:
            raise SimulationError(f"transfer of a negative amount: {(what, person, amount)}")
        if what in _PAYMENTS:
            self.treasury -= amount
            self.wallets[person] += amount
        elif what == DEPOSIT:
            self.wallets[person] -= amount
            self.escrow += amount
        elif what == RELEASE:
            self.escrow -= amount
            self.wallets[person] += amount
        elif what == FORFEIT:
            self.escrow -= amount
            self.treasury += amount
        elif what == BURN:
            self.escrow -= amount
            self.burned += amount
        elif what == ISSUE:
            self.issued += amount
            self.treasury += amount
        else:
            raise SimulationError(f"unknown transfer {what}")
        if self.treasury < 0 or self.escrow < 0 or self.wallets[person] < 0:
            raise SimulationError(f"transfer {(what, person, amount)} overdraws an account")


def micro(coins: float) -> int:
    """Return micro-coins, rounded to the nearest.

    Examples
    --------
    >>> micro(0.25)
    250000
    """
    return round(coins * MICRO)


def digest_of(weights: npt.NDArray[np.float64]) -> bytes:
    """Return the sha256 digest of the bytes of a weight vector."""
    return sha256(weights.data).digest()


def _digest(previous: bytes, leg: int, trainer: int, base: bytes, model: bytes, verdict: int,
            gain: float, transfers: tuple[Transfer, ...]) -> bytes:  # fmt: skip
    text = previous + base + model + _HEAD.pack(leg, trainer, verdict, gain)
    for what, person, amount in transfers:
        text += _MOVE.pack(what, person, amount)
    return sha256(text).digest()
