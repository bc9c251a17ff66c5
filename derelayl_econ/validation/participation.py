"""How many train, and how often nobody does (theory notes, section 2.1), by two kinds of players.

*Imitators* do not know the theory: they copy whoever earned more. Their long-run share of trainers
and their outages should be those of the stable equilibrium. *Equilibrium players* train real models
for a shared pool; a single deviator among them (always trains, never trains), in relays with the
same random numbers, must not gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.simulation.policies import Always, Never, PlayEquilibrium, Policy
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.adaptive import imitate
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean, compare_no_gain

__all__ = [
    "ImitationEvidence",
    "PoolEvidence",
    "imitation_rows",
    "measure_imitation",
    "measure_pool",
    "pool_rows",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ImitationEvidence:
    """What imitators settled on, beside the stable equilibrium.

    Attributes
    ----------
    participants : int
    share, outage : float
        Predicted: p* and (1 - p*)^N at the stable symmetric equilibrium.
    shares, outages : arrays of shape (seeds,)
        Measured, after settling; half the populations start with few trainers, half with many.
    """

    participants: int
    share: float
    outage: float
    shares: Array
    outages: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class PoolEvidence:
    """Real relays in which every joiner trains for an equal share of a pool.

    Attributes
    ----------
    probability : float
        p*, played by everybody.
    outage : float
        (1 - p*)^N.
    outages, joined : arrays of shape (seeds,)
        Share of legs in which nobody trained, and share of participants who trained per leg.
    deviation_gains : dict of str to array of shape (seeds,)
        What a single deviator gained per leg (money).
    """

    probability: float
    outage: float
    outages: Array
    joined: Array
    deviation_gains: dict[str, Array]


def measure_imitation(
    game: ParticipationGame, seeds: Sequence[np.random.SeedSequence], *, agents: int = 10_000,
    legs: int = 400,
) -> ImitationEvidence:  # fmt: skip
    """Let populations of imitators play a game with exactly one stable equilibrium."""
    stable = [equilibrium.strategy for equilibrium in game.equilibria() if equilibrium.stable]
    if len(stable) != 1:
        hint = "Otherwise it depends on the start where imitators settle."
        raise InputError("game", f"{len(stable)} stable equilibria", "have exactly one", hint=hint)
    runs = [
        imitate(game, np.random.default_rng(seed), start=0.1 if i % 2 else 0.9, legs=legs,
                communities=max(1, agents // game.participants))
        for i, seed in enumerate(seeds)
    ]  # fmt: skip
    share = stable[0]
    return ImitationEvidence(
        participants=game.participants,
        share=share,
        outage=float(game.outage(share)),
        shares=np.array([run.share for run in runs]),
        outages=np.array([run.outage for run in runs]),
    )


def imitation_rows(evidence: ImitationEvidence, name: str) -> list[Comparison]:
    """Compare the share of trainers and the outages of imitators with the equilibrium."""
    players = f"imitators, {name}, N = {evidence.participants}"
    rows = [compare_mean(
        f"share of trainers ({players})", "2.1", evidence.share, evidence.shares,
        unit="probability", note="finite populations of imitators do not settle exactly at the "
        "rest point of the replicator dynamic",
    )]  # fmt: skip
    if evidence.outage > OUTAGE_SHOWN:
        rows.append(compare_mean(
            f"outage ({players})", "2.1", evidence.outage, evidence.outages, unit="probability",
            note="an outage is a small number raised to a power: a share of trainers that differs "
            "from p* in the third digit shows here first",
        ))  # fmt: skip
    return rows


def measure_pool(
    settings: RelaySettings, participants: int, pool: float,
    seeds: Sequence[np.random.SeedSequence],
) -> PoolEvidence:  # fmt: skip
    """Play the pool game's equilibrium in real relays, with and without a single deviator."""
    settings = replace(settings, participants=participants, pool=pool, gate=False, selection="all",
                       price=0.0, value=0.0, deposit=0.0, discount=None,
                       evaluate_every=0)  # fmt: skip
    game = ParticipationGame.pool(participants, pool, settings.cost)
    (equilibrium,) = game.equilibria()
    play = PlayEquilibrium(equilibrium.strategy)
    runs = [run_relay(settings, play, seed) for seed in seeds]
    deviators: dict[str, Policy] = {"always trains": Always(), "never trains": Never()}
    gains = {
        name: np.array([
            run_relay(settings, [policy, *[play] * (game.participants - 1)], seed).utilities[0]
            - run.utilities[0]
            for run, seed in zip(runs, seeds, strict=True)
        ]) / settings.legs
        for name, policy in deviators.items()
    }  # fmt: skip
    per_leg = [run.records.drop_duplicates("leg") for run in runs]
    return PoolEvidence(
        probability=equilibrium.strategy,
        outage=float(game.outage(equilibrium.strategy)),
        outages=np.array([table["outage"].mean() for table in per_leg]),
        joined=np.array([table["volunteers"].mean() for table in per_leg]) / game.participants,
        deviation_gains=gains,
    )


def pool_rows(evidence: PoolEvidence, participants: int) -> list[Comparison]:
    """Compare outage, participation and the deviators' gains in real relays."""
    players = f"equilibrium players, N = {participants}"
    note = "the simulated relay does not follow the rules of the one-leg game"
    rows = [
        compare_mean(f"participation ({players})", "2.1", evidence.probability, evidence.joined,
                     unit="probability", note=note),
        compare_mean(f"outage ({players})", "2.1", evidence.outage, evidence.outages,
                     unit="probability", note=note),
    ]  # fmt: skip
    for name, gains in evidence.deviation_gains.items():
        rows.append(compare_no_gain(f"gain per leg of one who {name} (pool)", "2.1", gains,
                                    note=note))  # fmt: skip
    return rows


OUTAGE_SHOWN = 1e-4
"""Rarer outages are not compared: the populations would hardly ever see one."""
