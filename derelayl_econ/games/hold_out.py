r"""How many held-out samples a gate needs, and when no number is enough.

With margin tau the error of a gate on one kind of submission is Phi(-z), z = |m - tau| /
sqrt(s^2 + sigma^2/V), if m lies on the right side of tau. An error of at most eps < 1/2 needs
sigma^2/V <= ((m - tau)/z_eps)^2 - s^2: impossible if the right side is negative, because the
submissions themselves scatter too much. Source: theory notes, section 4.1a.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from derelayl_econ.domains import Domain, check_number
from derelayl_econ.games.acceptance import gate_floor
from derelayl_econ.games.committee import ErrorRates
from derelayl_econ.games.submission import Submission
from derelayl_econ.notation import check
from derelayl_econ.results import Result

__all__ = ["HoldOutSize", "smallest_hold_out"]

_TARGET = Domain(0, 0.5, open_low=True, open_high=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class HoldOutSize(Result):
    """The smallest hold-out that reaches a target error.

    Attributes
    ----------
    size : int or None
        Number V of samples; None if no hold-out reaches the target.
    target : float
    floor : ErrorRates
        Error rates with an endless hold-out.
    """

    size: int | None
    target: float
    floor: ErrorRates


def smallest_hold_out(
    target: float, honest: Submission, cheat: Submission, *, margin: float = 0.0
) -> HoldOutSize:
    """Return the smallest V with which both error rates are at most ``target``.

    Parameters
    ----------
    target : float
        Error rate in (0, 1/2).
    honest, cheat : Submission
        What the gate is to accept, and what it is to refuse.
    margin : float
        tau (loss).

    Raises
    ------
    InputError
        If the target is outside (0, 1/2) or the margin is no finite number.

    Examples
    --------
    >>> honest, cheat = Submission(0.02, 0.01, 0.3), Submission(-0.03, 0.01, 0.3)
    >>> smallest_hold_out(0.1, honest, cheat).size
    627
    >>> print(smallest_hold_out(0.01, honest, cheat).size)
    None
    """
    goal = check_number("target", target, _TARGET)
    tau = check(margin=margin)["margin"]
    needs = (_needed(goal, honest, honest.improvement - tau, certain_tie=False),
             _needed(goal, cheat, tau - cheat.improvement, certain_tie=True))  # fmt: skip
    floor = ErrorRates(  # the honest error is mirrored: 1 - floor would lose its digits
        false_reject=float(gate_floor(-honest.improvement, honest.spread, margin=-tau)),
        false_accept=float(gate_floor(cheat.improvement, cheat.spread, margin=tau)),
    )
    size = None if math.inf in needs else max(1, *(math.ceil(need) for need in needs))
    return HoldOutSize(size=size, target=goal, floor=floor)


def _needed(target: float, kind: Submission, lead: float, *, certain_tie: bool) -> float:
    """Return the real V at which the error of a kind equals the target; inf if there is none."""
    from scipy.special import ndtri

    if kind.spread == 0 and kind.noise == 0:  # a certain verdict; at a tie it is a refusal
        return 0.0 if lead > 0 or (lead == 0 and certain_tie) else math.inf
    room = (lead / float(ndtri(target))) ** 2 - kind.spread**2
    if lead <= 0 or room < 0:
        return math.inf
    if kind.noise == 0:
        return 0.0
    return kind.noise**2 / room if room > 0 else math.inf
