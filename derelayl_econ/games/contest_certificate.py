r"""A certificate of the contest without public benefit: the equilibrium again, in rational numbers.

The game is U_i = R e_i/E - kappa_i e_i (:mod:`derelayl_econ.games.contest`), with prize and costs
taken as the binary fractions that they are. Payoffs are strictly concave in the own effort when
somebody else exerts any, so a profile with two active participants or more is an equilibrium iff

    R (E - e_i) = kappa_i E^2  for e_i > 0,      R <= kappa_i E  for e_i = 0,

and by the theorem of that module there is exactly one. The check derives the active set and the
efforts in exact arithmetic, puts them into these conditions, and compares the reported numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

__all__ = ["ContestCertificate"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ContestCertificate:
    """Evidence that the reported efforts are the one equilibrium of a contest for a prize alone.

    Parameters
    ----------
    prize : float
        R >= 0 (money).
    costs, efforts : array, shape (N,)
        Unit costs (money per leg), and the efforts (legs) to be checked.
    tolerance : float
        Error allowed of each effort, as a share of the total.
    """

    prize: float
    costs: npt.NDArray[np.float64]
    efforts: npt.NDArray[np.float64]
    tolerance: float = 1e-12

    @property
    def status(self) -> str:
        """``"exact"``: the conditions hold in rational numbers."""
        return "exact"

    @property
    def claim(self) -> str:
        """What :meth:`check` establishes."""
        return (
            "exactly one equilibrium, in which those exert effort who are reported to, and as much "
            f"as reported, up to {self.tolerance:g} of the total"
        )

    def exact_efforts(self) -> tuple[Fraction, ...]:
        """Return the equilibrium in rational numbers, in the order of the participants.

        Examples
        --------
        >>> numbers = {"costs": np.array([1.0, 2.0, 4.0]), "efforts": np.zeros(3)}
        >>> [str(e) for e in ContestCertificate(prize=6.0, **numbers).exact_efforts()]
        ['4/3', '2/3', '0']
        """
        prize, costs = Fraction(self.prize), [Fraction(cost) for cost in self.costs.tolist()]
        count, paid = 0, Fraction(0)  # the active so far, and the sum of their costs
        for cost in sorted(costs):
            if paid <= (count - 1) * cost:
                break
            count, paid = count + 1, paid + cost
        total = prize * (count - 1) / paid
        if total == 0:
            return tuple(Fraction(0) for _ in costs)
        return tuple(total * max(Fraction(0), 1 - cost * total / prize) for cost in costs)

    def check(self) -> bool:
        """Derive the equilibrium again; True only if conditions and reported numbers hold."""
        if self.efforts.shape != self.costs.shape or not np.isfinite(self.efforts).all():
            return False
        exact = self.exact_efforts()
        total, reported = sum(exact, Fraction(0)), self.efforts.tolist()
        allowed = Fraction(self.tolerance) * total
        near = all(abs(Fraction(e) - x) <= allowed for e, x in zip(reported, exact, strict=True))
        same = all((e > 0) == (x > 0) for e, x in zip(reported, exact, strict=True))
        return near and same and self._holds(exact, total)

    def _holds(self, efforts: tuple[Fraction, ...], total: Fraction) -> bool:
        prize = Fraction(self.prize)
        if prize == 0:
            return total == 0  # effort costs and wins nothing
        if sum(effort > 0 for effort in efforts) < 2:
            return False
        for effort, cost in zip(efforts, map(Fraction, self.costs.tolist()), strict=True):
            slope = prize * (total - effort) - cost * total**2
            if slope > 0 or (effort > 0 and slope != 0):
                return False
        return True
