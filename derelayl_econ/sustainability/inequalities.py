"""An inequality between two formulas: sides, margin, verdict, and how it reads.

The margin is the left side minus the right side, in their unit. What decides is the margin relative
to the sides, which has no unit: it compares inequalities of different units, and does not change
when all money is counted in another currency. Sides that agree to ``ROUNDING`` are equal: then the
verdict is "on the boundary", except where equality is good enough (``equal_is_enough``), such as a
budget that is spent to the last coin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

import numpy as np
import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import NOTATION
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.terms import GATE_TERMS, Array, evaluate

__all__ = ["ROUNDING", "Inequality", "Verdict", "latex", "plain", "scientific", "verdict_of"]

ROUNDING = 2.0**-40
"""Sides that differ by less, relative to their sizes, count as equal."""


class Verdict(StrEnum):
    """What is said of a condition; the value is the word."""

    HOLDS = "holds"
    FAILS = "fails"
    BOUNDARY = "on the boundary"
    NOT_APPLICABLE = "does not apply"


def verdict_of(score: float) -> Verdict:
    """Return the verdict of a score, NaN meaning that the condition does not apply."""
    if np.isnan(score):
        return Verdict.NOT_APPLICABLE
    if abs(score) <= ROUNDING:
        return Verdict.BOUNDARY
    return Verdict.HOLDS if score > 0 else Verdict.FAILS


@dataclass(frozen=True, kw_only=True, eq=False)
class Inequality:
    """left > right, for people, for computing and for SymPy.

    Parameters
    ----------
    name : str
        What it says, in words.
    left, right : Formula
        In the terms of :mod:`derelayl_econ.sustainability.terms`.
    unit : str
        Of both sides.
    equal_is_enough : bool
        Whether it holds at equality.
    applies : callable
        Whether there is such an inequality under the rules of a scenario.
    """

    name: str
    left: Formula
    right: Formula
    unit: str = "money"
    equal_is_enough: bool = False
    applies: Callable[[Scenario], bool] = lambda _: True

    def margin(self, terms: Mapping[str, Any]) -> tuple[Array, Array]:
        """Return the margin (in ``unit``) and the score: the margin relative to the sides.

        A score in [-ROUNDING, ROUNDING] says "on the boundary".
        """
        left, right = evaluate(self.left, terms), evaluate(self.right, terms)
        with np.errstate(invalid="ignore"):  # infinity minus itself, 0/0: handled here
            margin = np.where(left == right, 0.0, left - right)
            size = np.abs(left) + np.abs(right)
            score = np.where(margin == 0, 0.0, margin / size)
        score = np.where(np.isinf(size) & (margin != 0), np.sign(margin), score)
        if self.equal_is_enough:
            score = np.where(np.abs(score) <= ROUNDING, 2 * ROUNDING, score)
        return margin, score

    @cached_property
    def relation(self) -> sp.Basic:
        """The inequality as a SymPy relation in the symbols of the notation table."""
        make = sp.Ge if self.equal_is_enough else sp.Gt
        return make(self.left.expression, self.right.expression, evaluate=False)

    @cached_property
    def text(self) -> str:
        """The inequality in plain symbols."""
        return self._joined(plain, lambda code: NOTATION[code].symbol)

    @cached_property
    def latex(self) -> str:
        """The inequality in LaTeX."""
        return self._joined(latex, lambda code: NOTATION[code].latex)

    def numbers(self, terms: Mapping[str, Any]) -> str:
        """Return the inequality with the numbers put in."""
        return self._joined(plain, lambda code: _number(terms[code]))

    def numbers_latex(self, terms: Mapping[str, Any]) -> str:
        """Return the inequality with the numbers put in, in LaTeX."""
        return self._joined(latex, lambda code: scientific(_number(terms[code])))

    def is_affine_in(self, code: str) -> bool:
        """Return whether both sides are affine in a term, all else equal."""
        known = self._affine
        if code not in known:
            known[code] = _affine(self.left, code) and _affine(self.right, code)
        return known[code]

    @cached_property
    def _affine(self) -> dict[str, bool]:
        return {}

    def _joined(self, write: Callable[..., str], name: Callable[[str], str]) -> str:
        signs = {plain: (">", ">="), latex: (">", r"\geq")}
        left, right = (write(side.expression, name) for side in (self.left, self.right))
        return f"{left} {signs[write][self.equal_is_enough]} {right}"


def plain(expression: sp.Expr, name: Callable[[str], str]) -> str:
    """Return an expression as plain text, each symbol written as ``name(code)``."""
    text: str = sp.sstr(_readable(expression), order="none")
    codes = {symbol.name for symbol in expression.free_symbols}
    words = re.sub(r"\w+", lambda m: name(m[0]) if m[0] in codes else m[0], text)
    return re.sub(r"\boo\b", "inf", words.replace("**", "^"))


def latex(expression: sp.Expr, name: Callable[[str], str]) -> str:
    """Return an expression in LaTeX, each symbol written as ``name(code)``."""
    names = {symbol: name(symbol.name) for symbol in expression.free_symbols}
    text: str = sp.latex(_readable(expression), symbol_names=names, mul_symbol=r"\,", order="none")
    return text


def scientific(number: str) -> str:
    """Return a printed number in LaTeX: 1e-05 as a power of ten."""
    found = re.fullmatch(r"(.+)e([+-])0*(\d+)", number)
    if found is None:
        return number.replace("inf", r"\infty")
    mantissa, sign, exponent = found.groups()
    return rf"{mantissa}\times 10^{{{sign.strip('+')}{exponent}}}"


@cache
def _readable(expression: sp.Expr) -> sp.Expr:
    """Return exp(N log delta), which is accurate, as delta^N, which is readable."""
    return expression.replace(
        lambda e: isinstance(e, sp.exp) and any(isinstance(a, sp.log) for a in e.args[0].args),
        lambda e: sp.powsimp(sp.exp(e.args[0])).rewrite(sp.Pow),
    )


def _number(value: Any) -> str:
    text = f"{float(value):.4g}"
    return f"({text})" if text.startswith("-") else text


def _affine(formula: Formula, code: str) -> bool:
    if not set(formula.arguments).isdisjoint(GATE_TERMS):
        return code not in ("cost", "hand_over_fee", "participants")
    found = [s for s in formula.expression.free_symbols if s.name == code]
    return not any(formula.expression.diff(s).has(s) for s in found)
