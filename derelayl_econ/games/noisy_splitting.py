r"""Pay in proportion to gain, verified on samples: splitting is an option on the noise.

The game. A hand-over is paid lambda times its verified gain if that is above a margin t, and
nothing otherwise (the gate refuses it, and the relay does not charge for losses). Verification is
on V fresh samples: a true gain x is seen as x + tau_m eps, eps normal. *Player*: a trainer whose
leg gains g. *Actions*: hand it in as one, or as m legs of mean gain g/m, each verified by itself,
at a fee f per hand-over. *Payoff*: m (lambda e(g/m, tau_m) - f), where

    e(x, tau) = E[(x + tau eps) 1(x + tau eps > t)] = x Phi((x-t)/tau) + tau phi((x-t)/tau).

*Best response*: the m of largest payoff; handing the leg in as one is an *equilibrium* iff that is
m = 1. With exact verification and t = 0, e = max(x, 0): splitting a gain is neutral. With noise it
pays: every name draws its own luck, and bad luck is forgiven.

How large is tau_m? With sigma the spread of the leg's loss change from sample to sample, and s the
spread of its true gain over repetitions:

- *paired* verification (the gate: both models on the same samples): a part changes the model less,
  and its loss change scatters less. In real relays the variances of halves and quarters of a leg
  were measured to add up to 1.0-1.2 times that of the leg: tau_m^2 = tau^2/m,
  tau^2 = sigma^2/V + s^2;
- *unpaired* (before and after on different samples): the noise does not depend on the work,
  tau_m^2 = sigma^2/V + s^2/m.

*Theorem* (t = 0, g >= 0). Splitting pays under both. (a) Paired, it wins h(m) - h(1),
h(m) = lambda tau sqrt(m) psi(z/sqrt(m)), psi(z) = phi(z) + z Phi(z), z = g/tau: increasing in m,
without bound. The fee lambda (sqrt(2)-1) tau/sqrt(2 pi) stops all splits, and no smaller one does
for all g. (b) Unpaired with s = 0 that fee is lambda tau/sqrt(2 pi), the mean pay of a hand-over
that does nothing. *Proof.* (a) h'(m) = lambda tau phi(z/sqrt(m))/(2 sqrt(m)) > 0. The average
(h(m) - h(1))/(m-1) has the derivative lambda (Phi(z/sqrt(m)) - Phi(z))/(m-1) <= 0 in g: it is
largest at g = 0, lambda tau phi(0)/(sqrt(m)+1), and there at m = 2. (b) e is convex in x, so
e(g/m) <= (1 - 1/m) e(0) + (1/m) e(g): m e(g/m) - e(g) <= (m-1) e(0), with equality at g = 0. QED.
Unlike a fee on blind lineage pay, these leave most of honest pay, which is at least lambda g.

Source: own analysis; the noise of a gate is that of theory notes, section 4.1a.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sympy as sp

from derelayl_econ.domains import NON_NEGATIVE, Domain, check_number
from derelayl_econ.errors import InputError
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol

__all__ = [
    "EXPECTED_PAY",
    "PAIRED_ERROR",
    "PAIRED_FEE",
    "UNPAIRED_ERROR",
    "UNPAIRED_FEE",
    "NoisyPay",
]

_SOURCE = "own analysis"
_G, _TAU, _T, _LAMBDA = (symbol(c) for c in ("gain", "gain_noise", "margin", "price"))
_SHORT = (_T - _G) / _TAU  # one bracket: see the acceptance formula

_VARIANCE, _M = symbol("noise") ** 2 / symbol("hold_out"), symbol("split_parts")
_SCATTER = symbol("spread") ** 2
_NORMAL = sp.exp(-(_SHORT**2) / 2) / sp.sqrt(2 * sp.pi)

PAIRED_ERROR = Formula(
    "standard deviation of the verified gain of one part, paired",
    sp.sqrt((_VARIANCE + _SCATTER) / _M),
    "theory notes, section 4.1a; its fall with the parts was measured",
)
UNPAIRED_ERROR = Formula(
    "standard deviation of the verified gain of one part, unpaired",
    sp.sqrt(_VARIANCE + _SCATTER / _M),
    _SOURCE,
)
EXPECTED_PAY = Formula(
    "expected pay of a hand-over whose verified gain must exceed a margin",
    _LAMBDA * (_G * sp.erfc(_SHORT / sp.sqrt(2)) / 2 + _TAU * _NORMAL),
    _SOURCE,
)
PAIRED_FEE = Formula(
    "fee that stops splitting, paired verification without margin",
    _LAMBDA * (sp.sqrt(2) - 1) * _TAU / sp.sqrt(2 * sp.pi),
    _SOURCE,
)
UNPAIRED_FEE = Formula(
    "fee that stops splitting, unpaired verification without margin and spread",
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
        sigma > 0, spread of a whole leg's loss change from sample to sample (score).
    hold_out : int
        V, samples behind one verdict.
    price : float
        lambda (money/score).
    margin : float
        t, what the verified gain must exceed (score).
    spread : float
        s, standard deviation of the true gain of a whole leg (score).
    paired : bool
        Whether models are compared on the same samples, as the gate does.

    Examples
    --------
    >>> pay = NoisyPay(noise=0.5, hold_out=100)
    >>> round(pay.pay(0.02), 6), round(pay.profit(0.02, parts=2), 6)
    (0.031522, 0.007808)
    >>> round(pay.split_proof_fee(), 6), pay.profit(0.02, parts=2, fee=0.01) < 0
    (0.008262, True)
    """

    noise: float
    hold_out: int
    price: float = 1.0
    margin: float = 0.0
    spread: float = 0.0
    paired: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.paired, bool):
            raise InputError("paired", self.paired, "be True or False")
        numbers = {name: value for name, value in asdict(self).items() if name != "paired"}
        for name, value in check(**numbers).items():
            object.__setattr__(self, name, value)
            check_number(name, value, _SPREAD if name == "noise" else _SIZE)

    def pay(self, gain: float, parts: int = 1) -> float:
        """Return what a true gain (score) is paid on average, handed in as so many legs (money)."""
        size: float = check_number("gain", gain, _SIZE)
        count: int = check_number("parts", parts, _NAMES)
        each = EXPECTED_PAY(gain=size / count, gain_noise=self.error(count), margin=self.margin,
                            price=self.price)  # fmt: skip
        return count * float(each)

    def profit(self, gain: float, parts: int, fee: float = 0.0) -> float:
        """Return what handing in a leg as ``parts`` legs wins on average (money)."""
        paid: float = check_number("fee", fee, NON_NEGATIVE)
        return self.pay(gain, parts) - self.pay(gain) - (parts - 1) * paid

    def split_proof_fee(self) -> float:
        """Return the smallest fee per hand-over at which no leg is worth splitting (money).

        Proved where nothing is gained: theorem F in proofs/.

        Raises
        ------
        InputError
            If there is a margin, or a spread without pairing: no closed form is known then.
        """
        for name in ("margin",) if self.paired else ("margin", "spread"):
            if getattr(self, name) != 0:
                raise InputError(name, getattr(self, name), "be 0 for a fee in closed form")
        fee = PAIRED_FEE if self.paired else UNPAIRED_FEE
        return float(fee(price=self.price, gain_noise=self.error(1)))

    def error(self, parts: int) -> float:
        """Return tau_m, the standard deviation of the verified gain of one of ``parts`` legs."""
        count = check_number("parts", parts, _NAMES)
        formula = PAIRED_ERROR if self.paired else UNPAIRED_ERROR
        return float(formula(noise=self.noise, hold_out=self.hold_out, spread=self.spread,
                             split_parts=count))  # fmt: skip
