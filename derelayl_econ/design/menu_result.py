"""What a menu for hidden costs comes to: lines, rents, who is pooled, what hiding costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.result import Design
from derelayl_econ.results import format_number, frozen_array

__all__ = ["MenuDesign", "with_menu"]

Array = npt.NDArray[np.float64]


def _nothing() -> Array:
    return frozen_array([])


@dataclass(frozen=True, kw_only=True, eq=False)
class MenuDesign(Design):
    """The best menu; arrays of shape (types,), in increasing order of cost; empty without a menu.

    Attributes
    ----------
    costs, shares : array
        theta_i (money per unit of work) and f_i.
    efforts, rewards : array
        The lines (e_i, r_i).
    rents : array
        r_i - theta_i C(e_i) - U: what hiding its cost brings a type (money).
    virtual_costs, ironed_costs : array
        s_i before and after ironing (money per unit of work), at the shares of ``shares``.
    pooled : tuple of (int, int)
        First and last type of every block that ironing gives one line.
    excluded : tuple of int
        Types that are asked for no effort.
    first_best_efforts : array
        What would be asked for if costs were known.
    first_best_value : float
        Its value (money), without a budget.
    expected_reward, expected_rent : float
        sum f_i r_i and sum f_i rents_i (money).
    """

    costs: Array = field(default_factory=_nothing)
    shares: Array = field(default_factory=_nothing)
    efforts: Array = field(default_factory=_nothing)
    rewards: Array = field(default_factory=_nothing)
    rents: Array = field(default_factory=_nothing)
    virtual_costs: Array = field(default_factory=_nothing)
    ironed_costs: Array = field(default_factory=_nothing)
    pooled: tuple[tuple[int, int], ...] = ()
    excluded: tuple[int, ...] = ()
    first_best_efforts: Array = field(default_factory=_nothing)
    first_best_value: float | None = None
    expected_reward: float | None = None
    expected_rent: float | None = None

    @property
    def information_cost(self) -> float | None:
        """What not knowing the costs (and the budget) takes from the value (money)."""
        if self.value is None or self.first_best_value is None:
            return None
        return self.first_best_value - self.value

    def sentences(self) -> tuple[str, ...]:
        """Return what the menu does and what its conditions are worth, in words."""
        if self.value is None:
            return (self.caption(),)
        said = [
            f"hiding costs earns the types {format_number(self.expected_rent)} money on average"
        ]
        said += [f"types {a} to {b} share one line" for a, b in self.pooled]
        if self.excluded:
            said.append(f"types from {self.excluded[0]} on are asked for nothing")
        return (*said, *(price.sentence for price in self.binding))

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per type."""
        columns = (self.costs, self.shares, self.efforts, self.rewards, self.rents,
                   self.ironed_costs, self.first_best_efforts)  # fmt: skip
        headers = ("cost", "share", "effort", "reward", "rent", "virtual cost", "first best")
        return headers, list(zip(*columns, strict=True))


def with_menu(design: Design, **more: Any) -> MenuDesign:
    """Return a design with the fields of a menu."""
    known = {part.name: getattr(design, part.name) for part in fields(Design)}
    return MenuDesign(**known, **more)
