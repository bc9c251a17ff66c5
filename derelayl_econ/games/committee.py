r"""A committee of validators: error rates of a majority vote, when votes are not independent.

m validators (m odd) judge the same submission; each rejects honest work with probability alpha and
accepts a fake with probability beta; the majority decides. Nobody chooses anything here: this is
the device that :mod:`derelayl_econ.games.verification` takes its error rates from.

Validators who look at the same submission err together. The number of wrong votes is modelled as
beta-binomial: the chance of a wrong vote is itself drawn from a Beta law with mean alpha for each
submission, and any two votes have correlation rho (intra-class). rho = 0 is the binomial. As m
grows the majority errs with the probability that the drawn chance exceeds 1/2, a *floor* which only
independence brings to zero. Hoeffding's bound exp(-2 m (1/2 - alpha)^2) needs independence too.

The law itself is in :mod:`derelayl_econ.games.majority`, the estimate of rho from recorded votes in
:mod:`derelayl_econ.games.correlation`. Source: theory notes, section 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import OPEN_UNIT, check_number
from derelayl_econ.errors import SolverError
from derelayl_econ.games.agreement import ValidatorCommitteeGame
from derelayl_econ.games.correlation import CorrelationFit, fit_correlation
from derelayl_econ.games.majority import (
    HOEFFDING_BOUND,
    majority_error,
    majority_limit,
    wrong_vote_law,
)
from derelayl_econ.notation import check, check_error_rates
from derelayl_econ.results import Result

__all__ = [
    "HOEFFDING_BOUND",
    "Committee",
    "CommitteeSize",
    "CorrelationFit",
    "ErrorRates",
    "ValidatorCommitteeGame",
    "fit_correlation",
    "majority_error",
]

LARGEST_COMMITTEE = 10**6 + 1
"""Where the search for a committee size gives up."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ErrorRates(Result):
    """A pair of error rates of a verdict.

    Attributes
    ----------
    false_reject, false_accept : float
        Probability that honest work is rejected, that a fake is accepted.
    """

    false_reject: float
    false_accept: float


@dataclass(frozen=True, kw_only=True, eq=False)
class CommitteeSize(Result):
    """The smallest committee that reaches a target error.

    Attributes
    ----------
    size : int or None
        Odd number of validators; None if no committee of any size reaches the target.
    target : float
    reached : ErrorRates or None
        Error rates at that size.
    floor : ErrorRates
        What the error rates tend to in ever larger committees.
    """

    size: int | None
    target: float
    reached: ErrorRates | None
    floor: ErrorRates


@dataclass(frozen=True, eq=False)
class Committee:
    """An odd number of validators who decide by majority.

    Parameters
    ----------
    size : int
        Number m of validators, odd.
    false_reject, false_accept : float
        Error rates of a single validator, together below 1.
    correlation : float
        Intra-class correlation rho of the errors, in [0, 1); 0 for independent ones.

    Raises
    ------
    InputError
        If an argument is outside its domain.

    Examples
    --------
    >>> independent = Committee(15, false_reject=0.239, false_accept=0.184)
    >>> together = Committee(15, false_reject=0.239, false_accept=0.184, correlation=0.25)
    >>> print(f"{independent.majority_false_accept:.4f} {together.majority_false_accept:.4f}")
    0.0024 0.1030
    """

    size: int
    false_reject: float
    false_accept: float
    correlation: float = 0.0

    def __post_init__(self) -> None:
        values = check(committee_size=self.size, correlation=self.correlation)
        rates = check_error_rates(self.false_reject, self.false_accept)
        object.__setattr__(self, "size", values["committee_size"])
        object.__setattr__(self, "correlation", values["correlation"])
        object.__setattr__(self, "false_reject", rates[0])
        object.__setattr__(self, "false_accept", rates[1])

    @property
    def majority_false_reject(self) -> float:
        """Probability that the majority rejects honest work."""
        return majority_error(self.size, self.false_reject, self.correlation)

    @property
    def majority_false_accept(self) -> float:
        """Probability that the majority accepts a fake."""
        return majority_error(self.size, self.false_accept, self.correlation)

    def majority(self) -> ErrorRates:
        """Return both error rates of the majority verdict."""
        return ErrorRates(
            false_reject=self.majority_false_reject, false_accept=self.majority_false_accept
        )

    def wrong_votes(self, error: float) -> npt.NDArray[np.float64]:
        """Return the law of the number of wrong votes.

        Parameters
        ----------
        error : float
            Error rate of a single validator, such as ``committee.false_accept``.

        Returns
        -------
        ndarray, shape (size + 1,)
            Probabilities of 0, 1, ..., m wrong votes.

        Examples
        --------
        >>> Committee(3, 0.5, 0.25).wrong_votes(0.5)
        array([0.125, 0.375, 0.375, 0.125])
        """
        return wrong_vote_law(self.size, error, self.correlation)

    def hoeffding_bound(self) -> ErrorRates:
        """Return exp(-2 m (1/2 - error)^2) for both errors.

        Bounds the majority errors of *independent* validators only, whatever ``correlation`` says;
        an error rate of 1/2 or more has the trivial bound 1.

        Examples
        --------
        >>> print(f"{Committee(15, 0.2, 0.1).hoeffding_bound().false_reject:.4f}")
        0.0672
        """
        errors = np.array([self.false_reject, self.false_accept])
        bounds = HOEFFDING_BOUND(committee_size=self.size, false_reject=np.minimum(errors, 0.5))
        return ErrorRates(false_reject=float(bounds[0]), false_accept=float(bounds[1]))

    def limit(self) -> ErrorRates:
        """Return the majority errors of an infinitely large committee.

        The tail of the Beta law beyond 1/2; for independent errors 0, 1/2 or 1 as the single error
        is below, at or above 1/2.

        Examples
        --------
        >>> print(f"{Committee(15, 0.2, 0.184, correlation=0.25).limit().false_accept:.4f}")
        0.0890
        """
        return ErrorRates(
            false_reject=majority_limit(self.false_reject, self.correlation),
            false_accept=majority_limit(self.false_accept, self.correlation),
        )

    def smallest(self, target: float) -> CommitteeSize:
        """Return the smallest odd size with which both majority errors are at most ``target``.

        Parameters
        ----------
        target : float
            Error rate in (0, 1).

        Returns
        -------
        CommitteeSize
            With size None and the floor when correlation (or a coin-tossing validator) makes the
            target unreachable.

        Raises
        ------
        InputError
            If the target is outside (0, 1).
        SolverError
            If more than a million validators would be needed; carries the floor.

        Examples
        --------
        >>> Committee(1, 0.2, 0.184).smallest(0.01).size
        13
        >>> print(Committee(1, 0.2, 0.184, correlation=0.25).smallest(0.01).size)
        None
        """
        goal = check_number("target", target, OPEN_UNIT)
        size = self._search(goal)
        reached = None if size is None else self._resized(size).majority()
        return CommitteeSize(size=size, target=goal, reached=reached, floor=self.limit())

    def _search(self, target: float) -> int | None:
        if max(self.false_reject, self.false_accept) <= target:
            return 1
        floor = self.limit()
        for error, least in (
            (self.false_reject, floor.false_reject), (self.false_accept, floor.false_accept)
        ):  # fmt: skip
            if error > target and (error >= 0.5 or least >= target):
                return None
        low, high = 1, 3  # sizes; the errors fall with the size, so bisection is safe
        while not self._reaches(high, target):
            if high >= LARGEST_COMMITTEE:
                raise SolverError(
                    f"a majority error of {target} takes more than {LARGEST_COMMITTEE} validators",
                    partial=floor,
                )
            low, high = high, min(2 * high + 1, LARGEST_COMMITTEE)
        while high - low > 2:
            middle = (low + high) // 2 | 1
            middle = middle if middle < high else middle - 2
            low, high = (low, middle) if self._reaches(middle, target) else (middle, high)
        return high

    def _reaches(self, size: int, target: float) -> bool:
        rates = self._resized(size).majority()
        return max(rates.false_reject, rates.false_accept) <= target

    def _resized(self, size: int) -> Committee:
        return Committee(size, self.false_reject, self.false_accept, self.correlation)
