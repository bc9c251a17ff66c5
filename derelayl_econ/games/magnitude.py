"""Units that floats can carry: parameters so extreme that results would overflow are refused.

A relay multiplies and divides up to five of its parameters. With none above 1e60 in size, and none
that is divided by below 1e-60, no result is infinite by accident. A tiny value, price or gap does
no harm: what it is worth rounds to nothing.
"""

from __future__ import annotations

from derelayl_econ.errors import InputError

__all__ = ["LARGEST", "SMALLEST", "check_magnitude"]

SMALLEST, LARGEST = 1e-60, 1e60
_DIVISORS = frozenset({"cost", "learning_rate", "drift"})


def check_magnitude(**values: float) -> None:
    """Raise :class:`InputError` if a value is above 1e60, or a non-zero divisor below 1e-60.

    Examples
    --------
    >>> check_magnitude(cost=2.0, price=1e-200)
    >>> check_magnitude(cost=1e200)
    Traceback (most recent call last):
        ...
    derelayl_econ.errors.InputError: cost must be at most 1e+60 in size; got 1e+200. Choose \
other units of money or score.
    """
    hint = "Choose other units of money or score."
    for name, value in values.items():
        if abs(value) > LARGEST:
            raise InputError(name, value, f"be at most {LARGEST:g} in size", hint=hint)
        if name in _DIVISORS and 0 < value < SMALLEST:
            raise InputError(name, value, f"be at least {SMALLEST:g}", hint=hint)
