"""Training cost: loops written from the prose, sources of every constant, elasticities."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.cost import (
    COST_COMPONENTS,
    LEG_SECONDS,
    TOTAL_COST,
    TrainingCost,
    training_flops,
)
from derelayl_econ.errors import InputError
from derelayl_econ.hardware import EGRESS_PRICE, HARDWARE, Hardware, Sourced, find_hardware

ROUND: dict[str, float] = {
    "flops": 3.6e15, "sustained_flops": 1e12, "watts": 500.0, "energy_price": 0.2,
    "device_price": 1000.0, "device_life": 10_000.0, "bytes_moved": 4e9, "transfer_price": 0.05,
    "evaluation_cost": 0.01, "ledger_fee": 0.02, "data_cost": 0.5, "hourly_value": 0.3,
}  # fmt: skip
amount = st.floats(0, 1e3)
costs = st.builds(
    TrainingCost, flops=st.floats(1e9, 1e18), sustained_flops=st.floats(1e9, 1e15),
    watts=amount, energy_price=st.floats(0, 1), device_price=st.floats(1, 1e5),
    device_life=st.floats(100, 1e5), bytes_moved=st.floats(0, 1e12),
    transfer_price=st.floats(0, 1), ledger_fee=amount, hourly_value=amount,
)  # fmt: skip


def by_hand(p: dict[str, float]) -> dict[str, float]:
    """The components, from the prose of theory 1.2, in other units on the way."""
    hours = p["flops"] / p["sustained_flops"] / 3600
    gigabytes = p["bytes_moved"] / 1e9
    return {
        "fixed": gigabytes * p["transfer_price"] + p["evaluation_cost"] + p["ledger_fee"],
        "energy": p["watts"] / 1000 * hours * p["energy_price"],
        "wear": p["device_price"] * hours / p["device_life"],
        "data": p["data_cost"],
        "opportunity": p["hourly_value"] * hours,
    }


def test_one_hour_in_round_numbers() -> None:
    """3.6e15 operations at 1e12 a second: one hour, half a kWh, a ten-thousandth of the life."""
    cost = TrainingCost(**ROUND)
    parts = cost.breakdown()
    assert cost.seconds == 3600
    assert parts.energy == pytest.approx(0.10)
    assert parts.wear == pytest.approx(0.10)
    assert parts.fixed == pytest.approx(0.23)
    assert parts.opportunity == pytest.approx(0.30)
    assert cost.total == pytest.approx(0.10 + 0.10 + 0.23 + 0.5 + 0.30)


def test_components_and_total_against_the_prose() -> None:
    cost = TrainingCost(**ROUND)
    parts, expected = cost.breakdown(), by_hand(ROUND)
    for name in COST_COMPONENTS:
        assert getattr(parts, name) == pytest.approx(expected[name], rel=1e-14)
    assert parts.total == pytest.approx(sum(expected.values()), rel=1e-14)
    assert parts.total == cost.total


def test_total_is_exact_in_rationals() -> None:
    inputs = {name: Fraction(str(value)) for name, value in ROUND.items()}
    assert Fraction(str(TOTAL_COST.exact(**inputs))) == Fraction("1.23")
    assert Fraction(str(LEG_SECONDS.exact(flops=7, sustained_flops=2))) == Fraction(7, 2)


@given(costs, st.floats(1.1, 10))
def test_total_properties(cost: TrainingCost, factor: float) -> None:
    parts = cost.breakdown()
    whole = sum(getattr(parts, name) for name in COST_COMPONENTS)
    assert parts.total == pytest.approx(whole, rel=1e-12)
    inputs = dict(vars(cost))
    faster = TrainingCost(**{**inputs, "sustained_flops": cost.sustained_flops * factor})
    assert faster.total <= cost.total
    assert faster.breakdown().fixed == parts.fixed
    longer = TrainingCost(**{**inputs, "flops": cost.flops * factor})
    assert longer.seconds == pytest.approx(cost.seconds * factor)
    # Twice the work at twice the speed is the same leg.
    both = TrainingCost(**{**inputs, "flops": cost.flops * 2,
                           "sustained_flops": cost.sustained_flops * 2})  # fmt: skip
    assert both.total == cost.total


@given(costs)
def test_elasticities(cost: TrainingCost) -> None:
    found = cost.sensitivity().elasticities
    assert set(found) == set(vars(cost))
    assert found["flops"] == pytest.approx(-found["sustained_flops"], abs=1e-12)
    # All money inputs together: the cost is linear in prices.
    money = ("energy_price", "device_price", "transfer_price", "evaluation_cost", "ledger_fee",
             "data_cost", "hourly_value")  # fmt: skip
    assert sum(found[name] for name in money) == pytest.approx(1, abs=1e-9)
    assert found["watts"] == pytest.approx(cost.breakdown().energy / cost.total, abs=1e-12)


@pytest.mark.parametrize("name", list(ROUND))
def test_elasticity_against_finite_differences(name: str) -> None:
    up, down = (TrainingCost(**{**ROUND, name: ROUND[name] * f}).total for f in (1.001, 0.999))
    slope = (math.log(up) - math.log(down)) / (math.log(1.001) - math.log(0.999))
    found = TrainingCost(**ROUND).sensitivity().elasticities[name]
    assert found == pytest.approx(slope, abs=1e-6)


def test_elasticities_of_a_free_leg_do_not_exist() -> None:
    free = TrainingCost(flops=0, sustained_flops=1, watts=0, energy_price=0, device_price=0,
                        device_life=1)  # fmt: skip
    assert free.total == 0
    assert "-" in str(free.breakdown())
    with pytest.raises(InputError, match="total cost"):
        free.sensitivity()


def test_training_flops() -> None:
    """GPT-3: 175e9 weights, 300e9 tokens, 3.14e23 operations (Brown et al. 2020, table D.1)."""
    assert training_flops(175e9, 300e9) == pytest.approx(3.14e23, rel=0.01)
    with pytest.raises(InputError, match="samples"):
        training_flops(1e6, 0)


@pytest.mark.parametrize("name", list(HARDWARE))
def test_every_constant_has_a_unit_and_a_source(name: str) -> None:
    device = HARDWARE[name]
    assert device.name
    entries = {field: getattr(device, field) for field in Hardware.__dataclass_fields__
               if field != "name"}  # fmt: skip
    assert set(entries) == {"peak_flops", "utilisation", "watts", "price", "life", "energy_price"}
    for field, entry in {**entries, "egress": EGRESS_PRICE}.items():
        assert isinstance(entry, Sourced), field
        assert entry.value > 0
        assert math.isfinite(entry.value)
        assert entry.unit
        assert len(entry.source) > 15, f"{name}.{field} needs a source"
    assert entries["utilisation"].value < 1
    assert device.sustained_flops == entries["peak_flops"].value * entries["utilisation"].value


def test_presets_are_ordered_as_devices_are() -> None:
    assert set(HARDWARE) == {"phone", "laptop", "consumer-gpu", "datacenter-gpu"}
    order = [HARDWARE[name] for name in ("phone", "laptop", "consumer-gpu", "datacenter-gpu")]
    for small, large in itertools.pairwise(order):
        assert small.sustained_flops < large.sustained_flops
        assert small.watts.value < large.watts.value
        assert small.price.value < large.price.value


def test_preset_takes_the_device_and_overrides() -> None:
    cost = TrainingCost.preset("phone", flops=1e15, bytes_moved=1e8, energy_price=0.4, ledger_fee=1)
    device = HARDWARE["phone"]
    assert cost.watts == device.watts.value
    assert cost.energy_price == 0.4
    assert cost.ledger_fee == 1
    assert cost.transfer_price == EGRESS_PRICE.value
    assert cost.seconds == pytest.approx(1e15 / device.sustained_flops)


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: TrainingCost.preset("fone", flops=1e9), "Did you mean phone"),
        (lambda: TrainingCost.preset("phone", flops=1e9, enery_price=1), "mean energy_price"),
        (lambda: find_hardware("abacus"), "preset"),
        (lambda: find_hardware(["phone"]), "preset"),
        (lambda: TrainingCost(**{**ROUND, "watts": -1}), "watts"),
        (lambda: TrainingCost(**{**ROUND, "sustained_flops": 0}), "sustained_flops"),
        (lambda: TrainingCost(**{**ROUND, "device_life": 0}), "device_life"),
        (lambda: TrainingCost(**{**ROUND, "flops": math.nan}), "flops"),
        (lambda: TrainingCost(**{**ROUND, "flops": "many"}), "flops"),
        (lambda: TrainingCost(**{**ROUND, "ledger_fee": math.inf}), "ledger_fee"),
        (lambda: training_flops(True, 1), "parameters"),
    ],
)  # fmt: skip
def test_bad_input(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()


def test_results_print_and_serialise() -> None:
    cost = TrainingCost(**ROUND)
    assert "energy" in str(cost.breakdown())
    assert cost.breakdown().to_dict()["seconds"] == 3600
    first_row = str(cost.sensitivity()).splitlines()[2]
    assert first_row.startswith(("data_cost", "flops", "sustained_flops"))
