"""Assess a scenario: whether each condition of a sustainable relay is met, and what turns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derelayl_econ.errors import InputError
from derelayl_econ.scenario import Scenario
from derelayl_econ.seeds import Seed, root_of
from derelayl_econ.sustainability.conditions import RULES, Mechanism, Rule
from derelayl_econ.sustainability.facts import facts_of
from derelayl_econ.sustainability.inequalities import Inequality, Verdict, verdict_of
from derelayl_econ.sustainability.knobs import KnobChange
from derelayl_econ.sustainability.report import (
    Condition,
    InequalityResult,
    SustainabilityReport,
)
from derelayl_econ.sustainability.terms import keys_of, terms_of
from derelayl_econ.sustainability.turning import turning_points
from derelayl_econ.sustainability.uncertainty import uncertainty_of

__all__ = ["assess"]


def assess(
    scenario: Scenario, *, knobs: bool = True, rng: Seed | None = None, samples: int = 4096
) -> SustainabilityReport:
    """Judge the seven conditions of theory notes, section 8.

    Parameters
    ----------
    scenario : Scenario
    knobs : bool
        Also find, for every condition and knob, the smallest change that turns the verdict.
    rng : int, SeedSequence or Generator, optional
        Draws the values that the scenario gives as intervals or distributions; fresh by default,
        and then told by ``uncertainty.seed``.
    samples : int
        Points behind each probability.

    Raises
    ------
    InputError
        If it is not a scenario, or its numbers are too large or small for floats.

    Examples
    --------
    >>> report = assess(Scenario.load("phone_community"), knobs=False)
    >>> print(report.caption())
    phone-community: not sustainable (S4)
    >>> print(report["S1"].binding.numbers, round(report["S1"].margin, 4))
    0.006185 + 0.05 > 0.005386 + 0 0.0508
    """
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario",
                         hint="Scenario.load(name or file) returns one.")  # fmt: skip
    keys = keys_of(scenario)
    terms = terms_of(scenario, keys)
    applied = [rule for rule in RULES if not np.isnan(rule.score(scenario, terms))]
    changes = turning_points(scenario, applied, keys) if knobs else {}
    unknown = None
    if scenario.uncertainty:
        root = np.random.SeedSequence() if rng is None else root_of(rng)
        unknown = uncertainty_of(scenario, root, samples=samples)
    return SustainabilityReport(
        uncertainty=unknown,
        scenario=scenario.name,
        source=scenario,
        conditions=tuple(_condition(rule, scenario, terms, changes) for rule in RULES),
    )


def _condition(
    rule: Rule, scenario: Scenario, terms: dict[str, Any],
    changes: Mapping[str, tuple[KnobChange, ...]],
) -> Condition:  # fmt: skip
    score = float(rule.score(scenario, terms))
    if np.isnan(score):
        return Condition(code=rule.code, title=rule.title, verdict=Verdict.NOT_APPLICABLE,
                         reason=rule.absent, theorem=rule.theorem)  # fmt: skip
    judged = [(m, [_judged(m, i, terms) for i in m.inequalities if i.applies(scenario)])
              for m in rule.mechanisms]  # fmt: skip
    best = max((results for _, results in judged), key=_smallest)
    binding = min(best, key=lambda result: result.relative_margin)
    named = f"{binding.mechanism}: {binding.name}" if binding.mechanism else binding.name
    return Condition(
        code=rule.code, title=rule.title, theorem=rule.theorem, binding=binding, reason=named,
        verdict=verdict_of(score),
        inequalities=tuple(result for _, results in judged for result in results),
        facts=facts_of(rule.code, scenario, terms),
        knobs=changes.get(rule.code, ()),
    )  # fmt: skip


def _smallest(results: list[InequalityResult]) -> float:
    return min(result.relative_margin for result in results)


def _judged(
    mechanism: Mechanism, inequality: Inequality, terms: dict[str, Any]
) -> InequalityResult:
    margin, score = (float(value) for value in inequality.margin(terms))
    return InequalityResult(
        name=inequality.name, mechanism=mechanism.name, verdict=verdict_of(score),
        text=inequality.text, numbers=inequality.numbers(terms), latex=inequality.latex,
        numbers_latex=inequality.numbers_latex(terms), margin=margin,
        relative_margin=float(np.clip(score, -1, 1)), unit=inequality.unit,
        relation=inequality.relation,
    )  # fmt: skip
