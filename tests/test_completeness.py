"""The certificate that a list is complete: it holds for solvers' lists and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derelayl_econ.equilibrium.bimatrix import solve_bimatrix
from derelayl_econ.equilibrium.completeness import CompletenessCertificate
from derelayl_econ.results import Certificate

F = Fraction


def _certificate(A: Any, B: Any) -> CompletenessCertificate:
    proof = solve_bimatrix(A, B, method="exact").certificate
    assert isinstance(proof, CompletenessCertificate)
    return proof


RNG = np.random.default_rng(14)
GAMES = {
    "one action": ([[3]], [[4]]),
    "one row": ([[1, 2, 2]], [[3, 3, 1]]),
    "coordination": (np.eye(3), np.eye(3)),
    "all zero": (np.zeros((3, 3)), np.zeros((3, 3))),
    "degenerate": ([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]]),
    "zeros and ones": RNG.integers(0, 2, (2, 5, 4)),
    "generic": RNG.normal(size=(2, 5, 5)),
    "tiny differences": ([[0.3, 0.3], [0.1 + 0.2, 0.3]], [[0.3, 0.1 + 0.2], [0.3, 0.3]]),
}


@pytest.mark.parametrize("name", GAMES)
def test_it_holds_for_the_list_of_the_solver(name: str) -> None:
    proof = _certificate(*GAMES[name])
    assert isinstance(proof, Certificate)
    assert proof.status == "exact"
    assert proof.check()
    assert proof.claim.startswith(f"exactly {len(proof.profiles)} extreme equilibri")


@pytest.mark.parametrize("name", GAMES)
def test_no_basis_may_be_missing_doubled_or_changed(name: str) -> None:
    proof = _certificate(*GAMES[name])
    variables = len(proof.row_payoffs) + len(proof.row_payoffs[0])
    for side in ("row_bases", "column_bases"):
        bases = getattr(proof, side)
        for k, basis in enumerate(bases):
            others = bases[:k] + bases[k + 1 :]
            assert not replace(proof, **{side: others}).check()
            assert not replace(proof, **{side: (*bases, basis)}).check()
            for wrong in (
                basis ^ 1,
                basis ^ (1 << variables - 1),
                -basis,
                basis + (1 << variables),
            ):
                assert not replace(proof, **{side: (*others, wrong)}).check()
        assert not replace(proof, **{side: ()}).check()


@pytest.mark.parametrize("name", GAMES)
def test_no_equilibrium_may_be_missing_added_doubled_or_moved(name: str) -> None:
    proof = _certificate(*GAMES[name])
    profiles = proof.profiles
    for k, (x, y) in enumerate(profiles):
        others = profiles[:k] + profiles[k + 1 :]
        assert not replace(proof, profiles=others).check()
        assert not replace(proof, profiles=(*profiles, (x, y))).check()
        if len(x) > 1:
            step = F(1, 10**40)
            moved = ((x[0] + step, x[1] - step, *x[2:]), y)
            assert not replace(proof, profiles=(*others, moved)).check()
            assert not replace(proof, profiles=(*profiles, moved)).check()
    assert not replace(proof, profiles=()).check()


def test_the_middle_of_a_continuum_is_no_extreme_equilibrium() -> None:
    proof = _certificate([[1, 1], [0, 0]], [[1, 1], [0, 0]])
    middle = ((F(1), F(0)), (F(1, 2), F(1, 2)))
    assert len(proof.profiles) == 2
    assert not replace(proof, profiles=(*proof.profiles, middle)).check()


def test_a_closed_list_of_another_polytope_is_refused() -> None:
    # Every edge has two ends here, too; but the bases are not feasible for these payoffs.
    ours = _certificate([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    other = _certificate([[1, 0], [5, 3]], [[1, 7], [0, 2]])
    assert set(ours.row_bases) != set(other.row_bases)
    assert not replace(ours, row_bases=other.row_bases).check()
    assert not replace(other, row_bases=ours.row_bases).check()


def test_other_payoffs_are_refused() -> None:
    proof = _certificate(*GAMES["generic"])
    changed = [list(row) for row in proof.row_payoffs]
    x, y = proof.profiles[0]
    changed[x.index(max(x))][y.index(max(y))] += F(1, 10**12)
    assert not replace(proof, row_payoffs=tuple(map(tuple, changed))).check()


@pytest.mark.parametrize("seed", [15, np.random.SeedSequence().entropy])
def test_bases_of_another_perturbation_are_refused(seed: int) -> None:
    # They are as many, closed, and give the same vertices; but infinitesimally infeasible here.
    rng, other = np.random.default_rng(seed), 0
    for _ in range(30):
        A, B = rng.integers(0, 2, (2, 3, 4))
        proof, moved = _certificate(A, B), _certificate(A[:, ::-1], B[:, ::-1])
        places = [0, 1, 2, 6, 5, 4, 3]
        bases = tuple(
            sum(1 << places[bit] for bit in range(7) if basis >> bit & 1)
            for basis in moved.row_bases
        )
        same = set(bases) == set(proof.row_bases)
        assert replace(proof, row_bases=bases).check() == same, (seed, A, B)
        other += not same
    assert other > 3


@pytest.mark.parametrize("name", ["degenerate", "all zero", "zeros and ones"])
def test_infeasible_bases_of_a_degenerate_vertex_are_refused(name: str) -> None:
    # They give the right vertex, but their perturbation leaves the polytope: exchanging one for a
    # feasible basis of the same vertex must not go unnoticed even if the edges still matched.
    proof = _certificate(*GAMES[name])
    m, n = len(proof.row_payoffs), len(proof.row_payoffs[0])
    feasible = set(proof.row_bases)
    for wrong in range(1 << m + n):
        if wrong.bit_count() == m and wrong not in feasible:
            assert not replace(proof, row_bases=(*proof.row_bases, wrong)).check()


@given(
    tables=st.integers(1, 4).flatmap(
        lambda n: st.tuples(
            *[st.lists(st.lists(st.integers(0, 2), min_size=n, max_size=n), min_size=3, max_size=3)]
            * 2
        )
    ),
    data=st.data(),
)
def test_small_games_with_one_item_dropped(tables: Any, data: st.DataObject) -> None:
    proof = _certificate(*tables)
    assert proof.check()
    side = data.draw(st.sampled_from(["row_bases", "column_bases", "profiles"]))
    items = getattr(proof, side)
    gone = data.draw(st.integers(0, len(items) - 1))
    assert not replace(proof, **{side: items[:gone] + items[gone + 1 :]}).check()


def test_money_units_and_huge_payoffs() -> None:
    small = _certificate([[1e-120, 0], [0, 1e-120]], [[1e120, 0], [0, 3e120]])
    assert small.check()
    assert len(small.profiles) == 3
    mixed = _certificate([[1e149, 5e-324], [-1e149, 0.5]], [[1, 2], [F(1, 3), F(2, 7)]])
    assert mixed.check()
