"""P: private costs have one cut-off equilibrium where the benefit of training never rises.

B(p) is the expected benefit if the others join with probability p; T0 proves that it does not rise
where b_0 >= ... >= b_(N-1), and falls on (0, 1) where they are not all the same. The distribution F
occurs only through its values at two cut-offs, ``below`` and ``at_most`` where it has an atom.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from derelayl_econ.games.participation_formulas import PAYOFFS
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Theorem
from proofs.logic import Proposition, all_of, eq, ge, gt, implies, le, lt

__all__ = ["THEOREM"]

_k, _N, _b, _R, _theta = (
    symbol(code) for code in ("others", "participants", "benefit", "pool", "leakage")
)
_p, _r, _B, _B2 = sp.symbols("p r worth worth_2")
_left, _right, _up, _up2 = sp.symbols("left right worth_left worth_right")
_below, _below2, _at, _at2 = sp.symbols("below below_2 at_most at_most_2")
_CHANCES = (ge(_p, 0), le(_p, 1), ge(_r, 0), le(_r, 1))
_FALLS = implies(lt(_p, _r), gt(_B, _B2)), implies(lt(_r, _p), gt(_B2, _B))
_EQUILIBRIA = (le(_below, _p), le(_p, _at), le(_below2, _r), le(_r, _at2))
_F_RISES = implies(lt(_B, _B2), le(_at, _below2)), implies(lt(_B2, _B), le(_at2, _below))
_CONTINUOUS: tuple[Proposition, ...] = (
    eq(_p, _at), eq(_r, _at2), implies(le(_B, _B2), le(_at, _at2)),
    implies(le(_B2, _B), le(_at2, _at)),
)  # fmt: skip
_SHARED = _R * (_N - 1)  # N times what a trainer of the pool loses if all others train
_GAMES = {"volunteer": _N * _b, "pool": _SHARED, "train_or_ride": _SHARED + _N * _theta * _b}


def _gain(game: str, others: Any) -> Any:
    train, ride = PAYOFFS[game]
    return (train.expression - ride.expression).subs(_k, others)


def _fall(game: str) -> Any:
    """Return b_0 - b_(N-1), in which the cost cancels."""
    return _gain(game, sp.Integer(0)) - _gain(game, _N - 1)


THEOREM = Theorem(
    code="P",
    title="private costs",
    statement=(
        "If the benefit of training never rises with the number of others and is not constant, one "
        "joining probability is an equilibrium, for any distribution of costs and any N; if it is "
        "constant, for any without atoms. So it is for volunteers, pools and train or ride."
    ),
    claims=(
        Claim(
            "benefits do not rise with k in three of the shipped games, and fall by what is said",
            (gt(_b, 0), gt(_R, 0), ge(_theta, 0), le(_theta, 1), ge(_k, 0), ge(_N, 2)),
            all_of(
                *(ge(_gain(game, _k), _gain(game, _k + 1)) for game in _GAMES),
                *(gt(_fall(game), 0) for game in _GAMES),
                *(eq(_N * _fall(game), drop) for game, drop in _GAMES.items()),
            ),
            mutants=(gt(_gain("volunteer", _k), _gain("volunteer", _k + 1)),
                     ge(_gain("critical_mass", _k), _gain("critical_mass", _k + 1))),
        ),
        Claim(
            "B falls from p to r, ends included, if it falls between two points inside",
            (lt(_p, _left), lt(_left, _right), lt(_right, _r), ge(_B, _up), gt(_up, _up2),
             ge(_up2, _B2)),
            gt(_B, _B2),
            mutants=(gt(_up2, _B2),),
        ),
        Claim(
            "where B falls: at most one equilibrium, atoms or not",
            (*_CHANCES, *_FALLS, *_EQUILIBRIA, *_F_RISES),
            eq(_p, _r),
            mutants=(eq(_p, _at), eq(_p, 0)),
        ),
        Claim(
            "where B does not rise and F is continuous: at most one",
            (*_CHANCES, implies(lt(_p, _r), ge(_B, _B2)), implies(lt(_r, _p), ge(_B2, _B)),
             *_CONTINUOUS),
            eq(_p, _r),
            mutants=(eq(_B, 1),),
        ),
        Claim(
            "if each chance makes training worth more, no fewer join",
            (*_CHANCES, *_EQUILIBRIA, implies(lt(_r, _p), gt(_B2, _B)), *_F_RISES),
            le(_p, _r),
            mutants=(lt(_p, _r),),
        ),
    ),
    formulas=(PAYOFFS["volunteer"][1], PAYOFFS["pool"][0], *PAYOFFS["train_or_ride"]),
    trusted="F(B(p)) - p is not negative at 0, nor positive at 1, so has a root, jumps filled in",
    about=("games.private_costs.PrivateCostGame.equilibria",),
    source="theory notes, section 2.2",
)  # fmt: skip
