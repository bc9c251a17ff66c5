r"""Bounds of a formula over an interval of one of its arguments, with rounding taken care of.

A :class:`~derelayl_econ.formula.Formula` is evaluated in ball arithmetic (Arb, by python-flint):
every operation returns a ball that contains all results of its arguments' balls. The result holds
the range of the formula over the interval; it is wider than the range, the less so the narrower the
interval. So a sign that the bounds show is a fact, and halving intervals makes the bounds as sharp
as needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import flint
import sympy as sp

from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula

__all__ = ["bounds"]

Interval = tuple[float, float]

_FUNCTIONS = {
    "exp": lambda x: flint.arb(x).exp(),
    "log": lambda x: flint.arb(x).log(),
    "sqrt": lambda x: flint.arb(x).sqrt(),
    "sinh": lambda x: flint.arb(x).sinh(),
    "cosh": lambda x: flint.arb(x).cosh(),
    "tanh": lambda x: flint.arb(x).tanh(),
}


def bounds(formula: Formula, **values: float | Interval) -> Interval:
    """Return (low, high), between which the formula lies wherever its arguments may lie.

    Parameters
    ----------
    **values : float or (float, float)
        The arguments by name; a pair is an interval.

    Returns
    -------
    (float, float)
        Infinite where a ball holds a division by zero or a power of a non-positive number.

    Examples
    --------
    >>> from derelayl_econ.notation import symbol
    >>> e = symbol("effort")
    >>> low, high = bounds(Formula("bump", e * (1 - e), "example"), effort=(0.4, 0.5))
    >>> round(low, 6), round(high, 6)  # the range is 0.24 to 0.25
    (0.195, 0.3)
    """
    names, function = _compiled(formula)
    ball = flint.arb(function(*(_ball(values[name]) for name in names)))
    if not ball.is_finite():
        return -math.inf, math.inf
    # A float nearest to an end may lie inside the ball: one step further is outside.
    low, high = float(ball.lower()), float(ball.upper())
    return math.nextafter(low, -math.inf), math.nextafter(high, math.inf)


def _ball(value: float | Interval) -> Any:
    if isinstance(value, tuple):
        return flint.arb(value[0]).union(flint.arb(value[1]))
    return flint.arb(value)


@cache
def _compiled(formula: Formula) -> tuple[tuple[str, ...], Callable[..., Any]]:
    """Return the argument names, and the formula as a function of balls."""
    expression = formula.expression
    if expression.atoms(sp.Float, sp.NumberSymbol):
        raise InputError("formula", formula.name, "have no constants but rational ones")
    fractions = sorted(r for r in expression.atoms(sp.Rational) if not r.is_Integer)
    # Printed as they are, fractions would become rounded floats before the balls see them.
    constants = {r: sp.Dummy() for r in fractions}
    symbols = {s.name: s for s in expression.free_symbols}
    arguments = [*(symbols[name] for name in formula.arguments), *constants.values()]
    function = sp.lambdify(arguments, expression.xreplace(constants), modules=[_FUNCTIONS])
    exact = [flint.arb(int(r.p)) / int(r.q) for r in fractions]
    return formula.arguments, lambda *balls: function(*balls, *exact)
