"""F: grim trigger holds from the shipped discount on; the threats are stage equilibria."""

from __future__ import annotations

import sympy as sp

from derelayl_econ.equilibrium.grim_trigger import GRIM_DISCOUNT
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import all_of, ge, gt, iff, lt, ne

__all__ = ["THEOREM"]

_delta = symbol("discount")
_g, _d, _p = (symbol(s) for s in ("agreed_payoff", "deviation_payoff", "punishment_payoff"))
_HOLDS = ge(_g, (1 - _delta) * _d + _delta * _p)
_DEVIATION = (gt(_delta, 0), lt(_delta, 1), gt(_d, _g))
_GRIM = (
    Claim(
        "grim trigger: a player keeps to the agreement iff delta reaches the shipped threshold",
        (*_DEVIATION, gt(_g, _p)),
        iff(_HOLDS, ge(_delta, GRIM_DISCOUNT.expression)),
        mutants=(iff(_HOLDS, gt(_delta, GRIM_DISCOUNT.expression)),),
    ),
    Claim(
        "that threshold lies in (0, 1) iff punishment is worse than the agreement",
        (gt(_d, _g), ne(_d, _p)),
        iff(all_of(gt(GRIM_DISCOUNT.expression, 0), lt(GRIM_DISCOUNT.expression, 1)), gt(_g, _p)),
        mutants=(iff(gt(GRIM_DISCOUNT.expression, 0), gt(_g, _p)),),
    ),
    Claim(
        "no patience is enough where it is not",
        (*_DEVIATION, ge(_p, _g)),
        lt(_g, (1 - _delta) * _d + _delta * sp.Min(_p, _g)),
        mutants=(lt(_d, (1 - _delta) * _d + _delta * _p),),
    ),
)  # fmt: skip

THEOREM = Theorem(
    code="D",
    title="grim trigger",
    statement=(
        "A player whom a deviation tempts keeps to the agreement, under threat of a worse stage "
        "equilibrium for ever, iff delta is at least the shipped threshold in (0, 1)."
    ),
    claims=_GRIM,
    formulas=(GRIM_DISCOUNT,),
    trusted="no profitable deviation at a single stage, no profitable deviation at all",
    about=("equilibrium.grim_trigger.grim_trigger",),
    source="Friedman 1971; theory notes, section 3.3",
)
