"""The public names, pinned: what people's notebooks rely on does not vanish by accident."""

from __future__ import annotations

import inspect

import pytest

import derelayl_econ

PUBLIC = """
HARDWARE NOTATION ArrivalRelay AuditDesign BatonGame CoalitionGame Committee ConcaveBenefit
ContributionGame ConvexCost Coverage DerelaylError Design DesignStatus DriftFunding Ecology
EffortContest EqualShare Equilibrium EquilibriumSet ExponentialCurve FinitePopulation FiniteRelay
Formula FunctionShare FundingPrice GainShare Gate HillCurve IdentityGame InitiatorDesign InputError
LengthSplit LineagePay LineageShare LinearSolution LogCurve LogisticWalk ModelSharingGame NoisyPay
ParticipationGame PathShare PayoffSet PopulationGame PotentialGame PowerCurve PowerShare Preferences
PrivateCostGame QuadraticBenefit Repair RepeatedRelay RootCurve RoyaltyDesign RoyaltyWeights
Scenario ScreeningMenu SettlementTournament ShapleyShare SimulationError SolverError SplittingGame
StageGame Status SustainabilityReport TopUpSchedule TrainingCost TrainingGains Uncertainty
UnequalParticipation VerificationGame Vesting WindowShare assess bimatrix_regret calibrated
close_loop explore grim_trigger honesty_front merge_profit openness_front repair scenario_names
simulate solve_bimatrix solve_linear solve_payoff_set split_profit static_view subsidy_front
uncertainty_of validate verdict_map
""".split()


def test_the_public_names_are_pinned() -> None:
    assert sorted(derelayl_econ.__all__) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_loads_and_is_documented(name: str) -> None:
    value = getattr(derelayl_econ, name)
    assert name in dir(derelayl_econ)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = derelayl_econ.nonsense
