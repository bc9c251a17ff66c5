"""What the compiled rounds of the ecology read, change and write down, as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Records", "Rules", "State"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DEPOSITS, ENCRYPTION, TESTING, SETTLEMENT = range(4)
"""The four jobs, in the order in which ``State.jobs`` names their miners."""
ROUND, OWNERS, JOINED, SHORT, MATCHED, TRAINED, OLDEST, TRUNK, BRANCHES = range(9)
"""Places in ``State.tally``."""
ISSUED, BURNED, ESCROW, POSTED, EXPECTED_ISSUE = range(5)
"""Places in ``State.money``."""
COUNTS, SUMS = 9, 5
VERSION_BINS = 13
"""Ages 0 to 10, older, none."""
WHOLE = ("owners", "served", "joined", "turned_away", "matched", "trained", "winners", "branches")
NUMBERS = ("issued", "burned", "escrow", "supply", "gini", "quality", "performance")
"""Columns of ``Records.whole`` and ``Records.money``."""
DONE, EXTINCT, FULL, UNBALANCED = range(4)
"""How a stretch of rounds ended."""
TOLERANCE = 1e-9


class Rules(NamedTuple):
    """The numbers of an :class:`~derelayl_econ.ecology.Ecology` that the kernel reads."""

    matches: int
    winning_share: float
    success: float
    head: Floats  # royalty weights of the nearest generations ...
    tail: float  # ... and tail * ratio**distance beyond them
    ratio: float
    gain_price: float  # coins per unit of gain; negative: one coin per winner
    reserve: float
    cap: float
    stake: float
    fees: Floats  # per deposit, per encrypted model, per test round, per tested, per settled model
    grid: Floats  # performance at which mean and spread of the gains are given
    mean: Floats
    spread: Floats
    ceiling: float
    logistic: bool
    drift: float
    decides: bool
    worth: float  # money per unit of quality, for ever
    income: float  # discounted coins of a winner whose descendants earn one coin each
    coin_value: float
    coin_budget: float
    memory: float  # weight of the past in the issue that participants expect


class State(NamedTuple):
    """Everything that changes, as arrays."""

    coins: Floats  # (N,) as the next seven
    trained: Integers  # version of the model it trained last, 0 if none
    held: Integers  # version of the newest model it holds, -1 if none
    best: Floats  # quality of the best model it holds
    cost: Floats
    rider: Flags
    is_owner: Flags
    account: Floats
    people: Integers  # (N,) scratch
    owner: Integers  # (N/2,) as the next six: this round's owners, the best first
    owner_node: Integers
    base: Floats  # performance of the owner's model
    staked: Floats  # deposit per match
    trainer: Integers  # this round's matched trainers, the highest bid first
    bid: Floats
    child: Floats  # performance of what it trained; NaN: failed
    live: Integers  # (N/2,) scratch
    jobs: Integers  # (4,)
    parent: Integers  # (capacity,) as the next three: the models that won
    person: Integers  # the owner under whom the model was trained
    flow: Floats
    stamp: Integers
    first: Integers  # (rounds + 2,) place of each generation's first model
    tally: Integers
    money: Floats


class Records(NamedTuple):
    """What is written down after each round."""

    whole: Integers  # (rounds, 8)
    money: Floats  # (rounds, 7)
    versions: Integers  # (rounds, 13)
    coins: Floats  # (kept, N)
    every: int
