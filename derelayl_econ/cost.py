"""What one leg of training costs the one who trains it, in USD (theory 1.2).

Cost = fixed (moving the model, evaluation, ledger fee) + energy + wear of the device + data +
opportunity (what the device would have earned elsewhere). A leg of F operations takes F / speed
seconds; energy, wear and opportunity are proportional to that time. Each component is one formula,
the total is their sum, and elasticities come from its derivatives.

This is the cost c of every game of the package; it does not depend on what others do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Self

from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.formula import Formula
from derelayl_econ.hardware import EGRESS_PRICE, HARDWARE, Hardware, Sourced, find_hardware
from derelayl_econ.notation import check, symbol
from derelayl_econ.results import Result

__all__ = [
    "COST_COMPONENTS",
    "HARDWARE",
    "LEG_SECONDS",
    "TOTAL_COST",
    "TRAINING_FLOPS",
    "CostBreakdown",
    "CostSensitivity",
    "Hardware",
    "Sourced",
    "TrainingCost",
    "training_flops",
]

_SOURCE = "theory notes, section 1.2"
_SECONDS = symbol("flops") / symbol("sustained_flops")

TRAINING_FLOPS = Formula(
    "operations of one leg",
    6 * symbol("parameters") * symbol("samples") * symbol("epochs"),
    "Kaplan et al. 2020 (arXiv 2001.08361), section 2.1: 2 per weight and sample forwards, "
    "4 backwards",
)
LEG_SECONDS = Formula("duration of one leg", _SECONDS, _SOURCE)
COST_COMPONENTS: dict[str, Formula] = {
    name: Formula(f"{name} cost", expression, _SOURCE)
    for name, expression in {
        "fixed": symbol("bytes_moved") * symbol("transfer_price") / 10**9
        + symbol("evaluation_cost")
        + symbol("ledger_fee"),
        "energy": _SECONDS * symbol("watts") * symbol("energy_price") / 3_600_000,  # J per kWh
        "wear": _SECONDS * symbol("device_price") / (3600 * symbol("device_life")),
        "data": symbol("data_cost"),
        "opportunity": _SECONDS * symbol("hourly_value") / 3600,
    }.items()
}
TOTAL_COST = Formula(
    "cost of one leg", sum(part.expression for part in COST_COMPONENTS.values()), _SOURCE
)


def training_flops(parameters: float, samples: float, epochs: float = 1) -> float:
    """Return the operations of one leg of dense training, 6 x weights x samples x epochs.

    For a transformer, count weights without embeddings and samples as tokens.

    Examples
    --------
    >>> training_flops(parameters=1e6, samples=5e4, epochs=2)
    600000000000.0
    """
    return float(TRAINING_FLOPS(**check(parameters=parameters, samples=samples, epochs=epochs)))


@dataclass(frozen=True, kw_only=True, eq=False)
class CostBreakdown(Result):
    """Components of the cost of one leg (USD), their total, and the time it takes (s)."""

    fixed: float
    energy: float
    wear: float
    data: float
    opportunity: float
    total: float
    seconds: float

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per component, with its share of the total."""
        amounts = {name: getattr(self, name) for name in (*COST_COMPONENTS, "total")}
        rows = [(name, amount, 100 * amount / self.total if self.total else None)
                for name, amount in amounts.items()]  # fmt: skip
        return ("component", "USD", "%"), rows

    def caption(self) -> str:
        """Return the total and the duration in one line."""
        return f"one leg costs {self.total:.4g} USD and takes {self.seconds:.4g} s"


@dataclass(frozen=True, kw_only=True, eq=False)
class CostSensitivity(Result):
    """Elasticity of the cost of one leg in each input: % change of cost per % change of input."""

    elasticities: dict[str, float]

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per input, strongest first."""
        rows = sorted(self.elasticities.items(), key=lambda item: -abs(item[1]))
        return ("input", "elasticity"), rows


@dataclass(frozen=True, kw_only=True)
class TrainingCost:
    """Cost of one leg on one device.

    Parameters
    ----------
    flops : float
        Floating-point operations of one leg; see :func:`training_flops`.
    sustained_flops : float
        Sustained speed of the device, FLOP/s.
    watts : float
        Power drawn while training, W.
    energy_price : float
        Price of electricity, USD/kWh.
    device_price : float
        Price of the device, USD.
    device_life : float
        Calendar life of the device, hours.
    bytes_moved : float
        Bytes down- and uploaded.
    transfer_price : float
        Price of moving data, USD per GB (10^9 bytes).
    evaluation_cost, ledger_fee, data_cost : float
        USD per leg.
    hourly_value : float
        What the device would earn elsewhere, USD per hour.

    Raises
    ------
    InputError
        If an amount is negative, not finite, or speed or life is not positive.

    Examples
    --------
    >>> print(TrainingCost.preset("consumer-gpu", flops=1e17, bytes_moved=2e9).breakdown())
    one leg costs 0.2321 USD and takes 1730 s
    component    USD        %
    fixed        0.18       77.5472
    energy       0.0345901  14.902
    wear         0.0175265  7.55075
    data         0          0
    opportunity  0          0
    total        0.232117   100
    """

    flops: float
    sustained_flops: float
    watts: float
    energy_price: float
    device_price: float
    device_life: float
    bytes_moved: float = 0.0
    transfer_price: float = 0.0
    evaluation_cost: float = 0.0
    ledger_fee: float = 0.0
    data_cost: float = 0.0
    hourly_value: float = 0.0

    def __post_init__(self) -> None:
        for name, number in check(**asdict(self)).items():
            object.__setattr__(self, name, number)
        if not math.isfinite(self.flops / self.sustained_flops):
            raise InputError("sustained_flops", self.sustained_flops, "be large enough for a leg "
                             "to end")  # fmt: skip

    @classmethod
    def preset(
        cls, name: str, *, flops: float, bytes_moved: float = 0.0, **overrides: float
    ) -> Self:
        """Return the cost on a device of :data:`HARDWARE`; ``overrides`` replace single inputs.

        Examples
        --------
        >>> round(TrainingCost.preset("laptop", flops=1e15, energy_price=0.3).seconds)
        1282
        """
        device = find_hardware(name)
        inputs = {
            "sustained_flops": device.sustained_flops,
            "watts": device.watts.value,
            "energy_price": device.energy_price.value,
            "device_price": device.price.value,
            "device_life": device.life.value,
            "transfer_price": EGRESS_PRICE.value,
        }
        known = set(cls.__dataclass_fields__) - {"flops", "bytes_moved"}
        for given in overrides:
            if given not in known:
                raise InputError("override", given, "be an input of the training cost",
                                 hint=did_you_mean(given, known))  # fmt: skip
        return cls(flops=flops, bytes_moved=bytes_moved, **{**inputs, **overrides})

    @property
    def total(self) -> float:
        """Cost of one leg, USD."""
        return self._evaluate(TOTAL_COST)

    @property
    def seconds(self) -> float:
        """Duration of one leg, s."""
        return self._evaluate(LEG_SECONDS)

    def breakdown(self) -> CostBreakdown:
        """Return the components, USD."""
        parts = {name: self._evaluate(formula) for name, formula in COST_COMPONENTS.items()}
        return CostBreakdown(**parts, total=self.total, seconds=self.seconds)

    def sensitivity(self) -> CostSensitivity:
        """Return the elasticity of the total in every input.

        Raises
        ------
        InputError
            If the total is zero: elasticities are then undefined.

        Examples
        --------
        >>> cost = TrainingCost.preset("datacenter-gpu", flops=1e18)
        >>> round(cost.sensitivity().elasticities["sustained_flops"], 12)
        -1.0
        """
        if not self.total > 0:
            raise InputError("total cost", self.total, "be positive for elasticities to exist")
        return CostSensitivity(elasticities={
            name: self._evaluate(_slope(name)) * getattr(self, name) / self.total
            for name in TOTAL_COST.arguments
        })  # fmt: skip

    def _evaluate(self, formula: Formula) -> float:
        return float(formula(**{name: getattr(self, name) for name in formula.arguments}))


@cache
def _slope(name: str) -> Formula:
    return TOTAL_COST.diff(name)
