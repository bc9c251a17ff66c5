r"""Zeros of a smooth function from proofs on pieces: no zero here, monotone there.

Setting: the expected gain G(p) of a symmetric two-action game on pieces of (0, 1). On each piece an
interpolant P in Bernstein form is known together with bounds on |G - P| and |G' - P'|. A piece on
which all coefficients of P exceed the first bound has no zero of G; one on which all coefficients
of P' exceed the second has at most one; otherwise it is halved. Between two points of certain sign
a run of pieces that all rise (or all fall) holds one zero if the signs differ and none if not.

The numbers may be floats with error bounds or balls (``flint.arb``), whose comparisons hold only
when certain: the same code finds the zeros and certifies them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from derelayl_econ.equilibrium.bernstein import InteriorRoot
from derelayl_econ.errors import SolverError

__all__ = ["Arithmetic", "Cover", "Interpolant", "Piece", "zeros_in_order", "zeros_of_pieces"]

_MAX_HALVINGS = 40


@dataclass(frozen=True)
class Cover:
    """One tile of (0, 1) and the argument that is used on it.

    ``reason`` is "left end" or "right end" (the outermost non-zero gain outweighs all others), "one
    sign" (all gains that matter have one sign) or "interpolated"; ``sign`` is that of G (0 if
    interpolated).
    """

    low: float
    high: float
    reason: str
    sign: int = 0


@dataclass(frozen=True)
class Interpolant:
    """Bernstein coefficients of P on a piece scaled to [0, 1]; bounds on G - P and its slope."""

    coefficients: Sequence[Any]
    error: Any
    slope_error: Any


@dataclass(frozen=True)
class Piece:
    """What is proved on [low, high]: the sign of G, the sign of its slope, or nothing."""

    low: float
    high: float
    kind: str  # "sign", "slope" or "unresolved"
    sign: int = 0


class Arithmetic(Protocol):
    """The numbers a proof is made in."""

    def interpolate(self, low: float, high: float) -> Interpolant:
        """Return the interpolant of G on [low, high]."""

    def sign(self, p: float) -> int:
        """Return the sign of G(p), 0 if it is not certain."""


def zeros_in_order(cover: Iterable[Cover], arithmetic: Arithmetic) -> list[InteriorRoot]:
    """Return a piece for each zero (or unresolved cluster), with p at its middle."""
    return zeros_of_pieces(_pieces(cover, arithmetic), arithmetic.sign)


def zeros_of_pieces(pieces: Iterable[Piece], sign: Callable[[float], int]) -> list[InteriorRoot]:
    """Return a piece for each zero (or unresolved cluster) from what is proved on pieces in order.

    Parameters
    ----------
    pieces : iterable of Piece
        Each begins where the one before ends; the first and the last are of kind "sign" (they may
        be single points).
    sign : callable
        Sign of G at a point, 0 if it is not certain.
    """
    found: list[InteriorRoot] = []
    run: list[Piece] = []
    last = 0
    for piece in pieces:
        if piece.kind != "sign":
            run.append(piece)
            continue
        found.extend(_zeros_of_run(run, last, piece.sign, sign))
        if not run and last * piece.sign < 0:
            raise SolverError(f"both signs of the gain were proved at p = {piece.low!r}")
        run, last = [], piece.sign
    return found


def _pieces(cover: Iterable[Cover], arithmetic: Arithmetic) -> Iterator[Piece]:
    for tile in cover:
        if tile.reason != "interpolated":
            yield Piece(tile.low, tile.high, "sign", tile.sign)
        else:
            yield from _classified(tile.low, tile.high, arithmetic.interpolate(tile.low, tile.high))


def _classified(low: float, high: float, f: Interpolant) -> Iterator[Piece]:
    """Halve until every part is proved, or is too small or too flat for that."""
    todo = [(low, high, list(f.coefficients), 1)]
    while todo:
        a, b, values, scale = todo.pop()
        steps = [scale * (len(values) - 1) * (y - x) for x, y in pairwise(values)]
        sign, slope = _common_sign(values, f.error), _common_sign(steps, f.slope_error)
        middle = 0.5 * (a + b)
        if sign:
            yield Piece(a, b, "sign", sign)
        elif slope:
            yield Piece(a, b, "slope", slope)
        elif (
            scale > 2**_MAX_HALVINGS
            or not a < middle < b
            or not (_any_sign(values, f.error) or _any_sign(steps, f.slope_error))
        ):  # halving cannot bring a sign to light where no coefficient has one
            yield Piece(a, b, "unresolved")
        else:
            left, right = _halves(values)
            todo += [(middle, b, right, 2 * scale), (a, middle, left, 2 * scale)]


def _common_sign(values: Sequence[Any], error: Any) -> int:
    if all(value > error for value in values):
        return 1
    return -1 if all(value < -error for value in values) else 0


def _any_sign(values: Sequence[Any], error: Any) -> bool:
    return any(value > error or value < -error for value in values)


def _halves(values: list[Any]) -> tuple[list[Any], list[Any]]:
    left, right = [], []
    while values:
        left.append(values[0])
        right.append(values[-1])
        values = [(x + y) / 2 for x, y in pairwise(values)]
    return left, right[::-1]


def _zeros_of_run(
    run: list[Piece], before: int, after: int, sign_at: Callable[[float], int]
) -> Iterator[InteriorRoot]:
    """Cut a run of pieces without a sign where the sign of G is certain, and judge each part."""
    part: list[Piece] = []
    for index, piece in enumerate(run):
        part.append(piece)
        end = index + 1 == len(run)
        # Inside a run of one direction nothing is gained by another sign.
        if not end and piece.kind == "slope" == run[index + 1].kind and (
            piece.sign == run[index + 1].sign
        ):  # fmt: skip
            continue
        sign = after if end else sign_at(piece.high)
        if sign:
            yield from _zero_of_part(part, before, sign)
            part, before = [], sign


def _zero_of_part(part: list[Piece], before: int, after: int) -> Iterator[InteriorRoot]:
    monotone = len({(piece.kind, piece.sign) for piece in part}) == 1 and part[0].kind == "slope"
    if monotone and before == after:
        return
    low, high = part[0].low, part[-1].high
    yield InteriorRoot(
        p=0.5 * (low + high),
        low=low,
        high=high,
        crossing=after if monotone else 0,
        multiplicity=int(monotone),
    )
