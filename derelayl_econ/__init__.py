"""Game-theoretic incentive analysis of decentralized relay learning (DeRelayL, arXiv 2605.02935).

Strangers take turns training one shared model. This package answers whether enough of them will,
for how long, whether cheating or riding pays, and what a designer can turn: it solves the games for
**all** equilibria with certificates, and confirms or refutes each prediction in a relay in which
real models are trained.

Public names load on first use, so that ``import derelayl_econ`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for type checkers and editors; at run time see __getattr__
    from derelayl_econ.cost import HARDWARE, TrainingCost
    from derelayl_econ.equilibrium.grim_trigger import grim_trigger
    from derelayl_econ.equilibrium.payoff_set import PayoffSet
    from derelayl_econ.equilibrium.payoff_solver import solve_payoff_set
    from derelayl_econ.equilibrium.stage_game import StageGame
    from derelayl_econ.errors import DerelaylError, InputError, SimulationError, SolverError
    from derelayl_econ.formula import Formula
    from derelayl_econ.games.baton import BatonGame
    from derelayl_econ.games.committee import Committee
    from derelayl_econ.games.finite_relay import FiniteRelay
    from derelayl_econ.games.funding import DriftFunding
    from derelayl_econ.games.gate import Gate
    from derelayl_econ.games.participation import ParticipationGame
    from derelayl_econ.games.repeated import RepeatedRelay
    from derelayl_econ.games.verification import VerificationGame
    from derelayl_econ.notation import NOTATION
    from derelayl_econ.quality import ExponentialCurve, HillCurve, LogisticWalk, PowerCurve
    from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, Status
    from derelayl_econ.rewards import (
        EqualShare,
        GainShare,
        LineageShare,
        ShapleyShare,
        WindowShare,
    )
    from derelayl_econ.scenario import Scenario, scenario_names
    from derelayl_econ.simulation.experiment import simulate
    from derelayl_econ.validation import validate

__version__ = "0.1.0"

_HOME = {
    "cost": ("HARDWARE", "TrainingCost"),
    "equilibrium.grim_trigger": ("grim_trigger",),
    "equilibrium.payoff_set": ("PayoffSet",),
    "equilibrium.payoff_solver": ("solve_payoff_set",),
    "equilibrium.stage_game": ("StageGame",),
    "errors": ("DerelaylError", "InputError", "SimulationError", "SolverError"),
    "formula": ("Formula",),
    "games.baton": ("BatonGame",),
    "games.committee": ("Committee",),
    "games.finite_relay": ("FiniteRelay",),
    "games.funding": ("DriftFunding",),
    "games.gate": ("Gate",),
    "games.participation": ("ParticipationGame",),
    "games.repeated": ("RepeatedRelay",),
    "games.verification": ("VerificationGame",),
    "notation": ("NOTATION",),
    "quality": ("ExponentialCurve", "HillCurve", "LogisticWalk", "PowerCurve"),
    "results": ("Coverage", "Equilibrium", "EquilibriumSet", "Status"),
    "rewards": ("EqualShare", "GainShare", "LineageShare", "ShapleyShare", "WindowShare"),
    "scenario": ("Scenario", "scenario_names"),
    "simulation.experiment": ("simulate",),
    "validation": ("validate",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "HARDWARE",
    "NOTATION",
    "BatonGame",
    "Committee",
    "Coverage",
    "DerelaylError",
    "DriftFunding",
    "EqualShare",
    "Equilibrium",
    "EquilibriumSet",
    "ExponentialCurve",
    "FiniteRelay",
    "Formula",
    "GainShare",
    "Gate",
    "HillCurve",
    "InputError",
    "LineageShare",
    "LogisticWalk",
    "ParticipationGame",
    "PayoffSet",
    "PowerCurve",
    "RepeatedRelay",
    "Scenario",
    "ShapleyShare",
    "SimulationError",
    "SolverError",
    "StageGame",
    "Status",
    "TrainingCost",
    "VerificationGame",
    "WindowShare",
    "grim_trigger",
    "scenario_names",
    "simulate",
    "solve_payoff_set",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'derelayl_econ' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"derelayl_econ.{_MODULE_OF[name]}"), name)
    globals()[name] = value  # found once, then an ordinary attribute
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
