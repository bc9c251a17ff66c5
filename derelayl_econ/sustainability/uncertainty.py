r"""What is left of a verdict when the numbers are not known exactly.

The uncertain values of a scenario are independent, each with its distribution. For every condition:

- the *probability* that it holds, by quasi-Monte Carlo: the mean over several independently
  scrambled Sobol' sequences, with the t-interval of those means (Owen 1997); where all points
  agree, the exact binomial interval, which is wider than what such points deserve;
- *what it depends on*: first-order and total sensitivity indices (Saltelli et al. 2010) of the
  condition's relative margin, by the same sequences: the share of its variance that one value
  explains alone, and together with all others. They are not defined where the margin is constant;
- the *swing*: the relative margin with one value at its 5 % and at its 95 % quantile, the others at
  the scenario's own (the bars of a tornado).

The relative margin is left side minus right side, divided by their sizes: positive where the
condition holds, comparable between conditions of different units; 1 where a condition does not
apply (no drift, nothing paid). The whole ("all") has the smallest of its conditions' margins.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from derelayl_econ.domains import COUNT, check_number
from derelayl_econ.errors import InputError, did_you_mean
from derelayl_econ.results import Result, format_number, format_table, frozen_array
from derelayl_econ.scenario import Scenario
from derelayl_econ.seeds import Seed, child, numbered, root_of, seed_of
from derelayl_econ.sustainability.conditions import RULES, Rule
from derelayl_econ.sustainability.inequalities import ROUNDING
from derelayl_econ.sustainability.terms import Array, keys_of, terms_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ALL", "Uncertainty", "uncertainty_of"]

ALL = "all"
"""The code of all conditions together."""

_SCRAMBLES, _RESAMPLES = 8, 100
_CONFIDENCE = 0.95
_TAILS = (0.05, 0.95)
_MOST = 2**16


@dataclass(frozen=True, kw_only=True, eq=False)
class Uncertainty(Result):
    """Probabilities and sensitivities of the conditions that apply, and of all together.

    Attributes
    ----------
    scenario : str
    seed : int
    samples : int
        Points behind each probability.
    values : dict of str to str
        The uncertain keys and their distributions, in words.
    probability : dict of str to (low, estimate, high)
        That a condition holds, by its code or ``ALL``, with a 95 % interval.
    codes : tuple of str
        Rows of the arrays below.
    margin : array of shape (codes,)
        Relative margins at the scenario's own values.
    first_order, total : arrays of shape (codes, values, 3)
        Sensitivity indices: low, estimate, high (95 %). NaN where a margin is constant.
    swing : array of shape (codes, values, 2)
        Relative margins with one value at its 5 % and its 95 % quantile.
    """

    scenario: str
    seed: int
    samples: int
    values: Mapping[str, str]
    probability: Mapping[str, tuple[float, float, float]]
    codes: tuple[str, ...]
    margin: Array
    first_order: Array
    total: Array
    swing: Array

    def caption(self) -> str:
        """Return the probability of the whole in one line."""
        low, mid, high = self.probability[ALL]
        return (f"{self.scenario}: all conditions hold with probability {mid:.3f} "
                f"[{low:.3f}, {high:.3f}] ({self.samples} points, seed {self.seed})")  # fmt: skip

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
        """Return one row per condition: probability, and total indices by uncertain value."""
        rows = []
        for place, code in enumerate(self.codes):
            low, mid, high = self.probability[code]
            indices = [_index(value) for value in self.total[place, :, 1]]
            rows.append((code, f"{mid:.3f} [{low:.3f}, {high:.3f}]", *indices))
        return ("", "holds with probability", *self.values), rows

    def sensitivity_table(self, code: str = ALL) -> str:
        """Return both indices of every value for one condition, with intervals, as text."""
        place = self._place(code)
        rows = [
            (key, words, *(_interval(array[place, i]) for array in (self.first_order, self.total)))
            for i, (key, words) in enumerate(self.values.items())
        ]
        return format_table(("value", "distribution", "alone", "with all others"), rows)

    def plot(self, code: str = ALL, ax: Axes | None = None) -> Axes:
        """Draw the tornado of a condition: what each value does to the relative margin alone.

        Parameters
        ----------
        code : str
            "S1" to "S7" or "all".
        """
        from matplotlib.figure import Figure

        axes = Figure(layout="constrained").subplots() if ax is None else ax
        place = self._place(code)
        swing, middle = self.swing[place], float(self.margin[place])
        names = list(self.values)
        for row, i in enumerate(np.argsort(np.ptp(swing, axis=1))):
            for end, colour in zip(swing[i], ("#56B4E9", "#E69F00"), strict=True):
                axes.barh(row, end - middle, left=middle, height=0.6, color=colour)
            axes.text(float(swing[i].max()), row, f"  {names[i].partition('.')[2]}", va="center")
        axes.axvline(middle, color="black", linewidth=0.8)
        axes.axvline(0, color="#D55E00", linestyle="--", linewidth=0.8)
        axes.set_yticks([])
        axes.margins(x=0.25)
        axes.set_xlabel("relative margin (holds right of the dashed line)")
        word = "all conditions" if code == ALL else code
        axes.set_title(f"{word}: each value at its 5 % (blue) and 95 % (orange) quantile")
        return axes

    def _place(self, code: str) -> int:
        if code not in self.codes:
            raise InputError("condition", code, f"be one of {', '.join(self.codes)}",
                             hint=did_you_mean(code, self.codes))  # fmt: skip
        return self.codes.index(code)


def uncertainty_of(scenario: Scenario, rng: Seed, *, samples: int = 4096) -> Uncertainty:
    """Return how probable each condition is, and what it depends on.

    Parameters
    ----------
    scenario : Scenario
        With a table ``uncertainty``.
    rng : int, SeedSequence or Generator
    samples : int
        Points behind a probability; rounded up to a multiple of a power of two.

    Raises
    ------
    InputError
        If it is no scenario or nothing in it is uncertain.

    Examples
    --------
    >>> mapping = Scenario.load("phone_community").to_mapping()
    >>> mapping["uncertainty"] = {"reward": {"pool": [0, 0.1]}, "training": {"cost": [0.003, 0.03]}}
    >>> found = uncertainty_of(Scenario.from_mapping(mapping), 1, samples=512)
    >>> print(f"{found.probability['S1'][1]:.2f}")
    0.90
    """
    if not isinstance(scenario, Scenario):
        raise InputError("scenario", scenario, "be a Scenario",
                         hint="Scenario.load(name or file) returns one.")  # fmt: skip
    if not scenario.uncertainty:
        raise InputError("scenario", scenario.name, "have uncertain values",
                         hint="Add, say, [uncertainty.reward] pool = [0.02, 0.08].")  # fmt: skip
    count = min(check_number("samples", samples, COUNT), _MOST * _SCRAMBLES)
    points = 2 ** max(3, math.ceil(math.log2(count / _SCRAMBLES)))
    root = numbered(root_of(rng))
    margins = _Margins(scenario)
    own = margins.at([keys_of(scenario)[key] for key in margins.keys])
    first, total = _indices(margins, points, child(root, 1))
    return Uncertainty(
        scenario=scenario.name, seed=seed_of(root), samples=points * _SCRAMBLES,
        values={key: str(value) for key, value in scenario.uncertainty.items()},
        probability=_probabilities(margins, points, child(root, 0)), codes=margins.codes,
        margin=frozen_array(own), first_order=frozen_array(first), total=frozen_array(total),
        swing=frozen_array(_swing(margins)),
    )  # fmt: skip


class _Margins:
    """Relative margins of all conditions at many values at once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.own = scenario, keys_of(scenario)
        self.keys = tuple(scenario.uncertainty)
        self.laws = tuple(scenario.uncertainty.values())
        tried = np.array([law.quantile([0.5, *_TAILS]) for law in self.laws])
        applied = [not np.isnan(scores).all() for scores in self._scores(tried)]
        self.rules = tuple(rule for rule, there in zip(RULES, applied, strict=True) if there)
        self.codes = (*(rule.code for rule in self.rules), ALL)

    def at(self, values: Any) -> Array:
        """Return margins of shape (codes, ...) at values of shape (keys, ...)."""
        given = np.asarray(values, dtype=np.float64)
        rows = [np.where(np.isnan(row), 1.0, row) for row in self._scores(given, self.rules)]
        return np.asarray(np.clip([*rows, np.min(rows, axis=0)], -1, 1))

    def _scores(self, given: Array, rules: Sequence[Rule] = RULES) -> list[Array]:
        keys = {**self.own, **dict(zip(self.keys, given, strict=True))}
        terms = terms_of(self.scenario, keys)
        return [np.broadcast_to(r.score(self.scenario, terms), given.shape[1:]) for r in rules]

    def quantiles(self, u: Array) -> Array:
        """Return values of shape (keys, points) from points of the unit cube (points, keys)."""
        return np.array([law.quantile(column) for law, column in zip(self.laws, u.T, strict=True)])


def _probabilities(
    margins: _Margins, points: int, root: np.random.SeedSequence
) -> dict[str, tuple[float, float, float]]:
    from scipy.stats import qmc

    shares = []
    for i in range(_SCRAMBLES):
        sobol = qmc.Sobol(len(margins.keys), rng=np.random.default_rng(child(root, i)))
        holds = margins.at(margins.quantiles(sobol.random(points))) > ROUNDING
        shares.append(holds.mean(axis=1))
    columns = np.array(shares).T
    return {
        code: _with_interval(column, points)
        for code, column in zip(margins.codes, columns, strict=True)
    }


def _with_interval(shares: Array, points: int) -> tuple[float, float, float]:
    from scipy import stats

    mean, spread = float(shares.mean()), float(shares.std(ddof=1) / math.sqrt(shares.size))
    if spread == 0:
        count = round(mean * points * shares.size)
        exact = stats.binomtest(count, points * shares.size).proportion_ci(_CONFIDENCE)
        return float(exact.low), mean, float(exact.high)
    half = float(stats.t.ppf((1 + _CONFIDENCE) / 2, shares.size - 1)) * spread
    return max(0.0, mean - half), mean, min(1.0, mean + half)


def _indices(
    margins: _Margins, points: int, root: np.random.SeedSequence
) -> tuple[Array, Array]:  # fmt: skip
    """Return first-order and total indices with t-intervals; NaN for constant margins."""
    from scipy.stats import sobol_indices

    shape = (len(margins.codes), len(margins.keys))
    first, total = np.full((_SCRAMBLES, *shape), np.nan), np.full((_SCRAMBLES, *shape), np.nan)
    rng = np.random.default_rng(child(root, 0))
    tried = margins.at(margins.quantiles(rng.random((points, shape[1]))))
    varies = np.ptp(tried, axis=1) > ROUNDING
    if varies.any():
        for i in range(_SCRAMBLES):
            found = sobol_indices(
                func=lambda x: margins.at(x)[varies], n=points, dists=margins.laws,
                rng=np.random.default_rng(child(root, 1, i)),
            )  # fmt: skip
            for indices, order in ((first, found.first_order), (total, found.total_order)):
                indices[i, varies] = np.reshape(order, (-1, shape[1]))
    return _with_t_interval(first), _with_t_interval(total)


def _with_t_interval(runs: Array) -> Array:
    """Return low, mean and high along a new last axis, from independent runs along the first."""
    from scipy import stats

    mean, spread = runs.mean(axis=0), runs.std(axis=0, ddof=1) / math.sqrt(len(runs))
    half = float(stats.t.ppf((1 + _CONFIDENCE) / 2, len(runs) - 1)) * spread
    return np.stack([mean - half, mean, mean + half], axis=-1)


def _swing(margins: _Margins) -> Array:
    own = np.array([margins.own[key] for key in margins.keys])
    at = np.repeat(own[:, None], 2 * own.size, axis=1)
    for i, law in enumerate(margins.laws):
        at[i, 2 * i : 2 * i + 2] = law.quantile(_TAILS)
    return margins.at(at).reshape(len(margins.codes), own.size, 2)


def _index(value: float) -> str:
    return "-" if math.isnan(value) else f"{max(0.0, value):.2f}"


def _interval(triple: Array) -> str:
    low, mid, high = triple.tolist()
    if math.isnan(mid):
        return "-"
    return f"{format_number(round(mid, 3))} [{low:.3f}, {high:.3f}]"
