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
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from derelayl_econ.design.certificate import BoundCertificate
from derelayl_econ.design.limits import at_least, at_most
from derelayl_econ.design.menu_program import MenuVariables, menu_limits, minus_value
from derelayl_econ.design.program import Program
from derelayl_econ.design.terms import norm, total
from derelayl_econ.domains import Domain, check_array, check_number
from derelayl_econ.errors import InputError

if TYPE_CHECKING:
    from derelayl_econ.design.screening import ScreeningMenu

__all__ = ["RobustShares", "robust_program"]

Exact = tuple[Fraction, ...]

_BROUGHT = "what a type brings"
_OFF = Domain(0, 1)


@dataclass(frozen=True, eq=False)
class RobustShares:
    """The set of probabilities: half-widths of a box, or scales and radius of an ellipsoid."""

    half_widths: Exact | None
    scales: Exact
    radius: Fraction

    @classmethod
    def of(cls, menu: ScreeningMenu, box: Any, ellipsoid: Any) -> RobustShares:
        """Check the set: one of the two, and every type keeps a positive probability."""
        size, radius = len(menu.exact_shares), check_number("ellipsoid", ellipsoid, Domain(0))
        given = check_array("box", box, _OFF, ndim=None)
        if given.ndim > 1 or (given.ndim == 1 and given.size != size):
            raise InputError("box", f"shape {given.shape}", f"be a number or have {size} entries")
        if given.any() == (radius > 0):
            raise InputError("box and ellipsoid", f"{given.ravel()[0]:g} and {radius:g}",
                             "be one of them above 0")  # fmt: skip
        widths = np.broadcast_to(given, (size,))
        scales = [math.sqrt(float(share)) for share in menu.exact_shares]
        most = widths if radius == 0 else [radius * scale for scale in scales]
        for share, off in zip(menu.exact_shares, most, strict=True):
            if off >= share:
                raise InputError("box" if radius == 0 else "ellipsoid", float(off),
                                 f"leave every type a probability above 0 (one has {float(share):g})",
                                 hint="Choose a smaller set, or leave out the type.")  # fmt: skip
        return cls(None if radius else tuple(Fraction(float(d)) for d in widths),
                   tuple(Fraction(scale) for scale in scales), Fraction(radius))  # fmt: skip

    def worst(self, proof: BoundCertificate) -> Exact:
        """Return f*, the prices of what the types bring."""
        number = next(i for i, limit in enumerate(proof.limits) if limit.name == _BROUGHT)
        return proof.prices[number]


def robust_program(menu: ScreeningMenu, around: RobustShares) -> Program:
    """Return the program: minimise minus the worst average of what the types bring."""
    of = MenuVariables.of(menu)
    size = len(menu.exact_shares)
    brought, common = of.variables.block("brought", size), of.variables.single("common")
    costs = [r + minus_value(menu, e) for e, r in zip(of.effort, of.reward, strict=True)]
    limits = [*menu_limits(menu, of),
              at_most(_BROUGHT, [c + w for c, w in zip(costs, brought, strict=True)], 0,
                      weight=math.inf)]  # fmt: skip
    mean = total(w * f for w, f in zip(brought, menu.exact_shares, strict=True))
    apart = [w - common for w in brought]
    if around.half_widths is None:
        far = norm([part * a for part, a in zip(apart, around.scales, strict=True)])
        objective = far * around.radius - mean
    else:
        off = of.variables.block("apart", size)
        limits += [at_least("apart above", off, apart, weight=math.inf),
                   at_least("apart below", off, [-part for part in apart], weight=math.inf)]  # fmt: skip
        objective = total(a * d for a, d in zip(off, around.half_widths, strict=True)) - mean
    return Program(variables=of.variables, objective=objective, limits=tuple(limits),
                   maximise=True, goal="initiator's value in the worst case")  # fmt: skip

