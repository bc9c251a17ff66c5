"""S: one leg of the relay with audits: the inspection game and train or ride, in one."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games import participation_formulas
from derelayl_econ.games.relay_payoffs import (
    ACCEPT_FAKE,
    ACCEPT_HONEST,
    IMPROVED,
    PAYOFFS,
    POOL_SHARE,
)
from derelayl_econ.games.verification import TRAINER_PAYOFFS
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, as_powers
from proofs.logic import all_of, eq, ge, gt, iff

__all__ = ["THEOREM"]

_b, _c, _c0, _R, _D = (symbol(s) for s in ("benefit", "cost", "cost_cheat", "pool", "deposit"))
_N, _theta, _y, _k = (symbol(s) for s in ("participants", "leakage", "audit_rate", "others"))
_pi1, _pi0 = symbol("accept_honest"), symbol("accept_fake")
_h, _q, _S, _I = (symbol(s) for s in ("accepted_honest", "accepted", "pool_share", "improved"))
_reward, _ch = symbol("reward"), symbol("cost_honest")
_nobody, _sum = sp.symbols("nobody all_terms")
_TRAIN, _RIDE, _CHEAT = (PAYOFFS[name].expression for name in ("train", "ride", "cheat"))
_ONE = sp.Integer(1)


def _inspected(row: int) -> Any:
    """Return a trainer's mean payoff in the inspection game, honest (0) or cheating (1)."""
    verified, waved = TRAINER_PAYOFFS[row]
    mean = _y * verified.expression + (1 - _y) * waved.expression
    return mean.subs({_reward: _R * _S, _ch: _c}, simultaneous=True)


def _audited(payoff: Any) -> Any:
    """Return a payoff without benefit, at the shipped chances of being accepted."""
    chances = {_pi1: ACCEPT_HONEST.expression, _pi0: ACCEPT_FAKE.expression, _b: sp.Integer(0)}
    return payoff.subs(chances, simultaneous=True)


def _ungated(payoff: Any) -> Any:
    """Return a payoff if every submission is accepted."""
    return payoff.subs(_pi1, _ONE)


_RIVAL, _RIDER = (f.expression for f in participation_formulas.PAYOFFS["train_or_ride"])

THEOREM = Theorem(
    code="S",
    title="one leg",
    statement=(
        "Without benefits training and cheating are honesty and cheating of the inspection game; "
        "without audits training and riding are those of train or ride; the shipped chances are "
        "those of N - 1 independent others."
    ),
    claims=(
        Claim(
            "b = 0: honest and cheat of the inspection game, for a reward R S",
            (),
            all_of(eq(_audited(_TRAIN), _inspected(0)), eq(_audited(_CHEAT), _inspected(1))),
            mutants=(eq(_audited(_TRAIN), _inspected(1)),),
        ),
        Claim(
            "no audits: training and riding of train or ride (theorem T0)",
            (eq(_S * (_k + 1), 1), eq(_I, sp.Min(1, _k))),
            all_of(eq(_ungated(_TRAIN), _RIVAL), eq(_ungated(_RIDE), _RIDER)),
            mutants=(eq(_ungated(_TRAIN), _RIVAL - _RIDER),),
        ),
        Claim(
            "training gains over riding: accepted, benefit and pool; rejected, the loss of D",
            (),
            eq(_TRAIN - _RIDE,
               _pi1 * (_b * (1 - _theta * _I) + _R * _S) - (1 - _pi1) * _D - _c),
            mutants=(eq(_TRAIN - _RIDE, _pi1 * (_b + _R * _S) - (1 - _pi1) * _D - _c),),
        ),
        Claim(
            "cheating gains over riding: accepted, what others improve; rejected, the loss of D",
            (),
            eq(_CHEAT - _RIDE,
               _pi0 * (_b * (1 - _theta) * _I + _R * _S) - (1 - _pi0) * _D - _c0),
            mutants=(eq(_CHEAT - _RIDE, _pi0 * (_b + _R * _S) - (1 - _pi0) * _D - _c0),),
        ),
        Claim(
            "at equal acceptance cheating pays iff it saves more than the benefit that is lost",
            (eq(_pi0, _pi1),),
            iff(gt(_CHEAT, _TRAIN), gt(_c - _c0, _pi1 * _b * (1 - _I))),
            mutants=(iff(gt(_CHEAT, _TRAIN), ge(_c - _c0, _pi1 * _b * (1 - _I))),),
        ),
        Claim(
            "pool share: all terms of the sum over one more participant but the first",
            (ge(_N, 2), gt(_q, 0), eq(_sum + (1 - _q) ** _N, 1)),
            eq(_sum / (_N * _q), as_powers(POOL_SHARE.expression)),
            mutants=(eq(_sum / _N, as_powers(POOL_SHARE.expression)),),
        ),
        Claim(
            "others improve the model unless none of N - 1 does",
            (ge(_N, 2), eq(_nobody, (1 - _h) ** _N)),
            eq((1 - as_powers(IMPROVED.expression)) * (1 - _h), _nobody),
            mutants=(eq(1 - as_powers(IMPROVED.expression), _nobody),),
        ),
    ),
    formulas=(ACCEPT_HONEST, ACCEPT_FAKE, POOL_SHARE, IMPROVED, PAYOFFS["train"], PAYOFFS["ride"],
              PAYOFFS["cheat"]),
    trusted="binomial theorem (as in T2)",
    about=("games.relay_payoffs.payoff_coefficients", "games.relay_payoffs.pool_share"),
    source="theory notes, sections 2.1 and 6.1",
)  # fmt: skip
