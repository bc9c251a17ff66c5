"""Settings: sensible defaults, and clear words for everything that is not."""

from __future__ import annotations

import dataclasses

import pytest

from derelayl_econ.errors import InputError
from derelayl_econ.simulation.policies import Always
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings


def test_defaults_are_those_of_the_learning_curve_measurements():
    s = RelaySettings()
    assert (s.participants, s.shard, s.batch, s.epochs, s.step, s.hold_out) == (
        50,
        15,
        5,
        1,
        0.1,
        100,
    )
    assert s.steps_per_leg == 3
    assert RelaySettings(shard=16, epochs=2).steps_per_leg == 8


def test_numbers_are_normalised_and_settings_are_frozen():
    settings = RelaySettings(price=2, legs=10.0)
    assert isinstance(settings.price, float)
    assert isinstance(settings.legs, int)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.legs = 3


@pytest.mark.parametrize(("name", "value"), [
    ("participants", 1), ("participants", "ten"), ("shard", 0), ("batch", -1), ("epochs", 1.5),
    ("step", 0), ("step", float("nan")), ("hold_out", 0), ("margin", float("inf")),
    ("committee", 4), ("audit_rate", 1.2), ("legs", 0), ("price", -1), ("pool", -1), ("cost", -1),
    ("cost_cheat", float("nan")), ("deposit", -0.1), ("value", "much"), ("discount", 1.0),
    ("discount", 0), ("concentration", 0), ("initial_treasury", -1), ("initial_balance", True),
    ("test_fraction", 0), ("evaluate_every", -1), ("dataset", "mnist"), ("model", "mlp"),
    ("selection", "batons"), ("forfeits", "burn"), ("backend", "torch"), ("gate", 1),
    ("fresh", "yes"), ("hidden", 0),
])  # fmt: skip
def test_every_setting_is_checked(name, value):
    with pytest.raises(InputError, match=rf"^{name} must"):
        RelaySettings(**{name: value})


def test_valued_quality_must_be_measured():
    with pytest.raises(InputError, match="evaluate_every=1"):
        RelaySettings(value=1.0, evaluate_every=0)


def test_more_coins_than_the_book_can_count_are_refused():
    with pytest.raises(InputError, match="coins issued"):
        run_relay(RelaySettings(pool=1e12, legs=1000, backend="numpy"), Always(), 0)
