"""Prove everything: ``python -m proofs [--json] [--theorem CODE]``; ``--page`` writes the page.

Exit code 0 only if every claim of every theorem holds by both solvers, every canary is refuted,
every certificate holds and no mistake in a formula goes unnoticed (``--mutants`` runs only that).
``--theorem`` proves without those guards; ``--idle`` lists hypotheses that a claim does not need.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from derelayl_econ.results import format_table
from proofs.guards import GUARDS, mistakes_show
from proofs.idle import idle
from proofs.kernel import Theorem, Verdict, check
from proofs.library import THEOREMS
from proofs.page import PAGE, page
from proofs.solvers import ENGINES, Quorum, missing

__all__ = ["MISSING", "main", "prove", "report"]

MISSING = "not installed: {}; `pip install derelayl_econ[proofs]` installs the solvers"


def prove(theorems: tuple[Theorem, ...] = THEOREMS) -> dict[str, list[Verdict]]:
    """Return the verdict on each claim, by code of the theorem."""
    with Quorum() as quorum:
        return {t.code: [check(claim, quorum) for claim in t.claims] for t in theorems}


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    parser.add_argument("--theorem", choices=[t.code for t in THEOREMS], action="append",
                        help="prove only this one; may be repeated")  # fmt: skip
    parser.add_argument("--mutants", action="store_true", help="put mistakes into the formulas")
    parser.add_argument("--idle", action="store_true", help="list hypotheses that are not needed")
    parser.add_argument("--page", action="store_true", help="write theorems.md again, and no more")
    options = parser.parse_args(arguments)
    if options.page:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if missing():
        print(MISSING.format(", ".join(missing())), file=sys.stderr)
        return 1
    if options.mutants:
        found = mistakes_show()
        print(*found.problems, found.words, sep="\n")
        return 1 if found.problems else 0
    if options.idle:
        print(json.dumps(idle(_chosen(options.theorem)), indent=1))
        return 0
    text, proved = report(options.theorem, as_json=options.json)
    print(text)
    return 0 if proved else 1


def report(codes: Sequence[str] | None = None, *, as_json: bool = False) -> tuple[str, bool]:
    """Prove the theorems of these codes; or all of them, and run the guards.

    Returns
    -------
    (str, bool)
        What to print, and whether everything is as it should be.
    """
    chosen = _chosen(codes)
    started = time.perf_counter()
    verdicts = prove(chosen)
    seconds = time.perf_counter() - started
    proved = all(verdict.proved for many in verdicts.values() for verdict in many)
    found = [] if codes else [guard() for guard in GUARDS]
    problems = [problem for finding in found for problem in finding.problems]
    words = [finding.words for finding in found]
    if as_json:
        text = _json(chosen, verdicts, words, problems, seconds)
    else:
        text = "\n".join([_table(chosen, verdicts, seconds), *words, *problems])
    return text, proved and not problems


def _chosen(codes: Sequence[str] | None) -> tuple[Theorem, ...]:
    return tuple(t for t in THEOREMS if not codes or t.code in codes)


def _row(theorem: Theorem, verdicts: list[Verdict]) -> dict[str, Any]:
    return {
        "theorem": theorem.code,
        "title": theorem.title,
        "claims": len(verdicts),
        "proved": sum(verdict.proved for verdict in verdicts),
        "queries": sum(verdict.scripts for verdict in verdicts) * len(ENGINES),
        "refuted": sum(len(verdict.counterexamples) for verdict in verdicts),
        "seconds": round(sum(verdict.seconds for verdict in verdicts), 2),
        "verdict": "proved" if all(verdict.proved for verdict in verdicts) else "OPEN",
    }


def _table(theorems: tuple[Theorem, ...], verdicts: dict[str, list[Verdict]], total: float) -> str:
    rows = [_row(theorem, verdicts[theorem.code]) for theorem in theorems]
    lines = [format_table(tuple(rows[0]), [tuple(row.values()) for row in rows])]
    lines += [
        f"OPEN {code}, {verdict.claim}: {failure}"
        for code, many in verdicts.items()
        for verdict in many
        for failure in verdict.failures or (() if verdict.proved else ("nothing to prove",))
    ]
    count = sum(row["claims"] for row in rows)
    done = sum(row["proved"] for row in rows)
    lines.append(f"{done} of {count} claims proved by {' and '.join(ENGINES)} in {total:.1f} s")
    return "\n".join(lines)


def _json(
    theorems: tuple[Theorem, ...], verdicts: dict[str, list[Verdict]], guards: list[str],
    problems: list[str], total: float,
) -> str:  # fmt: skip
    told = [
        {
            **_row(theorem, verdicts[theorem.code]),
            "statement": theorem.statement,
            "formulas": [formula.name for formula in theorem.formulas],
            "trusted": theorem.trusted,
            "source": theorem.source,
            "details": [
                {"claim": v.claim, "proved": v.proved, "failures": v.failures}
                for v in verdicts[theorem.code]
            ],
        }
        for theorem in theorems
    ]
    found = {"seconds": round(total, 2), "theorems": told, "guards": guards,
             "problems": problems}  # fmt: skip
    return json.dumps(found, indent=1)


if __name__ == "__main__":
    sys.exit(main())
