r"""The contribution game in relay order: each sees what was trained before, and knows who follows.

The game is that of :mod:`derelayl_econ.games.contribution`, except that participants move one after
the other. A mover who finds the total X and leaves y >= X pays c (y - X) and gets a Q(F(y)), F(y)
being what later movers turn y into. Backward induction gives the subgame-perfect play of any order,
exactly up to rounding (:mod:`derelayl_econ.games.contribution_replies`).

What holds (theory notes, section 2.3; proofs and counterexamples are own analysis)
-----------------------------------------------------------------------------------
*Without caps* the total is at most the simultaneous one, the largest demand max x_i, in every
order: from there on nobody adds anything, and whoever reaches it gains nothing from going further.
It is reached if the keenest moves last, who then tops up whatever is there.

*With caps* both statements hold for two participants and fail from three on:

- a = (2, 6, 3), c = 1, caps (1, 3, 1), Q = ln(1 + X), order 0, 1, 2: the total is 3.723, above the
  simultaneous 3. Participant 1 would train one leg and leave one to participant 2; participant 0
  gives .723 first, just enough to make 1 train all three legs.
- a = (4, 3, 5), c = 1, caps (2, 1, 1), order 0, 1, 2, the keenest last: the total is 2, below the
  simultaneous 3. The keenest is bound by the cap, and of the other two the keener rides first.

With caps the simultaneous total is reached in *decreasing* kappa: the least keen first, the keenest
last. For then each mover's F is the waterfilling of those who follow, continuous and without jumps
to be triggered, and nobody gains by doing the work of somebody keener.

*Uniqueness.* Another subgame-perfect play exists only if a mover on the path is indifferent between
totals that no earlier mover's choice decides, or reaches by the whole cap exactly the point at
which a later mover turns: coverage "some". Otherwise an earlier mover with room to go further has a
best reply only if the later one breaks the tie upwards: coverage "all".

Proved: theorem C in proofs/ (two movers with caps, any number without).
Source: Varian 1994, J. Public Economics 53:165.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.games.contribution_replies import Mover, Reply, Staircase
from derelayl_econ.games.contribution_results import RelayOrders, RelayOutcome, roles_of
from derelayl_econ.results import Coverage, frozen_array

if TYPE_CHECKING:
    from derelayl_econ.games.contribution import ContributionGame

__all__ = ["MOST_MOVERS", "play_all_orders", "play_in_order"]

Array = npt.NDArray[np.float64]

MOST_MOVERS = 7
"""Participants up to whom all N! orders are played."""

_METHOD = "backward induction over exact piecewise best replies"
_NEAR = 1e-12  # relative: totals and payoffs that rounding may have told apart
_APART = 1e-9  # relative: totals that rounding has not told apart
_GRID = 32


def play_in_order(game: ContributionGame, order: Sequence[int]) -> RelayOutcome:
    """Return the subgame-perfect play of one order; see :meth:`.ContributionGame.sequential`.

    Examples
    --------
    >>> from derelayl_econ.games.concave_curves import LogCurve
    >>> from derelayl_econ.games.contribution import ContributionGame
    >>> game = ContributionGame([2, 6, 3], 1, LogCurve(), caps=[1, 3, 1])
    >>> play = play_in_order(game, [0, 1, 2])
    >>> play.strategy.round(4), round(play.total, 4), play.simultaneous_total
    (array([0.723, 3.   , 0.   ]), 3.723, 3.0)
    """
    turns = _checked(order, game.participants)
    relay = _Relay.of(_movers(game, turns))
    path = relay.path
    efforts = np.empty(game.participants)
    efforts[list(turns)] = np.diff(path)
    indifferent = [turns[t] for t in relay.undecided()]
    simultaneous = game.simultaneous()
    return RelayOutcome(
        strategy=frozen_array(efforts),
        payoff=frozen_array(game.payoffs(efforts)),
        regret=_regret(game, turns, relay),
        total=path[-1],
        roles=roles_of(efforts, game.limits),
        efficient_total=simultaneous.efficient_total,
        efficiency=game.efficiency(efforts),
        coverage=Coverage.SOME if indifferent else Coverage.ALL,
        method=_METHOD,
        order=turns,
        simultaneous_total=simultaneous.total,
        indifferent=tuple(indifferent),
    )


def play_all_orders(game: ContributionGame) -> RelayOrders:
    """Return the play of all orders; see :meth:`.ContributionGame.all_orders`.

    Orders that end alike share the replies of their last movers.

    Examples
    --------
    >>> from derelayl_econ.games.concave_curves import LogCurve
    >>> from derelayl_econ.games.contribution import ContributionGame
    >>> print(play_all_orders(ContributionGame([4, 3, 2], 1, LogCurve())))
    Relay orders
    play          order      total
    efficient     -          8
    simultaneous  -          3
    best order    (1, 0, 2)  3
    worst order   (0, 1, 2)  2
    """
    count = game.participants
    if count > MOST_MOVERS:
        raise InputError("participants", count, f"be at most {MOST_MOVERS} for all orders",
                         hint="Use sequential(order) for the orders in question.")  # fmt: skip
    relays = dict(_relays(_movers(game, range(count)), (), _Relay()))
    orders = list(permutations(range(count)))
    efforts, totals, decided = np.zeros((len(orders), count)), np.empty(len(orders)), True
    for row, order in enumerate(orders):
        path = relays[order].path
        efforts[row, list(order)], totals[row] = np.diff(path), path[-1]
        decided = decided and not relays[order].undecided()
    return RelayOrders(
        orders=frozen_array(orders, dtype=np.int64),
        totals=frozen_array(totals),
        efficiencies=frozen_array([game.efficiency(row) for row in efforts]),
        simultaneous_total=game.simultaneous().total,
        efficient_total=game.efficient.total,
        coverage=Coverage.ALL if decided else Coverage.SOME,
    )


def _movers(game: ContributionGame, turns: Sequence[int]) -> list[Mover]:
    rows = zip(game.values, game.costs, game.limits, game.demands, strict=True)
    movers = [
        Mover(float(value), float(cost), float(cap), float(demand), game.benefit.rise_at)
        for value, cost, cap, demand in rows
    ]
    return [movers[i] for i in turns]


@dataclass(frozen=True)
class _Relay:
    """The best replies of all movers of one order, or of its last ones."""

    replies: tuple[Reply, ...] = ()

    @classmethod
    def of(cls, movers: Sequence[Mover]) -> _Relay:
        """Return the replies of ``movers`` in this order."""
        relay = cls()
        for turn in reversed(range(len(movers))):
            relay = relay.after(movers[turn], sum(mover.cap for mover in movers[:turn]))
        return relay

    def after(self, mover: Mover, most: float) -> _Relay:
        """Return the relay with ``mover`` before all, who finds a total of at most ``most``."""
        later = self.replies[0].staircase if self.replies else Staircase.nobody()
        return _Relay((Reply(mover, later, most), *self.replies))

    @property
    def path(self) -> list[float]:
        """The totals before every move and after the last one."""
        return self.follow(0, 0.0)

    def follow(self, turn: int, found: float) -> list[float]:
        """Return the totals from ``found`` on, which the mover of ``turn`` finds."""
        totals = [found]
        for reply in self.replies[turn:]:
            totals.append(reply(totals[-1]))
        return totals

    def undecided(self) -> list[int]:
        """Return the turns at which another best reply cannot be ruled out; see the module."""
        path, open_turns, room = self.path, [], False
        for turn, (reply, found, left) in enumerate(
            zip(self.replies, path[:-1], path[1:], strict=True)
        ):
            forced = room and _jumps(reply.staircase, found)
            room = left < found + reply.mover.cap * (1 - _NEAR)
            if (_ties(reply, found, left) and not forced) or (
                not room and _jumps(reply.later, left)
            ):
                open_turns.append(turn)
        return open_turns


def _relays(
    movers: Sequence[Mover], turns: tuple[int, ...], relay: _Relay
) -> Iterator[tuple[tuple[int, ...], _Relay]]:
    """Yield all orders that end with ``turns``, with their replies."""
    earlier = [i for i in range(len(movers)) if i not in turns]
    if not earlier:
        yield turns, relay
    for i in earlier:
        most = sum(movers[j].cap for j in earlier if j != i)
        yield from _relays(movers, (i, *turns), relay.after(movers[i], most))


def _ties(reply: Reply, found: float, left: float) -> bool:
    """Return whether another total is worth as much as ``left`` to the mover, up to rounding."""
    best = reply.worth(left)
    least = best - _NEAR * (abs(best) + 2 * reply.mover.cost * left)
    return any(
        abs(other - left) > _APART * (other + left) and reply.worth(other) >= least
        for other in reply.alternatives(found)
    )


def _jumps(later: Staircase, left: float) -> bool:
    step = _NEAR * left
    return later(left + step) - later(max(left - step, 0.0)) > _APART * left


def _regret(game: ContributionGame, turns: Sequence[int], relay: _Relay) -> float:
    """Return the largest gain from another effort on the path, the later movers replying to it."""
    path, worst = relay.path, 0.0
    for turn, reply in enumerate(relay.replies):
        top = path[turn] + min(reply.mover.cap, 2 * (path[-1] + reply.mover.demand))
        tried = {*reply.alternatives(path[turn]), *np.linspace(path[turn], top, _GRID).tolist()}
        own = _payoff(game, turns[turn], path[-1], path[turn + 1] - path[turn])
        for left in tried:
            total = relay.follow(turn + 1, left)[-1]
            worst = max(worst, _payoff(game, turns[turn], total, left - path[turn]) - own)
    return worst


def _payoff(game: ContributionGame, i: int, total: float, effort: float) -> float:
    quality = game.benefit.rise_at(total) + game.benefit.start
    return float(game.values[i] * quality - game.costs[i] * effort)


def _checked(order: Sequence[int], count: int) -> tuple[int, ...]:
    try:
        turns = [int(i) for i in order if not isinstance(i, bool)]
    except (TypeError, ValueError, OverflowError):
        turns = []
    if sorted(turns) != list(range(count)) or list(turns) != list(order):
        raise InputError("order", order, f"be a permutation of 0, ..., {count - 1}")
    return tuple(turns)
