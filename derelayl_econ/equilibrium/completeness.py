r"""A certificate that a list of extreme equilibria of a two-player game is complete.

The game: the row player picks one of m rows and is paid by A, the column player one of n columns
and is paid by B; labels, polytopes P and Q and the perturbation are those of
:mod:`derelayl_econ.equilibrium.vertices` and :mod:`derelayl_econ.equilibrium.lexicographic`.

Completeness is re-derived without the search that found the list. Perturbed P and Q are simple
polytopes, of which the certificate lists the bases. For each one the checker solves the linear
system anew and sees that its solution is feasible. An edge of a simple polytope is named by the
d - 1 variables at zero along it and has two ends; so if each d - 1 of the variables at zero in a
listed basis are shared by exactly two listed bases, no edge leads out of the list, and, the graph
of a polytope being connected (Balinski 1961), no basis is missing. Hence no vertex of P or Q is
missing, and the extreme equilibria are the pairs of vertices that carry all labels, which the
checker forms again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

from flint import fmpz_mat

from derelayl_econ.equilibrium.payoff_tables import (
    ExactMatrix,
    ExactProfile,
    ExactVector,
    IntegerMatrix,
    positive_integers,
    transposed,
)
from derelayl_econ.equilibrium.vertices import completely_labelled, ones

__all__ = ["CompletenessCertificate"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CompletenessCertificate:
    """A list of equilibria and the bases of both polytopes that prove it complete.

    Parameters
    ----------
    row_payoffs, column_payoffs : tuple of tuples of Fraction, shape (m, n)
    row_bases, column_bases : tuple of int
        Labels (rows 0..m-1, columns m..m+n-1, as bits) of each basis of perturbed P and Q.
    profiles : tuple of (x, y)
        The extreme equilibria.
    """

    row_payoffs: ExactMatrix
    column_payoffs: ExactMatrix
    row_bases: tuple[int, ...]
    column_bases: tuple[int, ...]
    profiles: tuple[ExactProfile, ...]

    @property
    def status(self) -> str:
        """Always ``"exact"``."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        number = len(self.profiles)
        plural = "um" if number == 1 else "a"
        return f"exactly {number} extreme equilibri{plural}; every other mixes these"

    def check(self) -> bool:
        """Re-derive the claim from the payoffs in exact arithmetic; True only if it holds.

        Examples
        --------
        >>> from derelayl_econ.equilibrium.bimatrix import solve_bimatrix
        >>> certificate = solve_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]]).certificate
        >>> certificate.claim, certificate.check()
        ('exactly 3 extreme equilibria; every other mixes these', True)
        """
        A, B = self.row_payoffs, self.column_payoffs
        rows, columns = range(len(A)), range(len(A), len(A) + len(A[0]))
        own = _vertices(positive_integers(transposed(B)), self.row_bases, [*rows, *columns])
        other = _vertices(positive_integers(A), self.column_bases, [*columns, *rows])
        if own is None or other is None:
            return False
        found = completely_labelled(list(own), list(other), len(rows) + len(columns))
        return Counter((own[x], other[y]) for x, y in found) == Counter(self.profiles)


def _vertices(
    M: IntegerMatrix, bases: Sequence[int], labels: Sequence[int]
) -> dict[int, ExactVector] | None:
    """Return labels and place of every vertex but 0, or None if the bases are not all of them.

    ``labels`` names the d coordinates and then the slacks of {z >= 0, M z <= 1}.
    """
    if not _closed(bases, len(M[0]), len(labels)):
        return None
    vertices: dict[int, ExactVector] = {}
    for basis in bases:
        values = _feasible_values(M, [bool(basis >> label & 1) for label in labels])
        if values is None:
            return None
        point, total = values[: len(M[0])], sum(values[: len(M[0])])
        if total:
            tight = sum(1 << label for label, v in zip(labels, values, strict=True) if v == 0)
            vertices[tight] = tuple(Fraction(value, total) for value in point)
    return vertices


def _closed(bases: Sequence[int], dimension: int, variables: int) -> bool:
    """Return whether each edge that leaves a listed basis leads to exactly one other."""
    if not all(0 <= b < 1 << variables and b.bit_count() == dimension for b in bases):
        return False
    ends = Counter(basis - (1 << place) for basis in bases for place in ones(basis))
    return set(ends.values()) == {2}


def _feasible_values(M: IntegerMatrix, zero: Sequence[bool]) -> list[int] | None:
    """Solve for the basis; None if it is singular or infeasible in the perturbed polytope.

    With J the coordinates not at zero and R the slacks at zero, M_RJ z_J = 1. Returned are the
    coordinates and then the slacks, times a positive number. Those of the basis must be positive,
    or zero with a positive perturbation.
    """
    size = len(M[0])
    J = [j for j in range(size) if not zero[j]]
    R = [i for i in range(len(M)) if zero[size + i]]
    block = fmpz_mat(len(R), len(J), [M[i][j] for i in R for j in J])
    if len(J) != len(R) or block.det() == 0:
        return None
    unit, solution = _over_common_unit(block.solve(fmpz_mat(len(R), 1, [1] * len(R))).entries())
    values = [0] * size
    for j, value in zip(J, solution, strict=True):
        values[j] = value
    values += [unit - sum(map(mul, row, values)) for row in M]
    if min(values) < 0:
        return None
    flat = [v for v, value in enumerate(values) if value == 0 and not zero[v]]
    return values if not flat or _perturbed_positive(M, J, R, block, flat) else None


def _perturbed_positive(
    M: IntegerMatrix, J: list[int], R: list[int], block: Any, flat: Sequence[int]
) -> bool:
    """Return whether variables of the basis with value zero turn positive in the perturbed copy.

    With W the inverse of M_RJ: z_J = W (1 + e_R), and slack i is (1 + e_i) - M_iJ z_J; the first
    nonzero coefficient of e_1, e_2, ... decides.
    """
    unit, entries = _over_common_unit(block.inv().entries())
    W = [entries[start : start + len(R)] for start in range(0, len(entries), len(R))]
    for variable in flat:
        i = variable - len(M[0])
        if i < 0:
            coefficients = dict(zip(R, W[J.index(variable)], strict=True))
        else:
            row = [M[i][j] for j in J]
            coefficients = {
                r: -sum(map(mul, row, column))
                for r, column in zip(R, zip(*W, strict=True), strict=True)
            }
            coefficients[i] = unit
        if next(coefficients[r] for r in sorted(coefficients) if coefficients[r]) < 0:
            return False
    return True


def _over_common_unit(values: Sequence[Any]) -> tuple[int, list[int]]:
    """Return the rationals as whole numbers over one positive common denominator."""
    unit = math.lcm(*(int(value.q) for value in values))
    return unit, [int(value.p) * (unit // int(value.q)) for value in values]
