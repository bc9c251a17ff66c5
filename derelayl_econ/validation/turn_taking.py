r"""A monitored rota in real relays: shirking pays below the critical discount and not above.

``MEMBERS`` participants are on duty in turn (theory notes, section 3.3). After ``WARM_UP`` legs of
honest training the gate errs at rates that hardly move any more: it rejects some honest work, since
it looks at few samples, and lets some fakes pass, since not every hand-over is verified. Member 0
then serves, or shirks once, or always, in three relays that share all other random numbers. A
hand-over of its own that is rejected excludes it: it earns no more, and its seat goes to an honest
newcomer.

Error rates are estimated in *other* relays. They say at which cost of a duty, in units of the flow,
the critical discount is ``CRITICAL``; with this cost the gain from shirking is measured below, at
and above it. The theory takes error rates as constant and errors as independent; in real relays
they fall slowly, and some members' data are harder than others'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.repeated import LARGEST_COST, RepeatedRelay
from derelayl_econ.results import frozen_array
from derelayl_econ.simulation.policies import HONEST, Policy, Submission, View
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean, compare_no_gain

__all__ = [
    "CRITICAL",
    "DISCOUNTS",
    "MEMBERS",
    "TurnTakingEvidence",
    "measure_turn_taking",
    "turn_taking_rows",
]

Array = npt.NDArray[np.float64]

MEMBERS, WARM_UP, CYCLES = 5, 150, 20
CRITICAL, DISCOUNTS = 0.8, (0.6, 0.8, 0.9)
"""The discount that the cost is set to make critical, and those at which gains are measured."""
TOLERANCE, HOLD_OUT, AUDIT_RATE = 0.02, 20, 0.8
"""The gate: loss (nats) that is let pass, samples of its one validator, share it looks at."""
FAKE = Submission(kind="noise", strength=2.0)
EARLY = 8
"""Cycles over which honest rejections are counted; later ones are discounted away."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TurnTakingEvidence:
    """A member's payoffs in real rotas, in units of the flow per leg.

    Attributes
    ----------
    relay : RepeatedRelay
        The rota at the error rates of the fitting relays, with the cost that makes ``CRITICAL`` its
        critical discount.
    rejected, passed : arrays of shape (fitting relays,)
        Share of honest work rejected, and whether the fake was accepted.
    serving, once, always : dict of float to array of shape (seeds,)
        Discounted payoff from member 0's first duty on, by discount: if it serves, shirks once and
        shirks always.
    """

    relay: RepeatedRelay
    rejected: Array
    passed: Array
    serving: dict[float, Array] = field(repr=False)
    once: dict[float, Array] = field(repr=False)
    always: dict[float, Array] = field(repr=False)

    def gain(self, discount: float) -> Array:
        """Return what shirking once paid more than serving; shape (seeds,)."""
        return np.asarray(self.once[discount] - self.serving[discount])

    def predicted(self, law: Callable[[RepeatedRelay], float]) -> tuple[float, float]:
        """Return a prediction and its standard error, by leaving out one fitting relay each."""
        size = self.rejected.size
        rates = [(total.sum() - total) / (size - 1) for total in (self.rejected, self.passed)]
        left_out = np.array([
            law(replace(self.relay, false_reject=float(alpha), false_accept=float(beta)))
            for alpha, beta in zip(*rates, strict=True)
        ])  # fmt: skip
        return law(self.relay), float(np.sqrt((size - 1) * left_out.var()))


class _OnDuty(Policy):
    """Join in one's turn; hand in a fake where ``fakes`` says so of the leg."""

    def __init__(self, fakes: Callable[[int], bool] = lambda leg: False) -> None:
        self._fakes = fakes

    def join(self, view: View) -> float:
        return float(view.leg % MEMBERS == view.participant)

    def submit(self, view: View) -> Submission:
        return FAKE if self._fakes(view.leg) else HONEST


_SHIRKS: dict[str, Callable[[int], bool]] = {
    "serving": lambda leg: False,
    "once": lambda leg: leg == WARM_UP,
    "always": lambda leg: leg >= WARM_UP,
}


def measure_turn_taking(
    settings: RelaySettings, fit_seeds: Sequence[np.random.SeedSequence],
    test_seeds: Sequence[np.random.SeedSequence],
) -> TurnTakingEvidence:  # fmt: skip
    """Estimate the gate's error rates in one group of relays, and play the rota in another."""
    settings = replace(
        settings, participants=MEMBERS, selection="baton", gate=True, committee=1,
        hold_out=HOLD_OUT, margin=-TOLERANCE, audit_rate=AUDIT_RATE,
        legs=WARM_UP + CYCLES * MEMBERS,
        pool=0.0, price=0.0, value=0.0, deposit=0.0, discount=None, evaluate_every=0,
    )  # fmt: skip
    short = replace(settings, legs=WARM_UP + EARLY * MEMBERS)
    honest = np.array([_accepted(short, "serving", seed) for seed in fit_seeds])
    rejected = 1 - honest[:, WARM_UP:].mean(axis=1)
    one = replace(settings, legs=WARM_UP + 1)
    passed = np.array([_accepted(one, "once", seed)[WARM_UP] for seed in fit_seeds])
    relay = _critical_relay(float(rejected.mean()), float(passed.mean()))
    played = {
        name: np.array([_accepted(settings, name, seed) for seed in test_seeds])[:, WARM_UP:]
        for name in _SHIRKS
    }
    paid = {
        name: {delta: frozen_array(_payoffs(verdicts[:, ::MEMBERS], name, relay.cost, delta))
               for delta in DISCOUNTS}
        for name, verdicts in played.items()
    }  # fmt: skip
    return TurnTakingEvidence(relay=relay, rejected=frozen_array(rejected),
                              passed=frozen_array(passed), **paid)  # fmt: skip


def turn_taking_rows(evidence: TurnTakingEvidence) -> list[Comparison]:
    """Compare gains from shirking below, at and above the critical discount, and who gains."""
    below, _, above = DISCOUNTS
    rows = [
        compare_mean(f"gain from shirking once, discount {delta:g}", "3.3", expected,
                     evidence.gain(delta), unit="flow", standard_error=error, note=_NOTE)
        for delta in DISCOUNTS
        for expected, error in [evidence.predicted(lambda r, d=delta: r.shirking_gain(d))]  # type: ignore[misc]
    ]  # fmt: skip
    expected, error = evidence.predicted(_served_value)
    rows.append(compare_mean(f"value of serving, discount {CRITICAL:g}", "3.3", expected,
                             evidence.serving[CRITICAL], unit="flow", standard_error=error,
                             note=_NOTE))  # fmt: skip
    deviations = {
        f"shirks once, discount {above:g}": evidence.gain(above),
        f"always shirks, discount {above:g}": evidence.always[above] - evidence.serving[above],
        f"does not shirk once, discount {below:g}": -evidence.gain(below),
    }
    for name, gains in deviations.items():
        rows.append(
            compare_no_gain(f"gain of one member who {name}", "3.3", gains, unit="flow", note=_NOTE)
        )
    return rows


_NOTE = "the gate's error rates fall as the model learns, and differ between members"


def _served_value(relay: RepeatedRelay) -> float:
    """Return the value of serving in the cycles that are played: without errors it is exact."""
    kept = (1 - relay.false_reject) * CRITICAL**MEMBERS
    return relay.serving_value(CRITICAL) * (1 - kept**CYCLES)


def _accepted(settings: RelaySettings, name: str, seed: np.random.SeedSequence) -> Array:
    """Return 1 or 0 for each leg of a relay in which member 0 behaves as named."""
    others = _OnDuty()
    policies = [_OnDuty(_SHIRKS[name]), *[others] * (MEMBERS - 1)]
    verdicts = run_relay(settings, policies, seed).records["accepted"]
    return np.asarray(verdicts.to_numpy(), dtype=np.float64)


def _critical_relay(false_reject: float, false_accept: float) -> RepeatedRelay:
    rates = {"false_reject": false_reject, "false_accept": false_accept}
    cost = float(LARGEST_COST(participants=MEMBERS, flow=1.0, discount=CRITICAL, **rates))
    return RepeatedRelay(MEMBERS, flow=1.0, cost=cost, **rates)


def _payoffs(verdicts: Array, name: str, cost: float, discount: float) -> Array:
    """Return what verdicts on own duties (seeds, cycles) were worth; none after the first no."""
    stays = np.cumprod(verdicts, axis=1)
    serves = np.column_stack([np.ones(len(stays)), stays[:, :-1]])
    duty = WARM_UP + MEMBERS * np.arange(stays.shape[1])
    works = np.array([not _SHIRKS[name](int(leg)) for leg in duty])
    cycle = float(np.sum(discount ** np.arange(MEMBERS)))
    weights = discount ** (MEMBERS * np.arange(stays.shape[1]))
    return np.asarray((cycle * stays - cost * serves * works) @ weights)
