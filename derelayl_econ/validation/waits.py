"""How long the baton lies on the ground, in relays whose levels are real accepted legs (3.2).

The game is solved on the geometric curve fitted to *other* relays; then members of real relays
volunteer with the equilibrium's probabilities, level by level, and the legs until somebody takes
the baton are counted. Because the real curve is not geometric, two single deviators (one always
volunteers, one never does) test whether the equilibrium survives real gains: each relay is run
again with the same random numbers and one deviator, and the deviator's gain must not be positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.baton import BatonGame
from derelayl_econ.games.baton_results import BatonSolution
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.simulation.policies import Always, Never, PlayEquilibrium, Policy
from derelayl_econ.simulation.record import RelayResult
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean, compare_no_gain, compare_wait

__all__ = ["WaitEvidence", "fitted_baton", "measure_waits", "wait_rows"]

Array = npt.NDArray[np.float64]

LONGEST_WAIT = 12.0
"""Levels with a longer expected wait are not measured: few relays would get through them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WaitEvidence:
    """Waits in real relays.

    Attributes
    ----------
    solution : BatonSolution
        The equilibrium that was played.
    levels : array of int, shape (L,)
        Levels with an outage probability strictly between 0 and 1 that were measured.
    waits : array of float, shape (seeds, L)
        Legs spent at each level until the baton was taken.
    deviation_gains : dict of str to array of shape (seeds,)
        What a single deviator gained (money) over playing the equilibrium.
    """

    solution: BatonSolution
    levels: npt.NDArray[np.int64]
    waits: Array
    deviation_gains: dict[str, Array]


def fitted_baton(curve: ExponentialCurve, *, participants: int, value: float, cost: float,
                 price: float, discount: float) -> BatonGame:  # fmt: skip
    """Return the baton game on a fitted geometric curve."""
    return BatonGame(
        participants=participants, value=value, cost=cost, price=price, discount=discount,
        quality_max=curve.quality_max, gap=curve.quality_max - curve.quality_start,
        learning_rate=curve.learning_rate,
    )  # fmt: skip


def measure_waits(
    settings: RelaySettings, game: BatonGame, seeds: Sequence[np.random.SeedSequence]
) -> WaitEvidence:
    """Play the baton equilibrium in real relays, with and without a single deviator."""
    solution = game.solve()
    probability = solution.volunteer_probability
    measured = (probability < 1) & (solution.wait <= LONGEST_WAIT)
    levels = np.flatnonzero(measured & (solution.outage > 0))
    play = PlayEquilibrium(probability)
    settings = replace(
        settings, gate=False, selection="baton", evaluate_every=1, value=game.value,
        price=game.price, pool=0.0, cost=game.cost, discount=game.discount, deposit=0.0,
        legs=_enough_legs(solution, levels),
    )  # fmt: skip
    runs = [run_relay(settings, play, seed) for seed in seeds]
    deviators: dict[str, Policy] = {"always volunteers": Always(), "never volunteers": Never()}
    gains = {
        name: np.array([
            _with_deviator(settings, play, policy, seed).utilities[0] - run.utilities[0]
            for run, seed in zip(runs, seeds, strict=True)
        ])
        for name, policy in deviators.items()
    }  # fmt: skip
    waits = np.array([[_wait_at(run, int(level)) for level in levels] for run in runs])
    return WaitEvidence(solution=solution, levels=levels, waits=waits.reshape(len(runs), -1),
                        deviation_gains=gains)  # fmt: skip


def wait_rows(evidence: WaitEvidence, shown: int = 3) -> list[Comparison]:
    """Compare the time over all measured levels, ``shown`` single levels, and the deviators."""
    rows = []
    if evidence.levels.size:
        first, last = evidence.levels[[0, -1]]
        rows.append(compare_mean(
            f"legs from level {first} to level {last + 1}", "3.2",
            float(evidence.solution.wait[evidence.levels].sum()), evidence.waits.sum(axis=1),
            unit="legs", note=_WAIT_NOTE,
        ))  # fmt: skip
    places = np.unique(np.linspace(0, evidence.levels.size - 1, shown).round().astype(int))
    for place in places if evidence.levels.size else ():
        level = int(evidence.levels[place])
        rows.append(compare_wait(
            f"wait at level {level}", "3.2", float(evidence.solution.outage[level]),
            evidence.waits[:, place], note=_WAIT_NOTE,
        ))  # fmt: skip
    for name, gains in evidence.deviation_gains.items():
        rows.append(compare_no_gain(
            f"gain of one member who {name}", "3.2", gains,
            note="the equilibrium was solved on a geometric curve; real gains differ from it",
        ))  # fmt: skip
    return rows


_WAIT_NOTE = "volunteers did not take the baton at the predicted rate"


def _enough_legs(solution: BatonSolution, levels: npt.NDArray[np.int64]) -> int:
    """Return a horizon that practically every relay needs less than, to get through ``levels``.

    Mean plus ten standard deviations of the sum of the geometric waits up to the last level.
    """
    last = int(levels[-1]) + 1 if levels.size else solution.stop_level
    wait = solution.wait[:last]
    return int(np.ceil(wait.sum() + 10 * np.sqrt((wait * (wait - 1)).sum()))) + 1


def _wait_at(run: RelayResult, level: int) -> float:
    at_level = run.records["level"].to_numpy() == level
    if not at_level.any() or not run.records["accepted"].to_numpy()[at_level].any():
        return float("nan")  # refused by compare_mean: a censored wait is never averaged silently
    return float(at_level.sum())


def _with_deviator(settings: RelaySettings, play: Policy, deviator: Policy,
                   seed: np.random.SeedSequence) -> RelayResult:  # fmt: skip
    others = [play] * (settings.participants - 1)
    return run_relay(settings, [deviator, *others], seed)
