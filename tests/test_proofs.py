"""The theorems hold, and the machinery would notice if they did not."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
import random
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.games import baton_level, finite_relay, participation_formulas
from derelayl_econ.games.verification import VerificationGame
from proofs import baton, lemmas, t0_participation, t5_inspection
from proofs.__main__ import prove
from proofs.kernel import Claim, Induction, Theorem, Verdict, as_powers, by_root, check, hypotheses
from proofs.library import THEOREMS
from proofs.logic import (
    Proposition,
    Relation,
    evaluate,
    holds,
    symbols_of,
)  # fmt: skip
from proofs.solvers import ask_z3

x, y, n = sp.symbols("x y n")
CLAIMS = [
    pytest.param(claim, id=f"{theorem.code}-{claim.name}")
    for theorem in THEOREMS
    for claim in theorem.claims
]
SEEDS = (20260501, np.random.SeedSequence().entropy)


class OneJudge:
    """Ask z3 in this process, or always give the same answer."""

    def __init__(self, fixed: str = "") -> None:
        self.fixed = fixed

    def ask(self, script: str) -> dict[str, str]:
        return {"judge": self.fixed or ask_z3(script, budget=300_000)}


def proved(claim: Claim | Induction) -> bool:
    return check(claim, OneJudge(), guards=False).proved


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[Verdict]]:
    return prove()


# ---------------------------------------------------------------- the theorems


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.code)
def test_theorem_is_proved_by_both_solvers(
    theorem: Theorem, verdicts: dict[str, list[Verdict]]
) -> None:
    many = verdicts[theorem.code]
    assert len(many) == len(theorem.claims) > 0
    assert [failure for verdict in many for failure in verdict.failures] == []
    assert all(verdict.proved for verdict in many)


@pytest.mark.parametrize("claim", CLAIMS)
def test_false_variants_fail_at_an_exact_point(
    claim: Claim | Induction, verdicts: dict[str, list[Verdict]]
) -> None:
    (verdict,) = [v for many in verdicts.values() for v in many if v.claim == claim.name]
    assert len(claim.mutants) >= 1
    assert len(verdict.counterexamples) == len(claim.mutants)
    for mutant, point in zip(claim.mutants, verdict.counterexamples, strict=True):
        assert all(isinstance(value, Fraction) for value in point.values())
        assert all(holds(given, point) for given in hypotheses(claim))
        assert holds(claim.conclusion, point)
        assert not sympy_holds(mutant, point)  # a second opinion, by SymPy's own arithmetic


def sympy_holds(proposition: Proposition, point: Any) -> bool:
    values = {symbol: sp.Rational(v.numerator, v.denominator) for symbol, v in point.items()}
    if isinstance(proposition, Relation):
        left, right = (t.subs(values, simultaneous=True) for t in (proposition.left,
                                                                    proposition.right))  # fmt: skip
        difference = left - right
        assert difference.is_Rational, difference
        sign = int(sp.sign(difference))
        return sign in {"<": (-1,), "<=": (-1, 0), "=": (0,), "!=": (-1, 1), ">=": (0, 1),
                        ">": (1,)}[proposition.operator]  # fmt: skip
    if hasattr(proposition, "part"):
        return not sympy_holds(proposition.part, point)
    results = [sympy_holds(part, point) for part in proposition.parts]
    return all(results) if type(proposition).__name__ == "Conjunction" else any(results)


@pytest.mark.parametrize("claim", CLAIMS)
def test_hypotheses_hold_somewhere(
    claim: Claim | Induction, verdicts: dict[str, list[Verdict]]
) -> None:
    (verdict,) = [v for many in verdicts.values() for v in many if v.claim == claim.name]
    assert verdict.witness is not None
    assert all(holds(given, verdict.witness) for given in hypotheses(claim))


@pytest.mark.parametrize("claim", CLAIMS)
def test_some_hypothesis_is_needed(claim: Claim | Induction) -> None:
    if not claim.given:
        pytest.skip("an identity without hypotheses")
    for skipped in range(len(claim.given)):
        rest = claim.given[:skipped] + claim.given[skipped + 1 :]
        weaker = dataclasses.replace(claim, given=rest)
        if any(ask_z3(o.script, budget=100_000) == "sat" for o in weaker.obligations()):
            return
    pytest.fail("no hypothesis is needed")


@pytest.mark.parametrize("claim", [c for c in lemmas.THEOREM.claims if isinstance(c, Induction)],
                         ids=lambda c: c.name)  # fmt: skip
@pytest.mark.parametrize("seed", SEEDS)
def test_instances_of_lemmas_are_true(claim: Induction, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(60):
        point = {s: Fraction(draw.randint(-12, 12), draw.randint(1, 8)) for s in (x, y)}
        point[n] = Fraction(draw.randint(0, 6))
        assert holds(claim.at({}), point), (seed, point)


# ---------------------------------------------------------------- statements and shipped formulas


def places() -> Iterator[Any]:
    for theorem in THEOREMS:
        for formula in theorem.formulas:
            yield pytest.param(theorem, formula, id=f"{theorem.code}-{formula.name}")


@pytest.mark.parametrize(("theorem", "formula"), list(places()))
def test_a_changed_formula_breaks_its_theorem(
    theorem: Theorem, formula: Formula, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = dataclasses.replace(formula, expression=_changed(formula.expression))
    for name, module in list(sys.modules.items()):
        if name.startswith(
            ("derelayl_econ.games.", "derelayl_econ.ecology.", "derelayl_econ.equilibrium.")
        ):
            for attribute, value in list(vars(module).items()):
                swapped = _swap(value, formula, wrong)
                if swapped is not value:
                    monkeypatch.setattr(module, attribute, swapped)
    try:
        (path,) = (
            module.__file__
            for name, module in sys.modules.items()
            if name.startswith("proofs.") and vars(module).get("THEOREM") is theorem
        )
        mutated = _load(Path(str(path)))
        refused = ""
    except ValueError as error:  # an empty statement, or one that no longer has its form
        refused = str(error)
    if not refused and all(proved(claim) for claim in _touched(theorem, mutated)):
        # Still true, such as a looser bound: then a variant that was false must have become true.
        assert not all(check(c, OneJudge()).proved for c in _touched(theorem, mutated))


def _touched(theorem: Theorem, mutated: Theorem) -> list[Claim | Induction]:
    return [new for old, new in zip(theorem.claims, mutated.claims, strict=True) if new != old]


def _changed(expression: Any) -> Any:
    if isinstance(expression, sp.Max):
        return sp.Max(*(part if part == 0 else 2 * part + 1 for part in expression.args))
    return 2 * expression + 1


def _swap(value: Any, old: Formula, new: Formula) -> Any:
    """Return ``value`` with ``old`` replaced, also inside tables and dicts of formulas."""
    if value is old:
        return new
    if isinstance(value, tuple):
        parts = tuple(_swap(part, old, new) for part in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, dict) and value and all(isinstance(v, tuple) for v in value.values()):
        parts = {key: _swap(part, old, new) for key, part in value.items()}
        return parts if any(parts[key] is not value[key] for key in value) else value
    return value


def _load(path: Path) -> Theorem:
    spec = importlib.util.spec_from_file_location("mutated_theorem", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.THEOREM  # type: ignore[no-any-return]


@pytest.mark.parametrize("seed", SEEDS)
def test_de_casteljau_is_the_binomial_expectation(seed: int) -> None:
    draw = random.Random(seed)
    for others in range(6):
        gains = [Fraction(draw.randint(-9, 9), draw.randint(1, 9)) for _ in range(others + 1)]
        p = Fraction(draw.randint(0, 9), 9)
        values = list(gains)
        while len(values) > 1:
            values = [t0_participation.de_casteljau(low, high, p) for low, high in pairwise(values)]
        assert values[0] == binomial_mean(gains, p), (seed, gains, p)


def binomial_mean(gains: list[Fraction], p: Fraction) -> Fraction:
    m = len(gains) - 1
    terms = (math.comb(m, k) * p**k * (1 - p) ** (m - k) * g for k, g in enumerate(gains))
    return sum(terms, Fraction(0))


@pytest.mark.parametrize("people", [2, 3, 6])
def test_pool_and_baton_closed_forms_are_binomial_means(people: int) -> None:
    p = Fraction(2, 7)
    shares = [Fraction(1, k + 1) for k in range(people)]
    pool = participation_formulas.POOL_INDIFFERENCE.exact(
        participants=people, pool=3, cost=1, join_probability=p
    )
    assert pool == 3 * sp.Rational(*binomial_mean(shares, p).as_integer_ratio()) - 1
    share = as_powers(baton_level.SHARE.expression)
    names = {s.name: s for s in share.free_symbols}
    point = {names["participants"]: Fraction(people), names["join_probability"]: p}
    assert evaluate(share, point) == binomial_mean(shares, p)


@pytest.mark.parametrize(
    "formula",
    [finite_relay.LEG_GAIN, finite_relay.STOPPING_PRICE, baton_level.INDIFFERENCE,
     baton_level.VALUE, baton_level.VOLUNTEER_GAIN],
    ids=lambda f: f.name,
)  # fmt: skip
def test_exponentials_become_the_powers_they_are(formula: Formula) -> None:
    values = {name: 0.3 + 0.05 * i for i, name in enumerate(formula.arguments)}
    values.update({k: 4 for k in ("participants", "leg") if k in values})
    powers = Formula("powers", as_powers(formula.expression), "test")
    assert float(powers(**values)) == pytest.approx(float(formula(**values)), rel=1e-12)


def test_by_root_defines_the_root_it_introduces() -> None:
    formula = participation_formulas.VOLUNTEER_OUTAGE
    changed, (positive, defining) = by_root(formula.expression, x)
    root = (1.0 / 4.0) ** (1 / 2)  # c/b = 1/4, N = 3
    values = {"cost": 1, "benefit": 4, "participants": 3}
    exact = {
        s: Fraction(values.get(s.name, Fraction(root))) for s in symbols_of(positive, defining)
    }
    assert holds(positive, exact)
    assert holds(defining, exact)
    assert float(evaluate(changed, exact)) == pytest.approx(float(formula(**values)))


def test_package_equilibria_satisfy_the_nash_condition_of_the_proofs() -> None:
    numbers = {
        "cost_honest": 3, "cost_cheat": 1, "reward": 4, "deposit": 2, "verify_cost": 1,
        "bounty": 2, "penalty": 2, "false_reject": Fraction(1, 4), "false_accept": Fraction(1, 8),
    }  # fmt: skip
    game = VerificationGame(**{name: float(value) for name, value in numbers.items()})
    (found,) = game.equilibria()
    (claim,) = [c for c in t5_inspection.THEOREM.claims if "only equilibrium" in c.name
                and "0 < x*" in c.name]  # fmt: skip
    point = {
        s: Fraction(numbers.get(s.name, 0)) for s in symbols_of(*claim.given, claim.conclusion)
    }
    at = {s.name: s for s in point}
    point[at["cheat_rate"]] = Fraction(found.strategy[0][1]).limit_denominator(10**6)
    point[at["audit_rate"]] = Fraction(found.strategy[1][0]).limit_denominator(10**6)
    assert holds(claim.conclusion, point)
    assert holds(t5_inspection._NASH, point)


def test_the_baton_claims_are_about_the_shipped_sum() -> None:
    parts = baton._LEFT - baton._RIGHT
    assert sp.expand(parts - baton._EXCESS) == 0
