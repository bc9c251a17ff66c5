"""What a simulated ecology leaves behind, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.results import Result, json_safe

if TYPE_CHECKING:
    from derelayl_econ.ecology.ecology import Ecology

__all__ = ["SERIES", "EcologyRun", "EcologyTrace"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SERIES = ("owners", "served", "joined", "turned_away", "matched", "trained", "winners", "branches",
          "issued", "burned", "escrow", "supply", "gini", "quality", "performance")  # fmt: skip
"""The attributes of a run that have one entry per round."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EcologyTrace:
    """Every match and every job, for audits.

    Attributes
    ----------
    matches : pandas.DataFrame
        One row per match: round (from 1), owner, trainer, bid and stake (coins in escrow), base and
        child (performance, NaN for a failure), won; the best owner's matches come first.
    jobs : array of shape (rounds, 4)
        The miners who record deposits, encrypt, test and settle.
    """

    matches: pd.DataFrame
    jobs: Integers


@dataclass(frozen=True, kw_only=True, eq=False)
class EcologyRun(Result):
    """One run of an ecology; arrays over rounds have one entry for each round played.

    Attributes
    ----------
    ecology : Ecology
    rounds : int
        Rounds played: fewer than asked for if the relay died.
    alive : bool
        Whether there are owners for the next round.
    owners, served : arrays of int
        Owners who began the round, and those of them who had a trainer.
    joined, turned_away, matched : arrays of int
        Trainers drawn who took part; who then lacked the reserve; who found an owner.
    trained, winners : arrays of int
        Models trained, and those that won: the owners of the next round.
    branches : array of int
        Generations between the winners and the model from which all of them descend (up to the
        genesis model, or to where royalties end).
    issued, burned : arrays
        Coins, from the start.
    escrow : array
        Coins in deposits at the middle of the round; none are at its end.
    supply : array
        Coins held: issued less burned.
    gini, quality : arrays
        Gini coefficient of the coins held, and quality (score) of the best model held.
    performance : array
        Mean performance of the round's winners; NaN if there are none.
    version_shares : array of shape (rounds, 13)
        Shares of participants who hold the newest version, the one before, ..., the tenth before,
        an older one, none.
    coins : array of shape (kept, N)
        Everybody's coins at the end of the rounds ``coin_rounds``.
    coin_rounds : array of shape (kept,)
    wealth, held : arrays of shape (N,)
        Coins, and version of the newest model (-1: none), at the end.
    trace : EcologyTrace or None
        If asked for.
    """

    ecology: Ecology
    rounds: int
    alive: bool
    owners: Integers
    served: Integers
    joined: Integers
    turned_away: Integers
    matched: Integers
    trained: Integers
    winners: Integers
    branches: Integers
    issued: Floats
    burned: Floats
    escrow: Floats
    supply: Floats
    gini: Floats
    quality: Floats
    performance: Floats
    version_shares: Floats
    coins: Floats
    coin_rounds: Integers
    wealth: Floats
    held: Integers
    trace: EcologyTrace | None = None

    @property
    def status(self) -> str:
        """``"alive after round t"`` or ``"extinct at round t"``."""
        return f"{'alive after' if self.alive else 'extinct at'} round {self.rounds}"

    def caption(self) -> str:
        """Return the one-line summary."""
        return f"Ecology of {self.ecology.participants} participants: {self.status}"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return each quantity in the last round, and its mean over the second half."""
        half = self.rounds // 2
        rows: list[Sequence[object]] = [
            (name, float(series[-1]), float(series[half:].mean()))
            for name in SERIES
            for series in (getattr(self, name),)
        ]
        shares = self.version_shares
        for k, name in ((0, "newest"), (1, "newest - 1"), (12, "none")):
            recent = float(shares[half:, k].mean())
            rows.append((f"share with version {name}", float(shares[-1, k]), recent))
        return ("quantity", "last round", "mean of second half"), rows

    def to_frame(self) -> pd.DataFrame:
        """Return one row per round."""
        table = pd.DataFrame({name: getattr(self, name) for name in SERIES})
        table.insert(0, "round", np.arange(1, self.rounds + 1))
        for k in range(self.version_shares.shape[1]):
            name = "older" if k == 11 else "none" if k == 12 else f"newest-{k}"
            table[f"version_{name}"] = self.version_shares[:, k]
        return table

    def to_dict(self) -> dict[str, Any]:
        """Return the status and all series as built-in types; not the coins of each participant."""
        series = {name: json_safe(getattr(self, name)) for name in SERIES}
        return {"rounds": self.rounds, "alive": self.alive, "status": self.status, **series,
                "version_shares": self.version_shares.tolist()}  # fmt: skip
