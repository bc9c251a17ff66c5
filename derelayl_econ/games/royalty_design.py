r"""Royalty design: which weights the budget allows, and which reward lasting work most.

Budget. A hand-over brings in at most rho for royalties. After k legs it owes w_0 + ... + w_(k-1)
(in the same unit), which never exceeds rho, whatever the length, iff sum_d w_d <= rho. w_d = 1 owes
k at leg k and breaks every budget rho <= 1 by the second leg.

The game. *Player*: the trainer of one leg. *Action*: effort, at a convex cost, which raises the
probability sigma that the relay gets one more leg. *Payoff*: royalties w_d at distance d, if the
relay gets that far, discounted by delta per leg, less the cost of effort. *Best response*: effort
whose marginal cost equals the marginal incentive d(royalties)/d(sigma); *equilibrium*: that effort
by everybody. So the rule with the largest marginal incentive buys most effort for its budget.

1. *Work that lasts*: effort raises sigma at every later step. V = sum_d w_d (sigma delta)^d, with
   geometric weights rho (1-a) a^d: V = rho (1-a)/(1 - a s), s = sigma delta, and
   dV/dsigma = rho delta a (1-a)/(1 - a s)^2. Its logarithmic derivative in a is
   (1 - (2-s) a)/(a (1-a) (1 - a s)): positive, then negative, so that the one maximum is
   a* = 1/(2 - s), worth rho delta/(4 (1-s)). a* -> 1/2, the halving of the red-balloon team, as
   s -> 0, and -> 1 as s -> 1.
2. *Work that shows at once*: effort raises only the probability of the next step.
   dV/dsigma_1 = rho delta a (1-a)/(1 - a s), largest at a = (1 - sqrt(1-s))/s, again 1/2 at s -> 0:
   less patient weights than in 1, for every s > 0.
3. *Any weights*. dV/dsigma = sum_d w_d d delta^d sigma^(d-1) is linear in w: within the budget it
   is largest when all of it is paid at one distance, the d that maximises d s^(d-1):
   d* = floor(1/(1-s)), one payment that vests late (:mod:`derelayl_econ.games.vesting`). It beats
   the best geometric rule, by a factor of 4 as s -> 0 and of 4/e as s -> 1: a* is best among
   geometric rules only.

Sources: theory notes, section 4.3 (1; 2 and 3: own analysis); Pickard et al. 2011, Science 334:509;
Emek, Karidi, Tennenholtz, Zohar 2011 (EC) for geometric mechanisms.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.domains import OPEN_UNIT, Domain, check_array, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result, frozen_array
from derelayl_econ.royalties import LineageShare

__all__ = [
    "BEST_DECAY",
    "BEST_DISTANCE",
    "BEST_INCENTIVE",
    "LASTING_INCENTIVE",
    "NEXT_STEP_DECAY",
    "NEXT_STEP_INCENTIVE",
    "ROYALTY_VALUE",
    "RoyaltyBudget",
    "RoyaltyDesign",
    "royalty_budget",
]

Array = npt.NDArray[np.float64]

_SOURCE, _OWN = "theory notes, section 4.3", "own analysis, after theory notes, section 4.3"
_RHO, _A = symbol("royalty_share"), symbol("decay")
_SIGMA, _DELTA, _DISTANCE = symbol("survival"), symbol("discount"), symbol("distance")
_S = _SIGMA * _DELTA

ROYALTY_VALUE = Formula(
    "expected royalties of a leg, geometric weights", _RHO * (1 - _A) / (1 - _A * _S), _SOURCE
)
LASTING_INCENTIVE = ROYALTY_VALUE.diff("survival")
"""dV/dsigma when effort raises the survival of every later step (money)."""

BEST_DECAY = Formula("decay of the strongest incentive, lasting work", 1 / (2 - _S), _SOURCE)
BEST_INCENTIVE = Formula(
    "strongest incentive of a geometric rule, lasting work", _RHO * _DELTA / (4 * (1 - _S)), _OWN
)
NEXT_STEP_INCENTIVE = Formula(
    "marginal value of the next step's survival, geometric weights",
    _RHO * (1 - _A) * _A * _DELTA / (1 - _A * _S),
    _OWN,
)
NEXT_STEP_DECAY = Formula(
    "decay of the strongest incentive, next step only",
    1 / (1 + sp.sqrt(1 - _S)),  # (1 - sqrt(1-s))/s without the 0/0
    _OWN,
)
BEST_DISTANCE = Formula("distance of the strongest single royalty", sp.floor(1 / (1 - _S)), _OWN)
SINGLE_INCENTIVE = Formula(
    "marginal value of survival, one royalty",
    _RHO * _DELTA * _DISTANCE * _S ** (_DISTANCE - 1),
    _OWN,
)
FIRST_BREACH = Formula(
    "first leg at which a coin for every ancestor exceeds the budget", sp.floor(_RHO) + 1, _SOURCE
)

_LEGS = Domain(1, 1_000_000, integer=True)
_PATIENCE = 1 - 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class RoyaltyBudget(Result):
    """What royalties owe, leg by leg, against what a hand-over brings in.

    Attributes
    ----------
    royalty_share : float
        rho, what a hand-over brings in.
    owed : array of shape (legs,)
        w_0 + ... + w_(k-1) at leg k = 1, ..., in the same unit.
    feasible : bool
        Whether it never exceeds rho, at any length.
    first_breach : int or None
        The first leg k that owes more than rho.
    """

    royalty_share: float
    owed: Array
    feasible: bool
    first_breach: int | None


def royalty_budget(rule: LineageShare, legs: int) -> RoyaltyBudget:
    """Return what a lineage rule owes along a path, and whether it can always be paid.

    Geometric weights and ``"all"``: theorem R in proofs/.

    Examples
    --------
    >>> found = royalty_budget(LineageShare(weights="all"), legs=4)
    >>> found.owed, found.first_breach
    (array([1., 2., 3., 4.]), 2)
    >>> royalty_budget(LineageShare(decay=0.5), legs=4).feasible
    True
    """
    if not isinstance(rule, LineageShare):
        raise InputError("rule", rule, "be a LineageShare")
    owed = rule.liability(check_number("legs", legs, _LEGS))
    return RoyaltyBudget(
        royalty_share=rule.royalty_share, owed=frozen_array(owed), feasible=rule.budget_feasible,
        first_breach=None if rule.budget_feasible else _first_breach(rule),
    )  # fmt: skip


def _first_breach(rule: LineageShare) -> int:
    if not isinstance(rule.weights, tuple):
        return int(FIRST_BREACH(royalty_share=rule.royalty_share))
    sums = (math.fsum(rule.weights[:leg]) for leg in range(1, len(rule.weights) + 1))
    return next(leg for leg, owed in enumerate(sums, 1) if owed > rule.royalty_share)


@dataclass(frozen=True)
class RoyaltyDesign:
    """Incentives of royalties when work decides how long the relay goes on.

    Best decays and distance: proved, theorem R in proofs/.

    Parameters
    ----------
    survival : float
        sigma in [0, 1], the probability that the relay gets one more leg.
    discount : float
        delta in (0, 1), per leg; at most 1 - 1e-9.
    royalty_share : float
        rho in [0, 1]: the budget of a hand-over.

    Examples
    --------
    >>> design = RoyaltyDesign(survival=0.9, discount=0.95)
    >>> round(design.best_decay, 4), round(design.best_incentive, 4)
    (0.8734, 1.6379)
    >>> design.best_distance, round(design.single_incentive(design.best_distance), 4)
    (6, 2.6044)
    >>> design.best_rule()
    LineageShare(decay=0.8733624454148472, weights=None, royalty_share=1.0)
    """

    survival: float
    discount: float
    royalty_share: float = 1.0

    def __post_init__(self) -> None:
        given = check(survival=self.survival, discount=self.discount,
                      royalty_share=self.royalty_share)  # fmt: skip
        check_number("discount", given["discount"], Domain(0, _PATIENCE, open_low=True))
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def value(self, decay: npt.ArrayLike) -> Array:
        """Return V, expected discounted royalties of a leg at each decay (money)."""
        return self._at(ROYALTY_VALUE, decay)

    def incentive(self, decay: npt.ArrayLike, *, lasting: bool = True) -> Array:
        """Return the marginal incentive at each decay in (0, 1) (money).

        Parameters
        ----------
        decay : array_like of any shape
        lasting : bool
            Whether effort raises the survival of every later step, or of the next one only.
        """
        return self._at(LASTING_INCENTIVE if lasting else NEXT_STEP_INCENTIVE, decay)

    def incentive_of(self, rule: LineageShare, legs: int = 10_000) -> float:
        """Return dV/dsigma, lasting work, of any weights; distances beyond ``legs`` are left out.

        Examples
        --------
        >>> design = RoyaltyDesign(survival=0.5, discount=0.8)
        >>> rule = LineageShare(weights=[0, 0.3, 0.7])
        >>> round(design.incentive_of(rule), 6)  # .8 (1 * .3 + 2 * .7 * .4)
        0.688
        """
        if not isinstance(rule, LineageShare):
            raise InputError("rule", rule, "be a LineageShare")
        distance = np.arange(1, check_number("legs", legs, _LEGS) + 1)
        step = self.survival * self.discount
        terms = rule.weight(distance) * distance * step ** (distance - 1.0)
        return self.discount * math.fsum(terms)

    @property
    def best_decay(self) -> float:
        """a* = 1/(2 - sigma delta), lasting work."""
        return self._evaluate(BEST_DECAY)

    @property
    def best_incentive(self) -> float:
        """The marginal incentive at ``best_decay`` (money)."""
        return self._evaluate(BEST_INCENTIVE)

    @property
    def next_step_decay(self) -> float:
        """The best decay when effort raises the survival of the next step only."""
        return self._evaluate(NEXT_STEP_DECAY)

    @property
    def best_distance(self) -> int:
        """The distance at which one royalty of the whole budget gives most incentive.

        Where 1/(1 - sigma delta) is a whole number, the distance before it is as good.
        """
        return int(self._evaluate(BEST_DISTANCE))

    def single_incentive(self, distance: int) -> float:
        """Return the incentive of one royalty of rho at that distance >= 1 (money)."""
        count = check_number("distance", distance, _LEGS)
        return self._evaluate(SINGLE_INCENTIVE, distance=count)

    def best_rule(self) -> LineageShare:
        """Return the geometric royalties with the strongest incentive, lasting work."""
        return LineageShare(self.best_decay, royalty_share=self.royalty_share)

    def _at(self, formula: Formula, decay: npt.ArrayLike) -> Array:
        rates = check_array("decay", decay, OPEN_UNIT, ndim=None)
        known: dict[str, Any] = asdict(self) | {"decay": rates}
        return formula(**{name: known[name] for name in formula.arguments})

    def _evaluate(self, formula: Formula, **values: float) -> float:
        known = asdict(self) | values
        return float(formula(**{name: known[name] for name in formula.arguments}))
