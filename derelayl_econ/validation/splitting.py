"""Profit of identity splitting in real relays, against theory notes, section 4.2.

``PATH`` participants hand in once each, in a fixed order; the one in the middle hands in its work
as one leg or, under several names, as several legs, each really trained on its part of the samples.
The two relays share all other random numbers. What the names together earn more is measured under
each rule; other relays, in which nobody splits, predict it.

*All accepted* (no gate, gains on the test set). The theory takes a split to cut the leg's gain into
equal parts. Then equal pay, royalties and windows earn what their closed forms say, whatever was
learnt: those rows check the relay's book-keeping, and nothing in them varies. Square roots of gains
depend on the gains. Signed pay, a price on every nat won or lost, telescopes: nothing is won. Gain
shares refuse losses; they are paid with losses counted as nothing, which is neutral only as long as
no part loses.

*At the gate* parts are accepted or not. Numbers of accepted hand-overs, predicted from acceptance
rates in other relays, decide what improvement-blind rules pay; the price per verified nat, paid
to accepted hand-overs only, is predicted by :class:`NoisyPay`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from derelayl_econ.games.noisy_splitting import NoisyPay
from derelayl_econ.games.presentation import PayRule, payer, split_profit
from derelayl_econ.leg_rules import FunctionShare
from derelayl_econ.results import frozen_array
from derelayl_econ.rewards import EqualShare, GainShare, LineageShare, WindowShare
from derelayl_econ.seeds import child
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.simulation.turns import TurnRecord, run_in_turns
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean

__all__ = [
    "BLIND",
    "PARTS",
    "PATH",
    "SPLITTER",
    "SplittingEvidence",
    "measure_splitting",
    "splitting_rows",
]

Array = npt.NDArray[np.float64]

PATH, SPLITTER, PARTS = 10, 4, (2, 4)
"""Participants, which of them splits (from 0), and into how many legs."""
STEPS, SMALLEST_BATCH, WINDOW = 4, 3, 8
"""A leg is four SGD steps of equal size, so that halves and quarters are whole steps."""

BLIND: dict[str, PayRule] = {
    "equal shares": EqualShare(),
    "royalties, decay 1/2": LineageShare(decay=0.5),
    f"window of {WINDOW}": WindowShare(WINDOW),
}
"""Rules that do not look at gains."""
SQUARE_ROOTS, GAINS, SIGNED = "square roots of gains", "gain shares", "signed price per nat"
PRICE = "price per verified nat"


def _root_of_gain(gain: float) -> float:
    return math.sqrt(max(gain, 0.0))


def _signed(gains: Array) -> npt.ArrayLike:
    """Return one unit of money per nat; losses are charged."""
    return gains


RULES: dict[str, PayRule] = {
    **BLIND,
    SQUARE_ROOTS: FunctionShare(_root_of_gain),
    GAINS: GainShare(clip=True),
    SIGNED: _signed,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class SplittingEvidence:
    """Predicted and measured profits, by rule and number of parts.

    Attributes
    ----------
    accepted, gated : dict of (rule, parts) to (float, float, array of shape (seeds,))
        Predicted profit and its standard error, and measured profits, one per test seed. In shares
        of the pool; in nats (the price being 1) for ``SIGNED`` and ``PRICE``.
    honest : array of shape (seeds, PATH)
        True gains (nats) in the fitting relays in which nobody splits and all is accepted.
    gain, spread, noise : float
        Mean true gain of the splitter's leg at the gate, its standard deviation over relays, and
        that of the loss change from sample to sample (nats), in the fitting relays.
    hold_out : int
    """

    accepted: dict[tuple[str, int], tuple[float, float, Array]]
    gated: dict[tuple[str, int], tuple[float, float, Array]]
    honest: Array
    gain: float
    spread: float
    noise: float
    hold_out: int
    margin: float

    def law(self, *, paired: bool = True) -> NoisyPay:
        """Return pay by verified gain with the numbers of the fitting relays, at a price of 1."""
        return NoisyPay(self.noise, self.hold_out, 1.0, self.margin, self.spread, paired)


def measure_splitting(
    settings: RelaySettings, fit_seeds: Sequence[np.random.SeedSequence],
    test_seeds: Sequence[np.random.SeedSequence],
) -> SplittingEvidence:  # fmt: skip
    """Run both groups of relays, without and with a gate of one validator."""
    batch = max(SMALLEST_BATCH, settings.shard // STEPS)
    open_relay = replace(settings, participants=PATH, shard=STEPS * batch, batch=batch, epochs=1,
                         committee=1, gate=False)  # fmt: skip
    gate = replace(open_relay, gate=True)
    fitted, tested = _relays(open_relay, fit_seeds, 0), _relays(open_relay, test_seeds, 0)
    fitted_gate, tested_gate = _relays(gate, fit_seeds, 1), _relays(gate, test_seeds, 1)
    honest = fitted_gate[1]
    gains = np.array([record.gain[record.own(SPLITTER)][0] for record in honest])
    return SplittingEvidence(
        accepted={
            (name, parts): (*_expected(rule, parts, fitted[1]), _profits(rule, parts, tested))
            for name, rule in RULES.items() for parts in PARTS
        },
        gated={
            **{(name, parts): (*_expected_at_gate(rule, parts, fitted_gate),
                               _profits(rule, parts, tested_gate))
               for name, rule in BLIND.items() for parts in PARTS},
            **{(PRICE, parts): (*_expected_price(gate, parts, honest),
                                _earned(tested_gate[parts]) - _earned(tested_gate[1]))
               for parts in PARTS},
        },
        honest=frozen_array([record.gain for record in fitted[1]]),
        gain=float(gains.mean()), spread=float(gains.std(ddof=1)), noise=_noise(honest),
        hold_out=gate.hold_out, margin=_margin(gate),
    )  # fmt: skip


def splitting_rows(evidence: SplittingEvidence) -> list[Comparison]:
    """Compare the profit of splitting under each rule, all accepted and at the gate."""
    rows = []
    for place, found, note in (("all accepted", evidence.accepted, _NOTES),
                               ("at the gate", evidence.gated, _GATE_NOTES)):  # fmt: skip
        for (name, parts), (predicted, error, measured) in found.items():
            unit = "nats" if name in (SIGNED, PRICE) else "pool share"
            rows.append(compare_mean(
                f"profit of splitting in {parts}, {name}, {place}", "4.2", predicted, measured,
                unit=unit, standard_error=error, note=note.get(name, note[""]),
            ))  # fmt: skip
    return rows


_NOTES = {
    "": "the relay does not follow the rule's arithmetic",
    SQUARE_ROOTS: "real parts of a leg do not gain equal amounts, and some lose, which a root of "
    "the gain does not see",
    GAINS: "some parts of a leg lose, and losses that are counted as nothing make splitting pay",
    SIGNED: "parts of a leg, trained one after the other, do not gain what the leg gains",
}
_GATE_NOTES = {
    "": "the splitter's parts change what the gate later makes of the others' work",
    PRICE: "noise of the verified gain is not normal, or parts of a leg do not gain equal amounts",
}

Relays = dict[int, list[TurnRecord]]
"""Records by number of parts (1: nobody splits), one per seed."""


def _relays(settings: RelaySettings, seeds: Sequence[np.random.SeedSequence], place: int) -> Relays:
    return {
        parts: [run_in_turns(settings, child(seed, place), splitter=SPLITTER, parts=parts)
                for seed in seeds]
        for parts in (1, *PARTS)
    }  # fmt: skip


def _income(rule: PayRule, record: TurnRecord) -> float:
    """Return what the splitter earns; a pool is paid only if some accepted leg gained something."""
    gains = record.gain[record.accepted]
    if not (gains > 0).any():
        return 0.0
    return float(payer(rule)(gains)[record.own(SPLITTER)[record.accepted]].sum())


def _profits(rule: PayRule, parts: int, relays: Relays) -> Array:
    return _exact([_income(rule, split) - _income(rule, honest)
                   for split, honest in zip(relays[parts], relays[1], strict=True)])  # fmt: skip


def _expected(rule: PayRule, parts: int, honest: list[TurnRecord]) -> tuple[float, float]:
    """Return the mean profit of an even split of the splitter's leg, and its standard error."""
    return _mean([split_profit(rule, record.gain, SPLITTER, parts) for record in honest])


def _expected_at_gate(rule: PayRule, parts: int, relays: Relays) -> tuple[float, float]:
    """Return the profit under a blind rule from acceptance rates, and its standard error.

    Others' accepted legs, the splitter's one leg and its ``parts`` legs are taken as independent;
    the standard error is that of the influence of single relays on the three averages.
    """
    others = [record.accepted[~record.own(SPLITTER)] for record in relays[1]]
    before = [int(accepted[:SPLITTER].sum()) for accepted in others]
    after = [int(accepted[SPLITTER:].sum()) for accepted in others]
    shares = np.array(
        [
            [_blind_share(rule, b, own, a) for b, a in zip(before, after, strict=True)]
            for own in range(parts + 1)
        ]
    )  # (accepted names, relays)
    split, honest = _accepted(relays[parts]), _accepted(relays[1])
    mixed = shares.mean(axis=1)  # over the others' luck
    by_relay = shares[split].mean(axis=0) - shares[honest].mean(axis=0)  # over the splitter's
    influence = by_relay + mixed[split] - mixed[honest]
    return _mean(by_relay)[0], _mean(influence)[1]


def _blind_share(rule: PayRule, before: int, own: int, after: int) -> float:
    if own == 0:
        return 0.0
    return float(payer(rule)(np.ones(before + own + after))[before : before + own].sum())


def _accepted(records: list[TurnRecord]) -> npt.NDArray[np.int64]:
    """Return how many of the splitter's hand-overs were accepted, relay by relay."""
    return np.array([int(record.accepted[record.own(SPLITTER)].sum()) for record in records])


def _earned(records: list[TurnRecord]) -> Array:
    """Return the splitter's accepted verified gains (nats): a price of 1 on each, losses free."""
    paid = [np.maximum(record.verified, 0) * record.accepted * record.own(SPLITTER)
            for record in records]  # fmt: skip
    return np.array([float(row.sum()) for row in paid])


def _expected_price(
    settings: RelaySettings, parts: int, honest: list[TurnRecord]
) -> tuple[float, float]:
    """Return the profit by the law of noisy verification, and its jackknife standard error."""

    def law(records: list[TurnRecord]) -> float:
        gains = np.array([record.gain[record.own(SPLITTER)][0] for record in records])
        pay = NoisyPay(_noise(records), settings.hold_out, 1.0, _margin(settings),
                       float(gains.std(ddof=1)))  # fmt: skip
        return pay.profit(float(gains.mean()), parts)

    return law(honest), _jackknife(law, honest)


def _margin(settings: RelaySettings) -> float:
    """Return what a gain must exceed to be paid: a tolerated loss earns nothing."""
    return max(settings.margin, 0.0)


def _noise(records: list[TurnRecord]) -> float:
    """Return the root mean square of the per-sample spread of the splitter's leg (nats)."""
    spread = np.array([record.noise[record.own(SPLITTER)][0] for record in records])
    return float(np.sqrt((spread**2).mean()))


def _jackknife(estimate: Callable[[list[TurnRecord]], float], records: list[TurnRecord]) -> float:
    count = len(records)
    left_out = np.array([estimate(records[:i] + records[i + 1 :]) for i in range(count)])
    return float(np.sqrt((count - 1) * left_out.var()))


def _mean(values: npt.ArrayLike) -> tuple[float, float]:
    array = _exact(values)
    return float(array.mean()), float(array.std(ddof=1) / np.sqrt(array.size))


def _exact(values: npt.ArrayLike) -> Array:
    """Return profits as multiples of 2^-40, of which equal ones have exactly that mean.

    Otherwise the rounding of blind rules' equal profits would look like variation between relays.
    """
    return np.asarray(np.round(np.asarray(values, dtype=np.float64) * 2.0**40) / 2.0**40 + 0.0)
