r"""The mean-field theory of the ecology: steady owners, ages of versions, coins.

All of it supposes that every trainer drawn takes part (no costs, no reserve). With A = N/2 slots
and k = p s, each of M owners is followed by k min(A - M, L M) / M winners on average:

    M+ = k min(A - M, L M),    steady M* = k A/(1 + k),

or (k A - ell)/(1 + k) if rounding s S down to a whole number of winners loses ell of them on
average; ell = (q - 1)/(2 q) for s = r/q in lowest terms, 1/2 for irrational s. The relay lasts iff
L p s > 1 and the founders can become more: floor(s min(L F, A - F)) > F, which is floor(s L) >= 2
for one founder of a large community. In the steady state every trainer finds an owner; only one
owner in L p s is needed.

The ages of the versions people hold: p (A - M) trainers and the miner who encrypts have the newest.
Of those who had the newest a round ago, M are owners now and stay; everybody else gets a new one
with probability h. Source: theory notes, section 5 (own analysis of the rules of the DeRelayL
authors' public simulation).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol
from derelayl_econ.results import Result, frozen_array
from derelayl_econ.rewards import LineageShare

__all__ = [
    "AGES",
    "FRESH",
    "ISSUED_ALL",
    "ISSUED_GEOMETRIC",
    "NEXT",
    "OWNERS",
    "RENEWAL",
    "SERVED",
    "SUPPLY",
    "TRAINER_CHANCE",
    "EcologySteadyState",
    "coins_by_generation",
    "coins_issued",
    "rounding_loss",
    "steady_state",
    "survives",
    "version_shares",
]

Array = npt.NDArray[np.float64]

AGES = 11
"""Ages of versions that are told apart: 0 (newest) to 10; then "older" and "none"."""

_N, _A, _L = symbol("participants"), symbol("slots"), symbol("matches")
_S, _P, _M = symbol("winning_share"), symbol("success"), symbol("owners")
_LOSS, _PT, _H, _T = (symbol(s) for s in ("rounding_loss", "trainer_chance", "renewal", "rounds"))
_D, _RHO = symbol("decay"), symbol("royalty_share")
_SOURCE = "theory notes, section 5"

OWNERS = Formula("steady owners", (_P * _S * _A - _LOSS) / (1 + _P * _S), _SOURCE)
"""M*: fixed point of M -> p s (A - M) - ell; ell = 0 without rounding."""

SERVED = Formula("share of owners with a trainer", 1 / (_L * _P * _S), _SOURCE)

TRAINER_CHANCE = Formula(
    "chance that a non-owner trains", (_A - _M) / (_N - _M), _SOURCE
)  # fmt: skip

RENEWAL = Formula(
    "chance that a non-owner gets the newest model", _PT * _P + (1 - _PT) / (_N - _A), _SOURCE
)
"""By training successfully, or as the one of N - A miners who encrypts."""

FRESH = Formula("share with the newest version", (_P * (_A - _M) + 1) / _N, _SOURCE)

NEXT = Formula(
    "share one version behind", (_M + (1 - _H) * (_P * (_A - _M) + 1 - _M)) / _N, _SOURCE
)
"""Owners stay behind; each further version behind has 1 - h times the share."""

SUPPLY = Formula("coins after t rounds, leading term", _M * _T**2 / 2, _SOURCE)
ISSUED_ALL = Formula("royalties issued, one coin per ancestor", _M * _T * (_T + 3) / 2, _SOURCE)
"""sum_(r=1)^t M (r + 1): a winner of version r has r ancestors and an owner."""

ISSUED_GEOMETRIC = Formula(
    "royalties issued, geometric weights",
    _M * _RHO * (_T - _D**2 * (1 - _D**_T) / (1 - _D)),
    _SOURCE,
)
"""sum_(r=1)^t M rho (1 - a^(r+1)): linear in t."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EcologySteadyState(Result):
    """The mean-field steady state, per round.

    Attributes
    ----------
    survives : bool
        Whether the relay can last; if not, the numbers below are 0 and the shares None.
    owners : float
        M*, rounding included.
    owners_unrounded : float
        k A/(1 + k).
    trainers, trained : float
        A - M*, and p (A - M*).
    served_share : float
        Share of the owners that some trainer is matched with, 1/(L p s).
    renewal : float
        h, chance that a non-owner gets the newest version in a round.
    version_shares : array of shape (13,) or None
        Shares of the participants who hold the newest version, the one before, ..., the tenth
        before, an older one, none.
    """

    survives: bool
    owners: float
    owners_unrounded: float
    trainers: float
    trained: float
    served_share: float
    renewal: float
    version_shares: Array | None


def survives(
    participants: int, matches: int, winning_share: float, success: float, founders: int = 1
) -> bool:
    """Return whether the relay can last: L p s > 1, and the founders can become more.

    Examples
    --------
    >>> survives(256, 4, 0.5, 0.9), survives(256, 3, 0.5, 0.9), survives(256, 3, 0.5, 0.9, 2)
    (True, False, True)
    """
    most = np.floor(winning_share * min(matches * founders, participants // 2 - founders))
    return bool(matches * success * winning_share > 1 and most > founders)


def rounding_loss(winning_share: float) -> float:
    """Return ell, the mean of s S - floor(s S) over whole numbers S.

    Examples
    --------
    >>> rounding_loss(0.5), rounding_loss(1.0), round(rounding_loss(1 / 3), 12)
    (0.25, 0.0, 0.333333333333)
    """
    whole = Fraction(winning_share).limit_denominator(1000)
    if float(whole) != winning_share:  # as good as irrational
        return 0.5
    return float(Fraction(whole.denominator - 1, 2 * whole.denominator))


def steady_state(
    participants: int, matches: int, winning_share: float, success: float, founders: int = 1
) -> EcologySteadyState:
    """Return the steady state of an ecology in which everybody drawn takes part.

    Proved: theorem E in proofs/.
    """
    slots = participants // 2
    lasts = survives(participants, matches, winning_share, success, founders)
    if not lasts:
        return EcologySteadyState(survives=False, owners=0.0, owners_unrounded=0.0, trainers=0.0,
                                  trained=0.0, served_share=0.0, renewal=0.0,
                                  version_shares=None)  # fmt: skip
    loss = rounding_loss(winning_share)
    shared = {"slots": slots, "success": success, "winning_share": winning_share}
    owners = float(OWNERS(rounding_loss=loss, **shared))
    return EcologySteadyState(
        survives=True,
        owners=owners,
        owners_unrounded=float(OWNERS(rounding_loss=0, **shared)),
        trainers=slots - owners,
        trained=success * (slots - owners),
        served_share=float(SERVED(matches=matches, success=success, winning_share=winning_share)),
        renewal=renewal(participants, success, owners),
        version_shares=frozen_array(version_shares(participants, success, owners)),
    )


def renewal(participants: int, success: float, owners: float) -> float:
    """Return h if every trainer finds an owner."""
    slots = participants // 2
    chance = float(TRAINER_CHANCE(slots=slots, participants=participants, owners=owners))
    return float(RENEWAL(trainer_chance=chance, success=success, slots=slots,
                         participants=participants))  # fmt: skip


def version_shares(participants: int, success: float, owners: float) -> Array:
    """Return the steady shares of ages 0, ..., 10, older and none; shape (13,).

    Proved: theorem E in proofs/.

    Examples
    --------
    >>> version_shares(256, 0.9, 39.55)[:5].round(3)
    array([0.315, 0.255, 0.16 , 0.1  , 0.063])
    """
    kept = 1 - renewal(participants, success, owners)
    known = {"success": success, "slots": participants // 2, "owners": owners,
             "participants": participants}  # fmt: skip
    shares = np.zeros(AGES + 2)
    shares[0] = FRESH(**known)
    shares[1:AGES] = float(NEXT(renewal=1 - kept, **known)) * kept ** np.arange(AGES - 1)
    shares[AGES] = 1 - shares[:AGES].sum()
    return shares


def coins_issued(royalties: LineageShare, winners: npt.ArrayLike) -> Array:
    """Return the royalties issued until each round, given the winners of each round.

    Exact, whatever the tree: a winner of round r pays w_0 + ... + w_r in all.

    Proved: theorem E in proofs/.

    Parameters
    ----------
    winners : array_like, shape (..., t)
        Winners of rounds 1, ..., t; means give means.

    Examples
    --------
    >>> coins_issued(LineageShare(weights="all"), [1, 1, 2])
    array([ 2.,  5., 13.])
    """
    counts = np.asarray(winners, dtype=np.float64)
    owed = royalties.liability(counts.shape[-1] + 1)[1:]
    return np.asarray(np.cumsum(counts * owed, axis=-1))


def coins_by_generation(royalties: LineageShare, winners: npt.ArrayLike) -> Array:
    """Return what the models of each version have earned for their owners: dilution.

    Exact, whatever the tree: every winner of version r pays w_(r-v) to its ancestor of version v.

    Parameters
    ----------
    winners : array_like, shape (t,)
        Winners of rounds 1, ..., t: the models of versions 1, ..., t.

    Returns
    -------
    ndarray, shape (t + 1,)
        Coins until round t of all models of version 0 (the genesis models), 1, ..., t together.

    Examples
    --------
    >>> coins_by_generation(LineageShare(weights="all"), [1, 1, 2])
    array([4., 4., 3., 2.])
    """
    counts = np.asarray(winners, dtype=np.float64)
    weights = royalties.weight(np.arange(counts.size + 1))
    paid = np.convolve(weights, counts[::-1])[: counts.size][::-1]  # versions 1, ..., t
    return np.concatenate([[weights[1:] @ counts], paid])
