"""Published results on tournaments, none of which was used to write the solver."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from derelayl_econ.games.tournament import SettlementTournament
from derelayl_econ.games.tournament_cost import ConvexCost
from derelayl_econ.games.tournament_luck import Cutoffs


# Lazear and Rosen 1981, Journal of Political Economy 89:841, two contestants: V' = C' at the prizes
# with (W1 - W2) g(0) = V and W1 + W2 = 2 V mu, g the density of the difference of the two lucks; if
# these are normal with variance sigma^2, g(0) = 1/(2 sigma sqrt(pi)).
@pytest.mark.parametrize(("value", "luck", "bend"), [(1.0, 2.0, 1.0), (3.0, 1.5, 0.7)])
def test_lazear_and_rosen_1981(value: float, luck: float, bend: float) -> None:
    efficient = value / bend  # V = C'(mu)
    spread = value * 2 * luck * math.sqrt(math.pi)
    game = SettlementTournament(winning_share=0.5, prize=spread, luck=luck, cost=bend,
                                participants=2)  # fmt: skip
    assert game.effort == pytest.approx(efficient)
    # The wage without competition, W2, makes the firm break even; it is not part of the race.
    loser = value * efficient - spread / 2
    assert game.first_order().payoff + loser == pytest.approx(value**2 / (2 * bend))


# The same paper: a pure equilibrium needs enough luck. With normal luck and quadratic cost payoffs
# are concave everywhere if sigma_d^2 C''/(W1 - W2) >= phi(1), sigma_d^2 = 2 sigma^2 being the
# variance of the difference of the two lucks.
def test_luck_enough_for_concavity_is_enough_for_an_equilibrium() -> None:
    prize, bend = 2.0, 1.0
    concave = math.sqrt(prize * stats.norm.pdf(1) / (2 * bend))
    game = SettlementTournament(winning_share=0.5, prize=prize, luck=concave, cost=bend,
                                participants=2)  # fmt: skip
    assert game.first_order().exists
    assert 0.5 * concave < game.critical_luck() < concave


# Nalebuff and Stiglitz 1983, Bell Journal of Economics 14:21: with N contestants and a prize for
# the best, marginal effort is rewarded by the integral of (N-1) F^(N-2) f^2; with symmetric luck a
# penalty for the last does the same, and N = 3 rewards it like N = 2.
@pytest.mark.parametrize("law", [stats.norm(), stats.logistic()])
def test_nalebuff_and_stiglitz_1983(law: stats.rv_continuous) -> None:
    def density(participants: int, winners: int) -> float:
        return float(Cutoffs.finite(law, participants, winners).density(0.0))

    assert density(3, 1) == pytest.approx(density(2, 1))
    for participants in (2, 5, 12):
        u = np.linspace(-40, 40, 200_001)
        first = (participants - 1) * law.cdf(u) ** (participants - 2) * law.pdf(u) ** 2
        prize = float(np.trapezoid(first, u))
        assert density(participants, 1) == pytest.approx(prize, rel=1e-8)
        assert density(participants, participants - 1) == pytest.approx(prize, rel=1e-8)


# Bull, Schotter and Weigelt 1987, Journal of Political Economy 95:1, the baseline tournament: two
# subjects, luck uniform on [-40, 40], cost e^2/10000, prizes of 1.45 and .86 dollars: e* = 37.
# The equilibrium of such pairs is a (M - m)/(4 a) with cost e^2/c, here c (M - m)/(4 a) = 36.875.
def test_bull_schotter_and_weigelt_1987() -> None:
    game = SettlementTournament(winning_share=0.5, prize=1.45 - 0.86, luck=40, cost=2 / 10_000,
                                participants=2, law=stats.uniform(-1, 2))  # fmt: skip
    assert game.effort == pytest.approx(36.875)
    assert round(game.effort) == 37
    assert game.first_order().exists


# Orrison, Schotter and Weigelt 2004, Management Science 50:268, "Multiperson tournaments": with
# uniform luck the predicted effort is the same, 73.75, for 2, 4 and 6 contestants, half of whom win
# (spread of prizes 1.18, luck on [-40, 40], cost e^2/10000), and does not depend on how many win.
@pytest.mark.parametrize(("participants", "winners"), [(2, 1), (4, 2), (6, 3), (6, 2), (6, 4)])
def test_orrison_schotter_and_weigelt_2004(participants: int, winners: int) -> None:
    game = SettlementTournament(winning_share=winners / participants, prize=1.18, luck=40,
                                cost=2 / 10_000, participants=participants,
                                law=stats.uniform(-1, 2))  # fmt: skip
    assert game.effort == pytest.approx(73.75)


# Jia 2008, Public Choice 135:125, and Fu and Lu 2012, Social Choice and Welfare 38:497: a race for
# one prize with Gumbel luck is Tullock's lottery in the logarithms: with outputs log(x_i) + eps_i
# the chance to win is x_i/sum x_j, so equal contestants gain (N-1)/N^2 per unit of output.
@pytest.mark.parametrize("participants", [2, 3, 10, 400])
def test_gumbel_luck_is_a_lottery(participants: int) -> None:
    cutoffs = Cutoffs.finite(stats.gumbel_r(), participants, 1)
    assert float(cutoffs.density(0.0)) == pytest.approx((participants - 1) / participants**2)
    lead = np.array([-1.0, 0.3, 2.0])
    lottery = np.exp(lead) / (np.exp(lead) + participants - 1)
    assert cutoffs.chance(lead) == pytest.approx(lottery, rel=1e-7)


def test_gumbel_luck_and_exponential_cost_are_tullocks_contest() -> None:
    # Efforts x = e^y at unit cost: y costs e^y, and Tullock's x* = R (N-1)/N^2 is y* = log x*. Here
    # y is counted from the output of a contestant who spends 1, since outputs are not negative.
    prize, participants = 100.0, 4
    cost = ConvexCost(np.exp, np.exp)
    game = SettlementTournament(winning_share=0.25, prize=prize, luck=1, cost=cost,
                                participants=participants, law=stats.gumbel_r())  # fmt: skip
    assert math.exp(game.effort) == pytest.approx(18.75)
    first = game.first_order()
    assert first.spending == pytest.approx(18.75)
    assert first.exists


# Drugov and Ryvkin 2020, Journal of Economic Theory 188: more dispersed luck, less effort.
def test_more_dispersed_luck_means_less_effort() -> None:
    efforts = [
        SettlementTournament(winning_share=0.3, prize=2, luck=luck, cost=1, participants=9).effort
        for luck in (0.7, 1.0, 2.0, 5.0)
    ]
    assert efforts == sorted(efforts, reverse=True)
    assert efforts[0] / efforts[3] == pytest.approx(5 / 0.7)
