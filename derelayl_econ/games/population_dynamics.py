r"""How shares move in a large population: replicator, logit and best-response dynamics.

With f_i(x) the expected payoff of strategy i, fbar = sum x_i f_i and B(x) the best strategies,

    replicator      dx_i/dt = x_i (f_i - fbar)                     (Taylor and Jonker 1978)
    logit           dx_i/dt = exp(f_i/zeta)/sum_j exp(f_j/zeta) - x_i    (Fudenberg, Levine 1998)
    best response   dx/dt in conv B(x) - x                         (Gilboa and Matsui 1991)

Time runs in the units that these equations imply: payoffs are rates for the replicator; for the
other two a unit of time is the mean wait of a member between two revisions.

Numerics. The replicator of a matrix game is Nashpy's. Otherwise it is integrated in u_i = log x_i,
du_i/dt = f_i - fbar, by an adaptive Runge-Kutta method of order 8, so that shares stay positive and
long visits near the boundary lose no digits. Logit: LSODA, which copes with small noise. Best
response: x moves on a straight line to a best strategy e, x(t + s) = e + (x - e) exp(-s), which is
exact until another strategy becomes better; the moment of that is found within ``resolution``, and
where two strategies take turns (sliding) the path chatters around the tie by about as much.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.integrate import ODEintWarning, solve_ivp
from scipy.special import softmax

from derelayl_econ.errors import SolverError
from derelayl_econ.games.group_rules import GroupRule, MatrixRule
from derelayl_econ.results import Result, frozen_array

__all__ = [
    "DYNAMICS",
    "Trajectory",
    "best_response_path",
    "follow",
    "logit_path",
    "replicator_path",
]

Array = npt.NDArray[np.float64]

MOST_EVALUATIONS = 200_000
"""Payoff evaluations per path, after which it is given up."""
TOLERANCE = {"rtol": 1e-10, "atol": 1e-11}


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectory(Result):
    """Shares over time.

    Attributes
    ----------
    times : array, shape (T,)
    shares : array, shape (T, m)
    strategies : tuple of str
    dynamic, method : str
    """

    times: Array
    shares: Array
    strategies: tuple[str, ...]
    dynamic: str
    method: str

    @property
    def end(self) -> Array:
        """The last shares, shape (m,)."""
        return np.asarray(self.shares[-1])


def replicator_path(rule: GroupRule, start: Array, times: Array) -> tuple[Array, str]:
    """Integrate the replicator dynamic; returns the shares, shape (T, m), and the method."""
    if isinstance(rule, MatrixRule):
        return _with_nashpy(rule, start, times), "Nashpy (LSODA)"
    alive = start > 0
    shares = np.zeros((times.size, start.size))

    def motion(_: float, logs: Array) -> Array:
        x = np.zeros(start.size)
        x[alive] = softmax(logs)
        payoffs = rule.expected(x)
        return np.asarray(payoffs[alive] - x @ payoffs)

    logs = _integrated(motion, np.log(start[alive]), times, "DOP853")
    shares[:, alive] = softmax(logs, axis=1)
    return shares, "Runge-Kutta of order 8 in log shares"


def logit_path(rule: GroupRule, start: Array, times: Array, noise: float) -> tuple[Array, str]:
    """Integrate the logit dynamic with choice noise zeta (money)."""

    def motion(_: float, x: Array) -> Array:
        payoffs = rule.expected(_on_simplex(x))
        with np.errstate(over="ignore"):  # -inf: a payoff hopelessly behind
            behind = (payoffs - payoffs.max()) / noise
        return np.asarray(softmax(behind) - x)

    return _on_simplex(_integrated(motion, start, times, "LSODA")), "LSODA"


def best_response_path(
    rule: GroupRule, start: Array, times: Array, resolution: float
) -> tuple[Array, str]:  # fmt: skip
    """Follow the best-response dynamic along its straight pieces."""
    shares = np.empty((times.size, start.size))
    shares[0], x, now, step, spent = start, start.copy(), float(times[0]), 1.0, 0
    best = _best(rule, x)
    for k, until in enumerate(times[1:].tolist(), start=1):
        while now < until:
            step = min(step, until - now)
            after = _toward(x, best, step)
            then, spent = _best(rule, after), spent + 1
            if then != best and step > resolution:  # a switch on the way: look closer
                step = max(step / 2, resolution)
                continue
            x, now, best = after, now + step, then
            step = 2 * step if step < 1.0 else 1.0
            if spent > MOST_EVALUATIONS:
                raise SolverError("the best-response path takes too many pieces; allow a coarser "
                                  "resolution", partial=shares[:k])  # fmt: skip
        shares[k] = x
    return shares, f"straight pieces, switches within {resolution:g}"


DYNAMICS = ("replicator", "logit", "best response")


def _with_nashpy(rule: MatrixRule, start: Array, times: Array) -> Array:
    from nashpy.learning.replicator_dynamics import replicator_dynamics

    with warnings.catch_warnings():
        warnings.simplefilter("error", ODEintWarning)
        try:
            shares = replicator_dynamics(rule.values, start, times)
        except ODEintWarning as warning:
            raise SolverError(f"Nashpy's replicator: {warning}") from None
    return _on_simplex(np.asarray(shares, dtype=np.float64))


def _integrated(
    motion: Callable[[float, Array], Array], start: Array, times: Array, method: str
) -> Array:  # fmt: skip
    """Integrate with step control; gives up, with an error, beyond the budget of evaluations."""
    spent = 0

    def counted(t: float, y: Array) -> Array:
        nonlocal spent
        spent += 1
        if spent > MOST_EVALUATIONS:
            raise SolverError(f"the path needs more than {MOST_EVALUATIONS} payoff evaluations; "
                              "shorten the time or scale the payoffs")  # fmt: skip
        return motion(t, y)

    if times.size == 1:
        return start[None, :]
    found: Any = solve_ivp(
        counted, (times[0], times[-1]), start, method=method, t_eval=times, **TOLERANCE
    )
    if not found.success:
        raise SolverError(f"integration failed: {found.message}", partial=found.y.T)
    return np.asarray(found.y.T)


def _on_simplex(shares: Array) -> Array:
    positive = np.clip(shares, 0.0, None)
    return np.asarray(positive / positive.sum(axis=-1, keepdims=True))


def _best(rule: GroupRule, x: Array) -> int:
    return int(np.argmax(rule.expected(x)))


def _toward(x: Array, strategy: int, time: float) -> Array:
    moved = x * np.exp(-time)
    moved[strategy] += -np.expm1(-time)
    return np.asarray(moved)


def follow(
    rule: GroupRule, strategies: Sequence[str], start: Array, times: Array, dynamic: str, *,
    noise: float, resolution: float,
) -> Trajectory:  # fmt: skip
    """Follow one of the dynamics from ``start`` (at the first of ``times``)."""
    if dynamic == "replicator":
        shares, method = replicator_path(rule, start, times)
    elif dynamic == "logit":
        shares, method = logit_path(rule, start, times, noise)
    else:
        shares, method = best_response_path(rule, start, times, resolution)
    return Trajectory(
        times=frozen_array(times), shares=frozen_array(shares), strategies=tuple(strategies),
        dynamic=dynamic, method=method,
    )  # fmt: skip
