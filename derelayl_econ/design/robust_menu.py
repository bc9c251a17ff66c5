r"""The menu that is best under the worst probabilities of the types.

The initiator knows the probabilities f only up to a set around an estimate g: a box |f_i - g_i| <=
d_i, or an ellipsoid sum ((f_i - g_i)/a_i)^2 <= rho^2 with a_i the float nearest to sqrt(g_i); f
adds up to 1 in both. With w_i <= B(e_i) - r_i what type i brings, the worst average is, by duality
of linear and of second-order cone programs,

    box        min_f f w = max_y  g w - sum_i d_i |w_i - y|,
    ellipsoid  min_f f w = max_y  g w - rho |(a_i (w_i - y))_i|,

concave in (w, y): the program of :mod:`derelayl_econ.design.screening` with this objective. (y is
the price of probability: a common shift of all w costs nothing.) The prices of the rows w_i <=
B(e_i) - r_i are the worst probabilities f*: the menu is also the best one against f*. As rewards
are paid by the initiator whatever f is, the rents are the least ones here, too.

Source: theory notes, section 7; Ben-Tal, El Ghaoui and Nemirovski 2009, "Robust Optimization",
section 1.3; Ben-Tal et al. 2013, Manag. Sci. 59:341, for sets of probabilities (the ellipsoid is
their modified chi-square distance).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.design.certificate import OBJECTIVE, Touch
from derelayl_econ.design.ironing import HiddenTypes
from derelayl_econ.design.limits import at_least, at_most
from derelayl_econ.design.menu_program import (
    MenuCertificate,
    MenuProgram,
    MenuVariables,
    menu_limits,
    minus_value,
)
from derelayl_econ.design.menu_proof import (
    Lines,
    assembled,
    lines_at,
    menu_prices,
    paid_lines,
    work_touches,
)
from derelayl_econ.design.menu_result import MenuDesign, with_menu
from derelayl_econ.design.menu_terms import MinusValue, WorkTaken, cvxpy_module
from derelayl_econ.design.program import GAP
from derelayl_econ.design.terms import Norm, norm, total
from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError

if TYPE_CHECKING:
    from derelayl_econ.design.screening import ScreeningMenu

__all__ = ["RobustShares", "robust_menu", "robust_program"]

Array = npt.NDArray[np.float64]
Exact = tuple[Fraction, ...]

_BROUGHT, _ABOVE, _BELOW = "what a type brings", "apart above", "apart below"
_OFF = Domain(0, 1)


@dataclass(frozen=True, eq=False)
class RobustShares:
    """The set of probabilities: half-widths of a box, or scales and radius of an ellipsoid."""

    centre: Exact
    half_widths: Exact | None
    scales: Exact
    radius: Fraction

    @classmethod
    def of(cls, menu: ScreeningMenu, box: Any, ellipsoid: Any) -> RobustShares:
        """Check the set: one of the two, and every type keeps a positive probability."""
        size, radius = len(menu.types.shares), check_number("ellipsoid", ellipsoid, Domain(0))
        if menu.budget is not None:
            raise InputError("budget", menu.budget, "be None for a robust menu",
                             hint="What is spent on average is not known then.")  # fmt: skip
        given = check_array("box", box, _OFF, ndim=None)
        if given.ndim > 1 or (given.ndim == 1 and given.size != size):
            raise InputError("box", f"shape {given.shape}", f"be a number or have {size} entries")
        if given.any() == (radius > 0):
            raise InputError("box and ellipsoid", f"{given.ravel()[0]:g} and {radius:g}",
                             "be one of them above 0")  # fmt: skip
        widths = np.broadcast_to(given, (size,))
        scales = [math.sqrt(float(share)) for share in menu.types.shares]
        most = widths if radius == 0 else [radius * scale for scale in scales]
        for share, off in zip(menu.types.shares, most, strict=True):
            if off >= share:
                raise InputError("box" if radius == 0 else "ellipsoid", float(off),
                                 f"be below the probability of every type, as {float(share):g}",
                                 hint="Choose a smaller set, or leave out the type.")  # fmt: skip
        return cls(menu.types.shares, None if radius else tuple(Fraction(float(d)) for d in widths),
                   tuple(Fraction(scale) for scale in scales), Fraction(radius))  # fmt: skip

    def nearest(self, shares: Array) -> tuple[Exact, Exact]:
        """Return f* in the set, exactly, near the floats, and its distance from the estimate.

        The distance is g_i - f*_i in the box, and the place of the norm's tangent otherwise.
        """
        if self.half_widths is not None:
            found = _in_box(shares, self.centre, self.half_widths)
            return found, tuple(g - f for g, f in zip(self.centre, found, strict=True))
        # Short fractions but for the last one, which makes the sum of all shares 1.
        off = [Fraction((float(g) - float(f)) / float(a))
               for g, f, a in zip(self.centre, shares, self.scales, strict=True)][:-1]  # fmt: skip
        rest = sum((o * a for o, a in zip(off, self.scales, strict=False)), Fraction(0))
        place = (*off, -rest / self.scales[-1])
        length = Fraction(Norm().above(place)) or Fraction(1)
        steps = [a * v / length for a, v in zip(self.scales, place, strict=True)]
        return tuple(g - self.radius * s for g, s in zip(self.centre, steps, strict=True)), place

    def common(self, brought: Exact) -> Fraction:
        """Return the y that makes the worst average largest."""
        if self.half_widths is None:
            squares = [float(a) ** 2 for a in self.scales]
            return Fraction(float(np.average([float(w) for w in brought], weights=squares)))
        half, below = sum(self.half_widths, Fraction(0)) / 2, Fraction(0)
        for part, width in sorted(zip(brought, self.half_widths, strict=True)):
            below += width
            if below >= half:
                return part
        raise AssertionError("the weights add up to less than half of themselves")


def robust_program(menu: ScreeningMenu, around: RobustShares) -> MenuProgram:
    """Return the program: minimise minus the worst average of what the types bring."""
    of = MenuVariables.of(menu)
    size = len(menu.types.shares)
    brought, common = of.variables.block("brought", size), of.variables.single("common")
    costs = [r + minus_value(menu, e) for e, r in zip(of.effort, of.reward, strict=True)]
    limits = [*menu_limits(menu, of),
              at_most(_BROUGHT, [c + w for c, w in zip(costs, brought, strict=True)], 0,
                      weight=math.inf)]  # fmt: skip
    mean = total(w * f for w, f in zip(brought, around.centre, strict=True))
    apart = [w - common for w in brought]
    if around.half_widths is None:
        far = norm([part * a for part, a in zip(apart, around.scales, strict=True)])
        objective = far * around.radius - mean
    else:
        off = of.variables.block("apart", size)
        limits += [at_least(_ABOVE, off, apart, weight=math.inf),
                   at_least(_BELOW, off, [-part for part in apart], weight=math.inf)]  # fmt: skip
        objective = total(a * d for a, d in zip(off, around.half_widths, strict=True)) - mean
    return MenuProgram(variables=of.variables, objective=objective, limits=tuple(limits),
                       maximise=True, goal="initiator's value in the worst case")  # fmt: skip


def robust_menu(menu: ScreeningMenu, around: RobustShares) -> MenuDesign:
    """Return the robust menu: worst shares from cvxpy, then virtual costs against those."""
    program = robust_program(menu, around)
    suggested = _solved(menu, around)
    if suggested is None:
        return with_menu(program.solve())
    efforts, shares = suggested
    worst, distance = around.nearest(shares)
    types = HiddenTypes(menu.types.costs, worst)
    against = lines_at(menu, types, Fraction(0), exact=False)
    top, floor = menu.effort_value.top, Fraction(menu.floor)
    seen = (min(max(Fraction(float(e)), floor), max(top, floor)) for e in efforts)
    direct = paid_lines(menu, tuple(accumulate(seen, min)), Fraction(0))
    points = [_point(menu, around, lines) for lines in (against, direct)]
    best = min(points, key=program.objective.above)
    proof = _proof(menu, around, program, (types, distance, against), best)
    if proof is None or float(proof.gap) > GAP * max(1.0, abs(float(proof.value))):
        return menu.filled(program.unproved(best), types)
    return menu.filled(program.proved(proof), types)


def _solved(menu: ScreeningMenu, around: RobustShares) -> tuple[Array, Array] | None:
    """Return efforts and worst shares in floats, by cvxpy."""
    cp = cvxpy_module()
    value, work, costs = menu.effort_value, menu.work, np.asarray(menu.costs)
    centre = np.array([float(g) for g in around.centre])
    size = centre.size
    effort, reward, brought, common = (cp.Variable(n) for n in (size, size, size, 1))
    taken = effort if work.linear else cp.Variable(size)
    column = cp.reshape(effort, (size, 1), order="C")
    row = brought + reward + MinusValue(value).expression(column) <= 0
    conditions = [row, effort <= float(max(value.top, Fraction(menu.floor))), effort >= menu.floor,
                  reward[-1] - costs[-1] * taken[-1] >= menu.outside]  # fmt: skip
    if size > 1:
        conditions += [cp.multiply(costs[:-1], taken[:-1] - taken[1:]) <= reward[:-1] - reward[1:],
                       taken[1:] <= taken[:-1]]  # fmt: skip
    if not work.linear:
        conditions.append(WorkTaken(work).expression(column) <= taken)
    if around.half_widths is None:
        scales = np.array([float(a) for a in around.scales])
        off = float(around.radius) * cp.norm(cp.multiply(scales, brought - common))
    else:
        off = np.array([float(d) for d in around.half_widths]) @ cp.abs(brought - common)
    problem = cp.Problem(cp.Maximize(centre @ brought - off), conditions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whether it is accurate is for the certificate to say
        try:
            problem.solve(solver="CLARABEL")
        except cp.SolverError:
            return None
    if effort.value is None or row.dual_value is None:
        return None
    return np.asarray(effort.value), np.asarray(row.dual_value)


def _point(menu: ScreeningMenu, around: RobustShares, lines: Lines) -> Exact:
    """Return the variables of the program at these lines."""
    values = [menu.effort_value.bounds(effort)[0] for effort in lines.efforts]
    brought = tuple(Fraction(v) - r for v, r in zip(values, lines.rewards, strict=True))
    common = around.common(brought)
    apart = () if around.half_widths is None else tuple(abs(w - common) for w in brought)
    return (*lines.point(menu), *brought, common, *apart)


def _proof(
    menu: ScreeningMenu, around: RobustShares, program: MenuProgram,
    against: tuple[HiddenTypes, Exact, Lines], point: Exact,
) -> MenuCertificate | None:  # fmt: skip
    types, distance, lines = against
    by_name, paid = menu_prices(menu, types, lines)
    by_name[_BROUGHT] = types.shares
    number = next(i for i, limit in enumerate(program.limits) if limit.name == _BROUGHT)
    pairs = enumerate(zip(lines.efforts, types.shares, strict=True))
    touches = [Touch(number, i, 0, (effort,), share) for i, (effort, share) in pairs]
    touches += work_touches(program, lines.efforts, paid)
    if around.half_widths is None:
        touches.append(Touch(OBJECTIVE, 0, 0, distance, around.radius))
    else:
        sides = list(zip(around.half_widths, distance, strict=True))
        by_name[_ABOVE] = tuple((d + o) / 2 for d, o in sides)
        by_name[_BELOW] = tuple((d - o) / 2 for d, o in sides)
    return assembled(menu, program, point, by_name, touches)


def _in_box(shares: Array, centre: Exact, widths: Exact) -> Exact:
    """Return shares of sum 1 within the box, near the floats."""
    low = [g - d for g, d in zip(centre, widths, strict=True)]
    high = [g + d for g, d in zip(centre, widths, strict=True)]
    found = [min(max(Fraction(float(f)), a), b) for f, a, b in zip(shares, low, high, strict=True)]
    missing = 1 - sum(found, Fraction(0))
    for i, share in enumerate(found):
        step = min(max(missing, low[i] - share), high[i] - share)
        found[i], missing = share + step, missing - step
    return tuple(found)
