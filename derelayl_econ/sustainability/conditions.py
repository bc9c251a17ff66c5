r"""The seven conditions of a sustainable relay, as inequalities.

A condition holds if *one* of its mechanisms does, and a mechanism if *all* its inequalities do;
most conditions have one mechanism. w is the present value of a unit of quality to one participant,
b = w gamma x that of the first leg, alpha_m and beta_m the
error rates of the committee, c + f the
cost of a leg with the fee of its hand-over.

S1 *participation* (2.1). b + R > c + f: else nobody trains, p* = 0 is the only equilibrium.

S2 *honesty* (4.1), at a committed audit rate y. Honest work beats a fake,
y (1 - alpha_m - beta_m)(R + D) > c - c_0, and is worth joining, (1 - y alpha_m) R > y alpha_m D + c
+ f + U. These two are D_min < D < D_max; the third says that there are such deposits at all.

S3 *budget* (3.4, 4.3). A leg pays R + lambda gamma x + y m nu: the pool, the price of its
improvement, and m validators for each audit. Users can be charged (1 - theta) w gamma x each for
it; if there is an access fee phi, they pay N_u phi, as long as phi is not more than that.
Royalties of one winner must not exceed the coin that it brings, at any length of the lineage.

S4 *splitting* (4.2). One more name costs f and, with probability y alpha_m, the deposit. It earns
at most a share of the pool, the noise of the verified gain, and its part of the royalties:

- accepted with probability pi each, two names instead of one among n others' accepted submissions
  win pi R [(1 - 2 pi)/(n+1) + 2 pi/(n+2)], largest at n = 0 or 1 (for n >= 2 it is not more
  than at 1): pi R max(1 - pi, 1/2 - pi/3), R/6 if nothing is rejected. Further names win
  less, since A/(A+n) is concave in A (own analysis; for pi = 1, theorem T7);
- the price of a noisily verified gain wins at most lambda tau (sqrt 2 - 1)/sqrt(2 pi) (theorem F);
- geometric royalties on the price win at most a times what the lineage pays the leg over its life,
  at most a rho lambda gamma x since gains fall (theorem F).

Blind royalties of an ecology are split-proof only if f >= W, the sum of all weights, and pay only
if W > f: never both (theorem F).

S5 *continuation*. By itself, (w + lambda) g > c + f for the first leg, both on the geometric curve
and on the S-shaped one, which may have a cold start (3.1). Or by turns without money (3.3): a duty
is served iff c + f < the largest cost that a rota bears, where an excluded member loses the share
1 - theta of v q, q = gamma q_max/(gamma + eta) being kept up by one leg per period. Or by a gate
without money (2.3): training is worth it for all together, and m legs inside are worth more than
the best reply outside: r, r_- and z are the shares of the gap that the best total, the
others' parts and the best reply outside leave.

S6 *survival of the lineage* (5). L p s > 1, and the first owners become more.

S7 *funding under drift* (3.4). w + lambda > (c + f)/(gamma q_max), and
lambda <= N_u v (1 - theta)/eta.

Source: theory notes, section 8; each inequality from the section named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from derelayl_econ.ecology.mean_field import SERVED
from derelayl_econ.formula import Formula
from derelayl_econ.games.deposit import REWARD_FLOOR
from derelayl_econ.games.funding import PRICE_CEILING
from derelayl_econ.games.noisy_splitting import PAIRED_FEE
from derelayl_econ.games.repeated import LARGEST_COST
from derelayl_econ.notation import symbol
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.inequalities import Inequality
from derelayl_econ.sustainability.terms import Array

__all__ = [
    "BUDGET",
    "FIRST_LEG",
    "FUNDING",
    "GATED",
    "HONESTY",
    "PARTICIPATION",
    "RULES",
    "SPLITTING",
    "SURVIVAL",
    "TURNS",
    "TURN_ERRORS",
    "TURN_FLOW",
    "Mechanism",
    "Rule",
]

_THEORY = "theory notes, section"
_N, _NU, _THETA = symbol("participants"), symbol("users"), symbol("leakage")
_W, _B, _GAMMA, _X = (symbol(s) for s in ("private_value", "benefit", "learning_rate", "gap"))
_QMAX, _ETA, _H0 = symbol("quality_max"), symbol("drift"), symbol("first_gain")
_C, _CHEAT, _FEE, _U = (symbol(s) for s in ("cost", "cost_cheat", "hand_over_fee", "outside"))
_R, _LAMBDA, _PHI, _D = (symbol(s) for s in ("pool", "price", "access_fee", "deposit"))
_Y, _M, _VERIFY = symbol("audit_rate"), symbol("committee_size"), symbol("verify_cost")
_ALPHA, _BETA = symbol("committee_false_reject"), symbol("committee_false_accept")
_RHO, _A, _TAU = symbol("royalty_share"), symbol("decay"), symbol("gain_noise")
_COIN, _WEIGHTS, _PASS = symbol("coin_value"), symbol("royalty_sum"), symbol("pass_through")
_L, _P, _S, _F, _SLOTS = (
    symbol(s) for s in ("matches", "success", "winning_share", "founders", "slots")
)
_LEG = _C + _FEE
_POWER = 1 - _ALPHA - _BETA
_ACCEPTED = 1 - _Y * _ALPHA


@dataclass(frozen=True, kw_only=True, eq=False)
class Mechanism:
    """One way in which a condition can hold: all its inequalities do."""

    name: str
    inequalities: tuple[Inequality, ...]

    def score(self, scenario: Scenario, terms: Mapping[str, Any]) -> Array:
        """Return the smallest score of its inequalities."""
        scores = [i.margin(terms)[1] for i in self.inequalities if i.applies(scenario)]
        return np.asarray(np.min(np.broadcast_arrays(*scores), axis=0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """A condition: its code, title, mechanisms, and the theorems that it rests on."""

    code: str
    title: str
    theorem: str
    mechanisms: tuple[Mechanism, ...]
    needs: str = ""
    absent: str = ""

    def inequalities(self, scenario: Scenario) -> list[Inequality]:
        """Return those that the scenario's rules bring about, of all mechanisms."""
        return [i for m in self.mechanisms for i in m.inequalities if i.applies(scenario)]

    def score(self, scenario: Scenario, terms: Mapping[str, Any]) -> Array:
        """Return the score of its best mechanism; NaN where the condition does not apply.

        It applies where the term it ``needs`` is there and positive.
        """
        if self.needs and self.needs not in terms:
            return np.asarray(np.nan)
        scores = [mechanism.score(scenario, terms) for mechanism in self.mechanisms]
        best = np.max(np.broadcast_arrays(*scores), axis=0)
        return np.where(np.asarray(terms[self.needs]) > 0, best, np.nan) if self.needs else best


def _side(section: str, expression: sp.Expr, name: str = "side") -> Formula:
    return Formula(name, expression, f"{_THEORY} {section}")


def _says(
    section: str, name: str, left: sp.Expr, right: sp.Expr, *, unit: str = "money",
    equal_is_enough: bool = False, applies: Callable[[Scenario], bool] = lambda _: True,
) -> Inequality:  # fmt: skip
    return Inequality(
        name=name, left=_side(section, left), right=_side(section, right), unit=unit,
        equal_is_enough=equal_is_enough, applies=applies,
    )  # fmt: skip


def _all(*inequalities: Inequality, name: str = "") -> Mechanism:
    return Mechanism(name=name, inequalities=inequalities)


def _has_fee(scenario: Scenario) -> bool:
    return scenario.reward.access_fee is not None


def _has_ecology(scenario: Scenario) -> bool:
    return scenario.ecology is not None


def _is_blind(scenario: Scenario) -> bool:
    return scenario.ecology is not None and scenario.ecology.gain_price is None


def _pays_by_gain(scenario: Scenario) -> bool:
    return scenario.ecology is not None and scenario.ecology.gain_price is not None


PARTICIPATION = _all(_says("2.1", "a single trainer gains", _B + _R, _LEG))

_REWARD_FLOOR = REWARD_FLOOR.expression.subs(
    {symbol("cost_honest"): _LEG, symbol("saving"): _C - _CHEAT,
     symbol("false_reject"): _ALPHA, symbol("false_accept"): _BETA}
)  # fmt: skip
HONESTY = _all(
    _says("4.1", "honest work beats a fake", _Y * _POWER * (_R + _D), _C - _CHEAT),
    _says("4.1", "honest work is worth its deposit", _ACCEPTED * _R,
          _Y * _ALPHA * _D + _LEG + _U),
    _says("4.1", "some deposit works", _R, _REWARD_FLOOR),
)  # fmt: skip

_PAID = _R + _LAMBDA * _GAMMA * _X + _Y * _M * _VERIFY
_WORTH = (1 - _THETA) * _W * _GAMMA * _X
BUDGET = _all(
    _says("3.4", "users' worth of a leg covers its pay", _NU * _WORTH, _PAID,
          applies=lambda s: not _has_fee(s)),
    _says("3.4", "access fees cover the pay of a leg", _NU * _PHI, _PAID, equal_is_enough=True,
          applies=_has_fee),
    _says("3.4", "users pay the access fee", _WORTH, _PHI, applies=_has_fee),
    _says("4.3", "royalties stay within a winner's coin", sp.Integer(1), _WEIGHTS, unit="coins",
          equal_is_enough=True, applies=_has_ecology),
)  # fmt: skip

_NAME_COST = _FEE + _Y * _ALPHA * _D
_NAME_PAY = (
    _R * _ACCEPTED * sp.Max(1 - _ACCEPTED, sp.Rational(1, 2) - _ACCEPTED / 3)
    + PAIRED_FEE.expression
    + _A * _RHO * _LAMBDA * _GAMMA * _X
)
SPLITTING = _all(
    _says("4.2", "one more name costs what it earns", _NAME_COST, _NAME_PAY, equal_is_enough=True),
    _says("4.2", "fees cover blind royalties", _FEE, _COIN * _WEIGHTS, applies=_is_blind),
    _says("4.2", "blind royalties still pay", _COIN * _WEIGHTS, _FEE, applies=_is_blind),
    _says("4.2", "fees cover royalties on improvement", _FEE, _COIN * _PASS,
          equal_is_enough=True, applies=_pays_by_gain),
)  # fmt: skip

FIRST_LEG = _all(
    _says("3.1", "the first leg pays", (_W + _LAMBDA) * _GAMMA * _X, _LEG),
    _says("3.1", "no cold start", (_W + _LAMBDA) * _H0, _LEG),
    name="by itself",
)
TURN_FLOW = _side(
    "3.3",
    (1 - _THETA) * symbol("value") * _GAMMA * _QMAX / (_GAMMA + _ETA) - _U,
    "what an excluded member loses per leg",
)
TURN_ERRORS = {
    "false_reject": _side("3.3", _Y * _ALPHA, "honest duty rejected"),
    "false_accept": _side("3.3", 1 - _Y * (1 - _BETA), "shirked duty accepted"),
}
_BORNE = LARGEST_COST.expression.subs(
    {symbol("flow"): TURN_FLOW.expression}
    | {symbol(name): formula.expression for name, formula in TURN_ERRORS.items()}
)
TURNS = _all(_says("3.3", "a duty costs less than exclusion", _BORNE, _LEG), name="by turns")
_LEFT, _REST, _OUTSIDE, _SPEED = (
    symbol(s) for s in ("efficient_left", "left_without", "left_outside", "speed")
)
GATED = _all(
    _says("2.3", "training is worth it for all", _N * _W * _X * _SPEED, _LEG),
    _says("2.3", "inside the gate beats outside",
          _W * _X * (1 - _LEFT) + _LEG * sp.log(_LEFT) / (_N * _SPEED),
          _THETA * _W * _X * (1 - _OUTSIDE) - _LEG * sp.log(_REST / _OUTSIDE) / _SPEED),
    name="by a gate",
)  # fmt: skip

SURVIVAL = _all(
    _says("5", "owners have more than one successor", 1 / SERVED.expression, sp.Integer(1),
          unit="owners per owner"),
    _says("5", "the founders become more", sp.floor(_S * sp.Min(_L * _F, _SLOTS - _F)),
          _F + 1, unit="owners", equal_is_enough=True),
)  # fmt: skip

FUNDING = _all(
    _says("3.4", "training goes on", _W + _LAMBDA, _LEG / (_GAMMA * _QMAX),
          unit="money per score"),
    _says("3.4", "users can pay the price", PRICE_CEILING.expression, _LAMBDA,
          unit="money per score", equal_is_enough=True),
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule(code="S1", title="somebody trains", theorem="T0, T2", mechanisms=(PARTICIPATION,)),
    Rule(code="S2", title="honesty pays", theorem="T5", mechanisms=(HONESTY,)),
    Rule(code="S3", title="the pay is covered", theorem="T8, R", mechanisms=(BUDGET,)),
    Rule(code="S4", title="splitting does not pay", theorem="T7, F", mechanisms=(SPLITTING,)),
    Rule(code="S5", title="the relay goes on", theorem="T4, T6, G",
         mechanisms=(FIRST_LEG, TURNS, GATED)),
    Rule(code="S6", title="the lineage survives", theorem="E", mechanisms=(SURVIVAL,),
         needs="matches", absent="the scenario has no ecology"),
    Rule(code="S7", title="quality is kept up", theorem="T8", mechanisms=(FUNDING,),
         needs="drift", absent="there is no drift"),
)  # fmt: skip
"""All conditions, in the order of the report."""
