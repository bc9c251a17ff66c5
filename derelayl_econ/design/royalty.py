r"""Royalty weights that reward lasting work most, within a budget and safe from splitting.

*Who decides what.* The protocol pays a leg w_d >= 0 at the accepted leg d = 1, ..., H later. A
trainer's effort raises the probability sigma that the relay gets one more leg, every time; at equal
cost of effort, the larger the marginal incentive

    dV/dsigma = sum_d w_d d delta^d sigma^(d-1),   V = sum_d w_d (sigma delta)^d,

the more effort (:mod:`derelayl_econ.games.royalty_design`). The protocol

    maximises   dV/dsigma
    subject to  sum_d w_d <= rho       ("budget": a hand-over brings in rho),
                sum_d w_d <= f         ("no split pays"),
                V - f >= income        ("royalties pay"),

where f is the fee per hand-over of blind pay (:mod:`derelayl_econ.games.lineage_fees`), and, as
wished, w_d <= W, w_(d+1) <= w_d. All is linear in w, with few conditions, so that the best weights
sit at few distances: with the budget alone all of it at d* = floor(1/(1 - sigma delta)), worth rho
delta d* (sigma delta)^(d*-1), which beats the best geometric weights, a* = 1/(2 - sigma delta).
Non-increasing weights are mixtures of equal weights on 1, ..., n, so the best are equal weights on
the n whose average of d (sigma delta)^(d-1) is largest.

*Theorem F as a conflict.* For income >= 0 and f > 0, "no split pays" and "royalties pay" exclude
each other: V < sum_d w_d <= f.

*Robust.* The incentive and V rise with sigma and with delta, so the worst case over a box
sigma +- e_sigma, delta +- e_delta is its lower corner, whatever the weights.

Source: theory notes, sections 4.2, 4.3 and 7.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

from derelayl_econ.design.limits import Limit, Variables, at_least, at_most
from derelayl_econ.design.program import Program
from derelayl_econ.design.result import Design
from derelayl_econ.design.terms import Convex, total
from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.royalty_design import SINGLE_INCENTIVE
from derelayl_econ.notation import check

__all__ = ["RoyaltyWeights"]

_MONEY, _INCOME = Domain(0, 1e9), Domain(-1e9, 1e9)
_HORIZON = Domain(1, 2000, integer=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class RoyaltyWeights:
    """Weights to be chosen.

    Parameters
    ----------
    survival : float
        sigma in [0, 1].
    discount : float
        delta in (0, 1), per leg.
    horizon : int
        H >= 1, the farthest distance that is paid; at most 2000.
    royalty_share : float
        rho in [0, 1]: the budget of a hand-over.
    hand_over_fee : float or None
        f >= 0 (the unit of the weights); None: splitting is stopped otherwise (pay by improvement).
    income : float or None
        Least expected royalties of a leg beyond the fee; None: none is asked.
    cap : float or None
        W, most at one distance.
    non_increasing : bool
        Whether later royalties may not be larger.
    survival_error, discount_error : float
        Half-widths of a box over which the worst case counts.

    Examples
    --------
    >>> design = RoyaltyWeights(survival=0.9, discount=0.95, horizon=30).solve()
    >>> design["weights"].nonzero()[0] + 1, round(design.value, 4), design.certificate.status
    (array([6]), 2.6044, 'exact')
    >>> print(design.price("budget"))
    budget: one more coin per hand-over raises the incentive by 2.60439 money
    >>> split = RoyaltyWeights(survival=0.9, discount=0.95, horizon=30, hand_over_fee=0.5, income=0)
    >>> split.solve().conflict.names
    ('no split pays', 'royalties pay')
    """

    survival: float
    discount: float
    horizon: int
    royalty_share: float = 1.0
    hand_over_fee: float | None = None
    income: float | None = None
    cap: float | None = None
    non_increasing: bool = False
    survival_error: float = 0.0
    discount_error: float = 0.0

    def __post_init__(self) -> None:
        given = check(survival=self.survival, discount=self.discount,
                      royalty_share=self.royalty_share)  # fmt: skip
        given["horizon"] = check_number("horizon", self.horizon, _HORIZON)
        for name, domain in (("hand_over_fee", _MONEY), ("income", _INCOME), ("cap", _MONEY)):
            if getattr(self, name) is not None:
                given[name] = check_number(name, getattr(self, name), domain)
        for name in ("survival", "discount"):
            error, room = f"{name}_error", Domain(0, given[name], open_high=name == "discount")
            given[error] = check_number(error, getattr(self, error), room)
        if not isinstance(self.non_increasing, bool):
            raise InputError("non_increasing", self.non_increasing, "be True or False")
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def solve(self) -> Design:
        """Return the best weights, variable ``"weights"`` of distances 1, ..., H, or a conflict."""
        variables = Variables()
        weights = variables.block("weights", self.horizon)
        incentive = total(w * Fraction(self._incentive(d)) for d, w in enumerate(weights, 1))
        return Program(
            variables=variables, objective=-incentive, limits=tuple(self._limits(weights)),
            maximise=True, goal="incentive",
        ).solve()  # fmt: skip

    def _incentive(self, distance: int) -> float:
        """Return what a unit at that distance adds to dV/dsigma, in the worst case."""
        return float(SINGLE_INCENTIVE(
            survival=self._worst_survival, discount=self._worst_discount, royalty_share=1,
            distance=distance,
        ))  # fmt: skip

    @property
    def _worst_survival(self) -> float:
        return self.survival - self.survival_error

    @property
    def _worst_discount(self) -> float:
        return self.discount - self.discount_error

    def _limits(self, weights: tuple[Convex, ...]) -> list[Limit]:
        spent = total(weights)
        limits = [
            at_least("royalties are not negative", weights, 0, unit="coin", weight=math.inf),
            at_most("budget", spent, Fraction(self.royalty_share), unit="coin",
                    knob="per hand-over"),
        ]  # fmt: skip
        fee = Fraction(self.hand_over_fee or 0)
        if self.hand_over_fee is not None:
            limits.append(at_most("no split pays", spent, fee, unit="coin", knob="of split profit"))
        if self.income is not None:
            step = self._worst_survival * self._worst_discount
            expected = total(w * Fraction(step**d) for d, w in enumerate(weights, 1))
            limits.append(at_least("royalties pay", expected - fee, Fraction(self.income),
                                   unit="coin", knob="less of income"))  # fmt: skip
        if self.cap is not None:
            limits.append(at_most("cap", weights, Fraction(self.cap), unit="coin",
                                  knob="at every distance"))  # fmt: skip
        if self.non_increasing and self.horizon > 1:
            falls = [b - a for a, b in itertools.pairwise(weights)]
            limits.append(at_most("royalties never rise", falls, 0, unit="coin",
                                  knob="of rise per distance"))  # fmt: skip
        return limits
