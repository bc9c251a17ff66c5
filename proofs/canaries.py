"""Canaries: statements that sound right and are wrong. The machinery must say so.

Each is refuted at an exact rational point and must not be proved by the solvers. If one is, they,
the translation or the shipped formulas are broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from derelayl_econ.games.contest_formulas import CONTEST_TOTAL, SYMMETRIC_DISSIPATION
from derelayl_econ.games.contribution_formulas import (
    EQUALISING_TRANSFER,
    FULL_EQUALISATION,
    PAYOFF,
)
from derelayl_econ.games.deposit import DEPOSIT_CEILING, DEPOSIT_FLOOR, MINIMUM_REWARD
from derelayl_econ.games.finite_relay import LEGS_BOUND
from derelayl_econ.games.funding import PRICE_CEILING, STEADY_QUALITY, STEADY_WELFARE
from derelayl_econ.games.lineage_fees import PASS_THROUGH_GAIN
from derelayl_econ.games.participation_formulas import PAYOFFS, SMALLEST_FULL_POOL
from derelayl_econ.games.potential_formulas import EFFORT_PAYOFF, POTENTIAL_SHARE
from derelayl_econ.games.verification import AUDIT_RATE, TRAINER_PAYOFFS, VALIDATOR_PAYOFFS
from derelayl_econ.notation import symbol
from proofs.kernel import Claim, Judge, check
from proofs.logic import (
    Point,
    Proposition,
    all_of,
    eq,
    ge,
    gt,
    holds,
    iff,
    le,
    lt,
    no,
)
from proofs.search import find_point
from proofs.t0_participation import gain

__all__ = ["CANARIES", "Refutation", "refute"]


@dataclass(frozen=True)
class Refutation:
    """What became of a false claim; ``point`` is a counterexample."""

    claim: str
    point: Point | None
    proved: bool

    @property
    def refuted(self) -> bool:
        """Whether there is a counterexample and the solvers do not contradict it."""
        return self.point is not None and not self.proved


def refute(claim: Claim, judge: Judge) -> Refutation:
    """Look for an exact counterexample to a claim, and let the solvers try to prove it."""
    point = find_point((*claim.given, no(claim.conclusion)), claim.hint)
    if point is not None and not (
        all(holds(part, point) for part in claim.given) and not holds(claim.conclusion, point)
    ):
        point = None
    return Refutation(claim.name, point, check(claim, judge, guards=False).proved)


_N, _b, _c, _R, _theta = (symbol(s) for s in ("participants", "benefit", "cost", "pool", "leakage"))
_k, _lam, _q = symbol("others"), symbol("price"), symbol("quality")
_TRAIN = PAYOFFS["volunteer"][0].expression

_k1, _k2, _prize = sp.symbols("kappa_1 kappa_2 R")
_TOTAL = CONTEST_TOTAL.expression.subs(
    {symbol("active"): 2, symbol("prize"): _prize, symbol("cost_sum"): _k1 + _k2}
)
_SPENT = 2 * _TOTAL * _k1 * _k2 / (_k1 + _k2)  # shares k_2/(k_1 + k_2) and k_1/(k_1 + k_2)

_alpha, _beta, _s = symbol("false_reject"), symbol("false_accept"), symbol("saving")
_D, _reward, _y, _U = (symbol(s) for s in ("deposit", "reward", "audit_rate", "outside"))
_ch, _c0, _nu = (symbol(s) for s in ("cost_honest", "cost_cheat", "verify_cost"))
_RATES = (ge(_alpha, 0), ge(_beta, 0), lt(_alpha + _beta, 1), gt(_s, 0), ge(_reward, 0), ge(_D, 0))
_UNVERIFIED, _FAKED = TRAINER_PAYOFFS[0][1].expression, TRAINER_PAYOFFS[1][1].expression
_CHECKS, _WAVES = (f.expression for f in VALIDATOR_PAYOFFS[1])

_D1, _D2, _x1, _x2, _left, _X = sp.symbols("cap_first cap_last demand_first demand_last left total")
_FINAL = sp.Min(_left + _D2, sp.Max(_left, _x2))
_KEEN_FIRST = (
    ge(_D1, 0), ge(_D2, 0), ge(_x2, 0), ge(_x1, _x2), ge(_left, 0), le(_left, _D1),
    eq(_X, sp.Max(sp.Min(_D1, _x1), sp.Min(_D1 + _D2, _x2))), lt(_FINAL, _X),
)  # fmt: skip
_a, _own, _others_cost, _all_values = symbol("value"), symbol("own_effort"), symbol(
    "others_cost"), sp.Symbol("sum_of_values")  # fmt: skip
_WITH_TRANSFER = PAYOFF.expression + EQUALISING_TRANSFER.expression.subs(
    {symbol("own_cost"): _c * _own, symbol("equalisation"): FULL_EQUALISATION.expression}
)
_decay, _income, _m = symbol("decay"), symbol("income"), symbol("split_parts")
_gamma, _eta, _qmax, _users, _nuu = (
    symbol(s) for s in ("learning_rate", "drift", "quality_max", "users", "flow_value")
)
_DRIFT = (
    gt(_c, 0), gt(_gamma, 0), lt(_gamma, 1), gt(_eta, 0), lt(_eta, 1), gt(_qmax, 0), gt(_lam, 0),
    ge(_a, 0), eq(_theta, 0), gt(_users, 0), gt(_nuu, 0),
)  # fmt: skip
_WELFARE = STEADY_WELFARE.expression.subs(_q, STEADY_QUALITY.expression)
_effort, _sum, _t = symbol("chosen_effort"), symbol("total_effort"), sp.Symbol("other_choice")


def _change(formula: Any) -> Any:
    changed = {_effort: _t, _sum: _sum - _effort + _t}
    return formula.expression.subs(changed, simultaneous=True) - formula.expression


_CHEATED: tuple[Proposition, ...] = (le(_UNVERIFIED, _FAKED), lt(_CHECKS, _WAVES))

CANARIES: tuple[Claim, ...] = (
    Claim("volunteer: total welfare does not depend on N (it is N (b - c); per head it does not)",
          (ge(_N, 2), gt(_c, 0), lt(_c, _b)), eq(_N * _TRAIN, (_N + 1) * _TRAIN)),
    Claim("critical mass: gains never rise, so there is one equilibrium",
          (ge(_k, 0), ge(symbol("threshold"), 1), gt(_b, 0), ge(_theta, 0), le(_theta, 1)),
          ge(gain("critical_mass", _k), gain("critical_mass", _k + 1))),
    Claim("train or ride: everybody trains iff R >= N (c - b), whatever leaks",
          (ge(_N, 2), ge(_R, 0), gt(_b, 0), gt(_c, 0), ge(_theta, 0), le(_theta, 1)),
          iff(ge(_R, SMALLEST_FULL_POOL.expression), ge(_R, _N * (_c - _b)))),
    Claim("contest: the share of the prize that is dissipated is (n-1)/n, whatever the costs",
          (gt(_k1, 0), gt(_k2, 0), gt(_prize, 0)),
          eq(_SPENT / _prize, SYMMETRIC_DISSIPATION.expression.subs(_N, 2))),
    Claim("inspection: there is no pure equilibrium (cheat, do not verify)",
          (*_RATES[:3], gt(_ch, _c0), gt(_nu, 0), ge(symbol("bounty"), 0),
           ge(symbol("penalty"), 0)),
          no(all_of(*_CHEATED))),
    Claim("inspection: deterrence needs (1 - alpha)(R + D) > s, whatever fakes pass",
          (*_RATES, gt(_reward + _D, 0), gt((1 - _alpha) * (_reward + _D), _s)),
          lt(AUDIT_RATE.expression, 1)),
    Claim("deposits: a window is open iff R >= U + c_h + s alpha/(1-alpha-beta), also from D = 0",
          (*_RATES, gt(_alpha, 0), gt(_y, 0), le(_y, 1)),
          iff(le(DEPOSIT_FLOOR.expression, DEPOSIT_CEILING.expression),
              ge(_reward, MINIMUM_REWARD.expression))),
    Claim("contribution, caps: the keener first, what ends below the simultaneous total lacks "
          "effort that the first could add",
          _KEEN_FIRST, all_of(lt(_left, _X - _D2), le(_X - _D2, _D1))),
    Claim("transfers: equalised costs make everybody a planner, also where values differ",
          (ge(_N, 2), gt(_a, 0), gt(_c, 0), gt(_own, 0), gt(_q, 0), ge(_all_values, _a)),
          eq(_N * _WITH_TRANSFER, _all_values * _q - _c * _own - _others_cost)),
    Claim("lineage: some geometric pass-through on improvement is proof against a second name",
          (gt(_decay, 0), lt(_decay, 1), gt(_income, 0), eq(_m, 2)),
          le(PASS_THROUGH_GAIN.expression, 0)),
    Claim("drift: welfare is largest at the price ceiling, where users pay all they can",
          _DRIFT, le(_WELFARE, _WELFARE.subs(_lam, PRICE_CEILING.expression))),
    Claim("drift: any price keeps the model alive", _DRIFT, gt(STEADY_QUALITY.expression, 0)),
    Claim("stopping: fewer than (w + lambda) x_0/c legs, strictly",
          (*_DRIFT[:3], gt(symbol("gap"), 0), gt(_lam, 0), ge(_a, 0), gt(symbol("leg"), 0),
           le(symbol("leg") * _c, (_a + _lam) * symbol("gap"))),
          lt(symbol("leg"), LEGS_BOUND.expression)),
    Claim("mean effort: one's own share of the potential changes by one's gain",
          (ge(_N, 2), ge(symbol("reward_factor"), 0), gt(symbol("effort_cost"), 0)),
          eq(_change(EFFORT_PAYOFF), _change(POTENTIAL_SHARE))),
)  # fmt: skip
"""False statements in the words in which one meets them."""
