"""T7: which shares of a pool reward the splitting of work over several names.

f(g) and f of the parts are numbers here, W is what all the other legs deserve. Sums over many parts
are given as the step of an induction.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from derelayl_econ.games.identities import CONTINUOUS_IDENTITIES, IDENTITY_GAIN, STOPPING_PRICE
from derelayl_econ.leg_rules import POWER_ENTITLEMENT
from derelayl_econ.notation import symbol
from derelayl_econ.reward_rule import POOL_SHARE
from proofs.kernel import Claim, Theorem, by_root
from proofs.lemmas import POWER_PRODUCT, POWER_RISES, SAME_SIGN, a, b, f, g, k, n, t, x, y
from proofs.logic import all_of, eq, ge, gt, iff, implies, le, lt, ne

__all__ = ["THEOREM"]

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

THEOREM = Theorem(
    code="T7",
    title="splitting",
    statement=(
        "Shares f/sum f never reward splitting iff f is superadditive, merging iff subadditive, "
        "neither iff linear; g^r is the former for rational r >= 1, the latter for r <= 1. Equal "
        "shares reward names that cost less than the shipped price."
    ),
    claims=(*_SEPARABLE, *_POWERS, *_EQUAL),
    formulas=(
        POOL_SHARE, POWER_ENTITLEMENT, IDENTITY_GAIN, STOPPING_PRICE, CONTINUOUS_IDENTITIES,
    ),
    trusted=(
        "a number within f(1)/q of x f(1) for every q is x f(1); powers with irrational exponents "
        "are limits of rational ones; one root of each degree of a positive number"
    ),
    about=(
        "games.identities.IdentityGame.gain",
        "games.identities.IdentityGame.stopping_price",
        "games.split_claims.claim_of",
        "leg_rules.FunctionShare",
        "leg_rules.PathShare",
        "leg_rules.PowerShare",
        "rewards.GainShare",
    ),
    source="theory notes, section 4.2",
)  # fmt: skip
