r"""Expected errors of those who share a model, for three ways of sharing.

Setting (Donahue and Kleinberg 2021, arXiv 2010.00753): members i of a coalition estimate their own
means from n_i samples each; means have variance sigma^2, one sample has error variance mu_e. For
member j let O be the others and n_O the sum of their samples.

- *uniform*: everybody uses the average of all samples. With N = n_j + n_O,
  err_j = mu_e/N + sigma^2 [sum_O n_i^2 + n_O^2]/N^2: sampling noise, plus the others' means
  weighted n_i/N, plus j's own mean, which is missed by the weight n_O/N.
- *coarse*: j mixes the common model with its local one in its best proportion.
- *fine*: j weights each member's local model as suits it best.

In the last two, j combines two estimates with independent errors: its local one, a = mu_e/n_j, and
an average of the others' models with error b at j's mean; the best weights give a b/(a + b). Coarse
sharing averages the others by samples, b = mu_e/n_O + sigma^2 [sum_O n_i^2/n_O^2 + 1]. Fine sharing
averages them by precision 1/(sigma^2 + mu_e/n_i), with sum H over O, so b = 1/H + sigma^2. (The
last sigma^2 of both is the variance of j's own mean.) With nobody else err_j = a.

The formulas agree with theory notes, section 6.2 (uniform), and with the closed forms in the
authors' public notebooks, where the coarse and fine ones are written differently.
Proved: theorem O in proofs/.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from derelayl_econ.formula import Formula
from derelayl_econ.notation import symbol

__all__ = ["COARSE_ERROR", "FINE_ERROR", "SHARING", "UNIFORM_ERROR", "exact_errors"]

_MU, _VAR, _OWN = symbol("sampling_noise"), symbol("task_variance"), symbol("own_samples")
_OTHERS, _SQUARES = symbol("other_samples"), symbol("other_squares")
_H = symbol("other_precision")
_PAPER = "Donahue and Kleinberg 2021, arXiv 2010.00753"


def _combined(others: sp.Expr) -> sp.Expr:
    local = _MU / _OWN
    return local * others / (local + others)


UNIFORM_ERROR = Formula(
    "error under uniform sharing",
    _MU / (_OWN + _OTHERS) + _VAR * (_SQUARES + _OTHERS**2) / (_OWN + _OTHERS) ** 2,
    f"{_PAPER}, uniform federation; theory notes, section 6.2",
)
COARSE_ERROR = Formula(
    "error under coarse-grained sharing",
    _combined(_MU / _OTHERS + _VAR * (_SQUARES / _OTHERS**2 + 1)),
    f"{_PAPER}, coarse-grained federation with the best weight put in",
)
FINE_ERROR = Formula(
    "error under fine-grained sharing",
    _combined(1 / _H + _VAR),
    f"{_PAPER}, fine-grained federation with the best weights put in",
)

SHARING = {"uniform": UNIFORM_ERROR, "coarse": COARSE_ERROR, "fine": FINE_ERROR}
"""The error of a member who is not alone, by way of sharing."""


def exact_errors(
    sharing: str, samples: npt.NDArray[np.float64], noise: float, spread: float
) -> list[dict[int, Fraction]]:
    """Return for each player the exact error in each coalition (bitmask) that it is in.

    Examples
    --------
    >>> errors = exact_errors("uniform", np.array([5.0, 25.0]), noise=10.0, spread=1.0)
    >>> [str(errors[0][mask]) for mask in (0b01, 0b11)], str(errors[1][0b11])
    (['2', '31/18'], '7/18')
    """
    sizes = [Fraction(float(n)) for n in samples]
    mu, variance = Fraction(noise), Fraction(spread)
    rational, names = _rational(sharing)
    found: list[dict[int, Fraction]] = []
    for player, own in enumerate(sizes):
        column = {1 << player: mu / own}
        for mask in range(1, 1 << len(sizes)):
            others = [n for i, n in enumerate(sizes) if mask >> i & 1 and i != player]
            if mask >> player & 1 and others:
                column[mask] = rational(*_arguments(names, own, others, mu, variance))
        found.append(column)
    return found


def _arguments(
    names: tuple[str, ...], own: Fraction, others: list[Fraction], mu: Fraction, variance: Fraction
) -> list[Fraction]:
    known: dict[str, Callable[[], Any]] = {
        "sampling_noise": lambda: mu,
        "task_variance": lambda: variance,
        "own_samples": lambda: own,
        "other_samples": lambda: sum(others),
        "other_squares": lambda: sum(n * n for n in others),
        "other_precision": lambda: sum(1 / (variance + mu / n) for n in others),
    }
    return [Fraction(known[name]()) for name in names]


@cache
def _rational(sharing: str) -> tuple[Callable[..., Fraction], tuple[str, ...]]:
    """Return the formula as a function of Fractions, and the names of its arguments in order."""
    formula = SHARING[sharing]
    symbols = [symbol(name) for name in formula.arguments]
    return sp.lambdify(symbols, formula.expression, modules="math"), formula.arguments
