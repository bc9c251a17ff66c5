"""A formula is written once, as a SymPy expression; numbers, derivatives and LaTeX come from it.

Traps this module takes care of, each with a test: a constant expression loses the shape of its
arguments under ``lambdify``; ``Piecewise`` evaluates every branch, so floating-point warnings are
silenced here and nowhere else; ``log(1 + x)`` and ``exp(x) - 1`` cancel and become ``log1p`` and
``expm1``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp
from sympy.codegen.rewriting import optimize, optims_c99

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.notation import NOTATION

__all__ = ["Formula"]


@dataclass(frozen=True, eq=False)
class Formula:
    """A named SymPy expression with its source.

    Parameters
    ----------
    name : str
        Name of the quantity, for people; may be LaTeX-free.
    expression : sympy.Expr
        Written in the symbols of :func:`derelayl_econ.notation.symbol`.
    source : str
        Paper and equation, or the section of the theory notes.

    Examples
    --------
    >>> from derelayl_econ.notation import symbol
    >>> c, b, n = symbol("cost"), symbol("benefit"), symbol("participants")
    >>> wait = Formula("volunteer", 1 - (c / b) ** (1 / (n - 1)), "Diekmann 1985")
    >>> round(float(wait(cost=1, benefit=4, participants=3)), 3)
    0.5
    >>> wait.exact(cost=1, benefit=4, participants=3)
    1/2
    """

    name: str
    expression: sp.Expr
    source: str

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Code names of the free symbols, sorted."""
        return tuple(sorted(s.name for s in self.expression.free_symbols))

    def __call__(self, **values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Evaluate in float64, broadcasting over arrays; shape () gives a 0-d array.

        Raises
        ------
        InputError
            If an argument is missing or unknown.
        """
        self._check_names(values)
        arrays = [np.asarray(values[name], dtype=np.float64) for name in self.arguments]
        with np.errstate(all="ignore"):  # both branches of a Piecewise are evaluated
            result = self._accurate(*arrays)
            if not np.isfinite(result).all():
                # Rewriting may turn exp(-x) into 1/exp(x), which overflows sooner.
                result = np.where(np.isfinite(result), result, self._plain(*arrays))
        shape = np.broadcast_shapes(*(array.shape for array in arrays)) if arrays else ()
        return np.array(np.broadcast_to(np.asarray(result, dtype=np.float64), shape))

    def exact(self, **values: Any) -> sp.Expr:
        """Evaluate exactly: ints, Fractions, SymPy numbers, and floats taken at face value.

        A float stands for the dyadic rational that it is, so exact answers about float inputs are
        answers about the very numbers that were given.
        """
        self._check_names(values)
        given = {_symbol_of(self.expression, name): _rational(values[name]) for name in values}
        return self.expression.subs(given)

    def diff(self, code: str) -> Formula:
        """Return the derivative with respect to the symbol of that code name, as a Formula."""
        self._check_names({**dict.fromkeys(self.arguments), code: None})
        derivative = sp.diff(self.expression, _symbol_of(self.expression, code))
        return Formula(f"d({self.name})/d({code})", derivative, f"derivative of {self.source}")

    @property
    def latex(self) -> str:
        """The expression in LaTeX, in the symbols of the notation table."""
        names = {
            s: NOTATION[s.name].latex
            for s in self.expression.free_symbols
            if s.name in NOTATION
        }  # fmt: skip
        return str(sp.latex(self.expression, symbol_names=names))

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"

    @cached_property
    def _accurate(self) -> Callable[..., Any]:
        # Rewritten only for evaluation: `expression` stays as it was written.
        return self._compiled(optimize(self.expression, optims_c99))

    @cached_property
    def _plain(self) -> Callable[..., Any]:
        return self._compiled(self.expression)

    def _compiled(self, expression: sp.Expr) -> Callable[..., Any]:
        symbols = [_symbol_of(self.expression, name) for name in self.arguments]
        return sp.lambdify(symbols, expression, modules=["scipy", "numpy"], cse=True)  # type: ignore[no-any-return]

    def _check_names(self, values: dict[str, Any]) -> None:
        missing = [name for name in self.arguments if name not in values]
        if missing:
            raise InputError(f"arguments of {self.name}", sorted(values) or "none",
                             f"include {', '.join(missing)}")  # fmt: skip
        unknown = [name for name in values if name not in self.arguments]
        if unknown:
            raise InputError(f"arguments of {self.name}", unknown[0],
                             f"be among {', '.join(self.arguments) or 'none'}",
                             hint=did_you_mean(unknown[0], self.arguments))  # fmt: skip


def _symbol_of(expression: sp.Expr, name: str) -> sp.Symbol:
    return next(s for s in expression.free_symbols if s.name == name)


def _rational(value: Any) -> sp.Expr:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError("value", value, "be a finite number")
        return sp.Rational(*value.as_integer_ratio())
    if isinstance(value, np.generic):
        return _rational(value.item())
    return sp.sympify(value)
