"""What every reward rule offers: shares of one pool along a path of accepted legs (theory 1.4)."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import check_array
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = ["POOL_SHARE", "RewardRule"]

Array = npt.NDArray[np.float64]

POOL_SHARE = Formula(
    "share of a pool, in proportion to what a leg deserves",
    symbol("entitlement") / symbol("entitlement_sum"),
    "theory notes, section 4.2",
)


class RewardRule(ABC):
    """A rule that shares a pool among the legs of a path."""

    def shares(self, gains: npt.ArrayLike) -> Array:
        """Return each leg's share of the pool.

        Parameters
        ----------
        gains : array_like, shape (K,)
            Verified gains of the accepted legs, in order (score); K >= 1.

        Returns
        -------
        ndarray, shape (K,)
            Non-negative and summing to one.

        Raises
        ------
        InputError
            If the gains are empty, not finite, or cannot be shared by this rule.
        """
        entitlement = self._entitlements(check_array("gains", gains))
        largest = entitlement.max()
        if not largest > 0:
            raise InputError("gains", "no positive entitlement", "entitle at least one leg",
                             hint="A pool cannot be shared when nothing was gained.")  # fmt: skip
        scaled = entitlement / largest  # so that no sum overflows
        return POOL_SHARE(entitlement=scaled, entitlement_sum=scaled.sum())

    @property
    def budget_feasible(self) -> bool:
        """Whether the rule never owes more than is put in, whatever the length of the path."""
        return True

    @abstractmethod
    def _entitlements(self, gains: Array) -> Array:
        """Return non-negative numbers in proportion to the shares."""
