r"""Lineage royalties: every accepted leg pays its ancestors (theory 1.4, 4.3).

Leg j pays w_d to the trainer of leg j - d; d = 0 is the trainer of leg j itself, d = 1 the one
before. After K legs the trainer of leg i has received w_0 + ... + w_(K-i); shares are these amounts
over their sum. Weights are geometric, w_d = rho (1-a) a^d, or a list, or ``"all"``: w_d = 1 for
every ancestor, as in the DeRelayL authors' public simulation (which pays the owner of the genesis
model, who is nobody's trainer here, one coin more). Geometric weights sum to rho, so that the rule
never owes more than the share rho of a hand-over's reward; under ``"all"`` the debt grows with the
length of the path, without bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, INDEX, NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol
from derelayl_econ.reward_rule import RewardRule

__all__ = ["ROYALTY_WEIGHT", "LineageShare"]

Array = npt.NDArray[np.float64]

_WEIGHT = Domain(0, 1e200)

ROYALTY_WEIGHT = Formula(
    "royalty weight",
    symbol("royalty_share") * (1 - symbol("decay")) * symbol("decay") ** symbol("distance"),
    "theory notes, sections 1.4 and 4.3",
)


@dataclass(frozen=True, init=False)
class LineageShare(RewardRule):
    """Royalties to the ancestors of each accepted leg.

    Parameters
    ----------
    decay : float, optional
        a in (0, 1) of geometric weights w_d = rho (1-a) a^d.
    weights : array_like, "all" or None
        Explicit weights w_0, w_1, ... >= 0 (zero beyond the end), or ``"all"``: one coin for every
        ancestor. Give either ``decay`` or ``weights``.
    royalty_share : float
        rho in [0, 1], the most that one hand-over may pay out.

    Examples
    --------
    >>> LineageShare(decay=0.5).shares([0.3, 0.1, 0.1]).round(4)
    array([0.4118, 0.3529, 0.2353])
    >>> LineageShare(weights="all").liability(4)
    array([1., 2., 3., 4.])
    >>> LineageShare(weights="all").budget_feasible
    False
    """

    decay: float | None
    weights: tuple[float, ...] | Literal["all"] | None
    royalty_share: float

    def __init__(
        self,
        decay: float | None = None,
        *,
        weights: npt.ArrayLike | Literal["all"] | None = None,
        royalty_share: float = 1.0,
    ) -> None:
        if (decay is None) == (weights is None):
            raise InputError("LineageShare", "neither" if decay is None else "both",
                             "be given either decay or weights")  # fmt: skip
        rate = None if decay is None else check(decay=decay)["decay"]
        object.__setattr__(self, "decay", rate)
        object.__setattr__(self, "weights", _weights(weights))
        object.__setattr__(
            self, "royalty_share", check(royalty_share=royalty_share)["royalty_share"]
        )

    def weight(self, distance: npt.ArrayLike) -> Array:
        """Return w_d for each distance d = 0, 1, ... (legs)."""
        steps = check_array("distance", distance, INDEX, ndim=None)
        if self.decay is not None:
            return ROYALTY_WEIGHT(
                decay=self.decay, royalty_share=self.royalty_share, distance=steps
            )
        if self.weights is None or self.weights == "all":
            return np.ones_like(steps)
        listed = np.array([*self.weights, 0.0])
        return np.asarray(listed[np.minimum(steps, len(self.weights)).astype(np.int64)])

    def payments(self, gains: npt.ArrayLike, per_leg: npt.ArrayLike = 1.0) -> Array:
        """Return what each trainer has received after all legs, not normalised (money).

        Parameters
        ----------
        gains : array_like, shape (K,)
            The path; only its length matters to this rule.
        per_leg : float or array_like, shape (K,)
            Money that weight 1 stands for, at each hand-over.

        Examples
        --------
        >>> LineageShare(decay=0.5).payments([0.3, 0.1, 0.1], per_leg=8.0)
        array([7., 6., 4.])
        """
        count = check_array("gains", gains).size
        money = check_array("per_leg", per_leg, NON_NEGATIVE, ndim=None)
        if money.shape not in ((), (count,)):
            raise InputError("per_leg", f"shape {money.shape}", f"be one number or {count}")
        weight = self.weight(np.arange(count))
        if money.ndim == 0:
            return np.asarray(money * np.cumsum(weight)[::-1])
        # Leg j pays weight[d] * money[j] to leg j - d: a convolution of the reversed path.
        return np.asarray(np.convolve(weight, money[::-1])[:count][::-1])

    def liability(self, legs: int) -> Array:
        """Return w_0 + ... + w_(k-1), owed at leg k = 1, ..., ``legs``, in units of ``per_leg``."""
        count = check_number("legs", legs, COUNT)
        return np.asarray(np.cumsum(self.weight(np.arange(count))))

    @property
    def budget_feasible(self) -> bool:
        """Whether sum_d w_d <= rho: geometric weights sum to rho, ``"all"`` grows for ever."""
        if self.weights is None:
            return True
        return self.weights != "all" and math.fsum(self.weights) <= self.royalty_share

    def _entitlements(self, gains: Array) -> Array:
        return self.payments(gains)


def _weights(
    given: npt.ArrayLike | Literal["all"] | None,
) -> tuple[float, ...] | Literal["all"] | None:
    if given is None:
        return None
    if isinstance(given, str):
        if given != "all":
            raise InputError("weights", given, 'be a list of numbers or "all"')
        return "all"
    return tuple(check_array("weights", given, _WEIGHT).tolist())
