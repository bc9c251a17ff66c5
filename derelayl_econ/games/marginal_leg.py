"""The marginal leg: how many legs of a geometric relay are worth their cost, decided exactly.

Leg ``k`` (k = 0, 1, ...) is worth ``worth * keep**k`` money and costs ``cost``, with
``0 < keep < 1``. The legs worth their cost are therefore k = 0 .. K-1 for one number K, and every
stopping rule of the relay asks for K. A logarithm gives K up to rounding; at equality, where the
leg *is* trained, rounding decides wrongly. Here the comparison is made on rational numbers:

* A float stands for the dyadic rational that it is, so "equality" is equality of the numbers that
  were given. Decimal inputs such as .1 are not what they look like (.1 is a little above 1/10), and
  a coincidence on paper may miss by one part in 10^17 either way; :class:`fractions.Fraction`
  inputs keep it.
* With keep = r/s in lowest terms, cost/worth = keep**k forces s**k to be the denominator of
  cost/worth. That settles whether equality is conceivable at all; where it is not, ball arithmetic
  of growing precision must end with the sign.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

__all__ = ["compare_leg", "count_legs", "exactly", "last_true", "leg_margin"]

_FIRST_PRECISION = 128  # bits; doubled until the sign is certain


def exactly(given: Any, checked: float) -> Fraction:
    """Return ``given`` as the rational number it is; ``checked`` is its validated float.

    Examples
    --------
    >>> exactly(Fraction(1, 10), 0.1), exactly(0.5, 0.5)
    (Fraction(1, 10), Fraction(1, 2))
    """
    return Fraction(given) if isinstance(given, int | Fraction) else Fraction(checked)


def compare_leg(worth: Fraction, cost: Fraction, keep: Fraction, leg: int) -> int:
    """Return the sign (-1, 0, 1) of ``worth * keep**leg - cost``, without rounding.

    Parameters
    ----------
    worth : Fraction
        Worth of leg 0, money, >= 0.
    cost : Fraction
        Cost of a leg, money, > 0.
    keep : Fraction
        Ratio of the worth of successive legs, in (0, 1).
    leg : int
        Which leg, >= 0.

    Examples
    --------
    >>> compare_leg(Fraction(1), Fraction(1, 8), Fraction(1, 2), 3)
    0
    >>> compare_leg(Fraction(1), Fraction(0.1), Fraction(0.1), 1)
    0
    """
    margin = leg_margin(worth, cost, keep, leg)
    return (margin > 0) - (margin < 0)


def leg_margin(worth: Fraction, cost: Fraction, keep: Fraction, leg: int) -> float:
    """Return ``worth * keep**leg - cost`` rounded once; zero only if it is zero.

    Differences below the smallest float come back as that float, with their sign.
    """
    if worth == 0:
        return -float(cost)
    if _equality_conceivable(cost / worth, keep, leg):
        exact = worth * keep**leg - cost
        return _nonzero_float(float(exact), (exact > 0) - (exact < 0))
    return _ball_margin(worth, cost, keep, leg)


def count_legs(
    worth: Fraction, cost: Fraction, keep: Fraction, *, hint: float = 0.0, strict: bool = False
) -> int:
    """Return the number of legs k = 0, 1, ... with ``worth * keep**k >= cost``.

    Parameters
    ----------
    worth, cost, keep : Fraction
        As in :func:`compare_leg`.
    hint : float
        A guess of the last such leg; any value gives the same answer, a good one gives it sooner.
    strict : bool
        Count only the legs worth *more* than their cost.

    Examples
    --------
    >>> count_legs(Fraction(1), Fraction(1, 8), Fraction(1, 2))
    4
    >>> count_legs(Fraction(1), Fraction(1, 8), Fraction(1, 2), strict=True)
    3
    """
    least = 1 if strict else 0
    start = int(hint) if 0 < hint < float("inf") else 0
    return last_true(lambda leg: compare_leg(worth, cost, keep, leg) >= least, start) + 1


def last_true(holds: Callable[[int], bool], hint: int = 0) -> int:
    """Return the largest k >= 0 with ``holds(k)``, or -1; ``holds`` must be true, then false.

    Galloping away from ``hint``, then bisection: the number of calls grows with the logarithm of
    the distance from ``hint`` to the answer.

    Examples
    --------
    >>> last_true(lambda k: k * k <= 1000)
    31
    >>> last_true(lambda k: False, hint=7)
    -1
    """
    low, high = (_gallop_up if holds(hint) else _gallop_down)(holds, hint)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _gallop_up(holds: Callable[[int], bool], low: int) -> tuple[int, int]:
    step = 1
    while holds(low + step):
        low, step = low + step, 2 * step
    return low, low + step


def _gallop_down(holds: Callable[[int], bool], high: int) -> tuple[int, int]:
    step = 1
    while high > 0:
        low = max(high - step, 0)
        if holds(low):
            return low, high
        high, step = low, 2 * step
    return -1, 0


def _equality_conceivable(ratio: Fraction, keep: Fraction, leg: int) -> bool:
    # ratio == keep**leg needs ratio.denominator == keep.denominator**leg, hence as many bits.
    return leg * (keep.denominator.bit_length() - 1) <= ratio.denominator.bit_length()


def _ball_margin(worth: Fraction, cost: Fraction, keep: Fraction, leg: int) -> float:
    import flint

    precision = _FIRST_PRECISION
    while True:  # ends: the margin is not zero, see _equality_conceivable
        with flint.ctx.workprec(precision):
            margin = _ball(worth) * _ball(keep) ** leg - _ball(cost)
            if margin.rel_accuracy_bits() > 60:
                return _nonzero_float(float(margin.mid()), 1 if margin > 0 else -1)
        precision *= 2


def _ball(number: Fraction) -> Any:
    import flint

    return flint.arb(flint.fmpq(number.numerator, number.denominator))


def _nonzero_float(rounded: float, sign: int) -> float:
    return rounded if rounded or not sign else sign * 5e-324
