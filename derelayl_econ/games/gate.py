r"""The gate: acceptance by measured improvement on a finite hold-out, and what it pays to submit.

A gate estimates the improvement of a submission on V fresh held-out samples and accepts it iff the
estimate exceeds the margin tau (tau > 0 asks for an improvement, tau < 0 tolerates a loss).
Submissions of one kind have a true improvement of the mean held-out loss mu ~ N(m, s^2); the loss
change varies from sample to sample with standard deviation sigma. So

    P(accept) = Phi( (m - tau) / sqrt(s^2 + sigma^2 / V) ) = Phi( d / sqrt(1 + V*/V) ),

d = (m - tau)/s, V* = sigma^2/s^2. However large V, it never passes Phi(d): the errors of a gate
have a *floor* set by the scatter of honest work itself. A submission of nothing but tiny noise
(m = s = 0) passes a gate without margin half of the time for every V.

The trainer's problem: effort e, with m, s, sigma and cost c all depending on it, maximises
(R + D) P(e) - D - c(e). The gate *rewards laziness* where the score
(m(e) - tau)/sqrt(s(e)^2 + sigma(e)^2/V) falls in e: there less work is accepted more often. That is
where m' (s^2 + sigma^2/V) < (m - tau)(s s' + sigma sigma'/V), so for work above the margin only if
its scatter grows or its quality falls (theorem H in proofs/).

A submission identical to the incumbent (m = tau, s = sigma = 0) shows exactly no improvement beyond
the margin and is refused. Source: theory notes, section 4.1a (own analysis; the law is measured on
real relay training there).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.errors import InputError
from derelayl_econ.games.acceptance import (
    ACCEPTANCE,
    FLOOR,
    HALF_SIZE,
    SCORE,
    acceptance_probability,
    gate_floor,
    gate_score,
    half_size,
)
from derelayl_econ.games.committee import ErrorRates
from derelayl_econ.games.effort import BestEffort, LazyRegion, best_effort, lazy_region
from derelayl_econ.games.hold_out import HoldOutSize, smallest_hold_out
from derelayl_econ.games.submission import Submission, SubmissionFit, fit_submissions
from derelayl_econ.notation import check

__all__ = [
    "ACCEPTANCE",
    "FLOOR",
    "HALF_SIZE",
    "SCORE",
    "Gate",
    "HoldOutSize",
    "Submission",
    "SubmissionFit",
    "fit_submissions",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gate:
    """A hold-out gate with V fresh samples and a margin.

    Parameters
    ----------
    hold_out : int
        Number V of fresh samples behind one verdict.
    margin : float
        Improvement tau (loss) that a submission must show; negative for a tolerance.
    noise : float, optional
        Per-sample spread sigma (loss) where a method is not given one of its own.

    Raises
    ------
    InputError
        If an argument is outside its domain.

    Examples
    --------
    >>> gate = Gate(100, noise=0.5)
    >>> print(f"{gate.acceptance(0.02, 0.023):.3f} at most {gate.floor(0.02, 0.023):.3f}")
    0.642 at most 0.808
    """

    hold_out: int
    margin: float = 0.0
    noise: float | None = None

    def __post_init__(self) -> None:
        values = check(hold_out=self.hold_out, margin=self.margin)
        if self.noise is not None:
            values |= check(noise=self.noise)
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def score(self, improvement: Any, spread: Any, noise: Any = None) -> Array:
        """Return the standardised score (m - tau)/sqrt(s^2 + sigma^2/V); Phi of it is accepted.

        Parameters
        ----------
        improvement, spread, noise : array_like
            m, s and sigma (loss), broadcast together.

        Returns
        -------
        ndarray
            Plus infinity for a certain pass, minus infinity for a certain refusal (s = sigma = 0).
        """
        return gate_score(improvement, spread, self._noise(noise), **self._rule)

    def acceptance(self, improvement: Any, spread: Any, noise: Any = None) -> Array:
        """Return the probability that a submission is accepted.

        Parameters as in :meth:`score`.

        Raises
        ------
        InputError
            If an argument is outside its domain, or no noise was given here or at construction.

        Examples
        --------
        >>> Gate(50).acceptance(0, 0, [1e-9, 0.3])  # nothing but noise passes half the time
        array([0.5, 0.5])
        >>> Gate(50, margin=0.05).acceptance(0, 0, [1e-9, 0.3]).round(4)
        array([0.    , 0.1193])
        """
        return acceptance_probability(improvement, spread, self._noise(noise), **self._rule)

    def floor(self, improvement: Any, spread: Any) -> Array:
        """Return the acceptance probability as the hold-out grows without bound.

        No hold-out reaches it; larger ones come nearer. Proved: theorem H in proofs/.

        Phi((m - tau)/s); for s = 0 it is 1, 1/2 or 0 as m is above, at or below the margin (1/2
        being the limit for any noise, however small, but not for none at all).

        Examples
        --------
        >>> Gate(100).floor(0.02, [0.023, 0.0]).round(3)
        array([0.808, 1.   ])
        """
        return gate_floor(improvement, spread, margin=self.margin)

    def half_size(self, spread: Any, noise: Any = None) -> Array:
        """Return V* = sigma^2/s^2: with V = V* samples the score is its limit over sqrt(2).

        Infinite for s = 0 < sigma; 0 for sigma = 0.

        Examples
        --------
        >>> Gate(100).half_size([0.05, 0.1], 0.5).round(6)
        array([100.,  25.])
        """
        return half_size(spread, self._noise(noise))

    def error_rates(self, honest: Submission, cheat: Submission) -> ErrorRates:
        """Return (alpha, beta) of this gate for one kind of honest work and one kind of fake.

        They are what :class:`~derelayl_econ.games.verification.VerificationGame` and
        :class:`~derelayl_econ.games.committee.Committee` ask for; both refuse a gate with
        alpha + beta >= 1, which likes fakes better than work.

        Examples
        --------
        >>> rates = Gate(100).error_rates(Submission(0.02, 0.02, 0.3), Submission(-0.03, 0.02, 0.3))
        >>> print(f"{rates.false_reject:.4f} {rates.false_accept:.4f}")
        0.2895 0.2027
        """
        return ErrorRates(false_reject=self._refused(honest), false_accept=self._accepted(cheat))

    def vote_correlation(self, submission: Submission) -> float:
        """Return the correlation of two validators' verdicts on the same submission.

        Each takes V fresh samples of its own; what they share is the submission's true improvement.
        The scores have correlation r = s^2/(s^2 + sigma^2/V), hence with P = Phi(h) the verdicts
        have (Phi_2(h, h; r) - P^2)/(P (1 - P)): the ``correlation`` of a
        :class:`~derelayl_econ.games.committee.Committee` whose members are such gates.

        Raises
        ------
        InputError
            If the verdict is certain, so that there is no correlation.

        Examples
        --------
        >>> print(f"{Gate(50).vote_correlation(Submission(0.02, 0.023, 0.3)):.3f}")
        0.139
        """
        from scipy.special import owens_t

        score = float(self.score(submission.improvement, submission.spread, submission.noise))
        accepted, refused = self._accepted(submission), self._refused(submission)
        if accepted * refused == 0:
            raise InputError("submission", submission, "leave the verdict open")
        shared = submission.spread**2
        own = submission.noise**2 / self.hold_out
        both = accepted - 2 * float(owens_t(score, math.sqrt(own / (2 * shared + own))))
        return max(0.0, (both - accepted**2) / (accepted * refused))

    def smallest_hold_out(
        self, target: float, honest: Submission, cheat: Submission
    ) -> HoldOutSize:
        """Return the smallest V with which both error rates are at most ``target``.

        Uses this gate's margin; its own V plays no part. Parameters and errors as in
        :func:`~derelayl_econ.games.hold_out.smallest_hold_out`.

        Examples
        --------
        >>> honest, cheat = Submission(0.02, 0.01, 0.3), Submission(-0.03, 0.01, 0.3)
        >>> Gate(1).smallest_hold_out(0.1, honest, cheat).size
        627
        >>> print(Gate(1).smallest_hold_out(0.01, honest, cheat).size)
        None
        """
        return smallest_hold_out(target, honest, cheat, margin=self.margin)

    def best_effort(
        self,
        effort: Any,
        improvement: Any,
        spread: Any,
        noise: Any = None,
        *,
        cost: Any,
        reward: float,
        deposit: float = 0.0,
    ) -> BestEffort:
        """Return the effort on a grid that maximises (R + D) P(e) - D - c(e).

        Parameters
        ----------
        effort : array_like, shape (n,)
            Increasing grid of effort.
        improvement, spread, noise, cost : array_like
            m, s, sigma (loss) and c (money) at each effort; scalars are spread out.
        reward, deposit : float
            Paid on acceptance, forfeited on rejection (money).

        Raises
        ------
        InputError
            If an argument is outside its domain or the grid does not increase.

        Examples
        --------
        >>> gate = Gate(100, noise=0.3)
        >>> gate.best_effort([0, 1, 2], [0, 0.03, 0.04], 0.02, cost=[0, 0.2, 0.7], reward=1).effort
        1.0
        """
        accepted = self.acceptance(improvement, spread, noise)
        return best_effort(effort, accepted, cost, reward=reward, deposit=deposit)

    def rewards_laziness(
        self, effort: Any, improvement: Any, spread: Any, noise: Any = None
    ) -> LazyRegion:
        """Return where on a grid of effort the score falls: more work is accepted less often.

        Proved: theorem H in proofs/ (the condition between grid points).

        Parameters as in :meth:`best_effort`.

        Examples
        --------
        >>> gate = Gate(100, noise=0.3)
        >>> gate.rewards_laziness([1, 2, 3], [0.02, 0.03, 0.03], [0.02, 0.02, 0.05]).intervals
        ((2.0, 3.0),)
        """
        return lazy_region(effort, self.score(improvement, spread, noise))

    @property
    def _rule(self) -> dict[str, Any]:
        return {"margin": self.margin, "hold_out": self.hold_out}

    def _accepted(self, kind: Submission) -> float:
        return float(self.acceptance(kind.improvement, kind.spread, kind.noise))

    def _refused(self, kind: Submission) -> float:
        if kind.spread == 0 and kind.noise == 0:
            return 1 - self._accepted(kind)
        mirror = Gate(self.hold_out, -self.margin)  # keeps the digits that 1 - P would lose
        return float(mirror.acceptance(-kind.improvement, kind.spread, kind.noise))

    def _noise(self, noise: Any) -> Any:
        given = self.noise if noise is None else noise
        if given is None:
            raise InputError("noise", None, "be given here or when the gate is made")
        return given
