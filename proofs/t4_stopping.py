"""T4: on the geometric curve the rational legs are the first ones, and no curve has more than L.

Powers (1-gamma)^k stay symbolic; logarithms occur only in the real number of the last leg, where
they are unknown numbers of which one is negative.
"""

from __future__ import annotations

import sympy as sp

from derelayl_econ.games.finite_relay import (
    BUDGET,
    GAP_LEFT,
    LAST_LEG,
    LEG_GAIN,
    LEGS_BOUND,
    STOPPING_PRICE,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, as_powers
from proofs.lemmas import POWER_POSITIVE, n, x
from proofs.logic import all_of, eq, ge, gt, iff, implies, le, lt

__all__ = ["THEOREM"]

_w, _lam, _c = symbol("value"), symbol("price"), symbol("cost")
_x, _gamma, _k = symbol("gap"), symbol("learning_rate"), symbol("leg")
_DOMAIN = (
    ge(_w, 0), ge(_lam, 0), gt(_w + _lam, 0), gt(_c, 0), gt(_x, 0), gt(_gamma, 0), lt(_gamma, 1),
    ge(_k, 0), POWER_POSITIVE.at({x: 1 - _gamma, n: _k}),
)  # fmt: skip
_NEXT = {_k: _k + 1}
_g, _gap, _spent, _price = (
    as_powers(formula.expression) for formula in (LEG_GAIN, GAP_LEFT, BUDGET, STOPPING_PRICE)
)
_WORTH = (_w + _lam) * _g
_STOPS = (gt(_c, _WORTH.subs(_NEXT)), ge(_WORTH, _c))  # leg k is trained, leg k + 1 is not
_left, _gain = sp.symbols("left gain_of_leg")
_logs = {log: sp.Symbol(f"log({log.args[0]})") for log in LAST_LEG.expression.atoms(sp.log)}
_last = LAST_LEG.expression.xreplace(_logs)
_log_keep = _logs[sp.log(1 - _gamma)]
_log_worth = sum(_logs[sp.log(part)] for part in (_gamma, _x, _w + _lam))

THEOREM = Theorem(
    code="T4",
    title="stopping",
    statement=(
        "Leg k of the geometric relay is worth its cost iff k <= L; the relay stops with a gap in "
        "[(1-gamma) c/(gamma (w+lambda)), c/(gamma (w+lambda))); on no curve are more than "
        "(w+lambda) x_0/c legs worth their cost."
    ),
    claims=(
        Claim(
            "the gain of a leg is the gap it closes",
            _DOMAIN,
            all_of(eq(_g, _gap - _gap.subs(_NEXT)), gt(_g, 0)),
            mutants=(eq(_g.subs(_NEXT), _gap - _gap.subs(_NEXT)),),
        ),
        Claim(
            "gains fall, so legs before a rational one are rational",
            _DOMAIN,
            all_of(lt(_g.subs(_NEXT), _g), implies(ge(_WORTH.subs(_NEXT), _c), ge(_WORTH, _c))),
            mutants=(implies(ge(_WORTH, _c), ge(_WORTH.subs(_NEXT), _c)),),
        ),
        Claim(
            "the stopping price buys leg k",
            _DOMAIN,
            iff(ge(_WORTH, _c), ge(_lam, _price)),
            mutants=(iff(ge(_WORTH, _c), ge(_lam, _price.subs(_NEXT))),),
        ),
        Claim(
            "the gap at which the relay stops",
            (*_DOMAIN, *_STOPS),
            all_of(
                le((1 - _gamma) * _c / (_gamma * (_w + _lam)), _gap.subs(_NEXT)),
                lt(_gap.subs(_NEXT), _c / (_gamma * (_w + _lam))),
            ),
            mutants=(lt(_c / (_gamma * (_w + _lam)), _gap.subs(_NEXT)),
                     lt((1 - _gamma) * _c / (_gamma * (_w + _lam)), _gap.subs(_NEXT))),
        ),
        Claim(
            "k <= L compares k with the logarithm of what leg 0 is worth, in costs",
            (lt(_log_keep, 0), ge(_k, 0)),
            iff(le(_k, _last), ge(_log_worth - _logs[sp.log(_c)] + _k * _log_keep, 0)),
            mutants=(iff(lt(_k, _last), ge(_log_worth - _logs[sp.log(_c)] + _k * _log_keep, 0)),),
        ),
        Claim(
            "spending on k legs is the price of the gap they close, leg by leg",
            _DOMAIN,
            all_of(eq(_spent.subs(_NEXT) - _spent, _lam * _g), eq(_spent, _lam * (_x - _gap))),
            mutants=(eq(_spent.subs(_NEXT) - _spent, _lam * _gap),),
        ),
        Claim(
            "legs of any curve: k c <= (w+lambda) (x_0 - gap left) (step)",
            (*_DOMAIN[:5], ge(_k, 0), ge(_left, _gain), ge((_w + _lam) * _gain, _c),
             le(_k * _c, (_w + _lam) * (_x - _left))),
            le((_k + 1) * _c, (_w + _lam) * (_x - (_left - _gain))),
            mutants=(lt((_k + 1) * _c, (_w + _lam) * (_x - (_left - _gain))),),
        ),
        Claim(
            "hence at most (w+lambda) x_0/c legs",
            (*_DOMAIN[:5], ge(_k, 0), ge(_left, 0), le(_k * _c, (_w + _lam) * (_x - _left))),
            le(_k, LEGS_BOUND.expression),
            mutants=(lt(_k, LEGS_BOUND.expression),),
        ),
    ),
    formulas=(LEG_GAIN, GAP_LEFT, STOPPING_PRICE, LAST_LEG, BUDGET, LEGS_BOUND),
    trusted="log is increasing, log(ab) = log a + log b, exp(k log b) = b^k for b > 0",
    about=("games.finite_relay.FiniteRelay",),
    source="theory notes, section 3.1",
)  # fmt: skip
