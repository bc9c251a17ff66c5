"""R: royalties: what the budget allows, which decay or distance rewards most, how long to wait.

With s = sigma delta the shipped incentives are quotients of polynomials in a and s, or s^(d-1).
Roots and roundings are numbers with the property that defines them. That a net income is a sum of
weights is a claim of T7.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derelayl_econ.games.lineage_fees import GEOMETRIC_INCOME
from derelayl_econ.games.royalty_design import (
    BEST_DECAY,
    BEST_DISTANCE,
    BEST_INCENTIVE,
    FIRST_BREACH,
    LASTING_INCENTIVE,
    NEXT_STEP_DECAY,
    NEXT_STEP_INCENTIVE,
    ROYALTY_VALUE,
    SINGLE_INCENTIVE,
)
from derelayl_econ.games.vesting import (
    BEST_DELAY,
    DELAYED_WORTH,
    FIRST_JOINING_DELAY,
    HONEST_ROYALTY,
    JOINING_ROYALTY,
    KEPT_CAREFUL,
    KEPT_CARELESS,
)
from derelayl_econ.notation import symbol
from derelayl_econ.royalties import ROYALTY_WEIGHT
from proofs.kernel import Claim, Induction, Theorem, as_powers, by_root
from proofs.lemmas import (
    GEOMETRIC_SLOPE,
    POWER_BELOW_ONE,
    POWER_POSITIVE,
    POWER_RISES,
    SAME_SIGN,
    a,
    b,
    f,
    g,
    n,
    x,
    y,
)
from proofs.logic import all_of, eq, ge, gt, iff, implies, le, lt, ne
from proofs.t7_splitting import POWER_QUOTIENT, t

__all__ = ["HALF_BERNOULLI", "THEOREM"]

_rho, _decay, _d = symbol("royalty_share"), symbol("decay"), symbol("distance")
_sigma, _delta = symbol("survival"), symbol("discount")
_s = _sigma * _delta
_sigma2, _root = sp.symbols("survival_other root")
_WEIGHT = ROYALTY_WEIGHT.expression

# ---------------------------------------------------------------- which decay

_VALUE, _LASTING, _BEST = (
    formula.expression for formula in (ROYALTY_VALUE, LASTING_INCENTIVE, BEST_INCENTIVE)
)
_STAR = BEST_DECAY.expression
_CHANCES = (gt(_rho, 0), gt(_delta, 0), lt(_delta, 1), ge(_sigma, 0), le(_sigma, 1))
_BELOW = Claim(
    "s = sigma delta lies in [0, 1)",
    _CHANCES[1:],
    all_of(ge(_s, 0), lt(_s, 1)),
    mutants=(gt(_s, 0),),
)
_DECAYS = (*_CHANCES, _BELOW.at(), gt(_decay, 0), lt(_decay, 1))
_SHORT = Claim(
    "and a s < 1",
    _DECAYS,
    lt(_decay * _delta * _sigma, 1),
    mutants=(lt(_decay * _delta * _sigma, _sigma),),
)
_GAME = (*_DECAYS, _SHORT.at())
_LESS = _BEST - _LASTING
_LOSS = Claim(
    "another decay a loses in proportion to (1 - (2-s) a)^2",
    _GAME,
    eq(_LESS * 4 * (1 - _s) * (1 - _decay * _s) ** 2,
       _rho * _delta * (1 - (2 - _s) * _decay) ** 2),
    mutants=(eq(_LESS * 4 * (1 - _s) * (1 - _decay * _s) ** 2,
                _rho * _delta * (1 - 2 * _decay) ** 2),),
)  # fmt: skip

_LASTS = (
    _BELOW,
    _SHORT,
    Claim(
        "the shipped value: w_0 now and a s times itself a leg later",
        _GAME,
        eq(_VALUE, _WEIGHT.subs(_d, 0) + _decay * _s * _VALUE),
        mutants=(eq(_VALUE, _WEIGHT.subs(_d, 0) + _s * _VALUE),),
    ),
    Claim(
        "the shipped incentive is its slope in sigma",
        (*_GAME, ge(_sigma2, 0), le(_sigma2, 1), lt(_decay * _delta * _sigma2, 1)),
        eq((_VALUE.subs(_sigma, _sigma2) - _VALUE) * (1 - _decay * _delta * _sigma2),
           (_sigma2 - _sigma) * _LASTING * (1 - _decay * _delta * _sigma)),
        mutants=(eq(_VALUE.subs(_sigma, _sigma2) - _VALUE, (_sigma2 - _sigma) * _LASTING),),
    ),
    _LOSS,
    Claim(
        "the shipped a* reaches the shipped best incentive",
        (*_CHANCES, _BELOW.at()),
        eq(_LASTING.subs(_decay, _STAR), _BEST),
        mutants=(eq(_LASTING.subs(_decay, sp.Rational(1, 2)), _BEST),),
    ),
    Claim(
        "every other decay in (0, 1) has strictly less",
        (*_GAME, ne(_decay, _STAR)),
        gt(_LESS, 0),
        mutants=(lt(_LESS, 0),),
        using=(_LOSS.at(), SAME_SIGN.at({a: _LESS, f: 4 * (1 - _s) * (1 - _decay * _s) ** 2,
                                         b: (1 - (2 - _s) * _decay) ** 2, g: _rho * _delta})),
    ),
    Claim(
        "1/2 <= a* < 1, and a* is within s/2 of the halving",
        (*_CHANCES, _BELOW.at()),
        all_of(ge(_STAR, sp.Rational(1, 2)), lt(_STAR, 1), le(_STAR - sp.Rational(1, 2), _s / 2)),
        mutants=(gt(_STAR, sp.Rational(1, 2)), le(_STAR - sp.Rational(1, 2), _s / 4)),
    ),
)  # fmt: skip

_NEXT = NEXT_STEP_INCENTIVE.expression
_NEXT_STAR, _ROOT = by_root(NEXT_STEP_DECAY.expression, _root)
_NEXT_LESS = _NEXT.subs(_decay, _NEXT_STAR) - _NEXT
_FIRST, _OTHER = sp.symbols("first_step first_step_other")


def _two_steps(first: Any) -> Any:
    """Return the value where the first step is survived with another probability than later."""
    return _WEIGHT.subs(_d, 0) + _decay * _delta * first * _VALUE


_NEXT_LOSS = Claim(
    "next step only: another decay a loses in proportion to (1 - (1+root) a)^2",
    (*_GAME, *_ROOT),
    eq(_NEXT_LESS * (1 + _root) ** 2 * (1 - _decay * _s),
       _rho * _delta * (1 - (1 + _root) * _decay) ** 2),
    mutants=(eq(_NEXT_LESS * (1 - _decay * _s), _rho * _delta * (1 - (1 + _root) * _decay) ** 2),),
)  # fmt: skip
_SHOWS = (
    Claim(
        "next step only: the shipped incentive is the slope in its survival",
        (*_GAME, ne(_FIRST, _OTHER)),
        eq((_two_steps(_FIRST) - _two_steps(_OTHER)) / (_FIRST - _OTHER), _NEXT),
        mutants=(eq((_two_steps(_FIRST) - _two_steps(_OTHER)) / (_FIRST - _OTHER), _LASTING),),
    ),
    _NEXT_LOSS,
    Claim(
        "next step only: every other decay has strictly less than the shipped one",
        (*_GAME, *_ROOT, ne(_decay, _NEXT_STAR)),
        gt(_NEXT_LESS, 0),
        mutants=(lt(_NEXT_LESS, 0),),
        using=(_NEXT_LOSS.at(),
               SAME_SIGN.at({a: _NEXT_LESS, f: (1 + _root) ** 2 * (1 - _decay * _s),
                             b: (1 - (1 + _root) * _decay) ** 2, g: _rho * _delta})),
    ),
    Claim(
        "and that one is in [1/2, 1), and less patient than a* for s > 0",
        (*_CHANCES, _BELOW.at(), *_ROOT),
        all_of(ge(_NEXT_STAR, sp.Rational(1, 2)), lt(_NEXT_STAR, 1),
               implies(gt(_s, 0), lt(_NEXT_STAR, _STAR))),
        mutants=(lt(_NEXT_STAR, _STAR), gt(_NEXT_STAR, sp.Rational(1, 2))),
    ),
)  # fmt: skip

# ---------------------------------------------------------------- which distance

_SINGLE = SINGLE_INCENTIVE.expression
(_TURN,) = BEST_DISTANCE.expression.args  # its floor is d*
_q, _z, _best, _acc, _paid, _w = sp.symbols("q z best_of_unit so_far paid_so_far w")
HALF_BERNOULLI = Induction(
    "0 <= q <= 1, z = q^2, n (1-q) <= 1: z^n >= (1 - n (1-q))^2", n, 0,
    (ge(_q, 0), le(_q, 1), eq(_z, _q**2)),
    implies(le(n * (1 - _q), 1), ge(_z**n, (1 - n * (1 - _q)) ** 2)),
    mutants=(implies(le(n * (1 - _q), 1), gt(_z**n, (1 - n * (1 - _q)) ** 2)),),
)  # fmt: skip
_FAR = (*_CHANCES, _BELOW.at(), ge(_d, 1))
_DISTANCE = (
    HALF_BERNOULLI,
    Claim(
        "one royalty a leg later gives no less iff d + 1 <= 1/(1-s)",
        (*_FAR, gt(_sigma, 0), POWER_POSITIVE.at({x: _s, n: _d - 1})),
        iff(ge(_SINGLE.subs(_d, _d + 1), _SINGLE), le(_d + 1, _TURN)),
        mutants=(iff(gt(_SINGLE.subs(_d, _d + 1), _SINGLE), le(_d + 1, _TURN)),),
    ),
    Induction(
        "so no distance up to d* gives less than one before it", n, 0, _FAR,
        implies(le(_d + n, _TURN), le(_SINGLE, _SINGLE.subs(_d, _d + n))),
        using=(POWER_RISES.at({x: _s, y: _s, n: _d + n - 1}),),
        mutants=(implies(le(_d + n, _TURN), lt(_SINGLE, _SINGLE.subs(_d, _d + n))),),
    ),
    Induction(
        "and none beyond gives more", n, 0, (*_FAR, le(_TURN, _d + 1)),
        le(_SINGLE.subs(_d, _d + n), _SINGLE),
        using=(POWER_RISES.at({x: _s, y: _s, n: _d + n - 1}),),
        mutants=(lt(_SINGLE.subs(_d, _d + n), _SINGLE),),
    ),
    Claim(
        "no weights within a budget give more than all of it at the best distance (step)",
        (*_FAR, ge(_w, 0), le(_SINGLE.subs(_rho, 1), _best), le(_acc, _best * _paid)),
        le(_acc + _SINGLE.subs(_rho, _w), _best * (_paid + _w)),
        mutants=(lt(_acc + _SINGLE.subs(_rho, _w), _best * (_paid + _w)),),
    ),
    Claim(
        "one royalty at d* beats the best geometric ones, for every s",
        (*_FAR, le(_d, _TURN), lt(_TURN, _d + 1), ge(_q, 0), le(_q, 1), eq(_s, _q**2),
         HALF_BERNOULLI.at({_z: _s, n: _d - 1})),
        gt(_SINGLE, _BEST),
        mutants=(gt(_SINGLE, 2 * _BEST),),
    ),
)  # fmt: skip

# ---------------------------------------------------------------- what the budget allows

_D, _owed = symbol("descendants"), GEOMETRIC_INCOME.expression.subs(symbol("hand_over_fee"), 0)
_floor = sp.Symbol("floor_of_budget")
_BREACH = FIRST_BREACH.expression.xreplace({sp.floor(_rho): _floor})
_GEOMETRIC = (gt(_rho, 0), gt(_decay, 0), lt(_decay, 1), ge(_D, 0))
_BUDGET = (
    Claim(
        "geometric royalties owe less than rho at every length",
        (*_GEOMETRIC, POWER_POSITIVE.at({x: _decay, n: _D + 1})),
        lt(_owed, _rho),
        mutants=(lt(_owed, _rho * (1 - _decay)),),
    ),
    Claim(
        "more than the whole reward if rho > 1, at any length n with n (1-a) (rho-1) >= 1",
        (*_GEOMETRIC, gt(_rho, 1), ge((_D + 1) * (1 - _decay) * (_rho - 1), 1),
         GEOMETRIC_SLOPE.at({x: _decay, n: _D + 1})),
        gt(_owed, 1),
        mutants=(gt(_owed, _rho),),
    ),
    Claim(
        "a coin for every ancestor: leg k owes k, more than rho from the shipped leg on, which is "
        "leg 2 at the latest",
        (ge(_rho, 0), le(_rho, 1), le(_floor, _rho), lt(_rho, _floor + 1)),
        all_of(gt(_BREACH, _rho), le(_BREACH - 1, _rho), le(_BREACH, 2)),
        mutants=(lt(_BREACH, 2),),
    ),
)  # fmt: skip

# ---------------------------------------------------------------- how long to wait

_A, _B, _T, _m = (symbol(c) for c in ("kept_careful", "kept_careless", "treasury_factor", "delay"))
_h, _alpha, _saving, _b = (symbol(c) for c in ("detection", "false_reject", "saving", "royalty"))
_c, _U, _R = symbol("cost"), symbol("outside"), symbol("reward")


def _written_out(term: Any) -> Any:
    """Return the term with expm1 and log1p as what they stand for, as powers."""
    plain = term.replace(log1p, lambda z: sp.log(1 + z)).replace(expm1, lambda z: sp.exp(z) - 1)
    return as_powers(plain)


_HONEST, _JOIN = _written_out(HONEST_ROYALTY.expression), JOINING_ROYALTY.expression
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
_WAIT_MORE, _MEANWHILE = BEST_DELAY.expression, _written_out(FIRST_JOINING_DELAY.expression)
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
    code="R",
    title="royalties",
    statement=(
        "Geometric royalties stay within their budget at every length, and within the reward iff "
        "rho <= 1; a coin for every ancestor does not beyond one leg. a* = 1/(2 - sigma delta) is "
        "the one decay of the strongest incentive for lasting work, the shipped next-step decay "
        "that for work that shows at once; one royalty at d* = floor(1/(1 - sigma delta)) beats "
        "them all. A royalty keeps work careful and worth doing iff it reaches two shipped ones; "
        "the honest one is cheapest at the shipped delay."
    ),
    claims=(*_LASTS, *_SHOWS, *_DISTANCE, *_BUDGET, *_WAITING),
    formulas=(
        ROYALTY_WEIGHT, ROYALTY_VALUE, LASTING_INCENTIVE, BEST_DECAY, BEST_INCENTIVE,
        NEXT_STEP_INCENTIVE, NEXT_STEP_DECAY, BEST_DISTANCE, SINGLE_INCENTIVE, GEOMETRIC_INCOME,
        FIRST_BREACH, KEPT_CAREFUL, KEPT_CARELESS, DELAYED_WORTH,
        HONEST_ROYALTY, JOINING_ROYALTY, BEST_DELAY, FIRST_JOINING_DELAY,
    ),
    trusted=(
        "a value whose slope between two points tends to the shipped incentive has it as its "
        "derivative; geometric series; a number in [0, 1) has exactly one square root; log is "
        "increasing, log(ab) = log a + log b; expm1 and log1p are what their names say"
    ),
    source="theory notes, section 4.3",
)  # fmt: skip
