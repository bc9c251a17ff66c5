"""Files are written whole or not at all: under a temporary name beside the target, then renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from derelayl_econ.errors import InputError

__all__ = ["output_folder", "write_atomically"]


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
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError("output file", str(path), f"be writable ({error.strerror})") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)  # mkstemp makes it private, which surprises people
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
