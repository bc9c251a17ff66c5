"""What an assessment hands back: seven conditions, their inequalities, facts and knobs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sympy as sp

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.files import write_atomically
from derelayl_econ.results import Result
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.facts import Fact
from derelayl_econ.sustainability.inequalities import Verdict
from derelayl_econ.sustainability.knobs import KnobChange
from derelayl_econ.sustainability.uncertainty import Uncertainty

__all__ = ["Condition", "InequalityResult", "SustainabilityReport"]


@dataclass(frozen=True, kw_only=True, eq=False)
class InequalityResult(Result):
    """One inequality of a condition at the scenario's numbers.

    Attributes
    ----------
    name, mechanism : str
        What it says, and the mechanism it belongs to ("" if the condition has only one).
    verdict : Verdict
    text, numbers : str
        The inequality in symbols, and with the numbers put in.
    latex, numbers_latex : str
        The same in LaTeX.
    margin : float
        Left side minus right side, in ``unit``; negative where it fails.
    relative_margin : float
        The margin over the sum of both sides' sizes, in [-1, 1].
    relation : sympy relation
    """

    name: str
    mechanism: str
    verdict: Verdict
    text: str
    numbers: str
    latex: str
    numbers_latex: str
    margin: float
    relative_margin: float
    unit: str
    relation: sp.Basic = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Condition(Result):
    """One condition of sustainability.

    Attributes
    ----------
    code, title : str
        "S1" to "S7", and what it says.
    verdict : Verdict
    reason : str
        The binding inequality in words, or why the condition does not apply.
    theorem : str
        Codes of the theorems that it rests on.
    inequalities : tuple of InequalityResult
        Of all mechanisms.
    binding : InequalityResult or None
        The one with the smallest relative margin, of the mechanism that comes nearest to holding.
    facts : tuple of Fact
    knobs : tuple of KnobChange
        For every knob the smallest change that turns the verdict.
    """

    code: str
    title: str
    verdict: Verdict
    reason: str
    theorem: str
    inequalities: tuple[InequalityResult, ...] = ()
    binding: InequalityResult | None = None
    facts: tuple[Fact, ...] = ()
    knobs: tuple[KnobChange, ...] = ()

    @property
    def margin(self) -> float | None:
        """The margin of the binding inequality, in its unit; None if there is none."""
        return None if self.binding is None else self.binding.margin

    def caption(self) -> str:
        """Return code, title and verdict."""
        return f"{self.code} {self.title}: {self.verdict.value} ({self.reason})"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per inequality."""
        rows = [(i.mechanism or "-", i.name, i.verdict.value, i.margin, i.unit, i.text, i.numbers)
                for i in self.inequalities]  # fmt: skip
        return ("mechanism", "inequality", "verdict", "margin", "unit", "reads", "here"), rows

    def fact(self, name: str) -> Any:
        """Return the value of a fact.

        Raises
        ------
        InputError
            If there is no fact of that name.
        """
        known = {fact.name: fact.value for fact in self.facts}
        if name not in known:
            raise InputError(
                "fact", name, "be one of the condition's", hint=did_you_mean(name, known)
            )
        return known[name]

    def knob(self, key: str) -> KnobChange:
        """Return the smallest change of one knob.

        Raises
        ------
        InputError
            If the scenario has no such knob.
        """
        known = {change.knob: change for change in self.knobs}
        if key not in known:
            raise InputError(
                "knob", key, "be a knob of the scenario", hint=did_you_mean(key, known)
            )
        return known[key]


@dataclass(frozen=True, kw_only=True, eq=False)
class SustainabilityReport(Result, Mapping[str, Condition]):
    """The seven conditions of a scenario; a mapping by their codes.

    Attributes
    ----------
    scenario : str
        Its name.
    conditions : tuple of Condition
        S1 to S7, in order.
    source : Scenario
        What was assessed.
    uncertainty : Uncertainty or None
        How probable each condition is, if the scenario has values that are not known exactly.
    """

    scenario: str
    conditions: tuple[Condition, ...]
    source: Scenario = field(repr=False)
    uncertainty: Uncertainty | None = None

    def __getitem__(self, code: str) -> Condition:
        found = {condition.code: condition for condition in self.conditions}
        if code not in found:
            raise InputError("condition", code, "be S1 to S7", hint=did_you_mean(code, found))
        return found[code]

    def __iter__(self) -> Iterator[str]:
        return (condition.code for condition in self.conditions)

    def __len__(self) -> int:
        return len(self.conditions)

    @property
    def sustainable(self) -> bool:
        """Whether every condition that applies holds."""
        wanted = (Verdict.HOLDS, Verdict.NOT_APPLICABLE)
        return all(condition.verdict in wanted for condition in self.conditions)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of each condition by its code."""
        return {condition.code: condition.verdict for condition in self.conditions}

    def caption(self) -> str:
        """Return the verdict on the whole."""
        if self.sustainable:
            return f"{self.scenario}: sustainable"
        broken = [c.code for c in self.conditions
                  if c.verdict in (Verdict.FAILS, Verdict.BOUNDARY)]  # fmt: skip
        return f"{self.scenario}: not sustainable ({', '.join(broken)})"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per condition, with its binding inequality."""
        rows = [_row(condition) for condition in self.conditions]
        return ("", "condition", "verdict", "margin", "unit", "binding inequality", "here",
                "rests on"), rows  # fmt: skip

    def knob_table(self, digits: int = 4) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per knob that turns some verdict: present value, and value by condition.

        "breaks at" a value: the condition no longer holds there; "repairs at": it holds there;
        "beyond": at every value next to that one.
        """
        applied = [condition for condition in self.conditions if condition.knobs]
        rows: list[tuple[object, ...]] = []
        for place, knob in enumerate(applied[0].knobs if applied else ()):
            changes = [condition.knobs[place] for condition in applied]
            if any(change.value is not None for change in changes):
                turns = (_turn(c, k, digits) for c, k in zip(applied, changes, strict=True))
                rows.append((f"{knob.symbol}  {knob.knob}", knob.present, *turns))
        return ("knob", "now", *(condition.code for condition in applied)), rows

    def __str__(self) -> str:
        from derelayl_econ.sustainability.rendering import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from derelayl_econ.sustainability.rendering import as_html

        return as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as built-in types, with the verdict on the whole."""
        found = super().to_dict()
        found["conditions"] = [
            condition.to_dict() | {"margin": condition.margin} for condition in self.conditions
        ]
        return {"scenario": self.scenario, "sustainable": self.sustainable} | found

    def to_markdown(self) -> str:
        """Return one page of Markdown."""
        from derelayl_econ.sustainability.rendering import as_markdown

        return as_markdown(self)

    def save(self, path: str | Path) -> None:
        """Write the report as ``.md`` or ``.json``, whole or not at all.

        Raises
        ------
        InputError
            For another suffix (a page with pictures, ``.pdf``, is drawn by
            :func:`derelayl_econ.figures.report.save_report`), or a file that cannot be written.
        """
        suffix = Path(path).suffix
        if suffix == ".md":
            text = self.to_markdown()
        elif suffix == ".json":
            text = json.dumps(self.to_dict(), indent=2) + "\n"
        else:
            hint = "derelayl_econ.figures.report.save_report writes .pdf."
            raise InputError("report file", str(path), "end in .md or .json", hint=hint)
        write_atomically(Path(path), text.encode())


def _row(condition: Condition) -> tuple[object, ...]:
    binding = condition.binding
    if binding is None:
        return (condition.code, condition.title, condition.verdict.value, "-", "-",
                condition.reason, "-", condition.theorem)  # fmt: skip
    return (condition.code, condition.title, condition.verdict.value, binding.margin, binding.unit,
            binding.text, binding.numbers, condition.theorem)  # fmt: skip


def _turn(condition: Condition, change: KnobChange, digits: int) -> str:
    if change.value is None:
        return "-"
    word = "breaks" if condition.verdict is Verdict.HOLDS else "repairs"
    place = (
        f"beyond {change.before:.{digits}g}" if change.at_once else f"at {change.value:.{digits}g}"
    )
    return f"{word} {place}"
