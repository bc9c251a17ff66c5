r"""Vesting: how long a royalty should wait, so that careless work has time to come to light.

The game. *Player*: the trainer of one accepted leg (others' moves are given). *Actions*: careful
work at cost c, or careless work, which saves s and passes the gate all the same; either way the
trainer may be gone afterwards, so that only money still owed disciplines it. *Payoffs*: reward R
now, and a royalty b once m further legs have been accepted, unless it is forfeited first. Per leg
the relay goes on with probability sigma; careless work is found out with probability h, careful
work is wrongly blamed with probability alpha < h; the trainer discounts by delta. So per leg a
royalty keeps A = delta sigma (1-alpha) of its worth for the careful, B = delta sigma (1-h) < A for
the careless:

    careful: R + b A^m - c,      careless: R + b B^m - (c - s),      not taking part: U.

*Best response*: careful work iff b (A^m - B^m) >= s; worth it iff R + b A^m >= c + U.
*Equilibrium*: careful work, where both hold; the smallest royalty for it is
b(m) = max(s/(A^m - B^m), n/A^m), n = max(0, c + U - R).

The designer chooses m >= 1 for the least cost b(m) A_T^m. The treasury's own factor A_T lies in
[A, 1]: with 1 it sets the full royalty aside (as the budget sum_d w_d <= rho counts it), with A it
counts what it expects to pay, and is as impatient as the trainer.

*Optimum*. While honesty binds, the cost is s kappa^m/(1 - r^m) with kappa = A_T/A >= 1, r = B/A:
the price of impatience over what m legs reveal. One leg more costs less iff
r^m > (A_T-A)/(A_T-B), so

    m* = 1 + floor( ln((A_T-B)/(A_T-A)) / ln(A/B) )

(where the quotient is a whole number, m* - 1 is as good); between whole numbers the minimum is at
ln(1 + ln(1/r)/ln kappa)/ln(1/r). While taking part binds, the cost n kappa^m rises. It binds from
the first m with r^m <= 1 - s/n on (never if n <= s); if m* lies beyond that, the optimum is there
or one leg before. With A_T = A waiting costs nothing: the cost falls for ever towards s, or is n
from that first m on. As B -> A, m* -> floor(1/(1-A)) for A_T = 1, the best distance of
:mod:`derelayl_econ.games.royalty_design`.

Source: own analysis (theory notes, section 4.3, have no vesting); the trade-off, in continuous
time, is that of Hoffmann, Inderst, Opp 2021, Review of Economic Studies 88:1253.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result

__all__ = [
    "BEST_DELAY",
    "BEST_DELAY_CONTINUOUS",
    "FIRST_JOINING_DELAY",
    "HONEST_ROYALTY",
    "JOINING_ROYALTY",
    "Vesting",
    "VestingPlan",
]

_SOURCE = "own analysis"
_A, _B, _T = symbol("kept_careful"), symbol("kept_careless"), symbol("treasury_factor")
_DELTA, _SIGMA, _H = symbol("discount"), symbol("survival"), symbol("detection")
_ALPHA, _S, _M = symbol("false_reject"), symbol("saving"), symbol("delay")
_C, _U, _R, _ROYALTY = (symbol(s) for s in ("cost", "outside", "reward", "royalty"))

KEPT_CAREFUL = Formula("careful trainer's factor", _DELTA * _SIGMA * (1 - _ALPHA), _SOURCE)
KEPT_CARELESS = Formula("careless trainer's factor", _DELTA * _SIGMA * (1 - _H), _SOURCE)
DELAYED_WORTH = Formula(
    "worth of a royalty to somebody who keeps A of it per leg", _ROYALTY * _A**_M, _SOURCE
)
_REVEALED = -expm1(_M * log1p(-(_H - _ALPHA) / (1 - _ALPHA)))  # 1 - (B/A)^m, without cancelling
HONEST_ROYALTY = Formula(
    "smallest royalty that makes careful work best, s/(A^m - B^m)",
    _S / (_A**_M * _REVEALED),
    _SOURCE,
)
JOINING_ROYALTY = Formula(
    "smallest royalty worth taking part for", sp.Max(0, _C + _U - _R) / _A**_M, _SOURCE
)
FIRST_JOINING_DELAY = Formula(
    "first delay at which taking part asks for more than careful work does",
    sp.ceiling(log1p(-_S / (_C + _U - _R)) / log1p(-(_H - _ALPHA) / (1 - _ALPHA))),
    _SOURCE,
)
BEST_DELAY = Formula(
    "cheapest delay of an honest royalty",
    1 + sp.floor(sp.log((_T - _B) / (_T - _A)) / sp.log(_A / _B)),
    _SOURCE,
)
BEST_DELAY_CONTINUOUS = Formula(
    "cheapest delay between whole numbers",
    sp.log(1 + sp.log(_A / _B) / sp.log(_T / _A)) / sp.log(_A / _B),
    "own analysis; Hoffmann, Inderst, Opp 2021 with exponential arrival of news",
)

_MONEY, _LARGEST = Domain(-1e30, 1e30), 1e60
_LONGEST = 100_000
_TINY = 1e-9
_CERTAIN = 1 - _TINY


@dataclass(frozen=True, kw_only=True, eq=False)
class VestingPlan(Result):
    """A delay, the smallest royalty that works with it, and what everybody gets.

    Attributes
    ----------
    delay : int
        m, further legs before the royalty is paid.
    royalty : float
        b (money).
    cost : float
        b A_T^m, what it costs the treasury (money).
    binding : str
        ``"honesty"`` or ``"participation"``: what the royalty must be so large for.
    careful, careless : float
        Payoffs of the two ways to work (money).
    regret : float
        What careless work or staying away would earn more (money); 0 up to rounding.
    """

    delay: int
    royalty: float
    cost: float
    binding: str
    careful: float
    careless: float
    regret: float


@dataclass(frozen=True, kw_only=True)
class Vesting:
    """A royalty that is forfeited if careless work comes to light before it is paid.

    Parameters
    ----------
    saving, cost : float
        s in (0, c], saved by careless work (at least 1e-9 c); c (money).
    survival, discount, detection : float
        sigma in (0, 1], delta in (0, 1), h in (alpha, 1]; none within 1e-9 of an open end.
    false_reject : float
        alpha in [0, h), probability per leg that careful work is wrongly blamed.
    reward, outside : float
        R, paid at once, and U (money).
    treasury_factor : float
        A_T in [A, 1]: what a royalty that is due one leg later costs the treasury today.

    Examples
    --------
    >>> vesting = Vesting(saving=0.5, cost=1.0, survival=0.98, discount=0.97, detection=0.3,
    ...                   reward=1.0)
    >>> print(vesting.best())
    Vesting plan
    quantity  value
    delay     6
    royalty   0.767966
    cost      0.767966
    binding   honesty
    careful   0.566668
    careless  0.566668
    regret    0
    """

    saving: float
    cost: float
    survival: float
    discount: float
    detection: float
    false_reject: float = 0.0
    reward: float = 0.0
    outside: float = 0.0
    treasury_factor: float = 1.0

    def __post_init__(self) -> None:
        for name, value in check(**asdict(self)).items():
            object.__setattr__(self, name, value)
        for name in ("saving", "cost", "reward", "outside"):
            check_number(name, getattr(self, name), _MONEY)
        check_number("discount", self.discount, Domain(_TINY, _CERTAIN))
        check_number("survival", self.survival, Domain(_TINY, 1))
        check_number("saving", self.saving, Domain(_TINY * self.cost, self.cost))
        check_number("detection", self.detection, Domain(self.false_reject + _TINY, 1))
        check_number("treasury_factor", self.treasury_factor, Domain(self.careful_factor, 1))

    @property
    def careful_factor(self) -> float:
        """A = delta sigma (1-alpha)."""
        return float(
            KEPT_CAREFUL(
                discount=self.discount, survival=self.survival, false_reject=self.false_reject
            )
        )

    @property
    def careless_factor(self) -> float:
        """B = delta sigma (1-h)."""
        return float(
            KEPT_CARELESS(discount=self.discount, survival=self.survival, detection=self.detection)
        )

    def plan(self, delay: int) -> VestingPlan:
        """Return the smallest royalty at a delay of m >= 1 legs, and its cost.

        Proved: theorem V in proofs/.
        """
        legs = check_number("delay", delay, Domain(1, _LONGEST, integer=True))
        honesty = self._evaluate(HONEST_ROYALTY, delay=legs)
        joining = self._evaluate(JOINING_ROYALTY, delay=legs)
        royalty = max(honesty, joining)
        if not royalty <= _LARGEST:
            hint = f"At {self.careful_factor:g} per leg hardly anything is left of a royalty."
            raise InputError("delay", legs, "be shorter", hint=hint)
        kept, left, cost = (
            float(DELAYED_WORTH(royalty=royalty, kept_careful=factor, delay=legs))
            for factor in (self.careful_factor, self.careless_factor, self.treasury_factor)
        )
        careful = self.reward + kept - self.cost
        careless = self.reward + left - self.cost + self.saving
        return VestingPlan(
            delay=legs, royalty=royalty, cost=cost,
            binding="honesty" if honesty >= joining else "participation",
            careful=careful, careless=careless,
            regret=max(0.0, careless - careful, self.outside - careful),
        )  # fmt: skip

    def best(self) -> VestingPlan:
        """Return the cheapest plan over all delays m >= 1.

        Where honesty binds, its delay is proved: theorem V in proofs/.

        Raises
        ------
        InputError
            If the treasury is as impatient as the trainer and only honesty binds: then every longer
            delay is cheaper, and none is best.
        """
        impatient = self.treasury_factor == self.careful_factor
        stops = [] if impatient else [self._evaluate(BEST_DELAY)]
        if self.cost + self.outside - self.reward > self.saving:
            stops.append(self._evaluate(FIRST_JOINING_DELAY))
        if not stops:
            hint = "Otherwise waiting costs nothing, and longer is cheaper."
            allowed = f"exceed {self.careful_factor:g} for a best delay to exist"
            raise InputError("treasury_factor", self.treasury_factor, allowed, hint=hint)
        around = int(min([*stops, _LONGEST]))
        near = range(max(1, around - 2), min(_LONGEST, around + 1) + 1)  # floors may be off by one
        return min((self.plan(delay) for delay in near), key=lambda plan: plan.cost)

    def _evaluate(self, formula: Formula, **values: float) -> float:
        known: dict[str, Any] = asdict(self) | {
            "kept_careful": self.careful_factor, "kept_careless": self.careless_factor, **values,
        }  # fmt: skip
        return float(formula(**{name: known[name] for name in formula.arguments}))
