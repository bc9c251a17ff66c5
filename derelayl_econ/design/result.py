"""What a designer gets back: the design, its prices in words, its proof, or what conflicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.certificate import BoundCertificate
from derelayl_econ.results import Certificate, Result, format_number

__all__ = ["Conflict", "Design", "DesignStatus", "DualPrice"]

Array = npt.NDArray[np.float64]

_ROUNDING = 1e-12


class DesignStatus(Enum):
    """How a design problem ended; the value is the message."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible: not all conditions can be met"
    UNBOUNDED = "unbounded: nothing limits how good the design can get"
    INACCURATE = "the solver found a point, but no proof that it is feasible and near the best"
    FAILED = "the solver gave up"


@dataclass(frozen=True, kw_only=True, eq=False)
class DualPrice(Result):
    """What moving one condition is worth; exact for small changes only.

    Attributes
    ----------
    name, unit : str
        Of the condition.
    price : float
        By how much the objective improves per unit of relaxation (unit of the objective per unit of
        the condition); of an equation, per unit by which its right side rises.
    slack : float
        How far the condition is from binding (its unit).
    sentence : str
        The same in words.
    """

    name: str
    unit: str
    price: float
    slack: float
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, kw_only=True, eq=False)
class Conflict(Result):
    """Why nothing works, and the cheapest way out.

    Attributes
    ----------
    names : tuple of str
        Conditions that exclude each other, given what cannot be moved: without any one of them the
        rest of them can be met.
    smallest : bool
        Whether no conflict has fewer conditions (exact search), or only none within this one is
        smaller (found by leaving out one after the other).
    relaxation : mapping of str to float
        By how much to relax which conditions (their units) so that everything can be met, at least
        total weight; empty if what cannot be moved conflicts by itself.
    verified : bool
        Whether the relaxed problem was solved again and has a design.
    certificate : BoundCertificate or None
        Proof of the conflict: the least total relaxation is above 0.
    """

    names: tuple[str, ...]
    smallest: bool
    relaxation: Mapping[str, float]
    verified: bool
    certificate: BoundCertificate | None

    def caption(self) -> str:
        """Return the conflict and the way out in words."""
        names = " and ".join(f"“{name}”" for name in self.names)
        # Floats are taken at face value: some are off by a rounding error, which is no advice.
        least_move = _ROUNDING * max(self.relaxation.values(), default=0.0)
        moves = ", ".join(
            f"“{name}” by {format_number(value)}"
            for name, value in self.relaxation.items()
            if value > least_move
        )
        way_out = f"relax {moves or 'nothing that can be moved'}"
        if len(self.names) == 1:
            return f"{names} cannot be met, whatever else is given up; {way_out}"
        least = "the smallest conflict" if self.smallest else "a conflict none of which can be left"
        return f"{names} exclude each other ({least}); {way_out}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Design(Result):
    """An optimal design, or why there is none.

    Attributes
    ----------
    status : DesignStatus
    value : float or None
        The objective at the design; None if there is no design.
    variables : dict of str to array or float
        By name; empty if there is no design.
    prices : tuple of DualPrice
        One per condition, in the order in which they were given.
    certificate : Certificate or None
        Proof that no design is better than ``value``; None unless the status is optimal.
    conflict : Conflict or None
        What excludes what, if the status is infeasible.
    unit : str
        Unit of the objective.
    """

    status: DesignStatus
    value: float | None
    variables: Mapping[str, Any]
    prices: tuple[DualPrice, ...] = ()
    certificate: Certificate | None = None
    conflict: Conflict | None = None
    unit: str = "money"

    def __getitem__(self, name: str) -> Any:
        """Return a variable by name."""
        return self.variables[name]

    def price(self, name: str) -> DualPrice:
        """Return the price of a condition by name."""
        return next(price for price in self.prices if price.name == name)

    @property
    def binding(self) -> tuple[DualPrice, ...]:
        """The conditions whose relaxation would improve the design, dearest first."""
        dear = [price for price in self.prices if price.price != 0]
        return tuple(sorted(dear, key=lambda price: -abs(price.price)))

    def caption(self) -> str:
        """Return the outcome in words."""
        if self.conflict is not None:
            return f"{self.status.value}. {self.conflict.caption()}"
        known = "" if self.value is None else f", {format_number(self.value)} {self.unit}"
        proof = "" if self.certificate is None else f" ({self.certificate.status})"
        return f"{self.status.value}{known}{proof}"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return the variables, then what the binding conditions are worth."""
        rows: list[tuple[object, object]] = list(self.variables.items())
        rows += [(f"price of {p.name}", p.price) for p in self.binding]
        return ("quantity", "value"), rows
