r"""The page for readers, ``theorems.md``: ``python -m proofs --page`` writes it again.

It is made from the theorems and the certificates alone and holds no times, so that the same sources
give the same bytes; a test compares them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import derelayl_econ
from derelayl_econ.formula import Formula
from derelayl_econ.notation import NOTATION
from proofs.kernel import Claim, Induction, Theorem
from proofs.latex import Names, hypotheses_in_lines, in_lines, names_of
from proofs.library import THEOREMS
from proofs.logic import Instance, Proposition, symbols_of
from proofs.solvers import ENGINES

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).with_name("theorems.md")
_PACKAGE = Path(derelayl_econ.__file__).parent
_CERTIFICATES = Path(__file__).with_name("certificates.json")
_FENCE = "```"
_DEFINED = r"^(?:class )?{}\b[^=\n]*[=:(]"
_HEAD = f"""# Theorems

Written by `python -m proofs --page` from the theorems in this folder; do not edit. What a proof is
here, and what it leaves to trust, is in the [README](README.md).

Every statement is "hypotheses, so conclusion" for all real values of its symbols. Below each stand
the earlier claims of which it uses instances. Each is refuted in its negated form by
{" and ".join(ENGINES)}; hypotheses hold at an exact point, and false variants fail at one. How
long that takes on your machine, `python -m proofs` tells.
"""


@dataclass(frozen=True)
class Certificates:
    """How many statements of each theorem have a certificate, and which claims rest on solvers."""

    certified: Counter[str] = field(default_factory=Counter)
    uncertified: Counter[str] = field(default_factory=Counter)
    solver_only: frozenset[str] = frozenset()

    @classmethod
    def read(cls, path: Path = _CERTIFICATES) -> Certificates | None:
        """Return what the file holds, or None without one."""
        if not path.exists():
            return None
        stored = json.loads(path.read_text(encoding="utf-8"))
        good, bad = (
            Counter(e["theorem"] for e in stored[key]) for key in ("certified", "uncertified")
        )
        return cls(good, bad, frozenset(entry["claim"] for entry in stored["uncertified"]))

    def of(self, code: str) -> str:
        """Return how many of the theorem's statements have one."""
        return f"{self.certified[code]} of {self.certified[code] + self.uncertified[code]}"


def page(theorems: tuple[Theorem, ...] = THEOREMS, certificates: Certificates | None = None) -> str:
    """Return the whole page."""
    certificates = certificates or Certificates.read()
    origin = {claim.name: theorem.code for theorem in theorems for claim in theorem.claims}
    parts = [_HEAD]
    if certificates:
        parts.append(
            "Certificates: exact identities that `python proofs/check_certs.py` checks without any "
            "solver. Statements that occur twice are counted where they occur first.\n"
        )
    parts.append("\n".join(_contents(theorems, certificates)) + "\n")
    parts += ["\n".join(_theorem(t, certificates, origin)) for t in theorems]
    return "\n".join(parts).rstrip() + "\n"


def _contents(theorems: tuple[Theorem, ...], certificates: Certificates | None) -> Iterator[str]:
    more = (" certificates |", "---|") if certificates else ("", "")
    yield "| code | theorem | claims | package |" + more[0]
    yield "|---|---|---|---|" + more[1]
    for theorem in theorems:
        modules = dict.fromkeys(_module(name).rpartition(".")[2] for name in theorem.about)
        row = f"| [{theorem.code}](#{_anchor(theorem)}) | {_text(theorem.title)} |"
        row += f" {len(theorem.claims)} | {', '.join(f'`{m}`' for m in modules)} |"
        yield row + (f" {certificates.of(theorem.code)} |" if certificates else "")


def _heading(theorem: Theorem) -> str:
    return f"{theorem.code}: {theorem.title}"


def _anchor(theorem: Theorem) -> str:
    """Return the anchor that GitHub gives the heading."""
    return re.sub(r"[^\w\- ]", "", _heading(theorem).lower()).replace(" ", "-")


def _theorem(
    theorem: Theorem, certificates: Certificates | None, origin: dict[str, str]
) -> Iterator[str]:
    names = names_of({s for claim in theorem.claims for s in symbols_of(*_shown(claim))})
    yield f"## {_text(_heading(theorem))}\n"
    yield f"{_text(theorem.statement)}\n"
    layers = ", ".join(ENGINES)
    if certificates:
        layers += f"; certificates for {certificates.of(theorem.code)} statements"
    yield f"- Checked by: {layers}."
    yield f"- Trusted between the claims: {_text(theorem.trusted or 'nothing')}."
    yield f"- Source: {_text(theorem.source)}."
    if theorem.about:
        yield f"- In the package: {', '.join(f'`{name}`' for name in theorem.about)}."
    if theorem.formulas:
        yield "- Formulas: " + "; ".join(_formula(formula) for formula in theorem.formulas) + "."
    yield f"- Symbols: {_symbols(names)}.\n"
    for number, claim in enumerate(theorem.claims, 1):
        yield from _claim(f"{theorem.code}.{number}", claim, names, certificates, origin)


def _formula(formula: Formula) -> str:
    return f"{_text(formula.name)} (`{_place(formula)}`)"


def _symbols(names: Names) -> str:
    listed = [
        f"$`{latex}`$ {_text(NOTATION[s.name].meaning)}"
        for s, latex in names.items()
        if s.name in NOTATION
    ]
    others = [latex for s, latex in names.items() if s.name not in NOTATION]
    if others:
        listed.append(
            "others, which mean what the hypotheses say: "
            + ", ".join(f"$`{latex}`$" for latex in others)
        )
    return "; ".join(listed)


def _claim(
    label: str, claim: Claim | Induction, names: Names, certificates: Certificates | None,
    origin: dict[str, str],
) -> Iterator[str]:  # fmt: skip
    yield f"**{label}** {_text(claim.name)}\n"
    yield from (f"{_FENCE}math", *_statement(claim, names), _FENCE, "")
    notes = []
    if isinstance(claim, Induction):
        notes.append(f"By induction on $`{names[claim.index]}`$, from {claim.start}.")
    facts = dict.fromkeys(p.fact for p in (*claim.given, *claim.using) if isinstance(p, Instance))
    if facts:
        notes.append("Uses " + "; ".join(f"{origin[name]}: {_text(name)}" for name in facts) + ".")
    if certificates and claim.name in certificates.solver_only:
        notes.append("By the solvers only.")
    if notes:
        yield " ".join(notes) + "\n"


def _shown(claim: Claim | Induction) -> tuple[Proposition, ...]:
    """Return the hypotheses and the conclusion, without instances of other claims."""
    given = (p for p in claim.given if not isinstance(p, Instance))
    used = (p for p in claim.using if not isinstance(p, Instance))
    return (*given, *used, claim.conclusion)


def _statement(claim: Claim | Induction, names: Names) -> Iterator[str]:
    *given, conclusion = _shown(claim)
    lines = hypotheses_in_lines(given, names)
    if isinstance(claim, Induction):
        lines.append(rf"{names[claim.index]} \in \mathbb{{Z}}, \; {names[claim.index]} \ge "
                     f"{claim.start}")  # fmt: skip
    ends = in_lines(conclusion, names)
    if lines:
        ends = [r"\Longrightarrow\quad " + ends[0], *(r"\qquad " + line for line in ends[1:])]
    yield r"\begin{aligned}"
    yield " \\\\\n".join(f"& {line}" for line in (*lines, *ends))
    yield r"\end{aligned}"


def _module(name: str) -> str:
    """Return the module of ``derelayl_econ`` that a qualified name starts with."""
    parts = name.split(".")
    while not _PACKAGE.joinpath(*parts).with_suffix(".py").exists():
        parts.pop()
    return ".".join(parts)


def _place(formula: Formula) -> str:
    """Return module and name of a shipped formula, or of the table or class that holds it."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("derelayl_econ."):
            source = Path(str(module.__file__)).read_text(encoding="utf-8")
            for attribute, value in vars(module).items():
                if _holds(value, formula) and re.search(_DEFINED.format(attribute), source, re.M):
                    return f"{name.removeprefix('derelayl_econ.')}.{attribute}"
    raise LookupError(formula.name)


def _holds(value: Any, formula: Formula) -> bool:
    if isinstance(value, dict | type):
        value = tuple((value if isinstance(value, dict) else vars(value)).values())
    return value is formula or (
        isinstance(value, tuple) and any(_holds(part, formula) for part in value)
    )


def _text(words: str) -> str:
    """Return plain words for Markdown: no character of theirs is taken for a mark."""
    return re.sub(r"([\\`*_{}\[\]<>|$~#])", r"\\\1", words)
