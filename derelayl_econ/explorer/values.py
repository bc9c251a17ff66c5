"""Which values a slider offers, and how it names them.

Money: 0 and, on a logarithmic scale, about twenty values to a decade around the cost of a leg (for
a price per improvement, around what makes the first leg pay). Probabilities in hundredths; members
of a committee, odd; participants, on a logarithmic scale. The scenario's own value is always there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from derelayl_econ.domains import Domain
from derelayl_econ.notation import NOTATION
from derelayl_econ.scenario import Scenario
from derelayl_econ.sustainability.knobs import Knob
from derelayl_econ.sustainability.terms import keys_of

__all__ = ["options_of", "title_of", "value_text"]

_DECADES = 3
"""How far sliders for money reach on either side of their scale."""


def options_of(
    knob: Knob, own: float, scenario: Scenario, more: Iterable[float] = ()
) -> list[tuple[str, float]]:
    """Return the values of a slider, increasing, in words and as numbers.

    Parameters
    ----------
    knob : Knob
    own : float
        The scenario's value.
    scenario : Scenario
    more : iterable of float
        Values to take in as well.

    Examples
    --------
    >>> phones = Scenario.load("phone_community")
    >>> options_of(Knob("verification.committee_size", "committee_size"), 5, phones)[:2]
    [('1 people', 1.0), ('3 people', 3.0)]
    """
    values = {own, *more, *_grid(knob, own, _scale(scenario, knob.key))}
    return [(value_text(knob, value), value) for value in sorted(values)]


def value_text(knob: Knob, value: float) -> str:
    """Return a value with its unit.

    Examples
    --------
    >>> value_text(Knob("reward.price", "price"), 0.2)
    '0.2 money / score'
    """
    return f"{value:.4g} {NOTATION[knob.code].unit}".removesuffix(" 1")


def title_of(knob: Knob) -> str:
    """Return what stands beside a slider.

    Examples
    --------
    >>> title_of(Knob("reward.price", "price"))
    'price  λ'
    """
    words = knob.key.partition(".")[2].replace("_", " ")
    return f"{words}  {pretty_symbol(NOTATION[knob.code].symbol)}"


def _scale(scenario: Scenario, key: str) -> float:
    """Return the size of money around which a slider is laid out."""
    leg = keys_of(scenario)["training.cost"]
    gain = scenario.learning.learning_rate * scenario.gap
    return leg / gain if key == "reward.price" else leg


def _grid(knob: Knob, own: float, scale: float) -> list[float]:
    domain = knob.domain
    if domain.odd:
        return list(map(float, range(1, 2 * max(10, int(own)), 2)))
    if knob.whole:
        return _counts(knob, max(1000.0, 10 * own))
    if np.isfinite(domain.high):
        return _within(domain, np.round(np.linspace(domain.low, domain.high, 101), 4))
    reach = 10.0**_DECADES
    low, high = min(scale, own or scale) / reach, max(scale, own) * reach
    return _within(domain, [0.0, *_rounded(low, high)])


def _counts(knob: Knob, high: float) -> list[float]:
    found = {knob.step * round(value / knob.step) for value in _rounded(knob.domain.low, high)}
    return _within(knob.domain, sorted(found))


def _rounded(low: float, high: float) -> list[float]:
    """Return values of two digits, about twenty to a decade."""
    count = 1 + round(20 * np.log10(high / low))
    return [float(f"{value:.1e}") for value in np.geomspace(low, high, count)]


def _within(domain: Domain, values: Any) -> list[float]:
    return [float(value) for value in values if float(value) in domain]
