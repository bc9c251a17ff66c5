r"""A gate: the model only for those who trained their part.

The game. N participants with the same value a and cost c; X* is the efficient total,
N a G'(X*) = c with G = Q - Q(0), and m = X*/N everybody's part. *Actions*: effort e_i >= 0.
*Payoffs*: with X the effort of all,

    e_i >= m:  a Q(X) - c e_i                        (inside)
    e_i <  m:  a [Q(0) + theta G(X)] - c e_i         (outside)

The start Q(0) is public; the share theta < 1 of what is trained leaks out. *Best response* to the
others' Y: inside max(m, x_1 - Y), outside min(m, max(0, x_theta - Y)), whichever is worth more;
x_1 and x_theta are the demands at which a G' = c and theta a G' = c, x_theta <= x_1 < X*.

All pure equilibria
-------------------
Let k be inside, k >= 1. Where X < x_1 each of them would train more, where X > x_1 none trains more
than m, so X_k = max(k m, x_1). Nobody outside trains: theta a G'(X_k) <= theta c < c. If k = 0, the
total is x_theta. So every k has one possible total, and only two deviations to be checked: leaving,
and joining. Where effort can be divided in several ways (k m < x_1, or k = 0 and x_theta > 0), the
one who trains most is the first to deviate: if any division is an equilibrium, the equal one is.

- *Everybody* (k = N) trains m and nothing more, the efficient total without any money. For
  theta = 0 this is always an equilibrium, since G(X*) > X* G'(X*) by concavity and G(0) = 0; for
  theta > 0 up to the leakage bound of :mod:`derelayl_econ.games.contribution_formulas`.
- *Nobody* (k = 0) for theta = 0 iff a G(x) <= c x for all x >= m. For theta a G'(0) > c those
  outside train a little, too: all below the gate.
- *Some* (0 < k < N) never for theta = 0: who joins gets more than those inside, for no more effort.
  With leakage there are such equilibria: the few inside have nobody to ride on, the others do.

The gate leaves the choice between these to the participants; a designer who wants the first has to
bring them there. Mixed equilibria are not looked for.

Proved: theorem G in proofs/ (everybody; theta = 0).
Source: theory notes, section 2.3; the list for theta > 0 is own analysis. Excluding who gives less
than a minimum: Swope 2002, Experimental Economics 5:209.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import HALF_OPEN_UNIT, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.contribution_formulas import (
    LEAKAGE_BOUND,
    OUTSIDE_PAYOFF,
    PAYOFF,
    STAYING_LEAKAGE,
)
from derelayl_econ.games.contribution_results import GateEquilibria, GateEquilibrium
from derelayl_econ.results import Coverage

if TYPE_CHECKING:
    from derelayl_econ.games.contribution import ContributionGame

__all__ = ["solve_gate"]

Array = npt.NDArray[np.float64]

_ROUNDING = 64 * 2.0**-52  # of payoffs, relative to benefit and cost


def solve_gate(game: ContributionGame, leakage: float = 0.0) -> GateEquilibria:
    """Return all pure equilibria behind the gate; see :meth:`.ContributionGame.gated`.

    Parameters
    ----------
    leakage : float
        theta in [0, 1), the share of what is trained that those outside get anyway.

    Raises
    ------
    InputError
        If values or costs differ, or a cap binds a best response.

    Examples
    --------
    >>> from derelayl_econ.games.concave_curves import LogCurve
    >>> from derelayl_econ.games.contribution import ContributionGame
    >>> found = solve_gate(ContributionGame([1] * 10, 1, LogCurve()))
    >>> [(e.strategy, round(e.total, 3), e.label) for e in found]
    [(0, 0.0, 'nobody trains'), (10, 9.0, 'everybody trains the part')]
    >>> round(found.part, 3), round(found.leakage_bound, 4)
    (0.9, 0.6351)
    """
    theta = check_number("leakage", leakage, HALF_OPEN_UNIT)
    gate = _Gate.of(game, theta)
    bound, simple = gate.bounds()
    found = gate.equilibria()
    return GateEquilibria(
        equilibria=tuple(found),
        coverage=Coverage.SOME if any(e.divisible for e in found) else Coverage.ALL,
        method="all numbers inside the gate checked for leaving and joining",
        part=gate.part,
        efficient_total=gate.efficient,
        leakage_bound=bound,
        simple_bound=simple,
    )


@dataclass(frozen=True, kw_only=True)
class _Gate:
    game: ContributionGame
    value: float
    cost: float
    leakage: float
    efficient: float
    alone: float  # x_1
    leaked: float  # x_theta

    @classmethod
    def of(cls, game: ContributionGame, leakage: float) -> _Gate:
        for name in ("values", "costs"):
            entries = getattr(game, name)
            if (entries != entries[0]).any():
                raise InputError(name, entries, "be the same for all behind a gate")
        kappa = float(game.kappas[0])
        ratios = [kappa, kappa / leakage if leakage > 0 else np.inf]
        alone, leaked, efficient = game.benefit.demand(
            [*ratios, kappa / game.participants]
        ).tolist()
        gate = cls(game=game, value=float(game.values[0]), cost=float(game.costs[0]),
                   leakage=leakage, efficient=efficient, alone=alone,
                   leaked=leaked)  # fmt: skip
        if game.limits.min() < max(gate.part, alone):
            raise InputError("caps", float(game.limits.min()),
                             f"be at least {max(gate.part, alone):g} behind a gate",
                             hint="With lower caps some could not do what pays.")  # fmt: skip
        return gate

    @property
    def count(self) -> int:
        return self.game.participants

    @property
    def part(self) -> float:
        return self.efficient / self.count

    def bounds(self) -> tuple[float, float]:
        """Return the exact leakage bound and the one against training nothing; 1 if X* = 0."""
        if self.efficient == 0:
            return 1.0, 1.0
        rest = self.efficient - self.part
        kappa = self.cost / self.value
        known: dict[str, Any] = {
            "rise": self.game.benefit.rise(self.efficient), "marginal_quality": kappa / self.count,
            "effort": self.efficient,
        }  # fmt: skip
        simple = float(LEAKAGE_BOUND(**known, rise_without=self.game.benefit.rise(rest)))
        known["participants"] = self.count
        best = simple
        while True:  # each round tries the best deviation at the last bound: falls to the smallest
            own = max(0.0, float(self.game.benefit.demand(kappa / best)) - rest)
            less = self.game.benefit.rise(rest + own)
            bound = float(STAYING_LEAKAGE(**known, own_effort=own, rise_without=less))
            if not bound < best:
                return best, simple
            best = bound

    def inside(self, total: Any, effort: Any) -> Array:
        quality = self.game.benefit.start + self.game.benefit.rise(total)
        return PAYOFF(value=self.value, cost=self.cost, quality=quality, own_effort=effort)

    def outside(self, total: Any, effort: Any) -> Array:
        start = self.game.benefit.start
        quality = start + self.game.benefit.rise(total)
        return OUTSIDE_PAYOFF(value=self.value, cost=self.cost, quality=quality,
                              quality_start=start, leakage=self.leakage,
                              own_effort=effort)  # fmt: skip

    def enter(self, others: Array) -> Array:
        """Return the payoff (money) of the best effort that passes the gate."""
        effort = np.maximum(self.part, self.alone - others)
        return self.inside(others + effort, effort)

    def keep_out(self, others: Array) -> Array:
        """Return the payoff (money) of the best effort that does not pass the gate."""
        effort = np.clip(self.leaked - others, 0.0, self.part)
        return self.outside(others + effort, effort)

    def equilibria(self) -> list[GateEquilibrium]:
        if self.efficient == 0:
            return [self._equilibrium(0, 0.0, 0.0, True)]
        k = np.arange(self.count + 1)
        totals = np.append(self.leaked, np.maximum(k[1:] * self.part, self.alone))
        scale = self.value * self.game.benefit.rise(totals) + self.cost * totals
        regrets, strict = self._deviations(k, totals, _ROUNDING * scale)
        return [
            self._equilibrium(int(i), float(totals[i]), float(regrets[i]), bool(strict[i]))
            for i in np.flatnonzero(regrets <= _ROUNDING * scale)
        ]

    def _deviations(
        self, k: Any, totals: Array, rounding: Array
    ) -> tuple[Array, npt.NDArray[np.bool_]]:
        """Return the regret (money) with k inside, and whether crossing the gate loses strictly."""
        inside, outside = self._efforts(k, totals)
        present = k > 0, k < self.count
        crossing, regret = np.full(k.size, -np.inf), np.zeros(k.size)
        rows = (
            (present[0], inside, self.inside, self.enter, self.keep_out),
            (present[1], outside, self.outside, self.keep_out, self.enter),
        )
        for here, effort, payoff, same, other in rows:
            others = np.maximum(totals - effort, 0.0)
            own = payoff(totals, effort)
            crossed = other(others) - own
            crossing = np.where(here, np.maximum(crossing, crossed), crossing)
            gain = np.maximum(crossed, same(others) - own)
            regret = np.where(here, np.maximum(regret, gain), regret)
        return regret, crossing < -rounding

    def _efforts(self, k: Any, total: Any) -> tuple[Array, Array]:
        """Return the effort (legs) of each inside and each outside, divided equally."""
        none = np.asarray(k) == 0
        return (np.asarray(np.where(none, 0.0, total / np.maximum(k, 1))),
                np.asarray(np.where(none, total / self.count, 0.0)))  # fmt: skip

    def _equilibrium(self, k: int, total: float, regret: float, strict: bool) -> GateEquilibrium:
        inside, outside = (float(effort) for effort in self._efforts(k, total))
        divisible = total > 0 and (k == 0 or (k > 1 and total > k * self.part))
        labels = {0: "all below the gate" if total else "nobody trains",
                  self.count: "everybody trains the part"}  # fmt: skip
        here, there = k > 0, k < self.count
        return GateEquilibrium(
            strategy=k,
            payoff=(float(self.inside(total, inside)) if here else np.nan,
                    float(self.outside(total, outside)) if there else np.nan),
            regret=regret,
            stable=strict and not divisible,
            label=labels.get(k, f"{k} inside, the others ride"),
            inside=inside if here else np.nan,
            outside=outside if there else np.nan,
            total=total,
            divisible=divisible,
        )  # fmt: skip
