r"""Lineage pay with a fee per hand-over: it cannot both pay and be split-proof, if it is blind.

The game. Every accepted leg pays its ancestors: w_d to the trainer of the leg d legs before, d = 0
being its own trainer (:class:`LineageShare`, here as payments, not as shares of a pool). A
hand-over costs its trainer a fee f. *Players*: the trainers. *Actions*: hand in a leg as one, or as
m legs under m names. *Payoffs*: royalties of all one's names less their fees. *Best response*: m
that maximises the payoff; *equilibrium* in which all hand in their work as it is: m = 1 is a best
response for everybody.

Blind pay (the same w_d whatever a leg gained; w_d = 1 is the rule of the authors' simulation).
With D descendants a leg earns W_D - f, W_D = w_0 + ... + w_D. Handed in as m, its names have
D, D+1, ..., D+m-1 descendants, so that splitting wins

    sum_(k=1)^(m-1) (W_(D+k) - f).

*Theorem.* (a) The profit of one split is at least the honest net income: W_(D+1) - f >= W_D - f.
So wherever lineage pay pays, splitting pays, at every fee. (b) No split pays on any path iff
f >= sum_d w_d, and then nobody's honest net income is positive. (c) On paths of at most L legs
before a split, splitting in two never pays iff f >= W_L; honest net income is then at most -w_L.
*Proof.* (a) w_(D+1) >= 0. (b) The summands rise with D and k, to sum_d w_d - f: none is positive if
f is at least that; if f is less, W_(D+1) > f for some D. Income W_D - f is at most sum_d w_d - f.
(c) D <= L - 1, so a single split wins at most W_L - f, which the first leg wins; a leg earns at
most W_(L-1) - f <= -w_L. For splits into any number of parts the fee must be that of (b) even on
short paths, since the names themselves lengthen the path: with a smaller fee the summands end up
positive and enough names pay. QED. (Merging in two wins f - W_(D+1): never, iff f <= w_0 + w_1.)

Geometric weights w_d = rho (1-a) a^d: W_D = rho (1 - a^(D+1)), the split-proof fee is rho itself,
which no W_D reaches: at that fee honest net income is -rho a^(D+1) < 0 for everybody.

Pay by improvement (leg j pays w_d g_j to the leg d before) is not blind, and escapes the theorem.
With W = w_0 g + sum_(e>=1) w_e g_(j+e) the income of a leg of gain g, geometric weights, splits
into m parts earn at most W (1 + a + ... + a^(m-1)): each further name gains at most a W, in the
limit in which the last part holds all of the gain. So f >= a W makes splitting unprofitable for
every m, and W - f >= (1-a) W > 0 still pays. A fee must cover the largest W there is.

Relation to proofs.md T7 (iii), one fake gains exactly r W and is deterred by f >= r W: that is pay
by improvement with a = r, because its fakes bring nothing of their own. A blindly paid fake also
triggers pay itself; W_(D+1) = w_0 + a W_D: T7's a W_D, plus the w_0 of the fake hand-over.

Sources: theory notes, section 4.2; proofs.md T7 (iii). Own analysis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.split_claims import SplittingClaim, claim_of
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result
from derelayl_econ.royalties import LineageShare

__all__ = [
    "GEOMETRIC_INCOME",
    "GEOMETRIC_SPLIT_PROFIT",
    "PASS_THROUGH_GAIN",
    "LineageFee",
    "LineagePay",
    "pass_through_fee",
    "pass_through_gain",
]

Array = npt.NDArray[np.float64]

_SOURCE = "theory notes, section 4.2; sums by own analysis"
_RHO, _A, _F = symbol("royalty_share"), symbol("decay"), symbol("hand_over_fee")
_D, _M, _W = symbol("descendants"), symbol("split_parts"), symbol("income")

GEOMETRIC_INCOME = Formula(
    "honest net income of a leg, geometric royalties", _RHO * (1 - _A ** (_D + 1)) - _F, _SOURCE
)
GEOMETRIC_SPLIT_PROFIT = Formula(
    "profit of splitting a leg, geometric royalties",
    (_M - 1) * (_RHO - _F) - _RHO * _A ** (_D + 2) * (1 - _A ** (_M - 1)) / (1 - _A),
    _SOURCE,
)
PASS_THROUGH_GAIN = Formula(
    "most that m names earn more than one, geometric royalties on improvement",
    _W * _A * (1 - _A ** (_M - 1)) / (1 - _A),
    "proofs.md T7 (iii) for m = 2; geometric sum",
)

_LARGEST = Domain(0, 1e60)
_LEGS, _DESCENDANTS = Domain(1, 1_000_000, integer=True), Domain(0, 1_000_000, integer=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class LineageFee(Result):
    """A fee per hand-over, what it stops and what it leaves to honest trainers.

    Attributes
    ----------
    fee : float
        The smallest fee at which no split into any number of parts pays (money); inf if none does.
    net_income : float
        Largest honest net income on a path of ``longest`` legs at that fee (money): never positive.
    fee_for_one_split : float
        The smallest fee at which no leg of such a path gains by being handed in as two, W_L.
    net_income_for_one_split : float
        Largest honest net income at that fee: -w_L, never positive.
    longest : int
        L, legs of the path before the split.
    """

    fee: float
    net_income: float
    fee_for_one_split: float
    net_income_for_one_split: float
    longest: int


@dataclass(frozen=True)
class LineagePay:
    """Lineage royalties as payments, less a fee per hand-over: a rule for :class:`SplittingGame`.

    Parameters
    ----------
    rule : LineageShare
        The weights; 1 stands for one unit of money.
    fee : float
        f >= 0 (money).
    by_improvement : bool
        Whether a leg's royalties are also multiplied by its gain.

    Examples
    --------
    >>> pay = LineagePay(LineageShare(weights="all"), fee=2.0)
    >>> pay([0.3, 0.1, 0.1])
    array([ 1.,  0., -1.])
    >>> pay.income(2), pay.profit(descendants=2, parts=2)
    (1.0, 2.0)
    >>> print(pay.split_proof_fee(longest=3))
    Lineage fee
    quantity                  value
    fee                       inf
    net_income                -inf
    fee_for_one_split         4
    net_income_for_one_split  -1
    longest                   3
    """

    rule: LineageShare
    fee: float = 0.0
    by_improvement: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.rule, LineageShare):
            raise InputError("rule", self.rule, "be a LineageShare")
        if not isinstance(self.by_improvement, bool):
            raise InputError("by_improvement", self.by_improvement, "be True or False")
        object.__setattr__(self, "fee", check_number("fee", self.fee, _LARGEST))

    def __call__(self, gains: npt.ArrayLike) -> Array:
        """Return the net income of every leg (money), shape (K,)."""
        path = check_array("gains", gains)
        per_leg = check_array("gains", path, NON_NEGATIVE) if self.by_improvement else 1.0
        return np.asarray(self.rule.payments(path, per_leg=per_leg) - self.fee)

    def income(self, descendants: int) -> float:
        """Return W_D - f, the honest net income of a leg with D descendants (money)."""
        self._refuse_improvement("income")
        return self._sum(check_number("descendants", descendants, _DESCENDANTS)) - self.fee

    def profit(self, descendants: int, parts: int) -> float:
        """Return what a leg with D descendants wins by being handed in as ``parts`` legs (money).

        It is the sum of W_(D+k) - f over k = 1, ..., parts - 1.
        """
        self._refuse_improvement("profit")
        own = check_number("descendants", descendants, _DESCENDANTS)
        count = check_number("parts", parts, _LEGS)
        sums = self.rule.liability(own + count)[own + 1 :]
        return math.fsum(sums - self.fee)

    def split_proof_fee(self, longest: int) -> LineageFee:
        """Return the fees that stop splitting, and what they leave: see the module's theorem.

        Proved: theorem F in proofs/.

        Parameters
        ----------
        longest : int
            L >= 1, legs of the path before a split.
        """
        self._refuse_improvement("split_proof_fee")
        legs = check_number("longest", longest, _LEGS)
        total = self._total()
        return LineageFee(
            fee=total, net_income=self._sum(legs - 1) - total, fee_for_one_split=self._sum(legs),
            net_income_for_one_split=-float(self.rule.weight(legs)), longest=legs,
        )  # fmt: skip

    def _sum(self, distance: int) -> float:
        """Return W_d."""
        if self.rule.decay is not None:
            return float(GEOMETRIC_INCOME(
                royalty_share=self.rule.royalty_share, decay=self.rule.decay,
                descendants=distance, hand_over_fee=0.0,
            ))  # fmt: skip
        if isinstance(self.rule.weights, tuple):
            return math.fsum(self.rule.weights[: distance + 1])
        return float(distance + 1)

    def _total(self) -> float:
        if self.rule.decay is not None:
            return self.rule.royalty_share
        return math.fsum(self.rule.weights) if isinstance(self.rule.weights, tuple) else math.inf

    def _refuse_improvement(self, method: str) -> None:
        if self.by_improvement:
            hint = "pass_through_fee() is the fee for pay by improvement."
            raise InputError(
                f"{method}()", "pay by improvement", "be asked of blind pay", hint=hint
            )


def pass_through_gain(decay: float, income: float, parts: int) -> float:
    """Return the most that ``parts`` names earn more than one under royalties on improvement.

    Proved: theorem F in proofs/.

    Parameters
    ----------
    decay : float
        a in (0, 1).
    income : float
        W, what the leg earns under one name (money).
    parts : int
        m >= 1.

    Examples
    --------
    >>> pass_through_gain(0.5, income=8.0, parts=2), pass_through_gain(0.5, income=8.0, parts=3)
    (4.0, 6.0)
    """
    known = check(decay=decay, income=income, split_parts=parts)
    check_number("income", known["income"], _LARGEST)
    return float(PASS_THROUGH_GAIN(**known))


def pass_through_fee(decay: float, income: float) -> float:
    """Return the fee per hand-over at which no number of names pays: a W (proofs.md T7 (iii)).

    The first additional name gains most, so the fee that stops it stops all. Proved: theorem F in
    proofs/.

    Examples
    --------
    >>> pass_through_fee(0.5, income=8.0)
    4.0
    """
    return pass_through_gain(decay, income, 2)


@claim_of.register
def _(rule: LineagePay) -> SplittingClaim:
    if rule.by_improvement:
        theorem = "a fee of decay times the largest income stops splitting"
        return SplittingClaim(split_proof=None, merge_proof=None, theorem=theorem)
    total = rule._total()
    return SplittingClaim(
        split_proof=rule.fee >= total, merge_proof=rule.fee <= rule._sum(1), equal_parts_best=True,
        theorem=f"blind lineage pay is split-proof iff the fee reaches {total:g}",
    )  # fmt: skip
