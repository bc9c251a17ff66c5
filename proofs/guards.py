"""What must hold besides the theorems: nothing false is proved, no mistake goes unnoticed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from proofs.canaries import CANARIES, refute
from proofs.check_certs import CERTIFICATES, holds
from proofs.mutation import listed, mutate
from proofs.solvers import Quorum

__all__ = ["GUARDS", "Finding", "certificates_hold", "false_statements_fall", "mistakes_show"]


@dataclass(frozen=True)
class Finding:
    """What a guard says in one line, and what it found wrong."""

    words: str
    problems: tuple[str, ...] = ()


def false_statements_fall() -> Finding:
    """Refute each canary at an exact point; neither solver pair may prove it."""
    with Quorum() as quorum:
        found = [refute(claim, quorum) for claim in CANARIES]
    living = tuple(f"NOT REFUTED: {one.claim}" for one in found if not one.refuted)
    return Finding(f"{len(found) - len(living)} of {len(found)} false statements refuted", living)


def certificates_hold() -> Finding:
    """Check the stored certificates without any solver."""
    content = json.loads(CERTIFICATES.read_text(encoding="utf-8"))
    entries, without = content["certified"], len(content["uncertified"])
    wrong = tuple(f"REJECTED {e['theorem']}: {e['obligation']}" for e in entries if not holds(e))
    words = f"{len(entries) - len(wrong)} of {len(entries) + without} statements have a certificate"
    return Finding(f"{words} that holds", wrong)


def mistakes_show() -> Finding:
    """Put small mistakes in the place of the shipped formulas: some claim must fail."""
    fates, seconds = mutate()
    survivors = tuple(f"SURVIVES {fate.formula}: {fate.wrong}" for fate in fates if not fate.how)
    counts = Counter(fate.how for fate in fates if fate.how)
    how = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    killed = f"{len(fates) - len(survivors)} of {len(fates)} variants"
    words = f"{killed} of {len(listed())} formulas killed ({how}) in {seconds:.0f} s"
    return Finding(words, survivors)


GUARDS = (false_statements_fall, certificates_hold, mistakes_show)
"""All that run with all theorems."""
