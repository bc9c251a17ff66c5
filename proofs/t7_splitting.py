"""T7: which pay rewards the splitting of work over several names, and what a fee can do about it.

f(g) and f of the parts are numbers here, W is what all the other legs deserve. Sums over many parts
or legs are given as the step of an induction. ``k + n`` in exponents: see :data:`POWER_PRODUCT`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.games.identities import CONTINUOUS_IDENTITIES, IDENTITY_GAIN, STOPPING_PRICE
from derelayl_econ.games.length_split import LEAST_SHARE_BOUND, PLACE_PAY
from derelayl_econ.games.lineage_fees import (
    GEOMETRIC_INCOME,
    GEOMETRIC_SPLIT_PROFIT,
    PASS_THROUGH_GAIN,
)
from derelayl_econ.games.noisy_splitting import (
    EXPECTED_PAY,
    PAIRED_ERROR,
    PAIRED_FEE,
    UNPAIRED_ERROR,
    UNPAIRED_FEE,
)
from derelayl_econ.leg_rules import POWER_ENTITLEMENT
from derelayl_econ.notation import symbol
from derelayl_econ.reward_rule import POOL_SHARE
from derelayl_econ.royalties import ROYALTY_WEIGHT
from proofs.kernel import Claim, Induction, Theorem, by_root
from proofs.lemmas import BERNOULLI, POWER_POSITIVE, POWER_RISES, SAME_SIGN, a, b, f, g, n, x, y
from proofs.logic import all_of, eq, ge, gt, iff, implies, le, lt, ne

__all__ = ["POWER_PRODUCT", "POWER_QUOTIENT", "THEOREM", "k", "t"]

# SymPy writes x^k x^n as x^(k+n) by itself: one of the factors needs another name, t.
t, k = sp.symbols("t k")
POWER_PRODUCT = Induction(
    "t = x^k: t x^n = x^(k+n)", n, 0, (ge(k, 0), eq(t, x**k)), eq(t * x**n, x ** (k + n)),
    mutants=(eq(t * x**n, x ** (k + n + 1)),),
)  # fmt: skip
POWER_QUOTIENT = Induction(
    "t y = x: t^n y^n = x^n", n, 0, (eq(t * y, x),), eq(t**n * y**n, x**n),
    mutants=(eq(t**n * y, x**n),),
)  # fmt: skip

# ---------------------------------------------------------------- shares of a pool

_own, _sum = symbol("entitlement"), symbol("entitlement_sum")
_F, _F1, _F2, _W, _S = sp.symbols("f_whole f_part f_rest others_deserve f_parts")
_gain, _r = symbol("gain"), symbol("share_exponent")


def _share(part: Any, total: Any) -> Any:
    return POOL_SHARE.expression.subs({_own: part, _sum: total}, simultaneous=True)


def _profit(whole: Any, one: Any, two: Any) -> Any:
    """Return what handing in a leg as two wins, before fees."""
    total = one + two + _W
    return _share(one, total) + _share(two, total) - _share(whole, whole + _W)


_SPLIT = _profit(_F, _F1, _F2)
_PARTS = (ge(_F, 0), ge(_F1, 0), ge(_F2, 0), gt(_W, 0))
_a, _part, _g1, _g2 = sp.symbols("slope part g_1 g_2")
_f1, _q, _fx, _rest, _more, _m = sp.symbols("f_one q f_x f_rest_of_x f_more m")
_Pa, _Pb, _Pc, _h = sp.symbols("Phi_a Phi_b Phi_c h")

_SEPARABLE = (
    Claim(
        "splitting pays iff f is less than f of the parts, merging iff it is more; neutral iff "
        "equal: whatever the others deserve",
        _PARTS,
        all_of(iff(gt(_SPLIT, 0), lt(_F, _F1 + _F2)), iff(lt(_SPLIT, 0), gt(_F, _F1 + _F2))),
        mutants=(iff(gt(_SPLIT, 0), le(_F, _F1 + _F2)), iff(lt(_SPLIT, 0), gt(_F, _F1))),
    ),
    Claim(
        "nothing pays the only leg",
        (gt(_F, 0), ge(_F1, 0), gt(_F2, 0)),
        eq(_SPLIT.subs(_W, 0), 0),
        mutants=(eq(_SPLIT.subs(_W, 0), 1),),
    ),
    Claim(
        "many parts earn together what one leg that deserves their sum would (step)",
        (ge(_S, 0), ge(_F2, 0), gt(_W, 0), ge(_sum, _S + _F2 + _W)),
        eq(_share(_S, _sum) + _share(_F2, _sum), _share(_S + _F2, _sum)),
        mutants=(eq(_share(_S, _sum) + _share(_F2, _sum), _share(_S + _F2, _S + _F2 + _W)),),
    ),
    Claim(
        "superadditive f: many parts deserve at most the whole; subadditive: at least (step)",
        (),
        all_of(implies(all_of(le(_S, _F1), le(_F1 + _F2, _F)), le(_S + _F2, _F)),
               implies(all_of(ge(_S, _F1), ge(_F1 + _F2, _F)), ge(_S + _F2, _F))),
        mutants=(implies(le(_S, _F1), le(_S + _F2, _F)),),
    ),
    Claim(
        "linear f is neutral",
        (gt(_a, 0), gt(_gain, 0), ge(_part, 0), le(_part, 1), gt(_W, 0)),
        eq(_profit(_a * _gain, _a * _part * _gain, _a * (1 - _part) * _gain), 0),
        mutants=(eq(_profit(_a * _gain, _a * _part * _gain, _a * _gain), 0),),
    ),
    Claim(
        "additive f: n parts of a gain deserve n times what one does (step)",
        (eq(_S, n * _f1), eq(_F, _S + _f1)),
        eq(_F, (n + 1) * _f1),
        mutants=(eq(_F, n * _f1),),
    ),
    Claim(
        "additive f >= 0 is linear: within f(1)/q of x f(1), for every q",
        (gt(_q, 0), ge(_m, 0), ge(_rest, 0), ge(_more, 0), eq(_fx, _m / _q * _f1 + _rest),
         eq(_fx + _more, (_m + 1) / _q * _f1), le(_m / _q, _part), le(_part, (_m + 1) / _q)),
        all_of(le(_fx - _part * _f1, _f1 / _q), le(_part * _f1 - _fx, _f1 / _q)),
        mutants=(eq(_fx, _part * _f1), le(_fx - _part * _f1, 0)),
    ),
    Claim(
        "pay for the way from a to b that telescopes is neutral",
        (le(_Pa, _Pc), le(_Pc, _Pb), gt(_W, 0)),
        eq(_profit(_Pb - _Pa, _Pc - _Pa, _Pb - _Pc), 0),
        mutants=(eq(_profit(_Pb - _Pa, _Pc - _Pa, _Pb), 0),),
    ),
    Claim(
        "and neutral pay telescopes, with Phi = pay for the way from the start",
        (ge(_Pa, 0), ge(_Pb, 0), ge(_h, 0), gt(_W, 0), eq(_profit(_Pb, _Pa, _h), 0)),
        eq(_h, _Pb - _Pa),
        mutants=(eq(_h, _Pb),),
    ),
)  # fmt: skip

_u, _v, _w, _n1, _n2, _n12, _s = sp.symbols("u v w f_1 f_2 f_12 s")


def _powers(exponent: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return g^exponent of g_1, g_2 and g_1 + g_2 in terms of roots, and what defines these."""
    power = POWER_ENTITLEMENT.expression.subs(_r, exponent)
    found = [by_root(power.subs(_gain, gain), root)
             for gain, root in ((_g1, _u), (_g2, _v), (_g1 + _g2, _w))]  # fmt: skip
    return tuple(term for term, _ in found), tuple(fact for _, both in found for fact in both)


def _products(degree: Any, first: Any, names: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        POWER_PRODUCT.at({t: name, x: root, k: first, n: degree})
        for name, root in zip(names, (_u, _v, _w), strict=True)
    )


def _orders(degree: Any, top: Any) -> tuple[Any, ...]:
    """Return that w exceeds u and v, since its power of that degree does, and so do lower ones."""
    roots = tuple(POWER_RISES.at({x: _w, y: root, n: top}) for root in (_u, _v))
    return (*roots, *(POWER_RISES.at({x: root, y: _w, n: degree}) for root in (_u, _v)))


_GAINS = (gt(_g1, 0), gt(_g2, 0))
(_up1, _up2, _up12), _UP = _powers((_q + _s) / _q)
(_lo1, _lo2, _lo12), _LO = _powers(k / (k + _s))
_SQUARE = POWER_ENTITLEMENT.expression.subs(_r, 2)
_SQUARES = tuple(_SQUARE.subs(_gain, g) for g in (_g1 + _g2, _g1, _g2))
_PYTHAGORAS = {_u: 3, _v: 4, _w: 5, _g1: 9, _g2: 16, _q: 2, _s: 1, k: 1, _n1: 3, _n2: 4, _n12: 5}
_POINT = {name: Fraction(value) for name, value in _PYTHAGORAS.items()}
_POWERS = (
    Claim(
        "g^r is superadditive for r = (q+s)/q >= 1",
        (*_GAINS, ge(_q, 1), ge(_s, 0), *_UP, *_orders(_s, _q),
         *_products(_s, _q, (_g1, _g2, _g1 + _g2))),
        le(_up1 + _up2, _up12),
        mutants=(ge(_up1 + _up2, _up12), le(_up1 + 2 * _up2, _up12)),
        hint=_POINT,
    ),
    Claim(
        "g^r is subadditive for r = k/(k+s) <= 1",
        (*_GAINS, ge(k, 1), ge(_s, 0), *_LO, *_orders(_s, k + _s),
         eq(_n1, _lo1), eq(_n2, _lo2), eq(_n12, _lo12), *_products(_s, k, (_n1, _n2, _n12))),
        ge(_lo1 + _lo2, _lo12),
        mutants=(le(_lo1 + _lo2, _lo12), ge(_lo1, _lo12)),
        hint=_POINT,
    ),
    Claim(
        "shares by g^2: every split loses, every merge pays",
        (*_GAINS, gt(_W, 0)),
        lt(_profit(*_SQUARES), 0),
        mutants=(gt(_profit(*_SQUARES), 0),),
    ),
)  # fmt: skip

# ---------------------------------------------------------------- equal shares

_R, _phi, _N = symbol("pool"), symbol("identity_cost"), symbol("participants")
_names, _mine = symbol("identities"), sp.Symbol("names")
_GAIN, _PRICE = IDENTITY_GAIN.expression, STOPPING_PRICE.expression
_EACH = CONTINUOUS_IDENTITIES.expression


def _contest(mine: Any) -> Any:
    """Return the payoff of so many names when each other participant has the shipped number."""
    return _R * _share(mine, mine + (_N - 1) * _EACH) - _phi * mine


_PEOPLE = (ge(_N, 2), gt(_R, 0))
_OTHERS, _LOST = (_N - 1) * _EACH, _contest(_EACH) - _contest(_mine)
_DISTANCE = Claim(
    "if names could be divided, another number than the shipped one loses phi (m - m*)^2/(m + M)",
    (*_PEOPLE, gt(_phi, 0), ge(_mine, 0), gt(_OTHERS, 0)),
    eq(_LOST * (_mine + _OTHERS), _phi * (_mine - _EACH) ** 2),
    mutants=(eq(_LOST * _mine, _phi * (_mine - _EACH) ** 2),),
)
_EQUAL = (
    Claim(
        "equal shares: the shipped gain of m names over one is what the shares pay",
        (*_PEOPLE, ge(_names, 1)),
        eq(_GAIN, _R * (_names * _share(1, _N + _names - 1) - _share(1, _N))
           - _phi * (_names - 1)),
        mutants=(eq(_GAIN, _R * (_names * _share(1, _N + _names) - _share(1, _N))
                    - _phi * (_names - 1)),),
    ),
    Claim(
        "free names pay: two or more earn more than one, if there are others",
        (*_PEOPLE, ge(_names, 2), eq(_phi, 0)),
        gt(_GAIN, 0),
        mutants=(gt(_GAIN, _R / 2),),
    ),
    Claim(
        "the stopping price is the least at which a second name does not pay",
        _PEOPLE,
        iff(le(_GAIN.subs(_names, 2), 0), ge(_phi, _PRICE)),
        mutants=(iff(le(_GAIN.subs(_names, 2), 0), gt(_phi, _PRICE)),),
    ),
    Claim(
        "and then no number of names does",
        (*_PEOPLE, ge(_names, 2), ge(_phi, _PRICE)),
        le(_GAIN, 0),
        mutants=(lt(_GAIN, 0),),
    ),
    _DISTANCE,
    Claim(
        "so it is the only best reply to itself",
        (*_PEOPLE, gt(_phi, 0), ge(_mine, 0), gt(_OTHERS, 0), ne(_mine, _EACH)),
        gt(_LOST, 0),
        mutants=(lt(_LOST, 0),),
        using=(_DISTANCE.at(), SAME_SIGN.at({a: _LOST, f: _mine + _OTHERS,
                                             b: (_mine - _EACH) ** 2, g: _phi})),
    ),
)  # fmt: skip

# ---------------------------------------------------------------- lineage pay and fees

_rho, _decay, _fee = symbol("royalty_share"), symbol("decay"), symbol("hand_over_fee")
_D, _count, _income = symbol("descendants"), symbol("split_parts"), symbol("income")
_WEIGHT, _d = ROYALTY_WEIGHT.expression, symbol("distance")
_INCOME, _BLIND = GEOMETRIC_INCOME.expression, GEOMETRIC_SPLIT_PROFIT.expression
_LATER, _TWO = _INCOME.subs(_D, _D + 1), _BLIND.subs(_count, 2)
_PASS = PASS_THROUGH_GAIN.expression
_GEOMETRIC = (
    gt(_rho, 0), gt(_decay, 0), lt(_decay, 1), ge(_D, 0), POWER_POSITIVE.at({x: _decay, n: _D}),
)  # fmt: skip
_MANY = (
    ge(_count, 1), POWER_POSITIVE.at({x: _decay, n: _count - 1}),
    POWER_RISES.at({x: _decay, y: sp.Integer(1), n: _count - 1}),
)  # fmt: skip
_BELOW, _next, _total, _pay, _eps = sp.symbols("W_D w_next W_total profit eps")
_fake, _flow = sp.symbols("fake_income later_gain")

_LINEAGE = (
    Claim(
        "geometric royalties: net income is the sum of the weights less the fee",
        (*_GEOMETRIC, eq(_d, _D + 1)),
        all_of(eq(_LATER - _INCOME, _WEIGHT.subs(_d, _D + 1)),
               eq(_INCOME.subs(_D, 0) + _fee, sp.expand(_WEIGHT.subs(_d, 0)))),
        mutants=(eq(_LATER - _INCOME, _WEIGHT.subs(_d, _D)),),
    ),
    Claim(
        "name m + 1 adds the net income of a leg with D + m descendants",
        (*_GEOMETRIC, *_MANY, eq(t, _decay ** (_D + 1)),
         POWER_PRODUCT.at({x: _decay, k: _D + 1, n: _count - 1})),
        eq(_BLIND.subs(_count, _count + 1) - _BLIND, _INCOME.subs(_D, _D + _count)),
        mutants=(eq(_BLIND.subs(_count, _count + 1) - _BLIND, _INCOME),),
    ),
    Claim(
        "splitting in two wins more than honest work earns: where royalties pay, splitting pays",
        _GEOMETRIC,
        all_of(eq(_TWO, _LATER), gt(_TWO, _INCOME)),
        mutants=(gt(_INCOME, 0),),
    ),
    Claim(
        "a fee of rho stops every split, and leaves nobody a positive income",
        (*_GEOMETRIC, *_MANY, ge(_fee, _rho)),
        all_of(le(_BLIND, 0), lt(_INCOME, 0)),
        mutants=(lt(_BLIND, 0), lt(_INCOME, -_rho * _decay)),
    ),
    Claim(
        "no smaller fee stops every split: enough names pay",
        (*_GEOMETRIC, *_MANY, ge(_fee, 0),
         gt((_count - 1) * (1 - _decay) * (_rho - _fee), _rho * _decay ** (_D + 2))),
        gt(_BLIND, 0),
        mutants=(gt(_BLIND, _rho),),
    ),
    Claim(
        "any weights: where one more name does not pay, honest work does not either",
        (ge(_next, 0), le(_BELOW + _next - _fee, 0)),
        le(_BELOW - _fee, 0),
        mutants=(lt(_BELOW - _fee, 0),),
    ),
    Claim(
        "any weights: a fee of their sum stops every split, and honest income is not positive "
        "(step)",
        (le(_BELOW, _BELOW + _next), le(_BELOW + _next, _total), ge(_fee, _total), le(_pay, 0)),
        all_of(le(_pay + (_BELOW + _next - _fee), 0), le(_BELOW - _fee, 0)),
        mutants=(lt(_pay + (_BELOW + _next - _fee), 0),),
    ),
    Claim(
        "any weights: if the fee is less than some W_D, each further name adds the same at least "
        "(step)",
        (ge(_next, 0), gt(_eps, 0), ge(_BELOW - _fee, _eps), ge(_pay, _total + n * _eps)),
        ge(_pay + (_BELOW + _next - _fee), _total + (n + 1) * _eps),
        mutants=(gt(_pay, _total + (n + 1) * _eps),),
    ),
)  # fmt: skip

_FLOW = (gt(_decay, 0), lt(_decay, 1), gt(_income, 0))
_PASS_THROUGH = (
    Claim(
        "royalties on improvement: a name that adds no gain earns a times its leg's income (step)",
        (gt(_rho, 0), *_FLOW, ge(_d, 0), ge(_flow, 0), eq(_fake, _decay * _income)),
        eq(_fake + _WEIGHT.subs(_d, _d + 1) * _flow, _decay * (_income + _WEIGHT * _flow)),
        mutants=(eq(_fake + _WEIGHT * _flow, _decay * (_income + _WEIGHT * _flow)),),
    ),
    Claim(
        "the next fake again a times what the last one did",
        (*_FLOW, ge(_count, 1)),
        eq(_PASS.subs(_count, _count + 1), _decay * (_income + _PASS)),
        mutants=(eq(_PASS.subs(_count, _count + 1), _decay * _income + _PASS),),
    ),
    Claim(
        "one fake is worth its fee iff the fee is less than a W",
        _FLOW,
        iff(gt(_PASS.subs(_count, 2) - _fee, 0), lt(_fee, _decay * _income)),
        mutants=(iff(gt(_PASS.subs(_count, 2) - _fee, 0), le(_fee, _decay * _income)),),
    ),
    Claim(
        "a fee of a W deters every number of fakes, and leaves honest work (1 - a) W > 0",
        (*_FLOW, ge(_count, 1), eq(_fee, _decay * _income),
         BERNOULLI.at({x: _decay - 1, n: _count - 1})),
        all_of(le(_PASS, (_count - 1) * _fee), gt(_income - _fee, 0)),
        mutants=(lt(_PASS, (_count - 1) * _fee), gt(_income - _fee, _fee)),
    ),
)  # fmt: skip

# ---------------------------------------------------------------- splits by the length of the path

_K, _i, _lean = symbol("path_legs"), symbol("place"), symbol("lean")
_tilt = symbol("tilt")
_PLACE, _BOUND = PLACE_PAY.expression, LEAST_SHARE_BOUND.expression
_r1, _r2, _short, _least, _least_short = sp.symbols("r_i r_next r_short least least_short")
_POOL = (gt(_R, 0), ge(_i, 1), ge(_K - 1, _i))
_LEAN = (gt(_lean, 0), lt(_lean, 1))
_AFTER, _SHORTER = {_i: _i + 1}, {_K: _K - 1}
_THREE = sum(_PLACE.subs(_i, _i + later) for later in range(3))
_TILTED = eq(_lean * (1 + _tilt), _tilt)
_PAIR = (le(_least, _r1), le(_least, _r2), le(_r1 + _r2, _short))

_LENGTH = (
    Claim(
        "the shipped pay of places is neutral in pairs: r(i, L) + r(i+1, L) = r(i, L-1)",
        (*_POOL, *_LEAN),
        eq(_PLACE + _PLACE.subs(_AFTER), _PLACE.subs(_SHORTER)),
        mutants=(eq(_PLACE + _PLACE.subs(_AFTER), _PLACE),),
    ),
    Claim(
        "with t = x/(1+x) it is R x^(i-1)/(1+x)^(L-1)",
        (gt(_R, 0), ge(_i, 1), ge(_K, _i), gt(_tilt, 0), _TILTED, eq(t, (1 + _tilt) ** (_i - 1)),
         POWER_QUOTIENT.at({t: _lean, y: 1 + _tilt, x: _tilt, n: _i - 1}),
         POWER_QUOTIENT.at({t: 1 - _lean, y: 1 + _tilt, x: sp.Integer(1), n: _K - _i}),
         POWER_PRODUCT.at({x: 1 + _tilt, k: _i - 1, n: _K - _i})),
        eq(_PLACE * (1 + _tilt) ** (_K - 1), _R * _tilt ** (_i - 1)),
        mutants=(eq(_PLACE * (1 + _tilt) ** _K, _R * _tilt ** (_i - 1)),),
    ),
    Claim(
        "three in a row handed in as one win the middle one's pay once more",
        (gt(_R, 0), *_LEAN, ge(_i, 1), ge(_K - 2, _i),
         POWER_POSITIVE.at({x: _lean, n: _i - 1}),
         POWER_POSITIVE.at({x: 1 - _lean, n: _K - 2 - _i})),
        all_of(eq(_PLACE.subs(_K, _K - 2) - _THREE, _PLACE.subs(_AFTER)),
               gt(_PLACE.subs(_AFTER), 0)),
        mutants=(eq(_PLACE.subs(_K, _K - 2) - _THREE, _PLACE),),
    ),
    Claim(
        "split-proof: the least share is at most half of any place's of the path one shorter",
        _PAIR,
        le(2 * _least, _short),
        mutants=(lt(2 * _least, _short), le(3 * _least, _short)),
    ),
    Claim(
        "hence at most the shipped bound: paths of two legs",
        (*_PAIR, eq(_short, _R)),
        le(_least, _BOUND.subs(_K, 2)),
        mutants=(lt(_least, _BOUND.subs(_K, 2)), le(_least, _BOUND.subs(_K, 3))),
    ),
    Claim(
        "and of more legs (step)",
        (ge(_K, 2), POWER_POSITIVE.at({x: sp.Integer(2), n: _K - 1}),
         le(_least_short, _BOUND), le(2 * _least, _least_short)),
        le(_least, _BOUND.subs(_K, _K + 1)),
        mutants=(lt(_least, _BOUND.subs(_K, _K + 1)),),
    ),
    Claim(
        "which the even split (t = 1/2) pays to everybody",
        (gt(_R, 0), ge(_i, 1), ge(_K, _i), eq(t, _lean ** (_i - 1)), eq(2 * _lean, 1),
         POWER_RISES.at({x: _lean, y: 1 - _lean, n: _K - _i}),
         POWER_RISES.at({x: 1 - _lean, y: _lean, n: _K - _i}),
         POWER_PRODUCT.at({x: _lean, k: _i - 1, n: _K - _i}),
         POWER_QUOTIENT.at({t: _lean, y: sp.Integer(2), x: sp.Integer(1), n: _K - 1})),
        eq(_PLACE, _BOUND),
        mutants=(eq(_PLACE, 2 * _BOUND),),
    ),
)  # fmt: skip

# ---------------------------------------------------------------- pay by a noisy gain

_price, _tau, _margin = symbol("price"), symbol("gain_noise"), symbol("margin")
_tau1, _taum, _root, _root2, _rootpi = sp.symbols("tau_1 tau_m root_of_m root_of_2 root_of_pi")


def _plain(term: Any) -> Any:
    """Return the term with names for the roots of 2 and pi."""
    return term.xreplace({sp.sqrt(2): _root2, 1 / sp.sqrt(sp.pi): 1 / _rootpi})


def _parts_profit(errors: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return what m hand-overs without gain win over one, and what defines tau_m and tau_1."""
    at_m, facts_m = by_root(errors, _taum)
    at_1, facts_1 = by_root(errors.subs(_count, 1), _tau1)
    pay = _plain(EXPECTED_PAY.expression.subs({_gain: 0, _margin: 0}))
    won = _count * pay.subs(_tau, at_m) - pay.subs(_tau, at_1) - (_count - 1) * _fee
    return won, (*facts_m, *facts_1)


_PAIRED, _PAIRED_FACTS = _parts_profit(PAIRED_ERROR.expression)
_UNPAIRED, _UNPAIRED_FACTS = _parts_profit(UNPAIRED_ERROR.expression)
_PAIRED_PRICE, _UNPAIRED_PRICE = (
    _plain(formula.expression).subs(_tau, _tau1) for formula in (PAIRED_FEE, UNPAIRED_FEE)
)
_NOISE = (
    gt(_price, 0), gt(symbol("hold_out"), 0), gt(symbol("noise"), 0), ge(_fee, 0), gt(_rootpi, 0),
    gt(_root2, 1),
)  # fmt: skip
_ROOT_OF_M = (gt(_root, 0), eq(_root**2, _count))


def _at(count: Any, fee: Fraction, root_2: Fraction) -> dict[Any, Fraction]:
    """Return a point of the paired gate with tau_1 = 1, where few points are rational."""
    root = Fraction(math.isqrt(count.numerator), math.isqrt(count.denominator))
    ones = dict.fromkeys((_price, symbol("hold_out"), symbol("noise"), _rootpi, _tau1), Fraction(1))
    return {**ones, symbol("spread"): Fraction(0), _count: Fraction(count), _root: root,
            _taum: 1 / root, _fee: fee, _root2: root_2}  # fmt: skip


_SCALES = Claim(
    "paired: tau_1 = sqrt(m) tau_m",
    (*_NOISE, *_ROOT_OF_M, *_PAIRED_FACTS),
    eq(_tau1, _root * _taum),
    mutants=(eq(_tau1, _taum),),
)
_NOISY = (
    _SCALES,
    Claim(
        "paired, no gain: the shipped fee stops every split (of root 2 only that 2 <= root^2)",
        (*_NOISE, *_ROOT_OF_M, *_PAIRED_FACTS, ge(_root2**2, 2), ge(_root, _root2),
         ge(_fee, _PAIRED_PRICE)),
        le(_PAIRED, 0),
        using=(_SCALES.at(),),
        mutants=(le(_PAIRED, -_fee),),
        hint=_at(count=4, fee=Fraction(261, 800), root_2=Fraction(29, 20)),
    ),
    Claim(
        "paired, no gain: at any smaller fee two parts pay (of root 2 only that root^2 <= 2)",
        (*_NOISE, *_ROOT_OF_M, *_PAIRED_FACTS, le(_root2**2, 2), eq(_root, _root2),
         lt(_fee, _PAIRED_PRICE)),
        gt(_PAIRED, 0),
        using=(_SCALES.at(),),
        mutants=(gt(_PAIRED, _fee),),
        hint=_at(count=Fraction(49, 25), fee=Fraction(1, 5), root_2=Fraction(7, 5)),
    ),
    Claim(
        "unpaired, no gain, no spread: no split pays iff the fee reaches the shipped one",
        (*_NOISE, ge(_count, 2), eq(symbol("spread"), 0), *_UNPAIRED_FACTS),
        iff(le(_UNPAIRED, 0), ge(_fee, _UNPAIRED_PRICE)),
        mutants=(iff(le(_UNPAIRED, 0), gt(_fee, _UNPAIRED_PRICE)),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="T7",
    title="splitting",
    statement=(
        "Shares f/sum f never reward splitting iff f is superadditive, merging iff subadditive, "
        "neither iff linear; g^r is the former for rational r >= 1, the latter for r <= 1. Equal "
        "shares reward names that cost less than the shipped price. Blind lineage pay cannot both "
        "pay and be split-proof; royalties on improvement can, iff the fee reaches a W. A split "
        "by length that is split-proof pays somebody at most R/2^(L-1). Where nothing is gained, "
        "the shipped fees are the least that stop splitting at a noisy gate."
    ),
    claims=(
        POWER_PRODUCT, POWER_QUOTIENT, *_SEPARABLE, *_POWERS, *_EQUAL, *_LINEAGE, *_PASS_THROUGH,
        *_LENGTH, *_NOISY,
    ),
    formulas=(
        POOL_SHARE, POWER_ENTITLEMENT, IDENTITY_GAIN, STOPPING_PRICE, CONTINUOUS_IDENTITIES,
        GEOMETRIC_INCOME, GEOMETRIC_SPLIT_PROFIT, ROYALTY_WEIGHT, PASS_THROUGH_GAIN, PLACE_PAY,
        LEAST_SHARE_BOUND, EXPECTED_PAY, PAIRED_ERROR, PAIRED_FEE, UNPAIRED_ERROR, UNPAIRED_FEE,
    ),
    trusted=(
        "a number within f(1)/q of x f(1) for every q is x f(1); powers with irrational exponents "
        "are limits of rational ones; one root of each degree of a positive number; at a noisy "
        "gate what a further name wins is largest where nothing is gained (calculus)"
    ),
    source="theory notes, sections 4.2 and 4.3",
)  # fmt: skip
