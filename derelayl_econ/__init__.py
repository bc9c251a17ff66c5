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
    from derelayl_econ.design.audit import AuditDesign
    from derelayl_econ.design.effort_value import QuadraticBenefit
    from derelayl_econ.design.funding_price import FundingPrice
    from derelayl_econ.design.initiator import InitiatorDesign
    from derelayl_econ.design.pareto import honesty_front, openness_front, subsidy_front
    from derelayl_econ.design.result import Design, DesignStatus
    from derelayl_econ.design.royalty import RoyaltyWeights
    from derelayl_econ.design.screening import ScreeningMenu
    from derelayl_econ.design.top_up import TopUpSchedule
    from derelayl_econ.ecology import Ecology, Preferences, TrainingGains
    from derelayl_econ.equilibrium.bimatrix import bimatrix_regret, solve_bimatrix
    from derelayl_econ.equilibrium.grim_trigger import grim_trigger
    from derelayl_econ.equilibrium.linear_program import LinearSolution, solve_linear
    from derelayl_econ.equilibrium.payoff_set import PayoffSet
    from derelayl_econ.equilibrium.payoff_solver import solve_payoff_set
    from derelayl_econ.equilibrium.stage_game import StageGame
    from derelayl_econ.errors import DerelaylError, InputError, SimulationError, SolverError
    from derelayl_econ.explorer import explore, static_view
    from derelayl_econ.formula import Formula
    from derelayl_econ.games.arrivals import ArrivalRelay
    from derelayl_econ.games.baton import BatonGame
    from derelayl_econ.games.coalition import CoalitionGame
    from derelayl_econ.games.committee import Committee
    from derelayl_econ.games.concave_curves import LogCurve, RootCurve
    from derelayl_econ.games.contest import EffortContest
    from derelayl_econ.games.contribution import ContributionGame
    from derelayl_econ.games.finite_population import FinitePopulation
    from derelayl_econ.games.finite_relay import FiniteRelay
    from derelayl_econ.games.funding import DriftFunding
    from derelayl_econ.games.gate import Gate
    from derelayl_econ.games.identities import IdentityGame
    from derelayl_econ.games.length_split import LengthSplit
    from derelayl_econ.games.lineage_fees import LineagePay
    from derelayl_econ.games.model_sharing import ModelSharingGame
    from derelayl_econ.games.noisy_splitting import NoisyPay
    from derelayl_econ.games.participation import ParticipationGame
    from derelayl_econ.games.population import PopulationGame
    from derelayl_econ.games.potential import PotentialGame
    from derelayl_econ.games.private_costs import PrivateCostGame
    from derelayl_econ.games.public_benefit import ConcaveBenefit
    from derelayl_econ.games.repeated import RepeatedRelay
    from derelayl_econ.games.royalty_design import RoyaltyDesign
    from derelayl_econ.games.splitting import SplittingGame, merge_profit, split_profit
    from derelayl_econ.games.tournament import SettlementTournament
    from derelayl_econ.games.tournament_cost import ConvexCost
    from derelayl_econ.games.unequal_participation import UnequalParticipation
    from derelayl_econ.games.verification import VerificationGame
    from derelayl_econ.games.vesting import Vesting
    from derelayl_econ.notation import NOTATION
    from derelayl_econ.quality import ExponentialCurve, HillCurve, LogisticWalk, PowerCurve
    from derelayl_econ.repairs.repair import Repair, repair
    from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, Status
    from derelayl_econ.rewards import (
        EqualShare,
        FunctionShare,
        GainShare,
        LineageShare,
        PathShare,
        PowerShare,
        ShapleyShare,
        WindowShare,
    )
    from derelayl_econ.scenario import Scenario, scenario_names
    from derelayl_econ.simulation.experiment import simulate
    from derelayl_econ.sustainability import SustainabilityReport, assess, verdict_map
    from derelayl_econ.sustainability.uncertainty import Uncertainty, uncertainty_of
    from derelayl_econ.validation import validate
    from derelayl_econ.validation.calibration import calibrated
    from derelayl_econ.validation.closed_loop import close_loop

__version__ = "0.1.0"

_HOME = {
    "cost": (
        "HARDWARE",
        "TrainingCost",
    ),
    "design.audit": ("AuditDesign",),
    "design.effort_value": ("QuadraticBenefit",),
    "design.funding_price": ("FundingPrice",),
    "design.initiator": ("InitiatorDesign",),
    "design.pareto": (
        "honesty_front",
        "openness_front",
        "subsidy_front",
    ),
    "design.result": (
        "Design",
        "DesignStatus",
    ),
    "design.royalty": ("RoyaltyWeights",),
    "design.screening": ("ScreeningMenu",),
    "design.top_up": ("TopUpSchedule",),
    "ecology": (
        "Ecology",
        "Preferences",
        "TrainingGains",
    ),
    "equilibrium.bimatrix": (
        "bimatrix_regret",
        "solve_bimatrix",
    ),
    "equilibrium.grim_trigger": ("grim_trigger",),
    "equilibrium.linear_program": (
        "LinearSolution",
        "solve_linear",
    ),
    "equilibrium.payoff_set": ("PayoffSet",),
    "equilibrium.payoff_solver": ("solve_payoff_set",),
    "equilibrium.stage_game": ("StageGame",),
    "errors": (
        "DerelaylError",
        "InputError",
        "SimulationError",
        "SolverError",
    ),
    "explorer": (
        "explore",
        "static_view",
    ),
    "formula": ("Formula",),
    "games.arrivals": ("ArrivalRelay",),
    "games.baton": ("BatonGame",),
    "games.coalition": ("CoalitionGame",),
    "games.committee": ("Committee",),
    "games.concave_curves": (
        "LogCurve",
        "RootCurve",
    ),
    "games.contest": ("EffortContest",),
    "games.contribution": ("ContributionGame",),
    "games.finite_population": ("FinitePopulation",),
    "games.finite_relay": ("FiniteRelay",),
    "games.funding": ("DriftFunding",),
    "games.gate": ("Gate",),
    "games.identities": ("IdentityGame",),
    "games.length_split": ("LengthSplit",),
    "games.lineage_fees": ("LineagePay",),
    "games.model_sharing": ("ModelSharingGame",),
    "games.noisy_splitting": ("NoisyPay",),
    "games.participation": ("ParticipationGame",),
    "games.population": ("PopulationGame",),
    "games.potential": ("PotentialGame",),
    "games.private_costs": ("PrivateCostGame",),
    "games.public_benefit": ("ConcaveBenefit",),
    "games.repeated": ("RepeatedRelay",),
    "games.royalty_design": ("RoyaltyDesign",),
    "games.splitting": (
        "SplittingGame",
        "merge_profit",
        "split_profit",
    ),
    "games.tournament": ("SettlementTournament",),
    "games.tournament_cost": ("ConvexCost",),
    "games.unequal_participation": ("UnequalParticipation",),
    "games.verification": ("VerificationGame",),
    "games.vesting": ("Vesting",),
    "notation": ("NOTATION",),
    "quality": (
        "ExponentialCurve",
        "HillCurve",
        "LogisticWalk",
        "PowerCurve",
    ),
    "repairs.repair": (
        "Repair",
        "repair",
    ),
    "results": (
        "Coverage",
        "Equilibrium",
        "EquilibriumSet",
        "Status",
    ),
    "rewards": (
        "EqualShare",
        "FunctionShare",
        "GainShare",
        "LineageShare",
        "PathShare",
        "PowerShare",
        "ShapleyShare",
        "WindowShare",
    ),
    "scenario": (
        "Scenario",
        "scenario_names",
    ),
    "simulation.experiment": ("simulate",),
    "sustainability": (
        "SustainabilityReport",
        "assess",
        "verdict_map",
    ),
    "sustainability.uncertainty": (
        "Uncertainty",
        "uncertainty_of",
    ),
    "validation": ("validate",),
    "validation.calibration": ("calibrated",),
    "validation.closed_loop": ("close_loop",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "HARDWARE",
    "NOTATION",
    "ArrivalRelay",
    "AuditDesign",
    "BatonGame",
    "CoalitionGame",
    "Committee",
    "ConcaveBenefit",
    "ContributionGame",
    "ConvexCost",
    "Coverage",
    "DerelaylError",
    "Design",
    "DesignStatus",
    "DriftFunding",
    "Ecology",
    "EffortContest",
    "EqualShare",
    "Equilibrium",
    "EquilibriumSet",
    "ExponentialCurve",
    "FinitePopulation",
    "FiniteRelay",
    "Formula",
    "FunctionShare",
    "FundingPrice",
    "GainShare",
    "Gate",
    "HillCurve",
    "IdentityGame",
    "InitiatorDesign",
    "InputError",
    "LengthSplit",
    "LineagePay",
    "LineageShare",
    "LinearSolution",
    "LogCurve",
    "LogisticWalk",
    "ModelSharingGame",
    "NoisyPay",
    "ParticipationGame",
    "PathShare",
    "PayoffSet",
    "PopulationGame",
    "PotentialGame",
    "PowerCurve",
    "PowerShare",
    "Preferences",
    "PrivateCostGame",
    "QuadraticBenefit",
    "Repair",
    "RepeatedRelay",
    "RootCurve",
    "RoyaltyDesign",
    "RoyaltyWeights",
    "Scenario",
    "ScreeningMenu",
    "SettlementTournament",
    "ShapleyShare",
    "SimulationError",
    "SolverError",
    "SplittingGame",
    "StageGame",
    "Status",
    "SustainabilityReport",
    "TopUpSchedule",
    "TrainingCost",
    "TrainingGains",
    "Uncertainty",
    "UnequalParticipation",
    "VerificationGame",
    "Vesting",
    "WindowShare",
    "assess",
    "bimatrix_regret",
    "calibrated",
    "close_loop",
    "explore",
    "grim_trigger",
    "honesty_front",
    "merge_profit",
    "openness_front",
    "repair",
    "scenario_names",
    "simulate",
    "solve_bimatrix",
    "solve_linear",
    "solve_payoff_set",
    "split_profit",
    "static_view",
    "subsidy_front",
    "uncertainty_of",
    "validate",
    "verdict_map",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'derelayl_econ' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"derelayl_econ.{_MODULE_OF[name]}"), name)
    globals()[name] = value  # found once, then an ordinary attribute
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
