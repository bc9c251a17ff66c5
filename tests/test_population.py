"""The relay as a population game: payoffs by plain loops, and every rest point there is."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.errors import InputError
from derelayl_econ.games.group_rules import MatrixRule, PairRule, TableRule
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.games.population import PopulationGame
from derelayl_econ.games.relay_payoffs import PAYOFFS, conditional_share, pool_share
from derelayl_econ.games.relay_rule import RelayParameters, RelayRule
from derelayl_econ.games.rest_points import RestPoints
from derelayl_econ.games.rest_points_group import group_rest_points
from derelayl_econ.games.rest_points_relay import relay_rest_points

FRESH = np.random.SeedSequence().entropy
NAMES = ("train", "ride", "cheat", "stay out")
TERMS: dict[str, Any] = {
    "benefit": 3.0, "cost": 1.25, "cost_cheat": 0.125, "pool": 2.0, "deposit": 0.5,
    "leakage": 0.375, "audit_rate": 0.5, "false_reject": 0.125, "false_accept": 0.25,
    "outside": 0.3125,
}  # fmt: skip


def random_terms(rng: np.random.Generator, **fixed: Any) -> dict[str, Any]:
    drawn = {
        "participants": int(rng.integers(2, 8)), "benefit": rng.uniform(0, 3),
        "cost": rng.uniform(0.3, 2), "cost_cheat": rng.uniform(0, 0.3), "pool": rng.uniform(0, 4),
        "deposit": rng.uniform(0, 1), "leakage": rng.uniform(), "audit_rate": rng.uniform(),
        "false_reject": rng.uniform(0, 0.4), "false_accept": rng.uniform(0, 0.5),
        "outside": rng.uniform(-0.3, 0.6),
    }  # fmt: skip
    return drawn | fixed


def leg(mine: str, others: tuple[str, ...], terms: dict[str, Any]) -> Fraction:
    """Expected payoff of one leg from the prose: all verdicts of all submissions, in fractions."""
    t = {name: Fraction(value) for name, value in terms.items()}
    if mine == "stay out":
        return t["outside"]
    chance = {"train": 1 - t["audit_rate"] * t["false_reject"],
              "cheat": 1 - t["audit_rate"] * (1 - t["false_accept"])}  # fmt: skip
    players = [mine, *others]
    sent = [i for i, kind in enumerate(players) if kind in chance]
    total = Fraction(0)
    for verdicts in itertools.product((True, False), repeat=len(sent)):
        weight, passed = Fraction(1), []
        for i, ok in zip(sent, verdicts, strict=True):
            weight *= chance[players[i]] if ok else 1 - chance[players[i]]
            passed += [i] if ok else []
        improved = any(players[i] == "train" for i in passed)
        gets = Fraction(0)
        if improved:
            gets += t["benefit"] if 0 in passed else t["leakage"] * t["benefit"]
        if 0 in passed:
            gets += t["pool"] / len(passed)
        elif 0 in sent:
            gets -= t["deposit"]
        total += weight * gets
    return total - {"train": t["cost"], "cheat": t["cost_cheat"]}.get(mine, Fraction(0))


def by_loops(shares: list[Fraction], members: int, terms: dict[str, Any]) -> list[Fraction]:
    """Expected payoffs by summing over every assignment of strategies to the others."""
    result = []
    for mine in NAMES:
        total = Fraction(0)
        for others in itertools.product(range(4), repeat=members - 1):
            weight = Fraction(1)
            for kind in others:
                weight *= shares[kind]
            total += weight * leg(mine, tuple(NAMES[k] for k in others), terms)
        result.append(total)
    return result


def states(found: RestPoints) -> np.ndarray:
    return np.array([point.strategy for point in found])


# --- payoffs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [2, 3, 4])
@pytest.mark.parametrize("shares", [(1, 2, 3, 2), (0, 1, 0, 1), (5, 0, 3, 0), (1, 0, 0, 0)])
def test_payoffs_are_those_of_the_prose(members: int, shares: tuple[int, ...]) -> None:
    game = PopulationGame.relay(participants=members, **TERMS)
    x = [Fraction(s, sum(shares)) for s in shares]
    expected = [float(v) for v in by_loops(x, members, TERMS)]
    np.testing.assert_allclose(game.payoffs([float(s) for s in x]), expected, rtol=1e-13)


@pytest.mark.parametrize("seed", [3, FRESH])
def test_payoffs_in_a_finite_population_are_those_of_all_its_groups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    terms = random_terms(rng)
    terms.pop("participants")
    game = PopulationGame.relay(participants=3, **terms)
    counts = rng.integers(0, 4, 4) + np.array([1, 0, 1, 1])
    people = [NAMES[k] for k in np.repeat(np.arange(4), counts)]
    found = game.payoffs_in(counts)
    for k, name in enumerate(NAMES):
        if counts[k] == 0:
            assert np.isnan(found[k])
            continue
        rest = people.copy()
        rest.remove(name)
        groups = list(itertools.combinations(rest, 2))
        mean = sum((leg(name, pair, terms) for pair in groups), Fraction(0)) / len(groups)
        assert found[k] == pytest.approx(float(mean), rel=1e-12, abs=1e-14)


def test_payoffs_in_a_finite_population_approach_those_in_an_infinite_one() -> None:
    game = PopulationGame.relay(participants=6, **TERMS)
    counts = np.array([200_000, 300_000, 400_000, 100_000])
    shares = counts / counts.sum()
    np.testing.assert_allclose(game.payoffs_in(counts), game.payoffs(shares), rtol=1e-4)


@pytest.mark.parametrize("kinds", [*itertools.combinations(NAMES, 2), NAMES[:3], NAMES])
def test_a_sub_game_pays_what_the_whole_game_pays(kinds: tuple[str, ...]) -> None:
    whole = PopulationGame.relay(participants=5, **TERMS)
    part = PopulationGame.relay(participants=5, strategies=kinds, **TERMS)
    mixed = np.random.default_rng(1).dirichlet(np.ones(len(kinds)), 3)
    full = np.zeros((3, 4))
    full[:, [NAMES.index(name) for name in kinds]] = mixed
    expected = whole.payoffs(full)[:, [NAMES.index(name) for name in kinds]]
    np.testing.assert_allclose(part.payoffs(mixed), expected, rtol=1e-14)


@pytest.mark.parametrize("seed", [4, FRESH])
def test_closed_form_table_and_slopes_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(5):
        rule = RelayRule(terms=RelayParameters(**random_terms(rng)))
        table = TableRule(rule.participants, rule.table())
        x = rng.dirichlet(np.ones(4))
        np.testing.assert_allclose(rule.expected(x), table.expected(x), rtol=1e-12, atol=1e-13)
        way = rng.standard_normal(4)
        way -= way.mean()
        slopes = rule.slopes(x) @ way
        np.testing.assert_allclose(slopes, table.slopes(x) @ way, rtol=1e-9, atol=1e-11)
        step = 1e-5 * way
        numeric = (rule.expected(x + step) - rule.expected(x - step)) / 2e-5
        np.testing.assert_allclose(slopes, numeric, rtol=1e-6, atol=1e-7)
        for i, j in itertools.permutations(range(4), 2):
            for ours, theirs in zip(rule.edge(i, j), table.edge(i, j), strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("rates", [(1.0, 1.0), (0.9, 0.3), (0.5, 0.0)])
def test_conditional_share_by_counting_who_passes(rates: tuple[float, float]) -> None:
    honest, fake = (Fraction(rate) for rate in rates)
    for trainers, cheats in itertools.product(range(4), range(4)):
        total = Fraction(0)
        for passed in itertools.product((True, False), repeat=trainers + cheats):
            weight = Fraction(1)
            for k, ok in enumerate(passed):
                chance = honest if k < trainers else fake
                weight *= chance if ok else 1 - chance
            total += weight / (1 + sum(passed))
        found = conditional_share(np.array([trainers]), np.array([cheats]), *rates)
        assert found[0] == pytest.approx(float(total), rel=1e-13)


def test_pool_share_does_not_cancel() -> None:
    q, n = Fraction(1, 10**12), 10
    exact = (1 - (1 - q) ** n) / (n * q)
    assert pool_share(float(q), n) == pytest.approx(float(exact), rel=1e-15)
    assert pool_share(0.0, 7) == 1
    assert pool_share(1.0, 7) == pytest.approx(1 / 7, rel=1e-15)


def test_payoff_formulas_have_a_source_and_latex() -> None:
    for formula in PAYOFFS.values():
        assert "theory notes" in formula.source
        assert formula.latex


# --- train or ride, as in section 2.1 ----------------------------------------------------------


@pytest.mark.parametrize("members", [2, 5, 40, 1000, 10**6])
@pytest.mark.parametrize(("pool", "leakage"), [(0.0, 1.0), (5.0, 0.5), (1.5, 0.0)])
def test_the_rest_point_is_the_mixed_equilibrium_of_the_participation_game(
    members: int, pool: float, leakage: float
) -> None:
    benefit, cost = 2.0, 2.5 if pool else 1.5
    game = PopulationGame.relay(participants=members, benefit=benefit, cost=cost, pool=pool,
                                leakage=leakage, strategies=("train", "ride"))  # fmt: skip
    known = ParticipationGame.train_or_ride(members, benefit, cost, pool, leakage).equilibria()
    found = game.rest_points()
    assert found.coverage == known.coverage == "all"
    nash = [(p.strategy[0], p.payoff, p.stable) for p in found.nash]
    assert len(nash) == len(known)
    for (share, payoff, stable), equilibrium in zip(nash, known, strict=True):
        assert share == pytest.approx(equilibrium.strategy, rel=1e-9, abs=1e-15)
        assert payoff == pytest.approx(equilibrium.payoff, rel=1e-9, abs=1e-9)
        assert stable == equilibrium.stable


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=9))
def test_two_strategies_agree_with_the_participation_game(gains: list[int]) -> None:
    if not any(gains):
        return
    found = PopulationGame.pair(gains, [0] * len(gains), ["train", "ride"]).rest_points()
    known = ParticipationGame(gains).equilibria()
    assert found.coverage == known.coverage
    if known.coverage == "all":
        nash = [p.strategy[0] for p in found.nash]
        assert nash == pytest.approx([e.strategy for e in known], rel=1e-9, abs=1e-12)
        for mine, theirs in zip(found.nash, known, strict=True):
            assert mine.stable in (theirs.stable, None)  # a double zero is not linear


# --- all rest points ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [5, FRESH])
def test_counting_in_closed_form_and_subdivision_find_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    interior = 0
    for k in range(25):
        # A third of the games near the region where all three active faces matter.
        fixed: dict[str, Any] = {
            "benefit": 0.62, "cost": 0.54, "cost_cheat": 0.05, "pool": 0.3, "leakage": 0.5,
            "audit_rate": 0.5, "false_reject": 0.17, "false_accept": 0.11, "outside": -0.1,
            "participants": 5, "deposit": rng.uniform(0.2, 0.3),
        }  # fmt: skip
        rule = RelayRule(
            terms=RelayParameters(**random_terms(rng, **(fixed if k % 3 == 0 else {})))
        )
        counted = relay_rest_points(rule)
        divided = group_rest_points(TableRule(rule.participants, rule.table()), NAMES)
        if divided.coverage == counted.coverage == "all":
            assert states(counted).shape == states(divided).shape, (seed, rule.terms)
            np.testing.assert_allclose(states(counted), states(divided), atol=1e-8)
            assert [p.nash for p in counted] == [p.nash for p in divided]
            assert [p.stable for p in counted] == [p.stable for p in divided]
            interior += sum(len(p.support) == 3 for p in counted)
        assert counted.coverage == "all", (seed, rule.terms)
    assert interior > 0


@pytest.mark.parametrize("seed", [6, FRESH])
@pytest.mark.parametrize("members", [3, 80, 10_000])
def test_every_rest_point_is_at_rest_and_no_deviation_from_an_equilibrium_pays(
    seed: int, members: int
) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(6):
        terms = random_terms(rng, participants=members)
        game = PopulationGame.relay(**terms)
        for point in game.rest_points():
            payoffs = game.payoffs(point.strategy)
            played = payoffs[point.strategy > 0]
            np.testing.assert_allclose(played, point.payoff, atol=1e-9)
            attacks = rng.dirichlet(np.ones(4), 30) @ payoffs
            assert attacks.max() <= point.payoff + point.regret + 1e-12
            assert point.regret >= 0
            if point.nash:
                assert attacks.max() <= point.payoff + 1e-8
                assert point.regret <= 1e-8


@pytest.mark.parametrize("seed", [7, FRESH])
def test_stability_is_what_the_flow_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    decided = 0
    for _ in range(2):
        game = PopulationGame.relay(**random_terms(rng))
        for point in game.rest_points():
            rates = point.eigenvalues.real
            if point.stable is None or np.abs(rates).min() < 0.02:
                continue
            decided += 1
            nearby = 0.999 * point.strategy + 0.001 * rng.dirichlet(np.ones(4))
            path = game.trajectory(nearby, [0, 3 / np.abs(rates).max(), 40 / np.abs(rates).min()])
            away = np.abs(path.shares - point.strategy).max(axis=1)
            assert bool(away[-1] < away[0] / 10) == point.stable, (seed, point.label)
    assert decided > 2


def test_riders_and_stayers_out_are_joined_when_nobody_trains_and_staying_out_pays_nothing() -> (
    None
):
    game = PopulationGame.relay(participants=5, **(TERMS | {"outside": 0.0}))
    found = game.rest_points()
    assert found.coverage == "all"
    corners = {found[k].support for pair in found.continua for k in pair}
    assert {("ride",), ("stay out",)} <= corners
    for first, last in found.continua:
        for share in (0.25, 0.6):
            x = share * found[first].strategy + (1 - share) * found[last].strategy
            payoffs = game.payoffs(x)
            np.testing.assert_allclose(payoffs[x > 0], payoffs @ x, atol=1e-12)
    assert "continuum" in found.caption()


@pytest.mark.parametrize(
    ("change", "coverage"),
    [
        ({"audit_rate": 1.0, "false_accept": 0.0}, "all"),  # no fake ever passes
        ({"audit_rate": 1.0, "false_accept": 0.0, "deposit": 0.0, "cost_cheat": 0.0}, "some"),
        ({"pool": 0.0}, "all"),
        ({"pool": 0.0, "benefit": 0.0}, "all"),
        ({"pool": 0.0, "benefit": 0.0, "outside": 0.0, "cost_cheat": 0.0, "deposit": 0.0}, "some"),
        ({"leakage": 0.0}, "all"),
        ({"leakage": 0.0, "outside": 0.0}, "all"),
    ],
)
def test_degenerate_relays_say_whether_the_list_is_complete(
    change: dict[str, float], coverage: str
) -> None:
    found = PopulationGame.relay(participants=4, **(TERMS | change)).rest_points()
    assert found.coverage == coverage
    for point in found:
        assert np.isfinite([point.payoff, point.regret, *point.strategy]).all()


def test_a_deposit_turns_cheats_into_a_minority_and_then_into_none() -> None:
    """A story of three deposits: cheats and few trainers; all three together; no cheats left."""
    terms = {"benefit": 0.0062, "cost": 0.0054, "cost_cheat": 0.0005, "pool": 0.003, "leakage": 0.5,
             "audit_rate": 0.5, "false_reject": 0.17, "false_accept": 0.11}  # fmt: skip
    ends = []
    for deposit in (0.0005, 0.0027, 0.02):
        game = PopulationGame.relay(participants=5, deposit=deposit, strategies=NAMES[:3], **terms)
        (only,) = game.rest_points().attractors
        ends.append(only.support)
        path = game.trajectory([0.3, 0.3, 0.4], [0, 60_000])
        np.testing.assert_allclose(path.end, only.strategy, atol=1e-3)
    assert ends == [("train", "cheat"), ("train", "ride", "cheat"), ("train", "ride")]


# --- symmetries --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [8, FRESH])
def test_relabelling_strategies_relabels_the_answer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    terms = random_terms(rng)
    order = rng.permutation(4)
    one = PopulationGame.relay(**terms).rest_points()
    two = PopulationGame.relay(strategies=[NAMES[k] for k in order], **terms).rest_points()
    mine = sorted((tuple(p.strategy[order].round(10)), p.stable, p.nash) for p in one)
    theirs = sorted((tuple(p.strategy.round(10)), p.stable, p.nash) for p in two)
    assert mine == theirs


@given(st.sampled_from([1e-6, 0.5, 3e7]), st.integers(0, 10**6))
def test_scaling_money_scales_money(factor: float, seed: int) -> None:
    terms = random_terms(np.random.default_rng(seed))
    money = ("benefit", "cost", "cost_cheat", "pool", "deposit", "outside")
    scaled = terms | {name: factor * terms[name] for name in money}
    one = PopulationGame.relay(**terms).rest_points()
    two = PopulationGame.relay(**scaled).rest_points()
    np.testing.assert_allclose(states(one), states(two), atol=1e-9)
    for p, q in zip(one, two, strict=True):
        assert p.stable == q.stable
        assert q.payoff == pytest.approx(factor * p.payoff, rel=1e-8, abs=1e-12 * factor)
        np.testing.assert_allclose(q.eigenvalues, factor * p.eigenvalues, rtol=1e-6,
                                   atol=1e-9 * factor)  # fmt: skip


# --- construction ------------------------------------------------------------------------------


def test_rules_of_the_constructors() -> None:
    assert isinstance(PopulationGame.matrix([[1, 2], [3, 4]]).rule, MatrixRule)
    assert isinstance(PopulationGame.pair([1, 2], [3, 4]).rule, PairRule)
    by_function = PopulationGame.groups(4, lambda i, others: i + 2 * others[0], ["a", "b"])
    by_arrays = PopulationGame.pair([0, 2, 4, 6], [1, 3, 5, 7], ["a", "b"])
    x = np.array([0.3, 0.7])
    np.testing.assert_allclose(by_function.payoffs(x), by_arrays.payoffs(x))
    for game in (by_function, by_arrays):
        np.testing.assert_array_equal(game.edge("b", "a")[0], [7, 5, 3, 1])
        np.testing.assert_allclose(game.payoffs_in([2, 3]), [0 + 2 * 0.75, 1 + 2 * 1.5])
    three = PopulationGame.groups(3, lambda i, others: float(others[i]), ["a", "b", "c"])
    np.testing.assert_allclose(three.payoffs([0.2, 0.3, 0.5]), [0.4, 0.6, 1.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: g.payoffs([0.5, 0.4, 0.2]), "sum to 1"),
        (lambda g: g.payoffs([0.5, 0.5]), "have 3 entries"),
        (lambda g: g.payoffs([0.5, np.nan, 0.5]), "every entry of shares"),
        (lambda g: g.payoffs([1.5, -0.5, 0.0]), "every entry of shares"),
        (lambda g: g.edge("train", "bike"), "one of the game's strategies"),
        (lambda g: g.edge("train", "train"), "differ from first"),
        (lambda g: g.payoffs_in([1, 1, 0]), "add up to a group of 4"),
        (lambda g: g.payoffs_in([1.5, 3, 1]), "every entry of counts"),
        (lambda g: g.trajectory([1, 0, 0], [0, 1], dynamic="replicate"), "Did you mean replicator"),
        (lambda g: g.trajectory([1, 0, 0], [1, 0]), "times must be increasing"),
        (lambda g: g.trajectory([1, 0, 0], [0, np.inf]), "every entry of times"),
        (lambda g: g.trajectory([[1, 0, 0]], [0, 1]), "start must have 1 dimension"),
        (lambda g: g.trajectory([1, 0, 0], [0, 1], dynamic="logit", noise=0), "choice_noise"),
        (lambda g: g.trajectory([1, 0, 0], [0, 1], resolution=0), "resolution"),
        (lambda g: PopulationGame.groups(3, 7, ["a", "b"]), "be a function"),
        (lambda g: PopulationGame.groups(3, lambda i: 1.0, ["a", "b"]), "be a function"),
        (lambda g: PopulationGame.groups(3, lambda i, o: np.nan, ["a", "b"]), "entry of payoff"),
        (lambda g: PopulationGame.groups(3, lambda i, o: 1.0, ["a", "a"]), "different names"),
        (lambda g: PopulationGame.groups(10**6, lambda i, o: 1.0, "abc"), "different names"),
        (lambda g: PopulationGame.groups(10**4, lambda i, o: 1.0, ["a", "b", "c"]), "2000000"),
        (lambda g: PopulationGame.pair([1, 2], [1, 2, 3]), "shape of first"),
        (lambda g: PopulationGame.matrix([[1, 2, 3], [1, 2, 3]]), "be square"),
        (lambda g: PopulationGame.relay(participants=3, benefit=1, cost=1, cost_cheat=1),
         "cost_cheat must be below cost"),
        (lambda g: PopulationGame.relay(participants=3, benefit=1, cost=1, strategies=["train"]),
         "two or more"),
        (lambda g: PopulationGame.relay(participants=3, benefit=1, cost=1,
                                        strategies=["train", "rides"]), "Did you mean ride"),
        (lambda g: PopulationGame(None, ["a", "b"]), "be a GroupRule"),
    ],
)  # fmt: skip
def test_refusals(call: Any, message: str) -> None:
    game = PopulationGame.relay(participants=4, strategies=NAMES[:3], **TERMS)
    with pytest.raises(InputError, match=message):
        call(game)


def test_tables_of_thousands_count_trainers_and_cheats_only_up_to_a_limit() -> None:
    game = PopulationGame.relay(participants=5000, strategies=NAMES, **TERMS)
    assert game.edge("train", "ride")[0].shape == (5000,)
    with pytest.raises(InputError, match="4096"):
        game.edge("train", "cheat")
    assert game.rest_points().coverage == "all"
