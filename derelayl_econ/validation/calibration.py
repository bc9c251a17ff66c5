"""A scenario whose error rates are those of its own gate, measured in real honest relays.

The designer's error rates are numbers in a file. Before a launch they can be measured: relays are
grown by honest members, and at four stages one submission of each kind is judged by one validator
of the scenario's gate. The rate of false rejections is the mean over stages; that of false
acceptances is the mean of the fake that passes most often. How votes go together, and how many
there are, is left as the scenario says.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError, SimulationError
from derelayl_econ.scenario import Scenario
from derelayl_econ.seeds import Seed, child, root_of
from derelayl_econ.simulation.acceptance import measure_acceptance
from derelayl_econ.simulation.experiment import simulate
from derelayl_econ.simulation.policies import HONEST, Always, Submission
from derelayl_econ.simulation.settings import RelaySettings, settings_of

__all__ = ["FAKES", "calibrated", "stages_of"]

FAKES = (
    Submission(kind="noise", strength=1e-3),
    Submission(kind="stale", steps_back=5),
    Submission(kind="label_flip"),
)
"""The old model with a little noise, an older model, a model trained on flipped labels."""

_STAGES = 4
_FEWEST = Domain(10, integer=True)


def stages_of(settings: RelaySettings, root: np.random.SeedSequence) -> list[int]:
    """Return the levels that an honest relay has reached at 1/8, 3/8, 5/8 and 7/8 of its legs."""
    levels = simulate(settings, Always(), root, 1).records["level"]
    places = (np.arange(1, 2 * _STAGES, 2) * len(levels)) // (2 * _STAGES)
    return [int(levels.iloc[place]) for place in places]


def calibrated(scenario: Scenario, rng: Seed, *, replications: int = 40) -> Scenario:
    """Return the scenario with error rates measured at its own gate.

    Parameters
    ----------
    scenario : Scenario
    rng : int, SeedSequence or Generator
    replications : int
        Relays at each of four stages, at least 10.

    Raises
    ------
    InputError
        If it is no scenario.
    SimulationError
        If the gate freezes the relay, or accepts some fake as often as honest work.

    Examples
    --------
    >>> scenario = Scenario.load("hospital_consortium").replace("experiment.legs", 24)
    >>> checks = calibrated(scenario, 1, replications=20).verification
    >>> print(f"{checks.false_reject:.2f} {checks.false_accept:.2f}")
    0.23 0.49
    """
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario",
                         hint="Scenario.load(name or file) returns one.")  # fmt: skip
    count = check_number("replications", replications, _FEWEST)
    settings = replace(settings_of(scenario), value=0.0, discount=None, evaluate_every=0,
                       selection="baton")  # fmt: skip
    root = root_of(rng)
    accepted = np.mean([
        _accepted(replace(settings, committee=1), stage, child(root, 1, i), count)
        for i, stage in enumerate(stages_of(settings, child(root, 0)))
    ], axis=0)  # fmt: skip
    false_reject, false_accept = 1 - float(accepted[0]), float(accepted[1:].max())
    if false_reject + false_accept >= 1:
        raise SimulationError(
            f"the gate of {scenario.name} accepts honest work with probability {accepted[0]:.3f} "
            f"and a fake with {false_accept:.3f}; try a larger hold-out or a margin"
        )
    rates = {"false_reject": 0.0, "false_accept": false_accept}
    for name, value in rates.items():  # through a state in which both are allowed
        scenario = scenario.replace(f"verification.{name}", value)
    return scenario.replace("verification.false_reject", false_reject)


def _accepted(
    settings: RelaySettings, stage: int, root: np.random.SeedSequence, count: int
) -> npt.NDArray[np.float64]:
    """Return the share accepted of honest work and of each fake."""
    table = measure_acceptance(settings, (HONEST, *FAKES), stage, root, states=count)
    shares = table.groupby("kind")["accepted"].mean()
    return np.array([shares[kind.kind] for kind in (HONEST, *FAKES)])
