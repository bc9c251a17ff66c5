r"""Who should train a model together: stable partitions when participants' data differ.

Game (Donahue and Kleinberg 2021, "Model-sharing games", AAAI 35:5303, arXiv 2010.00753). *Players*
j = 0, ..., n-1 estimate a mean of their own each from n_j samples. True means are drawn
independently with variance sigma^2, samples around them with error variance mu_e on average.
*Actions*: form coalitions; the members of C share what they learn. *Payoff*: minus the expected
squared error at one's own mean; how it depends on C is in
:mod:`derelayl_econ.games.sharing_errors`. *Best response* and *equilibrium*: leave for a coalition
that takes one in; core stability and individual stability of partitions, see
:mod:`derelayl_econ.games.partitions`.

Errors are compared as exact rationals of the given floats, since ties decide stability: with equal
samples n_j = mu_e/sigma^2 everybody is indifferent to uniform sharing.

What is known: with m members of equal samples n_j the uniform error is
sigma^2 + (mu_e/n_j - sigma^2)/m, so everybody together is best for all if n_j < mu_e/sigma^2 and
nobody shares if n_j > mu_e/sigma^2. Under fine sharing every further member lowers everybody's
error (H rises), so everybody together is the only core stable partition, whatever the samples.
Source: theory notes, section 6.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.games.coalition_tables import coalition_of, mask_of
from derelayl_econ.games.magnitude import LARGEST, SMALLEST
from derelayl_econ.games.partitions import (
    blocking_coalitions,
    coalitions_by_player,
    deviations,
    partitions,
)
from derelayl_econ.games.sharing_errors import SHARING, exact_errors
from derelayl_econ.results import Result, frozen_array

__all__ = ["ModelSharingGame", "PartitionStability"]

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Partition = tuple[tuple[int, ...], ...]

_MOST_PLAYERS = 9  # Bell(9) = 21,147 partitions, Bell(10) = 115,975
_POSITIVE = Domain(SMALLEST, LARGEST)
_VARIANCE = Domain(0, LARGEST)


@dataclass(frozen=True, kw_only=True, eq=False)
class PartitionStability(Result):
    """All partitions of the players: who errs how much, and who would leave.

    Attributes
    ----------
    labels : ndarray of int, shape (P, n)
        Coalition of each player, numbered by lowest player; partitions in lexicographic order.
    errors : ndarray, shape (P, n)
        Expected squared error of each player.
    mean_error : ndarray, shape (P,)
        Average over players weighted by samples (Donahue and Kleinberg 2021b, arXiv 2106.09580).
    core_stable, individually_stable : ndarray of bool, shape (P,)
    blocking : ndarray of int, shape (P,)
        Bitmask of a coalition all of whose members would rather be by themselves; 0 if none.
    mover, joined : ndarray of int, shape (P,)
        A player who would move, -1 if none, and the bitmask of the coalition it would then be in.
    """

    labels: Ints
    errors: Array
    mean_error: Array
    core_stable: Bools
    individually_stable: Bools
    blocking: Ints
    mover: Ints
    joined: Ints

    def __len__(self) -> int:
        return len(self.labels)

    def partition(self, index: int) -> Partition:
        """Return the coalitions of the partition in row ``index``, each in ascending order."""
        label = self.labels[self._row(index)]
        return tuple(tuple(np.flatnonzero(label == c).tolist()) for c in range(label.max() + 1))

    def evidence(self, index: int) -> str:
        """Say why a partition is not stable, or that it is."""
        row, found = self._row(index), []
        if self.blocking[row]:
            found.append(f"{sorted(coalition_of(int(self.blocking[row])))} would leave together")
        if self.mover[row] >= 0:
            target = sorted(coalition_of(int(self.joined[row])))
            found.append(f"{self.mover[row]} would move, to be in {target}")
        return "; ".join(found) or "stable"

    def stable(self, kind: Literal["core", "individual"] = "core") -> list[Partition]:
        """Return the partitions that are stable in that sense."""
        if kind not in ("core", "individual"):
            raise InputError("kind", kind, "be core or individual")
        which = self.core_stable if kind == "core" else self.individually_stable
        return [self.partition(int(k)) for k in np.flatnonzero(which)]

    def caption(self) -> str:
        """Return how many partitions there are and how many of them are stable."""
        return (f"{len(self)} partitions, {self.core_stable.sum()} core stable, "
                f"{self.individually_stable.sum()} individually stable")  # fmt: skip

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per partition that is stable in either sense."""
        rows = [
            (_text(self.partition(int(k))), self.core_stable[k], self.individually_stable[k],
             self.mean_error[k], self.evidence(int(k)))
            for k in np.flatnonzero(self.core_stable | self.individually_stable)
        ]  # fmt: skip
        return ("partition", "core", "individual", "mean error", "evidence"), rows

    def _row(self, index: int) -> int:
        row: int = check_number("index", index, Domain(0, len(self) - 1, integer=True))
        return row


@dataclass(frozen=True, eq=False)
class ModelSharingGame:
    """Participants with different amounts of data decide with whom to share a model.

    Parameters
    ----------
    sample_sizes : array_like, shape (n,)
        Samples n_j > 0 of each of 2 to 9 players.
    noise : float
        mu_e > 0, mean error variance of one sample.
    spread : float
        sigma^2 >= 0, variance of the players' true means.
    sharing : {"uniform", "coarse", "fine"}
        One common model; each mixes it with its own; each weights all members' models.

    Raises
    ------
    InputError
        For numbers outside their domains, fewer than 2 or more than 9 players, or another sharing.

    Examples
    --------
    Two with little data and one with much (Donahue and Kleinberg 2021, table 2):

    >>> game = ModelSharingGame([5, 5, 25], noise=10, spread=1)
    >>> game.error([0, 1, 2]).round(4)
    array([1.551 , 1.551 , 0.4082])
    >>> print(game.stability())
    5 partitions, 1 core stable, 1 individually stable
    partition  core  individual  mean error  evidence
    {0,1} {2}  yes   yes         0.714286    stable
    """

    sample_sizes: Array
    noise: float
    spread: float
    sharing: Literal["uniform", "coarse", "fine"] = "uniform"

    def __post_init__(self) -> None:
        samples = check_array("sample_sizes", self.sample_sizes, _POSITIVE)
        if not 2 <= samples.size <= _MOST_PLAYERS:
            raise InputError("sample_sizes", f"{samples.size} players",
                             f"have 2 to {_MOST_PLAYERS} entries")  # fmt: skip
        if not isinstance(self.sharing, str) or self.sharing not in SHARING:
            raise InputError("sharing", self.sharing, "be uniform, coarse or fine",
                             hint=did_you_mean(self.sharing, SHARING))  # fmt: skip
        object.__setattr__(self, "sample_sizes", frozen_array(samples))
        object.__setattr__(self, "noise", check_number("noise", self.noise, _POSITIVE))
        object.__setattr__(self, "spread", check_number("spread", self.spread, _VARIANCE))

    @property
    def players(self) -> int:
        """Return n."""
        return self.sample_sizes.size

    @cached_property
    def errors(self) -> Array:
        """Error of player j in coalition S at [S, j], shape (2^n, n); NaN for non-members."""
        return self._tables[0]

    @cached_property
    def ranks(self) -> Ints:
        """Place of coalition S among j's coalitions by exact error, at [S, j]; 0 is best."""
        return self._tables[1]

    def error(self, coalition: Iterable[int]) -> Array:
        """Return the errors of the members of a coalition, in ascending order of players."""
        mask = mask_of(coalition, self.players)
        if not mask:
            raise InputError("coalition", "nobody", "have a member")
        return np.asarray(self.errors[mask, sorted(coalition_of(mask))])

    def stability(self) -> PartitionStability:
        """Return every partition with its errors, its stability, and the evidence against it."""
        labels = partitions(self.players)
        blocking = blocking_coalitions(self.ranks, labels)
        mover, joined = deviations(self.ranks, labels)
        errors = self.errors[coalitions_by_player(labels), np.arange(self.players)]
        return PartitionStability(
            labels=frozen_array(labels, dtype=np.int64),
            errors=frozen_array(errors),
            mean_error=frozen_array(errors @ self.sample_sizes / self.sample_sizes.sum()),
            core_stable=frozen_array(blocking == 0, dtype=np.bool_),
            individually_stable=frozen_array(mover < 0, dtype=np.bool_),
            blocking=frozen_array(blocking, dtype=np.int64),
            mover=frozen_array(mover, dtype=np.int64),
            joined=frozen_array(joined, dtype=np.int64),
        )

    @cached_property
    def _tables(self) -> tuple[Array, Ints]:
        exact = exact_errors(self.sharing, self.sample_sizes, self.noise, self.spread)
        errors = np.full((1 << self.players, self.players), np.nan)
        ranks = np.full(errors.shape, -1, dtype=np.int64)
        for player, column in enumerate(exact):
            places = {error: place for place, error in enumerate(sorted(set(column.values())))}
            for mask, error in column.items():
                errors[mask, player] = float(error)
                ranks[mask, player] = places[error]
        return frozen_array(errors), frozen_array(ranks, dtype=np.int64)


def _text(partition: Partition) -> str:
    return " ".join("{" + ",".join(map(str, coalition)) + "}" for coalition in partition)
