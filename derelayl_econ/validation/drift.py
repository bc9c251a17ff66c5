"""Real relays on data that really drift, against the law of motion of theory notes, section 3.4a.

Once per period two random features change places in everybody's data: what the model knew about
them is lost. ``f`` legs per period repair it. The theory says q+ = (1-eta) q + f gamma (q_max - q),
hence a steady quality f gamma q_max/(eta + f gamma). Its numbers are measured apart: gamma and
q_max on the geometric curve fitted to relays without drift, eta on trained models that drift
without any repair. What is tested are relays that do both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol
from derelayl_econ.quality import ExponentialCurve
from derelayl_econ.seeds import child
from derelayl_econ.simulation.policies import HONEST
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.simulation.workshop import Workshop
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean

__all__ = ["RATES", "STEADY_STATE", "DriftEvidence", "drift_rows", "measure_drift"]

Array = npt.NDArray[np.float64]

RATES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Legs per period that are tested."""
GROWTH, DECAY, PERIODS = 150, 20, 300

_REPAIR = symbol("legs_per_period") * symbol("learning_rate")
STEADY_STATE = Formula(
    "steady quality under drift",
    _REPAIR * symbol("quality_max") / (symbol("drift") + _REPAIR),
    "theory notes, section 3.4a: fixed point of q+ = (1-eta) q + f gamma (q_max - q)",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class DriftEvidence:
    """Steady quality under drift, by legs per period.

    Attributes
    ----------
    learning_rate, quality_max, drift : float
        gamma, q_max (nats) and eta, measured apart.
    drift_error : float
        Standard error of eta over seeds.
    legs_per_period : array of shape (F,)
    predicted, predicted_error : arrays of shape (F,)
        Steady quality (nats), and its standard error from that of eta.
    measured : array of shape (F, seeds)
        Mean quality (nats) over the second half of ``PERIODS`` periods.
    """

    learning_rate: float
    quality_max: float
    drift: float
    drift_error: float
    legs_per_period: Array
    predicted: Array
    predicted_error: Array
    measured: Array


def measure_drift(
    settings: RelaySettings, curve: ExponentialCurve, fit_seeds: Sequence[np.random.SeedSequence],
    test_seeds: Sequence[np.random.SeedSequence],
) -> DriftEvidence:  # fmt: skip
    """Measure eta in one group of relays and steady qualities in another.

    Parameters
    ----------
    curve : ExponentialCurve
        Fitted to relays without drift.
    """
    shares = np.array([_lost_per_period(settings, seed) for seed in fit_seeds])
    eta, error = float(shares.mean()), float(shares.std(ddof=1) / np.sqrt(shares.size))
    rates = np.array(RATES)
    known = {"learning_rate": curve.learning_rate, "quality_max": curve.quality_max, "drift": eta}
    slope = STEADY_STATE.diff("drift")(legs_per_period=rates, **known)
    measured = [[_steady_quality(settings, rate, child(seed, place)) for seed in test_seeds]
                for place, rate in enumerate(RATES)]  # fmt: skip
    return DriftEvidence(
        **known,
        drift_error=error,
        legs_per_period=rates,
        predicted=STEADY_STATE(legs_per_period=rates, **known),
        predicted_error=np.abs(slope) * error,
        measured=np.array(measured),
    )


def drift_rows(evidence: DriftEvidence) -> list[Comparison]:
    """Compare the steady quality at each number of legs per period."""
    return [
        compare_mean(f"steady quality under drift, {rate:g} legs per period", "3.4", predicted,
                     measured, unit="nats", standard_error=error, note=_NOTE)
        for rate, predicted, error, measured in zip(
            evidence.legs_per_period, evidence.predicted, evidence.predicted_error,
            evidence.measured, strict=True)
    ]  # fmt: skip


_NOTE = (
    "drift does not take one constant share of quality: measured from a well trained model, eta is "
    "smaller than what the same drift takes from a mediocre one, so that the law of motion "
    "promises too much"
)


class _DriftingRelay:
    """An honest relay whose data drift; every feature swap hits training and test data alike."""

    def __init__(self, settings: RelaySettings, seed: np.random.SeedSequence) -> None:
        self.shop = Workshop(settings, child(seed, 0))
        self.rng = np.random.default_rng(child(seed, 1))
        self.weights, self.legs = self.shop.start, 0
        self.members = settings.participants

    def train(self, legs: int) -> None:
        for _ in range(legs):
            trainer = int(self.rng.integers(self.members))
            self.weights = self.shop.submit(HONEST, trainer, [self.weights], self.legs)
            self.legs += 1

    def swap(self) -> None:
        """Let two random features change places."""
        pair = self.rng.choice(self.shop.features.shape[1], size=2, replace=False)
        for features in (self.shop.features, self.shop.test[0]):
            features[:, pair] = features[:, pair[::-1]]

    def quality(self) -> float:
        return float(np.log(self.shop.model.classes)) - self.shop.test_loss(self.weights)


def _lost_per_period(settings: RelaySettings, seed: np.random.SeedSequence) -> float:
    """Return the share of quality that a trained model loses per period, over ``DECAY`` periods."""
    relay = _DriftingRelay(settings, seed)
    relay.train(GROWTH)
    before = relay.quality()
    for _ in range(DECAY):
        relay.swap()
    kept = max(relay.quality() / before, 0.0)
    return float(1 - kept ** (1 / DECAY))


def _steady_quality(settings: RelaySettings, rate: float, seed: np.random.SeedSequence) -> float:
    """Return the mean quality over the second half of the periods, measured at period's end."""
    relay = _DriftingRelay(settings, seed)
    qualities = []
    for period in range(PERIODS):
        relay.swap()
        relay.train(int(rate * (period + 1)) - int(rate * period))
        if period >= PERIODS // 2:
            qualities.append(relay.quality())
    return float(np.mean(qualities))
