r"""When participants may decline: how long coins can pay for training, and who trains without them.

**Coins bought with a fixed budget.** Somebody spends B_c per round on the coins issued in it, and
nobody values quality. A trainer with the deposit b joins iff

    B_c (k omega - (1 - k) b) >= c I,

with I the issue it expects (:mod:`derelayl_econ.ecology.terms`). Under one coin per ancestor every
winner of version t issues t + 1 coins, so that I grows with t whatever participants do, and even
with b = 0 the relay cannot be alive after more than

    B_c p s omega / c + delta/(1 - delta)

rounds: the last term is how far the expected issue can lag behind. Under royalties of bounded sum W
the whole community goes on training if B_c (k omega - (1 - k) b) >= c (M* W + fees) with b the
largest deposit that is asked. The authors' rule asks for lag + 1 coins, without end: a participant
whose lag exceeds the *drop-out lag*, where (1 - k) b = k omega - c I/B_c, never trains again unless
it is too poor to pay. So a budget keeps everybody in only if deposits are capped.

**No coins, but drift.** A model loses the share eta of its quality per round, so that somebody who
holds a model made j rounds ago gains q (1 - (1-eta)^j) from a new one of quality q. It joins iff
w p q (1 - (1-eta)^j) >= c: not before its model has the break-even lag

    j* = ln(1 - c/(w p q)) / ln(1 - eta),

rounded up. A participant's cycle from one new model to the next ends by training, from that lag on
with chance P p per round (P: to be drawn, with M = s S - ell owners), or earlier, as the miner who
encrypts, with chance f = (1 - P)/(N - A). With x = (1-f)^(j*-1) for cycles that reach the lag,

    S = N x P p/(P p + f) / [(1 - x)/f + x/(P p + f)]

models are trained per round (renewal-reward theorem); f -> 0 gives N/(j* - 1 + 1/(P p)). It takes
everybody's model as equally good when new. Source: own analysis (theory notes, section 5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp
from scipy.optimize import brentq

from derelayl_econ.ecology.gains import TrainingGains
from derelayl_econ.ecology.mean_field import TRAINER_CHANCE, rounding_loss
from derelayl_econ.ecology.terms import winner_income
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol
from derelayl_econ.results import Result

if TYPE_CHECKING:
    from derelayl_econ.ecology.ecology import Ecology

__all__ = [
    "BREAK_EVEN_LAG",
    "BUDGET_FLOOR",
    "DROP_OUT_LAG",
    "LIFETIME_BOUND",
    "RENEWED",
    "RenewalState",
    "budget_floor",
    "lifetime_bound",
    "renewal_state",
]

HORIZON = 10_000
"""Generations after which geometric royalties count for nothing."""

_B, _P, _S = symbol("coin_budget"), symbol("success"), symbol("winning_share")
_OMEGA, _C, _DELTA = symbol("winner_income"), symbol("cost"), symbol("discount")
_W, _Q, _ETA, _I = symbol("value"), symbol("quality"), symbol("drift"), symbol("issue")
_N, _LAG, _PT = symbol("participants"), symbol("lag"), symbol("trainer_chance")
_SOURCE = "theory notes, section 5 (own analysis)"

LIFETIME_BOUND = Formula(
    "longest life under one coin per ancestor",
    _B * _P * _S * _OMEGA / _C + _DELTA / (1 - _DELTA),
    _SOURCE,
)
"""Rounds after which nobody joins, if coins are bought with a fixed budget."""

BUDGET_FLOOR = Formula(
    "least budget for coins",
    _C * _I / (_P * _S * _OMEGA - (1 - _P * _S) * symbol("bid")),
    _SOURCE,
)
"""Money per round at which a trainer with that deposit joins while I coins are issued."""

DROP_OUT_LAG = Formula(
    "drop-out lag",
    (_P * _S * _OMEGA - _C * _I / _B) / (1 - _P * _S) - 1,
    _SOURCE,
)
"""Lag (rounds) beyond which the deposit lag + 1 is not worth risking; least if c = 0."""

BREAK_EVEN_LAG = Formula(
    "break-even lag", sp.log(1 - _C / (_W * _P * _Q)) / sp.log(1 - _ETA), _SOURCE
)
"""Age (rounds) from which a model is worth replacing; ``value`` is w, for ever."""

_GIFT = (1 - _PT) / (_N - symbol("slots"))
_REACHED = (1 - _GIFT) ** (_LAG - 1)
_ENDS = _PT * _P + _GIFT
RENEWED = Formula(
    "models trained per round",
    _N * _REACHED * _PT * _P / _ENDS / ((1 - _REACHED) / _GIFT + _REACHED / _ENDS),
    _SOURCE,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RenewalState(Result):
    """The steady state in which participants train to replace models that drift.

    Attributes
    ----------
    quality : float
        Quality of a new model (score).
    lag : int or None
        Rounds after which a model is replaced; None if never.
    trained, owners : float
        Models trained per round, and owners (rounding included); 0 if nobody trains.
    starts : bool
        Whether the first training is worth its cost: m(q_0) w p >= c. If not, the relay needs a
        subsidy to reach this state.
    """

    quality: float
    lag: int | None
    trained: float
    owners: float
    starts: bool


def lifetime_bound(ecology: Ecology) -> float:
    """Return the most rounds after which the relay can be alive; infinite if coins set no limit.

    Finite under one coin per ancestor, without free riders, if quality is worth nothing and coins
    are bought with a fixed budget (or not at all).

    Proved: theorem E in proofs/.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology, Preferences
    >>> wants = Preferences(cost=1, discount=0.9, coin_budget=100)
    >>> round(lifetime_bound(Ecology(preferences=wants)), 9)
    414.0
    """
    wants = ecology.preferences
    grows = ecology.royalties.weights == "all" and ecology.gain_price is None
    if (wants is None or not grows or ecology.free_riders or wants.value > 0
            or wants.coin_value > 0):  # fmt: skip
        return math.inf
    least = wants.cost * (1 - wants.cost_spread)
    if least == 0:
        return math.inf
    omega = winner_income(ecology.royalties, wants.discount)
    return float(LIFETIME_BOUND(
        coin_budget=wants.coin_budget, success=ecology.success, cost=least,
        winning_share=ecology.winning_share, winner_income=omega, discount=wants.discount,
    ))  # fmt: skip


def budget_floor(ecology: Ecology) -> float:
    """Return the least budget per round (money) that keeps everybody training for ever.

    Infinite under royalties without bound, or if the deposits asked can outweigh the royalties.

    Proved: theorem E in proofs/.

    Raises
    ------
    InputError
        If the ecology has no preferences: then nobody needs to be paid.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology, Preferences
    >>> from derelayl_econ.rewards import LineageShare
    >>> window = LineageShare(weights=[1] * 10)
    >>> wants = Preferences(cost=1, discount=0.95)
    >>> round(budget_floor(Ecology(royalties=window, deposit_cap=1, preferences=wants)), 1)
    140.2
    >>> budget_floor(Ecology(royalties=window, preferences=wants))
    inf
    """
    wants, steady = ecology.preferences, ecology.steady_state()
    if wants is None:
        raise InputError("preferences", None, "be given: without costs nothing needs to be paid")
    if ecology.royalties.weights == "all" or ecology.deposit_cap is None:
        return math.inf
    total = float(ecology.royalties.liability(HORIZON)[-1])
    issue = steady.owners * total + ecology.fees.of_round(steady.trainers, steady.trained)
    floor = float(BUDGET_FLOOR(
        cost=wants.cost * (1 + wants.cost_spread), issue=issue, success=ecology.success,
        winning_share=ecology.winning_share, bid=max(ecology.deposit_cap, ecology.reserve),
        winner_income=winner_income(ecology.royalties, wants.discount),
    ))  # fmt: skip
    return floor if floor > 0 else math.inf


def renewal_state(ecology: Ecology) -> RenewalState:
    """Return the steady state of an ecology whose participants value quality only.

    Raises
    ------
    InputError
        If it has no preferences, coins are worth something, or quality does not drift.

    Examples
    --------
    >>> from derelayl_econ.ecology import Ecology, Preferences, TrainingGains
    >>> from derelayl_econ.quality import ExponentialCurve
    >>> curve = ExponentialCurve.from_learning_rate(0, 1, 0.2)
    >>> state = renewal_state(Ecology(
    ...     gains=TrainingGains.curve(curve, drift=0.02),
    ...     preferences=Preferences(cost=0.1, value=0.1, discount=0.95)))
    >>> state.lag, round(state.quality, 3), round(state.owners, 1)
    (5, 0.926, 19.4)
    """
    wants, gains = ecology.preferences, ecology.gains
    if wants is None or wants.coin_value > 0 or wants.coin_budget > 0:
        raise InputError("preferences", wants, "be given, with worthless coins")
    if gains.drift == 0 or gains.logistic:
        raise InputError("gains", "no drift" if gains.drift == 0 else "an unbounded walk",
                         "be a curve or table with drift > 0",
                         hint="Without drift every relay for quality alone ends.")  # fmt: skip
    quality, worth = _steady_quality(gains), ecology.success * wants.worth(gains.drift)
    starts = worth * gains.expected(gains.start) >= wants.cost
    if wants.cost >= worth * quality:
        return RenewalState(quality=quality, lag=None, trained=0.0, owners=0.0, starts=starts)
    lag = max(1, math.ceil(float(BREAK_EVEN_LAG(
        cost=wants.cost, value=wants.worth(gains.drift), success=ecology.success, quality=quality,
        drift=gains.drift))))  # fmt: skip
    loss = rounding_loss(ecology.winning_share)

    def owners_of(trained: float) -> float:
        return max(0.0, ecology.winning_share * trained - loss)

    def excess(trained: float) -> float:
        chance = TRAINER_CHANCE(slots=ecology.slots, participants=ecology.participants,
                                owners=owners_of(trained))  # fmt: skip
        renewed = RENEWED(participants=ecology.participants, slots=ecology.slots, lag=lag,
                          trainer_chance=chance, success=ecology.success)  # fmt: skip
        return trained - float(renewed)

    trained = float(brentq(excess, 0.0, ecology.success * ecology.slots))
    return RenewalState(quality=quality, lag=lag, trained=trained, owners=owners_of(trained),
                        starts=starts)  # fmt: skip


def _steady_quality(gains: TrainingGains) -> float:
    """Return the fixed point of q -> x + m(x), x = (1 - eta) q."""

    def excess(quality: float) -> float:
        base = (1 - gains.drift) * quality
        return base + gains.expected(base) - quality

    if excess(gains.ceiling) >= 0:
        return gains.ceiling
    return float(brentq(excess, 0.0, gains.ceiling))
