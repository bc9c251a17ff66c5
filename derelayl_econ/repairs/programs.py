r"""The conditions of the report as linear programs in the knobs that move money.

At a given audit rate y and committee size m the inequalities of S1 to S4 and S7, and those of two
of the three mechanisms of S5, are affine in pool R, price lambda, deposit D, fee of a hand-over f
and leakage theta. Their coefficients are derivatives of the report's own formulas, found constant
once for each formula. The third mechanism, the gate, is not affine in f and theta: where the relay
goes on by it, both stay as they are.

An inequality left > right is written left - (1 + reserve) right >= 0, one row for each argument if
the right side is the larger of several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import sympy as sp
from scipy.optimize import linprog

from derelayl_econ.design.limits import Limit, Variables, at_least, at_most
from derelayl_econ.design.program import Program
from derelayl_econ.design.result import Design
from derelayl_econ.design.terms import Convex
from derelayl_econ.formula import Formula
from derelayl_econ.notation import NOTATION, symbol
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.conditions import RULES
from derelayl_econ.sustainability.inequalities import ROUNDING, Inequality
from derelayl_econ.sustainability.terms import GATE_TERMS, Array, evaluate, keys_of, terms_of

__all__ = ["AUDITS", "LEAKAGE", "MONEY", "OUTLAY", "Place", "Programs"]

LEAKAGE = "community.leakage"
MONEY = ("reward.pool", "reward.price", "verification.deposit", "reward.hand_over_fee", LEAKAGE)
"""Knobs in which the conditions are affine."""
AUDITS = ("verification.audit_rate", "verification.committee_size")
_UNMOVABLE = ("hand_over_fee", "leakage")
"""Knobs in which the gate is not affine."""

_BEHIND_AUDITS = {
    "audit_rate", "committee_size", "committee_false_reject", "committee_false_accept",
}  # fmt: skip

Place = tuple[float, int]
"""Audit rate and committee size."""

_GAIN = symbol("learning_rate") * symbol("gap")
OUTLAY = Formula(
    "cost of a leg",
    symbol("pool") + symbol("price") * _GAIN
    + symbol("committee_size") * symbol("verify_cost") * symbol("audit_rate")
    + (1 - symbol("discount")) * symbol("deposit"),
    "theory notes, sections 3.4 and 7",
)  # fmt: skip
"""Pay, audits, and interest on the deposit (money per leg)."""

LEAKED = Formula(
    "what outsiders get of a leg",
    symbol("leakage") * symbol("users") * symbol("private_value") * _GAIN,
    "theory notes, sections 2.1 and 3.4",
)
"""What a tighter leakage takes from them (money per leg)."""


@dataclass(frozen=True, eq=False)
class Condition:
    """constant + slopes . knobs >= 0 in each row, at each place.

    Attributes
    ----------
    constant : array of shape (rows, places)
    slopes : array of shape (rows, knobs, places)
    """

    name: str
    unit: str
    constant: Array
    slopes: Array


class Programs:
    """The linear programs of a scenario: one for each place and mechanism.

    Parameters
    ----------
    scenario : Scenario
    keys : sequence of str
        Those of `MONEY` that may be turned.
    places : sequence of (audit rate, committee size)
    reserve : float

    Attributes
    ----------
    beyond : tuple of str
        Inequalities that fail and that none of the knobs enters, or that ask for the infinite.
    """

    def __init__(
        self, scenario: Scenario, keys: Sequence[str], places: Sequence[Place], reserve: float
    ) -> None:
        self.scenario, self.keys, self.places = scenario, tuple(keys), tuple(places)
        self.codes = tuple(key.partition(".")[2] for key in keys)
        self.reserve = reserve
        self.own = keys_of(scenario)
        rates, sizes = (np.array(part, dtype=np.float64) for part in zip(*places, strict=True))
        self.terms = terms_of(scenario, {**self.own, AUDITS[0]: rates, AUDITS[1]: sizes})
        self.cost = self._slopes(OUTLAY) - self._slopes(LEAKED)
        self.fixed_cost = self._at_zero(OUTLAY) - self._at_zero(LEAKED)
        every = [i for rule in RULES if rule.code != "S5" and self._applies(rule.needs)
                 for i in rule.inequalities(scenario)]  # fmt: skip
        turned = [i for i in every if self._enters(i)]
        at_own = terms_of(scenario, self.own)
        broken = [i.name for i in every
                  if i not in turned and float(i.margin(at_own)[1]) <= ROUNDING]  # fmt: skip
        asked = [self._condition(i) for i in turned]
        self.always = [c for c in asked if np.isfinite(c.constant).all()]
        out_of_reach = [c.name for c in asked if (c.constant == -np.inf).any()]
        self.beyond = (*broken, *out_of_reach)
        mechanisms = next(rule.mechanisms for rule in RULES if rule.code == "S5")
        self.mechanisms = {m.name: [self._condition(i) for i in m.inequalities] for m in mechanisms}
        self.pinned = {m.name for m in mechanisms if not all(map(self._affine, m.inequalities))}

    def best(self) -> tuple[int, str]:
        """Return the place (by number) and the mechanism of the cheapest feasible program.

        Where none is feasible: those of the scenario itself, and its first mechanism.
        """
        costs = {(i, name): self._value(i, name)
                 for i in range(len(self.places)) for name in self.mechanisms}  # fmt: skip
        place, name = min(costs, key=lambda where: costs[where])
        if np.isfinite(costs[place, name]):
            return place, name
        checks = self.scenario.verification
        own = (checks.audit_rate, checks.committee_size)
        return self.places.index(own), next(iter(self.mechanisms))

    def solve(self, place: int, mechanism: str) -> Design:
        """Return the design at a place, with prices and proof, or with the conflict."""
        variables = Variables()
        knobs = [variables.single(code.replace("_", " ")) for code in self.codes]
        cost = _combined(self.fixed_cost[place], self.cost[:, place], knobs)
        limits = [
            at_least(c.name, [_combined(constant[place], slopes[:, place], knobs)
                              for constant, slopes in zip(c.constant, c.slopes, strict=True)],
                     0, unit=c.unit)
            for c in (*self.always, *self.mechanisms[mechanism])
        ]  # fmt: skip
        limits += self._bounds(knobs, pinned=mechanism in self.pinned)
        return Program(variables=variables, objective=cost, limits=tuple(limits)).solve()

    def _bounds(self, knobs: Sequence[Convex], *, pinned: bool) -> list[Limit]:
        limits = []
        for key, code, knob in zip(self.keys, self.codes, knobs, strict=True):
            name, unit = NOTATION[code].meaning, NOTATION[code].unit
            own = Fraction(self.own[key])
            fixed = pinned and code in _UNMOVABLE
            low, high = self._range(key, fixed=fixed)
            limits.append(at_least(f"{name}: at least {low:g}", knob, Fraction(low), unit=unit,
                                   weight=np.inf))  # fmt: skip
            if np.isfinite(high):
                limits.append(at_most(f"{name}: at most {float(own):g}", knob, Fraction(high),
                                      unit=unit, weight=np.inf))  # fmt: skip
        return limits

    def _range(self, key: str, *, fixed: bool) -> tuple[float, float]:
        """Return the least and the largest value of a knob; leakage is only lowered."""
        own = self.own[key]
        if fixed:
            return own, own
        return 0.0, own if key == LEAKAGE else np.inf

    def _value(self, place: int, mechanism: str) -> float:
        """Return the least cost at a place in floats; inf if nothing is feasible there."""
        asked = [*self.always, *self.mechanisms[mechanism]]
        constants = np.concatenate([c.constant[:, place] for c in asked])
        slopes = np.concatenate([c.slopes[:, :, place] for c in asked])
        size = np.abs(constants) + np.abs(slopes).sum(axis=1) + 1e-300
        bounds = [
            self._range(key, fixed=mechanism in self.pinned and code in _UNMOVABLE)
            for key, code in zip(self.keys, self.codes, strict=True)
        ]
        found = linprog(self.cost[:, place], A_ub=-slopes / size[:, None], b_ub=constants / size,
                        bounds=bounds, method="highs")  # fmt: skip
        return float(found.fun + self.fixed_cost[place]) if found.status == 0 else np.inf

    def _condition(self, inequality: Inequality) -> Condition:
        scale = 1.0 + self.reserve
        constants, slopes = [], []
        for right in _parts(inequality.right):
            (at_left, rise_left), (at_right, rise_right) = (
                self._line(side, affine=self._affine(inequality))
                for side in (inequality.left, right)
            )
            constants.append(at_left - scale * at_right)
            slopes.append(rise_left - scale * rise_right)
        return Condition(inequality.name, inequality.unit, np.array(constants), np.array(slopes))

    def _line(self, side: Formula, *, affine: bool) -> tuple[Array, Array]:
        """Return constant and slopes of a side; of the gate's, its value where knobs are now."""
        if affine:
            return self._at_zero(side), self._slopes(side)
        here = np.broadcast_to(evaluate(side, self.terms), (len(self.places),))
        return here, np.zeros((len(self.keys), len(self.places)))

    def _slopes(self, side: Formula) -> Array:
        found = np.zeros((len(self.codes), len(self.places)))
        for i, code in enumerate(self.codes):
            if code in side.arguments:
                found[i] = evaluate(_derivative(side, code), self.terms)
        return found

    def _at_zero(self, side: Formula) -> Array:
        """Return a side where all knobs that may be turned are zero."""
        terms = self.terms | dict.fromkeys(self.codes, 0.0)
        return np.broadcast_to(evaluate(side, terms), (len(self.places),))

    def _affine(self, inequality: Inequality) -> bool:
        sides = (inequality.left, *_parts(inequality.right))
        return all(_is_affine(side, self.codes) for side in sides)

    def _enters(self, inequality: Inequality) -> bool:
        used = {*inequality.left.arguments, *inequality.right.arguments}
        audits = len(self.places) > 1
        return not used.isdisjoint(self.codes) or (audits and not used.isdisjoint(_BEHIND_AUDITS))

    def _applies(self, needs: str) -> bool:
        return not needs or bool(np.all(np.asarray(self.terms.get(needs, 0.0)) > 0))


@cache
def _derivative(side: Formula, code: str) -> Formula:
    return side.diff(code)


@cache
def _is_affine(side: Formula, codes: tuple[str, ...]) -> bool:
    """Return whether no derivative by a knob contains a knob, itself or in a derived term."""
    if not {*side.arguments}.isdisjoint(GATE_TERMS):
        return False
    turned = [code for code in codes if code in side.arguments]
    return all({*_derivative(side, code).arguments}.isdisjoint(codes) for code in turned)


@cache
def _parts(side: Formula) -> tuple[Formula, ...]:
    """Return the arguments of a maximum, or the side itself."""
    if not isinstance(side.expression, sp.Max):
        return (side,)
    return tuple(Formula(side.name, part, side.source) for part in side.expression.args)


def _combined(constant: float, slopes: Array, knobs: Sequence[Convex]) -> Convex:
    total = Convex(constant=Fraction(float(constant)))
    for slope, knob in zip(slopes.tolist(), knobs, strict=True):
        total = total + Fraction(slope) * knob
    return total
