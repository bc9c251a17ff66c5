"""What one deviator gained: a row for each deviation, and the verdict on the mechanism."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derelayl_econ.results import Result
from derelayl_econ.validation.comparison import Comparison, holm

__all__ = ["ClosedLoop", "DeviationRow"]


@dataclass(frozen=True, kw_only=True, eq=False)
class DeviationRow(Result):
    """What one deviation gains, in money per turn.

    Attributes
    ----------
    name : str
        A key of :data:`derelayl_econ.validation.closed_loop.DEVIATIONS`.
    designed : float or None
        Predicted from the error rates in the scenario; None where they say nothing.
    comparison : Comparison
        Predicted from the verdicts of other relays, beside the measured gain.
    no_gain : Comparison
        The one-sided test that the gain is not positive.
    """

    name: str
    designed: float | None
    comparison: Comparison
    no_gain: Comparison


@dataclass(frozen=True, kw_only=True, eq=False)
class ClosedLoop(Result):
    """Every deviation from honest play of one scenario, predicted and measured.

    Attributes
    ----------
    scenario : str
    seed : int
    honest : Comparison
        What an honest turn earns net of its cost: predicted from other relays, and measured.
    rows : tuple of DeviationRow
    level : float
        Probability of calling a mechanism broken though no deviation pays (Holm).
    """

    scenario: str
    seed: int
    honest: Comparison
    rows: tuple[DeviationRow, ...]
    level: float = 0.05

    @property
    def paying(self) -> tuple[str, ...]:
        """Deviations whose measured gain is significantly positive."""
        adjusted = holm([row.no_gain.p_value for row in self.rows])
        return tuple(row.name for row, p in zip(self.rows, adjusted, strict=True) if p < self.level)

    @property
    def holds(self) -> bool:
        """Whether no deviation pays significantly."""
        return not self.paying

    def caption(self) -> str:
        """Return the answer in one line."""
        answer = "no deviation pays" if self.holds else f"it pays to be one who {self.paying[0]}"
        if len(self.paying) > 1:
            answer = f"{len(self.paying)} deviations pay"
        return (f"{self.scenario}: {answer} (honest turn {self.honest.measured} money; "
                f"{self.honest.seeds} relays, seed {self.seed})")  # fmt: skip

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per deviation; gains are money per turn."""
        headers = ("one member", "gain as designed", "gain at other relays' rates",
                   "gain measured", "pays")  # fmt: skip
        return headers, [
            (row.name, row.designed, row.comparison.predicted, row.comparison.measured,
             row.name in self.paying)
            for row in self.rows
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as built-in types, with the verdict."""
        return super().to_dict() | {"paying": list(self.paying), "holds": self.holds}
