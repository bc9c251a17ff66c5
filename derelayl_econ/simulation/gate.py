r"""The gate: held-out samples decide whether a submission becomes the model.

A validator has V held-out samples and accepts iff the mean loss of the candidate lies below that
of the incumbent *on the same samples* by more than a margin tau (tau < 0 is a tolerance). A
committee of m validators, each with V samples of its own, decides by majority. With probability 1
- y a submission is not audited and passes. Samples are drawn anew for every verdict,
independently and with replacement from the reserve, or once for the whole relay.

The law that this gate obeys, P = Phi(d / sqrt(1 + V*/V)), is theory (notes, section 4.1a);
nothing of it is used here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from derelayl_econ.domains import COUNT, PROBABILITY, REAL, Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.simulation.settings import RelaySettings

__all__ = ["Gate"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Acceptance rule of a relay.

    Parameters
    ----------
    hold_out : int
        V, samples per validator.
    margin : float
        tau, nats; accept iff loss after < loss before - margin.
    committee : int
        m, odd.
    audit_rate : float
        y, probability that a submission is judged at all.
    fresh : bool
        Whether samples are drawn anew for each verdict.

    Examples
    --------
    >>> gate = Gate(hold_out=100, margin=0.01)
    >>> gate.verdict(np.array([[0.50], [0.48]])), gate.verdict(np.array([[0.50], [0.495]]))
    (True, False)
    """

    hold_out: int = 100
    margin: float = 0.0
    committee: int = 1
    audit_rate: float = 1.0
    fresh: bool = True

    def __post_init__(self) -> None:
        for name, domain in (("hold_out", COUNT), ("margin", REAL), ("audit_rate", PROBABILITY),
                             ("committee", Domain(1, integer=True, odd=True))):  # fmt: skip
            object.__setattr__(self, name, check_number(name, getattr(self, name), domain))

    @classmethod
    def of(cls, settings: RelaySettings) -> Gate:
        """Return the gate that a relay's settings describe."""
        return cls(hold_out=settings.hold_out, margin=settings.margin, fresh=settings.fresh,
                   committee=settings.committee, audit_rate=settings.audit_rate)  # fmt: skip

    @property
    def samples(self) -> int:
        """Held-out samples of all validators together."""
        return self.hold_out * self.committee

    def verdict(self, losses: Floats) -> bool:
        """Decide from the (2, m) mean losses of incumbent and candidate."""
        if self.committee == 1:
            return bool(losses[1, 0] < losses[0, 0] - self.margin)
        votes = np.count_nonzero(losses[1] < losses[0] - self.margin)
        return bool(2 * votes > self.committee)

    def fixed_rows(self, reserve: int, rng: np.random.Generator) -> Integers:
        """Return rows of the reserve for a hold-out that stays: without repetition.

        Raises
        ------
        InputError
            If the reserve is too small.
        """
        if self.samples > reserve:
            raise InputError("hold_out * committee", self.samples,
                             f"be at most the reserve of {reserve} samples",
                             hint="Use a fresh hold-out, or smaller or fewer shards.")  # fmt: skip
        return rng.permutation(reserve)[: self.samples]

    def fresh_rows(self, reserve: int, rng: np.random.Generator, count: int) -> Integers:
        """Return (count, m V) rows of the reserve, one line per verdict."""
        return rng.integers(reserve, size=(count, self.samples))
