"""The machinery of the proofs: it refuses empty claims and silent solvers."""

from __future__ import annotations

import ast
import json
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

import derelayl_econ
from proofs import lemmas
from proofs.__main__ import main
from proofs.kernel import Claim, Induction, Theorem, check
from proofs.library import THEOREMS
from proofs.logic import (
    Proposition,
    VacuousError,
    all_of,
    any_of,
    eq,
    evaluate,
    ge,
    gt,
    holds,
    iff,
    implies,
    le,
    lt,
    ne,
    no,
    relations_of,
)  # fmt: skip
from proofs.smt import Lowering
from proofs.solvers import ENGINES, Engine, answer, ask_cvc5, ask_z3

x, y, n = sp.symbols("x y n")
SEEDS = (20260501, np.random.SeedSequence().entropy)


class OneJudge:
    """Ask z3 in this process, or always give the same answer."""

    def __init__(self, fixed: str = "") -> None:
        self.fixed = fixed

    def ask(self, script: str) -> dict[str, str]:
        return {"judge": self.fixed or ask_z3(script, budget=300_000)}


def proved(claim: Claim | Induction) -> bool:
    return check(claim, OneJudge(), guards=False).proved


# ---------------------------------------------------------------- guards against empty proofs


@pytest.mark.parametrize(
    "conclusion",
    [
        lambda: lt(1, 2),
        lambda: eq(x, x),
        lambda: eq(1 / (1 + x) * (1 + x), 1),  # SymPy has cancelled before anybody looked
        lambda: le(x + y, y + x),
        lambda: all_of(lt(x, y), eq(2 * x - x, x)),
        lambda: implies(gt(x, 0), gt(sp.Integer(1), 0)),
    ],
)
def test_a_claim_that_says_nothing_is_rejected(conclusion: Any) -> None:
    with pytest.raises(VacuousError):
        Claim("empty", (gt(x, 0),), conclusion())


def test_a_hypothesis_is_no_conclusion() -> None:
    with pytest.raises(VacuousError, match="hypothesis"):
        Claim("circular", (gt(x, 0), gt(y, 0)), gt(y, 0))


def test_contradictory_hypotheses_prove_nothing() -> None:
    claim = Claim("ex falso", (gt(x, 0), lt(x, 0)), gt(y, 5))
    verdict = check(claim, OneJudge())
    assert verdict.failures == ["no exact point satisfies the hypotheses"]


def test_a_true_variant_does_not_pass_as_a_false_one() -> None:
    claim = Claim("square", (gt(x, 1),), gt(x**2, x), mutants=(gt(x**2, 1),))
    (failure,) = check(claim, OneJudge()).failures
    assert failure.startswith("no counterexample")


def test_assumptions_of_symbols_are_ignored() -> None:
    positive = sp.Symbol("z", positive=True)
    assert not proved(Claim("assumed", (), gt(positive, 0)))
    assert not proved(Claim("assumed", (), gt(1 + positive, 0)))
    assert proved(Claim("stated", (gt(positive, 0),), gt(1 + positive, 0)))


def test_two_symbols_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two different symbols"):
        Claim("twins", (gt(sp.Symbol("z"), 0),), gt(sp.Symbol("z", real=True), 0)).obligations()


def test_a_denominator_that_may_vanish_is_an_open_claim() -> None:
    quotient = (x**2 - x) / (x - 1)
    assert not proved(Claim("cancelled", (), eq(quotient, x)))
    assert proved(Claim("cancelled", (ne(x, 1),), eq(quotient, x)))
    # The equation itself must not be what excludes zero.
    assert not proved(Claim("circular", (eq(y, 1 / x),), ne(x, 0)))
    assert not proved(Claim("after", (eq(y, 1 / x), ne(x, 0)), eq(y * x, 1)))
    assert proved(Claim("before", (ne(x, 0), eq(y, 1 / x)), eq(y * x, 1)))


def test_nested_and_symbolic_denominators_are_seen() -> None:
    nested = 1 / (1 / x - 1)
    assert not proved(Claim("nested", (gt(x, 0),), eq(nested * (1 - x), x)))
    assert proved(Claim("nested", (gt(x, 0), lt(x, 1)), eq(nested * (1 - x), x)))
    power = x ** (-n)
    assert not proved(Claim("power", (gt(x, 0), ge(n, 0)), gt(power, 0)))
    known = lemmas.POWER_POSITIVE.at({})
    assert proved(Claim("power", (gt(x, 0), ge(n, 0), known), gt(power, 0)))


def test_powers_are_split_at_the_smallest_exponent() -> None:
    given = (ge(n, 1), eq(x, 2), eq(x ** (n - 1), 4))
    assert proved(Claim("power", given, eq(x ** (n + 2), 32)))
    assert not proved(Claim("power", given, eq(x ** (n + 2), 16)))
    assert not proved(Claim("n may be 0", given[1:], eq(x ** (n + 2), 32)))
    with pytest.raises(ValueError, match="integer symbols"):
        Claim("root", (gt(x, 0),), gt(x ** (n / 2), 0)).obligations()


def test_functions_without_translation_are_refused() -> None:
    with pytest.raises(ValueError, match="no translation"):
        Claim("sine", (), le(sp.sin(x), 1)).obligations()


def test_an_induction_needs_base_and_step() -> None:
    assert proved(Induction("ok", n, 0, (ge(x, 1),), ge(x**n, 1)))
    assert not proved(Induction("no base", n, 0, (gt(x, 1),), gt(x**n, 1)))
    assert not proved(Induction("no step", n, 1, (gt(x, 0),), le(x**n, x)))
    with pytest.raises(ValueError, match="must not depend"):
        Induction("moving", n, 0, (ge(x, n),), ge(x**n, 1))


# ---------------------------------------------------------------- translation, against exact values


def random_term(draw: random.Random, depth: int) -> Any:
    if depth == 0:
        number = sp.Rational(draw.randint(-7, 7), draw.randint(1, 5))
        return draw.choice([x, y, number])
    left, right = random_term(draw, depth - 1), random_term(draw, depth - 1)
    return draw.choice([
        left + right, left * right, left - right, left / (1 + right**2),
        left ** draw.randint(-2, 3), sp.Max(left, right), sp.Min(left, right),
    ])  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("ask", "count"), [(ask_z3, 25), (ask_cvc5, 25)], ids=ENGINES)
def test_translation_agrees_with_exact_values(ask: Any, count: int, seed: int) -> None:
    draw, done = random.Random(seed), 0
    while done < count:
        point = {s: Fraction(draw.randint(-9, 9), draw.randint(1, 7)) for s in (x, y)}
        try:
            term = random_term(draw, 3)
            value = evaluate(term, point)
        except (ZeroDivisionError, ValueError, AttributeError):
            continue  # undefined here (zoo and nan have no value)
        exact = sp.Rational(value.numerator, value.denominator)
        relation = draw.choice([eq, ne, lt, le, gt, ge])
        claimed = relation(term, exact + draw.choice([-1, 0, 0, 1]))
        at = tuple(eq(s, sp.Rational(v.numerator, v.denominator)) for s, v in point.items())
        lowering = Lowering((*at, claimed))
        for proposition in (*at, claimed):
            lowering.add(proposition)
        expected = "sat" if holds(claimed, point) else "unsat"
        assert ask(lowering.script()) == expected, (seed, str(claimed), point)
        done += 1


@pytest.mark.parametrize(
    ("proposition", "expected"),
    [
        (iff(gt(x, 0), lt(y, 0)), True), (iff(gt(x, 0), gt(y, 0)), False),
        (implies(lt(x, 0), gt(y, 9)), True), (no(any_of(gt(y, 0), lt(x, 0))), True),
        (all_of(gt(x, 0), gt(y, 0)), False),
    ],
)  # fmt: skip
def test_connectives_mean_the_same_everywhere(proposition: Proposition, expected: bool) -> None:
    point = {x: Fraction(1), y: Fraction(-2)}
    assert holds(proposition, point) is expected
    lowering = Lowering((eq(x, 1), eq(y, -2), proposition))
    for part in (eq(x, 1), eq(y, -2), proposition):
        lowering.add(part)
    assert (
        ask_z3(lowering.script()) == ask_cvc5(lowering.script()) == ("sat" if expected else "unsat")
    )
    assert len(list(relations_of(proposition))) >= 2


# ---------------------------------------------------------------- solvers that do not answer


@pytest.mark.parametrize("silence", ["unknown", "timeout", "missing", "crashed", "sat", "error: x"])
def test_anything_but_unsat_is_a_failure(silence: str) -> None:
    verdict = check(Claim("true", (gt(x, 1),), gt(x, 0)), OneJudge(silence))
    assert not verdict.proved
    assert silence in verdict.failures[0]


def test_both_solvers_must_agree() -> None:
    class Divided:
        def ask(self, script: str) -> dict[str, str]:
            return {"z3": "unsat", "cvc5": "unknown"}

    class Nobody:
        def ask(self, script: str) -> dict[str, str]:
            return {}

    claim = Claim("true", (gt(x, 1),), gt(x, 0))
    assert not check(claim, Divided()).proved
    assert not check(claim, Nobody()).proved


@pytest.mark.parametrize("name", ENGINES)
def test_a_solver_that_is_not_installed_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    assert answer(name, "(check-sat)") == "missing"


def test_a_solver_that_overruns_is_ended() -> None:
    engine = Engine("z3", seconds=0.0)
    try:
        assert engine.ask("(check-sat)") == "timeout"
    finally:
        engine.close()


@pytest.mark.parametrize("name", ENGINES)
def test_a_broken_script_is_not_unsat(name: str) -> None:
    assert answer(name, "(assert (> nothing 0))(check-sat)") not in ("unsat", "sat")


# ---------------------------------------------------------------- the command


def test_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--theorem", "T1", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["theorems"]
    assert entry["verdict"] == "proved"
    (theorem,) = (t for t in THEOREMS if t.code == "T1")
    assert entry["claims"] == entry["proved"] == len(entry["details"]) == len(theorem.claims)


def test_command_fails_when_a_claim_is_open(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = sys.modules["proofs.__main__"]
    wrong = Theorem("T1", "wrong", "x > 0", (Claim("false", (gt(x, -1),), gt(x, 0)),))
    monkeypatch.setattr(module, "THEOREMS", (wrong,))
    monkeypatch.setattr(module, "GUARDS", ())
    assert main([]) == 1
    table = capsys.readouterr().out
    assert "OPEN T1, false" in table
    assert "0 of 1 claims proved by z3 and cvc5" in table


def test_the_package_does_not_import_its_proofs() -> None:
    for path in Path(str(derelayl_econ.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.split(".")[0] == "proofs" for name in names), path
