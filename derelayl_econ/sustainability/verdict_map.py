"""All seven verdicts over a grid of two numbers of a scenario, computed at once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from derelayl_econ.domains import check_array
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.results import Result
from derelayl_econ.scenario import Scenario
from derelayl_econ.solution import ecology_of
from derelayl_econ.sustainability.conditions import RULES, Rule
from derelayl_econ.sustainability.inequalities import ROUNDING, Verdict
from derelayl_econ.sustainability.knobs import changed
from derelayl_econ.sustainability.terms import Array, keys_of, terms_of

__all__ = ["CODES", "VerdictMap", "verdict_map"]

CODES = {Verdict.FAILS: -1, Verdict.BOUNDARY: 0, Verdict.HOLDS: 1, Verdict.NOT_APPLICABLE: 2}
"""Whole numbers that stand for verdicts in a map."""


@dataclass(frozen=True, kw_only=True, eq=False)
class VerdictMap(Result):
    """Verdicts and margins over a grid.

    Attributes
    ----------
    scenario : str
    x_knob, y_knob : str
        Keys of the numbers that vary along columns and rows.
    xs, ys : arrays of shape (X,), (Y,)
    verdicts : dict of str to int8 array of shape (Y, X)
        By condition: 1 holds, 0 on the boundary, -1 fails, 2 does not apply.
    margins : dict of str to array of shape (Y, X)
        Margin of the binding inequality, in its own unit; NaN where none applies.
    relative_margins : dict of str to array of shape (Y, X)
        The same over the sum of both sides' sizes: comparable between conditions.
    """

    scenario: str
    x_knob: str
    y_knob: str
    xs: Array
    ys: Array
    verdicts: dict[str, npt.NDArray[np.int8]] = field(repr=False)
    margins: dict[str, Array] = field(repr=False)
    relative_margins: dict[str, Array] = field(repr=False)

    @property
    def sustainable(self) -> npt.NDArray[np.bool_]:
        """Where every condition that applies holds; shape (Y, X)."""
        return np.asarray(np.all([v > 0 for v in self.verdicts.values()], axis=0))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per point: both numbers, verdicts in words, margins, the whole."""
        y, x = np.meshgrid(self.ys, self.xs, indexing="ij")
        words = {code: verdict.value for verdict, code in CODES.items()}
        columns: dict[str, object] = {self.x_knob: x.ravel(), self.y_knob: y.ravel()}
        for code, verdict in self.verdicts.items():
            columns[code] = pd.Categorical([words[v] for v in verdict.ravel().tolist()],
                                           categories=list(words.values()))  # fmt: skip
            columns[f"{code} margin"] = self.margins[code].ravel()
        return pd.DataFrame(columns | {"sustainable": self.sustainable.ravel()})

    def caption(self) -> str:
        """Return how much of the grid is sustainable."""
        share = float(self.sustainable.mean())
        return f"{self.scenario}: {share:.1%} of {self.sustainable.size} points are sustainable"

    def table(self) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Return the share of points with each verdict, by condition."""
        rows = [(code, *(float((verdict == number).mean()) for number in CODES.values()))
                for code, verdict in self.verdicts.items()]  # fmt: skip
        return ("condition", *(verdict.value for verdict in CODES)), rows


def verdict_map(
    scenario: Scenario, x_knob: str, xs: npt.ArrayLike, y_knob: str, ys: npt.ArrayLike
) -> VerdictMap:
    """Judge a scenario at all pairs of values of two of its numbers.

    Parameters
    ----------
    scenario : Scenario
    x_knob, y_knob : str
        Keys such as ``"reward.pool"`` or ``"community.leakage"``: any numbers of the scenario.
    xs, ys : array_like, shapes (X,), (Y,)
        Values; each must be one that the scenario accepts.

    Raises
    ------
    InputError
        If a key is unknown, both are the same, or a value is out of domain.

    Examples
    --------
    >>> found = verdict_map(Scenario.load("phone_community"), "reward.pool", [0.0, 0.05],
    ...                     "training.cost", [0.005, 0.1])
    >>> found.verdicts["S1"].tolist()
    [[1, 1], [-1, -1]]
    """
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario")
    if x_knob == y_knob:
        raise InputError("y_knob", y_knob, "differ from x_knob")
    columns, rows = check_array("xs", xs), check_array("ys", ys)
    base = _checked(scenario, {x_knob: columns, y_knob: rows})
    keys = keys_of(base)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    terms = terms_of(base, {**keys, x_knob: x, y_knob: y})
    found = {rule.code: _judged(rule, base, terms, x.shape) for rule in RULES}
    return VerdictMap(
        scenario=scenario.name, x_knob=x_knob, y_knob=y_knob, xs=columns, ys=rows,
        verdicts={code: _codes(score) for code, (_, score) in found.items()},
        margins={code: margin for code, (margin, _) in found.items()},
        relative_margins={code: score for code, (_, score) in found.items()},
    )  # fmt: skip


def _checked(scenario: Scenario, axes: dict[str, Array]) -> Scenario:
    """Return the scenario at a corner, after building one at every value and at all corners."""
    numbers = keys_of(scenario) | {"reward.access_fee": 0.0}
    for key, values in axes.items():
        if key not in numbers:
            raise InputError("knob", key, "be the key of a number of the scenario",
                             hint=did_you_mean(key, numbers))  # fmt: skip
        for value in values:
            _check_ecology(changed(scenario, key, float(value)))
    (x_knob, xs), (y_knob, ys) = axes.items()
    ends = [(values.min(), values.max()) for values in (xs, ys)]
    corners = [changed(changed(scenario, x_knob, float(x)), y_knob, float(y))
               for x, y in itertools.product(*ends)]  # fmt: skip
    return corners[0]


def _check_ecology(scenario: Scenario) -> None:
    """Refuse numbers that no ecology can have, such as an odd number of participants."""
    if scenario.ecology is not None:
        ecology_of(scenario)


def _judged(
    rule: Rule, scenario: Scenario, terms: dict[str, object], shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """Return margin and score of the binding inequality at every point."""
    score = rule.score(scenario, terms)
    if np.isnan(score).all():
        return np.full(shape, np.nan), np.full(shape, np.nan)
    best = [m.score(scenario, terms) for m in rule.mechanisms]
    margin = np.full(shape, np.nan)
    for mechanism, value in zip(rule.mechanisms, best, strict=True):
        for inequality in mechanism.inequalities:
            if inequality.applies(scenario):
                own, own_score = inequality.margin(terms)
                chosen = (own_score == value) & (value == score) & np.isnan(margin)
                margin = np.where(chosen, own, margin)
    return margin, np.array(np.broadcast_to(score, shape))


def _codes(score: Array) -> npt.NDArray[np.int8]:
    code = np.where(np.abs(score) <= ROUNDING, 0, np.sign(score))
    return np.where(np.isnan(score), 2, code).astype(np.int8)
