r"""Registering identities for a pool that is shared equally per head: all equilibria.

The game. *Players*: N participants. *Actions*: participant i registers m_i = 0, 1, 2, ...
identities at phi each. *Payoffs*: u_i = R m_i/M - phi m_i, M = sum m; nothing if M = 0. It is a
Tullock contest in whole numbers: what is spent is spent for shares only.

*Best response.* With s > 0 identities of the others u_i is strictly concave in m_i. The m-th
identity is worth its price iff R s >= phi (s+m-1)(s+m); against s = 0 one identity takes all.
When the others hold one identity each (s = N-1), m identities instead of one win

    R (m-1)(N-1) / (N (N+m-1)) - phi (m-1),

the split profit of :class:`EqualShare` on a path of N legs, so a price of R (N-1)/(N (N+1)) stops
all of it.

*Pure equilibria*. With g = R/phi, a profile with total M >= 2 is an equilibrium iff for every i
M - m_i <= M (M+1)/g (no identity more), and M - m_i >= M (M-1)/g wherever m_i >= 1 (none less).
(a) Somebody is idle: then M >= g-1, and m_i <= M (g-M+1)/g < 2 for the others. So M of them hold
one each, g-1 <= M <= g, and all such M < N are equilibria (M = 0 and M = 1 included). (b) Nobody
is: summing over i, (N-1) g/N - 1 <= M <= (N-1) g/N + 1, at most three totals. The m_i lie in an
interval of length 2 M/g; it holds three whole numbers only if M >= g, but then m_i <= 1. So they
are M/N, rounded up or down. All candidates are decided in exact arithmetic.

*Symmetric equilibria, pure and mixed.* Expected payoffs are concave in one's own number, so that
only neighbours m, m+1 are mixed: a participation game in which "training" is to register one more
(:class:`ParticipationGame`), whose equilibria are all found with a count. A mixture exists only
where its gains change sign: where N m <= (N-1) g/N <= N (m+1).

The pool is burned: N m phi is about R (N-1)/N (Tullock 1980). Source: theory notes, sections 2.1
and 4.2; own analysis.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import INDEX, Domain, check_number
from derelayl_econ.equilibrium.binomial import binomial_mean
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.games.participation import ParticipationGame
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Coverage, Equilibrium, EquilibriumSet

__all__ = ["CONTINUOUS_IDENTITIES", "IDENTITY_GAIN", "STOPPING_PRICE", "IdentityGame"]

Array = npt.NDArray[Any]

_SOURCE = "theory notes, sections 2.1 and 4.2 (own analysis)"
_R, _PHI, _N = symbol("pool"), symbol("identity_cost"), symbol("participants")
_M = symbol("identities")

IDENTITY_GAIN = Formula(
    "gain of m identities over one when the others have one each",
    _R * (_M - 1) * (_N - 1) / (_N * (_N + _M - 1)) - _PHI * (_M - 1),
    _SOURCE,
)
STOPPING_PRICE = Formula(
    "price of an identity at which one each is an equilibrium",
    _R * (_N - 1) / (_N * (_N + 1)),
    _SOURCE,
)
CONTINUOUS_IDENTITIES = Formula(
    "identities of each, if they could be divided",
    _R * (_N - 1) / (_N**2 * _PHI),
    "Tullock 1980, Efficient rent seeking",
)

Profile = tuple[tuple[int, int], ...]
"""Pairs (identities, participants who hold that many), in increasing order."""

_COUNT = Domain(0, 10**15, integer=True)
_MOST_PER_HEAD = 10**9
_MOST_PARTICIPANTS = 1_000_000


@dataclass(frozen=True)
class IdentityGame:
    """N participants register identities, and a pool is shared equally per identity.

    Parameters
    ----------
    participants : int
        N, from 2 to 10^6.
    pool : float
        R > 0 (money).
    identity_cost : float
        phi > 0 (money); R/phi at most 10^9.

    Examples
    --------
    >>> game = IdentityGame(participants=10, pool=100, identity_cost=1)
    >>> print(game.symmetric_equilibria())
    1 equilibrium, coverage: all; mixtures of neighbours (Bernstein), pure ones exact; solved
    strategy  payoff  regret  stable  certificate  label
    9         1       0       yes     none         9 each
    >>> game.gain(9), game.burned(90)
    (32.0, 0.9)
    """

    participants: int
    pool: float
    identity_cost: float

    def __post_init__(self) -> None:
        given = check(participants=self.participants, pool=self.pool,
                      identity_cost=self.identity_cost)  # fmt: skip
        check_number("participants", given["participants"], Domain(2, _MOST_PARTICIPANTS))
        for name in ("pool", "identity_cost"):
            check_number(name, given[name], Domain(1e-60, 1e60))
        for name, value in given.items():
            object.__setattr__(self, name, value)
        if self._ratio > _MOST_PER_HEAD:
            raise InputError("pool / identity_cost", float(self._ratio),
                             f"be at most {_MOST_PER_HEAD:g}")  # fmt: skip

    def gain(self, identities: int) -> float:
        """Return what m >= 1 identities win over one when the others have one each (money).

        Proved: theorem T7 in proofs/.
        """
        count = check_number("identities", identities, Domain(1, 10**15, integer=True))
        return float(IDENTITY_GAIN(**self._numbers, identities=count))

    @property
    def stopping_price(self) -> float:
        """Price of an identity at which nobody wants a second one, if all have one (money).

        Proved: theorem T7 in proofs/.
        """
        return float(STOPPING_PRICE(pool=self.pool, participants=self.participants))

    def payoff(self, own: int, others: int) -> float:
        """Return the payoff of ``own`` identities when the others have ``others`` together."""
        mine = check_number("own", own, _COUNT)
        rest = check_number("others", others, _COUNT)
        return float(self._payoff(mine, rest))

    def best_responses(self, others: int) -> tuple[int, ...]:
        """Return all best numbers of identities, in increasing order: one or two neighbours.

        Examples
        --------
        >>> IdentityGame(2, pool=100, identity_cost=1).best_responses(25)
        (25,)
        >>> IdentityGame(2, pool=6, identity_cost=1).best_responses(1)
        (1, 2)
        """
        rest = check_number("others", others, _COUNT)
        low = self._last_worth_having(rest, strictly=True)
        high = self._last_worth_having(rest, strictly=False)
        return tuple(range(low, high + 1))

    def burned(self, identities: int) -> float:
        """Return the share of the pool that is spent on so many identities altogether."""
        return float(check_number("identities", identities, INDEX) / self._ratio)

    def pure_equilibria(self) -> EquilibriumSet:
        """Return all pure equilibria up to the names of the participants.

        ``strategy`` is a tuple of pairs (identities, participants who hold that many), in
        increasing order; ``payoff`` holds one number per pair.

        Examples
        --------
        >>> for found in IdentityGame(3, pool=10, identity_cost=1).pure_equilibria():
        ...     print(found.strategy, [round(x, 4) for x in found.payoff])
        ((2, 3),) [1.3333]
        """
        found = sorted(profile for profile in self._profiles() if self._is_equilibrium(profile))
        return EquilibriumSet(
            equilibria=tuple(self._pure(profile) for profile in found),
            coverage=Coverage.ALL,
            method="all possible totals, in exact arithmetic",
        )

    def symmetric_equilibria(self) -> EquilibriumSet:
        """Return all symmetric equilibria, mixed ones included.

        ``strategy`` is the mean number of identities: m + p stands for m + 1 with probability p
        and m otherwise.
        """
        centre = math.floor(self._ratio * (self.participants - 1) / self.participants**2)
        found: list[tuple[float, Equilibrium]] = []
        for least in range(max(0, centre - 1), centre + 2):
            if self._is_equilibrium(((least, self.participants),)):
                found.append((least, self._one_number(least)))
            for root in self._neighbours(least).equilibria():
                if 0 < root.strategy < 1:
                    mixture = self._mixture(least, root.strategy, root.stable)
                    found.append((least + root.strategy, mixture))
        return EquilibriumSet(
            equilibria=tuple(equilibrium for _, equilibrium in sorted(found, key=lambda f: f[0])),
            coverage=Coverage.ALL,
            method="mixtures of neighbours (Bernstein), pure ones exact",
        )

    @property
    def _numbers(self) -> dict[str, float]:
        return {"participants": self.participants, "pool": self.pool,
                "identity_cost": self.identity_cost}  # fmt: skip

    @property
    def _ratio(self) -> Fraction:
        """R/phi, exactly."""
        return Fraction(self.pool) / Fraction(self.identity_cost)

    def _payoff(self, own: int, others: int) -> Fraction:
        if own == 0:
            return Fraction(0)
        return Fraction(self.pool) * own / (own + others) - Fraction(self.identity_cost) * own

    def _last_worth_having(self, others: int, *, strictly: bool) -> int:
        """Return the largest m whose m-th identity is worth (more than) its price."""
        if others == 0:
            return int(self._ratio > 1 if strictly else self._ratio >= 1)
        room = self._ratio * others  # of (s+m-1)(s+m)
        count = max(0, (1 + math.isqrt(1 + 4 * math.floor(room))) // 2 + 1 - others)
        while count > 0 and not _worth(room, others + count, strictly):
            count -= 1
        return count

    def _is_equilibrium(self, profile: Profile) -> bool:
        total = sum(own * people for own, people in profile)
        return all(own in self.best_responses(total - own) for own, _ in profile)

    def _profiles(self) -> Iterator[Profile]:
        """Yield all candidates: some idle and the others with one each, then nobody idle."""
        people, ratio = self.participants, self._ratio
        for active in range(max(0, math.ceil(ratio - 1)), min(math.floor(ratio), people - 1) + 1):
            yield tuple((own, n) for own, n in ((0, people - active), (1, active)) if n)
        centre = ratio * (people - 1) / people
        for total in range(max(people, math.ceil(centre - 1)), math.floor(centre + 1) + 1):
            each, more = divmod(total, people)
            yield tuple((own, n) for own, n in ((each, people - more), (each + 1, more)) if n)

    def _pure(self, profile: Profile) -> Equilibrium:
        total = sum(own * people for own, people in profile)
        payoffs = [self._payoff(own, total - own) for own, _ in profile]
        best = [self._payoff(self.best_responses(total - own)[0], total - own)
                for own, _ in profile]  # fmt: skip
        return Equilibrium(
            strategy=profile,
            payoff=tuple(float(payoff) for payoff in payoffs),
            regret=float(max(b - p for b, p in zip(best, payoffs, strict=True))),
            stable=all(len(self.best_responses(total - own)) == 1 for own, _ in profile),
            label=f"{total} identities",
        )

    def _neighbours(self, least: int) -> ParticipationGame:
        """Return the game of registering ``least`` + 1 identities rather than ``least``."""
        others = least * (self.participants - 1) + np.arange(self.participants)
        stay, more = self._payoffs(least, others), self._payoffs(least + 1, others)
        gains = more - stay
        for k in np.flatnonzero(np.abs(gains) <= 1e-9 * self.identity_cost):  # may be a tie
            rest = int(others[k])
            gains[k] = float(self._payoff(least + 1, rest) - self._payoff(least, rest))
        return ParticipationGame(gains, stay)

    def _payoffs(self, own: int, others: Array) -> Array:
        if own == 0:
            return np.zeros(others.size)
        return np.asarray(self.pool * own / (own + others) - self.identity_cost * own)

    def _one_number(self, own: int) -> Equilibrium:
        pure = self._pure(((own, self.participants),))
        return Equilibrium(strategy=float(own), payoff=pure.payoff[0], regret=pure.regret,
                           stable=True if pure.stable else None, label=f"{own} each")  # fmt: skip

    def _mixture(self, least: int, chance: float, stable: bool | None) -> Equilibrium:
        """Return the equilibrium in which all hold ``least`` + 1 with that chance, or ``least``."""
        others = least * (self.participants - 1) + np.arange(self.participants)
        earned = {
            own: float(binomial_mean(self._payoffs(own, others), np.array(chance)))
            for own in range(max(0, least - 1), least + 3)
        }
        payoff = (1 - chance) * earned[least] + chance * earned[least + 1]
        return Equilibrium(
            strategy=least + chance, payoff=payoff, stable=stable,
            regret=max(0.0, max(earned.values()) - payoff), label=f"{least} or {least + 1}",
        )  # fmt: skip


def _worth(room: Fraction, total: int, strictly: bool) -> bool:
    """Whether the identity that makes the total is worth its price: room >= total (total - 1)."""
    return room > total * (total - 1) if strictly else room >= total * (total - 1)
