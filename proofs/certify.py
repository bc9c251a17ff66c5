"""Find certificates for all theorems and write them: ``python -m proofs.certify [--afresh]``.

Certificates in the file that still hold for today's statements are kept, unless told otherwise;
the search, at most some seconds for each statement, goes through the others.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from proofs.check_certs import CERTIFICATES, check, digest, holds
from proofs.kernel import Theorem
from proofs.library import THEOREMS
from proofs.lowered import names, statement
from proofs.trees import certificate

__all__ = ["entries", "main", "wanted"]


def wanted(theorems: tuple[Theorem, ...] = THEOREMS) -> list[dict[str, Any]]:
    """Return what must be impossible for the theorems to hold, each statement once."""
    found: dict[str, dict[str, Any]] = {}
    for theorem in theorems:
        for claim in theorem.claims:
            for obligation in claim.obligations():
                plain = statement(obligation.script)
                entry = {
                    "theorem": theorem.code,
                    "claim": claim.name,
                    "obligation": obligation.name,
                    "sha256": digest(plain),
                    "variables": names(obligation.script),
                    "statement": plain,
                }
                found.setdefault(digest(plain), entry)
    return list(found.values())


def entries(
    open_entries: list[dict[str, Any]], known: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the entries with a certificate, and those for which none was found.

    Parameters
    ----------
    open_entries : list of dict
        As :func:`wanted` returns them.
    known : dict
        Earlier certificates by hash, used where they hold.
    """
    certified, uncertified = [], []
    for entry in open_entries:
        proof = known.get(entry["sha256"]) or certificate(entry["statement"])
        if proof is None:
            uncertified.append({k: entry[k] for k in ("theorem", "claim", "obligation", "sha256")})
        else:
            certified.append({**entry, "proof": proof})
            check(certified[-1])
    return certified, uncertified


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.certify", description=__doc__)
    parser.add_argument("--afresh", action="store_true", help="search for all certificates again")
    parser.add_argument("--file", type=Path, default=CERTIFICATES, help="where they are kept")
    options = parser.parse_args(arguments)
    known = {} if options.afresh or not options.file.exists() else _known(options.file)
    started = time.perf_counter()
    certified, uncertified = entries(wanted(), known)
    options.file.write_text(_text(certified, uncertified), encoding="utf-8")
    for entry in uncertified:
        print(f"no certificate: {entry['theorem']}: {entry['claim']}: {entry['obligation']}")
    print(f"{len(certified)} certificates, {len(uncertified)} statements without, "
          f"in {time.perf_counter() - started:.0f} s")  # fmt: skip
    return 0


def _known(path: Path) -> dict[str, Any]:
    stored = json.loads(path.read_text(encoding="utf-8"))["certified"]
    return {entry["sha256"]: entry["proof"] for entry in stored if holds(entry)}


def _text(certified: list[dict[str, Any]], uncertified: list[dict[str, Any]]) -> str:
    """Return the file's text: one line for each entry, so that changes are readable."""
    sections = [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(e) for e in many) + "\n]"
        for name, many in (("certified", certified), ("uncertified", uncertified))
    ]
    return "{" + ",\n".join(sections) + "}\n"


if __name__ == "__main__":
    sys.exit(main())
