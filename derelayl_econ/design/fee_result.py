"""What an access fee and a price of improvement come to, and why there may be none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from derelayl_econ.design.result import Conflict, Design, DesignStatus, DualPrice
from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.results import format_number

__all__ = ["UNITS", "FeeDesign", "priced", "unserved"]

UNITS = {"profit": "money", "welfare": "money", "quality": "score"}


@dataclass(frozen=True, kw_only=True, eq=False)
class FeeDesign(Design):
    """The best fee and price; None in all numbers if no fee serves the market.

    Attributes
    ----------
    access_fee, improvement_price : float
        phi (money) and lambda (money/score).
    training_share, gap, quality, cutoff : float
        s, x~ and q (score), and the highest cost of one who trains (money).
    balance : float
        Fees less rewards (money per leg), without the subsidy.
    bound : float
        No fee and price reach more than this.
    worst_case, hardest : ArrivalRelay
        The relay at this fee and price where the goal is worst and where fees least pay the
        rewards: corners of the box of a robust design, else the relay as given. Share, gap, quality
        and cutoff are those of the first, the balance is that of the second.
    """

    access_fee: float | None = None
    improvement_price: float | None = None
    training_share: float | None = None
    gap: float | None = None
    quality: float | None = None
    cutoff: float | None = None
    balance: float | None = None
    bound: float | None = None
    worst_case: ArrivalRelay | None = None
    hardest: ArrivalRelay | None = None

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return the numbers, then what the conditions are worth."""
        own = {part.name for part in fields(Design)} | {"worst_case", "hardest"}
        rows = [(p.name, getattr(self, p.name)) for p in fields(self) if p.name not in own]
        rows += [(f"price of {price.name}", price.price) for price in self.binding]
        return ("quantity", "value"), rows


def priced(name: str, price: float, knob: str, goal: str) -> DualPrice:
    """Return what moving a condition is worth, in words."""
    unit = UNITS[goal]
    text = (f"one more money {knob} raises {goal} by {format_number(price)} {unit}" if price
            else f"one more money {knob} changes nothing that the gap would show")  # fmt: skip
    return DualPrice(name=name, unit="money", price=price, slack=0.0, sentence=f"{name}: {text}")


def unserved(missing: float, unit: str) -> FeeDesign:
    """Return that no fee serves the market, by how much too little."""
    names = "market served", "fees are not negative"
    conflict = Conflict(names=names, smallest=True, relaxation={names[0]: missing}, verified=True,
                        certificate=None)  # fmt: skip
    return FeeDesign(status=DesignStatus.INFEASIBLE, value=None, variables={}, unit=unit,
                     conflict=conflict)  # fmt: skip
