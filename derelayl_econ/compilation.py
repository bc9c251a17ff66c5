"""How the package compiles its loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

__all__ = ["compiled"]

# NumPy's divisions: a check for zero in every element would keep loops from being vectorised.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def compiled(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Compile with numba and keep the machine code on disk, where a disk may be written.

    Numba refuses ``cache=True`` when neither the module's own directory nor the user's cache
    directory is writable (or the function has no file); then the code is compiled per process. The
    cache looks only at the file of the outermost function, so what it calls should be there too.
    """
    try:
        return njit(cache=True, **_OPTIONS, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return njit(**_OPTIONS, **options)(function)  # type: ignore[no-any-return]
