"""What else is worth knowing about a condition: equilibria, windows, thresholds, legs and waits.

The fee of a hand-over is part of what a leg costs its trainer. Under an access fee phi, who rides
on what leaks either pays it or goes without: the leakage theta becomes max(0, theta - phi/b).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scipy.optimize import brentq

from derelayl_econ.games.baton import BatonGame
from derelayl_econ.games.deposit import DEPOSIT_CEILING, DEPOSIT_FLOOR
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.games.funding import DriftFunding
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.repeated import RepeatedRelay
from derelayl_econ.games.verification import CHEAT_RATE
from derelayl_econ.results import Result
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import ecology_of, hill_curve
from derelayl_econ.sustainability.conditions import (
    BUDGET,
    GATED,
    RULES,
    SPLITTING,
    TURN_ERRORS,
    TURN_FLOW,
)
from derelayl_econ.sustainability.terms import GATE_TERMS, evaluate

__all__ = ["Fact", "facts_of", "funding_game", "participation_game"]

MOST_LEVELS = 1000
"""Levels up to which the waits of the baton game are computed for a report."""

Terms = dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fact(Result):
    """A number that explains a verdict, with its unit."""

    name: str
    value: Any
    unit: str = ""


def facts_of(code: str, scenario: Scenario, terms: Terms) -> tuple[Fact, ...]:
    """Return the facts of one condition.

    Examples
    --------
    >>> from derelayl_econ.sustainability.terms import keys_of, terms_of
    >>> scenario = Scenario.load("hospital_consortium")
    >>> for fact in facts_of("S7", scenario, terms_of(scenario, keys_of(scenario))):
    ...     print(f"{fact.name}: {fact.value:.4g} {fact.unit}")
    smallest price: 0 money/score
    largest price that users can pay: 9600 money/score
    price of largest welfare: 668.7 money/score
    steady quality: 0.4451 score
    """
    found = _FACTS[code](scenario, terms)
    return tuple(Fact(name=name, value=value, unit=unit) for name, value, unit in found)


def participation_game(terms: Terms) -> ParticipationGame:
    """Return one leg as a game, fees included."""
    benefit, leakage = float(terms["benefit"]), float(terms["leakage"])
    if "access_fee" in terms and benefit > 0:
        leakage = max(0.0, leakage - float(terms["access_fee"]) / benefit)
    return ParticipationGame.train_or_ride(
        int(terms["participants"]), benefit, _leg(terms), float(terms["pool"]), leakage
    )


def funding_game(terms: Terms) -> DriftFunding:
    """Return the long run under drift as a game, fees included."""
    names = ("drift", "learning_rate", "quality_max", "users", "flow_value", "leakage")
    return DriftFunding(
        cost=_leg(terms), value=float(terms["private_value"]),
        **{name: float(terms[name]) for name in names},
    )  # fmt: skip


Found = list[tuple[str, Any, str]]


def _leg(terms: Terms) -> float:
    return float(terms["cost"] + terms["hand_over_fee"])


def _participation(_: Scenario, terms: Terms) -> Found:
    game = participation_game(terms)
    symmetric, pure = game.equilibria(), game.pure_equilibria()
    trainers = [float(game.expected_trainers(e.strategy)) for e in symmetric]
    full = game.smallest_full_pool(game.participants, float(terms["benefit"]), _leg(terms),
                                   float(terms["leakage"]))  # fmt: skip
    return [
        (f"symmetric equilibria (coverage {symmetric.coverage})", len(symmetric), ""),
        ("probability of training in each", [float(e.strategy) for e in symmetric], ""),
        ("expected trainers in each", trainers, "people"),
        ("probability of a lost leg in each", [float(game.outage(e.strategy)) for e in symmetric],
         ""),
        ("trainers in pure equilibria", [int(e.strategy) for e in pure], "people"),
        ("pool with which everybody trains", full, "money"),
    ]  # fmt: skip


def _honesty(_: Scenario, terms: Terms) -> Found:
    known = {name: terms[name] for name in ("audit_rate", "outside")} | {
        "reward": terms["pool"], "cost_honest": _leg(terms),
        "saving": terms["cost"] - terms["cost_cheat"],
        "false_reject": terms["committee_false_reject"],
        "false_accept": terms["committee_false_accept"],
    }  # fmt: skip
    stakes = float(terms["bounty"] + terms["penalty"])
    cheat = min(1.0, float(evaluate(CHEAT_RATE, known | terms | {
        "false_accept": known["false_accept"]}))) if stakes > 0 else 1.0  # fmt: skip
    return [
        ("smallest deposit that makes honesty best", _real(DEPOSIT_FLOOR, known), "money"),
        ("largest deposit worth posting", _real(DEPOSIT_CEILING, known), "money"),
        ("honest work rejected by the committee", float(known["false_reject"]), ""),
        ("fakes accepted by the committee", float(known["false_accept"]), ""),
        ("fakes, if nobody commits to audits", cheat, "of submissions"),
    ]  # fmt: skip


def _real(formula: Any, known: Terms) -> float:
    value = float(evaluate(formula, known))
    return math.inf if math.isnan(value) else value


def _budget(scenario: Scenario, terms: Terms) -> Found:
    asked = BUDGET.inequalities[0]
    paid, worth = float(evaluate(asked.right, terms)), float(evaluate(asked.left, terms))
    users = float(terms["users"])
    found: Found = [
        ("paid for the first leg", paid, "money"),
        ("what users can be charged for it", worth, "money"),
        ("smallest access fee that covers it", paid / users, "money per user"),
        ("largest access fee that users pay", worth / users, "money per user"),
    ]
    if scenario.ecology is not None:
        found.append(("royalties owed by one winner", float(terms["royalty_sum"]), "coins"))
    return found


def _splitting(_: Scenario, terms: Terms) -> Found:
    name = SPLITTING.inequalities[0]
    cost, pay = float(evaluate(name.left, terms)), float(evaluate(name.right, terms))
    return [
        ("most that one more name earns", pay, "money"),
        ("what one more name costs", cost, "money"),
        ("hand-over fee that stops splitting", max(0.0, pay - cost + float(terms["hand_over_fee"])),
         "money"),
    ]  # fmt: skip


def _continuation(scenario: Scenario, terms: Terms) -> Found:
    mechanisms = [m.name for m in (*RULES_S5,) if float(m.score(scenario, terms)) > 0]
    relay = FiniteRelay(float(terms["private_value"]), float(terms["price"]), _leg(terms),
                        float(terms["gap"]), float(terms["learning_rate"]))  # fmt: skip
    start = FiniteRelay.on_curve(relay.value, relay.price, relay.cost,
                                 hill_curve(scenario)).cold_start()  # fmt: skip
    return [
        ("mechanisms that hold", mechanisms or ["none"], ""),
        ("legs that pay, geometric curve", relay.legs(), "legs"),
        ("first leg that pays, S-shaped curve", start.start, "legs"),
        ("leg at which it stops, S-shaped curve", start.stop, "legs"),
        ("start-up subsidy", start.subsidy, "money"),
        *_waits(relay, terms),
        ("critical discount of turns", _critical_discount(terms), ""),
        ("largest leakage that a gate bears", _leakage_bound(terms), ""),
    ]


RULES_S5 = next(rule for rule in RULES if rule.code == "S5").mechanisms


def _waits(relay: FiniteRelay, terms: Terms) -> Found:
    if relay.legs() > MOST_LEVELS:
        return []
    solution = BatonGame(
        int(terms["participants"]), float(terms["value"]), relay.cost, relay.price,
        float(terms["discount"]), float(terms["quality_max"]), relay.gap, relay.learning_rate,
    ).solve()  # fmt: skip
    waits = solution.wait[:-1]
    return [
        ("legs trained if members wait for each other", solution.stop_level, "legs"),
        ("wait for the first of them", float(waits[0]) if waits.size else math.inf, "legs"),
        ("wait for the last of them", float(waits[-1]) if waits.size else math.inf, "legs"),
    ]


def _critical_discount(terms: Terms) -> float:
    flow = float(evaluate(TURN_FLOW, terms))
    if flow <= 0:
        return math.inf
    errors = {name: float(evaluate(formula, terms)) for name, formula in TURN_ERRORS.items()}
    if sum(errors.values()) >= 1:  # nothing is audited: shirking is never found out
        return math.inf
    relay = RepeatedRelay(int(terms["participants"]), flow, _leg(terms), **errors)
    return relay.critical_discount().value


def _leakage_bound(terms: Terms) -> float:
    """Return the leakage from which on it is better to stay outside the gate."""
    worth, inside = GATED.inequalities
    if float(worth.margin(terms)[0]) <= 0:
        return 0.0

    def margin(leakage: float) -> float:
        at = terms | {"leakage": leakage}
        at["left_outside"] = evaluate(GATE_TERMS["left_outside"], at)
        return float(inside.margin(at)[0])

    return 1.0 if margin(1.0) >= 0 else float(brentq(margin, 0.0, 1.0, xtol=1e-12))


def _survival(scenario: Scenario, _: Terms) -> Found:
    steady = ecology_of(scenario).steady_state()
    return [
        ("owners in the long run", steady.owners, "people"),
        ("share of owners with a trainer", steady.served_share, ""),
    ]


def _funding(_: Scenario, terms: Terms) -> Found:
    game = funding_game(terms)
    state = game.steady_state(float(terms["price"]))
    return [
        ("smallest price", game.price_floor, "money/score"),
        ("largest price that users can pay", game.price_ceiling, "money/score"),
        ("price of largest welfare", game.welfare_price, "money/score"),
        ("steady quality", state.quality, "score"),
    ]


_FACTS: dict[str, Callable[[Scenario, Terms], Found]] = {
    "S1": _participation, "S2": _honesty, "S3": _budget, "S4": _splitting, "S5": _continuation,
    "S6": _survival, "S7": _funding,
}  # fmt: skip
