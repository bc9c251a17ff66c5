r"""The price of improvement under drift and free entry, as a convex program with dual prices.

The game is that of :mod:`derelayl_econ.games.funding` (theory notes, section 3.4a): trainers enter
until a leg just pays, users pay lambda per unit of improvement. In z = w + lambda, what a unit of
improvement brings a trainer, the steady quality is q = q_max - a/z, a = c/gamma: concave. With B =
N_u nu_u, drift eta and leakage theta, per period:

    welfare   q (B - eta lambda)             = (B + eta w - eta z)(q_max - a/z),
    profit    q ((1-theta) B - eta lambda)   what users can be charged, less rewards,
    quality   q,

each an affine function of z less a multiple of 1/z, so concave for z > 0. Conditions:

    training pays           z >= a/q_max,
    price is not negative   z >= w,
    users can pay           lambda <= (1-theta) B/eta; with a subsidy S > 0 per period
                            eta lambda q <= (1-theta) B q + S, convex as the left side is affine
                            plus eta w a/z and q is concave.

Without a binding condition welfare is best at z = sqrt(a (B/eta + w)/q_max), the closed form of
:data:`derelayl_econ.games.funding.WELFARE_PRICE`.

*Robust.* Over a box of the parameters two corners decide, and the program stays convex:
:mod:`derelayl_econ.design.robust_price`, where it is written down; known parameters are a box of
width 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from derelayl_econ.design.program import Program
from derelayl_econ.design.result import Design
from derelayl_econ.design.robust_price import PriceCorners, price_program
from derelayl_econ.domains import NON_NEGATIVE, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.games.funding import DriftFunding, FundingState
from derelayl_econ.games.magnitude import check_magnitude

__all__ = ["FundingDesign", "FundingPrice"]

_GOALS = ("welfare", "profit", "quality")


@dataclass(frozen=True, kw_only=True, eq=False)
class FundingDesign(Design):
    """The best price; None in all numbers without one.

    Attributes
    ----------
    reward_price : float
        lambda (money/score).
    quality, legs_per_period, spending, welfare : float
        Of the steady state at this price (score, legs, money, money), in the worst case.
    worst_case : DriftFunding
        The corner of the box at which the goal is worst at this price; the estimate without a box.
    """

    reward_price: float | None = None
    quality: float | None = None
    legs_per_period: float | None = None
    spending: float | None = None
    welfare: float | None = None
    worst_case: DriftFunding | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class FundingPrice:
    """The question which price of improvement is best.

    Parameters
    ----------
    funding : DriftFunding
        With drift and users who value quality.
    subsidy : float
        S, money per period put in from outside, >= 0.

    Examples
    --------
    >>> funding = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1,
    ...                        users=1, flow_value=1)
    >>> design = FundingPrice(funding=funding).solve("welfare")
    >>> round(design.reward_price, 3), round(design.value, 6), design.certificate.check()
    (10.0, 0.25, True)
    >>> print(FundingPrice(funding=funding).solve("quality").price("users can pay"))
    users can pay: one more money / score paid by others raises the quality by 0.0125 score
    """

    funding: Any
    subsidy: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.funding, DriftFunding):
            raise InputError("funding", self.funding, "be a DriftFunding")
        if self.funding.drift == 0:
            raise InputError("drift of funding", 0, "be positive",
                             hint="Without drift there is nothing to hold.")  # fmt: skip
        number = check_number("subsidy", self.subsidy, NON_NEGATIVE)
        check_magnitude(subsidy=number)
        object.__setattr__(self, "subsidy", number)

    def program(self, goal: str = "welfare") -> Program:
        """Return the program; the variable is z."""
        return price_program(PriceCorners.of(self.funding, {}), self.subsidy, _known(goal))

    def solve(self, goal: str = "welfare") -> FundingDesign:
        """Return the best price for ``"welfare"``, ``"profit"`` or ``"quality"``."""
        return self.robust(goal, box={})

    def robust(self, goal: str = "welfare", *, box: Mapping[str, float]) -> FundingDesign:
        """Return the price that is best in the worst case over a box of parameters.

        See :mod:`derelayl_econ.design.robust_price` for the program, and for which corners decide.

        Parameters
        ----------
        goal : str
            ``"welfare"``, ``"profit"`` or ``"quality"``.
        box : mapping of str to float
            Half-widths >= 0 of ``cost``, ``learning_rate``, ``quality_max``, ``value``, ``users``,
            ``flow_value``, ``drift``, ``leakage``, each in its own unit; 0 where not named.

        Raises
        ------
        InputError
            If a name is unknown, or an end of the box lies outside the parameter's domain.

        Examples
        --------
        >>> funding = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1,
        ...                        users=1, flow_value=1)
        >>> design = FundingPrice(funding=funding).robust(box={"drift": 0.01, "cost": 0.2})
        >>> round(design.reward_price, 3), round(design.value, 4)
        (10.0, 0.16)
        >>> design.worst_case.drift, design.worst_case.cost
        (0.060000000000000005, 1.2)
        """
        corners = PriceCorners.of(self.funding, box)
        design = price_program(corners, self.subsidy, _known(goal)).solve()
        known = {part.name: getattr(design, part.name) for part in fields(Design)}
        if design.value is None:
            return FundingDesign(**known)
        price = max(0.0, design["pay of an improvement"] - self.funding.value)
        states = [(corner, corner.steady_state(price))
                  for corner in corners.deciding(goal, self.subsidy)]  # fmt: skip
        worst, state = min(states, key=lambda pair: _worth(goal, *pair))
        return FundingDesign(
            **known, reward_price=price, quality=state.quality, spending=state.spending,
            legs_per_period=state.legs_per_period, welfare=state.welfare, worst_case=worst,
        )  # fmt: skip


def _known(goal: str) -> str:
    if not isinstance(goal, str) or goal not in _GOALS:
        raise InputError("goal", goal, f"be one of {', '.join(_GOALS)}",
                         hint=did_you_mean(goal, _GOALS))  # fmt: skip
    return goal


def _worth(goal: str, funding: DriftFunding, state: FundingState) -> float:
    if goal == "profit":
        benefit = funding.users * funding.flow_value * state.quality
        return (1 - funding.leakage) * benefit - state.spending
    return state.welfare if goal == "welfare" else state.quality
