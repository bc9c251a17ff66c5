"""Payoff sets of repeated games, against polygons clipped by hand, simple machines and attacks."""

from __future__ import annotations

import functools
import itertools
import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derelayl_econ import InputError, PayoffSet, StageGame, solve_payoff_set
from derelayl_econ.equilibrium.automaton import Automaton
from derelayl_econ.equilibrium.coins import dyadic, matching, simple
from derelayl_econ.equilibrium.payoff_set import PayoffStatus
from derelayl_econ.equilibrium.polytope import corners, distances, extreme, normals, unseen
from derelayl_econ.equilibrium.programs import mixtures, rooms, supports
from derelayl_econ.equilibrium.stage_game import as_money, as_shares

mpl.use("Agg")

DILEMMA = StageGame([[(9, 9), (1, 10)], [(10, 1), (3, 3)]])
PENNIES = StageGame.bimatrix([[1, 0], [0, 1]], [[0, 1], [1, 0]])
SEEDS = [pytest.param(7, id="fixed"), pytest.param(np.random.SeedSequence().entropy, id="fresh")]
Point = tuple[float, float]


def _random_game(rng: random.Random, *actions: int) -> StageGame:
    players = len(actions)
    numbers = [rng.randint(-3, 9) for _ in range(math.prod(actions) * players)]
    return StageGame(np.array(numbers).reshape(*actions, players))


solved = functools.cache(solve_payoff_set)


# ------------------------------------------------------------------- polygons clipped by hand


def _hull(points: list[Point]) -> list[Point]:
    """Return the convex hull by Andrew's monotone chain; points and segments stay what they are."""
    unique = sorted({(round(x, 13), round(y, 13)) for x, y in points})
    if len(unique) < 3:
        return unique

    def half(row: list[Point]) -> list[Point]:
        kept: list[Point] = []
        for p in row:
            while len(kept) > 1 and _turn(kept[-2], kept[-1], p) <= 0:
                kept.pop()
            kept.append(p)
        return kept[:-1]

    return half(unique) + half(unique[::-1])


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _clip(polygon: list[Point], axis: int, least: float) -> list[Point]:
    """Return the part of a polygon (or segment or point) with coordinate ``axis`` >= least."""
    result: list[Point] = []
    for p, q in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if p[axis] >= least:
            result.append(p)
        if (p[axis] - least) * (q[axis] - least) < 0:
            t = (least - p[axis]) / (q[axis] - p[axis])
            result.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
    return result


def _by_hand(game: StageGame, delta: float, rounds: int) -> list[Point]:
    """Apply the Abreu-Pearce-Stacchetti operator again and again, beginning with all payoffs.

    Contains V after any number of rounds: thresholds are lowered by a little for rounding.
    """
    pay = {p: [float(x) for x in game.payoffs[p]] for p in np.ndindex(*game.actions)}
    best = {
        (a, b): (max(pay[c, b][0] for c in range(game.actions[0])),
                 max(pay[a, c][1] for c in range(game.actions[1])))
        for a, b in pay
    }  # fmt: skip
    polygon = _hull([(x, y) for x, y in pay.values()])
    for _ in range(rounds):
        if not polygon:
            return []
        worst = [min(p[i] for p in polygon) for i in range(2)]
        points: list[Point] = []
        for a, own in pay.items():
            part = polygon
            for i in range(2):
                least = worst[i] + (1 - delta) / delta * (best[a][i] - own[i]) - 1e-10
                part = _clip(part, i, least)
            points += [
                ((1 - delta) * own[0] + delta * w[0], (1 - delta) * own[1] + delta * w[1])
                for w in part
            ]
        polygon = _hull(points)
    return polygon


def _near(points: npt.ArrayLike, others: npt.ArrayLike) -> float:
    """Return how far points are from the hull of others."""
    first, second = np.array(points, dtype=float), np.array(others, dtype=float)
    if not len(first):
        return 0.0
    return float(distances(second, first).max()) if len(second) else math.inf


def _cases() -> list[tuple[StageGame, float]]:
    rng = random.Random(7)
    return [
        (_random_game(rng, *rng.choice([(2, 2), (2, 3), (3, 3)])), delta)
        for delta in (0.23, 0.41, 0.55, 0.67)
        for _ in range(5)
    ]


CASES = _cases()


@pytest.mark.parametrize("case", range(len(CASES)))
def test_both_bounds_are_what_clipping_polygons_by_hand_gives(case: int) -> None:
    game, delta = CASES[case]
    found, by_hand = solved(game, delta), _by_hand(game, delta, 80)
    assert found.status in (PayoffStatus.SOLVED, PayoffStatus.EMPTY)
    assert found.empty == (not by_hand)
    assert _near(found.inner, by_hand) < 1e-7
    assert _near(by_hand, found.outer) < 1e-4
    assert _near(by_hand, found.inner) < 1e-4


def test_on_fresh_games_the_inner_bound_lies_in_the_clipped_polygon() -> None:
    rng = random.Random(np.random.SeedSequence().entropy)
    for actions in ((2, 2), (2, 2), (2, 3), (2, 3), (3, 3), (3, 3)):
        game, delta = _random_game(rng, *actions), rng.uniform(0.05, 0.9)
        found = solve_payoff_set(game, delta, rounds=3)
        assert _near(found.inner, _by_hand(game, delta, 30)) < 1e-7, (game.payoffs, delta)


# ------------------------------------------------------------------------- simple machines


def _cycles(game: StageGame, delta: Fraction) -> list[tuple[Fraction, ...]]:
    """Return exact payoffs of equilibria that alternate between two profiles for ever.

    Whoever deviates is sent to the surviving alternation that is worst for it; alternations in
    which somebody gains by that are struck out until none is left that fails.
    """
    table = {p: tuple(Fraction(x) for x in game.payoffs[p]) for p in np.ndindex(*game.actions)}
    n = game.players
    best = {
        a: [max(table[(*a[:i], c, *a[i + 1 :])][i] for c in range(game.actions[i]))
            for i in range(n)]
        for a in table
    }  # fmt: skip
    value = {
        (a, b): tuple((table[a][i] + delta * table[b][i]) / (1 + delta) for i in range(n))
        for a, b in itertools.product(table, repeat=2)
    }
    states = set(value)
    while states:
        worst = [min(value[s][i] for s in states) for i in range(n)]
        good = {
            (a, b) for a, b in states
            if (b, a) in states and all(
                value[a, b][i] >= (1 - delta) * best[a][i] + delta * worst[i] for i in range(n)
            )
        }  # fmt: skip
        if good == states:
            break
        states = good
    return [value[s] for s in states]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_simple_equilibrium_lies_in_the_outer_bound(seed: int) -> None:
    rng = random.Random(seed)
    for actions in ((2, 2), (3, 2), (3, 3), (2, 2, 2)):
        game, delta = _random_game(rng, *actions), Fraction(rng.randint(10, 90), 100)
        found = solve_payoff_set(game, delta, rounds=2, states=30)
        for payoff in _cycles(game, delta):
            assert found.contains([float(x) for x in payoff]) is not False, (game.payoffs, delta)


# ---------------------------------------------------------------------------------- attacks


def _attack(machine: Automaton, player: int, state: int, periods: int, rng: random.Random) -> Any:
    """Return exactly what ``player`` gets by playing at random for some periods, then complying."""
    if periods == 0:
        return machine.exact_payoffs[state][player]
    game, agreed = machine.game, [int(a) for a in machine.actions[state]]
    own = rng.randrange(game.actions[player])
    profile = (*agreed[:player], own, *agreed[player + 1 :])
    if own == agreed[player]:
        after = sum(
            p * _attack(machine, player, s, periods - 1, rng) for s, p in machine.coins[state]
        )
    else:
        after = _attack(machine, player, machine.punishments[player], periods - 1, rng)
    pay = Fraction(game.payoffs[profile][player])
    return (1 - machine.discount) * pay + machine.discount * after


@pytest.mark.parametrize("seed", SEEDS)
def test_no_random_deviation_from_any_machine_pays(seed: int) -> None:
    rng = random.Random(seed)
    games = [_random_game(rng, *a) for a in ((2, 2), (2, 3), (3, 3), (2, 2, 2))] + [DILEMMA]
    for game in games:
        found = solve_payoff_set(game, rng.choice([0.3, 0.55, Fraction(7, 10), 0.9]), rounds=2)
        if found.automaton is None:
            continue
        assert found.automaton.check()
        assert found.regret == 0
        for _ in range(60):
            player = rng.randrange(game.players)
            state = rng.randrange(len(found.automaton.profiles))
            paid = _attack(found.automaton, player, state, rng.randint(1, 3), rng)
            assert paid <= found.automaton.exact_payoffs[state][player], (game.payoffs, found)


def test_payoffs_of_machines_are_what_playing_them_pays() -> None:
    found = solved(DILEMMA, 0.3)
    machine = found.automaton
    assert machine is not None
    share = np.eye(len(machine.profiles))
    pay = np.array([DILEMMA.payoffs[tuple(a)] for a in machine.actions], dtype=float)
    total = np.zeros_like(machine.payoffs)
    for period in range(60):
        total += 0.7 * 0.3**period * share @ pay
        share = share @ machine.transitions
    assert total == pytest.approx(machine.payoffs, abs=1e-9)


def test_a_forged_machine_fails_its_check() -> None:
    stay = (((0, Fraction(1)),), ((1, Fraction(1)),))
    weak = Automaton.of(DILEMMA, Fraction(1, 8), [0, 3], stay)
    assert not weak.check()
    assert weak.regret == pytest.approx(1 / 8)
    assert weak.slack().min() < 0
    half = ((0, Fraction(1, 2)),), ((1, Fraction(1)),)
    assert not Automaton.of(DILEMMA, Fraction(1, 2), [0, 3], half).check()
    good = Automaton.of(DILEMMA, Fraction(1, 2), [0, 3], stay)
    assert good.status == "exact"
    assert "2 states" in good.claim
    object.__setattr__(good, "exact_payoffs", ((Fraction(10),) * 2, (Fraction(3),) * 2))
    assert not good.check()


# ------------------------------------------------------------------------------- properties


def _support(found: PayoffSet, direction: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.array(found.support(direction))


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.sampled_from([0.3, 0.5, 0.8]), st.integers(1, 50),
       st.integers(-20, 20))  # fmt: skip
def test_relabelling_and_other_money_do_to_the_set_what_they_do_to_payoffs(
    seed: int, delta: float, factor: int, shift: int
) -> None:
    rng = random.Random(seed)
    game = _random_game(rng, 2, 3)
    found = solve_payoff_set(game, delta)
    swapped = solve_payoff_set(StageGame(game.payoffs.transpose(1, 0, 2)[:, :, ::-1]), delta)
    dearer = solve_payoff_set(StageGame(game.payoffs * factor + shift), delta)
    assert found.empty == swapped.empty == dearer.empty
    solved_all = all(s.status is PayoffStatus.SOLVED for s in (found, swapped, dearer))
    if found.empty or not solved_all:
        return
    size = 12.0 + 12.0 * factor
    for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 2), (-2, 1)):
        one = _support(found, [x, y])
        assert _support(swapped, [y, x]) == pytest.approx(one, abs=2e-5 * size)
        assert _support(dearer, [x, y]) == pytest.approx(
            factor * one + shift * (x + y), abs=2e-5 * size
        )


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_patience_keeps_every_equilibrium_payoff(seed: int) -> None:
    game = _random_game(random.Random(seed), 2, 2)
    before, after = solve_payoff_set(game, 0.4), solve_payoff_set(game, 0.7)
    for payoff in before.inner:  # V grows with the discount (Abreu, Pearce, Stacchetti, theorem 6)
        assert after.contains(payoff) is not False


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.floats(0.05, 0.95))
def test_stage_equilibria_are_in_and_less_than_the_minmax_is_out(seed: int, delta: float) -> None:
    game = _random_game(random.Random(seed), 2, 2)
    found = solve_payoff_set(game, delta, rounds=2)
    for e in game.pure_equilibria():
        assert found.contains(e.payoff) is not False
        assert found.automaton is not None
    if not found.empty:
        for (low, high), floor in zip(found.worst, game.minmax, strict=True):
            assert floor <= low <= high + 1e-9
    assert found.gap >= 0


# ------------------------------------------------------- segments, points, nothing, jumps


def test_the_dilemma_is_a_point_a_segment_and_a_polygon() -> None:
    assert solved(DILEMMA, 0.14).inner.tolist() == [[3, 3]]
    for delta in (Fraction(1, 7), 0.15):
        found = solved(DILEMMA, delta)
        assert found.status is PayoffStatus.SOLVED
        assert sorted(found.inner.tolist()) == [[3, 3], [9, 9]]
        assert sorted(found.outer.round(9).tolist()) == [[3, 3], [9, 9]]
        assert found.contains([6, 6]) is True
        assert found.contains([6, 6.001]) is False
    below = Fraction(1, 7) - Fraction(1, 10**6)
    assert solve_payoff_set(DILEMMA, below).inner.tolist() == [[3, 3]]


def test_nearer_to_a_jump_than_rounding_the_bounds_stay_apart_and_say_so() -> None:
    assert Fraction(1 / 7) < Fraction(1, 7)  # the float is on the side of the point
    found = solve_payoff_set(DILEMMA, 1 / 7)
    assert found.status is PayoffStatus.APART
    assert found.inner.tolist() == [[3, 3]]
    assert found.contains([9, 9]) is None
    assert found.contains([9.1, 9]) is False
    assert found.gap > 0.1


def test_a_set_whose_outer_triangle_touches_a_smaller_inner_one_is_refined() -> None:
    # A polytope that the inner bound touches in every direction used may still be too large.
    game = CASES[0][0]
    for found in (solved(g, d) for g, d in CASES):
        if found.status is PayoffStatus.SOLVED:
            assert _near(found.outer, found.inner) <= 1e-5
    assert game.players == 2


def test_no_pure_equilibrium_is_proved() -> None:
    found = solved(PENNIES, 0.9)
    assert found.empty
    assert found.status is PayoffStatus.EMPTY
    assert found.worst == ()
    assert found.automaton is None
    assert len(found.equilibria()) == 0
    assert found.contains([0.5, 0.5]) is False
    assert found.outer.shape == (0, 2)
    with pytest.raises(InputError, match="payoff set"):
        found.support([1, 0])


def test_a_budget_leaves_bounds_that_hold() -> None:
    game = StageGame([[(16, 9), (3, 13), (0, 3)], [(21, 1), (10, 4), (-1, 0)],
                      [(9, 0), (5, -4), (-5, -15)]])  # fmt: skip
    full = solved(game, 0.3)
    for limits in ({"rounds": 1}, {"steps": 2}, {"directions": 12}, {"states": 1}):
        short = solve_payoff_set(game, 0.3, **limits)  # type: ignore[arg-type]
        assert short.status is PayoffStatus.BUDGET
        assert short.gap > full.gap
        assert _near(full.inner, short.outer) < 1e-6
        assert _near(short.inner, full.outer) < 1e-6
        assert short.equilibria().status.name == "BUDGET"


def test_equilibria_name_a_machine_and_its_first_state() -> None:
    found = solved(DILEMMA, 0.5)
    listed = found.equilibria()
    assert listed.coverage == "some"
    assert listed.regret == 0
    assert len(listed) == len(found.vertices) == 4
    for e in listed:
        machine, state = e.strategy
        assert tuple(machine.payoffs[state]) == e.payoff
    assert found.to_dict()["gap"] == found.gap
    assert "Payoff set" in str(found)


@pytest.mark.parametrize("players", [3, 4])
def test_more_players_than_two(players: int) -> None:
    counts = np.arange(players)
    game = StageGame.public_good(contribute=2 * (counts + 1) - 3, ride=2 * counts)
    found = solve_payoff_set(game, 0.9, rounds=1)
    assert found.automaton is not None
    assert found.automaton.check()
    everybody = [2.0 * players - 3] * players
    assert found.contains(everybody) is True
    assert found.contains([0.0] * players) is True
    assert found.worst[0] == pytest.approx((0, 0), abs=1e-9)
    with pytest.raises(InputError, match="two players"):
        found.plot()


def test_the_drawing_shows_both_bounds() -> None:
    found = solved(DILEMMA, 0.3)
    axes = found.plot()
    inner, outer = axes.get_lines()
    assert {tuple(p) for p in inner.get_xydata()} == {tuple(p) for p in found.inner}
    assert len(outer.get_xydata()) == len(found.outer) + 1
    assert len(axes.patches) == 1
    again = solved(DILEMMA, 0.15).plot(label="segment")
    assert again.get_lines()[0].get_label() == "segment"
    assert not again.patches
    assert all("money" in text for text in (axes.get_xlabel(), axes.get_ylabel()))


# --------------------------------------------------------------------------- the stage game


@given(st.integers(0, 10**6), st.sampled_from([(2, 2), (2, 3), (3, 2), (2, 2, 2)]))
def test_tables_of_the_stage_game_are_what_loops_give(seed: int, actions: tuple[int, ...]) -> None:
    game = _random_game(random.Random(seed), *actions)
    pay = {p: game.payoffs[p] for p in np.ndindex(*actions)}
    assert list(game.profiles) == list(pay)
    stage = []
    for place, p in enumerate(pay):
        best = [max(pay[(*p[:i], b, *p[i + 1 :])][i] for b in range(actions[i]))
                for i in range(game.players)]  # fmt: skip
        assert list(game.exact_deviations[place]) == best
        stage += [p] if best == list(pay[p]) else []
    assert [e.strategy for e in game.pure_equilibria()] == stage
    for i, floor in enumerate(game.minmax):
        others = {(*p[:i], 0, *p[i + 1 :]) for p in pay}
        assert floor == min(
            max(pay[(*o[:i], b, *o[i + 1 :])][i] for b in range(actions[i])) for o in others
        )
    shares = as_shares(game, game.exact_payoffs)
    assert shares.min() == 0
    assert shares.max() <= 1
    assert as_money(game, shares) == pytest.approx(np.array(game.exact_payoffs, dtype=float))


def test_all_stage_equilibria_of_two_players_and_the_pure_ones_of_more() -> None:
    mixed = PENNIES.equilibria()
    assert mixed.coverage == "all"
    assert len(mixed) == 1
    assert mixed[0].payoff == pytest.approx((0.5, 0.5))
    assert len(PENNIES.pure_equilibria()) == 0
    three = StageGame.public_good([-1, 1, 3], [0, 2, 4]).equilibria()
    assert three.coverage == "some"
    assert [e.strategy for e in three] == [(1, 1, 1)]
    assert [e.payoff for e in three] == [(0, 0, 0)]


# -------------------------------------------------------------------------------- the parts


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5)),
                min_size=1, max_size=9))  # fmt: skip
def test_normals_and_extremes_describe_any_hull_flat_or_not(rows: list[tuple[int, ...]]) -> None:
    points = np.array(rows, dtype=float) / 10
    chosen, aims = extreme(points)
    assert float(distances(points[chosen], points).max()) < 1e-9
    around = normals(points)
    levels = (around @ points.T).max(axis=1)
    ends = corners(around, levels)
    assert float(distances(points, ends).max()) < 1e-6
    if len(chosen) > 1:
        for place, aim in zip(chosen, aims, strict=True):
            assert (aim @ points[place] >= points @ aim - 1e-9).all()


def test_directions_are_listed_once() -> None:
    axes = np.eye(2)
    assert unseen(np.array([[1.0, 0.0], [0.6, 0.8], [0.6, 0.8]]), axes).tolist() == [[0.6, 0.8]]
    assert unseen(axes, axes).shape == (0, 2)


@given(st.integers(0, 10**6))
def test_program_bounds_hold_at_every_feasible_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((8, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    inside = rng.random(3)
    bounds = directions @ inside + rng.random(8) * 0.3
    goals = rng.standard_normal((5, 3))
    values, points = supports(directions, bounds, np.zeros((5, 3)), goals)
    tried = np.clip(inside + 0.3 * rng.standard_normal((400, 3)), 0, 1)
    feasible = np.vstack([inside, tried[(directions @ tried.T <= bounds[:, None]).all(axis=0)]])
    assert (values >= (goals @ feasible.T).max(axis=1)).all()
    assert values == pytest.approx((goals * points).sum(axis=1), abs=1e-7)
    assert (rooms(directions, bounds, feasible) >= 0).all()


@given(st.integers(0, 10**6))
def test_mixtures_reach_their_thresholds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.random((6, 2))
    thresholds = rng.random((10, 2))
    weights = mixtures(points, thresholds, np.ones((10, 2)))
    found = np.isfinite(weights).all(axis=1)
    assert (weights[found] >= 0).all()
    assert weights[found].sum(axis=1) == pytest.approx(np.ones(found.sum()))
    assert (weights[found] @ points >= thresholds[found] - 1e-9).all()
    for threshold in thresholds[~found]:  # no point above it, on any line between two of them
        for p, q in itertools.combinations(points, 2):
            line = p + np.linspace(0, 1, 50)[:, None] * (q - p)
            assert not (line >= threshold + 1e-9).all(axis=1).any()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda w: sum(w) > 0.1))
def test_coins_are_exact_probabilities(weights: list[float]) -> None:
    shares = np.array(weights) / sum(weights)
    for row in (dyadic(shares), simple(shares)):
        assert sum(p for _, p in row) == 1
        for s, p in row:
            assert abs(float(p) - shares[s]) < 1e-3


def test_coins_that_cannot_match_are_refused() -> None:
    weights = np.array([[0.0, 1.0], [0.0, 1.0]])
    wrong = np.array([[9.0, 9.0], [3.0, 3.0]])
    assert matching(DILEMMA, Fraction(1, 2), [0, 3], weights, wrong) is None


# --------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "wrong",
    [[], [[1, 2], [3, 4]], [[[1, 2, 3]]], "x", None, math.nan, [[[math.nan, 0]]], [[["a", 1]]],
     [[[True, 1]]], [[[1, 2], [3]]], np.zeros((2,) * 6 + (6,)), np.zeros((40, 40, 2)),
     [[[math.inf, 1], [1, 1]], [[1, 1], [1, 1]]], np.zeros((1, 1)), 1e200],
)  # fmt: skip
def test_what_is_no_stage_game_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="payoffs"):
        StageGame(wrong)


def test_other_tables_are_checked_too() -> None:
    with pytest.raises(InputError, match="column_payoffs"):
        StageGame.bimatrix([[1, 2]], [[1], [2]])
    with pytest.raises(InputError, match="row_payoffs"):
        StageGame.bimatrix([], [[1]])
    with pytest.raises(InputError, match="ride"):
        StageGame.public_good([1, 2, 3], [1, 2])
    with pytest.raises(InputError, match="contribute"):
        StageGame.public_good([1, math.nan], [1, 2])


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"game": None}, "game"), ({"game": [[1]]}, "game"), ({"discount": 1}, "discount"),
     ({"discount": math.nan}, "discount"), ({"discount": "x"}, "discount"),
     ({"discount": True}, "discount"), ({"tolerance": 0}, "tolerance"),
     ({"tolerance": math.nan}, "tolerance"), ({"rounds": 0}, "rounds"),
     ({"steps": 1.5}, "steps"), ({"directions": -1}, "directions"), ({"states": None}, "states"),
     ({"rounds": True}, "rounds")],
)  # fmt: skip
def test_what_the_solver_refuses(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        solve_payoff_set(**{"game": DILEMMA, "discount": 0.5, **changes})


@pytest.mark.parametrize("wrong", [[], [1], [1, 2, 3], [math.nan, 1], "x", None, 3, [[1, 2]],
                                   [True, False], [1, math.inf]])  # fmt: skip
def test_what_the_set_refuses(wrong: Any) -> None:
    found = solved(DILEMMA, 0.5)
    checks: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        ("payoff", found.contains), ("direction", found.support),
    )  # fmt: skip
    for word, method in checks:
        with pytest.raises(InputError, match=word):
            method(wrong)


@pytest.mark.parametrize("wrong", [0, -1, math.nan, math.inf, "x", None, True, [0.1]])
def test_no_impossible_tolerance(wrong: Any) -> None:
    with pytest.raises(InputError, match="tolerance"):
        solved(DILEMMA, 0.5).contains([1, 1], tolerance=wrong)
