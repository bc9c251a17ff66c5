"""Coq accepts the certificates and the hand proofs, and refuses what is wrong with either."""

from __future__ import annotations

import copy
import json
import random
import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proofs import coq_check, coq_export
from proofs.check_certs import CERTIFICATES, digest, holds, read
from proofs.coq_check import ALLOWED, HAND, MISSING, Row, certificate_files, main, replay, unproved

CERTIFIED: list[dict[str, Any]] = json.loads(CERTIFICATES.read_text(encoding="utf-8"))["certified"]
FILES = {path.name: path.read_text(encoding="utf-8") for path in HAND.glob("*.v")}
SEEDS = (20261124, np.random.SeedSequence().entropy)
SMALL = [entry for entry in CERTIFIED if len(json.dumps(entry)) < 2500]
REPLAY = {"Replay.v": FILES["Replay.v"]}
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="Coq is not installed (coqc)")


def problems(files: dict[str, str], folder: Path) -> dict[str, str]:
    return {row.file: row.problem for row in replay(files, folder)}


# ---------------------------------------------------------------- what the lemmas say


def true_at(statement: Any, point: list[Fraction]) -> bool:
    head, *parts = statement
    if head in ("and", "or"):
        return (all if head == "and" else any)(true_at(part, point) for part in parts)
    if head == "not":
        return not true_at(parts[0], point)
    value = Fraction(0)
    for monomial, coefficient in read(parts[0]).items():
        for variable in monomial:
            coefficient *= point[variable]
        value += coefficient
    return {">": value > 0, ">=": value >= 0, "=": value == 0}[head]


def as_coq_reads(text: str, point: list[Fraction]) -> bool:
    """Return the truth value of a proposition of Coq, by Python's own grammar."""
    for coq, python in (("/\\", " and "), ("\\/", " or "), ("~", " not "), (" = 0", " == 0")):
        text = text.replace(coq, python)
    text = re.sub(r"(?<![x\d])\d+", lambda number: f"Fraction({number[0]})", text)
    names = {f"x{i}": value for i, value in enumerate(point)}
    return bool(eval(text, {"Fraction": Fraction, **names}))


@pytest.mark.parametrize("seed", SEEDS)
def test_lemmas_say_what_the_statements_say(seed: int) -> None:
    draw = random.Random(seed)
    truths = set()
    for entry in draw.sample(CERTIFIED, 60):
        parts = [part for part in entry["statement"][1:] if part != ["and"]]
        for part in (entry["statement"], *parts):
            point = [Fraction(draw.randint(-4, 6), draw.randint(1, 3)) for _ in entry["variables"]]
            expected = true_at(part, point)
            said = as_coq_reads(coq_export.proposition(part), point)
            assert said == expected, (seed, entry["sha256"])
            truths.add(expected)
    assert truths == {True, False}


def test_each_certificate_becomes_one_lemma() -> None:
    names = [coq_export.lemma_name(entry) for entry in CERTIFIED]
    assert len(set(names)) == len(names)
    text = "\n".join(certificate_files(CERTIFIED).values())
    assert re.findall(r"^Lemma (\w+) :", text, re.MULTILINE) == names
    assert text.count("\nQed.") == len(names)
    assert not unproved(text)
    assert all(digest(e["statement"]).startswith(coq_export.lemma_name(e)[-10:]) for e in CERTIFIED)


def test_comments_stay_comments() -> None:
    entry = {**CERTIFIED[0], "obligation": 'x* (x*) (*y*) " Axiom a : False. (**)'}
    text = coq_export.lemma(entry)
    comment = text[: text.index("Lemma")]
    assert comment.count("(*") == comment.count("*)") == 1
    assert '"' not in comment
    assert not unproved(text)


@pytest.mark.parametrize("theorem", ["T5 : False. Admitted. Lemma a", "", "1"])
def test_a_strange_theorem_code_is_refused(theorem: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        coq_export.lemma({**CERTIFIED[0], "theorem": theorem})


def test_a_strange_relation_is_refused() -> None:
    with pytest.raises(ValueError, match="no statement"):
        coq_export.proposition(["= 0) -> (0 =", {"0": "1"}])


# ---------------------------------------------------------------- what Coq accepts


@needs_coq
def test_certificates_replay(tmp_path: Path) -> None:
    seed = np.random.SeedSequence().entropy
    sample = random.Random(seed).sample(SMALL, 40)
    text = coq_export.source(sample)
    assert problems({**REPLAY, "Sample.v": text}, tmp_path)["Sample.v"] == "", seed


@needs_coq
def test_the_hand_proofs_hold(tmp_path: Path) -> None:
    assert {"Participation.v", "Volunteer.v", "Stopping.v", "Length.v"} < set(FILES)
    rows = replay(FILES, tmp_path)
    assert [row for row in rows if row.problem] == []
    assert {row.file for row in rows} == set(FILES)
    assert all(row.lemmas > 0 for row in rows)


def test_nothing_in_the_hand_proofs_is_taken_for_granted() -> None:
    assert {name: unproved(text) for name, text in FILES.items() if unproved(text)} == {}
    assert len(ALLOWED) == 4


# ---------------------------------------------------------------- what Coq refuses


def refused(change: str, draw: random.Random) -> dict[str, Any]:
    """Return a certificate that Python's checker rejects because of one change."""
    several = [entry for entry in SMALL if len(entry["proof"].get("products", ())) > 1]
    while holds(wrong := corrupted(draw.choice(several), change, draw)):
        pass
    return wrong


def shifted(statement: Any) -> Any:
    """Return a statement about other polynomials: 1/7 more each."""
    if isinstance(statement, dict):
        return {**statement, "": str(Fraction(statement.get("", "0")) + Fraction(1, 7))}
    return [shifted(part) for part in statement] if isinstance(statement, list) else statement


def corrupted(entry: dict[str, Any], change: str, draw: random.Random) -> dict[str, Any]:
    """Return an entry with one product, or its statement, altered."""
    wrong = copy.deepcopy(entry)
    products = wrong["proof"]["products"]
    product = draw.choice(products)
    if change == "negative weight":
        product[0] = str(-Fraction(product[0]))
    elif change == "no weight":
        product[0] = "0"
    elif change == "another weight":
        product[0] = str(Fraction(product[0]) + Fraction(3, 7))
    elif change == "no product":
        products.remove(product)
    else:
        wrong["statement"] = shifted(wrong["statement"])
        wrong["sha256"] = digest(wrong["statement"])
    return wrong


@needs_coq
def test_corrupted_certificates_are_refused(tmp_path: Path) -> None:
    seed = np.random.SeedSequence().entropy
    draw = random.Random(seed)
    changes = ("negative weight", "no weight", "another weight", "no product", "statement")
    files = {
        f"Wrong{i}.v": coq_export.source([refused(change, draw)])
        for i, change in enumerate(changes)
    }
    found = problems({**REPLAY, **files}, tmp_path)
    assert found.pop("Replay.v") == ""
    assert [name for name, problem in found.items() if not problem] == [], seed
    assert all("Error" in problem for problem in found.values()), (seed, found)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_case_is_refused(missing: int) -> None:
    wrong = copy.deepcopy(next(e for e in CERTIFIED if "cut" in e["proof"]))
    del wrong["proof"]["cases"][missing]
    with pytest.raises(ValueError, match="zip"):
        coq_export.lemma(wrong)


@needs_coq
@pytest.mark.parametrize(
    ("name", "true", "false"),
    [
        ("Length.v", "least <= pay 1%nat 1%nat / 2 ^ n.", "least <= pay 1%nat 1%nat / 2 ^ S n."),
        ("Participation.v", "b M < c < b 0%nat", "b M <= c <= b 0%nat"),
    ],
)
def test_false_variants_of_the_hand_proofs_fail(
    name: str, true: str, false: str, tmp_path: Path
) -> None:
    assert FILES[name].count(true) == 1
    assert "Error" in problems({name: FILES[name].replace(true, false)}, tmp_path)[name]


@needs_coq
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Lemma a : 1 = 2. Proof. Admitted.", "Admitted"),
        ("Lemma a : 1 = 2. Proof. admit. Admitted.", "admit, Admitted"),
        ("Axiom cheat : 1 = 2. Lemma a : 1 = 2. Proof. exact cheat. Qed.", "Axiom"),
        ("Parameter cheat : 1 = 2.", "Parameter"),
        ("(* (* *) *) Admitted (* *)", "Admitted"),
        ("Section S. Variable n : nat. Lemma a : n = n. Proof. reflexivity. Qed. End S.", ""),
        ("Lemma a : 1 = 1.\nProof. reflexivity. Qed. (* Admitted *)", ""),
    ],
)
def test_what_is_planted_is_found(text: str, complaint: str, tmp_path: Path) -> None:
    assert problems({"Planted.v": text}, tmp_path)["Planted.v"] == complaint


@needs_coq
def test_an_axiom_by_another_name_is_found(tmp_path: Path) -> None:
    text = (
        "Module M. Hypothesis cheat : 1 = 2. End M.\nLemma a : 1 = 2.\nProof. exact M.cheat. Qed."
    )
    assert "axiom" in problems({"Planted.v": text}, tmp_path)["Planted.v"]


# ---------------------------------------------------------------- the command


def test_without_coq_it_says_so(monkeypatch: Any, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert main([]) == 0
    assert capsys.readouterr().out == MISSING + "\n"
    assert main(["--require"]) == 1
    assert capsys.readouterr().out == MISSING + "\n"


@needs_coq
def test_the_command_fails_if_one_certificate_does(
    monkeypatch: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand, path = tmp_path / "hand", tmp_path / "some.json"
    hand.mkdir()
    shutil.copy(HAND / "Replay.v", hand)
    monkeypatch.setattr(coq_check, "HAND", hand)
    good = SMALL[0]
    for proof, code in ((good["proof"], 0), ({"products": [], "multiples": []}, 1)):
        path.write_text(json.dumps({"certified": [{**good, "proof": proof}]}), encoding="utf-8")
        assert main(["--require", "--file", str(path), "--keep", str(tmp_path / "kept")]) == code
        assert ("WRONG" in capsys.readouterr().out) == bool(code)
    assert (tmp_path / "kept" / f"Certificates_{good['theorem']}.v").exists()


def test_rows_are_in_the_order_of_need(monkeypatch: Any, tmp_path: Path) -> None:
    order: list[str] = []

    def noted(stem: str, text: str, folder: Path) -> Row:
        order.append(stem)
        return Row(file=f"{stem}.v", lemmas=len(text), seconds=0.0, problem=f"not in {folder}")

    monkeypatch.setattr(coq_check, "_checked", noted)
    replay(FILES, tmp_path)
    assert order.index("Participation") < order.index("Volunteer")
    assert sorted(order) == sorted(Path(name).stem for name in FILES)
