"""Programs: closed forms, brute force, proofs that reject perturbations, conflicts, bad input."""

from __future__ import annotations

import itertools
import math
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from derelayl_econ.design.certificate import OBJECTIVE, BoundCertificate, Touch
from derelayl_econ.design.limits import Limit, Variables, at_least, at_most, equal
from derelayl_econ.design.program import Program
from derelayl_econ.design.rational_pair import exact_pair
from derelayl_econ.design.result import Conflict, Design, DesignStatus
from derelayl_econ.design.sparse_rationals import solve_sparse
from derelayl_econ.design.terms import Convex, Norm, Reciprocal, Square, norm, total
from derelayl_econ.errors import InputError
from derelayl_econ.results import Certificate

SEEDS = [0, 1, 2, np.random.SeedSequence().entropy]
RATIONAL = st.fractions(-20, 20, max_denominator=50)


def _program(objective: Convex, *limits: Limit, count: int = 2, **more: object) -> Program:
    variables = Variables()
    variables.block("x", count)
    return Program(variables=variables, objective=objective, limits=limits, **more)


def _xy() -> tuple[Convex, ...]:
    return Variables().block("x", 2)


def _random_program(seed: int, curved: bool) -> Program:
    rng = np.random.default_rng(seed)
    n = 4
    x = Variables().block("x", n)
    cost = total(x[j] * Fraction(int(rng.integers(-9, 10)), 7) for j in range(n))
    limits = [
        at_most(f"row {i}", total(x[j] * Fraction(int(rng.integers(-5, 6)), 3) for j in range(n)),
                Fraction(int(rng.integers(1, 9)), 5))
        for i in range(5)
    ]  # fmt: skip
    limits.append(at_most("box", [*x, *(-part for part in x)], 2))
    if curved:
        cost = cost + total(part.square() for part in x) * Fraction(1, 3)
        limits.append(at_most("ball", norm([x[0] - x[1], x[2] + 1]), Fraction(3, 2)))
    return _program(cost, *limits, count=n)


# -- closed forms -----------------------------------------------------------------------------


def test_a_linear_program_is_solved_exactly() -> None:
    x, y = _xy()
    design = _program(x + 2 * y, at_least("sum", x + y, Fraction(1, 3)),
                      at_least("signs", [x, y], 0)).solve()  # fmt: skip
    assert design.status is DesignStatus.OPTIMAL
    assert design.certificate is not None
    assert isinstance(design.certificate, Certificate)
    assert design.certificate.status == "exact"
    assert design.certificate.point == (Fraction(1, 3), 0)
    assert design.certificate.value == Fraction(1, 3)
    assert design.price("sum").price == 1
    assert "1/3" in design.certificate.claim


def test_an_equation_and_a_maximum() -> None:
    x, y = _xy()
    design = _program(-(x + 3 * y), equal("sum", x + y, 1), at_least("signs", [x, y], 0),
                      maximise=True, goal="profit").solve()  # fmt: skip
    assert design.value == 3
    assert design.price("sum").price == 3  # one more to share raises the profit by 3
    assert "raises the profit by 3 money" in design.price("sum").sentence


@pytest.mark.parametrize(
    ("objective", "limit", "value"),
    [
        (lambda x, y: x.square() + y.square(), lambda x, y: at_least("c", x + y, 1), 0.5),
        (lambda x, y: x + y, lambda x, y: at_most("c", norm([x, y]), 1), -math.sqrt(2)),
        (lambda x, y: 3 * x + 4 * y, lambda x, y: at_most("c", x.square() + y.square(), 4), -10.0),
        (lambda x, y: x.reciprocal() + x + y.square(), lambda x, y: at_most("c", x, 9), 2.0),
        (lambda x, y: norm([x, y]), lambda x, y: at_least("c", 3 * x + 4 * y, 5), 1.0),
        (lambda x, y: norm([x, y]), lambda x, y: at_most("c", x, 5), 0.0),
    ],
)
def test_curved_programs_with_known_optima(objective, limit, value) -> None:  # type: ignore[no-untyped-def]
    x, y = _xy()
    design = _program(objective(x, y), limit(x, y)).solve()
    assert design.status is DesignStatus.OPTIMAL
    assert design.certificate is not None
    assert design.certificate.check()
    assert float(design.certificate.bound) <= value + 1e-12
    assert design.value == pytest.approx(value, abs=1e-6)
    assert float(design.certificate.gap) < 1e-6


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("curved", [False, True])
def test_no_random_feasible_point_beats_the_optimum(seed: int, curved: bool) -> None:
    program = _random_program(seed, curved)
    design = program.solve()
    assert design.certificate is not None
    best, rng = design.certificate, np.random.default_rng(seed)
    for _ in range(300):
        length = Fraction(float(rng.random()) ** 4)
        point = [p + length * Fraction(float(d))
                 for p, d in zip(best.point, rng.normal(size=4), strict=True)]  # fmt: skip
        if all(limit.violation(point) <= 0 for limit in program.limits):
            assert program.objective.above(point) >= best.bound


@pytest.mark.parametrize("seed", SEEDS)
def test_linear_programs_agree_with_scipy(seed: int) -> None:
    program = _random_program(seed, curved=False)
    rows = [row for limit in program.limits for row in limit.rows]
    table = [[float(row.slopes.get(j, 0)) for j in range(4)] for row in rows]
    right = [-float(row.constant) for row in rows]
    cost = [float(program.objective.slopes.get(j, 0)) for j in range(4)]
    design = program.solve()
    expected = linprog(cost, table, right, bounds=(None, None)).fun
    assert design.value == pytest.approx(expected, abs=1e-9)
    assert design.certificate is not None
    assert design.certificate.gap == 0


@pytest.mark.parametrize("curved", [False, True])
def test_prices_are_the_derivatives_of_the_value(curved: bool) -> None:
    program = _random_program(2, curved)
    step = Fraction(1, 10**4)
    base = program.solve()
    for number, price in enumerate(base.prices):
        changed = list(program.limits)
        changed[number] = changed[number].relaxed(step)
        moved = program.with_limits(tuple(changed)).solve()
        assert moved.value is not None
        assert base.value is not None
        assert (base.value - moved.value) / float(step) == pytest.approx(price.price, abs=2e-3)


# -- proofs -----------------------------------------------------------------------------------


def _perturbed(proof: BoundCertificate) -> list[BoundCertificate]:
    small = Fraction(1, 10**9)
    found = [replace(proof, value=proof.value + small), replace(proof, bound=proof.bound + small),
             replace(proof, bound=proof.value + small), replace(proof, point=proof.point[:-1]),
             replace(proof, prices=proof.prices[:-1]),
             replace(proof, objective=proof.objective + small),
             replace(proof, limits=(at_most("no", Convex(constant=Fraction(1)), 0),
                                    *proof.limits[1:]))]  # fmt: skip
    for j in range(len(proof.point)):
        point = list(proof.point)
        point[j] += small
        found.append(replace(proof, point=tuple(point)))
    for i, prices in enumerate(proof.prices):
        for r in range(len(prices)):
            for change in (small, -small - 2 * prices[r]):
                rows = [list(row) for row in proof.prices]
                rows[i][r] += change
                found.append(replace(proof, prices=tuple(map(tuple, rows))))
    for t, touch in enumerate(proof.touches):
        others = [replace(touch, weight=touch.weight + small), replace(touch, term=9),
                  replace(touch, weight=-touch.weight), replace(touch, row=touch.row + 1),
                  replace(touch, place=tuple(v + small for v in touch.place)),
                  replace(touch, place=())]  # fmt: skip
        rest = proof.touches[:t], proof.touches[t + 1 :]
        found += [replace(proof, touches=(*rest[0], other, *rest[1])) for other in others]
    return found


@pytest.mark.parametrize("curved", [False, True])
def test_a_perturbed_proof_is_rejected(curved: bool) -> None:
    proof = _random_program(1, curved).solve().certificate
    assert proof is not None
    assert proof.check()
    named = {field.name for field in fields(proof)}
    assert named == {"objective", "limits", "point", "prices", "touches", "value", "bound"}
    for other in _perturbed(proof):
        assert not other.check()


def test_a_proof_of_another_program_is_rejected() -> None:
    x, y = _xy()
    proof = _program(x, at_least("floor", x, 1), count=1).solve().certificate
    assert proof is not None
    assert not replace(proof, limits=(at_least("floor", x, 2),)).check()
    assert not replace(proof, objective=y).check()
    extra = Touch(OBJECTIVE, 0, 0, (Fraction(1),), Fraction(1))
    assert not replace(proof, touches=(extra,)).check()


@given(st.lists(RATIONAL, min_size=1, max_size=3), st.lists(RATIONAL, min_size=3, max_size=3))
def test_tangents_lie_nowhere_above(place: list[Fraction], other: list[Fraction]) -> None:
    for outer in (Square(), Reciprocal(), Norm()):
        at, to = (place[:1], other[:1]) if outer != Norm() else (place, other[: len(place)])
        tangent = outer.tangent(at)
        if tangent is None:
            assert at[0] <= 0
            continue
        constant, slopes = tangent
        below = constant + sum(a * z for a, z in zip(slopes, to, strict=True))
        assert outer.above(to) >= below
        touching = constant + sum(a * z for a, z in zip(slopes, at, strict=True))
        assert 0 <= outer.above(at) - touching <= Fraction(1, 2**60)


@given(st.lists(RATIONAL, min_size=1, max_size=4))
def test_lengths_are_rounded_up_by_next_to_nothing(values: list[Fraction]) -> None:
    length, square = Norm().above(values), sum(v**2 for v in values)
    assert isinstance(length, Fraction)
    assert length**2 >= square
    assert length == 0 or (length - Fraction(1, 2**79)) ** 2 <= square


@given(st.integers(1, 6), st.integers(0, 2**32))
def test_sparse_elimination_solves_or_says_that_it_cannot(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(-2, 3, (size, size))
    right = rng.integers(-3, 4, size)
    rows = [{j: Fraction(int(a)) for j, a in enumerate(row) if a} for row in table]
    found = solve_sparse(rows, [Fraction(int(b)) for b in right])
    augmented = np.column_stack([table, right])
    solvable = np.linalg.matrix_rank(table) == np.linalg.matrix_rank(augmented)
    assert (found is not None) == solvable
    if found is not None:
        for row, b in zip(rows, right, strict=True):
            assert sum(a * found.get(j, 0) for j, a in row.items()) == b


def test_there_is_no_pair_of_what_has_no_optimum() -> None:
    x = Variables().single("x")
    assert exact_pair(x, [x - 1], [False], 1) is None


# -- statuses and conflicts -------------------------------------------------------------------


def test_an_unbounded_program_says_so() -> None:
    x, y = _xy()
    design = _program(x, at_least("y", y, 0)).solve()
    assert design.status is DesignStatus.UNBOUNDED
    assert design.value is None
    assert not design.variables
    curved = _program(x, at_most("ball", y.square(), 1)).solve()
    assert curved.status is DesignStatus.UNBOUNDED


def test_an_optimum_that_is_not_attained_is_not_called_optimal() -> None:
    x = Variables().single("x")
    design = _program(x.reciprocal(), at_least("x", x, 1), count=1).solve()
    assert design.status is not DesignStatus.OPTIMAL
    assert design.certificate is None


def test_contradictory_bounds_are_named_with_the_cheapest_way_out() -> None:
    x, y = _xy()
    design = _program(x, at_least("floor", x, 3), at_most("ceiling", x, 1),
                      at_least("idle", y, 0)).solve()  # fmt: skip
    assert design.status is DesignStatus.INFEASIBLE
    conflict = design.conflict
    assert conflict is not None
    assert conflict.names == ("floor", "ceiling")
    assert conflict.smallest
    assert sum(conflict.relaxation.values()) == 2
    assert conflict.verified
    assert conflict.certificate is not None
    assert conflict.certificate.check()
    assert conflict.certificate.bound == 2
    assert "exclude each other" in str(design)


def test_a_conflict_is_told_in_words_without_rounding_errors() -> None:
    alone = Conflict(names=("ceiling",), smallest=True, verified=True, certificate=None,
                     relaxation={"ceiling": 2.0, "floor": 8e-19})  # fmt: skip
    assert alone.caption() == (
        "“ceiling” cannot be met, whatever else is given up; relax “ceiling” by 2"
    )
    pair = replace(alone, names=("floor", "ceiling"), relaxation={})
    assert pair.caption() == ("“floor” and “ceiling” exclude each other (the smallest conflict); "
                              "relax nothing that can be moved")  # fmt: skip


def test_what_cannot_be_moved_stays_and_weights_decide() -> None:
    x, _ = _xy()
    fixed = _program(x, at_least("floor", x, 3, weight=math.inf), at_most("ceiling", x, 1)).solve()
    assert fixed.conflict is not None
    assert fixed.conflict.relaxation == {"ceiling": 2}
    assert fixed.conflict.names == ("ceiling",)
    dear = _program(x, at_least("floor", x, 3), at_most("ceiling", x, 1, weight=5)).solve()
    assert dear.conflict is not None
    assert dear.conflict.relaxation == {"floor": 2}
    stuck = _program(x, at_least("floor", x, 3, weight=math.inf),
                     at_most("ceiling", x, 1, weight=math.inf)).solve()  # fmt: skip
    assert stuck.conflict is not None
    assert not stuck.conflict.relaxation
    assert stuck.conflict.names == ("floor", "ceiling")
    assert not stuck.conflict.verified


def test_a_curved_conflict() -> None:
    x, y = _xy()
    design = _program(x, at_most("ball", norm([x, y]), 1), at_least("far", x + y, 2),
                      at_most("idle", x, 7)).solve()  # fmt: skip
    assert design.conflict is not None
    assert set(design.conflict.names) == {"ball", "far"}
    assert design.conflict.verified
    total_moved = sum(design.conflict.relaxation.values())
    assert total_moved == pytest.approx(math.sqrt(2) - 1, rel=1e-4)  # widening the ball is cheapest
    assert design.conflict.certificate is not None
    assert design.conflict.certificate.bound > 0


@settings(max_examples=12)
@given(st.integers(0, 2**32))
def test_the_smallest_conflict_is_that_of_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = _xy()
    limits = [
        at_most(f"row {i}", int(a) * x + int(b) * y, int(c))
        for i, (a, b, c) in enumerate(rng.integers(-3, 4, (6, 3)))
    ]

    def possible(chosen: tuple[Limit, ...]) -> bool:
        rows = [row for limit in chosen for row in limit.rows]
        table = [[float(row.slopes.get(j, 0)) for j in range(2)] for row in rows]
        right = [-float(row.constant) for row in rows]
        return bool(linprog([0, 0], table, right, bounds=(None, None)).status == 0)

    sizes = [n for n in range(1, 7)
             if not all(possible(s) for s in itertools.combinations(limits, n))]  # fmt: skip
    design = _program(Convex(), *limits).solve()
    assert (design.status is DesignStatus.INFEASIBLE) == bool(sizes)
    if sizes:
        assert design.conflict is not None
        assert len(design.conflict.names) == sizes[0]
        assert not possible(tuple(s for s in limits if s.name in design.conflict.names))
        assert design.conflict.verified


def test_many_conditions_give_an_irreducible_conflict() -> None:
    x = Variables().block("x", 20)
    limits = [at_least(f"up {j}", x[j + 1], x[j] + 1) for j in range(19)]
    design = _program(x[0], *limits, at_most("loop", x[5], x[3]), count=20).solve()
    assert design.conflict is not None
    assert set(design.conflict.names) == {"up 3", "up 4", "loop"}
    assert not design.conflict.smallest


# -- reading and bad input --------------------------------------------------------------------


def test_a_design_prints_and_is_read_by_name() -> None:
    x, y = _xy()
    design = _program(x + y, at_least("sum", x + y, 2, unit="legs", knob="fewer asked for"),
                      at_least("x", x, 0), at_most("roof", y, 9)).solve()  # fmt: skip
    assert isinstance(design, Design)
    assert design["x"].shape == (2,)
    assert [p.name for p in design.binding] == ["sum"]
    assert design.price("sum").sentence == (
        "sum: one more legs fewer asked for lowers the cost by 1 money"
    )
    assert "to spare" in design.price("roof").sentence
    assert "optimal" in str(design)
    assert design.to_dict()["status"] == "optimal"


def test_what_is_no_convex_program_is_refused() -> None:
    x, _ = _xy()
    with pytest.raises(ValueError, match="not convex"):
        _ = -x.square()
    with pytest.raises(ValueError, match="affine"):
        x.square().square()
    with pytest.raises(InputError, match="inequality, or affine"):
        equal("curve", x.square(), 1)
    with pytest.raises(InputError, match="at least one"):
        Limit("none", ())
    with pytest.raises(InputError, match="be used once"):
        _program(x, at_least("a", x, 0), at_most("a", x, 1))
    variables = Variables()
    variables.single("x")
    with pytest.raises(InputError, match="be used once"):
        variables.single("x")
