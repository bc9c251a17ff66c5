r"""The exact law of the number of owners: a Markov chain, without any approximation.

With M owners there are n = min(A - M, L M) matches, the number of models trained is binomial
(n, p), and floor(s times it) of them win. So the number of owners of the next round depends on M
alone, and everything about it is a matter of a (A+1) x (A+1) matrix: the chance to die out from the
founders, by when, the mean number of owners in each round given that the relay is still alive, and
the quasi-stationary law in which an old relay is found. Holds if everybody drawn takes part.
Source: theory notes, section 5 (own analysis).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import linalg, stats

from derelayl_econ.domains import COUNT, check_number
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.results import Result, frozen_array

__all__ = ["OldRelay", "OwnerChain"]

Array = npt.NDArray[np.float64]

LARGEST = 4096
"""Participants up to which the full matrix is made (34 MB)."""
SETTLED, MOST_STEPS = 1e-13, 100_000


@dataclass(frozen=True, kw_only=True, eq=False)
class OldRelay(Result):
    """A relay that has lived long: the quasi-stationary law of its owners.

    Attributes
    ----------
    law : array of shape (A + 1,)
        Probability of each number of owners, given that the relay is alive.
    owners, spread : float
        Its mean and standard deviation.
    served_share : float
        Mean share of the owners who have a trainer, ceil(n / L) / M.
    death_rate : float
        Probability of dying out in the next round; 0 if below the smallest float.
    """

    law: Array
    owners: float
    spread: float
    served_share: float
    death_rate: float


@dataclass(frozen=True)
class OwnerChain:
    """The Markov chain of the number of owners.

    Parameters
    ----------
    participants, matches : int
        N (even) and L.
    winning_share, success : float
        s and p.
    founders : int
        Owners of the first round.

    Raises
    ------
    InputError
        If N is above 4096: a larger ecology is described by its mean field.

    Examples
    --------
    >>> chain = OwnerChain(256, 4, 0.5, 0.9)
    >>> print(f"{chain.founder_extinction:.5f} {chain.old_relay.owners:.3f}")
    0.00561 39.552
    """

    participants: int
    matches: int
    winning_share: float
    success: float
    founders: int = 1

    def __post_init__(self) -> None:
        if self.participants > LARGEST:
            raise InputError("participants", self.participants, f"be at most {LARGEST}",
                             hint="steady_state() gives the mean field at any size, and whether a "
                             "relay dies young hardly depends on it.")  # fmt: skip

    @cached_property
    def matrix(self) -> Array:
        """P(M -> M') in row M and column M', 0 <= M, M' <= A."""
        slots = self.participants // 2
        now, trained = np.arange(slots + 1)[:, None], np.arange(slots + 1)
        law = stats.binom.pmf(trained, self._matches_of(now), self.success)
        winners = np.floor(self.winning_share * trained).astype(np.int64)
        gathered = np.zeros((slots + 1, slots + 1))
        np.add.at(gathered.T, winners, law.T)
        return frozen_array(gathered)

    @cached_property
    def founder_extinction(self) -> float:
        """Probability of dying out before the owners first reach their usual number.

        The usual number is the largest M below which the relay grows on average, floor(M*); where
        it never grows, as under L p s <= 1, dying out is certain.
        """
        level = self._usual
        if level <= self.founders:
            return 0.0 if self.founders > 0 and level > 0 else 1.0
        inner = self.matrix[1:level, 1:level]
        hit = linalg.solve(np.eye(level - 1) - inner, self.matrix[1:level, 0])
        return float(np.clip(hit[self.founders - 1], 0.0, 1.0))

    def laws(self, rounds: int) -> Array:
        """Return the law of the owners who begin rounds 1, ..., ``rounds`` + 1.

        Shape (rounds + 1, A + 1): probability of each number of owners, 0 for a dead relay.
        """
        count = check_number("rounds", rounds, COUNT)
        laws = np.zeros((count + 1, self.matrix.shape[0]))
        laws[0, self.founders] = 1.0
        for t in range(count):
            laws[t + 1] = laws[t] @ self.matrix
        return laws

    def extinction(self, rounds: int) -> Array:
        """Return the probability that the relay has died out by round 1, ..., ``rounds``.

        Examples
        --------
        >>> OwnerChain(256, 4, 0.5, 0.9).extinction(3).round(5)
        array([0.0037 , 0.00496, 0.00539])
        """
        return self.laws(rounds)[1:, 0]

    def owners_alive(self, rounds: int) -> Array:
        """Return the mean owners who begin rounds 1, ..., ``rounds`` + 1, given life until then.

        Given that the relay still has owners after the last of these rounds; shape (rounds + 1,).
        """
        forward = self.laws(rounds)
        later = np.ones(self.matrix.shape[0])
        later[0] = 0.0
        means = np.empty(rounds + 1)
        for t in range(rounds, -1, -1):
            weights = forward[t] * later
            means[t] = weights @ np.arange(weights.size) / weights.sum()
            later = self.matrix @ later
            later[0] = 0.0
        return means

    @cached_property
    def old_relay(self) -> OldRelay:
        """The quasi-stationary law, by iteration of the chain conditioned on staying alive.

        Raises
        ------
        SolverError
            If it has not settled after 100,000 rounds: at s = p = 1 the owners swing for ever.
        """
        alive = self.matrix[1:, 1:]
        law = np.zeros(alive.shape[0])
        law[max(self.founders, self._usual) - 1] = 1.0
        for _ in range(MOST_STEPS):
            after = law @ alive
            if after.sum() == 0.0:
                raise SolverError("the relay dies in one round from its usual number of owners")
            after /= after.sum()
            if np.abs(after - law).max() < SETTLED:
                return self._described(np.append(0.0, after))
            law = after
        raise SolverError(f"the law of the owners has not settled after {MOST_STEPS} rounds")

    def _described(self, law: Array) -> OldRelay:
        owners = np.arange(law.size)
        mean = float(law @ owners)
        served = np.ceil(self._matches_of(owners) / self.matches) / np.maximum(owners, 1)
        return OldRelay(
            law=frozen_array(law),
            owners=mean,
            spread=float(np.sqrt(law @ (owners - mean) ** 2)),
            served_share=float(law @ served),
            death_rate=float(law @ self.matrix[:, 0]),
        )

    def _matches_of(self, owners: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.minimum(self.participants // 2 - owners, self.matches * owners)

    @property
    def _usual(self) -> int:
        owners = np.arange(self.matrix.shape[0])
        drift = self.matrix @ owners - owners
        growing = np.flatnonzero(drift[1:] > 0)
        return int(growing.max() + 1) if growing.size else 0
