r"""The best menu from virtual costs, and its proof in rational numbers.

With the price beta of the budget (0 where it does not bind) and the ironed virtual costs s_i, the
best effort maximises B(e) - (1 + beta) s_i C(e); rewards are the least that keep every type at its
line: r_n = U + theta_n k_n, r_i = r_(i+1) + theta_i (k_i - k_(i+1)), k = C(e). Its prices are known
in closed form, too, with F_i = f_1 + ... + f_i:

    taking part          1 + beta for type n,
    next dearer line     (1 + beta) F_i + u_i,
    next cheaper line    u_i,   u_i (theta_(i+1) - theta_i) = (1 + beta) sum_(j<=i) f_j (v_j - s_j),

v the virtual costs before ironing: u_i >= 0 is what pooling adjacent violators means, and u is 0 at
the ends of blocks. Put into :class:`BoundCertificate` they bound every menu; the efforts being
floats, and values enclosed in balls, the gap is of the order of rounding, and 0 for parabolas.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from derelayl_econ.design.certificate import OBJECTIVE, Touch, lower_bound
from derelayl_econ.design.ironing import HiddenTypes
from derelayl_econ.design.menu_program import (
    MenuCertificate,
    MenuProgram,
    MenuVariables,
    cost_of_menu,
    menu_limits,
)
from derelayl_econ.design.menu_terms import MinusValue

if TYPE_CHECKING:
    from derelayl_econ.design.screening import ScreeningMenu

__all__ = ["Lines", "assembled", "best_lines", "certificate_of", "least_rewards", "lines_at",
           "menu_prices", "paid_lines", "program_of", "work_touches"]  # fmt: skip

Exact = tuple[Fraction, ...]

_MOST_PRICE = 2.0**200
_NUDGES = 60


@dataclass(frozen=True, eq=False)
class Lines:
    """Efforts, works and rewards, exactly, and the price of the budget they were found with."""

    efforts: Exact
    works: Exact
    rewards: Exact
    budget_price: Fraction

    def point(self, menu: ScreeningMenu) -> Exact:
        """Return the variables of the program; work is effort itself where C(e) = e."""
        return (*self.efforts, *(() if menu.work.linear else self.works), *self.rewards)


def best_lines(menu: ScreeningMenu) -> Lines | None:
    """Return the best menu, or None if not even the floor of effort can be paid."""
    free = lines_at(menu, menu.types, Fraction(0))
    if menu.budget is None or _spent(menu, free) <= Fraction(menu.budget):
        return free
    floor = (Fraction(menu.floor),) * len(menu.types.costs)
    if _spent(menu, paid_lines(menu, floor, Fraction(0))) > Fraction(menu.budget):
        return None
    return _within_budget(menu)


def least_rewards(menu: ScreeningMenu, works: Exact) -> Exact:
    """Return the smallest rewards with which every type takes part and keeps to its line."""
    reward = Fraction(menu.outside) + menu.types.costs[-1] * works[-1]
    found = [reward]
    for cost, (own, dearer) in reversed(
        list(zip(menu.types.costs[:-1], pairwise(works), strict=True))
    ):
        reward += cost * (own - dearer)
        found.append(reward)
    return tuple(reversed(found))


def program_of(menu: ScreeningMenu) -> MenuProgram:
    """Return the program of the menu."""
    of = MenuVariables.of(menu)
    return MenuProgram(variables=of.variables, objective=cost_of_menu(menu, of), maximise=True,
                       limits=menu_limits(menu, of), goal="initiator's value")  # fmt: skip


def certificate_of(
    menu: ScreeningMenu, program: MenuProgram, lines: Lines
) -> MenuCertificate | None:
    """Return the proof that no menu is better than these lines, or None if none comes out."""
    by_name, paid = menu_prices(menu, menu.types, lines)
    pairs = enumerate(zip(lines.efforts, menu.types.shares, strict=True))
    touches = [Touch(OBJECTIVE, 0, i, (effort,), share) for i, (effort, share) in pairs]
    touches += work_touches(program, lines.efforts, paid)
    return assembled(menu, program, lines.point(menu), by_name, touches)


def assembled(
    menu: ScreeningMenu, program: MenuProgram, point: Exact, by_name: dict[str, Exact],
    touches: list[Touch],
) -> MenuCertificate | None:  # fmt: skip
    """Return the certificate of a point and prices, or None if they prove nothing."""
    prices = tuple(by_name[limit.name] for limit in program.limits)
    value = program.objective.above(point)
    bound = lower_bound(program.objective, program.limits, prices, touches)
    if bound is None or not isinstance(value, Fraction):
        return None
    found = MenuCertificate(
        objective=program.objective, limits=program.limits, point=point, prices=prices,
        touches=tuple(touches), value=value, bound=bound, costs=menu.types.costs, taken=menu.work,
        first_reward=program.variables.blocks["reward"][0],
    )  # fmt: skip
    return found if found.check() else None


def lines_at(
    menu: ScreeningMenu, types: HiddenTypes, price: Fraction, *, exact: bool = True
) -> Lines:
    """Return the best menu if a unit of money spent costs 1 + price.

    Where efforts are rational they are found exactly if that is wanted, else as floats, which are
    shorter fractions.
    """
    virtual = [(1 + price) * s for s in types.ironed]
    near = menu.effort_value.best(np.array([float(s) for s in virtual]), menu.work)
    floor = Fraction(menu.floor)
    raw = [
        max(
            menu.effort_value.exact_best(s, menu.work, float(e)) if exact else Fraction(float(e)),
            floor,
        )
        for s, e in zip(virtual, near, strict=True)
    ]
    return paid_lines(menu, tuple(accumulate(raw, min)), price)


def paid_lines(menu: ScreeningMenu, efforts: Exact, price: Fraction) -> Lines:
    """Return the menu of these efforts with the least rewards."""
    works = tuple(Fraction(menu.work.amount(effort)) for effort in efforts)
    return Lines(efforts, works, least_rewards(menu, works), price)


def _spent(menu: ScreeningMenu, lines: Lines) -> Fraction:
    pairs = zip(menu.types.shares, lines.rewards, strict=True)
    return sum((f * r for f, r in pairs), Fraction(0))


def _within_budget(menu: ScreeningMenu) -> Lines:
    """Return the menu at the price with which it just stays within the budget."""
    budget = Fraction(menu.budget or 0.0)

    def excess(price: float) -> float:
        return float(_spent(menu, lines_at(menu, menu.types, Fraction(price))) - budget)

    high = 1.0
    while excess(high) > 0 and high < _MOST_PRICE:
        high *= 4
    price = brentq(excess, 0.0, high, xtol=1e-300, rtol=1e-15) if excess(high) <= 0 else high
    for nudge in range(_NUDGES):
        lines = lines_at(menu, menu.types, Fraction(price) * (1 + Fraction(2**nudge - 1, 2**52)))
        if _spent(menu, lines) <= budget:
            return lines
    return paid_lines(menu, (Fraction(menu.floor),) * len(menu.types.costs), Fraction(high))


def menu_prices(
    menu: ScreeningMenu, types: HiddenTypes, lines: Lines
) -> tuple[dict[str, Exact], Exact]:
    """Return the prices of the conditions by name, and of work, by type.

    ``types`` may have other shares than the menu's own: those that the initiator fears.
    """
    rate = 1 + lines.budget_price
    size, shares = len(types.costs), types.shares
    paid = tuple(rate * f * s for f, s in zip(shares, types.ironed, strict=True))
    value = MinusValue(menu.effort_value)
    slopes = [value.tangent((e,)) for e in lines.efforts]
    worth = [
        Fraction(0) if t is None else -t[1][0] * f for t, f in zip(slopes, shares, strict=True)
    ]
    taken = [menu.work.slope(e) * a for e, a in zip(lines.efforts, paid, strict=True)]
    rest = [Fraction(w - t) for w, t in zip(worth, taken, strict=True)]
    by_name = {
        "every type takes part": (*(Fraction(0),) * (size - 1), rate),
        "effort cap": tuple(max(x, Fraction(0)) for x in rest),
        "effort floor": tuple(max(-x, Fraction(0)) for x in rest),
        "budget": (lines.budget_price,),
        "effort takes work": paid,
        **_temptations(types, rate),
    }
    return by_name, paid


def work_touches(program: MenuProgram, efforts: Exact, paid: Exact) -> list[Touch]:
    """Return the tangents of convex work."""
    place = next((i for i, limit in enumerate(program.limits)
                  if limit.name == "effort takes work"), None)  # fmt: skip
    if place is None:
        return []
    return [Touch(place, i, 0, (e,), a) for i, (e, a) in enumerate(zip(efforts, paid, strict=True))]


def _temptations(types: HiddenTypes, rate: Fraction) -> dict[str, Exact]:
    ironed = zip(types.shares, types.virtual, types.ironed, strict=True)
    moved = accumulate(f * (v - s) for f, v, s in ironed)
    steps = [b - a for a, b in pairwise(types.costs)]
    up = [rate * m / step for m, step in zip(moved, steps, strict=False)]
    down = [rate * F + u for F, u in zip(accumulate(types.shares), up, strict=False)]
    return {
        "no type takes the line of the next dearer one": tuple(down),
        "no type takes the line of the next cheaper one": tuple(up),
    }
