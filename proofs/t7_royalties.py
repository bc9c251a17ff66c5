"""R: royalties: what the budget allows, and which decay or distance rewards most.

With s = sigma delta the shipped incentives are quotients of polynomials in a and s, or s^(d-1).
Roots and roundings are numbers with the property that defines them. That a net income is a sum of
weights is a claim of F.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

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
from derelayl_econ.notation import symbol
from derelayl_econ.royalties import ROYALTY_WEIGHT
from proofs.kernel import Claim, Induction, Theorem, by_root
from proofs.lemmas import (
    GEOMETRIC_SLOPE,
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

__all__ = ["HALF_BERNOULLI", "THEOREM"]

_rho, _decay, _d = symbol("royalty_share"), symbol("decay"), symbol("distance")
_sigma, _delta = symbol("survival"), symbol("discount")
_s = _sigma * _delta
_sigma2, _root = sp.symbols("survival_other root")
_WEIGHT = ROYALTY_WEIGHT.expression


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


_SINGLE = SINGLE_INCENTIVE.expression
(_TURN,) = (part.args[0] for part in (BEST_DISTANCE.expression,) if part.func == sp.floor)
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

THEOREM = Theorem(
    code="R",
    title="royalties",
    statement=(
        "Geometric royalties stay within their budget at every length, and within the reward iff "
        "rho <= 1; a coin for every ancestor does not beyond one leg. a* = 1/(2 - sigma delta) is "
        "the one decay of the strongest incentive for lasting work, the shipped next-step decay "
        "that for work that shows at once; one royalty at d* = floor(1/(1 - sigma delta)) beats "
        "them all."
    ),
    claims=(*_LASTS, *_SHOWS, *_DISTANCE, *_BUDGET),
    formulas=(
        ROYALTY_WEIGHT, ROYALTY_VALUE, LASTING_INCENTIVE, BEST_DECAY, BEST_INCENTIVE,
        NEXT_STEP_INCENTIVE, NEXT_STEP_DECAY, BEST_DISTANCE, SINGLE_INCENTIVE, GEOMETRIC_INCOME,
        FIRST_BREACH,
    ),
    trusted=(
        "a value whose slope between two points tends to the shipped incentive has it as its "
        "derivative; geometric series; a number in [0, 1] has exactly one square root there"
    ),
    about=("games.royalty_design.RoyaltyDesign", "games.royalty_design.royalty_budget"),
    source="theory notes, section 4.3",
)  # fmt: skip
