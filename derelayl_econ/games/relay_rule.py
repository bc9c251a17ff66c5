r"""The relay as a population game: expected payoffs in closed form, for groups of any size.

The payoffs of one leg are defined in :mod:`derelayl_econ.games.relay_payoffs`. Only the numbers of
trainers and cheats in a group matter; riders and those who stay out are *passive*. So expectations
over a group are sums over two counts, and in an infinite population closed forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import check_number
from derelayl_econ.equilibrium.binomial import binomial_mean
from derelayl_econ.equilibrium.compositions import compositions
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.games.group_rules import Counts, GroupRule
from derelayl_econ.games.group_sampling import hypergeometric_weights
from derelayl_econ.games.population_arguments import MONEY, check_names
from derelayl_econ.games.relay_payoffs import (
    ACCEPT_FAKE,
    ACCEPT_HONEST,
    IMPROVED,
    PAYOFFS,
    STRATEGIES,
    conditional_share,
    payoff_coefficients,
    pool_share,
)
from derelayl_econ.notation import check, check_error_rates

__all__ = ["RelayParameters", "RelayRule"]

Array = npt.NDArray[np.float64]

_MAX_PARTICIPANTS = 10_000_000
MAX_COUNTED = 4096
"""Largest group in which trainers and cheats are counted one by one (finite populations)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RelayParameters:
    """The money and the rates of one leg; see :mod:`derelayl_econ.games.relay_payoffs`.

    Parameters
    ----------
    participants : int
        N >= 2, members of one group.
    benefit, cost, cost_cheat, pool, deposit, outside : float
        b, c, c_0 < c, R, D, U (money).
    leakage, audit_rate, false_reject, false_accept : float
        theta, y, alpha, beta.

    Raises
    ------
    InputError
        If a value lies outside its domain, or a fake costs as much as honest work.
    """

    participants: int
    benefit: float
    cost: float
    cost_cheat: float = 0.0
    pool: float = 0.0
    deposit: float = 0.0
    leakage: float = 0.0
    audit_rate: float = 0.0
    false_reject: float = 0.0
    false_accept: float = 0.0
    outside: float = 0.0

    def __post_init__(self) -> None:
        given = asdict(self)
        errors = {name: given.pop(name) for name in ("false_reject", "false_accept")}
        values = check(**given)
        values["false_reject"], values["false_accept"] = check_error_rates(**errors)
        if values["participants"] > _MAX_PARTICIPANTS:
            raise InputError("participants", self.participants, f"be at most {_MAX_PARTICIPANTS}")
        if values["cost_cheat"] >= values["cost"]:
            raise InputError("cost_cheat", self.cost_cheat, f"be below cost = {self.cost}",
                             hint="Nobody fakes work that costs as little as a fake.")  # fmt: skip
        for name, value in values.items():
            object.__setattr__(self, name, check_number(name, value, MONEY))
        object.__setattr__(self, "participants", int(self.participants))

    @property
    def accept_honest(self) -> float:
        """pi_1, probability that honest work is accepted."""
        return float(ACCEPT_HONEST(audit_rate=self.audit_rate, false_reject=self.false_reject))

    @property
    def accept_fake(self) -> float:
        """pi_0, probability that a fake is accepted."""
        return float(ACCEPT_FAKE(audit_rate=self.audit_rate, false_accept=self.false_accept))

    def values(self) -> dict[str, Any]:
        """Return everything that the payoffs depend on, by code name."""
        rates = {"accept_honest": self.accept_honest, "accept_fake": self.accept_fake}
        return asdict(self) | rates


@dataclass(frozen=True, kw_only=True, eq=False)
class RelayRule(GroupRule):
    """Payoffs of the relay for some of its four strategies, in the order given."""

    terms: RelayParameters
    strategies: Sequence[str] = STRATEGIES

    def __post_init__(self) -> None:
        named = check_names(self.strategies)
        for name in named:
            if name not in PAYOFFS:
                raise InputError("every entry of strategies", name, "be a strategy of the relay",
                                 hint=did_you_mean(name, PAYOFFS))  # fmt: skip
        object.__setattr__(self, "strategies", named)

    @property
    def participants(self) -> int:
        """N."""
        return self.terms.participants

    @property
    def size(self) -> int:
        """M."""
        return len(self.strategies)

    @cached_property
    def linear(self) -> dict[str, tuple[Any, Any, Any]]:
        """Exact (a, b, c) with payoff = a + b S + c I, by strategy."""
        values = self.terms.values()
        return {name: payoff_coefficients(name, values) for name in self.strategies}

    @cached_property
    def _floats(self) -> Array:
        """The same as floats, shape (3, m)."""
        return np.array([[float(x) for x in row] for row in self.linear.values()]).T

    @cached_property
    def submission_rates(self) -> tuple[Array, Array]:
        """Probability that each strategy's submission is accepted; is honest and accepted."""
        chance = {"train": self.terms.accept_honest, "cheat": self.terms.accept_fake}
        accepted = np.array([chance.get(name, 0.0) for name in self.strategies])
        honest = accepted * np.array([name == "train" for name in self.strategies])
        return accepted, honest

    def expected(self, shares: Array) -> Array:
        """Evaluate the closed form."""
        accepted, honest = self.submission_rates
        q, h = (np.clip(shares @ rates, 0.0, 1.0) for rates in (accepted, honest))
        improved = IMPROVED(accepted_honest=h, participants=self.participants)
        return self._payoffs(pool_share(q, self.participants), improved)

    def slopes(self, shares: Array) -> Array:
        """Differentiate the closed form, without cancellation at small q."""
        accepted, honest = self.submission_rates
        q, h = float(np.clip(shares @ accepted, 0, 1)), float(np.clip(shares @ honest, 0, 1))
        others = self.participants - 1
        k = np.arange(others)
        share_slope = -others * float(binomial_mean(1 / ((k + 1.0) * (k + 2.0)), q))
        improved_slope = others * (1 - h) ** (others - 1)
        return self._floats[1:].T @ np.stack([share_slope * accepted, improved_slope * honest])

    def edge(self, first: int, second: int) -> tuple[Array, Array]:
        """Condition on the number of others who play the first strategy."""
        number = np.zeros((self.participants, self.size), dtype=np.int64)
        number[:, first] = np.arange(self.participants)
        number[:, second] = self.participants - 1 - number[:, first]
        payoffs = self._given(number)
        return payoffs[:, first], payoffs[:, second]

    def table(self) -> Array:
        """Condition on the composition of the others."""
        return self._given(compositions(self.participants - 1, self.size)).T

    def in_population(self, counts: Counts) -> Array:
        """Sum over the numbers of trainers and cheats among the others."""
        active = np.array([name in ("train", "cheat") for name in self.strategies])
        kept = [*np.flatnonzero(active), *np.flatnonzero(~active)[:1]]  # one stands for the passive
        reduced = compositions(self.participants - 1, len(kept))
        number = np.zeros((reduced.shape[0], self.size), dtype=np.int64)
        number[:, kept] = reduced
        payoffs = self._given(number)
        result = np.full(self.size, np.nan)
        for i in np.flatnonzero(counts):
            left = counts - np.eye(self.size, dtype=np.int64)[i]
            pool = np.append(left[active], left[~active].sum() if not active.all() else [])
            result[i] = hypergeometric_weights(reduced, pool.astype(np.int64)) @ payoffs[:, i]
        return result

    def _given(self, number: Counts) -> Array:
        """Return the payoffs of all strategies for each composition (row) of the others."""
        trainers, cheats = (
            number[:, self.strategies.index(name)] if name in self.strategies
            else np.zeros(number.shape[0], dtype=np.int64)
            for name in ("train", "cheat")
        )  # fmt: skip
        if trainers.any() and cheats.any() and self.participants > MAX_COUNTED:
            raise InputError("participants", self.participants, f"be at most {MAX_COUNTED} where "
                             "trainers and cheats are counted one by one")  # fmt: skip
        share = conditional_share(
            trainers, cheats, self.terms.accept_honest, self.terms.accept_fake
        )
        improved = IMPROVED(accepted_honest=self.terms.accept_honest, participants=trainers + 1)
        return self._payoffs(share, np.where(trainers > 0, improved, 0.0))

    def _payoffs(self, share: Array, improved: Array) -> Array:
        constant, shared, led = self._floats
        return np.asarray(constant + share[..., None] * shared + improved[..., None] * led)
