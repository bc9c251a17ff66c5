"""Values that are not known exactly: intervals and distributions of a scenario's numbers.

In a scenario file they stand in a table ``[uncertainty]``, by key:

- ``"reward.pool" = [0.02, 0.08]``: an interval, every value in it as likely as any other;
- ``{ low = 0.02, mode = 0.05, high = 0.08 }``: triangular;
- ``{ mean = 0.05, sd = 0.01 }``: normal;
- ``{ median = 0.05, factor = 1.5 }``: log-normal, two thirds of it within that factor;

the last two perhaps cut off at ``low`` and ``high``, and at the ends of the number's domain anyway.
Whole numbers (participants, members of a committee) take the allowed values in proportion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from derelayl_econ.domains import POSITIVE, REAL, Domain, check_number
from derelayl_econ.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["UncertainValue", "uncertain_value"]

_FORMS = (
    {"low", "high"},
    {"low", "mode", "high"},
    {"mean", "sd"},
    {"median", "factor"},
)
_ALLOWED = (
    "be [low, high], or a table with low, mode and high, or mean and sd, or median and factor"
)
_LARGEST_SPAN = 10**7


@dataclass(frozen=True, kw_only=True)
class UncertainValue:
    """A distribution on the domain of a number.

    Parameters
    ----------
    name : str
        The number, for messages.
    parameters : dict of str to float
        One of the forms of this module, perhaps with ``low`` and ``high``.
    domain : Domain
        Of the number; an infinite end bounds nothing.

    Raises
    ------
    InputError
        If the parameters contradict each other, or put values outside the domain.

    Examples
    --------
    >>> cost = uncertain_value("training.cost", [1, 3], POSITIVE)
    >>> cost.support, cost.quantile([0, 0.5, 1]).tolist()
    ((1.0, 3.0), [1.0, 2.0, 3.0])
    >>> print(cost)
    uniform on [1, 3]
    """

    name: str
    parameters: Mapping[str, float]
    domain: Domain = REAL

    def __post_init__(self) -> None:
        given = self.parameters
        for key, value in given.items():
            positive = key in ("sd", "median") and POSITIVE
            domain = Domain(1, open_low=True) if key == "factor" else positive or REAL
            check_number(f"{key} of {self.name}", value, domain)
        for end in ("low", "high"):
            if end in given and given[end] not in self._continuous:
                raise InputError(f"{end} of {self.name}", given[end], str(self._continuous))
        inner = [given[key] for key in ("low", "mode", "high") if key in given]
        if inner != sorted(inner) or (len(inner) > 1 and inner[0] == inner[-1]):
            got = ", ".join(f"{k} {given[k]:g}" for k in ("low", "mode", "high") if k in given)
            raise InputError(self.name, got, "have low < high, mode between")
        low, high = self.support
        if not low < high:
            raise InputError(self.name, f"support [{low:g}, {high:g}]", "have more than one value")
        span = self._highest() - low
        if self.domain.integer and span > _LARGEST_SPAN:
            raise InputError(self.name, f"{span:g} values", f"span at most {_LARGEST_SPAN}",
                             hint="Give low and high.")  # fmt: skip

    @property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value; infinite where nothing bounds it."""
        low = max(self.parameters.get("low", -math.inf), self.domain.low)
        if "median" in self.parameters:
            low = max(low, 0.0)
        high = min(self.parameters.get("high", math.inf), self.domain.high)
        if self.domain.integer:
            return self._allowed(math.ceil(low), 1), self._allowed(
                math.floor(high) if math.isfinite(high) else high, -1)  # fmt: skip
        return float(low), float(high)

    def quantile(self, probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the values below which the distribution puts these probabilities."""
        import numpy as np

        u = np.asarray(probability, dtype=np.float64)
        if self.domain.integer:
            return self._whole(u)
        law, (low, high) = self._law(), self.support
        inside = law.ppf(law.cdf(low) + u * (law.cdf(high) - law.cdf(low)))
        if self.domain.open_low and low == self.domain.low:
            low = float(np.nextafter(low, math.inf))
        if self.domain.open_high and high == self.domain.high:
            high = float(np.nextafter(high, -math.inf))
        return np.asarray(np.clip(inside, low, high))

    def ppf(self, probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return :meth:`quantile`, under the name that SciPy asks for."""
        return self.quantile(probability)

    def __str__(self) -> str:
        given, (low, high) = self.parameters, self.support
        if "mode" in given:
            return f"triangular on [{low:g}, {high:g}] with mode {given['mode']:g}"
        ends = f" on [{low:g}, {high:g}]"
        if "sd" in given:
            return f"normal, mean {given['mean']:g}, sd {given['sd']:g},{ends}"
        if "factor" in given:
            return f"log-normal, median {given['median']:g}, factor {given['factor']:g},{ends}"
        return f"uniform{ends}"

    @property
    def _continuous(self) -> Domain:
        """The domain, fractions included: an interval of whole numbers may end anywhere."""
        return Domain(
            self.domain.low, self.domain.high, self.domain.open_low, self.domain.open_high
        )

    def _allowed(self, value: float, step: int) -> float:
        if math.isfinite(value) and self.domain.odd and value % 2 == 0:
            return float(value + step)
        return float(value)

    def _highest(self) -> float:
        """Return the largest value that is ever drawn: an endless tail of whole numbers is cut."""
        high = self.support[1]
        if math.isfinite(high) or not self.domain.integer:
            return high
        return self._allowed(math.ceil(float(self._law().ppf(1 - 2.0**-40))), 1)

    def _whole(self, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Each allowed value takes the mass around it, half-way to its neighbours."""
        import numpy as np

        step = 2 if self.domain.odd else 1
        law, low = self._law(), self.support[0]
        values = np.arange(low, self._highest() + step / 2, step)
        edges = np.append(low - step / 2, values + step / 2)
        mass = np.cumsum(np.diff(law.cdf(edges)))
        place = np.searchsorted(mass / mass[-1], u, side="left")
        return np.asarray(values[np.minimum(place, values.size - 1)])

    def _law(self) -> Any:
        from scipy import stats

        given, (low, high) = self.parameters, self.support
        if "sd" in given:
            return stats.norm(given["mean"], given["sd"])
        if "factor" in given:
            return stats.lognorm(math.log(given["factor"]), scale=given["median"])
        if self.domain.integer:  # half a step beyond, so that the ends count like the others
            half = (2 if self.domain.odd else 1) / 2
            low, high = low - half, high + half
        if "mode" in given:
            width = high - low
            return stats.triang((given["mode"] - low) / width, low, width)
        return stats.uniform(low, high - low)


def uncertain_value(name: str, given: Any, domain: Domain = REAL) -> UncertainValue:
    """Return the distribution that a scenario's entry describes.

    Parameters
    ----------
    name : str
        The key, for messages.
    given : [low, high], or mapping of str to float
        One of the forms of this module.
    domain : Domain
        Of the number.

    Raises
    ------
    InputError
        If it is none of the forms, contradicts itself or leaves the domain.

    Examples
    --------
    >>> uncertain_value("cost", {"median": 2, "factor": 1.5}).quantile(0.5).round(6).tolist()
    2.0
    >>> uncertain_value("cost", [3, 1])
    Traceback (most recent call last):
        ...
    derelayl_econ.errors.InputError: cost must have low < high, mode between; got 'low 3, high 1'
    """
    if isinstance(given, UncertainValue):
        given = dict(given.parameters)
    if isinstance(given, list | tuple) and len(given) == 2:
        given = {"low": given[0], "high": given[1]}
    if not isinstance(given, Mapping):
        raise InputError(name, given, _ALLOWED)
    keys = set(given)
    if not any(form <= keys <= form | {"low", "high"} for form in _FORMS):
        raise InputError(name, f"a table with {', '.join(map(str, given)) or 'nothing'}", _ALLOWED)
    parameters = {
        key: check_number(f"{key} of {name}", value, REAL) for key, value in given.items()
    }
    return UncertainValue(name=name, parameters=parameters, domain=domain)
