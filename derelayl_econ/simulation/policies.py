"""What participants do: whether they join a leg, and what they submit when it is their turn.

A *policy* maps what a participant may know (:class:`View`) to a probability of joining and to a
:class:`Submission`. Honest players train on their own shard; a lazy one stops early; a cheat
hands in real but worthless weights: the incumbent plus Gaussian noise, an older accepted model,
or a model trained on flipped labels. One policy may serve all participants, or each may have its
own, so that a single deviator among equilibrium players is a list with one odd entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import (
    COUNT,
    NON_NEGATIVE,
    PROBABILITY,
    Domain,
    check_array,
    check_number,
)
from derelayl_econ.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from derelayl_econ.simulation.relay import Chain

__all__ = [
    "HONEST",
    "KINDS",
    "OLDEST",
    "Always",
    "Cheat",
    "Lazy",
    "Never",
    "PlayEquilibrium",
    "Policy",
    "Submission",
    "Submit",
    "View",
    "assign",
]

KINDS = ("honest", "lazy", "overfit", "noise", "stale", "label_flip")
"""Kinds of submission."""

OLDEST = 100
"""How many accepted models back a stale submission can reach."""


class View:
    """What a participant knows when it decides: a window on the relay that can only be read.

    Parameters
    ----------
    relay : Chain
        The chain that is looked at.
    participant : int
        Own index; -1 when a policy answers for everybody who shares it.
    """

    __slots__ = ("_relay", "participant")

    def __init__(self, relay: Chain, participant: int) -> None:
        self._relay, self.participant = relay, participant

    @property
    def leg(self) -> int:
        """Legs played so far."""
        return self._relay.leg

    @property
    def level(self) -> int:
        """Legs accepted so far."""
        return self._relay.level

    @property
    def balance(self) -> float:
        """Own coins; NaN when a policy answers for a whole group."""
        return self._relay.balance(self.participant)

    @property
    def price(self) -> float:
        """Reward per nat of verified improvement."""
        return self._relay.settings.price

    @property
    def pool(self) -> float:
        """Reward pool of a leg."""
        return self._relay.settings.pool

    @property
    def deposit(self) -> float:
        """Stake that a rejection costs."""
        return self._relay.settings.deposit

    @property
    def rng(self) -> np.random.Generator:
        """For decisions of its own; shared by the chain."""
        return self._relay.shop.rng


@dataclass(frozen=True, kw_only=True)
class Submission:
    """How the weights that are handed in come about.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    strength : float
        Standard deviation of the noise added to each weight (``"noise"``).
    steps_back : int
        Accepted models to go back (``"stale"``), at most `OLDEST`.
    steps : int
        SGD steps after which a lazy trainer stops.
    epochs : int
        Local epochs of an overfitting trainer.

    Examples
    --------
    >>> Submission(kind="stale", steps_back=3).faked
    True
    """

    kind: str = "honest"
    strength: float = 0.5
    steps_back: int = 10
    steps: int = 1
    epochs: int = 50

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            raise InputError("kind", self.kind, "be a kind of submission",
                             hint=did_you_mean(self.kind, KINDS))  # fmt: skip
        check_number("strength", self.strength, NON_NEGATIVE)
        check_number("steps_back", self.steps_back, Domain(1, OLDEST, integer=True))
        check_number("steps", self.steps, COUNT)
        check_number("epochs", self.epochs, COUNT)

    @property
    def faked(self) -> bool:
        """Whether it costs ``cost_cheat`` instead of training."""
        return self.kind in ("noise", "stale", "label_flip")


HONEST = Submission()
"""Train on one's own shard for the agreed number of epochs."""


class Policy:
    """Base of all policies; override :meth:`join`, and :meth:`submit` where it is not honest.

    ``individual = True`` asks the policy once per participant, with identity and balance; built-in
    policies answer once for everybody who shares the object.
    """

    individual: bool = True

    def join(self, view: View) -> float:
        """Return the probability of joining this leg."""
        raise NotImplementedError

    def submit(self, view: View) -> Submission:
        """Return what is handed in when it is this participant's turn."""
        return HONEST


@dataclass(frozen=True)
class PlayEquilibrium(Policy):
    """Join with a probability, or with one probability per level (accepted legs so far).

    Parameters
    ----------
    p : float or sequence of float
        Beyond the end of a table its last entry holds.

    Examples
    --------
    >>> policy = PlayEquilibrium([0.5, 0.25, 0.0])
    >>> policy.at(1), policy.at(9)
    (0.25, 0.0)
    """

    p: float | Sequence[float] | npt.NDArray[np.float64]
    individual = False
    _table: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given: Any = self.p
        if isinstance(given, list | tuple) or np.ndim(given) > 0:
            table = tuple(check_array("p", given, PROBABILITY).tolist())
        else:
            table = (check_number("p", given, PROBABILITY),)
        object.__setattr__(self, "_table", table)

    def at(self, level: int) -> float:
        """Return the probability at a level."""
        table = self._table
        return table[level] if level < len(table) else table[-1]

    def join(self, view: View) -> float:
        """Return the probability at the current level."""
        return self.at(view.level)


@dataclass(frozen=True)
class Always(Policy):
    """Join every leg and train honestly."""

    individual = False

    def join(self, view: View) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Never(Policy):
    """Ride: join no leg."""

    individual = False

    def join(self, view: View) -> float:
        """Return 0."""
        return 0.0


class Submit(Policy):
    """Join like another policy (:class:`Always` by default), and hand in one kind of submission."""

    def __init__(self, submission: Submission, *, like: Policy | None = None) -> None:
        if not isinstance(submission, Submission):
            raise InputError("submission", submission, "be a Submission")
        if like is not None and not isinstance(like, Policy):
            raise InputError("like", like, "be a Policy")
        self._submission, self._like = submission, Always() if like is None else like
        self.individual = self._like.individual

    def join(self, view: View) -> float:
        """Return what the wrapped policy says."""
        return self._like.join(view)

    def submit(self, view: View) -> Submission:
        """Return the fixed submission."""
        return self._submission

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._submission.kind!r}, like={self._like!r})"


class Cheat(Submit):
    """Hand in fake weights.

    Parameters
    ----------
    kind : {"noise", "stale", "label_flip"}
    strength : float
        Standard deviation of the noise per weight.
    steps_back : int
        Age of a stale model in accepted legs.
    like : Policy
        When to join; :class:`Always` by default.

    Examples
    --------
    >>> Cheat("noise", strength=0.1)
    Cheat('noise', like=Always())
    """

    def __init__(self, kind: str = "noise", *, strength: float = 0.5, steps_back: int = 10,
                 like: Policy | None = None) -> None:  # fmt: skip
        submission = Submission(kind=kind, strength=strength, steps_back=steps_back)
        if not submission.faked:
            raise InputError("kind", kind, "be noise, stale or label_flip",
                             hint="Lazy(steps) stops early; Always() is honest.")  # fmt: skip
        super().__init__(submission, like=like)


class Lazy(Submit):
    """Train, but only for a number of SGD steps; the cost falls in proportion."""

    def __init__(self, steps: int = 1, *, like: Policy | None = None) -> None:
        super().__init__(Submission(kind="lazy", steps=steps), like=like)


def assign(policies: Policy | Sequence[Policy], participants: int) -> list[Policy]:
    """Return one policy per participant from one for all, or from exactly one each.

    Examples
    --------
    >>> len(assign(Always(), 3)), assign([Always(), Never()], 2)[1]
    (3, Never())
    """
    given: Any = [policies] * participants if isinstance(policies, Policy) else policies
    if not isinstance(given, list | tuple):
        raise InputError("policies", policies, "be a Policy or one Policy per participant")
    if len(given) != participants:
        raise InputError("policies", f"{len(given)} policies", f"number {participants}, one each")
    for policy in given:
        if not isinstance(policy, Policy):
            raise InputError("every entry of policies", policy, "be a Policy",
                             hint="Subclass Policy and define join().")  # fmt: skip
    return list(given)
