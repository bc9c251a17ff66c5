r"""The initiator's fee and price: the best pair among all that serve and pay for themselves.

The game is that of :mod:`derelayl_econ.games.arrivals`, with the initiator as the leader (a
Stackelberg game; theory notes, sections 3.4b and 7). *Players*: an initiator, and one arrival per
leg with a private cost c ~ F. *Actions*: the initiator sets an access fee phi and a price lambda
per unit of improvement; an arrival trains, buys access or leaves. *Best response* of arrivals: with
s the share who train, x~(s) the gap that this share holds, train iff
c <= phi + (w + lambda) gamma x~(s). *The initiator's problem*:

    maximise    profit   phi (1-s) - lambda gamma x~ s + nu q(s), or
                welfare  A + w gamma x~ s + nu q(s) - E[C; train], or
                quality  q(s) = gamma x~ s/eta
    subject to  phi + u_0 <= A                          the market is served,
                phi (1-s) + b >= lambda gamma x~ s      fees and a subsidy b pay the rewards,

all per leg; nu is what the initiator's own use of quality is worth per leg.

For a given share the rest is explicit: training must bring k = phi + lambda gamma x~ in money, with
k = K(s) = F^(-1)(s) - w gamma x~(s), however it is split. The balance is phi - s k: the fee should
be as high as it can, phi = min(k, A - u_0), and only what a fee cannot do is left to the price. So
the problem is one in s alone:

- *profit* without own use (nu = 0): once phi = A - u_0 the balance A - u_0 - s K(s) falls in s, so
  prices never pay: lambda = 0. What is left, (1 - s) K(s), may have several tops.
- *welfare* is concave in s, as q is concave and E[C; train] = int_0^s F^(-1) convex.
- *quality* rises in s: best is the largest share with s K(s) <= A - u_0 + b.

All three are solved by branch and bound over s (:mod:`derelayl_econ.design.share_search`): the
result is the best up to the gap that its certificate states, whatever the shape of F. Where F has
atoms and w = 0 a fee alone cannot say how many of those with exactly that cost train; then 1e-9 of
it is paid as a reward instead, with which the gap says so.

*Robust.* A fee and a price set before the parameters are known:
:mod:`derelayl_econ.design.robust_fee`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from derelayl_econ.design.fee_result import UNITS, FeeDesign, priced, unserved
from derelayl_econ.design.result import DesignStatus, DualPrice
from derelayl_econ.design.robust_fee import robust_fee
from derelayl_econ.design.share_problem import GOALS, ShareProblem
from derelayl_econ.design.share_search import ShareCertificate, explore, search
from derelayl_econ.domains import NON_NEGATIVE, Domain, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.games.arrivals import ArrivalRelay
from derelayl_econ.games.continuous_costs import ContinuousCosts
from derelayl_econ.games.magnitude import check_magnitude

__all__ = ["FeeDesign", "InitiatorDesign"]

_GAP = 1e-6
_STEP = 1e-3  # of the highest fee, by which a condition is moved to see what it is worth
_SPLIT = 1e-9  # of the fee, paid as reward instead: pins down who trains among equals


@dataclass(frozen=True, kw_only=True, eq=False)
class InitiatorDesign:
    """The initiator's problem over access fee and price.

    Parameters
    ----------
    relay : ArrivalRelay
        With drift; its own fee and price do not matter.
    quality_value : float
        nu, what quality is worth to the initiator, or to others for welfare (money per score and
        leg), >= 0.
    subsidy : float
        b, what is put in from outside (money per leg), >= 0.

    Raises
    ------
    InputError
        If the relay is none, or has no drift, or a number lies outside its domain.

    Examples
    --------
    >>> from scipy import stats
    >>> relay = ArrivalRelay(access=2, access_fee=0, value=1, drift=0.05, learning_rate=0.2,
    ...                      quality_max=1, cost_distribution=stats.uniform(0, 1))
    >>> design = InitiatorDesign(relay=relay).solve("profit", gap=1e-4)
    >>> round(design.access_fee, 2), design.improvement_price, round(design.value, 4)
    (0.49, 0.0, 0.2184)
    >>> design.certificate.status, design.certificate.check(), design.bound - design.value < 1e-4
    ('certified-ball', True, True)
    """

    relay: Any
    quality_value: float = 0.0
    subsidy: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.relay, ArrivalRelay):
            raise InputError("relay", self.relay, "be an ArrivalRelay")
        if self.relay.drift == 0:
            raise InputError("drift of relay", 0, "be positive",
                             hint="Without drift there is nothing to hold.")  # fmt: skip
        for name in ("quality_value", "subsidy"):
            number = check_number(name, getattr(self, name), NON_NEGATIVE)
            check_magnitude(**{name: number})
            object.__setattr__(self, name, number)

    def solve(self, goal: str = "profit", *, gap: float = _GAP) -> FeeDesign:
        """Return the best fee and price.

        Parameters
        ----------
        goal : str
            ``"profit"``, ``"welfare"`` or ``"quality"``.
        gap : float
            How far from the best the value may be, relative to it, from 1e-9 to 0.1.
        """
        width = _checked(goal, gap)
        problem = self._problem(goal)
        if problem.highest_fee < 0:
            return unserved(float(-problem.highest_fee), UNITS[goal])
        proof = search(problem, width)
        if proof is None:
            return FeeDesign(status=DesignStatus.FAILED, value=None, variables={},
                             unit=UNITS[goal])  # fmt: skip
        close = proof.gap <= 2 * width * max(abs(float(proof.value)), 1e-12)
        return self._described(proof, close=close, prices=self._prices(proof, width))

    def robust(
        self, goal: str = "profit", *, box: Mapping[str, float], gap: float = _GAP
    ) -> FeeDesign:
        """Return the fee and price, set in advance, that are best in the worst case over a box.

        See :mod:`derelayl_econ.design.robust_fee` for what is worst where.

        Parameters
        ----------
        goal : str
            ``"profit"`` (without own use of quality) or ``"quality"``.
        box : mapping of str to float
            Half-widths >= 0 of ``value``, ``learning_rate``, ``drift``, ``quality_max``,
            ``access``, ``outside``, each in its own unit; 0 where not named.
        gap : float
            How far from the best the value may be, relative to it, from 1e-9 to 0.1 (of quality:
            or 1e-9 of the ceiling).

        Raises
        ------
        InputError
            If a name is unknown, an end of the box lies outside the parameter's domain, or the
            worst case of the goal is not known: welfare, and profit with own use.

        Examples
        --------
        >>> from scipy import stats
        >>> relay = ArrivalRelay(access=0.4, access_fee=0, value=1, drift=0.05, learning_rate=0.2,
        ...                      quality_max=1, cost_distribution=stats.uniform(0.2, 1))
        >>> known = InitiatorDesign(relay=relay).solve("quality", gap=1e-4)
        >>> safe = InitiatorDesign(relay=relay).robust("quality", box={"value": 0.3}, gap=1e-4)
        >>> round(known.value, 3), round(safe.value, 3)
        (0.719, 0.712)
        >>> safe.certificate.check(), safe.hardest.value, safe.worst_case.value
        (True, 1.3, 0.7)
        """
        return robust_fee(self, goal, box, _checked(goal, gap))

    def _problem(self, goal: str) -> ShareProblem:
        return ShareProblem(self.relay, goal, self.quality_value, self.subsidy)

    def _described(
        self, proof: ShareCertificate, *, close: bool, prices: tuple[DualPrice, ...]
    ) -> FeeDesign:
        problem, share = proof.problem, proof.share
        money, gap = float(problem.best_money(share)), float(problem.gap(share))
        fee = min(money, float(problem.highest_fee))
        if (
            fee == money
            and self.relay.value == 0
            and not isinstance(self.relay.costs, ContinuousCosts)
        ):
            fee *= 1 - _SPLIT
        price = (money - fee) / (self.relay.learning_rate * gap)
        there = replace(self.relay, access_fee=fee, price=price)
        numbers = {
            "access_fee": fee, "improvement_price": price, "training_share": share, "gap": gap,
            "quality": float(problem.quality(share)), "balance": fee - share * money,
            "cutoff": money + self.relay.value * self.relay.learning_rate * gap,
        }  # fmt: skip
        return FeeDesign(
            status=DesignStatus.OPTIMAL if close else DesignStatus.INACCURATE,
            value=float(proof.value), unit=UNITS[problem.goal], bound=float(proof.bound),
            variables={name: numbers[name] for name in ("access_fee", "improvement_price")},
            certificate=proof, prices=prices, worst_case=there, hardest=there, **numbers,
        )  # fmt: skip

    def _prices(self, proof: ShareCertificate, width: float) -> tuple[DualPrice, ...]:
        """Return what higher fees and a higher subsidy are worth, by solving again."""
        goal, step = proof.problem.goal, _STEP * max(float(proof.problem.highest_fee), 1e-9)
        richer = replace(self.relay, outside=self.relay.outside - step)
        moved = {
            "market served": (replace(self, relay=richer), "off what leaving is worth"),
            "budget": (replace(self, subsidy=self.subsidy + step), "of subsidy"),
        }
        found = []
        for name, (other, knob) in moved.items():
            better = explore(other._problem(goal), width)[2]
            price = (better - float(proof.value)) / step
            # Differences within the gaps say nothing.
            known = price if price * step > 3 * width * abs(better) else 0.0
            found.append(priced(name, known, knob, goal))
        return tuple(found)


def _checked(goal: str, gap: float) -> float:
    if not isinstance(goal, str) or goal not in GOALS:
        raise InputError("goal", goal, f"be one of {', '.join(GOALS)}",
                         hint=did_you_mean(goal, GOALS))  # fmt: skip
    width: float = check_number("gap", gap, Domain(1e-9, 0.1))
    return width
