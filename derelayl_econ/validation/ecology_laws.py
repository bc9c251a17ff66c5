"""The ecology's theory beside its simulation (theory notes, section 5): the replication study.

The unit of replication is a seed, one community. Means are over the seeds whose relay is alive at
the end, as the predictions are. Some predictions are exact laws, others leading terms or mean-field
approximations; all are tested alike, so that the table shows which approximations can be told from
the truth with so many seeds, and by how much they are off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from derelayl_econ.ecology import Ecology
from derelayl_econ.ecology.front import selection_front
from derelayl_econ.ecology.inequality import trunk_gini
from derelayl_econ.ecology.mean_field import AGES, SUPPLY, coins_issued, version_shares
from derelayl_econ.ecology.owner_chain import LARGEST, OwnerChain
from derelayl_econ.ecology.run import EcologyRun
from derelayl_econ.ecology.study import EcologyStudy
from derelayl_econ.seeds import child
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_frequency, compare_mean

__all__ = ["FEWEST_SEEDS", "LONG", "EcologyRuns", "ecology_rows", "lawful", "measure_ecology"]

Array = npt.NDArray[np.float64]

FEWEST_SEEDS = 200
"""Communities of the replication study, at least."""
FEWEST_ALIVE = 5
"""Living communities needed in either study for a comparison of means."""
SETTLED = 40
"""Rounds after which owners and versions are in their steady state."""
LONG, LONG_SEEDS = 5000, 20
"""Rounds and communities of the study of coins."""
SHORT_STUDY, LONG_STUDY = range(2)

AGE_NAMES = (*(f"newest - {k}" if k else "newest" for k in range(AGES)), "older")

UNROUNDED = "rounding the winners down to a whole number costs about a quarter of one per round"
CEILING = "the last owner served has fewer than L trainers, so that more owners are served"
LEADING = "the leading term leaves out the linear ones: fees, deposits burned, the slow start"
FRONT = (
    "the wave of performances is computed for a continuous density, cut where half a model is "
    "expected; forty owners are few"
)
EARLY = (
    "models that never come to the trunk earn for some rounds too, and the trainer with the "
    "longest lag bids most and gets the best base: wealth is not a pure lottery"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class EcologyRuns:
    """Two studies of one ecology in which everybody drawn takes part and can pay.

    Attributes
    ----------
    study : EcologyStudy
        Many communities.
    long_study : EcologyStudy
        Fewer, for ``LONG`` rounds, in which coins matter.
    example : EcologyRun
        One of these, with everybody's coins a hundred times on the way.
    """

    study: EcologyStudy
    long_study: EcologyStudy
    example: EcologyRun

    @property
    def ecology(self) -> Ecology:
        """The rules that were played."""
        return self.study.ecology

    @property
    def rounds(self) -> int:
        """Length of the first study."""
        return self.study.rounds

    @cached_property
    def chain(self) -> OwnerChain:
        """The exact law of the owners."""
        return self.ecology.owner_chain()


def measure_ecology(
    ecology: Ecology, root: np.random.SeedSequence, *, rounds: int, seeds: int = FEWEST_SEEDS,
    workers: int = 1,
) -> EcologyRuns:  # fmt: skip
    """Play both studies."""
    return EcologyRuns(
        study=ecology.replicate(rounds, child(root, SHORT_STUDY), seeds, workers=workers),
        long_study=ecology.replicate(LONG, child(root, LONG_STUDY), LONG_SEEDS, workers=workers),
        example=ecology.simulate(LONG, child(root, LONG_STUDY, 0), every=LONG // 100),
    )


def lawful(ecology: Ecology, rounds: int) -> bool:
    """Return whether the laws apply: everybody drawn joins, the relay can last and settle.

    Exact laws are computed for at most 4096 participants.
    """
    plain = ecology.preferences is None and ecology.reserve == 0 and ecology.free_riders == 0
    small = ecology.participants <= LARGEST and rounds > SETTLED
    return plain and small and ecology.steady_state().survives


def ecology_rows(found: EcologyRuns) -> list[Comparison]:
    """Compare every number of the theory with its measurement.

    Rows about coins need pay per winner, those about supply and inequality the authors' royalties;
    where most relays die young, only that they do is compared.
    """
    rows = [extinction_row(found)]
    if min(len(found.study.alive), len(found.long_study.alive)) < FEWEST_ALIVE:
        return rows
    rows += owner_rows(found) + version_rows(found)
    if found.ecology.gain_price is None:
        rows += coin_rows(found)
        if found.ecology.royalties.weights == "all":
            rows += long_rows(found)
    return rows


def extinction_row(found: EcologyRuns) -> Comparison:
    """Compare the share of relays that died with the exact chance."""
    seeds = len(found.study)
    return compare_frequency(
        "extinct relays (exact chain)", "5", float(found.chain.extinction(found.rounds)[-1]),
        seeds - len(found.study.alive), seeds, seeds=seeds,
    )  # fmt: skip


def owner_rows(found: EcologyRuns) -> list[Comparison]:
    """Compare owners and the share of owners with a trainer."""
    old, steady = found.chain.old_relay, found.ecology.steady_state()
    alive = found.study.alive
    owners = alive.series("owners")[:, SETTLED:]
    served = (alive.series("served")[:, SETTLED:] / owners).mean(axis=1)
    return [
        compare_mean("owners per round (exact chain)", "5", old.owners, owners.mean(axis=1),
                     unit="owners"),
        compare_mean("owners per round, rounding on average", "5", steady.owners,
                     owners.mean(axis=1), unit="owners"),
        compare_mean("owners per round, without rounding", "5", steady.owners_unrounded,
                     owners.mean(axis=1), unit="owners", note=UNROUNDED),
        compare_mean("owners with a trainer (exact chain)", "5", old.served_share, served,
                     unit="share"),
        compare_mean("owners with a trainer, 1/(L p s)", "5", steady.served_share, served,
                     unit="share", note=CEILING),
    ]  # fmt: skip


def version_rows(found: EcologyRuns) -> list[Comparison]:
    """Compare the shares of participants by the age of the version they hold."""
    rules = found.ecology
    predicted = version_shares(rules.participants, rules.success, found.chain.old_relay.owners)
    measured = found.study.alive.series("version_shares")[:, SETTLED:].mean(axis=1)
    return [
        compare_mean(f"holders of version {name}", "5", float(predicted[k]), measured[:, k],
                     unit="share")
        for k, name in enumerate(AGE_NAMES)
    ]  # fmt: skip


def coin_rows(found: EcologyRuns) -> list[Comparison]:
    """Compare coins issued with the exact law, and coins held with the leading term."""
    issued = found.study.alive.series("issued")[:, -1]
    rows = [compare_mean(f"coins issued in {found.rounds} rounds (exact chain)", "5",
                         expected_issue(found, found.rounds), issued, unit="coins")]  # fmt: skip
    if found.ecology.royalties.weights == "all":
        leading = float(SUPPLY(owners=found.ecology.steady_state().owners, rounds=found.rounds))
        rows.append(compare_mean(f"coins held after {found.rounds} rounds, M t^2/2", "5", leading,
                                 found.study.alive.series("supply")[:, -1], unit="coins",
                                 note=LEADING))  # fmt: skip
    return rows


def expected_issue(found: EcologyRuns, rounds: int) -> float:
    """Return the mean coins issued, fees included, given that the relay is alive at the end.

    Models trained in a round are not independent of its winners, so that the fees, a few in a
    thousand of the coins, take the unconditional mean p n.
    """
    rules, owners = found.ecology, found.chain.owners_alive(rounds)
    matched = np.minimum(rules.slots - owners[:-1], rules.matches * owners[:-1])
    fees = sum(rules.fees.of_round(pairs, rules.success * pairs) for pairs in matched)
    endowed = rules.participants * rules.endowment
    return endowed + float(coins_issued(rules.royalties, owners[1:])[-1]) + fees


def long_rows(found: EcologyRuns) -> list[Comparison]:
    """Compare what takes long: deposits burned, speed of improvement, supply and inequality."""
    study, rules, half = found.long_study.alive, found.ecology, LONG // 2
    steady, rows = rules.steady_state(), []
    ginis = study.series("gini")
    for rounds in (LONG // 5, LONG):
        predicted = float(trunk_gini(rounds, rules.participants))
        rows.append(compare_mean(f"Gini of coins after {rounds} rounds", "5", predicted,
                                 ginis[:, rounds - 1], note=EARLY))  # fmt: skip
    leading, supply = float(SUPPLY(owners=steady.owners, rounds=LONG)), study.series("supply")
    rows.append(compare_mean(f"coins held after {LONG} rounds, M t^2/2", "5", leading,
                             supply[:, -1], unit="coins", note=LEADING))  # fmt: skip
    if rules.gains.logistic and rules.gains.spread[0] > 0 and rules.deposit_cap is None:
        front = selection_front(rules)
        held = expected_issue(found, LONG) - LONG * front.burned
        rows.append(compare_mean(f"coins held after {LONG} rounds, all terms", "5", held,
                                 supply[:, -1], unit="coins"))  # fmt: skip
        pace = {name: (study.series(name)[:, -1] - study.series(name)[:, half]) / (LONG - 1 - half)
                for name in ("burned", "performance")}  # fmt: skip
        rows.append(compare_mean("deposits burned per round, rich community", "5", front.burned,
                                 pace["burned"], unit="coins", note=FRONT))  # fmt: skip
        rows.append(compare_mean("improvement of the winners per round", "5", front.speed,
                                 pace["performance"], unit="performance", note=FRONT))  # fmt: skip
    return rows
