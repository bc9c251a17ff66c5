"""Repeated games whose answers are in print."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from derelayl_econ import StageGame, grim_trigger, solve_payoff_set
from derelayl_econ.equilibrium.payoff_set import PayoffStatus

EPSILON = Fraction(1, 1000)


def _corners(found: object) -> list[list[float]]:
    return sorted(np.round(found.inner, 6).tolist())  # type: ignore[attr-defined]


def test_abreu_and_sannikov() -> None:
    # Abreu and Sannikov (2014), "An algorithm for two-player repeated games with perfect
    # monitoring", Theoretical Economics 9:313, their example with discount .3; the corners are
    # those of QuantEcon.py's test of the algorithm.
    game = StageGame([[(16, 9), (3, 13), (0, 3)], [(21, 1), (10, 4), (-1, 0)],
                      [(9, 0), (5, -4), (-5, -15)]])  # fmt: skip
    found = solve_payoff_set(game, 0.3)
    assert found.status is PayoffStatus.SOLVED
    printed = [[1.1256824, 2.8], [7.3377047, 0.0], [7.3377047, 10.9826253], [7.8630896, 0.0],
               [15.5630896, 9.1], [19.7917977, 2.8]]  # fmt: skip
    assert np.array(_corners(found)) == pytest.approx(np.array(printed), abs=1e-5)


def test_friedmans_trigger_in_a_cournot_duopoly() -> None:
    # Friedman (1971), "A non-cooperative equilibrium for supergames", Review of Economic Studies
    # 38:1; with linear demand and n firms the threshold is (n+1)^2/(n^2 + 6n + 1), 9/17 for two,
    # e.g. Martin (2001), "Advanced Industrial Economics", chapter on collusion.
    outputs = (Fraction(1, 4), Fraction(1, 3), Fraction(3, 8))  # half monopoly, Cournot, best reply
    game = StageGame([[((1 - a - b) * a, (1 - a - b) * b) for b in outputs] for a in outputs])
    found = grim_trigger(game, (0, 0))
    assert found.exact == Fraction(9, 17)
    assert found.payoff == (0.125, 0.125)
    assert set(found.punishments) == {(1, 1)}


def test_mailath_and_samuelson_prisoners_dilemma() -> None:
    # Mailath and Samuelson (2006), "Repeated Games and Reputations", figure 1.2.1:
    # grim trigger is an equilibrium iff delta >= 1/3, and no lower discount does better than D, D.
    game = StageGame([[(2, 2), (-1, 3)], [(3, -1), (0, 0)]])
    assert grim_trigger(game, (0, 0)).exact == Fraction(1, 3)
    assert solve_payoff_set(game, Fraction(1, 3)).contains([2, 2]) is True
    assert _corners(solve_payoff_set(game, Fraction(1, 3) - EPSILON)) == [[0, 0]]
    # Folk theorem (their chapter 3): all feasible payoffs >= 0 for patient players.
    patient = solve_payoff_set(game, 0.9)
    assert _corners(patient) == [[0, 0], [0, 2.666667], [2, 2], [2.666667, 0]]


def test_mailath_and_samuelson_product_choice() -> None:
    # The same book, figure 1.5.1, two long-lived players: high effort and the customised product
    # (2, 3) for ever iff delta >= 1/2 (2 >= (1 - delta) 3 + delta).
    game = StageGame([[(2, 3), (0, 2)], [(3, 0), (1, 1)]])
    assert grim_trigger(game, (0, 0)).exact == Fraction(1, 2)
    assert solve_payoff_set(game, Fraction(1, 2)).contains([2, 3]) is True
    assert solve_payoff_set(game, Fraction(1, 2) - EPSILON).contains([2, 3]) is False


@pytest.mark.parametrize("temptation", [2, 3, 4])
def test_stahls_graph_of_dilemma_payoffs(temptation: int) -> None:
    # Stahl (1991), "The graph of prisoners' dilemma supergame payoffs as a function of the discount
    # factor", Games and Economic Behavior 3:368, with public randomisation: payoffs 1 for both, a
    # and -b for one who defects alone, 0 for both who do. As patience grows the set is the point
    # (0, 0), the segment to (1, 1) from (a-1)/a on, a polygon, and all individually rational
    # payoffs. The formulas below are own algebra: who is the sucker needs a continuation of
    # b (1-delta)/delta; from b/(1+b) on the pair (1, 1) is enough, before that a better one is
    # needed, which exists if x^2 - (1-delta)(a-1) x + b (1-delta) - delta = 0 has a root.
    a, b = temptation, 3 * temptation
    game = StageGame([[(1, 1), (-b, a)], [(a, -b), (0, 0)]])
    cooperate, all_rational = Fraction(a - 1, a), Fraction(b, b + 1)
    # (1-delta)^2 (a-1)^2 = 4 (b (1-delta) - delta), with y = 1 - delta
    y = (2 * (b + 1) - 2 * ((b + 1) ** 2 - (a - 1) ** 2) ** 0.5) / (a - 1) ** 2
    polygon = 1 - y
    assert cooperate < polygon < all_rational
    assert _corners(solve_payoff_set(game, cooperate - EPSILON)) == [[0, 0]]
    for delta in (cooperate, (cooperate + Fraction(polygon)) / 2, polygon - 1e-3):
        assert _corners(solve_payoff_set(game, delta)) == [[0, 0], [1, 1]]
    middle = 0.5 * (polygon + float(all_rational))
    pull = (1 - middle) * (a - 1)
    tops = {
        middle: 1 + 0.5 * (pull + (pull**2 - 4 * (b * (1 - middle) - middle)) ** 0.5),
        float(all_rational) + 1e-3: (a + b) / (1 + b),
    }
    for delta, top in tops.items():
        found = solve_payoff_set(game, delta)
        assert found.status is PayoffStatus.SOLVED
        assert np.array(_corners(found)) == pytest.approx(
            np.array([[0, 0], [0, top], [1, 1], [top, 0]]), abs=1e-5
        )


def test_fudenberg_and_maskin_three_players() -> None:
    # Fudenberg and Maskin (1986), "The folk theorem in repeated games with discounting or with
    # incomplete information", Econometrica 54:533, example 3: all get 1 if all do the same, else
    # nothing. The minmax payoff 0 is out of reach at every discount, since payoffs are common and
    # two of three always agree; with pure actions the same argument leaves 1 alone.
    game = np.zeros((2, 2, 2, 3))
    game[0, 0, 0] = game[1, 1, 1] = 1
    stage = StageGame(game)
    assert stage.minmax == (0, 0, 0)
    for delta in (0.3, 0.8):
        found = solve_payoff_set(stage, delta)
        assert found.inner.tolist() == [[1, 1, 1]]
        assert found.status is PayoffStatus.SOLVED
    patient = solve_payoff_set(stage, 0.99, steps=20)  # the punishment rises by 1 % a step
    assert patient.inner.tolist() == [[1, 1, 1]]
    assert patient.status is PayoffStatus.BUDGET
    assert patient.contains([1, 1, 1]) is True
    assert patient.contains([0, 0, 0]) is False
    assert patient.contains([0.5, 0.5, 0.5]) is None


def test_judd_yeltekin_and_conklin_cournot() -> None:
    # Judd, Yeltekin and Conklin (2003), "Computing supergame equilibria", Econometrica 71:1239,
    # section 6: Cournot duopoly, price 6 - q1 - q2, unit cost .6, discount .8, outputs on a grid of
    # [0, 6] (7 points here, 15 there). Reversion to Cournot is far from the worst: the value 0 of
    # leaving the market is an equilibrium payoff, supported by stick and carrot.
    grid = [Fraction(k) for k in range(7)]
    prices = {(a, b): max(6 - a - b, Fraction(0)) - Fraction(3, 5) for a in grid for b in grid}
    game = StageGame([[(prices[a, b] * a, prices[a, b] * b) for b in grid] for a in grid])
    found = solve_payoff_set(game, Fraction(4, 5))
    assert found.status is PayoffStatus.SOLVED
    assert np.array(found.worst) == pytest.approx(np.zeros((2, 2)), abs=1e-9)
    assert found.contains([0, 0]) is True
    assert found.support([1, 1])[0] == pytest.approx(7.2)  # monopoly on the grid: (6 - 3 - .6) 3
    assert game.pure_equilibria()[0].payoff == (2.8, 2.8)
