r"""Identity splitting: one trainer's leg presented as several, or several legs as one.

The game
--------
*Players*: the trainers of K accepted legs with verified gains g_1, ..., g_K (score). *Actions*:
hand in one's work as it is; split a leg, that is, hand it in as m legs under m names with gains
that add up to the same; or, who owns adjacent legs, merge them into one. *Payoffs*: what the rule
pays to all one's names, less a fee for each hand-over. *Best response*: the split or merge of
largest profit, if that is positive, all others handing in their work as it is. *Equilibrium*:
everybody does iff no split and no merge pays; the regret is the largest profit, cut off at zero.

What is proved for whole families of rules, and why, is in :mod:`derelayl_econ.games.split_claims`:
pay in proportion to verified gain rewards neither, and is the only rule of the form f(g)/sum f(g)
that does not. (Not the only rule: "the last takes all", :class:`WindowShare` with k = 1, is neutral
too, and so in pairs are the splits by length of :mod:`derelayl_econ.games.length_split`.) For any
other rule splits are searched, with the guarantee that :class:`SplittingReport` states.

Source: theory notes, section 4.2; Chen, Papadimitriou, Roughgarden 2019 (AFT) for blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.games.presentation import (
    PayRule,
    merge_profit,
    payer,
    profit_of_merge,
    profit_of_split,
    split_profit,
)
from derelayl_econ.games.split_claims import claim_of
from derelayl_econ.games.split_search import best_division
from derelayl_econ.results import Coverage, Result, frozen_array
from derelayl_econ.reward_rule import RewardRule

__all__ = ["PayRule", "SplittingGame", "SplittingReport", "merge_profit", "split_profit"]

Array = npt.NDArray[np.float64]
_ROUNDING = 1e-12
_PARTS = Domain(2, 64, integer=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class SplittingReport(Result):
    """What splitting and merging win on one path, and what is proved of the rule on all paths.

    Attributes
    ----------
    rule : str
    fee : float
        Fee of a hand-over, in the unit of the rule.
    split_leg, split_parts, split_profit : int, array, float
        The best split found: the leg, the shares of its gain, the profit (negative if every split
        found loses).
    merged_legs, merge_profit : tuple of int, float
        The best merge of adjacent legs; no legs and profit 0 on a path of one leg.
    split_proof, merge_proof : bool or None
        On every path of at least two legs: from the theorem, or False from a profit found here, or
        None (undecided).
    theorem : str
    coverage : Coverage
        Of the splits: "all" if no split into at most ``most_parts`` parts pays more, "some" if only
        the divisions of a grid are known to pay no more. All merges of adjacent legs are tried.
    most_parts : int
    """

    rule: str
    fee: float
    split_leg: int
    split_parts: Array
    split_profit: float
    merged_legs: tuple[int, ...]
    merge_profit: float
    split_proof: bool | None
    merge_proof: bool | None
    theorem: str
    coverage: Coverage
    most_parts: int

    @property
    def regret(self) -> float:
        """Largest profit found, in the unit of the rule; 0 if handing in as it is is best."""
        return max(0.0, self.split_profit, self.merge_profit)

    @property
    def verdict(self) -> str:
        """One of neutral, split-proof, merge-proof, neither and undecided."""
        names = {(True, True): "neutral", (True, False): "split-proof",
                 (False, True): "merge-proof", (False, False): "neither"}  # fmt: skip
        if self.split_proof is None or self.merge_proof is None:
            return "undecided"
        return names[self.split_proof, self.merge_proof]


@dataclass(frozen=True, kw_only=True, eq=False)
class SplittingGame:
    """Splits and merges of one path under one rule.

    Parameters
    ----------
    rule : RewardRule or callable
        A callable maps gains to payments (money), one per leg.
    gains : array_like, shape (K,)
        Verified gains (score).
    fee : float
        Fee of a hand-over, in the unit of the rule.
    most_parts : int
        Names that one leg may be split over, from 2 to 64: what the smallest gain that a gate
        accepts leaves possible.
    units : int
        The grid of divisions: multiples of 1/units, from 2 to 64.
    deepest_dip : float
        If positive, also try to spoil the model by up to this multiple of the leg's gain and to
        mend it again; for rules that accept negative gains.

    Examples
    --------
    >>> from derelayl_econ.rewards import EqualShare, PowerShare
    >>> game = SplittingGame(rule=EqualShare(), gains=[0.3, 0.2, 0.2, 0.1], most_parts=3)
    >>> found = game.report()
    >>> found.verdict, round(found.regret, 12), game.smallest_fee()
    ('merge-proof', 0.25, 0.15000000000000002)
    >>> SplittingGame(rule=PowerShare(2), gains=[0.3, 0.2, 0.1]).report().verdict
    'split-proof'
    """

    rule: PayRule
    gains: npt.ArrayLike
    fee: float = 0.0
    most_parts: int = 4
    units: int = 12
    deepest_dip: float = 0.0

    def __post_init__(self) -> None:
        payer(self.rule)
        object.__setattr__(self, "gains", frozen_array(check_array("gains", self.gains)))
        for name, domain in (("fee", NON_NEGATIVE), ("most_parts", _PARTS), ("units", _PARTS),
                             ("deepest_dip", NON_NEGATIVE)):  # fmt: skip
            object.__setattr__(self, name, check_number(name, getattr(self, name), domain))

    @property
    def honest(self) -> Array:
        """What each leg is paid when nobody splits or merges, less the fee; shape (K,)."""
        return payer(self.rule)(self._path) - self.fee

    def report(self) -> SplittingReport:
        """Return the best split, the best merge and what is proved."""
        count, leg = max(self._splits, key=lambda key: self._net(*key))
        parts, _ = self._splits[count, leg]
        best = self._net(count, leg)
        merged, merge = self._best_merge()
        claim = claim_of(self.rule)
        # A fee can only take away the profit of a split, and add to that of a merge.
        split_proof = claim.split_proof if self.fee == 0 or claim.split_proof else None
        merge_proof = claim.merge_proof if self.fee == 0 or not claim.merge_proof else None
        exact = claim.equal_parts_best or claim.split_proof is True
        return SplittingReport(
            rule=_name(self.rule), fee=self.fee, split_leg=leg, split_parts=frozen_array(parts),
            split_profit=best, merged_legs=merged, merge_profit=merge,
            split_proof=False if split_proof is None and best > self._tolerance else split_proof,
            merge_proof=False if merge_proof is None and merge > self._tolerance else merge_proof,
            theorem=claim.theorem, coverage=Coverage.ALL if exact else Coverage.SOME,
            most_parts=self.most_parts,
        )  # fmt: skip

    def smallest_fee(self) -> float:
        """Return the smallest fee of a hand-over at which no split found on this path pays.

        It is the largest profit per additional name; of every split found, not only of the best.
        """
        return max(0.0, *(profit / (count - 1) for (count, _), (_, profit) in self._splits.items()))

    @property
    def _path(self) -> Array:
        return np.asarray(self.gains)

    @cached_property
    def _tolerance(self) -> float:
        """Profits below this are rounding."""
        return _ROUNDING * float(np.abs(payer(self.rule)(self._path)).max())

    @cached_property
    def _splits(self) -> dict[tuple[int, int], tuple[Array, float]]:
        """The best division and its profit before fees, by number of parts and leg."""
        equal_only = claim_of(self.rule).equal_parts_best and self.deepest_dip == 0
        found = {}
        for count in range(2, self.most_parts + 1):
            for leg in range(self._path.size):
                found[count, leg] = self._best_division(count, leg, equal_only)
        return found

    def _best_division(self, count: int, leg: int, equal_only: bool) -> tuple[Array, float]:
        pay, path = payer(self.rule), self._path

        def profit(parts: Array) -> float:
            return profit_of_split(pay, path, leg, parts, 0.0)

        if equal_only:
            equal = np.full(count, 1 / count)
            return equal, profit(equal)
        best = best_division(profit, count, self.units, self._tolerance)
        if count == 2 and self.deepest_dip > 0:
            dips = [np.array([-depth, 1 + depth]) for depth in self.deepest_dip * _DEPTHS]
            best = max([best, *((dip, profit(dip)) for dip in dips)], key=lambda pair: pair[1])
        return best

    def _net(self, count: int, leg: int) -> float:
        return self._splits[count, leg][1] - (count - 1) * self.fee

    def _best_merge(self) -> tuple[tuple[int, ...], float]:
        pay, path = payer(self.rule), self._path
        blocks = [tuple(range(first, last + 1)) for first in range(path.size)
                  for last in range(first + 1, path.size)]  # fmt: skip
        if not blocks:
            return (), 0.0
        profits = [profit_of_merge(pay, path, block, self.fee) for block in blocks]
        best = int(np.argmax(profits))
        return blocks[best], profits[best]


_DEPTHS = np.array([0.25, 0.5, 1.0])


def _name(rule: Any) -> str:
    return repr(rule) if isinstance(rule, RewardRule) else getattr(rule, "__name__", repr(rule))
