r"""What a member of a group earns: any payoff matrix, or any function of the others' strategies.

Setting: groups of N are drawn from a population; a focal member who plays strategy i, in a group
whose other N - 1 members have composition a = (a_1, ..., a_m), sum a = N - 1, earns P_i(a). In an
infinite population with shares x the expected payoff is

    f_i(x) = sum_a multinomial(a; N-1, x) P_i(a),

a polynomial of degree N - 1 in Bernstein form on the simplex, with coefficients P_i(a). A matrix
game is N = 2, P_i(e_j) = A_ij. Directional derivatives within the simplex follow from

    D_j f_i(x) = (N-1) sum_b multinomial(b; N-2, x) P_i(b + e_j),    D_v f_i = sum_j v_j D_j f_i.

In a finite population of Z with counts c the others are drawn without replacement from c - e_i.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.binomial import binomial_mean
from derelayl_econ.equilibrium.compositions import compositions
from derelayl_econ.games.group_sampling import (
    hypergeometric_mean,
    hypergeometric_weights,
    multinomial_weights,
)

__all__ = ["GroupRule", "MatrixRule", "PairRule", "TableRule"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
ExactTable = tuple[tuple[Fraction, ...], ...]


class GroupRule(ABC):
    """Payoffs of one group: what every kind of game provides."""

    @property
    @abstractmethod
    def participants(self) -> int:
        """N, members of a group."""

    @property
    @abstractmethod
    def size(self) -> int:
        """m, the number of strategies."""

    @abstractmethod
    def expected(self, shares: Array) -> Array:
        """Return f_i(x); shapes (..., m) to (..., m)."""

    @abstractmethod
    def slopes(self, shares: Array) -> Array:
        """Return D_j f_i at one x as an (m, m) array, row i, column j."""

    @abstractmethod
    def edge(self, first: int, second: int) -> tuple[Array, Array]:
        """Return the payoffs of two strategies when k of the others play the first, rest second.

        Two arrays of shape (N,), k = 0, ..., N-1.
        """

    @abstractmethod
    def table(self) -> Array:
        """Return P_i(a) for all compositions, shape (m, K), columns as in ``compositions``."""

    @abstractmethod
    def in_population(self, counts: Counts) -> Array:
        """Return the expected payoff of each strategy; NaN where nobody plays it."""


@dataclass(frozen=True, eq=False)
class TableRule(GroupRule):
    """Payoffs listed for every composition of the others.

    Parameters
    ----------
    members : int
        N >= 2.
    values : array, shape (m, K)
        P_i(a), columns in the order of ``compositions(N - 1, m)``.
    """

    members: int
    values: Array

    @property
    def participants(self) -> int:
        """N."""
        return self.members

    @property
    def size(self) -> int:
        """M."""
        return int(self.values.shape[0])

    @cached_property
    def counts(self) -> Counts:
        """The compositions, shape (K, m)."""
        return compositions(self.members - 1, self.size)

    def expected(self, shares: Array) -> Array:
        """Sum over all compositions."""
        return np.asarray(multinomial_weights(self.counts, shares) @ self.values.T)

    def slopes(self, shares: Array) -> Array:
        """Sum over all compositions of N - 2 others."""
        rest = compositions(self.members - 2, self.size)
        weights = (self.members - 1) * multinomial_weights(rest, shares)
        columns = [self.values[:, self._place(rest + unit)] @ weights
                   for unit in np.eye(self.size, dtype=np.int64)]  # fmt: skip
        return np.column_stack(columns)

    def edge(self, first: int, second: int) -> tuple[Array, Array]:
        """Pick the compositions of these two strategies."""
        others = np.zeros((self.members, self.size), dtype=np.int64)
        others[:, first] = np.arange(self.members)
        others[:, second] = self.members - 1 - others[:, first]
        places = self._place(others)
        return self.values[first, places], self.values[second, places]

    def table(self) -> Array:
        """Return the values themselves."""
        return self.values

    def in_population(self, counts: Counts) -> Array:
        """Sum over all compositions, drawn without replacement."""
        payoffs = np.full(self.size, np.nan)
        for i in np.flatnonzero(counts):
            pool = counts - np.eye(self.size, dtype=np.int64)[i]
            payoffs[i] = hypergeometric_weights(self.counts, pool) @ self.values[i]
        return payoffs

    def _place(self, others: Counts) -> npt.NDArray[np.intp]:
        """Return the columns of compositions, found by their digits in base N."""
        base = self.members ** np.arange(self.size - 1, -1, -1, dtype=np.int64)
        codes = self.counts @ base
        order = np.argsort(codes)
        return np.asarray(order[np.searchsorted(codes[order], others @ base)], dtype=np.intp)


@dataclass(frozen=True, eq=False)
class PairRule(GroupRule):
    """Two strategies: payoffs by how many of the others play the first, up to millions.

    Parameters
    ----------
    first, second : array, shape (N,)
        P_1 and P_2 when k of the N - 1 others play the first strategy.
    """

    first: Array
    second: Array

    @property
    def participants(self) -> int:
        """N."""
        return self.first.size

    @property
    def size(self) -> int:
        """M = 2."""
        return 2

    def expected(self, shares: Array) -> Array:
        """Sum the binomial law where its mass is."""
        points = shares[..., 0]
        means = [binomial_mean(values, points) for values in (self.first, self.second)]
        return np.stack(means, axis=-1)

    def slopes(self, shares: Array) -> Array:
        """Binomial means for N - 2 others."""
        others = self.participants - 1
        return np.array([
            [others * float(binomial_mean(part, shares[0])) for part in (values[1:], values[:-1])]
            for values in (self.first, self.second)
        ])  # fmt: skip

    def edge(self, first: int, second: int) -> tuple[Array, Array]:
        """Return the payoffs themselves, or seen from the other strategy."""
        if (first, second) == (0, 1):
            return self.first, self.second
        return self.second[::-1], self.first[::-1]

    def table(self) -> Array:
        """Reverse both: compositions begin with everybody else playing the first."""
        return np.stack([self.first[::-1], self.second[::-1]])

    def in_population(self, counts: Counts) -> Array:
        """Sum the hypergeometric law where its mass is."""
        players, others = counts[:1], int(counts.sum()) - 1
        first = hypergeometric_mean(self.first, np.maximum(players - 1, 0), others)
        second = hypergeometric_mean(self.second, np.minimum(players, others), others)
        return np.where(counts > 0, np.concatenate([first, second]), np.nan)


@dataclass(frozen=True, eq=False)
class MatrixRule(TableRule):
    """Groups of two: the payoff matrix, with its exact rational entries.

    Parameters
    ----------
    exact : tuple of tuples of Fraction, shape (m, m)
        A_ij, paid to strategy i against strategy j.
    """

    exact: ExactTable = ()

    def expected(self, shares: Array) -> Array:
        """Multiply: A x."""
        return np.asarray(shares @ self.values.T)

    def slopes(self, shares: Array) -> Array:
        """Return the matrix: payoffs are linear."""
        return self.values
