"""O: coalitions: errors of those who share a model, and the surplus of a relay of one's own."""

from __future__ import annotations

import sympy as sp

from derelayl_econ.games.relay_coalition import RELAY_SURPLUS
from derelayl_econ.games.sharing_errors import COARSE_ERROR, FINE_ERROR, UNIFORM_ERROR
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, eq, ge, gt, iff, le, lt

__all__ = ["THEOREM"]

_mu, _var, _n = symbol("sampling_noise"), symbol("task_variance"), symbol("own_samples")
_O, _OO, _H = (symbol(s) for s in ("other_samples", "other_squares", "other_precision"))
_w, _cost, _q, _q0 = (
    symbol(s) for s in ("coalition_value", "coalition_cost", "quality", "quality_start")
)
_t, _m, _error = sp.symbols("weight members error_of_others")
_w2, _cost2, _q2 = sp.symbols("other_value other_cost other_quality")
_joint, _g, _e = sp.symbols("joint_quality gained extra_cost")
_SAMPLES = (gt(_mu, 0), ge(_var, 0), gt(_n, 0), gt(_O, 0), ge(_OO, 0))
_UNIFORM, _COARSE, _FINE = (f.expression for f in (UNIFORM_ERROR, COARSE_ERROR, FINE_ERROR))
_AVERAGE = eq(_error, _mu / _O + _var * (_OO / _O**2 + 1))
_PRECISE = eq(_error, 1 / _H + _var)
_LOCAL = _mu / _n
_MIXED = _t**2 * _LOCAL + (1 - _t) ** 2 * _error  # weight t on one's own estimate
_SURPLUS = RELAY_SURPLUS.expression
_OTHER = _SURPLUS.subs({_w: _w2, _cost: _cost2, _q: _q2}, simultaneous=True)
_UNION = _SURPLUS.subs({_w: _w + _w2, _cost: _cost + _cost2, _q: _joint}, simultaneous=True)
_BEST_WEIGHT = _error / (_LOCAL + _error)

THEOREM = Theorem(
    code="O",
    title="coalitions",
    statement=(
        "Coarse and fine sharing have the errors of the best weights, uniform sharing that of the "
        "weight by samples; with equal samples all prefer more members iff n < mu/sigma^2. The "
        "surplus of a relay is superadditive."
    ),
    claims=(
        Claim(
            "uniform sharing weighs the local estimate by its share of the samples",
            _SAMPLES,
            eq(_UNIFORM * (_n + _O) ** 2, _n**2 * _LOCAL + _O**2 * _AVERAGE.right),
            mutants=(eq(_UNIFORM, _n**2 * _LOCAL + _O**2 * _AVERAGE.right),),
        ),
        Claim(
            "coarse sharing: the error exceeds the shipped one by (a + b)(t - t*)^2",
            (*_SAMPLES, _AVERAGE),
            eq(_MIXED - _COARSE, (_LOCAL + _error) * (_t - _BEST_WEIGHT) ** 2),
            mutants=(eq(_MIXED - _COARSE, (_t - _BEST_WEIGHT) ** 2),),
        ),
        Claim(
            "fine sharing: the error exceeds the shipped one by (a + b)(t - t*)^2",
            (*_SAMPLES[:3], gt(_H, 0), _PRECISE),
            eq(_MIXED - _FINE, (_LOCAL + _error) * (_t - _BEST_WEIGHT) ** 2),
            mutants=(eq(_MIXED - _FINE, (_t - _BEST_WEIGHT) ** 2),),
        ),
        Claim(
            "more precision of the others lowers the error of fine sharing, if means vary or not",
            (*_SAMPLES[:3], gt(_H, 0), lt(_H, _error)),
            lt(_FINE.subs(_H, _error), _FINE),
            mutants=(lt(_FINE, _FINE.subs(_H, _error)),),
        ),
        Claim(
            "m members of equal samples: sigma^2 + (mu/n - sigma^2)/m",
            (*_SAMPLES[:3], ge(_m, 2), eq(_O, (_m - 1) * _n), eq(_OO, (_m - 1) * _n**2)),
            eq((_UNIFORM - _var) * _m, _LOCAL - _var),
            mutants=(eq(_UNIFORM * _m, _LOCAL - _var),),
        ),
        Claim(
            "together, each gains what the better quality is worth: superadditive",
            (ge(_w, 0), ge(_w2, 0), ge(_joint, _q), ge(_joint, _q2)),
            all_of(ge(_UNION, _SURPLUS + _OTHER),
                   eq(_UNION - _SURPLUS - _OTHER, _w * (_joint - _q) + _w2 * (_joint - _q2))),
            mutants=(gt(_UNION, _SURPLUS + _OTHER),),
        ),
        Claim(
            "another leg is worth training iff its gain is worth more than its cost",
            (),
            all_of(iff(gt(_SURPLUS.subs({_q: _q + _g, _cost: _cost + _e}), _SURPLUS),
                       gt(_w * _g, _e)),
                   iff(ge(_SURPLUS.subs({_q: _q0 + _g, _cost: _e}), 0), le(_e, _w * _g))),
            mutants=(iff(gt(_SURPLUS.subs({_q: _q + _g, _cost: _cost + _e}), _SURPLUS),
                         ge(_w * _g, _e)),),
        ),
    ),
    formulas=(UNIFORM_ERROR, COARSE_ERROR, FINE_ERROR, RELAY_SURPLUS),
    trusted="independent errors: variances of weighted means add up with squared weights",
    about=("games.sharing_errors.exact_errors", "games.relay_coalition.relay_worths"),
    source="Donahue and Kleinberg 2021; theory notes, section 6.2",
)  # fmt: skip
