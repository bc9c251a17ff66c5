"""Tops of densities: the bounds that proofs with private costs rest on."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from derelayl_econ.games.continuous_costs import ContinuousCosts
from derelayl_econ.games.density_modes import MODES, mode_of, top_of

FRESH = np.random.SeedSequence().entropy

SHAPES: dict[str, list[tuple[float, ...]]] = {
    "beta": [(0.5, 2), (2, 0.5), (1, 3), (3, 1), (1, 1), (2.5, 4), (0.9, 1), (1, 0.9)],
    "chi2": [(1,), (2,), (5,)],
    "erlang": [(1,), (3,)],
    "gamma": [(0.4,), (1,), (3.3,)],
    "invgamma": [(0.7,), (3.5,)],
    "lognorm": [(0.2,), (1.7,)],
    "loguniform": [(0.5, 4)],
    "lomax": [(2.5,)],
    "pareto": [(2.5,), (30,)],
    "powerlaw": [(0.3,), (0.999,), (1,), (4,)],
    "t": [(3,), (30,)],
    "triang": [(0,), (0.3,), (1,)],
    "truncexpon": [(2,)],
    "truncnorm": [(-1, 2), (1, 2), (-2, -1)],
    "weibull_min": [(0.5,), (1,), (1.2,), (4,)],
}
PLACES = [(0.0, 1.0), (0.1, 0.3), (-7.3, 0.01), (1e3, 1e-3), (-1.0, 1.0)]


def families() -> list[Any]:
    found = []
    for name in MODES:
        for shapes, (loc, scale) in itertools.product(SHAPES.get(name, [()]), PLACES):
            found.append(getattr(stats, name)(*shapes, loc=loc, scale=scale))
    return found


def test_every_family_with_shapes_is_tried() -> None:
    assert set(SHAPES) == {name for name in MODES if getattr(stats, name).shapes}


@pytest.mark.parametrize("seed", [0, FRESH])
def test_density_bounds_hold_on_random_intervals(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for frozen in families():
        costs = ContinuousCosts(frozen)
        assert costs.proved, frozen.dist.name
        ends = np.sort(frozen.ppf(rng.uniform(0.001, 0.999, (2, 20))), axis=0)
        ends[0, 0], ends[1, 1] = frozen.ppf([1e-6, 1 - 1e-6])
        with np.errstate(divide="ignore"):  # at poles
            inside = frozen.pdf(np.linspace(*ends, 101))
        low, high = costs.density_range(*ends)
        named = (seed, frozen.dist.name, frozen.args, frozen.kwds)
        assert (low <= inside.min(axis=0) * (1 + 1e-9)).all(), named
        assert (high >= inside.max(axis=0) * (1 - 1e-9)).all(), named


def test_intervals_that_reach_the_end_of_the_support_include_a_top_there() -> None:
    for frozen in families():
        costs = ContinuousCosts(frozen)
        start, end = (np.array([x]) for x in frozen.support())
        near = np.asarray(frozen.ppf([1e-6, 1 - 1e-6]))
        for low, high, place in ((start, near[:1], near[0]), (near[1:], end, near[1])):
            bound = costs.density_range(low, high)[1][0]
            with np.errstate(divide="ignore"):
                density = frozen.pdf(place)
            assert bound >= density * (1 - 1e-9), (frozen.dist.name, frozen.kwds)


@pytest.mark.parametrize(
    "pole", [stats.powerlaw(0.5), stats.powerlaw(0.999, 3, 2), stats.gamma(0.5), stats.chi2(1),
             stats.beta(0.5, 2), stats.beta(2, 0.5), stats.weibull_min(0.7, loc=1)],
)  # fmt: skip
def test_poles_have_infinite_density(pole: Any) -> None:
    top = top_of(pole)
    assert top is not None
    assert top.density == math.inf
    assert top.low <= mode_of(pole) <= top.high


def test_rounding_out_of_the_support_does_not_lose_the_top() -> None:
    seen = 0
    for loc, scale in itertools.product(np.arange(1, 40) / 10, np.arange(1, 40) / 10):
        frozen = stats.pareto(2, loc=loc, scale=scale)
        seen += frozen.pdf(mode_of(frozen)) == 0  # scipy.stats sees the mode outside
        assert top_of(frozen).density == pytest.approx(2 / scale, rel=1e-12)
    assert seen > 0


def test_other_families_and_two_tops_are_not_known() -> None:
    for frozen in (stats.arcsine(), stats.beta(0.5, 0.5), stats.skewnorm(3)):
        assert mode_of(frozen) is None
        assert top_of(frozen) is None
        assert not ContinuousCosts(frozen).proved
