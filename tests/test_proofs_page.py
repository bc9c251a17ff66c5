"""The reader's page is what the theorems say today, and functions and theorems name one another."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp

import derelayl_econ
from derelayl_econ.games.baton import BatonGame
from derelayl_econ.notation import NOTATION, symbol
from derelayl_econ.sustainability.conditions import RULES
from proofs import lemmas
from proofs.__main__ import main
from proofs.kernel import Claim, Theorem
from proofs.latex import WIDTH, hypotheses_in_lines, in_lines, names_of, width_of
from proofs.library import THEOREMS
from proofs.logic import (
    Instance,
    all_of,
    any_of,
    eq,
    ge,
    gt,
    iff,
    implies,
    le,
    lt,
    no,
    substitute,
    symbols_of,
)
from proofs.page import PAGE, Certificates, page

PACKAGE = Path(derelayl_econ.__file__).parent
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```math\n(.*?)```", TEXT, re.DOTALL)
NAMED = re.compile(
    r"theorems? ((?:\w+, )*\w+(?: and \w+)?),? in proofs/|theorems? (\w+) in proofs/"
)
CODES = {theorem.code: theorem for theorem in THEOREMS}
SEEDS = (20260501, np.random.SeedSequence().entropy)
x, y = sp.symbols("x y")


# ---------------------------------------------------------------- the page


def test_the_page_is_fresh() -> None:
    assert page() == TEXT, "python -m proofs --page"
    assert page() == page()


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.__main__.PAGE", tmp_path / "page.md")
    monkeypatch.setattr("proofs.__main__.prove", pytest.fail)
    assert main(["--page"]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == TEXT


def test_every_claim_has_its_statement_on_the_page() -> None:
    labels = re.findall(r"^\*\*(\w+\.\d+)\*\* (.*)$", TEXT, re.MULTILINE)
    plain = [(label, re.sub(r"\\(.)", r"\1", words)) for label, words in labels]
    assert plain == [
        (f"{t.code}.{n}", claim.name) for t in THEOREMS for n, claim in enumerate(t.claims, 1)
    ]
    assert len(BLOCKS) == len(labels)


def test_conditions_of_sustainability_rest_on_theorems_that_exist() -> None:
    assert {code for rule in RULES for code in rule.theorem.split(", ")} <= set(CODES)


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.code)
def test_every_theorem_tells_what_it_rests_on(theorem: Theorem) -> None:
    part = TEXT.split(f"## {theorem.code}: ")[1].split("\n## ")[0]
    shown = re.sub(r"\\([\\`*_{}\[\]<>|$~#])", r"\1", part)
    for words in (theorem.statement, theorem.trusted, theorem.source):
        assert words in shown
    for name in (*theorem.about, *(formula.name for formula in theorem.formulas)):
        assert name in shown
    for claim in theorem.claims:
        for fact in (*claim.given, *claim.using):
            if isinstance(fact, Instance):
                assert f": {fact.fact}" in shown.split("Uses", 1)[1]


def test_links_of_the_contents_are_headings() -> None:
    links = re.findall(r"\]\(#([\w-]+)\)", TEXT)
    anchors = [re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-")
               for h in re.findall(r"^## (.*)$", TEXT, re.MULTILINE)]  # fmt: skip
    assert links == anchors
    assert len(set(links)) == len(THEOREMS)


def test_mathematics_is_well_formed() -> None:
    for block in BLOCKS:
        assert block.count("{") == block.count("}")
        assert len(re.findall(r"\\left\b", block)) == len(re.findall(r"\\right\b", block))
        assert block.count(r"\bigl(") == block.count(r"\bigr)")
        assert block.count(r"\begin{aligned}") == block.count(r"\end{aligned}") == 1
        assert "\n\n" not in block
        lines = [line for line in block.splitlines() if line.startswith("&")]
        assert max(width_of(line) for line in lines) <= WIDTH * 1.25, block
    for row in re.findall(r"^\|.*$", TEXT, re.MULTILINE):
        assert "$" not in row


def test_there_are_no_times_on_the_page() -> None:
    assert not re.search(r"\d\s*(s|ms|seconds)\b(?! [a-z])", re.sub(r"```math.*?```", "", TEXT,
                                                                   flags=re.DOTALL)
                         .split("## lemmas")[0])  # fmt: skip


def test_certificates_are_counted_where_they_are(tmp_path: Path) -> None:
    assert Certificates.read(tmp_path / "none.json") is None
    entry = {"theorem": "T1", "claim": "0 < p* < 1", "obligation": "o", "sha256": "0"}
    stored = {
        "certified": [entry, entry],
        "uncertified": [entry | {"claim": THEOREMS[2].claims[0].name}],
    }
    (tmp_path / "some.json").write_text(json.dumps(stored), encoding="utf-8")
    shown = page(THEOREMS, Certificates.read(tmp_path / "some.json"))
    row = next(line for line in shown.splitlines() if line.startswith("| [T1](#t1-volunteer)"))
    assert f"| volunteer | {len(CODES['T1'].claims)} | `participation`" in row
    assert row.endswith("| 2 of 3 |")
    assert shown.count("By the solvers only.") == 1
    assert "certificates for 2 of 3 statements" in shown


# ---------------------------------------------------------------- statements in LaTeX


def test_statements_are_written_as_people_write_them() -> None:
    names = names_of([x, y, symbol("learning_rate")])
    assert names[symbol("learning_rate")] == r"\gamma"
    assert in_lines(implies(gt(x, 0), lt(y, 1)), names) == [r"x > 0 \;\Longrightarrow\; y < 1"]
    assert in_lines(iff(gt(x, 0), lt(y, 1)), names) == [r"x > 0 \;\Longleftrightarrow\; y < 1"]
    assert in_lines(no(le(x, y)), names) == ["x > y"]
    assert in_lines(no(all_of(le(x, y), eq(x, 0))), names) == [
        r"\neg \bigl(x \le y \;\wedge\; x = 0\bigr)"
    ]
    assert in_lines(all_of(any_of(ge(x, 0), ge(y, 0)), eq(x, y)), names) == [
        r"\bigl(x \ge 0 \;\vee\; y \ge 0\bigr) \;\wedge\; x = y"
    ]
    assert hypotheses_in_lines([gt(x, 0), eq(y, 2), le(x, 1)], names) == [
        r"0 < x \le 1,\quad y = 2"
    ]
    assert hypotheses_in_lines([lt(x, 1), ge(x, 0)], names) == [r"0 \le x < 1"]
    assert hypotheses_in_lines([all_of(lt(x, 1), lt(y, 1))], names) == [r"x < 1,\quad y < 1"]


def test_long_statements_are_broken_and_nothing_is_lost() -> None:
    many = sp.symbols("u0:60")
    names = names_of(many)
    lines = in_lines(le(sum(many), 0), names)
    assert len(lines) > 1
    assert all(width_of(line) <= WIDTH + 8 for line in lines)
    found = re.findall(r"u_?\{?(\d+)\}?", " ".join(lines))
    assert sorted(map(int, found)) == list(range(60))
    lines = in_lines(any_of(*(gt(s, 0) for s in many)), names)
    assert " ".join(lines).count(r"\vee") == 59


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda t: t.code)
def test_no_two_symbols_of_a_theorem_look_the_same(theorem: Theorem) -> None:
    symbols = {s for claim in theorem.claims for s in symbols_of(claim.conclusion, *claim.given)}
    names = names_of(symbols)
    assert len(set(names.values())) == len(names) == len(symbols)
    for one, latex in names.items():
        if one.name in NOTATION:
            assert NOTATION[one.name].latex in latex


def test_names_of_helpers_become_symbols() -> None:
    names = {
        s.name: latex
        for s, latex in names_of(
            sp.symbols("D_more x_star root_of_2 g_2 other_effort training_share_2 others_deserve")
        ).items()
    }
    assert names_of([sp.Symbol("log(gap)")])[sp.Symbol("log(gap)")] == r"\log{\left(x \right)}"
    assert names == {
        "D_more": "D'", "x_star": "{x^*}",
        "root_of_2": r"\sqrt{2}", "g_2": "{g}_{2}", "other_effort": r"\text{other effort}",
        "training_share_2": "F'", "others_deserve": r"\text{others deserve}",
    }  # fmt: skip


def test_instances_know_their_claim_through_substitution() -> None:
    instance = lemmas.POWER_POSITIVE.at({lemmas.x: x})
    again = substitute(instance, {x: y + 1})
    assert isinstance(instance, Instance)
    assert isinstance(again, Instance)
    assert instance.fact == again.fact == lemmas.POWER_POSITIVE.name
    assert y in symbols_of(again)
    plain = Claim("c", (gt(x, 0),), gt(x + y**2, 0)).at()
    assert isinstance(plain, Instance)
    assert plain.fact == "c"


# ---------------------------------------------------------------- what rests on a theorem


def found(name: str) -> tuple[Any, Any]:
    """Return the object of ``derelayl_econ`` with that qualified name, and its module."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(("derelayl_econ", *parts[:cut])))
        except ModuleNotFoundError:
            continue
        value: Any = module
        for part in parts[cut:]:
            value = inspect.getattr_static(value, part)
        return getattr(value, "__func__", value), module
    raise LookupError(name)


def codes_in(doc: str | None) -> set[str]:
    words = " ".join((doc or "").split())
    return {
        code
        for match in NAMED.finditer(words)
        for code in re.split(r", | and ", match[1] or match[2])
    }


@pytest.mark.parametrize(
    ("code", "name"), [(t.code, name) for t in THEOREMS for name in t.about]
)  # fmt: skip
def test_what_rests_on_a_theorem_says_so(code: str, name: str) -> None:
    value, module = found(name)
    assert code in codes_in(value.__doc__) | codes_in(module.__doc__), name


def test_every_theorem_but_the_lemmas_is_about_something() -> None:
    assert [t.code for t in THEOREMS if not t.about] == ["lemmas"]
    for theorem in THEOREMS:
        assert len(set(theorem.about)) == len(theorem.about)


def docstrings() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield module, ast.get_docstring(tree) or ""
        yield from _docstrings_below(tree, module)


def _docstrings_below(node: ast.AST, prefix: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            name = f"{prefix}.{child.name}"
            yield name, ast.get_docstring(child) or ""
            yield from _docstrings_below(child, name)


def test_what_a_docstring_calls_proved_is_listed_by_a_theorem() -> None:
    claims = [(name, code) for name, doc in docstrings() for code in codes_in(doc)]
    assert len(claims) >= len(THEOREMS) - 1
    for name, code in claims:
        assert code in CODES, (name, code)
        listed = CODES[code].about
        assert any(one == name or one.startswith(f"{name}.") for one in listed), (name, code)


def test_no_docstring_names_a_theorem_in_another_form() -> None:
    for name, doc in docstrings():
        words = " ".join(doc.split())
        assert ("in proofs/" in words) <= bool(codes_in(words)), name
        assert words.count("Proved: theorem") <= len(NAMED.findall(words)), name


# ---------------------------------------------------------------- claims about games, on games


@pytest.mark.parametrize("seed", SEEDS)
def test_rewards_raise_volunteering_in_the_package(seed: int) -> None:
    rng = np.random.default_rng(seed)
    compared = 0
    for _ in range(60):
        given = {
            "participants": int(rng.integers(2, 30)), "discount": float(rng.uniform(0.3, 0.97)),
            "value": float(rng.uniform(0.5, 3)), "cost": float(rng.uniform(0.05, 0.3)),
            "learning_rate": float(rng.uniform(0.1, 0.6)), "quality_max": 1.0, "gap": 1.0,
        }  # fmt: skip
        low, high = sorted(rng.uniform(0, 0.2, 2).tolist())
        less, more = (BatonGame(**given, price=price).solve() for price in (low, high))
        for p, r in zip(less.volunteer_probability, more.volunteer_probability, strict=False):
            assert r >= p - 1e-9, (seed, given, low, high)
            compared += 1
    assert compared > 60


@pytest.mark.parametrize("seed", SEEDS)
def test_owners_come_nearer_from_anywhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(100):
        k = Fraction(int(rng.integers(1, 20)), 20)
        matches = int(1 / k) + int(rng.integers(1, 5))
        owners, steady = Fraction(int(rng.integers(1, 200)), 200), k / (1 + k)
        for _ in range(30):
            later = k * min(matches * owners, 1 - owners)
            assert owners == steady or abs(later - steady) < abs(owners - steady)
            owners = later.limit_denominator(10**9)
            if owners == steady:
                break
