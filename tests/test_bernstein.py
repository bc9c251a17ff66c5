"""Counting zeros in Bernstein form: against Sturm sequences, exact means and designed cases."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb

import flint
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from derelayl_econ.equilibrium.bernstein import bernstein_roots
from derelayl_econ.equilibrium.binomial import binomial_mean
from derelayl_econ.equilibrium.kernels import sign_changes
from derelayl_econ.equilibrium.windowed import (
    bernstein_of_chebyshev,
    chebyshev_to_bernstein,
    interior_roots,
    windowed_roots,
)

FRESH = np.random.SeedSequence().entropy


def exact_mean(gains: list[float], p: Fraction) -> Fraction:
    """The expectation by a plain loop in rationals."""
    n = len(gains) - 1
    return sum(
        (comb(n, k) * p**k * (1 - p) ** (n - k) * Fraction(g) for k, g in enumerate(gains)),
        Fraction(0),
    )


def sturm_count(gains: list[int]) -> int:
    """Distinct zeros in (0, 1) by a Sturm sequence in the monomial basis of p, an own route."""
    n = len(gains) - 1
    p = flint.fmpq_poly([0, 1])
    f = sum((comb(n, k) * g * p**k * (1 - p) ** (n - k) for k, g in enumerate(gains)), 0 * p)
    for end in (p, p - 1):
        while f(0 if end == p else 1) == 0:
            f //= end
    sequence = [f, f.derivative()]
    while sequence[-1] != 0:
        sequence.append(-(sequence[-2] % sequence[-1]))

    def variations(x: int) -> int:
        values = [g(x) for g in sequence if g(x) != 0]
        return sum((a > 0) != (b > 0) for a, b in pairwise(values))

    return variations(0) - variations(1)


def from_roots(roots: list[Fraction], lift: int = 0) -> list[float]:
    """Bernstein form of a multiple of prod (p - r), its degree raised by ``lift``, as floats."""
    coefficients = [Fraction(1)]
    for r in roots:  # multiply by (p - r) = -r (1-p) + (1-r) p
        d = len(coefficients)
        padded = [Fraction(0), *coefficients, Fraction(0)]
        coefficients = [
            ((d - i) * -r * padded[i + 1] + i * (1 - r) * padded[i]) / d for i in range(d + 1)
        ]
    for _ in range(lift):
        d = len(coefficients)
        padded = [Fraction(0), *coefficients, Fraction(0)]
        coefficients = [((d - i) * padded[i + 1] + i * padded[i]) / d for i in range(d + 1)]
    scale = np.lcm.reduce([c.denominator for c in coefficients])
    values = [float(c * int(scale)) for c in coefficients]
    assert [Fraction(v) for v in values] == [c * int(scale) for c in coefficients]
    return values


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_mean_agrees_with_exact_rationals(n: int) -> None:
    for seed in (1, FRESH):
        rng = np.random.default_rng(seed)
        gains = rng.uniform(0.1, 1, n + 1).tolist()
        for p in [1e-12, 1e-3, 0.5, *rng.uniform(size=3).tolist(), 1 - 2.0**-40]:
            exact = exact_mean(gains, Fraction(p))
            got = Fraction(float(binomial_mean(gains, p)))
            assert abs(got / exact - 1) < 1e-13, (seed, p)


@pytest.mark.parametrize("p", [1e-9, 1e-7, 1e-6, 1e-3, 0.3, 0.999, 1 - 1e-6])
def test_mean_of_a_million_has_a_closed_form(p: float) -> None:
    n = 10**6
    k = np.arange(n + 1.0)
    harmonic = -np.expm1((n + 1) * np.log1p(-p)) / ((n + 1) * p)  # E 1/(K+1)
    assert float(binomial_mean(1 / (k + 1), p)) == pytest.approx(harmonic, rel=1e-12)
    assert float(binomial_mean(k, p)) == pytest.approx(n * p, rel=1e-12)
    assert float(binomial_mean(np.full(n + 1, 0.1), p)) == pytest.approx(0.1, rel=1e-15)


def test_mean_keeps_the_shape_and_the_ends() -> None:
    assert binomial_mean([3.0, 4.0], 0.0).shape == ()
    np.testing.assert_array_equal(binomial_mean([3, 4, 7], [[0.0], [1.0]]), [[3.0], [7.0]])


def test_sign_changes_ignore_zeros() -> None:
    assert sign_changes(np.array([0.0, -1.0, 0.0, -2.0, 3.0, 0.0, -1e-300])) == 2
    assert sign_changes(np.zeros(4)) == 0


@pytest.mark.parametrize("seed", [0, FRESH])
@pytest.mark.parametrize("n", [1, 2, 3, 6, 12, 25])
def test_count_agrees_with_sturm(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    decided = 0
    for _ in range(25):
        gains = rng.integers(-9, 10, n + 1).tolist()
        if not any(gains):
            continue
        answer = bernstein_roots(gains)
        if answer.complete:  # a tangency is possible with small integers, and then reported
            decided += 1
            assert len(answer.roots) == sturm_count(gains), (seed, gains)
            for root in answer.roots:
                below, above = Fraction(root.p) * (1 - Fraction(1, 10**9)), Fraction(root.p)
                above += Fraction(1, 10**9) * above
                low, high = exact_mean(gains, below), exact_mean(gains, above)
                assert low * high < 0, (seed, gains, root)
                assert (high > 0) == (root.crossing > 0)
    assert decided >= 15


@pytest.mark.parametrize("n", [60, 150, 400])
@pytest.mark.parametrize("seed", [3, FRESH])
def test_two_methods_find_the_same_zeros(n: int, seed: int) -> None:
    gains = np.random.default_rng(seed).standard_normal(n + 1)
    one, two = bernstein_roots(gains), windowed_roots(gains)
    if one.complete and two.complete:
        assert [r.crossing for r in one.roots] == [r.crossing for r in two.roots], seed
        np.testing.assert_allclose(
            [r.p for r in one.roots], [r.p for r in two.roots], rtol=1e-6, err_msg=str(seed)
        )


@pytest.mark.parametrize("lift", [0, 3])
def test_zeros_by_design(lift: int) -> None:
    roots = [Fraction(1, 4), Fraction(1, 2), Fraction(5, 8)]  # two of them at points of division
    answer = bernstein_roots(from_roots(roots, lift))
    assert answer.complete
    np.testing.assert_allclose([r.p for r in answer.roots], [0.25, 0.5, 0.625], rtol=1e-13)


@pytest.mark.parametrize("root", [Fraction(1, 2), Fraction(3, 8), Fraction(1, 32)])
@pytest.mark.parametrize("power", [2, 3])
def test_a_multiple_zero_is_reported_as_unresolved(root: Fraction, power: int) -> None:
    answer = bernstein_roots(from_roots([root] * power))
    assert not answer.complete
    (cluster,) = answer.roots
    assert cluster.low <= root <= cluster.high
    assert cluster.multiplicity == 0


def test_near_tangencies_are_told_apart() -> None:
    assert [len(bernstein_roots([1.0, c, 1.0]).roots) for c in (-1 + 1e-12, -1 - 1e-12)] == [0, 2]


def test_a_close_pair_is_two_zeros() -> None:
    close = Fraction(1, 2**12)
    answer = bernstein_roots(from_roots([Fraction(1, 2), Fraction(1, 2) + close]))
    assert [r.p for r in answer.roots] == pytest.approx([0.5, 0.5 + 2.0**-12], rel=1e-10)


def test_zeros_at_the_ends_are_no_interior_zeros() -> None:
    answer = bernstein_roots([0.0, 0.0, 1.0, -2.0, 1.5, 0.0])  # p^2 (1-p) times a quadratic
    assert answer.complete
    assert len(answer.roots) == sturm_count([0, 0, 2, -4, 3, 0])


def test_many_leading_zeros_do_not_underflow() -> None:
    gains = np.zeros(501)
    gains[400:] = [*[1.0] * 20, *[-1.0] * 20, *[1.0] * 61]
    answer = bernstein_roots(gains)
    assert answer.complete
    assert len(answer.roots) in (0, 2)
    assert len(answer.roots) == len(windowed_roots(gains).roots)


@pytest.mark.parametrize("n", [999, 10**4, 10**5, 10**6])
def test_a_window_of_benefit_has_two_zeros_at_every_size(n: int) -> None:
    k = np.arange(n + 1)
    answer = interior_roots(np.where((k >= 0.2 * n) & (k < 0.6 * n), 0.7, -0.3))
    assert answer.complete
    assert [r.crossing for r in answer.roots] == [1, -1]
    spread = 1 / np.sqrt(n)  # by the central limit theorem, z(0.3) = -0.5244 deviations away
    for root, edge, z in zip(answer.roots, (0.2, 0.6), (-0.5244, 0.5244), strict=True):
        predicted = edge + z * np.sqrt(edge * (1 - edge)) * spread
        assert root.p == pytest.approx(predicted, abs=2 / n + 0.05 * spread)


def test_an_unresolvable_tangency_of_a_large_game_is_reported() -> None:
    n = 2000
    k = np.arange(n + 1.0)
    # n (n-1) E[(K/n - 1/2)^2 ...]: the Bernstein form of (p - 1/2)^2 in degree n.
    gains = k * (k - 1) / (n * (n - 1)) - k / n + 0.25
    assert sign_changes(gains) == 2
    answer = interior_roots(gains)
    assert not answer.complete
    assert any(r.low <= 0.5 <= r.high for r in answer.roots)


def test_chebyshev_conversion_matches_the_definition() -> None:
    points, to_series, to_bernstein = chebyshev_to_bernstein()
    degree = len(points) - 1
    orders = np.cos(np.outer(np.arccos(points), np.arange(degree + 1)))
    np.testing.assert_allclose(orders @ to_series, np.eye(degree + 1), atol=1e-13)
    for x in (Fraction(0), Fraction(1, 3), Fraction(1)):
        t = [Fraction(1), 2 * x - 1]
        for _ in range(degree - 1):
            t.append(2 * (2 * x - 1) * t[-1] - t[-2])
        for j in range(degree + 1):
            column = [row[j] for row in bernstein_of_chebyshev()]
            value = sum(comb(degree, i) * x**i * (1 - x) ** (degree - i) * c
                        for i, c in enumerate(column))  # fmt: skip
            assert value == t[j]
    assert to_bernstein.shape == (degree + 1, degree + 1)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=14))
def test_the_count_obeys_descartes(gains: list[int]) -> None:
    assume(any(gains))
    answer = bernstein_roots(gains)
    assume(answer.complete)
    changes = sign_changes(np.array(gains, dtype=np.float64))
    assert len(answer.roots) <= changes
    assert (changes - len(answer.roots)) % 2 == 0
    assert all(a.high <= b.low for a, b in pairwise(answer.roots))


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=14))
def test_reading_the_gains_backwards_mirrors_the_zeros(gains: list[int]) -> None:
    assume(any(gains))
    one, two = bernstein_roots(gains), bernstein_roots(gains[::-1])
    assume(one.complete and two.complete)
    mirrored = [1 - r.p for r in reversed(two.roots)]
    assert [r.p for r in one.roots] == pytest.approx(mirrored, rel=1e-9, abs=1e-12)
    assert [r.crossing for r in one.roots] == [-r.crossing for r in reversed(two.roots)]
