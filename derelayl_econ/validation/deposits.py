"""The deposit window in real relays: honesty against cheating, and against staying out.

Members of real relays train or hand in fakes (models trained on flipped labels, unaudited ones of
which spoil the shared model for everybody). Acceptance rates from one group of relays predict, for
any deposit, what an honest hand-over earns above a fake and above staying out (theory notes,
section 4.1); another group tells what they did earn. The same is predicted once more with rates
from *clean* relays without cheats, which is what a designer has before a launch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.games.deposit import DepositWindow
from derelayl_econ.games.verification import VerificationGame
from derelayl_econ.seeds import child
from derelayl_econ.simulation.acceptance import measure_acceptance
from derelayl_econ.simulation.policies import HONEST, Always, Cheat, Policy, Submission
from derelayl_econ.simulation.relay import run_relay
from derelayl_econ.simulation.settings import RelaySettings
from derelayl_econ.validation.comparison import Comparison
from derelayl_econ.validation.significance import compare_mean

__all__ = ["DepositEvidence", "DepositTerms", "deposit_rows", "measure_deposits"]

Array = npt.NDArray[np.float64]

CHEAT = "label_flip"
STAGES = (5, 20, 50)


@dataclass(frozen=True, kw_only=True)
class DepositTerms:
    """Money of the inspection game (money): R, c_h, c_0, U; audit rate y; share of cheats."""

    reward: float
    cost_honest: float
    cost_cheat: float
    outside: float
    audit_rate: float
    cheats: float = 0.25

    def window(self, false_reject: float, false_accept: float) -> DepositWindow:
        """Return the deposits that work at these error rates."""
        game = VerificationGame(self.cost_honest, self.cost_cheat, self.reward, 0.0, 0.0, 0.0, 0.0,
                                false_reject, false_accept)  # fmt: skip
        return game.deposit_window(self.audit_rate, outside=self.outside)

    def payoff(self, error: Array, deposit: float, cost: float) -> Array:
        """Return the mean payoff of a hand-over that a verification rejects with ``error``."""
        rejected = self.audit_rate * error
        return self.reward * (1 - rejected) - deposit * rejected - cost


@dataclass(frozen=True, kw_only=True, eq=False)
class DepositEvidence:
    """Rejection rates by seed, and the records of relays with cheats.

    Attributes
    ----------
    terms : DepositTerms
    rejected_honest, rejected_cheat : arrays of shape (seeds,)
        Share of audited honest and faked hand-overs that were rejected, fitting relays.
    clean : (float, float)
        The same two rates in relays without cheats, mean over ``STAGES``.
    payoffs : dict of float to DataFrame
        By deposit: columns honest, cheat (mean payoff per hand-over), one row per test seed.
    """

    terms: DepositTerms
    rejected_honest: Array
    rejected_cheat: Array
    clean: tuple[float, float]
    clean_error: tuple[float, float]
    payoffs: dict[float, pd.DataFrame]

    @property
    def window(self) -> DepositWindow:
        """Deposits that work at the rates of the fitting relays."""
        return self.terms.window(
            float(self.rejected_honest.mean()), 1 - float(self.rejected_cheat.mean())
        )


def measure_deposits(
    settings: RelaySettings, terms: DepositTerms, fit_seeds: Sequence[np.random.SeedSequence],
    test_seeds: Sequence[np.random.SeedSequence], clean_root: np.random.SeedSequence,
) -> DepositEvidence:  # fmt: skip
    """Run both groups of relays; test at deposits below, in and above the predicted window.

    ``terms.reward`` is raised to just above the minimal reward if it lies below it, so that there
    is a window to test, and lowered where any deposit would do.
    """
    settings = replace(
        settings, gate=True, selection="baton", price=0.0, value=0.0, evaluate_every=0,
        cost=terms.cost_honest, cost_cheat=terms.cost_cheat, audit_rate=terms.audit_rate,
    )  # fmt: skip
    policies = _mixed(settings.participants, terms.cheats)
    fitted = [_rejections(run_relay(settings, policies, seed).records) for seed in fit_seeds]
    honest, cheat = np.array(fitted).T
    terms = _with_a_window(terms, float(honest.mean()), 1 - float(cheat.mean()))
    window = terms.window(float(honest.mean()), 1 - float(cheat.mean()))
    payoffs: dict[float, pd.DataFrame] = {}
    for deposit in (0.5 * window.low, 0.5 * (window.low + window.high), 1.5 * window.high):
        at_stake = replace(settings, deposit=deposit, pool=terms.reward)
        place = len(payoffs)  # other relays at each deposit: three measurements, not one thrice
        runs = [run_relay(at_stake, policies, child(seed, place)) for seed in test_seeds]
        payoffs[deposit] = pd.DataFrame([_payoffs(run.records) for run in runs])
    clean, clean_error = _clean_rates(settings, clean_root, len(fit_seeds))
    return DepositEvidence(terms=terms, rejected_honest=honest, rejected_cheat=cheat, clean=clean,
                           clean_error=clean_error, payoffs=payoffs)  # fmt: skip


def deposit_rows(evidence: DepositEvidence) -> list[Comparison]:
    """Compare, at each deposit, what honesty earns above cheating and above staying out."""
    terms, rows = evidence.terms, []
    for deposit, measured in evidence.payoffs.items():
        place = _place(deposit, evidence.window)
        honest = terms.payoff(evidence.rejected_honest, deposit, terms.cost_honest)
        cheat = terms.payoff(evidence.rejected_cheat, deposit, terms.cost_cheat)
        rows += [
            _row(f"honest minus cheat, {place}", honest - cheat,
                 measured["honest"] - measured["cheat"], _NOTE),
            _row(f"honest minus staying out, {place}", honest - terms.outside,
                 measured["honest"] - terms.outside, _NOTE),
        ]  # fmt: skip
    deposit, measured = list(evidence.payoffs.items())[1]
    clean = np.array(evidence.clean)
    honest, cheat = terms.payoff(clean, deposit, 0.0) - [terms.cost_honest, terms.cost_cheat]
    at_stake = terms.audit_rate * (terms.reward + deposit)
    rows.append(compare_mean(
        "honest minus cheat, error rates from clean relays", "4.1", float(honest - cheat),
        measured["honest"] - measured["cheat"], unit="money", note=_CLEAN_NOTE,
        standard_error=at_stake * float(np.hypot(*evidence.clean_error)),
    ))  # fmt: skip
    return rows


def _place(deposit: float, window: DepositWindow) -> str:
    """Name a deposit; a window may begin at 0, so that no deposit lies below it."""
    if deposit < window.low:
        return f"deposit {deposit:.2g} below the window"
    where = "inside" if deposit <= window.high else "above"
    return f"deposit {deposit:.2g} {where} the window"


_NOTE = "error rates differ between the fitting and the testing relays"
_CLEAN_NOTE = (
    "cheats that are not audited spoil the model, and a spoilt model is easier to improve and "
    "harder to spoil: the error rates of clean relays are not those of relays with cheats"
)


def _row(quantity: str, predicted: Array, measured: pd.Series, note: str) -> Comparison:
    error = float(predicted.std(ddof=1) / np.sqrt(predicted.size))
    return compare_mean(quantity, "4.1", float(predicted.mean()), measured, unit="money",
                        standard_error=error, note=note)  # fmt: skip


def _mixed(participants: int, cheats: float) -> list[Policy]:
    faking = max(1, round(cheats * participants))
    return [*[Cheat(CHEAT)] * faking, *[Always()] * (participants - faking)]


def _rejections(records: pd.DataFrame) -> tuple[float, float]:
    audited = records[records["audited"]]
    by_kind = 1 - audited.groupby("kind")["accepted"].mean()
    return float(by_kind["honest"]), float(by_kind[CHEAT])


def _payoffs(records: pd.DataFrame) -> dict[str, float]:
    net = records["reward"] - records["forfeited"] - records["cost"]
    by_kind = net.groupby(records["kind"]).mean()
    return {"honest": float(by_kind["honest"]), "cheat": float(by_kind[CHEAT])}


def _with_a_window(terms: DepositTerms, false_reject: float, false_accept: float) -> DepositTerms:
    """Return the terms with a reward at which the window is neither empty nor starts at zero."""
    least = terms.window(false_reject, false_accept).minimum_reward
    saving = terms.cost_honest - terms.cost_cheat
    most = saving / (terms.audit_rate * (1 - false_reject - false_accept))
    return replace(terms, reward=0.5 * (least + most) if least < most else 1.1 * least)


def _clean_rates(
    settings: RelaySettings, root: np.random.SeedSequence, states: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return rejection rates of honest work and fakes, and their binomial standard errors."""
    ungated = replace(settings, gate=False, audit_rate=1.0, deposit=0.0)
    tables = [
        measure_acceptance(ungated, (HONEST, Submission(kind=CHEAT)), stage, child, states=states)
        for stage, child in zip(STAGES, root.spawn(len(STAGES)), strict=True)
    ]
    accepted = pd.concat(tables).groupby("kind")["accepted"]
    rejected = 1 - accepted.mean()
    error = np.sqrt(rejected * (1 - rejected) / accepted.size())
    return ((float(rejected["honest"]), float(rejected[CHEAT])),
            (float(error["honest"]), float(error[CHEAT])))  # fmt: skip
