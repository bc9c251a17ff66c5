r"""Effort rewarded by everybody's mean effort: all equilibria, and where effort jumps.

Game (Liu, Wang, Zuazua, "A potential game perspective in federated learning", arXiv 2411.11793;
Physica D 2026, 135288). *Players* i = 1, ..., N. *Actions*: efforts q_i <= s_i <= Q_i. *Payoffs*
u_i = lambda s_bar s_i - a_i s_i^2 with the mean effort s_bar, own effort included, reward factor
lambda >= 0 and cost a_i > 0.

*Potential.* With S the sum and S_o the sum of the others, du_i/ds_i = lambda (S + s_i)/N - 2 a_i
s_i, and d2u_i/ds_i ds_j = lambda/N is the same for i and j. So the game has an *exact* potential,
P = lambda/(2N) (S^2 + sum s_i^2) - sum a_i s_i^2. (With a mean weighted by data sizes rho_i, the
cross derivatives are lambda rho_j: then only a weighted potential exists.)

*Best response*: efforts are complements. If lambda < N a_i, u_i is strictly concave in s_i and
lambda S_o/(2 (N a_i - lambda)) is best, put between the bounds. If lambda > N a_i, u_i is convex
and the ceiling is best (at S_o = 0, too). If lambda = N a_i, u_i = lambda S_o s_i/N.

*Equilibrium*, lambda <= N a_i: du_i/ds_i has the sign of kappa_i S - s_i with
kappa_i = lambda/(2 N a_i - lambda), so s_i is best iff s_i = clip(kappa_i S, q_i, Q_i). All
equilibria are the zeros of F(S) = sum of these - S (:mod:`derelayl_econ.games.potential_scan`),
found and counted for any N. F(S)/S never rises, and falls while somebody is at a bound other than
0: with some floor above 0 *the equilibrium is unique for every lambda but lambda_\**, and there is
no hysteresis. If all floors are 0, nobody doing anything is one more, while lambda <= N min a_i.
An isolated equilibrium is *stable* iff F falls through it: if F > 0 just below, the efforts
belonging to a slightly smaller total add up to more than it, each gradient there is >= 0 (kappa_i S
only rises), and as best responses are monotone they lead up to the equilibrium; likewise from
above. In the potential it is a strict local maximum.

*Critical reward factors* (over those with q_i < Q_i; the others make no choice):

- lambda_1 = min 2 a_i q_i/(q_bar + q_i/N). Up to it everybody is at the floor: lambda <= lambda_1
  says kappa_i <= q_i/(N q_bar) for all. (If all floors are 0 it is lambda_*.)
- lambda_*: the root of sum kappa_i = 1. Below it P is strictly concave. At it F(S)/S is constant
  while nobody is at a bound: if c_1 < c_2, with c_1 = max (2 a_i q_i/lambda_* - q_i/N) and
  c_2 = min (2 a_i Q_i/lambda_* - Q_i/N), every mean effort in [c_1, c_2] is an equilibrium, and
  effort jumps from c_1 to c_2 there.
- lambda_2 = max 2 a_i Q_i/(Q_bar + Q_i/N). From it on everybody is at the ceiling (or, if all
  floors are 0, nobody does anything): lambda >= lambda_2 says kappa_i >= Q_i/(N Q_bar) for all.

As kappa_i <= q_i/(N q_bar) for all implies sum kappa_i <= 1, and >= with the ceilings implies >= 1,
lambda_1 <= lambda_* <= lambda_2. The three formulas, c_1 and c_2 are those of the authors' public
code; uniqueness for different costs and bounds is our own analysis. Theory notes, section 6.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.magnitude import LARGEST, SMALLEST
from derelayl_econ.games.potential_formulas import BEST_EFFORT, EFFORT_PAYOFF, POTENTIAL_SHARE
from derelayl_econ.games.potential_paths import EffortPath, best_response_path
from derelayl_econ.games.potential_scan import AggregateEffort, CountCertificate, Zero
from derelayl_econ.games.potential_thresholds import CriticalFactors, critical_factors
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet, Status, frozen_array

__all__ = ["PotentialGame"]

Array = npt.NDArray[np.float64]

_MOST_PLAYERS = 20_000
_FACTOR = Domain(0, LARGEST)
_EFFORT = Domain(0, LARGEST)
_COST = Domain(SMALLEST, LARGEST)


@dataclass(frozen=True, eq=False)
class PotentialGame:
    """Participants choose efforts and are rewarded in proportion to own and mean effort.

    Parameters
    ----------
    reward_factor : float
        lambda >= 0 (money per squared unit of effort).
    costs : array_like, shape (N,)
        a_i > 0 (money per squared unit of effort), 2 <= N <= 20,000.
    floors, ceilings : float or array_like, shape (N,)
        0 <= q_i <= Q_i (effort); one number stands for all.

    Raises
    ------
    InputError
        If a number is outside its domain, shapes differ, or a floor is above its ceiling.

    Examples
    --------
    >>> game = PotentialGame(1.5, costs=[1, 1, 1], floors=[1, 1, 2], ceilings=[4, 8, 8])
    >>> for e in game.equilibria():
    ...     print(e.strategy, e.stable, e.label)
    [2. 2. 2.] False one end of a continuum
    [4. 4. 4.] False one end of a continuum
    >>> print(game.critical_factors())
    Critical factors
    quantity   value
    low        1.2
    middle     1.5
    high       1.71429
    jump_from  2
    jump_to    4
    """

    reward_factor: float
    costs: Array
    floors: Any = 0.0
    ceilings: Any = 1.0

    def __post_init__(self) -> None:
        costs = check_array("costs", self.costs, _COST)
        if not 2 <= costs.size <= _MOST_PLAYERS:
            raise InputError("costs", f"{costs.size} participants",
                             f"have 2 to {_MOST_PLAYERS} entries")  # fmt: skip
        floors = _spread("floors", self.floors, costs)
        ceilings = _spread("ceilings", self.ceilings, costs)
        if (floors > ceilings).any():
            worst = int(np.argmax(floors - ceilings))
            raise InputError(f"floors[{worst}]", floors[worst],
                             f"be at most ceilings[{worst}], {ceilings[worst]:g}")  # fmt: skip
        factor = check_number("reward_factor", self.reward_factor, _FACTOR)
        object.__setattr__(self, "reward_factor", factor)
        for name, values in (("costs", costs), ("floors", floors), ("ceilings", ceilings)):
            object.__setattr__(self, name, frozen_array(values))

    @property
    def participants(self) -> int:
        """N."""
        return self.costs.size

    def at(self, reward_factor: float) -> PotentialGame:
        """Return the same game with another reward factor."""
        return replace(self, reward_factor=reward_factor)

    def payoff(self, efforts: npt.ArrayLike) -> Array:
        """Return everybody's payoff (money), shape (N,)."""
        chosen = self._chosen(efforts)
        return self._payoff(chosen, chosen.sum())

    def potential(self, efforts: npt.ArrayLike) -> float:
        """Return P (money): it changes by a deviator's gain."""
        chosen = self._chosen(efforts)
        return float(POTENTIAL_SHARE(chosen_effort=chosen, total_effort=chosen.sum(),
                                     reward_factor=self.reward_factor, effort_cost=self.costs,
                                     participants=self.participants).sum())  # fmt: skip

    def best_response(self, efforts: npt.ArrayLike) -> Array:
        """Return everybody's best effort against the others' efforts, shape (N,).

        Where every effort is equally good (lambda = N a_i, nobody else does anything): the floor.
        """
        chosen = self._chosen(efforts)
        return self.response_to(np.maximum(chosen.sum() - chosen, 0.0))  # rounding may go below 0

    def response_to(self, others: npt.ArrayLike, who: int | None = None) -> Array:
        """Return the best effort against a total effort of the others.

        Parameters
        ----------
        others : float or array_like of shape (N,)
            Sum of the others' efforts, >= 0; one number stands for all.
        who : int, optional
            The one whose best effort is returned; ``others`` is one number then.
        """
        rest = check_array("others", others, NON_NEGATIVE, ndim=None)
        allowed = ((), self.costs.shape) if who is None else ((),)
        if rest.shape not in allowed:
            raise InputError("others", f"shape {rest.shape}", f"have a shape in {allowed}")
        one = Domain(0, self.participants - 1, integer=True)
        which = slice(None) if who is None else check_number("who", who, one)
        with np.errstate(invalid="ignore"):  # 0 times an infinite slope, replaced at once
            wanted = np.where(rest > 0, self._slopes[which] * rest, self._idle[which])
        return np.asarray(np.clip(wanted, self.floors[which], self.ceilings[which]))

    def regret(self, efforts: npt.ArrayLike) -> Array:
        """Return what each could gain (money) by deviating alone, >= 0, shape (N,).

        Payoffs are compared with those at the ends of the range and at the best response.
        """
        chosen = self._chosen(efforts)
        now = self.payoff(chosen)
        best = now
        for instead in (self.floors, self.ceilings, self.best_response(chosen)):
            best = np.maximum(best, self._payoff(instead, chosen.sum() - chosen + instead))
        return np.asarray(best - now)

    def equilibria(self, certify: bool = False) -> EquilibriumSet:
        """Return all equilibria in increasing order of total effort; the order of each effort, too.

        Parameters
        ----------
        certify : bool
            Attach a certificate for the number, whose signs are rational.

        Returns
        -------
        EquilibriumSet
            ``strategy`` and ``payoff`` are arrays of shape (N,). Coverage "all", or "some" where
            there is a continuum of equilibria, of which the two ends are listed.
        """
        zeros = self._aggregate.zeros()
        certificate = CountCertificate(self._aggregate, tuple(zeros)) if certify else None
        if certificate is not None and not certificate.check():
            raise SolverError("the equilibria found did not pass their exact check")
        found = [self._equilibrium(zero, total, certificate)
                 for zero in zeros for total in self._aggregate.totals(zero)]  # fmt: skip
        continuum = any(zero.stretch for zero in zeros)
        return EquilibriumSet(
            equilibria=tuple(found),
            coverage=Coverage.SOME if continuum else Coverage.ALL,
            method="zeros of a piecewise linear function of total effort, all pieces searched",
            status=Status.CERTIFIED if certify else Status.SOLVED,
            certificate=certificate,
        )

    def critical_factors(self) -> CriticalFactors:
        """Return lambda_1, lambda_* and lambda_2, and the jump at lambda_*.

        Raises
        ------
        InputError
            If nobody has a choice of effort.
        """
        return critical_factors(self.costs, self.floors, self.ceilings)

    def best_response_path(
        self, start: Any = "floor", *, rounds: int = 1000, simultaneous: bool = False,
        tolerance: float = 1e-12,
    ) -> EffortPath:  # fmt: skip
        """Follow best responses, in turn or all at once.

        From the floor they rise to the smallest equilibrium, from the ceiling they fall to the
        largest (unless somebody is indifferent, lambda = N a_i, and takes the floor). See
        :func:`~derelayl_econ.games.potential_paths.best_response_path`.
        """
        return best_response_path(self, start, rounds=rounds, simultaneous=simultaneous,
                                  tolerance=tolerance)  # fmt: skip

    @cached_property
    def _slopes(self) -> Array:
        """Best effort per unit of the others' effort, before the bounds; infinite if convex."""
        slopes = BEST_EFFORT(chosen_effort=0.0, total_effort=1.0, effort_cost=self.costs,
                             reward_factor=self.reward_factor,
                             participants=self.participants)  # fmt: skip
        return np.where(self.participants * self.costs > self.reward_factor, slopes, np.inf)

    @cached_property
    def _idle(self) -> Array:
        """Best effort before the bounds when nobody else does anything."""
        return np.where(self.participants * self.costs < self.reward_factor, np.inf, 0.0)

    @cached_property
    def _aggregate(self) -> AggregateEffort:
        return AggregateEffort(self.reward_factor, self.costs, self.floors, self.ceilings)

    def _equilibrium(
        self, zero: Zero, total: float, certificate: CountCertificate | None
    ) -> Equilibrium:
        efforts = self._aggregate.efforts(total)
        return Equilibrium(
            strategy=frozen_array(efforts),
            payoff=frozen_array(self.payoff(efforts)),
            regret=float(self.regret(efforts).max()),
            stable=zero.stable,
            certificate=certificate,
            label="one end of a continuum" if zero.stretch else self._label(efforts),
        )

    def _label(self, efforts: Array) -> str:
        if (efforts == self.floors).all():
            return "all at the floor"
        if (efforts == self.ceilings).all():
            return "all at the ceiling"
        low = int((efforts == self.floors).sum())
        high = int(((efforts == self.ceilings) & (self.floors < self.ceilings)).sum())
        return f"{low} at the floor, {high} at the ceiling"

    def _payoff(self, efforts: Array, total: npt.ArrayLike) -> Array:
        return EFFORT_PAYOFF(chosen_effort=efforts, total_effort=total, effort_cost=self.costs,
                             reward_factor=self.reward_factor,
                             participants=self.participants)  # fmt: skip

    def _chosen(self, efforts: npt.ArrayLike) -> Array:
        chosen = check_array("efforts", efforts, _EFFORT)
        if chosen.shape != self.costs.shape:
            raise InputError("efforts", f"shape {chosen.shape}",
                             f"have the shape of costs, {self.costs.shape}")  # fmt: skip
        return chosen


def _spread(name: str, values: Any, costs: Array) -> Array:
    given = check_array(name, values, _EFFORT, ndim=None)
    if given.shape not in ((), costs.shape):
        raise InputError(name, f"shape {given.shape}", f"be one number or {costs.size} of them")
    return np.broadcast_to(given, costs.shape).copy()
