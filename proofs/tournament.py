"""W: winners. Effort in the settlement tournament by the share that wins, luck being normal.

exp and the number pi are unknown positive numbers here; the solvers check the derivatives that
SymPy takes of the shipped density and tail, and what follows from them. Signs of derivatives become
statements about the functions by the mean value theorem.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.tournament_formulas import (
    DEPOSIT_BOUND,
    FINITE_DENSITY,
    INCENTIVE,
    NOISE_RATIO,
    NORMAL_DENSITY,
    NORMAL_TAIL,
    QUADRATIC_COST,
    TOURNAMENT_PAYOFF,
)
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, eq, ge, gt, iff, implies, le, lt, ne

__all__ = ["THEOREM"]

_W, _D, _sigma = symbol("winner_prize"), symbol("deposit"), symbol("luck")
_z, _f, _C2, _e = symbol("cutoff"), symbol("density"), symbol("bend"), symbol("own_effort")
_s, _N, _P, _cost = (symbol(s) for s in ("winning_share", "participants", "win_chance", "cost"))
_T = symbol("total_prize")
_HALF = sp.Rational(1, 2)
_bell, _root, _h = sp.symbols("exp(-z^2/2) sqrt(2pi) more_effort")
_least, _won, _variance, _z_s = sp.symbols("least_bound other_chance variance cutoff_by_share")


def _plain(term: Any) -> Any:
    """Return the term with exponential, tail and the root of 2 pi as unknown numbers."""
    bells = term.replace(sp.exp, lambda power: _bell ** (power / (-(_z**2) / 2)))
    return bells.subs({sp.erfc(_z / sp.sqrt(2)): 2 * _s, sp.sqrt(sp.pi): _root / sp.sqrt(2)})


def _by_cutoff(term: Any, times: int = 1) -> Any:
    return _plain(sp.diff(term, _z, times))


_DENSITY, _TAIL = NORMAL_DENSITY.expression, NORMAL_TAIL.expression
_PHI = _plain(_DENSITY)
_PER_WINNER = INCENTIVE.expression.subs(_f, _DENSITY)
_PER_SUBMISSION = _PER_WINNER.subs(_W, _T / _TAIL)
_BOUND = _plain(DEPOSIT_BOUND.expression)
_NUMBERS = (gt(_bell, 0), gt(_root, 0), gt(_sigma, 0))
_SHARED = (*_NUMBERS, gt(_s, 0), gt(_T, 0), ge(_D, 0))
_phi_z, _s_z = sp.symbols("density_by_cutoff share_by_cutoff")
_SLOPES = (eq(_phi_z, _by_cutoff(_DENSITY)), eq(_s_z, _by_cutoff(_TAIL)))
# What rises in the cutoff falls in the share.
_slope, _here = sp.symbols("incentive_by_cutoff bound")

_LUCK = (
    Claim(
        "the shipped density has the slope -z phi, the shipped tail -phi",
        (*_NUMBERS[:2], eq(_f, _PHI)),
        all_of(eq(_by_cutoff(_DENSITY), -_z * _f), eq(_by_cutoff(_TAIL), -_f), gt(_f, 0)),
        mutants=(
            eq(_by_cutoff(_DENSITY), -_f),
            all_of(eq(_by_cutoff(_DENSITY), -_z * _f), eq(_by_cutoff(_TAIL), _f)),
        ),
    ),
    Claim(
        "z phi, the bend of the chance to win, rises up to z = 1 and falls beyond",
        _NUMBERS[:2],
        iff(lt(_by_cutoff(_DENSITY, 2), 0), all_of(gt(_z, -1), lt(_z, 1))),
        mutants=(iff(lt(_by_cutoff(_DENSITY, 2), 0), gt(_z, 1)),),
    ),
    Claim(
        "phi - z (1 - Phi) has the slope -(1 - Phi) < 0",
        (*_NUMBERS[:2], gt(_s, 0), *_SLOPES),
        all_of(eq(_phi_z - _s - _z * _s_z, -_s), lt(_phi_z - _s - _z * _s_z, 0)),
        mutants=(eq(_phi_z - _s - _z * _s_z, _s),),
    ),
)

_SHARES = (
    Claim(
        "prize per winner: the incentive has the slope (W + D) z/sigma in the winning share",
        (*_NUMBERS, *_SLOPES),
        eq(_by_cutoff(_PER_WINNER), (_W + _D) * _z / _sigma * _s_z),
        mutants=(eq(_by_cutoff(_PER_WINNER), (_W + _D) * _z / _sigma),),
    ),
    Claim(
        "so it rises in s below one half and falls above: 1/2 is the best share",
        (gt(_W + _D, 0), gt(_sigma, 0), iff(gt(_z, 0), lt(_s, _HALF)),
         iff(lt(_z, 0), gt(_s, _HALF)), eq(_h, (_W + _D) * _z / _sigma)),
        all_of(iff(gt(_h, 0), lt(_s, _HALF)), iff(lt(_h, 0), gt(_s, _HALF))),
        mutants=(iff(gt(_h, 0), le(_s, _HALF)),),
    ),
    Claim(
        "total prize T: along z the incentive has the slope phi z (T bound - D)/sigma",
        (*_SHARED, ne(_z, 0), eq(_f, _PHI)),
        eq(_by_cutoff(_PER_SUBMISSION) * _sigma, _f * _z * (_T * _BOUND - _D)),
        mutants=(eq(_by_cutoff(_PER_SUBMISSION) * _sigma, _z * (_T * _BOUND - _D)),),
    ),
    Claim(
        "so below one half it falls in the share iff D/T is below the shipped bound",
        (*_SHARED[3:], gt(_sigma, 0), gt(_f, 0), gt(_z, 0),
         eq(_slope * _sigma, _f * _z * (_T * _least - _D))),
        iff(gt(_slope, 0), lt(_D / _T, _least)),
        mutants=(iff(gt(_slope, 0), le(_D / _T, _least)),),
    ),
    Claim(
        "from 1/2 on it falls, whatever the deposit",
        (*_SHARED, le(_z, 0)),
        gt(_by_cutoff(_PER_SUBMISSION), 0),
        mutants=(lt(_by_cutoff(_PER_SUBMISSION), 0),),
    ),
    Claim(
        "and throughout where D/T is below the least bound of all shares below one half",
        (gt(_T, 0), implies(gt(_z, 0), iff(gt(_slope, 0), lt(_D / _T, _here))),
         implies(le(_z, 0), gt(_slope, 0)), implies(gt(_z, 0), le(_least, _here)),
         lt(_D / _T, _least)),
        gt(_slope, 0),
        mutants=(lt(_z, 0),),
    ),
    Claim(
        "the bound is positive iff phi > z (1 - Phi): without a deposit effort always falls",
        (*_SHARED, gt(_z, 0)),
        iff(gt(_BOUND, 0), gt(_PHI, _z * _s)),
        mutants=(iff(gt(_BOUND, 1), gt(_PHI, _z * _s)),),
    ),
)  # fmt: skip

_STAKES = (gt(_sigma, 0), gt(_C2, 0), gt(_W + _D, 0))
_gain, _ahead, _x = sp.symbols("gain ahead lead")
_BEST = INCENTIVE.expression / _C2


def _payoff(chance: Any, effort: Any) -> Any:
    cost = QUADRATIC_COST.expression.subs(_e, effort)
    return TOURNAMENT_PAYOFF.expression.subs({_P: chance, _cost: cost}, simultaneous=True)


_GAIN = _payoff(_won, _e + _h) - _payoff(_P, _e)
_AHEAD = _won - _P - _f * _h / _sigma
_EFFORT = (
    Claim(
        "who wins gets the prize and the deposit back, who does not loses the deposit",
        (),
        eq(TOURNAMENT_PAYOFF.expression, _P * (_W - _cost) + (1 - _P) * (-_D - _cost)),
        mutants=(eq(TOURNAMENT_PAYOFF.expression, _P * (_W - _cost) - (1 - _P) * _cost),),
    ),
    Claim(
        "quadratic cost: what h more effort gains, by the first order and what is left",
        _STAKES,
        eq(_GAIN, (INCENTIVE.expression - _C2 * _e) * _h + (_W + _D) * _AHEAD - _C2 * _h**2 / 2),
        mutants=(eq(_GAIN, (INCENTIVE.expression - _C2 * _e) * _h),),
    ),
    Claim(
        "at the first-order effort the first order is gone",
        (*_STAKES, eq(_e, _BEST)),
        eq(_GAIN, (_W + _D) * _AHEAD - _C2 * _h**2 / 2),
        mutants=(eq(_GAIN, (_W + _D) * _AHEAD),),
    ),
    Claim(
        "and h more gains nothing iff the noise ratio is at least 2 [P(x) - P(0) - f x]/x^2",
        (*_STAKES, eq(_gain, (_W + _D) * _ahead - _C2 * _h**2 / 2), eq(_x * _sigma, _h)),
        iff(le(_gain, 0), le(2 * _ahead, NOISE_RATIO.expression * _x**2)),
        mutants=(iff(le(_gain, 0), lt(2 * _ahead, NOISE_RATIO.expression * _x**2)),),
    ),
    Claim(
        "a finite tournament: phi, bent by d^2 phi/ds^2 = dz/ds = -1/phi, at the cutoff's variance",
        (gt(_f, 0), gt(_N, 0), eq(_z_s * -_f, 1), eq(_variance, _s * (1 - _s) / (_N + 1))),
        eq(FINITE_DENSITY.expression, _f + _variance * _z_s / 2),
        mutants=(eq(FINITE_DENSITY.expression, _f + _variance * _z_s),),
    ),
    Claim(
        "weakens effort",
        (gt(_f, 0), gt(_N, 0), gt(_s, 0), lt(_s, 1)),
        lt(FINITE_DENSITY.expression, _f),
        mutants=(lt(_f, FINITE_DENSITY.expression),),
    ),
)

THEOREM = Theorem(
    code="W",
    title="tournament",
    statement=(
        "With normal luck and a prize per winner the incentive has the slope (W + D) z/sigma in "
        "the winning share: largest at one half. With a total prize T effort falls in the share s "
        "exactly where s >= 1/2 or D/T is below the shipped bound. At quadratic cost the "
        "first-order effort is best iff the noise ratio reaches the critical one."
    ),
    claims=(*_LUCK, *_SHARES, *_EFFORT),
    formulas=(
        NORMAL_DENSITY, NORMAL_TAIL, INCENTIVE, DEPOSIT_BOUND, TOURNAMENT_PAYOFF, QUADRATIC_COST,
        NOISE_RATIO, FINITE_DENSITY,
    ),
    trusted=(
        "SymPy's derivatives of exp and erfc; the mean value theorem; 1 - Phi falls from 1/2 at 0; "
        "phi - z (1 - Phi) tends to 0; mean and variance of the Beta distribution. That the "
        "smallest bound is 3.29 is numeric"
    ),
    about=(
        "games.tournament.SettlementTournament",
        "games.tournament_formulas.largest_falling_deposit",
    ),
    source="theory notes, section 2.5; Lazear and Rosen 1981",
)  # fmt: skip
