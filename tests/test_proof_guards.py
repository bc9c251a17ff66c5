"""Guards of the theorem prover: mistakes are noticed, false statements refuted, games matched."""

from __future__ import annotations

import itertools
import json
import math
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derelayl_econ.formula import Formula
from derelayl_econ.games import (
    arrival_formulas,
    baton_level,
    length_split,
    participation_formulas,
    potential_formulas,
    relay_payoffs,
    verification,
)
from derelayl_econ.games.contribution_formulas import OUTSIDE_PAYOFF, PAYOFF
from proofs import canaries, guards, mutation
from proofs.__main__ import main
from proofs.canaries import CANARIES, refute
from proofs.idle import idle, idle_hypotheses
from proofs.kernel import Claim, Theorem, as_powers
from proofs.logic import eq, evaluate, ge, gt, holds, lt
from proofs.mutants import KINDS, same_function, variants
from proofs.solvers import ask_z3

x, y, n = sp.symbols("x y n")
SEEDS = (20260501, np.random.SeedSequence().entropy)
LISTED = mutation.listed()


class OneJudge:
    """Ask z3 in this process, or always give the same answer."""

    def __init__(self, fixed: str = "") -> None:
        self.fixed = fixed

    def ask(self, script: str) -> dict[str, str]:
        return {"judge": self.fixed or ask_z3(script, budget=300_000)}


# ---------------------------------------------------------------- mistakes in formulas


def test_variants_are_of_all_kinds_and_none_is_the_same() -> None:
    term = sp.Max(0, x - 3 * y) / (1 + x) - x**2
    found = variants(term)
    assert {kind for kind, _ in found} == set(KINDS)
    for _, wrong in found:
        assert not same_function(wrong, term)
    assert len({str(wrong) for _, wrong in found}) == len(found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((x - y) ** 2, (y - x) ** 2, True), (1 / (x - y) + 1, (x - y + 1) / (x - y), True),
        (x**n * (1 - x), x**n - x**n * x, True), ((x - y) ** 3, (y - x) ** 3, False),
        (sp.exp(x) * 2, sp.exp(x) + sp.exp(x), True), (sp.exp(x), sp.exp(-x), False),
    ],
)  # fmt: skip
def test_equal_expressions_are_recognised(one: Any, other: Any, same: bool) -> None:
    assert same_function(one, other) is same


def test_a_sign_under_a_square_is_no_mistake() -> None:
    assert all(not same_function(wrong, (y - x) ** 2) for _, wrong in variants((x - y) ** 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_variants_differ_from_the_formula_at_some_point(seed: int) -> None:
    draw = random.Random(seed)
    for formula, _ in draw.sample(LISTED, 4):
        for _, wrong in variants(formula.expression)[:6]:
            names = sorted(
                formula.expression.free_symbols | sp.sympify(wrong).free_symbols, key=str
            )
            # Many points: a maximum with 0 hides its other part at most of them.
            tries = ({s: sp.Float(draw.uniform(0.01, 4.2)) for s in names} for _ in range(400))
            assert any(_differ(formula.expression, wrong, t) for t in tries), (formula.name, wrong)


def _differ(right: Any, wrong: Any, point: dict[Any, Any]) -> bool:
    """Return whether the formula has a value at the point, and the variant not the same."""
    here, there = _value(right, point), _value(wrong, point)
    return here is not None and (there is None or abs(here - there) > 1e-12)


def _value(expression: Any, point: dict[Any, Any]) -> Any:
    plain = sp.sympify(expression).replace(log1p, lambda z: sp.log(1 + z))
    plain = plain.replace(expm1, lambda z: sp.exp(z) - 1)
    try:
        value = sp.N(plain.subs(point), 15)
    except (TypeError, ValueError):  # Max and Min of what is no real number
        return None
    return value if value.is_finite else None  # complex where a logarithm leaves its domain


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mistake_in_a_formula_breaks_a_theorem_that_lists_it(seed: int) -> None:
    draw = random.Random(seed)
    for formula, theorems in draw.sample(LISTED, 15):
        every = variants(formula.expression)
        for kind, wrong in draw.sample(every, min(1, len(every))):
            fate = mutation.kill(formula, theorems, kind, wrong)
            assert fate.how, (seed, formula.name, str(wrong))


def test_every_formula_of_the_games_is_spoken_about_or_explained() -> None:
    assert {formula.name for formula in mutation.unlisted()} == set(mutation.UNSPOKEN)


def test_no_listed_formula_is_a_bare_symbol() -> None:
    assert [f.name for f, _ in LISTED if f.expression.is_Symbol] == []


def test_a_replaced_formula_comes_back() -> None:
    formula = participation_formulas.VOLUNTEER_OUTAGE
    right = formula.expression
    with mutation.replaced(formula, x):
        assert formula.expression == x
    with pytest.raises(ZeroDivisionError), mutation.replaced(formula, x):
        evaluate(1 / x, {x: Fraction(0)})
    assert formula.expression is right
    assert mutation.restated(LISTED[0][1][0]).claims == LISTED[0][1][0].claims


def test_what_no_claim_speaks_about_survives() -> None:
    theorem = next(t for t in LISTED[0][1])
    fate = mutation.kill(Formula("idle", x + y, "test"), [theorem], "sign", x - y)
    assert (fate.how, fate.theorem) == ("", "")


def test_command_fails_when_a_mistake_survives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = [(Formula("idle", x + y, "test"), LISTED[0][1][:1])]
    monkeypatch.setattr(mutation, "listed", lambda: silent)
    monkeypatch.setattr(guards, "listed", lambda: silent)
    assert main(["--mutants"]) == 1
    assert "SURVIVES idle: " in capsys.readouterr().out


# ---------------------------------------------------------------- false statements


@pytest.mark.parametrize("claim", CANARIES, ids=lambda c: c.name)
def test_a_false_statement_is_refuted_and_not_proved(claim: Claim) -> None:
    found = refute(claim, OneJudge())
    assert found.refuted
    assert found.point is not None
    values = {s: sp.Rational(v.numerator, v.denominator) for s, v in found.point.items()}
    for part in claim.given:  # a second opinion, by SymPy's own arithmetic
        assert holds(part, found.point)
    for relation in _relations(claim.conclusion):
        for term in (relation.left, relation.right):
            exact = evaluate(term, found.point)
            assert sp.Rational(*exact.as_integer_ratio()) == term.subs(values, simultaneous=True)
    assert not holds(claim.conclusion, found.point)


def _relations(proposition: Any) -> list[Any]:
    if hasattr(proposition, "operator"):
        return [proposition]
    parts = [proposition.part] if hasattr(proposition, "part") else proposition.parts
    return [relation for part in parts for relation in _relations(part)]


def test_a_true_statement_or_a_credulous_solver_is_noticed() -> None:
    true = Claim("square", (gt(x, 1),), gt(x**2, x))
    assert not refute(true, OneJudge()).refuted
    assert not refute(CANARIES[0], OneJudge("unsat")).refuted
    assert len(CANARIES) >= 8


def test_command_fails_when_a_canary_lives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = sys.modules["proofs.__main__"]
    monkeypatch.setattr(guards, "refute", lambda *_: canaries.Refutation("alive", None, True))
    monkeypatch.setattr(module, "GUARDS", (guards.false_statements_fall,))
    monkeypatch.setattr(module, "THEOREMS", ())
    monkeypatch.setattr(module, "_table", lambda *_: "")
    assert main([]) == 1
    assert "NOT REFUTED: alive" in capsys.readouterr().out


def test_command_fails_when_a_certificate_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    module = sys.modules["proofs.__main__"]
    stored = json.loads(guards.CERTIFICATES.read_text(encoding="utf-8"))
    good, bad = stored["certified"][:2]
    content = {"certified": [good, bad | {"sha256": "0"}], "uncertified": []}
    (tmp_path / "some.json").write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(guards, "CERTIFICATES", tmp_path / "some.json")
    monkeypatch.setattr(module, "GUARDS", (guards.certificates_hold,))
    monkeypatch.setattr(module, "THEOREMS", ())
    monkeypatch.setattr(module, "_table", lambda *_: "")
    assert main([]) == 1
    told = capsys.readouterr().out
    assert f"REJECTED {bad['theorem']}: {bad['obligation']}" in told
    assert "1 of 2 statements have a certificate that holds" in told


def test_all_guards_run_with_all_theorems_only(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["proofs.__main__"]
    ran: list[str] = []
    monkeypatch.setattr(module, "prove", lambda theorems: {t.code: [] for t in theorems})
    monkeypatch.setattr(module, "_table", lambda *_: "")
    assert [guard.__name__ for guard in module.GUARDS] == [
        "false_statements_fall", "certificates_hold", "mistakes_show"]  # fmt: skip
    monkeypatch.setattr(module, "GUARDS", (lambda: ran.append("x") or guards.Finding("fine"),))
    assert main(["--theorem", "D"]) == 0
    assert ran == []
    assert main([]) == 0
    assert ran == ["x"]


# ---------------------------------------------------------------- hypotheses that are not needed


def test_idle_hypotheses_are_found() -> None:
    claim = Claim("root", (gt(x, 0), ge(y, 0), lt(y, 9)), gt(x + y, 0))
    assert [str(h) for h in idle_hypotheses(claim)] == ["y < 9"]
    needed = Claim("needed", (gt(x, 0), ge(y, 0)), gt(x + y, 0))
    assert idle_hypotheses(needed) == []
    found = idle((Theorem("x", "x", "x", (claim, needed)),))
    assert found == {"x": {"root": ["y < 9"]}}


def test_a_hypothesis_that_keeps_a_denominator_from_vanishing_is_needed() -> None:
    nested = 1 / (1 / x - 1)
    assert idle_hypotheses(Claim("nested", (gt(x, 0), lt(x, 1)), eq(nested * (1 - x), x))) == []


def test_command_lists_idle_hypotheses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--idle", "--theorem", "D"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"D"}


# ---------------------------------------------------------------- abstractions and games


def rational(draw: random.Random, low: int = 1, high: int = 40) -> Fraction:
    return Fraction(draw.randint(low, high), draw.randint(3, 9))


def exact(formula: Formula, **values: Any) -> Fraction:
    expression = as_powers(formula.expression)
    return evaluate(expression, {s: Fraction(values[s.name]) for s in expression.free_symbols})


def profiles(others: int, p: Fraction) -> Any:
    """Yield each of the 2^others ways in which the others choose, and its probability."""
    for profile in itertools.product((0, 1), repeat=others):
        yield profile, p ** sum(profile) * (1 - p) ** (others - sum(profile))


GAMES: dict[str, Any] = {
    "volunteer": (lambda k, v: v["benefit"], lambda k, v: v["benefit"] if k else 0),
    "pool": (lambda k, v: v["pool"] / k, lambda k, v: 0),
    "train_or_ride": (lambda k, v: v["benefit"] + v["pool"] / k,
                      lambda k, v: v["leakage"] * v["benefit"] if k else 0),
    "critical_mass": (lambda k, v: v["benefit"] if k >= v["threshold"] else 0,
                      lambda k, v: v["leakage"] * v["benefit"] if k >= v["threshold"] else 0),
}  # fmt: skip
"""What one gets who trains, one of k, before cost, and who does not while k do: the prose."""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("game", GAMES)
def test_participation_gains_are_those_of_the_game(game: str, seed: int) -> None:
    draw = random.Random(seed)
    for people in (2, 3, 5):
        p, values = Fraction(draw.randint(1, 8), 9), {
            "benefit": rational(draw), "pool": rational(draw), "cost": rational(draw),
            "leakage": Fraction(draw.randint(0, 7), 7), "threshold": draw.randint(1, people),
        }  # fmt: skip
        trains, rides = GAMES[game]
        by_game = sum(
            (chance * (trains(sum(who) + 1, values) - values["cost"] - rides(sum(who), values))
             for who, chance in profiles(people - 1, p)), Fraction(0))  # fmt: skip
        join, ride = participation_formulas.PAYOFFS[game]
        by_formula = sum(
            (chance * (exact(join, others=sum(who), **values)
                       - exact(ride, others=sum(who), **values))
             for who, chance in profiles(people - 1, p)), Fraction(0))  # fmt: skip
        assert by_game == by_formula, (seed, game, people)
        if game == "pool":
            closed = exact(participation_formulas.POOL_INDIFFERENCE, participants=people,
                           join_probability=p, **values)  # fmt: skip
            assert closed == by_game


@pytest.mark.parametrize("seed", SEEDS)
def test_baton_share_and_wait_are_those_of_the_draw(seed: int) -> None:
    draw = random.Random(seed)
    for people in (2, 4, 5):
        p = Fraction(draw.randint(1, 8), 9)
        share = sum((chance / (1 + sum(who)) for who, chance in profiles(people - 1, p)),
                    Fraction(0))  # fmt: skip
        somebody = sum((chance for who, chance in profiles(people, p) if any(who)), Fraction(0))
        point = {"participants": people, "join_probability": p}
        assert exact(baton_level.SHARE, **point) == share
        assert exact(baton_level.WAIT, **point) == 1 / somebody


@pytest.mark.parametrize("seed", SEEDS)
def test_one_leg_of_the_relay_profile_by_profile(seed: int) -> None:
    # Everybody else rides, trains or cheats; submissions are accepted independently.
    draw = random.Random(seed)
    trains, cheats, honest, fake = (Fraction(a, 12) for a in (5, 3, 9, 4))
    values = {k: rational(draw) for k in ("benefit", "pool", "deposit", "cost", "cost_cheat")}
    theta, others = Fraction(draw.randint(0, 5), 5), 3
    states = {(1, 1): trains * honest, (1, 0): cheats * fake}  # (accepted, honest)
    states[0, 0] = 1 - sum(states.values())
    earned = dict.fromkeys(("train", "ride", "cheat"), Fraction(0))
    for profile in itertools.product(states, repeat=others):
        chance = math.prod((states[s] for s in profile), start=Fraction(1))
        accepted, improved = sum(s[0] for s in profile), any(s[1] for s in profile)
        leaked = theta * values["benefit"] * improved
        pay = values["pool"] / (1 + accepted)
        lost = leaked - values["deposit"]
        earned["ride"] += chance * leaked
        earned["train"] += chance * (honest * (values["benefit"] + pay) + (1 - honest) * lost
                                     - values["cost"])  # fmt: skip
        earned["cheat"] += chance * (fake * (values["benefit"] * improved + pay)
                                     + (1 - fake) * lost - values["cost_cheat"])  # fmt: skip
    size = {"participants": others + 1}
    rates = {"pool_share": exact(relay_payoffs.POOL_SHARE,
                                 accepted=trains * honest + cheats * fake, **size),
             "improved": exact(relay_payoffs.IMPROVED, accepted_honest=trains * honest, **size),
             "accept_honest": honest, "accept_fake": fake, "leakage": theta}  # fmt: skip
    for strategy, amount in earned.items():
        assert exact(relay_payoffs.PAYOFFS[strategy], **values, **rates) == amount, (seed, strategy)


@pytest.mark.parametrize("seed", SEEDS)
def test_inspection_tables_are_those_of_the_verdict(seed: int) -> None:
    draw = random.Random(seed)
    names = "cost_honest cost_cheat reward deposit verify_cost bounty penalty"
    v = {name: rational(draw) for name in names.split()}
    v |= {"false_reject": Fraction(draw.randint(0, 4), 9), "false_accept": Fraction(1, 7)}
    for fakes, checks in itertools.product((False, True), repeat=2):
        passes = 1 - v["false_reject"] if not fakes else v["false_accept"]
        trainer = validator = Fraction(0)
        for verdict, chance in ((True, passes), (False, 1 - passes)) if checks else ((True, 1),):
            trainer += chance * (v["reward"] if verdict else -v["deposit"])
            validator += chance * (-v["penalty"] if verdict and fakes else
                                   v["bounty"] if fakes else 0)  # fmt: skip
        trainer -= v["cost_cheat"] if fakes else v["cost_honest"]
        validator -= v["verify_cost"] if checks else 0
        column = 0 if checks else 1
        assert exact(verification.TRAINER_PAYOFFS[fakes][column], **v) == trainer
        assert exact(verification.VALIDATOR_PAYOFFS[fakes][column], **v) == validator


@pytest.mark.parametrize("seed", SEEDS)
def test_gate_outsiders_get_what_leaks(seed: int) -> None:
    draw = random.Random(seed)
    value, cost, own, start, reached = (rational(draw) for _ in range(5))
    leak = Fraction(draw.randint(0, 6), 6)
    seen = (1 - leak) * start + leak * (start + reached)  # of the rise only a share is seen
    given = {"value": value, "cost": cost, "own_effort": own, "quality": start + reached}
    outside = exact(OUTSIDE_PAYOFF, leakage=leak, quality_start=start, **given)
    assert outside == value * seen - cost * own
    assert exact(PAYOFF, **given) == value * (start + reached) - cost * own


@pytest.mark.parametrize("seed", SEEDS)
def test_split_neutral_pay_by_place_is_neutral_leg_by_leg(seed: int) -> None:
    draw = random.Random(seed)
    pool, lean = rational(draw), Fraction(draw.randint(0, 9), 9)

    def pay(place: int, legs: int) -> Fraction:
        return exact(length_split.PLACE_PAY, pool=pool, lean=lean, place=place, path_legs=legs)

    for legs in range(1, 6):
        for place in range(1, legs + 1):
            assert pay(place, legs) == pay(place, legs + 1) + pay(place + 1, legs + 1)
        bound = exact(length_split.LEAST_SHARE_BOUND, pool=pool, path_legs=legs)
        assert min(pay(place, legs) for place in range(1, legs + 1)) <= bound


@pytest.mark.parametrize("seed", SEEDS)
def test_arrivals_one_by_one_hold_the_steady_gap(seed: int) -> None:
    # Of twelve equally likely costs those up to the cut-off train; expected gap of the next leg.
    draw = random.Random(seed)
    costs = sorted(rational(draw) for _ in range(12))
    gamma, eta, top = Fraction(1, 3), Fraction(1, 5), rational(draw)
    v = {"learning_rate": gamma, "drift": eta, "quality_max": top, "value": rational(draw),
         "price": rational(draw), "access_fee": rational(draw)}  # fmt: skip
    for count in range(13):
        share = Fraction(count, 12)
        seen = exact(arrival_formulas.STEADY_GAP, training_share=share, **v)
        left = [seen * (1 - gamma) if i < count else seen for i in range(12)]
        found = [exact(arrival_formulas.DRIFTED, gap=gap, **v) for gap in left]
        assert sum(found) / 12 == seen
        spent = sum((v["price"] * gamma * seen for _ in range(count)), Fraction(0)) / 12
        assert (
            exact(arrival_formulas.SPENDING, drifted_gap=seen, training_share=share, **v) == spent
        )
        paid = sum((v["access_fee"] for _ in range(12 - count)), Fraction(0)) / 12
        assert exact(arrival_formulas.REVENUE, training_share=share, **v) == paid
        cut = exact(arrival_formulas.CUTOFF, avoided=v["access_fee"], drifted_gap=seen, **v)
        for cost in costs:
            gains = (v["value"] + v["price"]) * gamma * seen - cost
            assert (gains >= -v["access_fee"]) == (cost <= cut)


@pytest.mark.parametrize("seed", SEEDS)
def test_potential_of_all_changes_by_ones_own_gain(seed: int) -> None:
    draw = random.Random(seed)
    for people in (2, 3, 5):
        factor, costs = rational(draw), [rational(draw) for _ in range(people)]
        before = [rational(draw, 0) for _ in range(people)]
        mover = draw.randrange(people)
        after = [rational(draw, 0) if i == mover else s for i, s in enumerate(before)]
        old, new = (effort_values(efforts, costs, factor) for efforts in (before, after))
        assert sum(p for _, p in new) - sum(p for _, p in old) == new[mover][0] - old[mover][0]


def effort_values(
    efforts: list[Fraction], costs: list[Fraction], factor: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """Return each participant's payoff, by the prose, and shipped term of the potential."""
    mean = sum(efforts) / len(efforts)
    share = potential_formulas.POTENTIAL_SHARE
    return [
        (factor * mean * s - a * s**2,
         exact(share, chosen_effort=s, effort_cost=a, total_effort=sum(efforts),
               reward_factor=factor, participants=len(efforts)))
        for s, a in zip(efforts, costs, strict=True)
    ]  # fmt: skip
