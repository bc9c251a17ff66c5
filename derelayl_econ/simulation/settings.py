"""Plain values that describe one simulated relay.

One relay: N participants with private shards take turns on one model for a number of legs. In
each leg every participant joins or not; with ``selection="baton"`` one of the joiners, drawn
uniformly, trains and submits; with ``selection="all"`` every joiner does, in random order. A gate
of validators accepts or rejects on held-out rows. An accepted trainer gets ``pool`` (shared
equally among the accepted of the leg) plus ``price`` per nat of verified improvement; a rejected
one loses ``deposit``. Training costs ``cost`` (utility, not coins), a fake ``cost_cheat``;
everyone may value quality.

The defaults are the honest relay on ``digits`` that the learning-curve measurements used: 50
participants with 15 samples each, logistic regression, batches of 5, step 0.1, 100 held-out
samples.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from derelayl_econ.domains import (
    COUNT,
    INDEX,
    NON_NEGATIVE,
    OPEN_UNIT,
    POSITIVE,
    PROBABILITY,
    REAL,
    Domain,
    check_number,
)
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.scenario import Scenario
from derelayl_econ.simulation.data import DATASETS
from derelayl_econ.simulation.learner import BACKENDS, MODELS, choose_backend
from derelayl_econ.solution import hand_over_costs

__all__ = ["RelaySettings", "settings_of"]

_DOMAINS: dict[str, Domain] = {
    "participants": Domain(2, integer=True),
    "hidden": COUNT,
    "shard": COUNT,
    "batch": COUNT,
    "epochs": COUNT,
    "step": POSITIVE,
    "test_fraction": OPEN_UNIT,
    "hold_out": COUNT,
    "margin": REAL,
    "committee": Domain(1, integer=True, odd=True),
    "audit_rate": PROBABILITY,
    "legs": COUNT,
    "price": NON_NEGATIVE,
    "pool": NON_NEGATIVE,
    "cost": NON_NEGATIVE,
    "cost_cheat": NON_NEGATIVE,
    "hand_over_fee": NON_NEGATIVE,
    "deposit": NON_NEGATIVE,
    "value": NON_NEGATIVE,
    "evaluate_every": INDEX,
}
_OPTIONAL = {
    "concentration": POSITIVE,
    "discount": OPEN_UNIT,
    "initial_treasury": NON_NEGATIVE,
    "initial_balance": NON_NEGATIVE,
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "dataset": DATASETS,
    "model": MODELS,
    "selection": ("baton", "all"),
    "forfeits": ("treasury", "burned"),
    "backend": BACKENDS,
}


@dataclass(frozen=True, kw_only=True)
class RelaySettings:
    """Everything a chain needs beside the policies and the random stream.

    Parameters
    ----------
    participants : int
        N, at least 2.
    dataset : {"digits", "breast_cancer", "wine"}
    model : {"logistic", "mlp-tanh", "mlp-relu"}
    hidden : int
        Width of the hidden layer.
    concentration : float or None
        Dirichlet concentration of the participants' label shares; None deals IID shards.
    shard, batch, epochs, step
        Samples per participant, SGD batch, local epochs per leg, SGD step.
    test_fraction : float
        Share of the data kept as the final test set; the reserve of the gate is what shards leave.
    gate : bool
        Whether submissions are judged at all; without a gate all are accepted.
    hold_out, fresh, margin, committee, audit_rate
        V samples per validator, drawn anew for each verdict (with replacement) or fixed; accept iff
        loss after < loss before - margin (nats); odd number of validators, each with its own V
        samples, deciding by majority; probability that a submission is judged.
    legs : int
    price, pool, cost, cost_cheat, deposit, value : float
        Money: see the module docstring.
    hand_over_fee : float
        The part of both costs that does not depend on how much is trained (money); at most ``cost``
        and ``cost_cheat``.
    discount : float or None
        Factor per leg on utilities; None adds them up undiscounted.
    selection : {"baton", "all"}
    initial_treasury, initial_balance : float or None
        Coins at the start; None is enough for the treasury to pay every leg a loss of ln(classes),
        and for everybody to lose a deposit in every leg.
    forfeits : {"treasury", "burned"}
        Where forfeited deposits go.
    evaluate_every : int
        Legs between evaluations on the test set; 0 never evaluates.
    backend : {"auto", "numba", "numpy"}

    Raises
    ------
    InputError
        If a value lies outside its domain or contradicts another.

    Examples
    --------
    >>> RelaySettings(legs=10, pool=2.0).participants
    50
    >>> RelaySettings(deposit=-1)
    Traceback (most recent call last):
        ...
    derelayl_econ.errors.InputError: deposit must be a finite number >= 0; got -1
    """

    participants: int = 50
    dataset: str = "digits"
    model: str = "logistic"
    hidden: int = 32
    concentration: float | None = None
    shard: int = 15
    batch: int = 5
    epochs: int = 1
    step: float = 0.1
    test_fraction: float = 0.25
    gate: bool = True
    hold_out: int = 100
    fresh: bool = True
    margin: float = 0.0
    committee: int = 1
    audit_rate: float = 1.0
    legs: int = 1000
    price: float = 0.0
    pool: float = 0.0
    cost: float = 1.0
    cost_cheat: float = 0.0
    hand_over_fee: float = 0.0
    deposit: float = 0.0
    value: float = 0.0
    discount: float | None = None
    selection: str = "baton"
    initial_treasury: float | None = None
    initial_balance: float | None = None
    forfeits: str = "treasury"
    evaluate_every: int = 1
    backend: str = "auto"

    def __post_init__(self) -> None:
        for name, domain in _DOMAINS.items():
            object.__setattr__(self, name, check_number(name, getattr(self, name), domain))
        for name, domain in _OPTIONAL.items():
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check_number(name, getattr(self, name), domain))
        for name, allowed in _CHOICES.items():
            _check_choice(name, getattr(self, name), allowed)
        for name in ("gate", "fresh"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(name, getattr(self, name), "be True or False")
        choose_backend(self.backend)
        if self.hand_over_fee > min(self.cost, self.cost_cheat):
            raise InputError("hand_over_fee", self.hand_over_fee,
                             "be a part of cost and of cost_cheat")  # fmt: skip
        if self.value > 0 and self.evaluate_every == 0:
            raise InputError("evaluate_every", 0, "be positive when quality is valued",
                             hint="Set evaluate_every=1, or value=0.")  # fmt: skip

    @property
    def steps_per_leg(self) -> int:
        """SGD steps of one honest hand-over."""
        return self.epochs * -(-self.shard // self.batch)

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """Return the names of all settings."""
        return tuple(field.name for field in fields(cls))


def settings_of(scenario: Any) -> RelaySettings:
    """Return the settings of a relay.

    Parameters
    ----------
    scenario : RelaySettings or Scenario
        Or anything with a method ``relay_settings()``. A scenario's leg costs what its hardware
        and workload say; its quality is measured in every leg.

    Raises
    ------
    InputError
        If it is none of these.

    Examples
    --------
    >>> settings_of(Scenario.load("phone_community")).participants
    80
    """
    if isinstance(scenario, RelaySettings):
        return scenario
    if isinstance(scenario, Scenario):
        return _of_scenario(scenario)
    make = getattr(scenario, "relay_settings", None)
    if make is None:
        allowed = "be a Scenario, a RelaySettings or have a method relay_settings()"
        raise InputError("scenario", type(scenario).__name__, allowed)
    settings = make()
    if not isinstance(settings, RelaySettings):
        raise InputError("relay_settings()", type(settings).__name__, "return a RelaySettings")
    return settings


def _of_scenario(scenario: Scenario) -> RelaySettings:
    community, trial, checks = scenario.community, scenario.experiment, scenario.verification
    cost, cheat = hand_over_costs(scenario)
    same = ("dataset", "model", "hidden", "shard", "batch", "epochs", "step", "hold_out", "fresh",
            "margin", "legs")  # fmt: skip
    return RelaySettings(
        **{name: getattr(trial, name) for name in same},
        concentration=trial.concentration if trial.split == "dirichlet" else None,
        participants=community.participants, value=community.value, discount=community.discount,
        cost=cost, cost_cheat=cheat, hand_over_fee=scenario.reward.hand_over_fee,
        pool=scenario.reward.pool, price=scenario.reward.price, deposit=checks.deposit,
        audit_rate=checks.audit_rate, committee=checks.committee_size,
    )  # fmt: skip


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in allowed:
        raise InputError(name, value, f"be one of {', '.join(allowed)}",
                         hint=did_you_mean(value, allowed))  # fmt: skip
