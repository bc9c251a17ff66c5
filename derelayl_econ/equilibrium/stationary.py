r"""Payoffs that repeat themselves: states whose coins meet the incentives at what they pay.

A round of linear programs says, for each state s that plays profile a(s), which states its coins
mix and which incentives bind there. Going round again and again moves the payoffs v by a factor of
the discount each time. With that structure kept, what the rounds approach solves equations:

    v(s) = (1-delta) g(a(s)) + delta w(s),    w(s) = sum_k q_sk v(k),    sum_k q_sk = 1,
    w_i(s) - e_si = v_i(k(i)) + gains_i(a(s)) + margin,

over the coins q_sk that are in use and the excesses e_si >= 0 of the incentives that do not bind;
every state has as many of them as equations, n + 1. Given v the rest is linear, so this is a root
of a map of v alone. A solution may break a sign; then the programs have to say a new structure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import root

__all__ = ["Structure"]

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_USED = 1e-9
_FINE, _RESIDUAL = 1e-13, 1e-9
_ITERATIONS, _SMALL, _FAR = 400, 60, 10.0
_SINGULAR = 1e-14


@dataclass(frozen=True, kw_only=True, eq=False)
class Structure:
    """Which states repeat themselves, and what the others mix.

    Attributes
    ----------
    keep : float
        1 - delta.
    own : array of shape (m, n)
        g(a(s)).
    surplus : array of shape (m, n)
        gains(a(s)): what continuations must pay above the worst payoffs.
    movers : array of int, shape (M,)
        States that do not repeat themselves.
    chosen : array of int, shape (M, n + 1)
        Unknowns of each mover: k < m stands for the coin to state k, m + i for the excess of i.
    worst : array of int, shape (n,)
        k(i), the states that punish.
    """

    keep: float
    own: Array
    surplus: Array
    movers: Indices
    chosen: Indices
    worst: Indices

    @classmethod
    def read(
        cls, values: Array, weights: Array, *, keep: float, own: Array, surplus: Array,
        movers: Indices,
    ) -> Structure:  # fmt: skip
        """Return the structure of coins ``weights`` (m, m) found at payoffs ``values`` (m, n)."""
        worst = values.argmin(axis=0)
        floor = values[worst, np.arange(values.shape[1])]
        excess = weights[movers] @ values - floor - surplus[movers]
        # Coins in use come first; where an incentive binds beside too few of them (a degenerate
        # program), it is left to the exact check and not forced to bind.
        used = np.where(weights[movers] > _USED, 2 + weights[movers], -1.0)
        sizes = np.column_stack([used, excess])
        chosen = np.argsort(-sizes, axis=1, kind="stable")[:, : values.shape[1] + 1]
        return cls(keep=keep, own=own, surplus=surplus, movers=movers, chosen=chosen, worst=worst)

    def solve(self, start: Array, margin: float) -> tuple[Array, Array] | None:
        """Return payoffs (m, n) that repeat themselves and their coins (m, m), of any sign.

        None if the search finds none.

        Parameters
        ----------
        start : array of shape (m, n)
            Payoffs to begin the search at.
        margin : float
            By how much the binding incentives are exceeded.
        """

        def residual(flat: Array) -> Array:
            return self._after(flat.reshape(start.shape), margin).ravel() - flat

        if np.abs(residual(start.ravel())).max() <= _FINE:
            values = start.ravel()
        elif start.size <= _SMALL:
            values = root(residual, start.ravel(), tol=1e-14).x
        else:
            values = _iterated(residual, start.ravel())
        if not np.abs(values).max() < _FAR or np.abs(residual(values)).max() > _RESIDUAL:
            return None
        unknowns = self._unknowns(values.reshape(start.shape), margin)
        weights = np.eye(len(start))
        weights[self.movers] = 0
        coins = self.chosen < len(start)
        rows = np.broadcast_to(self.movers[:, None], coins.shape)
        weights[rows[coins], self.chosen[coins]] = unknowns[coins]
        return values.reshape(start.shape), weights

    def paid(self, weights: Array, values: Array) -> Array:
        """Return what the states pay with these coins (m, m), if those after them pay ``values``.

        Shape (m, n).
        """
        result = self.own.copy()
        after = weights[self.movers] @ values
        result[self.movers] = self.keep * self.own[self.movers] + (1 - self.keep) * after
        return result

    def _unknowns(self, values: Array, margin: float) -> Array:
        size, players = values.shape
        floor = values[self.worst, np.arange(players)]
        columns = np.zeros((size + players, players + 1))
        columns[:size, :-1], columns[:size, -1] = values, 1
        columns[size:, :-1] = -np.eye(players)
        right = np.ones((len(self.movers), players + 1))
        right[:, :-1] = floor + self.surplus[self.movers] + margin
        systems = columns[self.chosen].transpose(0, 2, 1)
        return np.asarray((_inverse(systems) @ right[:, :, None])[:, :, 0])

    def _after(self, values: Array, margin: float) -> Array:
        """Return (1-delta) g + delta w for the coins that meet the incentives at ``values``."""
        unknowns = self._unknowns(values, margin)
        padded = np.concatenate([values, np.zeros((values.shape[1], values.shape[1]))])
        paid = (unknowns[:, :, None] * padded[self.chosen]).sum(axis=1)
        result = self.own.copy()
        result[self.movers] = self.keep * self.own[self.movers] + (1 - self.keep) * paid
        return result


def _iterated(residual: Callable[[Array], Array], start: Array) -> Array:
    """Return where adding the residual again and again leads, or how far it got."""
    values = start
    for _ in range(_ITERATIONS):
        change = residual(values)
        values = values + change
        if not _FINE < np.abs(change).max() < _FAR:
            break
    return values


def _inverse(systems: Array) -> Array:
    """Return inverses of square matrices, pseudo-inverses of singular ones."""
    singular = np.abs(np.linalg.det(systems)) < _SINGULAR
    result = np.empty_like(systems)
    result[~singular] = np.linalg.inv(systems[~singular])
    result[singular] = np.linalg.pinv(systems[singular])
    return result
