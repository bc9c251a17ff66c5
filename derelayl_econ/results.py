"""What solvers hand back: frozen results that print as a table and say what they guarantee.

Definitions used everywhere in the package
------------------------------------------
*Regret* of a profile: the largest amount any player (or type) gains by deviating alone; a profile
is an equilibrium exactly when its regret is zero. *Coverage* is what a method guarantees about its
list, never what it happened to find.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

__all__ = [
    "Certificate",
    "Coverage",
    "Equilibrium",
    "EquilibriumSet",
    "Result",
    "Status",
    "format_number",
    "format_table",
    "frozen_array",
    "json_safe",
]

Array = npt.NDArray[np.float64]


class Coverage(StrEnum):
    """What a list of equilibria is guaranteed to contain."""

    ALL = "all"
    SOME = "some"
    ONE = "one"


class Status(Enum):
    """How a computation ended; the value is the message."""

    SOLVED = "solved"
    CERTIFIED = "solved; the number and the places are certified in exact or ball arithmetic"
    UNRESOLVED = "solved, but a root lies too near a tangency to be told from none or two"
    BUDGET = "stopped at the time or iteration budget; the list may be incomplete"


@runtime_checkable
class Certificate(Protocol):
    """Evidence that can be checked again without trusting the solver."""

    @property
    def status(self) -> str:
        """One of ``"exact"``, ``"certified-ball"`` and ``"numeric-only"``."""

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes, in words."""

    def check(self) -> bool:
        """Re-derive the claim from the game's data; True only if it holds."""


class Result:
    """Mixin of all result dataclasses: table, HTML and JSON-safe dictionary.

    A subclass may override :meth:`table` to choose the columns it prints.
    """

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return (headers, rows) of the printed table; by default one row per field."""
        return ("quantity", "value"), [(name, value) for name, value in self._items()]

    def caption(self) -> str:
        """Return the line printed above the table: the class's name in words, by default."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(self).__name__).capitalize()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as built-in types: safe for ``json.dumps``."""
        return {name: json_safe(value) for name, value in self._items()}

    def __str__(self) -> str:
        headers, rows = self.table()
        return f"{self.caption()}\n{format_table(headers, rows)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Show the table in IPython, too, not the fields."""
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        headers, rows = self.table()
        head = "".join(f"<th>{html.escape(str(h))}</th>" for h in headers)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(format_number(v))}</td>" for v in row) + "</tr>"
            for row in rows
        )
        caption = html.escape(self.caption())
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>"

    def _items(self) -> Iterator[tuple[str, Any]]:
        for field in fields(self):  # type: ignore[arg-type]
            if field.repr:
                yield field.name, getattr(self, field.name)


@dataclass(frozen=True, kw_only=True, eq=False)
class Equilibrium(Result):
    """One equilibrium with the evidence for it.

    Attributes
    ----------
    strategy : float or tuple of arrays
        Probability of training in symmetric two-action games, else one probability vector per
        player or type.
    payoff : float or tuple of floats
        Expected payoff per participant (money), or one per player.
    regret : float
        Largest unilateral gain (money), >= 0; measured from the payoffs, not from the solver.
    stable : bool or None
        Stable under the replicator dynamic (and an ESS); None where it was not decided.
    certificate : Certificate or None
        Evidence that can be checked again.
    label : str
        A name for people, such as ``"mixed"`` or ``"K = 3 train"``.
    """

    strategy: Any
    payoff: Any
    regret: float
    stable: bool | None = None
    certificate: Certificate | None = None
    label: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class EquilibriumSet(Result, Sequence[Equilibrium]):
    """Equilibria in increasing order of strategy, and what the method guarantees about the list.

    Attributes
    ----------
    equilibria : tuple of Equilibrium
    coverage : Coverage
        ``"all"``, ``"some"`` or ``"one"``; compares equal to the plain string.
    method : str
        The algorithm, by name and source.
    status : Status
        How the computation ended.
    certificate : Certificate or None
        Evidence for the *number* of equilibria, where that was asked for.
    """

    equilibria: tuple[Equilibrium, ...]
    coverage: Coverage
    method: str
    status: Status = Status.SOLVED
    certificate: Certificate | None = None

    def __len__(self) -> int:
        return len(self.equilibria)

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self.equilibria)

    def __getitem__(self, index: Any) -> Any:
        return self.equilibria[index]

    @property
    def regret(self) -> float:
        """Largest regret in the list (0 for an empty list)."""
        return max((equilibrium.regret for equilibrium in self.equilibria), default=0.0)

    def caption(self) -> str:
        """Return the one-line summary."""
        count = f"{len(self)} equilibri{'um' if len(self) == 1 else 'a'}"
        return f"{count}, coverage: {self.coverage}; {self.method}; {self.status.value}"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per equilibrium."""
        headers = ("strategy", "payoff", "regret", "stable", "certificate", "label")
        rows = [
            (e.strategy, e.payoff, e.regret, _word(e.stable), _status(e.certificate), e.label)
            for e in self
        ]
        return headers, rows


def frozen_array(values: npt.ArrayLike, dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """Return a read-only copy of ``values``; results never share memory with their inputs."""
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


def format_number(value: object) -> str:
    """Format a table cell: six significant digits, arrays shortened, None as a dash."""
    if value is None:
        return "-"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    if isinstance(value, np.ndarray):
        shown = ", ".join(format_number(v) for v in value.ravel()[:6])
        return f"[{shown}{', ...' if value.size > 6 else ''}]"
    if isinstance(value, list | tuple):
        shown = ", ".join(format_number(v) for v in value[:6])
        return f"({shown}{', ...' if len(value) > 6 else ''})"
    return str(value)


def format_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return an aligned plain-text table.

    Examples
    --------
    >>> print(format_table(["p", "stable"], [[0.25, True], [1.0, False]]))
    p     stable
    0.25  yes
    1     no
    """
    cells = [[str(h) for h in headers]] + [[format_number(v) for v in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headers))]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def json_safe(value: Any) -> Any:
    """Return ``value`` as JSON types; infinities and NaN, which JSON lacks, become strings."""
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return json_safe(value.tolist())
    if isinstance(value, np.generic):
        return json_safe(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_safe(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Certificate):
        return {"status": value.status, "claim": value.claim}
    return str(value)


def _word(stable: bool | None) -> str:
    return "undecided" if stable is None else ("yes" if stable else "no")


def _status(certificate: Certificate | None) -> str:
    return "none" if certificate is None else certificate.status
