"""The numbers of a scenario under their symbols: what the seven conditions are written in.

*Keys* are those of a scenario (``"reward.pool"``); *terms* are code names of the notation table
(``"pool"``) with the derived ones: what a unit of quality and the first leg are worth to one
participant, the error rates of the committee, what royalties owe. Keys may hold arrays, all of one
shape: then so do the terms, and a thousand scenarios that differ in a few keys are judged at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.curve_forms import HILL
from derelayl_econ.formula import Formula
from derelayl_econ.games.majority import majority_error
from derelayl_econ.notation import symbol
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import training_cost
from derelayl_econ.worth import LEG_BENEFIT, PRIVATE_VALUE

__all__ = [
    "FIRST_GAIN",
    "GATE_TERMS",
    "Array",
    "evaluate",
    "keys_of",
    "terms_of",
]

Array = npt.NDArray[np.float64]

_GATE = "theory notes, section 2.3, on the geometric curve"
_W, _GAMMA, _X = symbol("private_value"), symbol("learning_rate"), symbol("gap")

_E, _E0, _Q0 = symbol("effort"), symbol("effort_scale"), symbol("quality_start")
FIRST_GAIN = Formula(
    "gain of the first leg on the Hill curve",
    _X - HILL.gap.expression.subs({_E: 1, _E0: 1 / _GAMMA, symbol("quality_max"): _X + _Q0}),
    "theory notes, sections 1.1 and 3.1 (cold start)",
)
"""h_0, score; the effort scale is 1/gamma."""

_N, _THETA = symbol("participants"), symbol("leakage")
_LEG = symbol("cost") + symbol("hand_over_fee")
_R, _REST, _K = symbol("efficient_left"), symbol("left_without"), symbol("speed")
_SPEED = Formula("1 / effort scale", -sp.log(1 - _GAMMA), "theory notes, section 1.1")
_EFFICIENT_LEFT = Formula(
    "gap left by the efficient total", sp.Min(1, _LEG / (_N * _W * _X * _K)), _GATE
)
"""r = exp(-kappa X*) with N w Q'(X*) = c + f; 1 if no training is worth it."""
_LEFT_WITHOUT = Formula("gap left by the others' parts", _R ** (1 - 1 / _N), _GATE)
_LEFT_OUTSIDE = Formula(
    "gap left after the best reply outside", sp.Min(_REST, sp.Max(_R, _R * _N / _THETA)), _GATE
)
"""Outside, effort pays while theta w Q' > c + f; at most one's part."""

GATE_TERMS = {
    "speed": _SPEED, "efficient_left": _EFFICIENT_LEFT, "left_without": _LEFT_WITHOUT,
    "left_outside": _LEFT_OUTSIDE,
}  # fmt: skip
"""Derived terms that depend on cost, fee and participants, in the order of computing."""

_SECTIONS = ("community", "learning", "training", "reward", "verification", "ecology")


def evaluate(formula: Formula, terms: Mapping[str, Any]) -> Array:
    """Return a formula at the terms it needs."""
    return formula(**{name: terms[name] for name in formula.arguments})


def keys_of(scenario: Scenario) -> dict[str, float]:
    """Return every number of a scenario by its key; the cost of a leg derived from its hardware.

    Examples
    --------
    >>> keys_of(Scenario.load("phone_community"))["verification.committee_size"]
    5.0
    """
    found = {}
    for title in _SECTIONS:
        section = getattr(scenario, title)
        for name, value in ({} if section is None else vars(section)).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                found[f"{title}.{name}"] = float(value)
    for name in ("flops", "bytes_moved", "fixed_cost"):  # behind the cost, which replaces them
        found.pop(f"training.{name}", None)
    return found | {"training.cost": training_cost(scenario)}


def terms_of(scenario: Scenario, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the terms at these keys; ``scenario`` says which rules there are.

    Examples
    --------
    >>> scenario = Scenario.load("phone_community")
    >>> terms = terms_of(scenario, keys_of(scenario))
    >>> print(f"{terms['benefit']:.6f} {terms['committee_false_accept']:.4f}")
    0.006185 0.1098
    """
    terms: dict[str, Any] = {
        key.partition(".")[2]: value for key, value in keys.items()
        if not key.startswith("ecology.")
    }  # fmt: skip
    terms.setdefault("users", terms["participants"])
    terms["flow_value"] = terms["value"]
    terms["gap"] = terms["quality_max"] - terms["quality_start"]
    terms["private_value"] = evaluate(PRIVATE_VALUE, terms)
    terms["benefit"] = evaluate(LEG_BENEFIT, terms)
    terms["first_gain"] = evaluate(FIRST_GAIN, terms)
    for name, formula in GATE_TERMS.items():
        terms[name] = evaluate(formula, terms)
    for rate in ("false_reject", "false_accept"):
        terms[f"committee_{rate}"] = _majority(
            terms["committee_size"], terms[rate], terms["correlation"]
        )
    terms.setdefault("decay", 0.0)  # of no royalties
    if scenario.ecology is not None:
        terms |= _ecology_terms(scenario, keys, terms)
    return terms


def _majority(size: Any, error: Any, correlation: Any) -> Array:
    """Return the error of the majority, entry by entry; equal entries are computed once."""
    given = [np.asarray(part, dtype=np.float64) for part in (size, error, correlation)]
    if all(part.ndim == 0 for part in given):
        return np.asarray(_one_majority(*(float(part) for part in given)))
    levels, places = zip(*(np.unique(part, return_inverse=True) for part in given), strict=True)
    place = np.ravel_multi_index(
        np.broadcast_arrays(
            *(p.reshape(part.shape) for p, part in zip(places, given, strict=True))
        ),
        [level.size for level in levels],
    )
    cases, back = np.unique(place, return_inverse=True)
    index = np.unravel_index(cases, [level.size for level in levels])
    chosen = (level[i].tolist() for level, i in zip(levels, index, strict=True))
    found = np.array([_one_majority(*case) for case in zip(*chosen, strict=True)])
    return np.asarray(found[back].reshape(place.shape))


@lru_cache(maxsize=2**16)
def _one_majority(size: float, error: float, correlation: float) -> float:
    return majority_error(int(size), error, correlation)


def _ecology_terms(
    scenario: Scenario, keys: Mapping[str, Any], terms: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the ecology's terms; a coin is the scenario's money unless somebody buys coins."""
    rules = scenario.ecology
    assert rules is not None
    names = ("matches", "winning_share", "success", "founders")
    known: dict[str, Any] = {name: keys[f"ecology.{name}"] for name in names}
    known["slots"] = np.floor(np.asarray(terms["participants"]) / 2)
    known["coin_value"] = keys["ecology.coin_value"] if rules.decline else 1.0
    sums = {"all": np.inf, "window": keys["ecology.window"],
            "geometric": keys["ecology.royalty_share"]}  # fmt: skip
    known["royalty_sum"] = sums[rules.royalty]
    known["pass_through"] = _pass_through(scenario, keys, terms)
    return known


def _pass_through(scenario: Scenario, keys: Mapping[str, Any], terms: Mapping[str, Any]) -> Any:
    """Return the most coins that one more name draws from royalties on improvement.

    Geometric weights: a times the income of the leg. Equal weights: an empty name before the leg
    draws on every gain after it, at most the whole gap on a curve and without bound on a walk.
    """
    rules = scenario.ecology
    assert rules is not None
    price = keys.get("ecology.gain_price", 0.0)
    walk = rules.performance == "walk"
    if rules.royalty == "geometric":
        gain = keys["ecology.gain_mean"] if walk else terms["learning_rate"] * terms["gap"]
        return keys["ecology.decay"] * keys["ecology.royalty_share"] * price * gain
    return np.inf if walk and rules.gain_price else price * terms["gap"]
