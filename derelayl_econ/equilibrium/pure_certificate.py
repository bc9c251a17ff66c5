r"""Proofs of pure equilibria: every payoff compared with those of all deviations, exactly.

Setting: each of n players picks one of finitely many actions. A profile is an equilibrium iff
nobody earns more with another action, the others' actions given. In the symmetric two-action game
of :mod:`derelayl_econ.games.participation` K trainers are one iff the K-th has no negative gain and
one more would have no positive one. Floats are taken as the dyadic rationals that they are, so that
comparisons decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

__all__ = ["ProfileCertificate", "TrainersCertificate"]

Actions = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainersCertificate:
    """Evidence that K trainers, whoever they are, are a pure equilibrium.

    Parameters
    ----------
    gains : array, shape (N,)
        g_k: gain (money) of training when k others train.
    trainers : int
        K.

    Examples
    --------
    >>> TrainersCertificate(gains=np.array([3.0, -1.0, -1.0]), trainers=1).check()
    True
    >>> TrainersCertificate(gains=np.array([3.0, -1.0, -1.0]), trainers=2).check()
    False
    """

    gains: npt.NDArray[np.float64]
    trainers: int

    @property
    def status(self) -> str:
        """Always ``"exact"``."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return f"with {self.trainers} of {self.gains.size} training nobody gains by changing sides"

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Derive the claim again: the last trainer stays, and nobody else joins."""
        count = self.trainers
        if not 0 <= count <= self.gains.size:
            return False
        stays = count == 0 or self.gains[count - 1] >= 0
        return bool(stays and (count == self.gains.size or self.gains[count] <= 0))


@dataclass(frozen=True, kw_only=True, eq=False)
class ProfileCertificate:
    """Evidence that a profile of pure actions is an equilibrium.

    Parameters
    ----------
    payoffs : mapping from profiles to tuples of Fraction
        What each player earns (money), by the profile of all actions.
    profile : tuple of int

    Examples
    --------
    >>> pay = {(0, 0): (2, 2), (0, 1): (0, 3), (1, 0): (3, 0), (1, 1): (1, 1)}
    >>> ProfileCertificate(payoffs=pay, profile=(1, 1)).check()
    True
    >>> ProfileCertificate(payoffs=pay, profile=(0, 0)).check()
    False
    """

    payoffs: Mapping[Actions, tuple[Fraction, ...]]
    profile: Actions

    @property
    def status(self) -> str:
        """Always ``"exact"``."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return f"{self.profile} is a pure equilibrium: nobody earns more with another action"

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Derive the claim again from the payoffs of the profile and of all deviations from it."""
        if self.profile not in self.payoffs:
            return False
        return all(
            pay[i] <= self.payoffs[self.profile][i]
            for other, pay in self.payoffs.items()
            for i in self._who_moved(other)
        )

    def _who_moved(self, other: Actions) -> list[int]:
        """Return the one player who acts differently, or nobody."""
        moved = [i for i, (a, b) in enumerate(zip(self.profile, other, strict=True)) if a != b]
        return moved if len(moved) == 1 else []
