"""What the participants of a scenario's simulated relay play, by name."""

from __future__ import annotations

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation.policies import Always, Cheat, Lazy, Never, PlayEquilibrium, Policy
from derelayl_econ.solution import games_of

__all__ = ["POLICIES", "policies_of"]

POLICIES = ("equilibrium", "always", "never", "noise", "stale", "label_flip", "lazy")
"""What ``policies_of`` can make; the cheats and the lazy join every leg."""


def policies_of(scenario: Scenario, name: str) -> Policy:
    """Return the policy of that name, to be played by everybody.

    ``"equilibrium"`` plays the baton game's volunteer probability at each level.

    Raises
    ------
    InputError
        If there is no policy of that name.
    """
    if name == "equilibrium":
        return PlayEquilibrium(games_of(scenario).baton.solve().volunteer_probability)
    simple: dict[str, Policy] = {"always": Always(), "never": Never(), "lazy": Lazy(1)}
    if name in simple:
        return simple[name]
    if name not in POLICIES:
        raise InputError("policy", name, f"be one of {', '.join(POLICIES)}",
                         hint=did_you_mean(name, POLICIES))  # fmt: skip
    return Cheat(name)
