"""T8: long-run funding under drift; the shipped steady state, price window and best price."""

from __future__ import annotations

import sympy as sp

from derelayl_econ.games.funding import (
    BREAK_EVEN_GAP,
    PRICE_CEILING,
    PRICE_FLOOR,
    STEADY_LEGS,
    STEADY_QUALITY,
    STEADY_WELFARE,
    WELFARE_PRICE,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, by_root
from proofs.lemmas import SAME_SIGN, a, b, f, g
from proofs.logic import all_of, any_of, eq, ge, gt, iff, le, lt, ne

__all__ = ["THEOREM"]

_c, _gamma, _eta, _qmax = (
    symbol(code) for code in ("cost", "learning_rate", "drift", "quality_max")
)
_w, _lam, _theta, _q = (symbol(code) for code in ("value", "price", "leakage", "quality"))
_B = symbol("users") * symbol("flow_value")
_f, _root = sp.symbols("legs_per_period root")

_QUALITY, _LEGS = STEADY_QUALITY.expression, STEADY_LEGS.expression
_FLOOR, _CEILING = PRICE_FLOOR.expression, PRICE_CEILING.expression
_SPENDING = _lam * _f * _gamma * (_qmax - _q)
_WELFARE = _B * _q + _w * _eta * _q - _c * _f
_BEST, _ROOT = by_root(WELFARE_PRICE.expression, _root)

_DOMAIN = (
    gt(_c, 0), gt(_gamma, 0), lt(_gamma, 1), gt(_eta, 0), lt(_eta, 1), gt(_qmax, 0), ge(_w, 0),
    ge(_theta, 0), lt(_theta, 1), gt(symbol("users"), 0), gt(symbol("flow_value"), 0),
)  # fmt: skip
_PAID = (*_DOMAIN, gt(_w + _lam, 0))
_STEADY = eq((1 - _eta) * _q + _f * _gamma * (_qmax - _q), _q)
_BREAK_EVEN = eq((_w + _lam) * _gamma * (_qmax - _q), _c)
_AT = (eq(_q, _QUALITY), eq(_f, _LEGS))
_SHIPPED_WELFARE = STEADY_WELFARE.expression.subs(_q, _QUALITY)
_PLAIN = {_w: sp.Integer(0), _theta: sp.Integer(0)}

_STATE = (
    Claim(
        "a leg breaks even exactly at the shipped gap",
        _PAID,
        iff(_BREAK_EVEN, eq(_qmax - _q, BREAK_EVEN_GAP.expression)),
        mutants=(iff(_BREAK_EVEN, eq(_q, BREAK_EVEN_GAP.expression)),),
    ),
    Claim(
        "break-even and steadiness hold at the shipped quality and legs, and nowhere else",
        _PAID,
        iff(all_of(_STEADY, _BREAK_EVEN), all_of(*_AT)),
        mutants=(iff(_STEADY, all_of(*_AT)), iff(all_of(_STEADY, _BREAK_EVEN), _AT[1])),
    ),
    Claim(
        "at any better quality a leg loses money, at any lower one it pays",
        _PAID,
        iff(gt((_w + _lam) * _gamma * (_qmax - _q), _c), lt(_q, _QUALITY)),
        mutants=(iff(gt((_w + _lam) * _gamma * (_qmax - _q), _c), le(_q, _QUALITY)),),
    ),
    Claim(
        "0 < q < q_max and f > 0 iff the price exceeds the floor",
        (*_DOMAIN, gt(_lam, 0), *_AT),
        all_of(iff(all_of(gt(_q, 0), lt(_q, _qmax), gt(_f, 0)), gt(_lam, _FLOOR)),
               ge(_FLOOR, 0)),
        mutants=(iff(gt(_q, 0), ge(_lam, _FLOOR)),),
    ),
    Claim(
        "users can pay, spending at most (1-theta) B q, iff the price is at most the ceiling",
        (*_PAID, *_AT, gt(_q, 0)),
        iff(le(_SPENDING, (1 - _theta) * _B * _q), le(_lam, _CEILING)),
        mutants=(iff(le(_SPENDING, (1 - _theta) * _B * _q), lt(_lam, _CEILING)),),
    ),
    Claim(
        "some price is funded and active iff floor < ceiling (then the ceiling itself is)",
        (*_DOMAIN, eq(_lam, _CEILING), eq(_q, _QUALITY)),
        iff(gt(_q, 0), lt(_FLOOR, _CEILING)),
        mutants=(iff(gt(_q, 0), le(_FLOOR, _CEILING)),),
    ),
)  # fmt: skip

_BEST_WELFARE = _SHIPPED_WELFARE.subs(_lam, _BEST)
_LOSS = Claim(
    "welfare lost at another price: q_max eta (w + lambda - root)^2/(w + lambda)",
    (*_PAID, *_ROOT),
    eq((_BEST_WELFARE - _SHIPPED_WELFARE) * (_w + _lam), _qmax * _eta * (_w + _lam - _root) ** 2),
    mutants=(eq(_BEST_WELFARE - _SHIPPED_WELFARE, _qmax * _eta * (_w + _lam - _root) ** 2),),
)
_WELFARE_CLAIMS = (
    Claim(
        "the shipped welfare is B q + w eta q - c f",
        (*_PAID, *_AT),
        eq(_WELFARE, _SHIPPED_WELFARE),
        mutants=(eq(_WELFARE, _SHIPPED_WELFARE - _w * _eta * _q),
                 eq(_B * _q - _c * _f, _SHIPPED_WELFARE)),
    ),
    _LOSS,
    Claim(
        "lambda* maximises welfare, strictly, among all prices with w + lambda > 0",
        (*_PAID, *_ROOT, ne(_lam, _BEST)),
        lt(_SHIPPED_WELFARE, _BEST_WELFARE),
        mutants=(lt(_BEST_WELFARE, _SHIPPED_WELFARE),
                 lt(_SHIPPED_WELFARE, _SHIPPED_WELFARE.subs(_lam, _CEILING))),
        using=(_LOSS.at(),
               SAME_SIGN.at({a: _BEST_WELFARE - _SHIPPED_WELFARE, f: _w + _lam,
                             b: (_w + _lam - _root) ** 2, g: _qmax * _eta})),
    ),
    Claim(
        "w = theta = 0: lambda* is the geometric mean of floor and ceiling",
        (*_DOMAIN, *_ROOT, eq(_w, 0), eq(_theta, 0)),
        all_of(gt(_BEST, 0), eq(_BEST**2, _FLOOR * _CEILING)),
        mutants=(eq(2 * _BEST, _FLOOR + _CEILING),),
    ),
    Claim(
        "w = theta = 0: floor < lambda* < ceiling iff floor < ceiling",
        (*_DOMAIN, *_ROOT, eq(_w, 0), eq(_theta, 0)),
        iff(all_of(lt(_FLOOR, _BEST), lt(_BEST, _CEILING)), lt(_FLOOR, _CEILING)),
        mutants=(any_of(lt(_FLOOR, _BEST), lt(_FLOOR, _CEILING)),),
    ),
    Claim(
        "w = theta = 0: at the ceiling nothing of the surplus is left",
        (*_DOMAIN, eq(_lam, _CEILING.subs(_PLAIN)), eq(_q, _QUALITY.subs(_PLAIN)),
         eq(_f, _LEGS.subs(_PLAIN))),
        eq(_WELFARE.subs(_PLAIN), 0),
        mutants=(eq(_WELFARE, 0), gt(_WELFARE.subs(_PLAIN), 0)),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="T8",
    title="drift funding",
    statement=(
        "Free entry under drift has the shipped steady state; a price keeps it alive and paid iff "
        "it lies in (floor, ceiling]; welfare is largest at the shipped price, which for "
        "w = theta = 0 is sqrt(floor ceiling), and is zero at the ceiling."
    ),
    claims=(*_STATE, *_WELFARE_CLAIMS),
    formulas=(
        PRICE_FLOOR, PRICE_CEILING, STEADY_QUALITY, STEADY_LEGS, STEADY_WELFARE, WELFARE_PRICE,
        BREAK_EVEN_GAP,
    ),
    trusted="a positive number has exactly one positive square root",
    about=("games.funding.DriftFunding",),
    source="theory notes, section 3.4a",
)  # fmt: skip
