r"""A proof in exact arithmetic that an allocation is the (pre)nucleolus, and the only one.

Setting: worths v(S), payments x with x(N) = v(N), excess e(S, x) = v(S) - x(S). The *prenucleolus*
is the x whose excesses, sorted from the largest, are lexicographically smallest; for the
*nucleolus* (Schmeidler 1969) x_i >= v(i) is required as well.

The proof is a chain of levels k = 1, ..., K. Let F_k be the span of 1_N and of everything named in
the levels before k. Level k names an excess eps_k, coalitions B_k outside F_k with weights
lambda > 0 summing to 1, and (nucleolus only) players P_k with weights rho > 0, such that

1. e(S, x) = eps_k on B_k, x_i = v(i) on P_k, and e(S, x) <= eps_k for every S outside F_k;
2. sum over B_k of lambda_S 1_S + sum over P_k of rho_i 1_i lies in F_k;
3. after the last level everything is in the span.

*Claim*: then x is the unique (pre)nucleolus. Let y be at least as good and agree with x on F_k (for
k = 1 it does, y(N) = v(N)). By 2 the weighted sum of excesses over B_k plus sum rho_i (v(i) - y_i)
has the same value at y as at x, that is eps_k. The second sum is <= 0, so some excess over B_k is
>= eps_k at y; were one larger, or another outside F_k, y would be worse by 1. So all terms are
equal, y agrees with x on B_k and P_k, hence on F_(k+1), and by 3 everywhere. This is Kohlberg's
(1971) criterion, which asks for balanced collections at every level of excess, with the balancing
weights written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.coalition_algebra import ExactWorths, Row, Span

__all__ = ["TOLERANCE", "Level", "NucleolusCertificate", "indicator"]

Array = npt.NDArray[np.float64]

TOLERANCE = 1e-9
"""Excesses nearer than this share of the largest worth are not told apart by linear programs."""


@dataclass(frozen=True)
class Level:
    """One level of the chain: its excess, weighted coalitions (bitmasks) and weighted players."""

    excess: Fraction
    coalitions: tuple[tuple[int, Fraction], ...]
    players: tuple[tuple[int, Fraction], ...] = ()

    def rows(self, players: int) -> list[Row]:
        """Return the indicator vectors of everything named."""
        return [indicator(mask, players) for mask in self._masks]

    def balanced_sum(self, players: int) -> list[Fraction]:
        """Return the weighted sum of the indicator vectors."""
        weights = [w for _, w in (*self.coalitions, *self.players)]
        rows = self.rows(players)
        return [
            sum((w * row[i] for w, row in zip(weights, rows, strict=True)), Fraction(0))
            for i in range(players)
        ]

    @property
    def _masks(self) -> list[int]:
        return [mask for mask, _ in self.coalitions] + [1 << i for i, _ in self.players]


@dataclass(frozen=True, eq=False)
class NucleolusCertificate:
    """The chain of levels for one allocation; :meth:`check` re-derives the claim.

    Attributes
    ----------
    table : ndarray, shape (2^n,)
        The worths by bitmask.
    allocation : tuple of Fraction, length n
        The payments, exact.
    levels : tuple of Level
    individual : bool
        Whether x_i >= v(i) is part of the definition (nucleolus) or not (prenucleolus).
    """

    table: Array
    allocation: tuple[Fraction, ...]
    levels: tuple[Level, ...]
    individual: bool

    @property
    def status(self) -> str:
        """``"exact"``, or ``"numeric-only"`` where an inequality fails by rounding."""
        return "exact" if self.violation == 0 else "numeric-only"

    @property
    def claim(self) -> str:
        """What is established."""
        name = "nucleolus" if self.individual else "prenucleolus"
        return f"the allocation is the only {name} (chain of balanced collections, Kohlberg 1971)"

    @cached_property
    def violation(self) -> Fraction:
        """Largest amount (unit of v) by which an inequality of the chain fails; 0 if none does."""
        worths = ExactWorths(self.table)
        excess, unit = worths.excesses(self.allocation)
        worst = Fraction(0)
        for level, span in zip(self.levels, self._spans, strict=False):
            highest = max(excess[~span.holds])
            worst = max(worst, Fraction(highest, unit) - level.excess)
        if self.individual:
            worst = max(worst, *(worths[1 << i] - x for i, x in enumerate(self.allocation)))
        return worst

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Re-derive the claim from the worths; inequalities may fail by ``TOLERANCE`` at most."""
        worths = ExactWorths(self.table)
        scale = Fraction(float(np.abs(self.table).max()))
        return (
            sum(self.allocation) == worths[self.table.size - 1]
            and all(self._holds(worths, k) for k in range(len(self.levels)))
            and self._spans[-1].free == 0
            and self.violation <= Fraction(TOLERANCE) * scale
        )

    @cached_property
    def _spans(self) -> list[Span]:
        """F_1, ..., F_(K+1)."""
        players = len(self.allocation)
        spans = [Span(((1,) * players,))]
        for level in self.levels:
            spans.append(spans[-1].extended(level.rows(players)))
        return spans

    def _holds(self, worths: ExactWorths, k: int) -> bool:
        """Return whether the equations of level k hold."""
        level, span = self.levels[k], self._spans[k]
        paid = {mask: sum(self.allocation[i] for i in range(len(self.allocation)) if mask >> i & 1)
                for mask, _ in level.coalitions}  # fmt: skip
        return (
            all(worths[s] - x == level.excess and not span.holds[s] for s, x in paid.items())
            and all(self.allocation[i] == worths.floor(i) for i, _ in level.players)
            and (self.individual or not level.players)
            and all(weight > 0 for _, weight in (*level.coalitions, *level.players))
            and sum(weight for _, weight in level.coalitions) == 1
            and span.sees(level.balanced_sum(len(self.allocation)))
        )


def indicator(mask: int, players: int) -> Row:
    """Return 1_S of a bitmask.

    Examples
    --------
    >>> indicator(0b101, 3)
    (1, 0, 1)
    """
    return tuple(mask >> i & 1 for i in range(players))
