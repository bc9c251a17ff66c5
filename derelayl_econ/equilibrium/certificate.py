r"""Certificates for the number and the places of all interior symmetric equilibria.

Setting: the interior symmetric equilibria of a two-action game are the zeros in (0, 1) of
G(p) = sum_k C(n, k) p^k (1-p)^(n-k) g_k; the floats g_k are taken as the dyadic rationals that they
are. A certificate holds the gains, a bracket (two rationals) for every zero, and what is needed to
derive again, without the solver, that each bracket holds one zero and that there is no other:

* at most one sign change of g: nothing (variation diminishing);
* up to n = 512: square-free factors with multiplicities, and for each of them leaves that tile
  (0, 1) with 0 or 1 exact sign changes of its Bernstein coefficients;
* beyond: tiles of (0, 1) with the argument for each, re-derived in ball arithmetic
  (:mod:`derelayl_econ.equilibrium.windowed`, :mod:`derelayl_econ.equilibrium.ball`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import flint
import numpy as np
import numpy.typing as npt

from derelayl_econ.equilibrium import exact
from derelayl_econ.equilibrium.ball import PRECISION, BallArithmetic, cover_holds
from derelayl_econ.equilibrium.bernstein import SUBDIVISION_LIMIT, InteriorRoots
from derelayl_econ.equilibrium.brackets import Bracket, bracket_of, crosses, proved_sign
from derelayl_econ.equilibrium.kernels import sign_changes
from derelayl_econ.equilibrium.pieces import Cover, zeros_in_order
from derelayl_econ.equilibrium.windowed import cover, interior_roots

__all__ = [
    "ExactCertificate",
    "PieceCertificate",
    "RootCertificate",
    "SignChangeCertificate",
    "solve",
]

Array = npt.NDArray[np.float64]

_BITS = 56


@dataclass(frozen=True, eq=False)
class RootCertificate:
    """What all certificates share; :meth:`check` re-derives the claim."""

    gains: Array
    brackets: tuple[Bracket, ...]

    @property
    def status(self) -> str:
        """``"exact"`` or ``"certified-ball"``."""
        return "exact" if self.gains.size <= SUBDIVISION_LIMIT + 1 else "certified-ball"

    @property
    def claim(self) -> str:
        """The statement that :meth:`check` establishes."""
        places = ", ".join(f"{float(b.low):.15g}" for b in self.brackets[:6])
        more = ", ..." if len(self.brackets) > 6 else ""
        at = f", at {places}{more}" if places else ""
        number = len(self.brackets)
        return f"exactly {number} interior equilibri{'um' if number == 1 else 'a'}{at}"

    def check(self) -> bool:
        """Re-derive the claim from the gains; True only if it holds."""
        ends = [edge for b in self.brackets for edge in (b.low, b.high)]
        ordered = all(x < y for x, y in pairwise(ends))
        inside = not ends or (ends[0] >= 0 and ends[-1] <= 1)
        return bool(ordered and inside and self.gains.any() and self._count_holds())

    def _count_holds(self) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class SignChangeCertificate(RootCertificate):
    """At most one sign change of the gains."""

    def _count_holds(self) -> bool:
        return _changes(self.gains) == len(self.brackets) <= 1 and all(
            b.multiplicity == 1 and crosses(self.gains, b) for b in self.brackets
        )


@dataclass(frozen=True, eq=False)
class ExactCertificate(RootCertificate):
    """Square-free factors (coefficients in the odds, multiplicity) and their leaves."""

    factors: tuple[tuple[tuple[int, ...], int], ...]
    leaves: tuple[tuple[exact.Leaf, ...], ...]

    def _count_holds(self) -> bool:
        polynomials = [flint.fmpz_poly(list(c)) for c, _ in self.factors]
        return (
            len(self.factors) == len(self.leaves)
            and self._is_factorisation(polynomials)
            and all(_tiles(*pair) for pair in zip(polynomials, self.leaves, strict=True))
            and self._brackets_match(polynomials)
        )

    def _is_factorisation(self, polynomials: list[flint.fmpz_poly]) -> bool:
        product = flint.fmpz_poly([1])
        for polynomial, (_, power) in zip(polynomials, self.factors, strict=True):
            if power < 1 or polynomial.degree() < 1 or polynomial[0] == 0:
                return False
            product *= polynomial**power
        full = exact.strip(exact.homogeneous(self.gains))
        return bool(product * full[full.degree()] == full * product[product.degree()])

    def _brackets_match(self, polynomials: list[flint.fmpz_poly]) -> bool:
        left = {
            (i, leaf) for i, leaves in enumerate(self.leaves) for leaf in leaves if leaf[2] == 1
        }
        for b in self.brackets:
            home = next((x for x in left if x[0] == b.factor and _within(b, x[1])), None)
            if home is None or b.multiplicity != self.factors[b.factor][1]:
                return False
            left.remove(home)
            if not (_changes_sign(polynomials[b.factor], b) and crosses(self.gains, b)):
                return False
        return not left


@dataclass(frozen=True, eq=False)
class PieceCertificate(RootCertificate):
    """Tiles of (0, 1), each re-derived in ball arithmetic."""

    tiles: tuple[Cover, ...]

    def _count_holds(self) -> bool:
        if not cover_holds(self.gains, self.tiles):
            return False
        with flint.ctx.workprec(PRECISION):
            found = zeros_in_order(self.tiles, BallArithmetic(self.gains))
        return len(found) == len(self.brackets) and all(
            piece.multiplicity == b.multiplicity == 1
            and piece.low <= b.low < b.high <= piece.high
            and piece.crossing == b.crossing
            and crosses(self.gains, b)
            for piece, b in zip(found, self.brackets, strict=True)
        )


def solve(gains: Array, *, certify: bool = False) -> tuple[InteriorRoots, RootCertificate | None]:
    """Return all interior zeros of G and, if asked for, a certificate of their number and places.

    Parameters
    ----------
    gains : array of shape (n + 1,), not all zero

    Returns
    -------
    InteriorRoots, RootCertificate or None
        None if not asked for, or if beyond n = 512 a near tangency could not be resolved.

    Examples
    --------
    >>> roots, certificate = solve(np.array([1.0, -1.0, 1.0]), certify=True)  # (1 - 2p)^2
    >>> [(root.p, root.multiplicity, root.crossing) for root in roots.roots]
    [(0.5, 2, 0)]
    >>> certificate.claim, certificate.status, certificate.check()
    ('exactly 1 interior equilibrium, at 0.5', 'exact', True)
    """
    if not certify:
        return interior_roots(gains), None
    if _changes(gains) <= 1:
        numeric = interior_roots(gains)
        brackets = tuple(bracket_of(gains, root) for root in numeric.roots)
        return _certified(SignChangeCertificate(gains, brackets), "Bernstein sign changes")
    if gains.size <= SUBDIVISION_LIMIT + 1:
        return _certified(_exact(gains), "exact Bernstein subdivision of the square-free factors")
    numeric = interior_roots(gains)
    if not numeric.complete:
        return numeric, None
    brackets = tuple(bracket_of(gains, root) for root in numeric.roots)
    certificate = PieceCertificate(gains, brackets, tuple(cover(gains)))
    if not certificate.check():
        return numeric, None
    return _certified(certificate, "windowed Chebyshev pieces in ball arithmetic")


def _certified(certificate: RootCertificate, method: str) -> tuple[InteriorRoots, RootCertificate]:
    roots = tuple(bracket.root() for bracket in certificate.brackets)
    return InteriorRoots(roots=roots, method=method), certificate


def _changes(gains: Array) -> int:
    return int(sign_changes(gains))


def _exact(gains: Array) -> ExactCertificate:
    factors = exact.square_free(exact.homogeneous(gains))
    leaves = [tuple(exact.isolate_exactly(polynomial)) for polynomial, _ in factors]
    bits, brackets = _BITS, _shrunk(gains, factors, leaves, _BITS)
    while any(x.high >= y.low for x, y in pairwise(brackets)):
        bits *= 2
        brackets = _shrunk(gains, factors, leaves, bits)
    return ExactCertificate(
        gains,
        tuple(brackets),
        tuple((tuple(int(c) for c in polynomial.coeffs()), power) for polynomial, power in factors),
        tuple(leaves),
    )


def _shrunk(
    gains: Array,
    factors: list[tuple[flint.fmpz_poly, int]],
    leaves: Sequence[Sequence[exact.Leaf]],
    bits: int,
) -> list[Bracket]:
    brackets = []
    for i, (polynomial, power) in enumerate(factors):
        for low, high, changes in leaves[i]:
            if changes == 1:
                a, b = exact.zero_between(polynomial, low, high, bits)
                crossing = (proved_sign(gains, b) - proved_sign(gains, a)) // 2
                brackets.append(Bracket(a, b, crossing, power, i))
    return sorted(brackets, key=lambda b: b.low)


def _tiles(polynomial: flint.fmpz_poly, leaves: Sequence[exact.Leaf]) -> bool:
    ends, starts = [x[0] for x in leaves] + [Fraction(1)], [Fraction(0)] + [x[1] for x in leaves]
    return ends == starts and all(
        low < high and exact.changes_between(polynomial, low, high) == changes <= 1
        for low, high, changes in leaves
    )


def _within(b: Bracket, leaf: exact.Leaf) -> bool:
    return leaf[0] <= b.low and b.high <= leaf[1]


def _changes_sign(polynomial: flint.fmpz_poly, b: Bracket) -> bool:
    high = 1 if polynomial[polynomial.degree()] > 0 else -1
    if b.high < 1:
        high = exact.sign_at(polynomial, b.high)
    return exact.sign_at(polynomial, b.low) * high < 0
