"""The search for the fee and price that hold most quality in the worst case, and its proof.

For a given fee the best price is the highest that fees can pay at the hardest corner: one number is
left, the fee. Cells of fees whose bound exceeds the best point are cut in eight until none does by
more than the gap: branch and bound, in floats. The worst drift at the pair found is looked for by
cells of drift; if it is none of those at which the bound looks, it becomes one, and the search
starts again. Proofs at the end, in fractions where costs allow it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise

from derelayl_econ.design.committed_quality import CommittedQuality
from derelayl_econ.design.fee_certificate import (
    FeeCertificate,
    bound_of,
    cell_money,
    value_of,
)
from derelayl_econ.games.arrival_formulas import STEADY_GAP
from derelayl_econ.games.arrival_steady import evaluate, steady

__all__ = ["best_quality", "prove_quality"]

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]

_START, _PARTS, _CUTS, _MOST, _ROUNDS = 32, 8, 18, 20_000, 12
_MOST_DRIFTS = 2000
_TINY, _SMALL = 1e-300, 1e-12
_STEPS = tuple(2.0**-bits for bits in (50, 46, 42, 36, 30, 24))
"""Distances by which a share or a price is moved to the safe side, until it is proved."""


@dataclass(frozen=True, eq=False)
class _Found:
    """What the search in floats comes to."""

    fees: Array
    fee: float
    price: float
    best: float


def best_quality(problem: CommittedQuality, gap: float, drifts: tuple[float, ...]) -> float:
    """Return the most quality in the worst of some drifts, in floats."""
    return _search(problem, drifts, gap).best


def prove_quality(problem: CommittedQuality, gap: float) -> FeeCertificate | None:
    """Return the best pair with its proof; None if rounding keeps a pair from being proved."""
    drifts = sorted(set(problem.drifts))
    for _ in range(_ROUNDS):
        found = _search(problem, tuple(drifts), gap)
        edges, worst = _worst_drift(problem, found, gap / 2)
        least = float(_shares(problem, worst, found.fee, found.price)[1])
        if worst in drifts or least >= found.best - gap / 2 * _size(found.best):
            break
        drifts.append(worst)
    return _proof(problem, tuple(drifts), found, edges)


def _search(problem: CommittedQuality, drifts: tuple[float, ...], gap: float) -> _Found:
    top = float(problem.hardest.highest_fee)
    edges = np.linspace(0.0, top, _START + 1) if top > 0 else np.zeros(2)
    fee, price, best = _best(problem, drifts, edges, (0.0, 0.0, -math.inf))
    low, high, kept = edges[:-1], edges[1:], [edges]
    for _ in range(_CUTS):
        wide = _reach(problem, drifts, low, high)[1] > best + gap * _size(best)
        wide &= np.nextafter(low, high) < high
        parts = np.linspace(low[wide], high[wide], _PARTS + 1, axis=1)
        if not wide.any() or sum(map(len, kept)) + parts.size > _MOST:
            break
        inner = parts[:, 1:-1].ravel()
        fee, price, best = _best(problem, drifts, inner, (fee, price, best))
        kept.append(inner)
        low, high = parts[:, :-1].ravel(), parts[:, 1:].ravel()
    fees = np.sort(np.concatenate(kept))
    return _Found(fees, fee, price, best)


def _best(
    problem: CommittedQuality, drifts: tuple[float, ...], fees: Array,
    known: tuple[float, float, float],
) -> tuple[float, float, float]:  # fmt: skip
    prices, least = _reach(problem, drifts, fees, fees)
    place = int(np.argmax(least))
    found = float(fees[place]), float(prices[place]), float(least[place])
    return found if found[2] > known[2] else known


def _reach(
    problem: CommittedQuality, drifts: tuple[float, ...], low: Array, high: Array
) -> tuple[Array, Array]:
    """Return the highest prices that fees in [low, high] may pay, and the quality of the best."""
    prices = problem.ceiling(low, high, _crowds(problem, low, high))
    rows = [_shares(problem, drift, high, prices)[1] for drift in drifts]
    return prices, np.minimum.reduce(rows)


def _crowds(problem: CommittedQuality, low: Array, high: Array) -> Array:
    """Return the shares that train where the fee is low, but rewards use up all of a high one."""
    relay, subsidy = problem.hardest.relay, problem.hardest.subsidy

    def excess(share: Array, low: Array, high: Array) -> Array:
        step = relay.learning_rate * evaluate(relay, STEADY_GAP, training_share=share)
        with np.errstate(over="ignore"):  # so much per head that everybody trains
            money = low + relay.value * step + (high * (1 - share) + subsidy) / share
        return np.asarray(relay.costs.at_most(money) - share)

    everybody = excess(np.ones_like(low), low, high) >= 0
    nobody = excess(np.full_like(low, _TINY), low, high) <= 0
    inner = elementwise.find_root(excess, (_TINY, 1.0), args=(low, high)).x
    shares = np.where(nobody, _SMALL, np.where(everybody, 1.0, inner))
    # A little below, where costs have no step yet.
    return np.asarray(np.maximum(shares * (1 - _SMALL), _SMALL))


def _shares(problem: CommittedQuality, drift: float, fee: Any, price: Any) -> tuple[Array, Array]:
    """Return shares and qualities of the weakest relay."""
    relay = replace(problem.weakest, drift=drift)
    shares = steady(relay, np.asarray(fee), np.asarray(price)).training_share
    step = relay.learning_rate * evaluate(relay, STEADY_GAP, training_share=shares)
    return shares, np.asarray(step * shares / drift)


def _worst_drift(
    problem: CommittedQuality, found: _Found, gap: float
) -> tuple[tuple[float, ...], float]:
    """Return edges of cells of drift, fine where quality is least, and the worst edge."""
    low, high = problem.drifts
    known: dict[float, float] = {}

    def quality(drift: float) -> float:
        if drift not in known:
            known[drift] = float(_shares(problem, drift, found.fee, found.price)[1])
        return known[drift]

    cells = [(low, high)]
    while cells and len(known) < _MOST_DRIFTS:
        worst = min(quality(end) for cell in cells for end in cell)
        worst = min(worst, *known.values())
        wide = [
            (a, b) for a, b in cells
            if max(a * quality(a) / b, (1 - b) * quality(b) / (1 - a)) < worst - gap * _size(worst)
        ]  # fmt: skip
        middles = [(a, (a + b) / 2, b) for a, b in wide if a < (a + b) / 2 < b]
        cells = [pair for a, m, b in middles for pair in ((a, m), (m, b))]
    edges = tuple(sorted(known)) if low < high else (low, high)
    return edges, min(known, key=lambda drift: known[drift])


def _proof(
    problem: CommittedQuality, drifts: tuple[float, ...], found: _Found, edges: tuple[float, ...]
) -> FeeCertificate | None:
    highest = problem.hardest.highest_fee
    fees = found.fees.copy()
    if fees[-1] < highest:
        fees[-1] = np.nextafter(fees[-1], math.inf)
    fee = found.fee if found.fee <= highest else math.nextafter(found.fee, 0.0)
    paid = _paid(problem, fee, found.price)
    if paid is None:
        return None
    price, crowd = paid
    crowds = _crowds(problem, fees[:-1], fees[1:])
    cells = cell_money(problem, fees.tolist(), crowds.tolist())
    proof = FeeCertificate(
        problem=problem, fees=tuple(fees.tolist()), crowds=tuple(crowds.tolist()), drifts=drifts,
        joiners=tuple(_joiners(problem, drift, *cells) for drift in drifts),
        access_fee=fee, improvement_price=price, crowd=crowd, drift_edges=edges,
        least_shares=tuple(_reached(problem, drift, fee, price) for drift in edges),
        value=-math.inf, bound=math.inf,
    )  # fmt: skip
    return replace(proof, value=value_of(proof), bound=bound_of(proof))


def _paid(problem: CommittedQuality, fee: float, price: float) -> tuple[float, float] | None:
    """Return a price just below that fees pay for certain, and a share that proves it."""
    for lower in (0.0, *_STEPS, 1.0):
        paid = price * (1 - lower)
        share = float(steady(problem.hardest.relay, np.array(fee), np.array(paid)).training_share)
        for step in (0.0, *_STEPS):
            crowd = min(1.0, share * (1 + step) + step)
            if problem.pays(fee, paid, crowd):
                return paid, crowd
    return None


def _joiners(
    problem: CommittedQuality, drift: float, fees: Numbers, prices: Numbers
) -> tuple[float, ...]:
    """Return shares that are proved not to be exceeded, 1 where none is."""
    there = problem.at(drift)
    shares = _shares(problem, drift, fees.astype(np.float64), prices.astype(np.float64))[0]

    def holds(tried: Array) -> npt.NDArray[np.bool_]:
        return problem.joined_by_most(there, fees, prices, there.array(tried))

    return tuple(_first_true(holds, [np.minimum(1.0, shares * (1 + s) + s) for s in _STEPS], 1.0))


def _reached(problem: CommittedQuality, drift: float, fee: float, price: float) -> float:
    """Return a share that is proved to be reached, 0 if none is."""
    there, share = problem.at(drift), _shares(problem, drift, fee, price)[0]
    money = problem.numbers([fee]), problem.numbers([price])

    def holds(tried: Array) -> npt.NDArray[np.bool_]:
        return problem.joined_by_least(there, *money, there.array(tried))

    tried = [np.atleast_1d(np.maximum(0.0, share * (1 - s) - s)) for s in (0.0, *_STEPS)]
    return _first_true(holds, tried, 0.0)[0]


def _first_true(
    holds: Callable[[Array], npt.NDArray[np.bool_]], tried: list[Array], otherwise: float
) -> list[float]:
    """Return, entry by entry, the first of the numbers tried that holds."""
    found = np.full_like(tried[0], otherwise)
    for numbers in reversed(tried):
        found = np.where(holds(numbers), numbers, found)
    return [float(number) for number in found]


def _size(best: float) -> float:
    return max(abs(best), 1e-12) if best > -math.inf else 1.0
