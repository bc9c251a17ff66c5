r"""Proofs of single equilibria among unequal participants: by comparisons, and in balls.

Setting (:mod:`derelayl_econ.games.unequal_supports`): g_i(k) is what participant i gains by
training when k others train. Where nobody mixes, an equilibrium is checked by comparing N floats
with 0. Where some do, Krawczyk's test (:mod:`derelayl_econ.equilibrium.krawczyk`) proves that a
cube holds exactly one zero of their equations, balls around it show that all of them mix strictly,
and that all others lose by changing sides. Nothing is taken from the solver but where to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.krawczyk import PRECISION, ZeroBox
from derelayl_econ.games.unequal_supports import Support

__all__ = ["MixedCertificate", "PureCertificate", "keeps_pure"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedCertificate:
    """Evidence that a support has an equilibrium, alone in a cube, and what its numbers are.

    Parameters
    ----------
    support : Support
    centre : tuple of Fraction, one per participant who mixes
    radius : Fraction
        The cube in which Krawczyk's test finds exactly one zero of the equations.
    strategy : array, shape (N,)
        The reported probabilities of training, to be checked.
    tolerance : float
        Error allowed of each of them.
    """

    support: Support
    centre: tuple[Fraction, ...]
    radius: Fraction
    strategy: Array
    tolerance: float = 1e-15

    @property
    def status(self) -> str:
        """``"certified-ball"``: signs are certain, numbers lie in balls."""
        return "certified-ball"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return (
            f"the reported probabilities are those of an equilibrium up to {self.tolerance:g}; "
            f"within {float(self.radius):.3g} of it no other has the same people mixing"
        )

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    @property
    def box(self) -> ZeroBox:
        """The cube, with its test."""
        return ZeroBox(self.support, self.centre, self.radius)

    def check(self) -> bool:
        """Derive the claim again: one zero, strictly mixed, nobody else wants to change."""
        import flint

        support = self.support
        if not (support.is_split and len(self.centre) == len(support.mixes) > 0):
            return False
        zero = self.box.zero()
        if zero is None or len(self.strategy) != len(support.gains):
            return False
        with flint.ctx.workprec(PRECISION):
            inside = all(p > 0 and p < 1 for p in zero)
            return inside and support.holds_outside(zero) and self._reported(zero)

    def _reported(self, zero: Sequence[Any]) -> bool:
        from flint import arb

        support, shown = self.support, [float(p) for p in self.strategy]
        near = [abs(arb(shown[i]) - z) < self.tolerance for i, z in
                zip(support.mixes, zero, strict=True)]  # fmt: skip
        return (
            all(near)
            and all(shown[i] == 1 for i in support.trains)
            and all(shown[i] == 0 for i in support.rides)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PureCertificate:
    """Evidence that nobody gains by changing sides: comparisons of the gains with 0.

    Parameters
    ----------
    gains : array, shape (N, N)
    strategy : array, shape (N,)
        1 for those who train, 0 for those who ride.
    """

    gains: Array
    strategy: Array

    @property
    def status(self) -> str:
        """Always ``"exact"``."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        who = np.flatnonzero(self.strategy).tolist()
        return f"it is an equilibrium that exactly the participants {who} train"

    def __str__(self) -> str:
        return f"{self.status}: {self.claim}"

    def check(self) -> bool:
        """Derive the claim again."""
        known = self.strategy.shape == self.gains.shape[:1]
        if not known or not np.isin(self.strategy, (0, 1)).all():
            return False
        return keeps_pure(self.gains, self.strategy == 1)


def keeps_pure(gains: Array, trains: npt.NDArray[np.bool_]) -> bool:
    """Return whether nobody gains by changing sides alone.

    Examples
    --------
    >>> gains = np.array([[2.0, -1.0], [3.0, -2.0]])
    >>> keeps_pure(gains, np.array([True, False])), keeps_pure(gains, np.array([True, True]))
    (True, False)
    """
    count = int(trains.sum())
    stay = all(gains[i, count - 1] >= 0 for i in np.flatnonzero(trains))
    return stay and all(gains[i, count] <= 0 for i in np.flatnonzero(~trains))
