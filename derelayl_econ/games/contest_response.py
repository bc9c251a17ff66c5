r"""Best responses in a contest, and the regret of any profile of efforts.

Against T > 0 exerted by the others, a participant of :mod:`derelayl_econ.games.contest` chooses the
total z >= T that maximises R (1 - T/z) + v Q(z) - kappa (z - T).

- v = 0: z = sqrt(R T/kappa), in closed form, or z = T.
- Concave Q: the slope R T/z^2 + v Q'(z) - kappa falls in z; z is its root, or T.
- S-shaped Q: beyond the inflection the slope falls; before it, local maxima are looked for between
  the points of a fine grid, and the best of all is taken.

Against T = 0 any effort, however small, wins the whole prize. So there the payoff R + v Q(z) -
kappa z jumps at z = 0: its supremum may be approached only (always for v = 0), and no best response
exists then. The regret is the supremum of the gain, which exists in any case.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise

from derelayl_econ.games.contest_formulas import BEST_RESPONSE
from derelayl_econ.games.contest_terms import ContestTerms

__all__ = ["best_payoff", "best_response", "regrets"]

Array = npt.NDArray[np.float64]

_GRID = 256  # points before the inflection
_BLOCK = 4096  # participants looked at together on the grid
_STEEP = 1e200  # an infinite Q'(0) is cut off here, for root finders would not get on with it
_NEAR = 1e-6  # width, relative, of the bracket that is tried around a hint
_TINY = 1e-9  # of the inflection: where a grid that cannot start at zero starts


def best_response(terms: ContestTerms, others: Array, hint: Array | None = None) -> Array:
    """Return everybody's best effort (legs) against ``others``, shape (N,), and the prize.

    Against T = 0 it is the effort that would be best if it won the prize in any case, and 0 stands
    for "as little as possible". ``hint`` says where to look first; it changes nothing but the time.
    """
    if terms.benefit is None:
        return BEST_RESPONSE(prize=terms.prize, unit_cost=terms.costs, others_effort=others)
    best = _beyond(terms, others, others if hint is None else others + hint)
    early = np.flatnonzero((others < terms.inflection) & (terms.values > 0))
    for block in np.array_split(early, -(-early.size // _BLOCK) or 1):
        if block.size:
            best[block] = _earlier(terms.pick(block), others[block], best[block])
    return best


def best_payoff(terms: ContestTerms, own: Array, others: Array) -> Array:
    """Return the supremum of everybody's payoff (money) with effort ``own``, T = 0 included."""
    payoff = terms.payoff(own, others)
    takes_all = (others == 0) & (own == 0)
    return np.where(takes_all, payoff + terms.prize, payoff)


def regrets(terms: ContestTerms, own: Array, others: Array, payoff: Array) -> Array:
    """Return what each gains (money) over ``payoff`` by the best of all efforts, shape (N,)."""
    best = best_payoff(terms, best_response(terms, others, own), others)
    return np.asarray(np.maximum(0.0, best - payoff))


def _beyond(terms: ContestTerms, others: Array, hint: Array) -> Array:
    """Return the best effort among those with z >= the inflection, or 0."""
    start = np.maximum(others, terms.inflection)
    rises = np.flatnonzero(_slope(terms, start, others) > 0)
    best = np.zeros_like(others)
    if rises.size:
        terms, start, rest = terms.pick(rises), start[rises], others[rises]
        total, found = _near(terms, start, rest, hint[rises])
        left = np.flatnonzero(~found)
        if left.size:
            total[left] = _far(terms.pick(left), start[left], rest[left])
        best[rises] = total - rest
    return best


def _near(
    terms: ContestTerms, start: Array, others: Array, hint: Array
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return the zeros of the slope that lie near the hints, and where there is one.

    In a bracket so narrow one linear interpolation is right to about 1e-12, and the payoff, flat
    at its maximum, to about 1e-24.
    """
    low, high = np.maximum(start, (1 - _NEAR) * hint), np.maximum(start, (1 + _NEAR) * hint)
    before, after = _slope(terms, low, others), _slope(terms, high, others)
    found = (low > 0) & (before > 0) & (after <= 0)
    weight = before / np.where(found, before - after, 1.0)
    return low + weight * (high - low), found


def _far(terms: ContestTerms, low: Array, others: Array) -> Array:
    """Return the zeros of the slope above ``low``, where it is positive."""
    high = np.maximum(low, np.sqrt(terms.prize / terms.costs) * np.sqrt(others))
    return _root(terms, low, _raised(terms, np.where(high > 0, high, 1.0), others), others)


def _slope(terms: ContestTerms, total: Array, others: Array) -> Array:
    """Return the slope of the payoff at z = ``total``; at z = T = 0, v Q'(0) - kappa."""
    nothing = total == 0
    slope = terms.slope(np.where(nothing, 1.0, total), others)
    if nothing.any():
        keen = nothing & (terms.values > 0)  # Q'(0) may be infinite
        slope = np.where(nothing, -terms.costs, slope)
        slope[keen] += terms.values[keen] * min(float(terms.marginal(0.0)), _STEEP)
    return slope


def _raised(terms: ContestTerms, high: Array, others: Array) -> Array:
    """Return totals at which the slope is no longer positive."""
    while (wrong := _slope(terms, high, others) > 0).any():
        high = np.where(wrong, 4 * high, high)
    return high


def _root(terms: ContestTerms, low: Array, high: Array, others: Array) -> Array:
    """Return where the slope, positive at ``low`` and not at ``high``, is zero."""

    def slope(z: Array, others: Array, values: Array, costs: Array) -> Array:
        return _slope(ContestTerms(terms.prize, costs, values, terms.benefit), z, others)

    found = elementwise.find_root(slope, (low, high), args=(others, terms.values, terms.costs))
    return np.asarray(found.x)


def _earlier(terms: ContestTerms, others: Array, beyond: Array) -> Array:
    """Return the better of ``beyond`` and the best effort with z before the inflection."""
    low, turn = np.maximum(others, _TINY * terms.inflection), terms.inflection
    weights = np.linspace(0, 1, _GRID)
    grid = low[:, None] ** (1 - weights) * turn**weights
    column = ContestTerms(terms.prize, terms.costs[:, None], terms.values[:, None], terms.benefit)
    payoffs = column.payoff(grid - others[:, None], others[:, None])
    inner = np.clip(payoffs.argmax(axis=1), 1, _GRID - 2)
    rows = np.arange(others.size)
    left, top, right = (grid[rows, inner + shift] for shift in (-1, 0, 1))
    hump = (_slope(terms, left, others) > 0) & (_slope(terms, right, others) <= 0)
    if hump.any():
        top[hump] = _root(terms.pick(hump), left[hump], right[hump], others[hump])
    choices = np.stack([beyond, np.maximum(0.0, top - others), np.zeros_like(others)])
    worth = np.stack([best_payoff(terms, own, others) for own in choices])
    return np.asarray(choices[worth.argmax(axis=0), rows])
