"""Whatever is given to a method of an evolving population: numbers, or an InputError that names it.

Constructors are in ``test_bad_input.py``; here are all methods, and the functions around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games import population_dynamics
from derelayl_econ.games.finite_population import FinitePopulation
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation.takeover import takeovers
from derelayl_econ.solution import population_game
from derelayl_econ.validation.evolution import measure_fixation

NASTY: tuple[Any, ...] = (
    math.nan, math.inf, -math.inf, -1, -0.5, 0, -0.0, 0.5, 1, 1.5, 2, 7, 1e308, 5e-324, 2**63,
    10**400, True, None, "", "x", "1", "train", "trian", b"train", 1j, [], [1.0], [0.5, 0.5],
    [0.5, math.nan, 0.5], [0.5, 0.6, 0.2], [1.5, -0.5, 0.0], [[0.2, 0.3, 0.5]], [[[]]], ["a"] * 3,
    [True, False, False], [1.0, [2.0]], (), {}, {"train": 1.0}, {1.0}, object(), len, range(3),
    np.bool_(True), np.array([]), np.array(["a"]), np.array([None] * 3), np.array([0.2, 0.3, 0.5]),
    np.array([2, 1, 3]), Fraction(1, 3), Decimal("0.5"),
)  # fmt: skip
TERMS: dict[str, Any] = {
    "participants": 4, "benefit": 2.0, "cost": 1.0, "cost_cheat": 0.2, "pool": 2.0, "deposit": 0.5,
    "leakage": 0.5, "audit_rate": 0.5, "false_reject": 0.1, "false_accept": 0.1,
    "strategies": ["train", "ride", "cheat"],
}  # fmt: skip
GAMES = {
    "relay": PopulationGame.relay(**TERMS),
    "matrix": PopulationGame.matrix([[0, 2, 1], [1, 0, 2], [2, 1, 0]], TERMS["strategies"]),
    "groups": PopulationGame.groups(4, lambda i, others: others[i] - 0.5 * i, TERMS["strategies"]),
}
SCENARIO = Scenario.load("phone_community")


@dataclass(frozen=True)
class Method:
    """A call that works, and its arguments that are spoilt one by one."""

    call: Callable[..., Any]
    good: dict[str, Any]


def _finite(game: PopulationGame, **changes: Any) -> FinitePopulation:
    return game.finite(**({"population": 9, "selection": 0.1, "mutation": 0.01} | changes))


def _methods(name: str) -> dict[str, Method]:
    game, pair = GAMES[name], {"first": "train", "second": "cheat"}
    path = {"start": [0.2, 0.3, 0.5], "times": [0.0, 1.0], "noise": 0.5, "resolution": 0.1}
    found = {
        "payoffs": Method(game.payoffs, {"shares": [0.2, 0.3, 0.5]}),
        "regret": Method(game.regret, {"shares": [0.2, 0.3, 0.5]}),
        "payoffs_in": Method(game.payoffs_in, {"counts": [2, 1, 3]}),
        "edge": Method(game.edge, pair),
        "finite": Method(lambda **given: _finite(game, **given).gradient("train", "cheat"), {
            "population": 9, "selection": 0.1, "mutation": 0.01, "process": "fermi"}),
        "fixation": Method(_finite(game).fixation, {
            "invader": "train", "resident": "cheat", "mutants": 2}),
    }  # fmt: skip
    for dynamic in ("replicator", "logit", "best response"):
        found[dynamic] = Method(game.trajectory, path | {"dynamic": dynamic})
    for method in ("payoffs", "transitions", "gradient", "log_fixation", "stationary"):
        found[f"finite {method}"] = Method(getattr(_finite(game), method), pair)
    return found


def _functions() -> dict[str, Method]:
    game, seeds = GAMES["relay"], [np.random.SeedSequence(1)]
    play = {"invader": "train", "resident": "cheat", "population": 5, "selection": 0.1,
            "process": "linear moran", "runs": 2}  # fmt: skip

    def deposit_game(**given: Any) -> Any:
        return population_game(SCENARIO, **given).payoffs([0.2, 0.3, 0.5])

    return {
        "takeovers": Method(
            lambda **given: takeovers(game, rng=np.random.default_rng(0), **given), play),
        "measure_fixation": Method(
            lambda **given: measure_fixation([game], [0.5], seeds, **given), play),
        "population_game": Method(
            deposit_game, {"group": 5, "deposit": 0.1, "strategies": TERMS["strategies"]}),
    }  # fmt: skip


def _numbers(result: Any) -> np.ndarray:
    """Return all numbers of a result."""
    if isinstance(result, tuple):
        return np.concatenate([_numbers(part) for part in result])
    for field in ("shares", "predicted", "log_probability"):
        result = getattr(result, field, result)
    return np.ravel(np.asarray(result, dtype=np.float64))


CALLS = {(name, label): method for name in GAMES for label, method in _methods(name).items()}
CALLS |= {("relay", label): method for label, method in _functions().items()}


@pytest.mark.parametrize("key", CALLS, ids=" ".join)
def test_the_calls_that_are_spoilt_work_at_first(key: tuple[str, str]) -> None:
    found = _numbers(CALLS[key].call(**CALLS[key].good))
    # Absorbing populations have fixation probability exp(-inf) = 0: the one infinity there is.
    infinite = key[1] == "finite log_fixation"
    assert np.isfinite(found[1:] if infinite else found).all()


@pytest.mark.parametrize("key", CALLS, ids=" ".join)
def test_spoilt_arguments_are_refused_by_name_or_taken_as_they_are(
    key: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(population_dynamics, "MOST_EVALUATIONS", 2000)  # for speed
    method = CALLS[key]
    refused, too_far = 0, []
    for argument in method.good:
        for value in NASTY:
            given = method.good | {argument: value}
            try:
                found = _numbers(method.call(**given))
            except InputError:
                refused += 1
            except SolverError:  # documented for paths that are too long or too steep to follow
                too_far.append(argument)
            else:
                assert not np.isnan(found).any() or argument == "counts", (argument, value)
    assert set(too_far) <= {"times", "noise", "resolution"}
    assert refused > len(method.good) * len(NASTY) / 3


@pytest.mark.parametrize(
    ("games", "deposits", "seeds"), [(1, 2, 1), (0, 0, 1), (1, 1, 0), (2, 1, 1)]
)
def test_one_game_per_deposit(games: int, deposits: int, seeds: int) -> None:
    with pytest.raises(InputError, match="one per deposit"):
        measure_fixation([GAMES["relay"]] * games, [0.5] * deposits,
                         [np.random.SeedSequence(1)] * seeds, invader="train", resident="cheat",
                         population=5, selection=0.1)  # fmt: skip


def test_the_worst_of_many_states_is_told() -> None:
    with pytest.raises(InputError, match=r"sum to 1\.4"):
        GAMES["relay"].payoffs([[0.2, 0.3, 0.5], [0.2, 0.3, 0.9]])
