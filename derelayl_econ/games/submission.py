r"""Kinds of submissions as a gate sees them, stated or estimated from measured ones.

A submission's true improvement of the mean held-out loss is mu; over submissions of one kind
mu ~ N(m, s^2), and from sample to sample the loss change has standard deviation sigma. Nobody
chooses anything here; :mod:`derelayl_econ.games.gate` defines who is accepted.

Estimates from n measured submissions: m is their mean improvement with standard error s/sqrt(n), s
their standard deviation with standard error s/sqrt(2(n-1)) (normal law), sigma the root mean
square of their per-sample spreads, since variances are what adds up in the law of the gate, with
standard error by the delta method. Source: theory notes, section 4.1a.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from derelayl_econ.domains import NON_NEGATIVE, REAL, check_array
from derelayl_econ.errors import InputError
from derelayl_econ.notation import check
from derelayl_econ.results import Result

__all__ = ["Submission", "SubmissionFit", "fit_submissions"]


@dataclass(frozen=True, eq=False)
class Submission:
    """A kind of submission as the gate sees it.

    Parameters
    ----------
    improvement : float
        Mean true improvement m of the held-out loss.
    spread : float
        Standard deviation s of the true improvement between submissions of this kind.
    noise : float
        Standard deviation sigma of the loss change from sample to sample.

    Raises
    ------
    InputError
        If an argument is outside its domain.
    """

    improvement: float
    spread: float
    noise: float

    def __post_init__(self) -> None:
        values = check(improvement=self.improvement, spread=self.spread, noise=self.noise)
        for name, value in values.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, kw_only=True, eq=False)
class SubmissionFit(Result):
    """A kind of submission estimated from measurements, with standard errors (all in loss).

    Attributes
    ----------
    improvement, improvement_error : float
        Mean true improvement m.
    spread, spread_error : float
        Its standard deviation s between submissions. Error left in the measured changes counts as
        spread, so measure them on far more samples than the gate will use.
    noise, noise_error : float
        Per-sample standard deviation sigma.
    count : int
        Submissions measured.
    """

    improvement: float
    improvement_error: float
    spread: float
    spread_error: float
    noise: float
    noise_error: float
    count: int

    @property
    def submission(self) -> Submission:
        """The estimate as a :class:`Submission`."""
        return Submission(self.improvement, self.spread, self.noise)


def fit_submissions(loss_change: Any, sample_spread: Any) -> SubmissionFit:
    """Estimate m, s and sigma from measured submissions of one kind.

    Parameters
    ----------
    loss_change : array_like, shape (n,), n >= 2
        True change of the mean held-out loss by each submission: *negative* for an improvement.
    sample_spread : array_like, shape (n,)
        Standard deviation of the loss change from sample to sample, of each submission.

    Raises
    ------
    InputError
        If the arrays are not equally long, too short, not finite, or a spread is negative.

    Examples
    --------
    >>> fit = fit_submissions([-0.03, -0.01, 0.0, -0.04], [0.3, 0.2, 0.3, 0.4])
    >>> print(f"{fit.improvement:.4f} +- {fit.improvement_error:.4f}, s = {fit.spread:.4f}")
    0.0200 +- 0.0091, s = 0.0183
    """
    change = check_array("loss_change", loss_change, REAL)
    variances = check_array("sample_spread", sample_spread, NON_NEGATIVE) ** 2
    count = len(change)
    if count < 2 or variances.shape != change.shape:
        raise InputError("loss_change and sample_spread", f"{count} and {len(variances)} values",
                         "be equally long, with at least 2 values")  # fmt: skip
    spread, noise = float(change.std(ddof=1)), float(np.sqrt(variances.mean()))
    mean_error = float(variances.std(ddof=1) / np.sqrt(count))
    return SubmissionFit(
        improvement=float(-change.mean()),
        improvement_error=spread / float(np.sqrt(count)),
        spread=spread,
        spread_error=spread / float(np.sqrt(2 * (count - 1))),
        noise=noise,
        noise_error=mean_error / (2 * noise) if noise > 0 else 0.0,
        count=count,
    )
