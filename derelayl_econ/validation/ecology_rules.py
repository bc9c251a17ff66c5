"""What other rules would do to the ecology: theory beside simulation (theory notes, section 5).

Four questions: Which shares and matches let a relay survive its first rounds? What budget keeps a
community training when training costs? How many train for the model's sake alone when data drift?
How often can somebody ride who never trains, when a match asks for a reserve?
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from derelayl_econ.ecology import Ecology, Preferences, TrainingGains
from derelayl_econ.ecology.alternatives import alternatives
from derelayl_econ.ecology.claims import ClaimsTable, judge_claims
from derelayl_econ.ecology.declining import budget_floor, lifetime_bound, renewal_state
from derelayl_econ.ecology.entry import ride_rate
from derelayl_econ.ecology.kernels import train
from derelayl_econ.ecology.play import play
from derelayl_econ.ecology.state import MATCHED, ROUND, Rules, State
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.rewards import LineageShare
from derelayl_econ.seeds import child
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import (
    compare_frequency,
    compare_mean,
    compare_no_gain,
)

__all__ = ["RulesEvidence", "Supply", "measure_rules", "rules_rows"]

Array = npt.NDArray[np.float64]

CELLS = ((2, 0.9, 0.9), (3, 0.5, 0.9), (3, 0.7, 0.9), (4, 0.5, 0.6), (4, 0.5, 0.75), (4, 0.5, 0.9),
         (4, 0.8, 0.5), (6, 0.4, 0.6), (6, 0.7, 0.3))  # fmt: skip
"""Matches, winning share and success whose survival is measured."""
YOUNG = 60
"""Rounds after which survival is judged."""

WINDOW = LineageShare(weights=[1] * 10)
SHARES_OF_FLOOR = (0.6, 0.8, 0.95, 1.05, 1.3)
BUDGETS, OLD = (30.0, 100.0, 300.0), 600
WANTS = Preferences(cost=1.0, discount=0.95)

DRIFTS, DRIFT_COST, DRIFT_VALUE = (0.01, 0.02, 0.04, 0.08), 0.1, 0.1
CURVE = ExponentialCurve.from_learning_rate(0, 1, 0.2)

RESERVES, RIDERS = (0.0, 0.5, 1.0, 2.0, 4.0), 8
RIDING, RIDDEN = 1000, 2000
"""Rounds between which rides are counted: when what riders were given is spent."""

ROYALTIES = {"geometric 1/2": LineageShare(decay=0.5), "ten coins a winner": WINDOW}
LONG, RICH = 5000, 5
"""Rounds and communities in which other royalties are followed."""
CLAIMED = 500
"""Rounds after which the claims are judged."""

SURVIVAL, FLOORS, LIVES, RENEWALS, RIDES, SUPPLIES, CLAIMING = range(7)

RENEWAL_NOTE = "the renewal law takes everybody's model as equally good when new"
RIDE_NOTE = (
    "now and then a rider wins by the luck of its base; then it owns, and is paid for, a model it "
    "did not improve"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Supply:
    """Coins under some royalties: means over communities, shapes (rounds,)."""

    issued: Array
    held: Array
    gini: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class RulesEvidence:
    """Measurements under other rules than the authors'.

    Attributes
    ----------
    participants : int
    survival : dict of (L, s, p) to (alive, seeds)
    floor : float
        Least budget per round (money) that keeps everybody in, for ten coins a winner.
    joined : dict of float to array of shape (seeds,)
        By budget over floor: mean share of drawn trainers who join, over the rounds played.
    floor_lives, lives : dicts of float to array of shape (seeds,)
        Rounds lived, at most 600: by budget over floor, and by budget under one coin per ancestor.
    bounds : dict of float to float
        Longest lives predicted under one coin per ancestor, by budget.
    renewed, predicted_renewals : dicts of float to array of shape (seeds,), and to float
        Models trained per round by drift, without coins.
    rides, predicted_rides : dicts of float to array of shape (seeds,), and to float
        Matches per round of a participant who never trains, by reserve.
    supplies : dict of str to Supply
        Coins under other royalties, by their name.
    claims : ClaimsTable
        The paper's claims under the alternatives.
    """

    participants: int
    survival: dict[tuple[int, float, float], tuple[int, int]]
    floor: float
    joined: dict[float, Array]
    floor_lives: dict[float, Array]
    lives: dict[float, Array]
    bounds: dict[float, float]
    renewed: dict[float, Array]
    predicted_renewals: dict[float, float]
    rides: dict[float, Array]
    predicted_rides: dict[float, float]
    supplies: dict[str, Supply]
    claims: ClaimsTable


def measure_rules(
    participants: int, root: np.random.SeedSequence, seeds: int, *, workers: int = 1
) -> RulesEvidence:
    """Play communities of that size under other rules, with that many seeds each."""
    plain = Ecology(participants)
    survival = {
        cell: _survivors(replace(plain, matches=cell[0], winning_share=cell[1], success=cell[2]),
                         child(root, SURVIVAL, k), 5 * seeds, workers)
        for k, cell in enumerate(CELLS)
    }  # fmt: skip
    funded = replace(plain, royalties=WINDOW, deposit_cap=1.0, preferences=WANTS)
    floor, joined, floor_lives = budget_floor(funded), {}, {}
    for k, share in enumerate(SHARES_OF_FLOOR):
        game = replace(funded, preferences=replace(WANTS, coin_budget=share * floor))
        joined[share], floor_lives[share] = _joined(game, child(root, FLOORS, k), seeds, workers)
    inflated = {budget: replace(plain, preferences=replace(WANTS, coin_budget=budget,
                                                           cost_spread=0.5))
                for budget in BUDGETS}  # fmt: skip
    fading = {eta: drifting(plain, eta) for eta in DRIFTS}
    costly = {reserve: asking(plain, reserve) for reserve in RESERVES}
    return RulesEvidence(
        participants=participants,
        survival=survival, floor=floor, joined=joined, floor_lives=floor_lives,
        lives={budget: _joined(game, child(root, LIVES, k), seeds, workers)[1]
               for k, (budget, game) in enumerate(inflated.items())},
        bounds={budget: lifetime_bound(game) for budget, game in inflated.items()},
        renewed={eta: _renewed(game, child(root, RENEWALS, k), seeds, workers)
                 for k, (eta, game) in enumerate(fading.items())},
        predicted_renewals={eta: renewal_state(game).trained for eta, game in fading.items()},
        rides={reserve: _rides(game, child(root, RIDES, k), max(2, seeds // 4))
               for k, (reserve, game) in enumerate(costly.items())},
        predicted_rides={reserve: ride_rate(game) for reserve, game in costly.items()},
        supplies={name: _supply(replace(plain, royalties=rule), child(root, SUPPLIES, k), workers)
                  for k, (name, rule) in enumerate(ROYALTIES.items())},
        claims=judge_claims(alternatives(plain), CLAIMED, child(root, CLAIMING), seeds,
                            workers=workers),
    )  # fmt: skip


def rules_rows(found: RulesEvidence) -> list[Comparison]:
    """Compare survival, budgets, renewals and rides with their predictions."""
    rows = [
        compare_frequency(
            f"alive after {YOUNG} rounds: L = {cell[0]}, s = {cell[1]:g}, p = {cell[2]:g}", "5",
            survival_chance(found.participants, cell), alive, seeds, seeds=seeds)
        for cell, (alive, seeds) in found.survival.items()
    ]  # fmt: skip
    rows += [
        compare_mean(f"trainers who join at {share:g} times the least budget", "5", 1.0, joined,
                     unit="share")
        for share, joined in found.joined.items() if share >= 1
    ]  # fmt: skip
    rows += [
        compare_no_gain(f"life beyond the bound, one coin per ancestor, budget {budget:g}", "5",
                        lives - found.bounds[budget], unit="rounds")
        for budget, lives in found.lives.items()
    ]  # fmt: skip
    rows += _pairs("models trained per round for their own sake, drift", found.predicted_renewals,
                   found.renewed, "models", RENEWAL_NOTE)  # fmt: skip
    return rows + _pairs("rides per round of a free rider, reserve", found.predicted_rides,
                         found.rides, "rides", RIDE_NOTE)  # fmt: skip


def survival_chance(participants: int, cell: tuple[int, float, float]) -> float:
    """Return the exact chance to be alive after ``YOUNG`` rounds at L, s and p."""
    matches, share, success = cell
    chain = Ecology(participants, matches, share, success).owner_chain()
    return 1 - float(chain.extinction(YOUNG)[-1])


def _pairs(
    name: str, predicted: dict[float, float], measured: dict[float, Array], unit: str, note: str
) -> list[Comparison]:
    return [
        compare_mean(f"{name} {key:g}", "5", predicted[key], values, unit=unit, note=note)
        for key, values in measured.items()
    ]


def _survivors(
    game: Ecology, seed: np.random.SeedSequence, seeds: int, workers: int
) -> tuple[int, int]:
    return len(game.replicate(YOUNG, seed, seeds, workers=workers).alive), seeds


def _joined(
    game: Ecology, seed: np.random.SeedSequence, seeds: int, workers: int
) -> tuple[Array, Array]:
    """Return each run's mean share of drawn trainers who joined, and its rounds."""
    study = game.replicate(OLD, seed, seeds, workers=workers)
    shares = [float((run.joined / (game.slots - run.owners)).mean()) for run in study]
    return np.array(shares), np.array([float(run.rounds) for run in study])


def drifting(plain: Ecology, eta: float) -> Ecology:
    """Return the ecology in which only the model's own worth counts, and data drift."""
    wants = Preferences(cost=DRIFT_COST, value=DRIFT_VALUE, discount=WANTS.discount)
    return replace(plain, gains=TrainingGains.curve(CURVE, spread=0, drift=eta), preferences=wants)


def _renewed(game: Ecology, seed: np.random.SeedSequence, seeds: int, workers: int) -> Array:
    """Return each living run's models trained per round, over the second half."""
    study = game.replicate(OLD, seed, seeds, workers=workers).alive
    return np.asarray(study.series("trained")[:, OLD // 2 :].mean(axis=1))


def asking(plain: Ecology, reserve: float) -> Ecology:
    """Return the ecology with a few free riders, in which every match asks for a deposit."""
    cap = reserve if reserve > 0 else None
    return replace(plain, reserve=reserve, deposit_cap=cap, endowment=10 * reserve,
                   free_riders=RIDERS, royalties=WINDOW)  # fmt: skip


def _rides(game: Ecology, seed: np.random.SeedSequence, seeds: int) -> Array:
    """Return each run's matches per rider and round, between two rounds."""
    ridden = np.zeros(seeds)

    def counted(rules: Rules, state: State, rng: np.random.Generator) -> None:
        train(rules, state, rng)
        if state.tally[ROUND] >= RIDING:
            ridden[k] += state.rider[state.trainer[: state.tally[MATCHED]]].sum()

    for k in range(seeds):  # the count reads k
        play(game, RIDDEN, child(seed, k), every=RIDDEN, training=counted)
    return ridden / (game.free_riders * (RIDDEN - RIDING))


def _supply(game: Ecology, seed: np.random.SeedSequence, workers: int) -> Supply:
    study = game.replicate(LONG, seed, RICH, workers=workers).alive
    issued, held, gini = (study.series(name).mean(axis=0) for name in ("issued", "supply", "gini"))
    return Supply(issued=issued, held=held, gini=gini)
