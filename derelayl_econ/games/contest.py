r"""Racing for the baton: how much everybody trains for a prize shared in proportion to effort.

The game (theory notes, section 2.4)
------------------------------------
*Players*: N >= 2 participants. *Actions*: effort e_i >= 0, all at once; E is the total and
T_i = E - e_i. *Payoffs*: U_i = R e_i/E + v_i Q(E) - kappa_i e_i: a share of the prize R, the value
v_i of the quality that the total effort brings about, and a unit cost kappa_i > 0. If E = 0 nobody
gets the prize (any other division of it leads to the same equilibria). *Best response*: the effort
that maximises U_i against T_i > 0; it is max(0, sqrt(R T_i/kappa_i) - T_i) for v_i = 0. *Against
T_i = 0* the least effort already wins all of R > 0: unless v_i Q'(0) > kappa_i there is no best
response, for every effort is beaten by a smaller one (on an S-shaped Q there may be one all the
same). *Equilibrium*: everybody plays a best response. E = 0 never is one for R > 0: any participant
would win R with next to no effort.

Results
-------
*Strictly concave Q (or v = 0), R > 0*: exactly one Nash equilibrium, in pure strategies. That there
is one pure one is proved in :mod:`derelayl_econ.games.contest_totals`. Mixed ones do not exist:
whatever the others draw, the expected payoff is strictly concave in the own effort, so there is one
best response at most. The total solves sum_i max(0, 1 - (kappa_i - v_i Q'(E)) E/R) = 1 (share
functions, Cornes and Hartley 2005). It exists iff v_i Q' falls below kappa_i for everybody at some
effort; otherwise somebody would never stop, which is refused. One alone may be active: the E with
v_i Q'(E) = kappa_i keeps everybody else out if R <= (kappa_j - v_j Q'(E)) E for all others.

*v = 0*: with costs ascending, E = R (m-1)/sum_(i<=m) kappa_i, and at least two are active. Payoffs
are R s_i^2 with the shares s_i = e_i/E, and the share of the prize that is spent on winning it, the
*dissipation*, is 1 - sum s_i^2 <= (m-1)/m <= (N-1)/N; the first with equality iff the m active
have equal costs, both iff all have. Proved: theorem T3 in proofs/.

*S-shaped Q*: payoffs are not concave, and the equilibrium is **not** unique in general: a total at
which more effort is worth little can stand beside one at which it is worth much. All totals that
fulfil the first-order conditions are found, everybody's deviations are checked at each, and those
that survive are all pure equilibria; there may be none.

*R = 0*: nobody exerts effort for v = 0. For concave Q the total is the largest that anybody would
provide alone; it is provided by whoever has the lowest kappa_i/v_i, and if several have, in any
division. The S-shaped case without a prize is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_array, check_number
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games.contest_keen import division
from derelayl_econ.games.contest_multiple import all_totals
from derelayl_econ.games.contest_response import best_response, regrets
from derelayl_econ.games.contest_results import ContestEquilibrium, measured
from derelayl_econ.games.contest_terms import ContestTerms, all_but_one
from derelayl_econ.games.contest_totals import alone, concave_total, prize_only
from derelayl_econ.games.public_benefit import PublicBenefit, check_benefit
from derelayl_econ.quality import LearningCurve
from derelayl_econ.results import Coverage, EquilibriumSet, Status, frozen_array

__all__ = ["ContestEquilibrium", "EffortContest"]

Array = npt.NDArray[np.float64]

_COST = Domain(1e-60, 1e60)
_MONEY = Domain(0, 1e60)
_INDIFFERENCE = 1e-9  # of the money at stake: a smaller gain is rounding


@dataclass(frozen=True, eq=False)
class EffortContest:
    """A contest for a prize that is shared in proportion to effort.

    Parameters
    ----------
    prize : float
        R (money), 0 or from 1e-60 to 1e60.
    costs : array of shape (N,)
        kappa_i, cost of one unit of effort (money per leg), from 1e-60 to 1e60; N >= 2.
    values : float or array of shape (N,), optional
        v_i, value of one unit of quality (money per score), 0 or from 1e-60 to 1e60; goes with
        ``curve``.
    curve : LearningCurve, LogCurve, RootCurve or ConcaveBenefit, optional
        Q(E), quality (score) by the total effort (legs).

    Raises
    ------
    InputError
        If an argument is outside its domain, only one of ``values`` and ``curve`` is given, or the
        prize is 0 and the curve S-shaped.

    Examples
    --------
    >>> race = EffortContest(prize=6, costs=[1, 2, 4]).equilibrium()
    >>> race.strategy.round(4), race.total, race.active
    (array([1.3333, 0.6667, 0.    ]), 2.0, array([ True,  True, False]))
    >>> race.payoff.round(4), round(race.dissipation, 4), race.certificate.check()
    (array([2.6667, 0.6667, 0.    ]), 0.4444, True)
    """

    prize: float
    costs: Array
    values: Array | float | None = None
    curve: PublicBenefit | None = None
    _terms: ContestTerms = field(init=False, repr=False)

    def __post_init__(self) -> None:
        prize = check_number("prize", self.prize, _MONEY)
        _check_not_tiny("prize", np.array([prize]))
        costs = check_array("costs", self.costs, _COST)
        if costs.size < 2:
            raise InputError("costs", "1 entry", "have 2 entries or more",
                             hint="One participant has nobody to race against.")  # fmt: skip
        values = self._checked_values(costs.size)
        worth = np.zeros_like(costs) if values is None else values
        terms = ContestTerms(prize, frozen_array(costs), frozen_array(worth),
                             self.curve if worth.any() else None)  # fmt: skip
        if prize == 0 and terms.inflection > 0:
            raise InputError("prize", 0, "be positive where the curve is S-shaped")
        for name, value in (("prize", prize), ("costs", terms.costs), ("_terms", terms)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "values", None if values is None else frozen_array(values))

    def _checked_values(self, size: int) -> Array | None:
        if (self.values is None) != (self.curve is None):
            raise InputError("values and curve", "one of them", "be given both or neither")
        if self.values is None:
            return None
        check_benefit(self.curve)
        values = check_array("values", self.values, _MONEY, ndim=None)
        if values.shape not in ((), (size,)):
            raise InputError(
                "values", f"shape {values.shape}", f"have the shape ({size},) of costs"
            )
        _check_not_tiny("every entry of values", values)
        return np.broadcast_to(values, (size,))

    @property
    def participants(self) -> int:
        """N."""
        return self.costs.size

    def payoffs(self, effort: npt.ArrayLike) -> Array:
        """Return everybody's payoff (money), shape (N,), for the efforts of all, shape (N,)."""
        own = self._efforts("effort", effort)
        return self._terms.payoff(own, all_but_one(own))

    def best_responses(self, others: npt.ArrayLike) -> Array:
        """Return everybody's best effort (legs), shape (N,), against ``others`` (legs), likewise.

        Raises
        ------
        InputError
            If somebody faces no effort of others and has no best response to that.

        Examples
        --------
        >>> EffortContest(prize=4, costs=[1, 1]).best_responses([1.0, 4.0])
        array([1., 0.])
        """
        against = self._efforts("others", others)
        best = best_response(self._terms, against)
        if self.prize > 0 and ((against == 0) & (best == 0)).any():
            raise InputError("every entry of others", 0, "be positive",
                             hint="Against nobody the least effort wins the prize, so that no "
                                  "effort is best.")  # fmt: skip
        return best

    def regrets(self, effort: npt.ArrayLike) -> Array:
        """Return how much each can gain (money) alone, shape (N,), from the efforts of all.

        It is the supremum over all efforts, also where no effort attains it.
        """
        own = self._efforts("effort", effort)
        others = all_but_one(own)
        return regrets(self._terms, own, others, self._terms.payoff(own, others))

    def equilibrium(self) -> ContestEquilibrium:
        """Return the equilibrium where there is exactly one.

        Raises
        ------
        SolverError
            If there are several pure equilibria or none (S-shaped benefit; ties without a prize);
            ``partial`` is the set that :meth:`equilibria` returns.
        """
        found = self.equilibria()
        if len(found) != 1 or found.coverage != Coverage.ALL:
            raise SolverError("the contest has not exactly one pure equilibrium, see equilibria(): "
                              + found.caption(), partial=found)  # fmt: skip
        return cast(ContestEquilibrium, found[0])

    def equilibria(self) -> EquilibriumSet:
        """Return all pure equilibria, in increasing order of the total effort.

        Returns
        -------
        EquilibriumSet of ContestEquilibrium
            Coverage "all" (for a concave benefit no mixed ones exist either), with two exceptions:
            "some" if there is no prize and several are equally keen (the equal division is listed),
            or if two totals on an S-shaped curve could not be told apart (status UNRESOLVED).

        Examples
        --------
        >>> from derelayl_econ.quality import HillCurve
        >>> curve = HillCurve(0, 1, effort_scale=10, steepness=4)
        >>> contest = EffortContest(1, [1, 1], values=12, curve=curve)
        >>> [(round(e.total, 3), e.payoff.round(3).tolist()) for e in contest.equilibria()]
        [(0.5, [0.25, 0.25]), (11.553, [2.409, 2.409])]
        """
        if self.prize == 0:
            return self._without_prize()
        if self._terms.inflection > 0:
            return self._on_s_shape()
        if self._terms.benefit is None:
            found = prize_only(self.prize, self.costs)
            return _all(measured(self._terms, found.efforts), "closed form, active set by one sort")
        found = division(self._terms, concave_total(self._terms))
        return _all(measured(self._terms, found.efforts),
                    "root of the share function (Cornes and Hartley 2005)")  # fmt: skip

    def _without_prize(self) -> EquilibriumSet:
        terms, total = self._terms, alone(self._terms)
        with np.errstate(divide="ignore"):  # who does not value quality is not keen
            keenness = terms.costs / terms.values
        keenest = keenness == keenness.min()
        found = measured(terms, np.where(keenest & (total > 0), total / keenest.sum(), 0.0))
        if total == 0 or keenest.sum() == 1:
            return _all(found, "no prize: the keenest alone")
        return EquilibriumSet(equilibria=(found,), coverage=Coverage.SOME,
                              method="no prize: any division among the keenest (equal one listed)",
                              status=Status.SOLVED)  # fmt: skip

    def _on_s_shape(self) -> EquilibriumSet:
        terms, curve = self._terms, cast(LearningCurve, self.curve)
        totals = all_totals(terms)
        found = [measured(terms, root.efforts) for root in totals.roots]
        stake = self.prize + terms.values.max() * (curve.quality_max - curve.quality_start)
        kept = tuple(e for e in found if e.regret <= _INDIFFERENCE * stake)
        return EquilibriumSet(
            equilibria=kept,
            coverage=Coverage.ALL if totals.complete else Coverage.SOME,
            method=f"{len(found)} first-order totals (halving, ball arithmetic), {len(kept)} "
                   "without a better deviation",
            status=Status.SOLVED if totals.complete else Status.UNRESOLVED,
        )  # fmt: skip

    def _efforts(self, name: str, effort: npt.ArrayLike) -> Array:
        efforts = check_array(name, effort, NON_NEGATIVE)
        if efforts.shape != self.costs.shape:
            raise InputError(name, f"shape {efforts.shape}", f"have the shape {self.costs.shape}")
        return efforts


def _all(only: ContestEquilibrium, method: str) -> EquilibriumSet:
    return EquilibriumSet(equilibria=(only,), coverage=Coverage.ALL, method=method)


def _check_not_tiny(name: str, money: Array) -> None:
    tiny = (money > 0) & (money < _COST.low)
    if tiny.any():
        raise InputError(name, money[tiny].flat[0], f"be 0 or at least {_COST.low:g}")
