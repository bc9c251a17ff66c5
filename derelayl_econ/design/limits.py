"""Named conditions of a design, and the named variables they are about.

A condition has a name and a unit in the designer's words, so that prices ("one more unit of ...")
and conflicts ("... and ... exclude each other") can be read out. All its rows f_i(x) <= 0 (or = 0)
belong to one knob: relaxing it by t means f_i(x) <= t for every row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derelayl_econ.design.terms import Convex, Point
from derelayl_econ.errors import InputError

__all__ = ["Limit", "Variables", "at_least", "at_most", "equal"]


@dataclass(frozen=True, eq=False)
class Limit:
    """f_i(x) <= 0 for all rows, or = 0.

    Parameters
    ----------
    name : str
        In the designer's words, such as ``"leg 3 pays"``.
    rows : tuple of Convex
    unit : str
        Unit of the rows, such as ``"money"``.
    knob : str
        What one unit of relaxation is, in words; by default slack in the condition.
    equality : bool
        f_i(x) = 0; such rows must be affine.
    weight : float
        Price per unit when conditions have to be relaxed; inf for what cannot be moved, such as
        "probabilities are at most 1".
    """

    name: str
    rows: tuple[Convex, ...]
    unit: str = "money"
    knob: str = ""
    equality: bool = False
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.rows:
            raise InputError(f"rows of {self.name!r}", "none", "be at least one")
        if self.equality and not all(row.affine for row in self.rows):
            raise InputError(self.name, "a curved equation", "be an inequality, or affine")

    @property
    def movable(self) -> bool:
        """Whether it may be relaxed at all."""
        return math.isfinite(self.weight)

    def violation(self, point: Point) -> Fraction | float:
        """Return by how much the point breaks it, at most; 0 if it holds."""
        values = [row.above(point) for row in self.rows]
        if self.equality:
            values = [max(value, -value) for value in values]
        return max(Fraction(0), *values)

    def relaxed(self, amount: Convex | Fraction | float) -> Limit:
        """Return the condition with ``amount`` (a number or a variable) of slack in each row."""
        rows = tuple(row - amount for row in self.rows)
        if self.equality:
            rows += tuple(-row - amount for row in self.rows)
        return replace(self, rows=rows, equality=False)


@dataclass(eq=False)
class Variables:
    """The variables of a program: named blocks, numbered in the order they were asked for.

    Examples
    --------
    >>> variables = Variables()
    >>> top_up, deposit = variables.block("top-up", 3), variables.single("deposit")
    >>> len(top_up), variables.count, list(variables.blocks)
    (3, 4, ['top-up', 'deposit'])
    """

    blocks: dict[str, tuple[int, int]] = field(default_factory=dict)
    count: int = 0

    def block(self, name: str, size: int) -> tuple[Convex, ...]:
        """Return ``size`` new variables under one name."""
        if name in self.blocks:
            raise InputError("name of a variable", name, "be used once")
        first, self.count = self.count, self.count + size
        self.blocks[name] = (first, size)
        return tuple(Convex({j: Fraction(1)}) for j in range(first, self.count))

    def single(self, name: str) -> Convex:
        """Return one new variable."""
        return self.block(name, 1)[0]

    def copy(self) -> Variables:
        """Return an independent copy with the same variables."""
        return Variables(dict(self.blocks), self.count)


Side = Convex | Fraction | float
Sides = Side | Sequence[Side]


def at_most(name: str, left: Sides, right: Sides, *, unit: str = "money", knob: str = "",
            weight: float = 1.0) -> Limit:  # fmt: skip
    """Return the condition left <= right, for a pair or for two rows of them.

    Examples
    --------
    >>> x = Variables().single("x")
    >>> str(at_most("cap", x, 2).violation([Fraction(3)]))
    '1'
    """
    return Limit(name, _rows(left, right), unit=unit, knob=knob, weight=weight)


def at_least(name: str, left: Sides, right: Sides, *, unit: str = "money", knob: str = "",
             weight: float = 1.0) -> Limit:  # fmt: skip
    """Return the condition left >= right."""
    return Limit(name, _rows(right, left), unit=unit, knob=knob, weight=weight)


def equal(name: str, left: Sides, right: Sides, *, unit: str = "money", knob: str = "",
          weight: float = 1.0) -> Limit:  # fmt: skip
    """Return the condition left = right."""
    return Limit(name, _rows(left, right), unit=unit, knob=knob, weight=weight, equality=True)


def _rows(left: Sides, right: Sides) -> tuple[Convex, ...]:
    lefts, rights = _sequence(left), _sequence(right)
    length = max(len(lefts), len(rights))
    lefts, rights = (side * length if len(side) == 1 else side for side in (lefts, rights))
    return tuple(_convex(a) - b for a, b in zip(lefts, rights, strict=True))


def _sequence(side: Sides) -> tuple[Side, ...]:
    return tuple(side) if isinstance(side, Sequence) else (side,)


def _convex(side: Side) -> Convex:
    return side if isinstance(side, Convex) else Convex(constant=Fraction(side))
