"""Other rules for the same community, by name: what a designer would ask about first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from derelayl_econ.ecology.declining import budget_floor
from derelayl_econ.ecology.ecology import Ecology
from derelayl_econ.ecology.gains import TrainingGains
from derelayl_econ.ecology.terms import Preferences
from derelayl_econ.quality import HillCurve
from derelayl_econ.rewards import LineageShare

__all__ = ["alternatives"]

WINDOW = LineageShare(weights=[1] * 10)
HALVING = LineageShare(decay=0.5)
S_SHAPED = HillCurve(0, 1, effort_scale=20, steepness=1.5)
"""Illustrative; its early gains are small."""
CONCAVE = HillCurve(0, 1, effort_scale=20, steepness=1.0)
COST = Preferences(cost=1.0, cost_spread=0.5, discount=0.95)
FOR_ITS_OWN_SAKE = Preferences(cost=0.1, cost_spread=0.5, discount=0.95, value=1.0)


def alternatives(plain: Ecology) -> dict[str, Ecology]:
    """Return the given rules and variants of them, by a name that says what is changed.

    Budgets are a tenth above the least one that keeps everybody training when each winner brings
    ten coins and deposits are capped at one coin.

    Examples
    --------
    >>> list(alternatives(Ecology(64)))[:3]
    ['one coin per ancestor', 'geometric royalties 1/2', 'ten coins a winner']
    """
    fading = TrainingGains.curve(S_SHAPED)
    capped = replace(plain, royalties=WINDOW, deposit_cap=1.0, preferences=COST)
    paid = replace(COST, coin_budget=1.1 * budget_floor(capped))
    asking: dict[str, Any] = {"reserve": 2.0, "deposit_cap": 2.0, "endowment": 20.0}
    return {
        "one coin per ancestor": plain,
        "geometric royalties 1/2": replace(plain, royalties=HALVING),
        "ten coins a winner": replace(plain, royalties=WINDOW),
        "pay by gain": replace(plain, gains=fading, gain_price=10.0),
        "reserve 2, nobody has coins": replace(plain, reserve=2.0),
        "reserve 2, 20 coins each": replace(plain, **asking),
        "reserve 2, 20 each, geometric": replace(plain, royalties=HALVING, **asking),
        "half of them ride": replace(plain, free_riders=plain.participants // 2),
        "half ride, reserve 2, 20 each": replace(
            plain, free_riders=plain.participants // 2, **asking),
        "costs, coins worth nothing": replace(plain, preferences=COST),
        "costs, budget, one per ancestor": replace(plain, preferences=paid),
        "costs, budget, ten coins a winner": replace(plain, royalties=WINDOW, preferences=paid),
        "costs, budget, ten coins, cap 1": replace(capped, preferences=paid),
        "costs, budget, pay by gain, cap 1": replace(
            capped, gains=fading, gain_price=10.0, preferences=paid),
        "costs, for its own sake": replace(
            plain, gains=TrainingGains.curve(CONCAVE), preferences=FOR_ITS_OWN_SAKE),
        "costs, for its own sake, drift": replace(
            plain, gains=TrainingGains.curve(CONCAVE, drift=0.02), preferences=FOR_ITS_OWN_SAKE),
    }  # fmt: skip
