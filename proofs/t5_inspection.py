"""T5: inspection with a deposit. Payoffs and closed forms are those the package ships."""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.deposit import (
    DEPOSIT_CEILING,
    DEPOSIT_FLOOR,
    MINIMUM_REWARD,
    REWARD_FLOOR,
)
from derelayl_econ.games.verification import (
    AUDIT_RATE,
    CHEAT_RATE,
    PLANTED_FLAG_RATE,
    TRAINER_PAYOFFS,
    VALIDATOR_PAYOFFS,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.lemmas import SAME_SIGN, a, b, f, g
from proofs.logic import Proposition, all_of, any_of, eq, ge, gt, iff, implies, le, lt

__all__ = ["THEOREM"]

_x, _y, _D, _R = (symbol(s) for s in ("cheat_rate", "audit_rate", "deposit", "reward"))
_ch, _c0, _s, _U = (symbol(s) for s in ("cost_honest", "cost_cheat", "saving", "outside"))
_nu, _bounty, _penalty = symbol("verify_cost"), symbol("bounty"), symbol("penalty")
_alpha, _beta = symbol("false_reject"), symbol("false_accept")
_D2, _x2 = sp.symbols("D_more x_more")
_ZERO, _ONE = sp.Integer(0), sp.Integer(1)


def _mean(table: Any, x: Any, y: Any) -> Any:
    """Return the expected payoff where x = P(cheat) and y = P(verify)."""
    (hv, hw), (cv, cw) = (tuple(formula.expression for formula in row) for row in table)
    return (1 - x) * (y * hv + (1 - y) * hw) + x * (y * cv + (1 - y) * cw)


def _trainer(x: Any, y: Any) -> Any:
    return _mean(TRAINER_PAYOFFS, x, y)


def _validator(x: Any, y: Any) -> Any:
    return _mean(VALIDATOR_PAYOFFS, x, y)


def _nash(x: Any, y: Any, trainer: tuple[Any, Any], validator: tuple[Any, Any]) -> Proposition:
    """Nobody gains by another pure action; by linearity in the own mix nor by another mix.

    ``trainer`` are the payoffs of (honest, cheat) against y, ``validator`` those of (wave through,
    verify) against x.
    """
    one, two = ((1 - mix) * pair[0] + mix * pair[1] for mix, pair in ((x, trainer), (y, validator)))
    best = [ge(one, pay) for pay in trainer] + [ge(two, pay) for pay in validator]
    return all_of(ge(x, 0), le(x, 1), ge(y, 0), le(y, 1), *best)


_RATES = (ge(_alpha, 0), ge(_beta, 0), lt(_alpha + _beta, 1))
_STAKES = (ge(_R, 0), ge(_D, 0), gt(_R + _D, 0), gt(_ch, _c0))
_CHECKS = (gt(_nu, 0), gt(_bounty + _penalty, 0))
_GAME = (*_RATES, *_STAKES, *_CHECKS)
_AUDIT = AUDIT_RATE.expression.subs(_s, _ch - _c0)
_CHEAT = CHEAT_RATE.expression
_HONEST, _FAKE = _trainer(_ZERO, _y), _trainer(_ONE, _y)

_VERIFY, _WAVE = _validator(_x, _ONE), _validator(_x, _ZERO)
_NASH = _nash(_x, _y, (_HONEST, _FAKE), (_WAVE, _VERIFY))

_HONESTY = Claim(
    "honesty is strictly better iff y > y*, worse iff y < y*",
    (*_RATES, *_STAKES),
    all_of(iff(gt(_HONEST, _FAKE), gt(_y, _AUDIT)), iff(lt(_HONEST, _FAKE), lt(_y, _AUDIT))),
    mutants=(iff(gt(_HONEST, _FAKE), ge(_y, _AUDIT)),),
)
_CHECKING = Claim(
    "verifying is strictly better iff x > x*, worse iff x < x*",
    (*_RATES, *_CHECKS),
    all_of(iff(gt(_VERIFY, _WAVE), gt(_x, _CHEAT)), iff(lt(_VERIFY, _WAVE), lt(_x, _CHEAT))),
    mutants=(iff(gt(_VERIFY, _WAVE), lt(_x, _CHEAT)),),
)
_h, _f, _v, _w, _xs, _ys = sp.symbols("honest fake verify wave x_star y_star")
_TWO_BY_TWO = Claim(
    "where best responses turn round at x* and y* in (0, 1), that is the only equilibrium",
    (gt(_xs, 0), lt(_xs, 1), gt(_ys, 0), lt(_ys, 1),
     iff(gt(_h, _f), gt(_y, _ys)), iff(lt(_h, _f), lt(_y, _ys)),
     iff(gt(_v, _w), gt(_x, _xs)), iff(lt(_v, _w), lt(_x, _xs))),
    iff(_nash(_x, _y, (_h, _f), (_w, _v)), all_of(eq(_x, _xs), eq(_y, _ys))),
    mutants=(iff(_nash(_x, _y, (_h, _f), (_w, _v)), eq(_x, _xs)),
             iff(_nash(_x, _y, (_h, _f), (_w, _v)), eq(_y, _ys))),
)  # fmt: skip
_CORNER = Claim(
    "where verifying never pays and honesty does not either without it, all cheat unchecked",
    (gt(_xs, 1), gt(_ys, 0), iff(lt(_h, _f), lt(_y, _ys)), iff(gt(_h, _f), gt(_y, _ys)),
     iff(lt(_v, _w), lt(_x, _xs))),
    iff(_nash(_x, _y, (_h, _f), (_w, _v)), all_of(eq(_x, 1), eq(_y, 0))),
    mutants=(iff(_nash(_x, _y, (_h, _f), (_w, _v)), eq(_x, 1)),),
)  # fmt: skip
_SHIPPED = {_h: _HONEST, _f: _FAKE, _v: _VERIFY, _w: _WAVE, _xs: _CHEAT, _ys: _AUDIT}
_POSITIVE = Claim(
    "x* > 0 and y* > 0",
    _GAME,
    all_of(gt(_CHEAT, 0), gt(_AUDIT, 0)),
    mutants=(lt(_CHEAT, 1), lt(_AUDIT, 1)),
)
_UNIQUE = Claim(
    "0 < x*, y* < 1: (x*, y*) is the only equilibrium",
    (*_GAME, lt(_AUDIT, 1), lt(_CHEAT, 1)),
    iff(_NASH, all_of(eq(_x, _CHEAT), eq(_y, _AUDIT))),
    mutants=(iff(_NASH, all_of(eq(_x, _CHEAT), eq(_y, _CHEAT))),
             iff(_NASH, all_of(eq(_x, _AUDIT), eq(_y, _AUDIT)))),
    using=(_POSITIVE.at(), _HONESTY.at(), _CHECKING.at(), _TWO_BY_TWO.at(_SHIPPED)),
)  # fmt: skip
_LESS_CHECKING = Claim(
    "a larger deposit lowers y*",
    (*_RATES, *_STAKES, lt(_D, _D2)),
    lt(_AUDIT.subs(_D, _D2), _AUDIT),
    mutants=(gt(_AUDIT.subs(_D, _D2), _AUDIT),),
)
_AT_MORE = {_D: _D2, _x: _x2}

_FLAGS = PLANTED_FLAG_RATE.expression
_flagged = sp.Symbol("flag_rate")
_PLANTED = Claim(
    "honest work, flags planted: verifying pays iff they are as frequent as the shipped rate",
    (gt(_nu, 0), gt(_bounty, 0)),
    iff(ge(_flagged * _bounty + VALIDATOR_PAYOFFS[0][0].expression,
           VALIDATOR_PAYOFFS[0][1].expression), ge(_flagged, _FLAGS)),
    mutants=(iff(ge(_flagged * _bounty, _nu), gt(_flagged, _FLAGS)),),
)  # fmt: skip

_MIXED = (
    _HONESTY,
    _CHECKING,
    _TWO_BY_TWO,
    _CORNER,
    _POSITIVE,
    _UNIQUE,
    Claim(
        "verifier's dilemma: no equilibrium without cheating when verifying costs",
        (*_GAME, _NASH),
        gt(_x, 0),
        mutants=(lt(_x, 1), gt(_y, 0)),
    ),
    Claim(
        "x* > 1: everybody cheats and nobody checks",
        (*_GAME, gt(_CHEAT, 1)),
        iff(_NASH, all_of(eq(_x, 1), eq(_y, 0))),
        mutants=(iff(_NASH, all_of(eq(_x, 1), eq(_y, 1))),),
        using=(_POSITIVE.at(), _HONESTY.at(), _CHECKING.at(), _CORNER.at(_SHIPPED)),
    ),
    Claim(
        "y* > 1: cheating is dominant",
        (*_RATES, *_STAKES, gt(_AUDIT, 1), ge(_y, 0), le(_y, 1)),
        gt(_FAKE, _HONEST),
        using=(_HONESTY.at(),),
        mutants=(gt(_HONEST, _FAKE),),
    ),
    _LESS_CHECKING,
    _PLANTED,
    Claim(
        "and leaves cheating as it is: the validator's indifference does not depend on deposits",
        (*_RATES, *_CHECKS, lt(_D, _D2), eq(_VERIFY, _WAVE),
         eq(_VERIFY.subs(_AT_MORE), _WAVE.subs(_AT_MORE))),
        eq(_x, _x2),
        mutants=(lt(_x2, _x),),
    ),
)  # fmt: skip

(_FLOOR,) = (part for part in DEPOSIT_FLOOR.expression.args if part != 0)
_CEILING, _MINIMUM = DEPOSIT_CEILING.expression, MINIMUM_REWARD.expression
_COMMITTED = (*_RATES, gt(_s, 0), gt(_y, 0), le(_y, 1))
_REJECTS = (*_COMMITTED, gt(_alpha, 0))
_SAVES = eq(_c0, _ch - _s)
_SLACK = ge(_s / (1 - _alpha - _beta), _y * _MINIMUM)

_AUDITED = Claim(
    "0 < y alpha < 1",
    _REJECTS,
    all_of(gt(_y * _alpha, 0), lt(_y * _alpha, 1)),
    mutants=(gt(_y * _alpha, _alpha),),
)
_WIDTH = Claim(
    "y alpha (ceiling - floor) = R - (U + c_h + s alpha/(1-alpha-beta))",
    _REJECTS,
    eq((_CEILING - _FLOOR) * _y * _alpha, _R - _MINIMUM),
    mutants=(eq((_CEILING - _FLOOR) * _y * _alpha, _R - _MINIMUM + _U),),
)
(_FREE,) = (part for part in REWARD_FLOOR.expression.args if part.has(_y))
_NON_EMPTY = Claim(
    "floor <= ceiling iff R >= U + c_h + s alpha/(1-alpha-beta), whatever the audit rate",
    _REJECTS,
    iff(le(_FLOOR, _CEILING), ge(_R, _MINIMUM)),
    mutants=(iff(le(DEPOSIT_FLOOR.expression, _CEILING), ge(_R, _MINIMUM)),
             iff(le(_FLOOR, _CEILING), ge(_R, _MINIMUM - _U))),
    using=(_AUDITED.at(), _WIDTH.at(),
           SAME_SIGN.at({a: _CEILING - _FLOOR, f: _y * _alpha, b: _R - _MINIMUM, g: _ONE})),
)  # fmt: skip
_DEPOSIT = Claim(
    "ceiling >= 0 iff R >= (U + c_h)/(1 - y alpha)",
    _REJECTS,
    iff(ge(_CEILING, 0), ge(_R, _FREE)),
    mutants=(iff(ge(_CEILING, 0), ge(_R, _MINIMUM)),),
    using=(_AUDITED.at(),),
)
_WINDOW = (
    Claim(
        "promised audits: honesty is best iff the deposit reaches the floor",
        (*_COMMITTED, _SAVES),
        iff(ge(_HONEST, _FAKE), ge(_D, _FLOOR)),
        mutants=(iff(ge(_HONEST, _FAKE), ge(_D, _FLOOR + _R)),),
    ),
    Claim(
        "promised audits: honest work is worth joining iff the deposit is at most the ceiling",
        _REJECTS,
        iff(ge(_HONEST, _U), le(_D, _CEILING)),
        mutants=(iff(ge(_HONEST, _U), lt(_D, _CEILING)),),
    ),
    _AUDITED,
    _WIDTH,
    _NON_EMPTY,
    _DEPOSIT,
    Claim(
        "with deposits kept >= 0: iff R reaches the reward floor of this audit rate",
        _REJECTS,
        iff(le(DEPOSIT_FLOOR.expression, _CEILING), ge(_R, REWARD_FLOOR.expression)),
        mutants=(iff(le(DEPOSIT_FLOOR.expression, _CEILING), gt(_R, REWARD_FLOOR.expression)),),
        using=(_AUDITED.at(), _NON_EMPTY.at(), _DEPOSIT.at()),
    ),
    Claim(
        "that floor is never lower, and the same where audits are rare enough",
        _REJECTS,
        all_of(ge(REWARD_FLOOR.expression, _MINIMUM),
               iff(_SLACK, eq(REWARD_FLOOR.expression, _MINIMUM))),
        mutants=(eq(REWARD_FLOOR.expression, _MINIMUM),
                 any_of(_SLACK, implies(ge(_U, 0), lt(_s, _ch)))),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="T5",
    title="inspection",
    statement=(
        "With a free validator the only equilibrium is mixed where 0 < x*, y* < 1; deposits lower "
        "checking, not cheating; with costly verification cheating never vanishes. With promised "
        "audits floor <= ceiling iff R >= U + c_h + s alpha/(1-alpha-beta)."
    ),
    claims=(*_MIXED, *_WINDOW),
    formulas=(
        AUDIT_RATE, CHEAT_RATE, PLANTED_FLAG_RATE, DEPOSIT_FLOOR, DEPOSIT_CEILING, MINIMUM_REWARD,
        REWARD_FLOOR,
        *(entry for row in (*TRAINER_PAYOFFS, *VALIDATOR_PAYOFFS) for entry in row),
    ),
    trusted="expected payoffs are linear in the own mix",
    about=("games.verification.VerificationGame", "games.deposit.deposit_window"),
    source="theory notes, section 4.1",
)  # fmt: skip
