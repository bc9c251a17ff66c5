r"""Agents who play, copy and are replaced, one by one, until one strategy is left.

Nothing here uses an expected payoff or a transition probability of the theory: there are Z agents,
groups are really drawn, submissions really verified.

*Moran, with played groups* (linear fitness). A random agent draws N - 1 others and plays one leg of
the relay with them: who submits is accepted or not by a coin, the accepted share the pool, and the
agent's payoff becomes its fitness 1 + w payoff. It reproduces with a probability proportional to
that, else another agent tries; its copy replaces a random agent. Since fitness is linear in the
payoff of one leg, this is exactly the Moran process on expected payoffs.

*Fermi, meeting everybody* (groups of two). Two random agents each meet all others once and earn the
mean of the payoff matrix over them; the first copies the second with probability
1/(1 + exp(-w difference)).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from derelayl_econ.compilation import compiled
from derelayl_econ.domains import COUNT, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.finite_population import LARGEST
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.games.population_arguments import check_name
from derelayl_econ.games.relay_rule import RelayRule
from derelayl_econ.notation import check

__all__ = ["takeovers"]

Array = npt.NDArray[np.float64]
Kinds = npt.NDArray[np.int64]

_KIND = {"train": 0, "ride": 1, "cheat": 2, "stay out": 3}
_TRAIN, _CHEAT, _OUT = _KIND["train"], _KIND["cheat"], _KIND["stay out"]


def takeovers(
    game: PopulationGame, invader: str, resident: str, *, population: int, selection: float,
    process: str, runs: int, rng: np.random.Generator,
) -> int:  # fmt: skip
    """Return in how many of ``runs`` a single invader took over the whole population.

    It plays on until one strategy is left: where both hold their own, that grows exponentially
    long with ``population`` and ``selection``.

    Parameters
    ----------
    game : PopulationGame
        The relay for "linear moran"; any game in groups of two for "fermi".
    population : int
        Z >= N agents, at most 10^7.
    selection : float
        w >= 0 (1/money).
    process : {"linear moran", "fermi"}
    rng : numpy.random.Generator

    Examples
    --------
    >>> game = PopulationGame.matrix([[1, 1], [1, 1]], ["one", "other"])
    >>> takeovers(game, "one", "other", population=2, selection=1, process="fermi", runs=1000,
    ...           rng=np.random.default_rng(0))  # without selection: half of them
    501
    """
    given = check(population=population, selection=selection)
    size, strength = given["population"], given["selection"]
    count = check_number("runs", runs, COUNT)
    if not game.participants <= size <= LARGEST:
        allowed = f"be at least a group, {game.participants}, and at most {LARGEST}"
        raise InputError("population", population, allowed)
    places = [check_name(name, game.strategies) for name in (invader, resident)]
    if places[0] == places[1]:
        raise InputError("resident", resident, "differ from the invader")
    chosen = process if isinstance(process, str) else ""
    if chosen == "linear moran" and isinstance(game.rule, RelayRule):
        kinds = np.array([_KIND[name] for name in (invader, resident)])
        money, most, least = _terms(game.rule)
        if strength * least <= -1:
            raise InputError("selection", selection, "keep 1 + selection * payoff positive in "
                             f"every leg; the worst payoff is {least:.6g}")  # fmt: skip
        bound = 1 + strength * most
        return int(_moran(kinds, money, game.participants, size, strength, bound, count, rng))
    if chosen == "fermi" and game.participants == 2:
        meet = game.rule.edge(*places)  # [mine][other plays the first: 1, the second: 0]
        matrix = np.array([[meet[0][1], meet[0][0]], [meet[1][1], meet[1][0]]])
        return int(_fermi(matrix, size, strength, count, rng))
    raise InputError("process", process, 'be "linear moran" (relay) or "fermi" (groups of two)')


def _terms(rule: RelayRule) -> tuple[Array, float, float]:
    """Return the money of one leg for the kernel, and the largest and least payoff of any leg."""
    t = rule.terms
    money = np.array([t.accept_honest, t.accept_fake, t.benefit, t.leakage, t.pool, t.deposit,
                      t.cost, t.cost_cheat, t.outside])  # fmt: skip
    most = max(t.benefit + t.pool, t.outside, 0.0)
    least = min(-t.deposit - t.cost, t.outside)
    return money, most, least


@compiled
def _moran(kinds: Kinds, money: Array, members: int, size: int, selection: float, bound: float,
           runs: int, rng: np.random.Generator) -> int:  # fmt: skip
    won = 0
    agents, order = np.empty(size, np.int64), np.arange(size)
    for _ in range(runs):
        agents[:] = kinds[1]
        agents[rng.integers(0, size)] = kinds[0]
        invaders = 1
        while 0 < invaders < size:
            while True:
                parent = rng.integers(0, size)
                _draw_group(order, parent, members, rng)
                payoff = _play(agents, order[:members], money, rng)
                if rng.random() * bound < 1.0 + selection * payoff:
                    break
            dies = rng.integers(0, size)
            invaders += int(agents[parent] == kinds[0]) - int(agents[dies] == kinds[0])
            agents[dies] = agents[parent]
        won += invaders == size
    return won


@compiled
def _draw_group(order: Kinds, first: int, members: int, rng: np.random.Generator) -> None:
    """Put ``first`` and ``members`` - 1 random others at the front of a permutation."""
    for i in range(order.size):
        if order[i] == first:
            order[0], order[i] = order[i], order[0]
            break
    for i in range(1, members):
        j = rng.integers(i, order.size)
        order[i], order[j] = order[j], order[i]


@compiled
def _play(agents: Kinds, group: Kinds, money: Array, rng: np.random.Generator) -> float:
    """Play one leg; return what the first of the group earns."""
    benefit, leakage, pool, deposit = money[2], money[3], money[4], money[5]
    accepted, honest, own = 0, 0, False
    for place in range(group.size):
        kind = agents[group[place]]
        if kind in (_TRAIN, _CHEAT):
            passed = rng.random() < money[0 if kind == _TRAIN else 1]
            accepted += passed
            honest += passed and kind == _TRAIN
            if place == 0:
                own = passed
    kind = agents[group[0]]
    if kind == _OUT:
        return money[8]  # type: ignore[no-any-return]
    improved = 1.0 if honest > 0 else 0.0
    payoff = (benefit if own else leakage * benefit) * improved
    if own:
        payoff += pool / accepted
    elif kind in (_TRAIN, _CHEAT):
        payoff -= deposit
    if kind == _TRAIN:
        payoff -= money[6]
    elif kind == _CHEAT:
        payoff -= money[7]
    return payoff  # type: ignore[no-any-return]


@compiled
def _fermi(matrix: Array, size: int, selection: float, runs: int,
           rng: np.random.Generator) -> int:  # fmt: skip
    won = 0
    agents = np.empty(size, np.int64)
    for _ in range(runs):
        agents[:] = 1
        agents[rng.integers(0, size)] = 0
        invaders = 1
        while 0 < invaders < size:
            one, other = rng.integers(0, size), rng.integers(0, size)
            lead = _mean_payoff(matrix, agents, other) - _mean_payoff(matrix, agents, one)
            if rng.random() < 1.0 / (1.0 + np.exp(-selection * lead)):
                invaders += int(agents[other] == 0) - int(agents[one] == 0)
                agents[one] = agents[other]
        won += invaders == size
    return won


@compiled
def _mean_payoff(matrix: Array, agents: Kinds, one: int) -> float:
    total = 0.0
    for other in range(agents.size):
        if other != one:
            total += matrix[agents[one], agents[other]]
    return total / (agents.size - 1)
