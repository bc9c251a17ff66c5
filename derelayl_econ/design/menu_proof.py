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

__all__ = ["Lines", "best_lines", "certificate_of", "least_rewards", "program_of"]

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


def best_lines(menu: ScreeningMenu) -> Lines | None:
    """Return the best menu, or None if not even the floor of effort can be paid."""
    free = _lines(menu, Fraction(0))
    if menu.budget is None or _spent(menu, free) <= Fraction(menu.budget):
        return free
    floor = (Fraction(menu.floor),) * len(menu.exact_costs)
    if _spent(menu, _paid(menu, floor, Fraction(0))) > Fraction(menu.budget):
        return None
    return _within_budget(menu)


def least_rewards(menu: ScreeningMenu, works: Exact) -> Exact:
    """Return the smallest rewards with which every type takes part and keeps to its line."""
    reward = Fraction(menu.outside) + menu.exact_costs[-1] * works[-1]
    found = [reward]
    for cost, (own, dearer) in reversed(
        list(zip(menu.exact_costs[:-1], pairwise(works), strict=True))
    ):
        reward += cost * (own - dearer)
        found.append(reward)
    return tuple(reversed(found))


def program_of(menu: ScreeningMenu) -> tuple[MenuProgram, MenuVariables]:
    """Return the program and its variables."""
    of = MenuVariables.of(menu)
    return (
        MenuProgram(variables=of.variables, objective=cost_of_menu(menu, of), maximise=True,
                    limits=menu_limits(menu, of), goal="initiator's value"),
        of,
    )  # fmt: skip


def certificate_of(menu: ScreeningMenu, program: MenuProgram, lines: Lines) -> MenuCertificate | None:
    """Return the proof that no menu is better than these lines, or None if none comes out."""
    work = () if menu.work.linear else lines.works
    point = (*lines.efforts, *work, *lines.rewards)
    prices, touches = _prices(menu, program, lines)
    value = program.objective.above(point)
    bound = lower_bound(program.objective, program.limits, prices, touches)
    if bound is None or not isinstance(value, Fraction):
        return None
    found = MenuCertificate(
        objective=program.objective, limits=program.limits, point=point, prices=prices,
        touches=touches, value=value, bound=bound, costs=menu.exact_costs, taken=menu.work,
        first_reward=len(lines.efforts) + len(work),
    )  # fmt: skip
    return found if found.check() else None


def _lines(menu: ScreeningMenu, price: Fraction) -> Lines:
    """Return the best menu if a unit of money spent costs 1 + price."""
    virtual = [(1 + price) * s for s in menu.exact_ironed]
    near = menu.effort_value.best(np.array([float(s) for s in virtual]), menu.work)
    floor = Fraction(menu.floor)
    raw = [
        max(menu.effort_value.exact_best(s, menu.work, float(e)), floor)
        for s, e in zip(virtual, near, strict=True)
    ]
    return _paid(menu, tuple(accumulate(raw, min)), price)


def _paid(menu: ScreeningMenu, efforts: Exact, price: Fraction) -> Lines:
    works = tuple(Fraction(menu.work.amount(effort)) for effort in efforts)
    return Lines(efforts, works, least_rewards(menu, works), price)


def _spent(menu: ScreeningMenu, lines: Lines) -> Fraction:
    pairs = zip(menu.exact_shares, lines.rewards, strict=True)
    return sum((f * r for f, r in pairs), Fraction(0))


def _within_budget(menu: ScreeningMenu) -> Lines:
    """Return the menu at the price with which it just stays within the budget."""
    budget = Fraction(menu.budget or 0.0)

    def excess(price: float) -> float:
        return float(_spent(menu, _lines(menu, Fraction(price))) - budget)

    high = 1.0
    while excess(high) > 0 and high < _MOST_PRICE:
        high *= 4
    price = brentq(excess, 0.0, high, xtol=1e-300, rtol=1e-15) if excess(high) <= 0 else high
    for nudge in range(_NUDGES):
        lines = _lines(menu, Fraction(price) * (1 + Fraction(2**nudge - 1, 2**52)))
        if _spent(menu, lines) <= budget:
            return lines
    return _paid(menu, (Fraction(menu.floor),) * len(menu.exact_costs), Fraction(high))


def _prices(
    menu: ScreeningMenu, program: MenuProgram, lines: Lines
) -> tuple[tuple[Exact, ...], tuple[Touch, ...]]:
    rate = 1 + lines.budget_price
    size, shares = len(menu.exact_costs), menu.exact_shares
    paid = [rate * f * s for f, s in zip(shares, menu.exact_ironed, strict=True)]
    value = MinusValue(menu.effort_value)
    slopes = [value.tangent((e,)) for e in lines.efforts]
    worth = [Fraction(0) if t is None else -t[1][0] * f for t, f in zip(slopes, shares, strict=True)]
    taken = [menu.work.slope(e) * a for e, a in zip(lines.efforts, paid, strict=True)]
    rest = [Fraction(w - t) for w, t in zip(worth, taken, strict=True)]
    by_name = {
        "every type takes part": (*(Fraction(0),) * (size - 1), rate),
        "effort cap": tuple(max(x, Fraction(0)) for x in rest),
        "effort floor": tuple(max(-x, Fraction(0)) for x in rest),
        "budget": (lines.budget_price,),
        "effort takes work": tuple(paid),
        **_temptations(menu, rate),
    }
    prices = tuple(by_name[limit.name] for limit in program.limits)
    touches = [Touch(OBJECTIVE, 0, i, (e,), shares[i]) for i, e in enumerate(lines.efforts)]
    if not menu.work.linear:
        last = len(program.limits) - 1
        touches += [Touch(last, i, 0, (e,), paid[i]) for i, e in enumerate(lines.efforts)]
    return prices, tuple(touches)


def _temptations(menu: ScreeningMenu, rate: Fraction) -> dict[str, Exact]:
    ironed = zip(menu.exact_shares, menu.exact_virtual, menu.exact_ironed, strict=True)
    moved = accumulate(f * (v - s) for f, v, s in ironed)
    steps = [b - a for a, b in pairwise(menu.exact_costs)]
    up = [rate * m / step for m, step in zip(moved, steps, strict=False)]
    down = [rate * F + u for F, u in zip(accumulate(menu.exact_shares), up, strict=False)]
    return {
        "no type takes the line of the next dearer one": tuple(down),
        "no type takes the line of the next cheaper one": tuple(up),
    }
