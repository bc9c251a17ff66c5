r"""All rest points of the relay, by counting in closed form, for groups of any size.

Every payoff is linear in S (the pool share of an accepted submission) and I (the chance that others
improve the model), f_i = a_i + b_i S + c_i I, with S = S(q) strictly decreasing in
q = pi_1 x_T + pi_0 x_C and I = I(h) strictly increasing in h = pi_1 x_T
(:mod:`derelayl_econ.games.relay_payoffs`). Face by face (T train, C cheat, P passive: ride or stay
out):

* T-ride: f_T - f_R = const + pi_1 R S - pi_1 theta b I falls in x_T: at most one rest point.
* T-stay out: pi_1 R S + (1 - pi_1) theta b I + const has, in h, Bernstein coefficients that change
  sign at most twice: at most two, all found by counting.
* C-P: pi_0 R S + const falls in x_C: at most one.
* T-C: f_T - f_C = const + (pi_1 - pi_0) R S - b [pi_0 + theta (pi_1 - pi_0)] I falls in x_T (q and
  h both rise with it): at most one.
* T-C-P: two linear equations for (S, I) with one solution, so at most one rest point: I gives x_T,
  S gives q and with it x_C.
* ride-stay out, alone or beside others: both earn the same iff theta b I = U. Without trainers (or
  if nothing leaks) that is U = 0, and then the rest points of the two faces with one of them are
  joined by a continuum; else it would be a coincidence (f_T = f_R = U at one x_T), which is not
  decided in floats: a rest point with an undecided invasion turns the coverage into "some".

So in the interior of the whole simplex there is generically no rest point: riders and stayers-out
never coexist. (Degenerate faces, where the equations for S and I are dependent, as when R = 0 and
b = 0, are reported by coverage "some" too.) Source: own analysis of theory notes, section 6.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from derelayl_econ.equilibrium.certificate import solve
from derelayl_econ.games.relay_payoffs import pool_share
from derelayl_econ.games.relay_rule import RelayRule
from derelayl_econ.games.rest_points import ZERO, RestPoints, negligible, rest_point
from derelayl_econ.results import Coverage, Status

__all__ = ["relay_rest_points"]

Array = npt.NDArray[np.float64]
Shares = dict[str, float]

_TIGHT = {"xtol": 1e-300, "rtol": 4 * np.finfo(float).eps, "maxiter": 2000}
PASSIVE = ("ride", "stay out")


def relay_rest_points(rule: RelayRule) -> RestPoints:
    """Return all rest points of the relay."""
    played = set(rule.strategies)
    found: list[Shares] = [{name: 1.0} for name in rule.strategies]
    complete = True
    for face in _faces(played):
        points, whole = _ON_FACE[face](rule, face)
        found += points
        complete &= whole
    states = sorted((_state(rule, shares) for shares in found), key=tuple)
    continua = _continua(rule, states)
    complete &= _decided(rule, states, continua)
    return RestPoints(
        equilibria=tuple(rest_point(rule, rule.strategies, x) for x in states),
        coverage=Coverage.ALL if complete else Coverage.SOME,
        method="monotone payoff differences and Bernstein sign changes",
        status=Status.SOLVED if complete else Status.UNRESOLVED,
        continua=continua,
    )


def _faces(played: set[str]) -> list[tuple[str, ...]]:
    return [face for face in _ON_FACE if set(face) <= played]


def _difference(rule: RelayRule, first: str, second: str) -> tuple[Fraction, Fraction, Fraction]:
    a, b, c = (x - y for x, y in zip(rule.linear[first], rule.linear[second], strict=True))
    return a, b, c


def _one_sort(rule: RelayRule, face: tuple[str, ...]) -> tuple[list[Shares], bool]:
    """Solve an edge between trainers or cheats and a passive strategy, in the accepted share.

    Given that k of the others' submissions were accepted, S is 1/(k+1) and I (for trainers) is
    1[k >= 1]: these are Bernstein coefficients in h (or q) on (0, 1), of which (0, pi) is reached.
    """
    active, passive = face
    a, b, c = (float(x) for x in _difference(rule, active, passive))
    chance = rule.terms.accept_honest if active == "train" else rule.terms.accept_fake
    k = np.arange(rule.participants)
    gains = a + b / (k + 1.0) + (c * (k >= 1) if active == "train" else 0.0)
    if chance == 0 or not gains.any():  # payoffs do not depend on the shares
        return [], bool(gains[0] != 0)
    roots, _ = solve(gains)
    shares = [root.p / chance for root in roots.roots]
    return [{active: x, passive: 1 - x} for x in shares if x < 1], roots.complete


def _train_cheat(rule: RelayRule, face: tuple[str, ...]) -> tuple[list[Shares], bool]:
    """Solve the edge between trainers and cheats: the difference falls, or is constant."""

    def lead(x: float) -> float:
        payoffs = rule.expected(_state(rule, {"train": x, "cheat": 1 - x}))
        return float(payoffs[place[0]] - payoffs[place[1]])

    place = [rule.strategies.index(name) for name in face]
    _, b, c = _difference(rule, *face)
    ends = lead(0.0), lead(1.0)
    if b == c == 0:
        return [], ends[0] != 0
    if ends[0] <= 0 or ends[1] >= 0:
        return [], True
    x = brentq(lead, 0.0, 1.0, **_TIGHT)
    return [{"train": x, "cheat": 1 - x}], True


def _with_passive(rule: RelayRule, face: tuple[str, ...]) -> tuple[list[Shares], bool]:
    """Solve f_T = f_C = f_P: linear in (S, I), then two monotone inverses."""
    rows = [_difference(rule, active, face[2]) for active in face[:2]]
    (a0, b0, c0), (a1, b1, c1) = rows
    determinant = b0 * c1 - b1 * c0
    if determinant == 0:
        return [], not _dependent(rows)
    exact_share = (a1 * c0 - a0 * c1) / determinant
    exact_improved = (b1 * a0 - b0 * a1) / determinant
    n = rule.participants
    if not (0 < exact_improved < 1 and Fraction(1, n) < exact_share < 1):
        return [], True
    share, improved = float(exact_share), float(exact_improved)
    if not 0 < improved < 1:  # rounded to an end
        return [], False
    honest = -math.expm1(math.log1p(-improved) / (n - 1))
    if rule.terms.accept_fake == 0:  # cheats are passive too: one unknown, two equations
        return [], not math.isclose(float(pool_share(honest, n)), share, rel_tol=ZERO)
    accepted = brentq(lambda q: float(pool_share(q, n)) - share, 0.0, 1.0, **_TIGHT)
    train = honest / rule.terms.accept_honest
    cheat = (accepted - honest) / rule.terms.accept_fake
    inside = train > 0 and cheat > 0 and train + cheat < 1
    shares = {"train": train, "cheat": cheat, face[2]: 1 - train - cheat}
    return ([shares] if inside else []), True


def _dependent(rows: Sequence[tuple[Fraction, Fraction, Fraction]]) -> bool:
    """Whether two equations a + b S + c I = 0 with parallel (b, c) have a common solution."""
    (a0, b0, c0), (a1, b1, c1) = rows
    if b0 == c0 == 0 or b1 == c1 == 0:
        return all(a == 0 for a, b, c in rows if b == c == 0)
    return a0 * b1 == a1 * b0 and a0 * c1 == a1 * c0


_ON_FACE = {
    ("train", "ride"): _one_sort,
    ("train", "stay out"): _one_sort,
    ("cheat", "ride"): _one_sort,
    ("cheat", "stay out"): _one_sort,
    ("train", "cheat"): _train_cheat,
    ("train", "cheat", "ride"): _with_passive,
    ("train", "cheat", "stay out"): _with_passive,
}


def _continua(rule: RelayRule, states: list[Array]) -> tuple[tuple[int, ...], ...]:
    """Join, where theta b I = U = 0, each rest point with riders to its twin without."""
    if not set(PASSIVE) <= set(rule.strategies) or rule.terms.outside != 0:
        return ()
    ride, out = (rule.strategies.index(name) for name in PASSIVE)
    swapped = np.arange(rule.size)
    swapped[[ride, out]] = out, ride
    nothing_leaks = rule.terms.leakage * rule.terms.benefit == 0
    same = [k for k, x in enumerate(states) if nothing_leaks or _share(rule, x, "train") == 0]
    twins = [
        (k, j)
        for k in same
        for j in same
        if states[k][ride] > 0 and np.allclose(states[j], states[k][swapped], rtol=0, atol=1e-12)
    ]
    return tuple((min(pair), max(pair)) for pair in twins)


def _decided(rule: RelayRule, states: list[Array], continua: tuple[tuple[int, ...], ...]) -> bool:
    """Whether no absent strategy earns, within rounding, the average (or a continuum says why)."""
    joined = {k for pair in continua for k in pair}
    for k, x in enumerate(states):
        payoffs = rule.expected(x)
        lead = np.abs(payoffs - x @ payoffs)[x == 0]
        near = lead <= negligible(rule, x)
        if near.sum() > (k in joined):
            return False
    return True


def _share(rule: RelayRule, x: Array, name: str) -> float:
    return float(x[rule.strategies.index(name)]) if name in rule.strategies else 0.0


def _state(rule: RelayRule, shares: Shares) -> Array:
    return np.array([shares.get(name, 0.0) for name in rule.strategies])
