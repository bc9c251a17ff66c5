"""Error rates of a scenario's own gate, measured before a launch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derelayl_econ.errors import InputError, SimulationError
from derelayl_econ.scenario import Scenario
from derelayl_econ.seeds import child
from derelayl_econ.simulation.acceptance import measure_acceptance
from derelayl_econ.simulation.policies import HONEST, Always
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import settings_of
from derelayl_econ.validation.calibration import FAKES, calibrated, stages_of

SHORT = Scenario.load("hospital_consortium").replace("experiment.legs", 16)


def test_stages_lie_in_the_middle_of_quarters() -> None:
    settings = replace(settings_of(SHORT), gate=False, evaluate_every=0, value=0.0)
    root = np.random.SeedSequence(4)
    assert stages_of(settings, root) == [2, 6, 10, 14]  # all is accepted: the level is the leg
    gated = replace(settings, gate=True)
    levels = run_relay(gated, Always(), child(root, 0)).records["level"].tolist()
    assert stages_of(gated, root) == [levels[leg] for leg in (2, 6, 10, 14)]


@pytest.mark.parametrize("seed", [3, np.random.SeedSequence().entropy])
def test_rates_are_those_of_single_validators_at_four_stages(seed: int) -> None:
    root = np.random.SeedSequence(seed)
    settings = replace(settings_of(SHORT), value=0.0, discount=None, evaluate_every=0, committee=1)
    passed: dict[str, list[float]] = {}
    stages = stages_of(replace(settings, committee=SHORT.verification.committee_size),
                       child(root, 0))  # fmt: skip
    for i, stage in enumerate(stages):
        table = measure_acceptance(settings, (HONEST, *FAKES), stage, child(root, 1, i), states=12)
        for kind, accepted in zip(table["kind"], table["accepted"], strict=True):
            passed.setdefault(kind, []).append(float(accepted))
    reject, accept = 1 - np.mean(passed.pop("honest")), max(map(np.mean, passed.values()))
    if reject + accept >= 1:  # a fake passed as often as honest work in these few relays
        with pytest.raises(SimulationError, match="accepts honest work with probability"):
            calibrated(SHORT, seed, replications=12)
        return
    found = calibrated(SHORT, seed, replications=12).verification
    assert found.false_reject == pytest.approx(reject)
    assert found.false_accept == pytest.approx(accept)


def test_nothing_else_changes() -> None:
    found = calibrated(SHORT, 5, replications=12)
    for name in ("false_reject", "false_accept"):
        value = getattr(SHORT.verification, name)
        found = found.replace(f"verification.{name}", value if name == "false_reject" else 0.0)
    found = found.replace("verification.false_accept", SHORT.verification.false_accept)
    assert replace(found, sources={}) == replace(SHORT, sources={})


def test_a_gate_that_tells_nothing_is_refused() -> None:
    """A huge tolerance accepts everything, fakes like honest work."""
    open_gate = SHORT.replace("experiment.margin", -100.0)
    with pytest.raises(SimulationError, match="larger hold-out or a margin"):
        calibrated(open_gate, 1, replications=10)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: calibrated("phone_community", 1), "scenario must be a Scenario"),  # type: ignore[arg-type]
        (lambda: calibrated(SHORT, 1, replications=2), "replications must"),
        (lambda: calibrated(SHORT, -1), "rng must"),
    ],
)
def test_bad_input(call: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        call()
