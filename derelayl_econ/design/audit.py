r"""The cheapest deposit, audit rate and committee that keep a trainer honest and willing.

*Who decides what.* A trainer works honestly at cost c_h or cheats and saves s; staying away is
worth U. The protocol promises that a share y in (0, 1] of submissions is judged by m validators (m
odd), whose majority errs with rates (alpha_m, beta_m), correlated errors included
(:class:`derelayl_econ.games.committee.Committee`); accepted work earns R, rejected work loses the
deposit D >= 0. With kappa = 1 - alpha_m - beta_m > 0 the trainer's best response is honest work iff

    (R + D) y kappa >= s                            ("honest work is best"),
    R (1 - y alpha_m) - D y alpha_m - c_h >= U      ("joining pays").

Per leg this costs R + i D + nu m y: reward, capital tied up, and votes at nu each.

*Convex for a given committee.* With u = 1/y >= 1 and R given the conditions are linear in (u, D):
s u/kappa <= R + D and alpha (R + D) <= (R - c_h - U) u; the cost nu m/u is convex. If R is to be
chosen, too, the second is not convex; but with the first an equation it reads R >= c_h + U +
s alpha/kappa, and it may be taken as one: where it is slack, a larger u is cheaper and breaks
nothing. So the cost is R + i D + nu m/u over a polytope. Its optimum in closed form (F = s/kappa):
u = sqrt(nu m/(i F)), cut off where D would be negative, above its cap, or y above 1.

*Exact over committees.* alpha_m, beta_m >= 0, so F >= s: the cost of size m is at least that with
perfect validators, which grows with m. All odd sizes are priced up to the first whose bound reaches
the best cost found; none beyond can be cheaper.

*Which conditions conflict.* For a given R "joining pays" and "honest work is best" exclude each
other unless R >= U + c_h + s alpha/kappa, whatever the audit rate, which is the least reward that
the second problem finds (:data:`derelayl_econ.games.deposit.MINIMUM_REWARD`).

*Robust.* Over a box of the error rates and of s both conditions are hardest at its upper corner.

Source: theory notes, sections 4.1 and 7; the change of variables and the bound are own analysis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from fractions import Fraction

from derelayl_econ.design.audit_costs import CommitteeCost, cheapest
from derelayl_econ.design.certificate import BoundCertificate
from derelayl_econ.design.limits import Limit, Variables, at_least, at_most
from derelayl_econ.design.program import Program
from derelayl_econ.design.result import Design
from derelayl_econ.design.terms import Convex
from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.games.committee import Committee
from derelayl_econ.games.deposit import MINIMUM_REWARD
from derelayl_econ.notation import check, check_error_rates

__all__ = ["AuditDesign", "AuditPlan"]

_MONEY, _COST = Domain(0, 1e9), Domain(1e-9, 1e9)
_SIZES = Domain(1, 2001, integer=True, odd=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class AuditPlan(Design):
    """The cheapest deposit, audit rate and committee, or why there is none.

    Attributes
    ----------
    sizes : tuple of CommitteeCost
        Every odd size that was priced, in increasing order.
    complete : bool
        Whether no larger committee can be cheaper (or do with less reward).
    reward_needed : float
        Least reward (money) with which some committee priced here works.
    """

    sizes: tuple[CommitteeCost, ...] = ()
    complete: bool = False
    reward_needed: float = math.inf


@dataclass(frozen=True, kw_only=True, eq=False)
class AuditDesign:
    """Costs and error rates from which deposit, audit rate and committee are chosen.

    Parameters
    ----------
    cost_honest, saving : float
        c_h and s, money per leg; s > 0.
    verify_cost : float
        nu > 0, money per vote.
    reward : float or None
        R (money); None: chosen, too.
    capital_rate : float
        i > 0: what a unit of deposit costs per leg.
    false_reject, false_accept, correlation : float
        Of one validator (the correlation of their errors).
    outside : float
        U (money).
    deposit_cap : float or None
        Most that can be asked for (money).
    largest_committee : int
        Odd; at most 2001.
    false_reject_error, false_accept_error, saving_error : float
        Half-widths of a box over which the design must work.

    Examples
    --------
    >>> plan = AuditDesign(cost_honest=1, saving=0.8, verify_cost=0.05, reward=2, capital_rate=0.01,
    ...                    false_reject=0.1, false_accept=0.1).solve()
    >>> print(plan["committee"], round(plan["audit rate"], 4), round(plan["deposit"], 3),
    ...       round(plan.value, 4))
    1 0.4472 0.236 2.0247
    >>> plan.complete, round(plan.reward_needed, 4)
    (True, 1.1)
    >>> short = AuditDesign(cost_honest=1, saving=0.8, verify_cost=0.05, reward=1.05,
    ...                     capital_rate=0.01, false_reject=0.1, false_accept=0.1,
    ...                     largest_committee=1).solve()
    >>> print(short.conflict.names, round(short.reward_needed, 4))
    ('honest work is best', 'joining pays') 1.1
    """

    cost_honest: float
    saving: float
    verify_cost: float
    reward: float | None = None
    capital_rate: float
    false_reject: float = 0.0
    false_accept: float = 0.0
    correlation: float = 0.0
    outside: float = 0.0
    deposit_cap: float | None = None
    largest_committee: int = 101
    false_reject_error: float = 0.0
    false_accept_error: float = 0.0
    saving_error: float = 0.0

    def __post_init__(self) -> None:
        put = object.__setattr__
        domains = {"cost_honest": _MONEY, "saving": _COST, "verify_cost": _COST,
                   "capital_rate": Domain(1e-9, 1e3), "outside": Domain(-1e9, 1e9),
                   "largest_committee": _SIZES, "saving_error": _MONEY}  # fmt: skip
        for name, domain in domains.items():
            put(self, name, check_number(name, getattr(self, name), domain))
        for name in ("reward", "deposit_cap"):
            if getattr(self, name) is not None:
                put(self, name, check_number(name, getattr(self, name), _MONEY))
        put(self, "correlation", check(correlation=self.correlation)["correlation"])
        rates = check_error_rates(self.false_reject, self.false_accept)
        for name, rate in zip(("false_reject", "false_accept"), rates, strict=True):
            room = Domain(0, (1 - sum(rates)) / 2, open_high=True)
            put(
                self,
                f"{name}_error",
                check_number(f"{name}_error", getattr(self, f"{name}_error"), room),
            )
            put(self, name, rate)

    def solve(self) -> AuditPlan:
        """Return the cheapest plan: ``"committee"``, ``"audit rate"``, ``"deposit"``, ``"reward"``.

        Where no committee works, the conflict is that of the size that needs least reward.
        """
        sizes, complete = self._priced_sizes()
        needed = min(entry.reward_needed for entry in sizes)
        best = min(sizes, key=lambda entry: (entry.cost, entry.reward_needed, entry.size))
        design = self.solve_size(best.size)
        same = {f.name: getattr(design, f.name) for f in fields(design)}
        return AuditPlan(**same, sizes=sizes, complete=complete, reward_needed=needed)

    def solve_size(self, size: int) -> Design:
        """Return the cheapest plan with a committee of the given odd size."""
        count = check_number("size", size, _SIZES)
        force = self._force(count)
        variables = Variables()
        interval, deposit = variables.single("audit interval"), variables.single("deposit")
        chosen = self.reward is None
        pay = variables.single("reward") if chosen else Convex(constant=Fraction(self.reward or 0))
        limits = [
            at_least("honest work is best", pay + deposit, force * interval,
                     knob="at stake, put up by others"),
            self._joining(pay, deposit, interval, count),
            at_least("audit rate is at most 1", interval, 1, unit="submission", weight=math.inf),
            at_least("deposit is not negative", deposit, 0, weight=math.inf),
        ]  # fmt: skip
        if chosen:
            limits.append(at_least("reward is not negative", pay, 0, weight=math.inf))
        if self.deposit_cap is not None:
            limits.append(at_most("deposit cap", deposit, Fraction(self.deposit_cap)))
        votes = interval.reciprocal() * (Fraction(self.verify_cost) * count)
        cost = votes + Fraction(self.capital_rate) * deposit + pay
        design = Program(variables=variables, objective=cost, limits=tuple(limits)).solve()
        return self._readable(design, count)

    def _joining(self, pay: Convex, deposit: Convex, interval: Convex, size: int) -> Limit:
        """Return "joining pays"."""
        false_reject, _ = self._majority(size)
        least = Fraction(self.cost_honest) + Fraction(self.outside)
        if self.reward is None:  # honest work being just best, alpha F is lost to false rejections
            loss = Fraction(false_reject) * self._force(size)
            return at_least("joining pays", pay, least + loss, knob="of loss borne by the trainer")
        surplus = (Fraction(self.reward) - least) * interval
        at_stake = Fraction(false_reject) * (pay + deposit)
        return at_least(
            "joining pays", surplus, at_stake, knob="of loss per audit borne by trainers"
        )

    def _readable(self, design: Design, size: int) -> Design:
        """Return the design in the designer's variables, honesty being just best if R is chosen."""
        if not isinstance(design.certificate, BoundCertificate):
            return replace(design, value=None, variables={})
        interval, deposit, *chosen = design.certificate.point
        pay = chosen[0] if chosen else Fraction(self.reward or 0)
        rate = self._force(size) / (pay + deposit) if chosen else 1 / interval
        return replace(design, variables={
            "committee": size, "audit rate": float(rate), "deposit": float(deposit),
            "reward": float(pay)})  # fmt: skip

    def _majority(self, size: int) -> tuple[float, float]:
        """Return the worst majority error rates in the box."""
        rejects = self.false_reject + self.false_reject_error
        accepts = self.false_accept + self.false_accept_error
        worst = Committee(size, rejects, accepts, self.correlation)
        return worst.majority_false_reject, worst.majority_false_accept

    def _force(self, size: int) -> Fraction:
        """Return F = s/kappa in the worst case."""
        errors = [Fraction(rate) for rate in self._majority(size)]
        if sum(errors) >= 1:
            raise InputError("size", size, "leave the majority better than a coin",
                             hint="Try a smaller committee.")  # fmt: skip
        return (Fraction(self.saving) + Fraction(self.saving_error)) / (1 - sum(errors))

    def _priced_sizes(self) -> tuple[tuple[CommitteeCost, ...], bool]:
        """Return every odd size up to the last that can matter, and whether no other can."""
        found: list[CommitteeCost] = []
        best = math.inf
        for size in range(1, self.largest_committee + 1, 2):
            entry = self._priced(size)
            if best < math.inf and entry.bound >= best:
                return tuple(found), True
            found.append(entry)
            best = min(best, entry.cost)
        return tuple(found), False

    def _priced(self, size: int) -> CommitteeCost:
        false_reject, false_accept = self._majority(size)
        saving, base = self.saving + self.saving_error, self.cost_honest + self.outside
        bound = self._cost(size, saving, base)
        cost = needed = math.inf
        if false_reject + false_accept < 1:
            force = float(self._force(size))
            joining = float(MINIMUM_REWARD(
                outside=self.outside, cost_honest=self.cost_honest, saving=saving,
                false_reject=false_reject, false_accept=false_accept))  # fmt: skip
            cost = self._cost(size, force, joining)
            unsecured = 0.0 if self.deposit_cap is None else force - self.deposit_cap
            needed = max(joining, unsecured, 0.0)
        return CommitteeCost(size=size, false_reject=false_reject, false_accept=false_accept,
                             reward_needed=needed, cost=cost, bound=bound)  # fmt: skip

    def _cost(self, size: int, force: float, least: float) -> float:
        return cheapest(
            size, force, least, verify_cost=self.verify_cost, capital_rate=self.capital_rate,
            reward=self.reward, deposit_cap=self.deposit_cap,
        )  # fmt: skip
