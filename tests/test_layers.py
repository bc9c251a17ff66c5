"""Imports point one way; a back edge fails."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "derelayl_econ"
# Lower layers never import higher ones. Modules of one layer may import each other.
LAYERS = (
    ("errors",),
    ("domains",),
    ("notation", "results", "files", "hardware", "seeds", "compilation", "uncertain"),
    ("formula",),
    ("sections", "worth"),
    ("scenario",),
    (
        "quality",
        "curve_fit",
        "curve_forms",
        "curve_problem",
        "curve_search",
        "cost",
        "leg_rules",
        "reward_rule",
        "rewards",
        "royalties",
        "sampling_error",
        "shapley",
    ),
    ("equilibrium",),
    ("games",),
    ("design",),
    ("ecology",),
    ("solution",),
    ("sustainability",),
    ("repairs",),
    ("simulation",),
    ("validation",),
    ("figures",),
    ("explorer",),
    ("console", "commands"),
    ("__main__",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def _layer(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {m for m in found if m == "derelayl_econ" or m.startswith("derelayl_econ.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_module_imports_from_a_layer_above_it(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert own in RANK, f"{own} has no place in the layers"
    for module in _imported(path):
        # The top package loads lazily from every layer, so nothing inside may import from it,
        # but the command line asks it for the version.
        assert module != "derelayl_econ" or own == "commands", f"{path} imports the top package"
        if module != "derelayl_econ":
            assert RANK[_layer(module)] <= RANK[own], f"{own} imports {module}, a layer above it"


def _outer_imports(tree: ast.AST) -> set[str]:
    """Return what is imported outside functions."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif not isinstance(node, ast.FunctionDef):
            found |= _outer_imports(node)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_package_does_without_the_theorems(path: Path) -> None:
    outer = _outer_imports(ast.parse(path.read_text(encoding="utf-8")))
    assert not {name for name in outer if name.split(".")[0] in ("proofs", "z3", "cvc5")}


def test_the_top_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, derelayl_econ; "
        "heavy = {'numpy', 'scipy', 'sympy', 'matplotlib', 'numba', 'pandas', 'sklearn'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
