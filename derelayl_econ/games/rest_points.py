r"""Rest points of the replicator dynamic, and their stability.

A state x is at rest iff all strategies in its support earn the same, f_i(x) = fbar for x_i > 0. Its
*internal* eigenvalues govern motion within its face; each absent strategy adds the *transversal*
eigenvalue f_i(x) - fbar, the rate at which it invades. x is asymptotically stable if all real parts
are negative, unstable if one is positive; otherwise linearisation does not decide. It is a
(symmetric Nash) equilibrium iff no transversal eigenvalue is positive: its regret, the largest
f_i - fbar, is 0.

The Jacobian of x_i (f_i - fbar) is d_ij (f_i - fbar) + x_i (D_j f_i - f_j - sum_k x_k D_j f_k); its
eigenvalues are taken on the simplex, in the basis e_j - e_m.
Source: Taylor and Jonker 1978, Math. Biosci. 40:145; Hofbauer and Sigmund 1998, chapter 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.group_rules import GroupRule
from derelayl_econ.results import (
    Certificate,
    Equilibrium,
    EquilibriumSet,
    format_number,
    frozen_array,
)

__all__ = ["RestPoint", "RestPoints", "jacobian", "negligible", "rest_point"]

Array = npt.NDArray[np.float64]

ZERO = 1e-9
"""Real parts below this share of the terms that make up the Jacobian count as zero."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RestPoint(Equilibrium):
    """One rest point; ``strategy`` holds the shares, shape (m,).

    Attributes
    ----------
    support : tuple of str
        Strategies that are played.
    eigenvalues : array of complex, shape (m - 1,)
        Of the replicator's Jacobian on the simplex, largest real part first (money).
    nash : bool
        Whether it is a symmetric Nash equilibrium.
    ess : bool or None
        Whether it is evolutionarily stable; decided (exactly) for matrix games only.
    """

    support: tuple[str, ...]
    eigenvalues: npt.NDArray[np.complex128]
    nash: bool
    ess: bool | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RestPoints(EquilibriumSet):
    """All rest points in lexicographic order of their shares.

    Attributes
    ----------
    continua : tuple of tuples of int
        Where rest points form a continuum: the indices of its corners, which are listed.
    """

    equilibria: tuple[RestPoint, ...]
    continua: tuple[tuple[int, ...], ...] = ()

    @property
    def nash(self) -> tuple[RestPoint, ...]:
        """The symmetric Nash equilibria among them."""
        return tuple(point for point in self.equilibria if point.nash)

    @property
    def attractors(self) -> tuple[RestPoint, ...]:
        """The asymptotically stable ones."""
        return tuple(point for point in self.equilibria if point.stable is True)

    def caption(self) -> str:
        """Return the one-line summary."""
        count = f"{len(self)} rest point{'' if len(self) == 1 else 's'}"
        text = f"{count}, coverage: {self.coverage}; {self.method}; {self.status.value}"
        if self.continua:
            text += f"; {len(self.continua)} continuum(s) of rest points: corners listed"
        return text

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per rest point."""
        headers = ("strategy", "payoff", "regret", "stable", "ESS", "nash", "support")
        rows = [
            (p.strategy, p.payoff, p.regret, _word(p.stable), _word(p.ess), p.nash, p.label)
            for p in self.equilibria
        ]
        return headers, rows


def jacobian(rule: GroupRule, shares: Array) -> Array:
    """Return the replicator's Jacobian in the basis e_j - e_m of the simplex, (m-1, m-1)."""
    payoffs, slopes = rule.expected(shares), rule.slopes(shares)
    mean = shares @ payoffs
    full = np.diag(payoffs - mean) + shares[:, None] * (slopes - payoffs - shares @ slopes)
    return np.asarray(full[:-1, :-1] - full[:-1, -1:])


def negligible(rule: GroupRule, shares: Array) -> float:
    """Return the rate (money) below which an eigenvalue cannot be told from zero."""
    terms = np.abs(shares[:, None] * rule.slopes(shares)).max()
    return ZERO * max(float(terms), float(np.abs(rule.expected(shares)).max()), 1e-300)


def rest_point(
    rule: GroupRule,
    names: Sequence[str],
    shares: npt.ArrayLike,
    *,
    ess: bool | None = None,
    stable: bool | None = None,
    note: str = "",
    certificate: Certificate | None = None,
) -> RestPoint:
    """Describe a rest point; ``stable`` and ``ess`` overrule the linearisation where known."""
    x = np.asarray(shares, dtype=np.float64)
    payoffs = rule.expected(x)
    mean = float(x @ payoffs)
    values = np.linalg.eigvals(jacobian(rule, x)).astype(np.complex128)
    values = values[np.argsort(-values.real, kind="stable")]
    zero = negligible(rule, x)
    invasion = np.where(x > 0, 0.0, payoffs - mean).max()
    support = tuple(name for name, share in zip(names, x, strict=True) if share > 0)
    return RestPoint(
        strategy=frozen_array(x),
        payoff=mean,
        regret=max(0.0, float((payoffs - mean).max())),
        stable=_stable(values.real.max(), zero) if stable is None else stable,
        certificate=certificate,
        label=", ".join(support) + note,
        support=support,
        eigenvalues=frozen_array(values, dtype=np.complex128),
        nash=bool(invasion <= zero),
        ess=ess,
    )


def _stable(largest: float, zero: float) -> bool | None:
    return None if abs(largest) <= zero else bool(largest < 0)


def _word(value: bool | None) -> str:
    return "undecided" if value is None else format_number(value)
