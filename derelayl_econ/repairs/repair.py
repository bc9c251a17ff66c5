r"""The cheapest repair of a relay that would not last.

*What may be turned.* The pool R, the price lambda, the deposit D, the fee f of a hand-over, the
audit rate y and the size m of the committee; the leakage theta is lowered, too, if asked for.

*What it costs.* Per leg R + lambda gamma x + m nu y (what S3 has to cover) and interest
(1 - delta) D on the deposit; lowering theta costs what outsiders lose, N_u w gamma x per unit.

*How.* For each committee, each audit rate of a grid (steps of .05) and each mechanism of S5 there
is a linear program (:mod:`derelayl_econ.repairs.programs`). The best is solved again in rational
numbers, with prices and a proof. So the result is the cheapest *on that grid*; audit rates between
its points may be cheaper by a little. Each inequality holds with a reserve: the left side exceeds
the right side by that share of it.

Inequalities that no knob enters, such as the survival of the lineage (S6), or royalties above a
winner's coin, are beyond repair; those that fail are named, and the rest is repaired.

Source: theory notes, sections 7 and 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from derelayl_econ.design.result import Design, DesignStatus
from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.notation import NOTATION
from derelayl_econ.repairs.programs import AUDITS, MONEY, OUTLAY, Place, Programs
from derelayl_econ.results import Result
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.assess import assess
from derelayl_econ.sustainability.report import SustainabilityReport
from derelayl_econ.sustainability.terms import evaluate, keys_of, terms_of

__all__ = ["USUAL", "Repair", "repair"]

USUAL = (*MONEY[:-1], *AUDITS)
"""What is turned unless said otherwise: all but the leakage."""
_RATES = np.round(np.linspace(0.05, 1, 20), 2).tolist()
_LARGEST_COMMITTEE = 15
_RESERVE = Domain(2.0**-20, 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Repair(Result):
    """A repaired scenario, what it costs, and what could not be repaired.

    Attributes
    ----------
    scenario : Scenario
        With the knobs turned; as it was if no setting of them works.
    before, after : SustainabilityReport
        Of both scenarios, without knobs.
    changes : dict of str to (before, after)
        The knobs that moved, by key.
    cost : (before, after)
        Pay, audits and interest (money per leg).
    mechanism : str
        By which mechanism of S5 the repaired relay is to go on.
    design : Design
        The linear program of the chosen committee and audit rate: prices and proof, or conflict.
    beyond : tuple of str
        Inequalities that fail and that no knob enters.
    """

    scenario: Scenario = field(repr=False)
    before: SustainabilityReport = field(repr=False)
    after: SustainabilityReport = field(repr=False)
    changes: Mapping[str, tuple[float, float]]
    cost: tuple[float, float]
    mechanism: str
    design: Design
    beyond: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether some setting of the knobs meets every condition that they enter."""
        return self.design.status is DesignStatus.OPTIMAL

    @property
    def sustainable(self) -> bool:
        """Whether the repaired scenario is sustainable."""
        return self.after.sustainable

    def caption(self) -> str:
        """Return the outcome in words."""
        name = self.scenario.name
        if not self.found:
            return f"{name}: no repair by these knobs; {self.design.caption()}"
        told = f"{name}: {self.cost[1]:.4g} money per leg instead of {self.cost[0]:.4g}"
        beyond = "; ".join(self.beyond)
        return f"{told}; beyond repair: {beyond}" if beyond else f"{told}, and sustainable"

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return the knobs that moved, then the verdicts that changed."""
        rows: list[tuple[object, object, object]] = [
            (f"{NOTATION[key.partition('.')[2]].symbol}  {key}", *pair)
            for key, pair in self.changes.items()
        ]
        for code, condition in self.before.items():
            old, new = condition.verdict, self.after[code].verdict
            if old != new:
                rows.append((f"{code}  {condition.title}", old.value, new.value))
        return ("", "before", "after"), rows

    def prices(self) -> str:
        """Return what the binding conditions cost, in words, one line each."""
        return "\n".join(str(price) for price in self.design.binding)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as built-in types, with the scenario as tables and the verdict."""
        whole = {"scenario": self.scenario.to_mapping(), "sustainable": self.sustainable}
        return super().to_dict() | whole


def repair(scenario: Scenario, *, knobs: Sequence[str] = USUAL, reserve: float = 0.02) -> Repair:
    """Turn knobs so that every condition holds, at the least cost per leg.

    Parameters
    ----------
    scenario : Scenario
    knobs : sequence of str
        Keys of what may be turned; ``"community.leakage"`` may be added.
    reserve : float in (0, 1]
        By which share every left side is to exceed its right side.

    Raises
    ------
    InputError
        If it is no scenario, or a knob is not one that can be turned here.

    Examples
    --------
    >>> mended = repair(Scenario.load("phone_community"))
    >>> print(mended.caption())
    phone-community: 0.008751 money per leg instead of 0.06634, and sustainable
    """
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario",
                         hint="Scenario.load(name or file) returns one.")  # fmt: skip
    every = (*MONEY, *AUDITS)
    for key in knobs:
        if key not in every:
            raise InputError("knob", key, f"be one of {', '.join(every)}",
                             hint=did_you_mean(str(key), every))  # fmt: skip
    share = check_number("reserve", reserve, _RESERVE)
    turned = [key for key in MONEY if key in knobs]
    if not turned:
        raise InputError("knobs", ", ".join(knobs) or "none", f"include one of {', '.join(MONEY)}")
    programs = Programs(scenario, turned, _grid(scenario, knobs), share)
    place, mechanism = programs.best()
    design = programs.solve(place, mechanism)
    mended = scenario
    if design.status is DesignStatus.OPTIMAL:
        values = dict(zip(AUDITS, programs.places[place], strict=True))
        values |= {key: design[code.replace("_", " ")]
                   for key, code in zip(turned, programs.codes, strict=True)}  # fmt: skip
        for key, value in values.items():
            if value != programs.own[key]:
                mended = mended.replace(key, value)
    new = keys_of(mended)
    return Repair(
        scenario=mended, design=design, mechanism=mechanism, beyond=programs.beyond,
        before=assess(scenario, knobs=False), after=assess(mended, knobs=False),
        changes={key: (programs.own[key], new[key]) for key in (*MONEY, *AUDITS)
                 if new[key] != programs.own[key]},
        cost=(_cost(scenario), _cost(mended)),
    )  # fmt: skip


def _grid(scenario: Scenario, knobs: Sequence[str]) -> list[Place]:
    checks = scenario.verification
    rates, sizes = {checks.audit_rate}, {checks.committee_size}
    if AUDITS[0] in knobs:
        rates |= set(_RATES)
    if AUDITS[1] in knobs:
        sizes |= set(range(1, _LARGEST_COMMITTEE + 1, 2))
    return list(product(sorted(rates), sorted(sizes)))


def _cost(scenario: Scenario) -> float:
    return float(evaluate(OUTLAY, terms_of(scenario, keys_of(scenario))))
