"""Cut-off equilibria of the participation game with private costs, as results that print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from derelayl_econ.equilibrium.linear_crossings import Crossing
from derelayl_econ.equilibrium.response_points import ResponsePoints
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, Status

__all__ = [
    "TIPPING",
    "CutoffEquilibrium",
    "CutoffSet",
    "EquilibriumMaker",
    "set_of_crossings",
    "set_of_fixed_points",
]

TIPPING = "tipping point"
"""Label of the equilibria in (0, 1) from which adaptive play leads away."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CutoffEquilibrium(Equilibrium):
    """One equilibrium in which the cheap join.

    Attributes
    ----------
    strategy : float
        p, the probability that a participant joins: the cheapest share p of all costs does.
    cutoff : float
        c* = B(p) (money): who has a lower cost joins, who has a higher one does not.
    mixing : float or None
        Probability with which those whose cost is the cut-off join; None if nobody's is.
    payoff : float
        Expected payoff (money) before the own cost is known.
    regret : float
        Largest gain (money) of any type, that is for any cost, from acting otherwise.
    stable : bool or None
        Whether adaptive best response leads back from both sides.
    """

    cutoff: float
    mixing: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class CutoffSet(EquilibriumSet):
    """Cut-off equilibria in increasing order of the probability of joining."""

    equilibria: tuple[CutoffEquilibrium, ...]

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per equilibrium."""
        headers = ("strategy", "cutoff", "mixing", "payoff", "regret", "stable", "label")
        words = {True: "yes", False: "no", None: "undecided"}
        rows = [
            (e.strategy, e.cutoff, e.mixing, e.payoff, e.regret, words[e.stable], e.label)
            for e in self.equilibria
        ]
        return headers, rows


class EquilibriumMaker(Protocol):
    """Fills in cut-off, payoff and regret."""

    def __call__(
        self, p: float, stable: bool | None, label: str, level: float | None = None
    ) -> CutoffEquilibrium:
        """Return the equilibrium at p; ``level`` is its cut-off, if that is known exactly."""


def set_of_crossings(
    crossings: Sequence[Crossing], make: EquilibriumMaker, exact: bool
) -> CutoffSet:
    """Return the equilibria where B meets a piecewise linear quantile function."""
    kinds = {crossing.kind for crossing in crossings}
    method = "crossings with a piecewise linear quantile function, "
    method += "exact arithmetic" if exact else "bounds on rounding errors"
    if "everywhere" in kinds:
        method += "; between neighbouring ends every probability is an equilibrium"
    return CutoffSet(
        equilibria=tuple(_at_crossing(crossing, make) for crossing in crossings),
        coverage=Coverage.ALL if kinds <= {"point"} else Coverage.SOME,
        method=method,
        status=Status.UNRESOLVED if "unresolved" in kinds else Status.SOLVED,
    )


def set_of_fixed_points(found: ResponsePoints, make: EquilibriumMaker) -> CutoffSet:
    """Return the equilibria that are fixed points of the best response to a continuous F."""
    equilibria = []
    if found.at_zero is not None:
        stable = found.at_zero < 0 if found.at_zero else None
        equilibria.append(make(0.0, stable, _label(0.0, stable)))
    for root in found.roots:
        stable = root.crossing < 0 if root.multiplicity else None
        equilibria.append(make(root.p, stable, _label(root.p, stable, root.low, root.high)))
    if found.at_one is not None:
        stable = found.at_one > 0 if found.at_one else None
        equilibria.append(make(1.0, stable, _label(1.0, stable)))
    density = "density with a known mode" if found.proved else "sampled density"
    return CutoffSet(
        equilibria=tuple(equilibria),
        coverage=Coverage.ALL if found.proved and found.complete else Coverage.SOME,
        method=f"best response on intervals, {density}",
        status=Status.SOLVED if found.complete else Status.UNRESOLVED,
    )


def _at_crossing(found: Crossing, make: EquilibriumMaker) -> CutoffEquilibrium:
    known = found.kind == "point" and found.below != 0 != found.above
    stable = found.below > 0 > found.above if known else None
    label = _label(found.p, stable, found.low, found.high)
    if found.kind == "everywhere":
        label = "end of an interval of equilibria"
    return make(found.p, stable, label, found.level)


def _label(p: float, stable: bool | None, low: float = 0.0, high: float = 1.0) -> str:
    if p in (0.0, 1.0):
        return "everybody trains" if p else "nobody trains"
    if stable is None:
        return f"unresolved in [{low:.12g}, {high:.12g}]"
    return "cut-off" if stable else TIPPING
