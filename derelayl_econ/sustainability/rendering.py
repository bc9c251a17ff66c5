"""A report for people: text for a terminal, HTML for Jupyter, one page of Markdown."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from derelayl_econ.results import format_number, format_table
from derelayl_econ.sustainability.inequalities import Verdict

if TYPE_CHECKING:
    from derelayl_econ.sustainability.facts import Fact
    from derelayl_econ.sustainability.report import Condition, SustainabilityReport

__all__ = ["COLOURS", "as_html", "as_markdown", "as_text", "margin_of"]

COLOURS = {
    Verdict.HOLDS: "#009E73",
    Verdict.FAILS: "#D55E00",
    Verdict.BOUNDARY: "#E69F00",
    Verdict.NOT_APPLICABLE: "#777777",
}
"""Okabe and Ito's green, vermilion and orange, and grey; always beside the word."""


def as_text(report: SustainabilityReport) -> str:
    """Return the verdicts, then per condition its inequality, and the knobs."""
    lines = [report.caption(), "", _verdicts(report), ""]
    for condition in report.conditions:
        if condition.binding is None:
            continue
        lines += [f"{condition.code}  {condition.reason}", *_indent(_sides(condition)),
                  *_indent(_fact(fact) for fact in condition.facts), ""]  # fmt: skip
    unknown = [] if report.uncertainty is None else ["", str(report.uncertainty)]
    return "\n".join(lines + _knobs(report) + unknown).rstrip()


def as_markdown(report: SustainabilityReport) -> str:
    """Return one page of Markdown, formulas in LaTeX."""
    rows = [(c.code, c.title, f"**{c.verdict.value}**", margin_of(c), c.reason, c.theorem)
            for c in report.conditions]  # fmt: skip
    headers = ("", "condition", "verdict", "margin", "binding", "rests on")
    parts = [f"# {report.caption()}", report.source.summary, _piped(headers, rows)]
    parts += ["## Inequalities", *(_markdown_condition(c) for c in report.conditions if c.binding)]
    columns, knobs = report.knob_table()
    if knobs:
        parts += ["## Smallest change of one knob that turns a verdict", _piped(columns, knobs)]
    if report.uncertainty is not None:
        parts += ["## How probable, and what it depends on", report.uncertainty.caption(),
                  _piped(*report.uncertainty.table())]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def as_html(report: SustainabilityReport) -> str:
    """Return tables with coloured verdicts and formulas that MathJax renders."""
    head = ("", "condition", "verdict", "margin", "inequality", "with numbers", "rests on")
    body = "".join(_html_row(condition) for condition in report.conditions)
    parts = [f"<h4>{html.escape(report.caption())}</h4>",
             f"<table><tr>{_cells('th', head)}</tr>{body}</table>"]  # fmt: skip
    for condition in report.conditions:
        if condition.facts:
            facts = "; ".join(html.escape(_fact(fact)) for fact in condition.facts)
            parts.append(f"<p><b>{condition.code}</b> {facts}</p>")
    headers, rows = report.knob_table()
    if rows:
        table = "".join(f"<tr>{_cells('td', [format_number(v) for v in row])}</tr>" for row in rows)
        parts.append("<p>Smallest change of one knob that turns a verdict:</p>"
                     f"<table><tr>{_cells('th', headers)}</tr>{table}</table>")  # fmt: skip
    if report.uncertainty is not None:
        parts.append(report.uncertainty._repr_html_())
    return "".join(parts)


def _verdicts(report: SustainabilityReport) -> str:
    rows = [(c.code, c.title, c.verdict.value.upper(), margin_of(c), c.reason, c.theorem)
            for c in report.conditions]  # fmt: skip
    return format_table(("", "condition", "verdict", "margin", "binding", "rests on"), rows)


def margin_of(condition: Condition) -> str:
    """Return the margin of the binding inequality with its unit; a dash if there is none."""
    if condition.binding is None:
        return "-"
    return f"{condition.binding.margin:+.4g} {condition.binding.unit}"


def _sides(condition: Condition) -> list[str]:
    binding = condition.binding
    return [] if binding is None else [binding.text, f"{binding.numbers}  [{margin_of(condition)}]"]


def _fact(fact: Fact) -> str:
    return f"{fact.name}: {format_number(fact.value)} {fact.unit}".rstrip()


def _knobs(report: SustainabilityReport) -> list[str]:
    headers, rows = report.knob_table()
    if not rows:
        return []
    return ["smallest change of one knob that turns a verdict (-: no value of it does)",
            format_table(headers, rows)]  # fmt: skip


def _indent(lines: object) -> list[str]:
    return [f"    {line}" for line in lines]  # type: ignore[attr-defined]


def _markdown_condition(condition: Condition) -> str:
    binding = condition.binding
    assert binding is not None
    facts = "; ".join(_fact(fact) for fact in condition.facts)
    return (f"**{condition.code}** {condition.reason}: ${binding.latex}$, that is "
            f"${binding.numbers_latex}$.  \n{facts}.")  # fmt: skip


def _piped(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(
        "| " + " | ".join(format_number(v).replace("|", "\\|") for v in line) + " |"
        for line in lines
    )


def _html_row(condition: Condition) -> str:
    binding = condition.binding
    latex = f"${binding.latex}$" if binding else html.escape(condition.reason)
    numbers = f"${binding.numbers_latex}$" if binding else "-"
    word = f'<b style="color:{COLOURS[condition.verdict]}">{condition.verdict.value}</b>'
    plain = _cells("td", (condition.code, condition.title))
    rest = _cells("td", (condition.theorem,))
    margin = html.escape(margin_of(condition))
    formulas = "".join(f"<td>{html.escape(text)}</td>" for text in (latex, numbers))
    return f"<tr>{plain}<td>{word}</td><td>{margin}</td>{formulas}{rest}</tr>"


def _cells(tag: str, values: Sequence[object]) -> str:
    return "".join(f"<{tag}>{html.escape(str(value))}</{tag}>" for value in values)
