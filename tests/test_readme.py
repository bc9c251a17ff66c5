"""The README's examples run, and what it names is there."""

from __future__ import annotations

import doctest
import json
import re
import shlex
from pathlib import Path

import pytest

import derelayl_econ
from derelayl_econ.__main__ import build_parser
from derelayl_econ.figures.registry import FIGURES
from derelayl_econ.scenario import scenario_names
from proofs.library import THEOREMS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
INDENTED = [line.strip() for line in README.splitlines() if line.startswith("    ")]
COMMANDS = [line for line in INDENTED if re.match(r"derelayl(_econ)? ", line)]


def test_the_python_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    scope: dict[str, object] = {}
    for number, block in enumerate(blocks):
        test = parser.get_doctest(block, scope, f"README block {number}", "README.md", 0)
        assert test.examples
        runner.run(test, clear_globs=False)
        scope = test.globs
    assert runner.summarize().failed == 0


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    options = build_parser().parse_args(words)
    if options.command in ("solve", "validate", "simulate"):
        named = options.scenario.replace("-", "_")
        assert named in scenario_names() or named == "my_scenario.toml"  # the reader's own file
    if options.command == "figures":
        assert set(options.names) <= set(FIGURES)


def test_commands_were_found() -> None:
    assert len(COMMANDS) >= 3


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {m for line in [*INDENTED, *re.findall(r"`([^`]+)`", README)]
             for m in re.findall(r"^make ([a-z]+)", line)}  # fmt: skip
    assert {"figures", "test"} <= named <= targets


def test_linked_and_quoted_files_exist() -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README)
    assert links
    folders = re.findall(r"`(derelayl_econ/[\w/]+/?|[\w/]+\.(?:lock|toml|md|ipynb))`", README)
    for name in (*links, *folders):
        assert (ROOT / name).exists(), name


def test_every_figure_of_the_registry_is_named_and_no_other() -> None:
    shown = set(re.findall(r"notebooks/figures/(\w+)\.png", README))
    assert shown == set(FIGURES)


def test_theorems_claims_and_formulas_are_counted() -> None:
    found = re.search(r"(\d+) theorems with (\d+) claims .* about (\d+) of", README)
    assert found
    theorems = [t for t in THEOREMS if t.code != "lemmas"]
    formulas = {id(formula) for theorem in THEOREMS for formula in theorem.formulas}
    counts = (len(theorems), sum(len(t.claims) for t in THEOREMS), len(formulas))
    assert tuple(map(int, found.groups())) == counts
    content = json.loads((ROOT / "proofs" / "certificates.json").read_text(encoding="utf-8"))
    certified, without = len(content["certified"]), len(content["uncertified"])
    assert f"{certified} of the {certified + without} statements" in README


def test_theorems_of_the_table_exist() -> None:
    section = README.split("## What answers what")[1].split("##")[0]
    rows = [line.split("|")[-2] for line in section.splitlines() if line.startswith("| ")][1:]
    named = {code.strip() for cell in rows for code in cell.split(",") if code.strip()}
    assert named == {t.code for t in THEOREMS} - {"lemmas"}


def test_named_classes_are_public() -> None:
    section = README.split("## What answers what")[1].split("##")[0]
    table = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    names = set(re.findall(r"`(\w+)(?:\.\w+)?`", table))
    assert names
    for name in names:
        assert name in derelayl_econ.__all__, name
    for owner, member in re.findall(r"`(\w+)\.(\w+)`", table):
        assert hasattr(getattr(derelayl_econ, owner), member)
