"""V: vesting: which royalty keeps work careful and worth doing, and how long it should wait."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derelayl_econ.games.vesting import (
    BEST_DELAY,
    BEST_DELAY_CONTINUOUS,
    DELAYED_WORTH,
    FIRST_JOINING_DELAY,
    HONEST_ROYALTY,
    JOINING_ROYALTY,
    KEPT_CAREFUL,
    KEPT_CARELESS,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem, as_powers
from proofs.lemmas import (
    POWER_BELOW_ONE,
    POWER_POSITIVE,
    POWER_QUOTIENT,
    SAME_SIGN,
    a,
    b,
    f,
    g,
    n,
    t,
    x,
    y,
)
from proofs.logic import all_of, eq, ge, gt, iff, implies, le, lt

__all__ = ["THEOREM", "written_out"]

_sigma, _delta = symbol("survival"), symbol("discount")
_A, _B, _T, _m = (symbol(c) for c in ("kept_careful", "kept_careless", "treasury_factor", "delay"))
_h, _alpha, _saving, _b = (symbol(c) for c in ("detection", "false_reject", "saving", "royalty"))
_c, _U, _R = symbol("cost"), symbol("outside"), symbol("reward")


def written_out(term: Any) -> Any:
    """Return the term with expm1 and log1p as what they stand for, as powers."""
    plain = term.replace(log1p, lambda z: sp.log(1 + z)).replace(expm1, lambda z: sp.exp(z) - 1)
    return as_powers(plain)


_HONEST, _JOIN = written_out(HONEST_ROYALTY.expression), JOINING_ROYALTY.expression
_CAREFUL = _R + DELAYED_WORTH.expression - _c
_CARELESS = _R + DELAYED_WORTH.expression.subs(_A, _B) - (_c - _saving)
(_KEPT,) = (power.base for power in _HONEST.atoms(sp.Pow) if power.exp == _m and power.base != _A)
_COST = DELAYED_WORTH.expression.subs(_A, _T).subs(_b, _HONEST)
_CARE = (
    gt(_delta, 0), le(_delta, 1), gt(_sigma, 0), le(_sigma, 1), ge(_alpha, 0), lt(_alpha, _h),
    lt(_h, 1), gt(_saving, 0), ge(_m, 1), eq(_A, KEPT_CAREFUL.expression),
    eq(_B, KEPT_CARELESS.expression),
)  # fmt: skip
_RATIO = Claim(
    "careless work keeps r times of what careful work keeps, 0 < r < 1",
    _CARE,
    all_of(eq(_KEPT * _A, _B), gt(_KEPT, 0), lt(_KEPT, 1), gt(_A, 0)),
    mutants=(gt(_KEPT, _sigma),),
)
_WAITS = (
    gt(_saving, 0), ge(_m, 1), lt(_alpha, 1), gt(_KEPT, 0), lt(_KEPT, 1), gt(_A, 0),
    eq(_KEPT * _A, _B), POWER_POSITIVE.at({x: _A, n: _m}), POWER_POSITIVE.at({x: _KEPT, n: _m}),
    POWER_BELOW_ONE.at({x: _KEPT, n: _m}),
    POWER_QUOTIENT.at({t: _KEPT, y: _A, x: _B, n: _m}),
)  # fmt: skip

# Logarithms and roundings are numbers: log b is called "log(b)".
_WAIT_MORE, _MEANWHILE = BEST_DELAY.expression, written_out(FIRST_JOINING_DELAY.expression)
_logs = {log: sp.Symbol(f"log({log.args[0]})") for expression in (_WAIT_MORE, _MEANWHILE)
         for log in expression.atoms(sp.log)}  # fmt: skip
(_worth,) = (log.args[0] for log in _WAIT_MORE.atoms(sp.log) if log.has(_T))
(_faster,) = (log.args[0] for log in _WAIT_MORE.atoms(sp.log) if not log.has(_T))
(_enough,) = (log.args[0] for log in _MEANWHILE.atoms(sp.log) if log.has(_saving))
(_turn,), (_meet,) = _WAIT_MORE.atoms(sp.floor), _MEANWHILE.atoms(sp.ceiling)
_last, _first = sp.symbols("floor_of_turn ceiling_of_meet")
_DELAY, _JOINS = _WAIT_MORE.xreplace({_turn: _last}), _MEANWHILE.xreplace({_meet: _first})
_turn_at, _meet_at = (part.args[0].xreplace(_logs) for part in (_turn, _meet))
_log_worth, _log_faster, _log_enough, _log_kept = (
    _logs[sp.log(part)] for part in (_worth, _faster, _enough, _KEPT)
)

_LONGER = (
    *_WAITS, gt(_T, _A), POWER_POSITIVE.at({x: _T, n: _m}),
    POWER_BELOW_ONE.at({x: _KEPT, n: _m + 1}),
)  # fmt: skip
_SAVING, _SIGN = _COST - _COST.subs(_m, _m + 1), _KEPT**_m * (_T - _B) - (_T - _A)
_SCALE = _A * _A**_m * (1 - _KEPT**_m) * (1 - _KEPT ** (_m + 1))
_SAVED = Claim(
    "what one leg more saves on an honest royalty",
    _LONGER,
    eq(_SAVING * _SCALE, _saving * _T**_m * _SIGN),
    mutants=(eq(_SAVING * _SCALE, _saving * _SIGN),),
)
_LARGE = Claim(
    "it and the difference beside it have the same sign: positive factors",
    _LONGER,
    all_of(gt(_SCALE, 0), gt(_saving * _T**_m, 0)),
    mutants=(gt(_SCALE, _A),),
)
_SIDES = Claim(
    "that difference is positive iff r^m (A_T-B)/(A_T-A) > 1; A/B = 1/r",
    _LONGER,
    all_of(iff(gt(_SIGN, 0), gt(_KEPT**_m * _worth, 1)), eq(_faster * _KEPT, 1)),
    mutants=(iff(ge(_SIGN, 0), gt(_KEPT**_m * _worth, 1)),),
)
# Between whole numbers: by the slope of the cost in m, logarithms again being numbers.
_BETWEEN = BEST_DELAY_CONTINUOUS.expression
(_turning,) = (log.args[0] for log in _BETWEEN.atoms(sp.log) if log.args[0].has(sp.log))
_lasting, _log_turning = sp.Symbol("log(A_T/A)"), sp.Symbol("log_turning")
_ALIKE = {sp.log(_A / _B): _log_faster, sp.log(_T / _A): _lasting}
_log_kept_all, _log_careful = sp.symbols("log(A_T) log(A)")
_SLOPE = (sp.diff(_COST, _m) / _COST).xreplace(
    {sp.log(_T): _log_kept_all, sp.log(_A): _log_careful, sp.log(_KEPT): -_log_faster}
)
_CONTINUOUS = (
    Claim(
        "the slope of the cost in the delay is positive iff r^m (1 + log(A/B)/log(A_T/A)) < 1",
        (*_WAITS, gt(_T, _A), POWER_POSITIVE.at({x: _T, n: _m}), gt(_log_faster, 0),
         gt(_lasting, 0), eq(_lasting, _log_kept_all - _log_careful)),
        iff(gt(_SLOPE, 0), lt(_KEPT**_m * _turning.xreplace(_ALIKE), 1)),
        mutants=(iff(gt(_SLOPE, 0), lt(_KEPT**_m, 1)),),
    ),
    Claim(
        "that is, iff the delay exceeds the shipped one between whole numbers",
        (gt(_log_faster, 0),),
        iff(gt(_m, _BETWEEN.xreplace({sp.log(_turning): _log_turning}).xreplace(_ALIKE)),
            gt(_m * _log_faster, _log_turning)),
        mutants=(iff(gt(_m, _BETWEEN.xreplace({sp.log(_turning): _log_turning}).xreplace(_ALIKE)),
                     ge(_m * _log_faster, _log_turning)),),
    ),
)  # fmt: skip
_WAITING = (
    _RATIO,
    Claim(
        "careful work is a best response iff the royalty reaches the shipped one",
        _WAITS,
        iff(ge(_CAREFUL, _CARELESS), ge(_b, _HONEST)),
        mutants=(iff(ge(_CAREFUL, _CARELESS), gt(_b, _HONEST)),),
    ),
    Claim(
        "and worth taking part iff it reaches the other",
        (ge(_b, 0), *_WAITS),
        iff(ge(_CAREFUL, _U), ge(_b, _JOIN)),
        mutants=(iff(ge(_CAREFUL, _U), gt(_b, _JOIN)),),
    ),
    Claim(
        "which is never negative, and zero iff the reward alone is worth it",
        (gt(_A, 0), ge(_m, 0), POWER_POSITIVE.at({x: _A, n: _m})),
        all_of(ge(_JOIN, 0), iff(eq(_JOIN, 0), le(_c + _U, _R))),
        mutants=(gt(_JOIN, 0),),
    ),
    _SAVED,
    _LARGE,
    _SIDES,
    Claim(
        "one leg more makes honesty cheaper iff r^m (A_T-B)/(A_T-A) > 1",
        _LONGER,
        iff(gt(_SAVING, 0), gt(_KEPT**_m * _worth, 1)),
        mutants=(iff(ge(_SAVING, 0), gt(_KEPT**_m * _worth, 1)),),
        using=(_SAVED.at(), _LARGE.at(), _SIDES.at(),
               SAME_SIGN.at({a: _SAVING, f: _SCALE, b: _SIGN, g: _saving * _T**_m})),
    ),
    Claim(
        "that is so before the shipped delay, or makes no difference, and not from there on",
        (gt(_log_faster, 0), le(_last, _turn_at), lt(_turn_at, _last + 1)),
        all_of(implies(le(_m, _DELAY - 1), ge(_log_worth - _m * _log_faster, 0)),
               implies(ge(_m, _DELAY), lt(_log_worth - _m * _log_faster, 0))),
        mutants=(implies(le(_m, _DELAY - 1), gt(_log_worth - _m * _log_faster, 0)),
                 implies(ge(_m, _DELAY - 1), lt(_log_worth - _m * _log_faster, 0))),
        hint={_log_faster: Fraction(1), **dict.fromkeys((_log_worth, _last, _m), Fraction(2))},
    ),
    Claim(
        "taking part asks for no less than honesty iff r^m <= 1 - s/n",
        (*_WAITS, gt(_c + _U - _R, _saving)),
        iff(ge(_JOIN, _HONEST), le(_KEPT**_m, _enough)),
        mutants=(iff(gt(_JOIN, _HONEST), le(_KEPT**_m, _enough)),),
    ),
    Claim(
        "which a whole number of legs reaches iff it is at least the shipped one",
        (lt(_log_kept, 0), ge(_first, _meet_at), lt(_first - 1, _meet_at)),
        all_of(implies(ge(_m, _JOINS), le(_m * _log_kept, _log_enough)),
               implies(le(_m, _JOINS - 1), gt(_m * _log_kept, _log_enough))),
        mutants=(implies(ge(_m, _JOINS), lt(_m * _log_kept, _log_enough)),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="V",
    title="vesting",
    statement=(
        "A royalty due after m legs makes careful work best, and worth doing, iff it reaches the "
        "two shipped ones; the first is cheapest at the shipped delay, the second is the larger "
        "one from the shipped delay on."
    ),
    claims=(*_WAITING, *_CONTINUOUS),
    formulas=(
        KEPT_CAREFUL, KEPT_CARELESS, DELAYED_WORTH, HONEST_ROYALTY, JOINING_ROYALTY, BEST_DELAY,
        FIRST_JOINING_DELAY, BEST_DELAY_CONTINUOUS,
    ),
    trusted=(
        "log is increasing, log(ab) = log a + log b, exp(m log r) = r^m for r > 0; expm1 and log1p "
        "are what their names say; SymPy's derivative in the delay"
    ),
    about=("games.vesting.Vesting.plan", "games.vesting.Vesting.best"),
    source="own analysis; theory notes, section 4.3",
)  # fmt: skip
