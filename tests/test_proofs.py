"""The theorems hold, and the machinery would notice if they did not."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derelayl_econ.formula import Formula
from derelayl_econ.games import baton_level, finite_relay, participation_formulas, vesting
from derelayl_econ.games.concave_curves import LogCurve
from derelayl_econ.games.contribution import ContributionGame
from derelayl_econ.games.verification import VerificationGame
from proofs import baton, lemmas, mutation, t0_participation, t5_inspection, t7_vesting
from proofs import t6_contribution as contribution
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
        numbers = symbols_of(claim.at({}))
        point = {s: Fraction(draw.randint(-12, 12), draw.randint(1, 8)) for s in numbers}
        point |= {s: Fraction(draw.randint(0, 6)) for s in (n, lemmas.k)}
        assert holds(claim.at({}), point), (seed, point)


# ---------------------------------------------------------------- statements and shipped formulas


def places() -> Iterator[Any]:
    for theorem in THEOREMS:
        for formula in theorem.formulas:
            yield pytest.param(theorem, formula, id=f"{theorem.code}-{formula.name}")


@pytest.mark.parametrize(("theorem", "formula"), list(places()))
def test_a_changed_formula_breaks_its_theorem(theorem: Theorem, formula: Formula) -> None:
    assert mutation.kill(formula, [theorem], "changed", _changed(formula.expression)).how


def _changed(expression: Any) -> Any:
    if isinstance(expression, sp.Max):
        return sp.Max(*(part if part == 0 else 2 * part + 1 for part in expression.args))
    return 2 * expression + 1


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


@pytest.mark.parametrize(
    "formula",
    [vesting.HONEST_ROYALTY, vesting.FIRST_JOINING_DELAY],
    ids=lambda f: f.name,
)
def test_rounding_safe_functions_are_written_out(formula: Formula) -> None:
    values = {"kept_careful": 0.9, "delay": 3, "saving": 0.2, "detection": 0.3,
              "false_reject": 0.1, "cost": 1.0, "outside": 0.2, "reward": 0.4}  # fmt: skip
    given = {name: values[name] for name in formula.arguments}
    plain = Formula("plain", t7_vesting.written_out(formula.expression), "test")
    assert not plain.expression.has(log1p, expm1)
    assert float(plain(**given)) == pytest.approx(float(formula(**given)), rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_split_proof_schemes_pay_somebody_no_more_than_the_bound(seed: int) -> None:
    # Theorem L in words: no pair of places of a longer path has more than one of the shorter.
    draw = random.Random(seed)
    pays = [Fraction(draw.randint(1, 99))]
    pool = pays[0]
    for legs in range(2, 9):
        shape = [Fraction(draw.randint(1, 9)) for _ in range(legs)]
        scale = min(pay / sum(pair) for pay, pair in zip(pays, pairwise(shape), strict=True))
        pays = [scale * part for part in shape]
        assert 0 < min(pays) <= pool / 2 ** (legs - 1)


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


@pytest.mark.parametrize("seed", SEEDS)
def test_two_movers_of_the_proofs_are_those_of_the_package(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(40):
        values, costs, caps = ([draw.uniform(low, 6) for _ in range(2)] for low in (1, 0.5, 0.2))
        game = ContributionGame(values, costs, LogCurve(), caps=caps)
        first = draw.randrange(2)
        demands = game.demands.tolist()
        point = {
            s: Fraction(x[i])
            for x, symbols in ((caps, contribution._CAPS), (demands, contribution._DEMANDS))
            for s, i in zip(symbols, (first, 1 - first), strict=True)
        }
        keen_first = demands[first] >= demands[1 - first]
        total = contribution._KEEN_FIRST[-1] if keen_first else contribution._KEEN_LAST[-1]
        assert float(evaluate(total.right, point)) == pytest.approx(game.simultaneous().total)
        play = game.sequential([first, 1 - first])
        left = {**point, contribution._y: Fraction(float(play.strategy[first]))}
        reply = contribution._reply(contribution._y)
        assert float(evaluate(reply, left)) == pytest.approx(play.total), (seed, game)


def test_the_baton_claims_are_about_the_shipped_sum() -> None:
    parts = baton._LEFT - baton._RIGHT
    assert sp.expand(parts - baton._EXCESS) == 0
