r"""The core and the least core of a worth function, with certificates either way.

Payments x with x(N) = v(N) are in the *core* if x(S) >= v(S) for every coalition S: nobody gains by
leaving. The *least core* takes the smallest eps for which x(S) >= v(S) - eps is possible for all
S other than nobody and everybody; the core is empty iff that eps is > 0 (Maschler, Peleg, Shapley
1979). By the Bondareva-Shapley theorem the core is empty iff there are *balancing weights*
lambda_S >= 0 on proper coalitions with sum over S containing i of lambda_S = 1 for every i, and
sum lambda_S v(S) > v(N). The dual prices of the least core's linear program, divided by what they
add up to per player, are such weights, and then sum lambda_S v(S) - v(N) = eps sum lambda_S.

The point given for a core that is not empty, or for the least core, is the prenucleolus: it lies in
every least core, treats equals equally, and is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import SolverError
from derelayl_econ.games.coalition_algebra import ExactWorths
from derelayl_econ.games.coalition_shapes import rounding_of
from derelayl_econ.games.coalition_tables import coalition_of
from derelayl_econ.games.nucleolus import Nucleolus
from derelayl_econ.games.nucleolus_proof import Level, NucleolusCertificate
from derelayl_econ.results import Certificate, Result, frozen_array

__all__ = [
    "Core",
    "EmptyCore",
    "LeastCore",
    "PointInCore",
    "Withdrawal",
    "core_of",
    "least_core_of",
    "withdrawal_of",
]

Array = npt.NDArray[np.float64]
Weights = tuple[tuple[frozenset[int], Fraction], ...]


@dataclass(frozen=True, eq=False)
class EmptyCore:
    """Balancing weights that prove a core empty; :meth:`check` adds them up exactly."""

    table: Array
    weights: Weights

    @property
    def status(self) -> str:
        """``"exact"``: everything is rational."""
        return "exact"

    @property
    def claim(self) -> str:
        """What is established."""
        return "the core is empty: a balanced collection is worth more than everybody together"

    @property
    def gain(self) -> Fraction:
        """By how much the balanced collection is worth more (unit of v)."""
        worths = ExactWorths(self.table)
        total = sum((w * worths[_mask(s)] for s, w in self.weights), Fraction(0))
        return total - worths[self.table.size - 1]

    def check(self) -> bool:
        """Re-derive the claim from the worths."""
        players = range(self.table.size.bit_length() - 1)
        balanced = all(sum(w for s, w in self.weights if i in s) == 1 for i in players)
        return balanced and all(w >= 0 for _, w in self.weights) and self.gain > 0

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"


@dataclass(frozen=True, eq=False)
class PointInCore:
    """An exact allocation that no coalition can improve on; :meth:`check` tries them all."""

    table: Array
    allocation: tuple[Fraction, ...]

    @property
    def status(self) -> str:
        """``"exact"``, or ``"numeric-only"`` where a coalition gains by rounding alone."""
        return "exact" if self.largest_excess <= 0 else "numeric-only"

    @property
    def claim(self) -> str:
        """What is established."""
        return "the core is not empty: the allocation is in it"

    @property
    def largest_excess(self) -> Fraction:
        """Most that a coalition gains by leaving (unit of v); at most rounding if in the core."""
        excess, unit = ExactWorths(self.table).excesses(self.allocation)
        return Fraction(max(excess), unit)

    def check(self) -> bool:
        """Re-derive the claim from the worths."""
        paid = sum(self.allocation) == ExactWorths(self.table)[self.table.size - 1]
        return paid and self.largest_excess <= Fraction(rounding_of(self.table))

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Core(Result):
    """Whether the core is empty, and the evidence.

    Attributes
    ----------
    empty : bool
        Whether eps exceeds what the rounding of worths could do.
    epsilon : float
        The least core's eps (unit of v): the core is empty iff it is > 0.
    point : ndarray of shape (n,), or None
        A point of the core: the nucleolus.
    weights : tuple of (frozenset, Fraction)
        Balancing weights if it is empty, otherwise none.
    certificate : EmptyCore or PointInCore
    """

    empty: bool
    epsilon: float
    point: Array | None
    weights: Weights
    certificate: Certificate


@dataclass(frozen=True, kw_only=True, eq=False)
class LeastCore(Result):
    """The smallest uniform shortfall, and a point that attains it.

    Attributes
    ----------
    epsilon : float
        Largest excess of a coalition other than nobody and everybody (unit of v); negative if every
        coalition can be paid more than its worth.
    point : ndarray, shape (n,)
        The prenucleolus, which lies in the least core.
    binding : tuple of frozenset
        Coalitions that get exactly v(S) - eps everywhere in the least core.
    certificate : NucleolusCertificate
        Its first level proves that no smaller eps is possible.
    """

    epsilon: float
    point: Array
    binding: tuple[frozenset[int], ...]
    certificate: NucleolusCertificate = field(repr=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Withdrawal(Result):
    """The coalition that gains most by leaving an allocation.

    Attributes
    ----------
    coalition : frozenset
        Players who leave; everybody, if the allocation pays out less than v(N).
    gain : float
        v(S) - x(S) (unit of v), the largest of all coalitions.
    affordable : bool
        Whether the allocation pays no more than v(N), up to rounding.
    in_core : bool
        Whether it is affordable and nobody gains by leaving, up to rounding.
    """

    coalition: frozenset[int]
    gain: float
    affordable: bool
    in_core: bool


def core_of(table: Array, prenucleolus: Nucleolus) -> Core:
    """Return the core of a table of worths, given its prenucleolus; SolverError if undecided.

    Examples
    --------
    >>> from derelayl_econ.games.nucleolus import nucleolus_of
    >>> majority = np.array([0.0, 0, 0, 1, 0, 1, 1, 1])
    >>> core = core_of(majority, nucleolus_of(majority, individual=False))
    >>> core.empty, [(sorted(s), str(w)) for s, w in core.weights], core.certificate.check()
    (True, [([0, 1], '1/2'), ([0, 2], '1/2'), ([1, 2], '1/2')], True)
    """
    least = prenucleolus.certificate.levels[0]
    empty = float(least.excess) > rounding_of(table)
    weights = _balanced(least, len(prenucleolus.exact)) if empty else ()
    point = PointInCore(table, prenucleolus.exact)
    certificate = EmptyCore(table, weights) if empty else point
    if not certificate.check():
        raise SolverError("the core could not be decided: excesses are nearer to 0 than 1e-9 of "
                          "the largest worth", partial=prenucleolus)  # fmt: skip
    return Core(
        empty=empty,
        epsilon=float(least.excess),
        point=None if empty else prenucleolus.allocation,
        weights=weights,
        certificate=certificate,
    )


def least_core_of(prenucleolus: Nucleolus) -> LeastCore:
    """Return the least core of the game that the prenucleolus belongs to."""
    first = prenucleolus.certificate.levels[0]
    return LeastCore(
        epsilon=float(first.excess),
        point=frozen_array(prenucleolus.allocation),
        binding=tuple(coalition_of(mask) for mask, _ in first.coalitions),
        certificate=prenucleolus.certificate,
    )


def withdrawal_of(table: Array, excesses: Array) -> Withdrawal:
    """Return the coalition with the largest excess, given all of them by bitmask."""
    mask = int(np.argmax(excesses[1:])) + 1
    slack = rounding_of(table)
    affordable = bool(excesses[-1] >= -slack)
    return Withdrawal(
        coalition=coalition_of(mask),
        gain=float(excesses[mask]),
        affordable=affordable,
        in_core=affordable and bool(excesses[mask] <= slack),
    )


def _balanced(level: Level, players: int) -> Weights:
    """Scale the weights of the first level so that each player's add up to 1."""
    # They lie in the span of everybody: every player's weights have the same sum.
    (share,) = set(level.balanced_sum(players))
    return tuple((coalition_of(mask), weight / share) for mask, weight in level.coalitions)


def _mask(coalition: frozenset[int]) -> int:
    return sum(1 << i for i in coalition)
