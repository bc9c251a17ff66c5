r"""Pay in proportion to gain, verified on samples: splitting is an option on the noise.

The game. A hand-over is paid lambda times its verified gain if that is above a margin t, and
nothing otherwise (the gate refuses it, and the relay does not charge for losses). Verification is
on V fresh samples: a true gain x is seen as x + tau eps, eps normal, tau = sigma/sqrt(V). *Player*:
a trainer whose leg gains g. *Actions*: hand it in as one, or as m legs of gain g/m, each verified
by itself, at a fee f per hand-over. *Payoff*: m (lambda e(g/m) - f), where

    e(x) = E[(x + tau eps) 1(x + tau eps > t)] = x Phi((x-t)/tau) + tau phi((x-t)/tau).

*Best response*: the m of largest payoff; handing the leg in as one is an *equilibrium* iff that is
m = 1.

With exact verification and t = 0, e(x) = max(x, 0): splitting a gain is neutral. With noise and
t = 0 it pays: every name draws its own luck, and bad luck is forgiven.

*Theorem* (t = 0). m e(g/m) >= e(g) for g >= 0. A fee f >= lambda e(0) = lambda tau/sqrt(2 pi), the
expected pay of a hand-over that does nothing, makes splitting unprofitable for all m and g, and no
smaller fee does. *Proof.* e(x) - x = e(-x) falls in x, so e(g/m) - g/m >= e(g) - g >= 0, and m times
the left side, m e(g/m) - g, is no less. e is convex, so e(g/m) <= (1 - 1/m) e(0) + (1/m) e(g), that
is m e(g/m) - e(g) <= (m-1) e(0), with equality at g = 0. QED. Unlike a fee on blind lineage pay,
this one leaves most of honest pay: lambda e(g) - f >= lambda (g - tau/sqrt(2 pi)).

The true gain of one and the same work may scatter too, with variance v for a whole leg and v/m for
a part; then tau^2 = sigma^2/V + v/m. Source: own analysis; the noise of a gate is that of theory
notes, section 4.1a.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sympy as sp

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol

__all__ = ["EXPECTED_PAY", "IDLE_PAY", "VERIFICATION_ERROR", "NoisyPay"]

_SOURCE = "own analysis"
_G, _TAU, _T, _LAMBDA = (symbol(c) for c in ("gain", "gain_noise", "margin", "price"))
_SHORT = (_T - _G) / _TAU  # one bracket: see the acceptance formula

_SCATTER = symbol("spread") ** 2 / symbol("split_parts")
_NORMAL = sp.exp(-(_SHORT**2) / 2) / sp.sqrt(2 * sp.pi)

VERIFICATION_ERROR = Formula(
    "standard deviation of the verified gain of one part",
    sp.sqrt(symbol("noise") ** 2 / symbol("hold_out") + _SCATTER),
    "theory notes, section 4.1a",
)
EXPECTED_PAY = Formula(
    "expected pay of a hand-over whose verified gain must exceed a margin",
    _LAMBDA * (_G * sp.erfc(_SHORT / sp.sqrt(2)) / 2 + _TAU * _NORMAL),
    _SOURCE,
)
IDLE_PAY = Formula(
    "expected pay of a hand-over that does nothing, no margin",
    _LAMBDA * _TAU / sp.sqrt(2 * sp.pi),
    _SOURCE,
)

_SIZE = Domain(-1e60, 1e60)
_SPREAD = Domain(1e-60, 1e60)
_NAMES = Domain(1, 10**9, integer=True)


@dataclass(frozen=True)
class NoisyPay:
    """Pay by verified gain, at a gate that errs.

    Parameters
    ----------
    noise : float
        sigma > 0, spread of the gain from sample to sample (score).
    hold_out : int
        V, samples behind one verdict.
    price : float
        lambda (money/score).
    margin : float
        t, what the verified gain must exceed (score).
    spread : float
        Standard deviation of the true gain of a whole leg (score).

    Examples
    --------
    >>> pay = NoisyPay(noise=0.5, hold_out=100)
    >>> round(pay.pay(0.02), 6), round(pay.profit(0.02, parts=2), 6)
    (0.031522, 0.019168)
    >>> round(pay.split_proof_fee(), 6), pay.profit(0.02, parts=2, fee=0.02) < 0
    (0.019947, True)
    """

    noise: float
    hold_out: int
    price: float = 1.0
    margin: float = 0.0
    spread: float = 0.0

    def __post_init__(self) -> None:
        for name, value in check(**asdict(self)).items():
            object.__setattr__(self, name, value)
            check_number(name, value, _SPREAD if name == "noise" else _SIZE)

    def pay(self, gain: float, parts: int = 1) -> float:
        """Return what a true gain (score) is paid on average, handed in as so many legs (money)."""
        size: float = check_number("gain", gain, _SIZE)
        count: int = check_number("parts", parts, _NAMES)
        each = EXPECTED_PAY(gain=size / count, gain_noise=self._error(count), margin=self.margin,
                            price=self.price)  # fmt: skip
        return count * float(each)

    def profit(self, gain: float, parts: int, fee: float = 0.0) -> float:
        """Return what handing in a leg as ``parts`` legs wins on average (money)."""
        paid: float = check_number("fee", fee, NON_NEGATIVE)
        return self.pay(gain, parts) - self.pay(gain) - (parts - 1) * paid

    def split_proof_fee(self) -> float:
        """Return the smallest fee per hand-over at which no leg is worth splitting (money).

        Raises
        ------
        InputError
            If there is a margin or a spread, for which the theorem does not hold.
        """
        for name in ("margin", "spread"):
            if getattr(self, name) != 0:
                raise InputError(name, getattr(self, name), "be 0 for a fee in closed form")
        return float(IDLE_PAY(price=self.price, gain_noise=self._error(1)))

    def _error(self, parts: int) -> float:
        return float(VERIFICATION_ERROR(noise=self.noise, hold_out=self.hold_out,
                                        spread=self.spread, split_parts=parts))  # fmt: skip
