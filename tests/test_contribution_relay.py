"""Relay orders: subgame-perfect play against grids, closed forms, and what papers say of it."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.concave_curves import LogCurve, RootCurve
from derelayl_econ.games.contribution import ContributionGame
from derelayl_econ.games.contribution_relay import MOST_MOVERS
from derelayl_econ.games.contribution_replies import Move, Mover, Piece, Reply, Staircase
from derelayl_econ.quality import ExponentialCurve, HillCurve, PowerCurve

FRESH = np.random.SeedSequence().entropy
SEEDS = [0, 1, 2, FRESH]
CURVES = (LogCurve(), RootCurve(), ExponentialCurve(0, 1, 0.5), HillCurve(0, 1, 1.0, 0.8),
          PowerCurve(0, 1, 1.0, 0.7))  # fmt: skip

ABOVE = ContributionGame([2, 6, 3], 1, LogCurve(), caps=[1, 3, 1])
BELOW = ContributionGame([4, 3, 5], 1, LogCurve(), caps=[2, 1, 1])


def random_game(rng, participants, *, capped, curve=None):
    curve = CURVES[rng.integers(len(CURVES))] if curve is None else curve
    caps = np.round(rng.uniform(0.1, 3, participants), 2) if capped else None
    return ContributionGame(
        rng.uniform(1, 8, participants), rng.uniform(0.5, 1.5, participants), curve, caps
    )


def chain_of_replies(game, order):
    """Return the replies of all movers, as the solver builds them, for tests off the path."""
    replies, later = [], Staircase.nobody()
    for turn in reversed(range(len(order))):
        i = order[turn]
        mover = Mover(*(float(row[i]) for row in (game.values, game.costs, game.limits,
                                                  game.demands)), game.benefit.rise_at)  # fmt: skip
        replies.insert(0, Reply(mover, later))
        later = replies[0].staircase
    return replies


# ------------------------------------------------------------------------------ by hand, in numbers


def test_the_example_of_the_theory_notes():
    game = ContributionGame([3, 2], 1, LogCurve())
    first, last = game.sequential([0, 1]), game.sequential([1, 0])
    assert (first.total, last.total, first.simultaneous_total) == (1, 2, 2)
    assert first.strategy.tolist() == [0, 1]
    assert first.payoff == pytest.approx([3 * math.log(2), 2 * math.log(2) - 1])
    assert last.strategy.tolist() == [2, 0]
    assert last.coverage == "all"


def test_with_caps_the_total_can_exceed_the_simultaneous_one():
    found = ABOVE.sequential([0, 1, 2])
    # 1 is indifferent between topping 0's gift z up to 1 (2 adds the other leg) and the whole cap:
    # 6 ln 3 - (1 - z) = 6 ln(4 + z) - 3.
    z = found.strategy[0]
    assert 6 * math.log(3) - (1 - z) == pytest.approx(6 * math.log(4 + z) - 3)
    assert 2 * math.log(4 + z) - z > 2 * math.log(3)  # so the gift pays for 0
    assert found.strategy[1:].tolist() == [3, 0]
    assert found.total == pytest.approx(3.7230317578677736)
    assert found.total > found.simultaneous_total == 3
    assert found.coverage == "all"  # the tie at the end of the gift is decided by the giver


def test_with_caps_the_keenest_last_can_leave_less_than_the_simultaneous_total():
    found = BELOW.sequential([0, 1, 2])
    assert found.strategy.tolist() == [0, 1, 1]
    assert found.total == 2 < found.simultaneous_total == 3
    # 0 compares ln 3 for nothing with ln 4 for two legs.
    assert 4 * math.log(3) > 4 * math.log(4) - 2


def test_without_caps_a_small_gift_can_make_a_later_one_train():
    found = ContributionGame([4, 3, 2], 1, LogCurve()).sequential([0, 1, 2])
    gift = 2 - 3 * math.log(3 / 2)  # 3 ln 3 - (2 - gift) = 3 ln 2
    assert found.strategy == pytest.approx([gift, 2 - gift, 0])
    assert found.total == 2


def test_a_last_mover_tops_up_as_far_as_the_cap_goes():
    reply = chain_of_replies(ContributionGame([2, 5], 1, LogCurve(), caps=[1, 2.5]), [1])[0]
    found = [0, 1, 1.5, 2, 4, 7]
    assert [reply(x) for x in found] == [2.5, 3.5, 4, 4, 4, 7]
    assert [move for _, move, _ in reply.moves] == [Move.CAP, Move.STOP, Move.RIDE]
    assert [tuple(piece) for piece in reply.staircase.pieces] == [
        (0, True, 2.5), (1.5, False, 4), (4, True, 0),
    ]  # fmt: skip


# -------------------------------------------------------------------------- grid backward induction


def grid_play(game, order, step):
    """Return the total by backward induction from the prose, on a grid of totals.

    Ties within rounding go upwards. Nothing here knows of stops, peaks or pieces.
    """
    reach = min(float(game.limits.sum()), float(game.demands.max())) + 2 * step
    totals = np.arange(0.0, reach + step, step)
    quality = game.curve.quality(totals)
    ends = np.arange(totals.size)  # what the later movers make of each total
    for i in reversed(order):
        worth = game.values[i] * quality[ends] - game.costs[i] * totals
        width = int(min(game.limits[i] / step + 1e-9, totals.size))
        chosen = np.empty(totals.size, dtype=int)
        for x in range(totals.size):
            window = worth[x : x + width + 1]
            chosen[x] = x + np.flatnonzero(window >= window.max() - 1e-12)[-1]
        ends = ends[chosen]
    return totals[ends[0]]


def near_tie(game, order):
    """Return whether slightly other values change the play much: then no grid is to be trusted.

    On the grid, so that the solver has no say in which games it is tested on.
    """
    total = grid_play(game, order, 0.02)
    for i in range(game.participants):
        for factor in (0.97, 1.03):
            values = game.values.copy()
            values[i] *= factor
            other = ContributionGame(values, game.costs, game.curve, game.caps)
            if abs(grid_play(other, order, 0.02) - total) > 0.09 + 0.1 * total:
                return True
    return False


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("capped", [True, False])
def test_against_backward_induction_on_a_grid(seed, capped):
    rng = np.random.default_rng(seed)
    settled = tried = 0
    for _ in range(9):
        n = int(rng.integers(2, 6))
        game = random_game(rng, n, capped=capped)
        if game.demands.max() > 12:
            continue
        order = rng.permutation(n)
        tried += 1
        coarse, fine = (grid_play(game, order, step) for step in (0.01, 0.005))
        if abs(coarse - fine) <= 0.04 and not near_tie(game, order):
            settled += 1
            assert game.sequential(order).total == pytest.approx(fine, abs=0.03)
    assert settled >= 0.6 * tried


# -------------------------------------------------------------- subgame perfection, on and off path


@pytest.mark.parametrize("seed", SEEDS)
def test_no_deviation_gains_after_any_history(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        n = int(rng.integers(2, 7))
        game = random_game(rng, n, capped=rng.random() < 0.7)
        order = rng.permutation(n)
        replies = chain_of_replies(game, order)
        for turn, i in enumerate(order):
            reach = game.limits[list(order[:turn])].sum() if turn else 0.0
            found = rng.uniform(0, min(reach, 1.5 * game.demands.max()))

            def payoff(left, found=found, turn=turn, i=i, replies=replies, game=game):
                total = left
                for reply in replies[turn + 1 :]:
                    total = reply(total)
                return game.values[i] * float(game.curve.quality(total)) - game.costs[i] * (
                    left - found
                )

            best = payoff(replies[turn](found))
            top = found + min(game.limits[i], 2 * game.demands.max() + 1)
            for left in [*rng.uniform(found, top, 40), found, top]:
                assert payoff(left) <= best + 1e-9 * (1 + abs(best))


@pytest.mark.parametrize("seed", SEEDS)
def test_staircases_are_what_the_movers_do(seed):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        n = int(rng.integers(1, 6)) + 1
        game = random_game(rng, n, capped=rng.random() < 0.7)
        replies = chain_of_replies(game, rng.permutation(n))
        points = np.sort(rng.uniform(0, 1.5 * game.demands.max() + 1, 50))
        ends = []
        for x in points:
            total = x
            for reply in replies:
                assert reply(total) >= total
                assert reply(total) <= total + reply.mover.cap * (1 + 1e-12)
                total = reply(total)
            ends.append(total)
            assert replies[0].staircase(x) == pytest.approx(total, rel=1e-12)
        assert (np.diff(ends) >= -1e-12).all()  # F is non-decreasing
        top = game.demands.max()
        assert replies[0].staircase(top) == pytest.approx(top)  # beyond all demands nobody trains


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reported_regret_is_rounding(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        n = int(rng.integers(2, 6))
        game = random_game(rng, n, capped=rng.random() < 0.7)
        found = game.sequential(rng.permutation(n))
        assert 0 <= found.regret <= 1e-11
        assert found.strategy.sum() == pytest.approx(found.total)
        assert (found.strategy >= 0).all()
        assert (found.strategy <= game.limits * (1 + 1e-12)).all()
        assert found.payoff == pytest.approx(game.payoffs(found.strategy))


# --------------------------------------------------------------------------------- what theory says


@pytest.mark.parametrize("seed", SEEDS)
def test_without_caps_no_order_exceeds_the_simultaneous_total(seed):
    rng = np.random.default_rng(seed)
    for _ in range(12):
        n = int(rng.integers(2, 6))
        game = random_game(rng, n, capped=False)
        found = game.all_orders()
        assert (found.totals <= found.simultaneous_total * (1 + 1e-12)).all()
        assert found.simultaneous_total == pytest.approx(game.demands.max())
        keenest = int(np.argmin(game.kappas))
        last = found.orders[:, -1] == keenest
        assert found.totals[last] == pytest.approx(found.simultaneous_total)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_caps_two_movers_obey_both_statements(seed):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        game = random_game(rng, 2, capped=True)
        keen_last = tuple(np.argsort(-game.kappas))
        simultaneous = game.simultaneous().total
        assert game.sequential(keen_last).total == pytest.approx(simultaneous)
        assert game.sequential(keen_last[::-1]).total <= simultaneous * (1 + 1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_caps_the_least_keen_first_leaves_the_simultaneous_total(seed):
    rng = np.random.default_rng(seed)
    for _ in range(30):
        game = random_game(rng, int(rng.integers(2, 8)), capped=True)
        play = game.sequential(np.argsort(-game.kappas))
        assert play.total == pytest.approx(play.simultaneous_total)


def test_beyond_two_capped_movers_both_statements_fail_often():
    rng = np.random.default_rng(5)
    above = below = 0
    for _ in range(300):
        game = random_game(rng, 3, capped=True, curve=LogCurve())
        found = game.all_orders()
        above += bool((found.totals > found.simultaneous_total + 1e-6).any())
        last = found.orders[:, -1] == np.argmin(game.kappas)
        below += bool((found.totals[last] < found.simultaneous_total - 1e-6).any())
    assert above > 5
    assert below > 5


# ----------------------------------------------------------------------------------------- coverage


def test_a_knife_edge_of_the_first_mover_is_reported():
    # First pays x_1 = 2 alone or rides on x_2: equal where 3 ln((1 + x_1)/(1 + x_2)) = x_1.
    low = 3 * math.exp(-2 / 3) - 1
    game = ContributionGame([3, 1 + low], 1, LogCurve())
    found = game.sequential([0, 1])
    assert found.coverage == "some"
    assert found.indifferent == (0,)
    assert min(abs(found.total - x) for x in (low, 2)) <= 1e-12  # rounding decides which
    alone, riding = game.payoffs([2, 0])[0], game.payoffs([0, low])[0]
    assert alone == pytest.approx(riding)
    for factor, total in ((1.01, 1.01 * (1 + low) - 1), (0.99, 2)):
        clear = ContributionGame([3, factor * (1 + low)], 1, LogCurve()).sequential([0, 1])
        assert clear.coverage == "all"
        assert clear.total == pytest.approx(total)


def test_a_cap_that_just_reaches_a_jump_is_reported():
    z = float(ABOVE.sequential([0, 1, 2]).strategy[0])
    exact = ContributionGame([2, 6, 3], 1, LogCurve(), caps=[z, 3, 1])
    assert exact.sequential([0, 1, 2]).coverage == "some"
    roomy = ContributionGame([2, 6, 3], 1, LogCurve(), caps=[z * 1.001, 3, 1])
    assert roomy.sequential([0, 1, 2]).coverage == "all"
    short = ContributionGame([2, 6, 3], 1, LogCurve(), caps=[z * 0.999, 3, 1]).sequential([0, 1, 2])
    assert (short.coverage, short.total) == ("all", 2)


def test_identical_movers_leave_it_to_the_last():
    found = ContributionGame([3, 3, 3], 1, LogCurve()).sequential([2, 0, 1])
    assert found.strategy.tolist() == [0, 2, 0]
    assert found.coverage == "all"


def test_those_without_value_ride_wherever_they_stand():
    for order in itertools.permutations(range(3)):
        found = ContributionGame([0, 3, 0], 1, LogCurve()).sequential(order)
        assert found.strategy.tolist() == [0, 2, 0]
    nobody = ContributionGame([0, 0], 1, LogCurve(), caps=1).sequential([1, 0])
    assert (nobody.total, nobody.efficiency, nobody.coverage) == (0, 1, "all")


# --------------------------------------------------------------------------------------- all orders


@pytest.mark.parametrize("capped", [True, False])
def test_all_orders_are_the_single_orders(capped):
    rng = np.random.default_rng(3)
    game = random_game(rng, 4, capped=capped)
    found = game.all_orders()
    assert [tuple(row) for row in found.orders] == list(itertools.permutations(range(4)))
    for order, total, efficiency in zip(
        found.orders, found.totals, found.efficiencies, strict=True
    ):
        play = game.sequential(order)
        assert play.total == total
        assert play.efficiency == pytest.approx(efficiency)
    assert game.sequential(found.best).total == found.totals.max()
    assert game.sequential(found.worst).total == found.totals.min()
    assert found.coverage == "all"
    assert "best order" in str(found)
    assert len(json.dumps(found.to_dict())) > 100


def test_seven_movers_are_the_most():
    rng = np.random.default_rng(1)
    game = random_game(rng, MOST_MOVERS, capped=False, curve=LogCurve())
    assert game.all_orders().totals.shape == (math.factorial(MOST_MOVERS),)
    with pytest.raises(InputError, match="participants must be at most 7 for all orders"):
        random_game(rng, 8, capped=False).all_orders()


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(-10, 10))
def test_relabelling_and_units(seed, power):
    rng = np.random.default_rng(seed)
    game = random_game(rng, 4, capped=bool(seed % 2), curve=LogCurve())
    order, names, unit = rng.permutation(4), rng.permutation(4), 2.0**power
    caps = None if game.caps is None else game.caps[names]
    other = ContributionGame(unit * game.values[names], unit * game.costs[names], game.curve, caps)
    here = game.sequential(names[order])  # participant names[j] is called j in the other game
    there = other.sequential(order)
    assert there.total == pytest.approx(here.total, rel=1e-9)
    assert there.payoff == pytest.approx(unit * here.payoff[names], rel=1e-9)


# ----------------------------------------------------------------------------- published statements


@settings(max_examples=60)
@given(st.sampled_from(CURVES[:3]), st.floats(2.2, 9), st.floats(0.3, 1))
def test_published_first_contributor_rides_or_stands_alone(curve, keen, ratio):
    # Varian 1994, J. Public Economics 53:165, section 3 (two agents, quasi-linear): who is first
    # gives either nothing, or, if keener, as much as alone - iff that beats riding on the other.
    game = ContributionGame([keen, ratio * keen], 1.0, curve)
    alone = game.demands
    found = game.sequential([0, 1])
    gain = keen * float(game.benefit.rise(alone[0]) - game.benefit.rise(alone[1])) - alone[0]
    if gain > 1e-9:
        assert found.strategy.tolist() == [alone[0], 0]
    elif gain < -1e-9:
        assert found.strategy.tolist() == [0, alone[1]]
    assert game.sequential([1, 0]).strategy.tolist() == [alone[0], 0]


@settings(max_examples=60)
@given(st.sampled_from(CURVES[:3]), st.floats(2.2, 9), st.floats(0.3, 0.999))
def test_published_bidding_for_the_first_turn(curve, keen, ratio):
    # Varian 1994, abstract: if agents bid for the right to move first, the one who values the
    # public good least wins.
    game = ContributionGame([keen, ratio * keen], 1.0, curve)
    keen_first, keen_last = game.sequential([0, 1]).payoff, game.sequential([1, 0]).payoff
    bid_of_the_keen = keen_first[0] - keen_last[0]
    bid_of_the_other = keen_last[1] - keen_first[1]
    assert bid_of_the_other >= bid_of_the_keen - 1e-12


def test_published_detrimental_move_order():
    # Nosenzo, Sefton 2011, J. Public Economic Theory 13:721, abstract, on Varian's game: the bad
    # order is that in which the person of high value commits to a low contribution.
    found = ContributionGame([5, 4], 1, LogCurve()).all_orders()
    assert found.worst == (0, 1)
    assert found.best == (1, 0)
    play = ContributionGame([5, 4], 1, LogCurve()).sequential(found.worst)
    assert play.strategy[0] < play.strategy[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_published_complete_information_with_any_number_of_agents(seed):
    # Bag, Roy 2011, Int. J. Game Theory 40:119: under complete information a sequential game with
    # quasi-linear utility never yields more than the simultaneous one (no caps there).
    rng = np.random.default_rng(seed)
    for n in (2, 5, 12, 40):
        game = random_game(rng, n, capped=False)
        for _ in range(5):
            play = game.sequential(rng.permutation(n))
            assert play.total <= play.simultaneous_total * (1 + 1e-12)


# -------------------------------------------------------------------------------------------- input


@pytest.mark.parametrize(
    "order",
    [[0], [0, 0], [0, 2], [0, 1, 2], "01", None, [0.5, 1], [True, False], 3, [[0, 1]], [0, -1]],
)
def test_bad_orders_are_refused(order):
    with pytest.raises(InputError, match=r"order must be a permutation of 0, \.\.\., 1"):
        ContributionGame([3, 2], 1, LogCurve()).sequential(order)


def test_orders_of_any_kind_of_integers():
    game = ContributionGame([3, 2], 1, LogCurve())
    for order in ((1, 0), np.array([1, 0]), range(1, -1, -1), [1.0, 0.0]):
        assert game.sequential(order).order == (1, 0)


def test_staircases_merge_pieces_that_go_on_alike():
    rows = [Piece(0.0, True, 1.0), Piece(1.0, False, 2.0), Piece(1.5, False, 2.0),
            Piece(2.0, True, 0.0)]  # fmt: skip
    later = Staircase(rows)
    assert later.lefts == [0, 1, 2]
    assert [later(y) for y in (0, 0.5, 1, 1.7, 2, 3)] == [1, 1.5, 2, 2, 2, 3]
