"""For every knob the smallest change of its value that turns a verdict, and proof that it does.

*Search.* The scores of a condition are known at any value of a knob. They are computed at the
present value, at the ends of the knob's domain, on a grid over all of it, and at the roots of every
inequality that is affine in the knob: of these there is one each, known in closed form. The nearest
values on either side with another verdict are bracketed and the bracket is cut down to neighbouring
floats (or whole numbers). If all inequalities are affine in the knob nothing can be hidden between
two of these points ("closed form"); otherwise a verdict that changes and changes back between two
points of the grid would be missed ("scan").

*Proof.* The scenario is built anew with the value found, and with the one just before it, by way of
:meth:`Scenario.replace` and its checks, and both are judged (``verified``).

"Turns" means from "holds" to any other verdict, or from any other to "holds".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from derelayl_econ.notation import NOTATION
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.conditions import Rule
from derelayl_econ.sustainability.inequalities import ROUNDING, Inequality
from derelayl_econ.sustainability.knobs import Knob, KnobChange, changed, knobs_of
from derelayl_econ.sustainability.terms import GATE_TERMS, Array, evaluate, keys_of, terms_of

__all__ = ["turning_points"]

LARGEST_COMMUNITY, LARGEST_COMMITTEE = 10**6, 2001
_CUTS = 33
_GRID = 241


def turning_points(
    scenario: Scenario, rules: Sequence[Rule], keys: Mapping[str, float]
) -> dict[str, tuple[KnobChange, ...]]:
    """Return the smallest change of every knob that turns the verdict, by the code of the rule."""
    knobs = knobs_of(scenario)
    probes = _probes(scenario, knobs, keys)
    found = {rule.code: _nearest(scenario, rule, probes, keys) for rule in rules}
    proven = _verify(scenario, {rule.code: rule for rule in rules}, found)
    return {
        rule.code: tuple(
            _change(scenario, rule, knob, keys, found[rule.code][knob],
                    proven.get((rule.code, knob), True))
            for knob in knobs
        )
        for rule in rules
    }  # fmt: skip


Pair = tuple[float, float]
"""The last value with the old verdict, and the first with another."""
Bracket = tuple[Knob, float, float, float]
"""A knob, an amount of its size, a value with the old verdict and one with another."""


def _nearest(
    scenario: Scenario, rule: Rule, probes: Mapping[Knob, _Probe], keys: Mapping[str, float]
) -> dict[Knob, Pair | None]:
    """Return for each knob the nearest pair of values between which the verdict turns."""
    knobs = list(probes)
    points = [_points(scenario, rule, knob, probe) for knob, probe in probes.items()]
    holds = _holds(scenario, rule, keys, list(zip(knobs, points, strict=True)))
    brackets: list[Bracket] = []
    for knob, values, state in zip(knobs, points, holds, strict=True):
        now = int(np.searchsorted(values, keys[knob.key]))
        turned = np.flatnonzero(state != state[now])
        for place, step in ((turned[turned < now][-1:], 1), (turned[turned > now][:1], -1)):
            brackets += [(knob, probes[knob].scale, float(values[i + step]), float(values[i]))
                         for i in place]  # fmt: skip
    pairs = _cut(scenario, rule, keys, brackets)
    nearest: dict[Knob, Pair | None] = dict.fromkeys(knobs)
    for (knob, *_), pair in zip(brackets, pairs, strict=True):
        old, present = nearest[knob], keys[knob.key]
        if old is None or abs(pair[1] - present) < abs(old[1] - present):
            nearest[knob] = pair
    return nearest


def _holds(
    scenario: Scenario, rule: Rule, keys: Mapping[str, float], items: list[tuple[Knob, Array]]
) -> list[Any]:
    """Return whether the condition holds at each value of each knob, all else as it is."""
    sizes = [values.size for _, values in items]
    ends = np.cumsum(sizes)
    at: dict[str, Any] = dict(keys)
    for knob in dict.fromkeys(knob for knob, _ in items):
        at[knob.key] = np.full(ends[-1], keys[knob.key])
    for (knob, values), end in zip(items, ends, strict=True):
        at[knob.key][end - values.size : end] = values
    score = np.broadcast_to(rule.score(scenario, terms_of(scenario, at)), (ends[-1],))
    return np.split(score > ROUNDING, ends[:-1])


def _cut(
    scenario: Scenario, rule: Rule, keys: Mapping[str, float],
    brackets: list[Bracket],
) -> list[Pair]:  # fmt: skip
    """Cut brackets down to neighbouring numbers, all at once."""
    pairs = [(old, new) for *_, old, new in brackets]
    while True:
        inner = {i: _between(*brackets[i][:2], *pair) for i, pair in enumerate(pairs)}
        open_ = [i for i, values in inner.items() if values.size]
        if not open_:
            return pairs
        holds = _holds(scenario, rule, keys, [
            (brackets[i][0], np.array([pairs[i][0], *inner[i], pairs[i][1]])) for i in open_
        ])  # fmt: skip
        for i, state in zip(open_, holds, strict=True):
            values = [pairs[i][0], *inner[i].tolist(), pairs[i][1]]
            first = int(np.argmax(state != state[0]))
            pairs[i] = (values[first - 1], values[first])


def _between(knob: Knob, scale: float, old: float, new: float) -> Array:
    """Return values strictly between, in the order from old to new; none between neighbours.

    Near zero, where floats lie ever closer, 10^-12 of an amount of the knob's size is near enough.
    """
    if not knob.whole and abs(new - old) <= 1e-12 * scale and min(abs(old), abs(new)) < scale / 1e3:
        return np.empty(0)
    values = np.linspace(old, new, _CUTS)[1:-1]
    if knob.whole:
        steps = np.unique(np.round(np.abs(values - old) / knob.step))
        values = old + np.sign(new - old) * knob.step * steps
    inside = (np.minimum(old, new) < values) & (values < np.maximum(old, new))
    return np.asarray(values[inside])


@dataclass(frozen=True)
class _Probe:
    """A knob's grid, and the terms at its present value and at another one."""

    grid: Array
    scale: float
    present: float
    other: float
    here: Mapping[str, Any]
    there: Mapping[str, Any]


def _probes(
    scenario: Scenario, knobs: Sequence[Knob], keys: Mapping[str, float]
) -> dict[Knob, _Probe]:
    here = terms_of(scenario, keys)
    money = float(here["cost"] + here["benefit"] + here["pool"])
    first = float(here["learning_rate"] * here["gap"])
    found = {}
    for knob in knobs:
        # An amount of the knob's own size, which grows with all money.
        scale = money / first if knob.code == "price" else money
        scale = scale if knob.domain.high == math.inf else 1.0
        present = keys[knob.key]
        other = present + scale if knob.domain.high == math.inf else (1 + present) / 3
        other = other if other != present else present / 2
        there = here if knob.whole else terms_of(scenario, {**keys, knob.key: other})
        found[knob] = _Probe(_grid(knob, scale), scale, present, other, here, there)
    return found


def _points(scenario: Scenario, rule: Rule, knob: Knob, probe: _Probe) -> Array:
    """Return increasing values of a knob: its grid, the present value, roots in closed form."""
    domain, found = knob.domain, [np.array([probe.present]), probe.grid]
    if not knob.whole:
        roots = _roots(scenario, rule, knob, probe)
        found += [roots, roots * (1 - 1e-9), roots * (1 + 1e-9)]
    values = np.unique(np.concatenate(found))
    inside = (values > domain.low) if domain.open_low else (values >= domain.low)
    inside &= (values < domain.high) if domain.open_high else (values <= domain.high)
    return np.asarray(values[inside])


def _grid(knob: Knob, scale: float) -> Array:
    domain = knob.domain
    if domain.odd:
        return 2 * np.unique(np.round(np.geomspace(1, LARGEST_COMMITTEE // 2 + 1, 60))) - 1
    if domain.integer:
        counts = np.geomspace(domain.low, LARGEST_COMMUNITY, 2 * _GRID) / knob.step
        return knob.step * np.unique(np.round(counts))
    if math.isfinite(domain.high):
        near = np.geomspace(1e-9, 1e-2, 57)
        return np.concatenate([np.linspace(0, 1, _GRID), near, 1 - near])
    return np.append(0.0, scale * np.geomspace(1e-9, 1e9, 2 * _GRID))


def _roots(scenario: Scenario, rule: Rule, knob: Knob, probe: _Probe) -> Array:
    """Return where the inequalities that are affine in the knob become equalities."""
    found = []
    for inequality in _affine(scenario, rule, knob):
        here, there = (float(_difference(inequality, terms)) for terms in (probe.here, probe.there))
        if here != there and math.isfinite(here) and math.isfinite(there):
            found.append(probe.present - here * (probe.other - probe.present) / (there - here))
    return np.array(found)


def _difference(inequality: Inequality, terms: Mapping[str, Any]) -> Array:
    return evaluate(inequality.left, terms) - evaluate(inequality.right, terms)


def _affine(scenario: Scenario, rule: Rule, knob: Knob) -> list[Inequality]:
    if knob.key == "ecology.decay":  # enters by way of what royalties pass through
        return []
    return [i for i in rule.inequalities(scenario) if i.is_affine_in(knob.code)]


def _verify(
    scenario: Scenario, rules: Mapping[str, Rule],
    found: Mapping[str, Mapping[Knob, Pair | None]],
) -> dict[tuple[str, Knob], bool]:  # fmt: skip
    """Judge new scenarios with the values found and those just before; all of a rule at once."""
    proven: dict[tuple[str, Knob], bool] = {}
    for code, pairs in found.items():
        asked = [(knob, pair) for knob, pair in pairs.items() if pair is not None]
        if not asked:
            continue
        scenarios = [changed(scenario, knob.key, value) for knob, pair in asked for value in pair]
        keys = [keys_of(s) for s in [scenario, *scenarios]]
        at = {key: np.array([k[key] for k in keys]) for key in keys[0]}
        score = np.broadcast_to(rules[code].score(scenario, terms_of(scenario, at)), len(keys))
        holds = score > ROUNDING
        for i, (knob, _) in enumerate(asked):
            before, after = holds[1 + 2 * i], holds[2 + 2 * i]
            proven[code, knob] = bool(before == holds[0] != after)
    return proven


def _change(
    scenario: Scenario, rule: Rule, knob: Knob, keys: Mapping[str, float], pair: Pair | None,
    verified: bool,
) -> KnobChange:  # fmt: skip
    return KnobChange(
        knob=knob.key, symbol=NOTATION[knob.code].symbol, unit=NOTATION[knob.code].unit,
        present=keys[knob.key], value=None if pair is None else pair[1],
        before=None if pair is None else pair[0], verified=verified,
        method=_method(scenario, rule, knob, pair),
    )  # fmt: skip


def _method(scenario: Scenario, rule: Rule, knob: Knob, pair: Pair | None) -> str:
    inequalities = rule.inequalities(scenario)
    if not any(_mentions(scenario, i, knob) for i in inequalities):
        return f"{NOTATION[knob.code].symbol} does not occur in the condition"
    if len(_affine(scenario, rule, knob)) == len(inequalities) and not knob.whole:
        return "closed form: every inequality is affine in it"
    limit = LARGEST_COMMITTEE if knob.domain.odd else LARGEST_COMMUNITY
    span = f"{knob.domain.low:g} to {limit}" if knob.whole else "the whole domain"
    return f"scan of {span}, brackets cut to neighbouring numbers"


_BEHIND = {
    "committee_size": {"committee_false_reject", "committee_false_accept"},
    "participants": {"users", "slots"},
    "cost": set(GATE_TERMS),
    "hand_over_fee": set(GATE_TERMS),
}
"""Derived terms by the knobs behind them."""


def _mentions(scenario: Scenario, inequality: Inequality, knob: Knob) -> bool:
    """Return whether the knob occurs in an inequality, itself or by way of a derived term."""
    if knob.key == "ecology.decay":
        return "pass_through" in inequality.right.arguments
    behind = {knob.code, *_BEHIND.get(knob.code, ())}
    if knob.code == "participants" and scenario.community.users is not None:
        behind.discard("users")
    return not behind.isdisjoint({*inequality.left.arguments, *inequality.right.arguments})
