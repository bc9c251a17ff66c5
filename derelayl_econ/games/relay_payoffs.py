r"""What trainers, riders, cheats and those who stay out earn in one leg of the relay.

A group of N. A *trainer* pays c and submits honest work, accepted with probability
pi_1 = 1 - y alpha; a *cheat* pays c_0 and submits a fake, accepted with probability
pi_0 = 1 - y (1 - beta) (audit rate y, error rates alpha and beta); verdicts are independent. All
*accepted* submissions of the leg share the pool R equally: a fake that passed cannot be told from
honest work. A *rejected* submission forfeits the deposit D. The leg improves the model iff at least
one honest submission is accepted; then every contributor (whose submission was accepted) gets the
benefit b, and everybody else in the relay (riders, and those who were rejected) the leaked part
theta b. Who *stays out* has U. A fake neither improves the model nor harms it.

For a focal member let S be the expected share of the pool if its submission is accepted and I the
probability that *others* improve the model. Then

    train     pi_1 (b + R S) + (1 - pi_1) (theta b I - D) - c
    ride      theta b I
    cheat     pi_0 (b I + R S) + (1 - pi_0) (theta b I - D) - c_0
    stay out  U.

With q the probability that another member's submission is accepted and h that it is honest *and*
accepted, in an infinite population q = pi_1 x_T + pi_0 x_C and h = pi_1 x_T,

    S = (1 - (1-q)^N)/(N q),    I = 1 - (1-h)^(N-1).

If t others train and s cheat, I = 1 - (1-pi_1)^t and, as an integral of a polynomial,
S = int_0^1 (1 - pi_1 (1-z))^t (1 - pi_0 (1-z))^s dz, which Gauss-Legendre quadrature with half as
many points as factors gives exactly. Without cheats, audits and stayers-out this is *train or ride*
of theory notes, section 2.1. Source: own extension of it to section 6.1.
Proved: theorem S in proofs/.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt
import sympy as sp
from scipy.special import roots_legendre

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = [
    "ACCEPT_FAKE",
    "ACCEPT_HONEST",
    "IMPROVED",
    "PAYOFFS",
    "POOL_SHARE",
    "STRATEGIES",
    "conditional_share",
    "payoff_coefficients",
    "pool_share",
]

Array = npt.NDArray[np.float64]

_CHUNK = 1024
_SOURCE = "theory notes, sections 2.1 and 6.1"
_B, _C, _C0, _R, _D, _U = (
    symbol(s) for s in ("benefit", "cost", "cost_cheat", "pool", "deposit", "outside")
)
_N, _THETA, _Y = (symbol(s) for s in ("participants", "leakage", "audit_rate"))
_ALPHA, _BETA = symbol("false_reject"), symbol("false_accept")
_PI1, _PI0, _H, _Q = (
    symbol(s) for s in ("accept_honest", "accept_fake", "accepted_honest", "accepted")
)
_S, _I = symbol("pool_share"), symbol("improved")
_LEAKED = _THETA * _B * _I

ACCEPT_HONEST = Formula("acceptance of honest work", 1 - _Y * _ALPHA, _SOURCE)
ACCEPT_FAKE = Formula("acceptance of a fake", 1 - _Y * (1 - _BETA), _SOURCE)

POOL_SHARE = Formula(
    "expected share of the pool of an accepted submission",
    # (1-q)^N as an exponential: accurate for small q, where 1 - q would lose digits.
    -(sp.exp(_N * sp.log(1 - _Q)) - 1) / (_N * _Q),
    _SOURCE,
)
"""S = E[1/(1 + A)], A ~ Bin(N-1, q), for q > 0; 1 at q = 0."""

IMPROVED = Formula(
    "probability that others improve the model",
    -(sp.exp((_N - 1) * sp.log(1 - _H)) - 1),
    _SOURCE,
)
"""I = 1 - (1-h)^(N-1)."""

PAYOFFS: dict[str, Formula] = {
    "train": Formula(
        "payoff of training", _PI1 * (_B + _R * _S) + (1 - _PI1) * (_LEAKED - _D) - _C, _SOURCE
    ),
    "ride": Formula("payoff of riding", _LEAKED, _SOURCE),
    "cheat": Formula(
        "payoff of cheating",
        _PI0 * (_B * _I + _R * _S) + (1 - _PI0) * (_LEAKED - _D) - _C0,
        _SOURCE,
    ),
    "stay out": Formula("payoff of staying out", _U, _SOURCE),
}
"""By strategy, in S and I."""

STRATEGIES = tuple(PAYOFFS)


def pool_share(accepted: npt.ArrayLike, participants: npt.ArrayLike) -> Array:
    """Return S for q in [0, 1], also at q = 0; broadcasts.

    Examples
    --------
    >>> pool_share([0.0, 0.5, 1.0], 2)
    array([1.  , 0.75, 0.5 ])
    """
    q = np.asarray(accepted, dtype=np.float64)
    return np.where(q > 0, POOL_SHARE(accepted=q, participants=participants), 1.0)


def payoff_coefficients(
    strategy: str, values: dict[str, float]
) -> tuple[Fraction, Fraction, Fraction]:
    """Return (a, b, c) with payoff = a + b S + c I, exact in the floats given.

    Parameters
    ----------
    values : dict
        Every parameter of the payoffs, and ``accept_honest`` and ``accept_fake``.

    Examples
    --------
    >>> values = {"benefit": 4.0, "leakage": 0.5}
    >>> [str(a) for a in payoff_coefficients("ride", values)]
    ['0', '0', '2']
    """
    constant, share, improved = _linear(strategy)
    return _exactly(constant, values), _exactly(share, values), _exactly(improved, values)


@cache
def _linear(strategy: str) -> tuple[Formula, Formula, Formula]:
    """Split a payoff, which is linear in S and I, into its three parts."""
    payoff = PAYOFFS[strategy]
    at_zero = payoff.expression.subs({_S: 0, _I: 0})
    return (
        Formula(payoff.name, at_zero, payoff.source),
        Formula(payoff.name, sp.diff(payoff.expression, _S), payoff.source),
        Formula(payoff.name, sp.diff(payoff.expression, _I), payoff.source),
    )


def _exactly(formula: Formula, values: dict[str, float]) -> Fraction:
    exact = formula.exact(**{name: values[name] for name in formula.arguments})
    return Fraction(int(exact.p), int(exact.q))


def conditional_share(
    trainers: npt.NDArray[np.int64],
    cheats: npt.NDArray[np.int64],
    accept_honest: float,
    accept_fake: float,
) -> Array:
    """Return S when exactly ``trainers`` and ``cheats`` of the others submit.

    Parameters
    ----------
    trainers, cheats : array of int, same shape

    Examples
    --------
    >>> one, none = np.array([1]), np.array([0])
    >>> conditional_share(one, none, 0.5, 0.5), conditional_share(one, one, 1.0, 1.0).round(12)
    (array([0.75]), array([0.33333333]))
    """
    if not cheats.any():
        return pool_share(accept_honest, trainers + 1)
    if not trainers.any():
        return pool_share(accept_fake, cheats + 1)
    nodes, weights = roots_legendre(int((trainers + cheats).max()) // 2 + 1)
    lost = (1 - nodes) / 2  # 1 - z at the nodes
    powers = [
        _powers(1 - chance * lost, int(number.max()))
        for chance, number in ((accept_honest, trainers), (accept_fake, cheats))
    ]
    # In chunks: all pairs (t, s) times all nodes would not fit for large groups.
    pairs = np.column_stack([trainers.ravel(), cheats.ravel()])
    sums = [(powers[0][part[:, 0]] * powers[1][part[:, 1]]) @ weights
            for part in np.array_split(pairs, pairs.shape[0] // _CHUNK + 1)]  # fmt: skip
    return np.concatenate(sums).reshape(trainers.shape) / 2


def _powers(base: Array, most: int) -> Array:
    """Return base^k, k = 0, ..., most, in the rows."""
    return np.vander(base, most + 1, increasing=True).T
