"""What a simulated relay leaves behind: one row per hand-over attempt, utilities, the ledger."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.results import Result, json_safe
from derelayl_econ.simulation.ledger import MICRO, Ledger
from derelayl_econ.simulation.settings import RelaySettings

__all__ = ["COLUMNS", "RelayResult", "Row", "table_of"]

Floats = npt.NDArray[np.float64]

Row = tuple[int, int, int, int, str, bool, bool, float, float, float, float, float, float]
COLUMNS = (
    "leg",  # 0, 1, ...
    "level",  # legs accepted before
    "volunteers",  # joiners of the leg
    "trainer",  # -1 in an outage
    "kind",  # of submission; "" in an outage
    "accepted",
    "audited",
    "loss_before",  # held-out, mean over validators; NaN where nothing was measured
    "loss_after",
    "quality",  # after the hand-over: ln(classes) - test loss; NaN where not evaluated
    "cost",  # utility of the trainer
    "forfeited",  # coins
    "reward",  # coins
)
"""Columns of the records, in order; ``outage`` is added to the table."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RelayResult(Result):
    """One simulated chain.

    Attributes
    ----------
    settings : RelaySettings
    records : pandas.DataFrame
        One row per hand-over attempt, or per leg without any (`COLUMNS` and ``outage``).
    utilities : (N,) array
        Coins won, minus costs, plus valued quality; discounted if the settings say so.
    ledger : Ledger
    weights : (size,) array
        The model at the end.
    quality_start : float
        Quality before the first leg (nats); NaN if it was never evaluated.
    """

    settings: RelaySettings
    records: pd.DataFrame
    utilities: Floats
    ledger: Ledger
    weights: Floats
    quality_start: float

    def summary(self) -> dict[str, float]:
        """Return the totals of the chain, by name."""
        table = self.records
        tried, taken = table["trainer"] >= 0, table["accepted"]
        legs = int(table["leg"].iloc[-1]) + 1
        outages = int(table["outage"].sum())
        known = table["quality"].dropna()
        return {
            "legs": legs,
            "hand_overs": int(tried.sum()),
            "level": int(taken.sum()),
            "acceptance": float(taken.sum() / tried.sum()) if tried.any() else math.nan,
            "outages": outages,
            "outage_rate": outages / legs,
            "volunteers": float(table.drop_duplicates("leg")["volunteers"].mean()),
            "quality": float(known.iloc[-1]) if len(known) else self.quality_start,
            "cost": float(table["cost"].sum()),
            "rewards": float(table["reward"].sum()),
            "forfeited": float(table["forfeited"].sum()),
            "treasury": self.ledger.treasury / MICRO,
            "burned": self.ledger.burned / MICRO,
            "utility": float(self.utilities.mean()),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return summary, utilities and ledger head as built-in types."""
        return {"summary": json_safe(self.summary()), "utilities": self.utilities.tolist(),
                "ledger_head": self.ledger.head}  # fmt: skip

    def caption(self) -> str:
        """Return the one-line summary."""
        s = self.settings
        return f"Relay: {s.participants} participants, {s.model} on {s.dataset}, {s.legs} legs"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return the summary as rows."""
        return ("quantity", "value"), list(self.summary().items())


def table_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows as a table with the column ``outage`` added."""
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    table = pd.DataFrame(columns)
    table["outage"] = table["trainer"] < 0
    return table
