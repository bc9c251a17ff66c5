"""Files are written whole or not at all: under a temporary name beside the target, then renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from derelayl_econ.errors import InputError

__all__ = ["output_file", "output_folder", "write_atomically"]


def output_file(path: str | Path) -> Path:
    """Return ``path`` if a file of that name can be written, without writing it.

    Raises
    ------
    InputError
        If it is a folder, or its folder does not exist or cannot be written to.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise InputError("output file", str(path), "name a file, not a folder")
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}."):
            pass
    except OSError as error:
        raise InputError("output file", str(path), f"be writable ({error.strerror})") from None
    return file


def output_folder(path: str | Path) -> Path:
    """Return ``path`` as an existing folder that can be written to, creating it if need be.

    Raises
    ------
    InputError
        If it is a file, cannot be made or cannot be written to.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError("output folder", str(path), f"be writable ({error.strerror})") from None
    return folder


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``; a crash leaves the old file or the new one, never a part.

    Raises
    ------
    InputError
        If the folder does not exist or cannot be written to.
    """
    output_file(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)  # mkstemp makes it private, which surprises people
        os.replace(temporary, path)
    except OSError as error:  # the disk is full
        os.unlink(temporary)
        raise InputError("output file", str(path), f"be writable ({error.strerror})") from None
    except BaseException:
        os.unlink(temporary)
        raise
