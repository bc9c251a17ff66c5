"""Prediction against measurement: one row per claim, with its test and its verdict.

The unit of replication is a *seed* (one relay), never a leg: legs of one relay are not independent.
A row's p-value answers "how surprising is this measurement if the prediction is right?"; the table
corrects for the number of rows (Holm 1979), so that a table of right predictions shows a refuted
row with probability at most ``level``. Uncertainty of the prediction that comes from fitting a
curve or an error rate on *other* seeds is carried as its standard error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.results import Result

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Comparison",
    "ComparisonTable",
    "Interval",
    "Verdict",
    "holm",
]


class Verdict(StrEnum):
    """What the measurement says of the prediction.

    "confirmed" means tested and not refuted; the measured interval says how sharp the test was.
    """

    CONFIRMED = "confirmed"
    REFUTED = "refuted"


@dataclass(frozen=True)
class Interval(Result):
    """An estimate with its two-sided 95 % interval."""

    low: float
    mid: float
    high: float

    def __str__(self) -> str:
        return f"{self.mid:.4g} [{self.low:.4g}, {self.high:.4g}]"


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison(Result):
    """One prediction beside its measurement.

    Attributes
    ----------
    quantity, theory : str
        What is compared, and the section of the theory notes that predicts it.
    predicted, measured : Interval
        In the unit named by ``unit``.
    seeds : int
        Independent relays behind the measurement; none of them was used to fit anything.
    test : str
        The statistical test.
    p_value : float
        Before the correction for the number of rows.
    note : str
        The probable cause if the prediction fails: an explanation, not itself a tested claim.
    """

    quantity: str
    theory: str
    unit: str
    predicted: Interval
    measured: Interval
    seeds: int
    test: str
    p_value: float
    note: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparisonTable(Result, Sequence[Comparison]):
    """All comparisons of one scenario, with verdicts at family-wise error ``level``."""

    rows: tuple[Comparison, ...]
    scenario: str
    seed: int | None = None
    level: float = 0.05

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Comparison]:
        return iter(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Verdict of each row, after Holm's correction."""
        adjusted = holm([row.p_value for row in self.rows])
        return tuple(Verdict.REFUTED if p < self.level else Verdict.CONFIRMED for p in adjusted)

    @property
    def refuted(self) -> tuple[Comparison, ...]:
        """The rows whose prediction the measurement contradicts."""
        pairs = zip(self.rows, self.verdicts, strict=True)
        return tuple(row for row, verdict in pairs if verdict is Verdict.REFUTED)

    def caption(self) -> str:
        """Return the summary line."""
        return (
            f"{self.scenario}: {len(self) - len(self.refuted)} of {len(self)} predictions "
            f"confirmed (family-wise level {self.level:g}, Holm; seed {self.seed})"
        )

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per comparison."""
        headers = ("quantity", "theory", "predicted", "measured", "unit", "seeds", "test", "p",
                   "verdict")  # fmt: skip
        rows = [
            (r.quantity, r.theory, r.predicted, r.measured, r.unit, r.seeds, r.test,
             f"{r.p_value:.2g}", verdict.value)
            for r, verdict in zip(self.rows, self.verdicts, strict=True)
        ]  # fmt: skip
        return headers, rows

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as built-in types, every row with its verdict."""
        rows = [
            row.to_dict() | {"verdict": verdict.value}
            for row, verdict in zip(self.rows, self.verdicts, strict=True)
        ]
        return super().to_dict() | {"rows": rows}

    def notes(self) -> str:
        """Return what is refuted and the probable cause: one line per cause, with all its rows."""
        reasons: dict[str, list[str]] = {}
        for row in self.refuted:
            reasons.setdefault(row.note, []).append(row.quantity)
        return "\n".join(
            f"refuted: {'; '.join(rows)}. Probable cause: {note}" for note, rows in reasons.items()
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a DataFrame, one row per comparison."""
        import pandas as pd

        records = [
            row.to_dict()
            | {f"{side}_{end}": getattr(getattr(row, side), end)
               for side in ("predicted", "measured") for end in ("low", "mid", "high")}
            | {"verdict": verdict.value}
            for row, verdict in zip(self.rows, self.verdicts, strict=True)
        ]  # fmt: skip
        return pd.DataFrame(records).drop(columns=["predicted", "measured"])


def holm(p_values: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return Holm's step-down adjusted p-values.

    Examples
    --------
    >>> print(holm([0.01, 0.04, 0.03]))
    [0.03 0.06 0.06]
    """
    raw = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(raw)
    stepped = raw[order] * np.arange(raw.size, 0, -1)
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(stepped))
    return adjusted
