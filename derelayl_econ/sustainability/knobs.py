"""What a designer can turn, and what turning it takes.

The knobs are those of theory notes, section 8 (R, D, y, m, lambda, phi, a, c, N), with the fee of a
hand-over; a scenario has those that its rules mention. The search for the smallest change is in
:mod:`derelayl_econ.sustainability.turning`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from derelayl_econ.domains import Domain
from derelayl_econ.notation import NOTATION
from derelayl_econ.results import Result
from derelayl_econ.scenario import Scenario

__all__ = ["KNOBS", "Knob", "KnobChange", "changed", "knobs_of"]


@dataclass(frozen=True)
class Knob:
    """A number that a designer can turn: its key in a scenario and its code in the notation."""

    key: str
    code: str
    even: bool = False

    @property
    def domain(self) -> Domain:
        """Values that the scenario takes."""
        return Domain(4, integer=True) if self.even else NOTATION[self.code].domain

    @property
    def step(self) -> int:
        """Distance between neighbouring values of what is counted: 2 for odd or even numbers."""
        return 2 if self.domain.odd or self.even else 1

    @property
    def whole(self) -> bool:
        """Whether it counts something."""
        return self.domain.integer


KNOBS = (
    Knob("reward.pool", "pool"),
    Knob("verification.deposit", "deposit"),
    Knob("verification.audit_rate", "audit_rate"),
    Knob("verification.committee_size", "committee_size"),
    Knob("reward.price", "price"),
    Knob("reward.access_fee", "access_fee"),
    Knob("reward.hand_over_fee", "hand_over_fee"),
    Knob("reward.decay", "decay"),
    Knob("ecology.decay", "decay"),
    Knob("training.cost", "cost"),
    Knob("community.participants", "participants"),
)
"""R, D, y, m, lambda, phi, f, a, c and N."""


@dataclass(frozen=True, kw_only=True, eq=False)
class KnobChange(Result):
    """The smallest change of one knob that turns one verdict.

    Attributes
    ----------
    knob : str
        Its key in a scenario.
    symbol, unit : str
    present : float
        The scenario's value.
    value : float or None
        The nearest value with another verdict; None if there is none.
    before : float or None
        The value just before it, on the side of the present one: the verdict is still the old one.
    verified : bool
        Scenarios with both values were built and judged.
    method : str
        What was searched, and why nothing was missed.
    """

    knob: str
    symbol: str
    unit: str
    present: float
    value: float | None
    before: float | None
    verified: bool
    method: str

    @property
    def at_once(self) -> bool:
        """Whether the verdict turns beyond 0, however little: no value is the first."""
        return self.value is not None and self.before == 0

    @property
    def change(self) -> float | None:
        """The difference to the present value."""
        return None if self.value is None else self.value - self.present


def knobs_of(scenario: Scenario) -> tuple[Knob, ...]:
    """Return a scenario's knobs: no access fee where none is set, no decay without royalties."""
    rules = scenario.ecology
    absent = {
        "reward.access_fee": scenario.reward.access_fee is None,
        "reward.decay": scenario.reward.decay is None,
        "ecology.decay": rules is None or rules.royalty != "geometric",
    }
    # Half of an ecology's participants train or own.
    return tuple(replace(knob, even=rules is not None and knob.code == "participants")
                 for knob in KNOBS if not absent.get(knob.key, False))  # fmt: skip


def changed(scenario: Scenario, key: str, value: float) -> Scenario:
    """Return the scenario with one number changed; a cost of its own replaces the hardware."""
    if key != "training.cost":
        return scenario.replace(key, value)
    mapping = scenario.to_mapping()
    kept = {"cost_cheat": scenario.training.cost_cheat}
    return Scenario.from_mapping(mapping | {"training": kept | {"cost": value}, "sources": {}})
