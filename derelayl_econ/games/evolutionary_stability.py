r"""Evolutionarily stable states of matrix games, decided in exact arithmetic.

The game: members of a large population meet in pairs; strategy i earns A_ij against j. A state x is
*evolutionarily stable* (ESS) iff it is a best reply to itself and x'Ay > y'Ay for every other best
reply y to x (Maynard Smith and Price 1973). With S the support of x and B its set of best replies,
this says that z'Az < 0 for every z != 0 with sum z = 0, z_i = 0 outside B and z_i >= 0 in B but not
in S (Haigh 1975). Take k in S and z = sum t_i (e_i - e_k): the form -z'Az has the matrix

    Q_ij = -(M_ij + M_ji)/2,    M_ij = a_ij - a_ik - a_kj + a_kk,    i, j in B without k,

and must be positive for t_i free in S and t_i >= 0 elsewhere. Free coordinates are eliminated one
by one, each with a positive pivot, and the rest must be strictly copositive (Abakuks 1980), which
is the case iff every principal submatrix whose last row has positive cofactors only has a positive
determinant (Keller; Hadeler 1983, Linear Algebra Appl. 49:79). An ESS is asymptotically stable
under the replicator dynamic (Taylor and Jonker 1978; Hofbauer, Schuster and Sigmund 1979); the
converse fails (Zeeman 1980).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import flint

__all__ = ["is_ess", "strictly_copositive"]

ExactMatrix = Sequence[Sequence[Fraction]]


def is_ess(payoffs: ExactMatrix, shares: Sequence[Fraction]) -> bool:
    """Return whether a state is evolutionarily stable.

    Parameters
    ----------
    payoffs : sequence of sequences of Fraction, shape (m, m)
        A_ij, paid to strategy i against strategy j.
    shares : sequence of Fraction, shape (m,)
        x, a probability vector.

    Examples
    --------
    >>> hawk_dove = [[-1, 4], [0, 2]]
    >>> is_ess(hawk_dove, [Fraction(2, 3), Fraction(1, 3)]), is_ess(hawk_dove, [1, 0])
    (True, False)
    """
    earned = [sum((a * x for a, x in zip(row, shares, strict=True)), Fraction(0))
              for row in payoffs]  # fmt: skip
    best = [i for i, value in enumerate(earned) if value == max(earned)]
    support = [i for i, x in enumerate(shares) if x > 0]
    if not set(support) <= set(best):
        return False
    base, *free = support
    bound = [i for i in best if i not in support]
    form = _form(payoffs, base, [*free, *bound])
    for _ in free:
        if form[0][0] <= 0:
            return False
        form = _eliminated(form)
    return strictly_copositive(form)


def strictly_copositive(matrix: ExactMatrix) -> bool:
    """Return whether t'Qt > 0 for every t >= 0, t != 0 (True for the empty matrix).

    Parameters
    ----------
    matrix : sequence of sequences of Fraction or int, shape (n, n)
        Symmetric.

    Examples
    --------
    >>> strictly_copositive([[1, 3], [3, 1]]), strictly_copositive([[1, -2], [-2, 1]])
    (True, False)
    """
    size = len(matrix)
    return all(
        _determinant(matrix, chosen) > 0
        for count in range(1, size + 1)
        for chosen in itertools.combinations(range(size), count)
        if _last_cofactors_positive(matrix, chosen)
    )


def _form(payoffs: ExactMatrix, base: int, others: Sequence[int]) -> list[list[Fraction]]:
    a = [[Fraction(entry) for entry in row] for row in payoffs]
    m = [[a[i][j] - a[i][base] - a[base][j] + a[base][base] for j in others] for i in others]
    size = range(len(others))
    return [[-(m[i][j] + m[j][i]) / 2 for j in size] for i in size]


def _eliminated(form: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return the Schur complement of the first entry."""
    pivot, rest = form[0][0], range(1, len(form))
    return [[form[i][j] - form[i][0] * form[0][j] / pivot for j in rest] for i in rest]


def _last_cofactors_positive(matrix: ExactMatrix, chosen: tuple[int, ...]) -> bool:
    rows, last = chosen[:-1], len(chosen) - 1
    return all(
        (-1) ** (last + j) * _minor(matrix, rows, chosen[:j] + chosen[j + 1 :]) > 0
        for j in range(last + 1)
    )


def _determinant(matrix: ExactMatrix, chosen: tuple[int, ...]) -> Fraction:
    return _minor(matrix, chosen, chosen)


def _minor(matrix: ExactMatrix, rows: tuple[int, ...], columns: tuple[int, ...]) -> Fraction:
    if not rows:
        return Fraction(1)
    entries = [Fraction(matrix[i][j]) for i in rows for j in columns]
    table = flint.fmpq_mat(
        len(rows), len(columns), [flint.fmpq(v.numerator, v.denominator) for v in entries]
    )
    value = table.det()
    return Fraction(int(value.p), int(value.q))
