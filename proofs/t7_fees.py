"""F: fees against splitting: blind lineage pay, royalties on improvement, pay by a noisy gain.

Sums over many names or legs are given as the step of an induction. The roots of 2 and pi are
numbers, of which no more is used than the claims say.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy as sp

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
from derelayl_econ.notation import symbol
from derelayl_econ.royalties import ROYALTY_WEIGHT
from proofs.kernel import Claim, Theorem, by_root
from proofs.lemmas import BERNOULLI, POWER_POSITIVE, POWER_PRODUCT, POWER_RISES, k, n, t, x, y
from proofs.logic import all_of, eq, ge, gt, iff, le, lt

__all__ = ["THEOREM"]

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
        (),
        iff(gt(_PASS.subs(_count, 2) - _fee, 0), lt(_fee, _decay * _income)),
        mutants=(iff(gt(_PASS.subs(_count, 2) - _fee, 0), le(_fee, _decay * _income)),),
    ),
    Claim(
        "a fee of a W or more deters every number of fakes; a W itself leaves (1 - a) W > 0",
        (*_FLOW, ge(_count, 1), ge(_fee, _decay * _income),
         BERNOULLI.at({x: _decay - 1, n: _count - 1})),
        all_of(le(_PASS, (_count - 1) * _fee), gt(_income - _decay * _income, 0)),
        mutants=(lt(_PASS, (_count - 1) * _fee), gt(_income - _fee, 0)),
    ),
)  # fmt: skip

_price, _tau = symbol("price"), symbol("gain_noise")
_gain, _margin = symbol("gain"), symbol("margin")
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
_bell = sp.Symbol("exp(-(margin-gain)^2/(2 gain_noise^2))")
_BY_MARGIN = _plain(
    sp.diff(EXPECTED_PAY.expression, _margin).replace(
        sp.exp, lambda z: _bell ** sp.cancel(-2 * z * _tau**2 / (_margin - _gain) ** 2)
    )
)
_NOISY = (
    Claim(
        "a margin more loses gains of its own size, as likely as luck is dense there",
        (*_NOISE, gt(_tau, 0), gt(_bell, 0)),
        eq(2 * _BY_MARGIN * _tau * _rootpi, -_price * _margin * _root2 * _bell),
        mutants=(eq(2 * _BY_MARGIN * _tau * _rootpi, -_price * _gain * _root2 * _bell),),
    ),
    Claim(
        "of m parts unpaired errors differ more from the whole: by sigma^2/V (1 - 1/m) in variance",
        (gt(_count, 0), gt(symbol("hold_out"), 0)),
        eq((UNPAIRED_ERROR.expression**2 - PAIRED_ERROR.expression**2) * symbol("hold_out"),
           symbol("noise") ** 2 * (1 - 1 / _count)),
        mutants=(eq((UNPAIRED_ERROR.expression**2 - PAIRED_ERROR.expression**2) * _count,
                    symbol("noise") ** 2 * (_count - 1)),),
    ),
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
    code="F",
    title="fees",
    statement=(
        "Blind lineage pay cannot both pay and be split-proof, whatever the fee; royalties on "
        "improvement can: one fake gains a W, and no number of fakes pays iff the fee reaches it. "
        "Where nothing is gained, the shipped fees are the least that stop splitting at a noisy "
        "gate."
    ),
    claims=(*_LINEAGE, *_PASS_THROUGH, *_NOISY),
    formulas=(
        GEOMETRIC_INCOME, GEOMETRIC_SPLIT_PROFIT, ROYALTY_WEIGHT, PASS_THROUGH_GAIN, EXPECTED_PAY,
        PAIRED_ERROR, PAIRED_FEE, UNPAIRED_ERROR, UNPAIRED_FEE,
    ),
    trusted=(
        "at a noisy gate what a further name wins is largest where nothing is gained (calculus); "
        "a positive number has exactly one positive square root; SymPy's derivative of erfc"
    ),
    about=(
        "games.lineage_fees.LineagePay.split_proof_fee",
        "games.lineage_fees.pass_through_fee",
        "games.lineage_fees.pass_through_gain",
        "games.noisy_splitting.NoisyPay.split_proof_fee",
    ),
    source="theory notes, section 4.2",
)  # fmt: skip
