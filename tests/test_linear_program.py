"""Linear programs: published optima, all vertices by brute force, proofs that cannot be bent."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import derelayl_econ.equilibrium.linear_program as module
from derelayl_econ.equilibrium.linear_certificate import (
    ImprovingRay,
    InfeasiblePrices,
    NearlyOptimalPair,
    OptimalPair,
)
from derelayl_econ.equilibrium.linear_data import LinearProgram
from derelayl_econ.equilibrium.linear_pivoting import independent_columns, pivot
from derelayl_econ.equilibrium.linear_program import (
    LinearSolution,
    linear_program,
    solve_linear,
)
from derelayl_econ.errors import InputError, SolverError
from derelayl_econ.results import Certificate

F = Fraction
ENDS = ((0, None), (None, None), (-1, 2), (None, 3), (1, 1), (F(1, 3), F(5, 2)))


def _exact(found: LinearSolution) -> OptimalPair:
    assert found.status == "optimal"
    assert isinstance(found.certificate, OptimalPair)
    assert found.certificate.status == "exact"
    assert found.certificate.check()
    return found.certificate


# --- published optima ---------------------------------------------------------------------------


def test_beale_1955_cycles_under_the_textbook_rule_and_not_here() -> None:
    # Beale 1955, Naval Research Logistics Quarterly 2:269; optimum -5/4 (Gass 1985, chapter 7).
    rows = [[F(1, 4), -8, -1, 9], [F(1, 2), -12, -F(1, 2), 3], [0, 0, 1, 0]]
    proof = _exact(solve_linear([-F(3, 4), 20, -F(1, 2), 6], rows, [0, 0, 1]))
    assert proof.value == F(-5, 4)
    assert proof.point == (1, 0, 1, 0)


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_klee_minty_1972(n: int) -> None:
    # Klee and Minty 1972, "How good is the simplex algorithm?", in the form of Dantzig and Thapa
    # 1997: maximise sum 2^(n-j) x_j; 2 sum_{i<j} 2^(j-i) x_i + x_j <= 5^j; optimum 5^n.
    rows = [[2 ** (j - i + 1) if i < j else int(i == j) for i in range(n)] for j in range(n)]
    cost = [-(2 ** (n - 1 - j)) for j in range(n)]
    right = [5 ** (j + 1) for j in range(n)]
    assert _exact(solve_linear(cost, rows, right)).value == -(5**n)
    program = linear_program(cost, rows, right)
    slacks_first = [*range(n, 2 * n), *range(n)]
    cold = pivot(program, slacks_first, frozenset(), 2**n)
    assert isinstance(cold, OptimalPair)
    assert cold.check()
    assert cold.value == -(5**n)


def test_wyndor_glass() -> None:
    # Hillier and Lieberman, "Introduction to Operations Research", section 3.1 and table 6.1:
    # maximise 3 x + 5 y, optimum 36 at (2, 6), shadow prices (0, 3/2, 1).
    found = solve_linear([-3, -5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18])
    proof = _exact(found)
    assert (proof.value, proof.point) == (-36, (2, 6))
    assert proof.prices == (0, F(-3, 2), -1)


def test_chvatal_1983() -> None:
    # Chvatal 1983, "Linear Programming", chapter 2: maximise 5x + 4y + 3z, optimum 13 at (2, 0, 1).
    rows = [[2, 3, 1], [4, 1, 2], [3, 4, 2]]
    proof = _exact(solve_linear([-5, -4, -3], rows, [5, 11, 8]))
    assert (proof.value, proof.point, proof.prices) == (-13, (2, 0, 1), (-1, 0, -1))


def test_kuhn_poker_is_worth_a_loss_of_one_eighteenth() -> None:
    # Kuhn 1950, "Simplified two-person poker": the first player loses 1/18 per deal.
    table = _kuhn_table()
    rows = [[-table[i][j] for i in range(len(table))] + [1] for j in range(len(table[0]))]
    total = [[1] * len(table) + [0]]
    bounds = [(0, None)] * len(table) + [(None, None)]
    cost = [0] * len(table) + [-1]
    proof = _exact(solve_linear(cost, rows, [0] * len(rows), total, [1], bounds))
    assert -proof.value == F(-1, 18)


def _kuhn_table() -> list[list[Fraction]]:
    """Pure strategies: first player per card (bet; else call a bet or not), second (two bits)."""
    first = list(itertools.product(("bet", "call", "fold"), repeat=3))
    second = list(itertools.product(itertools.product((0, 1), repeat=2), repeat=3))
    deals = [(a, b) for a in range(3) for b in range(3) if a != b]
    return [[sum((F(_kuhn(x[a], y[b], a > b), 6) for a, b in deals), F(0)) for y in second]
            for x in first]  # fmt: skip


def _kuhn(move: str, reply: tuple[int, int], wins: bool) -> int:
    calls, bets_after_a_check = reply
    if move == "bet":
        return (2 if wins else -2) if calls else 1
    if not bets_after_a_check:
        return 1 if wins else -1
    return (2 if wins else -2) if move == "call" else -1


# --- against every vertex -----------------------------------------------------------------------


def _vertices(program: LinearProgram) -> list[tuple[Fraction, ...]]:
    """All intersections of n constraint planes, solved by elimination in Fractions."""
    n = len(program.cost)
    planes = list(zip(program.rows, program.right, strict=True))
    for j in range(n):
        unit = tuple(F(i == j) for i in range(n))
        planes += [(unit, end) for end in (program.low[j], program.high[j]) if end is not None]
    points = (_solve([[*row, b] for row, b in chosen])
              for chosen in itertools.combinations(planes, n))  # fmt: skip
    return [p for p in points if p is not None and _feasible(program, p)]


def _solve(rows: list[list[Fraction]]) -> tuple[Fraction, ...] | None:
    n = len(rows)
    for c in range(n):
        p = next((r for r in range(c, n) if rows[r][c] != 0), None)
        if p is None:
            return None
        rows[c], rows[p] = rows[p], rows[c]
        rows[c] = [e / rows[c][c] for e in rows[c]]
        for r in range(n):
            if r != c:
                rows[r] = [e - rows[r][c] * f for e, f in zip(rows[r], rows[c], strict=True)]
    return tuple(row[-1] for row in rows)


def _feasible(program: LinearProgram, point: tuple[Fraction, ...]) -> bool:
    for i, (row, b) in enumerate(zip(program.rows, program.right, strict=True)):
        left = sum(a * x for a, x in zip(row, point, strict=True))
        if left > b or (i >= program.inequalities and left != b):
            return False
    return all(
        (low is None or x >= low) and (high is None or x <= high)
        for x, low, high in zip(point, program.low, program.high, strict=True)
    )


def _random(rng: np.random.Generator, boxed: bool) -> tuple[object, ...]:
    n, m, k = rng.integers(1, 4), rng.integers(0, 5), rng.integers(0, 3)
    choice = rng.choice([2, 4, 5] if boxed else len(ENDS), n)
    return (
        rng.integers(-2, 4, n),
        rng.integers(-2, 3, (m, n)),
        rng.integers(-1, 4, m),
        rng.integers(-1, 2, (k, n)),
        rng.integers(0, 3, k),
        [ENDS[i] for i in choice],
    )


@pytest.mark.parametrize("seed", [0, 1, np.random.SeedSequence().entropy])
def test_optimum_is_that_of_the_best_vertex(seed: int) -> None:
    rng, seen = np.random.default_rng(seed), set()
    for _ in range(60):
        given_ = _random(rng, boxed=True)
        found, program = solve_linear(*given_), linear_program(*given_)
        points = _vertices(program)
        assert found.certificate.check(), seed
        assert found.status == ("optimal" if points else "infeasible"), seed
        if points:
            values = [sum(c * x for c, x in zip(program.cost, p, strict=True)) for p in points]
            assert _exact(found).value == min(values), seed
        seen.add(found.status)
    assert len(seen) == 2


@pytest.mark.parametrize("seed", [2, 3, np.random.SeedSequence().entropy])
def test_all_three_outcomes_have_proofs(seed: int) -> None:
    rng, seen = np.random.default_rng(seed), set()
    for _ in range(150):
        given_ = _random(rng, boxed=False)
        found = solve_linear(*given_)
        assert isinstance(found.certificate, Certificate)
        assert found.certificate.status == "exact"
        assert found.certificate.check(), seed
        seen.add(found.status)
        library = linprog(*given_)
        if library.status == 0:
            assert found.status == "optimal", seed
            assert found.value == pytest.approx(library.fun, abs=1e-8)
    assert len(seen) == 3


@pytest.mark.parametrize("seed", [4, np.random.SeedSequence().entropy])
def test_every_first_basis_leads_to_the_same_minimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(60):
        program = linear_program(*_random(rng, boxed=False))
        size = len(program.cost) + len(program.rows)
        orders = [rng.permutation(size).tolist() for _ in range(4)]
        high = frozenset(np.flatnonzero(rng.random(size) < 0.5).tolist())
        proofs = [pivot(program, order, high, 10**4) for order in orders]
        assert all(proof.check() for proof in proofs), seed
        assert len({(type(p), getattr(p, "value", None)) for p in proofs}) == 1, seed


@pytest.mark.parametrize("n", [3, 6, 12])
def test_degenerate_assignment(n: int) -> None:
    # The polytope of doubly stochastic matrices: 2n - 1 basic variables, n of them positive, and
    # one redundant equation.
    rng = np.random.default_rng(n)
    cost = rng.integers(0, 50, (n, n))
    rows = [[int(k // n == i) for k in range(n * n)] for i in range(n)]
    rows += [[int(k % n == j) for k in range(n * n)] for j in range(n)]
    proof = _exact(solve_linear(cost.ravel(), A_eq=rows, b_eq=[1] * (2 * n)))
    from scipy.optimize import linear_sum_assignment

    assert proof.value == cost[linear_sum_assignment(cost)].sum()
    assert set(proof.point) == {0, 1}


# --- properties ---------------------------------------------------------------------------------


def _listed(size: int) -> st.SearchStrategy[list[Fraction]]:
    return st.lists(st.fractions(-3, 3, max_denominator=4), min_size=size, max_size=size)


@settings(max_examples=40, deadline=None)
@given(_listed(2), _listed(6), _listed(3), st.fractions(F(1, 4), 4, max_denominator=4))
def test_scaling_and_relabelling(cost: list[Fraction], entries: list[Fraction],
                                 right: list[Fraction], factor: Fraction) -> None:  # fmt: skip
    rows = [entries[0:2], entries[2:4], entries[4:6]]
    found = solve_linear(cost, rows, right, bounds=(-1, 5))
    scaled = solve_linear([factor * c for c in cost], rows, right, bounds=(-1, 5))
    turned = solve_linear(cost[::-1], [row[::-1] for row in rows[::-1]], right[::-1],
                          bounds=(-1, 5))  # fmt: skip
    assert found.status == scaled.status == turned.status
    if found.status == "optimal":
        assert _exact(scaled).value == factor * _exact(found).value == factor * _exact(turned).value


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3),
       st.lists(st.floats(0.01, 10), min_size=6, max_size=6))  # fmt: skip
def test_floats_count_as_the_rationals_that_they_are(cost: list[float], rows: list[float]) -> None:
    proof = _exact(solve_linear(cost, [rows[:3], rows[3:]], [1.0, 0.1]))
    assert proof.program.cost == tuple(map(F, cost))
    used = [sum(F(a) * x for a, x in zip(part, proof.point, strict=True))
            for part in (rows[:3], rows[3:])]  # fmt: skip
    slack = [1 - used[0], F(0.1) - used[1]]
    assert min(slack) >= 0
    assert all(y * s == 0 for y, s in zip(proof.prices, slack, strict=True))


def test_prices_are_what_a_unit_of_the_right_side_changes() -> None:
    rows, right = [[2, 3, 1], [4, 1, 2], [3, 4, 2]], [5, 11, 8]
    proof = _exact(solve_linear([-5, -4, -3], rows, right))
    for i, price in enumerate(proof.prices):
        more = [b + F(int(i == k), 100) for k, b in enumerate(right)]
        moved = _exact(solve_linear([-5, -4, -3], rows, more))
        assert moved.value - proof.value == price / 100


# --- proofs that were tampered with -------------------------------------------------------------


def _proofs() -> list[OptimalPair | InfeasiblePrices | ImprovingRay]:
    found = [
        solve_linear([-5, -4, -3], [[2, 3, 1], [4, 1, 2], [3, 4, 2]], [5, 11, 8]),
        solve_linear([1, 2], A_eq=[[1, 1]], b_eq=[F(1, 3)], bounds=[(None, 2), (0, None)]),
        solve_linear([1, 1], [[1, 1]], [1], [[1, -1]], [3], bounds=(0, 2)),
        solve_linear([-1, -1], [[1, -1]], [2], bounds=[(0, None), (None, None)]),
    ]
    proofs = [f.certificate for f in found]
    kinds = [OptimalPair, OptimalPair, InfeasiblePrices, ImprovingRay]
    kinds[1] = ImprovingRay if found[1].status == "unbounded" else OptimalPair
    assert [type(p) for p in proofs] == kinds
    assert all(p.check() for p in proofs)
    return proofs  # type: ignore[return-value]


TINY = F(1, 10**12)


@pytest.mark.parametrize("which", range(4))
def test_a_changed_optimum_is_rejected(which: int) -> None:
    proof = _proofs()[which]
    if not isinstance(proof, OptimalPair):
        return
    for name in ("point", "prices"):
        numbers = getattr(proof, name)
        for i, sign in itertools.product(range(len(numbers)), (TINY, -TINY)):
            bent = (*numbers[:i], numbers[i] + sign, *numbers[i + 1 :])
            assert not replace(proof, **{name: bent}).check()
        assert not replace(proof, **{name: numbers[1:]}).check()
        assert not replace(proof, **{name: (*numbers, F(0))}).check()
    assert not replace(proof, value=proof.value - TINY).check()
    assert not replace(proof, value=proof.value + TINY).check()


def test_a_changed_contradiction_is_rejected() -> None:
    proof = _proofs()[2]
    assert isinstance(proof, InfeasiblePrices)
    assert not replace(proof, prices=tuple(-y for y in proof.prices)).check()
    assert not replace(proof, prices=tuple(0 * y for y in proof.prices)).check()
    assert not replace(proof, prices=proof.prices[:-1]).check()
    wider = replace(proof.program, high=(F(4), F(4)), right=(F(9), F(3)))
    assert not replace(proof, program=wider).check()


def test_a_changed_ray_is_rejected() -> None:
    proof = _proofs()[3]
    assert isinstance(proof, ImprovingRay)
    assert not replace(proof, ray=tuple(-d for d in proof.ray)).check()
    assert not replace(proof, ray=tuple(0 * d for d in proof.ray)).check()
    assert not replace(proof, ray=(F(2), F(1))).check()
    assert not replace(proof, ray=proof.ray[:1]).check()
    assert not replace(proof, point=(F(-1), F(0))).check()
    assert not replace(proof, point=(F(3), F(0))).check()
    capped = replace(proof.program, high=(None, F(7)))
    assert not replace(proof, program=capped).check()


@pytest.mark.parametrize("which", range(4))
def test_a_changed_program_is_rejected(which: int) -> None:
    proof = _proofs()[which]
    program = proof.program
    if isinstance(proof, OptimalPair):
        cheaper = replace(program, cost=tuple(c - TINY for c in program.cost))
        tighter = replace(program, right=tuple(b - TINY for b in program.right))
        assert not replace(proof, program=cheaper).check()
        assert not replace(proof, program=tighter).check()
    elif isinstance(proof, ImprovingRay):
        dear = replace(program, cost=tuple(-c for c in program.cost))
        assert not replace(proof, program=dear).check()


# --- when the exact pivots are spent --------------------------------------------------------------


def _misled(program: LinearProgram, found: object) -> tuple[list[int], frozenset[int]]:
    """A first basis of slacks, whatever HiGHS found."""
    n, m = len(program.cost), len(program.rows)
    return [*range(n, n + m), *range(n)], frozenset()


def test_without_pivots_the_answer_says_that_it_is_numeric(monkeypatch) -> None:
    monkeypatch.setattr(module, "_guess", _misled)
    rows = [[0.1, 0.7, 1], [4, 1, 0.3], [3, 4.1, 2]]
    found = solve_linear([-5, -4, -3], rows, [5, 11, 8], most_pivots=0)
    proof = found.certificate
    assert isinstance(proof, NearlyOptimalPair)
    assert (proof.status, proof.check()) == ("numeric-only", True)
    assert "0 exact pivots" in proof.claim
    assert proof.violation < 1e-9
    assert found.value == pytest.approx(solve_linear([-5, -4, -3], rows, [5, 11, 8]).value)
    for field in ("violation", "point", "prices", "gap"):
        value = getattr(proof, field)
        bent = value + TINY if isinstance(value, Fraction) else tuple(v + 1 for v in value or (1,))
        assert not replace(proof, **{field: bent}).check(), field
    assert {f.name for f in fields(proof)} == {
        "program", "point", "prices", "violation", "gap", "reason"}  # fmt: skip


def test_without_pivots_and_without_an_optimum_it_raises(monkeypatch) -> None:
    monkeypatch.setattr(module, "_guess", _misled)
    with pytest.raises(SolverError, match="undecided"):
        solve_linear([1, 1], [[1, 1], [-1, -1]], [1, -F(5, 4)], most_pivots=0)


def test_a_right_guess_needs_no_pivot() -> None:
    rng = np.random.default_rng(7)
    for n in (5, 20):
        table = np.abs(rng.standard_normal((n, n)))
        proof = _exact(solve_linear(-rng.random(n), table, rng.random(n) + 1, most_pivots=0))
        assert len(proof.point) == n


def test_optima_beyond_the_floats() -> None:
    with pytest.raises(SolverError, match="beyond the floats") as caught:
        solve_linear([10**100], A_eq=[[F(1, 10**120)]], b_eq=[10**100])
    assert caught.value.partial.check()
    assert caught.value.partial.value == 10**320


def test_first_independent_columns_are_taken() -> None:
    program = linear_program([1, 1, 1], A_eq=[[1, 2, 0], [2, 4, 0]], b_eq=[1, 2])
    assert independent_columns(program, [2, 1, 0, 4, 3]) == [1, 4]


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"c": []}, "c must"),
        ({"c": 3}, "c must"),
        ({"c": [np.nan]}, "entry of c"),
        ({"c": [True]}, "entry of c"),
        ({"c": ["1"]}, "entry of c"),
        ({"c": [10**200]}, "entry of c"),
        ({"c": [1], "A_ub": [[1]]}, "given together"),
        ({"c": [1], "A_ub": [[1, 2]], "b_ub": [1]}, "A_ub"),
        ({"c": [1], "A_ub": [[1]], "b_ub": [1, 2]}, "b_ub"),
        ({"c": [1], "A_eq": [[np.inf]], "b_eq": [1]}, "A_eq"),
        ({"c": [1, 2], "A_eq": [[1, 2], [3]], "b_eq": [1, 1]}, "A_eq"),
        ({"c": [1], "bounds": 3}, "bounds"),
        ({"c": [1], "bounds": (2, 1)}, "bounds"),
        ({"c": [1], "bounds": (np.inf, None)}, "bounds"),
        ({"c": [1], "bounds": [(0, np.nan)]}, "bounds"),
        ({"c": [1], "bounds": [(0, 1), (0, 1)]}, "bounds"),
        ({"c": [1], "bounds": [(0, 1, 2)]}, "bounds"),
        ({"c": [1], "most_pivots": -1}, "most_pivots"),
        ({"c": [1], "most_pivots": 1.5}, "most_pivots"),
    ],
)
def test_bad_input(arguments: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word):
        solve_linear(**arguments)


def test_infinite_ends_are_none() -> None:
    found = solve_linear([1, -1], bounds=np.array([[0.0, np.inf], [-np.inf, 2.0]]))
    assert _exact(found).point == (0, 2)
    assert found.to_dict()["certificate"]["status"] == "exact"
    assert "exact: the minimum is -2" in str(found)
