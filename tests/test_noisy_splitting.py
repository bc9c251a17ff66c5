"""Pay by verified gain on samples: by quadrature, by drawing, and the theorem on fees."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from derelayl_econ.errors import InputError
from derelayl_econ.games.noisy_splitting import EXPECTED_PAY, PAIRED_ERROR, UNPAIRED_ERROR, NoisyPay

pays = st.builds(NoisyPay, noise=st.floats(0.05, 3), hold_out=st.integers(1, 500),
                 price=st.floats(0, 5), margin=st.floats(-0.2, 0.2), spread=st.floats(0, 0.3),
                 paired=st.booleans())  # fmt: skip
free = st.builds(NoisyPay, noise=st.floats(0.05, 3), hold_out=st.integers(1, 500),
                 price=st.floats(0.1, 5), spread=st.just(0.0), paired=st.booleans())  # fmt: skip


@given(pays, st.floats(-1, 1), st.integers(1, 6))
def test_pay_by_quadrature(pay: NoisyPay, gain: float, parts: int) -> None:
    """Integrate the verified gain above the margin against its density."""
    variance = pay.noise**2 / pay.hold_out
    each = (variance + pay.spread**2) / parts if pay.paired else variance + pay.spread**2 / parts
    mean, error = gain / parts, math.sqrt(each)
    low = max(pay.margin, mean - 12 * error)
    high = max(low, mean + 12 * error)
    density = stats.norm(mean, error)
    value, _ = integrate.quad(lambda x: x * density.pdf(x), low, high, limit=200)
    assert pay.error(parts) == pytest.approx(error)
    scale = 1e-7 * (1 + abs(gain) + pay.price)
    assert pay.pay(gain, parts) == pytest.approx(parts * pay.price * value, abs=parts * scale)


def test_pay_by_drawing() -> None:
    rng = np.random.default_rng(4)
    pay = NoisyPay(noise=0.5, hold_out=25, price=2.0, margin=0.05, spread=0.08)
    for parts in (1, 3):
        seen = rng.normal(0.12 / parts, pay.error(parts), size=(400_000, parts))
        earned = 2.0 * np.where(seen > 0.05, seen, 0).sum(axis=1)
        error = earned.std() / math.sqrt(len(earned))
        assert abs(pay.pay(0.12, parts) - earned.mean()) < 4 * error


@given(free, st.floats(0, 1), st.integers(2, 40))
def test_splitting_pays_and_the_fee_stops_it(pay: NoisyPay, gain: float, parts: int) -> None:
    scale = 1e-9 * (1 + pay.price) * parts
    assert pay.profit(gain, parts) >= -scale
    assert pay.profit(gain, parts, pay.split_proof_fee()) <= scale
    assert pay.pay(gain) >= pay.price * gain - scale  # the fee leaves most of this


@given(free)
def test_no_smaller_fee_stops_all_splits(pay: NoisyPay) -> None:
    fee = 0.99 * pay.split_proof_fee()
    assert pay.profit(0.0, 2, fee) > 0
    tiny = 1e-6 * pay.error(1)
    assert pay.profit(tiny, 2, fee) > 0


@given(free, st.floats(0.01, 1))
def test_more_names_win_more(pay: NoisyPay, gain: float) -> None:
    profits = [pay.profit(gain, m) for m in range(1, 12)]
    assert (np.diff(profits) >= -1e-12 * (1 + pay.price)).all()
    unpaired = replace(pay, paired=False)
    if pay.paired:
        assert all(unpaired.profit(gain, m) >= pay.profit(gain, m) - 1e-9 for m in range(1, 12))


def test_closed_fees() -> None:
    """tau = sigma/sqrt(V) = 0.1: unpaired .1/sqrt(2 pi), paired (sqrt 2 - 1) of that."""
    unpaired = NoisyPay(noise=1.0, hold_out=100, paired=False)
    assert unpaired.split_proof_fee() == pytest.approx(0.1 / math.sqrt(2 * math.pi))
    assert unpaired.split_proof_fee() == pytest.approx(unpaired.pay(0.0))
    paired = NoisyPay(noise=1.0, hold_out=100, price=3.0)
    assert paired.split_proof_fee() == pytest.approx(
        3 * (math.sqrt(2) - 1) * 0.1 / math.sqrt(2 * math.pi)
    )
    assert paired.split_proof_fee() == pytest.approx(paired.profit(0.0, 2))


def test_exact_verification_is_neutral() -> None:
    sharp = NoisyPay(noise=1e-9, hold_out=10**6)
    assert sharp.pay(0.3) == pytest.approx(0.3)
    assert sharp.profit(0.3, 7) == pytest.approx(0, abs=1e-12)
    assert sharp.pay(-0.3) == 0


def test_formulas_exactly() -> None:
    known = {"noise": 3, "hold_out": 9, "spread": 0, "split_parts": 4}
    assert PAIRED_ERROR.exact(**known) == Fraction(1, 2)
    assert UNPAIRED_ERROR.exact(**known) == 1
    at_margin = EXPECTED_PAY.exact(gain=2, margin=2, gain_noise=1, price=1)
    assert float(at_margin) == pytest.approx(1 + 1 / math.sqrt(2 * math.pi))


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: NoisyPay(0.0, 10), "noise"),
        (lambda: NoisyPay(1.0, 0), "hold_out"),
        (lambda: NoisyPay(1.0, 10, price=-1), "price"),
        (lambda: NoisyPay(1.0, 10, margin=math.nan), "margin"),
        (lambda: NoisyPay(1.0, 10, spread=-1), "spread"),
        (lambda: NoisyPay(1.0, 10, paired=1), "paired"),
        (lambda: NoisyPay(1.0, 10).pay(math.inf), "gain"),
        (lambda: NoisyPay(1.0, 10).pay(1.0, 0), "parts"),
        (lambda: NoisyPay(1.0, 10).profit(1.0, 2, fee=-1), "fee"),
        (lambda: NoisyPay(1.0, 10, margin=0.1).split_proof_fee(), "margin"),
        (lambda: NoisyPay(1.0, 10, spread=0.1, paired=False).split_proof_fee(), "spread"),
    ],
)
def test_refusals(build: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        build()
