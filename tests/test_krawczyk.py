"""Krawczyk's test: the zeros of published test functions, and boxes that must not pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from derelayl_econ.equilibrium.krawczyk import PRECISION, ZeroBox, find_zero, image, is_inside

F = Fraction


@dataclass(frozen=True)
class Equations:
    """A system and its Jacobian as plain functions."""

    f: Callable[..., list[Any]]
    slope: Callable[..., list[list[Any]]]

    def values(self, point: Sequence[Any]) -> list[Any]:
        return self.f(*point)

    def jacobian(self, point: Sequence[Any]) -> list[list[Any]]:
        return self.slope(*point)


# More, Garbow and Hillstrom 1981, ACM Trans. Math. Softw. 7:17, problems 1, 2, 3 and 13.
ROSENBROCK = Equations(lambda x, y: [10 * (y - x * x), 1 - x],
                       lambda x, y: [[-20 * x, 10], [-1, 0]])  # fmt: skip
FREUDENSTEIN_ROTH = Equations(
    lambda x, y: [x - 13 + ((5 - y) * y - 2) * y, x - 29 + ((y + 1) * y - 14) * y],
    lambda x, y: [[1, (10 - 3 * y) * y - 2], [1, (3 * y + 2) * y - 14]],
)
BADLY_SCALED = Equations(
    lambda x, y: [10000 * x * y - 1, (-x).exp() + (-y).exp() - flint.arb("1.0001")],
    lambda x, y: [[10000 * y, 10000 * x], [-((-x).exp()), -((-y).exp())]],
)
SINGULAR = Equations(
    lambda a, b, c, d: [a + 10 * b, c - d, (b - 2 * c) ** 2, (a - d) ** 2],
    lambda a, b, c, d: [[1, 10, 0, 0], [0, 0, 1, -1],
                        [0, 2 * (b - 2 * c), -4 * (b - 2 * c), 0],
                        [2 * (a - d), 0, 0, -2 * (a - d)]],
)  # fmt: skip
CIRCLE = Equations(lambda x, y: [x * x + y * y - 1, x * x - y],
                   lambda x, y: [[2 * x, 2 * y], [2 * x, -1]])  # fmt: skip


@pytest.mark.parametrize(
    ("system", "start", "zero", "digits"),
    [
        (ROSENBROCK, (-1.2, 1.0), (1.0, 1.0), 1e-14),
        (FREUDENSTEIN_ROTH, (6.0, 3.0), (5.0, 4.0), 1e-14),
        (BADLY_SCALED, (1.1e-5, 9.0), (1.098159e-5, 9.106146), 1e-6),
        (CIRCLE, (1.0, 1.0), (np.sqrt((np.sqrt(5) - 1) / 2), (np.sqrt(5) - 1) / 2), 1e-14),
    ],
)
def test_published_zeros(
    system: Equations, start: tuple[float, ...], zero: tuple[float, ...], digits: float
) -> None:
    found = find_zero(system, start)
    assert found is not None
    balls = found.zero()
    assert balls is not None
    for ball, known in zip(balls, zero, strict=True):
        assert float(ball.mid()) == pytest.approx(known, rel=digits)
        assert ball.rad() < 1e-60
    assert found.near([F(float(c)) for c in found.centre], F(1, 10**14))
    assert not found.near([F(float(c)) + F(1, 10**10) for c in found.centre], F(1, 10**11))
    assert not found.near([], F(1))


def test_a_multiple_zero_does_not_pass() -> None:
    # Powell's singular function: a zero at the origin, where the Jacobian has rank 2.
    assert find_zero(SINGULAR, (3.0, -1.0, 0.0, 1.0)) is None
    for radius in (F(1), F(1, 8), F(1, 10**9)):
        assert ZeroBox(SINGULAR, (F(0),) * 4, radius).zero() is None


def test_boxes_without_a_zero_or_with_two_do_not_pass() -> None:
    root = Equations(lambda x: [x * x - 2], lambda x: [[2 * x]])
    assert ZeroBox(root, (F(1),), F(1, 4)).zero() is None
    assert ZeroBox(root, (F(0),), F(2)).zero() is None
    assert ZeroBox(root, (F(7, 5),), F(1, 50)).zero() is not None
    assert ZeroBox(root, (F(7, 5),), F(1, 100)).zero() is None  # the root is outside
    assert ZeroBox(root, (F(7, 5),), F(0)).zero() is None
    assert ZeroBox(root, (F(7, 5),), -F(1, 50)).zero() is None
    assert find_zero(Equations(lambda x: [x * x + 1], lambda x: [[2 * x]]), (0.3,)) is None


@pytest.mark.parametrize("seed", [0, np.random.SeedSequence().entropy])
def test_the_image_holds_every_zero_of_the_box(seed: int) -> None:
    # x_i^2 = s_i coupled by a rotation: all 2^n zeros are known.
    rng = np.random.default_rng(seed)
    for _ in range(20):
        squares = [F(int(k), 16) for k in rng.integers(1, 64, 2)]
        mix = rng.integers(1, 5, (2, 2)) + 5 * np.eye(2, dtype=int)
        system = _mixed_squares(mix.tolist(), squares)
        centre = [F(float(np.sqrt(float(s)))) + F(int(rng.integers(-9, 9)), 100) for s in squares]
        box = ZeroBox(system, tuple(centre), F(1, 10))
        with flint.ctx.workprec(PRECISION):
            found = image(system, box.balls())
            assert found is not None
            for ball, s in zip(found, squares, strict=True):
                root = flint.arb(flint.fmpq(s.numerator, s.denominator)).sqrt()
                assert ball.overlaps(root)
            assert (box.zero() is not None) == is_inside(found, box.balls())


def _mixed_squares(mix: list[list[int]], squares: list[Fraction]) -> Equations:
    exact = [flint.fmpq(s.numerator, s.denominator) for s in squares]
    return Equations(
        lambda *x: [sum((a * (p * p - s) for a, p, s in zip(row, x, exact, strict=True)),
                        start=flint.arb(0)) for row in mix],
        lambda *x: [[2 * a * p for a, p in zip(row, x, strict=True)] for row in mix],
    )  # fmt: skip


def test_a_moved_box_is_rejected() -> None:
    found = find_zero(CIRCLE, (1.0, 1.0))
    assert found is not None
    moved = tuple(c + 2 * found.radius for c in found.centre)
    assert replace(found, centre=moved).zero() is None
    assert replace(found, radius=F(2)).zero() is None
