r"""What taking part in the ecology costs and pays: fees of the jobs, preferences, decisions.

The DeRelayL authors' public simulation has fees, but no costs and no utilities: everybody always
trains. With :class:`Preferences` a trainer drawn in round t may decline. It joins iff what it
expects is worth its cost c:

    w p max(0, q_new - q_own) + e_t (k omega - (1 - k) b) >= c.

Here w = v/(1 - delta (1 - eta)) is the present value of a unit of quality, p the chance that the
training succeeds, q_new the mean quality of a model trained on this round's bases, q_own the best
it holds; k = p s is the chance to win, omega the discounted coins a winner will receive, b the
deposit it would lose. A coin is worth e_t = e + B_c / I_t: somebody buys coins at e, or spends B_c
per round on the coins issued. I_t is what participants expect to be issued, a mean over past rounds
with weights (1 - delta) delta^j: they look back as far as they look ahead. Own analysis (theory
notes, section 5).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import INDEX, NON_NEGATIVE, PROBABILITY, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.magnitude import check_magnitude
from derelayl_econ.notation import check, symbol
from derelayl_econ.rewards import LineageShare

__all__ = ["INCOME_ALL", "INCOME_GEOMETRIC", "JobFees", "Preferences", "winner_income"]

_DELTA, _A, _RHO = symbol("discount"), symbol("decay"), symbol("royalty_share")
_SOURCE = "theory notes, section 5: mean coins of an owner position, w_d at distance d"

INCOME_ALL = Formula("coins of a winner, one per descendant", _DELTA / (1 - _DELTA), _SOURCE)
"""omega = sum_d delta^(d+1) for w_d = 1."""

INCOME_GEOMETRIC = Formula(
    "coins of a winner, geometric royalties",
    _RHO * (1 - _A) * _DELTA / (1 - _A * _DELTA),
    _SOURCE,
)
"""omega = sum_d delta^(d+1) rho (1-a) a^d."""


@dataclass(frozen=True, kw_only=True)
class JobFees:
    """Coins issued for the four jobs of a round, and what owners stake.

    Parameters
    ----------
    deposit : float
        Per pair that posts a deposit, to the miner who records them.
    model : float
        Per trained model, to each of the miners who encrypt, test and settle.
    case : float
        Per test case, to the testing miner once a round, to the settling miner for each model.
    cases : int
        Test cases of a round.
    owner_stake : float
        What an owner stakes in a round, over all its matches; less if it has less.

    Examples
    --------
    >>> JobFees().of_round(matched=88, trained=80)
    8.428
    """

    deposit: float = 0.001
    model: float = 0.001
    case: float = 0.001
    cases: int = 100
    owner_stake: float = 0.001

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            domain = INDEX if name == "cases" else NON_NEGATIVE
            object.__setattr__(self, name, check_number(f"fees.{name}", value, domain))
            check_magnitude(**{f"fees.{name}": getattr(self, name)})

    def of_round(self, matched: float, trained: float) -> float:
        """Return the coins that all four miners get in a round with that many pairs and models."""
        rates = self.rates()
        return float(rates[0] * matched + rates[2] + (rates[1] + rates[3] + rates[4]) * trained)

    def rates(self) -> npt.NDArray[np.float64]:
        """Return fees per deposit, encrypted model, test round, tested and settled model."""
        tests = self.cases * self.case
        return np.array([self.deposit, self.model, tests, self.model, self.model + tests])


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Costs and utilities, with which participants can decline to train.

    Parameters
    ----------
    cost : float
        Mean cost of one training (money), >= 0.
    cost_spread : float
        Costs are uniform on cost (1 +- cost_spread), each participant's own for ever; in [0, 1].
    value : float
        v, value of one unit of quality to its holder, per round (money / score).
    discount : float
        delta, discount factor per round.
    coin_value, coin_budget : float
        e (money per coin), and B_c (money per round, for the coins issued in it).
    """

    cost: float
    cost_spread: float = 0.0
    value: float = 0.0
    discount: float = 0.95
    coin_value: float = 0.0
    coin_budget: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "cost", check_number("cost", self.cost, NON_NEGATIVE))
        spread = check_number("cost_spread", self.cost_spread, PROBABILITY)
        object.__setattr__(self, "cost_spread", spread)
        checked = check(value=self.value, discount=self.discount, coin_value=self.coin_value,
                        coin_budget=self.coin_budget)  # fmt: skip
        for name, value in checked.items():
            object.__setattr__(self, name, value)
            check_magnitude(**{name: value})
        check_magnitude(cost=self.cost)

    def draw_costs(self, count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
        """Return one cost (money) per participant."""
        return self.cost * (1 + self.cost_spread * rng.uniform(-1, 1, count))

    def worth(self, drift: float) -> float:
        """Return w, the present value of one unit of quality (money / score)."""
        return self.value / (1 - self.discount * (1 - drift))


def winner_income(royalties: LineageShare, discount: float) -> float:
    """Return omega, the discounted coins that a winner will receive on average.

    In a steady state each round has as many winners as owners of any one generation have positions,
    so that a position gets w_d on average d + 1 rounds after its model won.

    Proved: theorem E in proofs/.

    Examples
    --------
    >>> round(winner_income(LineageShare(weights="all"), 0.9), 12)
    9.0
    >>> round(winner_income(LineageShare(weights=[1, 1]), 0.9), 12)
    1.71
    """
    delta = check(discount=discount)["discount"]
    if not isinstance(royalties, LineageShare):
        raise InputError("royalties", royalties, "be a LineageShare")
    if royalties.decay is not None:
        return float(INCOME_GEOMETRIC(discount=delta, decay=royalties.decay,
                                      royalty_share=royalties.royalty_share))  # fmt: skip
    if royalties.weights == "all" or royalties.weights is None:
        return float(INCOME_ALL(discount=delta))
    weights = np.array(royalties.weights)
    return float(weights @ delta ** np.arange(1.0, weights.size + 1))
