r"""A certificate of the baton game: the solution, derived again in ball arithmetic.

:mod:`derelayl_econ.games.baton` defines the game and proves that its symmetric Markov-perfect
equilibrium is unique: with net cost n > 0 and headway d, the difference of the two sides of

    N delta d/(1 - delta z^(N-1)) = n sum_(j=0)^(N-1) z^(-j),    z = 1 - p,

falls in p and has one zero. So a change of sign, established with rounding bounded (Arb balls),
encloses the only equilibrium of the level. A larger headway means a larger p, hence a smaller
y = z^(N-1) and a larger merit m = (1-delta) V - v q = delta (1-y) d/(1 - delta y), and the headway
of the level below is v g + m: so bounds of m are carried down, each by its own enclosure. The stop
level and the sign of the net cost are decided in rational numbers. Nothing is taken from the solver
but the numbers that are checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from derelayl_econ.games.baton import BatonGame

__all__ = ["BatonCertificate"]

_PRECISION = 256  # bits
_BISECTIONS = 80  # below the tolerance, lest the errors of many levels add up


@dataclass(frozen=True, kw_only=True, eq=False)
class BatonCertificate:
    """Evidence that the reported numbers enclose the unique symmetric equilibrium.

    Parameters
    ----------
    game : BatonGame
        The game, whose parameters are taken as the binary fractions they are.
    volunteer_probability, value : array, shape (stop_level + 1,)
        The numbers to be checked.
    tolerance : float
        Relative error allowed, of each probability and (against its largest part) of each value.
    """

    game: BatonGame
    volunteer_probability: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    tolerance: float = 1e-9

    @property
    def status(self) -> str:
        """``"certified-ball"``: signs are certain, numbers lie in balls."""
        return "certified-ball"

    @property
    def claim(self) -> str:
        """What :meth:`check` establishes."""
        return (
            "the game has exactly one symmetric Markov-perfect equilibrium, and its volunteer "
            f"probabilities and values are those reported, up to {self.tolerance:g}"
        )

    def check(self) -> bool:
        """Derive the equilibrium again, from the stop level down; True only if all of it holds."""
        import flint

        probabilities = [float(p) for p in self.volunteer_probability]
        if len(probabilities) != self.game.stop_level + 1 or probabilities[-1] != 0:
            return False
        if len(self.value) != len(probabilities) or self.game.has_free_choice:
            return False
        with flint.ctx.workprec(_PRECISION):
            return self._levels_hold(probabilities)

    def _levels_hold(self, probabilities: list[float]) -> bool:
        from flint import arb

        low = high = arb(0)  # bounds of (1-delta) V - v q, from the level above
        stop = len(probabilities) - 1
        for level in range(stop, -1, -1):
            if level < stop:  # the merit rises with the merit of the next level
                bounds = [self._merit(level, probabilities[level], m) for m in (low, high)]
                if None in bounds:
                    return False
                low, high = bounds[0].lower(), bounds[1].upper()
            if not self._has_value(level, low.union(high)):
                return False
        return True

    def _merit(self, level: int, p: float, later: Any) -> Any:
        """Return the merit of an active level, or None if the reported p is not its equilibrium."""
        from flint import arb

        game, delta = self.game, arb(self.game.discount)
        gain = arb(game.learning_rate) * self._gap(level)
        net_cost, headway = arb(game.cost) - arb(game.price) * gain, arb(game.value) * gain + later
        if level < game.free_levels:
            shared = delta * headway - (1 - delta) * net_cost / game.participants
            return shared if p == 1 else None
        waits = self._others_wait(p, net_cost, headway)
        if waits is None:
            return None
        return delta * (1 - waits) * headway / (1 - delta * waits)

    def _others_wait(self, p: float, net_cost: Any, headway: Any) -> Any:
        """Return a ball around z^(N-1), or None if no zero is certain within the tolerance."""
        from flint import arb

        low, high = arb(p) * (1 - arb(self.tolerance)), arb(p) * (1 + arb(self.tolerance))
        high = high if high < 1 else arb(1)  # where the right side is infinite
        if not (self._side(low, net_cost, headway) > 0 > self._side(high, net_cost, headway)):
            return None
        for _ in range(_BISECTIONS):
            middle = ((low + high) / 2).mid()
            side = self._side(middle, net_cost, headway)
            if side > 0:
                low = middle
            elif side < 0:
                high = middle
            else:
                break
        others = self.game.participants - 1
        return ((1 - low) ** others).union((1 - high) ** others)

    def _side(self, p: Any, net_cost: Any, headway: Any) -> Any:
        """Return left minus right side, times z^(N-1)/N: the same sign, and finite at p = 1."""
        from flint import arb

        members, delta, wait = self.game.participants, arb(self.game.discount), 1 - p
        waits = wait ** (members - 1)
        share = (1 - wait * waits) / (members * p)
        return waits * delta * headway / (1 - delta * waits) - net_cost * share

    def _has_value(self, level: int, merit: Any) -> bool:
        from flint import arb

        flow = arb(self.game.value) * (arb(self.game.quality_max) - self._gap(level))
        error = abs((flow + merit) / (1 - arb(self.game.discount)) - float(self.value[level]))
        largest = arb(self.game.value) * (abs(arb(self.game.quality_max)) + arb(self.game.gap))
        return bool(error <= self.tolerance * (largest + merit) / (1 - arb(self.game.discount)))

    def _gap(self, level: int) -> Any:
        from flint import arb

        return arb(self.game.gap) * (1 - arb(self.game.learning_rate)) ** level
