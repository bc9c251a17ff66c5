"""Replay every certificate and the hand proofs in Coq: ``python -m proofs.coq_check``.

The hand proofs are ``proofs/coq/*.v``; certificates become Coq files here
(:mod:`proofs.coq_export`), in a folder that is thrown away unless ``--keep`` names one. Exit code 0
only if Coq accepts every file, the hand proofs declare nothing unproved, and each file rests on
:data:`ALLOWED` alone: the axioms of Coq's own real numbers, and classical logic.

Without Coq nothing is checked, which is said; ``--require`` makes that an error.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from derelayl_econ.results import format_table
from proofs.check_certs import CERTIFICATES
from proofs.coq_export import source

__all__ = ["ALLOWED", "HAND", "Row", "certificate_files", "main", "replay", "unproved"]

HAND = Path(__file__).with_name("coq")
ALLOWED = frozenset({
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "Classical_Prop.classic",
    "FunctionalExtensionality.functional_extensionality_dep",
})  # fmt: skip
MISSING = "Coq is not installed: skipped (apt install coq); use --require to make this an error"
_SECONDS = 600
_FORBIDDEN = re.compile(
    r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Declare|Unset|bypass_check|Load)\b"
)
_COMMENT = re.compile(r"\(\*(?:(?!\(\*|\*\)).)*\*\)", re.DOTALL)
_LEMMA = re.compile(r"^\s*(?:Theorem|Lemma|Corollary)\s+(\w+)", re.MULTILINE)
# All proofs in one term: asking lemma by lemma would take longer than compiling them.
_EVIDENCE = "Inductive evidence : Prop := none | and_also (P : Prop) (proof : P) (rest : evidence)."


@dataclass(frozen=True, kw_only=True)
class Row:
    """One file: how many lemmas, the seconds it took, and what is wrong ("" if nothing)."""

    file: str
    lemmas: int
    seconds: float
    problem: str


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.coq_check", description=__doc__)
    parser.add_argument("--require", action="store_true", help="fail if Coq is not installed")
    parser.add_argument("--file", type=Path, default=CERTIFICATES, help="the certificates")
    parser.add_argument("--keep", type=Path, help="a folder for the Coq files, which are kept")
    options = parser.parse_args(arguments)
    if shutil.which("coqc") is None:
        print(MISSING)
        return 1 if options.require else 0
    entries = json.loads(options.file.read_text(encoding="utf-8"))["certified"]
    hand = {path.name: path.read_text(encoding="utf-8") for path in HAND.glob("*.v")}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = replay({**hand, **certificate_files(entries)}, folder)
    _show(rows, len(entries))
    return 1 if any(row.problem for row in rows) or not entries else 0


def certificate_files(entries: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the Coq files that replay certificates, one for each theorem, by name."""
    of_theorem = defaultdict(list)
    for entry in entries:
        of_theorem[entry["theorem"]].append(entry)
    return {f"Certificates_{code}.v": source(many) for code, many in of_theorem.items()}


def replay(files: Mapping[str, str], folder: Path) -> list[Row]:
    """Write files into a folder, compile them in the order in which they need one another.

    Parameters
    ----------
    files : mapping from str to str
        The text of each file, by its name.
    folder : Path
        Where they are compiled.

    Returns
    -------
    list of Row
        One for each file; the problem is Coq's message, a word that leaves something unproved, or
        an axiom that is not in :data:`ALLOWED`.
    """
    stems = {Path(name).stem for name in files}
    needs = {Path(name).stem: _imported(text) & stems for name, text in files.items()}
    order = TopologicalSorter(needs).static_order()
    rows = [_checked(stem, files[f"{stem}.v"], folder) for stem in order]
    proved = {row.file: _LEMMA.findall(_plain(files[row.file])) for row in rows if not row.problem}
    if not _foreign_axioms(proved, folder):
        return rows
    return [
        row if row.problem
        else replace(row, problem=_foreign_axioms({row.file: proved[row.file]}, folder))
        for row in rows
    ]  # fmt: skip


def unproved(text: str) -> list[str]:
    """Return the words of a Coq file, comments apart, that leave something without a proof.

    Examples
    --------
    >>> unproved("(* no Axiom *) Lemma a : 1 = 2. Proof. Admitted.")
    ['Admitted']
    """
    return _FORBIDDEN.findall(_plain(text))


def _plain(text: str) -> str:
    """Return a Coq file without its comments, which may be nested."""
    while (shorter := _COMMENT.sub(" ", text)) != text:
        text = shorter
    return text


def _imported(text: str) -> set[str]:
    sentences = re.findall(r"\bRequire\s+(?:Import\s+|Export\s+)?([\w\s.]*?)\.\s", _plain(text))
    return {name for sentence in sentences for name in sentence.split()}


def _checked(stem: str, text: str, folder: Path) -> Row:
    (folder / f"{stem}.v").write_text(text, encoding="utf-8")
    proved = _LEMMA.findall(_plain(text))
    started = time.perf_counter()
    problem = ", ".join(unproved(text)) or _compiled(stem, folder)[0]
    seconds = time.perf_counter() - started
    return Row(file=f"{stem}.v", lemmas=len(proved), seconds=seconds, problem=problem)


def _compiled(stem: str, folder: Path) -> tuple[str, str]:
    """Return Coq's complaint about a file ("" if it has none) and what it printed."""
    try:
        done = subprocess.run(["coqc", "-q", f"{stem}.v"], cwd=folder, capture_output=True,
                              text=True, check=False, timeout=_SECONDS)  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"more than {_SECONDS} s", ""
    complaint = "" if done.returncode == 0 else done.stderr.strip() or "coqc failed"
    return complaint, done.stdout


def _foreign_axioms(proved: Mapping[str, list[str]], folder: Path) -> str:
    """Return which axioms the lemmas of compiled files rest on that are not allowed."""
    modules = {Path(name).stem: lemmas for name, lemmas in proved.items() if lemmas}
    names = [f"{stem}.{lemma}" for stem, lemmas in modules.items() for lemma in lemmas]
    if not names:
        return ""
    term = "".join(f"and_also _ (@{name}) (" for name in names) + "none" + ")" * len(names)
    question = f"{_EVIDENCE}\nDefinition all := {term}.\nPrint Assumptions all.\n"
    text = f"Require {' '.join(modules)}.\n{question}"
    (folder / "Axioms_used.v").write_text(text, encoding="utf-8")
    complaint, printed = _compiled("Axioms_used", folder)
    if complaint or "Closed under the global context" in printed:
        return complaint
    head, *lines = printed.splitlines() or [""]
    axioms = {line.split()[0] for line in lines if line[:1].strip()}
    if head != "Axioms:" or not axioms:
        return f"no list of axioms: {printed}"
    return ", ".join(f"axiom {name}" for name in sorted(axioms - ALLOWED))


def _show(rows: list[Row], certificates: int) -> None:
    cells = [(row.file, row.lemmas, f"{row.seconds:.1f}", "WRONG" if row.problem else "holds")
             for row in rows]  # fmt: skip
    print(format_table(("file", "lemmas", "seconds", "verdict"), cells))
    for row in rows:
        if row.problem:
            print(f"WRONG {row.file}: {row.problem}")
    wrong = sum(bool(row.problem) for row in rows)
    total = sum(row.seconds for row in rows)
    print(
        f"{certificates} certificates and {len(rows)} files by Coq in {total:.0f} s, {wrong} wrong"
    )


if __name__ == "__main__":
    sys.exit(main())
