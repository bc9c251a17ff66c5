"""The statistical tests behind a verdict: one function per kind of claim, each making one row.

All return a :class:`~derelayl_econ.validation.comparison.Comparison` with 95 % intervals on both
sides and the p-value of "the prediction is right". The unit of replication is a seed.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from derelayl_econ.errors import InputError
from derelayl_econ.results import format_number
from derelayl_econ.validation.comparison import Comparison, Interval

__all__ = [
    "compare_estimates",
    "compare_frequency",
    "compare_mean",
    "compare_no_gain",
    "compare_wait",
]

CONFIDENCE = 0.95


def compare_mean(
    quantity: str,
    theory: str,
    predicted: float,
    samples: npt.ArrayLike,
    *,
    unit: str = "1",
    standard_error: float = 0.0,
    note: str = "",
) -> Comparison:
    """Compare a predicted mean with one measured value per seed (t-test on the difference).

    Parameters
    ----------
    samples : array_like, shape (seeds,)
        One number per independent relay; at least two.
    standard_error : float
        Of the prediction, when it was fitted on other seeds (Welch's t-test then, the prediction's
        degrees of freedom taken as large).
    """
    values = _checked(samples)
    mean, spread = float(values.mean()), float(values.std(ddof=1) / math.sqrt(values.size))
    half = stats.t.ppf((1 + CONFIDENCE) / 2, values.size - 1) * spread
    width = stats.norm.ppf((1 + CONFIDENCE) / 2) * standard_error
    total = math.hypot(spread, standard_error)
    return Comparison(
        quantity=quantity, theory=theory, unit=unit, note=note, seeds=values.size,
        predicted=Interval(predicted - width, predicted, predicted + width),
        measured=Interval(mean - half, mean, mean + half),
        test="t-test" if standard_error == 0 else "Welch t-test",
        p_value=_two_sided(mean - predicted, total, spread, values.size),
    )  # fmt: skip


def compare_frequency(
    quantity: str,
    theory: str,
    predicted: float,
    successes: int,
    trials: int,
    *,
    seeds: int,
    standard_error: float = 0.0,
    note: str = "",
) -> Comparison:
    """Compare a predicted probability with a count of *independent* trials (exact binomial test).

    With a standard error on the prediction the test is a z-test on the difference instead.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise InputError("successes", f"{successes} of {trials}", "lie between 0 and trials >= 1")
    exact = stats.binomtest(successes, trials, predicted)
    low, high = exact.proportion_ci(CONFIDENCE, method="exact")
    rate = successes / trials
    width = stats.norm.ppf((1 + CONFIDENCE) / 2) * standard_error
    spread = math.sqrt(predicted * (1 - predicted) / trials)
    p_value = exact.pvalue
    if standard_error > 0:
        p_value = 2 * stats.norm.sf(abs(rate - predicted) / math.hypot(spread, standard_error))
    return Comparison(
        quantity=quantity, theory=theory, unit="probability", note=note, seeds=seeds,
        predicted=Interval(max(0.0, predicted - width), predicted, min(1.0, predicted + width)),
        measured=Interval(float(low), rate, float(high)),
        test="exact binomial" if standard_error == 0 else "z-test", p_value=float(p_value),
    )  # fmt: skip


def compare_estimates(
    quantity: str,
    theory: str,
    predicted: tuple[float, float],
    measured: tuple[float, float],
    *,
    seeds: int,
    unit: str = "1",
    note: str = "",
) -> Comparison:
    """Compare two estimates with known standard errors (z-test on the difference).

    Parameters
    ----------
    predicted, measured : (estimate, standard error)
        For quantities that are not means over seeds; standard errors by the bootstrap over seeds.
    """
    intervals = []
    for estimate, error in (predicted, measured):
        width = stats.norm.ppf((1 + CONFIDENCE) / 2) * error
        intervals.append(Interval(estimate - width, estimate, estimate + width))
    total = math.hypot(predicted[1], measured[1])
    difference = abs(measured[0] - predicted[0])
    p_value = 2 * stats.norm.sf(difference / total) if total > 0 else float(difference <= 1e-12)
    return Comparison(quantity=quantity, theory=theory, unit=unit, predicted=intervals[0],
                      measured=intervals[1], seeds=seeds, test="z-test (bootstrap)",
                      p_value=float(p_value), note=note)  # fmt: skip


def compare_wait(
    quantity: str, theory: str, outage: float, waits: npt.ArrayLike, *, note: str = ""
) -> Comparison:
    """Compare a mean wait 1/(1 - outage) with measured waits (exact negative binomial test).

    Parameters
    ----------
    outage : float
        Predicted probability that a leg is lost, in [0, 1).
    waits : array_like, shape (seeds,)
        Legs until the first that is not lost, >= 1, one independent wait per seed.
    """
    values = _checked(waits)
    lost, legs = int(values.sum()) - values.size, int(values.sum())
    law = stats.nbinom(values.size, 1 - outage)
    interval = stats.binomtest(lost, legs).proportion_ci(CONFIDENCE, method="exact")
    expected = 1 / (1 - outage)
    return Comparison(
        quantity=quantity, theory=theory, unit="legs", note=note, seeds=values.size,
        predicted=Interval(expected, expected, expected),
        measured=Interval(1 / (1 - interval.low), legs / values.size, 1 / (1 - interval.high)),
        test="exact negative binomial",
        p_value=float(min(1.0, 2 * min(law.cdf(lost), law.sf(lost - 1)))),
    )  # fmt: skip


def compare_no_gain(
    quantity: str, theory: str, samples: npt.ArrayLike, *, unit: str = "money", note: str = ""
) -> Comparison:
    """Test that a deviator's gain is not significantly positive (one-sided t-test against 0)."""
    values = _checked(samples)
    mean, spread = float(values.mean()), float(values.std(ddof=1) / math.sqrt(values.size))
    half = stats.t.ppf((1 + CONFIDENCE) / 2, values.size - 1) * spread
    if spread == 0:
        p_value = 0.0 if mean > 0 else 1.0
    else:
        p_value = float(stats.t.sf(mean / spread, values.size - 1))
    return Comparison(
        quantity=quantity, theory=theory, unit=unit, note=note, seeds=values.size,
        predicted=Interval(-math.inf, 0.0, 0.0), measured=Interval(mean - half, mean, mean + half),
        test="one-sided t-test", p_value=p_value,
    )  # fmt: skip


def _two_sided(difference: float, total: float, spread: float, size: int) -> float:
    if total == 0:  # neither side varies: they agree or they do not
        return 1.0 if abs(difference) <= 1e-12 else 0.0
    # Welch-Satterthwaite: the prediction's share of the variance counts as exactly known.
    freedom = (size - 1) * (total / spread) ** 4 if spread > 0 else math.inf
    return float(2 * stats.t.sf(abs(difference) / total, freedom))


def _checked(samples: npt.ArrayLike) -> npt.NDArray[np.float64]:
    values = np.asarray(samples, dtype=np.float64)
    if values.ndim != 1 or values.size < 2 or not np.isfinite(values).all():
        raise InputError("samples", f"shape {values.shape}: {format_number(values)}",
                         "be one finite number per seed, for at least two seeds")  # fmt: skip
    return values
