"""The sections of a scenario: frozen groups of values, each checked against its domain.

Keys are code names of :mod:`derelayl_econ.notation`; a key without a symbol (the experiment's data
set, say) declares its own domain or the words it takes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from derelayl_econ.domains import (
    COUNT,
    INDEX,
    NON_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    Domain,
    check_number,
)
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.hardware import HARDWARE
from derelayl_econ.notation import NOTATION

__all__ = [
    "SECTIONS",
    "Community",
    "EcologyRules",
    "Experiment",
    "Learning",
    "Reward",
    "Section",
    "Training",
    "Verification",
]


def _choice(default: str, *allowed: str) -> Any:
    """Declare a text field that takes one of a few words."""
    return field(default=default, metadata={"allowed": (default, *allowed)})


def _number(default: float | None, domain: Domain) -> Any:
    """Declare a number whose domain is not that of a symbol of the same name."""
    return field(default=default, metadata={"domain": domain})


@dataclass(frozen=True, kw_only=True)
class Section:
    """Checks every field against the notation table, or against the domain it declares."""

    title: ClassVar[str]
    optional: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            name = f"{self.title}.{item.name}"
            if "allowed" in item.metadata:
                _check_choice(name, value, item.metadata["allowed"])
            elif isinstance(item.default, bool):
                if not isinstance(value, bool):
                    raise InputError(name, value, "be true or false")
            elif value is not None or item.default is not None:
                domain = item.metadata.get("domain") or NOTATION[item.name].domain
                # Frozen: this is the one place where a field is normalised (1 -> 1.0).
                object.__setattr__(self, item.name, check_number(name, value, domain))

    @classmethod
    def from_mapping(cls, values: Any) -> Self:
        """Build the section from a TOML table; unknown and missing keys are errors."""
        if not isinstance(values, Mapping):
            raise InputError(cls.title, values, "be a table of keys and values")
        known = {item.name: item for item in dataclasses.fields(cls)}
        for key in values:
            if key not in known:
                raise InputError(f"key {cls.title}.{key}", values[key], "be a known key",
                                 hint=did_you_mean(key, known))  # fmt: skip
        for name, item in known.items():
            if name not in values and item.default is dataclasses.MISSING:
                raise InputError(f"{cls.title}.{name}", "nothing", "be given")
        return cls(**values)

    def to_mapping(self) -> dict[str, Any]:
        """Return the fields that are set, as built-in types."""
        return {k: v for k, v in dataclasses.asdict(self).items() if v is not None}


@dataclass(frozen=True, kw_only=True)
class Community(Section):
    """Who is there and what the model is worth to them (value in money per score and leg)."""

    title = "community"
    participants: int
    value: float
    users: float | None = None
    leakage: float = 0.0
    discount: float = 0.95
    outside: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Learning(Section):
    """How quality answers to accepted legs (score: nats of held-out loss saved, by default)."""

    title = "learning"
    quality_max: float
    learning_rate: float
    quality_start: float = 0.0
    drift: float = 0.0
    steepness: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.quality_start >= self.quality_max:
            raise InputError("learning.quality_start", self.quality_start,
                             f"be below learning.quality_max = {self.quality_max:g}")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Training(Section):
    """What one leg costs: a number, or hardware and workload from which it is derived."""

    title = "training"
    cost: float | None = None
    cost_cheat: float = field(default=0.0)
    hardware: str = _choice("", *HARDWARE)
    flops: float | None = _number(None, POSITIVE)
    bytes_moved: float | None = _number(None, NON_NEGATIVE)
    fixed_cost: float = _number(0.0, NON_NEGATIVE)

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.cost is None) == (self.hardware == ""):
            got = f"cost = {self.cost}, hardware = {self.hardware!r}"
            raise InputError("training", got, "give either cost or hardware, and not both")
        if self.hardware and (self.flops is None or self.bytes_moved is None):
            raise InputError("training", f"hardware = {self.hardware!r} alone",
                             "give flops and bytes_moved beside hardware")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reward(Section):
    """What is paid: a pool per leg and a price per unit of verified improvement.

    Optional: what each user pays for access per leg (left out, users can be asked for what a leg is
    worth to them); what a trainer pays for each hand-over; and the share of the price that goes to
    a leg's lineage, with its decay per generation.
    """

    title = "reward"
    pool: float = 0.0
    price: float = 0.0
    access_fee: float | None = None
    hand_over_fee: float = 0.0
    royalty_share: float = 0.0
    decay: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.decay is None) != (self.royalty_share == 0):
            state = "be given with" if self.decay is None else "be left out without"
            raise InputError("reward.decay", "nothing" if self.decay is None else self.decay,
                             f"{state} a reward.royalty_share")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Verification(Section):
    """How submissions are checked and what is at stake.

    ``gain_noise`` is the standard error of the verified gain of a leg (score), 0 where gains are
    verified exactly.
    """

    title = "verification"
    deposit: float = 0.0
    audit_rate: float = 1.0
    verify_cost: float = 0.0
    bounty: float = 0.0
    penalty: float = 0.0
    false_reject: float = 0.0
    false_accept: float = 0.0
    committee_size: int = 1
    correlation: float = 0.0
    gain_noise: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.false_reject + self.false_accept >= 1:
            raise InputError("verification.false_reject + verification.false_accept",
                             self.false_reject + self.false_accept, "be below 1")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Experiment(Section):
    """The real relay that is trained to confirm or refute the scenario's predictions."""

    title = "experiment"
    dataset: str = _choice("digits", "breast_cancer", "wine")
    model: str = _choice("logistic", "mlp-tanh", "mlp-relu")
    hidden: int = _number(32, COUNT)
    split: str = _choice("iid", "dirichlet")
    concentration: float = _number(1.0, POSITIVE)
    shard: int = _number(15, COUNT)
    batch: int = _number(5, COUNT)
    epochs: int = _number(1, COUNT)
    step: float = _number(0.1, POSITIVE)
    hold_out: int = _number(100, COUNT)
    fresh: bool = True
    margin: float = _number(0.0, Domain())
    legs: int = _number(200, COUNT)


@dataclass(frozen=True, kw_only=True)
class EcologyRules(Section):
    """Rules of a whole community of owners, trainers and miners; the defaults are the authors'.

    Only a scenario with this section has an ecology. Its people are the community's.
    """

    title = "ecology"
    optional = True
    rounds: int = 100
    matches: int = 4
    winning_share: float = 0.5
    success: float = 0.9
    founders: int = 1
    royalty: str = _choice("all", "geometric", "window")
    decay: float = 0.5
    royalty_share: float = 1.0
    window: int = _number(10, COUNT)
    gain_price: float | None = None
    reserve: float = 0.0
    deposit_cap: float | None = None
    endowment: float = 0.0
    performance: str = _choice("walk", "curve")
    gain_mean: float = _number(1.0, Domain())
    gain_spread: float = _number(1.0, NON_NEGATIVE)
    free_riders: int = _number(0, INDEX)
    decline: bool = False
    cost_spread: float = _number(0.0, PROBABILITY)
    coin_value: float = 0.0
    coin_budget: float = 0.0
    deposit_fee: float = _number(0.001, NON_NEGATIVE)
    model_fee: float = _number(0.001, NON_NEGATIVE)
    case_fee: float = _number(0.001, NON_NEGATIVE)
    test_cases: int = _number(100, INDEX)
    owner_stake: float = _number(0.001, NON_NEGATIVE)

    def __post_init__(self) -> None:
        super().__post_init__()
        needs = {"decay": ("royalty", "geometric"), "royalty_share": ("royalty", "geometric"),
                 "window": ("royalty", "window"), "gain_mean": ("performance", "walk"),
                 "cost_spread": ("decline", True), "coin_value": ("decline", True),
                 "coin_budget": ("decline", True)}  # fmt: skip
        defaults = {item.name: item.default for item in dataclasses.fields(self)}
        for name, (switch, position) in needs.items():
            if getattr(self, name) != defaults[name] and getattr(self, switch) != position:
                word = f'"{position}"' if isinstance(position, str) else "true"
                raise InputError(f"ecology.{name}", getattr(self, name),
                                 f"be left out unless ecology.{switch} = {word}")  # fmt: skip


SECTIONS: tuple[type[Section], ...] = (
    Community,
    Learning,
    Training,
    Reward,
    Verification,
    Experiment,
    EcologyRules,
)
"""All sections, in the order in which they are written."""


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in allowed:
        words = [word for word in allowed if word]
        raise InputError(name, value, f"be one of {', '.join(words)}",
                         hint=did_you_mean(value, words))  # fmt: skip
