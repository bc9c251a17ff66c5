"""A box of parameters: each may be off by at most a half-width, and any combination may be true.

The ends of the box are the floats nearest to estimate less and plus half-width; a design is robust
if it keeps its promise at every point between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from derelayl_econ.domains import NON_NEGATIVE, POSITIVE, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.notation import NOTATION

__all__ = ["ParameterBox"]

Game = TypeVar("Game")

# Without drift, or at a ceiling of 0, there is nothing to hold: no part of a box may lie there.
_STRICTER = {"drift": POSITIVE, "quality_max": POSITIVE}


@dataclass(frozen=True, eq=False)
class ParameterBox:
    """Lower and upper ends of the parameters that are not known exactly.

    Parameters
    ----------
    ends : mapping of str to (float, float)
        By parameter; the others are as estimated.
    """

    ends: Mapping[str, tuple[float, float]]

    @classmethod
    def around(cls, game: Any, box: Any, names: Iterable[str]) -> ParameterBox:
        """Check half-widths and return the box around the numbers of a game.

        Parameters
        ----------
        game : DriftFunding or ArrivalRelay
        box : mapping of str to float
            Half-widths >= 0 by name of a parameter, in its unit.
        names : iterable of str
            Parameters that may be uncertain.

        Raises
        ------
        InputError
            If it is no mapping, a name is unknown, or a half-width is no number >= 0 or leaves the
            parameter's domain.

        Examples
        --------
        >>> from derelayl_econ.games.funding import DriftFunding
        >>> funding = DriftFunding(cost=1, drift=0.05, learning_rate=0.2, quality_max=1,
        ...                        users=1, flow_value=1)
        >>> box = ParameterBox.around(funding, {"cost": 0.25}, ["cost", "drift"])
        >>> box.corner(funding, high=["cost"]).cost, box.corner(funding, low=["cost"]).cost
        (1.25, 0.75)
        """
        known = tuple(names)
        if not isinstance(box, Mapping):
            raise InputError("box", box, "map names of parameters to half-widths")
        ends = {}
        for name, width in box.items():
            if name not in known:
                raise InputError("name in box", name, f"be one of {', '.join(known)}",
                                 hint=did_you_mean(name, known))  # fmt: skip
            off = check_number(f"half-width of {name}", width, NON_NEGATIVE)
            ends[name] = _ends(name, getattr(game, name), off)
        return cls(ends)

    def corner(self, game: Game, *, low: Iterable[str] = (), high: Iterable[str] = ()) -> Game:
        """Return the game with some parameters at their lower and some at their upper ends."""
        ends = {name: self.ends[name][0] for name in low if name in self.ends}
        ends |= {name: self.ends[name][1] for name in high if name in self.ends}
        found: Game = _replaced(game, ends)
        return found


def _replaced(game: Any, numbers: dict[str, float]) -> Any:
    return replace(game, **numbers)


def _ends(name: str, estimate: float, off: float) -> tuple[float, float]:
    low, high = estimate - off, estimate + off
    for end in (low, high):
        for domain in (NOTATION[name].domain, _STRICTER.get(name)):
            if domain is not None and end not in domain:
                raise InputError(f"half-width of {name}", off,
                                 f"keep {name} = {estimate:g} in its domain: {domain}",
                                 hint=f"An end of the box is {end:g}.")  # fmt: skip
    return low, high
