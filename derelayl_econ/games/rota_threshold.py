r"""Where the incentive of a rota changes sign, decided without rounding.

A rota of N members with cost-to-flow ratio r = c/u and error rates alpha, beta is an equilibrium at
discount delta iff (theory notes, section 3.3, times (1-delta)/u)

    F(delta) = (1-alpha-beta)(1 - delta^N) - r (1-delta)(1 - beta delta^N) >= 0.

F/(1-delta) rises strictly, so the critical discount is one number. Signs come from ball arithmetic
of growing precision and, should that not decide, from rational arithmetic; the threshold is
bracketed by two neighbouring floats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from derelayl_econ.results import Result

__all__ = ["CriticalDiscount", "Rota", "compare_rota", "find_threshold"]

_PRECISIONS = (128, 512, 2048)  # bits


@dataclass(frozen=True)
class Rota:
    """What the incentive depends on, in exact numbers."""

    members: int
    ratio: Fraction
    false_reject: Fraction
    false_accept: Fraction

    @property
    def power(self) -> Fraction:
        """How much likelier honest work is accepted than a fake, 1 - alpha - beta."""
        return 1 - self.false_reject - self.false_accept


@dataclass(frozen=True, kw_only=True, eq=False)
class CriticalDiscount(Result):
    """From which discount on a rota is an equilibrium; its own certificate.

    Attributes
    ----------
    value : float
        Smallest float in [0, 1] at or above the critical discount; 0 if every discount supports the
        rota, inf if none does.
    below : float
        The float before it, which is too small; ``value`` itself where that is 0 or inf.
    rota : Rota
    """

    value: float
    below: float
    rota: Rota = field(repr=False)

    @property
    def status(self) -> str:
        """Always ``"exact"``: every sign is decided without rounding."""
        return "exact"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        if math.isinf(self.value):
            return "no discount in (0, 1) supports the rota"
        if self.value == 0:
            return "every discount in (0, 1) supports the rota"
        return f"the rota is supported from a discount in ({self.below!r}, {self.value!r}] on"

    def check(self) -> bool:
        """Re-derive the claim from the ends of (0, 1) or from the two signs."""
        if math.isinf(self.value):
            return _never(self.rota)
        if self.value == 0:
            return _always(self.rota)
        low = compare_rota(self.rota, Fraction(self.below)) if self.below > 0 else -1
        high = compare_rota(self.rota, Fraction(self.value)) if self.value < 1 else 1
        return (
            not _always(self.rota)
            and not _never(self.rota)
            and low < 0 <= high
            and self.value == math.nextafter(self.below, math.inf)
        )


def find_threshold(rota: Rota) -> CriticalDiscount:
    """Return the critical discount, bracketed by neighbouring floats.

    Proved: theorem T6 in proofs/.

    Examples
    --------
    >>> found = find_threshold(Rota(2, Fraction(3, 2), Fraction(0), Fraction(0)))
    >>> found.value, found.check()
    (0.5, True)
    """
    if _always(rota):
        return CriticalDiscount(value=0.0, below=0.0, rota=rota)
    if _never(rota):
        return CriticalDiscount(value=math.inf, below=math.inf, rota=rota)
    low, high = 0.0, 1.0
    while math.nextafter(low, 1) < high:
        middle = (low + high) / 2
        low, high = (middle, high) if compare_rota(rota, Fraction(middle)) < 0 else (low, middle)
    return CriticalDiscount(value=high, below=low, rota=rota)


def compare_rota(rota: Rota, discount: Fraction) -> int:
    """Return the sign (-1, 0, 1) of F at a discount in (0, 1), without rounding.

    Examples
    --------
    >>> rota = Rota(2, Fraction(3, 2), Fraction(0), Fraction(0))
    >>> [compare_rota(rota, delta) for delta in (Fraction(1, 3), Fraction(1, 2), Fraction(2, 3))]
    [-1, 0, 1]
    """
    import flint

    for bits in _PRECISIONS:
        with flint.ctx.workprec(bits):
            value = _margin(rota, discount, lambda x: flint.arb(_rational(x)))
            if value > 0 or value < 0:
                return 1 if value > 0 else -1
    exact = _margin(rota, discount, _rational)
    return 1 if exact > 0 else -1 if exact < 0 else 0


def _margin(rota: Rota, discount: Fraction, number: Any) -> Any:
    """Return F in the arithmetic that ``number`` converts Fractions to."""
    cycle = number(discount) ** rota.members
    kept = number(rota.false_accept) * cycle
    cost = number(rota.ratio * (1 - discount))
    return number(rota.power) * (1 - cycle) - cost * (1 - kept)


def _always(rota: Rota) -> bool:
    """Return whether F >= 0 in all of (0, 1): F/(1-delta) rises from power - ratio."""
    return rota.ratio <= rota.power


def _never(rota: Rota) -> bool:
    """Return whether F < 0 in all of (0, 1): F/(1-delta) rises to what it is at 1."""
    return rota.ratio * (1 - rota.false_accept) >= rota.power * rota.members


def _rational(value: Fraction) -> Any:
    import flint

    return flint.fmpq(value.numerator, value.denominator)
