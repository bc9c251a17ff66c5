"""Payoff sets of repeated games beside QuantEcon's; run with ``make bench``.

Besides the time, each test pins which answers either gives: QuantEcon's algorithm (Abreu and
Sannikov 2014) raises where the set is a segment or a point and takes no third player.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from quantecon.game_theory import NormalFormGame, Player, RepeatedGame
from scipy.spatial import QhullError

from derelayl_econ import RepeatedRelay, StageGame, solve_payoff_set

DILEMMA = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
EXAMPLE = StageGame([[(16, 9), (3, 13), (0, 3)], [(21, 1), (10, 4), (-1, 0)],
                     [(9, 0), (5, -4), (-5, -15)]])  # fmt: skip
OUTPUTS = [Fraction(k) for k in range(7)]
COURNOT = StageGame([
    [((max(6 - a - b, Fraction(0)) - Fraction(3, 5)) * a,
      (max(6 - a - b, Fraction(0)) - Fraction(3, 5)) * b) for b in OUTPUTS] for a in OUTPUTS
])  # fmt: skip
GAMES = [
    pytest.param(DILEMMA, 0.3, id="dilemma"),
    pytest.param(EXAMPLE, 0.3, id="abreu-sannikov"),
    pytest.param(COURNOT, 0.8, id="cournot-7x7"),
]
THIN = [
    pytest.param(Fraction(1, 7), id="segment at 1/7"),
    pytest.param(0.15, id="segment"),
    pytest.param(0.14, id="point"),
]


def _quantecon(game, discount):
    pay = game.payoffs.astype(np.float64)
    players = (Player(pay[..., 0]), Player(pay[..., 1].T))
    repeated = RepeatedGame(NormalFormGame(players), discount)
    start = {"u_init": np.array(game.minmax)}
    return repeated.equilibrium_payoffs(options=start)


@pytest.mark.parametrize(("game", "discount"), GAMES)
def test_ours(benchmark, game, discount):
    found = benchmark(solve_payoff_set, game, discount)
    assert found.gap < 1e-6
    hull = _quantecon(game, discount)
    assert all(found.contains(v, tolerance=1e-6) for v in hull.points[hull.vertices])


@pytest.mark.parametrize(("game", "discount"), GAMES)
def test_quantecon(benchmark, game, discount):
    hull = benchmark(_quantecon, game, discount)
    assert len(hull.vertices) > 2


@pytest.mark.parametrize("discount", THIN)
def test_ours_where_the_set_is_thin(benchmark, discount):
    found = benchmark(solve_payoff_set, DILEMMA, discount)
    assert found.gap < 1e-6
    assert len(found.inner) in (1, 2)
    with pytest.raises(QhullError):
        _quantecon(DILEMMA, float(discount))


def test_ours_for_three_players(benchmark):
    game = StageGame.public_good(contribute=[-1, 1, 3], ride=[0, 2, 4])
    found = benchmark(solve_payoff_set, game, 0.7)
    assert found.gap < 1e-6


@pytest.mark.parametrize("members", [5, 1000, 10**6])
def test_critical_discount(benchmark, members):
    relay = RepeatedRelay(members, 1, 3, 0.02, 0.1)
    assert benchmark(relay.critical_discount).check()
