r"""The correlation of validators' votes, estimated from votes that were recorded.

n submissions of one kind were each judged by the same number m of validators; vote v_ij is 1 (say,
accepted) or 0. With p_i the share of ones on submission i, the analysis of variance splits the
scatter into MSB = m sum_i (p_i - p)^2 / (n - 1) between and
MSW = m sum_i p_i (1 - p_i) / (n (m - 1)) within submissions, and

    rho = (MSB - MSW) / (MSB + (m - 1) MSW)

estimates the intra-class correlation (Ridout, Demetrio and Firth 1999, "Estimating intraclass
correlation for binary data", Biometrics 55, the analysis-of-variance estimator; equal group sizes).
Standard errors come from leaving out one submission at a time (jackknife), so they do not assume
that the votes are beta-binomial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import Domain, check_array
from derelayl_econ.errors import InputError
from derelayl_econ.results import Result

__all__ = ["CorrelationFit", "fit_correlation"]

Array = npt.NDArray[np.float64]

_VOTE = Domain(0, 1, integer=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class CorrelationFit(Result):
    """Share of ones and intra-class correlation of recorded votes.

    Attributes
    ----------
    rate, rate_error : float
        Share of votes that are 1, and its standard error.
    correlation, correlation_error : float
        Estimate of rho and its standard error. Not clipped: unrelated votes give small negative
        values half of the time, and unanimous ones give 1.
    submissions, validators : int
        Shape of the table of votes.
    """

    rate: float
    rate_error: float
    correlation: float
    correlation_error: float
    submissions: int
    validators: int


def fit_correlation(votes: Any) -> CorrelationFit:
    """Estimate the intra-class correlation of votes on the same submissions.

    Parameters
    ----------
    votes : array_like of 0 and 1, shape (submissions, validators)
        At least three submissions and two validators.

    Raises
    ------
    InputError
        If an entry is not 0 or 1, the table is too small, or all votes (perhaps but for those on a
        single submission) are alike, when there is no correlation to speak of.

    Examples
    --------
    >>> fit = fit_correlation([[1, 1, 1], [0, 0, 1], [0, 0, 0], [1, 1, 0]])
    >>> print(f"{fit.rate:.3f} {fit.correlation:.3f} {fit.correlation_error:.3f}")
    0.500 0.438 0.454
    """
    table = _table(votes)
    submissions, validators = table.shape
    shares = table.mean(axis=1)
    total, squares = shares.sum(), (shares**2).sum()
    rate, rho = _moments(total, squares, submissions, validators)
    left_out = _moments(total - shares, squares - shares**2, submissions - 1, validators)
    return CorrelationFit(
        rate=float(rate),
        rate_error=_jackknife(left_out[0]),
        correlation=float(rho),
        correlation_error=_jackknife(left_out[1]),
        submissions=submissions,
        validators=validators,
    )


def _table(votes: Any) -> Array:
    given = np.asarray(votes, dtype=np.float64) if _is_boolean(votes) else votes
    table = check_array("votes", given, _VOTE, ndim=2)
    if table.shape[0] < 3 or table.shape[1] < 2:
        raise InputError("votes", f"shape {table.shape}",
                         "have at least 3 submissions and 2 validators")  # fmt: skip
    # Every table with one submission left out must still hold both a 0 and a 1.
    for vote in (0, 1):
        if (table == vote).any(axis=1).sum() < 2:
            raise InputError("votes", f"{vote} on fewer than two submissions",
                             "hold both a 0 and a 1 on at least two submissions",
                             hint="Unanimous votes tell nothing about correlation.")  # fmt: skip
    return table


def _is_boolean(votes: Any) -> bool:
    return isinstance(votes, np.ndarray) and votes.dtype == np.bool_


def _moments(total: Any, squares: Any, count: int, size: int) -> tuple[Any, Any]:
    """Return (rate, rho) from the sum of the shares and of their squares."""
    rate = total / count
    between = size * (squares - total * rate) / (count - 1)
    within = size * (total - squares) / (count * (size - 1))
    return rate, (between - within) / (between + (size - 1) * within)


def _jackknife(left_out: Array) -> float:
    count = len(left_out)
    return float(np.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum()))
