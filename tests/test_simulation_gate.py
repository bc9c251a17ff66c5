"""The gate: verdicts, committees, and half of all tiny noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from derelayl_econ.errors import InputError
from derelayl_econ.simulation.acceptance import acceptance_rate, measure_acceptance
from derelayl_econ.simulation.gate import Gate
from derelayl_econ.simulation.policies import HONEST, Cheat, Submission
from derelayl_econ.simulation.settings import RelaySettings


def test_a_tie_is_rejected_and_a_tolerance_accepts_it():
    tie = np.array([[0.5], [0.5]])
    assert not Gate().verdict(tie)
    assert Gate(margin=-1e-9).verdict(tie)
    assert not Gate(margin=-0.1).verdict(np.array([[0.5], [np.nan]]))


@pytest.mark.parametrize(("votes", "passed"), [((1, 1, 0), True), ((1, 0, 0), False),
                                              ((0, 0, 0), False), ((1, 1, 1), True)])  # fmt: skip
def test_committees_decide_by_majority(votes, passed):
    losses = np.array([[1.0, 1.0, 1.0], [0.5 if vote else 1.5 for vote in votes]])
    assert Gate(committee=3).verdict(losses) is passed


def test_fixed_rows_do_not_repeat_and_must_fit():
    rows = Gate(hold_out=10, committee=3).fixed_rows(40, np.random.default_rng(0))
    assert np.unique(rows).size == 30
    with pytest.raises(InputError, match="reserve of 29"):
        Gate(hold_out=10, committee=3).fixed_rows(29, np.random.default_rng(0))
    assert Gate(hold_out=10, committee=3).fresh_rows(5, np.random.default_rng(0), 4).shape == (
        4,
        30,
    )


@pytest.mark.parametrize("change", [{"hold_out": 0}, {"margin": float("inf")}, {"committee": 2},
                                    {"audit_rate": 1.1}, {"hold_out": "many"}])  # fmt: skip
def test_bad_gates_are_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        Gate(**change)


@pytest.mark.parametrize("hold_out", [10, 50, 500])
def test_tiny_noise_passes_half_the_time_at_every_hold_out(hold_out):
    # Doing nothing has a true change of 0 and a symmetric estimate: theory notes, section 4.1a.
    settings = RelaySettings(gate=False, hold_out=hold_out)
    noise = Submission(kind="noise", strength=1e-3)
    seed = np.random.SeedSequence().entropy
    table = measure_acceptance(settings, noise, 10, seed, states=1, repeats=400)
    test = binomtest(int(table["accepted"].sum()), len(table), 0.5)
    assert test.pvalue > 1e-5, f"seed {seed}, V = {hold_out}: {table['accepted'].mean()}"


def test_a_margin_ends_tiny_noise():
    settings = RelaySettings(gate=False, margin=0.005)
    table = measure_acceptance(settings, Submission(kind="noise", strength=1e-3), 10, 0, states=5,
                               repeats=40)  # fmt: skip
    assert table["accepted"].sum() == 0


def test_early_honest_work_passes_and_strong_fakes_do_not():
    # Measured elsewhere, with another program, at r = 30 (IID, V = 100): honest .76, flip .15.
    kinds = [HONEST, Submission(kind="noise"), Submission(kind="label_flip"),
             Submission(kind="stale"), Submission(kind="overfit")]  # fmt: skip
    settings = RelaySettings(gate=False)
    table = measure_acceptance(settings, kinds, 30, 11, states=60)
    rates = {kind: acceptance_rate(part["accepted"].to_numpy()) for kind, part in
             table.groupby("kind")}  # fmt: skip
    assert rates["honest"].low < 0.76 < rates["honest"].high
    assert rates["noise"].high < 0.2  # 0.5 per weight drowns a model this young
    assert rates["label_flip"].low < 0.15 < rates["label_flip"].high
    assert rates["stale"].high < 0.2
    assert rates["honest"].low > rates["overfit"].high


def test_the_verdict_estimates_the_true_change():
    table = measure_acceptance(RelaySettings(gate=False, hold_out=400), HONEST, 5, 3, states=40)
    error = table["estimate"] + table["true_change"]
    assert np.corrcoef(table["estimate"], -table["true_change"])[0, 1] > 0.7
    # Two samples of the same population (400 held out, 449 tested), each with this spread.
    assert abs((error / (table["spread"] * np.sqrt(1 / 400 + 1 / 449))).mean()) < 1


def test_rates_come_with_wilson_or_exact_intervals():
    verdicts = np.array([True] * 3 + [False] * 17)
    exact = acceptance_rate(verdicts, method="clopper-pearson")
    # Clopper and Pearson 1934: beta quantiles B(.025; 3, 18) and B(.975; 4, 17).
    assert (exact.low, exact.high) == pytest.approx((0.03207, 0.37893), abs=1e-5)
    assert acceptance_rate(verdicts).low > exact.low


def test_bad_measurements_are_refused():
    settings = RelaySettings(backend="numpy")
    for submissions in ([], ["noise"], Cheat("noise")):
        with pytest.raises((InputError, TypeError)):
            measure_acceptance(settings, submissions, 1, 0)
    with pytest.raises(InputError, match="stage"):
        measure_acceptance(settings, HONEST, -1, 0)
    for verdicts in ([], [1, 0], [[True]]):
        with pytest.raises(InputError, match="accepted"):
            acceptance_rate(verdicts)
    with pytest.raises(InputError, match="method"):
        acceptance_rate([True], method="wald")
