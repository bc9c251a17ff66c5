from __future__ import annotations

import os
from pathlib import Path

import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.files import output_folder, write_atomically


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.txt"
    write_atomically(target, b"old")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_unwritable_places_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="output folder"):
        output_folder(tmp_path / "file" / "below")
    with pytest.raises(InputError, match="output file"):
        write_atomically(tmp_path / "missing" / "a.txt", b"x")


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    assert output_folder(tmp_path / "a" / "b").is_dir()
