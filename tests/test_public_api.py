"""The public names, pinned: what people's notebooks rely on does not vanish by accident."""

from __future__ import annotations

import inspect

import pytest

import derelayl_econ

PUBLIC = """
HARDWARE NOTATION BatonGame Committee Coverage DerelaylError DriftFunding EqualShare Equilibrium
EquilibriumSet ExponentialCurve FiniteRelay Formula GainShare Gate HillCurve InputError LineageShare
LogisticWalk ParticipationGame PowerCurve Scenario ShapleyShare SimulationError SolverError Status
TrainingCost VerificationGame WindowShare scenario_names simulate validate
PayoffSet RepeatedRelay StageGame grim_trigger solve_payoff_set
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
