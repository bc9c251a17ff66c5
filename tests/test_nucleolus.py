"""The nucleolus: literature, Kohlberg's criterion by itself, attacks, and degenerate games."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.games import nucleolus as nucleolus_module
from derelayl_econ.games.coalition import CoalitionGame
from derelayl_econ.games.coalition_algebra import Span, balancing_weights, settled_point
from derelayl_econ.games.nucleolus import LARGEST_NUCLEOLUS, nucleolus_of
from derelayl_econ.games.nucleolus_proof import Level, NucleolusCertificate

SEEDS = [3, np.random.SeedSequence().entropy]


def lexicographic(worths, players):
    """A game given coalition by coalition, the small ones first: (0,), (1,), ..., (0, 1), ..."""
    listed = [frozenset(c) for k in range(1, players + 1)
              for c in itertools.combinations(range(players), k)]  # fmt: skip
    return CoalitionGame(dict(zip(listed, worths, strict=True)))


def sorted_excesses(game, allocation):
    proper = game.excesses(allocation)[1:-1]
    return np.sort(proper)[::-1]


def balanced(members, players, optional=()):
    """Whether positive weights on all ``members`` (and any on ``optional``) give 1 to everybody."""
    rows = np.array([[s >> i & 1 for i in range(players)] for s in (*members, *optional)]).T
    count = len(members)
    least = linprog(
        np.append(np.zeros(rows.shape[1]), -1.0),
        A_eq=np.column_stack([rows, np.zeros(players)]), b_eq=np.ones(players),
        A_ub=np.column_stack([-np.eye(count, rows.shape[1]), np.ones(count)]), b_ub=np.zeros(count),
        bounds=[(0, None)] * rows.shape[1] + [(None, 1)],
    )  # fmt: skip
    return least.status == 0 and -least.fun > 1e-9


def kohlberg(game, allocation, individual):
    """Kohlberg 1971, with nothing of the solver: at each level of excess, sets above balance."""
    excess = game.excesses(allocation)
    proper = range(1, excess.size - 1)
    held = [1 << i for i in range(game.players)
            if individual and abs(excess[1 << i]) < 1e-7]  # fmt: skip
    levels = sorted({round(float(excess[s]), 6) for s in proper}, reverse=True)
    return all(
        balanced([s for s in proper if excess[s] > level - 1e-5], game.players, held)
        for level in levels
    )


# --- published cases ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estate", "shares"),
    [(100, [100 / 3] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])],
)
def test_estates_of_the_talmud(estate, shares):
    """Aumann and Maschler 1985, J. Econ. Theory 36:195, claims 100, 200, 300."""
    claims = (100, 200, 300)
    game = CoalitionGame(
        lambda s: max(0, estate - sum(c for i, c in enumerate(claims) if i not in s)), players=3
    )
    found = game.nucleolus()
    np.testing.assert_allclose(found.allocation, shares, rtol=1e-12)
    assert found.certificate.status == "exact"
    assert sum(found.exact) == estate


def contested_garment(claims, estate):
    """Aumann and Maschler's rule, by their description: half claims, then half losses."""
    half = [Fraction(c, 2) for c in claims]

    def filled(amount):
        """Give everybody the same, but nobody more than half its claim."""
        shares, left = [Fraction(0)] * len(half), Fraction(amount)
        order = sorted(range(len(half)), key=lambda i: half[i])
        for k, i in enumerate(order):
            shares[i] = min(half[i], left / (len(half) - k))
            left -= shares[i]
        return shares

    if 2 * estate <= sum(claims):
        return filled(estate)
    return [c - short for c, short in zip(claims, filled(sum(claims) - estate), strict=True)]


@given(st.lists(st.integers(1, 30), min_size=2, max_size=5), st.integers(0, 100))
def test_bankruptcy_nucleolus_is_the_contested_garment_rule(claims, percent):
    """Theorem D of Aumann and Maschler 1985, for random claims, in exact numbers."""
    estate = sum(claims) * percent // 100
    game = CoalitionGame(
        lambda s: max(0, estate - sum(c for i, c in enumerate(claims) if i not in s)),
        players=len(claims),
    )
    assert list(game.nucleolus().exact) == contested_garment(claims, estate)


def test_where_nucleolus_and_prenucleolus_differ():
    """Peleg and Sudhoelter 2007, example 5.5.12: preimputation (3, 3, -4)."""
    game = lexicographic([0, 0, 0, 10, 0, 0, 2], 3)
    np.testing.assert_allclose(game.prenucleolus().allocation, [3, 3, -4])
    np.testing.assert_allclose(game.nucleolus().allocation, [1, 1, 0])


@pytest.mark.parametrize(
    ("worths", "players", "shares"),
    [
        # R package CoopGame 0.2.2, manual page of nucleolus (rcdd, Chvatal's scheme)
        ([0, 0, 0, 0, 5, 5, 8, 9, 10, 8, 13, 15, 16, 17, 21], 4, [3.5, 4.5, 5.5, 7.5]),
        # R package coopProductGame, manual page of nucleolus
        ([68, 102, 0, 170, 710, 762, 992], 3, [149, 192, 651]),
        # Lemaire 1991, ASTIN Bull. 21:17, three depositors
        ([46125, 17437.5, 5812.5, 69187.5, 53812.5, 30750, 90000], 3,
         [52687.5, 24468.75, 12843.75]),
    ],
)  # fmt: skip
def test_games_solved_elsewhere(worths, players, shares):
    found = lexicographic(worths, players).nucleolus()
    np.testing.assert_allclose(found.allocation, shares, rtol=1e-12)


@pytest.mark.parametrize(
    ("quota", "weights", "shares"),
    [
        (4, (2, 2, 1, 1, 1), np.array([2, 2, 1, 1, 1]) / 7),  # a homogeneous majority
        (4, (3, 1, 1, 1, 1), np.array([3, 1, 1, 1, 1]) / 7),  # apex game
        (2, (1, 1, 1), np.ones(3) / 3),
        (39, (7,) * 5 + (1,) * 10, [0.2] * 5 + [0] * 10),  # Security Council: vetoes take all
    ],
)
def test_weighted_majorities(quota, weights, shares):
    """Homogeneous weights are the nucleolus of a constant-sum game (Peleg 1968)."""
    game = CoalitionGame(lambda s: float(sum(weights[i] for i in s) >= quota), players=len(weights))
    np.testing.assert_allclose(game.nucleolus().allocation, shares, atol=1e-12)


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6))
def test_airport_nucleolus_by_littlechilds_rule(steps):
    """Littlechild 1974, Int. J. Game Theory 3:21: the smallest types take the least share first."""
    costs = np.cumsum(steps)
    game = CoalitionGame(lambda s: -max((costs[i] for i in s), default=0), players=len(costs))
    fees, done, charged = [Fraction(0)] * len(costs), 0, Fraction(0)
    while done < len(costs):
        last = len(costs) - 1
        rates = {k: (int(costs[k]) - charged) / (k - done + 2) for k in range(done, last)}
        rates[last] = (int(costs[last]) - charged) / (last - done + 1)
        rate = min(rates.values())
        reach = max(k for k, r in rates.items() if r == rate)
        for k in range(done, reach + 1):
            fees[k] = rate
        charged += rate * (reach + 1 - done)
        done = reach + 1
    assert [-x for x in game.nucleolus().exact] == fees


# --- the definition and its criterion ------------------------------------------------------------

small_games = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.integers(0, 4), min_size=2**n - 1, max_size=2**n - 1)
).map(lambda listed: CoalitionGame([0, *listed]))  # fmt: skip


def solved(game, individual):
    if individual:
        assume(game.values[-1] >= sum(game.values[1 << i] for i in range(game.players)))
        return game.nucleolus()
    return game.prenucleolus()


@given(small_games, st.booleans())
@settings(max_examples=60)
def test_kohlbergs_criterion(game, individual):
    found = solved(game, individual)
    assert found.allocation.sum() == pytest.approx(game.values[-1])
    assert kohlberg(game, found.allocation, individual)
    assert found.certificate.check()
    assert found.certificate.status == "exact"


@given(small_games, st.booleans(), st.integers(0, 2**32))
def test_no_other_allocation_is_as_good(game, individual, seed):
    """Attack: small and large random shifts have larger sorted excesses, never equal ones."""
    found = solved(game, individual)
    best, rng = sorted_excesses(game, found.allocation), np.random.default_rng(seed)
    for size in (1e-3, 0.1, 1.0, 5.0):
        shift = rng.normal(size=game.players) * size
        other = found.allocation + shift - shift.mean()
        if individual:
            floors = np.array([game.values[1 << i] for i in range(game.players)])
            other = np.maximum(other, floors)
            other = floors + (other - floors) * (
                (game.values[-1] - floors.sum()) / max((other - floors).sum(), 1e-300)
            )
        worse = sorted_excesses(game, other) - best
        if np.abs(other - found.allocation).max() > 1e-6:
            first = worse[np.flatnonzero(np.abs(worse) > 1e-9)]
            assert first.size, (other, found.allocation)
            assert first[0] > 0, (other, found.allocation)


@pytest.mark.parametrize("seed", SEEDS)
def test_degenerate_games_of_six(seed):
    """Worths 0 and 1 only: nearly every stage has ties."""
    rng = np.random.default_rng(seed)
    for _ in range(12):
        worths = rng.integers(0, 2, 64).astype(float)
        worths[0], worths[-1] = 0, 6
        for individual in (True, False):
            found = nucleolus_of(worths, individual=individual)
            assert kohlberg(CoalitionGame(worths), found.allocation, individual), seed
            assert found.certificate.status == "exact"


def test_in_the_core_of_a_convex_game():
    sizes = np.bitwise_count(np.arange(128)).astype(float)
    game = CoalitionGame(sizes**2 + (np.arange(128) & 1))
    assert game.convex
    assert game.withdrawal(game.nucleolus().allocation).in_core


@given(small_games, st.randoms(use_true_random=False))
def test_relabelling_players_relabels_the_answer(game, random):
    new = list(range(game.players))
    random.shuffle(new)
    renamed = CoalitionGame(lambda s: game.worth({new.index(i) for i in s}), players=game.players)
    assert [renamed.prenucleolus().exact[new[i]] for i in range(game.players)] == list(
        game.prenucleolus().exact
    )


@given(small_games, st.integers(1, 9), st.lists(st.integers(-5, 5), min_size=4, max_size=4))
def test_other_units_and_presents_change_nothing_else(game, unit, gifts):
    """Covariance: v' = unit v + gifts pays unit x + gifts."""
    presents = gifts[: game.players]
    moved = CoalitionGame(
        lambda s: unit * game.worth(s) + sum(presents[i] for i in s), players=game.players
    )
    wanted = [unit * x + g for x, g in zip(game.prenucleolus().exact, presents, strict=True)]
    assert list(moved.prenucleolus().exact) == wanted


@given(small_games)
def test_symmetric_players_are_paid_alike(game):
    for group in game.symmetric_players:
        assert len({game.prenucleolus().exact[i] for i in group}) == 1


@pytest.mark.parametrize("worths", [[0, 0, 0, 0], [0, 0, 0, 5], [0, -1, -2, -3], [0, 1, 2, 3]])
def test_two_players_split_the_surplus(worths):
    found = CoalitionGame(worths).nucleolus()
    surplus = worths[3] - worths[1] - worths[2]
    np.testing.assert_allclose(found.allocation, np.array(worths[1:3]) + surplus / 2)


# --- floats ---------------------------------------------------------------------------------------


def test_rounded_worths_are_solved_and_said_to_be():
    """Three tenths are not what ten and twenty hundredths add up to; ties break by rounding."""
    tenths = [0.1, 0.2, 0.3]
    game = CoalitionGame(lambda s: float(np.sum([tenths[i] for i in sorted(s)])), players=3)
    found = game.prenucleolus()
    np.testing.assert_allclose(found.allocation, tenths, atol=1e-15)
    assert found.certificate.check()
    assert 0 <= found.certificate.violation < 1e-15


def test_one_imputation_up_to_rounding():
    """0.1 + 0.2 > 0.3: no imputation in exact arithmetic, one in everybody's eyes."""
    found = CoalitionGame([0, 0.1, 0.2, 0.3]).nucleolus()
    np.testing.assert_allclose(found.allocation, [0.1, 0.2], atol=1e-15)
    assert found.certificate.check()


@pytest.mark.parametrize("unit", [1e-50, 1e-9, 1.0, 1e9, 1e50])
def test_any_unit_of_money(unit):
    game = lexicographic([unit * v for v in (68, 102, 0, 170, 710, 762, 992)], 3)
    np.testing.assert_allclose(game.nucleolus().allocation, np.array([149, 192, 651]) * unit)


# --- the certificate can fail ---------------------------------------------------------------------


def certificate():
    return lexicographic([0, 0, 0, 0, 5, 5, 8, 9, 10, 8, 13, 15, 16, 17, 21], 4).nucleolus()


def test_a_changed_certificate_fails():
    good = certificate().certificate
    assert good.check()
    (level,) = good.levels
    shifted = (good.allocation[0] + 1, good.allocation[1] - 1, *good.allocation[2:])
    wrong = [
        replace(good, allocation=shifted),
        replace(good, allocation=(good.allocation[0] + 1, *good.allocation[1:])),
        replace(good, levels=()),
        replace(good, levels=(replace(level, excess=level.excess + 1),)),
        replace(good, levels=(replace(level, coalitions=level.coalitions[:-1]),)),
        replace(good, levels=(replace(level, players=((0, Fraction(1)),)),)),
        replace(good, table=good.table + np.bitwise_count(np.arange(16)) % 2),
    ]
    assert [c.check() for c in wrong] == [False] * len(wrong)


def test_a_point_of_the_least_core_that_is_not_the_nucleolus_has_no_certificate():
    """In the unanimity game of players 0 and 1, (1, 0, 0) has the least largest excess, 0."""
    game = CoalitionGame(lambda s: float({0, 1} <= set(s)), players=3)
    np.testing.assert_allclose(game.nucleolus().allocation, [0.5, 0.5, 0])
    good = game.nucleolus().certificate
    corner = (Fraction(1), Fraction(0), Fraction(0))
    assert game.excesses([1, 0, 0]).max() == game.excesses([0.5, 0.5, 0]).max() == 0
    assert not NucleolusCertificate(game.values, corner, good.levels, True).check()
    assert not kohlberg(game, [1, 0, 0], True)


def test_status_and_claim_are_printed():
    found = certificate()
    assert "exact: the allocation is the only nucleolus" in str(found)
    assert found.to_dict()["certificate"]["status"] == "exact"
    assert "prenucleolus" in CoalitionGame([0, 1, 1, 3]).prenucleolus().certificate.claim


# --- parts ----------------------------------------------------------------------------------------


def test_a_span_knows_what_is_settled():
    span = Span(((1, 1, 1, 1), (1, 1, 0, 0)))
    settled = [mask for mask in range(16) if span.holds[mask]]
    assert settled == [0b0000, 0b0011, 0b1100, 0b1111]
    assert span.free == 2
    assert span.sees((3, 3, Fraction(1, 2), Fraction(1, 2)))
    assert not span.sees((1, 0, 0, 0))
    assert span.extended([(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)]).free == 0


def test_weights_of_dependent_coalitions_are_thinned_out():
    """All six pairs of four players balance in many ways; three of them are enough."""
    pairs = [tuple(int(i in p) for i in range(4)) for p in itertools.combinations(range(4), 2)]
    everybody = Span(((1, 1, 1, 1),))
    weights = balancing_weights(everybody, pairs, [], [1 / 6] * 6)
    assert sum(weights) == 1
    total = [sum(w * p[i] for w, p in zip(weights, pairs, strict=True)) for i in range(4)]
    assert total == [Fraction(1, 2)] * 4
    assert sum(w > 0 for w in weights) <= 4


def test_prices_that_cannot_balance_are_refused():
    assert balancing_weights(Span(((1, 1, 1),)), [(1, 0, 0)], [], [1.0]) is None


def test_settled_payments_solve_the_rows():
    rows, totals = [(1, 1, 1), (1, 1, 0), (1, 0, 0)], [Fraction(6), Fraction(5), Fraction(1, 3)]
    assert settled_point(rows, totals) == [Fraction(1, 3), Fraction(14, 3), 1]
    with pytest.raises(ArithmeticError):
        settled_point([(1, 1), (1, 1)], [Fraction(1), Fraction(2)])


# --- refusals -------------------------------------------------------------------------------------


def test_without_imputations_there_is_no_nucleolus():
    game = CoalitionGame([0, 2, 2, 3])
    with pytest.raises(InputError, match="single players"):
        game.nucleolus()
    np.testing.assert_allclose(game.prenucleolus().allocation, [1.5, 1.5])


def test_too_many_players():
    with pytest.raises(InputError, match=f"at most {LARGEST_NUCLEOLUS}"):
        CoalitionGame(np.zeros(2 ** (LARGEST_NUCLEOLUS + 1))).nucleolus()


def test_a_failed_check_is_an_error_with_what_was_found(monkeypatch):
    monkeypatch.setattr(NucleolusCertificate, "check", lambda self: False)
    with pytest.raises(SolverError, match="exact check") as caught:
        CoalitionGame([0, 1, 1, 3]).nucleolus()
    np.testing.assert_allclose(caught.value.partial, [1.5, 1.5])


def test_a_failed_program_is_an_error(monkeypatch):
    monkeypatch.setattr(nucleolus_module, "balancing_weights", lambda *_: None)
    with pytest.raises(SolverError, match="do not balance"):
        CoalitionGame([0, 1, 1, 3]).nucleolus()


def test_levels_add_up_their_rows():
    level = Level(Fraction(1), ((0b011, Fraction(1, 2)),), ((2, Fraction(1, 4)),))
    assert level.rows(3) == [(1, 1, 0), (0, 0, 1)]
    assert level.balanced_sum(3) == [Fraction(1, 2), Fraction(1, 2), Fraction(1, 4)]
