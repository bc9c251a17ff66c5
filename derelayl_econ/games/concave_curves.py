r"""Concave benefits of effort without a ceiling: logarithm and root.

The curves of :mod:`derelayl_econ.quality` have a ceiling. Two that have none are the standard
examples of the theory of public goods, with E the effort of all together:

- logarithmic, Q(E) = h ln(1 + E/E_0): the marginal quality h/(E_0 + E) is finite at 0;
- root, Q(E) = h (E/E_0)^b with 0 < b < 1: infinite at 0, so that somebody always trains.

Both start from quality 0. Other functions: :class:`.ConcaveBenefit`.

Proved: theorem I in proofs/.

Source: theory notes, section 2.3 (the logarithmic curve is its example).
"""

from __future__ import annotations

from abc import ABC
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt
import sympy as sp
from sympy.codegen.cfunctions import log1p

from derelayl_econ.domains import (
    NON_NEGATIVE,
    OPEN_UNIT,
    POSITIVE,
    Domain,
    check_array,
    check_number,
)
from derelayl_econ.formula import Formula
from derelayl_econ.notation import check, symbol

if TYPE_CHECKING:
    Array = npt.NDArray[np.float64]

__all__ = ["LogCurve", "RootCurve", "UnboundedCurve"]

_SOURCE = "theory notes, section 2.3"
_SIZE = Domain(1e-60, 1e60)
_E, _E0, _B = symbol("effort"), symbol("effort_scale"), symbol("exponent")
_H, _KAPPA = symbol("height"), symbol("marginal_quality")


@dataclass(frozen=True, kw_only=True)
class UnboundedCurve(ABC):
    """A concave curve from quality 0 without a ceiling; see the two subclasses.

    Parameters
    ----------
    height : float
        h, the unit of quality (score), > 0.
    effort_scale : float
        E_0, the unit of effort (legs), > 0.

    Raises
    ------
    InputError
        If a parameter lies outside its domain or [1e-60, 1e60].
    """

    height: float = 1.0
    effort_scale: float = 1.0

    quality_formula: ClassVar[Formula]
    marginal_formula: ClassVar[Formula]
    inverse_formula: ClassVar[Formula]

    def __post_init__(self) -> None:
        for name, number in check(**asdict(self)).items():
            domain = OPEN_UNIT if name == "exponent" else _SIZE
            object.__setattr__(self, name, check_number(name, number, domain))

    def quality(self, effort: npt.ArrayLike) -> Array:
        """Return the quality (score) after ``effort`` >= 0 legs; any shape, kept."""
        return self._evaluate(self.quality_formula, effort=_checked("effort", effort))

    def marginal(self, effort: npt.ArrayLike) -> Array:
        """Return dQ/dE (score per leg) after ``effort`` >= 0 legs."""
        return self._evaluate(self.marginal_formula, effort=_checked("effort", effort))

    def effort_at(self, marginal: npt.ArrayLike) -> Array:
        """Return the effort (legs) with that marginal quality > 0; 0 if it is lower from 0 on."""
        slope = check_array("marginal", marginal, POSITIVE, ndim=None)
        return self._evaluate(self.inverse_formula, marginal_quality=slope)

    def _evaluate(self, formula: Formula, **values: npt.ArrayLike) -> Array:
        known = {field.name: getattr(self, field.name) for field in fields(self)} | values
        return formula(**{name: known[name] for name in formula.arguments})


@dataclass(frozen=True, kw_only=True)
class LogCurve(UnboundedCurve):
    """Logarithmic benefit, Q(E) = h ln(1 + E/E_0).

    Examples
    --------
    >>> curve = LogCurve()
    >>> curve.quality([0, 1]).round(4), curve.marginal([0, 1]), curve.effort_at([2, 0.5])
    (array([0.    , 0.6931]), array([1. , 0.5]), array([0., 1.]))
    """

    quality_formula: ClassVar[Formula] = Formula(
        "logarithmic quality", _H * log1p(_E / _E0), _SOURCE
    )
    marginal_formula: ClassVar[Formula] = Formula(
        "logarithmic marginal quality", _H / (_E0 + _E), _SOURCE
    )
    inverse_formula: ClassVar[Formula] = Formula(
        "logarithmic effort at a marginal quality", sp.Max(0, _H / _KAPPA - _E0), _SOURCE
    )


@dataclass(frozen=True, kw_only=True)
class RootCurve(UnboundedCurve):
    """Root benefit, Q(E) = h (E/E_0)^b with ``exponent`` b in (0, 1).

    Examples
    --------
    >>> curve = RootCurve(exponent=0.5)
    >>> curve.quality([0, 4]), curve.marginal([0, 4]), curve.effort_at(0.25)
    (array([0., 2.]), array([ inf, 0.25]), array(4.))
    """

    exponent: float = 0.5

    quality_formula: ClassVar[Formula] = Formula("root quality", _H * (_E / _E0) ** _B, _SOURCE)
    marginal_formula: ClassVar[Formula] = Formula(
        # The plain derivative, h b (E/E_0)^b / E, would be 0/0 at 0.
        "root marginal quality",
        _H * _B / _E0 * (_E / _E0) ** (_B - 1),
        _SOURCE,
    )
    inverse_formula: ClassVar[Formula] = Formula(
        "root effort at a marginal quality",
        _E0 * (_H * _B / (_E0 * _KAPPA)) ** (1 / (1 - _B)),
        _SOURCE,
    )


def _checked(name: str, values: npt.ArrayLike) -> Array:
    return check_array(name, values, NON_NEGATIVE, ndim=None)
