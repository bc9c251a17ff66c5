r"""One mover of a relay order: the best top-up for every total found, exactly, piece by piece.

A mover finds the total X and leaves y in [X, X + D]. If F(y) is the total that the *later* movers
turn y into, the mover maximises h(y) = a G(F(y)) - c y; the result is the mover's own F.

Every F is a *staircase*: non-decreasing, right-continuous, made of flat pieces F(y) = level and
slanted ones F(y) = y + level, the last of which is F(y) = y. So it is with no mover left, and each
mover preserves it. On a flat piece h falls in y; on a slanted one it is concave with its peak where
the total is the mover's demand x (a G'(x) = c). So the best y is one of

- X itself (*ride*), only where h falls at X;
- a *stop*: a left end of a piece of F, or a peak. Left ends matter: a little more may be what makes
  a later mover train rather than leave it to others;
- X + D (the *cap*), only where h still rises there.

As X grows, h(X) falls, h(X + D) rises and the best stop in between changes only where X or X + D
passes a stop or an end of a piece. Between two such events the three change rank at most twice, in
the order ride, stop, cap: at most two roots of monotone functions, and the pieces of the mover's F
are known. F is non-decreasing because the set [X, X + D] moves up with X while h stays the same.

Ties are broken upwards. This is the only rule under which earlier movers have best replies: with
the lower total at a jump of F the best y of somebody who wants to reach the jump would not exist.

Source: own analysis, after Varian 1994, J. Public Economics 53:165 (two movers, no caps).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from scipy.optimize import brentq

__all__ = ["Move", "Mover", "Reply", "Staircase"]

_FINEST = 2.0**-52


class Move(Enum):
    """What a mover does with the total found."""

    RIDE = "leaves it"
    STOP = "raises it to a fixed total"
    CAP = "adds the whole cap"


class Piece(NamedTuple):
    """F(y) = level, or y + level if slanted, from ``left`` to the left end of the next piece."""

    left: float
    slanted: bool
    level: float

    def at(self, y: float) -> float:
        """Return F(y) by this piece's rule."""
        return y + self.level if self.slanted else self.level


class Staircase:
    """The total that later movers turn a total into."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.pieces: list[Piece] = []
        for piece in pieces:
            if not self.pieces or self.pieces[-1][1:] != piece[1:]:
                self.pieces.append(piece)
        self.lefts = [piece.left for piece in self.pieces]

    @classmethod
    def nobody(cls) -> Staircase:
        """Return F(y) = y, with no mover left."""
        return cls([Piece(0.0, True, 0.0)])

    def piece(self, y: float) -> Piece:
        """Return the piece that holds at ``y``."""
        return self.pieces[bisect_right(self.lefts, y) - 1]

    def __call__(self, y: float) -> float:
        """Return F(y)."""
        return self.piece(y).at(y)


@dataclass(frozen=True)
class Mover:
    """Who moves: value a, cost c, cap D, demand x, and the rise G as a function of a float."""

    value: float
    cost: float
    cap: float
    demand: float
    rise: Callable[[float], float]

    def worth(self, final: float, left: float) -> float:
        """Return a G(final) - c left, the payoff (money) of leaving ``left``, up to a constant."""
        return self.value * self.rise(final) - self.cost * left


class Reply:
    """A mover's best reply to every total, and the staircase that it makes of the later one.

    Parameters
    ----------
    mover : Mover
    later : Staircase
        F of the movers that follow.
    most : float
        Largest total that can be found, the sum of the earlier movers' caps; beyond it nothing
        needs to be known.
    """

    def __init__(self, mover: Mover, later: Staircase, most: float = math.inf) -> None:
        self.mover, self.later = mover, later
        self.stops = sorted({*later.lefts, *self._peaks()})
        self._worths = [self.worth(stop) for stop in self.stops]
        self.moves: list[tuple[float, Move, float]] = []
        pieces: list[Piece] = []
        events = self._events()
        for low, high in zip(events, [*events[1:], math.inf], strict=True):
            if low <= most:
                pieces += self._between(low, high)
        self.staircase = Staircase(pieces)
        self._lefts = [left for left, _, _ in self.moves]

    def worth(self, y: float) -> float:
        """Return h(y) (money)."""
        return self.mover.worth(self.later(y), y)

    def __call__(self, found: float) -> float:
        """Return the total that the mover leaves, y >= ``found``."""
        _, move, target = self.moves[bisect_right(self._lefts, found) - 1]
        if move is Move.STOP:
            return target
        return found + (self.mover.cap if move is Move.CAP else 0.0)

    def alternatives(self, found: float) -> list[float]:
        """Return all candidates for the best total to leave: the ends and the stops between."""
        top = found + self.mover.cap
        ends = [found] if math.isinf(top) else [found, top]
        return ends + [stop for stop in self.stops if found < stop < top]

    def _peaks(self) -> list[float]:
        ends = [*self.later.lefts[1:], math.inf]
        peaks = [(p, self.mover.demand - p.level, end)
                 for p, end in zip(self.later.pieces, ends, strict=True) if p.slanted]  # fmt: skip
        return [peak for piece, peak, end in peaks if piece.left < peak < end]

    def _events(self) -> list[float]:
        shifted = [stop - self.mover.cap for stop in self.stops]
        return sorted({*self.stops, *(event for event in shifted if event > 0)})

    def _between(self, low: float, high: float) -> list[Piece]:
        """Return the pieces of F from one event to the next, and note the moves."""
        middle = low + 1.0 if math.isinf(high) else (low + high) / 2
        here, cap = self.later.piece(middle), self.mover.cap
        stop, stop_worth = self._best_stop(middle)
        there = self._rising(middle + cap)
        rides = not here.slanted or here.at(middle) > self.mover.demand

        def ride(x: float) -> float:
            return self.mover.worth(here.at(x), x)

        def fill(x: float) -> float:
            return self.mover.worth(there.at(x + cap), x + cap) if there else -math.inf

        until = low
        if rides:
            until = _turn(lambda x: ride(x) - max(stop_worth, fill(x)), low, high)
        turn = until
        if there:
            turn = _turn(lambda x: stop_worth - fill(x), until, high)
        elif stop is not None:
            turn = high
        found = [(low, until, Move.RIDE, here)]
        if stop is not None:
            found.append((until, turn, Move.STOP, Piece(0.0, False, self.later(stop))))
        if there:
            found.append((turn, high, Move.CAP, Piece(0.0, True, there.level + cap)))
        return self._noted(found, stop)

    def _noted(
        self, found: list[tuple[float, float, Move, Piece]], stop: float | None
    ) -> list[Piece]:
        kept = [row for row in found if row[0] < row[1]]
        if not kept:  # two events a rounding apart, between which nothing can be told
            kept = [(found[0][0], math.inf, Move.RIDE, found[0][3])]
        self.moves += [(start, move, math.nan if stop is None else stop)
                       for start, _, move, _ in kept]  # fmt: skip
        return [piece._replace(left=start) for start, _, _, piece in kept]

    def _best_stop(self, middle: float) -> tuple[float | None, float]:
        first = bisect_right(self.stops, middle)
        last = bisect_right(self.stops, middle + self.mover.cap)
        if first == last:
            return None, -math.inf
        worth = max(self._worths[first:last])
        # Of equally good stops the highest, as everywhere.
        return self.stops[last - 1 - self._worths[first:last][::-1].index(worth)], worth

    def _rising(self, y: float) -> Piece | None:
        """Return the piece at ``y`` if h rises there: slanted, and short of the demand."""
        if math.isinf(y):
            return None
        piece = self.later.piece(y)
        return piece if piece.slanted and piece.at(y) < self.mover.demand else None


def _turn(excess: Callable[[float], float], low: float, high: float) -> float:
    """Return where the falling ``excess`` stops being positive within [low, high]."""
    if low >= high or excess(low) <= 0:
        return low
    if math.isinf(high) or excess(high) > 0:
        return high
    return float(brentq(excess, low, high, xtol=_FINEST * high, rtol=4 * _FINEST, maxiter=500))
