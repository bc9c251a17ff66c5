"""A time budget that is handed from one stage of a computation to the next."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from derelayl_econ.domains import Domain, check_number

__all__ = ["FOREVER", "Deadline"]

_SECONDS = Domain(0, 1e6, open_low=True)


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock (s).

    Examples
    --------
    >>> Deadline.after(60).passed
    False
    """

    moment: float

    @classmethod
    def after(cls, seconds: Any) -> Deadline:
        """Return the deadline ``seconds`` (in (0, 1e6]) from now."""
        return cls(time.monotonic() + check_number("seconds", seconds, _SECONDS))

    @property
    def left(self) -> float:
        """Seconds until then, never negative."""
        return max(0.0, self.moment - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.moment

    def half(self) -> Deadline:
        """Return the deadline in the middle between now and this one."""
        return Deadline(time.monotonic() + self.left / 2)


FOREVER: Final = Deadline(float("inf"))
