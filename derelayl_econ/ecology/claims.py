r"""Which of the paper's claims survive under which rules: sustainable, permissionless, shared.

The abstract of the DeRelayL paper promises a *sustainable* system in which *permissionless*
participants *share the model*. For a simulated ecology this module reads the three as numbers:

- sustainable: the share of communities whose relay is alive after all rounds;
- permissionless: of the trainers drawn who wanted to take part, the share who found a match, and
  were not turned away for lack of coins or owners;
- shared: the share of participants who hold one of the eleven newest versions.

The last two are means over the second half of each community's life. A claim *holds* at 95 % or
more, *fails* at 5 % or less and holds *partly* in between. The reading is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from derelayl_econ.ecology.mean_field import AGES
from derelayl_econ.ecology.run import EcologyRun
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result
from derelayl_econ.seeds import Seed, child, root_of

if TYPE_CHECKING:
    from derelayl_econ.ecology.ecology import Ecology

__all__ = ["CLAIMS", "Claims", "ClaimsTable", "judge_claims"]

CLAIMS = ("sustainable", "permissionless", "shared")
HOLDS, FAILS = 0.95, 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class Claims(Result):
    """The three claims under one set of rules.

    Attributes
    ----------
    rules : str
        Name of the rules.
    sustainable, permissionless, shared : float
        Shares in [0, 1].
    rounds : float
        Mean rounds lived.
    gini : float
        Mean Gini coefficient of the coins held at the end.
    """

    rules: str
    sustainable: float
    permissionless: float
    shared: float
    rounds: float
    gini: float

    def verdict(self, claim: str) -> str:
        """Return ``"holds"``, ``"partly"`` or ``"fails"`` for one of the three claims."""
        if claim not in CLAIMS:
            raise InputError("claim", claim, f"be one of {', '.join(CLAIMS)}")
        share = getattr(self, claim)
        return "holds" if share >= HOLDS else "fails" if share <= FAILS else "partly"


@dataclass(frozen=True, kw_only=True, eq=False)
class ClaimsTable(Result, Sequence[Claims]):
    """The claims under several sets of rules, ``rounds`` rounds each."""

    rows: tuple[Claims, ...]
    rounds: int

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def caption(self) -> str:
        """Return the one-line summary."""
        return f"Claims after {self.rounds} rounds, by rules"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per set of rules."""
        return ("rules", *CLAIMS, "rounds lived", "Gini"), [
            (row.rules, *(f"{row.verdict(claim)} ({getattr(row, claim):.2f})" for claim in CLAIMS),
             row.rounds, row.gini)
            for row in self.rows
        ]  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return one row per set of rules, with numbers and verdicts."""
        return pd.DataFrame([
            row.to_dict() | {f"{claim}_verdict": row.verdict(claim) for claim in CLAIMS}
            for row in self.rows
        ])  # fmt: skip


def judge_claims(
    variants: Mapping[str, Ecology], rounds: int, rng: Seed, replications: int, *, workers: int = 1
) -> ClaimsTable:
    """Simulate each set of rules and judge the three claims.

    Parameters
    ----------
    variants : mapping of str to Ecology
        Rules by name.
    rounds, replications, workers : int
        As in :meth:`Ecology.replicate <derelayl_econ.ecology.Ecology.replicate>`.
    rng : int, SeedSequence or Generator

    Raises
    ------
    InputError
        If there are no variants, or one is not an Ecology.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology
    >>> rules = {"authors": Ecology(64), "reserve of 1": Ecology(64, reserve=1)}
    >>> for row in judge_claims(rules, rounds=50, rng=1, replications=5):
    ...     print(row.rules, [row.verdict(claim) for claim in CLAIMS])
    authors ['holds', 'holds', 'holds']
    reserve of 1 ['fails', 'fails', 'fails']
    """
    from derelayl_econ.ecology.ecology import Ecology

    if not isinstance(variants, Mapping) or not variants:
        raise InputError("variants", variants, "name at least one ecology")
    for name, ecology in variants.items():
        if not isinstance(ecology, Ecology):
            raise InputError(f"variants[{name!r}]", ecology, "be an Ecology")
    root = root_of(rng)
    rows = [
        _judged(str(name), list(ecology.replicate(rounds, child(root, k), replications,
                                                  workers=workers)))
        for k, (name, ecology) in enumerate(variants.items())
    ]  # fmt: skip
    return ClaimsTable(rows=tuple(rows), rounds=rounds)


def _judged(name: str, runs: Sequence[EcologyRun]) -> Claims:
    return Claims(
        rules=name,
        sustainable=float(np.mean([run.alive for run in runs])),
        permissionless=float(np.mean([_admitted(run) for run in runs])),
        shared=float(np.mean([_shared(run) for run in runs])),
        rounds=float(np.mean([run.rounds for run in runs])),
        gini=float(np.mean([run.gini[-1] for run in runs])),
    )


def _admitted(run: EcologyRun) -> float:
    """Return the share of those who wanted to train that could; 0 if nobody wanted to."""
    half = run.rounds // 2
    wanted = run.joined[half:].sum()
    return float(run.matched[half:].sum() / wanted) if wanted else 0.0


def _shared(run: EcologyRun) -> float:
    """Return the share of participants with a version at most ten behind the newest."""
    return float(run.version_shares[run.rounds // 2 :, :AGES].sum(axis=1).mean())
