r"""The set of equilibrium payoffs of a repeated game, filled from inside by machines.

What is kept at any time is one :class:`~derelayl_econ.equilibrium.automaton.Automaton` that is
exactly an equilibrium from each of its states; the convex hull of its payoffs is the inner bound.
It improves by

- *resting*: profiles that can be played for ever, punished by each other, become states (the stage
  game's pure equilibria among them);
- *settling*: what decides the outer bound is turned into states with the best coins that linear
  programs find, and the payoffs of that structure are solved for
  (:mod:`~derelayl_econ.equilibrium.stationary`); states that fail are dropped until none does;
- *growing*: in each direction where the outer bound leaves room, the best payoff that the machine's
  own payoffs generate becomes a state (what an equilibrium set generates is an equilibrium set).

The union of two machines is one again: there is only more to punish with. Nothing here has to be
trusted: a machine counts only after its exact check.

Coins are first tried as simple fractions that just meet the incentives, then dyadic ones with a
small margin: the former hold at discounts where an incentive begins to hold, the latter elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium.automaton import Automaton
from derelayl_econ.equilibrium.coins import Row, dyadic, matching, simple
from derelayl_econ.equilibrium.outer_bound import OuterBound
from derelayl_econ.equilibrium.polytope import extreme
from derelayl_econ.equilibrium.programs import mixtures
from derelayl_econ.equilibrium.stage_game import StageGame, as_money, as_shares
from derelayl_econ.equilibrium.stationary import Structure

__all__ = ["InnerBound"]

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_MARGIN = 1e-11
"""Share of a range by which dyadic coins exceed the incentives."""
_ROUNDS, _GROWTHS = 20, 6
_SAME, _NEAR = 1e-10, 1e-6


@dataclass(frozen=True, eq=False)
class _Plan:
    """Candidate states: profile, direction to push in, payoffs (shares) expected."""

    profiles: Indices
    aims: Array
    values: Array

    def take(self, rows: Flags | Indices) -> _Plan:
        return _Plan(self.profiles[rows], self.aims[rows], self.values[rows])

    def joined(self, other: _Plan) -> _Plan:
        return _Plan(np.concatenate([self.profiles, other.profiles]),
                     np.concatenate([self.aims, other.aims]),
                     np.concatenate([self.values, other.values]))  # fmt: skip

    def sharp(self) -> _Plan:
        """Return the states that span the hull, each aiming where it alone is best."""
        chosen, aims = extreme(self.values)
        return _Plan(self.profiles[chosen], aims, self.values[chosen])


class InnerBound:
    """Equilibrium payoffs found so far.

    Attributes
    ----------
    automaton : Automaton or None
        The machine behind them; None while none is known.
    values : array of shape (m, n)
        Its payoffs in shares.
    """

    def __init__(self, game: StageGame, discount: Fraction) -> None:
        self._game, self._discount, self._keep = game, discount, 1 - float(discount)
        self.automaton: Automaton | None = None
        self.values = np.zeros((0, game.players))

    def support(self, directions: Array) -> Array:
        """Return the support function of the hull; -inf while nothing is known."""
        if self.automaton is None:
            return np.full(len(directions), -np.inf)
        return np.asarray((directions @ self.values.T).max(axis=1))

    def improve(self, outer: OuterBound) -> None:
        """Rest, settle what decides the outer bound, then grow where it leaves room."""
        self._rest(outer)
        profiles, values = outer.generators()
        self._settle(_Plan(profiles, outer.directions, values), outer)
        for _ in range(_GROWTHS):
            before = self.support(outer.directions)
            if self.automaton is None or not self._grow(outer):
                return
            if (self.support(outer.directions) - before).max() <= _SAME:
                return

    def _rest(self, outer: OuterBound) -> None:
        profiles = np.flatnonzero(outer.alive)
        while profiles.size:
            stay: list[Row] = [((s, Fraction(1)),) for s in range(profiles.size)]
            machine = self._machine(profiles, stay)
            good = (machine.slack() >= 0).all(axis=1)
            if good.all():
                self._accept(machine)
                return
            profiles = profiles[good]

    def _settle(self, plan: _Plan, outer: OuterBound) -> None:
        """Turn a plan and what is known into a machine, dropping what fails; accept it."""
        plan = self._known().joined(plan)
        for _ in range(_ROUNDS):
            plan = plan.sharp()
            structure, weights = self._structure(plan, outer)
            feasible: Flags = np.asarray(np.isfinite(weights).all(axis=1))
            if feasible.all():
                failing = self._failing(plan, structure)
                if failing is None:
                    return
                after = structure.paid(weights, plan.values)
                plan = _Plan(plan.profiles, plan.aims, after)
                feasible = ~failing if not failing.all() else feasible
            plan = plan.take(feasible)
            if not plan.profiles.size:
                return

    def _structure(self, plan: _Plan, outer: OuterBound) -> tuple[Structure, Array]:
        """Return what each state mixes to do best at the plan's payoffs; NaN where it cannot."""
        own, surplus = outer.pay[plan.profiles], outer.gains[plan.profiles]
        floor = plan.values.min(axis=0)
        movers = np.flatnonzero((own < floor + surplus).any(axis=1))
        weights = np.eye(len(own))
        if movers.size:
            thresholds = floor + surplus[movers] + _MARGIN
            weights[movers] = mixtures(plan.values, thresholds, plan.aims[movers])
        structure = Structure.read(plan.values, weights, keep=self._keep, own=own,
                                   surplus=surplus, movers=movers)  # fmt: skip
        return structure, weights

    def _failing(self, plan: _Plan, structure: Structure) -> Flags | None:
        """Accept a machine of this structure, or return which states nearly hold but fail."""
        failing = np.zeros(len(plan.profiles), dtype=np.bool_)
        for coins in self._tries(plan, structure):
            machine = self._machine(plan.profiles, coins)
            slack = machine.slack().min(axis=1)
            if slack.min() >= 0:
                self._accept(machine)
                return None
            failing = slack < 0 if slack.min() > -_NEAR else failing
        return failing

    def _tries(self, plan: _Plan, structure: Structure) -> Iterator[list[Row]]:
        """Yield coins for the structure: the ones that may just bind, then those with a margin."""
        for margin in (0.0, _MARGIN):
            found = structure.solve(plan.values, margin)
            if found is None or found[1].min() <= -_NEAR:
                continue
            values, weights = found[0], np.maximum(found[1], 0)
            if margin:
                yield [dyadic(row) for row in weights]
                continue
            yield [simple(row) for row in weights]
            exact = matching(self._game, self._discount, plan.profiles.tolist(), weights,
                             as_money(self._game, values))  # fmt: skip
            if exact is not None:
                yield exact

    def _grow(self, outer: OuterBound) -> bool:
        """Add the best payoffs that the machine's own payoffs generate; False if there are none."""
        found = self._generated(outer)
        if found is None:
            return False
        plan, weights = found
        self._append(plan, weights)
        self._settle(plan, outer)  # may jump further than one step
        return True

    def _generated(self, outer: OuterBound) -> tuple[_Plan, Array] | None:
        """Return the best new payoffs in the directions with room, and the coins behind them."""
        support = self.support(outer.directions)
        thresholds = self.values.min(axis=0) + outer.gains + _MARGIN
        reachable = outer.alive & (thresholds <= self.values.max(axis=0)).all(axis=1)
        rows, profiles = np.nonzero((outer.caps > support[:, None] + 10 * _SAME) & reachable)
        if not rows.size:
            return None
        aims = outer.directions[rows]
        weights = mixtures(self.values, thresholds[profiles], aims)
        values = self._keep * outer.pay[profiles] + (1 - self._keep) * weights @ self.values
        gain = np.nan_to_num((aims * values).sum(axis=1) - support[rows], nan=-np.inf)
        best = [int(np.flatnonzero(rows == r)[gain[rows == r].argmax()]) for r in np.unique(rows)]
        chosen = np.array([b for b in best if gain[b] > _SAME], dtype=np.int64)
        if not chosen.size:
            return None
        return _Plan(profiles[chosen], aims[chosen], values[chosen]), weights[chosen]

    def _append(self, plan: _Plan, weights: Array) -> None:
        """Add states whose coins lead to known states."""
        known = self.automaton
        assert known is not None
        profiles = np.concatenate([self._known().profiles, plan.profiles])
        machine = self._machine(profiles, [*known.coins, *(dyadic(row) for row in weights)])
        if (machine.slack() >= 0).all():
            self._keep_needed(machine)

    def _accept(self, machine: Automaton) -> None:
        """Join a machine to the known one."""
        known = self.automaton
        if known is not None:
            shift = len(known.profiles)
            moved = [tuple((s + shift, p) for s, p in row) for row in machine.coins]
            profiles = np.array([*known.profiles, *machine.profiles])
            machine = self._machine(profiles, [*known.coins, *moved])
        self._keep_needed(machine)

    def _keep_needed(self, machine: Automaton) -> None:
        """Store a machine without the states that nothing needs."""
        values = as_shares(self._game, machine.exact_payoffs)
        kept = machine.needed(extreme(values)[0].tolist())
        self.automaton = machine.restricted(kept)
        self.values = values[kept]

    def _known(self) -> _Plan:
        profiles = () if self.automaton is None else self.automaton.profiles
        return _Plan(np.array(profiles, dtype=np.int64), np.zeros_like(self.values), self.values)

    def _machine(self, profiles: Indices, coins: list[Row]) -> Automaton:
        return Automaton.of(self._game, self._discount, profiles.tolist(), coins)
