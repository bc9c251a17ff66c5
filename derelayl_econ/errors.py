"""Errors a person can act on: what was wrong, what was given, what is allowed, what to try.

Every refusal of the toolkit is an :class:`InputError`; a solver that cannot deliver what it
promises raises a :class:`SolverError`, which carries whatever it had found until then.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

__all__ = ["DerelaylError", "InputError", "SimulationError", "SolverError", "did_you_mean"]


class DerelaylError(Exception):
    """Base class of all errors raised by this package on purpose."""


class InputError(DerelaylError, ValueError):
    """An argument, file or command-line value that cannot be used.

    Parameters
    ----------
    what : str
        Name of the argument, key or file.
    got : object
        The value that was given.
    allowed : str
        What would have been accepted, as a phrase that follows "must".
    hint : str, optional
        What to try instead, as a whole sentence.
    where : str, optional
        The file or command the value came from.

    Examples
    --------
    >>> print(InputError("discount", 1.2, "lie in (0, 1)", where="fast.toml"))
    discount must lie in (0, 1); got 1.2 (fast.toml)
    """

    def __init__(
        self, what: str, got: object, allowed: str, *, hint: str = "", where: str = ""
    ) -> None:
        self.what, self.got, self.allowed, self.hint, self.where = what, got, allowed, hint, where
        super().__init__(what, got, allowed, hint, where)

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments would be lost by the default, positional, unpickling.
        return _rebuild, (self.what, self.got, self.allowed, self.hint, self.where)

    def __str__(self) -> str:
        message = f"{self.what} must {self.allowed}; got {_short(self.got)}"
        if self.where:
            message += f" ({self.where})"
        message = f"{message}. {self.hint}" if self.hint else message
        return " ".join(message.split())  # one line, whatever was given

    def at(self, where: str) -> InputError:
        """Return the same error with the place the value came from filled in."""
        return InputError(self.what, self.got, self.allowed, hint=self.hint, where=where)


class SolverError(DerelaylError, RuntimeError):
    """A solver could not deliver what it guarantees; ``partial`` holds what it had found."""

    def __init__(self, message: str, *, partial: Any = None) -> None:
        self.partial = partial
        super().__init__(message)


class SimulationError(DerelaylError, RuntimeError):
    """A simulation broke one of its own invariants (coins appeared, a hash chain is torn)."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return a "Did you mean ...?" sentence for a misspelt ``word``, or the list of what is known.

    Examples
    --------
    >>> did_you_mean("discont", ["discount", "deposit"])
    'Did you mean discount?'
    """
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1) if isinstance(word, str) else []
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}."


def _rebuild(what: str, got: object, allowed: str, hint: str, where: str) -> InputError:
    return InputError(what, got, allowed, hint=hint, where=where)


def _short(value: object, width: int = 60) -> str:
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except ValueError:  # an integer of more than 4300 digits has no text
        text = f"a {type(value).__name__} too long to show"
    text = " ".join(text.split())
    return text if len(text) <= width else f"{text[: width // 2 - 3]}...{text[-width // 2 :]}"
