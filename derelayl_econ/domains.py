"""Domains of numbers, and the checks of arguments against them.

A domain is an interval, open or closed at either end, perhaps of integers only. Everything that
enters the package passes :func:`check_number` or :func:`check_array`: NaN, infinities, text, empty
and ragged arrays end here, in an :class:`~derelayl_econ.errors.InputError` that says what would
have been accepted.
"""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from derelayl_econ.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = [
    "COUNT",
    "HALF_OPEN_UNIT",
    "INDEX",
    "NON_NEGATIVE",
    "OPEN_UNIT",
    "POSITIVE",
    "PROBABILITY",
    "RATE",
    "REAL",
    "Domain",
    "check_array",
    "check_number",
]


@dataclass(frozen=True)
class Domain:
    """An interval of numbers, possibly of integers only.

    Examples
    --------
    >>> print(Domain(0, 1, open_low=True, open_high=True))
    lie in (0, 1)
    >>> print(Domain(2, integer=True))
    be an integer >= 2
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    integer: bool = False
    odd: bool = False

    def __contains__(self, value: float) -> bool:
        if not math.isfinite(value) or (self.integer and value % 1 != 0):
            return False
        if self.odd and value % 2 != 1:
            return False
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below

    def __str__(self) -> str:
        kind = "an odd integer" if self.odd else "an integer" if self.integer else "a finite number"
        if math.isfinite(self.high):
            left, right = "(" if self.open_low else "[", ")" if self.open_high else "]"
            span = f"{left}{self.low:g}, {self.high:g}{right}"
            return f"be {kind} in {span}" if self.integer else f"lie in {span}"
        if math.isfinite(self.low):
            return f"be {kind} {'>' if self.open_low else '>='} {self.low:g}"
        return f"be {kind}"


_LARGEST_INTEGER = 2**63 - 1

REAL = Domain()
POSITIVE = Domain(0, open_low=True)
NON_NEGATIVE = Domain(0)
PROBABILITY = Domain(0, 1)
OPEN_UNIT = Domain(0, 1, open_low=True, open_high=True)
HALF_OPEN_UNIT = Domain(0, 1, open_high=True)
RATE = Domain(0, 1, open_low=True)
COUNT = Domain(1, integer=True)
INDEX = Domain(0, integer=True)


def check_number(name: str, value: Any, domain: Domain = REAL) -> Any:
    """Return ``value`` as an int (integer domains) or float, or raise :class:`InputError`."""
    number: Any = value.item() if getattr(value, "ndim", None) == 0 else value  # NumPy scalars
    if not _is_real(number):
        raise InputError(name, value, str(domain))
    if (isinstance(number, int) or domain.integer) and abs(number) > _LARGEST_INTEGER:
        raise InputError(name, value, f"{domain} and below 2**63 in size")
    if float(number) not in domain:
        raise InputError(name, value, str(domain))
    return int(number) if domain.integer else float(number)


def _is_real(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def check_array(
    name: str, values: Any, domain: Domain = REAL, *, ndim: int | None = 1
) -> npt.NDArray[np.float64]:
    """Return ``values`` as a new float64 array after checking shape, size and every entry.

    Parameters
    ----------
    ndim : int or None
        Number of dimensions asked for; None allows any.

    Raises
    ------
    InputError
        If it is empty, ragged, not numeric, of the wrong dimension, or an entry is out of domain.
    """
    import numpy as np

    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):  # the last: an integer beyond any float
        raise InputError(name, values, "be an array of numbers") from None
    if np.asarray(values).dtype.kind not in "iuf":
        raise InputError(name, values, "be an array of numbers")
    if ndim is not None and array.ndim != ndim:
        raise InputError(name, f"shape {array.shape}", f"have {ndim} dimension(s)")
    if array.size == 0:
        raise InputError(name, "an empty array", "have at least one entry")
    inside = np.isfinite(array)
    inside &= (array > domain.low) if domain.open_low else (array >= domain.low)
    inside &= (array < domain.high) if domain.open_high else (array <= domain.high)
    if domain.integer:
        inside &= np.floor(array) == array
    if not inside.all():
        raise InputError(f"every entry of {name}", array[~inside].flat[0], str(domain))
    return array
