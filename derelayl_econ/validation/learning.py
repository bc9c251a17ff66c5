"""What real relays learn, and when the next leg stops paying (theory notes, sections 1.1 and 3.1).

Two groups of relays are trained: curves are fitted to the first, predictions are tested on the
second. The *prediction* is the number of legs worth training on a fitted curve; the *measurement*
is the number of legs that maximises the mean surplus, (w + lambda) times the quality gained minus
the cost, in relays that no curve has seen. On a curve whose gains fall the two are the same number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import SolverError
from derelayl_econ.games.finite_relay import FiniteRelay
from derelayl_econ.quality import ExponentialCurve, HillCurve, LearningCurve, PowerCurve
from derelayl_econ.simulation.policies import Always
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_estimates, compare_mean

__all__ = [
    "FORMS",
    "LearningEvidence",
    "StoppingLeg",
    "measure_learning",
    "stopping_leg",
    "stopping_rows",
]

Array = npt.NDArray[np.float64]

FORMS: dict[str, type[Any]] = {
    "Hill": HillCurve,
    "power": PowerCurve,
    "exponential": ExponentialCurve,
}
FIT_RESAMPLES, RESAMPLES = 60, 1000
WINDOW = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class LearningEvidence:
    """Quality after each leg of honest relays without a gate.

    Attributes
    ----------
    fitted_on, tested_on : arrays of shape (seeds, legs + 1)
        Quality (nats) of the relays that curves are fitted to, and of those they are tested on.
    curves : dict of str to LearningCurve
        The three forms, fitted to the mean of ``fitted_on``.
    """

    fitted_on: Array
    tested_on: Array
    curves: dict[str, LearningCurve]

    @property
    def legs(self) -> int:
        """Legs per relay."""
        return int(self.tested_on.shape[1] - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class StoppingLeg:
    """Legs worth training: by a fitted curve, and in relays it has not seen."""

    form: str
    predicted: float
    predicted_error: float
    measured: float
    measured_error: float
    first_gain_error: float


def measure_learning(
    settings: RelaySettings, fit_seeds: Sequence[np.random.SeedSequence],
    test_seeds: Sequence[np.random.SeedSequence],
) -> LearningEvidence:  # fmt: skip
    """Train both groups of relays and fit the three forms to the first."""
    fitted_on, tested_on = (_qualities(settings, seeds) for seeds in (fit_seeds, test_seeds))
    mean = fitted_on.mean(axis=0)
    curves = {name: _fitted(form, mean) for name, form in FORMS.items()}
    return LearningEvidence(fitted_on=fitted_on, tested_on=tested_on, curves=curves)


def stopping_leg(
    evidence: LearningEvidence, form: str, worth: float, cost: float, rng: np.random.Generator
) -> StoppingLeg:
    """Return predicted and measured legs worth training, with bootstrap standard errors over seeds.

    Parameters
    ----------
    worth, cost : float
        w + lambda (money per nat) and the cost of a leg (money).
    """

    def measure(sample: Array) -> float:
        surplus = worth * sample.mean(axis=0) - cost * np.arange(sample.shape[1])
        return float(np.argmax(surplus))

    curves = [_fitted(FORMS[form], sample.mean(axis=0))
              for sample in _resampled(evidence.fitted_on, rng, FIT_RESAMPLES)]  # fmt: skip
    measured = [measure(sample) for sample in _resampled(evidence.tested_on, rng, RESAMPLES)]
    return StoppingLeg(
        form=form,
        predicted=_rational_legs(evidence.curves[form], worth, cost),
        predicted_error=_spread([_rational_legs(curve, worth, cost) for curve in curves]),
        measured=measure(evidence.tested_on),
        measured_error=_spread(measured),
        first_gain_error=_spread([_first_gain(curve) for curve in curves]),
    )


def stopping_rows(
    evidence: LearningEvidence, worth: float, cost: float, rng: np.random.Generator
) -> list[Comparison]:
    """Compare the stopping leg of each form, and what the leg at the predicted stop brings."""
    rows = []
    stops = {form: stopping_leg(evidence, form, worth, cost, rng) for form in FORMS}
    for form, stop in stops.items():
        rows.append(compare_estimates(
            f"legs worth training ({form} curve)", "3.1",
            (stop.predicted, stop.predicted_error), (stop.measured, stop.measured_error),
            seeds=len(evidence.tested_on), unit="legs", note=_STOP_NOTE[form],
        ))  # fmt: skip
    middle = round(rows[0].predicted.mid)
    low, high = max(0, middle - WINDOW), min(evidence.legs, middle + WINDOW)
    curve = evidence.curves["Hill"]
    predicted = float(np.diff(curve.quality(np.array([low, high])))[0]) / (high - low)
    samples = (evidence.tested_on[:, high] - evidence.tested_on[:, low]) / (high - low)
    fitted = (evidence.fitted_on[:, high] - evidence.fitted_on[:, low]) / (high - low)
    rows.append(compare_mean(
        f"gain per leg around the predicted stop (legs {low}-{high})", "3.1", predicted, samples,
        unit="nats", standard_error=float(fitted.std(ddof=1) / np.sqrt(len(fitted))),
        note="the fitted Hill curve bends differently from the relays around its stopping leg",
    ))  # fmt: skip
    first = evidence.tested_on[:, 1] - evidence.tested_on[:, 0]
    rows.append(compare_mean(
        "gain of the first leg (Hill curve)", "1.1", _first_gain(curve), first, unit="nats",
        standard_error=stops["Hill"].first_gain_error, note=_FIRST_LEG_NOTE,
    ))  # fmt: skip
    return rows


_STOP_NOTE = {
    "Hill": "the fitted Hill curve misses the leg at which the surplus of real relays peaks",
    "power": "the shifted power curve does not follow the S-shaped start of real relays, and its "
    "slope is off where the stopping leg is decided",
    "exponential": "real gains fall like a power of the leg, not exponentially, so that the "
    "geometric curve has the wrong slope where the stopping leg is decided",
}
_FIRST_LEG_NOTE = (
    "the first trainer starts from a model that knows nothing and has one small shard: the loss of "
    "real relays starts flat (or rises, under label skew), which no rising curve with c near 1 "
    "shows; the start-up subsidy computed from a fitted curve is therefore too small"
)


def _qualities(settings: RelaySettings, seeds: Sequence[np.random.SeedSequence]) -> Array:
    paths = []
    for seed in seeds:
        run = run_relay(settings, Always(), seed)
        paths.append(np.append(run.quality_start, run.records["quality"].to_numpy()))
    return np.array(paths)


def _fitted(form: type[Any], mean: Array) -> LearningCurve:
    """Return the best curve of a form, also where the optimum lies on the border of its domain.

    A form that does not fit is not dropped: its prediction is tested, and refuted, like any other.
    """
    try:
        fit = form.fit(np.arange(mean.size), mean)
    except SolverError as error:
        fit = error.partial
    curve: LearningCurve = fit.curve
    return curve


def _rational_legs(curve: LearningCurve, worth: float, cost: float) -> float:
    """Return the first leg after the last rational one; 0 if no leg is rational."""
    runs = FiniteRelay.on_curve(worth, 0.0, cost, curve).cold_start().intervals
    if not runs:
        return 0.0
    return math.inf if runs[-1][1] is None else float(runs[-1][1])


def _first_gain(curve: LearningCurve) -> float:
    return float(np.diff(curve.quality([0.0, 1.0]))[0])


def _resampled(sample: Array, rng: np.random.Generator, count: int) -> Iterator[Array]:
    """Yield bootstrap samples: seeds drawn with replacement, each with its whole path."""
    for _ in range(count):
        yield sample[rng.integers(len(sample), size=len(sample))]


def _spread(draws: Sequence[float]) -> float:
    return float(np.std(draws, ddof=1))
