r"""All totals that can be an equilibrium's where the public benefit of a contest is S-shaped.

Setting and symbols: :mod:`derelayl_econ.games.contest_totals`. On an S-shaped curve with inflection
E_I the shares of a total E can add up to F(E) = 1 more than once: at little effort, where more of
it is worth little, and at much effort, where it is worth much. Where the roots are:

- none below R/(kappa_1 + kappa_2), where F >= 2 - (kappa_1 + kappa_2) E/R > 1;
- beyond both E_I and E_min the argument for concave benefits applies: at most one root;
- between E_I and E_min, if E_min is larger, somebody's share exceeds 1: none;
- below E_I: the interval is halved until on each piece F - 1 has one sign, or F is strictly
  monotone, so that the signs at its ends tell whether it has a root.

There h(E) = E Q'(E) rises, so on [a, b] every term 1 + (v_i h - kappa_i E)/R of F lies between its
values with (h(a), b) and (h(b), a) put in; its slope follows from bounds of h' in ball arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.enclosure import bounds
from derelayl_econ.formula import Formula
from derelayl_econ.games.contest_keen import division
from derelayl_econ.games.contest_terms import ContestTerms, Division
from derelayl_econ.games.contest_totals import alone, last_total, least_total, root_between
from derelayl_econ.notation import symbol
from derelayl_econ.quality import LearningCurve

__all__ = ["Totals", "all_totals"]

Array = npt.NDArray[np.float64]

_ROUNDING = 1e-13  # relative error of a sum of shares or slopes
_BLURRED = 1e-6  # shares that miss 1 by more are not to be relied upon
_NARROWEST = 1e-9  # relative width of a piece that is not halved again


@dataclass(frozen=True, eq=False)
class Totals:
    """Roots of F = 1, divided, in increasing order, and whether there are certainly no others."""

    roots: tuple[Division, ...]
    complete: bool


def all_totals(terms: ContestTerms) -> Totals:
    """Return every total whose shares add up to 1; the benefit is a learning curve, prize > 0."""
    turn, keen = terms.inflection, alone(terms)
    early, complete = _roots_before(terms, least_total(terms) / 2, turn)
    if keen > turn:
        late = [last_total(terms, max(keen, least_total(terms)))]
    else:
        start = max(turn, least_total(terms) / 2)
        late = [last_total(terms, start)] if terms.excess(start) > 0 else []
    roots = [Division(total, terms.shares(total)) for total in early]
    roots += [division(terms, total) for total in late]
    clean = all(abs(root.shares.sum() - 1) < _BLURRED for root in roots)
    return Totals(tuple(roots), complete and clean)


def _roots_before(terms: ContestTerms, low: float, turn: float) -> tuple[list[float], bool]:
    roots: list[float] = []
    complete = True
    todo = [(low, turn)] if low < turn else []
    while todo:
        a, b = todo.pop()
        if _has_one_sign(terms, a, b):
            continue
        monotone = _is_monotone(terms, a, b)
        if not monotone and b - a > _NARROWEST * b:
            middle = math.sqrt(a * b)
            todo += [(middle, b), (a, middle)]
            continue
        complete &= monotone
        roots += _root_by_signs(terms, a, b)
    return roots, complete


def _root_by_signs(terms: ContestTerms, a: float, b: float) -> list[float]:
    falls, rises = terms.excess(a) > 0, terms.excess(b) > 0
    if falls == rises:
        return []
    sign = 1 if falls else -1
    return [root_between(lambda total: sign * terms.excess(total), a, b)]


def _has_one_sign(terms: ContestTerms, a: float, b: float) -> bool:
    """Return whether F - 1 is certainly not zero on [a, b], before the inflection."""
    least, most = _term_bounds(terms, a, b)
    low, high = np.maximum(0, least).sum(), np.maximum(0, most).sum()
    slack = _ROUNDING * (1 + high)
    return bool(low - 1 > slack or high - 1 < -slack)


def _is_monotone(terms: ContestTerms, a: float, b: float) -> bool:
    """Return whether F certainly rises, or certainly falls, all over [a, b]."""
    least, most = _term_bounds(terms, a, b)
    low, high = bounds(_growth(type(_curve(terms))), effort=(a, b), **asdict(_curve(terms)))
    if not math.isfinite(low) or not math.isfinite(high):
        return False
    slopes = np.stack([terms.values * bend - terms.costs for bend in (low, high)])
    surely, perhaps = least > 0, (most > 0) & (least <= 0)
    lowest = slopes[0][surely].sum() + np.minimum(0, slopes[0][perhaps]).sum()
    highest = slopes[1][surely].sum() + np.maximum(0, slopes[1][perhaps]).sum()
    slack = _ROUNDING * np.abs(slopes).sum()
    return bool(lowest > slack or highest < -slack)


def _term_bounds(terms: ContestTerms, a: float, b: float) -> tuple[Array, Array]:
    """Return bounds of 1 - (kappa_i - v_i Q') E/R on [a, b], not yet cut off at zero."""
    spent = np.array([a, b]) * terms.marginal(np.array([a, b]))
    least = 1 + (terms.values * spent[0] - terms.costs * b) / terms.prize
    most = 1 + (terms.values * spent[1] - terms.costs * a) / terms.prize
    return least, most


def _curve(terms: ContestTerms) -> LearningCurve:
    return cast(LearningCurve, terms.benefit)  # other benefits are concave


@cache
def _growth(form: type[LearningCurve]) -> Formula:
    """Return h'(E), the growth of effort times marginal quality."""
    spent = symbol("effort") * form.formulas().marginal.expression
    return Formula("effort times marginal quality", spent, "from theory 1.1").diff("effort")
