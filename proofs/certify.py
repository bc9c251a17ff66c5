"""Find certificates for all theorems and write them: ``python -m proofs.certify [--afresh]``.

Certificates in the file that still hold for today's statements are kept, unless told otherwise;
the search, at most some seconds for each statement, goes through the others. What was found is
written as the search goes on: an interrupted search is continued by the next one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from derelayl_econ.files import write_atomically
from proofs.check_certs import CERTIFICATES, check, digest, holds
from proofs.kernel import Theorem
from proofs.library import THEOREMS
from proofs.lowered import names, statement
from proofs.trees import SECONDS, certificate

__all__ = ["entries", "main", "wanted"]

_PAUSE = 10.0  # seconds between two writes


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
    open_entries: list[dict[str, Any]], known: dict[str, Any], seconds: float, workers: int = 1
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the entries, each with whether it has a certificate, which then is in the entry.

    Parameters
    ----------
    open_entries : list of dict
        As :func:`wanted` returns them.
    known : dict
        Earlier certificates by hash, used where they hold; they come first.
    seconds : float
        Computing time for one statement.
    workers : int
        Processes that search.
    """
    unknown = [entry for entry in open_entries if entry["sha256"] not in known]
    for entry in open_entries:
        if entry["sha256"] in known:
            yield _checked(entry, known[entry["sha256"]])
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        searches = {pool.submit(certificate, e["statement"], seconds): e for e in unknown}
        for search in as_completed(searches):
            yield _checked(searches[search], search.result())


def _checked(entry: dict[str, Any], proof: Any) -> tuple[dict[str, Any], bool]:
    if proof is None:
        return {k: entry[k] for k in ("theorem", "claim", "obligation", "sha256")}, False
    check(entry | {"proof": proof})
    return entry | {"proof": proof}, True


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.certify", description=__doc__)
    parser.add_argument("--afresh", action="store_true", help="search for all certificates again")
    parser.add_argument("--file", type=Path, default=CERTIFICATES, help="where they are kept")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for one statement")
    parser.add_argument("--workers", type=int, default=1, help="processes that search")
    options = parser.parse_args(arguments)
    known = {} if options.afresh or not options.file.exists() else _known(options.file)
    started = written = time.perf_counter()
    found: dict[str, tuple[dict[str, Any], bool]] = {}
    open_entries = wanted()
    for entry, good in entries(open_entries, known, options.seconds, options.workers):
        found[entry["sha256"]] = entry, good
        if not good:
            print(f"no certificate: {entry['theorem']}: {entry['claim']}: {entry['obligation']}",
                  flush=True)  # fmt: skip
        if time.perf_counter() > written + _PAUSE:
            _write(options.file, open_entries, found)
            written = time.perf_counter()
    _write(options.file, open_entries, found)
    certified = sum(good for _, good in found.values())
    print(f"{certified} certificates, {len(found) - certified} statements without, "
          f"in {time.perf_counter() - started:.0f} s")  # fmt: skip
    return 0


def _write(path: Path, order: list[dict[str, Any]], found: dict[str, tuple[Any, bool]]) -> None:
    """Write what was found so far, in the order of the theorems."""
    hashes = [entry["sha256"] for entry in order if entry["sha256"] in found]
    parts = {
        good: [found[h][0] for h in hashes if found[h][1] == good] for good in (True, False)
    }  # fmt: skip
    write_atomically(path, _text(parts[True], parts[False]).encode())


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
