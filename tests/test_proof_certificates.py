"""The certificates hold, are about today's statements, and cannot be forged by small changes."""

from __future__ import annotations

import ast
import copy
import dataclasses
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs import certify, check_certs, lemmas
from proofs.check_certs import Branch, RejectedError, check, digest, read, refute
from proofs.kernel import Claim
from proofs.logic import Relation, ge, gt, holds, le, lt, symbols_of
from proofs.lowered import statement
from proofs.trees import certificate

x, y, z = sp.symbols("x y z")
CONTENT = json.loads(check_certs.CERTIFICATES.read_text(encoding="utf-8"))
CERTIFIED: list[dict[str, Any]] = CONTENT["certified"]
BROKEN = (LookupError, TypeError, ValueError, ZeroDivisionError)
SEEDS = (20260501, np.random.SeedSequence().entropy)


def lowered(*assumed: Relation) -> Any:
    """Return the statement that all relations hold, which a certificate would refute."""
    last = Relation({">": "<=", ">=": "<", "<": ">=", "<=": ">"}[assumed[-1].operator],
                    assumed[-1].left, assumed[-1].right)  # fmt: skip
    return statement(Claim("test", assumed[:-1], last).obligations()[-1].script)


# ---------------------------------------------------------------- what the file says


def test_every_certificate_holds() -> None:
    assert len(CERTIFIED) > 250
    for entry in CERTIFIED:
        check(entry)


def test_statements_are_those_of_the_theorems_today() -> None:
    assert certify.wanted()  # the theorems lower
    today = {entry["sha256"]: entry for entry in certify.wanted()}
    stored = {entry["sha256"] for many in CONTENT.values() for entry in many}
    assert stored == set(today)
    for entry in CERTIFIED:
        assert {k: v for k, v in entry.items() if k != "proof"} == today[entry["sha256"]]


def test_every_obligation_is_listed_once() -> None:
    hashes = [entry["sha256"] for many in CONTENT.values() for entry in many]
    assert len(hashes) == len(set(hashes))
    obligations = {
        digest(statement(o.script))
        for theorem in certify.THEOREMS
        for claim in theorem.claims
        for o in claim.obligations()
    }
    assert obligations == set(hashes)


def test_most_statements_need_no_solver_and_the_readme_says_how_many() -> None:
    certified, without = len(CERTIFIED), len(CONTENT["uncertified"])
    assert certified > 0.9 * (certified + without)
    readme = check_certs.CERTIFICATES.with_name("README.md").read_text(encoding="utf-8")
    assert f"{certified} of the {certified + without} different statements" in readme
    assert f"the other {without} rest" in readme


def test_a_changed_formula_has_another_hash() -> None:
    claim = lemmas.THEOREM.claims[0]
    changed = dataclasses.replace(claim, given=(*claim.given, gt(z, 7)))
    before, after = (digest(statement(c.obligations()[-1].script)) for c in (claim, changed))
    assert before in {entry["sha256"] for entry in CERTIFIED}
    assert after not in {entry["sha256"] for many in CONTENT.values() for entry in many}


@pytest.mark.parametrize("seed", SEEDS)
def test_plain_statements_say_what_the_propositions_say(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(200):
        left, right = (draw.randint(-3, 3) * x**2 + draw.randint(-3, 3) * x * y
                       + sp.Rational(draw.randint(-5, 5), 3) for _ in range(2))  # fmt: skip
        assumed = (draw.choice((ge, gt, le, lt))(left + x, y), draw.choice((ge, gt))(right, x))
        plain = lowered(*assumed)
        numbers = [Fraction(draw.randint(-6, 6), draw.randint(1, 3)) for _ in range(2)]
        point = dict(zip(symbols_of(*assumed), numbers, strict=False))
        assert true_at(plain, numbers) == all(holds(a, point) for a in assumed), (seed, assumed)


def true_at(plain: Any, numbers: list[Fraction]) -> bool:
    head, *parts = plain
    if head in ("and", "or"):
        return (all if head == "and" else any)(true_at(part, numbers) for part in parts)
    if head == "not":
        return not true_at(parts[0], numbers)
    value = Fraction(0)
    for monomial, coefficient in read(parts[0]).items():
        for variable in monomial:
            coefficient *= numbers[variable]
        value += coefficient
    return {">": value > 0, ">=": value >= 0, "=": value == 0}[head]


# ---------------------------------------------------------------- forgery


def leaves(proof: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "products" in proof:
        yield proof
    for case in proof.get("cases", ()):
        yield from leaves(case)


def rejected(entry: dict[str, Any]) -> bool:
    try:
        check(entry)
    except BROKEN:
        return True
    return False


@st.composite
def forged(draw: Any, change: Any) -> dict[str, Any]:
    """Return a certificate in which ``change(draw, leaf)`` has altered one leaf."""
    entry = copy.deepcopy(draw(st.sampled_from(CERTIFIED)))
    leaf = draw(st.sampled_from(list(leaves(entry["proof"]))))
    before = copy.deepcopy(leaf)
    change(draw, leaf)
    if leaf == before:
        entry["sha256"] = ""
    return entry


def weight(draw: Any, leaf: dict[str, Any]) -> None:
    """Change one weight of a product; a lone product must not become zero or negative."""
    product = draw(st.sampled_from(leaf["products"]))
    more = draw(st.fractions(max_denominator=50).filter(bool))
    alone = len(leaf["products"]) == 1 and not leaf["multiples"]
    product[0] = str(-abs(more)) if alone else str(Fraction(product[0]) + more)


def removed(draw: Any, leaf: dict[str, Any]) -> None:
    leaf["products"].remove(draw(st.sampled_from(leaf["products"])))


def multiplier(draw: Any, leaf: dict[str, Any]) -> None:
    """Change one coefficient of a multiplier; where there is none, all weights become zero."""
    if not leaf["multiples"]:
        leaf["products"] = [["0", *rest] for _, *rest in leaf["products"]]
        return
    polynomial, _ = draw(st.sampled_from(leaf["multiples"]))
    monomial = draw(st.sampled_from([*polynomial, "0 0 0 0 0 0 0 0 0 0 0"]))
    more = draw(st.fractions(max_denominator=50).filter(bool))
    polynomial[monomial] = str(Fraction(polynomial.get(monomial, "0")) + more)


@settings(max_examples=150, deadline=None)
@given(st.one_of(*(forged(change) for change in (weight, removed, multiplier))))
def test_a_changed_certificate_is_rejected(entry: dict[str, Any]) -> None:
    assert rejected(entry)


def test_each_number_of_a_certificate_matters() -> None:
    (entry,) = [e for e in CERTIFIED if "1 + n x: step" in e["obligation"]]
    for k, leaf in enumerate(leaves(entry["proof"])):
        for place in range(len(leaf["products"])):
            wrong = copy.deepcopy(entry)
            list(leaves(wrong["proof"]))[k]["products"][place][0] = "7/5"
            assert rejected(wrong)


@pytest.mark.parametrize("entry", CERTIFIED[::7], ids=lambda e: e["sha256"][:8])
def test_without_strictness_nothing_is_contradictory(entry: dict[str, Any]) -> None:
    """Where no fact is strict, no identity proves anything, unless numbers alone do (1 > 0)."""
    for branch, leaf in branches(Branch().case(entry["statement"]), entry["proof"]):
        weak = Branch([(">=" if sign == ">" else sign, p) for sign, p in branch.facts])
        refute(branch, leaf)
        if any(indices or roots for _, indices, roots in leaf["products"]):
            kept = [p for p in leaf["products"] if p[1] or p[2]]
            if len(kept) == len(leaf["products"]):
                with pytest.raises(RejectedError):
                    refute(weak, leaf)


def branches(branch: Branch, proof: dict[str, Any]) -> Iterator[tuple[Branch, dict[str, Any]]]:
    if "products" in proof:
        yield branch, proof
        return
    cases = ([proof["cut"], ["not", proof["cut"]]] if "cut" in proof
             else branch.alternatives[proof["split"]])  # fmt: skip
    for case, part in zip(cases, proof["cases"], strict=True):
        yield from branches(branch.case(case), part)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([e for e in CERTIFIED if "cases" in e["proof"]]), st.data())
def test_a_missing_case_is_rejected(entry: dict[str, Any], data: Any) -> None:
    wrong = copy.deepcopy(entry)
    cases = wrong["proof"]["cases"]
    cases.pop(data.draw(st.integers(0, len(cases) - 1)))
    assert rejected(wrong)


def test_another_statement_under_the_same_hash_is_rejected() -> None:
    for entry in CERTIFIED[:20]:
        assert rejected({**entry, "statement": ["and", entry["statement"]]})


POSITIVE, ZERO = [">", {"0": "1"}], ["=", {"0": "1"}]


@pytest.mark.parametrize(
    ("assumed", "proof"),
    [
        (POSITIVE, {"products": [], "multiples": []}),
        (POSITIVE, {"products": [["0", [0], []]], "multiples": []}),
        (POSITIVE, {"products": [["1", [0], []], ["-1", [0], []]], "multiples": []}),
        (POSITIVE, {"products": [["1", [], []]], "multiples": [[{"": "-1"}, 0]]}),
        (ZERO, {"products": [["1", [0], []]], "multiples": [[{"": "-1"}, 0]]}),
        ([">=", {"0": "1"}], {"products": [["1", [0], [{}]]], "multiples": []}),
        (["and"], {"products": [["1", [], [{}]]], "multiples": []}),
        (["or", POSITIVE, ZERO], {"split": 0, "cases": []}),
        (["not", ZERO], {"products": [["1", [0], []]], "multiples": []}),
        (["xor", POSITIVE], {"products": [["1", [], []]], "multiples": []}),
    ],
)
def test_tricks_are_rejected(assumed: Any, proof: dict[str, Any]) -> None:
    assert rejected({"statement": assumed, "sha256": digest(assumed), "proof": proof})


# ---------------------------------------------------------------- the search


@pytest.mark.parametrize(
    "assumed",
    [
        (lt(x**2, 0),),
        (gt(x, 0), gt(y, x), le(y**2, x**2)),
        (gt(x, 0), ge(1 / (1 + x), 1)),
        (gt(x, 0), lt(x * y**2 + 1, 1)),
    ],
)
def test_true_claims_get_a_certificate(assumed: tuple[Relation, ...]) -> None:
    plain = lowered(*assumed)
    proof = certificate(plain)
    assert proof is not None
    refute(Branch().case(plain), proof)


@pytest.mark.parametrize(
    "assumed",
    [(le(x**2, 0),), (gt(x, 0), gt(y, x), ge(y**2, x**2)), (gt(y, x), le(y**2, x**2))],
)
def test_false_claims_get_none(assumed: tuple[Relation, ...]) -> None:
    assert certificate(lowered(*assumed)) is None


def test_false_variants_of_theorems_get_none() -> None:
    for claim in lemmas.THEOREM.claims:
        for mutant in claim.mutants:
            if isinstance(claim, Claim):
                wrong = dataclasses.replace(claim, conclusion=mutant, mutants=())
                plain = statement(wrong.obligations()[-1].script)
                assert certificate(plain, seconds=1) is None


def test_what_holds_is_kept_and_the_rest_is_searched(tmp_path: Path) -> None:
    wanted = [{k: v for k, v in entry.items() if k != "proof"} for entry in CERTIFIED[:3]]
    known = {CERTIFIED[0]["sha256"]: CERTIFIED[0]["proof"]}
    found = {e["sha256"]: (e, good) for e, good in certify.entries(wanted, known, seconds=20)}
    assert next(iter(found.values())) == (CERTIFIED[0], True)
    assert [good for _, good in found.values()] == [True] * 3
    path = tmp_path / "some.json"
    certify._write(path, wanted, found)
    assert check_certs.main([str(path)]) == 0
    assert certify._known(path) == {e["sha256"]: e["proof"] for e, _ in found.values()}


# ---------------------------------------------------------------- the checker alone


def test_the_checker_imports_only_the_standard_library() -> None:
    tree = ast.parse(Path(check_certs.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported <= set(sys.stdlib_module_names)
    words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not words & {"__import__", "eval", "exec", "float"}


def test_the_checker_runs_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-I", "-S", check_certs.__file__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(f"{len(CERTIFIED)} certificates hold, 0 rejected")
    wrong = copy.deepcopy({**CONTENT, "certified": CERTIFIED[:2]})
    wrong["certified"][1]["sha256"] = "0"
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(wrong), encoding="utf-8")
    assert check_certs.main([str(path)]) == 1
    assert "REJECTED" in capsys.readouterr().out
    path.write_text(json.dumps({"certified": [], "uncertified": []}), encoding="utf-8")
    assert check_certs.main([str(path)]) == 1


def test_names_are_those_of_the_script() -> None:
    for entry in CERTIFIED:
        used = {int(v) for v in _variables(entry["statement"])}
        assert used <= set(range(len(entry["variables"])))


def _variables(plain: Any) -> Iterator[str]:
    for part in plain[1:]:
        if isinstance(part, dict):
            yield from (v for monomial in part for v in monomial.split())
        else:
            yield from _variables(part)
