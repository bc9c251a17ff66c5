r"""The initiator's fee and price set in advance: best in the worst case over a box of parameters.

The game is that of :mod:`derelayl_econ.design.initiator`, but the initiator sets phi and lambda
before it knows w, gamma, eta, q_max, A and u_0 beyond a box; arrivals know them and respond. The
market is to be served and rewards are to be paid everywhere in the box.

*What is worst where.* At given phi, lambda >= 0 let g(s) = gamma x~(s) = gamma eta q_max/(eta +
(1-eta) gamma s), what a leg that is trained improves. g falls in s, and rises in gamma, eta and
q_max (divide both sides of the fraction by gamma, by eta). The steady share is where s meets F(phi
+ (w + lambda) g(s)), which falls in s: so s *rises* (never falls) in phi, lambda, w, gamma, eta and
q_max. So does g(s) s, which rises in s and, at given s, in gamma, eta and q_max. Hence

- *market served*: phi <= A - u_0 everywhere iff at A low, u_0 high;
- *balance* phi (1-s) - lambda g(s) s falls in w, gamma, eta and q_max: it is least at the
  **hardest** corner, all four high (and falls in lambda, too);
- *profit* without own use of quality is that balance: its worst case is the hardest corner, and
  the best fee and price there are the answer, with the proof of known parameters;
- *quality* q = g(s) s/eta = q_max gamma s/(gamma s + eta (1 - gamma s)) rises in phi, lambda, w,
  gamma and q_max: it is least at the **weakest** corner, those three low. In eta it may go either
  way: more drift loses more, but opens the gap, so that more train. (If all have one cost k, some
  train, and x~ = (k - phi)/((w + lambda) gamma) whatever eta: q = (q_max - x~)/(1-eta) *rises*.)
  What is certain: eta q = g(s) s rises in eta; (1-eta) q = q_max - x~ falls, as x~ solves
  eta (q_max - x~)/(1-eta) = gamma x~ F(phi + (w + lambda) gamma x~). So on eta in [a, b]

      q >= max(a q(a)/b, (1-b) q(b)/(1-a)).

*Quality: bounds for all pairs.* For fees in [phi_1, phi_2] and any share a in (0, 1] let, at the
hardest corner, L = max(0, (Q(a) - phi_1)/g(a) - w, (phi_2 (1-a) + b)/(a g(a))). At a price lambda >
L at least a train, so rewards exceed L g(a) a >= phi_2 (1-a) + b, more than fees and subsidy bring:
no such price pays. So no pair in the cell has more quality than (phi_2, L) at the weakest corner,
whatever eta in the box; and there no more than z train if Q(z+) > phi_2 + (w + lambda) g(z). Cells
of fees that cover [0, A - u_0], each with its a and z, make a bound for all pairs
(:mod:`derelayl_econ.design.fee_certificate`); shares near the true ones make it tight
(:mod:`derelayl_econ.design.fee_search`). Two corners at once: what is promised must be paid where
many train, but counts where few do.

*Not offered.* Welfare, and profit with own use of quality, have no such corners: in gamma, say,
quality rises while the balance falls, so the worst case may lie inside the box.

Source: theory notes, sections 3.4b and 7; Ben-Tal, El Ghaoui and Nemirovski 2009, "Robust
Optimization", chapter 1; the corners and bounds are own analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from derelayl_econ.design.committed_quality import CommittedQuality
from derelayl_econ.design.fee_certificate import FeeCertificate
from derelayl_econ.design.fee_result import UNITS, FeeDesign, priced, unserved
from derelayl_econ.design.fee_search import best_quality, prove_quality
from derelayl_econ.design.parameter_box import ParameterBox
from derelayl_econ.design.result import DesignStatus, DualPrice
from derelayl_econ.design.share_problem import ShareProblem
from derelayl_econ.errors import InputError
from derelayl_econ.games.arrivals import ArrivalRelay

if TYPE_CHECKING:
    from derelayl_econ.design.initiator import InitiatorDesign

__all__ = ["FEE_PARAMETERS", "robust_fee"]

_SKILL = ("value", "learning_rate", "quality_max")

FEE_PARAMETERS = (*_SKILL, "drift", "access", "outside")

_ROUNDING = 1e-9  # of the ceiling: the least difference of qualities that is told apart
_STEP = 1e-3  # of the highest fee, by which a condition is moved to see what it is worth


@dataclass(frozen=True, eq=False)
class _Corners:
    """The corners that decide; A is low and u_0 high at both."""

    hardest: ArrivalRelay
    weakest: ArrivalRelay
    drifts: tuple[float, float]

    @classmethod
    def of(cls, relay: ArrivalRelay, box: Any) -> _Corners:
        around = ParameterBox.around(relay, box, FEE_PARAMETERS)
        served = around.corner(relay, low=["access"], high=["outside"])
        return cls(
            hardest=around.corner(served, high=(*_SKILL, "drift")),
            weakest=around.corner(served, low=_SKILL),
            drifts=around.ends.get("drift", (relay.drift, relay.drift)),
        )

    def problem(self, subsidy: float) -> CommittedQuality:
        hardest = ShareProblem(self.hardest, "quality", 0.0, subsidy)
        return CommittedQuality(hardest, self.weakest, self.drifts)

    def with_outside_lower(self, step: float) -> _Corners:
        hardest, weakest = (replace(relay, outside=relay.outside - step)
                            for relay in (self.hardest, self.weakest))  # fmt: skip
        return _Corners(hardest, weakest, self.drifts)


def robust_fee(
    design: InitiatorDesign, goal: str, box: Mapping[str, float], gap: float
) -> FeeDesign:
    """Return the best fee and price for a goal in the worst case over a box."""
    corners = _Corners.of(design.relay, box)
    if goal == "welfare" or (goal == "profit" and design.quality_value > 0):
        raise InputError(
            "goal", goal, "be quality, or profit with quality_value = 0, over a box",
            hint="Only of these is it known where in the box they are worst.",
        )  # fmt: skip
    if goal == "profit":
        return replace(design, relay=corners.hardest).solve("profit", gap=gap)
    problem = corners.problem(design.subsidy)
    if problem.hardest.highest_fee < 0:
        return unserved(float(-problem.hardest.highest_fee), UNITS[goal])
    proof = prove_quality(problem, gap)
    if proof is None:
        return FeeDesign(status=DesignStatus.FAILED, value=None, variables={}, unit=UNITS[goal])
    return _described(proof, gap, _prices(corners, design.subsidy, proof, gap))


def _described(proof: FeeCertificate, gap: float, prices: tuple[DualPrice, ...]) -> FeeDesign:
    fee, price, problem = proof.access_fee, proof.improvement_price, proof.problem
    hardest = replace(problem.hardest.relay, access_fee=fee, price=price)
    weakest = replace(problem.weakest, access_fee=fee, price=price)
    each = [replace(weakest, drift=drift) for drift in proof.drift_edges]
    states = [relay.steady_state() for relay in each]
    qualities = [relay.learning_rate * state.gap * state.training_share / relay.drift
                 for relay, state in zip(each, states, strict=True)]  # fmt: skip
    worst = int(np.argmin(qualities))
    # Where nothing can be held, shares are known to a rounding only.
    close = proof.gap <= max(2 * gap * float(proof.value), _ROUNDING * problem.weakest.quality_max)
    return FeeDesign(
        status=DesignStatus.OPTIMAL if close else DesignStatus.INACCURATE,
        value=float(proof.value), unit=UNITS["quality"], bound=float(proof.bound),
        variables={"access_fee": fee, "improvement_price": price}, certificate=proof,
        prices=prices, access_fee=fee, improvement_price=price,
        training_share=states[worst].training_share, gap=states[worst].gap,
        quality=qualities[worst], cutoff=states[worst].cutoff,
        balance=hardest.steady_state().balance, worst_case=each[worst], hardest=hardest,
    )  # fmt: skip


def _prices(
    corners: _Corners, subsidy: float, proof: FeeCertificate, gap: float
) -> tuple[DualPrice, ...]:
    """Return what higher fees and a higher subsidy are worth, by solving again."""
    step = _STEP * max(float(proof.problem.hardest.highest_fee), 1e-9)
    moved = {
        "market served": (corners.with_outside_lower(step).problem(subsidy),
                          "off what leaving is worth"),
        "budget": (corners.problem(subsidy + step), "of subsidy"),
    }  # fmt: skip
    found = []
    for name, (problem, knob) in moved.items():
        better = best_quality(problem, gap, proof.drifts)
        price = (better - float(proof.value)) / step
        # Differences within the gaps say nothing.
        known = price if price * step > 3 * gap * abs(better) else 0.0
        found.append(priced(name, known, knob, "quality"))
    return tuple(found)
