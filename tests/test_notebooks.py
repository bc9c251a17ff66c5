"""Every notebook runs again in a fresh kernel and says what it said before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs the extra [notebooks]")
nbclient = pytest.importorskip("nbclient", reason="needs the extra [notebooks]")

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?(?!\w)")
PRIVATE = re.compile(r"/(?:home|root|work|tmp|Users)/|[A-Z]:\\\\")


def _rounded(text: str) -> list[str]:
    """Return the words of a text with numbers rounded to 3 significant digits."""

    def rounded(match: re.Match[str]) -> str:
        number = float(match[0])
        return "0" if abs(number) < 1e-12 else f"{number:.3g}"  # rounding errors are all alike

    return NUMBER.sub(rounded, text).split()


def _told(output: Any) -> tuple[str, list[str]]:
    """Return what an output shows: its kind, and its words; of an image only that it is there."""
    if output.output_type == "stream":
        return f"stream {output.name}", _rounded(output.text)
    assert output.output_type in ("display_data", "execute_result"), output
    if "image/png" in output.data:
        return "image", []
    return ", ".join(sorted(output.data)), _rounded(output.data["text/plain"])


def _all_told(outputs: list[Any]) -> list[tuple[str, list[str]]]:
    """Return what all outputs show; a text may arrive in one piece or in several."""
    told: list[tuple[str, list[str]]] = []
    for kind, words in map(_told, outputs):
        if told and kind.startswith("stream") and told[-1][0] == kind:
            told[-1][1].extend(words)
        else:
            told.append((kind, words))
    return told


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks() -> None:
    assert "01_tour" in [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_its_outputs_and_nothing_private(path: Path) -> None:
    notebook = _read(path)
    nbformat.validate(notebook)
    assert not PRIVATE.search(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert sum(bool(cell.outputs) for cell in code) >= len(code) // 2
    for cell in code:
        assert not re.search(r"^\s*(def|class) ", cell.source, re.MULTILINE), "defines a model"
    prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert not re.search(r"\$[^$]+\$|\\\(", prose), "equations are rendered from formulas"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")  # the kernel's own libraries warn, not the notebook
def test_a_notebook_says_the_same_again(path: Path) -> None:
    before, again = _read(path), _read(path)
    nbclient.NotebookClient(again, timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": str(ROOT)}}).execute()  # fmt: skip
    for old, new in zip(before.cells, again.cells, strict=True):
        if old.cell_type == "code":
            assert _all_told(new.outputs) == _all_told(old.outputs), old.source
