"""The program of a menu of efforts and rewards, and the certificate that knows all its lines.

Rows of the local conditions only: with work that does not rise with the type they imply the others
(single crossing). :class:`MenuCertificate` checks all n^2 of them all the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.certificate import BoundCertificate
from derelayl_econ.design.effort_value import Work
from derelayl_econ.design.limits import Limit, Variables, at_least, at_most
from derelayl_econ.design.menu_terms import MinusValue, WorkTaken
from derelayl_econ.design.program import Program
from derelayl_econ.design.result import Design, DesignStatus
from derelayl_econ.design.terms import Convex, Term, total

if TYPE_CHECKING:
    from derelayl_econ.design.screening import ScreeningMenu

__all__ = ["MenuCertificate", "MenuProgram", "MenuVariables", "cost_of_menu", "menu_limits",
           "minus_value"]  # fmt: skip

Array = npt.NDArray[np.float64]
Row = tuple[Convex, ...]


@dataclass(frozen=True, eq=False)
class MenuVariables:
    """Effort, work and reward of every type; work is effort itself where C(e) = e."""

    variables: Variables
    effort: Row
    work: Row
    reward: Row

    @classmethod
    def of(cls, menu: ScreeningMenu) -> MenuVariables:
        """Return fresh variables."""
        variables, size = Variables(), len(menu.types.costs)
        effort = variables.block("effort", size)
        work = effort if menu.work.linear else variables.block("work", size)
        return cls(variables, effort, work, variables.block("reward", size))


@dataclass(frozen=True, kw_only=True, eq=False)
class MenuProgram(Program):
    """A program whose certificate was found elsewhere."""

    def proved(self, proof: BoundCertificate) -> Design:
        """Return the design of a certificate."""
        return self._design(DesignStatus.OPTIMAL, _floats(proof.point), proof)

    def unproved(self, point: Sequence[Fraction]) -> Design:
        """Return the design of a point without a certificate."""
        return self._design(DesignStatus.INACCURATE, _floats(point), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class MenuCertificate(BoundCertificate):
    """A bound on all menus, and a menu of which every type likes its own line best.

    Parameters
    ----------
    costs : tuple of Fraction
        theta.
    taken : Work
        C.
    first_reward : int
        Place of the first reward in ``point``; efforts come first.
    """

    costs: tuple[Fraction, ...]
    taken: Work
    first_reward: int

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        return f"{super().claim}; all {len(self.costs) ** 2} comparisons of lines hold"

    def check(self) -> bool:
        """Derive the bound again, and compare every type's own line with every other line."""
        size = len(self.costs)
        efforts = self.point[:size]
        rewards = self.point[self.first_reward : self.first_reward + size]
        if len(rewards) != size or min(efforts) < 0:
            return False
        works = [Fraction(self.taken.amount(effort)) for effort in efforts]
        return super().check() and _own_lines_are_best(self.costs, works, rewards)


def menu_limits(menu: ScreeningMenu, of: MenuVariables) -> tuple[Limit, ...]:
    """Return the named conditions of a menu, those of the budget and of convex work last."""
    costs, work, reward = menu.types.costs, of.work, of.reward
    own = [r - k * c for c, k, r in zip(costs, work, reward, strict=True)]
    limits = [
        at_least("every type takes part", own, Fraction(menu.outside),
                 knob="off what a type gets elsewhere"),
        at_most("effort cap", of.effort, Fraction(menu.cap), unit="effort", knob="allowed"),
        at_least("effort floor", of.effort, Fraction(menu.floor), unit="effort", knob="forgone",
                 weight=1.0 if menu.floor else math.inf),
    ]  # fmt: skip
    if len(costs) > 1:
        lines = list(zip(work, reward, strict=True))
        next_dearer = [
            b[1] - b[0] * c for c, (_, b) in zip(costs[:-1], pairwise(lines), strict=True)
        ]
        next_cheaper = [
            a[1] - a[0] * c for c, (a, _) in zip(costs[1:], pairwise(lines), strict=True)
        ]
        limits += [
            at_least("no type takes the line of the next dearer one", own[:-1], next_dearer,
                     knob="of temptation allowed"),
            at_least("no type takes the line of the next cheaper one", own[1:], next_cheaper,
                     knob="of temptation allowed"),
        ]  # fmt: skip
    if menu.budget is not None:
        spent = total(r * f for r, f in zip(reward, menu.types.shares, strict=True))
        limits.append(at_most("budget", spent, Fraction(menu.budget), knob="of budget"))
    if not menu.work.linear:
        taken = [Convex(terms=(Term(WorkTaken(menu.work), (e,)),)) for e in of.effort]
        limits.append(at_most("effort takes work", taken, work, unit="work", weight=math.inf))
    return tuple(limits)


def minus_value(menu: ScreeningMenu, effort: Convex) -> Convex:
    """Return -B(e) of one effort."""
    return Convex(terms=(Term(MinusValue(menu.effort_value), (effort,)),))


def cost_of_menu(menu: ScreeningMenu, of: MenuVariables) -> Convex:
    """Return sum f_i (r_i - B(e_i)), what is minimised."""
    rows = zip(menu.types.shares, of.effort, of.reward, strict=True)
    return total(f * (r + minus_value(menu, e)) for f, e, r in rows)


def _own_lines_are_best(
    costs: Sequence[Fraction], works: Sequence[Fraction], rewards: Sequence[Fraction]
) -> bool:
    # In whole numbers: n^2 comparisons of fractions would cost more than finding the menu.
    theta, cost_unit = _whole(costs)
    work, work_unit = _whole(works)
    both = cost_unit * work_unit
    reward, unit = _whole([r * both for r in rewards])
    work = [k * unit for k in work]
    return all(
        own >= max(r - c * k for k, r in zip(work, reward, strict=True))
        for own, c in ((r - c * k, c) for c, k, r in zip(theta, work, reward, strict=True))
    )


def _whole(values: Sequence[Fraction]) -> tuple[list[int], int]:
    unit = math.lcm(*(value.denominator for value in values))
    return [int(value * unit) for value in values], unit


def _floats(point: Sequence[Fraction]) -> Array:
    return np.array([float(x) for x in point])
