"""Published results on contests, none of which was used to write the solver."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.games.contest import EffortContest
from derelayl_econ.games.public_benefit import ConcaveBenefit

valuations = st.lists(st.floats(0.5, 20), min_size=2, max_size=8)


def among_valuations(values: list[float]) -> EffortContest:
    """Let the prize be worth V_i to i at unit cost 1: divided by V_i, 1 at unit cost 1/V_i."""
    return EffortContest(1, 1 / np.array(values))


# Tullock 1980, "Efficient rent seeking", in Toward a Theory of the Rent-Seeking Society, tables 6.1
# and 6.2, rows of exponent 1: a prize of 100, what each of N pays and what all pay together.
@pytest.mark.parametrize(
    ("participants", "each", "together"),
    [(2, 25.00, 50.00), (4, 18.75, 75.00), (10, 9.00, 90.00), (15, 6.22, 93.33)],
)
def test_tullock_1980(participants: int, each: float, together: float) -> None:
    found = EffortContest(100, np.ones(participants)).equilibrium()
    assert found.strategy == pytest.approx(np.full(participants, each), abs=0.005)
    assert found.total == pytest.approx(together, abs=0.005)


# Hillman and Riley 1989, Economics and Politics 1:17, section on imperfectly discriminating
# contests: with valuations V_1 >= V_2 >= ..., agent k takes part iff
# V_k > (k-2)/sum_(j<k) 1/V_j, and the m who do spend (m-1)/sum_(j<=m) 1/V_j together.
@given(valuations)
def test_hillman_and_riley_1989(values: list[float]) -> None:
    found = among_valuations(values).equilibrium()
    ranked = sorted(values, reverse=True)
    count = 2
    while count < len(ranked) and ranked[count] > (count - 1) / sum(1 / v for v in ranked[:count]):
        count += 1
    total = (count - 1) / sum(1 / v for v in ranked[:count])
    assert found.total == pytest.approx(total)
    bids = [max(0.0, total * (1 - total / v)) for v in values]
    assert found.strategy == pytest.approx(bids, abs=1e-12 * total)


# Nti 1999, Public Choice 98:415, two players with valuations V and W at exponent 1: efforts
# V^2 W/(V + W)^2 and V W^2/(V + W)^2, payoffs V^3/(V + W)^2 and W^3/(V + W)^2.
@given(st.floats(0.5, 20), st.floats(0.5, 20))
def test_nti_1999(v: float, w: float) -> None:
    found = among_valuations([v, w]).equilibrium()
    assert found.strategy == pytest.approx([v * v * w / (v + w) ** 2, v * w * w / (v + w) ** 2])
    assert found.payoff * [v, w] == pytest.approx([v**3 / (v + w) ** 2, w**3 / (v + w) ** 2])


# Stein 2002, Public Choice 113:325, N players who all take part, H the harmonic mean of their
# valuations: i bids (N-1)/N H [1 - (N-1)/N H/V_i], wins with probability 1 - (N-1)/N H/V_i, and all
# spend (N-1)/N H. So doubling everybody's valuation doubles all bids.
@given(st.lists(st.floats(3, 4), min_size=2, max_size=4))
def test_stein_2002(values: list[float]) -> None:
    n = len(values)
    harmonic = n / sum(1 / v for v in values)
    reach = (n - 1) / n * harmonic
    found = among_valuations(values).equilibrium()
    assert found.active.all()
    assert found.shares == pytest.approx([1 - reach / v for v in values])
    assert found.strategy == pytest.approx([reach * (1 - reach / v) for v in values])


# Cornes and Hartley 2005, Economic Theory 26:923 (abstract): with bounded marginal products total
# expenditure tends to the value of the prize in large contests, even if contestants differ.
def test_cornes_and_hartley_2005() -> None:
    kinds = np.array([1.0, 1.3, 2.0, 5.0])
    wasted = [1 - EffortContest(7, np.repeat(kinds, n)).equilibrium().dissipation
              for n in (1, 10, 100, 1000)]  # fmt: skip
    assert wasted == sorted(wasted, reverse=True)
    assert wasted[-1] < 0.0011
    uniform = np.random.default_rng(0).uniform(1, 2, 200_000)  # no kind is frequent
    assert EffortContest(7, uniform).equilibrium().dissipation > 0.99


# Sheremeta 2011, Economic Inquiry 49:573, "Contest design": a grand contest of 4 for 120 tokens has
# equilibrium effort 22.5, two contests of 2 for 60 each have 15.
def test_sheremeta_2011() -> None:
    assert EffortContest(120, np.ones(4)).equilibrium().strategy == pytest.approx([22.5] * 4)
    assert EffortContest(60, np.ones(2)).equilibrium().strategy == pytest.approx([15.0] * 2)


# Morgan 2000, Review of Economic Studies 67:761: a lottery whose proceeds E, less the prize R, buy
# a public good G = E - R, worth h(G) to everybody. Without a prize there is voluntary giving,
# h'(G) = 1; a lottery provides more, and the more the larger the prize, up to the efficient
# N h'(G) = 1. Here h(G) = w log(1 + G).
def test_morgan_2000() -> None:
    people, worth = 5, 4.0
    freely, efficient = worth - 1, people * worth - 1
    provided = [_lottery(prize, people, worth) for prize in (0.5, 5.0, 50.0, 5e3, 5e5)]
    assert provided == sorted(provided)
    assert freely < provided[0] < provided[-1] < efficient
    assert provided[-1] == pytest.approx(efficient, rel=1e-3)


def _lottery(prize: float, people: int, worth: float) -> float:
    """The G at which tickets are bought for R + G if one more is worth h'(G) to everybody."""
    low, high = worth - 1, people * worth
    for _ in range(60):
        good = (low + high) / 2
        steady = ConcaveBenefit(lambda effort: effort, np.ones_like)
        sold = EffortContest(prize, np.ones(people), worth / (1 + good), steady).equilibrium().total
        low, high = (good, high) if sold > prize + good else (low, good)
    return low
