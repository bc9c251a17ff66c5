"""Certificates: right on designed and random cases, refused when anything in them is changed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import comb
from typing import Any

import flint
import numpy as np
import pytest
import sympy as sp

from derelayl_econ.equilibrium.ball import certain_sign, cover_holds, enclose
from derelayl_econ.equilibrium.brackets import Bracket, bracket_of
from derelayl_econ.equilibrium.certificate import (
    ExactCertificate,
    PieceCertificate,
    SignChangeCertificate,
    solve,
)
from derelayl_econ.equilibrium.pieces import Cover
from derelayl_econ.equilibrium.windowed import cover
from derelayl_econ.results import Certificate

FRESH = np.random.SeedSequence().entropy


def exact_mean(gains: list[float], p: Fraction) -> Fraction:
    """The expectation by a plain loop in rationals."""
    n, total = len(gains) - 1, Fraction(0)
    for k, g in enumerate(gains):
        total += comb(n, k) * p**k * (1 - p) ** (n - k) * Fraction(g)
    return total


def interior_count(gains: list[int]) -> int:
    """Distinct zeros in (0, 1) by SymPy, from the definition of G."""
    p, n = sp.Symbol("p"), len(gains) - 1
    terms = (comb(n, k) * g * p**k * (1 - p) ** (n - k) for k, g in enumerate(gains))
    polynomial = sp.Poly(sum(terms), p)
    if polynomial.is_ground:
        return 0
    return int(polynomial.count_roots(0, 1)) - (gains[0] == 0) - (gains[-1] == 0)


def from_roots(roots: list[Fraction], lift: int = 0) -> list[float]:
    """Bernstein coefficients, in degree len(roots) + lift, of a multiple of prod (p - r)."""
    powers = [Fraction(1)]
    for r in roots:
        powers = [a - r * b for a, b in zip([Fraction(0), *powers], [*powers, Fraction(0)],
                                            strict=True)]  # fmt: skip
    n = len(roots) + lift
    values = [
        sum((Fraction(comb(k, i), comb(n, i)) * a for i, a in enumerate(powers) if i <= k),
            Fraction(0))
        for k in range(n + 1)
    ]  # fmt: skip
    scale = int(np.lcm.reduce([v.denominator for v in values]))
    floats = [float(v * scale) for v in values]
    assert [Fraction(f) for f in floats] == [v * scale for v in values], "these are no floats"
    return floats


def certified(gains: Any) -> Any:
    roots, certificate = solve(np.asarray(gains, dtype=np.float64), certify=True)
    assert certificate is not None
    assert isinstance(certificate, Certificate)
    return roots.roots, certificate


def window_game(n: int) -> Any:
    k = np.arange(n + 1)
    return np.where((k >= 0.2 * n) & (k < 0.6 * n), 0.7, -0.3)


@pytest.mark.parametrize("seed", [0, FRESH])
@pytest.mark.parametrize("n", [1, 2, 3, 8, 20])
def test_the_count_agrees_with_sturm(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(10):
        gains = rng.integers(-4, 5, n + 1)
        if not gains.any():
            continue
        roots, certificate = certified(gains)
        assert certificate.check()
        assert certificate.status == "exact"
        assert len(roots) == interior_count(gains.tolist()), (seed, gains)


@pytest.mark.parametrize("n", [50, 200])
def test_the_zeros_agree_with_those_of_flint(n: int) -> None:
    """A second route: all complex zeros in the odds, by ball arithmetic."""
    gains = np.random.default_rng(n).standard_normal(n + 1)
    scale = 2**60
    polynomial = flint.fmpz_poly([comb(n, k) * int(g * scale) for k, g in enumerate(gains)])
    odds = [z.real for z, _ in polynomial.complex_roots() if z.imag == 0 and z.real > 0]
    roots, certificate = certified(gains)
    assert certificate.check()
    expected = sorted(float((o / (1 + o)).mid()) for o in odds)
    assert [r.p for r in roots] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("zeros", "multiplicities", "crossings"),
    [
        ([Fraction(1, 2)] * 2, [2], [0]),
        ([Fraction(1, 2)] * 3, [3], [1]),
        ([Fraction(1, 4), Fraction(1, 2), Fraction(1, 2)], [1, 2], [1, 0]),
        ([Fraction(1, 8)] * 2 + [Fraction(5, 8)] * 3, [2, 3], [0, 1]),
        ([Fraction(1, 2), Fraction(1, 2) + Fraction(1, 2**20)], [1, 1], [-1, 1]),
    ],
)
@pytest.mark.parametrize("lift", [0, 2])
def test_tangencies_are_decided_exactly(
    zeros: list[Fraction], multiplicities: list[int], crossings: list[int], lift: int
) -> None:
    gains = from_roots(zeros, lift)
    roots, certificate = certified(gains)
    assert certificate.check()
    assert [r.multiplicity for r in roots] == multiplicities
    assert [r.crossing for r in roots] == crossings
    assert [r.p for r in roots] == pytest.approx([float(z) for z in sorted(set(zeros))], rel=1e-15)


@pytest.mark.parametrize("n", [3, 30])
@pytest.mark.parametrize("p", [Fraction(1, 3), Fraction(1, 1000), Fraction(1023, 1024)])
def test_the_ball_contains_the_exact_value(n: int, p: Fraction) -> None:
    gains = np.random.default_rng(n).standard_normal(n + 1)
    exact = exact_mean(gains.tolist(), p)
    ball = enclose(gains, p)
    with flint.ctx.workprec(512):
        assert ball.contains(flint.arb(flint.fmpq(exact.numerator, exact.denominator)))
    assert float(ball.rad()) < 1e-30


def test_the_ball_of_a_million_contains_the_closed_form() -> None:
    n, p = 10**6, Fraction(3, 2**20)
    ball = enclose(np.arange(n + 1.0), p)
    with flint.ctx.workprec(512):
        assert ball.contains(flint.arb(flint.fmpq(n * p.numerator, p.denominator)))
    assert float(ball.rad()) < 1e-20 * n


def test_no_sign_is_claimed_at_a_zero() -> None:
    assert certain_sign(np.array([1.0, -1.0]), Fraction(1, 2)) == 0
    assert certain_sign(np.array([1.0, -1.0]), Fraction(1, 2) + Fraction(1, 10**20)) == -1


@pytest.mark.parametrize("n", [999, 10**4])
def test_two_zeros_of_a_large_game_are_certified(n: int) -> None:
    roots, certificate = certified(window_game(n))
    assert isinstance(certificate, PieceCertificate)
    assert certificate.check()
    assert certificate.status == "certified-ball"
    assert [r.crossing for r in roots] == [1, -1]
    assert certificate.claim.startswith("exactly 2 interior equilibria, at 0.19")


def test_a_large_game_with_many_zeros_is_certified() -> None:
    gains = np.random.default_rng(5).standard_normal(800)
    roots, _ = certified(gains)
    plain, _ = solve(gains)
    assert [r.crossing for r in roots] == [r.crossing for r in plain.roots]
    assert [r.p for r in roots] == pytest.approx([r.p for r in plain.roots], rel=1e-9)
    assert len(roots) > 10


def test_both_large_and_exact_certificates_agree() -> None:
    gains = np.random.default_rng(8).standard_normal(120)
    exact, _ = certified(gains)
    tiles = tuple(cover(gains))
    brackets = tuple(bracket_of(gains, root) for root in solve(gains)[0].roots)
    assert PieceCertificate(gains, brackets, tiles).check()
    assert len(brackets) == len(exact)


def test_a_tangency_of_a_large_game_stays_undecided() -> None:
    n = 2000
    k = np.arange(n + 1.0)
    gains = k * (k - 1) / (n * (n - 1)) - k / n + 0.25
    roots, certificate = solve(gains, certify=True)
    assert certificate is None
    assert not roots.complete


CORRUPTIONS = {
    "a bracket lost": lambda c: replace(c, brackets=c.brackets[1:]),
    "a bracket twice": lambda c: replace(c, brackets=(*c.brackets, c.brackets[-1])),
    "a bracket moved": lambda c: replace(c, brackets=(_moved(c.brackets[0]), *c.brackets[1:])),
    "stability reversed": lambda c: replace(
        c, brackets=(replace(c.brackets[0], crossing=-c.brackets[0].crossing), *c.brackets[1:])
    ),
    "a double zero claimed": lambda c: replace(
        c, brackets=(replace(c.brackets[0], multiplicity=2), *c.brackets[1:])
    ),
    "another game": lambda c: replace(c, gains=c.gains + 0.31),
    "brackets out of order": lambda c: replace(c, brackets=c.brackets[::-1]),
}


def _moved(b: Bracket) -> Bracket:
    return replace(b, low=b.low / 2, high=b.low * Fraction(2, 3))


@pytest.mark.parametrize("name", CORRUPTIONS)
@pytest.mark.parametrize("n", [29, 600])
def test_a_changed_certificate_is_refused(n: int, name: str) -> None:
    _, certificate = certified(window_game(n))
    assert len(certificate.brackets) == 2
    assert certificate.check()
    assert not CORRUPTIONS[name](certificate).check()


def test_a_changed_sign_certificate_is_refused() -> None:
    _, good = certified([2.0, 1.0, -1.0])
    assert isinstance(good, SignChangeCertificate)
    assert good.check()
    assert not replace(good, brackets=()).check()
    assert not replace(good, brackets=(_moved(good.brackets[0]),)).check()
    assert not replace(good, gains=np.array([2.0, -1.0, 1.0])).check()
    assert not replace(good, gains=np.zeros(3)).check()


def test_changed_factors_and_leaves_are_refused() -> None:
    _, good = certified(from_roots([Fraction(1, 4), Fraction(1, 2), Fraction(1, 2)]))
    assert isinstance(good, ExactCertificate)
    assert good.check()
    (first, power), rest = good.factors[0], good.factors[1:]
    assert not replace(good, factors=(((first[0] + 1, *first[1:]), power), *rest)).check()
    assert not replace(good, factors=((first, power + 1), *rest)).check()
    assert not replace(good, factors=rest, leaves=good.leaves[1:]).check()
    assert not replace(good, leaves=(good.leaves[0][1:], *good.leaves[1:])).check()
    wrong = tuple((low, high, 1 - changes) for low, high, changes in good.leaves[0])
    assert not replace(good, leaves=(wrong, *good.leaves[1:])).check()


def test_changed_tiles_are_refused() -> None:
    gains = window_game(600)
    good = tuple(cover(gains))
    assert cover_holds(gains, good)
    assert not cover_holds(gains, good[1:])
    assert not cover_holds(gains, good[:4] + good[5:])
    for i, tile in enumerate(good):
        if tile.reason != "interpolated":
            flipped = replace(tile, sign=-tile.sign)
            assert not cover_holds(gains, (*good[:i], flipped, *good[i + 1 :]))
    assert not cover_holds(gains, (Cover(0.0, 1.0, "one sign", -1),))
    assert not cover_holds(gains, (Cover(0.0, 1.0, "left end", -1),))
    assert not cover_holds(gains, (Cover(0.0, 1.0, "because", -1),))
