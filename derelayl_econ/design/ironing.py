r"""Virtual costs of hidden types, and ironing where they fall.

Types theta_1 < ... < theta_n (cost of one unit of work, money) with shares f_i, F_i = f_1 + ... +
f_i. If type i + 1 does the work k_(i+1), type i could do the same at less cost, and must be paid
(theta_(i+1) - theta_i) k_(i+1) more than its own cost not to; so must all types before it. Summed
up, one unit of work of type i costs the initiator its *virtual cost*

    s_i = theta_i + (theta_i - theta_(i-1)) F_(i-1)/f_i      (F_0 = 0).

Work may not rise with the type. Where virtual costs fall that condition binds, and neighbours are
*pooled*: with one value function B for all types the best work belongs to s's isotonic regression
with weights f_i (whatever B is; Barlow and Brunk 1972, J. Am. Stat. Assoc. 67:140, theorem 3.1),
found by pooling adjacent violators.

Source: theory notes, section 7; Laffont and Martimort 2002, "The Theory of Incentives", sections
2.6 and 3.1; Mussa and Rosen 1978, J. Econ. Theory 18:301; Myerson 1981, Math. Oper. Res. 6:58.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = ["VIRTUAL_COST", "HiddenTypes", "iron", "pools", "virtual_costs"]


def _virtual(cost: Any, cheaper_cost: Any, cheaper_share: Any, share: Any) -> Any:
    return cost + (cost - cheaper_cost) * cheaper_share / share


VIRTUAL_COST = Formula(
    "virtual cost of one unit of work",
    _virtual(*(symbol(s) for s in ("type_cost", "cheaper_cost", "cheaper_share", "type_share"))),
    "theory notes, section 7",
)


@dataclass(frozen=True, eq=False)
class HiddenTypes:
    """Costs and shares of the types, exactly, in increasing order of cost."""

    costs: tuple[Fraction, ...]
    shares: tuple[Fraction, ...]

    @cached_property
    def virtual(self) -> tuple[Fraction, ...]:
        """Virtual costs before ironing."""
        return virtual_costs(self.costs, self.shares)

    @cached_property
    def ironed(self) -> tuple[Fraction, ...]:
        """Virtual costs after ironing."""
        return iron(self.virtual, self.shares)

    @property
    def pooled(self) -> tuple[tuple[int, int], ...]:
        """First and last type of every block that ironing changed."""
        return pools(self.virtual, self.ironed)


def virtual_costs(costs: Sequence[Fraction], shares: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return s_i of types in increasing order of cost, exactly.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> [str(s) for s in virtual_costs([Fraction(1), Fraction(2)], [half, half])]
    ['1', '3']
    """
    below = [Fraction(0), *accumulate(shares)][:-1]
    previous = [costs[0], *costs[:-1]]
    return tuple(_virtual(*row) for row in zip(costs, previous, below, shares, strict=True))


def iron(values: Sequence[Fraction], weights: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return the isotonic regression: the nearest sequence that does not fall, exactly.

    Examples
    --------
    >>> third = Fraction(1, 3)
    >>> [str(s) for s in iron([Fraction(1), Fraction(4), Fraction(3)], [third] * 3)]
    ['1', '7/2', '7/2']
    """
    blocks: list[tuple[Fraction, Fraction, int]] = []  # weighted sum, weight, length
    for value, weight in zip(values, weights, strict=True):
        total, mass, length = value * weight, weight, 1
        while blocks and blocks[-1][0] * mass > total * blocks[-1][1]:
            before = blocks.pop()
            total, mass, length = total + before[0], mass + before[1], length + before[2]
        blocks.append((total, mass, length))
    return tuple(total / mass for total, mass, length in blocks for _ in range(length))


def pools(raw: Sequence[Fraction], ironed: Sequence[Fraction]) -> tuple[tuple[int, int], ...]:
    """Return first and last place of every block that ironing changed.

    Examples
    --------
    >>> raw = [Fraction(x) for x in (1, 4, 3)]
    >>> pools(raw, iron(raw, [Fraction(1, 3)] * 3))
    ((1, 2),)
    """
    found: list[tuple[int, int]] = []
    for _, block in groupby(range(len(raw)), key=lambda i: ironed[i]):
        places = list(block)
        if any(raw[i] != ironed[i] for i in places):
            found.append((places[0], places[-1]))
    return tuple(found)
